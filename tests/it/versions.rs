//! Versions, kills and embargoes, as a running server answers.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::archive::TestArchive;
use crate::server::Server;
use crate::wire::{ask, get};

const BROWSER: &[&str] = &["Accept: text/html,application/xhtml+xml,*/*;q=0.8"];

/// A text that must not be met where it is held back.
const SECRET: &str = "Minister resigns over ytterbium";

fn item(id: &str, version: u32, headline: &str, more: &Value) -> String {
    let mut item = json!({
        "id": id, "version": version, "title": headline, "lead": format!("{headline}, they say"),
        "text": format!("{headline} on Monday.\n\nNobody was surprised."), "tags": ["ytterbium"],
        "author": "Ada Ytterbium", "language": "en", "source": "Harbour Post"
    });
    item.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    item.to_string() + "\n"
}

fn ingest(archive: &TestArchive, lines: &str) {
    let file = archive.file("items.jsonl", lines);
    archive.ingest(&[&file]);
}

fn id_of(server: &Server, q: &str) -> String {
    server.search(&[("q", q)])["hits"][0]["id"].as_str().unwrap().to_owned()
}

/// Every address that could tell of an article.
fn addresses(id: &str, snapshot: &str) -> Vec<String> {
    let of = |rest: &str| format!("/api/v1/articles/{id}{rest}");
    let page = |rest: &str| format!("/article/{id}{rest}");
    let mut addresses =
        vec![of(""), of("/original"), of("/diff"), of("/diff?from=1&to=2"), of("?version=1"), of("?version=2")];
    addresses.extend([of("/original?version=1"), page(""), page("?version=1"), page("?q=ytterbium"), page("/compare")]);
    addresses.extend([page("/compare?from=1&to=2"), "/".to_owned(), "/search?q=ytterbium".to_owned()]);
    let search =
        "/api/v1/search?q=ytterbium&facets=tag,author&highlight=1&fields=id,headline,lead,body,authors,tags,status";
    addresses.extend([
        search.to_owned(),
        format!("{search}&snapshot={snapshot}"),
        "/api/v1/search?q=ytterbum".to_owned(),
    ]);
    addresses.push(format!("/search?q=ytterbium&snapshot={snapshot}"));
    addresses
}

#[track_caller]
fn assert_silent(server: &Server, id: &str, snapshot: &str) {
    for address in addresses(id, snapshot) {
        let answer = ask(server, "GET", &address, BROWSER, b"");
        assert!(!answer.body.contains("Minister"), "{address}: {}", answer.body);
    }
}

#[test]
fn a_kill_leaves_a_notice_and_not_a_word_of_the_text() {
    let archive = TestArchive::new();
    ingest(&archive, &(item("1", 1, SECRET, &json!({})) + &item("1", 2, SECRET, &json!({"section": "World"}))));
    let server = Server::start(&archive);
    let id = id_of(&server, "ytterbium");
    let snapshot = server.search(&[("q", "ytterbium")])["snapshot"].as_str().unwrap().to_owned();
    ingest(&archive, &json!({"id": "1", "version": 3, "status": "canceled", "source": "Harbour Post"}).to_string());
    server.until("the kill", |server| server.total("ytterbium") == 0);
    assert_silent(&server, &id, &snapshot);
    let notice = get(&server, &format!("/api/v1/articles/{id}"));
    assert_eq!(notice.problem(410, "killed"), "article_killed");
    assert!(notice.body.contains("with version 3, taken in at"), "{}", notice.body);
    let of_version = get(&server, &format!("/api/v1/articles/{id}?version=1"));
    assert_eq!(of_version.problem(410, "killed"), "article_killed");
    let page = ask(&server, "GET", &format!("/article/{id}"), BROWSER, b"");
    assert_eq!(page.status, 410);
    assert!(
        page.body.contains("Cancelled by its provider") && page.body.contains("version 3, came on"),
        "{}",
        page.body
    );
    let before = server.search(&[("q", "ytterbium"), ("snapshot", &snapshot)]);
    assert_eq!((&before["total"], &before["hits"][0]), (&json!(1), &json!({"id": id, "status": "deleted"})));

    ingest(&archive, &item("1", 4, "Ytterbium minister stays", &json!({})));
    server.until("the article has come back", |server| server.total("ytterbium") == 1);
    assert_silent(&server, &id, &snapshot);
}

