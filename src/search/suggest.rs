//! Where nothing was found: searches near to what was asked that do find something, each counted.
//!
//! A suggestion is a request with another query or other parameters, read and counted as it would be if it were asked;
//! so it keeps what it promises.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::answer::Suggestion;
use super::plan;
use super::request::{Filter, SearchRequest};
use super::rewrite::{self, Word};
use crate::engine::{Until, View};
use crate::query::ast::{Kind, Node, Term};
use crate::query::{Mode, Reading, print};

/// Suggestions, at most.
const MOST: usize = 10;

/// Words of a query that are looked up, those of them that are looked for in other spellings, and spellings that are tried
/// of each: the commonest need not be the one that goes with the rest of the query.
const LOOKED_UP: usize = 64;
const MISSPELT: usize = 8;
const TRIED: usize = 8;

/// Spellings suggested of a word.
const SPELLINGS: usize = 2;

/// Characters of a clause that a label quotes, and clauses that it lists.
const QUOTED: usize = 60;
const LISTED: usize = 3;

/// A search that found nothing.
pub(super) struct Vain<'a> {
    pub(super) request: &'a SearchRequest,
    pub(super) reading: &'a Reading,
    /// The state it was asked of, and what relative dates count back from.
    pub(super) view: &'a View,
    pub(super) now_ms: i64,
    /// When to stop looking.
    pub(super) until: Until,
}

/// Another search, not counted yet.
struct Candidate {
    kind: &'static str,
    label: String,
    request: SearchRequest,
    parameters: Option<BTreeMap<&'static str, Vec<String>>>,
}

