//! The open archive: store, index and the pool that searches run on. Every door asks it.

use std::slice::from_ref;
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{Semaphore, watch};

use super::answer::{
    ArticleAnswer, Clause, Copies, CopiesAnswer, DifferenceAnswer, OriginalPage, QueryAnswer, QueryReading,
    SearchAnswer, SearchError, SeriesLine, Silent, Suggestion, Timeline,
};
use super::article;
use super::cursor::Cursor;
use super::explain;
use super::export;
use super::highlight;
use super::hits;
use super::hydrate;
use super::measured::{Surroundings, Told};
use super::plan::{self, Planned};
use super::pool::{Aside, Pool, TIME_LIMIT};
use super::readiness::Health;
use super::request::{ArticleRequest, DifferenceRequest, FacetField, SearchRequest, Unit};
use super::silence::Silence;
use super::snapshots::{SnapshotName, Snapshots};
use super::status::Sources;
use super::suggest::Vain;
use super::timeline::{self, Drawing};
use super::typing::Typing;
use crate::engine::{Count, Dates, Engine, EngineError, Marks, Until, View};
use crate::metering::{self, Stage, Stages};
use crate::query::{self, Advice};
use crate::store::{Store, StoreError, StoredArticle};

/// So many copies are listed with an article.
const COPIES: usize = 100;

pub struct Archive {
    pub(super) inner: Arc<Inner>,
    pub(super) pool: Pool,
    pub(super) aside: Aside,
    pub(super) surroundings: Surroundings,
    /// Room for exports.
    pub(super) exports: Arc<Semaphore>,
    /// How far the state goes that new answers come from.
    shown: watch::Sender<u64>,
    /// Something has been written that nobody has looked at yet.
    news: Mutex<bool>,
    rung: Condvar,
    pub(super) health: Health,
}

pub(super) struct Inner {
    pub(super) store: Arc<Store>,
    /// The newest state; replaced when the index has gone on.
    newest: RwLock<View>,
    pub(super) snapshots: Snapshots,
    pub(super) silence: Silence,
    pub(super) typing: Typing,
    pub(super) sources: Sources,
}

impl Archive {
    pub fn new(store: Arc<Store>, engine: &Engine) -> Result<Archive, EngineError> {
        let inner = Arc::new(Inner {
            store,
            newest: RwLock::new(engine.view()?),
            snapshots: Snapshots::default(),
            silence: Silence::default(),
            typing: Typing::default(),
            sources: Sources::default(),
        });
        let shown = watch::Sender::new(inner.newest().position());
        let (pool, exports) = (
            Pool::new().map_err(|error| EngineError::new(format!("no threads for searches: {error}")))?,
            export::room(),
        );
        Ok(Archive {
            inner,
            pool,
            aside: Aside::new(),
            exports,
            shown,
            news: Mutex::default(),
            rung: Condvar::new(),
            health: Health::default(),
            surroundings: Surroundings::default(),
        })
    }

    pub fn surrounded(self, surroundings: Surroundings) -> Archive {
        Archive { surroundings, ..self }
    }

    /// From here on, new answers come from the newest state of this index. Says whether that is another than before.
    /// Answers never go back: an index that has been built anew is shown when it has all that the one before had.
    pub fn refresh(&self, engine: &Engine) -> Result<bool, EngineError> {
        let view = engine.view()?;
        let before = self.inner.newest();
        if view.position() < before.position() || (view.name() == before.name() && view.position() == before.position())
        {
            return Ok(false);
        }
        self.inner.snapshots.trim(&view, Instant::now());
        let position = view.position();
        *self.inner.newest.write().unwrap_or_else(PoisonError::into_inner) = view;
        self.inner.snapshots.leave(&before);
        self.shown.send_replace(position);
        Ok(true)
    }

    /// Lets go of states that nobody has come back to for long.
    pub fn tidy(&self) {
        self.inner.snapshots.trim(&self.inner.newest(), Instant::now());
    }

    /// How far the state goes that new answers come from.
    pub fn position(&self) -> u64 {
        self.inner.newest().position()
    }

    /// Says that something has been written to the store.
    pub fn ring(&self) {
        *self.news.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.rung.notify_all();
    }

    /// Waits until it is rung for, or for so long.
    pub fn rest(&self, longest: Duration) {
        let news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.rung.wait_timeout_while(news, longest, |news| !*news);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }

    /// Waits until answers show all that is in the store by now; says whether they came to it in time.
    pub async fn committed(&self, patience: Duration) -> bool {
        self.ring();
        let Ok(last) = tokio::task::block_in_place(|| self.inner.store.last_change()) else { return false };
        let mut shown = self.shown.subscribe();
        let waited = tokio::time::timeout(patience, shown.wait_for(|position| *position >= last)).await;
        matches!(waited, Ok(Ok(_)))
    }

