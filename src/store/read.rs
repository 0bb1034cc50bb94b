//! Reading: articles by number, by version row and by name; the change log.

use std::io;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::error::{Result, StoreError};
use super::hold::{Holds, Place, Standing, Whole, status_named};
use super::pack::{Unpacker, seal};
use super::pool::locked;
use super::{Store, at, sql};
use crate::article::{Article, ArticleId, Status};

/// One version of an article, out of the store.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredArticle {
    /// The article's number in this store; the same for all its versions.
    pub num: u64,
    pub id: ArticleId,
    /// The version's row: immutable, so it names this text for ever.
    pub row: u64,
    /// Counted from 1 in the order stored; of one that is taken back nobody else has the number.
    pub version: u32,
    /// An earlier version of it is kept.
    pub revised: bool,
    /// When the article, in whichever version, first came; and when this version did.
    pub seen: Timestamp,
    pub stored: Timestamp,
    pub deleted: bool,
    /// Which story it tells, as it stands now.
    pub story: Story,
    /// Whether answers may show it now, whatever it was when it came.
    pub standing: Standing,
    pub article: Article,
}

/// An article and its exact and near copies, known by the earliest of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The earliest article's number; the article's own where it has no copies.
    pub original: u64,
    /// The earliest article's public name.
    pub id: ArticleId,
}

/// One line of the history of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub row: u64,
    pub number: u32,
    pub provider_version: Option<u64>,
    pub modified: Option<Timestamp>,
    pub stored: Timestamp,
    pub run: super::RunId,
    /// Answers show this one.
    pub current: bool,
    pub standing: Standing,
}

/// From `seq` on, answers show another version of `article` than before, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub seq: u64,
    /// Its number.
    pub article: u64,
}

impl Store {
    /// The position of the newest entry of the change log; 0 when there is none.
    pub fn last_change(&self) -> Result<u64> {
        self.readers.read(|moment, _| Ok(moment.prepare_cached(sql::LAST_CHANGE)?.query_one([], |row| row.get(0))?))
    }

    /// A word for the change at position `seq`: which article, and when. A copy of this store that has gone another way
    /// since has another. Empty where the log has nothing.
    pub fn change_word(&self, seq: u64) -> Result<String> {
        self.readers.read(|moment, _| {
            let found = moment.prepare_cached(sql::CHANGE)?.query_row(params![seq], change_word).optional()?;
            Ok(found.unwrap_or_default())
        })
    }

