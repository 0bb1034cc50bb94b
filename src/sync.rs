//! Store changes into the index, and which index is the live one.
//!
//! A data folder holds `index/CURRENT`, the name of the live generation, and a folder a generation. Only the holder of
//! `index/LOCK` writes: a server, or an `ingest` or `reindex` without one. Applying a change twice is the same as
//! applying it once, and how far the index goes is in its own commit; so a crash at any moment re-applies, never loses
//! and never doubles. A new generation is built beside the live one and swapped in by renaming `CURRENT`.

mod check;

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::engine::embedded::{Index, Unusable, Writer};
use crate::engine::{Change, Checkpoint, Document, EngineError};
use crate::store::{Standing, Store, StoreError, StoredArticle};

pub use check::{Findings, check};

/// Changes read from the store at a time.
const BATCH: usize = 2000;

/// How the folders of generations are called.
const GENERATION: &str = "gen-";

/// How the name of a generation about to be live is written beside the live one's.
const SWAP: &str = "CURRENT.";

/// While there is a backlog, what is indexed becomes visible and durable this often.
const COMMIT_EVERY: Duration = Duration::from_secs(5);

/// Sweeping takes less than this.
const SWEEPING: Duration = Duration::from_secs(2);

#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("index: {0}")]
    Engine(#[from] EngineError),
    #[error("{}: {cause}", .path.display())]
    File { path: PathBuf, cause: std::io::Error },
    /// Somebody else is building an index of this folder.
    #[error("another process is rebuilding the index of this folder")]
    Rebuilding,
}

fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> SyncError {
    let path = path.to_owned();
    move |cause| SyncError::File { path, cause }
}

/// The right to write the index of a data folder; given back when dropped, or when the process ends however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// `None` while somebody else holds it.
    pub fn take(data: &Path) -> Result<Option<Lock>, SyncError> {
        lock_file(&index_dir(data), "LOCK")
    }
}

fn lock_file(dir: &Path, name: &str) -> Result<Option<Lock>, SyncError> {
    fs::create_dir_all(dir).map_err(file_error(dir))?;
    let path = dir.join(name);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(file_error(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock { _file: file })),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(cause)) => Err(SyncError::File { path, cause }),
    }
}

fn index_dir(data: &Path) -> PathBuf {
    data.join("index")
}

/// The name of the live generation.
pub fn current(data: &Path) -> Option<String> {
    let name = fs::read_to_string(index_dir(data).join("CURRENT")).ok()?;
    Some(name.trim().to_owned()).filter(|name| name.starts_with(GENERATION) && !name.contains(['/', '\\', '.']))
}

/// Opens the live generation, if there is one that can be used.
pub fn open(store: &Store, data: &Path) -> Result<Result<(String, Index), Unusable>, SyncError> {
    let Some(name) = current(data) else { return Ok(Err(Unusable::Missing)) };
    let last_change = store.last_change()?;
    let index = match Index::open(&index_dir(data).join(&name), store.id(), last_change) {
        Ok(index) => index,
        Err(reason) => return Ok(Err(reason)),
    };
    let reached = index.checkpoint()?;
    if reached != Some(checkpoint(store, reached.as_ref().map_or(0, |reached| reached.position))?) {
        return Ok(Err(Unusable::Diverged));
    }
    Ok(Ok((name, index)))
}

/// Opens the live generation, or makes an empty one in place of what cannot be used. The caller holds the lock.
pub fn open_or_create(store: &Store, data: &Path, lock: &Lock) -> Result<(String, Index), SyncError> {
    match open(store, data)? {
        Ok(opened) => {
            sweep(data, lock);
            Ok(opened)
        }
        Err(reason) => make_anew(store, data, lock, &reason),
    }
}

/// The same, and all its files have been read before it is written: what is merged would look sound.
fn open_whole(store: &Store, data: &Path, lock: &Lock, stop: &AtomicBool) -> Result<Index, SyncError> {
    let (_, index) = open_or_create(store, data, lock)?;
    match index.unverified().map(|unverified| unverified.verify(stop)) {
        Some(Err(how)) => Ok(make_anew(store, data, lock, &Unusable::Damaged(how))?.1),
        _ => Ok(index),
    }
}

