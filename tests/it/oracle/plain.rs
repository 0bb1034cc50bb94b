//! Articles as lists of words: what the oracle reads instead of an index.

use std::collections::HashMap;

use broadsheet::analysis::{self, Event, Stemmers, Word};
use broadsheet::engine::Document;
use broadsheet::query::ast::TextField;

/// Positions between two sections: more than any distance.
const GAP: u32 = 256;

pub(super) struct Plain {
    pub(super) articles: Vec<PlainArticle>,
    /// Every word there is, once.
    pub(super) forms: Vec<Form>,
}

pub(super) struct PlainArticle {
    pub(super) document: Document,
    spaces: [Space; 3],
}

/// Fields that share one row of positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum SpaceName {
    /// Headline, lead and body.
    Text,
    Author,
    Dateline,
}

/// A row of positions: its sections, far apart, and the words on them.
#[derive(Default)]
pub(super) struct Space {
    /// First position, and the one after the last.
    pub(super) sections: Vec<(u32, u32)>,
    /// One a position.
    pub(super) words: Vec<Token>,
    /// The joined forms of compounds.
    pub(super) compounds: Vec<Token>,
    /// Positions of last words.
    pub(super) sentence_ends: Vec<u32>,
    pub(super) paragraph_ends: Vec<u32>,
}

pub(super) struct Token {
    pub(super) place: Place,
    /// Its place among the forms.
    pub(super) form: usize,
    pub(super) written: String,
}

/// Where something stands: from the first position to the one after the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// All that a word can be found by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Form {
    pub(super) folded: String,
    /// The same, letter by letter.
    pub(super) letters: Vec<char>,
    pub(super) acronym: Option<String>,
    pub(super) stems: Vec<String>,
    pub(super) pairs: Vec<String>,
}

impl Plain {
    pub(super) fn of(documents: impl Iterator<Item = Document>) -> Plain {
        let mut reader = Reader::default();
        let articles = documents.map(|document| reader.article(document)).collect();
        let mut forms: Vec<(Form, usize)> = reader.forms.into_iter().collect();
        forms.sort_unstable_by_key(|(_, number)| *number);
        Plain { articles, forms: forms.into_iter().map(|(form, _)| form).collect() }
    }
}

impl PlainArticle {
    pub(super) fn space(&self, name: SpaceName) -> &Space {
        &self.spaces[name as usize]
    }

    /// Words in headline, lead and body.
    pub(super) fn length(&self) -> u64 {
        self.space(SpaceName::Text).words.len() as u64
    }
}

impl SpaceName {
    pub(super) const ALL: [SpaceName; 3] = [SpaceName::Text, SpaceName::Author, SpaceName::Dateline];

    pub(super) fn of(field: TextField) -> SpaceName {
        match field {
            TextField::Author => SpaceName::Author,
            TextField::Dateline => SpaceName::Dateline,
            _ => SpaceName::Text,
        }
    }
}

impl Space {
    /// The sections that are a field.
    pub(super) fn field(&self, field: TextField) -> &[(u32, u32)] {
        match field {
            TextField::Headline => &self.sections[..1],
            TextField::Lead => &self.sections[1..2],
            TextField::Body => &self.sections[2..],
            TextField::Hlead => &self.sections[..2],
            TextField::Text | TextField::Author | TextField::Dateline => &self.sections,
        }
    }

    /// The compound that begins with a word.
    pub(super) fn compound_at(&self, start: u32) -> Option<&Token> {
        self.compounds.iter().find(|compound| compound.place.start == start)
    }
}

#[derive(Default)]
struct Reader {
    stemmers: Stemmers,
    forms: HashMap<Form, usize>,
}

impl Reader {
    fn article(&mut self, document: Document) -> PlainArticle {
        let article = &document.article;
        let lang = article.lang.as_deref();
        let headline = std::slice::from_ref(&article.headline);
        let text = self.space([headline, article.lead.as_slice(), &article.body], lang, SpaceName::Text);
        let author = self.space(article.authors.chunks(1), lang, SpaceName::Author);
        let dateline = self.space([article.dateline.as_slice()], lang, SpaceName::Dateline);
        PlainArticle { document, spaces: [text, author, dateline] }
    }

    /// Sections of paragraphs.
    fn space<'a>(
        &mut self,
        sections: impl IntoIterator<Item = &'a [String]>,
        lang: Option<&str>,
        name: SpaceName,
    ) -> Space {
        let mut space = Space::default();
        let mut next = 0;
        for paragraphs in sections {
            let start = next;
            for paragraph in paragraphs {
                next = self.paragraph(paragraph, lang, name, next, &mut space);
            }
            space.sections.push((start, next));
            next += GAP;
        }
        space
    }

    /// Reads words on to positions from `base`; returns the one after the last.
    fn paragraph(&mut self, text: &str, lang: Option<&str>, name: SpaceName, base: u32, space: &mut Space) -> u32 {
        let mut next = base;
        analysis::segment(text, lang, |event| match event {
            Event::Word(word) => {
                let start = base + word.position;
                let place = Place { start, end: start + word.span };
                let form = self.form(&word, lang, name);
                let token = Token { place, form, written: text[word.at].to_owned() };
                if word.span == 1 {
                    next = place.end;
                    space.words.push(token);
                } else {
                    space.compounds.push(token);
                }
            }
            // A name is one sentence, however many stops are in it.
            Event::SentenceEnd { .. } if name == SpaceName::Text => space.sentence_ends.push(next - 1),
            Event::SentenceEnd { .. } => {}
        });
        if next > base {
            space.sentence_ends.push(next - 1);
            space.paragraph_ends.push(next - 1);
        }
        next
    }

    fn form(&mut self, word: &Word<'_>, lang: Option<&str>, name: SpaceName) -> usize {
        let mut form = Form {
            folded: word.folded.to_owned(),
            letters: word.folded.chars().collect(),
            acronym: word.acronym.map(str::to_owned),
            stems: Vec::new(),
            pairs: Vec::new(),
        };
        // Names are as they are written.
        if name == SpaceName::Text {
            self.stemmers.index_terms(word, lang, &mut form.stems);
            form.pairs = pairs(word);
        }
        let number = self.forms.len();
        *self.forms.entry(form).or_insert(number)
    }
}

fn pairs(word: &Word<'_>) -> Vec<String> {
    let pairs = analysis::korean_pairs(word.folded).map(str::to_owned);
    if word.span == 1 { pairs.collect() } else { Vec::new() }
}
