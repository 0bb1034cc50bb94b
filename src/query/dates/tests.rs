use super::super::{Bounds, Mode};
use super::*;
use crate::query::ast::{Kind, Node, Value};
use crate::query::{asked, parse, print};

fn context(zone: &str, now: &str) -> Context {
    let tz = TimeZone::get(zone).unwrap();
    Context { mode: Mode::All, tz, now: now.parse().unwrap(), bounds: Bounds::default() }
}

fn name(text: &str) -> DateClauseName {
    match Field::named(text) {
        Some(Field::Date(name)) => name,
        _ => panic!("{text} is no date field"),
    }
}

fn read_clause(typed: &str, context: &Context) -> Result<DateClause, Advice> {
    let (field, rest) = typed.split_once(':').unwrap();
    clause(name(field), &asked::read(rest)?, context)
}

/// The instants, as an ISO interval in UTC.
#[track_caller]
fn check(typed: &str, zone: &str, expected: &str) {
    let context = context(zone, "2025-03-05T12:30:00Z");
    let clause = read_clause(typed, &context).unwrap();
    let shown = describe(&clause.interval, &TimeZone::UTC).replace(":00+00:00", "");
    assert_eq!(shown, expected, "{typed} in {zone}");
}

#[track_caller]
fn check_refused(typed: &str, code: &str, hint: &str) {
    let refusal = read_clause(typed, &context("UTC", "2025-03-05T12:30:00Z")).unwrap_err();
    assert_eq!((refusal.code, refusal.hint.as_deref()), (code, Some(hint)), "{typed}");
}

#[test]
fn the_shorter_a_date_the_more_it_covers() {
    check("date:2025", "UTC", "2025-01-01T00:00/2026-01-01T00:00");
    check("date:2024-02", "UTC", "2024-02-01T00:00/2024-03-01T00:00");
    check("date:2025-12-31", "UTC", "2025-12-31T00:00/2026-01-01T00:00");
    check("date:2025-02-27T16:44", "UTC", "2025-02-27T16:44/2025-02-27T16:45");
    check("date:2025-02-27T16:44:59+02:00", "UTC", "2025-02-27T14:44:59+00:00/2025-02-27T14:45");
    check("date:2025-02-27", "Asia/Tokyo", "2025-02-26T15:00/2025-02-27T15:00");
    check("date:2025-02-27T16:44", "Asia/Tokyo", "2025-02-27T07:44/2025-02-27T07:45");
}

#[test]
fn bounds_are_inclusive_to_the_end_of_what_they_name() {
    check("before:2025-03", "UTC", "../2025-04-01T00:00");
    check("after:2025-02-01", "UTC", "2025-02-01T00:00/..");
    check("date:>2025-02", "UTC", "2025-03-01T00:00/..");
    check("date:>=2025-02", "UTC", "2025-02-01T00:00/..");
    check("date:<2025-02", "UTC", "../2025-02-01T00:00");
    check("date:<=2025-02", "UTC", "../2025-03-01T00:00");
    check("date:[2025-01-01 TO 2025-03-31]", "UTC", "2025-01-01T00:00/2025-04-01T00:00");
    check("date:{2025-01 TO 2025-03}", "UTC", "2025-02-01T00:00/2025-03-01T00:00");
    check("date:[* TO 2025}", "UTC", "../2025-01-01T00:00");
    check("modified:[2025 TO *]", "UTC", "2025-01-01T00:00/..");
}

