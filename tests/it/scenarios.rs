//! Queries on a few articles, as data: `tests/scenarios/*.json` hold articles and, for each query, the articles that
//! match, what the canonical form is, and what is marked.

use serde_json::Value;

use crate::archive::TestArchive;
use crate::server::Server;

#[test]
fn every_scenario_holds() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios");
    let mut checked = 0;
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        let scenario: Value = serde_json::from_str(&std::fs::read_to_string(file.path()).unwrap()).unwrap();
        let archive = TestArchive::new();
        let articles = archive.file("articles.json", &scenario["articles"].to_string());
        archive.ingest(&[&articles, "--namespace", "scenario"]);
        let server = Server::start(&archive);
        for case in scenario["queries"].as_array().unwrap() {
            check(&server, case);
            checked += 1;
        }
    }
    assert!(checked > 0);
}

fn check(server: &Server, case: &Value) {
    let mut parameters = vec![("highlight", "1"), ("limit", "100"), ("fields", "external_id"), ("sort", "oldest")];
    for (name, value) in case["ask"].as_object().unwrap() {
        parameters.retain(|(known, _)| known != name);
        parameters.push((name, value.as_str().unwrap()));
    }
    let answer = server.search(&parameters);
    let hits = answer["hits"].as_array().unwrap();
    let mut found: Vec<&str> = hits.iter().map(|hit| hit["external_id"].as_str().unwrap()).collect();
    found.sort_unstable();
    let expected: Vec<&str> = case["find"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert_eq!(found, expected, "{case}\n{}", answer["query"]);
    if let Some(canonical) = case["canonical"].as_str() {
        assert_eq!(answer["query"]["canonical"], canonical, "{case}");
    }
    if let Some(warning) = case["warning"].as_str() {
        assert_eq!(answer["query"]["warnings"][0]["code"], warning, "{case}");
    }
    if let Some(marked) = case["marked"].as_array() {
        let html: String = hits.iter().map(|hit| hit["highlights"].to_string()).collect();
        let marks: Vec<&str> = html.split("<mark>").skip(1).filter_map(|rest| rest.split("</mark>").next()).collect();
        assert_eq!(marks, marked.iter().map(|mark| mark.as_str().unwrap()).collect::<Vec<_>>(), "{case}");
    }
}
