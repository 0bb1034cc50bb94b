//! Whether two texts are copies of each other: a predicate of their sketches and of nothing else.

use super::meeting::{meets, parts, parts_needed};
use super::sample::{shared, thinned};
use super::sketch::Sketch;

/// Of the shingles of the shorter text, so many percent are found in the longer, and so many more of them: one word in
/// ten changed costs about 20 percent, a sentence in five left out another 20.
const FOUND: usize = 45;
const MORE: usize = 3;

/// And so many percent of them are in stretches that stand there, and the longest stretch that does not is no longer
/// than so many: a common head and tail, background repeated from the day before, two parts of a series are no copy.
const STANDING: usize = 52;
const LONGEST: usize = 42;

/// Where so many percent of what stands is found, nobody has rewritten it, and what does not stand is another text, not
/// the same in other words: so many must stand. Fewer than so many shingles do not say.
const CLEAN: usize = 94;
const EXACT: usize = 77;
const SURE: usize = 48;

/// Of fewer, all of which are found, somewhat less.
const FEW_CLEAN: usize = 14;
const FEW_EXACT: usize = 66;

/// What a stretch is told by: how much a shingle that is found speaks for one that stands, how much one that is not
/// speaks against it, and what it takes to begin or end one.
const FOR: i32 = 21;
const AGAINST: i32 = 15;
const TURN: i32 = 60;

/// And so many of its figures, if there are [`FIGURES`] or more; of a table, the second.
const FIGURES: usize = 5;
const OF_FIGURES: usize = 40;
const OF_TABLE: usize = 70;

/// And so many of its names, if there are [`NAMES`] or more, unless far more of the text than that is common: a form
/// filled in for another company, another town.
const NAMES: usize = 3;
const OF_NAMES: usize = 34;
const FAR_MORE: usize = 70;

/// Where so many percent of the shingles are common, and none of the figures, if there are two or more: a form.
const FORM: usize = 75;

/// So many shingles that stand, so many percent of which are found and which are so much of the longer, may be a frame.
const PART: usize = 40;
const ALL_OF_IT: usize = 93;
const PART_OF_IT: usize = 85;
const OWN_PART: usize = 90;

/// Of short texts, so many percent of the shingles of both together must be common.
const NEARLY_ALL: usize = 70;

/// A text of no more shingles than this may be what a series says of each of its parts: then its headline is half of what
/// it says.
const BRIEF: usize = 9;

/// Where the shorter text has no more than this, a word or two that each headline says of its own text tell them apart.
const SHORT: usize = 45;

/// Fewer shingles to compare are no evidence.
const EVIDENCE: usize = 6;

/// Symmetric, and true of a text and itself.
pub fn alike(one: &Sketch, other: &Sketch) -> bool {
    if one.size().min(other.size()) <= BRIEF && one.topic.is_another(&other.topic) {
        return false;
    }
    if one.print == other.print {
        return true;
    }
    one.short == other.short
        && meet(one, other)
        && if one.short { nearly_all(one, other) } else { contained(one, other) }
}

fn meet(one: &Sketch, other: &Sketch) -> bool {
    let (mut met, mut rest) = (None, other.keys.as_slice());
    for (key, here) in &one.keys {
        rest = &rest[rest.partition_point(|(there, _)| there < key)..];
        for (_, there) in rest.iter().take_while(|(there, _)| there == key) {
            met = Some(met.unwrap_or_default() | parts(*here, *there));
        }
    }
    met.is_some_and(|met| meets(met, parts_needed(one.class(), other.class())))
}

fn nearly_all(one: &Sketch, other: &Sketch) -> bool {
    let level = one.level.max(other.level);
    let (left, right) = (thinned(&one.ordered, level), thinned(&other.ordered, level));
    let common = shared(left, right);
    let all = left.len() + right.len() - common;
    one.figures == other.figures && common >= EVIDENCE && common * 100 >= all * NEARLY_ALL
}

