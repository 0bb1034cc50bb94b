//! Timelines of single values: the matches that were met are walked once more, when it is known which values they are.

use std::cmp::Reverse;
use std::sync::Arc;

use tantivy::DocId;

use super::facets::FacetIndex;
use super::segments::{Columns, Segments};
use super::stories::Stories;
use crate::engine::{Address, Count, Dates, Series, Told};

pub(super) struct Gathering {
    asked: Series,
    pub(super) index: Arc<FacetIndex>,
    hits: Vec<Address>,
}

impl Gathering {
    pub(super) fn new(asked: Series, index: Arc<FacetIndex>) -> Gathering {
        Gathering { asked, index, hits: Vec::new() }
    }

    pub(super) fn meet(&mut self, hit: Address) {
        self.hits.push(hit);
    }

    /// The values that are filtered by, else the most frequent ones, each with the dates of its hits.
    pub(super) fn drawn(&self, selected: &[u32], segments: &Segments, stories: &Stories) -> Vec<(Count, Dates)> {
        let mut counters = self.index.counters();
        for hit in &self.hits {
            self.index.each(hit.segment as usize, hit.doc, |value| counters[value as usize] += 1);
        }
        let mut values: Vec<u32> = match selected {
            [] => (0..counters.len() as u32).filter(|value| counters[*value as usize] > 0).collect(),
            selected => selected.to_vec(),
        };
        values.sort_unstable_by_key(|value| (Reverse(counters[*value as usize]), *value));
        values.truncate(self.asked.limit);
        let mut place = vec![None; counters.len()];
        values.iter().enumerate().for_each(|(at, value)| place[*value as usize] = Some(at));
        let mut drawn: Vec<(Dates, Vec<u32>)> = vec![Default::default(); values.len()];
        for hit in &self.hits {
            let (segment, columns) = (hit.segment as usize, segments.columns(hit.segment as usize));
            let story = stories.of(segment, hit.doc);
            self.index.each(segment, hit.doc, |value| {
                if let Some(at) = place[value as usize] {
                    let (dates, stories) = &mut drawn[at];
                    add_date(dates, hit.doc, columns);
                    dates.told.extend(story.and_then(|story| told(story, hit.doc, columns)));
                    stories.extend(story);
                }
            });
        }
        let counted = values.into_iter().zip(drawn).map(|(value, (mut dates, mut stories))| {
            dates.told.sort_unstable();
            let shared = stories.len();
            stories.sort_unstable();
            stories.dedup();
            let (count, again) = (counters[value as usize], (shared - stories.len()) as u32);
            (self.index.count(value, count, count - again, selected.contains(&value)), dates)
        });
        counted.collect()
    }
}

pub(super) fn add_date(dates: &mut Dates, doc: DocId, columns: &Columns) {
    match (columns.published.first(doc), columns.published_end.first(doc)) {
        (Some(first), Some(last)) if first == last => dates.instants.push(first),
        (Some(first), Some(last)) => dates.calendar.push((first, last)),
        _ => dates.undated += 1,
    }
}

fn told(story: u32, doc: DocId, columns: &Columns) -> Option<Told> {
    let (first, last) = (columns.published.first(doc)?, columns.published_end.first(doc)?);
    Some(Told { story, first, last })
}
