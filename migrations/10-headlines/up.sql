-- A text is told from others by all that is kept to compare it by, in `print`, and not by its words alone: what else is
-- kept, of its headline above all, may differ. Texts of the same words find each other by a key of their own, in place 7.
-- Stories are told by another rule from here on, so that all of them are made anew when the store is opened.
DROP TABLE story_keys;
DROP TABLE story_keys_fresh;

-- By which texts that are alike find each other. `class` grows with the length of the text.
CREATE TABLE story_keys (
    key     INTEGER NOT NULL,
    leads   INTEGER NOT NULL CHECK (leads IN (0, 1)),
    place   INTEGER NOT NULL CHECK (place BETWEEN 0 AND 7),
    class   INTEGER NOT NULL,
    text    INTEGER NOT NULL,
    PRIMARY KEY (key, leads, place, class, text)
) STRICT, WITHOUT ROWID;

-- The newest of them.
CREATE TABLE story_keys_fresh (
    key     INTEGER NOT NULL,
    leads   INTEGER NOT NULL CHECK (leads IN (0, 1)),
    place   INTEGER NOT NULL CHECK (place BETWEEN 0 AND 7),
    class   INTEGER NOT NULL,
    text    INTEGER NOT NULL,
    PRIMARY KEY (key, leads, place, class, text)
) STRICT, WITHOUT ROWID;
