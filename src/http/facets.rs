//! `/api/v1/facets/{field}`: the values of one facet, as many as there are, to be searched through.

use axum::extract::Path;
use serde::Serialize;
use utoipa::ToSchema;

use super::params;
use super::problem::{Envelope, PROBLEM};
use super::question::{Answered, Question};
use crate::analysis::fold;
use crate::search::answer::{FacetValue, QueryReading};
use crate::search::request::Values;

/// Values of one facet among the articles that a search finds
#[derive(Serialize, ToSchema)]
pub(super) struct FacetAnswer {
    query: QueryReading,
    /// Names the state of the corpus that was counted.
    snapshot: String,
    /// Articles found.
    total: u64,
    field: &'static str,
    values: Vec<FacetValue>,
    /// How many values there are, of those with the prefix; `offset` goes on to them.
    distinct: u64,
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
    params(("field" = String, Path, description = "`tag`, `source`, `site`, `author`, `section`, `place`, `person`, `org` or `lang`")),
    responses(
        (status = 200, description = "Exact counts; filters on the facet itself do not narrow them", body = FacetAnswer),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter or, with `strict=1`, the query cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The snapshot is no longer kept", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many searches at once, or one that takes too long", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn facet(Path(field): Path<String>, question: Question) -> Answered {
    let field = params::facet("field", &field)?;
    let (mut request, own) = params::FACET.read_with(&question.parameters)?;
    request.facets = vec![field];
    request.values = Values {
        limit: own.number("limit")?.unwrap_or(params::USUAL_VALUES),
        offset: own.number("offset")?.unwrap_or_default(),
        by_name: own.one_of("sort", params::VALUE_SORTS)?.unwrap_or_default(),
        prefix: own.text("prefix").map(|prefix| fold(prefix.trim())).unwrap_or_default(),
        and_selected: false,
    };
    (request.limit, request.suggestions) = (0, false);
    let answer = question.archive.search(request).await?;
    let counted = answer.facets.and_then(|facets| facets.0.into_iter().next()).map(|(_, facet)| facet);
    let counted = counted.unwrap_or_default();
    question.answer(&FacetAnswer {
        query: answer.query,
        snapshot: answer.snapshot,
        total: answer.total,
        field: field.name(),
        values: counted.values,
        distinct: counted.distinct,
        others: counted.others,
        missing: counted.missing,
        took_ms: answer.took_ms,
    })
}
