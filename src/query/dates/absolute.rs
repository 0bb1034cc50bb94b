//! Dates that stand for themselves: `2025`, `2025-02`, `2025-02-27`, `2025-02-27T16:44`, `2025-02-27T16:44:05.250+02:00`.
//! The shorter it is, the more it covers.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp, tz::Offset};

use super::super::Advice;
use super::calendar::{Calendar, Period};
use super::{Read, bad_date};

const FORMS: &str = "write `2025`, `2025-02`, `2025-02-27`, `2025-02-27T16:44`, or back from now `7d`";

pub(super) fn read(text: &str, calendar: &Calendar) -> Result<Read, Advice> {
    let text = text.to_ascii_uppercase();
    let period = match text.split_once(['T', ' ']) {
        Some((day, time)) => moment(&text, day, time, calendar)?,
        None => whole(&text, calendar)?,
    };
    Ok(Read { text: text.replace(' ', "T"), covers: period, means: period })
}

/// A year, a month or a day.
fn whole(text: &str, calendar: &Calendar) -> Result<Period, Advice> {
    match numbers(text).as_deref() {
        Some([year]) => {
            let first = date(text, *year, 1, 1)?;
            Ok(calendar.days(first, first.checked_add(jiff::Span::new().years(1)).ok()))
        }
        Some([year, month]) => {
            let first = date(text, *year, *month, 1)?;
            Ok(calendar.days(first, first.last_of_month().tomorrow().ok()))
        }
        Some([year, month, day]) => Ok(calendar.day(date(text, *year, *month, *day)?)),
        _ => Err(bad_date(text, suggestion(text))),
    }
}

/// Four digits, two, two.
fn numbers(text: &str) -> Option<Vec<i16>> {
    let part = |(place, part): (usize, &str)| number(part, if place == 0 { 4 } else { 2 });
    text.split('-').enumerate().map(part).collect()
}

fn number(text: &str, digits: usize) -> Option<i16> {
    let is_number = text.len() == digits && text.chars().all(|ch| ch.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

fn date(text: &str, year: i16, month: i16, day: i16) -> Result<Date, Advice> {
    let month = i8::try_from(month).unwrap_or(i8::MAX);
    let day = i8::try_from(day).unwrap_or(i8::MAX);
    let Ok(first) = Date::new(year, month, 1) else {
        return Err(bad_date(text, "months go from 01 to 12"));
    };
    Date::new(year, month, day)
        .map_err(|_| bad_date(text, format!("{} has {} days", first.strftime("%B %Y"), first.days_in_month())))
}

/// A day and a time, with or without an offset from UTC.
fn moment(text: &str, day: &str, time: &str, calendar: &Calendar) -> Result<Period, Advice> {
    let day = match numbers(day).as_deref() {
        Some([year, month, day]) => date(text, *year, *month, *day)?,
        _ => return Err(bad_date(text, FORMS)),
    };
    let (clock, offset) = split_offset(time);
    let (time, length) = clock_time(clock).ok_or_else(|| bad_date(text, "a time is `16:44` or `16:44:05`"))?;
    let start = DateTime::from_parts(day, time);
    let period = match offset {
        None => local_period(start, length, calendar),
        Some(offset) => instant_period(start, length, offset, calendar),
    };
    period.ok_or_else(|| bad_date(text, "an offset is `Z` or `+02:00`, and years end with 9999"))
}

fn local_period(start: DateTime, length: SignedDuration, calendar: &Calendar) -> Option<Period> {
    let end = start.checked_add(length).unwrap_or(DateTime::MAX);
    Some(Period { from: calendar.local(start), to: calendar.local(end) })
}

fn instant_period(start: DateTime, length: SignedDuration, offset: &str, calendar: &Calendar) -> Option<Period> {
    let start = read_offset(offset)?.to_timestamp(start).ok()?;
    let end = start.checked_add(length).unwrap_or(Timestamp::MAX);
    Some(Period { from: calendar.instant(start), to: calendar.instant(end) })
}

fn split_offset(time: &str) -> (&str, Option<&str>) {
    match time.find(['Z', '+', '-']) {
        Some(at) => (&time[..at], Some(&time[at..])),
        None => (time, None),
    }
}

/// `16:44`, `16:44:05`, `16:44:05.250`, and how long that lasts.
fn clock_time(text: &str) -> Option<(Time, SignedDuration)> {
    let (clock, fraction) = text.split_once('.').map_or((text, None), |(clock, fraction)| (clock, Some(fraction)));
    let parts: Vec<i8> = clock.split(':').map(|part| number(part, 2).map(|part| part as i8)).collect::<Option<_>>()?;
    match (parts.as_slice(), fraction) {
        ([hour, minute], None) => Some((Time::new(*hour, *minute, 0, 0).ok()?, SignedDuration::from_secs(60))),
        ([hour, minute, second], None) => {
            Some((Time::new(*hour, *minute, *second, 0).ok()?, SignedDuration::from_secs(1)))
        }
        ([hour, minute, second], Some(fraction)) => {
            let millisecond = milliseconds(fraction)?;
            Some((Time::new(*hour, *minute, *second, millisecond * 1_000_000).ok()?, SignedDuration::from_millis(1)))
        }
        _ => None,
    }
}

/// Of a fraction of a second; what is finer is cut off.
fn milliseconds(fraction: &str) -> Option<i32> {
    let is_number = !fraction.is_empty() && fraction.chars().all(|ch| ch.is_ascii_digit());
    format!("{fraction:0<3}").get(..3)?.parse().ok().filter(|_| is_number)
}

/// `Z`, `+02:00`, `+0200`, `+02`.
fn read_offset(text: &str) -> Option<Offset> {
    if text == "Z" {
        return Some(Offset::UTC);
    }
    let digits = text.get(1..)?.replace(':', "");
    let (hours, minutes) = match digits.len() {
        2 => (number(&digits, 2)?, 0),
        4 => (number(digits.get(..2)?, 2)?, number(digits.get(2..)?, 2)?),
        _ => return None,
    };
    let seconds = (i32::from(hours) * 60 + i32::from(minutes)) * 60;
    Offset::from_seconds(if text.starts_with('-') { -seconds } else { seconds }).ok()
}

/// The same date in our order, where it can be told.
fn suggestion(text: &str) -> String {
    let parts: Vec<&str> = text.split(|ch: char| !ch.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [all] if all.len() == 8 => format!("write `{}-{}-{}`", &all[..4], &all[4..6], &all[6..]),
        [year, month, day] if year.len() == 4 => format!("write `{year}-{month:0>2}-{day:0>2}`"),
        [year, month] if year.len() == 4 => format!("write `{year}-{month:0>2}`"),
        [_, _, year] if year.len() == 4 => format!("the year comes first, then the month: `{year}-MM-DD`"),
        _ => FORMS.to_owned(),
    }
}
