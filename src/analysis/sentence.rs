//! Where a sentence ends: looked for in what stands between two words.
//!
//! A stop, an exclamation or a question mark ends it before white space and a capital, a number, a quote or an opening
//! bracket; the full stops of scripts without capitals end it always. Nothing before the sentence is looked at, so the
//! same ends are found when reading begins at any of them.

use std::ops::Range;

use super::abbreviation::keeps_its_stop;
use super::chars::is_word;
use super::language::Rules;

/// Signs looked over for the first letter of the next sentence.
const MOST_ORNAMENTS: usize = 32;

/// The start of the next sentence, if one ends in `gap`, which lies between the word at `last` and the next word.
pub(super) fn end_in(text: &str, last: &Range<usize>, gap: Range<usize>, rules: &Rules) -> Option<usize> {
    // The last dot of an acronym may be the full stop as well.
    let dotted = last.end == gap.start && text[..last.end].ends_with('.');
    let from = if dotted { gap.start - 1 } else { gap.start };
    let mut at = from;
    while let Some(found) = text[at..gap.end].find(is_terminator) {
        let stop = at + found;
        let stops = run(&text[stop..gap.end], is_terminator);
        let after = stop + stops;
        let abbreviates = || {
            let adjacent = last.end == gap.start && stop == from && &text[stop..after] == ".";
            adjacent && keeps_its_stop(text, last, gap.end, rules)
        };
        let start = if text[stop..after].contains(is_strong) {
            Some(after_strong(text, after, gap.end))
        } else {
            after_weak(text, after, gap.end).filter(|_| !abbreviates())
        };
        if start.is_some() {
            return start;
        }
        at = after;
    }
    None
}

fn after_strong(text: &str, stop: usize, end: usize) -> usize {
    let closed = stop + run(&text[stop..end], is_closing);
    closed + run(&text[closed..end], char::is_whitespace)
}

fn after_weak(text: &str, stop: usize, end: usize) -> Option<usize> {
    let closed = stop + run(&text[stop..end], |c| is_closing(c) || matches!(c, '“' | '‘' | '«' | '‹'));
    let closed = closed + spaced_guillemet(&text[closed..end]);
    let start = closed + run(&text[closed..end], char::is_whitespace);
    (start > closed && begins_sentence(&text[start..])).then_some(start)
}

/// Length of a French closing quote, which stands between spaces: `« Non ! » dit-il.`
fn spaced_guillemet(text: &str) -> usize {
    let space = run(text, char::is_whitespace);
    let closes = text[space..].strip_prefix('»').is_some_and(|rest| !rest.starts_with(is_word));
    if space > 0 && closes { space + '»'.len_utf8() } else { 0 }
}

/// Length in bytes of the characters of a kind that `text` begins with.
fn run(text: &str, kind: impl Fn(char) -> bool) -> usize {
    text.find(|c| !kind(c)).unwrap_or(text.len())
}

/// Capitals, numbers and scripts without case begin a sentence; so does whatever opens or marks something. Other signs,
/// such as dashes and pictures, leave it to what follows.
fn begins_sentence(text: &str) -> bool {
    let telling = |c: char| match c {
        c if is_word(c) => Some(!c.is_lowercase()),
        '"' | '\'' | '“' | '”' | '„' | '‘' | '’' | '‚' | '«' | '»' | '‹' | '›' | '「' | '『' => {
            Some(true)
        }
        '(' | '[' | '{' | '¿' | '¡' | '#' | '@' | '$' | '€' | '£' | '¥' => Some(true),
        ',' | ';' | ':' => Some(false),
        _ => None,
    };
    text.chars().take(MOST_ORNAMENTS).find_map(telling).unwrap_or(true)
}

fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '‽' | '‼' | '⁇' | '⁈' | '⁉') || is_strong(c)
}

/// Ends a sentence whatever follows: full stops of Chinese and Japanese, Arabic and Urdu, Armenian, Ethiopic, Indic and
/// South-East Asian scripts.
fn is_strong(c: char) -> bool {
    matches!(c, '。' | '｡' | '！' | '？' | '．' | '؟' | '۔' | '։' | '።' | '፧' | '।' | '॥' | '။' | '។' | '៕' | '࿒')
}

fn is_closing(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '”' | '’' | '»' | '›' | ')' | ']' | '}' | '」' | '』' | '）' | '】' | '》' | '〉' | '］' | '〕'
    )
}
