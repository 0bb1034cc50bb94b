//! `/compare`: up to five searches side by side, as lines over one stretch of time.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::address::{API, Address};
use super::advice::{self, Odd};
use super::chart::Counts;
use super::copies;
use super::error::refusal;
use super::filters::{self, Chip};
use super::frame::{Frame, send};
use super::lines::{self, Lines};
use super::search::SortLink;
use super::wording::{articles, stories};
use crate::http::explore::read_compared;
use crate::search::answer::{CompareAnswer, ComparedQuery, SearchError};
use crate::search::{Archive, MOST_COMPARED};

#[derive(Template)]
#[template(path = "beside.html")]
struct BesidePage {
    frame: Frame,
    /// What stands in the boxes of the form.
    asked: Vec<String>,
    from: String,
    to: String,
    intervals: Vec<Choice>,
    kept: Vec<(String, String)>,
    odd: Odd,
    chips: Vec<Chip>,
    cleared: String,
    copies: Vec<SortLink>,
    /// `None` before anything is asked.
    drawn: Option<Drawn>,
}

struct Choice {
    value: &'static str,
    label: String,
    chosen: bool,
}

struct Drawn {
    legend: Vec<Legend>,
    names: Vec<String>,
    /// `Articles`, `Stories`
    what: &'static str,
    lines: Lines,
    /// Nothing was found by any.
    is_empty: bool,
    json: String,
    table: String,
}

struct Legend {
    query: String,
    total: String,
    href: String,
    mentions: String,
    unplaced: Option<String>,
}

pub(in crate::http) async fn beside(State(archive): State<Arc<Archive>>, RawQuery(query): RawQuery) -> Response {
    let here = Address::read("/compare", query.as_deref());
    // Articles and stories are counted alike; which of them is drawn is a matter of the page.
    let requests = match read_compared(here.without(&["collapse"]).pairs()) {
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
    let has_copies = |answer: &CompareAnswer| answer.queries.iter().any(|query| query.total != query.total_stories);
    BesidePage {
        frame: Frame::new(title),
        asked,
        from: given("from"),
        to: given("to"),
        intervals: intervals(answer, here),
        kept: here.hidden_fields(&["q", "from", "to", "interval"]),
        odd: advice::odd(answer.iter().flat_map(|answer| &answer.queries).map(|query| &query.query)),
        chips: filters::chips(here),
        cleared: filters::cleared(here),
        copies: answer.map(|answer| copies::switch(has_copies(answer), here)).unwrap_or_default(),
        drawn: answer.map(|answer| drawn(answer, here)),
    }
}

/// What is drawn unless one is chosen is named.
fn intervals(answer: Option<&CompareAnswer>, here: &Address) -> Vec<Choice> {
    let chosen = here.first("interval").unwrap_or("auto");
    let choice = |value: &'static str| Choice { value, label: value.to_owned(), chosen: value == chosen };
    let fitting = answer.filter(|_| chosen == "auto").map(|answer| format!("stretch that fits ({})", answer.interval));
    let auto = Choice { label: fitting.unwrap_or_else(|| "stretch that fits".to_owned()), ..choice("auto") };
    let mut all = vec![auto];
    all.extend(["day", "week", "month", "quarter", "year"].map(choice));
    // One that an address names and nobody is offered stays chosen.
    all.extend((chosen == "hour").then(|| choice("hour")));
    all
}

fn drawn(answer: &CompareAnswer, here: &Address) -> Drawn {
    let counts = if here.collapses() { Counts::Stories } else { Counts::Articles };
    let buckets: Vec<_> = answer.queries.iter().map(|query| query.buckets.as_slice()).collect();
    Drawn {
        legend: answer.queries.iter().map(|query| legend(query, here)).collect(),
        names: answer.queries.iter().map(|query| query.query.input.clone()).collect(),
        what: if here.collapses() { "Stories" } else { "Articles" },
        lines: lines::lines(answer.interval, &buckets, counts, (&answer.gaps, answer.more_gaps)),
        is_empty: answer.queries.iter().all(|query| query.total == 0),
        json: here.without(&["collapse"]).at(format!("{API}/compare")).href(),
        table: here.without(&["collapse"]).at(format!("{API}/compare.csv")).href(),
    }
}

fn legend(query: &ComparedQuery, here: &Address) -> Legend {
    let alone = here.first_page().without(&["q", "interval"]).setting("q", &query.query.input);
    Legend {
        query: query.query.input.clone(),
        total: if here.collapses() { stories(query.total_stories) } else { articles(query.total) },
        href: alone.at("/search").href(),
        mentions: alone.at("/mentions").href(),
        unplaced: (query.unplaced > 0).then(|| articles(query.unplaced)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::answer::{Bucket, QueryReading};

    fn drawn(query: &str) -> String {
        let bucket =
            |month: u64, count, gap| Bucket { start: format!("2025-{month:02}-01"), count, stories: count / 2, gap };
        let one = |input: &str| ComparedQuery {
            query: QueryReading { input: input.into(), ..QueryReading::default() },
            total: 12,
            total_stories: 6,
            buckets: vec![bucket(1, 8, false), bucket(2, 0, true), bucket(3, 4, false)],
            unplaced: 0,
        };
        let answer = CompareAnswer {
            snapshot: "s-1".into(),
            interval: "month",
            tz: "UTC".into(),
            queries: vec![one("tin"), one("zinc")],
            gaps: vec![],
            more_gaps: 0,
            took_ms: 1.0,
        };
        page(Some(&answer), &Address::read("/compare", Some(query))).render().unwrap()
    }

    #[test]
    fn nothing_kept_is_not_said_to_be_nothing_found() {
        let page = drawn("q=tin&q=zinc");
        assert!(
            page.contains("February 2025</th><td class=\"none\" colspan=\"2\">no article in the archive"),
            "{page}"
        );
        assert!(page.contains("<rect class=\"gap\" x=\"5\""), "{page}");
    }

    #[test]
    fn the_axis_and_the_interval_are_named() {
        let page = drawn("q=tin&q=zinc&interval=month");
        assert!(page.contains("<li>8</li><li>4</li><li>0</li>"), "{page}");
        assert!(page.contains("<option value=\"month\" selected>"), "{page}");
        assert!(drawn("q=tin&q=zinc").contains("selected>stretch that fits (month)"));
    }

    #[test]
    fn what_is_in_force_is_seen_and_can_be_taken_off() {
        let page = drawn("q=tin&q=zinc&tag=metals&from=2025");
        assert!(
            page.contains("<a href=\"/compare?q=tin&#38;q=zinc&#38;from=2025\"><span class=\"kind\">Subject:"),
            "{page}"
        );
        assert!(
            page.contains("<a href=\"/compare?q=tin&#38;q=zinc&#38;tag=metals\"><span class=\"kind\">From:"),
            "{page}"
        );
        assert!(page.contains("collapse=near\">Without copies") && page.contains("12 articles"), "{page}");
        let collapsed = drawn("q=tin&q=zinc&collapse=near");
        assert!(collapsed.contains("6 stories") && collapsed.contains("<td>4</td>"), "{collapsed}");
        assert!(collapsed.contains("/api/v1/compare?q=tin&#38;q=zinc\""), "{collapsed}");
    }
}
