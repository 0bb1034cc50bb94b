//! How long things took. That of the library cannot be read again, and what is shown to people is read from it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Seconds: from what no reader notices to what no reader waits for.
pub(super) const BOUNDS: [f64; 16] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

#[derive(Debug, Default)]
pub struct Histogram {
    /// One for each bound, and one for what took longer.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

impl Histogram {
    pub fn observe(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let bucket = BOUNDS.partition_point(|bound| *bound < seconds);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// How many took up to each bound and longer than the one before.
    pub(super) fn buckets(&self) -> Vec<(f64, u64)> {
        let bounds = BOUNDS.into_iter().chain([f64::INFINITY]);
        bounds.zip(&self.buckets).map(|(bound, count)| (bound, count.load(Ordering::Relaxed))).collect()
    }

    /// Seconds, all together.
    pub(super) fn sum(&self) -> f64 {
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed)).as_secs_f64()
    }

    /// Seconds within which this share of all was done, evenly spread within a bucket, as Prometheus reckons it
    /// (`histogram_quantile`); `None` where there was nothing yet.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let buckets = self.buckets();
        let rank = share * buckets.iter().map(|(_, count)| count).sum::<u64>() as f64;
        let (mut below, mut from) = (0.0, 0.0);
        for (bound, count) in buckets {
            let count = count as f64;
            if count > 0.0 && below + count >= rank {
                let within = from + (bound - from) * ((rank - below) / count);
                return Some(if bound.is_finite() { within } else { from });
            }
            (below, from) = (below + count, bound);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(milliseconds: &[u64]) -> Histogram {
        let histogram = Histogram::default();
        milliseconds.iter().for_each(|ms| histogram.observe(Duration::from_millis(*ms)));
        histogram
    }

    #[test]
    fn each_is_counted_once_below_its_bound() {
        let histogram = of(&[1, 2, 60_000]);
        let counted: Vec<_> = histogram.buckets().into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(counted, [(0.001, 1), (0.0025, 1), (f64::INFINITY, 1)]);
        assert!((histogram.sum() - 60.003).abs() < 1e-9);
    }

    #[test]
    fn a_share_of_all_is_found_within_its_bucket() {
        assert_eq!(of(&[]).quantile(0.5), None);
        let histogram = of(&[&[4_u64; 90][..], &[80; 9], &[20_000]].concat());
        let near = |share: f64, seconds: f64| {
            let found = histogram.quantile(share).unwrap();
            assert!((found - seconds).abs() < 1e-9, "{share}: {found}");
        };
        near(0.45, 0.00375);
        near(0.9, 0.005);
        near(0.99, 0.1);
        near(1.0, 10.0);
    }
}
