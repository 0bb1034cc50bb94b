//! `broadsheet runs`: the ledger.

use std::process::ExitCode;

use anyhow::Context;

use super::DataDir;
use crate::store::{Counts, Run, RunId, Store};

/// Rejects read at a time.
const PAGE: usize = 1000;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Only this run
    id: Option<u64>,
    /// With what it refused, where and why
    #[arg(long, requires = "id")]
    rejects: bool,
    #[command(flatten)]
    data: DataDir,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let store = options.data.existing()?;
    match options.id {
        None => store.runs(100)?.iter().for_each(print),
        Some(id) => {
            let run = store.run(RunId(id))?.with_context(|| format!("there is no run {id}"))?;
            print(&run);
            if options.rejects {
                rejects(&store, run.id)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print(run: &Run) {
    let counts = run.counts;
    say!(
        "{:>4}  {}  {:<11}  {} read: {} new, {} new versions, {} unchanged{}, {} rejected  {}",
        run.id.0,
        run.started.strftime("%Y-%m-%d %H:%M:%S"),
        run.state.name(),
        counts.seen,
        counts.new,
        counts.versions,
        counts.unchanged,
        copies(&counts),
        counts.rejected,
        run.input,
    );
}

/// A word on copies where there are any.
pub(super) fn copies(counts: &Counts) -> String {
    if counts.copies > 0 { format!(", {} copies", counts.copies) } else { String::new() }
}

fn rejects(store: &Store, run: RunId) -> anyhow::Result<()> {
    let mut after = 0;
    loop {
        let page = store.rejects(run, after, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        for (_, reject) in &page {
            let line = reject.line.map(|line| format!(":{line}")).unwrap_or_default();
            let offset = reject.offset.unwrap_or_default();
            say!("{}{line} (byte {offset})  {}: {}", reject.source, reject.code, reject.detail);
        }
    }
}
