//! Whatever is asked for wrongly, on whatever address, is refused in one shape; and nothing brings the server down.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::archive::TestArchive;
use crate::made_up::corpus;
use crate::server::{Server, query};
use crate::wire::{Answer, ask, get, receive, send};

pub(crate) const API: &str = "/api/v1/search";
pub(crate) const FORM: &[&str] = &["Content-Type: application/x-www-form-urlencoded"];
pub(crate) const JSON: &[&str] = &["Content-Type: application/json"];
const BROWSER: &[&str] = &["Accept: text/html,application/xhtml+xml,*/*;q=0.8"];

pub(crate) fn server() -> (TestArchive, Server) {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", &corpus(100));
    archive.ingest(&[&file]);
    let server = Server::start(&archive);
    (archive, server)
}

/// Parameters with a value that each must refuse, already encoded for an address, and the code.
fn mistakes() -> Vec<(&'static str, String, &'static str)> {
    let mut mistakes = Vec::new();
    let mut add = |names: &[&'static str], values: &[&str], code| {
        for name in names {
            mistakes.extend(values.iter().map(|value| (*name, (*value).to_owned(), code)));
        }
    };
    let huge = "x".repeat(5000);
    let nonsense = ["nonsense", "%00", "%FF", "%F0%9F%93%B0", "a%00b", &huge];
    let choices = ["mode", "strict", "date_field", "sort", "interval", "collapse", "highlight", "explain"];
    add(&choices, &nonsense, "unknown_value");
    add(&choices, &["", "%20", "ALL,any"], "unknown_value");
    add(&["facets"], &[&nonsense[..], &["tag,nonsense", "Tag%00"]].concat(), "unknown_value");
    add(&["fields"], &[&nonsense[..], &["id,nonsense"]].concat(), "unknown_value");
    let numbers = ["limit", "offset", "facet_limit", "snippets"];
    let no_numbers = ["", "%20", "x", "1.5", "1e3", "0x10", "%00", "%FF", "1,2", &huge];
    add(&numbers, &no_numbers, "bad_number");
    add(&numbers, &["-1", "99999", "18446744073709551615", "99999999999999999999999"], "out_of_range");
    add(&["facet_limit"], &["0"], "out_of_range");
    let no_zones = ["", "Mars", "%00", "%FF", "../../../etc/passwd", "/etc/passwd", "Europe/", &huge];
    add(&["tz"], &no_zones, "bad_timezone");
    let no_dates = ["never", "2025-13-01", "2025-02-30", "99999-01-01", "%00", "%FF", "7x", "2025-02-27T99:00Z", &huge];
    add(&["from", "to"], &no_dates, "bad_date");
    let no_cursors = ["x", "%00", "%FF", "...", "s-a-1.x.1.beef", "s-a.1.1.beef", "s--.0.0.0", &huge];
    add(&["cursor"], &no_cursors, "bad_cursor");
    add(&["cursor"], &["s-000000000000-1.0.0.beef"], "snapshot_gone");
    add(&["snapshot"], &["x", "%00", "%FF", "s-", "s-1", "s-000000000000-zz", &huge], "bad_snapshot");
    add(&["snapshot"], &["s-000000000000-1"], "snapshot_gone");
    add(&["q"], &[&"x".repeat(17 * 1024)], "query_too_long");
    add(&["q"], &[&"(".repeat(100)], "query_too_deep");
    add(&["q"], &[&"x+".repeat(1100)], "too_many_clauses");
    mistakes
}

#[track_caller]
pub(crate) fn refused(answer: &Answer, code: &str, what: &str) {
    let status = match code {
        "snapshot_gone" => 410,
        "bad_range" | "cursor_mismatch" | "too_many_buckets" => 409,
        _ => 400,
    };
    let what = what.get(..200).unwrap_or(what);
    assert_eq!(answer.problem(status, what), code, "{what}: {}", answer.body);
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    assert!(problem["hint"].is_string(), "{what} leaves no way out: {problem}");
}

#[test]
fn every_bad_value_of_every_parameter_wears_the_envelope() {
    let (_archive, server) = server();
    for (name, value, code) in mistakes() {
        let pair = format!("{name}={value}");
        refused(&get(&server, &format!("{API}?{pair}")), code, &pair);
        refused(&get(&server, &format!("{API}?tag=zinc&lmit=1&{pair}")), code, &pair);
        refused(&ask(&server, "POST", API, FORM, pair.as_bytes()), code, &pair);
        let plain: String = url::form_urlencoded::parse(pair.as_bytes()).next().unwrap().1.into_owned();
        let body = json!({ name: plain }).to_string();
        refused(&ask(&server, "POST", API, JSON, body.as_bytes()), code, &body);
        // An empty field of a form on a page asks for nothing.
        if !plain.trim().is_empty() {
            refused(&get(&server, &format!("/search?{pair}")), code, &pair);
            let page = ask(&server, "GET", &format!("/search?{pair}"), BROWSER, b"");
            assert_eq!(page.status, if code == "snapshot_gone" { 410 } else { 400 }, "{pair}");
            assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{pair}");
        }
    }
}

