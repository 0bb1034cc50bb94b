//! `/citations/{id}`: a search as it was, and what has become of what it found.

use askama::Template;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;

use super::address::{API, Address};
use super::copies::{self, CopyLink};
use super::dates::{self, DateLine};
use super::error::refusal;
use super::frame::{Frame, send};
use super::wording::{articles, grouped};
use crate::http::citations::{self, BECAME, USUAL};
use crate::http::problem::Problem;
use crate::http::question::Question;
use crate::search::CitationRequest;
use crate::search::answer::{CitationAnswer, CitedLine, Now, Since};

#[derive(Template)]
#[template(path = "citation.html")]
struct CitationPage {
    frame: Frame,
    input: String,
    /// The query with its dates resolved.
    canonical: String,
    /// What narrows it beside the query.
    settings: Vec<(String, String)>,
    made: DateLine,
    total: String,
    /// Where it can be found for good, as it is written into a footnote.
    permanent: String,
    changes: Vec<ChangeLink>,
    /// Which of these are listed.
    listed: &'static str,
    all: Option<String>,
    lines: Vec<Line>,
    next: Option<String>,
    added: Vec<CopyLink>,
    more_added: Option<String>,
    now: String,
    json: String,
}

/// So many articles of which something has become.
struct ChangeLink {
    text: String,
    href: Option<String>,
}

struct Line {
    place: String,
    version: u32,
    /// `None` where it is no longer to be shown.
    article: Option<CopyLink>,
    became: Option<&'static str>,
    /// What is different in its current version.
    changes: Option<String>,
}

/// Keeps a search, and shows what was kept.
pub(in crate::http) async fn cite(question: Question, body: Bytes) -> Result<Response, Problem> {
    let id = citations::keep(&question, &body).await?;
    Ok(Redirect::to(&format!("/citations/{id}")).into_response())
}

pub(in crate::http) async fn citation(question: Question, Path(id): Path<String>) -> Response {
    let here = Address::read("/citations", question.query.as_deref()).at(format!("/citations/{id}"));
    let request = CitationRequest {
        id,
        limit: USUAL,
        offset: here.first("offset").and_then(|offset| offset.parse().ok()).unwrap_or_default(),
        only: here.first("only").and_then(|only| BECAME.iter().find(|(name, _)| *name == only)).map(|(_, now)| *now),
    };
    let only = request.only;
    match question.archive.citation(request).await {
        Ok(answer) => send(StatusCode::OK, &page(&answer, only, &question.root(), &here)),
        Err(error) => refusal(&here.only(&[]).at("/search"), error),
    }
}

fn page(answer: &CitationAnswer, only: Option<Now>, root: &str, here: &Address) -> CitationPage {
    let tz = &TimeZone::UTC;
    let parameters = answer.search.parameters();
    let nothing = here.only(&[]);
    let now = parameters.iter().fold(nothing.at("/search"), |address, (name, value)| address.adding(name, value));
    let usual = [("sort", "relevance"), ("sort", "newest"), ("tz", "UTC")];
    let says_something =
        |(name, value): &(String, String)| name != "q" && !usual.contains(&(name.as_str(), value.as_str()));
    let added = answer.added.iter().map(|line| copies::copy(line, &nothing, tz)).collect::<Vec<_>>();
    let all_added = answer.since.as_ref().map_or(0, |since| since.added);
    CitationPage {
        frame: Frame { q: answer.search.q.clone(), ..Frame::new(format!("Cited: {}", answer.search.q)) },
        input: answer.input.clone(),
        canonical: answer.search.q.clone(),
        settings: parameters.into_iter().filter(says_something).collect(),
        made: dates::moment(answer.made, tz),
        total: articles(answer.total),
        permanent: format!("{root}/citations/{}", answer.id),
        changes: answer.since.as_ref().map(|since| changes(since, here)).unwrap_or_default(),
        listed: match only {
            None => "Found then",
            Some(Now::Same) => "Found then, and the same now",
            Some(Now::Changed) => "Found then, and changed since",
            Some(Now::Removed) => "Found then, and no longer found",
            Some(Now::Withdrawn) => "Found then, and withdrawn since",
        },
        all: only.map(|_| nothing.href()),
        lines: answer.articles.iter().map(|line| cited(line, &nothing)).collect(),
        next: answer.next_offset.map(|offset| here.setting("offset", offset.to_string()).href()),
        more_added: (all_added > added.len() as u64)
            .then(|| format!("and {} more", grouped(all_added - added.len() as u64))),
        added,
        now: now.href(),
        json: here.at(format!("{API}/citations/{}", answer.id)).href(),
    }
}

fn changes(since: &Since, here: &Address) -> Vec<ChangeLink> {
    let Since { added, changed, removed, withdrawn, .. } = *since;
    let link = |(number, text, only): (u64, &str, Option<&str>)| ChangeLink {
        text: format!("{} {text}", grouped(number)),
        href: only.filter(|_| number > 0).map(|only| here.only(&[]).setting("only", only).href()),
    };
    [
        (added, "added", None),
        (changed, "changed", Some("changed")),
        (removed, "no longer found", Some("removed")),
        (withdrawn, "withdrawn", Some("withdrawn")),
    ]
    .map(link)
    .into()
}

fn cited(line: &CitedLine, nothing: &Address) -> Line {
    let version = line.version.to_string();
    let address = nothing.at(format!("/article/{}", line.id));
    let copy = line.article.as_ref().map(|line| copies::copy(line, nothing, &TimeZone::UTC));
    Line {
        place: grouped(line.place),
        version: line.version,
        article: copy.map(|copy| CopyLink { href: address.setting("version", &version).href(), ..copy }),
        became: match line.now {
            None | Some(Now::Same) => None,
            Some(Now::Changed) => Some("changed since"),
            Some(Now::Removed) => Some("no longer found"),
            Some(Now::Withdrawn) => Some("withdrawn since"),
        },
        changes: (line.now == Some(Now::Changed))
            .then(|| nothing.at(format!("/article/{}/compare", line.id)).setting("from", &version).href()),
    }
}
