//! Articles that were stored under another rule, or none: they are compared when the store is next opened, some at a
//! time, each time in a transaction of its own, so that it can be broken off and goes on where it stopped.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::super::error::Result;
use super::super::pack::Unpacker;
use super::super::read::read_kept;
use super::super::{Store, sql};
use super::{Grouping, Telling};
use crate::stories::RULE;

const BATCH: u32 = 200;

/// How `meta` calls the rule that the stories kept were made by.
const RULE_KEPT: &str = "stories";

/// Makes anew what another rule has left, and compares what is due.
pub(in crate::store) fn catch_up(store: &Store) -> Result<()> {
    let mut unpacker = Unpacker::new()?;
    begin(store)?;
    let mut compared = 0;
    loop {
        let mut writer = store.writer();
        let (transaction, _) = writer.begin()?;
        let some = compare_some(&transaction, &mut unpacker)?;
        transaction.commit()?;
        drop(writer);
        if some == 0 {
            break;
        }
        compared += some;
    }
    if compared > 0 {
        tracing::info!(articles = compared, "looked for copies among the articles stored before");
    }
    Ok(())
}

fn begin(store: &Store) -> Result<()> {
    let mut writer = store.writer();
    let (transaction, _) = writer.begin()?;
    let rule = RULE.to_string();
    let kept: Option<String> =
        transaction.prepare_cached(sql::META)?.query_row(params![RULE_KEPT], |row| row.get(0)).optional()?;
    if kept.as_deref() != Some(rule.as_str()) {
        for statement in [sql::TELLINGS_CLEAR, sql::FRESH_KEYS_CLEAR, sql::KEYS_CLEAR, sql::TEXTS_CLEAR, sql::DUE_ALL] {
            transaction.execute(statement, [])?;
        }
        transaction.execute(sql::META_SET, params![RULE_KEPT, rule])?;
    }
    Ok(transaction.commit()?)
}

fn compare_some(transaction: &Transaction<'_>, unpacker: &mut Unpacker) -> Result<usize> {
    let mut statement = transaction.prepare_cached(sql::DUE)?;
    let due = statement.query_map(params![BATCH], |row| row.get(0))?.collect::<Result<Vec<u64>, _>>()?;
    let mut grouping = Grouping::new(transaction);
    for &num in &due {
        let kept = transaction.prepare_cached(sql::CURRENT)?.query_row(params![num], read_kept).optional()?;
        // What is damaged is said when somebody asks for it.
        if let Some(Ok(stored)) = kept.map(|kept| kept.open(transaction, unpacker))
            && !stored.deleted
        {
            grouping.tell_again(num, &stored.id.0, &Telling::of(&stored.article))?;
        }
        transaction.prepare_cached(sql::DUE_DONE)?.execute(params![num])?;
    }
    grouping.settle(Timestamp::now())?;
    Ok(due.len())
}
