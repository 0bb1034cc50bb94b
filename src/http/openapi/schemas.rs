//! What a parameter may be: in an address, in a form, in JSON. What is of its schema is taken; what is not is refused, but for
//! other spellings of the same, as `utc`. Schemathesis holds us to it.

use serde_json::{Value, json};

use crate::http::params::{LARGEST, Takes};
use crate::ingest::{FieldMap, Format};

const FLAG: [&str; 4] = ["0", "1", "true", "false"];

/// The names of all time zones, once for all parameters.
pub(super) fn zone() -> Value {
    // What a system calls its own zone is no name for others.
    let is_for_all = |name: &String| !["localtime", "posixrules", "Factory"].contains(&name.as_str());
    let names = jiff::tz::db().available().map(|name| name.to_string());
    let mut names: Vec<String> = names.filter(is_for_all).collect();
    names.sort_unstable();
    json!({"type": "string", "pattern": format!("^({})$", names.join("|").replace('+', "\\+")), "examples": ["Europe/Berlin"]})
}

pub(super) fn strings() -> Value {
    json!({"type": "array", "items": {"type": "string"}})
}

pub(super) fn in_the_address(takes: &Takes) -> Value {
    match takes {
        Takes::Text { example } => with_example(json!({"type": "string"}), example),
        Takes::Like { pattern, example } => with_example(json!({"type": "string", "pattern": pattern}), example),
        Takes::Zone => json!({"$ref": "#/components/schemas/Zone"}),
        Takes::Flag => json!({"type": "string", "enum": FLAG, "default": "0"}),
        Takes::Number { least, most, default } => {
            json!({"type": "integer", "minimum": least, "maximum": most, "default": default})
        }
        Takes::AnyNumber => json!({"type": "integer", "minimum": 0, "maximum": LARGEST}),
        Takes::OneOf(names, None) => json!({"type": "string", "enum": names()}),
        Takes::OneOf(names, Some(default)) => json!({"type": "string", "enum": names(), "default": default}),
        Takes::List(names) => {
            // An empty list is written as an empty text.
            let names: Vec<&str> = names().into_iter().chain([""]).collect();
            json!({"type": "array", "items": {"type": "string", "enum": names}})
        }
    }
}

/// In a form a list is one text.
pub(super) fn in_a_form(takes: &Takes) -> Value {
    match takes {
        Takes::List(names) => json!({"type": "string", "pattern": listed(&names())}),
        takes => in_the_address(takes),
    }
}

/// In JSON `null` is as good as nothing, and numbers and booleans are written as such.
pub(super) fn in_json(takes: &Takes) -> Value {
    let mut schema = in_the_address(takes);
    match takes {
        Takes::Text { .. } => schema["type"] = json!(["string", "number", "boolean", "null"]),
        Takes::Like { .. } => schema["type"] = json!(["string", "null"]),
        Takes::Number { .. } | Takes::AnyNumber => schema["type"] = json!(["integer", "null"]),
        Takes::Zone => schema = json!({"anyOf": [schema, {"type": "null"}]}),
        Takes::List(names) => {
            let text = json!({"type": ["string", "null"], "pattern": listed(&names())});
            schema = json!({"anyOf": [schema, text]});
        }
        Takes::Flag | Takes::OneOf(..) => {
            let names: Vec<Value> = schema["enum"].as_array().cloned().unwrap_or_default();
            let is_flag = names.iter().any(|name| name == "true");
            let others = if is_flag { vec![json!(0), json!(1), json!(false), json!(true)] } else { Vec::new() };
            schema["enum"] = names.into_iter().chain(others).chain([Value::Null]).collect();
            if let Some(object) = schema.as_object_mut() {
                object.remove("type");
            }
        }
    }
    schema
}

pub(super) fn filter_in_json() -> Value {
    let plain = json!({"type": ["string", "number", "boolean"]});
    json!({"anyOf": [{"type": ["string", "number", "boolean", "null"]}, {"type": "array", "items": plain}]})
}

/// How articles that come in are to be read.
pub(super) fn of_reading(name: &str) -> Option<Value> {
    let text = |pattern: &str| json!({"type": "string", "pattern": pattern});
    Some(match name {
        "format" => json!({"type": "string", "enum": ([vec![""], Format::names()].concat())}),
        "no_header" | "section_from_folder" | "no_originals" => {
            json!({"type": "string", "enum": ([&[""], &FLAG[..]].concat()), "default": "0"})
        }
        "namespace" => {
            json!({"type": "string", "maxLength": 200, "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]*$"})
        }
        "url" => text("^(https?://[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z](/[!-~]*)?)?$"),
        "delimiter" | "quote" => text("^([\\x01-\\x7f]|tab|\\\\t)?$"),
        "map" => {
            let pair = format!("({})=[A-Za-z0-9_]+", FieldMap::fields().join("|"));
            text(&format!("^({pair}(,{pair})*)?$"))
        }
        _ => return None,
    })
}

/// Some of these names, with commas between them; or none.
fn listed(names: &[&str]) -> String {
    let name = format!("({})", names.join("|"));
    format!("^({name}(,{name})*)?$")
}

fn with_example(mut schema: Value, example: &str) -> Value {
    if !example.is_empty() {
        schema["examples"] = json!([example]);
    }
    schema
}
