//! What a query was read as, and what each part of it comes to.

use super::answer::{Clause, Expansion};
use super::rewrite::{parts, without};
use crate::engine::{EngineError, Explained, Until, View};
use crate::query::advice::MIXED_AND_OR;
use crate::query::ast::{Kind, Node, Proximity, Relation, Term, Value};
use crate::query::fields::{DateClauseName, Field};
use crate::query::{Reading, print};

/// Words shown of those that a wildcard stands for.
const EXPANSIONS: usize = 50;

/// Each clause says the whole query without it, so the text grows with the square of the query. A query for which that
/// comes to more bytes than this is explained without it.
const WITHOUT: usize = 256 * 1024;

/// The query as a tree: one clause, the whole. When the time is up, what is not counted yet stays uncounted.
pub(super) fn clauses(reading: &Reading, view: &View, until: &Until) -> Result<Vec<Clause>, EngineError> {
    let explained = view.explain(&reading.query, until)?;
    Ok(vec![described(reading, &explained)])
}

fn described(reading: &Reading, explained: &Explained) -> Clause {
    let says_without = size(&reading.query).saturating_mul(reading.canonical.len()) <= WITHOUT;
    let explanation = Explanation { whole: &reading.query, mixed: mixed(reading), says_without };
    explanation.clause(&reading.query, explained, &mut Vec::new())
}

struct Explanation<'a> {
    whole: &'a Node,
    /// The groups that mix operators.
    mixed: Vec<&'a Node>,
    says_without: bool,
}

impl Explanation<'_> {
    /// `path` leads from the whole to this node.
    fn clause(&self, node: &Node, explained: &Explained, path: &mut Vec<usize>) -> Clause {
        let uncounted = Explained::default();
        let mut clauses = Vec::new();
        for (place, part) in parts(node).into_iter().enumerate() {
            path.push(place);
            clauses.push(self.clause(part, explained.parts.get(place).unwrap_or(&uncounted), path));
            path.pop();
        }
        Clause {
            kind: kind(&node.kind),
            query: print(node),
            operator: operator(&node.kind),
            at: [node.at.start, node.at.end],
            articles: explained.articles,
            zero: explained.articles == Some(0),
            mixed: self.mixed.iter().any(|mixed| std::ptr::eq(*mixed, node)),
            looked_up: explained.looked_up.clone(),
            expansions: explained.expansions.iter().take(EXPANSIONS).map(expansion).collect(),
            more: explained.expansions.len().checked_sub(EXPANSIONS).filter(|more| *more > 0),
            without: self.without(path),
            clauses,
        }
    }

    fn without(&self, path: &[usize]) -> Option<String> {
        if !self.says_without {
            return None;
        }
        without(self.whole, path).map(|node| print(&node))
    }
}

fn expansion(found: &crate::engine::Expansion) -> Expansion {
    Expansion { word: found.word.clone(), articles: found.articles }
}

fn size(node: &Node) -> usize {
    1 + parts(node).into_iter().map(size).sum::<usize>()
}

/// The groups that the notes on mixed operators are about. A note's place and its group's may differ by a parenthesis.
fn mixed(reading: &Reading) -> Vec<&Node> {
    let mut groups = Vec::new();
    collect_mixtures(&reading.query, &mut groups);
    let notes = reading.notes.iter().filter(|note| note.code == MIXED_AND_OR).filter_map(|note| note.at);
    let nearest = |[from, to]: [usize; 2]| {
        groups.iter().copied().min_by_key(|group| group.at.start.abs_diff(from) + group.at.end.abs_diff(to))
    };
    notes.filter_map(nearest).collect()
}

fn collect_mixtures<'a>(node: &'a Node, groups: &mut Vec<&'a Node>) {
    let parts = parts(node);
    if matches!(node.kind, Kind::Or(_)) && parts.iter().any(|part| matches!(part.kind, Kind::And(_))) {
        groups.push(node);
    }
    parts.into_iter().for_each(|part| collect_mixtures(part, groups));
}

