//! The configuration. `config/broadsheet.toml` is its reference and holds what is the case where nothing is said: a file is
//! laid over it, then variables of the environment, key by key, and a key it does not know is a mistake.

mod layers;
mod values;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;
use toml::Table;
use url::Url;

pub use values::{Age, Rate, length};

use layers::{PREFIX, lay_over, of_variable};
use values::{
    address, directives, listened, networks, origins, size, some_age, some_rate, some_server, some_time, time,
    time_or_none,
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
    /// `place` is a file or a variable.
    #[error("{place}: {problem}")]
    Content { place: String, problem: String },
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
            layers.add(&path.display().to_string(), |_| text.parse().map_err(readable))?;
        }
        let mut variables: Vec<(String, String)> = environment.into_iter().filter_map(ours).collect();
        // In whatever order a system has them, the same mistake is told of.
        variables.sort_unstable();
        for (name, text) in variables {
            layers.add(&name, |whole| of_variable(whole, &name[PREFIX.len()..], &text))?;
        }
        Ok(layers.config)
    }
}

/// The configuration so far.
struct Layers {
    whole: Table,
    config: Config,
}

impl Layers {
    fn reference() -> Result<Layers, ConfigError> {
        let wrong = |problem| ConfigError::Content { place: "config/broadsheet.toml".to_owned(), problem };
        let whole: Table = REFERENCE.parse().map_err(|error| wrong(readable(error)))?;
        let config = checked(&whole).map_err(wrong)?;
        Ok(Layers { whole, config })
    }

    /// Lays over what `read` makes of one place; what is wrong is told of it by itself.
    fn add(&mut self, place: &str, read: impl FnOnce(&Table) -> Result<Table, String>) -> Result<(), ConfigError> {
        let laid = || {
            let given = read(&self.whole)?;
            lay_over(&mut self.whole, given, "")?;
            checked(&self.whole)
        };
        self.config = laid().map_err(|problem| ConfigError::Content { place: place.to_owned(), problem })?;
        Ok(())
    }
}

fn checked(whole: &Table) -> Result<Config, String> {
    let config: Config = whole.clone().try_into().map_err(readable)?;
    config.limits.check()?;
    config.feeds.check()?;
    Ok(config)
}

const A_NUMBER: &str = "expected a whole number";

