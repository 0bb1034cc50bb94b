//! One facet over all segments: its values, and which value each segment's ordinals stand for.
//!
//! A column holds `folded value, spelling`; spellings of one value are counted together. The table is made once a
//! state of the index and facet, when first asked for; counting is then one addition a value.

use tantivy::Searcher;
use tantivy::columnar::{Column, StrColumn};

use super::write::LABEL;
use crate::engine::{Count, Counts, EngineError};

pub(super) struct FacetIndex {
    /// Sorted by folded value.
    values: Vec<Value>,
    segments: Vec<Option<SegmentOrdinals>>,
}

struct Value {
    key: String,
    label: String,
}

struct SegmentOrdinals {
    ordinals: Column<u64>,
    /// The value of each ordinal.
    value: Vec<u32>,
}

impl FacetIndex {
    pub(super) fn build(searcher: &Searcher, column: &str) -> Result<FacetIndex, EngineError> {
        let mut spellings = std::collections::BTreeMap::<String, u64>::new();
        let mut columns = Vec::new();
        for reader in searcher.segment_readers() {
            let column = reader.fast_fields().str(column)?;
            let terms = column.as_ref().map(terms).transpose()?.unwrap_or_default();
            let uses = column.as_ref().map(|column| uses(column, terms.len())).unwrap_or_default();
            for (term, uses) in terms.iter().zip(uses) {
                *spellings.entry(term.clone()).or_default() += uses;
            }
            columns.push((column, terms));
        }
        let values = commonest(&spellings);
        let segments = columns.into_iter().map(|(column, terms)| {
            let column = column?;
            Some(SegmentOrdinals { ordinals: column.ords().clone(), value: positions(&values, &terms) })
        });
        let segments = segments.collect();
        Ok(FacetIndex { values, segments })
    }

    /// Counters, one a value.
    pub(super) fn counters(&self) -> Vec<u32> {
        vec![0; self.values.len()]
    }

    /// Calls `each` with every value of a document; says whether it has any.
    pub(super) fn each(&self, segment: usize, doc: u32, mut each: impl FnMut(u32)) -> bool {
        let Some(Some(segment)) = self.segments.get(segment) else { return false };
        let mut any = false;
        for ordinal in segment.ordinals.values_for_doc(doc) {
            each(segment.value[ordinal as usize]);
            any = true;
        }
        any
    }

    /// The number of a folded value.
    pub(super) fn find(&self, key: &str) -> Option<u32> {
        self.values.binary_search_by(|value| value.key.as_str().cmp(key)).ok().map(|at| at as u32)
    }

    /// The most frequent `limit` values, equal ones by name; selected values are there even when they are rare.
    pub(super) fn top(&self, counters: &[u32], missing: u64, limit: usize, selected: &[u32]) -> Counts {
        let mut met: Vec<u32> = (0..counters.len() as u32).filter(|value| counters[*value as usize] > 0).collect();
        let rank = |value: &u32| (std::cmp::Reverse(counters[*value as usize]), *value);
        if met.len() > limit {
            met.select_nth_unstable_by_key(limit, rank);
        }
        let rest = met.split_off(limit.min(met.len()));
        met.sort_unstable_by_key(rank);
        met.extend(selected.iter().filter(|value| !met.contains(value)).copied().collect::<Vec<_>>());
        let others =
            rest.iter().filter(|value| !selected.contains(value)).map(|value| u64::from(counters[*value as usize]));
        let others = others.sum();
        let count = |value: u32| Count {
            key: self.values[value as usize].key.clone(),
            label: self.values[value as usize].label.clone(),
            count: u64::from(counters[value as usize]),
            selected: selected.contains(&value),
        };
        Counts { values: met.into_iter().map(count).collect(), others, missing }
    }
}

fn terms(column: &StrColumn) -> Result<Vec<String>, EngineError> {
    let mut terms = Vec::with_capacity(column.num_terms());
    let mut stream = column.dictionary().stream().map_err(EngineError::new)?;
    while stream.advance() {
        terms.push(String::from_utf8_lossy(stream.key()).into_owned());
    }
    Ok(terms)
}

/// How often each ordinal is used.
fn uses(column: &StrColumn, terms: usize) -> Vec<u64> {
    let mut uses = vec![0; terms];
    for ordinal in column.ords().values.iter() {
        uses[ordinal as usize] += 1;
    }
    uses
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
