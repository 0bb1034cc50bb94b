//! Which articles of a state tell the same story.
//!
//! Most are alone in theirs. Only those that are not are numbered by story, so that counting stories is counting articles
//! and taking off those whose story was met before: one bit a document says whether there is anything to look at. The
//! table is made once a state, when first asked for.

use std::collections::HashMap;

use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Searcher, SegmentReader, TERMINATED, Term};

use super::schema::Fields;
use super::segments::Segments;
use crate::engine::EngineError;

pub(super) struct Stories {
    segments: Vec<InSegment>,
    /// How many articles tell each story: two at least.
    sizes: Vec<u32>,
}

/// The articles of a segment that share their story.
#[derive(Default)]
struct InSegment {
    /// A bit a document.
    shared: Vec<u64>,
    /// How many bits are set before each word of them.
    before: Vec<u32>,
    /// The story of each document whose bit is set.
    stories: Vec<u32>,
}

/// By the number of its earliest article: where the articles of a story lie.
type Members = HashMap<u64, Vec<(usize, DocId)>>;

impl Stories {
    pub(super) fn build(searcher: &Searcher, segments: &Segments, fields: &Fields) -> Result<Stories, EngineError> {
        let members = members(searcher, segments, fields)?;
        let mut told: Vec<Vec<(DocId, u32)>> = vec![Vec::new(); searcher.segment_readers().len()];
        let mut sizes = Vec::new();
        // A copy that is left without its original, or the other way round, is alone.
        for places in members.into_values().filter(|places| places.len() > 1) {
            let story = sizes.len() as u32;
            sizes.push(places.len() as u32);
            places.into_iter().for_each(|(segment, doc)| told[segment].push((doc, story)));
        }
        let readers = searcher.segment_readers().iter();
        let segments = readers.zip(told).map(|(reader, told)| InSegment::holding(told, reader.max_doc())).collect();
        Ok(Stories { segments, sizes })
    }

    /// The number of a document's story, if others tell it too.
    pub(super) fn of(&self, segment: usize, doc: DocId) -> Option<u32> {
        self.segments.get(segment)?.of(doc)
    }

    /// How many articles tell it.
    pub(super) fn size(&self, story: u32) -> u32 {
        self.sizes[story as usize]
    }

    /// How many stories are told by several articles.
    pub(super) fn len(&self) -> usize {
        self.sizes.len()
    }
}

impl InSegment {
    fn holding(mut told: Vec<(DocId, u32)>, docs: DocId) -> InSegment {
        if told.is_empty() {
            return InSegment::default();
        }
        told.sort_unstable();
        let mut shared = vec![0_u64; docs.div_ceil(u64::BITS) as usize];
        told.iter().for_each(|(doc, _)| shared[(doc / u64::BITS) as usize] |= 1 << (doc % u64::BITS));
        let mut before = Vec::with_capacity(shared.len());
        let mut so_far = 0;
        for word in &shared {
            before.push(so_far);
            so_far += word.count_ones();
        }
        InSegment { shared, before, stories: told.into_iter().map(|(_, story)| story).collect() }
    }

    fn of(&self, doc: DocId) -> Option<u32> {
        let word = (doc / u64::BITS) as usize;
        let (bits, bit) = (*self.shared.get(word)?, 1_u64 << (doc % u64::BITS));
        if bits & bit == 0 {
            return None;
        }
        let place = self.before[word] + (bits & (bit - 1)).count_ones();
        Some(self.stories[place as usize])
    }
}

/// Of all stories that have a copy: the copies, and the originals where they are.
fn members(searcher: &Searcher, segments: &Segments, fields: &Fields) -> Result<Members, EngineError> {
    let mut members = Members::new();
    for (segment, reader) in searcher.segment_readers().iter().enumerate() {
        let columns = segments.columns(segment);
        each_copy(reader, fields, |doc| {
            let story = columns.story.first(doc).unwrap_or_default();
            members.entry(story).or_default().push((segment, doc));
        })?;
    }
    if members.is_empty() {
        return Ok(members);
    }
    for (segment, reader) in searcher.segment_readers().iter().enumerate() {
        let columns = segments.columns(segment);
        for doc in reader.doc_ids_alive() {
            let num = columns.num.first(doc).unwrap_or_default();
            if let Some(places) = members.get_mut(&num)
                && columns.story.first(doc) == Some(num)
            {
                places.push((segment, doc));
            }
        }
    }
    Ok(members)
}

fn each_copy(reader: &SegmentReader, fields: &Fields, mut each: impl FnMut(DocId)) -> Result<(), EngineError> {
    let inverted = reader.inverted_index(fields.is)?;
    let term = Term::from_field_text(fields.is, super::write::COPY);
    let postings = inverted.read_postings(&term, IndexRecordOption::Basic).map_err(EngineError::new)?;
    let Some(mut postings) = postings else { return Ok(()) };
    while postings.doc() != TERMINATED {
        if !reader.is_deleted(postings.doc()) {
            each(postings.doc());
        }
        postings.advance();
    }
    Ok(())
}
