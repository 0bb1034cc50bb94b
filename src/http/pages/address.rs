//! Where the reader stands: the address of a page as parameters in their order. Every link on a page is this address
//! with something changed, so that each state of a page has its own permanent address.

use url::form_urlencoded;

use crate::search::request::FacetField;

/// The API's base path, for the links "as JSON".
pub(super) const API: &str = "/api/v1";

/// Parameters that say which page of the answer is shown; any other change begins at the first page again.
const PAGING: [&str; 2] = ["cursor", "offset"];

/// Parameters that decide which articles are found and in which order, beside the facet filters.
const DECIDING: [&str; 9] = ["q", "mode", "from", "to", "date_field", "tz", "sort", "half_life", "collapse"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    path: String,
    pairs: Vec<(String, String)>,
}

impl Address {
    /// Reads a query string. Parameters without a value are left out: a form sends every field, filled in or not.
    pub(super) fn read(path: &str, query: Option<&str>) -> Address {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        Address { path: path.to_owned(), pairs }
    }

    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    pub(super) fn first<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn query(&self) -> &str {
        self.first("q").unwrap_or_default()
    }

    /// One hit stands for all copies of an article.
    pub(super) fn collapses(&self) -> bool {
        self.first("collapse") == Some("near")
    }

    pub(super) fn is_first_page(&self) -> bool {
        PAGING.iter().all(|name| self.first(name).is_none())
    }

    /// The same parameters, asked of another path.
    pub(super) fn at(&self, path: impl Into<String>) -> Address {
        Address { path: path.into(), pairs: self.pairs.clone() }
    }

    pub(super) fn first_page(&self) -> Address {
        self.without(&PAGING)
    }

    pub(super) fn without(&self, names: &[&str]) -> Address {
        self.keeping(|(name, _)| !names.contains(&name.as_str()))
    }

    pub(super) fn only(&self, names: &[&str]) -> Address {
        self.keeping(|(name, _)| names.contains(&name.as_str()))
    }

    /// What decides which articles are found, and in which order.
    pub(super) fn search(&self) -> Address {
        let decides = |name: &str| DECIDING.contains(&name) || FacetField::from_name(name).is_some();
        self.keeping(|(name, _)| decides(name))
    }

    /// One pair taken away, from the first page.
    pub(super) fn dropping(&self, name: &str, value: &str) -> Address {
        self.first_page().keeping(|pair| pair.0 != name || pair.1 != value)
    }

    /// One pair added, from the first page.
    pub(super) fn adding(&self, name: &str, value: impl Into<String>) -> Address {
        let mut address = self.first_page();
        address.pairs.push((name.to_owned(), value.into()));
        address
    }

    /// A parameter given this value alone, in its old place where it had one, from the first page.
    pub(super) fn setting(&self, name: &str, value: impl Into<String>) -> Address {
        let mut address = self.first_page();
        let place = address.pairs.iter().position(|(known, _)| known == name).unwrap_or(address.pairs.len());
        address.pairs.retain(|(known, _)| known != name);
        address.pairs.insert(place.min(address.pairs.len()), (name.to_owned(), value.into()));
        address
    }

    pub(super) fn href(&self) -> String {
        if self.pairs.is_empty() {
            return self.path.clone();
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish();
        format!("{}?{query}", self.path)
    }

    /// As in the address bar: for a form's hidden fields.
    pub(super) fn hidden_fields(&self, asked_anew: &[&str]) -> Vec<(String, String)> {
        self.first_page().without(asked_anew).pairs
    }

    fn keeping(&self, keep: impl Fn(&(String, String)) -> bool) -> Address {
        Address { path: self.path.clone(), pairs: self.pairs.iter().filter(|pair| keep(pair)).cloned().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, change: impl Fn(&Address) -> Address, expected: &str) {
        assert_eq!(change(&Address::read("/search", Some(query))).href(), expected);
    }

    #[test]
    fn an_address_without_parameters_is_its_path() {
        check("", Address::clone, "/search");
        check("q=&from=++&to=", Address::clone, "/search");
    }

    #[test]
    fn text_survives_the_way_through_a_link() {
        check("q=%22rare+earths%22+AND+%C3%BC%26", Address::clone, "/search?q=%22rare+earths%22+AND+%C3%BC%26");
        check("q=%ff", Address::clone, "/search?q=%EF%BF%BD");
    }

    #[test]
    fn a_change_begins_at_the_first_page() {
        check("q=a&cursor=xyz", |here| here.adding("tag", "b"), "/search?q=a&tag=b");
        check("q=a&offset=20", |here| here.setting("sort", "oldest"), "/search?q=a&sort=oldest");
        check("tag=a&cursor=xyz", |here| here.dropping("tag", "a"), "/search");
    }

    #[test]
    fn setting_replaces_every_value_in_place() {
        check("sort=newest&q=a&sort=oldest", |here| here.setting("sort", "recent"), "/search?sort=recent&q=a");
        check("q=a&sort=newest", |here| here.setting("q", "b"), "/search?q=b&sort=newest");
    }

    #[test]
    fn dropping_takes_one_value_of_a_repeated_parameter() {
        check("tag=a&tag=b&place=a", |here| here.dropping("tag", "a"), "/search?tag=b&place=a");
    }
}
