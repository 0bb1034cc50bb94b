//! What was measured, in print.

use std::path::Path;
use std::time::Duration;

use crate::plain::Plain;
use crate::queries::Query;
use crate::{Depth, kinds};

/// Says what was run, and on what.
pub(crate) fn machine() {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let value = |text: String, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        line.split(':').nth(1).unwrap_or("unknown").trim().to_owned()
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    println!(
        "command: cargo bench --bench beside_tantivy -- {}",
        std::env::args().skip(1).collect::<Vec<_>>().join(" ")
    );
    println!(
        "machine: {} threads of {}, {} of memory, Linux {}",
        threads,
        value(read("/proc/cpuinfo"), "model name"),
        value(read("/proc/meminfo"), "MemTotal"),
        read("/proc/sys/kernel/osrelease").trim()
    );
    println!("build: {}", if cfg!(debug_assertions) { "debug: the figures say nothing" } else { "release" });
}

pub(crate) fn ingest(plain: &Plain, ours: Duration, theirs: Duration, stages: &str) {
    let articles = plain.articles() as f64;
    let rate = |took: Duration| articles / took.as_secs_f64();
    println!("\ningest of {articles} articles, {:.1} MB of text; reading and parsing is in both", mb(plain.text_bytes));
    println!("  ours, store and index, durable  {:8.1} s {:8.0} articles/s", ours.as_secs_f64(), rate(ours));
    println!("  tantivy, index alone            {:8.1} s {:8.0} articles/s", theirs.as_secs_f64(), rate(theirs));
    println!("  ours takes {:.2} times as long", ours.as_secs_f64() / theirs.as_secs_f64());
    stages.lines().filter(|line| line.contains(" indexed")).for_each(|line| println!("  of it: {line}"));
}

pub(crate) fn sizes(plain: &Plain, ours: &Path, theirs: &Path) -> anyhow::Result<()> {
    let text = plain.text_bytes as f64;
    let (index, all) = (size(&ours.join("index"))?, size(ours)?);
    println!("size, by bytes of text");
    println!(
        "  ours {:.2} (store {:.2}, index {:.2})",
        all as f64 / text,
        (all - index) as f64 / text,
        index as f64 / text
    );
    println!("  tantivy {:.2}, in {} segments", size(theirs)? as f64 / text, plain.segments());
    Ok(())
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn size(path: &Path) -> anyhow::Result<u64> {
    let metadata = path.metadata()?;
    if metadata.is_file() {
        return Ok(metadata.len());
    }
    let mut sum = 0;
    for entry in std::fs::read_dir(path)? {
        sum += size(&entry?.path())?;
    }
    Ok(sum)
}

/// Times of one pass, by query and depth.
type Times = Vec<[Vec<f64>; Depth::ALL.len()]>;

pub(crate) struct Report<'a> {
    queries: &'a [Query],
    ours: Vec<Times>,
    theirs: Vec<Times>,
}

impl Report<'_> {
    pub(crate) fn new(queries: &[Query]) -> Report<'_> {
        Report { queries, ours: Vec::new(), theirs: Vec::new() }
    }

    pub(crate) fn begin_pass(&mut self) {
        self.ours.push(vec![Default::default(); self.queries.len()]);
        self.theirs.push(vec![Default::default(); self.queries.len()]);
    }

    pub(crate) fn add(&mut self, query: usize, depth: Depth, ours: Duration, theirs: Duration) {
        for (side, took) in [(&mut self.ours, ours), (&mut self.theirs, theirs)] {
            if let Some(pass) = side.last_mut() {
                pass[query][depth as usize].push(took.as_secs_f64() * 1e3);
            }
        }
    }

    pub(crate) fn print(&self, floor: Duration) {
        println!("\nan answer in ms: the median of a pass; of the passes the least [median] greatest");
        println!("ours over HTTP on one kept connection, tantivy inside the process; a request for nothing: {floor:?}");
        for kind in kinds() {
            let of_kind: Vec<usize> = (0..self.queries.len()).filter(|at| self.queries[*at].kind == kind).collect();
            println!("{} ({} queries)", kind.name(), of_kind.len());
            for depth in Depth::ALL {
                self.line(name(depth), &of_kind, depth);
            }
        }
        println!("all ({} queries)", self.queries.len());
        let all: Vec<usize> = (0..self.queries.len()).collect();
        Depth::ALL.iter().for_each(|depth| self.line(name(*depth), &all, *depth));
        println!("\nevery query with everything: articles found, ms");
        for (at, query) in self.queries.iter().enumerate() {
            let (ours, theirs) =
                (self.medians(&self.ours, &[at], Depth::Whole), self.medians(&self.theirs, &[at], Depth::Whole));
            println!(
                "  {:44} ours {:6} {:7.3}   tantivy {:6} {:7.3}",
                query.text,
                query.total,
                ours[ours.len() / 2],
                query.plain_total,
                theirs[theirs.len() / 2]
            );
        }
    }

    fn line(&self, what: &str, queries: &[usize], depth: Depth) {
        let (ours, theirs) = (self.medians(&self.ours, queries, depth), self.medians(&self.theirs, queries, depth));
        let mut ratios: Vec<f64> = self.ratios(queries, depth);
        ratios.sort_by(f64::total_cmp);
        println!("  {what:32} ours {}   tantivy {}   ours/tantivy {}", spread(&ours), spread(&theirs), spread(&ratios));
    }

    /// The median of each pass, sorted.
    fn medians(&self, side: &[Times], queries: &[usize], depth: Depth) -> Vec<f64> {
        let mut medians: Vec<f64> = side.iter().map(|pass| of_pass(pass, queries, depth)).collect();
        medians.sort_by(f64::total_cmp);
        medians
    }

    fn ratios(&self, queries: &[usize], depth: Depth) -> Vec<f64> {
        let passes = self.ours.iter().zip(&self.theirs);
        passes.map(|(ours, theirs)| of_pass(ours, queries, depth) / of_pass(theirs, queries, depth)).collect()
    }
}

fn of_pass(pass: &Times, queries: &[usize], depth: Depth) -> f64 {
    let mut times: Vec<f64> = queries.iter().flat_map(|at| &pass[*at][depth as usize]).copied().collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn name(depth: Depth) -> &'static str {
    match depth {
        Depth::Hits => "ten best and total",
        Depth::Facets => "and three facets",
        Depth::Whole => "and highlights: the whole answer",
    }
}

fn spread(sorted: &[f64]) -> String {
    match sorted {
        [] => "nothing".to_owned(),
        [only] => format!("{only:.3}"),
        _ => format!("{:.3} [{:.3}] {:.3}", sorted[0], sorted[sorted.len() / 2], sorted[sorted.len() - 1]),
    }
}
