//! Versions taken back: the rows go, with all that hangs on them, and what is left of their articles is judged again.
//!
//! An article without any version becomes a husk: its row stays, for the change log names it, and it may come again as new.
//! Whatever is done here is in the change log, so that every index comes along.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::error::Result;
use super::hold::Held;
use super::pack::Unpacker;
use super::pool::locked;
use super::read::{StoredArticle, read_kept};
use super::rejudge::{self, Rejudging};
use super::stories::{Grouping, Telling};
use super::write::{Writer, status_name};
use super::{Store, sql};
use crate::article::{ArticleId, Status};
use crate::identity::normalise_url;

/// Articles of one transaction.
pub(super) const AT_ONCE: u64 = 1000;

/// How much has gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    pub articles: u64,
    pub versions: u64,
}

/// Why nothing is kept of an article that was here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// The run that brought it was undone: it was never here.
    Undone,
    /// It was older than what is kept.
    Retired,
    /// Somebody had withdrawn it before.
    Withdrawn,
    /// For good.
    Purged,
}

impl Gone {
    const ALL: [Gone; 4] = [Gone::Undone, Gone::Retired, Gone::Withdrawn, Gone::Purged];

    pub(super) fn name(self) -> &'static str {
        match self {
            Gone::Undone => "undone",
            Gone::Retired => "retired",
            Gone::Withdrawn => "withdrawn",
            Gone::Purged => "purged",
        }
    }

    pub(super) fn named(name: &str) -> Option<Gone> {
        Gone::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl Store {
    /// Why there is no version of an article that was here; `None` where there is one, or there never was.
    pub fn gone(&self, id: &ArticleId) -> Result<Option<Gone>> {
        self.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::REMOVED)?;
            let removed: Option<Option<String>> = statement.query_row(params![id.0], |row| row.get(1)).optional()?;
            Ok(removed.flatten().as_deref().and_then(Gone::named))
        })
    }

    /// A transaction in which what goes is overwritten with zeros, and not only let go of.
    pub(super) fn erasing<T>(&self, work: impl FnOnce(&mut Writer) -> Result<T>) -> Result<T> {
        self.noted((|| {
            let mut writer = locked(&self.writer);
            writer.conn.pragma_update(None, "secure_delete", true)?;
            let done = work(&mut writer);
            writer.conn.pragma_update(None, "secure_delete", "fast")?;
            done
        })())
    }
}

/// What is removed in one transaction.
pub(super) struct Removal<'a> {
    transaction: &'a Transaction<'a>,
    grouping: Grouping<'a>,
    unpacker: Unpacker,
    now: Timestamp,
    why: Gone,
    pub(super) removed: Removed,
}

