//! The article among the objects of a page, and its properties.

use std::collections::HashMap;

use serde_json::Value;

use super::object::{Object, addresses, full_name, get, plain, text, types};

/// The article among the objects, with what other objects say about it.
pub(super) struct Thing<'a> {
    /// The surest first.
    pub(super) objects: Vec<&'a Object>,
    pub(super) by_id: HashMap<&'a str, &'a Object>,
    /// It says that it is an article, not only something with a date.
    pub(super) is_article: bool,
}

/// Somebody or something with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) is_organisation: bool,
}

impl Thing<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.objects.iter().find_map(|object| get(object, name))
    }

    /// A text as it is written.
    pub(super) fn raw(&self, name: &str) -> Option<String> {
        self.value(name).and_then(text)
    }

    /// A text of the article's own object, whatever others say.
    pub(super) fn own_text(&self, name: &str) -> Option<String> {
        get(self.objects.first()?, name).and_then(text).and_then(|text| plain(&text))
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.raw(name).and_then(|text| plain(&text))
    }

    /// Texts of a list; one that is a list written out is cut by the caller.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some(Value::Array(values)) => values.iter().filter_map(text).filter_map(|text| plain(&text)).collect(),
            Some(value) => text(value).and_then(|text| plain(&text)).into_iter().collect(),
            None => Vec::new(),
        }
    }

    pub(super) fn is_list(&self, name: &str) -> bool {
        self.value(name).is_some_and(Value::is_array)
    }

    pub(super) fn addresses(&self) -> Vec<String> {
        self.objects.first().map(|object| addresses(object)).unwrap_or_default()
    }

    /// Those a property names; where it only points to somebody, who that is.
    pub(super) fn named(&self, name: &str) -> Vec<Named> {
        let mut found = Vec::new();
        for object in &self.objects {
            if let Some(value) = get(object, name) {
                self.add_named(value, 0, &mut found);
            }
            if !found.is_empty() {
                break;
            }
        }
        found
    }

    fn add_named(&self, value: &Value, depth: usize, found: &mut Vec<Named>) {
        if depth > 8 || found.len() >= 100 {
            return;
        }
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.add_named(value, depth + 1, found)),
            Value::Object(object) => {
                let is_organisation =
                    types(object).any(|name| name.to_lowercase().ends_with("organization") || name == "Corporation");
                if let Some(values) = get(object, "@list").or_else(|| get(object, "@set")) {
                    self.add_named(values, depth + 1, found);
                } else if let Some(Value::Array(names)) = get(object, "name") {
                    let names = names.iter().filter_map(text).filter_map(|name| plain(&name));
                    found.extend(names.map(|name| Named { name, is_organisation }));
                } else if let Some(name) = full_name(object) {
                    found.push(Named { name, is_organisation });
                } else if let Some(other) = get(object, "@id").and_then(Value::as_str).and_then(|id| self.by_id.get(id))
                    && get(other, "name").is_some()
                {
                    self.add_named(&Value::Object((*other).clone()), depth + 1, found);
                }
            }
            value => {
                let pointed = value.as_str().and_then(|id| self.by_id.get(id));
                match pointed {
                    Some(other) => self.add_named(&Value::Object((*other).clone()), depth + 1, found),
                    None => found.extend(
                        text(value).and_then(|text| plain(&text)).map(|name| Named { name, is_organisation: false }),
                    ),
                }
            }
        }
    }

    /// The address of a picture: a text, an object with an address, or the first of several.
    pub(super) fn image(&self) -> Option<String> {
        fn address(value: &Value, depth: usize) -> Option<String> {
            match value {
                Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
                Value::Array(values) if depth < 4 => values.iter().find_map(|value| address(value, depth + 1)),
                Value::Object(object) if depth < 4 => {
                    ["url", "contentUrl", "@id"].iter().find_map(|name| address(get(object, name)?, depth + 1))
                }
                _ => None,
            }
        }
        let value = self.value("image").or_else(|| self.value("thumbnailUrl"))?;
        let id = value.as_object().filter(|object| object.len() == 1).and_then(|object| object.get("@id")?.as_str());
        match id.and_then(|id| self.by_id.get(id)) {
            Some(other) => ["url", "contentUrl"].iter().find_map(|name| address(get(other, name)?, 0)),
            None => address(value, 0),
        }
    }
}
