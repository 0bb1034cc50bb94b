//! `/openapi.json`: the API described, from the same handlers, structs and tables that answer.

mod doors;
mod links;
mod schemas;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use utoipa::OpenApi;

use super::params::{self, Taken, Takes};
use super::{
    api, articles, citations, copies, explore, export, facets, forms, problem, runs, tables, versions, watching,
};
use crate::search::MOST_COMPARED;
use crate::search::request::FacetField;

#[derive(OpenApi)]
#[openapi(
    info(description = "Full-text search over a news corpus. Errors are `application/problem+json` (RFC 9457)."),
    paths(
        api::search,
        api::search_by_form,
        forms::csv,
        forms::lines,
        forms::rss,
        forms::atom,
        forms::json_feed,
        export::export,
        facets::facet,
        tables::facet,
        tables::terms,
        tables::mentions,
        tables::compare,
        explore::terms,
        explore::mentions,
        explore::about,
        explore::compare,
        explore::related,
        explore::suggest,
        api::query,
        api::article,
        articles::delete,
        articles::add,
        copies::copies,
        citations::cite,
        citations::citation,
        citations::articles,
        versions::difference,
        versions::original,
        runs::runs,
        runs::run,
        runs::undo,
        runs::rejects,
        runs::rejects_as_lines,
        runs::rejects_as_pieces,
        watching::status,
        watching::metrics,
        api::alive,
        api::ready,
        api::version,
        description
    ),
    components(schemas(problem::Envelope))
)]
struct Description;

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    // Strings, numbers and maps: nothing in it can fail to be written.
    completed(serde_json::to_value(Description::openapi()).unwrap_or_default())
});
static WRITTEN: LazyLock<Vec<u8>> = LazyLock::new(|| serde_json::to_vec(&*DESCRIPTION).unwrap_or_default());