impl Vain<'_> {
    /// The nearest to what was asked first.
    pub(super) fn suggestions(&self) -> Vec<Suggestion> {
        let mut found = self.spelling();
        let own = self.distance().into_iter().chain(self.fields()).chain(self.drops());
        for candidate in own.chain(self.filters()).chain(self.any()) {
            let is_enough = found.len() >= MOST && found.last().is_some_and(|last| last.kind != candidate.kind);
            if is_enough || self.until.is_over() {
                break;
            }
            let is_known = |one: &Suggestion| one.q == candidate.request.q && one.parameters == candidate.parameters;
            if !found.iter().any(is_known) {
                found.extend(self.counted(candidate));
            }
        }
        sorted(found)
    }

    /// The suggestion, if it finds anything.
    fn counted(&self, candidate: Candidate) -> Option<Suggestion> {
        let planned = plan::plan(&candidate.request, self.now_ms, None, &self.until).ok()?;
        let total = self.view.find(&planned.plan).ok()?.total;
        let Candidate { kind, label, request, parameters } = candidate;
        (total > 0).then_some(Suggestion { kind, label, q: request.q, parameters, total })
    }

    /// Words that no article holds, spelled as others that one does: all of them together, then each by itself.
    fn spelling(&self) -> Vec<Suggestion> {
        let words = rewrite::words(&self.reading.query).into_iter().take(LOOKED_UP);
        let unknown: Vec<(Word, Vec<String>)> =
            words.filter_map(|word| Some((word.clone(), self.spellings(&word)?))).take(MISSPELT).collect();
        let commonest = unknown.iter().filter_map(|(word, spellings)| Some((word, spellings.first()?.as_str())));
        let together: Vec<_> = commonest.collect();
        let mut found: Vec<Suggestion> = Vec::new();
        if together.len() > 1 {
            found.extend(self.counted(self.respelled(&together)));
        }
        for (word, spellings) in &unknown {
            let each = spellings.iter().map(|spelling| self.respelled(&[(word, spelling)]));
            let mut alone: Vec<_> = each.filter_map(|candidate| self.counted(candidate)).collect();
            alone.sort_by_key(|one| Reverse(one.total));
            found.extend(alone.into_iter().take(SPELLINGS));
        }
        found
    }

    /// What to write instead of a word; `None` if an article holds it, or the time is up.
    fn spellings(&self, word: &Word) -> Option<Vec<String>> {
        let (field, term) = word.clone();
        let (Term::Word(text) | Term::Exact(text)) = &word.1 else { return None };
        let leaf = Node { kind: Kind::Term { field, term }, at: 0..0 };
        let is_unknown = self.view.explain(&leaf, &self.until).ok()?.articles == Some(0);
        if !is_unknown {
            return None;
        }
        let like = self.view.spelled_like(field, text, &self.until).ok()?;
        Some(like.into_iter().take(TRIED).map(|expansion| expansion.word).collect())
    }

    fn respelled(&self, spellings: &[(&Word, &str)]) -> Candidate {
        let said = spellings.iter().map(|((_, term), spelling)| match term {
            Term::Word(text) | Term::Exact(text) => format!("`{spelling}` instead of `{}`", quoted(text)),
            _ => format!("`{spelling}`"),
        });
        let label = format!("with {}", said.collect::<Vec<_>>().join(", "));
        self.asking("spelling", label, &rewrite::respelled(&self.reading.query, spellings))
    }

    fn distance(&self) -> Vec<Candidate> {
        let looser = rewrite::looser(&self.reading.query).into_iter();
        looser.map(|(label, query)| self.asking("distance", label, &query)).collect()
    }

    fn fields(&self) -> Option<Candidate> {
        let query = rewrite::in_whole_text(&self.reading.query);
        (query != self.reading.query).then(|| self.asking("fields", "anywhere in the text", &query))
    }

    /// The clauses of the outermost AND that no article answers left out: without all of these nothing can be found. Where
    /// there are none of them, each clause left out.
    fn drops(&self) -> impl Iterator<Item = Candidate> {
        let query = &self.reading.query;
        let clauses = if let Kind::And(clauses) = &query.kind { clauses.as_slice() } else { &[] };
        let unanswered = self.unanswered(clauses.len());
        let each = || (0..clauses.len()).map(|place| vec![place]).collect();
        let ways: Vec<Vec<usize>> = if unanswered.is_empty() { each() } else { vec![unanswered] };
        ways.into_iter().filter_map(move |places| {
            let left = rewrite::keeping(query, |place| !places.contains(&place))?;
            let label = format!("without {}", listed(places.iter().map(|place| print(&clauses[*place]))));
            Some(self.asking("drop", label, &left))
        })
    }

    /// Which of the clauses no article answers, whatever else is asked.
    fn unanswered(&self, clauses: usize) -> Vec<usize> {
        let explained = (clauses > 0).then(|| self.view.explain(&self.reading.query, &self.until).ok()).flatten();
        let parts = explained.map(|explained| explained.parts).unwrap_or_default();
        (0..clauses).filter(|place| parts.get(*place).is_some_and(|part| part.articles == Some(0))).collect()
    }

    /// Each filter and each end of the dates left out, and all of them.
    fn filters(&self) -> impl Iterator<Item = Candidate> {
        let SearchRequest { filters, from, to, .. } = self.request;
        let narrowed = filters.len() + from.iter().len() + to.iter().len();
        let each = filters.iter().enumerate().map(|(place, filter)| self.without_filter(place, filter));
        let ends = [("from", from), ("to", to)].into_iter();
        let ends = ends.filter_map(|(name, given)| Some(self.without_date(name, given.as_deref()?)));
        each.chain(ends).chain((narrowed > 1).then(|| self.without_filters()))
    }

    fn without_filter(&self, place: usize, filter: &Filter) -> Candidate {
        let mut filters = self.request.filters.clone();
        filters.remove(place);
        let name = filter.field.name();
        let left = filters.iter().filter(|other| other.field == filter.field).map(written).collect();
        let label =
            format!("without {}`{name}: {}`", if filter.exclude { "leaving out " } else { "" }, quoted(&filter.value));
        let request = SearchRequest { filters, ..self.counting() };
        Candidate { kind: "filters", label, request, parameters: Some(BTreeMap::from([(name, left)])) }
    }

    fn without_date(&self, name: &'static str, given: &str) -> Candidate {
        let mut request = self.counting();
        *(if name == "from" { &mut request.from } else { &mut request.to }) = None;
        let label = format!("without `{name}: {}`", quoted(given));
        Candidate { kind: "filters", label, request, parameters: Some(BTreeMap::from([(name, Vec::new())])) }
    }

    fn without_filters(&self) -> Candidate {
        let request = SearchRequest { filters: Vec::new(), from: None, to: None, ..self.counting() };
        let SearchRequest { filters, from, to, .. } = self.request;
        let names = filters.iter().map(|filter| filter.field.name());
        let ends = [("from", from), ("to", to)].into_iter().filter(|(_, given)| given.is_some()).map(|(name, _)| name);
        let parameters = names.chain(ends).map(|name| (name, Vec::new())).collect();
        Candidate { kind: "filters", label: "without any filter".to_owned(), request, parameters: Some(parameters) }
    }

    fn any(&self) -> Option<Candidate> {
        let parameters = Some(BTreeMap::from([("mode", vec!["any".to_owned()])]));
        let request = SearchRequest { mode: Mode::Any, ..self.counting() };
        let label = "with any of the words".to_owned();
        (self.request.mode != Mode::Any).then(|| Candidate { kind: "any", label, request, parameters })
    }

    fn asking(&self, kind: &'static str, label: impl Into<String>, query: &Node) -> Candidate {
        let request = SearchRequest { q: print(query), ..self.counting() };
        Candidate { kind, label: label.into(), request, parameters: None }
    }

    /// The request, only counted.
    fn counting(&self) -> SearchRequest {
        SearchRequest {
            limit: 0,
            offset: 0,
            cursor: None,
            facets: Vec::new(),
            interval: None,
            highlight: false,
            ..self.request.clone()
        }
    }
}

/// Kinds stay in their order. Of clauses and filters those go first without which most is found; spellings and
/// distances come in the order of how near they are.
fn sorted(mut found: Vec<Suggestion>) -> Vec<Suggestion> {
    let kinds = ["spelling", "distance", "fields", "drop", "filters", "any"];
    found.sort_by_key(|one| {
        let rank = kinds.iter().position(|kind| *kind == one.kind);
        let by_total = matches!(one.kind, "drop" | "filters");
        (rank, Reverse(if by_total { one.total } else { 0 }))
    });
    found.truncate(MOST);
    found
}

/// The value of a parameter that is this filter.
fn written(filter: &Filter) -> String {
    match (filter.exclude, filter.value.starts_with('-')) {
        (true, _) => format!("-{}", filter.value),
        (false, true) => format!("\\{}", filter.value),
        (false, false) => filter.value.clone(),
    }
}

/// The first few of them.
fn listed(texts: impl ExactSizeIterator<Item = String>) -> String {
    let more = texts.len().saturating_sub(LISTED);
    let mut listed: Vec<String> = texts.take(LISTED).map(|text| format!("`{}`", quoted(&text))).collect();
    listed.extend((more > 0).then(|| format!("and {more} more")));
    listed.join(", ")
}

fn quoted(text: &str) -> String {
    let mut quoted: String = text.chars().take(QUOTED).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}
