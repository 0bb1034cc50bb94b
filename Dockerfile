# Builds the server and puts it into an image that holds nothing else: the program, what it is linked with, whom to trust over
# https, and the list of all it is made of.
#   docker build -t broadsheet .
#   docker run --read-only -p 127.0.0.1:8080:8080 -v broadsheet-data:/data broadsheet

FROM docker.io/library/rust:1.95-slim-bookworm AS build
WORKDIR /src
ENV CARGO_TERM_COLOR=never

# Writes down what the program is made of, with licences and hashes.
RUN cargo install --quiet --locked cargo-cyclonedx@0.5.9

# The dependencies first, under a program that does nothing: this layer is built again only when the lock file changes.
# Benchmarks and tests that the manifest names are not here yet, so their sections go; the real manifest follows below.
COPY Cargo.toml Cargo.lock ./
RUN sed -i '/^\[\[\(bench\|test\|bin\)\]\]/,/^$/d' Cargo.toml \
 && mkdir src && echo 'fn main() {}' > src/main.rs && touch src/lib.rs \
 && cargo build --release --locked \
 && rm -r src

COPY . .
# The stand-ins are younger than the files just copied; without this cargo would take them for up to date.
RUN touch src/main.rs src/lib.rs && cargo build --release --locked --bin broadsheet

# What goes into the image. Of Debian the libraries that the program is linked with, and the packages' own words on which
# they are, where scanners look for them.
RUN program=target/release/broadsheet \
 && install -D -m 0755 "$program" /out/usr/local/bin/broadsheet \
 && ldd "$program" | awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }' | xargs cp -L --parents -t /out \
 && for package in libc6 libgcc-s1; do \
      mkdir -p /out/var/lib/dpkg/status.d && dpkg -s "$package" >"/out/var/lib/dpkg/status.d/$package"; done \
 && cp --parents -t /out /etc/ssl/certs/ca-certificates.crt \
 && echo 'hosts: files dns' >/out/etc/nsswitch.conf \
 && cargo cyclonedx --quiet --format json --describe binaries --no-build-deps --spec-version 1.5 \
 && install -D -m 0644 broadsheet_bin.cdx.json /out/usr/share/sbom/broadsheet.cdx.json \
 && install -d -m 1777 /out/tmp \
 && install -d -m 0750 -o 10001 -g 10001 /out/data

FROM scratch
LABEL org.opencontainers.image.title="broadsheet" \
      org.opencontainers.image.description="Full-text search over a news corpus" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out /
# A number, not a name: orchestrators can tell that it is not root without looking into the image.
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
# Flags win over these, and over a configuration file.
ENV BROADSHEET__ARCHIVE__DIR=/data BROADSHEET__HTTP__LISTEN=0.0.0.0:8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/usr/local/bin/broadsheet", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/broadsheet"]
CMD ["serve"]
