-- A search that stays as it was: what was asked, its dates resolved, as JSON; and what it found, in its order.
CREATE TABLE citations (
    num   INTEGER PRIMARY KEY AUTOINCREMENT,
    id    TEXT NOT NULL UNIQUE,
    made  INTEGER NOT NULL,
    asked TEXT NOT NULL
) STRICT;

CREATE TABLE cited (
    citation INTEGER NOT NULL REFERENCES citations (num),
    place    INTEGER NOT NULL,
    article  INTEGER NOT NULL REFERENCES articles (num),
    version  INTEGER NOT NULL REFERENCES versions (row),
    PRIMARY KEY (citation, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX cited_of ON cited (article);
CREATE INDEX cited_versions ON cited (version);
