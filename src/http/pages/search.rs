//! `/search`: the answer to a query, drawn.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;

use super::address::{API, Address};
use super::advice::{self, ReadingPanel};
use super::asked;
use super::chart::{self, Chart};
use super::error::refusal;
use super::facets::{self, FacetList};
use super::filters::{self, Chip};
use super::frame::{Frame, send};
use super::hits::{self, Link, ResultLine};
use super::wording::{articles, grouped};
use crate::search::Archive;
use crate::search::answer::{SearchAnswer, SearchError};
use crate::search::request::Sort;

#[derive(Template)]
#[template(path = "search.html")]
pub(super) struct SearchPage {
    frame: Frame,
    total: String,
    /// `0.8 ms`
    took: String,
    reading: Option<ReadingPanel>,
    chips: Vec<Chip>,
    cleared: String,
    sorts: Vec<SortLink>,
    chart: Option<Chart>,
    results: Vec<ResultLine>,
    facets: Vec<FacetList>,
    dates: DateForm,
    first: Option<String>,
    next: Option<String>,
    json: String,
    /// Where nothing was found: what to try.
    ways_out: Vec<Link>,
    /// Articles were found, but this page lies behind the last.
    is_past_the_end: bool,
}

pub(super) struct SortLink {
    pub(super) label: &'static str,
    pub(super) href: String,
    pub(super) current: bool,
}

pub(super) struct DateForm {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) kept: Vec<(String, String)>,
}

pub(in crate::http) async fn search(State(archive): State<Arc<Archive>>, RawQuery(query): RawQuery) -> Response {
    let here = Address::read("/search", query.as_deref());
    let request = match asked::read(&here) {
        Ok(request) => request,
        Err(advice) => return refusal(&here, SearchError::Refused(advice)),
    };
    let (sort, tz) = (request.sort, request.tz.clone());
    match archive.search(request).await {
        Ok(answer) => send(StatusCode::OK, &page(&answer, &here, sort, &tz)),
        Err(error) => refusal(&here, error),
    }
}

/// `sort` as asked for.
pub(super) fn page(answer: &SearchAnswer, here: &Address, sort: Option<Sort>, tz: &TimeZone) -> SearchPage {
    let chips = filters::chips(here);
    let found = answer.total > 0;
    SearchPage {
        frame: Frame::continuing(title(here.query()), here),
        total: articles(answer.total),
        took: took(answer.took_ms),
        reading: advice::panel(&answer.query),
        cleared: filters::cleared(here),
        sorts: if found { sorts(here, sort.unwrap_or_else(|| usual_sort(answer))) } else { Vec::new() },
        chart: answer.timeline.as_ref().and_then(|timeline| chart::chart(timeline, here)),
        results: answer.hits.iter().map(|hit| hits::line(hit, here, tz)).collect(),
        facets: answer.facets.as_ref().map(|facets| facets::lists(facets, here)).unwrap_or_default(),
        dates: dates(here),
        first: (!here.is_first_page()).then(|| here.first_page().href()),
        next: answer.next_cursor.as_ref().map(|cursor| here.setting("cursor", cursor).href()),
        json: here.at(format!("{API}/search")).href(),
        ways_out: if found { Vec::new() } else { ways_out(&answer.query.canonical, here, &chips) },
        is_past_the_end: found && answer.hits.is_empty() && !here.is_first_page(),
        chips,
    }
}

fn title(query: &str) -> String {
    match query {
        "" => "Everything".to_owned(),
        query => query.to_owned(),
    }
}

fn took(milliseconds: f64) -> String {
    if milliseconds < 10.0 { format!("{milliseconds:.1} ms") } else { format!("{} ms", grouped(milliseconds as u64)) }
}

/// Scores are given only when sorted by relevance; where nothing was found the order means nothing.
fn usual_sort(answer: &SearchAnswer) -> Sort {
    let is_scored = answer.hits.is_empty() || answer.hits.iter().any(|hit| hit.score.is_some());
    if is_scored { Sort::Relevance } else { Sort::Newest }
}

