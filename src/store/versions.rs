//! What counts as a new version, and which version answers show. Pure: the rules of docs/formats.md.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;

use crate::article::{Article, Precision, Provenance, Source, Stamp, Status};
use crate::identity::{Identity, Kind};

/// Of one version, kept or incoming, all that the rules look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) content: [u8; 32],
    pub(super) provider_version: Option<u64>,
    pub(super) modified: Option<Timestamp>,
    pub(super) has_body: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing that is not kept already.
    Unchanged,
    /// A new version, and from now on the one that answers show.
    Current,
    /// A new version, kept behind the one that answers show.
    Behind,
}

/// `kept` holds every version of the article, in any order.
pub(super) fn judge(kept: &[Fingerprint], incoming: &Fingerprint, status: Status) -> Verdict {
    let highest = kept.iter().map(|version| version.provider_version).max().flatten();
    let latest = kept.iter().map(|version| version.modified).max().flatten();
    let newer = incoming.provider_version > highest || incoming.modified > latest;
    if !newer && kept.iter().any(|version| version.content == incoming.content) {
        return Verdict::Unchanged;
    }
    let lower = incoming.provider_version.is_some() && incoming.provider_version < highest;
    let stub = !incoming.has_body && kept.iter().any(|version| version.has_body);
    // A kill notice carries no body, and must hide the text all the same.
    if lower || (stub && status == Status::Usable) { Verdict::Behind } else { Verdict::Current }
}

impl Fingerprint {
    pub(super) fn of(identity: &Identity, article: &Article) -> Fingerprint {
        Fingerprint {
            content: Content::of(identity, article).hash(),
            provider_version: article.provider_version,
            // To the millisecond, as the store keeps it: a rest below would look newer at every reading.
            modified: article.modified.and_then(|stamp| stamp.at).and_then(to_the_millisecond),
            has_body: article.body.iter().any(|paragraph| !paragraph.trim().is_empty()),
        }
    }
}

fn to_the_millisecond(at: Timestamp) -> Option<Timestamp> {
    Timestamp::from_millisecond(at.as_millisecond()).ok()
}

/// All that a reader delivers but the identity and the two stamps that order versions. What is empty is left out, so
/// that a field added to articles one day leaves the hashes of those without it as they are.
#[derive(Serialize)]
struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    headline: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    body: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<(Timestamp, Precision)>,
    source: Cow<'a, Source>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    authors: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    places: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    people: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    orgs: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dateline: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    related: &'a [String],
    status: Status,
    corrected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    embargo: Option<Timestamp>,
}

impl<'a> Content<'a> {
    /// Takes the article apart field by field, so that a new field cannot be forgotten here.
    fn of(identity: &Identity, article: &'a Article) -> Content<'a> {
        // Nothing is left to `..`: a field added to articles is given its place here, or does not compile.
        let Article {
            namespace: _,
            external_id: _,
            provider_version: _,
            modified: _,
            captured: _,
            provenance: _,
            url,
            headline,
            lead,
            body,
            published,
            source,
            authors,
            tags,
            section,
            places,
            people,
            orgs,
            lang,
            dateline,
            image,
            related,
            status,
            corrected,
            embargo,
        } = article;
        Content {
            // An identity made from the address: its spellings (`www.`, tracking) are one article, not versions.
            url: url.as_deref().filter(|_| identity.kind != Kind::Url),
            headline,
            lead: lead.as_deref(),
            body,
            published: published_as_content(published),
            source: source_as_content(source, identity.kind),
            authors,
            tags,
            section: section.as_deref(),
            places,
            people,
            orgs,
            lang: lang.as_deref(),
            dateline: dateline.as_deref(),
            image: image.as_deref(),
            related,
            status: *status,
            corrected: *corrected,
            embargo: *embargo,
        }
    }

    fn hash(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        // Writing to a hasher cannot fail, nor can text and numbers fail to be JSON.
        let _ = serde_json::to_writer(std::io::BufWriter::with_capacity(1 << 14, &mut hasher), self);
        *hasher.finalize().as_bytes()
    }
}

/// The site is read from the address, and is as much a matter of its spelling (`m.`, an AMP cache).
fn source_as_content(source: &Source, kind: Kind) -> Cow<'_, Source> {
    if kind == Kind::Url { Cow::Owned(Source { site: None, ..source.clone() }) } else { Cow::Borrowed(source) }
}

