//! Where the prose of a page is thickest: for pages of which the extraction crate finds little.

use std::collections::HashMap;

use super::blocks::{Kind, Page};
use super::hints::Hints;
use super::lines;

/// Takes the thickest place of a page instead of what is taken, where that has less than half as much. Says whether it did.
pub(super) fn take_thicker(page: &mut Page) -> bool {
    let homes = homes(page);
    let Some((&best, &letters)) =
        homes.iter().max_by_key(|&(&home, &letters)| (weight(page, home, letters), usize::MAX - home))
    else {
        return false;
    };
    if lines::prose_taken(page) * 2 >= letters {
        return false;
    }
    let (parent, look) = (page.boxes[best].parent, page.boxes[best].look);
    for at in 0..page.blocks.len() {
        let home = home_of(page, at);
        let boxed = &page.boxes[home];
        // An article in parts: its other parts look the same and stand beside it.
        page.blocks[at].taken =
            home == best || boxed.parent == parent && boxed.look == look && letters_in(&homes, home) > 0;
    }
    true
}

/// The element a paragraph stands in, which other paragraphs stand in as well.
pub(super) fn home_of(page: &Page, at: usize) -> usize {
    let block = &page.blocks[at];
    if block.kind == Kind::Plain { block.parent } else { page.boxes[block.parent].parent }
}

fn letters_in(homes: &HashMap<usize, usize>, home: usize) -> usize {
    homes.get(&home).copied().unwrap_or(0)
}

/// Letters of prose by the element it stands in, without what stands beside articles.
fn homes(page: &Page) -> HashMap<usize, usize> {
    let mut homes = HashMap::new();
    for (at, block) in page.blocks.iter().enumerate() {
        if lines::is_prose(block) && !block.hints.has(Hints::CAPTION | Hints::BESIDE) {
            *homes.entry(home_of(page, at)).or_insert(0) += block.letters;
        }
    }
    homes
}

/// An element that calls itself the body weighs more.
fn weight(page: &Page, home: usize, letters: usize) -> usize {
    let around = std::iter::successors(Some(home), |&at| (at > 0).then(|| page.boxes[at].parent));
    let body = around.take(4).any(|at| page.boxes[at].own.has(Hints::BODY));
    if body { letters * 2 } else { letters }
}
