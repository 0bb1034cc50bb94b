//! A search as a feed: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1. An item has the same id in all three, for ever, and on
//! every machine that has read the same article.

use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use url::{Position, Url};
use uuid::Uuid;

use crate::article::{ArticleId, Stamp};
use crate::search::answer::{Hit, HitStatus, SearchAnswer};
use crate::search::escape;

/// A feed that has never had anything was changed at no time; one has to be said.
const NEVER: Timestamp = Timestamp::UNIX_EPOCH;

/// Where a feed is read.
pub(super) struct Place {
    /// Scheme and host, without a slash at the end.
    pub(super) root: String,
    /// Path and query of the feed, and of the page that shows the same.
    pub(super) own: String,
    pub(super) page: String,
}

pub(super) struct Feed {
    id: String,
    title: String,
    about: String,
    own: String,
    page: String,
    updated: Timestamp,
    items: Vec<Item>,
}

struct Item {
    id: String,
    title: String,
    /// The article where it was published, if that is known; else here.
    link: String,
    here: String,
    summary: String,
    published: Option<Timestamp>,
    updated: Timestamp,
    authors: Vec<String>,
    tags: Vec<String>,
    source: Option<String>,
    lang: Option<String>,
    image: Option<String>,
}

impl Feed {
    pub(super) fn of(answer: &SearchAnswer, place: &Place) -> Feed {
        let items: Vec<Item> = answer.hits.iter().filter_map(|hit| item(hit, &place.root)).collect();
        let query = answer.query.input.trim();
        let title = if query.is_empty() { "Broadsheet".to_owned() } else { format!("{query} – Broadsheet") };
        Feed {
            id: urn(&format!("{}{}", place.root, place.own)),
            title: plain(&title),
            about: plain(&format!("Articles found with {}", if query.is_empty() { "*" } else { query })),
            own: format!("{}{}", place.root, uri(&place.own)),
            page: format!("{}{}", place.root, uri(&place.page)),
            updated: items.iter().map(|item| item.updated).max().unwrap_or(NEVER),
            items,
        }
    }

    pub(super) fn as_rss(&self) -> String {
        // Into memory: nothing in it can fail.
        Rss { feed: self }.render().unwrap_or_default()
    }

    pub(super) fn as_atom(&self) -> String {
        Atom { feed: self }.render().unwrap_or_default()
    }

    pub(super) fn as_json(&self) -> Vec<u8> {
        let items = self.items.iter().map(|item| JsonItem {
            id: &item.id,
            url: &item.here,
            external_url: (item.link != item.here).then_some(&item.link),
            title: &item.title,
            content_text: &item.summary,
            image: item.image.as_ref(),
            date_published: item.published,
            date_modified: item.updated,
            authors: item.authors.iter().map(|name| JsonAuthor { name }).collect(),
            tags: &item.tags,
            language: item.lang.as_ref(),
        });
        let feed = JsonFeed {
            version: "https://jsonfeed.org/version/1.1",
            title: &self.title,
            home_page_url: &self.page,
            feed_url: &self.own,
            description: &self.about,
            items: items.collect(),
        };
        serde_json::to_vec(&feed).unwrap_or_default()
    }

    fn updated_in_mail(&self) -> Option<String> {
        (self.updated > NEVER).then(|| in_mail(self.updated)).flatten()
    }
}

impl Item {
    /// RSS takes a description for HTML; in it this is text.
    fn summary_as_html(&self) -> String {
        let mut html = String::new();
        escape(&self.summary, &mut html);
        html
    }

    fn published_in_mail(&self) -> Option<String> {
        self.published.and_then(in_mail)
    }
}

#[derive(Template)]
#[template(path = "feeds/rss.xml", whitespace = "preserve")]
struct Rss<'a> {
    feed: &'a Feed,
}

#[derive(Template)]
#[template(path = "feeds/atom.xml", whitespace = "preserve")]
struct Atom<'a> {
    feed: &'a Feed,
}

