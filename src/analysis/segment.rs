//! Running text into words and sentence ends.

use std::ops::Range;

use super::case::Case;
use super::chars::{is_invisible, is_word};
use super::fold::{LONGEST_WORD, cut};
use super::language::Rules;
use super::piece::{Chunk, Part, is_dot_net};
use super::sentence;

/// Compounds of more parts have no joined form.
const MOST_PARTS: usize = 8;

/// One word of running text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    /// Counted from 0 within the text, joined forms not counted.
    pub position: u32,
    /// How many positions it covers: 1, or the number of its parts for the joined form of a compound. That stands at the
    /// position of the first part and comes right after it: `e` at 0, `email` at 0 with span 2, `mail` at 1.
    pub span: u32,
    /// Bytes of the text as written, without a possessive `'s`.
    pub at: Range<usize>,
    /// Case, diacritics, width and typographic variants folded; never empty, at most 256 bytes.
    pub folded: &'a str,
    /// In lower case with its diacritics: what stems are taken from.
    pub lower: &'a str,
    /// In folded capitals, `US`: for `U.S.`, and for `US` in mixed-case text.
    pub acronym: Option<&'a str>,
}

/// What running text consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    Word(Word<'a>),
    /// After the last word of a sentence. `at`, in bytes, is where the next sentence starts, after the white space; the
    /// last one ends with the text.
    SentenceEnd {
        at: usize,
    },
}

/// The words of a text, folded, without the joined forms of compounds.
pub fn folded_words(text: &str, lang: Option<&str>) -> Vec<String> {
    let mut words = Vec::new();
    segment(text, lang, |event| match event {
        Event::Word(word) if word.span == 1 => words.push(word.folded.to_owned()),
        _ => {}
    });
    words
}

