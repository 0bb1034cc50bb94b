//! Leaves: one token of text or of a value, read with the field it stands in.

use std::ops::Range;

use super::super::ast::{Kind, Node, Term, TextField};
use super::super::fields::Field;
use super::super::lexer::{Lexeme, Token};
use super::super::text::Text;
use super::super::values::{self, Given};
use super::super::{Advice, advice, terms};
use super::operand::leaf_node;
use super::{Parser, gather};

impl Parser<'_> {
    pub(super) fn leaf(&mut self, scope: Field, lexeme: &Lexeme) -> Option<Node> {
        if let Token::And(_) | Token::Or(_) | Token::Not | Token::Proximity | Token::Count = lexeme.token {
            self.note_operator_as_word(&lexeme.at, "an operator stands between what it joins; quotes make it a word");
            let text = Text::unescape(&self.input[lexeme.at.clone()]);
            return self.value_or(scope, &lexeme.at, Given::Bare(text.clone()), || vec![Term::Word(text.plain())]);
        }
        if let Token::Regex(text) = &lexeme.token {
            self.warn_unavailable(&lexeme.at, "the words in it are asked for");
            return self.plain_words(terms::words_of_regex(text), field_of(scope), &lexeme.at);
        }
        match scope {
            Field::Text(field) => self.term(field, lexeme),
            _ => self.value(scope, lexeme),
        }
    }

    /// A leaf in running text.
    fn term(&mut self, field: TextField, lexeme: &Lexeme) -> Option<Node> {
        let at = &lexeme.at;
        if self.take_fuzzy() {
            return self.unfuzzied(field, lexeme);
        }
        let (read, text) = match &lexeme.token {
            Token::Word(text) if text.is("*") => return self.star(field, lexeme),
            Token::Word(text) | Token::Value(text) => (terms::bare(text), text.clone()),
            Token::Exact(text) => (terms::exact(text), text.clone()),
            Token::Quoted(text) => (terms::quoted(text), text.clone()),
            Token::Acronym(letters) => (Ok(Some(Term::Acronym(letters.clone()))), Text::default()),
            Token::Range(_) => return self.lone_range(field, at),
            _ => return None,
        };
        match read {
            Ok(Some(term)) => {
                self.note_question_mark(&term, at);
                Some(Node { kind: Kind::Term { field, term }, at: at.clone() })
            }
            Ok(None) => self.note_nothing(lexeme),
            Err(refusal) => {
                self.remarks.warn(refusal.at(at));
                self.plain_words(terms::plain_words(&text), field, at)
            }
        }
    }

    /// `*`: everything, or everything that has the field.
    fn star(&mut self, field: TextField, lexeme: &Lexeme) -> Option<Node> {
        let before = self.next.checked_sub(2).map(|before| &self.tokens[before].token);
        if lexeme.glued && matches!(before, Some(Token::Quoted(_) | Token::Close)) {
            let advice = Advice::new(advice::BAD_WILDCARD, "a wildcard belongs to a word");
            self.remarks.warn(advice.at(&lexeme.at).hint("write it inside the quotes: `\"rare earth*\"`"));
            return None;
        }
        Some(Node { kind: values::present(Field::Text(field)), at: lexeme.at.clone() })
    }

    /// Whether a `~2` stands behind what was just read; said, and stepped over.
    fn take_fuzzy(&mut self) -> bool {
        let Some(Lexeme { token: Token::Fuzzy, at, .. }) = self.tokens.get(self.next) else { return false };
        let at = self.tokens[self.next - 1].at.start..at.end;
        self.warn_unavailable(&at, "the words are asked for as they stand, in any order");
        self.next += 1;
        true
    }

    /// `word~2` as the word, `"a b"~5` as its words.
    fn unfuzzied(&mut self, field: TextField, lexeme: &Lexeme) -> Option<Node> {
        let (read, text) = match &lexeme.token {
            Token::Quoted(text) => (terms::quoted_words(text), text),
            Token::Exact(text) => (terms::exact(text).map(|term| term.into_iter().collect()), text),
            Token::Word(text) => (terms::bare(text).map(|term| term.into_iter().collect()), text),
            _ => return None,
        };
        let words = match read {
            Ok(words) => words,
            Err(refusal) => {
                self.remarks.warn(refusal.at(&lexeme.at));
                terms::plain_words(text)
            }
        };
        gather(words.into_iter().map(|term| leaf_node(field, term, &lexeme.at)).collect(), Kind::And)
    }

    fn lone_range(&mut self, field: TextField, at: &Range<usize>) -> Option<Node> {
        let advice = Advice::new(advice::BAD_RANGE, "a range needs a field of dates or numbers before it");
        self.remarks.warn(advice.at(at).hint("`date:[2025-01 TO 2025-03]`, `words:[300 TO 800]`"));
        let text = Text::unescape(&self.input[at.clone()]);
        self.plain_words(terms::plain_words(&text), field, at)
    }

    /// A leaf of a field that is matched on values.
    fn value(&mut self, field: Field, lexeme: &Lexeme) -> Option<Node> {
        let given = match &lexeme.token {
            Token::Word(text) => Given::Bare(text.clone().trim_value()),
            Token::Value(text) => Given::Bare(text.clone()),
            Token::Quoted(text) | Token::Exact(text) => Given::Literal(text.clone()),
            Token::Acronym(letters) => Given::Literal(Text::unescape(&letters.chars().collect::<Vec<_>>())),
            Token::Range(typed) => Given::Range(typed.clone()),
            _ => return None,
        };
        self.take_fuzzy();
        let words = Text::unescape(&self.input[lexeme.at.clone()]);
        self.value_or(field, &lexeme.at, given, || terms::plain_words(&words))
    }

    /// The value, or what else to look for when it cannot be one.
    fn value_or(
        &mut self,
        field: Field,
        at: &Range<usize>,
        given: Given,
        otherwise: impl Fn() -> Vec<Term>,
    ) -> Option<Node> {
        if let Field::Text(field) = field {
            return self.plain_words(otherwise(), field, at);
        }
        match values::read(field, &given, self.context) {
            Ok(kind) => Some(Node { kind, at: at.clone() }),
            Err(refusal) => {
                let left_out = refusal.code == advice::NOT_AVAILABLE_YET;
                self.remarks.warn(refusal.at(at));
                if left_out { None } else { self.plain_words(otherwise(), TextField::Text, at) }
            }
        }
    }

    fn note_question_mark(&mut self, term: &Term, at: &Range<usize>) {
        if terms::ends_in_question_mark(term) {
            let advice = Advice::new(advice::QUESTION_MARK, "the question mark stands for exactly one more character");
            self.remarks.note(advice.at(at).hint("leave it out if it only ends a sentence"));
        }
    }

    fn note_nothing(&mut self, lexeme: &Lexeme) -> Option<Node> {
        if let Token::Quoted(_) = lexeme.token {
            self.warn_missing(&lexeme.at, "there is no word between the quotes");
        } else {
            let message = format!("`{}` holds no letter or digit and was left out", self.typed(&lexeme.at));
            self.remarks.note(Advice::new(advice::PUNCTUATION, message).at(&lexeme.at));
        }
        None
    }
}

/// Where words are looked for that were meant for `scope`.
fn field_of(scope: Field) -> TextField {
    match scope {
        Field::Text(field) => field,
        _ => TextField::Text,
    }
}
