//! FIND: the seam between the archive and whatever finds. This page is all that the rest of the house knows of it.
//!
//! Today there is one engine, in this process. A second one would be a second arm of [`Engine`], found by the
//! exhaustive matches, and would have to pass the same scenarios.

pub mod embedded;
mod facet;
mod plan;
pub mod sentences;
mod until;

use std::ops::Range;
use std::sync::{Arc, Weak};
use std::time::Instant;

use crate::article::{Article, Provenance};
use crate::query::ast::{Node, TextField};
pub use embedded::Completions;
pub use facet::{FacetField, Filter};
pub use plan::{Order, Plan, Series, Sort, Values};
use sentences::Sentence;
pub use until::{Caller, Until};

/// One article to be made findable.
#[derive(Clone, Debug)]
pub struct Document {
    /// The article's number in the store; ties in every order are broken by it.
    pub num: u64,
    /// The row of the version this document is made from.
    pub row: u64,
    /// The number of the earliest article of its story: its own, where it is no copy of another.
    pub story: u64,
    /// The public name.
    pub id: String,
    /// When the article was first ingested, in milliseconds since 1970.
    pub seen_ms: i64,
    /// An earlier version of it was shown before.
    pub revised: bool,
    pub article: Article,
}

/// What became of an article: another document, or none.
#[derive(Clone, Debug)]
pub struct Change {
    pub num: u64,
    pub document: Option<Document>,
}

/// How far a commit goes: every change up to `position` of the store called `store` is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub store: String,
    pub position: u64,
    /// The store's word for the change at `position`: a copy of the store that has gone another way has another.
    pub tail: String,
}

/// Where a hit stands in an order: larger keys first, then smaller numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub key: u64,
    pub num: u64,
}

#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Every match, counted.
    pub total: u64,
    /// The stories that they tell.
    pub stories: u64,
    pub hits: Vec<FoundHit>,
    pub facets: Vec<(FacetField, Counts)>,
    pub dates: Dates,
    /// A value each, and the dates of its matches.
    pub series: Vec<(Count, Dates)>,
}

#[derive(Clone, Debug)]
pub struct FoundHit {
    pub place: Place,
    /// The version row that was counted.
    pub row: u64,
    /// The number of the earliest article of its story.
    pub story: u64,
    /// Other articles of its story: all that the state holds; of a collapsed answer those that match.
    pub copies: u64,
    /// Length in words.
    pub words: u64,
    pub score: f32,
    pub address: Address,
    /// Where asked for.
    pub marks: Option<Marks>,
}

/// All hits of a plan in their order, of each no more than where it lies: sixteen bytes.
#[derive(Clone, Debug, Default)]
pub struct InOrder {
    /// Every match, counted, and the stories that they tell.
    pub total: u64,
    pub stories: u64,
    order: Order,
    hits: Vec<Ranked>,
}

#[derive(Clone, Copy, Debug)]
struct Ranked {
    address: Address,
    score: f32,
    copies: u32,
}

impl InOrder {
    /// How many hits there are after the cursor and the offset, and within the limit.
    pub fn len(&self) -> usize {
        self.hits.len()
    }

    pub fn is_empty(&self) -> bool {
        self.hits.is_empty()
    }
}

/// Where a document lies in its snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    pub segment: u32,
    pub doc: u32,
}

/// The counts of one facet.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub values: Vec<Count>,
    /// How many values there are, of those with the prefix asked for.
    pub distinct: u64,
    pub others: u64,
    pub missing: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The folded value.
    pub key: String,
    /// Its commonest spelling.
    pub label: String,
    pub count: u64,
    /// The stories that these articles tell.
    pub stories: u64,
    pub selected: bool,
}

/// When the matches were published.
#[derive(Clone, Debug, Default)]
pub struct Dates {
    /// Known to the hour or finer: milliseconds since 1970.
    pub instants: Vec<i64>,
    /// Calendar dates: first and last millisecond, the calendar read as if it were UTC.
    pub calendar: Vec<(i64, i64)>,
    pub undated: u64,
    /// Once more those of matches that share their story with another match, story by story.
    pub told: Vec<Told>,
}

/// The first and last millisecond of the date of an article, and its story, numbered anyhow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    pub story: u32,
    pub first: i64,
    pub last: i64,
}

/// Words of one document that a query matched: from the first position to the one after the last, and which clause of
/// the query they answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub start: u32,
    pub end: u32,
    pub clause: u32,
}

