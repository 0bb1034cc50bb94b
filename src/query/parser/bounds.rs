//! How large a query may be: its bytes before it is read, its depth and its leaves after.

use super::super::ast::{Kind, Node, Term};
use super::super::{Advice, Bounds, advice};

pub(super) fn check_length(input: &str, bounds: &Bounds) -> Result<(), Advice> {
    if input.len() <= bounds.bytes {
        return Ok(());
    }
    let message = format!("the query has {} bytes; at most {} are read", input.len(), bounds.bytes);
    Err(Advice::new(advice::QUERY_TOO_LONG, message).hint("ask for less at once"))
}

/// The tree may be deeper than its parentheses, and is what reading the canonical form has to hold.
pub(super) fn check_size(query: &Node, bounds: &Bounds) -> Result<(), Advice> {
    if depth(query) > bounds.depth {
        return Err(too_deep(bounds, query.at.start));
    }
    let leaves = leaves(query);
    if leaves <= bounds.leaves {
        return Ok(());
    }
    let message = format!("the query has {leaves} words and clauses; at most {} are read", bounds.leaves);
    Err(Advice::new(advice::TOO_MANY_CLAUSES, message).hint("ask for less at once"))
}

pub(super) fn too_deep(bounds: &Bounds, at: usize) -> Advice {
    let message = format!("the query is nested more than {} deep", bounds.depth);
    Advice::new(advice::QUERY_TOO_DEEP, message).at(&(at..at + 1)).hint("use fewer parentheses within parentheses")
}

fn depth(node: &Node) -> usize {
    match &node.kind {
        Kind::And(parts) | Kind::Or(parts) => 1 + parts.iter().map(depth).max().unwrap_or(0),
        Kind::Not(inner) | Kind::Boost(inner, _) => 1 + depth(inner),
        Kind::All | Kind::Term { .. } | Kind::Value(_) => 0,
    }
}

/// Every word of a phrase costs what a word costs.
fn leaves(node: &Node) -> usize {
    match &node.kind {
        Kind::And(parts) | Kind::Or(parts) => parts.iter().map(leaves).sum(),
        Kind::Not(inner) | Kind::Boost(inner, _) => leaves(inner),
        Kind::Term { term: Term::Phrase(slots), .. } => slots.len(),
        Kind::All | Kind::Term { .. } | Kind::Value(_) => 1,
    }
}
