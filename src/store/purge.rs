//! An article removed for good: every byte of its text, wherever it lies.
//!
//! In one transaction all its versions go, and their pages, names, holds and places in citations, and the rejects in which
//! it is recognised. What remains is a hash of its names, so that it is not taken in again. Then the files have to be free
//! of it: the indexes are written without it by whoever writes them ([`crate::sync`]), and the log of the store is folded
//! away. Until that is done it is noted as left to do.
//!
//! A copy of what went may lie between other rows. Whether one does is looked for, and nobody says that a file is free of it
//! before somebody has looked: until then, and if the process ends before that, the file is to be written anew.

use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use memchr::memmem::Finder;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::bounds::tombstone;
use super::connect;
use super::error::{Result, StoreError};
use super::pack::Unpacker;
use super::pool::locked;
use super::read::read_kept;
use super::remove::{Gone, Removal};
use super::traces::Traces;
use super::{Store, at, sql};
use crate::article::ArticleId;
use crate::identity::normalise_url;
use crate::metering;

/// Rejects read at a time: each may hold 64 KiB.
const REJECTS: u64 = 200;

/// Bytes of the file of the store that are looked through at a time.
const PIECE: usize = 4 << 20;

/// Whoever reads what was before is waited for so long, while nobody can write; then it is tried again later.
const PATIENCE: Duration = Duration::from_secs(2);

/// Bytes of what a kept page was packed into, by which it is recognised.
const MARK: usize = 24;

/// Bytes of a name by which it is recognised; a shorter one stands in any file.
const LEAST_NAME: usize = 8;

/// Looking where copies lie is done under this lock, by any number at once; freeing the files waits for them.
const LOOKING: &str = "purge.lock";

/// What has gone with an article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// It was purged before.
    pub already: bool,
    pub versions: u64,
    /// Of whichever run.
    pub rejects: u64,
}

/// What is left to do of purges: of how many articles, and when the first of them was purged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purging {
    pub articles: u64,
    pub since: Option<Timestamp>,
}

impl Store {
    /// Removes an article for good, in whichever state it is; `None` where there never was one. Its bytes are out of the
    /// files when [`Store::is_purging`] says no more.
    pub fn purge(&self, id: &ArticleId) -> Result<Option<Purged>> {
        let Some((num, gone)) = self.readers.read(|moment, _| known(moment, id))? else { return Ok(None) };
        if gone == Some(Gone::Purged) {
            return Ok(Some(Purged { already: true, ..Purged::default() }));
        }
        let (path, looking) = connect::lock_file(&self.dir, LOOKING)?;
        looking.lock_shared().map_err(StoreError::file(&path))?;
        let (traces, names) = self.traces(num)?;
        let mut rejects = self.rejects_with(&traces)?;
        fail::fail_point!("purge::rejects_read");
        let purged = self.erasing(|writer| {
            let (transaction, _) = writer.begin()?;
            // Since it was looked at, somebody may have taken it back otherwise, or purged it.
            let gone = known(&transaction, id)?.and_then(|(_, gone)| gone);
            if gone == Some(Gone::Purged) {
                return Ok(None);
            }
            // Nor is it known what was rejected meanwhile.
            while rejects.read_on(&transaction, &traces)? {}
            let now = Timestamp::now();
            let mut statement = transaction.prepare_cached(sql::VERSION_NUMBERS)?;
            let rows = statement.query_map(params![num], |row| row.get(0))?.collect::<Result<Vec<u64>, _>>()?;
            drop(statement);
            // A version that has come meanwhile has names of its own.
            let mut every = names_of(&transaction, num)?;
            every.extend(names);
            // By what a reject is recognised that is copied elsewhere, nobody knows.
            let marks = if rejects.found.is_empty() { marks_of(&transaction, num, &rows, &every)? } else { None };
            for (key, namespace) in every {
                transaction.prepare_cached(sql::TOMBSTONE_ADD)?.execute(params![tombstone(&namespace, &key)])?;
            }
            let mut removal = Removal::new(&transaction, now, Gone::Purged)?;
            removal.take(num, &rows)?;
            let versions = removal.settle()?.versions;
            transaction.prepare_cached(sql::NAMES_END)?.execute(params![num])?;
            transaction.prepare_cached(sql::ARTICLE_PURGE)?.execute(params![num])?;
            for (run, n) in &rejects.found {
                transaction.prepare_cached(sql::REJECT_END)?.execute(params![run, n])?;
            }
            transaction.prepare_cached(sql::CHANGE_ADD)?.execute(params![num, now.as_millisecond()])?;
            transaction.prepare_cached(sql::PURGE_ADD)?.execute(params![num, now.as_millisecond()])?;
            transaction.commit()?;
            let purged = Purged { already: false, versions, rejects: rejects.found.len() as u64 };
            Ok(Some((purged, marks)))
        })?;
        fail::fail_point!("purge::after_commit", |_| std::process::abort());
        let Some((purged, marks)) = purged else {
            return Ok(Some(Purged { already: true, ..Purged::default() }));
        };
        if let Some(marks) = marks {
            self.look_for_copies(num, &marks)?;
        }
        Ok(Some(purged))
    }

