//! Whether answers show what is in the store, and how it stands with the disk below.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::answer::SearchError;
use super::archive::{Archive, Inner, store_error};

/// Answers that lack what came in longer ago are not those of a server that is well.
const LATE: SignedDuration = SignedDuration::from_secs(60);

/// How far the index has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Readiness {
    /// Answers show all that came in up to a minute ago, or all that they can while the disk takes nothing
    pub ready: bool,
    /// Articles that answers can hold now.
    pub articles: u64,
    /// Changes in the store that are not in the index yet.
    pub behind: u64,
    /// `taken`; or why what comes in is refused: `storage_full`, `storage_refused`
    pub writes: &'static str,
    pub index: IndexState,
    /// Articles that were purged, and of which something may still be in a file; 0 again within seconds, if all is well
    pub purging: u64,
}

/// How it stands with the index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum IndexState {
    /// Every file has been read and is as it was written.
    #[default]
    Verified,
    /// They are being read.
    Verifying,
    /// One is not; another index is being made from the store.
    Damaged,
    /// What comes in cannot be brought into it for now.
    Failing,
}

/// What whoever keeps the index up says of it.
#[derive(Default)]
pub(super) struct Health {
    index: Mutex<IndexState>,
    is_failing: AtomicBool,
    retention_held: Mutex<Option<String>>,
}

impl Health {
    pub(super) fn retention_held(&self) -> Option<String> {
        self.retention_held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn index(&self) -> IndexState {
        match self.is_failing.load(Ordering::Relaxed) {
            true => IndexState::Failing,
            false => *self.index.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

impl Archive {
    /// Asks the store beside the pool: whoever asks must hear of it also when searches queue.
    pub async fn readiness(&self) -> Result<Readiness, SearchError> {
        self.aside.run(|| self.inner.readiness(self.health.index())).await
    }

    /// Whether more is asked for than can be answered. Whoever is told so is refused.
    pub fn is_crowded(&self) -> bool {
        self.pool.is_full()
    }

    /// Whoever keeps the index up says how it stands with it.
    pub fn index_is(&self, state: IndexState) {
        *self.health.index.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// And whether what comes in could not be brought into it.
    pub fn indexing_fails(&self, fails: bool) {
        self.health.is_failing.store(fails, Ordering::Relaxed);
    }

    /// Why nothing is removed as too old, where that is so. Says whether it is so only now.
    pub fn retention_is_held(&self, why: Option<String>) -> bool {
        let is_held = why.is_some();
        let mut held = self.health.retention_held.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *held, why).is_none() && is_held
    }
}

impl Inner {
    fn readiness(&self, index: IndexState) -> Result<Readiness, SearchError> {
        let view = self.newest();
        let behind = self.store.last_change().map_err(store_error)?.saturating_sub(view.position());
        let since = self.store.changed_after(view.position()).map_err(store_error)?;
        // While articles come in all the time, answers are always a moment behind.
        let is_late = since.is_some_and(|since| Timestamp::now().duration_since(since) > LATE);
        let refused = self.store.refused();
        // What the disk refuses would come in nowhere else, and to read another has no more than this.
        let ready = !is_late || refused.is_some() || index == IndexState::Failing;
        let purging = self.store.purging().map_err(store_error)?.articles;
        let writes = refused.unwrap_or("taken");
        Ok(Readiness { ready, articles: view.articles(), behind, writes, index, purging })
    }
}
