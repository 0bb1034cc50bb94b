//! Spans: what is looked for in running text, and the places where it stands.
//!
//! A cursor first finds a document that holds all the words, wherever they stand, and only then reads positions: the
//! cheap test before the dear one. Positions come bottom up, every occurrence of every part.

use std::sync::Arc;

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED, Term};

use super::deadline::{Deadline, Watch};
use super::group::{GroupPostings, Occurrence, ReadFor};
use super::layout::{PARAGRAPH_END, SENTENCE_END};
use super::leaf::Leaf;
use super::loose;
use super::near::{self, Standing, Want};
use super::schema::Fields;
use super::segments::{Bounds, Region};
use crate::query::ast::{Proximity, Relation};

#[derive(Clone, Debug)]
pub(super) enum Spans {
    Word(Arc<Leaf>),
    /// Words in order, each right after the one before.
    InOrder(Vec<Arc<Leaf>>),
    /// Parts of one word, all at its position.
    Together(Vec<Arc<Leaf>>),
    /// Words in any order, with at most so many other positions among them.
    Loose(Vec<Arc<Leaf>>, u32),
    Any(Vec<Spans>),
    Near {
        left: Box<Spans>,
        how: Proximity,
        right: Box<Spans>,
    },
    AtLeast(u32, Box<Spans>),
    /// Within the first words of a region.
    First(u32, Region, Box<Spans>),
}

impl Spans {
    /// A word of it: all its words are measured against the same lengths.
    pub(super) fn leaf(&self) -> Option<&Arc<Leaf>> {
        match self {
            Spans::Word(leaf) => Some(leaf),
            Spans::InOrder(leaves) | Spans::Together(leaves) | Spans::Loose(leaves, _) => leaves.first(),
            Spans::Any(parts) => parts.iter().find_map(Spans::leaf),
            Spans::Near { left, .. } => left.leaf(),
            Spans::AtLeast(_, inner) | Spans::First(_, _, inner) => inner.leaf(),
        }
    }

    /// How many words stand side by side in its tightest occurrence.
    pub(super) fn words(&self) -> u32 {
        match self {
            Spans::Word(_) | Spans::Together(_) => 1,
            Spans::InOrder(leaves) | Spans::Loose(leaves, _) => leaves.len() as u32,
            Spans::Any(parts) => parts.iter().map(Spans::words).min().unwrap_or(1),
            Spans::Near { left, how, right } => left.words() + if how.negated { 0 } else { right.words() },
            Spans::AtLeast(_, inner) | Spans::First(_, _, inner) => inner.words(),
        }
    }
}

/// Goes through the documents of one segment in which spans may stand, and finds them there.
pub(super) struct SpanCursor {
    shape: Shape,
    watch: Watch,
    found: Vec<Occurrence>,
    /// The document they were found in, and whether they are all there are.
    at: (DocId, Want),
}

