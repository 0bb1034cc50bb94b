//! Searches that stay as they were: what was asked, and which version of which article was found.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::error::Result;
use super::{Store, at, sql};

/// A version that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cited {
    /// The number of its article.
    pub num: u64,
    /// Its row.
    pub row: u64,
}

/// A search as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    pub made: Timestamp,
    /// What its maker wrote of it.
    pub asked: String,
    /// In the order found; without those that are no longer kept.
    pub found: Vec<Cited>,
    /// How many have been purged since, and how many taken back otherwise.
    pub purged: u64,
    pub taken_back: u64,
}

impl Store {
    /// Keeps a search under a name, for good. One that is kept under this name already stays as it is.
    pub fn cite(&self, id: &str, asked: &str, found: &[Cited]) -> Result<()> {
        self.noted((|| {
            let mut writer = self.writer();
            let (transaction, _) = writer.begin()?;
            let made = Timestamp::now().as_millisecond();
            let number: Option<u64> = transaction
                .prepare_cached(sql::CITATION_ADD)?
                .query_row(params![id, made, asked], |row| row.get(0))
                .optional()?;
            if let Some(number) = number {
                let mut add = transaction.prepare_cached(sql::CITED_ADD)?;
                let mut lost = 0;
                for (place, cited) in (1_u64..).zip(found) {
                    // What was taken back since it was found is not there any more.
                    lost += u64::from(add.execute(params![number, place, cited.row])? == 0);
                }
                transaction.prepare_cached(sql::CITATION_LESS)?.execute(params![number, lost])?;
            }
            Ok(transaction.commit()?)
        })())
    }

    /// The numbers of all articles that answers may not show.
    pub fn hidden(&self) -> Result<Vec<u64>> {
        self.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::HIDDEN)?;
            let hidden = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>();
            Ok(hidden?)
        })
    }

    pub fn citation(&self, id: &str) -> Result<Option<Citation>> {
        self.readers.read(|moment, _| {
            let read = |row: &rusqlite::Row<'_>| {
                Ok((row.get::<_, u64>(0)?, at(row.get(1)?), row.get(2)?, row.get(3)?, row.get(4)?))
            };
            let kept = moment.prepare_cached(sql::CITATION)?.query_row(params![id], read).optional()?;
            let Some((number, made, asked, purged, taken_back)) = kept else { return Ok(None) };
            let mut statement = moment.prepare_cached(sql::CITED)?;
            let found = statement.query_map(params![number], |row| Ok(Cited { num: row.get(0)?, row: row.get(1)? }))?;
            Ok(Some(Citation { made, asked, found: found.collect::<Result<_, _>>()?, purged, taken_back }))
        })
    }
}