fn make_anew(store: &Store, data: &Path, lock: &Lock, reason: &Unusable) -> Result<(String, Index), SyncError> {
    tell(store, data, reason)?;
    let (name, index) = create(data)?;
    index.writer()?.commit(&checkpoint(store, 0)?)?;
    swap(data, &name)?;
    sweep(data, lock);
    Ok((name, index))
}

/// A new archive has no index yet, which is worth no word; that there was one is worth a warning.
fn tell(store: &Store, data: &Path, reason: &Unusable) -> Result<(), SyncError> {
    if index_dir(data).join("CURRENT").exists() {
        tracing::warn!(%reason, "the index cannot be used and is made anew from the store");
    } else if store.last_change()? > 0 {
        tracing::info!("there is no index yet; it is made from the store");
    }
    Ok(())
}

fn create(data: &Path) -> Result<(String, Index), SyncError> {
    let name = format!("{GENERATION}{}", uuid::Uuid::new_v4().simple());
    let dir = index_dir(data).join(&name);
    fs::create_dir_all(&dir).map_err(file_error(&dir))?;
    Ok((name.clone(), Index::create(&dir)?))
}

/// Makes a generation the live one, durably.
fn swap(data: &Path, name: &str) -> Result<(), SyncError> {
    let dir = index_dir(data);
    let (new, live) = (dir.join(format!("{SWAP}{name}")), dir.join("CURRENT"));
    fs::write(&new, name).map_err(file_error(&new))?;
    File::open(&new).and_then(|file| file.sync_all()).map_err(file_error(&new))?;
    crash_point("sync::before_swap");
    fs::rename(&new, &live).map_err(file_error(&live))?;
    File::open(&dir).and_then(|dir| dir.sync_all()).map_err(file_error(&dir))?;
    crash_point("sync::after_swap");
    Ok(())
}

/// Removes generations that are neither live nor being built, and what a crash while swapping left. Files that are still
/// mapped stay readable. Which one is live is asked only when nobody can swap any more.
pub fn sweep(data: &Path, _lock: &Lock) {
    let Ok(Some(_building)) = lock_file(&index_dir(data), "BUILD") else { return };
    let Some(live) = current(data) else { return };
    let Ok(entries) = fs::read_dir(index_dir(data)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let removed = if name.starts_with(SWAP) {
            fs::remove_file(entry.path())
        } else if name.starts_with(GENERATION) && name != live {
            fs::remove_dir_all(entry.path())
        } else {
            continue;
        };
        if let Err(error) = removed {
            tracing::warn!(%name, %error, "what is left of an old index could not be removed");
        }
    }
}

/// Ends the embargoes that are over: articles that appear by themselves are changes like any other.
pub fn release_due(store: &Store, now: Timestamp) -> Result<(), SyncError> {
    match store.release_due(now)? {
        0 => {}
        released => tracing::info!(released, "the embargo of articles has ended"),
    }
    Ok(())
}

/// Brings an index up to the store, in batches, until nothing is left or `stop` is set. Returns the changes applied.
pub fn catch_up(
    store: &Store,
    index: &Index,
    writer: &mut Writer,
    stop: &AtomicBool,
    mut progress: impl FnMut(u64, u64),
) -> Result<u64, SyncError> {
    let mut follower = Follower::at(store, index, writer)?;
    while !stop.load(Ordering::Relaxed) && follower.step()? {
        progress(follower.position, store.last_change()?);
    }
    follower.finish()
}

/// Takes an index after the store, a batch at a time.
struct Follower<'a> {
    store: &'a Store,
    writer: &'a mut Writer,
    position: u64,
    applied: u64,
    /// Something has been applied since the last commit.
    pending: bool,
    committed: Instant,
}

