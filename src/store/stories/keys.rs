//! Keeping the keys by which texts find each other.
//!
//! Keys are numbers without order, and there are dozens for each text: in a large table each would have a page of its own
//! written. So they come into a small table; and with each batch a stretch of that is put by into the large one, in order,
//! so that many go to a page. Round after round the stretches pass over all keys, and the small table stays small.

use rusqlite::{OptionalExtension, params};

use super::{Grouping, Result, Text, sql};

/// As many keys come in during one round, which each of them waits for at most. Tests come round sooner.
pub(super) const ROUND: u64 = if cfg!(test) { 200 } else { 1 << 20 };

/// There are no other keys.
const KEYS: u64 = 1 << 32;

/// How `meta` calls the place up to which keys were put by.
const PUT_BY: &str = "keys_put_by";

impl Grouping<'_> {
    pub(super) fn keep_keys(&self, text: &Text, leads: bool) -> Result<()> {
        let Some(sketch) = &text.sketch else { return Ok(()) };
        let mut add = self.transaction.prepare_cached(sql::KEY_ADD)?;
        for (key, place) in &sketch.keys {
            add.execute(params![key, leads, place, sketch.class(), text.num])?;
        }
        self.work.kept.set(self.work.kept.get() + sketch.keys.len() as u64);
        Ok(())
    }

    pub(super) fn forget_keys(&self, text: &Text) -> Result<()> {
        let Some(sketch) = text.sketch.as_ref().filter(|_| text.leader.is_some()) else { return Ok(()) };
        let mut remove_fresh = self.transaction.prepare_cached(sql::FRESH_KEY_REMOVE)?;
        let mut remove = self.transaction.prepare_cached(sql::KEY_REMOVE)?;
        for (key, place) in &sketch.keys {
            let values = params![key, text.leads(), place, sketch.class(), text.num];
            if remove_fresh.execute(values)? == 0 {
                remove.execute(values)?;
            }
        }
        Ok(())
    }

    /// Puts by as large a part of all keys as those that were kept are of a round.
    pub(super) fn put_keys_by(&self) -> Result<()> {
        let length = (KEYS / ROUND).saturating_mul(self.work.kept.get()).min(KEYS);
        if length == 0 {
            return Ok(());
        }
        let known = self.transaction.prepare_cached(sql::META)?.query_row([PUT_BY], |row| row.get(0)).optional()?;
        let from = known.and_then(|place: String| place.parse().ok()).unwrap_or(0);
        let to = from + length;
        for (first, end) in [(from, to.min(KEYS)), (0, to.saturating_sub(KEYS))] {
            self.transaction.prepare_cached(sql::KEYS_PUT_BY)?.execute([first, end])?;
            self.transaction.prepare_cached(sql::FRESH_KEYS_REMOVE)?.execute([first, end])?;
        }
        self.transaction.prepare_cached(sql::META_SET)?.execute(params![PUT_BY, (to % KEYS).to_string()])?;
        Ok(())
    }
}
