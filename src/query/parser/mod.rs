//! Tokens in, tree out: the operators, tightest first in `operand`, loosest last here. It never fails but at a bound:
//! what cannot be read is said and taken as plain words.

mod balance;
mod bounds;
mod capitals;

mod dialect;
mod leaf;
mod tilde;

mod operand;

mod apart;
mod beside;
mod span;

use std::collections::BTreeMap;
use std::ops::Range;

use super::advice::{self, Remarks};
use super::ast::{Kind, Node, Term, TextField, Value};
use super::fields::Field;
use super::lexer::{Lexeme, Token, lex};
use super::{Advice, Context, Mode, Reading, dates, print};
use crate::analysis::{fold, pairs_of_run, query_sequences};

/// Reads a query. Refuses only what is larger than `context.bounds`; everything else becomes a tree and remarks.
pub fn parse(input: &str, context: &Context) -> Result<Reading, Advice> {
    bounds::check_length(input, &context.bounds)?;
    let input: Vec<char> = input.chars().collect();
    let mut remarks = Remarks::default();
    let mut tokens = balance::balance(lex(&input, &mut remarks), &mut remarks);
    let is_question = context.mode == Mode::Any && capitals::operators_as_words(&mut tokens, &input, &mut remarks);
    bounds::check_expressions(&tokens)?;
    let mut parser = Parser { input: &input, tokens, next: 0, depth: 0, context, is_question, remarks };
    let query = parser.alternatives(Field::default())?;
    let mut remarks = parser.remarks;
    if query.is_none() && tokens_were_typed(&input) {
        remarks.warn(no_words(input.len()));
    }
    let query = query.unwrap_or(Node { kind: Kind::All, at: 0..input.len() });
    let query = if context.mode == Mode::Any { in_pairs(query) } else { query };
    bounds::check_size(&query, &context.bounds)?;
    let resolved = resolved_dates(&query, context);
    let (notes, warnings) = remarks.into_lists();
    Ok(Reading { canonical: print(&query), query, notes, warnings, resolved })
}

/// A part of the canonical form longer than this is not repeated in a note.
const LONGEST_QUOTED: usize = 300;

struct Parser<'a> {
    input: &'a [char],
    tokens: Vec<Lexeme>,
    next: usize,
    /// Parentheses and signs we are inside of.
    depth: usize,
    context: &'a Context,
    /// Its operators have become words, which has been said.
    is_question: bool,
    remarks: Remarks,
}

/// A part of the query, unless nothing to look for was in it; an error only at a bound.
type Parsed = Result<Option<Node>, Advice>;

/// One member of a conjunction.
struct Clause {
    node: Node,
    /// `AND` stands before it.
    explicit: bool,
    /// `+` stands before it.
    required: bool,
}

