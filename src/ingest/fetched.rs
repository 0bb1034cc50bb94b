//! What was fetched: feeds, and the pages that their items link to. Read like any other input, but for two things: an
//! address is known from outside, and a page is the article that the item of the feed announced.

use std::borrow::Cow;
use std::io::Read;
use std::ops::ControlFlow;
use std::time::Duration;

use encoding_rs::{Encoding, UTF_8};
use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use url::Url;

use super::chunks::Chunks;
use super::detect::Format;
use super::file::NOTHING;
use super::input::{self, Progress};
use super::pipeline::{Settled, settle};
pub use super::readers::sitemap::Named;
use super::readers::{feed, sitemap};
use super::root::Root;
use super::{Item, Page, Place, ReadOptions, Reason};
use crate::article::{Article, Precision, Stamp};
use crate::identity::{self, Kind};
use crate::store::{Incoming, Rejected};

/// Items taken from one feed; a news sitemap has a thousand at most.
const MOST: usize = 10_000;

/// Bytes of it that are looked at, unpacked.
const LARGEST: usize = 64 << 20;

/// The formats of lists of articles. Anything else at the address of a feed is a mistake, and no article.
const FEEDS: &[Format] =
    &[Format::Feed, Format::Sitemap, Format::Ninjs, Format::NewsMl, Format::Nitf, Format::Json, Format::Csv];

/// A document as it came over the network.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Where it was in the end.
    pub url: Url,
    /// The encoding that its sender names.
    pub charset: Option<String>,
    pub bytes: Vec<u8>,
    pub at: Timestamp,
}

/// What a feed held.
#[derive(Debug, Default)]
pub struct Items {
    pub articles: Vec<Incoming>,
    pub rejects: Vec<Rejected>,
    /// It is something else than a list of articles: a page, a text.
    pub is_no_feed: bool,
    /// It holds no articles, but names these.
    pub sitemaps: Vec<Named>,
    /// How long it wants to be left alone between two times it is asked.
    pub pace: Option<Duration>,
}

/// Reads a feed, or what else is a list of articles. Relative addresses are those of its own.
pub fn list(fetched: &Fetched, namespace: Option<&str>) -> Items {
    let bytes = in_declared_encoding(&fetched.bytes, fetched.charset.as_deref());
    let text = unpacked(&bytes);
    let mut items = Items { sitemaps: sitemap::named(&text), pace: pace(&text), ..Items::default() };
    if !items.sitemaps.is_empty() {
        return items;
    }
    let options = ReadOptions { url: Some(fetched.url.to_string()), ..ReadOptions::default() };
    let progress = Progress::default();
    let _ = input::read_bytes(&bytes, fetched.url.as_str(), &options, &progress, &mut |item| {
        items.add(item, fetched, namespace)
    });
    items
}

/// The text, where it is one.
fn unpacked(bytes: &[u8]) -> String {
    let is_packed = bytes.starts_with(b"\x1f\x8b");
    let stream: Box<dyn Read> = if is_packed { Box::new(MultiGzDecoder::new(bytes)) } else { Box::new(bytes) };
    let mut chunks = Chunks::new(stream, None);
    chunks.fill(LARGEST);
    chunks.text
}

fn pace(text: &str) -> Option<Duration> {
    let is_feed = Root::of(text).is_some_and(|root| matches!(root.local().as_str(), "rss" | "rdf" | "feed"));
    if is_feed { feed::pace(text) } else { None }
}

/// Reads the page that an item of a feed links to. It is the same article: known by the item's own identifier where it
/// has one, or where the item is already `kept`, else by the address that the page gives itself, as it would be if it
/// came by itself. What the page does not say, the item does.
///
/// # Errors
/// Why there is no article on it.
pub fn page(fetched: Fetched, item: &Incoming, namespace: Option<&str>, kept: bool) -> Result<Incoming, Reason> {
    if is_front_page(&fetched.url, item.article.url.as_deref()) {
        return Err(Reason::new("no_article", "the address leads to the front page: the article is no longer there"));
    }
    let place = Place { source: fetched.url.to_string(), ..Place::default() };
    let Fetched { url, charset, bytes, at } = fetched;
    let mut read = Page::captured(bytes, charset, url.into(), Some(at), place).read();
    match &mut read {
        Item::Article { article, .. } => {
            complete(article, &item.article);
            if item.identity.kind == Kind::Provider {
                article.external_id.clone_from(&item.article.external_id);
            }
        }
        Item::Reject { reason, .. } => return Err(reason.clone()),
        Item::Page(_) => {}
    }
    match settle(read, namespace, true, at) {
        Settled::Article(_, mut incoming) => {
            if kept || item.identity.kind == Kind::Provider {
                incoming.identity = item.identity.clone();
                incoming.article.namespace.clone_from(&item.identity.namespace);
            }
            Ok(*incoming)
        }
        Settled::Reject(reject) => Err(Reason::new("no_article", reject.detail)),
    }
}