/// The same, to be drawn.
pub(super) fn as_value() -> &'static Value {
    &DESCRIPTION
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", responses((status = 200, description = "OpenAPI 3.1")))]
pub(super) async fn description() -> Response {
    let caching = [(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    (caching, [(header::CONTENT_TYPE, "application/json")], WRITTEN.as_slice()).into_response()
}

/// Answers of the demo, cut short, by method and address.
const ANSWERS: &str = include_str!("openapi/answers.json");

/// What is known of the API beyond its handlers: the parameters of searches, from the tables by which they are read, and how
/// one answer leads to the next question.
fn completed(mut description: Value) -> Value {
    description["components"]["schemas"]["Zone"] = schemas::zone();
    for taken in params::TAKEN {
        let operations = &mut description["paths"][taken.path];
        if operations["get"].is_object() {
            let own: Vec<Value> = described_in_the_address(taken).collect();
            match &mut operations["get"]["parameters"] {
                Value::Array(parameters) => parameters.extend(own),
                none => *none = Value::Array(own),
            }
        }
        if operations["post"].is_object() {
            operations["post"]["requestBody"] = described_in_a_body(taken);
        }
        if taken.parameter("from").is_some() {
            for operation in operations.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
                let mut conflict = operation["responses"]["400"].clone();
                conflict["description"] = json!("Parameters that can be read do not go together");
                operation["responses"]["409"] = conflict;
            }
        }
    }
    describe_texts(&mut description);
    describe_articles(&mut description["paths"]["/api/v1/articles"]["post"]);
    links::add(&mut description["paths"]);
    doors::add(&mut description);
    show_answers(&mut description["paths"]);
    description
}

fn show_answers(paths: &mut Value) {
    // It is a part of the program; that it can be read is tested.
    let answers: BTreeMap<String, Value> = serde_json::from_str(ANSWERS).unwrap_or_default();
    for (asked, answer) in answers {
        let Some((method, path)) = asked.split_once(' ') else { continue };
        let responses = paths[path][method.to_lowercase()]["responses"].as_object_mut().into_iter().flatten();
        let good = responses.filter(|(status, _)| status.starts_with('2')).map(|(_, response)| response);
        for (kind, content) in good.filter_map(|response| response["content"].as_object_mut()).flatten() {
            if kind == "application/json" || kind.ends_with("+json") {
                content["example"] = answer.clone();
            }
        }
    }
}

fn described_in_the_address(taken: &Taken) -> impl Iterator<Item = Value> {
    let own = taken.parameters().map(|parameter| {
        let mut described = described(parameter.name, parameter.about, schemas::in_the_address(&parameter.takes));
        match parameter.takes {
            // `facets=tag,source`: one value with commas in it.
            Takes::List(_) => (described["style"], described["explode"]) = (json!("form"), json!(false)),
            _ if taken.is_form_of(&params::COMPARE) && parameter.name == "q" => {
                described["required"] = json!(true);
                described["example"] = json!(["gold", "silver"]);
                described["schema"] = json!({
                    "type": "array", "minItems": 1, "maxItems": MOST_COMPARED, "items": {"type": "string", "pattern": "[^\\s]"},
                });
            }
            _ if taken.is_form_of(&params::MENTIONS) && parameter.name == "cursor" => {
                described["schema"]["pattern"] = json!(params::CURSOR_OF_MENTIONS);
            }
            _ => {}
        }
        described
    });
    let filters = FacetField::ALL
        .into_iter()
        .filter(|_| taken.filters)
        .map(|field| described(field.name(), &params::filter_about(field), schemas::strings()));
    own.chain(filters)
}

fn described(name: &str, about: &str, schema: Value) -> Value {
    json!({"name": name, "in": "query", "required": false, "description": about, "schema": schema})
}

/// One object of all parameters, as a form or as JSON.
fn described_in_a_body(taken: &Taken) -> Value {
    // With `strict` a warning refuses, and of what a query warns no schema can tell: it is taken here, and told of in words.
    let object = |of: fn(&Takes) -> Value, filter: Value| {
        let own = taken.parameters().filter(|parameter| parameter.name != "strict");
        let own = own.map(|parameter| (parameter.name, of(&parameter.takes)));
        let filters = FacetField::ALL.into_iter().filter(|_| taken.filters).map(|field| (field.name(), filter.clone()));
        json!({"type": "object", "properties": own.chain(filters).collect::<BTreeMap<_, _>>()})
    };
    let as_json = object(schemas::in_json, schemas::filter_in_json());
    let mut as_form = object(schemas::in_a_form, json!({"anyOf": [{"type": "string"}, schemas::strings()]}));
    as_form["additionalProperties"] = json!({"type": "string"});
    let example = json!({"q": "\"rare earths\" AND China", "from": "2025-02", "tag": ["trade", "mining"]});
    let about =
        "The parameters that the address takes as well; `strict` too, with which any warning refuses the request";
    json!({"required": true, "description": about, "content": {
        "application/json": {"schema": as_json, "example": example},
        "application/x-www-form-urlencoded": {"schema": as_form, "example": example},
    }})
}

/// Of lines and tables, what one of them is; all of them are a text.
fn describe_texts(description: &mut Value) {
    for (path, kind, line) in [
        ("/api/v1/search.jsonl", export::LINES, "Hit"),
        ("/api/v1/export", export::LINES, "Hit"),
        ("/api/v1/runs/{id}/rejects.jsonl", "application/x-ndjson", "RejectLine"),
    ] {
        let line = json!({"$ref": format!("#/components/schemas/{line}")});
        description["paths"][path]["get"]["responses"]["200"]["content"][kind] =
            json!({"schema": {"type": "string", "contentMediaType": kind, "contentSchema": line}});
    }
    let exported = &mut description["paths"]["/api/v1/export"]["get"]["responses"]["200"]["content"];
    exported["text/csv"] = json!({"schema": {"type": "string"}});
}

/// What comes in may be anything; how it is to be read may not.
fn describe_articles(add: &mut Value) {
    for content in add["requestBody"]["content"].as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        content["schema"] = json!({"description": "An article, or many, in a format of docs/formats.md"});
    }
    for parameter in add["parameters"].as_array_mut().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        if let Some(schema) = schemas::of_reading(&name) {
            parameter["schema"] = schema;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_address_for_programs_is_described_and_no_other() {
        let described: Vec<String> = as_value()["paths"].as_object().unwrap().keys().cloned().collect();
        let router = include_str!("router.rs");
        let routed: BTreeSet<&str> =
            router.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let beside = ["/healthz", "/readyz", "/version", "/metrics", "/openapi.json"];
        let is_for_programs = |path: &&str| path.starts_with("/api/") || beside.contains(path);
        let programs: Vec<&str> = routed.into_iter().filter(is_for_programs).collect();
        assert!(programs.len() > 4);
        for path in &programs {
            assert!(described.iter().any(|known| known == path), "{path} is not described");
        }
        assert_eq!(described.len(), programs.len());
    }

    #[test]
    fn every_parameter_is_described_and_stands_in_the_docs() {
        let description = as_value();
        let search = &description["paths"]["/api/v1/search"];
        let docs = include_str!("../../docs/api.md");
        for name in params::SEARCH.names() {
            let listed = search["get"]["parameters"].as_array().unwrap();
            assert!(listed.iter().any(|parameter| parameter["name"] == name), "{name}");
            let in_json = &search["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"][name];
            assert!(in_json.is_object() || name == "strict", "{name}");
            assert!(docs.contains(name), "{name} is not in docs/api.md");
        }
        for taken in params::TAKEN {
            for parameter in taken.parameters() {
                assert!(docs.contains(&format!("`{}`", parameter.name)), "{} is not in docs/api.md", parameter.name);
            }
        }
        let of_a_query = description["paths"]["/api/v1/query"]["get"]["parameters"].as_array().unwrap();
        let names: Vec<_> = of_a_query.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
        assert_eq!(names, params::QUERY.names());
    }

    #[test]
    fn every_refusal_has_the_envelope() {
        let description = as_value();
        let mut refusals = 0;
        for (path, operations) in description["paths"].as_object().unwrap() {
            for (status, response) in
                operations.as_object().unwrap().values().flat_map(|one| one["responses"].as_object().unwrap())
            {
                if status.starts_with(['4', '5']) {
                    let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                    assert_eq!(schema, "#/components/schemas/Problem", "{path} {status}");
                    refusals += 1;
                }
            }
        }
        assert!(refusals > 8);
    }
}
