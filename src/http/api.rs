//! The API's answers.

use std::sync::atomic::Ordering;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::Door;
use super::forms::{self, Kind};
use super::params;
use super::problem::{Envelope, PROBLEM, Problem};
use super::question::{Answered, Question};
use crate::query::Advice;
use crate::search::Readiness;
use crate::search::answer::{ArticleAnswer, QueryAnswer, SearchAnswer};
use crate::search::request::ArticleRequest;

/// Searches the archive. `Accept` may ask for the forms that have addresses of their own: a table, lines, feeds
#[utoipa::path(
    get,
    path = "/api/v1/search",
    responses(
        (status = 200, description = "The answer", body = SearchAnswer),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn search(question: Question) -> Answered {
    let answer = forms::answer(&question, Kind::accepted(&question)).await?;
    Ok(([(header::VARY, "accept")], answer).into_response())
}

/// Searches the archive, with the same parameters as a form or as a JSON object, for long queries
#[utoipa::path(
    post,
    path = "/api/v1/search",
    responses(
        (status = 200, description = "The answer", body = SearchAnswer),
        (status = 400, description = "A parameter, the body or, with `strict=1`, the query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 413, description = "The body is too large", body = Envelope, content_type = PROBLEM),
        (status = 415, description = "The body is neither a form nor JSON", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn search_by_form(question: Question, body: Bytes) -> Answered {
    let parameters = question.with_body(&params::SEARCH, &body)?;
    let answer = forms::answer_to(&question, &parameters, Kind::accepted(&question)).await?;
    Ok(([(header::VARY, "accept")], answer).into_response())
}

/// Reads a query and explains it, without searching
#[utoipa::path(
    get,
    path = "/api/v1/query",
    responses(
        (status = 200, description = "How the query was read, and what each clause of it comes to", body = QueryAnswer),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn query(question: Question) -> Answered {
    question.answer(&question.archive.explain(params::QUERY.read(&question.parameters)?).await?)
}

/// One article, whole
#[utoipa::path(
    get,
    path = "/api/v1/articles/{id}",
    params(
        ("id" = String, Path, description = "As an answer names it"),
        ("version" = Option<u32>, Query, minimum = 1, maximum = 4294967295u32, description = "Counted from 1; the current one by default"),
    ),
    responses(
        (status = 200, description = "The article", body = ArticleAnswer),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 404, description = "There is no such article or version, or it is not to be shown yet", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The article or version has been withdrawn", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many requests at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn article(question: Question, Path(id): Path<String>) -> Answered {
    let [version] = question.values(["version"], "An article takes `version`.")?;
    let version = version.map(|value| version_number("version", value)).transpose()?;
    question.answer(&question.archive.article(ArticleRequest { id, version, ..ArticleRequest::default() }).await?)
}

pub(super) fn version_number(parameter: &str, value: &str) -> Result<u32, Problem> {
    let number = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| {
        Advice::of("bad_number", parameter, format!("`{value}` is not the number of a version"))
            .hint("Versions are counted from 1.")
            .into()
    })
}

/// The process answers
#[utoipa::path(get, path = "/healthz", responses((status = 200, description = "It is alive", body = String, content_type = "text/plain")))]
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// The store is open and the index has caught up
#[utoipa::path(
    get,
    path = "/readyz",
    responses(
        (status = 200, description = "Ready", body = Readiness),
        (status = 503, description = "The archive is being opened, the index is catching up, or the server is about to end", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn ready(State(door): State<Door>) -> Answered {
    if door.stopping.load(Ordering::Relaxed) {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "the server has been asked to stop"));
    }
    let readiness = door.archive.readiness().await?;
    if readiness.ready {
        return Ok(Json(readiness).into_response());
    }
    let detail = format!("the index is {} changes behind the store", readiness.behind);
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", detail))
}

/// Which build this is
#[utoipa::path(get, path = "/version", responses((status = 200, description = "Name and version", body = Version)))]
pub(super) async fn version() -> Json<Version> {
    Json(Version { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") })
}

#[derive(Serialize, ToSchema)]
pub(super) struct Version {
    name: &'static str,
    version: &'static str,
}
