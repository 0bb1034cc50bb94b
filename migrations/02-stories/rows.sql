-- Rows as this schema knows them, for the test that carries them forward through every later step.
INSERT INTO meta VALUES ('id', '5f0d2a52-5f5e-4b6e-9d27-0b6a5d7f6f11'), ('stories', '1');
INSERT INTO runs (id, input, state, started, finished, fresh, copies) VALUES (1, 'old.csv', 'finished', 1, 2, 1, 1);
INSERT INTO articles (num, id, namespace, key, current, status, seen) VALUES
    (1, 'aaaaaaaaaaaaaaaa', 'wire', '1', 1, 'usable', 1),
    (2, 'bbbbbbbbbbbbbbbb', 'wire', '2', 2, 'killed', 1);
INSERT INTO versions (row, article, number, provider_version, modified, has_body, stored, run, content_hash, seal, content)
VALUES
    (1, 1, 1, NULL, NULL, 1, 1, 1, x'01', x'01', x'01'),
    (2, 2, 1, NULL, NULL, 0, 1, 1, x'03', x'03', x'03');
INSERT INTO changes (seq, article, at) VALUES (1, 1, 1), (2, 2, 1);
INSERT INTO story_texts (num, print, sketch, at, id, first, leader) VALUES (1, 7, x'00', 5, 'aaaaaaaaaaaaaaaa', 1, 1);
INSERT INTO story_keys VALUES (9, 1, 0, 4, 1);
INSERT INTO tellings VALUES (1, 1, 5, 1);
