//! What is asked: the parameters of a search, read and checked, whatever door they came through.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

pub use crate::engine::{FacetField, Filter, Sort, Values};
use crate::query::{Advice, Mode, ast::DateField};

/// A search, ready to be answered. The HTTP door, the pages and the command line all make one of these.
#[derive(Clone, Debug)]
pub struct SearchRequest {
    /// The query as typed; empty means everything.
    pub q: String,
    pub mode: Mode,
    /// Any warning refuses the request.
    pub strict: bool,
    pub filters: Vec<Filter>,
    /// As typed; read with `tz` and the snapshot's now.
    pub from: Option<String>,
    pub to: Option<String>,
    pub date_field: DateField,
    pub tz: TimeZone,
    /// `None`: relevance with words in `q`, else newest.
    pub sort: Option<Sort>,
    /// After so much age a score counts half in `sort=recent`.
    pub half_life: SignedDuration,
    /// 0 to 1000.
    pub limit: usize,
    /// 0 to 10 000.
    pub offset: usize,
    pub cursor: Option<String>,
    pub snapshot: Option<String>,
    pub facets: Vec<FacetField>,
    /// Which of their values are told.
    pub values: Values,
    pub interval: Option<Unit>,
    /// A timeline of each of some values.
    pub series: Option<FacetField>,
    /// 1 to 20.
    pub series_limit: usize,
    /// One hit a story: the one of its matches that sorts first.
    pub collapse: bool,
    pub highlight: bool,
    /// 0 to 10.
    pub snippets: usize,
    pub fields: HitFields,
    /// Name the originals of hits that are copies; for the page.
    pub originals: bool,
    /// Where nothing is found, say what would be.
    pub suggestions: bool,
    /// Say what each clause of the query comes to.
    pub explain: bool,
    /// Say what made each hit's score.
    pub explain_score: bool,
    /// What there was to say about the parameters; reported with the query's own warnings.
    pub advice: Vec<Advice>,
}

impl Default for SearchRequest {
    fn default() -> Self {
        SearchRequest {
            q: String::new(),
            mode: Mode::All,
            strict: false,
            filters: Vec::new(),
            from: None,
            to: None,
            date_field: DateField::Published,
            tz: TimeZone::UTC,
            sort: None,
            half_life: SignedDuration::from_hours(7 * 24),
            limit: 10,
            offset: 0,
            cursor: None,
            snapshot: None,
            facets: Vec::new(),
            values: Values::default(),
            interval: None,
            series: None,
            series_limit: 5,
            collapse: false,
            highlight: false,
            snippets: 2,
            fields: HitFields::default(),
            originals: false,
            suggestions: true,
            explain: false,
            explain_score: false,
            advice: Vec::new(),
        }
    }
}

impl SearchRequest {
    /// Leaves out all that only counts: whoever takes the hits alone does not wait for it.
    pub fn uncounted(&mut self) {
        (self.facets, self.interval, self.series) = (Vec::new(), None, None);
        (self.explain, self.explain_score, self.suggestions) = (false, false, false);
    }
}

/// The width of a timeline's buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    /// The finest that gives at most about sixty buckets.
    Auto,
}

/// Which article fields a hit carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HitFields {
    /// `None`: all but `body` and `cursor`.
    pub names: Option<Vec<String>>,
}

impl HitFields {
    /// Every name `fields=` knows, in the order of a hit.
    pub const KNOWN: [&'static str; 26] = [
        "id",
        "external_id",
        "url",
        "headline",
        "lead",
        "body",
        "excerpt",
        "published",
        "modified",
        "seen",
        "source",
        "authors",
        "tags",
        "section",
        "places",
        "people",
        "orgs",
        "lang",
        "dateline",
        "words",
        "image",
        "version",
        "status",
        "story",
        "copies",
        "cursor",
    ];

    pub fn wants(&self, name: &str) -> bool {
        match &self.names {
            None => !matches!(name, "body" | "cursor"),
            Some(names) => names.iter().any(|wanted| wanted == name),
        }
    }
}

/// Occurrences in their context.
#[derive(Clone, Debug, Default)]
pub struct MentionsRequest {
    /// Which articles, in which order; `limit` counts occurrences.
    pub search: SearchRequest,
    pub by: By,
    /// Characters of context on each side.
    pub width: usize,
}

/// What occurrences are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    #[default]
    Article,
    /// The words before them, the nearest first.
    Left,
    /// The words after them.
    Right,
}

impl By {
    pub(super) fn letter(self) -> char {
        match self {
            By::Article => 'a',
            By::Left => 'l',
            By::Right => 'r',
        }
    }
}

/// Two versions of an article beside each other.
#[derive(Clone, Debug, Default)]
pub struct DifferenceRequest {
    pub id: String,
    /// `None`: the one before `to`.
    pub from: Option<u32>,
    /// `None`: the newest.
    pub to: Option<u32>,
}

/// One article, whole.
#[derive(Clone, Debug, Default)]
pub struct ArticleRequest {
    pub id: String,
    /// `None`: the newest.
    pub version: Option<u32>,
    /// Mark what this query matches; for the page.
    pub q: Option<String>,
    pub mode: Mode,
}
