//! What made a document match: the places of the clauses that count in it, found by walking the query with the truth of
//! each part in that document. Of alternatives only those that hold are marked; under an exclusion, what is excluded from
//! it in turn.

use tantivy::query::{EnableScoring, Query, Scorer};
use tantivy::schema::{OwnedValue, Value as _};
use tantivy::{DocId, DocSet, SegmentReader, TantivyDocument};

use super::View;
use super::deadline::Deadline;
use super::lower::{Clause, Lowered, Lowering};
use super::near::Want;
use super::spans::SpanCursor;
use crate::engine::sentences::Sentences;
use crate::engine::{Address, EngineError, Marks, Span, Until};
use crate::query::ast::Node;

impl View {
    /// In the order asked.
    pub(in crate::engine) fn marks(
        &self,
        query: &Node,
        documents: &[Address],
        until: &Until,
    ) -> Result<Vec<Marks>, EngineError> {
        let deadline = Deadline::new(until);
        let lowered = self.lower(query, &mut Lowering::new(&deadline))?;
        let marks = self.marks_by(&lowered, documents, &deadline)?;
        if deadline.was_met() { Err(EngineError::TimeOut) } else { Ok(marks) }
    }

    /// The same, by a query that has been lowered.
    pub(super) fn marks_by(
        &self,
        lowered: &Lowered,
        documents: &[Address],
        deadline: &Deadline,
    ) -> Result<Vec<Marks>, EngineError> {
        let mut order: Vec<usize> = (0..documents.len()).collect();
        order.sort_unstable_by_key(|at| documents[*at]);
        let mut marks = vec![Marks::default(); documents.len()];
        for segment in order.chunk_by(|one, next| documents[*one].segment == documents[*next].segment) {
            let reader = self.searcher.segment_reader(documents[segment[0]].segment);
            let place = Place { view: self, reader, deadline };
            let mut root = Part::of(lowered, &mut 0);
            for at in segment {
                marks[*at] = place.marks(&mut root, documents[*at])?;
            }
        }
        Ok(marks)
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

/// Where marks are looked for.
struct Place<'a> {
    view: &'a View,
    reader: &'a SegmentReader,
    deadline: &'a Deadline,
}

/// A part of the query over one segment. Documents are asked for in ascending order.
enum Part<'a> {
    All,
    Text { clause: &'a Clause, number: u32, cursor: Opened<Box<SpanCursor>> },
    Value { query: &'a dyn Query, scorer: Opened<Box<dyn Scorer>> },
    And(Vec<Part<'a>>),
    Or(Vec<Part<'a>>),
    Not(Box<Part<'a>>),
}

/// Postings are opened when they are first asked.
enum Opened<T> {
    NotYet,
    Nowhere,
    At(T),
}

impl<'a> Part<'a> {
    /// Clauses on text are numbered in the order of the query.
    fn of(lowered: &'a Lowered, clauses: &mut u32) -> Part<'a> {
        match lowered {
            Lowered::All => Part::All,
            Lowered::Value(query) => Part::Value { query: query.as_ref(), scorer: Opened::NotYet },
            Lowered::Text(clause) => {
                *clauses += 1;
                Part::Text { clause, number: *clauses - 1, cursor: Opened::NotYet }
            }
            Lowered::And(parts) => Part::And(parts.iter().map(|part| Part::of(part, clauses)).collect()),
            Lowered::Or(parts) => Part::Or(parts.iter().map(|part| Part::of(part, clauses)).collect()),
            Lowered::Not(part) => Part::Not(Box::new(Part::of(part, clauses))),
            Lowered::Boost(part, _) => Part::of(part, clauses),
        }
    }
}

impl Place<'_> {
    fn marks(&self, root: &mut Part<'_>, address: Address) -> Result<Marks, EngineError> {
        let mut spans = Vec::new();
        self.gather(root, address.doc, true, &mut spans)?;
        spans.sort_unstable();
        spans.dedup();
        let (lead_at, body_at) = self.view.segments.columns(address.segment as usize).sections(address.doc);
        Ok(Marks { spans, lead_at, body_at, sentences: self.view.sentences(address)? })
    }

    /// Marks what makes a part as true or false as it is known to be.
    fn gather(&self, part: &mut Part<'_>, doc: DocId, is: bool, out: &mut Vec<Span>) -> Result<(), EngineError> {
        match part {
            Part::Text { clause, number, cursor } if is && clause.is_in_text() => {
                if let Some(cursor) = self.cursor(clause, cursor)? {
                    let clause = *number;
                    let found = cursor.occurrences(doc, Want::All).iter();
                    out.extend(found.map(|one| Span { start: one.start, end: one.end, clause }));
                }
                Ok(())
            }
            Part::Not(inner) => self.gather(inner, doc, !is, out),
            // All members are as the whole is.
            Part::And(parts) if is => parts.iter_mut().try_for_each(|part| self.gather(part, doc, is, out)),
            Part::Or(parts) if !is => parts.iter_mut().try_for_each(|part| self.gather(part, doc, is, out)),
            // Those members are what the whole is by.
            Part::And(parts) | Part::Or(parts) => {
                for part in parts {
                    if self.holds(part, doc)? == is {
                        self.gather(part, doc, is, out)?;
                    }
                }
                Ok(())
            }
            Part::All | Part::Text { .. } | Part::Value { .. } => Ok(()),
        }
    }

    fn holds(&self, part: &mut Part<'_>, doc: DocId) -> Result<bool, EngineError> {
        Ok(match part {
            Part::All => true,
            Part::Text { clause, cursor, .. } => {
                let cursor = self.cursor(clause, cursor)?;
                cursor.is_some_and(|cursor| !cursor.occurrences(doc, Want::One).is_empty())
            }
            Part::Value { query, scorer } => self.has_value(*query, scorer, doc)?,
            Part::Not(inner) => !self.holds(inner, doc)?,
            Part::And(parts) => {
                for part in parts {
                    if !self.holds(part, doc)? {
                        return Ok(false);
                    }
                }
                true
            }
            Part::Or(parts) => {
                for part in parts {
                    if self.holds(part, doc)? {
                        return Ok(true);
                    }
                }
                false
            }
        })
    }

    fn cursor<'c>(
        &self,
        clause: &Clause,
        cursor: &'c mut Opened<Box<SpanCursor>>,
    ) -> Result<Option<&'c mut SpanCursor>, EngineError> {
        if let Opened::NotYet = cursor {
            let opened = SpanCursor::open(self.reader, &clause.spans(), &self.view.fields, self.deadline)?;
            *cursor = opened.map_or(Opened::Nowhere, |cursor| Opened::At(Box::new(cursor)));
        }
        Ok(match cursor {
            Opened::At(cursor) => Some(cursor),
            Opened::NotYet | Opened::Nowhere => None,
        })
    }

    fn has_value(
        &self,
        query: &dyn Query,
        scorer: &mut Opened<Box<dyn Scorer>>,
        doc: DocId,
    ) -> Result<bool, EngineError> {
        if let Opened::NotYet = scorer {
            let weight = query.weight(EnableScoring::disabled_from_searcher(&self.view.searcher))?;
            *scorer = Opened::At(weight.scorer(self.reader, 1.0)?);
        }
        let Opened::At(scorer) = scorer else { return Ok(false) };
        if scorer.doc() < doc {
            scorer.seek(doc);
        }
        Ok(scorer.doc() == doc)
    }
}
