//! What each part of a query comes to by itself, and words that are spelled like one that is not there.

use tantivy::query::{EnableScoring, Query};
use tantivy::{DocSet, TERMINATED};

use super::View;
use super::compile::Asking;
use super::deadline::Deadline;
use super::expand::Pattern;
use super::leaf::Leaf;
use super::lower::{Lowered, Lowering};
use super::nearness::Nearness;
use super::spans::Spans;
use super::word::WordQuery;
use crate::analysis::{QueryWord, fold_pattern, query_sequences};
use crate::engine::{Address, ClauseScores, EngineError, Expansion, Explained, Scores, Until};
use crate::query::ast::{Kind, Node, Slot, Term, TextField};

/// Documents between two looks at the clock.
const BETWEEN_LOOKS: u32 = 1024;

/// A shorter word is two edits from half of all short words.
const SHORTEST_FOR_TWO_EDITS: usize = 5;

struct Scoring<'a> {
    documents: &'a [Address],
    asking: Asking,
}

impl View {
    pub(in crate::engine) fn explain(&self, query: &Node, until: &Until) -> Result<Explained, EngineError> {
        let deadline = Deadline::new(until);
        let mut lowering = Lowering::new(&deadline);
        match self.lower(query, &mut lowering) {
            Err(EngineError::TimeOut) => Ok(Explained::default()),
            lowered => self.explained(query, &lowered?, &mut lowering),
        }
    }

    /// What each clause on the text adds to the score of these documents.
    pub(in crate::engine) fn scores(
        &self,
        query: &Node,
        documents: &[Address],
        until: &Until,
    ) -> Result<Scores, EngineError> {
        let deadline = Deadline::new(until);
        let lowered = self.lower(query, &mut Lowering::new(&deadline))?;
        let mut scores = Vec::new();
        let near = Nearness::of(self, &lowered)?;
        self.add_scores(
            query,
            &lowered,
            1.0,
            &Scoring { documents, asking: Asking { deadline, scored: true } },
            &vec![true; documents.len()],
            &mut scores,
        )?;
        Ok(Scores { clauses: scores, nearness: near.map(|near| self.nearness_of(&near, documents)).transpose()? })
    }

    fn nearness_of(&self, near: &Nearness, documents: &[Address]) -> Result<Vec<f32>, EngineError> {
        let score =
            |address: &Address| Ok(near.open(self.searcher.segment_reader(address.segment))?.score(address.doc));
        documents.iter().map(score).collect()
    }

    /// `within`: which of the documents the part is to be told of; what stands beside it may keep it from counting.
    fn add_scores(
        &self,
        node: &Node,
        lowered: &Lowered,
        weight: f32,
        scoring: &Scoring<'_>,
        within: &[bool],
        scores: &mut Vec<ClauseScores>,
    ) -> Result<(), EngineError> {
        match (&node.kind, lowered) {
            (Kind::And(nodes), Lowered::And(parts)) => {
                let holding = self.score_each(self.query(lowered, &scoring.asking)?.as_ref(), scoring.documents)?;
                let within: Vec<bool> = holding.iter().zip(within).map(|(held, is)| *is && held.is_some()).collect();
                for (node, part) in nodes.iter().zip(parts) {
                    self.add_scores(node, part, weight, scoring, &within, scores)?;
                }
            }
            (Kind::Or(nodes), Lowered::Or(parts)) => {
                for (node, part) in nodes.iter().zip(parts) {
                    self.add_scores(node, part, weight, scoring, within, scores)?;
                }
            }
            (Kind::Boost(node, more), Lowered::Boost(part, _)) => {
                self.add_scores(node, part, weight * more, scoring, within, scores)?;
            }
            (_, Lowered::Text(_)) => {
                let query = self.query(lowered, &scoring.asking)?;
                let scored = self.score_each(query.as_ref(), scoring.documents)?;
                let counted = scored.into_iter().zip(within);
                let scores_here =
                    counted.map(|(score, is)| score.filter(|_| *is).unwrap_or_default() * weight).collect();
                scores.push(ClauseScores { clause: node.clone(), scores: scores_here });
            }
            // The others find, and never score.
            _ => {}
        }
        Ok(())
    }

    /// What each document scores; `None` where it is not found.
    fn score_each(&self, query: &dyn Query, documents: &[Address]) -> Result<Vec<Option<f32>>, EngineError> {
        let weight = query.weight(EnableScoring::enabled_from_searcher(&self.searcher))?;
        let score = |address: &Address| -> Result<Option<f32>, EngineError> {
            let mut scorer = weight.scorer(self.searcher.segment_reader(address.segment), 1.0)?;
            let doc = if scorer.doc() < address.doc { scorer.seek(address.doc) } else { scorer.doc() };
            Ok((doc == address.doc).then(|| scorer.score()))
        };
        documents.iter().map(score).collect()
    }

