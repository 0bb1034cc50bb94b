//! The words of a chunk: of what stands between white space, taken with the signs that hold it together, such as
//! `US-China`, `don't`, `1,234.5`, `U.S.`, `C++`.
//!
//! A chunk is a row of pieces between hyphens and their like; a piece is one word, or several (an elision, a date, a run of
//! a script without spaces).

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::case::{Case, is_capitals};
use super::chars::{
    continues_word, digit, is_apostrophe, is_dropped, is_inner, is_invisible, is_joiner, is_mark, is_narrow_gap,
    is_spaced, is_spaceless, is_word,
};
use super::elision;
use super::fold::push_word;
use super::language::Rules;
use super::number::{self, Figures};

/// One word of a chunk; its forms stand in the buffers of [`Chunk`].
pub(super) struct Part {
    /// Bytes of the text.
    pub(super) at: Range<usize>,
    /// Held to the part before it by a hyphen or its like.
    pub(super) linked: bool,
    folded: Range<usize>,
    lower: Range<usize>,
    acronym: Range<usize>,
}

/// The words of the chunk last read. The buffers are used again for the next.
#[derive(Default)]
pub(super) struct Chunk {
    pub(super) parts: Vec<Part>,
    folded: String,
    lower: String,
    capitals: String,
}

impl Chunk {
    pub(super) fn folded(&self, part: &Part) -> &str {
        &self.folded[part.folded.clone()]
    }

    pub(super) fn lower(&self, part: &Part) -> &str {
        &self.lower[part.lower.clone()]
    }

    pub(super) fn acronym(&self, part: &Part) -> Option<&str> {
        Some(&self.capitals[part.acronym.clone()]).filter(|capitals| !capitals.is_empty())
    }

    /// Reads the chunk whose first word begins at `start`; returns where it ends.
    pub(super) fn read(&mut self, text: &str, start: usize, rules: &Rules) -> usize {
        self.clear();
        let mut reader = Reader { text, rules, chunk: self };
        let mut end = reader.piece(start, false);
        while let Some(next) = linked_piece(text, end) {
            end = reader.piece(next, true);
        }
        end
    }

    fn clear(&mut self) {
        self.parts.clear();
        self.folded.clear();
        self.lower.clear();
        self.capitals.clear();
    }
}

/// Where a word begins that is the platform's name and not an ending: `.NET`, in any case.
pub(super) fn is_dot_net(text: &str, at: usize) -> bool {
    let named = text.as_bytes().get(at..at + 4).is_some_and(|name| name.eq_ignore_ascii_case(b".net"));
    named && !text[at + 4..].starts_with(continues_word) && !text[..at].ends_with(continues_word)
}

/// Where the next piece of the chunk begins, if what ends at `end` is held to another.
fn linked_piece(text: &str, end: usize) -> Option<usize> {
    let mut chars = text[end..].chars();
    let (joiner, after) = (chars.next()?, chars.next()?);
    let before = text[..end].chars().next_back()?;
    let linked = is_joiner(joiner) && !is_spaceless(before) || is_narrow_gap(before, joiner, after);
    (linked && is_spaced(after)).then_some(end + joiner.len_utf8())
}

struct Reader<'a> {
    text: &'a str,
    rules: &'a Rules,
    chunk: &'a mut Chunk,
}

