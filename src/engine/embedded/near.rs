//! How occurrences stand to each other: pure, on the occurrences of one document.
//!
//! An operand's occurrences are all its places, so that what is found does not depend on how alternatives are grouped
//! (docs/query-language.md, *Spans, exactly*): every pair that stands as asked is an occurrence of the whole, from the
//! first word of the one to the last of the other. Minimal intervals (Clarke, Cormack and Burkowski, "An algebra for
//! structured text search and a framework for its implementation", 1995) would be fewer, and lose matches.

use super::deadline::Watch;
use super::group::Occurrence;
use crate::query::ast::Relation;

/// Occurrences of one operator in one article. Where there are more the request is given up, as when its time is up:
/// nothing is left out silently.
const MOST_PLACES: usize = 1 << 22;

/// How many occurrences are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// One shows that there is a match.
    One,
    All,
}

impl Want {
    pub(super) fn most(self) -> usize {
        match self {
            Want::One => 1,
            Want::All => MOST_PLACES,
        }
    }
}

/// A relation, and where sentences or paragraphs end in the document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing<'a> {
    pub(super) relation: Relation,
    /// Positions of last words, in order.
    pub(super) ends: &'a [u32],
}

impl Standing<'_> {
    /// The last position that what follows may have.
    fn reach(&self, first: &Occurrence) -> u32 {
        match self.relation {
            Relation::Within(n) | Relation::Before(n) => first.last() + n,
            Relation::Sentence | Relation::Paragraph => self.end_from(first.start),
        }
    }

    /// Where the sentence or paragraph ends that a position is in.
    fn end_from(&self, position: u32) -> u32 {
        self.ends.get(self.ends.partition_point(|end| *end < position)).copied().unwrap_or(u32::MAX)
    }

    /// Where the sentence or paragraph begins that a position is in.
    fn begin_of(&self, position: u32) -> u32 {
        let ended = self.ends.partition_point(|end| *end < position);
        self.ends[..ended].last().map_or(0, |end| end + 1)
    }

    /// Whether the distance is measured to the beginning of what follows or all of it has to be within reach.
    fn holds_whole(&self) -> bool {
        matches!(self.relation, Relation::Sentence | Relation::Paragraph)
    }

    fn is_ordered(&self) -> bool {
        matches!(self.relation, Relation::Before(_))
    }

    /// Whether `second` follows `first` as asked.
    fn follows(&self, first: &Occurrence, second: &Occurrence) -> bool {
        let reached = if self.holds_whole() { second.last() } else { second.start };
        second.start >= first.end && reached <= self.reach(first)
    }
}

/// Every pair that stands as asked, as the stretch from the one to the other.
pub(super) fn pairs(
    left: &[Occurrence],
    right: &[Occurrence],
    standing: Standing<'_>,
    want: Want,
    watch: &mut Watch,
    out: &mut Vec<Occurrence>,
) {
    out.clear();
    followed(left, right, standing, want.most(), watch, out);
    if !standing.is_ordered() {
        followed(right, left, standing, want.most(), watch, out);
    }
    settle(out);
}

fn followed(
    first: &[Occurrence],
    second: &[Occurrence],
    standing: Standing<'_>,
    most: usize,
    watch: &mut Watch,
    out: &mut Vec<Occurrence>,
) {
    let mut beginning = out.len();
    for (at, one) in first.iter().enumerate() {
        let from = second.partition_point(|next| next.start < one.end);
        let reach = standing.reach(one);
        let before = out.len();
        for next in second[from..].iter().take_while(|next| next.start <= reach) {
            if out.len() >= most {
                return if most > Want::One.most() {
                    watch.give_up()
                };
            }
            if standing.follows(one, next) {
                out.push(Occurrence { start: one.start, end: next.end });
            }
        }
        if watch.is_over(1 + out.len() - before) {
            return;
        }
        // Of one beginning there are few ends, however many ways lead to them.
        if first.get(at + 1).is_none_or(|next| next.start != one.start) {
            settle_from(beginning, out);
            beginning = out.len();
        }
    }
}

