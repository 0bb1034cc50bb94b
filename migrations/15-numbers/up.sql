-- The highest number of a version of the article that has been taken back. None is given twice: links and citations name
-- versions by it. Of what was taken back before this nobody knows.
ALTER TABLE articles ADD COLUMN numbered INTEGER NOT NULL DEFAULT 0;
