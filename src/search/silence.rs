//! On which days the corpus has anything at all. Where a timeline is low, a reader must be able to tell that nobody wrote
//! from that nothing was kept.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ZonedDateTime};

use super::answer::SearchError;
use super::archive::engine_error;
use crate::engine::{Dates, FacetField, Filter, Plan, View};
use crate::metering;
use crate::query::ast::{Kind, Node, Value, WholeField};
use crate::query::print;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Days are told from 1600 on, for as long: earlier and later dates are implausible.
const FIRST: i32 = -135_140;
const DAYS: usize = 60 * 366 * 10;

/// States and sources whose days are remembered.
const REMEMBERED: usize = 16;

/// A bit a day.
#[derive(Debug)]
pub(super) struct Days(Vec<u64>);

impl Days {
    /// The days in a zone on which something is dated. What is dated no closer than to a month or year may be of any day
    /// in it.
    pub(super) fn of(dates: &Dates, tz: &TimeZone) -> Days {
        let mut days = Days(vec![0; DAYS.div_ceil(64)]);
        for (first, last) in &dates.calendar {
            (first.div_euclid(DAY_MS)..=last.div_euclid(DAY_MS)).for_each(|day| days.set(day));
        }
        // Within a quarter of an hour the day is the same in every zone of today; local mean times begin days anywhere.
        let moment = |ms: i64| Some(Timestamp::from_millisecond(ms).ok()?.to_zoned_datetime(tz.clone()));
        let quarter = DAY_MS / 96;
        let mut quarters: Vec<i64> = dates.instants.iter().map(|at| at.div_euclid(quarter)).collect();
        quarters.sort_unstable();
        quarters.dedup();
        for at in quarters.iter().filter_map(|at| moment(at * quarter)).filter(is_in_quarters) {
            days.set(i64::from(day_number(at.date())));
        }
        let odd = |at: &&i64| moment(at.div_euclid(quarter) * quarter).is_some_and(|begun| !is_in_quarters(&begun));
        for at in dates.instants.iter().filter(odd).filter_map(|at| moment(*at)) {
            days.set(i64::from(day_number(at.date())));
        }
        days
    }

    fn set(&mut self, day: i64) {
        if let Some(at) = usize::try_from(day - i64::from(FIRST)).ok().filter(|at| *at < DAYS) {
            self.0[at / 64] |= 1 << (at % 64);
        }
    }

    fn has(&self, day: i32) -> bool {
        usize::try_from(day - FIRST)
            .is_ok_and(|at| self.0.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0))
    }

    /// The first and the last of them.
    pub(super) fn ends(&self) -> Option<(i32, i32)> {
        let first = self.0.iter().position(|word| *word != 0)?;
        let last = self.0.iter().rposition(|word| *word != 0)?;
        let day = |word: usize, bit: u32| FIRST + (word * 64) as i32 + bit as i32;
        Some((day(first, self.0[first].trailing_zeros()), day(last, 63 - self.0[last].leading_zeros())))
    }

    /// Whether there is anything from this day to that one; an open side has no end.
    pub(super) fn has_any(&self, from: Option<i32>, to: Option<i32>) -> bool {
        let Some((first, last)) = self.ends() else { return false };
        (from.map_or(first, |from| from.max(first))..=to.map_or(last, |to| to.min(last))).any(|day| self.has(day))
    }

    /// Stretches of days without any, of those from this day to that one that lie within `around`.
    pub(super) fn silences(&self, from: i32, to: i32, around: (i32, i32)) -> Vec<(i32, i32)> {
        let (first, last) = around;
        let mut silences: Vec<(i32, i32)> = Vec::new();
        for day in from.max(first)..=to.min(last) {
            if self.has(day) {
                continue;
            }
            match silences.last_mut() {
                Some((_, end)) if *end + 1 == day => *end = day,
                _ => silences.push((day, day)),
            }
        }
        silences
    }

    /// Whether there is nothing at all on those days from this one to that one that lie within `around`; some have to.
    pub(super) fn is_silent(&self, from: i32, to: i32, around: (i32, i32)) -> bool {
        let (first, last) = around;
        let (from, to) = (from.max(first), to.min(last));
        from <= to && (from..=to).all(|day| !self.has(day))
    }
}

fn is_in_quarters(moment: &ZonedDateTime) -> bool {
    moment.offset().seconds() % (15 * 60) == 0
}

/// Days since 1970.
pub(super) fn day_number(day: Date) -> i32 {
    day.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days())
}

pub(super) fn day(number: i32) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(Span::new().days(number)).ok()
}

/// The days of the states asked last.
#[derive(Default)]
pub(super) struct Silence(Mutex<Vec<(Asked, Arc<Days>)>>);

#[derive(Clone, PartialEq, Eq)]
struct Asked {
    view: String,
    sources: Vec<(FacetField, String)>,
    query: String,
    zone: Option<String>,
}