impl Parser<'_> {
    /// `x OR y`
    fn alternatives(&mut self, scope: Field) -> Parsed {
        let mut branches = Vec::new();
        let mut is_mixed = false;
        let start = self.next;
        loop {
            let (branch, is_joined) = self.conjunction(scope)?;
            branches.extend(branch);
            is_mixed |= is_joined;
            if !matches!(self.peek(), Some(Token::Or(_))) {
                break;
            }
            self.next += 1;
        }
        let is_mixed = is_mixed && branches.len() > 1;
        let node = gather(branches, Kind::Or);
        if let (true, Some(node)) = (is_mixed, &node) {
            self.note_mixture(start, node);
        }
        Ok(node)
    }

    /// `x AND y`, `x y`; and whether there was something to join.
    fn conjunction(&mut self, scope: Field) -> Result<(Option<Node>, bool), Advice> {
        let mut clauses = Vec::new();
        let mut explicit = false;
        self.remark_on_leading_not();
        while self.next < self.tokens.len() && self.peek() != Some(&Token::Close) {
            clauses.extend(self.clause(scope, explicit)?);
            match self.peek() {
                Some(Token::Or(_)) if self.operand_follows(1) => break,
                Some(Token::And(_)) if self.operand_follows(1) => {
                    self.next += 1;
                    explicit = true;
                    self.remark_on_leading_not();
                }
                _ => {
                    self.remark_on_operator();
                    explicit = false;
                }
            }
        }
        let parts = conjoin(clauses, self.context.mode);
        let is_joined = parts.len() > 1;
        Ok((gather(parts, Kind::And), is_joined))
    }

    fn clause(&mut self, scope: Field, explicit: bool) -> Result<Option<Clause>, Advice> {
        let required = self.peek() == Some(&Token::Require);
        if required {
            self.next += 1;
        }
        let node = self.exclusion(scope)?;
        Ok(node.map(|node| Clause { node, explicit, required }))
    }

    /// `NOT x`, `-x`, `!x`
    fn exclusion(&mut self, scope: Field) -> Parsed {
        while self.peek() == Some(&Token::Require) {
            self.next += 1;
        }
        if !matches!(self.peek(), Some(Token::Not | Token::Exclude)) || !self.operand_follows(1) {
            return self.proximity(scope);
        }
        let start = self.tokens[self.next].at.start;
        let excluded = self.behind_sign(|parser| parser.exclusion(scope))?;
        Ok(excluded.map(|node| Node { at: start..node.at.end, kind: Kind::Not(Box::new(node)) }))
    }

    /// What stands behind a sign that is a level of its own, unless a parenthesis has just opened one for it.
    fn behind_sign(&mut self, read: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        let at = self.next;
        let is_opened = at.checked_sub(1).is_some_and(|before| self.tokens[before].token == Token::Open);
        self.next += 1;
        if is_opened {
            return read(self);
        }
        self.enter(self.tokens[at].at.start)?;
        let node = read(self)?;
        self.depth -= 1;
        Ok(node)
    }

    fn enter(&mut self, at: usize) -> Result<(), Advice> {
        self.depth += 1;
        if self.depth > self.context.bounds.depth { Err(bounds::too_deep(&self.context.bounds, at)) } else { Ok(()) }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|lexeme| &lexeme.token)
    }

    /// Whether the token so many places ahead begins an operand.
    fn operand_follows(&self, ahead: usize) -> bool {
        let Some(lexeme) = self.tokens.get(self.next + ahead) else { return false };
        let joins = matches!(lexeme.token, Token::Close | Token::And(_) | Token::Or(_) | Token::Proximity(_));
        !joins && !matches!(lexeme.token, Token::Boost(_) | Token::Tilde(_))
    }

    fn typed(&self, at: &Range<usize>) -> String {
        self.input[at.clone()].iter().collect()
    }

    fn note_mixture(&mut self, start: usize, node: &Node) {
        let first = self.tokens[start].at.start;
        let reading = match quoted(node) {
            Some(canonical) => format!("this was read as `{canonical}`"),
            None => "the canonical form shows how".to_owned(),
        };
        let message = format!("AND binds tighter than OR; {reading}");
        let hint = "put parentheses around what belongs together";
        self.remarks.note(Advice::new(advice::MIXED_AND_OR, message).at(&(first..node.at.end)).hint(hint));
    }
}

/// The canonical form of a part, to be repeated in advice, unless it is long: a part that was typed at length is not even
/// printed to find out, for there may be advice on every word of it.
fn quoted(node: &Node) -> Option<String> {
    let canonical = (node.at.len() <= LONGEST_QUOTED).then(|| print(node));
    canonical.filter(|canonical| canonical.len() <= LONGEST_QUOTED)
}

/// A group of the nodes, or the only one of them.
fn gather(mut nodes: Vec<Node>, group: fn(Vec<Node>) -> Kind) -> Option<Node> {
    if nodes.len() < 2 {
        return nodes.pop();
    }
    let start = nodes.iter().map(|node| node.at.start).min()?;
    let end = nodes.iter().map(|node| node.at.end).max()?;
    Some(Node { kind: group(nodes), at: start..end })
}

/// The members of a conjunction; with `mode=any`, plain words that only stand beside each other become alternatives.
fn conjoin(clauses: Vec<Clause>, mode: Mode) -> Vec<Node> {
    if mode == Mode::All {
        return clauses.into_iter().map(|clause| clause.node).collect();
    }
    let mut parts = Vec::new();
    let mut clauses = clauses.into_iter().peekable();
    while let Some(first) = clauses.next() {
        let mut beside = vec![first];
        while let Some(next) = clauses.next_if(|next| !next.explicit) {
            beside.push(next);
        }
        parts.extend(any_of(beside));
    }
    parts
}

