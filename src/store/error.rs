use std::io;
use std::path::{Path, PathBuf};

/// Why the store could not do as asked. None of it is a client's fault.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{}: {source}", .path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{} is a file; the archive needs a folder", .0.display())]
    NotAFolder(PathBuf),
    #[error("{} was written by a newer broadsheet; this one cannot read it", .0.display())]
    Newer(PathBuf),
    #[error("the store could not be brought up to date: {0}")]
    Migration(#[source] rusqlite_migration::Error),
    #[error("version row {row} of the store is damaged: what is there is not what was written")]
    Damaged { row: u64 },
    #[error("there is no run {0}")]
    NoRun(u64),
    #[error("an article could not be packed: {0}")]
    Pack(#[source] io::Error),
    #[error("the store: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

pub(super) type Result<T, E = StoreError> = std::result::Result<T, E>;

impl StoreError {
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
        move |source| StoreError::File { path: path.to_owned(), source }
    }
}
