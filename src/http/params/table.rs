//! What each address takes. By these tables parameters are read, and by them the OpenAPI description tells of them.

use super::{
    BYS, COLLAPSES, DATE_FIELDS, EXPLAINED, FORMATS, MODES, MOST_LISTED, SORTS, UNITS, USUAL_MENTIONS, USUAL_TERMS,
    USUAL_VALUES, USUAL_WIDTH, VALUE_SORTS,
};
use crate::search::request::{FacetField, HitFields};

/// A parameter of `/api/v1/search`, as it is read here and as the OpenAPI description gives it.
pub(in crate::http) struct Parameter {
    pub(in crate::http) name: &'static str,
    pub(in crate::http) about: &'static str,
    pub(in crate::http) takes: Takes,
}

/// What a parameter takes, and what it is when it is left out.
pub(in crate::http) enum Takes {
    Text {
        example: &'static str,
    },
    /// A text of this form.
    Like {
        pattern: &'static str,
        example: &'static str,
    },
    Flag,
    Number {
        least: usize,
        most: usize,
        default: usize,
    },
    /// A number up to [`LARGEST`].
    AnyNumber,
    /// The name of a time zone.
    Zone,
    OneOf(fn() -> Vec<&'static str>, Option<&'static str>),
    /// Names with commas between them.
    List(fn() -> Vec<&'static str>),
}

/// A year, month, day (as long as the months are) or moment, back from now, a day or span by its name; empty where it is
/// none. In the first and the last thousand years an offset may lead out of the calendar.
const DATE: &str = "^([0-9]{4}(-(0[1-9]|1[0-2]))?|([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)|([1-8][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([1-8][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[1357][26])00)-02-29)T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?|[0-9]{1,3}[hdwmy]|today|yesterday|(this|last)-(week|month|year))?$";

/// States of the corpus and pages, as answers name them.
const SNAPSHOT: &str = "^(s-[0-9a-f]{12}(-[0-9a-f]{1,11})?)?$";
const CURSOR: &str = "^(s-[0-9a-f]{12}(-[0-9a-f]{1,11})?\\.[0-9a-f]{1,16}\\.[0-9a-f]{1,16}\\.[0-9a-f]{12})?$";
pub(in crate::http) const CURSOR_OF_MENTIONS: &str =
    "^(s-[0-9a-f]{12}(-[0-9a-f]{1,11})?\\.[0-9a-f]{1,16}\\.[0-9a-f]{1,16}\\.[0-9a-f]{12}\\.[0-9a-f]{1,8})?$";

/// Numbers beyond this are others in half of all programs (RFC 8259, 6).
pub(in crate::http) const LARGEST: usize = (1 << 53) - 1;

const fn row(name: &'static str, takes: Takes, about: &'static str) -> Parameter {
    Parameter { name, about, takes }
}

/// Everything `/api/v1/search` takes, but for the facet filters.
pub(in crate::http) static PARAMETERS: &[Parameter] = &[
    row("q", Takes::Text { example: "\"rare earths\" AND China" }, "The query; empty means everything."),
    row(
        "mode",
        Takes::OneOf(|| names(MODES), Some("all")),
        "Whether words are ANDed (`all`) or plain words ORed (`any`).",
    ),
    row("strict", Takes::Flag, "Any warning refuses the request with 400."),
    row(
        "from",
        Takes::Like { pattern: DATE, example: "2025-02" },
        "First date, inclusive, on `date_field`: `2025-02-27`, `2025-02`, `2025`, RFC 3339, or back from now: `7d`.",
    ),
    row("to", Takes::Like { pattern: DATE, example: "2025-03-31" }, "Last date, inclusive, in the same forms."),
    row("date_field", Takes::OneOf(|| names(DATE_FIELDS), Some("published")), "Which date `from` and `to` are about."),
    row("tz", Takes::Zone, "IANA zone in which dates are read and buckets cut; UTC by default."),
    row(
        "sort",
        Takes::OneOf(|| names(SORTS), None),
        "Order of the hits; `relevance` where the query has words, else `newest`. Ties are broken by article.",
    ),
    row(
        "half_life",
        Takes::Like { pattern: "^[1-9][0-9]{0,3}[hdw]$", example: "7d" },
        "After how much age a score counts half in `sort=recent`: hours, days or weeks. `7d` by default.",
    ),
    row("limit", Takes::Number { least: 0, most: 1000, default: 10 }, "Hits to return; 0 only counts."),
    row("offset", Takes::Number { least: 0, most: 10_000, default: 0 }, "Hits to skip. Page with `cursor` instead."),
    row(
        "cursor",
        Takes::Like { pattern: CURSOR, example: "" },
        "`next_cursor` of the page before, other parameters unchanged.",
    ),
    row(
        "snapshot",
        Takes::Like { pattern: SNAPSHOT, example: "" },
        "`snapshot` of an earlier answer, to count the same articles again.",
    ),
    row(
        "facets",
        Takes::List(|| FacetField::ALL.map(FacetField::name).to_vec()),
        "Facets to count, exact and multi-select.",
    ),
    row("facet_limit", Takes::Number { least: 1, most: 1000, default: 10 }, "Values a facet."),
    row("interval", Takes::OneOf(|| names(UNITS), None), "Returns a timeline of these calendar units."),
    row(
        "series",
        Takes::OneOf(|| FacetField::ALL.map(FacetField::name).to_vec(), None),
        "A timeline of each of the values of this facet that are filtered by, else of the most frequent ones.",
    ),
    row("series_limit", Takes::Number { least: 1, most: 20, default: 5 }, "Values with a timeline each."),
    row(
        "collapse",
        Takes::OneOf(|| names(COLLAPSES), Some("none")),
        "`near`: one hit a story, the one of its matches that sorts first; `limit`, `offset` and `cursor` count stories.",
    ),
    row("highlight", Takes::Flag, "Marks what matched in headline, lead and fragments of the body."),
    row("snippets", Takes::Number { least: 0, most: 10, default: 2 }, "Fragments of the body a hit."),
    row(
        "fields",
        Takes::List(|| HitFields::KNOWN.to_vec()),
        "Article fields a hit carries; all but `body` and `cursor` by default.",
    ),
    row(
        "explain",
        Takes::OneOf(|| names(EXPLAINED), Some("0")),
        "`1`: says what each clause of the query comes to, as `query.clauses`; `score`: what made each hit's score, as `explanation`.",
    ),
];

pub(in crate::http) fn filter_about(field: FacetField) -> String {
    format!(
        "Only articles of this {}. Repeat it for OR; `-value` excludes, `\\-value` is a literal hyphen.",
        field.name()
    )
}

/// What one address takes: parameters of a search, and some of its own.
#[derive(Clone, Copy)]
pub(in crate::http) struct Taken {
    pub(in crate::http) path: &'static str,
    pub(in crate::http) shared: Shared,
    /// The facet filters too.
    pub(in crate::http) filters: bool,
    /// Read before a parameter of a search that has the same name.
    pub(in crate::http) own: &'static [Parameter],
}

#[derive(Clone, Copy)]
pub(in crate::http) enum Shared {
    All,
    Only(&'static [&'static str]),
}

