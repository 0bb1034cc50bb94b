//! `broadsheet retire`: what is older than is kept goes now, however much that is. A server removes it by itself, unless it
//! is so much that somebody may have made a mistake.

use std::process::ExitCode;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::interrupt::{self, INTERRUPTED};
use super::progress::counted;
use super::settings::Settings;
use crate::sync::{self, Outcome};

/// Exit code: 0 nothing is left that is too old; 1 failed; 130 interrupted, and what has gone by then has gone
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Say how many articles are too old, and remove none
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    settings: Settings,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let is_bounded = options.settings.read()?.retention.after.is_some();
    anyhow::ensure!(is_bounded, "nothing is ever too old: `after` of [retention] is empty");
    let now = Timestamp::now();
    if options.dry_run {
        let old = options.settings.existing_to_read()?.too_old(now)?;
        say!("{} older than [retention] keeps them", counted(old, "article is", "articles are"));
        return Ok(ExitCode::SUCCESS);
    }
    let stop = interrupt::heard()?;
    let store = options.settings.existing()?;
    let removed = store.retire(now, &stop)?;
    let (articles, versions) =
        (counted(removed.articles, "article", "articles"), counted(removed.versions, "version", "versions"));
    say!("{articles} and {versions} older than [retention] keeps them have been removed");
    if stop.load(Ordering::Relaxed) {
        say!("interrupted; give it again, and it goes on where it stopped");
        return Ok(ExitCode::from(INTERRUPTED));
    }
    match sync::without_server(&store, store.dir())? {
        Outcome::LeftToServer => say!("the running server brings the index up to date"),
        Outcome::Done { .. } => say!("the index is without them"),
    }
    Ok(ExitCode::SUCCESS)
}
