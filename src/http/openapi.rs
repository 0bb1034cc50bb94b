//! `/openapi.json`: the API described, from the same handlers, structs and tables that answer.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, RefOr, Required};
use utoipa::{Modify, OpenApi};

use super::params::{self, Taken, Takes};
use super::{api, articles, citations, copies, explore, export, facets, forms, problem, runs, versions};
use crate::search::request::FacetField;

#[derive(OpenApi)]
#[openapi(
    info(description = "Full-text search over a news corpus. Errors are `application/problem+json` (RFC 9457)."),
    paths(
        api::search, api::search_by_form, forms::csv, forms::lines, forms::rss, forms::atom, forms::json_feed, export::export, facets::facet, explore::terms,
        explore::mentions, explore::about, explore::compare, explore::related, explore::suggest, api::query, api::article, articles::delete, articles::add,
        copies::copies, citations::cite, citations::citation, versions::difference, versions::original, runs::runs, runs::run, runs::rejects, runs::rejects_as_lines,
        runs::rejects_as_pieces, api::alive, api::ready, api::version, description
    ),
    components(schemas(problem::Envelope)),
    modifiers(&SearchParameters)
)]
struct Description;

static DESCRIPTION: LazyLock<Vec<u8>> = LazyLock::new(|| {
    // Strings, numbers and maps: nothing in it can fail to be written.
    serde_json::to_vec(&Description::openapi()).unwrap_or_default()
});

/// The same, to be drawn.
pub(super) fn as_value() -> serde_json::Value {
    serde_json::from_slice(&DESCRIPTION).unwrap_or_default()
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", responses((status = 200, description = "OpenAPI 3.1")))]
pub(super) async fn description() -> Response {
    let caching = [(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    (caching, [(header::CONTENT_TYPE, "application/json")], DESCRIPTION.as_slice()).into_response()
}

/// The parameters of a search, from the table by which they are read: of `GET` in the address, of `POST` in the body.
struct SearchParameters;

impl Modify for SearchParameters {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        for taken in params::TAKEN {
            let Some(path) = description.paths.paths.get_mut(taken.path) else { continue };
            if let Some(get) = &mut path.get {
                get.parameters.get_or_insert_default().extend(described_in_the_address(taken).map(RefOr::T));
            }
            if let Some(post) = &mut path.post {
                describe_body(post, taken);
            }
        }
    }
}

fn described_in_the_address(taken: &Taken) -> impl Iterator<Item = Parameter> {
    let own = taken.parameters().map(|parameter| {
        let list = matches!(parameter.takes, Takes::List(_));
        let repeated = taken.path == params::COMPARE.path && parameter.name == "q";
        let schema = if repeated { strings() } else { schema(&parameter.takes) };
        let built = described(parameter.name, parameter.about, schema);
        // `facets=tag,source`: one value with commas in it.
        if list { built.style(Some(ParameterStyle::Form)).explode(Some(false)).build() } else { built.build() }
    });
    let filters = FacetField::ALL
        .into_iter()
        .filter(|_| taken.filters)
        .map(|field| described(field.name(), &params::filter_about(field), strings()).explode(Some(true)).build());
    own.chain(filters)
}

fn described(name: &str, about: &str, schema: Schema) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(about))
        .schema(Some(schema))
}

/// One object of all parameters, as a form or as JSON.
fn describe_body(post: &mut Operation, taken: &Taken) {
    let mut object = ObjectBuilder::new();
    for parameter in taken.parameters() {
        object = object.property(parameter.name, schema(&parameter.takes));
    }
    for field in FacetField::ALL.into_iter().filter(|_| taken.filters) {
        object = object.property(field.name(), strings());
    }
    let object = RefOr::T(Schema::Object(object.build()));
    let mut body = RequestBodyBuilder::new().required(Some(Required::True));
    for kind in ["application/json", "application/x-www-form-urlencoded"] {
        let example = json!({ "q": "\"rare earths\" AND China", "from": "2025-02", "tag": ["trade", "mining"] });
        let content = ContentBuilder::new().schema(Some(object.clone())).example(Some(example)).build();
        body = body.content(kind, content);
    }
    post.request_body = Some(RefOr::T(body.build()));
}

fn schema(takes: &Takes) -> Schema {
    let of = |kind: Type| ObjectBuilder::new().schema_type(SchemaType::Type(kind));
    let object = match takes {
        Takes::Text { example: "" } => of(Type::String),
        Takes::Text { example } => of(Type::String).examples([json!(example)]),
        Takes::Like { pattern, example } => of(Type::String).pattern(Some(*pattern)).examples([json!(example)]),
        Takes::Flag => of(Type::String).enum_values(Some(["0", "1", "true", "false"])).default(Some(json!("0"))),
        Takes::Number { least, most, default } => {
            of(Type::Integer).minimum(Some(*least)).maximum(Some(*most)).default(Some(json!(default)))
        }
        Takes::AnyNumber => of(Type::Integer).minimum(Some(0)),
        Takes::OneOf(names, default) => {
            of(Type::String).enum_values(Some(names())).default(default.map(|default| json!(default)))
        }
        Takes::List(names) => {
            return array_of(of(Type::String).enum_values(Some(names())));
        }
    };
    Schema::Object(object.build())
}

fn strings() -> Schema {
    array_of(ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)))
}

fn array_of(item: ObjectBuilder) -> Schema {
    Schema::Array(ArrayBuilder::new().items(RefOr::T(Schema::Object(item.build()))).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_for_programs_is_described_and_no_other() {
        let described: Vec<String> = Description::openapi().paths.paths.keys().cloned().collect();
        let router = include_str!("router.rs");
        let routed: Vec<&str> =
            router.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")?.split('"').next()).collect();
        let beside = ["/healthz", "/readyz", "/version", "/openapi.json"];
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
        let description = serde_json::to_value(Description::openapi()).unwrap();
        let search = &description["paths"]["/api/v1/search"];
        let docs = include_str!("../../docs/api.md");
        for name in params::SEARCH.names() {
            let listed = search["get"]["parameters"].as_array().unwrap();
            assert!(listed.iter().any(|parameter| parameter["name"] == name), "{name}");
            assert!(
                search["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"][name].is_object()
            );
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
        let description = serde_json::to_value(Description::openapi()).unwrap();
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
