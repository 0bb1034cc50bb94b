//! The tree of a query, made into queries over the index.

use std::sync::Arc;

use tantivy::Term as IndexTerm;
use tantivy::query::{AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use super::View;
use super::columns::ColumnQuery;
use super::expand::{MOST_IN_A_QUERY, expand};
use super::leaf::{Leaf, Tally, Words};
use super::phrase::{PhraseQuery, Standing};
use super::segments::Region;
use super::traits;
use super::word::WordQuery;
use crate::analysis::{QueryWord, Stemmers, fold, fold_pattern, korean_pairs, query_sequences};
use crate::engine::EngineError;
use crate::identity::normalise_url;
use crate::query::ast::{Is, Kind, Node, Slot, Term, TextField, Value, WholeField};

/// A phrase of several compounds can be read in many ways (each written together or apart); no more than these.
const MOST_READINGS: usize = 64;

/// A clause on running text matches where any of its readings does.
pub(super) type Clause = Vec<Reading>;

/// What is gathered while a query is compiled.
#[derive(Default)]
pub(super) struct Compiling {
    /// What can make an article match: every clause on text that is not under an exclusion.
    pub(super) clauses: Vec<Clause>,
    /// Words that wildcards have come to stand for.
    expansions: usize,
}

/// One way to read a clause on running text.
#[derive(Clone, Debug)]
pub(super) enum Reading {
    Word(WordQuery),
    Phrase(PhraseQuery),
}

impl View {
    pub(super) fn compile(&self, node: &Node, so_far: &mut Compiling) -> Result<Box<dyn Query>, EngineError> {
        match &node.kind {
            Kind::All => Ok(Box::new(AllQuery)),
            Kind::Term { field, term } => {
                let readings = self.readings(*field, term, &mut so_far.expansions)?;
                so_far.clauses.push(readings.clone());
                Ok(any(readings))
            }
            Kind::Value(value) => Ok(self.value(value)),
            Kind::And(nodes) => self.conjunction(nodes, so_far),
            Kind::Or(nodes) => {
                let parts = nodes.iter().map(|node| Ok((Occur::Should, self.compile(node, so_far)?)));
                Ok(Box::new(BooleanQuery::new(parts.collect::<Result<_, EngineError>>()?)))
            }
            Kind::Not(_) => self.conjunction(std::slice::from_ref(node), so_far),
            Kind::Boost(node, weight) => Ok(Box::new(BoostQuery::new(self.compile(node, so_far)?, *weight))),
        }
    }

    /// All of them; with nothing but exclusions, everything else.
    fn conjunction(&self, nodes: &[Node], so_far: &mut Compiling) -> Result<Box<dyn Query>, EngineError> {
        let mut parts = Vec::with_capacity(nodes.len() + 1);
        for node in nodes {
            match &node.kind {
                Kind::Not(excluded) => {
                    let shown = so_far.clauses.len();
                    parts.push((Occur::MustNot, self.compile(excluded, so_far)?));
                    so_far.clauses.truncate(shown);
                }
                _ => parts.push((Occur::Must, self.compile(node, so_far)?)),
            }
        }
        if parts.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            parts.push((Occur::Must, Box::new(AllQuery)));
        }
        Ok(Box::new(BooleanQuery::new(parts)))
    }

    /// How a clause on running text is looked for.
    fn readings(&self, scope: TextField, term: &Term, spent: &mut usize) -> Result<Clause, EngineError> {
        match term {
            Term::Word(word) if !is_name(scope) => self.inflected(scope, word),
            Term::Word(word) | Term::Exact(word) => self.phrase(scope, &[Slot::Word(word.clone())], spent),
            Term::Acronym(letters) => {
                Ok(vec![self.word(scope, Words::Exact, std::slice::from_ref(letters), Tally::Sum)?])
            }
            Term::Wildcard(pattern) => {
                let words = self.expansions(scope, pattern, spent)?;
                Ok(vec![self.word(scope, Words::Exact, &words, Tally::Sum)?])
            }
            Term::Phrase(slots) => self.phrase(scope, slots, spent),
        }
    }

    fn inflected(&self, scope: TextField, word: &str) -> Result<Clause, EngineError> {
        let mut stemmers = Stemmers::new();
        let langs: Vec<&str> = self.langs.iter().map(String::as_str).collect();
        let mut readings = Vec::new();
        for sequence in query_sequences(word) {
            match sequence.as_slice() {
                [word] => {
                    readings.push(match self.with_particles(scope, &word.folded)? {
                        Some(reading) => reading,
                        None => self.word(scope, Words::Inflected, &stemmers.query_terms(word, &langs), Tally::Most)?,
                    });
                }
                words => readings.push(self.in_order(scope, words.iter().map(|word| vec![exact(word)]).collect())?),
            }
        }
        Ok(readings)
    }

    /// A Korean word with whatever hangs on to it: every word that holds all its pairs of syllables.
    fn with_particles(&self, scope: TextField, word: &str) -> Result<Option<Reading>, EngineError> {
        let pairs: Vec<String> = korean_pairs(word).map(str::to_owned).collect();
        match pairs.as_slice() {
            [] => Ok(None),
            [_] => self.word(scope, Words::Pairs, &pairs, Tally::Sum).map(Some),
            pairs => {
                let leaf = |pair| self.leaf(scope, Words::Pairs, std::slice::from_ref(pair), Tally::Sum);
                let slots = pairs.iter().map(leaf).collect::<tantivy::Result<_>>()?;
                Ok(Some(self.chain(scope, slots, Standing::Together)))
            }
        }
    }

    fn phrase(&self, scope: TextField, slots: &[Slot], spent: &mut usize) -> Result<Clause, EngineError> {
        // Each reading is a list of places, each place a list of words that may stand there.
        let mut readings: Vec<Vec<Vec<String>>> = vec![Vec::new()];
        for slot in slots {
            let ways = match slot {
                Slot::Wildcard(pattern) => vec![vec![self.expansions(scope, pattern, spent)?]],
                Slot::Word(word) => {
                    let sequences = query_sequences(word).into_iter();
                    sequences.map(|sequence| sequence.iter().map(|word| vec![exact(word)]).collect()).collect()
                }
            };
            readings = combine(&readings, &ways);
        }
        let readings = readings.into_iter().filter(|places| !places.is_empty());
        readings.map(|places| self.in_order(scope, places)).collect()
    }

    fn in_order(&self, scope: TextField, places: Vec<Vec<String>>) -> Result<Reading, EngineError> {
        if let [words] = places.as_slice() {
            return self.word(scope, Words::Exact, words, Tally::Sum);
        }
        let slots = places.iter().map(|words| self.leaf(scope, Words::Exact, words, Tally::Sum));
        Ok(self.chain(scope, slots.collect::<tantivy::Result<_>>()?, Standing::InOrder))
    }

    fn chain(&self, scope: TextField, slots: Vec<Arc<Leaf>>, standing: Standing) -> Reading {
        let headline_weight = if scope == TextField::Text { self.fields.headline_weight } else { 0.0 };
        Reading::Phrase(PhraseQuery { slots, standing, headline_weight })
    }

    fn word(&self, scope: TextField, words: Words, terms: &[String], tally: Tally) -> Result<Reading, EngineError> {
        let (fields, leaf) = (&self.fields, self.leaf(scope, words, terms, tally)?);
        let mut boosts = Vec::new();
        if scope == TextField::Text {
            boosts.push((self.part_of(&leaf, fields.headline, Region::Headline)?, fields.headline_weight));
            boosts.push((self.part_of(&leaf, fields.lead, Region::Lead)?, fields.lead_weight));
        }
        Ok(Reading::Word(WordQuery { leaf, boosts }))
    }

    fn expansions(&self, scope: TextField, pattern: &str, spent: &mut usize) -> Result<Vec<String>, EngineError> {
        let fields = &self.fields;
        let homes: &[Field] = match scope {
            TextField::Text | TextField::Body => &[fields.text, fields.joined],
            TextField::Headline => &[fields.headline, fields.joined],
            TextField::Lead => &[fields.lead, fields.joined],
            TextField::Hlead => &[fields.headline, fields.lead, fields.joined],
            TextField::Author => &[fields.author],
            TextField::Dateline => &[fields.dateline],
        };
        let words = expand(&self.searcher, homes, &fold_pattern(pattern)).map_err(|error| match error {
            EngineError::TooManyExpansions { bound, .. } => {
                EngineError::TooManyExpansions { word: pattern.to_owned(), bound }
            }
            other => other,
        })?;
        *spent += words.len();
        if *spent > MOST_IN_A_QUERY {
            return Err(EngineError::TooManyInAQuery { bound: MOST_IN_A_QUERY });
        }
        Ok(words)
    }

    fn value(&self, value: &Value) -> Box<dyn Query> {
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
            Is::Corrected => whole(self.fields.is, "corrected"),
            Is::Killed => Box::new(EmptyQuery),
        }
    }

    pub(super) fn whole_field(&self, field: WholeField) -> Field {
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

/// Bylines and place lines are found as written.
fn is_name(scope: TextField) -> bool {
    matches!(scope, TextField::Author | TextField::Dateline)
}

/// A word with dots means the acronym, any other the letters in any case.
fn exact(word: &QueryWord) -> String {
    word.acronym.clone().unwrap_or_else(|| word.folded.clone())
}

/// Every reading so far, continued in every way.
fn combine(readings: &[Vec<Vec<String>>], ways: &[Vec<Vec<String>>]) -> Vec<Vec<Vec<String>>> {
    if ways.is_empty() {
        return readings.to_vec();
    }
    let continued =
        readings.iter().flat_map(|reading| ways.iter().map(move |way| reading.iter().chain(way).cloned().collect()));
    continued.take(MOST_READINGS).collect()
}

fn any(readings: Clause) -> Box<dyn Query> {
    let mut queries: Vec<Box<dyn Query>> = readings
        .into_iter()
        .map(|reading| match reading {
            Reading::Word(word) => Box::new(word) as Box<dyn Query>,
            Reading::Phrase(phrase) => Box::new(phrase),
        })
        .collect();
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::new(queries.into_iter().map(|query| (Occur::Should, query)).collect())),
    }
}

/// Documents with a whole value. It narrows and never scores.
pub(super) fn whole(field: Field, value: &str) -> Box<dyn Query> {
    let value = super::write::cut(value);
    let term = TermQuery::new(IndexTerm::from_field_text(field, value), IndexRecordOption::Basic);
    Box::new(ConstScoreQuery::new(Box::new(term), 0.0))
}
