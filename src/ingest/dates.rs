//! Dates as they are written in the wild, with how exactly and by whom.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::article::{Precision, Provenance, Stamp};

mod months;
mod worded;

/// What is known of whoever writes dates: the clock they read, and how they write.
#[derive(Clone, Debug)]
pub(super) struct Local<'a> {
    pub(super) zone: TimeZone,
    pub(super) language: Option<&'a str>,
    /// Whether `03/04/2025` is a day in April; `None` where that cannot be told.
    pub(super) is_day_first: Option<bool>,
}

impl Default for Local<'_> {
    fn default() -> Self {
        Local { zone: TimeZone::UTC, language: None, is_day_first: None }
    }
}

/// A date, and whether its zone is written with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) stamp: Stamp,
    pub(super) is_zoned: bool,
}

/// Reads a date with whatever precision it is given; without a zone it is taken as UTC. `None`: it is no date.
pub(super) fn parse_stamp(text: &str, from: Provenance) -> Option<Stamp> {
    read_stamp(text, from, &Local::default()).map(|reading| reading.stamp)
}

/// Reads a date that stands by itself; without a zone it is read in the one given.
pub(super) fn read_stamp(text: &str, from: Provenance, local: &Local<'_>) -> Option<Reading> {
    let text = text.trim();
    let moment = iso(text, local).or_else(|| rfc2822(text)).or_else(|| year_last(text, local));
    let moment = moment.or_else(|| worded(text, local)).or_else(|| month(text, local)).or_else(|| epoch(text))?;
    Some(moment).filter(|moment| !moment.is_none()).map(|moment| moment.reading(from))
}

/// Reads the first date in a text.
pub(super) fn find_stamp(text: &str, from: Provenance, local: &Local<'_>) -> Option<Reading> {
    read_stamp(text, from, local).or_else(|| worded(text, local).map(|moment| moment.reading(from)))
}

/// Does a date in numbers begin with its day? `None`: it could be either, or is none.
pub(super) fn is_day_first(text: &str) -> Option<bool> {
    let mut parts = text.trim().split(['/', '-']);
    let (one, two, year) = (parts.next()?, parts.next()?, parts.next()?);
    let (one, two): (u8, u8) = (one.parse().ok()?, two.parse().ok()?);
    let is_year = year.len() >= 4 && year.bytes().take(4).all(|byte| byte.is_ascii_digit());
    match (one, two) {
        (13..=31, 1..=12) if is_year => Some(true),
        (1..=12, 13..=31) if is_year => Some(false),
        _ => None,
    }
}

/// A point in time as it was written.
#[derive(Clone, Copy)]
struct Moment {
    at: Timestamp,
    precision: Precision,
    is_zoned: bool,
}

impl Moment {
    /// `0001-01-01T00:00:00Z`, with which programs say that they know no date.
    fn is_none(self) -> bool {
        self.at.to_zoned_datetime(TimeZone::UTC).year() < 2
    }

    fn reading(self, from: Provenance) -> Reading {
        let stamp = Stamp { at: Some(self.at), precision: self.precision, from, implausible: false };
        Reading { stamp, is_zoned: self.is_zoned }
    }
}

/// Before 1600 or more than a day ahead: kept as given, and marked.
pub(super) fn flag_implausible(stamp: &mut Stamp, now: Timestamp) {
    let Some(at) = stamp.at else { return };
    let early = at.to_zoned_datetime(TimeZone::UTC).year() < 1600;
    let late = now.checked_add(Span::new().hours(24)).is_ok_and(|limit| at > limit);
    stamp.implausible = early || late;
}

fn utc(at: DateTime) -> Option<Timestamp> {
    // The last of the years that have four digits ends behind the last moment that can be told.
    let last = Timestamp::MAX.to_zoned_datetime(TimeZone::UTC).datetime().min(at);
    Some(last.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp())
}

fn day(date: Date) -> Option<Moment> {
    whole(date, Precision::Day)
}

/// A day, a month or a year: the first moment of it.
fn whole(date: Date, precision: Precision) -> Option<Moment> {
    Some(Moment { at: utc(date.to_datetime(Time::midnight()))?, precision, is_zoned: false })
}

