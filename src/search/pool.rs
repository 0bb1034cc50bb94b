//! Searches are bounded: as many at once as there are processors, a bounded queue behind them, and a quick refusal beyond.
//! What nobody waits for any more is not worked on.

use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use super::answer::SearchError;
use super::turns::Turns;
use crate::engine::{Caller, Until};

/// A search takes no longer than this, its waiting included.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(2);

/// Searches that may wait for each one that runs.
const WAITING_PER_THREAD: usize = 32;

/// And under load, where more is asked for than can be answered: a longer queue would find nobody an answer, only let every
/// one wait longer.
const WAITING_UNDER_LOAD: usize = 2;

/// What is load, and no burst.
#[derive(Clone, Copy)]
struct Load {
    /// Some have been waiting for so long.
    after: Duration,
    /// Or somebody was refused no longer ago than this: for a moment, the short queue is empty now and then.
    lasts: Duration,
}

const LOAD: Load = Load { after: Duration::from_millis(100), lasts: Duration::from_secs(1) };

/// Short works beside it at once.
const ASIDE: usize = 4;

pub(super) struct Pool {
    turns: Turns,
    threads: usize,
    load: Load,
    /// Running or waiting.
    present: Arc<AtomicUsize>,
    began: Instant,
    /// When somebody last came who did not have to wait, in milliseconds.
    at_ease: AtomicU64,
    /// When it is long enough ago that somebody was refused.
    relieved: AtomicU64,
}

/// Counts one search out again, however it ends.
struct Present(Arc<AtomicUsize>);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

tokio::task_local! {
    static CALLER: Arc<dyn Caller>;
}

/// Whoever waits for work, and the client on whose behalf they do.
struct Asker {
    caller: Option<Arc<dyn Caller>>,
    has_left: AtomicBool,
}

impl Caller for Asker {
    fn has_gone(&self) -> bool {
        self.has_left.load(Ordering::Relaxed) || self.caller.as_ref().is_some_and(|caller| caller.has_gone())
    }
}

/// Is there for as long as they wait.
struct Asking(Arc<Asker>);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.has_left.store(true, Ordering::Relaxed);
    }
}

/// What is asked for within `work` is worked on for as long as this caller is there.
pub async fn on_behalf_of<F: Future>(caller: Arc<dyn Caller>, work: F) -> F::Output {
    CALLER.scope(caller, work).await
}

/// Work beside the pool that is short, and is not to wait for searches: a few at once, each of which may take a connection to
/// the store, and the others in their turn.
pub(super) struct Aside(Semaphore);

impl Aside {
    pub(super) fn new() -> Aside {
        Aside(Semaphore::new(ASIDE))
    }

    pub(super) async fn run<T>(&self, work: impl FnOnce() -> Result<T, SearchError>) -> Result<T, SearchError> {
        let _turn = self.0.acquire().await.map_err(|_| SearchError::Busy)?;
        tokio::task::block_in_place(work)
    }
}

impl Pool {
    pub(super) fn new() -> io::Result<Pool> {
        Pool::of(std::thread::available_parallelism().map_or(2, usize::from), LOAD)
    }

    /// Those that run now, and those that wait.
    pub(super) fn load(&self) -> (usize, usize) {
        let running = self.turns.taken();
        (running, self.present.load(Ordering::Relaxed).saturating_sub(running))
    }

    fn of(threads: usize, load: Load) -> io::Result<Pool> {
        let (turns, began) = (Turns::of(threads)?, Instant::now());
        let (at_ease, relieved) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok(Pool { turns, threads, load, present: Arc::default(), began, at_ease, relieved })
    }

    /// Whether it has no place for one more. Whoever is told so is refused.
    pub(super) fn is_full(&self) -> bool {
        !self.has_room(self.present.load(Ordering::Relaxed))
    }

