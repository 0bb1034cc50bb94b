//! Requests, and the connections that they come on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use super::exposition::Page;
use super::histogram::Histogram;
use super::named::{ByName, OTHERS};

/// Whatever else a client makes up is one.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "DELETE", "OPTIONS", OTHERS];

/// Of statuses; of who went away before there was one, the last.
const CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", "gone"];

/// A route, and how long its answers took, by method and class of status. Most have but one or two.
#[derive(Debug, Default)]
struct Route([[OnceLock<Box<Histogram>>; CLASSES.len()]; METHODS.len()]);

static ROUTES: LazyLock<ByName<Route>> = LazyLock::new(ByName::default);
static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

/// A request was answered, or its client went away first: then there is no status. `route` is as the router has it, never
/// the path that was asked.
pub fn answered(route: &str, method: &str, status: Option<u16>, took: Duration) {
    let method = METHODS.iter().position(|known| *known == method).unwrap_or(METHODS.len() - 1);
    let class = status.map_or(CLASSES.len(), |status| usize::from(status / 100)).clamp(1, CLASSES.len()) - 1;
    ROUTES.count(route, |Route(histograms)| {
        histograms[method][class].get_or_init(Box::default).observe(took);
    });
}

/// One that is open, as long as this is kept.
#[derive(Debug)]
pub struct Connection(());

/// A connection has come.
pub fn connection() -> Connection {
    CONNECTIONS.fetch_add(1, Ordering::Relaxed);
    Connection(())
}

impl Drop for Connection {
    fn drop(&mut self) {
        CONNECTIONS.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(super) fn write(page: &mut Page<'_>) -> std::fmt::Result {
    let routes = ROUTES.all();
    let histograms = routes.iter().flat_map(|(route, histograms)| {
        METHODS.iter().zip(&histograms.0).flat_map(move |(method, of_method)| {
            CLASSES.iter().zip(of_method).filter_map(move |(class, histogram)| {
                let labels = [("route", route.as_str()), ("method", *method), ("status", *class)];
                Some((labels, histogram.get()?.as_ref()))
            })
        })
    });
    page.histograms(
        "http_request_duration_seconds",
        "From the request to the beginning of its answer, by route, method and class of status",
        histograms,
    )?;
    page.gauge("http_connections", "Open connections", CONNECTIONS.load(Ordering::Relaxed) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_nobody_knows_is_one_of_others() {
        answered("/metering-test", "GET", Some(200), Duration::from_millis(1));
        answered("/metering-test", "BREW", Some(599), Duration::from_millis(1));
        answered("/metering-test", "BREW", None, Duration::from_millis(1));
        let routes = ROUTES.all();
        let (_, route) = routes.iter().find(|(name, _)| name == "/metering-test").unwrap();
        let mut found = Vec::new();
        for (method, of_method) in METHODS.iter().zip(&route.0) {
            found.extend(
                CLASSES
                    .iter()
                    .zip(of_method)
                    .filter(|(_, one)| one.get().is_some())
                    .map(|(class, _)| (*method, *class)),
            );
        }
        assert_eq!(found, [("GET", "2xx"), ("other", "5xx"), ("other", "gone")]);
    }
}
