//! What the description of the API says of its answers, beside the answers.

use serde_json::Value;

use crate::archive::TestArchive;
use crate::sending::added;
use crate::server::Server;
use crate::wire::ask;

const JSON: &[&str] = &["Content-Type: application/json"];

/// Members of the answer are those of the example, as deep as both go. `null` may be anything.
#[track_caller]
fn look_alike(example: &Value, answer: &Value, at: &str) {
    match (example, answer) {
        (Value::Object(example), Value::Object(answer)) => {
            for (name, value) in example {
                let Some(answered) = answer.get(name) else { panic!("{at}: no answer has `{name}`") };
                look_alike(value, answered, &format!("{at}/{name}"));
            }
        }
        (Value::Array(examples), Value::Array(answers)) => {
            if let (Some(example), Some(answer)) = (examples.first(), answers.first()) {
                look_alike(example, answer, at);
            }
        }
        (Value::Null, _) | (_, Value::Null) => {}
        _ => assert_eq!(std::mem::discriminant(example), std::mem::discriminant(answer), "{at}"),
    }
}

#[test]
fn every_answer_in_json_has_an_example_that_looks_like_one() {
    let archive = TestArchive::new();
    let server = Server::start_with(archive.command("serve").arg("--demo"));
    let get = |path: &str| serde_json::from_str::<Value>(&server.get(path).1).unwrap();
    let post = |path: &str, body: &str| -> Value {
        serde_json::from_str(&ask(&server, "POST", path, JSON, body.as_bytes()).body).unwrap()
    };
    let found = post("/api/v1/search", r#"{"q": "tin", "facets": ["source"], "interval": "month"}"#);
    let id = found["hits"][0]["id"].as_str().unwrap().to_owned();
    let told =
        |text: &str| format!(r#"{{"id": "1", "headline": "Tin rises", "body": "{text}", "published": "2025-02-27"}}"#);
    let send = |body: &str| added(&server, "commit=wait", JSON, body);
    let sent = send(&told("Tin rose again."));
    send(&told("Tin fell on Friday."));
    let changed = sent["results"][0]["id"].as_str().unwrap().to_owned();
    let cited = post("/api/v1/citations", r#"{"q": "tin"}"#);
    send(&format!("{}\n{{\"id\":\n", told("Tin fell on Friday.")));
    let runs = get("/api/v1/runs");
    let refused = runs["runs"].as_array().unwrap().iter().find(|run| run["rejected"] == 1).unwrap()["id"].clone();
    let copied = get("/api/v1/search?q=*&limit=200");
    let copied = copied["hits"].as_array().unwrap().iter().find(|hit| hit["copies"] != 0).unwrap()["id"].clone();
    let copied = copied.as_str().unwrap();
    let description = get("/openapi.json");
    let mut examples = 0;
    for (path, operations) in description["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let answers =
                operation["responses"].as_object().unwrap().iter().filter(|(status, _)| status.starts_with('2'));
            for (kind, content) in answers.filter_map(|(_, answer)| answer["content"].as_object()).flatten() {
                if kind != "application/json" && !kind.ends_with("+json") || path == "/openapi.json" {
                    continue;
                }
                let example = &content["example"];
                assert!(example.is_object(), "{method} {path} has no example");
                let answer = match (method.as_str(), path.as_str()) {
                    ("post", "/api/v1/search") => found.clone(),
                    ("post", "/api/v1/articles") => sent.clone(),
                    ("post", _) => cited.clone(),
                    // What it says of the article is what the others say.
                    ("delete", _) => continue,
                    (_, "/api/v1/search") => get("/api/v1/search?q=tin&facets=source&interval=month"),
                    (_, "/api/v1/query") => get("/api/v1/query?q=%22rare+earths%22+AND+China"),
                    (_, "/api/v1/facets/{field}") => get("/api/v1/facets/source?q=tin"),
                    (_, "/api/v1/compare") => get("/api/v1/compare?q=tin&q=zinc&interval=year"),
                    (_, "/api/v1/suggest") => get("/api/v1/suggest?prefix=rare"),
                    (_, "/api/v1/articles/{id}/diff") => get(&format!("/api/v1/articles/{changed}/diff")),
                    (_, "/api/v1/articles/{id}/copies") => get(&format!("/api/v1/articles/{copied}/copies")),
                    (_, path) if path.starts_with("/api/v1/articles/") => get(&path.replace("{id}", &id)),
                    (_, path) if path.starts_with("/api/v1/citations/") => {
                        get(&path.replace("{id}", cited["id"].as_str().unwrap()))
                    }
                    (_, path) if path.starts_with("/api/v1/runs/") => get(&path.replace("{id}", &refused.to_string())),
                    (_, path) if path.starts_with("/api/") => get(&format!("{path}?q=tin")
                        .replace("about?q=tin", "about")
                        .replace("runs?q=tin", "runs")
                        .replace("status?q=tin", "status")),
                    (_, path) => get(path),
                };
                look_alike(example, &answer, path);
                let lacking = answer.as_object().unwrap().keys().find(|name| example.get(name.as_str()).is_none());
                assert_eq!(lacking, None, "the example of {path} lacks it");
                examples += 1;
            }
        }
    }
    assert!(examples > 20, "{examples}");
}
