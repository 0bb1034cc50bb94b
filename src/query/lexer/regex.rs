//! `/…/` is a regular expression only when it is closed before a space; otherwise a slash is a slash.

use super::super::text::is_space;
use super::{Lexer, Token};

impl Lexer<'_> {
    pub(super) fn slash(&mut self) {
        match regex_length(&self.input[self.at + 1..]) {
            Some(length) => {
                let pattern = unescape(&self.input[self.at + 1..=self.at + length]);
                self.symbol(Token::Regex(pattern), length + 2);
            }
            None => self.chunk(),
        }
    }
}

/// How many characters stand before the slash that closes the expression.
fn regex_length(rest: &[char]) -> Option<usize> {
    let mut length = 0;
    while let Some(&ch) = rest.get(length)
        && ch != '/'
        && !is_space(ch)
    {
        length += if ch == '\\' { 2 } else { 1 };
    }
    let is_closed = length > 0 && rest.get(length) == Some(&'/');
    let stands_free = rest.get(length + 1).is_none_or(|ch| is_space(*ch) || ")）^".contains(*ch));
    (is_closed && stands_free).then_some(length)
}

/// Every backslash means what it means in the expression, but for one before a slash.
fn unescape(typed: &[char]) -> String {
    let mut pattern = String::with_capacity(typed.len());
    let mut rest = typed.iter();
    while let Some(&ch) = rest.next() {
        match (ch, rest.as_slice().first()) {
            ('\\', Some('/')) => {}
            ('\\', Some(&next)) => {
                pattern.extend([ch, next]);
                rest.next();
            }
            _ => pattern.push(ch),
        }
    }
    pattern
}
