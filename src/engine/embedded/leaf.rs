//! A leaf of a text query: the terms that answer one word, and where in the article they may stand.

use tantivy::columnar::Column;
use tantivy::postings::TermInfo;
use tantivy::schema::Field;
use tantivy::{Searcher, SegmentReader};

use super::schema::Fields;
use crate::engine::EngineError;
use crate::query::ast::TextField;

/// Where occurrences count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Region {
    Anywhere,
    Headline,
    Lead,
    Body,
    HeadlineOrLead,
}

/// One term of one field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Alternative {
    pub(super) field: Field,
    pub(super) term: String,
    /// Positions hold the first part and the number of parts.
    pub(super) joined: bool,
    /// The field holds all of the text, so a position has to tell the section.
    pub(super) shared: bool,
}

/// A word as the index is asked for it: any of some terms, counted as one.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) alternatives: Vec<Alternative>,
    pub(super) region: Region,
    /// The field whose lengths a score is measured against.
    pub(super) norm: Field,
    pub(super) tally: Tally,
}

/// How often a document that holds several of a leaf's terms holds the leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tally {
    /// The terms are the same words seen twice (a stem with and without diacritics): the most frequent one counts.
    Most,
    /// The terms are different words: all count.
    Sum,
}

impl Leaf {
    /// Terms of running text in the fields that hold `scope`; for `body:` and for joined forms positions decide.
    pub(super) fn new(fields: &Fields, scope: TextField, words: Words, terms: &[String], tally: Tally) -> Leaf {
        let whole = match words {
            Words::Exact => fields.text,
            Words::Inflected => fields.stem,
            Words::Pairs => fields.pairs,
        };
        let norm = norm(fields, scope, words);
        let (homes, region): (&[Field], Region) = match scope {
            TextField::Text => (&[whole], Region::Anywhere),
            TextField::Body => (&[whole], Region::Body),
            TextField::Headline => (&[fields.headline], Region::Headline),
            TextField::Lead => (&[fields.lead], Region::Lead),
            TextField::Hlead => (&[fields.headline, fields.lead], Region::HeadlineOrLead),
            TextField::Author => (&[fields.author], Region::Anywhere),
            TextField::Dateline => (&[fields.dateline], Region::Anywhere),
        };
        let pairs = words == Words::Pairs;
        let homes = if pairs { &[whole] } else { homes };
        let shared = pairs || matches!(region, Region::Body);
        let running = !pairs && !matches!(scope, TextField::Author | TextField::Dateline);
        let mut alternatives = Vec::with_capacity(terms.len() * (homes.len() + usize::from(running)));
        for term in terms {
            for field in homes {
                alternatives.push(Alternative { field: *field, term: term.clone(), joined: false, shared });
            }
            if running {
                alternatives.push(Alternative { field: fields.joined, term: term.clone(), joined: true, shared: true });
            }
        }
        Leaf { alternatives, region, norm, tally }
    }

    /// Keeps the terms that occur, and says in how many documents the leaf does: the sum, at most all.
    pub(super) fn resolve(&mut self, searcher: &Searcher) -> Result<u64, EngineError> {
        let mut total = 0;
        let mut kept = Vec::with_capacity(self.alternatives.len());
        for alternative in self.alternatives.drain(..) {
            let term = tantivy::Term::from_field_text(alternative.field, &alternative.term);
            let frequency = searcher.doc_freq(&term)?;
            if frequency > 0 {
                total += frequency;
                kept.push(alternative);
            }
        }
        self.alternatives = kept;
        Ok(total.min(docs(searcher)))
    }

    /// Does an occurrence's place decide, beyond the field it is in?
    pub(super) fn filters(&self, alternative: &Alternative) -> bool {
        self.region != Region::Anywhere && alternative.shared
    }
}

/// The field whose lengths are those of a scope.
fn norm(fields: &Fields, scope: TextField, words: Words) -> Field {
    match scope {
        TextField::Text | TextField::Body if words == Words::Exact => fields.text,
        TextField::Text | TextField::Body => fields.stem,
        TextField::Headline | TextField::Hlead => fields.headline,
        TextField::Lead => fields.lead,
        TextField::Author => fields.author,
        TextField::Dateline => fields.dateline,
    }
}

/// Words as written, all their inflected forms, or the pairs of syllables a Korean word holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    Exact,
    Inflected,
    Pairs,
}

/// All documents, deleted ones included, as tantivy's own statistics count.
pub(super) fn docs(searcher: &Searcher) -> u64 {
    searcher.segment_readers().iter().map(|reader| u64::from(reader.max_doc())).sum()
}

pub(super) fn term_info(reader: &SegmentReader, field: Field, term: &str) -> tantivy::Result<Option<TermInfo>> {
    Ok(reader.inverted_index(field)?.terms().get(term.as_bytes())?)
}

/// Where a region begins and ends in each document of a segment.
#[derive(Clone)]
pub(super) struct Bounds {
    region: Region,
    lead_at: Column<u64>,
    body_at: Column<u64>,
}

impl Bounds {
    pub(super) fn open(reader: &SegmentReader, region: Region) -> tantivy::Result<Bounds> {
        let fast = reader.fast_fields();
        Ok(Bounds { region, lead_at: fast.u64("lead_at")?, body_at: fast.u64("body_at")? })
    }

    pub(super) fn of(&self, doc: u32) -> std::ops::Range<u32> {
        let lead_at = || self.lead_at.first(doc).unwrap_or_default() as u32;
        let body_at = || self.body_at.first(doc).unwrap_or_default() as u32;
        match self.region {
            Region::Anywhere => 0..u32::MAX,
            Region::Headline => 0..lead_at(),
            Region::Lead => lead_at()..body_at(),
            Region::HeadlineOrLead => 0..body_at(),
            Region::Body => body_at()..u32::MAX,
        }
    }
}
