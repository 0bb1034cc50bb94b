//! What made documents match: the positions of the words and phrases of the query that they hold.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use tantivy::schema::{OwnedValue, Value as _};
use tantivy::{DocSet, SegmentReader, TantivyDocument};

use super::View;
use super::compile::{Clause, Compiling, Reading};
use super::group::{GroupPostings, Occurrence, Positions};
use super::phrase::PhrasePostings;
use crate::engine::sentences::Sentences;
use crate::engine::{Address, EngineError, Marks, Span};
use crate::query::ast::Node;

impl View {
    /// In the order asked.
    pub(in crate::engine) fn marks(&self, query: &Node, documents: &[Address]) -> Result<Vec<Marks>, EngineError> {
        let mut compiling = Compiling::default();
        self.compile(query, &mut compiling)?;
        self.marks_by(&compiling.clauses, documents)
    }

    /// The same, by the clauses of a query that has been compiled.
    pub(super) fn marks_by(&self, clauses: &[Clause], documents: &[Address]) -> Result<Vec<Marks>, EngineError> {
        let mut order: Vec<usize> = (0..documents.len()).collect();
        order.sort_unstable_by_key(|at| documents[*at]);
        let mut marks = vec![Marks::default(); documents.len()];
        let mut cursors = Cursors { segment: u32::MAX, open: HashMap::new() };
        for at in order {
            marks[at] = self.marks_of(documents[at], clauses, &mut cursors)?;
        }
        Ok(marks)
    }

    fn marks_of(&self, address: Address, clauses: &[Clause], cursors: &mut Cursors) -> Result<Marks, EngineError> {
        let reader = self.searcher.segment_reader(address.segment);
        let mut spans = Vec::new();
        let mut found = Vec::new();
        for (clause, readings) in clauses.iter().enumerate() {
            for (at, reading) in readings.iter().enumerate() {
                let Some(cursor) = cursors.get(address.segment, (clause, at), reader, reading)? else { continue };
                cursor.occurrences(address.doc, &mut found);
                let span = |found: &Occurrence| Span { start: found.start, end: found.end, clause: clause as u32 };
                spans.extend(found.iter().map(span));
            }
        }
        spans.sort_unstable();
        spans.dedup();
        let (lead_at, body_at) = self.segments.columns(address.segment as usize).sections(address.doc);
        Ok(Marks { spans, lead_at, body_at, sentences: self.sentences(address)? })
    }

    fn sentences(&self, address: Address) -> Result<Vec<crate::engine::sentences::Sentence>, EngineError> {
        let address = tantivy::DocAddress::new(address.segment, address.doc);
        let document: TantivyDocument = self.searcher.doc(address)?;
        match document.get_first(self.fields.sentences).map(|value| OwnedValue::from(value.as_value())) {
            Some(OwnedValue::Bytes(bytes)) => Ok(Sentences::decode(&bytes)),
            _ => Ok(Vec::new()),
        }
    }
}

/// Postings that stay open from one document of a segment to the next.
struct Cursors {
    segment: u32,
    open: HashMap<(usize, usize), Option<Cursor>>,
}

enum Cursor {
    Word(GroupPostings),
    Phrase(PhrasePostings),
}

impl Cursors {
    fn get(
        &mut self,
        segment: u32,
        key: (usize, usize),
        reader: &SegmentReader,
        reading: &Reading,
    ) -> Result<Option<&mut Cursor>, EngineError> {
        if self.segment != segment {
            self.open.clear();
            self.segment = segment;
        }
        let cursor = match self.open.entry(key) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(slot) => slot.insert(Cursor::open(reader, reading)?),
        };
        Ok(cursor.as_mut())
    }
}

impl Cursor {
    fn open(reader: &SegmentReader, reading: &Reading) -> Result<Option<Cursor>, EngineError> {
        Ok(match reading {
            Reading::Word(word) => Some(Cursor::Word(GroupPostings::open(reader, &word.leaf, Positions::Wanted)?)),
            Reading::Phrase(phrase) => PhrasePostings::open(reader, phrase)?.map(Cursor::Phrase),
        })
    }

    /// Documents are asked for in ascending order.
    fn occurrences(&mut self, doc: u32, out: &mut Vec<Occurrence>) {
        out.clear();
        match self {
            Cursor::Word(postings) => {
                if postings.seek(doc) == doc {
                    postings.occurrences(out);
                }
            }
            Cursor::Phrase(postings) => {
                if postings.seek(doc) == doc {
                    out.extend_from_slice(postings.occurrences());
                }
            }
        }
    }
}
