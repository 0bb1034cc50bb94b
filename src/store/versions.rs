//! What counts as a new version, and which version answers show. Pure: the rules of docs/formats.md.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::article::{Article, Precision, Provenance, Source, Stamp, Status};
use crate::identity::{Identity, Kind};

/// Of one version, kept or incoming, all that the rules look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) content: [u8; 32],
    pub(super) provider_version: Option<u64>,
    pub(super) modified: Option<Timestamp>,
    /// The last moment that an incoming modification stamp may mean: the end of its day, month or year.
    pub(super) modified_until: Option<Timestamp>,
    /// When a crawler took it; of kept versions only the shown one knows.
    pub(super) captured: Option<Timestamp>,
    pub(super) has_body: bool,
}

/// An article as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// The version that answers show, or would if they might.
    pub(super) shown: Fingerprint,
    /// One of them has the text that comes in.
    pub(super) has_text: bool,
    /// Of all their provider's versions.
    pub(super) highest: Option<u64>,
    /// Of all their modification stamps.
    pub(super) latest: Option<Timestamp>,
    /// One of them has a body.
    pub(super) has_body: bool,
    pub(super) is_killed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing that is not kept already.
    Unchanged,
    /// The text that answers show, which a crawler has taken again, later.
    Recaptured,
    /// A new version, and from now on the one that answers show.
    Current,
    /// A new version, kept behind the one that answers show.
    Behind,
}

pub(super) fn judge(kept: &Kept, incoming: &Fingerprint, status: Status) -> Verdict {
    let is_behind = kept.is_behind(incoming, status);
    if kept.has_text && !kept.is_newer(incoming) {
        return match kept.is_recaptured(incoming) {
            false => Verdict::Unchanged,
            true if kept.shown.content == incoming.content => Verdict::Recaptured,
            true if is_behind => Verdict::Unchanged,
            true => Verdict::Current,
        };
    }
    if is_behind { Verdict::Behind } else { Verdict::Current }
}

impl Kept {
    fn is_newer(&self, incoming: &Fingerprint) -> bool {
        incoming.provider_version > self.highest || incoming.modified > self.latest
    }

    /// A crawler has come later than when it took the text that is shown.
    fn is_recaptured(&self, incoming: &Fingerprint) -> bool {
        incoming.captured.is_some() && self.shown.captured.is_some() && incoming.captured > self.shown.captured
    }

    fn is_behind(&self, incoming: &Fingerprint, status: Status) -> bool {
        if incoming.provider_version.is_some() && incoming.provider_version < self.highest {
            return true;
        }
        if status == Status::Killed {
            return false;
        }
        if self.is_killed {
            return !self.is_beyond_the_kill(incoming);
        }
        // No stamp makes up for a missing body.
        let is_stub = !incoming.has_body && self.has_body;
        let fills_a_stub = incoming.has_body && !self.shown.has_body;
        (is_stub && status == Status::Usable) || (!fills_a_stub && self.is_older(incoming))
    }

    /// After a kill the text comes back only with what says that it is later. Where nothing says so, it stays away.
    fn is_beyond_the_kill(&self, incoming: &Fingerprint) -> bool {
        match (incoming.provider_version, self.highest) {
            (Some(number), Some(highest)) => number > highest,
            _ => incoming.modified.zip(self.latest).is_some_and(|(modified, latest)| modified > latest),
        }
    }

    /// Older than what is shown, by the first of provider version, capture and modification stamp that both have and
    /// that differs. Where nothing says which is older, the one that comes later is the newer.
    fn is_older(&self, incoming: &Fingerprint) -> bool {
        let shown = &self.shown;
        if incoming.provider_version.zip(shown.provider_version).is_some_and(|(number, shown)| number > shown) {
            return false;
        }
        let captures = incoming.captured.zip(shown.captured).filter(|(one, other)| one != other);
        if let Some((captured, shown)) = captures {
            return captured < shown;
        }
        incoming.modified_until.zip(shown.modified).is_some_and(|(until, shown)| until < shown)
    }
}

impl Fingerprint {
    pub(super) fn of(identity: &Identity, article: &Article) -> Fingerprint {
        Fingerprint::of_content(Content::of(identity, article).hash(), article)
    }

    /// Of an article whose content is known by its hash.
    pub(super) fn of_content(content: [u8; 32], article: &Article) -> Fingerprint {
        // A stamp of the year 9999 must not be the last word.
        let plausible = article.modified.filter(|stamp| !stamp.implausible);
        Fingerprint {
            content,
            // As it is kept: SQLite counts to 2^63.
            provider_version: article.provider_version.map(|version| version.min(i64::MAX as u64)),
            // To the millisecond, as the store keeps it: a rest below would look newer at every reading.
            modified: plausible.and_then(|stamp| stamp.at).and_then(to_the_millisecond),
            modified_until: plausible.and_then(|stamp| last_moment(&stamp)),
            captured: article.captured.and_then(to_the_millisecond),
            has_body: article.body.iter().any(|paragraph| !paragraph.trim().is_empty()),
        }
    }
}

fn to_the_millisecond(at: Timestamp) -> Option<Timestamp> {
    Timestamp::from_millisecond(at.as_millisecond()).ok()
}

