//! From what a reader finds to what the store takes: settled on every processor, handed on in the order found. Where
//! writing falls behind, reading waits.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use jiff::Timestamp;

use super::readers::held;
use super::{Item, Place, Reason, dates, language};
use crate::identity;
use crate::store::{Incoming, Ready, Rejected, Standpoint};

/// What has been found and not yet been taken by the writer, at most, in items and in bytes of them.
const WAITING: usize = 1000;
const WAITING_BYTES: usize = 32 << 20;

/// Items a worker takes at a time: of small ones many, so that little time is spent on handing on.
const TAKEN: usize = 32;
const TAKEN_BYTES: usize = 64 << 10;

/// What has been settled and waits for the writer, in takings.
const SETTLED: usize = 8;

/// What the store takes.
pub(super) enum Settled<A> {
    Article(Place, Box<A>),
    Reject(Rejected),
}

impl Settled<Incoming> {
    fn ready(self) -> Settled<Ready> {
        match self {
            Settled::Article(place, incoming) => {
                let mut ready = Box::new(Ready::from(*incoming));
                let Place { source, offset, line } = place.clone();
                ready.place = Standpoint { source, offset: Some(offset), line };
                Settled::Article(place, ready)
            }
            Settled::Reject(reject) => Settled::Reject(reject),
        }
    }
}

impl Settled<Ready> {
    /// About what it holds.
    pub(super) fn size(&self) -> usize {
        match self {
            Settled::Article(_, ready) => ready.incoming.size(),
            Settled::Reject(reject) => reject.copy.len(),
        }
    }
}

/// What a worker takes at a time: the number of the first, and about what they hold.
struct Taking<T> {
    first: u64,
    bytes: usize,
    /// How much of the input had been read when the last of them was found.
    read: u64,
    items: Vec<T>,
}

/// The reader's end.
pub(super) struct Found(Arc<Queue>);

/// The writer's end.
pub(super) struct Ordered {
    settled: mpsc::Receiver<Taking<Settled<Ready>>>,
    /// What came before its turn, by the number of its first.
    early: BTreeMap<u64, Taking<Settled<Ready>>>,
    ready: VecDeque<Settled<Ready>>,
    next: u64,
    read: u64,
    queue: Arc<Queue>,
}

/// Starts the workers. Dropping either end ends them.
pub(super) fn start(namespace: Option<&str>, keeps_originals: bool) -> (Found, Ordered) {
    let queue = Arc::new(Queue::default());
    let (send, settled) = mpsc::sync_channel(SETTLED);
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    for _ in 0..workers {
        let (queue, send, namespace) = (Arc::clone(&queue), send.clone(), namespace.map(str::to_owned));
        std::thread::spawn(move || work(&queue, &send, namespace.as_deref(), keeps_originals));
    }
    let ordered = Ordered {
        settled,
        early: BTreeMap::new(),
        ready: VecDeque::new(),
        next: 0,
        read: 0,
        queue: Arc::clone(&queue),
    };
    (Found(queue), ordered)
}

fn work(
    queue: &Queue,
    send: &mpsc::SyncSender<Taking<Settled<Ready>>>,
    namespace: Option<&str>,
    keeps_originals: bool,
) {
    let now = Timestamp::now();
    while let Some(Taking { first, bytes, read, items }) = queue.take() {
        let items = items.into_iter().map(|item| settle(item, namespace, keeps_originals, now).ready()).collect();
        if send.send(Taking { first, bytes, read, items }).is_err() {
            return;
        }
    }
}

impl Found {
    /// Hands an item on that was found when so much of the input had been read, and waits while too many wait already; `false`:
    /// nobody wants more.
    pub(super) fn push(&self, item: Item, read: u64) -> bool {
        self.0.push(item, read)
    }
}

impl Drop for Found {
    fn drop(&mut self) {
        self.0.close(false);
    }
}

impl Ordered {
    /// The next in order. `Timeout`: none has come for so long; `Disconnected`: there are no more.
    pub(super) fn next(&mut self, wait: Duration) -> Result<Settled<Ready>, mpsc::RecvTimeoutError> {
        while self.ready.is_empty() {
            let taking = match self.early.remove(&self.next) {
                Some(taking) => taking,
                None => self.settled.recv_timeout(wait)?,
            };
            if taking.first == self.next {
                self.next += taking.items.len() as u64;
                self.read = taking.read;
                self.queue.release(taking.items.len(), taking.bytes);
                self.ready.extend(taking.items);
            } else {
                self.early.insert(taking.first, taking);
            }
        }
        self.ready.pop_front().ok_or(mpsc::RecvTimeoutError::Disconnected)
    }

    /// How much of the input what has been handed on was found in. More has been read: what was found there still waits.
    pub(super) fn read(&self) -> u64 {
        self.read
    }
}

impl Drop for Ordered {
    fn drop(&mut self) {
        self.queue.close(true);
    }
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    /// Something has come, or nothing more will.
    filled: Condvar,
    /// There is room again.
    drained: Condvar,
}

struct Waiting {
    size: usize,
    read: u64,
    item: Item,
}

