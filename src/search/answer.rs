//! What is answered. The JSON of the API is this, serialized; the pages draw the same structs.

mod cited;
mod explored;
mod versions;

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

pub use cited::*;
pub use explored::*;
pub use versions::*;

pub use super::held::{Kill, Killed, NoVersion, Withheld};
use super::request::FacetField;
use crate::article::{ArticleId, Source, Stamp};
use crate::query::Advice;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SearchAnswer {
    pub query: QueryReading,
    /// Names the state of the corpus that was counted; pass it back to count the same again.
    pub snapshot: String,
    /// Articles found, exactly, whether each is a hit or each of their stories is.
    pub total: u64,
    /// The stories that they tell; copies of one article tell one. So many hits there are with `collapse=near`.
    pub total_stories: u64,
    pub hits: Vec<Hit>,
    /// By field name, in the order asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, Facet>>)]
    pub facets: Option<Facets>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Timeline>,
    pub next_cursor: Option<String>,
    /// Where nothing was found: searches that do find something, the nearest to this one first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestions: Option<Vec<Suggestion>>,
    /// Where nothing was found: the days from `from` to `to`, if the corpus has no article at all on any of them, of any
    /// source or of those chosen by `source` and `site`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent: Option<Silent>,
    /// The last member: the ETag is of all that stands before it.
    pub took_ms: f64,
}

/// A query, read and explained without a search.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QueryAnswer {
    pub query: QueryReading,
    /// Names the state of the corpus that was counted.
    pub snapshot: String,
    pub took_ms: f64,
}

/// How the query was read.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct QueryReading {
    pub input: String,
    pub canonical: String,
    pub notes: Vec<Advice>,
    pub warnings: Vec<Advice>,
    /// Relative dates, and what they became.
    pub resolved: std::collections::BTreeMap<String, String>,
    /// Where asked for: the query as a tree. One clause, the whole; the others are in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clauses: Option<Vec<Clause>>,
}

/// A part of the query, and what it comes to by itself: neither filters nor `from` and `to` narrow its count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Clause {
    /// What it is: `and`, `word`, `phrase`, `tag`, … as listed in docs/api.md.
    pub kind: &'static str,
    /// Its canonical form.
    pub query: String,
    /// Of a group: what stands between or before its parts, as `AND`, `NOT W/5`, `ATLEAST/3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Characters of the input it was read from, from (inclusive) to (exclusive).
    pub at: [usize; 2],
    /// Articles of the snapshot that it finds; null when the time was up before they were counted.
    pub articles: Option<u64>,
    /// It finds none.
    #[serde(skip_serializing_if = "is_false")]
    pub zero: bool,
    /// An OR that has an AND on its own level, without parentheses.
    #[serde(skip_serializing_if = "is_false")]
    pub mixed: bool,
    /// Of words: what is looked up in the index, folded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub looked_up: Vec<String>,
    /// Of a wildcard, a fuzzy word or a regular expression: words it stands for, the commonest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expansions: Vec<Expansion>,
    /// How many more there are of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<usize>,
    /// The canonical form of the whole query with this clause left out; null where nothing would be left.
    pub without: Option<String>,
    /// Its parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub clauses: Vec<Clause>,
}

/// A word of the corpus and how many articles hold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Expansion {
    pub word: String,
    pub articles: u64,
}

/// Another search that finds something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Suggestion {
    /// `spelling`, `distance`, `fields`, `drop`, `filters` or `any`.
    pub kind: &'static str,
    /// What is different: "without `tag:x`".
    pub label: String,
    /// The query to ask.
    pub q: String,
    /// What other parameters become, all others as they were; none are left of a name with an empty list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<std::collections::BTreeMap<&'static str, Vec<String>>>,
    /// How many articles it finds on the same snapshot.
    pub total: u64,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// One article in a list. A field left out by `fields=` is `None` and absent from the JSON.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Hit {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<ArticleId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Vec<String>>,
    /// How the body begins, in some 280 bytes; null where there is a lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<Stamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<Option<Stamp>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<jiff::Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authors: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub places: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orgs: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dateline: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<HitStatus>,
    /// The id of the earliest article of its story: its own, where it is no copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub story: Option<ArticleId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copies: Option<Copies>,
    /// With `explain=score`: what each clause adds to the score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Vec<ClauseScore>>,
    /// When this version came in. For feeds, not the API.
    #[serde(skip)]
    pub stored: Option<jiff::Timestamp>,
    /// Where a page or an export after this hit begins; only where `fields` names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Of a copy: the original of its story, where it may be shown. For the page, not the API.
    #[serde(skip)]
    pub original: Option<Box<CopyLine>>,
    /// Only when sorted by relevance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highlights: Option<Highlights>,
}

/// Other articles that tell the story of one.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Copies {
    /// Of a hit: how many there are in the snapshot; with `collapse=near`, how many of them match.
    Number(u64),
    /// Of an article, whole: the first hundred of those that answers may show now, the earliest first.
    List(Vec<CopyLine>),
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CopyLine {
    pub id: ArticleId,
    pub headline: String,
    /// How it begins, where it has no headline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    pub url: Option<String>,
    pub published: Stamp,
    pub source: Source,
    /// The earliest of the story.
    pub original: bool,
}

