//! The bounded pool that searches run on: as many at once as there are processors, a bounded queue behind them, and a
//! quick refusal beyond.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use super::answer::SearchError;

/// Searches that may wait for each one that runs.
const WAITING_PER_THREAD: usize = 32;

pub(super) struct Pool {
    permits: Semaphore,
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
        Pool::of(std::thread::available_parallelism().map_or(2, usize::from))
    }

    fn of(threads: usize) -> Pool {
        Pool { permits: Semaphore::new(threads), present: Arc::default(), most: threads * (1 + WAITING_PER_THREAD) }
    }

    /// Runs work on the caller's thread, whose other tasks go to another thread meanwhile: handing an answer of half a
    /// millisecond to a thread and back would cost a good part of it. A caller that goes away while it waits is not
    /// worked for. Only for a runtime of several threads.
    pub(super) async fn run<T>(&self, work: impl FnOnce() -> Result<T, SearchError>) -> Result<T, SearchError> {
        let before = self.present.fetch_add(1, Ordering::Relaxed);
        let _present = Present(Arc::clone(&self.present));
        if before >= self.most {
            return Err(SearchError::Busy);
        }
        self.go_on(work).await
    }

    /// Work that somebody has been promised already: it waits for its turn however many are waiting.
    pub(super) async fn go_on<T>(&self, work: impl FnOnce() -> Result<T, SearchError>) -> Result<T, SearchError> {
        let _permit = self.permits.acquire().await.map_err(|_| SearchError::Busy)?;
        let done = tokio::task::block_in_place(|| catch_unwind(AssertUnwindSafe(work)));
        done.unwrap_or_else(|_| Err(SearchError::Internal("a search has panicked".to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Future, poll_fn};
    use std::pin::Pin;
    use std::sync::atomic::AtomicBool;
    use std::sync::mpsc;
    use std::task::Poll;

    use super::*;

    type Running = tokio::task::JoinHandle<Result<(), SearchError>>;

    /// A pool of one thread, with work on it that ends when told to.
    fn occupied() -> (Arc<Pool>, Running, mpsc::Sender<()>) {
        let pool = Arc::new(Pool::of(1));
        let (end, ended) = mpsc::channel();
        let (begin, begun) = mpsc::channel();
        let on = Arc::clone(&pool);
        let running = tokio::spawn(async move {
            let work = move || {
                begin.send(()).unwrap();
                ended.recv().unwrap();
                Ok(())
            };
            on.run(work).await
        });
        begun.recv().unwrap();
        (pool, running, end)
    }

    /// Whether it is still waiting after it was looked at once.
    async fn waits<F: Future>(work: &mut Pin<Box<F>>) -> bool {
        poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_pending())).await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_caller_that_went_away_is_not_worked_for() {
        let (pool, running, end) = occupied();
        let worked = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&worked);
        let mut waiting = Box::pin(pool.run(move || {
            set.store(true, Ordering::Relaxed);
            Ok(())
        }));
        assert!(waits(&mut waiting).await);
        drop(waiting);
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
        pool.run(|| Ok(())).await.unwrap();
        assert!(!worked.load(Ordering::Relaxed));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_full_queue_refuses_and_takes_again_when_it_has_room() {
        let (pool, running, end) = occupied();
        let mut waiting: Vec<_> = (0..WAITING_PER_THREAD).map(|_| Box::pin(pool.run(|| Ok(())))).collect();
        for one in &mut waiting {
            assert!(waits(one).await);
        }
        assert!(matches!(pool.run(|| Ok(())).await, Err(SearchError::Busy)));
        waiting.pop();
        let mut last = Box::pin(pool.run(|| Ok(())));
        assert!(waits(&mut last).await, "one that went away makes room");
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
        for one in waiting {
            one.await.unwrap();
        }
        last.await.unwrap();
    }
}
