//! Links that narrow a search by what a hit or a facet shows: the query, the filters and the dates stay as they are.

use super::address::Address;
use super::filters::{self, Filter, written};
use crate::search::request::FacetField;

/// A search as it was asked and read.
#[derive(Clone, Copy)]
pub(super) struct Narrowing<'a> {
    pub(super) here: &'a Address,
    /// The query with its operators written out, so that a clause may follow it.
    pub(super) canonical: &'a str,
}

impl Narrowing<'_> {
    /// The search with one more clause.
    pub(super) fn by_clause(&self, clause: &str) -> Address {
        let q = match self.canonical {
            "" | "*" => clause.to_owned(),
            canonical => format!("{canonical} AND {clause}"),
        };
        self.here.setting("q", q)
    }

    /// The search for those of its articles that have this value. Values of one field widen each other, so a second one
    /// stands in place of the first where an article has no more than one, and else in the query.
    pub(super) fn by_value(&self, field: FacetField, value: &str) -> String {
        let chosen: Vec<Filter> = filters::in_force(self.here)
            .into_iter()
            .filter(|filter| filter.field == field && !filter.exclude)
            .collect();
        let is_chosen = chosen.iter().any(|filter| filter.is_on(value, value));
        let has_one = matches!(field, FacetField::Source | FacetField::Site | FacetField::Section | FacetField::Lang);
        if !chosen.is_empty() && !is_chosen && !has_one {
            return self.by_clause(&clause(field, value)).href();
        }
        let bare = chosen.iter().fold(self.here.first_page(), |here, one| here.dropping(field.name(), &one.written));
        bare.adding(field.name(), written(field, value, false)).href()
    }

    /// The search for those of its articles that have no value of a field; what is chosen of it cannot be among them.
    pub(super) fn without_any(&self, field: FacetField) -> String {
        let known = match field {
            FacetField::Tag => "tags",
            field => field.name(),
        };
        self.by_clause(&format!("NOT has:{known}")).without(&[field.name()]).href()
    }
}

/// A value as a clause of a query.
fn clause(field: FacetField, value: &str) -> String {
    let mut clause = format!("{}:\"", field.name());
    for character in value.chars() {
        if matches!(character, '"' | '\\' | '“' | '”' | '„' | '«' | '»' | '「' | '」') {
            clause.push('\\');
        }
        clause.push(character);
    }
    clause.push('"');
    clause
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_value(query: &str, field: FacetField, value: &str) -> String {
        let here = Address::read("/search", Some(query));
        Narrowing { here: &here, canonical: "(a OR b)" }.by_value(field, value)
    }

    #[test]
    fn a_value_narrows_and_all_else_stays() {
        let narrowed = by_value("q=a+OR+b&lang=en&from=2025&sort=oldest&cursor=c", FacetField::Tag, "tin");
        assert_eq!(narrowed, "/search?q=a+OR+b&lang=en&from=2025&sort=oldest&tag=tin");
    }

    #[test]
    fn a_second_value_never_widens() {
        let second = by_value("q=x&tag=tin&tag=-lead", FacetField::Tag, "the \"new\" zinc");
        assert_eq!(second, "/search?q=%28a+OR+b%29+AND+tag%3A%22the+%5C%22new%5C%22+zinc%22&tag=tin&tag=-lead");
        assert_eq!(by_value("q=x&tag=tin&tag=zinc", FacetField::Tag, "Zinc"), "/search?q=x&tag=Zinc");
        assert_eq!(by_value("source=A&source=B", FacetField::Source, "B"), "/search?source=B");
    }

    #[test]
    fn articles_without_a_value_are_asked_for_by_a_clause() {
        let here = Address::read("/search", Some("q=x&author=Ana&tag=tin&cursor=c"));
        let all = Narrowing { here: &here, canonical: "*" };
        assert_eq!(all.without_any(FacetField::Author), "/search?q=NOT+has%3Aauthor&tag=tin");
        let some = Narrowing { here: &here, canonical: "(a OR b)" };
        assert_eq!(some.without_any(FacetField::Tag), "/search?q=%28a+OR+b%29+AND+NOT+has%3Atags&author=Ana");
    }
}
