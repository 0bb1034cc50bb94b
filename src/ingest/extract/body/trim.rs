//! What does not belong to the article is taken out of what was picked, and what was overlooked inside it is put in.

use std::collections::{HashMap, HashSet};

use super::blocks::{Block, Kind, Page};
use super::hints::Hints;
use super::{asides, lines, region};

/// An element with this share of the text is not beside it, whatever it calls itself, percent; unless it is the frame of the
/// page or the comments, and there is prose outside.
const MOST: usize = 40;
/// A figure with more letters holds more than a picture.
const FIGURE: usize = 400;
/// Letters of a paragraph that ends as no sentence does, where it stands first or last.
const LINE: usize = 40;
/// Blocks before the first paragraph among which its subheading is looked for.
const HEADINGS: usize = 5;
/// Of an article in one element this share stands in it: percent.
const NEARLY_ALL: usize = 70;
/// Elements around a block that may look like the one the article stands in.
const LIKE: usize = 3;
/// Letters of what is known again, and paragraphs and letters of a text that is looked through for it.
const REPEATED: usize = 30;
const MOST_REPEATED: usize = 500;
const LONGEST_REPEATED: usize = 200_000;
/// Letters of another headline, and paragraphs before it.
const SHORTEST: usize = 15;
const ENOUGH: usize = 3;
/// Letters of a paragraph that is no byline.
const PARAGRAPH: usize = 80;
/// Paragraphs that come again one after the other.
const RUN: usize = 3;
/// Elements between a piece that was overlooked and the paragraphs it stands among.
const NEAR: usize = 5;

pub(super) fn trim(page: &mut Page, headline: &str) {
    take_out_named(page);
    asides::take_out(page);
    page.blocks.iter_mut().filter(|block| block.taken && is_no_text(block)).for_each(|block| block.taken = false);
    let Some((first, _)) = extent(page) else { return };
    take_out_other(page, first, headline);
    let Some((first, last)) = extent(page) else { return };
    take_out_head(page, first, headline);
    take_out_tail(page, last);
    take_out_behind(page);
    put_in_between(page, first, last);
    take_out_lines(page, first, last);
    take_out_lone_headings(page);
}

/// What has been read before: several paragraphs once more as one, or the beginning of one with dots behind it. A paragraph
/// that comes twice as it is may be meant.
pub(super) fn take_out_repeats(page: &mut Page) {
    let taken: Vec<usize> = (0..page.blocks.len()).filter(|&at| page.blocks[at].taken).collect();
    let letters: usize = taken.iter().map(|&at| page.blocks[at].letters).sum();
    if taken.len() > MOST_REPEATED || letters > LONGEST_REPEATED {
        return;
    }
    take_out_second(page, &taken);
    let mut read: Vec<String> = Vec::new();
    for at in taken.into_iter().filter(|&at| page.blocks[at].taken).collect::<Vec<_>>() {
        let block = &page.blocks[at];
        let letters = lines::letters_of(&block.text);
        let is_cut = block.text.ends_with('…') || block.text.ends_with("...");
        let is_beginning = is_cut && block.letters >= REPEATED && read.iter().any(|known| known.starts_with(&letters));
        if is_beginning || is_put_together(&letters, &read) {
            page.blocks[at].taken = false;
        } else {
            read.push(letters);
        }
    }
}

/// The beginning of the text that has been read before, as where a page has its text once for each kind of screen.
fn take_out_second(page: &mut Page, taken: &[usize]) {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut runs: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut before = None;
    for (place, &at) in taken.iter().enumerate() {
        let letters = lines::letters_of(&page.blocks[at].text);
        let known = (letters.len() >= REPEATED).then(|| places.get(&letters).copied()).flatten();
        match (known, runs.last_mut()) {
            (Some(known), Some((_, run))) if before.map(|before: usize| before + 1) == Some(known) => run.push(at),
            (Some(known), _) => runs.push((known, vec![at])),
            (None, _) => {}
        }
        before = known;
        places.entry(letters).or_insert(place);
    }
    for at in runs.into_iter().filter(|(start, run)| *start <= 1 && run.len() >= RUN).flat_map(|(_, run)| run) {
        page.blocks[at].taken = false;
    }
}

/// Whether most of a paragraph is other paragraphs.
fn is_put_together(letters: &str, read: &[String]) -> bool {
    let parts = read.iter().filter(|known| known.len() >= REPEATED && known.len() < letters.len());
    let (mut count, mut sum) = (0, 0);
    for part in parts.filter(|part| letters.contains(part.as_str())) {
        count += 1;
        sum += part.len();
    }
    count > 1 && sum * 10 >= letters.len() * 8
}

/// Sums over the blocks up to each, so that an element costs two looks.
pub(super) struct Sums(Vec<usize>);

