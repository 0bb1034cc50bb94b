//! What has happened so far, counted.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::exposition::Page;
use super::named::ByName;

/// What is remembered so that it need not be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    /// Answers that a client has already, by their tags.
    Answers,
    /// The table of completions.
    Completions,
    /// The days on which there is anything.
    Days,
}

impl Cache {
    const ALL: [Cache; 3] = [Cache::Answers, Cache::Completions, Cache::Days];

    fn name(self) -> &'static str {
        match self {
            Cache::Answers => "answers",
            Cache::Completions => "completions",
            Cache::Days => "days",
        }
    }
}

#[derive(Debug, Default)]
struct Counts {
    articles: ByName<AtomicU64>,
    rejects: ByName<AtomicU64>,
    bytes: AtomicU64,
    runs: ByName<AtomicU64>,
    polls: ByName<AtomicU64>,
    refused: ByName<AtomicU64>,
    /// Asked in vain, and not.
    caches: [[AtomicU64; 2]; Cache::ALL.len()],
}

/// Codes of refusals that are no fault of the server, which an alert takes off from its faults.
const NO_FAULTS: [&str; 7] =
    ["busy", "given_up", "not_ready", "stopping", "storage_full", "storage_refused", "time_out"];

static COUNTS: LazyLock<Counts> = LazyLock::new(|| {
    let counts = Counts::default();
    counts.articles.expect(["new", "version", "unchanged", "copy"]);
    counts.runs.expect(["finished", "interrupted", "failed"]);
    counts.polls.expect(["news", "unchanged", "failed"]);
    counts.refused.expect(NO_FAULTS);
    counts
});

/// Codes that something may be refused with on its way in.
pub fn expect_rejects(codes: impl Iterator<Item = &'static str>) {
    COUNTS.rejects.expect(codes);
}

/// So many articles have become this, durably.
pub fn taken_in(outcome: &'static str, articles: u64) {
    if articles > 0 {
        COUNTS.articles.add(outcome, articles);
    }
}

/// Something was refused on its way in.
pub fn rejected(code: &str) {
    COUNTS.rejects.add(code, 1);
}

/// So many bytes of input have been read.
pub fn bytes_read(bytes: u64) {
    COUNTS.bytes.fetch_add(bytes, Ordering::Relaxed);
}

/// A run is over, and how.
pub fn run_over(state: &'static str) {
    COUNTS.runs.add(state, 1);
}

/// A feed was asked: it had `news`, was `unchanged`, or `failed`.
pub fn polled(outcome: &'static str) {
    COUNTS.polls.add(outcome, 1);
}

/// A request was refused.
pub fn refused(code: &str) {
    COUNTS.refused.add(code, 1);
}

/// Something was looked for where it is remembered.
pub fn looked_up(cache: Cache, found: bool) {
    COUNTS.caches[cache as usize][usize::from(found)].fetch_add(1, Ordering::Relaxed);
}

pub(super) fn write(page: &mut Page<'_>) -> std::fmt::Result {
    page.counters(
        "http_requests_refused",
        "Requests refused, by the code of the problem",
        "code",
        COUNTS.refused.counts(),
    )?;
    page.counters(
        "articles",
        "Articles read into the store by this process, by what became of them",
        "outcome",
        COUNTS.articles.counts(),
    )?;
    page.counters(
        "rejects",
        "Pieces of input that were refused by this process, by code",
        "code",
        COUNTS.rejects.counts(),
    )?;
    page.counters("runs", "Runs of this process that are over, by how they ended", "state", COUNTS.runs.counts())?;
    let bytes = COUNTS.bytes.load(Ordering::Relaxed);
    page.counter("read_bytes", "Bytes of input that this process has read into the store", bytes)?;
    page.counters("feed_polls", "Times that feeds were asked, by what came of it", "outcome", COUNTS.polls.counts())?;
    let caches = Cache::ALL.into_iter().zip(&COUNTS.caches).flat_map(|(cache, [missed, found])| {
        [("miss", missed), ("hit", found)]
            .map(|(outcome, count)| ([("cache", cache.name()), ("outcome", outcome)], count.load(Ordering::Relaxed)))
    });
    page.counters_of("cache_requests", "Times that something remembered was looked for", caches)
}
