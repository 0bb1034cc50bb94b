//! The timeline as a bar chart whose bars narrow the dates. The drawing is a fixed grid that the style sheet
//! stretches; each bar says its dates and its count to those who do not see it.

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::address::Address;
use super::wording::{articles, grouped, stories};
use crate::search::answer::{Bucket, Gap, Timeline};

/// Bars drawn at most; longer timelines are drawn with several buckets a bar.
const MOST_BARS: usize = 120;
/// The grid: units a bar takes in width, of which a part is the gap, and the height of the tallest.
const STEP: usize = 10;
const HEIGHT: u64 = 100;
/// A bar that counts anything is at least this high.
const LEAST: u64 = 3;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chart {
    pub(super) bars: Vec<Bar>,
    pub(super) width: usize,
    pub(super) first: String,
    pub(super) last: String,
    /// The tallest bars in words, if they are few.
    pub(super) peak: Option<String>,
    /// Articles without a place on the line, in words.
    pub(super) unplaced: Option<String>,
    /// Stretches of days on which there is no article at all, in words; and how many more of them there are.
    pub(super) gaps: Vec<String>,
    pub(super) more_gaps: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) x: usize,
    pub(super) y: u64,
    pub(super) height: u64,
    /// `February 2025: 12 articles`.
    pub(super) label: String,
    /// The address narrowed to these dates; none where there is nothing to find.
    pub(super) href: Option<String>,
    /// There is no article at all.
    pub(super) gap: bool,
}

/// What is listed below the chart, and so drawn in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counts {
    Articles,
    /// One told at two dates is in two buckets.
    Stories,
}

impl Counts {
    fn of(self, bucket: &Bucket) -> u64 {
        match self {
            Counts::Articles => bucket.count,
            Counts::Stories => bucket.stories,
        }
    }

    pub(super) fn worded(self, count: u64) -> String {
        match self {
            Counts::Articles => articles(count),
            Counts::Stories => stories(count),
        }
    }
}

/// A stretch of the calendar that one bar or point counts.
pub(super) struct Stretch {
    from: String,
    to: String,
    pub(super) label: String,
    pub(super) count: u64,
    /// There is no article at all.
    pub(super) gap: bool,
}

/// `None` where fewer than two bars would be drawn: one bar says nothing that the total does not.
pub(super) fn chart(timeline: &Timeline, here: &Address) -> Option<Chart> {
    let counts = if here.collapses() { Counts::Stories } else { Counts::Articles };
    let stretches = stretches(timeline.interval, &timeline.buckets, MOST_BARS, counts);
    if stretches.len() < 2 {
        return None;
    }
    let most = stretches.iter().map(|stretch| stretch.count).max()?;
    let bars = stretches.iter().enumerate().map(|(index, one)| bar(index, one, most, counts, here)).collect();
    Some(Chart {
        bars,
        width: stretches.len() * STEP,
        first: stretches.first()?.label.clone(),
        last: stretches.last()?.label.clone(),
        peak: peak(stretches.iter(), counts),
        unplaced: (timeline.unplaced > 0).then(|| articles(timeline.unplaced)),
        gaps: timeline.gaps.iter().map(gap).collect(),
        more_gaps: (timeline.more_gaps > 0).then(|| grouped(timeline.more_gaps as u64)),
    })
}

/// Equals that are named at most.
const MOST_EQUALS: usize = 3;

/// Where most is, in words: none of several equals is more than the others, and of many nothing is said.
pub(super) fn peak<'a>(stretches: impl Iterator<Item = &'a Stretch> + Clone, counts: Counts) -> Option<String> {
    let most = stretches.clone().map(|stretch| stretch.count).max().filter(|most| *most > 0)?;
    let mut labels: Vec<&str> = Vec::new();
    for stretch in stretches.filter(|stretch| stretch.count == most) {
        if !labels.contains(&stretch.label.as_str()) {
            labels.push(&stretch.label);
        }
    }
    match labels.as_slice() {
        [only] => Some(format!("{only} ({})", counts.worded(most))),
        [before @ .., last] if labels.len() <= MOST_EQUALS => {
            Some(format!("{} and {last} ({} each)", before.join(", "), counts.worded(most)))
        }
        _ => None,
    }
}

/// At most so many, each of as many buckets.
pub(super) fn stretches(interval: &str, buckets: &[Bucket], most: usize, counts: Counts) -> Vec<Stretch> {
    let each = buckets.len().div_ceil(most).max(1);
    buckets.chunks(each).filter_map(|buckets| stretch(interval, buckets, counts)).collect()
}

