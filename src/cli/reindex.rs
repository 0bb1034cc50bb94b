//! `broadsheet reindex`: the index built anew beside the live one, and swapped in.

use std::process::ExitCode;
use std::time::Instant;

use super::progress::{BETWEEN_LINES, counted};
use super::settings::Settings;
use crate::sync;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    settings: Settings,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let store = options.settings.existing()?;
    let mut told = started;
    let articles = sync::rebuild(&store, store.dir(), |position, of| {
        if told.elapsed() > BETWEEN_LINES {
            eprintln!("{position} of {of} changes of the store are in the index");
            told = Instant::now();
        }
    })?;
    let articles = counted(articles, "article", "articles");
    say!("{articles} indexed anew in {:.1} s", started.elapsed().as_secs_f64());
    Ok(ExitCode::SUCCESS)
}
