//! The address a page says it has, and whether that is believed.

use url::Url;

use super::marks::Marks;
use super::thing::Thing;
use super::trust::{self, Found, found};
use crate::identity;

/// Bytes of a page in which whoever saved it notes where from.
const NOTED: usize = 4 << 10;

/// The address of the article: what the page says, if that could be so, else where it was fetched.
pub(super) fn canonical(
    marks: &Marks,
    ld: Option<&Thing<'_>>,
    data: Option<&Thing<'_>>,
    fetched: Option<&Url>,
    saved: Option<&Url>,
) -> Option<Found<Url>> {
    let known = fetched.or(saved);
    let base = marks.base.as_deref().and_then(|base| resolved(base, known)).or_else(|| known.cloned());
    let base = base.or_else(|| marks.meta(&["og:url"]).and_then(|url| Url::parse(url).ok()));
    let mut said: Vec<(&'static str, String)> = Vec::new();
    said.extend(marks.canonical.clone().map(|url| ("link", url)));
    for (from, thing) in [("json-ld", ld), ("microdata", data)] {
        said.extend(thing.map(Thing::addresses).unwrap_or_default().into_iter().map(|url| (from, url)));
    }
    said.extend(marks.meta(&["og:url"]).map(|url| ("opengraph", url.to_owned())));
    let said = said.into_iter().filter_map(|(from, url)| Some(found(from, resolved(&url, base.as_ref())?)));
    let mut urls: Vec<Found<Url>> = said.filter(|url| is_believed(&url.value, fetched)).collect();
    urls.extend(fetched.or(saved.filter(|url| !is_front(url))).map(|url| found("address", url.clone())));
    trust::first("url", urls)
}

/// The address that whoever saved a page noted in a comment at its top: `saved from url=(0029)https://a.example/tin`, as
/// browsers do, or `Page saved with SingleFile url: https://a.example/tin`.
pub(super) fn saved(page: &str) -> Option<Url> {
    let head = &page[..page.floor_char_boundary(NOTED)];
    let comments =
        head.split("<!--").skip(1).filter_map(|rest| rest.split_once("-->")).map(|(comment, _)| comment.trim());
    comments.filter_map(noted).find_map(|url| resolved(url, None))
}

fn noted(comment: &str) -> Option<&str> {
    let of_browser = || Some(comment.strip_prefix("saved from url=(")?.split_once(')')?.1);
    let of_extension = || {
        let rest = comment.strip_prefix("Page saved with SingleFile")?;
        rest.split_once("url:").map(|(_, url)| url)
    };
    of_browser().or_else(of_extension)?.split_whitespace().next()
}

/// Are they of the same owner?
pub(super) fn is_same_site(one: &Url, other: &Url) -> bool {
    domain(one) == domain(other)
}

fn domain(url: &Url) -> Option<String> {
    let host = identity::normalise_url(url.as_str())?.split('/').next()?.to_owned();
    identity::registrable_domain(&host).or(Some(host))
}

/// The front page is not the address of an article; nor may a page speak for another site than its own, for it would put
/// itself in the place of the articles there.
fn is_believed(url: &Url, fetched: Option<&Url>) -> bool {
    if is_front(url) {
        return false;
    }
    fetched.is_none_or(|fetched| is_same_site(url, fetched))
}

pub(super) fn is_front(url: &Url) -> bool {
    matches!(url.path().trim_end_matches('/'), "" | "/index.html" | "/index.php" | "/home") && url.query().is_none()
}

/// `/`, `./index.html`, `https://a.example/`: a link to the front page of its site.
pub(super) fn is_home(href: &str) -> bool {
    match Url::parse(href) {
        Ok(url) => is_front(&url),
        Err(_) => matches!(href, "/" | "./" | "/index.html" | "./index.html" | "/index.php" | "/home" | "/home/"),
    }
}

/// An address on the web, relative to another.
pub(super) fn resolved(url: &str, base: Option<&Url>) -> Option<Url> {
    let url = url.trim();
    let parsed = Url::options().base_url(base).parse(url).ok()?;
    (!url.is_empty()
        && matches!(parsed.scheme(), "http" | "https")
        && parsed.host_str().is_some_and(|host| host.contains('.')))
    .then_some(parsed)
}

/// Does the path of a link lead through one of these to something: `/author/anna`, `/tags/metals/tin`?
pub(super) fn leads_through<S: AsRef<str>>(href: &str, steps: &[S]) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or(href);
    let mut behind = path.split('/').rev().skip_while(|step| step.is_empty());
    let last = behind.next();
    last.is_some() && behind.take(2).any(|step| steps.iter().any(|known| step.eq_ignore_ascii_case(known.as_ref())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(canonical_link: &str, fetched: Option<&str>, expected: Option<(&str, &str)>) {
        #[allow(clippy::field_reassign_with_default)]
        let mut marks = Marks::default();
        marks.canonical = Some(canonical_link.to_owned());
        let fetched = fetched.map(|url| Url::parse(url).unwrap());
        let url = canonical(&marks, None, None, fetched.as_ref(), None).map(|url| (url.from, url.value.to_string()));
        assert_eq!(url.as_ref().map(|(from, url)| (*from, url.as_str())), expected, "{canonical_link}");
    }

    #[test]
    fn links_lead_through_steps_to_something() {
        let leads = |href| leads_through(href, &["tag"]);
        assert!(leads("/tag/tin") && leads("https://a.example/en/Tag/metals/tin/?page=1#top"));
        assert!(!leads("/tag/") && !leads("/tags/tin") && !leads("/tag/a/b/c") && !leads("/tin?of=/tag/a"));
    }

    #[test]
    fn a_page_is_believed_where_it_could_be_so() {
        let address = "https://m.paper.example/tin?utm_source=x";
        let fetched = Some(address);
        check("https://www.paper.example/tin", fetched, Some(("link", "https://www.paper.example/tin")));
        check("/tin", fetched, Some(("link", "https://m.paper.example/tin")));
        check("https://www.paper.example/", fetched, Some(("address", address)));
        check("https://other.example/tin", fetched, Some(("address", address)));
        check("https://other.example/tin", None, Some(("link", "https://other.example/tin")));
        check("https://other.example/", None, None);
        check("mailto:a@b.example", None, None);
    }
}
