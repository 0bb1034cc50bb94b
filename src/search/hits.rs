//! Hits, put together: what the index found, and the versions that the store has of it.

use std::collections::{BTreeSet, HashMap};

use super::answer::{ClauseScore, Copies, CopyLine, Hit, SearchError};
use super::archive::{Inner, engine_error, store_error};
use super::highlight;
use super::hydrate;
use super::plan::{self, Planned};
use super::request::SearchRequest;
use super::snapshots::SnapshotName;
use crate::article::ArticleId;
use crate::engine::{Address, ClauseScores, FoundHit, View};
use crate::query::print;
use crate::store::StoredArticle;

impl Inner {
    pub(super) fn hits(
        &self,
        request: &SearchRequest,
        planned: &Planned,
        snapshot: &SnapshotName,
        found: &[FoundHit],
    ) -> Result<Vec<Hit>, SearchError> {
        let stored = self.stored(found.iter().map(|hit| (hit.place.num, hit.row)))?;
        self.put_together(request, planned, snapshot, found, stored)
    }

    /// Hits with the versions that they were found by.
    pub(super) fn put_together(
        &self,
        request: &SearchRequest,
        planned: &Planned,
        snapshot: &SnapshotName,
        found: &[FoundHit],
        stored: Vec<StoredArticle>,
    ) -> Result<Vec<Hit>, SearchError> {
        let originals = if request.originals { self.originals(found)? } else { HashMap::new() };
        let mut hits = Vec::with_capacity(stored.len());
        for (stored, found) in stored.into_iter().zip(found) {
            let marks = found.marks.as_ref().filter(|_| !hydrate::is_withdrawn(&stored));
            let highlights = marks.map(|marks| highlight::fragments(&stored.article, marks, request.snippets));
            let score = plan::is_scored(&planned.plan).then_some(found.score);
            let told = hydrate::Told { story: self.story(&stored, found)?, copies: Copies::Number(found.copies) };
            let original = originals.get(&found.story).filter(|_| found.story != stored.num).cloned().map(Box::new);
            let hit = hydrate::hit(stored, found.words, told, &request.fields, score, highlights);
            let cursor = request.fields.wants("cursor").then(|| planned.cursor(snapshot, found.place));
            hits.push(Hit { original, cursor, ..hit });
        }
        Ok(hits)
    }

    /// What hits are copies of, by its number.
    fn originals(&self, found: &[FoundHit]) -> Result<HashMap<u64, CopyLine>, SearchError> {
        let copies = found.iter().filter(|hit| hit.story != hit.place.num);
        let nums: BTreeSet<u64> = copies.map(|hit| hit.story).collect();
        let stored = self.store.current(&nums.into_iter().collect::<Vec<_>>()).map_err(store_error)?;
        let shown = stored.into_iter().filter(|stored| !hydrate::is_withdrawn(stored));
        Ok(shown.map(|stored| (stored.num, hydrate::copy(stored))).collect())
    }

    /// The name of the story that the state has a hit in; the store may have gone on since.
    fn story(&self, stored: &StoredArticle, found: &FoundHit) -> Result<ArticleId, SearchError> {
        let named = [(stored.num, &stored.id), (stored.story.original, &stored.story.id)];
        if let Some((_, id)) = named.into_iter().find(|(num, _)| *num == found.story) {
            return Ok(id.clone());
        }
        let original = self.store.current(&[found.story]).map_err(store_error)?.pop();
        Ok(original.map_or(stored.story.id.clone(), |original| original.id))
    }
}

/// What is no clause of the query, and adds to a score.
const NEARNESS: &str = "near each other";

/// What made the score of each hit.
pub(super) fn explain(hits: &mut [Hit], view: &View, planned: &Planned, found: &[FoundHit]) -> Result<(), SearchError> {
    let addresses: Vec<Address> = found.iter().map(|hit| hit.address).collect();
    let scores = view.scores(&planned.plan.query, &addresses, &planned.plan.until).map_err(engine_error)?;
    for (at, hit) in hits.iter_mut().enumerate().filter(|(_, hit)| hit.score.is_some()) {
        let score = |one: &ClauseScores| ClauseScore { clause: print(&one.clause), score: one.scores[at] };
        let near = scores.nearness.as_ref().map(|near| ClauseScore { clause: NEARNESS.to_owned(), score: near[at] });
        hit.explanation = Some(scores.clauses.iter().map(score).chain(near).collect());
    }
    Ok(())
}
