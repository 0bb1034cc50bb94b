//! One run: an input read on one thread, written to the store in batches on another.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::input::{self, Input, Progress};
use super::{Item, ReadOptions, dates, language};
use crate::identity;
use crate::store::{Incoming, Rejected, Run, RunState, Store, StoreError};

/// A batch is one transaction: this many articles, or this much time.
const BATCH: usize = 1000;
const BATCH_TIME: Duration = Duration::from_millis(500);

/// Items between reader and writer.
const QUEUE: usize = 2000;

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
    let (receive, reader) = start(input.clone(), options.clone(), namespace.map(str::to_owned), stop, progress.clone());
    let (mut articles, mut rejects, mut bytes) = (0, 0, 0);
    while let Some(batch) = Batch::receive(&receive, stop) {
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
    namespace: Option<String>,
    stop: &Arc<AtomicBool>,
    progress: Progress,
) -> (mpsc::Receiver<Settled>, JoinHandle<()>) {
    let (send, receive) = mpsc::sync_channel(QUEUE);
    let stop = Arc::clone(stop);
    let reader = std::thread::spawn(move || {
        let now = Timestamp::now();
        // A closed channel means that writing has ended: there is nobody to read for.
        let _ = input::read(&input, &options, &progress, &mut |item| {
            let gone = stop.load(Ordering::Relaxed) || send.send(settled(item, namespace.as_deref(), now)).is_err();
            if gone { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    });
    (receive, reader)
}

enum Settled {
    Article(Box<Incoming>),
    Reject(Rejected),
}

/// Everything between reader and store: pure, but for the moment passed in.
fn settled(item: Item, namespace: Option<&str>, now: Timestamp) -> Settled {
    match item {
        Item::Page(page) => settled(page.read(), namespace, now),
        Item::Article { mut article, format, around, original } => {
            language::settle(&mut article, around.as_deref());
            dates::flag_implausible(&mut article.published, now);
            if let Some(modified) = &mut article.modified {
                dates::flag_implausible(modified, now);
            }
            let identity = identity::settle(&article, namespace, format.name());
            article.namespace.clone_from(&identity.namespace);
            Settled::Article(Box::new(Incoming { identity, article: *article, original }))
        }
        Item::Reject { place, reason, copy } => Settled::Reject(Rejected {
            source: place.source,
            offset: Some(place.offset),
            line: place.line,
            code: reason.code.to_owned(),
            detail: reason.detail,
            copy,
        }),
    }
}

#[derive(Default)]
struct Batch {
    articles: Vec<Incoming>,
    rejects: Vec<Rejected>,
}

impl Batch {
    /// The next batch; `None` when everything has been read, or it is time to stop.
    fn receive(receive: &mpsc::Receiver<Settled>, stop: &AtomicBool) -> Option<Batch> {
        let mut batch = Batch::default();
        loop {
            match receive.recv_timeout(LOOK) {
                Ok(item) => break batch.add(item),
                Err(mpsc::RecvTimeoutError::Timeout) if !stop.load(Ordering::Relaxed) => {}
                Err(_) => return None,
            }
        }
        let until = Instant::now() + BATCH_TIME;
        while batch.articles.len() + batch.rejects.len() < BATCH {
            let Ok(item) = receive.recv_timeout(until.saturating_duration_since(Instant::now())) else { break };
            batch.add(item);
        }
        Some(batch)
    }

    fn add(&mut self, item: Settled) {
        match item {
            Settled::Article(incoming) => self.articles.push(*incoming),
            Settled::Reject(reject) => self.rejects.push(reject),
        }
    }
}