#[test]
fn every_parameter_is_given_once_but_for_the_filters() {
    let (_archive, server) = server();
    let once = [
        "q=a",
        "mode=all",
        "strict=0",
        "from=2024",
        "to=2025",
        "date_field=seen",
        "tz=UTC",
        "sort=newest",
        "limit=1",
        "offset=1",
        "facets=tag",
        "facet_limit=5",
        "interval=day",
        "collapse=near",
        "highlight=1",
        "snippets=1",
        "fields=id",
        "explain=1",
    ];
    for pair in once {
        assert_eq!(get(&server, &format!("{API}?{pair}")).status, 200, "{pair}");
        refused(&get(&server, &format!("{API}?{pair}&{pair}")), "repeated_parameter", pair);
        refused(&ask(&server, "POST", API, FORM, format!("{pair}&{pair}").as_bytes()), "repeated_parameter", pair);
        let (name, value) = pair.split_once('=').unwrap();
        let body = json!({ name: [value, value] }).to_string();
        let answer = ask(&server, "POST", API, JSON, body.as_bytes());
        match name {
            "facets" | "fields" => assert_eq!(answer.status, 200, "a list: {body}"),
            _ => refused(&answer, "repeated_parameter", &body),
        }
    }
    for name in ["tag", "source", "site", "author", "section", "place", "person", "org", "lang"] {
        for value in ["", "-", "%00", "%FF", "-%00", "\\-", "%zz", &"x".repeat(5000)] {
            let path = format!("{API}?{name}={value}&{name}=b&{name}={value}");
            assert_eq!(get(&server, &path).status, 200, "{name}={value}");
        }
    }
}

