//! What a beginning may become: the words of headlines, and the values of facets. A table over one state of the index,
//! in which each word leads to all that it stands in; weighed by how often something is used, and how lately.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;
use tantivy_fst::{IntoStreamer, Map, Streamer};

use super::View;
use crate::analysis::{STEM_MARK, folded_words};
use crate::engine::{Beginning, EngineError, FacetField};

/// Of each kind, so many of those that are used most.
const MOST: usize = 100_000;

/// After so long a use counts half.
const HALF_LIFE_MS: f64 = 90.0 * 24.0 * 60.0 * 60.0 * 1000.0;

/// Words that begin alike, and things that they stand in, that are looked at for one beginning.
const LOOKED_AT: usize = 50_000;

/// A beginning of fewer letters is one slip away from half of all words.
const SHORTEST_WITH_A_SLIP: usize = 4;

/// What begins with a slip comes behind what is one.
const SLIPPED: f32 = 0.25;

/// That it begins with what was typed, and has it not in its middle.
const FROM_THE_START: f32 = 1.5;

const FACETS: [FacetField; 6] =
    [FacetField::Tag, FacetField::Person, FacetField::Org, FacetField::Place, FacetField::Source, FacetField::Author];

pub struct Completions {
    entries: Vec<Entry>,
    /// Every word of theirs, and where in `places` the list of its entries begins.
    words: Map<Vec<u8>>,
    places: Vec<Vec<u32>>,
}

struct Entry {
    /// `None`: a word.
    field: Option<FacetField>,
    key: String,
    label: String,
    count: u64,
    weight: f32,
}

impl View {
    pub(in crate::engine) fn completions(&self) -> Result<Completions, EngineError> {
        let mut entries = self.headline_words()?;
        for field in FACETS {
            entries.extend(self.values(field)?);
        }
        Completions::of(entries)
    }

    /// The words of headlines as they are written there, those in two of them at least.
    fn headline_words(&self) -> Result<Vec<Entry>, EngineError> {
        let mut counts = BTreeMap::<String, u64>::new();
        for reader in self.searcher.segment_readers() {
            let inverted = reader.inverted_index(self.fields.headline)?;
            let mut terms = inverted.terms().stream().map_err(EngineError::new)?;
            while let Some((word, place)) = terms.next() {
                let Ok(word) = std::str::from_utf8(word) else { continue };
                if !word.contains(|c: char| c == STEM_MARK || c.is_uppercase()) && word.chars().nth(1).is_some() {
                    *counts.entry(word.to_owned()).or_default() += u64::from(place.doc_freq);
                }
            }
        }
        let entry = |(word, count): (String, u64)| Entry {
            field: None,
            label: word.clone(),
            key: word,
            count,
            weight: (1.0 + count as f32).ln(),
        };
        Ok(most_used(counts.into_iter().filter(|(_, count)| *count > 1).map(entry).collect()))
    }

    fn values(&self, field: FacetField) -> Result<Vec<Entry>, EngineError> {
        let index = self.facet_index(field)?;
        let newest = self.newest_order();
        let (mut counters, mut fresh) = (index.counters(), vec![0_f32; index.len()]);
        for (segment, reader) in self.searcher.segment_readers().iter().enumerate() {
            let columns = self.segments.columns(segment);
            for doc in reader.doc_ids_alive() {
                let age = columns.order.first(doc).map_or(f64::INFINITY, |at| newest.saturating_sub(at).max(0) as f64);
                let share = (-age / HALF_LIFE_MS).exp2() as f32;
                index.each(segment, doc, |value| {
                    counters[value as usize] += 1;
                    fresh[value as usize] += share;
                });
            }
        }
        let used = (0..counters.len()).filter(|value| counters[*value] > 0).map(|value| {
            let count = index.count(value as u32, counters[value], counters[value], false);
            let weight = (1.0 + count.count as f32).ln() + (1.0 + fresh[value]).ln();
            Entry { field: Some(field), key: count.key, label: count.label, count: count.count, weight }
        });
        Ok(most_used(used.collect()))
    }

    /// What age is counted from: the newest article, for an archive may have ended long ago.
    fn newest_order(&self) -> i64 {
        let segments = 0..self.searcher.segment_readers().len();
        segments.map(|segment| self.segments.columns(segment).order.max_value()).max().unwrap_or_default()
    }
}

fn most_used(mut entries: Vec<Entry>) -> Vec<Entry> {
    if entries.len() > MOST {
        entries.select_nth_unstable_by_key(MOST, |entry| Reverse(entry.count));
        entries.truncate(MOST);
    }
    entries
}

impl Completions {
    fn of(entries: Vec<Entry>) -> Result<Completions, EngineError> {
        let mut by_word = BTreeMap::<String, Vec<u32>>::new();
        for (number, entry) in entries.iter().enumerate() {
            for word in folded_words(&entry.key, None) {
                let places = by_word.entry(word).or_default();
                if places.last() != Some(&(number as u32)) {
                    places.push(number as u32);
                }
            }
        }
        let numbered = by_word.keys().enumerate().map(|(number, word)| (word, number as u64));
        let words = Map::from_iter(numbered).map_err(EngineError::new)?;
        let places = by_word.into_values().collect();
        Ok(Completions { entries, words, places })
    }

