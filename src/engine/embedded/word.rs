//! One word as a query: a leaf's postings, scored as one term by BM25F, in which an occurrence in the headline counts more
//! than once.
//!
//! Robertson, Zaragoza and Taylor, "Simple BM25 Extension to Multiple Weighted Fields", 2004: frequencies are added up,
//! weighted, before they saturate. k1 1.2, b 0.75. How rare a word is is measured by the weight of Robertson and Sparck
//! Jones (1976), which is nothing for what half of all articles hold; a rest of it is left, so that what is found has a score.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::query::{Bm25Weight, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, Searcher, SegmentReader};

use super::group::{GroupPostings, ReadFor};
use super::leaf::Leaf;

/// A leaf, and the same word in the fields in which it counts so many times more.
#[derive(Clone, Debug)]
pub(super) struct WordQuery {
    pub(super) leaf: Arc<Leaf>,
    pub(super) parts: Vec<(Arc<Leaf>, f32)>,
}

impl Query for WordQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let bm25 = bm25(searcher(&scoring)?, &self.leaf, self.leaf.frequency)?;
        Ok(Box::new(WordWeight { query: self.clone(), bm25, scoring: scoring.is_scoring_enabled() }))
    }
}

/// The searcher a query is run on; every query of ours is run on one.
pub(super) fn searcher<'a>(scoring: &EnableScoring<'a>) -> tantivy::Result<&'a Searcher> {
    let searcher = match scoring {
        EnableScoring::Enabled { searcher, .. } => Some(*searcher),
        EnableScoring::Disabled { searcher_opt, .. } => *searcher_opt,
    };
    searcher.ok_or_else(|| tantivy::TantivyError::InternalError("a query without a searcher".to_owned()))
}

/// The weight of a word that so many documents hold, measured against the lengths that `leaf` is.
pub(super) fn bm25(searcher: &Searcher, leaf: &Leaf, frequency: u64) -> tantivy::Result<Bm25Weight> {
    let all = leaf.segments.docs.max(1);
    let weight = Bm25Weight::for_one_term_without_explain(frequency.min(all), all, average_length(searcher, leaf)?);
    // tantivy has Lucene's measure of rarity in it.
    Ok(weight.boost_by(idf(frequency, all) / lucene_idf(frequency, all)))
}

/// In words.
pub(super) fn average_length(searcher: &Searcher, leaf: &Leaf) -> tantivy::Result<f32> {
    let mut words = 0;
    for reader in searcher.segment_readers() {
        words += reader.inverted_index(leaf.norm)?.total_num_tokens();
    }
    Ok((words as f32 / leaf.segments.docs.max(1) as f32).max(1.0))
}

/// What of the measure is left for words that most articles hold.
const REST: f32 = 0.05;

/// How rare a word is that so many of all documents hold.
pub(super) fn idf(frequency: u64, all: u64) -> f32 {
    odds(frequency, all).ln().max(REST * lucene_idf(frequency, all))
}

fn lucene_idf(frequency: u64, all: u64) -> f32 {
    (1.0 + odds(frequency, all)).ln()
}

fn odds(frequency: u64, all: u64) -> f32 {
    let (frequency, all) = (frequency.min(all) as f32, all as f32);
    (all - frequency + 0.5) / (frequency + 0.5)
}

/// BM25 of a frequency that need not be whole, on the line between its whole neighbours.
pub(super) fn weigh(bm25: &Bm25Weight, length: u8, frequency: f32) -> Score {
    let score = |whole: f32| if whole > 0.0 { bm25.score(length, whole as u32) } else { 0.0 };
    let (below, above) = (frequency.floor(), frequency.ceil());
    score(below) + (score(above) - score(below)) * (frequency - below)
}

struct WordWeight {
    query: WordQuery,
    bm25: Bm25Weight,
    scoring: bool,
}

impl Weight for WordWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let WordQuery { leaf, parts } = &self.query;
        let postings = GroupPostings::open(reader, leaf, ReadFor::Counting)?;
        if postings.doc() == tantivy::TERMINATED {
            return Ok(Box::new(EmptyScorer));
        }
        let opened = parts.iter().filter(|(leaf, _)| self.scoring && !leaf.alternatives.is_empty());
        let opened = opened.map(|(leaf, more)| Ok((GroupPostings::open(reader, leaf, ReadFor::Counting)?, *more)));
        Ok(Box::new(WordScorer {
            postings,
            parts: opened.collect::<tantivy::Result<_>>()?,
            lengths: reader.get_fieldnorms_reader(leaf.norm)?,
            bm25: self.bm25.boost_by(boost),
        }))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("word", 0.0))
    }
}

struct WordScorer {
    postings: GroupPostings,
    parts: Vec<(GroupPostings, f32)>,
    lengths: FieldNormReader,
    bm25: Bm25Weight,
}

impl Scorer for WordScorer {
    fn score(&mut self) -> Score {
        let doc = self.postings.doc();
        let mut frequency = self.postings.frequency() as f32;
        for (part, more) in &mut self.parts {
            if part.seek(doc) == doc {
                frequency += *more * part.frequency() as f32;
            }
        }
        weigh(&self.bm25, self.lengths.fieldnorm_id(doc), frequency)
    }
}

impl DocSet for WordScorer {
    fn advance(&mut self) -> DocId {
        self.postings.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.postings.seek(target)
    }

    fn doc(&self) -> DocId {
        self.postings.doc()
    }

    fn size_hint(&self) -> u32 {
        self.postings.size_hint()
    }
}
