//! Answers over HTTP.

use std::collections::HashSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::archive::{TestArchive, shared};
use crate::server::{Server, query};

#[test]
fn reuters_agrees_with_a_count_over_its_sgml() {
    let Some(reuters) = shared("reuters21578") else { return };
    let archive = TestArchive::new();
    let files: Vec<String> = (0..22).map(|n| format!("{reuters}/reut2-{n:03}.sgm.zst")).collect();
    archive.ingest(&files.iter().map(String::as_str).collect::<Vec<_>>());
    let server = Server::start(&archive);
    // Counted by tests/independent/reuters_counts.py.
    assert_eq!(server.total("*"), 21_578);
    assert_eq!(server.total("place:japan AND \"central bank\""), 94);
    assert_eq!(server.total("tag:(crude OR nat-gas) -place:usa"), 348);
    assert_eq!(server.total("date:1987-03"), 11_544);
    pages_add_up_while_articles_come_in(&archive, &server);
}

/// A cursor holds to its snapshot.
fn pages_add_up_while_articles_come_in(archive: &TestArchive, server: &Server) {
    let first = server.search(&[("q", "oil"), ("limit", "200"), ("sort", "newest"), ("fields", "id")]);
    let total = first["total"].as_u64().unwrap();
    let file = archive
        .file("new.jsonl", "{\"id\":\"n1\",\"title\":\"Oil again\",\"language\":\"en\",\"date\":\"2020-01-01\"}");
    archive.ingest(&[&file]);
    server.until("the new article", |server| server.total("oil") == total + 1);
    let mut ids = HashSet::new();
    let mut page = first;
    loop {
        let hits = page["hits"].as_array().unwrap();
        assert!(hits.iter().all(|hit| ids.insert(hit["id"].as_str().unwrap().to_owned())), "an article came twice");
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        page =
            server.search(&[("q", "oil"), ("limit", "200"), ("sort", "newest"), ("fields", "id"), ("cursor", cursor)]);
        assert_eq!(page["total"], total);
    }
    assert_eq!(ids.len() as u64, total);
}

#[test]
fn every_mistake_wears_the_envelope() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    let (_, explanations) = server.get("/docs/errors");
    let check = |path: &str, status: u16, code: &str| {
        let (given, body) = server.get(path);
        let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            (given, problem["code"].as_str(), problem["status"].as_u64()),
            (status, Some(code), Some(status.into())),
            "{path}"
        );
        assert_eq!(problem["type"], format!("/docs/errors#{code}"), "{path}");
        assert!(explanations.contains(&format!("id=\"{code}\"")), "{code} is not explained");
        assert!(problem["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{path}");
    };
    check("/nowhere", 404, "not_found");
    check("/static/nothing", 404, "not_found");
    check("/api/v1/articles/nobody", 404, "no_article");
    check("/api/v1/search?limit=x", 400, "bad_number");
    check("/api/v1/search?cursor=x", 400, "bad_cursor");
    check("/api/v1/search?snapshot=s-000000000000-1", 410, "snapshot_gone");
    check("/api/v1/search?from=never", 400, "bad_date");
    check("/api/v1/search?q=a+W%2F5+tag:b&strict=1", 400, "proximity_operand");
    check(&format!("/api/v1/search?{}", query(&[("q", &"(".repeat(100))])), 400, "query_too_deep");
}

