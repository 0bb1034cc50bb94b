//! What there is to say about a query: the codes, and the list that grows while it is read.
//!
//! *Notes* inform and never refuse. *Warnings* say that something was not read as written. *Errors* are the bounds, the
//! only things that keep a query from being read at all.

use std::ops::Range;

use super::Advice;

/// Errors.
pub const QUERY_TOO_LONG: &str = "query_too_long";
pub const TOO_MANY_CLAUSES: &str = "too_many_clauses";
pub const QUERY_TOO_DEEP: &str = "query_too_deep";

/// Warnings.
pub const BAD_ACRONYM: &str = "bad_acronym";
pub const BAD_BOOST: &str = "bad_boost";
pub const BAD_DATE: &str = "bad_date";
pub const BAD_FUZZY: &str = "bad_fuzzy";
pub const BAD_NUMBER: &str = "bad_number";
pub const BAD_RANGE: &str = "bad_range";
pub const BAD_REGEX: &str = "bad_regex";
pub const BAD_WILDCARD: &str = "bad_wildcard";
pub const FIELD_EXTENDED: &str = "field_extended";
pub const MATCHES_NOTHING: &str = "matches_nothing";
pub const MISSING_OPERAND: &str = "missing_operand";
pub const MORE_ADVICE: &str = "more_advice";
pub const NO_WORDS: &str = "no_words";
pub const OTHER_DIALECT: &str = "other_dialect";
pub const PROXIMITY_OPERAND: &str = "proximity_operand";
pub const UNCLOSED_PARENTHESIS: &str = "unclosed_parenthesis";
pub const UNCLOSED_QUOTE: &str = "unclosed_quote";
pub const UNEXPECTED_PARENTHESIS: &str = "unexpected_parenthesis";
pub const UNKNOWN_FIELD: &str = "unknown_field";
pub const UNKNOWN_VALUE: &str = "unknown_value";

/// Notes.
pub const HYPHEN_AS_TEXT: &str = "hyphen_as_text";
pub const MIXED_AND_OR: &str = "mixed_and_or";
pub const OPERATOR_AS_WORD: &str = "operator_as_word";
pub const PROXIMITY_ONE_WORD: &str = "proximity_one_word";
pub const PUNCTUATION: &str = "punctuation";
pub const QUESTION_MARK: &str = "question_mark";

/// More notes (or warnings) than this help nobody, and sixteen thousand closing parentheses must not make an answer of
/// megabytes.
const MOST: usize = 50;

impl Advice {
    pub fn new(code: &'static str, message: impl Into<String>) -> Advice {
        Advice { code, message: message.into(), at: None, parameter: None, hint: None }
    }

    /// About a request parameter other than the query.
    pub fn of(code: &'static str, parameter: &str, message: impl Into<String>) -> Advice {
        Advice { parameter: Some(parameter.to_owned()), ..Advice::new(code, message) }
    }

    /// `range` counts characters of the input.
    pub fn at(mut self, range: &Range<usize>) -> Advice {
        self.at = Some([range.start, range.end]);
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Advice {
        self.hint = Some(hint.into());
        self
    }
}

/// Notes and warnings in the order they were met, bounded.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    notes: Tally,
    warnings: Tally,
}

#[derive(Debug)]
struct Tally {
    kept: Vec<Advice>,
    more: usize,
    /// So many are kept.
    most: usize,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally { kept: Vec::new(), more: 0, most: MOST }
    }
}

impl Remarks {
    /// For those who only want to know whether there are any: none is kept.
    pub(super) fn counted() -> Remarks {
        let none = || Tally { most: 0, ..Tally::default() };
        Remarks { notes: none(), warnings: none() }
    }

    pub(super) fn note(&mut self, advice: Advice) {
        self.notes.add(advice);
    }

    pub(super) fn warn(&mut self, advice: Advice) {
        self.warnings.add(advice);
    }

    /// Whether another warning will be shown; if not, a hint that takes long to find need not be looked for.
    pub(super) fn keeps_warnings(&self) -> bool {
        self.warnings.kept.len() < self.warnings.most
    }

    pub(super) fn is_empty(&self) -> bool {
        [&self.notes, &self.warnings].iter().all(|tally| tally.kept.is_empty() && tally.more == 0)
    }

    /// Notes and warnings, each by its place in the input.
    pub(super) fn into_lists(self) -> (Vec<Advice>, Vec<Advice>) {
        (self.notes.into_list(), self.warnings.into_list())
    }
}

impl Tally {
    fn add(&mut self, advice: Advice) {
        if self.kept.len() < self.most { self.kept.push(advice) } else { self.more += 1 }
    }

    fn into_list(mut self) -> Vec<Advice> {
        // What was wrong in particular comes before what came of it.
        self.kept.sort_by_key(|advice| (advice.code == NO_WORDS, advice.at));
        if self.more > 0 {
            self.kept.push(Advice::new(MORE_ADVICE, format!("and {} more of these", self.more)));
        }
        self.kept
    }
}