    /// The best completions of what was typed: its last word may go on, and may have a slip in it.
    pub fn complete(&self, typed: &str, most: usize) -> Vec<Beginning> {
        let typed = folded_words(typed, None);
        let Some((last, before)) = typed.split_last() else { return Vec::new() };
        let mut found: Vec<(u32, f32)> = self.beginning_with(last).into_iter().map(|entry| (entry, 1.0)).collect();
        if found.is_empty() && last.chars().count() >= SHORTEST_WITH_A_SLIP {
            let meant = self.nearly(last, false);
            let begun = self.nearly(last, true).into_iter().filter(|entry| meant.binary_search(entry).is_err());
            found.extend(begun.map(|entry| (entry, SLIPPED)));
            found.extend(meant.into_iter().map(|entry| (entry, 1.0)));
        }
        let start = typed.join(" ");
        let goes_on = |key: &str| {
            before.is_empty()
                || before.iter().all(|typed| folded_words(key, None).iter().any(|word| word.starts_with(typed)))
        };
        let ranked = found.into_iter().filter_map(|(number, worth)| {
            let entry = &self.entries[number as usize];
            let from_the_start = if entry.key.starts_with(&start) { FROM_THE_START } else { 1.0 };
            goes_on(&entry.key).then_some((entry, entry.weight * worth * from_the_start))
        });
        let mut ranked: Vec<(&Entry, f32)> = ranked.collect();
        ranked.sort_by(|(one, worth), (other, other_worth)| {
            other_worth.total_cmp(worth).then_with(|| one.key.cmp(&other.key)).then_with(|| one.field.cmp(&other.field))
        });
        ranked.truncate(most);
        let beginning = |(entry, weight): (&Entry, f32)| Beginning {
            field: entry.field,
            label: entry.label.clone(),
            count: entry.count,
            weight,
        };
        ranked.into_iter().map(beginning).collect()
    }

    /// In ascending order, each once.
    fn beginning_with(&self, start: &str) -> Vec<u32> {
        let mut words = self.words.range().ge(start).into_stream();
        let mut entries = Vec::new();
        while let Some((word, place)) = words.next() {
            if !word.starts_with(start.as_bytes()) || entries.len() >= LOOKED_AT {
                break;
            }
            entries.extend(&self.places[place as usize]);
        }
        entries.sort_unstable();
        entries.dedup();
        entries
    }

    /// What has a word that this one is a slip of; or one that begins so, but for a slip.
    fn nearly(&self, word: &str, begins: bool) -> Vec<u32> {
        let term = tantivy::Term::from_field_text(Field::from_field_id(0), word);
        let nearly = if begins { FuzzyTermQuery::new_prefix } else { FuzzyTermQuery::new };
        let Ok(automaton) = nearly(term, 1, true).automaton() else { return Vec::new() };
        let mut words = self.words.search(automaton).into_stream();
        let mut entries = Vec::new();
        while let Some((_, place)) = words.next() {
            if entries.len() >= LOOKED_AT {
                break;
            }
            entries.extend(&self.places[place as usize]);
        }
        entries.sort_unstable();
        entries.dedup();
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completions(entries: &[(Option<FacetField>, &str, u64)]) -> Completions {
        let entry = |(field, label, count): &(Option<FacetField>, &str, u64)| Entry {
            field: *field,
            key: crate::analysis::fold(label),
            label: (*label).to_owned(),
            count: *count,
            weight: (1.0 + *count as f32).ln(),
        };
        Completions::of(entries.iter().map(entry).collect()).unwrap()
    }

    #[track_caller]
    fn check(typed: &str, expected: &[&str]) {
        let some = completions(&[
            (Some(FacetField::Person), "Angela Merkel", 40),
            (Some(FacetField::Person), "Emmanuel Macron", 30),
            (Some(FacetField::Place), "Macao", 3),
            (Some(FacetField::Org), "Banque de France", 5),
            (None, "market", 90),
            (Some(FacetField::Tag), "Märkte", 2),
            (Some(FacetField::Place), "U.S.", 7),
        ]);
        let found = some.complete(typed, 3);
        assert_eq!(found.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), expected, "{typed}");
    }

    #[test]
    fn any_word_may_begin_so_and_the_most_used_come_first() {
        check("mac", &["Emmanuel Macron", "Macao"]);
        check("MÄR", &["market", "Märkte"]);
        check("ange", &["Angela Merkel"]);
        check("", &[]);
        check("xyz", &[]);
    }

    #[test]
    fn earlier_words_must_go_with_it() {
        check("angela m", &["Angela Merkel"]);
        check("emma m", &["Emmanuel Macron"]);
        check("banque fr", &["Banque de France"]);
        check("angela mac", &[]);
    }

    #[test]
    fn a_slip_is_forgiven_where_little_begins_as_typed() {
        check("merkl", &["Angela Merkel"]);
        check("macrn", &["Emmanuel Macron"]);
        check("mk", &[]);
        check("markte", &["Märkte"]);
        check("maket", &["market"]);
    }

    #[test]
    fn words_are_those_that_the_index_has() {
        check("u.s", &["U.S."]);
        check("US", &["U.S."]);
        check("market's", &["market"]);
    }
}
