//! Matches over time, in units of the reader's calendar.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, ZonedDateTime};

use super::answer::{Bucket, Gap, SearchError};
use super::reach::Reach;
use super::request::Unit;
use super::silence::{Days, day, day_number};
use crate::engine::{Dates, Told};
use crate::query::Advice;

/// A timeline has no more buckets than this, on all its lines together.
const MOST_BUCKETS: usize = 20_000;

/// Gaps are told one by one up to here.
const MOST_GAPS: usize = 100;

/// What `auto` aims for at most.
const COMFORTABLE: i64 = 60;

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The year 1600: dates before it are implausible.
const EARLIEST_MS: i64 = -135_140 * DAY_MS;

/// What a timeline is drawn from.
pub(super) struct Drawing<'a> {
    pub(super) dates: &'a Dates,
    /// What has a line of its own on the same axis.
    pub(super) series: Vec<Dates>,
    /// The days on which there is any article at all, of any source or of those chosen.
    pub(super) days: Option<&'a Days>,
    /// The axis goes over all that was asked for, where something was found in it.
    pub(super) reach: Reach,
}

pub(super) struct Drawn {
    pub(super) interval: &'static str,
    pub(super) tz: String,
    pub(super) all: Line,
    pub(super) series: Vec<Line>,
    pub(super) gaps: Vec<Gap>,
    pub(super) more_gaps: usize,
}

pub(super) struct Line {
    pub(super) buckets: Vec<Bucket>,
    /// What has a place in none of them.
    pub(super) unplaced: u64,
}

/// Buckets from the first match to the last, or from `from` to `to` where these were given, empty ones included.
pub(super) fn draw(drawing: Drawing<'_>, unit: Unit, tz: &TimeZone) -> Result<Drawn, SearchError> {
    let now = Timestamp::now();
    let plausible = (unit == Unit::Auto).then(|| plausible(drawing.dates, now)).flatten();
    let dates = plausible.as_ref().unwrap_or(drawing.dates);
    let lines = drawing.series.len() + 1;
    let axis = |asked: &[i64]| {
        let axis = Axis::of(dates, if unit == Unit::Auto { automatic(dates, asked) } else { unit }, tz, asked)?;
        if axis.starts.len() * lines > MOST_BUCKETS { Err(too_many()) } else { Ok(axis) }
    };
    // What is found may be drawn in units in which all that was asked for is too long.
    let axis = axis(&drawing.reach.moments()).or_else(|_| axis(&[]))?;
    let mut all = axis.count(dates);
    let days = drawing.days.and_then(|days| Some((days, drawing.reach.around(days.ends())?)));
    let (gaps, more_gaps) = days.map(|(days, around)| axis.gaps(days, around)).unwrap_or_default();
    let series = drawing.series.into_iter().map(|dates| match plausible {
        Some(_) => axis.count(&kept(&dates, now)),
        None => axis.count(&dates),
    });
    let mut series: Vec<Line> = series.collect();
    if let Some((days, around)) = days {
        std::iter::once(&mut all).chain(&mut series).for_each(|line| axis.mark_gaps(days, around, &mut line.buckets));
    }
    let tz = tz.iana_name().unwrap_or("UTC").to_owned();
    Ok(Drawn { interval: name(axis.unit), tz, all, series, gaps, more_gaps })
}

/// Where buckets begin, and how what is dated finds its bucket.
struct Axis {
    unit: Unit,
    starts: Vec<ZonedDateTime>,
    /// Calendar dates are compared with the calendar, instants with the instants at which its units begin: a day whose
    /// clocks go forward at midnight begins at one o'clock, but a calendar date is the whole day.
    floating: Vec<i64>,
    fixed: Vec<i64>,
}

