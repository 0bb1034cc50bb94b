-- Which articles tell one story: copies, exact and near. All of it can be made again from the versions.

-- A text that usable articles have now, once however many have it. `at` and `id` are those of the earliest article that
-- has it, `first` its number; `leader` is the text whose story it belongs to, NULL while that is being found out.
CREATE TABLE story_texts (
    num    INTEGER PRIMARY KEY AUTOINCREMENT,
    print  INTEGER NOT NULL UNIQUE,
    sketch BLOB NOT NULL,
    at     INTEGER NOT NULL,
    id     TEXT NOT NULL,
    first  INTEGER NOT NULL REFERENCES articles (num),
    leader INTEGER
) STRICT;

CREATE INDEX story_texts_led ON story_texts (leader) WHERE leader <> num;

-- By which texts that are alike find each other; `back`: in the second half of the text. `class` grows with its length.
CREATE TABLE story_keys (
    key   INTEGER NOT NULL,
    leads INTEGER NOT NULL CHECK (leads IN (0, 1)),
    back  INTEGER NOT NULL CHECK (back IN (0, 1)),
    class INTEGER NOT NULL,
    text  INTEGER NOT NULL,
    PRIMARY KEY (key, leads, back, class, text)
) STRICT, WITHOUT ROWID;

-- An article that answers may show, and the earliest article of its story. Without a text it has too little to compare.
-- `at` is when it was published, undated ones last.
CREATE TABLE tellings (
    article  INTEGER PRIMARY KEY REFERENCES articles (num),
    text     INTEGER REFERENCES story_texts (num),
    at       INTEGER NOT NULL,
    original INTEGER NOT NULL REFERENCES articles (num)
) STRICT;

CREATE INDEX tellings_text ON tellings (text, at);
CREATE INDEX tellings_original ON tellings (original) WHERE original <> article;

-- Articles stored under another rule, or none: to be compared when the store is next opened.
CREATE TABLE tellings_due (
    article INTEGER PRIMARY KEY REFERENCES articles (num)
) STRICT;

ALTER TABLE runs ADD COLUMN copies INTEGER NOT NULL DEFAULT 0;
