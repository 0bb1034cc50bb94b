//! What every question to the API brings with it: the archive it is put to, its parameters, and what its client has already.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::compressed::unpacked;
use super::problem::Problem;
use super::{Door, Outside};
use crate::query::Advice;
use crate::search::Archive;
use crate::search::answer::SearchError;

pub(super) type Answered = Result<Response, Problem>;

pub(super) struct Question {
    pub(super) archive: Arc<Archive>,
    /// In the order given.
    pub(super) parameters: Vec<(String, String)>,
    /// Where it was put, and what stands behind the `?`.
    pub(super) path: String,
    pub(super) query: Option<String>,
    headers: HeaderMap,
    outside: Arc<Outside>,
}

impl FromRequestParts<Door> for Question {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Question, Infallible> {
        let query = parts.uri.query().map(str::to_owned);
        Ok(Question {
            archive: Arc::clone(&door.archive),
            parameters: pairs(query.as_deref()),
            path: parts.uri.path().to_owned(),
            query,
            headers: parts.headers.clone(),
            outside: Arc::clone(&door.outside),
        })
    }
}

impl Question {
    /// The values of the parameters it may have, in their order; of one that is there twice, the last.
    pub(super) fn values<const N: usize>(&self, names: [&str; N], hint: &str) -> Result<[Option<&str>; N], Problem> {
        let mut values = [None; N];
        for (name, value) in &self.parameters {
            let Some(at) = names.iter().position(|known| known == name) else {
                let advice = Advice::of("unknown_parameter", name, format!("there is no parameter `{name}`"));
                return Err(advice.hint(hint).into());
            };
            values[at] = Some(value.as_str());
        }
        Ok(values)
    }

    /// The media type of its body, and what else is said of it.
    pub(super) fn content_type(&self) -> &str {
        self.header(&header::CONTENT_TYPE)
    }

    /// The media types that its client takes.
    pub(super) fn accepted(&self) -> &str {
        self.header(&header::ACCEPT)
    }

    /// Scheme and host under which the client reaches this server, for addresses that stand by themselves.
    pub(super) fn root(&self) -> String {
        if let Some(url) = &self.outside.public_url {
            return url.clone();
        }
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte);
        let host = Some(self.header(&header::HOST)).filter(|host| !host.is_empty() && host.bytes().all(is_host));
        format!("http://{}", host.unwrap_or("localhost"))
    }

    fn header(&self, name: &HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// An answer with its strong ETag: a hash of all that it says, so that the same tag means the same answer.
    pub(super) fn answer(&self, answer: &impl Serialize) -> Answered {
        let body =
            serde_json::to_vec(answer).map_err(|error| Problem::from(SearchError::Internal(error.to_string())))?;
        let (caching, is_known) = self.tagged(said(&body));
        Ok(if is_known {
            (StatusCode::NOT_MODIFIED, caching).into_response()
        } else {
            (caching, [(header::CONTENT_TYPE, "application/json")], body).into_response()
        })
    }

    /// The headers for an answer that says this, and whether the client has it already.
    pub(super) fn tagged(&self, said: &[u8]) -> ([(HeaderName, HeaderValue); 2], bool) {
        let tag = format!("\"{}\"", &blake3::hash(said).to_hex()[..24]);
        let caching = [
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::ETAG, HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))),
        ];
        let mut known = self.header(&header::IF_NONE_MATCH).split(',');
        (caching, known.any(|known| is_tag(known, &tag)))
    }
}

/// Whether a client that holds the answer of this tag holds the answer of that one; a proxy that packs answers weakens
/// their tags.
fn is_tag(known: &str, tag: &str) -> bool {
    let known = known.trim().trim_start_matches("W/");
    known == "*" || unpacked(known) == tag
}

pub(super) fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

/// What an answer says, without how long it took to say it: that is its last member, where it has it.
fn said(body: &[u8]) -> &[u8] {
    const TOOK: &[u8] = b",\"took_ms\":";
    let from = body.len().saturating_sub(64);
    // Within a string its quotes would be escaped.
    let took = body[from..].windows(TOOK.len()).position(|bytes| bytes == TOOK);
    took.map_or(body, |at| &body[..from + at])
}