/// `2025-02-27T16:44+0000`, `2019-11-18 08:34:00 -0500`, `2025-02-27`, `2025-02`, `2025`, `20250227`, `20250227T164400Z`.
fn iso(text: &str, local: &Local<'_>) -> Option<Moment> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |range: std::ops::Range<usize>| text.get(range).filter(|part| digits(part))?.parse::<i16>().ok();
    let year = number(0..4)?;
    if text.len() == 4 {
        return whole(Date::new(year, 1, 1).ok()?, Precision::Year);
    }
    if text.get(..8).is_some_and(digits) && !text[8..].starts_with(|c: char| c.is_ascii_digit()) {
        let date = Date::new(year, number(4..6)? as i8, number(6..8)? as i8).ok()?;
        return match text[8..].strip_prefix(['T', 't']) {
            _ if text.len() == 8 => day(date),
            Some(time) => clock(date, &with_colons(time), local),
            None => None,
        };
    }
    if let (true, Some(time)) = (digits(text), text.get(8..).filter(|time| matches!(time.len(), 2 | 4 | 6))) {
        return compact(Date::new(year, number(4..6)? as i8, number(6..8)? as i8).ok()?, time, local);
    }
    let month = number(5..7).filter(|_| matches!(text.as_bytes()[4], b'-' | b'/' | b'.'))? as i8;
    if text.len() == 7 {
        return whole(Date::new(year, month, 1).ok()?, Precision::Month);
    }
    let date = Date::new(year, month, number(8..10)? as i8).ok()?;
    match text.get(10..)?.trim_start_matches(['T', 't', ' ']) {
        "" => day(date),
        time => clock(date, time, local),
    }
}

/// `2025022716`, `202502271644`, `20250227164405`: of these years none of them is a count of seconds that anybody means.
fn compact(date: Date, time: &str, local: &Local<'_>) -> Option<Moment> {
    let hour = format!("{time}00");
    let (time, precision) = if time.len() == 2 { (hour.as_str(), Some(Precision::Hour)) } else { (time, None) };
    let moment = clock(date, &with_colons(time), local).filter(|_| (1900..3000).contains(&date.year()))?;
    Some(Moment { precision: precision.unwrap_or(moment.precision), ..moment })
}

/// `164405+0100` as `16:44:05+0100`.
fn with_colons(time: &str) -> String {
    let end = time.find(|c: char| !c.is_ascii_digit()).unwrap_or(time.len());
    match end {
        4 => format!("{}:{}{}", &time[..2], &time[2..4], &time[4..]),
        6 => format!("{}:{}:{}{}", &time[..2], &time[2..4], &time[4..6], &time[6..]),
        _ => time.to_owned(),
    }
}

/// `16:44+0000`, `08:34:00.123 -05:00`, `15:01:01.79`, `4:44 PM`.
fn clock(date: Date, text: &str, local: &Local<'_>) -> Option<Moment> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ','))).unwrap_or(text.len());
    let (time, zone) = (text[..end].trim_end_matches(['.', ',']), text[end..].trim());
    let mut parts = time.split(':');
    let mut hour: i8 = parts.next()?.parse().ok()?;
    let minute: i8 = parts.next()?.parse().ok()?;
    let second = parts.next().map(|second| second.split(['.', ',']).next().unwrap_or(second).parse::<i8>());
    let (zone, afternoon) = meridiem(zone);
    if let Some(afternoon) = afternoon {
        hour = hour % 12 + if afternoon { 12 } else { 0 };
    }
    let precision = if second.is_some() { Precision::Second } else { Precision::Minute };
    // A leap second is the last of its minute here.
    let second = second.transpose().ok()?.map_or(0, |second| if second == 60 { 59 } else { second });
    if (hour, minute, second) == (24, 0, 0) {
        return moment(date.tomorrow().ok()?.to_datetime(Time::midnight()), precision, zone, local);
    }
    let time = Time::new(hour, minute, second, 0).ok()?;
    moment(date.to_datetime(time), precision, zone, local)
}

/// A time of a day in the zone that is written, or else in that of whoever writes.
fn moment(at: DateTime, precision: Precision, zone: &str, local: &Local<'_>) -> Option<Moment> {
    if zone.is_empty() {
        let at = at.to_zoned_datetime(local.zone.clone()).ok()?.timestamp();
        return Some(Moment { at, precision, is_zoned: false });
    }
    if let Some(clock) = of_a_region(zone) {
        return Some(Moment { at: at.to_zoned_datetime(clock).ok()?.timestamp(), precision, is_zoned: true });
    }
    // `+02:00[Europe/Helsinki]` (RFC 9557)
    let offset = offset(zone.split('[').next().unwrap_or(zone))?;
    let at = utc(at)?.checked_sub(Span::new().seconds(offset)).ok()?;
    Some(Moment { at, precision, is_zoned: true })
}

