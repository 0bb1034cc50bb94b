//! The address under which an article is known: what is left of it when everything is taken away that says how a reader
//! came (the table is `index/urls.toml`), and when it is spelled in one way.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde::Deserialize;
use url::Url;

#[derive(Deserialize)]
struct Urls {
    tracking: Vec<String>,
    tracking_prefixes: Vec<String>,
    sessions: Vec<String>,
    session_prefixes: Vec<String>,
    views: Vec<String>,
    view_values: Vec<String>,
    editions: Vec<String>,
    path_endings: Vec<String>,
    article_endings: Vec<String>,
    mirrors: Vec<Mirror>,
}

/// A host that shows other publishers' pages; their own address follows in the path.
#[derive(Deserialize)]
struct Mirror {
    host: String,
    paths: Vec<String>,
}

/// A table that cannot be read would leave addresses as they are; a test reads it.
static URLS: LazyLock<Option<Urls>> = LazyLock::new(|| toml::from_str(include_str!("../../index/urls.toml")).ok());

pub(super) fn normalise(url: &str) -> Option<String> {
    let url = Url::parse(url.trim()).ok().filter(is_web)?;
    let Some(table) = &*URLS else { return Some(url.to_string()) };
    let url = table.beyond_mirror(&url).unwrap_or(url);
    let host = url.host_str()?.to_lowercase();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mut normal = format!("{}{port}{}", table.without_edition(&host), table.path(url.path()));
    let query = table.query(&url);
    if !query.is_empty() {
        normal.push('?');
        normal.push_str(&query);
    }
    // `#!/story/17` is an address of its own, where a script made the pages; any other fragment is a place in the page.
    if let Some(fragment) = url.fragment().filter(|fragment| fragment.starts_with('!')) {
        normal.push('#');
        normal.push_str(fragment);
    }
    Some(normal)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

impl Urls {
    fn without_edition<'a>(&self, host: &'a str) -> &'a str {
        let mut host = host.trim_end_matches('.');
        while let Some(bare) = self.editions.iter().find_map(|edition| host.strip_prefix(edition.as_str())) {
            // `www.fi` is somebody's own name.
            if !bare.contains('.') {
                break;
            }
            host = bare;
        }
        host
    }

    fn path(&self, path: &str) -> String {
        let segments: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| one_spelling(&self.without_session(segment)))
            .collect();
        let mut path: String = segments.iter().flat_map(|segment| ["/", segment]).collect();
        let endings = |path: &str| {
            let ending = self.path_endings.iter().find_map(|ending| path.strip_suffix(ending.as_str()));
            let of_article = self.article_endings.iter().find_map(|ending| path.strip_suffix(ending.as_str()));
            ending.or(of_article.filter(|rest| !rest.is_empty())).map(str::len)
        };
        while let Some(length) = endings(&path) {
            path.truncate(length);
        }
        path.trim_end_matches('/').to_owned()
    }

    /// `story.do;jsessionid=0A1B` is `story.do`.
    fn without_session<'a>(&self, segment: &'a str) -> Cow<'a, str> {
        if !segment.contains(';') {
            return Cow::Borrowed(segment);
        }
        let mut parts = segment.split(';');
        let first = parts.next().unwrap_or_default().to_owned();
        let kept = parts.filter(|part| !self.is_session(&name_of(part).to_lowercase()));
        Cow::Owned(kept.fold(first, |kept, part| kept + ";" + part))
    }

    /// What is left of the parameters, in the order of their names.
    fn query(&self, url: &Url) -> String {
        let mut kept: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, value)| !self.is_beside_the_point(&name.to_lowercase(), &value.to_lowercase()))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        kept.sort();
        kept.dedup();
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
    }

    fn is_beside_the_point(&self, name: &str, value: &str) -> bool {
        let is_view = || self.view_values.iter().any(|known| known.split_once('=') == Some((name, value)));
        (name.is_empty() && value.is_empty())
            || has(&self.tracking, &self.tracking_prefixes, name)
            || self.is_session(name)
            || has(&self.views, &[], name)
            || is_view()
    }

    fn is_session(&self, name: &str) -> bool {
        has(&self.sessions, &self.session_prefixes, name)
    }

    /// `https://a-example.cdn.ampproject.org/c/s/a.example/b` is `https://a.example/b`, and so is
    /// `https://web.archive.org/web/20250227120000/https://a.example/b`.
    fn beyond_mirror(&self, url: &Url) -> Option<Url> {
        let host = url.host_str()?;
        let is_host = |mirror: &&Mirror| host == mirror.host || host.ends_with(&format!(".{}", mirror.host));
        let mirror = self.mirrors.iter().find(is_host)?;
        let rest = mirror.paths.iter().find_map(|path| url.path().strip_prefix(path.as_str()))?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let whole = ["http://", "https://"].iter().filter_map(|scheme| rest.find(scheme)).min();
        let inner = match whole {
            Some(at) => format!("{}{query}", &rest[at..]),
            None => format!("https://{}{query}", rest.strip_prefix("s/").unwrap_or(rest)),
        };
        Url::parse(&inner).ok().filter(is_web).filter(|url| url.host_str().is_some_and(|host| host.contains('.')))
    }
}

