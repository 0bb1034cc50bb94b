//! The configuration. `config/broadsheet.toml` is its reference and holds what is the case where nothing is said: a file is
//! laid over it, then variables of the environment, key by key, and a key it does not know is a mistake.

mod layers;
mod values;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;
use toml::{Table, Value};
use url::Url;

pub use values::{Age, Rate, length, listening};

use layers::{FEEDS, PREFIX, entries, of_variable, place};
use values::{
    address, bare, directives, folder, folders, listened, networks, origins, size, some_age, some_rate, some_server,
    some_time, time, time_or_none,
};

/// The reference, and the values of whatever is left out.
pub const REFERENCE: &str = include_str!("../../config/broadsheet.toml");

/// More often than this, no feed is asked.
const LEAST: Duration = Duration::from_secs(60);

/// An article is held in memory, more than once.
const LARGEST_ARTICLE: usize = 256 << 20;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Config {
    pub archive: Archive,
    pub log: Log,
    pub http: Http,
    pub access: Access,
    pub limits: Limits,
    pub retention: Retention,
    pub watch: Watch,
    pub feeds: Feeds,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Archive {
    #[serde(deserialize_with = "folder")]
    pub dir: PathBuf,
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Log {
    pub format: LogFormat,
    /// As `RUST_LOG`, which wins.
    #[serde(deserialize_with = "directives")]
    pub level: String,
    /// A search that takes longer is told of.
    #[serde(deserialize_with = "time_or_none")]
    pub slow: Option<Duration>,
    /// What readers look for.
    pub queries: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Auto,
    Text,
    Json,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Http {
    #[serde(deserialize_with = "listened")]
    pub listen: String,
    #[serde(deserialize_with = "some_server")]
    pub public_url: Option<String>,
    #[serde(deserialize_with = "origins")]
    pub allow_origins: Vec<String>,
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    #[serde(deserialize_with = "time")]
    pub linger: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Access {
    pub reading: Reading,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reading {
    Open,
    Key,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Limits {
    #[serde(deserialize_with = "some_rate")]
    pub per_address: Option<Rate>,
    #[serde(deserialize_with = "some_rate")]
    pub per_key: Option<Rate>,
    pub connections: usize,
    #[serde(deserialize_with = "time")]
    pub header_timeout: Duration,
    pub uploads: usize,
    /// Of whoever has no key that may write; together, and the articles of all their lists.
    pub citations_per_day: u32,
    pub cited_per_day: u32,
    #[serde(deserialize_with = "size")]
    pub largest_article: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Retention {
    /// Articles older than this are removed; `None`: none ever is.
    #[serde(deserialize_with = "some_age")]
    pub after: Option<Age>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Watch {
    #[serde(deserialize_with = "folders")]
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

/// What is wrong with a configuration, and where. Whoever wrote it can mend it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{} cannot be read", .path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}", lines(.0))]
    Content(Vec<Mistake>),
}

/// What stands in one place and cannot be.
#[derive(Debug)]
pub struct Mistake {
    /// A file or a variable.
    pub place: String,
    pub problem: String,
}

fn lines(mistakes: &[Mistake]) -> String {
    let line = |Mistake { place, problem }: &Mistake| format!("{place}: {problem}");
    mistakes.iter().map(line).collect::<Vec<_>>().join("\n")
}

impl Config {
    /// The reference with a file laid over it, where there is one, and what the variables of an environment say over both.
    pub fn read(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Config, ConfigError> {
        let mut layers = Layers::reference()?;
        if let Some(path) = path {
            let text = std::fs::read_to_string(path);
            let text = text.map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
            layers.add(&path.display().to_string(), |_| text.parse().map_err(readable));
        }
        let mut variables: Vec<(String, String)> = environment.into_iter().filter_map(ours).collect();
        // In whatever order a system has them, they are told of in the same one.
        variables.sort_unstable();
        for (name, text) in variables {
            layers.add(&name, |whole| of_variable(whole, &name[PREFIX.len()..], &text));
        }
        layers.end()
    }
}

/// The configuration so far, and all that was wrong with what was laid over it.
struct Layers {
    whole: Table,
    config: Config,
    mistakes: Vec<Mistake>,
}

impl Layers {
    fn reference() -> Result<Layers, ConfigError> {
        let wrong = |problems: Vec<String>| ConfigError::Content(mistakes("config/broadsheet.toml", problems));
        let whole: Table = REFERENCE.parse().map_err(|error| wrong(vec![readable(error)]))?;
        let config = checked(&whole).map_err(wrong)?;
        Ok(Layers { whole, config, mistakes: Vec::new() })
    }

    /// Lays over what `read` makes of one place, value by value: each that is wrong is told of by itself.
    fn add(&mut self, place: &str, read: impl FnOnce(&Table) -> Result<Table, String>) {
        let mut wrong = Vec::new();
        match read(&self.whole) {
            Ok(given) => {
                for (path, value) in entries(&self.whole, given, &mut wrong) {
                    wrong.extend(self.lay(&path, value).err().unwrap_or_default());
                }
            }
            Err(problem) => wrong.push(problem),
        }
        self.mistakes.extend(mistakes(place, wrong));
    }

    /// Where a value cannot be, the one before it stays.
    fn lay(&mut self, path: &[String], value: Value) -> Result<(), Vec<String>> {
        let Some(known) = place(&mut self.whole, path) else { return Ok(()) };
        let before = std::mem::replace(known, value);
        let laid = checked(&self.whole).map(|config| self.config = config);
        if laid.is_err()
            && let Some(known) = place(&mut self.whole, path)
        {
            *known = before;
        }
        laid
    }

    fn end(self) -> Result<Config, ConfigError> {
        if self.mistakes.is_empty() { Ok(self.config) } else { Err(ConfigError::Content(self.mistakes)) }
    }
}

fn mistakes(place: &str, problems: Vec<String>) -> Vec<Mistake> {
    problems.into_iter().map(|problem| Mistake { place: place.to_owned(), problem }).collect()
}

fn checked(whole: &Table) -> Result<Config, Vec<String>> {
    let feeds = wrong_feeds(whole);
    if !feeds.is_empty() {
        return Err(feeds);
    }
    let config: Config = whole.clone().try_into().map_err(|error| vec![readable(error)])?;
    config.limits.check().map_err(|problem| vec![problem])?;
    least(config.feeds.every, "[feeds]").map_err(|problem| vec![problem])?;
    Ok(config)
}

/// What is wrong with each feed; one that cannot be read is told by its number, for it may have no address.
fn wrong_feeds(whole: &Table) -> Vec<String> {
    let feeds = whole.get("feeds").and_then(|feeds| feeds.get("feed")).and_then(Value::as_array);
    let (mut known, mut wrong) = (Vec::new(), Vec::new());
    for (at, feed) in feeds.into_iter().flatten().enumerate() {
        match feed.clone().try_into::<Feed>() {
            Ok(feed) => {
                wrong.extend(feed.check(&known).err());
                known.push(feed.url);
            }
            Err(error) => wrong.push(format!("feed {} of [[{FEEDS}]]: {}", at + 1, readable(error))),
        }
    }
    wrong
}

/// What a library calls what it expects, and how people do.
const EXPECTED: [(&str, &str); 3] = [
    ("expected usize", "expected a whole number"),
    ("expected u32", "expected a whole number from 0 to 4294967295"),
    ("expected struct Feed", "expected a section with a `url`"),
];

/// In words, behind the key it is about.
fn readable(error: toml::de::Error) -> String {
    let told = error.to_string();
    match told.trim_end().rsplit_once("\nin ") {
        Some((told, key)) => format!("{key}: {}", in_words(told)),
        None => in_words(told.trim_end()),
    }
}

/// Without the text that stands in the place of something else: it may hold a password.
fn in_words(told: &str) -> String {
    let told = match (told.find("invalid type: string \""), told.rfind("\", expected ")) {
        (Some(from), Some(to)) => format!("{}invalid type: text{}", &told[..from], &told[to + 1..]),
        _ => told.replace("missing field", "there is no"),
    };
    EXPECTED.iter().fold(told, |told, (name, words)| told.replace(name, words))
}

/// A variable that is about a key. What is no text in it is no value either, and is refused as one.
fn ours((name, text): (OsString, OsString)) -> Option<(String, String)> {
    let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX))?;
    Some((name, text.to_string_lossy().into_owned()))
}

impl Limits {
    fn check(&self) -> Result<(), String> {
        for (name, bound) in [("connections", self.connections), ("uploads", self.uploads)] {
            if bound == 0 {
                return Err(format!("`limits.{name}` is 0, with which nothing could come in; write 1 or more"));
            }
        }
        if self.header_timeout.is_zero() {
            return Err("`limits.header_timeout` is 0, which nobody can keep to; write 10s or more".to_owned());
        }
        if !(1..=LARGEST_ARTICLE).contains(&self.largest_article) {
            return Err("`limits.largest_article` is not between 1B and 256MiB".to_owned());
        }
        Ok(())
    }
}

impl Feed {
    /// `known` are the addresses of those before it.
    fn check(&self, known: &[Url]) -> Result<(), String> {
        let url = &self.url;
        if !matches!(url.scheme(), "http" | "https") {
            let (feed, scheme) = (bare(url.as_str()), url.scheme());
            return Err(format!("the feed `{feed}` has the scheme `{scheme}`; only http and https are fetched"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            let host = url.host_str().unwrap_or_default();
            return Err(format!("the address of a feed of {host} holds a name or a password, which would be logged"));
        }
        if known.contains(url) {
            return Err(format!("the feed `{url}` is there twice"));
        }
        least(self.every.unwrap_or(LEAST), url.as_str())
    }
}

fn least(every: Duration, whose: &str) -> Result<(), String> {
    if every < LEAST {
        return Err(format!("`every` of {whose} is less than a minute, which no feed asks for; write \"1m\" or more"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
