//! Words as they are typed into a query: by the rules of running text, without knowing the language.

use super::language::Rules;
use super::segment::{Event, Word, read_by};

/// One typed word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryWord {
    /// What is looked for in the words as written.
    pub folded: String,
    /// What stems are taken from.
    pub lower: String,
    /// In capitals, if it was typed with dots: `U.S.` means the acronym and not the pronoun.
    pub acronym: Option<String>,
}

/// How typed text is looked for: as any of these sequences of words. A sequence of one is a word, a longer one an exact
/// phrase. `e-mail` is `e mail` or `email`; `l'homme` is `lhomme` or, as in French text, `l homme`; a run of Chinese is
/// one sequence of its characters. Empty if there is no word in it.
pub fn query_sequences(typed: &str) -> Vec<Vec<QueryWord>> {
    let (whole, split) = (Reading::of(typed, false), Reading::of(typed, true));
    let candidates = [whole.parts(), whole.joined(), split.parts(), split.joined()];
    let mut sequences: Vec<Vec<QueryWord>> = Vec::new();
    for sequence in candidates {
        if !sequence.is_empty() && !sequences.contains(&sequence) {
            sequences.push(sequence);
        }
    }
    sequences
}

/// The words of typed text, compounds both ways.
struct Reading {
    /// By position.
    words: Vec<QueryWord>,
    /// Joined forms, with the position and the number of their parts.
    compounds: Vec<(usize, usize, QueryWord)>,
}

impl Reading {
    fn of(typed: &str, split_elisions: bool) -> Reading {
        let mut reading = Reading { words: Vec::new(), compounds: Vec::new() };
        read_by(typed, Rules::typed(split_elisions), |event| match event {
            Event::Word(word) if word.span == 1 => reading.words.push(owned(&word)),
            Event::Word(word) => {
                reading.compounds.push((word.position as usize, word.span as usize, owned(&word)));
            }
            Event::SentenceEnd { .. } => {}
        });
        reading
    }

    fn parts(&self) -> Vec<QueryWord> {
        self.words.clone()
    }

    /// Each compound as its joined form.
    fn joined(&self) -> Vec<QueryWord> {
        let mut sequence = Vec::new();
        let mut from = 0;
        for (position, span, compound) in &self.compounds {
            sequence.extend_from_slice(&self.words[from..*position]);
            sequence.push(compound.clone());
            from = position + span;
        }
        sequence.extend_from_slice(&self.words[from..]);
        sequence
    }
}

fn owned(word: &Word<'_>) -> QueryWord {
    QueryWord { folded: word.folded.to_owned(), lower: word.lower.to_owned(), acronym: word.acronym.map(str::to_owned) }
}
