//! What a page keeps for its own program (`__NEXT_DATA__` and the like): the article in it, made an object as JSON-LD writes
//! it. It is looked for only where the page says nothing to programs of others.

use serde_json::{Map, Value, json};

use super::object::{Object, get, text};
use super::things::Page;
use super::titles::letters;

/// Objects and lists looked through, and how deep.
const MOST: usize = 20_000;
const DEEPEST: usize = 32;

/// A title of fewer letters is also that of other things.
const SHORTEST: usize = 12;

const HEADLINES: &[&str] = &["headline", "title"];
const PUBLISHED: &[&str] = &[
    "datePublished",
    "publishedAt",
    "publishDate",
    "publicationDate",
    "publishedDate",
    "published",
    "firstPublished",
    "firstPublishedAt",
    "first_publish_date",
    "published_at",
    "publish_date",
    "display_date",
    "pubDate",
    "publishTime",
    "publishedTime",
];
const MODIFIED: &[&str] = &["dateModified", "modifiedAt", "updatedAt", "lastModified", "modified", "updated_at"];
const AUTHORS: &[&str] = &["authors", "author", "bylines", "byline", "contributors"];
const TAGS: &[&str] = &["tags", "keywords", "topics"];
const SECTIONS: &[&str] = &["section", "primarySection", "category"];

/// The object that bears a title of the page and a date.
pub(super) fn article(states: &[&str], page: &Page<'_>) -> Option<Value> {
    let titles: Vec<String> = page.titles.iter().map(|title| letters(title)).collect();
    states.iter().find_map(|state| {
        let (state, mut left) = (serde_json::from_str::<Value>(state).ok()?, MOST);
        find(&state, &titles, 0, &mut left).map(as_article)
    })
}

fn find<'a>(value: &'a Value, titles: &[String], depth: usize, left: &mut usize) -> Option<&'a Object> {
    if depth > DEEPEST || *left == 0 {
        return None;
    }
    *left -= 1;
    match value {
        Value::Object(object) if is_article(object, titles) => Some(object),
        Value::Object(object) => object.values().find_map(|value| find(value, titles, depth + 1, left)),
        Value::Array(values) => values.iter().find_map(|value| find(value, titles, depth + 1, left)),
        _ => None,
    }
}

fn is_article(object: &Object, titles: &[String]) -> bool {
    let is_title = |title: String| {
        let title = letters(&title);
        title.chars().count() >= SHORTEST && titles.contains(&title)
    };
    first(object, HEADLINES).and_then(text).is_some_and(is_title) && first(object, PUBLISHED).and_then(text).is_some()
}

fn first<'a>(object: &'a Object, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| get(object, name))
}

fn as_article(object: &Object) -> Value {
    let mut article = Map::new();
    article.insert("@type".to_owned(), json!("NewsArticle"));
    for (name, keys) in [("headline", HEADLINES), ("datePublished", PUBLISHED), ("dateModified", MODIFIED)] {
        if let Some(said) = first(object, keys).and_then(text) {
            article.insert(name.to_owned(), json!(said));
        }
    }
    for (name, keys) in [("author", AUTHORS), ("keywords", TAGS), ("articleSection", SECTIONS)] {
        let names = first(object, keys).map(names).unwrap_or_default();
        if !names.is_empty() {
            article.insert(name.to_owned(), json!(names));
        }
    }
    Value::Object(article)
}

/// What the things in a value are called.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::String(name) => vec![name.clone()],
        Value::Array(values) => values.iter().flat_map(names).collect(),
        Value::Object(object) => {
            let called = ["name", "fullName", "displayName", "title", "label", "text"];
            first(object, &called).and_then(text).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
