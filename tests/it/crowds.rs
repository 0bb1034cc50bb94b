//! More clients than can be answered, and such as do not behave: nobody else is harmed.

use std::io::Read;
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::archive::TestArchive;
use crate::made_up::corpus;
use crate::sending::{JSON, Upload, added};
use crate::server::{Server, wait_until};
use crate::wire::{Answer, ask, get, receive, send};

const SEARCH: &str = "/api/v1/search?q=tin";

fn archive() -> TestArchive {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", &corpus(100));
    archive.ingest(&[&file]);
    archive
}

fn server(archive: &TestArchive, variables: &[(&str, &str)]) -> Server {
    Server::start_with(archive.command("serve").envs(variables.iter().copied()))
}

fn request(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").into_bytes()
}

/// So many may be open here from now on, or as many as the system allows.
fn files(wanted: u64) -> u64 {
    let allowed = getrlimit(Resource::Nofile);
    let current = allowed.maximum.map_or(wanted, |most| most.min(wanted)).max(allowed.current.unwrap_or(wanted));
    setrlimit(Resource::Nofile, Rlimit { current: Some(current), ..allowed }).unwrap();
    current.min(wanted)
}

/// Whether the server has closed it.
fn is_closed(mut stream: &TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    match stream.read(&mut [0; 1024]) {
        Ok(length) => length == 0,
        Err(error) => !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
    }
}

#[test]
fn clients_that_send_their_head_slowly_or_nothing_at_all_are_dropped_and_harm_nobody() {
    let archive = archive();
    let server = server(&archive, &[("BROADSHEET__LIMITS__HEADER_TIMEOUT", "2s")]);
    let slow: Vec<TcpStream> =
        (0..200).map(|_| send(&server, b"GET /api/v1/search?q=tin HTTP/1.1\r\nHost: ")).collect();
    let held = server.held();
    let idle: Vec<TcpStream> = (0..files(10_000 + 1000).saturating_sub(1000)).map(|_| send(&server, b"")).collect();
    assert!(idle.len() >= 1000, "the system allows too few open files to test this: {}", idle.len());
    let begun = send(&server, b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\nGET /healthz HTTP/1.1\r\n");
    assert_eq!((get(&server, SEARCH).status, get(&server, "/readyz").status), (200, 200));
    if let (Some(before), Some(now)) = (held, server.held()) {
        let each = ((now - before) << 10) / idle.len() as u64;
        assert!(each < 8, "{each} KiB for a connection that has asked for nothing");
    }
    for (name, streams) in [("slow", slow), ("idle", idle), ("slow with its second request", vec![begun])] {
        wait_until(name, || streams.iter().all(is_closed));
    }
    assert_eq!(get(&server, SEARCH).status, 200);
}

#[test]
fn a_connection_too_many_is_told_to_come_back() {
    let archive = archive();
    let server = server(&archive, &[("BROADSHEET__LIMITS__CONNECTIONS", "3")]);
    let mut kept: Vec<TcpStream> = (0..3).map(|_| send(&server, b"")).collect();
    let refused = receive(send(&server, b""));
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    kept.pop();
    server.until("there is room again", |server| get(server, SEARCH).status == 200);
}

#[test]
fn what_nobody_waits_for_is_not_worked_on() {
    let archive = archive();
    let threads = std::thread::available_parallelism().unwrap().get();
    let slow = [("FAILPOINTS", "search::begin=sleep(400)"), ("RUST_LOG", "broadsheet=debug")];
    let server = server(&archive, &slow);
    let waiting: Vec<TcpStream> = (0..threads * 6).map(|_| send(&server, &request(SEARCH))).collect();
    drop(waiting);
    let given_up = |server: &Server| server.log().matches("it is not begun").count();
    // Those that ran already have run; of the others none has.
    server.until("the others are given up", |server| given_up(server) >= threads * 4);
    assert_eq!(get(&server, SEARCH).status, 200);
}

#[test]
fn who_watches_over_the_server_is_answered_while_searches_queue() {
    let archive = archive();
    let slow = ("FAILPOINTS", "search::begin=sleep(3000)");
    let server = server(&archive, &[slow, ("BROADSHEET__HTTP__TRUSTED_PROXIES", "127.0.0.1")]);
    let threads = std::thread::available_parallelism().unwrap().get();
    let crowd: Vec<TcpStream> = (0..threads * 40).map(|_| send(&server, &request(SEARCH))).collect();
    for path in ["/healthz", "/readyz", "/version"] {
        assert_eq!(get(&server, path).status, 200, "{path}");
    }
    let refused = get(&server, SEARCH);
    assert_eq!(refused.problem(503, "a full queue"), "busy");
    assert_eq!(refused.header("retry-after"), Some("1"));
    let by_proxy = ask(&server, "GET", SEARCH, &["X-Request-Id: of-the-proxy"], b"");
    assert_eq!((by_proxy.status, by_proxy.header("x-request-id")), (503, Some("of-the-proxy")));
    server.until_it_says("more is asked for than can be answered");
    // One line for all of them, and none for each but for whom others have taken the last place from since it was looked for.
    let lines = server.log().matches("\"status\":503").count();
    assert!(lines <= threads, "{lines}: {}", server.log());
    let figures = get(&server, "/metrics").body;
    let counted = r#"http_request_duration_seconds_count{route="turned_away",method="GET",status="5xx"}"#;
    assert!(figures.contains(counted), "{figures}");
    // Had they waited for a search, one would have been over by now.
    let answered =
        crowd.iter().filter(|stream| stream.set_nonblocking(true).is_ok() && has_begun_with(stream, b"HTTP/1.1 200"));
    assert_eq!(answered.count(), 0);
}

fn has_begun_with(stream: &TcpStream, text: &[u8]) -> bool {
    let mut seen = vec![0; text.len()];
    stream.peek(&mut seen).is_ok() && seen == text
}

#[test]
fn what_waits_too_long_for_its_turn_is_told_so() {
    let archive = archive();
    let server = server(&archive, &[("FAILPOINTS", "search::begin=sleep(1500)")]);
    let threads = std::thread::available_parallelism().unwrap().get();
    let crowd: Vec<TcpStream> = (0..threads * 3).map(|_| send(&server, &request(SEARCH))).collect();
    let answers: Vec<Answer> = crowd.into_iter().map(receive).collect();
    let (answered, refused): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|answer| answer.status == 200);
    assert!(!answered.is_empty() && !refused.is_empty(), "the third in the row waits for three seconds");
    assert!(refused.iter().all(|refused| refused.problem(503, "the third in the row") == "time_out"));
}

