//! Characters in, tokens out. It decides what is an operator, a field, a quote or a word by spelling and by what stands
//! beside it; whether an operator has operands is the parser's affair.

mod chunk;
mod dialect;
mod operators;
mod quotes;
mod regex;
mod tilde;
mod value;

use std::ops::Range;

use super::Advice;
use super::advice::{Remarks, UNCLOSED_QUOTE};
use super::asked;
use super::ast::Relation;
use super::fields::Field;
use super::text::{Text, is_punctuation, is_space};

/// A token and the characters it was read from.
#[derive(Clone, Debug)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) at: Range<usize>,
    /// Nothing but the end of another token stands before it.
    pub(super) glued: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    And(Spelling),
    Or(Spelling),
    Not,
    /// `-x`, `!x`.
    Exclude,
    /// `+x`.
    Require,
    /// A known name and its colon; what it applies to is the next token.
    Field(Field),
    /// A name that may have been meant as a field, without its colon.
    UnknownField(String),
    Word(Text),
    /// `=word`.
    Exact(Text),
    Quoted(Text),
    /// `CAPS(us)`, in capitals.
    Acronym(String),
    /// What stands directly behind the colon of a field that is not running text.
    Value(Text),
    /// `[a TO b]` with its brackets.
    Range(String),
    /// `/…/`, without the slashes around it; one inside that is escaped stands for itself.
    Regex(String),
    /// What stands behind the `~` of a word or a phrase: digits, a point, or nothing.
    Tilde(String),
    /// What stands behind a `^`.
    Boost(String),
    /// `W/5`, `NEAR`, `/S` and their kin; any number, and whoever reads it knows the bounds.
    Proximity(Relation),
    /// `ATLEAST/3`, `FIRST/50`; the same.
    Count(Count, u32),
}

/// What is counted before an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    AtLeast,
    First,
}

/// An operator that is spelled as a word can be that word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    Word,
    Symbol,
}

pub(super) fn lex(input: &[char], remarks: &mut Remarks) -> Vec<Lexeme> {
    let mut lexer = Lexer { input, at: 0, tokens: Vec::new(), unclosable: Vec::new(), remarks };
    while lexer.skip_space() {
        lexer.token();
    }
    lexer.tokens
}

struct Lexer<'a> {
    input: &'a [char],
    at: usize,
    tokens: Vec<Lexeme>,
    /// Opening quotes that nothing closes any more: looked for once, not once for each.
    unclosable: Vec<char>,
    remarks: &'a mut Remarks,
}

