//! KEEP: SQLite, the truth. Articles with all their versions, the change log, runs and rejects.
//!
//! What is in here is acknowledged and durable; everything else can be made again from it. Its job ends at handing out
//! articles whole: what they are searched by is the engine's business. No other room speaks SQL.
//!
//! One connection of a process writes, in short transactions; several processes may do so on one directory. Reading
//! goes on beside it, each read at one moment of the store.

mod backup;
mod bounds;
mod carried;
mod citations;
mod connect;
mod error;
mod fetched;
mod hold;
mod inspect;
mod keys;
mod names;
mod pack;
mod pool;
mod purge;
mod read;
mod refusal;
mod rejudge;
mod remove;
mod repeated;
mod restore;
mod retire;
mod runs;
mod sql;
mod standing;
mod stories;
mod traces;
mod undo;
mod versions;
mod write;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use jiff::{Span, Timestamp};
use rusqlite::{Connection, params};

pub use backup::{BackupError, Manifest, back_up};
pub use citations::{Citation, Cite, CiteBounds, Cited};
pub use error::{STORAGE_DAMAGED, STORAGE_FULL, STORAGE_REFUSED, StoreError, of_disk};
pub use fetched::{Alone, FeedState, FileMark, PageFate, PageState};
pub use hold::Standing;
pub use inspect::{Extent, Inspection, Shown};
pub use keys::{KeptKey, Scope};
pub use purge::{Purged, Purging};
pub use read::{Change, StoredArticle, Story, Version};
pub use remove::{Gone, Removed};
pub use restore::{Restored, Since};
pub use retire::TooMany;
pub use runs::{Counts, REJECT_COPY, Rejected, Run, RunId, RunState, Undone};
pub use standing::{Newest, Sizes};
pub use undo::Undoing;
pub use write::{Incoming, Outcome, Ready, Refusal, Standpoint};

/// What is not worth a line in the log.
pub const QUIET: &str = "rusqlite_migration=warn";

pub struct Store {
    dir: PathBuf,
    id: String,
    readers: pool::Readers,
    /// Never reads anything else, so that it notices every write.
    watcher: Mutex<Connection>,
    /// The runs of this process.
    alive: Mutex<HashMap<RunId, runs::Alive>>,
    /// Runs that are over, which the disk has not let be written.
    over: Mutex<Vec<runs::Over>>,
    spent: Mutex<Spent>,
    /// By which code the disk has refused the last that was to be written.
    refused: Mutex<Option<&'static str>>,
    /// How long articles are kept; for ever, where it is not said.
    kept_for: Mutex<Option<Span>>,
    /// Closed last: only a connection that may write can fold the log into the file when nobody else has it open.
    writer: Mutex<write::Writer>,
}

/// What writing took since the store was opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    pub articles: u64,
    /// All of it.
    pub writing: Duration,
    /// Of it: finding and keeping stories.
    pub grouping: Duration,
}

impl Store {
    /// Opens the store in `dir`, or lays out a new one there.
    pub fn open(dir: &Path) -> Result<Store, StoreError> {
        let conn = connect::writer(dir)?;
        conn.prepare_cached(sql::META_KEEP)?.execute(params!["id", uuid::Uuid::new_v4().to_string()])?;
        let store = Store::with(dir, conn, connect::reader)?;
        store.close_dead_runs()?;
        stories::catch_up(&store)?;
        Ok(store)
    }

    /// Opens a store that is only to be read. Where it may not be written, it is read as it lies there, and whatever is to be
    /// stored is refused.
    pub fn open_to_read(dir: &Path) -> Result<Store, StoreError> {
        let file = connect::file(dir);
        if connect::may_be_written(&file) {
            return Store::open(dir);
        }
        let conn = connect::unwritten(&file)?;
        connect::same_schema(&conn, &file)?;
        Store::with(dir, conn, connect::reader_of_unwritten)
    }

    fn with(dir: &Path, conn: Connection, open: pool::Open) -> Result<Store, StoreError> {
        let id = conn.query_one(sql::META, params!["id"], |row| row.get(0))?;
        Ok(Store {
            dir: dir.to_owned(),
            id,
            readers: pool::Readers::new(dir, open),
            watcher: Mutex::new(open(dir)?),
            writer: write::Writer::new(dir, conn)?,
            alive: Mutex::default(),
            over: Mutex::default(),
            spent: Mutex::default(),
            refused: Mutex::default(),
            kept_for: Mutex::default(),
        })
    }

    /// Whether there is a store in `dir`; opening would lay one out.
    pub fn is_in(dir: &Path) -> bool {
        connect::file(dir).is_file()
    }

    /// Given to this store when it was laid out; an index made from another store names another.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it lies.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// A moment as the store keeps it, in milliseconds. What lies beyond jiff's years was never written by us.
fn at(millisecond: i64) -> Timestamp {
    Timestamp::from_millisecond(millisecond).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod hold_tests;
#[cfg(test)]
mod taking_back_tests;
#[cfg(test)]
mod tests;
