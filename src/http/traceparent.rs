//! A request as a part of what somebody else traces (W3C Trace Context).

use axum::http::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}

/// Says of a span what it is a span of, and goes on from the one that the headers name, where they may be believed.
pub(super) fn follow(span: &Span, method: &str, route: &str, believed: Option<&HeaderMap>) {
    if let Some(headers) = believed {
        // One that cannot be gone on from begins a trace of its own.
        let _ = span.set_parent(TraceContextPropagator::new().extract(&Headers(headers)));
    }
    span.set_attribute("otel.kind", "server");
    span.set_attribute("http.request.method", method.to_owned());
    span.set_attribute("http.route", route.to_owned());
    span.record("otel.name", format!("{method} {route}"));
}
