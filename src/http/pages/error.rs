//! What a reader sees when there is no answer: what happened, and a way on.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::address::Address;
use super::advice::{self, Piece};
use super::frame::{Frame, send};
use super::hits::Link;
use crate::http::problem::Problem;
use crate::query::Advice;
use crate::search::answer::SearchError;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    status: u16,
    title: String,
    detail: String,
    hint: Option<String>,
    /// The query with the place underlined, where the trouble is in it.
    typed: Vec<Piece>,
    ways_on: Vec<Link>,
}

/// A page for any refusal: an unknown address, a wrong method, a fault.
pub(in crate::http) fn error_page(status: StatusCode, title: &str, detail: &str, hint: Option<&str>) -> Response {
    let page = ErrorPage {
        frame: Frame::new(title),
        status: status.as_u16(),
        title: title.to_owned(),
        detail: sentence(detail),
        hint: hint.map(str::to_owned),
        typed: Vec::new(),
        ways_on: vec![front_page()],
    };
    send(status, &page)
}

/// A search (or article) that could not be answered. The problem goes along, for programs that ask without wanting a
/// page; making it also notes a fault in the log.
pub(super) fn refusal(here: &Address, error: SearchError) -> Response {
    let mut response = drawn(here, &error);
    response.extensions_mut().insert(Problem::from(error));
    response
}

fn drawn(here: &Address, error: &SearchError) -> Response {
    let (front, again) = (front_page(), again(here));
    match error {
        SearchError::Refused(advice) => unreadable(here, advice),
        SearchError::SnapshotGone => snapshot_gone(here),
        SearchError::Busy => {
            later(here, "Too many searches at once", "The archive is answering as many searches as it can.")
        }
        SearchError::TimeOut => later(here, "This search took too long", "It was stopped at its time limit."),
        SearchError::NoArticle => {
            let detail = "There is no article at this address. It may have been mistyped.";
            send_for(here, StatusCode::NOT_FOUND, "No such article", detail, vec![front])
        }
        SearchError::ArticleGone => {
            let detail = "This article was in the archive and has been withdrawn.";
            send_for(here, StatusCode::GONE, "Withdrawn", detail, vec![front])
        }
        SearchError::Internal(_) => {
            let detail = "The fault is ours and has been noted.";
            send_for(here, StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong", detail, vec![again, front])
        }
    }
}

/// Parameters that make no search.
fn unreadable(here: &Address, advice: &Advice) -> Response {
    let about = advice.parameter.as_deref().filter(|name| *name != "q");
    let without = about.map(|name| Link {
        label: format!("The same search without “{name}”"),
        href: here.first_page().without(&[name]).href(),
    });
    let page = ErrorPage {
        hint: advice.hint.clone(),
        typed: advice::refused(here.query(), advice),
        ways_on: without.into_iter().chain([help(), front_page()]).collect(),
        ..plain(here, StatusCode::BAD_REQUEST, "This search cannot be read", &advice.message)
    };
    send(StatusCode::BAD_REQUEST, &page)
}

fn snapshot_gone(here: &Address) -> Response {
    let now = here.without(&["cursor", "offset", "snapshot"]).href();
    let detail = "The archive has moved on, and the state of it that this page was counted on is no longer kept.";
    let ways = vec![Link { label: "The same search now".into(), href: now }, front_page()];
    send_for(here, StatusCode::GONE, "This page is no longer kept", detail, ways)
}

fn later(here: &Address, title: &str, detail: &str) -> Response {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let mut response = send_for(here, status, title, detail, vec![again(here), front_page()]);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

fn send_for(here: &Address, status: StatusCode, title: &str, detail: &str, ways_on: Vec<Link>) -> Response {
    send(status, &ErrorPage { ways_on, ..plain(here, status, title, detail) })
}

fn plain(here: &Address, status: StatusCode, title: &str, detail: &str) -> ErrorPage {
    ErrorPage {
        frame: Frame::continuing(title, &here.without(&["snapshot"])),
        status: status.as_u16(),
        title: title.to_owned(),
        detail: sentence(detail),
        hint: None,
        typed: Vec::new(),
        ways_on: Vec::new(),
    }
}

/// Messages are written to stand in a line; here they stand alone.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}

fn again(here: &Address) -> Link {
    Link { label: "Try again".into(), href: here.href() }
}

fn front_page() -> Link {
    Link { label: "The front page".into(), href: "/".into() }
}

fn help() -> Link {
    Link { label: "How to search".into(), href: "/help".into() }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

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
    fn each_refusal_has_its_status() {
        check(SearchError::SnapshotGone, StatusCode::GONE);
        check(SearchError::Busy, StatusCode::SERVICE_UNAVAILABLE);
        check(SearchError::TimeOut, StatusCode::SERVICE_UNAVAILABLE);
        check(SearchError::NoArticle, StatusCode::NOT_FOUND);
        check(SearchError::ArticleGone, StatusCode::GONE);
        check(SearchError::Internal("disk".into()), StatusCode::INTERNAL_SERVER_ERROR);
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
        assert!(page.contains("begin at the first page") && page.contains("cursor &#60;b&#62; cannot"));
        assert!(page.contains("href=\"/search?q=china+%3Cscript%3E&#38;tag=x&#38;snapshot=s-1\""));
    }

    #[tokio::test]
    async fn a_place_in_the_query_is_underlined() {
        let advice = Advice { code: "odd", message: "odd".into(), at: Some([0, 5]), parameter: None, hint: None };
        let page = text(unreadable(&here(), &advice)).await;
        assert!(page.contains("china</u>"), "{page}");
        assert!(!page.contains("<script>"));
    }

    #[tokio::test]
    async fn the_text_of_a_fault_stays_inside() {
        let page = text(refusal(&here(), SearchError::Internal("disk /dev/x".into()))).await;
        assert!(!page.contains("/dev/x"));
    }
}
