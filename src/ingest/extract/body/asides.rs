//! Boxes among the paragraphs whose names say nothing, and that give themselves away by what is in them: a form, a button
//! under a heading, a way to what is sold, a heading that leads to another article.

use super::blocks::{Block, Kind, Page};
use super::hints::Hints;
use super::trim::{self, Sums};
use super::{lines, region};

/// Letters of a box with a form, and of one with a button or a link; and blocks of one.
const FORM: usize = 600;
const CARD: usize = 400;
const MOST: usize = 40;
/// A page with more headings that lead away is a row of entries.
const CARDS: usize = 3;

pub(super) fn take_out(page: &mut Page) {
    let letters = Sums::of(page, |block| block.letters);
    let all = letters.between(0, page.blocks.len());
    let cards = cards(page, &letters, all);
    let asking = (0..page.boxes.len()).filter(|&at| page.boxes[at].own.has(Hints::FORM | Hints::BUTTON));
    let asking: Vec<usize> = asking.filter_map(|at| asking_box(page, at, &letters, all)).collect();
    for at in asking.into_iter().chain(cards) {
        let (from, to) = (page.boxes[at].from, page.boxes[at].to);
        page.blocks[from..to].iter_mut().for_each(|block| block.taken = false);
        page.boxes[at].own |= Hints::BESIDE;
    }
}

/// The whole of a box that asks for something.
fn asking_box(page: &Page, at: usize, letters: &Sums, all: usize) -> Option<usize> {
    let own = page.boxes[at].own;
    if own.has(Hints::FORM) {
        let around = std::iter::successors(Some(at), |&at| (at > 0).then(|| page.boxes[at].parent));
        return around.take_while(|&at| is_small(page, at, letters, FORM, all / 5)).last();
    }
    let (from, to) = (page.boxes[at].from, page.boxes[at].to);
    let is_headed = |at| {
        is_small(page, at, letters, CARD, all / 3)
            && page.blocks[from..to].iter().find(|block| block.taken).is_some_and(is_heading)
    };
    Some(at).filter(|&at| is_headed(at))
}

fn is_small(page: &Page, at: usize, letters: &Sums, most: usize, share: usize) -> bool {
    let boxed = &page.boxes[at];
    let taken = letters.between(boxed.from, boxed.to);
    boxed.to - boxed.from <= MOST && taken <= most.min(share) && !boxed.own.has(Hints::BODY | Hints::ARTICLE)
}

/// Boxes between paragraphs of a heading that is a link, and of what is said below it.
fn cards(page: &Page, letters: &Sums, all: usize) -> Vec<usize> {
    let leads = |block: &Block| is_heading(block) && block.linked * 10 >= block.letters * 9 && block.linked > 0;
    let Some((first, last)) = trim::extent(page) else { return Vec::new() };
    let headings = (first..last).filter(|&at| leads(&page.blocks[at]));
    let tells = |&at: &usize| {
        let (from, to) = (page.boxes[at].from, page.boxes[at].to);
        is_small(page, at, letters, CARD, all / 5)
            && page.blocks[from..to].iter().map(|block| block.letters).sum::<usize>() <= CARD
            && page.blocks[from..to].iter().any(lines::is_prose)
    };
    let cards: Vec<usize> = headings.map(|at| region::home_of(page, at)).filter(tells).take(CARDS + 1).collect();
    if cards.len() > CARDS { Vec::new() } else { cards }
}

fn is_heading(block: &Block) -> bool {
    matches!(block.kind, Kind::Heading(_))
}
