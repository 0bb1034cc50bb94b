//! The ledger: what was read when, how far it came, and what could not be read.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fmt, io};

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{Result, StoreError};
use super::pool::locked;
use super::{Store, at, sql};
use crate::metering;

/// Bytes kept of something that could not be read: enough for nearly every article, so that it can be mended and read
/// again.
pub const REJECT_COPY: usize = 64 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct RunId(pub u64);

/// One input, read or being read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    pub id: RunId,
    pub input: String,
    pub state: RunState,
    pub started: Timestamp,
    pub finished: Option<Timestamp>,
    #[serde(flatten)]
    pub counts: Counts,
    /// Where it was undone, or is being undone.
    pub undone: Option<Undone>,
}

/// What has become of a run that was taken back
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Undone {
    /// When it was asked for.
    pub begun: Timestamp,
    /// Null while it goes on.
    pub finished: Option<Timestamp>,
    /// Articles that are no longer there.
    pub articles: u64,
    /// Versions that are no longer there, of these articles and of others.
    pub versions: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    Running,
    /// To the end of its input, with or without rejects.
    Finished,
    /// Stopped by a signal, or its process died. The same input can be read again: what is kept is skipped.
    Interrupted,
    /// The input or the store gave out.
    Failed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// Articles: new, other versions, unchanged and copies. Rejects are not among them.
    pub seen: u64,
    pub new: u64,
    pub versions: u64,
    pub unchanged: u64,
    /// New as well, and of a story that was there already.
    pub copies: u64,
    pub rejected: u64,
    /// Of input, as it lay there.
    pub bytes: u64,
}

/// Something that could not be read: where it is, why, and how it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejected {
    /// File, and member within it.
    pub source: String,
    pub offset: Option<u64>,
    /// Counted from 1.
    pub line: Option<u64>,
    pub code: String,
    pub detail: String,
    /// At most [`REJECT_COPY`] bytes of it are kept.
    pub copy: Vec<u8>,
}

impl Rejected {
    /// Whether more of it may have stood there than is kept.
    pub fn is_cut(&self) -> bool {
        self.copy.len() >= REJECT_COPY
    }

    /// What can be mended and read again: a piece of a file of many articles, whole. A file that was refused as a whole
    /// is still there, and what breaks off lacks its end.
    pub fn piece(&self) -> Option<&[u8]> {
        let is_piece = self.line.is_some() && self.code != "truncated" && !self.is_cut();
        Some(self.copy.as_slice()).filter(|copy| is_piece && !copy.trim_ascii().is_empty())
    }
}

impl Store {
    /// Opens a line in the ledger, and closes those of processes that died.
    pub fn begin_run(&self, input: &str) -> Result<RunId> {
        self.noted((|| {
            let mut writer = self.writer();
            let (transaction, _) = writer.begin()?;
            close_the_dead(&transaction, &self.dir)?;
            transaction.prepare_cached(sql::RUN_ADD)?.execute(params![input, now()])?;
            let run = RunId(transaction.last_insert_rowid() as u64);
            let alive = Alive::claim(&self.dir, run)?;
            transaction.commit()?;
            locked(&self.alive).insert(run, alive);
            Ok(run)
        })())
    }

    /// Closes the line, and returns it as it stands in the ledger. Where the disk does not take that, it is closed when it does
    /// again; and where this process ends before, whoever next begins a run finds that nobody is at this one any more.
    pub fn finish_run(&self, run: RunId, state: RunState) -> Result<Run> {
        tracing::debug!(spent = ?self.spent(), "a run is over");
        self.close(Over { run, state, at: now() })
    }

    fn close(&self, over: Over) -> Result<Run> {
        let line = self.noted(self.close_run(over));
        if line.as_ref().is_err_and(StoreError::is_of_disk) {
            locked(&self.over).push(over);
        } else {
            locked(&self.alive).remove(&over.run);
        }
        line
    }

