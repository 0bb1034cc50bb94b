//! Refusals and faults: `application/problem+json` (RFC 9457), the same shape on every route, however they arose.

use std::any::Any;
use std::borrow::Cow;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::pages;
use super::seen::REQUEST_ID;
use crate::metering;
use crate::query::Advice;
use crate::search::answer::SearchError;

/// Why a request was not answered. What it says is ours: no dependency's text reaches a client.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: Box<str>,
    parameter: Option<String>,
    at: Option<[usize; 2]>,
    hint: Option<String>,
    /// Seconds after which it is worth asking again.
    wait: Option<NonZeroU32>,
}

pub(super) const PROBLEM: &str = "application/problem+json";

/// Codes of what can be read, parameter by parameter, and does not go together.
const CONFLICTS: [&str; 3] = ["bad_range", "cursor_mismatch", "too_many_buckets"];

/// Codes of a value that a parameter does not take.
const OF_A_VALUE: [&str; 5] = ["bad_date", "bad_number", "bad_timezone", "out_of_range", "unknown_value"];

/// Why a request was not answered (RFC 9457)
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Envelope<'a> {
    /// Where the code is explained
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    /// Stable; listed in docs/errors.md
    code: &'a str,
    detail: &'a str,
    /// The parameter it is about
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
    /// Characters of the query, from (inclusive) to (exclusive)
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<[usize; 2]>,
    /// A way out
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    /// Where a snapshot is gone: the same request for the newest state
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<&'a str>,
    /// Also in the header `x-request-id`, and in the log
    request_id: &'a str,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Problem {
        Problem::coded(status, code.into(), detail)
    }

    /// With a code that a reader has given.
    pub(super) fn coded(status: StatusCode, code: Cow<'static, str>, detail: impl Into<String>) -> Problem {
        let detail = detail.into().into_boxed_str();
        Problem { status, code, detail, parameter: None, at: None, hint: None, wait: None }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Problem {
        Problem { hint: Some(hint.into()), ..self }
    }

    /// Asking again is worth it after this.
    pub(super) fn wait(self, time: Duration) -> Problem {
        let seconds = u32::try_from(time.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
        Problem { wait: NonZeroU32::new(seconds), ..self }
    }

    pub(super) fn code(&self) -> &str {
        &self.code
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    pub(super) fn way_out(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Drawn as a page, and still this problem for whoever wants none.
    pub(super) fn drawn(self, page: Response) -> Response {
        as_page(self.into_response(), page)
    }

    /// The whole answer, where no layer comes after.
    pub(super) fn whole(self, id: &HeaderValue) -> Response {
        let body = Body::from(self.envelope(id.to_str().unwrap_or_default(), None));
        let mut response = self.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
        response.headers_mut().insert(REQUEST_ID, id.clone());
        *response.body_mut() = body;
        response
    }

    fn envelope(&self, request_id: &str, asked: Option<&Uri>) -> Vec<u8> {
        let now = asked.filter(|_| self.code == "snapshot_gone").map(newest);
        let envelope = Envelope {
            kind: format!("/docs/errors#{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: &self.code,
            detail: &self.detail,
            parameter: self.parameter.as_deref(),
            at: self.at,
            hint: self.hint.as_deref(),
            now: now.as_deref(),
            request_id,
        };
        // Strings and numbers only: nothing in it can fail to be written.
        serde_json::to_vec(&envelope).unwrap_or_default()
    }
}

/// What can be read and does not go together is a conflict; what is about the text of the query is never.
pub(super) fn status(advice: &Advice) -> StatusCode {
    let is_conflict = CONFLICTS.contains(&advice.code) && advice.at.is_none();
    if is_conflict { StatusCode::CONFLICT } else { StatusCode::BAD_REQUEST }
}

/// What is wrong, and with which parameter: of several that were given a value alone does not tell.
pub(super) fn told(advice: &Advice) -> String {
    let message = &advice.message;
    let name = advice.parameter.as_deref().filter(|_| OF_A_VALUE.contains(&advice.code));
    let is_said = |name: &str| {
        let is_quoted = message.contains(&format!("`{name}`"));
        is_quoted || message.split('`').step_by(2).any(|plain| plain.split(' ').any(|word| word == name))
    };
    match name.filter(|name| !is_said(name)) {
        Some(name) => format!("`{name}`: {message}"),
        None => message.clone(),
    }
}

/// `3 h 20 min`: never less than it is.
pub(super) fn in_words(time: Duration) -> String {
    let seconds = (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1);
    let minutes = seconds.div_ceil(60);
    match (minutes / 60, minutes % 60) {
        _ if seconds < 60 => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

impl From<Advice> for Problem {
    fn from(advice: Advice) -> Problem {
        Problem {
            status: status(&advice),
            code: advice.code.into(),
            detail: told(&advice).into_boxed_str(),
            parameter: advice.parameter.or_else(|| advice.at.map(|_| "q".to_owned())),
            at: advice.at,
            hint: advice.hint,
            wait: None,
        }
    }
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Problem {
        let detail = error.to_string();
        match error {
            SearchError::Refused(advice) => advice.into(),
            SearchError::SnapshotGone => {
                let gone = Problem::new(StatusCode::GONE, "snapshot_gone", detail);
                Problem { hint: Some("Ask again without `snapshot` and `cursor`.".to_owned()), ..gone }
            }
            SearchError::Busy => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail),
            SearchError::TimeOut => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "time_out", detail),
            SearchError::GivenUp => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "given_up", detail)
                .hint("Keep the sending side of the connection open until the answer is there."),
            SearchError::NoArticle => Problem::new(StatusCode::NOT_FOUND, "no_article", detail),
            SearchError::NoVersion(_) => Problem::new(StatusCode::NOT_FOUND, "no_version", detail),
            SearchError::NoCitation => Problem::new(StatusCode::NOT_FOUND, "no_citation", detail),
            SearchError::TooManyCitations(wait) => {
                let again = format!("There is room again in {}, and at once with a key that may write", in_words(wait));
                Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_citations", detail)
                    .hint(format!("{again}; what is cited already can be cited again."))
                    .wait(wait)
            }
            SearchError::CitingNeedsKey => Problem::new(StatusCode::FORBIDDEN, "wrong_scope", detail)
                .hint("Ask whoever runs this archive for a key."),
            SearchError::CitationNeedsKey(_) => Problem::new(StatusCode::FORBIDDEN, "wrong_scope", detail)
                .hint("Cite a search that finds less, or ask whoever runs this archive for a key."),
            SearchError::NoRun => {
                Problem::new(StatusCode::NOT_FOUND, "no_run", detail).hint("/api/v1/runs lists the runs.")
            }
            SearchError::RunGoesOn => Problem::new(StatusCode::CONFLICT, "run_goes_on", detail)
                .hint("Stop what sends it, or wait until its state is no longer `running`, and ask again."),
            SearchError::NoOriginal => Problem::new(StatusCode::NOT_FOUND, "no_original", detail),
            SearchError::Withheld(_) => Problem::new(StatusCode::NOT_FOUND, "article_withheld", detail),
            SearchError::Killed(_) => Problem::new(StatusCode::GONE, "article_killed", detail),
            SearchError::ArticleGone => Problem::new(StatusCode::GONE, "article_gone", detail),
            SearchError::Storage { code, cause } => {
                tracing::error!(error = cause, "a request failed");
                storage(code)
            }
            SearchError::Internal(text) => {
                tracing::error!(error = text, "a request failed");
                fault()
            }
        }
    }
}

/// The same address without what names a state of the corpus.
fn newest(asked: &Uri) -> String {
    let parameters = url::form_urlencoded::parse(asked.query().unwrap_or_default().as_bytes());
    let kept = parameters.filter(|(name, _)| name != "snapshot" && name != "cursor");
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    if query.is_empty() { asked.path().to_owned() } else { format!("{}?{query}", asked.path()) }
}

/// What the disk does to the archive, by its code.
pub(super) fn storage(code: &'static str) -> Problem {
    match code {
        "storage_full" | "storage_refused" => {
            let why = if code == "storage_full" { "is full" } else { "takes no writes" };
            let detail = format!("the disk of the archive {why}: nothing more is stored, searches go on");
            let hint = "Send it again after `Retry-After`: when the disk takes writes, the archive does.";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).hint(hint)
        }
        _ => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, code, "what was asked for is damaged in the archive")
            .hint("All else is answered. Whoever runs the server can bring back a backup."),
    }
}

pub(super) fn fault() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong on our side; it has been logged")
}

