//! Dates that count back from now, written so that they mean the same for ever.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::super::ast::{DateClause, DateField, Edge, Kind, Node, Value};
use super::super::fields::{DateClauseName, Field};
use super::{Side, calendar, is_relative};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The same query with every date that counts from now in its place on the calendar of the zone.
pub fn fixed(node: &Node, tz: &TimeZone) -> Node {
    let each = |parts: &[Node]| parts.iter().map(|part| fixed(part, tz)).collect();
    let kind = match &node.kind {
        Kind::And(parts) => Kind::And(each(parts)),
        Kind::Or(parts) => Kind::Or(each(parts)),
        Kind::Not(inner) => Kind::Not(Box::new(fixed(inner, tz))),
        Kind::Boost(inner, weight) => Kind::Boost(Box::new(fixed(inner, tz)), *weight),
        Kind::Value(Value::Date(clause)) if is_relative(clause) => Kind::Value(Value::Date(fixed_clause(clause, tz))),
        other => other.clone(),
    };
    Node { kind, at: node.at.clone() }
}

fn fixed_clause(clause: &DateClause, tz: &TimeZone) -> DateClause {
    let from = clause.interval.from.map(|edge| fixed_edge(edge, Side::From, tz));
    let to = clause.interval.to.map(|edge| fixed_edge(edge, Side::To, tz));
    let written = match (from, to) {
        (Some(from), Some(to)) if from == to => from,
        (Some(from), Some(to)) => format!("[{from} TO {to}]"),
        (Some(from), None) => format!(">={from}"),
        (None, Some(to)) => format!("<={to}"),
        (None, None) => "*".to_owned(),
    };
    DateClause { canonical: format!("{}:{written}", name(clause.field)), ..clause.clone() }
}

fn name(field: DateField) -> &'static str {
    Field::Date(DateClauseName::Within(field)).name()
}

/// What, read as that side of an interval, is this edge: a day, or a moment where it begins or ends within one.
pub fn fixed_edge(edge: Edge, side: Side, tz: &TimeZone) -> String {
    let is_midnight = edge.local_ms.rem_euclid(DAY_MS) == 0;
    let back = SignedDuration::from_millis(match (side, is_midnight) {
        (Side::From, _) => 0,
        (Side::To, true) => DAY_MS,
        (Side::To, false) => 1,
    });
    let day =
        || DateTime::constant(1970, 1, 1, 0, 0, 0, 0).checked_add(SignedDuration::from_millis(edge.local_ms) - back);
    let moment = || Timestamp::from_millisecond(edge.instant_ms).ok()?.checked_sub(back).ok();
    if is_midnight && let Ok(day) = day() {
        return day.date().to_string();
    }
    // What lies beyond the calendar was never counted from now.
    moment().map_or_else(
        || calendar::describe(edge, tz),
        |at| at.to_zoned_datetime(tz.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string(),
    )
}
