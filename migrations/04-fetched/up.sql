-- What is watched and fetched, so that a start goes on where the last one stopped.

-- Files of watched folders as they were when they were read: only what differs is read. `path` is as the system names
-- it, `modified` in nanoseconds since 1970.
CREATE TABLE watched_files (
    path     BLOB PRIMARY KEY,
    size     INTEGER NOT NULL,
    modified INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row a feed. `url` is the one of the configuration; `moved_to` where it is said to be for good. `etag`,
-- `last_modified` and `body` (a hash) are of the last answer all of which has been taken in.
CREATE TABLE feeds (
    url           TEXT PRIMARY KEY,
    moved_to      TEXT,
    etag          TEXT,
    last_modified TEXT,
    body          BLOB,
    polled        INTEGER,
    succeeded     INTEGER,
    due           INTEGER,
    failures      INTEGER NOT NULL DEFAULT 0,
    gone          INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)),
    code          TEXT,
    detail        TEXT
) STRICT, WITHOUT ROWID;

-- Pages that items of feeds link to, by normalised address. `stamp` is the item's newest date when the page was asked for.
CREATE TABLE fetched_pages (
    address TEXT PRIMARY KEY,
    state   TEXT NOT NULL CHECK (state IN ('read', 'refused', 'failed')),
    stamp   INTEGER,
    tries   INTEGER NOT NULL,
    at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
