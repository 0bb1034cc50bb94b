//! What is kept of a text to compare it by.
//!
//! A shingle is a stretch of folded words: from each word on as many as it takes to say something, so that `one of the`
//! goes on to the word after, a line of figures takes in several of them, and five characters do in Chinese.

use std::collections::BTreeSet;

use super::meeting::{AMONG_FIGURES, Class, PLACES, WHOLE, class_of_forms};
use super::sample::{Sample, bound, level_for, thinned};
use super::topic::{HeadWord, Topic};
use crate::analysis::{Event, segment};
use crate::article::Article;

/// A shingle has at least so many words, and letters; a short word counts as [`SHORTEST`] letters.
const SHINGLE_WORDS: usize = 2;
const SHINGLE_LETTERS: usize = 12;
const SHORTEST: usize = 3;

/// A body of fewer letters says too little by itself: the headline and the lead are compared with it, and nearly all of
/// it must agree. A table has to be longer, or to have figures to be known by: its words are those of every other.
const FULL_TEXT: usize = 45;
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

/// Keys, by which alike texts find each other; with fewer it is in a class of its own.
const KEYS: usize = 40;
const FEW: usize = 24;

/// In a form one word in so many, or more, is a figure, and there are enough of them to find it by; so many are kept.
const FORM: usize = 12;
const FIGURES_TO_FIND: usize = 4;
const FIGURE_KEYS: usize = 24;

/// A key has so many of the next figures and names, of so many words.
const TELLING: usize = 2;
const NEAR: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    /// Of all its words: two texts with the same print are the same but for case, accents and punctuation.
    pub print: i64,
    pub(super) short: bool,
    pub(super) level: u8,
    /// In the order of the text.
    pub(super) shingles: Vec<u32>,
    /// The same in their own order.
    pub(super) ordered: Vec<u32>,
    pub(super) key_level: u8,
    /// By which alike texts find each other, and in which place of the text they begin; in order.
    pub keys: Vec<(u32, u8)>,
    /// Numbers, and words with a figure in them.
    pub(super) figures: Sample,
    /// Words with a capital inside a sentence.
    pub(super) names: Sample,
    pub(super) tabular: bool,
    pub(super) topic: Topic,
}

impl Sketch {
    /// Nothing where there is too little to compare.
    pub fn of(article: &Article) -> Option<Sketch> {
        let headline = || std::iter::once(&article.headline);
        let (head, lead, body) = (Text::of(headline()), Text::of(article.lead.iter()), Text::of(article.body.iter()));
        let topic = topic(&head, &[&lead, &body]);
        if !body.is_short() {
            return Some(body.sketch(false, topic));
        }
        let text = Text::of(article.lead.iter().chain(&article.body));
        if !text.is_short() {
            return Some(text.sketch(false, topic));
        }
        let text = Text::of(headline().chain(&article.lead).chain(&article.body));
        (text.letters() >= ENOUGH).then(|| text.sketch(true, topic))
    }

    pub fn class(&self) -> Class {
        let in_text = self.keys.iter().filter(|(_, place)| *place < PLACES).count();
        let class = match self.key_level {
            _ if self.short => 0,
            0 if in_text < FEW => 1,
            level => 2 + level,
        };
        let is_form = self.keys.iter().any(|(_, place)| *place == AMONG_FIGURES);
        if is_form { class_of_forms(class) } else { class }
    }

    /// How many shingles the text has, about.
    pub(super) fn size(&self) -> usize {
        self.shingles.len() << self.level.min(16)
    }

    /// The shingles that are left at a level, in the order of the text.
    pub(super) fn at(&self, level: u8) -> Vec<u32> {
        self.shingles.iter().copied().filter(|shingle| *shingle <= bound(level)).collect()
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
    /// Of its sentence.
    last: bool,
}

impl Text {
    fn of<'a>(paragraphs: impl Iterator<Item = &'a String>) -> Text {
        let mut text = Text::default();
        paragraphs.for_each(|paragraph| text.read(paragraph));
        text
    }

