//! Made-up answers to draw pages from in tests.

use crate::article::{ArticleId, Precision, Provenance, Source, Stamp};
use crate::query::Advice;
use crate::search::answer::{
    ArticleAnswer, Bucket, Change, Clause, Copies, CopyLine, DifferenceAnswer, Expansion, Facet, FacetValue, Facets,
    FieldChange, Highlights, Hit, HitStatus, Marked, Passage, Piece, QueryReading, SearchAnswer, Suggestion, Timeline,
    VersionLine, VersionStatus,
};
use crate::search::request::FacetField;

const SCRIPT: &str = "\"'><script>alert(1)</script>";

pub(super) const HEADLINES: [(&str, &str); 4] = [
    ("China tightens export rules for rare earths", "China tightens export rules for <mark>rare earths</mark>"),
    ("Port strike ends after nine days", "Port strike ends after nine days"),
    ("Seltene Erden: Lieferketten unter Druck", "Seltene Erden: Lieferketten unter Druck"),
    (
        "What the magnets in your phone have to do with a mine in the north",
        "What the magnets in your phone have to do with a mine in the north",
    ),
];

/// The `number`th article of a small world.
pub(super) fn hit(number: usize) -> Hit {
    let (headline, marked) = HEADLINES[number % HEADLINES.len()];
    Hit {
        id: Some(ArticleId(format!("a{number:015}"))),
        url: Some(Some(format!("https://harbour-post.example/{number}"))),
        headline: Some(headline.into()),
        lead: Some(Some("Exporters will need a licence from April, the ministry said & confirmed.".into())),
        published: Some(stamp("2025-02-27T16:44:00Z", if number % 3 == 1 { Precision::Day } else { Precision::Minute })),
        modified: Some(None),
        source: Some(Source { name: Some("Harbour Post".into()), site: Some("harbour-post.example".into()) }),
        authors: Some(vec!["Ana Lindqvist".into()]),
        tags: Some(vec!["china".into(), "rare earths".into(), "trade".into()]),
        section: Some(number.is_multiple_of(2).then(|| "Business".into())),
        places: Some(vec!["Beijing".into()]),
        people: Some(vec![]),
        orgs: Some(vec!["Ministry of Commerce".into()]),
        lang: Some(Some(if number % 4 == 2 { "de" } else { "en" }.into())),
        words: Some(700),
        version: Some(2),
        status: Some(HitStatus::Usable),
        story: Some(ArticleId(format!("a{:015}", number / 4 * 4 + 3))),
        copies: Some(Copies::Number(number as u64)),
        score: Some(12.3),
        highlights: Some(Highlights {
            headline: Some(marked.into()),
            lead: None,
            body: vec![
                "Seventeen elements are counted among the <mark>rare earths</mark>, and most of the world’s refining is done in <mark>China</mark>.".into(),
                "Shipments of <mark>rare earths</mark> fell by a fifth in the first weeks of the year.".into(),
            ],
        }),
        ..Hit::default()
    }
}

pub(super) fn search_answer() -> SearchAnswer {
    SearchAnswer {
        query: QueryReading {
            input: "rare earths china".into(),
            canonical: "(rare AND earths AND china)".into(),
            ..QueryReading::default()
        },
        snapshot: "s-1".into(),
        total: 1234,
        total_stories: 1100,
        took_ms: 0.8,
        hits: (0..4).map(hit).collect(),
        facets: Some(facets(&["china", "rare earths", "trade", "ports and shipping"], "Harbour Post")),
        timeline: Some(timeline()),
        next_cursor: Some("next".into()),
        suggestions: None,
        silent: None,
    }
}

/// One clause finds nothing, another stands for several words.
pub(super) fn explained_answer() -> SearchAnswer {
    let expansions = vec![Expansion { word: "mines".into(), articles: 12 }];
    let wildcard = Clause { expansions, ..clause("wildcard", "mine*", Some(12)) };
    let parts = vec![clause("word", "china", Some(40)), clause("word", "xqz", Some(0)), wildcard];
    let mut answer = search_answer();
    answer.query.clauses = Some(vec![Clause { without: None, ..group("and", "AND", 0, parts) }]);
    answer
}

