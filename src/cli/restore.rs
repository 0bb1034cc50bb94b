//! `broadsheet restore`: an archive made of a backup.

use std::path::PathBuf;
use std::process::ExitCode;

use super::progress::counted;
use super::settings::Settings;
use crate::store::{BackupError, Store};
use crate::sync::Lock;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The backup
    #[arg(value_name = "DIR")]
    from: PathBuf,
    /// Put it in the place of the archive that is there, which is then gone
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    settings: Settings,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let data = options.settings.read()?.archive.dir;
    // Whoever serves an archive that is damaged may hold nothing else of it.
    let lock =
        if Store::is_in(&data) { Some(Lock::take(&data)?.ok_or(BackupError::InUse(data.clone()))?) } else { None };
    let (store, manifest) = Store::restore(&options.from, &data, options.replace)?;
    drop(lock);
    let articles = counted(store.count()?, "article", "articles");
    say!("{}: {articles}, up to change {}, as of {}", data.display(), store.last_change()?, manifest.made);
    say!("its index is made at the next start, or by `broadsheet reindex`");
    Ok(ExitCode::SUCCESS)
}