/// Relevance means nothing without a query, and `recent` is shown to those who asked for it.
fn sorts(here: &Address, current: Sort) -> Vec<SortLink> {
    let offered = [
        (Sort::Relevance, "Relevance", "relevance", !here.query().is_empty()),
        (Sort::Recent, "Relevance and age", "recent", current == Sort::Recent),
        (Sort::Newest, "Newest", "newest", true),
        (Sort::Oldest, "Oldest", "oldest", true),
    ];
    let link = |(sort, label, name, _): (Sort, &'static str, &str, bool)| SortLink {
        label,
        href: here.setting("sort", name).href(),
        current: sort == current,
    };
    offered.into_iter().filter(|(.., is_offered)| *is_offered).map(link).collect()
}

fn dates(here: &Address) -> DateForm {
    let given = |name| here.first(name).unwrap_or_default().to_owned();
    DateForm { from: given("from"), to: given("to"), kept: here.hidden_fields(&["from", "to", "interval"]) }
}

/// The search with one thing less, for each thing that narrows it.
fn ways_out(canonical: &str, here: &Address, chips: &[Chip]) -> Vec<Link> {
    let clauses = clauses(canonical);
    let mut ways: Vec<Link> = Vec::new();
    if clauses.len() > 1 {
        for (left_out, clause) in clauses.iter().enumerate() {
            let kept: Vec<_> =
                clauses.iter().enumerate().filter(|(index, _)| *index != left_out).map(|(_, one)| *one).collect();
            ways.push(Link { label: format!("without {clause}"), href: here.setting("q", kept.join(" AND ")).href() });
        }
        if here.first("mode") != Some("any") {
            ways.push(Link { label: "with any of the words".into(), href: here.setting("mode", "any").href() });
        }
    }
    if let [clause] = clauses.as_slice() {
        ways.extend(loosened(clause).map(|(label, q)| Link { label, href: here.setting("q", q).href() }));
    }
    let off = |chip: &Chip| {
        format!("without {}{}: {}", if chip.exclude { "leaving out " } else { "" }, chip.kind, chip.value)
    };
    ways.extend(chips.iter().map(|chip| Link { label: off(chip), href: chip.remove.clone() }));
    ways
}

/// A phrase as words that may stand anywhere, a word with any ending.
fn loosened(clause: &str) -> Option<(String, String)> {
    if let Some(words) = clause.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        let is_phrase = words.contains(' ') && !words.contains(['"', '\\']);
        return is_phrase.then(|| ("with its words in any place".to_owned(), words.to_owned()));
    }
    let is_word = clause.chars().count() > 2 && clause.chars().all(char::is_alphabetic);
    is_word.then(|| (format!("with any ending: {clause}*"), format!("{clause}*")))
}