#[test]
fn relative_dates_follow_the_local_calendar() {
    check("when:7d", "UTC", "2025-02-26T00:00/2025-03-06T00:00");
    check("when:0d", "UTC", "2025-03-05T00:00/2025-03-06T00:00");
    check("when:2w", "UTC", "2025-02-19T00:00/2025-03-06T00:00");
    check("when:3m", "UTC", "2024-12-05T00:00/2025-03-06T00:00");
    check("when:1y", "Asia/Tokyo", "2024-03-04T15:00/2025-03-05T15:00");
    check("when:today", "UTC", "2025-03-05T00:00/2025-03-06T00:00");
    check("when:yesterday", "UTC", "2025-03-04T00:00/2025-03-05T00:00");
    check("when:this-week", "UTC", "2025-03-03T00:00/2025-03-10T00:00");
    check("when:last-week", "UTC", "2025-02-24T00:00/2025-03-03T00:00");
    check("when:this-month", "UTC", "2025-03-01T00:00/2025-04-01T00:00");
    check("when:last-month", "UTC", "2025-02-01T00:00/2025-03-01T00:00");
    check("when:this-year", "UTC", "2025-01-01T00:00/2026-01-01T00:00");
    check("when:last-year", "UTC", "2024-01-01T00:00/2025-01-01T00:00");
    check("after:7d", "UTC", "2025-02-26T00:00/..");
    check("before:7d", "UTC", "../2025-02-27T00:00");
    check("before:yesterday", "UTC", "../2025-03-05T00:00");
}

#[test]
fn hours_are_exact_and_include_now() {
    let clause = read_clause("when:24h", &context("Europe/Berlin", "2025-03-30T10:00:00Z")).unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
    let (from, to) = (clause.interval.from.unwrap(), clause.interval.to.unwrap());
    assert_eq!((from.instant_ms, to.instant_ms), (at("2025-03-29T10:00:00Z"), at("2025-03-30T10:00:00Z") + 1));
    assert_eq!((from.local_ms, to.local_ms), (at("2025-03-29T11:00:00Z"), at("2025-03-30T12:00:00Z") + 1));
}

#[test]
fn days_have_23_and_25_hours_where_the_clock_changes() {
    let hours = |typed: &str| {
        let interval = read_clause(typed, &context("Europe/Berlin", "2025-03-05T12:30:00Z")).unwrap().interval;
        let (from, to) = (interval.from.unwrap(), interval.to.unwrap());
        assert_eq!(to.local_ms - from.local_ms, 24 * 3_600_000, "the calendar knows only whole days");
        (to.instant_ms - from.instant_ms) / 3_600_000
    };
    assert_eq!(hours("date:2025-03-30"), 23);
    assert_eq!(hours("date:2025-10-26"), 25);
    assert_eq!(hours("date:2025-06-01"), 24);
}

#[test]
fn a_day_without_midnight_starts_with_its_first_moment() {
    // In Beirut the clock went from 24:00 to 01:00.
    check("date:2022-03-27", "Asia/Beirut", "2022-03-26T22:00/2022-03-27T21:00");
}

#[test]
fn impossible_dates_are_refused_with_a_way_out() {
    check_refused("date:2025-02-30", BAD_DATE, "February 2025 has 28 days");
    check_refused("date:2025-13", BAD_DATE, "months go from 01 to 12");
    check_refused("date:2025/2/7", BAD_DATE, "write `2025-02-07`");
    check_refused("date:20250207", BAD_DATE, "write `2025-02-07`");
    check_refused("date:7.2.2025", BAD_DATE, "the year comes first, then the month: `2025-MM-DD`");
    check_refused("date:2025-02-27T25:00", BAD_DATE, "a time is `16:44` or `16:44:05`");
    check_refused("date:99999999999999999999d", BAD_DATE, "that is further back than the calendar goes");
    check_refused("date:[2025-03 TO 2025-01]", BAD_RANGE, "write the earlier date first");
    check_refused("date:{2025-03 TO 2025-03}", BAD_RANGE, "write the earlier date first");
    for nonsense in
        ["date:soon", "date:[2025 TO soon]", "when:-7d", "date:2025-02-27Tx", "date:T", "date:１２", "when:éd"]
    {
        let refusal = read_clause(nonsense, &context("UTC", "2025-03-05T12:30:00Z")).unwrap_err();
        assert_eq!(refusal.code, BAD_DATE, "{nonsense}");
        assert!(refusal.hint.is_some(), "{nonsense}");
    }
}

#[test]
fn the_ends_of_the_calendar_hold() {
    for zone in ["UTC", "Asia/Tokyo", "America/Los_Angeles"] {
        for typed in ["before:9999-12-31", "date:9999", "date:0000", "date:9999-12-31T23:59", "date:[0001 TO 9999]"] {
            assert!(read_clause(typed, &context(zone, "2025-03-05T12:30:00Z")).is_ok(), "{typed} in {zone}");
        }
    }
}

