//! Whether two texts are copies of each other: a predicate of their sketches and of nothing else.

use super::sample::{Sample, shared};
use super::sketch::{Class, Sketch};

/// Of the shingles of the shorter text, so many percent stand in the longer: two words in a hundred changed cost six
/// shingles in a hundred, one in ten costs 27, a sentence in five left out 20.
const CONTAINED: usize = 45;

/// And so many of those of each of its halves: a common tail, background repeated from the day before, or the terms of
/// use of a site are no copy.
const IN_EACH_HALF: usize = 27;

/// And so many of its figures, if there are [`FIGURES`] or more; of a table, the second.
const FIGURES: usize = 5;
const OF_FIGURES: usize = 50;
const OF_TABLE: usize = 70;

/// And so many of its names, if there are [`NAMES`] or more, unless far more of the text than that is common: a form
/// filled in for another company, another town.
const NAMES: usize = 3;
const OF_NAMES: usize = 55;
const FAR_MORE: usize = 75;

/// Of short texts, so many percent of the shingles of both together must be common.
const NEARLY_ALL: usize = 70;

/// Fewer shingles to compare are no evidence.
const EVIDENCE: usize = 10;

/// Symmetric, and true of a text and itself.
pub fn alike(one: &Sketch, other: &Sketch) -> bool {
    if one.print == other.print {
        return true;
    }
    one.short == other.short
        && find_each_other(one, other)
        && if one.short { nearly_all(one, other) } else { contained(one, other) }
}

/// How many keys in the front half of either text two texts must share to be compared at all; and one in the back half of
/// either, if they are of one class. Fewer where the longer text has few that can be in the shorter.
pub fn keys_needed(one: Class, other: Class) -> usize {
    if one.min(other) > 1 && one.abs_diff(other) <= 1 { 2 } else { 1 }
}

fn find_each_other(one: &Sketch, other: &Sketch) -> bool {
    let level = one.key_level().max(other.key_level());
    let ([front, back], [front_there, back_there]) = (one.halves(level), other.halves(level));
    let crossing = shared(front, back_there) + shared(back, front_there);
    let (fronts, backs) = (shared(front, front_there) + crossing, shared(back, back_there) + crossing);
    fronts >= keys_needed(one.class(), other.class()) && (backs > 0 || one.class() != other.class())
}

fn nearly_all(one: &Sketch, other: &Sketch) -> bool {
    let level = one.level.max(other.level);
    let (left, right) = (one.shingles(level), other.shingles(level));
    let common = shared(&left, &right);
    let all = left.len() + right.len() - common;
    one.figures == other.figures && common >= EVIDENCE && common * 100 >= all * NEARLY_ALL
}

fn contained(one: &Sketch, other: &Sketch) -> bool {
    let level = one.level.max(other.level);
    let (left, right) = (one.shingles(level), other.shingles(level));
    let common = shared(&left, &right);
    let shorter = left.len().min(right.len());
    let is_shorter = |all: &[u32]| all.len() == shorter;
    shorter >= EVIDENCE
        && common * 100 >= shorter * CONTAINED
        && (!is_shorter(&left) || halves_in(one, &right, level))
        && (!is_shorter(&right) || halves_in(other, &left, level))
        && figures_agree(one, other)
        && (common * 100 >= shorter * FAR_MORE || names_agree(one, other))
}

fn halves_in(shorter: &Sketch, longer: &[u32], level: u8) -> bool {
    let stands = |half: &[u32]| shared(half, longer) * 100 >= half.len() * IN_EACH_HALF;
    shorter.halves(level).into_iter().all(stands)
}

fn figures_agree(one: &Sketch, other: &Sketch) -> bool {
    let wanted = if one.tabular || other.tabular { OF_TABLE } else { OF_FIGURES };
    agree(&one.figures, &other.figures, FIGURES, wanted)
}

fn names_agree(one: &Sketch, other: &Sketch) -> bool {
    agree(&one.names, &other.names, NAMES, OF_NAMES)
}

/// Of the smaller set, so many percent are in the other, if it has `enough` to say so.
fn agree(one: &Sample, other: &Sample, enough: usize, wanted: usize) -> bool {
    let level = one.level.max(other.level);
    let (left, right) = (one.at(level), other.at(level));
    let fewer = left.len().min(right.len());
    fewer < enough || shared(left, right) * 100 >= fewer * wanted
}
