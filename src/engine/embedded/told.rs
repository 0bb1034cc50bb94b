//! Stories in the pass over the matches: how many are told, of every facet value and date too, and which of the articles
//! that tell one sorts first.
//!
//! An article that is alone in its story counts for one wherever it counts. Of the others those that count are gathered,
//! and put into the order of their stories once all are there: whoever meets a story twice has counted it once too often.

use std::sync::Arc;

use tantivy::DocId;

use super::collect::Kept;
use super::facets::FacetIndex;
use super::segments::Segments;
use super::stories::Stories;
use crate::engine::{Address, FacetField, Told};

pub(super) struct Telling {
    pub(super) stories: Arc<Stories>,
    /// A bit a story: whether a hit has told it.
    met: Vec<u64>,
    /// Hits that told a story once more.
    again: u64,
    /// Matches whose story others tell.
    matches: Vec<Match>,
    /// Somebody will ask for them.
    gathers: bool,
    /// By story, where one hit of each is wanted.
    best: Vec<Option<Best>>,
}

#[derive(Clone, Copy)]
struct Match {
    story: u32,
    at: Address,
    /// It fails the filters of this facet, and is counted by no other.
    only: Option<FacetField>,
}

#[derive(Clone, Copy)]
struct Best {
    kept: Kept,
    matches: u64,
}

impl Telling {
    pub(super) fn new(stories: Arc<Stories>, collapses: bool, gathers: bool) -> Telling {
        let met = vec![0; stories.len().div_ceil(u64::BITS as usize)];
        let best = if collapses { vec![None; stories.len()] } else { Vec::new() };
        Telling { stories, met, again: 0, matches: Vec::new(), gathers, best }
    }

    /// The number of a document's story, if others tell it too.
    pub(super) fn story(&self, segment: usize, doc: DocId) -> Option<u32> {
        self.stories.of(segment, doc)
    }

    /// A match that facets count.
    pub(super) fn gather(&mut self, story: u32, at: Address, only: Option<FacetField>) {
        if self.gathers {
            self.matches.push(Match { story, at, only });
        }
    }

    /// A hit.
    pub(super) fn meet(&mut self, story: u32) {
        let (word, bit) = ((story / u64::BITS) as usize, 1 << (story % u64::BITS));
        self.again += u64::from(self.met[word] & bit != 0);
        self.met[word] |= bit;
    }

    /// Of a story's hits the one that sorts first.
    pub(super) fn choose(&mut self, story: u32, kept: Kept) {
        match &mut self.best[story as usize] {
            Some(best) => {
                best.kept = best.kept.max(kept);
                best.matches += 1;
            }
            none => *none = Some(Best { kept, matches: 1 }),
        }
    }

    pub(super) fn chosen(&self) -> Vec<Kept> {
        self.best.iter().flatten().map(|best| best.kept).collect()
    }

    /// How many other articles tell the story of a hit: of those that match, where one hit of each is wanted.
    pub(super) fn copies(&self, hit: Address) -> u64 {
        let Some(story) = self.story(hit.segment as usize, hit.doc) else { return 0 };
        let matches = self.best.get(story as usize).map(|best| best.map_or(1, |best| best.matches));
        matches.unwrap_or_else(|| u64::from(self.stories.size(story))) - 1
    }

    /// The stories of so many hits.
    pub(super) fn count(&self, hits: u64) -> u64 {
        hits - self.again
    }

    /// All matches are there. Those of one story are put side by side, counted into their places; one that is the only
    /// match of its story repeats nothing and goes.
    pub(super) fn settle(&mut self) {
        let mut places = vec![0; if self.matches.is_empty() { 0 } else { self.stories.len() }];
        self.matches.iter().for_each(|one| places[one.story as usize] += 1);
        self.matches.retain(|one| places[one.story as usize] > 1);
        let mut next = 0;
        for place in &mut places {
            let number = if *place > 1 { *place } else { 0 };
            *place = next;
            next += number;
        }
        let mut settled = self.matches.clone();
        for one in &self.matches {
            let place = &mut places[one.story as usize];
            settled[*place] = *one;
            *place += 1;
        }
        self.matches = settled;
    }

    /// By value of a facet: how often it has counted an article whose story it had counted before.
    pub(super) fn again(&self, field: FacetField, index: &FacetIndex) -> Vec<u32> {
        if self.matches.is_empty() {
            return Vec::new();
        }
        let (mut again, mut last) = (index.counters(), vec![None; index.len()]);
        for one in self.matches.iter().filter(|one| one.only.is_none_or(|only| only == field)) {
            index.each(one.at.segment as usize, one.at.doc, |value| {
                let told = last[value as usize].replace(one.story);
                again[value as usize] += u32::from(told == Some(one.story));
            });
        }
        again
    }

    /// The dates of hits whose story others tell.
    pub(super) fn dates(&self, segments: &Segments) -> Vec<Told> {
        let hits = self.matches.iter().filter(|one| one.only.is_none());
        let dated = hits.filter_map(|one| {
            let columns = segments.columns(one.at.segment as usize);
            let (first, last) = (columns.published.first(one.at.doc)?, columns.published_end.first(one.at.doc)?);
            Some(Told { story: one.story, first, last })
        });
        dated.collect()
    }
}
