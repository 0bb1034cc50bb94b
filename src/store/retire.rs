//! Articles that are older than what is kept: they go like those of a run that is undone, and may come again where they are
//! kept for longer. The date of the version that answers show decides, to its last moment; undated ones are as old as their
//! first coming.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::bounds::dated;
use super::error::Result;
use super::pack::Unpacker;
use super::read::read_kept;
use super::remove::{AT_ONCE, Gone, Removal, Removed};
use super::{Store, sql};

/// No pass removes more than one in so many of all articles by itself, where these are not a few.
const SHARE: u64 = 10;
const A_FEW: u64 = 1000;

/// More articles are too old than go by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    pub most: u64,
    /// That answers may show.
    pub all: u64,
}

impl Store {
    /// Whether more articles are too old at `now` than should go without anybody having said so: a clock or a setting that is
    /// wrong looks like that.
    pub fn too_many_are_old(&self, now: Timestamp) -> Result<Option<TooMany>> {
        let all = self.count()?;
        let most = A_FEW.max(all / SHARE);
        Ok((self.count_old(now, true, most)? > most).then_some(TooMany { most, all }))
    }

    /// How many articles are too old at `now`, whether answers may show them or not.
    pub fn too_old(&self, now: Timestamp) -> Result<u64> {
        Ok(self.count_old(now, true, u64::MAX)? + self.count_old(now, false, u64::MAX)?)
    }

    /// The same of those that answers may show, or of the others; they are counted until there are more than `most`.
    fn count_old(&self, now: Timestamp, shown: bool, most: u64) -> Result<u64> {
        let Some(oldest) = self.oldest_kept(now) else { return Ok(0) };
        let (mut after, mut old) = (0, 0);
        while old <= most {
            let candidates = self.candidates(oldest, shown, after)?;
            let Some(&last) = candidates.last() else { break };
            after = last;
            old += self.readers.read(|moment, unpacker| {
                let are_old = candidates.iter().map(|num| is_too_old(moment, unpacker, *num, oldest));
                are_old.map(|is_old| is_old.map(u64::from)).sum::<Result<u64>>()
            })?;
        }
        Ok(old)
    }

    /// Removes what is too old at `now`, batch after batch, until nothing is left or `stop` is set.
    pub fn retire(&self, now: Timestamp, stop: &AtomicBool) -> Result<Removed> {
        let mut all = Removed::default();
        let Some(oldest) = self.oldest_kept(now) else { return Ok(all) };
        // Those that answers show are found by the date that stories are told by; the others are few.
        for shown in [true, false] {
            let mut after = 0;
            while !stop.load(Ordering::Relaxed) {
                let Some((last, removed)) = self.retire_some(oldest, now, shown, after)? else { break };
                fail::fail_point!("retire::after_batch", |_| std::process::abort());
                after = last;
                all.articles += removed.articles;
                all.versions += removed.versions;
            }
        }
        Ok(all)
    }

    /// Looks at the next articles that may be too old: up to which number, and what has gone.
    fn retire_some(
        &self,
        oldest: Timestamp,
        now: Timestamp,
        shown: bool,
        after: u64,
    ) -> Result<Option<(u64, Removed)>> {
        let candidates = self.candidates(oldest, shown, after)?;
        let Some(&last) = candidates.last() else { return Ok(None) };
        self.erasing(|writer| {
            let (transaction, _) = writer.begin()?;
            let mut unpacker = Unpacker::new()?;
            let mut removal = Removal::new(&transaction, now, Gone::Retired)?;
            for num in candidates {
                if is_too_old(&transaction, &mut unpacker, num, oldest)? {
                    removal.take_all(num)?;
                }
            }
            let removed = removal.settle()?;
            transaction.commit()?;
            Ok(Some((last, removed)))
        })
    }

    /// The next articles that may be too old: of those that answers may show, or of the others.
    fn candidates(&self, oldest: Timestamp, shown: bool, after: u64) -> Result<Vec<u64>> {
        self.readers.read(|moment, _| {
            let read = |row: &rusqlite::Row<'_>| row.get(0);
            let numbers = if shown {
                let mut statement = moment.prepare_cached(sql::TOO_OLD)?;
                let numbers = statement.query_map(params![after, oldest.as_millisecond(), AT_ONCE], read)?;
                numbers.collect::<Result<Vec<u64>, _>>()?
            } else {
                let mut statement = moment.prepare_cached(sql::HIDDEN_AFTER)?;
                statement.query_map(params![after, AT_ONCE], read)?.collect::<Result<Vec<u64>, _>>()?
            };
            Ok(numbers)
        })
    }
}

/// As it stands now; what is damaged is left to whoever asks for it.
fn is_too_old(transaction: &Transaction<'_>, unpacker: &mut Unpacker, num: u64, oldest: Timestamp) -> Result<bool> {
    let kept = transaction.prepare_cached(sql::CURRENT)?.query_row(params![num], read_kept).optional()?;
    let Some(Ok(stored)) = kept.map(|kept| kept.open(transaction, unpacker)) else { return Ok(false) };
    Ok(dated(&stored.article).unwrap_or(stored.seen) < oldest)
}
