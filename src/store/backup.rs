//! A copy of the store, made while others write and read it: one moment of it, proven whole before it is called a backup.
//!
//! The copy is made page by page within one reading transaction: whoever writes is not held up and cannot make it begin
//! again; only the log is not folded into the file meanwhile. The index is left out: it is made again from the store.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::inspect::{Extent, Inspection};
use super::{connect, sql};

/// Pages copied at a time: 8 MiB.
const STEP: i32 = 1024;

/// What a backup says of itself; without it, none is one.
const MANIFEST: &str = "manifest.json";

/// Counts up when another program could not read it.
const FORMAT: u32 = 1;

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Of the backup's own place, which is not the archive's.
    #[error("{}: {cause}", .path.display())]
    File { path: PathBuf, cause: std::io::Error },
    #[error("{} cannot be written, or there is no room for it; there is no backup", .0.display())]
    NoRoom(PathBuf),
    #[error("{} is there already, and no backup is written over", .0.display())]
    Exists(PathBuf),
    #[error("another backup into {} is under way", .0.display())]
    UnderWay(PathBuf),
    #[error("the copy is not whole, and is no backup: {}; `broadsheet check` says more", .0.join("; "))]
    Flawed(Vec<String>),
    #[error("stopped; there is no backup")]
    Stopped,
    #[error("{} is no backup: {why}", .dir.display())]
    None { dir: PathBuf, why: String },
    #[error("{} has changed since the backup was made; take another backup", .0.display())]
    Changed(PathBuf),
    #[error("{} is not empty; name another folder, or say --replace", .0.display())]
    NotEmpty(PathBuf),
    #[error("the archive in {} is in use; stop the server and what else works on it", .0.display())]
    InUse(PathBuf),
}

type Result<T, E = BackupError> = std::result::Result<T, E>;

/// What is in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    pub made: Timestamp,
    /// Which store it is of.
    pub store: String,
    pub schema: u64,
    pub articles: u64,
    pub versions: u64,
    pub last_change: u64,
    pub files: Vec<Sum>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    pub name: String,
    pub bytes: u64,
    pub blake3: String,
}

fn file(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.to_owned();
    move |cause| BackupError::File { path, cause }
}

/// Copies the store in `data` into a folder that is not there yet. `progress` is told the pages that are left, and of how
/// many.
pub fn back_up(data: &Path, to: &Path, stop: &AtomicBool, progress: impl FnMut(u64, u64)) -> Result<Manifest> {
    if fs::symlink_metadata(to).is_ok() && !is_empty(to) {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let unfinished = Unfinished::begin(to)?;
    let manifest = copy(data, &unfinished.dir, stop, progress)?;
    unfinished.finish(to)?;
    Ok(manifest)
}

fn is_empty(dir: &Path) -> bool {
    fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_none())
}

/// The folder in which a backup grows, beside its place: nobody takes it for one. What a crash left there is cleared away by
/// the next backup into the same place; what fails takes it along.
struct Unfinished {
    dir: PathBuf,
    lock: Option<File>,
}

