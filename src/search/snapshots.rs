//! States of the index that answers refer to, kept so that the next page counts the same articles.
//!
//! A kept state holds its files on disk even when they have been merged away, so only so many are kept: the oldest go
//! first, and whoever asks for one that went is told so. None survives a restart.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::engine::View;

/// States kept at most.
const KEPT: usize = 32;

#[derive(Default)]
pub(super) struct Snapshots {
    /// The most recently used last.
    kept: Mutex<VecDeque<View>>,
}

impl Snapshots {
    /// Keeps a state that an answer is about to name.
    pub(super) fn keep(&self, view: &View) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.back().is_some_and(|last| last.name() == view.name()) {
            return;
        }
        kept.retain(|other| other.name() != view.name());
        kept.push_back(view.clone());
        while kept.len() > KEPT {
            kept.pop_front();
        }
    }

    /// The state an earlier answer named.
    pub(super) fn get(&self, name: &str) -> Option<View> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|view| view.name() == name).cloned()
    }
}

/// What answers call a snapshot: the state, and the moment that relative dates count from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SnapshotName {
    pub(super) view: String,
    pub(super) now_ms: i64,
}

impl SnapshotName {
    pub(super) fn print(&self) -> String {
        format!("s-{}-{:x}", self.view, self.now_ms)
    }

    pub(super) fn read(text: &str) -> Option<SnapshotName> {
        let (view, now) = text.strip_prefix("s-")?.split_once('-')?;
        let now_ms = i64::from_str_radix(now, 16).ok()?;
        Some(SnapshotName { view: view.to_owned(), now_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back() {
        let name = SnapshotName { view: "0123abcd".to_owned(), now_ms: 1_764_000_000_123 };
        assert_eq!(SnapshotName::read(&name.print()), Some(name));
        assert_eq!(SnapshotName::read("s-0123"), None);
        assert_eq!(SnapshotName::read("nonsense"), None);
    }
}
