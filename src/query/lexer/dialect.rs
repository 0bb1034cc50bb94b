//! Names and functions of other services: read as the words they are here, and said to be something else there.

use super::super::Advice;
use super::super::advice::OTHER_DIALECT;
use super::super::dialects::{self, Clause};
use super::super::fields::Field;
use super::super::text::{Text, is_space};
use super::{Lexer, quotes};

impl Lexer<'_> {
    /// How `name:…` is written here, and where what that replaces ends: the name with its colon, or all of it.
    pub(super) fn foreign_clause(&mut self, name: &str, colon_end: usize) -> Option<(usize, String)> {
        if let Some(field) = dialects::field(name) {
            return Some((colon_end, format!("write `{field}:`")));
        }
        let clause = Clause::named(name)?;
        let end = self.clause_end(colon_end);
        let value: String = self.input[colon_end..end].iter().collect();
        clause.written(&value).map(|written| (end, format!("write `{written}`")))
    }

    fn clause_end(&mut self, from: usize) -> usize {
        let start = std::mem::replace(&mut self.at, from);
        let open = self.peek(0).filter(|ch| quotes::opens(*ch));
        let close = open.and_then(|open| self.find_close(open));
        self.at = start;
        close.map_or_else(|| self.chunk_end(from), |close| close + 1)
    }

    /// `la=en`
    pub(super) fn warn_assignment(&mut self, name: &str) {
        let end = self.at + name.chars().count() + 1;
        if let Some(field) = dialects::field(name).filter(|_| self.starts_operand(end)) {
            self.warn_foreign(end, &format!("{field}:"));
        }
    }

    /// `wc>1000`, `LENGTH > 500`
    pub(super) fn warn_comparison(&mut self, name: &str) {
        let field = dialects::field(name).and_then(Field::named).or_else(|| Field::named(name));
        let Some(field @ (Field::Words | Field::Date(_))) = field else { return };
        let from = self.skip(self.at + name.chars().count(), is_space);
        let signs = self.skip(from, |ch| "<>=".contains(ch));
        let value = self.skip(signs, is_space);
        let end = self.chunk_end(value);
        let is_number = self.input.get(value).is_some_and(char::is_ascii_digit);
        if is_number && self.input[from..signs].iter().any(|ch| matches!(ch, '<' | '>')) {
            let [signs, value] = [from..signs, value..end].map(|range| self.input[range].iter().collect::<String>());
            self.warn_foreign(end, &format!("{}:{signs}{value}", field.name()));
        }
    }

    /// `HEADLINE(x)`, `a AROUND(5) b`, `a NEAR(5) b`; `name` ends at `end`, before a parenthesis.
    pub(super) fn warn_function(&mut self, name: &Text, end: usize) {
        if name.has_escapes() || self.follows_field() {
            return;
        }
        let name = name.plain();
        if let Some(field) = dialects::function(&name) {
            return self.warn_foreign(end, &format!("{field}:"));
        }
        let Some(number) = self.number_in_parentheses(end) else { return };
        if matches!(name.as_str(), "AROUND" | "NEAR") {
            self.warn_foreign(end + number.len() + 2, &format!("W/{}", dialects::distance(&number)));
        }
    }

    /// The digits of `(5)` at this place.
    pub(super) fn number_in_parentheses(&self, at: usize) -> Option<String> {
        let end = self.skip(at + 1, |ch| ch.is_ascii_digit());
        let is_number = self.input.get(at) == Some(&'(') && end > at + 1 && self.input.get(end) == Some(&')');
        is_number.then(|| self.input[at + 1..end].iter().collect())
    }

    fn warn_foreign(&mut self, end: usize, written: &str) {
        let typed: String = self.input[self.at..end].iter().collect();
        let advice = Advice::new(OTHER_DIALECT, format!("`{typed}` is how others write it; it was read as words"));
        self.remarks.warn(advice.at(&(self.at..end)).hint(format!("write `{written}`")));
    }

    fn skip(&self, from: usize, over: impl Fn(char) -> bool) -> usize {
        from + self.input[from.min(self.input.len())..].iter().take_while(|ch| over(**ch)).count()
    }
}
