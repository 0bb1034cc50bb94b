//! What the system tells of a folder, cut down to what says something about whole files.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RenameMode};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

/// Signs that wait; beyond it, everything is looked through instead.
const QUEUE: usize = 50_000;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Created(PathBuf),
    Written(PathBuf),
    /// By somebody who could write.
    Closed(PathBuf),
    /// The two halves of a move bear the same number.
    From(PathBuf, Option<usize>),
    To(PathBuf, Option<usize>),
    Gone(PathBuf),
    /// A folder has come; what is in it already may have been missed.
    Folder(PathBuf),
    /// Something was missed.
    Missed,
    /// Not everything will be told from now on.
    Blind,
}

pub(super) struct Notices {
    /// `None` where the system gives no notices at all.
    watcher: Option<RecommendedWatcher>,
    signs: mpsc::Receiver<Sign>,
    missed: Arc<AtomicBool>,
    /// Kept, so that waiting is waiting also where there are no notices.
    _open: mpsc::SyncSender<Sign>,
}

impl Notices {
    pub(super) fn new() -> Notices {
        let (send, signs) = mpsc::sync_channel(QUEUE);
        let missed = Arc::new(AtomicBool::new(false));
        let (sender, full) = (send.clone(), Arc::clone(&missed));
        let take = move |event: notify::Result<Event>| {
            let sign = event.map_or(Some(Sign::Blind), |event| sign(&event));
            if sign.is_some_and(|sign| sender.try_send(sign).is_err()) {
                full.store(true, Ordering::Relaxed);
            }
        };
        let watcher = RecommendedWatcher::new(take, Config::default().with_follow_symlinks(false));
        let watcher =
            watcher.inspect_err(|error| tracing::warn!(%error, "no notices of files; folders are walked")).ok();
        Notices { watcher, signs, missed, _open: send }
    }

    /// Whether notices of this folder, and of what is in it, will come; `before` is where it was.
    pub(super) fn watch(&mut self, before: &Path, dir: &Path) -> bool {
        fail::fail_point!("watch::without_notices", |_| false);
        let Some(watcher) = &mut self.watcher else { return false };
        // A folder that was removed and made again is another one under the same name.
        let _ = watcher.unwatch(before);
        match watcher.watch(dir, RecursiveMode::Recursive) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, dir = %dir.display(), "no notices of this folder; it is walked instead");
                false
            }
        }
    }

    /// Signs that have come, waiting for the first no longer than `time`.
    pub(super) fn wait(&mut self, time: Duration) -> Vec<Sign> {
        let missed = self.missed.swap(false, Ordering::Relaxed).then_some(Sign::Missed);
        let first = if missed.is_some() { missed } else { self.signs.recv_timeout(time).ok() };
        first.into_iter().chain(self.signs.try_iter().take(QUEUE)).collect()
    }
}

impl Sign {
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Sign::Created(path) | Sign::Written(path) | Sign::Closed(path) | Sign::Gone(path) => Some(path),
            Sign::From(path, _) | Sign::To(path, _) | Sign::Folder(path) => Some(path),
            Sign::Missed | Sign::Blind => None,
        }
    }
}

fn sign(event: &Event) -> Option<Sign> {
    if event.need_rescan() {
        return Some(Sign::Missed);
    }
    let path = event.paths.last()?.clone();
    let cookie = event.tracker();
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Some(Sign::Closed(path)),
        EventKind::Create(CreateKind::Folder) => Some(Sign::Folder(path)),
        EventKind::Create(_) => Some(Sign::Created(path)),
        EventKind::Modify(ModifyKind::Data(_)) => Some(Sign::Written(path)),
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) => Some(Sign::From(path, cookie)),
        EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Some(Sign::To(path, cookie)),
        EventKind::Remove(_) => Some(Sign::Gone(path)),
        // Opening, reading, permissions, and moves told twice.
        _ => None,
    }
}
