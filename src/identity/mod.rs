//! Who an article is: the same article read again, from wherever, is the same article.
//!
//! Identity is (namespace, provider id). The namespace is what the user says, else the provider's URI, else the format
//! and the publisher: bare numbers of two collections must not meet, and the parts of one collection must. Without a
//! provider id the normalised address identifies, everywhere the same; without an address, what the article says.

mod address;

use psl::Psl;
use url::Url;

use crate::article::{Article, ArticleId};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    pub namespace: String,
    pub key: String,
    pub kind: Kind,
    /// Of an item of a feed that has an id of its own: who the page is that it leads to.
    pub page: Option<Box<Identity>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The provider's own id.
    Provider,
    /// The normalised address.
    Url,
    /// A hash of what the article says; such an article has no versions.
    Content,
}

/// The reader whose items lead to pages.
const FEED: &str = "feed";

/// The reader of pages: what it reads at an address is what stands there.
const PAGE: &str = "html";

/// Settles who an article is. `namespace` is what the user said; `format` names the reader.
pub fn settle(article: &Article, namespace: Option<&str>, format: &str) -> Identity {
    let said = namespace.map(str::to_owned);
    let url = article.url.as_deref().and_then(normalise_url).filter(|url| format == PAGE || !is_front_page(url));
    let id = article.external_id.as_deref().map(str::trim).filter(|id| !id.is_empty());
    // A feed that gives the link as the guid names the page, and the page names itself: they are one article.
    let is_permalink = |id: &&str| url.is_some() && normalise_url(id) == url;
    if let Some(id) = id.filter(|id| !is_permalink(id)) {
        let provider = Some(article.namespace.clone()).filter(|namespace| !namespace.is_empty());
        let publisher = || article.source.site.clone().or_else(|| article.source.name.clone()).unwrap_or_default();
        // A text known by where it lies: the folder is part of its name, also in a namespace that somebody chose.
        let place = provider.as_deref().and_then(|provider| provider.split_once(':')).map(|(_, place)| place);
        let place = place.filter(|place| said.is_some() && place.contains('/'));
        let key = place.map_or_else(|| id.to_owned(), |place| format!("{place}/{id}"));
        // Another site's page is announced by many; it is itself.
        let is_own = |url: &String| provider.as_deref().is_some_and(|home| is_of_one_site(home, url));
        let page = url.filter(|url| format == FEED && is_own(url)).map(|url| Box::new(of_page(url, said.clone())));
        let namespace = said.or(provider).unwrap_or_else(|| format!("{format}:{}", publisher()));
        return Identity { namespace, key, kind: Kind::Provider, page };
    }
    if let Some(url) = url {
        return of_page(url, said);
    }
    let namespace = said.unwrap_or_else(|| format.to_owned());
    Identity { key: content_key(article), namespace, kind: Kind::Content, page: None }
}

/// The address of a site and of no article: tables, feeds and exports give it where they know no other.
fn is_front_page(url: &str) -> bool {
    !url.contains(['/', '?'])
}

/// Whether two addresses, without their schemes, are of one site.
fn is_of_one_site(one: &str, other: &str) -> bool {
    let site = |address: &str| {
        let host = address.split(['/', '?', ':']).next().unwrap_or_default();
        registrable_domain(host).unwrap_or_else(|| host.to_owned())
    };
    site(one) == site(other)
}

fn of_page(url: String, said: Option<String>) -> Identity {
    Identity { namespace: said.unwrap_or_else(|| "url".to_owned()), key: url, kind: Kind::Url, page: None }
}

