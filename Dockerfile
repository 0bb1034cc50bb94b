# Builds the server and puts it, alone, into a small Debian image.
#   docker build -t broadsheet .
#   docker run --read-only -p 127.0.0.1:8080:8080 -v broadsheet-data:/data broadsheet

FROM docker.io/library/rust:1.95-slim-bookworm AS build
WORKDIR /src
ENV CARGO_TERM_COLOR=never

# The dependencies first, under a program that does nothing: this layer is built again only when the lock file changes.
# Benchmarks and tests that the manifest names are not here yet, so their sections go; the real manifest follows below.
COPY Cargo.toml Cargo.lock ./
RUN sed -i '/^\[\[\(bench\|test\|bin\)\]\]/,/^$/d' Cargo.toml \
 && mkdir src && echo 'fn main() {}' > src/main.rs && touch src/lib.rs \
 && cargo build --release --locked \
 && rm -r src

COPY . .
# The stand-ins are younger than the files just copied; without this cargo would take them for up to date.
RUN touch src/main.rs src/lib.rs \
 && cargo build --release --locked --bin broadsheet \
 && install -d -m 0750 /out/data \
 && install -D -m 0755 target/release/broadsheet /out/broadsheet

FROM docker.io/library/debian:bookworm-slim
LABEL org.opencontainers.image.title="broadsheet" \
      org.opencontainers.image.description="Full-text search over a news corpus" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/broadsheet /usr/local/bin/broadsheet
# Whom to trust when feeds are fetched over https; the slim image has none.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
# A number, not a name: orchestrators can tell that it is not root without looking into the image.
COPY --from=build --chown=10001:10001 /out/data /data
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/usr/local/bin/broadsheet", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/broadsheet"]
CMD ["serve", "--data-dir", "/data", "--listen", "0.0.0.0:8080"]