    /// Where SQLite has moved rows about, a copy may be left between others. Where none is, the file need not be written anew.
    fn look_for_copies(&self, num: u64, marks: &[Vec<u8>]) -> Result<()> {
        if !self.fold()? || holds_any(&connect::file(&self.dir), marks)? {
            return Ok(());
        }
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        transaction.prepare_cached(sql::PURGE_NOT_ANEW)?.execute(params![num])?;
        Ok(transaction.commit()?)
    }

    /// Whether something of this purged article may still be in a file.
    pub fn is_purging(&self, id: &ArticleId) -> Result<bool> {
        self.readers.read(|moment, _| {
            Ok(moment.prepare_cached(sql::PURGE_IS_LEFT)?.query_one(params![id.0], |row| row.get(0))?)
        })
    }

    /// The articles that were purged of which something may still be in a file.
    pub fn purging(&self) -> Result<Purging> {
        self.readers.read(|moment, _| {
            let read =
                |row: &Row<'_>| Ok(Purging { articles: row.get(0)?, since: row.get::<_, Option<_>>(1)?.map(at) });
            Ok(moment.prepare_cached(sql::PURGING)?.query_one([], read)?)
        })
    }

    /// How many articles were ever purged.
    pub fn purges(&self) -> Result<u64> {
        self.readers.read(|moment, _| Ok(moment.prepare_cached(sql::PURGES)?.query_one([], |row| row.get(0))?))
    }

    /// How many articles the files are free of.
    pub fn purges_erased(&self) -> Result<u64> {
        self.readers.read(|moment, _| Ok(moment.prepare_cached(sql::PURGES_ERASED)?.query_one([], |row| row.get(0))?))
    }

    /// The index is free of all articles purged up to this change: frees the file of the store and its log of them, too. Says
    /// whether that could be done; else somebody is reading what was before. What was purged later is left to the next time.
    ///
    /// # Errors
    /// There is no room for writing the file anew; nothing has been written then, and it is to be tried again.
    pub fn erase_purged(&self, reached: u64) -> Result<bool> {
        let (path, looked) = connect::lock_file(&self.dir, LOOKING)?;
        // Waiting for whoever looks for copies would keep what comes in from being found meanwhile.
        match looked.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(StoreError::file(&path)(error)),
        }
        let left = self.purges_left(reached)?;
        if left.is_empty() {
            return Ok(true);
        }
        if left.iter().any(|(_, anew)| *anew) {
            self.write_anew(&left)?;
        }
        if !self.fold()? {
            return Ok(false);
        }
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        for (num, _) in left {
            let values = params![num, Timestamp::now().as_millisecond()];
            transaction.prepare_cached(sql::PURGE_ERASED)?.execute(values)?;
        }
        transaction.commit()?;
        Ok(true)
    }

    /// Writes the file without what lies free in it. That is done once, however long it takes until the log can be folded away.
    fn write_anew(&self, left: &[(u64, bool)]) -> Result<()> {
        let mut writer = self.writer();
        let (pages, page): (u64, u64) = writer.conn.query_one(sql::SIZE, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        fail::fail_point!("purge::no_room", |_| has_room(Some(0), pages * page));
        has_room(metering::disk(&self.dir).map(|disk| disk.free), pages * page)?;
        // Not where the system keeps such files: that may be smaller, or not to be written to, and others may read there.
        if let Some(dir) = self.dir.to_str() {
            writer.conn.pragma_update(None, "temp_store_directory", dir)?;
        }
        writer.conn.execute_batch("VACUUM")?;
        let (transaction, _) = writer.begin()?;
        for (num, _) in left {
            transaction.prepare_cached(sql::PURGE_NOT_ANEW)?.execute(params![num])?;
        }
        Ok(transaction.commit()?)
    }

    fn purges_left(&self, reached: u64) -> Result<Vec<(u64, bool)>> {
        self.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::PURGES_LEFT)?;
            let left = statement.query_map(params![reached], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(left.collect::<Result<_, _>>()?)
        })
    }

    /// The log of what was written, folded into the file and emptied. Says whether that could be done.
    fn fold(&self) -> Result<bool> {
        let writer = locked(&self.writer);
        writer.conn.busy_timeout(PATIENCE)?;
        let busy = writer.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        writer.conn.busy_timeout(connect::BUSY)?;
        Ok(busy? == 0)
    }

    /// By what it is recognised elsewhere, and all its names.
    fn traces(&self, num: u64) -> Result<(Traces, Vec<(String, String)>)> {
        self.readers.read(|moment, unpacker| {
            let (mut traces, names) = (Traces::default(), names_of(moment, num)?);
            names.iter().for_each(|(key, _)| traces.add_name(key));
            let mut statement = moment.prepare_cached(sql::VERSION_NUMBERS)?;
            for row in statement.query_map(params![num], |row| row.get::<_, u64>(0))? {
                let kept = moment.prepare_cached(sql::ROW)?.query_row(params![row?], read_kept)?;
                if let Ok(stored) = kept.open(moment, unpacker) {
                    traces.add(&stored.article);
                }
            }
            traces.sort();
            Ok((traces, names))
        })
    }

    /// The rejects in which it is recognised, read a piece at a time.
    fn rejects_with(&self, traces: &Traces) -> Result<Recognised> {
        let mut rejects = Recognised::default();
        while self.readers.read(|moment, _| rejects.read_on(moment, traces))? {}
        Ok(rejects)
    }
}