    /// The changes after position `seq`, in order. An article that changed twice is there twice.
    pub fn changes_after(&self, seq: u64, limit: usize) -> Result<Vec<Change>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::CHANGES)?;
            let read = |row: &Row<'_>| Ok(Change { seq: row.get(0)?, article: row.get(1)? });
            let changes = statement.query_map(params![seq, limit], read)?.collect::<Result<_, _>>();
            Ok(changes?)
        })
    }

    /// The current version of each article by number, in the order asked. Deleted ones come marked as such, killed and
    /// withheld ones with that status; what is not in the store at all is left out.
    pub fn current(&self, nums: &[u64]) -> Result<Vec<StoredArticle>> {
        self.each(sql::CURRENT, nums)
    }

    /// The same, of rows that an index names, each with the number of its article: where a row has been taken back since, all
    /// that is told is which article it was of, and that it is gone.
    pub fn found(&self, found: &[(u64, u64)]) -> Result<Vec<StoredArticle>> {
        self.readers.read(|moment, unpacker| {
            let mut rows = moment.prepare_cached(sql::ROW)?;
            let mut articles = moment.prepare_cached(sql::ARTICLE_NAMED)?;
            let mut stored = Vec::with_capacity(found.len());
            for &(num, row) in found {
                if let Some(kept) = rows.query_row(params![row], read_kept).optional()? {
                    stored.push(kept.open(moment, unpacker)?);
                } else if let Some(gone) = articles.query_row(params![num], |read| gone(read, num, row)).optional()? {
                    stored.push(gone);
                }
            }
            Ok(stored)
        })
    }

    /// Versions by row, in the order asked; rows no longer kept are left out.
    pub fn rows(&self, rows: &[u64]) -> Result<Vec<StoredArticle>> {
        self.each(sql::ROW, rows)
    }

    /// An article by its public name: the current version, or the one numbered `version`.
    pub fn article(&self, id: &ArticleId, version: Option<u32>) -> Result<Option<StoredArticle>> {
        self.readers.read(|moment, unpacker| {
            let found = match version {
                None => moment.prepare_cached(sql::ARTICLE)?.query_row(params![id.0], read_kept).optional()?,
                Some(number) => {
                    let mut statement = moment.prepare_cached(sql::ARTICLE_VERSION)?;
                    statement.query_row(params![id.0, number], read_kept).optional()?
                }
            };
            found.map(|kept| kept.open(moment, unpacker)).transpose()
        })
    }

    /// The page that a version was taken from, as it came.
    pub fn original(&self, row: u64) -> Result<Option<Vec<u8>>> {
        self.readers.read(|moment, unpacker| {
            let mut statement = moment.prepare_cached(sql::KEPT_PAGE)?;
            let packed: Option<Vec<u8>> = statement.query_row(params![row], |row| row.get(0)).optional()?;
            let damaged = |_| StoreError::Damaged { row };
            packed.map(|packed| unpacker.unpack_page(&packed).map_err(damaged)).transpose()
        })
    }

    pub fn has_original(&self, row: u64) -> Result<bool> {
        self.readers.read(|moment, _| {
            Ok(moment.prepare_cached(sql::HAS_KEPT_PAGE)?.query_one(params![row], |row| row.get(0))?)
        })
    }

    /// The other articles of its story that answers may show, earliest first: so many, after the one of this number; and
    /// how many there are.
    pub fn copies(&self, num: u64, after: Option<u64>, most: usize) -> Result<(Vec<StoredArticle>, u64)> {
        self.readers.read(|moment, unpacker| {
            let original: Option<u64> =
                moment.prepare_cached(sql::ORIGINAL)?.query_row(params![num], |row| row.get(0)).optional()?;
            let Some(original) = original else { return Ok((Vec::new(), 0)) };
            let all = moment.prepare_cached(sql::COPIES_COUNT)?.query_row(params![original], |row| row.get(0))?;
            let mut statement = moment.prepare_cached(sql::COPIES)?;
            let values = params![num, original, after, i64::try_from(most).unwrap_or(i64::MAX)];
            let kept = statement.query_map(values, read_kept)?.collect::<Result<Vec<_>, _>>()?;
            let opened = kept.into_iter().map(|kept| kept.open(moment, unpacker));
            let shown = opened.filter(|copy| copy.as_ref().map_or(true, |copy| copy.standing == Standing::Shown));
            Ok((shown.collect::<Result<_>>()?, all))
        })
    }

    /// The articles whose identity is `key`, the provider's own identifier or the normalised address: one in each
    /// namespace that uses it.
    pub fn named(&self, key: &str) -> Result<Vec<ArticleId>> {
        self.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::NAMED)?;
            let ids = statement.query_map(params![key], |row| row.get(0).map(ArticleId))?.collect::<Result<_, _>>();
            Ok(ids?)
        })
    }

    /// The history of an article by its number, oldest first.
    pub fn versions(&self, num: u64) -> Result<Vec<Version>> {
        self.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::VERSIONS)?;
            let holds = Holds::of(moment, num)?;
            let read = |row: &Row<'_>| read_version(row, &holds);
            let versions = statement.query_map(params![num], read)?.collect::<Result<_, _>>();
            Ok(versions?)
        })
    }

    /// The highest number that a version of an article was ever given, also where that has been taken back.
    pub fn last_number(&self, num: u64) -> Result<u32> {
        self.readers
            .read(|moment, _| Ok(moment.prepare_cached(sql::LAST_NUMBER)?.query_one(params![num], |row| row.get(0))?))
    }

    /// Articles that answers may show: neither deleted nor killed nor withheld.
    pub fn count(&self) -> Result<u64> {
        self.readers.read(|moment, _| Ok(moment.prepare_cached(sql::COUNT)?.query_one([], |row| row.get(0))?))
    }

    /// Another number than last time: something has been written since, by this process or another.
    pub fn data_version(&self) -> Result<i64> {
        let watcher = locked(&self.watcher);
        let version = watcher.prepare_cached(sql::DATA_VERSION)?.query_one([], |row| row.get(0));
        Ok(version?)
    }

    fn each(&self, sql: &str, numbers: &[u64]) -> Result<Vec<StoredArticle>> {
        self.readers.read(|moment, unpacker| find_each(moment, unpacker, sql, numbers))
    }
}

