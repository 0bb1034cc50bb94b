//! What is in the archive: how much, from where, from when, and what is known of it.

use std::time::Instant;

use jiff::Timestamp;

use super::answer::{AboutAnswer, DatesFrom, SearchError};
use super::archive::{Archive, Inner, engine_error, milliseconds};
use super::plan;
use super::request::{FacetField, SearchRequest, Unit, Values};
use super::silence::day;
use crate::article::Provenance;
use crate::engine::Until;
use crate::metering::Stages;

/// Values of each facet, and runs of the ledger.
const LISTED: usize = 50;
const RUNS: usize = 10;

impl Archive {
    pub async fn about(&self) -> Result<AboutAnswer, SearchError> {
        let runs = self.runs(None, RUNS).await?.runs;
        let about = self.answer(Inner::about).await?;
        Ok(AboutAnswer { runs, ..about })
    }
}

impl Inner {
    fn about(&self, until: &Until) -> Result<AboutAnswer, SearchError> {
        let started = Instant::now();
        let request = SearchRequest {
            limit: 0,
            facets: vec![FacetField::Source, FacetField::Site, FacetField::Lang, FacetField::Section],
            values: Values { limit: LISTED, ..Values::default() },
            interval: Some(Unit::Auto),
            ..SearchRequest::default()
        };
        let (view, now_ms) = (self.newest(), Timestamp::now().as_millisecond());
        let counted = self.search_in(&view, now_ms, &request, None, &mut Stages::wait(), until)?;
        let planned = plan::plan(&request, now_ms, None, until)?;
        let ends = self.silence.days(&view, &planned.plan, &request.tz)?.ends();
        let counts = Provenance::ALL.into_iter().zip(view.provenances().map_err(engine_error)?);
        let dates: Vec<DatesFrom> = counts.map(|(from, count)| DatesFrom { from, count }).collect();
        let named = |number: i32| day(number).map(|day| day.to_string());
        Ok(AboutAnswer {
            snapshot: counted.snapshot,
            articles: counted.total,
            stories: counted.total_stories,
            first: ends.and_then(|(first, _)| named(first)),
            last: ends.and_then(|(_, last)| named(last)),
            undated: dates.iter().filter(|one| one.from == Provenance::None).map(|one| one.count).sum(),
            dates: dates.into_iter().filter(|one| one.count > 0 && one.from != Provenance::None).collect(),
            facets: counted.facets.unwrap_or_default(),
            timeline: counted.timeline.unwrap_or_default(),
            runs: Vec::new(),
            took_ms: milliseconds(started),
        })
    }
}
