//! The filters in force, as parameters of the address: read, compared with facet values, and shown as chips that
//! can be taken off.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::address::Address;
use super::wording::{shown, singular};
use crate::search::request::{self, FacetField};

/// A facet filter as it stands in the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) field: FacetField,
    /// As in the address, sign and escape included.
    pub(super) written: String,
    pub(super) value: String,
    pub(super) exclude: bool,
}

/// A filter in force and the address without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chip {
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) exclude: bool,
    pub(super) remove: String,
}

impl Filter {
    fn read(field: FacetField, written: &str) -> Option<Filter> {
        let request::Filter { value, exclude, .. } = request::Filter::read(field, written)?;
        Some(Filter { field, written: written.to_owned(), value, exclude })
    }

    pub(super) fn is_on(&self, value: &str, label: &str) -> bool {
        let mine = folded(&self.value);
        mine == folded(value) || mine == folded(label)
    }
}

/// The value of a parameter that selects (or excludes) `value`.
pub(super) fn written(field: FacetField, value: &str, exclude: bool) -> String {
    request::Filter { field, value: value.to_owned(), exclude }.written()
}

/// All facet filters of an address.
pub(super) fn in_force(here: &Address) -> Vec<Filter> {
    let read = |(name, value): &(String, String)| Filter::read(FacetField::from_name(name)?, value);
    here.pairs().iter().filter_map(read).collect()
}

/// A search for everything with one value of a facet.
pub(super) fn only(field: FacetField, value: &str) -> String {
    Address::read("/search", None).adding(field.name(), written(field, value, false)).href()
}

/// What narrows the answer, apart from the query.
pub(super) fn chips(here: &Address) -> Vec<Chip> {
    let of_facets = in_force(here).into_iter().map(|filter| Chip {
        kind: singular(filter.field),
        value: shown(filter.field, &filter.value),
        exclude: filter.exclude,
        remove: here.dropping(filter.field.name(), &filter.written).href(),
    });
    of_facets.chain(of_dates(here)).collect()
}

/// The address without any of the chips.
pub(super) fn cleared(here: &Address) -> String {
    let mut names: Vec<&str> = FacetField::ALL.into_iter().map(FacetField::name).collect();
    names.extend(["from", "to"]);
    here.first_page().without(&names).href()
}

fn of_dates(here: &Address) -> impl Iterator<Item = Chip> {
    [("from", "From"), ("to", "To")].into_iter().filter_map(|(name, kind)| {
        let value = here.first(name)?.to_owned();
        Some(Chip { kind, value, exclude: false, remove: here.first_page().without(&[name]).href() })
    })
}

/// Facet values are folded by the engine; this is enough to find the parameter a selected value came from.
fn folded(text: &str) -> String {
    text.nfkd().filter(|character| !is_combining_mark(*character)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(parameter: &str, value: &str, exclude: bool) {
        let filter = Filter::read(FacetField::Tag, parameter).unwrap();
        assert_eq!((filter.value.as_str(), filter.exclude), (value, exclude));
        assert_eq!(written(FacetField::Tag, value, exclude), parameter);
    }

    #[test]
    fn a_hyphen_excludes_unless_it_is_escaped() {
        check("china", "china", false);
        check("-china", "china", true);
        check("\\-ism", "-ism", false);
        check("-\\-ism", "-ism", true);
    }

    #[test]
    fn each_chip_takes_off_itself_alone() {
        let here = Address::read("/search", Some("q=x&tag=a&tag=-b&from=2025&cursor=c"));
        let links: Vec<_> = chips(&here).into_iter().map(|chip| chip.remove).collect();
        let expected = ["/search?q=x&tag=-b&from=2025", "/search?q=x&tag=a&from=2025", "/search?q=x&tag=a&tag=-b"];
        assert_eq!(links, expected);
        assert_eq!(cleared(&here), "/search?q=x");
    }

    #[test]
    fn a_filter_is_found_however_it_was_spelled() {
        assert!(Filter::read(FacetField::Place, "sao paulo").unwrap().is_on("são paulo", "São Paulo"));
        assert!(!Filter::read(FacetField::Place, "sao").unwrap().is_on("são paulo", "São Paulo"));
    }
}