/// An item's newest moment; one that is newer than the last time says that its page has changed.
pub fn stamp(article: &Article) -> Option<Timestamp> {
    let modified = article.modified.as_ref().and_then(|stamp| stamp.at);
    modified.max(article.published.at)
}

/// The address by which a page is remembered.
pub fn page_address(url: &str) -> Option<String> {
    identity::normalise_url(url)
}

impl Items {
    fn add(&mut self, mut item: Item, fetched: &Fetched, namespace: Option<&str>) -> ControlFlow<()> {
        match &mut item {
            Item::Article { article, format, .. } if FEEDS.contains(format) => make_absolute(article, &fetched.url),
            Item::Article { .. } | Item::Page(_) => {
                self.is_no_feed = true;
                return ControlFlow::Break(());
            }
            // A feed may well be empty for a while.
            Item::Reject { reason, .. } if reason.detail == NOTHING => return ControlFlow::Continue(()),
            Item::Reject { .. } => {}
        }
        match settle(item, namespace, true, fetched.at) {
            Settled::Article(_, incoming) if is_anothers_end(&incoming, &fetched.url) => {
                let address = incoming.article.url.unwrap_or_default();
                let detail = format!("withdraws {address}, which is of another site: a feed withdraws only its own");
                self.reject(Reason::new("not_its_own", detail), fetched);
            }
            Settled::Article(_, incoming) => self.articles.push(*incoming),
            Settled::Reject(reject) => self.rejects.push(reject),
        }
        if self.articles.len() + self.rejects.len() < MOST {
            return ControlFlow::Continue(());
        }
        let detail = format!("more than {MOST} items in one feed; the others are not read");
        self.reject(Reason::new("too_large", detail), fetched);
        ControlFlow::Break(())
    }

    fn reject(&mut self, reason: Reason, fetched: &Fetched) {
        let (source, code, detail) = (fetched.url.to_string(), reason.code.to_owned(), reason.detail);
        self.rejects.push(Rejected { source, code, detail, ..Rejected::default() });
    }
}

/// Does a feed say of an article of another site that it is no more, or not to be shown?
fn is_anothers_end(incoming: &Incoming, feed: &Url) -> bool {
    let of = |host: String| identity::registrable_domain(&host).unwrap_or(host);
    let site = incoming.article.url.as_deref().and_then(identity::site_of);
    let is_own = || site.map(of) == identity::site_of(feed.as_str()).map(of);
    incoming.article.is_held() && incoming.identity.kind == Kind::Url && !is_own()
}

fn make_absolute(article: &mut Article, base: &Url) {
    for url in article.url.iter_mut().chain(&mut article.image) {
        if let (Err(url::ParseError::RelativeUrlWithoutBase), Ok(whole)) = (Url::parse(url), base.join(url)) {
            *url = whole.into();
        }
    }
    // A relative address names no site.
    if article.source.site.is_none() {
        article.source.site = article.url.as_deref().and_then(identity::site_of);
    }
}

/// Many sites answer for an article that is gone with their front page.
fn is_front_page(reached: &Url, link: Option<&str>) -> bool {
    let bare = |url: &Url| url.path().trim_matches('/').is_empty() && url.query().is_none();
    bare(reached) && link.and_then(|link| Url::parse(link).ok()).is_some_and(|link| !bare(&link))
}

