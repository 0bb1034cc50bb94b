//! What is counted and listed, as tables: row by row what the JSON says.

use std::collections::HashMap;

use serde_json::Value;

use crate::archive::TestArchive;
use crate::sending::added;
use crate::server::Server;
use crate::wire::{Answer, ask, get};

fn demo() -> (TestArchive, Server) {
    let archive = TestArchive::new();
    let server = Server::start_with(archive.command("serve").arg("--demo"));
    (archive, server)
}

fn json(server: &Server, path: &str) -> Value {
    serde_json::from_str(&get(server, path).body).unwrap()
}

/// The rows of a table, each its cells; the names of the columns are the first.
fn rows(answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8; header=present"), "{}", answer.body);
    let table = answer.body.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn cells(object: &Value, names: &[&str]) -> Vec<String> {
    let cell = |name: &&str| match &object[*name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    names.iter().map(cell).collect()
}

#[test]
fn values_of_a_facet_are_a_table_of_what_the_json_says() {
    let (_archive, server) = demo();
    let path = "/api/v1/facets/source";
    let said = json(&server, &format!("{path}?q=tin&sort=name"));
    let answer = get(&server, &format!("{path}/values.csv?q=tin&sort=name"));
    let names = ["value", "label", "count", "stories"];
    let values: Vec<_> = said["values"].as_array().unwrap().iter().map(|value| cells(value, &names)).collect();
    assert!(values.len() > 1);
    assert_eq!(rows(&answer), [vec![names.map(str::to_owned).to_vec()], values].concat());
    assert_eq!(answer.header("x-total"), Some(said["distinct"].to_string().as_str()));
    assert_eq!(answer.header("x-snapshot"), said["snapshot"].as_str());
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"tin-source.csv\""));
}

#[test]
fn what_marks_articles_off_is_a_table_with_its_kinds() {
    let (_archive, server) = demo();
    let said = json(&server, "/api/v1/terms?q=china&limit=5");
    let names = ["value", "label", "count", "corpus"];
    let kinds = [("word", "words"), ("tag", "tags"), ("person", "people"), ("org", "orgs"), ("place", "places")];
    let listed =
        kinds.iter().flat_map(|(kind, member)| said[*member].as_array().unwrap().iter().map(move |one| (*kind, one)));
    let expected: Vec<(&str, &Value)> = listed.collect();
    let table = rows(&get(&server, "/api/v1/terms.csv?q=china&limit=5"));
    assert_eq!(table[0], ["kind", "value", "label", "count", "corpus", "score"]);
    assert!(expected.len() > 3 && expected.len() + 1 == table.len(), "{said}");
    for ((kind, term), row) in expected.into_iter().zip(&table[1..]) {
        assert_eq!([vec![kind.to_owned()], cells(term, &names)].concat(), row[..5]);
        let score: f64 = row[5].parse().unwrap();
        assert!((score - term["score"].as_f64().unwrap()).abs() < 1e-9, "{term}");
    }
}

#[test]
fn searches_side_by_side_are_a_table_that_adds_up() {
    let (_archive, server) = demo();
    let asked = "q=%22rare+earths%22&q=*&interval=day";
    let said = json(&server, &format!("/api/v1/compare?{asked}"));
    let answer = get(&server, &format!("/api/v1/compare.csv?{asked}"));
    let table = rows(&answer);
    assert_eq!(table[0], ["query", "interval", "start", "count", "stories", "gap"]);
    for query in said["queries"].as_array().unwrap() {
        let own: Vec<_> = table.iter().filter(|row| row[0] == query["query"]["input"]).collect();
        let counted: u64 = own.iter().map(|row| row[3].parse::<u64>().unwrap()).sum();
        assert_eq!(counted, query["total"].as_u64().unwrap(), "what has no bucket is there too");
        let (buckets, unplaced) = (query["buckets"].as_array().unwrap().len(), query["unplaced"] != 0);
        assert_eq!(own.len(), buckets + usize::from(unplaced), "empty ones too");
        for (bucket, row) in query["buckets"].as_array().unwrap().iter().zip(&own) {
            assert_eq!(cells(bucket, &["start", "count", "stories"]), row[2..5]);
            assert_eq!((row[1].as_str(), row[5] == "1"), ("day", bucket["gap"] == true), "{bucket}");
        }
    }
    let undated = said["queries"][1]["unplaced"].as_u64().unwrap();
    assert!(undated > 0 && table.iter().any(|row| row[0] == "*" && row[2].is_empty() && row[3] == undated.to_string()));
    assert!(table.iter().any(|row| row[5] == "1"), "a gap is marked");
    assert_eq!(answer.header("x-total"), None, "there is none of several searches");
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"rare-earths-comparison.csv\""));
}

