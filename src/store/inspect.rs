//! Looking at a store without changing anything in it, be it as damaged as it may: is it whole, and what ought an index
//! made from it to hold?

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::connect;
use super::error::{Result, StoreError};
use super::pack::seal;
use super::sql;

/// Of each kind so many are told.
const TOLD: usize = 20;

/// A store at one moment; nothing that comes in later is seen.
pub struct Inspection {
    conn: Connection,
    id: String,
}

/// An article that answers may show: what an index has to say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    pub num: u64,
    pub row: u64,
    /// The number of the earliest article of its story.
    pub story: u64,
}

/// What a store comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Of the schema.
    pub schema: u64,
    /// That answers may show.
    pub articles: u64,
    pub versions: u64,
    pub last_change: u64,
}

/// Adds what it finds to what was found.
type Look = fn(&Inspection, &mut Vec<String>) -> Result<()>;

impl Inspection {
    /// Looks at the store in `dir`, whose schema has to be that of this program: nothing is brought up to date here.
    pub fn begin(dir: &Path) -> Result<Inspection> {
        Inspection::of_file(&connect::file(dir))
    }

    pub(super) fn of_file(file: &Path) -> Result<Inspection> {
        let conn = connect::onlooker(file)?;
        conn.execute_batch("BEGIN")?;
        connect::same_schema(&conn, file)?;
        // The first that is read settles the moment.
        let id = conn.query_one(sql::META, params!["id"], |row| row.get(0))?;
        Ok(Inspection { conn, id })
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn extent(&self) -> Result<Extent> {
        let number = |sql| self.conn.query_one(sql, [], |row| row.get(0));
        Ok(Extent {
            schema: number(sql::SCHEMA)?,
            articles: number(sql::COUNT)?,
            versions: number(sql::VERSIONS_COUNT)?,
            last_change: number(sql::LAST_CHANGE)?,
        })
    }

    pub fn change_word(&self, seq: u64) -> Result<String> {
        Ok(self.conn.query_row(sql::CHANGE, params![seq], super::read::change_word).optional()?.unwrap_or_default())
    }

    /// Every article that answers may show, by number.
    pub fn shown(&self) -> Result<Vec<Shown>> {
        let mut statement = self.conn.prepare(sql::SHOWN)?;
        let read = |row: &Row<'_>| Ok(Shown { num: row.get(0)?, row: row.get(1)?, story: row.get(2)? });
        Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
    }

    /// The numbers of the articles that have changed after position `seq`.
    pub fn changed_after(&self, seq: u64) -> Result<BTreeSet<u64>> {
        let mut statement = self.conn.prepare(sql::CHANGED_AFTER)?;
        Ok(statement.query_map(params![seq], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// What is wrong, a line each: pages, references, articles without the version they name, versions that are not what
    /// was written, runs that count less than they brought. Nothing where all is well.
    pub fn flaws(&self) -> Vec<String> {
        let looks: [Look; 5] = [
            Inspection::look_at_pages,
            Inspection::look_at_references,
            Inspection::look_at_currents,
            Inspection::look_at_seals,
            Inspection::look_at_runs,
        ];
        let mut flaws = Vec::new();
        for look in looks {
            if let Err(error) = look(self, &mut flaws) {
                flaws.push(error.to_string());
            }
        }
        flaws.dedup();
        flaws
    }

    fn look_at_pages(&self, flaws: &mut Vec<String>) -> Result<()> {
        let mut statement = self.conn.prepare(sql::INTEGRITY)?;
        for line in statement.query_map([], |row| row.get::<_, String>(0))? {
            let line = line?;
            if line != "ok" {
                flaws.push(format!("a page is damaged: {}", line.replace('\n', " ")));
            }
        }
        Ok(())
    }

    fn look_at_references(&self, flaws: &mut Vec<String>) -> Result<()> {
        let mut statement = self.conn.prepare(sql::REFERENCES)?;
        let read =
            |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, String>(2)?));
        for broken in statement.query_map([], read)?.take(TOLD) {
            let (table, row, parent) = broken?;
            let place = row.map(|row| format!("row {row} of ")).unwrap_or_default();
            flaws.push(format!("{place}{table} refers to what is not in {parent}"));
        }
        Ok(())
    }

    fn look_at_currents(&self, flaws: &mut Vec<String>) -> Result<()> {
        let mut statement = self.conn.prepare(sql::WITHOUT_CURRENT)?;
        for id in statement.query_map([], |row| row.get::<_, String>(0))?.take(TOLD) {
            flaws.push(format!("article {} names a version that is not kept or not its own", id?));
        }
        Ok(())
    }

    /// Reads every version there is.
    fn look_at_seals(&self, flaws: &mut Vec<String>) -> Result<()> {
        let mut statement = self.conn.prepare(sql::SEALS)?;
        let mut rows = statement.query([])?;
        let mut broken = 0;
        while let Some(row) = rows.next()? {
            let (hash, content) = (row.get_ref(3)?.as_blob(), row.get_ref(5)?.as_blob());
            let (Ok(hash), Ok(content), Ok(kept)) = (hash, content, row.get_ref(4)?.as_blob()) else { continue };
            if kept != seal(row.get(1)?, row.get(2)?, hash, content) {
                broken += 1;
                if broken <= TOLD {
                    flaws.push(StoreError::Damaged { row: row.get(0)? }.to_string());
                }
            }
        }
        if broken > TOLD {
            flaws.push(format!("{broken} version rows are damaged in all"));
        }
        Ok(())
    }

    /// What was purged is counted by its run all the same; what was never counted is not there. What a run brought again that
    /// was undone is its own now, and was counted as unchanged.
    fn look_at_runs(&self, flaws: &mut Vec<String>) -> Result<()> {
        let mut statement = self.conn.prepare(sql::RUNS_THAT_COUNT_LESS)?;
        let read = |row: &Row<'_>| Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?, row.get::<_, u64>(2)?));
        for run in statement.query_map([], read)?.take(TOLD) {
            let (run, counted, kept) = run?;
            flaws.push(format!("run {run} has brought {kept} versions and counts {counted}"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{desk, incoming, numbered};
    use super::*;

    fn flaws_after(statements: &str) -> Vec<String> {
        let desk = desk();
        desk.put(&[incoming("1", "A"), incoming("2", "B"), numbered("1", "C", 2)]);
        let conn = Connection::open(connect::file(desk.store.dir())).unwrap();
        conn.pragma_update(None, "foreign_keys", false).unwrap();
        conn.execute_batch(statements).unwrap();
        drop(conn);
        Inspection::begin(desk.store.dir()).unwrap().flaws()
    }

    #[test]
    fn a_store_that_nothing_has_happened_to_has_no_flaw() {
        assert_eq!(flaws_after(""), [""; 0]);
    }

    #[track_caller]
    fn found(statements: &str, words: &str) {
        let flaws = flaws_after(statements);
        assert!(flaws.iter().any(|flaw| flaw.contains(words)), "{statements}: {flaws:?}");
    }

    #[test]
    fn what_cannot_be_true_of_a_store_is_found() {
        found("UPDATE versions SET content = zeroblob(9) WHERE row = 2", "version row 2 of the store is damaged");
        found("UPDATE versions SET article = 2, number = 7 WHERE row = 1", "version row 1 of the store is damaged");
        found("UPDATE articles SET current = 99 WHERE num = 1", "names a version that is not kept");
        found("UPDATE articles SET current = 2 WHERE num = 1", "or not its own");
        found("DELETE FROM articles WHERE num = 2", "refers to what is not in articles");
        found("UPDATE runs SET fresh = 1", "run 1 has brought 3 versions and counts 2");
        found(
            "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = replace(sql, 'key       TEXT NOT NULL', \
             'key INTEGER NOT NULL') WHERE name = 'articles'",
            "a page is damaged",
        );
    }

    #[test]
    fn a_moment_does_not_see_what_comes_later() {
        let desk = desk();
        desk.put(&[incoming("1", "A")]);
        let inspection = Inspection::begin(desk.store.dir()).unwrap();
        desk.put(&[incoming("1", "B"), incoming("2", "C")]);
        let first = inspection.extent().unwrap();
        assert_eq!((first.articles, first.versions, first.last_change), (1, 1, 1));
        assert_eq!(inspection.shown().unwrap(), [Shown { num: 1, row: 1, story: 1 }]);
        let later = Inspection::begin(desk.store.dir()).unwrap();
        assert_eq!(later.shown().unwrap().len(), 2);
        assert_eq!(later.changed_after(first.last_change).unwrap(), BTreeSet::from([1, 2]));
    }

    #[test]
    fn a_store_of_another_schema_is_not_looked_into() {
        let desk = desk();
        let conn = Connection::open(connect::file(desk.store.dir())).unwrap();
        let begin = |version: u32| {
            conn.pragma_update(None, "user_version", version).unwrap();
            Inspection::begin(desk.store.dir()).map(drop)
        };
        assert!(matches!(begin(1), Err(StoreError::Older(_))));
        assert!(matches!(begin(9999), Err(StoreError::Newer(_))));
    }
}
