//! `broadsheet restore`: an archive made of a backup.

use std::path::PathBuf;
use std::process::ExitCode;

use super::progress::counted;
use super::settings::Settings;
use crate::store::{BackupError, Restored, Since, Store};
use crate::sync::{self, Lock};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The backup
    #[arg(value_name = "BACKUP")]
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
    let is_there = Store::is_in(&data) || sync::current(&data).is_some();
    let lock = if is_there { Some(Lock::take(&data)?.ok_or(BackupError::InUse(data.clone()))?) } else { None };
    let Restored { store, manifest, since } = Store::restore(&options.from, &data, options.replace)?;
    drop(lock);
    let articles = counted(store.count()?, "article", "articles");
    say!("{}: {articles}, up to change {}, as of {}", data.display(), store.last_change()?, manifest.made);
    tell(&since, is_there);
    say!("its index is made at the next start, or by `broadsheet reindex`");
    Ok(ExitCode::SUCCESS)
}

/// Of an archive that was there and had lost its store nobody knows what it had purged.
fn tell(since: &Since, is_there: bool) {
    let (purged, unread) = match since {
        Since::NoArchive => (0, is_there.then_some("it had no store")),
        Since::Purged(purged) => (*purged, None),
        Since::Unread { purged, why } => (*purged, Some(why.as_str())),
    };
    if purged > 0 {
        say!("{} removed for good since then: removed from it, too", counted(purged, "article", "articles"));
    }
    if let Some(why) = unread {
        say!("the archive that was replaced could not be read to its end: {why}");
        say!("so what was removed for good since then may be back: give `broadsheet purge` for it again");
    }
}
