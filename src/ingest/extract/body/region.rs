//! Where the prose of a page is thickest: for pages of which the extraction crate finds little.

use std::collections::HashMap;

use super::blocks::{Block, Kind, Page};
use super::hints::Hints;
use super::lines;

/// An element with this share of what is taken, or of the prose where nothing is, is not beside it: percent. It is the
/// share of what is taken that counts because comments may be longer than the article.
const MOST: usize = 40;
const MOST_OF_ALL: usize = 80;
/// Elements above the thickest that are looked at; one of them is taken for a fifth more of prose with few links.
const LEVELS: usize = 6;

/// Takes the thickest place of a page instead of what is taken, where that has less than half as much. Says whether it did.
pub(super) fn take_thicker(page: &mut Page) -> bool {
    let beside = beside(page);
    let mut homes: HashMap<usize, usize> = HashMap::new();
    for (at, block) in page.blocks.iter().enumerate() {
        if !beside[at] && lines::is_prose(block) {
            *homes.entry(home_of(page, at)).or_insert(0) += block.letters;
        }
    }
    let weight =
        |home: usize, letters: usize| (if is_body(page, home) { letters * 2 } else { letters }, usize::MAX - home);
    let best = homes.iter().max_by_key(|&(&home, &letters)| weight(home, letters));
    let Some((&home, &letters)) = best else { return false };
    let taken: usize = page.blocks.iter().filter(|block| block.taken).map(|block| block.letters).sum();
    if taken * 2 >= letters {
        return false;
    }
    let whole = climbed(page, home, &beside);
    let (from, to) = (page.boxes[whole].from, page.boxes[whole].to);
    for (at, block) in page.blocks.iter_mut().enumerate() {
        block.taken = (from..to).contains(&at) && !beside[at];
    }
    true
}

/// The element a paragraph stands in, which other paragraphs stand in as well.
pub(super) fn home_of(page: &Page, at: usize) -> usize {
    let block = &page.blocks[at];
    if block.kind == Kind::Plain { block.parent } else { page.boxes[block.parent].parent }
}

/// The blocks in elements that say they are beside the article, and do not hold most of it.
fn beside(page: &Page) -> Vec<bool> {
    let blocks = page.blocks.len();
    let taken = sums(page, |_, block| if block.taken { block.letters } else { 0 });
    let prose = sums(page, |_, block| if lines::is_prose(block) { block.letters } else { 0 });
    let (sums, most) = if taken[blocks] > 0 { (taken, MOST) } else { (prose, MOST_OF_ALL) };
    let mut beside = vec![false; blocks];
    for boxed in &page.boxes {
        let is_most = (sums[boxed.to] - sums[boxed.from]) * 100 >= sums[blocks] * most;
        let framed = boxed.own.has(Hints::FRAME) && page.has_prose_outside(boxed.from, boxed.to);
        if boxed.own.has(Hints::CAPTION | Hints::BESIDE) && (framed || !is_most) {
            beside[boxed.from..boxed.to].fill(true);
        }
    }
    beside
}

fn sums(page: &Page, count: impl Fn(usize, &Block) -> usize) -> Vec<usize> {
    let mut sums = vec![0];
    for (at, block) in page.blocks.iter().enumerate() {
        sums.push(sums[at] + count(at, block));
    }
    sums
}

/// Whether an element, or one close around it, calls itself the body.
fn is_body(page: &Page, home: usize) -> bool {
    let mut around = std::iter::successors(Some(home), |&at| (at > 0).then(|| page.boxes[at].parent));
    around.by_ref().take(4).any(|at| page.boxes[at].own.has(Hints::BODY))
}

/// The element around the thickest that holds the rest of the article: its other parts, lists and quotes.
fn climbed(page: &Page, home: usize, beside: &[bool]) -> usize {
    let counted = |at: usize, letters: usize| if beside[at] { 0 } else { letters };
    let letters = sums(page, |at, block| counted(at, block.letters));
    let linked = sums(page, |at, block| counted(at, block.linked));
    let prose = sums(page, |at, block| counted(at, if lines::is_prose(block) { block.letters } else { 0 }));
    let within = |sums: &[usize], at: usize| sums[page.boxes[at].to] - sums[page.boxes[at].from];
    let (mut whole, mut at) = (home, home);
    for _ in 0..LEVELS {
        at = page.boxes[at].parent;
        let gains = within(&prose, at) * 5 >= within(&prose, whole) * 6;
        if gains && within(&linked, at) * 100 <= within(&letters, at) * 15 {
            whole = at;
        }
    }
    whole
}
