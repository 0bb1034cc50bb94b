//! The walk through a page that makes blocks of it. Without recursion; what is never shown is not in it.

use dom_query::{Document, Element, NodeData, NodeId, local_name};

use super::blocks::{Block, Boxed, Kind, Piece};
use super::hints::{self, Hints};
use super::lines;

/// Blocks that are looked at; a page of more is no article.
const MOST: usize = 50_000;

/// Elements that break no line.
const IN_LINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "nobr", "picture", "q", "rb", "rp", "rt", "rtc", "ruby", "s", "samp", "small",
    "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
];

/// An element that has been entered.
struct Open {
    id: NodeId,
    /// Its box, where it has one.
    boxed: Option<usize>,
    breaks: bool,
    kind: Kind,
    hints: Hints,
    link: bool,
}

pub(super) struct Reading<'a> {
    document: &'a Document,
    pub(super) blocks: Vec<Block>,
    pub(super) pieces: Vec<Piece>,
    pub(super) boxes: Vec<Boxed>,
    open: Vec<Open>,
    /// The block that is being put together.
    block: Block,
    /// `<br>` met since its last letter.
    breaks: usize,
}

/// What is done with a node.
enum Step {
    Into(Box<Open>),
    Over,
}

impl<'a> Reading<'a> {
    pub(super) fn of(document: &'a Document) -> Reading<'a> {
        let mut reading = Reading::new(document);
        reading.walk();
        reading
    }

    fn new(document: &'a Document) -> Reading<'a> {
        let page = Boxed { parent: 0, own: Hints::default(), look: 0, from: 0, to: 0 };
        Reading {
            document,
            blocks: Vec::new(),
            pieces: Vec::new(),
            boxes: vec![page],
            open: Vec::new(),
            block: Block::default(),
            breaks: 0,
        }
    }

    fn walk(&mut self) {
        let tree = &self.document.tree;
        let mut next = tree.query_node(&self.document.root().id, |node| node.first_child).flatten();
        while self.blocks.len() < MOST {
            let Some(id) = next else {
                let Some(open) = self.open.pop() else { break };
                self.leave(&open);
                next = tree.query_node(&open.id, |node| node.next_sibling).flatten();
                continue;
            };
            let (first, after) =
                tree.query_node(&id, |node| (node.first_child, node.next_sibling)).unwrap_or((None, None));
            next = match self.step(id) {
                Step::Into(open) => {
                    self.open.push(*open);
                    first
                }
                Step::Over => after,
            };
        }
        while let Some(open) = self.open.pop() {
            self.leave(&open);
        }
        self.flush();
        self.boxes[0].to = self.blocks.len();
    }

    fn step(&mut self, id: NodeId) -> Step {
        let document = self.document;
        let step = document.tree.query_node(&id, |node| match &node.data {
            NodeData::Text { contents } => {
                self.text(id, contents);
                Step::Over
            }
            NodeData::Element(element) => self.element(id, element),
            _ => Step::Over,
        });
        step.unwrap_or(Step::Over)
    }

    fn element(&mut self, id: NodeId, element: &Element) -> Step {
        let name = element.name.local.as_ref();
        if name == "br" {
            self.breaks += 1;
            return Step::Over;
        }
        if matches!(name, "img" | "picture") {
            self.block.pictured = true;
            return Step::Over;
        }
        let asked = hints::asked(name, element);
        if asked != Hints::default() {
            let around = self.around();
            self.boxes[around].own |= asked;
        }
        if hints::is_never_shown(name) {
            return Step::Over;
        }
        let (outer, link, kind) = match self.open.last() {
            Some(open) => (open.hints, open.link, open.kind),
            None => (Hints::default(), false, Kind::Plain),
        };
        let breaks = breaks_line(name);
        let own = hints::of(name, element);
        let mut open = Open {
            id,
            boxed: None,
            breaks,
            kind: if breaks { kind_of(name, kind) } else { kind },
            hints: outer | own,
            link: link || name == "a",
        };
        if breaks {
            self.flush();
            open.boxed = Some(self.enter(name, own, element));
        } else if own.sets_apart() && name != "a" {
            // A `<span class="credit">` is a piece of its own as well.
            self.flush();
            open.breaks = true;
            open.boxed = Some(self.enter(name, own, element));
        }
        Step::Into(Box::new(open))
    }

    fn enter(&mut self, name: &str, own: Hints, element: &Element) -> usize {
        let at = self.blocks.len();
        let look = hints::look(name, element.attr_ref(local_name!("class")).unwrap_or_default());
        let parent = self.around();
        self.boxes.push(Boxed { parent, own, look, from: at, to: at });
        self.boxes.len() - 1
    }

    /// The box that what comes next stands in.
    fn around(&self) -> usize {
        self.open.iter().rev().find_map(|open| open.boxed).unwrap_or(0)
    }

    fn leave(&mut self, open: &Open) {
        if open.breaks {
            // The element has been taken off the row of open ones, but what is flushed stood in it.
            let (kind, hints, boxed) = (open.kind, open.hints, open.boxed);
            self.close(kind, hints, boxed);
        }
        if let Some(boxed) = open.boxed {
            self.boxes[boxed].to = self.blocks.len();
        }
    }

    fn text(&mut self, id: NodeId, text: &str) {
        let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
        if text.trim().is_empty() {
            self.push(text);
            return;
        }
        if self.breaks > 1 || self.breaks == 1 && ends_well(&self.block.text) {
            self.flush();
        } else if self.breaks == 1 {
            self.push(" ");
        }
        self.breaks = 0;
        self.push(text);
        let link = self.open.last().is_some_and(|open| open.link);
        self.block.letters += letters;
        self.block.linked += if link { letters } else { 0 };
        self.pieces.push(Piece { id, block: self.blocks.len(), letters });
    }

    /// Adds text with its white space made single.
    fn push(&mut self, text: &str) {
        for c in text.chars() {
            if !c.is_whitespace() {
                self.block.text.push(c);
            } else if !self.block.text.is_empty() && !self.block.text.ends_with(' ') {
                self.block.text.push(' ');
            }
        }
    }

    fn flush(&mut self) {
        let (kind, hints) = self.open.last().map_or((Kind::Plain, Hints::default()), |open| (open.kind, open.hints));
        let boxed = self.open.last().and_then(|open| open.boxed);
        self.close(kind, hints, boxed);
    }

    fn close(&mut self, kind: Kind, hints: Hints, boxed: Option<usize>) {
        let mut block = std::mem::take(&mut self.block);
        self.breaks = 0;
        block.text.truncate(block.text.trim_end().len());
        if !block.text.is_empty() {
            block.parent = boxed.unwrap_or_else(|| self.around());
            self.blocks.push(Block { kind, hints, ..block });
        }
    }
}

/// Whether a line that a single `<br>` ends was a paragraph: a full one, ended as a sentence is.
fn ends_well(line: &str) -> bool {
    line.len() > 120 && line.trim_end().ends_with(lines::is_end)
}

fn breaks_line(name: &str) -> bool {
    !IN_LINE.contains(&name)
}

fn kind_of(name: &str, outer: Kind) -> Kind {
    match name {
        "p" => {
            if outer == Kind::Item {
                Kind::Item
            } else {
                Kind::Paragraph
            }
        }
        "h1" => Kind::Heading(1),
        "h2" => Kind::Heading(2),
        "h3" => Kind::Heading(3),
        "h4" | "h5" | "h6" => Kind::Heading(4),
        "li" | "dt" | "dd" => Kind::Item,
        "td" | "th" => Kind::Cell,
        _ => {
            if matches!(outer, Kind::Item | Kind::Cell | Kind::Heading(_)) {
                outer
            } else {
                Kind::Plain
            }
        }
    }
}