impl Follower<'_> {
    fn at<'a>(store: &'a Store, index: &Index, writer: &'a mut Writer) -> Result<Follower<'a>, SyncError> {
        let position = index.checkpoint()?.map_or(0, |checkpoint| checkpoint.position);
        Ok(Follower { store, writer, position, applied: 0, pending: false, committed: Instant::now() })
    }

    /// Applies the next batch; says whether there was one.
    fn step(&mut self) -> Result<bool, SyncError> {
        let changes = self.store.changes_after(self.position, BATCH)?;
        let Some(last) = changes.last() else { return Ok(false) };
        let mut nums: Vec<u64> = changes.iter().map(|change| change.article).collect();
        nums.sort_unstable();
        nums.dedup();
        let changes = changed(self.store, &nums)?;
        self.writer.apply(&changes)?;
        self.position = last.seq;
        self.applied += changes.len() as u64;
        self.pending = true;
        if self.committed.elapsed() > COMMIT_EVERY {
            self.commit()?;
        }
        Ok(true)
    }

    fn commit(&mut self) -> Result<(), SyncError> {
        crash_point("sync::before_commit");
        self.writer.commit(&checkpoint(self.store, self.position)?)?;
        crash_point("sync::after_commit");
        (self.pending, self.committed) = (false, Instant::now());
        Ok(())
    }

    /// Commits what is left; returns the changes applied.
    fn finish(mut self) -> Result<u64, SyncError> {
        if self.pending {
            self.commit()?;
        }
        Ok(self.applied)
    }
}

fn checkpoint(store: &Store, position: u64) -> Result<Checkpoint, SyncError> {
    Ok(Checkpoint { store: store.id().to_owned(), position, tail: store.change_word(position)? })
}

/// What has become of articles. Of one that was taken back nothing is kept, and it leaves the index.
fn changed(store: &Store, nums: &[u64]) -> Result<Vec<Change>, SyncError> {
    let stored = store.current(nums)?;
    let there: HashSet<u64> = stored.iter().map(|stored| stored.num).collect();
    let gone = nums.iter().filter(|num| !there.contains(num)).map(|&num| Change { num, document: None });
    Ok(gone.chain(stored.into_iter().map(change)).collect())
}

/// What answers may not show leaves the index.
fn change(stored: StoredArticle) -> Change {
    let document = (stored.standing == Standing::Shown).then(|| Document {
        num: stored.num,
        row: stored.row,
        story: stored.story.original,
        id: stored.id.0,
        seen_ms: stored.seen.as_millisecond(),
        revised: stored.revised,
        article: stored.article,
    });
    Change { num: stored.num, document }
}

/// Frees an index and the store of what was purged: where something was, every segment that held it is written anew, and the
/// log of the store folded away. `let_go` is called between the two, for whoever keeps states of before, and says whether
/// nobody reads one. The caller holds the lock and has brought the index up to date. Says whether everything is free of what
/// was purged up to there.
pub fn erase_purged(
    store: &Store,
    index: &Index,
    let_go: impl FnOnce() -> Result<bool, SyncError>,
) -> Result<bool, SyncError> {
    if store.purging()?.articles == 0 {
        return Ok(true);
    }
    // An index that is being made may hold what was purged since it was begun, and is the next to be freed.
    let Some(_no_other) = lock_file(&index_dir(store.dir()), "BUILD")? else { return Ok(false) };
    // Of what is purged from here on the index knows nothing yet.
    let reached = index.checkpoint()?.map_or(0, |checkpoint| checkpoint.position);
    let mut writer = index.writer()?;
    writer.erase()?;
    crash_point("sync::after_erasing");
    let is_let_go = let_go()?;
    writer.sweep()?;
    writer.finish()?;
    Ok(is_let_go && store.erase_purged(reached)?)
}

