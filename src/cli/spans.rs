//! Requests and the stages of searches as spans, sent to a collector by OpenTelemetry's protocol over HTTP. Everything about
//! it is said by OpenTelemetry's own variables; where none names a collector, nothing is sent.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracerProvider, Tracer};
use tracing::{Level, Subscriber};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use crate::metering;

/// Sends what is left when it goes.
pub(super) struct Sending(SdkTracerProvider);

impl Drop for Sending {
    fn drop(&mut self) {
        // Nobody is left to be told.
        let _ = self.0.shutdown();
    }
}

/// `None` where no collector is named.
pub(super) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>() -> Option<(impl Layer<S>, Sending)> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_off = std::env::var("OTEL_SDK_DISABLED").is_ok_and(|off| off.eq_ignore_ascii_case("true"));
    if is_off || !(is_set("OTEL_EXPORTER_OTLP_ENDPOINT") || is_set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")) {
        return None;
    }
    // Another one that is there already is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exporter = match SpanExporter::builder().with_http().build() {
        Ok(exporter) => exporter,
        Err(error) => {
            eprintln!("broadsheet: spans cannot be sent: {error}");
            return None;
        }
    };
    let resource = Resource::builder();
    let resource = if is_set("OTEL_SERVICE_NAME") { resource } else { resource.with_service_name("broadsheet") };
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build();
    let layer: OpenTelemetryLayer<S, Tracer> =
        tracing_opentelemetry::layer().with_tracer(provider.tracer("broadsheet"));
    let ours = Targets::new().with_target("broadsheet", Level::INFO).with_target(metering::TARGET, Level::DEBUG);
    Some((layer.with_location(false).with_threads(false).with_filter(ours), Sending(provider)))
}
