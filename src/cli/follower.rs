//! A running server's index keeps up with its store, and its answers with the index.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::serve::Told;
use super::verify;
use crate::engine::Engine;
use crate::engine::embedded::Index;
use crate::search::{Archive, IndexState};
use crate::store::Store;
use crate::sync::{self, Lock, SyncError};

/// The store is looked at this often.
const LOOK: Duration = Duration::from_millis(250);

/// While articles keep coming in, answers go on to a new state no more often than this: every state that an answer
/// names is kept for a while, and costs disk.
const BETWEEN: Duration = Duration::from_secs(1);

/// Where somebody reads what was before a purge, its files are tried to be freed again after this: trying holds up writers.
const ERASE_AGAIN: Duration = Duration::from_secs(10);

/// Keeps the index up with the store, and the archive with the index.
pub(super) struct Follower {
    pub(super) store: Arc<Store>,
    data: PathBuf,
    generation: String,
    engine: Engine,
    /// `None` while another process writes the index.
    lock: Option<Lock>,
    /// Articles purged of which the files are free, as far as this process has let go of older states.
    erased: u64,
    /// Files are freed of what was purged not before this.
    erase_at: Instant,
    /// Why they last could not be.
    not_erased: Option<String>,
    /// How many articles had been purged when states of before were last forgotten.
    forgotten: u64,
}

impl Follower {
    /// Opens the index, bringing it up to date first where this process may write it; `None` when told to stop.
    pub(super) fn start(
        store: Arc<Store>,
        data: PathBuf,
        told: &mut Told,
        stop: &AtomicBool,
    ) -> anyhow::Result<Option<(Follower, Archive)>> {
        sync::release_due(&store, Timestamp::now())?;
        let there = store.last_change()?;
        while !stop.load(Ordering::Relaxed) {
            if let Some(lock) = Lock::take(&data)? {
                let (generation, index) = sync::open_or_create(&store, &data, &lock)?;
                let mut writer = index.writer()?;
                sync::catch_up(&store, &index, &mut writer, stop, |position, of| {
                    told.say(format!("the index is being brought up to the store: {position} of {of} changes"));
                })?;
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                writer.finish()?;
                return Follower::opened(store, data, generation, index, Some(lock));
            }
            // Answers of one that another process is still making would lack what is in the archive.
            if let Ok((generation, index)) = sync::open(&store, &data)?
                && reached(&index)? >= there
            {
                return Follower::opened(store, data, generation, index, None);
            }
            told.say("another process is bringing the index up to the store, and is waited for".to_owned());
            std::thread::sleep(LOOK);
        }
        Ok(None)
    }

    fn opened(
        store: Arc<Store>,
        data: PathBuf,
        generation: String,
        index: Index,
        lock: Option<Lock>,
    ) -> anyhow::Result<Option<(Follower, Archive)>> {
        let engine = Engine::Embedded(index);
        let archive = Archive::new(Arc::clone(&store), &engine)?;
        let erased = store.purges_erased()?;
        let erase_at = Instant::now();
        let (not_erased, forgotten) = (None, 0);
        let follower = Follower { store, data, generation, engine, lock, erased, erase_at, not_erased, forgotten };
        Ok(Some((follower, archive)))
    }

    pub(super) fn follow(mut self, archive: &Arc<Archive>, stop: &Arc<AtomicBool>) {
        self.verify(archive, stop);
        let mut failed = None;
        while !stop.load(Ordering::Relaxed) {
            let step = self.step(archive, stop);
            archive.tidy();
            archive.indexing_fails(step.is_err());
            self.store.try_writing();
            match step {
                Ok(false) => archive.rest(LOOK),
                Ok(true) => std::thread::sleep(BETWEEN),
                Err(error) => {
                    let error = format!("{error:#}");
                    // Once is enough, until it is another.
                    if failed.replace(error.clone()).is_none_or(|before| before != error) {
                        // Articles that were purged and may still be in its files.
                        let purging = self.store.purging().unwrap_or_default().articles;
                        let what = "the index could not be brought up to date; it is tried again and again";
                        tracing::error!(error, purging, "{what}");
                    }
                    std::thread::sleep(BETWEEN * 2);
                    continue;
                }
            }
        }
    }

