//! One article laid out for the index: its words at their positions, its sentences, and where its sections begin.
//!
//! Headline, lead and body lie one after the other in one position space, [`SECTION_GAP`] apart. Paragraphs follow
//! each other without a gap: spans cross them unless the query says otherwise.

use crate::analysis::{self, Event, Stemmers, Word};
use crate::article::Article;
use crate::engine::sentences::Sentences;

use super::packed::Packed;

/// What stands in the field of marks at the last word of a sentence, of a paragraph.
pub(super) const SENTENCE_END: &str = "s";
pub(super) const PARAGRAPH_END: &str = "p";

/// Wider than any distance a query can ask for (250).
pub(super) const SECTION_GAP: u32 = 256;

/// Names in a byline are apart as far, so that a span stays within one.
const NAME_GAP: u32 = SECTION_GAP;

/// Words behind the headline that are an article's opening. The first paragraph of a news article says what it is about, in
/// 30 words or so (the inverted pyramid).
const OPENING: u32 = 30;

/// A joined form's position holds its first part and its number of parts: `first * JOINED_SCALE + parts - 1`.
pub(super) const JOINED_SCALE: u32 = 8;

/// An article's words, packed field by field.
#[derive(Default)]
pub(super) struct Laid {
    pub(super) text: Packed,
    pub(super) stem: Packed,
    pub(super) joined: Packed,
    pub(super) pairs: Packed,
    pub(super) marks: Packed,
    pub(super) headline: Packed,
    pub(super) lead: Packed,
    pub(super) opening: Packed,
    pub(super) author: Packed,
    pub(super) author_joined: Packed,
    pub(super) dateline: Packed,
    pub(super) dateline_joined: Packed,
    pub(super) lead_at: u32,
    pub(super) body_at: u32,
    /// Words in headline, lead and body.
    pub(super) words: u32,
    pub(super) sentences: Sentences,
}

#[derive(Clone, Copy, PartialEq)]
enum Section {
    Headline,
    Lead,
    Body,
}

/// Lays articles out, one after the other. Remembers stems, so keep it.
pub(super) struct Layouter {
    stemmers: Stemmers,
    stems: Vec<String>,
}

impl Layouter {
    pub(super) fn new() -> Layouter {
        Layouter { stemmers: Stemmers::new(), stems: Vec::new() }
    }

    pub(super) fn lay_out(&mut self, article: &Article) -> Laid {
        let lang = article.lang.as_deref();
        let mut laid = Laid::default();
        let after_headline = self.paragraph(&article.headline, lang, Section::Headline, 0, &mut laid);
        laid.lead_at = after_headline + SECTION_GAP;
        let lead = article.lead.as_deref().unwrap_or_default();
        let after_lead = self.paragraph(lead, lang, Section::Lead, laid.lead_at, &mut laid);
        laid.body_at = after_lead + SECTION_GAP;
        let mut position = laid.body_at;
        for paragraph in &article.body {
            position = self.paragraph(paragraph, lang, Section::Body, position, &mut laid);
        }
        laid.words = after_headline + (after_lead - laid.lead_at) + (position - laid.body_at);
        names(&article.authors, lang, &mut laid.author, &mut laid.author_joined);
        names(article.dateline.as_slice(), lang, &mut laid.dateline, &mut laid.dateline_joined);
        laid
    }

    /// Lays out one paragraph from position `base` and returns the position after it.
    fn paragraph(&mut self, text: &str, lang: Option<&str>, section: Section, base: u32, laid: &mut Laid) -> u32 {
        let mut next = base;
        let mut sentence_from = base;
        laid.sentences.begin_paragraph();
        analysis::segment(text, lang, |event| match event {
            Event::Word(word) => {
                if word.span == 1 {
                    next = base + word.position + 1;
                }
                self.word(&word, lang, section, base, laid);
            }
            Event::SentenceEnd { at } => {
                if next > sentence_from {
                    laid.marks.push(next - 1, SENTENCE_END);
                }
                laid.sentences.push(next - sentence_from, at);
                sentence_from = next;
            }
        });
        if next > base {
            laid.marks.push(next - 1, PARAGRAPH_END);
        }
        next
    }

    fn word(&mut self, word: &Word<'_>, lang: Option<&str>, section: Section, base: u32, laid: &mut Laid) {
        let position = base + word.position;
        self.stems.clear();
        self.stemmers.index_terms(word, lang, &mut self.stems);
        if word.span > 1 {
            let position = joined_position(position, word);
            laid.joined.push(position, word.folded);
            self.stems.iter().filter(|stem| *stem != word.folded).for_each(|stem| laid.joined.push(position, stem));
            return;
        }
        laid.text.push(position, word.folded);
        if let Some(acronym) = word.acronym {
            laid.text.push(position, acronym);
        }
        self.stems.iter().for_each(|stem| laid.stem.push(position, stem));
        analysis::korean_pairs(word.folded).for_each(|pair| laid.pairs.push(position, pair));
        let before = match section {
            Section::Headline => OPENING,
            Section::Lead => position - laid.lead_at,
            Section::Body => (laid.body_at - SECTION_GAP - laid.lead_at) + (position - laid.body_at),
        };
        let own = match section {
            Section::Headline => Some(&mut laid.headline),
            Section::Lead => Some(&mut laid.lead),
            Section::Body => None,
        };
        let opening = (before < OPENING).then_some(&mut laid.opening);
        for part in own.into_iter().chain(opening) {
            part.push(position, word.folded);
            word.acronym.into_iter().for_each(|acronym| part.push(position, acronym));
            self.stems.iter().filter(|stem| *stem != word.folded).for_each(|stem| part.push(position, stem));
        }
    }
}

/// Where a joined form stands: its first part, and how many it has.
fn joined_position(first: u32, word: &Word<'_>) -> u32 {
    first * JOINED_SCALE + (word.span - 1).min(JOINED_SCALE - 1)
}

/// Words of names and place lines: as written, never stemmed.
fn names(values: &[String], lang: Option<&str>, packed: &mut Packed, joined: &mut Packed) {
    let mut base = 0;
    for value in values {
        let mut next = base;
        analysis::segment(value, lang, |event| {
            let Event::Word(word) = event else { return };
            let position = base + word.position;
            if word.span > 1 {
                return joined.push(joined_position(position, &word), word.folded);
            }
            packed.push(position, word.folded);
            word.acronym.into_iter().for_each(|acronym| packed.push(position, acronym));
            next = position + 1;
        });
        base = next + NAME_GAP;
    }
}
