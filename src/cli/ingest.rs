//! `broadsheet ingest`: files, folders and archives into the store, and the index brought up to date.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::ScopedJoinHandle;
use std::time::Instant;

use anyhow::bail;

use super::dry_run::is_aside;
use super::interrupt::{self, INTERRUPTED};
use super::progress::{Shown, counted};
use super::runs::copies as copies_among;
use super::settings::{self, Settings};
use crate::config::Age;
use crate::ingest::input::{Input, Progress};
use crate::ingest::options::Wishes;
use crate::ingest::run::{Became, Durable};
use crate::ingest::{self, Place, ReadOptions};
use crate::store::{Counts, Outcome, Rejected, Run, RunState, Store};
use crate::sync;

/// The options do not fit what was to be read.
const WRONG_OPTIONS: u8 = 2;

/// Something was refused; everything else is in.
const WITH_REJECTS: u8 = 3;

/// Rejects that say that a map or a missing header does not fit the table.
const MISFITS: &[&str] = &["unknown_column", "no_columns"];

/// Rejects shown at the end; the others are listed by `broadsheet runs`.
const SHOWN: usize = 5;

/// Exit code: 0 everything is in; 1 failed; 2 wrong options; 3 something was refused, the rest is in; 130 interrupted.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Files, folders or archives; `-` is standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Read everything as this format, instead of finding it by looking
    #[arg(long)]
    format: Option<String>,
    /// Which column or key holds which field: headline=otsikko,lead=2
    #[arg(long, value_name = "FIELD=COLUMN,…")]
    map: Option<String>,
    /// Whose identifiers these are
    #[arg(long)]
    namespace: Option<String>,
    /// Between cells
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<String>,
    /// Around cells
    #[arg(long, value_name = "CHARACTER")]
    quote: Option<String>,
    /// The first row holds data
    #[arg(long)]
    no_header: bool,
    /// The folder of a plain text file names its section
    #[arg(long)]
    section_from_folder: bool,
    /// Do not keep the pages that articles are taken from
    #[arg(long)]
    no_originals: bool,
    /// Say what would be read, and show the first article; store nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Options {
    fn wishes(&self) -> Wishes {
        Wishes {
            format: self.format.clone(),
            map: self.map.clone(),
            delimiter: self.delimiter.clone(),
            quote: self.quote.clone(),
            no_header: self.no_header,
            section_from_folder: self.section_from_folder,
            no_originals: self.no_originals,
        }
    }
}

/// What became of all inputs together.
#[derive(Default)]
struct Sum {
    rejected: u64,
    misfit: bool,
    failed: bool,
}

impl Sum {
    fn code(&self) -> ExitCode {
        match self {
            Sum { failed: true, .. } => ExitCode::FAILURE,
            Sum { misfit: true, .. } => ExitCode::from(WRONG_OPTIONS),
            Sum { rejected: 0, .. } => ExitCode::SUCCESS,
            _ => ExitCode::from(WITH_REJECTS),
        }
    }
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let read_options = match options.wishes().read() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("broadsheet: {}", error.detail);
            return Ok(ExitCode::from(WRONG_OPTIONS));
        }
    };
    all_there(&options.paths)?;
    let stop = interrupt::heard()?;
    if options.dry_run {
        return Ok(dry_run(options, &read_options, &stop));
    }
    let config = options.settings.read()?;
    let store = settings::open(&config.archive.dir)?;
    store.keep_for(config.retention.after.map(Age::span));
    let mut sum = Sum::default();
    std::thread::scope(|scope| {
        let (news, heard) = mpsc::channel();
        let (store, data, stopped) = (&store, store.dir(), &stop);
        let indexing = scope.spawn(move || sync::beside_ingest(store, data, &heard, stopped));
        for path in options.paths.iter().take_while(|_| !stop.load(Ordering::Relaxed)) {
            one(store, path, &read_options, options.namespace.as_deref(), &stop, &news, &mut sum)?;
        }
        drop(news);
        report_index(indexing)
    })?;
    if stop.load(Ordering::Relaxed) {
        say!("interrupted; run it again, and it goes on where it stopped");
        return Ok(ExitCode::from(INTERRUPTED));
    }
    Ok(sum.code())
}

fn dry_run(options: &Options, read_options: &ReadOptions, stop: &AtomicBool) -> ExitCode {
    let mut sum = Sum::default();
    for path in options.paths.iter().take_while(|_| !stop.load(Ordering::Relaxed)) {
        let found = ingest::dry::read(&input(path), read_options, options.namespace.as_deref(), stop);
        super::dry_run::print(&path.display().to_string(), &found);
        sum.rejected += found.rejects.saturating_sub(found.set_aside);
        sum.misfit |= found.articles() == 0 && found.first_rejects.first().is_some_and(is_misfit);
    }
    if stop.load(Ordering::Relaxed) { ExitCode::from(INTERRUPTED) } else { sum.code() }
}

fn is_misfit(reject: &Rejected) -> bool {
    MISFITS.contains(&reject.code.as_str())
}

fn input(path: &Path) -> Input {
    if path.as_os_str() == "-" { Input::Stdin } else { Input::Path(path.to_owned()) }
}

/// A path that leads nowhere is a mistake of typing, and noticed before anything is read.
pub(super) fn all_there(paths: &[PathBuf]) -> anyhow::Result<()> {
    match paths.iter().find(|path| path.as_os_str() != "-" && !path.exists()) {
        Some(missing) => bail!("{}: no such file or folder", missing.display()),
        None => Ok(()),
    }
}

