//! From the request to what the engine is asked.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::answer::SearchError;
use super::cursor::Cursor;
use super::reach::Reach;
use super::request::{SearchRequest, Sort};
use super::snapshots::SnapshotName;
use crate::analysis::fold;
use crate::engine::{Order, Place, Plan, Series, Until, Values};
use crate::query::ast::{DateClause, DateField, Interval, Kind, Node, Value};
use crate::query::dates::{self, Side};
use crate::query::{self, Advice, Bounds, Context, Mode};

/// Characters of what is no date that are told back.
const LONGEST_DATE: usize = 40;

/// A request, read.
pub(super) struct Planned {
    pub(super) plan: Plan,
    pub(super) reading: query::Reading,
    /// What `from` and `to` say of the date of publication.
    pub(super) reach: Reach,
    /// The answer depends on the moment it counts back from.
    pub(super) counts_from_now: bool,
    /// The same for every page of one search, and for no other search.
    pub(super) identity: String,
}

impl Planned {
    /// Where a page after this hit begins.
    pub(super) fn cursor(&self, snapshot: &SnapshotName, after: Place) -> String {
        Cursor { snapshot: snapshot.clone(), after, request: self.identity.clone() }.print()
    }
}

pub(super) fn context(mode: Mode, tz: TimeZone, now: Timestamp) -> Context {
    Context { mode, tz, now, bounds: Bounds::default() }
}

pub(super) fn plan(
    request: &SearchRequest,
    now_ms: i64,
    cursor: Option<&Cursor>,
    until: &Until,
) -> Result<Planned, SearchError> {
    let now = Timestamp::from_millisecond(now_ms).map_err(|_| bad_snapshot())?;
    let reading =
        query::parse(&request.q, &context(request.mode, request.tz.clone(), now)).map_err(SearchError::Refused)?;
    if request.strict
        && let Some(first) = reading.warnings.iter().chain(&request.advice).next()
    {
        return Err(SearchError::Refused(first.clone()));
    }
    let sort = request.sort.unwrap_or(if has_words(&reading.query) { Sort::Relevance } else { Sort::Newest });
    let identity = identity(request, &reading.canonical, sort);
    if cursor.is_some_and(|cursor| cursor.request != identity) {
        return Err(cursor_mismatch());
    }
    let from_now = [&request.from, &request.to].into_iter().flatten().any(|edge| dates::counts_from_now(edge));
    let counts_from_now = from_now || sort == Sort::Recent || !reading.resolved.is_empty();
    let interval = interval(request, now)?;
    let reach = Reach(if request.date_field == DateField::Published { interval } else { Interval::default() });
    let plan = Plan {
        query: within_dates(request, &reading.query, interval),
        filters: request.filters.clone(),
        order: Order { sort, now_ms, half_life_ms: request.half_life.as_secs() * 1000 },
        limit: request.limit,
        offset: if cursor.is_some() { 0 } else { request.offset },
        after: cursor.map(|cursor| cursor.after),
        collapse: request.collapse,
        facets: request.facets.clone(),
        values: Values { prefix: fold(&request.values.prefix), ..request.values.clone() },
        dates: request.interval.is_some(),
        series: request.series.map(|field| Series { field, limit: request.series_limit }),
        marks: request.highlight,
        until: until.clone(),
    };
    Ok(Planned { plan, reading, reach, counts_from_now, identity })
}

/// Does relevance have anything to go by?
fn has_words(node: &Node) -> bool {
    match &node.kind {
        Kind::Term { .. } | Kind::Near { .. } | Kind::AtLeast(..) | Kind::First(..) => true,
        Kind::And(nodes) | Kind::Or(nodes) => nodes.iter().any(has_words),
        Kind::Boost(node, _) => has_words(node),
        Kind::All | Kind::Value(_) | Kind::Not(_) => false,
    }
}

pub(super) fn is_scored(plan: &Plan) -> bool {
    matches!(plan.order.sort, Sort::Relevance | Sort::Recent)
}

/// `from` and `to`.
fn interval(request: &SearchRequest, now: Timestamp) -> Result<Interval, SearchError> {
    let edge = |text: &Option<String>, name: &str, side: Side| {
        let read = text.as_deref().map(|text| dates::read_edge(text.trim(), side, &request.tz, now));
        read.transpose().map_err(|_| bad_date(name, text.as_deref().unwrap_or_default()))
    };
    let interval = Interval { from: edge(&request.from, "from", Side::From)?, to: edge(&request.to, "to", Side::To)? };
    if let (Some(from), Some(to)) = (interval.from, interval.to)
        && from.instant_ms >= to.instant_ms
    {
        return Err(SearchError::Refused(
            Advice::of("bad_range", "to", "`to` lies before `from`").hint("Swap the two dates."),
        ));
    }
    Ok(interval)
}

/// The query with `from` and `to` as a clause beside it.
fn within_dates(request: &SearchRequest, query: &Node, interval: Interval) -> Node {
    if interval == Interval::default() {
        return query.clone();
    }
    let clause = DateClause { field: request.date_field, canonical: String::new(), interval };
    let dates = Node { kind: Kind::Value(Value::Date(clause)), at: 0..0 };
    Node { kind: Kind::And(vec![query.clone(), dates]), at: query.at.clone() }
}

/// Everything that decides which hits there are and in what order; how many, and what of them, may change.
fn identity(request: &SearchRequest, canonical: &str, sort: Sort) -> String {
    let zone = request.tz.iana_name().unwrap_or_default();
    let parts = format!(
        "{canonical}\0{:?}\0{:?}\0{:?}\0{:?}\0{zone}\0{sort:?}\0{:?}\0{}",
        request.filters, request.from, request.to, request.date_field, request.half_life, request.collapse
    );
    blake3::hash(parts.as_bytes()).to_hex()[..12].to_owned()
}

pub(super) fn read_cursor(text: &str) -> Result<Cursor, SearchError> {
    Cursor::read(text).ok_or_else(bad_cursor)
}

pub(super) fn bad_cursor() -> SearchError {
    SearchError::Refused(
        Advice::of("bad_cursor", "cursor", "this is not a cursor that an answer gave out")
            .hint("Take `next_cursor` from the answer before, unchanged; or leave `cursor` out to begin anew."),
    )
}

pub(super) fn cursor_mismatch() -> SearchError {
    SearchError::Refused(
        Advice::of("cursor_mismatch", "cursor", "this cursor belongs to another search")
            .hint("Repeat the parameters of the first page unchanged; or leave `cursor` out to begin anew."),
    )
}

pub(super) fn bad_snapshot() -> SearchError {
    SearchError::Refused(
        Advice::of("bad_snapshot", "snapshot", "this is not a snapshot that an answer named")
            .hint("Take `snapshot` from an earlier answer, unchanged; or leave it out for the newest."),
    )
}

fn bad_date(parameter: &str, given: &str) -> SearchError {
    let shown: String = given.trim().chars().take(LONGEST_DATE).collect();
    SearchError::Refused(
        Advice::of("bad_date", parameter, format!("`{shown}` is no date"))
            .hint("Write 2025, 2025-02 or 2025-02-17, Feb 2025, an RFC 3339 time, or back from now: 7d, 24h."),
    )
}