/// `ET` is what the clock shows there, in summer and in winter; so is `Europe/Helsinki`, which may stand in brackets.
fn of_a_region(zone: &str) -> Option<TimeZone> {
    let name = match zone.to_ascii_lowercase().as_str() {
        _ if zone.contains('/') => zone.trim_matches(['[', ']', '(', ')']),
        "et" => "America/New_York",
        "ct" => "America/Chicago",
        "mt" => "America/Denver",
        "pt" => "America/Los_Angeles",
        _ => return None,
    };
    TimeZone::get(name).ok()
}

fn meridiem(zone: &str) -> (&str, Option<bool>) {
    let lower = zone.to_ascii_lowercase();
    for (mark, afternoon) in [("am", false), ("a.m.", false), ("pm", true), ("p.m.", true)] {
        if lower.starts_with(mark) {
            return (zone[mark.len()..].trim(), Some(afternoon));
        }
    }
    (zone, None)
}

/// Seconds east of Greenwich.
fn offset(zone: &str) -> Option<i64> {
    const NAMED: &[(&str, i64)] = &[
        ("", 0),
        ("z", 0),
        ("utc", 0),
        ("ut", 0),
        ("gmt", 0),
        ("est", -5),
        ("edt", -4),
        ("cst", -6),
        ("cdt", -5),
        ("mst", -7),
        ("mdt", -6),
        ("pst", -8),
        ("pdt", -7),
        ("cet", 1),
        ("cest", 2),
        ("bst", 1),
        ("msk", 3),
        ("wib", 7),
        ("wita", 8),
        ("wit", 9),
        ("jst", 9),
        ("kst", 9),
        ("eet", 2),
        ("eest", 3),
        ("mez", 1),
        ("mesz", 2),
        ("aest", 10),
        ("aedt", 11),
        ("sgt", 8),
        ("hkt", 8),
        ("pkt", 5),
        ("wat", 1),
        ("cat", 2),
        ("eat", 3),
        ("sast", 2),
        ("trt", 3),
    ];
    let lower = zone.to_ascii_lowercase();
    // India's clocks are half an hour apart from the rest.
    if lower == "ist" {
        return Some(19_800);
    }
    if let Some((_, hours)) = NAMED.iter().find(|(name, _)| *name == lower) {
        return Some(hours * 3600);
    }
    let sign = match zone.chars().next()? {
        '+' => 1,
        '-' | '−' => -1,
        _ => return None,
    };
    let digits: String = zone.chars().skip(1).filter(char::is_ascii_digit).collect();
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..4).map_or(Ok(0), str::parse).ok()?;
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn rfc2822(text: &str) -> Option<Moment> {
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    // Zones that the standard does not know it takes for UTC: `16:44:05 CET`, `06:00:00 Uhr`.
    const ZONES: &[&str] = &["ut", "utc", "gmt", "z", "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt"];
    let is_known = |word: &str| word.starts_with(['+', '-']) || ZONES.contains(&word.to_lowercase().as_str());
    if !text.split_whitespace().skip(3).any(is_known) {
        return None;
    }
    Some(Moment { at, precision: Precision::Second, is_zoned: true })
}

/// `Sat Mar 01 10:00:00 +0000 2025`, as `date` and its kin write it.
fn year_last(text: &str, local: &Local<'_>) -> Option<Moment> {
    let [_, month, day, clock, zone, year] = text.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
    worded(&format!("{day} {month} {year} {clock} {zone}"), local).filter(|_| year.len() == 4 && clock.contains(':'))
}

/// `March 2025`: a month by its name, and nothing else.
fn month(text: &str, local: &Local<'_>) -> Option<Moment> {
    let (name, year) = text.rsplit_once(char::is_whitespace)?;
    let year: i16 = year.parse().ok().filter(|_| year.len() == 4)?;
    let month = months::month(name.trim().trim_end_matches('.').to_lowercase().as_str(), local.language)?;
    whole(Date::new(year, month, 1).ok()?, Precision::Month)
}

