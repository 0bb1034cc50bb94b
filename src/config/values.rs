//! Values as people write them: times, sizes, addresses.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer};
use tracing::level_filters::LevelFilter;
use url::Url;

/// A length of time.
///
/// # Errors
/// What is wrong with the text.
pub fn length(text: &str) -> Result<Duration, String> {
    let read = text.parse::<jiff::SignedDuration>().ok().or_else(|| days(text));
    let read = read.and_then(|time| Duration::try_from(time).ok());
    read.ok_or_else(|| format!("`{text}` is no time; write it as 30s, 15m, 2h or 1d"))
}

pub(super) fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    length(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

pub(super) fn some_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    time(from).map(Some)
}

/// `None` where it is left empty.
pub(super) fn time_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(from)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    length(&text).map(Some).map_err(serde::de::Error::custom)
}

/// What is logged of which part of the program; empty is nothing, which is no wish.
pub(super) fn directives<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    // The filter takes a word that is no level for a part of the program, and nothing at all would be logged.
    let is_level = |one: &str| {
        one.rsplit('=').next().is_some_and(|level| {
            let level = level.trim();
            !level.is_empty() && level.parse::<LevelFilter>().is_ok()
        })
    };
    let is_read = text.split(',').all(is_level) && text.parse::<tracing_subscriber::EnvFilter>().is_ok();
    let wrong = || format!("`{text}` is no level; write it as info, warn, or info,broadsheet::fetch=debug");
    is_read.then_some(text.clone()).ok_or_else(|| serde::de::Error::custom(wrong()))
}

/// A name or a number, and a port. Whether it can be listened on is seen when it is.
///
/// # Errors
/// What is wrong with the text.
pub fn listening(text: &str) -> Result<String, String> {
    let is_one = text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    let wrong = || format!("`{text}` is no address to listen on; write it as 127.0.0.1:8080 or [::1]:8080");
    is_one.then(|| text.to_owned()).ok_or_else(wrong)
}

pub(super) fn listened<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    listening(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

pub(super) fn folder<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
    named(String::deserialize(from)?).map_err(serde::de::Error::custom)
}

pub(super) fn folders<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PathBuf>, D::Error> {
    let folders = Vec::<String>::deserialize(from)?;
    folders.into_iter().map(named).collect::<Result<_, _>>().map_err(serde::de::Error::custom)
}

/// Without a name it would be the folder that the program happens to be started in.
fn named(text: String) -> Result<PathBuf, String> {
    if text.trim().is_empty() {
        return Err("a folder is to be named here; write it as ./data or /srv/data".to_owned());
    }
    Ok(text.into())
}

/// A day is 24 hours here, which a length of time leaves open.
fn days(text: &str) -> Option<jiff::SignedDuration> {
    let days: i64 = text.trim().strip_suffix('d')?.trim().parse().ok()?;
    Some(jiff::SignedDuration::from_hours(days.checked_mul(24).filter(|hours| (0..1 << 20).contains(hours))?))
}

/// Bytes, in units of 1024.
pub(super) fn size<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    let text = String::deserialize(from)?;
    let number = text.trim().trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: u64 = match text.trim().strip_prefix(number).unwrap_or_default() {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => 0,
    };
    let bytes = number.trim().parse::<u64>().ok().filter(|_| unit > 0).and_then(|number| number.checked_mul(unit));
    let bytes = bytes.and_then(|bytes| usize::try_from(bytes).ok());
    bytes.ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no size; write it as 64KiB, 16MiB or 1GiB")))
}

pub(super) fn address<'de, D: Deserializer<'de>>(from: D) -> Result<Url, D::Error> {
    let text = String::deserialize(from)?;
    let wrong = || {
        let shown = bare(&text);
        format!("`{shown}` is no address of a feed; write it whole, as https://newsroom.example/feed.xml")
    };
    Url::parse(text.trim()).map_err(|_| serde::de::Error::custom(wrong()))
}

/// An address as it was written, less all that stands before a host: there may be a password.
pub(super) fn bare(address: &str) -> String {
    address.rsplit_once('@').map_or_else(|| address.to_owned(), |(_, rest)| format!("…@{rest}"))
}

/// Scheme and host, without a slash at the end; `None` where it is left empty.
pub(super) fn some_server<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let server = text.trim().trim_end_matches('/');
    let url = Url::parse(server).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let is_bare = url.is_some_and(|url| url.origin().ascii_serialization() == server);
    let wrong = || format!("`{}` is no address of a server; write it as https://archive.example", bare(&text));
    is_bare.then(|| Some(server.to_owned())).ok_or_else(|| serde::de::Error::custom(wrong()))
}

/// Scheme and host, and a port that is not the usual one, as browsers send them.
pub(super) fn origins<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
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

/// How old something may become, in years of the calendar, or in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    pub years: i16,
    pub days: i32,
}

impl Age {
    pub fn span(self) -> jiff::Span {
        jiff::Span::new().years(self.years).days(self.days)
    }
}

/// `None` where it is left empty.
pub(super) fn some_age<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Age>, D::Error> {
    let text = String::deserialize(from)?;
    let number =
        |unit| text.trim().strip_suffix(unit)?.trim().parse::<i32>().ok().filter(|n| (1..=1_000_000).contains(n));
    match (number('y'), number('d')) {
        _ if text.trim().is_empty() => Ok(None),
        (Some(years @ 1..=9000), _) => Ok(Some(Age { years: years as i16, days: 0 })),
        (_, Some(days)) => Ok(Some(Age { years: 0, days })),
        _ => Err(serde::de::Error::custom(format!("`{text}` is no age; write it as 10y or 90d"))),
    }
}

/// So many requests in such a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub requests: NonZeroU32,
    pub per: Duration,
}

/// `None` where it is left empty.
pub(super) fn some_rate<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Rate>, D::Error> {
    let text = String::deserialize(from)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let parts = text.split_once('/').and_then(|(requests, per)| {
        let per = length(per).ok().filter(|per| *per >= Duration::from_secs(1))?;
        Some(Rate { requests: requests.trim().parse().ok()?, per })
    });
    let wrong =
        || format!("`{text}` is no rate; write it as 600/1m: so many requests in such a time, one second or more");
    parts.map(Some).ok_or_else(|| serde::de::Error::custom(wrong()))
}

/// Addresses, and networks of them.
pub(super) fn networks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
    let network = |text: &String| {
        let address = || text.trim().parse::<IpAddr>().map(IpNet::from);
        text.trim().parse::<IpNet>().or_else(|_| address()).map_err(|_| {
            serde::de::Error::custom(format!("`{text}` is no network; write it as 10.0.0.0/8, or one address"))
        })
    };
    Vec::<String>::deserialize(from)?.iter().map(network).collect()
}
