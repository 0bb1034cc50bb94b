//! The ledger: what was read, how far it has come, and what was refused.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Serialize;
use utoipa::ToSchema;

use super::articles;
use super::problem::{Envelope, PROBLEM, Problem};
use super::question::{Answered, Question};
use crate::query::Advice;
use crate::search::answer::SearchError;
use crate::search::ledger::{RejectLine, Rejected, Rejects, RunLine, Runs, Undone};
use crate::search::{Archive, UndoneRun};

/// Lines of a page.
const USUAL: usize = 100;
const MOST: usize = 1000;

/// Undoing a run is waited for so long; then it goes on without anybody waiting.
const AT_ONCE: Duration = Duration::from_secs(10);

/// Rejects read at a time, where all are sent: each may hold 64 KiB.
const PIECE: usize = 100;

/// The ledger of what was read, newest first
#[utoipa::path(
    get,
    path = "/api/v1/runs",
    params(
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "Runs, 1 to 1000; 100 by default"),
        ("cursor" = Option<String>, Query, pattern = "^[0-9]{0,18}$", description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "A page of the ledger", body = Runs),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many requests at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn runs(question: Question) -> Answered {
    let page = Page::of(&question)?;
    question.answer(&question.archive.runs(page.cursor, page.limit).await?)
}

