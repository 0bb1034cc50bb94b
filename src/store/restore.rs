//! An archive out of a backup. What is there is replaced in one step, once the backup is proven whole and lies beside it on
//! the disk: whenever it breaks off, the one or the other is there.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, params};

use super::backup::{BackupError, Manifest, is_empty, sync};
use super::error::StoreError;
use super::{Store, connect, sql};

type Result<T, E = BackupError> = std::result::Result<T, E>;

/// Where the store lies until it takes its place.
const BESIDE: &str = "store.restored";

impl Store {
    /// Makes the archive in `data` what the backup in `from` was, under a new name: no index that was made from the store
    /// before is taken for one of it. Opens it, which brings it up to date.
    ///
    /// # Errors
    /// The backup is none; there is something in the folder and it is not to be replaced; or it is in use.
    pub fn restore(from: &Path, data: &Path, replace: bool) -> Result<(Store, Manifest)> {
        let manifest = Manifest::of(from)?;
        let file = |error| BackupError::from(StoreError::file(data)(error));
        if data.exists() && !is_empty(data) && !replace {
            return Err(BackupError::NotEmpty(data.to_owned()));
        }
        fs::create_dir_all(data).map_err(file)?;
        close_old(data)?;
        let beside = Beside(data.join(BESIDE));
        fs::copy(connect::file(from), &beside.0).map_err(file)?;
        rename_store(&beside.0)?;
        sync(&beside.0)?;
        // Somebody may have opened it meanwhile.
        close_old(data)?;
        fail::fail_point!("restore::before_rename", |_| std::process::abort());
        fs::rename(&beside.0, connect::file(data)).map_err(file)?;
        sync(data)?;
        Ok((Store::open(data)?, manifest))
    }
}

/// The copy, until it is in its place; nothing of it is left where it does not come to that.
struct Beside(std::path::PathBuf);

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn rename_store(copy: &Path) -> Result<()> {
    let named = || -> rusqlite::Result<()> {
        let conn = Connection::open(copy)?;
        conn.execute(sql::ID_SET, params![uuid::Uuid::new_v4().to_string()])?;
        conn.close().map_err(|(_, error)| error)
    };
    Ok(named().map_err(StoreError::from)?)
}

/// Proves that nobody has the old store open, and folds its log into it: a log that is left would be taken for the new one's.
fn close_old(data: &Path) -> Result<()> {
    let old = connect::file(data);
    if !old.exists() {
        return Ok(());
    }
    match alone(&old).map_err(StoreError::from) {
        // It is replaced because it is damaged.
        Ok(()) | Err(StoreError::Corrupt(_)) => {}
        Err(StoreError::Sqlite(error)) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
            return Err(BackupError::InUse(data.to_owned()));
        }
        Err(error) => return Err(error.into()),
    }
    for ending in ["-wal", "-shm"] {
        let mut path = old.clone().into_os_string();
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
    use crate::store::Scope;

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
        let (store, manifest) = Store::restore(&backup, &new, false).unwrap();
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
        let (store, _) = Store::restore(&backup, &data, true).unwrap();
        assert_eq!(store.count().unwrap(), 1);
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
        let (store, _) = Store::restore(&backup, &data, true).unwrap();
        assert_eq!(store.count().unwrap(), 1);
    }
}
