//! Reads complete files. Those that become complete shortly after one another are read as one run: ten thousand small ones
//! are as quick as one large one, and the ledger stays readable.

use std::collections::HashSet;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::mark;
use crate::background;
use crate::ingest::input::{Input, Progress};
use crate::ingest::{self, ReadOptions};
use crate::metering;
use crate::store::{FileMark, RunState, Store, StoreError};

/// What is said of a folder from which nothing comes in.
const NOT_TAKEN_IN: &str = "the files that came last could not be taken in; the log says why";

/// While nothing comes, whether to stop is asked this often.
const LOOK: Duration = Duration::from_millis(100);

/// A run begins when no other file has come for so long, or when its first has waited for so long.
const QUIET: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(1);

/// A run has so many files at most; and of large ones so many bytes that one more is enough.
const MOST: usize = 1000;
const MOST_BYTES: u64 = 64 << 20;

/// A file of so many bytes is read beside the others, which need not wait for it.
const LARGE: u64 = 16 << 20;

/// Files that wait for a reader.
const QUEUE: usize = 1000;

/// Those who read, and what they have been given.
pub(super) struct Readers {
    small: mpsc::SyncSender<PathBuf>,
    large: mpsc::SyncSender<PathBuf>,
    under_way: Arc<UnderWay>,
}

/// Files given to a reader and not yet read to their end. None of them is given to another meanwhile: what a file held
/// before must not come in after what it holds now.
type UnderWay = Mutex<HashSet<PathBuf>>;

impl Readers {
    /// # Errors
    /// The threads could not be started.
    pub(super) fn start(store: &Arc<Store>, stop: &Arc<AtomicBool>) -> io::Result<(Readers, [JoinHandle<()>; 2])> {
        let (readers, small, large) = Readers::new();
        let start = |name: &str, files: mpsc::Receiver<PathBuf>| {
            let (store, stop, under_way) = (Arc::clone(store), Arc::clone(stop), Arc::clone(&readers.under_way));
            let reading = move || read_all(&store, &files, &under_way, &stop);
            background::spawn(name, reading)
        };
        let threads = [start("watch-read", small)?, start("watch-large", large)?];
        Ok((readers, threads))
    }

    fn new() -> (Readers, mpsc::Receiver<PathBuf>, mpsc::Receiver<PathBuf>) {
        let ((small, of_small), (large, of_large)) = (mpsc::sync_channel(QUEUE), mpsc::sync_channel(QUEUE));
        (Readers { small, large, under_way: Arc::default() }, of_small, of_large)
    }

    /// Gives a complete file to a reader.
    ///
    /// # Errors
    /// The file, where it is still under way, or the readers have enough to do: it is to be given again later.
    pub(super) fn give(&self, path: PathBuf) -> Result<(), PathBuf> {
        if !locked(&self.under_way).insert(path.clone()) {
            return Err(path);
        }
        let is_large = mark(&path).is_some_and(|mark| mark.size >= LARGE);
        let reader = if is_large { &self.large } else { &self.small };
        reader.try_send(path).map_err(|error| {
            let (mpsc::TrySendError::Full(path) | mpsc::TrySendError::Disconnected(path)) = error;
            locked(&self.under_way).remove(&path);
            path
        })
    }
}