#[derive(Serialize)]
struct JsonFeed<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: &'a str,
    description: &'a str,
    items: Vec<JsonItem<'a>>,
}

#[derive(Serialize)]
struct JsonItem<'a> {
    id: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<&'a String>,
    title: &'a str,
    content_text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_published: Option<Timestamp>,
    date_modified: Timestamp,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<JsonAuthor<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a String>,
}

#[derive(Serialize)]
struct JsonAuthor<'a> {
    name: &'a str,
}

/// One that has been withdrawn says nothing, and is in no feed.
fn item(hit: &Hit, root: &str) -> Option<Item> {
    let id = hit.id.as_ref().filter(|_| hit.status != Some(HitStatus::Deleted))?;
    let some = |line: &Option<Option<String>>| line.clone().flatten().map(|line| plain(&line));
    let here = format!("{root}/article/{id}");
    let summary = some(&hit.lead).filter(|lead| !lead.trim().is_empty()).or_else(|| some(&hit.excerpt));
    let headline = hit.headline.as_deref().map(plain).filter(|headline| !headline.trim().is_empty());
    let title = headline.or_else(|| summary.clone()).unwrap_or_else(|| id.to_string());
    let published = hit.published.and_then(|stamp| stamp.at);
    let list = |values: &Option<Vec<String>>| {
        let values = values.iter().flatten().map(|value| plain(value));
        values.filter(|value| !value.trim().is_empty()).collect()
    };
    let source = hit.source.as_ref().and_then(|source| source.name.as_ref().or(source.site.as_ref()));
    Some(Item {
        id: urn(&named(id)),
        link: some(&hit.url).and_then(|url| web(&url)).unwrap_or_else(|| here.clone()),
        here,
        summary: summary.unwrap_or_else(|| title.clone()),
        title,
        published,
        updated: updated(hit).unwrap_or(NEVER),
        authors: list(&hit.authors),
        tags: list(&hit.tags),
        source: source.map(|name| plain(name)),
        lang: some(&hit.lang),
        image: some(&hit.image).and_then(|url| web(&url)),
    })
}

/// When it was last changed: as it says itself, and no later version came in without a word of it.
fn updated(hit: &Hit) -> Option<Timestamp> {
    let said = |stamp: Option<Stamp>| stamp.filter(|stamp| !stamp.implausible).and_then(|stamp| stamp.at);
    let said = said(hit.modified.flatten()).max(said(hit.published));
    let came = hit.stored.filter(|_| hit.version > Some(1));
    said.max(came).or(hit.seen)
}

/// What an article's id is made from; another sentence than an address, so that no feed has the id of an article.
fn named(id: &ArticleId) -> String {
    format!("broadsheet article {id}")
}

/// A name that needs no host and no registry: a UUID made from a text (RFC 9562, version 8).
fn urn(text: &str) -> String {
    let hash = blake3::hash(text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_bytes()[..16]);
    Uuid::new_v8(bytes).urn().to_string()
}

/// An address of the web, as URIs are written.
fn web(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let behind_the_host = url.path().len() + url[Position::AfterPath..].len();
    let (host, rest) = url.as_str().split_at(url.as_str().len() - behind_the_host);
    Some(format!("{host}{}", uri(rest)))
}