    /// Closes the lines that could not be when their runs were over.
    pub(super) fn close_late(&self) {
        let late = std::mem::take(&mut *locked(&self.over));
        for over in late {
            // Told already, when it was over.
            let _ = self.close(over);
        }
    }

    fn close_run(&self, Over { run, state, at }: Over) -> Result<Run> {
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        transaction.prepare_cached(sql::RUN_FINISH)?.execute(params![run.0, state.name(), at])?;
        let line = transaction.prepare_cached(sql::RUN)?.query_one(params![run.0], read_run)?;
        transaction.commit()?;
        metering::run_over(line.state.name());
        Ok(line)
    }

    pub fn run(&self, run: RunId) -> Result<Option<Run>> {
        self.readers
            .read(|moment, _| Ok(moment.prepare_cached(sql::RUN)?.query_row(params![run.0], read_run).optional()?))
    }

    /// Says of a run of this process how many bytes it will read.
    pub fn expect(&self, run: RunId, bytes: u64) -> Result<()> {
        let alive = locked(&self.alive);
        let Some(Alive { path, locked: file }) = alive.get(&run) else { return Ok(()) };
        write!(&*file, "{bytes}").map_err(StoreError::file(path))
    }

    /// How many bytes a run that is under way expects to read, in whichever process, where it knows.
    pub fn expected(&self, run: RunId) -> Option<u64> {
        fs::read_to_string(lock_path(&self.dir, run)).ok()?.parse().ok()
    }

    /// Newest first; only those before `before`, where it is given.
    pub fn runs(&self, before: Option<RunId>, limit: usize) -> Result<Vec<Run>> {
        let before = before.map_or(i64::MAX, |run| i64::try_from(run.0).unwrap_or(i64::MAX));
        self.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::RUNS)?;
            let runs = statement.query_map(params![sql_limit(limit), before], read_run)?.collect::<Result<_, _>>();
            Ok(runs?)
        })
    }

    /// Rejects of a run in the order met, each with its number; those after number `after`.
    pub fn rejects(&self, run: RunId, after: u64, limit: usize) -> Result<Vec<(u64, Rejected)>> {
        self.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::REJECTS)?;
            let rows = statement.query_map(params![run.0, after, sql_limit(limit)], read_reject)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Marks as interrupted every run whose process is no more.
    pub(super) fn close_dead_runs(&self) -> Result<()> {
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        close_the_dead(&transaction, &self.dir)?;
        Ok(transaction.commit()?)
    }
}

/// Adds a batch to the counts of its run, in the transaction of the batch.
pub(super) fn advance(transaction: &Transaction<'_>, run: RunId, more: &Counts) -> Result<()> {
    let values = params![run.0, more.new, more.versions, more.unchanged, more.copies, more.rejected, more.bytes];
    let known = transaction.prepare_cached(sql::RUN_ADVANCE)?.execute(values)?;
    if known == 0 { Err(StoreError::NoRun(run.0)) } else { Ok(()) }
}

pub(super) fn note_rejects(transaction: &Transaction<'_>, run: RunId, rejects: &[Rejected]) -> Result<()> {
    let mut statement = transaction.prepare_cached(sql::REJECT_ADD)?;
    for Rejected { source, offset, line, code, detail, copy } in rejects {
        let copy = copy.get(..REJECT_COPY).unwrap_or(copy);
        statement.execute(params![run.0, source, offset, line, code, detail, copy])?;
    }
    Ok(())
}

impl Run {
    /// From start to finish; `None` while it runs.
    pub fn took(&self) -> Option<std::time::Duration> {
        self.finished.and_then(|finished| finished.duration_since(self.started).try_into().ok())
    }
}

impl RunState {
    const ALL: [RunState; 4] = [RunState::Running, RunState::Finished, RunState::Interrupted, RunState::Failed];

