//! What a reader sees when there is no answer: what happened, and a way on.

use askama::Template;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::address::Address;
use jiff::tz::TimeZone;

use super::advice::{self, Stretch};
use super::codes;
use super::dates;
use super::frame::{Frame, send};
use super::hits::{EscapedText, Link};
use super::wording::{capitalised, sentence};
use crate::http::problem::{Problem, status, told};
use crate::query::Advice;
use crate::search::answer::{Killed, NoVersion, SearchError, Withheld};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    status: StatusCode,
    title: String,
    detail: EscapedText,
    hint: Option<EscapedText>,
    /// The query with the place underlined, where the trouble is in it.
    typed: Vec<Stretch>,
    ways_on: Vec<Link>,
}

const NEEDS_KEY: &str = "This takes a key";
const FOR_A_KEY: &str = "Ask whoever runs this archive for a key, load this page again, and give the key as the password; \
    any name will do";

/// A page for any refusal: an unknown address, a wrong method, a fault. Where the same may be answered soon, `asked` is the
/// first way on.
pub(in crate::http) fn error_page(problem: &Problem, asked: Option<&Uri>) -> Response {
    let status = problem.status();
    // Who reads a page does not run the archive: what a program is told of making keys is of no use there.
    let (title, way_out) = match status {
        StatusCode::UNAUTHORIZED => (NEEDS_KEY.to_owned(), Some(FOR_A_KEY)),
        _ => (capitalised(&status.canonical_reason().unwrap_or("error").to_lowercase()), problem.way_out()),
    };
    let here = asked.map_or_else(|| Address::read("/search", None), |asked| Address::read(asked.path(), asked.query()));
    let again = asked.filter(|_| status == StatusCode::SERVICE_UNAVAILABLE);
    let again = again.map(|_| Link { label: "Try again".into(), href: here.href() });
    let page = ErrorPage {
        frame: Frame { q: here.query().to_owned(), ..Frame::new(title.as_str()) },
        hint: way_out.map(hint),
        ways_on: again.into_iter().chain([front_page(), help(), explained(problem.code())]).collect(),
        ..plain(&here, status, &title, problem.detail())
    };
    send(status, &page)
}

/// A search (or article) that could not be answered. The problem goes along, for programs that ask without wanting a
/// page; making it also notes a fault in the log.
pub(super) fn refusal(here: &Address, error: SearchError) -> Response {
    refused(here, error, Vec::new())
}

/// A search that was not cited leads back to itself, unless it is not to be had as it was asked for.
pub(super) fn not_cited(search: &Address, error: SearchError) -> Response {
    let here = search.search();
    let back = match error {
        SearchError::Refused(_) | SearchError::SnapshotGone => None,
        _ => Some(Link { label: "The search that was to be cited".into(), href: here.href() }),
    };
    refused(&here, error, back.into_iter().collect())
}

fn refused(here: &Address, error: SearchError, ways_first: Vec<Link>) -> Response {
    let mut page = drawn(here, &error);
    page.ways_on.retain(|way| ways_first.iter().all(|first| first.href != way.href));
    page.ways_on.splice(0..0, ways_first);
    let is_of_citing = matches!(
        error,
        SearchError::CitingNeedsKey | SearchError::CitationNeedsKey(_) | SearchError::TooManyCitations(_)
    );
    let problem = Problem::from(error);
    page.ways_on.push(explained(problem.code()));
    page.hint = page.hint.or_else(|| problem.way_out().filter(|_| is_of_citing).map(hint));
    problem.drawn(send(page.status, &page))
}

fn hint(text: &str) -> EscapedText {
    EscapedText::message(&sentence(text))
}

/// A refusal that is about an article. Where only a version of it is not to be had, the way on is the article.
pub(super) fn of_article(id: &str, here: &Address, error: SearchError) -> Response {
    let article = here.only(&[]).at(format!("/article/{id}")).href();
    let versions = match &error {
        SearchError::NoVersion(NoVersion::Beyond { there, .. }) => Some(*there),
        SearchError::NoVersion(NoVersion::TakenBack { current, .. }) => Some(*current),
        SearchError::NoVersion(NoVersion::NoneBefore { .. }) | SearchError::NoOriginal => Some(1),
        SearchError::Withheld(Withheld { version, .. }) | SearchError::Killed(Killed { version, .. }) => *version,
        _ => None,
    };
    let mut ways = Vec::new();
    if let Some(versions) = versions {
        ways.push(Link { label: "The article".into(), href: article.clone() });
        ways.extend((versions > 1).then(|| Link { label: "Its versions".into(), href: format!("{article}#versions") }));
    }
    refused(here, error, ways)
}

