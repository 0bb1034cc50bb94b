//! A page of a search in other forms than the API's JSON: a table, lines, feeds. By the ending of the address, or by what
//! the client accepts.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::export::{Form, LINES};
use super::feeds::{Feed, Place};
use super::params;
use super::problem::{Envelope, PROBLEM};
use super::question::{Answered, Question};
use super::rows::{CSV, Rows};
use crate::query::Advice;
use crate::search::answer::{Hit, SearchAnswer};
use crate::search::request::{HitFields, SearchRequest, Sort};

/// Warnings that a header tells of, and the longest name of a parameter in it.
const MOST_WARNINGS: usize = 10;
const LONGEST_NAME: usize = 40;

/// Items of a feed, where nothing else is asked for.
const ITEMS: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    Lines,
    Table,
    Rss,
    Atom,
    JsonFeed,
}

/// What a client may accept, and which form that is.
const KINDS: &[(&str, Kind)] = &[
    ("application/json", Kind::Json),
    ("application/*", Kind::Json),
    ("*/*", Kind::Json),
    ("text/csv", Kind::Table),
    (LINES, Kind::Lines),
    ("application/x-ndjson", Kind::Lines),
    ("application/rss+xml", Kind::Rss),
    ("application/atom+xml", Kind::Atom),
    ("application/feed+json", Kind::JsonFeed),
];

impl Kind {
    /// What a client likes best of what there is; JSON where it has no wish.
    pub(super) fn accepted(question: &Question) -> Kind {
        let mut wishes: Vec<(f32, Kind)> = question.accepted().split(',').filter_map(wish).collect();
        // The sort is stable: among equals the first.
        wishes.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        wishes.first().map_or(Kind::Json, |(_, kind)| *kind)
    }

    fn is_feed(self) -> bool {
        matches!(self, Kind::Rss | Kind::Atom | Kind::JsonFeed)
    }

    fn content_type(self) -> &'static str {
        match self {
            Kind::Json => "application/json",
            Kind::Lines => LINES,
            Kind::Table => CSV,
            Kind::Rss => "application/rss+xml; charset=utf-8",
            Kind::Atom => "application/atom+xml; charset=utf-8",
            Kind::JsonFeed => "application/feed+json; charset=utf-8",
        }
    }
}

/// One entry of `Accept` (RFC 9110, 12.5.1), if we have it.
fn wish(entry: &str) -> Option<(f32, Kind)> {
    let mut parts = entry.split(';').map(str::trim);
    let name = parts.next()?.to_ascii_lowercase();
    let (_, kind) = KINDS.iter().find(|(known, _)| *known == name)?;
    let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |weight| weight.parse().ok())?;
    (weight > 0.0).then_some((weight, *kind))
}

