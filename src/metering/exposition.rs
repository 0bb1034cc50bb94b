//! All of it as text: OpenMetrics 1.0, which Prometheus and its kin read.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::histogram::Histogram;
use super::standing::Standing;
use super::{counts, process, requests, searches};

pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What every name of ours begins with.
const OURS: &str = "broadsheet_";

/// What was counted so far, and how things stand.
///
/// # Errors
/// None that is known: what is written is a text in memory.
pub fn exposition(standing: Standing) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Everything(standing)));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry)?;
    Ok(text)
}

#[derive(Debug)]
struct Everything(Standing);

impl Collector for Everything {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let page = &mut Page(encoder);
        let build = [([("version", env!("CARGO_PKG_VERSION"))], 1.0)];
        page.gauges("build_info", "1, with the version of the program", build)?;
        requests::write(page)?;
        searches::write(page)?;
        counts::write(page)?;
        self.0.write(page)?;
        process::write(page)
    }
}

/// The text under way. A name that has nothing to tell yet stands there all the same.
pub(super) struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    pub(super) fn gauge(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        self.gauges(name, help, [([] as [(&str, &str); 0], value)])
    }

    pub(super) fn gauges<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = (L, f64)>,
    ) -> fmt::Result {
        let write = |mut encoder: MetricEncoder<'_>, value| encoder.encode_gauge(&value);
        self.family(&format!("{OURS}{name}"), help, MetricType::Gauge, values, write)
    }

    pub(super) fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.counters_of(name, help, [([] as [(&str, &str); 0], value)])
    }

    pub(super) fn counters(
        &mut self,
        name: &str,
        help: &str,
        label: &'static str,
        counts: Vec<(String, u64)>,
    ) -> fmt::Result {
        self.counters_of(name, help, counts.into_iter().map(|(value, count)| ([(label, value)], count)))
    }

    pub(super) fn counters_of<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        counts: impl IntoIterator<Item = (L, u64)>,
    ) -> fmt::Result {
        let write =
            |mut encoder: MetricEncoder<'_>, count| encoder.encode_counter::<NoLabelSet, u64, f64>(&count, None);
        self.family(&format!("{OURS}{name}"), help, MetricType::Counter, counts, write)
    }

    pub(super) fn histograms<'h, L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        histograms: impl IntoIterator<Item = (L, &'h Histogram)>,
    ) -> fmt::Result {
        let write = |mut encoder: MetricEncoder<'_>, histogram: &Histogram| {
            let buckets = histogram.buckets();
            // Of the same look, so that they add up while others are counted.
            let count = buckets.iter().map(|(_, count)| count).sum();
            encoder.encode_histogram::<NoLabelSet>(histogram.sum(), count, &buckets, None)
        };
        self.family(&format!("{OURS}{name}"), help, MetricType::Histogram, histograms, write)
    }

    /// Named as everybody's processes are.
    pub(super) fn process_gauge(&mut self, name: &str, help: &str, value: Option<f64>) -> fmt::Result {
        let value = value.map(|value| ([] as [(&str, &str); 0], value));
        let write = |mut encoder: MetricEncoder<'_>, value| encoder.encode_gauge(&value);
        self.family(name, help, MetricType::Gauge, value, write)
    }

    pub(super) fn process_counter(&mut self, name: &str, help: &str, value: Option<f64>) -> fmt::Result {
        let value = value.map(|value| ([] as [(&str, &str); 0], value));
        let write =
            |mut encoder: MetricEncoder<'_>, value| encoder.encode_counter::<NoLabelSet, f64, f64>(&value, None);
        self.family(name, help, MetricType::Counter, value, write)
    }

    fn family<L: EncodeLabelSet, V>(
        &mut self,
        name: &str,
        help: &str,
        kind: MetricType,
        samples: impl IntoIterator<Item = (L, V)>,
        write: impl Fn(MetricEncoder<'_>, V) -> fmt::Result,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, kind)?;
        for (labels, value) in samples {
            write(encoder.encode_family(&labels)?, value)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metering::Feed;

    #[test]
    fn what_a_name_holds_cannot_end_its_line() {
        let url = "https://a.example/\"x\"\\\nbroadsheet_feed_failures 7".to_owned();
        let feed = Feed { url, succeeded: None, failures: 3 };
        let text = exposition(Standing { feeds: vec![feed], ..Standing::default() }).unwrap();
        let told = r#"broadsheet_feed_failures{feed="https://a.example/\"x\"\\\nbroadsheet_feed_failures 7"} 3.0"#;
        let lines: Vec<_> = text.lines().filter(|line| line.starts_with("broadsheet_feed_failures")).collect();
        assert_eq!(lines, [told]);
        assert!(text.ends_with("# EOF\n"));
    }
}
