//! A leaf of a text query: the terms that answer one word, where they lie in the index, and where in the article they
//! may stand.

use std::collections::BTreeSet;
use std::sync::Arc;

use tantivy::postings::TermInfo;
use tantivy::schema::Field;

use super::View;
use super::deadline::Deadline;
use super::expand::{MOST_EXPANSIONS, Pattern};
use super::schema::Fields;
use super::segments::{Region, Segments};
use crate::engine::EngineError;
use crate::query::ast::TextField;

/// An automaton is large: of a pattern for no more words than this it is not kept.
const MOST_NAMED: usize = 256;

/// One term of one field, in the index.
#[derive(Clone, Debug)]
pub(super) struct Alternative {
    pub(super) field: Field,
    pub(super) term: String,
    /// Positions hold the first part and the number of parts.
    pub(super) joined: bool,
    /// The field holds all of the text, so a position has to tell the section.
    shared: bool,
    /// Where its postings lie, by segment; there is one at least.
    pub(super) places: Vec<Option<TermInfo>>,
}

/// A word as the index is asked for it: any of some terms, counted as one.
#[derive(Debug)]
pub(super) struct Leaf {
    /// Those that occur.
    pub(super) alternatives: Vec<Alternative>,
    pub(super) region: Region,
    /// The field whose lengths a score is measured against.
    pub(super) norm: Field,
    pub(super) tally: Tally,
    /// Documents that hold it: the sum over its terms, at most all.
    pub(super) frequency: u64,
    pub(super) segments: Arc<Segments>,
    /// Its terms were found by a pattern.
    pub(super) is_expanded: bool,
    /// The pattern, where there are so many terms that finding them again is cheaper than looking each up.
    pattern: Option<Arc<Pattern>>,
}

impl Leaf {
    /// It asks for the same terms.
    pub(super) fn is_same(&self, other: &Leaf) -> bool {
        let terms = |leaf: &Leaf| leaf.alternatives.iter().map(|one| (one.field, one.term.clone())).collect::<Vec<_>>();
        self.region == other.region && terms(self) == terms(other)
    }
}

/// How often a document that holds several of a leaf's terms holds the leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tally {
    /// The terms are the same words seen twice (a stem with and without diacritics): the most frequent one counts.
    Most,
    /// The terms are different words: all count.
    Sum,
}

impl Tally {
    pub(super) fn add(self, so_far: u32, count: u32) -> u32 {
        match self {
            Tally::Most => so_far.max(count),
            Tally::Sum => so_far.saturating_add(count),
        }
    }
}

/// Words as written, all their inflected forms, or the pairs of syllables that a Korean word holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    Exact,
    Inflected,
    Pairs,
}

impl View {
    /// Looks terms of running text up in the fields that hold `scope`; for `body:` and for joined forms positions decide.
    pub(super) fn leaf(
        &self,
        scope: TextField,
        words: Words,
        terms: &[String],
        tally: Tally,
    ) -> tantivy::Result<Arc<Leaf>> {
        let (homes, region) = homes(&self.fields, scope, words);
        let norm = norm(&self.fields, scope, words);
        let mut alternatives = Vec::with_capacity(terms.len());
        for field in &homes {
            self.look_up(*field, terms, &mut alternatives)?;
        }
        if words != Words::Pairs {
            self.look_up(joined(&self.fields, scope), terms, &mut alternatives)?;
        }
        Ok(Arc::new(self.leaf_of(alternatives, region, norm, tally, None)))
    }

    /// A word as the joined form of a compound; `None` where it is none.
    pub(super) fn joined_leaf(&self, scope: TextField, word: &str) -> tantivy::Result<Option<Arc<Leaf>>> {
        let mut alternatives = Vec::new();
        self.look_up(joined(&self.fields, scope), &[word.to_owned()], &mut alternatives)?;
        let (_, region) = homes(&self.fields, scope, Words::Exact);
        let norm = norm(&self.fields, scope, Words::Exact);
        let is_one = !alternatives.is_empty();
        Ok(is_one.then(|| Arc::new(self.leaf_of(alternatives, region, norm, Tally::Sum, None))))
    }

    /// Whatever words the pattern stands for, as one word.
    pub(super) fn leaf_of_pattern(
        &self,
        scope: TextField,
        pattern: Arc<Pattern>,
        deadline: &Deadline,
    ) -> Result<Arc<Leaf>, EngineError> {
        let (mut homes, region) = homes(&self.fields, scope, Words::Exact);
        homes.push(joined(&self.fields, scope));
        let mut alternatives = Vec::new();
        for field in homes {
            self.expand_in(field, &pattern, deadline, &mut alternatives)?;
        }
        let norm = norm(&self.fields, scope, Words::Exact);
        let mut leaf = self.leaf_of(alternatives, region, norm, Tally::Sum, None);
        let words = leaf.words().len();
        if words > MOST_EXPANSIONS {
            let word = pattern.name.clone();
            return Err(EngineError::TooManyExpansions { word, bound: MOST_EXPANSIONS });
        }
        leaf.pattern = (words > MOST_NAMED).then_some(pattern);
        leaf.is_expanded = true;
        Ok(Arc::new(leaf))
    }

