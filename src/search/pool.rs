//! The bounded pool that searches run on: as many at once as there are processors, a bounded queue behind them, and a
//! quick refusal beyond.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use super::answer::SearchError;

/// Searches that may wait for each one that runs.
const WAITING_PER_THREAD: usize = 32;

pub(super) struct Pool {
    permits: Arc<Semaphore>,
    /// Running or waiting.
    present: Arc<AtomicUsize>,
    most: usize,
}

/// Counts one search out again, however it ends.
struct Present(Arc<AtomicUsize>);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pool {
    pub(super) fn new() -> Pool {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        Pool {
            permits: Arc::new(Semaphore::new(threads)),
            present: Arc::default(),
            most: threads * (1 + WAITING_PER_THREAD),
        }
    }

    /// Runs work on a thread that may block. A caller that goes away while it waits is not worked for.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, SearchError> {
        let before = self.present.fetch_add(1, Ordering::Relaxed);
        let present = Present(Arc::clone(&self.present));
        if before >= self.most {
            return Err(SearchError::Busy);
        }
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| SearchError::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let _until_done = (permit, present);
            work()
        });
        done.await.map_err(|error| SearchError::Internal(error.to_string()))?
    }
}
