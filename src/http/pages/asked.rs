//! What a page asks for: the reader's parameters with the pages' own defaults beneath them.

use super::address::Address;
use crate::http::params;
use crate::query::Advice;
use crate::search::request::{HitFields, SearchRequest};

/// Where the address does not say otherwise.
const DEFAULTS: [(&str, &str); 5] = [
    ("facets", "tag,source,site,section,place,person,org,author,lang"),
    ("facet_limit", "8"),
    ("highlight", "1"),
    ("interval", "auto"),
    ("explain", "1"),
];

/// Unknown parameters are remarks in the request; what cannot be read is refused. A page draws whole hits, whatever
/// `fields` says.
pub(super) fn read(here: &Address) -> Result<SearchRequest, Advice> {
    let mut pairs = here.pairs().to_vec();
    let missing = DEFAULTS.iter().filter(|(name, _)| here.first(name).is_none());
    pairs.extend(missing.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let request = params::SEARCH.read(&pairs)?;
    Ok(SearchRequest { fields: HitFields::default(), originals: true, ..request })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::request::{FacetField, Unit};

    fn request(query: &str) -> SearchRequest {
        read(&Address::read("/search", Some(query))).unwrap()
    }

    #[test]
    fn a_page_asks_for_marks_facets_a_timeline_and_an_explanation() {
        let request = request("q=china");
        assert!(request.highlight && request.interval == Some(Unit::Auto) && request.facets.len() == 9);
        assert!(request.explain);
    }

    #[test]
    fn the_address_wins_over_the_defaults() {
        let request = request("facets=org&interval=year&highlight=0");
        assert_eq!(
            (request.facets, request.interval, request.highlight),
            (vec![FacetField::Org], Some(Unit::Year), false)
        );
    }

    #[test]
    fn a_page_is_whole_whatever_fields_are_named() {
        assert_eq!(request("fields=id").fields, HitFields::default());
    }

    #[test]
    fn a_form_left_empty_asks_nothing() {
        assert_eq!(request("q=&from=&to=&sort=").from, None);
    }
}
