//! Every statement of the store, in one place, so that a test can prepare each against the schema.

/// The columns of a version and its article `v` and `a`, and of the original `o` of its story, as [`super::read::read_kept`]
/// reads them.
macro_rules! kept {
    () => {
        "a.num, a.id, a.seen, a.deleted, v.row, v.number, v.content_hash, v.seal, v.content, o.num, o.id, a.status, \
         v.row = a.current, v.stored, v.number > (SELECT min(number) FROM versions WHERE article = a.num)"
    };
}

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* pub(super) const $name: &str = $sql;)*

        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str)] = &[$((stringify!($name), $sql)),*];
    };
}

statements! {
    META = "SELECT value FROM meta WHERE name = ?1";
    META_KEEP = "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

    IS_KNOWN = "SELECT EXISTS (SELECT 1 FROM articles WHERE key = ?1 AND namespace = ?2
                               AND (removed IS NULL OR removed = 'withdrawn'))";
    OTHER_NAME = "SELECT a.key, a.namespace FROM other_names o JOIN articles a ON a.num = o.article
                  WHERE o.key = ?1 AND o.namespace = ?2";
    OTHER_NAME_ADD = "INSERT INTO other_names (key, namespace, article, version)
                      SELECT ?1, ?2, num, ?5 FROM articles WHERE key = ?3 AND namespace = ?4
                      ON CONFLICT DO UPDATE SET article = NULL WHERE article IS NOT excluded.article";
    PAGE_UNCALLED = "SELECT a.key, a.namespace FROM articles a WHERE a.key = ?1 AND a.namespace = ?2
                     AND (a.removed IS NULL OR a.removed = 'withdrawn')
                     AND NOT EXISTS (SELECT 1 FROM other_names WHERE article = a.num)";
    /// The article of an identity: the version that is shown, the last number given, and of all of them whether one has the
    /// text ?3, the highest number of its provider, the latest stamp, and whether one has a body. Nothing when the identity is
    /// new.
    KNOWN = "SELECT a.num, a.deleted, a.status = 'killed', a.captured,
                    s.content_hash, s.provider_version, s.modified, s.has_body,
                    max(a.numbered, (SELECT max(number) FROM versions WHERE article = a.num)),
                    coalesce(f.content_hash = ?3, 0) OR EXISTS
                        (SELECT 1 FROM versions INDEXED BY versions_by_text
                         WHERE article = a.num AND number > 1 AND content_hash = ?3),
                    f.provider_version, (SELECT max(provider_version) FROM versions INDEXED BY versions_by_provider
                        WHERE article = a.num AND number > 1),
                    f.modified, (SELECT max(modified) FROM versions INDEXED BY versions_by_modified
                        WHERE article = a.num AND number > 1),
                    coalesce(f.has_body, 0) OR EXISTS
                        (SELECT 1 FROM versions INDEXED BY versions_with_body
                         WHERE article = a.num AND number > 1 AND has_body = 1)
             FROM articles a JOIN versions s ON s.row = a.current LEFT JOIN versions f ON f.article = a.num AND f.number = 1
             WHERE a.key = ?1 AND a.namespace = ?2";
    /// Its first version row is written, and named by `ARTICLE_CURRENT`, in the same transaction. One that was taken back
    /// comes again as new; one that was withdrawn before that does not, and there is no number then.
    ARTICLE_ADD = "INSERT INTO articles (id, namespace, key, current, status, seen) VALUES (?1, ?2, ?3, 0, 'usable', ?4)
                   ON CONFLICT DO UPDATE SET seen = ?4, deleted = 0, removed = NULL
                   WHERE removed IN ('undone', 'retired') RETURNING num, numbered + 1";
    WITHDRAWN_BEFORE = "SELECT num FROM articles WHERE id = ?1 AND removed = 'withdrawn'";
    /// The versions of an article that have a text, newest first.
    OF_TEXT = "SELECT row FROM versions INDEXED BY versions_by_text
               WHERE article = ?1 AND number > 1 AND content_hash = ?2
               UNION ALL SELECT row FROM versions WHERE article = ?1 AND number = 1 AND content_hash = ?2
               ORDER BY row DESC";
    BROUGHT_AGAIN = "INSERT INTO brought_again (version, run) SELECT row, ?2 FROM versions WHERE row = ?1 AND run <> ?2
                     AND (SELECT count(*) FROM brought_again WHERE version = ?1) < 8 ON CONFLICT DO NOTHING";
    ARTICLE_CURRENT = "UPDATE articles SET current = ?2, status = ?3, captured = ?4 WHERE num = ?1";
    ARTICLE_RECAPTURED = "UPDATE articles SET captured = ?2 WHERE num = ?1";
    /// So that none of them is given again, whichever go.
    NUMBERS_KEPT = "UPDATE articles SET numbered =
                        max(numbered, coalesce((SELECT max(number) FROM versions WHERE article = ?1), 0)) WHERE num = ?1";
    LAST_NUMBER = "SELECT max(numbered, coalesce((SELECT max(number) FROM versions WHERE article = ?1), 0))
                   FROM articles WHERE num = ?1";
    VERSION_ADD = "INSERT INTO versions (article, number, provider_version, modified, has_body, stored, run,
                       content_hash, seal, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    KEPT_PAGE_ADD = "INSERT INTO originals (version, page) VALUES (?1, ?2)";
    KEPT_PAGE = "SELECT page FROM originals WHERE version = ?1";
    HAS_KEPT_PAGE = "SELECT EXISTS (SELECT 1 FROM originals WHERE version = ?1)";
    HOLD_ADD = "INSERT INTO holds (article, number, provider_version, modified, status, until)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    HOLDS = "SELECT number, provider_version, modified, status, until FROM holds WHERE article = ?1";
    NEXT_DUE = "SELECT min(until) FROM holds WHERE until IS NOT NULL";
    HOLDS_DUE = "SELECT article, number FROM holds WHERE until <= ?1 ORDER BY until, article, number LIMIT ?2";
    HOLD_END = "DELETE FROM holds WHERE article = ?1 AND number = ?2";
    /// Only where the version whose embargo is over is the one that the article names.
    ARTICLE_RELEASE = "UPDATE articles SET status = 'usable' WHERE num = ?1 AND status = 'withheld'
                       AND current = (SELECT row FROM versions WHERE article = ?1 AND number = ?2)";
    DELETED = "SELECT num, deleted FROM articles
               WHERE id = ?1 AND (removed IS NULL OR removed IN ('withdrawn', 'purged'))";
    ARTICLE_DELETE = "UPDATE articles SET deleted = 1 WHERE num = ?1";
    CHANGE_ADD = "INSERT INTO changes (article, at) VALUES (?1, ?2)";

    ARTICLE_NAMED = "SELECT id, seen FROM articles WHERE num = ?1";
    CURRENT = concat!(
        "SELECT ", kept!(),
        " FROM articles a JOIN versions v ON v.row = a.current LEFT JOIN tellings t ON t.article = a.num
         JOIN articles o ON o.num = coalesce(t.original, a.num) WHERE a.num = ?1"
    );
    ROW = concat!(
        "SELECT ", kept!(),
        " FROM versions v JOIN articles a ON a.num = v.article LEFT JOIN tellings t ON t.article = a.num
         JOIN articles o ON o.num = coalesce(t.original, a.num) WHERE v.row = ?1"
    );
    ARTICLE = concat!(
        "SELECT ", kept!(),
        " FROM articles a JOIN versions v ON v.row = a.current LEFT JOIN tellings t ON t.article = a.num
         JOIN articles o ON o.num = coalesce(t.original, a.num) WHERE a.id = ?1"
    );
    ARTICLE_VERSION = concat!(
        "SELECT ", kept!(),
        " FROM articles a JOIN versions v ON v.article = a.num LEFT JOIN tellings t ON t.article = a.num
         JOIN articles o ON o.num = coalesce(t.original, a.num) WHERE a.id = ?1 AND v.number = ?2"
    );
    /// The other articles of its story, earliest first, after one of them: so many.
    COPIES = concat!(
        "SELECT ", kept!(),
        " FROM (SELECT t.article, t.at, n.id
               FROM (SELECT ?2 AS article UNION ALL
                     SELECT article FROM tellings WHERE original = ?2 AND original <> article) s
               JOIN tellings t ON t.article = s.article JOIN articles n ON n.num = t.article
               WHERE t.article <> ?1 AND (?3 IS NULL OR (t.at, n.id) > (SELECT l.at, m.id FROM tellings l
                     JOIN articles m ON m.num = l.article WHERE l.article = ?3))
               ORDER BY t.at, n.id LIMIT ?4) s
         JOIN articles a ON a.num = s.article JOIN tellings t ON t.article = a.num
         JOIN versions v ON v.row = a.current JOIN articles o ON o.num = t.original
         ORDER BY s.at, s.id"
    );
    /// How many tell a story that others tell too, its original not counted.
    COPIES_COUNT = "SELECT count(*) FROM tellings WHERE original = ?1 AND original <> article";
    ORIGINAL = "SELECT original FROM tellings WHERE article = ?1";
    VERSIONS = "SELECT v.row, v.number, v.provider_version, v.stored, v.run, v.row = a.current, v.modified, a.deleted,
                       a.status
                FROM articles a JOIN versions v ON v.article = a.num WHERE a.num = ?1 ORDER BY v.number";
    NAMESPACES = "SELECT namespace FROM articles
                  WHERE key = ?1 AND (removed IS NULL OR removed = 'withdrawn') LIMIT 2";
    NAMED = "SELECT id FROM (SELECT id, namespace FROM articles WHERE key = ?1 AND removed IS NULL
             UNION SELECT a.id, a.namespace FROM other_names o JOIN articles a ON a.num = o.article WHERE o.key = ?1)
             ORDER BY namespace";
    COUNT = "SELECT (SELECT count(*) FROM articles)
                  - (SELECT count(*) FROM articles WHERE deleted = 1 OR status <> 'usable')";

    /// The highest ever given, even if its row has since been pruned.
    LAST_CHANGE = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'changes'), 0)";
    CHANGE = "SELECT article, at FROM changes WHERE seq = ?1";
    CHANGES = "SELECT seq, article FROM changes WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    NEXT_CHANGE = "SELECT at FROM changes WHERE seq > ?1 ORDER BY seq LIMIT 1";
    NEWEST = "SELECT id, seen FROM articles WHERE deleted = 0 AND status = 'usable' ORDER BY num DESC LIMIT 1";
    DATA_VERSION = "PRAGMA data_version";

    SCHEMA = "PRAGMA user_version";
    SIZE = "SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count),
                   (SELECT page_size FROM pragma_page_size)";
    INTEGRITY = "PRAGMA integrity_check(20)";
    REFERENCES = "PRAGMA foreign_key_check";
    VERSIONS_COUNT = "SELECT count(*) FROM versions";
    SHOWN = "SELECT a.num, a.current, coalesce(t.original, a.num)
             FROM articles a LEFT JOIN tellings t ON t.article = a.num
             WHERE a.deleted = 0 AND a.status = 'usable' ORDER BY a.num";
    CHANGED_AFTER = "SELECT DISTINCT article FROM changes WHERE seq > ?1";
    WITHOUT_CURRENT = "SELECT a.id FROM articles a LEFT JOIN versions v ON v.row = a.current
                       WHERE v.article IS NOT a.num AND a.removed IS NULL ORDER BY a.num";
    /// Each version with all that is said again of it elsewhere; of its article only where it is the one that is named.
    SEALS = "SELECT v.row, v.article, v.number, v.content_hash, v.seal, v.content, v.provider_version, v.modified, v.has_body,
                    h.status, h.provider_version, h.modified, h.until, a.status, a.captured, t.at
             FROM versions v LEFT JOIN holds h ON h.article = v.article AND h.number = v.number
             LEFT JOIN articles a ON a.num = v.article AND a.current = v.row
             LEFT JOIN tellings t ON t.article = a.num ORDER BY v.row";
    KEPT_PAGES = "SELECT version, page FROM originals ORDER BY version";
    IDENTITIES = "SELECT num, id, namespace, key FROM articles WHERE removed IS NOT 'purged' ORDER BY num";
    RUNS_THAT_COUNT_LESS = "SELECT r.id, r.fresh + r.copies + r.versions, k.kept
                            FROM (SELECT run, count(*) AS kept FROM versions GROUP BY run) k JOIN runs r ON r.id = k.run
                            WHERE k.kept > r.fresh + r.copies + r.versions + r.unchanged ORDER BY r.id";
    ID_SET = "UPDATE meta SET value = ?1 WHERE name = 'id'";

    META_SET = "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2";
    TELLINGS_CLEAR = "DELETE FROM tellings";
    KEYS_CLEAR = "DELETE FROM story_keys";
    FRESH_KEYS_CLEAR = "DELETE FROM story_keys_fresh";
    TEXTS_CLEAR = "DELETE FROM story_texts";
    DUE_ALL = "INSERT INTO tellings_due SELECT num FROM articles WHERE deleted = 0 AND status = 'usable'
               ON CONFLICT DO NOTHING";
    DUE = "SELECT article FROM tellings_due ORDER BY article LIMIT ?1";
    DUE_DONE = "DELETE FROM tellings_due WHERE article = ?1";

    /// Its own original until the stories are settled.
    TELLING_ADD = "INSERT INTO tellings (article, text, at, original) VALUES (?1, ?2, ?3, ?1)";
    TELLING_SAME = "SELECT 1 FROM tellings t JOIN story_texts s ON s.num = t.text
                    WHERE t.article = ?1 AND s.print = ?2 AND t.at = ?3";
    TELLING_REMOVE = "DELETE FROM tellings WHERE article = ?1 RETURNING text";
    TELLING_FIRST = "SELECT t.article, t.at, a.id FROM tellings t JOIN articles a ON a.num = t.article
                     WHERE t.text = ?1 ORDER BY t.at, a.id LIMIT 1";
    TELLING_ORIGINAL = "UPDATE tellings SET original = s.original FROM (SELECT t.num, l.first AS original
                            FROM story_texts t JOIN story_texts l ON l.num = t.leader WHERE t.num = ?1) s
                        WHERE tellings.text = s.num AND tellings.original <> s.original
                        RETURNING tellings.article, tellings.original";
    /// The same of one more article that has the text.
    TELLING_JOINED = "UPDATE tellings SET original = s.original FROM (SELECT t.num, l.first AS original
                          FROM story_texts t JOIN story_texts l ON l.num = t.leader WHERE t.num = ?1) s
                      WHERE tellings.article = ?2 AND tellings.text = s.num AND tellings.original <> s.original
                      RETURNING tellings.article, tellings.original";
    TEXT = "SELECT at, id, leader, sketch, first FROM story_texts WHERE num = ?1";
    TEXT_PRINTED = "SELECT num FROM story_texts WHERE print = ?1";
    TEXT_ADD = "INSERT INTO story_texts (print, sketch, at, id, first) VALUES (?1, ?2, ?3, ?4, ?5)";
    TEXT_MOVE = "UPDATE story_texts SET at = ?2, id = ?3, first = ?4, leader = NULL WHERE num = ?1";
    TEXT_SKETCH = "SELECT sketch FROM story_texts WHERE num = ?1";
    TEXT_LEADER = "UPDATE story_texts SET leader = ?2 WHERE num = ?1";
    TEXT_REMOVE = "DELETE FROM story_texts WHERE num = ?1";
    TEXTS_LED = "SELECT num, at, id FROM story_texts WHERE leader = ?1 AND leader <> num";
    KEY_ADD = "INSERT INTO story_keys_fresh (key, leads, place, class, text) VALUES (?1, ?2, ?3, ?4, ?5)";
    FRESH_KEY_REMOVE = "DELETE FROM story_keys_fresh
                        WHERE key = ?1 AND leads = ?2 AND place = ?3 AND class = ?4 AND text = ?5";
    KEY_REMOVE = "DELETE FROM story_keys WHERE key = ?1 AND leads = ?2 AND place = ?3 AND class = ?4 AND text = ?5";
    KEY_SHARED = "SELECT leads, class, place, text FROM story_keys_fresh WHERE key = ?1
                  UNION ALL SELECT leads, class, place, text FROM story_keys WHERE key = ?1 LIMIT ?2";
    KEY_SHARED_IN = "SELECT class, text FROM story_keys_fresh
                     WHERE key = ?1 AND leads = ?2 AND place = ?3 AND class BETWEEN ?4 AND ?5
                     UNION ALL SELECT class, text FROM story_keys
                     WHERE key = ?1 AND leads = ?2 AND place = ?3 AND class BETWEEN ?4 AND ?5 LIMIT ?6";
    KEYS_PUT_BY = "INSERT INTO story_keys (key, leads, place, class, text)
                   SELECT key, leads, place, class, text FROM story_keys_fresh WHERE key >= ?1 AND key < ?2";
    FRESH_KEYS_REMOVE = "DELETE FROM story_keys_fresh WHERE key >= ?1 AND key < ?2";

    RUN_ADD = "INSERT INTO runs (input, state, started) VALUES (?1, 'running', ?2)";
    RUN_ADVANCE = "UPDATE runs SET fresh = fresh + ?2, versions = versions + ?3, unchanged = unchanged + ?4,
                       copies = copies + ?5, rejected = rejected + ?6, bytes = bytes + ?7 WHERE id = ?1";
    RUN_FINISH = "UPDATE runs SET state = ?2, finished = ?3 WHERE id = ?1 AND state = 'running'";
    RUNS_RUNNING = "SELECT id FROM runs WHERE state = 'running'";
    RUN = "SELECT id, input, state, started, finished, fresh, versions, unchanged, copies, rejected, bytes,
                  undoing, undone, undone_articles, undone_versions
           FROM runs WHERE id = ?1";
    RUNS = "SELECT id, input, state, started, finished, fresh, versions, unchanged, copies, rejected, bytes,
                   undoing, undone, undone_articles, undone_versions
            FROM runs WHERE id < ?2 ORDER BY id DESC LIMIT ?1";
    REJECT_ADD = "INSERT INTO rejects (run, n, source, offset, line, code, detail, copy)
                  SELECT ?1, coalesce(max(n), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7 FROM rejects WHERE run = ?1";
    REJECTS = "SELECT n, source, offset, line, code, detail, copy FROM rejects
               WHERE run = ?1 AND n > ?2 ORDER BY n LIMIT ?3";

    FILE_MARK = "SELECT size, modified FROM watched_files WHERE path = ?1";
    FILE_MARK_KEEP = "INSERT INTO watched_files (path, size, modified, run) VALUES (?1, ?2, ?3, ?4)
                      ON CONFLICT (path) DO UPDATE SET size = ?2, modified = ?3, run = ?4";
    FEED = "SELECT url, moved_to, etag, last_modified, body, polled, succeeded, due, failures, gone, code, detail, pace,
                   settings
            FROM feeds WHERE url = ?1";
    FEEDS = "SELECT url, moved_to, etag, last_modified, body, polled, succeeded, due, failures, gone, code, detail, pace,
                    settings
             FROM feeds ORDER BY url";
    FEED_KEEP = "INSERT OR REPLACE INTO feeds (url, moved_to, etag, last_modified, body, polled, succeeded, due,
                     failures, gone, code, detail, pace, settings)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    FEED_FORGET = "DELETE FROM feeds WHERE url = ?1";
    FETCHED_PAGE = "SELECT state, stamp, tries FROM fetched_pages WHERE address = ?1";
    FETCHED_PAGE_KEEP = "INSERT OR REPLACE INTO fetched_pages (address, state, stamp, tries, at) VALUES (?1, ?2, ?3, ?4, ?5)";
    FETCHED_PAGE_SEEN = "UPDATE fetched_pages SET at = ?2 WHERE address = ?1 AND at < ?3";
    FETCHED_PAGES_FORGET = "DELETE FROM fetched_pages WHERE at < ?1";

    HIDDEN = "SELECT num FROM articles WHERE deleted = 1 OR status <> 'usable'";

    KEY_MAKE = "INSERT INTO keys (id, hash, scope, name, made, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    KEY = "SELECT id, hash, scope, name, made, expires FROM keys WHERE id = ?1";
    KEYS = "SELECT id, hash, scope, name, made, expires FROM keys ORDER BY made, id";
    KEY_END = "UPDATE keys SET expires = min(?2, coalesce(expires, ?2)) WHERE id = ?1";

    CITATION_ADD = "INSERT INTO citations (id, made, asked) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING RETURNING num";
    CITED_ADD = "INSERT INTO cited (citation, place, article, version)
                 SELECT ?1, ?2, article, row FROM versions WHERE row = ?3";
    /// Of the newest citations, so many, those that came after ?1: when each came, and how many articles it lists. The newest is
    /// being added, and its list is not there yet.
    CITED_SINCE = "SELECT made, coalesce((SELECT max(place) FROM cited WHERE citation = num), 0)
                   FROM (SELECT num, made FROM citations ORDER BY num DESC LIMIT ?2) WHERE made > ?1 ORDER BY made";
    CITATION_LESS = "UPDATE citations SET taken_back = taken_back + ?2 WHERE num = ?1";
    CITATION = "SELECT num, made, asked, purged, taken_back FROM citations WHERE id = ?1";
    CITED = "SELECT article, version FROM cited WHERE citation = ?1 ORDER BY place";

    RUN_UNDOING = "UPDATE runs SET undoing = coalesce(undoing, ?2) WHERE id = ?1";
    RUNS_UNDOING = "SELECT id FROM runs WHERE undoing IS NOT NULL AND undone IS NULL ORDER BY id";
    RUN_UNDONE_SO_FAR = "UPDATE runs SET undone_articles = undone_articles + ?2, undone_versions = undone_versions + ?3
                         WHERE id = ?1";
    RUN_UNDONE = "UPDATE runs SET undone = coalesce(undone, ?2) WHERE id = ?1";
    RUN_ARTICLES = "SELECT DISTINCT article FROM versions WHERE run = ?1 ORDER BY article LIMIT ?2";
    RUN_VERSIONS = "SELECT row FROM versions WHERE run = ?1 AND article = ?2";
    LAST_ROW = "SELECT coalesce(max(row), 0) FROM versions";
    AGAIN_BY = "DELETE FROM brought_again WHERE run = ?1 AND version > ?2 AND version <= ?3";
    AGAIN_FIRST = "SELECT min(run) FROM brought_again WHERE version = ?1 AND run <> ?2";
    AGAIN_END = "DELETE FROM brought_again WHERE version = ?1 AND run = ?2";
    AGAIN_OF = "DELETE FROM brought_again WHERE version = ?1";
    VERSION_HANDED_ON = "UPDATE versions SET run = ?2 WHERE row = ?1";
    RUN_REJECTS_END = "DELETE FROM rejects WHERE run = ?1 AND n IN (SELECT n FROM rejects WHERE run = ?1 ORDER BY n LIMIT ?2)";
    RUN_FILES_END = "DELETE FROM watched_files WHERE run = ?1 OR run IS NULL";
    RUN_FEED_ANEW = "UPDATE feeds SET etag = NULL, last_modified = NULL, body = NULL WHERE url = ?1";

    VERSION_NUMBERS = "SELECT row FROM versions WHERE article = ?1 ORDER BY number";
    ARTICLE_NAMES = "SELECT key, namespace FROM articles WHERE num = ?1 AND removed IS NOT 'purged'
                     UNION SELECT key, namespace FROM other_names WHERE article = ?1";
    REMOVED = "SELECT num, removed FROM articles WHERE id = ?1";
    ARTICLE_HUSK = "UPDATE articles SET current = 0, deleted = 1, status = 'usable', captured = NULL,
                        removed = CASE WHEN deleted = 1 AND removed IS NULL THEN 'withdrawn' ELSE ?2 END
                    WHERE num = ?1 RETURNING removed";
    /// Of its names nothing is left but the one that is made from them.
    ARTICLE_PURGE = "UPDATE articles SET current = 0, deleted = 1, status = 'usable', captured = NULL, removed = 'purged',
                         namespace = '', key = id WHERE num = ?1";
    ARTICLE_JUDGED = "UPDATE articles SET current = ?2, status = ?3,
                          captured = CASE WHEN current = ?2 THEN captured ELSE ?4 END WHERE num = ?1";
    NAMES_WITH = "DELETE FROM other_names WHERE version = ?1";
    NAMES_END = "DELETE FROM other_names WHERE article = ?1";
    KEPT_PAGE_END = "DELETE FROM originals WHERE version = ?1";
    HOLD_OF_ROW_END = "DELETE FROM holds WHERE (article, number) IN (SELECT article, number FROM versions WHERE row = ?1)";
    VERSION_END = "DELETE FROM versions WHERE row = ?1";
    FETCHED_PAGE_END = "DELETE FROM fetched_pages WHERE address = ?1";
    CITED_TAKEN_BACK = "UPDATE citations SET taken_back = taken_back + 1
                        WHERE num IN (SELECT citation FROM cited WHERE version = ?1)";
    CITED_PURGED = "UPDATE citations SET purged = purged + 1
                    WHERE num IN (SELECT citation FROM cited WHERE version = ?1)";
    CITED_END = "DELETE FROM cited WHERE version = ?1";

    TOO_OLD = "SELECT t.article FROM tellings t JOIN articles a ON a.num = t.article
               WHERE t.article > ?1 AND (t.at < ?2 OR t.at = 9223372036854775807 AND a.seen < ?2)
               ORDER BY t.article LIMIT ?3";
    HIDDEN_AFTER = "SELECT num FROM articles WHERE (deleted = 1 OR status <> 'usable') AND removed IS NULL AND num > ?1
                    ORDER BY num LIMIT ?2";

    HAS_TOMBSTONES = "SELECT EXISTS (SELECT 1 FROM tombstones)";
    TOMBSTONE = "SELECT EXISTS (SELECT 1 FROM tombstones WHERE name = ?1)";
    TOMBSTONE_ADD = "INSERT INTO tombstones (name) VALUES (?1) ON CONFLICT DO NOTHING";
    KEEPS_TOMBSTONES = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'tombstones')";
    TOMBSTONES = "SELECT name FROM tombstones";
    PURGED = "SELECT id, seen FROM articles WHERE removed = 'purged'";
    PURGED_ADD = "INSERT INTO articles (id, namespace, key, current, status, seen, deleted, removed)
                  VALUES (?1, '', ?1, 0, 'usable', ?2, 1, 'purged') ON CONFLICT DO NOTHING";
    NAMES = "SELECT id, namespace, key FROM articles WHERE removed IS NOT 'purged'
             UNION ALL SELECT a.id, o.namespace, o.key FROM other_names o JOIN articles a ON a.num = o.article";
    /// Until it has been looked where copies of it lie, it is taken for certain that some do.
    PURGE_ADD = "INSERT INTO purges (article, at, anew) VALUES (?1, ?2, 1)";
    PURGE_NOT_ANEW = "UPDATE purges SET anew = 0 WHERE article = ?1";
    /// Those that an index knows of which goes up to change ?1.
    PURGES_LEFT = "SELECT article, anew FROM purges p WHERE erased IS NULL
                   AND NOT EXISTS (SELECT 1 FROM changes WHERE seq > ?1 AND article = p.article) ORDER BY article";
    PURGING = "SELECT count(*), min(at) FROM purges WHERE erased IS NULL";
    PURGE_IS_LEFT = "SELECT EXISTS (SELECT 1 FROM purges p JOIN articles a ON a.num = p.article
                     WHERE a.id = ?1 AND p.erased IS NULL)";
    PURGES = "SELECT count(*) FROM purges";
    PURGES_ERASED = "SELECT count(*) FROM purges WHERE erased IS NOT NULL";
    PURGE_ERASED = "UPDATE purges SET erased = ?2 WHERE article = ?1";
    REJECTS_AFTER = "SELECT rowid, run, n, source, detail, copy FROM rejects WHERE rowid > ?1 ORDER BY rowid LIMIT ?2";
    REJECT_END = "DELETE FROM rejects WHERE run = ?1 AND n = ?2";
    SEALS_OF = "SELECT v.seal, o.page FROM versions v LEFT JOIN originals o ON o.version = v.row WHERE v.row = ?1";
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_statement_fits_the_schema() {
        let dir = tempfile::tempdir().unwrap();
        let conn = super::super::connect::writer(dir.path()).unwrap();
        for (name, sql) in super::ALL {
            assert!(conn.prepare(sql).is_ok(), "{name}: {:?}", conn.prepare(sql).err());
        }
    }

    #[test]
    fn what_is_asked_of_very_many_versions_is_found_without_reading_them() {
        let dir = tempfile::tempdir().unwrap();
        let conn = super::super::connect::writer(dir.path()).unwrap();
        let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {}", super::KNOWN)).unwrap();
        let steps = statement.query_map(["", "", ""], |row| row.get::<_, String>(3)).unwrap();
        let plan: Vec<String> = steps.map(|step| step.unwrap()).collect();
        for index in ["versions_by_text", "versions_by_provider", "versions_by_modified", "versions_with_body"] {
            assert!(plan.iter().any(|step| step.contains(index)), "{index}: {plan:#?}");
        }
    }

    #[test]
    fn no_question_is_planned_anew_for_other_values() {
        let dir = tempfile::tempdir().unwrap();
        let conn = super::super::connect::writer(dir.path()).unwrap();
        for (name, sql) in super::ALL.iter().filter(|(_, sql)| sql.starts_with("SELECT")) {
            let mut statement = conn.prepare(sql).unwrap();
            for value in 0..3 {
                (1..=statement.parameter_count()).for_each(|at| statement.raw_bind_parameter(at, value).unwrap());
                let _ = statement.raw_query().next().unwrap();
            }
            assert_eq!(statement.get_status(rusqlite::StatementStatus::RePrepare), 0, "{name}");
        }
    }
}