impl Axis {
    fn of(dates: &Dates, unit: Unit, tz: &TimeZone, asked: &[i64]) -> Result<Axis, SearchError> {
        let placed = dates.calendar.iter().filter(|(first, last)| last - first < longest(unit));
        let calendar: Vec<i64> = placed.map(|(first, _)| *first).collect();
        let instants = [dates.instants.as_slice(), asked].concat();
        // Nothing found is no line, whatever was asked.
        let is_empty = calendar.is_empty() && dates.instants.is_empty();
        let starts = if is_empty { Vec::new() } else { starts(&calendar, &instants, unit, tz)? };
        let floating = starts.iter().map(|start| local_ms(start.date().at(0, 0, 0, 0))).collect();
        let fixed = starts.iter().map(|start| start.timestamp().as_millisecond()).collect();
        Ok(Axis { unit, starts, floating, fixed })
    }

    /// The buckets, and how many have a place in none.
    fn count(&self, dates: &Dates) -> Line {
        let mut buckets: Vec<Bucket> = self.starts.iter().map(|start| bucket(start, self.unit)).collect();
        let mut unplaced = dates.undated;
        let mut place = |starts: &[i64], at: i64| match starts.partition_point(|start| *start <= at) {
            0 => unplaced += 1,
            after => buckets[after - 1].count += 1,
        };
        dates.instants.iter().for_each(|at| place(&self.fixed, *at));
        let coarse = dates.calendar.iter().filter(|(first, last)| last - first >= longest(self.unit)).count();
        let fine = dates.calendar.iter().filter(|(first, last)| last - first < longest(self.unit));
        fine.for_each(|(first, _)| place(&self.floating, *first));
        self.count_stories(&dates.told, &mut buckets);
        Line { buckets, unplaced: unplaced + coarse as u64 }
    }

    /// Every article tells a story; one that another of its bucket has told is none more.
    fn count_stories(&self, told: &[Told], buckets: &mut [Bucket]) {
        let place = |told: &Told| {
            let length = told.last - told.first;
            let starts = if length == 0 { &self.fixed } else { &self.floating };
            let after = starts.partition_point(|start| *start <= told.first);
            (length < longest(self.unit)).then(|| after.checked_sub(1)).flatten()
        };
        buckets.iter_mut().for_each(|bucket| bucket.stories = bucket.count);
        for story in told.chunk_by(|one, next| one.story == next.story) {
            let mut places: Vec<usize> = story.iter().filter_map(place).collect();
            places.sort_unstable();
            for again in places.windows(2).filter(|pair| pair[0] == pair[1]) {
                buckets[again[0]].stories -= 1;
            }
        }
    }

    /// The day on which the last bucket ends.
    fn end(&self) -> Option<i32> {
        let next = next(self.starts.last()?, self.unit)?;
        Some(day_number(next.datetime().checked_sub(1.nanosecond()).ok()?.date()))
    }

    /// Stretches of days without any article: nothing was found there because nothing is there.
    fn gaps(&self, days: &Days, around: (i32, i32)) -> (Vec<Gap>, usize) {
        let Some((first, end)) = self.starts.first().zip(self.end()) else { return Default::default() };
        let silences = days.silences(day_number(first.date()), end, around);
        let more = silences.len().saturating_sub(MOST_GAPS);
        let gap = |(from, to): (i32, i32)| Some(Gap { from: day(from)?.to_string(), to: day(to)?.to_string() });
        (silences.into_iter().take(MOST_GAPS).filter_map(gap).collect(), more)
    }

    /// Buckets that have no other days.
    fn mark_gaps(&self, days: &Days, around: (i32, i32), buckets: &mut [Bucket]) {
        let ends = self.starts.iter().skip(1).map(|next| day_number(next.date())).chain(self.end().map(|end| end + 1));
        for ((bucket, start), end) in buckets.iter_mut().zip(&self.starts).zip(ends) {
            let from = day_number(start.date());
            bucket.gap = days.is_silent(from, end.max(from + 1) - 1, around);
        }
    }
}

/// The dates that an archive can have, where there are others. One slip of a pen in the year 1 would put all the rest into
/// one bucket; whoever asks for a unit gets all there are.
fn plausible(dates: &Dates, now: Timestamp) -> Option<Dates> {
    let kept = kept(dates, now);
    let is_other = kept.undated > dates.undated && !(kept.instants.is_empty() && kept.calendar.is_empty());
    is_other.then_some(kept)
}

