//! A lowered query, made into what tantivy is asked.

use std::sync::Arc;

use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::View;
use super::columns::ColumnQuery;
use super::deadline::Deadline;
use super::leaf::Leaf;
use super::lower::{Clause, Lowered, Weighs};
use super::segments::Region;
use super::span_query::SpanQuery;
use super::spans::Spans;
use super::word::WordQuery;
use super::{traits, write};
use crate::analysis::fold;
use crate::engine::EngineError;
use crate::identity::normalise_url;
use crate::query::ast::{Is, TextField, Value, WholeField};

/// What a query is made for.
pub(super) struct Asking {
    pub(super) deadline: Deadline,
    /// Where the order is not by relevance, nothing is looked up for it.
    pub(super) scored: bool,
}

impl View {
    /// What tantivy is asked.
    pub(super) fn query(&self, lowered: &Lowered, asking: &Asking) -> Result<Box<dyn Query>, EngineError> {
        Ok(match lowered {
            Lowered::All => everything(),
            Lowered::Value(query) => query.box_clone(),
            Lowered::Text(clause) => self.text_query(clause, asking)?,
            Lowered::And(parts) => self.conjunction(parts, asking)?,
            Lowered::Not(_) => self.conjunction(std::slice::from_ref(lowered), asking)?,
            Lowered::Or(parts) => {
                let parts = parts.iter().map(|part| self.query(part, asking));
                either(parts.collect::<Result<_, EngineError>>()?)
            }
            Lowered::Boost(inner, weight) => Box::new(BoostQuery::new(self.query(inner, asking)?, *weight)),
        })
    }

    /// All of them; with nothing but exclusions, everything else.
    fn conjunction(&self, parts: &[Lowered], asking: &Asking) -> Result<Box<dyn Query>, EngineError> {
        let mut clauses = Vec::with_capacity(parts.len() + 1);
        for part in parts {
            clauses.push(match part {
                Lowered::Not(excluded) => (Occur::MustNot, self.query(excluded, asking)?),
                _ => (Occur::Must, self.query(part, asking)?),
            });
        }
        if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            clauses.push((Occur::Must, everything()));
        }
        Ok(Box::new(BooleanQuery::new(clauses)))
    }

    fn text_query(&self, clause: &Clause, asking: &Asking) -> Result<Box<dyn Query>, EngineError> {
        let weighs = if asking.scored { clause.weighs } else { Weighs::Nothing };
        let found = |scored: bool| {
            let asking = Asking { scored, deadline: asking.deadline.clone() };
            let readings = clause.readings.iter().map(|reading| self.reading(clause.scope, reading, &asking));
            // One word, however it is written: what it is most counts.
            readings.collect::<Result<_, EngineError>>().map(best_of)
        };
        if weighs == Weighs::Fully {
            return found(true);
        }
        let silent: Box<dyn Query> = Box::new(ConstScoreQuery::new(found(false)?, 0.0));
        if weighs == Weighs::Nothing {
            return Ok(silent);
        }
        let together = clause.readings.iter().filter_map(|reading| match reading {
            Spans::Word(leaf) => Some(self.reading(clause.scope, &Spans::Word(self.together(leaf)), asking)),
            _ => None,
        });
        Ok(either(vec![silent, best_of(together.collect::<Result<_, EngineError>>()?)]))
    }

    fn reading(&self, scope: TextField, reading: &Spans, asking: &Asking) -> Result<Box<dyn Query>, EngineError> {
        Ok(match reading {
            // A word is counted without reading positions.
            Spans::Word(leaf) => Box::new(self.word(scope, leaf, asking)?),
            spans => {
                let headline_weight = if scope == TextField::Text { self.fields.headline_weight } else { 0.0 };
                let (spans, fields, deadline) = (spans.clone(), self.fields, asking.deadline.clone());
                Box::new(SpanQuery { spans, headline_weight, fields, deadline })
            }
        })
    }

    fn word(&self, scope: TextField, leaf: &Arc<Leaf>, asking: &Asking) -> Result<WordQuery, EngineError> {
        let fields = &self.fields;
        let weighty = [
            (fields.headline, Region::Headline, fields.headline_weight),
            (fields.opening, Region::Own, fields.opening_weight),
        ];
        let mut parts = Vec::new();
        for (field, region, more) in weighty {
            if asking.scored && scope == TextField::Text && more > 0.0 {
                parts.push((self.part_of(leaf, field, region, &asking.deadline)?, more));
            }
        }
        Ok(WordQuery { leaf: Arc::clone(leaf), parts })
    }

    pub(super) fn value(&self, value: &Value) -> Box<dyn Query> {
        let fields = &self.fields;
        match value {
            Value::Whole(field, value) => whole(self.whole_field(*field), &fold(value)),
            Value::Site(host) => whole(fields.site, host.to_lowercase().trim_start_matches("www.")),
            Value::Lang(tag) => whole(fields.lang, &tag.to_lowercase().replace('_', "-")),
            Value::Date(clause) => Box::new(ColumnQuery::Date(clause.field, clause.interval)),
            Value::Words(range) => Box::new(ColumnQuery::Words(*range)),
            Value::Has(has) => whole(fields.has, traits::name(*has)),
            Value::Is(is) => self.is(*is),
            Value::Id(id) => whole(fields.id, id),
            Value::Url(url) => match normalise_url(url) {
                Some(url) => whole(fields.url, &url),
                None => Box::new(EmptyQuery),
            },
        }
    }

    /// Killed articles are in no answer.
    fn is(&self, is: Is) -> Box<dyn Query> {
        match is {
            Is::Duplicate => whole(self.fields.is, write::COPY),
            Is::Original => whole(self.fields.is, write::ORIGINAL),
            Is::Corrected => whole(self.fields.is, "corrected"),
            Is::Killed => Box::new(EmptyQuery),
        }
    }

    fn whole_field(&self, field: WholeField) -> Field {
        match field {
            WholeField::Tag => self.fields.tag,
            WholeField::Source => self.fields.source,
            WholeField::Section => self.fields.section,
            WholeField::Place => self.fields.place,
            WholeField::Person => self.fields.person,
            WholeField::Org => self.fields.org,
        }
    }
}

/// Every document, for nothing.
fn everything() -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(Box::new(AllQuery), 0.0))
}

fn either(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::new(queries.into_iter().map(|query| (Occur::Should, query)).collect())),
    }
}

/// Any of them, for as much as the best of them is.
fn best_of(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(DisjunctionMaxQuery::new(queries)),
    }
}

/// Documents with a whole value. It narrows and never scores.
pub(super) fn whole(field: Field, value: &str) -> Box<dyn Query> {
    let value = write::cut(value);
    let term = TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic);
    Box::new(ConstScoreQuery::new(Box::new(term), 0.0))
}
