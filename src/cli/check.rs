//! `broadsheet check`: proves that the store is whole, and that the index holds what it ought to. A server may run.

use std::process::ExitCode;

use super::progress::counted;
use super::settings::{Settings, ensure_there};
use crate::store::{STORAGE_FULL, STORAGE_REFUSED, Store, StoreError};
use crate::sync::{self, Findings};

/// Exit code: 0 all is well; 1 something is wrong, and each line says what
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Where only the index is wrong, build it anew from the store
    #[arg(long)]
    repair: bool,
    #[command(flatten)]
    settings: Settings,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let data = options.settings.read()?.archive.dir;
    ensure_there(&data)?;
    let findings = match sync::check(&data, |what| tracing::info!("looking at {what}")) {
        Ok(findings) => findings,
        Err(sync::SyncError::Store(error)) if is_damage(&error) => {
            say!("store: {error}");
            tell_ways_out(true, false);
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => return Err(error.into()),
    };
    tell(&findings);
    if findings.are_none() {
        return Ok(ExitCode::SUCCESS);
    }
    if options.repair && findings.store.is_empty() {
        sync::rebuild(&Store::open(&data)?, &data, |_, _| {})?;
        say!("the index was made anew from the store");
        let after = sync::check(&data, |_| {})?;
        tell(&after);
        return Ok(if after.are_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    tell_ways_out(!findings.store.is_empty(), !findings.index.is_empty());
    Ok(ExitCode::FAILURE)
}

/// What cannot be looked at is no finding.
fn is_damage(error: &StoreError) -> bool {
    let cannot = matches!(error, StoreError::Older(_) | StoreError::Newer(_) | StoreError::LogUnread(_));
    !cannot && !matches!(error.code(), Some(STORAGE_REFUSED | STORAGE_FULL))
}

fn tell(findings: &Findings) {
    for flaw in &findings.store {
        say!("store: {flaw}");
    }
    for flaw in &findings.index {
        say!("index: {flaw}");
    }
    let versions = counted(findings.extent.versions, "version", "versions");
    let compared = counted(findings.compared, "article", "articles");
    if findings.are_none() {
        say!("all is well: {versions} in the store are as they were written, {compared} in the index are theirs");
    }
    if findings.behind > 0 {
        let behind = counted(findings.behind, "change", "changes");
        say!("the index is {behind} behind the store, which were not looked at");
    }
}

fn tell_ways_out(store: bool, index: bool) {
    if store {
        say!("what is damaged in the store is in no index: `broadsheet restore` brings back a backup");
    }
    if index {
        say!("an index can be made anew from the store: `broadsheet reindex`, or `broadsheet check --repair`");
    }
}
