//! What two texts must have in common to be compared at all: keys, in several places of the text.
//!
//! It is part of the rule, so that nothing is left out by looking for no others. And it asks for keys in places that a
//! frame leaves free: what thousands of articles have at their beginning and at their end need not be read.

use std::ops::RangeInclusive;

/// How texts are grouped to be found: 0 are the short ones; from there on it grows with the length of the text. Forms,
/// with their figures, have classes of their own.
pub type Class = u8;

const FORMS: Class = 64;

/// No text is longer.
const LONGEST: Class = 36;

/// Parts of the text, one bit each.
pub type Parts = u8;

const FRONT: Parts = 1;
const MIDDLE: Parts = 2;
const BACK: Parts = 4;
/// The middle, or where the other text has it elsewhere: so of a text that is part of a much longer one.
const INSIDE: Parts = 8;
/// Not in the text, but among the figures of two forms.
const FIGURES: Parts = 16;
pub const EACH: [Parts; 5] = [FIGURES, MIDDLE, FRONT, BACK, INSIDE];
const ALL: Parts = FIGURES | MIDDLE | FRONT | BACK | INSIDE;

/// In how many pieces a text is cut to say where a key is: the two in the middle are its middle.
pub(super) const PLACES: u8 = 6;
pub(super) const AMONG_FIGURES: u8 = PLACES;
/// The key that stands for all words of a text.
pub const WHOLE: u8 = PLACES + 1;

/// Where a key is that one text has in this place and the other in that.
pub fn parts(here: u8, there: u8) -> Parts {
    let (first, last) = (here.min(there), here.max(there));
    if last >= PLACES {
        return match (first, last) {
            (AMONG_FIGURES, AMONG_FIGURES) => FIGURES,
            (WHOLE, WHOLE) => ALL,
            _ => 0,
        };
    }
    let middle = [here, there].iter().any(|place| (PLACES / 2 - 1..=PLACES / 2).contains(place));
    let marked = |is_in: bool, part: Parts| if is_in { part } else { 0 };
    marked(first < PLACES / 2, FRONT)
        | marked(middle, MIDDLE | INSIDE)
        | marked(last >= PLACES / 2, BACK)
        | marked(last - first > 1, INSIDE)
}

/// Where two texts must have keys in common. Of a long text too few can be in one that is much shorter, and a short text
/// has too few: there one anywhere is enough.
pub fn parts_needed(one: Class, other: Class) -> Parts {
    let figures = if one.min(other) >= FORMS { FIGURES } else { 0 };
    let (one, other) = (one % FORMS, other % FORMS);
    match (one.min(other), one.abs_diff(other)) {
        (0 | 1, 0 | 1) => figures,
        (0 | 1, _) => 0,
        (_, 0 | 1) => FRONT | MIDDLE | BACK | figures,
        _ => INSIDE,
    }
}

/// The classes that may hold copies of a text of this class: in one range those of which the same is needed.
pub fn classes(own: Class) -> Vec<RangeInclusive<Class>> {
    let own = own % FORMS;
    let classes = match own {
        0 => vec![0..=0],
        1 => vec![1..=2, 3..=LONGEST],
        _ => vec![1..=1, 2..=own - 2, own.saturating_sub(1).max(2)..=own + 1, own + 2..=LONGEST],
    };
    let all = classes.into_iter().filter(|classes| !classes.is_empty());
    all.flat_map(|classes| [classes.clone(), classes.start() + FORMS..=classes.end() + FORMS]).collect()
}

pub(super) fn class_of_forms(class: Class) -> Class {
    class + FORMS
}

pub fn meets(met: Parts, needed: Parts) -> bool {
    met & needed == needed
}
