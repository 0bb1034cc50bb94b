//! Conditions on columns: dates and lengths. They narrow a query and never score.

use std::fmt;
use std::sync::Arc;

use tantivy::columnar::Column;
use tantivy::query::{ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SeekDangerResult, SegmentReader, TERMINATED};

use crate::query::ast::{DateField, Interval, NumberRange};

/// Tells whether a document of a segment meets the condition.
type Test = Box<dyn Fn(DocId) -> bool + Send>;

#[derive(Clone, Debug)]
pub(super) enum ColumnQuery {
    Date(DateField, Interval),
    Words(NumberRange),
}

impl ColumnQuery {
    fn test(&self, reader: &SegmentReader) -> tantivy::Result<Test> {
        let fast = reader.fast_fields();
        match *self {
            ColumnQuery::Words(range) => {
                let words = fast.u64("words")?;
                Ok(Box::new(move |doc| words.first(doc).is_some_and(|count| holds(range, count))))
            }
            ColumnQuery::Date(DateField::Seen, interval) => {
                let seen = fast.i64("seen")?;
                Ok(Box::new(move |doc| seen.first(doc).is_some_and(|at| instant_within(interval, at))))
            }
            ColumnQuery::Date(DateField::Published, interval) => {
                Ok(date_test(fast.i64("published")?, fast.i64("published_end")?, interval))
            }
            ColumnQuery::Date(DateField::Modified, interval) => {
                Ok(date_test(fast.i64("modified")?, fast.i64("modified_end")?, interval))
            }
        }
    }
}

fn holds(range: NumberRange, count: u64) -> bool {
    range.min.is_none_or(|min| count >= min) && range.max.is_none_or(|max| count <= max)
}

/// An instant is compared with instants; a calendar date lies in an interval that contains the whole of it, whatever
/// the zone.
fn date_test(first: Column<i64>, last: Column<i64>, interval: Interval) -> Test {
    Box::new(move |doc| {
        let (Some(first), Some(last)) = (first.first(doc), last.first(doc)) else { return false };
        if first == last { instant_within(interval, first) } else { calendar_within(interval, first, last) }
    })
}

fn instant_within(interval: Interval, at: i64) -> bool {
    interval.from.is_none_or(|from| at >= from.instant_ms) && interval.to.is_none_or(|to| at < to.instant_ms)
}

fn calendar_within(interval: Interval, first: i64, last: i64) -> bool {
    interval.from.is_none_or(|from| first >= from.local_ms) && interval.to.is_none_or(|to| last < to.local_ms)
}

impl Query for ColumnQuery {
    fn weight(&self, _scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(ColumnWeight { query: Arc::new(self.clone()) }))
    }
}

struct ColumnWeight {
    query: Arc<ColumnQuery>,
}

impl Weight for ColumnWeight {
    fn scorer(&self, reader: &SegmentReader, _boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut matches = Matches { test: self.query.test(reader)?, doc: 0, max_doc: reader.max_doc() };
        matches.settle();
        Ok(Box::new(ConstScorer::new(matches, 0.0)))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("a condition, which never scores", 0.0))
    }
}

/// Documents that meet a condition, found by trying one after the other; in a conjunction only candidates are tried.
struct Matches {
    test: Test,
    doc: DocId,
    max_doc: DocId,
}

impl fmt::Debug for Matches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matches({})", self.doc)
    }
}

impl Matches {
    fn settle(&mut self) {
        while self.doc < self.max_doc && !(self.test)(self.doc) {
            self.doc += 1;
        }
        if self.doc >= self.max_doc {
            self.doc = TERMINATED;
        }
    }
}

impl DocSet for Matches {
    fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            self.doc += 1;
            self.settle();
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = target;
            self.settle();
        }
        self.doc
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        if target >= self.max_doc {
            self.doc = TERMINATED;
            return SeekDangerResult::SeekLowerBound(TERMINATED);
        }
        if (self.test)(target) {
            self.doc = target;
            SeekDangerResult::Found
        } else {
            SeekDangerResult::SeekLowerBound(target + 1)
        }
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.max_doc
    }

    /// Dearer than any postings, so that a conjunction tries it last.
    fn cost(&self) -> u64 {
        u64::from(self.max_doc) * 4
    }
}
