//! How large a query may be: its bytes before it is read, its depth and its leaves after.

use super::super::ast::{Kind, Node, Term};
use super::super::lexer::{Lexeme, Token};
use super::super::{Advice, Bounds, advice};

/// Each is a search through the dictionary of all words, and reading it takes longer than reading a word.
const MOST_EXPRESSIONS: usize = 32;

pub(super) fn check_length(input: &str, bounds: &Bounds) -> Result<(), Advice> {
    if input.len() <= bounds.bytes {
        return Ok(());
    }
    let message = format!("the query has {} bytes; at most {} are read", input.len(), bounds.bytes);
    Err(Advice::new(advice::QUERY_TOO_LONG, message).hint("ask for less at once"))
}

pub(super) fn check_expressions(tokens: &[Lexeme]) -> Result<(), Advice> {
    let expressions = tokens.iter().filter(|lexeme| matches!(lexeme.token, Token::Regex(_))).count();
    if expressions <= MOST_EXPRESSIONS {
        return Ok(());
    }
    let message = format!("the query has {expressions} regular expressions; at most {MOST_EXPRESSIONS} are read");
    Err(Advice::new(advice::TOO_MANY_CLAUSES, message).hint("ask for less at once"))
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

pub(super) fn depth(node: &Node) -> usize {
    match &node.kind {
        Kind::And(parts) | Kind::Or(parts) => 1 + parts.iter().map(depth).max().unwrap_or(0),
        Kind::Not(inner) | Kind::Boost(inner, _) | Kind::AtLeast(_, inner) | Kind::First(_, inner) => 1 + depth(inner),
        Kind::Near { left, right, .. } => 1 + depth(left).max(depth(right)),
        Kind::All | Kind::Term { .. } | Kind::Value(_) => 0,
    }
}

/// Every word of a phrase costs what a word costs.
pub(super) fn leaves(node: &Node) -> usize {
    match &node.kind {
        Kind::And(parts) | Kind::Or(parts) => parts.iter().map(leaves).sum(),
        Kind::Not(inner) | Kind::Boost(inner, _) | Kind::AtLeast(_, inner) | Kind::First(_, inner) => leaves(inner),
        Kind::Near { left, right, .. } => leaves(left) + leaves(right),
        Kind::Term { term: Term::Phrase(slots) | Term::Loose(slots, _), .. } => slots.len(),
        Kind::All | Kind::Term { .. } | Kind::Value(_) => 1,
    }
}
