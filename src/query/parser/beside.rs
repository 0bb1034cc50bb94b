//! Words beside what was taken for an operand of a proximity: `rare earths W/5 china` joins `earths` alone, and whoever
//! wrote it may have meant both.

use std::ops::Range;

use super::super::Advice;
use super::super::advice::PROXIMITY_ONE_WORD;
use super::super::ast::{Kind, Node};
use super::super::lexer::Token;
use super::{Parser, quoted};

/// A word that was taken, and its neighbour that was not.
pub(super) struct Beside {
    taken: Range<usize>,
    left_out: Range<usize>,
}

impl Parser<'_> {
    /// The neighbour of the operand that began at this token and has just been read.
    pub(super) fn word_before(&self, start: usize) -> Option<Beside> {
        self.beside(start, self.next, start.checked_sub(1)?)
    }

    /// The same, behind it.
    pub(super) fn word_behind(&self, start: usize) -> Option<Beside> {
        self.beside(start, self.next, self.next)
    }

    /// Both must be bare words: quotes and parentheses say what belongs together.
    fn beside(&self, start: usize, end: usize, neighbour: usize) -> Option<Beside> {
        let is_lone = self.is_word(start) && (start + 1..end).all(|place| self.is_suffix(place));
        let place = |token: usize| self.tokens[token].at.clone();
        (is_lone && self.is_word(neighbour)).then(|| Beside { taken: place(start), left_out: place(neighbour) })
    }

    fn is_word(&self, place: usize) -> bool {
        self.tokens.get(place).is_some_and(|lexeme| matches!(&lexeme.token, Token::Word(text) if text.has_word()))
    }

    fn is_suffix(&self, place: usize) -> bool {
        self.tokens.get(place).is_some_and(|lexeme| matches!(lexeme.token, Token::Tilde(_) | Token::Boost(_)))
    }

    /// `node` is the proximity.
    pub(super) fn note_one_word(&mut self, beside: &Beside, node: &Node) {
        let Beside { taken, left_out } = beside;
        let is_before = left_out.end <= taken.start;
        let both = taken.start.min(left_out.start)..taken.end.max(left_out.end);
        let canonical = quoted(node).filter(|_| matches!(node.kind, Kind::Near { .. }));
        let Some(canonical) = canonical else { return };
        let (other, both_typed) = (self.typed(left_out), self.typed(&both));
        let reading = if is_before { format!("{other} AND {canonical}") } else { format!("{canonical} AND {other}") };
        let hint = if is_before {
            format!("\"{both_typed}\"{}", self.typed(&(taken.end..node.at.end)))
        } else {
            format!("{}\"{both_typed}\"", self.typed(&(node.at.start..taken.start)))
        };
        let message = format!("only `{}` takes part in the proximity: this was read as `{reading}`", self.typed(taken));
        let advice = Advice::new(PROXIMITY_ONE_WORD, message).at(taken);
        self.remarks.note(advice.hint(format!("put quotes or parentheses around what belongs together: `{hint}`")));
    }
}
