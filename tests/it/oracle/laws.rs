//! Laws that hold whatever the words are: the engine alone is asked, twice.

use std::collections::BTreeSet;

use broadsheet::engine::{FacetField, Filter, Sort, View};
use broadsheet::query::ast::{Kind, Node, Proximity, Relation, Slot, Term, TextField, Value, WholeField};
use broadsheet::query::print;

use super::agreement::{find, plan, queries};
use super::corpus::Corpus;
use super::generator::{Generator, Relatives, Spot, node};
use super::shrink::smallest;
use super::values;
use crate::made_up::Numbers;

/// Each law is tried once for so many queries of the oracle.
const QUERIES_A_TRIAL: u64 = 50;

/// What one query finds, another finds too; and the other way round.
struct Law {
    name: &'static str,
    equal: bool,
    of: Operands,
    /// The two queries, made of three operands and a distance.
    queries: fn(&[Node; 3], u32) -> (Node, Node),
}

#[derive(Clone, Copy, PartialEq)]
enum Operands {
    Queries,
    /// Of one field, from one neighbourhood.
    Spans,
    /// Words that follow each other, exactly as they stand.
    Words,
}

const LAWS: &[Law] = &[
    Law {
        name: "De Morgan: not both",
        equal: true,
        of: Operands::Queries,
        queries: |[a, b, _], _| (not(and(a, b)), or(&not(a.clone()), &not(b.clone()))),
    },
    Law {
        name: "De Morgan: neither",
        equal: true,
        of: Operands::Queries,
        queries: |[a, b, _], _| (not(or(a, b)), and(&not(a.clone()), &not(b.clone()))),
    },
    Law { name: "NOT NOT", equal: true, of: Operands::Queries, queries: |[a, ..], _| (not(not(a.clone())), a.clone()) },
    Law {
        name: "AND over OR",
        equal: true,
        of: Operands::Queries,
        queries: |[a, b, c], _| (and(a, &or(b, c)), or(&and(a, b), &and(a, c))),
    },
    Law {
        name: "OR over AND",
        equal: true,
        of: Operands::Queries,
        queries: |[a, b, c], _| (or(a, &and(b, c)), and(&or(a, b), &or(a, c))),
    },
    Law {
        name: "W over OR",
        equal: true,
        of: Operands::Spans,
        queries: |[a, b, c], n| (within(a, n, &or(b, c)), or(&within(a, n, b), &within(a, n, c))),
    },
    Law {
        name: "PRE over OR",
        equal: true,
        of: Operands::Spans,
        queries: |[a, b, c], n| (before(&or(a, b), n, c), or(&before(a, n, c), &before(b, n, c))),
    },
    Law {
        name: "NOT W over OR on its left",
        equal: true,
        of: Operands::Spans,
        queries: |[a, b, c], n| (not_within(&or(a, b), n, c), or(&not_within(a, n, c), &not_within(b, n, c))),
    },
    Law {
        name: "W in any order",
        equal: true,
        of: Operands::Spans,
        queries: |[a, b, _], n| (within(a, n, b), within(b, n, a)),
    },
    Law {
        name: "W with its distance",
        equal: false,
        of: Operands::Spans,
        queries: |[a, b, _], n| (within(a, n, b), within(a, n + 1, b)),
    },
    Law {
        name: "NOT W against its distance",
        equal: false,
        of: Operands::Spans,
        queries: |[a, b, _], n| (not_within(a, n + 1, b), not_within(a, n, b)),
    },
    Law {
        name: "PRE in W",
        equal: false,
        of: Operands::Spans,
        queries: |[a, b, _], n| (before(a, n, b), within(a, n, b)),
    },
    Law {
        name: "W/S in W/P",
        equal: false,
        of: Operands::Spans,
        queries: |[a, b, _], _| (near(a, Relation::Sentence, b), near(a, Relation::Paragraph, b)),
    },
    Law { name: "W in AND", equal: false, of: Operands::Spans, queries: |[a, b, _], n| (within(a, n, b), and(a, b)) },
    Law {
        name: "a phrase in PRE/1",
        equal: false,
        of: Operands::Words,
        queries: |[a, b, _], _| (phrase(a, b), before(a, 1, b)),
    },
    Law {
        name: "PRE/1 in AND",
        equal: false,
        of: Operands::Words,
        queries: |[a, b, _], _| (before(a, 1, b), and(a, b)),
    },
];

#[test]
fn the_laws_hold() {
    let corpus = Corpus::made();
    let relatives = Relatives::of(&corpus.plain);
    let mut generator = Generator { plain: &corpus.plain, numbers: Numbers::seeded(), relatives: &relatives };
    for law in LAWS {
        let mut telling = 0;
        for _ in 0..queries() / QUERIES_A_TRIAL {
            let operands = law.of.draw(&mut generator);
            let distance = 1 + generator.numbers.below(12) as u32;
            let (one, other) = law.found(&corpus.view, &operands, distance);
            assert!(law.holds(&one, &other), "{}", law.told(&corpus.view, operands, distance));
            telling += usize::from(!one.is_empty());
        }
        assert!(telling > 0, "{} was never put to the test", law.name);
    }
}

impl Law {
    fn found(&self, view: &View, operands: &[Node; 3], distance: u32) -> (BTreeSet<u64>, BTreeSet<u64>) {
        let (one, other) = (self.queries)(operands, distance);
        (numbers(view, &one), numbers(view, &other))
    }

