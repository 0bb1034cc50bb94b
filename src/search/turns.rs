//! Turns at the processors. Whoever finds one free takes it on the thread they are on: handing an answer of half a
//! millisecond to another thread and back would cost a good part of it. Where none is free, work is left to threads that take
//! up one piece after the other: as long as some waits, no processor has to be woken for the next.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::answer::SearchError;
use crate::engine::Until;

pub(super) struct Turns {
    taken: Arc<Taken>,
}

struct Taken {
    most: usize,
    state: Mutex<State>,
    handed_over: Condvar,
}

#[derive(Default)]
struct State {
    /// By whoever came, or by our threads. While any work waits, there are as many as there may be.
    taken: usize,
    /// Those given up by whoever came, for our threads to go on with.
    handed_over: usize,
    waiting: VecDeque<Piece>,
    /// Pieces so far that had to wait.
    pieces: u64,
    is_closed: bool,
}

/// Work that waits for a turn.
struct Piece {
    number: u64,
    work: Box<dyn FnOnce() + Send>,
}

/// Gives its turn back, however the work has ended.
struct Turn<'a>(&'a Taken);

/// Whoever waits for a piece of work takes it with them when they go.
struct Place<'a> {
    taken: &'a Taken,
    number: u64,
}

impl Turns {
    /// So many at once.
    pub(super) fn of(most: usize) -> std::io::Result<Turns> {
        let taken = Arc::new(Taken { most, state: Mutex::default(), handed_over: Condvar::new() });
        // From here on they are told to end when something fails.
        let turns = Turns { taken: Arc::clone(&taken) };
        for number in 0..most {
            let taken = Arc::clone(&taken);
            std::thread::Builder::new().name(format!("search-{number}")).spawn(move || taken.go_on())?;
        }
        Ok(turns)
    }

    /// Those that are taken.
    pub(super) fn taken(&self) -> usize {
        self.taken.state().taken
    }

    /// Does the work in its turn, if that comes before its time is over. Only for a runtime of several threads.
    pub(super) async fn take<T: Send + 'static>(
        &self,
        until: Until,
        work: impl FnOnce(&Until) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, SearchError> {
        let deadline = until.at();
        let (place, mut answered) = {
            let mut state = self.taken.state();
            if state.taken < self.taken.most {
                state.taken += 1;
                drop(state);
                let turn = Turn(&self.taken);
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
            state.pieces += 1;
            let number = state.pieces;
            state.waiting.push_back(Piece { number, work });
            (Place { taken: &self.taken, number }, answered)
        };
        let answer = match tokio::time::timeout_at(deadline.into(), &mut answered).await {
            Ok(answer) => answer,
            Err(_) if place.leave() => return Err(SearchError::TimeOut),
            // It has begun, and knows when to end.
            Err(_) => answered.await,
        };
        answer.unwrap_or_else(|_| Err(SearchError::Internal("a search was dropped".to_owned())))
    }
}

impl Drop for Turns {
    fn drop(&mut self) {
        self.taken.state().is_closed = true;
        self.taken.handed_over.notify_all();
    }
}

impl Taken {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What one of our threads does: with a turn that it is given, all that waits.
    fn go_on(&self) {
        let mut state = self.state();
        while !state.is_closed {
            if state.handed_over == 0 {
                state = self.handed_over.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state.handed_over -= 1;
            while let Some(piece) = state.waiting.pop_front() {
                drop(state);
                (piece.work)();
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
            self.0.handed_over.notify_one();
        }
    }
}

impl Place<'_> {
    /// Says whether the work had not begun; now it never will.
    fn leave(&self) -> bool {
        let mut state = self.taken.state();
        let place = state.waiting.iter().position(|piece| piece.number == self.number);
        let left = place.and_then(|place| state.waiting.remove(place));
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
mod tests {
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
                Ok(ended.recv().unwrap())
            };
            on.take(in_time(), work).await
        });
        begun.recv().unwrap();
        (turns, running, end)
    }

    async fn waits(work: impl Future) -> bool {
        let mut work = pin!(work);
        poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_pending())).await
    }

    /// Whether the work is done on one of our threads.
    fn is_ours(_: &Until) -> Result<bool, SearchError> {
        Ok(std::thread::current().name().is_some_and(|name| name.starts_with("search-")))
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
        while turns.taken() > 0 {
            tokio::task::yield_now().await;
        }
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
            let mut one = Box::pin(turns.take(in_time(), move |_| Ok(done.send(number).unwrap())));
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
        let waiting = turns.take(in_time(), move |_| Ok(drop(holds)));
        let mut waiting = Box::pin(waiting);
        assert!(waits(&mut waiting).await && Arc::strong_count(&held) == 2);
        drop(waiting);
        assert_eq!(Arc::strong_count(&held), 1);
        end.send(()).unwrap();
        running.await.unwrap().unwrap();
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
        let threads = Arc::downgrade(&turns.taken);
        assert_eq!(threads.strong_count(), 3);
        drop(turns);
        while threads.strong_count() > 0 {
            std::thread::yield_now();
        }
    }
}
