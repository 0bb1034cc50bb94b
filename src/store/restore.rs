//! An archive out of a backup. It is made ready beside the one that is there: brought up to date, and freed of what that one
//! has purged. Then it takes its place in one step: whenever it breaks off, the one or the other is there.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::backup::{BackupError, Manifest, sync};
use super::carried::Forbidden;
use super::error::StoreError;
use super::{Store, connect, sql};

type Result<T, E = BackupError> = std::result::Result<T, E>;

/// The folder in which the store lies until it takes its place.
const BESIDE: &str = "store.restored";

/// An archive that was made of a backup.
pub struct Restored {
    pub store: Store,
    pub manifest: Manifest,
    pub since: Since,
}

/// What is known of the articles that were purged after the backup was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// There was no archive that could know.
    NoArchive,
    /// So many of them were in the backup, and have gone from what was restored.
    Purged(u64),
    /// The archive that was replaced is damaged, and not all of it could be asked.
    Unread { purged: u64, why: String },
}

impl Store {
    /// Makes the archive in `data` what the backup in `from` was, under a new name: no index that was made from the store
    /// before is taken for one of it. What the archive that was there has purged is purged in it, too. Nobody opens the
    /// archive meanwhile: who tries waits.
    ///
    /// # Errors
    /// The backup is none; there is something in the folder and it is not to be replaced; or it is in use.
    pub fn restore(from: &Path, data: &Path, replace: bool) -> Result<Restored> {
        let manifest = Manifest::of(from)?;
        // Nothing is laid into a folder that is somebody else's.
        refuse_what_is_there(data, replace)?;
        fs::create_dir_all(data).map_err(StoreError::file(data))?;
        let alone = connect::try_alone(data)?.ok_or_else(|| BackupError::InUse(data.to_owned()))?;
        refuse_what_is_there(data, replace)?;
        prove_unused(data)?;
        let beside = Beside::begin(data)?;
        let since = make_ready(from, &beside, data)?;
        beside.take_place(data)?;
        drop(alone);
        Ok(Restored { store: Store::open(data)?, manifest, since })
    }
}

/// Where nobody says that it may be replaced, there may be nothing but what a restore that was broken off has left.
fn refuse_what_is_there(data: &Path, replace: bool) -> Result<()> {
    let is_own = |entry: fs::DirEntry| [connect::LOCK, BESIDE].iter().any(|own| entry.file_name() == *own);
    let is_free = || fs::read_dir(data).is_ok_and(|entries| entries.flatten().all(is_own));
    if replace || !data.exists() || is_free() { Ok(()) } else { Err(BackupError::NotEmpty(data.to_owned())) }
}

/// Removes what a restore has left that was broken off. Whoever calls this is alone with the archive.
pub(super) fn clear_away(data: &Path) {
    let left = data.join(BESIDE);
    let removed = match fs::symlink_metadata(&left) {
        Err(_) => return,
        Ok(found) if found.is_dir() => fs::remove_dir_all(&left),
        Ok(_) => fs::remove_file(&left),
    };
    if let Err(error) = removed {
        tracing::warn!(left = %left.display(), %error, "what is left of a restore could not be removed");
    }
}

/// The store that is made ready; nothing of it is left where it does not come to its place.
struct Beside(PathBuf);

impl Beside {
    fn begin(data: &Path) -> Result<Beside> {
        clear_away(data);
        let beside = Beside(data.join(BESIDE));
        fs::create_dir(&beside.0).map_err(StoreError::file(&beside.0))?;
        Ok(beside)
    }

