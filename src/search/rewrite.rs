//! Queries made from a query: with a part left out, in the whole text, with looser distances, with a word spelled
//! otherwise. Trees in, trees out.
//!
//! What widens a query leaves alone what is excluded: more that is excluded is less that is found.

use crate::query::ast::{Kind, Node, Relation, Slot, Term, TextField, Value};

/// Other words that may stand among those of a phrase that is loosened.
const AMONG: u32 = 5;

/// How far apart words may stand when they are to stand further apart.
const FAR: u32 = 25;

/// The parts of a node, in their order.
pub(super) fn parts(node: &Node) -> Vec<&Node> {
    match &node.kind {
        Kind::All | Kind::Term { .. } | Kind::Value(_) => Vec::new(),
        Kind::And(parts) | Kind::Or(parts) => parts.iter().collect(),
        Kind::Not(part) | Kind::Boost(part, _) | Kind::AtLeast(_, part) | Kind::First(_, part) => vec![part],
        Kind::Near { left, right, .. } => vec![left, right],
    }
}

/// The query without the part that a path leads to: which part of the whole, which part of that, and so on. `None`
/// where nothing would be left. Two parts of which one goes are the other one.
pub(super) fn without(node: &Node, path: &[usize]) -> Option<Node> {
    let (gone, further) = path.split_first()?;
    let left_out = |(place, part)| if place == *gone { without(part, further) } else { Some(part.clone()) };
    with_parts(node, parts(node).into_iter().enumerate().filter_map(left_out).collect())
}

/// The query with only those of its parts that are kept.
pub(super) fn keeping(query: &Node, is_kept: impl Fn(usize) -> bool) -> Option<Node> {
    let parts = parts(query).into_iter().enumerate().filter(|(place, _)| is_kept(*place));
    with_parts(query, parts.map(|(_, part)| part.clone()).collect())
}

/// The query with every field that is a part of the text widened to all of it.
pub(super) fn in_whole_text(query: &Node) -> Node {
    changed(query, &|kind| match kind {
        Kind::Term { field: TextField::Headline | TextField::Lead | TextField::Body | TextField::Hlead, term } => {
            Kind::Term { field: TextField::Text, term }
        }
        other => other,
    })
}

/// The query with looser distances and orders, the tightest first; only those that are another query.
pub(super) fn looser(query: &Node) -> Vec<(&'static str, Node)> {
    let ways = [
        ("with the words of a phrase in any order, up to 5 others among them", changed(query, &loosened)),
        ("in either order", changed(query, &|kind| related(kind, in_either_order))),
        ("within 25 words", changed(query, &|kind| related(kind, further_apart))),
        ("in the same paragraph", changed(query, &|kind| related(kind, |_| Relation::Paragraph))),
        ("with the words anywhere in the article", apart(query)),
    ];
    ways.into_iter().filter(|(_, node)| node != query).collect()
}

/// A word or exact word of a query, and its field. The words of phrases are exact words.
pub(super) type Word = (TextField, Term);

/// The words an article may have to hold, each once, in their order; none that is excluded.
pub(super) fn words(query: &Node) -> Vec<Word> {
    let mut words = Vec::new();
    collect_words(query, &mut words);
    words
}

/// The whole values that an article may have to have: its subjects, people, places.
pub(super) fn values(query: &Node) -> Vec<&str> {
    match &query.kind {
        Kind::Value(Value::Whole(_, value)) => vec![value],
        Kind::And(nodes) | Kind::Or(nodes) => nodes.iter().flat_map(values).collect(),
        Kind::Boost(node, _) => values(node),
        _ => Vec::new(),
    }
}

/// The query with words replaced, each by another of its kind.
pub(super) fn respelled(query: &Node, spellings: &[(&Word, &str)]) -> Node {
    let find = |field, term: &Term| spellings.iter().find(|(word, _)| word.0 == field && word.1 == *term);
    let in_slot = |field, slot: Slot| match slot {
        Slot::Word(word) => {
            let other = find(field, &Term::Exact(word.clone())).map(|(_, other)| (*other).to_owned());
            Slot::Word(other.unwrap_or(word))
        }
        wildcard @ Slot::Wildcard(_) => wildcard,
    };
    changed(query, &|kind| {
        let Kind::Term { field, term } = kind else { return kind };
        let found = find(field, &term).map(|(_, other)| (*other).to_owned());
        let in_slots = |slots: Vec<Slot>| slots.into_iter().map(|slot| in_slot(field, slot)).collect();
        let term = match (term, found) {
            (Term::Word(_), Some(other)) => Term::Word(other),
            (Term::Exact(_), Some(other)) => Term::Exact(other),
            (Term::Phrase(slots), _) => Term::Phrase(in_slots(slots)),
            (Term::Loose(slots, among), _) => Term::Loose(in_slots(slots), among),
            (term, _) => term,
        };
        Kind::Term { field, term }
    })
}