    fn explained(&self, node: &Node, lowered: &Lowered, so_far: &mut Lowering) -> Result<Explained, EngineError> {
        let parts = match (&node.kind, lowered) {
            (Kind::And(nodes), Lowered::And(parts)) | (Kind::Or(nodes), Lowered::Or(parts)) => {
                let parts = nodes.iter().zip(parts);
                parts.map(|(node, part)| self.explained(node, part, so_far)).collect::<Result<_, _>>()?
            }
            (Kind::Not(node), Lowered::Not(part)) | (Kind::Boost(node, _), Lowered::Boost(part, _)) => {
                vec![self.explained(node, part, so_far)?]
            }
            // A span is lowered as a whole, so its parts are lowered once more.
            (Kind::Near { left, right, .. }, _) => {
                vec![self.explained_part(left, so_far)?, self.explained_part(right, so_far)?]
            }
            (Kind::AtLeast(_, inner) | Kind::First(_, inner), _) => vec![self.explained_part(inner, so_far)?],
            _ => Vec::new(),
        };
        let mut explained = Explained { parts, ..Explained::default() };
        if let (Kind::Term { term, .. }, Lowered::Text(clause)) = (&node.kind, lowered) {
            explained.looked_up = looked_up(term);
            if let [Spans::Word(leaf)] = clause.readings.as_slice()
                && leaf.is_expanded
            {
                explained.expansions = self.counted(leaf, &so_far.deadline)?;
            }
        }
        let asking = Asking { deadline: so_far.deadline.clone(), scored: false };
        explained.articles = self.count(self.query(lowered, &asking)?.as_ref(), &asking.deadline)?;
        Ok(explained)
    }

    fn explained_part(&self, node: &Node, so_far: &mut Lowering) -> Result<Explained, EngineError> {
        // The whole has been counted against the bound, and so have its parts.
        let counted = std::mem::take(&mut so_far.expansions);
        let lowered = self.lower(node, so_far);
        so_far.expansions = counted;
        match lowered {
            Err(EngineError::TimeOut) => Ok(Explained::default()),
            lowered => self.explained(node, &lowered?, so_far),
        }
    }

    /// Articles that a query finds; `None` when the time is up.
    fn count(&self, query: &dyn Query, deadline: &Deadline) -> Result<Option<u64>, EngineError> {
        if deadline.has_passed() {
            return Ok(None);
        }
        let weight = query.weight(EnableScoring::disabled_from_searcher(&self.searcher))?;
        let mut total = 0;
        for reader in self.searcher.segment_readers() {
            let mut scorer = weight.scorer(reader, 1.0)?;
            let alive = reader.alive_bitset();
            let mut looked = 0_u32;
            while scorer.doc() != TERMINATED {
                total += u64::from(alive.is_none_or(|alive| alive.is_alive(scorer.doc())));
                looked += 1;
                if looked.is_multiple_of(BETWEEN_LOOKS) && deadline.has_passed() {
                    return Ok(None);
                }
                scorer.advance();
            }
        }
        Ok((!deadline.was_met()).then_some(total))
    }

    /// The terms of a word, each with the articles that hold it, the commonest first.
    fn counted(&self, leaf: &Leaf, deadline: &Deadline) -> Result<Vec<Expansion>, EngineError> {
        let mut counted = Vec::new();
        for word in leaf.words() {
            let only = WordQuery { leaf: self.only(leaf, word), parts: Vec::new() };
            let Some(articles) = self.count(&only, deadline)? else { break };
            if articles > 0 {
                counted.push(Expansion { word: word.to_owned(), articles });
            }
        }
        counted.sort_by(|one, other| other.articles.cmp(&one.articles).then_with(|| one.word.cmp(&other.word)));
        Ok(counted)
    }

    /// Words within one edit, or else within two, that stand in the field.
    pub(in crate::engine) fn spelled_like(
        &self,
        field: TextField,
        word: &str,
        until: &Until,
    ) -> Result<Vec<Expansion>, EngineError> {
        let deadline = Deadline::new(until);
        let sequences = query_sequences(word);
        let Some([word]) = sequences.iter().map(Vec::as_slice).find(|words| words.len() == 1) else {
            return Ok(Vec::new());
        };
        let most = if word.folded.chars().count() < SHORTEST_FOR_TWO_EDITS { 1 } else { 2 };
        for edits in 1..=most {
            let pattern = Pattern::fuzzy(&word.folded, edits)?;
            let leaf = match self.leaf_of_pattern(field, std::sync::Arc::new(pattern), &deadline) {
                Err(EngineError::TooManyExpansions { .. } | EngineError::TimeOut) => return Ok(Vec::new()),
                found => found?,
            };
            let mut like = self.counted(&leaf, &deadline)?;
            like.retain(|found| found.word != word.folded);
            if !like.is_empty() {
                return Ok(like);
            }
        }
        Ok(Vec::new())
    }
}

/// What is looked for: a word in each way it can be written, a phrase word by word.
fn looked_up(term: &Term) -> Vec<String> {
    let ways = |word: &str| query_sequences(word).iter().map(|words| spaced(words)).collect::<Vec<_>>();
    match term {
        Term::Word(word) | Term::Exact(word) => ways(word),
        Term::Acronym(letters) => vec![letters.clone()],
        Term::Phrase(slots) | Term::Loose(slots, _) => {
            let slots = slots.iter().filter_map(|slot| match slot {
                Slot::Word(word) => ways(word).into_iter().next(),
                Slot::Wildcard(pattern) => Some(fold_pattern(pattern)),
            });
            vec![slots.collect::<Vec<_>>().join(" ")]
        }
        Term::Wildcard(_) | Term::Fuzzy(..) | Term::Regex(_) => Vec::new(),
    }
}

fn spaced(words: &[QueryWord]) -> String {
    let words = words.iter().map(|word| word.acronym.as_deref().unwrap_or(&word.folded));
    words.collect::<Vec<_>>().join(" ")
}
