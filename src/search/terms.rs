//! Which words, subjects and names mark the articles of a search off from the whole corpus.
//!
//! Words are read in a sample of the articles, spread evenly over time; those that stand out most are then counted
//! exactly, in all articles found and in the whole corpus. Values of facets are counted exactly from the start.

use std::cmp::Reverse;
use std::time::Instant;

use super::answer::{MarkedOff, SearchError, TermsAnswer};
use super::archive::{Archive, Inner, TIME_LIMIT, engine_error, milliseconds, reading, snapshot_name, store_error};
use super::plan;
use super::request::{FacetField, SearchRequest, Sort};
use super::rewrite;
use super::significance::{Usage, significance};
use super::vocabulary::{Seen, Vocabulary};
use crate::analysis::fold;
use crate::engine::{InOrder, Used, View};
use crate::query::ast::{Node, Term};

/// Articles whose words are read.
const SAMPLE: usize = 400;

/// Words that are counted exactly.
const COUNTED: usize = 1500;

/// Used by fewer of the articles found, a word is an accident.
const LEAST: u64 = 2;

const FACETS: [FacetField; 4] = [FacetField::Tag, FacetField::Person, FacetField::Org, FacetField::Place];

impl Archive {
    /// What marks the articles of a search off: so many words, and so many values of each facet.
    pub async fn terms(&self, request: SearchRequest, most: usize) -> Result<TermsAnswer, SearchError> {
        self.pool.run(|| self.inner.terms(&request, most)).await
    }
}

impl Inner {
    fn terms(&self, request: &SearchRequest, most: usize) -> Result<TermsAnswer, SearchError> {
        let started = Instant::now();
        let (view, now_ms) = self.snapshot(request, None)?;
        let mut planned = plan::plan(request, now_ms, None, started + TIME_LIMIT)?;
        (planned.plan.order.sort, planned.plan.limit) = (Sort::Newest, usize::MAX);
        let found = view.in_order(&planned.plan).map_err(engine_error)?;
        let vocabulary = self.sample(&view, &found)?;
        let asked = asked(&planned.reading.query);
        let words = words(&view, &found, &vocabulary, &asked, started + TIME_LIMIT, most)?;
        let mut values = Vec::with_capacity(FACETS.len());
        for field in FACETS {
            values.push(marked_off(&view, &found, field, &planned.plan.filters, &asked, most)?);
        }
        let [tags, people, orgs, places] = <[Vec<MarkedOff>; 4]>::try_from(values).unwrap_or_default();
        self.keep(&view, request, false);
        Ok(TermsAnswer {
            query: reading(request, &planned, None),
            snapshot: snapshot_name(&view, now_ms, &planned).print(),
            total: found.total,
            corpus: view.articles(),
            sample: found.len().min(SAMPLE),
            words,
            tags,
            people,
            orgs,
            places,
            took_ms: milliseconds(started),
        })
    }

    /// The words of some of the articles, from all over them.
    fn sample(&self, view: &View, found: &InOrder) -> Result<Vocabulary, SearchError> {
        let size = found.len().min(SAMPLE);
        let places = (0..size).map(|at| at * found.len() / size);
        let rows = places.flat_map(|at| view.found(found, at..at + 1)).map(|hit| hit.row).collect::<Vec<_>>();
        let mut vocabulary = Vocabulary::new();
        for stored in self.store.rows(&rows).map_err(store_error)? {
            vocabulary.read(&stored.article);
        }
        Ok(vocabulary)
    }
}

/// What the query names itself, folded: that it marks its articles off is no news.
fn asked(query: &Node) -> Vec<String> {
    let words = rewrite::words(query).into_iter().filter_map(|(_, term)| match term {
        Term::Word(text) | Term::Exact(text) => Some(fold(&text)),
        _ => None,
    });
    words.chain(rewrite::values(query).into_iter().map(fold)).collect()
}

fn words(
    view: &View,
    found: &InOrder,
    vocabulary: &Vocabulary,
    asked: &[String],
    deadline: Instant,
    most: usize,
) -> Result<Vec<MarkedOff>, SearchError> {
    // A word of the query is one in all its forms.
    let is_asked = |seen: &Seen| asked.iter().any(|asked| seen.is_written(asked));
    let enough = |seen: &Seen| u64::from(seen.articles) >= LEAST.min(found.total);
    let met = vocabulary.words().filter(|(_, seen)| enough(seen) && !is_asked(seen));
    let mut candidates: Vec<(&str, u32, &str)> = met.map(|(term, seen)| (term, seen.articles, seen.form())).collect();
    candidates.sort_unstable_by_key(|(term, articles, _)| (Reverse(*articles), *term));
    candidates.truncate(COUNTED);
    let terms: Vec<String> = candidates.iter().map(|(term, ..)| (*term).to_owned()).collect();
    let used = view.usage(found, &terms, deadline).map_err(engine_error)?;
    let named = candidates.into_iter().zip(used).map(|((_, _, form), used)| (form.to_owned(), form.to_owned(), used));
    Ok(most_significant(named, found.total, view.articles(), most))
}

fn marked_off(
    view: &View,
    found: &InOrder,
    field: FacetField,
    filters: &[crate::engine::Filter],
    asked: &[String],
    most: usize,
) -> Result<Vec<MarkedOff>, SearchError> {
    let is_asked = |key: &String| {
        asked.contains(key) || filters.iter().any(|filter| filter.field == field && fold(&filter.value) == *key)
    };
    let used = view.values_used(found, field).map_err(engine_error)?;
    let used = used.into_iter().filter(|(key, ..)| !is_asked(key));
    let named =
        used.map(|(key, label, used)| (if field == FacetField::Tag { key } else { label.clone() }, label, used));
    Ok(most_significant(named, found.total, view.articles(), most))
}

fn most_significant(
    used: impl Iterator<Item = (String, String, Used)>,
    found: u64,
    corpus: u64,
    most: usize,
) -> Vec<MarkedOff> {
    let scored = used.filter(|(.., used)| used.within >= LEAST.min(found)).map(|(value, label, used)| MarkedOff {
        value,
        label,
        count: used.within,
        corpus: used.anywhere,
        score: significance(Usage { within: used.within, anywhere: used.anywhere }, found, corpus),
    });
    let mut scored: Vec<MarkedOff> = scored.filter(|one| one.score > 0.0).collect();
    scored.sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| one.value.cmp(&other.value)));
    scored.truncate(most);
    scored
}