#[test]
fn mentions_are_a_table_page_by_page() {
    let (_archive, server) = demo();
    let said = json(&server, "/api/v1/mentions?q=china");
    let names = ["id", "headline", "section", "position", "left", "match", "right"];
    let all = json(&server, "/api/v1/search?q=china&limit=1000&fields=id,published,source");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let said_of: HashMap<String, [String; 3]> = all["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| {
            let source = &hit["source"];
            (text(&hit["id"]), [text(&hit["published"]["at"]), text(&source["name"]), text(&source["site"])])
        })
        .collect();
    assert!(said_of.values().any(|[_, source, site]| !site.is_empty() && source != site));
    let mut table: Vec<Vec<String>> = Vec::new();
    let mut path = "/api/v1/mentions.csv?q=china&limit=7".to_owned();
    loop {
        let answer = get(&server, &path);
        let page = rows(&answer);
        if table.is_empty() {
            assert_eq!(answer.header("x-total"), Some(said["total_mentions"].to_string().as_str()));
        }
        let at = |name: &str| page[0].iter().position(|known| known == name).unwrap();
        for row in &page[1..] {
            assert_eq!(said_of[&row[0]], ["published", "source", "site"].map(|name| row[at(name)].clone()), "{row:?}");
            table.push(names.map(|name| row[at(name)].clone()).to_vec());
        }
        let Some(next) = answer.header("x-next-cursor") else { break };
        path = format!("/api/v1/mentions.csv?q=china&limit=7&cursor={next}");
    }
    let mentions: Vec<_> = said["mentions"].as_array().unwrap().iter().map(|one| cells(one, &names)).collect();
    assert!(mentions.len() > 7);
    assert_eq!(table[..mentions.len()], mentions);
    assert_eq!(table.len() as u64, said["total_mentions"].as_u64().unwrap());
}

#[test]
fn a_table_has_a_tag_and_refuses_as_its_answer_does() {
    let (_archive, server) = demo();
    for path in ["/api/v1/facets/tag/values.csv", "/api/v1/terms.csv", "/api/v1/compare.csv", "/api/v1/mentions.csv"] {
        let answer = get(&server, &format!("{path}?q=tin"));
        let tag = format!("If-None-Match: {}", answer.header("etag").unwrap());
        assert_eq!(ask(&server, "GET", &format!("{path}?q=tin"), &[&tag], b"").status, 304, "{path}");
        let refused = get(&server, &format!("{path}?q=tin&from=soon"));
        assert_eq!(refused.status, 400);
        let said: Value = serde_json::from_str(&refused.body).unwrap();
        assert_eq!((said["code"].as_str(), said["parameter"].as_str()), (Some("bad_date"), Some("from")), "{path}");
        assert_eq!(
            get(&server, &format!("{path}?q=tin&kolour=red")).header("x-warnings"),
            Some("unknown_parameter (kolour)")
        );
    }
    assert_eq!(get(&server, "/api/v1/facets/colour/values.csv").status, 400);
}

#[test]
fn what_others_wrote_stays_text_in_tables_and_their_names() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    let bomb = serde_json::json!({
        "id": "1", "headline": "=HYPERLINK(1)", "body": "A \"quoted\"\ttin, one.", "published": "2025-02-27",
        "tags": ["=1+1", "@SUM(A1)\nB"], "source": "-2, +3",
    });
    added(&server, "commit=wait", &["Content-Type: application/json"], bomb.to_string());
    let column = |path: &str, at: usize| -> Vec<String> {
        rows(&get(&server, path)).into_iter().skip(1).map(|row| row[at].clone()).collect()
    };
    let mut tags = column("/api/v1/facets/tag/values.csv", 1);
    tags.sort();
    assert_eq!(tags, ["'=1+1", "'@SUM(A1) B"]);
    assert_eq!(column("/api/v1/mentions.csv?q=tin", 1), ["'=HYPERLINK(1)"]);
    assert_eq!(column("/api/v1/mentions.csv?q=tin", 5), ["'-2, +3"]);
    assert_eq!(column("/api/v1/compare.csv?q==tin&interval=year", 0), ["'=tin"]);
    let named = |path: &str| get(&server, path).header("content-disposition").unwrap().to_owned();
    assert_eq!(
        named("/api/v1/compare.csv?q=tin%22%0D%0A&q=zinc&from=2024"),
        "attachment; filename=\"tin-zinc-from-2024-comparison.csv\""
    );
    assert_eq!(
        named("/api/v1/mentions.csv?q=%E9%8C%AB"),
        "attachment; filename=\"mentions.csv\"; filename*=UTF-8''%E9%8C%AB-mentions.csv"
    );
    assert_eq!(named("/api/v1/terms.csv"), "attachment; filename=\"terms.csv\"");
}
