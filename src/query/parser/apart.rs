//! What can take part in a span; and, where something cannot, how to ask for what may have been meant: a conjunction
//! near something is each of its parts near it, an exclusion near something is what does not stand near it.

use std::ops::Range;

use super::super::ast::{Kind, Node, Proximity, Relation, TextField};
use super::bounds::leaves;
use super::span::Chain;

/// Hints are for reading: what comes to more words than this, taken apart, is not written out.
const MOST_LEAVES: usize = 24;

/// A weight that was taken out of a span.
pub(super) struct Weight {
    pub(super) weight: f32,
    /// The end of what it belonged to.
    pub(super) behind: usize,
}

/// The field that everything in a span is in, or the place of what is none.
pub(super) fn field_of(node: &Node) -> Result<TextField, Range<usize>> {
    match &node.kind {
        Kind::Term { field, .. } => Ok(*field),
        Kind::Boost(inner, _) | Kind::AtLeast(_, inner) | Kind::First(_, inner) => field_of(inner),
        Kind::Near { left, .. } => field_of(left),
        Kind::Or(parts) => common_field(parts),
        Kind::All | Kind::Value(_) | Kind::And(_) | Kind::Not(_) => Err(node.at.clone()),
    }
}

fn common_field(parts: &[Node]) -> Result<TextField, Range<usize>> {
    let mut common = None;
    for part in parts {
        let field = field_of(part)?;
        if *common.get_or_insert(field) != field {
            return Err(part.at.clone());
        }
    }
    Ok(common.unwrap_or_default())
}

/// What can take part, without the weights in it. Spans within have lost theirs.
pub(super) fn without_weights(node: Node, weights: &mut Vec<Weight>) -> Node {
    match node.kind {
        Kind::Boost(inner, weight) => {
            weights.push(Weight { weight, behind: inner.at.end });
            without_weights(*inner, weights)
        }
        Kind::Or(parts) => {
            let parts = parts.into_iter().map(|part| without_weights(part, weights)).collect();
            Node { kind: Kind::Or(parts), at: node.at }
        }
        _ => node,
    }
}

/// What may have been meant by a chain; nothing if that is long.
pub(super) fn chain(chain: &Chain) -> Option<Node> {
    let mut meant = chain.first.clone();
    for (how, right) in &chain.links {
        if leaves(&meant) * leaves(right) > MOST_LEAVES {
            return None;
        }
        meant = near(&meant, *how, right);
    }
    Some(meant)
}

/// What may have been meant by counting something that has no places.
pub(super) fn counted(kind: &dyn Fn(Node) -> Kind, inner: &Node) -> Option<Node> {
    (leaves(inner) <= MOST_LEAVES).then(|| each_counted(kind, inner))
}

fn each_counted(kind: &dyn Fn(Node) -> Kind, inner: &Node) -> Node {
    let each = |parts: &[Node]| parts.iter().map(|part| each_counted(kind, part)).collect();
    match &inner.kind {
        _ if field_of(inner).is_ok() => new(kind(without_weights(inner.clone(), &mut Vec::new()))),
        Kind::And(parts) => new(Kind::And(each(parts))),
        Kind::Or(parts) => new(Kind::Or(each(parts))),
        Kind::Not(excluded) => not(each_counted(kind, excluded)),
        Kind::Boost(inner, _) => each_counted(kind, inner),
        _ => inner.clone(),
    }
}

fn near(left: &Node, how: Proximity, right: &Node) -> Node {
    if let (Ok(one), Ok(other)) = (field_of(left), field_of(right)) {
        return in_one_field((left, one), how, (right, other));
    }
    let opposite = Proximity { negated: !how.negated, ..how };
    match (&left.kind, &right.kind) {
        (Kind::Boost(left, _), _) => near(left, how, right),
        (_, Kind::Boost(right, _)) => near(left, how, right),
        (Kind::And(parts), _) => new(Kind::And(parts.iter().map(|part| near(part, how, right)).collect())),
        (Kind::Or(parts), _) if field_of(left).is_err() => {
            new(Kind::Or(parts.iter().map(|part| near(part, how, right)).collect()))
        }
        (Kind::Not(excluded), _) => not_near(excluded, how, right),
        (_, Kind::And(parts)) if how.negated => near(left, how, &new(Kind::Or(parts.clone()))),
        (_, Kind::And(parts)) => new(Kind::And(parts.iter().map(|part| near(left, how, part)).collect())),
        (_, Kind::Or(parts)) if field_of(right).is_err() => {
            let each = parts.iter().map(|part| near(left, how, part)).collect();
            new(if how.negated { Kind::And(each) } else { Kind::Or(each) })
        }
        (_, Kind::Not(excluded)) => near(left, opposite, excluded),
        (Kind::All, _) if !how.negated => right.clone(),
        (_, Kind::All) => left.clone(),
        _ => beside(left, how, right),
    }
}

/// What does not stand near `right`: of two that may stand in any order, `right` where it does not.
fn not_near(excluded: &Node, how: Proximity, right: &Node) -> Node {
    match how {
        Proximity { negated: true, .. } => beside(&not(excluded.clone()), how, right),
        Proximity { relation: Relation::Before(_), .. } => {
            new(Kind::And(vec![right.clone(), not(near(excluded, how, right))]))
        }
        Proximity { relation, .. } => near(right, Proximity { negated: true, relation }, excluded),
    }
}

/// A field on one side was meant for both; two fields have nothing to stand near in.
fn in_one_field(left: (&Node, TextField), how: Proximity, right: (&Node, TextField)) -> Node {
    let field = match (left.1, right.1) {
        (TextField::Text, other) | (other, TextField::Text) => other,
        (one, other) if one == other => one,
        _ => return beside(left.0, how, right.0),
    };
    let operand = |node: &Node| Box::new(in_field(without_weights(node.clone(), &mut Vec::new()), field));
    new(Kind::Near { left: operand(left.0), how, right: operand(right.0) })
}

fn in_field(node: Node, field: TextField) -> Node {
    let boxed = |node: Box<Node>| Box::new(in_field(*node, field));
    new(match node.kind {
        Kind::Term { term, .. } => Kind::Term { field, term },
        Kind::Or(parts) => Kind::Or(parts.into_iter().map(|part| in_field(part, field)).collect()),
        Kind::Near { left, how, right } => Kind::Near { left: boxed(left), how, right: boxed(right) },
        Kind::AtLeast(least, inner) => Kind::AtLeast(least, boxed(inner)),
        Kind::First(words, inner) => Kind::First(words, boxed(inner)),
        other => other,
    })
}

fn beside(left: &Node, how: Proximity, right: &Node) -> Node {
    let right = if how.negated { not(right.clone()) } else { right.clone() };
    new(Kind::And(vec![left.clone(), right]))
}

fn not(node: Node) -> Node {
    new(Kind::Not(Box::new(node)))
}

/// It was never typed, so it stands nowhere.
fn new(kind: Kind) -> Node {
    Node { kind, at: 0..0 }
}
