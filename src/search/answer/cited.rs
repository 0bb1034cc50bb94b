//! What is answered about a citation.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::citations::Frozen;
use super::CopyLine;
use crate::article::ArticleId;
use crate::query::Advice;

/// A search as it was, and what has become of what it found
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CitationAnswer {
    pub id: String,
    /// When it was cited first.
    pub made: Timestamp,
    /// As it was typed.
    pub input: String,
    /// The search with its dates resolved, as `POST /api/v1/search` takes it.
    pub search: Frozen,
    /// Articles found then.
    pub total: u64,
    /// Of them, articles that were removed for good since. They are no longer in the list.
    pub purged: u64,
    /// Of them, articles, or the versions of them that were found, that are no longer kept: the run that brought them was
    /// undone, or their time is over. They are no longer in the list either.
    pub taken_back: u64,
    /// Null where the search now takes too long, or finds more words than it may.
    pub since: Option<Since>,
    /// A page of the list, in the order found.
    pub articles: Vec<CitedLine>,
    /// Where the next page begins.
    pub next_offset: Option<u64>,
    /// Found now and not then: the first of them.
    pub added: Vec<CopyLine>,
    /// What in the query as it was typed was not read as it stands; right after its making also what is odd in its
    /// other parameters.
    pub warnings: Vec<Advice>,
    pub took_ms: f64,
}

/// What the same search finds now
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Since {
    /// Names the state of the corpus that was compared with.
    pub snapshot: String,
    /// Articles found now and not then.
    pub added: u64,
    /// Found in another version.
    pub changed: u64,
    /// No longer found.
    pub removed: u64,
    /// No longer to be shown: deleted, cancelled by their providers or withheld.
    pub withdrawn: u64,
}

/// An article of a citation
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CitedLine {
    /// In the list, counted from 1.
    pub place: u64,
    pub id: ArticleId,
    /// The version that was found.
    pub version: u32,
    /// Null where that is not known.
    pub now: Option<Now>,
    /// That version; null where it is no longer to be shown.
    pub article: Option<CopyLine>,
}

/// What has become of an article that was cited
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Now {
    /// It is found in the version that was cited.
    Same,
    /// It is found, in another version.
    Changed,
    /// It is there, and no longer found.
    Removed,
    /// It is no longer to be shown.
    Withdrawn,
}