    pub fn name(self) -> &'static str {
        match self {
            RunState::Running => "running",
            RunState::Finished => "finished",
            RunState::Interrupted => "interrupted",
            RunState::Failed => "failed",
        }
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A run that nobody is at any more: how it ended, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Over {
    run: RunId,
    state: RunState,
    at: i64,
}

/// Proof that the process of a run lives: a file it holds locked, in which it says how much it will read. The system lets go of the lock when the process
/// ends, however it ends, and no process number is ever mistaken for another's.
pub(super) struct Alive {
    path: PathBuf,
    locked: File,
}

impl Alive {
    fn claim(dir: &Path, run: RunId) -> Result<Alive> {
        let path = lock_path(dir, run);
        let file = OpenOptions::new().create(true).truncate(true).write(true).open(&path);
        let file = file.and_then(|file| file.lock().map(|()| file)).map_err(StoreError::file(&path))?;
        Ok(Alive { path, locked: file })
    }
}

impl Drop for Alive {
    /// A file left behind says nothing false: nobody holds it.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn lock_path(dir: &Path, run: RunId) -> PathBuf {
    dir.join(format!("run-{run}.lock"))
}

/// In a transaction that may write, so that a run being begun elsewhere has either its lock or no line yet.
pub(super) fn close_the_dead(transaction: &Transaction<'_>, dir: &Path) -> Result<()> {
    let mut statement = transaction.prepare_cached(sql::RUNS_RUNNING)?;
    let running = statement.query_map([], |row| row.get(0).map(RunId))?.collect::<Result<Vec<_>, _>>()?;
    for run in running {
        if !is_alive(&lock_path(dir, run))? {
            let values = params![run.0, RunState::Interrupted.name(), now()];
            transaction.prepare_cached(sql::RUN_FINISH)?.execute(values)?;
            let _ = fs::remove_file(lock_path(dir, run));
        }
    }
    Ok(())
}

fn is_alive(path: &Path) -> Result<bool> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened.map_err(StoreError::file(path))?,
    };
    match file.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(StoreError::file(path)(error)),
    }
}

pub(super) fn read_run(row: &Row<'_>) -> rusqlite::Result<Run> {
    let state: String = row.get(2)?;
    let (new, versions, unchanged, copies) = (row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?);
    let seen = new + versions + unchanged + copies;
    Ok(Run {
        id: RunId(row.get(0)?),
        input: row.get(1)?,
        // The schema admits no other name.
        state: RunState::ALL.into_iter().find(|one| one.name() == state).unwrap_or(RunState::Failed),
        started: at(row.get(3)?),
        finished: row.get::<_, Option<i64>>(4)?.map(at),
        counts: Counts { seen, new, versions, unchanged, copies, rejected: row.get(9)?, bytes: row.get(10)? },
        undone: match row.get::<_, Option<i64>>(11)? {
            None => None,
            Some(begun) => Some(Undone {
                begun: at(begun),
                finished: row.get::<_, Option<i64>>(12)?.map(at),
                articles: row.get(13)?,
                versions: row.get(14)?,
            }),
        },
    })
}