/// Those of the left that neither overlap one of the right nor stand to it as asked.
pub(super) fn apart(
    left: &[Occurrence],
    right: &[Occurrence],
    standing: Standing<'_>,
    watch: &mut Watch,
    out: &mut Vec<Occurrence>,
) {
    out.clear();
    let right = Reaching::of(right);
    for one in left {
        if watch.is_over(1) {
            return;
        }
        if !right.meets(one, standing) {
            out.push(*one);
        }
    }
}

/// Occurrences in order, and how far those up to each of them reach.
struct Reaching<'a> {
    all: &'a [Occurrence],
    furthest: Vec<u32>,
}

impl Reaching<'_> {
    fn of(all: &[Occurrence]) -> Reaching<'_> {
        let mut reached = 0;
        let furthest = all.iter().map(|one| {
            reached = one.last().max(reached);
            reached
        });
        Reaching { furthest: furthest.collect(), all }
    }

    /// Whether any overlaps it or stands to it as asked.
    fn meets(&self, one: &Occurrence, standing: Standing<'_>) -> bool {
        match standing.relation {
            Relation::Within(n) => self.any_between(one.start.saturating_sub(n), one.last() + n),
            Relation::Before(n) => self.any_between(one.start, one.last() + n),
            Relation::Sentence | Relation::Paragraph => {
                self.any_between(one.start, one.last()) || self.any_beside(one, standing)
            }
        }
    }

    /// Whether any begins up to `to` and ends from `from` on.
    fn any_between(&self, from: u32, to: u32) -> bool {
        let begun = self.all.partition_point(|other| other.start <= to);
        self.furthest[..begun].last().is_some_and(|reached| *reached >= from)
    }

    /// Whether any lies in the same sentence or paragraph, before it or behind.
    fn any_beside(&self, one: &Occurrence, standing: Standing<'_>) -> bool {
        let from = |position: u32| &self.all[self.all.partition_point(|other| other.start < position)..];
        let end = standing.end_from(one.start);
        let mut behind = from(one.end).iter().take_while(|other| other.start <= end);
        let mut before = from(standing.begin_of(one.last())).iter().take_while(|other| other.start < one.start);
        behind.any(|other| standing.follows(one, other)) || before.any(|other| standing.follows(other, one))
    }
}

/// How many do not overlap: the one that ends earliest, then the next that begins behind it.
pub(super) fn count_apart(occurrences: &[Occurrence]) -> usize {
    each_apart(occurrences).len()
}

pub(super) fn each_apart(occurrences: &[Occurrence]) -> Vec<Occurrence> {
    let mut by_end = occurrences.to_vec();
    by_end.sort_unstable_by_key(|one| (one.end, std::cmp::Reverse(one.start)));
    let mut free_from = 0;
    by_end.retain(|one| {
        let is_apart = one.start >= free_from;
        if is_apart {
            free_from = one.end;
        }
        is_apart
    });
    by_end
}

/// In order, each once.
pub(super) fn settle(occurrences: &mut Vec<Occurrence>) {
    occurrences.sort_unstable();
    occurrences.dedup();
}

