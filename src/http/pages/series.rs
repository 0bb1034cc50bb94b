//! The timeline of a search as a line for each of the values of a facet.

use super::address::Address;
use super::chart::Counts;
use super::lines::{self, Lines};
use super::narrowing::Narrowing;
use super::search::SortLink;
use super::wording::{articles, shown, stories};
use crate::search::answer::{Facets, SeriesLine, Timeline};
use crate::search::request::FacetField;

/// What lines are offered by, in this order.
const OFFERED: [(FacetField, &str); 7] = [
    (FacetField::Source, "By source"),
    (FacetField::Site, "By site"),
    (FacetField::Tag, "By subject"),
    (FacetField::Section, "By section"),
    (FacetField::Place, "By place"),
    (FacetField::Author, "By byline"),
    (FacetField::Lang, "By language"),
];

#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) legend: Vec<Legend>,
    pub(super) names: Vec<String>,
    /// `Articles`, `Stories`
    pub(super) what: &'static str,
    pub(super) lines: Lines,
}

#[derive(Clone, Debug)]
pub(super) struct Legend {
    pub(super) label: String,
    pub(super) href: String,
    pub(super) total: String,
}

/// Where a facet was asked for, and has values that are dated closely enough.
pub(super) fn series(timeline: &Timeline, search: Narrowing<'_>) -> Option<Series> {
    let field = FacetField::from_name(timeline.by?)?;
    let values = timeline.series.as_ref().filter(|values| !values.is_empty())?;
    let collapses = search.here.collapses();
    let buckets: Vec<_> = values.iter().map(|line| line.buckets.as_slice()).collect();
    let counts = if collapses { Counts::Stories } else { Counts::Articles };
    // The days without any article are listed below the bars already.
    let lines = lines::lines(timeline.interval, &buckets, counts, (&[], 0));
    let legend = |line: &SeriesLine| Legend {
        label: shown(field, &line.value.label),
        href: search.by_value(field, &line.value.value),
        total: if collapses { stories(line.value.stories) } else { articles(line.value.count) },
    };
    let legend: Vec<Legend> = values.iter().map(legend).collect();
    let what = if collapses { "Stories" } else { "Articles" };
    let names = legend.iter().map(|line| line.label.clone()).collect();
    (!lines.is_empty).then_some(Series { legend, names, what, lines })
}

/// One line for all, or one for each value of what has several.
pub(super) fn ways(facets: Option<&Facets>, here: &Address) -> Vec<SortLink> {
    let chosen = here.first("series").and_then(FacetField::from_name);
    let has_several = |wanted: FacetField| {
        let facet = facets.iter().flat_map(|facets| &facets.0).find(|(field, _)| *field == wanted);
        facet.is_some_and(|(_, facet)| facet.distinct > 1)
    };
    let offered = OFFERED.iter().filter(|(field, _)| has_several(*field) || chosen == Some(*field));
    let way = |(field, label): &(FacetField, &'static str)| SortLink {
        label,
        href: here.setting("series", field.name()).href(),
        current: chosen == Some(*field),
    };
    let ways: Vec<SortLink> = offered.map(way).collect();
    if ways.is_empty() {
        return ways;
    }
    let all = here.first_page().without(&["series", "series_limit"]);
    let all = SortLink { label: "All as one", href: all.href(), current: chosen.is_none() };
    std::iter::once(all).chain(ways).collect()
}
