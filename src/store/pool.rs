//! Connections that only read, lent one at a time.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction};

use super::error::Result;
use super::pack::Unpacker;

/// Idle connections kept; more may be lent out at once.
const KEPT: usize = 8;

pub(super) struct Readers {
    dir: PathBuf,
    open: Open,
    idle: Mutex<Vec<Reader>>,
}

/// How a store is opened to be read.
pub(super) type Open = fn(&Path) -> Result<Connection>;

struct Reader {
    conn: Connection,
    unpacker: Unpacker,
}

impl Readers {
    pub(super) fn new(dir: &Path, open: Open) -> Readers {
        Readers { dir: dir.to_owned(), open, idle: Mutex::default() }
    }

    /// Everything `read` asks for comes from one moment of the store.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Transaction<'_>, &mut Unpacker) -> Result<T>) -> Result<T> {
        let mut reader = self.lend()?;
        let moment = reader.conn.transaction()?;
        let answer = read(&moment, &mut reader.unpacker)?;
        drop(moment);
        self.take_back(reader);
        Ok(answer)
    }

    fn lend(&self) -> Result<Reader> {
        match locked(&self.idle).pop() {
            Some(reader) => Ok(reader),
            None => Ok(Reader { conn: (self.open)(&self.dir)?, unpacker: Unpacker::new()? }),
        }
    }

    fn take_back(&self, reader: Reader) {
        let mut idle = locked(&self.idle);
        if idle.len() < KEPT {
            idle.push(reader);
        }
    }
}

/// A panic elsewhere leaves nothing half done behind these locks: an open transaction was rolled back.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
