//! Opening connections: the file, its settings, its migrations. Several processes may do this at once.

use std::cmp::Ordering;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use include_dir::{Dir, include_dir};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{Error as MigrationError, MigrationDefinitionError, Migrations};
use rustix::fs::{Access, access};
use url::Url;

use super::error::{Result, StoreError, of_disk};
use super::{restore, sql};

static MIGRATIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

/// Another process writes in transactions of a fraction of a second; only a stalled disk makes one wait this long.
pub(super) const BUSY: Duration = Duration::from_secs(30);

/// More than there are statements.
const STATEMENTS: usize = 256;

pub(super) fn file(dir: &Path) -> PathBuf {
    dir.join("store.sqlite")
}

/// The connection that writes, on a store that exists and has the newest schema from here on.
pub(super) fn writer(dir: &Path) -> Result<Connection> {
    if dir.is_file() {
        return Err(StoreError::NotAFolder(dir.to_owned()));
    }
    fs::create_dir_all(dir).map_err(StoreError::file(dir))?;
    let _alone = alone(dir)?;
    restore::clear_away(dir);
    let mut conn = Connection::open(file(dir))?;
    conn.busy_timeout(BUSY)?;
    conn.pragma_update(None, "page_size", 8192)?;
    conn.pragma_update(None, "journal_mode", "wal")?;
    // Acknowledged means on the disk: in WAL mode only FULL syncs the log at every commit.
    conn.pragma_update(None, "synchronous", "full")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    // What is deleted is overwritten where that costs no writing more; see [`super::remove`] for where it always is.
    conn.pragma_update(None, "secure_delete", "fast")?;
    conn.pragma_update(None, "wal_autocheckpoint", 2000)?;
    conn.pragma_update(None, "journal_size_limit", 64 << 20)?;
    conn.pragma_update(None, "cache_size", -64_000)?;
    migrate(&mut conn, dir)?;
    keep_plans(&conn)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(conn)
}

/// A connection that can only read.
pub(super) fn reader(dir: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(file(dir), flags)?;
    conn.busy_timeout(BUSY)?;
    prepared(conn)
}

/// The same of a store of which nothing may be written.
pub(super) fn reader_of_unwritten(dir: &Path) -> Result<Connection> {
    prepared(unwritten(&file(dir))?)
}

fn prepared(conn: Connection) -> Result<Connection> {
    conn.pragma_update(None, "cache_size", -16_000)?;
    keep_plans(&conn)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(conn)
}

