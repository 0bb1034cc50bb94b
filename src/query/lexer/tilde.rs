//! `~`, `~2` behind a word or a phrase.

use super::{Lexer, Token};

impl Lexer<'_> {
    /// Reads the suffix if one stands here. A comma behind it is the sentence's.
    pub(super) fn tilde(&mut self) {
        let end = self.chunk_end(self.at);
        if let Some(length) = suffix_length(&self.input[self.at..end]) {
            let number = self.input[self.at + 1..self.at + length].iter().collect();
            self.symbol(Token::Tilde(number), length);
            self.at = end;
        }
    }

    /// Where the suffix of a run begins that ends at `end`; `end` where there is none.
    pub(super) fn tilde_start(&self, end: usize) -> usize {
        let mut has_word = false;
        let mut at = self.at;
        while at < end {
            let ch = self.input[at];
            if ch == '~' && has_word && suffix_length(&self.input[at..end]).is_some() {
                return at;
            }
            has_word |= ch.is_alphanumeric();
            at += if ch == '\\' { 2 } else { 1 };
        }
        end
    }
}

/// The length of `~`, `~2`, `~0.8`, if nothing but what ends a clause stands behind it.
fn suffix_length(run: &[char]) -> Option<usize> {
    let behind = run.strip_prefix(&['~'])?;
    let digits = behind.iter().take_while(|ch| ch.is_ascii_digit() || **ch == '.').count();
    let points = behind[..digits].iter().rev().take_while(|ch| **ch == '.').count();
    let ends = behind[digits..].iter().all(|ch| matches!(ch, ',' | ';' | '.'));
    ends.then_some(1 + digits - points)
}