/// The operands of the outermost AND of a canonical query, which is fully parenthesised: `(a AND (b OR c))` gives
/// `a` and `(b OR c)`. Anything else is one clause.
fn clauses(canonical: &str) -> Vec<&str> {
    let Some(inner) = canonical.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        return vec![canonical];
    };
    let (mut depth, mut is_quoted, mut start) = (0i32, false, 0);
    let mut clauses = Vec::new();
    let mut characters = inner.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            // What is escaped means nothing.
            '\\' => {
                characters.next();
            }
            '"' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth -= 1,
            ' ' if !is_quoted && depth == 0 && at >= start && inner[at..].starts_with(" AND ") => {
                clauses.push(&inner[start..at]);
                start = at + " AND ".len();
            }
            _ => {}
        }
        if depth < 0 {
            return vec![canonical];
        }
    }
    if clauses.is_empty() {
        return vec![canonical];
    }
    clauses.push(&inner[start..]);
    clauses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::made_up;

    fn drawn(answer: &SearchAnswer, query: &str) -> String {
        let here = Address::read("/search", Some(query));
        page(answer, &here, None, &TimeZone::UTC).render().unwrap()
    }

    #[track_caller]
    fn check_clauses(canonical: &str, expected: &[&str]) {
        assert_eq!(clauses(canonical), expected);
    }

    #[test]
    fn a_conjunction_falls_into_its_clauses() {
        check_clauses("(\"rare earths\" AND china)", &["\"rare earths\"", "china"]);
        check_clauses("(a AND (b OR (c AND d)) AND (NOT e))", &["a", "(b OR (c AND d))", "(NOT e)"]);
        check_clauses("(\"x AND (y\" AND z)", &["\"x AND (y\"", "z"]);
        check_clauses(r#"(x AND \ AND AND date AND \"a)"#, &["x", r"\ AND", "date", r#"\"a"#]);
    }

    #[test]
    fn anything_else_is_one_clause() {
        for canonical in ["china", "(a OR b)", "(NOT a)", "*", "", "(a) AND (b)", "headline:(a AND b)"] {
            check_clauses(canonical, &[canonical]);
        }
    }

    #[test]
    fn results_show_marks_and_link_to_the_article() {
        let page = drawn(&made_up::search_answer(), "q=%22rare+earths%22+AND+china");
        assert!(page.contains("<mark>rare earths</mark>"));
        assert!(page.contains("/article/a000000000000000?q=%22rare+earths%22+AND+china\""));
        assert!(page.contains("1,234 articles"));
    }

    #[test]
    fn the_next_page_is_a_link_and_the_first_is_offered_from_the_second() {
        let first = drawn(&made_up::search_answer(), "q=x");
        assert!(first.contains("/search?q=x&#38;cursor=next") && !first.contains("First page"));
        let second = drawn(&made_up::search_answer(), "q=x&cursor=here");
        assert!(second.contains("First page"));
    }

    #[test]
    fn hostile_text_is_escaped_wherever_it_stands() {
        let page = drawn(&made_up::hostile_answer(), "q=%3Cscript%3Ex&tag=%3Cscript%3E&from=%22%3E%3Cscript%3E");
        assert!(!page.contains("<script>"), "an element got through");
        assert!(!page.contains("\"><script"), "an attribute was left");
        assert!(!page.contains("javascript:alert"), "{page}");
    }

    #[test]
    fn nothing_found_offers_each_clause_and_filter_to_leave_out() {
        let page = drawn(&made_up::empty_answer("(a AND b)"), "q=a+b&tag=-x&from=2025");
        let ways = [
            "without a<",
            "without b<",
            "with any of the words",
            "without leaving out Subject: x",
            "without From: 2025",
        ];
        for way in ways {
            assert!(page.contains(way), "{way}");
        }
    }

    #[test]
    fn a_single_word_or_phrase_that_is_not_found_is_loosened() {
        assert!(drawn(&made_up::empty_answer("chin"), "q=chin").contains("href=\"/search?q=chin*\""));
        let phrase = drawn(&made_up::empty_answer("\"rare earth\""), "q=%22rare+earth%22&tag=x");
        assert!(phrase.contains("href=\"/search?q=rare+earth&#38;tag=x\""));
        assert_eq!(loosened("(a OR b)"), None);
    }

    #[test]
    fn a_page_behind_the_last_leads_back() {
        let answer = SearchAnswer { total: 3, ..made_up::empty_answer("a") };
        let page = drawn(&answer, "q=a&offset=50");
        assert!(page.contains("lies behind the last") && page.contains("First page"));
    }

    #[test]
    fn a_hit_without_any_fields_is_drawn() {
        let mut answer = made_up::search_answer();
        answer.hits = vec![crate::search::answer::Hit::default()];
        assert!(drawn(&answer, "").contains("Without headline"));
    }

    #[test]
    fn the_relevance_order_is_offered_only_for_a_query() {
        assert!(!drawn(&made_up::search_answer(), "").contains("sort=relevance"));
        assert!(drawn(&made_up::search_answer(), "q=x").contains("sort=relevance"));
    }
}