/// Reads one input, and passes on the news of every batch that is in the store.
fn one(
    store: &Store,
    path: &Path,
    options: &ReadOptions,
    namespace: Option<&str>,
    stop: &Arc<AtomicBool>,
    news: &mpsc::Sender<()>,
    sum: &mut Sum,
) -> anyhow::Result<()> {
    let input = input(path);
    let progress = Progress::default();
    let unread = Arc::<Mutex<BTreeSet<String>>>::default();
    let options = &ReadOptions { unread: Some(Arc::clone(&unread)), ..options.clone() };
    let (mut shown, mut doubts) = (Shown::new(&input), Doubts::default());
    let run = ingest::run::run(store, &input, options, namespace, stop, &progress, |durable| {
        shown.show(durable.articles, durable.rejects, durable.bytes);
        doubts.note(durable);
        // Nobody listens where a server does the indexing.
        let _ = news.send(());
    })?;
    shown.end();
    let set_aside = progress.set_aside.load(Ordering::Relaxed);
    report(store, &run, set_aside)?;
    doubts.tell();
    super::dry_run::tell_unread(&unread.lock().unwrap_or_else(PoisonError::into_inner));
    sum.rejected += run.counts.rejected.saturating_sub(set_aside);
    sum.failed |= run.state == RunState::Failed;
    let first = store.rejects(run.id, 0, 1)?;
    sum.misfit |= run.counts.seen == 0 && first.iter().any(|(_, reject)| is_misfit(reject));
    Ok(())
}

/// What is in, and may not be as it was meant.
#[derive(Default)]
struct Doubts {
    /// Dates that stand there and cannot be read.
    dates: Doubt,
    /// Ids under which something else was shown before.
    strangers: Doubt,
}

/// How many there are, and the first of them: what stands there, and where.
#[derive(Default)]
struct Doubt {
    count: u64,
    first: Option<(String, Place)>,
}

impl Doubts {
    fn note(&mut self, durable: &Durable<'_>) {
        for piece in durable.pieces() {
            let Became::Stored(place, incoming, outcome) = piece else { continue };
            if matches!(outcome, Outcome::Refused(_)) {
                continue;
            }
            if let Some(date) = incoming.article.unreadable_date() {
                self.dates.note(date, place);
            }
            if outcome == Outcome::Stranger {
                self.strangers.note(&incoming.identity.key, place);
            }
        }
    }

    fn tell(&self) {
        if let Some(first) = self.dates.first() {
            let dates = counted(
                self.dates.count,
                "date cannot be read, and its article has",
                "dates cannot be read, and their articles have",
            );
            say!("  {dates} none; the first is {first}");
        }
        if let Some(first) = self.strangers.first() {
            let versions = counted(self.strangers.count, "new version has", "new versions have");
            say!(
                "  {versions} nothing in common with the article shown before under the same id; the first is {first}"
            );
            say!("  if they are of another collection, read that with a --namespace of its own");
        }
    }
}

impl Doubt {
    fn note(&mut self, what: &str, place: &Place) {
        self.count += 1;
        self.first.get_or_insert_with(|| (what.to_owned(), place.clone()));
    }

    fn first(&self) -> Option<String> {
        let (what, place) = self.first.as_ref()?;
        let line = place.line.map(|line| format!(" line {line}")).unwrap_or_default();
        Some(format!("`{what}` ({}{line})", place.source))
    }
}

fn report(store: &Store, run: &Run, set_aside: u64) -> anyhow::Result<()> {
    let Counts { seen, new, versions, unchanged, copies, rejected, bytes } = run.counts;
    let took = run.took().unwrap_or_default().as_secs_f64();
    say!(
        "{}: {seen} read: {new} new, {}, {unchanged} unchanged{}, {rejected} rejected ({:.1} MB in {took:.1} s)",
        run.input,
        counted(versions, "new version", "new versions"),
        copies_among(&run.counts),
        bytes as f64 / 1e6
    );
    if run.state == RunState::Failed {
        say!("reading broke down; what was read before is in");
    } else if new + versions + copies == 0 {
        say!("nothing changed");
    }
    if set_aside > 0 {
        let were = if set_aside == 1 { "was" } else { "were" };
        say!("  {set_aside} of the rejected {were} only set aside, as no article: nothing is missing");
    }
    for (_, reject) in store.rejects(run.id, 0, SHOWN)? {
        let line = reject.line.map(|line| format!(" line {line}")).unwrap_or_default();
        let kind = if is_aside(&reject.code) { "set aside" } else { "rejected" };
        say!("  {kind}: {}{line}: {}: {}", reject.source, reject.code, reject.detail);
    }
    if rejected > SHOWN as u64 {
        say!("  … all of them: broadsheet runs {} --rejects", run.id.0);
    }
    Ok(())
}

/// Waits for the index, which has come along with the store.
fn report_index(indexing: ScopedJoinHandle<'_, Result<sync::Outcome, sync::SyncError>>) -> anyhow::Result<()> {
    let started = Instant::now();
    let outcome = indexing.join().map_err(|_| anyhow::anyhow!("indexing has failed"))??;
    match outcome {
        sync::Outcome::LeftToServer => say!("the running server brings the index up to date"),
        sync::Outcome::Done { applied: 0 } => {}
        sync::Outcome::Done { applied } => {
            let indexed = counted(applied, "change", "changes");
            say!("{indexed} brought into the index, the last of them {:.1} s later", started.elapsed().as_secs_f64());
        }
    }
    Ok(())
}
