//! What was taken in, taken back: a run as a whole, an article for good. None of it is a search, and none waits for one.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use super::Archive;
use super::answer::SearchError;
use super::archive::store_error;
use crate::article::ArticleId;
pub use crate::store::Purged;
use crate::store::{RunId, Undoing, Undone};

/// Those who write at once; others wait their turn.
static WRITING: Semaphore = Semaphore::const_new(16);

/// What has become of a purge is asked this often.
const LOOK: Duration = Duration::from_millis(50);

/// A run that is being undone, or was.
#[derive(Clone, Copy, Debug)]
pub struct UndoneRun {
    /// It was undone before somebody asked this time.
    pub already: bool,
    pub undone: Undone,
}

impl Archive {
    /// Undoes a run: waits for `patience`, and goes on by itself after that. Once the index has come along, searches are
    /// without what it brought.
    pub async fn undo(self: &Arc<Self>, run: u64, patience: Duration) -> Result<UndoneRun, SearchError> {
        let archive = Arc::clone(self);
        let begun = blocking(move || archive.inner.store.begin_undoing(RunId(run)).map_err(store_error)).await?;
        let (line, already) = match begun {
            Undoing::NoRun => return Err(SearchError::NoRun),
            Undoing::Running => return Err(SearchError::RunGoesOn),
            Undoing::Before(line) => (line, true),
            Undoing::Begun(line) => (line, false),
        };
        if !already {
            let archive = Arc::clone(self);
            // It is never told to stop: whoever ends the process ends it between two batches, and it is gone on with.
            let undoing = blocking(move || {
                let done = archive.inner.store.go_on_undoing(RunId(run), &AtomicBool::new(false), |_| archive.ring());
                done.map_err(store_error)
            });
            let undoing = tokio::spawn(undoing);
            match tokio::time::timeout(patience, undoing).await {
                Ok(Ok(done)) => drop(done?),
                Ok(Err(_)) => return Err(SearchError::Internal("undoing a run has panicked".to_owned())),
                Err(_) => tracing::info!(run, "a run is being undone; it takes a while"),
            }
        }
        let archive = Arc::clone(self);
        let line_now = blocking(move || archive.inner.store.run(RunId(run)).map_err(store_error)).await?;
        let undone = line_now.and_then(|line| line.undone).or(line.undone).ok_or(SearchError::NoRun)?;
        Ok(UndoneRun { already, undone })
    }

    /// From here on nothing is answered from a state older than the newest: the files of those hold what was purged.
    pub fn forget_states(&self) {
        self.inner.snapshots.forget_before(&self.inner.newest());
        self.inner.typing.forget();
    }

    /// Whether an answer is under way, as an export, from a state that was forgotten: its files are on the disk until that ends.
    pub fn are_forgotten_states_read(&self) -> bool {
        self.inner.snapshots.are_read()
    }

    /// Removes an article for good. Its bytes are out of all files when [`Archive::erased`] says so.
    pub async fn purge(self: &Arc<Self>, id: String) -> Result<Purged, SearchError> {
        let archive = Arc::clone(self);
        let purged = blocking(move || archive.inner.store.purge(&ArticleId(id)).map_err(store_error)).await?;
        self.ring();
        purged.ok_or(SearchError::NoArticle)
    }

    /// Waits until no file holds anything of a purged article; says whether that came in time.
    pub async fn erased(self: &Arc<Self>, id: &str, patience: Duration) -> Result<bool, SearchError> {
        let until = Instant::now() + patience;
        loop {
            let (archive, id) = (Arc::clone(self), ArticleId(id.to_owned()));
            if !blocking(move || archive.inner.store.is_purging(&id).map_err(store_error)).await? {
                return Ok(true);
            }
            if Instant::now() > until {
                return Ok(false);
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// On a thread of its own, which goes on where nobody waits for it any more.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SearchError> + Send + 'static,
) -> Result<T, SearchError> {
    // Whoever writes waits for whoever else does, and holds a thread meanwhile, also where its client has gone.
    let turn = WRITING.acquire().await.map_err(|_| SearchError::Busy)?;
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work()
    });
    let done = done.await;
    done.unwrap_or_else(|_| Err(SearchError::Internal("writing has panicked".to_owned())))
}