    /// The same word in a field that holds part of the text. A term that is nowhere in the whole is not in a part of it.
    pub(super) fn part_of(
        &self,
        whole: &Leaf,
        field: Field,
        region: Region,
        deadline: &Deadline,
    ) -> Result<Arc<Leaf>, EngineError> {
        let elsewhere = |alternative: &Alternative| alternative.joined || alternative.field == self.fields.pairs;
        let (mut alternatives, running): (Vec<_>, Vec<_>) = whole.alternatives.iter().cloned().partition(elsewhere);
        if region == Region::Own {
            alternatives.clear();
        }
        match &whole.pattern {
            Some(pattern) => self.expand_in(field, pattern, deadline, &mut alternatives)?,
            None => {
                let terms: Vec<String> = running.into_iter().map(|alternative| alternative.term).collect();
                self.look_up(field, &terms, &mut alternatives)?;
            }
        }
        Ok(Arc::new(self.leaf_of(alternatives, region, field, whole.tally, whole.pattern.clone())))
    }

    /// The same word, as far as it is written in one.
    pub(super) fn together(&self, whole: &Leaf) -> Arc<Leaf> {
        let alternatives = whole.alternatives.iter().filter(|alternative| !alternative.joined).cloned().collect();
        Arc::new(self.leaf_of(alternatives, whole.region, whole.norm, whole.tally, None))
    }

    /// The same word as only one of the terms it stands for.
    pub(super) fn only(&self, whole: &Leaf, term: &str) -> Arc<Leaf> {
        let alternatives = whole.alternatives.iter().filter(|alternative| alternative.term == term).cloned().collect();
        Arc::new(self.leaf_of(alternatives, whole.region, whole.norm, whole.tally, None))
    }

    fn expand_in(
        &self,
        field: Field,
        pattern: &Pattern,
        deadline: &Deadline,
        found: &mut Vec<Alternative>,
    ) -> Result<(), EngineError> {
        let (joined, shared) = self.kind_of(field);
        let words = self.expand(field, pattern, deadline)?.into_iter();
        found.extend(words.map(|(term, places)| Alternative { field, term, joined, shared, places }));
        Ok(())
    }

    /// Whether positions in a field hold joined forms, and whether it holds all of the text.
    fn kind_of(&self, field: Field) -> (bool, bool) {
        let fields = &self.fields;
        let own = [fields.headline, fields.lead, fields.opening, fields.author, fields.dateline];
        let joined = [fields.joined, fields.author_joined, fields.dateline_joined];
        (joined.contains(&field), !own.contains(&field))
    }

    fn leaf_of(
        &self,
        alternatives: Vec<Alternative>,
        region: Region,
        norm: Field,
        tally: Tally,
        pattern: Option<Arc<Pattern>>,
    ) -> Leaf {
        let frequency: u64 = alternatives.iter().map(Alternative::frequency).sum();
        let segments = Arc::clone(&self.segments);
        let frequency = frequency.min(segments.docs);
        Leaf { alternatives, region, norm, tally, frequency, segments, is_expanded: false, pattern }
    }

    /// Adds the terms that occur in a field.
    fn look_up(&self, field: Field, terms: &[String], found: &mut Vec<Alternative>) -> tantivy::Result<()> {
        let readers = self.searcher.segment_readers();
        let dictionaries = readers.iter().map(|reader| reader.inverted_index(field));
        let dictionaries = dictionaries.collect::<tantivy::Result<Vec<_>>>()?;
        let (joined, shared) = self.kind_of(field);
        for term in terms {
            let places = dictionaries.iter().map(|dictionary| dictionary.terms().get(term.as_bytes()));
            let places = places.collect::<std::io::Result<Vec<_>>>()?;
            if places.iter().any(Option::is_some) {
                found.push(Alternative { field, term: term.clone(), joined, shared, places });
            }
        }
        Ok(())
    }
}

fn homes(fields: &Fields, scope: TextField, words: Words) -> (Vec<Field>, Region) {
    let whole = match words {
        Words::Exact => fields.text,
        Words::Inflected => fields.stem,
        Words::Pairs => fields.pairs,
    };
    let (homes, region) = match scope {
        TextField::Text => (vec![whole], Region::Anywhere),
        TextField::Body => (vec![whole], Region::Body),
        TextField::Headline => (vec![fields.headline], Region::Headline),
        TextField::Lead => (vec![fields.lead], Region::Lead),
        TextField::Hlead => (vec![fields.headline, fields.lead], Region::HeadlineOrLead),
        TextField::Author => (vec![fields.author], Region::Own),
        TextField::Dateline => (vec![fields.dateline], Region::Own),
    };
    // Pairs lie in one field, whatever the section.
    if words == Words::Pairs { (vec![whole], region) } else { (homes, region) }
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

/// Where the joined forms of a scope's compounds are.
fn joined(fields: &Fields, scope: TextField) -> Field {
    match scope {
        TextField::Author => fields.author_joined,
        TextField::Dateline => fields.dateline_joined,
        _ => fields.joined,
    }
}

impl Alternative {
    fn frequency(&self) -> u64 {
        self.places.iter().flatten().map(|place| u64::from(place.doc_freq)).sum()
    }
}

impl Leaf {
    /// Its terms, each once.
    pub(super) fn words(&self) -> BTreeSet<&str> {
        self.alternatives.iter().map(|alternative| alternative.term.as_str()).collect()
    }

    /// Does an occurrence's place decide, beyond the field it is in?
    pub(super) fn filters(&self, alternative: &Alternative) -> bool {
        !matches!(self.region, Region::Anywhere | Region::Own) && alternative.shared
    }
}