impl Unfinished {
    fn begin(to: &Path) -> Result<Unfinished> {
        let name = to.file_name().ok_or_else(|| BackupError::Exists(to.to_owned()))?;
        let mut unfinished = std::ffi::OsString::from(".");
        unfinished.push(name);
        unfinished.push(".unfinished");
        let dir = to.with_file_name(unfinished);
        fs::create_dir_all(&dir).map_err(file(&dir))?;
        let path = dir.join("lock");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(file(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(BackupError::UnderWay(to.to_owned())),
            Err(fs::TryLockError::Error(error)) => return Err(file(&path)(error)),
        }
        let unfinished = Unfinished { dir, lock: Some(lock) };
        for entry in fs::read_dir(&unfinished.dir).map_err(file(&unfinished.dir))?.flatten() {
            if entry.file_name() != "lock" {
                fs::remove_file(entry.path()).map_err(file(&entry.path()))?;
            }
        }
        Ok(unfinished)
    }

    /// Durably in its place.
    fn finish(mut self, to: &Path) -> Result<()> {
        let lock = self.dir.join("lock");
        fs::remove_file(&lock).map_err(file(&lock))?;
        sync(&self.dir)?;
        fail::fail_point!("backup::before_rename", |_| std::process::abort());
        fs::rename(&self.dir, to).map_err(file(to))?;
        self.lock = None;
        sync(to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.lock.is_some() {
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

pub(super) fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|opened| opened.sync_all()).map_err(file(path))
}

fn copy(data: &Path, into: &Path, stop: &AtomicBool, progress: impl FnMut(u64, u64)) -> Result<Manifest> {
    let path = connect::file(into);
    copy_pages(&connect::file(data), &path, stop, progress)?;
    fail::fail_point!("backup::after_copy", |_| std::process::abort());
    // For a test: a disk that does not keep what is written to it.
    fail::fail_point!("backup::spoil", |_| {
        let mut bytes = fs::read(&path).unwrap_or_default();
        bytes.iter_mut().skip(8192).take(200).for_each(|byte| *byte ^= 0xff);
        fs::write(&path, bytes).map_err(file(&path))?;
        finish_copy(into, &path)
    });
    finish_copy(into, &path)
}

fn finish_copy(into: &Path, path: &Path) -> Result<Manifest> {
    let (extent, store) = proven(path)?;
    sync(path)?;
    let Extent { schema, articles, versions, last_change } = extent;
    let (program, made) = (env!("CARGO_PKG_VERSION").to_owned(), Timestamp::now());
    let files = vec![sum(path)?];
    let manifest = Manifest { format: FORMAT, program, made, store, schema, articles, versions, last_change, files };
    let text = serde_json::to_vec_pretty(&manifest).map_err(|error| file(into)(error.into()))?;
    let path = into.join(MANIFEST);
    fs::write(&path, text).map_err(file(&path))?;
    sync(&path)?;
    Ok(manifest)
}

fn copy_pages(from: &Path, to: &Path, stop: &AtomicBool, mut progress: impl FnMut(u64, u64)) -> Result<()> {
    let sqlite = |error: rusqlite::Error| match StoreError::from(error) {
        // The archive is only read.
        StoreError::Full(_) | StoreError::Refused(_) => BackupError::NoRoom(to.to_owned()),
        error => error.into(),
    };
    let source = connect::onlooker(from)?;
    // What holds the moment: what others write from here on is not seen.
    source.execute_batch("BEGIN").map_err(sqlite)?;
    let _: u64 = source.query_one(sql::LAST_CHANGE, [], |row| row.get(0)).map_err(sqlite)?;
    let mut copy = Connection::open(to).map_err(sqlite)?;
    {
        let backup = Backup::new(&source, &mut copy).map_err(sqlite)?;
        loop {
            fail::fail_point!("backup::before_step");
            if stop.load(Ordering::Relaxed) {
                return Err(BackupError::Stopped);
            }
            if backup.step(STEP).map_err(sqlite)? == StepResult::Done {
                break;
            }
            let left = backup.progress();
            progress(left.remaining.unsigned_abs().into(), left.pagecount.unsigned_abs().into());
        }
    }
    // One file, whoever opens it.
    copy.pragma_update(None, "journal_mode", "delete").map_err(sqlite)?;
    copy.close().map_err(|(_, error)| sqlite(error))
}

/// All of it is read again.
fn proven(copy: &Path) -> Result<(Extent, String)> {
    let inspection = Inspection::of_file(copy).map_err(|error| match error {
        error @ (StoreError::Older(_) | StoreError::Newer(_)) => BackupError::Store(error),
        error => BackupError::Flawed(vec![error.to_string()]),
    })?;
    let flaws = inspection.flaws();
    if !flaws.is_empty() {
        return Err(BackupError::Flawed(flaws));
    }
    Ok((inspection.extent()?, inspection.id().to_owned()))
}

fn sum(path: &Path) -> Result<Sum> {
    let opened = File::open(path).map_err(file(path))?;
    let bytes = opened.metadata().map_err(file(path))?.len();
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(opened).map_err(file(path))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Sum { name, bytes, blake3: hasher.finalize().to_hex().to_string() })
}

impl Manifest {
    /// Reads what a backup says of itself, and proves that its files are as it says.
    pub fn of(dir: &Path) -> Result<Manifest> {
        let none = |why: String| BackupError::None { dir: dir.to_owned(), why };
        let path = dir.join(MANIFEST);
        let text = fs::read(&path).map_err(|error| none(format!("{MANIFEST}: {error}")))?;
        let manifest: Manifest =
            serde_json::from_slice(&text).map_err(|error| none(format!("{MANIFEST} cannot be read: {error}")))?;
        if manifest.format > FORMAT || manifest.schema > connect::newest_schema() {
            return Err(StoreError::Newer(dir.to_owned()).into());
        }
        let store = connect::file(dir);
        let [expected] = manifest.files.as_slice() else { return Err(none("it lists other files".to_owned())) };
        if sum(&store)? != *expected {
            return Err(BackupError::Changed(store));
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{desk, incoming};
    use super::*;

    fn never() -> AtomicBool {
        AtomicBool::new(false)
    }

    #[test]
    fn a_backup_says_what_is_in_it_and_is_never_written_over() {
        let desk = desk();
        desk.put(&[incoming("1", "A"), incoming("2", "B")]);
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("monday");
        let made = back_up(desk.store.dir(), &to, &never(), |_, _| {}).unwrap();
        assert_eq!((made.articles, made.versions, made.last_change), (2, 2, 2));
        assert_eq!((made.store.as_str(), &Manifest::of(&to).unwrap()), (desk.store.id(), &made));
        let names =
            |dir: &Path| fs::read_dir(dir).unwrap().flatten().map(|entry| entry.file_name()).collect::<Vec<_>>();
        assert_eq!(names(&to).len(), 2, "the store in one file, and the manifest: {:?}", names(&to));
        assert_eq!(names(folder.path()), ["monday"]);
        assert!(matches!(back_up(desk.store.dir(), &to, &never(), |_, _| {}), Err(BackupError::Exists(_))));
        assert_eq!(Manifest::of(&to).unwrap(), made);
    }

    #[test]
    fn one_that_is_stopped_or_of_a_damaged_store_leaves_nothing() {
        let desk = desk();
        desk.put(&[incoming("1", "A")]);
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("monday");
        let conn = Connection::open(connect::file(desk.store.dir())).unwrap();
        conn.execute("UPDATE versions SET content = zeroblob(4)", []).unwrap();
        let failed = back_up(desk.store.dir(), &to, &never(), |_, _| {});
        assert!(matches!(&failed, Err(BackupError::Flawed(flaws)) if flaws[0].contains("version row 1")), "{failed:?}");
        let stopped = back_up(desk.store.dir(), &to, &AtomicBool::new(true), |_, _| {});
        assert!(matches!(stopped, Err(BackupError::Stopped)), "{stopped:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_backup_under_way_is_not_disturbed_and_what_a_crash_left_is_cleared_away() {
        let desk = desk();
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("monday");
        let unfinished = Unfinished::begin(&to).unwrap();
        fs::write(unfinished.dir.join("store.sqlite"), "half").unwrap();
        assert!(matches!(back_up(desk.store.dir(), &to, &never(), |_, _| {}), Err(BackupError::UnderWay(_))));
        // As the end of its process leaves it.
        let left = unfinished.dir.clone();
        std::mem::forget(unfinished.dir.clone());
        let Unfinished { lock, .. } = &unfinished;
        lock.as_ref().unwrap().unlock().unwrap();
        back_up(desk.store.dir(), &to, &never(), |_, _| {}).unwrap();
        assert!(!left.exists() && Manifest::of(&to).is_ok());
    }

    #[test]
    fn what_has_changed_or_lacks_its_manifest_is_no_backup() {
        let desk = desk();
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("monday");
        back_up(desk.store.dir(), &to, &never(), |_, _| {}).unwrap();
        let whole = fs::read(connect::file(&to)).unwrap();
        let mut changed = whole.clone();
        *changed.last_mut().unwrap() ^= 1;
        fs::write(connect::file(&to), changed).unwrap();
        assert!(matches!(Manifest::of(&to), Err(BackupError::Changed(_))));
        fs::write(connect::file(&to), whole).unwrap();
        let manifest = fs::read_to_string(to.join(MANIFEST)).unwrap();
        fs::write(to.join(MANIFEST), manifest.replace("\"format\": 1", "\"format\": 2")).unwrap();
        assert!(matches!(Manifest::of(&to), Err(BackupError::Store(StoreError::Newer(_)))));
        fs::remove_file(to.join(MANIFEST)).unwrap();
        assert!(matches!(Manifest::of(&to), Err(BackupError::None { .. })));
    }
}
