//! Timelines as lines over one axis, with their numbers as a table. Where the archive has no article at all a line breaks
//! off, and the table says so in words: nothing kept is not the same as nothing found.

use super::chart::{self, Counts, Stretch};
use super::wording::grouped;
use crate::search::answer::{Bucket, Gap};

/// Points of a line at most; longer timelines are drawn with several buckets a point.
const MOST_POINTS: usize = 240;

/// The grid: units from point to point, and the height of the highest.
const STEP: usize = 10;
const HEIGHT: f64 = 100.0;

/// A point that no line leads to or from would be a speck.
const ALONE: &str = "h5";
const ALONE_AT_THE_END: &str = "h-5";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lines {
    /// Of each: `M0,100L10,40`.
    pub(super) paths: Vec<String>,
    pub(super) width: usize,
    /// Where a stretch without any article begins, and how wide it is.
    pub(super) bands: Vec<(usize, usize)>,
    /// Nothing is dated closely enough to be drawn.
    pub(super) is_empty: bool,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) peak: Option<String>,
    /// What the upper end of the axis stands for, and its middle.
    pub(super) top: String,
    pub(super) half: String,
    pub(super) rows: Vec<Row>,
    pub(super) gaps: Vec<String>,
    pub(super) more_gaps: Option<String>,
}

/// What a point counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) when: String,
    /// A number for each line; none where there is nothing to count.
    pub(super) counts: Vec<String>,
}

/// The buckets of all lines begin alike.
pub(super) fn lines(interval: &str, all: &[&[Bucket]], counts: Counts, (gaps, more_gaps): (&[Gap], usize)) -> Lines {
    let all: Vec<Vec<Stretch>> =
        all.iter().map(|buckets| chart::stretches(interval, buckets, MOST_POINTS, counts)).collect();
    let axis = all.first().map(Vec::as_slice).unwrap_or_default();
    let width = axis.len().saturating_sub(1).max(1) * STEP;
    let top = top(all.iter().flatten().map(|stretch| stretch.count).max().unwrap_or_default());
    let row = |at: usize, stretch: &Stretch| Row {
        when: stretch.label.clone(),
        counts: if stretch.gap { Vec::new() } else { all.iter().map(|line| grouped(line[at].count)).collect() },
    };
    Lines {
        paths: all.iter().map(|line| path(line, top)).collect(),
        width,
        bands: bands(axis, width),
        is_empty: axis.len() < 2,
        first: axis.first().map(|stretch| stretch.label.clone()).unwrap_or_default(),
        last: axis.last().map(|stretch| stretch.label.clone()).unwrap_or_default(),
        peak: chart::peak((0..axis.len()).filter_map(|at| highest(&all, at)), counts),
        top: grouped(top),
        half: grouped(top / 2),
        rows: axis.iter().enumerate().map(|(at, stretch)| row(at, stretch)).collect(),
        gaps: gaps.iter().map(chart::gap).collect(),
        more_gaps: (more_gaps > 0).then(|| grouped(more_gaps as u64)),
    }
}

/// Of one moment, whichever line is there the highest.
fn highest(all: &[Vec<Stretch>], at: usize) -> Option<&Stretch> {
    all.iter().filter_map(|line| line.get(at)).max_by_key(|stretch| stretch.count)
}

/// A round number that nothing is above, and that has a half.
fn top(most: u64) -> u64 {
    let steps = std::iter::successors(Some(1u64), |ten| ten.checked_mul(10));
    let round = steps.flat_map(|ten| [2, 4, 6, 8, 10].into_iter().map(move |step| ten.saturating_mul(step)));
    round.into_iter().find(|round| *round >= most).unwrap_or(most)
}

fn path(line: &[Stretch], top: u64) -> String {
    let mut path = String::new();
    let mut is_drawing = false;
    for (at, stretch) in line.iter().enumerate() {
        if stretch.gap {
            is_drawing = false;
            continue;
        }
        let y = HEIGHT - stretch.count as f64 * HEIGHT / top as f64;
        let is_alone = !is_drawing && line.get(at + 1).is_none_or(|next| next.gap);
        path += &format!("{}{},{y:.1}", if is_drawing { 'L' } else { 'M' }, at * STEP);
        if is_alone {
            path += if at + 1 < line.len() { ALONE } else { ALONE_AT_THE_END };
        }
        is_drawing = true;
    }
    path
}

/// From halfway before the first of its points to halfway behind the last.
fn bands(axis: &[Stretch], width: usize) -> Vec<(usize, usize)> {
    let mut bands = Vec::new();
    let mut at = 0;
    for same in axis.chunk_by(|one, next| one.gap == next.gap) {
        let (from, to) = (at * STEP, (at + same.len() - 1) * STEP);
        let (from, to) = (from.saturating_sub(STEP / 2), (to + STEP / 2).min(width));
        bands.extend(same[0].gap.then(|| (from, to - from)));
        at += same.len();
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(year: u64, count: u64, gap: bool) -> Bucket {
        Bucket { start: format!("{year}-01-01"), count, stories: count, gap }
    }

    #[test]
    fn a_line_breaks_off_where_nothing_is_kept() {
        let counts = [(8, false), (0, false), (0, true), (4, false), (0, true), (0, true)];
        let buckets: Vec<Bucket> = (2001..).zip(counts).map(|(year, (count, gap))| bucket(year, count, gap)).collect();
        let lines = lines("year", &[&buckets], Counts::Articles, (&[], 0));
        assert_eq!(lines.paths, ["M0,0.0L10,100.0M30,50.0h5"]);
        assert_eq!((lines.width, lines.bands), (50, vec![(15, 10), (35, 15)]));
        let said: Vec<&[String]> = lines.rows.iter().map(|row| row.counts.as_slice()).collect();
        assert_eq!(said, [&["8".to_owned()][..], &["0".to_owned()], &[], &["4".to_owned()], &[], &[]]);
    }

    #[test]
    fn the_most_of_all_lines_is_told_in_the_order_of_time() {
        let of =
            |counts: [u64; 3]| (2001..).zip(counts).map(|(year, count)| bucket(year, count, false)).collect::<Vec<_>>();
        let (one, other) = (of([1, 0, 5]), of([5, 2, 1]));
        let lines = lines("year", &[&one, &other], Counts::Articles, (&[], 0));
        assert_eq!(lines.peak.as_deref(), Some("2001 and 2003 (5 articles each)"));
    }

    #[test]
    fn the_axis_ends_at_a_round_number() {
        let cases = [(0, 2), (1, 2), (3, 4), (5, 6), (9, 10), (11, 20), (61, 80), (1234, 2000)];
        for (most, expected) in cases {
            assert_eq!(top(most), expected, "{most}");
        }
        assert_eq!(top(u64::MAX), u64::MAX);
    }

    #[test]
    fn what_is_only_a_point_is_not_drawn() {
        assert!(lines("year", &[&[bucket(2001, 3, false)]], Counts::Articles, (&[], 0)).is_empty);
        assert!(lines("year", &[], Counts::Articles, (&[], 0)).is_empty);
    }
}
