//! An object as JSON-LD writes it, and what it says: a property may be a text, a list, or another object.

use serde_json::{Map, Value};

use crate::ingest::clean;

pub(super) type Object = Map<String, Value>;

pub(super) fn types(object: &Object) -> impl Iterator<Item = &str> {
    let value = object.get("@type").or_else(|| object.get("type"));
    let one = value.and_then(Value::as_str);
    let list = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    one.into_iter().chain(list).map(|name| name.rsplit(['/', '#', ':']).next().unwrap_or(name))
}

pub(super) fn addresses(object: &Object) -> Vec<String> {
    let names = ["url", "mainEntityOfPage", "@id"];
    let value = |value: &Value| match value {
        Value::Object(inner) => get(inner, "@id").or_else(|| get(inner, "url")).and_then(text),
        value => text(value),
    };
    names.iter().filter_map(|name| get(object, name)).filter_map(value).collect()
}

/// A property that says something, in any case.
pub(super) fn get<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    let says = |value: &&Value| match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(inner) => !inner.is_empty(),
        _ => true,
    };
    let any = || object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).filter(says);
    object.get(name).filter(says).or_else(any)
}

pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A text, or the first of several, or what an object is called.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(values) => values.iter().find_map(text),
        Value::Object(object) => {
            ["@value", "name", "headline", "#text"].iter().find_map(|name| get(object, name)).and_then(text)
        }
        _ => None,
    }
}

/// A text without elements and references.
pub(super) fn plain(text: &str) -> Option<String> {
    let once = clean::unescape(text);
    if clean::looks_like_html(&once) {
        return clean::some_line(&clean::html_paragraphs(&once).join(" "));
    }
    clean::some_line(&clean::unescape(&once))
}

pub(super) fn full_name(object: &Object) -> Option<String> {
    let part = |name: &str| get(object, name).and_then(text).and_then(|text| plain(&text));
    part("name").or_else(|| match (part("givenName"), part("familyName")) {
        (Some(given), Some(family)) => Some(format!("{given} {family}")),
        (given, family) => given.or(family).or_else(|| part("#text")),
    })
}
