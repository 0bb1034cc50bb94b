//! One word as a query: a leaf's postings, scored as one term by BM25, with its weight in headline and lead on top.
//!
//! BM25: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009; k1 1.2, b 0.75.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::query::{Bm25Weight, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, Searcher, SegmentReader};

use super::group::{GroupPostings, ReadFor};
use super::leaf::Leaf;

/// A leaf, and the same word in the fields that weigh more.
#[derive(Clone, Debug)]
pub(super) struct WordQuery {
    pub(super) leaf: Arc<Leaf>,
    pub(super) boosts: Vec<(Arc<Leaf>, f32)>,
}

impl Query for WordQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let searcher = searcher(&scoring)?;
        let main = Scored::new(&self.leaf, 1.0, searcher)?;
        let boosts = if scoring.is_scoring_enabled() {
            let boosts = self.boosts.iter().map(|(leaf, weight)| Scored::new(leaf, *weight, searcher));
            boosts.collect::<tantivy::Result<Vec<_>>>()?
        } else {
            Vec::new()
        };
        Ok(Box::new(WordWeight { main, boosts, scoring: scoring.is_scoring_enabled() }))
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

/// A leaf and how its frequencies are turned into a score.
struct Scored {
    leaf: Arc<Leaf>,
    bm25: Bm25Weight,
}

impl Scored {
    fn new(leaf: &Arc<Leaf>, weight: f32, searcher: &Searcher) -> tantivy::Result<Scored> {
        let bm25 = bm25(searcher, leaf, leaf.frequency)?.boost_by(weight);
        Ok(Scored { leaf: Arc::clone(leaf), bm25 })
    }
}

/// The weight of a word that so many documents hold, measured against the lengths that `leaf` is.
pub(super) fn bm25(searcher: &Searcher, leaf: &Leaf, frequency: u64) -> tantivy::Result<Bm25Weight> {
    let all = leaf.segments.docs.max(1);
    let mut words = 0;
    for reader in searcher.segment_readers() {
        words += reader.inverted_index(leaf.norm)?.total_num_tokens();
    }
    Ok(Bm25Weight::for_one_term_without_explain(frequency.min(all), all, (words as f32 / all as f32).max(1.0)))
}

struct WordWeight {
    main: Scored,
    boosts: Vec<Scored>,
    scoring: bool,
}

impl Weight for WordWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let main = ScoredPostings::open(reader, &self.main, boost)?;
        if main.postings.doc() == tantivy::TERMINATED {
            return Ok(Box::new(EmptyScorer));
        }
        let mut boosts = Vec::with_capacity(self.boosts.len());
        if self.scoring {
            for scored in self.boosts.iter().filter(|scored| !scored.leaf.alternatives.is_empty()) {
                boosts.push(ScoredPostings::open(reader, scored, boost)?);
            }
        }
        Ok(Box::new(WordScorer { main, boosts }))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("word", 0.0))
    }
}

struct ScoredPostings {
    postings: GroupPostings,
    lengths: FieldNormReader,
    bm25: Bm25Weight,
}

impl ScoredPostings {
    fn open(reader: &SegmentReader, scored: &Scored, boost: Score) -> tantivy::Result<ScoredPostings> {
        Ok(ScoredPostings {
            postings: GroupPostings::open(reader, &scored.leaf, ReadFor::Counting)?,
            lengths: reader.get_fieldnorms_reader(scored.leaf.norm)?,
            bm25: scored.bm25.boost_by(boost),
        })
    }

    fn score(&mut self) -> Score {
        let length = self.lengths.fieldnorm_id(self.postings.doc());
        self.bm25.score(length, self.postings.frequency())
    }
}

struct WordScorer {
    main: ScoredPostings,
    boosts: Vec<ScoredPostings>,
}

impl Scorer for WordScorer {
    fn score(&mut self) -> Score {
        let doc = self.main.postings.doc();
        let mut score = self.main.score();
        for boost in &mut self.boosts {
            if boost.postings.seek(doc) == doc {
                score += boost.score();
            }
        }
        score
    }
}

impl DocSet for WordScorer {
    fn advance(&mut self) -> DocId {
        self.main.postings.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.main.postings.seek(target)
    }

    fn doc(&self) -> DocId {
        self.main.postings.doc()
    }

    fn size_hint(&self) -> u32 {
        self.main.postings.size_hint()
    }
}