fn drawn(here: &Address, error: &SearchError) -> ErrorPage {
    let said = error.to_string();
    let (status, title, detail) = match error {
        SearchError::NoVersion(_) | SearchError::NoOriginal => {
            (StatusCode::NOT_FOUND, "No such version", said.as_str())
        }
        SearchError::Withheld(held) => return withheld(here, held),
        SearchError::Killed(killed) => return cancelled(here, killed),
        SearchError::Refused(advice) => return unreadable(here, advice),
        SearchError::SnapshotGone => return snapshot_gone(here),
        SearchError::Busy => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many searches at once",
            "The archive is answering as many searches as it can",
        ),
        SearchError::TimeOut => {
            (StatusCode::SERVICE_UNAVAILABLE, "This search took too long", "It was stopped at its time limit")
        }
        SearchError::GivenUp => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Nobody waited for this",
            "The connection was closed while it was looked for",
        ),
        SearchError::NoArticle => {
            (StatusCode::NOT_FOUND, "No such article", "There is no article at this address. It may have been mistyped")
        }
        SearchError::NoCitation => (
            StatusCode::NOT_FOUND,
            "No such citation",
            "There is no citation at this address. It may have been mistyped",
        ),
        // No page asks for these; what they are is said all the same.
        SearchError::NoRun => (StatusCode::NOT_FOUND, "No such run", said.as_str()),
        SearchError::RunGoesOn => (StatusCode::CONFLICT, "Not yet", said.as_str()),
        SearchError::CitingNeedsKey | SearchError::CitationNeedsKey(_) => {
            (StatusCode::FORBIDDEN, NEEDS_KEY, said.as_str())
        }
        SearchError::TooManyCitations(_) => (StatusCode::TOO_MANY_REQUESTS, "Too many citations", said.as_str()),
        SearchError::ArticleGone => {
            (StatusCode::GONE, "Withdrawn", "This article was in the archive and has been withdrawn")
        }
        SearchError::Storage { code: "storage_full" | "storage_refused", .. } => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Nothing can be stored for now",
            "The disk of the archive takes no writes. Searches go on",
        ),
        SearchError::Storage { .. } => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Damaged",
            "What was asked for is damaged in the archive, which has been noted. All else is there",
        ),
        SearchError::Internal(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong", "The fault is ours and has been noted")
        }
    };
    let again = status.is_server_error().then(|| again(here));
    let ways_on = again.into_iter().chain([front_page(), everything()]).collect();
    ErrorPage { ways_on, ..plain(here, status, title, detail) }
}

fn withheld(here: &Address, held: &Withheld) -> ErrorPage {
    let what = named(held.version);
    let (title, detail) = match held.until.map(|until| dates::moment(until, &TimeZone::UTC).text) {
        Some(until) => ("Under embargo", format!("{what} may be shown from {until} on; it appears here by itself")),
        None => ("Withheld", format!("{what} is not to be shown until its provider releases it")),
    };
    ErrorPage { ways_on: vec![front_page(), everything()], ..plain(here, StatusCode::NOT_FOUND, title, &detail) }
}

fn cancelled(here: &Address, killed: &Killed) -> ErrorPage {
    let what = named(killed.version);
    let detail = match killed.by {
        Some(kill) => {
            let stored = dates::moment(kill.stored, &TimeZone::UTC).text;
            format!(
                "{what} is not to be shown any more. The notice of its provider, version {}, came on {stored}",
                kill.version
            )
        }
        None => format!("{what} is not to be shown any more"),
    };
    let ways_on = vec![front_page(), everything()];
    ErrorPage { ways_on, ..plain(here, StatusCode::GONE, "Cancelled by its provider", &detail) }
}

fn named(version: Option<u32>) -> String {
    version.map_or_else(|| "this article".to_owned(), |number| format!("version {number} of this article"))
}

