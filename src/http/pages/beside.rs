//! `/compare`: up to five searches side by side, as lines over one stretch of time.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::address::{API, Address};
use super::chart::{self, Counts, Stretch};
use super::error::refusal;
use super::frame::{Frame, send};
use super::wording::{articles, grouped};
use crate::http::explore::read_compared;
use crate::search::answer::{CompareAnswer, ComparedQuery, SearchError};
use crate::search::{Archive, MOST_COMPARED};

/// Points of a line at most; longer timelines are drawn with several buckets a point.
const MOST_POINTS: usize = 240;

/// The grid: units from point to point, and the height of the highest.
const STEP: usize = 10;
const HEIGHT: u64 = 100;

#[derive(Template)]
#[template(path = "beside.html")]
struct BesidePage {
    frame: Frame,
    /// What stands in the boxes of the form.
    asked: Vec<String>,
    from: String,
    to: String,
    kept: Vec<(String, String)>,
    /// `None` before anything is asked.
    drawn: Option<Drawn>,
}

struct Drawn {
    lines: Vec<Line>,
    width: usize,
    /// Nothing is dated closely enough to be drawn.
    is_empty: bool,
    first: String,
    last: String,
    peak: String,
    /// What each point counts: its dates, and a number for each line.
    rows: Vec<(String, Vec<String>)>,
    gaps: Vec<String>,
    more_gaps: Option<String>,
    json: String,
}

struct Line {
    query: String,
    total: String,
    href: String,
    mentions: String,
    /// `0,100 10,40`
    points: String,
    unplaced: Option<String>,
}

pub(in crate::http) async fn beside(State(archive): State<Arc<Archive>>, RawQuery(query): RawQuery) -> Response {
    let here = Address::read("/compare", query.as_deref());
    let requests = match read_compared(here.pairs()) {
        Ok(requests) => requests,
        Err(advice) => return refusal(&here, SearchError::Refused(advice)),
    };
    if requests.is_empty() {
        return send(StatusCode::OK, &page(None, &here));
    }
    match archive.compare(requests).await {
        Ok(answer) => send(StatusCode::OK, &page(Some(&answer), &here)),
        Err(error) => refusal(&here, error),
    }
}

fn page(answer: Option<&CompareAnswer>, here: &Address) -> BesidePage {
    let mut asked: Vec<String> = here.all("q").map(str::to_owned).collect();
    let title = if asked.is_empty() { "Compare".to_owned() } else { asked.join(" and ") };
    // Two at least, and one more to go on with.
    asked.resize((asked.len() + 1).clamp(2, MOST_COMPARED), String::new());
    let given = |name: &str| here.first(name).unwrap_or_default().to_owned();
    BesidePage {
        frame: Frame::new(title),
        asked,
        from: given("from"),
        to: given("to"),
        kept: here.hidden_fields(&["q", "from", "to"]),
        drawn: answer.map(|answer| drawn(answer, here)),
    }
}

fn drawn(answer: &CompareAnswer, here: &Address) -> Drawn {
    let of = |query: &ComparedQuery| chart::stretches(answer.interval, &query.buckets, MOST_POINTS, Counts::Articles);
    let all: Vec<Vec<Stretch>> = answer.queries.iter().map(of).collect();
    let axis = all.first().map(Vec::as_slice).unwrap_or_default();
    let highest = all.iter().flatten().max_by_key(|stretch| stretch.count);
    let most = highest.map_or(1, |stretch| stretch.count).max(1);
    let row = |at: usize, stretch: &Stretch| {
        let counts = all.iter().map(|line| grouped(line.get(at).map_or(0, |stretch| stretch.count)));
        (stretch.label.clone(), counts.collect())
    };
    Drawn {
        width: axis.len().saturating_sub(1).max(1) * STEP,
        is_empty: axis.len() < 2,
        first: axis.first().map(|stretch| stretch.label.clone()).unwrap_or_default(),
        last: axis.last().map(|stretch| stretch.label.clone()).unwrap_or_default(),
        peak: highest.map(|stretch| format!("{} ({})", stretch.label, articles(stretch.count))).unwrap_or_default(),
        rows: axis.iter().enumerate().map(|(at, stretch)| row(at, stretch)).collect(),
        gaps: answer.gaps.iter().map(chart::gap).collect(),
        more_gaps: (answer.more_gaps > 0).then(|| grouped(answer.more_gaps as u64)),
        lines: answer.queries.iter().zip(&all).map(|(query, stretches)| line(query, stretches, most, here)).collect(),
        json: here.at(format!("{API}/compare")).href(),
    }
}

fn line(query: &ComparedQuery, stretches: &[Stretch], most: u64, here: &Address) -> Line {
    let alone = here.first_page().without(&["q", "interval"]).setting("q", &query.query.input);
    let point = |(at, stretch): (usize, &Stretch)| {
        format!("{},{}", at * STEP, HEIGHT - stretch.count.saturating_mul(HEIGHT) / most)
    };
    Line {
        query: query.query.input.clone(),
        total: articles(query.total),
        href: alone.at("/search").href(),
        mentions: alone.at("/mentions").href(),
        points: stretches.iter().enumerate().map(point).collect::<Vec<_>>().join(" "),
        unplaced: (query.unplaced > 0).then(|| articles(query.unplaced)),
    }
}
