//! What the server says of itself: a line a request, for machines; and what it must never say.

use serde_json::Value;

use crate::archive::TestArchive;
use crate::made_up::corpus;
use crate::sending::{JSON, post};
use crate::server::{Server, make_key};
use crate::wire::{ask, get};

fn archive() -> TestArchive {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", &corpus(100));
    archive.ingest(&[&file]);
    archive
}

fn started(archive: &TestArchive, variables: &[(&str, &str)]) -> Server {
    Server::start_with(archive.command("serve").envs(variables.iter().copied()))
}

/// Every line that was logged, each of them an object.
#[track_caller]
fn lines(server: &Server) -> Vec<Value> {
    let log = server.log();
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The line that the request of an id has left.
#[track_caller]
fn line_of(server: &Server, id: &str) -> Value {
    server.until_it_says(id);
    let of_it = |line: &Value| line["span"]["id"] == id && line["message"] == "answered";
    server.until("its line", |server| lines(server).iter().any(of_it));
    let mut lines: Vec<Value> = lines(server).into_iter().filter(of_it).collect();
    assert_eq!(lines.len(), 1, "one line a request: {lines:?}");
    lines.remove(0)
}

#[test]
fn a_request_leaves_one_line_that_says_what_became_of_it_and_not_what_was_asked() {
    let (archive, secret) = (archive(), "zanzibarian");
    let server = Server::start(&archive);
    let key = make_key(&archive.data(), &["--scope", "read"]);
    let shown = format!("Authorization: Bearer {key}");
    let answer = ask(&server, "GET", &format!("/api/v1/search?q={secret}"), &[&shown], b"");
    let line = line_of(&server, answer.header("x-request-id").unwrap());
    assert_eq!((&line["level"], &line["status"]), (&"INFO".into(), &200.into()));
    assert!(line["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{line}");
    assert!(line["latency_ms"].as_f64().is_some_and(|ms| ms > 0.0), "{line}");
    assert_eq!(line["bytes"], answer.body.len(), "{line}");
    let span = &line["span"];
    assert_eq!((&span["method"], &span["route"]), (&"GET".into(), &"/api/v1/search".into()));
    assert_eq!(span["client"], "127.0.0.1");
    let id = span["key"].as_str().unwrap();
    assert!(key.contains(id) && id.len() < key.len() / 2, "the key is told by its name: {id}");

    let id = |path: &str| get(&server, path).header("x-request-id").unwrap().to_owned();
    let article = line_of(&server, &id(&format!("/article/{secret}")));
    assert_eq!((&article["span"]["route"], &article["status"]), (&"/article/{id}".into(), &404.into()));
    let nowhere = line_of(&server, &id(&format!("/{secret}?{secret}")));
    assert_eq!((&nowhere["span"]["route"], &nowhere["status"]), (&"unmatched".into(), &404.into()));
    let wrong = ask(&server, "DELETE", "/api/v1/search", &[], b"");
    assert_eq!(line_of(&server, wrong.header("x-request-id").unwrap())["status"], 405);
    let refused = ask(&server, "GET", "/api/v1/search", &["Authorization: Bearer bs_nobody_at_all"], b"");
    assert_eq!(line_of(&server, refused.header("x-request-id").unwrap())["status"], 401);

    let log = server.log();
    for never in [secret, key.as_str(), "Bearer", "bs_nobody_at_all"] {
        assert!(!log.contains(never), "{never}: {log}");
    }
}

#[test]
fn what_was_asked_is_logged_where_it_is_configured_so() {
    let server = started(&archive(), &[("BROADSHEET__LOG__QUERIES", "true")]);
    let answer = get(&server, "/api/v1/search?q=tin+copper&limit=0");
    assert_eq!(line_of(&server, answer.header("x-request-id").unwrap())["query"], "q=tin+copper&limit=0");
}

#[test]
fn an_id_is_kept_from_a_proxy_that_is_trusted_and_from_nobody_else() {
    let archive = archive();
    let asked = |server: &Server, id: &str| {
        let answer = ask(server, "GET", "/api/v1/search?limit=0&strict=2", &[&format!("X-Request-Id: {id}")], b"");
        answer.problem(400, "the id stands in the problem, too");
        answer.header("x-request-id").unwrap().to_owned()
    };
    let open = Server::start(&archive);
    let own = asked(&open, "forged-by-somebody");
    assert_ne!(own, "forged-by-somebody");
    line_of(&open, &own);
    assert!(!open.log().contains("forged-by-somebody"));

    let behind = started(&archive, &[("BROADSHEET__HTTP__TRUSTED_PROXIES", "127.0.0.1")]);
    assert_eq!(asked(&behind, "edge-1/7f3e:42"), "edge-1/7f3e:42");
    line_of(&behind, "edge-1/7f3e:42");
    let long = "a".repeat(129);
    for wrong in [r#"x" level="ERROR"#, "a b", r"a\u000ab", &long] {
        let own = asked(&behind, wrong);
        assert!(own != wrong && own.len() == 36, "{own}");
        line_of(&behind, &own);
    }
    assert!(!behind.log().contains(&long) && lines(&behind).iter().all(|line| line["level"] != "ERROR"));
}

#[test]
fn lines_are_for_people_where_that_is_asked_for() {
    let archive = archive();
    let server = started(&archive, &[("BROADSHEET__LOG__FORMAT", "text"), ("BROADSHEET__LOG__QUERIES", "true")]);
    let answer = get(&server, "/api/v1/search?q=%0AERROR+forged");
    let id = answer.header("x-request-id").unwrap();
    server.until_it_says("answered");
    let log = server.log();
    let line = log.lines().find(|line| line.contains(id)).unwrap();
    for part in [" INFO request{", "method=GET", r#"route="/api/v1/search""#, "client=127.0.0.1", "status=200"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(log.lines().all(|line| !line.starts_with("ERROR")) && !log.contains('\u{1b}'), "{log}");
}

#[test]
fn how_much_is_logged_is_configured_and_the_variable_wins() {
    let archive = archive();
    let quiet = started(&archive, &[("BROADSHEET__LOG__LEVEL", "warn"), ("BROADSHEET__LOG__SLOW", "0s")]);
    get(&quiet, "/api/v1/search");
    quiet.until_it_says("a slow search");
    assert!(lines(&quiet).iter().all(|line| line["message"] != "answered"));
    let told = lines(&quiet).remove(0);
    assert_eq!(told["span"]["route"], "/api/v1/search", "whatever is logged says of which request: {told}");
    let loud = started(&archive, &[("BROADSHEET__LOG__LEVEL", "warn"), ("RUST_LOG", "info")]);
    let answer = get(&loud, "/api/v1/search");
    line_of(&loud, answer.header("x-request-id").unwrap());
    for (name, wrong, words) in [
        ("BROADSHEET__LOG__LEVEL", "loud=very", "no level; write it as info"),
        ("BROADSHEET__LOG__FORMAT", "xml", "format"),
        ("BROADSHEET__LOG__SLOW", "soon", "write it as 30s"),
    ] {
        let output = archive.command("serve").env(name, wrong).output().unwrap();
        let said = crate::archive::text(&output);
        assert!(output.status.code() == Some(1) && said.contains(name) && said.contains(words), "{said}");
    }
}

#[test]
fn a_slow_search_is_told_of_with_its_query_as_it_was_understood() {
    let archive = archive();
    let server = started(&archive, &[("BROADSHEET__LOG__SLOW", "0s")]);
    let answer = get(&server, "/api/v1/search?q=tin+%22iron+ore%22&highlight=1");
    let found: Value = serde_json::from_str(&answer.body).unwrap();
    let id = answer.header("x-request-id").unwrap();
    line_of(&server, id);
    let slow = |line: &Value| line["message"] == "a slow search" && line["span"]["id"] == id;
    let told = lines(&server).into_iter().find(slow).unwrap();
    assert_eq!((&told["level"], &told["kind"]), (&"WARN".into(), &"search".into()));
    assert_eq!(told["query"], found["query"]["canonical"]);
    assert_eq!((&told["snapshot"], &told["total"]), (&found["snapshot"], &found["total"]));
    assert_eq!(told["timed_out"], false);
    let spent =
        ["wait_ms", "parse_ms", "engine_ms", "hydrate_ms", "highlight_ms"].map(|name| told[name].as_f64().unwrap());
    let whole = told["took_ms"].as_f64().unwrap();
    assert!(spent.iter().all(|ms| *ms > 0.0) && spent.iter().sum::<f64>() <= whole, "{told}");
    for (path, kind) in [("mentions?q=tin", "mentions"), ("terms?q=tin", "terms"), ("compare?q=tin&q=zinc", "compare")]
    {
        get(&server, &format!("/api/v1/{path}"));
        server.until(kind, |server| lines(server).iter().any(|line| line["kind"] == kind));
    }
    let compared = lines(&server).into_iter().find(|line| line["kind"] == "compare").unwrap();
    assert_eq!(compared["query"], "tin | zinc");
    // What was refused has not been searched for.
    let before = lines(&server).len();
    get(&server, "/api/v1/search?sort=sideways");
    server.until("its line", |server| lines(server).len() > before);
    assert!(lines(&server)[before..].iter().all(|line| line["message"] != "a slow search"));
}

#[test]
fn a_search_whose_turn_never_came_has_waited_all_its_time() {
    let archive = archive();
    let server = started(&archive, &[("FAILPOINTS", "search::begin=sleep(3000)")]);
    let number = 1 + std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..number).map(|_| scope.spawn(|| get(&server, "/api/v1/search?q=tin").status)).collect();
        assert!(asking.into_iter().any(|one| one.join().unwrap() == 503));
    });
    let waited = |line: &Value| line["message"] == "a slow search" && line["wait_ms"].as_f64() > Some(1900.0);
    server.until("the one that has waited", |server| lines(server).iter().any(waited));
    let told = lines(&server).into_iter().find(waited).unwrap();
    assert_eq!((&told["timed_out"], &told["engine_ms"]), (&true.into(), &0.0.into()), "{told}");
}

#[test]
fn usual_searches_are_not_slow_and_none_is_where_that_is_not_wanted() {
    let archive = archive();
    for slow in ["1m", ""] {
        let server = started(&archive, &[("BROADSHEET__LOG__SLOW", slow)]);
        let answer = get(&server, "/api/v1/search?q=tin");
        line_of(&server, answer.header("x-request-id").unwrap());
        assert!(!server.log().contains("a slow search"), "{slow}");
    }
}

#[test]
fn what_comes_in_is_logged_without_the_key() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    let answer = post(&server, "commit=wait", &[JSON], r#"{"id": "1", "headline": "Tin rises"}"#);
    let line = line_of(&server, answer.header("x-request-id").unwrap());
    assert_eq!((&line["span"]["method"], &line["span"]["route"]), (&"POST".into(), &"/api/v1/articles".into()));
    assert_eq!(line["bytes"], Value::Null, "it is written while it is read");
    assert!(!server.log().contains(server.key()));
}
