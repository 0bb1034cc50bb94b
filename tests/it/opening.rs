//! A server whose archive is still being opened, as where its index is made anew: it says that it lives and is not ready.

use std::fs::File;
use std::io::{Read as _, Write as _};

use crate::archive::TestArchive;
use crate::made_up::{article, corpus};
use crate::server::Server;
use crate::wire::{ask, get, send};

/// An archive without an index, which nobody can make as long as the file is there.
fn held(archive: &TestArchive) -> File {
    archive.ingest(&[&archive.file("a.jsonl", &corpus(50))]);
    std::fs::remove_dir_all(archive.index()).unwrap();
    std::fs::create_dir(archive.index()).unwrap();
    let file = File::create(archive.index().join("LOCK")).unwrap();
    file.lock().unwrap();
    file
}

#[test]
fn it_says_so_at_every_address_and_goes_over_to_answers() {
    let archive = TestArchive::new();
    let held = held(&archive);
    let server = Server::start_opening(&mut archive.command("serve"));
    for path in ["/healthz", "/version", "/help", "/docs/errors", "/openapi.json"] {
        assert_eq!(server.get(path).0, 200, "{path}");
    }
    for path in ["/readyz", "/", "/api/v1/search?q=tin", "/api/v1/status", "/metrics", "/nowhere"] {
        assert_eq!(get(&server, path).problem(503, path), "not_ready");
    }
    for (method, path) in [("POST", "/api/v1/articles"), ("DELETE", "/api/v1/runs/1")] {
        assert_eq!(ask(&server, method, path, &[], b"{}").problem(503, path), "not_ready");
    }
    assert_eq!(ask(&server, "POST", "/healthz", &[], b"").problem(405, "a method"), "method_not_allowed");
    server.until_it_says("\"status\":503");

    drop(held);
    server.until("it is ready", |server| server.get("/readyz").0 == 200);
    assert_eq!(server.total("*"), 50);
}

#[test]
fn a_reader_is_shown_a_page_that_looks_like_one() {
    let archive = TestArchive::new();
    let _held = held(&archive);
    let server = Server::start_opening(&mut archive.command("serve"));
    let page = server.sent("/search?q=tin", &[("accept", "text/html")]);
    assert_eq!((page.status, page.header("retry-after").as_deref()), (503, Some("1")));
    assert!(page.header("content-security-policy").is_some());
    assert!(page.text().contains("Another process is bringing the index up to the store"), "{}", page.text());
    assert!(page.text().contains("href=\"/search?q=tin\">Try again") && page.text().contains("value=\"tin\""));
    let (_, style) = page.text().split_once("stylesheet\" href=\"").unwrap();
    assert_eq!(server.get(style.split('"').next().unwrap()).0, 200);
}

#[test]
fn a_connection_of_before_finds_it_open() {
    let archive = TestArchive::new();
    let held = held(&archive);
    let server = Server::start_opening(&mut archive.command("serve"));
    let mut kept = send(&server, b"GET /readyz HTTP/1.1\r\nHost: t\r\n\r\n");
    let mut status = [0; 12];
    kept.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 503");
    drop(held);
    server.until("it is ready", |server| server.get("/readyz").0 == 200);
    kept.write_all(b"GET /readyz HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").unwrap();
    let mut rest = String::new();
    kept.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("HTTP/1.1 200"), "{rest}");
}

#[test]
fn an_index_that_another_process_is_bringing_up_to_the_store_is_waited_for() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(50))]);
    let other = File::open(archive.index().join("LOCK")).unwrap();
    other.lock().unwrap();
    archive.ingest(&[&archive.file("b.jsonl", &article(50, 0))]);
    let server = Server::start_opening(&mut archive.command("serve"));
    server.until("it has looked", |server| server.get("/readyz").1.contains("another process"));
    assert_eq!(get(&server, "/api/v1/search?q=*").problem(503, "it would find too few"), "not_ready");
    drop(other);
    server.until("it is ready", |server| server.get("/readyz").0 == 200);
    assert_eq!(server.total("*"), 51);
}

#[test]
fn where_reading_takes_a_key_nothing_is_read_before_keys_are_known() {
    let archive = TestArchive::new();
    let _held = held(&archive);
    let server = Server::start_opening(archive.command("serve").env("BROADSHEET__ACCESS__READING", "key"));
    assert_eq!((server.get("/healthz").0, server.get("/help").0), (200, 503));
}

#[test]
fn it_stops_when_asked() {
    let archive = TestArchive::new();
    let _held = held(&archive);
    let server = Server::start_opening(&mut archive.command("serve"));
    server.until("it has come to that", |server| server.get("/readyz").1.contains("another process"));
    let asked = std::process::Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(asked.success());
    server.until_it_says("ends before the archive is open");
    server.ended();
}