/// Words and sentence ends of one paragraph, in order of position. `lang` is a language tag, where it is known.
pub fn segment(text: &str, lang: Option<&str>, sink: impl FnMut(Event<'_>)) {
    segment_as(text, lang, Case::of(text), sink);
}

/// The same for a part of a paragraph that begins at a sentence start, `case` being that of the whole paragraph: the
/// words are those of the whole from there on, their positions and bytes counted from the start of the part.
pub fn segment_as(text: &str, lang: Option<&str>, case: Case, sink: impl FnMut(Event<'_>)) {
    read_by(text, Rules::of(lang, case), sink);
}

pub(super) fn read_by(text: &str, rules: Rules, sink: impl FnMut(Event<'_>)) {
    let segmenter = Segmenter {
        text,
        rules,
        sink,
        position: 0,
        read: 0,
        last: 0..0,
        next_sentence: None,
        plain: String::new(),
        chunk: Chunk::default(),
        joined: Joined::default(),
    };
    segmenter.run();
}

struct Segmenter<'t, F> {
    text: &'t str,
    rules: Rules,
    sink: F,
    /// Of the next word.
    position: u32,
    /// How far the text has been read.
    read: usize,
    /// The last word.
    last: Range<usize>,
    /// Where the next sentence starts, if the last word has ended one. It is told when the next word comes, so that the
    /// last end is always that of the text.
    next_sentence: Option<usize>,
    plain: String,
    chunk: Chunk,
    joined: Joined,
}

/// Buffers for the joined form of a compound.
#[derive(Default)]
struct Joined {
    folded: String,
    lower: String,
}

impl<F: FnMut(Event<'_>)> Segmenter<'_, F> {
    fn run(mut self) {
        while let Some(start) = next_word(self.text, self.read) {
            self.look_for_sentence_end(start);
            if !self.plain_word(start) {
                self.read = self.chunk.read(self.text, start, &self.rules);
                self.tell_chunk();
            }
        }
        if self.position > 0 {
            (self.sink)(Event::SentenceEnd { at: self.text.len() });
        }
    }

    fn look_for_sentence_end(&mut self, next: usize) {
        let gap = self.read..next;
        let just_a_space = &self.text[gap.clone()] == " " && !self.text[..gap.start].ends_with('.');
        if self.position > 0 && self.next_sentence.is_none() && !just_a_space {
            self.next_sentence = sentence::end_in(self.text, &self.last, gap, &self.rules);
        }
    }

    fn tell_sentence_end(&mut self) {
        if let Some(at) = self.next_sentence.take() {
            (self.sink)(Event::SentenceEnd { at });
        }
    }

    /// Most words are plain: ASCII letters and digits, nothing beside them that could belong to them. Says whether this is
    /// one.
    fn plain_word(&mut self, start: usize) -> bool {
        let bytes = &self.text.as_bytes()[start..];
        let length = bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if length == 0 || length > LONGEST_WORD || !ends_plainly(&bytes[length..], length) {
            return false;
        }
        let (at, written) = (start..start + length, &self.text[start..start + length]);
        if self.rules.dotless && written.contains('I') {
            return false;
        }
        self.tell_sentence_end();
        self.plain.clear();
        self.plain.push_str(written);
        self.plain.make_ascii_lowercase();
        let capitals = self.rules.case == Case::Mixed
            && (2..=6).contains(&length)
            && written.bytes().all(|byte| byte.is_ascii_uppercase());
        let acronym = capitals.then_some(written);
        let (folded, lower) = (&self.plain, &self.plain);
        (self.read, self.last) = (at.end, at.clone());
        (self.sink)(Event::Word(Word { position: self.position, span: 1, at, folded, lower, acronym }));
        self.position += 1;
        true
    }

    fn tell_chunk(&mut self) {
        let Some(last) = self.chunk.parts.last() else { return };
        self.last = last.at.clone();
        self.tell_sentence_end();
        let parts = &self.chunk.parts;
        for (index, part) in parts.iter().enumerate() {
            (self.sink)(Event::Word(Word {
                position: self.position,
                span: 1,
                at: part.at.clone(),
                folded: self.chunk.folded(part),
                lower: self.chunk.lower(part),
                acronym: self.chunk.acronym(part),
            }));
            if !part.linked {
                let linked = parts[index + 1..].iter().take_while(|part| part.linked).count();
                if (1..MOST_PARTS).contains(&linked) {
                    let compound = &parts[index..=index + linked];
                    (self.sink)(Event::Word(self.joined.word(&self.chunk, compound, self.position)));
                }
            }
            self.position += 1;
        }
    }
}

impl Joined {
    /// The compound of `parts` as one word.
    fn word(&mut self, chunk: &Chunk, parts: &[Part], position: u32) -> Word<'_> {
        self.folded.clear();
        self.lower.clear();
        for part in parts {
            self.folded.push_str(chunk.folded(part));
            self.lower.push_str(chunk.lower(part));
        }
        cut(&mut self.folded, 0);
        cut(&mut self.lower, 0);
        let start = parts.first().map_or(0, |part| part.at.start);
        let end = parts.last().map_or(start, |part| part.at.end);
        Word {
            position,
            span: parts.len() as u32,
            at: start..end,
            folded: &self.folded,
            lower: &self.lower,
            acronym: None,
        }
    }
}

/// Where the next word begins.
fn next_word(text: &str, from: usize) -> Option<usize> {
    let begins = |at: usize, c: char| match c {
        '.' => is_dot_net(text, at),
        c => is_word(c) && !is_invisible(c),
    };
    text[from..].char_indices().map(|(at, c)| (from + at, c)).find(|(at, c)| begins(*at, *c)).map(|(at, _)| at)
}

/// Whether an ASCII word of `length` letters ends where `rest` begins. Signs that can hold words together do so only before
/// a letter or a digit.
fn ends_plainly(rest: &[u8], length: usize) -> bool {
    let next = rest.get(1).copied().unwrap_or(b' ');
    match rest.first() {
        None => true,
        Some(b'\'' | b'`' | b'-' | b'/' | b'&' | b'_' | b'.' | b',') => {
            next.is_ascii() && !next.is_ascii_alphanumeric()
        }
        Some(b'+') => next != b'+',
        Some(b'#') => length > 1,
        Some(byte) => byte.is_ascii(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A word of its own, to be kept.
    #[derive(Clone, Debug, PartialEq, Eq)]
    enum Kept {
        Word { position: u32, span: u32, at: Range<usize>, folded: String, lower: String, acronym: Option<String> },
        End(usize),
    }

    fn keep(text: &str, lang: Option<&str>, case: Case) -> Vec<Kept> {
        let mut kept = Vec::new();
        segment_as(text, lang, case, |event| {
            kept.push(match event {
                Event::SentenceEnd { at } => Kept::End(at),
                Event::Word(word) => Kept::Word {
                    position: word.position,
                    span: word.span,
                    at: word.at,
                    folded: word.folded.to_owned(),
                    lower: word.lower.to_owned(),
                    acronym: word.acronym.map(str::to_owned),
                },
            });
        });
        kept
    }

    fn moved(event: Kept, positions: u32, bytes: usize) -> Kept {
        match event {
            Kept::End(at) => Kept::End(at + bytes),
            Kept::Word { position, span, at, folded, lower, acronym } => Kept::Word {
                position: position + positions,
                span,
                at: at.start + bytes..at.end + bytes,
                folded,
                lower,
                acronym,
            },
        }
    }

    /// Reading from any sentence start gives what reading the whole gave from there on.
    fn check_resumes(text: &str, lang: Option<&str>) {
        let case = Case::of(text);
        let whole = keep(text, lang, case);
        let mut position = 0;
        for (index, event) in whole.iter().enumerate() {
            match event {
                Kept::Word { span: 1, .. } => position += 1,
                Kept::Word { .. } => {}
                Kept::End(at) => {
                    let rest: Vec<Kept> =
                        keep(&text[*at..], lang, case).into_iter().map(|event| moved(event, position, *at)).collect();
                    assert_eq!(rest, whole[index + 1..], "{text:?} from {at}");
                }
            }
        }
    }

    fn check_order(text: &str, lang: Option<&str>) {
        let mut next = 0;
        let mut after = 0;
        let mut sentence = 0;
        let mut ended = true;
        for event in keep(text, lang, Case::of(text)) {
            match event {
                Kept::End(at) => {
                    assert!(!ended && at > sentence && at >= after && text.is_char_boundary(at), "{text:?}");
                    (sentence, ended) = (at, true);
                }
                Kept::Word { position, span, at, folded, .. } => {
                    assert!(!text[at.clone()].is_empty() && at.start >= sentence, "{text:?}");
                    assert!(!folded.is_empty() && folded.len() <= LONGEST_WORD, "{text:?}");
                    ended = false;
                    if span > 1 {
                        assert_eq!(position + 1, next, "{text:?}");
                        continue;
                    }
                    assert!(position == next && at.start >= after, "{text:?}");
                    (next, after) = (position + 1, at.end);
                }
            }
        }
        assert!(ended && (next == 0 || sentence == text.len()), "{text:?}");
    }

    const LANGS: &[Option<&str>] = &[None, Some("en"), Some("fr"), Some("tr-TR"), Some("de"), Some("fa"), Some("ja")];

    /// Pieces of text that meet each other's edge cases more often than characters by chance do.
    const PIECES: &[&str] = &[
        " ",
        " ",
        ". ",
        "! ",
        "? ",
        "… ",
        ".",
        ",",
        "'",
        "’",
        "-",
        "–",
        "/",
        "&",
        "_",
        "\"",
        "“",
        "”",
        "(",
        ")",
        "#",
        "+",
        "++",
        "@",
        ":",
        ";",
        "a",
        "A",
        "é",
        "e\u{301}",
        "U.S.",
        "J.",
        "Mr.",
        "Inc.",
        "No.",
        "The",
        "l'",
        "dell'",
        "'s",
        "1",
        "23",
        "456",
        ",789",
        ".5",
        "C++",
        "F#",
        ".NET",
        "ZDF",
        "ÖVP",
        "İ",
        "I",
        "ı",
        "ß",
        "中",
        "。",
        "」",
        "か\u{3099}",
        "ไทย",
        "한국",
        "می",
        "\u{200c}",
        "\u{ad}",
        "\u{200b}",
        "ـ",
        "כל",
        "״",
        "हिन्दी",
        "।",
        "؟",
        "\u{301}",
        "\u{fe0f}",
        "😀",
        "ŉ",
        "½",
        "\n",
        "\u{a0}",
        "ʼ",
        "l·l",
        "٣",
        "٫",
        "，",
        "．",
        "́",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn any_text_reads_in_order(text in "\\PC{0,60}", lang in 0..LANGS.len()) {
            check_order(&text, LANGS[lang]);
            check_resumes(&text, LANGS[lang]);
        }

        #[test]
        fn any_mixture_reads_in_order(picks in prop::collection::vec(0..PIECES.len(), 0..40), lang in 0..LANGS.len()) {
            let text: String = picks.iter().map(|pick| PIECES[*pick]).collect();
            check_order(&text, LANGS[lang]);
            check_resumes(&text, LANGS[lang]);
        }
    }

    #[test]
    fn a_sentence_is_read_again_as_it_was() {
        let text = "The U.S. and NATO met. Mr. Smith (UN) said: “No!” Then it ended. 3.5 million left.";
        check_resumes(text, Some("en"));
        let ends = keep(text, Some("en"), Case::Mixed).into_iter().filter(|event| matches!(event, Kept::End(_)));
        assert_eq!(ends.count(), 4);
    }

    #[test]
    fn a_compound_of_many_parts_has_no_joined_form() {
        let joined = |text: &str| {
            keep(text, None, Case::Mixed).iter().filter(|event| matches!(event, Kept::Word { span: 2.., .. })).count()
        };
        assert_eq!(joined("a-b-c-d-e-f-g-h"), 1);
        assert_eq!(joined("a-b-c-d-e-f-g-h-i"), 0);
    }

    #[test]
    fn long_input_is_read_in_time_that_grows_with_it() {
        for piece in ["a.", "a-", "1,", "a'", ". ~ ", "\u{ad}", "'", "c++", "l'", "中", "\u{301}", "ـ", "a\u{200c}"] {
            segment(&piece.repeat(100_000), Some("fr"), |_| {});
        }
    }
}
