//! The queries, and which of them both sides understand alike.

use anyhow::{Context, ensure};

use crate::ours::Ours;
use crate::plain::Plain;
use crate::{Depth, kinds};

/// A line is `kind query`. The text is both sides' syntax.
const LIST: &str = include_str!("queries.txt");

/// Analysis differs in compounds, possessives, abbreviations, other languages; phrases are exact in ours, stemmed in
/// the other. What differs by more is another query.
const APART: f64 = 0.1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Term,
    And,
    Phrase,
    Or,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Term => "term",
            Kind::And => "and",
            Kind::Phrase => "phrase",
            Kind::Or => "or",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    /// Ours and theirs.
    pub(crate) total: u64,
    pub(crate) plain_total: u64,
}

/// The listed queries that both sides answer with about the same articles. The others are named.
pub(crate) fn comparable(ours: &mut Ours, plain: &Plain) -> anyhow::Result<Vec<Query>> {
    let mut kept = Vec::new();
    let (mut empty, mut apart) = (Vec::new(), Vec::new());
    for mut query in listed()? {
        let (our, their) = (ours.ask(&query, Depth::Whole)?, plain.ask(&query, Depth::Whole)?);
        (query.total, query.plain_total) = (our.total, their.total);
        if our.total == 0 || their.total == 0 {
            empty.push(query.text);
        } else if our.total.abs_diff(their.total) as f64 > (APART * their.total as f64).max(1.0) {
            apart.push(format!("{} ({} and {})", query.text, our.total, their.total));
        } else {
            let all = |total: u64, hits: usize| hits as u64 == total.min(10);
            ensure!(all(our.total, our.hits) && all(their.total, their.hits), "{}: hits are missing", query.text);
            kept.push(query);
        }
    }
    println!("\nqueries: {} of the list are asked", kept.len());
    println!("  left out, no hits on one side: {}", listing(&empty));
    println!("  left out, totals more than a tenth apart (ours and tantivy's): {}", listing(&apart));
    for kind in kinds() {
        ensure!(kept.iter().any(|query| query.kind == kind), "no {} query has hits", kind.name());
    }
    Ok(kept)
}

fn listing(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn listed() -> anyhow::Result<Vec<Query>> {
    let lines = LIST.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(query).collect()
}

fn query(line: &str) -> anyhow::Result<Query> {
    let (kind, text) = line.split_once(' ').with_context(|| format!("not a query: {line}"))?;
    let kind = kinds().into_iter().find(|known| known.name() == kind).with_context(|| format!("what is a {kind}?"))?;
    Ok(Query { kind, text: text.to_owned(), total: 0, plain_total: 0 })
}
