//! What is counted and what is listed, as tables to go on with elsewhere: values of a facet, searches side by side, what
//! marks articles off, mentions in their context. What else an answer says is left to the JSON, but for its state and warnings.

use std::borrow::Cow;

use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::explore::{read_compared, read_mentions, read_terms};
use super::forms::told;
use super::problem::{Envelope, PROBLEM};
use super::question::{Answered, Question};
use super::rows::{CSV, published, source, table};
use super::{export, facets, params};
use crate::query::Advice;
use crate::search::answer::{CompareAnswer, FacetValue, MentionsAnswer, TermsAnswer};

type Cells<'a> = Vec<Cow<'a, str>>;

/// The values of one facet, as a table
#[utoipa::path(
    get,
    path = "/api/v1/facets/{field}/values.csv",
    operation_id = "facet_as_table",
    params(("field" = String, Path, pattern = "^(tag|source|site|author|section|place|person|org|lang)$", description = "`tag`, `source`, `site`, `author`, `section`, `place`, `person`, `org` or `lang`")),
    responses(
        (status = 200, description = "A value a row (RFC 4180), UTF-8 with a byte order mark", body = String, content_type = CSV),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn facet(Path(field): Path<String>, question: Question) -> Answered {
    let (field, answer) = facets::values(&field, &question.parameters, &question.archive).await?;
    // They have been read once already.
    let words = params::FACET.read(&question.parameters).map(|request| export::words([&request]))?;
    let body = table(&["value", "label", "count", "stories"], answer.values.iter().map(value));
    let told = told(Some(answer.distinct), &answer.snapshot, None, &answer.query.warnings);
    Ok(sent(&question, &words, field.name(), told, body))
}

fn value(value: &FacetValue) -> Cells<'_> {
    vec![text(&value.value), text(&value.label), number(value.count), number(value.stories)]
}

/// What marks the articles of a search off, as a table
#[utoipa::path(
    get,
    path = "/api/v1/terms.csv",
    operation_id = "terms_as_table",
    responses(
        (status = 200, description = "A word or value a row (RFC 4180), UTF-8 with a byte order mark", body = String, content_type = CSV),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn terms(question: Question) -> Answered {
    let (request, most) = read_terms(&question.parameters)?;
    let words = export::words([&request]);
    let answer = question.archive.terms(request, most).await?;
    let told = told(Some(answer.total), &answer.snapshot, None, &answer.query.warnings);
    let body = table(&["kind", "value", "label", "count", "corpus", "score"], marked_off(&answer));
    Ok(sent(&question, &words, "terms", told, body))
}

fn marked_off(answer: &TermsAnswer) -> impl Iterator<Item = Cells<'_>> {
    let kinds = [
        ("word", &answer.words),
        ("tag", &answer.tags),
        ("person", &answer.people),
        ("org", &answer.orgs),
        ("place", &answer.places),
    ];
    kinds.into_iter().flat_map(|(kind, terms)| {
        terms.iter().map(move |term| {
            let (value, label) = (text(&term.value), text(&term.label));
            vec![text(kind), value, label, number(term.count), number(term.corpus), number(term.score)]
        })
    })
}

/// Searches side by side, as a table
#[utoipa::path(
    get,
    path = "/api/v1/compare.csv",
    operation_id = "compare_as_table",
    responses(
        (status = 200, description = "A query and bucket a row (RFC 4180), UTF-8 with a byte order mark", body = String, content_type = CSV),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, a query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn compare(question: Question) -> Answered {
    let requests = read_compared(&question.parameters)?;
    let words = export::words(&requests);
    let answer = question.archive.compare(requests).await?;
    let mut warnings: Vec<Advice> = Vec::new();
    for warning in answer.queries.iter().flat_map(|query| &query.query.warnings) {
        if !warnings.iter().any(|told| (told.code, &told.parameter) == (warning.code, &warning.parameter)) {
            warnings.push(warning.clone());
        }
    }
    let told = told(None, &answer.snapshot, None, &warnings);
    let body = table(&["query", "interval", "start", "count", "stories", "gap"], beside(&answer));
    Ok(sent(&question, &words, "comparison", told, body))
}

/// What has a place in no bucket has a row without a start.
fn beside(answer: &CompareAnswer) -> impl Iterator<Item = Cells<'_>> {
    answer.queries.iter().flat_map(move |compared| {
        let query = compared.query.input.as_str();
        let unplaced = (compared.unplaced > 0)
            .then(|| vec![text(query), text(answer.interval), text(""), number(compared.unplaced), text(""), text("")]);
        let drawn = compared.buckets.iter().map(move |bucket| {
            let gap = if bucket.gap { "1" } else { "0" };
            vec![
                text(query),
                text(answer.interval),
                text(&bucket.start),
                number(bucket.count),
                number(bucket.stories),
                text(gap),
            ]
        });
        drawn.chain(unplaced)
    })
}

/// Every occurrence of what a query finds, as a table
#[utoipa::path(
    get,
    path = "/api/v1/mentions.csv",
    operation_id = "mentions_as_table",
    responses(
        (status = 200, description = "An occurrence a row (RFC 4180), UTF-8 with a byte order mark", body = String, content_type = CSV),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read, or there are too many occurrences to sort", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn mentions(question: Question) -> Answered {
    let request = read_mentions(&question.parameters)?;
    let words = export::words([&request.search]);
    let answer = question.archive.mentions(request).await?;
    let next = answer.next_cursor.as_deref();
    let told = told(answer.total_mentions, &answer.snapshot, next, &answer.query.warnings);
    Ok(sent(&question, &words, "mentions", told, table(MENTION, in_context(&answer))))
}

const MENTION: &[&str] = &[
    "id",
    "headline",
    "published",
    "published_precision",
    "published_from",
    "source",
    "site",
    "section",
    "position",
    "left",
    "match",
    "right",
];

fn in_context(answer: &MentionsAnswer) -> impl Iterator<Item = Cells<'_>> {
    answer.mentions.iter().map(|mention| {
        let mut row = vec![text(&mention.id.0), text(&mention.headline)];
        row.extend(published(mention.published));
        row.extend(source(&mention.source));
        row.extend([text(mention.section), number(mention.position)]);
        row.extend([text(&mention.left), text(&mention.matched), text(&mention.right)]);
        row
    })
}

fn text(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

fn number(number: impl ToString) -> Cow<'static, str> {
    Cow::Owned(number.to_string())
}

/// A table to be saved.
fn sent(question: &Question, words: &str, what: &str, told: HeaderMap, body: Vec<u8>) -> Response {
    let saved = [(header::CONTENT_DISPOSITION, export::saved_as(words, Some(what), "csv"))];
    (saved, question.in_form(CSV, told, body)).into_response()
}
