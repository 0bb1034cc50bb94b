//! Articles over HTTP: whatever the format, however many, and whoever hangs up.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::archive::TestArchive;
use crate::made_up::{article, corpus};
use crate::server::{Server, wait_until};
use crate::wire::{Answer, ask, get, receive, send};

const ARTICLES: &str = "/api/v1/articles";
const JSON: &str = "Content-Type: application/json";
const LINES: &str = "Content-Type: application/x-ndjson";

fn server() -> (TestArchive, Server) {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    (archive, server)
}

fn post(server: &Server, query: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Answer {
    ask(server, "POST", &format!("{ARTICLES}?{query}"), headers, body.as_ref())
}

/// What became of the articles of a request that was taken.
#[track_caller]
fn added(server: &Server, query: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Value {
    let answer = post(server, query, headers, body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&whole(&answer.body)).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

/// A body without the sizes of its pieces: every line of an answer here begins with a sign of JSON.
fn whole(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some((size, more)) = rest.split_once("\r\n") {
        let Some(size) = usize::from_str_radix(size, 16).ok().filter(|size| *size <= more.len()) else {
            return body.to_owned();
        };
        text += &more[..size];
        rest = more[size..].trim_start_matches("\r\n");
        if size == 0 {
            break;
        }
    }
    text
}

#[track_caller]
fn outcomes(added: &Value) -> Vec<(u64, &str)> {
    let results = added["results"].as_array().unwrap();
    results.iter().map(|one| (one["line"].as_u64().unwrap(), one["outcome"].as_str().unwrap())).collect()
}

#[test]
fn an_article_that_was_sent_is_found() {
    let (_archive, server) = server();
    let tin = json!({"id": "a", "headline": "Tin rises", "body": "Tin rose again.", "language": "en"}).to_string();
    let first = added(&server, "commit=wait", &[JSON], &tin);
    assert_eq!(outcomes(&first), [(1, "new")]);
    assert_eq!((&first["state"], &first["committed"]), (&json!("finished"), &json!(true)), "{first}");
    assert_eq!(first["results"][0]["external_id"], "a");
    let id = first["results"][0]["id"].as_str().unwrap();
    assert_eq!(server.total("tin"), 1, "it is searchable when the answer has come");
    assert_eq!(server.json(&format!("{ARTICLES}/{id}"))["headline"], "Tin rises");
    assert_eq!(outcomes(&added(&server, "", &[JSON], &tin)), [(1, "unchanged")]);
    let version = added(&server, "commit=wait", &[JSON], tin.replace("again", "sharply"));
    assert_eq!(outcomes(&version), [(1, "version")]);
    assert_eq!((server.total("sharply"), server.total("tin")), (1, 1));
}

#[test]
fn good_lines_are_kept_when_others_fail() {
    let (_archive, server) = server();
    let lines = "{\"id\":\"1\",\"title\":\"Tin\"}\n\n{\"title\":\n{\"id\":\"2\",\"title\":\"Zinc\"}\n{\"x\":1}\n";
    let added = added(&server, "commit=wait&namespace=wire", &[LINES], lines);
    assert_eq!(outcomes(&added), [(1, "new"), (3, "rejected"), (4, "new"), (5, "rejected")], "{added}");
    assert_eq!((&added["results"][1]["code"], &added["results"][3]["code"]), (&json!("bad_json"), &json!("no_text")));
    assert_eq!((&added["new"], &added["rejected"]), (&json!(2), &json!(2)));
    assert_eq!(server.total("*"), 2);
}

#[test]
fn every_kind_of_body_is_read() {
    let (archive, server) = server();
    let table = "title,text\nTin,It rose.\nZinc,It fell.\n";
    let zipped = |how: &str, name: &str| {
        let file = archive.file(name, table);
        let packed = std::process::Command::new(how).args(["-c", &file]).output().unwrap();
        packed.stdout
    };
    let reuters = "<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n<REUTERS NEWID=\"1\"><DATE>26-FEB-1987 15:01:01.79</DATE><TEXT><TITLE>ORE</TITLE><BODY>Ore.</BODY></TEXT></REUTERS>\n";
    for (query, kind, encoding, body, count) in [
        ("", "text/csv", "", table.as_bytes().to_vec(), 2),
        ("", "text/tab-separated-values", "", table.replace(',', "\t").into_bytes(), 2),
        ("", "text/csv", "gzip", zipped("gzip", "a.csv"), 2),
        ("", "application/gzip", "", zipped("gzip", "b.csv"), 2),
        ("format=csv&delimiter=;", "application/octet-stream", "", table.replace(',', ";").into_bytes(), 2),
        ("", "text/markdown", "", b"---\ntitle: Lead\n---\nLead is heavy.".to_vec(), 1),
        ("", "text/plain", "", b"Copper\n\nCopper is red.".to_vec(), 1),
        ("", "application/x-www-form-urlencoded", "", b"{\"title\":\"Iron\"}".to_vec(), 1),
        ("", "image/x-unknown", "", b"[{\"title\":\"Gold\"},{\"title\":\"Silver\"}]".to_vec(), 2),
        ("", "text/sgml", "", reuters.as_bytes().to_vec(), 1),
    ] {
        let headers = [format!("Content-Type: {kind}"), format!("Content-Encoding: {encoding}")];
        let headers: Vec<&str> =
            headers.iter().map(String::as_str).take(if encoding.is_empty() { 1 } else { 2 }).collect();
        let added = added(&server, query, &headers, body);
        let taken = added["results"].as_array().unwrap();
        assert_eq!(taken.len(), count, "{kind} {encoding}: {added}");
        assert!(taken.iter().all(|one| one["outcome"] != "rejected"), "{kind} {encoding}: {added}");
    }
    let tarred = std::process::Command::new("tar")
        .args(["-C", &archive.folder.path().display().to_string(), "-cz", "a.csv", "b.csv"])
        .output()
        .unwrap();
    let added = added(&server, "", &["Content-Type: application/x-tar"], tarred.stdout);
    assert_eq!(added["results"][3]["member"], "b.csv", "{added}");
}

#[test]
fn what_is_no_article_is_refused_with_a_reason() {
    let archive = TestArchive::new();
    let server = Server::start_with(archive.command("serve").args(["--largest-article", "1"]));
    let refused = |status: u16, code: &str, query: &str, headers: &[&str], body: &[u8]| {
        let answer = post(&server, query, headers, body);
        assert_eq!(answer.problem(status, code), code);
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert!(problem["hint"].is_string(), "{problem} leaves no way out");
        problem["detail"].as_str().unwrap().to_owned()
    };
    refused(400, "empty", "", &[JSON], b"");
    refused(400, "empty", "", &[JSON], b" \n ");
    let detail = refused(400, "bad_json", "", &[JSON], b"{\"title\": \"Tin\", x}");
    assert!(detail.contains("line 1") && detail.contains("column"), "{detail}");
    refused(400, "bad_json", "", &[JSON], b"plain words");
    refused(422, "no_text", "", &[JSON], b"{\"id\": 7}");
    refused(422, "no_columns", "", &["Content-Type: text/csv"], b"a,b\n1,2\n");
    refused(415, "unknown_format", "", &[], b"%PDF-1.7\nabc");
    refused(415, "unsupported_type", "", &["Content-Type: multipart/form-data; boundary=x"], b"--x--");
    refused(415, "unsupported_type", "", &[JSON, "Content-Encoding: br"], b"{}");
    refused(400, "unknown_parameter", "nmespace=x", &[JSON], b"{}");
    refused(400, "unknown_value", "format=jason", &[JSON], b"{}");
    refused(403, "cross_site", "", &[JSON, "Sec-Fetch-Site: cross-site"], b"{\"title\":\"Tin\"}");
    let large = json!({"title": "Tin", "text": "tin ".repeat(400_000)}).to_string();
    refused(413, "too_large", "", &[JSON], large.as_bytes());
    let lines = [large.as_str(), "{\"title\":\"Tin\"}", "{\"title\":\"Zinc\"}"].join("\n");
    let taken = added(&server, "commit=wait", &[LINES], lines);
    assert_eq!((&taken["new"], &taken["rejected"]), (&json!(2), &json!(1)), "one is too large, and the rest is taken");
    assert_eq!(server.total("*"), 2);
}

/// The body of an answer that comes in pieces, as it comes.
struct Body {
    stream: BufReader<TcpStream>,
    /// Of the piece under way.
    left: usize,
    has_begun: bool,
}

impl Body {
    fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line)? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while !self.has_begun {
            self.has_begun = self.line()?.is_empty();
        }
        while self.left == 0 {
            match usize::from_str_radix(&self.line()?, 16) {
                Ok(0) => return Ok(0),
                Ok(size) => self.left = size,
                // The end of the piece before.
                Err(_) => {}
            }
        }
        let length = self.left.min(buffer.len());
        let read = self.stream.read(&mut buffer[..length])?;
        self.left -= read;
        Ok(read)
    }
}

/// A request whose body comes in pieces.
struct Upload {
    stream: TcpStream,
    answer: BufReader<Body>,
}

impl Upload {
    fn begin(server: &Server) -> Upload {
        let head = format!(
            "POST {ARTICLES} HTTP/1.1\r\nHost: t\r\n{LINES}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        let stream = send(server, head.as_bytes());
        let body = Body { stream: BufReader::new(stream.try_clone().unwrap()), left: 0, has_begun: false };
        Upload { stream, answer: BufReader::new(body) }
    }

    fn send(&mut self, piece: &str) {
        // A server that was killed hears nothing.
        let _ = write!(self.stream, "{:x}\r\n{piece}\r\n", piece.len());
    }

    /// The next results, as many as come before the answer ends or breaks off; at most so many.
    fn results(&mut self, most: usize) -> Vec<Value> {
        let lines = (&mut self.answer).lines().map_while(Result::ok);
        let results = lines.filter_map(|line| serde_json::from_str::<Value>(line.trim_start_matches(',')).ok());
        results.filter(|result| result["line"].is_u64()).take(most).collect()
    }
}

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
    let head = format!("POST {ARTICLES} HTTP/1.1\r\nHost: t\r\nContent-Type: text/csv\r\nContent-Length: 999\r\n\r\n");
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
fn uploads_at_once_are_bounded() {
    let archive = TestArchive::new();
    let server = Server::start_with(archive.command("serve").args(["--uploads", "1"]));
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
    assert!(archive.last_run().contains("interrupted"), "{}", archive.last_run());
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
    let text = "Tin is a metal, and its price is news. ".repeat(25);
    let mut upload = Upload::begin(&server);
    let mut peaks = Vec::new();
    for hundredth in 0..100 {
        let line = |n: u64| format!("{{\"id\":\"n{n}\",\"title\":\"Tin {n}\",\"text\":\"{text}\"}}\n");
        let piece: String = (hundredth * 2000..(hundredth + 1) * 2000).map(line).collect();
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

#[test]
fn a_deleted_article_is_out_of_every_answer_and_does_not_come_back() {
    let (archive, server) = server();
    let lines = "{\"id\":\"1\",\"title\":\"Tin\",\"text\":\"One.\"}\n{\"id\":\"2\",\"title\":\"Tin too\"}\n";
    let file = archive.file("a.jsonl", lines);
    let first = added(&server, "commit=wait&namespace=wire", &[LINES], lines);
    let id = first["results"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("{ARTICLES}/{id}");
    let delete = || ask(&server, "DELETE", &format!("{path}?commit=wait"), &[], b"");
    let gone = || {
        assert_eq!(server.total("tin"), 1);
        for path in [path.clone(), format!("{path}?version=1"), format!("/article/{id}")] {
            assert_eq!(get(&server, &path).problem(410, &path), "article_gone");
        }
    };
    for time in ["first", "second"] {
        let answer = delete();
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(answer.status, 200, "{time}");
        assert_eq!(body, json!({"id": id, "status": "deleted", "committed": true}), "{time}");
        gone();
    }
    let changed = lines.replace("One", "Two");
    let again = added(&server, "commit=wait&namespace=wire", &[LINES], changed);
    assert_eq!(outcomes(&again), [(1, "unchanged"), (2, "unchanged")]);
    assert_eq!((&again["results"][0]["code"], &again["results"][1]["code"]), (&json!("deleted"), &Value::Null));
    archive.ingest(&["--namespace", "wire", &file]);
    gone();
    assert_eq!(ask(&server, "DELETE", "/api/v1/articles/nobody", &[], b"").problem(404, "unknown"), "no_article");
    let odd = ask(&server, "DELETE", &format!("{path}?version=1"), &[], b"");
    assert_eq!(odd.problem(400, "another parameter"), "unknown_parameter");
    let odd = ask(&server, "DELETE", &path, &["Sec-Fetch-Site: cross-site"], b"");
    assert_eq!(odd.problem(403, "from elsewhere"), "cross_site");
    assert!(archive.command("reindex").output().unwrap().status.success());
    server.until("the new index", |server| server.log().contains("a new index is in use"));
    gone();
    server.kill();
    let server = Server::start(&archive);
    assert_eq!(server.total("tin"), 1);
}

#[test]
fn the_ledger_is_read_by_the_page() {
    let (_archive, server) = server();
    for n in 0..3 {
        added(&server, "", &[LINES], article(n, 0));
    }
    let page = server.json("/api/v1/runs?limit=2");
    let ids = |page: &Value| {
        page["runs"].as_array().unwrap().iter().map(|run| run["id"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&page), [3, 2]);
    let run = &page["runs"][0];
    assert_eq!(
        (&run["input"], &run["state"], &run["new"]),
        (&json!("POST /api/v1/articles"), &json!("finished"), &json!(1))
    );
    assert_eq!(run["bytes"], article(2, 0).len());
    assert_eq!(run["bytes"], run["bytes_total"]);
    let next = page["next_cursor"].as_str().unwrap();
    let last = server.json(&format!("/api/v1/runs?limit=2&cursor={next}"));
    assert_eq!((ids(&last), &last["next_cursor"]), (vec![1], &Value::Null));
    for (path, status, code) in [
        ("/api/v1/runs/99", 404, "no_run"),
        ("/api/v1/runs/x", 404, "no_run"),
        ("/api/v1/runs/99/rejects", 404, "no_run"),
        ("/api/v1/runs/99/rejects.txt", 404, "no_run"),
        ("/api/v1/runs?limit=0", 400, "out_of_range"),
        ("/api/v1/runs?limit=x", 400, "bad_number"),
        ("/api/v1/runs?cursor=x", 400, "bad_cursor"),
        ("/api/v1/runs?lmit=1", 400, "unknown_parameter"),
    ] {
        assert_eq!(get(&server, path).problem(status, path), code, "{path}");
    }
}

#[test]
fn a_run_tells_how_far_it_has_come() {
    let (_archive, server) = server();
    let head = format!("POST {ARTICLES} HTTP/1.1\r\nHost: t\r\n{LINES}\r\nContent-Length: 1000000\r\n\r\n");
    let stream = send(&server, format!("{head}{}", corpus(1500)).as_bytes());
    wait_until("a batch is in", || server.json("/api/v1/runs")["runs"][0]["new"].as_u64().is_some_and(|new| new > 0));
    let run = server.json("/api/v1/runs/1");
    assert_eq!(
        (&run["state"], &run["bytes_total"], &run["finished"]),
        (&json!("running"), &json!(1_000_000), &Value::Null)
    );
    assert!(run["bytes"].as_u64().unwrap() > 0 && run["articles_per_second"].as_f64().unwrap() > 0.0, "{run}");
    drop(stream);
}

#[test]
fn what_was_refused_can_be_mended_and_read_again() {
    let (archive, server) = server();
    let lines = "{\"id\":\"1\",\"title\":\"Tin\"}\n{\"id\":\"2\",\"title\" \"Zinc\"}\n{\"id\":\"3\",\"title\":\"Ore\"}\n{\"id\":\"4\" \"title\":\"Lead\"}\n";
    added(&server, "namespace=wire", &[LINES], lines);
    let rejects = server.json("/api/v1/runs/1/rejects?limit=1");
    let first = &rejects["rejects"][0];
    assert_eq!((&first["line"], &first["offset"], &first["code"]), (&json!(2), &json!(25), &json!("bad_json")));
    assert_eq!((&first["copy"], &first["cut"]), (&json!("{\"id\":\"2\",\"title\" \"Zinc\"}"), &json!(false)));
    let next = rejects["next_cursor"].as_str().unwrap();
    assert_eq!(server.json(&format!("/api/v1/runs/1/rejects?cursor={next}"))["rejects"][0]["line"], 4);
    let (_, all) = server.get("/api/v1/runs/1/rejects.jsonl");
    let all: Vec<Value> = all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((all.len(), &all[1]["n"]), (2, &json!(2)));
    let (_, pieces) = server.get("/api/v1/runs/1/rejects.txt");
    let listed = archive.command("runs").args(["1", "--rejects", "--copies"]).output().unwrap();
    assert_eq!(String::from_utf8(listed.stdout).unwrap(), pieces, "the command line says the same");
    let mended = pieces.replace("\"title\" ", "\"title\":").replace("\"4\" ", "\"4\",");
    let again = added(&server, "namespace=wire&commit=wait", &[LINES], mended);
    assert_eq!(outcomes(&again), [(1, "new"), (2, "new")]);
    assert_eq!(server.total("*"), 4);
}

#[test]
fn the_refused_rows_of_a_table_come_with_its_head() {
    let (_archive, server) = server();
    let table = "title,text\nTin,It rose.\nZinc,It fell,a,b\nOre,It stayed.\nLead,It is heavy,c\n";
    added(&server, "", &["Content-Type: text/csv"], table);
    let (_, pieces) = server.get("/api/v1/runs/1/rejects.txt");
    assert_eq!(pieces, "title,text\nZinc,It fell,a,b\nLead,It is heavy,c\n");
}

#[test]
fn formats_are_listed() {
    let listed = crate::archive::program().arg("formats").output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    for name in ["page-dump", "json, jsonl", "csv, tsv", "newsml-g2", "markdown"] {
        assert!(listed.lines().any(|line| line.starts_with(name)), "{name}: {listed}");
    }
}

#[test]
fn a_dry_run_shows_the_first_article_and_stores_nothing() {
    let archive = TestArchive::new();
    let good = "{\"id\":\"7\",\"title\":\"Tin\",\"text\":[\"One.\",\"Two.\"],\"date\":\"2025-02-27\"}\n{\"title\":\"Zinc\"}\n{}\n";
    let file = archive.file("a.jsonl", good);
    let output = archive.command("ingest").args(["--dry-run", "--namespace", "wire", &file]).output().unwrap();
    let said = crate::archive::text(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("2 articles, 1 rejected") && said.contains("2 as json") && said.contains("no_text"),
        "{said}"
    );
    let has = |field: &str, text: &str| said.lines().any(|line| line.trim().starts_with(field) && line.contains(text));
    assert!(has("identity", "7 in wire") && has("headline", "Tin") && has("body", "Two."), "{said}");
    assert!(has("published", "2025-02-27T00:00:00Z") && has("published", "precision day"), "{said}");
    assert!(!said.contains("Zinc") && !archive.data().exists(), "{said}");
}