fn contained(one: &Sketch, other: &Sketch) -> bool {
    let level = one.level.max(other.level);
    let (left, right) = (thinned(&one.ordered, level), thinned(&other.ordered, level));
    let (all, common) = (left.len().min(right.len()), shared(left, right));
    all >= EVIDENCE
        && common * 100 >= all * FOUND + MORE * 100
        && (left.len() == all && stands(one, right, other) || right.len() == all && stands(other, left, one))
        && figures_agree(one, other)
        && (common * 100 >= all * FAR_MORE || names_agree(one, other))
        && !(common * 100 >= all * FORM && other_figures(one, other))
        && !one.topic.differs(&other.topic)
        && (one.size().min(other.size()) > SHORT || !one.topic.differs_in_a_word(&other.topic))
}

/// Does the shorter text, in its own order, stand in the longer, and not only as what may be on every page?
fn stands(shorter: &Sketch, shingles: &[u32], longer: &Sketch) -> bool {
    let level = shorter.level.max(longer.level);
    let found = shorter.at(level).into_iter().map(|shingle| shingles.binary_search(&shingle).is_ok());
    let found: Vec<bool> = found.collect();
    let (cut, all) = (cut(&found), found.len());
    let has_own = cut.stands * 100 <= all * OWN_PART;
    cut.holds(all) && !(cut.is_in_frame(shingles.len(), level) && shorter.topic.is_elsewhere(&longer.topic, has_own))
}

/// Which shingles are in stretches that stand in the other text: the likeliest way to cut the one into such and others.
fn cut(found: &[bool]) -> Cut {
    let (mut stands, mut foreign) = (Cut::default(), Cut::default());
    for found in found {
        let (begun, ended) = (foreign.turned(), stands.turned());
        stands = stands.better(begun).standing(*found);
        foreign = foreign.better(ended).foreign();
    }
    stands.better(foreign)
}

/// A text cut into stretches so far.
#[derive(Clone, Copy, Debug, Default)]
struct Cut {
    /// What speaks for it.
    score: i32,
    stands: usize,
    found: usize,
    /// Of the stretches that do not stand the longest, and the last.
    longest: usize,
    last: usize,
}

impl Cut {
    fn holds(&self, all: usize) -> bool {
        self.longest * 100 <= all * LONGEST && self.stands * 100 >= all * self.must_stand()
    }

    fn must_stand(&self) -> usize {
        match self.stands {
            SURE.. if self.found * 100 >= self.stands * CLEAN => EXACT,
            FEW_CLEAN.. if self.found == self.stands => FEW_EXACT,
            _ => STANDING,
        }
    }

    /// What stands may be what a site has on every page: word for word the same, and no more than a part of the longer.
    /// Of long texts only some of the shingles are compared, those of a level.
    fn is_in_frame(&self, longer: usize, level: u8) -> bool {
        self.stands << level.min(16) >= PART
            && self.found * 100 >= self.stands * ALL_OF_IT
            && self.stands * 100 <= longer * PART_OF_IT
    }

    fn turned(self) -> Cut {
        Cut { score: self.score - TURN, ..self }
    }

    fn better(self, other: Cut) -> Cut {
        if other.score > self.score { other } else { self }
    }

    fn standing(self, found: bool) -> Cut {
        let score = self.score + if found { FOR } else { -AGAINST };
        Cut { score, stands: self.stands + 1, found: self.found + usize::from(found), last: 0, ..self }
    }

    fn foreign(self) -> Cut {
        let last = self.last + 1;
        Cut { last, longest: self.longest.max(last), ..self }
    }
}

fn figures_agree(one: &Sketch, other: &Sketch) -> bool {
    let wanted = if one.tabular || other.tabular { OF_TABLE } else { OF_FIGURES };
    one.figures.agrees(&other.figures, FIGURES, wanted)
}

/// Two figures or more each, and none of them the same.
fn other_figures(one: &Sketch, other: &Sketch) -> bool {
    !one.figures.agrees(&other.figures, 2, 1)
}

fn names_agree(one: &Sketch, other: &Sketch) -> bool {
    one.names.agrees(&other.names, NAMES, OF_NAMES)
}
