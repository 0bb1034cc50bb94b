//! By which names an article is met. The item of a feed has an id of its own, the page it leads to has its address; they
//! are one article, whichever comes first, and either name finds it from then on.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::error::Result;
use super::sql;
use crate::identity::{Identity, Kind};

/// Who it is that an identity by which nothing is kept names all the same.
pub(super) fn other(conn: &Connection, identity: &Identity) -> Result<Option<Identity>> {
    let found = conn.prepare_cached(sql::OTHER_NAME)?.query_row(params![identity.key, identity.namespace], of_row);
    if let Some(called) = found.optional()? {
        return Ok(Some(called));
    }
    // The page came before the item, and no other item has led to it so far.
    let Some(page) = identity.page.as_deref() else { return Ok(None) };
    let found = conn.prepare_cached(sql::PAGE_UNCALLED)?.query_row(params![page.key, page.namespace], of_row);
    Ok(found.optional()?)
}

/// From now on `also` is a name of the article that is kept under `identity`; where it is a name of another one already,
/// of neither. It came with a version, and goes with that; where it came with none, it stays.
pub(super) fn call(conn: &Connection, identity: &Identity, also: &Identity, version: Option<i64>) -> Result<()> {
    let values = params![also.key, also.namespace, identity.key, identity.namespace, version];
    conn.prepare_cached(sql::OTHER_NAME_ADD)?.execute(values)?;
    Ok(())
}

fn of_row(row: &Row<'_>) -> rusqlite::Result<Identity> {
    Ok(Identity { key: row.get(0)?, namespace: row.get(1)?, kind: Kind::Provider, page: None })
}
