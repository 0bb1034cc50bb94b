//! Where nothing is found, the answer says what would be: each suggestion asked again finds what it promises.

use serde_json::{Value, json};

use crate::archive::TestArchive;
use crate::explain::small;
use crate::server::Server;

type Parameters<'a> = Vec<(&'a str, &'a str)>;

fn suggestions(answer: &Value) -> Vec<Value> {
    answer["suggestions"].as_array().unwrap_or_else(|| panic!("no suggestions: {answer}")).clone()
}

/// The parameters of a search with those of a suggestion in their place.
fn followed<'a>(asked: &Parameters<'a>, suggestion: &'a Value) -> Parameters<'a> {
    let other = suggestion["parameters"].as_object();
    let is_kept = |name: &str| name != "q" && other.is_none_or(|other| !other.contains_key(name));
    let mut parameters: Parameters = asked.iter().filter(|(name, _)| is_kept(name)).copied().collect();
    parameters.push(("q", suggestion["q"].as_str().unwrap()));
    for (name, values) in other.into_iter().flatten() {
        parameters.extend(values.as_array().unwrap().iter().map(|value| (name.as_str(), value.as_str().unwrap())));
    }
    parameters
}

/// Kind, query and total of each, after all that holds of every one of them.
#[track_caller]
fn check(server: &Server, asked: Parameters, expected: &[(&str, &str, u64)]) {
    let answer = server.search(&asked);
    assert_eq!(answer["total"], 0, "{asked:?}");
    let suggestions = suggestions(&answer);
    for (place, suggestion) in suggestions.iter().enumerate() {
        assert!(suggestion["label"].as_str().is_some_and(|label| !label.is_empty()), "{suggestion}");
        let again = server.search(&followed(&asked, suggestion));
        assert_eq!(again["total"], suggestion["total"], "{asked:?}: {suggestion}");
        assert!(suggestion["total"].as_u64().unwrap() > 0, "{asked:?}: {suggestion}");
        let is_alike = |other: &Value| other["q"] == suggestion["q"] && other["parameters"] == suggestion["parameters"];
        assert!(!suggestions[..place].iter().any(is_alike), "{asked:?}: {suggestion} comes twice");
    }
    let said: Vec<_> = suggestions
        .iter()
        .map(|one| (one["kind"].as_str().unwrap(), one["q"].as_str().unwrap(), one["total"].as_u64().unwrap()))
        .collect();
    assert_eq!(said, expected, "{asked:?}");
}

#[test]
fn words_that_no_article_holds_are_spelled_otherwise() {
    let (_archive, server) = small();
    check(&server, vec![("q", "chima")], &[("spelling", "china", 2)]);
    check(&server, vec![("q", "chima coper")], &[("spelling", "(china AND copper)", 1)]);
    let drop_or_any = [("drop", "china", 2), ("any", "tinn china", 2)];
    check(&server, vec![("q", "tinn china")], &[&[("spelling", "(tin AND china)", 1)][..], &drop_or_any].concat());
    check(&server, vec![("q", "\"coper mine\"")], &[("spelling", "\"copper mine\"", 1)]);
    check(&server, vec![("q", "headline:coper")], &[("spelling", "headline:copper", 1)]);
}

#[test]
fn of_several_spellings_those_come_first_that_go_with_the_rest_of_the_query() {
    let archive = TestArchive::new();
    let titles = [vec!["bat"; 5], vec!["cat"; 4], vec!["rat with cheese"; 3], vec!["cat with cheese"]].concat();
    let lines =
        titles.iter().enumerate().map(|(id, title)| json!({"id": id, "title": title, "language": "en"}).to_string());
    archive.ingest(&[&archive.file("a.jsonl", &lines.collect::<Vec<_>>().join("\n"))]);
    let server = Server::start(&archive);
    check(&server, vec![("q", "gat")], &[("spelling", "bat", 5), ("spelling", "cat", 5)]);
    let others = [("drop", "cheese", 4), ("any", "gat cheese", 4)];
    let spellings = [("spelling", "(rat AND cheese)", 3), ("spelling", "(cat AND cheese)", 1)];
    check(&server, vec![("q", "gat cheese")], &[&spellings[..], &others].concat());
}

#[test]
fn each_clause_is_left_out_and_the_one_without_which_most_is_found_comes_first() {
    let (_archive, server) = small();
    check(
        &server,
        vec![("q", "copper china rare")],
        &[("drop", "(copper AND china)", 1), ("any", "copper china rare", 5)],
    );
    check(&server, vec![("q", "copper -mine")], &[("drop", "copper", 3), ("drop", "(NOT mine)", 1)]);
}

