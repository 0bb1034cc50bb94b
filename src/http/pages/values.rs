//! `/values/{field}`: the values of one facet, as many as there are, to be searched through and chosen from.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::address::{API, Address};
use super::advice::{self, Odd};
use super::error::refusal;
use super::facets::{self, ValueLink};
use super::frame::{Frame, send};
use super::wording::{articles, counted, heading, tabled};
use crate::http::facets::{FacetAnswer, values};
use crate::http::params::MOST_LISTED;
use crate::http::question::Question;
use crate::search::request::FacetField;

#[derive(Template)]
#[template(path = "values.html")]
struct ValuesPage {
    frame: Frame,
    heading: &'static str,
    name: &'static str,
    prefix: String,
    /// The search goes along with the form.
    kept: Vec<(String, String)>,
    odd: Odd,
    tally: String,
    by_name: bool,
    other_order: String,
    values: Vec<ValueLink>,
    first: Option<String>,
    next: Option<String>,
    results: String,
    json: String,
    table: String,
    /// What is in it: `All 12 values`
    tabled: String,
}

/// What is about this page and no part of the search.
const OWN: [&str; 4] = ["prefix", "sort", "limit", "offset"];

pub(in crate::http) async fn facet_values(Path(name): Path<String>, question: Question) -> Response {
    let here = Address::read("/values", question.query.as_deref()).at(format!("/values/{name}"));
    let search = here.without(&OWN).at("/search");
    match values(&name, here.pairs(), &question.archive).await {
        Ok((field, answer)) => send(StatusCode::OK, &page(field, &answer, &here)),
        Err(error) => refusal(&search, error),
    }
}

fn page(field: FacetField, answer: &FacetAnswer, here: &Address) -> ValuesPage {
    let search = here.first_page().without(&OWN).at("/search");
    let by_name = here.first("sort") == Some("name");
    let offset: u64 = here.first("offset").and_then(|offset| offset.parse().ok()).unwrap_or_default();
    let next = offset + answer.values.len() as u64;
    let reached = |offset: u64| here.setting("offset", offset.to_string()).href();
    // What is said of stories is about the results.
    let asked = here.without(&["collapse"]);
    ValuesPage {
        frame: Frame::continuing(heading(field), &search),
        heading: heading(field),
        name: field.name(),
        prefix: here.first("prefix").unwrap_or_default().to_owned(),
        kept: here.hidden_fields(&["prefix", "limit"]),
        odd: advice::odd([&answer.query]),
        tally: format!("{} in {}", counted(answer.distinct, "value", "values"), articles(answer.total)),
        by_name,
        other_order: here.setting("sort", if by_name { "count" } else { "name" }).href(),
        values: facets::links(field, &answer.values, &search),
        first: (offset > 0).then(|| here.first_page().href()),
        next: (next < answer.distinct && !answer.values.is_empty()).then(|| reached(next)),
        results: search.href(),
        json: asked.at(format!("{API}/facets/{}", field.name())).href(),
        table: here
            .setting("limit", MOST_LISTED.to_string())
            .at(format!("{API}/facets/{}/values.csv", field.name()))
            .href(),
        tabled: tabled(Some(answer.distinct), "value", "values"),
    }
}
