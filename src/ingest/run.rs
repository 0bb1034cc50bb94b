//! One run: an input read on one thread, settled on all processors, written to the store in batches on this one.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::input::{self, Input, Progress};
use super::pipeline::{self, Ordered, Settled};
use super::{Place, ReadOptions};
use crate::store::{Incoming, Outcome, Ready, Rejected, Run, RunId, RunState, Store, StoreError};

/// A batch is one transaction: this many articles, this much of them, or this much time.
const BATCH: usize = 1000;
const BATCH_BYTES: usize = 32 << 20;
const BATCH_TIME: Duration = Duration::from_millis(500);

/// While nothing comes, whether to stop is asked this often.
const LOOK: Duration = Duration::from_millis(100);

/// A batch that is in the store: nothing of it can be lost any more.
pub struct Durable<'a> {
    pub run: RunId,
    /// So far, in the whole run.
    pub articles: u64,
    pub rejects: u64,
    /// Of the input, in which these were found.
    pub bytes: u64,
    batch: &'a Batch,
    outcomes: &'a [Outcome],
}

/// What became of one piece of the input.
pub enum Became<'a> {
    Stored(&'a Place, &'a Incoming, Outcome),
    Rejected(&'a Rejected),
}

impl Durable<'_> {
    /// In the order read.
    pub fn pieces(&self) -> impl Iterator<Item = Became<'_>> {
        let mut articles = self.batch.articles.iter().zip(self.outcomes);
        let mut rejects = self.batch.rejects.iter();
        self.batch.order.iter().filter_map(move |place| match place {
            Some(place) => articles.next().map(|(ready, outcome)| Became::Stored(place, &ready.incoming, *outcome)),
            None => rejects.next().map(Became::Rejected),
        })
    }
}

/// Reads one input into the store and notes in the ledger what became of it. `stop` ends it after the batch under way,
/// even while the input keeps silent; `after_batch` is told of each batch when it is durable.
pub fn run(
    store: &Store,
    input: &Input,
    options: &ReadOptions,
    namespace: Option<&str>,
    stop: &Arc<AtomicBool>,
    progress: &Progress,
    after_batch: impl FnMut(&Durable<'_>),
) -> Result<Run, StoreError> {
    let run = store.begin_run(&input.name())?;
    let mut open = Open { store, run: Some(run) };
    if let Some(bytes) = input.size() {
        store.expect(run, bytes)?;
    }
    let (receive, reader) = start(input.clone(), options.clone(), namespace, stop, progress.clone());
    let written = write(store, run, receive, stop, progress, after_batch);
    let state = match &written {
        Err(_) => RunState::Failed,
        Ok(()) if stop.load(Ordering::Relaxed) => RunState::Interrupted,
        Ok(()) if reader.join().is_err() => RunState::Failed,
        Ok(()) if matches!(input, Input::Stream(stream) if stream.is_cut()) => RunState::Interrupted,
        Ok(()) => RunState::Finished,
    };
    open.run = None;
    let finished = store.finish_run(run, state);
    written.and(finished)
}

/// A run that is under way. One that is left by a fault, be it of the code, has failed.
struct Open<'a> {
    store: &'a Store,
    run: Option<RunId>,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if let Some(run) = self.run
            && let Err(error) = self.store.finish_run(run, RunState::Failed)
        {
            tracing::error!(%error, run = run.0, "a run that has failed is not noted as such");
        }
    }
}

