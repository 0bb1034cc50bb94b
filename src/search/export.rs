//! Every match of a search, for whoever takes them all. They are found and put in order in one pass, as a search does
//! it; their texts are read piece by piece, as they are taken. A slow taker holds the state, sixteen bytes a match and one
//! of the places for exports, and none of those for searches.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::answer::{Hit, SearchError};
use super::archive::{Archive, engine_error, reading, snapshot_name};
use super::plan::{self, Planned};
use super::request::SearchRequest;
use super::snapshots::SnapshotName;
use crate::engine::{Address, FoundHit, InOrder, Marks, Until, View};
use crate::query::Advice;

/// Exports under way at once: each may hold a state of the index that nothing else needs.
const AT_ONCE: usize = 16;

/// Putting all matches in order may take longer than a search: nobody looks at a page meanwhile.
const ORDER_LIMIT: Duration = Duration::from_secs(20);

/// Marking the matches of one piece.
const MARKS_LIMIT: Duration = Duration::from_secs(10);

/// Hits read at a time, and words of their articles.
const PIECE: usize = 256;
const PIECE_WORDS: u64 = 1 << 20;

pub(super) fn room() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(AT_ONCE))
}

pub struct Export {
    found: Arc<Everything>,
    taken: usize,
}

/// All that a search has found.
struct Everything {
    archive: Arc<Archive>,
    request: SearchRequest,
    view: View,
    planned: Planned,
    snapshot: SnapshotName,
    in_order: InOrder,
    _room: OwnedSemaphorePermit,
}

impl Archive {
    /// Finds all that a search finds, to be taken piece by piece.
    pub async fn export(self: &Arc<Self>, request: SearchRequest) -> Result<Export, SearchError> {
        let room = Arc::clone(&self.exports).try_acquire_owned().map_err(|_| SearchError::Busy)?;
        let archive = Arc::clone(self);
        self.pool.run(ORDER_LIMIT, move |until| Export::begin(archive, request, room, until)).await
    }
}

impl Export {
    fn begin(
        archive: Arc<Archive>,
        request: SearchRequest,
        room: OwnedSemaphorePermit,
        until: &Until,
    ) -> Result<Export, SearchError> {
        let inner = &archive.inner;
        let cursor = request.cursor.as_deref().map(plan::read_cursor).transpose()?;
        let (view, now_ms) = inner.snapshot(&request, cursor.as_ref())?;
        let planned = plan::plan(&request, now_ms, cursor.as_ref(), until)?;
        let in_order = view.in_order(&planned.plan).map_err(engine_error)?;
        inner.keep(&view, &request, cursor.is_some());
        let snapshot = snapshot_name(&view, now_ms, &planned);
        let found = Everything { archive, request, view, planned, snapshot, in_order, _room: room };
        Ok(Export { found: Arc::new(found), taken: 0 })
    }

    /// Hits that the search has on all its pages together, be it articles or stories.
    pub fn total(&self) -> u64 {
        let in_order = &self.found.in_order;
        if self.found.planned.plan.collapse { in_order.stories } else { in_order.total }
    }

    /// Names the state that they are from.
    pub fn snapshot(&self) -> String {
        self.found.snapshot.print()
    }

    /// What was not read as it was written.
    pub fn warnings(&self) -> Vec<Advice> {
        reading(&self.found.request, &self.found.planned, None).warnings
    }

    /// Where the next export goes on, of one that was given a limit.
    pub fn next_cursor(&self) -> Option<String> {
        let Everything { view, planned, snapshot, in_order, .. } = &*self.found;
        let last = in_order.len().checked_sub(1).filter(|_| in_order.len() == planned.plan.limit)?;
        let found = view.found(in_order, last..last + 1);
        Some(planned.cursor(snapshot, found.first()?.place))
    }

    /// The next hits; none after the last.
    pub async fn piece(&mut self) -> Result<Vec<Hit>, SearchError> {
        let Everything { view, in_order, archive, .. } = &*self.found;
        let next = view.found(in_order, self.taken..in_order.len().min(self.taken + PIECE));
        let mut words = 0;
        let is_within = |hit: &&FoundHit| {
            words += hit.words;
            words <= PIECE_WORDS
        };
        // One at the least, however long it is.
        let size = next.iter().take_while(is_within).count().max(1).min(next.len());
        let places = self.taken..self.taken + size;
        if places.is_empty() {
            return Ok(Vec::new());
        }
        self.taken = places.end;
        let found = Arc::clone(&self.found);
        archive.pool.go_on(MARKS_LIMIT, move |until| found.read(places, until)).await
    }
}

impl Everything {
    fn read(&self, places: std::ops::Range<usize>, until: &Until) -> Result<Vec<Hit>, SearchError> {
        let mut found = self.view.found(&self.in_order, places);
        if self.planned.plan.marks {
            let addresses: Vec<Address> = found.iter().map(|hit| hit.address).collect();
            let marks = self.view.marks(&self.planned.plan.query, &addresses, until).map_err(engine_error)?;
            found.iter_mut().zip(marks).for_each(|(hit, marks)| hit.marks = Some(Marks::joined(marks)));
        }
        // Whoever is cut off comes back to this state.
        self.archive.inner.keep(&self.view, &self.request, true);
        self.archive.inner.hits(&self.request, &self.planned, &self.snapshot, &found)
    }
}