#[derive(Default)]
struct State {
    items: VecDeque<Waiting>,
    /// Found, and not yet taken by the writer.
    held: usize,
    held_bytes: usize,
    /// The number of the first that waits.
    first: u64,
    closed: bool,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, item: Item, read: u64) -> bool {
        let size = size(&item);
        let full = |state: &mut State| !state.closed && (state.held >= WAITING || state.held_bytes >= WAITING_BYTES);
        let waited = self.drained.wait_while(self.state(), full);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return false;
        }
        state.held += 1;
        state.held_bytes += size;
        state.items.push_back(Waiting { size, read, item });
        drop(state);
        self.filled.notify_one();
        true
    }

    /// The next few; `None`: there will be no more.
    fn take(&self) -> Option<Taking<Item>> {
        let waited = self.filled.wait_while(self.state(), |state| state.items.is_empty() && !state.closed);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        let (first, mut bytes, mut up_to, mut items) = (state.first, 0, 0, Vec::new());
        while items.len() < TAKEN && bytes < TAKEN_BYTES {
            let Some(Waiting { size, read, item }) = state.items.pop_front() else { break };
            bytes += size;
            up_to = read;
            items.push(item);
        }
        state.first += items.len() as u64;
        (!items.is_empty()).then_some(Taking { first, bytes, read: up_to, items })
    }

    /// The writer has taken so many.
    fn release(&self, count: usize, bytes: usize) {
        let mut state = self.state();
        state.held -= count;
        state.held_bytes -= bytes;
        drop(state);
        self.drained.notify_one();
    }

    /// Nothing more comes; and, where nobody waits for it, what is there goes.
    fn close(&self, at_once: bool) {
        let mut state = self.state();
        state.closed = true;
        if at_once {
            state.items.clear();
        }
        drop(state);
        self.filled.notify_all();
        self.drained.notify_all();
    }
}

/// About what an item holds.
fn size(item: &Item) -> usize {
    match item {
        Item::Article { article, original, .. } => article.size() + original.as_ref().map_or(0, Vec::len),
        Item::Page(page) => page.size(),
        Item::Reject { copy, .. } => copy.len(),
    }
}

/// Everything between reader and store: pure, but for the moment passed in. What breaks the code that reads a page is that
/// page's matter alone.
pub(super) fn settle(item: Item, namespace: Option<&str>, keeps_originals: bool, now: Timestamp) -> Settled<Incoming> {
    let place = match &item {
        Item::Page(page) => page.place().clone(),
        Item::Reject { place, .. } => place.clone(),
        Item::Article { place, .. } => place.clone(),
    };
    catch_unwind(AssertUnwindSafe(|| settled(item.read(), namespace, keeps_originals, now))).unwrap_or_else(|_| {
        tracing::error!(source = %place.source, offset = place.offset, "reading an article has failed");
        reject(place, Reason::new("cannot_read", "reading this has failed; the log says more"), Vec::new())
    })
}

fn settled(item: Item, namespace: Option<&str>, keeps_originals: bool, now: Timestamp) -> Settled<Incoming> {
    match item {
        Item::Page(page) => settled(page.read(), namespace, keeps_originals, now),
        Item::Article { mut article, format, place, around, original } => {
            language::settle(&mut article, around.as_deref());
            dates::flag_implausible(&mut article.published, now);
            if let Some(modified) = &mut article.modified {
                dates::flag_implausible(modified, now);
            }
            let identity = identity::settle(&article, namespace, format.name());
            article.namespace.clone_from(&identity.namespace);
            let original = original.filter(|_| keeps_originals);
            Settled::Article(place, Box::new(Incoming { identity, article: *article, original }))
        }
        Item::Reject { place, reason, copy } => reject(place, reason, copy),
    }
}

fn reject(place: Place, reason: Reason, mut copy: Vec<u8>) -> Settled<Incoming> {
    // The ledger is for everybody: it must not show what is not to be shown.
    if reason.is_held || held::may_be_held(&copy) {
        copy.clear();
    }
    Settled::Reject(Rejected {
        source: place.source,
        offset: Some(place.offset),
        line: place.line,
        code: reason.code.to_owned(),
        detail: reason.detail,
        copy,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;
    use crate::ingest::Format;

    fn article(n: usize, length: usize) -> Item {
        let article = Article { headline: format!("{n}"), body: vec!["a".repeat(length)], ..Article::default() };
        let (format, place) = (Format::Json, Place::default());
        Item::Article { article: Box::new(article), format, place, around: None, original: None }
    }

    fn headline(settled: Settled<Ready>) -> String {
        match settled {
            Settled::Article(_, ready) => ready.incoming.article.headline,
            Settled::Reject(reject) => reject.code,
        }
    }

    #[test]
    fn what_is_settled_beside_each_other_keeps_its_order() {
        let (found, mut ordered) = start(None, true);
        let reader = std::thread::spawn(move || (0..5000).all(|n| found.push(article(n, n % 700), n as u64 + 1)));
        for n in 0..5000 {
            assert_eq!(headline(ordered.next(Duration::MAX).unwrap_or_else(|_| panic!("{n}"))), n.to_string());
            let read = ordered.read();
            assert!((n as u64 + 1..=(n + TAKEN) as u64).contains(&read), "{n}: {read}, as far as a taking goes");
        }
        assert!(matches!(ordered.next(Duration::MAX), Err(mpsc::RecvTimeoutError::Disconnected)));
        assert!(reader.join().unwrap());
    }

    #[test]
    fn reading_waits_for_writing_and_ends_with_it() {
        let (found, ordered) = start(None, true);
        let queue = Arc::clone(&found.0);
        let reader = std::thread::spawn(move || (0..).take_while(|n| found.push(article(*n, 1 << 20), 0)).count());
        // Until the queue is full nobody waits.
        drop(queue.filled.wait_while(queue.state(), |state| state.held_bytes < WAITING_BYTES / 2));
        assert!(queue.state().held_bytes <= WAITING_BYTES + (1 << 21));
        drop(ordered);
        assert!(reader.join().unwrap() < 200, "bounded by bytes");
    }
}
