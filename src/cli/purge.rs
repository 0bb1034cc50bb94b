//! `broadsheet purge`: articles removed for good, with every byte of them.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::bail;

use super::progress::counted;
use super::settings::Settings;
use crate::article::ArticleId;
use crate::store::{Purged, Store};
use crate::sync::{self, Outcome};

/// A running server is waited for so long.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(100);

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// As answers name the articles
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    settings: Settings,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let store = options.settings.existing()?;
    let mut missing = Vec::new();
    for id in &options.ids {
        match store.purge(&ArticleId(id.clone()))? {
            None => missing.push(id.as_str()),
            Some(Purged { already: true, .. }) => say!("{id}: it was purged before"),
            Some(Purged { versions, rejects, .. }) => {
                let (versions, rejects) =
                    (counted(versions, "version", "versions"), counted(rejects, "reject", "rejects"));
                say!("{id}: purged, with {versions} and {rejects}; it is not taken in again");
            }
        }
    }
    if missing.len() < options.ids.len() {
        free_the_files(&store, &options.ids)?;
    }
    match missing.as_slice() {
        [] => Ok(ExitCode::SUCCESS),
        [id] => bail!("there is no article {id}"),
        [first, ..] => bail!("{} of the articles are not here; the first is {first}", missing.len()),
    }
}

/// The index, and the log of the store: by this process, or by the server that runs.
fn free_the_files(store: &Store, ids: &[String]) -> anyhow::Result<()> {
    if sync::without_server(store, store.dir())? == Outcome::LeftToServer {
        say!("the running server writes its index without it, and lets go of older states");
        let until = Instant::now() + PATIENCE;
        while is_left(store, ids)? && Instant::now() < until {
            std::thread::sleep(LOOK);
        }
    }
    if is_left(store, ids)? {
        say!(
            "some of it may still be in the files; whoever writes the index frees them of it: a server within seconds,"
        );
        say!(
            "else the next `broadsheet serve`, `ingest` or `purge`. Give the same command again to hear whether it is done"
        );
    } else {
        say!("nothing of it is left in the index or the store; backups hold it as long as they are kept");
    }
    Ok(())
}

fn is_left(store: &Store, ids: &[String]) -> anyhow::Result<bool> {
    for id in ids {
        if store.is_purging(&ArticleId(id.clone()))? {
            return Ok(true);
        }
    }
    Ok(false)
}