/// When a page was captured is not what it says: captured again, it is no new version. Nor is a date that has become
/// plausible by waiting.
fn published_as_content(stamp: &Stamp) -> Option<(Timestamp, Precision)> {
    let Stamp { at, precision, from, implausible: _ } = *stamp;
    at.filter(|_| from != Provenance::Capture).map(|at| (at, precision))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(content: u8, provider_version: Option<u64>, modified: Option<i64>, has_body: bool) -> Fingerprint {
        let modified = modified.map(|second| Timestamp::from_second(second).unwrap());
        Fingerprint { content: [content; 32], provider_version, modified, has_body }
    }

    #[track_caller]
    fn check(stored: &[Fingerprint], incoming: Fingerprint, expected: Verdict) {
        assert_eq!(judge(stored, &incoming, Status::Usable), expected);
    }

    #[test]
    fn text_equal_to_any_kept_version_is_unchanged() {
        let stored = [kept(1, None, None, true), kept(2, None, None, true)];
        check(&stored, kept(1, None, None, true), Verdict::Unchanged);
        check(&stored, kept(2, None, None, true), Verdict::Unchanged);
        check(&stored, kept(3, None, None, true), Verdict::Current);
    }

    #[test]
    fn a_newer_stamp_brings_an_old_text_back() {
        let stored = [kept(1, Some(1), Some(10), true), kept(2, Some(2), Some(20), true)];
        check(&stored, kept(1, Some(3), Some(20), true), Verdict::Current);
        check(&stored, kept(1, Some(2), Some(30), true), Verdict::Current);
        check(&stored, kept(1, Some(1), Some(10), true), Verdict::Unchanged);
        check(&stored, kept(1, Some(2), Some(20), true), Verdict::Unchanged);
        check(&stored, kept(1, None, None, true), Verdict::Unchanged);
    }

    #[test]
    fn a_lower_provider_version_stays_behind() {
        let stored = [kept(1, Some(1), None, true), kept(3, Some(3), None, true)];
        check(&stored, kept(2, Some(2), None, true), Verdict::Behind);
        check(&stored, kept(2, Some(3), None, true), Verdict::Current);
        check(&stored, kept(2, None, None, true), Verdict::Current);
    }

    #[test]
    fn a_stub_never_takes_the_place_of_a_body_but_a_kill_does() {
        let stored = [kept(1, Some(1), None, true)];
        check(&stored, kept(2, Some(2), None, false), Verdict::Behind);
        check(&[kept(1, None, None, false)], kept(2, None, None, false), Verdict::Current);
        assert_eq!(judge(&stored, &kept(2, Some(2), None, false), Status::Killed), Verdict::Current);
    }

    #[track_caller]
    fn check_same(kind: Kind, change: impl Fn(&mut Article), same: bool) {
        let identity = Identity { namespace: "wire".into(), key: "1".into(), kind };
        let before = Article { headline: "Flood".into(), ..Article::default() };
        let mut after = before.clone();
        change(&mut after);
        let content = |article| Fingerprint::of(&identity, article).content;
        assert_eq!(content(&before) == content(&after), same, "{after:?}");
    }

    #[test]
    fn content_is_all_a_reader_delivers_but_identity_and_stamps() {
        let at = Timestamp::from_second(9).unwrap();
        let stamp = |from| Stamp { at: Some(at), precision: Precision::Day, from, implausible: false };
        check_same(Kind::Provider, |article| article.tags.push("water".into()), false);
        check_same(Kind::Provider, |article| article.lead = Some("Rain".into()), false);
        check_same(Kind::Provider, |article| article.status = Status::Killed, false);
        check_same(Kind::Provider, |article| article.published = stamp(Provenance::Page), false);
        check_same(Kind::Provider, |article| article.published = stamp(Provenance::Capture), true);
        check_same(Kind::Provider, |article| article.modified = Some(stamp(Provenance::Page)), true);
        check_same(Kind::Provider, |article| article.provider_version = Some(4), true);
        check_same(Kind::Provider, |article| article.namespace = "other".into(), true);
        check_same(Kind::Provider, |article| article.url = Some("https://a.example/1".into()), false);
        check_same(Kind::Url, |article| article.source.site = Some("m.a.example".into()), true);
        check_same(Kind::Provider, |article| article.source.site = Some("a.example".into()), false);
        check_same(Kind::Url, |article| article.url = Some("https://a.example/1?utm_source=x".into()), true);
    }
}
