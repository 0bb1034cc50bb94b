//! `broadsheet runs`: the ledger.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, bail};

use super::interrupt::{self, INTERRUPTED};
use super::progress::counted;
use super::settings::Settings;
use crate::store::{Counts, REJECT_COPY, Rejected, Run, RunId, Store, Undoing, Undone};
use crate::sync::{self, Outcome};

/// Rejects read at a time.
const PAGE: usize = 100;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Only this run
    #[arg(value_parser = number)]
    id: Option<u64>,
    /// With what it refused, where and why
    #[arg(long, requires = "id")]
    rejects: bool,
    /// Only the refused pieces as they stood, to be mended and read again
    #[arg(long, requires = "rejects")]
    copies: bool,
    /// Take away all that it brought, as if it had never been read
    #[arg(long, requires = "id", conflicts_with = "rejects")]
    undo: bool,
    #[command(flatten)]
    settings: Settings,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    if let Some(id) = options.id.filter(|_| options.undo) {
        return undo(&options.settings.existing()?, RunId(id));
    }
    let store = options.settings.existing_to_read()?;
    match options.id {
        None => print(&store.runs(None, 100)?),
        Some(id) => {
            let run = store.run(RunId(id))?.with_context(|| format!("there is no run {id}"))?;
            if options.copies {
                return pieces(&store, run.id);
            }
            print(std::slice::from_ref(&run));
            if options.rejects {
                rejects(&store, run.id)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn number(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| i64::try_from(*number).is_ok());
    number.ok_or_else(|| "a run has a number; `broadsheet runs` lists them".to_owned())
}

/// Takes a run back, batch after batch. Broken off, it goes on where it stopped when it is asked for again, or a server starts.
fn undo(store: &Store, run: RunId) -> anyhow::Result<ExitCode> {
    let stop = interrupt::heard()?;
    match store.begin_undoing(run)? {
        Undoing::NoRun => bail!("there is no run {run}"),
        Undoing::Running => bail!("run {run} is still being written; stop it first, or wait for its end"),
        Undoing::Before(before) => tell_undone(&before, "was undone before"),
        Undoing::Begun(_) => {
            if !store.go_on_undoing(run, &stop, |_| {})? {
                say!("interrupted; give it again, and it goes on where it stopped");
                return Ok(ExitCode::from(INTERRUPTED));
            }
            let line = store.run(run)?.with_context(|| format!("there is no run {run}"))?;
            tell_undone(&line, "is undone");
        }
    }
    match sync::without_server(store, store.dir())? {
        Outcome::LeftToServer => say!("the running server brings the index up to date"),
        Outcome::Done { .. } => say!("the index is without it"),
    }
    Ok(ExitCode::SUCCESS)
}

fn tell_undone(run: &Run, how: &str) {
    let (articles, versions) = run.undone.map_or((0, 0), |undone| (undone.articles, undone.versions));
    let (articles, versions) = (counted(articles, "article", "articles"), counted(versions, "version", "versions"));
    let stays = if run.undone.is_some_and(|undone| undone.versions < run.counts.new + run.counts.versions) {
        "; what other runs brought, too, stays"
    } else {
        ""
    };
    say!("run {} {how}: {articles} and {versions} taken back{stays}", run.id);
}

/// The columns of the ledger; numbers stand to the right.
const COLUMNS: [&str; 13] = [
    "run",
    "started (UTC)",
    "took",
    "state",
    "read",
    "new",
    "versions",
    "unchanged",
    "copies",
    "rejected",
    "articles gone",
    "versions gone",
    "input",
];

/// The columns that say what an undone run has taken away are there where one is.
fn print(runs: &[Run]) {
    if runs.is_empty() {
        return say!("nothing has been read yet");
    }
    let is_undone = runs.iter().any(|run| run.undone.is_some());
    let rows: Vec<[String; 13]> = std::iter::once(COLUMNS.map(str::to_owned)).chain(runs.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
    for row in &rows {
        let shown = row.iter().zip(&widths).zip(COLUMNS).filter(|(_, column)| is_undone || !column.ends_with(" gone"));
        let cells = shown.map(|((cell, width), column)| match column {
            "input" => cell.clone(),
            "started (UTC)" | "state" => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        say!("{}", cells.collect::<Vec<_>>().join("  "));
    }
}

fn row(run: &Run) -> [String; 13] {
    let Counts { seen, new, versions, unchanged, copies, rejected, .. } = run.counts;
    let took = run.took().map_or_else(|| "-".to_owned(), |took| format!("{:.1} s", took.as_secs_f64()));
    let [seen, new, versions, unchanged, copies, rejected] =
        [seen, new, versions, unchanged, copies, rejected].map(|count| count.to_string());
    let started = run.started.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let state = match run.undone {
        None => run.state.name(),
        Some(Undone { finished: None, .. }) => "undoing",
        Some(_) => "undone",
    };
    let state = state.to_owned();
    let gone = |count: fn(Undone) -> u64| run.undone.map_or_else(|| "-".to_owned(), |undone| count(undone).to_string());
    let (articles_gone, versions_gone) = (gone(|undone| undone.articles), gone(|undone| undone.versions));
    let (id, input) = (run.id.to_string(), run.input.clone());
    [id, started, took, state, seen, new, versions, unchanged, copies, rejected, articles_gone, versions_gone, input]
}

/// A word on copies where there are any.
pub(super) fn copies(counts: &Counts) -> String {
    if counts.copies > 0 { format!(", {}", counted(counts.copies, "copy", "copies")) } else { String::new() }
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
            "broadsheet: {left_out} of the rejects are left out: whole files, what breaks off, pieces that were cut at \
             {} KiB, and what is too old or purged, of which nothing is kept",
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
