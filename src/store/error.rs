use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, ffi};

/// Why the store could not do as asked. None of it is a client's fault. What caused it stands in the message, and nowhere else.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{}: {cause}", .path.display())]
    File { path: PathBuf, cause: io::Error },
    #[error("{} is a file; the archive needs a folder", .0.display())]
    NotAFolder(PathBuf),
    #[error("{} was written by a newer broadsheet; this one cannot read it", .0.display())]
    Newer(PathBuf),
    #[error("{} was written by an older broadsheet; start the server once, which brings it up to date", .0.display())]
    Older(PathBuf),
    #[error(
        "{} holds what is not in the store yet, and cannot be read where nothing may be written; copy the folder and look at the copy, or start a server on it",
        .0.display()
    )]
    LogUnread(PathBuf),
    #[error("the store could not be brought up to date: {0}")]
    Migration(rusqlite_migration::Error),
    #[error("version row {row} of the store is damaged: what is there is not what was written")]
    Damaged { row: u64 },
    #[error("the store is damaged ({0}); `broadsheet check` says where, and `broadsheet restore` brings a backup back")]
    Corrupt(String),
    #[error("the disk of the archive is full ({0})")]
    Full(String),
    #[error("the disk of the archive takes no writes ({0})")]
    Refused(String),
    #[error("there is no run {0}")]
    NoRun(u64),
    #[error("an article could not be packed: {0}")]
    Pack(io::Error),
    #[error("the store: {0}")]
    Sqlite(rusqlite::Error),
}

pub(super) type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Codes of what the disk does to the store, as answers have them.
pub const STORAGE_FULL: &str = "storage_full";
pub const STORAGE_REFUSED: &str = "storage_refused";
pub const STORAGE_DAMAGED: &str = "storage_damaged";

impl StoreError {
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
        move |cause| match of_disk(&cause) {
            Some(STORAGE_FULL) => StoreError::Full(format!("{}: {cause}", path.display())),
            Some(_) => StoreError::Refused(format!("{}: {cause}", path.display())),
            None => StoreError::File { path: path.to_owned(), cause },
        }
    }

    /// Of what the disk does; of all else there is none.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            StoreError::Full(_) => Some(STORAGE_FULL),
            StoreError::Refused(_) => Some(STORAGE_REFUSED),
            StoreError::Corrupt(_) | StoreError::Damaged { .. } => Some(STORAGE_DAMAGED),
            _ => None,
        }
    }

    /// Whether the disk takes no writes, which it may again.
    pub(super) fn is_of_disk(&self) -> bool {
        matches!(self, StoreError::Full(_) | StoreError::Refused(_))
    }
}

/// The code of a disk that takes no writes.
pub fn of_disk(error: &io::Error) -> Option<&'static str> {
    use io::ErrorKind::{FileTooLarge, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    match error.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => Some(STORAGE_FULL),
        ReadOnlyFilesystem | PermissionDenied => Some(STORAGE_REFUSED),
        _ => None,
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        let Some(failure) = error.sqlite_error() else { return StoreError::Sqlite(error) };
        // https://sqlite.org/rescode.html
        match (failure.code, failure.extended_code) {
            (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _)
            | (ErrorCode::SystemIoFailure, ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_SHORT_READ) => {
                StoreError::Corrupt(error.to_string())
            }
            // The file of shared memory is made as large as it has to be: that fails where there is no room.
            (ErrorCode::DiskFull, _) | (ErrorCode::SystemIoFailure, ffi::SQLITE_IOERR_SHMSIZE) => {
                StoreError::Full(error.to_string())
            }
            (
                ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen | ErrorCode::SystemIoFailure,
                _,
            ) => StoreError::Refused(error.to_string()),
            _ => StoreError::Sqlite(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_matter_with_a_file_is_said_once() {
        let error = StoreError::file(Path::new("/a"))(io::ErrorKind::NotFound.into());
        assert_eq!(format!("{:#}", anyhow::Error::from(error)), "/a: entity not found");
    }
}
