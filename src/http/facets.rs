//! `/api/v1/facets/{field}`: the values of one facet, as many as there are, to be searched through.

use axum::extract::Path;
use serde::Serialize;
use utoipa::ToSchema;

use super::params;
use super::problem::{Envelope, PROBLEM};
use super::question::{Answered, Question};
use crate::query::Advice;
use crate::search::Archive;
use crate::search::answer::{FacetValue, QueryReading, SearchError};
use crate::search::request::{FacetField, SearchRequest, Values};

/// Values of one facet among the articles that a search finds
#[derive(Serialize, ToSchema)]
pub(super) struct FacetAnswer {
    pub(super) query: QueryReading,
    /// Names the state of the corpus that was counted.
    pub(super) snapshot: String,
    /// Articles found.
    pub(super) total: u64,
    field: &'static str,
    pub(super) values: Vec<FacetValue>,
    /// How many values there are, of those with the prefix; `offset` goes on to them.
    pub(super) distinct: u64,
    /// The sum of the counts of those that are not here.
    others: u64,
    /// Articles found without any value.
    missing: u64,
    took_ms: f64,
}

/// The values of one facet, searchable and without a cap
#[utoipa::path(
    get,
    path = "/api/v1/facets/{field}",
    params(("field" = String, Path, pattern = "^(tag|source|site|author|section|place|person|org|lang)$", description = "`tag`, `source`, `site`, `author`, `section`, `place`, `person`, `org` or `lang`")),
    responses(
        (status = 200, description = "Exact counts; filters on the facet itself do not narrow them", body = FacetAnswer),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn facet(Path(field): Path<String>, question: Question) -> Answered {
    let (_, answer) = values(&field, &question.parameters, &question.archive).await?;
    question.answer(&answer)
}

/// What a program is answered, and a page draws.
pub(super) async fn values(
    name: &str,
    parameters: &[(String, String)],
    archive: &Archive,
) -> Result<(FacetField, FacetAnswer), SearchError> {
    let (field, request) = read(name, parameters).map_err(SearchError::Refused)?;
    let answer = archive.search(request).await?;
    let counted = answer.facets.and_then(|facets| facets.0.into_iter().next()).map(|(_, facet)| facet);
    let counted = counted.unwrap_or_default();
    let answer = FacetAnswer {
        query: answer.query,
        snapshot: answer.snapshot,
        total: answer.total,
        field: field.name(),
        values: counted.values,
        distinct: counted.distinct,
        others: counted.others,
        missing: counted.missing,
        took_ms: answer.took_ms,
    };
    Ok((field, answer))
}

fn read(name: &str, parameters: &[(String, String)]) -> Result<(FacetField, SearchRequest), Advice> {
    let field = params::facet("field", name)?;
    let (mut request, own) = params::FACET.read_with(parameters)?;
    request.uncounted();
    request.facets = vec![field];
    request.limit = 0;
    request.values = Values {
        limit: own.number("limit")?.unwrap_or(params::USUAL_VALUES),
        offset: own.number("offset")?.unwrap_or_default(),
        by_name: own.one_of("sort", params::VALUE_SORTS)?.unwrap_or_default(),
        prefix: own.text("prefix").map(str::trim).unwrap_or_default().to_owned(),
        and_selected: false,
    };
    Ok((field, request))
}