    /// Does the work in its turn, all of which takes no longer than `limit`. A caller that goes away while it waits is not
    /// worked for. Only for a runtime of several threads.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&Until) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, SearchError> {
        let present = self.enter()?;
        let work = move |until: &Until| {
            let _present = present;
            work(until)
        };
        self.go_on(limit, work).await
    }

    /// Work that somebody has been promised already: it waits for its turn however many are waiting.
    pub(super) async fn go_on<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&Until) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, SearchError> {
        let asking =
            Asking(Arc::new(Asker { caller: CALLER.try_with(Arc::clone).ok(), has_left: AtomicBool::new(false) }));
        let until = Until::from(Instant::now() + limit).waited_for(Arc::clone(&asking.0) as _);
        self.turns.take(until, |until| worked(until, work)).await
    }

    /// A place among those who run or wait.
    fn enter(&self) -> Result<Present, SearchError> {
        let before = self.present.fetch_add(1, Ordering::Relaxed);
        let present = Present(Arc::clone(&self.present));
        if self.has_room(before) { Ok(present) } else { Err(SearchError::Busy) }
    }

    fn has_room(&self, before: usize) -> bool {
        let now = self.began.elapsed().as_millis() as u64;
        if before < self.threads {
            self.at_ease.store(now, Ordering::Relaxed);
            return true;
        }
        let waited = now.saturating_sub(self.at_ease.load(Ordering::Relaxed));
        let is_load = waited >= self.load.after.as_millis() as u64 || now < self.relieved.load(Ordering::Relaxed);
        let waiting = if is_load { WAITING_UNDER_LOAD } else { WAITING_PER_THREAD };
        let has_room = before < self.threads * (1 + waiting);
        if !has_room {
            self.relieved.store(now + self.load.lasts.as_millis() as u64, Ordering::Relaxed);
        }
        has_room
    }
}

