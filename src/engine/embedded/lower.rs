//! The tree of a query, lowered to what is in the index: words become leaves, and clauses on text become spans. The same
//! lowered tree finds, marks and explains.

use std::sync::Arc;

use tantivy::query::Query;

use super::View;
use super::deadline::Deadline;
use super::expand::{MOST_IN_A_QUERY, Pattern};
use super::leaf::{Leaf, Tally, Words};
use super::segments::Region;
use super::spans::Spans;
use crate::analysis::{QueryWord, Stemmers, fold, korean_pairs, query_sequences};
use crate::engine::EngineError;
use crate::query::ast::{Kind, Node, Proximity, Relation, Slot, Term, TextField};

/// A phrase of several compounds can be read in many ways (each written together or apart); no more than these.
const MOST_READINGS: usize = 64;

/// As far as a distance can be asked for; a name is no longer.
const LONGEST_NAME: u32 = 250;

/// A query in the shape of its tree.
pub(super) enum Lowered {
    All,
    Text(Clause),
    Value(Box<dyn Query>),
    And(Vec<Lowered>),
    Or(Vec<Lowered>),
    Not(Box<Lowered>),
    Boost(Box<Lowered>, f32),
}

/// A clause on running text. It stands where any of its readings does.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    pub(super) scope: TextField,
    pub(super) readings: Vec<Spans>,
    pub(super) weighs: Weighs,
}

/// How much of what a clause finds counts for the order. It finds the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weighs {
    Fully,
    /// A compound whose parts are alternatives beside it: they weigh it where it is not one word.
    WrittenTogether,
    Nothing,
}

impl Clause {
    pub(super) fn spans(&self) -> Spans {
        any(self.readings.clone())
    }

    /// Whether its places are places in the text: bylines and place lines are kept apart from it.
    pub(super) fn is_in_text(&self) -> bool {
        !is_name(self.scope)
    }
}

/// A plain word of the whole text, folded.
fn plain_word(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Term { field: TextField::Text, term: Term::Word(word) } => Some(fold(word)),
        _ => None,
    }
}

fn clause(scope: TextField, readings: Vec<Spans>) -> Clause {
    Clause { scope, readings, weighs: Weighs::Fully }
}

fn any(mut readings: Vec<Spans>) -> Spans {
    if readings.len() == 1 { readings.remove(0) } else { Spans::Any(readings) }
}

/// What is remembered while a query is lowered.
pub(super) struct Lowering {
    pub(super) deadline: Deadline,
    /// Words that patterns have come to stand for.
    pub(super) expansions: usize,
    patterns: Vec<(TextField, Term, Arc<Leaf>)>,
    stemmers: Stemmers,
}

impl Lowering {
    pub(super) fn new(deadline: &Deadline) -> Lowering {
        let (deadline, stemmers) = (deadline.clone(), Stemmers::new());
        Lowering { deadline, expansions: 0, patterns: Vec::new(), stemmers }
    }
}

impl View {
    pub(super) fn lower(&self, node: &Node, so_far: &mut Lowering) -> Result<Lowered, EngineError> {
        let mut all = |nodes: &[Node]| -> Result<Vec<Lowered>, EngineError> {
            nodes.iter().map(|node| self.lower(node, so_far)).collect()
        };
        Ok(match &node.kind {
            Kind::All => Lowered::All,
            Kind::Value(value) => Lowered::Value(self.value(value)),
            Kind::And(nodes) => Lowered::And(all(nodes)?),
            Kind::Or(nodes) => Lowered::Or(self.weighed(nodes, all(nodes)?)),
            Kind::Not(node) => Lowered::Not(Box::new(self.lower(node, so_far)?)),
            Kind::Boost(node, weight) => Lowered::Boost(Box::new(self.lower(node, so_far)?), *weight),
            Kind::Term { field, term } => Lowered::Text(clause(*field, self.readings(*field, term, so_far)?)),
            Kind::Near { .. } | Kind::AtLeast(..) | Kind::First(..) => {
                Lowered::Text(clause(scope(node), vec![self.spans(node, so_far)?]))
            }
        })
    }

    /// Of alternatives, those weigh nothing that only hold a sentence together, as long as there is another; and a compound
    /// leaves to its parts what they weigh.
    fn weighed(&self, nodes: &[Node], mut parts: Vec<Lowered>) -> Vec<Lowered> {
        let words: Vec<Option<String>> = nodes.iter().map(plain_word).collect();
        let another = words.iter().any(|word| word.as_deref().is_none_or(|word| !self.is_function_word(word)));
        let is_among = |part: &QueryWord| words.iter().flatten().any(|word| *word == part.folded);
        let weighs = |part: &QueryWord| !(another && self.is_function_word(&part.folded));
        let is_in_parts =
            |parts: &Vec<QueryWord>| parts.len() > 1 && parts.iter().all(is_among) && parts.iter().any(weighs);
        for (word, part) in words.iter().zip(&mut parts) {
            let (Some(word), Lowered::Text(clause)) = (word, part) else { continue };
            if another && self.is_function_word(word) {
                clause.weighs = Weighs::Nothing;
            } else if clause.readings.iter().any(|reading| matches!(reading, Spans::Word(_)))
                && query_sequences(word).iter().any(is_in_parts)
            {
                clause.weighs = Weighs::WrittenTogether;
            }
        }
        parts
    }

