//! What is kept of a text to compare it by.
//!
//! A shingle is a stretch of folded words: from each word on as many as it takes to say something, so that `one of the`
//! goes on to the word after, a line of figures takes in several of them, and five characters do in Chinese.

use std::collections::BTreeSet;

use super::sample::{Sample, level_for, thinned};
use crate::analysis::{Event, segment};
use crate::article::Article;

/// A shingle has at least so many words, and letters; a short word counts as [`SHORTEST`] letters.
const SHINGLE_WORDS: usize = 3;
const SHINGLE_LETTERS: usize = 15;
const SHORTEST: usize = 3;

/// A body of fewer letters says too little by itself: the headline and the lead are compared with it, and nearly all of
/// it must agree. A table has to be longer, or to have figures to be known by: its words are those of every other.
const FULL_TEXT: usize = 100;
const FULL_TABLE: usize = 250;
const TELLING_FIGURES: usize = 6;

/// Below this there is nothing to compare: a flash, a stub.
const ENOUGH: usize = 40;

/// In a table one word in so many, or more, is a figure.
const TABLE: usize = 5;

/// Shingles, figures and names kept.
const SHINGLES: usize = 192;
const FIGURES: usize = 48;
const NAMES: usize = 48;

/// Of the shingles kept, those by which alike texts find each other.
const KEYS: usize = 32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    /// Of all its words: two texts with the same print are the same but for case, accents and punctuation.
    pub print: i64,
    pub(super) short: bool,
    pub(super) level: u8,
    /// Shingles that begin in the first half of the text, in order, and the others.
    pub(super) front: Vec<u32>,
    pub(super) back: Vec<u32>,
    /// Numbers, and words with a figure in them.
    pub(super) figures: Sample,
    /// Words with a capital inside a sentence.
    pub(super) names: Sample,
    pub(super) tabular: bool,
}

/// How texts are grouped to be found: 0 are the short ones; from there on it grows with the length of the text.
pub type Class = u8;

impl Sketch {
    /// Nothing where there is too little to compare.
    pub fn of(article: &Article) -> Option<Sketch> {
        let mut text = Text::default();
        article.body.iter().for_each(|paragraph| text.read(paragraph));
        let short = text.is_short();
        if short {
            text = Text::default();
            let parts = [Some(article.headline.as_str()), article.lead.as_deref()].into_iter().flatten();
            parts.chain(article.body.iter().map(String::as_str)).for_each(|part| text.read(part));
        }
        (text.letters() >= ENOUGH).then(|| text.sketch(short))
    }

    pub fn class(&self) -> Class {
        if self.short { 0 } else { 1 + self.key_level() }
    }

    /// By which alike texts find each other, and whether each is in the back half of the text.
    pub fn keys(&self) -> impl Iterator<Item = (u32, bool)> {
        let [front, back] = self.halves(self.key_level()).map(<[u32]>::iter);
        front.map(|key| (*key, false)).chain(back.map(|key| (*key, true)))
    }

    pub(super) fn key_level(&self) -> u8 {
        let left = |level: &u8| self.halves(*level).map(<[u32]>::len).iter().sum::<usize>();
        (self.level..32).find(|level| left(level) <= KEYS).unwrap_or(32)
    }

    /// Shingles of the front and of the back that are left at a level, in order.
    pub(super) fn halves(&self, level: u8) -> [&[u32]; 2] {
        [thinned(&self.front, level), thinned(&self.back, level)]
    }

    /// The same of both.
    pub(super) fn shingles(&self, level: u8) -> Vec<u32> {
        let mut all = self.halves(level).concat();
        all.sort_unstable();
        all
    }
}

/// A text being read.
#[derive(Default)]
struct Text {
    words: Vec<Word>,
    print: blake3::Hasher,
}

struct Word {
    hash: u64,
    letters: usize,
    figure: bool,
    name: bool,
}

impl Text {
    /// No language is told: copies need not agree on theirs.
    fn read(&mut self, paragraph: &str) {
        let mut begins = true;
        segment(paragraph, None, |event| match event {
            Event::SentenceEnd { .. } => begins = true,
            Event::Word(word) if word.span > 1 => {}
            Event::Word(word) => {
                let capital = paragraph[word.at.clone()].starts_with(char::is_uppercase);
                self.print.update(word.folded.as_bytes()).update(&[0]);
                self.words.push(Word {
                    hash: hash(word.folded),
                    letters: word.folded.chars().count().max(SHORTEST),
                    figure: word.folded.contains(|c: char| c.is_ascii_digit()),
                    name: capital && !begins,
                });
                begins = false;
            }
        });
    }

