//! What was purged stays purged where an archive gives way to an earlier state of it: the names that may not come again are
//! carried over, and what goes by them is purged there, too.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use rusqlite::params;

use super::bounds::tombstone;
use super::error::Result;
use super::{Store, connect, sql};
use crate::article::ArticleId;

/// What an archive forbids.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Forbidden {
    /// Hashes of names.
    names: HashSet<[u8; 32]>,
    /// Articles that it has purged, and when each first came.
    purged: Vec<(String, i64)>,
}

impl Forbidden {
    /// Adds what the store in a folder forbids, of whichever schema; where it is damaged, as far as that can be read.
    pub(super) fn read(&mut self, dir: &Path) -> Result<()> {
        let conn = connect::onlooker(&connect::file(dir))?;
        // Before names were kept nothing could be purged.
        if !conn.query_one(sql::KEEPS_TOMBSTONES, [], |row| row.get(0))? {
            return Ok(());
        }
        let mut statement = conn.prepare(sql::TOMBSTONES)?;
        for name in statement.query_map([], |row| row.get(0))? {
            self.names.insert(name?);
        }
        let mut statement = conn.prepare(sql::PURGED)?;
        for purged in statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
            self.purged.push(purged?);
        }
        Ok(())
    }

    /// Purges what it forbids from a store that nobody else has open, and has it forbidden there. Returns how many articles
    /// have gone.
    pub(super) fn purge_from(&self, store: &Store) -> Result<u64> {
        self.forbid(store)?;
        let mut gone = 0;
        for id in self.named_in(store)? {
            gone += u64::from(store.purge(&id)?.is_some_and(|purged| !purged.already));
        }
        self.tell_of_the_others(store)?;
        Ok(gone)
    }

    fn forbid(&self, store: &Store) -> Result<()> {
        let mut writer = store.writer();
        let (transaction, _) = writer.begin()?;
        for name in &self.names {
            transaction.prepare_cached(sql::TOMBSTONE_ADD)?.execute(params![name])?;
        }
        Ok(transaction.commit()?)
    }

    /// The articles of a store of which a name is forbidden.
    fn named_in(&self, store: &Store) -> Result<BTreeSet<ArticleId>> {
        store.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::NAMES)?;
            let mut rows = statement.query([])?;
            let mut named = BTreeSet::new();
            while let Some(row) = rows.next()? {
                let (namespace, key): (String, String) = (row.get(1)?, row.get(2)?);
                if self.names.contains(&tombstone(&namespace, &key)) {
                    named.insert(ArticleId(row.get(0)?));
                }
            }
            Ok(named)
        })
    }

    /// Those that had not come yet are purged as well to whoever asks for them.
    fn tell_of_the_others(&self, store: &Store) -> Result<()> {
        let mut writer = store.writer();
        let (transaction, _) = writer.begin()?;
        for (id, seen) in &self.purged {
            transaction.prepare_cached(sql::PURGED_ADD)?.execute(params![id, seen])?;
        }
        Ok(transaction.commit()?)
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::super::tests::{Desk, desk, identity, incoming};
    use super::*;
    use crate::identity::{Identity, Kind, article_id};
    use crate::store::Incoming;

    /// The page of an item of a feed, and the item that leads to it.
    fn page_and_item() -> [Incoming; 2] {
        let page = Identity { namespace: "url".into(), key: "a.example/tin".into(), kind: Kind::Url, page: None };
        let of_page = Incoming { identity: page.clone(), ..incoming("", "At length.") };
        let item = Identity { page: Some(Box::new(page)), ..identity("17") };
        [of_page, Incoming { identity: item, ..incoming("", "Short.") }]
    }

    /// An archive in which the item came first, and was purged.
    fn purged() -> Desk {
        let (desk, [_, item]) = (desk(), page_and_item());
        desk.put(std::slice::from_ref(&item));
        desk.store.purge(&item.id()).unwrap();
        desk
    }

    fn change(desk: &Desk, statements: &str) {
        let conn = Connection::open(connect::file(desk.store.dir())).unwrap();
        conn.execute_batch(statements).unwrap();
    }

    #[test]
    fn an_article_goes_by_whichever_of_its_names_is_forbidden() {
        let (old, new, [page, _]) = (purged(), desk(), page_and_item());
        new.put(&[page.clone(), incoming("2", "B")]);
        let mut forbidden = Forbidden::default();
        forbidden.read(old.store.dir()).unwrap();
        assert_eq!(forbidden.purge_from(&new.store).unwrap(), 1);
        assert_eq!(new.store.count().unwrap(), 1);
        assert_eq!(forbidden.purge_from(&new.store).unwrap(), 0, "it has gone");
        assert!(new.store.purge(&page.id()).unwrap().unwrap().already);
        assert!(new.store.purge(&article_id(&identity("17"))).unwrap().unwrap().already, "purged there, never here");
    }

    #[test]
    fn what_can_be_read_of_a_damaged_archive_is_forbidden() {
        let old = purged();
        change(&old, "ALTER TABLE articles RENAME TO damaged");
        let mut forbidden = Forbidden::default();
        assert!(forbidden.read(old.store.dir()).is_err());
        assert_eq!((forbidden.names.len(), forbidden.purged.len()), (2, 0));
    }

    #[test]
    fn an_archive_from_before_articles_could_be_purged_forbids_nothing() {
        let old = purged();
        change(&old, "DROP TABLE tombstones");
        let mut forbidden = Forbidden::default();
        forbidden.read(old.store.dir()).unwrap();
        assert_eq!(forbidden, Forbidden::default());
    }
}
