//! What is given, laid over what is there: key by key, and a key that is not there is a mistake.

use toml::{Table, Value};

use crate::nearest::nearest;

/// How the variables are called that say what a key is: `BROADSHEET__FEEDS__EVERY`.
pub(super) const PREFIX: &str = "BROADSHEET__";

/// The list of the feeds.
pub(super) const FEEDS: &str = "feeds.feed";

/// Keys of things that the reference has none of.
const IN_LISTS: &[(&str, &[&str])] = &[(FEEDS, &["url", "every", "fetch_pages", "namespace"])];

/// The values that are given, each with the keys that lead to it. What has no place is left out, and why is added to `wrong`.
pub(super) fn entries(whole: &Table, given: Table, wrong: &mut Vec<String>) -> Vec<(Vec<String>, Value)> {
    let mut found = Vec::new();
    walk(whole, given, &[], wrong, &mut found);
    found
}

/// `at` leads to the table within the file.
fn walk(whole: &Table, given: Table, at: &[String], wrong: &mut Vec<String>, found: &mut Vec<(Vec<String>, Value)>) {
    for (key, value) in given {
        let keys = [at, std::slice::from_ref(&key)].concat();
        let path = keys.join(".");
        match (whole.get(&key), value) {
            (None, _) => wrong.push(unknown(&path, &key, &whole.keys().map(String::as_str).collect::<Vec<_>>())),
            (Some(Value::Table(known)), Value::Table(value)) => walk(known, value, &keys, wrong, found),
            (Some(Value::Table(_)), _) => wrong.push(format!("`{path}` is a section: write [{path}]")),
            (Some(_), value) => match check_list(&value, &path) {
                Ok(unknown) => {
                    wrong.extend(unknown);
                    found.push((keys, value));
                }
                Err(problem) => wrong.push(problem),
            },
        }
    }
}

/// Where the keys lead.
pub(super) fn place<'a>(whole: &'a mut Table, keys: &[String]) -> Option<&'a mut Value> {
    let (first, others) = keys.split_first()?;
    others.iter().try_fold(whole.get_mut(first)?, |value, key| value.get_mut(key))
}

/// The table that a variable stands for: `BROADSHEET__FEEDS__EVERY=5m` is `[feeds]` with `every = "5m"`.
pub(super) fn of_variable(whole: &Table, name: &str, text: &str) -> Result<Table, String> {
    let keys: Vec<String> = name.to_ascii_lowercase().split("__").map(str::to_owned).collect();
    let place = keys.iter().try_fold(None, |place: Option<&Value>, key| match place {
        None => whole.get(key).map(Some),
        Some(place) => place.get(key).map(Some),
    });
    // A key that is not there is told of when it is laid over.
    let value = match place.flatten() {
        Some(Value::Table(_)) => return Err(format!("`{}` is a section; name a key in it", keys.join("."))),
        Some(like) => written_as(like, text)?,
        None => Value::String(text.to_owned()),
    };
    let laid = keys.into_iter().rev().fold(value, |inner, key| Value::Table(Table::from_iter([(key, inner)])));
    laid.try_into::<Table>().map_err(|error| error.to_string())
}

/// A text as the kind of value that stands there.
fn written_as(like: &Value, text: &str) -> Result<Value, String> {
    let text = text.trim();
    let as_toml = |text: &str| format!("value = {text}").parse::<Table>().ok().and_then(|mut one| one.remove("value"));
    match like {
        Value::String(_) => Ok(Value::String(text.to_owned())),
        Value::Array(_) if !text.starts_with('[') => {
            let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            Ok(Value::Array(entries.map(|entry| Value::String(entry.to_owned())).collect()))
        }
        Value::Array(_) => {
            as_toml(text).ok_or_else(|| "this is no list; write it as a,b or as [\"a\", \"b\"]".to_owned())
        }
        Value::Boolean(_) => as_toml(text).ok_or_else(|| format!("`{text}` is neither true nor false")),
        _ => as_toml(text).ok_or_else(|| format!("`{text}` is no number")),
    }
}

/// The keys that there are not, of what stands in a list; and it has to be one.
fn check_list(value: &Value, path: &str) -> Result<Vec<String>, String> {
    let Some((_, known)) = IN_LISTS.iter().find(|(list, _)| *list == path) else { return Ok(Vec::new()) };
    let Some(entries) = value.as_array() else { return Err(format!("`{path}` is a list: write [[{path}]]")) };
    let mut strange = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let keys = entry.as_table().into_iter().flat_map(Table::keys);
        let keys = keys.filter(|key| !known.contains(&key.as_str()));
        strange.extend(keys.map(|key| format!("feed {} of [[{path}]]: {}", at + 1, unknown(key, key, known))));
    }
    Ok(strange)
}

fn unknown(path: &str, key: &str, known: &[&str]) -> String {
    match nearest(key, known.iter().copied()) {
        Some(near) => format!("there is no key `{path}`; did you mean `{near}`?"),
        None => format!("there is no key `{path}`; there are {}", known.join(", ")),
    }
}
