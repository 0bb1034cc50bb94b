//! Searches whose parameters are sent in a body.

use serde_json::{Value, json};

use crate::refusals::{API, FORM, JSON, refused, server};
use crate::wire::ask;

#[test]
fn a_body_of_json_is_taken_as_json_means_it() {
    let (_archive, server) = server();
    let answer = |body: Value| ask(&server, "POST", API, JSON, body.to_string().as_bytes());
    let found = answer(json!({
        "q": "tin", "limit": 2.0, "fields": ["id", "headline"], "facets": "tag,source", "highlight": true, "tag": ["a", 7],
        "mode": null, "lmit": {"x": [1]},
    }));
    assert_eq!(found.status, 200, "{}", found.body);
    let found: Value = serde_json::from_str(&found.body).unwrap();
    assert_eq!(found["query"]["warnings"][0]["parameter"], "lmit");
    assert!(found["facets"]["tag"].is_object() && found["facets"]["source"].is_object());
    for (body, code) in [
        (json!({"q": ["tin"]}), "repeated_parameter"),
        (json!({"q": {"tin": 1}}), "bad_json"),
        (json!({"tag": [null]}), "bad_json"),
        (json!({"tag": [["a"]]}), "bad_json"),
        (json!({"limit": false}), "bad_number"),
        (json!({"limit": 2.5}), "bad_number"),
        (json!(["tin"]), "bad_json"),
    ] {
        refused(&answer(body.clone()), code, &body.to_string());
    }
}

#[test]
fn a_body_that_cannot_be_read_is_refused() {
    let (_archive, server) = server();
    let deep = "[".repeat(100_000);
    for body in
        ["", "{", "[]", "null", "1", "\"q\"", "{\"q\":{}}", "{\"tag\":[[1]]}", "{\"q\":tin}", "{\"q\":\"a\"}x", &deep]
    {
        let what = body.get(..20).unwrap_or(body);
        assert_eq!(ask(&server, "POST", API, JSON, body.as_bytes()).problem(400, what), "bad_json", "{what}");
    }
    assert_eq!(ask(&server, "POST", API, JSON, b"{\"q\":\"\xff\"}").problem(400, "no UTF-8"), "bad_json");
    for body in ["{\"limit\":1.5}", "{\"limit\":-1}", "{\"limit\":\"x\"}", "{\"limit\":true, \"tz\":1}"] {
        let answer = ask(&server, "POST", API, JSON, body.as_bytes());
        answer.problem(400, body);
    }
    for kind in
        [&[][..], &["Content-Type: text/plain"], &["Content-Type: multipart/form-data"], &["Content-Type: \u{1}"]]
    {
        let answer = ask(&server, "POST", API, kind, b"q=tin");
        // The last is no header at all.
        let status = if kind.first().is_some_and(|kind| kind.ends_with('\u{1}')) { 400 } else { 415 };
        assert_eq!(answer.status, status, "{kind:?}");
        if status == 415 {
            assert_eq!(answer.problem(415, "another type"), "unsupported_type");
        }
    }
    for ok in [FORM, &["Content-Type: application/x-www-form-urlencoded; charset=utf-8"]] {
        assert_eq!(ask(&server, "POST", API, ok, b"q=tin").status, 200);
    }
    assert_eq!(ask(&server, "POST", API, JSON, b"{\"q\":\"tin\",\"tag\":[\"a\",\"b\"],\"mode\":null}").status, 200);
}

#[test]
fn members_that_are_there_twice_are_parameters_given_twice() {
    let (_archive, server) = server();
    let answer = |body: &str| ask(&server, "POST", API, JSON, body.as_bytes());
    refused(&answer(r#"{"q": "tin", "q": "zinc"}"#), "repeated_parameter", "a query twice");
    let both = answer(r#"{"tag": "a", "tag": "b", "facets": "tag", "limit": 0}"#);
    let of_a_list = answer(r#"{"tag": ["a", "b"], "facets": "tag", "limit": 0}"#);
    let total = |body: &str| serde_json::from_str::<Value>(body).unwrap()["total"].clone();
    assert_eq!((both.status, total(&both.body)), (200, total(&of_a_list.body)));
}

#[test]
fn a_kind_of_body_is_known_in_any_case_and_no_other_is_taken_for_it() {
    let (_archive, server) = server();
    let status =
        |kind: &str| ask(&server, "POST", API, &[&format!("Content-Type: {kind}")], b"{\"q\": \"tin\"}").status;
    assert_eq!(["Application/JSON", "application/json ; charset=utf-8"].map(status), [200, 200]);
    assert_eq!(["application/jsonfoo", "application/json-patch+json", "text/plain"].map(status), [415; 3]);
}