/// Rejects in which something is recognised, as far as they have been read.
#[derive(Default)]
struct Recognised {
    /// Run, and number within it.
    found: Vec<(u64, u64)>,
    /// The row of the last that was read.
    last: u64,
}

impl Recognised {
    /// Reads the next piece; says whether there was one.
    fn read_on(&mut self, conn: &rusqlite::Connection, traces: &Traces) -> Result<bool> {
        let before = self.last;
        let mut statement = conn.prepare_cached(sql::REJECTS_AFTER)?;
        let mut rows = statement.query(params![before, REJECTS])?;
        while let Some(row) = rows.next()? {
            self.last = row.get(0)?;
            for text in 3..=5 {
                if traces.are_in(row.get_ref(text)?.as_bytes().map_err(rusqlite::Error::from)?) {
                    self.found.push((row.get(1)?, row.get(2)?));
                    break;
                }
            }
        }
        Ok(self.last > before)
    }
}

/// By what its names and versions are recognised wherever a copy lies; `None` where nobody knows that of all: some went
/// before, are damaged, or keep a page that is too short.
fn marks_of(
    conn: &Transaction<'_>,
    num: u64,
    rows: &[u64],
    names: &[(String, String)],
) -> Result<Option<Vec<Vec<u8>>>> {
    let given: usize = conn.prepare_cached(sql::LAST_NUMBER)?.query_one(params![num], |row| row.get(0))?;
    if rows.is_empty() || rows.len() < given {
        return Ok(None);
    }
    let mut unpacker = Unpacker::new()?;
    let mut marks: Vec<Vec<u8>> = names.iter().map(|(key, _)| key.clone().into_bytes()).collect();
    for row in rows {
        let kept = conn.prepare_cached(sql::ROW)?.query_row(params![row], read_kept)?;
        let Ok(stored) = kept.open(conn, &mut unpacker) else { return Ok(None) };
        // A page that was fetched is noted by its address.
        marks.extend(stored.article.url.as_deref().and_then(normalise_url).map(String::into_bytes));
        let read = |row: &Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Option<Vec<u8>>>(1)?));
        let (seal, page) = conn.prepare_cached(sql::SEALS_OF)?.query_one(params![row], read)?;
        marks.push(seal);
        if let Some(page) = page {
            let Some(mark) = page.get(MARK..2 * MARK) else { return Ok(None) };
            marks.push(mark.to_vec());
        }
    }
    marks.retain(|mark| mark.len() >= LEAST_NAME);
    Ok(Some(marks))
}

/// A copy and the log are written before the file itself is.
fn has_room(free: Option<u64>, bytes: u64) -> Result<()> {
    let (needed, free) = (2 * bytes, free.unwrap_or(u64::MAX));
    if free >= needed {
        return Ok(());
    }
    let [needed, free] = [needed, free].map(|bytes| bytes.div_ceil(1 << 20));
    let what = "to write the store without what was purged";
    Err(StoreError::Full(format!("{what} takes {needed} MiB for a while, and {free} MiB are free")))
}

fn known(conn: &rusqlite::Connection, id: &ArticleId) -> Result<Option<(u64, Option<Gone>)>> {
    let mut statement = conn.prepare_cached(sql::REMOVED)?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?));
    let found = statement.query_row(params![id.0], read).optional()?;
    Ok(found.map(|(num, removed)| (num, removed.as_deref().and_then(Gone::named))))
}