impl IntoResponse for Problem {
    /// The body is written by [`in_our_envelope`], which knows the id of the request.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        let soon = || if self.code.starts_with("storage_") { 10 } else { 1 };
        let wait =
            self.wait.map(NonZeroU32::get).or_else(|| (self.status == StatusCode::SERVICE_UNAVAILABLE).then(soon));
        response.headers_mut().extend(wait.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds))));
        response.extensions_mut().insert(self);
        response
    }
}

pub(super) async fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address")
}

pub(super) async fn method_not_allowed(address: Uri) -> Problem {
    let detail = "this address does not take this method";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail).hint(methods(address.path()))
}

/// The router writes the header `Allow` after all else, so what is taken is told here once more; a test compares the two.
fn methods(path: &str) -> &'static str {
    let article = path.strip_prefix("/api/v1/articles/").filter(|rest| !rest.contains('/'));
    match path {
        "/api/v1/articles" => "It takes POST. `GET /api/v1/search` finds articles.",
        "/api/v1/search" | "/citations" => "It takes GET and POST.",
        "/api/v1/citations" => "It takes POST.",
        _ if article.is_some() => "It takes GET and DELETE.",
        _ => "It takes GET.",
    }
}

/// Gives every refusal its body: ours, and those that a layer or extractor made.
pub(super) async fn in_our_envelope(request: Request, next: Next) -> Response {
    let wants_page = wants_page(&request);
    let asked = request.method().is_safe().then(|| request.uri().clone());
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let mut response = next.run(request).await;
    let status = response.status();
    if status.is_success() || status.is_redirection() {
        return response;
    }
    metering::refused(response.extensions().get::<Problem>().map_or(foreign(status).code(), Problem::code));
    if wants_page && is_page(&response) {
        return response;
    }
    let problem = response.extensions_mut().remove::<Problem>().unwrap_or_else(|| foreign(status));
    if wants_page {
        let page = pages::error_page(&problem, asked.as_ref());
        return as_page(response, page);
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
    headers.remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(problem.envelope(&id, asked.as_ref()));
    response
}

/// A browser, anywhere but in the API.
pub(super) fn wants_page(request: &Request) -> bool {
    let accepted =
        request.headers().get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    accepted.contains("text/html") && !request.uri().path().starts_with("/api/")
}

/// Pages draw their own refusals.
fn is_page(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// The refusal as a page; what else the response says of itself, as `Allow`, is kept.
fn as_page(mut response: Response, page: Response) -> Response {
    let (parts, body) = page.into_parts();
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().extend(parts.headers);
    *response.body_mut() = body;
    response
}

/// A refusal that was not made here: only its status is kept.
fn foreign(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::new(status, "not_found", "there is nothing at this address"),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(status, "too_large", "the request is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Problem::new(status, "unsupported_type", "send a form or JSON, and say so in Content-Type")
        }
        status if status.is_client_error() => Problem::new(status, "bad_request", "the request cannot be read"),
        _ => fault(),
    }
}

/// A panic is ours to mend; the client learns only that it was ours.
pub(super) fn after_panic(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!(panic = text, "a request panicked");
    fault().into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_said_as_exactly_as_is_useful_and_never_too_short() {
        let cases = [
            (0, "1 s"),
            (1, "1 s"),
            (11_001, "12 s"),
            (59_500, "1 min"),
            (61_000, "2 min"),
            (3_599_000, "1 h"),
            (11_941_000, "3 h 20 min"),
            (86_400_000, "24 h"),
        ];
        for (milliseconds, expected) in cases {
            assert_eq!(in_words(Duration::from_millis(milliseconds)), expected, "{milliseconds}");
        }
    }

    #[test]
    fn a_value_that_is_not_taken_is_told_with_its_parameter_once() {
        let told = |code, parameter, message: &str| told(&Advice::of(code, parameter, message));
        assert_eq!(told("bad_number", "limit", "`abc` is not a number"), "`limit`: `abc` is not a number");
        assert_eq!(told("bad_date", "to", "`back to may` is no date"), "`to`: `back to may` is no date");
        for (parameter, said) in [("sort", "`sort` does not know `up`"), ("prefix", "a prefix is one word")] {
            assert_eq!(told("unknown_value", parameter, said), said);
        }
        assert_eq!(told("too_many_mentions", "by", "there are too many"), "there are too many");
    }
}
