//! The `articleBody` a page carries in its data, and what it is worth: it may be HTML, cut off after some letters, without
//! paragraphs, of another article, or all there is.

use dom_query::Document;

use super::blocks::{Block, Kind, Page};
use super::hints::Hints;
use super::lines;

/// What the data is to the page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing, or another text, or a part of it.
    Other,
    /// The same article; what is taken of the page has been set to its extent.
    Same,
    /// The article, of which the page shows little.
    More,
    /// The article, of which the page shows the beginning; and what comes then.
    Longer(Vec<String>),
}

/// Bytes and tags beyond which it is not looked at.
const LONGEST: usize = 1 << 20;
const MOST_TAGS: usize = 5_000;
/// Letters below which nothing is a body.
const SHORTEST: usize = 200;
/// Letters of a heading that is the first paragraph.
const LEAD: usize = 80;
/// Letters from which a block of the page can be found in it without being there by chance.
const TELLING: usize = 10;

/// Its paragraphs as text.
pub(super) fn paragraphs(given: &str) -> Vec<String> {
    let tags = given.bytes().filter(|byte| *byte == b'<').count();
    if given.len() > LONGEST || tags > MOST_TAGS {
        return Vec::new();
    }
    let mut paragraphs = if tags > 0 || given.contains('&') { of_html(given) } else { of_text(given) };
    if paragraphs.iter().any(|paragraph| paragraph.contains("</p>") || paragraph.contains("<br")) {
        // It was escaped twice.
        paragraphs = of_html(&paragraphs.join("\n"));
    }
    paragraphs
}

fn of_html(given: &str) -> Vec<String> {
    // Lines are paragraphs here, where markup has none of its own.
    let marked = if given.contains("<p") || given.contains("<br") || given.contains("<div") {
        given.to_owned()
    } else {
        given.replace('\n', "<br><br>")
    };
    let page = Page::read(&Document::from(marked));
    page.blocks.into_iter().map(|block| block.text).collect()
}

fn of_text(given: &str) -> Vec<String> {
    let lines = given.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect()
}

/// Lays the data over the page.
pub(super) fn compare(page: &mut Page, given: &[String]) -> Verdict {
    let letters: Vec<String> = given.iter().map(|paragraph| lines::letters_of(paragraph)).collect();
    let given_letters = letters.concat();
    if given_letters.len() < SHORTEST {
        return Verdict::Other;
    }
    let found = found(page, &given_letters);
    let known: usize = found.iter().zip(&page.blocks).filter(|(found, _)| **found).map(|(_, block)| bytes(block)).sum();
    let shown: usize = page.blocks.iter().filter(|block| block.taken).map(bytes).sum();
    if known * 10 >= given_letters.len() * 8 {
        if is_cut(page, &found, given) {
            return Verdict::Other;
        }
        set_extent(page, &found, given_letters.len().saturating_sub(known));
        return Verdict::Same;
    }
    // The page shows little of it: what it shows is a beginning, or the text comes by script.
    if shown * 2 < given_letters.len() {
        return Verdict::More;
    }
    longer(page, &found, given, &given_letters).map_or(Verdict::Other, Verdict::Longer)
}

/// What the data says behind the last paragraph of the page, where nearly all that the page shows stands in it before: a
/// wall is there.
fn longer(page: &mut Page, found: &[bool], given: &[String], given_letters: &str) -> Option<Vec<String>> {
    let last = found.iter().rposition(|found| *found)?;
    let shown: usize = page.blocks[..=last].iter().filter(|block| block.taken).map(bytes).sum();
    let known: usize = page
        .blocks
        .iter()
        .zip(found)
        .filter(|(block, found)| block.taken && **found)
        .map(|(block, _)| bytes(block))
        .sum();
    let letters = lines::letters_of(&page.blocks[last].text);
    let end = given_letters.rfind(&letters)? + letters.len();
    let beyond: usize = page.blocks[last + 1..].iter().filter(|block| block.taken).map(bytes).sum();
    let is_beginning = known * 10 >= shown * 9 && known * 10 >= end * 8 && beyond < given_letters.len() - end;
    if !is_beginning || !has_ended(given) {
        return None;
    }
    set_extent(page, found, 0);
    Some(behind(given, end))
}

/// The paragraphs behind so many bytes of letters.
fn behind(given: &[String], end: usize) -> Vec<String> {
    let mut before = 0;
    let mut rest = Vec::new();
    for paragraph in given {
        let start = paragraph.char_indices().find(|(_, c)| {
            let passed = before >= end;
            before += lines::letters_of(c.encode_utf8(&mut [0; 4])).len();
            passed && c.is_alphanumeric()
        });
        let Some((at, _)) = start else { continue };
        // With the quotation mark before it.
        let at = paragraph[..at].rfind(char::is_whitespace).unwrap_or(0);
        rest.push(paragraph[at..].trim_start().to_owned());
    }
    rest
}

fn bytes(block: &Block) -> usize {
    lines::letters_of(&block.text).len()
}

/// Which blocks stand in the data, each looked for behind the one before it, so that a text of many blocks costs one pass.
fn found(page: &Page, given: &str) -> Vec<bool> {
    let mut at = 0;
    let mut misses = 0;
    page.blocks
        .iter()
        .map(|block| {
            if block.letters < TELLING || misses > 2_000 {
                return false;
            }
            let letters = lines::letters_of(&block.text);
            match given[at..].find(&letters) {
                Some(behind) => at += behind + letters.len(),
                None => {
                    misses += 1;
                    return given[..at].contains(&letters);
                }
            }
            true
        })
        .collect()
}

/// Whether the page goes on where the data ends, and the data ends as no article does or the page goes on for long.
fn is_cut(page: &Page, found: &[bool], given: &[String]) -> bool {
    let Some(last) = found.iter().rposition(|found| *found) else { return true };
    let rest: usize =
        page.blocks[last + 1..].iter().filter(|block| block.taken && lines::is_prose(block)).map(|b| b.letters).sum();
    let before: usize = page.blocks[..=last].iter().filter(|block| block.taken).map(|block| block.letters).sum();
    rest > 0 && (!has_ended(given) || rest * 2 > before)
}

/// Whether the data ends as an article does.
fn has_ended(given: &[String]) -> bool {
    given
        .last()
        .is_some_and(|last| last.ends_with(lines::is_end) && !last.ends_with(['…', ':']) && !last.ends_with("..."))
}

/// Takes out what stands before and behind, and cannot be in the data, because more than `unexplained` of it would have to
/// be; and puts in the prose that is. Within it the page is believed: data is often short of quotes, lists and subheadings.
fn set_extent(page: &mut Page, found: &[bool], unexplained: usize) {
    let (Some(first), Some(last)) = (found.iter().position(|found| *found), found.iter().rposition(|found| *found))
    else {
        return;
    };
    for (at, block) in page.blocks.iter_mut().enumerate() {
        let inside = first < at && at < last;
        if found[at] {
            // Its first paragraph may be a heading of the page.
            let is_lead = at == first && matches!(block.kind, Kind::Heading(2..)) && block.letters >= LEAD;
            block.taken |= (inside || is_lead) && lines::is_prose(block) && !block.hints.has(Hints::AGAINST);
        } else {
            block.taken &= inside || bytes(block) <= unexplained;
        }
    }
}