#[test]
fn clauses_that_no_article_answers_are_left_out_together() {
    let (_archive, server) = small();
    check(&server, vec![("q", "copper xqzzyqx tag:nowhere mine")], &[("drop", "(copper AND mine)", 3)]);
    check(&server, vec![("q", "copper xqzzyqx yqxxqz")], &[("drop", "copper", 3), ("any", "copper xqzzyqx yqxxqz", 3)]);
    check(&server, vec![("q", "xqzzyqx tag:nowhere")], &[]);
}

#[test]
fn a_field_is_widened_to_the_whole_text() {
    let (_archive, server) = small();
    check(&server, vec![("q", "headline:minister")], &[("fields", "minister", 2)]);
    check(
        &server,
        vec![("q", "lead:tin -headline:talks")],
        &[("fields", "(tin AND (NOT headline:talks))", 1), ("drop", "(NOT headline:talks)", 4)],
    );
}

#[test]
fn distances_are_loosened() {
    let (_archive, server) = small();
    check(
        &server,
        vec![("q", "\"minister china\"")],
        &[("distance", "\"minister china\"~5", 2), ("distance", "(\"minister\" AND \"china\")", 2)],
    );
    check(
        &server,
        vec![("q", "figures PRE/20 exports")],
        &[
            ("distance", "(figures W/20 exports)", 1),
            ("distance", "(figures W/P exports)", 1),
            ("distance", "(figures AND exports)", 1),
        ],
    );
    check(
        &server,
        vec![("q", "china W/2 tin")],
        &[("distance", "(china W/25 tin)", 1), ("distance", "(china W/P tin)", 1), ("distance", "(china AND tin)", 1)],
    );
    check(&server, vec![("q", "ATLEAST/9 rare")], &[("distance", "rare", 1)]);
}

#[test]
fn each_filter_is_left_out_and_what_else_was_asked_is_kept() {
    let (_archive, server) = small();
    check(&server, vec![("q", "rare"), ("tag", "metals")], &[("filters", "rare", 1)]);
    check(&server, vec![("q", "rare"), ("tag", "-birds")], &[("filters", "rare", 1)]);
    check(&server, vec![("q", "rare"), ("tag", "\\-metals")], &[("filters", "rare", 1)]);
    check(&server, vec![("q", "rare"), ("to", "2025-02"), ("mode", "any")], &[("filters", "rare", 1)]);
    let asked = vec![("q", "china"), ("tag", "metals"), ("tag", "birds"), ("from", "2025-02"), ("to", "2025-12")];
    check(&server, asked.clone(), &[("filters", "china", 2)]);
    let answer = server.search(&asked);
    let without = &suggestions(&answer)[0]["parameters"];
    assert_eq!(*without, json!({"tag": [], "from": [], "to": []}));
    let one = server.search(&[("q", "china"), ("tag", "trade"), ("tag", "-news"), ("tag", "-birds")]);
    let without = suggestions(&one);
    assert_eq!(without[0]["parameters"], json!({"tag": ["trade", "-birds"]}), "the others of its name stay");
}

#[test]
fn a_suggestion_counts_the_same_snapshot_and_the_same_dates() {
    let (archive, server) = small();
    let before = server.search(&[("q", "tin")])["snapshot"].as_str().unwrap().to_owned();
    let more = json!({"id": "six", "title": "More of China", "date": "2025-01-01", "language": "en"});
    archive.ingest(&[&archive.file("b.jsonl", &more.to_string())]);
    server.until("the new article", |server| server.total("china") == 3);
    check(&server, vec![("q", "chima"), ("snapshot", &before)], &[("spelling", "china", 2)]);
    check(&server, vec![("q", "chima"), ("from", "2025-02")], &[("spelling", "china", 1)]);
    check(&server, vec![("q", "chima")], &[("spelling", "china", 3)]);
}

#[test]
fn where_something_is_found_or_nothing_would_be_there_are_none() {
    let (_archive, server) = small();
    assert!(server.search(&[("q", "china")]).get("suggestions").is_none());
    check(&server, vec![("q", "xqzzyqx")], &[]);
    check(&server, vec![("q", "xqzzyqx"), ("strict", "1")], &[]);
    check(&server, vec![("q", "NOT *")], &[]);
}

#[test]
fn there_are_no_more_than_ten() {
    let (_archive, server) = small();
    let q = "china copper minister exports figures mined tin talk mines strike rare birds";
    let suggestions = suggestions(&server.search(&[("q", q), ("tag", "birds"), ("from", "2025"), ("mode", "all")]));
    assert!(suggestions.len() <= 10);
    let nots = (1..=5).flat_map(|n| (1..=4).map(move |m| format!("-(id:x{n}{m} OR *)"))).collect::<Vec<_>>().join(" ");
    let answer = server.search(&[("q", &format!("{nots} china"))]);
    assert!(answer["suggestions"].as_array().unwrap().len() <= 10);
}