fn read_reject(row: &Row<'_>) -> rusqlite::Result<(u64, Rejected)> {
    let (source, offset, line) = (row.get(1)?, row.get(2)?, row.get(3)?);
    Ok((row.get(0)?, Rejected { source, offset, line, code: row.get(4)?, detail: row.get(5)?, copy: row.get(6)? }))
}

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_are_kept_in_order_counted_and_their_copies_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let run = store.begin_run("a.csv").unwrap();
        let reject = |code: &str| Rejected {
            source: "a.csv".into(),
            line: Some(7),
            code: code.into(),
            copy: vec![b'x'; REJECT_COPY + 1],
            ..Rejected::default()
        };
        store.reject(run, &[reject("first"), reject("second")]).unwrap();
        store.reject(run, &[reject("third")]).unwrap();
        let rejects = store.rejects(run, 1, 10).unwrap();
        let codes: Vec<_> = rejects.iter().map(|(n, one)| (*n, one.code.as_str())).collect();
        assert_eq!(codes, [(2, "second"), (3, "third")]);
        assert_eq!((rejects[0].1.line, rejects[0].1.copy.len()), (Some(7), REJECT_COPY));
        assert_eq!(store.run(run).unwrap().unwrap().counts.rejected, 3);
    }

    #[test]
    fn a_run_whose_process_died_is_interrupted_and_a_living_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let (living, dying) = (Store::open(dir.path()).unwrap(), Store::open(dir.path()).unwrap());
        let (runs, died) = (living.begin_run("a").unwrap(), dying.begin_run("b").unwrap());
        drop(dying);
        let next = living.begin_run("c").unwrap();
        let states: Vec<_> = living.runs(None, 9).unwrap().iter().map(|run| (run.id, run.state)).collect();
        let (running, interrupted) = (RunState::Running, RunState::Interrupted);
        assert_eq!(states, [(next, running), (died, interrupted), (runs, running)]);
    }

    #[test]
    fn opening_the_store_closes_dead_runs() {
        let dir = tempfile::tempdir().unwrap();
        let run = Store::open(dir.path()).unwrap().begin_run("a").unwrap();
        let store = Store::open(dir.path()).unwrap();
        assert_eq!(store.run(run).unwrap().unwrap().state, RunState::Interrupted);
    }

    #[test]
    fn a_finished_run_leaves_no_lock_behind() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let run = store.begin_run("a").unwrap();
        assert!(lock_path(dir.path(), run).exists());
        let line = store.finish_run(run, RunState::Finished).unwrap();
        assert_eq!(line.state, RunState::Finished);
        assert!(line.took().is_some() && !lock_path(dir.path(), run).exists());
    }

    #[test]
    fn what_a_run_expects_is_known_while_it_is_under_way() {
        let dir = tempfile::tempdir().unwrap();
        let (store, other) = (Store::open(dir.path()).unwrap(), Store::open(dir.path()).unwrap());
        let run = store.begin_run("a").unwrap();
        assert_eq!(other.expected(run), None);
        store.expect(run, 12_345).unwrap();
        assert_eq!(other.expected(run), Some(12_345));
        store.finish_run(run, RunState::Finished).unwrap();
        assert_eq!(other.expected(run), None);
    }

    #[test]
    fn runs_come_by_the_page_newest_first() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let runs: Vec<RunId> = ["a", "b", "c"].map(|input| store.begin_run(input).unwrap()).into();
        let page = |before| store.runs(before, 2).unwrap().iter().map(|run| run.id).collect::<Vec<_>>();
        assert_eq!(page(None), [runs[2], runs[1]]);
        assert_eq!(page(Some(runs[1])), [runs[0]]);
    }

    #[test]
    fn only_whole_pieces_can_be_read_again() {
        let reject = |line, code: &str, length| Rejected {
            line,
            code: code.into(),
            copy: vec![b'x'; length],
            ..Rejected::default()
        };
        assert!(reject(Some(1), "bad_json", 9).piece().is_some());
        assert!(reject(None, "unknown_format", 9).piece().is_none(), "a file");
        assert!(reject(Some(1), "truncated", 9).piece().is_none(), "it lacks its end");
        assert!(reject(Some(1), "bad_json", REJECT_COPY).piece().is_none(), "it was cut");
        assert!(reject(Some(1), "bad_json", 0).piece().is_none());
    }

    #[test]
    fn a_run_that_ended_before_it_began_took_no_time() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let run = store.begin_run("a").unwrap();
        let line = store.finish_run(run, RunState::Finished).unwrap();
        let earlier = Timestamp::from_millisecond(line.started.as_millisecond() - 3_600_000).ok();
        assert_eq!(Run { finished: earlier, ..line }.took(), None);
    }

    #[test]
    fn a_batch_of_an_unknown_run_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        assert!(matches!(store.write(RunId(7), &mut [], &[], 1), Err(StoreError::NoRun(7))));
    }
}