impl Silence {
    /// The days on which a state has anything of the sources that a plan chooses, by filters or in its query; of any, if
    /// it chooses none.
    pub(super) fn days(&self, view: &View, plan: &Plan, tz: &TimeZone) -> Result<Arc<Days>, SearchError> {
        let is_source =
            |filter: &&Filter| !filter.exclude && matches!(filter.field, FacetField::Source | FacetField::Site);
        let filters: Vec<Filter> = plan.filters.iter().filter(is_source).cloned().collect();
        let sources = filters.iter().map(|filter| (filter.field, filter.value.clone())).collect();
        let query = of_sources(&plan.query);
        let (view_name, zone) = (view.name().to_owned(), tz.iana_name().map(str::to_owned));
        let asked = Asked { view: view_name, sources, query: print(&query), zone };
        let known = |kept: &[(Asked, Arc<Days>)]| {
            kept.iter().find(|(before, _)| *before == asked).map(|(_, days)| Arc::clone(days))
        };
        let days = known(&self.0.lock().unwrap_or_else(PoisonError::into_inner));
        metering::looked_up(metering::Cache::Days, days.is_some());
        if let Some(days) = days {
            return Ok(days);
        }
        let everything = Plan {
            query,
            filters,
            limit: 0,
            offset: 0,
            after: None,
            collapse: false,
            facets: Vec::new(),
            dates: true,
            series: None,
            marks: false,
            ..plan.clone()
        };
        let found = view.find(&everything).map_err(engine_error)?;
        let days = Arc::new(Days::of(&found.dates, tz));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == REMEMBERED {
            kept.remove(0);
        }
        kept.push((asked, Arc::clone(&days)));
        Ok(days)
    }
}

/// What a query asks of sources, whatever else it asks.
fn of_sources(query: &Node) -> Node {
    let mut chosen = Vec::new();
    collect_sources(query, &mut chosen);
    let kind = match chosen.len() {
        0 => Kind::All,
        1 => return chosen.remove(0),
        _ => Kind::And(chosen),
    };
    Node { kind, at: 0..0 }
}

fn collect_sources(node: &Node, chosen: &mut Vec<Node>) {
    match &node.kind {
        Kind::And(parts) => parts.iter().for_each(|part| collect_sources(part, chosen)),
        _ if is_of_sources(node) => chosen.push(node.clone()),
        _ => {}
    }
}

fn is_of_sources(node: &Node) -> bool {
    match &node.kind {
        Kind::Value(Value::Whole(WholeField::Source, _) | Value::Site(_)) => true,
        Kind::Or(parts) => parts.iter().all(is_of_sources),
        Kind::Boost(inner, _) => is_of_sources(inner),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> i32 {
        day_number(text.parse().unwrap())
    }

    #[test]
    fn days_are_numbered_both_ways() {
        assert_eq!(number("1970-01-01"), 0);
        assert_eq!(number("1600-01-01"), FIRST);
        assert_eq!(day(number("2024-02-29")).unwrap().to_string(), "2024-02-29");
    }

    #[test]
    fn a_day_is_the_day_of_the_reader() {
        let late = "2025-03-01T23:30:00Z".parse::<Timestamp>().unwrap().as_millisecond();
        let dates = Dates { instants: vec![late], ..Dates::default() };
        let kathmandu = TimeZone::get("Asia/Kathmandu").unwrap();
        assert!(Days::of(&dates, &TimeZone::UTC).has(number("2025-03-01")));
        let there = Days::of(&dates, &kathmandu);
        assert!(there.has(number("2025-03-02")) && !there.has(number("2025-03-01")));
    }

    #[test]
    fn a_day_may_begin_at_any_second() {
        let at = "1960-01-02T00:44:45Z".parse::<Timestamp>().unwrap().as_millisecond();
        let monrovia = TimeZone::get("Africa/Monrovia").unwrap();
        let days = Days::of(&Dates { instants: vec![at - 1000, at], ..Dates::default() }, &monrovia);
        let date = |ms: i64| Timestamp::from_millisecond(ms).unwrap().to_zoned_datetime(monrovia.clone()).date();
        for at in [at - 1000, at] {
            assert!(days.has(day_number(date(at))), "{}", date(at));
        }
    }

    #[test]
    fn what_is_dated_to_a_month_leaves_no_gap_in_it() {
        let ms = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let month = (ms("2025-02-01T00:00:00Z"), ms("2025-02-28T23:59:59.999Z"));
        let day = (ms("2025-03-03T00:00:00Z"), ms("2025-03-03T23:59:59.999Z"));
        let days = Days::of(&Dates { calendar: vec![month, day], ..Dates::default() }, &TimeZone::UTC);
        let (from, to) = (number("2025-01-01"), number("2025-12-31"));
        assert_eq!(days.silences(from, to, days.ends().unwrap()), [(number("2025-03-01"), number("2025-03-02"))]);
    }
}
