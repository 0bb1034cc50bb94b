//! The configuration file. `config/broadsheet.toml` is its reference and holds what is the case where a file says
//! nothing: a file is laid over it, key by key, and a key it does not know is a mistake.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use toml::{Table, Value};
use url::Url;

use crate::nearest::nearest;

/// The reference, and the values of whatever is left out.
pub const REFERENCE: &str = include_str!("../config/broadsheet.toml");

/// More often than this, no feed is asked.
const LEAST: Duration = Duration::from_secs(60);

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Config {
    pub http: Http,
    pub watch: Watch,
    pub feeds: Feeds,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Http {
    #[serde(deserialize_with = "some_address")]
    pub public_url: Option<Url>,
    #[serde(deserialize_with = "origins")]
    pub allow_origins: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Watch {
    pub dirs: Vec<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Feeds {
    #[serde(deserialize_with = "time")]
    pub every: Duration,
    pub fetch_pages: bool,
    /// Empty: the program's own.
    pub user_agent: String,
    /// Between two requests to one host.
    #[serde(deserialize_with = "time")]
    pub pause: Duration,
    pub allow_private: bool,
    pub feed: Vec<Feed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Feed {
    #[serde(deserialize_with = "address")]
    pub url: Url,
    #[serde(default, deserialize_with = "some_time")]
    pub every: Option<Duration>,
    pub fetch_pages: Option<bool>,
    pub namespace: Option<String>,
}

/// Keys of things that the reference has none of.
const IN_LISTS: &[(&str, &[&str])] = &[("feeds.feed", &["url", "every", "fetch_pages", "namespace"])];

/// What is wrong with a configuration, and where. Whoever wrote the file can mend it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{} cannot be read", .path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}: {problem}", .path.display())]
    Content { path: PathBuf, problem: String },
}

impl Config {
    /// The configuration with a file laid over it, or as it is without one.
    pub fn read(path: Option<&Path>) -> Result<Config, ConfigError> {
        let text = match path {
            None => String::new(),
            Some(path) => {
                std::fs::read_to_string(path).map_err(|source| ConfigError::File { path: path.to_owned(), source })?
            }
        };
        let path = || path.unwrap_or(Path::new("config/broadsheet.toml")).to_owned();
        Config::parse(&text).map_err(|problem| ConfigError::Content { path: path(), problem })
    }

    /// # Errors
    /// What is wrong with the text.
    fn parse(text: &str) -> Result<Config, String> {
        let mut whole: Table = REFERENCE.parse().map_err(|error: toml::de::Error| error.to_string())?;
        let given: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
        lay_over(&mut whole, given, "")?;
        let config: Config = whole.try_into().map_err(|error: toml::de::Error| error.to_string())?;
        config.feeds.check()?;
        Ok(config)
    }
}

impl Feeds {
    fn check(&self) -> Result<(), String> {
        let least = |every: Duration, whose: &str| match every < LEAST {
            true => {
                Err(format!("`every` of {whose} is less than a minute, which no feed asks for; write \"1m\" or more"))
            }
            false => Ok(()),
        };
        least(self.every, "[feeds]")?;
        for (at, feed) in self.feed.iter().enumerate() {
            let url = &feed.url;
            if !matches!(url.scheme(), "http" | "https") {
                return Err(format!(
                    "the feed `{url}` has the scheme `{}`; only http and https are fetched",
                    url.scheme()
                ));
            }
            if !url.username().is_empty() || url.password().is_some() {
                let host = url.host_str().unwrap_or_default();
                return Err(format!(
                    "the address of a feed of {host} holds a name or a password, which would be logged"
                ));
            }
            if self.feed[..at].iter().any(|other| other.url == *url) {
                return Err(format!("the feed `{url}` is there twice"));
            }
            least(feed.every.unwrap_or(self.every), url.as_str())?;
        }
        Ok(())
    }
}

/// What is given replaces what is there. `at` is the path of the table within the file.
fn lay_over(whole: &mut Table, given: Table, at: &str) -> Result<(), String> {
    for (key, value) in given {
        let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        if !whole.contains_key(&key) {
            return Err(unknown(&path, &key, &whole.keys().map(String::as_str).collect::<Vec<_>>()));
        }
        let Some(known) = whole.get_mut(&key) else { continue };
        match (known, value) {
            (Value::Table(known), Value::Table(value)) => lay_over(known, value, &path)?,
            (Value::Table(_), _) => return Err(format!("`{path}` is a section: write [{path}]")),
            (known, value) => {
                check_list(&value, &path)?;
                *known = value;
            }
        }
    }
    Ok(())
}

fn check_list(value: &Value, path: &str) -> Result<(), String> {
    let Some((_, known)) = IN_LISTS.iter().find(|(list, _)| *list == path) else { return Ok(()) };
    let Some(entries) = value.as_array() else { return Err(format!("`{path}` is a list: write [[{path}]]")) };
    for entry in entries.iter().filter_map(Value::as_table) {
        if let Some(key) = entry.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(unknown(&format!("{path}.{key}"), key, known));
        }
    }
    Ok(())
}

fn unknown(path: &str, key: &str, known: &[&str]) -> String {
    match nearest(key, known.iter().copied()) {
        Some(near) => format!("there is no key `{path}`; did you mean `{near}`?"),
        None => format!("there is no key `{path}`; there are {}", known.join(", ")),
    }
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    let read = text.parse::<jiff::SignedDuration>().ok().or_else(|| days(&text));
    let read = read.and_then(|time| Duration::try_from(time).ok());
    read.ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no time; write it as 30s, 15m, 2h or 1d")))
}

fn address<'de, D: Deserializer<'de>>(from: D) -> Result<Url, D::Error> {
    let text = String::deserialize(from)?;
    Url::parse(text.trim()).map_err(|error| serde::de::Error::custom(format!("`{text}` is no address: {error}")))
}

/// `None` where it is left empty.
fn some_address<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(from)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let url = Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let bare = url.filter(|url| url.origin().ascii_serialization() == text.trim().trim_end_matches('/'));
    let wrong = || format!("`{text}` is no address of a server; write it as https://archive.example");
    bare.map(Some).ok_or_else(|| serde::de::Error::custom(wrong()))
}

/// Scheme and host, and a port that is not the usual one, as browsers send them.
fn origins<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let origins = Vec::<String>::deserialize(from)?;
    let is_origin = |text: &str| {
        text == "*"
            || Url::parse(text).is_ok_and(|url| url.origin().is_tuple() && url.origin().ascii_serialization() == text)
    };
    match origins.iter().find(|origin| !is_origin(origin)) {
        Some(wrong) => Err(serde::de::Error::custom(format!(
            "`{wrong}` is no origin; write it as https://newsroom.example, without a path, or as * for any"
        ))),
        None => Ok(origins),
    }
}

