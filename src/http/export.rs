//! `/api/v1/export`: every match of a search, sent as it is read.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::mpsc;

use super::forms;
use super::params::{self, Format};
use super::problem::{Envelope, PROBLEM};
use super::question::{Answered, Question};
use super::rows::{CSV, Rows};
use crate::search::Export;
use crate::search::answer::Hit;

pub(super) const LINES: &str = "application/jsonl";

/// A client that takes nothing for so long is gone, or means harm.
const PATIENCE: Duration = Duration::from_secs(60);

/// How the hits of an export are written.
pub(super) enum Form {
    Lines,
    Table(Rows),
}

/// Every match of a search, without a cap
#[utoipa::path(
    get,
    path = "/api/v1/export",
    responses(
        (
            status = 200, description = "One hit a line, or a row of a table", body = Hit, content_type = LINES,
            headers(
                ("x-total" = u64, description = "Hits that the search has: so many lines there are, without `cursor`, `offset` and `limit`"),
                ("x-snapshot" = String, description = "Names the state of the corpus that they are from"),
                ("x-next-cursor" = Option<String>, description = "Where to go on, where `limit` was reached"),
                ("x-warnings" = Option<String>, description = "Codes of what was not read as it was written, and the parameters they are about"),
            )
        ),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches or exports at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn export(question: Question) -> Answered {
    let (mut request, own) = params::EXPORT.read_with(&question.parameters)?;
    request.limit = own.number("limit")?.unwrap_or(usize::MAX);
    request.uncounted();
    let form = match own.one_of("format", params::FORMATS)? {
        Some(Format::Table) => Form::Table(Rows::of(&request.fields)),
        Some(Format::Lines) | None => Form::Lines,
    };
    let export = question.archive.export(request).await?;
    Ok(sent(export, form))
}

/// What goes from who reads to who sends.
enum Piece {
    More(Vec<u8>),
    End,
}

/// All of an export, sent as it is read, to be saved.
fn sent(export: Export, form: Form) -> Response {
    let (kind, disposition) = match form {
        Form::Lines => (LINES, "attachment; filename=\"export.jsonl\""),
        Form::Table(_) => (CSV, "attachment; filename=\"export.csv\""),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    let told = forms::told(export.total(), &export.snapshot(), export.next_cursor().as_deref(), &export.warnings());
    let (give, take) = mpsc::channel(1);
    tokio::spawn(read(export, form, give));
    // Without the end the connection breaks off: the client must not take what it has for all there is.
    let pieces = stream::try_unfold(take, |mut take| async move {
        match take.recv().await {
            Some(Piece::More(bytes)) => Ok(Some((bytes, take))),
            Some(Piece::End) => Ok(None),
            None => Err(io::Error::other("the export broke off")),
        }
    });
    (headers, told, Body::from_stream(pieces)).into_response()
}

/// Reads piece after piece, as they are taken. Who takes none for long makes room for others.
async fn read(mut export: Export, form: Form, give: mpsc::Sender<Piece>) {
    let mut bytes = form.head();
    loop {
        if give.send_timeout(Piece::More(bytes), PATIENCE).await.is_err() {
            tracing::debug!("an export was left");
            return;
        }
        let hits = match export.piece().await {
            Ok(hits) => hits,
            Err(error) => return tracing::warn!(%error, "an export broke off"),
        };
        if hits.is_empty() {
            break;
        }
        bytes = hits.iter().flat_map(|hit| form.line(hit)).collect();
    }
    // It waits in the channel; nobody has to be there.
    let _ = give.send(Piece::End).await;
}

impl Form {
    pub(super) fn head(&self) -> Vec<u8> {
        match self {
            Form::Lines => Vec::new(),
            Form::Table(rows) => rows.head(),
        }
    }

    pub(super) fn line(&self, hit: &Hit) -> Vec<u8> {
        match self {
            // Strings and numbers only: nothing in it can fail to be written.
            Form::Lines => [serde_json::to_vec(hit).unwrap_or_default().as_slice(), b"\n"].concat(),
            Form::Table(rows) => rows.row(hit),
        }
    }
}
