//! A run undone: all that it brought goes, as if it had never been read.
//!
//! Of a run are the versions that it brought first. One that another run has brought again stays, and is that run's from
//! here on; so does the article. What goes, goes in batches, each a transaction that also counts it: whoever is broken off
//! goes on where it stopped, and two who do it at once do not count anything twice.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::error::Result;
use super::remove::{AT_ONCE, Gone, Removal, Removed};
use super::runs::{Run, RunId, RunState, close_the_dead, read_run};
use super::{Store, sql};
use crate::identity::normalise_url;

/// Rejects of one transaction: each may hold 64 KiB.
const REJECTS: u64 = 200;

/// Version rows of one transaction in which it is looked up who brought them again.
const ROWS: u64 = 200_000;

/// Whether a run can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undoing {
    NoRun,
    /// It is being written still.
    Running,
    /// It was undone before.
    Before(Run),
    /// It is being undone from here on, whatever happens to this process.
    Begun(Run),
}

impl Store {
    /// Notes that a run is to be undone. What it brought goes with [`Store::go_on_undoing`].
    pub fn begin_undoing(&self, run: RunId) -> Result<Undoing> {
        self.noted_where(self.note_undoing(run), |undoing| matches!(undoing, Undoing::Begun(_)))
    }

    fn note_undoing(&self, run: RunId) -> Result<Undoing> {
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        close_the_dead(&transaction, &self.dir)?;
        let line = |transaction: &Transaction<'_>| {
            transaction.prepare_cached(sql::RUN)?.query_row(params![run.0], read_run).optional()
        };
        let Some(before) = line(&transaction)? else { return Ok(Undoing::NoRun) };
        if before.state == RunState::Running {
            return Ok(Undoing::Running);
        }
        if before.undone.is_some_and(|undone| undone.finished.is_some()) {
            return Ok(Undoing::Before(before));
        }
        transaction.prepare_cached(sql::RUN_UNDOING)?.execute(params![run.0, Timestamp::now().as_millisecond()])?;
        let begun = line(&transaction)?.unwrap_or(before);
        transaction.commit()?;
        Ok(Undoing::Begun(begun))
    }

    /// The runs that somebody has begun to undo.
    pub fn undoing(&self) -> Result<Vec<RunId>> {
        self.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::RUNS_UNDOING)?;
            let runs = statement.query_map([], |row| row.get(0).map(RunId))?.collect::<Result<_, _>>();
            Ok(runs?)
        })
    }

    /// Takes away what a run that is being undone has brought, batch after batch, until nothing is left or `stop` is set.
    /// `after_batch` is told of each when it is durable. Says whether it is done.
    pub fn go_on_undoing(&self, run: RunId, stop: &AtomicBool, mut after_batch: impl FnMut(Removed)) -> Result<bool> {
        // First, so that nothing can be handed on to this run any more.
        self.forget_brought_again(run)?;
        while !stop.load(Ordering::Relaxed) {
            let batch = self.undo_some(run)?;
            fail::fail_point!("undo::after_batch", |_| std::process::abort());
            match batch {
                Some(removed) => after_batch(removed),
                None => {
                    self.undo_the_rest(run)?;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn forget_brought_again(&self, run: RunId) -> Result<()> {
        let last: u64 = self.readers.read(|moment, _| Ok(moment.query_row(sql::LAST_ROW, [], |row| row.get(0))?))?;
        for from in (0..=last).step_by(ROWS as usize) {
            let mut writer = self.writer();
            let (transaction, _) = writer.begin()?;
            transaction.prepare_cached(sql::AGAIN_BY)?.execute(params![run.0, from, from + ROWS])?;
            transaction.commit()?;
        }
        Ok(())
    }

    /// What has gone of the next articles; `None` where there are no more.
    fn undo_some(&self, run: RunId) -> Result<Option<Removed>> {
        self.erasing(|writer| {
            let (transaction, _) = writer.begin()?;
            let mut statement = transaction.prepare_cached(sql::RUN_ARTICLES)?;
            let articles =
                statement.query_map(params![run.0, AT_ONCE], |row| row.get(0))?.collect::<Result<Vec<u64>, _>>()?;
            drop(statement);
            if articles.is_empty() {
                return Ok(None);
            }
            let mut removal = Removal::new(&transaction, Timestamp::now(), Gone::Undone)?;
            for num in articles {
                let rows = own_versions(&transaction, run, num)?;
                removal.take(num, &rows)?;
            }
            let removed = removal.settle()?;
            let values = params![run.0, removed.articles, removed.versions];
            transaction.prepare_cached(sql::RUN_UNDONE_SO_FAR)?.execute(values)?;
            fail::fail_point!("undo::before_commit", |_| std::process::abort());
            transaction.commit()?;
            Ok(Some(removed))
        })
    }

    /// Its rejects, and what is remembered of the input as read already.
    fn undo_the_rest(&self, run: RunId) -> Result<()> {
        loop {
            let gone = self.erasing(|writer| {
                let (transaction, _) = writer.begin()?;
                let gone = transaction.prepare_cached(sql::RUN_REJECTS_END)?.execute(params![run.0, REJECTS])?;
                transaction.commit()?;
                Ok(gone)
            })?;
            if gone == 0 {
                break;
            }
        }
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        let input: Option<Run> =
            transaction.prepare_cached(sql::RUN)?.query_row(params![run.0], read_run).optional()?;
        transaction.prepare_cached(sql::RUN_FILES_END)?.execute(params![run.0])?;
        if let Some(Run { input, .. }) = input {
            transaction.prepare_cached(sql::RUN_FEED_ANEW)?.execute(params![input])?;
            // A sitemap that another one names.
            if let Some(address) = normalise_url(&input) {
                transaction.prepare_cached(sql::FETCHED_PAGE_END)?.execute(params![address])?;
            }
        }
        transaction.prepare_cached(sql::RUN_UNDONE)?.execute(params![run.0, Timestamp::now().as_millisecond()])?;
        Ok(transaction.commit()?)
    }
}

/// The versions of an article that came with this run alone; those that another has brought again are its from here on.
fn own_versions(transaction: &Transaction<'_>, run: RunId, num: u64) -> Result<Vec<u64>> {
    let mut statement = transaction.prepare_cached(sql::RUN_VERSIONS)?;
    let rows = statement.query_map(params![run.0, num], |row| row.get(0))?.collect::<Result<Vec<u64>, _>>()?;
    let mut own = Vec::new();
    for row in rows {
        let mut statement = transaction.prepare_cached(sql::AGAIN_FIRST)?;
        let next: Option<u64> = statement.query_one(params![row, run.0], |found| found.get(0))?;
        let Some(next) = next else {
            own.push(row);
            continue;
        };
        transaction.prepare_cached(sql::VERSION_HANDED_ON)?.execute(params![row, next])?;
        transaction.prepare_cached(sql::AGAIN_END)?.execute(params![row, next])?;
    }
    Ok(own)
}