/// Parameters that make no search. The box goes on without the one that could not be read.
fn unreadable(here: &Address, advice: &Advice) -> ErrorPage {
    let about = advice.parameter.as_deref().filter(|name| *name != "q");
    let kept = about.map_or_else(|| here.clone(), |name| here.without(&[name]));
    let without = about
        .map(|name| Link { label: format!("The same search without “{name}”"), href: kept.first_page().href() });
    let (title, better) = known(here, advice);
    let without = if better.is_empty() { without } else { None };
    ErrorPage {
        hint: advice.hint.as_deref().map(hint),
        typed: advice::refused(here.query(), advice),
        ways_on: better.into_iter().chain(without).chain([help(), front_page()]).collect(),
        ..plain(&kept, status(advice), title, &said(advice))
    }
}

/// Which of the two fields holds no date: a page has labels where the API has names.
fn said(advice: &Advice) -> String {
    match (advice.code, advice.parameter.as_deref()) {
        ("bad_date", Some("from")) => format!("From: {}", advice.message),
        ("bad_date", Some("to")) => format!("To: {}", advice.message),
        _ => told(advice),
    }
}

/// What a refusal is headed with, and ways on that are better than leaving something out.
fn known(here: &Address, advice: &Advice) -> (&'static str, Vec<Link>) {
    let link = |label: &str, address: Address| Link { label: label.to_owned(), href: address.href() };
    let results = here.search().at("/search");
    match advice.code {
        "bad_date" => ("This date cannot be read", Vec::new()),
        "bad_range" if advice.parameter.as_deref() == Some("to") => {
            let [from, to] = ["from", "to"].map(|name| here.first(name).unwrap_or_default().to_owned());
            let swapped = here.setting("from", to).setting("to", from);
            ("The dates are the wrong way round", vec![link("The same search with the two dates swapped", swapped)])
        }
        "too_many_mentions" => {
            let in_order = here.first_page().without(&["by"]);
            let newest = link("The same list by date, the newest articles first", in_order.setting("sort", "newest"));
            let ways = vec![
                link("The same list article by article", in_order),
                newest,
                link("The articles, to be narrowed", results),
            ];
            ("Too many mentions to sort", ways)
        }
        "too_many_to_cite" => ("Too many articles to cite", vec![link("The articles, to be narrowed", results)]),
        "too_many_buckets" => ("Too many points in time to draw", Vec::new()),
        "too_many_queries" => ("Too many searches to compare", Vec::new()),
        _ => ("This search cannot be read", Vec::new()),
    }
}

fn snapshot_gone(here: &Address) -> ErrorPage {
    let now = here.without(&["cursor", "offset", "snapshot"]).href();
    let detail = "The archive has moved on, and the state of it that this page was counted on is no longer kept";
    let ways_on = vec![Link { label: "The same search now".into(), href: now }, front_page()];
    ErrorPage { ways_on, ..plain(here, StatusCode::GONE, "This page is no longer kept", detail) }
}

fn plain(here: &Address, status: StatusCode, title: &str, detail: &str) -> ErrorPage {
    ErrorPage {
        frame: Frame::continuing(title, &here.without(&["snapshot"])),
        status,
        title: title.to_owned(),
        detail: EscapedText::message(&sentence(detail)),
        hint: None,
        typed: Vec::new(),
        ways_on: Vec::new(),
    }
}

fn again(here: &Address) -> Link {
    Link { label: "Try again".into(), href: here.href() }
}

fn front_page() -> Link {
    Link { label: "The front page".into(), href: "/".into() }
}

fn everything() -> Link {
    Link { label: "Everything in the archive".into(), href: "/search".into() }
}

fn help() -> Link {
    Link { label: "How to search".into(), href: "/help".into() }
}