    /// Takes a lock that has become free, goes over to a new generation, applies what is new. Says whether answers have
    /// changed.
    fn step(&mut self, archive: &Arc<Archive>, stop: &Arc<AtomicBool>) -> anyhow::Result<bool> {
        if self.lock.is_none() {
            self.lock = Lock::take(&self.data)?;
        }
        sync::release_due(&self.store, Timestamp::now())?;
        let gone_over = self.go_over(archive)?;
        let Engine::Embedded(index) = &self.engine;
        let behind = self.lock.is_some() && reached(index)? < self.store.last_change()?;
        if behind {
            let mut writer = index.writer()?;
            let mut shown = Ok(false);
            sync::catch_up(&self.store, index, &mut writer, stop, |_, _| shown = archive.refresh(&self.engine))?;
            shown?;
            archive.refresh(&self.engine)?;
            if stop.load(Ordering::Relaxed) {
                return Ok(true);
            }
            writer.finish()?;
        }
        if gone_over {
            self.verify(archive, stop);
            if let Some(lock) = &self.lock {
                sync::sweep(&self.data, lock);
            }
        }
        // Opening a state costs something: only where there is another. Merges leave the same articles in fewer files,
        // and another process may have written the index.
        let is_news = behind || gone_over || archive.position() < reached(index)?;
        let has_changed = is_news && (archive.refresh(&self.engine)? || behind);
        self.erase(archive, gone_over)?;
        Ok(has_changed)
    }

    /// Frees the index of what was purged; and lets go of the states that hold it, also where another process has done that.
    fn erase(&mut self, archive: &Archive, gone_over: bool) -> anyhow::Result<()> {
        let Engine::Embedded(index) = &self.engine;
        // Segments that were written anew would look sound.
        if self.lock.is_some() && index.unverified().is_none() {
            if gone_over {
                // What went when it was all but built.
                let mut writer = index.writer()?;
                writer.erase()?;
                writer.finish()?;
            }
            let is_due = Instant::now() >= self.erase_at && !archive.are_forgotten_states_read();
            if is_due && self.store.purging()?.articles > 0 {
                let purges = self.store.purges()?;
                if reached(index)? >= self.store.last_change()? {
                    self.erase_now(archive, purges)?;
                }
            }
        }
        let erased = self.store.purges_erased()?;
        if erased != self.erased {
            archive.refresh(&self.engine)?;
            archive.forget_states();
            self.erased = erased;
        }
        Ok(())
    }

    /// States of before are forgotten once after each purge, and whoever still reads one is waited for. Why it could not be
    /// done is told once, until it is something else.
    fn erase_now(&mut self, archive: &Archive, purges: u64) -> anyhow::Result<()> {
        let Engine::Embedded(index) = &self.engine;
        let let_go = || {
            if self.forgotten != purges {
                archive.refresh(&self.engine)?;
                archive.forget_states();
            }
            Ok(!archive.are_forgotten_states_read())
        };
        let why = match sync::erase_purged(&self.store, index, let_go) {
            Ok(true) => None,
            Ok(false) => Some(
                "an export or another process reads what was before, looks for copies of it, or makes another index"
                    .to_owned(),
            ),
            Err(SyncError::Store(error)) if error.code().is_some() => Some(error.to_string()),
            Err(error) => return Err(error.into()),
        };
        self.forgotten = purges;
        if let Some(why) = why.as_ref().filter(|why| self.not_erased.as_ref() != Some(why)) {
            tracing::warn!(why, "something of what was purged is still in the files; that is tried again");
        }
        // An export that reads what was before is waited for, not tried again.
        if why.is_some() && !archive.are_forgotten_states_read() {
            self.erase_at = Instant::now() + ERASE_AGAIN;
        }
        self.not_erased = why;
        Ok(())
    }

    /// Reads what there was no time for when the index was opened.
    fn verify(&self, archive: &Arc<Archive>, stop: &Arc<AtomicBool>) {
        let Engine::Embedded(index) = &self.engine;
        let Some(unverified) = index.unverified() else { return archive.index_is(IndexState::Verified) };
        let (generation, store, data) = (self.generation.clone(), Arc::clone(&self.store), self.data.clone());
        verify::Task { unverified, generation, store, data }.begin(archive, stop);
    }

    /// Opens a generation that has been swapped in. One that lacks what answers already show is left to whoever holds
    /// the lock.
    fn go_over(&mut self, archive: &Archive) -> anyhow::Result<bool> {
        if sync::current(&self.data).is_none_or(|current| current == self.generation) {
            return Ok(false);
        }
        let Ok((generation, index)) = sync::open(&self.store, &self.data)? else { return Ok(false) };
        if self.lock.is_none() && reached(&index)? < archive.position() {
            return Ok(false);
        }
        tracing::info!(%generation, "a new index is in use");
        (self.generation, self.engine) = (generation, Engine::Embedded(index));
        Ok(true)
    }
}

/// The change of the store that an index goes up to.
fn reached(index: &Index) -> anyhow::Result<u64> {
    Ok(index.checkpoint()?.map_or(0, |checkpoint| checkpoint.position))
}