impl Lexer<'_> {
    /// Reads one token, or skips a character that cannot be part of one; always moves on.
    fn token(&mut self) {
        let ch = self.input[self.at];
        if self.expects_value() && !matches!(ch, ')' | '）' | '|' | '^') {
            return self.value();
        }
        match ch {
            '(' | '（' => self.symbol(Token::Open, 1),
            ')' | '）' => self.symbol(Token::Close, 1),
            '|' => self.symbol(Token::Or(Spelling::Symbol), self.once_or_twice('|')),
            '&' if self.is_and() => self.symbol(Token::And(Spelling::Symbol), self.once_or_twice('&')),
            '-' | '!' if self.is_prefix() => self.symbol(Token::Exclude, 1),
            '+' if self.is_prefix() => self.symbol(Token::Require, 1),
            '^' => self.boost(),
            '=' if self.starts_operand(self.at + 1) => self.exact(),
            '[' | '{' => self.bracket(),
            '/' => self.slash(),
            _ if quotes::opens(ch) => self.quoted(),
            _ => self.chunk(),
        }
    }

    fn skip_space(&mut self) -> bool {
        while self.peek(0).is_some_and(is_space) {
            self.at += 1;
        }
        self.at < self.input.len()
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.input.get(self.at + ahead).copied()
    }

    fn once_or_twice(&self, ch: char) -> usize {
        if self.peek(1) == Some(ch) { 2 } else { 1 }
    }

    fn symbol(&mut self, token: Token, length: usize) {
        self.push(token, self.at + length);
    }

    fn push(&mut self, token: Token, end: usize) {
        let glued = self.is_glued();
        self.tokens.push(Lexeme { token, at: self.at..end, glued });
        self.at = end;
    }

    /// An escaped space at the end of a token is part of it; a quote that was skipped still keeps things together.
    fn is_glued(&self) -> bool {
        let last = self.tokens.last();
        last.is_some_and(|last| last.at.end == self.at || !is_space(self.input[self.at - 1]))
    }

    /// The token that this place is glued to.
    fn before(&self) -> Option<&Token> {
        self.tokens.last().filter(|_| self.is_glued()).map(|lexeme| &lexeme.token)
    }

    fn follows_field(&self) -> bool {
        matches!(self.before(), Some(Token::Field(_) | Token::UnknownField(_)))
    }

    fn expects_value(&self) -> bool {
        matches!(self.before(), Some(Token::Field(field)) if !field.is_text())
    }

    /// `&` is a letter in `AT&T`, an operator where it stands by itself.
    fn is_and(&self) -> bool {
        let stands_free = self.peek(1).is_none_or(|ch| is_space(ch) || "&()（）".contains(ch) || quotes::opens(ch));
        stands_free || matches!(self.before(), Some(Token::Close | Token::Quoted(_)))
    }

    /// `-`, `!` and `+` are operators only where an operand may begin, and right before one.
    fn is_prefix(&self) -> bool {
        let begins = match self.before() {
            None | Some(Token::Open | Token::And(_) | Token::Or(_) | Token::Exclude | Token::Require) => true,
            Some(_) => false,
        };
        let other_prefix = self.peek(1).is_some_and(|next| "+-!".contains(next) && Some(next) != self.peek(0));
        begins && (other_prefix || self.starts_operand(self.at + 1))
    }

    /// Whether something to look for can begin at this place.
    fn starts_operand(&self, at: usize) -> bool {
        let Some(&ch) = self.input.get(at) else { return false };
        !is_space(ch) && (!is_punctuation(ch) || "(（=.#@$/*?\\[{'".contains(ch) || quotes::opens(ch))
    }

    /// `>3`, `<=3`
    fn starts_comparison(&self, at: usize) -> bool {
        let signs = self.input[at.min(self.input.len())..].iter().take_while(|ch| "<>=".contains(**ch)).count();
        signs > 0 && self.input.get(at + signs).is_some_and(|ch| ch.is_alphanumeric())
    }

    fn boost(&mut self) {
        let ends = |ch: &char| is_space(*ch) || "()（）|".contains(*ch) || quotes::opens(*ch);
        let rest = &self.input[self.at + 1..];
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        let weight = rest[..length].iter().collect();
        self.symbol(Token::Boost(weight), 1 + length);
    }

    fn exact(&mut self) {
        if self.peek(1).is_some_and(quotes::opens) {
            self.at += 1;
            return self.quoted();
        }
        let end = self.tilde_start(self.chunk_end(self.at + 1));
        let text = Text::unescape(&self.input[self.at + 1..end]);
        self.push(Token::Exact(text), end);
        self.tilde();
    }

    fn quoted(&mut self) {
        let open = self.input[self.at];
        if let Some(close) = self.find_close(open) {
            let text = Text::unescape(&self.input[self.at + 1..close]);
            self.push(Token::Quoted(text), close + 1);
            return self.tilde();
        }
        let advice = Advice::new(UNCLOSED_QUOTE, format!("`{open}` opens a phrase that is never closed"));
        self.remarks.warn(advice.at(&(self.at..self.at + 1)).hint("close the quote, or leave it out"));
        self.at += 1;
    }

    fn find_close(&mut self, open: char) -> Option<usize> {
        if self.unclosable.contains(&open) {
            return None;
        }
        let mut at = self.at + 1;
        while let Some(&ch) = self.input.get(at) {
            if quotes::closes(open, ch) {
                return Some(at);
            }
            at += if ch == '\\' { 2 } else { 1 };
        }
        self.unclosable.push(open);
        None
    }

    /// A range without its field, or a bracket in a sentence.
    fn bracket(&mut self) {
        match asked::range_length(&self.input[self.at..]) {
            Some((length, true)) => self.range(length),
            _ => self.chunk(),
        }
    }

    fn range(&mut self, length: usize) {
        let typed = self.input[self.at..self.at + length].iter().collect();
        self.symbol(Token::Range(typed), length);
    }
}

#[cfg(test)]
mod tests;
