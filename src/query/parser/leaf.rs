//! Leaves: one token of text or of a value, read with the field it stands in.

use std::ops::Range;

use super::super::ast::{Node, Term, TextField};
use super::super::fields::Field;
use super::super::lexer::{Lexeme, Token};
use super::super::text::Text;
use super::super::values::{self, Given};
use super::super::{Advice, advice, regex, terms};
use super::Parser;
use super::operand::leaf_node;

impl Parser<'_> {
    pub(super) fn leaf(&mut self, scope: Field, lexeme: &Lexeme) -> Option<Node> {
        if let Token::And(_) | Token::Or(_) | Token::Not | Token::Proximity(_) | Token::Count(..) = lexeme.token {
            self.note_operator_as_word(&lexeme.at, "an operator stands between what it joins; quotes make it a word");
            let text = Text::unescape(&self.input[lexeme.at.clone()]);
            return self.value_or(scope, &lexeme.at, Given::Bare(text.clone()), || vec![Term::Word(text.plain())]);
        }
        if let Token::Regex(pattern) = &lexeme.token {
            return self.regex(scope, pattern, &lexeme.at);
        }
        match scope {
            Field::Text(field) => self.term(field, lexeme),
            _ => self.value(scope, lexeme),
        }
    }

    /// A leaf in running text.
    fn term(&mut self, field: TextField, lexeme: &Lexeme) -> Option<Node> {
        let at = &lexeme.at;
        let tilde = self.take_tilde();
        let (read, text) = match &lexeme.token {
            Token::Word(text) if text.is("*") => return self.star(field, lexeme),
            Token::Word(text) | Token::Value(text) => (terms::bare(text), text.clone()),
            Token::Exact(text) => (terms::exact(text), text.clone()),
            Token::Quoted(text) => (terms::quoted(text), text.clone()),
            Token::Acronym(letters) => (Ok(Some(Term::Acronym(letters.clone()))), Text::default()),
            Token::Range(_) => return self.lone_range(field, at),
            _ => return None,
        };
        match (read, tilde) {
            (Ok(Some(term)), Some(tilde)) => {
                self.note_idle_star(&text, at);
                let term = self.loosened(term, lexeme, &tilde);
                Some(leaf_node(field, term, &(at.start..tilde.at.end)))
            }
            (Ok(Some(term)), None) => {
                self.remark_on_signs(field, &term, &text, lexeme);
                Some(leaf_node(field, term, at))
            }
            (Ok(None), _) => self.note_nothing(lexeme),
            (Err(refusal), _) => {
                self.remarks.warn(refusal.at(at));
                self.plain_words(terms::plain_words(&text), field, at)
            }
        }
    }

    /// Signs around a word that may have been meant to say something.
    fn remark_on_signs(&mut self, field: TextField, term: &Term, text: &Text, lexeme: &Lexeme) {
        self.note_idle_star(text, &lexeme.at);
        self.note_question_mark(term, &lexeme.at);
        self.note_truncation(text, term, &lexeme.at);
        self.warn_comparison(field, lexeme);
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

    /// `/re/`; one that cannot be looked for as the words in it.
    fn regex(&mut self, scope: Field, pattern: &str, at: &Range<usize>) -> Option<Node> {
        if !scope.is_text() {
            let message = format!("`{}:` is matched on whole values", scope.name());
            let advice = Advice::new(advice::BAD_REGEX, message).at(at).hint("write the whole value");
            self.remarks.warn(advice);
        } else if let Err(fault) = regex::check(pattern) {
            let place = self.place_in_regex(at, &fault.at);
            self.remarks.warn(Advice::new(advice::BAD_REGEX, fault.message).at(&place).hint(fault.hint));
        } else {
            self.note_hyphen_in_regex(pattern, at);
            return Some(leaf_node(field_of(scope), Term::Regex(pattern.to_owned()), at));
        }
        self.plain_words(terms::words_of_regex(pattern), field_of(scope), at)
    }

    /// `/non-opec/` finds nothing: no word has a hyphen in it.
    fn note_hyphen_in_regex(&mut self, pattern: &str, at: &Range<usize>) {
        if !regex::asks_for_hyphen(pattern) {
            return;
        }
        let is_plain = pattern.chars().all(|ch| ch.is_alphanumeric() || ch == '-');
        let parts: Vec<&str> = pattern.split('-').filter(|part| !part.is_empty()).collect();
        let written = if is_plain { parts.join(" ") } else { "non opec".to_owned() };
        let message = "an expression is about one word, and words are cut at hyphens";
        let advice = Advice::new(advice::PUNCTUATION, message).at(at);
        self.remarks.note(advice.hint(format!("write the parts as a phrase: `\"{written}\"`")));
    }

    /// Characters of the input for characters of an expression, in which an escaped slash is one.
    fn place_in_regex(&self, at: &Range<usize>, fault: &Range<usize>) -> Range<usize> {
        let typed = &self.input[at.start + 1..at.end - 1];
        let mut places = Vec::with_capacity(typed.len() + 1);
        let mut next = 0;
        while next < typed.len() {
            let pair = typed[next] == '\\' && next + 1 < typed.len();
            let is_one = !pair || typed[next + 1] == '/';
            places.push(next);
            places.extend((!is_one).then_some(next + 1));
            next += 1 + usize::from(pair);
        }
        let place = |offset: usize| at.start + 1 + places.get(offset).copied().unwrap_or(typed.len());
        place(fault.start)..place(fault.end)
    }

    /// `headline:>x`
    fn warn_comparison(&mut self, field: TextField, lexeme: &Lexeme) {
        let Lexeme { token: Token::Word(text), at, .. } = lexeme else { return };
        let Some(before) = self.next.checked_sub(2).map(|before| &self.tokens[before]) else { return };
        let typed = text.plain();
        let is_compared = typed.starts_with(['<', '>']) && !text.has_escapes();
        if is_compared && matches!(before.token, Token::Field(_)) {
            let name = Field::Text(field).name();
            let advice = Advice::new(advice::BAD_RANGE, format!("`{name}:` has no order, so the sign was left out"));
            let value = typed.trim_start_matches(['<', '>', '=']);
            let at = before.at.start..at.end;
            self.remarks.warn(advice.at(&at).hint(format!("write `{name}:{value}`")));
        }
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
        self.refuse_tilde(field);
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
                self.remarks.warn(refusal.at(at));
                self.plain_words(otherwise(), TextField::Text, at)
            }
        }
    }

    /// `中国*`
    fn note_idle_star(&mut self, text: &Text, at: &Range<usize>) {
        if text.has_idle_star() {
            let message = "in a script without spaces every character is a word, so `*` has nothing to stand for";
            self.remarks.note(Advice::new(advice::PUNCTUATION, message).at(at).hint("leave it out"));
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
