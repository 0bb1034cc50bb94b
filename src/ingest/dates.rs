//! Dates as they are written in the wild, with how exactly and by whom.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::article::{Precision, Provenance, Stamp};

/// Reads a date with whatever precision it is given; without a zone it is taken as UTC. `None`: it is no date.
pub(super) fn parse_stamp(text: &str, from: Provenance) -> Option<Stamp> {
    let text = text.trim();
    let (at, precision) = iso(text).or_else(|| rfc2822(text)).or_else(|| worded(text)).or_else(|| epoch(text))?;
    Some(Stamp { at: Some(at), precision, from, implausible: false })
}

/// Before 1600 or more than a day ahead: kept as given, and marked.
pub(super) fn flag_implausible(stamp: &mut Stamp, now: Timestamp) {
    let Some(at) = stamp.at else { return };
    let early = at.to_zoned_datetime(TimeZone::UTC).year() < 1600;
    let late = now.checked_add(Span::new().hours(24)).is_ok_and(|limit| at > limit);
    stamp.implausible = early || late;
}

fn utc(at: DateTime) -> Option<Timestamp> {
    Some(at.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp())
}

fn day(date: Date) -> Option<Timestamp> {
    utc(date.to_datetime(Time::midnight()))
}

/// `2025-02-27T16:44+0000`, `2019-11-18 08:34:00 -0500`, `2025-02-27`, `2025-02`, `2025`, `20250227`.
fn iso(text: &str) -> Option<(Timestamp, Precision)> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |range: std::ops::Range<usize>| text.get(range).filter(|part| digits(part))?.parse::<i16>().ok();
    let year = number(0..4)?;
    if text.len() == 4 {
        return Some((day(Date::new(year, 1, 1).ok()?)?, Precision::Year));
    }
    if text.get(..8).is_some_and(digits) && !text[8..].starts_with(|c: char| c.is_ascii_digit()) {
        let date = Date::new(year, number(4..6)? as i8, number(6..8)? as i8).ok()?;
        return match text[8..].strip_prefix(['T', 't']) {
            _ if text.len() == 8 => Some((day(date)?, Precision::Day)),
            Some(time) => clock(date, &with_colons(time)),
            None => None,
        };
    }
    let month = number(5..7).filter(|_| matches!(text.as_bytes()[4], b'-' | b'/' | b'.'))? as i8;
    if text.len() == 7 {
        return Some((day(Date::new(year, month, 1).ok()?)?, Precision::Month));
    }
    let date = Date::new(year, month, number(8..10)? as i8).ok()?;
    match text.get(10..)?.trim_start_matches(['T', 't', ' ']) {
        "" => Some((day(date)?, Precision::Day)),
        time => clock(date, time),
    }
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
fn clock(date: Date, text: &str) -> Option<(Timestamp, Precision)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(text.len());
    let (time, zone) = (text[..end].trim_end_matches('.'), text[end..].trim());
    let mut parts = time.split(':');
    let mut hour: i8 = parts.next()?.parse().ok()?;
    let minute: i8 = parts.next()?.parse().ok()?;
    let second = parts.next().map(|second| second.split('.').next().unwrap_or(second).parse::<i8>());
    let (zone, afternoon) = meridiem(zone);
    if let Some(afternoon) = afternoon {
        hour = hour % 12 + if afternoon { 12 } else { 0 };
    }
    let precision = if second.is_some() { Precision::Second } else { Precision::Minute };
    let time = Time::new(hour, minute, second.transpose().ok()?.unwrap_or(0), 0).ok()?;
    let local = utc(date.to_datetime(time))?;
    let at = local.checked_sub(Span::new().seconds(offset(zone)?)).ok()?;
    Some((at, precision))
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
    ];
    let lower = zone.to_ascii_lowercase();
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

fn rfc2822(text: &str) -> Option<(Timestamp, Precision)> {
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some((at, Precision::Second))
}

const MONTHS: &[(&str, i8)] = &[
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("may", 5),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
    ("mär", 3),
    ("mai", 5),
    ("okt", 10),
    ("dez", 12),
    ("fév", 2),
    ("avr", 4),
    ("juin", 6),
    ("juil", 7),
    ("aoû", 8),
    ("déc", 12),
    ("ene", 1),
    ("abr", 4),
    ("ago", 8),
    ("dic", 12),
];

fn month(word: &str) -> Option<i8> {
    let word = word.to_lowercase();
    // The longest name first: `juil` before `jui`.
    let found = MONTHS.iter().filter(|(name, _)| word.starts_with(name)).max_by_key(|(name, _)| name.len());
    found.map(|(_, number)| *number)
}

/// `26-FEB-1987 15:01:01.79`, `27 February 2025`, `February 27, 2025 4:44 PM`, `27.02.2025`, `2/27/2025`.
fn worded(text: &str) -> Option<(Timestamp, Precision)> {
    let time_at = text.find(':').map(|colon| text[..colon].rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1));
    let (date, time) = text.split_at(time_at.unwrap_or(text.len()));
    let parts: Vec<&str> = date.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let date = match parts.iter().position(|part| part.chars().all(char::is_alphabetic) && month(part).is_some()) {
        Some(at) => {
            let number = |part: Option<&&str>| part?.trim_end_matches(char::is_alphabetic).parse::<i16>().ok();
            let month = month(parts[at])?;
            let others: Vec<i16> = (0..parts.len()).filter(|i| *i != at).filter_map(|i| number(parts.get(i))).collect();
            let [day, year] = others.get(..2)? else { return None };
            Date::new(*year, month, i8::try_from(*day).ok()?).ok()?
        }
        None => numbers(&parts, text.contains('.'))?,
    };
    if time.trim().is_empty() {
        return Some((day(date)?, Precision::Day));
    }
    clock(date, time.trim()).or_else(|| Some((day(date)?, Precision::Day)))
}

/// Day first where dots are written or the number says so; month first where only that fits. `03/04/2025` is no date:
/// it is one day here and another there.
fn numbers(parts: &[&str], dots: bool) -> Option<Date> {
    let [first, second, year] = parts else { return None };
    let (first, second): (i8, i8) = (first.parse().ok()?, second.parse().ok()?);
    let year: i16 = year.parse().ok().filter(|year| *year > 999)?;
    if dots || first > 12 || first == second {
        Date::new(year, second, first).ok()
    } else if second > 12 {
        Date::new(year, first, second).ok()
    } else {
        None
    }
}

/// Seconds since 1970, or thousandths, millionths, billionths of them.
fn epoch(text: &str) -> Option<(Timestamp, Precision)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let number: i64 = whole.parse().ok().filter(|_| fraction.bytes().all(|byte| byte.is_ascii_digit()))?;
    let at = match whole.trim_start_matches('-').len() {
        9..=10 => Timestamp::from_second(number).ok()?,
        12..=13 => Timestamp::from_millisecond(number).ok()?,
        15..=16 => Timestamp::from_microsecond(number).ok()?,
        18..=19 => Timestamp::from_nanosecond(i128::from(number)).ok()?,
        _ => return None,
    };
    Some((at, Precision::Second))
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
        check("1740674640000000", "2025-02-27T16:44:00Z", Precision::Second);
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "soon", "2025-02-30", "03/04/2025", "99", "é", "2025-13-01", "12:30", "20250227T", "20250227x"]
        {
            assert_eq!(parse_stamp(text, Provenance::File), None, "{text}");
        }
    }
}
