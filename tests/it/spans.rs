//! Spans: in what order they come, and that nobody waits for them for ever. What they find is in `scenarios/spans.json`
//! and with the oracle.

use std::time::{Duration, Instant};

use broadsheet::article::Article;
use broadsheet::engine::embedded::Index;
use broadsheet::engine::{Change, Checkpoint, Document, Engine, EngineError, Order, Plan, Sort, Values, View};
use broadsheet::query::{self, Bounds, Context, Mode};
use tempfile::TempDir;

/// An index of articles with these bodies, numbered from 1.
fn indexed(bodies: &[String]) -> (TempDir, View) {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::create(folder.path()).unwrap();
    let mut writer = index.writer().unwrap();
    let changes: Vec<Change> = (1..).zip(bodies).map(|(num, body)| change(num, body)).collect();
    writer.apply(&changes).unwrap();
    writer.commit(&Checkpoint { store: "spans".into(), position: 1, tail: "1".into() }).unwrap();
    writer.finish().unwrap();
    (folder, Engine::Embedded(index).view().unwrap())
}

fn change(num: u64, body: &str) -> Change {
    let article = Article { lang: Some("en".into()), body: vec![body.to_owned()], ..Article::default() };
    let document = Document { num, row: num, story: num, id: format!("a{num}"), seen_ms: 0, revised: false, article };
    Change { num, document: Some(document) }
}

fn plan(q: &str, deadline: Instant) -> Plan {
    let now = "2025-03-05T12:30:00Z".parse().unwrap();
    let context = Context { mode: Mode::All, tz: jiff::tz::TimeZone::UTC, now, bounds: Bounds::default() };
    let reading = query::parse(q, &context).unwrap();
    assert!(reading.warnings.is_empty(), "{q}: {:?}", reading.warnings);
    Plan {
        collapse: false,
        query: reading.query,
        filters: Vec::new(),
        order: Order { sort: Sort::Relevance, now_ms: 0, half_life_ms: 1 },
        limit: 10,
        offset: 0,
        after: None,
        facets: Vec::new(),
        values: Values::default(),
        dates: false,
        series: None,
        marks: true,
        until: deadline.into(),
    }
}

/// Words that say nothing, so that all bodies are as long.
fn padded(body: &str) -> String {
    let count = body.split(' ').count();
    format!("{body}{}", " filler".repeat(40 - count))
}

#[track_caller]
fn check_order(q: &str, bodies: &[&str], expected: &[u64]) {
    let bodies: Vec<String> = bodies.iter().map(|body| padded(body)).collect();
    let (_folder, view) = indexed(&bodies);
    let found = view.find(&plan(q, Instant::now() + Duration::from_secs(60))).unwrap();
    assert_eq!(found.hits.iter().map(|hit| hit.place.num).collect::<Vec<_>>(), expected, "{q}");
    let scores: Vec<f32> = found.hits.iter().map(|hit| hit.score).collect();
    assert!(scores.is_sorted_by(|one, next| one > next), "{q}: {scores:?}");
}

#[test]
fn what_stands_closer_together_comes_first() {
    let bodies = ["tin x x x zinc", "zinc tin", "tin x zinc"];
    check_order("tin W/9 zinc", &bodies, &[2, 3, 1]);
    check_order("tin W/S zinc", &bodies, &[2, 3, 1]);
    check_order("\"tin zinc\"~9", &bodies, &[2, 3, 1]);
}

#[test]
fn what_stands_more_often_comes_first() {
    check_order("tin PRE/2 zinc", &["tin zinc x x x x", "tin zinc x tin zinc x", "tin x zinc x x x"], &[2, 1, 3]);
    check_order("ATLEAST/2 tin", &["tin tin x x", "tin tin tin x"], &[2, 1]);
}

#[test]
fn a_wildcard_has_a_real_score() {
    check_order("tin*", &["tin x x x", "tinny tin x tins", "tins x x tin"], &[2, 3, 1]);
}

#[test]
fn no_operator_goes_on_when_the_time_is_up() {
    let (_folder, view) = indexed(&vec!["tin zinc ".repeat(2000); 4]);
    let queries = [
        "tin W/250 zinc W/250 tin",
        "tin PRE/250 (zinc W/250 tin)",
        "tin NOT W/1 (copper OR zinc)",
        "\"tin tin tin zinc\"~250",
        "\"tin zinc tin tin\"",
        "ATLEAST/1000 (tin OR zinc)",
        "FIRST/100000 (tin W/9 tin)",
        "(tin W/9 copper) OR (tin W/250 zinc)",
    ];
    for q in queries {
        let passed = view.find(&plan(q, Instant::now() - Duration::from_secs(1)));
        assert!(matches!(passed, Err(EngineError::TimeOut)), "{q}: {passed:?}");
        assert!(view.find(&plan(q, Instant::now() + Duration::from_secs(600))).is_ok(), "{q}");
    }
}

#[test]
fn a_long_article_loses_no_occurrence() {
    let (_folder, view) = indexed(&[format!("{}finale", "tin ".repeat(3000))]);
    let found = |q: &str| view.find(&plan(q, Instant::now() + Duration::from_secs(60))).unwrap().total;
    assert_eq!(found("(tin W/250 tin) W/5 finale"), 1);
    assert_eq!(found("(\"tin tin\"~250) PRE/1 finale"), 1);
    assert_eq!(found("finale NOT W/5 (tin W/250 tin)"), 0);
    assert_eq!(found("tin NOT W/5 (finale W/250 tin)"), 1);
}