/// `2025-02-27` may be any moment of that day.
pub(super) fn last_moment(stamp: &Stamp) -> Option<Timestamp> {
    let hours = match stamp.precision {
        Precision::Second => 0,
        Precision::Minute | Precision::Hour => 1,
        Precision::Day => 24,
        Precision::Month => 31 * 24,
        Precision::Year | Precision::Unknown => 366 * 24,
    };
    stamp.at?.checked_add(SignedDuration::from_hours(hours)).ok()
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
        let content = [content; 32];
        Fingerprint { content, provider_version, modified, modified_until: modified, captured: None, has_body }
    }

    /// What comes to versions of which the last is shown.
    fn article(versions: &[Fingerprint], incoming: &Fingerprint) -> Kept {
        Kept {
            shown: versions[versions.len() - 1].clone(),
            has_text: versions.iter().any(|version| version.content == incoming.content),
            highest: versions.iter().filter_map(|version| version.provider_version).max(),
            latest: versions.iter().filter_map(|version| version.modified).max(),
            has_body: versions.iter().any(|version| version.has_body),
            is_killed: false,
        }
    }

    #[track_caller]
    fn check(stored: &[Fingerprint], incoming: Fingerprint, expected: Verdict) {
        assert_eq!(judge(&article(stored, &incoming), &incoming, Status::Usable), expected);
    }

    /// What becomes of a kill of the second version.
    fn kill(stored: &[Fingerprint]) -> Verdict {
        let kill = kept(2, Some(2), None, false);
        judge(&article(stored, &kill), &kill, Status::Killed)
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
        check(&stored, kept(2, Some(2), Some(90), true), Verdict::Behind);
        check(&stored, kept(2, Some(3), None, true), Verdict::Current);
        check(&stored, kept(2, None, None, true), Verdict::Current);
        assert_eq!(kill(&stored), Verdict::Behind, "a kill of an earlier version that comes late");
    }

    #[test]
    fn without_provider_versions_an_older_modification_stays_behind() {
        let stored = [kept(1, None, Some(20), true)];
        check(&stored, kept(2, None, Some(10), true), Verdict::Behind);
        check(&stored, kept(2, None, Some(20), true), Verdict::Current);
        check(&[kept(1, Some(1), Some(20), true)], kept(2, Some(2), Some(10), true), Verdict::Current);
        let of_that_day =
            Fingerprint { modified_until: Timestamp::from_second(30).ok(), ..kept(2, None, Some(10), true) };
        check(&stored, of_that_day, Verdict::Current);
    }

    #[test]
    fn a_stub_never_takes_the_place_of_a_body_but_a_kill_does() {
        let stored = [kept(1, Some(1), None, true)];
        check(&stored, kept(2, Some(2), None, false), Verdict::Behind);
        check(&[kept(1, None, None, false)], kept(2, None, None, false), Verdict::Current);
        assert_eq!(kill(&stored), Verdict::Current);
    }

    #[test]
    fn a_body_takes_the_place_of_a_stub_whose_stamp_is_newer() {
        check(&[kept(1, None, Some(20), false)], kept(2, None, Some(10), true), Verdict::Current);
        check(&[kept(1, Some(3), None, false)], kept(2, Some(2), None, true), Verdict::Behind);
    }

    #[track_caller]
    fn check_after_kill(kill: Fingerprint, incoming: Fingerprint, expected: Verdict) {
        let kept = Kept { is_killed: true, ..article(&[kill], &incoming) };
        assert_eq!(judge(&kept, &incoming, Status::Usable), expected, "{incoming:?}");
    }

    #[test]
    fn after_a_kill_only_what_is_later_comes_back() {
        let kill = kept(0, Some(3), Some(30), false);
        check_after_kill(kill.clone(), kept(1, Some(2), Some(20), true), Verdict::Behind);
        check_after_kill(kill.clone(), kept(1, Some(3), Some(40), true), Verdict::Behind);
        check_after_kill(kill.clone(), kept(1, None, None, true), Verdict::Behind);
        check_after_kill(kill.clone(), kept(1, Some(4), None, true), Verdict::Current);
        check_after_kill(kill, kept(1, None, Some(40), true), Verdict::Current);
        let unnumbered = kept(0, None, Some(30), false);
        check_after_kill(unnumbered.clone(), kept(1, None, Some(20), true), Verdict::Behind);
        check_after_kill(unnumbered.clone(), kept(1, Some(1), None, true), Verdict::Behind);
        check_after_kill(unnumbered, kept(1, Some(1), Some(40), true), Verdict::Current);
        check_after_kill(kept(0, None, None, false), kept(1, None, Some(40), true), Verdict::Behind);
    }

    fn captured(content: u8, at: i64, has_body: bool) -> Fingerprint {
        Fingerprint { captured: Timestamp::from_second(at).ok(), ..kept(content, None, None, has_body) }
    }

    #[test]
    fn of_captures_the_latest_is_shown_whichever_is_read_first() {
        let stored = [kept(1, None, None, true), captured(2, 20, true)];
        check(&stored, captured(3, 30, true), Verdict::Current);
        check(&stored, captured(3, 10, true), Verdict::Behind);
        check(&stored, captured(2, 20, true), Verdict::Unchanged);
        check(&stored, captured(2, 30, true), Verdict::Recaptured);
        check(&stored, captured(1, 30, true), Verdict::Current);
        check(&stored, captured(1, 10, true), Verdict::Unchanged);
        let dated = |seconds| Fingerprint { captured: Timestamp::from_second(30).ok(), ..kept(4, None, seconds, true) };
        check(
            &[Fingerprint { captured: Timestamp::from_second(20).ok(), ..kept(1, None, Some(9), true) }],
            dated(Some(5)),
            Verdict::Current,
        );
    }

    #[test]
    fn a_stub_captured_again_is_nothing_new() {
        let stored = [captured(2, 30, false), captured(1, 10, true)];
        check(&stored, captured(2, 40, false), Verdict::Unchanged);
    }

    #[track_caller]
    fn check_same(kind: Kind, change: impl Fn(&mut Article), same: bool) {
        let identity = Identity { namespace: "wire".into(), key: "1".into(), kind, page: None };
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
