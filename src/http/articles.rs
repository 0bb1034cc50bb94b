//! Articles in, over HTTP, and out again.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use tokio::io::{AsyncWriteExt, DuplexStream};
use tokio::sync::watch;
use utoipa::ToSchema;

use super::client::Client;
use super::problem::{Envelope, PROBLEM, Problem, fault, storage};
use super::question::Question;
use super::spool::{self, Spool, Tail};
use super::{Door, doors, question, upload};
use crate::access::{Holder, Scope};
use crate::background;
use crate::ingest::input::Stream;
use crate::ingest::intake::{Ended, Intake, Taken, of_disk};
use crate::search::{Archive, Purged};

mod asked;

use asked::Asked;
pub(super) use asked::read_commit;

/// An input that is read within this time is answered with a status that knows all about it; of a longer one the answer
/// begins.
const AT_ONCE: Duration = Duration::from_millis(300);

/// How long `commit=wait` waits for searches to show what came in.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// How a request is called in the ledger.
const NAME: &str = "POST /api/v1/articles";

/// What became of the articles of a request. Written while they are read: each result is an acknowledgement, and there
/// when its article is durable
#[derive(Serialize, ToSchema)]
pub(super) struct Additions<'a> {
    /// Names the run in the ledger
    run: u64,
    results: Vec<Taken<'a>>,
    #[serde(flatten)]
    ended: Ended,
    /// With `commit=wait`: searches show all of it. False when that took longer than 30 s
    committed: Option<bool>,
}

