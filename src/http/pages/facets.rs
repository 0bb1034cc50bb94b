//! Facets as lists of links: each value toggles its filter, and a second link excludes it.

use super::address::Address;
use super::filters::{self, Filter, written};
use super::wording::{grouped, heading, shown};
use crate::search::answer::{Facet, FacetValue, Facets};
use crate::search::request::FacetField;

/// `facet_limit` where the address names none; "more" multiplies it.
const USUAL_LIMIT: usize = 10;
const MORE: usize = 5;
const MOST: usize = 1000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FacetList {
    pub(super) name: &'static str,
    pub(super) heading: &'static str,
    /// Chosen ones first.
    pub(super) values: Vec<ValueLink>,
    /// The address that shows more values, where some did not fit.
    pub(super) more: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ValueLink {
    pub(super) label: String,
    pub(super) count: String,
    pub(super) state: Choice,
    /// Adds the filter, or takes it off.
    pub(super) toggle: String,
    /// Excludes the value; only where nothing is chosen of it yet.
    pub(super) exclude: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Choice {
    Chosen,
    Excluded,
    Open,
}

/// The facets that have something to offer.
pub(super) fn lists(facets: &Facets, here: &Address) -> Vec<FacetList> {
    let in_force = filters::in_force(here);
    facets
        .0
        .iter()
        .filter(|(_, facet)| !facet.values.is_empty())
        .map(|(field, facet)| list(*field, facet, here, &in_force))
        .collect()
}

fn list(field: FacetField, facet: &Facet, here: &Address, in_force: &[Filter]) -> FacetList {
    let mine: Vec<&Filter> = in_force.iter().filter(|filter| filter.field == field).collect();
    let mut values: Vec<ValueLink> = facet.values.iter().map(|value| link(field, value, here, &mine)).collect();
    values.sort_by_key(|value| value.state);
    FacetList { name: field.name(), heading: heading(field), values, more: more(facet, here) }
}

fn link(field: FacetField, value: &FacetValue, here: &Address, mine: &[&Filter]) -> ValueLink {
    let filter = mine.iter().find(|filter| filter.is_on(&value.value, &value.label));
    let state = match filter {
        Some(filter) if filter.exclude => Choice::Excluded,
        Some(_) => Choice::Chosen,
        None => Choice::Open,
    };
    let name = field.name();
    // What a reader who follows the link finds.
    let count = if here.collapses() { value.stories } else { value.count };
    let toggle = match filter {
        Some(filter) => here.dropping(name, &filter.written),
        None => here.adding(name, written(&value.value, false)),
    };
    let exclude = filter.is_none().then(|| here.adding(name, written(&value.value, true)).href());
    ValueLink { label: shown(field, &value.label), count: grouped(count), state, toggle: toggle.href(), exclude }
}

fn more(facet: &Facet, here: &Address) -> Option<String> {
    let limit = here.first("facet_limit").and_then(|limit| limit.parse().ok()).unwrap_or(USUAL_LIMIT);
    let can_grow = facet.others > 0 && limit < MOST;
    can_grow.then(|| here.setting("facet_limit", limit.saturating_mul(MORE).clamp(1, MOST).to_string()).href())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(value: &str, count: u64) -> FacetValue {
        FacetValue {
            value: value.to_lowercase(),
            label: value.to_owned(),
            count,
            stories: count.div_ceil(2),
            selected: false,
        }
    }

    fn tags(others: u64) -> Facets {
        let values = vec![value("China", 1200), value("Sport", 7), value("-ism", 1)];
        Facets(vec![
            (FacetField::Tag, Facet { values, others, ..Facet::default() }),
            (FacetField::Org, Facet::default()),
        ])
    }

    fn drawn(query: &str) -> Vec<(String, Choice, String)> {
        let list = lists(&tags(0), &Address::read("/search", Some(query))).remove(0);
        list.values.into_iter().map(|value| (value.label, value.state, value.toggle)).collect()
    }

    #[test]
    fn a_value_toggles_its_filter() {
        let open = drawn("q=x&cursor=c");
        assert_eq!(open[0], ("China".into(), Choice::Open, "/search?q=x&tag=china".into()));
        assert_eq!(open[2].2, "/search?q=x&tag=%5C-ism");
        let chosen = drawn("q=x&tag=SPORT");
        assert_eq!(chosen[0], ("Sport".into(), Choice::Chosen, "/search?q=x".into()));
        let excluded = drawn("q=x&tag=-china");
        assert_eq!(excluded[0], ("China".into(), Choice::Excluded, "/search?q=x".into()));
    }

    #[test]
    fn a_value_says_what_following_it_finds() {
        let counts = |query: &str| {
            let list = lists(&tags(0), &Address::read("/search", Some(query))).remove(0);
            list.values.into_iter().map(|value| value.count).collect::<Vec<_>>()
        };
        assert_eq!(counts("collapse=none"), ["1,200", "7", "1"]);
        assert_eq!(counts("collapse=near"), ["600", "4", "1"]);
    }

    #[test]
    fn an_open_value_can_be_excluded() {
        let list = lists(&tags(0), &Address::read("/search", Some("tag=sport"))).remove(0);
        assert_eq!(list.values[0].exclude, None);
        assert_eq!(list.values[1].exclude.as_deref(), Some("/search?tag=sport&tag=-china"));
    }

    #[test]
    fn a_facet_without_values_is_left_out_and_a_long_one_offers_more() {
        let more = |query| {
            let lists = lists(&tags(3), &Address::read("/search", Some(query)));
            assert_eq!(lists.len(), 1);
            lists[0].more.clone()
        };
        assert_eq!(more("").as_deref(), Some("/search?facet_limit=50"));
        assert_eq!(more("facet_limit=300").as_deref(), Some("/search?facet_limit=1000"));
        assert_eq!(more("facet_limit=1000"), None);
    }
}