/// A clause on the text, and what it adds to a score
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ClauseScore {
    pub clause: String,
    pub score: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HitStatus {
    Usable,
    /// Removed, killed or withheld after the snapshot was taken: it still counts there, its content is gone.
    Deleted,
}

/// Escaped HTML in which `<mark>` is the only element.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Highlights {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<String>,
    pub body: Vec<String>,
}

/// In the order asked for; in JSON an object by field name.
#[derive(Clone, Debug, Default)]
pub struct Facets(pub Vec<(FacetField, Facet)>);

impl Serialize for Facets {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(field, facet)| (field.name(), facet)))
    }
}

#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Facet {
    pub values: Vec<FacetValue>,
    /// How many values there are.
    pub distinct: u64,
    /// Articles counted by values that did not fit `facet_limit`: the sum of those values' counts.
    pub others: u64,
    /// Matching articles without any value.
    pub missing: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacetValue {
    /// What to pass as a filter.
    pub value: String,
    /// What to show: the commonest spelling.
    pub label: String,
    pub count: u64,
    /// The stories that these articles tell.
    pub stories: u64,
    pub selected: bool,
}

#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Timeline {
    pub interval: &'static str,
    pub tz: String,
    pub buckets: Vec<Bucket>,
    /// Matching articles dated too coarsely for the interval, or not at all.
    pub unplaced: u64,
    /// Stretches of days on which the corpus has no article at all, of any source or of those chosen by `source` and
    /// `site`: the first hundred.
    pub gaps: Vec<Gap>,
    /// How many more of these there are.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_gaps: usize,
    /// With `series`: the facet whose values have a line each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<Vec<SeriesLine>>,
}

/// The timeline of one value; its buckets begin where those of all do.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SeriesLine {
    #[serde(flatten)]
    pub value: FacetValue,
    pub buckets: Vec<Bucket>,
    pub unplaced: u64,
}

/// Days on which the corpus has no article at all, both inclusive; null where a side is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Silent {
    pub from: Option<String>,
    pub to: Option<String>,
}

/// From the first to the last of its days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Gap {
    pub from: String,
    pub to: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Bucket {
    /// The local date of its start; with the time and offset when the interval is an hour.
    pub start: String,
    pub count: u64,
    /// The stories that these articles tell.
    pub stories: u64,
    /// The corpus has no article at all here, of any source or of those chosen.
    #[serde(skip_serializing_if = "is_false")]
    pub gap: bool,
}

/// One article, whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ArticleAnswer {
    #[serde(flatten)]
    pub article: Hit,
    /// How many other articles tell its story; `copies` has the earliest hundred.
    pub copies_total: u64,
    pub related: Vec<String>,
    /// The page that this version was taken from is kept, and given out under `/original`.
    pub original: bool,
    pub versions: Vec<VersionLine>,
    /// The whole text with the words of a query marked, when one was passed along. For the page, not the API.
    #[serde(skip)]
    pub marked: Option<Marked>,
}

/// A page of the other articles that tell a story, the earliest first
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CopiesAnswer {
    /// Its earliest article
    pub story: ArticleId,
    pub copies: Vec<CopyLine>,
    /// How many there are
    pub total: u64,
    pub next_cursor: Option<String>,
}

/// Escaped HTML in which `<mark>` is the only element.
#[derive(Clone, Debug, Default)]
pub struct Marked {
    pub headline: String,
    pub lead: Option<String>,
    pub body: Vec<String>,
}

/// Why a request could not be answered. `http` maps each to one status; none of these texts comes from a dependency.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The client's mistake: 400.
    #[error("{}", .0.message)]
    Refused(Advice),
    /// 410.
    #[error("this snapshot is no longer kept")]
    SnapshotGone,
    /// 503 with `Retry-After`.
    #[error("too many searches at once")]
    Busy,
    /// 503.
    #[error("the search took longer than it may")]
    TimeOut,
    /// 503 to nobody: whoever asked has closed the connection.
    #[error("the connection was closed while the answer was looked for")]
    GivenUp,
    /// 404.
    #[error("there is no such article")]
    NoArticle,
    /// 404.
    #[error("{0}")]
    NoVersion(NoVersion),
    /// 404.
    #[error("there is no such citation")]
    NoCitation,
    /// 429 with `Retry-After`: there is room for another after this.
    #[error(
        "as many citations, or articles in their lists, have been kept within a day as may be without a key that may write"
    )]
    TooManyCitations(Duration),
    /// 403, whatever is to be cited.
    #[error("searches are cited here only with a key that may write")]
    CitingNeedsKey,
    /// 403: it finds more articles than this.
    #[error("a search that finds more than {0} articles is cited here only with a key that may write")]
    CitationNeedsKey(u32),
    /// 404.
    #[error("there is no run of this number")]
    NoRun,
    /// 409: articles are still coming in with it.
    #[error("this run is still being written")]
    RunGoesOn,
    /// 404.
    #[error("the page that this version was taken from is not kept")]
    NoOriginal,
    /// 404: what it says may not be shown yet.
    #[error("{0}")]
    Withheld(Withheld),
    /// 410: cancelled by its provider.
    #[error("{0}")]
    Killed(Killed),
    /// 410: deleted.
    #[error("this article has been withdrawn")]
    ArticleGone,
    /// Of the disk, by its code: it takes no writes, 503; what was asked for is damaged, 500. Logged, never shown.
    #[error("{cause}")]
    Storage { code: &'static str, cause: String },
    /// Ours: 500, logged, never shown.
    #[error("internal: {0}")]
    Internal(String),
}
