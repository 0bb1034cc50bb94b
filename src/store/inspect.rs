//! Looking at a store without changing anything in it, be it as damaged as it may: is it whole, and what ought an index
//! made from it to hold?

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::connect;
use super::error::{Result, StoreError};
use super::pack::{Unpacker, seal};
use super::repeated::disagreeing;
use super::sql;
use crate::article::Article;
use crate::identity::{Identity, Kind, article_id};

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

    /// What is wrong, a line each: pages, references, articles without the version they name or under another name than
    /// their own, versions that are not what was written or of which something else is said than they say, pages kept that
    /// are not as they came, runs that count less than they brought. Nothing where all is well.
    pub fn flaws(&self) -> Vec<String> {
        let looks: [Look; 7] = [
            Inspection::look_at_pages,
            Inspection::look_at_references,
            Inspection::look_at_currents,
            Inspection::look_at_identities,
            Inspection::look_at_versions,
            Inspection::look_at_originals,
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

    /// What an article is called is made of its namespace and its key.
    fn look_at_identities(&self, flaws: &mut Vec<String>) -> Result<()> {
        let mut statement = self.conn.prepare(sql::IDENTITIES)?;
        let mut rows = statement.query([])?;
        let mut found = Found::new(flaws);
        while let Some(row) = rows.next()? {
            let identity = Identity { namespace: row.get(2)?, key: row.get(3)?, kind: Kind::Provider, page: None };
            let (num, id): (u64, String) = (row.get(0)?, row.get(1)?);
            if article_id(&identity).0 != id {
                found.note(format!("article {num} is called {id}, which is not the name of its namespace and key"));
            }
        }
        found.end("articles have another name than their own");
        Ok(())
    }

    /// Reads every version there is.
    fn look_at_versions(&self, flaws: &mut Vec<String>) -> Result<()> {
        let mut statement = self.conn.prepare(sql::SEALS)?;
        let mut rows = statement.query([])?;
        let (mut found, mut unpacker, now) = (Found::new(flaws), Unpacker::new()?, Timestamp::now());
        while let Some(row) = rows.next()? {
            let Some(article) = whole(row, &mut unpacker)? else {
                found.note(StoreError::Damaged { row: row.get(0)? }.to_string());
                continue;
            };
            let columns = disagreeing(row, &article, now);
            if !columns.is_empty() {
                let (row, columns) = (row.get::<_, u64>(0)?, columns.join(", "));
                found.note(format!("what is said of version row {row} is not what it says: {columns}"));
            }
        }
        found.end("version rows are damaged");
        Ok(())
    }

    /// Unpacks every page that is kept.
    fn look_at_originals(&self, flaws: &mut Vec<String>) -> Result<()> {
        let mut statement = self.conn.prepare(sql::KEPT_PAGES)?;
        let mut rows = statement.query([])?;
        let (mut found, mut unpacker) = (Found::new(flaws), Unpacker::new()?);
        while let Some(row) = rows.next()? {
            let page = row.get_ref(1)?.as_blob();
            if !page.is_ok_and(|page| unpacker.unpack_page(page).is_ok()) {
                found.note(format!("the page kept of version row {} is damaged", row.get::<_, u64>(0)?));
            }
        }
        found.end("pages kept are damaged");
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

/// The article of a row of [`sql::SEALS`]; `None` where it is not what was written.
fn whole(row: &Row<'_>, unpacker: &mut Unpacker) -> Result<Option<Article>> {
    let (hash, content) = (row.get_ref(3)?.as_blob(), row.get_ref(5)?.as_blob());
    let (Ok(hash), Ok(content), Ok(kept)) = (hash, content, row.get_ref(4)?.as_blob()) else { return Ok(None) };
    let is_whole = kept == seal(row.get(1)?, row.get(2)?, hash, content);
    Ok(if is_whole { unpacker.unpack(content).ok() } else { None })
}

/// Flaws of one kind: the first are told one by one, and how many there are.
struct Found<'a> {
    flaws: &'a mut Vec<String>,
    count: usize,
}

impl Found<'_> {
    fn new(flaws: &mut Vec<String>) -> Found<'_> {
        Found { flaws, count: 0 }
    }

    fn note(&mut self, flaw: String) {
        self.count += 1;
        if self.count <= TOLD {
            self.flaws.push(flaw);
        }
    }

    fn end(self, what: &str) {
        if self.count > TOLD {
            self.flaws.push(format!("{} {what} in all", self.count));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::super::tests::{desk, incoming, numbered};
    use super::*;
    use crate::article::Status;
    use crate::store::{BackupError, Incoming, back_up};

    /// Embargoed, killed, captured twice, and of a page.
    fn special() -> [Incoming; 5] {
        let [mut embargoed, mut killed, mut captured, mut paged] = ["3", "4", "5", "6"].map(|key| incoming(key, "D"));
        embargoed.article.embargo = Some("2999-01-01T00:00:00Z".parse().unwrap());
        killed.article.status = Status::Killed;
        captured.article.captured = Some("2025-02-27T00:00:00Z".parse().unwrap());
        paged.original = Some(b"<p>tin</p>".repeat(20));
        let mut later = captured.clone();
        later.article.captured = Some("2025-02-28T00:00:00Z".parse().unwrap());
        [embargoed, killed, captured, later, paged]
    }

    fn flaws_after(statements: &str) -> Vec<String> {
        let desk = desk();
        desk.put(&[incoming("1", "A"), incoming("2", "B"), numbered("1", "C", 2)]);
        desk.put(&special());
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
        found("UPDATE runs SET fresh = 1", "run 1 has brought 7 versions and counts");
        found(
            "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = replace(sql, 'key       TEXT NOT NULL', \
             'key INTEGER NOT NULL') WHERE name = 'articles'",
            "a page is damaged",
        );
    }

    #[test]
    fn what_is_said_of_a_version_elsewhere_is_what_it_says() {
        let found = |statements: &str, row: u64, column: &str| {
            found(statements, &format!("what is said of version row {row} is not what it says: {column}"));
        };
        found("UPDATE versions SET modified = 7 WHERE row = 2", 2, "modified");
        found("UPDATE versions SET provider_version = NULL WHERE row = 3", 3, "provider_version");
        found("UPDATE versions SET provider_version = 9 WHERE row = 1", 1, "provider_version");
        found("UPDATE versions SET has_body = 0 WHERE row = 1", 1, "has_body");
        found("UPDATE tellings SET at = 7 WHERE article = 2", 2, "date");
        found("UPDATE holds SET until = until + 1 WHERE article = 3", 4, "hold");
        found(
            "UPDATE holds SET until = 7 WHERE article = 3; UPDATE articles SET status = 'usable' WHERE num = 3",
            4,
            "hold",
        );
        found("UPDATE articles SET status = 'usable' WHERE num = 3", 4, "status");
        found("UPDATE holds SET status = 'withheld' WHERE article = 4", 5, "hold");
        found("UPDATE articles SET status = 'usable' WHERE num = 4", 5, "status");
        found("UPDATE articles SET status = 'killed' WHERE num = 1", 3, "status");
        found("INSERT INTO holds (article, number, status) VALUES (1, 1, 'killed')", 1, "hold");
        found("UPDATE articles SET captured = captured - 200000000 WHERE num = 5", 6, "captured");
        found("UPDATE articles SET captured = 7 WHERE num = 2", 2, "captured");
    }

    #[test]
    fn an_embargo_that_has_ended_is_no_flaw() {
        let release = "UPDATE articles SET status = 'usable' WHERE num = 3; DELETE FROM holds WHERE article = 3; \
                       INSERT INTO tellings (article, at, original) VALUES (3, 9223372036854775807, 3)";
        assert_eq!(flaws_after(release), [""; 0]);
    }

    #[test]
    fn an_article_is_called_what_its_namespace_and_key_say() {
        found("UPDATE articles SET key = '9' WHERE num = 2", "which is not the name of its namespace and key");
        found("UPDATE articles SET namespace = 'wirf' WHERE num = 2", "article 2 is called");
    }

    #[test]
    fn a_byte_of_a_page_that_has_changed_is_found() {
        let desk = desk();
        desk.put(&special());
        let conn = Connection::open(connect::file(desk.store.dir())).unwrap();
        let page: Vec<u8> = conn.query_one("SELECT page FROM originals", [], |row| row.get(0)).unwrap();
        for at in [6, page.len() / 2, page.len() - 1] {
            let mut changed = page.clone();
            changed[at] ^= 1;
            conn.execute("UPDATE originals SET page = ?1", params![changed]).unwrap();
            let flaws = Inspection::begin(desk.store.dir()).unwrap().flaws();
            assert_eq!(flaws, ["the page kept of version row 4 is damaged"], "byte {at}");
            let backup = back_up(desk.store.dir(), &desk.dir.path().join("b"), &AtomicBool::new(false), |_, _| {});
            assert!(matches!(backup, Err(BackupError::Flawed(_))), "{backup:?}");
        }
        // As pages were packed once, without a sum.
        let earlier = zstd::bulk::compress(b"<p>tin</p>", 1).unwrap();
        conn.execute("UPDATE originals SET page = ?1", params![earlier]).unwrap();
        assert_eq!(Inspection::begin(desk.store.dir()).unwrap().flaws(), [""; 0]);
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
