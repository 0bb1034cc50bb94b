//! Words that are operators elsewhere, or would be in upper case: they are words here, and that is said.

use std::ops::Range;

use super::super::advice::{OPERATOR_AS_WORD, OTHER_DIALECT};
use super::super::dialects::{self, Operator};
use super::super::lexer::{Lexeme, Token};
use super::super::text::Text;
use super::super::{Advice, ast::Term};
use super::Parser;

impl Parser<'_> {
    /// `a or b`, `a adj5 b`: the next token, if it is such a word and something stands on both sides of it.
    pub(super) fn remark_on_operator(&mut self) {
        let signs = usize::from(self.peek() == Some(&Token::Require));
        let behind = self.plain_word(signs).filter(|_| self.operand_follows(signs + 1));
        let Some((word, at)) = behind else { return };
        if signs > 0 {
            return self.remark_on_plus(&word, &at);
        }
        if let Some(written) = self.within(&word) {
            let at = at.start..self.tokens[self.next + 1].at.end;
            return self.note_operator_as_word(&at, &format!("write `{written}`"));
        }
        match dialects::operator(&word) {
            Some(Operator { written, is_certain: true }) => self.warn_foreign(&at, &written),
            Some(Operator { written, .. }) => {
                self.note_operator_as_word(&at, &format!("write `{written}` if you mean the operator"));
            }
            None => {}
        }
    }

    /// `a +5 b`
    fn remark_on_plus(&mut self, word: &str, at: &Range<usize>) {
        if let Some(Operator { written, .. }) = dialects::operator(&format!("+{word}")) {
            let at = self.tokens[self.next].at.start..at.end;
            self.note_operator_as_word(&at, &format!("write `{written}` if you mean the operator"));
        }
    }

    /// `not oil` where nothing stands before it.
    pub(super) fn remark_on_leading_not(&mut self) {
        let first = self.plain_word(0).filter(|_| self.operand_follows(1));
        if let Some((_, at)) = first.filter(|(word, _)| word.eq_ignore_ascii_case("not")) {
            self.note_operator_as_word(&at, "write `NOT` if you mean the operator");
        }
    }

    /// `atleast3 x`
    pub(super) fn remark_on_count(&mut self) {
        let is_followed = self.operand_follows(1) && self.tokens[self.next + 1].token != Token::Not;
        let Some((word, at)) = self.plain_word(0).filter(|_| is_followed) else { return };
        if let Some(written) = dialects::count(&word) {
            self.warn_foreign(&at, &written);
        }
    }

    /// `negotiat!`, `negotiat$`
    pub(super) fn note_truncation(&mut self, text: &Text, term: &Term, at: &Range<usize>) {
        let Term::Word(word) = term else { return };
        let stem = word.trim_end_matches('$');
        let is_stem = stem.chars().count() > 1 && stem.chars().all(char::is_lowercase);
        if is_stem && (text.ends_with('!') || text.ends_with('$')) {
            let message = format!("the sign at the end of `{}` was left out or is part of the word", self.typed(at));
            let hint = format!("write `{stem}*` for any ending");
            self.remarks.note(Advice::new(OTHER_DIALECT, message).at(at).hint(hint));
        }
    }

    pub(super) fn note_operator_as_word(&mut self, at: &Range<usize>, hint: &str) {
        if self.is_question {
            return;
        }
        let message = format!("`{}` was read as a word", self.typed(at));
        self.remarks.note(Advice::new(OPERATOR_AS_WORD, message).at(at).hint(hint));
    }

    fn warn_foreign(&mut self, at: &Range<usize>, written: &str) {
        let message = format!("`{}` is how others write it; it was read as a word", self.typed(at));
        let hint = match written.strip_prefix("PRE/") {
            Some(number) => format!("write `{written}`, or `W/{number}` for any order"),
            None => format!("write `{written}`"),
        };
        self.remarks.warn(Advice::new(OTHER_DIALECT, message).at(at).hint(hint));
    }

    /// `w/in 5`, `within 5`, `W/ 5`, with something behind it.
    fn within(&self, word: &str) -> Option<String> {
        let (number, _) = self.plain_word(1).filter(|_| self.operand_follows(2))?;
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
        let word = word.to_lowercase();
        (is_number && matches!(word.as_str(), "w/in" | "within" | "w/" | "near/"))
            .then(|| format!("W/{}", dialects::distance(&number)))
    }

    /// A word without escapes, so many tokens ahead.
    fn plain_word(&self, ahead: usize) -> Option<(String, Range<usize>)> {
        match self.tokens.get(self.next + ahead)? {
            Lexeme { token: Token::Word(text), at, .. } if !text.has_escapes() => Some((text.plain(), at.clone())),
            _ => None,
        }
    }
}
