//! What the store does not take in: articles that were removed for good, and those that are older than what is kept.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rusqlite::{Connection, params};

use super::error::Result;
use super::pool::locked;
use super::versions::last_moment;
use super::write::{Incoming, Refusal};
use super::{Store, sql};
use crate::article::Article;
use crate::identity::Identity;

/// What holds for one batch.
pub(super) struct Bounds {
    /// Most archives have none, and need not look for every article.
    has_tombstones: bool,
    oldest: Option<Timestamp>,
}

impl Store {
    /// From here on articles are kept for so long; for ever, where it is not said. Counted in calendar years and days.
    pub fn keep_for(&self, time: Option<Span>) {
        *locked(&self.kept_for) = time;
    }

    /// Whether nothing is ever too old.
    pub fn keeps_for_ever(&self) -> bool {
        locked(&self.kept_for).is_none()
    }

    /// What is dated before this is not kept; `None`: everything is.
    pub(super) fn oldest_kept(&self, now: Timestamp) -> Option<Timestamp> {
        let kept_for = (*locked(&self.kept_for))?;
        // Longer than there are years: for ever.
        let oldest = now.to_zoned_datetime(TimeZone::UTC).checked_sub(kept_for).ok()?;
        Some(oldest.timestamp())
    }
}

impl Bounds {
    pub(super) fn of(store: &Store, conn: &Connection, now: Timestamp) -> Result<Bounds> {
        let has_tombstones = conn.prepare_cached(sql::HAS_TOMBSTONES)?.query_one([], |row| row.get(0))?;
        Ok(Bounds { has_tombstones, oldest: store.oldest_kept(now) })
    }

    /// Why an article is not taken in. Undated ones are as old as their first coming.
    pub(super) fn refuse(&self, conn: &Connection, incoming: &Incoming) -> Result<Option<Refusal>> {
        let Incoming { identity, article, .. } = incoming;
        if self.has_tombstones {
            for name in std::iter::once(identity).chain(identity.page.as_deref()) {
                if is_purged(conn, name)? {
                    return Ok(Some(Refusal::Purged));
                }
            }
        }
        let is_old = self.oldest.is_some_and(|oldest| dated(article).is_some_and(|last| last < oldest));
        Ok(is_old.then_some(Refusal::TooOld))
    }
}

/// The last moment at which it may have been published; `None` where no date says it that can be believed.
pub(super) fn dated(article: &Article) -> Option<Timestamp> {
    let stamp = Some(article.published).filter(|stamp| !stamp.implausible)?;
    last_moment(&stamp)
}

fn is_purged(conn: &Connection, name: &Identity) -> Result<bool> {
    let name = tombstone(&name.namespace, &name.key);
    Ok(conn.prepare_cached(sql::TOMBSTONE)?.query_one(params![name], |row| row.get(0))?)
}

/// What is kept of the name of a purged article: whoever brings the name can tell that it is the same, and nobody can read it.
pub(super) fn tombstone(namespace: &str, key: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("broadsheet: the name of a purged article");
    hasher.update(&(namespace.len() as u64).to_le_bytes()).update(namespace.as_bytes()).update(key.as_bytes());
    *hasher.finalize().as_bytes()
}
