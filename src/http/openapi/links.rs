//! How one answer leads to the next question: links of OpenAPI, by which programs and tests find their way.

use serde_json::{Map, Value, json};

/// Of an address, its method and its status: what it leads to, and by what of the answer.
struct Link {
    path: &'static str,
    method: &'static str,
    status: &'static str,
    to: &'static [&'static str],
    by: &'static [(&'static str, &'static str)],
}

const fn link(
    path: &'static str,
    method: &'static str,
    status: &'static str,
    to: &'static [&'static str],
    by: &'static [(&'static str, &'static str)],
) -> Link {
    Link { path, method, status, to, by }
}

const OF_AN_ARTICLE: &[&str] = &["article", "copies", "difference", "original", "related", "delete"];
const OF_A_RUN: &[&str] = &["run", "rejects", "rejects_as_lines", "rejects_as_pieces"];
const OF_A_STATE: &[&str] = &["facet", "terms", "compare", "mentions", "export", "query"];

/// The other parameters of a search, which its next page repeats.
const REPEATED: &[&str] = &["q", "mode", "from", "to", "date_field", "tz", "sort", "half_life", "collapse"];

const LINKS: &[Link] = &[
    link("/api/v1/search", "get", "200", &["search"], &[("cursor", "$response.body#/next_cursor")]),
    link("/api/v1/search", "get", "200", OF_AN_ARTICLE, &[("id", "$response.body#/hits/0/id")]),
    link("/api/v1/search", "get", "200", OF_A_STATE, &[("snapshot", "$response.body#/snapshot")]),
    link("/api/v1/articles", "post", "200", OF_AN_ARTICLE, &[("id", "$response.body#/results/0/id")]),
    link("/api/v1/articles", "post", "200", OF_A_RUN, &[("id", "$response.body#/run")]),
    link(
        "/api/v1/articles/{id}",
        "get",
        "200",
        &["copies", "difference", "original", "related", "delete"],
        &[("id", "$response.body#/id")],
    ),
    link(
        "/api/v1/articles/{id}/copies",
        "get",
        "200",
        &["copies"],
        &[("id", "$request.path.id"), ("cursor", "$response.body#/next_cursor")],
    ),
    link("/api/v1/articles/{id}/related", "get", "200", &["article"], &[("id", "$response.body#/related/0/id")]),
    link("/api/v1/citations", "post", "201", &["citation", "cited_articles"], &[("id", "$response.body#/id")]),
    link(
        "/api/v1/citations/{id}",
        "get",
        "200",
        &["citation"],
        &[("id", "$response.body#/id"), ("offset", "$response.body#/next_offset")],
    ),
    link("/api/v1/runs", "get", "200", &["runs"], &[("cursor", "$response.body#/next_cursor")]),
    link("/api/v1/runs", "get", "200", OF_A_RUN, &[("id", "$response.body#/runs/0/id")]),
];

pub(super) fn add(paths: &mut Value) {
    for Link { path, method, status, to, by } in LINKS {
        let links = &mut paths[path][method]["responses"][status]["links"];
        for operation in *to {
            let mut parameters: Map<String, Value> =
                by.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            if *operation == "search" {
                parameters
                    .extend(REPEATED.iter().map(|name| ((*name).to_owned(), json!(format!("$request.query.{name}")))));
            }
            links[operation] = json!({"operationId": operation, "parameters": parameters});
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::openapi::as_value;

    #[test]
    fn every_link_begins_at_an_answer_and_leads_to_an_operation_that_takes_what_it_brings() {
        let paths = as_value()["paths"].as_object().unwrap();
        let operations: Vec<&Value> = paths.values().flat_map(|one| one.as_object().unwrap().values()).collect();
        for link in LINKS {
            let answer = &paths[link.path][link.method]["responses"][link.status];
            assert!(answer["description"].is_string(), "{} {} {}", link.method, link.path, link.status);
            for to in link.to {
                let operation = operations.iter().find(|one| one["operationId"] == *to).unwrap();
                let takes: Vec<&Value> =
                    operation["parameters"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
                let brings = answer["links"][to]["parameters"].as_object().unwrap();
                assert!(brings.keys().all(|name| takes.iter().any(|taken| *taken == name)), "{to}: {brings:?}");
            }
        }
    }
}
