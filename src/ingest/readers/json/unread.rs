//! What stands in objects and nothing is read from: else a text under a name of its own would be missed without a word.

use serde_json::{Map, Value};

use super::super::columns::{self, FieldMap};
use super::super::{held, ninjs};
use super::{BOXES, LISTS, WRAPPERS};
use crate::ingest::Reason;
use crate::ingest::root::keys;

/// Bytes looked at, and objects, to tell what nothing is read from.
const BEGINNING: usize = 64 << 10;
const OBJECTS: usize = 20;

/// Keys that a message names.
const MOST_NAMED: usize = 12;

/// The keys that nothing is read from, as far as the objects tell with which the text begins.
pub(in crate::ingest) fn unread(text: &str, map: &FieldMap) -> Vec<String> {
    let head = &text[..text.floor_char_boundary(BEGINNING)];
    let first = head.find('{').map(|at| &head[at..]);
    let lines = head.lines().skip(1).take(OBJECTS).filter(|line| line.starts_with('{'));
    let mut unread: Vec<String> = Vec::new();
    for object in first.into_iter().chain(lines) {
        let keys = keys_within(object);
        if ninjs::is_item(keys.iter().map(|(key, _)| *key)) {
            continue;
        }
        let is_empty = |value: &str| ["null", "\"\"", "[]", "{}"].iter().any(|empty| value.starts_with(empty));
        let told = keys.into_iter().filter(|(key, value)| !is_empty(value) && !tells(key));
        let told: Vec<String> = told.map(|(key, _)| key.to_owned()).collect();
        unread.extend(map.unread(&told).cloned());
    }
    unread
}

/// Of an article without any text, that it may well have one: under names that nobody knows.
pub(super) fn foreign(object: &Map<String, Value>, map: &FieldMap) -> Option<Reason> {
    let has_own = columns::has_text(|name| super::find(object, name).is_some());
    let is_words = |value: &Value| match value {
        Value::String(text) => text.trim().contains(char::is_whitespace),
        Value::Array(values) => !values.is_empty(),
        Value::Object(values) => !values.is_empty(),
        _ => false,
    };
    let told = object.iter().filter(|(key, value)| !tells(key) && is_words(value)).map(|(key, _)| key.clone());
    let told: Vec<String> = told.collect();
    let unread: Vec<&str> = map.unread(&told).take(MOST_NAMED).map(String::as_str).collect();
    let detail = || {
        let keys = unread.join(", ");
        format!("neither headline nor lead nor body; if one of {keys} is, map says which (headline=…,body=…)")
    };
    (!has_own && !unread.is_empty()).then(|| Reason::new("no_text", detail()))
}

/// Of the first article that is in an object: itself, or in the list or the wrapper that it holds.
fn keys_within(object: &str) -> Vec<(&str, &str)> {
    let mut found = keys(object);
    for _ in 0..3 {
        if columns::has_text(|name| found.iter().any(|(key, _)| columns::same(key, name))) {
            break;
        }
        let find = |names: &[&str], open: &[char]| {
            found.iter().find(|(key, value)| names.contains(key) && value.starts_with(open)).map(|(_, value)| *value)
        };
        let Some(within) = find(LISTS, &['[']).or_else(|| find(WRAPPERS, &['{'])) else { break };
        let inner = keys(within);
        if inner.is_empty() {
            break;
        }
        found = inner;
    }
    found
}

/// Does a key say something besides the fields of an article, or where some of them are?
fn tells(key: &str) -> bool {
    let is_outer = |name: &str| name.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
    let names = || columns::NAMES.iter().flat_map(|(_, names)| names.iter());
    key.starts_with(['_', '@', '$'])
        || BOXES.contains(&key)
        || held::tells_draft(key)
        || names().any(|name| is_outer(name))
}