/// `26-FEB-1987 15:01:01.79`, `27 February 2025`, `February 27, 2025 4:44 PM`, `27.02.2025`, `2/27/2025`. `03/04/2025` is
/// no date where nobody knows how the writer writes: it is one day here and another there.
fn worded(text: &str, local: &Local<'_>) -> Option<Moment> {
    let found = worded::find(text, local)?;
    let Some(clock) = found.clock else { return day(found.date) };
    let precision = if clock.second.is_some() { Precision::Second } else { Precision::Minute };
    let Ok(time) = Time::new(clock.hour, clock.minute, clock.second.unwrap_or(0), 0) else { return day(found.date) };
    let at = found.date.to_datetime(time);
    moment(at, precision, &clock.zone, local).or_else(|| moment(at, precision, "", local))
}

/// Seconds since 1970, or thousandths, millionths, billionths of them.
fn epoch(text: &str) -> Option<Moment> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let number: i64 = whole.parse().ok().filter(|_| fraction.bytes().all(|byte| byte.is_ascii_digit()))?;
    let at = match whole.trim_start_matches('-').len() {
        9..=11 => Timestamp::from_second(number).ok()?,
        12..=14 => Timestamp::from_millisecond(number).ok()?,
        15..=16 => Timestamp::from_microsecond(number).ok()?,
        18..=19 => Timestamp::from_nanosecond(i128::from(number)).ok()?,
        _ => return None,
    };
    Some(Moment { at, precision: Precision::Second, is_zoned: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, at: &str, precision: Precision) {
        let stamp = parse_stamp(text, Provenance::File).unwrap_or_else(|| panic!("{text} is a date"));
        assert_eq!((stamp.at.unwrap().to_string().as_str(), stamp.precision), (at, precision), "{text}");
    }

    #[test]
    fn dates_as_they_are_written() {
        check("2025-02-27T16:44+0000", "2025-02-27T16:44:00Z", Precision::Minute);
        check("2019-11-18 08:34:00 -0500", "2019-11-18T13:34:00Z", Precision::Second);
        check("2012-01-01T09:31:00.000Z", "2012-01-01T09:31:00Z", Precision::Second);
        check("26-FEB-1987 15:01:01.79", "1987-02-26T15:01:01Z", Precision::Second);
        check("Thu, 27 Feb 2025 16:44:05 +0100", "2025-02-27T15:44:05Z", Precision::Second);
        check("February 27, 2025 4:44 PM", "2025-02-27T16:44:00Z", Precision::Minute);
        check("27 février 2025", "2025-02-27T00:00:00Z", Precision::Day);
        check("27.02.2025", "2025-02-27T00:00:00Z", Precision::Day);
        check("2/27/2025", "2025-02-27T00:00:00Z", Precision::Day);
        check("20250227T164405+0100", "2025-02-27T15:44:05Z", Precision::Second);
        check("20250227T1644Z", "2025-02-27T16:44:00Z", Precision::Minute);
        check("20250227", "2025-02-27T00:00:00Z", Precision::Day);
        check("2025-02", "2025-02-01T00:00:00Z", Precision::Month);
        check("2025", "2025-01-01T00:00:00Z", Precision::Year);
        check("1740674640", "2025-02-27T16:44:00Z", Precision::Second);
        check("1740674640.5", "2025-02-27T16:44:00Z", Precision::Second);
        check("20250227T164405Z", "2025-02-27T16:44:05Z", Precision::Second);
        check("20250227164405", "2025-02-27T16:44:05Z", Precision::Second);
        check("202502271644", "2025-02-27T16:44:00Z", Precision::Minute);
        check("2025022716", "2025-02-27T16:00:00Z", Precision::Hour);
        check("32503680000000", "3000-01-01T00:00:00Z", Precision::Second);
        check("32503680000", "3000-01-01T00:00:00Z", Precision::Second);
        check("946684800000", "2000-01-01T00:00:00Z", Precision::Second);
        check("Thu, 27 Feb 2025 16:44:05 CET", "2025-02-27T15:44:05Z", Precision::Second);
        check("1740674640000000", "2025-02-27T16:44:00Z", Precision::Second);
        check("2025-02-27T18:44:00[Europe/Helsinki]", "2025-02-27T16:44:00Z", Precision::Second);
        check("2025-07-27 18:44 Europe/Helsinki", "2025-07-27T15:44:00Z", Precision::Minute);
        check("2025-02-27T18:44:00+02:00[Europe/Helsinki]", "2025-02-27T16:44:00Z", Precision::Second);
        check("2025-02-28T24:00:00Z", "2025-03-01T00:00:00Z", Precision::Second);
        check("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", Precision::Second);
        check("Thu Feb 27 18:44:00 +0200 2025", "2025-02-27T16:44:00Z", Precision::Second);
        check("February 2025", "2025-02-01T00:00:00Z", Precision::Month);
    }

    #[track_caller]
    fn finds(text: &str, at: &str) {
        let found =
            find_stamp(text, Provenance::Page, &Local::default()).unwrap_or_else(|| panic!("{text} holds a date"));
        assert_eq!(found.stamp.at.unwrap().to_string(), at, "{text}");
    }

    #[test]
    fn dates_in_many_languages() {
        for text in [
            "27. helmikuuta 2025",
            "27 февраля 2025",
            "27 de febrero de 2025",
            "2025年2月27日",
            "2025년 2월 27일",
            "mardi 27 février 2025",
            "Donnerstag, 27. Februar 2025",
            "2025. február 27.",
            "2025 m. vasario 27 d.",
            "2025. gada 27. februāris",
            "27 tháng 2, 2025",
            "27 กุมภาพันธ์ 2568",
            "27 ก.พ. 2568",
            "٢٧ فبراير ٢٠٢٥",
            "27 شباط 2025",
            "۹ اسفند ۱۴۰۳",
            "۱۴۰۳/۱۲/۰۹",
            "२७ फरवरी २०२५",
            "২৭ ফেব্রুয়ারি ২০২৫",
            "Çarşamba, 27 Şubat 2025",
            "27 lutego 2025 r.",
            "27 Φεβρουαρίου 2025",
            "Feb. 27th, 2025",
            "Thursday, February 27, 2025",
            "27/02/2025",
            "Published on 27-02-2025 by A",
        ] {
            finds(text, "2025-02-27T00:00:00Z");
        }
        finds("27 كانون الثاني 2025", "2025-01-27T00:00:00Z");
        finds("mar. 27 mai 2025", "2025-05-27T00:00:00Z");
    }

    #[test]
    fn the_clock_beside_a_date_is_read() {
        for text in [
            "Published: 27 February 2025 at 16:44 GMT",
            "16:44, 27 February 2025",
            "27.2.2025 klo 16.44",
            "27/02/2025 16h44",
            "Feb 27, 2025, 4:44 p.m.",
            "2025年2月27日 16時44分",
            "2025-02-27 오후 4:44",
            "27 Feb 2025 18:44 (UTC+2)",
            "Thu Feb 27 16:44 2025",
            "27 февраля 2025, 19:44 MSK",
            "Feb. 27, 2025, 11:44 a.m. ET",
            "PUBLISHED: 16:44, 27 February 2025 | UPDATED: 18:00, 28 February 2025",
            "২৭ ফেব্রুয়ারি ২০২৫ ০৪:৪৪ পিএম",
        ] {
            finds(text, "2025-02-27T16:44:00Z");
        }
    }

    #[test]
    fn without_a_zone_the_writers_clock_counts() {
        let zone = TimeZone::get("Europe/Helsinki").unwrap();
        let local = Local { zone, language: Some("fi"), is_day_first: Some(true) };
        let read = |text: &str| read_stamp(text, Provenance::Page, &local).unwrap();
        assert_eq!(read("2025-07-27T16:44:00").stamp.at.unwrap().to_string(), "2025-07-27T13:44:00Z");
        assert_eq!(read("2025-07-27T16:44:00Z").stamp.at.unwrap().to_string(), "2025-07-27T16:44:00Z");
        assert_eq!(read("2025-07-27").stamp.at.unwrap().to_string(), "2025-07-27T00:00:00Z", "a day has no zone");
        assert_eq!(read("3/4/2025").stamp.at.unwrap().to_string(), "2025-04-03T00:00:00Z");
        assert!(!read("2025-07-27T16:44:00").is_zoned && read("2025-07-27T16:44:00+03:00").is_zoned);
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "soon", "2025-02-30", "03/04/2025", "99", "é", "2025-13-01", "12:30", "20250227T", "20250227x"]
        {
            assert_eq!(parse_stamp(text, Provenance::File), None, "{text}");
        }
    }
}