/// A clause without parts, and the query without it.
pub(super) fn clause(kind: &'static str, query: &str, articles: Option<u64>) -> Clause {
    let without = Some(format!("without-{query}"));
    Clause { kind, query: query.into(), articles, zero: articles == Some(0), without, ..Clause::default() }
}

pub(super) fn group(kind: &'static str, operator: &str, articles: u64, clauses: Vec<Clause>) -> Clause {
    let query = format!("({})", clauses.iter().map(|part| part.query.as_str()).collect::<Vec<_>>().join(" "));
    Clause { operator: Some(operator.into()), clauses, ..clause(kind, &query, Some(articles)) }
}

pub(in crate::http) fn empty_answer(canonical: &str) -> SearchAnswer {
    SearchAnswer {
        query: QueryReading { input: "a b".into(), canonical: canonical.into(), ..QueryReading::default() },
        total: 0,
        total_stories: 0,
        hits: vec![],
        facets: None,
        timeline: None,
        next_cursor: None,
        suggestions: Some(vec![]),
        ..search_answer()
    }
}

/// Every text that comes from outside holds an element.
pub(super) fn hostile_answer() -> SearchAnswer {
    let advice =
        Advice { code: "odd", message: SCRIPT.into(), at: Some([0, 3]), parameter: None, hint: Some(SCRIPT.into()) };
    let query = QueryReading {
        input: SCRIPT.into(),
        canonical: format!("({SCRIPT} AND a)"),
        notes: vec![advice.clone()],
        warnings: vec![advice],
        resolved: [(SCRIPT.to_owned(), SCRIPT.to_owned())].into(),
        clauses: Some(vec![group("and", SCRIPT, 1, vec![hostile_clause(), hostile_clause()])]),
    };
    let parameters = Some([("tag", vec![SCRIPT.to_owned()])].into());
    let suggestion = Suggestion { kind: "drop", label: SCRIPT.into(), q: SCRIPT.into(), parameters, total: 1 };
    SearchAnswer {
        query,
        hits: vec![hostile_hit()],
        facets: Some(facets(&[SCRIPT], SCRIPT)),
        next_cursor: Some(SCRIPT.into()),
        suggestions: Some(vec![suggestion]),
        ..search_answer()
    }
}

fn hostile_clause() -> Clause {
    let expansions = vec![Expansion { word: SCRIPT.into(), articles: 1 }];
    Clause { expansions, ..clause("wildcard", SCRIPT, Some(0)) }
}

pub(super) fn article_answer() -> ArticleAnswer {
    let body =
        vec!["“We need them all”, she said about rare earths.".to_owned(), "Shipments fell by a fifth.".to_owned()];
    let marked = Marked {
        headline: HEADLINES[0].1.into(),
        lead: None,
        body: vec!["“We need them all”, she said about <mark>rare earths</mark>.".into(), body[1].clone()],
    };
    ArticleAnswer {
        copies_total: 2,
        article: Hit {
            body: Some(body),
            modified: Some(Some(stamp("2025-02-28T00:00:00Z", Precision::Day))),
            highlights: None,
            copies: Some(Copies::List(vec![copy(3), copy(1)])),
            ..hit(0)
        },
        related: vec!["https://harbour-post.example/earlier".into()],
        original: true,
        versions: vec![version(1), version(2)],
        marked: Some(marked),
    }
}

/// Three versions, of which the first two are compared.
pub(super) fn difference_answer() -> DifferenceAnswer {
    let piece = |kind, text: &str| Piece { kind, text: text.to_owned() };
    let edited = vec![
        piece(Change::Same, "The river rose by "),
        piece(Change::Deleted, "a metre"),
        piece(Change::Inserted, "two metres"),
        piece(Change::Same, " overnight."),
    ];
    let gone = vec![piece(Change::Deleted, "Schools shut.")];
    let list = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    DifferenceAnswer {
        id: ArticleId("a000000000000000".into()),
        from: version(1),
        to: version(2),
        headline: vec![piece(Change::Same, "Flood")],
        lead: Vec::new(),
        body: vec![Passage { kind: Change::Edited, pieces: edited }, Passage { kind: Change::Deleted, pieces: gone }],
        fields: vec![FieldChange { name: "tags", from: list(&["tin", "lead"]), to: list(&["tin", "zinc"]) }],
        lang: Some("en".into()),
        versions: vec![version(1), version(2), version(3)],
    }
}

