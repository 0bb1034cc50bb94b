//! States of the index that answers refer to, kept so that the next page counts the same articles.
//!
//! A kept state holds its files on disk even when they have been merged away, so only so many are kept, of so many
//! bytes, and for so long after somebody last asked. A state that somebody has come back to, with a cursor or by its
//! name, outlasts those that answers merely named; among equals the one unused longest goes first. Whoever asks for one
//! that went is told so. None survives a restart.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::engine::{Left, View};

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    states: usize,
    /// On disk, beyond what the newest state holds. It may be as much as the newest state itself, if that is more: one
    /// merge of everything must not end every paging.
    bytes: u64,
    /// After the last use.
    idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { states: 32, bytes: 1 << 30, idle: Duration::from_secs(15 * 60) }
    }
}

#[derive(Default)]
pub(super) struct Snapshots {
    limits: Limits,
    /// The most recently used last.
    kept: Mutex<Vec<Kept>>,
    /// What was opened before this is not kept: its files hold what must be nowhere any more.
    since: Mutex<Option<Instant>>,
    /// States that were the newest, and when each was opened. Whoever reads in one when it is let go of does so to the end.
    before: Mutex<Vec<(Instant, Left)>>,
}

struct Kept {
    view: View,
    used: Instant,
    /// Somebody has come back to it.
    returned: bool,
}

impl Snapshots {
    /// Keeps a state that an answer is about to name; `returned` says that the answer's request had named it.
    pub(super) fn keep(&self, view: &View, returned: bool, newest: &View, now: Instant) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if self.since.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|since| view.opened() < since) {
            return;
        }
        let known = kept.iter().rposition(|one| one.view.name() == view.name());
        let before = known.map(|at| kept.remove(at));
        let is_new = before.is_none();
        let returned = returned || before.is_some_and(|before| before.returned);
        kept.push(Kept { view: view.clone(), used: now, returned });
        if is_new {
            self.limits.apply(&mut kept, newest, now);
        }
    }

    /// The state an earlier answer named.
    pub(super) fn get(&self, name: &str) -> Option<View> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|one| one.view.name() == name).map(|one| one.view.clone())
    }

    /// How many are kept, and bytes on disk that are there for them alone.
    pub(super) fn held(&self, newest: &View) -> (usize, u64) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.len(), held(&kept, newest))
    }

    /// Lets go of every state that is older than this one, and keeps none of them again.
    pub(super) fn forget_before(&self, newest: &View) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = Some(newest.opened());
        kept.retain(|one| one.view.opened() >= newest.opened());
    }

    /// From here on another state is the newest than this.
    pub(super) fn leave(&self, view: &View) {
        let mut before = self.before.lock().unwrap_or_else(PoisonError::into_inner);
        before.retain(|(_, left)| left.is_read());
        before.push((view.opened(), view.left()));
    }

    /// Whether somebody is still reading a state that is not kept for what its files hold.
    pub(super) fn are_read(&self) -> bool {
        let since = *self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.before.lock().unwrap_or_else(PoisonError::into_inner);
        before.iter().any(|(opened, left)| since.is_some_and(|since| *opened < since) && left.is_read())
    }

    /// Lets go of what is too much, now that `newest` is the newest state.
    pub(super) fn trim(&self, newest: &View, now: Instant) {
        self.limits.apply(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner), newest, now);
    }
}

impl Limits {
    fn apply(&self, kept: &mut Vec<Kept>, newest: &View, now: Instant) {
        kept.retain(|one| now.saturating_duration_since(one.used) <= self.idle);
        let bytes = self.bytes.max(newest.files().iter().map(|(_, bytes)| bytes).sum());
        while kept.len() > self.states || held(kept, newest) > bytes {
            let other = |one: &Kept| one.view.name() != newest.name();
            let least = kept.iter().position(|one| other(one) && !one.returned).or_else(|| kept.iter().position(other));
            kept.remove(least.unwrap_or_default());
        }
    }
}

/// Bytes on disk that are there for kept states alone.
fn held(kept: &[Kept], newest: &View) -> u64 {
    let mut files: HashMap<&str, u64> = HashMap::new();
    for (name, bytes) in kept.iter().flat_map(|one| one.view.files()) {
        files.insert(name, *bytes);
    }
    for (name, _) in newest.files() {
        files.remove(name.as_str());
    }
    files.values().sum()
}

/// Letters of the name of a state.
const VIEW_NAME: usize = 12;

/// What answers call a snapshot: the state, and the moment that relative dates count from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SnapshotName {
    pub(super) view: String,
    /// `None` where the answer does not depend on it.
    pub(super) now_ms: Option<i64>,
}

impl SnapshotName {
    pub(super) fn print(&self) -> String {
        match self.now_ms {
            Some(now) => format!("s-{}-{now:x}", self.view),
            None => format!("s-{}", self.view),
        }
    }

