//! Operands: weights, fields and groups around the leaves.

use std::ops::Range;

use super::super::advice;
use super::super::ast::{Kind, Node, Term, TextField};
use super::super::fields::Field;
use super::super::lexer::{Lexeme, Spelling, Token};
use super::super::{Advice, Mode};
use super::{Parsed, Parser, gather};

impl Parser<'_> {
    /// `x^2`
    pub(super) fn weighted(&mut self, scope: Field) -> Parsed {
        let mut node = self.operand(scope)?;
        while let Some(Lexeme { token: Token::Boost(weight), at, glued: true }) = self.tokens.get(self.next) {
            let (weight, at) = (weight.clone(), at.clone());
            self.next += 1;
            match read_weight(&weight) {
                Some(weight) => node = node.map(|node| boosted(node, weight, at.end)),
                None => self.warn_boost(&at, "a weight is a number from 0 to 100: `word^2`"),
            }
        }
        Ok(node)
    }

    /// A leaf, a group or what is counted, with the fields before it.
    pub(super) fn operand(&mut self, scope: Field) -> Parsed {
        let mut scope = scope;
        let mut names = Vec::new();
        let start = self.tokens.get(self.next).map_or(self.input.len(), |first| first.at.start);
        while let Some(lexeme) = self.tokens.get(self.next) {
            match &lexeme.token {
                Token::Field(field) => scope = *field,
                Token::UnknownField(name) => names.push(word(name.clone(), name_range(lexeme))),
                _ => break,
            }
            self.next += 1;
        }
        let node = match self.peek() {
            Some(Token::Count(..)) if self.operand_follows(1) => self.counted(scope)?,
            _ => {
                self.remark_on_count();
                self.primary(scope)?
            }
        };
        let node = node.map(|node| Node { at: start..node.at.end, ..node });
        Ok(if names.is_empty() { node } else { self.plain(names.into_iter().chain(node).collect()) })
    }

    fn primary(&mut self, scope: Field) -> Parsed {
        let Some(lexeme) = self.tokens.get(self.next).cloned() else {
            self.warn_missing(&(self.input.len()..self.input.len()), "something to look for is missing here");
            return Ok(None);
        };
        match lexeme.token {
            Token::Open => self.group(scope),
            Token::Close => {
                self.warn_missing(&lexeme.at, "something to look for is missing here");
                Ok(None)
            }
            Token::Exclude | Token::Require | Token::And(Spelling::Symbol) | Token::Or(Spelling::Symbol) => {
                self.next += 1;
                self.warn_missing(&lexeme.at, &format!("`{}` has nothing on one side", self.typed(&lexeme.at)));
                Ok(None)
            }
            Token::Boost(_) => {
                self.next += 1;
                self.warn_boost(&lexeme.at, "write the weight directly behind what it belongs to: `word^2`");
                Ok(None)
            }
            _ => {
                self.next += 1;
                Ok(self.leaf(scope, &lexeme))
            }
        }
    }

    fn group(&mut self, scope: Field) -> Parsed {
        let start = self.tokens[self.next].at.start;
        self.next += 1;
        self.enter(start)?;
        let is_empty = self.peek().is_none_or(|token| *token == Token::Close);
        let inside = self.alternatives(scope)?;
        self.depth -= 1;
        let close = self.tokens.get(self.next).map(|close| close.at.end);
        self.next += usize::from(close.is_some());
        let end = close.unwrap_or(self.input.len());
        if is_empty {
            self.warn_missing(&(start..end), "there is nothing between the parentheses");
        }
        Ok(inside.map(|node| Node { at: start..end, ..node }))
    }

    /// Words that were not typed as separate operands.
    pub(super) fn plain_words(&mut self, words: Vec<Term>, field: TextField, at: &Range<usize>) -> Option<Node> {
        self.plain(words.into_iter().map(|term| leaf_node(field, term, at)).collect())
    }

    fn plain(&self, nodes: Vec<Node>) -> Option<Node> {
        gather(nodes, if self.context.mode == Mode::Any { Kind::Or } else { Kind::And })
    }

    pub(super) fn warn_missing(&mut self, at: &Range<usize>, message: &str) {
        let advice = Advice::new(advice::MISSING_OPERAND, message).at(at);
        self.remarks.warn(advice.hint("write what to look for, or leave the sign out"));
    }

    fn warn_boost(&mut self, at: &Range<usize>, hint: &str) {
        let message = format!("`{}` is not a weight and was left out", self.typed(at));
        self.remarks.warn(Advice::new(advice::BAD_BOOST, message).at(at).hint(hint));
    }
}

/// Digits and a point; 0 to 100.
fn read_weight(typed: &str) -> Option<f32> {
    let is_number = typed.chars().all(|ch| ch.is_ascii_digit() || ch == '.');
    typed.parse().ok().filter(|weight| is_number && (0.0..=100.0).contains(weight))
}

fn boosted(node: Node, weight: f32, end: usize) -> Node {
    Node { at: node.at.start..end, kind: Kind::Boost(Box::new(node), weight) }
}

pub(super) fn leaf_node(field: TextField, term: Term, at: &Range<usize>) -> Node {
    Node { kind: Kind::Term { field, term }, at: at.clone() }
}

fn word(word: String, at: Range<usize>) -> Node {
    leaf_node(TextField::Text, Term::Word(word), &at)
}

/// Without the colon.
fn name_range(lexeme: &Lexeme) -> Range<usize> {
    lexeme.at.start..lexeme.at.end - 1
}