/// One run, and how far it has come
#[utoipa::path(
    get,
    path = "/api/v1/runs/{id}",
    params(("id" = u64, Path, description = "Its number")),
    responses(
        (status = 200, description = "The run as it stands", body = RunLine),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 404, description = "There is no such run", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many requests at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn run(question: Question, Path(id): Path<String>) -> Answered {
    question.answer(&known(&question.archive, &id).await?)
}

/// What has become of a run that was to be undone
#[derive(Serialize, ToSchema)]
pub(super) struct Undoing {
    run: u64,
    /// `undone`, now or before; `undoing` where it takes longer than 10 s, and goes on by itself
    status: &'static str,
    /// It was undone before it was asked for this time
    already: bool,
    #[serde(flatten)]
    undone: Undone,
    /// With `commit=wait`: searches are without what it brought. False when that took longer than 30 s
    #[serde(skip_serializing_if = "Option::is_none")]
    committed: Option<bool>,
}

/// Undoes a run: all that it brought goes, as if it had never been read
#[utoipa::path(
    delete,
    path = "/api/v1/runs/{id}",
    operation_id = "undo",
    params(
        ("id" = u64, Path, description = "Its number"),
        ("commit" = Option<String>, Query, pattern = "^(wait)?$", description = "`wait`: answered when searches are without it"),
    ),
    responses(
        (status = 200, description = "It is undone, now or before", body = Undoing),
        (status = 202, description = "It is being undone; the run tells how far that has come", body = Undoing),
        (status = 400, description = "A parameter cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 401, description = "No key was shown, or none that is good", body = Envelope, content_type = PROBLEM),
        (status = 403, description = "The key may not do this, or a page of another site has sent it", body = Envelope, content_type = PROBLEM),
        (status = 404, description = "There is no such run", body = Envelope, content_type = PROBLEM),
        (status = 409, description = "The run is still being written", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn undo(question: Question, Path(id): Path<String>) -> Answered {
    question.refuse_other_sites()?;
    let is_waiting = articles::read_commit(&question.parameters)?;
    let run = id.parse().ok().filter(|id| i64::try_from(*id).is_ok()).ok_or_else(no_run)?;
    let UndoneRun { already, undone } = question.archive.undo(run, AT_ONCE).await?;
    let is_done = undone.finished.is_some();
    let committed = match is_waiting {
        true => Some(is_done && question.archive.committed(articles::PATIENCE).await),
        false => None,
    };
    let status = if is_done { "undone" } else { "undoing" };
    let code = if is_done { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((code, Json(Undoing { run, status, already, undone, committed })).into_response())
}

/// What a run refused, where and why
#[utoipa::path(
    get,
    path = "/api/v1/runs/{id}/rejects",
    params(
        ("id" = u64, Path, description = "The number of the run"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "Rejects, 1 to 1000; 100 by default"),
        ("cursor" = Option<String>, Query, pattern = "^[0-9]{0,18}$", description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "A page of what was refused", body = Rejects),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 404, description = "There is no such run", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many requests at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn rejects(question: Question, Path(id): Path<String>) -> Answered {
    let page = Page::of(&question)?;
    let run = known(&question.archive, &id).await?;
    question.answer(&question.archive.rejects(run.id, page.cursor.unwrap_or_default(), page.limit).await?)
}

/// All that a run refused, one a line
#[utoipa::path(
    get,
    path = "/api/v1/runs/{id}/rejects.jsonl",
    params(("id" = u64, Path, description = "The number of the run")),
    responses(
        (status = 200, description = "One reject a line", body = RejectLine, content_type = "application/x-ndjson"),
        (status = 404, description = "There is no such run", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many requests at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn rejects_as_lines(question: Question, Path(id): Path<String>) -> Answered {
    let run = known(&question.archive, &id).await?;
    Ok(all(question.archive, run.id, "jsonl", "application/x-ndjson", |n, reject| {
        let mut line = serde_json::to_vec(&RejectLine::of(n, reject)).unwrap_or_default();
        line.push(b'\n');
        line
    }))
}

/// The pieces that a run refused, as they stood, to be mended and read again
#[utoipa::path(
    get,
    path = "/api/v1/runs/{id}/rejects.txt",
    params(("id" = u64, Path, description = "The number of the run")),
    responses(
        (status = 200, description = "Piece after piece; what was cut or broke off is left out", body = String, content_type = "text/plain"),
        (status = 404, description = "There is no such run", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many requests at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn rejects_as_pieces(question: Question, Path(id): Path<String>) -> Answered {
    let run = known(&question.archive, &id).await?;
    Ok(all(question.archive, run.id, "txt", "text/plain; charset=utf-8", |_, reject| {
        let mut piece = reject.piece().map(<[u8]>::to_vec).unwrap_or_default();
        if !piece.is_empty() && !piece.ends_with(b"\n") {
            piece.push(b'\n');
        }
        piece
    }))
}

/// Everything a run refused, each written in a way, sent as it is read.
fn all(
    archive: Arc<Archive>,
    run: u64,
    ending: &str,
    kind: &'static str,
    write: fn(u64, Rejected) -> Vec<u8>,
) -> Response {
    // After a fault the connection breaks off: the client must not take what it has for all there is.
    let pieces = stream::try_unfold(0, move |after| {
        let archive = Arc::clone(&archive);
        async move {
            let fault = |_| io::Error::other("the ledger cannot be read on");
            let rejected = archive.rejected(run, after, PIECE).await.map_err(fault)?;
            let Some((last, _)) = rejected.last() else { return Ok(None) };
            let last = *last;
            let lines: Vec<u8> = rejected.into_iter().flat_map(|(n, reject)| write(n, reject)).collect();
            Ok::<_, io::Error>(Some((lines, last)))
        }
    });
    let body = Body::from_stream(pieces);
    let name = format!("attachment; filename=\"run-{run}-rejects.{ending}\"");
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, body).into_response()
}

async fn known(archive: &Archive, id: &str) -> Result<RunLine, Problem> {
    let run = match id.parse().ok().filter(|id| i64::try_from(*id).is_ok()) {
        Some(id) => archive.run(id).await?,
        None => None,
    };
    run.ok_or_else(no_run)
}

fn no_run() -> Problem {
    SearchError::NoRun.into()
}

pub(super) struct Page {
    pub(super) limit: usize,
    pub(super) cursor: Option<u64>,
}

impl Page {
    pub(super) fn of(question: &Question) -> Result<Page, Problem> {
        let [given, cursor_given] = question.values(["limit", "cursor"], "A list takes `limit` and `cursor`.")?;
        Ok(Page {
            limit: given.map(|value| limit(value, MOST)).transpose()?.unwrap_or(USUAL),
            cursor: cursor_given.map(cursor).transpose()?.flatten(),
        })
    }
}

pub(super) fn limit(value: &str, most: usize) -> Result<usize, Problem> {
    let hint = format!("Give a whole number from 1 to {most}.");
    let Ok(number) = value.trim().parse::<i128>() else {
        return Err(Advice::of("bad_number", "limit", format!("`{value}` is not a number")).hint(hint).into());
    };
    let number = usize::try_from(number).ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| Advice::of("out_of_range", "limit", format!("`{value}` is out of range")).hint(hint).into())
}

/// Digits; empty where it is the first page.
fn cursor(value: &str) -> Result<Option<u64>, Problem> {
    if value.is_empty() {
        return Ok(None);
    }
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.parse().ok().filter(|number| is_number && i64::try_from(*number).is_ok());
    number.map(Some).ok_or_else(|| {
        Advice::of("bad_cursor", "cursor", "no page of a list gave out this cursor")
            .hint("Pass on `next_cursor` unchanged, or leave it out to begin anew.")
            .into()
    })
}
