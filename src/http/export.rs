//! `/api/v1/export`: every match of a search, sent as it is read.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};

use super::params::{self, Format};
use super::problem::{Envelope, PROBLEM};
use super::question::{Answered, Question};
use super::rows::{CSV, Rows};
use crate::search::Export;
use crate::search::answer::Hit;

pub(super) const LINES: &str = "application/jsonl";

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
                ("x-next-cursor" = Option<String>, description = "Where to go on, if `limit` left something out"),
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
    let form = match own.one_of("format", params::FORMATS)? {
        Some(Format::Table) => Form::Table(Rows::of(&request.fields)),
        Some(Format::Lines) | None => Form::Lines,
    };
    let export = question.archive.export(request).await?;
    Ok(sent(export, form, "export"))
}

/// All of an export, sent as it is read, to be saved under a name.
pub(super) fn sent(export: Export, form: Form, name: &str) -> Response {
    let (kind, ending) = match form {
        Form::Lines => (LINES, "jsonl"),
        Form::Table(_) => (CSV, "csv"),
    };
    let text = |text: &str| HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, text(&format!("attachment; filename=\"{name}.{ending}\""))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (HeaderName::from_static("x-total"), HeaderValue::from(export.total())),
        (HeaderName::from_static("x-snapshot"), text(&export.snapshot())),
    ];
    let next = export.next_cursor().map(|cursor| [(HeaderName::from_static("x-next-cursor"), text(&cursor))]);
    let head = form.head();
    // After a fault the connection breaks off: the client must not take what it has for all there is.
    let pieces = stream::try_unfold((export, Arc::new(form)), |(mut export, form)| async move {
        let fault = |error| {
            tracing::warn!(%error, "an export broke off");
            io::Error::other("the export cannot be read on")
        };
        let hits = export.piece().await.map_err(fault)?;
        let lines: Vec<u8> = hits.iter().flat_map(|hit| form.line(hit)).collect();
        Ok::<_, io::Error>((!hits.is_empty()).then_some((lines, (export, form))))
    });
    let body = Body::from_stream(stream::iter([Ok(head)]).chain(pieces));
    (headers, next, body).into_response()
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
