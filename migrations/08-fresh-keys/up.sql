-- A key comes somewhere in the middle of a table that is as large as all texts together, each on a page of its own. So the
-- newest come into a small table; from there they go on in their order, many to a page.
CREATE TABLE story_keys_fresh (
    key     INTEGER NOT NULL,
    leads   INTEGER NOT NULL CHECK (leads IN (0, 1)),
    place   INTEGER NOT NULL CHECK (place BETWEEN 0 AND 6),
    class   INTEGER NOT NULL,
    text    INTEGER NOT NULL,
    PRIMARY KEY (key, leads, place, class, text)
) STRICT, WITHOUT ROWID;
