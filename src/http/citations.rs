//! `/api/v1/citations`: searches that stay as they were.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use futures_util::stream;

use super::params;
use super::problem::{Envelope, PROBLEM, Problem};
use super::question::{Answered, Question};
use super::rows::{self, CSV};
use super::runs;
use crate::search::answer::{CitationAnswer, Now};
use crate::search::{CitationRequest, Kept};

/// Articles of the list, where no number is asked for, and at most.
pub(super) const USUAL: usize = 100;
pub(super) const MOST: usize = 1000;

pub(super) const BECAME: &[(&str, Now)] =
    &[("same", Now::Same), ("changed", Now::Changed), ("removed", Now::Removed), ("withdrawn", Now::Withdrawn)];

/// Keeps a search as it is: its query with dates resolved, and the articles found with their versions. The same search
/// that finds the same has the same citation
#[utoipa::path(
    post,
    path = "/api/v1/citations",
    responses(
        (
            status = 201, description = "It is kept", body = CitationAnswer,
            headers(("location" = String, description = "Its permanent address")),
        ),
        (status = 400, description = "A parameter, the body or, with `strict=1`, the query cannot be read, or too many articles are found", body = Envelope, content_type = PROBLEM),
        (status = 403, description = "A page of another site has sent it, or so much is cited only with a key that may write", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 413, description = "The body is too large", body = Envelope, content_type = PROBLEM),
        (status = 415, description = "The body is neither a form nor JSON", body = Envelope, content_type = PROBLEM),
        (status = 429, description = "As much has been cited within a day as may be without a key that may write", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn cite(question: Question, body: Bytes) -> Answered {
    let request = params::CITE.read(&sent(&question, &body)?)?;
    let Kept { id, warnings } = question.archive.cite(request, question.cite_bounds()).await?;
    let location = HeaderValue::from_str(&format!("/api/v1/citations/{id}"));
    let location = location.map_err(|_| super::problem::fault())?;
    let request = CitationRequest { id, limit: USUAL, ..CitationRequest::default() };
    let citation = question.archive.citation(request).await?;
    let answer = question.answer(&CitationAnswer { warnings, ..citation })?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], answer).into_response())
}

/// The search that a program or a page has sent to be kept.
pub(super) fn sent(question: &Question, body: &[u8]) -> Result<Vec<(String, String)>, Problem> {
    question.refuse_other_sites()?;
    question.with_body(&params::CITE, body)
}

/// The whole list of a citation as a table, and what has become of each article
#[utoipa::path(
    get,
    path = "/api/v1/citations/{id}/articles.csv",
    operation_id = "cited_articles",
    params(("id" = String, Path, description = "As the answer to its making names it")),
    responses(
        (
            status = 200, description = "An article a row (RFC 4180), UTF-8 with a byte order mark; whole when it ends without a break", body = String, content_type = CSV,
            headers(("x-total" = u64, description = "Articles")),
        ),
        (status = 400, description = "It takes no parameters", body = Envelope, content_type = PROBLEM),
        (status = 404, description = "There is no such citation", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn articles(question: Question, Path(id): Path<String>) -> Answered {
    let [] = question.values([], "It takes no parameters.")?;
    let list = question.archive.cited_list(id.clone()).await?;
    let headers = [
        (header::CONTENT_TYPE, CSV.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"citation-{id}.csv\"")),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (HeaderName::from_static("x-total"), list.total().to_string()),
    ];
    let root = question.root();
    // After a fault the connection breaks off: the client must not take what it has for all there is.
    let pieces = stream::try_unfold((list, false), move |(mut list, is_begun)| {
        let root = root.clone();
        async move {
            if !is_begun {
                return Ok(Some((rows::cited_head(), (list, true))));
            }
            let lines = list.piece().await.map_err(|_| io::Error::other("a citation cannot be read on"))?;
            let bytes: Vec<u8> = lines.iter().flat_map(|line| rows::cited(line, &root)).collect();
            Ok::<_, io::Error>((!bytes.is_empty()).then_some((bytes, (list, true))))
        }
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// A search as it was, and what it finds now: added, changed, removed, withdrawn
#[utoipa::path(
    get,
    path = "/api/v1/citations/{id}",
    params(
        ("id" = String, Path, description = "As the answer to its making names it"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "Articles of the list, 1 to 1000; 100 by default"),
        ("offset" = Option<usize>, Query, maximum = 9007199254740991u64, description = "Articles of the list to skip"),
        ("only" = Option<String>, Query, pattern = "^(same|changed|removed|withdrawn)$", description = "Only articles of which this has become: `same`, `changed`, `removed` or `withdrawn`"),
    ),
    responses(
        (status = 200, description = "The citation", body = CitationAnswer),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 404, description = "There is no such citation", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn citation(question: Question, Path(id): Path<String>) -> Answered {
    let [limit, offset, only] =
        question.values(["limit", "offset", "only"], "A citation takes `limit`, `offset` and `only`.")?;
    let limit = limit.map(|value| runs::limit(value, MOST)).transpose()?.unwrap_or(USUAL);
    let offset = offset.map(|value| params::any_number("offset", value)).transpose()?.unwrap_or_default();
    let only = only.map(|value| params::one_of("only", value, BECAME)).transpose()?;
    question.answer(&question.archive.citation(CitationRequest { id, limit, offset, only }).await?)
}