/// What comes in gives way to what is asked.
#[test]
#[cfg(target_os = "linux")]
fn articles_come_in_at_a_lower_priority_than_searches_have() {
    let archive = archive();
    let inbox = archive.folder.path().join("inbox");
    std::fs::create_dir(&inbox).unwrap();
    let server = Server::start_with(archive.command("serve").arg("--watch").arg(&inbox));
    added(&server, "", &[JSON], r#"{"id": "x", "headline": "Zinc falls", "body": "Zinc."}"#);
    let mut upload = Upload::begin(&server);
    upload.send("{\"id\": \"y\", \"headline\": \"Lead\", \"body\": \"Lead.\"}\n");
    assert_eq!(upload.results(1).len(), 1);
    let niceness = niceness(server.id());
    let of = |name: &str| niceness.iter().filter(|(known, _)| known == name).map(|(_, nice)| *nice).collect::<Vec<_>>();
    for name in ["sync", "upload", "watch", "watch-read", "watch-large"] {
        assert!(!of(name).is_empty() && of(name).iter().all(|nice| *nice == 10), "{name}: {niceness:?}");
    }
    let searching = of("tokio-rt-worker");
    assert!(!searching.is_empty() && searching.iter().all(|nice| *nice == 0), "{niceness:?}");
}

/// The threads of a process by name, and how far each gives way.
#[cfg(target_os = "linux")]
fn niceness(process: u32) -> Vec<(String, i32)> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap().flatten();
    let read = |thread: std::fs::DirEntry| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).ok()?;
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
        Some((name.to_owned(), rest.split_whitespace().nth(16)?.parse().ok()?))
    };
    threads.filter_map(read).collect()
}

#[test]
fn as_many_files_are_asked_for_as_may_be_had() {
    let archive = archive();
    let mut command = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_broadsheet");
    let script = format!("ulimit -Sn 64; exec {program} serve --data-dir \"$2\" --listen 127.0.0.1:0");
    command.args(["-c", &script, "sh", "--data-dir"]).arg(archive.data());
    let server = Server::start_as_it_is(&mut command);
    let crowd: Vec<TcpStream> = (0..200).map(|_| send(&server, b"")).collect();
    assert_eq!(get(&server, SEARCH).status, 200);
    drop(crowd);
}