    fn holds(&self, one: &BTreeSet<u64>, other: &BTreeSet<u64>) -> bool {
        if self.equal { one == other } else { one.is_subset(other) }
    }

    /// The smallest operands that still break the law.
    fn told(&self, view: &View, mut operands: [Node; 3], distance: u32) -> String {
        for place in 0..operands.len() {
            let with = |operand: &Node| {
                let mut operands = operands.clone();
                operands[place] = operand.clone();
                operands
            };
            let breaks = |operand: &Node| {
                let (one, other) = self.found(view, &with(operand), distance);
                !self.holds(&one, &other)
            };
            // Words have to stay words.
            if self.of != Operands::Words {
                operands[place] = smallest(operands[place].clone(), breaks);
            }
        }
        let (one, other) = (self.queries)(&operands, distance);
        let (found, others) = self.found(view, &operands, distance);
        let than = if self.equal { "exactly" } else { "no more than" };
        format!("{}: {} finds {found:?}, {than} {} should, which is {others:?}", self.name, print(&one), print(&other))
    }
}

impl Operands {
    fn draw(self, generator: &mut Generator<'_>) -> [Node; 3] {
        match self {
            Operands::Queries => [generator.query(), generator.query(), generator.query()],
            Operands::Spans => {
                let spot = generator.text_spot();
                let (near, far) = (generator.neighbour(spot), generator.neighbour(spot));
                [spot, near, far].map(|spot| generator.span(spot, 1))
            }
            Operands::Words => {
                let spot = generator.text_spot();
                let words = spot.space().words.len();
                [0, 1, 2].map(|ahead| exact(Spot { at: (spot.at + ahead).min(words - 1), ..spot }))
            }
        }
    }
}

/// `tag=x` beside a query narrows it as `tag:x` in it does. Not so for authors, whose names are matched by their words, and
/// sites, which are counted by the domain one registers.
#[test]
fn a_facet_filter_is_a_field_clause() {
    let corpus = Corpus::made();
    let whole = [
        (FacetField::Tag, WholeField::Tag),
        (FacetField::Source, WholeField::Source),
        (FacetField::Section, WholeField::Section),
        (FacetField::Place, WholeField::Place),
        (FacetField::Person, WholeField::Person),
        (FacetField::Org, WholeField::Org),
    ];
    let articles = || corpus.plain.articles.iter().map(|article| &article.document.article);
    for (facet, field) in whole {
        let given: BTreeSet<String> = articles().flat_map(|article| values::whole(field, article)).collect();
        assert!(!given.is_empty(), "{}", facet.name());
        given.iter().for_each(|value| check_filter(&corpus.view, facet, value, Value::Whole(field, value.clone())));
    }
    let langs: BTreeSet<&str> = articles().filter_map(|article| article.lang.as_deref()).collect();
    for lang in langs {
        let primary = lang.split('-').next().unwrap();
        check_filter(&corpus.view, FacetField::Lang, primary, Value::Lang(primary.to_owned()));
    }
}

#[track_caller]
fn check_filter(view: &View, field: FacetField, value: &str, clause: Value) {
    let clause = node(Kind::Value(clause));
    assert!(!numbers(view, &clause).is_empty(), "{}", print(&clause));
    for exclude in [false, true] {
        let mut filtered = plan(&node(Kind::All), Sort::Newest);
        filtered.filters.push(Filter { field, value: value.to_owned(), exclude });
        let found = view.find(&filtered).unwrap().hits.iter().map(|hit| hit.place.num).collect::<BTreeSet<u64>>();
        let clause = if exclude { not(clause.clone()) } else { clause.clone() };
        assert_eq!(found, numbers(view, &clause), "{}", print(&clause));
    }
}

fn numbers(view: &View, query: &Node) -> BTreeSet<u64> {
    let hits = find(view, query, Sort::Newest).unwrap_or_else(|error| panic!("{}: {error}", print(query)));
    hits.iter().map(|hit| hit.place.num).collect()
}

fn not(inner: Node) -> Node {
    node(Kind::Not(Box::new(inner)))
}

fn and(a: &Node, b: &Node) -> Node {
    node(Kind::And(vec![a.clone(), b.clone()]))
}

fn or(a: &Node, b: &Node) -> Node {
    node(Kind::Or(vec![a.clone(), b.clone()]))
}

fn near(a: &Node, relation: Relation, b: &Node) -> Node {
    related(a, Proximity { negated: false, relation }, b)
}

fn within(a: &Node, n: u32, b: &Node) -> Node {
    near(a, Relation::Within(n), b)
}

fn before(a: &Node, n: u32, b: &Node) -> Node {
    near(a, Relation::Before(n), b)
}

fn not_within(a: &Node, n: u32, b: &Node) -> Node {
    related(a, Proximity { negated: true, relation: Relation::Within(n) }, b)
}

fn related(left: &Node, how: Proximity, right: &Node) -> Node {
    node(Kind::Near { left: Box::new(left.clone()), how, right: Box::new(right.clone()) })
}

fn exact(spot: Spot<'_>) -> Node {
    let term = Term::Exact(spot.space().words[spot.at].written.clone());
    node(Kind::Term { field: TextField::Text, term })
}

fn phrase(a: &Node, b: &Node) -> Node {
    let slots = [a, b].map(|word| match &word.kind {
        Kind::Term { term: Term::Exact(word), .. } => Slot::Word(word.clone()),
        other => panic!("{other:?} is not a word"),
    });
    node(Kind::Term { field: TextField::Text, term: Term::Phrase(slots.to_vec()) })
}
