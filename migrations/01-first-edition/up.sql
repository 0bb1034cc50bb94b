-- Times are milliseconds since 1970 in UTC. AUTOINCREMENT wherever a number is known outside the store (the index
-- names articles, version rows and change-log positions), so that none is ever given twice.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One line an input read: the ledger.
CREATE TABLE runs (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    input     TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('running', 'finished', 'interrupted', 'failed')),
    started   INTEGER NOT NULL,
    finished  INTEGER,
    fresh     INTEGER NOT NULL DEFAULT 0,
    versions  INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    rejected  INTEGER NOT NULL DEFAULT 0,
    bytes     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX runs_running ON runs (id) WHERE state = 'running';

-- `current` is the version row that answers show. No foreign key: one would make SQLite look for articles by
-- `current` whenever a version row comes or goes.
CREATE TABLE articles (
    num       INTEGER PRIMARY KEY AUTOINCREMENT,
    id        TEXT NOT NULL UNIQUE,
    namespace TEXT NOT NULL,
    key       TEXT NOT NULL,
    current   INTEGER NOT NULL,
    status    TEXT NOT NULL CHECK (status IN ('usable', 'withheld', 'killed')),
    seen      INTEGER NOT NULL,
    deleted   INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    UNIQUE (key, namespace)
) STRICT;

CREATE INDEX articles_hidden ON articles (num) WHERE deleted = 1 OR status <> 'usable';

-- Rows never change. `content_hash` is over what the reader delivered, `seal` over the row as stored.
CREATE TABLE versions (
    row              INTEGER PRIMARY KEY AUTOINCREMENT,
    article          INTEGER NOT NULL REFERENCES articles (num),
    number           INTEGER NOT NULL,
    provider_version INTEGER,
    modified         INTEGER,
    has_body         INTEGER NOT NULL CHECK (has_body IN (0, 1)),
    stored           INTEGER NOT NULL,
    run              INTEGER NOT NULL REFERENCES runs (id),
    content_hash     BLOB NOT NULL,
    seal             BLOB NOT NULL,
    content          BLOB NOT NULL,
    UNIQUE (article, number)
) STRICT;

-- What `sync` follows.
CREATE TABLE changes (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (num),
    at      INTEGER NOT NULL
) STRICT;

CREATE TABLE rejects (
    run    INTEGER NOT NULL REFERENCES runs (id),
    n      INTEGER NOT NULL,
    source TEXT NOT NULL,
    offset INTEGER,
    line   INTEGER,
    code   TEXT NOT NULL,
    detail TEXT NOT NULL,
    copy   BLOB NOT NULL,
    PRIMARY KEY (run, n)
) STRICT;