fn explained(code: &str) -> Link {
    Link { label: "What this means".into(), href: codes::address(code) }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use axum::http::header;

    use super::*;
    use crate::search::answer::Kill;

    async fn text(response: Response) -> String {
        String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
    }

    fn here() -> Address {
        Address::read("/search", Some("q=china+%3Cscript%3E&tag=x&cursor=old&snapshot=s-1"))
    }

    #[track_caller]
    fn check(error: SearchError, status: StatusCode) {
        assert_eq!(refusal(&here(), error).status(), status);
    }

    #[test]
    fn a_busy_archive_says_when_to_ask_again() {
        for error in [SearchError::Busy, SearchError::TimeOut] {
            assert_eq!(refusal(&here(), error).headers()[header::RETRY_AFTER], "1");
        }
    }

    #[tokio::test]
    async fn a_search_that_is_not_cited_leads_back_to_itself() {
        let search = Address::read("/search", Some("q=china&tag=x&snapshot=s-1"));
        let wait = std::time::Duration::from_secs(11_941);
        let full = not_cited(&search, SearchError::TooManyCitations(wait));
        assert_eq!(full.headers()[header::RETRY_AFTER], "11942");
        let full = text(full).await;
        assert!(full.contains("There is room again in 3 h 20 min, and at once with a key"), "{full}");
        assert!(full.contains("href=\"/search?q=china&#38;tag=x\">The search that was to be cited"), "{full}");
        let busy = text(not_cited(&search, SearchError::Busy)).await;
        assert_eq!(busy.matches("href=\"/search?q=china&#38;tag=x\"").count(), 1, "{busy}");
        let gone = text(not_cited(&search, SearchError::SnapshotGone)).await;
        assert!(gone.contains("The same search now") && !gone.contains("that was to be cited"), "{gone}");
    }

    #[tokio::test]
    async fn a_reader_is_not_told_how_keys_are_made() {
        let problem = Problem::new(StatusCode::UNAUTHORIZED, "key_needed", "reading here needs a key");
        let page = text(error_page(&problem.hint("`broadsheet key create` makes one"), None)).await;
        assert!(page.contains("Ask whoever runs this archive for a key") && !page.contains("key create"), "{page}");
    }

    #[tokio::test]
    async fn a_value_that_cannot_be_read_is_named_with_its_parameter() {
        let advice = Advice::of("bad_number", "limit", "`abc` is not a number");
        let page = text(refusal(&here(), SearchError::Refused(advice))).await;
        let said = "<code dir=\"auto\">limit</code>: <code dir=\"auto\">abc</code> is not a number.";
        assert!(page.contains(said), "{page}");
    }

    #[test]
    fn each_refusal_has_its_status() {
        check(SearchError::SnapshotGone, StatusCode::GONE);
        check(SearchError::Busy, StatusCode::SERVICE_UNAVAILABLE);
        check(SearchError::TimeOut, StatusCode::SERVICE_UNAVAILABLE);
        check(SearchError::GivenUp, StatusCode::SERVICE_UNAVAILABLE);
        check(SearchError::NoArticle, StatusCode::NOT_FOUND);
        check(SearchError::CitingNeedsKey, StatusCode::FORBIDDEN);
        check(SearchError::CitationNeedsKey(5), StatusCode::FORBIDDEN);
        check(SearchError::NoVersion(NoVersion::NoneBefore { version: 1 }), StatusCode::NOT_FOUND);
        check(SearchError::Withheld(Withheld { version: None, until: None }), StatusCode::NOT_FOUND);
        check(SearchError::Killed(Killed { version: None, by: None }), StatusCode::GONE);
        check(SearchError::ArticleGone, StatusCode::GONE);
        check(SearchError::Internal("disk".into()), StatusCode::INTERNAL_SERVER_ERROR);
        let storage = |code| SearchError::Storage { code, cause: "disk".into() };
        check(storage("storage_full"), StatusCode::SERVICE_UNAVAILABLE);
        check(storage("storage_damaged"), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[tokio::test]
    async fn a_version_that_is_not_there_leads_to_those_that_are() {
        let page = |error| text(of_article("a1", &here(), error));
        let missing = page(SearchError::NoVersion(NoVersion::Beyond { wanted: 9, there: 2 })).await;
        assert!(
            missing.contains("href=\"/article/a1\"") && missing.contains("href=\"/article/a1#versions\""),
            "{missing}"
        );
        let single = page(SearchError::NoVersion(NoVersion::Beyond { wanted: 9, there: 1 })).await;
        assert!(single.contains("href=\"/article/a1\"") && !single.contains("#versions"), "{single}");
        let killed = page(SearchError::Killed(Killed { version: Some(2), by: None })).await;
        assert!(killed.contains("href=\"/article/a1\""), "another version may be shown: {killed}");
        let whole = page(SearchError::Killed(Killed { version: None, by: None })).await;
        assert!(!whole.contains("/article/a1"), "it would lead in a circle: {whole}");
    }

    #[tokio::test]
    async fn what_may_not_be_shown_says_until_or_since_when_in_words() {
        let at = "2026-11-26T04:55:04Z".parse().unwrap();
        let held = text(refusal(&here(), SearchError::Withheld(Withheld { version: None, until: Some(at) }))).await;
        assert!(held.contains("Under embargo") && held.contains("from 26 November 2026, 04:55:04 UTC on"), "{held}");
        let by = Some(Kill { version: 2, provider_version: Some(2), stored: at });
        let killed = text(refusal(&here(), SearchError::Killed(Killed { version: None, by }))).await;
        assert!(killed.contains("version 2, came on 26 November 2026, 04:55:04 UTC"), "{killed}");
        assert!(!killed.contains("2026-11-26T") && !killed.contains(">What article_killed"), "{killed}");
    }

    #[tokio::test]
    async fn a_snapshot_that_is_gone_leads_to_the_same_search_now() {
        let page = text(refusal(&here(), SearchError::SnapshotGone)).await;
        assert!(page.contains("href=\"/search?q=china+%3Cscript%3E&#38;tag=x\""), "{page}");
    }

    #[tokio::test]
    async fn a_bad_parameter_can_be_left_out() {
        let advice = Advice {
            code: "bad_cursor",
            message: "this cursor <b> cannot be read".into(),
            at: None,
            parameter: Some("cursor".into()),
            hint: Some("begin at the first page".into()),
        };
        let page = text(refusal(&here(), SearchError::Refused(advice))).await;
        assert!(page.contains("Begin at the first page.") && page.contains("cursor &lt;b&gt; cannot"));
        assert!(page.contains("href=\"/search?q=china+%3Cscript%3E&#38;tag=x&#38;snapshot=s-1\""));
    }

    #[tokio::test]
    async fn the_box_of_a_refused_search_goes_on_without_what_was_refused() {
        let advice = Advice::of("bad_date", "from", "this is not a date");
        let here = Address::read("/search", Some("q=china&tag=x&from=never"));
        let page = text(refusal(&here, SearchError::Refused(advice))).await;
        assert!(page.contains("name=\"tag\" value=\"x\"") && !page.contains("name=\"from\""));
    }

    #[tokio::test]
    async fn a_bad_date_names_its_field_and_what_stands_in_it() {
        let advice = Advice::of("bad_date", "from", "`2025-13` is no date").hint("Write 2025");
        let here = Address::read("/compare", Some("q=a&q=b&from=2025-13"));
        let page = text(refusal(&here, SearchError::Refused(advice))).await;
        assert!(page.contains("From: <code dir=\"auto\">2025-13</code> is no date."), "{page}");
        assert!(page.contains("href=\"/compare?q=a&#38;q=b\">The same search without “from”"), "{page}");
    }

    #[tokio::test]
    async fn dates_the_wrong_way_round_are_swapped_by_a_link() {
        let advice = Advice::of("bad_range", "to", "`to` lies before `from`");
        let here = Address::read("/search", Some("q=a&from=2025&to=2024-03&cursor=c"));
        let page = text(refusal(&here, SearchError::Refused(advice))).await;
        assert!(page.contains("href=\"/search?q=a&#38;from=2024-03&#38;to=2025\""), "{page}");
    }

    #[tokio::test]
    async fn too_many_mentions_are_read_in_another_order() {
        let advice = Advice::of("too_many_mentions", "by", "there are more than 20000 occurrences to be sorted");
        let here = Address::read("/mentions", Some("q=the&by=left&tag=x"));
        let page = text(refusal(&here, SearchError::Refused(advice))).await;
        assert!(page.contains("<h1>Too many mentions to sort</h1>"), "{page}");
        for way in
            ["/mentions?q=the&#38;tag=x\"", "/mentions?q=the&#38;tag=x&#38;sort=newest\"", "/search?q=the&#38;tag=x\""]
        {
            assert!(page.contains(way), "{way}: {page}");
        }
    }

    #[tokio::test]
    async fn a_place_in_the_query_is_underlined() {
        let advice = Advice { code: "odd", message: "odd".into(), at: Some([0, 5]), parameter: None, hint: None };
        let page = text(refusal(&here(), SearchError::Refused(advice))).await;
        assert!(page.contains("china</u>"), "{page}");
        assert!(page.contains("href=\"/docs/errors#odd\""), "its code is explained");
        assert!(!page.contains("<script>"));
    }

    #[tokio::test]
    async fn the_text_of_a_fault_stays_inside() {
        let page = text(refusal(&here(), SearchError::Internal("disk /dev/x".into()))).await;
        assert!(!page.contains("/dev/x"));
    }
}