    /// A part of a span.
    fn spans(&self, node: &Node, so_far: &mut Lowering) -> Result<Spans, EngineError> {
        Ok(match &node.kind {
            Kind::Term { field, term } => any(self.readings(*field, term, so_far)?),
            Kind::Or(nodes) => {
                let parts = nodes.iter().map(|node| self.spans(node, so_far));
                Spans::Any(parts.collect::<Result<_, EngineError>>()?)
            }
            Kind::Near { left, how, right } => Spans::Near {
                left: Box::new(self.spans(left, so_far)?),
                how: within_names(*how, scope(node)),
                right: Box::new(self.spans(right, so_far)?),
            },
            Kind::AtLeast(count, inner) => Spans::AtLeast(*count, Box::new(self.spans(inner, so_far)?)),
            Kind::First(count, inner) => {
                Spans::First(*count, region(scope(node)), Box::new(self.spans(inner, so_far)?))
            }
            Kind::Boost(inner, _) => self.spans(inner, so_far)?,
            // These have no place in the text; reading a query keeps them out of spans.
            Kind::All | Kind::Value(_) | Kind::And(_) | Kind::Not(_) => Spans::Any(Vec::new()),
        })
    }

    /// How a word or phrase is looked for.
    fn readings(&self, scope: TextField, term: &Term, so_far: &mut Lowering) -> Result<Vec<Spans>, EngineError> {
        let exact = |word: &String| vec![Slot::Word(word.clone())];
        match term {
            Term::Word(word) if !is_name(scope) => self.inflected(scope, word, so_far),
            Term::Word(word) | Term::Exact(word) => self.arranged(scope, &exact(word), Spans::InOrder, so_far),
            Term::Phrase(slots) => self.arranged(scope, slots, Spans::InOrder, so_far),
            Term::Loose(slots, extra) => self.arranged(scope, slots, |words| Spans::Loose(words, *extra), so_far),
            Term::Acronym(letters) => {
                let leaf = self.leaf(scope, Words::Exact, std::slice::from_ref(letters), Tally::Sum)?;
                Ok(vec![Spans::Word(leaf)])
            }
            Term::Wildcard(_) | Term::Fuzzy(..) | Term::Regex(_) => {
                Ok(vec![Spans::Word(self.expanded(scope, term, so_far)?)])
            }
        }
    }

    fn inflected(&self, scope: TextField, word: &str, so_far: &mut Lowering) -> Result<Vec<Spans>, EngineError> {
        let mut readings = Vec::new();
        for sequence in query_sequences(word) {
            match sequence.as_slice() {
                [word] if word.acronym.is_none() => readings.extend(self.in_any_form(scope, word, so_far)?),
                [acronym] => {
                    readings.push(Spans::Word(self.leaf(scope, Words::Exact, &[exact(acronym)], Tally::Sum)?));
                }
                words => readings.push(Spans::InOrder(self.as_written(scope, words)?)),
            }
        }
        Ok(readings)
    }

    fn in_any_form(
        &self,
        scope: TextField,
        word: &QueryWord,
        so_far: &mut Lowering,
    ) -> Result<Vec<Spans>, EngineError> {
        let with_particles = self.with_particles(scope, &word.folded)?;
        if !with_particles.is_empty() {
            return Ok(with_particles);
        }
        let langs: Vec<&str> = self.langs.iter().map(String::as_str).collect();
        let terms = so_far.stemmers.query_terms(word, &langs);
        Ok(vec![Spans::Word(self.leaf(scope, Words::Inflected, &terms, Tally::Most)?)])
    }

    /// A Korean word with whatever hangs on to it: every word that holds all its pairs of syllables, and the compound that
    /// it is, for compounds have no pairs. Nothing for any other word.
    fn with_particles(&self, scope: TextField, word: &str) -> Result<Vec<Spans>, EngineError> {
        let leaf = |pair: &str| self.leaf(scope, Words::Pairs, &[pair.to_owned()], Tally::Sum);
        let mut leaves = korean_pairs(word).map(leaf).collect::<tantivy::Result<Vec<_>>>()?;
        let mut readings = match leaves.len() {
            0 => return Ok(Vec::new()),
            1 => vec![Spans::Word(leaves.remove(0))],
            _ => vec![Spans::Together(leaves)],
        };
        readings.extend(self.joined_leaf(scope, word)?.map(Spans::Word));
        Ok(readings)
    }