/// The same, of those behind a place.
fn settle_from(beginning: usize, occurrences: &mut Vec<Occurrence>) {
    occurrences[beginning..].sort_unstable();
    let mut kept = beginning;
    for at in beginning..occurrences.len() {
        if kept == beginning || occurrences[kept - 1] != occurrences[at] {
            occurrences[kept] = occurrences[at];
            kept += 1;
        }
    }
    occurrences.truncate(kept);
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::deadline::Deadline;
    use super::*;

    fn at(places: &[u32]) -> Vec<Occurrence> {
        places.iter().map(|start| Occurrence { start: *start, end: start + 1 }).collect()
    }

    fn of(spans: &[(u32, u32)]) -> Vec<Occurrence> {
        spans.iter().map(|(start, end)| Occurrence { start: *start, end: *end }).collect()
    }

    fn watch() -> Watch {
        Watch::new(&Deadline::new(&(Instant::now() + Duration::from_secs(3600)).into()))
    }

    fn standing(relation: Relation) -> Standing<'static> {
        Standing { relation, ends: &[4, 9] }
    }

    #[track_caller]
    fn check(left: &[u32], relation: Relation, right: &[u32], expected: &[(u32, u32)]) {
        let mut out = Vec::new();
        pairs(&at(left), &at(right), standing(relation), Want::All, &mut watch(), &mut out);
        assert_eq!(out, of(expected), "{left:?} {relation:?} {right:?}");
    }

    #[track_caller]
    fn check_apart(left: &[u32], relation: Relation, right: &[u32], expected: &[u32]) {
        let mut out = Vec::new();
        apart(&at(left), &at(right), standing(relation), &mut watch(), &mut out);
        assert_eq!(out, at(expected), "{left:?} NOT {relation:?} {right:?}");
    }

    #[test]
    fn words_within_a_distance_in_either_order() {
        check(&[3], Relation::Within(1), &[2, 4, 5], &[(2, 4), (3, 5)]);
        check(&[3], Relation::Within(2), &[0, 5], &[(3, 6)]);
        check(&[3], Relation::Before(2), &[1, 4, 5, 6], &[(3, 5), (3, 6)]);
    }

    #[test]
    fn a_word_near_itself_needs_two_of_it() {
        check(&[3], Relation::Within(5), &[3], &[]);
        check(&[3, 5], Relation::Within(5), &[3, 5], &[(3, 6)]);
    }

    #[test]
    fn all_pairs_count_and_not_only_the_closest() {
        check(&[0, 1], Relation::Within(5), &[2, 3], &[(0, 3), (0, 4), (1, 3), (1, 4)]);
    }

    #[test]
    fn sentences_end_with_their_last_word() {
        check(&[2], Relation::Sentence, &[0, 4, 5], &[(0, 3), (2, 5)]);
        check(&[4], Relation::Sentence, &[5], &[]);
        check(&[11], Relation::Sentence, &[12], &[(11, 13)]);
    }

    #[test]
    fn what_begins_in_a_sentence_must_also_end_in_it() {
        let mut out = Vec::new();
        pairs(&at(&[2]), &of(&[(4, 6), (3, 5)]), standing(Relation::Sentence), Want::All, &mut watch(), &mut out);
        assert_eq!(out, of(&[(2, 5)]));
    }

    #[test]
    fn words_that_stand_too_near_are_dropped() {
        check_apart(&[0, 5, 10], Relation::Within(2), &[7], &[0, 10]);
        check_apart(&[5, 9], Relation::Before(2), &[7], &[9]);
        check_apart(&[3, 5], Relation::Sentence, &[4], &[5]);
        check_apart(&[3], Relation::Within(1), &[3], &[]);
    }

    #[test]
    fn a_long_one_that_began_earlier_is_minded_too() {
        let mut out = Vec::new();
        let right = of(&[(0, 8), (2, 3)]);
        apart(&at(&[9]), &right, standing(Relation::Within(2)), &mut watch(), &mut out);
        assert_eq!(out, []);
    }

    #[test]
    fn one_is_enough_to_match() {
        let mut out = Vec::new();
        pairs(&at(&[0, 1]), &at(&[2, 3]), standing(Relation::Within(5)), Want::One, &mut watch(), &mut out);
        assert_eq!(out.len(), 1);
    }

    #[test]
    fn occurrences_that_do_not_overlap_are_counted_from_the_earliest_end() {
        assert_eq!(count_apart(&of(&[(0, 5), (1, 2), (2, 3), (4, 6)])), 3);
        assert_eq!(count_apart(&[]), 0);
    }
}