    /// Asks those who know the archive, in its turn.
    pub(super) async fn answer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner, &Until) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, SearchError> {
        self.answer_within(TIME_LIMIT, work).await
    }

    /// The same, for what may take so long.
    pub(super) async fn answer_within<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&Inner, &Until) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, SearchError> {
        let inner = Arc::clone(&self.inner);
        self.pool.run(limit, move |until| work(&inner, until)).await
    }

    /// Answers a search.
    pub async fn search(&self, request: SearchRequest) -> Result<SearchAnswer, SearchError> {
        let told = |answer: &SearchAnswer| Told { snapshot: answer.snapshot.clone(), total: Some(answer.total) };
        self.measured("search", request, from_ref, Inner::search, told).await
    }

    /// Reads a query and explains it, without a search.
    pub async fn explain(&self, request: SearchRequest) -> Result<QueryAnswer, SearchError> {
        let told = |answer: &QueryAnswer| Told { snapshot: answer.snapshot.clone(), total: None };
        self.measured("explain", request, from_ref, |inner, request, _, until| inner.explain(request, until), told)
            .await
    }

    /// One article, whole.
    pub async fn article(&self, request: ArticleRequest) -> Result<ArticleAnswer, SearchError> {
        self.answer(move |inner, until| inner.article(&request, until)).await
    }

    /// The other articles of its story, after the one that a page before ended with.
    pub async fn copies(&self, id: String, after: Option<u64>, most: usize) -> Result<CopiesAnswer, SearchError> {
        self.answer(move |inner, _| {
            let store = &inner.store;
            article::copies(store, &article::shown(store, &id, None)?, after, most)
        })
        .await
    }

    /// The page that an article was taken from.
    pub async fn original(&self, request: ArticleRequest) -> Result<OriginalPage, SearchError> {
        self.answer(move |inner, _| article::original(&inner.store, &request)).await
    }

    /// What is different between two versions of an article.
    pub async fn difference(&self, request: DifferenceRequest) -> Result<DifferenceAnswer, SearchError> {
        let within = |until: &Until| until.within(TIME_LIMIT / 4).at();
        self.answer(move |inner, until| article::difference(&inner.store, &request, within(until))).await
    }
}

