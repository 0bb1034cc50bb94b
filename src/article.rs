//! WHAT: an article, as every room of the house knows it. Plain data: no SQL, no index, no HTTP.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One article as a reader delivers it and the store keeps it: the content of one version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// Whose identifiers these are: two collections may both have an article `17`.
    pub namespace: String,
    /// The provider's own identifier.
    pub external_id: Option<String>,
    /// The address as given, never rewritten.
    pub url: Option<String>,
    pub headline: String,
    /// The standfirst or summary.
    pub lead: Option<String>,
    /// Paragraphs, plain text.
    pub body: Vec<String>,
    pub published: Stamp,
    pub modified: Option<Stamp>,
    pub source: Source,
    pub authors: Vec<String>,
    pub tags: Vec<String>,
    pub section: Option<String>,
    pub places: Vec<String>,
    pub people: Vec<String>,
    pub orgs: Vec<String>,
    /// BCP 47 language tag, as declared or else detected: `en`, `en-GB`, `pt-BR`.
    pub lang: Option<String>,
    /// The place line: `SALVADOR, Feb 26 -`.
    pub dateline: Option<String>,
    pub image: Option<String>,
    /// Addresses of related articles.
    pub related: Vec<String>,
    /// The provider's version number, where the format carries one.
    pub provider_version: Option<u64>,
    pub status: Status,
    /// This version says that it corrects an earlier one.
    pub corrected: bool,
    /// Hidden until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embargo: Option<Timestamp>,
    /// When a crawler took the page: no date of the article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<Timestamp>,
    /// Where on a page each field was found: `headline` → `json-ld`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub provenance: BTreeMap<String, String>,
}

/// How its provenance begins where a date stands there that cannot be read; what stands there follows.
const UNREADABLE: &str = "unreadable: ";

/// Characters of it that are kept.
const SHOWN: usize = 60;

impl Article {
    /// Whether it says of itself that it may not be shown, or not yet.
    pub fn is_held(&self) -> bool {
        self.status != Status::Usable || self.embargo.is_some()
    }

    /// Notes what stands where the day it was published should be.
    pub fn note_unreadable_date(&mut self, text: &str) {
        let shown: String = text.chars().take(SHOWN).collect();
        self.provenance.insert("published".to_owned(), format!("{UNREADABLE}{shown}"));
    }

    pub fn unreadable_date(&self) -> Option<&str> {
        self.provenance.get("published")?.strip_prefix(UNREADABLE)
    }

    /// What it may have several of, and what that is called.
    pub fn lists(&self) -> [(&'static str, &Vec<String>); 5] {
        [
            ("tags", &self.tags),
            ("authors", &self.authors),
            ("places", &self.places),
            ("people", &self.people),
            ("organisations", &self.orgs),
        ]
    }

    /// What is one line, and what that is called.
    pub fn lines(&self) -> [(&'static str, &str); 9] {
        fn or_none(line: &Option<String>) -> &str {
            line.as_deref().unwrap_or_default()
        }
        [
            ("headline", &self.headline),
            ("id", or_none(&self.external_id)),
            ("address", or_none(&self.url)),
            ("section", or_none(&self.section)),
            ("source", or_none(&self.source.name)),
            ("site", or_none(&self.source.site)),
            ("language", or_none(&self.lang)),
            ("place line", or_none(&self.dateline)),
            ("image", or_none(&self.image)),
        ]
    }

    /// Bytes of text in it.
    pub fn size(&self) -> usize {
        let lists = self.lists().into_iter().map(|(_, list)| list).chain([&self.body, &self.related]);
        let lines = self.lines().into_iter().map(|(_, line)| line.len());
        let listed = lists.flatten().map(|value| value.len() + size_of::<String>());
        lines.sum::<usize>() + listed.sum::<usize>() + self.lead.as_ref().map_or(0, String::len)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Source {
    /// The publisher's name: `Sputnik International`.
    pub name: Option<String>,
    /// The host of the address, without `www.`: `sputnikglobe.com`.
    pub site: Option<String>,
}

/// When, how exactly, and says who.
///
/// `at` is an instant where `precision` is minute or second or hour. At day precision and coarser it is a calendar
/// date, whatever the zone, held as the first moment of its day, month or year in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stamp {
    pub at: Option<Timestamp>,
    pub precision: Precision,
    pub from: Provenance,
    /// Before 1600 or more than a day ahead of the moment it was read: kept as given, never first among the newest.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub implausible: bool,
}

impl Default for Stamp {
    fn default() -> Self {
        Stamp { at: None, precision: Precision::Unknown, from: Provenance::None, implausible: false }
    }
}

/// Finest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    Second,
    Minute,
    Hour,
    Day,
    Month,
    Year,
    #[default]
    Unknown,
}

/// Where a date was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Provenance {
    Feed,
    Page,
    Url,
    File,
    Capture,
    #[default]
    None,
}

impl Provenance {
    /// In the order in which the index numbers them.
    pub const ALL: [Provenance; 6] =
        [Provenance::Feed, Provenance::Page, Provenance::Url, Provenance::File, Provenance::Capture, Provenance::None];
}

/// Of several that are said, the last of these counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    #[default]
    Usable,
    /// Hidden until the provider releases it.
    Withheld,
    /// Cancelled by its provider: out of every answer, a notice in its place.
    Killed,
}

/// The public name of an article, the same on every machine that reads the same input: 16 letters and digits made
/// from its namespace and identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct ArticleId(pub String);

impl std::fmt::Display for ArticleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
