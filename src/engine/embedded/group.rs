//! The postings of a leaf in one segment: the union of its terms' postings, seen as those of one word.

use std::sync::Arc;

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED};

use super::layout::JOINED_SCALE;
use super::leaf::{Leaf, Tally};
use super::segments::Bounds;

/// The documents of so many terms are found by looking at each of them at every step; those of more are put together
/// beforehand.
const MOST_SIDE_BY_SIDE: usize = 8;

/// From the first position of an occurrence to the one after its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Occurrence {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Occurrence {
    /// The position of its last word.
    pub(super) fn last(&self) -> u32 {
        self.end - 1
    }
}

/// What a group's postings are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadFor {
    /// Documents and frequencies. Positions are read only where the region has to be checked, and then a document
    /// without an occurrence in it is none.
    Counting,
    /// Occurrences. A document may turn out to have none: positions are read when they are asked for, not before.
    Places,
}

/// Goes through the documents that hold a leaf.
pub(super) struct GroupPostings {
    parts: Vec<Part>,
    merged: Option<Merged>,
    /// Occurrences outside the region do not count.
    filtered: bool,
    bounds: Bounds,
    tally: Tally,
    doc: DocId,
    size: u32,
    scratch: Vec<u32>,
}

impl GroupPostings {
    pub(super) fn open(reader: &SegmentReader, leaf: &Leaf, read_for: ReadFor) -> tantivy::Result<GroupPostings> {
        let segment = leaf.segments.number(reader)?;
        let bounds = Bounds { region: leaf.region, columns: Arc::clone(leaf.segments.columns(segment)) };
        let mut parts = open_parts(reader, leaf, segment, read_for)?;
        let mut merged = None;
        if parts.len() > MOST_SIDE_BY_SIDE {
            let counted = match read_for {
                ReadFor::Counting => std::mem::take(&mut parts),
                ReadFor::Places => open_parts(reader, leaf, segment, ReadFor::Counting)?,
            };
            merged = Some(Merged::of(counted, leaf.tally, &bounds, reader.max_doc()));
        }
        let filtered = read_for == ReadFor::Counting && parts.iter().any(|part| part.filtered);
        let size = match &merged {
            Some(merged) => merged.docs.len() as u32,
            None => parts.iter().map(|part| part.postings.size_hint()).sum(),
        };
        let (tally, scratch) = (leaf.tally, Vec::new());
        let mut group = GroupPostings { parts, merged, filtered, bounds, tally, doc: 0, size, scratch };
        group.doc = group.first_doc();
        group.skip_to_counting();
        Ok(group)
    }

    /// How often the leaf occurs in the current document.
    pub(super) fn frequency(&mut self) -> u32 {
        if let Some(merged) = &self.merged {
            return merged.frequency();
        }
        if let ([part], false) = (self.parts.as_slice(), self.filtered) {
            return part.postings.term_freq();
        }
        let GroupPostings { parts, bounds, doc, scratch, tally, .. } = self;
        let here = parts.iter_mut().filter(|part| part.postings.doc() == *doc);
        here.fold(0, |so_far, part| tally.add(so_far, part.frequency(bounds, scratch)))
    }

    /// Every occurrence in the current document, in order, each once.
    pub(super) fn occurrences(&mut self, out: &mut Vec<Occurrence>) {
        out.clear();
        let within = self.bounds.of(self.doc);
        for part in &mut self.parts {
            // Where documents were put together beforehand, the terms have stayed behind.
            if part.postings.doc() < self.doc {
                part.postings.seek(self.doc);
            }
            if part.postings.doc() == self.doc {
                self.scratch.clear();
                part.postings.append_positions_with_offset(0, &mut self.scratch);
                let found = self.scratch.iter().map(|position| part.occurrence(*position));
                out.extend(found.filter(|found| within.contains(&found.start)));
            }
        }
        if self.parts.len() > 1 {
            out.sort_unstable();
            out.dedup();
        }
    }

    fn first_doc(&self) -> DocId {
        match &self.merged {
            Some(merged) => merged.doc(),
            None => self.parts.iter().map(|part| part.postings.doc()).min().unwrap_or(TERMINATED),
        }
    }

    /// Goes on until the document holds the leaf inside its region.
    fn skip_to_counting(&mut self) {
        while self.filtered && self.doc != TERMINATED && self.frequency() == 0 {
            self.step();
        }
    }

    fn step(&mut self) {
        if let Some(merged) = &mut self.merged {
            merged.at += 1;
        } else if let [part] = self.parts.as_mut_slice() {
            // Most words are one term.
            self.doc = part.postings.advance();
            return;
        } else {
            let doc = self.doc;
            for part in self.parts.iter_mut().filter(|part| part.postings.doc() == doc) {
                part.postings.advance();
            }
        }
        self.doc = self.first_doc();
    }
}

fn open_parts(reader: &SegmentReader, leaf: &Leaf, segment: usize, read_for: ReadFor) -> tantivy::Result<Vec<Part>> {
    let mut parts = Vec::with_capacity(leaf.alternatives.len());
    for alternative in &leaf.alternatives {
        let Some(place) = &alternative.places[segment] else { continue };
        let filtered = leaf.filters(alternative);
        let read = match read_for {
            ReadFor::Counting if !filtered => IndexRecordOption::WithFreqs,
            ReadFor::Counting | ReadFor::Places => IndexRecordOption::WithFreqsAndPositions,
        };
        let postings = reader.inverted_index(alternative.field)?.read_postings_from_terminfo(place, read)?;
        parts.push(Part { postings, joined: alternative.joined, filtered });
    }
    Ok(parts)
}

/// One term.
struct Part {
    postings: SegmentPostings,
    joined: bool,
    filtered: bool,
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

    /// In its current document.
    fn frequency(&mut self, bounds: &Bounds, scratch: &mut Vec<u32>) -> u32 {
        if !self.filtered {
            return self.postings.term_freq();
        }
        scratch.clear();
        self.postings.append_positions_with_offset(0, scratch);
        let within = bounds.of(self.postings.doc());
        scratch.iter().filter(|position| within.contains(&self.occurrence(**position).start)).count() as u32
    }
}

/// The documents of many terms, with the frequency of all of them.
struct Merged {
    docs: Vec<DocId>,
    frequencies: Vec<u32>,
    at: usize,
}

impl Merged {
    fn of(parts: Vec<Part>, tally: Tally, bounds: &Bounds, max_doc: DocId) -> Merged {
        let mut by_doc = vec![0; max_doc as usize];
        let mut scratch = Vec::new();
        for mut part in parts {
            while part.postings.doc() != TERMINATED {
                let so_far = &mut by_doc[part.postings.doc() as usize];
                *so_far = tally.add(*so_far, part.frequency(bounds, &mut scratch));
                part.postings.advance();
            }
        }
        let docs: Vec<DocId> = (0..max_doc).filter(|doc| by_doc[*doc as usize] > 0).collect();
        let frequencies = docs.iter().map(|doc| by_doc[*doc as usize]).collect();
        Merged { docs, frequencies, at: 0 }
    }

    fn doc(&self) -> DocId {
        self.docs.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn frequency(&self) -> u32 {
        self.frequencies.get(self.at).copied().unwrap_or_default()
    }

    fn seek(&mut self, target: DocId) {
        self.at += self.docs[self.at.min(self.docs.len())..].partition_point(|doc| *doc < target);
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
        if let Some(merged) = &mut self.merged {
            merged.seek(target);
        } else {
            for part in self.parts.iter_mut().filter(|part| part.postings.doc() < target) {
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
