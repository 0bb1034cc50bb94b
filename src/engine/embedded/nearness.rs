//! How near to each other the words of a query stand in a document. Where several plain words are asked for, side by side
//! or as alternatives, an article in which they stand together is about what was asked more than one in which they stand
//! apart.
//!
//! Büttcher, Clarke and Lushman, "Term Proximity Scoring for Ad-Hoc Retrieval on Very Large Text Collections", 2006: every
//! two neighbouring occurrences of different words add to both by the rarity of the other, less by the square of their
//! distance; what has been added saturates as frequencies do. It counts a quarter here. Positions are read only of
//! documents that this can bring among the best.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::{DocId, DocSet, Score, SegmentReader};

use super::View;
use super::group::{GroupPostings, Occurrence, ReadFor};
use super::leaf::Leaf;
use super::lower::{Lowered, Weighs};
use super::spans::Spans;
use super::word::{average_length, idf};
use crate::engine::EngineError;
use crate::query::ast::TextField;

/// What it counts beside the words themselves.
const SHARE: f32 = 0.25;

/// As in `word`.
const K1: f32 = 1.2;
const B: f32 = 0.75;

/// Of more words the rarest are looked at.
const MOST_WORDS: usize = 16;

/// The plain words of a query, and how rare each is.
pub(super) struct Nearness {
    words: Vec<(Arc<Leaf>, f32)>,
    average: f32,
}

impl Nearness {
    /// `None` where there are no two of them.
    pub(super) fn of(view: &View, lowered: &Lowered) -> Result<Option<Nearness>, EngineError> {
        let mut leaves = Vec::new();
        collect(lowered, &mut leaves);
        let Some(first) = leaves.first().filter(|_| leaves.len() > 1) else { return Ok(None) };
        let average = average_length(&view.searcher, first).map_err(EngineError::new)?;
        let rarity = |leaf: Arc<Leaf>| (Arc::clone(&leaf), idf(leaf.frequency, leaf.segments.docs.max(1)));
        let mut words: Vec<(Arc<Leaf>, f32)> = leaves.into_iter().map(rarity).collect();
        words.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        words.truncate(MOST_WORDS);
        Ok(Some(Nearness { words, average }))
    }

    /// It adds less than this.
    pub(super) fn most(&self) -> Score {
        self.words.iter().map(|(_, idf)| SHARE * idf.min(1.0) * (K1 + 1.0)).sum()
    }

    pub(super) fn open(&self, reader: &SegmentReader) -> tantivy::Result<NearnessScorer<'_>> {
        let open = |(leaf, _): &(Arc<Leaf>, f32)| GroupPostings::open(reader, leaf, ReadFor::Places);
        let postings = self.words.iter().map(open).collect::<tantivy::Result<Vec<_>>>()?;
        let lengths = reader.get_fieldnorms_reader(self.words[0].0.norm)?;
        let gathered = vec![0.0; self.words.len()];
        Ok(NearnessScorer { nearness: self, postings, lengths, gathered, places: Vec::new(), found: Vec::new() })
    }
}

/// Plain words of the whole text that weigh something, each once.
fn collect(lowered: &Lowered, leaves: &mut Vec<Arc<Leaf>>) {
    match lowered {
        Lowered::And(parts) | Lowered::Or(parts) => parts.iter().for_each(|part| collect(part, leaves)),
        Lowered::Text(clause) if clause.scope == TextField::Text && clause.weighs == Weighs::Fully => {
            if let [Spans::Word(leaf)] = clause.readings.as_slice()
                && !leaf.is_expanded
                && !leaf.alternatives.is_empty()
                && !leaves.iter().any(|known| known.is_same(leaf))
            {
                leaves.push(Arc::clone(leaf));
            }
        }
        // What is weighed by hand, excluded or no text says nothing of what stands together.
        _ => {}
    }
}

/// In one segment, document after document.
pub(super) struct NearnessScorer<'a> {
    nearness: &'a Nearness,
    postings: Vec<GroupPostings>,
    lengths: FieldNormReader,
    /// What each word has been given.
    gathered: Vec<f32>,
    places: Vec<(u32, usize)>,
    found: Vec<Occurrence>,
}

impl NearnessScorer<'_> {
    /// What it adds to the score of a document, no earlier one than before.
    pub(super) fn score(&mut self, doc: DocId) -> Score {
        self.places.clear();
        let mut present = 0;
        for (word, postings) in self.postings.iter_mut().enumerate() {
            if postings.doc() < doc {
                postings.seek(doc);
            }
            if postings.doc() == doc {
                postings.occurrences(&mut self.found);
                self.places.extend(self.found.iter().map(|one| (one.start, word)));
                present += 1;
            }
        }
        if present < 2 {
            return 0.0;
        }
        self.places.sort_unstable();
        self.gathered.fill(0.0);
        for pair in self.places.windows(2) {
            let ((at, one), (next, other)) = (pair[0], pair[1]);
            if one != other {
                let distance = (next - at).max(1) as f32;
                self.gathered[one] += self.rarity(other) / (distance * distance);
                self.gathered[other] += self.rarity(one) / (distance * distance);
            }
        }
        let length = FieldNormReader::id_to_fieldnorm(self.lengths.fieldnorm_id(doc)) as f32;
        let saturation = K1 * (1.0 - B + B * length / self.nearness.average);
        let saturated = |(word, gathered): (usize, &f32)| {
            self.rarity(word).min(1.0) * gathered * (K1 + 1.0) / (gathered + saturation)
        };
        SHARE * self.gathered.iter().enumerate().map(saturated).sum::<f32>()
    }

    fn rarity(&self, word: usize) -> f32 {
        self.nearness.words[word].1
    }
}
