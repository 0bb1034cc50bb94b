//! When a page was published and changed: all that is said of it, and what of it is believed.

use jiff::{Span, Timestamp};
use url::Url;

use super::marks::{Marks, Time};
use super::thing::Thing;
use super::trust::{self, Found, found};
use crate::article::{Precision, Provenance, Stamp};
use crate::ingest::dates::{self, Local, Reading};

const OPENGRAPH_PUBLISHED: &[&str] = &[
    "article:published_time",
    "article:published",
    "og:published_time",
    "og:article:published_time",
    "og:pubdate",
    "bt:pubdate",
];

const META_PUBLISHED: &[&str] = &[
    "parsely-pub-date",
    "sailthru.date",
    "datepublished",
    "cxenseparse:publishtime",
    "cxenseparse:recs:publishtime",
    "cxenseparse:pageclass:publishtime",
    "publish-date",
    "publish_date",
    "publishdate",
    "published_time",
    "date_published",
    "article_date_original",
    "article.published",
    "originalpublicationdate",
    "published",
    "published_at",
    "publication_date",
    "publicationdate",
    "published-date",
    "pub_date",
    "pubdate",
    "pdate",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "dc.created",
    "citation_publication_date",
    "citation_online_date",
    "citation_date",
    "prism.publicationdate",
    "rnews:datepublished",
    "vr:published_time",
    "shareaholic:article_published_time",
    "sn-post-date",
    "displaydate",
    "weibo:article:create_at",
    "datecreated",
    "created",
    "date",
    "article:created_time",
    "mediator_published_time",
    "apub:time",
    "publishedat",
    "publisheddate",
    "article-published",
    "post-date",
    "ptime",
];

/// How else systems call it, behind a word of their own.
const LIKE_PUBLISHED: &[&str] = &[
    "publishdate",
    "publish_date",
    "publish-date",
    "publisheddate",
    "published_date",
    "published_time",
    "publishtime",
    "pubdate",
    "datepublished",
];
const NOT_PUBLISHED: &[&str] = &["unpublish", "modif", "updat"];

const OPENGRAPH_MODIFIED: &[&str] =
    &["article:modified_time", "article:modified", "og:updated_time", "og:modified_time", "og:article:modified_time"];

const META_MODIFIED: &[&str] = &[
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "dc.modified",
    "lastmod",
    "last-modified",
    "article_date_updated",
    "article.updated",
    "updated",
    "updated_at",
    "revised",
    "cxenseparse:recs:modifiedtime",
    "modificationdate",
    "parsely-modified-date",
];

/// Dates of one page, and who says so.
#[derive(Default)]
pub(super) struct Stamps {
    pub(super) published: Option<Found<Stamp>>,
    pub(super) modified: Option<Found<Stamp>>,
}

pub(super) fn stamps(
    ld: Option<&Thing<'_>>,
    data: Option<&Thing<'_>>,
    marks: &Marks,
    url: Option<&Url>,
    local: &Local<'_>,
) -> Stamps {
    let published = trust::ranked("published", published(ld, data, marks, url, local));
    let modified = trust::ranked("modified", modified(ld, data, marks, local));
    // Where nothing else is said, it was there when it was changed.
    let changed =
        modified.iter().filter(|reading| matches!(reading.from, "json-ld" | "microdata" | "visible")).cloned();
    let published = settled(published).or_else(|| settled(changed.collect()));
    let modified = settled(modified).filter(|modified| {
        // A page that changed before it was published says nothing by it.
        published.as_ref().is_none_or(|published| {
            published.value.precision >= Precision::Day || modified.value.at >= published.value.at
        })
    });
    Stamps { published, modified }
}

fn read(from: &'static str, text: &str, local: &Local<'_>) -> Option<Found<Reading>> {
    dates::read_stamp(text, Provenance::Page, local).filter(is_sound).map(|reading| found(from, reading))
}

/// The year 0 and the first second of 1970 are what programs write that know no date.
fn is_sound(reading: &Reading) -> bool {
    reading.stamp.at.is_some_and(|at| at.as_second() > Timestamp::UNIX_EPOCH.as_second() || at.as_second() < -1_000_000)
        && reading.stamp.precision < Precision::Year
}

