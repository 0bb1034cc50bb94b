//! Words in order, each right after the one before: a phrase. Every slot is a leaf, so wildcards and compounds take
//! part; a joined form covers as many positions as it has parts. Or parts of one word, all at its position.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::query::{Bm25Weight, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED};

use super::group::{GroupPostings, Occurrence, Positions};
use super::leaf::Leaf;
use super::segments::{Bounds, Region};
use super::word::{bm25, searcher};

#[derive(Clone, Debug)]
pub(super) struct PhraseQuery {
    /// Two or more.
    pub(super) slots: Vec<Arc<Leaf>>,
    pub(super) standing: Standing,
    /// How much more an occurrence in the headline counts; only for phrases of the whole text.
    pub(super) headline_weight: f32,
}

/// Where a slot has to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Right after the slot before.
    InOrder,
    /// At the same position: parts of one word.
    Together,
}

impl Query for PhraseQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let searcher = searcher(&scoring)?;
        let all = self.slots[0].segments.docs.max(1);
        let rarities = self.slots.iter().map(|slot| idf(slot.frequency, all));
        // A phrase weighs as much as its words together, BM25 of one word scaled to the sum of their idf; the parts of a
        // word as much as the rarest.
        let rarity: f32 = match self.standing {
            Standing::InOrder => rarities.sum(),
            Standing::Together => rarities.fold(0.0, f32::max),
        };
        let bm25 = bm25(searcher, &self.slots[0], 1)?.boost_by(rarity / idf(1, all));
        Ok(Box::new(PhraseWeight { query: self.clone(), bm25 }))
    }
}

fn idf(frequency: u64, all: u64) -> f32 {
    let (frequency, all) = (frequency.min(all) as f32, all as f32);
    (1.0 + (all - frequency + 0.5) / (frequency + 0.5)).ln()
}

struct PhraseWeight {
    query: PhraseQuery,
    bm25: Bm25Weight,
}

impl Weight for PhraseWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let Some(postings) = PhrasePostings::open(reader, &self.query)? else { return Ok(Box::new(EmptyScorer)) };
        let first = &self.query.slots[0];
        let segments = &first.segments;
        let columns = Arc::clone(segments.columns(segments.number(reader)?));
        Ok(Box::new(PhraseScorer {
            postings,
            lengths: reader.get_fieldnorms_reader(first.norm)?,
            bm25: self.bm25.boost_by(boost),
            headline: Bounds { region: Region::Headline, columns },
            headline_weight: self.query.headline_weight,
        }))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("phrase", 0.0))
    }
}

/// Goes through the documents that hold a phrase.
pub(super) struct PhrasePostings {
    slots: Vec<GroupPostings>,
    standing: Standing,
    /// Slots, the rarest first: the order in which documents are sought.
    order: Vec<usize>,
    found: Vec<Occurrence>,
    slot: Vec<Occurrence>,
    joined: Vec<Occurrence>,
    doc: DocId,
}

impl PhrasePostings {
    /// `None` where a word does not occur in the segment at all.
    pub(super) fn open(reader: &SegmentReader, query: &PhraseQuery) -> tantivy::Result<Option<PhrasePostings>> {
        let mut slots = Vec::with_capacity(query.slots.len());
        for leaf in &query.slots {
            slots.push(GroupPostings::open(reader, leaf, Positions::Wanted)?);
        }
        if slots.iter().any(|slot| slot.doc() == TERMINATED) {
            return Ok(None);
        }
        let mut order: Vec<usize> = (0..slots.len()).collect();
        order.sort_by_key(|slot| slots[*slot].size_hint());
        let (found, slot, joined) = (Vec::new(), Vec::new(), Vec::new());
        let mut phrase = PhrasePostings { slots, standing: query.standing, order, found, slot, joined, doc: 0 };
        let first = phrase.slots[phrase.order[0]].doc();
        phrase.find_from(first);
        Ok(Some(phrase))
    }

    /// The occurrences in the current document.
    pub(super) fn occurrences(&self) -> &[Occurrence] {
        &self.found
    }

    /// Stands on the first document from `target` on that holds the phrase.
    fn find_from(&mut self, target: DocId) {
        let mut candidate = target;
        loop {
            candidate = self.agree_from(candidate);
            self.doc = candidate;
            if candidate == TERMINATED || self.occurs() {
                return;
            }
            candidate += 1;
        }
    }

    /// The first document from `target` on that holds all the words.
    fn agree_from(&mut self, target: DocId) -> DocId {
        let mut candidate = target;
        'search: while candidate < TERMINATED {
            for slot in &self.order {
                let doc = self.slots[*slot].seek(candidate);
                if doc > candidate {
                    candidate = doc;
                    continue 'search;
                }
            }
            return candidate;
        }
        TERMINATED
    }

    /// Finds the phrase in the current document: chains of occurrences, each standing where the one before says.
    fn occurs(&mut self) -> bool {
        let PhrasePostings { slots, standing, found, slot, joined, .. } = self;
        slots[0].occurrences(found);
        for postings in &mut slots[1..] {
            if found.is_empty() {
                return false;
            }
            postings.occurrences(slot);
            joined.clear();
            for chain in found.iter() {
                let at = match standing {
                    Standing::InOrder => chain.end,
                    Standing::Together => chain.start,
                };
                let from = slot.partition_point(|next| next.start < at);
                let next = slot[from..].iter().take_while(|next| next.start == at);
                joined.extend(next.map(|next| Occurrence { start: chain.start, end: next.end }));
            }
            std::mem::swap(found, joined);
        }
        found.sort_unstable();
        found.dedup();
        !found.is_empty()
    }
}

impl DocSet for PhrasePostings {
    fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            self.find_from(self.doc + 1);
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.find_from(target);
        }
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        // A guess, as tantivy's: one in ten of the documents with the rarest word.
        self.slots[self.order[0]].size_hint() / 10
    }

    fn cost(&self) -> u64 {
        u64::from(self.slots[self.order[0]].size_hint()) * 10
    }
}

struct PhraseScorer {
    postings: PhrasePostings,
    lengths: FieldNormReader,
    bm25: Bm25Weight,
    headline: Bounds,
    headline_weight: f32,
}

impl Scorer for PhraseScorer {
    fn score(&mut self) -> Score {
        let doc = self.postings.doc;
        let found = self.postings.occurrences();
        let mut score = self.bm25.score(self.lengths.fieldnorm_id(doc), found.len() as u32);
        if self.headline_weight > 0.0 && found.first().is_some_and(|first| self.headline.of(doc).contains(&first.start))
        {
            score *= 1.0 + self.headline_weight;
        }
        score
    }
}

impl DocSet for PhraseScorer {
    fn advance(&mut self) -> DocId {
        self.postings.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.postings.seek(target)
    }

    fn doc(&self) -> DocId {
        self.postings.doc
    }

    fn size_hint(&self) -> u32 {
        self.postings.size_hint()
    }

    fn cost(&self) -> u64 {
        self.postings.cost()
    }
}
