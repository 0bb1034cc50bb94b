//! Who an article is: the same article read again, from wherever, is the same article.
//!
//! Identity is (namespace, provider id). The namespace is what the user says, else the provider's URI, else the format
//! and the publisher: bare numbers of two collections must not meet, and the parts of one collection must. Without a
//! provider id the normalised address identifies, everywhere the same; without an address, what the article says.

use std::sync::LazyLock;

use psl::Psl;
use serde::Deserialize;
use url::Url;

use crate::article::{Article, ArticleId};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    pub namespace: String,
    pub key: String,
    pub kind: Kind,
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

/// Settles who an article is. `namespace` is what the user said; `format` names the reader.
pub fn settle(article: &Article, namespace: Option<&str>, format: &str) -> Identity {
    let said = namespace.map(str::to_owned);
    if let Some(id) = article.external_id.as_deref().map(str::trim).filter(|id| !id.is_empty()) {
        let provider = Some(article.namespace.clone()).filter(|namespace| !namespace.is_empty());
        let publisher = || article.source.site.clone().or_else(|| article.source.name.clone()).unwrap_or_default();
        // A text known by where it lies: the folder is part of its name, also in a namespace that somebody chose.
        let place = provider.as_deref().and_then(|provider| provider.split_once(':')).map(|(_, place)| place);
        let place = place.filter(|place| said.is_some() && place.contains('/'));
        let key = place.map_or_else(|| id.to_owned(), |place| format!("{place}/{id}"));
        let namespace = said.or(provider).unwrap_or_else(|| format!("{format}:{}", publisher()));
        return Identity { namespace, key, kind: Kind::Provider };
    }
    if let Some(url) = article.url.as_deref().and_then(normalise_url) {
        return Identity { namespace: said.unwrap_or_else(|| "url".to_owned()), key: url, kind: Kind::Url };
    }
    let namespace = said.unwrap_or_else(|| format.to_owned());
    Identity { key: content_key(article), namespace, kind: Kind::Content }
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

/// What of an address says how a reader came, and not what they read.
#[derive(Deserialize)]
struct Urls {
    tracking: Vec<String>,
    tracking_prefixes: Vec<String>,
    editions: Vec<String>,
    path_endings: Vec<String>,
    amp_caches: Vec<AmpCache>,
}

/// A host that shows other publishers' pages; their own address follows in the path.
#[derive(Deserialize)]
struct AmpCache {
    host: String,
    paths: Vec<String>,
}

/// A table that cannot be read would leave addresses as they are; a test reads it.
static URLS: LazyLock<Option<Urls>> = LazyLock::new(|| toml::from_str(include_str!("../index/urls.toml")).ok());

/// The address under which an article is known: without scheme, `www.`, AMP, tracking, fragment and trailing slash.
pub fn normalise_url(url: &str) -> Option<String> {
    let url = Url::parse(url.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let Some(table) = &*URLS else { return Some(url.to_string()) };
    let url = table.beyond_cache(&url).unwrap_or(url);
    let host = url.host_str()?.to_lowercase();
    let mut host = host.trim_end_matches('.');
    while let Some(bare) = table.editions.iter().find_map(|edition| host.strip_prefix(edition.as_str())) {
        // `www.fi` is somebody's own name.
        if !bare.contains('.') {
            break;
        }
        host = bare;
    }
    let path = url.path().trim_end_matches('/');
    let ending = table.path_endings.iter().find_map(|ending| path.strip_suffix(ending.as_str()));
    let mut kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, value)| !(table.is_tracking(&name.to_lowercase()) || name.is_empty() && value.is_empty()))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    kept.sort();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mut normal = format!("{host}{port}{}", ending.unwrap_or(path).trim_end_matches('/'));
    if !kept.is_empty() {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
        normal.push('?');
        normal.push_str(&query);
    }
    Some(normal)
}

impl Urls {
    fn is_tracking(&self, name: &str) -> bool {
        self.tracking.iter().any(|known| known == name)
            || self.tracking_prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()))
    }

    /// `https://a-example.cdn.ampproject.org/c/s/a.example/b` is `https://a.example/b`.
    fn beyond_cache(&self, url: &Url) -> Option<Url> {
        let host = url.host_str()?;
        let is_host = |cache: &&AmpCache| host == cache.host || host.ends_with(&format!(".{}", cache.host));
        let cache = self.amp_caches.iter().find(is_host)?;
        let rest = cache.paths.iter().find_map(|path| url.path().strip_prefix(path.as_str()))?;
        let rest = rest.strip_prefix("s/").unwrap_or(rest);
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Url::parse(&format!("https://{rest}{query}"))
            .ok()
            .filter(|url| url.host_str().is_some_and(|host| host.contains('.')))
    }
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

    #[track_caller]
    fn check(url: &str, expected: &str) {
        assert_eq!(normalise_url(url).as_deref(), Some(expected), "{url}");
    }

    #[test]
    fn the_table_of_addresses_is_read() {
        assert!(URLS.is_some());
    }

    #[test]
    fn one_article_has_one_address() {
        check("https://www.Example.com/a/b/?utm_source=x&fbclid=1#top", "example.com/a/b");
        check("http://m.example.com/a/b", "example.com/a/b");
        check("https://amp.example.com/a/b/amp/", "example.com/a/b");
        check("https://example.com/story?id=7&utm_medium=y", "example.com/story?id=7");
        check("https://example.com:8443/", "example.com:8443");
        check("https://www.m.example.com/a?amp=1&UTM_Source=x", "example.com/a");
        check("https://example.com/a.amp.html?b=2&a=1", "example.com/a?a=1&b=2");
        check("https://www-example-com.cdn.ampproject.org/c/s/www.example.com/a/amp", "example.com/a");
        check("https://www.google.com/amp/s/amp.example.com/a?id=7", "example.com/a?id=7");
        check("https://www.google.com/amp/settings", "google.com/amp/settings");
        check("https://www.fi/a", "www.fi/a");
        assert_eq!(normalise_url("mailto:a@example.com"), None);
        assert_eq!(normalise_url("no address"), None);
    }

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
}
