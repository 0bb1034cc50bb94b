//! `/citations/{id}`: a search as it was, and what has become of what it found.

use askama::Template;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;

use super::address::{API, Address};
use super::advice::{self, Remark, Stretch};
use super::copies::{self, CopyLink};
use super::dates::{self, DateLine};
use super::error::{not_cited, refusal};
use super::frame::{Frame, send};
use super::wording::{articles, grouped};
use crate::http::citations::{self, BECAME, MOST, USUAL};
use crate::http::params;
use crate::http::problem::Problem;
use crate::http::question::Question;
use crate::http::runs;
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
    /// As it is written into a footnote, but for where it can be found for good.
    sentence: String,
    permanent: String,
    /// What is no longer in the list.
    gone: Vec<String>,
    /// Where the list goes on: how many of how many entries are here.
    printed: Option<String>,
    /// What was typed with what was odd in it, and what was said of that.
    typed: Vec<Stretch>,
    remarks: Vec<Remark>,
    changes: Vec<ChangeLink>,
    /// Which of these are listed.
    listed: &'static str,
    all: Option<String>,
    lines: Vec<Line>,
    next: Option<String>,
    /// More of it at once.
    longer: Option<String>,
    added: Vec<CopyLink>,
    more_added: Option<String>,
    now: String,
    table: String,
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

/// Keeps a search, and shows what was kept; where it is not, the way back to it.
pub(in crate::http) async fn cite(question: Question, body: Bytes) -> Result<Response, Problem> {
    let sent = citations::sent(&question, &body)?;
    let request = params::CITE.read(&sent)?;
    Ok(match question.archive.cite(request, question.cite_bounds()).await {
        Ok(kept) => Redirect::to(&format!("/citations/{}", kept.id)).into_response(),
        Err(error) => not_cited(&searched(&sent), error),
    })
}

/// Whoever types the address of a citation that was refused comes to where searches are cited.
pub(in crate::http) async fn to_cite() -> Redirect {
    Redirect::to("/search")
}

fn searched(parameters: &[(String, String)]) -> Address {
    let nothing = Address::read("/search", None);
    parameters.iter().fold(nothing, |address, (name, value)| address.adding(name, value))
}

pub(in crate::http) async fn citation(question: Question, Path(id): Path<String>) -> Response {
    let here = Address::read("/citations", question.query.as_deref()).at(format!("/citations/{id}"));
    let request = CitationRequest {
        id,
        limit: here.first("limit").and_then(|limit| runs::limit(limit, MOST).ok()).unwrap_or(USUAL),
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
    let now = searched(&parameters);
    let usual = [("sort", "relevance"), ("sort", "newest"), ("tz", "UTC")];
    let says_something =
        |(name, value): &(String, String)| name != "q" && !usual.contains(&(name.as_str(), value.as_str()));
    let added = answer.added.iter().map(|line| copies::copy(line, &nothing, tz)).collect::<Vec<_>>();
    let (typed, remarks) = advice::warned(&answer.input, &answer.warnings);
    let settings: Vec<(String, String)> = parameters.into_iter().filter(says_something).collect();
    let made = dates::moment(answer.made, tz);
    let all_added = answer.since.as_ref().map_or(0, |since| since.added);
    CitationPage {
        frame: Frame { q: answer.search.q.clone(), ..Frame::new(format!("Cited: {}", answer.search.q)) },
        input: answer.input.clone(),
        canonical: answer.search.q.clone(),
        sentence: sentence(answer, &settings, &made.text, root),
        printed: printed(answer, only),
        typed,
        remarks,
        settings,
        made,
        total: articles(answer.total),
        permanent: format!("{root}/citations/{}", answer.id),
        gone: gone(answer),
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
        longer: here.first("limit").is_none().then(|| here.setting("limit", MOST.to_string()).href()),
        next: answer.next_offset.map(|offset| here.setting("offset", offset.to_string()).href()),
        more_added: (all_added > added.len() as u64)
            .then(|| format!("and {} more", grouped(all_added - added.len() as u64))),
        added,
        now: now.href(),
        table: format!("{API}/citations/{}/articles.csv", answer.id),
        json: here.at(format!("{API}/citations/{}", answer.id)).href(),
    }
}

/// What it is, where it was asked, what it came to and when: to be pasted.
fn sentence(answer: &CitationAnswer, settings: &[(String, String)], made: &str, root: &str) -> String {
    let what = match answer.search.q.as_str() {
        "*" => "All articles".to_owned(),
        query => format!("Search for “{query}”"),
    };
    let settings: Vec<String> = settings.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let settings = if settings.is_empty() { String::new() } else { format!(" ({})", settings.join("; ")) };
    let host = root.split_once("://").map_or(root, |(_, host)| host);
    format!("{what}{settings}, Broadsheet archive at {host}: {}, as found on {made}.", articles(answer.total))
}

/// A list on paper must not look as if it were whole.
fn printed(answer: &CitationAnswer, only: Option<Now>) -> Option<String> {
    let since = answer.since.as_ref();
    let of = |count: fn(&Since) -> u64| since.map(count).unwrap_or_default();
    let listed = answer.total - answer.purged - answer.taken_back;
    let all = match only {
        None => listed,
        Some(Now::Same) => listed - of(|since| since.changed + since.removed + since.withdrawn).min(listed),
        Some(Now::Changed) => of(|since| since.changed),
        Some(Now::Removed) => of(|since| since.removed),
        Some(Now::Withdrawn) => of(|since| since.withdrawn),
    };
    let here = answer.articles.len() as u64;
    (here < all).then(|| format!("{} of {} are printed", grouped(here), grouped(all)))
}

/// Articles that were found then, and of which nothing is kept.
fn gone(answer: &CitationAnswer) -> Vec<String> {
    let gone = [(answer.purged, "removed for good"), (answer.taken_back, "no longer kept")];
    gone.iter().filter(|(n, _)| *n > 0).map(|(n, how)| format!("{} {how}", articles(*n))).collect()
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