/// The plain words among them as one group of alternatives, where the first of them stood.
fn any_of(clauses: Vec<Clause>) -> Vec<Node> {
    let (plain, mut others): (Vec<_>, Vec<_>) =
        clauses.into_iter().enumerate().partition(|(_, clause)| !clause.required && is_plain(&clause.node));
    let Some(place) = plain.first().map(|(place, _)| *place) else {
        return others.into_iter().map(|(_, clause)| clause.node).collect();
    };
    let mut words: Vec<Node> = plain.into_iter().map(|(_, clause)| clause.node).collect();
    if words.len() > 1 {
        words = with_parts(words);
    }
    let words = gather(words, Kind::Or);
    let after = others.split_off(others.partition_point(|(other, _)| *other < place));
    let node = |(_, clause): (usize, Clause)| clause.node;
    others.into_iter().map(node).chain(words).chain(after.into_iter().map(node)).collect()
}

/// The words, and behind each compound the parts of it that are not among them: whoever asks for a `three-nation pact` is
/// helped by what says `nation`.
fn with_parts(words: Vec<Node>) -> Vec<Node> {
    let word_of = |node: &Node| match &node.kind {
        Kind::Term { field: TextField::Text, term: Term::Word(word) } => Some(word.clone()),
        _ => None,
    };
    let mut known: Vec<String> = words.iter().filter_map(word_of).map(|word| fold(&word)).collect();
    let mut all = Vec::with_capacity(words.len());
    for node in words {
        let parts = word_of(&node).map(|word| parts_of(&word)).unwrap_or_default();
        let at = node.at.clone();
        all.push(node);
        for part in parts {
            if !known.contains(&fold(&part)) {
                known.push(fold(&part));
                all.push(operand::leaf_node(TextField::Text, Term::Word(part), &at));
            }
        }
    }
    all
}

/// The words that a compound is written of; none of a single word, or of a script without spaces.
fn parts_of(word: &str) -> Vec<String> {
    if word.chars().all(char::is_alphanumeric) {
        return Vec::new();
    }
    let apart = query_sequences(word).into_iter().find(|words| words.len() > 1).unwrap_or_default();
    apart.into_iter().map(|word| word.lower).collect()
}

/// Runs of a script without spaces as the overlapping pairs of their characters: for a question, the more of them the
/// better. Not where something is excluded, weighed, or has its place in a span.
fn in_pairs(node: Node) -> Node {
    let at = node.at.clone();
    let kind = match node.kind {
        Kind::And(parts) => Kind::And(parts.into_iter().map(in_pairs).collect()),
        Kind::Or(parts) => Kind::Or(parts.into_iter().flat_map(pairs_of).collect()),
        kind => match gather(pairs_of(Node { kind, at: at.clone() }), Kind::Or) {
            Some(pairs) => return pairs,
            None => Kind::All,
        },
    };
    Node { kind, at }
}

fn pairs_of(node: Node) -> Vec<Node> {
    let Kind::Term { field: TextField::Text, term: Term::Word(word) } = &node.kind else {
        return vec![if matches!(node.kind, Kind::And(_) | Kind::Or(_)) { in_pairs(node) } else { node }];
    };
    let Some(pairs) = pairs_of_run(word) else { return vec![node] };
    let pair = |pair: &str| operand::leaf_node(TextField::Text, Term::Word(pair.to_owned()), &node.at);
    pairs.into_iter().map(pair).collect()
}

fn is_plain(node: &Node) -> bool {
    match &node.kind {
        Kind::Term { field: TextField::Text, term: _ } => true,
        Kind::Boost(inner, _) => is_plain(inner),
        _ => false,
    }
}

fn tokens_were_typed(input: &[char]) -> bool {
    input.iter().any(|ch| !super::text::is_space(*ch))
}

fn no_words(length: usize) -> Advice {
    let advice = Advice::new(advice::NO_WORDS, "there is nothing in this query to look for; it was read as everything");
    advice.at(&(0..length)).hint("write a word, or `*` for everything")
}

/// What the relative dates of the query came to.
fn resolved_dates(query: &Node, context: &Context) -> BTreeMap<String, String> {
    let mut resolved = BTreeMap::new();
    collect_dates(query, context, &mut resolved);
    resolved
}

fn collect_dates(node: &Node, context: &Context, resolved: &mut BTreeMap<String, String>) {
    match &node.kind {
        Kind::And(parts) | Kind::Or(parts) => parts.iter().for_each(|part| collect_dates(part, context, resolved)),
        Kind::Not(inner) | Kind::Boost(inner, _) => collect_dates(inner, context, resolved),
        Kind::Value(Value::Date(clause)) if dates::is_relative(clause) => {
            resolved.insert(clause.canonical.clone(), dates::describe(&clause.interval, &context.tz));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
