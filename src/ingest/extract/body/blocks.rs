//! A page as a row of blocks: pieces of text between the elements that break a line, each with where it stands and what
//! the elements around it say of themselves.

use std::collections::HashSet;

use dom_query::{Document, NodeId};

use super::hints::Hints;
use super::lines;
use super::reading::Reading;

/// What kind of a line a block is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Plain,
    Paragraph,
    Heading(u8),
    Item,
    Cell,
}

#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) text: String,
    pub(super) kind: Kind,
    pub(super) hints: Hints,
    /// The element it stands in, among [`Page::boxes`].
    pub(super) parent: usize,
    /// Letters and digits: of all of it, in links, and in the pieces of text that were picked.
    pub(super) letters: usize,
    pub(super) linked: usize,
    pub(super) picked: usize,
    /// Whether a picture stands in it.
    pub(super) pictured: bool,
    /// Whether it is of the body, as far as is known.
    pub(super) taken: bool,
}

/// An element that breaks a line.
#[derive(Debug)]
pub(super) struct Boxed {
    pub(super) parent: usize,
    /// What it says of itself, without what those around it say.
    pub(super) own: Hints,
    /// What it shares with its like.
    pub(super) look: u64,
    /// Its blocks.
    pub(super) from: usize,
    pub(super) to: usize,
}

pub(super) struct Page {
    pub(super) blocks: Vec<Block>,
    /// In document order; the first stands for the page.
    pub(super) boxes: Vec<Boxed>,
    /// Letters of the prose before each block.
    prose: Vec<usize>,
    /// The pieces of text in the blocks.
    pieces: Vec<Piece>,
}

pub(super) struct Piece {
    pub(super) id: NodeId,
    pub(super) block: usize,
    pub(super) letters: usize,
}

impl Page {
    pub(super) fn read(document: &Document) -> Page {
        let reading = Reading::of(document);
        let prose = reading.blocks.iter().scan(0, |sum, block| {
            *sum += if lines::is_prose(block) { block.letters } else { 0 };
            Some(*sum)
        });
        let prose = std::iter::once(0).chain(prose).collect();
        Page { blocks: reading.blocks, boxes: reading.boxes, prose, pieces: reading.pieces }
    }

    /// Notes which pieces of text another extractor has taken, and takes the blocks that are mostly these.
    pub(super) fn pick(&mut self, picked: &HashSet<NodeId>) {
        for piece in self.pieces.iter().filter(|piece| picked.contains(&piece.id)) {
            self.blocks[piece.block].picked += piece.letters;
        }
        for block in &mut self.blocks {
            block.taken = block.picked * 2 > block.letters;
        }
    }

    /// Whether there is prose enough to be the article outside what stands between two blocks: a twentieth of it.
    pub(super) fn has_prose_outside(&self, from: usize, to: usize) -> bool {
        let inside = self.prose[to] - self.prose[from];
        (self.prose[self.blocks.len()] - inside) * 20 > inside
    }

    /// The boxes around a block, from the inside out.
    pub(super) fn around(&self, block: usize) -> impl Iterator<Item = usize> + '_ {
        let start = self.blocks[block].parent;
        std::iter::successors(Some(start), |&at| (at > 0).then(|| self.boxes[at].parent))
    }
}
