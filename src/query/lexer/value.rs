//! What stands directly behind the colon of a field that is matched on whole values: hyphens, colons, points and
//! balanced parentheses belong to it, as in an address.

use super::super::asked;
use super::super::text::{Text, is_space};
use super::{Lexer, Token, quotes};

impl Lexer<'_> {
    pub(super) fn value(&mut self) {
        match self.input[self.at] {
            '(' | '（' => self.symbol(Token::Open, 1),
            '=' => self.at += 1,
            '[' | '{' => match asked::range_length(&self.input[self.at..]) {
                Some((length, _)) => self.range(length),
                None => self.raw_value(),
            },
            ch if quotes::opens(ch) => self.quoted(),
            _ => self.raw_value(),
        }
    }

    fn raw_value(&mut self) {
        self.note_hyphen();
        let end = self.weight_start(self.raw_end());
        let text = Text::unescape(&self.input[self.at..end]).trim_value();
        self.push(Token::Value(text), end);
    }

    fn raw_end(&self) -> usize {
        let mut end = self.comparison_end();
        let mut open = 0_usize;
        while let Some(&ch) = self.input.get(end) {
            match ch {
                '(' => open += 1,
                ')' if open == 0 => break,
                ')' => open -= 1,
                '|' => break,
                _ if is_space(ch) || quotes::opens(ch) => break,
                _ => {}
            }
            end += if ch == '\\' { 2 } else { 1 };
        }
        end.min(self.input.len())
    }

    /// Behind `>=` and the spaces that may follow it.
    fn comparison_end(&self) -> usize {
        let rest = &self.input[self.at..];
        let signs = rest.iter().take_while(|ch| "<>=".contains(**ch)).count();
        let spaces = if signs > 0 { rest[signs..].iter().take_while(|ch| is_space(**ch)).count() } else { 0 };
        self.at + signs + spaces
    }

    /// Where `^2` begins in a value that ends at `end`; `end` where there is none.
    fn weight_start(&self, end: usize) -> usize {
        let value = &self.input[self.at..end];
        let digits = value.iter().rev().take_while(|ch| ch.is_ascii_digit() || **ch == '.').count();
        match value.len().checked_sub(digits + 1) {
            Some(sign) if sign > 0 && digits > 0 && value[sign] == '^' && value[sign - 1] != '\\' => self.at + sign,
            _ => end,
        }
    }
}