fn has(names: &[String], prefixes: &[String], name: &str) -> bool {
    names.iter().any(|known| known == name) || prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()))
}

fn name_of(pair: &str) -> &str {
    pair.split('=').next().unwrap_or_default()
}

/// Letters, digits and marks that need no escape stand unescaped, escapes in capitals: `%c3%a4`, `%C3%A4` and `ä` are
/// one spelling (the parser of addresses escapes the last), and so are `%7E` and `~` (RFC 3986, 6.2.2).
fn one_spelling(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let mut spelled = String::with_capacity(segment.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(byte_of);
        match escaped {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~!'()*,:@".contains(&byte) => spelled.push(byte.into()),
            Some(byte) => spelled.push_str(&format!("%{byte:02X}")),
            // Whatever the parser of addresses leaves is ASCII.
            None => spelled.push(bytes[at].into()),
        }
        at += if escaped.is_some() { 3 } else { 1 };
    }
    spelled
}

fn byte_of(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(digits[at]).to_digit(16);
    Some((digit(0)? * 16 + digit(1)?) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: &str) {
        assert_eq!(normalise(url).as_deref(), Some(expected), "{url}");
    }

    /// All of them are the address of one article, and normalised again they stay as they are.
    #[track_caller]
    fn check_one(expected: &str, urls: &[&str]) {
        for url in urls {
            check(url, expected);
        }
        check(&format!("https://{expected}"), expected);
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
        check("https://www.google.com/amp/settings", "google.com/amp/settings");
        check("https://www.fi/a", "www.fi/a");
        assert_eq!(normalise("mailto:a@example.com"), None);
        assert_eq!(normalise("no address"), None);
    }

    #[test]
    fn ports_names_and_stops_that_go_without_saying_go() {
        check_one(
            "post.example/a",
            &[
                "http://post.example:80/a",
                "https://post.example:443/a",
                "HTTPS://POST.EXAMPLE./a",
                "https://me:pw@post.example/a",
            ],
        );
        check("http://post.example:443/a", "post.example:443/a");
    }

    #[test]
    fn a_name_in_any_script_is_one_name() {
        check_one("xn--zeitung-cxa.example/a", &["https://zeitungä.example/a", "https://ZEITUNGÄ.example/a"]);
    }

    #[test]
    fn a_path_is_spelled_in_one_way() {
        check_one(
            "post.example/f%C3%A4hre-(neu)",
            &[
                "https://post.example/fähre-(neu)",
                "https://post.example/f%c3%a4hre-%28neu%29",
                "https://post.example//f%C3%A4hre-(neu)//",
                "https://post.example/x/../%66%C3%A4hre-(neu)",
            ],
        );
        check("https://post.example/a%2Fb", "post.example/a%2Fb");
        check("https://post.example/50%", "post.example/50%");
        check("https://post.example/A", "post.example/A");
    }

    #[test]
    fn visits_and_dresses_of_a_page_are_no_pages() {
        check_one(
            "post.example/a",
            &[
                "https://post.example/a;jsessionid=0A1B2C?print=1",
                "https://post.example/a?PHPSESSID=123&view=print",
                "https://post.example/a/print/",
                "https://post.example/a/index.html?page=all",
                "https://post.example/a?m=1&ref=rss",
                "https://wap.post.example/a?ASPSESSIONIDQQ=1",
                "https://post.example/a?#comments",
            ],
        );
        check("https://post.example/a?page=2", "post.example/a?page=2");
        check("https://post.example/a?ref=17", "post.example/a?ref=17");
        check("https://post.example/print", "post.example/print");
        check("https://post.example/a;v=2?p=17", "post.example/a;v=2?p=17");
        check("https://post.example/#!/a/17", "post.example#!/a/17");
    }

    #[test]
    fn a_page_shown_by_another_host_is_the_page_itself() {
        check_one(
            "post.example/a?id=7",
            &[
                "https://post-example.cdn.ampproject.org/c/s/www.post.example/a/amp?id=7",
                "https://www.google.com/amp/s/amp.post.example/a?id=7",
                "https://web.archive.org/web/20250227120000/https://www.post.example/a?id=7",
                "http://web.archive.org/web/20250227120000id_/http://post.example:80/a?id=7&utm_source=x",
            ],
        );
        check("https://web.archive.org/web/", "web.archive.org/web");
    }
}