fn collect_words(node: &Node, words: &mut Vec<Word>) {
    let mut add = |field: TextField, term: Term| {
        if !words.contains(&(field, term.clone())) {
            words.push((field, term));
        }
    };
    match &node.kind {
        Kind::Not(_) => {}
        Kind::Near { left, how, .. } if how.negated => collect_words(left, words),
        Kind::Term { field, term: term @ (Term::Word(_) | Term::Exact(_)) } => add(*field, term.clone()),
        Kind::Term { field, term: Term::Phrase(slots) | Term::Loose(slots, _) } => {
            for slot in slots {
                if let Slot::Word(word) = slot {
                    add(*field, Term::Exact(word.clone()));
                }
            }
        }
        _ => parts(node).into_iter().for_each(|part| collect_words(part, words)),
    }
}

/// Every part changed, the smallest first.
fn changed(node: &Node, change: &impl Fn(Kind) -> Kind) -> Node {
    if matches!(node.kind, Kind::Not(_)) {
        return node.clone();
    }
    let parts = parts(node).into_iter().map(|part| changed(part, change)).collect();
    let node = with_parts(node, parts).unwrap_or_else(|| node.clone());
    Node { kind: change(node.kind), at: node.at }
}

/// The node with other parts; what is left of them, where they are too few for it.
fn with_parts(node: &Node, mut parts: Vec<Node>) -> Option<Node> {
    let kind = match &node.kind {
        Kind::And(_) | Kind::Or(_) | Kind::Near { .. } if parts.len() < 2 => return parts.pop(),
        Kind::And(_) => Kind::And(parts),
        Kind::Or(_) => Kind::Or(parts),
        Kind::Near { how, .. } => {
            let right = Box::new(parts.pop()?);
            Kind::Near { left: Box::new(parts.pop()?), how: *how, right }
        }
        Kind::Not(_) => Kind::Not(Box::new(parts.pop()?)),
        Kind::Boost(_, weight) => Kind::Boost(Box::new(parts.pop()?), *weight),
        Kind::AtLeast(number, _) => Kind::AtLeast(*number, Box::new(parts.pop()?)),
        Kind::First(number, _) => Kind::First(*number, Box::new(parts.pop()?)),
        leaf @ (Kind::All | Kind::Term { .. } | Kind::Value(_)) => leaf.clone(),
    };
    Some(Node { kind, at: node.at.clone() })
}

fn loosened(kind: Kind) -> Kind {
    match kind {
        Kind::Term { field, term: Term::Phrase(slots) } => Kind::Term { field, term: Term::Loose(slots, AMONG) },
        Kind::Term { field, term: Term::Loose(slots, among) } => {
            Kind::Term { field, term: Term::Loose(slots, among.max(AMONG)) }
        }
        other => other,
    }
}

/// What is near is near in another way; what must not be near stays.
fn related(kind: Kind, other: impl Fn(Relation) -> Relation) -> Kind {
    match kind {
        Kind::Near { left, mut how, right } if !how.negated => {
            how.relation = other(how.relation);
            Kind::Near { left, how, right }
        }
        other => other,
    }
}

fn in_either_order(relation: Relation) -> Relation {
    match relation {
        Relation::Before(words) => Relation::Within(words),
        other => other,
    }
}

fn further_apart(relation: Relation) -> Relation {
    match relation {
        Relation::Within(words) => Relation::Within(words.max(FAR)),
        Relation::Before(words) => Relation::Before(words.max(FAR)),
        other => other,
    }
}

/// Spans as conjunctions of their words. What must not be near stays a span, and so does all that is in it.
fn apart(node: &Node) -> Node {
    let kind = match &node.kind {
        Kind::Near { left, how, right } if !how.negated => Kind::And(vec![apart(left), apart(right)]),
        Kind::Near { .. } | Kind::Not(_) => return node.clone(),
        Kind::AtLeast(_, inner) | Kind::First(_, inner) => return apart(inner),
        Kind::Term { field, term: Term::Phrase(slots) | Term::Loose(slots, _) } => {
            Kind::And(slots.iter().map(|slot| alone(*field, slot, node)).collect())
        }
        _ => {
            let parts = parts(node).into_iter().map(apart).collect();
            return with_parts(node, parts).unwrap_or_else(|| node.clone());
        }
    };
    Node { kind, at: node.at.clone() }
}