/// What stands between or before the parts.
fn operator(kind: &Kind) -> Option<String> {
    match kind {
        Kind::All | Kind::Term { .. } | Kind::Value(_) => None,
        Kind::And(_) => Some("AND".to_owned()),
        Kind::Or(_) => Some("OR".to_owned()),
        Kind::Not(_) => Some("NOT".to_owned()),
        Kind::Boost(_, weight) => Some(format!("^{weight}")),
        Kind::Near { how, .. } => Some(proximity(*how)),
        Kind::AtLeast(number, _) => Some(format!("ATLEAST/{number}")),
        Kind::First(number, _) => Some(format!("FIRST/{number}")),
    }
}

fn proximity(how: Proximity) -> String {
    let relation = match how.relation {
        Relation::Within(words) => format!("W/{words}"),
        Relation::Before(words) => format!("PRE/{words}"),
        Relation::Sentence => "W/S".to_owned(),
        Relation::Paragraph => "W/P".to_owned(),
    };
    if how.negated { format!("NOT {relation}") } else { relation }
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::All => "all",
        Kind::Term { term, .. } => term_kind(term),
        Kind::Value(value) => value_kind(value),
        Kind::And(_) => "and",
        Kind::Or(_) => "or",
        Kind::Not(_) => "not",
        Kind::Boost(..) => "boost",
        Kind::Near { .. } => "near",
        Kind::AtLeast(..) => "atleast",
        Kind::First(..) => "first",
    }
}

fn term_kind(term: &Term) -> &'static str {
    match term {
        Term::Word(_) => "word",
        Term::Exact(_) => "exact",
        Term::Acronym(_) => "acronym",
        Term::Wildcard(_) => "wildcard",
        Term::Fuzzy(..) => "fuzzy",
        Term::Regex(_) => "regex",
        Term::Phrase(_) => "phrase",
        Term::Loose(..) => "loose",
    }
}

