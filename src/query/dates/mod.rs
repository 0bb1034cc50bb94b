//! Dates as people write them in a query, turned into intervals: half-open, and each end both an instant and a place on
//! the local calendar. A date without a time covers its whole day, month or year in the reader's zone.
//!
//! What an article's own date covers, and how the two are compared, is the engine's.

mod absolute;
mod calendar;
mod fixed;
mod named;
mod relative;

use jiff::{Timestamp, tz::TimeZone};

use super::advice::{BAD_DATE, BAD_RANGE};
use super::asked::{Asked, End};
use super::ast::{DateClause, Edge, Interval};
use super::fields::{DateClauseName, Field};
use super::{Advice, Context};
use calendar::{Calendar, Period};
pub use fixed::{fixed, fixed_edge};

/// Which end of an interval a date is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first moment of what the date covers.
    From,
    /// The last moment of it, inclusive; the edge returned is the first moment after.
    To,
}

/// Reads the end of an interval, as in the request parameters `from` and `to`: `2025-02-27`, `2025-02`, `2025`,
/// `Feb 2025`, RFC 3339, `today`, or back from now (`7d`, `24h`). The error lacks its place and parameter.
pub fn read_edge(text: &str, side: Side, tz: &TimeZone, now: Timestamp) -> Result<Edge, Advice> {
    let calendar = Calendar { tz: tz.clone(), now };
    let text = text.trim();
    let date = read(named::in_digits(text).as_deref().unwrap_or(text), &calendar)?;
    Ok(match side {
        Side::From => date.covers.from,
        Side::To => date.covers.to,
    })
}

/// A date as written and what it came to.
struct Read {
    /// As it stands in the canonical form.
    text: String,
    /// What it covers: a day, a month; of `7d` the day seven days back.
    covers: Period,
    /// What it means by itself: the same, but of `7d` all days from then to today.
    means: Period,
}

/// Reads what stands behind `date:` and its kin.
pub(super) fn clause(name: DateClauseName, asked: &Asked, context: &Context) -> Result<DateClause, Advice> {
    let calendar = Calendar { tz: context.tz.clone(), now: context.now };
    let (written, interval) = interval(name, asked, &calendar)?;
    if is_empty(&interval) {
        let advice = Advice::new(BAD_RANGE, format!("nothing is in `{written}`: it ends before it begins"));
        return Err(advice.hint("write the earlier date first"));
    }
    let canonical = format!("{}:{written}", Field::Date(name).name());
    Ok(DateClause { field: name.field(), canonical, interval })
}

/// Whether any date of the clause counts from now.
pub(super) fn is_relative(clause: &DateClause) -> bool {
    clause.canonical.split(|ch| " :[]{}<>=".contains(ch)).skip(1).any(relative::is_relative)
}

/// Whether an end of an interval, as in `from` and `to`, counts from now.
pub fn counts_from_now(text: &str) -> bool {
    relative::is_relative(&text.trim().to_ascii_lowercase().replace([' ', '_'], "-"))
}

/// An ISO 8601 interval, `..` where it is open.
pub(super) fn describe(interval: &Interval, tz: &TimeZone) -> String {
    let edge = |edge: Option<Edge>| edge.map_or_else(|| "..".to_owned(), |edge| calendar::describe(edge, tz));
    format!("{}/{}", edge(interval.from), edge(interval.to))
}

fn interval(name: DateClauseName, asked: &Asked, calendar: &Calendar) -> Result<(String, Interval), Advice> {
    match (name, asked) {
        (DateClauseName::After, Asked::At(text)) => {
            let date = read(text, calendar)?;
            Ok((date.text, Interval { from: Some(date.covers.from), to: None }))
        }
        (DateClauseName::Before, Asked::At(text)) => {
            let date = read(text, calendar)?;
            Ok((date.text, Interval { from: None, to: Some(date.covers.to) }))
        }
        (DateClauseName::After | DateClauseName::Before, _) => Err(one_sided(name)),
        (_, Asked::At(text)) => {
            let date = read(text, calendar)?;
            Ok((date.text, Interval { from: Some(date.means.from), to: Some(date.means.to) }))
        }
        (_, Asked::Side(side, end)) => one_side(*side, end, calendar),
        (_, Asked::Between(low, high)) => between(low.as_ref(), high.as_ref(), calendar),
    }
}

fn one_side(side: Side, end: &End, calendar: &Calendar) -> Result<(String, Interval), Advice> {
    let (text, edge) = read_end(side, end, calendar)?;
    let sign = if side == Side::From { '>' } else { '<' };
    let or_equal = if end.inclusive { "=" } else { "" };
    let interval = match side {
        Side::From => Interval { from: Some(edge), to: None },
        Side::To => Interval { from: None, to: Some(edge) },
    };
    Ok((format!("{sign}{or_equal}{text}"), interval))
}

fn between(low: Option<&End>, high: Option<&End>, calendar: &Calendar) -> Result<(String, Interval), Advice> {
    let from = low.map(|end| read_end(Side::From, end, calendar)).transpose()?;
    let to = high.map(|end| read_end(Side::To, end, calendar)).transpose()?;
    let open = if low.is_none_or(|end| end.inclusive) { '[' } else { '{' };
    let close = if high.is_none_or(|end| end.inclusive) { ']' } else { '}' };
    let text = |end: &Option<(String, Edge)>| end.as_ref().map_or_else(|| "*".to_owned(), |(text, _)| text.clone());
    let written = format!("{open}{} TO {}{close}", text(&from), text(&to));
    Ok((written, Interval { from: from.map(|(_, edge)| edge), to: to.map(|(_, edge)| edge) }))
}

/// An end that is not inclusive leaves out all that its date covers.
fn read_end(side: Side, end: &End, calendar: &Calendar) -> Result<(String, Edge), Advice> {
    let date = read(&end.text, calendar)?;
    let at_start = (side == Side::From) == end.inclusive;
    Ok((date.text, if at_start { date.covers.from } else { date.covers.to }))
}

fn read(text: &str, calendar: &Calendar) -> Result<Read, Advice> {
    match relative::read(text, calendar) {
        Some(date) => date,
        None => absolute::read(text, calendar),
    }
}

/// Both clocks have to agree that nothing is left: where the hour is set back, one of them alone may seem to.
fn is_empty(interval: &Interval) -> bool {
    match (interval.from, interval.to) {
        (Some(from), Some(to)) => from.instant_ms >= to.instant_ms && from.local_ms >= to.local_ms,
        _ => false,
    }
}

fn one_sided(name: DateClauseName) -> Advice {
    let name = Field::Date(name).name();
    Advice::new(BAD_RANGE, format!("`{name}:` takes one date"))
        .hint(format!("write `{name}:2025-02-27`, or a range with `date:[2025-01 TO 2025-03]`"))
}

fn bad_date(text: &str, hint: impl Into<String>) -> Advice {
    Advice::new(BAD_DATE, format!("`{text}` is not a date")).hint(hint)
}

#[cfg(test)]
mod tests;
