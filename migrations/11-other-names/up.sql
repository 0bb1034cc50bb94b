-- What an article is also called: that of a feed's item by the address of the page that the item leads to, that of a page
-- by the id of the item. An address that several items lead to calls none of them; `article` is NULL.
CREATE TABLE other_names (
    key       TEXT NOT NULL,
    namespace TEXT NOT NULL,
    article   INTEGER REFERENCES articles (num),
    PRIMARY KEY (key, namespace)
) STRICT, WITHOUT ROWID;

CREATE INDEX other_names_of ON other_names (article);