/// What a highlighter needs of one document.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    pub spans: Vec<Span>,
    /// Positions at which lead and body begin.
    pub lead_at: u32,
    pub body_at: u32,
    pub sentences: Vec<Sentence>,
}

impl Marks {
    /// With occurrences of one clause that overlap as one stretch: what a reader is shown. A common word within many
    /// words of another can have thousands of occurrences that are one stretch of text.
    pub fn joined(mut self) -> Marks {
        self.spans.sort_unstable_by_key(|span| (span.clause, span.start, span.end));
        self.spans.dedup_by(|next, before| {
            let overlaps = next.clause == before.clause && next.start < before.end;
            if overlaps {
                before.end = before.end.max(next.end);
            }
            overlaps
        });
        self.spans.sort_unstable();
        self
    }
}

/// What a part of a query comes to by itself; its parts as in the tree, and in the same order.
#[derive(Clone, Debug, Default)]
pub struct Explained {
    /// Articles it finds; `None` when the time was up before they were counted.
    pub articles: Option<u64>,
    /// Of a word or phrase: the words as they are looked for, folded, one for each way of writing it. An unquoted word is
    /// also found by its stems.
    pub looked_up: Vec<String>,
    /// Of a wildcard, a fuzzy word or a regular expression: the words it stands for, the commonest first.
    pub expansions: Vec<Expansion>,
    pub parts: Vec<Explained>,
}

/// What the scores of some documents are the sums of.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    pub clauses: Vec<ClauseScores>,
    /// What is added for words that stand near each other, where there are several.
    pub nearness: Option<Vec<f32>>,
}

/// A clause on the text, and what it adds to the score of each document.
#[derive(Clone, Debug)]
pub struct ClauseScores {
    pub clause: Node,
    pub scores: Vec<f32>,
}

/// How many articles use something: of those that were found, and of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    pub within: u64,
    pub anywhere: u64,
}

/// Something that begins as somebody has typed: a word, or a value of a facet.
#[derive(Clone, Debug, PartialEq)]
pub struct Beginning {
    pub field: Option<FacetField>,
    pub label: String,
    /// Articles that have it.
    pub count: u64,
    /// What it is sorted by.
    pub weight: f32,
}

/// A word of the corpus and how many articles hold it, in the field that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expansion {
    pub word: String,
    pub articles: u64,
}

/// Why the engine could not answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A word stands for more words of the corpus than may be looked up.
    #[error("`{word}` stands for more than {bound} words")]
    TooManyExpansions { word: String, bound: usize },
    /// All the wildcards of a query together.
    #[error("the wildcards of the query stand for more than {bound} words")]
    TooManyInAQuery { bound: usize },
    /// A regular expression whose automaton grows too large.
    #[error("`/{pattern}/` is too complicated")]
    TooComplicated { pattern: String },
    #[error("the deadline has passed")]
    TimeOut,
    /// Ours; never shown to a client.
    #[error("{0}")]
    Internal(String),
}

impl EngineError {
    pub(crate) fn new(error: impl ToString) -> EngineError {
        EngineError::Internal(error.to_string())
    }
}

/// The engines there are.
pub enum Engine {
    Embedded(embedded::Index),
}

impl Engine {
    /// The newest committed state.
    pub fn view(&self) -> Result<View, EngineError> {
        match self {
            Engine::Embedded(index) => Ok(View::Embedded(index.view()?)),
        }
    }
}

/// One committed state: whatever is asked of it sees the same articles, however long it is kept.
#[derive(Clone)]
pub enum View {
    Embedded(Arc<embedded::View>),
}

/// A state that somebody may be reading still, and whoever holds this does not.
pub enum Left {
    Embedded(Weak<embedded::View>),
}

impl Left {
    pub fn is_read(&self) -> bool {
        match self {
            Left::Embedded(view) => view.strong_count() > 0,
        }
    }
}

impl View {
    /// To know of this state, once it is let go of, whether somebody reads it.
    pub fn left(&self) -> Left {
        match self {
            View::Embedded(view) => Left::Embedded(Arc::downgrade(view)),
        }
    }

    /// Names the state.
    pub fn name(&self) -> &str {
        match self {
            View::Embedded(view) => view.name(),
        }
    }

    /// How far the state goes.
    pub fn position(&self) -> u64 {
        match self {
            View::Embedded(view) => view.position(),
        }
    }

    /// When it was opened.
    pub fn opened(&self) -> Instant {
        match self {
            View::Embedded(view) => view.opened(),
        }
    }

    pub fn articles(&self) -> u64 {
        match self {
            View::Embedded(view) => view.articles(),
        }
    }

