//! The postings of a leaf in one segment: the union of its terms' postings, seen as those of one word.

use std::sync::Arc;

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED};

use super::layout::JOINED_SCALE;
use super::leaf::{Leaf, Tally};
use super::segments::Bounds;

/// From the first position of an occurrence to the one after its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Occurrence {
    pub(super) start: u32,
    pub(super) end: u32,
}

struct Part {
    postings: SegmentPostings,
    joined: bool,
    /// Occurrences outside the region do not count.
    filtered: bool,
}

/// Goes through the documents that hold a leaf.
pub(super) struct GroupPostings {
    parts: Vec<Part>,
    /// Whether any part is.
    filtered: bool,
    bounds: Bounds,
    tally: Tally,
    doc: DocId,
    size: u32,
    scratch: Vec<u32>,
}

impl GroupPostings {
    /// With `Positions::Never` only documents and frequencies are read, unless the region has to be checked.
    pub(super) fn open(reader: &SegmentReader, leaf: &Leaf, positions: Positions) -> tantivy::Result<GroupPostings> {
        let segment = leaf.segments.number(reader)?;
        let mut parts = Vec::with_capacity(leaf.alternatives.len());
        for alternative in &leaf.alternatives {
            let Some(place) = &alternative.places[segment] else { continue };
            let filtered = leaf.filters(alternative);
            let read = match positions {
                Positions::Never if !filtered => IndexRecordOption::WithFreqs,
                Positions::Never | Positions::Wanted => IndexRecordOption::WithFreqsAndPositions,
            };
            let postings = reader.inverted_index(alternative.field)?.read_postings_from_terminfo(place, read)?;
            parts.push(Part { postings, joined: alternative.joined, filtered });
        }
        let size = parts.iter().map(|part| part.postings.size_hint()).sum();
        let bounds = Bounds { region: leaf.region, columns: Arc::clone(leaf.segments.columns(segment)) };
        let filtered = parts.iter().any(|part| part.filtered);
        let mut group = GroupPostings { parts, filtered, bounds, tally: leaf.tally, doc: 0, size, scratch: Vec::new() };
        group.doc = group.first_doc();
        group.skip_to_counting();
        Ok(group)
    }

    /// How often the leaf occurs in the current document.
    pub(super) fn frequency(&mut self) -> u32 {
        if let ([part], false) = (self.parts.as_slice(), self.filtered) {
            return part.postings.term_freq();
        }
        let bounds = &self.bounds;
        let (doc, scratch) = (self.doc, &mut self.scratch);
        let counts = self.parts.iter_mut().filter(|part| part.postings.doc() == doc).map(|part| {
            if part.filtered { part.occurrences_within(bounds, doc, scratch) } else { part.postings.term_freq() }
        });
        match self.tally {
            Tally::Most => counts.max().unwrap_or_default(),
            Tally::Sum => counts.sum(),
        }
    }

    /// Every occurrence in the current document, in order, each once.
    pub(super) fn occurrences(&mut self, out: &mut Vec<Occurrence>) {
        out.clear();
        let within = self.bounds.of(self.doc);
        for part in self.parts.iter_mut().filter(|part| part.postings.doc() == self.doc) {
            self.scratch.clear();
            part.postings.append_positions_with_offset(0, &mut self.scratch);
            let found = self.scratch.iter().map(|position| part.occurrence(*position));
            out.extend(found.filter(|found| within.contains(&found.start)));
        }
        if self.parts.len() > 1 {
            out.sort_unstable();
            out.dedup();
        }
    }

    fn first_doc(&self) -> DocId {
        self.parts.iter().map(|part| part.postings.doc()).min().unwrap_or(TERMINATED)
    }

    /// Goes on until the document holds the leaf inside its region.
    fn skip_to_counting(&mut self) {
        while self.doc != TERMINATED && !self.counts() {
            self.step();
        }
    }

    fn counts(&mut self) -> bool {
        if !self.filtered {
            return true;
        }
        let (bounds, doc, scratch) = (&self.bounds, self.doc, &mut self.scratch);
        let mut parts = self.parts.iter_mut().filter(|part| part.postings.doc() == doc);
        parts.any(|part| !part.filtered || part.occurrences_within(bounds, doc, scratch) > 0)
    }

    fn step(&mut self) {
        // Most words are one term.
        if let [part] = self.parts.as_mut_slice() {
            self.doc = part.postings.advance();
            return;
        }
        let doc = self.doc;
        for part in self.parts.iter_mut().filter(|part| part.postings.doc() == doc) {
            part.postings.advance();
        }
        self.doc = self.first_doc();
    }
}

/// What a group's postings are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Positions {
    Never,
    Wanted,
}

impl Part {
    fn occurrence(&self, position: u32) -> Occurrence {
        if self.joined {
            let start = position / JOINED_SCALE;
            Occurrence { start, end: start + position % JOINED_SCALE + 1 }
        } else {
            Occurrence { start: position, end: position + 1 }
        }
    }

    fn occurrences_within(&mut self, bounds: &Bounds, doc: DocId, scratch: &mut Vec<u32>) -> u32 {
        scratch.clear();
        self.postings.append_positions_with_offset(0, scratch);
        let within = bounds.of(doc);
        scratch.iter().filter(|position| within.contains(&self.occurrence(**position).start)).count() as u32
    }
}

impl DocSet for GroupPostings {
    fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            self.step();
            self.skip_to_counting();
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc >= target {
            return self.doc;
        }
        for part in &mut self.parts {
            if part.postings.doc() < target {
                part.postings.seek(target);
            }
        }
        self.doc = self.first_doc();
        self.skip_to_counting();
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.size
    }
}
