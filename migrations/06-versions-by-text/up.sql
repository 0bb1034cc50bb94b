-- An article may come in very many versions, and each time what is asked of them all has to be found without reading them.
-- First versions are left out: most articles have no other, and of these the one row tells it.
CREATE INDEX versions_by_text ON versions (article, content_hash) WHERE number > 1;
CREATE INDEX versions_by_provider ON versions (article, provider_version) WHERE number > 1;
CREATE INDEX versions_by_modified ON versions (article, modified) WHERE number > 1;
CREATE INDEX versions_with_body ON versions (article) WHERE number > 1 AND has_body = 1;