/// What stands behind a host, with every character escaped that a URI does not have (RFC 3986, 2). Browsers send more.
fn uri(text: &str) -> String {
    let bytes = text.as_bytes();
    let is_hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    let mut uri = String::with_capacity(text.len());
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'#' if uri.contains('#') => uri.push_str("%23"),
            b'%' if is_hex(at + 1) && is_hex(at + 2) => uri.push('%'),
            byte if byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=".contains(byte) => uri.push(*byte as char),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// Without what XML cannot hold at all (XML 1.0, 2.2), not even escaped.
fn plain(text: &str) -> String {
    let is_held =
        |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(|c| is_held(*c)).collect()
}

/// RFC 2822, as RSS wants it.
fn in_mail(at: Timestamp) -> Option<String> {
    jiff::fmt::rfc2822::to_string(&at.to_zoned_datetime(TimeZone::UTC)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{Precision, Provenance};

    fn place() -> Place {
        let (own, page) = ("/api/v1/search.atom?q=a".to_owned(), "/search?q=a".to_owned());
        Place { root: "http://archive.example".to_owned(), own, page }
    }

    fn hit(headline: &str) -> Hit {
        let at = Some("2025-02-27T16:44:00Z".parse().unwrap());
        Hit {
            id: Some(ArticleId("a1".to_owned())),
            headline: Some(headline.to_owned()),
            url: Some(Some("https://news.example/a?b=1&c=2".to_owned())),
            published: Some(Stamp { at, precision: Precision::Minute, from: Provenance::Page, implausible: false }),
            ..Hit::default()
        }
    }

    fn feed(hits: Vec<Hit>) -> Feed {
        let answer = SearchAnswer { hits, ..crate::http::pages::made_up::empty_answer("a") };
        Feed::of(&answer, &place())
    }

    #[test]
    fn hostile_text_stays_text_in_every_form() {
        let feed = feed(vec![hit("</title><script>alert(1)</script>\u{1}\u{fffe} & more")]);
        for xml in [feed.as_rss(), feed.as_atom()] {
            assert!(!xml.contains("<script>") && !xml.contains('\u{1}') && !xml.contains('\u{fffe}'), "{xml}");
            let mut reader = quick_xml::Reader::from_str(&xml);
            while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
        }
        assert!(feed.as_rss().contains("<description>&#38;lt;/title&#38;gt;"), "{}", feed.as_rss());
        let json: serde_json::Value = serde_json::from_slice(&feed.as_json()).unwrap();
        assert_eq!(json["items"][0]["title"], "</title><script>alert(1)</script> & more");
    }

    #[test]
    fn an_item_has_one_id_in_every_form_and_dates_in_the_form_of_each() {
        let feed = feed(vec![hit("Tin")]);
        let json: serde_json::Value = serde_json::from_slice(&feed.as_json()).unwrap();
        let id = json["items"][0]["id"].as_str().unwrap();
        assert!(id.starts_with("urn:uuid:"));
        assert!(feed.as_rss().contains(&format!("<guid isPermaLink=\"false\">{id}</guid>")));
        assert!(feed.as_atom().contains(&format!("<entry>\n<id>{id}</id>")));
        assert!(feed.as_rss().contains("<pubDate>Thu, 27 Feb 2025 16:44:00 +0000</pubDate>"), "{}", feed.as_rss());
        assert!(feed.as_atom().contains("<updated>2025-02-27T16:44:00Z</updated>"));
    }

    #[test]
    fn what_was_withdrawn_is_in_no_feed_and_what_has_no_headline_has_a_title() {
        let withdrawn = Hit { status: Some(HitStatus::Deleted), ..hit("Secret") };
        let untitled = Hit { excerpt: Some(Some("It began so".to_owned())), url: None, ..hit(" ") };
        let feed = feed(vec![withdrawn, untitled]);
        assert!(!feed.as_rss().contains("Secret"));
        assert!(feed.as_rss().contains("<title>It began so</title>\n<link>http://archive.example/article/a1</link>"));
    }

    #[test]
    fn addresses_are_uris() {
        assert_eq!(
            web("https://x.example/a b?c=\"d\"|e#f[g]").unwrap(),
            "https://x.example/a%20b?c=%22d%22%7Ce#f%5Bg%5D"
        );
        assert_eq!(web("http://[::1]:80/x%2F%zz").unwrap(), "http://[::1]/x%2F%25zz");
        assert_eq!(web("https://x.example/a#b#c").unwrap(), "https://x.example/a#b%23c");
        assert_eq!(web("ftp://x.example/"), None);
        assert_eq!(uri("/search?q=a|b&tag={x}[y]%20ä"), "/search?q=a%7Cb&tag=%7Bx%7D%5By%5D%20%C3%A4");
    }
}
