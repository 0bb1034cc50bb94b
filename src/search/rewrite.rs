//! Queries made from a query: with a part left out. Trees in, trees out.

use crate::query::ast::{Kind, Node};

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
}
