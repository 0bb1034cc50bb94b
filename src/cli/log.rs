//! The log, on standard error: lines for people on a terminal, an object a line for programs. What else is told, as spans, is
//! in `spans`, where it is built in.

use std::io::IsTerminal;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::config::{Log, LogFormat};

/// What has to be kept as long as something may be logged.
#[derive(Default)]
pub(super) struct Logging {
    #[cfg(feature = "otel")]
    _spans: Option<super::spans::Sending>,
}

/// Of the server, as it is configured.
pub(super) fn of_server(log: &Log) -> Logging {
    let is_text = match log.format {
        LogFormat::Text => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    start(&log.level, is_text)
}

/// Of a command that somebody has typed: warnings, for people.
pub(super) fn of_command() -> Logging {
    start("warn", true)
}

/// `RUST_LOG` wins over `level`.
fn start(level: &str, is_text: bool) -> Logging {
    let quiet = [crate::engine::embedded::QUIET, crate::store::QUIET, crate::ingest::QUIET];
    // What comes later wins, of the same part.
    let usual = format!("{},{level}", quiet.join(","));
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual.into());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if is_text {
        lines.with_ansi(std::io::stderr().is_terminal()).boxed()
    } else {
        lines.json().flatten_event(true).with_span_list(false).boxed()
    };
    let lines = tracing_subscriber::registry().with(lines.with_filter(filter));
    #[cfg(feature = "otel")]
    let (lines, sending) = {
        let (layer, sending) = super::spans::layer().unzip();
        (lines.with(layer), sending)
    };
    lines.init();
    Logging {
        #[cfg(feature = "otel")]
        _spans: sending,
    }
}