/// In words, and without the text that stands in the place of something else: it may hold a password.
fn readable(error: toml::de::Error) -> String {
    let told = error.to_string();
    match (told.find("invalid type: string \""), told.rfind("\", expected ")) {
        (Some(from), Some(to)) => {
            format!("{}invalid type: text{}", &told[..from], &told[to + 1..]).trim_end().to_owned()
        }
        _ => told.trim_end().to_owned(),
    }
    .replace("expected usize", A_NUMBER)
    .replace("expected u32", A_NUMBER)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// As a file that says this, and no variable.
    fn parse(text: &str) -> Result<Config, String> {
        let mut layers = Layers::reference().unwrap();
        match layers.add("a.toml", |_| text.parse().map_err(readable)) {
            Ok(()) => Ok(layers.config),
            Err(error) => Err(error.to_string()),
        }
    }

    fn with(variables: &[(&str, &str)]) -> Result<Config, String> {
        let variables = variables.iter().map(|(name, text)| (OsString::from(name), OsString::from(text)));
        Config::read(None, variables).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn refused(text: &str, words: &str) {
        let problem = parse(text).unwrap_err();
        assert!(problem.contains(words), "{problem}");
    }

    #[test]
    fn a_number_is_asked_for_in_words() {
        refused(
            "[limits]\nconnections = \"many\"",
            "invalid type: text, expected a whole number\nin `limits.connections`",
        );
        refused("[limits]\ncitations_per_day = -1", "integer `-1`, expected a whole number");
    }

    #[test]
    fn the_reference_is_what_holds_without_a_file() {
        let config = parse("").unwrap();
        assert_eq!(config, parse(REFERENCE).unwrap());
        assert_eq!(config.feeds.every, Duration::from_secs(900));
        assert_eq!(config.feeds.pause, Duration::from_secs(1));
        assert!(!config.feeds.allow_private && config.feeds.feed.is_empty() && config.watch.dirs.is_empty());
    }

    /// With its example uncommented, the reference is still a configuration, and shows every key of a feed.
    #[test]
    fn the_example_of_a_feed_in_the_reference_is_one() {
        let at = REFERENCE.find("# [[feeds.feed]]").unwrap();
        let example = REFERENCE[at..].lines().map(|line| line.trim_start_matches("# ").trim_start_matches('#'));
        let config = parse(&example.collect::<Vec<_>>().join("\n").replace("Whose", "# Whose")).unwrap();
        let feed = &config.feeds.feed[0];
        assert_eq!((feed.every, feed.fetch_pages), (Some(Duration::from_secs(300)), Some(true)));
        assert_eq!(feed.namespace.as_deref(), Some("newsroom"));
    }

    #[test]
    fn what_is_given_replaces_only_itself() {
        let config = parse("[feeds]\nevery = \"1d\"\n[watch]\ndirs = [\"in\"]\n").unwrap();
        assert_eq!((config.feeds.every, config.feeds.pause), (Duration::from_secs(86_400), Duration::from_secs(1)));
        assert_eq!(config.watch.dirs, [PathBuf::from("in")]);
    }

    #[test]
    fn the_address_that_readers_use_and_the_origins_of_scripts_are_checked() {
        let config = parse("[http]\npublic_url = \"https://a.example/\"\nallow_origins = [\"https://b.example\"]");
        let http = config.unwrap().http;
        assert_eq!(http.public_url.as_deref(), Some("https://a.example"));
        assert_eq!(http.allow_origins, ["https://b.example"]);
        refused("[http]\npublic_url = \"a.example\"", "write it as https://archive.example");
        refused("[http]\npublic_url = \"ftp://a.example\"", "no address of a server");
        refused("[http]\npublic_url = \"https://a.example/news\"", "write it as https://archive.example");
        refused("[http]\nallow_origins = [\"https://b.example/\"]", "write it as https://newsroom.example");
        refused("[http]\nallow_origins = [\"b.example\"]", "no origin");
        for listen in ["", "foo", ":8080", "127.0.0.1:http"] {
            refused(&format!("[http]\nlisten = \"{listen}\""), "write it as 127.0.0.1:8080");
        }
        assert!(parse("[http]\nlisten = \"[::1]:0\"").is_ok() && parse("[http]\nlisten = \"localhost:80\"").is_ok());
        for level in ["", "loud", "warning", "info,fetch", "broadsheet=loud"] {
            refused(&format!("[log]\nlevel = \"{level}\""), "is no level");
        }
        assert!(parse("[log]\nlevel = \"INFO,broadsheet::fetch=debug\"").is_ok());
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_one_that_was_meant() {
        refused("[feed]\nevery = \"5m\"", "there is no key `feed`; did you mean `feeds`?");
        refused("[feeds]\nevry = \"5m\"", "no key `feeds.evry`; did you mean `every`?");
        refused("[[feeds.feed]]\nurl = \"https://a.example\"\nfetchpages = true", "did you mean `fetch_pages`?");
        refused("[watch]\ncolour = 1", "no key `watch.colour`; there are dirs");
        refused("watch = 1", "write [watch]");
        refused("feeds.feed = \"https://a.example/\"", "write [[feeds.feed]]");
        let secret = "[limits]\nconnections = \"https://desk:tin-and-zinc@a.example\"";
        assert!(!parse(secret).unwrap_err().to_string().contains("tin-and-zinc"), "it may be a password");
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

    #[test]
    fn a_variable_says_what_a_key_is_in_the_form_of_its_value() {
        let config = with(&[
            ("BROADSHEET__FEEDS__EVERY", "5m"),
            ("BROADSHEET__FEEDS__FETCH_PAGES", "true"),
            ("BROADSHEET__LIMITS__UPLOADS", " 7 "),
            ("BROADSHEET__LIMITS__LARGEST_ARTICLE", "64KiB"),
            ("BROADSHEET__WATCH__DIRS", "/a, /b"),
            ("BROADSHEET__HTTP__ALLOW_ORIGINS", "[\"https://a.example\"]"),
            ("BROADSHEET__FEEDS__FEED", "[{url = \"https://a.example/feed\"}]"),
            ("BROADSHEET_DATA_DIR", "of something else"),
            ("PATH", "/bin"),
        ]);
        let config = config.unwrap();
        assert_eq!((config.feeds.every, config.feeds.fetch_pages), (Duration::from_secs(300), true));
        assert_eq!((config.limits.uploads, config.limits.largest_article), (7, 64 << 10));
        assert_eq!(config.watch.dirs, [PathBuf::from("/a"), PathBuf::from("/b")]);
        assert_eq!(config.http.allow_origins, ["https://a.example"]);
        assert_eq!(config.feeds.feed.len(), 1);
    }

    #[test]
    fn what_is_wrong_with_a_variable_is_told_by_its_name() {
        let refused = |name: &str, text: &str, words: &str| {
            let problem = with(&[("BROADSHEET__WATCH__DIRS", "/a"), (name, text)]).unwrap_err();
            assert!(problem.starts_with(&format!("{name}: ")) && problem.contains(words), "{problem}");
        };
        refused("BROADSHEET__FEEDS__EVRY", "5m", "there is no key `feeds.evry`; did you mean `every`?");
        refused("BROADSHEET__FEED__EVERY", "5m", "did you mean `feeds`?");
        refused("BROADSHEET__FEEDS__EVERY", "soon", "write it as 30s");
        refused("BROADSHEET__FEEDS", "5m", "`feeds` is a section");
        refused("BROADSHEET__FEEDS__EVERY__MINUTES", "5", "feeds.every");
        refused("BROADSHEET__LIMITS__UPLOADS", "many", "`many` is no number");
        refused("BROADSHEET__LIMITS__UPLOADS", "0", "write 1 or more");
        refused("BROADSHEET__LIMITS__UPLOADS", "-1", "uploads");
        refused("BROADSHEET__FEEDS__FETCH_PAGES", "yes", "neither true nor false");
        refused("BROADSHEET__HTTP__ALLOW_ORIGINS", "[broken", "no list");
        refused("BROADSHEET__", "x", "no key");
    }

    #[test]
    fn a_variable_wins_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        std::fs::write(&file, "[feeds]\nevery = \"1h\"\npause = \"3s\"\n").unwrap();
        let variable = ("BROADSHEET__FEEDS__EVERY".into(), "2h".into());
        let config = Config::read(Some(&file), [variable]).unwrap();
        assert_eq!((config.feeds.every, config.feeds.pause), (Duration::from_secs(7200), Duration::from_secs(3)));
    }

    #[test]
    fn ages_are_years_or_days() {
        let age = |text: &str| parse(&format!("[retention]\nafter = \"{text}\"")).map(|config| config.retention.after);
        assert_eq!([age(""), age(" ")], [Ok(None), Ok(None)]);
        assert_eq!(age("10y"), Ok(Some(Age { years: 10, days: 0 })));
        assert_eq!(age("90 d"), Ok(Some(Age { years: 0, days: 90 })));
        for wrong in ["10", "0d", "-1y", "1.5y", "6mo", "y", "99999999999d", "forever", "24h"] {
            let problem = age(wrong).unwrap_err();
            assert!(problem.contains("write it as 10y or 90d"), "{problem}");
        }
    }

    #[test]
    fn sizes_have_units() {
        let size = |text: &str| {
            parse(&format!("[limits]\nlargest_article = \"{text}\"")).map(|config| config.limits.largest_article)
        };
        assert_eq!([size("1B"), size("3 KiB"), size("2MiB")], [Ok(1), Ok(3 << 10), Ok(2 << 20)]);
        for wrong in ["16", "16MB", "MiB", "-1MiB", "99999999999GiB"] {
            assert!(size(wrong).unwrap_err().contains("write it as 64KiB"), "{wrong}");
        }
        assert!(size("1GiB").unwrap_err().contains("256MiB"));
    }
}
