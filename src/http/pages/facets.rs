//! Facets as lists of links: each value toggles its filter, and a second link excludes it.

use super::address::Address;
use super::filters::{self, Filter, written};
use super::hits::Link;
use super::narrowing::Narrowing;
use super::wording::{grouped, heading, shown, singular};
use crate::search::answer::{Facet, FacetValue, Facets};
use crate::search::request::FacetField;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FacetList {
    pub(super) name: &'static str,
    pub(super) heading: &'static str,
    /// Chosen ones first.
    pub(super) values: Vec<ValueLink>,
    /// How many values there are, and where all of them are, if some did not fit.
    pub(super) distinct: String,
    pub(super) more: Option<String>,
    /// Those of the articles that have no value, and how many they are.
    pub(super) lacking: Option<(Link, String)>,
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

/// The facets that have something to offer. Where every article names its source, sites say the same again.
pub(super) fn lists(facets: &Facets, search: Narrowing<'_>) -> Vec<FacetList> {
    let in_force = filters::in_force(search.here);
    let are_named = facets.0.iter().any(|(field, facet)| *field == FacetField::Source && facet.missing == 0);
    let is_asked = in_force.iter().any(|filter| filter.field == FacetField::Site);
    let says_more = |field: FacetField| field != FacetField::Site || !are_named || is_asked;
    facets
        .0
        .iter()
        .filter(|(field, facet)| !facet.values.is_empty() && says_more(*field))
        .map(|(field, facet)| list(*field, facet, search, &in_force))
        .collect()
}

fn list(field: FacetField, facet: &Facet, search: Narrowing<'_>, in_force: &[Filter]) -> FacetList {
    let here = search.here;
    let mine: Vec<&Filter> = in_force.iter().filter(|filter| filter.field == field).collect();
    let mut values: Vec<ValueLink> = facet.values.iter().map(|value| link(field, value, here, &mine)).collect();
    values.sort_by_key(|value| value.state);
    let all = here.first_page().without(&["facet_limit", "sort", "limit"]).at(format!("/values/{}", field.name()));
    FacetList {
        name: field.name(),
        heading: heading(field),
        values,
        distinct: grouped(facet.distinct),
        more: (facet.others > 0).then(|| all.href()),
        lacking: (facet.missing > 0).then(|| (lacking(field, search), grouped(facet.missing))),
    }
}

fn lacking(field: FacetField, search: Narrowing<'_>) -> Link {
    Link { label: format!("No {}", singular(field).to_lowercase()), href: search.without_any(field) }
}

/// Values in the order given, as links to a search.
pub(super) fn links(field: FacetField, values: &[FacetValue], search: &Address) -> Vec<ValueLink> {
    let in_force = filters::in_force(search);
    let mine: Vec<&Filter> = in_force.iter().filter(|filter| filter.field == field).collect();
    values.iter().map(|value| link(field, value, search, &mine)).collect()
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
        None => here.adding(name, written(field, &value.value, false)),
    };
    let exclude = filter.is_none().then(|| here.adding(name, written(field, &value.value, true)).href());
    ValueLink { label: shown(field, &value.label), count: grouped(count), state, toggle: toggle.href(), exclude }
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

    fn lists(facets: &Facets, here: &Address) -> Vec<FacetList> {
        super::lists(facets, Narrowing { here, canonical: "(a OR b)" })
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
        let lists = |query| lists(&tags(3), &Address::read("/search", Some(query)));
        assert_eq!(lists("").len(), 1);
        let more = lists("q=x&tag=sport&cursor=c&facet_limit=20").remove(0).more;
        assert_eq!(more.as_deref(), Some("/values/tag?q=x&tag=sport"));
    }

    #[test]
    fn articles_that_have_none_stand_at_the_foot() {
        let mut facets = tags(0);
        let here = Address::read("/search", Some("q=a+OR+b&tag=sport&lang=en"));
        assert_eq!(lists(&facets, &here)[0].lacking, None);
        facets.0[0].1.missing = 1088;
        let (link, count) = lists(&facets, &here).remove(0).lacking.unwrap();
        assert_eq!((link.label.as_str(), count.as_str()), ("No subject", "1,088"));
        assert_eq!(link.href, "/search?q=%28a+OR+b%29+AND+NOT+has%3Atags&lang=en");
    }
}
