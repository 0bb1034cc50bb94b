//! `/api/v1/export`: every match of a search, sent as it is read.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
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
use crate::search::request::SearchRequest;

pub(super) const LINES: &str = "application/jsonl";

/// A client that takes nothing for so long is gone, or means harm.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes of the name of a file, without its ending.
const LONGEST_NAME: usize = 80;

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
    let words = words([&request]);
    let export = question.archive.export(request).await?;
    Ok(sent(export, form, &words))
}

/// The words of what was asked, in searches that differ in their queries only: by these a file is called in which an answer
/// is saved.
pub(super) fn words<'a>(requests: impl IntoIterator<Item = &'a SearchRequest>) -> String {
    let requests: Vec<&SearchRequest> = requests.into_iter().collect();
    let shared = requests.first().map(|request| {
        let wanted = request.filters.iter().filter(|filter| !filter.exclude).map(|filter| filter.value.as_str());
        let dates = [("from", request.from.as_deref()), ("to", request.to.as_deref())];
        wanted.chain(dates.into_iter().filter_map(|(name, date)| Some([name, date?])).flatten())
    });
    let asked: Vec<&str> =
        requests.iter().map(|request| request.q.as_str()).chain(shared.into_iter().flatten()).collect();
    let asked = asked.join(" ").to_lowercase();
    let mut name = String::new();
    for word in asked.split(|ch: char| !ch.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if name.is_empty() {
            name.push_str(&word[..word.floor_char_boundary(LONGEST_NAME)]);
        } else if name.len() + 1 + word.len() <= LONGEST_NAME {
            name.extend(["-", word]);
        } else {
            break;
        }
    }
    name
}

/// That the answer is a file, called by words and, where it does not hold articles, by what it holds (RFC 6266). Older
/// clients take a name without other letters than ours.
pub(super) fn saved_as(words: &str, what: Option<&str>, ending: &str) -> String {
    let plain = what.unwrap_or("articles");
    let name = match what {
        _ if words.is_empty() => plain.to_owned(),
        Some(what) => format!("{words}-{what}"),
        None => words.to_owned(),
    };
    if name.is_ascii() {
        return format!("attachment; filename=\"{name}.{ending}\"");
    }
    let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{encoded}.{ending}")
}

/// What goes from who reads to who sends.
enum Piece {
    More(Vec<u8>),
    End,
}

/// All of an export, sent as it is read, to be saved.
fn sent(export: Export, form: Form, words: &str) -> Response {
    let (kind, ending) = match form {
        Form::Lines => (LINES, "jsonl"),
        Form::Table(_) => (CSV, "csv"),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, saved_as(words, None, ending)),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    let told =
        forms::told(Some(export.total()), &export.snapshot(), export.next_cursor().as_deref(), &export.warnings());
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