    fn letters(&self) -> usize {
        self.words.iter().map(|word| word.letters).sum()
    }

    fn is_short(&self) -> bool {
        if !self.is_table() {
            return self.letters() < FULL_TEXT;
        }
        let figures: BTreeSet<u64> = self.words.iter().filter(|word| word.figure).map(|word| word.hash).collect();
        self.letters() < FULL_TABLE && figures.len() < TELLING_FIGURES
    }

    fn is_table(&self) -> bool {
        self.words.iter().filter(|word| word.figure).count() * TABLE >= self.words.len()
    }

    fn sketch(self, short: bool) -> Sketch {
        let mut shingles: Vec<(u32, usize)> =
            (0..self.words.len()).filter_map(|at| Some((self.shingle(at)?, at))).collect();
        shingles.sort_unstable();
        shingles.dedup_by_key(|(hash, _)| *hash);
        let hashes: Vec<u32> = shingles.iter().map(|(hash, _)| *hash).collect();
        let level = level_for(&hashes, 0, SHINGLES);
        let kept = thinned(&hashes, level).len();
        let half = self.words.len() / 2;
        let of_half =
            |front: bool| shingles[..kept].iter().filter(move |(_, at)| (*at < half) == front).map(|(hash, _)| *hash);
        let such =
            |kind: fn(&Word) -> bool| self.words.iter().filter(move |word| kind(word)).map(|word| mixed(word.hash));
        let figures = Sample::of(such(|word| word.figure).collect(), FIGURES);
        let names = Sample::of(such(|word| word.name).collect(), NAMES);
        let mut print = [0; 8];
        print.copy_from_slice(&self.print.finalize().as_bytes()[..8]);
        Sketch {
            // The same words as a short text, headline and all, and as a body are two things.
            print: (i64::from_le_bytes(print) & !1) | i64::from(short),
            short,
            level,
            front: of_half(true).collect(),
            back: of_half(false).collect(),
            tabular: self.is_table(),
            figures,
            names,
        }
    }

    /// The one that begins at a word; the last words of a text begin none.
    fn shingle(&self, from: usize) -> Option<u32> {
        let (mut hash, mut letters) = (0u64, 0);
        for (count, word) in self.words[from..].iter().enumerate() {
            hash = (hash.rotate_left(23) ^ word.hash).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            letters += word.letters;
            if count + 1 >= SHINGLE_WORDS && letters >= SHINGLE_LETTERS {
                return Some(mixed(hash));
            }
        }
        None
    }
}

/// FNV-1a.
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Spreads what a hash knows over the 32 bits that are kept (the finaliser of SplitMix64).
fn mixed(hash: u64) -> u32 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((hash ^ (hash >> 31)) >> 32) as u32
}

/// A sketch as bytes.
impl Sketch {
    pub fn to_bytes(&self) -> Vec<u8> {
        let lists = [&self.front, &self.back, &self.figures.hashes, &self.names.hashes];
        let mut bytes = self.print.to_le_bytes().to_vec();
        bytes.extend([
            u8::from(self.short) | u8::from(self.tabular) << 1,
            self.level,
            self.figures.level,
            self.names.level,
        ]);
        bytes.extend(lists.map(|list| list.len() as u8));
        bytes.extend(lists.into_iter().flatten().flat_map(|hash| hash.to_le_bytes()));
        bytes
    }

    /// Nothing if these are not the bytes of a sketch.
    pub fn from_bytes(bytes: &[u8]) -> Option<Sketch> {
        let (print, rest) = bytes.split_first_chunk::<8>()?;
        let ([flags, level, figure_level, name_level, lengths @ ..], rest) = rest.split_first_chunk::<8>()?;
        let (hashes, []) = rest.as_chunks::<4>() else { return None };
        let [front, back, figures, names] = lengths.map(usize::from);
        if hashes.len() != front + back + figures + names {
            return None;
        }
        let list = |from: usize, length: usize| {
            hashes[from..from + length].iter().map(|hash| u32::from_le_bytes(*hash)).collect()
        };
        Some(Sketch {
            print: i64::from_le_bytes(*print),
            short: flags & 1 != 0,
            tabular: flags & 2 != 0,
            level: *level,
            front: list(0, front),
            back: list(front, back),
            figures: Sample { level: *figure_level, hashes: list(front + back, figures) },
            names: Sample { level: *name_level, hashes: list(front + back + figures, names) },
        })
    }
}