    /// No language is told: copies need not agree on theirs.
    fn read(&mut self, paragraph: &str) {
        let mut begins = true;
        segment(paragraph, None, |event| match event {
            Event::SentenceEnd { .. } => {
                begins = true;
                self.words.iter_mut().last().into_iter().for_each(|word| word.last = true);
            }
            Event::Word(word) if word.span > 1 => {}
            Event::Word(word) => {
                let capital = paragraph[word.at.clone()].starts_with(char::is_uppercase);
                self.print.update(word.folded.as_bytes()).update(&[0]);
                self.words.push(Word {
                    hash: hash(word.folded),
                    letters: word.folded.chars().count().max(SHORTEST),
                    figure: word.folded.contains(|c: char| c.is_ascii_digit()),
                    name: capital && !begins,
                    last: false,
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

    fn sketch(self, short: bool, topic: Topic) -> Sketch {
        let (shingles, level) = fewest((0..self.words.len()).filter_map(|at| Some((self.shingle(at)?, at))), SHINGLES);
        let (keys, key_level) = fewest((0..self.words.len()).filter_map(|at| Some((self.key(at)?, at))), KEYS);
        let in_text = keys.into_iter().map(|(key, at)| (key, self.place(at)));
        let mut print = [0; 8];
        print.copy_from_slice(&self.print.finalize().as_bytes()[..8]);
        // The same words as a short text, headline and all, and as a body are two things.
        let print = (i64::from_le_bytes(print) & !1) | i64::from(short);
        let whole = (mixed(print.cast_unsigned()), WHOLE);
        let mut keys: Vec<(u32, u8)> = in_text.chain(self.figure_keys()).chain([whole]).collect();
        keys.sort_unstable();
        let shingles: Vec<u32> = shingles.into_iter().map(|(shingle, _)| shingle).collect();
        let such =
            |kind: fn(&Word) -> bool| self.words.iter().filter(move |word| kind(word)).map(|word| mixed(word.hash));
        let figures = Sample::of(such(|word| word.figure).collect(), FIGURES);
        let names = Sample::of(such(|word| word.name).collect(), NAMES);
        Sketch {
            print,
            short,
            level,
            ordered: ordered(&shingles),
            shingles,
            key_level,
            keys,
            tabular: self.is_table(),
            figures,
            names,
            topic,
        }
    }

    fn place(&self, at: usize) -> u8 {
        (at * usize::from(PLACES) / self.words.len()) as u8
    }

    /// A shingle, with the next figures and names of its sentence: the slots of a form that is filled in for another.
    fn key(&self, from: usize) -> Option<u32> {
        let near = &self.words[from..(from + NEAR).min(self.words.len())];
        let sentence = near.iter().position(|word| word.last).map_or(near, |last| &near[..=last]);
        let telling = sentence.iter().filter(|word| word.figure || word.name).take(TELLING);
        let shingle = u64::from(self.shingle(from)?);
        Some(mixed(telling.fold(shingle, |hash, word| chained(hash, word.hash))))
    }

    /// Of a form, figures that follow one another, and the word before: the same two elsewhere are others.
    fn figure_keys(&self) -> Vec<(u32, u8)> {
        let before = std::iter::once(0).chain(self.words.iter().map(|word| word.hash));
        let figures: Vec<(u64, u64)> = before
            .zip(&self.words)
            .filter(|(_, word)| word.figure)
            .map(|(before, word)| (chained(before, word.hash), word.hash))
            .collect();
        let pairs = figures.windows(2).map(|pair| mixed(chained(pair[0].0, pair[1].1)));
        let (keys, _) = fewest(pairs.zip(0..), FIGURE_KEYS);
        let is_form = figures.len() * FORM >= self.words.len() && keys.len() >= FIGURES_TO_FIND;
        keys.into_iter().filter(|_| is_form).map(|(key, _)| (key, AMONG_FIGURES)).collect()
    }

    /// The one that begins at a word; the last words of a text begin none.
    fn shingle(&self, from: usize) -> Option<u32> {
        let (mut hash, mut letters) = (0u64, 0);
        for (count, word) in self.words[from..].iter().enumerate() {
            hash = chained(hash, word.hash);
            letters += word.letters;
            if count + 1 >= SHINGLE_WORDS && letters >= SHINGLE_LETTERS {
                return Some(mixed(hash));
            }
        }
        None
    }
}

fn topic(head: &Text, texts: &[&Text]) -> Topic {
    let words = || texts.iter().flat_map(|text| &text.words);
    let head = head.words.iter();
    let head = head.map(|word| HeadWord { hash: mixed(word.hash), letters: word.letters, figure: word.figure });
    let names = words().filter(|word| word.name).map(|word| mixed(word.hash)).collect();
    Topic::of(&head.collect::<Vec<_>>(), &words().map(|word| mixed(word.hash)).collect(), &names)
}

/// Each hash once, where it comes first: those that are left at the level at which at most `most` are, in the order of
/// the text.
fn fewest(all: impl Iterator<Item = (u32, usize)>, most: usize) -> (Vec<(u32, usize)>, u8) {
    let mut all: Vec<(u32, usize)> = all.collect();
    all.sort_unstable();
    all.dedup_by_key(|(hash, _)| *hash);
    let hashes: Vec<u32> = all.iter().map(|(hash, _)| *hash).collect();
    let level = level_for(&hashes, 0, most);
    all.truncate(thinned(&hashes, level).len());
    all.sort_unstable_by_key(|(_, at)| *at);
    (all, level)
}

fn ordered(hashes: &[u32]) -> Vec<u32> {
    let mut hashes = hashes.to_vec();
    hashes.sort_unstable();
    hashes
}

/// FNV-1a.
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

fn chained(hash: u64, next: u64) -> u64 {
    (hash.rotate_left(23) ^ next).wrapping_mul(0x9e37_79b9_7f4a_7c15)
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
        let lists = [&self.shingles, &self.figures.hashes, &self.names.hashes, &self.topic.words];
        let mut bytes = self.print.to_le_bytes().to_vec();
        let flags = u8::from(self.short) | u8::from(self.tabular) << 1;
        bytes.extend([flags, self.level, self.key_level, self.figures.level, self.names.level]);
        bytes.extend(lists.map(|list| list.len() as u8));
        bytes.push(self.topic.bits.len().trailing_zeros() as u8);
        bytes.extend(lists.into_iter().flatten().flat_map(|hash| hash.to_le_bytes()));
        bytes.extend(&self.topic.bits);
        bytes.extend(self.keys.iter().flat_map(|(key, _)| key.to_le_bytes()));
        bytes.extend(self.keys.iter().map(|(_, place)| *place));
        bytes
    }

    /// Nothing if these are not the bytes of a sketch.
    pub fn from_bytes(bytes: &[u8]) -> Option<Sketch> {
        let (print, rest) = bytes.split_first_chunk::<8>()?;
        let ([flags, level, key_level, figure_level, name_level, lengths @ .., bits], rest) =
            rest.split_first_chunk::<10>()?;
        let [shingles, figures, names, head] = lengths.map(usize::from);
        let (hashes, rest) = rest.split_at_checked(4 * (shingles + figures + names + head))?;
        let (bits, rest) = rest.split_at_checked(1usize.checked_shl(u32::from(*bits))?)?;
        let keys = rest.len() / 5;
        let (keys, places) = rest.split_at_checked(4 * keys)?;
        if keys.len() != 4 * places.len() {
            return None;
        }
        let read = |bytes: &[u8]| -> Vec<u32> {
            bytes.as_chunks::<4>().0.iter().map(|hash| u32::from_le_bytes(*hash)).collect()
        };
        let mut hashes = read(hashes);
        let topic = Topic { words: hashes.split_off(shingles + figures + names), bits: bits.to_vec() };
        let names = Sample { level: *name_level, hashes: hashes.split_off(shingles + figures) };
        let figures = Sample { level: *figure_level, hashes: hashes.split_off(shingles) };
        Some(Sketch {
            print: i64::from_le_bytes(*print),
            short: flags & 1 != 0,
            tabular: flags & 2 != 0,
            level: *level,
            ordered: ordered(&hashes),
            shingles: hashes,
            key_level: *key_level,
            keys: read(keys).into_iter().zip(places.iter().copied()).collect(),
            figures,
            names,
            topic,
        })
    }
}
