//! A server that is asked to stop finishes what is under way, and says first that it is about to.

use std::io::{BufRead as _, BufReader, Read as _};

use crate::archive::TestArchive;
use crate::made_up::{article, corpus};
use crate::sending::Upload;
use crate::server::Server;
use crate::wire::{get, send};

fn terminate(server: &Server) {
    let asked = std::process::Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(asked.success());
}

#[test]
fn readiness_says_no_before_anything_else_ends_and_a_second_signal_ends_the_wait() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(50))]);
    let server = Server::start_with(archive.command("serve").env("BROADSHEET__HTTP__LINGER", "1h"));
    assert_eq!(server.get("/readyz").0, 200);
    terminate(&server);
    server.until("it says no", |server| server.get("/readyz").0 == 503);
    assert_eq!(get(&server, "/readyz").problem(503, "stopping"), "stopping");
    assert_eq!((server.total("*"), server.get("/healthz").0), (50, 200), "all else is answered");
    assert_eq!(server.stop(), Some(0));
}

/// Its client takes the beginning, and the rest when the server has been asked to stop.
#[test]
fn an_export_under_way_comes_to_its_end() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(6000))]);
    let server = Server::start(&archive);
    let asked = b"GET /api/v1/export?q=*&format=jsonl HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
    let mut export = BufReader::new(send(&server, asked));
    let mut first = String::new();
    while !first.contains("\"id\"") {
        export.read_line(&mut first).unwrap();
    }
    terminate(&server);
    server.until("no connection is taken", |server| std::net::TcpStream::connect(server.address()).is_err());
    let mut rest = String::new();
    export.read_to_string(&mut rest).unwrap();
    let lines = (first + &rest).matches("\"external_id\"").count();
    assert_eq!(lines, 6000);
    assert!(rest.ends_with("0\r\n\r\n"), "the end says that it is one");
    server.ended();
}

#[test]
fn an_upload_under_way_is_told_what_is_in() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    let mut upload = Upload::begin(&server);
    upload.send(&corpus(20));
    assert_eq!(upload.results(22).len(), 22);
    terminate(&server);
    let mut rest = String::new();
    upload.answer.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("\"state\":\"interrupted\"") && rest.contains("\"new\":20"), "{rest}");
    server.ended();
    let server = Server::start(&archive);
    assert_eq!(server.total("*"), 20);
}

/// Kept open, its first half sent.
#[test]
fn a_request_under_way_is_answered() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &article(1, 0))]);
    let server = Server::start(&archive);
    let body = "q=%2A";
    let head = format!(
        "POST /api/v1/search HTTP/1.1\r\nHost: t\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\nq=",
        body.len()
    );
    let mut stream = send(&server, head.as_bytes());
    // Another request on another connection has been answered: this one has been taken by now, too.
    assert_eq!(server.total("*"), 1);
    terminate(&server);
    server.until("no connection is taken", |server| std::net::TcpStream::connect(server.address()).is_err());
    std::io::Write::write_all(&mut stream, b"%2A").unwrap();
    let answer = crate::wire::receive(stream);
    assert!(answer.status == 200 && answer.body.contains("\"total\":1"), "{answer:?}");
    server.ended();
}