fn published(
    ld: Option<&Thing<'_>>,
    data: Option<&Thing<'_>>,
    marks: &Marks,
    url: Option<&Url>,
    local: &Local<'_>,
) -> Vec<Found<Reading>> {
    let mut found = Vec::new();
    for (from, thing) in [("json-ld", ld), ("microdata", data)] {
        let texts = ["datePublished", "dateCreated", "uploadDate"].iter().filter_map(|name| thing?.raw(name));
        found.extend(texts.filter_map(|text| read(from, &text, local)));
    }
    found.extend(marks.metas(OPENGRAPH_PUBLISHED).filter_map(|text| read("opengraph", text, local)));
    found.extend(marks.metas(META_PUBLISHED).filter_map(|text| read("meta", text, local)));
    let others = marks.metas_ending(LIKE_PUBLISHED, NOT_PUBLISHED);
    found.extend(others.filter_map(|text| read("meta", text, local)));
    let of_url = url.and_then(in_path);
    found.extend(visible(marks, false, of_url.as_ref(), local));
    found.extend(of_url.map(|reading| trust::found("url", reading)));
    found
}

fn modified(ld: Option<&Thing<'_>>, data: Option<&Thing<'_>>, marks: &Marks, local: &Local<'_>) -> Vec<Found<Reading>> {
    let mut found = Vec::new();
    for (from, thing) in [("json-ld", ld), ("microdata", data)] {
        found.extend(thing.and_then(|thing| thing.raw("dateModified")).and_then(|text| read(from, &text, local)));
    }
    found.extend(marks.metas(OPENGRAPH_MODIFIED).filter_map(|text| read("opengraph", text, local)));
    found.extend(marks.metas(META_MODIFIED).filter_map(|text| read("meta", text, local)));
    found.extend(visible(marks, true, None, local));
    found
}

/// Dates that are seen, the likeliest first.
fn visible(marks: &Marks, is_modified: bool, of_url: Option<&Reading>, local: &Local<'_>) -> Vec<Found<Reading>> {
    let mut times: Vec<_> = marks.times.iter().filter(|time| time.is_modified == is_modified).collect();
    times.sort_by_key(|time| time.rank);
    // A line that nothing calls a date is one only if it says the hour, too, or nothing else, and the address says no other
    // day.
    let is_told = |time: &Time, reading: &Reading| {
        let is_of_day = |day: &Reading| is_within(&day.stamp, &reading.stamp);
        let is_told = time.rank != Time::LINE || reading.stamp.precision < Precision::Day;
        let is_whole = time.rank < Time::DATELINE || reading.stamp.precision <= Precision::Day;
        is_told && is_whole && (time.rank < Time::LINE || of_url.is_none_or(is_of_day))
    };
    let readings = |time: &&Time| {
        let told = time.datetime.as_deref().and_then(|text| dates::read_stamp(text, Provenance::Page, local));
        let told = told.filter(is_sound);
        // Programs are often told the day, and people the hour as well.
        let is_whole = told.is_some_and(|told| told.stamp.precision < Precision::Day);
        let seen =
            if is_whole { None } else { dates::find_stamp(&time.text, Provenance::Page, local).filter(is_sound) };
        let both = told.into_iter().chain(seen).filter(|reading| is_told(time, reading));
        both.map(|reading| found("visible", reading)).collect::<Vec<_>>()
    };
    times.iter().flat_map(readings).collect()
}

/// The most trusted date; one that says more of the same day is better, from wherever.
fn settled(mut readings: Vec<Found<Reading>>) -> Option<Found<Stamp>> {
    // What cannot be is kept only where nothing else is said.
    readings.sort_by_key(|reading| !is_plausible(&reading.value));
    let first = readings.first()?;
    let is_better = |other: &&Found<Reading>| {
        let (one, other) = (&first.value, &other.value);
        let finer = one.stamp.precision >= Precision::Day
            && other.stamp.precision < Precision::Day
            && is_within(&one.stamp, &other.stamp);
        let day = one.stamp.precision > Precision::Day
            && other.stamp.precision <= Precision::Day
            && is_within(&one.stamp, &other.stamp);
        finer || day || !one.is_zoned && other.is_zoned && is_same_clock(&one.stamp, &other.stamp)
    };
    let best = readings.iter().find(is_better).unwrap_or(first);
    Some(found(best.from, best.value.stamp))
}

fn is_plausible(reading: &Reading) -> bool {
    let mut stamp = reading.stamp;
    dates::flag_implausible(&mut stamp, Timestamp::now());
    !stamp.implausible
}

/// Does an instant lie within a day, a month or a year, in whatever zone?
fn is_within(coarse: &Stamp, fine: &Stamp) -> bool {
    let (Some(from), Some(at)) = (coarse.at, fine.at) else { return false };
    let hours = match coarse.precision {
        Precision::Month => 31 * 24,
        Precision::Year => 366 * 24,
        _ => 24,
    };
    let start = from.checked_sub(Span::new().hours(14));
    let end = from.checked_add(Span::new().hours(hours + 12));
    start.is_ok_and(|start| at >= start) && end.is_ok_and(|end| at < end)
}

