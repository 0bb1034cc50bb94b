//! `broadsheet reindex`: the index built anew beside the live one, and swapped in.

use std::process::ExitCode;
use std::time::Instant;

use super::progress::counted;
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
    let articles = sync::rebuild(&store, store.dir(), |_, _| {})?;
    let articles = counted(articles, "article", "articles");
    say!("{articles} indexed anew in {:.1} s", started.elapsed().as_secs_f64());
    Ok(ExitCode::SUCCESS)
}