    fn take_place(self, data: &Path) -> Result<()> {
        let store = connect::file(&self.0);
        sync(&store)?;
        // Somebody may be looking at it since.
        prove_unused(data)?;
        fail::fail_point!("restore::before_rename", |_| std::process::abort());
        fail::fail_point!("restore::ready");
        remove_log(data)?;
        fs::rename(&store, connect::file(data)).map_err(StoreError::file(data))?;
        sync(data)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn make_ready(from: &Path, beside: &Beside, data: &Path) -> Result<Since> {
    let copy = connect::file(&beside.0);
    fs::copy(connect::file(from), &copy).map_err(StoreError::file(&copy))?;
    rename_store(&copy)?;
    let store = Store::open(&beside.0)?;
    let since = purge_what_was_purged(&store, data)?;
    drop(store);
    into_one_file(&copy)?;
    Ok(since)
}

/// What its file cannot be freed of yet, for want of room, is left to whoever opens it next.
fn purge_what_was_purged(store: &Store, data: &Path) -> Result<Since> {
    if !Store::is_in(data) {
        return Ok(Since::NoArchive);
    }
    let mut forbidden = Forbidden::default();
    let read = forbidden.read(data);
    let purged = forbidden.purge_from(store)?;
    match store.erase_purged(store.last_change()?) {
        Ok(_) | Err(StoreError::Full(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(match read {
        Ok(()) => Since::Purged(purged),
        Err(error) => Since::Unread { purged, why: error.to_string() },
    })
}

fn rename_store(copy: &Path) -> Result<()> {
    with(copy, |conn| conn.execute(sql::ID_SET, params![uuid::Uuid::new_v4().to_string()]).map(drop))
}

/// All that was written is in the file, and nothing in a log beside it.
fn into_one_file(store: &Path) -> Result<()> {
    with(store, |conn| conn.pragma_update(None, "journal_mode", "delete"))
}

fn with(store: &Path, work: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<()> {
    let worked = || {
        let conn = Connection::open(store)?;
        work(&conn)?;
        conn.close().map_err(|(_, error)| error)
    };
    Ok(worked().map_err(StoreError::from)?)
}

/// Proves that nobody has the old store open, and folds its log into it.
fn prove_unused(data: &Path) -> Result<()> {
    let old = connect::file(data);
    if !old.exists() {
        return Ok(());
    }
    match alone(&old).map_err(StoreError::from) {
        // It is replaced because it is damaged.
        Ok(()) | Err(StoreError::Corrupt(_)) => Ok(()),
        Err(StoreError::Sqlite(error)) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
            Err(BackupError::InUse(data.to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}

/// A log that is left would be taken for the new one's.
fn remove_log(data: &Path) -> Result<()> {
    for ending in ["-wal", "-shm"] {
        let mut path = connect::file(data).into_os_string();
        path.push(ending);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::file(Path::new(&path))(error).into());
            }
            _ => {}
        }
    }
    Ok(())
}

fn alone(file: &Path) -> rusqlite::Result<()> {
    let conn = Connection::open(file)?;
    conn.busy_timeout(std::time::Duration::ZERO)?;
    conn.pragma_update(None, "locking_mode", "exclusive")?;
    conn.execute_batch("BEGIN EXCLUSIVE; ROLLBACK")?;
    conn.close().map_err(|(_, error)| error)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::super::backup::back_up;
    use super::super::tests::{desk, identity, incoming};
    use super::*;
    use crate::identity::article_id;
    use crate::store::{Gone, Outcome, Refusal, Scope};

    #[test]
    fn a_restored_store_holds_what_it_did_under_another_name() {
        let desk = desk();
        desk.put(&[incoming("1", "A"), incoming("2", "B")]);
        let key = crate::store::KeptKey {
            id: "k".into(),
            hash: [7; 32],
            scope: Scope::Admin,
            name: "ours".into(),
            made: jiff::Timestamp::UNIX_EPOCH,
            expires: None,
        };
        desk.store.add_key(&key).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (backup, new) = (folder.path().join("b"), folder.path().join("new"));
        back_up(desk.store.dir(), &backup, &AtomicBool::new(false), |_, _| {}).unwrap();
        desk.put(&[incoming("3", "C")]);
        let Restored { store, manifest, since } = Store::restore(&backup, &new, false).unwrap();
        assert_eq!(since, Since::NoArchive);
        assert_eq!((store.count().unwrap(), store.last_change().unwrap()), (2, manifest.last_change));
        assert!(store.article(&article_id(&identity("2")), None).unwrap().is_some());
        assert_eq!(store.keys().unwrap(), [key]);
        assert_ne!(store.id(), desk.store.id());
    }

    #[test]
    fn what_is_there_is_replaced_only_where_that_is_said_and_nobody_uses_it() {
        let (old, desk) = (desk(), desk());
        desk.put(&[incoming("1", "A")]);
        old.put(&[incoming("2", "B")]);
        let folder = tempfile::tempdir().unwrap();
        let backup = folder.path().join("b");
        back_up(desk.store.dir(), &backup, &AtomicBool::new(false), |_, _| {}).unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        fs::copy(connect::file(&backup), connect::file(&data)).unwrap();
        assert!(matches!(Store::restore(&backup, &data, false), Err(BackupError::NotEmpty(_))));
        let open = Store::open(&data).unwrap();
        let run = open.begin_run("more").unwrap();
        open.put(run, &[incoming("9", "C")]).unwrap();
        assert!(matches!(Store::restore(&backup, &data, true), Err(BackupError::InUse(_))));
        assert_eq!(open.count().unwrap(), 2, "it goes on as if nothing had been");
        drop(open);
        let restored = Store::restore(&backup, &data, true).unwrap();
        assert_eq!((restored.store.count().unwrap(), restored.since), (1, Since::Purged(0)));
        assert_eq!(fs::read_dir(&data).unwrap().flatten().filter(|entry| entry.path().is_dir()).count(), 0);
    }

    #[test]
    fn a_damaged_store_is_replaced() {
        let desk = desk();
        desk.put(&[incoming("1", "A")]);
        let folder = tempfile::tempdir().unwrap();
        let (backup, data) = (folder.path().join("b"), folder.path().join("data"));
        back_up(desk.store.dir(), &backup, &AtomicBool::new(false), |_, _| {}).unwrap();
        fs::create_dir(&data).unwrap();
        fs::write(connect::file(&data), "this is no database, however long one looks at it").unwrap();
        fs::write(data.join("store.sqlite-wal"), "nor is this its log").unwrap();
        let restored = Store::restore(&backup, &data, true).unwrap();
        assert_eq!(restored.store.count().unwrap(), 1);
        assert!(matches!(restored.since, Since::Unread { purged: 0, .. }), "{:?}", restored.since);
    }

    #[test]
    fn what_was_purged_since_the_backup_is_purged_in_what_is_restored_and_does_not_come_again() {
        let mut desk = desk();
        let articles = ["1", "2", "3", "4"].map(|key| incoming(key, &format!("a text of its own: {key}")));
        desk.put(&articles[..3]);
        let folder = tempfile::tempdir().unwrap();
        let backup = folder.path().join("b");
        back_up(desk.store.dir(), &backup, &AtomicBool::new(false), |_, _| {}).unwrap();
        desk.put(&articles[3..]);
        // Two are in the backup, and one came after it.
        let ids = ["2", "4", "3"].map(|key| article_id(&identity(key)));
        for id in &ids {
            desk.store.purge(id).unwrap();
        }
        let data = desk.dir.path().to_owned();
        drop(std::mem::replace(&mut desk.store, Store::open(folder.path()).unwrap()));
        let Restored { store, since, .. } = Store::restore(&backup, &data, true).unwrap();
        assert_eq!((since, store.count().unwrap()), (Since::Purged(2), 1));
        for id in &ids {
            assert_eq!(store.gone(id).unwrap(), Some(Gone::Purged), "{id:?}");
            assert!(!store.is_purging(id).unwrap(), "{id:?}");
        }
        let run = store.begin_run("again").unwrap();
        let purged = Outcome::Refused(Refusal::Purged);
        assert_eq!(store.put(run, &articles).unwrap(), [Outcome::Unchanged, purged, purged, purged]);
        assert_eq!(crate::store::Inspection::begin(&data).unwrap().flaws(), [""; 0]);
    }

    #[test]
    fn one_restore_at_a_time_and_none_while_the_archive_is_opened() {
        let desk = desk();
        let folder = tempfile::tempdir().unwrap();
        let (backup, data) = (folder.path().join("b"), folder.path().join("data"));
        back_up(desk.store.dir(), &backup, &AtomicBool::new(false), |_, _| {}).unwrap();
        fs::create_dir(&data).unwrap();
        let under_way = connect::try_alone(&data).unwrap().unwrap();
        assert!(matches!(Store::restore(&backup, &data, false), Err(BackupError::InUse(_))));
        drop(under_way);
        Store::restore(&backup, &data, false).unwrap();
    }

    #[test]
    fn what_a_restore_has_left_is_removed_by_the_next_and_by_whoever_opens_the_archive() {
        let desk = desk();
        desk.put(&[incoming("1", "A")]);
        let folder = tempfile::tempdir().unwrap();
        let (backup, data) = (folder.path().join("b"), folder.path().join("data"));
        back_up(desk.store.dir(), &backup, &AtomicBool::new(false), |_, _| {}).unwrap();
        let left = data.join(BESIDE);
        fs::create_dir_all(&left).unwrap();
        fs::write(connect::file(&left), "half").unwrap();
        assert_eq!(Store::restore(&backup, &data, false).unwrap().store.count().unwrap(), 1);
        assert!(!left.exists());
        fs::write(&left, "as an earlier program left it").unwrap();
        drop(Store::open(&data).unwrap());
        assert!(!left.exists());
    }
}