    /// How many articles have their dates from where; in the order of [`Provenance::ALL`].
    pub fn provenances(&self) -> Result<[u64; Provenance::ALL.len()], EngineError> {
        match self {
            View::Embedded(view) => view.provenances(),
        }
    }

    /// Segments it lies in, documents of them that are there, and those that are deleted.
    pub fn segments(&self) -> (usize, u64, u64) {
        match self {
            View::Embedded(view) => view.segments(),
        }
    }

    /// The files it keeps from being given back to the disk, with their sizes in bytes.
    pub fn files(&self) -> &[(String, u64)] {
        match self {
            View::Embedded(view) => view.files(),
        }
    }

    /// Finds, counts and sorts, in one pass over the matches.
    pub fn find(&self, plan: &Plan) -> Result<Found, EngineError> {
        match self {
            View::Embedded(view) => view.find(plan),
        }
    }

    /// Finds, counts and sorts like [`View::find`], for hits without end: what else is known of them is read when they
    /// are taken.
    pub fn in_order(&self, plan: &Plan) -> Result<InOrder, EngineError> {
        match self {
            View::Embedded(view) => view.in_order(plan),
        }
    }

    /// Takes some of the hits that this state has put in order.
    pub fn found(&self, in_order: &InOrder, places: Range<usize>) -> Vec<FoundHit> {
        match self {
            View::Embedded(view) => view.found(in_order, places),
        }
    }

    /// What beginnings may become: a table to be asked again and again.
    pub fn completions(&self) -> Result<Completions, EngineError> {
        match self {
            View::Embedded(view) => view.completions(),
        }
    }

    /// How many of those found, and of all, use words, each asked for by the term of all its forms. What the time does
    /// not suffice for is left out at the end.
    pub fn usage(&self, found: &InOrder, terms: &[String], until: &Until) -> Result<Vec<Used>, EngineError> {
        match self {
            View::Embedded(view) => view.usage(found, terms, until),
        }
    }

    /// Whether a word, folded, only holds sentences together in the main language of the corpus.
    pub fn is_function_word(&self, word: &str) -> bool {
        match self {
            View::Embedded(view) => view.is_function_word(word),
        }
    }

    /// Every value of a facet among those found, folded and as it is mostly written, and how many articles have it.
    pub fn values_used(&self, found: &InOrder, field: FacetField) -> Result<Vec<(String, String, Used)>, EngineError> {
        match self {
            View::Embedded(view) => view.values_used(found, field),
        }
    }

    /// What made these documents match, in the order asked.
    pub fn marks(&self, query: &Node, documents: &[Address], until: &Until) -> Result<Vec<Marks>, EngineError> {
        match self {
            View::Embedded(view) => view.marks(query, documents, until),
        }
    }

    /// What each part of a query comes to by itself. Bounds are refused as in [`View::find`]; when the time is up, what
    /// was counted so far is given.
    pub fn explain(&self, query: &Node, until: &Until) -> Result<Explained, EngineError> {
        match self {
            View::Embedded(view) => view.explain(query, until),
        }
    }

    /// What each clause on the text adds to the score of these documents, in the order asked; the sum is the score.
    pub fn scores(&self, query: &Node, documents: &[Address], until: &Until) -> Result<Scores, EngineError> {
        match self {
            View::Embedded(view) => view.scores(query, documents, until),
        }
    }

    /// Words of the corpus that are spelled like one that is not in it, the commonest first.
    pub fn spelled_like(&self, field: TextField, word: &str, until: &Until) -> Result<Vec<Expansion>, EngineError> {
        match self {
            View::Embedded(view) => view.spelled_like(field, word, until),
        }
    }

    /// The document made from a version row of an article, if this state holds it.
    pub fn address(&self, num: u64) -> Result<Option<(Address, u64)>, EngineError> {
        match self {
            View::Embedded(view) => view.address(num),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_occurrences_of_a_clause_are_shown_as_one_stretch() {
        let span = |(start, end, clause): &(u32, u32, u32)| Span { start: *start, end: *end, clause: *clause };
        let spans = |all: &[(u32, u32, u32)]| all.iter().map(span).collect::<Vec<_>>();
        let marks =
            Marks { spans: spans(&[(0, 3, 0), (1, 2, 1), (2, 6, 0), (6, 7, 0), (9, 10, 0)]), ..Marks::default() };
        assert_eq!(marks.joined().spans, spans(&[(0, 6, 0), (1, 2, 1), (6, 7, 0), (9, 10, 0)]));
    }
}