/// The same where no server keeps states. What the disk has no room for now is left to whoever comes next.
fn erase_or_leave(store: &Store, index: &Index) -> Result<(), SyncError> {
    match erase_purged(store, index, || Ok(true)) {
        Ok(true) => {}
        Ok(false) => tracing::warn!(
            "something reads the store, or makes another index; what was purged is out of the files after that"
        ),
        Err(SyncError::Store(error)) if error.code().is_some() => {
            tracing::warn!(code = error.code(), %error, "something of what was purged is still in the files");
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Brings the index of a data folder up to date, and frees it of what was purged, where no server does.
pub fn without_server(store: &Store, data: &Path) -> Result<Outcome, SyncError> {
    let Some(lock) = Lock::take(data)? else { return Ok(Outcome::LeftToServer) };
    let stop = AtomicBool::new(false);
    let index = open_whole(store, data, &lock, &stop)?;
    let mut writer = index.writer()?;
    let applied = catch_up(store, &index, &mut writer, &stop, |_, _| {})?;
    writer.finish()?;
    erase_or_leave(store, &index)?;
    Ok(Outcome::Done { applied })
}

/// What became of an attempt to bring the index up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done {
        applied: u64,
    },
    /// Another process holds the lock; it will see the changes.
    LeftToServer,
}

/// Brings the index of a data folder up to date while articles come in, where no server does. Each `news` is of more in
/// the store; when its sender is gone, the rest is applied and that is all.
pub fn beside_ingest(store: &Store, data: &Path, news: &Receiver<()>, stop: &AtomicBool) -> Result<Outcome, SyncError> {
    release_due(store, Timestamp::now())?;
    let Some(lock) = Lock::take(data)? else { return Ok(Outcome::LeftToServer) };
    let index = open_whole(store, data, &lock, stop)?;
    let mut writer = index.writer()?;
    let mut follower = Follower::at(store, &index, &mut writer)?;
    let mut over = false;
    while !over {
        over = news.recv().is_err();
        release_due(store, Timestamp::now())?;
        while !stop.load(Ordering::Relaxed) && follower.step()? {}
    }
    let applied = follower.finish()?;
    writer.finish()?;
    if !stop.load(Ordering::Relaxed) {
        erase_or_leave(store, &index)?;
    }
    Ok(Outcome::Done { applied })
}

/// Whoever sweeps holds it for a moment, and whoever builds for long: only the latter is not waited for.
fn right_to_build(data: &Path) -> Result<Option<Lock>, SyncError> {
    let until = Instant::now() + SWEEPING;
    loop {
        let right = lock_file(&index_dir(data), "BUILD")?;
        if right.is_some() || Instant::now() > until {
            return Ok(right);
        }
        std::thread::sleep(SWEEPING / 100);
    }
}

/// Builds a new generation from the store beside the live one and swaps it in. A server goes over to it by itself; the
/// old one is removed.
pub fn rebuild(store: &Store, data: &Path, progress: impl FnMut(u64, u64)) -> Result<u64, SyncError> {
    let Some(building) = right_to_build(data)? else { return Err(SyncError::Rebuilding) };
    release_due(store, Timestamp::now())?;
    let (name, index) = create(data)?;
    let mut writer = index.writer()?;
    writer.commit(&checkpoint(store, 0)?)?;
    catch_up(store, &index, &mut writer, &AtomicBool::new(false), progress)?;
    writer.finish()?;
    // What went while it was built must not stay in it. Another writer, so that no merge is under way.
    let mut writer = index.writer()?;
    writer.erase()?;
    writer.finish()?;
    swap(data, &name)?;
    let articles = index.view()?.articles();
    drop(building);
    // Where a server runs, it sweeps when it has gone over.
    if let Some(lock) = Lock::take(data)? {
        sweep(data, &lock);
        drop(lock);
        // What was purged while it was made, of which this one is not free.
        if store.purging()?.articles > 0 {
            without_server(store, data)?;
        }
    }
    Ok(articles)
}

/// Ends the process here when a test asks for it: `FAILPOINTS=name=return`.
#[cfg_attr(not(feature = "failpoints"), allow(unused_variables))]
pub(crate) fn crash_point(name: &str) {
    fail::fail_point!(name, |_| std::process::abort());
}
