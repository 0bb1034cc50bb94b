//! Which words, subjects and names mark the articles of a search off from the whole corpus.
//!
//! Words are read in a sample of the articles, spread evenly over time; those that stand out most are then counted
//! exactly, in all articles found and in the whole corpus. Values of facets are counted exactly from the start.

use std::cmp::Reverse;
use std::slice::from_ref;
use std::time::Instant;

use super::answer::{MarkedOff, SearchError, TermsAnswer};
use super::archive::{Archive, Inner, engine_error, milliseconds, reading, snapshot_name};
use super::hydrate;
use super::measured::Told;
use super::plan;
use super::pool::TIME_LIMIT;
use super::request::{FacetField, SearchRequest, Sort};
use super::rewrite;
use super::significance::{Usage, telling};
use super::vocabulary::{Seen, Vocabulary};
use crate::analysis::fold;
use crate::engine::{InOrder, Until, Used, View};
use crate::query::ast::{Node, Term};

/// Articles whose words are read.
const SAMPLE: usize = 400;

/// Articles read at a time.
const PIECE: usize = 16;

/// Words that are counted exactly.
const COUNTED: usize = 1500;

/// Used by fewer of the articles found, a word is an accident.
const LEAST: u64 = 2;

const FACETS: [FacetField; 4] = [FacetField::Tag, FacetField::Person, FacetField::Org, FacetField::Place];

impl Archive {
    /// What marks the articles of a search off: so many words, and so many values of each facet.
    pub async fn terms(&self, request: SearchRequest, most: usize) -> Result<TermsAnswer, SearchError> {
        let told = |answer: &TermsAnswer| Told { snapshot: answer.snapshot.clone(), total: Some(answer.total) };
        self.measured("terms", request, from_ref, move |inner, asked, _, until| inner.terms(asked, most, until), told)
            .await
    }
}

impl Inner {
    fn terms(&self, request: &SearchRequest, most: usize, until: &Until) -> Result<TermsAnswer, SearchError> {
        let started = Instant::now();
        let (view, now_ms) = self.snapshot(request, None)?;
        let mut planned = plan::plan(request, now_ms, None, until)?;
        (planned.plan.order.sort, planned.plan.limit) = (Sort::Newest, usize::MAX);
        let found = view.in_order(&planned.plan).map_err(engine_error)?;
        let mut vocabulary = self.sample(&view, &found, &until.within(TIME_LIMIT / 2))?;
        let asked = asked(&planned.reading.query);
        vocabulary.forget(&asked);
        let words = words(&view, &found, &vocabulary, until, most)?;
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
            sample: vocabulary.articles() as usize,
            words,
            tags,
            people,
            orgs,
            places,
            took_ms: milliseconds(started),
        })
    }

    /// The words of some of the articles, from all over them; of as many as the time suffices for. What has been withdrawn
    /// since says nothing any more.
    fn sample(&self, view: &View, found: &InOrder, until: &Until) -> Result<Vocabulary, SearchError> {
        let size = found.len().min(SAMPLE);
        let places = (0..size).map(|at| at * found.len() / size);
        let rows =
            places.flat_map(|at| view.found(found, at..at + 1)).map(|hit| (hit.place.num, hit.row)).collect::<Vec<_>>();
        let mut vocabulary = Vocabulary::new();
        for rows in rows.chunks(PIECE) {
            for stored in self.stored(rows.iter().copied())?.iter().filter(|stored| !hydrate::is_withdrawn(stored)) {
                if !until.is_over() {
                    vocabulary.read(&stored.article);
                }
            }
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
    until: &Until,
    most: usize,
) -> Result<Vec<MarkedOff>, SearchError> {
    let enough = |seen: &Seen| u64::from(seen.articles) >= LEAST.min(found.total);
    let met = vocabulary.words().filter(|(_, seen)| enough(seen) && !view.is_function_word(&fold(seen.form())));
    let mut candidates: Vec<(&str, u32, &str)> = met.map(|(term, seen)| (term, seen.articles, seen.form())).collect();
    candidates.sort_unstable_by_key(|(term, articles, _)| (Reverse(*articles), *term));
    candidates.truncate(COUNTED);
    let terms: Vec<String> = candidates.iter().map(|(term, ..)| (*term).to_owned()).collect();
    let used = view.usage(found, &terms, until).map_err(engine_error)?;
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
        score: telling(Usage { within: used.within, anywhere: used.anywhere }, found, corpus),
    });
    let mut scored: Vec<MarkedOff> = scored.filter(|one| one.score > 0.0).collect();
    scored.sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| one.value.cmp(&other.value)));
    scored.truncate(most);
    scored
}
