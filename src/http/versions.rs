//! The API's answers about the versions of an article: what is different between two, and the page one was taken from.

use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;

use super::api::version_number;
use super::problem::{Envelope, PROBLEM};
use super::question::{Answered, Question};
use crate::search::answer::{DifferenceAnswer, OriginalPage};
use crate::search::request::{ArticleRequest, DifferenceRequest};

/// What is different between two versions of an article
#[utoipa::path(
    get,
    path = "/api/v1/articles/{id}/diff",
    params(
        ("id" = String, Path, description = "As an answer names it"),
        ("from" = Option<u32>, Query, minimum = 1, maximum = 4294967295u32, description = "The older version; the one before `to` by default"),
        ("to" = Option<u32>, Query, minimum = 1, maximum = 4294967295u32, description = "The newer version; the current one by default"),
    ),
    responses(
        (status = 200, description = "The words deleted and inserted, and the other fields that changed", body = DifferenceAnswer),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 404, description = "There is no such article or version, or it is not to be shown yet", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The article or version has been withdrawn", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many requests at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn difference(question: Question, Path(id): Path<String>) -> Answered {
    let [from, to] = question.values(["from", "to"], "A comparison takes `from` and `to`.")?;
    let from = from.map(|value| version_number("from", value)).transpose()?;
    let to = to.map(|value| version_number("to", value)).transpose()?;
    question.answer(&question.archive.difference(DifferenceRequest { id, from, to }).await?)
}

/// The page that a version of an article was taken from, as it came
#[utoipa::path(
    get,
    path = "/api/v1/articles/{id}/original",
    params(
        ("id" = String, Path, description = "As an answer names it"),
        ("version" = Option<u32>, Query, minimum = 1, maximum = 4294967295u32, description = "Counted from 1; the current one by default"),
    ),
    responses(
        (status = 200, description = "The page, as plain text to be saved", body = String, content_type = "text/plain"),
        (status = 304, description = "It is still the page of this ETag"),
        (status = 400, description = "A parameter cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 404, description = "There is no such article or version, it is not to be shown yet, or its page is not kept", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The article or version has been withdrawn", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many requests at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn original(question: Question, Path(id): Path<String>) -> Answered {
    let [version] = question.values(["version"], "An original takes `version`.")?;
    let version = version.map(|value| version_number("version", value)).transpose()?;
    let original = question.archive.original(ArticleRequest { id, version, ..ArticleRequest::default() }).await?;
    let (caching, is_known) = question.tagged(&original.page);
    Ok(if is_known {
        (StatusCode::NOT_MODIFIED, caching).into_response()
    } else {
        (caching, inert(&original), original.page).into_response()
    })
}

/// Whatever the page holds, a browser must not make a page of it: it is text, it is saved and not shown, and where it is
/// shown all the same, nothing in it runs or is loaded.
fn inert(original: &OriginalPage) -> [(HeaderName, HeaderValue); 3] {
    let name = format!("attachment; filename=\"{}-{}.html.txt\"", original.id, original.version);
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CONTENT_DISPOSITION, name),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"),
        ),
    ]
}
