//! Microdata, and RDFa written like it: elements that are things, and elements in them that are their properties. A thing
//! becomes an object as JSON-LD writes it, so that both are read by one reader.

use std::collections::HashMap;

use dom_query::{NodeId, NodeRef};
use serde_json::{Map, Value};

use crate::ingest::clean;

/// More is no description of an article.
const MOST: usize = 2_000;
const LONGEST: usize = 1 << 20;
const LARGEST: usize = 8 << 20;

pub(super) type Item = Value;

#[derive(Default)]
pub(super) struct Scopes {
    things: Vec<Thing>,
    /// Which thing an element is.
    by_node: HashMap<NodeId, usize>,
    count: usize,
    bytes: usize,
}

struct Thing {
    properties: Map<String, Value>,
    /// The thing it is a property of, and which.
    owner: Option<(usize, Vec<String>)>,
}

impl Scopes {
    pub(super) fn element(&mut self, node: &NodeRef<'_>) {
        let is_thing = node.has_attr("itemscope") || node.has_attr("typeof");
        let property = node.attr("itemprop").or_else(|| node.attr("property").filter(|_| !self.things.is_empty()));
        if self.count >= MOST || !is_thing && property.is_none() {
            return;
        }
        self.count += 1;
        let owner = node.ancestors_it(None).find_map(|outer| self.by_node.get(&outer.id).copied());
        let names: Vec<String> = property.iter().flat_map(|names| names.split_whitespace()).map(local_name).collect();
        if is_thing {
            self.by_node.insert(node.id, self.things.len());
            let owner = owner.filter(|_| !names.is_empty()).map(|owner| (owner, names));
            self.things.push(Thing { properties: described(node), owner });
        } else if let (Some(owner), Some(value)) = (owner, value(node)) {
            self.bytes += value.len() * names.len();
            if self.bytes > LARGEST {
                return;
            }
            for name in names {
                add(&mut self.things[owner].properties, &name, Value::String(value.clone()));
            }
        }
    }

    /// The things that are no property of another; the others stand in them.
    pub(super) fn items(mut self) -> Vec<Item> {
        let mut items = Vec::new();
        while let Some(thing) = self.things.pop() {
            let value = Value::Object(thing.properties);
            match thing.owner {
                Some((owner, names)) if owner < self.things.len() => {
                    for name in names {
                        add(&mut self.things[owner].properties, &name, value.clone());
                    }
                }
                _ => items.push(value),
            }
        }
        items.reverse();
        items
    }
}

/// `http://schema.org/NewsArticle` and `schema:headline` are `NewsArticle` and `headline`.
fn local_name(name: &str) -> String {
    name.trim_end_matches('/').rsplit(['/', '#', ':']).next().unwrap_or(name).to_owned()
}

fn described(node: &NodeRef<'_>) -> Map<String, Value> {
    let types = node.attr("itemtype").or_else(|| node.attr("typeof"));
    let types =
        types.iter().flat_map(|types| types.split_whitespace()).map(|name| Value::String(local_name(name))).collect();
    let mut properties = Map::new();
    properties.insert("@type".to_owned(), Value::Array(types));
    let id = node.attr("itemid").or_else(|| node.attr("resource"));
    if let Some(id) = id {
        properties.insert("@id".to_owned(), Value::String(id.to_string()));
    }
    // A person that is written out and nothing more: its text is its name.
    if let Some(name) = text(node, 200).and_then(|name| clean::some_line(&name)) {
        properties.insert("#text".to_owned(), Value::String(name));
    }
    properties
}

fn value(node: &NodeRef<'_>) -> Option<String> {
    let name = node.node_name()?;
    let by_name: &[&str] = match &*name {
        "a" | "link" | "area" => &["content", "href"],
        "img" | "audio" | "video" | "source" | "embed" => &["content", "src"],
        "time" => &["datetime", "content"],
        _ => &["content"],
    };
    // The name of a link is what it says, not where it leads; the same for what else is a word.
    let is_word = node.attr("itemprop").is_some_and(|property| {
        property
            .split_whitespace()
            .any(|name| matches!(name, "name" | "author" | "articleSection" | "keywords" | "headline"))
    });
    let attribute = by_name.iter().filter(|key| !(is_word && **key == "href")).find_map(|key| node.attr(key));
    let value = attribute.map(|value| value.to_string()).or_else(|| text(node, LONGEST));
    value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The text in an element, if it is no longer than this; where it has paragraphs, one a line.
fn text(node: &NodeRef<'_>, longest: usize) -> Option<String> {
    let mut text = String::new();
    for part in node.descendants_it() {
        if part.is_text() {
            text.push_str(&part.text());
        } else if part.node_name().is_some_and(|name| matches!(&*name, "p" | "br" | "div" | "li" | "h2" | "h3")) {
            text.push_str("\n\n");
        }
        if text.len() > longest {
            return None;
        }
    }
    Some(text)
}

/// A property that is there more than once is a list.
fn add(properties: &mut Map<String, Value>, name: &str, value: Value) {
    match properties.get_mut(name) {
        None => {
            properties.insert(name.to_owned(), value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
    }
}
