//! `/search`: the answer to a query, drawn.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;

use super::address::{API, Address};
use super::advice::{self, ReadingPanel};
use super::asked;
use super::chart::{self, Chart};
use super::clauses;
use super::copies;
use super::error::refusal;
use super::facets::{self, FacetList};
use super::filters::{self, Chip};
use super::frame::{Frame, send};
use super::hits::{self, EscapedText, ResultLine};
use super::narrowing::Narrowing;
use super::series::{self, Series};
use super::wording::{articles, grouped, stories};
use crate::http::question::Question;
use crate::search::answer::{Gap, SearchAnswer, SearchError, Silent, Suggestion};
use crate::search::request::{FacetField, Sort};

#[derive(Template)]
#[template(path = "search.html")]
pub(super) struct SearchPage {
    frame: Frame,
    /// What is listed, in words: articles, or stories.
    total: String,
    /// The other of the two, where they are not as many.
    beside: Option<String>,
    /// `0.8 ms`
    took: String,
    reading: Option<ReadingPanel>,
    chips: Vec<Chip>,
    cleared: String,
    sorts: Vec<SortLink>,
    /// With copies, and without; where there are any, or they are left out.
    copies: Vec<SortLink>,
    chart: Option<Chart>,
    /// One line for all, or one for each value of a facet; and those lines.
    drawn_by: Vec<SortLink>,
    series: Option<Series>,
    results: Vec<ResultLine>,
    facets: Vec<FacetList>,
    dates: DateForm,
    first: Option<String>,
    next: Option<String>,
    take: Option<Take>,
    /// Whoever asks may cite; a button that is refused whatever was found is none.
    may_cite: bool,
    feeds: Vec<FeedLink>,
    json: String,
    /// Where nothing was found: what does find something.
    ways_out: Vec<WayOut>,
    /// Where there is no article at all in the time that was asked for: so it is worded.
    silence: Option<String>,
    /// Articles were found, but this page lies behind the last.
    is_past_the_end: bool,
}

struct WayOut {
    label: EscapedText,
    href: String,
    total: String,
}

/// All that was found, to be taken along.
struct Take {
    mentions: String,
    terms: String,
    compare: String,
    csv: String,
    lines: String,
    /// What is sent to be cited.
    cited: Vec<(String, String)>,
}