/// `3 March 1987`.
pub(super) fn day(date: &str) -> String {
    date.parse().map_or_else(|_| date.to_owned(), |day: Date| day.strftime("%-d %B %Y").to_string())
}

/// `3 March 1987`, `3 March 1987 to 5 March 1987`.
pub(super) fn gap(gap: &Gap) -> String {
    if gap.from == gap.to { day(&gap.from) } else { format!("{} to {}", day(&gap.from), day(&gap.to)) }
}

fn bar(index: usize, stretch: &Stretch, most: u64, counts: Counts, here: &Address) -> Bar {
    let height = match stretch.count {
        0 => 0,
        count => (count.saturating_mul(HEIGHT) / most.max(1)).max(LEAST),
    };
    let narrowed = || here.without(&["interval"]).setting("from", &stretch.from).setting("to", &stretch.to).href();
    Bar {
        x: index * STEP,
        y: HEIGHT - height,
        height,
        label: match stretch.gap {
            true => format!("{}: no article in the archive", stretch.label),
            false => format!("{}: {}", stretch.label, counts.worded(stretch.count)),
        },
        href: (stretch.count > 0).then(narrowed),
        gap: stretch.gap,
    }
}

/// Neighbouring buckets as one stretch. `None` where a start is no date, which the engine does not write.
fn stretch(interval: &str, buckets: &[Bucket], counts: Counts) -> Option<Stretch> {
    let (from, _, first) = read(interval, &buckets.first()?.start)?;
    let (_, to, last) = read(interval, &buckets.last()?.start)?;
    let label = if first == last { first } else { format!("{first} to {last}") };
    let count = buckets.iter().map(|bucket| counts.of(bucket)).sum();
    Some(Stretch { from, to, label, count, gap: buckets.iter().all(|bucket| bucket.gap) })
}

/// A bucket's first and last date as `from` and `to` read them, both inclusive, and its name.
fn read(interval: &str, start: &str) -> Option<(String, String, String)> {
    if interval == "hour" {
        return hour(start);
    }
    let day: Date = start.parse().ok()?;
    let last = |span: Span| day.checked_add(span).and_then(|next| next.yesterday()).ok();
    let month = |date: Date| date.strftime("%Y-%m").to_string();
    Some(match interval {
        "week" => (start.to_owned(), last(1.week())?.to_string(), day.strftime("week of %-d %B %Y").to_string()),
        "month" => (month(day), month(day), day.strftime("%B %Y").to_string()),
        "quarter" => {
            let end = last(3.months())?;
            (month(day), month(end), format!("{} to {}", day.strftime("%B"), end.strftime("%B %Y")))
        }
        "year" => (year(day), year(day), year(day)),
        _ => (start.to_owned(), start.to_owned(), day.strftime("%-d %B %Y").to_string()),
    })
}

fn year(day: Date) -> String {
    day.strftime("%Y").to_string()
}