impl Taken {
    /// The same at another address, for another form of its answer.
    const fn also_at(&self, path: &'static str) -> Taken {
        Taken { path, ..*self }
    }

    /// Whether its answer is that of the other, or a table of it.
    pub(in crate::http) fn is_form_of(&self, other: &Taken) -> bool {
        matches!(self.path.strip_prefix(other.path), Some("" | ".csv"))
    }

    /// In the order in which they are told of.
    pub(in crate::http) fn parameters(&self) -> impl Iterator<Item = &'static Parameter> {
        let shares = |name: &str| match self.shared {
            Shared::All => true,
            Shared::Only(names) => names.contains(&name),
        };
        let is_own = |name: &str| self.own.iter().any(|own| own.name == name);
        let shared = PARAMETERS.iter().filter(move |shared| shares(shared.name) && !is_own(shared.name));
        shared.chain(self.own)
    }

    pub(in crate::http) fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters().find(|parameter| parameter.name == name)
    }

    /// Every name it knows.
    pub(in crate::http) fn names(&self) -> Vec<&'static str> {
        let filters = if self.filters { FacetField::ALL.map(FacetField::name).to_vec() } else { Vec::new() };
        self.parameters().map(|parameter| parameter.name).chain(filters).collect()
    }
}

pub(in crate::http) static SEARCH: Taken =
    Taken { path: "/api/v1/search", shared: Shared::All, filters: true, own: &[] };

/// What decides how a query is read and what is counted.
pub(in crate::http) static QUERY: Taken = Taken {
    path: "/api/v1/query",
    shared: Shared::Only(&["q", "mode", "strict", "tz", "snapshot"]),
    filters: false,
    own: &[],
};

