//! Searches side by side: their totals, and their timelines on one axis.

use std::time::Instant;

use super::answer::{CompareAnswer, ComparedQuery, SearchError};
use super::archive::{Archive, Inner, engine_error, milliseconds, reading, snapshot_name};
use super::measured::Told;
use super::plan;
use super::request::{SearchRequest, Unit};
use super::timeline::{self, Drawing};
use crate::engine::{Dates, Until};
use crate::query::Advice;

/// More lines nobody can tell apart.
pub const MOST_COMPARED: usize = 5;

impl Archive {
    /// Compares searches that differ in their queries only.
    pub async fn compare(&self, requests: Vec<SearchRequest>) -> Result<CompareAnswer, SearchError> {
        let told = |answer: &CompareAnswer| Told { snapshot: answer.snapshot.clone(), total: None };
        let compared = Vec::as_slice;
        self.measured("compare", requests, compared, |inner, asked, _, until| inner.compare(asked, until), told).await
    }
}

impl Inner {
    fn compare(&self, requests: &[SearchRequest], until: &Until) -> Result<CompareAnswer, SearchError> {
        let started = Instant::now();
        let Some(first) = requests.first() else { return Err(nothing()) };
        let (view, now_ms) = self.snapshot(first, None)?;
        let mut found = Vec::with_capacity(requests.len());
        for request in requests {
            let mut planned = plan::plan(request, now_ms, None, until)?;
            (planned.plan.limit, planned.plan.dates) = (0, true);
            let one = view.find(&planned.plan).map_err(engine_error)?;
            found.push((reading(request, &planned, None), one, planned));
        }
        let (days, reach) = match found.first() {
            Some((.., planned)) => (Some(self.silence.days(&view, &planned.plan, &first.tz)?), planned.reach),
            None => Default::default(),
        };
        let snapshot = found.iter().map(|(.., planned)| snapshot_name(&view, now_ms, planned));
        // One that counts from now names the moment.
        let snapshot = snapshot.max_by_key(|name| name.now_ms.is_some()).map(|name| name.print()).unwrap_or_default();
        let all = together(found.iter().map(|(_, one, _)| &one.dates));
        let lines = found.iter().map(|(_, one, _)| one.dates.clone()).collect();
        let drawing = Drawing { dates: &all, series: lines, days: days.as_deref(), reach };
        let drawn = timeline::draw(drawing, first.interval.unwrap_or(Unit::Auto), &first.tz)?;
        let queries = found.into_iter().zip(drawn.series).map(|((query, found, _), line)| ComparedQuery {
            query,
            total: found.total,
            total_stories: found.stories,
            buckets: line.buckets,
            unplaced: line.unplaced,
        });
        self.keep(&view, first, false);
        Ok(CompareAnswer {
            snapshot,
            interval: drawn.interval,
            tz: drawn.tz,
            queries: queries.collect(),
            gaps: drawn.gaps,
            more_gaps: drawn.more_gaps,
            took_ms: milliseconds(started),
        })
    }
}

fn together<'a>(all: impl Iterator<Item = &'a Dates>) -> Dates {
    all.fold(Dates::default(), |mut together, dates| {
        together.instants.extend(&dates.instants);
        together.calendar.extend(&dates.calendar);
        together
    })
}

fn nothing() -> SearchError {
    SearchError::Refused(
        Advice::of("nothing_to_compare", "q", "there is no query to compare").hint("Give up to five: ?q=gold&q=silver"),
    )
}