fn content_key(article: &Article) -> String {
    let mut hash = blake3::Hasher::new();
    let date = article.published.at.map(|at| at.to_string()).unwrap_or_default();
    let lead = article.lead.as_deref().unwrap_or_default();
    let parts = [article.headline.as_str(), &date, lead].into_iter().chain(article.body.iter().map(String::as_str));
    for part in parts {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().to_hex()[..32].to_owned()
}

/// Digits and letters that cannot be mistaken for each other (Crockford's base 32), in lower case.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The public name: 80 bits of a hash over the identity, in 16 characters.
pub fn article_id(identity: &Identity) -> ArticleId {
    let mut hash = blake3::Hasher::new();
    hash.update(&(identity.namespace.len() as u64).to_le_bytes());
    hash.update(identity.namespace.as_bytes());
    hash.update(identity.key.as_bytes());
    let bits = hash.finalize().as_bytes()[..10].iter().fold(0u128, |bits, byte| bits << 8 | u128::from(*byte));
    let letter = |at: u32| char::from(LETTERS[(bits >> (75 - 5 * at)) as usize & 31]);
    ArticleId((0..16).map(letter).collect())
}

/// The address under which an article is known: without scheme, `www.`, AMP, tracking, fragment and trailing slash.
pub fn normalise_url(url: &str) -> Option<String> {
    address::normalise(url)
}

/// The host of an address, without `www.`.
pub fn site_of(url: &str) -> Option<String> {
    let url = Url::parse(url.trim()).ok()?;
    let host = url.host_str()?.to_lowercase();
    Some(host.strip_prefix("www.").unwrap_or(&host).to_owned())
}

/// The part of a host that somebody registered: `bbc.co.uk` of `news.bbc.co.uk`.
pub fn registrable_domain(host: &str) -> Option<String> {
    let domain = psl::List.domain(host.as_bytes())?;
    Some(String::from_utf8_lossy(domain.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registrable_domain_knows_public_suffixes() {
        assert_eq!(registrable_domain("news.bbc.co.uk").as_deref(), Some("bbc.co.uk"));
        assert_eq!(registrable_domain("edition.cnn.com").as_deref(), Some("cnn.com"));
    }

    #[test]
    fn a_number_is_an_identity_only_within_its_collection() {
        let article = |site: &str| Article {
            external_id: Some("17".to_owned()),
            source: crate::article::Source { name: None, site: Some(site.to_owned()) },
            ..Article::default()
        };
        let (one, other) = (settle(&article("a.example"), None, "csv"), settle(&article("b.example"), None, "csv"));
        assert_ne!(article_id(&one), article_id(&other));
        assert_eq!(settle(&article("a.example"), Some("mine"), "csv").namespace, "mine");
        assert_eq!(article_id(&one).0.len(), 16);
    }

    /// The public name that these make.
    fn named(id: Option<&str>, url: &str, namespace: Option<&str>, format: &str) -> ArticleId {
        let site = site_of(url);
        let article = Article {
            external_id: id.map(str::to_owned),
            url: Some(url.to_owned()),
            source: crate::article::Source { name: Some("Post".to_owned()), site },
            ..Article::default()
        };
        article_id(&settle(&article, namespace, format))
    }

    #[test]
    fn an_item_whose_id_is_its_link_is_the_article_of_that_page() {
        let page = named(None, "https://post.example/flood", None, "html");
        let item = |id: &str| named(Some(id), "https://www.post.example/flood?utm_source=rss", None, "feed");
        assert_eq!(item("https://post.example/flood"), page);
        assert_eq!(item("http://www.post.example/flood/?utm_medium=feed"), page);
        assert_ne!(item("https://post.example/?p=17"), page, "another address is the provider's own id");
        assert_ne!(item("tag:post.example,2025:17"), page);
        let ours = |id| named(id, "https://post.example/flood", Some("ours"), "json");
        assert_eq!(ours(Some("https://post.example/flood")), ours(None));
        assert_ne!(ours(None), page, "a namespace that somebody chose holds for addresses too");
    }

    #[test]
    fn the_front_page_of_a_site_is_no_article_that_says_it_is_there() {
        let kind = |url: &str, format| {
            let article = Article { url: Some(url.to_owned()), headline: "Tin".to_owned(), ..Article::default() };
            settle(&article, None, format).kind
        };
        assert_eq!(kind("https://post.example/", "feed"), Kind::Content);
        assert_eq!(kind("https://www.post.example", "csv"), Kind::Content);
        assert_eq!(kind("https://post.example/?p=17", "csv"), Kind::Url);
        assert_eq!(kind("https://post.example/", PAGE), Kind::Url);
    }

    #[test]
    fn an_item_with_an_id_of_its_own_is_the_page_it_leads_to_on_its_own_site() {
        let page = |home: &str, url: &str, namespace| {
            let article = Article {
                external_id: Some("tag:17".to_owned()),
                url: Some(url.to_owned()),
                namespace: home.to_owned(),
                ..Article::default()
            };
            settle(&article, namespace, FEED).page.map(|page| (page.key, page.namespace))
        };
        let named = |namespace: &str| Some(("post.example/flood".to_owned(), namespace.to_owned()));
        assert_eq!(page("news.post.example", "https://post.example/flood?utm_source=x", None), named("url"));
        assert_eq!(page("post.example/feed", "https://www.post.example/flood", Some("ours")), named("ours"));
        assert_eq!(page("planet.example", "https://post.example/flood", None), None);
        assert_eq!(page("", "https://post.example/flood", None), None);
    }

    #[test]
    fn an_id_that_is_an_address_without_a_link_stays_the_providers() {
        let uri = "http://agency.example/items/17";
        let article = Article { external_id: Some(uri.to_owned()), ..Article::default() };
        assert_eq!(settle(&article, None, "ninjs").kind, Kind::Provider);
    }

    #[test]
    fn an_article_without_a_name_is_what_it_says() {
        let article = |headline: &str| Article { headline: headline.to_owned(), ..Article::default() };
        let id = |headline, namespace| article_id(&settle(&article(headline), namespace, "json"));
        assert_eq!(settle(&article("Flood"), None, "json").kind, Kind::Content);
        assert_eq!(id("Flood", None), id("Flood", None));
        assert_ne!(id("Flood", None), id("Floods", None));
        assert_ne!(id("Flood", None), id("Flood", Some("ours")));
    }
}