pub(super) fn change_word(row: &Row<'_>) -> rusqlite::Result<String> {
    Ok(format!("{}@{}", row.get::<_, u64>(0)?, row.get::<_, i64>(1)?))
}

fn find_each(
    moment: &Transaction<'_>,
    unpacker: &mut Unpacker,
    sql: &str,
    numbers: &[u64],
) -> Result<Vec<StoredArticle>> {
    let mut statement = moment.prepare_cached(sql)?;
    let mut found = Vec::with_capacity(numbers.len());
    for &number in numbers {
        if let Some(kept) = statement.query_row(params![number], read_kept).optional()? {
            found.push(kept.open(moment, unpacker)?);
        }
    }
    Ok(found)
}

/// A row as it lies there: not checked, not unpacked.
pub(super) struct Kept {
    num: u64,
    id: String,
    seen: i64,
    stored: i64,
    deleted: bool,
    row: u64,
    number: u32,
    content_hash: Vec<u8>,
    seal: Vec<u8>,
    content: Vec<u8>,
    story: Story,
    status: Status,
    current: bool,
    revised: bool,
}

impl Kept {
    /// The hash of what its reader delivered.
    pub(super) fn content_hash(&self) -> Option<[u8; 32]> {
        self.content_hash.as_slice().try_into().ok()
    }

    pub(super) fn open(self, moment: &Transaction<'_>, unpacker: &mut Unpacker) -> Result<StoredArticle> {
        let damaged = || StoreError::Damaged { row: self.row };
        if self.seal != seal(self.num, self.number, &self.content_hash, &self.content) {
            return Err(damaged());
        }
        let article = unpacker.unpack(&self.content).map_err(|_: io::Error| damaged())?;
        let modified = article.modified.and_then(|stamp| stamp.at);
        let place = Place { number: self.number, provider_version: article.provider_version, modified };
        let whole = Whole { deleted: self.deleted, status: self.status };
        Ok(StoredArticle {
            standing: Holds::of(moment, self.num)?.standing(whole, self.current, &place),
            article,
            num: self.num,
            id: ArticleId(self.id),
            row: self.row,
            version: self.number,
            revised: self.revised,
            seen: at(self.seen),
            stored: at(self.stored),
            deleted: self.deleted,
            story: self.story,
        })
    }
}

pub(super) fn read_kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok(Kept {
        num: row.get(0)?,
        id: row.get(1)?,
        seen: row.get(2)?,
        deleted: row.get(3)?,
        row: row.get(4)?,
        number: row.get(5)?,
        content_hash: row.get(6)?,
        seal: row.get(7)?,
        content: row.get(8)?,
        story: Story { original: row.get(9)?, id: ArticleId(row.get(10)?) },
        status: status_named(&row.get::<_, String>(11)?),
        current: row.get(12)?,
        stored: row.get(13)?,
        revised: row.get(14)?,
    })
}

/// What is left of a version that has been taken back.
fn gone(read: &Row<'_>, num: u64, row: u64) -> rusqlite::Result<StoredArticle> {
    let (id, seen) = (ArticleId(read.get(0)?), at(read.get(1)?));
    Ok(StoredArticle {
        num,
        row,
        version: 0,
        revised: false,
        seen,
        stored: seen,
        deleted: true,
        story: Story { original: num, id: id.clone() },
        standing: Standing::Deleted,
        id,
        article: Article::default(),
    })
}

fn read_version(row: &Row<'_>, holds: &Holds) -> rusqlite::Result<Version> {
    let (number, provider_version, current) = (row.get(1)?, row.get(2)?, row.get(5)?);
    let modified = row.get::<_, Option<i64>>(6)?.map(at);
    let whole = Whole { deleted: row.get(7)?, status: status_named(&row.get::<_, String>(8)?) };
    Ok(Version {
        row: row.get(0)?,
        number,
        provider_version,
        modified,
        stored: at(row.get(3)?),
        run: super::RunId(row.get(4)?),
        current,
        standing: holds.standing(whole, current, &Place { number, provider_version, modified }),
    })
}
