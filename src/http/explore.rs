//! The API's answers for those who do not know yet what they look for: what marks articles off, what is related to one,
//! every mention in its context, searches side by side, and what a beginning may become.

use axum::extract::Path;

use super::params;
use super::problem::{Envelope, PROBLEM, Problem};
use super::question::{Answered, Question};
use super::runs;
use crate::query::Advice;
use crate::search::MOST_COMPARED;
use crate::search::answer::{AboutAnswer, CompareAnswer, MentionsAnswer, RelatedAnswer, SuggestAnswer, TermsAnswer};
use crate::search::request::{MentionsRequest, SearchRequest};

/// Related articles and completions, where no number is asked for, and at most.
const USUAL: usize = 10;
const MOST: usize = 50;

/// What marks the articles of a search off from the whole corpus: words, subjects, people, organisations, places
#[utoipa::path(
    get,
    path = "/api/v1/terms",
    responses(
        (status = 200, description = "By significance, not by frequency", body = TermsAnswer),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn terms(question: Question) -> Answered {
    let (request, most) = read_terms(&question.parameters)?;
    question.answer(&question.archive.terms(request, most).await?)
}

/// Which articles, and how many words and values of each kind.
pub(super) fn read_terms(pairs: &[(String, String)]) -> Result<(SearchRequest, usize), Advice> {
    let (request, own) = params::TERMS.read_with(pairs)?;
    let most = own.number("limit")?.unwrap_or(params::USUAL_TERMS);
    Ok((request, most))
}

/// Every occurrence of what a query finds, in its context
#[utoipa::path(
    get,
    path = "/api/v1/mentions",
    responses(
        (status = 200, description = "A page of the concordance", body = MentionsAnswer),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read, or there are too many occurrences to sort", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn mentions(question: Question) -> Answered {
    question.answer(&question.archive.mentions(read_mentions(&question.parameters)?).await?)
}

pub(super) fn read_mentions(pairs: &[(String, String)]) -> Result<MentionsRequest, Advice> {
    let (mut search, own) = params::MENTIONS.read_with(pairs)?;
    search.limit = own.number("limit")?.unwrap_or(params::USUAL_MENTIONS);
    let by = own.one_of("by", params::BYS)?.unwrap_or_default();
    let width = own.number("width")?.unwrap_or(params::USUAL_WIDTH);
    Ok(MentionsRequest { search, by, width })
}

/// Up to five searches side by side, their timelines on one axis
#[utoipa::path(
    get,
    path = "/api/v1/compare",
    responses(
        (status = 200, description = "Totals and timelines", body = CompareAnswer),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, a query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn compare(question: Question) -> Answered {
    question.answer(&question.archive.compare(read_compared(&question.parameters)?).await?)
}

/// One request a query; all else is the same for all.
pub(super) fn read_compared(pairs: &[(String, String)]) -> Result<Vec<SearchRequest>, Advice> {
    let (queries, others): (Vec<_>, Vec<_>) = pairs.iter().cloned().partition(|(name, _)| name == "q");
    let asked: Vec<&String> = queries.iter().map(|(_, query)| query).filter(|query| !query.trim().is_empty()).collect();
    if asked.len() > MOST_COMPARED {
        let message = format!("there are {} queries to compare", asked.len());
        return Err(Advice::of("too_many_queries", "q", message).hint(format!("Give {MOST_COMPARED} at most.")));
    }
    let shared = params::COMPARE.read(&others)?;
    let request = |q: &String| SearchRequest { q: q.clone(), ..shared.clone() };
    Ok(asked.into_iter().map(request).collect())
}

/// Articles on the same event or subject as one; its copies are left out
#[utoipa::path(
    get,
    path = "/api/v1/articles/{id}/related",
    params(
        ("id" = String, Path, description = "As an answer names it"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 50, description = "Articles, 1 to 50; 10 by default"),
    ),
    responses(
        (status = 200, description = "The nearest first, those on the same event before those on the same subject", body = RelatedAnswer),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 404, description = "There is no such article, or it is not to be shown yet", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The article has been withdrawn", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many requests at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn related(Path(id): Path<String>, question: Question) -> Answered {
    let [limit] = question.values(["limit"], "It takes `limit`.")?;
    let most = limit.map(|value| runs::limit(value, MOST)).transpose()?.unwrap_or(USUAL);
    question.answer(&question.archive.related(id, most).await?)
}

/// What is in the archive: counts, sources, languages, dates and where they were read, gaps, what was read last
#[utoipa::path(
    get,
    path = "/api/v1/about",
    responses(
        (status = 200, description = "The archive as it stands", body = AboutAnswer),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "It takes no parameters", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many requests at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn about(question: Question) -> Answered {
    let [] = question.values([], "It takes no parameters.")?;
    question.answer(&question.archive.about().await?)
}

/// What a beginning may become: words of headlines, subjects, people, organisations, places, sources, authors, headlines
#[utoipa::path(
    get,
    path = "/api/v1/suggest",
    params(
        ("prefix" = Option<String>, Query, max_length = 256, description = "What has been typed so far"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 50, description = "Completions, 1 to 50; 10 by default"),
    ),
    responses(
        (status = 200, description = "By use and freshness", body = SuggestAnswer),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many requests at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn suggest(question: Question) -> Answered {
    let [prefix, limit] = question.values(["prefix", "limit"], "It takes `prefix` and `limit`.")?;
    let most = limit.map(|value| runs::limit(value, MOST)).transpose()?.unwrap_or(USUAL);
    let prefix = prefix.unwrap_or_default();
    if prefix.chars().count() > LONGEST_BEGINNING {
        let message = format!("the beginning has more than {LONGEST_BEGINNING} characters");
        let advice = Advice::of("out_of_range", "prefix", message).hint("Complete one word at a time.");
        return Err(Problem::from(advice));
    }
    question.answer(&question.archive.suggest(prefix.to_owned(), most).await?)
}

/// Nobody types more before looking up.
const LONGEST_BEGINNING: usize = 256;