/// Adds articles: one, or many, in any format that is read
#[utoipa::path(
    post,
    path = "/api/v1/articles",
    params(
        ("format" = Option<String>, Query, description = "Which format it is, instead of what `Content-Type` says or looking shows"),
        ("namespace" = Option<String>, Query, description = "Whose identifiers these are"),
        ("url" = Option<String>, Query, description = "The address of an HTML page"),
        ("map" = Option<String>, Query, description = "Which column or key holds which field: `headline=otsikko,lead=2`"),
        ("delimiter" = Option<String>, Query, description = "Between cells: one character, or `tab`"),
        ("quote" = Option<String>, Query, description = "Around cells"),
        ("no_header" = Option<String>, Query, description = "`1`: the first row holds data"),
        ("section_from_folder" = Option<String>, Query, description = "`1`: the folder of a text in an archive names its section"),
        ("no_originals" = Option<String>, Query, description = "`1`: pages are not kept as they came"),
        ("commit" = Option<String>, Query, pattern = "^(wait)?$", description = "`wait`: the answer ends when searches show what came in"),
    ),
    request_body(
        description = "An article as JSON, or many, one a line; or any format of docs/formats.md, also packed. Without end: it is read as it comes",
        content(
            (String = "application/json", example = json!({"id": "1", "headline": "Tin rises", "body": "…", "published": "2025-02-27"})),
            (String = "application/x-ndjson"),
            (String = "text/csv"),
            (String = "text/html"),
            (String = "application/octet-stream"),
        )
    ),
    responses(
        (status = 200, description = "What became of each article; some may have been rejected", body = Additions),
        (status = 400, description = "A parameter or the body cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 403, description = "A page of another site has sent it", body = Envelope, content_type = PROBLEM),
        (status = 413, description = "The only article is too large", body = Envelope, content_type = PROBLEM),
        (status = 415, description = "It is in no format that is read", body = Envelope, content_type = PROBLEM),
        (status = 422, description = "The only article is none", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many bring articles at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn add(
    State(door): State<Door>,
    Extension(client): Extension<Client>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    question::same_site(&headers, &door.http, &client)?;
    let asked = asked::read(&question::pairs(query.as_deref()), &headers, door.limits.largest_article)?;
    let slot = Arc::clone(&door.uploads).try_acquire_owned().map_err(|_| busy())?;
    let (spool, tail) = spool::open(door.intake.dir()).map_err(|error| {
        tracing::error!(%error, "an answer cannot be laid aside");
        of_disk(&error).map_or_else(fault, storage)
    })?;
    let stream = Stream::new(NAME, length(&headers), upload::open(body));
    let waiting = asked.is_waiting.then(|| Arc::clone(&door.archive));
    let (tell, mut told) = watch::channel(None);
    let reading = background::spawn("upload", move || {
        let taken = take(&door.intake, stream, &asked, spool);
        door.archive.ring();
        drop(slot);
        tell.send_replace(Some(taken));
    });
    if let Err(error) = reading {
        tracing::error!(%error, "no thread could be started");
        return Err(busy());
    }
    if let Some(taken) = soon(&tail, &mut told).await {
        taken.map_err(|Failed(code)| code.map_or_else(fault, storage))?.refused()?;
    }
    let (write, body) = spool::body();
    tokio::spawn(answer(tail, write, told, waiting));
    let caching = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((caching, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}

fn busy() -> Problem {
    let detail = "too many requests bring articles at once";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).hint("Send it again after `Retry-After`.")
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// How it ended, and what was refused if that was all there was.
#[derive(Clone, Debug)]
struct Over {
    ended: Ended,
    only: Option<Refused>,
}

#[derive(Clone, Debug)]
struct Refused {
    code: String,
    detail: String,
}

/// The store gave out, which is in the log. What the disk did has a code.
#[derive(Clone, Copy, Debug)]
struct Failed(Option<&'static str>);

type Told = watch::Receiver<Option<Result<Over, Failed>>>;

/// Reads it all, and writes down what becomes of each piece as soon as that is certain.
fn take(intake: &Intake, stream: Stream, asked: &Asked, mut spool: Spool) -> Result<Over, Failed> {
    let (mut pieces, mut only) = (0_u64, None);
    let ended = intake.take(stream, &asked.options, asked.namespace.as_deref(), |run, taken| {
        for one in taken {
            pieces += 1;
            only = Refused::of(&one).filter(|_| pieces == 1);
            write_down(spool.buffer(), run, pieces, &one);
        }
        spool.tell();
    });
    match ended {
        Ok(ended) => Ok(Over { ended, only }),
        Err(error) => {
            tracing::error!(%error, "what was handed over could not be stored");
            Err(Failed(error.code()))
        }
    }
}

/// One a line, which ends with it: whoever reads line by line need not wait for the next, and an answer that breaks off can
/// be read as far as it goes.
fn write_down(buffer: &mut Vec<u8>, run: u64, piece: u64, taken: &Taken<'_>) {
    match piece {
        1 => buffer.extend(format!("{{\"run\":{run},\"results\":[\n").bytes()),
        _ => buffer.push(b','),
    }
    // Texts and numbers: nothing in it can fail to be written.
    let _ = serde_json::to_writer(&mut *buffer, taken);
    buffer.push(b'\n');
}

impl Refused {
    fn of(taken: &Taken<'_>) -> Option<Refused> {
        let code = taken.code.filter(|_| taken.outcome == "rejected")?.to_owned();
        let place = taken.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let member = taken.member.map(|member| format!("{member}, ")).unwrap_or_default();
        Some(Refused { code, detail: format!("{member}{place}{}", taken.reason.as_deref().unwrap_or_default()) })
    }
}

impl Over {
    /// Where all there was is one piece that was rejected, the request is.
    fn refused(self) -> Result<(), Problem> {
        let Some(Refused { code, detail }) = self.only else { return Ok(()) };
        let (status, hint) = match code.as_str() {
            "unknown_format" => (StatusCode::UNSUPPORTED_MEDIA_TYPE, asked::SAY_WHICH),
            "too_large" => (StatusCode::PAYLOAD_TOO_LARGE, "Send many articles one a line; one alone has a bound."),
            "empty" => (StatusCode::BAD_REQUEST, "Send an article in the body."),
            "bad_json" | "truncated" => (StatusCode::BAD_REQUEST, "Send it again, whole."),
            "purged" | "too_old" => {
                (StatusCode::UNPROCESSABLE_ENTITY, "Nothing is wrong with it; it is not to be kept here.")
            }
            _ => (StatusCode::UNPROCESSABLE_ENTITY, "docs/formats.md says what an article needs."),
        };
        Err(Problem::coded(status, Cow::Owned(code), detail).hint(hint))
    }
}

/// How it ended, if that is known soon after the first results.
async fn soon(tail: &Tail, told: &mut Told) -> Option<Result<Over, Failed>> {
    let mut begun = tail.length.clone();
    tokio::select! { _ = begun.changed() => {} _ = told.changed() => {} }
    match tokio::time::timeout(AT_ONCE, told.wait_for(Option::is_some)).await {
        Ok(Ok(over)) => over.clone(),
        // Reading has panicked.
        Ok(Err(_)) => Some(Err(Failed(None))),
        Err(_) => None,
    }
}

/// Sends the answer as it grows. A client that has gone needs none.
async fn answer(tail: Tail, write: DuplexStream, mut told: Told, waiting: Option<Arc<Archive>>) {
    let Ok(mut write) = tail.send(write).await else { return };
    let over = told.wait_for(Option::is_some).await.ok().and_then(|over| over.clone());
    let committed = match waiting {
        Some(archive) => Some(archive.committed(PATIENCE).await),
        None => None,
    };
    let ended = over.unwrap_or(Err(Failed(None))).map(|over| over.ended);
    let _ = write.write_all(&last_words(ended, committed)).await;
}

#[derive(Serialize)]
struct LastWords {
    #[serde(flatten)]
    ended: Ended,
    #[serde(skip_serializing_if = "Option::is_none")]
    committed: Option<bool>,
}

fn last_words(ended: Result<Ended, Failed>, committed: Option<bool>) -> Vec<u8> {
    let words = match ended {
        Ok(ended) => serde_json::to_string(&LastWords { ended, committed }).unwrap_or_default(),
        Err(Failed(code)) => format!("{{\"state\":\"failed\",\"code\":\"{}\"}}", code.unwrap_or("internal")),
    };
    format!("],{}\n", words.trim_start_matches('{')).into_bytes()
}

/// What has become of an article that was to be deleted
#[derive(Default, Serialize, ToSchema)]
pub(super) struct Deletion {
    id: String,
    /// `deleted`, or `purged`; now or before
    status: &'static str,
    /// With `commit=wait`: searches are without it. False when that took longer than 30 s
    #[serde(skip_serializing_if = "Option::is_none")]
    committed: Option<bool>,
    /// Of a purge: it was purged before it was asked for this time
    #[serde(skip_serializing_if = "Option::is_none")]
    already: Option<bool>,
    /// Of a purge: versions that went
    #[serde(skip_serializing_if = "Option::is_none")]
    versions: Option<u64>,
    /// Of a purge: rejects in which it was recognised
    #[serde(skip_serializing_if = "Option::is_none")]
    rejects: Option<u64>,
    /// Of a purge, with `commit=wait`: no file holds a byte of it. Else, and when that took longer than 30 s, it is on its way
    #[serde(skip_serializing_if = "Option::is_none")]
    erased: Option<bool>,
}

/// Takes an article out of every answer; with `purge=1` removes it for good, with all its versions and every byte of it
#[utoipa::path(
    delete,
    path = "/api/v1/articles/{id}",
    params(
        ("id" = String, Path, description = "As an answer names it"),
        ("commit" = Option<String>, Query, pattern = "^(wait)?$", description = "`wait`: answered when searches are without it"),
        ("purge" = Option<String>, Query, pattern = "^[01]?$", description = "`1`: removed for good; needs a key of an administrator"),
    ),
    responses(
        (status = 200, description = "It is deleted or purged, now or before", body = Deletion),
        (status = 400, description = "A parameter cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 403, description = "A page of another site has sent it", body = Envelope, content_type = PROBLEM),
        (status = 404, description = "There is no such article", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many requests at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn delete(
    question: Question,
    holder: Option<Extension<Holder>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    question.refuse_other_sites()?;
    let (is_purge, is_waiting) = asked::read_deletion(&question.parameters)?;
    let archive = &question.archive;
    if !is_purge {
        archive.delete(id.clone()).await?;
        let committed = if is_waiting { Some(archive.committed(PATIENCE).await) } else { None };
        return Ok(Json(Deletion { id, status: "deleted", committed, ..Deletion::default() }).into_response());
    }
    // The door has let in nobody without a key.
    let Some(Extension(holder)) = holder else { return Err(fault()) };
    if let Some(refused) = doors::refused(Scope::Admin, &holder) {
        return Ok(refused);
    }
    let Purged { already, versions, rejects } = archive.purge(id.clone()).await?;
    let committed = if is_waiting { Some(archive.committed(PATIENCE).await) } else { None };
    let erased = archive.erased(&id, if is_waiting { PATIENCE } else { Duration::ZERO }).await?;
    Ok(Json(Deletion {
        id,
        status: "purged",
        committed,
        already: Some(already),
        versions: Some(versions),
        rejects: Some(rejects),
        erased: Some(erased),
    })
    .into_response())
}
