//! How it stands with the archive, for people and for what watches over it. None of it waits for a search, so that it can be
//! seen also where searches queue.

mod warnings;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::SearchError;
use super::archive::{Archive, Inner, engine_error, store_error};
use super::ledger::RunLine;
use super::readiness::IndexState;
use super::request::{FacetField, Values};
use crate::article::ArticleId;
use crate::engine::{Plan, View};
use crate::metering::{self, Disk, Percentiles, Standing};
use crate::query::ast::{Kind, Node};
use crate::store::FeedState;
use warnings::warnings;

/// Runs that are listed.
const RUNS: usize = 10;

/// Counting sources may take so long; what is not known by then is left open.
const PATIENCE: Duration = Duration::from_millis(250);

/// How it stands with the server and its archive
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StatusAnswer {
    pub version: &'static str,
    pub started: Timestamp,
    pub uptime_seconds: u64,
    /// What somebody should see to, in words; empty where all is well
    pub warnings: Vec<Warning>,
    /// Articles that answers can hold now
    pub articles: u64,
    /// Where they are from; null where counting takes too long
    pub sources: Option<u64>,
    pub newest: Option<NewestArticle>,
    pub index: IndexStatus,
    pub store: StoreStatus,
    /// The disk that the data directory lies on; null where the system does not say
    pub disk: Option<Disk>,
    pub searches: SearchesStatus,
    pub snapshots: SnapshotsStatus,
    /// The last ten of the ledger
    pub runs: Vec<RunLine>,
    /// Those of the configuration
    pub feeds: Vec<FeedStatus>,
    pub folders: Vec<FolderStatus>,
    /// Why nothing is removed as too old; null where that is not so
    pub retention_held: Option<String>,
}

/// Something that somebody should see to
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// Stable; listed in docs/operations.md
    pub code: &'static str,
    pub says: String,
    /// What to do
    pub advice: &'static str,
}

