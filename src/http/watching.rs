//! For those who watch over the server: how it goes, as numbers and in words.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use super::problem::{Envelope, PROBLEM, Problem};
use super::question::{Answered, Question};
use crate::metering;
use crate::search::Archive;
use crate::search::answer::SearchError;
use crate::search::status::StatusAnswer;

/// What is counted and measured, as Prometheus reads it (OpenMetrics)
#[utoipa::path(
    get,
    path = "/metrics",
    responses((status = 200, description = "Listed in docs/operations.md", body = String, content_type = "application/openmetrics-text"))
)]
pub(super) async fn metrics(State(archive): State<Arc<Archive>>) -> Answered {
    let text = metering::exposition(archive.standing().await?);
    let text = text.map_err(|error| Problem::from(SearchError::Internal(error.to_string())))?;
    let told = [(header::CONTENT_TYPE, metering::MEDIA_TYPE), (header::CACHE_CONTROL, "no-store")];
    Ok((told, text).into_response())
}

/// How it stands with the server and its archive, with what somebody should see to
#[utoipa::path(
    get,
    path = "/api/v1/status",
    responses(
        (status = 200, description = "As it stands now", body = StatusAnswer),
        (status = 400, description = "It takes no parameters", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn status(question: Question) -> Answered {
    let [] = question.values([], "It takes no parameters.")?;
    question.answer(&question.archive.status().await?)
}