    /// Words of a phrase, in every way its compounds can be written.
    fn arranged(
        &self,
        scope: TextField,
        slots: &[Slot],
        arrange: impl Fn(Vec<Arc<Leaf>>) -> Spans,
        so_far: &mut Lowering,
    ) -> Result<Vec<Spans>, EngineError> {
        let mut readings: Vec<Vec<Arc<Leaf>>> = vec![Vec::new()];
        for slot in slots {
            let ways = match slot {
                Slot::Wildcard(pattern) => {
                    vec![vec![self.expanded(scope, &Term::Wildcard(pattern.clone()), so_far)?]]
                }
                Slot::Word(word) => {
                    let sequences = query_sequences(word).into_iter();
                    let ways = sequences.map(|words| self.as_written(scope, &words));
                    ways.collect::<Result<Vec<_>, EngineError>>()?
                }
            };
            readings = combine(readings, &ways);
        }
        let mut readings = readings.into_iter().filter(|leaves| !leaves.is_empty()).collect::<Vec<_>>();
        let arranged = readings.drain(..).map(|mut leaves| match leaves.len() {
            1 => Spans::Word(leaves.remove(0)),
            _ => arrange(leaves),
        });
        Ok(arranged.collect())
    }

    fn as_written(&self, scope: TextField, words: &[QueryWord]) -> Result<Vec<Arc<Leaf>>, EngineError> {
        let leaves = words.iter().map(|word| self.leaf(scope, Words::Exact, &[exact(word)], Tally::Sum));
        Ok(leaves.collect::<tantivy::Result<_>>()?)
    }

    /// Whatever a wildcard, a fuzzy word or a regular expression stands for. It is looked up once a query, and counts
    /// against the bound as often as it is used, for each use opens its postings.
    fn expanded(&self, scope: TextField, term: &Term, so_far: &mut Lowering) -> Result<Arc<Leaf>, EngineError> {
        let known = so_far.patterns.iter().find(|(field, known, _)| (*field, known) == (scope, term));
        let leaf = match known {
            Some((.., leaf)) => Arc::clone(leaf),
            None => {
                if so_far.deadline.has_passed() {
                    return Err(EngineError::TimeOut);
                }
                let leaf = self.leaf_of_pattern(scope, Arc::new(pattern(term)?), &so_far.deadline)?;
                so_far.patterns.push((scope, term.clone(), Arc::clone(&leaf)));
                leaf
            }
        };
        so_far.expansions += leaf.words().len();
        if so_far.expansions > MOST_IN_A_QUERY {
            return Err(EngineError::TooManyInAQuery { bound: MOST_IN_A_QUERY });
        }
        Ok(leaf)
    }
}

/// The field of the words of a span; they all have the same.
fn scope(node: &Node) -> TextField {
    match &node.kind {
        Kind::Term { field, .. } => *field,
        Kind::Or(nodes) | Kind::And(nodes) => nodes.first().map_or(TextField::Text, scope),
        Kind::Near { left, .. } => scope(left),
        Kind::AtLeast(_, inner) | Kind::First(_, inner) | Kind::Boost(inner, _) | Kind::Not(inner) => scope(inner),
        Kind::All | Kind::Value(_) => TextField::Text,
    }
}

fn region(scope: TextField) -> Region {
    match scope {
        TextField::Text => Region::Anywhere,
        TextField::Headline => Region::Headline,
        TextField::Lead => Region::Lead,
        TextField::Body => Region::Body,
        TextField::Hlead => Region::HeadlineOrLead,
        TextField::Author | TextField::Dateline => Region::Own,
    }
}

/// Bylines and place lines are found as written.
fn is_name(scope: TextField) -> bool {
    matches!(scope, TextField::Author | TextField::Dateline)
}

/// A name is a sentence and a paragraph of its own.
fn within_names(how: Proximity, scope: TextField) -> Proximity {
    match how.relation {
        Relation::Sentence | Relation::Paragraph if is_name(scope) => {
            Proximity { relation: Relation::Within(LONGEST_NAME), ..how }
        }
        _ => how,
    }
}

fn pattern(term: &Term) -> Result<Pattern, EngineError> {
    match term {
        Term::Regex(expression) => Pattern::regex(expression),
        Term::Fuzzy(word, edits) => {
            let single = query_sequences(word).into_iter().find_map(|words| match words.as_slice() {
                [word] => Some(word.folded.clone()),
                _ => None,
            });
            Pattern::fuzzy(&single.unwrap_or_else(|| fold(word)), *edits)
        }
        Term::Wildcard(word) | Term::Word(word) | Term::Exact(word) | Term::Acronym(word) => Pattern::wildcard(word),
        Term::Phrase(_) | Term::Loose(..) => Pattern::wildcard(""),
    }
}

/// A word with dots means the acronym, any other the letters in any case.
fn exact(word: &QueryWord) -> String {
    word.acronym.clone().unwrap_or_else(|| word.folded.clone())
}

/// Every reading so far, continued in every way.
fn combine(readings: Vec<Vec<Arc<Leaf>>>, ways: &[Vec<Arc<Leaf>>]) -> Vec<Vec<Arc<Leaf>>> {
    if ways.is_empty() {
        return readings;
    }
    let continued =
        readings.iter().flat_map(|reading| ways.iter().map(move |way| reading.iter().chain(way).cloned().collect()));
    continued.take(MOST_READINGS).collect()
}
