//! Wildcards, fuzzy words and regular expressions: the words of the corpus that a pattern stands for, found by walking
//! the dictionary and an automaton together, so that only what can still match is looked at.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind};
use tantivy::postings::TermInfo;
use tantivy::query::{DfaWrapper, FuzzyTermQuery};
use tantivy::schema::Field;
use tantivy_fst::Automaton;

use super::View;
use super::deadline::{Deadline, Watch};
use crate::analysis::{STEM_MARK, fold, fold_pattern};
use crate::engine::EngineError;

/// Words a pattern may stand for.
pub(super) const MOST_EXPANSIONS: usize = 1024;

/// Words that all the patterns of one query may stand for: each opens its postings.
pub(super) const MOST_IN_A_QUERY: usize = 8 * MOST_EXPANSIONS;

/// An automaton may be so large, in bytes; one for a word rarely has a hundredth.
const LARGEST_AUTOMATON: usize = 2 << 20;

/// A pattern over one word as it is indexed: folded.
pub(super) struct Pattern {
    /// As typed.
    pub(super) name: String,
    machine: Machine,
}

enum Machine {
    Expression(Box<dense::DFA<Vec<u32>>>),
    Edits(DfaWrapper),
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Pattern {
    /// `*` is any ending or middle, `?` exactly one character.
    pub(super) fn wildcard(typed: &str) -> Result<Pattern, EngineError> {
        let mut expression = String::new();
        for letter in fold_pattern(typed).chars() {
            match letter {
                '*' => expression.push_str("(?s:.)*"),
                '?' => expression.push_str("(?s:.)"),
                letter => expression.push_str(&regex_syntax::escape(letter.encode_utf8(&mut [0; 4]))),
            }
        }
        Pattern::compile(typed, &expression)
    }

    /// A regular expression that the whole word answers, in any case.
    pub(super) fn regex(typed: &str) -> Result<Pattern, EngineError> {
        let mut expression = String::new();
        for letter in typed.chars() {
            let folded = if letter.is_ascii() { letter.to_string() } else { fold(letter.encode_utf8(&mut [0; 4])) };
            match folded.chars().count() {
                0 | 1 => expression.push_str(&folded),
                _ => expression.push_str(&format!("(?:{folded})")),
            }
        }
        Pattern::compile(typed, &expression)
    }

    /// Words within so many edits; two neighbours that have changed places are one.
    pub(super) fn fuzzy(word: &str, edits: u8) -> Result<Pattern, EngineError> {
        let term = tantivy::Term::from_field_text(Field::from_field_id(0), word);
        let machine = Machine::Edits(FuzzyTermQuery::new(term, edits, true).automaton()?);
        Ok(Pattern { name: word.to_owned(), machine })
    }

    fn compile(typed: &str, expression: &str) -> Result<Pattern, EngineError> {
        let config = dense::Config::new()
            .match_kind(MatchKind::All)
            .start_kind(StartKind::Anchored)
            .accelerate(false)
            .dfa_size_limit(Some(LARGEST_AUTOMATON))
            .determinize_size_limit(Some(LARGEST_AUTOMATON));
        let mut builder = dense::Builder::new();
        builder.configure(config).syntax(syntax::Config::new().case_insensitive(true));
        match builder.build(expression) {
            Ok(dfa) => Ok(Pattern { name: typed.to_owned(), machine: Machine::Expression(Box::new(dfa)) }),
            Err(_) => Err(EngineError::TooComplicated { pattern: typed.to_owned() }),
        }
    }
}

/// A pattern on its way through a dictionary. When the time is up nothing can match any more.
struct Walk<'a> {
    pattern: &'a Pattern,
    watch: RefCell<Watch>,
}

#[derive(Clone, Copy)]
enum State {
    Expression(StateID),
    Edits(u32),
    Lost,
}

impl Automaton for Walk<'_> {
    type State = State;

    fn start(&self) -> State {
        match &self.pattern.machine {
            Machine::Expression(dfa) => {
                let start = dfa.start_state(&start::Config::new().anchored(Anchored::Yes));
                start.map_or(State::Lost, State::Expression)
            }
            Machine::Edits(automaton) => State::Edits(automaton.start()),
        }
    }

    fn is_match(&self, state: &State) -> bool {
        match (&self.pattern.machine, state) {
            (Machine::Expression(dfa), State::Expression(state)) => dfa.is_match_state(dfa.next_eoi_state(*state)),
            (Machine::Edits(automaton), State::Edits(state)) => automaton.is_match(state),
            _ => false,
        }
    }

    fn can_match(&self, state: &State) -> bool {
        let can = match (&self.pattern.machine, state) {
            (Machine::Expression(dfa), State::Expression(state)) => {
                !dfa.is_dead_state(*state) && !dfa.is_quit_state(*state)
            }
            (Machine::Edits(automaton), State::Edits(state)) => automaton.can_match(state),
            _ => false,
        };
        can && !self.watch.borrow_mut().is_over(1)
    }

    fn accept(&self, state: &State, byte: u8) -> State {
        match (&self.pattern.machine, state) {
            (Machine::Expression(dfa), State::Expression(state)) => State::Expression(dfa.next_state(*state, byte)),
            (Machine::Edits(automaton), State::Edits(state)) => State::Edits(automaton.accept(state, byte)),
            _ => State::Lost,
        }
    }
}