/// The article that came last
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NewestArticle {
    pub id: ArticleId,
    pub seen: Timestamp,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IndexStatus {
    pub state: IndexState,
    /// Changes of the store that it lacks
    pub behind: u64,
    /// Age of the first of them
    pub behind_seconds: f64,
    pub segments: usize,
    /// Documents that are deleted and still there
    pub deleted: u64,
    pub bytes: u64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StoreStatus {
    pub bytes: u64,
    /// The write-ahead log
    pub wal_bytes: u64,
    /// Articles that were purged, and of which something may still be in a file
    pub purging: u64,
    /// Age of the first of them
    pub purging_seconds: f64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SearchesStatus {
    pub running: usize,
    pub waiting: usize,
    /// Within how many seconds shares of all searches since the start were answered; null before the first
    pub seconds: Option<Percentiles>,
}

/// States of the index that answers refer to
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SnapshotsStatus {
    pub kept: usize,
    /// Of files that are there for them alone
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FeedStatus {
    pub url: String,
    /// When it last answered as it should
    pub succeeded: Option<Timestamp>,
    /// When it is asked next
    pub due: Option<Timestamp>,
    /// Failures in a row
    pub failures: u32,
    /// It said that it is gone for good, and is asked no more
    pub gone: bool,
    /// The last failure, while it lasts
    pub trouble: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FolderStatus {
    pub path: String,
    pub there: bool,
    /// When files of it were last read by this process
    pub read: Option<Timestamp>,
    pub trouble: Option<String>,
}

impl Archive {
    /// What there is to measure of it now.
    pub async fn standing(&self) -> Result<Standing, SearchError> {
        self.aside.run(|| self.stands()).await
    }

    pub async fn status(&self) -> Result<StatusAnswer, SearchError> {
        self.aside.run(|| self.told()).await
    }

    fn stands(&self) -> Result<Standing, SearchError> {
        let Inner { store, snapshots, .. } = &*self.inner;
        let view = self.inner.newest();
        let (running, waiting) = self.pool.load();
        let (segments, live, deleted) = view.segments();
        let (snapshots, snapshot_bytes) = snapshots.held(&view);
        let behind = store.last_change().map_err(store_error)?.saturating_sub(view.position());
        let since = store.changed_after(view.position()).map_err(store_error)?;
        let behind_seconds = since.map_or(0.0, |since| seconds_since(since, Timestamp::now()));
        let sizes = store.sizes();
        let purging = store.purging().map_err(store_error)?;
        Ok(Standing {
            running,
            waiting,
            behind,
            behind_seconds,
            segments,
            live,
            deleted,
            index_bytes: view.files().iter().map(|(_, bytes)| bytes).sum(),
            store_bytes: sizes.store,
            wal_bytes: sizes.wal,
            purging: purging.articles,
            purging_seconds: purging.since.map_or(0.0, |since| seconds_since(since, Timestamp::now())),
            snapshots,
            snapshot_bytes,
            disk: metering::disk(store.dir()),
            runs_under_way: store.runs_under_way().map_err(store_error)?,
            feeds: self.feeds()?.into_iter().map(measured).collect(),
        })
    }

    fn told(&self) -> Result<StatusAnswer, SearchError> {
        let standing = self.stands()?;
        let store = &self.inner.store;
        let newest = store.newest().map_err(store_error)?;
        let runs = store.runs(None, RUNS).map_err(store_error)?;
        let folders = metering::folders().into_iter().map(|(path, folder)| FolderStatus {
            path: path.display().to_string(),
            there: folder.is_there,
            read: folder.read,
            trouble: folder.trouble,
        });
        let mut answer = StatusAnswer {
            version: env!("CARGO_PKG_VERSION"),
            started: metering::started(),
            uptime_seconds: metering::uptime().as_secs(),
            warnings: Vec::new(),
            articles: standing.live,
            sources: self.inner.sources.number(&self.inner.newest()),
            newest: newest.map(|newest| NewestArticle { id: newest.id, seen: newest.seen }),
            index: IndexStatus {
                state: self.health.index(),
                behind: standing.behind,
                behind_seconds: standing.behind_seconds,
                segments: standing.segments,
                deleted: standing.deleted,
                bytes: standing.index_bytes,
            },
            store: StoreStatus {
                bytes: standing.store_bytes,
                wal_bytes: standing.wal_bytes,
                purging: standing.purging,
                purging_seconds: standing.purging_seconds,
            },
            disk: standing.disk,
            searches: SearchesStatus {
                running: standing.running,
                waiting: standing.waiting,
                seconds: metering::percentiles(),
            },
            snapshots: SnapshotsStatus { kept: standing.snapshots, bytes: standing.snapshot_bytes },
            runs: runs.into_iter().map(|run| self.line(run)).collect(),
            feeds: self.feeds()?,
            folders: folders.collect(),
            retention_held: self.health.retention_held(),
        };
        answer.warnings = warnings(&answer, Timestamp::now());
        Ok(answer)
    }

    /// How it stands with each feed of the configuration, in its order.
    fn feeds(&self) -> Result<Vec<FeedStatus>, SearchError> {
        let urls = &self.surroundings.feeds;
        if urls.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.inner.store.feeds().map_err(store_error)?;
        let mut known: HashMap<String, FeedState> = known.into_iter().map(|state| (state.url.clone(), state)).collect();
        let status = |url: &String| {
            let FeedState { succeeded, due, failures, gone, trouble, .. } = known.remove(url).unwrap_or_default();
            let trouble = trouble.map(|(code, detail)| format!("{code}: {detail}"));
            FeedStatus { url: url.clone(), succeeded, due, failures, gone, trouble }
        };
        Ok(urls.iter().map(status).collect())
    }
}

fn measured(feed: FeedStatus) -> metering::Feed {
    let FeedStatus { url, succeeded, failures, .. } = feed;
    metering::Feed { url, succeeded, failures }
}

/// A clock that was set back has made nothing younger than now.
fn seconds_since(then: Timestamp, now: Timestamp) -> f64 {
    now.duration_since(then).as_secs_f64().max(0.0)
}

/// How many sources a state has: counted once.
#[derive(Default)]
pub(super) struct Sources(Mutex<Option<(String, u64)>>);

impl Sources {
    fn number(&self, view: &View) -> Option<u64> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, number)) = known.as_ref().filter(|(name, _)| name == view.name()) {
            return Some(*number);
        }
        let number = count(view).ok()?;
        *known = Some((view.name().to_owned(), number));
        Some(number)
    }
}

fn count(view: &View) -> Result<u64, SearchError> {
    let everything = Node { kind: Kind::All, at: 0..0 };
    let plan = Plan {
        facets: vec![FacetField::Source],
        values: Values { limit: 1, ..Values::default() },
        ..Plan::counting(everything, (Instant::now() + PATIENCE).into())
    };
    let found = view.find(&plan).map_err(engine_error)?;
    Ok(found.facets.first().map_or(0, |(_, counts)| counts.distinct))
}
