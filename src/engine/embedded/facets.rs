//! One facet over all segments: its values, and which value each segment's ordinals stand for.
//!
//! A column holds `folded value, spelling`; spellings of one value are counted together. The table is made once a
//! state of the index and facet, when first asked for; counting is then one addition a value. What each document of a
//! segment holds is unpacked once, and shared by all the states that the segment is in.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tantivy::columnar::StrColumn;
use tantivy::index::SegmentId;
use tantivy::{Searcher, SegmentReader};

use super::write::LABEL;
use crate::engine::{Count, Counts, EngineError, FacetField, Values};

pub(super) struct FacetIndex {
    /// Sorted by folded value.
    values: Vec<Value>,
    segments: Vec<Option<Segment>>,
}

/// What was counted of one facet.
pub(super) struct Tally {
    /// Articles, one counter a value.
    pub(super) counters: Vec<u32>,
    /// How many of them tell a story that another of them has told; empty where none does.
    pub(super) again: Vec<u32>,
    pub(super) missing: u64,
}

struct Value {
    key: String,
    label: String,
}

struct Segment {
    ordinals: Arc<Ordinals>,
    /// The value of each ordinal.
    value: Vec<u32>,
}

/// The ordinals of every document of a segment, one after the other. A column as it lies in the file is packed in bits and
/// read through three layers.
struct Ordinals {
    /// Where a document's begin; they end where the next one's do.
    starts: Vec<u32>,
    all: Vec<u32>,
}

/// The ordinals that some state still holds.
#[derive(Default)]
pub(super) struct Unpacked(Mutex<HashMap<(SegmentId, FacetField), Weak<Ordinals>>>);

impl Unpacked {
    fn get(&self, reader: &SegmentReader, field: FacetField, column: &StrColumn) -> Arc<Ordinals> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (reader.segment_id(), field);
        if let Some(ordinals) = known.get(&key).and_then(Weak::upgrade) {
            return ordinals;
        }
        known.retain(|_, ordinals| ordinals.strong_count() > 0);
        let ordinals = Arc::new(Ordinals::unpack(reader, column));
        known.insert(key, Arc::downgrade(&ordinals));
        ordinals
    }
}

impl Ordinals {
    fn unpack(reader: &SegmentReader, column: &StrColumn) -> Ordinals {
        let mut starts = Vec::with_capacity(reader.max_doc() as usize + 1);
        let mut all = Vec::with_capacity(column.ords().values.num_vals() as usize);
        for doc in 0..reader.max_doc() {
            starts.push(all.len() as u32);
            all.extend(column.ords().values_for_doc(doc).map(|ordinal| ordinal as u32));
        }
        starts.push(all.len() as u32);
        Ordinals { starts, all }
    }

    fn of(&self, doc: u32) -> &[u32] {
        let at = |doc: usize| self.starts.get(doc).map_or(self.all.len(), |start| *start as usize);
        &self.all[at(doc as usize)..at(doc as usize + 1)]
    }

    /// How often each ordinal is used.
    fn uses(&self, ordinals: usize) -> Vec<u64> {
        let mut uses = vec![0; ordinals];
        self.all.iter().for_each(|ordinal| uses[*ordinal as usize] += 1);
        uses
    }
}

