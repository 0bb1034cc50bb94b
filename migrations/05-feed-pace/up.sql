-- How long a feed wants to be left alone between two times it is asked, in seconds, as it said when it last came whole.
ALTER TABLE feeds ADD COLUMN pace INTEGER;
