//! How many articles use a word or have a value: of those that were found, and of all.

use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED, Term};

use super::View;
use super::deadline::Deadline;
use crate::article::Provenance;
use crate::engine::{EngineError, FacetField, InOrder, Until, Used};

/// Documents between two looks at the clock.
const BETWEEN_LOOKS: u32 = 4096;

impl View {
    /// Of words by the term for all their forms, in the order asked; what the time did not suffice for is left out at the
    /// end.
    pub(in crate::engine) fn usage(
        &self,
        found: &InOrder,
        terms: &[String],
        until: &Until,
    ) -> Result<Vec<Used>, EngineError> {
        let deadline = Deadline::new(until);
        let chosen = Chosen::of(found, self);
        let mut used = Vec::with_capacity(terms.len());
        for term in terms {
            let term = Term::from_field_text(self.fields.stem, term);
            match self.used(&term, &chosen, &deadline)? {
                Some(one) => used.push(one),
                None => break,
            }
        }
        Ok(used)
    }

    fn used(&self, term: &Term, chosen: &Chosen, deadline: &Deadline) -> Result<Option<Used>, EngineError> {
        let mut used = Used::default();
        for (segment, reader) in self.searcher.segment_readers().iter().enumerate() {
            let inverted = reader.inverted_index(term.field())?;
            let postings = inverted.read_postings(term, IndexRecordOption::Basic).map_err(EngineError::new)?;
            let Some(mut postings) = postings else { continue };
            let alive = reader.alive_bitset();
            let mut looked = 0_u32;
            while postings.doc() != TERMINATED {
                let doc = postings.doc();
                if alive.is_none_or(|alive| alive.is_alive(doc)) {
                    used.anywhere += 1;
                    used.within += u64::from(chosen.has(segment, doc));
                }
                looked += 1;
                if looked.is_multiple_of(BETWEEN_LOOKS) && deadline.has_passed() {
                    return Ok(None);
                }
                postings.advance();
            }
        }
        Ok(Some(used))
    }

    /// How many articles have their dates from where; in the order of [`Provenance::ALL`].
    pub(in crate::engine) fn provenances(&self) -> Result<[u64; Provenance::ALL.len()], EngineError> {
        let mut counts = [0; Provenance::ALL.len()];
        for reader in self.searcher.segment_readers() {
            let column = reader.fast_fields().u64("provenance").map_err(EngineError::new)?;
            for doc in reader.doc_ids_alive() {
                if let Some(count) = column.first(doc).and_then(|from| counts.get_mut(from as usize)) {
                    *count += 1;
                }
            }
        }
        Ok(counts)
    }

    /// Of every value of a facet that is used by those that were found, with its label.
    pub(in crate::engine) fn values_used(
        &self,
        found: &InOrder,
        field: FacetField,
    ) -> Result<Vec<(String, String, Used)>, EngineError> {
        let index = self.facet_index(field)?;
        let (mut within, mut anywhere) = (index.counters(), index.counters());
        for hit in &found.hits {
            index.each(hit.address.segment as usize, hit.address.doc, |value| within[value as usize] += 1);
        }
        for (segment, reader) in self.searcher.segment_readers().iter().enumerate() {
            for doc in reader.doc_ids_alive() {
                index.each(segment, doc, |value| anywhere[value as usize] += 1);
            }
        }
        let used = (0..within.len()).filter(|value| within[*value] > 0).map(|value| {
            let count = index.count(value as u32, within[value], 0, false);
            let used = Used { within: u64::from(within[value]), anywhere: u64::from(anywhere[value]) };
            (count.key, count.label, used)
        });
        Ok(used.collect())
    }
}

/// A bit a document.
struct Chosen(Vec<Vec<u64>>);

impl Chosen {
    fn of(found: &InOrder, view: &View) -> Chosen {
        let words = |docs: u32| vec![0_u64; (docs as usize).div_ceil(64)];
        let mut bits: Vec<Vec<u64>> =
            view.searcher.segment_readers().iter().map(|reader| words(reader.max_doc())).collect();
        for hit in &found.hits {
            let (segment, doc) = (hit.address.segment as usize, hit.address.doc as usize);
            bits[segment][doc / 64] |= 1 << (doc % 64);
        }
        Chosen(bits)
    }

    fn has(&self, segment: usize, doc: u32) -> bool {
        self.0[segment][doc as usize / 64] & (1 << (doc % 64)) != 0
    }
}
