//! JSON: one object, an array of objects, an object that holds such an array, objects one after the other, and JSON
//! Lines. Objects are read one at a time.

use std::ops::ControlFlow;

use serde_json::Value;

use super::columns::{self, FieldMap, Record};
use crate::article::Article;
use crate::ingest::Reason;

/// Keys under which exports put their articles.
const LISTS: &[&str] = &["articles", "results", "items", "data", "docs", "hits", "entries"];

/// Calls `emit` with every article, or with why there is none, and the byte at which it begins.
pub(in crate::ingest) fn read(
    text: &str,
    map: &FieldMap,
    emit: &mut dyn FnMut(usize, Result<Article, Reason>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut at = 0;
    while let Some(start) = text[at..].find(|c: char| !c.is_whitespace() && c != ',').map(|skip| at + skip) {
        let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                at = start + values.byte_offset();
                objects(value, &mut |value| emit(start, article(&value, map)))?;
            }
            Some(Err(error)) => {
                emit(
                    start,
                    Err(Reason::new(
                        "bad_json",
                        format!("line {} column {} of the object", error.line(), error.column()),
                    )),
                )?;
                // The rest of the line is lost; the next line may be sound.
                at = text[start..].find('\n').map_or(text.len(), |end| start + end + 1);
            }
            None => break,
        }
    }
    ControlFlow::Continue(())
}

fn objects(value: Value, emit: &mut dyn FnMut(Value) -> ControlFlow<()>) -> ControlFlow<()> {
    match value {
        Value::Array(values) => values.into_iter().try_for_each(|value| objects(value, emit)),
        Value::Object(mut object) => {
            let list = LISTS.iter().find(|key| {
                object
                    .get(**key)
                    .is_some_and(|list| list.as_array().is_some_and(|list| list.iter().any(Value::is_object)))
            });
            if let Some(list) = list.and_then(|key| object.remove(*key)) {
                return objects(list, emit);
            }
            for wrapper in ["response", "_source"] {
                if object.get(wrapper).is_some_and(Value::is_object)
                    && let Some(inner) = object.remove(wrapper)
                {
                    return objects(inner, emit);
                }
            }
            emit(Value::Object(object))
        }
        other => emit(other),
    }
}

fn article(value: &Value, map: &FieldMap) -> Result<Article, Reason> {
    match value {
        Value::Object(_) => columns::article(&Object(value), map),
        _ => Err(Reason::new("no_article", "not an object")),
    }
}

struct Object<'a>(&'a Value);

impl Record for Object<'_> {
    /// A key in any case; `a.b` leads into objects.
    fn get(&self, name: &str) -> Option<Vec<String>> {
        let mut value = self.0;
        for key in name.split('.') {
            let object = value.as_object()?;
            value = object
                .get(key)
                .or_else(|| object.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| value))?;
        }
        let texts = texts(value);
        (!texts.is_empty()).then_some(texts)
    }

    fn separator(&self) -> &'static [char] {
        &[',', ';', '|']
    }
}

/// Strings, numbers, arrays of them, and objects that have a name or a text.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()).into_iter().collect(),
        Value::Number(number) => vec![number.to_string()],
        Value::Bool(value) => vec![value.to_string()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(object) => {
            let named = ["name", "text", "value", "title", "url"].iter().find_map(|key| object.get(*key));
            named.map(texts).unwrap_or_default()
        }
        Value::Null => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn headlines(text: &str) -> Vec<Result<String, &'static str>> {
        let mut found = Vec::new();
        let _ = read(text, &FieldMap::default(), &mut |_, article| {
            found.push(article.map(|article| article.headline).map_err(|reason| reason.code));
            ControlFlow::Continue(())
        });
        found
    }

    #[test]
    fn articles_are_found_however_they_are_wrapped() {
        let a = || Ok("A".to_owned());
        assert_eq!(headlines(r#"{"title":"A"}"#), [a()]);
        assert_eq!(headlines("{\"title\":\"A\"}\n{\"headline\":\"A\"}\n"), [a(), a()]);
        assert_eq!(headlines(r#"[{"Title":"A"},{"title":"A"}]"#), [a(), a()]);
        assert_eq!(headlines(r#"{"response":{"results":[{"title":"A"}]}}"#), [a()]);
        assert_eq!(headlines(r#"{"_source":{"title":"A"}}"#), [a()]);
    }

    #[test]
    fn a_broken_line_is_rejected_and_the_next_one_read() {
        assert_eq!(headlines("{\"title\":\n{\"title\":\"A\"}"), [Err("bad_json"), Ok("A".to_owned())]);
        assert_eq!(headlines("{}\n17"), [Err("no_text"), Err("no_article")]);
    }
}