fn alone(field: TextField, slot: &Slot, phrase: &Node) -> Node {
    let term = match slot {
        Slot::Word(word) => Term::Exact(word.clone()),
        Slot::Wildcard(pattern) => Term::Wildcard(pattern.clone()),
    };
    Node { kind: Kind::Term { field, term }, at: phrase.at.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{self, Bounds, Context, Mode, print};

    fn read(q: &str) -> Node {
        let now = "2025-03-05T12:30:00Z".parse().unwrap();
        let context = Context { mode: Mode::All, tz: jiff::tz::TimeZone::UTC, now, bounds: Bounds::default() };
        let reading = query::parse(q, &context).unwrap();
        assert_eq!(reading.warnings, [], "{q}");
        reading.query
    }

    #[track_caller]
    fn check_without(q: &str, path: &[usize], expected: &str) {
        let left = without(&read(q), path);
        assert_eq!(left, (!expected.is_empty()).then(|| read(expected)), "{:?}", left.as_ref().map(print));
    }

    #[test]
    fn a_part_is_left_out_and_what_it_leaves_behind_is_whole() {
        check_without("a b c", &[1], "a c");
        check_without("a b", &[0], "b");
        check_without("a OR b", &[1], "a");
        check_without("a (b OR c) d", &[1, 0], "a c d");
        check_without("a -b", &[1], "a");
        check_without("a -b", &[1, 0], "a");
        check_without("a -(b OR c)", &[1, 0, 1], "a -b");
        check_without("(a OR b)^2 c", &[0, 0, 1], "a^2 c");
        check_without("headline:(a OR b) c", &[0, 0], "headline:b c");
    }

    #[test]
    fn of_a_span_the_other_side_is_left() {
        check_without("a W/5 b", &[0], "b");
        check_without("a W/5 b", &[1], "a");
        check_without("a NOT W/5 b", &[1], "a");
        check_without("a W/5 (b OR c)", &[1, 1], "a W/5 b");
        check_without("(a W/5 b) PRE/3 c", &[0, 0], "b PRE/3 c");
        check_without("ATLEAST/3 (a OR b)", &[0, 1], "ATLEAST/3 a");
        check_without("c FIRST/50 a", &[1, 0], "c");
    }

    #[test]
    fn of_the_whole_nothing_is_left() {
        check_without("a", &[], "");
        check_without("a b", &[], "");
        check_without("-a", &[0], "");
    }

    #[track_caller]
    fn check_looser(q: &str, expected: &[&str]) {
        let ways: Vec<String> = looser(&read(q)).iter().map(|(_, node)| print(node)).collect();
        let expected: Vec<String> = expected.iter().map(|q| print(&read(q))).collect();
        assert_eq!(ways, expected);
    }

    #[test]
    fn distances_and_orders_are_loosened_the_tightest_first() {
        check_looser("\"a b\" c", &["\"a b\"~5 c", "(=a AND =b) AND c"]);
        check_looser("\"a bb*\"~2", &["\"a bb*\"~5", "=a AND bb*"]);
        check_looser("a W/5 b", &["a W/25 b", "a W/P b", "a AND b"]);
        check_looser("a PRE/5 b", &["a W/5 b", "a PRE/25 b", "a W/P b", "a AND b"]);
        check_looser("a W/S b", &["a W/P b", "a AND b"]);
        check_looser("(a PRE/50 b) W/P c", &["(a W/50 b) W/P c", "(a W/P b) W/P c", "(a AND b) AND c"]);
        check_looser("ATLEAST/3 a", &["a"]);
        check_looser("FIRST/50 (a OR b)", &["a OR b"]);
    }

    #[test]
    fn what_excludes_is_not_loosened() {
        check_looser("a -\"b c\"", &[]);
        check_looser("a NOT W/5 b", &[]);
        check_looser("a -(b W/5 c)", &[]);
    }

    #[test]
    fn fields_that_are_parts_of_the_text_are_widened() {
        let widened = |q: &str| print(&in_whole_text(&read(q)));
        assert_eq!(
            widened("headline:a lead:\"b c\" body:dd* author:e tag:f"),
            "(a AND \"b c\" AND dd* AND author:e AND tag:f)"
        );
        assert_eq!(widened("headline:(a W/5 b) -headline:c"), print(&read("(a W/5 b) -headline:c")));
    }

    #[test]
    fn the_words_are_those_that_may_have_to_be_there() {
        let words = words(&read("a \"b a cc*\" headline:a -d (e OR a) tag:f gg*"));
        let said: Vec<String> = words.iter().map(|(field, term)| format!("{field:?} {term:?}")).collect();
        let word = |word: &str| format!("Text Word(\"{word}\")");
        let exact = |word: &str| format!("Text Exact(\"{word}\")");
        assert_eq!(said, [word("a"), exact("b"), exact("a"), "Headline Word(\"a\")".into(), word("e")]);
    }

    #[test]
    fn a_word_is_spelled_otherwise_wherever_it_stands_in_its_field() {
        let query = read("a OR \"b a\" OR =a OR headline:a OR (c W/5 a)");
        let inflected = (TextField::Text, Term::Word("a".into()));
        let exact = (TextField::Text, Term::Exact("a".into()));
        let both = respelled(&query, &[(&inflected, "x"), (&exact, "y")]);
        assert_eq!(both, read("x OR \"b y\" OR =y OR headline:a OR (c W/5 x)"));
    }
}
