//! Articles that come as a stream, whoever is slow, hangs up or ends.

use std::io::Read as _;

use serde_json::json;

use crate::archive::TestArchive;
use crate::made_up::{article, corpus};
use crate::sending::{ARTICLES, JSON, LINES, Upload, added, post, server};
use crate::server::Server;
use crate::wire::{receive, send};

#[test]
fn results_come_while_articles_are_still_being_sent() {
    let (_archive, server) = server();
    let mut upload = Upload::begin(&server);
    upload.send(&article(0, 0));
    assert_eq!(upload.results(1)[0]["outcome"], "new", "of a single line");
    upload.send(&corpus(2000));
    let next = upload.results(2200);
    assert_eq!((&next[0]["line"], &next[0]["outcome"]), (&json!(2), &json!("unchanged")));
    assert_eq!((&next[2199]["line"], &next[2199]["outcome"]), (&json!(2201), &json!("version")));
    upload.send(&article(9999, 0));
    upload.send("");
    let mut rest = String::new();
    upload.answer.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("\"external_id\":\"m9999\"") && rest.contains("\"state\":\"finished\""), "{rest}");
}

#[test]
fn a_short_line_is_answered_before_more_is_sent() {
    let (_archive, server) = server();
    for (kind, name) in [(LINES, "a"), (JSON, "b"), ("Content-Type: application/octet-stream", "c")] {
        let line = |n: u32| format!("{{\"id\":\"{name}{n}\",\"title\":\"Tin {n}\"}}\n");
        let mut upload = Upload::begin_as(&server, kind);
        for n in 0..3 {
            upload.send(&line(n));
            assert_eq!(upload.results(1)[0]["external_id"], format!("{name}{n}"), "{kind}");
        }
        upload.send("");
    }
    let mut table = Upload::begin_as(&server, "Content-Type: text/csv");
    table.send("id,title\nd0,Zinc\nd1,Ore\n");
    assert_eq!(table.results(1)[0]["external_id"], "d0");
}

/// As `nc -N` does, and what reads its input to the end first.
#[test]
fn a_client_that_closes_its_sending_side_gets_its_answer() {
    let (_archive, server) = server();
    let line = article(1, 0);
    let length = line.len();
    let post = format!(
        "POST {ARTICLES}?commit=wait HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {}\r\n{LINES}\r\nContent-Length: {length}\r\n\r\n{line}",
        server.key()
    );
    for request in [post.as_str(), "GET /api/v1/search?q=tin HTTP/1.1\r\nHost: t\r\n\r\n"] {
        let stream = send(&server, request.as_bytes());
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let answer = receive(stream);
        assert_eq!(answer.status, 200, "{request}");
        assert!(answer.body.contains("\"committed\":true") || answer.body.contains("\"total\":"), "{}", answer.body);
    }
}

/// Its answer is larger than what a connection holds: reading must not wait for a client that sends first.
#[test]
fn a_client_that_reads_nothing_before_it_has_sent_all_is_served() {
    let (_archive, server) = server();
    let line = |n: u64| format!("{{\"id\":\"n{n}\",\"title\":\"Tin {n}\"}}\n");
    let body: String = (0..60_000).map(line).collect();
    let added = added(&server, "", &[LINES], body);
    let results = added["results"].as_array().unwrap();
    assert_eq!((results.len(), &added["new"]), (60_000, &json!(60_000)));
    assert!(results.iter().zip(1..).all(|(one, line)| one["line"] == line), "in order");
}

#[test]
fn a_client_that_hangs_up_keeps_what_was_acknowledged() {
    let (_archive, server) = server();
    let mut upload = Upload::begin(&server);
    upload.send(&format!("{}{{\"id\":\"cut\",\"title\":\"It breaks", corpus(1500)));
    let acknowledged = upload.results(1000);
    assert_eq!(acknowledged.len(), 1000);
    drop(upload);
    server.until("the run ends", |server| server.json("/api/v1/runs/1")["state"] == "interrupted");
    let run = server.json("/api/v1/runs/1");
    assert!(run["new"].as_u64().unwrap() >= 1000, "{run}");
    server.until("what is kept is found", |server| server.total("*") == run["new"].as_u64().unwrap());
    let rejects = server.json("/api/v1/runs/1/rejects");
    assert_eq!(rejects["rejects"][0]["code"], "truncated", "{rejects}");
}

#[test]
fn a_table_that_breaks_off_brings_no_half_row() {
    let (_archive, server) = server();
    let head = format!(
        "POST {ARTICLES} HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {}\r\nContent-Type: text/csv\r\nContent-Length: 999\r\n\r\n",
        server.key()
    );
    let stream = send(&server, format!("{head}title,text\nTin,It rose.\nZinc,It fe").as_bytes());
    stream.shutdown(std::net::Shutdown::Both).unwrap();
    server.until("the run ends", |server| {
        let runs = server.json("/api/v1/runs");
        runs["runs"][0]["state"] == "interrupted"
    });
    server.until("the whole row is found", |server| server.total("tin") == 1);
    assert_eq!(server.total("zinc"), 0);
}

