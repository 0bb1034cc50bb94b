//! Which version answers show, once others have been taken back: the rules of [`super::versions`] applied to those that are
//! left, in the order in which they came, as if there had never been others.

use std::collections::HashSet;

use jiff::Timestamp;

use super::read::{Kept as Row, StoredArticle};
use super::versions::{Fingerprint, Kept, Verdict, judge};
use crate::article::Status;

/// The versions seen so far.
#[derive(Default)]
pub(super) struct Rejudging {
    shown: Option<Shown>,
    texts: HashSet<[u8; 32]>,
    highest: Option<u64>,
    latest: Option<Timestamp>,
    has_body: bool,
}

struct Shown {
    row: u64,
    print: Fingerprint,
    status: Status,
}

impl Rejudging {
    /// The next version. One that is damaged has no say.
    pub(super) fn add(&mut self, content: [u8; 32], stored: &StoredArticle) {
        let print = Fingerprint::of_content(content, &stored.article);
        let status = stored.article.status;
        match &mut self.shown {
            None => self.shown = Some(Shown { row: stored.row, print: print.clone(), status }),
            Some(shown) => {
                let kept = Kept {
                    shown: shown.print.clone(),
                    has_text: self.texts.contains(&print.content),
                    highest: self.highest,
                    latest: self.latest,
                    has_body: self.has_body,
                    is_killed: shown.status == Status::Killed,
                };
                match judge(&kept, &print, status) {
                    Verdict::Current => *shown = Shown { row: stored.row, print: print.clone(), status },
                    Verdict::Recaptured => shown.print.captured = print.captured,
                    Verdict::Unchanged | Verdict::Behind => {}
                }
            }
        }
        self.texts.insert(print.content);
        self.highest = self.highest.max(print.provider_version);
        self.latest = self.latest.max(print.modified);
        self.has_body |= print.has_body;
    }

    /// The row that answers show, and when it was captured.
    pub(super) fn shown(&self) -> Option<(u64, Option<Timestamp>)> {
        self.shown.as_ref().map(|shown| (shown.row, shown.print.captured))
    }
}

/// The content hash of a row, where it is whole.
pub(super) fn content(row: &Row) -> [u8; 32] {
    row.content_hash().unwrap_or_default()
}