/// The search as a feed.
struct FeedLink {
    kind: &'static str,
    name: &'static str,
    href: String,
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

pub(in crate::http) async fn search(question: Question) -> Response {
    let here = Address::read("/search", question.query.as_deref());
    let request = match asked::read(&here) {
        Ok(request) => request,
        Err(advice) => return refusal(&here, SearchError::Refused(advice)),
    };
    let (sort, tz) = (request.sort, request.tz.clone());
    match question.archive.search(request).await {
        Ok(answer) => {
            let page = page(&answer, &here, sort, &tz);
            send(StatusCode::OK, &SearchPage { may_cite: question.may_cite(), ..page })
        }
        Err(error) => refusal(&here, error),
    }
}

/// `sort` as asked for.
pub(super) fn page(answer: &SearchAnswer, here: &Address, sort: Option<Sort>, tz: &TimeZone) -> SearchPage {
    let found = answer.total > 0;
    let search = Narrowing { here, canonical: &answer.query.canonical };
    let timeline = answer.timeline.as_ref();
    let series = timeline.and_then(|timeline| series::series(timeline, search));
    let usual = Frame::continuing(title(here.query()), here);
    SearchPage {
        frame: Frame { more_style: usual.more_style.filter(|_| series.is_some()), ..usual },
        total: if here.collapses() { stories(answer.total_stories) } else { articles(answer.total) },
        beside: beside(answer, here),
        took: took(answer.took_ms),
        reading: advice::panel(&answer.query, here),
        cleared: filters::cleared(here),
        sorts: if found { sorts(here, sort.unwrap_or_else(|| usual_sort(answer))) } else { Vec::new() },
        copies: copies::switch(answer.total != answer.total_stories, here),
        chart: timeline.and_then(|timeline| chart::chart(timeline, here)),
        drawn_by: series::ways(answer.facets.as_ref(), here),
        series,
        results: answer.hits.iter().map(|hit| hits::line(hit, search, tz)).collect(),
        facets: answer.facets.as_ref().map(|facets| facets::lists(facets, search)).unwrap_or_default(),
        dates: dates(here),
        first: (!here.is_first_page()).then(|| here.first_page().href()),
        next: answer.next_cursor.as_ref().map(|cursor| here.setting("cursor", cursor).href()),
        take: found.then(|| take(answer, here)),
        may_cite: true,
        feeds: feeds(here),
        json: here.at(format!("{API}/search")).href(),
        ways_out: answer.suggestions.iter().flatten().map(|suggestion| way_out(suggestion, here)).collect(),
        silence: answer.silent.as_ref().map(|silent| silence(silent, here)),
        is_past_the_end: found && answer.hits.is_empty() && !here.is_first_page(),
        chips: filters::chips(here),
    }
}

/// The state that is shown goes along, so that the numbers agree.
fn take(answer: &SearchAnswer, here: &Address) -> Take {
    let shown = here.search().setting("snapshot", &answer.snapshot);
    let export = shown.at(format!("{API}/export"));
    let asked = here.search().without(&["sort"]);
    Take {
        mentions: asked.at("/mentions").href(),
        terms: asked.without(&["collapse", "half_life"]).at("/terms").href(),
        compare: asked.at("/compare").href(),
        csv: export.setting("format", "csv").href(),
        lines: export.href(),
        cited: shown.without(&["collapse"]).pairs().to_vec(),
    }
}

fn feeds(here: &Address) -> Vec<FeedLink> {
    let followed = here.search().without(&["sort"]);
    let link = |(kind, name, ending): (&'static str, &'static str, &str)| FeedLink {
        kind,
        name,
        href: followed.at(format!("{API}/search.{ending}")).href(),
    };
    [
        ("application/rss+xml", "RSS", "rss"),
        ("application/atom+xml", "Atom", "atom"),
        ("application/feed+json", "JSON Feed", "feed.json"),
    ]
    .map(link)
    .into()
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

fn beside(answer: &SearchAnswer, here: &Address) -> Option<String> {
    let other = match here.collapses() {
        true => format!("in {}", articles(answer.total)),
        false => format!("telling {}", stories(answer.total_stories)),
    };
    (answer.total != answer.total_stories).then_some(other)
}

fn dates(here: &Address) -> DateForm {
    let given = |name| here.first(name).unwrap_or_default().to_owned();
    DateForm { from: given("from"), to: given("to"), kept: here.hidden_fields(&["from", "to", "interval"]) }
}

/// `from 3 April 1987 to 5 April 1987`, `of the sources chosen` where some are.
fn silence(silent: &Silent, here: &Address) -> String {
    let when = match (&silent.from, &silent.to) {
        (Some(from), Some(to)) if from == to => format!("on {}", chart::day(from)),
        (Some(from), Some(to)) => format!("from {}", chart::gap(&Gap { from: from.clone(), to: to.clone() })),
        (Some(from), None) => format!("from {} on", chart::day(from)),
        (None, Some(to)) => format!("up to {}", chart::day(to)),
        (None, None) => "of any date".to_owned(),
    };
    let chosen =
        |filter: &filters::Filter| matches!(filter.field, FacetField::Source | FacetField::Site) && !filter.exclude;
    let of_sources = filters::in_force(here).iter().any(chosen);
    format!("{when}{}", if of_sources { ", of the sources chosen" } else { "" })
}

/// A search that does find something.
fn way_out(suggestion: &Suggestion, here: &Address) -> WayOut {
    let mut address = here.first_page();
    if suggestion.q != here.query() {
        address = address.setting("q", &suggestion.q);
    }
    for (name, values) in suggestion.parameters.iter().flatten() {
        address = address.without(&[name]);
        address = values.iter().fold(address, |address, value| address.adding(name, value));
    }
    WayOut { label: EscapedText::message(&suggestion.label), href: address.href(), total: articles(suggestion.total) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::made_up;
    use crate::search::answer::{Facets, SeriesLine};

    fn drawn(answer: &SearchAnswer, query: &str) -> String {
        let here = Address::read("/search", Some(query));
        page(answer, &here, None, &TimeZone::UTC).render().unwrap()
    }

    #[test]
    fn results_show_marks_and_link_to_the_article() {
        let page = drawn(&made_up::search_answer(), "q=%22rare+earths%22+AND+china");
        assert!(page.contains("<mark>rare earths</mark>"));
        assert!(page.contains("/article/a000000000000000?q=%22rare+earths%22+AND+china\""));
        assert!(page.contains("1,234 articles"));
    }

    #[test]
    fn copies_are_left_out_and_shown_again_at_an_address_of_its_own() {
        let shown = drawn(&made_up::search_answer(), "q=x&tag=t&cursor=c");
        assert!(shown.contains("1,234 articles") && shown.contains("telling 1,100 stories"));
        assert!(shown.contains("href=\"/search?q=x&#38;tag=t&#38;collapse=near\">Without copies"), "{shown}");
        let left_out = drawn(&made_up::search_answer(), "q=x&collapse=near&cursor=c");
        assert!(left_out.contains("1,100 stories") && left_out.contains("in 1,234 articles"));
        assert!(left_out.contains("href=\"/search?q=x\">With copies"), "{left_out}");
        assert!(left_out.contains("name=\"collapse\" value=\"near\""), "a new search keeps it");
        let mut answer = made_up::search_answer();
        answer.total_stories = answer.total;
        let page = drawn(&answer, "q=x");
        assert!(!page.contains("With copies") && !page.contains("telling"), "where there are none, none are spoken of");
        assert!(drawn(&answer, "q=x&collapse=near").contains("With copies"), "and what was chosen can be taken back");
    }

    #[test]
    fn the_next_page_is_a_link_and_the_first_is_offered_from_the_second() {
        let first = drawn(&made_up::search_answer(), "q=x");
        assert!(first.contains("/search?q=x&#38;cursor=next") && !first.contains("First page"));
        let second = drawn(&made_up::search_answer(), "q=x&cursor=here");
        assert!(second.contains("First page"));
    }

    #[test]
    fn a_time_of_which_nothing_is_kept_is_a_hairline_and_no_bar() {
        let mut answer = made_up::search_answer();
        let buckets = &mut answer.timeline.as_mut().unwrap().buckets;
        (buckets[1].count, buckets[1].stories, buckets[1].gap) = (0, 0, true);
        let page = drawn(&answer, "q=x");
        let gap = page.split_once("no article in the archive</title>").unwrap().1.split_once("</g>").unwrap().0;
        assert!(gap.contains("class=\"gap\" x=\"10\" y=\"97\" width=\"10\" height=\"3\""), "{gap}");
    }

    #[test]
    fn whoever_may_not_cite_is_offered_no_button() {
        let here = Address::read("/search", Some("q=x"));
        let page = |may_cite| {
            let page = page(&made_up::search_answer(), &here, None, &TimeZone::UTC);
            SearchPage { may_cite, ..page }.render().unwrap()
        };
        assert!(page(true).contains("Cite this search") && !page(false).contains("/citations"));
        assert!(page(false).contains("Export all as"), "all else can be taken along");
    }

    #[test]
    fn a_timeline_is_drawn_as_a_line_for_each_value() {
        let mut answer = made_up::search_answer();
        if let Some(Facets(facets)) = &mut answer.facets {
            facets[1].1.distinct = 2;
        }
        let page = drawn(&answer, "q=x&cursor=c");
        assert!(page.contains("href=\"/search?q=x&#38;series=source\">By source"), "{page}");
        assert!(!page.contains("By section") && !page.contains("pages.css"), "what has one value is no choice");
        let timeline = answer.timeline.as_mut().unwrap();
        let value = answer.facets.as_ref().unwrap().0[1].1.values[0].clone();
        let line = SeriesLine { value, buckets: timeline.buckets.clone(), unplaced: 0 };
        (timeline.by, timeline.series) = (Some("source"), Some(vec![line]));
        let page = drawn(&answer, "q=x&series=source");
        assert!(page.contains("class=\"line line-1\" d=\"M0,") && page.contains("pages.css"), "{page}");
        assert!(page.contains("<a href=\"/search?q=x&#38;series=source&#38;source=harbour+post\""), "{page}");
        assert!(page.contains("<a href=\"/search?q=x\">All as one"), "{page}");
        assert!(
            page.contains("<input type=\"hidden\" name=\"q\" value=\"x\"><input type=\"hidden\" name=\"snapshot\""),
            "lines are no part of what is cited: {page}"
        );
    }

    #[test]
    fn hostile_text_is_escaped_wherever_it_stands() {
        let page = drawn(&made_up::hostile_answer(), "q=%3Cscript%3Ex&tag=%3Cscript%3E&from=%22%3E%3Cscript%3E");
        assert!(!page.contains("<script>"), "an element got through");
        assert!(!page.contains("\"><script"), "an attribute was left");
        assert!(!page.contains("javascript:alert"), "{page}");
    }

    #[test]
    fn each_clause_leads_to_the_search_without_it() {
        let page = drawn(&made_up::explained_answer(), "q=x&tag=t&cursor=c");
        assert!(page.contains("href=\"/search?q=without-china&#38;tag=t\""), "{page}");
        assert!(page.contains("Remove </span><code dir=\"auto\">china</code>"));
        assert!(page.contains("<strong>no articles</strong>"), "what finds nothing is said to");
        assert!(page.contains("<summary><code dir=\"auto\">mine*</code> stands for 1 word</summary>"));
    }

    #[test]
    fn a_time_of_which_nothing_is_kept_is_told_from_one_in_which_nothing_is_found() {
        let silent = |from: Option<&str>, to: Option<&str>, query: &str| {
            let silent = Some(Silent { from: from.map(str::to_owned), to: to.map(str::to_owned) });
            drawn(&SearchAnswer { silent, ..made_up::empty_answer("*") }, query)
        };
        let page = silent(Some("1987-04-03"), Some("1987-04-05"), "from=1987-04-03&to=1987-04-05");
        let said = "The archive has no article at all from 3 April 1987 to 5 April 1987:";
        assert!(page.contains(said), "{page}");
        let page = silent(Some("1987-04-03"), Some("1987-04-03"), "q=x&source=Post&from=1987-04-03&to=1987-04-03");
        assert!(page.contains("no article at all on 3 April 1987, of the sources chosen:"), "{page}");
        assert!(silent(Some("2030-01-01"), None, "from=2030").contains("from 1 January 2030 on:"));
        assert!(!drawn(&made_up::empty_answer("*"), "from=1987").contains("no article at all"));
    }

    #[track_caller]
    fn check_way_out(q: &str, parameters: &[(&'static str, &[&str])], expected: &str) {
        let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        let parameters = parameters.iter().map(|(name, given)| (*name, values(given))).collect();
        let suggestion =
            Suggestion { kind: "", label: "so".into(), q: q.into(), parameters: Some(parameters), total: 1 };
        let here = Address::read("/search", Some("q=a&tag=x&tag=y&from=2025&cursor=c"));
        assert_eq!(way_out(&suggestion, &here).href, expected);
    }

    #[test]
    fn a_suggestion_is_an_address_with_what_it_changes() {
        check_way_out("b", &[], "/search?q=b&tag=x&tag=y&from=2025");
        check_way_out("a", &[("from", &[])], "/search?q=a&tag=x&tag=y");
        check_way_out("a", &[("tag", &["y"])], "/search?q=a&from=2025&tag=y");
        check_way_out("a", &[("mode", &["any"])], "/search?q=a&tag=x&tag=y&from=2025&mode=any");
    }

    #[test]
    fn nothing_found_says_what_would_be_found() {
        let suggestion =
            Suggestion { kind: "drop", label: "without `b`".into(), q: "a".into(), parameters: None, total: 1200 };
        let answer = SearchAnswer { suggestions: Some(vec![suggestion]), ..made_up::empty_answer("(a AND b)") };
        let page = drawn(&answer, "q=a+b");
        let way = "<a href=\"/search?q=a\">without <code dir=\"auto\">b</code></a> <span class=\"count\">1,200 articles</span>";
        assert!(page.contains(way), "{page}");
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
