//! Ours beside plain tantivy, in one run on the same articles: how fast they are taken in, and how soon a whole answer
//! is there.
//!
//!     cargo bench --bench beside_tantivy
//!
//! Ours is the real program: `broadsheet ingest`, then `broadsheet serve` as a process of its own, asked over one kept
//! connection. Tantivy is used as its own examples use it, inside this process ([`plain`]). Every pass asks both for
//! every query in turn, so that what disturbs the machine disturbs both. `--quick`, and any run that is not
//! `cargo bench`, takes the bundled samples and one pass: that is how the tests keep this program from rotting.

mod corpus;
mod ours;
mod plain;
mod queries;
mod report;
#[allow(dead_code, reason = "not all of it is asked for here")]
mod server;
mod stemming;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use corpus::Corpus;
use ours::Ours;
use plain::Plain;
use queries::{Kind, Query};
use report::Report;

/// The allocator of the program, so that neither side has the better one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How much of an answer is asked for. Each holds the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The ten best with their fields, and the exact total.
    Hits,
    /// And three facets.
    Facets,
    /// And what matched, marked in headline and fragments.
    Whole,
}

impl Depth {
    pub(crate) const ALL: [Depth; 3] = [Depth::Hits, Depth::Facets, Depth::Whole];
}

struct Effort {
    passes: usize,
    /// Times a pass asks each query; the first is not counted.
    repeats: usize,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let quick = has("--quick") || !has("--bench");
    let corpus = if quick { Corpus::samples() } else { Corpus::shared()? };
    let effort = if quick { Effort { passes: 1, repeats: 2 } } else { Effort { passes: 7, repeats: 12 } };
    let folder = tempfile::tempdir()?;
    run(&corpus, &effort, folder.path())
}

fn run(corpus: &Corpus, effort: &Effort, folder: &Path) -> anyhow::Result<()> {
    report::machine();
    let data = folder.join("ours");
    let (our_time, our_stages) = timed(|| server::ingest(corpus, &data))?;
    let (their_time, plain) = timed(|| Plain::build(corpus, &folder.join("plain")))?;
    let ours = Ours::start(&data)?;
    ensure!(
        ours.articles()? == plain.articles(),
        "not the same articles: {} and {}",
        ours.articles()?,
        plain.articles()
    );
    report::ingest(&plain, our_time, their_time, &our_stages);
    report::sizes(&plain, &data, &folder.join("plain"))?;
    ask(ours, &plain, effort)
}

fn timed<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<(Duration, T)> {
    let started = Instant::now();
    let done = work()?;
    Ok((started.elapsed(), done))
}

fn ask(mut ours: Ours, plain: &Plain, effort: &Effort) -> anyhow::Result<()> {
    let queries = queries::comparable(&mut ours, plain)?;
    let mut report = Report::new(&queries);
    for pass in 0..effort.passes {
        report.begin_pass();
        for (at, query) in queries.iter().enumerate() {
            for depth in Depth::ALL {
                for repeat in 0..effort.repeats {
                    let (ours, theirs) = both(&mut ours, plain, query, depth, (pass + repeat) % 2 == 0)?;
                    // The first answer finds the caches full of the other queries.
                    if repeat > 0 {
                        report.add(at, depth, ours, theirs);
                    }
                }
            }
        }
    }
    report.print(ours.floor()?);
    ours.stop().context("the server did not stop cleanly")
}

/// One answer from each, ours first or last.
fn both(
    ours: &mut Ours,
    plain: &Plain,
    query: &Query,
    depth: Depth,
    ours_first: bool,
) -> anyhow::Result<(Duration, Duration)> {
    let first = if ours_first { Some(ours.ask(query, depth)?) } else { None };
    let theirs = plain.ask(query, depth)?;
    let ours = match first {
        Some(ours) => ours,
        None => ours.ask(query, depth)?,
    };
    ensure!(ours.total == query.total, "{}: {} at first, now {}", query.text, query.total, ours.total);
    Ok((ours.took, theirs.took))
}

/// One answer, read to its end.
pub(crate) struct Answer {
    pub(crate) total: u64,
    pub(crate) hits: usize,
    pub(crate) took: Duration,
}

pub(crate) fn kinds() -> [Kind; 4] {
    [Kind::Term, Kind::And, Kind::Phrase, Kind::Or]
}