#[test]
fn an_embargo_ends_by_itself_while_a_server_runs() {
    let archive = TestArchive::new();
    ingest(&archive, &item("2", 1, "Tin is up", &json!({})));
    let server = Server::start(&archive);
    let until = Timestamp::from_second(Timestamp::now().as_second() + 4).unwrap();
    ingest(&archive, &item("1", 1, SECRET, &json!({"embargo": until.to_string(), "tags": ["held"]})));
    let id = known_id(&archive);
    let withheld = get(&server, &format!("/api/v1/articles/{id}"));
    if Timestamp::now() < until {
        assert_eq!(withheld.problem(404, "withheld"), "article_withheld");
        assert!(withheld.body.contains("under embargo until"), "{}", withheld.body);
        assert_silent(&server, &id, "");
    }
    server.until("the embargo's end", |server| server.total("headline:minister") == 1);
    assert!(Timestamp::now() >= until, "not before its time");
    assert_eq!(server.json(&format!("/api/v1/articles/{id}"))["status"], "usable");
    server.until_it_says("the embargo of articles has ended");
}

/// The name of the article that the last ingest brought, as the store has it: no answer may tell it.
fn known_id(archive: &TestArchive) -> String {
    let store = broadsheet::store::Store::open(&archive.data()).unwrap();
    store.current(&[2]).unwrap()[0].id.to_string()
}

#[test]
fn an_embargo_that_ended_while_nothing_ran_is_over_at_the_next_start() {
    let archive = TestArchive::new();
    let until = Timestamp::from_second(Timestamp::now().as_second() + 3600).unwrap();
    ingest(&archive, &item("1", 1, SECRET, &json!({"embargo": until.to_string()})));
    assert_eq!(Server::start(&archive).total("*"), 0);
    // As if the hour had passed.
    let store = broadsheet::store::Store::open(&archive.data()).unwrap();
    assert_eq!(store.release_due(until).unwrap(), 1);
    drop(store);
    assert_eq!(Server::start(&archive).total("ytterbium"), 1);
}

#[test]
fn what_is_withheld_without_an_end_or_with_one_nobody_can_read_stays_away() {
    let archive = TestArchive::new();
    let lines =
        item("1", 1, SECRET, &json!({"status": "withheld"})) + &item("2", 1, SECRET, &json!({"embargo": "soon"}));
    let table = "id,title,embargo\n3,Minister resigns,next week\n";
    for (name, text) in [("items.jsonl", lines.as_str()), ("items.csv", table)] {
        let said = archive.ingest(&[&archive.file(name, text)]);
        assert!(said.contains("1 rejected") && said.contains("bad_embargo"), "reported: {said}");
    }
    let server = Server::start(&archive);
    assert_eq!(server.total("*"), 0);
    let withheld = get(&server, &format!("/api/v1/articles/{}", known_id(&archive)));
    assert_eq!(withheld.problem(404, "withheld"), "article_withheld");
    ingest(&archive, &item("1", 2, "Ytterbium is up", &json!({})));
    server.until("a usable version", |server| server.total("ytterbium") == 1);
}

fn with_versions() -> (TestArchive, Server, String) {
    let archive = TestArchive::new();
    ingest(&archive, &(item("1", 1, "Dam breaks", &json!({})) + &item("1", 2, "Dam holds", &json!({"tags": ["dam"]}))));
    let server = Server::start(&archive);
    let id = id_of(&server, "dam");
    (archive, server, id)
}

#[test]
fn every_version_is_listed_and_given_out() {
    let (_archive, server, id) = with_versions();
    let current = server.json(&format!("/api/v1/articles/{id}"));
    let versions = current["versions"].as_array().unwrap();
    let told: Vec<_> =
        versions.iter().map(|line| [&line["version"], &line["provider_version"], &line["run"]]).collect();
    assert_eq!(told, [[&json!(1), &json!(1), &json!(1)], [&json!(2), &json!(2), &json!(1)]]);
    assert_eq!((&versions[0]["current"], &versions[1]["current"]), (&json!(false), &json!(true)));
    assert_eq!(versions[0]["status"], "shown");
    assert_eq!(server.json(&format!("/api/v1/articles/{id}?version=1"))["headline"], "Dam breaks");
    let missing = get(&server, &format!("/api/v1/articles/{id}?version=7"));
    assert_eq!(missing.problem(404, "missing"), "no_version");
    assert!(missing.body.contains("versions 1 and 2"), "{}", missing.body);
}

