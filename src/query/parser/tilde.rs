//! What stands behind a `~`: edits of a word, room in a phrase.

use std::ops::Range;

use super::super::advice::{BAD_FUZZY, BAD_NUMBER, PUNCTUATION};
use super::super::ast::{ROOM, Slot, Term};
use super::super::fields::Field;
use super::super::lexer::{Lexeme, Token};
use super::super::{Advice, print, terms};
use super::Parser;

/// A suffix and its place.
pub(super) struct Tilde {
    number: String,
    pub(super) at: Range<usize>,
}

/// Words within more edits are other words.
const MOST_EDITS: u8 = 2;

impl Parser<'_> {
    /// Steps over the suffix of what was just read.
    pub(super) fn take_tilde(&mut self) -> Option<Tilde> {
        let Some(Lexeme { token: Token::Tilde(number), at, .. }) = self.tokens.get(self.next) else { return None };
        let tilde = Tilde { number: number.clone(), at: at.clone() };
        self.next += 1;
        Some(tilde)
    }

    /// A whole value is matched as it is.
    pub(super) fn refuse_tilde(&mut self, field: Field) {
        if let Some(tilde) = self.take_tilde() {
            let message = format!("`{}:` is matched on whole values, as they are written", field.name());
            self.remarks.warn(Advice::new(BAD_FUZZY, message).at(&tilde.at).hint("leave it out"));
        }
    }

    /// `word~2`, `"a b"~5`; one word in quotes has no room in it.
    pub(super) fn loosened(&mut self, term: Term, lexeme: &Lexeme, tilde: &Tilde) -> Term {
        match term {
            Term::Phrase(slots) if matches!(lexeme.token, Token::Quoted(_)) => self.loose(slots, tilde),
            term if matches!(lexeme.token, Token::Quoted(_)) => {
                self.note_no_room(&term, tilde);
                term
            }
            term => self.fuzzy(term, tilde),
        }
    }

    fn note_no_room(&mut self, term: &Term, tilde: &Tilde) {
        let message = format!("`{}` is one word, so `{}` was left out", print::term(term), self.typed(&tilde.at));
        let hint = "room is between the words of a phrase: `\"rare earths\"~5`";
        self.remarks.note(Advice::new(PUNCTUATION, message).at(&tilde.at).hint(hint));
    }

    fn loose(&mut self, slots: Vec<Slot>, tilde: &Tilde) -> Term {
        let is_number = !tilde.number.is_empty() && !tilde.number.contains('.');
        if !is_number {
            let message = format!("`{}` does not say how many other words there may be", self.typed(&tilde.at));
            let hint = format!("write a number: `{}`", print::term(&Term::Loose(slots.clone(), 5)));
            self.remarks.warn(Advice::new(BAD_NUMBER, message).at(&tilde.at).hint(hint));
            return Term::Phrase(slots);
        }
        let room = tilde.number.parse().unwrap_or(u32::MAX);
        let room = self.bounded(room, ROOM, &tilde.at, |room| format!("~{room}"));
        Term::Loose(slots, room)
    }

    fn fuzzy(&mut self, term: Term, tilde: &Tilde) -> Term {
        let Some(word) = terms::fuzzy_word(&term) else {
            let message = format!("`{}` is not one word, so there is none near it", print::term(&term));
            self.remarks.warn(Advice::new(BAD_FUZZY, message).at(&tilde.at).hint("leave the `~` out"));
            return term;
        };
        match tilde.number.parse() {
            Ok(0) => Term::Exact(word),
            Ok(edits) if edits <= MOST_EDITS => Term::Fuzzy(word, edits),
            _ if tilde.number.is_empty() => Term::Fuzzy(word, 1),
            _ => {
                let nearest = Term::Fuzzy(word, MOST_EDITS);
                let message = format!("`{}` is not one or two edits", self.typed(&tilde.at));
                let hint = format!("write `{}`, for words within two edits", print::term(&nearest));
                self.remarks.warn(Advice::new(BAD_FUZZY, message).at(&tilde.at).hint(hint));
                nearest
            }
        }
    }
}
