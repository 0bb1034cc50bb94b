//! One run: an input read on one thread, settled on all processors, written to the store in batches on this one.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::ReadOptions;
use super::input::{self, Input, Progress};
use super::pipeline::{self, Ordered, Settled};
use crate::store::{Incoming, Rejected, Run, RunState, Store, StoreError};

/// A batch is one transaction: this many articles, this much of them, or this much time.
const BATCH: usize = 1000;
const BATCH_BYTES: usize = 32 << 20;
const BATCH_TIME: Duration = Duration::from_millis(500);

/// While nothing comes, whether to stop is asked this often.
const LOOK: Duration = Duration::from_millis(100);

/// Reads one input into the store and notes in the ledger what became of it. `stop` ends it after the batch under way,
/// even while the input keeps silent; `after_batch` is told the articles and rejects so far.
pub fn run(
    store: &Store,
    input: &Input,
    options: &ReadOptions,
    namespace: Option<&str>,
    stop: &Arc<AtomicBool>,
    progress: &Progress,
    mut after_batch: impl FnMut(u64, u64),
) -> Result<Run, StoreError> {
    let name = match input {
        Input::Path(path) => path.display().to_string(),
        Input::Stdin => "-".to_owned(),
    };
    let run = store.begin_run(&name)?;
    let (mut receive, reader) = start(input.clone(), options.clone(), namespace, stop, progress.clone());
    let (mut articles, mut rejects, mut bytes) = (0, 0, 0);
    while let Some(batch) = Batch::receive(&mut receive, stop) {
        let read = progress.read.load(Ordering::Relaxed);
        store.write(run, &batch.articles, &batch.rejects, read - bytes)?;
        bytes = read;
        articles += batch.articles.len() as u64;
        rejects += batch.rejects.len() as u64;
        after_batch(articles, rejects);
    }
    if stop.load(Ordering::Relaxed) {
        return store.finish_run(run, RunState::Interrupted);
    }
    let failed = reader.join().is_err();
    store.write(run, &[], &[], progress.read.load(Ordering::Relaxed) - bytes)?;
    store.finish_run(run, if failed { RunState::Failed } else { RunState::Finished })
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
            let gone = stop.load(Ordering::Relaxed) || !found.push(item);
            if gone { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    });
    (ordered, reader)
}

#[derive(Default)]
struct Batch {
    articles: Vec<Incoming>,
    rejects: Vec<Rejected>,
    bytes: usize,
}

impl Batch {
    /// The next batch; `None` when everything has been read, or it is time to stop.
    fn receive(receive: &mut Ordered, stop: &AtomicBool) -> Option<Batch> {
        let mut batch = Batch::default();
        loop {
            match receive.next(LOOK) {
                Ok(item) => break batch.add(item),
                Err(mpsc::RecvTimeoutError::Timeout) if !stop.load(Ordering::Relaxed) => {}
                Err(_) => return None,
            }
        }
        let until = Instant::now() + BATCH_TIME;
        while batch.articles.len() + batch.rejects.len() < BATCH && batch.bytes < BATCH_BYTES {
            let Ok(item) = receive.next(until.saturating_duration_since(Instant::now())) else { break };
            batch.add(item);
        }
        Some(batch)
    }

    fn add(&mut self, item: Settled) {
        self.bytes += item.size();
        match item {
            Settled::Article(incoming) => self.articles.push(*incoming),
            Settled::Reject(reject) => self.rejects.push(reject),
        }
    }
}
