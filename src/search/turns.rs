//! Turns at the processors. Whoever finds one free takes it on the thread they are on: handing an answer of half a
//! millisecond to another thread and back would cost a good part of it. Where none is free, work is left to threads of
//! ours, which take up one after the other: as long as some waits, no processor has to be woken for the next.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::answer::SearchError;
use crate::engine::Until;

pub(super) struct Turns {
    shared: Arc<Shared>,
}

struct Shared {
    most: usize,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    /// Turns that are taken, by whoever came or by our threads: all of them while anybody waits.
    taken: usize,
    /// Of those, the ones that our threads are to go on with, and have not taken up.
    handed_over: usize,
    /// Those who have waited longest are first.
    waiting: VecDeque<Waiting>,
    /// Those who have had to wait so far.
    number: u64,
    is_closed: bool,
}

struct Waiting {
    number: u64,
    work: Box<dyn FnOnce() + Send>,
}

/// A turn on the thread of whoever came. It is given back however the work has ended.
struct Turn<'a>(&'a Shared);

/// A place among those who wait. Whoever goes takes their work with them.
struct Place<'a> {
    shared: &'a Shared,
    number: u64,
}

impl Turns {
    /// So many at once.
    pub(super) fn of(most: usize) -> std::io::Result<Turns> {
        let shared = Arc::new(Shared { most, state: Mutex::default(), wake: Condvar::new() });
        // Should one thread fail to begin, those before it end with this.
        let turns = Turns { shared: Arc::clone(&shared) };
        for number in 0..most {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().name(format!("search-{number}")).spawn(move || shared.work_off())?;
        }
        Ok(turns)
    }

    pub(super) fn taken(&self) -> usize {
        self.shared.state().taken
    }

    /// Does the work in its turn. Where that has not come when its time is over, it never will. Only for a runtime of
    /// several threads.
    pub(super) async fn take<T: Send + 'static>(
        &self,
        until: Until,
        work: impl FnOnce(&Until) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, SearchError> {
        let deadline = until.at();
        let (place, mut answered) = {
            let mut state = self.shared.state();
            if state.taken < self.shared.most {
                state.taken += 1;
                drop(state);
                let turn = Turn(&self.shared);
                return tokio::task::block_in_place(|| {
                    let _turn = turn;
                    work(&until)
                });
            }
            let (answer, answered) = oneshot::channel();
            let span = tracing::Span::current();
            let work = Box::new(move || {
                // Nobody may be there any more.
                let _ = answer.send(span.in_scope(|| work(&until)));
            });
            state.number += 1;
            let number = state.number;
            state.waiting.push_back(Waiting { number, work });
            (Place { shared: &self.shared, number }, answered)
        };
        let answer = match tokio::time::timeout_at(deadline.into(), &mut answered).await {
            Ok(answer) => answer,
            Err(_) if place.leave() => return Err(SearchError::TimeOut),
            // It has begun, and knows when to end.
            Err(_) => answered.await,
        };
        answer.unwrap_or_else(|_| Err(SearchError::Internal("a search has broken off".to_owned())))
    }
}

