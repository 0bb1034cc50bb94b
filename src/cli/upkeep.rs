//! What a server does by itself, beside answering: goes on with what somebody has begun to undo, and removes what is older
//! than what is kept, when it starts and once a day.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::background;
use crate::search::Archive;
use crate::store::{Store, StoreError};

/// What is too old is looked for this often.
const DAY: Duration = Duration::from_secs(86_400);
const HOUR: Duration = Duration::from_secs(3600);

/// Whether to stop is asked this often.
const LOOK: Duration = Duration::from_millis(250);

/// # Errors
/// The thread could not be started.
pub(super) fn start(
    store: &Arc<Store>,
    archive: &Arc<Archive>,
    stop: &Arc<AtomicBool>,
) -> std::io::Result<JoinHandle<()>> {
    let (store, archive, stop) = (Arc::clone(store), Arc::clone(archive), Arc::clone(stop));
    background::spawn("upkeep", move || {
        let mut due = Instant::now();
        while !stop.load(Ordering::Relaxed) {
            if Instant::now() >= due {
                due = Instant::now() + DAY;
                if let Err(error) = round(&store, &archive, &stop) {
                    tracing::error!(%error, "what is to be removed could not be; it is tried again in an hour");
                    due = Instant::now() + HOUR;
                }
            }
            std::thread::park_timeout(LOOK);
        }
    })
}

fn round(store: &Store, archive: &Archive, stop: &AtomicBool) -> Result<(), StoreError> {
    for run in store.undoing()? {
        tracing::info!(run = run.0, "a run is being undone; going on with it");
        if store.go_on_undoing(run, stop, |_| archive.ring())? {
            tracing::info!(run = run.0, "a run has been undone");
        }
    }
    let retired = store.retire(Timestamp::now(), stop)?;
    archive.ring();
    if retired.versions > 0 {
        let (articles, versions) = (retired.articles, retired.versions);
        tracing::info!(articles, versions, "articles older than [retention] keeps them have been removed");
    }
    Ok(())
}