/// Those that are plausible; the others count as undated.
fn kept(dates: &Dates, now: Timestamp) -> Dates {
    let is_plausible = |ms: i64| (EARLIEST_MS..=now.as_millisecond() + DAY_MS).contains(&ms);
    let mut kept = Dates { undated: dates.undated, ..Dates::default() };
    kept.instants = dates.instants.iter().copied().filter(|ms| is_plausible(*ms)).collect();
    kept.calendar = dates.calendar.iter().copied().filter(|(first, _)| is_plausible(*first)).collect();
    kept.told = dates.told.iter().copied().filter(|told| is_plausible(told.first)).collect();
    kept.undated += (dates.instants.len() + dates.calendar.len() - kept.instants.len() - kept.calendar.len()) as u64;
    kept
}

/// A calendar date has a place in a unit that is at least as long: the length of a unit in milliseconds, at the most.
fn longest(unit: Unit) -> i64 {
    match unit {
        Unit::Hour => HOUR_MS,
        Unit::Day | Unit::Auto | Unit::Week => DAY_MS,
        Unit::Month | Unit::Quarter => 31 * DAY_MS,
        Unit::Year => 366 * DAY_MS,
    }
}

fn automatic(dates: &Dates, asked: &[i64]) -> Unit {
    let calendar = || dates.calendar.iter().map(|(first, _)| *first);
    let firsts = || dates.instants.iter().chain(asked).copied().chain(calendar());
    let span = firsts().max().unwrap_or_default() - firsts().min().unwrap_or_default();
    let days = span / DAY_MS;
    // A unit in which nothing has a place would be an empty timeline.
    let shortest = dates.calendar.iter().map(|(first, last)| last - first).min().unwrap_or_default();
    match days {
        _ if dates.instants.is_empty() && shortest >= longest(Unit::Month) => Unit::Year,
        days if days <= COMFORTABLE * 30 && dates.instants.is_empty() && shortest >= longest(Unit::Day) => Unit::Month,
        0..=2 if dates.calendar.is_empty() => Unit::Hour,
        days if days <= COMFORTABLE => Unit::Day,
        days if days <= COMFORTABLE * 7 => Unit::Week,
        days if days <= COMFORTABLE * 30 => Unit::Month,
        days if days <= COMFORTABLE * 91 => Unit::Quarter,
        _ => Unit::Year,
    }
}

/// Where each bucket begins.
fn starts(calendar: &[i64], instants: &[i64], unit: Unit, tz: &TimeZone) -> Result<Vec<ZonedDateTime>, SearchError> {
    let local = |ms: &i64| at(*ms, tz);
    let floating =
        |ms: &i64| at(*ms, &TimeZone::UTC).and_then(|zoned| zoned.datetime().to_zoned_datetime(tz.clone()).ok());
    let ends = |of: &[i64]| of.iter().min().copied().zip(of.iter().max().copied());
    let (calendar, instants) = (ends(calendar), ends(instants));
    let firsts = [calendar.and_then(|(first, _)| floating(&first)), instants.and_then(|(first, _)| local(&first))];
    let lasts = [calendar.and_then(|(_, last)| floating(&last)), instants.and_then(|(_, last)| local(&last))];
    let (first, last) = (firsts.into_iter().flatten().min(), lasts.into_iter().flatten().max());
    let (Some(first), Some(last)) = (first, last) else { return Ok(Vec::new()) };
    let mut starts = Vec::new();
    let mut start = begin(&first, unit);
    while let Some(begun) = start.take_if(|start| *start <= last) {
        if starts.len() == MOST_BUCKETS {
            return Err(too_many());
        }
        start = next(&begun, unit);
        starts.push(begun);
    }
    Ok(starts)
}

fn at(ms: i64, tz: &TimeZone) -> Option<ZonedDateTime> {
    Some(Timestamp::from_millisecond(ms).ok()?.to_zoned_datetime(tz.clone()))
}

