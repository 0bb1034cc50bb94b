-- Rows as this schema knows them, for the test that carries them forward through every later step.
INSERT INTO meta VALUES ('id', '5f0d2a52-5f5e-4b6e-9d27-0b6a5d7f6f11');
INSERT INTO runs (id, input, state, started, finished, fresh) VALUES (1, 'old.csv', 'finished', 1, 2, 3);
INSERT INTO articles (num, id, namespace, key, current, status, seen, captured) VALUES
    (1, 'aaaaaaaaaaaaaaaa', 'wire', '1', 2, 'usable', 1, 5),
    (2, 'bbbbbbbbbbbbbbbb', 'wire', '2', 3, 'killed', 1, NULL);
INSERT INTO versions (row, article, number, provider_version, modified, has_body, stored, run, content_hash, seal, content)
VALUES
    (1, 1, 1, NULL, NULL, 1, 1, 1, x'01', x'01', x'01'),
    (2, 1, 2, 7, 5, 1, 2, 1, x'02', x'02', x'02'),
    (3, 2, 1, NULL, NULL, 0, 1, 1, x'03', x'03', x'03');
INSERT INTO holds (article, number, status) VALUES (2, 1, 'killed');
INSERT INTO originals (version, page) VALUES (2, x'28b52ffd');
INSERT INTO changes (seq, article, at) VALUES (1, 1, 1), (2, 1, 2), (3, 2, 1);
INSERT INTO rejects VALUES (1, 1, 'old.csv', 40, 3, 'no-headline', 'neither headline nor text', x'00');
INSERT INTO watched_files (path, size, modified, run) VALUES (x'2f61', 1, 2, 1);
INSERT INTO feeds (url, etag, due, settings) VALUES ('https://a.example/feed', '"1"', 5, x'01');
INSERT INTO fetched_pages VALUES ('a.example/1', 'read', 3, 1, 4);
INSERT INTO story_texts (num, print, sketch, at, id, first, leader) VALUES (1, 7, x'00', 5, 'aaaaaaaaaaaaaaaa', 1, 1);
INSERT INTO story_keys VALUES (9, 1, 3, 4, 1);
INSERT INTO tellings VALUES (1, 1, 5, 1);
INSERT INTO other_names (key, namespace, article, version) VALUES ('a.example/1', 'url', 1, 2);
INSERT INTO citations (num, id, made, asked, purged) VALUES (1, 'cccccccccccccccc', 4, '{}', 1);
INSERT INTO cited VALUES (1, 1, 1, 2);
INSERT INTO keys VALUES ('0a1b2c3d', x'01', 'write', 'wire desk', 1, 9);
INSERT INTO runs (id, input, state, started, finished, undoing, undone, undone_articles, undone_versions)
VALUES (2, 'wrong.csv', 'finished', 3, 4, 5, 6, 1, 1);
INSERT INTO brought_again VALUES (1, 2);
INSERT INTO articles (num, id, namespace, key, current, status, seen, deleted, removed, numbered) VALUES
    (3, 'dddddddddddddddd', '', 'dddddddddddddddd', 0, 'usable', 1, 1, 'purged', 2),
    (4, 'eeeeeeeeeeeeeeee', 'wire', '4', 0, 'usable', 1, 1, 'undone', 1);
INSERT INTO changes (seq, article, at) VALUES (4, 3, 3), (5, 4, 5);
INSERT INTO tombstones VALUES (x'04');
INSERT INTO purges VALUES (3, 3, NULL, 0);
