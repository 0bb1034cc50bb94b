//! `/mentions`: every occurrence of what a query finds, in its context, one under the other.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;

use super::address::{API, Address};
use super::advice::{self, Odd};
use super::copies;
use super::dates::{self, DateLine};
use super::error::refusal;
use super::filters::{self, Chip};
use super::frame::{Frame, send};
use super::search::SortLink;
use super::wording::{articles, counted, tabled};
use crate::http::explore::read_mentions;
use crate::http::params::MOST_LISTED;
use crate::search::Archive;
use crate::search::answer::{Mention, MentionsAnswer, SearchError};
use crate::search::request::By;

#[derive(Template)]
#[template(path = "mentions.html")]
struct MentionsPage {
    frame: Frame,
    /// What else the address says, for the form.
    kept: Vec<(String, String)>,
    by: Vec<Choice>,
    odd: Odd,
    chips: Vec<Chip>,
    cleared: String,
    copies: Vec<SortLink>,
    /// `None` before anything is asked.
    concordance: Option<Concordance>,
}

struct Choice {
    value: &'static str,
    label: &'static str,
    chosen: bool,
}

struct Concordance {
    /// `1,024 mentions in 300 articles`
    tally: String,
    /// No article was found.
    is_empty: bool,
    lines: Vec<Line>,
    first: Option<String>,
    next: Option<String>,
    results: String,
    json: String,
    table: String,
    /// What is in it: `All 12 mentions`
    tabled: String,
}

struct Line {
    left: String,
    matched: String,
    right: String,
    href: String,
    headline: String,
    source: Option<String>,
    date: Option<DateLine>,
}

pub(in crate::http) async fn mentions(State(archive): State<Arc<Archive>>, RawQuery(query): RawQuery) -> Response {
    let here = Address::read("/mentions", query.as_deref());
    let request = match read_mentions(here.pairs()) {
        Ok(request) => request,
        Err(advice) => return refusal(&here, SearchError::Refused(advice)),
    };
    let by = request.by;
    if here.query().is_empty() {
        return send(StatusCode::OK, &page(None, by, &here));
    }
    match archive.mentions(request).await {
        Ok(answer) => send(StatusCode::OK, &page(Some(&answer), by, &here)),
        Err(error) => refusal(&here, error),
    }
}

fn page(answer: Option<&MentionsAnswer>, by: By, here: &Address) -> MentionsPage {
    let choice = |(value, label, which)| Choice { value, label, chosen: by == which };
    let choices = [
        ("article", "by article", By::Article),
        ("left", "by the words before", By::Left),
        ("right", "by the words after", By::Right),
    ];
    let title = if here.query().is_empty() { "Mentions".to_owned() } else { format!("Mentions of {}", here.query()) };
    MentionsPage {
        frame: Frame { q: here.query().to_owned(), ..Frame::new(title) },
        kept: here.hidden_fields(&["q", "by"]),
        by: choices.map(choice).into(),
        odd: advice::odd(answer.map(|answer| &answer.query)),
        chips: filters::chips(here),
        cleared: filters::cleared(here),
        // Whether there are any is not known here.
        copies: copies::switch(answer.is_some_and(|answer| answer.total > 1), here),
        concordance: answer.map(|answer| concordance(answer, here)),
    }
}

fn concordance(answer: &MentionsAnswer, here: &Address) -> Concordance {
    let tally = match answer.total_mentions {
        Some(mentions) => format!("{} in {}", counted(mentions, "mention", "mentions"), articles(answer.total)),
        None => format!("Mentions in {}", articles(answer.total)),
    };
    Concordance {
        tally,
        is_empty: answer.total == 0,
        lines: answer.mentions.iter().map(|mention| line(mention, here)).collect(),
        first: (!here.is_first_page()).then(|| here.first_page().href()),
        next: answer.next_cursor.as_ref().map(|cursor| here.setting("cursor", cursor).href()),
        results: here.first_page().without(&["by", "width"]).at("/search").href(),
        json: here.at(format!("{API}/mentions")).href(),
        table: here.setting("limit", MOST_LISTED.to_string()).at(format!("{API}/mentions.csv")).href(),
        tabled: tabled(answer.total_mentions, "mention", "mentions"),
    }
}

fn line(mention: &Mention, here: &Address) -> Line {
    let headline = match mention.headline.trim() {
        "" => "An article without a headline",
        headline => headline,
    };
    Line {
        left: mention.left.clone(),
        matched: mention.matched.clone(),
        right: mention.right.clone(),
        href: here.only(&["q", "mode"]).at(format!("/article/{}", mention.id)).href(),
        headline: headline.to_owned(),
        source: mention.source.name.clone().or_else(|| mention.source.site.clone()),
        date: dates::line(mention.published, &TimeZone::UTC),
    }
}
