//! A query on which two disagree, made as small as can be while they do.

use broadsheet::query::ast::{Kind, Node, Proximity, Relation, Slot, Term};

use super::generator::node;

/// Takes the first smaller query that still fails, again and again.
pub(super) fn smallest(mut query: Node, fails: impl Fn(&Node) -> bool) -> Node {
    while let Some(smaller) = smaller(&query).into_iter().find(|smaller| fails(smaller)) {
        query = smaller;
    }
    query
}

/// Queries that are one step smaller, the smallest first.
fn smaller(query: &Node) -> Vec<Node> {
    let mut smaller: Vec<Node> = children(query).into_iter().cloned().collect();
    smaller.extend(itself_simpler(&query.kind).into_iter().map(node));
    for place in 0..children(query).len() {
        let simpler = self::smaller(children(query)[place]);
        smaller.extend(simpler.into_iter().map(|child| with_child(query, place, child)));
    }
    smaller
}

fn children(query: &Node) -> Vec<&Node> {
    match &query.kind {
        Kind::All | Kind::Term { .. } | Kind::Value(_) => Vec::new(),
        Kind::And(parts) | Kind::Or(parts) => parts.iter().collect(),
        Kind::Not(inner) | Kind::Boost(inner, _) | Kind::AtLeast(_, inner) | Kind::First(_, inner) => vec![inner],
        Kind::Near { left, right, .. } => vec![left, right],
    }
}

fn with_child(query: &Node, place: usize, child: Node) -> Node {
    let mut query = query.clone();
    match &mut query.kind {
        Kind::All | Kind::Term { .. } | Kind::Value(_) => {}
        Kind::And(parts) | Kind::Or(parts) => parts[place] = child,
        Kind::Not(inner) | Kind::Boost(inner, _) | Kind::AtLeast(_, inner) | Kind::First(_, inner) => **inner = child,
        Kind::Near { left, .. } if place == 0 => **left = child,
        Kind::Near { right, .. } => **right = child,
    }
    query
}

fn itself_simpler(kind: &Kind) -> Vec<Kind> {
    match kind {
        Kind::All | Kind::Value(_) | Kind::Not(_) | Kind::Boost(..) => Vec::new(),
        Kind::And(parts) => shorter(parts, 2).into_iter().map(Kind::And).collect(),
        Kind::Or(parts) => shorter(parts, 2).into_iter().map(Kind::Or).collect(),
        Kind::AtLeast(number, inner) => less(*number).map(|number| Kind::AtLeast(number, inner.clone())).collect(),
        Kind::First(words, inner) => less(*words).map(|words| Kind::First(words, inner.clone())).collect(),
        Kind::Near { left, how, right } => relations(*how)
            .into_iter()
            .map(|how| Kind::Near { left: left.clone(), how, right: right.clone() })
            .collect(),
        Kind::Term { field, term } => terms(term).into_iter().map(|term| Kind::Term { field: *field, term }).collect(),
    }
}

fn relations(how: Proximity) -> Vec<Proximity> {
    let with = |relation| Proximity { relation, ..how };
    let mut simpler = if how.negated { vec![Proximity { negated: false, ..how }] } else { Vec::new() };
    match how.relation {
        Relation::Within(most) => simpler.extend(less(most).map(|most| with(Relation::Within(most)))),
        Relation::Before(most) => simpler.extend(less(most).map(|most| with(Relation::Before(most)))),
        Relation::Sentence | Relation::Paragraph => {}
    }
    simpler
}

fn terms(term: &Term) -> Vec<Term> {
    match term {
        Term::Phrase(slots) => singles(slots).chain(shorter(slots, 2).into_iter().map(Term::Phrase)).collect(),
        Term::Loose(slots, extra) => {
            let looser = (*extra > 0).then(|| Term::Loose(slots.clone(), extra - 1));
            let shorter = shorter(slots, 2).into_iter().map(|slots| Term::Loose(slots, *extra));
            singles(slots).chain(shorter).chain(looser).collect()
        }
        Term::Word(_) | Term::Exact(_) | Term::Acronym(_) | Term::Wildcard(_) | Term::Fuzzy(..) | Term::Regex(_) => {
            Vec::new()
        }
    }
}

fn singles(slots: &[Slot]) -> impl Iterator<Item = Term> {
    slots.iter().map(|slot| match slot {
        Slot::Word(word) => Term::Exact(word.clone()),
        Slot::Wildcard(pattern) => Term::Wildcard(pattern.clone()),
    })
}

/// Without one of them, `least` remaining.
fn shorter<T: Clone>(list: &[T], least: usize) -> Vec<Vec<T>> {
    let without = |place: usize| [&list[..place], &list[place + 1..]].concat();
    if list.len() > least { (0..list.len()).map(without).collect() } else { Vec::new() }
}

/// Half of it, then one less.
fn less(number: u32) -> impl Iterator<Item = u32> {
    [number / 2, number - 1].into_iter().filter(move |less| (1..number).contains(less))
}

#[test]
fn what_does_not_matter_goes() {
    let word = |word: &str| node(Kind::Term { field: Default::default(), term: Term::Word(word.to_owned()) });
    let how = Proximity { negated: true, relation: Relation::Within(9) };
    let near = node(Kind::Near { left: Box::new(word("a")), how, right: Box::new(word("b")) });
    let all = node(Kind::And(vec![word("c"), node(Kind::Not(Box::new(near))), word("d")]));
    let has_far =
        |query: &Node| format!("{query:?}").contains("negated: true") && !format!("{query:?}").contains("Within(1)");
    let smallest = smallest(all, has_far);
    let Kind::Near { how, .. } = smallest.kind else { panic!("{smallest:?}") };
    assert_eq!(how, Proximity { negated: true, relation: Relation::Within(2) });
}