#[test]
fn what_only_the_whole_request_tells_is_refused_too() {
    let (_archive, server) = server();
    let page = server.search(&[("q", "tin"), ("limit", "1")]);
    let (cursor, snapshot) = (page["next_cursor"].as_str().unwrap(), page["snapshot"].as_str().unwrap());
    let state = snapshot.split('-').nth(1).unwrap();
    let parts: Vec<&str> = cursor.split('.').collect();
    for (asked, code) in [
        ("from=2025&to=2024".to_owned(), "bad_range"),
        ("from=2025-01-02&to=2025-01-01".to_owned(), "bad_range"),
        (format!("q=zinc&cursor={cursor}"), "cursor_mismatch"),
        (format!("q=tin&tag=zinc&cursor={cursor}"), "cursor_mismatch"),
        (format!("q=tin&sort=oldest&cursor={cursor}"), "cursor_mismatch"),
        (format!("q=tin&from=2024&cursor={cursor}"), "cursor_mismatch"),
        (format!("q=tin&tz=Asia/Tokyo&cursor={cursor}"), "cursor_mismatch"),
        (format!("q=tin&cursor={cursor}&snapshot=s-{state}-1"), "cursor_mismatch"),
        (format!("q=tin&cursor={cursor}x"), "cursor_mismatch"),
        (format!("q=tin&cursor={cursor}.1"), "bad_cursor"),
        (format!("snapshot=s-{state}-7fffffffffffffff"), "bad_snapshot"),
        (format!("snapshot=s-{state}-{}", "f".repeat(17)), "bad_snapshot"),
        ("q=tin&lmit=3&strict=1".to_owned(), "unknown_parameter"),
        ("strict=1&%00=%00".to_owned(), "unknown_parameter"),
        (format!("q=tin&collapse=near&cursor={cursor}"), "cursor_mismatch"),
        ("q=a+W%2F5+tag:b&strict=1".to_owned(), "proximity_operand"),
    ] {
        refused(&get(&server, &format!("{API}?{asked}")), code, &asked);
        refused(&ask(&server, "POST", API, FORM, asked.as_bytes()), code, &asked);
    }
    // Places that no hit has are places all the same.
    for place in ["0.0", "ffffffffffffffff.ffffffffffffffff"] {
        let path = format!("{API}?q=tin&limit=1&cursor={}.{place}.{}", parts[0], parts[3]);
        assert_eq!(get(&server, &path).status, 200, "{path}");
    }
    let lenient = server.search(&[("q", "tin"), ("lmit", "3")]);
    assert_eq!(lenient["query"]["warnings"][0]["code"], "unknown_parameter");
    for harmless in ["?", "?&&&", "?=", "?q", "?%", "?%zz=%zz", "?q=%", "?q=%zz", "?q=%FF%FE", "?q=%00", "?q=+"] {
        assert_eq!(get(&server, &format!("{API}{harmless}")).status, 200, "{harmless}");
        assert_eq!(get(&server, &format!("/search{harmless}")).status, 200, "{harmless}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_parameter() {
    let (_archive, server) = server();
    let detail = |asked: &str| {
        let problem: Value = serde_json::from_str(&get(&server, &format!("{API}?{asked}")).body).unwrap();
        problem["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(detail("limit=abc&from=2021-99"), "`limit`: `abc` is not a number");
    assert_eq!(detail("from=2021-99"), "`from`: `2021-99` is no date");
    assert_eq!(detail("facet_limit=-1").split(' ').next(), Some("`facet_limit`:"));
    assert_eq!(detail("sort=up"), "`sort` does not know `up`");
}

#[test]
fn articles_that_are_not_there_wear_the_envelope() {
    let (_archive, server) = server();
    let hit = server.search(&[("q", "tin"), ("limit", "1")])["hits"][0]["id"].clone();
    let id = hit.as_str().unwrap();
    for (path, status, code) in [
        ("nobody".to_owned(), 404, "no_article"),
        ("%00".to_owned(), 404, "no_article"),
        ("%zz".to_owned(), 404, "no_article"),
        ("x".repeat(5000), 404, "no_article"),
        ("%FF".to_owned(), 400, "bad_request"),
        (String::new(), 404, "not_found"),
        (format!("{id}/"), 404, "not_found"),
        (format!("{id}/1"), 404, "not_found"),
        (format!("{id}?version=99"), 404, "no_version"),
        (format!("{id}?version=0"), 400, "bad_number"),
        (format!("{id}?version=-1"), 400, "bad_number"),
        (format!("{id}?version="), 400, "bad_number"),
        (format!("{id}?version=x"), 400, "bad_number"),
        (format!("{id}?version=99999999999"), 400, "bad_number"),
        (format!("{id}?q=tin"), 400, "unknown_parameter"),
    ] {
        let answer = get(&server, &format!("/api/v1/articles/{path}"));
        assert_eq!(answer.problem(status, &path), code, "{path}");
    }
    for path in ["nobody", "%00", "%FF", "%zz", "", "a/b"] {
        let page = ask(&server, "GET", &format!("/article/{path}"), BROWSER, b"");
        assert!((400..500).contains(&page.status), "{path}: {}", page.status);
        assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{path}");
        get(&server, &format!("/article/{path}")).problem(page.status, path);
    }
}

#[test]
fn every_address_says_which_methods_it_takes() {
    let (_archive, server) = server();
    let hit = server.search(&[("q", "tin"), ("limit", "1")])["hits"][0]["id"].clone();
    let article = hit.as_str().unwrap();
    let routes = [
        "/".to_owned(),
        "/search".to_owned(),
        "/help".to_owned(),
        format!("/article/{article}"),
        API.to_owned(),
        "/api/v1/query".to_owned(),
        format!("/api/v1/articles/{article}"),
        "/healthz".to_owned(),
        "/readyz".to_owned(),
        "/version".to_owned(),
    ];
    for route in &routes {
        let answer = get(&server, route);
        assert_eq!(answer.status, 200, "{route}");
        let head = ask(&server, "HEAD", route, &[], b"");
        assert_eq!((head.status, head.body.as_str()), (200, ""), "HEAD {route}");
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
            if method == "DELETE" && route.starts_with("/api/v1/articles/") {
                continue;
            }
            let what = format!("{method} {route}");
            let answer = ask(&server, method, route, &[], b"");
            assert_eq!(answer.problem(405, &what), "method_not_allowed");
            assert!(answer.header("allow").is_some_and(|allow| allow.contains("GET")), "{what}: {answer:?}");
            assert_hint_says_what_is_allowed(&answer);
        }
        if route != API {
            let answer = ask(&server, "POST", route, FORM, b"q=tin");
            assert_eq!(answer.problem(405, route), "method_not_allowed");
        }
    }
    let allow = ask(&server, "DELETE", API, &[], b"");
    assert!(allow.header("allow").is_some_and(|allow| allow.contains("POST")), "{allow:?}");
    assert_hint_says_what_is_allowed(&ask(&server, "GET", "/api/v1/articles", &[], b""));
    assert_hint_says_what_is_allowed(&ask(&server, "PUT", &format!("/api/v1/articles/{article}/diff"), &[], b""));
}

#[track_caller]
fn assert_hint_says_what_is_allowed(answer: &Answer) {
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    let (hint, allow) = (problem["hint"].as_str().unwrap(), answer.header("allow").unwrap());
    let taken = hint.split('.').next().unwrap();
    for method in ["GET", "POST", "DELETE"] {
        assert_eq!(taken.contains(method), allow.contains(method), "{hint} / {allow}");
    }
}

#[test]
fn addresses_are_taken_by_the_letter() {
    let (_archive, server) = server();
    for path in [
        "/nowhere",
        "/search/",
        "/api/v1/search/",
        "//search",
        "//api/v1/search",
        "/api//v1/search",
        "/api/v1",
        "/api/v1/../v1/search",
        "/./search",
        "/../search",
        "/static/../Cargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/static/nothing.css",
        "/SEARCH",
        "/search%00",
        "/%FF",
        "/article",
        "/article/",
    ] {
        assert_eq!(get(&server, path).problem(404, path), "not_found", "{path}");
        let page = ask(&server, "GET", path, BROWSER, b"");
        let kind = page.header("content-type").unwrap_or_default();
        let expected = if path.starts_with("/api/") { "application/problem+json" } else { "text/html" };
        assert!(page.status == 404 && kind.starts_with(expected), "{path}: {} {kind}", page.status);
    }
}

#[test]
fn what_is_too_large_is_refused() {
    let (_archive, server) = server();
    let body = vec![b'x'; 1024 * 1024 + 1];
    for kind in [FORM, JSON] {
        assert_eq!(ask(&server, "POST", API, kind, &body).problem(413, "with its length"), "too_large");
    }
    let mut chunked = format!("POST {API} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{}\r\n", FORM[0]).into_bytes();
    chunked.extend(format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n", body.len()).bytes());
    chunked.extend(&body);
    chunked.extend(b"\r\n0\r\n\r\n");
    assert_eq!(receive(send(&server, &chunked)).problem(413, "in pieces"), "too_large");
    let long = |length: usize| format!("{API}?q={}", "x".repeat(length));
    assert_eq!(get(&server, &long(60_000)).problem(400, "a long address"), "query_too_long");
    // Beyond this the library that reads HTTP refuses before there is a request: with the status, without the envelope.
    assert_eq!(get(&server, &long(70_000)).status, 431);
    let header = format!("X-Long: {}", "x".repeat(600_000));
    assert_eq!(ask(&server, "GET", API, &[&header], b"").status, 431);
    assert_eq!(receive(send(&server, b"NONSENSE\r\n\r\n")).status, 400);
    assert_eq!(server.total("*"), 100);
}

#[test]
fn a_crowd_is_answered_or_told_to_come_back() {
    let (archive, calm) = server();
    calm.kill();
    let server = Server::start_with(archive.command("serve").env("FAILPOINTS", "search::begin=sleep(50)"));
    let (answered, busy) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        // More than may wait on any machine that these tests run on.
        for _ in 0..100 * std::thread::available_parallelism().unwrap().get() / 2 {
            scope.spawn(|| {
                for _ in 0..3 {
                    let answer = get(&server, &format!("{API}?q=tin&facets=tag&highlight=1"));
                    if answer.status == 200 {
                        answered.fetch_add(1, Ordering::Relaxed);
                        continue;
                    }
                    assert_eq!(answer.problem(503, "too many"), "busy");
                    assert_eq!(answer.header("retry-after"), Some("1"));
                    busy.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let (answered, busy) = (answered.into_inner(), busy.into_inner());
    assert!(answered > 0 && busy > 0, "{answered} answered, {busy} told to come back");
    assert_eq!(get(&server, API).status, 200);
}

#[test]
fn clients_that_hang_up_or_dawdle_harm_nobody() {
    let (_archive, server) = server();
    let whole = format!("GET {API}?q=tin&highlight=1 HTTP/1.1\r\nHost: t\r\n\r\n");
    let mut dawdling = Vec::new();
    for cut in 0..200 {
        // Gone after a part of the request, after all of it, or there for ever without saying more.
        let mut stream = send(&server, &whole.as_bytes()[..whole.len() - cut % whole.len()]);
        if cut % 4 == 0 {
            dawdling.push(stream);
        } else if cut % 4 == 1 {
            let _ = stream.write_all(b"\r\n\r\n");
        }
    }
    let body = format!("POST {API} HTTP/1.1\r\nHost: t\r\n{}\r\nContent-Length: 100\r\n\r\nq=t", FORM[0]);
    dawdling.extend((0..20).map(|_| send(&server, body.as_bytes())));
    assert_eq!(server.total("*"), 100);
    assert_eq!(server.stop(), Some(0), "it stops although they are still there");
}

#[test]
fn any_query_with_any_parameters_is_answered_or_refused() {
    let (_archive, server) = server();
    let mut numbers = crate::made_up::Numbers::seeded();
    let pieces = [
        "tin",
        "\"iron ore\"",
        "\"",
        "(",
        ")",
        "AND",
        "OR",
        "NOT",
        "-",
        "*",
        "?",
        "mi*",
        "tag:",
        "tag:zinc",
        "date:",
        "date:2024-03",
        "[a TO b]",
        "W/5",
        "^2",
        "~",
        ":",
        "\\",
        "U.S.",
        "東京",
        "\u{0}",
        "é",
        "=",
        "when:7d",
        "/x/",
        "CAPS(us)",
        "words:>3",
        "«",
        "headline:",
        "headline:port",
        "\u{202e}",
        "\u{1f4f0}",
        "is:corrected",
        "ATLEAST/2",
    ];
    let mut one_of = |known: &[&str]| known[numbers.below(known.len() as u64) as usize].to_owned();
    for _ in 0..500 {
        let q: Vec<String> = (0..8).map(|_| one_of(&pieces)).collect();
        let asked = [
            ("q", q.join(" ")),
            ("strict", one_of(&["0", "1", "1"])),
            ("mode", one_of(&["all", "any"])),
            ("sort", one_of(&["relevance", "newest", "oldest", "recent"])),
            ("facets", one_of(&["", "tag", "tag,source,site,author,section,place,person,org,lang"])),
            ("interval", one_of(&["hour", "day", "week", "month", "quarter", "year", "auto"])),
            ("tz", one_of(&["UTC", "Asia/Kathmandu", "America/St_Johns"])),
            ("highlight", one_of(&["0", "1"])),
            ("explain", one_of(&["0", "1"])),
            ("limit", one_of(&["0", "1", "1000"])),
        ];
        let asked: Vec<(&str, &str)> = asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for path in [API, "/search"] {
            let path = format!("{path}?{}", query(&asked));
            let answer = get(&server, &path);
            match answer.status {
                200 => {}
                400 => drop(answer.problem(400, &path)),
                status => panic!("{status}: {path}: {}", answer.body),
            }
        }
    }
}

#[test]
fn many_parameters_and_many_wildcards_are_bounded() {
    let (_archive, server) = server();
    let unknown = |count: usize| (0..count).map(|n| format!("zz{n}=1")).collect::<Vec<_>>().join("&");
    let answer = server.json(&format!("/api/v1/search?{}", unknown(1000)));
    assert_eq!(answer["query"]["warnings"].as_array().unwrap().len(), 51, "the rest is counted");
    let (status, body) = server.get(&format!("/api/v1/search?{}", unknown(1025)));
    assert!(status == 400 && body.contains("too_many_clauses"), "{body}");
}

#[test]
fn the_wildcards_of_a_query_are_bounded_together() {
    let archive = TestArchive::new();
    let words: String = (0..1000).map(|n| format!("deed{n} ")).collect();
    let article = serde_json::json!({"id": "many", "title": "Words", "text": words, "language": "en"});
    archive.ingest(&[&archive.file("a.jsonl", &article.to_string())]);
    let server = Server::start(&archive);
    assert_eq!(server.total("\"de* de*\""), 1);
    let q = format!("\"{}\"", "de* ".repeat(60));
    let (status, body) = server.get(&format!("/api/v1/search?{}", query(&[("q", &q)])));
    assert!(status == 400 && body.contains("too_many_expansions"), "{body}");
}

#[test]
fn a_filter_given_twice_is_one() {
    let archive = TestArchive::new();
    let tagged = |id: &str, tag: &str| serde_json::json!({"id": id, "title": "T", "tags": [tag]}).to_string();
    let lines = [tagged("a", "tin"), tagged("b", "zinc"), tagged("c", "lead")].join("\n");
    archive.ingest(&[&archive.file("a.jsonl", &lines)]);
    let server = Server::start(&archive);
    let answer = server.json("/api/v1/search?facets=tag&facet_limit=1&tag=zinc&tag=tin&tag=zinc");
    let values = answer["facets"]["tag"]["values"].as_array().unwrap();
    let mut names: Vec<&str> = values.iter().map(|value| value["value"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert!(names.iter().zip(names.iter().skip(1)).all(|(one, next)| one != next), "{names:?}");
    assert!(names.contains(&"zinc") && names.contains(&"tin"));
}