#[test]
fn two_versions_are_compared_as_json_and_on_a_page() {
    let (_archive, server, id) = with_versions();
    let difference = server.json(&format!("/api/v1/articles/{id}/diff"));
    assert_eq!((&difference["from"]["version"], &difference["to"]["version"]), (&json!(1), &json!(2)));
    let headline = json!([
        {"kind": "same", "text": "Dam "},
        {"kind": "deleted", "text": "breaks"},
        {"kind": "inserted", "text": "holds"}
    ]);
    assert_eq!(difference["headline"], headline);
    assert_eq!((&difference["body"][0]["kind"], &difference["body"][1]["kind"]), (&json!("edited"), &json!("same")));
    assert_eq!(difference["fields"], json!([{"name": "tags", "from": ["ytterbium"], "to": ["dam"]}]));
    let back = server.json(&format!("/api/v1/articles/{id}/diff?from=2&to=1"));
    assert_eq!(back["headline"][1], json!({"kind": "deleted", "text": "holds"}));
    let (status, page) = server.get(&format!("/article/{id}/compare?from=1&to=2"));
    assert_eq!(status, 200);
    assert!(page.contains("Dam <del>breaks</del><ins>holds</ins>"), "{page}");
    let (_, article) = server.get(&format!("/article/{id}"));
    assert!(article.contains(&format!("/article/{id}/compare?from=1&#38;to=2")), "{article}");
}

#[test]
fn a_comparison_that_cannot_be_made_is_refused_with_its_reason() {
    let (_archive, server, id) = with_versions();
    let refused = |path: &str, status| get(&server, &format!("/api/v1/articles/{path}")).problem(status, path);
    assert_eq!(refused(&format!("{id}/diff?from=1&to=9"), 404), "no_version");
    assert_eq!(refused(&format!("{id}/diff?to=1"), 404), "no_version");
    assert_eq!(refused(&format!("{id}/diff?from=x"), 400), "bad_number");
    assert_eq!(refused(&format!("{id}/diff?form=1"), 400), "unknown_parameter");
    assert_eq!(refused("nobody/diff", 404), "no_article");
    assert_eq!(refused("nobody/original", 404), "no_article");
    assert_eq!(refused(&format!("{id}/original"), 404), "no_original");
    assert_eq!(refused(&format!("{id}/original?version=0"), 400), "bad_number");
    let page = ask(&server, "GET", &format!("/article/{id}/compare?from=1&to=9"), BROWSER, b"");
    assert_eq!(page.status, 404);
}

#[test]
fn an_original_is_text_to_be_saved_whatever_it_holds() {
    let archive = TestArchive::new();
    let hostile = b"<!DOCTYPE html><script>alert(document.cookie)</script>".to_vec();
    let store = broadsheet::store::Store::open(&archive.data()).unwrap();
    let run = store.begin_run("pages").unwrap();
    let article = broadsheet::article::Article {
        url: Some("https://post.example/dam".into()),
        headline: "Dam holds".into(),
        body: vec!["It holds.".into()],
        lang: Some("en".into()),
        ..Default::default()
    };
    let identity = broadsheet::identity::settle(&article, None, "html");
    let incoming = broadsheet::store::Incoming { identity, article, original: Some(hostile.clone()) };
    store.put(run, &[incoming]).unwrap();
    drop(store);
    let server = Server::start(&archive);
    let id = id_of(&server, "dam");
    let answer = get(&server, &format!("/api/v1/articles/{id}/original"));
    assert_eq!((answer.status, answer.body.as_bytes()), (200, hostile.as_slice()));
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(
        answer.header("content-disposition"),
        Some(format!("attachment; filename=\"{id}-1.html.txt\"").as_str())
    );
    assert!(answer.header("content-security-policy").unwrap().contains("sandbox"));
    let known = format!("If-None-Match: {}", answer.header("etag").unwrap());
    assert_eq!(ask(&server, "GET", &format!("/api/v1/articles/{id}/original"), &[&known], b"").status, 304);
    assert!(server.get(&format!("/article/{id}")).1.contains(&format!("/api/v1/articles/{id}/original")));
}
