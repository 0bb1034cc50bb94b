//! Dates that count from now. `24h` is exact to the millisecond; `7d`, `2w`, `3m` and `1y` go back whole days of the local
//! calendar, from the first moment of the day that lies so far back to the end of today; `today`, `last-week` and their
//! kin are whole periods of the calendar. Weeks start on Monday.

use jiff::{SignedDuration, Span, civil::Date};

use super::super::Advice;
use super::calendar::{Calendar, Period};
use super::{Read, bad_date};

const NAMED: &[&str] =
    &["today", "yesterday", "this-week", "last-week", "this-month", "last-month", "this-year", "last-year"];

/// `None` if it does not count from now.
pub(super) fn read(text: &str, calendar: &Calendar) -> Option<Result<Read, Advice>> {
    let text = text.to_ascii_lowercase();
    let name = text.replace([' ', '_'], "-");
    if NAMED.contains(&name.as_str()) {
        let period = named(&name, calendar)?;
        return Some(Ok(Read { text: name, covers: period, means: period }));
    }
    let (number, unit) = count(&text)?;
    let too_far = || bad_date(&text, "that is further back than the calendar goes");
    Some(
        back(number, unit, calendar)
            .map(|(covers, means)| Read { text: text.clone(), covers, means })
            .ok_or_else(too_far),
    )
}

pub(super) fn is_relative(text: &str) -> bool {
    NAMED.contains(&text) || count(text).is_some()
}

/// `7d` as 7 and `d`; a number too large for anything as the largest.
fn count(text: &str) -> Option<(i64, char)> {
    let unit = text.chars().last().filter(|unit| "hdwmy".contains(*unit))?;
    let digits = &text[..text.len() - 1];
    let is_number = !digits.is_empty() && digits.chars().all(|ch| ch.is_ascii_digit());
    is_number.then(|| (digits.parse().unwrap_or(i64::MAX), unit))
}

/// What it covers, and what it means by itself.
fn back(number: i64, unit: char, calendar: &Calendar) -> Option<(Period, Period)> {
    if unit == 'h' {
        return hours_back(number, calendar);
    }
    let today = calendar.today();
    let covers = calendar.day(days_back(number, unit, today)?);
    Some((covers, Period { from: covers.from, to: calendar.day(today).to }))
}

fn hours_back(hours: i64, calendar: &Calendar) -> Option<(Period, Period)> {
    let then = calendar.now.checked_sub(SignedDuration::from_secs(hours.checked_mul(3600)?)).ok()?;
    let after = |instant: jiff::Timestamp| instant.checked_add(SignedDuration::from_millis(1)).ok();
    let from = calendar.instant(then);
    let covers = Period { from, to: calendar.instant(after(then)?) };
    Some((covers, Period { from, to: calendar.instant(after(calendar.now)?) }))
}

fn days_back(number: i64, unit: char, today: Date) -> Option<Date> {
    let span = match unit {
        'd' => Span::new().try_days(number),
        'w' => Span::new().try_weeks(number),
        'm' => Span::new().try_months(number),
        _ => Span::new().try_years(number),
    };
    today.checked_sub(span.ok()?).ok()
}

fn named(name: &str, calendar: &Calendar) -> Option<Period> {
    let today = calendar.today();
    let (first, length) = match name {
        "today" => (today, Span::new().days(1)),
        "yesterday" => (today.yesterday().ok()?, Span::new().days(1)),
        "this-week" => (monday(today)?, Span::new().weeks(1)),
        "last-week" => (monday(today)?.checked_sub(Span::new().weeks(1)).ok()?, Span::new().weeks(1)),
        "this-month" => (today.first_of_month(), Span::new().months(1)),
        "last-month" => (today.first_of_month().checked_sub(Span::new().months(1)).ok()?, Span::new().months(1)),
        "this-year" => (today.first_of_year(), Span::new().years(1)),
        _ => (today.first_of_year().checked_sub(Span::new().years(1)).ok()?, Span::new().years(1)),
    };
    Some(calendar.days(first, first.checked_add(length).ok()))
}

fn monday(day: Date) -> Option<Date> {
    let since = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(Span::new().days(since)).ok()
}