/// The first moment of the unit that a moment is in.
fn begin(moment: &ZonedDateTime, unit: Unit) -> Option<ZonedDateTime> {
    let day = moment.date();
    let start: Date = match unit {
        Unit::Hour => {
            let hour = moment.datetime().date().at(moment.hour(), 0, 0, 0);
            return hour.to_zoned_datetime(moment.time_zone().clone()).ok();
        }
        Unit::Day | Unit::Auto => day,
        Unit::Week => day.checked_sub(Span::new().days(i64::from(day.weekday().to_monday_zero_offset()))).ok()?,
        Unit::Month => day.first_of_month(),
        Unit::Quarter => Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).ok()?,
        Unit::Year => day.first_of_year(),
    };
    start.to_zoned_datetime(moment.time_zone().clone()).ok()
}

fn next(start: &ZonedDateTime, unit: Unit) -> Option<ZonedDateTime> {
    if unit == Unit::Hour {
        // An hour of the clock that is skipped or repeated is still an hour.
        return start.checked_add(Span::new().hours(1)).ok();
    }
    let step = match unit {
        Unit::Week => Span::new().weeks(1),
        Unit::Month => Span::new().months(1),
        Unit::Quarter => Span::new().months(3),
        Unit::Year => Span::new().years(1),
        Unit::Hour | Unit::Day | Unit::Auto => Span::new().days(1),
    };
    start.date().checked_add(step).ok()?.to_zoned_datetime(start.time_zone().clone()).ok()
}

fn local_ms(at: DateTime) -> i64 {
    at.to_zoned_datetime(TimeZone::UTC).map_or(0, |utc| utc.timestamp().as_millisecond())
}

fn bucket(start: &ZonedDateTime, unit: Unit) -> Bucket {
    let start = match unit {
        Unit::Hour => start.strftime("%Y-%m-%dT%H:%M%:z").to_string(),
        _ => start.date().to_string(),
    };
    Bucket { start, count: 0, stories: 0, gap: false }
}

fn name(unit: Unit) -> &'static str {
    match unit {
        Unit::Hour => "hour",
        Unit::Day | Unit::Auto => "day",
        Unit::Week => "week",
        Unit::Month => "month",
        Unit::Quarter => "quarter",
        Unit::Year => "year",
    }
}