/// Words of one field, and where their postings lie in each segment.
pub(super) type Expanded = BTreeMap<String, Vec<Option<TermInfo>>>;

impl View {
    /// Every word of a field that the pattern matches: words as written, neither stems nor acronyms.
    pub(super) fn expand(&self, field: Field, pattern: &Pattern, deadline: &Deadline) -> Result<Expanded, EngineError> {
        let readers = self.searcher.segment_readers();
        let mut words = Expanded::new();
        for (segment, reader) in readers.iter().enumerate() {
            let inverted = reader.inverted_index(field)?;
            let walk = Walk { pattern, watch: RefCell::new(Watch::new(deadline)) };
            let mut found = inverted.terms().search(walk).into_stream().map_err(EngineError::new)?;
            while let Some((word, place)) = found.next() {
                let Some(word) = std::str::from_utf8(word).ok().filter(|word| is_as_written(word)) else { continue };
                if !words.contains_key(word) {
                    if words.len() == MOST_EXPANSIONS {
                        let word = pattern.name.clone();
                        return Err(EngineError::TooManyExpansions { word, bound: MOST_EXPANSIONS });
                    }
                    words.insert(word.to_owned(), vec![None; readers.len()]);
                }
                if let Some(places) = words.get_mut(word) {
                    places[segment] = Some(place.clone());
                }
            }
        }
        if deadline.was_met() { Err(EngineError::TimeOut) } else { Ok(words) }
    }
}

fn is_as_written(word: &str) -> bool {
    !word.contains(|c: char| c == STEM_MARK || c.is_uppercase())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[track_caller]
    fn check(pattern: Result<Pattern, EngineError>, matches: &[&str], misses: &[&str]) {
        let pattern = pattern.unwrap();
        let deadline = Deadline::new(&(Instant::now() + Duration::from_secs(3600)).into());
        let walk = Walk { pattern: &pattern, watch: RefCell::new(Watch::new(&deadline)) };
        let is_match =
            |word: &str| walk.is_match(&word.bytes().fold(walk.start(), |state, byte| walk.accept(&state, byte)));
        for word in matches {
            assert!(is_match(word), "{pattern:?} on {word}");
        }
        for word in misses {
            assert!(!is_match(word), "{pattern:?} on {word}");
        }
    }

    #[test]
    fn a_wildcard_matches_whole_words() {
        check(Pattern::wildcard("mine*"), &["mine", "mineral"], &["examine", "min"]);
        check(Pattern::wildcard("Organi?ation"), &["organisation", "organization"], &["organiation"]);
        check(Pattern::wildcard("w?man"), &["woman", "w東man"], &["wman"]);
        check(Pattern::wildcard("in*tion*s"), &["institutions"], &["institution"]);
        check(Pattern::wildcard("c++*"), &["c++", "c++11"], &["ccc"]);
    }

    #[test]
    fn a_regular_expression_matches_whole_words_in_any_case() {
        check(Pattern::regex("Colou?rs?"), &["color", "colours"], &["colorful", "xcolor"]);
        check(Pattern::regex("a|ab"), &["a", "ab"], &["b", "abb"]);
        check(Pattern::regex("(pö|straß)e"), &["poe", "strasse"], &["pöe"]);
        check(Pattern::regex(r"\d{4}"), &["1987"], &["198", "19870"]);
    }

    #[test]
    fn an_edit_is_a_letter_more_or_less_or_another_or_two_that_changed_places() {
        check(Pattern::fuzzy("putin", 1), &["putin", "putn", "puttin", "patin", "puitn"], &["ptn", "poutine"]);
        check(Pattern::fuzzy("putin", 2), &["ptn", "poutine"], &["poutines"]);
    }

    #[test]
    fn an_automaton_that_grows_without_bound_is_refused() {
        let refused = Pattern::regex("(a|b|c)*a(a|b|c){20}");
        assert!(matches!(refused, Err(EngineError::TooComplicated { .. })));
    }
}