fn write(
    store: &Store,
    run: RunId,
    mut receive: Ordered,
    stop: &AtomicBool,
    progress: &Progress,
    mut after_batch: impl FnMut(&Durable<'_>),
) -> Result<(), StoreError> {
    let (mut articles, mut rejects, mut bytes) = (0, 0, 0);
    while let Some(mut batch) = Batch::receive(&mut receive, stop) {
        let outcomes = store.write(run, &mut batch.articles, &batch.rejects, batch.read - bytes)?;
        bytes = batch.read;
        articles += batch.articles.len() as u64;
        rejects += batch.rejects.len() as u64;
        after_batch(&Durable { run, articles, rejects, bytes, batch: &batch, outcomes: &outcomes });
    }
    let rest = progress.read.load(Ordering::Relaxed) - bytes;
    if rest > 0 {
        store.write(run, &mut [], &[], rest)?;
    }
    Ok(())
}

/// Reads on a thread of its own, which is left to itself where it waits for an input that says nothing.
fn start(
    input: Input,
    options: ReadOptions,
    namespace: Option<&str>,
    stop: &Arc<AtomicBool>,
    progress: Progress,
) -> (Ordered, JoinHandle<()>) {
    let (found, ordered) = pipeline::start(namespace, !options.no_originals);
    let stop = Arc::clone(stop);
    let reader = std::thread::spawn(move || {
        // Nobody wants more: writing has ended.
        let _ = input::read(&input, &options, &progress, &mut |item| {
            let read = progress.read.load(Ordering::Relaxed);
            let gone = stop.load(Ordering::Relaxed) || !found.push(item, read);
            if gone { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    });
    (ordered, reader)
}

#[derive(Default)]
struct Batch {
    articles: Vec<Ready>,
    rejects: Vec<Rejected>,
    /// Of articles and rejects together; a reject tells its place itself.
    order: Vec<Option<Place>>,
    bytes: usize,
    /// Of the input, from its beginning to where the last of it was found.
    read: u64,
}

impl Batch {
    /// The next batch; `None` when everything has been read, or it is time to stop.
    fn receive(receive: &mut Ordered, stop: &AtomicBool) -> Option<Batch> {
        let mut batch = Batch::default();
        loop {
            match receive.next(LOOK) {
                Ok(item) => break batch.add(item),
                Err(RecvTimeoutError::Timeout) if !stop.load(Ordering::Relaxed) => {}
                Err(_) => return None,
            }
        }
        let until = Instant::now() + BATCH_TIME;
        while batch.order.len() < BATCH && batch.bytes < BATCH_BYTES {
            let Ok(item) = receive.next(until.saturating_duration_since(Instant::now())) else { break };
            batch.add(item);
        }
        batch.read = receive.read();
        Some(batch)
    }

    fn add(&mut self, item: Settled<Ready>) {
        self.bytes += item.size();
        match item {
            Settled::Article(place, ready) => {
                self.articles.push(*ready);
                self.order.push(Some(place));
            }
            Settled::Reject(reject) => {
                self.rejects.push(reject);
                self.order.push(None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn a_run_that_a_fault_of_the_code_ends_has_failed() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let input = Input::Stream(Arc::new(input::Stream::new("sent", None, &b"{\"title\":\"Tin\"}"[..])));
        let (options, stop, progress) = (ReadOptions::default(), Arc::default(), Progress::default());
        let ended = catch_unwind(AssertUnwindSafe(|| {
            run(&store, &input, &options, None, &stop, &progress, |_| panic!("a fault"))
        }));
        assert!(ended.is_err());
        let state = store.runs(None, 1).unwrap().first().map(|run| run.state);
        assert_eq!(state, Some(RunState::Failed));
    }

    #[test]
    fn how_far_a_run_has_come_is_told_by_what_is_in_and_not_by_what_is_read_ahead() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let body = "Tin has risen. ".repeat(200);
        let text: String =
            (0..4000).map(|n| format!("{{\"id\":{n},\"title\":\"Tin {n}\",\"body\":\"{body}\"}}\n")).collect();
        let total = text.len() as u64;
        let input = Input::Stream(Arc::new(input::Stream::new("sent", None, io::Cursor::new(text))));
        let (options, stop, progress) = (ReadOptions::default(), Arc::default(), Progress::default());
        let mut told = Vec::new();
        run(&store, &input, &options, None, &stop, &progress, |durable| told.push((durable.articles, durable.bytes)))
            .unwrap();
        // A text is read four megabytes at a time; what waits beside that is as much again.
        let ahead = |(articles, bytes): &(u64, u64)| bytes.saturating_sub(articles * total / 4000);
        assert!(told.iter().all(|told| ahead(told) < 5_000_000), "{told:?} of {total}");
        assert_eq!(told.last(), Some(&(4000, total)));
    }
}