fn locked(under_way: &UnderWay) -> MutexGuard<'_, HashSet<PathBuf>> {
    under_way.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read_all(store: &Store, files: &mpsc::Receiver<PathBuf>, under_way: &UnderWay, stop: &Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        match gather(files) {
            Ok(paths) => {
                let mut taken = taken_in(store, &paths, stop);
                while let Err(error) = &taken {
                    tracing::error!(%error, "watched files could not be taken in");
                    metering::read_from(&paths, Timestamp::now(), Some(NOT_TAKEN_IN));
                    if !again(store, stop) {
                        break;
                    }
                    taken = taken_in(store, &paths, stop);
                }
                if taken.is_ok() {
                    metering::read_from(&paths, Timestamp::now(), None);
                }
                let mut under_way = locked(under_way);
                for path in &paths {
                    under_way.remove(path);
                }
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// What breaks the program costs these files, and not those that come after them.
fn taken_in(store: &Store, paths: &[PathBuf], stop: &Arc<AtomicBool>) -> Result<(), String> {
    match catch_unwind(AssertUnwindSafe(|| read(store, paths, stop))) {
        Ok(taken) => taken.map_err(|error| error.to_string()),
        Err(_) => Err("they have broken what writes them into the store".to_owned()),
    }
}

/// Waits until the disk takes writes, where it is that which refused; says whether it is worth trying again.
fn again(store: &Store, stop: &AtomicBool) -> bool {
    let was_refused = store.refused().is_some();
    while store.refused().is_some() && !stop.load(Ordering::Relaxed) {
        std::thread::sleep(LOOK);
    }
    was_refused && !stop.load(Ordering::Relaxed)
}

/// The files of the next run, in the order of becoming complete.
fn gather(files: &mpsc::Receiver<PathBuf>) -> Result<Vec<PathBuf>, mpsc::RecvTimeoutError> {
    let mut gathered = vec![files.recv_timeout(LOOK)?];
    let until = Instant::now() + LONGEST;
    let size = |path: &PathBuf| mark(path).map_or(0, |mark| mark.size);
    let mut bytes = size(&gathered[0]);
    while gathered.len() < MOST && bytes < MOST_BYTES {
        let Ok(path) = files.recv_timeout(QUIET.min(until.saturating_duration_since(Instant::now()))) else { break };
        bytes += size(&path);
        gathered.push(path);
    }
    Ok(gathered)
}

/// Notes those as read that are still as they were before: of others more is coming, and they are read again.
fn read(store: &Store, paths: &[PathBuf], stop: &Arc<AtomicBool>) -> Result<(), StoreError> {
    let mut files = unread(store, paths)?;
    if files.is_empty() {
        return Ok(());
    }
    let paths = files.iter().map(|(path, _)| path.clone()).collect();
    let (input, progress) = (Input::Files(paths), Progress::default());
    let options = ReadOptions { in_folder: true, ..ReadOptions::default() };
    let run = ingest::run::run(store, &input, &options, None, stop, &progress, |_| {})?;
    let (counts, set_aside) = (run.counts, progress.set_aside.load(Ordering::Relaxed));
    tracing::info!(
        run = run.id.0,
        input = run.input,
        state = run.state.name(),
        new = counts.new,
        versions = counts.versions,
        copies = counts.copies,
        unchanged = counts.unchanged,
        set_aside,
        rejected = counts.rejected.saturating_sub(set_aside),
        "watched files were read"
    );
    if run.state == RunState::Interrupted {
        return Ok(());
    }
    files.retain(|(path, before)| mark(path) == Some(*before));
    fail::fail_point!("watch::before_note", |_| std::process::abort());
    store.note_files(run.id, &files)
}

/// Those that are there, and not as they were when they were last read.
fn unread(store: &Store, paths: &[PathBuf]) -> Result<Vec<(PathBuf, FileMark)>, StoreError> {
    let mut files = Vec::new();
    for path in paths {
        if let Some(mark) = mark(path)
            && store.file_mark(path)? != Some(mark)
        {
            files.push((path.clone(), mark));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn article(id: u32) -> String {
        format!("{{\"id\":\"n{id}\",\"title\":\"Tin {id}\"}}\n")
    }

    #[test]
    fn files_that_come_together_are_one_run() {
        let (send, files) = mpsc::channel();
        for name in ["b", "a"] {
            send.send(PathBuf::from(name)).unwrap();
        }
        assert_eq!(gather(&files), Ok(vec!["b".into(), "a".into()]));
        for n in 0..=MOST {
            send.send(PathBuf::from(n.to_string())).unwrap();
        }
        assert_eq!((gather(&files).unwrap().len(), gather(&files).unwrap().len()), (MOST, 1));
        drop(send);
        assert_eq!(gather(&files), Err(mpsc::RecvTimeoutError::Disconnected));
    }

    #[test]
    fn a_large_file_holds_up_no_other_and_none_is_given_twice_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let lay = |name: &str, size: u64| {
            let path = dir.path().join(name);
            fs::File::create(&path).unwrap().set_len(size).unwrap();
            path
        };
        let (readers, of_small, of_large) = Readers::new();
        let (small, large) = (lay("small", 1), lay("large", LARGE));
        for path in [&large, &small] {
            readers.give(path.clone()).unwrap();
        }
        assert_eq!((of_small.try_recv(), of_large.try_recv()), (Ok(small.clone()), Ok(large.clone())));
        lay("large", 1);
        assert_eq!(readers.give(large.clone()), Err(large.clone()), "it may still be read as it was");
        locked(&readers.under_way).remove(&large);
        assert_eq!((readers.give(large.clone()), of_small.try_recv()), (Ok(()), Ok(large)));
        for n in 0..QUEUE {
            readers.give(PathBuf::from(n.to_string())).unwrap();
        }
        let more = PathBuf::from("more");
        assert_eq!(readers.give(more.clone()), Err(more.clone()), "the queue is full");
        of_small.try_recv().unwrap();
        assert_eq!(readers.give(more), Ok(()));
    }

    #[test]
    fn what_is_gone_is_no_error_and_what_is_broken_is_refused_once_until_it_is_another() {
        let (dir, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = Store::open(data.path()).unwrap();
        let lay = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let paths = vec![lay("a.jsonl", &article(1)), lay("b.jsonl", "{\"title\":\n"), lay("c.jsonl", &article(2))];
        let stop = Arc::new(AtomicBool::new(false));
        let read = || {
            let gone = dir.path().join("gone.jsonl");
            super::read(&store, &[paths.clone(), vec![gone]].concat(), &stop).unwrap();
            let runs = store.runs(None, 9).unwrap();
            (runs.len(), runs[0].counts.new, runs[0].counts.rejected, runs[0].input.clone())
        };
        let named = format!("3 files in {}: a.jsonl … c.jsonl", dir.path().display());
        assert_eq!(read(), (1, 2, 1, named.clone()));
        assert_eq!(read(), (1, 2, 1, named), "nothing has changed");
        let lone = vec![lay("SOURCE.txt", "Where all this is from\n\nFrom the harbour.")];
        super::read(&store, &lone, &stop).unwrap();
        let run = store.runs(None, 1).unwrap().remove(0);
        assert_eq!((run.counts.new, store.rejects(run.id, 0, 9).unwrap()[0].1.code.as_str()), (0, "set_aside"));
        lay("b.jsonl", &article(33));
        assert_eq!(read(), (3, 1, 0, paths[1].display().to_string()));
    }
}
