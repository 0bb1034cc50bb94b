//! Searches, and the stages that they go through.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tracing::Span;

use super::exposition::Page;
use super::histogram::Histogram;
use super::named::ByName;

/// By this, whoever collects spans asks for those of stages; nobody else does, and then they cost nothing.
pub const TARGET: &str = "broadsheet::stages";

/// What a search does, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It waits for its turn.
    Wait,
    /// Its query is read and planned.
    Parse,
    /// The index finds, counts and sorts.
    Engine,
    /// The texts of the hits are fetched from the store.
    Hydrate,
    /// What matched is marked, and the hits are put together.
    Highlight,
    /// What else was asked for: clauses explained, timelines, and other searches where nothing was found.
    Explain,
    /// The answer is written.
    Encode,
}

impl Stage {
    const ALL: [Stage; 7] =
        [Stage::Wait, Stage::Parse, Stage::Engine, Stage::Hydrate, Stage::Highlight, Stage::Explain, Stage::Encode];

    pub fn name(self) -> &'static str {
        match self {
            Stage::Wait => "wait",
            Stage::Parse => "parse",
            Stage::Engine => "engine",
            Stage::Hydrate => "hydrate",
            Stage::Highlight => "highlight",
            Stage::Explain => "explain",
            Stage::Encode => "encode",
        }
    }

    /// Does something in this stage, by itself.
    pub fn time<T>(self, work: impl FnOnce() -> T) -> T {
        let (span, started) = (self.span(), Instant::now());
        let done = span.in_scope(work);
        SEARCHES.stages[self as usize].observe(started.elapsed());
        done
    }

    fn span(self) -> Span {
        tracing::debug_span!(target: TARGET, "stage", otel.name = self.name())
    }
}

#[derive(Debug, Default)]
struct Searches {
    kinds: ByName<Histogram>,
    stages: [Histogram; Stage::ALL.len()],
    slow: AtomicU64,
}

static SEARCHES: LazyLock<Searches> = LazyLock::new(Searches::default);

/// One search on its way through its stages.
#[derive(Debug)]
pub struct Stages {
    asked: Instant,
    began: Option<Instant>,
    waiting: Option<Span>,
    took: [Duration; Stage::ALL.len()],
}

impl Stages {
    /// It is asked for, and waits from now on.
    pub fn wait() -> Stages {
        Stages { asked: Instant::now(), began: None, waiting: Some(Stage::Wait.span()), took: Default::default() }
    }

    /// It is its turn now, or never will be.
    pub fn begin(&mut self) {
        self.waiting = None;
        self.began = Some(Instant::now());
        self.add(Stage::Wait, self.asked.elapsed());
    }

    pub fn has_begun(&self) -> bool {
        self.began.is_some()
    }

    /// When it began; what it waited is not held against it.
    pub fn began(&self) -> Instant {
        self.began.unwrap_or(self.asked)
    }

    pub fn time<T>(&mut self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let done = stage.span().in_scope(work);
        self.add(stage, started.elapsed());
        done
    }

    fn add(&mut self, stage: Stage, took: Duration) {
        self.took[stage as usize] += took;
    }

    /// Since it was asked for.
    pub fn elapsed(&self) -> Duration {
        self.asked.elapsed()
    }

    /// What it has spent in a stage, in milliseconds.
    pub fn milliseconds(&self, stage: Stage) -> f64 {
        milliseconds(self.took[stage as usize])
    }

    /// The stages that it has gone through, in their order.
    pub fn gone_through(&self) -> impl Iterator<Item = (Stage, Duration)> {
        Stage::ALL.into_iter().zip(self.took).filter(|(_, took)| !took.is_zero())
    }
}

/// As answers and the log say it: to the microsecond.
pub fn milliseconds(took: Duration) -> f64 {
    took.as_micros() as f64 / 1000.0
}

/// A search, or what is like one, is over.
pub fn searched(kind: &'static str, stages: &Stages) {
    SEARCHES.kinds.count(kind, |histogram| histogram.observe(stages.elapsed()));
    for (stage, took) in stages.gone_through() {
        SEARCHES.stages[stage as usize].observe(took);
    }
}

/// One of them was slow.
pub fn slow() {
    SEARCHES.slow.fetch_add(1, Ordering::Relaxed);
}

/// Seconds within which half, 95 % and 99 % of the searches since the start were answered.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Percentiles {
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
}

/// `None` where there was no search yet.
pub fn percentiles() -> Option<Percentiles> {
    let searches = SEARCHES.kinds.all().into_iter().find(|(kind, _)| kind == "search")?.1;
    let share = |share| searches.quantile(share);
    Some(Percentiles { p50: share(0.5)?, p95: share(0.95)?, p99: share(0.99)? })
}

pub(super) fn write(page: &mut Page<'_>) -> std::fmt::Result {
    let kinds = SEARCHES.kinds.all();
    let by_kind = kinds.iter().map(|(kind, histogram)| ([("kind", kind.as_str())], histogram.as_ref()));
    page.histograms("search_duration_seconds", "From the question to the answer, waiting included, by kind", by_kind)?;
    let stages = Stage::ALL.into_iter().zip(&SEARCHES.stages);
    let by_stage = stages.map(|(stage, histogram)| ([("stage", stage.name())], histogram));
    page.histograms("search_stage_duration_seconds", "What a search took in each of its stages", by_stage)?;
    page.counter(
        "searches_slow",
        "Searches that took longer than `slow` of [log]",
        SEARCHES.slow.load(Ordering::Relaxed),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_comes_twice_is_one_and_what_was_left_out_is_not_told() {
        let mut stages = Stages::wait();
        stages.begin();
        stages.add(Stage::Engine, Duration::from_millis(2));
        stages.add(Stage::Engine, Duration::from_millis(3));
        assert_eq!(stages.time(Stage::Parse, || 7), 7);
        let gone: Vec<_> = stages.gone_through().collect();
        assert_eq!(
            gone.iter().map(|(stage, _)| *stage).collect::<Vec<_>>(),
            [Stage::Wait, Stage::Parse, Stage::Engine]
        );
        assert_eq!(gone[2].1, Duration::from_millis(5));
        assert!(stages.began() >= stages.asked);
    }

    #[test]
    fn times_are_said_to_the_microsecond() {
        for (nanoseconds, said) in [(132_917, "0.132"), (859_192, "0.859"), (12_345_678, "12.345"), (999, "0")] {
            assert_eq!(milliseconds(Duration::from_nanos(nanoseconds)).to_string(), said);
        }
    }
}
