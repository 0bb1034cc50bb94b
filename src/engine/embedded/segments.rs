//! What is read of every segment again and again: its columns, opened once a state of the index and not once a query.

use std::ops::Range;
use std::sync::Arc;

use tantivy::columnar::Column;
use tantivy::index::SegmentId;
use tantivy::{Searcher, SegmentReader};

use super::layout::SECTION_GAP;

/// The segments of one state, in tantivy's order.
#[derive(Debug)]
pub(super) struct Segments {
    segments: Vec<(SegmentId, Arc<Columns>)>,
    /// All documents, deleted ones included, as tantivy's own statistics count.
    pub(super) docs: u64,
}

/// The columns of one segment.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) num: Column<u64>,
    pub(super) row: Column<u64>,
    pub(super) story: Column<u64>,
    pub(super) words: Column<u64>,
    pub(super) order: Column<i64>,
    pub(super) published: Column<i64>,
    pub(super) published_end: Column<i64>,
    lead_at: Column<u64>,
    body_at: Column<u64>,
}

impl Segments {
    pub(super) fn open(searcher: &Searcher) -> tantivy::Result<Segments> {
        let readers = searcher.segment_readers();
        let segments = readers.iter().map(|reader| Ok((reader.segment_id(), Arc::new(Columns::open(reader)?))));
        let docs = readers.iter().map(|reader| u64::from(reader.max_doc())).sum();
        Ok(Segments { segments: segments.collect::<tantivy::Result<_>>()?, docs })
    }

    pub(super) fn columns(&self, segment: usize) -> &Arc<Columns> {
        &self.segments[segment].1
    }

    /// Which of them a reader reads.
    pub(super) fn number(&self, reader: &SegmentReader) -> tantivy::Result<usize> {
        let found = self.segments.iter().position(|(id, _)| *id == reader.segment_id());
        found.ok_or_else(|| tantivy::TantivyError::InternalError("a segment of another state".to_owned()))
    }
}

impl Columns {
    fn open(reader: &SegmentReader) -> tantivy::Result<Columns> {
        let fast = reader.fast_fields();
        Ok(Columns {
            num: fast.u64("num")?,
            row: fast.u64("row")?,
            story: fast.u64("story")?,
            words: fast.u64("words")?,
            order: fast.i64("order")?,
            published: fast.i64("published")?,
            published_end: fast.i64("published_end")?,
            lead_at: fast.u64("lead_at")?,
            body_at: fast.u64("body_at")?,
        })
    }

    /// Positions at which lead and body of a document begin.
    pub(super) fn sections(&self, doc: u32) -> (u32, u32) {
        let at = |column: &Column<u64>| column.first(doc).unwrap_or_default() as u32;
        (at(&self.lead_at), at(&self.body_at))
    }
}

/// Where occurrences count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Region {
    Anywhere,
    Headline,
    Lead,
    Body,
    HeadlineOrLead,
    /// A field of its own, as the byline.
    Own,
}

/// Where a region begins and ends in each document of a segment.
#[derive(Clone)]
pub(super) struct Bounds {
    pub(super) region: Region,
    pub(super) columns: Arc<Columns>,
}

impl Bounds {
    pub(super) fn of(&self, doc: u32) -> Range<u32> {
        if matches!(self.region, Region::Anywhere | Region::Own) {
            return 0..u32::MAX;
        }
        let (lead_at, body_at) = self.columns.sections(doc);
        match self.region {
            Region::Anywhere | Region::Own => 0..u32::MAX,
            Region::Headline => 0..lead_at,
            Region::Lead => lead_at..body_at,
            Region::HeadlineOrLead => 0..body_at,
            Region::Body => body_at..u32::MAX,
        }
    }

    /// The first words of the region, counted through its sections: the positions they take in each.
    pub(super) fn beginnings(&self, doc: u32, words: u32) -> Vec<Range<u32>> {
        if self.region == Region::Own {
            return std::iter::once(0..words).collect();
        }
        let (lead_at, body_at) = self.columns.sections(doc);
        let headline = 0..lead_at.saturating_sub(SECTION_GAP);
        let lead = lead_at..body_at.saturating_sub(SECTION_GAP);
        let body = body_at..u32::MAX;
        let sections = match self.region {
            Region::Anywhere | Region::Own => vec![headline, lead, body],
            Region::Headline => vec![headline],
            Region::Lead => vec![lead],
            Region::Body => vec![body],
            Region::HeadlineOrLead => vec![headline, lead],
        };
        let mut left = words;
        let beginning = |section: Range<u32>| {
            let taken = left.min(section.end.saturating_sub(section.start));
            left -= taken;
            section.start..section.start + taken
        };
        sections.into_iter().map(beginning).collect()
    }
}
