//! With the feature `otel`: requests and the stages of searches reach a collector.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use crate::archive::TestArchive;
use crate::made_up::corpus;
use crate::server::Server;
use crate::wire::ask;

/// Takes what is sent to it, and hands on the path and the body of each request.
fn collector() -> (String, mpsc::Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (send, sent) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut head = Vec::new();
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
                    break;
                }
                head.push(line.to_ascii_lowercase());
            }
            let length = head.iter().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            stream.read_exact(&mut body).unwrap();
            let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            stream.get_mut().write_all(answer).unwrap();
            if send.send((head[0].clone(), body)).is_err() {
                return;
            }
        }
    });
    (address, sent)
}

fn holds(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_search_reaches_the_collector_with_its_stages_as_a_part_of_what_its_caller_traces() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(100))]);
    let (address, sent) = collector();
    let mut command = archive.command("serve");
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &address).env("BROADSHEET__HTTP__TRUSTED_PROXIES", "127.0.0.1");
    let server = Server::start_with(&mut command);
    let trace: [u8; 16] = std::array::from_fn(|n| 0xa0 + n as u8);
    let hex: String = trace.iter().map(|byte| format!("{byte:02x}")).collect();
    let asked = ask(
        &server,
        "GET",
        "/api/v1/search?q=zanzibarian",
        &[&format!("traceparent: 00-{hex}-00f067aa0ba902b7-01")],
        b"",
    );
    assert_eq!(asked.status, 200);
    // What is left is sent before it ends.
    assert_eq!(server.stop(), Some(0));
    let mut all = Vec::new();
    while let Ok((asked, body)) = sent.try_recv() {
        assert!(asked.starts_with("post /v1/traces "), "{asked}");
        all.extend(body);
    }
    for part in ["GET /api/v1/search", "wait", "parse", "engine", "hydrate", "highlight", "encode", "broadsheet"] {
        assert!(holds(&all, part.as_bytes()), "{part}");
    }
    assert!(holds(&all, &trace), "it is of the trace of its caller");
    assert!(!holds(&all, b"zanzibarian"), "what was asked is nobody's business");
}

#[test]
fn a_trace_is_not_taken_from_anybody() {
    let archive = TestArchive::new();
    let (address, sent) = collector();
    let server = Server::start_with(archive.command("serve").env("OTEL_EXPORTER_OTLP_ENDPOINT", &address));
    let forged = "traceparent: 00-a0a1a2a3a4a5a6a7a8a9aaabacadaeaf-00f067aa0ba902b7-01";
    ask(&server, "GET", "/api/v1/search", &[forged], b"");
    assert_eq!(server.stop(), Some(0));
    let (_, body) = sent.recv().unwrap();
    assert!(holds(&body, b"GET /api/v1/search") && !holds(&body, &[0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7]));
}
