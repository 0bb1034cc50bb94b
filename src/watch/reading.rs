//! Reads complete files, one after the other.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use super::mark;
use crate::ingest::input::{Input, Progress};
use crate::ingest::{self, ReadOptions};
use crate::store::{RunState, Store, StoreError};

/// While nothing comes, whether to stop is asked this often.
const LOOK: Duration = Duration::from_millis(100);

pub(super) fn read_all(store: &Store, files: &mpsc::Receiver<PathBuf>, stop: &Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        match files.recv_timeout(LOOK) {
            Ok(path) => {
                if let Err(error) = read(store, &path, stop) {
                    tracing::error!(%error, path = %path.display(), "a watched file could not be taken in");
                }
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Notes the file as read when it is still as it was before: otherwise more of it is coming, and it is read again.
fn read(store: &Store, path: &Path, stop: &Arc<AtomicBool>) -> Result<(), StoreError> {
    let Some(before) = mark(path) else { return Ok(()) };
    if store.file_mark(path)? == Some(before) {
        return Ok(());
    }
    let (input, progress) = (Input::Path(path.to_owned()), Progress::default());
    let run = ingest::run::run(store, &input, &ReadOptions::default(), None, stop, &progress, |_| {})?;
    let counts = run.counts;
    tracing::info!(
        run = run.id.0,
        input = run.input,
        state = run.state.name(),
        new = counts.new,
        versions = counts.versions,
        unchanged = counts.unchanged,
        rejected = counts.rejected,
        "a watched file was read"
    );
    if run.state != RunState::Interrupted && mark(path) == Some(before) {
        store.note_file(path, before)?;
    }
    Ok(())
}