pub(in crate::http) static EXPORT: Taken = Taken {
    path: "/api/v1/export",
    shared: Shared::All,
    filters: true,
    own: &[
        row("format", Takes::OneOf(|| names(FORMATS), Some("jsonl")), "One JSON object a line, or rows of a table."),
        row("limit", Takes::AnyNumber, "Hits to write; all of them by default."),
    ],
};

/// What decides which articles are found.
const NARROWING: Shared = Shared::Only(&["q", "mode", "strict", "from", "to", "date_field", "tz", "snapshot"]);

pub(in crate::http) static FACET: Taken = Taken {
    path: "/api/v1/facets/{field}",
    shared: NARROWING,
    filters: true,
    own: &[
        row(
            "prefix",
            Takes::Text { example: "merk" },
            "Only values in which a word begins so, whatever its case and accents.",
        ),
        row("sort", Takes::OneOf(|| names(VALUE_SORTS), Some("count")), "The most frequent first, or by name."),
        row("limit", Takes::Number { least: 1, most: MOST_LISTED, default: USUAL_VALUES }, "Values to return."),
        row("offset", Takes::Number { least: 0, most: 10_000_000, default: 0 }, "Values to skip."),
    ],
};

pub(in crate::http) static TERMS: Taken = Taken {
    path: "/api/v1/terms",
    shared: NARROWING,
    filters: true,
    own: &[row(
        "limit",
        Takes::Number { least: 1, most: 200, default: USUAL_TERMS },
        "Words, and values of each kind.",
    )],
};

pub(in crate::http) static MENTIONS: Taken = Taken {
    path: "/api/v1/mentions",
    shared: Shared::Only(&[
        "q",
        "mode",
        "strict",
        "from",
        "to",
        "date_field",
        "tz",
        "sort",
        "half_life",
        "cursor",
        "snapshot",
        "collapse",
    ]),
    filters: true,
    own: &[
        row(
            "by",
            Takes::OneOf(|| names(BYS), Some("article")),
            "In the order of the articles, or of the words before or after each occurrence, the nearest first.",
        ),
        row(
            "width",
            Takes::Number { least: 0, most: 500, default: USUAL_WIDTH },
            "Characters of context on each side.",
        ),
        row("limit", Takes::Number { least: 0, most: MOST_LISTED, default: USUAL_MENTIONS }, "Occurrences to return."),
    ],
};

/// What is cited is found anew one day: how it is shown is no part of it.
pub(in crate::http) static CITE: Taken = Taken {
    path: "/api/v1/citations",
    shared: Shared::Only(&["q", "mode", "strict", "from", "to", "date_field", "tz", "sort", "half_life", "snapshot"]),
    filters: true,
    own: &[],
};

pub(in crate::http) static COMPARE: Taken = Taken {
    path: "/api/v1/compare",
    shared: Shared::Only(&["q", "mode", "strict", "from", "to", "date_field", "tz", "snapshot", "interval"]),
    filters: true,
    own: &[],
};

/// Forms of answers that have addresses of their own.
static SEARCH_TABLE: Taken = SEARCH.also_at("/api/v1/search.csv");
static LINES: Taken = SEARCH.also_at("/api/v1/search.jsonl");
static RSS: Taken = SEARCH.also_at("/api/v1/search.rss");
static ATOM: Taken = SEARCH.also_at("/api/v1/search.atom");
static JSON_FEED: Taken = SEARCH.also_at("/api/v1/search.feed.json");
static FACET_TABLE: Taken = FACET.also_at("/api/v1/facets/{field}/values.csv");
static TERMS_TABLE: Taken = TERMS.also_at("/api/v1/terms.csv");
static MENTIONS_TABLE: Taken = MENTIONS.also_at("/api/v1/mentions.csv");
static COMPARE_TABLE: Taken = COMPARE.also_at("/api/v1/compare.csv");

/// The addresses that take parameters of a search.
pub(in crate::http) static TAKEN: &[&Taken] = &[
    &SEARCH,
    &QUERY,
    &EXPORT,
    &FACET,
    &TERMS,
    &MENTIONS,
    &CITE,
    &COMPARE,
    &SEARCH_TABLE,
    &LINES,
    &RSS,
    &ATOM,
    &JSON_FEED,
    &FACET_TABLE,
    &TERMS_TABLE,
    &MENTIONS_TABLE,
    &COMPARE_TABLE,
];

fn names<T>(table: &[(&'static str, T)]) -> Vec<&'static str> {
    super::names(table)
}
