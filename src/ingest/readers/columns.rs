//! Named values, of a row or an object, into an article: which name means which field.

use crate::article::{Article, Provenance, Source};
use crate::identity;
use crate::ingest::{Reason, clean, dates};
use crate::nearest::nearest;

/// Field names of an article and the names they are found under, the likeliest first.
const NAMES: &[(&str, &[&str])] = &[
    ("id", &["id", "external_id", "_id", "uid", "guid", "article_id"]),
    ("url", &["url", "link", "canonical_url", "weburl", "web_url"]),
    ("headline", &["headline", "title"]),
    ("lead", &["lead", "short_description", "description", "summary", "abstract", "standfirst", "deck", "subtitle"]),
    ("body", &["body", "text", "content", "maintext", "articlebody", "article"]),
    (
        "published",
        &[
            "published",
            "date",
            "publish_date",
            "date_published",
            "pub_date",
            "datepublished",
            "published_at",
            "publishedat",
            "created_at",
            "timestamp",
        ],
    ),
    ("modified", &["modified", "date_modified", "datemodified", "updated", "updated_at", "lastmod"]),
    ("authors", &["authors", "author", "byline", "creator"]),
    ("tags", &["tags", "keywords", "topics", "tag"]),
    ("section", &["section", "category", "desk"]),
    ("source", &["source", "publisher", "agency", "source_name", "outlet"]),
    ("site", &["source_domain", "site", "domain"]),
    ("lang", &["lang", "language", "inlanguage"]),
    ("places", &["places", "place", "location"]),
    ("people", &["people", "persons", "person"]),
    ("orgs", &["orgs", "organisations", "organizations", "org"]),
    ("dateline", &["dateline"]),
    ("image", &["image", "image_url", "urltoimage", "img"]),
    ("version", &["version"]),
    ("corrected", &["corrected", "correction"]),
];

/// Which column or key of the input holds which field: `headline=otsikko,lead=tiivistelma`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldMap {
    /// Field, then column.
    pairs: Vec<(&'static str, String)>,
}

impl FieldMap {
    /// Reads `field=column,…`.
    ///
    /// # Errors
    /// A text that says what is wrong and what would be right.
    pub fn parse(text: &str) -> Result<FieldMap, String> {
        let mut pairs = Vec::new();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (field, column) = pair.split_once('=').ok_or(format!("`{pair}` is not of the form field=column"))?;
            let known = NAMES.iter().map(|(name, _)| *name).find(|name| *name == field.trim());
            let field = known.ok_or_else(|| {
                let near = nearest(field, NAMES.iter().map(|(name, _)| *name));
                let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
                match near {
                    Some(near) => format!("there is no field `{field}`; did you mean `{near}`?"),
                    None => format!("there is no field `{field}`; the fields are {}", names.join(", ")),
                }
            })?;
            pairs.push((field, column.trim().to_owned()));
        }
        Ok(FieldMap { pairs })
    }

    pub(in crate::ingest) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Every column is given by its number, so the first row may be data.
    pub(in crate::ingest) fn numbered(&self) -> bool {
        !self.is_empty() && self.pairs.iter().all(|(_, column)| column.parse::<usize>().is_ok())
    }

    /// Columns the map names that the input lacks.
    pub(in crate::ingest) fn missing<'a>(&'a self, columns: &[String]) -> Option<&'a str> {
        let absent = |column: &&str| {
            let numbered = column.parse::<usize>().is_ok_and(|number| (1..=columns.len()).contains(&number));
            !numbered && !columns.iter().any(|known| known.eq_ignore_ascii_case(column))
        };
        self.pairs.iter().map(|(_, column)| column.as_str()).find(absent)
    }

    fn column(&self, field: &str) -> Option<&str> {
        self.pairs.iter().find(|(mapped, _)| *mapped == field).map(|(_, column)| column.as_str())
    }
}

/// Is this the name of a column that means something?
pub(in crate::ingest) fn known(name: &str) -> bool {
    NAMES.iter().any(|(_, names)| names.contains(&name))
}

/// Values by name. A value may be several: an array, or a list in a cell.
pub(in crate::ingest) trait Record {
    fn get(&self, name: &str) -> Option<Vec<String>>;
    /// Body texts keep their paragraphs.
    fn separator(&self) -> &'static [char];
}

/// Makes an article of a record.
pub(in crate::ingest) fn article(record: &impl Record, map: &FieldMap) -> Result<Article, Reason> {
    let values = |field: &str| -> Vec<String> {
        if let Some(column) = map.column(field) {
            return record.get(column).unwrap_or_default();
        }
        let names = NAMES.iter().find(|(name, _)| *name == field).map_or(&[][..], |(_, names)| names);
        names.iter().find_map(|name| record.get(name)).unwrap_or_default()
    };
    let one = |field: &str| values(field).into_iter().find_map(|value| clean::some_line(&clean::unescape(&value)));
    let list = |field: &str| split(values(field), record.separator());
    let stamp = |field: &str| values(field).first().and_then(|text| dates::parse_stamp(text, Provenance::File));
    let url = one("url");
    let site = one("site").or_else(|| url.as_deref().and_then(identity::site_of));
    let article = Article {
        external_id: one("id"),
        headline: one("headline").unwrap_or_default(),
        lead: one("lead"),
        body: body(values("body")),
        published: stamp("published").unwrap_or_default(),
        modified: stamp("modified"),
        source: Source { name: one("source"), site },
        authors: values("authors").iter().filter_map(|author| clean::some_line(author)).collect(),
        tags: list("tags"),
        section: one("section"),
        places: list("places"),
        people: list("people"),
        orgs: list("orgs"),
        lang: one("lang"),
        dateline: one("dateline"),
        image: one("image"),
        provider_version: one("version").and_then(|version| version.parse().ok()),
        corrected: one("corrected").is_some_and(|value| matches!(value.as_str(), "true" | "1" | "yes")),
        url,
        ..Article::default()
    };
    finish(article)
}

/// An article without a word is none; without a headline it is known by its first words.
pub(in crate::ingest) fn finish(mut article: Article) -> Result<Article, Reason> {
    if article.headline.is_empty() && article.lead.is_none() && article.body.is_empty() {
        return Err(Reason::new("no_text", "neither headline nor lead nor body"));
    }
    if article.lead.as_deref() == Some(article.headline.as_str()) {
        article.lead = None;
    }
    Ok(article)
}

fn split(values: Vec<String>, separators: &[char]) -> Vec<String> {
    let parts = values.iter().flat_map(|value| value.split(separators).collect::<Vec<_>>());
    let tidy = |part: &str| clean::some_line(part.trim().trim_matches(['[', ']', '\'', '"']));
    parts.filter_map(tidy).collect()
}

fn body(values: Vec<String>) -> Vec<String> {
    let paragraphs = values.iter().flat_map(|text| {
        if clean::looks_like_html(text) {
            clean::html_paragraphs(text)
        } else {
            clean::paragraphs(&clean::unescape(text))
        }
    });
    paragraphs.collect()
}
