//! What is done to the archive, and what the ledger says of it.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Archive;
use super::answer::SearchError;
use super::archive::store_error;
use super::taking_back::blocking;
use crate::article::ArticleId;
use crate::store::{Counts, Run, RunId, RunState};
pub use crate::store::{Rejected, Undone};

/// One input, read or being read
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RunLine {
    pub id: u64,
    pub input: String,
    pub state: RunState,
    pub started: Timestamp,
    pub finished: Option<Timestamp>,
    #[serde(flatten)]
    pub counts: Counts,
    /// What has become of it where it was undone; null where it was not
    pub undone: Option<Undone>,
    /// How many bytes the input has; null where that is not known
    pub bytes_total: Option<u64>,
    /// From the start to the end, or to now
    pub seconds: f64,
    pub articles_per_second: f64,
    pub bytes_per_second: f64,
}

/// A page of the ledger, newest first
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Runs {
    pub runs: Vec<RunLine>,
    pub next_cursor: Option<String>,
}

/// Something that could not be read
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RejectLine {
    /// Counted from 1 within the run
    pub n: u64,
    /// The file, and the member within it
    pub source: String,
    /// Bytes from the start of the unpacked file
    pub offset: Option<u64>,
    /// Counted from 1
    pub line: Option<u64>,
    /// Listed in docs/errors.md
    pub code: String,
    pub detail: String,
    /// How it begins. The first of a table comes with the table's head
    pub copy: String,
    /// More of it may have stood there than the copy holds
    pub cut: bool,
    /// The bytes of the copy, where they are no UTF-8
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
}

/// A page of what a run refused, in the order met
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Rejects {
    pub run: u64,
    pub rejects: Vec<RejectLine>,
    pub next_cursor: Option<String>,
}

impl Archive {
    /// Takes an article out of every answer; once the index has come along, searches are without it too.
    pub async fn delete(self: &Arc<Self>, id: String) -> Result<(), SearchError> {
        // No search waits for whoever else is writing.
        let archive = Arc::clone(self);
        let was_there = blocking(move || archive.inner.store.delete(&ArticleId(id)).map_err(store_error)).await?;
        self.ring();
        if was_there { Ok(()) } else { Err(SearchError::NoArticle) }
    }

    /// Runs before the one numbered `before`, newest first.
    pub async fn runs(&self, before: Option<u64>, limit: usize) -> Result<Runs, SearchError> {
        let before = before.map(RunId);
        let runs = self.answer(move |inner, _| inner.store.runs(before, limit).map_err(store_error)).await?;
        let next = runs.last().filter(|last| runs.len() == limit && last.id.0 > 1).map(|last| last.id.to_string());
        Ok(Runs { runs: runs.into_iter().map(|run| self.line(run)).collect(), next_cursor: next })
    }

    pub async fn run(&self, id: u64) -> Result<Option<RunLine>, SearchError> {
        let run = self.answer(move |inner, _| inner.store.run(RunId(id)).map_err(store_error)).await?;
        Ok(run.map(|run| self.line(run)))
    }

    /// What a run refused, after the one numbered `after`.
    pub async fn rejects(&self, run: u64, after: u64, limit: usize) -> Result<Rejects, SearchError> {
        let rejected = self.rejected(run, after, limit).await?;
        let next = rejected.last().filter(|_| rejected.len() == limit).map(|(n, _)| n.to_string());
        let rejects = rejected.into_iter().map(|(n, reject)| RejectLine::of(n, reject)).collect();
        Ok(Rejects { run, rejects, next_cursor: next })
    }

    /// The same, as it is kept.
    pub async fn rejected(&self, run: u64, after: u64, limit: usize) -> Result<Vec<(u64, Rejected)>, SearchError> {
        self.answer(move |inner, _| inner.store.rejects(RunId(run), after, limit).map_err(store_error)).await
    }

    pub(super) fn line(&self, run: Run) -> RunLine {
        let Run { id, input, state, started, finished, counts, undone } = run;
        let seconds = finished.unwrap_or_else(Timestamp::now).duration_since(started).as_secs_f64().max(0.001);
        RunLine {
            id: id.0,
            input,
            state,
            started,
            finished,
            counts,
            undone,
            bytes_total: match state {
                RunState::Running => self.inner.store.expected(id),
                RunState::Finished => Some(counts.bytes),
                RunState::Interrupted | RunState::Failed => None,
            },
            seconds,
            articles_per_second: counts.seen as f64 / seconds,
            bytes_per_second: counts.bytes as f64 / seconds,
        }
    }
}

impl RejectLine {
    pub fn of(n: u64, reject: Rejected) -> RejectLine {
        let cut = reject.is_cut();
        let base64 = (!is_text(&reject.copy, cut)).then(|| BASE64_STANDARD.encode(&reject.copy));
        let Rejected { source, offset, line, code, detail, copy } = reject;
        let mut copy = String::from_utf8_lossy(&copy).into_owned();
        if cut {
            // Half of a character at the place where it was cut.
            copy.truncate(copy.trim_end_matches('\u{fffd}').len());
        }
        RejectLine { n, source, offset, line, code, detail, copy, cut, base64 }
    }
}

/// UTF-8, but for half of a character at the place where it was cut.
fn is_text(copy: &[u8], cut: bool) -> bool {
    std::str::from_utf8(copy).map_or_else(|error| cut && error.error_len().is_none(), |_| true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::REJECT_COPY;

    #[test]
    fn what_is_no_text_comes_with_its_bytes() {
        let line = |copy: &[u8]| RejectLine::of(1, Rejected { copy: copy.to_vec(), ..Rejected::default() });
        assert_eq!(line("Käse".as_bytes()).base64, None);
        assert_eq!(line(b"K\xe4se").base64.as_deref(), Some("S+RzZQ=="));
        let cut = ["ä".repeat(REJECT_COPY / 2 - 1).as_bytes(), b"a\xc3"].concat();
        assert_eq!((line(&cut).cut, line(&cut).base64), (true, None));
    }
}
