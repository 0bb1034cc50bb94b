//! How a line reads, in any script.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::blocks::{Block, Kind};
use super::parts::PARTS;
use crate::article::{Precision, Provenance};
use crate::ingest::dates::{self, Local};

/// Letters of a line that leads to another article, at most.
const WAY: usize = 200;
/// Letters of one that holds a time, a number or an address, at most; words of a date with its clock, and its digits at least.
const CLOCK: usize = 60;
const WORDS: usize = 10;
const DATED: usize = 7;

/// Letters of an invitation, and of a line about advertisements, at most.
const INVITE: usize = 170;
const SHORT_LINE: usize = 90;

/// Letters from which a line is prose though it does not end as a sentence does, and below which it is not even so.
const LONG: usize = 100;
const SHORT: usize = 25;
/// Letters from which a paragraph may be links for the most part, as those are whose every name is one.
const LINKED: usize = 40;

/// Marks that end a sentence or what is said.
const ENDS: &[char] = &[
    '.', '!', '?', '…', ':', '"', '”', '“', '»', '«', '’', ')', '。', '！', '？', '：', '」', '』', '）', '．', '।',
    '॥', '؟', '۔', '։', '።', '၊', '။',
];

/// Whether a block reads like a paragraph: of some length, most of it not links, ended as a sentence is.
pub(super) fn is_prose(block: &Block) -> bool {
    let ended = block.text.ends_with(is_end);
    if block.kind == Kind::Paragraph && ended && block.letters >= LINKED && block.linked * 10 <= block.letters * 7 {
        return true;
    }
    if block.linked * 2 > block.letters {
        return false;
    }
    let letters = weight(block);
    letters >= LONG || letters >= SHORT && ended
}

/// A line of signs that stand for a syllable or a word says more, and so does one of scripts that write neither spaces
/// between words nor marks behind sentences (Thai, Lao, Khmer, Burmese).
fn width(c: char) -> usize {
    match c {
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' => 3,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => 2,
        _ => 1,
    }
}

/// Whether a line leads away from the article, or stands between its paragraphs for another's sake: "Read also: …",
/// "Advertisement", "© …".
pub(super) fn leads_away(text: &str, linked: bool) -> bool {
    static BEGINNINGS: LazyLock<Vec<String>> =
        LazyLock::new(|| PARTS.leads_away.iter().map(|line| line.to_lowercase()).collect());
    static ALONE: LazyLock<HashSet<String>> =
        LazyLock::new(|| PARTS.said_alone.iter().chain(&PARTS.leads_away).map(|line| letters_of(line)).collect());
    if text.chars().take(WAY + 1).count() > WAY {
        return false;
    }
    let mut start = text.chars().skip_while(|c| !c.is_alphanumeric() && !matches!(c, '©' | 'ⓒ'));
    if matches!(start.next(), Some('©' | 'ⓒ')) || ALONE.contains(&letters_of(text)) {
        return true;
    }
    let line = text.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    BEGINNINGS.iter().any(|beginning| {
        line.strip_prefix(beginning.as_str()).is_some_and(|rest| {
            let colon = rest.trim_start().starts_with([':', '：', '|', '>', '»', '-', '–', '→']);
            colon || linked && !rest.starts_with(char::is_alphanumeric)
        })
    })
}

/// A time, a date or a number that stands alone, as over the entries of a page that goes on; and a line with somebody's
/// address.
pub(super) fn is_clock(block: &Block) -> bool {
    if !matches!(block.kind, Kind::Plain | Kind::Paragraph) || block.text.chars().take(CLOCK + 1).count() > CLOCK {
        return false;
    }
    let count = |is: fn(char) -> bool| block.text.chars().filter(|c| is(*c)).count();
    let is_mail = |word: &str| word.split_once('@').is_some_and(|(_, host)| host.contains('.'));
    count(char::is_alphabetic) * 2 <= count(char::is_numeric)
        || block.text.split([' ', '(']).any(is_mail)
        || count(char::is_numeric) >= DATED && is_moment(&block.text)
}

/// A day and its clock, in words: `martes 4 de marzo de 2025, 11:20 a. m.`
fn is_moment(text: &str) -> bool {
    let bare = text.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    let is_hour = [" m", ".m", "น", "ч"].iter().any(|end| bare.ends_with(end));
    let is_sentence = text.ends_with(is_end) && !is_hour;
    let found = || dates::find_stamp(text, Provenance::Page, &Local::default());
    text.split_whitespace().count() <= WORDS
        && !is_sentence
        && found().is_some_and(|found| found.stamp.precision < Precision::Day)
}

/// Whether a line says where else the newspaper can be followed: a short one whose links are the names of networks, or one
/// that leads to its newsletter.
pub(super) fn follows(block: &Block) -> bool {
    if block.linked == 0 || block.text.chars().take(WAY + 1).count() > WAY {
        return false;
    }
    let words: Vec<String> = block.text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect();
    if words.iter().any(|word| PARTS.newsletters.iter().any(|known| word.starts_with(known.as_str()))) {
        return true;
    }
    let names = words.iter().filter(|word| PARTS.networks.contains(*word)).map(|name| name.chars().count());
    names.sum::<usize>() == block.linked
}

/// Whether a line without a link is one of the house: it asks readers to follow or to join, says how long it takes to read,
/// or that the article goes on behind an advertisement.
pub(super) fn is_of_house(block: &Block) -> bool {
    if !matches!(block.kind, Kind::Plain | Kind::Paragraph) || block.text.chars().take(INVITE + 1).count() > INVITE {
        return false;
    }
    let line = block.text.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let letters = line.chars().count();
    let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let names_one = |table: &[String]| words.iter().any(|word| table.iter().any(|known| known == word));
    let invites = PARTS.invites.iter().any(|start| line.starts_with(start.as_str()));
    let goes_on = letters <= SHORT_LINE && names_one(&PARTS.adverts) && names_one(&PARTS.goes_on);
    invites || goes_on || is_reading_time(&words)
}

/// `Lesezeit: 2 Minuten`, `4 min`: a number, a word for minutes and one for reading, or the first two alone.
fn is_reading_time(words: &[&str]) -> bool {
    let starts = |table: &[String]| {
        let bare = |word: &&str| word.trim_start_matches(char::is_numeric).to_owned();
        words.iter().any(|word| table.iter().any(|start| bare(word).starts_with(start.as_str())))
    };
    let numbers = words.iter().filter(|word| word.starts_with(char::is_numeric)).count();
    numbers == 1 && starts(&PARTS.minutes) && (words.len() <= 2 || words.len() <= 6 && starts(&PARTS.reading))
}

/// Letters of a line, as many as they stand for.
pub(super) fn weight(block: &Block) -> usize {
    block.letters * block.text.chars().take(40).map(width).max().unwrap_or(1)
}

/// Whether a sentence, or what somebody says, ends with a mark.
pub(super) fn is_end(c: char) -> bool {
    ENDS.contains(&c)
}

/// The letters and digits of a text, small: what two texts are compared by.
pub(super) fn letters_of(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
