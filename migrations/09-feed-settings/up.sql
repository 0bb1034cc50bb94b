-- By what settings a feed was last asked (a hash): where they are others, it begins anew.
ALTER TABLE feeds ADD COLUMN settings BLOB;