impl Inner {
    pub(super) fn newest(&self) -> View {
        self.newest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn search(&self, request: &SearchRequest, stages: &mut Stages, until: &Until) -> Result<SearchAnswer, SearchError> {
        fail::fail_point!("search::begin");
        let cursor = request.cursor.as_deref().map(plan::read_cursor).transpose()?;
        let (view, now_ms) = self.snapshot(request, cursor.as_ref())?;
        self.search_in(&view, now_ms, request, cursor.as_ref(), stages, until)
    }

    /// Answers from this state.
    pub(super) fn search_in(
        &self,
        view: &View,
        now_ms: i64,
        request: &SearchRequest,
        cursor: Option<&Cursor>,
        stages: &mut Stages,
        until: &Until,
    ) -> Result<SearchAnswer, SearchError> {
        let started = stages.began();
        let planned = stages.time(Stage::Parse, || plan::plan(request, now_ms, cursor, until))?;
        let snapshot = snapshot_name(view, now_ms, &planned);
        let mut found = stages.time(Stage::Engine, || view.find(&planned.plan)).map_err(engine_error)?;
        let stored =
            stages.time(Stage::Hydrate, || self.stored(found.hits.iter().map(|hit| (hit.place.num, hit.row))))?;
        let put = || self.put_together(request, &planned, &snapshot, &found.hits, stored);
        let mut hits = stages.time(Stage::Highlight, put)?;
        if request.explain_score && plan::is_scored(&planned.plan) {
            stages.time(Stage::Explain, || hits::explain(&mut hits, view, &planned, &found.hits))?;
        }
        let next_cursor = next_cursor(&planned, &snapshot, &found);
        let clauses = || request.explain.then(|| self.clauses(&planned, view)).transpose();
        let clauses = stages.time(Stage::Explain, clauses)?;
        let suggest =
            || (found.total == 0 && request.suggestions).then(|| suggestions(request, &planned, view, now_ms));
        let suggestions = stages.time(Stage::Explain, suggest);
        let silent = (found.total == 0).then(|| self.silent(request, &planned, view)).transpose()?.flatten();
        self.keep(view, request, cursor.is_some());
        let series = std::mem::take(&mut found.series);
        let draw = |unit| self.timeline(request, &planned, view, &found.dates, series, unit);
        let timeline = stages.time(Stage::Explain, || request.interval.map(draw).transpose())?;
        Ok(SearchAnswer {
            query: reading(request, &planned, clauses),
            snapshot: snapshot.print(),
            total: found.total,
            total_stories: found.stories,
            hits,
            facets: (!request.facets.is_empty()).then(|| hydrate::facets(found.facets)),
            timeline,
            next_cursor,
            suggestions,
            silent,
            took_ms: milliseconds(started),
        })
    }

    /// What was asked for, where there is no article at all in it.
    fn silent(&self, request: &SearchRequest, planned: &Planned, view: &View) -> Result<Option<Silent>, SearchError> {
        if planned.reach.moments().is_empty() {
            return Ok(None);
        }
        Ok(planned.reach.silence(&*self.silence.days(view, &planned.plan, &request.tz)?))
    }

    fn explain(&self, request: &SearchRequest, until: &Until) -> Result<QueryAnswer, SearchError> {
        let started = Instant::now();
        let (view, now_ms) = self.snapshot(request, None)?;
        let planned = plan::plan(request, now_ms, None, until)?;
        let clauses = self.clauses(&planned, &view)?;
        self.keep(&view, request, false);
        Ok(QueryAnswer {
            query: reading(request, &planned, Some(clauses)),
            snapshot: snapshot_name(&view, now_ms, &planned).print(),
            took_ms: milliseconds(started),
        })
    }

    fn timeline(
        &self,
        request: &SearchRequest,
        planned: &Planned,
        view: &View,
        dates: &Dates,
        series: Vec<(Count, Dates)>,
        unit: Unit,
    ) -> Result<Timeline, SearchError> {
        let days = self.silence.days(view, &planned.plan, &request.tz)?;
        let (values, series): (Vec<_>, Vec<_>) = series.into_iter().unzip();
        let drawing = Drawing { dates, series, days: Some(&days), reach: planned.reach };
        let drawn = timeline::draw(drawing, unit, &request.tz)?;
        let series = request.series.map(|field| {
            let values = values.into_iter().map(|count| hydrate::value(field, count));
            let line = |(value, line): (_, timeline::Line)| SeriesLine {
                value,
                buckets: line.buckets,
                unplaced: line.unplaced,
            };
            values.zip(drawn.series).map(line).collect()
        });
        Ok(Timeline {
            interval: drawn.interval,
            tz: drawn.tz,
            buckets: drawn.all.buckets,
            unplaced: drawn.all.unplaced,
            gaps: drawn.gaps,
            more_gaps: drawn.more_gaps,
            by: request.series.map(FacetField::name),
            series,
        })
    }

    fn clauses(&self, planned: &Planned, view: &View) -> Result<Vec<Clause>, SearchError> {
        explain::clauses(&planned.reading, view, &planned.plan.until).map_err(engine_error)
    }

    /// Keeps the state that an answer names.
    pub(super) fn keep(&self, view: &View, request: &SearchRequest, has_cursor: bool) {
        let returned = has_cursor || request.snapshot.is_some();
        self.snapshots.keep(view, returned, &self.newest(), Instant::now());
    }

    /// The state to answer from and the moment relative dates count from: the newest and now, unless an earlier answer
    /// is referred to.
    pub(super) fn snapshot(
        &self,
        request: &SearchRequest,
        cursor: Option<&Cursor>,
    ) -> Result<(View, i64), SearchError> {
        let named = match (cursor, request.snapshot.as_deref()) {
            (Some(cursor), None) => Some(cursor.snapshot.clone()),
            (Some(cursor), Some(text)) if cursor.snapshot.print() == text => Some(cursor.snapshot.clone()),
            (Some(_), Some(_)) => return Err(plan::cursor_mismatch()),
            (None, Some(text)) => Some(SnapshotName::read(text).ok_or_else(plan::bad_snapshot)?),
            (None, None) => None,
        };
        let newest = self.newest();
        let now_ms = named.as_ref().and_then(|name| name.now_ms);
        let now_ms = now_ms.unwrap_or_else(|| Timestamp::now().as_millisecond());
        let view = match named {
            Some(name) if name.view != newest.name() => {
                self.snapshots.get(&name.view).ok_or(SearchError::SnapshotGone)?
            }
            _ => newest,
        };
        Ok((view, now_ms))
    }

    /// The versions that the index names, each of them, by the numbers of their articles and by row. What has been taken back
    /// since comes without content.
    pub(super) fn stored(&self, found: impl Iterator<Item = (u64, u64)>) -> Result<Vec<StoredArticle>, SearchError> {
        let found: Vec<(u64, u64)> = found.collect();
        let stored = self.store.found(&found).map_err(store_error)?;
        if stored.len() == found.len() {
            return Ok(stored);
        }
        Err(SearchError::Internal("the store lacks a version that the index names".to_owned()))
    }

    fn article(&self, request: &ArticleRequest, until: &Until) -> Result<ArticleAnswer, SearchError> {
        let stored = article::shown(&self.store, &request.id, request.version)?;
        let words = hydrate::count_words(&stored.article);
        let marked = match (&request.q, request.version) {
            (Some(q), None) => self.marked(q, request.mode, &stored, until)?,
            _ => None,
        };
        let CopiesAnswer { copies, total, .. } = article::copies(&self.store, &stored, None, COPIES)?;
        let told = hydrate::Told { story: stored.story.id.clone(), copies: Copies::List(copies) };
        Ok(ArticleAnswer {
            copies_total: total,
            related: stored.article.related.clone(),
            original: self.store.has_original(stored.row).map_err(store_error)?,
            versions: article::lines(&self.store, stored.num)?,
            marked,
            article: hydrate::hit(stored, words, told, &hydrate::whole(), None, None),
        })
    }

    /// The article with everything marked that a query matches in it; `None` while the index does not hold this row.
    fn marked(
        &self,
        q: &str,
        mode: query::Mode,
        stored: &StoredArticle,
        until: &Until,
    ) -> Result<Option<super::answer::Marked>, SearchError> {
        let view = self.newest();
        let Some((address, row)) = view.address(stored.num).map_err(engine_error)? else { return Ok(None) };
        if row != stored.row {
            return Ok(None);
        }
        let Ok(reading) = query::parse(q, &plan::context(mode, jiff::tz::TimeZone::UTC, Timestamp::now())) else {
            return Ok(None);
        };
        let Ok(marks) = view.marks(&reading.query, &[address], until) else { return Ok(None) };
        let marks = marks.into_iter().next().map(Marks::joined);
        Ok(marks.map(|marks| highlight::whole(&stored.article, &marks)))
    }
}

pub(super) fn snapshot_name(view: &View, now_ms: i64, planned: &Planned) -> SnapshotName {
    SnapshotName { view: view.name().to_owned(), now_ms: planned.counts_from_now.then_some(now_ms) }
}

/// Where nothing was found: what would find something. Looked for in a quarter of the time limit, at most.
fn suggestions(request: &SearchRequest, planned: &Planned, view: &View, now_ms: i64) -> Vec<Suggestion> {
    let until = planned.plan.until.within(TIME_LIMIT / 4);
    Vain { request, reading: &planned.reading, view, now_ms, until }.suggestions()
}

pub(super) fn milliseconds(since: Instant) -> f64 {
    metering::milliseconds(since.elapsed())
}

/// The next page begins after the last hit of this one, if there is more.
fn next_cursor(planned: &Planned, snapshot: &SnapshotName, found: &crate::engine::Found) -> Option<String> {
    let last = found.hits.last().filter(|_| found.hits.len() == planned.plan.limit)?;
    Some(planned.cursor(snapshot, last.place))
}

pub(super) fn reading(request: &SearchRequest, planned: &Planned, clauses: Option<Vec<Clause>>) -> QueryReading {
    let reading = &planned.reading;
    let mut warnings = reading.warnings.clone();
    warnings.extend(request.advice.iter().cloned());
    QueryReading {
        input: request.q.clone(),
        canonical: reading.canonical.clone(),
        notes: reading.notes.clone(),
        warnings,
        resolved: reading.resolved.clone(),
        clauses,
    }
}

pub(super) fn engine_error(error: EngineError) -> SearchError {
    match error {
        EngineError::TooManyExpansions { word, bound } => SearchError::Refused(
            Advice::of("too_many_expansions", "q", format!("`{word}` stands for more than {bound} words"))
                .hint("Ask for what stands for fewer words: with more letters before a `*`, a smaller `~`, a narrower expression."),
        ),
        EngineError::TooManyInAQuery { bound } => SearchError::Refused(
            Advice::of(
                "too_many_expansions",
                "q",
                format!("the wildcards of this query stand for more than {bound} words together"),
            )
            .hint("Write more letters before the `*`, or ask with fewer wildcards at once."),
        ),
        EngineError::TooComplicated { pattern } => SearchError::Refused(
            Advice::of("bad_regex", "q", format!("`/{pattern}/` is too complicated to look up"))
                .hint("Write a simpler expression: fewer repetitions of alternatives."),
        ),
        EngineError::TimeOut => SearchError::TimeOut,
        EngineError::Internal(text) => SearchError::Internal(text),
    }
}

pub(super) fn store_error(error: StoreError) -> SearchError {
    match error.code() {
        Some(code) => SearchError::Storage { code, cause: error.to_string() },
        None => SearchError::Internal(error.to_string()),
    }
}
