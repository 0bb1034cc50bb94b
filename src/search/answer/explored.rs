//! What is answered to those who do not know yet what they look for.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::ledger::RunLine;
use super::{Bucket, CopyLine, Facet, Facets, Gap, QueryReading, Timeline, is_zero};
use crate::article::{ArticleId, Provenance, Source, Stamp};

/// What marks the articles of a search off from the corpus
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TermsAnswer {
    pub query: QueryReading,
    /// Names the state of the corpus that was counted.
    pub snapshot: String,
    /// Articles found.
    pub total: u64,
    /// Articles in all.
    pub corpus: u64,
    /// Of so many of those found the words were read; what stands out in them is counted exactly.
    pub sample: usize,
    /// Inflected forms together, named by the commonest.
    pub words: Vec<MarkedOff>,
    pub tags: Vec<MarkedOff>,
    pub people: Vec<MarkedOff>,
    pub orgs: Vec<MarkedOff>,
    pub places: Vec<MarkedOff>,
    pub took_ms: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MarkedOff {
    /// What to ask for.
    pub value: String,
    pub label: String,
    /// Articles of those found that have it.
    pub count: u64,
    /// Articles of the corpus that have it.
    pub corpus: u64,
    /// Dunning's log-likelihood ratio: by this they are sorted.
    pub score: f64,
}

/// Articles on the same event or subject as one, the nearest first
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RelatedAnswer {
    pub id: ArticleId,
    pub related: Vec<RelatedLine>,
    pub took_ms: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RelatedLine {
    #[serde(flatten)]
    pub article: CopyLine,
    pub relation: Relation,
    /// Than the article that was asked for; null where one of them has no date.
    pub age: Option<Age>,
    /// Days from the one to the other.
    pub days: Option<i64>,
    /// Of what marks the article off, the other has this share.
    pub share: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    Event,
    Subject,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Age {
    Older,
    Same,
    Newer,
}

/// Occurrences of what a query finds, in their context
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MentionsAnswer {
    pub query: QueryReading,
    /// Names the state of the corpus that was read.
    pub snapshot: String,
    /// Articles found.
    pub total: u64,
    /// Occurrences in them, on the first page; null where counting them takes too long.
    pub total_mentions: Option<u64>,
    pub mentions: Vec<Mention>,
    pub next_cursor: Option<String>,
    pub took_ms: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Mention {
    pub id: ArticleId,
    pub headline: String,
    pub published: Stamp,
    pub source: Source,
    /// `headline`, `lead` or `body`.
    pub section: &'static str,
    /// Words before it in its section.
    pub position: u32,
    pub left: String,
    #[serde(rename = "match")]
    pub matched: String,
    pub right: String,
}

/// Searches side by side
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CompareAnswer {
    /// Names the state of the corpus that was counted.
    pub snapshot: String,
    pub interval: &'static str,
    pub tz: String,
    /// In the order asked.
    pub queries: Vec<ComparedQuery>,
    pub gaps: Vec<Gap>,
    #[serde(skip_serializing_if = "is_zero")]
    pub more_gaps: usize,
    pub took_ms: f64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComparedQuery {
    pub query: QueryReading,
    pub total: u64,
    pub total_stories: u64,
    /// The buckets of all begin alike.
    pub buckets: Vec<Bucket>,
    pub unplaced: u64,
}

/// What is in the archive
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AboutAnswer {
    /// Names the state of the corpus that was counted.
    pub snapshot: String,
    pub articles: u64,
    /// Copies of one article tell one story.
    pub stories: u64,
    /// The first and the last day on which anything is dated.
    pub first: Option<String>,
    pub last: Option<String>,
    pub undated: u64,
    /// Where dates were read, and how many there.
    pub dates: Vec<DatesFrom>,
    /// By source, language and section.
    #[schema(value_type = std::collections::BTreeMap<String, Facet>)]
    pub facets: Facets,
    /// With the days on which there is nothing at all.
    pub timeline: Timeline,
    /// What was read last.
    pub runs: Vec<RunLine>,
    pub took_ms: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DatesFrom {
    pub from: Provenance,
    pub count: u64,
}

/// What a beginning may become
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SuggestAnswer {
    pub prefix: String,
    pub completions: Vec<Completion>,
    pub took_ms: f64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Completion {
    /// `word`, `tag`, `person`, `org`, `place`, `source`, `author` or `headline`.
    pub kind: &'static str,
    pub label: String,
    /// The query that finds it.
    pub q: String,
    /// Articles that have it.
    pub count: u64,
    /// Of a headline: its article.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<ArticleId>,
}