#[test]
fn what_was_acknowledged_survives_kill_9_and_is_there_once() {
    let lines = corpus(4000);
    for acknowledged in [1, 700, 2500] {
        let (archive, server) = server();
        let mut upload = Upload::begin(&server);
        upload.send(&lines);
        let mut told = upload.results(acknowledged);
        server.kill();
        // What had been sent before the end is acknowledged, too.
        told.extend(upload.results(usize::MAX));
        assert!(told.len() >= acknowledged, "{}", told.len());
        let server = Server::start(&archive);
        let kept: std::collections::HashSet<String> = server
            .all(&[("limit", "1000"), ("fields", "id")])
            .into_iter()
            .map(|hit| hit["id"].as_str().unwrap().to_owned())
            .collect();
        for one in &told {
            assert!(kept.contains(one["id"].as_str().unwrap()), "{one} was acknowledged and is lost");
        }
        let total = server.total("*");
        assert_eq!(total as usize, kept.len(), "each is there once");
        assert_eq!(server.json("/api/v1/runs/1")["state"], "interrupted");
        let again = added(&server, "commit=wait", &[LINES], &lines);
        assert_eq!(server.total("*"), 4000);
        let again = again["results"].as_array().unwrap();
        for one in &told {
            let again = &again[one["line"].as_u64().unwrap() as usize - 1];
            assert_eq!((&again["id"], &again["outcome"]), (&one["id"], &json!("unchanged")));
        }
    }
}

#[test]
fn several_come_in_at_once_and_none_waits_for_the_end_of_another() {
    let (archive, dir) = (TestArchive::new(), tempfile::tempdir().unwrap());
    let server = Server::start_with(archive.command("serve").arg("--watch").arg(dir.path()));
    let mut long = Upload::begin(&server);
    long.send(&corpus(3000));
    assert_eq!(long.results(1)[0]["outcome"], "new");
    let small = added(&server, "commit=wait", &[JSON], "{\"id\":\"small\",\"title\":\"Unicorn seen\"}");
    assert_eq!((&small["committed"], server.total("unicorn")), (&json!(true), 1));
    std::fs::write(dir.path().join("a.jsonl"), "{\"id\":\"laid\",\"title\":\"Griffin seen\"}\n").unwrap();
    server.until("the watched file", |server| server.total("griffin") == 1);
    assert_eq!(server.json("/api/v1/runs/1")["state"], "running");
    long.send("");
    assert_eq!(long.results(3300).len(), 3299, "and one before");
}

#[test]
fn uploads_at_once_are_bounded() {
    let archive = TestArchive::new();
    let server = Server::start_with(archive.command("serve").env("BROADSHEET__LIMITS__UPLOADS", "1"));
    let mut upload = Upload::begin(&server);
    upload.send(&article(1, 0));
    server.until("it has begun", |server| server.json("/api/v1/runs")["runs"][0]["state"] == "running");
    let answer = post(&server, "", &[JSON], article(2, 0));
    assert_eq!((answer.problem(503, "one too many").as_str(), answer.header("retry-after")), ("busy", Some("1")));
    upload.send("");
    drop(receive(upload.stream));
    server.until("there is room again", |server| post(server, "", &[JSON], article(2, 0)).status == 200);
}

#[test]
fn a_server_that_is_stopped_ends_uploads_as_interrupted() {
    let (archive, server) = server();
    let mut upload = Upload::begin(&server);
    upload.send(&corpus(1500));
    assert_eq!(upload.results(100).len(), 100);
    assert_eq!(server.stop(), Some(0));
    assert_eq!(archive.last_run("state"), "interrupted");
}

/// Megabytes of memory of the server's own; what is mapped from files is not counted.
fn memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[test]
#[ignore = "takes minutes in a build for tests; cargo test --release --test it -- --ignored a_long_upload"]
fn a_long_upload_takes_no_more_memory_than_a_short_one() {
    let (_archive, server) = server();
    let mut upload = Upload::begin(&server);
    let mut peaks = Vec::new();
    for hundredth in 0..100 {
        let piece: String = (hundredth * 2000..(hundredth + 1) * 2000).map(|id| article(id, 0)).collect();
        upload.send(&piece);
        peaks.push(memory(&server));
    }
    upload.send("");
    let results = upload.results(200_000);
    assert_eq!(results.len(), 200_000);
    let (early, late) = (peaks[..40].iter().max().unwrap(), peaks[40..].iter().max().unwrap());
    eprintln!("{early} MB in the first 40 %, {late} MB in the rest, of 200 MB sent");
    assert!(*late < early + 100, "{peaks:?}");
}
