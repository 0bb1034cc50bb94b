//! What every command that opens an archive is told: where it lies, and what is set for it.

use std::path::{Path, PathBuf};

use crate::config::{Age, Config};
use crate::fetch;
use crate::store::{Store, StoreError};
use crate::sync;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Settings {
    /// The folder that holds the archive; ./data unless the configuration names another
    #[arg(long, value_name = "DIR", env = "BROADSHEET_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// The configuration file; `broadsheet config` prints what it may say
    #[arg(long, value_name = "FILE", env = "BROADSHEET_CONFIG")]
    config: Option<PathBuf>,
}

/// Opens the store of a folder, or begins one. Where there is an index and no store, something is lost: it is not begun anew
/// as if there had been nothing.
pub(super) fn open(dir: &Path) -> anyhow::Result<Store> {
    anyhow::ensure!(
        Store::is_in(dir) || sync::current(dir).is_none(),
        "{} holds an index and no store: bring store.sqlite back, or `broadsheet restore` a backup; to begin anew, remove the folder `index`",
        dir.display()
    );
    Ok(Store::open(dir)?)
}

/// A mistyped folder must not become an archive.
pub(super) fn ensure_there(dir: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(!dir.is_file(), StoreError::NotAFolder(dir.to_owned()));
    anyhow::ensure!(
        Store::is_in(dir),
        "there is no archive in {}; `broadsheet serve` and `broadsheet ingest` make one",
        dir.display()
    );
    Ok(())
}

/// What a server is told to do by itself and never could is a mistake.
pub(super) fn ensure_can_be_served(config: &Config) -> anyhow::Result<()> {
    let is_no_folder = |dir: &&PathBuf| dir.exists() && !dir.is_dir();
    let files = config.watch.dirs.iter().filter(is_no_folder).map(|file| {
        format!("{} is to be watched and is no folder; name the one that files are laid into", file.display())
    });
    let inside = fetch::never_asked(&config.feeds).map(|feed| {
        let url = &feed.url;
        format!(
            "the address of the feed `{url}` is not public; `allow_private = true` in [feeds] allows such addresses"
        )
    });
    let mistakes: Vec<String> = files.chain(inside).collect();
    anyhow::ensure!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    Ok(())
}

impl Settings {
    /// The configuration; flags win over it.
    pub(super) fn read(&self) -> anyhow::Result<Config> {
        let mut config = Config::read(self.config.as_deref(), std::env::vars_os())?;
        if let Some(dir) = &self.data_dir {
            config.archive.dir.clone_from(dir);
        }
        Ok(config)
    }

    /// The store of an archive that is there.
    pub(super) fn existing(&self) -> anyhow::Result<Store> {
        self.opened(Store::open)
    }

    /// The same, to be read only: the folder may be somebody else's, or one that takes no writes.
    pub(super) fn existing_to_read(&self) -> anyhow::Result<Store> {
        self.opened(Store::open_to_read)
    }

    fn opened(&self, open: fn(&Path) -> Result<Store, StoreError>) -> anyhow::Result<Store> {
        let config = self.read()?;
        ensure_there(&config.archive.dir)?;
        let store = open(&config.archive.dir)?;
        store.keep_for(config.retention.after.map(Age::span));
        Ok(store)
    }
}
