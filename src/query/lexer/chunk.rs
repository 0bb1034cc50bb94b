//! What runs to the next space or parenthesis: a word, an operator spelled as one, or a field and its colon.

use super::super::Advice;
use super::super::advice::{BAD_ACRONYM, HYPHEN_AS_TEXT, MISSING_OPERAND, UNKNOWN_FIELD};
use super::super::fields::Field;
use super::super::text::{Text, is_space};
use super::{Lexer, Token, operators, quotes};
use crate::nearest::nearest;

/// As long as an acronym may be before it is read, points and spaces included.
const LONGEST_CAPS: usize = 32;

impl Lexer<'_> {
    pub(super) fn chunk(&mut self) {
        if !self.field_prefix() {
            self.word();
        }
    }

    /// The end of the run that begins at `from`.
    pub(super) fn chunk_end(&self, from: usize) -> usize {
        let mut end = from;
        while let Some(&ch) = self.input.get(end) {
            let symbol = "()（）|^".contains(ch) || quotes::opens(ch);
            let and = ch == '&' && self.input.get(end + 1) == Some(&'&');
            if is_space(ch) || symbol || and {
                break;
            }
            end += if ch == '\\' { 2 } else { 1 };
        }
        end.min(self.input.len())
    }

    fn word(&mut self) {
        self.note_hyphen();
        let chunk_end = self.chunk_end(self.at);
        let end = self.tilde_start(chunk_end);
        let text = Text::unescape(&self.input[self.at..end]);
        if text.is("CAPS") && self.caps(end) {
            return self.tilde();
        }
        let keyword = if end == chunk_end { self.keyword(&text, end) } else { None };
        if keyword.is_none() && self.input.get(end) == Some(&'(') {
            self.warn_function(&text, end);
        }
        self.push(keyword.unwrap_or(Token::Word(text)), end);
        if end < chunk_end {
            self.tilde();
        }
    }

    /// Behind a field only what counts: `headline:ATLEAST/3 x`, but `headline:AND` is the word.
    fn keyword(&self, text: &Text, end: usize) -> Option<Token> {
        let before_parenthesis = self.input.get(end) == Some(&'(');
        if text.is("NEAR") && self.number_in_parentheses(end).is_some() {
            return None;
        }
        let keyword = operators::keyword(&text.plain(), before_parenthesis).filter(|_| !text.has_escapes())?;
        (!self.follows_field() || matches!(keyword, Token::Count(..))).then_some(keyword)
    }

    /// `CAPS(us)`. What cannot be an acronym is said to be none and read as words.
    fn caps(&mut self, name_end: usize) -> bool {
        let rest = &self.input[name_end..];
        let Some(('(', inside)) = rest.split_first().map(|(first, inside)| (*first, inside)) else { return false };
        let Some(length) = inside.iter().take(LONGEST_CAPS).position(|ch| *ch == ')') else { return false };
        let typed: String = inside[..length].iter().collect();
        let letters = typed.trim().replace('.', "").to_uppercase();
        let end = name_end + length + 2;
        if !(2..=6).contains(&letters.chars().count()) || !letters.chars().all(char::is_alphanumeric) {
            let advice = Advice::new(BAD_ACRONYM, format!("`CAPS({typed})` is not an acronym"));
            self.remarks.warn(advice.at(&(self.at..end)).hint("an acronym has two to six letters: `CAPS(us)`"));
            return false;
        }
        self.push(Token::Acronym(letters), end);
        true
    }

    /// Reads `name:` or `name=` if that is what stands here.
    fn field_prefix(&mut self) -> bool {
        let rest = &self.input[self.at..];
        let length = rest.iter().take_while(|ch| ch.is_alphanumeric() || matches!(ch, '_' | '-')).count();
        let name: String = rest[..length].iter().collect();
        if !name.starts_with(char::is_alphabetic) && name != "_exists_" {
            return false;
        }
        match (rest.get(length), Field::named(&name)) {
            (Some(':' | '='), Some(field)) => return self.known_field(name, field, rest[length]),
            (Some(':'), None) => return self.unknown_field(name),
            (Some('='), None) => self.warn_assignment(&name),
            _ => self.warn_comparison(&name),
        }
        false
    }

    fn known_field(&mut self, name: String, field: Field, sign: char) -> bool {
        let end = self.at + name.chars().count() + 1;
        let has_operand = self.input.get(end).is_some_and(|ch| !is_space(*ch) && !")）".contains(*ch));
        if has_operand {
            self.push(Token::Field(field), end);
        } else if sign == ':' {
            let advice = Advice::new(MISSING_OPERAND, format!("nothing follows `{name}:`"));
            self.remarks.warn(
                advice.at(&(self.at..end)).hint(format!("write what to look for right behind it: `{name}:word`")),
            );
            let text = Text::unescape(&self.input[self.at..end - 1]);
            self.push(Token::Word(text), end);
        }
        has_operand || sign == ':'
    }

    /// A name nobody knows: `10:30`, `https://…` and `Breaking: …` are not meant as fields.
    fn unknown_field(&mut self, name: String) -> bool {
        let end = self.at + name.chars().count() + 1;
        let slashes = self.input[end..].starts_with(&['/', '/']);
        if slashes || !(self.starts_operand(end) || self.starts_comparison(end)) {
            return false;
        }
        let advice = Advice::new(UNKNOWN_FIELD, format!("there is no field `{name}`"));
        let advice = if self.remarks.keeps_warnings() { self.with_known_name(advice, &name, end) } else { advice };
        self.remarks.warn(advice);
        self.push(Token::UnknownField(name), end);
        true
    }

    /// What may have been meant: how it is written here, or the nearest name.
    fn with_known_name(&mut self, advice: Advice, name: &str, end: usize) -> Advice {
        if let Some((end, hint)) = self.foreign_clause(name, end) {
            return advice.at(&(self.at..end)).hint(hint);
        }
        let advice = advice.at(&(self.at..end));
        match nearest(name, Field::names()) {
            Some(known) => advice.hint(format!("did you mean `{known}:`?")),
            None => advice.hint(format!("put it in quotes to look for it as it stands, or write `{name}\\:`")),
        }
    }

    /// A hyphen behind a colon does not exclude; whoever writes one may think it does.
    pub(super) fn note_hyphen(&mut self) {
        if self.peek(0) == Some('-') && self.follows_field() {
            let advice = Advice::new(HYPHEN_AS_TEXT, "a hyphen behind a field is part of what is looked for");
            self.remarks
                .note(advice.at(&(self.at..self.at + 1)).hint("put it before the field to exclude: `-field:x`"));
        }
    }
}