impl FacetIndex {
    pub(super) fn build(
        searcher: &Searcher,
        field: FacetField,
        column: &str,
        unpacked: &Unpacked,
    ) -> Result<FacetIndex, EngineError> {
        let mut spellings = std::collections::BTreeMap::<String, u64>::new();
        let mut columns = Vec::new();
        for reader in searcher.segment_readers() {
            let Some(column) = reader.fast_fields().str(column)? else {
                columns.push(None);
                continue;
            };
            let (ordinals, terms) = (unpacked.get(reader, field, &column), terms(&column)?);
            for (term, uses) in terms.iter().zip(ordinals.uses(terms.len())) {
                *spellings.entry(term.clone()).or_default() += uses;
            }
            columns.push(Some((ordinals, terms)));
        }
        let values = commonest(&spellings);
        let segments = columns.into_iter().map(|column| {
            let (ordinals, terms) = column?;
            Some(Segment { ordinals, value: positions(&values, &terms) })
        });
        let segments = segments.collect();
        Ok(FacetIndex { values, segments })
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Counters, one a value.
    pub(super) fn counters(&self) -> Vec<u32> {
        vec![0; self.values.len()]
    }

    /// Calls `each` with every value of a document; says whether it has any.
    pub(super) fn each(&self, segment: usize, doc: u32, mut each: impl FnMut(u32)) -> bool {
        let Some(Some(segment)) = self.segments.get(segment) else { return false };
        let ordinals = segment.ordinals.of(doc);
        ordinals.iter().for_each(|ordinal| each(segment.value[*ordinal as usize]));
        !ordinals.is_empty()
    }

    /// The number of a folded value.
    pub(super) fn find(&self, key: &str) -> Option<u32> {
        self.values.binary_search_by(|value| value.key.as_str().cmp(key)).ok().map(|at| at as u32)
    }

    /// The values asked for. Values are numbered in the order of their names.
    pub(super) fn told(&self, tally: &Tally, asked: &Values, selected: &[u32]) -> Counts {
        let Tally { counters, again, missing } = tally;
        let of = |value: u32| counters[value as usize];
        let has_prefix = |value: &u32| begins_a_word(&self.values[*value as usize].key, &asked.prefix);
        let mut met: Vec<u32> = (0..counters.len() as u32).filter(|value| of(*value) > 0).filter(has_prefix).collect();
        let distinct = met.len() as u64;
        let (from, until) = (asked.offset.min(met.len()), asked.offset.saturating_add(asked.limit).min(met.len()));
        if !asked.by_name {
            let rank = |value: &u32| (Reverse(of(*value)), *value);
            if until < met.len() {
                met.select_nth_unstable_by_key(until, rank);
            }
            met[..until].sort_unstable_by_key(rank);
        }
        let mut told = met[from..until].to_vec();
        if asked.and_selected {
            told.extend(selected.iter().filter(|value| !told.contains(value)).copied().collect::<Vec<_>>());
        }
        let all: u64 = met.iter().map(|value| u64::from(of(*value))).sum();
        let said: u64 = told.iter().filter(|value| has_prefix(value)).map(|value| u64::from(of(*value))).sum();
        let values = told.into_iter().map(|value| {
            let again = again.get(value as usize).unwrap_or(&0);
            self.count(value, of(value), of(value) - again, selected.contains(&value))
        });
        Counts { values: values.collect(), distinct, others: all - said, missing: *missing }
    }

    pub(super) fn count(&self, value: u32, count: u32, stories: u32, selected: bool) -> Count {
        let Value { key, label } = &self.values[value as usize];
        let (count, stories) = (u64::from(count), u64::from(stories));
        Count { key: key.clone(), label: label.clone(), count, stories, selected }
    }
}

/// Whoever looks for `merkel` wants `angela merkel` too.
fn begins_a_word(key: &str, prefix: &str) -> bool {
    let begins = |at: usize| key[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
    prefix.is_empty() || key.match_indices(prefix).any(|(at, _)| begins(at))
}

fn terms(column: &StrColumn) -> Result<Vec<String>, EngineError> {
    let mut terms = Vec::with_capacity(column.num_terms());
    let mut stream = column.dictionary().stream().map_err(EngineError::new)?;
    while stream.advance() {
        terms.push(String::from_utf8_lossy(stream.key()).into_owned());
    }
    Ok(terms)
}

/// Each folded value once, under its commonest spelling.
fn commonest(spellings: &std::collections::BTreeMap<String, u64>) -> Vec<Value> {
    let mut values: Vec<(Value, u64)> = Vec::new();
    for (spelling, uses) in spellings {
        let (key, label) = spelling.split_once(LABEL).unwrap_or((spelling, spelling));
        match values.last_mut() {
            Some((value, most)) if value.key == key => {
                if uses > most {
                    (value.label, *most) = (label.to_owned(), *uses);
                }
            }
            _ => values.push((Value { key: key.to_owned(), label: label.to_owned() }, *uses)),
        }
    }
    values.into_iter().map(|(value, _)| value).collect()
}

/// Both lists are sorted by folded value, so one walk finds them all.
fn positions(values: &[Value], terms: &[String]) -> Vec<u32> {
    let mut at = 0;
    let mut positions = Vec::with_capacity(terms.len());
    for term in terms {
        let key = term.split(LABEL).next().unwrap_or_default();
        while values[at].key != key {
            at += 1;
        }
        positions.push(at as u32);
    }
    positions
}
