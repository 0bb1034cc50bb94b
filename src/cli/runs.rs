//! `broadsheet runs`: the ledger.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;

use super::DataDir;
use crate::store::{Counts, REJECT_COPY, Rejected, Run, RunId, Store};

/// Rejects read at a time.
const PAGE: usize = 100;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Only this run
    id: Option<u64>,
    /// With what it refused, where and why
    #[arg(long, requires = "id")]
    rejects: bool,
    /// Only the refused pieces as they stood, to be mended and read again
    #[arg(long, requires = "rejects")]
    copies: bool,
    #[command(flatten)]
    data: DataDir,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let store = options.data.existing()?;
    match options.id {
        None => store.runs(None, 100)?.iter().for_each(print),
        Some(id) => {
            let run = store.run(RunId(id))?.with_context(|| format!("there is no run {id}"))?;
            if options.copies {
                return pieces(&store, run.id);
            }
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

/// Whatever is no piece to be read again is counted to standard error.
fn pieces(store: &Store, run: RunId) -> anyhow::Result<ExitCode> {
    let (mut out, mut left_out) = (std::io::stdout().lock(), 0);
    each(store, run, |reject| {
        match reject.piece() {
            Some(piece) => {
                out.write_all(piece)?;
                out.write_all(if piece.ends_with(b"\n") { b"" } else { b"\n" })?;
            }
            None => left_out += 1,
        }
        Ok(())
    })?;
    out.flush()?;
    if left_out > 0 {
        eprintln!(
            "broadsheet: {left_out} of the rejects are left out: whole files, what breaks off, and pieces that were cut \
             at {} KiB",
            REJECT_COPY >> 10
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn rejects(store: &Store, run: RunId) -> anyhow::Result<()> {
    each(store, run, |reject| {
        let line = reject.line.map(|line| format!(":{line}")).unwrap_or_default();
        let offset = reject.offset.unwrap_or_default();
        say!("{}{line} (byte {offset})  {}: {}", reject.source, reject.code, reject.detail);
        Ok(())
    })
}

fn each(store: &Store, run: RunId, mut tell: impl FnMut(&Rejected) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut after = 0;
    loop {
        let page = store.rejects(run, after, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        for (_, reject) in &page {
            tell(reject)?;
        }
    }
}