#[test]
fn request_parameters_are_edges() {
    let now = "2025-03-05T12:30:00Z".parse().unwrap();
    let edge =
        |text, side| read_edge(text, side, &TimeZone::UTC, now).map(|edge| calendar::describe(edge, &TimeZone::UTC));
    assert_eq!(edge("2025-02", Side::From).as_deref(), Ok("2025-02-01T00:00:00+00:00"));
    assert_eq!(edge("2025-02", Side::To).as_deref(), Ok("2025-03-01T00:00:00+00:00"));
    assert_eq!(edge("7d", Side::From).as_deref(), Ok("2025-02-26T00:00:00+00:00"));
    assert_eq!(edge("7d", Side::To).as_deref(), Ok("2025-02-27T00:00:00+00:00"));
    assert_eq!(edge("24h", Side::From).as_deref(), Ok("2025-03-04T12:30:00+00:00"));
    assert_eq!(edge("2025-02-27T16:44:00Z", Side::From).as_deref(), Ok("2025-02-27T16:44:00+00:00"));
    assert_eq!(edge("March 1987", Side::To).as_deref(), Ok("1987-04-01T00:00:00+00:00"));
    assert_eq!(edge("30 Feb 1987", Side::From).unwrap_err().code, BAD_DATE);
    assert_eq!(edge("", Side::From).unwrap_err().code, BAD_DATE);
}

#[test]
fn what_counts_from_now_can_be_written_so_that_it_means_the_same_for_ever() {
    let (then, later) = ("2025-03-05T12:30:00.250Z", "2026-07-01T00:00:00Z");
    for zone in ["UTC", "Europe/Berlin", "America/Santiago", "Asia/Kathmandu"] {
        let (then, later) = (context(zone, then), context(zone, later));
        let relative = ["when:7d", "date:24h", "date:yesterday", "after:2w", "before:last-month", "date:[1y TO 3m]"];
        for typed in
            relative.into_iter().chain(["seen:>=24h", "modified:{7d TO today}", "tin AND (NOT when:this-week)"])
        {
            let query = parse(typed, &then).unwrap().query;
            let written = print(&fixed(&query, &then.tz));
            let reading = parse(&written, &later).unwrap();
            assert!(reading.resolved.is_empty(), "{typed} became {written}");
            assert_eq!(intervals(&reading.query), intervals(&query), "{typed} became {written}");
        }
        assert_eq!(print(&fixed(&parse("when:2d", &then).unwrap().query, &then.tz)), "date:[2025-03-03 TO 2025-03-05]");
    }
}

#[test]
fn a_date_that_stands_for_itself_stays_as_it_is_written() {
    let query = parse("date:2025-02 (tin before:2024)", &context("UTC", "2025-03-05T12:30:00Z")).unwrap().query;
    assert_eq!(fixed(&query, &TimeZone::UTC), query);
}

#[test]
fn an_edge_that_counts_from_now_can_be_written_for_ever() {
    let (now, later): (Timestamp, Timestamp) =
        ("2025-03-05T12:30:00.250Z".parse().unwrap(), "2026-07-01T00:00:00Z".parse().unwrap());
    for side in [Side::From, Side::To] {
        for typed in ["7d", "24h", "today", "last-week"] {
            let edge = read_edge(typed, side, &TimeZone::UTC, now).unwrap();
            let written = fixed_edge(edge, side, &TimeZone::UTC);
            assert_eq!(read_edge(&written, side, &TimeZone::UTC, later), Ok(edge), "{typed} became {written}");
        }
    }
}

fn intervals(node: &Node) -> Vec<Interval> {
    match &node.kind {
        Kind::And(parts) | Kind::Or(parts) => parts.iter().flat_map(intervals).collect(),
        Kind::Not(inner) => intervals(inner),
        Kind::Value(Value::Date(clause)) => vec![clause.interval],
        _ => Vec::new(),
    }
}