impl Drop for Turns {
    fn drop(&mut self) {
        self.shared.state().is_closed = true;
        self.shared.wake.notify_all();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a thread of ours does: with each turn that it is given, all that waits.
    fn work_off(&self) {
        let mut state = self.state();
        while !state.is_closed {
            if state.handed_over == 0 {
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state.handed_over -= 1;
            while let Some(Waiting { work, .. }) = state.waiting.pop_front() {
                drop(state);
                if catch_unwind(AssertUnwindSafe(work)).is_err() {
                    tracing::error!("a search has panicked");
                }
                state = self.state();
            }
            state.taken -= 1;
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        if state.waiting.is_empty() {
            state.taken -= 1;
        } else {
            state.handed_over += 1;
            drop(state);
            self.0.wake.notify_one();
        }
    }
}

impl Place<'_> {
    /// Says whether the work had not begun; now it never will.
    fn leave(&self) -> bool {
        let mut state = self.shared.state();
        let place = state.waiting.binary_search_by_key(&self.number, |waiting| waiting.number);
        let left = place.ok().and_then(|place| state.waiting.remove(place));
        // What it holds is let go of when others can go on.
        drop(state);
        left.is_some()
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::sync::mpsc;
    use std::task::Poll;
    use std::time::{Duration, Instant};

    use super::*;

    type Running = tokio::task::JoinHandle<Result<(), SearchError>>;

    fn in_time() -> Until {
        Until::from(Instant::now() + Duration::from_secs(3600))
    }

    /// The one turn there is, taken until told to end.
    fn occupied() -> (Arc<Turns>, Running, mpsc::Sender<()>) {
        let turns = Arc::new(Turns::of(1).unwrap());
        let (end, ended) = mpsc::channel();
        let (begin, begun) = mpsc::channel();
        let on = Arc::clone(&turns);
        let running = tokio::spawn(async move {
            let work = move |_: &Until| {
                begin.send(()).unwrap();
                ended.recv().unwrap();
                Ok(())
            };
            on.take(in_time(), work).await
        });
        begun.recv().unwrap();
        (turns, running, end)
    }

    /// Whether it is still waiting after it was looked at once.
    pub(in crate::search) async fn waits(work: impl Future) -> bool {
        let mut work = pin!(work);
        poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_pending())).await
    }

    /// Whether the work is done on one of our threads.
    fn is_ours(_: &Until) -> Result<bool, SearchError> {
        Ok(std::thread::current().name().is_some_and(|name| name.starts_with("search-")))
    }

    /// Our threads give a turn back a moment after the last answer.
    #[track_caller]
    fn free(turns: &Turns) {
        let long = Instant::now() + Duration::from_secs(60);
        while turns.taken() > 0 {
            assert!(Instant::now() < long, "{} turns are taken", turns.taken());
            std::thread::yield_now();
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn work_stays_where_it_is_unless_it_has_to_wait() {
        let (turns, running, end) = occupied();
        let mut waiting = Box::pin(turns.take(in_time(), is_ours));
        assert!(waits(&mut waiting).await);
        assert_eq!(turns.taken(), 1);
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
        assert!(waiting.await.unwrap());
        free(&turns);
        assert!(!turns.take(in_time(), is_ours).await.unwrap());
        assert_eq!(turns.taken(), 0);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_has_waited_longest_is_next() {
        let (turns, running, end) = occupied();
        let (done, order) = mpsc::channel();
        let mut waiting = Vec::new();
        for number in 0..5 {
            let done = done.clone();
            let mut one = Box::pin(turns.take(in_time(), move |_| {
                done.send(number).unwrap();
                Ok(())
            }));
            assert!(waits(&mut one).await);
            waiting.push(one);
        }
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
        for one in waiting {
            one.await.unwrap();
        }
        assert_eq!(order.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_leaves_takes_their_work_with_them() {
        let (turns, running, end) = occupied();
        let held = Arc::new(());
        let holds = Arc::clone(&held);
        let waiting = turns.take(in_time(), move |_| {
            drop(holds);
            Ok(())
        });
        let mut waiting = Box::pin(waiting);
        assert!(waits(&mut waiting).await && Arc::strong_count(&held) == 2);
        drop(waiting);
        assert_eq!(Arc::strong_count(&held), 1);
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
        assert_eq!(turns.taken(), 0);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_turn_that_nobody_takes_up_comes_back() {
        for _ in 0..100 {
            let (turns, running, end) = occupied();
            let mut waiting = Box::pin(turns.take(in_time(), is_ours));
            assert!(waits(&mut waiting).await);
            end.send(()).unwrap();
            // Whether it has begun by then or not.
            drop(waiting);
            running.await.unwrap().unwrap();
            free(&turns);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_turn_comes_back_from_work_that_panics() {
        let (turns, running, end) = occupied();
        let panics = |_: &Until| -> Result<(), SearchError> { panic!("as it is meant to") };
        let mut broken = Box::pin(turns.take(in_time(), panics));
        let mut next = Box::pin(turns.take(in_time(), is_ours));
        assert!(waits(&mut broken).await && waits(&mut next).await);
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
        let broken = broken.await;
        assert!(matches!(broken, Err(SearchError::Internal(_))), "{broken:?}");
        assert!(next.await.unwrap());
        free(&turns);
        let on = Arc::clone(&turns);
        assert!(tokio::spawn(async move { on.take(in_time(), panics).await }).await.is_err());
        assert_eq!(turns.taken(), 0);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whose_time_is_over_leaves_and_who_has_begun_is_waited_for() {
        let (turns, running, end) = occupied();
        let soon = || Until::from(Instant::now() + Duration::from_millis(50));
        let waited = turns.take(soon(), |_| -> Result<(), SearchError> { panic!("its time is over") }).await;
        assert!(matches!(waited, Err(SearchError::TimeOut)), "{waited:?}");
        let until = soon();
        let over = until.at() + Duration::from_millis(50);
        let (begin, begun) = mpsc::channel();
        let work = move |_: &Until| {
            begin.send(()).unwrap();
            std::thread::sleep(over.saturating_duration_since(Instant::now()));
            Ok(7)
        };
        let mut late = Box::pin(turns.take(until, work));
        assert!(waits(&mut late).await);
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
        tokio::task::block_in_place(|| begun.recv().unwrap());
        assert_eq!(late.await.unwrap(), 7);
    }

    #[test]
    fn with_the_turns_their_threads_end() {
        let turns = Turns::of(2).unwrap();
        let threads = Arc::downgrade(&turns.shared);
        assert_eq!(threads.strong_count(), 3);
        drop(turns);
        let long = Instant::now() + Duration::from_secs(60);
        while threads.strong_count() > 0 {
            assert!(Instant::now() < long, "{} threads are there", threads.strong_count());
            std::thread::yield_now();
        }
    }
}