impl Sums {
    pub(super) fn of(page: &Page, count: impl Fn(&Block) -> usize) -> Sums {
        let mut sums = vec![0];
        let mut sum = 0;
        for block in &page.blocks {
            sum += if block.taken { count(block) } else { 0 };
            sums.push(sum);
        }
        Sums(sums)
    }

    pub(super) fn between(&self, from: usize, to: usize) -> usize {
        self.0[to] - self.0[from]
    }
}

/// What elements say they are beside the article.
fn take_out_named(page: &mut Page) {
    let letters = Sums::of(page, |block| block.letters);
    let linked = Sums::of(page, |block| block.linked);
    let prose = Sums::of(page, |block| if lines::is_prose(block) { block.letters } else { 0 });
    let all = letters.between(0, page.blocks.len());
    for at in 0..page.boxes.len() {
        let (own, from, to) = (page.boxes[at].own, page.boxes[at].from, page.boxes[at].to);
        let taken = letters.between(from, to);
        let framed = own.has(Hints::FRAME) && page.has_prose_outside(from, to);
        if taken == 0 || taken * 100 >= all * MOST && !framed {
            continue;
        }
        let reads = prose.between(from, to) * 2 > taken && linked.between(from, to) * 4 < taken;
        let out = own.has(Hints::CAPTION | Hints::BESIDE | Hints::LINE)
            || own.has(Hints::PERHAPS) && !reads
            || own.has(Hints::FIGURE) && (!reads || taken < FIGURE);
        if out {
            page.blocks[from..to].iter_mut().for_each(|block| block.taken = false);
        }
    }
}

/// A line without letters, one that leads to other articles, and what is written under a picture.
fn is_no_text(block: &Block) -> bool {
    is_way_out(block)
        || lines::is_clock(block)
        || lines::follows(block)
        || lines::is_of_house(block)
        || lines::leads_away(&block.text, block.linked > 0)
        || block.pictured && block.kind == Kind::Plain && !lines::is_prose(block)
}

/// A line of little but links.
fn is_way_out(block: &Block) -> bool {
    let links = block.linked * 10 > block.letters * 7;
    block.letters == 0 || links && (!is_heading(block) || block.hints.has(Hints::ITEM))
}

fn is_heading(block: &Block) -> bool {
    matches!(block.kind, Kind::Heading(_))
}

/// The first and the last paragraph.
pub(super) fn extent(page: &Page) -> Option<(usize, usize)> {
    let is_text = |block: &Block| {
        let list_of_ways = block.kind == Kind::Item && block.linked * 4 > block.letters;
        block.taken && !is_heading(block) && !list_of_ways && lines::is_prose(block)
    };
    let first = page.blocks.iter().position(is_text)?;
    let last = page.blocks.iter().rposition(is_text)?;
    Some((first, last))
}

/// Before the first paragraph stand headline, byline and date; the headline may come again.
fn take_out_head(page: &mut Page, first: usize, headline: &str) {
    let start =
        (0..first).find(|&at| page.blocks[at].linked * 4 < page.blocks[at].letters && is_line_with(page, at, first));
    let start = (0..start.unwrap_or(first))
        .rev()
        .take(HEADINGS)
        .take_while(|&at| !page.blocks[at].taken || is_subheading_with(page, at, first))
        .filter(|&at| page.blocks[at].taken)
        .last()
        .or(start)
        .unwrap_or(first);
    page.blocks[..start].iter_mut().for_each(|block| block.taken = false);
    let headline = lines::letters_of(headline);
    for (at, block) in page.blocks.iter_mut().enumerate().filter(|(_, block)| block.taken) {
        let same = block.text.len() < 1_000 && !headline.is_empty() && lines::letters_of(&block.text) == headline;
        block.taken = !(same || block.kind == Kind::Heading(1) && at < first);
    }
}

/// Behind the last paragraph: headings of what comes next, and lines with links.
fn take_out_tail(page: &mut Page, last: usize) {
    for at in last + 1..page.blocks.len() {
        let block = &page.blocks[at];
        let leads = is_heading(block) || block.linked > 0;
        if leads && !(block.linked * 2 <= block.letters && is_line_with(page, at, last)) {
            page.blocks[at].taken = false;
        }
    }
}

