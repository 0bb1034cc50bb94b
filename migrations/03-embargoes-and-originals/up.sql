-- When a crawler last took the text that answers show. The row of that text never changes; this does, so that a capture
-- from in between that is read later stays behind.
ALTER TABLE articles ADD COLUMN captured INTEGER;

-- Versions that answers may not show by themselves. `until` is the end of an embargo: the row goes then. A kill takes
-- along what came before it, in its provider's order.
CREATE TABLE holds (
    article          INTEGER NOT NULL REFERENCES articles (num),
    number           INTEGER NOT NULL,
    provider_version INTEGER,
    modified         INTEGER,
    status           TEXT NOT NULL CHECK (status IN ('withheld', 'killed')),
    until            INTEGER,
    PRIMARY KEY (article, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX holds_until ON holds (until) WHERE until IS NOT NULL;

INSERT INTO holds (article, number, provider_version, modified, status)
SELECT v.article, v.number, v.provider_version, v.modified, a.status
FROM articles a JOIN versions v ON v.row = a.current WHERE a.status <> 'usable';

-- Pages as they came, under zstd.
CREATE TABLE originals (
    version INTEGER PRIMARY KEY REFERENCES versions (row),
    page    BLOB NOT NULL
) STRICT;