/// Whatever the page lacks is taken from the item. The longer text is the whole one: a page may show a beginning only.
fn complete(page: &mut Article, item: &Article) {
    let length = |body: &[String]| body.iter().map(String::len).sum::<usize>();
    let mut filled = Vec::new();
    let mut from_item = |name: &str, lacks: bool, has: bool| {
        if lacks && has {
            filled.push(name.to_owned());
        }
        lacks && has
    };
    if from_item("body", length(&page.body) < length(&item.body), true) {
        page.body.clone_from(&item.body);
    }
    if from_item("headline", page.headline.is_empty(), !item.headline.is_empty()) {
        page.headline.clone_from(&item.headline);
    }
    if from_item("published", is_vaguer(&page.published, &item.published), true) {
        page.published = item.published;
    }
    let one = [
        ("lead", &mut page.lead, &item.lead),
        ("section", &mut page.section, &item.section),
        ("lang", &mut page.lang, &item.lang),
        ("dateline", &mut page.dateline, &item.dateline),
        ("image", &mut page.image, &item.image),
        ("url", &mut page.url, &item.url),
        ("source", &mut page.source.name, &item.source.name),
        ("site", &mut page.source.site, &item.source.site),
    ];
    for (name, lacking, given) in one {
        if from_item(name, lacking.is_none(), given.is_some()) {
            lacking.clone_from(given);
        }
    }
    let several = [
        ("authors", &mut page.authors, &item.authors),
        ("tags", &mut page.tags, &item.tags),
        ("places", &mut page.places, &item.places),
        ("people", &mut page.people, &item.people),
        ("orgs", &mut page.orgs, &item.orgs),
    ];
    for (name, lacking, given) in several {
        if from_item(name, lacking.is_empty(), !given.is_empty()) {
            lacking.clone_from(given);
        }
    }
    page.modified = page.modified.or(item.modified);
    (page.provider_version, page.status, page.embargo) = (item.provider_version, item.status, item.embargo);
    page.provenance.extend(filled.into_iter().map(|name| (name, "feed".to_owned())));
}

/// Does the item say more exactly when?
fn is_vaguer(page: &Stamp, item: &Stamp) -> bool {
    let known = |stamp: &Stamp| stamp.at.is_some() && stamp.precision != Precision::Unknown;
    known(item) && (!known(page) || page.precision > item.precision)
}