enum Shape {
    Word(GroupPostings),
    /// The words of a phrase, and the order in which documents are sought: the rarest first.
    Words {
        words: Vec<GroupPostings>,
        order: Vec<usize>,
        as_asked: Arrangement,
    },
    Any(Vec<SpanCursor>),
    Near {
        left: Box<SpanCursor>,
        right: Box<SpanCursor>,
        how: Proximity,
        ends: Option<Box<Ends>>,
    },
    AtLeast(u32, Box<SpanCursor>),
    First(u32, Bounds, Box<SpanCursor>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrangement {
    InOrder,
    Together,
    Loose(u32),
}

impl SpanCursor {
    /// `None` where it cannot stand in any document of the segment.
    pub(super) fn open(
        reader: &SegmentReader,
        spans: &Spans,
        fields: &Fields,
        deadline: &Deadline,
    ) -> tantivy::Result<Option<SpanCursor>> {
        let open = |spans: &Spans| SpanCursor::open(reader, spans, fields, deadline);
        let shape = match spans {
            Spans::Word(leaf) => {
                let postings = GroupPostings::open(reader, leaf, ReadFor::Places)?;
                (postings.doc() != TERMINATED).then_some(Shape::Word(postings))
            }
            Spans::InOrder(leaves) => words(reader, leaves, Arrangement::InOrder)?,
            Spans::Together(leaves) => words(reader, leaves, Arrangement::Together)?,
            Spans::Loose(leaves, extra) => words(reader, leaves, Arrangement::Loose(*extra))?,
            Spans::Any(parts) => {
                let parts = parts.iter().filter_map(|part| open(part).transpose());
                let parts: Vec<SpanCursor> = parts.collect::<tantivy::Result<_>>()?;
                (!parts.is_empty()).then_some(Shape::Any(parts))
            }
            Spans::Near { left, how, right } => match (open(left)?, open(right)?) {
                (Some(left), None) if how.negated => return Ok(Some(left)),
                (Some(left), Some(right)) => {
                    let ends = Ends::open(reader, how.relation, fields)?;
                    let ends = ends.map(Box::new);
                    Some(Shape::Near { left: Box::new(left), right: Box::new(right), how: *how, ends })
                }
                _ => None,
            },
            Spans::AtLeast(count, inner) => open(inner)?.map(|inner| Shape::AtLeast(*count, Box::new(inner))),
            Spans::First(count, region, inner) => match (open(inner)?, spans.leaf()) {
                (Some(inner), Some(leaf)) => {
                    let columns = Arc::clone(leaf.segments.columns(leaf.segments.number(reader)?));
                    let bounds = Bounds { region: *region, columns };
                    Some(Shape::First(*count, bounds, Box::new(inner)))
                }
                _ => None,
            },
        };
        let (watch, at) = (Watch::new(deadline), (TERMINATED, Want::One));
        Ok(shape.map(|shape| SpanCursor { shape, watch, found: Vec::new(), at }))
    }

    /// The first document from `target` on that holds all the words it takes. Targets never fall.
    pub(super) fn candidate(&mut self, target: DocId) -> DocId {
        match &mut self.shape {
            Shape::Word(postings) => postings.seek(target),
            Shape::Words { words, order, .. } => agree(words, order, target),
            Shape::Any(parts) => parts.iter_mut().map(|part| part.candidate(target)).min().unwrap_or(TERMINATED),
            Shape::Near { left, how, .. } if how.negated => left.candidate(target),
            Shape::Near { left, right, .. } => both(left, right, target),
            Shape::AtLeast(_, inner) | Shape::First(_, _, inner) => inner.candidate(target),
        }
    }

    /// The occurrences in a document, in order, each once.
    pub(super) fn occurrences(&mut self, doc: DocId, want: Want) -> &[Occurrence] {
        if self.at == (doc, Want::All) || self.at == (doc, want) {
            return &self.found;
        }
        self.at = (doc, want);
        self.found.clear();
        if self.candidate(doc) == doc && !self.watch.is_over(1) {
            self.find(doc, want);
            let found = self.found.len();
            if self.watch.is_over(found) {
                self.found.clear();
            }
        }
        &self.found
    }

    fn find(&mut self, doc: DocId, want: Want) {
        let SpanCursor { shape, watch, found, .. } = self;
        match shape {
            Shape::Word(postings) => postings.occurrences(found),
            Shape::Words { words, as_asked, .. } => arranged(words, *as_asked, want, watch, found),
            Shape::Any(parts) => {
                for part in parts {
                    found.extend_from_slice(part.occurrences(doc, want));
                }
                near::settle(found);
            }
            Shape::Near { left, right, how, ends } => {
                let left = left.occurrences(doc, Want::All);
                if left.is_empty() {
                    return;
                }
                let right = right.occurrences(doc, Want::All);
                let ends = ends.as_mut().map_or(&[][..], |ends| ends.of(doc));
                let standing = Standing { relation: how.relation, ends };
                if how.negated {
                    near::apart(left, right, standing, watch, found);
                } else {
                    near::pairs(left, right, standing, want, watch, found);
                }
            }
            Shape::AtLeast(count, inner) => {
                let inner = inner.occurrences(doc, Want::All);
                if near::count_apart(inner) >= *count as usize {
                    found.extend_from_slice(inner);
                }
            }
            Shape::First(count, bounds, inner) => {
                let beginnings = bounds.beginnings(doc, *count);
                let within =
                    |one: &&Occurrence| beginnings.iter().any(|words| words.start <= one.start && one.end <= words.end);
                found.extend(inner.occurrences(doc, Want::All).iter().filter(within));
            }
        }
    }

    /// About how many documents it may stand in.
    pub(super) fn size_hint(&self) -> u32 {
        match &self.shape {
            Shape::Word(postings) => postings.size_hint(),
            Shape::Words { words, order, .. } => order.first().map_or(0, |rarest| words[*rarest].size_hint()),
            Shape::Any(parts) => parts.iter().fold(0, |sum, part| part.size_hint().saturating_add(sum)),
            Shape::Near { left, how, .. } if how.negated => left.size_hint(),
            Shape::Near { left, right, .. } => left.size_hint().min(right.size_hint()),
            Shape::AtLeast(_, inner) | Shape::First(_, _, inner) => inner.size_hint(),
        }
    }
}

fn words(reader: &SegmentReader, leaves: &[Arc<Leaf>], as_asked: Arrangement) -> tantivy::Result<Option<Shape>> {
    let mut words = Vec::with_capacity(leaves.len());
    for leaf in leaves {
        let postings = GroupPostings::open(reader, leaf, ReadFor::Places)?;
        if postings.doc() == TERMINATED {
            return Ok(None);
        }
        words.push(postings);
    }
    let mut order: Vec<usize> = (0..words.len()).collect();
    order.sort_by_key(|word| words[*word].size_hint());
    Ok(Some(Shape::Words { words, order, as_asked }))
}

/// The first document from `target` on that holds all the words.
fn agree(words: &mut [GroupPostings], order: &[usize], target: DocId) -> DocId {
    let mut candidate = target;
    'search: while candidate < TERMINATED {
        for word in order {
            let doc = words[*word].seek(candidate);
            if doc > candidate {
                candidate = doc;
                continue 'search;
            }
        }
        return candidate;
    }
    TERMINATED
}

fn both(left: &mut SpanCursor, right: &mut SpanCursor, target: DocId) -> DocId {
    let mut candidate = left.candidate(target);
    while candidate < TERMINATED {
        let doc = right.candidate(candidate);
        if doc == candidate {
            return candidate;
        }
        candidate = left.candidate(doc);
        if candidate == doc {
            return doc;
        }
    }
    TERMINATED
}

/// Where words of the current document stand as asked.
fn arranged(
    words: &mut [GroupPostings],
    as_asked: Arrangement,
    want: Want,
    watch: &mut Watch,
    found: &mut Vec<Occurrence>,
) {
    if let Arrangement::Loose(extra) = as_asked {
        let places: Vec<Vec<Occurrence>> = words.iter_mut().map(places).collect();
        return loose::gathered(&places, extra, want, watch, found);
    }
    let (mut next, mut longer) = (Vec::new(), Vec::new());
    let Some((first, rest)) = words.split_first_mut() else { return };
    first.occurrences(found);
    for word in rest {
        if found.is_empty() || watch.is_over(found.len()) {
            return;
        }
        word.occurrences(&mut next);
        longer.clear();
        for chain in found.iter() {
            let at = if as_asked == Arrangement::Together { chain.start } else { chain.end };
            let from = next.partition_point(|one| one.start < at);
            let here = next[from..].iter().take_while(|one| one.start == at);
            longer.extend(here.map(|one| Occurrence { start: chain.start, end: one.end }));
        }
        std::mem::swap(found, &mut longer);
    }
    near::settle(found);
}

fn places(word: &mut GroupPostings) -> Vec<Occurrence> {
    let mut places = Vec::new();
    word.occurrences(&mut places);
    places
}

/// Where the sentences or paragraphs of a document end.
struct Ends {
    postings: SegmentPostings,
    positions: Vec<u32>,
}

impl Ends {
    /// `None` for a relation that does not ask, or in a segment without any.
    fn open(reader: &SegmentReader, relation: Relation, fields: &Fields) -> tantivy::Result<Option<Ends>> {
        let mark = match relation {
            Relation::Sentence => SENTENCE_END,
            Relation::Paragraph => PARAGRAPH_END,
            Relation::Within(_) | Relation::Before(_) => return Ok(None),
        };
        let term = Term::from_field_text(fields.marks, mark);
        let postings =
            reader.inverted_index(fields.marks)?.read_postings(&term, IndexRecordOption::WithFreqsAndPositions)?;
        Ok(postings.map(|postings| Ends { postings, positions: Vec::new() }))
    }

    fn of(&mut self, doc: DocId) -> &[u32] {
        self.positions.clear();
        if self.postings.doc() < doc {
            self.postings.seek(doc);
        }
        if self.postings.doc() == doc {
            self.postings.append_positions_with_offset(0, &mut self.positions);
        }
        &self.positions
    }
}
