-- What was taken in can be taken back: a run as a whole, an article for good, what is too old.

-- An article of which no version is kept any more, and why: its run was undone, its time is over, it was withdrawn before
-- that, or it was purged. The row stays, for the change log names it; but for the last two, the article may come again.
ALTER TABLE articles ADD COLUMN removed TEXT CHECK (removed IN ('undone', 'retired', 'withdrawn', 'purged'));

-- Since when a run is being undone, when that was done, and what has gone so far.
ALTER TABLE runs ADD COLUMN undoing INTEGER;
ALTER TABLE runs ADD COLUMN undone INTEGER;
ALTER TABLE runs ADD COLUMN undone_articles INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN undone_versions INTEGER NOT NULL DEFAULT 0;

CREATE INDEX versions_by_run ON versions (run, article);

-- Which other runs have brought a version again, unchanged: it stays when the run that brought it first is undone.
-- The first eight: what is read again every day must not grow for ever.
CREATE TABLE brought_again (
    version INTEGER NOT NULL,
    run     INTEGER NOT NULL,
    PRIMARY KEY (version, run)
) STRICT, WITHOUT ROWID;

-- With which version another name came; it goes with that. Of names from before this nobody knows.
ALTER TABLE other_names ADD COLUMN version INTEGER;
CREATE INDEX other_names_with ON other_names (version) WHERE version IS NOT NULL;

-- Which run has read a file; NULL: one from before this.
ALTER TABLE watched_files ADD COLUMN run INTEGER;

-- Articles of a citation's list that were purged, and those that were taken back otherwise.
ALTER TABLE citations ADD COLUMN purged INTEGER NOT NULL DEFAULT 0;
ALTER TABLE citations ADD COLUMN taken_back INTEGER NOT NULL DEFAULT 0;

-- Names by which purged articles would come again: hashes of them, which tell nobody anything.
CREATE TABLE tombstones (
    name BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Articles purged, and when the files were free of them, too.
CREATE TABLE purges (
    article INTEGER PRIMARY KEY REFERENCES articles (num),
    at      INTEGER NOT NULL,
    erased  INTEGER,
    -- What is left of it may lie anywhere in the file, and only writing that anew is certain to leave it out.
    anew    INTEGER NOT NULL CHECK (anew IN (0, 1))
) STRICT;
