//! `/about`: what is in the archive, and what is known of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;

use super::address::{API, Address};
use super::chart::{self, Chart};
use super::dates::{self, DateLine};
use super::error::refusal;
use super::facets::{self, FacetList};
use super::frame::{Frame, send};
use super::narrowing::Narrowing;
use super::wording::{articles, capitalised, counted, grouped, stories};
use crate::search::Archive;
use crate::search::answer::AboutAnswer;
use crate::search::ledger::RunLine;

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage {
    frame: Frame,
    is_empty: bool,
    articles: String,
    stories: String,
    /// The first and last day, in words.
    span: Option<String>,
    /// Where dates come from, and how many from there.
    dates: Vec<(String, String)>,
    chart: Option<Chart>,
    facets: Vec<FacetList>,
    runs: Vec<Run>,
    json: String,
}

pub(super) struct Run {
    pub(super) input: String,
    pub(super) state: &'static str,
    pub(super) started: DateLine,
    pub(super) counts: String,
    pub(super) rejects: Option<String>,
}

pub(in crate::http) async fn about(State(archive): State<Arc<Archive>>) -> Response {
    match archive.about().await {
        Ok(answer) => send(StatusCode::OK, &page(&answer)),
        Err(error) => refusal(&Address::read("/", None), error),
    }
}

fn page(answer: &AboutAnswer) -> AboutPage {
    let here = Address::read("/search", None);
    let all = Narrowing { here: &here, canonical: "*" };
    let mut known: Vec<(String, String)> =
        answer.dates.iter().map(|one| (capitalised(dates::read_from(one.from)), grouped(one.count))).collect();
    known.extend((answer.undated > 0).then(|| ("No date is known".to_owned(), grouped(answer.undated))));
    let ends = answer.first.as_ref().zip(answer.last.as_ref());
    AboutPage {
        frame: Frame::new("What is in here"),
        is_empty: answer.articles == 0,
        articles: articles(answer.articles),
        stories: stories(answer.stories),
        span: ends.map(|(first, last)| format!("{} to {}", chart::day(first), chart::day(last))),
        dates: known,
        chart: chart::chart(&answer.timeline, &here),
        facets: facets::lists(&answer.facets, all).into_iter().map(|list| FacetList { more: None, ..list }).collect(),
        runs: answer.runs.iter().map(run).collect(),
        json: format!("{API}/about"),
    }
}

pub(super) fn run(line: &RunLine) -> Run {
    let counts = &line.counts;
    let numbers = [
        (counts.new, "new", "new"),
        (counts.copies, "copy", "copies"),
        (counts.versions, "new version", "new versions"),
        (counts.unchanged, "unchanged", "unchanged"),
    ];
    let told: Vec<String> =
        numbers.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| counted(*n, one, many)).collect();
    Run {
        input: line.input.clone(),
        state: if line.undone.is_some() { "undone" } else { line.state.name() },
        started: dates::moment(line.started, &TimeZone::UTC),
        counts: if told.is_empty() { "nothing".to_owned() } else { told.join(", ") },
        rejects: (counts.rejected > 0).then(|| counted(counts.rejected, "piece", "pieces")),
    }
}