pub(super) fn hostile_difference() -> DifferenceAnswer {
    let kinds = [Change::Same, Change::Deleted, Change::Inserted];
    let pieces: Vec<_> = kinds.map(|kind| Piece { kind, text: SCRIPT.into() }).into();
    let values = || vec![SCRIPT.to_owned()];
    DifferenceAnswer {
        headline: pieces.clone(),
        lead: pieces.clone(),
        body: vec![Passage { kind: Change::Edited, pieces }],
        fields: vec![FieldChange { name: "section", from: values(), to: vec![] }],
        lang: Some(SCRIPT.into()),
        ..difference_answer()
    }
}

pub(super) fn hostile_article() -> ArticleAnswer {
    let copies = Some(Copies::List(vec![CopyLine { headline: SCRIPT.into(), ..copy(3) }]));
    let article = Hit { body: Some(vec![SCRIPT.into()]), highlights: None, copies, ..hostile_hit() };
    ArticleAnswer {
        copies_total: 2,
        article,
        related: vec!["javascript:alert(1)".into()],
        original: false,
        versions: vec![],
        marked: None,
    }
}

fn hostile_hit() -> Hit {
    let text = || Some(Some(SCRIPT.to_owned()));
    let list = || Some(vec![SCRIPT.to_owned()]);
    Hit {
        url: Some(Some("javascript:alert(1)".into())),
        headline: Some(SCRIPT.into()),
        lead: text(),
        source: Some(Source { name: Some(SCRIPT.into()), site: None }),
        authors: list(),
        tags: list(),
        section: text(),
        places: list(),
        people: list(),
        orgs: list(),
        lang: text(),
        dateline: text(),
        image: Some(Some("javascript:alert(1)".into())),
        highlights: None,
        ..hit(0)
    }
}

fn stamp(at: &str, precision: Precision) -> Stamp {
    Stamp { at: Some(at.parse().unwrap()), precision, from: Provenance::Page, implausible: false }
}

pub(super) fn copy(number: usize) -> CopyLine {
    let hit = hit(number);
    CopyLine {
        id: hit.id.unwrap(),
        headline: hit.headline.unwrap(),
        excerpt: None,
        url: hit.url.unwrap(),
        published: hit.published.unwrap(),
        source: hit.source.unwrap(),
        original: number == 3,
    }
}

fn version(version: u32) -> VersionLine {
    VersionLine {
        version,
        stored: "2025-03-01T08:00:00Z".parse().unwrap(),
        provider_version: None,
        modified: None,
        run: 1,
        current: version == 2,
        status: VersionStatus::Shown,
    }
}

fn facets(tags: &[&str], source: &str) -> Facets {
    let value = |label: &str, count| FacetValue {
        value: label.to_lowercase(),
        label: label.to_owned(),
        count,
        stories: count,
        selected: false,
    };
    let tags = tags.iter().zip((1..=300u64).rev()).map(|(tag, count)| value(tag, count)).collect();
    Facets(vec![
        (FacetField::Tag, Facet { values: tags, distinct: 14, others: 12, missing: 1 }),
        (FacetField::Source, Facet { values: vec![value(source, 900), value("Nordlicht", 210)], ..Facet::default() }),
        (FacetField::Lang, Facet { values: vec![value("en", 1100), value("de", 134)], ..Facet::default() }),
    ])
}

fn timeline() -> Timeline {
    let count = |month: u64| (month * 37) % 61 + month;
    let buckets = (0..36u64)
        .map(|month| Bucket {
            gap: false,
            start: format!("{}-{:02}-01", 2022 + month / 12, month % 12 + 1),
            count: count(month),
            stories: count(month),
        })
        .collect();
    Timeline { interval: "month", tz: "UTC".into(), buckets, unplaced: 7, ..Timeline::default() }
}
