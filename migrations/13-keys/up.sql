-- What opens the doors. Of a key only a hash is kept; `id` is the part of it that may be told. `expires` is NULL where it
-- never does; a key that was taken back expired then.
CREATE TABLE keys (
    id      TEXT PRIMARY KEY,
    hash    BLOB NOT NULL,
    scope   TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    name    TEXT NOT NULL,
    made    INTEGER NOT NULL,
    expires INTEGER
) STRICT, WITHOUT ROWID;
