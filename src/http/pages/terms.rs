//! `/terms`: the words, subjects and names that mark the articles of a search off from all the others, each a search
//! narrowed by it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::address::{API, Address};
use super::advice::{self, Odd};
use super::error::refusal;
use super::filters::{self, Chip};
use super::frame::{Frame, send};
use super::narrowing::Narrowing;
use super::wording::{articles, grouped, heading};
use crate::http::explore::read_terms;
use crate::search::Archive;
use crate::search::answer::{MarkedOff, SearchError, TermsAnswer};
use crate::search::request::FacetField;

#[derive(Template)]
#[template(path = "terms.html")]
struct TermsPage {
    frame: Frame,
    odd: Odd,
    chips: Vec<Chip>,
    cleared: String,
    /// `12 articles of 340`
    tally: String,
    /// Heading and what stands under it, where there is anything.
    lists: Vec<(&'static str, Vec<Term>)>,
    is_empty: bool,
    results: String,
    json: String,
    table: String,
}

struct Term {
    label: String,
    href: String,
    count: String,
    corpus: String,
}

pub(in crate::http) async fn terms(State(archive): State<Arc<Archive>>, RawQuery(query): RawQuery) -> Response {
    let here = Address::read("/terms", query.as_deref());
    let (request, most) = match read_terms(here.pairs()) {
        Ok(asked) => asked,
        Err(advice) => return refusal(&here, SearchError::Refused(advice)),
    };
    match archive.terms(request, most).await {
        Ok(answer) => send(StatusCode::OK, &page(&answer, &here)),
        Err(error) => refusal(&here, error),
    }
}

fn page(answer: &TermsAnswer, here: &Address) -> TermsPage {
    let results = here.search().at("/search");
    let search = Narrowing { here: &results, canonical: &answer.query.canonical };
    let of = |field: FacetField, found: &[MarkedOff]| {
        (heading(field), terms_of(found, &|value| search.by_value(field, value)))
    };
    let lists = vec![
        ("Words", terms_of(&answer.words, &|word| search.by_clause(&clause(word)).href())),
        of(FacetField::Tag, &answer.tags),
        of(FacetField::Person, &answer.people),
        of(FacetField::Org, &answer.orgs),
        of(FacetField::Place, &answer.places),
    ];
    let title = match here.query() {
        "" => "What marks articles off".to_owned(),
        query => format!("What marks {query} off"),
    };
    // What is said of stories is about the results.
    let asked = here.without(&["collapse"]);
    TermsPage {
        frame: Frame::continuing(title, &results),
        odd: advice::odd([&answer.query]),
        chips: filters::chips(here),
        cleared: filters::cleared(here),
        tally: format!("{} of {}", articles(answer.total), grouped(answer.corpus)),
        lists: lists.into_iter().filter(|(_, terms)| !terms.is_empty()).collect(),
        is_empty: answer.total == 0,
        results: results.href(),
        json: asked.at(format!("{API}/terms")).href(),
        table: asked.at(format!("{API}/terms.csv")).href(),
    }
}

fn terms_of(found: &[MarkedOff], leads: &dyn Fn(&str) -> String) -> Vec<Term> {
    let term = |one: &MarkedOff| Term {
        label: one.label.clone(),
        href: leads(&one.value),
        count: grouped(one.count),
        corpus: grouped(one.corpus),
    };
    found.iter().map(term).collect()
}

/// A word in any of its forms; with signs in it, as it stands.
fn clause(word: &str) -> String {
    let is_bare = word.chars().all(char::is_alphanumeric) && !word.chars().all(char::is_uppercase);
    if is_bare { word.to_owned() } else { format!("\"{}\"", word.replace(['"', '\\'], " ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::answer::QueryReading;

    #[test]
    fn each_word_and_value_leads_to_the_search_narrowed_by_it() {
        let one =
            |value: &str| MarkedOff { value: value.into(), label: value.into(), count: 3, corpus: 1200, score: 9.0 };
        let answer = TermsAnswer {
            query: QueryReading { canonical: "(tin OR zinc)".into(), ..QueryReading::default() },
            snapshot: "s-1".into(),
            total: 40,
            corpus: 5000,
            sample: 40,
            words: vec![one("smelter"), one("<b>x")],
            tags: vec![one("metals")],
            people: vec![],
            orgs: vec![],
            places: vec![one("Oslo")],
            took_ms: 1.0,
        };
        let here = Address::read("/terms", Some("q=tin+OR+zinc&tag=ore&from=2025&limit=3"));
        let page = page(&answer, &here).render().unwrap();
        let ways = [
            "/search?q=%28tin+OR+zinc%29+AND+smelter&#38;tag=ore&#38;from=2025\"",
            "/search?q=tin+OR+zinc&#38;tag=ore&#38;from=2025&#38;place=Oslo\"",
            "/search?q=%28tin+OR+zinc%29+AND+tag%3A%22metals%22&#38;tag=ore",
            "/terms?q=tin+OR+zinc&#38;from=2025&#38;limit=3\"",
        ];
        for way in ways {
            assert!(page.contains(way), "{way}: {page}");
        }
        assert!(page.contains("40 articles of 5,000") && page.contains("3 of 1,200"), "{page}");
        assert!(!page.contains("People") && !page.contains("<b>x"), "{page}");
    }
}