#[test]
fn no_query_is_a_fault() {
    let archive = TestArchive::new();
    let file = archive.file(
        "a.jsonl",
        "{\"id\":1,\"title\":\"Rare earths, U.S. and e-mail\",\"text\":\"Don't mine.\",\"language\":\"en\"}",
    );
    archive.ingest(&[&file]);
    let server = Server::start(&archive);
    let pieces = prop::sample::select(vec![
        "rare", "\"", "(", ")", "AND", "OR", "NOT", "-", "*", "?", "mi*", "tag:", "date:", "[a TO b]", "W/5", "^2",
        "~", ":", "\\", "U.S.", "e-mail", " ", "東京", "\u{0}", "é", "=", "[", "when:7d", "/x/", "CAPS(us)",
        "words:>3", "«",
    ]);
    let queries =
        prop_oneof![prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.join(" ")), any::<String>()];
    let mut runner = TestRunner::new(Config { cases: 1000, failure_persistence: None, ..Config::default() });
    runner
        .run(&queries, |q| {
            let (status, body) =
                server.get(&format!("/api/v1/search?{}", query(&[("q", &q), ("highlight", "1"), ("facets", "tag")])));
            prop_assert_eq!(status, 200, "{}: {}", q, body);
            let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
            let canonical = answer["query"]["canonical"].as_str().unwrap();
            let again = server.search(&[("q", canonical)]);
            prop_assert_eq!(again["query"]["canonical"].as_str(), Some(canonical), "the canonical form of {:?}", q);
            prop_assert_eq!(&again["total"], &answer["total"], "{:?} read again as {}", q, canonical);
            Ok(())
        })
        .unwrap();
}

/// Old and to the point, or new and beside it: the half-life decides.
#[test]
fn recent_blends_relevance_with_age() {
    let archive = TestArchive::new();
    let articles = [
        ("old", "2001-01-01T00:00:00Z", "Tin tin tin", "Tin, and nothing but tin."),
        (
            "new",
            "2026-01-01T00:00:00Z",
            "Markets",
            "Copper, zinc, lead and, for once, tin were all asked for on the exchange today.",
        ),
    ];
    let undated = serde_json::json!({"id": "undated", "title": "Metals", "text": "Of all the metals that are traded here, tin is the one of which least is heard.", "language": "en"}).to_string();
    let lines: Vec<String> = articles
        .iter()
        .map(|(id, date, title, text)| {
            serde_json::json!({"id": id, "date": date, "title": title, "text": text, "language": "en"}).to_string()
        })
        .collect();
    let file = archive.file("tin.jsonl", &format!("{}\n{undated}", lines.join("\n")));
    archive.ingest(&[&file]);
    let server = Server::start(&archive);
    let first = |sort: &str, half_life: &str| {
        let answer = server.search(&[("q", "tin"), ("sort", sort), ("half_life", half_life)]);
        answer["hits"][0]["external_id"].as_str().unwrap().to_owned()
    };
    assert_eq!(first("relevance", "7d"), "old");
    assert_eq!(first("recent", "52w"), "new");
    assert_eq!(first("recent", "52000w"), "old", "with so long a half-life age hardly counts");
    let short = server.search(&[("q", "tin"), ("sort", "recent"), ("half_life", "1h")]);
    let order: Vec<&str> =
        short["hits"].as_array().unwrap().iter().map(|hit| hit["external_id"].as_str().unwrap()).collect();
    assert_eq!(order, ["new", "old", "undated"], "differences last, however often a score is halved");
}

#[test]
fn an_answer_that_is_known_already_is_not_sent_again() {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", "{\"id\":1,\"title\":\"Tin\",\"language\":\"en\"}\n");
    archive.ingest(&[&file]);
    let server = Server::start(&archive);
    let id = server.search(&[("q", "tin")])["hits"][0]["id"].as_str().unwrap().to_owned();
    for path in ["/api/v1/search?q=tin&facets=tag".to_owned(), format!("/api/v1/articles/{id}")] {
        let (status, tag) = server.tagged(&path, None);
        assert_eq!(status, 200);
        assert_eq!(server.tagged(&path, Some(&tag)), (304, tag.clone()), "{path}");
    }
    let (_, before) = server.tagged("/api/v1/search?q=tin", None);
    let file = archive.file("b.jsonl", "{\"id\":2,\"title\":\"More tin\",\"language\":\"en\"}\n");
    archive.ingest(&[&file]);
    server.until("the new article", |server| server.total("tin") == 2);
    let (status, after) = server.tagged("/api/v1/search?q=tin", Some(&before));
    assert!(status == 200 && after != before);
}

#[test]
fn it_stops_when_asked() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    assert_eq!(server.get("/readyz").0, 200);
    assert_eq!(server.stop(), Some(0));
}
