//! Searches are measured on their way, and those that are slow are told of.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::answer::SearchError;
use super::archive::{Archive, Inner};
use super::plan;
use super::request::SearchRequest;
use crate::engine::Until;
use crate::metering::{self, Stage, Stages};
use crate::query;

/// What the archive is told of the process that it is open in.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The feeds that are asked.
    pub feeds: Vec<String>,
    /// A search that takes longer is told of in the log.
    pub slow: Option<Duration>,
}

/// What an answer says that the log tells of a slow search.
pub(super) struct Told {
    pub(super) snapshot: String,
    /// Articles found, where it counts them.
    pub(super) total: Option<u64>,
}

/// What is asked, and how far it has come.
struct Asked<R> {
    request: R,
    stages: Mutex<Stages>,
}

impl<R> Asked<R> {
    /// Only whoever works on it has them until it is done.
    fn stages(&self) -> MutexGuard<'_, Stages> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Archive {
    /// Answers in its turn, and measures it: `kind` is what it is called, `searches` what of the request is searched for.
    pub(super) async fn measured<R: Send + Sync + 'static, T: Send + 'static>(
        &self,
        kind: &'static str,
        request: R,
        searches: impl FnOnce(&R) -> &[SearchRequest],
        work: impl FnOnce(&Inner, &R, &mut Stages, &Until) -> Result<T, SearchError> + Send + 'static,
        told: impl FnOnce(&T) -> Told,
    ) -> Result<T, SearchError> {
        let asked = Arc::new(Asked { request, stages: Mutex::new(Stages::wait()) });
        let at_work = Arc::clone(&asked);
        let answer = self.answer(move |inner, until| {
            let mut stages = at_work.stages();
            stages.begin();
            work(inner, &at_work.request, &mut stages, until)
        });
        let answer = answer.await;
        // What was refused has not been searched for.
        if matches!(answer, Ok(_) | Err(SearchError::TimeOut)) {
            let mut stages = asked.stages();
            if !stages.has_begun() {
                // All of its time was spent waiting.
                stages.begin();
            }
            metering::searched(kind, &stages);
            if self.surroundings.slow.is_some_and(|slow| stages.elapsed() > slow) {
                metering::slow();
                tell(kind, searches(&asked.request), &stages, answer.as_ref().ok().map(told));
            }
        }
        answer
    }
}

/// The query stands there as it was understood, without what depends on how it was typed.
fn tell(kind: &str, requests: &[SearchRequest], stages: &Stages, told: Option<Told>) {
    let queries: Vec<String> = requests.iter().map(canonical).collect();
    let spent = |stage| stages.milliseconds(stage);
    tracing::warn!(
        kind,
        query = queries.join(" | "),
        snapshot = told.as_ref().map(|told| told.snapshot.as_str()),
        total = told.as_ref().and_then(|told| told.total),
        timed_out = told.is_none(),
        took_ms = metering::milliseconds(stages.elapsed()),
        wait_ms = spent(Stage::Wait),
        parse_ms = spent(Stage::Parse),
        engine_ms = spent(Stage::Engine),
        hydrate_ms = spent(Stage::Hydrate),
        highlight_ms = spent(Stage::Highlight),
        explain_ms = spent(Stage::Explain),
        "a slow search"
    );
}

fn canonical(request: &SearchRequest) -> String {
    let context = plan::context(request.mode, request.tz.clone(), Timestamp::now());
    query::parse(&request.q, &context).map(|reading| reading.canonical).unwrap_or_default()
}