/// From the hour to its last second, with the offset that the bucket carries.
fn hour(start: &str) -> Option<(String, String, String)> {
    let (clock, offset) =
        start.split_at_checked("2025-02-27T16:00:00".len()).filter(|(_, offset)| !offset.is_empty())?;
    let begins: jiff::civil::DateTime = clock.parse().ok()?;
    let ends = begins.with().minute(59).second(59).build().ok()?;
    Some((start.to_owned(), format!("{ends}{offset}"), begins.strftime("%-d %B %Y, %H:%M").to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(interval: &'static str, starts: &[(&str, u64)]) -> Timeline {
        let buckets = starts
            .iter()
            .map(|(start, count)| Bucket { start: (*start).into(), count: *count, stories: *count, gap: false })
            .collect();
        Timeline { interval, tz: "UTC".into(), buckets, ..Timeline::default() }
    }

    #[track_caller]
    fn check(interval: &'static str, start: &str, from: &str, to: &str, label: &str) {
        let (has_from, has_to, has_label) = read(interval, start).unwrap();
        assert_eq!((has_from.as_str(), has_to.as_str(), has_label.as_str()), (from, to, label));
    }

    #[test]
    fn a_bar_covers_its_bucket_to_the_last_day() {
        check("day", "2024-02-29", "2024-02-29", "2024-02-29", "29 February 2024");
        check("week", "2024-12-30", "2024-12-30", "2025-01-05", "week of 30 December 2024");
        check("month", "2025-02-01", "2025-02", "2025-02", "February 2025");
        check("quarter", "2024-10-01", "2024-10", "2024-12", "October to December 2024");
        check("year", "1987-01-01", "1987", "1987", "1987");
        let hour = "2025-02-27T16:00:00+01:00";
        check("hour", hour, hour, "2025-02-27T16:59:59+01:00", "27 February 2025, 16:00");
    }

    #[test]
    fn the_tallest_bar_fills_the_height_and_the_least_is_seen() {
        let timeline = timeline("year", &[("2001-01-01", 1000), ("2002-01-01", 0), ("2003-01-01", 1)]);
        let chart = chart(&timeline, &Address::read("/search", None)).unwrap();
        let heights: Vec<_> = chart.bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [100, 0, LEAST]);
        assert_eq!(chart.peak.as_deref(), Some("2001 (1,000 articles)"));
    }

    #[test]
    fn of_several_equals_none_is_said_to_be_the_most() {
        let peak = |counts: &[u64]| {
            let starts: Vec<String> = (2001..).take(counts.len()).map(|year| format!("{year}-01-01")).collect();
            let starts: Vec<_> = starts.iter().map(String::as_str).zip(counts.iter().copied()).collect();
            chart(&timeline("year", &starts), &Address::read("/search", None)).unwrap().peak
        };
        assert_eq!(peak(&[7, 3, 7]).as_deref(), Some("2001 and 2003 (7 articles each)"));
        assert_eq!(peak(&[1, 1, 1, 0]).as_deref(), Some("2001, 2002 and 2003 (1 article each)"));
        assert_eq!((peak(&[2, 2, 2, 2]), peak(&[0, 0])), (None, None));
    }

    #[test]
    fn where_copies_are_left_out_stories_are_counted() {
        let mut timeline = timeline("year", &[("2001-01-01", 5), ("2002-01-01", 3)]);
        timeline.buckets[0].stories = 1;
        let drawn = |query| chart(&timeline, &Address::read("/search", Some(query))).unwrap();
        assert_eq!(drawn("collapse=near").bars[0].label, "2001: 1 story");
        assert_eq!(drawn("collapse=near").peak.as_deref(), Some("2002 (3 stories)"));
        assert_eq!(drawn("").peak.as_deref(), Some("2001 (5 articles)"));
    }

    #[test]
    fn a_bar_narrows_the_dates_and_an_empty_one_is_no_link() {
        let timeline = timeline("month", &[("2025-01-01", 2), ("2025-02-01", 0)]);
        let here = Address::read("/search", Some("q=x&from=2024&interval=month&cursor=c"));
        let chart = chart(&timeline, &here).unwrap();
        assert_eq!(chart.bars[0].href.as_deref(), Some("/search?q=x&from=2025-01&to=2025-01"));
        assert_eq!(chart.bars[1].href, None);
    }

    #[test]
    fn a_long_timeline_is_drawn_with_several_buckets_a_bar() {
        let first: Date = "2020-01-01".parse().unwrap();
        let days: Vec<_> = first.series(1.day()).take(365).map(|day| (day.to_string(), 1)).collect();
        let days: Vec<_> = days.iter().map(|(day, count)| (day.as_str(), *count)).collect();
        let chart = chart(&timeline("day", &days), &Address::read("/search", None)).unwrap();
        assert_eq!(chart.bars.len(), 92);
        assert_eq!(chart.bars[0].label, "1 January 2020 to 4 January 2020: 4 articles");
        assert_eq!(chart.bars[0].href.as_deref(), Some("/search?from=2020-01-01&to=2020-01-04"));
    }

    #[test]
    fn a_stretch_without_any_article_is_told_from_one_without_a_match() {
        let mut timeline = timeline("day", &[("2025-02-01", 2), ("2025-02-02", 0), ("2025-02-03", 0)]);
        timeline.buckets[2].gap = true;
        timeline.gaps = vec![Gap { from: "2025-02-03".into(), to: "2025-02-03".into() }];
        let chart = chart(&timeline, &Address::read("/search", None)).unwrap();
        assert_eq!(chart.bars.iter().map(|bar| bar.gap).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(chart.gaps, ["3 February 2025"]);
        assert_eq!(chart.bars[1].label, "2 February 2025: 0 articles");
        assert_eq!(chart.bars[2].label, "3 February 2025: no article in the archive");
    }

    #[test]
    fn a_single_bar_is_not_worth_drawing() {
        assert_eq!(chart(&timeline("year", &[("2001-01-01", 5)]), &Address::read("/search", None)), None);
    }
}