/// The same clock of two zones: some whole quarters of an hour apart.
fn is_same_clock(one: &Stamp, other: &Stamp) -> bool {
    let (Some(one), Some(other)) = (one.at, other.at) else { return false };
    let apart = (one.as_second() / 60 - other.as_second() / 60).abs();
    apart <= 14 * 60 && apart % 15 == 0
}

/// `/2025/02/27/`, `/2025-02-27-tin`, `/2025/feb/27/`, `/20250227/`, `/2025/02/`.
fn in_path(url: &Url) -> Option<Reading> {
    let parts: Vec<&str> = url.path().split(['/', '-', '_', '.']).filter(|part| !part.is_empty()).collect();
    let is_year = |part: &str| part.len() == 4 && part.parse::<i32>().is_ok_and(|year| (1990..2100).contains(&year));
    let read = |text: &str| dates::read_stamp(text, Provenance::Url, &Local::default());
    for (at, part) in parts.iter().enumerate() {
        if part.len() == 8
            && is_year(&part[..part.floor_char_boundary(4)])
            && let Some(reading) = read(part)
        {
            return Some(reading);
        }
        if !is_year(part) {
            continue;
        }
        let (month, day) = (parts.get(at + 1)?, parts.get(at + 2).copied().unwrap_or_default());
        let is_word = month.chars().all(char::is_alphabetic);
        let written = if is_word { format!("{day} {month} {part}") } else { format!("{part}-{month:0>2}-{day:0>2}") };
        let whole = (1..=2).contains(&day.len()).then(|| read(&written)).flatten();
        let of_month = || (month.len() == 2 && !is_word).then(|| read(&format!("{part}-{month}"))).flatten();
        return whole.or_else(of_month);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn path(url: &str, expected: Option<&str>) {
        let reading = in_path(&Url::parse(url).unwrap());
        assert_eq!(
            reading.map(|reading| reading.stamp.at.unwrap().to_string()[..10].to_owned()).as_deref(),
            expected,
            "{url}"
        );
    }

    #[test]
    fn dates_stand_in_addresses() {
        path("https://a.example/2025/02/27/tin", Some("2025-02-27"));
        path("https://a.example/news/2025-2-7-tin", Some("2025-02-07"));
        path("https://a.example/2025/feb/27/tin", Some("2025-02-27"));
        path("https://a.example/a/20250227/tin.html", Some("2025-02-27"));
        path("https://a.example/2025/02/tin", Some("2025-02-01"));
        path("https://a.example/2025-the-year", None);
        path("https://a.example/tin-1234-56", None);
    }

    #[track_caller]
    fn check(said: &[(&'static str, &str)], from: &str, at: &str) {
        let readings = said.iter().map(|(from, text)| read(from, text, &Local::default()).unwrap()).collect();
        let settled = settled(readings).unwrap();
        assert_eq!((settled.from, settled.value.at.unwrap().to_string().as_str()), (from, at));
    }

    #[test]
    fn who_says_more_of_the_same_day_is_believed() {
        check(&[("json-ld", "2025-02-27"), ("meta", "2025-02-27T16:44:00+02:00")], "meta", "2025-02-27T14:44:00Z");
        check(&[("json-ld", "2025-02-27"), ("meta", "2025-03-01T16:44:00Z")], "json-ld", "2025-02-27T00:00:00Z");
        check(
            &[("json-ld", "2025-02-27T16:44:00Z"), ("meta", "2025-02-27T12:00:00Z")],
            "json-ld",
            "2025-02-27T16:44:00Z",
        );
        check(
            &[("json-ld", "2025-02-27T16:44:00"), ("meta", "2025-02-27T16:44:00+02:00")],
            "meta",
            "2025-02-27T14:44:00Z",
        );
        check(
            &[("json-ld", "2025-02-27T16:44:00"), ("meta", "2025-02-27T09:13:00+02:00")],
            "json-ld",
            "2025-02-27T16:44:00Z",
        );
    }

    #[test]
    fn what_can_be_is_believed_before_what_cannot() {
        check(
            &[("json-ld", "1001-01-01T00:00:00Z"), ("visible", "27 February 2025")],
            "visible",
            "2025-02-27T00:00:00Z",
        );
        check(&[("json-ld", "1001-01-01T00:00:00Z")], "json-ld", "1001-01-01T00:00:00Z");
    }

    #[test]
    fn what_programs_write_that_know_no_date_is_none() {
        assert!(read("json-ld", "1970-01-01T00:00:00Z", &Local::default()).is_none());
        assert!(read("json-ld", "0001-01-01T00:00:00Z", &Local::default()).is_none());
        assert!(read("json-ld", "1001-01-01T00:00:00Z", &Local::default()).is_some(), "kept as given, and marked");
    }
}