    pub(super) fn read(text: &str) -> Option<SnapshotName> {
        let name = text.strip_prefix("s-")?;
        let (view, now) = name.split_once('-').map_or((name, None), |(view, now)| (view, Some(now)));
        let now_ms = now.map(|now| i64::from_str_radix(now, 16)).transpose().ok()?;
        let is_view = view.len() == VIEW_NAME && view.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_view.then(|| SnapshotName { view: view.to_owned(), now_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::embedded::Index;
    use crate::engine::{Change, Checkpoint, Document, Engine};

    #[test]
    fn a_name_comes_back() {
        for now_ms in [None, Some(1_764_000_000_123)] {
            let name = SnapshotName { view: "0123456789ab".to_owned(), now_ms };
            assert_eq!(SnapshotName::read(&name.print()), Some(name));
        }
        assert_eq!(SnapshotName::read("s-0123"), None);
        assert_eq!(SnapshotName::read("nonsense"), None);
    }

    /// One article whose every version is a state of its own: none shares a file with another.
    fn states(number: u64) -> (tempfile::TempDir, Vec<View>) {
        let dir = tempfile::tempdir().unwrap();
        let index = Index::create(dir.path()).unwrap();
        let mut writer = index.writer().unwrap();
        let mut views = Vec::new();
        let engine = Engine::Embedded(index);
        for row in 1..=number {
            let document = Document {
                num: 1,
                row,
                story: 1,
                id: "a".into(),
                seen_ms: 0,
                revised: false,
                article: Default::default(),
            };
            writer.apply(&[Change { num: 1, document: Some(document) }]).unwrap();
            writer.commit(&Checkpoint { store: "s".into(), position: row, tail: String::new() }).unwrap();
            views.push(engine.view().unwrap());
        }
        (dir, views)
    }

    fn names(snapshots: &Snapshots, views: &[View]) -> Vec<usize> {
        (0..views.len()).filter(|at| snapshots.get(views[*at].name()).is_some()).collect()
    }

    fn with(limits: Limits) -> Snapshots {
        Snapshots { limits, ..Snapshots::default() }
    }

    #[test]
    fn the_state_unused_longest_goes_first_and_one_that_was_come_back_to_last() {
        let (_dir, views) = states(5);
        let snapshots = with(Limits { states: 3, ..Limits::default() });
        let now = Instant::now();
        snapshots.keep(&views[0], false, &views[0], now);
        snapshots.keep(&views[0], true, &views[0], now);
        for view in &views[1..] {
            snapshots.keep(view, false, view, now);
        }
        assert_eq!(names(&snapshots, &views), [0, 3, 4]);
    }

    #[test]
    fn states_go_when_they_hold_more_of_the_disk_than_they_may() {
        let (_dir, views) = states(4);
        let size = |view: &View| view.files().iter().map(|(_, bytes)| bytes).sum::<u64>();
        assert!(views.iter().all(|view| size(view) > 0), "the files of a state have sizes");
        let bytes = size(&views[0]) + size(&views[1]);
        let now = Instant::now();
        let generous = with(Limits { bytes, ..Limits::default() });
        let tight = with(Limits { bytes: 0, ..Limits::default() });
        for view in &views[..3] {
            generous.keep(view, false, view, now);
            tight.keep(view, false, view, now);
        }
        assert_eq!(names(&generous, &views), [0, 1, 2], "two hold no more than they may beside the newest");
        assert_eq!(names(&tight, &views), [1, 2], "as much as the newest itself is always allowed");
        generous.trim(&views[3], now);
        assert_eq!(names(&generous, &views), [1, 2], "a state that is no longer the newest counts too");
    }

    #[test]
    fn a_state_that_was_let_go_of_is_read_until_nobody_reads_it() {
        let (_dir, mut views) = states(3);
        let snapshots = with(Limits::default());
        snapshots.keep(&views[0], true, &views[1], Instant::now());
        snapshots.leave(&views[0]);
        snapshots.leave(&views[1]);
        assert!(!snapshots.are_read(), "they may be, until they are let go of");
        snapshots.forget_before(&views[1]);
        assert!(snapshots.are_read(), "somebody has the first");
        views.remove(0);
        assert!(!snapshots.are_read(), "the second is as new as it has to be");
        snapshots.forget_before(&views[1]);
        assert!(snapshots.are_read());
    }

    #[test]
    fn a_state_that_nobody_asks_for_is_let_go() {
        let (_dir, views) = states(2);
        let snapshots = with(Limits::default());
        let (start, idle) = (Instant::now(), Limits::default().idle);
        snapshots.keep(&views[0], true, &views[1], start);
        snapshots.keep(&views[1], false, &views[1], start + idle);
        snapshots.trim(&views[1], start + idle + Duration::from_secs(1));
        assert_eq!(names(&snapshots, &views), [1]);
    }
}