/// What came of it, unless nobody was there to be told, or its time was over while it waited.
fn worked<T>(until: &Until, work: impl FnOnce(&Until) -> Result<T, SearchError>) -> Result<T, SearchError> {
    if until.is_given_up() {
        tracing::debug!("nobody waits for this any more; it is not begun");
        return Err(SearchError::GivenUp);
    }
    if until.is_over() {
        return Err(SearchError::TimeOut);
    }
    let done = catch_unwind(AssertUnwindSafe(|| work(until)))
        .unwrap_or_else(|_| Err(SearchError::Internal("a search has panicked".to_owned())));
    match done {
        Err(SearchError::TimeOut) if until.is_given_up() => {
            tracing::debug!("nobody waits for this any more; it has ended");
            Err(SearchError::GivenUp)
        }
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::super::turns::tests::waits;
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    /// Whoever comes is one of a crowd that comes once.
    const BURST: Load = Load { after: HOUR, lasts: Duration::ZERO };

    type Running = tokio::task::JoinHandle<Result<(), SearchError>>;

    /// A pool of one thread, with work on it that ends when told to.
    fn occupied(load: Load) -> (Arc<Pool>, Running, mpsc::Sender<()>) {
        let pool = Arc::new(Pool::of(1, load).unwrap());
        let (end, ended) = mpsc::channel();
        let (begin, begun) = mpsc::channel();
        let on = Arc::clone(&pool);
        let running = tokio::spawn(async move {
            let work = move |_: &Until| {
                begin.send(()).unwrap();
                ended.recv().unwrap();
                Ok(())
            };
            on.run(TIME_LIMIT, work).await
        });
        begun.recv().unwrap();
        (pool, running, end)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_caller_that_went_away_is_not_worked_for() {
        let (pool, running, end) = occupied(BURST);
        let worked = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&worked);
        let mut waiting = Box::pin(pool.run(TIME_LIMIT, move |_| {
            set.store(true, Ordering::Relaxed);
            Ok(())
        }));
        assert!(waits(&mut waiting).await);
        drop(waiting);
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
        pool.run(TIME_LIMIT, |_| Ok(())).await.unwrap();
        assert!(!worked.load(Ordering::Relaxed));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_full_queue_refuses_and_takes_again_when_it_has_room() {
        let (pool, running, end) = occupied(BURST);
        let mut waiting: Vec<_> = (0..WAITING_PER_THREAD).map(|_| Box::pin(pool.run(TIME_LIMIT, |_| Ok(())))).collect();
        for one in &mut waiting {
            assert!(waits(one).await);
        }
        assert!(matches!(pool.run(TIME_LIMIT, |_| Ok(())).await, Err(SearchError::Busy)));
        waiting.pop();
        let mut last = Box::pin(pool.run(TIME_LIMIT, |_| Ok(())));
        assert!(waits(&mut last).await, "one that went away makes room");
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
        for one in waiting {
            one.await.unwrap();
        }
        last.await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn where_some_wait_all_the_time_fewer_may_wait() {
        let (pool, running, end) = occupied(Load { after: Duration::ZERO, ..BURST });
        let mut waiting: Vec<_> = (0..WAITING_UNDER_LOAD).map(|_| Box::pin(pool.run(TIME_LIMIT, |_| Ok(())))).collect();
        for one in &mut waiting {
            assert!(waits(one).await);
        }
        assert!(matches!(pool.run(TIME_LIMIT, |_| Ok(())).await, Err(SearchError::Busy)));
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
        for one in waiting {
            one.await.unwrap();
        }
        pool.run(TIME_LIMIT, |_| Ok(())).await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn for_a_while_after_a_refusal_fewer_may_wait() {
        let (pool, running, end) = occupied(Load { lasts: HOUR, ..BURST });
        let mut waiting: Vec<_> = (0..WAITING_PER_THREAD).map(|_| Box::pin(pool.run(TIME_LIMIT, |_| Ok(())))).collect();
        for one in &mut waiting {
            assert!(waits(one).await);
        }
        assert!(pool.is_full());
        waiting.truncate(WAITING_UNDER_LOAD);
        assert!(pool.is_full(), "they were too many just now");
        waiting.pop();
        assert!(!pool.is_full());
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
        for one in waiting {
            one.await.unwrap();
        }
        assert!(!pool.is_full());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_search_that_panics_costs_nobody_else_their_turn() {
        let (pool, running, end) = occupied(BURST);
        let mut broken = Box::pin(pool.run(TIME_LIMIT, |_| -> Result<(), SearchError> { panic!("as it is meant to") }));
        let mut next = Box::pin(pool.run(TIME_LIMIT, |_| Ok(())));
        assert!(waits(&mut broken).await && waits(&mut next).await);
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
        let broken = broken.await;
        assert!(matches!(broken, Err(SearchError::Internal(_))), "{broken:?}");
        next.await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_waits_for_a_turn_waits_no_longer_than_the_work_may_take() {
        let (pool, running, end) = occupied(BURST);
        let waited = pool.run(Duration::from_millis(20), |_| Ok(())).await;
        assert!(matches!(waited, Err(SearchError::TimeOut)), "{waited:?}");
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
    }

    struct Reader(AtomicBool);

    impl Caller for Reader {
        fn has_gone(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn work_that_has_begun_ends_when_nobody_waits_for_it() {
        let (pool, running, end) = occupied(BURST);
        let (begin, begun) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let mut waiting = Box::pin(pool.run(HOUR, move |until| {
            begin.send(()).unwrap();
            while !until.is_over() {
                std::thread::yield_now();
            }
            tell.send(until.is_given_up()).unwrap();
            Ok(())
        }));
        assert!(waits(&mut waiting).await);
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
        tokio::task::block_in_place(|| begun.recv().unwrap());
        drop(waiting);
        assert!(tokio::task::block_in_place(|| told.recv_timeout(Duration::from_secs(60))).unwrap());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn work_ends_with_whoever_it_is_done_for() {
        let pool = Pool::of(1, BURST).unwrap();
        let reader = Arc::new(Reader(AtomicBool::new(false)));
        let leave = Arc::clone(&reader);
        let work = pool.run(TIME_LIMIT, move |until| {
            assert!(!until.is_over());
            leave.0.store(true, Ordering::Relaxed);
            if until.is_over() { Err::<(), _>(SearchError::TimeOut) } else { Ok(()) }
        });
        let ended = on_behalf_of(Arc::clone(&reader) as Arc<dyn Caller>, work).await;
        assert!(matches!(ended, Err(SearchError::GivenUp)), "{ended:?}");
        let not_begun = pool.run(TIME_LIMIT, |_| -> Result<(), SearchError> { panic!("nobody waits for this") });
        let ended = on_behalf_of(reader, not_begun).await;
        assert!(matches!(ended, Err(SearchError::GivenUp)), "{ended:?}");
        assert!(
            pool.run(TIME_LIMIT, |until| Ok(until.is_over())).await.is_ok_and(|is_over| !is_over),
            "by nobody in particular"
        );
    }
}
