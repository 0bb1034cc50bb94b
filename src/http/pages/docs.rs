//! `/docs`: the API as a page, drawn from its own description. Nothing is loaded from anywhere.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::frame::{Frame, send};
use super::hits::EscapedText;
use super::wording::sentence;
use crate::http::openapi;
use crate::http::question::Question;

#[derive(Template)]
#[template(path = "docs.html")]
struct DocsPage {
    frame: Frame,
    /// What can be typed as it stands.
    examples: Vec<(&'static str, String)>,
    operations: Vec<Operation>,
}

struct Operation {
    anchor: String,
    method: String,
    path: String,
    about: String,
    parameters: Vec<Parameter>,
    /// The media types of a body.
    bodies: Vec<String>,
    answers: Vec<(String, String)>,
}

struct Parameter {
    name: String,
    takes: String,
    about: String,
}

pub(in crate::http) async fn docs(question: Question) -> Response {
    send(StatusCode::OK, &page(openapi::as_value(), &question.root()))
}

fn page(description: &Value, root: &str) -> DocsPage {
    let paths = description["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, methods)| {
        methods.as_object().into_iter().flatten().map(move |(method, operation)| read(path, method, operation))
    });
    DocsPage { frame: Frame::new("For programs"), examples: examples(root), operations: operations.collect() }
}

/// The first of docs/clients.md, asked of this server.
fn examples(root: &str) -> Vec<(&'static str, String)> {
    let query = "--data-urlencode 'q=opec AND price'";
    vec![
        (
            "A search, refused where it cannot be read as it stands. `next_cursor` of a page is the `cursor` of the next, all else as it was, until it is null",
            format!("curl -G {root}/api/v1/search {query} -d 'facets=tag,source&interval=month&strict=1'"),
        ),
        (
            "The same as JSON, where it is long",
            format!(
                "curl -H 'Content-Type: application/json' -d '{{\"q\": \"opec AND price\", \"tag\": [\"oil\", \"-markets\"]}}' {root}/api/v1/search"
            ),
        ),
        (
            "Everything that is found, in one request",
            format!("curl -fG --compressed -o opec.csv {root}/api/v1/export {query} -d 'format=csv&strict=1'"),
        ),
        ("What is new, for a reader of feeds", format!("{root}/api/v1/search.atom?q=opec+AND+price&collapse=near")),
    ]
}

fn said(text: &str) -> EscapedText {
    EscapedText::message(&sentence(text))
}

fn read(path: &str, method: &str, operation: &Value) -> Operation {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let answers = operation["responses"].as_object().into_iter().flatten();
    let bodies = operation["requestBody"]["content"].as_object().into_iter().flatten();
    Operation {
        anchor: format!("{method}{}", path.replace(['/', '{', '}', '.'], "-")),
        method: method.to_uppercase(),
        path: path.to_owned(),
        about: text(&operation["summary"]),
        parameters: parameters
            .map(|one| Parameter {
                name: text(&one["name"]),
                takes: takes(&one["schema"]),
                about: text(&one["description"]),
            })
            .collect(),
        bodies: bodies.map(|(kind, _)| kind.clone()).collect(),
        answers: answers.map(|(status, answer)| (status.clone(), text(&answer["description"]))).collect(),
    }
}

/// A schema in a few words: `0 to 1000, 10 by default`; `all or any`.
fn takes(schema: &Value) -> String {
    let list = |values: &Vec<Value>| values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    let kind = match (&schema["enum"], &schema["items"]["enum"], &schema["minimum"], &schema["maximum"]) {
        (Value::Array(values), ..) => list(values),
        (_, Value::Array(values), ..) => format!("some of {}", list(values)),
        (.., Value::Number(least), Value::Number(most)) => format!("{least} to {most}"),
        _ if schema["type"] == "array" => "may be repeated".to_owned(),
        _ => String::new(),
    };
    let usual = match &schema["default"] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let usual = usual.map(|usual| format!("{usual} by default"));
    [Some(kind).filter(|kind| !kind.is_empty()), usual].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_there_with_what_it_takes() {
        let page = page(openapi::as_value(), "http://archive.example").render().unwrap();
        for said in ["/api/v1/search", "GET", "POST", "half_life", "0 to 1000; 10 by default", "text/csv"] {
            assert!(page.contains(said), "{said}");
        }
        assert!(!page.contains("=\"http"), "nothing leads to another host");
        assert!(page.contains("curl -G http://archive.example/api/v1/search"), "an example can be typed as it stands");
    }
}