/// As its field is called.
fn value_kind(value: &Value) -> &'static str {
    let field = match value {
        Value::Whole(field, _) => Field::Whole(*field),
        Value::Site(_) => Field::Site,
        Value::Lang(_) => Field::Lang,
        Value::Date(clause) => Field::Date(DateClauseName::Within(clause.field)),
        Value::Words(_) => Field::Words,
        Value::Has(_) => Field::Has,
        Value::Is(_) => Field::Is,
        Value::Id(_) => Field::Id,
        Value::Url(_) => Field::Url,
    };
    field.name()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{self, Bounds, Context, Mode};

    fn read(q: &str) -> Reading {
        let now = "2025-03-05T12:30:00Z".parse().unwrap();
        let context = Context { mode: Mode::All, tz: jiff::tz::TimeZone::UTC, now, bounds: Bounds::default() };
        query::parse(q, &context).unwrap()
    }

    fn uncounted(q: &str) -> Clause {
        described(&read(q), &Explained::default())
    }

    /// The clause and all in it, from left to right.
    fn flat(clause: Clause) -> Vec<Clause> {
        let parts = clause.clauses.clone().into_iter().flat_map(flat);
        std::iter::once(clause).chain(parts).collect()
    }

    #[test]
    fn a_clause_says_what_it_is_and_where_it_stands() {
        let said: Vec<_> = flat(uncounted("größe \"a b\"  -tag:x"))
            .into_iter()
            .map(|clause| (clause.kind, clause.query, clause.at, clause.without))
            .collect();
        let expected = [
            ("and", "(größe AND \"a b\" AND (NOT tag:x))", [0, 19], None),
            ("word", "größe", [0, 5], Some("(\"a b\" AND (NOT tag:x))")),
            ("phrase", "\"a b\"", [6, 11], Some("(größe AND (NOT tag:x))")),
            ("not", "(NOT tag:x)", [13, 19], Some("(größe AND \"a b\")")),
            ("tag", "tag:x", [14, 19], Some("(größe AND \"a b\")")),
        ];
        let expected =
            expected.map(|(kind, query, at, without)| (kind, query.to_owned(), at, without.map(str::to_owned)));
        assert_eq!(said, expected);
    }

    #[test]
    fn every_kind_of_clause_is_named_and_documented() {
        let queries = [
            "* a =a U.S. ab* a~ /ab+/ \"a b\" \"a b\"~3 a^2 (a OR -b) (a W/3 b) (a NOT PRE/3 b) ATLEAST/2 a FIRST/9 a",
            "tag:a source:a section:a place:a person:a org:a site:a.example lang:en date:2025 modified:7d seen:2025",
            "words:>3 has:image is:killed id:a url:https://a.example/b",
        ];
        let documentation = include_str!("../../docs/api.md");
        let mut kinds: Vec<_> =
            queries.into_iter().flat_map(|q| flat(uncounted(q))).map(|clause| clause.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), 32);
        for kind in kinds {
            assert!(documentation.contains(&format!("`{kind}`")), "{kind}");
        }
    }

    #[test]
    fn operators_are_said_as_they_are_written() {
        let operators = |q| flat(uncounted(q)).into_iter().filter_map(|clause| clause.operator).collect::<Vec<_>>();
        assert_eq!(operators("a^2 (b OR c) -d"), ["AND", "^2", "OR", "NOT"]);
        assert_eq!(operators("(a NOT PRE/3 b) W/S c"), ["W/S", "NOT PRE/3"]);
        assert_eq!(
            operators("(ATLEAST/2 a) (FIRST/9 a) (a W/P b) (a W/3 b)"),
            ["AND", "ATLEAST/2", "FIRST/9", "W/P", "W/3"]
        );
    }

    /// The queries of the groups that are marked.
    #[track_caller]
    fn check_mixed(q: &str, expected: &[&str]) {
        let mixed = flat(uncounted(q)).into_iter().filter(|clause| clause.mixed);
        assert_eq!(mixed.map(|clause| clause.query).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_group_that_mixes_operators_is_marked() {
        check_mixed("a OR b c", &["(a OR (b AND c))"]);
        check_mixed("a OR (b AND c)", &[]);
        check_mixed("x OR (a OR b c)", &["(a OR (b AND c))"]);
        check_mixed("x ((a) OR b c)^2", &["(a OR (b AND c))"]);
        check_mixed("(a OR b c) (d OR e f)", &["(a OR (b AND c))", "(d OR (e AND f))"]);
        check_mixed("x (y OR (b c)) headline:(a OR b c)", &["headline:(a OR (b AND c))"]);
    }

    #[test]
    fn counts_and_words_stand_at_their_clauses() {
        let word = |number: usize| crate::engine::Expansion { word: format!("a{number}"), articles: 1 };
        let one = |articles| Explained { articles, ..Explained::default() };
        let wildcard = Explained { expansions: (0..60).map(word).collect(), ..one(Some(7)) };
        let looked_up = Explained { looked_up: vec!["zinc".into()], ..one(Some(0)) };
        let whole = Explained { parts: vec![wildcard, looked_up], ..one(None) };
        let clauses = flat(described(&read("aa* Zinc tin"), &whole));
        let counts: Vec<_> = clauses.iter().map(|clause| (clause.articles, clause.zero)).collect();
        assert_eq!(counts, [(None, false), (Some(7), false), (Some(0), true), (None, false)], "tin was not reached");
        assert_eq!((clauses[1].expansions.len(), clauses[1].more), (50, Some(10)));
        assert_eq!(clauses[2].looked_up, ["zinc"]);
    }

    #[test]
    fn a_long_query_is_explained_without_saying_it_again_for_every_clause() {
        let words = |number: usize| vec!["tin"; number].join(" OR ");
        let long = flat(uncounted(&words(1000)));
        assert!(long.len() == 1001 && long.iter().all(|clause| clause.without.is_none()));
        assert!(flat(uncounted(&words(150))).iter().skip(1).all(|clause| clause.without.is_some()));
    }
}
