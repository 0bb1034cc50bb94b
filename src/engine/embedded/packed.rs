//! Words that were analysed already, on their way into tantivy.
//!
//! tantivy takes text and a tokenizer, or a list of tokens that each own a string. An article's words are analysed
//! once for five fields, so each field's words are packed into one string and unpacked by a tokenizer that does
//! nothing else: the step to the next position, the term, a NUL. A step is written in characters of 14 bits each, the
//! lowest first, all but the last with [`MORE`] set.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

pub(super) const TOKENIZER: &str = "packed";

/// A joined form is pushed after its parts and steps back by at most this much.
const STEP_BACK: u32 = 64;

const BITS: u32 = 14;
const MORE: u32 = 1 << BITS;

/// The words of one field.
#[derive(Default, Debug)]
pub(super) struct Packed {
    text: String,
    position: u32,
}

impl Packed {
    /// Adds a term. For one term, positions must not decrease; from word to word they may step back by up to 64.
    pub(super) fn push(&mut self, position: u32, term: &str) {
        debug_assert!(!term.contains('\0'), "terms are folded, and folding drops NUL");
        debug_assert!(position + STEP_BACK >= self.position, "a step back by more than {STEP_BACK}");
        self.push_step(position + STEP_BACK - self.position);
        self.text.push_str(term);
        self.text.push('\0');
        self.position = position;
    }

    fn push_step(&mut self, mut step: u32) {
        while step >= MORE {
            self.text.extend(char::from_u32(MORE | step & (MORE - 1)));
            step >>= BITS;
        }
        self.text.extend(char::from_u32(step));
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// Unpacks [`Packed`].
#[derive(Clone, Default)]
pub(super) struct Unpack;

impl Tokenizer for Unpack {
    type TokenStream<'a> = Unpacked<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Unpacked<'a> {
        Unpacked { rest: text, token: Token { position: 0, ..Token::default() } }
    }
}

pub(super) struct Unpacked<'a> {
    rest: &'a str,
    token: Token,
}

impl TokenStream for Unpacked<'_> {
    fn advance(&mut self) -> bool {
        let Some((step, rest)) = read_step(self.rest) else { return false };
        let Some(end) = rest.as_bytes().iter().position(|byte| *byte == 0) else { return false };
        self.token.text.clear();
        self.token.text.push_str(&rest[..end]);
        self.token.position = (self.token.position + step).saturating_sub(STEP_BACK as usize);
        self.rest = &rest[end + 1..];
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

fn read_step(text: &str) -> Option<(usize, &str)> {
    let mut chars = text.chars();
    let mut step = 0;
    for shift in (0..u32::BITS).step_by(BITS as usize) {
        let digit = u32::from(chars.next()?);
        step |= ((digit & (MORE - 1)) as usize) << shift;
        if digit & MORE == 0 {
            break;
        }
    }
    Some((step, chars.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_out_as_they_went_in() {
        let words = [
            (0, "e"),
            (1, "mail"),
            (0, "email"),
            (2, "läuft"),
            (258, "body"),
            (60_000, "far"),
            (40_000_000, "farther"),
        ];
        let mut packed = Packed::default();
        for (position, term) in words {
            packed.push(position, term);
        }
        let text = packed.into_text();
        let mut unpack = Unpack;
        let mut stream = unpack.token_stream(&text);
        let mut out = Vec::new();
        stream.process(&mut |token| out.push((token.position, token.text.clone())));
        let expected: Vec<_> = words.iter().map(|(position, term)| (*position as usize, (*term).to_owned())).collect();
        assert_eq!(out, expected);
    }
}
