//! `broadsheet ingest`: files, folders and archives into the store, and the index brought up to date.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};

use super::DataDir;
use crate::ingest::input::{self, Input, Progress};
use crate::ingest::{self, FieldMap, Format, ReadOptions};
use crate::store::{Counts, Run, Store};
use crate::sync;

/// Something was refused; everything else is in.
const WITH_REJECTS: u8 = 3;

/// Rejects shown at the end; the others are listed by `broadsheet runs`.
const SHOWN: usize = 5;

/// Without a terminal a line is printed this often.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Exit code: 0 everything is in; 1 failed; 2 wrong options; 3 some articles were refused, the others are in.
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
    delimiter: Option<char>,
    /// Around cells
    #[arg(long, value_name = "CHARACTER")]
    quote: Option<char>,
    /// The first row holds data
    #[arg(long)]
    no_header: bool,
    /// The folder of a plain text file names its section
    #[arg(long)]
    section_from_folder: bool,
    #[command(flatten)]
    data: DataDir,
}

impl Options {
    fn read_options(&self) -> anyhow::Result<ReadOptions> {
        let format = match self.format.as_deref() {
            None => None,
            Some(name) => match Format::from_name(name) {
                Some(format) => Some(format),
                None => bail!("there is no format `{name}`; the formats are {}", Format::names().join(", ")),
            },
        };
        let byte = |c: Option<char>, what: &str| {
            c.map(|c| u8::try_from(c).with_context(|| format!("the {what} must be an ASCII character"))).transpose()
        };
        Ok(ReadOptions {
            format,
            map: FieldMap::parse(self.map.as_deref().unwrap_or_default()).map_err(anyhow::Error::msg)?,
            delimiter: byte(self.delimiter, "delimiter")?,
            quote: byte(self.quote, "quote")?,
            no_header: self.no_header,
            section_from_folder: self.section_from_folder,
        })
    }
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let read_options = options.read_options()?;
    if let Some(missing) = options.paths.iter().find(|path| path.as_os_str() != "-" && !path.exists()) {
        bail!("{}: no such file or folder", missing.display());
    }
    let store = Store::open(&options.data.data_dir)?;
    let mut rejected = 0;
    for path in &options.paths {
        let run = one(&store, path, &read_options, options.namespace.as_deref())?;
        report(&store, &run)?;
        rejected += run.counts.rejected;
    }
    index(&store, options)?;
    Ok(if rejected > 0 { ExitCode::from(WITH_REJECTS) } else { ExitCode::SUCCESS })
}

fn one(store: &Store, path: &std::path::Path, options: &ReadOptions, namespace: Option<&str>) -> anyhow::Result<Run> {
    let input = if path.as_os_str() == "-" { Input::Stdin } else { Input::Path(path.to_owned()) };
    let progress = Progress::default();
    let mut shown = Shown::new(path);
    let stop = AtomicBool::new(false);
    let run = ingest::run::run(store, &input, options, namespace, &stop, &progress, |articles, rejects| {
        shown.show(articles, rejects, progress.read.load(Ordering::Relaxed));
    })?;
    shown.bar.finish_and_clear();
    Ok(run)
}

/// A bar on a terminal, lines elsewhere.
struct Shown {
    bar: ProgressBar,
    started: Instant,
    lined: Instant,
}

impl Shown {
    fn new(path: &std::path::Path) -> Shown {
        let bar =
            if std::io::stderr().is_terminal() { ProgressBar::new(input::size(path)) } else { ProgressBar::hidden() };
        let style = "{bar:30} {bytes}/{total_bytes}  {msg}  {eta} left";
        bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
        Shown { bar, started: Instant::now(), lined: Instant::now() }
    }

    fn show(&mut self, articles: u64, rejects: u64, bytes: u64) {
        let rate = articles as f64 / self.started.elapsed().as_secs_f64().max(0.001);
        let line = format!("{articles} articles, {rate:.0} a second, {rejects} rejected");
        self.bar.set_position(bytes);
        if self.bar.is_hidden() && self.lined.elapsed() > BETWEEN_LINES {
            eprintln!("{line}");
            self.lined = Instant::now();
        }
        self.bar.set_message(line);
    }
}

fn report(store: &Store, run: &Run) -> anyhow::Result<()> {
    let Counts { seen, new, versions, unchanged, rejected, bytes } = run.counts;
    let took = run.took().unwrap_or_default().as_secs_f64();
    println!(
        "{}: {seen} read: {new} new, {versions} new versions, {unchanged} unchanged, {rejected} rejected ({:.1} MB in {took:.1} s)",
        run.input,
        bytes as f64 / 1e6
    );
    if new + versions == 0 {
        println!("nothing changed");
    }
    for (_, reject) in store.rejects(run.id, 0, SHOWN)? {
        let line = reject.line.map(|line| format!(" line {line}")).unwrap_or_default();
        println!("  rejected: {}{line}: {}: {}", reject.source, reject.code, reject.detail);
    }
    if rejected > SHOWN as u64 {
        println!("  … all of them: broadsheet runs {} --rejects", run.id.0);
    }
    Ok(())
}

fn index(store: &Store, options: &Options) -> anyhow::Result<()> {
    let started = Instant::now();
    let stop = AtomicBool::new(false);
    match sync::after_ingest(store, &options.data.data_dir, &stop, |_, _| {})? {
        sync::Outcome::LeftToServer => println!("the running server brings the index up to date"),
        sync::Outcome::Done { applied: 0 } => {}
        sync::Outcome::Done { applied } => {
            println!("{applied} articles indexed in {:.1} s", started.elapsed().as_secs_f64());
        }
    }
    Ok(())
}