/// A page of a search as a table
#[utoipa::path(
    get,
    path = "/api/v1/search.csv",
    responses(
        (status = 200, description = "A hit a row (RFC 4180), UTF-8 with a byte order mark", body = String, content_type = CSV),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn csv(question: Question) -> Answered {
    answer(&question, Kind::Table).await
}

/// A page of a search, one hit a line
#[utoipa::path(
    get,
    path = "/api/v1/search.jsonl",
    responses(
        (status = 200, description = "A hit a line", body = Hit, content_type = LINES),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn lines(question: Question) -> Answered {
    answer(&question, Kind::Lines).await
}

/// A search as an RSS feed, the newest first
#[utoipa::path(
    get,
    path = "/api/v1/search.rss",
    responses(
        (status = 200, description = "RSS 2.0", body = String, content_type = "application/rss+xml"),
        (status = 304, description = "Nothing has changed since the feed of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn rss(question: Question) -> Answered {
    answer(&question, Kind::Rss).await
}

/// A search as an Atom feed, the newest first
#[utoipa::path(
    get,
    path = "/api/v1/search.atom",
    responses(
        (status = 200, description = "Atom (RFC 4287)", body = String, content_type = "application/atom+xml"),
        (status = 304, description = "Nothing has changed since the feed of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn atom(question: Question) -> Answered {
    answer(&question, Kind::Atom).await
}

/// A search as a JSON Feed, the newest first
#[utoipa::path(
    get,
    path = "/api/v1/search.feed.json",
    responses(
        (status = 200, description = "JSON Feed 1.1", body = Object, content_type = "application/feed+json"),
        (status = 304, description = "Nothing has changed since the feed of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn json_feed(question: Question) -> Answered {
    answer(&question, Kind::JsonFeed).await
}

/// A search, in one of its forms.
pub(super) async fn answer(question: &Question, kind: Kind) -> Answered {
    answer_to(question, &question.parameters, kind).await
}

/// The same, whose parameters may have come in a body.
pub(super) async fn answer_to(question: &Question, parameters: &[(String, String)], kind: Kind) -> Answered {
    let mut request = params::SEARCH.read(parameters)?;
    if kind.is_feed() {
        as_feed(&mut request, parameters);
    }
    if kind != Kind::Json {
        request.uncounted();
    }
    let (fields, collapse) = (request.fields.clone(), request.collapse);
    let answer = question.archive.search(request).await?;
    let body = match kind {
        Kind::Json => return question.answer(&answer),
        Kind::Lines => written(&answer, &Form::Lines),
        Kind::Table => written(&answer, &Form::Table(Rows::of(&fields))),
        Kind::Rss => Feed::of(&answer, &place(question, "rss")).as_rss().into_bytes(),
        Kind::Atom => Feed::of(&answer, &place(question, "atom")).as_atom().into_bytes(),
        Kind::JsonFeed => Feed::of(&answer, &place(question, "feed.json")).as_json(),
    };
    Ok(question.in_form(kind.content_type(), counted(&answer, collapse), body))
}

/// Whoever follows a search wants what is new, and whole items.
fn as_feed(request: &mut SearchRequest, given: &[(String, String)]) {
    let is_given = |name: &str| given.iter().any(|(known, _)| known == name);
    if !is_given("limit") {
        request.limit = ITEMS;
    }
    request.sort = request.sort.or(Some(Sort::Newest));
    request.fields = HitFields::default();
}

fn written(answer: &SearchAnswer, form: &Form) -> Vec<u8> {
    answer.hits.iter().fold(form.head(), |mut body, hit| {
        body.extend(form.line(hit));
        body
    })
}

/// What the form itself has no place for.
fn counted(answer: &SearchAnswer, collapse: bool) -> HeaderMap {
    let hits = if collapse { answer.total_stories } else { answer.total };
    told(Some(hits), &answer.snapshot, answer.next_cursor.as_deref(), &answer.query.warnings)
}

/// Headers of what has only hits, or other rows, in its body.
pub(super) fn told(total: Option<u64>, snapshot: &str, next: Option<&str>, warnings: &[Advice]) -> HeaderMap {
    let is_plain = |name: &str| {
        name.len() <= LONGEST_NAME && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let codes = warnings.iter().take(MOST_WARNINGS).map(|warning| match &warning.parameter {
        Some(parameter) if is_plain(parameter) => format!("{} ({parameter})", warning.code),
        _ => warning.code.to_owned(),
    });
    let codes = codes.collect::<Vec<_>>().join(", ");
    let warned = Some(codes.as_str()).filter(|codes| !codes.is_empty());
    let named = [("x-snapshot", Some(snapshot)), ("x-next-cursor", next), ("x-warnings", warned)];
    let told = named
        .into_iter()
        .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::from_str(value?).ok()?)));
    let total = total.map(|total| (HeaderName::from_static("x-total"), HeaderValue::from(total)));
    total.into_iter().chain(told).collect()
}

/// A feed that was asked for by `Accept` has the address that others find it at.
fn place(question: &Question, ending: &str) -> Place {
    let query = question.query.as_deref().map_or_else(String::new, |query| format!("?{query}"));
    let (own, page) = (format!("/api/v1/search.{ending}{query}"), format!("/search{query}"));
    Place { root: question.root(), own, page }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_that_is_liked_best_is_sent() {
        let liked = |accepted: &str| {
            let mut wishes: Vec<_> = accepted.split(',').filter_map(wish).collect();
            wishes.sort_by(|(one, _), (other, _)| other.total_cmp(one));
            wishes.first().map(|(_, kind)| *kind)
        };
        assert_eq!(liked("text/csv"), Some(Kind::Table));
        assert_eq!(liked("application/json;q=0.5, application/atom+xml"), Some(Kind::Atom));
        assert_eq!(liked("application/rss+xml;q=0.1, */*"), Some(Kind::Json));
        assert_eq!(liked("text/html,application/xhtml+xml,*/*;q=0.8"), Some(Kind::Json));
        assert_eq!(liked("application/rss+xml; q=0"), None);
    }
}