impl<'a> Removal<'a> {
    pub(super) fn new(transaction: &'a Transaction<'a>, now: Timestamp, why: Gone) -> Result<Removal<'a>> {
        let (grouping, unpacker) = (Grouping::new(transaction), Unpacker::new()?);
        Ok(Removal { transaction, grouping, unpacker, now, why, removed: Removed::default() })
    }

    /// Takes versions of one article away, by row. The article is judged again; where nothing is left of it, it is gone.
    pub(super) fn take(&mut self, num: u64, rows: &[u64]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        self.transaction.prepare_cached(sql::NUMBERS_KEPT)?.execute(params![num])?;
        for &row in rows {
            self.take_row(row)?;
        }
        self.removed.versions += rows.len() as u64;
        if !self.judge_again(num)? {
            self.removed.articles += 1;
            self.leave_a_husk(num)?;
        }
        let values = params![num, self.now.as_millisecond()];
        self.transaction.prepare_cached(sql::CHANGE_ADD)?.execute(values)?;
        Ok(())
    }

    /// All versions of an article, in whichever state it is.
    pub(super) fn take_all(&mut self, num: u64) -> Result<()> {
        let mut statement = self.transaction.prepare_cached(sql::VERSION_NUMBERS)?;
        let rows = statement.query_map(params![num], |row| row.get(0))?.collect::<Result<Vec<u64>, _>>()?;
        self.take(num, &rows)
    }

    /// Stories whose original has gone have another one, and the change log says so. Returns how much has gone.
    pub(super) fn settle(self) -> Result<Removed> {
        self.grouping.settle(self.now)?;
        Ok(self.removed)
    }

    fn take_row(&mut self, row: u64) -> Result<()> {
        let kept = self.transaction.prepare_cached(sql::ROW)?.query_row(params![row], read_kept)?;
        // Of what is damaged nobody can tell which page it was taken from.
        if let Ok(stored) = kept.open(self.transaction, &mut self.unpacker) {
            self.forget_page(stored.article.url.as_deref())?;
        }
        let counted = if self.why == Gone::Purged { sql::CITED_PURGED } else { sql::CITED_TAKEN_BACK };
        for statement in [
            counted,
            sql::CITED_END,
            sql::NAMES_WITH,
            sql::AGAIN_OF,
            sql::KEPT_PAGE_END,
            sql::HOLD_OF_ROW_END,
            sql::VERSION_END,
        ] {
            self.transaction.prepare_cached(statement)?.execute(params![row])?;
        }
        Ok(())
    }

    /// A page that was fetched may be fetched again.
    fn forget_page(&self, address: Option<&str>) -> Result<()> {
        let Some(address) = address.and_then(normalise_url) else { return Ok(()) };
        self.transaction.prepare_cached(sql::FETCHED_PAGE_END)?.execute(params![address])?;
        Ok(())
    }

    /// Finds the version to be shown among those that are left; says whether there is one.
    fn judge_again(&mut self, num: u64) -> Result<bool> {
        let mut statement = self.transaction.prepare_cached(sql::VERSION_NUMBERS)?;
        let rows = statement.query_map(params![num], |row| row.get(0))?.collect::<Result<Vec<u64>, _>>()?;
        let Some(&last) = rows.last() else { return Ok(false) };
        let mut rejudging = Rejudging::default();
        for row in rows {
            let kept = self.transaction.prepare_cached(sql::ROW)?.query_row(params![row], read_kept)?;
            let content = rejudge::content(&kept);
            if let Ok(stored) = kept.open(self.transaction, &mut self.unpacker) {
                rejudging.add(content, &stored);
            }
        }
        // Where all are damaged, that is said when somebody asks for the article.
        let (row, captured) = rejudging.shown().unwrap_or((last, None));
        let kept = self.transaction.prepare_cached(sql::ROW)?.query_row(params![row], read_kept)?;
        let stored = kept.open(self.transaction, &mut self.unpacker).ok();
        let held = stored.as_ref().and_then(|stored| Held::of(&stored.article, self.now));
        let status = held.map_or(Status::Usable, |held| held.status);
        let values = params![num, row, status_name(status), captured.map(Timestamp::as_millisecond)];
        self.transaction.prepare_cached(sql::ARTICLE_JUDGED)?.execute(values)?;
        self.tell(num, stored.as_ref(), status)?;
        Ok(true)
    }

    fn tell(&mut self, num: u64, stored: Option<&StoredArticle>, status: Status) -> Result<()> {
        match stored {
            Some(stored) if status == Status::Usable && !stored.deleted => {
                self.grouping.retell(num, &stored.id.0, &Telling::of(&stored.article))
            }
            _ => self.grouping.withdraw(num),
        }
    }

    /// Nothing is left of it but that it was here.
    fn leave_a_husk(&mut self, num: u64) -> Result<()> {
        self.grouping.withdraw(num)?;
        self.transaction.prepare_cached(sql::DUE_DONE)?.execute(params![num])?;
        let mut names = self.transaction.prepare_cached(sql::ARTICLE_NAMES)?;
        let names = names.query_map(params![num], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        for address in names {
            self.transaction.prepare_cached(sql::FETCHED_PAGE_END)?.execute(params![address])?;
        }
        let mut husk = self.transaction.prepare_cached(sql::ARTICLE_HUSK)?;
        let became: String = husk.query_one(params![num, self.why.name()], |row| row.get(0))?;
        // What was withdrawn stays away under all its names.
        if became != Gone::Withdrawn.name() {
            self.transaction.prepare_cached(sql::NAMES_END)?.execute(params![num])?;
        }
        Ok(())
    }
}
