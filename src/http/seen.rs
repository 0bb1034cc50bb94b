//! Every request is seen from its beginning to its answer: it has an id, is measured, and leaves one line in the log. What was
//! asked is its reader's business: neither the path that was asked nor its parameters stand there, unless it is configured
//! so, and headers, in which keys are, never.

use std::sync::Arc;
use std::time::Instant;

use axum::body::HttpBody as _;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};
use uuid::Uuid;

use super::client;
use crate::config::Http;
use crate::metering;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Of an id that somebody else has given.
const LONGEST_ID: usize = 128;

/// Whatever is asked for that there is not is one route.
const NOWHERE: &str = "unmatched";

/// What is configured of it.
#[derive(Clone)]
pub(super) struct Seeing {
    pub(super) http: Arc<Http>,
    pub(super) logs_queries: bool,
}

pub(super) async fn seen(State(seeing): State<Seeing>, mut request: Request, next: Next) -> Response {
    let id = id(&request, &seeing.http);
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let mut seen = Seen::begin(&request, &id, seeing.logs_queries);
    #[cfg(feature = "otel")]
    super::traceparent::follow(
        &seen.span,
        seen.method.as_str(),
        seen.route(),
        client::is_by_proxy(&request, &seeing.http.trusted_proxies).then(|| request.headers()),
    );
    let mut response = next.run(request).instrument(seen.span.clone()).await;
    response.headers_mut().insert(REQUEST_ID, id);
    seen.end(Some(&response));
    response
}

/// That of a proxy that is trusted, or one of ours.
pub(super) fn id<B>(request: &Request<B>, http: &Http) -> HeaderValue {
    given(request).filter(|_| client::is_by_proxy(request, &http.trusted_proxies)).unwrap_or_else(fresh)
}

/// The id that a request brings, if nothing in it could be taken for anything but an id.
fn given<B>(request: &Request<B>) -> Option<HeaderValue> {
    let id = request.headers().get(REQUEST_ID)?;
    let is_id = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(byte);
    ((1..=LONGEST_ID).contains(&id.len()) && id.as_bytes().iter().all(is_id)).then(|| id.clone())
}

fn fresh() -> HeaderValue {
    let mut buffer = Uuid::encode_buffer();
    // Digits, letters and hyphens: nothing in it can fail to be a header.
    HeaderValue::from_str(Uuid::new_v4().hyphenated().encode_lower(&mut buffer))
        .unwrap_or(HeaderValue::from_static("none"))
}

/// A request that is under way. One whose client goes away is seen, too.
struct Seen {
    span: Span,
    started: Instant,
    method: Method,
    route: Option<MatchedPath>,
    /// Where it is to be logged.
    query: Option<String>,
    is_over: bool,
}

impl Seen {
    fn begin(request: &Request, id: &HeaderValue, logs_queries: bool) -> Seen {
        let method = request.method().clone();
        let route = request.extensions().get::<MatchedPath>().cloned();
        let id = id.to_str().unwrap_or_default();
        // Whatever else is logged of a request says of which it is, however little is logged.
        let named = named(route.as_ref());
        let span = tracing::error_span!(
            "request",
            id,
            %method,
            route = named,
            client = Empty,
            key = Empty,
            otel.name = Empty
        );
        let query = request.uri().query().filter(|_| logs_queries).map(str::to_owned);
        Seen { span, started: Instant::now(), method, route, query, is_over: false }
    }

    fn route(&self) -> &str {
        named(self.route.as_ref())
    }

    fn end(&mut self, response: Option<&Response>) {
        self.is_over = true;
        let took = self.started.elapsed();
        let status = response.map(|response| response.status().as_u16());
        metering::answered(self.route(), self.method.as_str(), status, took);
        let latency_ms = took.as_micros() as f64 / 1000.0;
        let bytes = response.and_then(|response| response.body().size_hint().exact());
        let query = self.query.as_deref();
        let _within = self.span.enter();
        match status {
            Some(status) => tracing::info!(status, latency_ms, bytes, query, "answered"),
            None => tracing::info!(latency_ms, query, "the client went away"),
        }
    }
}

fn named(route: Option<&MatchedPath>) -> &str {
    route.map_or(NOWHERE, MatchedPath::as_str)
}

impl Drop for Seen {
    fn drop(&mut self) {
        if !self.is_over {
            self.end(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn an_id_is_one_or_is_not_taken() {
        let taken = |id: &[u8]| {
            let id = HeaderValue::from_bytes(id).unwrap();
            given(&Request::builder().header(REQUEST_ID, id).body(Body::empty()).unwrap()).is_some()
        };
        assert!(taken(b"7f3e-4.a:b/c+d=") && taken(&[b'a'; LONGEST_ID]));
        for wrong in [&b""[..], b"a b", b"a\tb", b"a\"b", b"a\xffb", b"a\\nb", b"a{b}", &[b'a'; LONGEST_ID + 1]] {
            assert!(!taken(wrong), "{wrong:?}");
        }
        assert_ne!(fresh(), fresh());
    }

    #[test]
    fn one_whose_client_goes_away_is_counted_too() {
        let request = Request::builder().method("OPTIONS").uri("/gone").body(Body::empty()).unwrap();
        drop(Seen::begin(&request, &fresh(), false));
        let told = metering::exposition(metering::Standing::default()).unwrap();
        let counted = r#"_count{route="unmatched",method="OPTIONS",status="gone"} 1"#;
        assert!(told.contains(counted), "{told}");
    }
}
