//! Reading the files of an index beside searches, where there was no time for it at the start. One that is damaged is made
//! anew from the store, and searches go over to it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::engine::embedded::Unverified;
use crate::search::{Archive, IndexState};
use crate::store::Store;
use crate::sync;

/// What could not be made anew, as on a full disk, is tried again after so long.
const AGAIN: Duration = Duration::from_secs(5);

pub(super) struct Task {
    pub(super) unverified: Arc<Unverified>,
    pub(super) generation: String,
    pub(super) store: Arc<Store>,
    pub(super) data: PathBuf,
}

impl Task {
    pub(super) fn begin(self, archive: &Arc<Archive>, stop: &Arc<AtomicBool>) {
        archive.index_is(IndexState::Verifying);
        let (archive, stop) = (Arc::clone(archive), Arc::clone(stop));
        let read = move || match self.unverified.verify(&stop) {
            Ok(()) => archive.index_is(IndexState::Verified),
            Err(how) => {
                tracing::error!(how, "the index is damaged and is made anew from the store; searches go on meanwhile");
                archive.index_is(IndexState::Damaged);
                self.make_anew(&stop);
            }
        };
        // Nobody waits for it: whoever ends the process ends it.
        if let Err(error) = std::thread::Builder::new().name("verify".to_owned()).spawn(read) {
            tracing::error!(%error, "the files of the index cannot be verified");
        }
    }

    /// Who follows the store goes over to it.
    fn make_anew(&self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) && sync::current(&self.data).as_ref() == Some(&self.generation) {
            match sync::rebuild(&self.store, &self.data, |_, _| {}) {
                Ok(articles) => return tracing::info!(articles, "another index has been made"),
                Err(error) => tracing::error!(%error, "no other index could be made"),
            }
            std::thread::sleep(AGAIN);
        }
    }
}