/// A day is 24 hours here, which a length of time leaves open.
fn days(text: &str) -> Option<jiff::SignedDuration> {
    let days: i64 = text.trim().strip_suffix('d')?.trim().parse().ok()?;
    Some(jiff::SignedDuration::from_hours(days.checked_mul(24).filter(|hours| (0..1 << 20).contains(hours))?))
}

fn some_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    time(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, words: &str) {
        let problem = Config::parse(text).unwrap_err();
        assert!(problem.contains(words), "{problem}");
    }

    #[test]
    fn the_reference_is_what_holds_without_a_file() {
        let config = Config::parse("").unwrap();
        assert_eq!(config, Config::parse(REFERENCE).unwrap());
        assert_eq!(config.feeds.every, Duration::from_secs(900));
        assert_eq!(config.feeds.pause, Duration::from_secs(1));
        assert!(!config.feeds.allow_private && config.feeds.feed.is_empty() && config.watch.dirs.is_empty());
    }

    /// With its example uncommented, the reference is still a configuration, and shows every key of a feed.
    #[test]
    fn the_example_of_a_feed_in_the_reference_is_one() {
        let at = REFERENCE.find("# [[feeds.feed]]").unwrap();
        let example = REFERENCE[at..].lines().map(|line| line.trim_start_matches("# ").trim_start_matches('#'));
        let config = Config::parse(&example.collect::<Vec<_>>().join("\n").replace("Whose", "# Whose")).unwrap();
        let feed = &config.feeds.feed[0];
        assert_eq!((feed.every, feed.fetch_pages), (Some(Duration::from_secs(300)), Some(true)));
        assert_eq!(feed.namespace.as_deref(), Some("newsroom"));
    }

    #[test]
    fn what_is_given_replaces_only_itself() {
        let config = Config::parse("[feeds]\nevery = \"1d\"\n[watch]\ndirs = [\"in\"]\n").unwrap();
        assert_eq!((config.feeds.every, config.feeds.pause), (Duration::from_secs(86_400), Duration::from_secs(1)));
        assert_eq!(config.watch.dirs, [PathBuf::from("in")]);
    }

    #[test]
    fn the_address_that_readers_use_and_the_origins_of_scripts_are_checked() {
        let config =
            Config::parse("[http]\npublic_url = \"https://a.example/\"\nallow_origins = [\"https://b.example\"]");
        let http = config.unwrap().http;
        assert_eq!(http.public_url.unwrap().as_str(), "https://a.example/");
        assert_eq!(http.allow_origins, ["https://b.example"]);
        refused("[http]\npublic_url = \"a.example\"", "write it as https://archive.example");
        refused("[http]\npublic_url = \"ftp://a.example\"", "no address of a server");
        refused("[http]\npublic_url = \"https://a.example/news\"", "write it as https://archive.example");
        refused("[http]\nallow_origins = [\"https://b.example/\"]", "write it as https://newsroom.example");
        refused("[http]\nallow_origins = [\"b.example\"]", "no origin");
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_one_that_was_meant() {
        refused("[feed]\nevery = \"5m\"", "there is no key `feed`; did you mean `feeds`?");
        refused("[feeds]\nevry = \"5m\"", "no key `feeds.evry`; did you mean `every`?");
        refused("[[feeds.feed]]\nurl = \"https://a.example\"\nfetchpages = true", "did you mean `fetch_pages`?");
        refused("[watch]\ncolour = 1", "no key `watch.colour`; there are dirs");
        refused("watch = 1", "write [watch]");
        refused("feeds.feed = \"https://a.example/\"", "write [[feeds.feed]]");
    }

    #[test]
    fn a_value_that_makes_no_sense_is_refused_with_a_way_out() {
        refused("[feeds]\nevery = \"soon\"", "write it as 30s, 15m, 2h or 1d");
        refused("[feeds]\nevery = \"10s\"", "less than a minute");
        refused("[[feeds.feed]]\nurl = \"https://a.example\"\nevery = \"1s\"", "less than a minute");
        refused("[[feeds.feed]]\nurl = \"ftp://a.example/x\"", "only http and https");
        refused("[[feeds.feed]]\nurl = \"https://me:secret@a.example/x\"", "holds a name or a password");
        refused("[[feeds.feed]]\nurl = \"https://a.example\"\n[[feeds.feed]]\nurl = \"https://a.example/\"", "twice");
        refused("[[feeds.feed]]\nevery = \"5m\"", "url");
    }
}
