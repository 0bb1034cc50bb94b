//! IN BY ITSELF: files laid into watched folders are read as they are completed; those that come together as one run.
//!
//! That a file is there is told by the system's notices, and found by a walk through the folder: at the start, now and
//! then to be sure, and often where notices do not come (network folders, too many sub-folders). When it is complete is
//! settled in [`ripening`]; which names are left alone, in [`names`]. What has been read is noted in the store, so that
//! a walk reads only what is new. The queue is bounded: what does not fit is found again by the next walk.

mod folders;
mod names;
mod notices;
mod reading;
mod ripening;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, UNIX_EPOCH};

use crate::background;
use crate::store::{Alone, FileMark, Store};
use folders::Folders;
use notices::{Notices, Sign};
use reading::Readers;
use ripening::Ripening;

/// What has become complete is looked for this often.
const TICK: Duration = Duration::from_millis(200);

/// Watches the folders until `stop` is set. A folder that is not there is waited for.
///
/// # Errors
/// The threads could not be started.
pub fn start(store: &Arc<Store>, dirs: &[PathBuf], stop: &Arc<AtomicBool>) -> std::io::Result<Vec<JoinHandle<()>>> {
    let (readers, threads) = Readers::start(store, stop)?;
    let watcher = {
        let watcher = Watcher {
            store: Arc::clone(store),
            folders: Folders::new(dirs, Instant::now()),
            notices: Notices::new(),
            ripening: Ripening::default(),
            readers,
        };
        let stop = Arc::clone(stop);
        background::spawn("watch", move || watcher.watch(&stop))?
    };
    Ok(threads.into_iter().chain([watcher]).collect())
}

struct Watcher {
    store: Arc<Store>,
    folders: Folders,
    notices: Notices,
    ripening: Ripening,
    readers: Readers,
}

impl Watcher {
    fn watch(mut self, stop: &AtomicBool) {
        let Some(_alone) = alone(&self.store, stop) else { return };
        while !stop.load(Ordering::Relaxed) {
            self.folders.look(&mut self.notices, Instant::now());
            self.walk(stop);
            for sign in self.notices.wait(TICK) {
                self.take(sign);
            }
            self.hand_on();
        }
    }

    fn take(&mut self, sign: Sign) {
        let now = Instant::now();
        if sign.path().is_some_and(|path| self.folders.leaves_alone(path)) {
            // A file that is given a name of ours comes with a notice of its own.
            return;
        }
        match sign {
            Sign::Gone(path) | Sign::From(path, _) if self.folders.lose(&path) => {}
            Sign::Written(path) => self.ripening.written(path),
            Sign::Closed(path) => self.ripening.closed(path),
            Sign::Created(path) => self.ripening.created(path, now),
            Sign::From(path, cookie) => self.ripening.moved_from(&path, cookie),
            Sign::To(path, _) | Sign::Folder(path) if path.is_dir() => self.folders.walk_later(&path, now),
            Sign::Folder(_) => {}
            Sign::To(path, cookie) => self.ripening.moved_to(path, cookie),
            Sign::Gone(path) => self.ripening.gone(&path),
            Sign::Missed => self.look_through(now),
            Sign::Blind => {
                self.folders.trust_no_notices();
                self.look_through(now);
            }
        }
    }

    fn look_through(&mut self, now: Instant) {
        self.ripening.distrust(now);
        self.folders.walk_all(now);
    }

    /// Looks through the folders whose time has come for files that are not read yet.
    fn walk(&mut self, stop: &AtomicBool) {
        while let Some(walk) = self.folders.due(Instant::now()) {
            let started = Instant::now();
            let complete = names::walk(&walk.root, &walk.from, &mut |path| {
                let Some(mark) = mark(path).filter(|mark| !self.is_read(path, *mark)) else { return true };
                self.ripening.seen(path, mark, Instant::now());
                !self.ripening.is_full() && !stop.load(Ordering::Relaxed)
            });
            self.folders.walked(&walk, complete, started.elapsed(), Instant::now());
            if !complete {
                return;
            }
        }
    }

    fn is_read(&self, path: &Path, mark: FileMark) -> bool {
        match self.store.file_mark(path) {
            Ok(known) => known == Some(mark),
            Err(error) => {
                tracing::error!(%error, path = %path.display(), "what is known of a watched file cannot be read");
                true
            }
        }
    }

    /// Hands complete files to the readers as far as they take them.
    fn hand_on(&mut self) {
        let (now, mut later) = (Instant::now(), Vec::new());
        while let Some(path) = self.ripening.next(now, &mark) {
            later.extend(self.readers.give(path).err());
        }
        later.into_iter().for_each(|path| self.ripening.closed(path));
    }
}

/// Waits until no other server watches for this archive: two would read everything twice. `None` when told to stop.
fn alone(store: &Store, stop: &AtomicBool) -> Option<Alone> {
    let mut told = false;
    while !stop.load(Ordering::Relaxed) {
        match store.alone("watch") {
            Ok(Some(alone)) => return Some(alone),
            Ok(None) if told => {}
            Ok(None) => tracing::info!("another server on this archive watches folders; waiting for its end"),
            Err(error) => tracing::error!(%error, "folders cannot be watched"),
        }
        told = true;
        std::thread::sleep(TICK);
    }
    None
}

/// How a file is now; `None` where there is no file, or nothing in it yet. A link is no file: whoever may lay something into
/// a watched folder must not have the server read what lies elsewhere.
fn mark(path: &Path) -> Option<FileMark> {
    let metadata = path.symlink_metadata().ok().filter(|metadata| metadata.is_file() && metadata.len() > 0)?;
    let modified = metadata.modified().ok()?;
    let since = modified.duration_since(UNIX_EPOCH).map(|since| since.as_nanos());
    let modified = match since {
        Ok(since) => i64::try_from(since).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    };
    Some(FileMark { size: metadata.len(), modified })
}