/// What stands behind the element that holds nearly all paragraphs, and looks otherwise than it.
fn take_out_behind(page: &mut Page) {
    let mut homes = HashMap::new();
    let mut all = 0;
    for at in 0..page.blocks.len() {
        let block = &page.blocks[at];
        if block.taken && !is_heading(block) && lines::is_prose(block) {
            *homes.entry(region::home_of(page, at)).or_insert(0) += block.letters;
            all += block.letters;
        }
    }
    let Some((&home, &letters)) = homes.iter().max_by_key(|&(&home, &letters)| (letters, usize::MAX - home)) else {
        return;
    };
    if letters * 100 < all * NEARLY_ALL {
        return;
    }
    let (mut main, within) = (home, Hints::LIST | Hints::ITEM | Hints::QUOTE);
    while main > 0 && page.boxes[main].own.has(within) {
        main = page.boxes[main].parent;
    }
    let look = page.boxes[main].look;
    for at in page.boxes[main].to..page.blocks.len() {
        let like = look != 0 && page.around(at).take(LIKE).any(|boxed| page.boxes[boxed].look == look);
        page.blocks[at].taken &= like;
    }
}

/// Another article below: from a heading of the first rank on that is not the headline, where this stands before the text and
/// in another element.
fn take_out_other(page: &mut Page, first: usize, headline: &str) {
    let headline = lines::letters_of(headline);
    let is_first = |block: &Block| block.kind == Kind::Heading(1);
    let is_headline = |block: &Block| is_first(block) && lines::letters_of(&block.text) == headline;
    if headline.is_empty() || !page.blocks[..first].iter().any(is_headline) {
        return;
    }
    let home = region::home_of(page, first);
    let is_other = |at: &usize| {
        let block = &page.blocks[*at];
        is_first(block) && block.letters >= SHORTEST && !is_headline(block) && region::home_of(page, *at) != home
    };
    let Some(other) = (first + 1..page.blocks.len()).find(is_other) else { return };
    let before = page.blocks[first..other].iter().filter(|block| block.taken && lines::is_prose(block)).count();
    if before >= ENOUGH {
        page.blocks[other..].iter_mut().for_each(|block| block.taken = false);
    }
}

/// Between a first paragraph and the next in another element, as between what is said over an article and the article, stand
/// its byline, its date and the like.
fn take_out_lines(page: &mut Page, first: usize, last: usize) {
    let is_next = |at: &usize| {
        let block = &page.blocks[*at];
        block.taken && lines::is_prose(block) && lines::weight(block) >= PARAGRAPH
    };
    let Some(next) = (first + 1..=last).find(is_next) else { return };
    let home = region::home_of(page, next);
    let is_with =
        |at: usize| page.blocks[at].taken && lines::is_prose(&page.blocks[at]) && region::home_of(page, at) == home;
    if region::home_of(page, first) == home || !(next + 1..=last).take(HEADINGS).any(is_with) {
        return;
    }
    for at in first + 1..next {
        let block = &page.blocks[at];
        let is_line = matches!(block.kind, Kind::Plain | Kind::Paragraph) && !block.hints.has(Hints::QUOTE);
        if is_line && region::home_of(page, at) != home {
            page.blocks[at].taken = false;
        }
    }
}

/// Whether a block is a subheading that stands in one element with another.
fn is_subheading_with(page: &Page, at: usize, other: usize) -> bool {
    let block = &page.blocks[at];
    is_heading(block) && block.kind != Kind::Heading(1) && region::home_of(page, at) == region::home_of(page, other)
}

/// Whether a block is a paragraph of some length that stands in one element with another.
fn is_line_with(page: &Page, at: usize, other: usize) -> bool {
    let block = &page.blocks[at];
    block.taken
        && block.kind == Kind::Paragraph
        && block.letters >= LINE
        && region::home_of(page, at) == region::home_of(page, other)
}

/// What stands between paragraphs, in an element with them, and says nothing against itself.
fn put_in_between(page: &mut Page, first: usize, last: usize) {
    let homes: HashSet<usize> = (first..=last)
        .filter(|&at| page.blocks[at].taken && lines::is_prose(&page.blocks[at]))
        .map(|at| region::home_of(page, at))
        .collect();
    for at in first..=last {
        let block = &page.blocks[at];
        let speaks = block.linked * 2 <= block.letters && block.kind != Kind::Heading(1);
        let overlooked = speaks && !block.taken && block.picked == 0;
        if overlooked && is_among(page, at, &homes) && !is_no_text(block) {
            page.blocks[at].taken = true;
        }
    }
}

fn is_among(page: &Page, at: usize, homes: &HashSet<usize>) -> bool {
    for boxed in page.around(at).take(NEAR) {
        if page.boxes[boxed].own.has(Hints::AGAINST) {
            return false;
        }
        if homes.contains(&boxed) {
            return true;
        }
    }
    false
}

/// A heading with nothing below it: its list of links is gone, or the article has ended.
fn take_out_lone_headings(page: &mut Page) {
    let mut follows = false;
    for block in page.blocks.iter_mut().rev() {
        if is_heading(block) {
            block.taken &= follows;
        } else if block.taken {
            follows = true;
        } else if is_way_out(block) {
            follows = false;
        }
    }
}