/// As UTF-8, if the sender names another encoding and the bytes are not UTF-8 all the same. A byte order mark knows
/// better, and what is packed is no text.
fn in_declared_encoding<'a>(bytes: &'a [u8], charset: Option<&str>) -> Cow<'a, [u8]> {
    let declared =
        charset.and_then(|label| Encoding::for_label(label.as_bytes())).filter(|declared| *declared != UTF_8);
    let knows_better = Encoding::for_bom(bytes).is_some() || bytes.starts_with(b"\x1f\x8b");
    match declared.filter(|_| !knows_better && std::str::from_utf8(bytes).is_err()) {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned().into_bytes().into(),
        None => bytes.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{Provenance, Status};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn fetched(url: &str, bytes: &[u8]) -> Fetched {
        Fetched { url: url.parse().unwrap(), charset: None, bytes: bytes.to_vec(), at: at("2026-11-25T12:00:00Z") }
    }

    fn stamp_of(text: &str, precision: Precision) -> Stamp {
        Stamp { at: Some(at(text)), precision, from: Provenance::Feed, implausible: false }
    }

    #[test]
    fn addresses_in_a_feed_are_those_of_its_own() {
        let json = br#"[{"title":"Tin","url":"/tin"},{"title":"Zinc","url":"https://b.example/zinc"}]"#;
        let items = list(&fetched("https://a.example/feeds/all.json", json), None);
        let urls: Vec<_> = items.articles.iter().map(|one| one.article.url.as_deref().unwrap()).collect();
        assert_eq!(urls, ["https://a.example/tin", "https://b.example/zinc"]);
    }

    #[test]
    fn a_feed_withdraws_only_what_is_of_its_site() {
        let withdraws = |address: &str| {
            let feed = format!(
                "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:at='http://purl.org/atompub/tombstones/1.0'><title>t</title>\
                 <at:deleted-entry ref='{address}' when='2026-11-25T10:00:00Z'/></feed>"
            );
            let items = list(&fetched("https://feeds.a.example/all", feed.as_bytes()), None);
            items.articles.iter().any(|one| one.identity.kind == Kind::Url && one.article.status == Status::Killed)
        };
        assert!(withdraws("https://www.a.example/tin"));
        assert!(!withdraws("https://b.example/tin"));
    }

    #[test]
    fn a_text_is_no_feed_and_makes_no_article() {
        let items = list(&fetched("https://a.example/feed", b"Service unavailable\n\nWe will be back soon."), None);
        assert!(items.is_no_feed && items.articles.is_empty());
    }

    #[test]
    fn the_encoding_that_the_sender_names_is_used_unless_the_bytes_know_better() {
        let read = |bytes: &[u8]| {
            let json = [b"[{\"title\":\"".as_slice(), bytes, b"\"}]"].concat();
            let mut fetched = fetched("https://a.example/feed", &json);
            fetched.charset = Some("iso-8859-7".to_owned());
            list(&fetched, None).articles[0].article.headline.clone()
        };
        assert_eq!(read(b"\xc1\xe8\xde\xed\xe1"), "Αθήνα");
        assert_eq!(read("Αθήνα".as_bytes()), "Αθήνα");
    }

    #[test]
    fn what_a_page_lacks_its_item_says() {
        let item = Article {
            headline: "Tin rises".into(),
            lead: Some("In short.".into()),
            published: stamp_of("2026-11-25T10:30:00Z", Precision::Second),
            authors: vec!["Ann Smith".into()],
            body: vec!["A beginning.".into()],
            ..Article::default()
        };
        let mut page = Article {
            headline: "Tin rises again".into(),
            published: stamp_of("2026-11-25T00:00:00Z", Precision::Day),
            body: vec!["The whole of it, at length.".into()],
            ..Article::default()
        };
        complete(&mut page, &item);
        assert_eq!((page.headline.as_str(), page.lead.as_deref()), ("Tin rises again", Some("In short.")));
        assert_eq!((page.published, page.authors), (item.published, item.authors.clone()));
        assert_eq!(page.body, ["The whole of it, at length."]);
        assert_eq!(page.provenance.get("lead").map(String::as_str), Some("feed"));
        let mut walled = Article { body: vec!["The…".into()], ..Article::default() };
        complete(&mut walled, &item);
        assert_eq!(walled.body, item.body);
    }

    #[test]
    fn the_front_page_is_no_article_unless_it_was_asked_for() {
        let front = |reached: &str, link: &str| is_front_page(&reached.parse().unwrap(), Some(link));
        assert!(front("https://a.example/", "https://a.example/tin"));
        assert!(!front("https://a.example/tin-2", "https://a.example/tin"));
        assert!(!front("https://a.example/", "https://a.example"));
        assert!(!front("https://a.example/?p=7", "https://a.example/?p=7"));
    }

    #[test]
    fn the_page_of_an_item_is_known_by_the_items_own_id_or_by_its_own_address() {
        let page = |id: Option<&str>, kept: bool| {
            let article = Article {
                headline: "Tin".into(),
                url: Some("https://a.example/go?to=7".into()),
                external_id: id.map(str::to_owned),
                source: crate::article::Source { name: Some("Harbour Post".into()), site: None },
                ..Article::default()
            };
            let identity = identity::settle(&article, None, "feed");
            let item = Incoming { identity, article, original: None };
            let html = "<!doctype html><html lang=en><head><title>Tin rises again</title>\
                <link rel=canonical href=https://a.example/tin><meta property=og:type content=article></head><body><article>\
                <h1>Tin rises again</h1><p>The price of tin rose on Friday for the third day in a row, traders at the harbour \
                said, and they put it down to a strike in two mines.</p><p>It has now lasted for five weeks and shows no sign \
                of an end, so that buyers have begun to look elsewhere.</p></article></body></html>";
            let key = item.identity.key.clone();
            (
                super::page(fetched("https://a.example/tin", html.as_bytes()), &item, None, kept).unwrap().identity.key,
                key,
            )
        };
        let (key, item) = page(Some("17"), false);
        assert_eq!((key.as_str(), item.as_str()), ("17", "17"));
        assert_eq!(page(None, false).0, "a.example/tin");
        let (key, item) = page(None, true);
        assert_eq!(key, item, "where the item is in already, its page is the same article");
    }
}
