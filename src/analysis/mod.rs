//! What a word is: segmentation, folding, stems, compounds, acronyms, sentence ends. The rules are those of
//! docs/query-language.md, *Words, exactly*. Pure: no index, no store.
//!
//! Text is analysed twice in the life of an article, by the same code: when it is indexed, whole; and when a hit is
//! highlighted, only the sentences that hold a match. So analysis can be taken up at the start of any sentence, and
//! gives the same words from there on. A typed word goes the same way, and so meets what it meant.

mod chars;
mod fold;
mod language;

mod case;
mod elision;
mod number;
mod piece;

mod abbreviation;
mod segment;
mod sentence;

mod pairs;
mod stem;
mod typed;

#[cfg(test)]
mod golden;

pub use case::Case;
pub use fold::{fold, fold_pattern};
pub use pairs::{korean_pairs, pairs_of_run};
pub use segment::{Event, Word, folded_words, segment, segment_as};
pub use stem::{STEM_MARK, Stemmers, has_stemmer};
pub use typed::{QueryWord, query_sequences};