/// A connection for looking at a file without changing it. It may write all the same, where that is possible, so that it
/// can fold the log into the file when it is closed last: a file that nobody has open is all there is.
pub(super) fn onlooker(file: &Path) -> Result<Connection> {
    if !may_be_written(file) {
        return unwritten(file);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(file, flags)?;
    conn.busy_timeout(BUSY)?;
    conn.pragma_update(None, "query_only", true)?;
    Ok(conn)
}

/// Nothing is written where the folder may not be. Files that are open could be: the store would go on for a while, and the
/// index would not.
pub(super) fn may_write(dir: &Path) -> Result<()> {
    access(dir, Access::WRITE_OK).map_err(|error| StoreError::file(dir)(error.into()))
}

/// Whether a store can be opened to be written. What is not there at all is told by whoever opens it.
pub(super) fn may_be_written(file: &Path) -> bool {
    let folder = file.parent().unwrap_or(file);
    let is_refused = |path| access(path, Access::WRITE_OK).is_err_and(|error| of_disk(&error.into()).is_some());
    !is_refused(folder) && !is_refused(file)
}

/// A connection to a store of which nothing may be written, as it lies there: not even the memory that is shared with those
/// who have it open. Where there is no log nobody has, and it is all in the file; an empty one may be written at any moment.
pub(super) fn unwritten(file: &Path) -> Result<Connection> {
    let beside = |ending: &str| file.with_extension(format!("sqlite-{ending}"));
    let (log, shared) = (beside("wal"), beside("shm"));
    let has_log = log.metadata().is_ok_and(|log| log.len() > 0);
    let is_shared = shared.exists() && log.exists();
    if has_log && !is_shared {
        return Err(StoreError::LogUnread(log));
    }
    let path = std::path::absolute(file).map_err(StoreError::file(file))?;
    let mut address = Url::from_file_path(&path).map_err(|()| StoreError::NotAFolder(path))?;
    address.set_query(Some(if is_shared { "mode=ro" } else { "immutable=1" }));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(address.as_str(), flags)?;
    conn.busy_timeout(BUSY)?;
    Ok(conn)
}

/// The schema has to be that of this program: nothing is brought up to date by whoever only looks.
pub(super) fn same_schema(conn: &Connection, file: &Path) -> Result<()> {
    let schema: u64 = conn.query_one(sql::SCHEMA, [], |row| row.get(0))?;
    match schema.cmp(&newest_schema()) {
        Ordering::Less => Err(StoreError::Older(file.to_owned())),
        Ordering::Greater => Err(StoreError::Newer(file.to_owned())),
        Ordering::Equal => Ok(()),
    }
}

/// The number of the last migration there is.
pub(super) fn newest_schema() -> u64 {
    MIGRATIONS.dirs().count() as u64
}

/// Else a statement is planned anew whenever what is bound to its LIMIT changes, or is bound again.
fn keep_plans(conn: &Connection) -> Result<()> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Who opens a store holds this meanwhile, and who puts another in its place.
pub(super) const LOCK: &str = "store.lock";

/// Two processes that find an empty directory must not both lay out the tables.
fn alone(dir: &Path) -> Result<File> {
    if let Some(file) = try_alone(dir)? {
        return Ok(file);
    }
    tracing::info!("another process is opening the archive, or restoring it; waiting for it");
    let (path, file) = lock_file(dir, LOCK)?;
    file.lock().map_err(StoreError::file(&path))?;
    Ok(file)
}

/// The right that opening a store takes, where nobody has it: until it is dropped nobody opens this one.
pub(super) fn try_alone(dir: &Path) -> Result<Option<File>> {
    let (path, file) = lock_file(dir, LOCK)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(StoreError::file(&path)(error)),
    }
}

/// A file that is there to be locked.
pub(super) fn lock_file(dir: &Path, name: &str) -> Result<(PathBuf, File)> {
    let path = dir.join(name);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    Ok((path.clone(), file.map_err(StoreError::file(&path))?))
}

fn migrate(conn: &mut Connection, dir: &Path) -> Result<()> {
    let steps = Migrations::from_directory(&MIGRATIONS).map_err(StoreError::Migration)?;
    steps.to_latest(conn).map_err(|error| match error {
        MigrationError::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => {
            StoreError::Newer(file(dir))
        }
        MigrationError::RusqliteError { err, .. } => err.into(),
        error => StoreError::Migration(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_sound_and_numbered() {
        Migrations::from_directory(&MIGRATIONS).unwrap().validate().unwrap();
    }

    /// The `rows.sql` beside a step holds rows as the schema of that step knows them; they must come forward.
    #[test]
    fn every_earlier_schema_comes_forward_with_its_rows() {
        for step in MIGRATIONS.dirs() {
            let Some(rows) = step.get_file(step.path().join("rows.sql")) else {
                panic!("{} has no rows.sql to carry forward", step.path().display());
            };
            let number: usize = step.path().to_str().unwrap().split_once('-').unwrap().0.parse().unwrap();
            let mut conn = Connection::open_in_memory().unwrap();
            let steps = Migrations::from_directory(&MIGRATIONS).unwrap();
            steps.to_version(&mut conn, number).unwrap();
            conn.execute_batch(rows.contents_utf8().unwrap()).unwrap();
            steps.to_latest(&mut conn).unwrap();
            assert!(conn.prepare("PRAGMA foreign_key_check").unwrap().query([]).unwrap().next().unwrap().is_none());
            let articles: u64 = conn.query_row(super::super::sql::COUNT, [], |row| row.get(0)).unwrap();
            assert_eq!(articles, 1, "one of the two articles of {} is killed", step.path().display());
        }
    }

    #[test]
    fn a_store_from_the_future_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        writer(dir.path()).unwrap().pragma_update(None, "user_version", 9999).unwrap();
        assert!(matches!(writer(dir.path()), Err(StoreError::Newer(_))));
    }

    #[test]
    fn a_reader_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let _writer = writer(dir.path()).unwrap();
        assert!(reader(dir.path()).unwrap().execute("DELETE FROM runs", []).is_err());
    }
}