fn too_many() -> SearchError {
    SearchError::Refused(
        Advice::of("too_many_buckets", "interval", format!("the timeline would have more than {MOST_BUCKETS} buckets"))
            .hint("Take a coarser interval, or narrow the dates with `from` and `to`."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::ast::{Edge, Interval};
    use crate::search::answer::Timeline;

    fn draw(dates: &Dates, unit: Unit, tz: &TimeZone) -> Result<Timeline, SearchError> {
        let Drawn { interval, all, .. } = super::draw(drawing(dates, None), unit, tz)?;
        Ok(Timeline { interval, buckets: all.buckets, unplaced: all.unplaced, ..Timeline::default() })
    }

    fn drawing<'a>(dates: &'a Dates, days: Option<&'a Days>) -> Drawing<'a> {
        Drawing { dates, series: Vec::new(), days, reach: Reach::default() }
    }

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn buckets_follow_the_calendar_of_the_zone() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let day = ms("2025-03-31T00:00:00Z");
        let dates = Dates {
            instants: vec![ms("2025-03-29T22:59:00Z"), ms("2025-03-29T23:00:00Z"), ms("2025-03-30T21:59:59Z")],
            calendar: vec![(day, day + DAY_MS - 1), (ms("2025-03-01T00:00:00Z"), ms("2025-03-31T23:59:59.999Z"))],
            undated: 1,
            ..Dates::default()
        };
        let timeline = draw(&dates, Unit::Day, &berlin).unwrap();
        let counts: Vec<_> = timeline.buckets.iter().map(|bucket| (bucket.start.as_str(), bucket.count)).collect();
        assert_eq!(counts, [("2025-03-29", 1), ("2025-03-30", 2), ("2025-03-31", 1)]);
        assert_eq!(timeline.unplaced, 2);
    }

    #[test]
    fn a_calendar_date_has_its_own_bucket_where_clocks_go_forward_at_midnight() {
        let day = |text: &str| (ms(text), ms(text) + DAY_MS - 1);
        let calendar = vec![day("2024-09-07T00:00:00Z"), day("2024-09-08T00:00:00Z")];
        let santiago = TimeZone::get("America/Santiago").unwrap();
        let timeline = draw(&Dates { calendar, ..Dates::default() }, Unit::Day, &santiago).unwrap();
        let counts: Vec<_> = timeline.buckets.iter().map(|bucket| (bucket.start.as_str(), bucket.count)).collect();
        assert_eq!(counts, [("2024-09-07", 1), ("2024-09-08", 1)]);
    }

    #[test]
    fn a_story_counts_once_in_every_bucket_that_it_is_told_in() {
        let at = |text: &str| (ms(text), ms(text));
        let day = ms("2025-03-30T00:00:00Z");
        let calendar = vec![(day, day + DAY_MS - 1), (ms("2025-03-01T00:00:00Z"), ms("2025-03-31T23:59:59.999Z"))];
        let (late, night, evening) =
            (at("2025-03-29T22:59:00Z"), at("2025-03-29T23:00:00Z"), at("2025-03-30T21:59:59Z"));
        let told = [(0, night), (0, evening), (0, calendar[0]), (0, calendar[1]), (0, late), (1, evening)];
        let dates = Dates {
            instants: vec![late.0, night.0, evening.0, evening.0],
            calendar,
            told: told.into_iter().map(|(story, (first, last))| Told { story, first, last }).collect(),
            undated: 0,
        };
        let timeline = draw(&dates, Unit::Day, &TimeZone::get("Europe/Berlin").unwrap()).unwrap();
        let counts: Vec<_> = timeline.buckets.iter().map(|bucket| (bucket.count, bucket.stories)).collect();
        assert_eq!(counts, [(1, 1), (4, 2)], "{timeline:?}");
        let month = draw(&dates, Unit::Month, &TimeZone::UTC).unwrap();
        assert_eq!((month.buckets[0].count, month.buckets[0].stories), (6, 2), "{month:?}");
    }

    #[test]
    fn auto_takes_a_unit_in_which_something_has_a_place() {
        let month = (ms("2025-02-01T00:00:00Z"), ms("2025-02-28T23:59:59.999Z"));
        let year = (ms("2024-01-01T00:00:00Z"), ms("2024-12-31T23:59:59.999Z"));
        for (calendar, unit) in [(vec![month], "month"), (vec![year], "year"), (vec![month, year], "month")] {
            let timeline = draw(&Dates { calendar, ..Dates::default() }, Unit::Auto, &TimeZone::UTC).unwrap();
            assert!(timeline.interval == unit && !timeline.buckets.is_empty(), "{timeline:?}");
        }
    }

    #[test]
    fn dates_that_cannot_be_do_not_stretch_a_timeline() {
        assert_eq!(EARLIEST_MS, ms("1600-01-01T00:00:00Z"));
        let instants = ["0033-04-03T15:00:00Z", "2025-01-01T10:00:00Z", "2025-01-20T10:00:00Z", "9999-01-01T00:00:00Z"]
            .map(ms)
            .to_vec();
        let dates = Dates { instants, ..Dates::default() };
        let timeline = draw(&dates, Unit::Auto, &TimeZone::UTC).unwrap();
        assert_eq!((timeline.interval, timeline.buckets.len(), timeline.unplaced), ("day", 20, 2));
        let old = Dates { instants: vec![ms("1492-10-12T00:00:00Z")], ..Dates::default() };
        assert_eq!(draw(&old, Unit::Auto, &TimeZone::UTC).unwrap().buckets.len(), 1, "where there are no others");
        assert_eq!(draw(&dates, Unit::Year, &TimeZone::UTC).unwrap().unplaced, 0, "where a unit is asked for");
    }

    #[test]
    fn empty_buckets_are_shown_and_weeks_begin_on_monday() {
        let dates =
            Dates { instants: vec![ms("2025-01-01T10:00:00Z"), ms("2025-01-20T10:00:00Z")], ..Dates::default() };
        let timeline = draw(&dates, Unit::Week, &TimeZone::UTC).unwrap();
        let counts: Vec<_> = timeline.buckets.iter().map(|bucket| (bucket.start.as_str(), bucket.count)).collect();
        assert_eq!(counts, [("2024-12-30", 1), ("2025-01-06", 0), ("2025-01-13", 0), ("2025-01-20", 1)]);
    }

    #[test]
    fn a_day_without_any_article_is_a_gap_and_no_silence() {
        let at = |text: &str| ms(&format!("{text}T10:00:00Z"));
        let dates = Dates { instants: vec![at("2025-01-01"), at("2025-01-06")], ..Dates::default() };
        let instants = ["2024-12-20", "2025-01-01", "2025-01-03", "2025-01-06", "2025-01-09"].map(at).to_vec();
        let all = Dates { instants, ..Dates::default() };
        let days = Days::of(&all, &TimeZone::UTC);
        let drawn = |unit| super::draw(drawing(&dates, Some(&days)), unit, &TimeZone::UTC).unwrap();
        let daily = drawn(Unit::Day);
        let silent: Vec<bool> = daily.all.buckets.iter().map(|bucket| bucket.gap).collect();
        assert_eq!(silent, [false, true, false, true, true, false]);
        let gaps: Vec<_> = daily.gaps.iter().map(|gap| (gap.from.as_str(), gap.to.as_str())).collect();
        assert_eq!(gaps, [("2025-01-02", "2025-01-02"), ("2025-01-04", "2025-01-05")]);
        let weekly = drawn(Unit::Week);
        assert!(weekly.all.buckets.iter().all(|bucket| !bucket.gap), "there is something in every week");
        assert_eq!(weekly.gaps.last().unwrap().to, "2025-01-08", "what comes after the last article is no gap");
    }

    #[test]
    fn series_share_the_axis_and_add_up() {
        let at = |text: &str| ms(&format!("{text}T10:00:00Z"));
        let dates = Dates { instants: vec![at("2025-01-01"), at("2025-01-02"), at("2025-01-04")], ..Dates::default() };
        let one = Dates { instants: vec![at("2025-01-02")], undated: 1, ..Dates::default() };
        let drawing = Drawing { series: vec![one], ..drawing(&dates, None) };
        let timeline = super::draw(drawing, Unit::Day, &TimeZone::UTC).unwrap();
        let line = &timeline.series[0];
        assert_eq!(line.buckets.iter().map(|bucket| bucket.count).collect::<Vec<_>>(), [0, 1, 0, 0]);
        assert_eq!(line.unplaced, 1);
    }

    #[test]
    fn the_axis_goes_over_all_that_was_asked_for() {
        let edge = |text: &str| Some(Edge { instant_ms: ms(text), local_ms: ms(text) });
        let interval = Interval { from: edge("2024-12-30T00:00:00Z"), to: edge("2025-01-05T00:00:00Z") };
        let at = |text: &str| ms(&format!("{text}T10:00:00Z"));
        let dates = Dates { instants: vec![at("2025-01-01")], ..Dates::default() };
        let all = Dates { instants: vec![at("2025-01-01"), at("2025-01-03")], ..Dates::default() };
        let days = Days::of(&all, &TimeZone::UTC);
        let drawn = |dates: &Dates, unit| {
            let drawing = Drawing { reach: Reach(interval), ..drawing(dates, Some(&days)) };
            super::draw(drawing, unit, &TimeZone::UTC).unwrap()
        };
        let daily = drawn(&dates, Unit::Auto);
        let silent: Vec<bool> = daily.all.buckets.iter().map(|bucket| bucket.gap).collect();
        assert_eq!((daily.interval, daily.all.buckets[0].start.as_str()), ("day", "2024-12-30"));
        assert_eq!(silent, [true, true, false, true, false, true], "what was asked for and is not there is a gap");
        assert_eq!(daily.gaps.len(), 3);
        assert!(drawn(&Dates::default(), Unit::Day).all.buckets.is_empty(), "where nothing is found nothing is drawn");
        let far = Interval { from: edge("1700-01-01T00:00:00Z"), to: None };
        let drawing = Drawing { reach: Reach(far), ..drawing(&dates, None) };
        let hourly = super::draw(drawing, Unit::Hour, &TimeZone::UTC).unwrap();
        assert_eq!(hourly.all.buckets.len(), 1, "what would be too long is drawn where something is");
    }
}
