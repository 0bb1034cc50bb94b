//! Which words meet a typed one, by *Words, exactly*: looked at one after the other.

use broadsheet::analysis::{self, QueryWord, Stemmers, fold, fold_pattern, query_sequences};
use broadsheet::query::ast::{Slot, Term};

use super::plain::Form;
use super::regex;

/// What one word has to be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum WordTest {
    /// This word or one that has a stem of it, or a Korean word that holds all its pairs of syllables.
    Inflected {
        folded: String,
        stems: Vec<String>,
    },
    Exact(String),
    Acronym(String),
    Wildcard(String),
    Fuzzy(String, u8),
    Regex(String),
}

impl WordTest {
    /// Those that are what it has to be.
    pub(super) fn met_by(&self, forms: &[Form]) -> Vec<usize> {
        match self {
            WordTest::Inflected { folded, stems } => filter(forms, |form| {
                let shares = form.stems.iter().any(|stem| stems.contains(stem));
                form.folded == *folded || shares || holds_pairs(form, folded)
            }),
            WordTest::Exact(folded) => filter(forms, |form| form.folded == *folded),
            WordTest::Acronym(letters) => filter(forms, |form| form.acronym.as_ref() == Some(letters)),
            WordTest::Wildcard(pattern) => {
                let pattern = chars(pattern);
                filter(forms, |form| matches_pattern(&pattern, &form.letters))
            }
            WordTest::Fuzzy(word, edits) => {
                let word = chars(word);
                filter(forms, |form| is_within(&word, &form.letters, usize::from(*edits)))
            }
            WordTest::Regex(pattern) => {
                let expression = regex::read(&pattern.to_lowercase());
                filter(forms, |form| regex::is_whole(&expression, &form.letters))
            }
        }
    }
}

fn filter(forms: &[Form], meets: impl Fn(&Form) -> bool) -> Vec<usize> {
    forms.iter().enumerate().filter(|(_, form)| meets(form)).map(|(number, _)| number).collect()
}

/// A text term as rows of words that may stand for it.
pub(super) fn readings(term: &Term, stemmers: &mut Stemmers, langs: &[&str]) -> Vec<Vec<WordTest>> {
    match term {
        Term::Word(typed) => query_sequences(typed).iter().map(|words| inflected(words, stemmers, langs)).collect(),
        Term::Exact(typed) => exact(typed),
        Term::Acronym(letters) => vec![vec![WordTest::Acronym(letters.clone())]],
        Term::Wildcard(pattern) => vec![vec![wildcard(pattern)]],
        Term::Fuzzy(typed, edits) => vec![vec![WordTest::Fuzzy(fold(typed), *edits)]],
        Term::Regex(pattern) => vec![vec![WordTest::Regex(pattern.clone())]],
        Term::Phrase(slots) | Term::Loose(slots, _) => slots.iter().fold(vec![Vec::new()], |rows, slot| {
            let choices = slot_readings(slot);
            rows.iter().flat_map(|row| choices.iter().map(|choice| [&row[..], choice].concat())).collect()
        }),
    }
}

fn slot_readings(slot: &Slot) -> Vec<Vec<WordTest>> {
    match slot {
        Slot::Word(typed) => exact(typed),
        Slot::Wildcard(pattern) => vec![vec![wildcard(pattern)]],
    }
}

/// One word is inflected; what falls into several is a phrase.
fn inflected(words: &[QueryWord], stemmers: &mut Stemmers, langs: &[&str]) -> Vec<WordTest> {
    match words {
        [word] if word.acronym.is_none() => {
            vec![WordTest::Inflected { folded: word.folded.clone(), stems: stemmers.query_terms(word, langs) }]
        }
        _ => words.iter().map(as_written).collect(),
    }
}

fn exact(typed: &str) -> Vec<Vec<WordTest>> {
    query_sequences(typed).iter().map(|words| words.iter().map(as_written).collect()).collect()
}

fn as_written(word: &QueryWord) -> WordTest {
    word.acronym.clone().map_or_else(|| WordTest::Exact(word.folded.clone()), WordTest::Acronym)
}

fn wildcard(pattern: &str) -> WordTest {
    WordTest::Wildcard(fold_pattern(pattern))
}

fn holds_pairs(form: &Form, folded: &str) -> bool {
    let mut pairs = analysis::korean_pairs(folded).peekable();
    pairs.peek().is_some() && pairs.all(|pair| form.pairs.iter().any(|held| held == pair))
}

fn chars(word: &str) -> Vec<char> {
    word.chars().collect()
}

/// `?` is one character, `*` any number of them.
fn matches_pattern(pattern: &[char], word: &[char]) -> bool {
    match pattern.split_first() {
        None => word.is_empty(),
        Some(('*', rest)) => (0..=word.len()).any(|taken| matches_pattern(rest, &word[taken..])),
        Some(('?', rest)) => !word.is_empty() && matches_pattern(rest, &word[1..]),
        Some((letter, rest)) => word.first() == Some(letter) && matches_pattern(rest, &word[1..]),
    }
}

/// Whether one word becomes the other by so many insertions, deletions, substitutions and exchanges of neighbours, no
/// letter being edited twice: the table of optimal string alignment.
fn is_within(one: &[char], other: &[char], edits: usize) -> bool {
    if one.len().abs_diff(other.len()) > edits {
        return false;
    }
    let mut table = vec![0; (one.len() + 1) * (other.len() + 1)];
    let at = |i: usize, j: usize| i * (other.len() + 1) + j;
    for i in 0..=one.len() {
        for j in 0..=other.len() {
            table[at(i, j)] = match (i, j) {
                (0, _) => j,
                (_, 0) => i,
                _ => {
                    let substituted = table[at(i - 1, j - 1)] + usize::from(one[i - 1] != other[j - 1]);
                    let exchanged = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
                    let exchanged = if exchanged { table[at(i - 2, j - 2)] + 1 } else { usize::MAX };
                    substituted.min(exchanged).min(table[at(i - 1, j)] + 1).min(table[at(i, j - 1)] + 1)
                }
            };
        }
    }
    table[at(one.len(), other.len())] <= edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_one_letter_or_two_neighbours() {
        let within = |one: &str, other: &str, edits| is_within(&chars(one), &chars(other), edits);
        for near in ["putin", "puttin", "putn", "pudin", "uptin"] {
            assert!(within("putin", near, 1), "{near}");
        }
        assert!(!within("putin", "ptiun", 1) && within("putin", "ptiun", 2));
        assert!(!within("ca", "abc", 2), "no letter is edited twice");
    }

    #[test]
    fn a_question_mark_is_one_character() {
        let matches = |pattern: &str, word: &str| matches_pattern(&chars(pattern), &chars(word));
        assert!(matches("organi?ation", "organisation") && !matches("organi?ation", "organiation"));
        assert!(matches("mine*", "mine") && matches("mi*e*s", "miners") && !matches("mine*", "min"));
    }
}
