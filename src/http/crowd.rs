//! Where more is asked for than can be answered, whoever asks is told so before anything else is done for them: refusing has
//! to cost next to nothing, or it takes the time that answers need.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::http::{Method, Request, header};
use axum::response::Response;

use super::problem::Problem;
use super::safe;
use super::seen;
use crate::config::Http;
use crate::metering;
use crate::search::Archive;
use crate::search::answer::SearchError;

/// The route, as far as figures tell, of whom nobody has asked where they want to go.
const ROUTE: &str = "turned_away";

pub(super) struct Crowd {
    archive: Arc<Archive>,
    http: Arc<Http>,
    began: Instant,
    /// Turned away, and not told of in the log yet.
    untold: AtomicU64,
    /// Seconds from the beginning, when it was told last.
    told: AtomicU64,
}

impl Crowd {
    pub(super) fn new(archive: Arc<Archive>, http: Arc<Http>) -> Crowd {
        Crowd { archive, http, began: Instant::now(), untold: AtomicU64::new(0), told: AtomicU64::new(0) }
    }

    /// The refusal, where there is no room for what this request asks.
    pub(super) fn turns_away<B>(&self, request: &Request<B>) -> Option<Response> {
        if !is_question(request) || !self.archive.is_crowded() {
            return None;
        }
        let started = Instant::now();
        let problem = Problem::from(SearchError::Busy);
        metering::refused(problem.code());
        let response = safe::answer(problem.whole(&seen::id(request, &self.http)));
        metering::answered(ROUTE, request.method().as_str(), Some(response.status().as_u16()), started.elapsed());
        self.tell();
        Some(response)
    }

    /// One line a second, for all of them.
    fn tell(&self) {
        self.untold.fetch_add(1, Ordering::Relaxed);
        let (now, told) = (self.began.elapsed().as_secs() + 1, self.told.load(Ordering::Relaxed));
        let is_due = now > told;
        if is_due && self.told.compare_exchange(told, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            let refused = self.untold.swap(0, Ordering::Relaxed);
            tracing::warn!(refused, "more is asked for than can be answered");
        }
    }
}

/// What is put to the archive by programs. A browser is shown a page, and a page of another site has to be told that it may
/// read the answer: they are refused further in.
fn is_question<B>(request: &Request<B>) -> bool {
    let path = request.uri().path();
    request.method() == Method::GET
        && path.starts_with("/api/v1/")
        && path != "/api/v1/status"
        && !request.headers().contains_key(header::ORIGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_searches_are_needed_for_is_turned_away() {
        let is_question = |request: axum::http::request::Builder| is_question(&request.body(()).unwrap());
        for path in ["/api/v1/search?q=tin", "/api/v1/articles/1", "/api/v1/export"] {
            assert!(is_question(Request::get(path)), "{path}");
        }
        for path in ["/healthz", "/readyz", "/metrics", "/api/v1/status", "/search?q=tin", "/static/broadsheet.css"] {
            assert!(!is_question(Request::get(path)), "{path}");
        }
        assert!(!is_question(Request::post("/api/v1/articles")) && !is_question(Request::delete("/api/v1/articles/1")));
        assert!(!is_question(Request::get("/api/v1/search").header("origin", "https://a.example")));
    }
}