impl Reader<'_> {
    /// Reads the piece that begins at `start`; returns where it ends.
    fn piece(&mut self, start: usize, linked: bool) -> usize {
        let rest = &self.text[start..];
        if rest.starts_with('.') {
            self.push(start..start + 4, &rest[..4], linked);
            return start + 4;
        }
        if rest.starts_with(is_spaceless) {
            return self.graphemes(start);
        }
        if rest.starts_with(|c| digit(c).is_some())
            && let Some((length, figures)) = number::read(rest)
        {
            return self.figures(start, start + length, figures, linked);
        }
        if let Some(length) = dotted(rest) {
            return self.dotted(start..start + length, linked);
        }
        self.letters(start, linked)
    }

    /// A run of a script without spaces: a word each grapheme cluster.
    fn graphemes(&mut self, start: usize) -> usize {
        let text = self.text;
        let rest = &text[start..];
        let length = rest.find(|c| !is_spaceless(c) && !is_mark(c) && !is_invisible(c)).unwrap_or(rest.len());
        for (at, cluster) in rest[..length].grapheme_indices(true) {
            self.push(start + at..start + at + cluster.len(), cluster, false);
        }
        start + length
    }

    /// Digits with separators, and the letters right after a number: `3.5m`, `1,000th`.
    fn figures(&mut self, start: usize, end: usize, figures: Figures, linked: bool) -> usize {
        match figures {
            Figures::Groups(groups) => {
                for group in groups {
                    self.push(start + group.start..start + group.end, &self.text[start..][group], false);
                }
                end
            }
            Figures::Number(mut number) => {
                let after = letters_end(self.text, end);
                let letters = &self.text[end..after];
                let kept = letters.len() - possessive(letters);
                number.push_str(&cleaned(&letters[..kept]));
                self.push(start..end + kept, &number, linked);
                after
            }
        }
    }

    /// `U.S.`: an acronym, if its letters are capitals, whatever case the text is in.
    fn dotted(&mut self, at: Range<usize>, linked: bool) -> usize {
        let letters: String = self.text[at.clone()].chars().filter(|c| *c != '.').collect();
        let capitals = letters.chars().all(|c| c.is_uppercase() || is_mark(c));
        let end = at.end + dotted_possessive(&self.text[at.end..]);
        self.push_as(at, &letters, linked, capitals);
        end
    }

    /// Letters and digits with apostrophes among them, and the signs of `C++` and `C#`.
    fn letters(&mut self, start: usize, linked: bool) -> usize {
        let text = self.text;
        let end = letters_end(text, start);
        let signs = signs(&text[end..], end - start);
        if signs > 0 {
            self.push(start..end + signs, &text[start..end + signs], linked);
            return end + signs;
        }
        let word = start..end - possessive(&text[start..end]);
        self.split_elisions(word, linked);
        end
    }

    /// An elision ends what was held together before it, and what follows begins anew.
    fn split_elisions(&mut self, word: Range<usize>, mut linked: bool) {
        let text = self.text;
        let mut start = word.start;
        while let Some((elided, next)) = elision::split(&text[start..word.end], self.rules.elisions) {
            self.push(start..start + elided, &text[start..start + elided], false);
            start += next;
            linked = false;
        }
        self.push(start..word.end, &cleaned(&text[start..word.end]), linked);
    }

    fn push(&mut self, at: Range<usize>, written: &str, linked: bool) {
        let acronym = self.rules.case == Case::Mixed && is_capitals(written);
        self.push_as(at, written, linked, acronym);
    }

    /// Adds a word, unless nothing is left of it when it is folded.
    fn push_as(&mut self, at: Range<usize>, written: &str, linked: bool, acronym: bool) {
        let Chunk { parts, folded, lower, capitals } = &mut *self.chunk;
        let from = (folded.len(), lower.len(), capitals.len());
        push_word(written, self.rules.dotless, folded, lower);
        if folded.len() == from.0 {
            lower.truncate(from.1);
            return;
        }
        if acronym {
            capitals.extend(folded[from.0..].chars().flat_map(char::to_uppercase));
        }
        let linked = linked && !parts.is_empty();
        let (folded, lower, acronym) = (from.0..folded.len(), from.1..lower.len(), from.2..capitals.len());
        parts.push(Part { at, linked, folded, lower, acronym });
    }
}

/// The end of the letters, digits and marks that begin at `start`, with apostrophes between them.
fn letters_end(text: &str, start: usize) -> usize {
    let mut end = start;
    let mut before = text[..start].chars().next_back().unwrap_or(' ');
    let mut chars = text[start..].char_indices().map(|(at, c)| (start + at, c)).peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map_or(' ', |(_, after)| *after);
        if is_narrow_gap(before, c, after) {
            break;
        }
        let apostrophe = at == end && !is_spaceless(after) && is_inner(before, c, after);
        if is_spaced(c) || is_mark(c) {
            end = at + c.len_utf8();
        } else if !apostrophe && !is_invisible(c) {
            break;
        }
        before = c;
    }
    end
}

/// Length of the `'s` at the end of a word.
fn possessive(word: &str) -> usize {
    let mut chars = word.chars().rev();
    match (chars.next(), chars.next()) {
        (Some('s' | 'S'), Some(c)) if is_apostrophe(c) => 1 + c.len_utf8(),
        _ => 0,
    }
}

/// Length of the `'s` after the last dot of an acronym.
fn dotted_possessive(text: &str) -> usize {
    let mut chars = text.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some(c), Some('s' | 'S'), after) if is_apostrophe(c) && !after.is_some_and(is_word) => c.len_utf8() + 1,
        _ => 0,
    }
}

/// A word without its apostrophes and whatever is not seen.
fn cleaned(word: &str) -> Cow<'_, str> {
    if word.contains(is_dropped) { Cow::Owned(word.replace(is_dropped, "")) } else { Cow::Borrowed(word) }
}

/// Length of the `++` or `#` after a word of `letters` bytes: `C++`, `Notepad++`; `C#`, `F#`.
fn signs(text: &str, letters: usize) -> usize {
    let length = match text.as_bytes() {
        [b'+', b'+', ..] => 2,
        [b'#', ..] if letters == 1 => 1,
        _ => return 0,
    };
    let goes_on = text[length..].starts_with(|c| continues_word(c) || matches!(c, '+' | '#'));
    if goes_on { 0 } else { length }
}

/// Length of `U.S.`, `U.S.A`, `e.g.`: single letters, at least two, with a dot between each.
fn dotted(text: &str) -> Option<usize> {
    let mut end = 0;
    let mut letters = 0;
    while let Some(length) = single_letter(&text[end..]) {
        letters += 1;
        end += length;
        if !text[end..].starts_with('.') {
            break;
        }
        end += 1;
    }
    (letters >= 2).then_some(end)
}

/// Length of a letter with its marks that has no other beside it.
fn single_letter(text: &str) -> Option<usize> {
    let letter = text.chars().next().filter(|c| c.is_alphabetic() && is_spaced(*c))?;
    let start = letter.len_utf8();
    let marks = text[start..].find(|c| !is_mark(c)).unwrap_or(text.len() - start);
    (!text[start + marks..].starts_with(is_word)).then_some(start + marks)
}
