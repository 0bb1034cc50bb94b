//! How it stands with the store itself: for those who watch over it.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::error::Result;
use super::{Store, at, connect, sql};
use crate::article::ArticleId;

/// Bytes on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    pub store: u64,
    /// What has been written and is not yet folded into it.
    pub wal: u64,
}

/// The article that came last of those that answers may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newest {
    pub id: ArticleId,
    pub seen: Timestamp,
}

impl Store {
    pub fn sizes(&self) -> Sizes {
        let file = connect::file(&self.dir);
        let size = |path: &std::path::Path| path.metadata().map_or(0, |found| found.len());
        Sizes { store: size(&file), wal: size(&file.with_extension("sqlite-wal")) }
    }

    /// When the first change after position `seq` was made, if there is one.
    pub fn changed_after(&self, seq: u64) -> Result<Option<Timestamp>> {
        self.readers.read(|moment, _| {
            let made = moment.prepare_cached(sql::NEXT_CHANGE)?.query_row(params![seq], |row| row.get(0)).optional()?;
            Ok(made.map(at))
        })
    }

    pub fn newest(&self) -> Result<Option<Newest>> {
        self.readers.read(|moment, _| {
            let read = |row: &rusqlite::Row<'_>| Ok(Newest { id: ArticleId(row.get(0)?), seen: at(row.get(1)?) });
            Ok(moment.prepare_cached(sql::NEWEST)?.query_row([], read).optional()?)
        })
    }

    /// Runs that are under way, in whichever process; one whose process died counts until somebody begins another.
    pub fn runs_under_way(&self) -> Result<usize> {
        self.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::RUNS_RUNNING)?;
            let running =
                statement.query_map([], |row| row.get::<_, u64>(0))?.collect::<std::result::Result<Vec<_>, _>>()?;
            Ok(running.len())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;
    use crate::identity;
    use crate::store::{Incoming, RunState};

    #[test]
    fn the_store_tells_how_it_stands() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        assert_eq!((store.newest().unwrap(), store.changed_after(0).unwrap()), (None, None));
        let before = Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap();
        let run = store.begin_run("a").unwrap();
        assert_eq!(store.runs_under_way().unwrap(), 1);
        let incoming = |title: &str| {
            let article = Article {
                headline: title.to_owned(),
                url: Some(format!("https://a.example/{title}")),
                ..Article::default()
            };
            Incoming { identity: identity::settle(&article, None, "json"), article, original: None }
        };
        store.put(run, &[incoming("tin"), incoming("zinc")]).unwrap();
        store.finish_run(run, RunState::Finished).unwrap();
        assert_eq!(store.runs_under_way().unwrap(), 0);
        let last = store.last_change().unwrap();
        assert!(store.changed_after(0).unwrap().is_some_and(|made| made >= before));
        assert_eq!(store.changed_after(last).unwrap(), None);
        let newest = store.newest().unwrap().unwrap();
        assert_eq!(newest.id, incoming("zinc").id());
        store.delete(&newest.id).unwrap();
        assert_eq!(store.newest().unwrap().unwrap().id, incoming("tin").id());
        let sizes = store.sizes();
        assert!(sizes.store > 0 && sizes.wal > 0, "{sizes:?}");
    }
}
