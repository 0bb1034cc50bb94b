//! The tree of a query.

use std::ops::{Range, RangeInclusive};

use serde::{Deserialize, Serialize};

/// A part of a query and the characters (not bytes) of the input it was read from.
#[derive(Clone, Debug)]
pub struct Node {
    pub kind: Kind,
    pub at: Range<usize>,
}

/// Trees are equal when they ask the same; where they stood in the input does not matter.
impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        self.kind == other.kind
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `*`, and the empty query.
    All,
    /// A leaf that is matched in running text; the field is `Text` unless a clause names another.
    Term {
        field: TextField,
        term: Term,
    },
    /// A leaf that is matched on a value.
    Value(Value),
    /// Two or more.
    And(Vec<Node>),
    /// Two or more.
    Or(Vec<Node>),
    Not(Box<Node>),
    /// `x^2`: weight in relevance only, 0 to 100.
    Boost(Box<Node>, f32),
    /// `a W/5 b`, `a NOT PRE/5 b`. Like the two below it is a *span*: made of terms, alternatives and spans, all of one
    /// field, and what it finds are places in the text.
    Near {
        left: Box<Node>,
        how: Proximity,
        right: Box<Node>,
    },
    /// `ATLEAST/3 x`
    AtLeast(u32, Box<Node>),
    /// `FIRST/50 x`
    First(u32, Box<Node>),
}

/// The words a proximity may reach over.
pub(super) const DISTANCES: RangeInclusive<u32> = 1..=250;
/// What `ATLEAST` may ask for.
pub(super) const OCCURRENCES: RangeInclusive<u32> = 1..=1000;
/// What `FIRST` may reach to.
pub(super) const FRONTS: RangeInclusive<u32> = 1..=100_000;
/// Other positions among the words of a loose phrase.
pub(super) const ROOM: RangeInclusive<u32> = 0..=250;

/// How two parts of a span have to stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Proximity {
    /// `NOT W/5`: the left part, where it does not stand so to the right one.
    pub negated: bool,
    pub relation: Relation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// `W/5`: so many words from one to the other, in any order; 1 is the next word.
    Within(u32),
    /// `PRE/5`: the same, left before right.
    Before(u32),
    /// `W/S`: in one sentence.
    Sentence,
    /// `W/P`: in one paragraph.
    Paragraph,
}

/// Fields that hold running text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TextField {
    /// Headline, lead and body.
    #[default]
    Text,
    Headline,
    Lead,
    Body,
    /// Headline or lead.
    Hlead,
    Author,
    Dateline,
}

/// Words as typed; folding and stemming are the engine's.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// Any inflected form of the word.
    Word(String),
    /// `=word`, `"word"`: exactly this word.
    Exact(String),
    /// `U.S.`, `CAPS(us)`: the acronym, in capitals or with dots. Held in capitals without dots.
    Acronym(String),
    /// `mine*`, `organi?ation`: truncation, as typed.
    Wildcard(String),
    /// `putin~`, `putin~2`: words within so many edits, 1 or 2.
    Fuzzy(String, u8),
    /// `/colou?rs?/`: a regular expression over one exact word, as typed between the slashes.
    Regex(String),
    /// `"rare earth*"`: two or more words in order, inflection and stop words included.
    Phrase(Vec<Slot>),
    /// `"rare earths"~5`: the words of a phrase in any order, with at most so many other positions among them.
    Loose(Vec<Slot>, u32),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Slot {
    Word(String),
    Wildcard(String),
}

/// Leaves matched on whole values, dates and numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A whole value, case and diacritics ignored.
    Whole(WholeField, String),
    /// A host and its subdomains.
    Site(String),
    /// A language range: `en` also means `en-GB`.
    Lang(String),
    Date(DateClause),
    /// Length in words.
    Words(NumberRange),
    Has(Has),
    Is(Is),
    Id(String),
    Url(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WholeField {
    Tag,
    Source,
    Section,
    Place,
    Person,
    Org,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateField {
    #[default]
    Published,
    Modified,
    Seen,
}

/// A date condition: how it is written in the canonical form, and what it came to.
#[derive(Clone, Debug, PartialEq)]
pub struct DateClause {
    pub field: DateField,
    /// What stands in the canonical form, name and colon included: `date:2025-02`, `when:7d`, `before:2025-03`.
    pub canonical: String,
    pub interval: Interval,
}

/// From (inclusive) to (exclusive); an open side is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interval {
    pub from: Option<Edge>,
    pub to: Option<Edge>,
}

/// One end of an interval, twice: as an instant, for articles dated to the hour or finer; and as the local calendar's
/// date and time read as if it were UTC, for articles dated by the calendar. Milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub instant_ms: i64,
    pub local_ms: i64,
}

/// Inclusive on both sides; an open side is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberRange {
    pub min: Option<u64>,
    pub max: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Has {
    Image,
    Author,
    Tags,
    Date,
    Lead,
    Body,
    Url,
    Site,
    Section,
    Place,
    Person,
    Org,
    Lang,
    Source,
    Dateline,
    Modified,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Is {
    /// A copy of an earlier article.
    Duplicate,
    /// The earliest of its story, be it the only one.
    Original,
    Corrected,
    Killed,
}