fn names_of(conn: &rusqlite::Connection, num: u64) -> Result<Vec<(String, String)>> {
    let mut statement = conn.prepare_cached(sql::ARTICLE_NAMES)?;
    let names = statement.query_map(params![num], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// Whether one of these stands anywhere in a file.
fn holds_any(path: &Path, marks: &[Vec<u8>]) -> Result<bool> {
    let finders: Vec<Finder<'_>> = marks.iter().map(|mark| Finder::new(mark.as_slice())).collect();
    let longest = marks.iter().map(Vec::len).max().unwrap_or_default();
    if longest == 0 {
        return Ok(false);
    }
    let mut file = File::open(path).map_err(StoreError::file(path))?;
    let (mut buffer, mut kept) = (vec![0; PIECE + longest], 0);
    loop {
        let read = file.read(&mut buffer[kept..]).map_err(StoreError::file(path))?;
        if read == 0 {
            return Ok(false);
        }
        let end = kept + read;
        if finders.iter().any(|finder| finder.find(&buffer[..end]).is_some()) {
            return Ok(true);
        }
        // What begins here may end in the next piece.
        kept = end.min(longest - 1);
        buffer.copy_within(end - kept..end, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Desk, desk, identity, incoming};
    use super::*;
    use crate::identity::article_id;
    use crate::store::Rejected;

    #[test]
    fn what_is_purged_once_an_index_is_being_freed_is_not_taken_for_erased() {
        let desk = desk();
        desk.put(&[incoming("1", "A"), incoming("2", "B")]);
        let [first, second] = ["1", "2"].map(|key| article_id(&identity(key)));
        desk.store.purge(&first).unwrap();
        let reached = desk.store.last_change().unwrap();
        desk.store.purge(&second).unwrap();
        assert!(desk.store.erase_purged(reached).unwrap());
        assert_eq!([&first, &second].map(|id| desk.store.is_purging(id).unwrap()), [false, true]);
        assert!(desk.store.erase_purged(desk.store.last_change().unwrap()).unwrap());
        assert!(!desk.store.is_purging(&second).unwrap());
    }

    /// Whether the file is to be written anew for an article that is purged now.
    fn is_written_anew_for(desk: &Desk, key: &str) -> bool {
        desk.store.purge(&article_id(&identity(key))).unwrap();
        let left = desk.store.purges_left(desk.store.last_change().unwrap()).unwrap();
        left.last().is_some_and(|(_, anew)| *anew)
    }

    #[test]
    fn the_store_is_written_anew_where_a_name_of_what_was_purged_stands_elsewhere_in_its_file() {
        let desk = desk();
        let names = ["a name that is long", "another that is long"];
        desk.put(&names.map(|name| incoming(name, &format!("a text of its own: {name}"))));
        assert!(!is_written_anew_for(&desk, names[0]));
        desk.store.writer().conn.execute("INSERT INTO meta VALUES ('moved', ?1)", params![names[1]]).unwrap();
        assert!(is_written_anew_for(&desk, names[1]));
    }

    #[test]
    fn the_store_is_written_anew_where_a_copy_of_a_page_or_of_a_reject_could_not_be_recognised() {
        let desk = desk();
        let [mut short, long, quoted] = ["1", "2", "3 is a name"].map(|key| incoming(key, &format!("all of {key}")));
        short.original = Some(b"<p>tin</p>".to_vec());
        desk.put(&[long, short, quoted]);
        let reject = Rejected { copy: b"3 is a name".to_vec(), ..Rejected::default() };
        desk.store.reject(desk.run, &[reject]).unwrap();
        assert_eq!(["2", "1", "3 is a name"].map(|key| is_written_anew_for(&desk, key)), [false, true, true]);
    }

    #[cfg(feature = "failpoints")]
    #[test]
    fn what_is_rejected_while_rejects_are_read_goes_with_what_it_quotes() {
        let desk = desk();
        desk.put(&[incoming("a name of its own", "tin")]);
        let (store, run, thread) = (Store::open(desk.store.dir()).unwrap(), desk.run, std::thread::current().id());
        let reject = move || {
            // Others purge beside this, in their own archives.
            if std::thread::current().id() == thread {
                let copy = b"a name of its own".to_vec();
                store.reject(run, &[Rejected { copy, ..Rejected::default() }]).unwrap();
            }
        };
        fail::cfg_callback("purge::rejects_read", reject).unwrap();
        let purged = desk.store.purge(&article_id(&identity("a name of its own"))).unwrap().unwrap();
        fail::remove("purge::rejects_read");
        assert_eq!(purged.rejects, 1);
    }

    #[test]
    fn a_store_is_written_anew_where_there_is_room_for_a_copy_and_its_log() {
        assert!(has_room(Some(200), 100).is_ok() && has_room(None, u64::MAX / 4).is_ok());
        let refused = has_room(Some(3 << 20), 9 << 20).unwrap_err();
        assert_eq!(refused.code(), Some("storage_full"));
        assert!(refused.to_string().contains("takes 18 MiB for a while, and 3 MiB are free"), "{refused}");
    }
}
