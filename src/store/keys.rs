//! Keys to the doors: a hash of each, never the key itself.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::error::Result;
use super::{Store, at, sql};

/// What a key opens; each opens also what those before it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    Read,
    Write,
    Admin,
}

/// A key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptKey {
    /// The part of it that may be told.
    pub id: String,
    pub hash: [u8; 32],
    pub scope: Scope,
    /// What somebody called it.
    pub name: String,
    pub made: Timestamp,
    pub expires: Option<Timestamp>,
}

impl Scope {
    pub const ALL: [Scope; 3] = [Scope::Read, Scope::Write, Scope::Admin];

    pub fn name(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::Admin => "admin",
        }
    }
}

impl KeptKey {
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

impl Store {
    pub fn add_key(&self, key: &KeptKey) -> Result<()> {
        let expires = key.expires.map(Timestamp::as_millisecond);
        let values = params![key.id, key.hash, key.scope.name(), key.name, key.made.as_millisecond(), expires];
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        transaction.prepare_cached(sql::KEY_MAKE)?.execute(values)?;
        Ok(transaction.commit()?)
    }

    pub fn key(&self, id: &str) -> Result<Option<KeptKey>> {
        self.readers
            .read(|moment, _| Ok(moment.prepare_cached(sql::KEY)?.query_row(params![id], read_key).optional()?))
    }

    /// All of them, those that are over too, in the order made.
    pub fn keys(&self) -> Result<Vec<KeptKey>> {
        self.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::KEYS)?;
            let keys = statement.query_map([], read_key)?.collect::<Result<_, _>>();
            Ok(keys?)
        })
    }

    /// From then on it opens nothing; one that is over sooner stays so. Says whether there is such a key.
    pub fn end_key(&self, id: &str, then: Timestamp) -> Result<bool> {
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        let known = transaction.prepare_cached(sql::KEY_END)?.execute(params![id, then.as_millisecond()])?;
        transaction.commit()?;
        Ok(known > 0)
    }
}

fn read_key(row: &Row<'_>) -> rusqlite::Result<KeptKey> {
    let scope: String = row.get(2)?;
    Ok(KeptKey {
        id: row.get(0)?,
        hash: row.get(1)?,
        // The schema admits no other name.
        scope: Scope::ALL.into_iter().find(|one| one.name() == scope).unwrap_or(Scope::Read),
        name: row.get(3)?,
        made: at(row.get(4)?),
        expires: row.get::<_, Option<i64>>(5)?.map(at),
    })
}
