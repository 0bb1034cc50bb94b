//! Spans as a query: the documents they stand in, scored the higher the more often and the closer together.
//!
//! The score is that of one word (see `word`) that is as rare as the words of the span together. An occurrence counts as one when
//! its words stand side by side, and less the wider it is: its words over its width, as Lucene's sloppy frequency falls
//! with the distance. Occurrences that overlap count once.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::query::{Bm25Weight, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED};

use super::deadline::Deadline;
use super::group::Occurrence;
use super::leaf::Leaf;
use super::near::{self, Want};
use super::schema::Fields;
use super::segments::{Bounds, Region};
use super::spans::{SpanCursor, Spans};
use super::word::{bm25, idf, searcher, weigh};

#[derive(Clone, Debug)]
pub(super) struct SpanQuery {
    pub(super) spans: Spans,
    /// How much more an occurrence in the headline counts; only for what is looked for in the whole text.
    pub(super) headline_weight: f32,
    pub(super) fields: Fields,
    pub(super) deadline: Deadline,
}

impl Query for SpanQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let searcher = searcher(&scoring)?;
        let Some(leaf) = self.spans.leaf().cloned() else { return Ok(Box::new(NoWeight)) };
        let all = leaf.segments.docs.max(1);
        let bm25 = bm25(searcher, &leaf, 1)?.boost_by(rarity(&self.spans, all) / idf(1, all));
        let want = if scoring.is_scoring_enabled() { Want::All } else { Want::One };
        Ok(Box::new(SpanWeight { query: self.clone(), leaf, bm25, want }))
    }
}

/// The inverse document frequencies of the words together; of alternatives, that of the commonest; of the parts of one
/// word, that of the rarest.
fn rarity(spans: &Spans, all: u64) -> f32 {
    let of = |leaf: &Arc<Leaf>| idf(leaf.frequency, all);
    match spans {
        Spans::Word(leaf) => of(leaf),
        Spans::InOrder(leaves) | Spans::Loose(leaves, _) => leaves.iter().map(of).sum(),
        Spans::Together(leaves) => leaves.iter().map(of).fold(0.0, f32::max),
        Spans::Any(parts) => parts.iter().map(|part| rarity(part, all)).fold(f32::INFINITY, f32::min),
        Spans::Near { left, how, .. } if how.negated => rarity(left, all),
        Spans::Near { left, right, .. } => rarity(left, all) + rarity(right, all),
        Spans::AtLeast(_, inner) | Spans::First(_, _, inner) => rarity(inner, all),
    }
}

/// Nothing is looked for.
struct NoWeight;

impl Weight for NoWeight {
    fn scorer(&self, _reader: &SegmentReader, _boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(Box::new(EmptyScorer))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("nothing", 0.0))
    }
}

struct SpanWeight {
    query: SpanQuery,
    leaf: Arc<Leaf>,
    bm25: Bm25Weight,
    want: Want,
}

impl Weight for SpanWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let SpanQuery { spans, headline_weight, fields, deadline } = &self.query;
        let Some(cursor) = SpanCursor::open(reader, spans, fields, deadline)? else {
            return Ok(Box::new(EmptyScorer));
        };
        let segments = &self.leaf.segments;
        let columns = Arc::clone(segments.columns(segments.number(reader)?));
        let mut scorer = SpanScorer {
            cursor,
            doc: 0,
            want: self.want,
            words: spans.words(),
            lengths: reader.get_fieldnorms_reader(self.leaf.norm)?,
            bm25: self.bm25.boost_by(boost),
            headline: Bounds { region: Region::Headline, columns },
            headline_weight: *headline_weight,
            deadline: deadline.clone(),
        };
        scorer.find_from(0);
        Ok(Box::new(scorer))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("spans", 0.0))
    }
}

struct SpanScorer {
    cursor: SpanCursor,
    doc: DocId,
    want: Want,
    words: u32,
    lengths: FieldNormReader,
    bm25: Bm25Weight,
    headline: Bounds,
    headline_weight: f32,
    deadline: Deadline,
}

impl SpanScorer {
    /// Stands on the first document from `target` on in which the spans stand; at the end when the time is up.
    fn find_from(&mut self, target: DocId) {
        let mut candidate = self.cursor.candidate(target);
        while candidate != TERMINATED && self.cursor.occurrences(candidate, self.want).is_empty() {
            candidate = if self.deadline.was_met() { TERMINATED } else { self.cursor.candidate(candidate + 1) };
        }
        self.doc = candidate;
    }
}

impl Scorer for SpanScorer {
    fn score(&mut self) -> Score {
        let doc = self.doc;
        let found = self.cursor.occurrences(doc, Want::All);
        let headline = self.headline.of(doc);
        let more = self.headline_weight;
        let frequency = frequency(found, self.words, |start| if headline.contains(&start) { 1.0 + more } else { 1.0 });
        weigh(&self.bm25, self.lengths.fieldnorm_id(doc), frequency)
    }
}

/// Occurrences, each worth its words over its width, and so many times more where it begins.
fn frequency(found: &[Occurrence], words: u32, times: impl Fn(u32) -> f32) -> f32 {
    let closeness = |one: &Occurrence| (words as f32 / (one.end - one.start).max(1) as f32).min(1.0);
    let worth = |one: &Occurrence| closeness(one) * times(one.start);
    near::each_apart(found).iter().map(worth).sum()
}

impl DocSet for SpanScorer {
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
        // A guess, as tantivy's for phrases: one in ten of the documents with the rarest word.
        self.cursor.size_hint() / 10
    }

    fn cost(&self) -> u64 {
        u64::from(self.cursor.size_hint()) * 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_closer_counts_more() {
        let of = |spans: &[(u32, u32)]| {
            let found: Vec<_> = spans.iter().map(|(start, end)| Occurrence { start: *start, end: *end }).collect();
            frequency(&found, 2, |start| if start < 2 { 3.0 } else { 1.0 })
        };
        assert_eq!(of(&[(3, 5)]), 1.0);
        assert_eq!(of(&[(3, 7)]), 0.5);
        assert_eq!(of(&[(3, 5), (3, 7), (7, 9)]), 2.0);
        assert_eq!(of(&[(0, 2), (7, 9)]), 4.0, "in the headline it counts more than once");
    }
}
