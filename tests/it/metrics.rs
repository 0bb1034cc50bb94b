//! What is counted and measured moves by exactly what was done, and is told to whoever may read.

use std::collections::BTreeSet;
use std::path::Path;

use crate::archive::TestArchive;
use crate::exposition::Exposition;
use crate::made_up::corpus;
use crate::sending::{LINES, added};
use crate::server::{Server, make_key};
use crate::wire::{ask, get};

#[track_caller]
fn metrics(server: &Server) -> Exposition {
    let sent = server.sent("/metrics", &[]);
    assert_eq!(sent.status, 200, "{}", sent.text());
    assert_eq!(sent.header("content-type").unwrap(), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    Exposition::read(sent.text())
}

/// What has moved, and by how much, of all that begins so.
fn moved(before: &Exposition, after: &Exposition, begins: &str) -> Vec<(String, f64)> {
    let of_it = after.series.iter().filter(|(series, _)| series.starts_with(begins));
    let by = of_it.map(|(series, value)| (series[begins.len()..].to_owned(), value - before.value(series)));
    by.filter(|(_, by)| *by != 0.0).collect()
}

fn series(all: &[(&str, f64)]) -> Vec<(String, f64)> {
    all.iter().map(|(series, by)| ((*series).to_owned(), *by)).collect()
}

fn server() -> (TestArchive, Server) {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", &corpus(100));
    archive.ingest(&[&file]);
    let server = Server::start(&archive);
    (archive, server)
}

#[test]
fn requests_are_counted_by_route_and_never_by_what_was_asked() {
    let (_archive, server) = server();
    let before = metrics(&server);
    for n in 0..3 {
        get(&server, &format!("/api/v1/search?q=tin&offset={n}"));
    }
    get(&server, "/api/v1/search?sort=sideways");
    for n in 0..20 {
        get(&server, &format!("/nowhere/{n}"));
        get(&server, &format!("/api/v1/articles/nobody{n}"));
    }
    for method in ["BREW", "PROPFIND"] {
        ask(&server, method, "/api/v1/search", &[], b"");
    }
    let after = metrics(&server);
    let counted = moved(&before, &after, "broadsheet_http_request_duration_seconds_count");
    let expected = series(&[
        (r#"{route="/api/v1/articles/{id}",method="GET",status="4xx"}"#, 20.0),
        (r#"{route="/api/v1/search",method="GET",status="2xx"}"#, 3.0),
        (r#"{route="/api/v1/search",method="GET",status="4xx"}"#, 1.0),
        (r#"{route="/api/v1/search",method="other",status="4xx"}"#, 2.0),
        (r#"{route="/metrics",method="GET",status="2xx"}"#, 1.0),
        (r#"{route="unmatched",method="GET",status="4xx"}"#, 20.0),
    ]);
    assert_eq!(counted, expected);
    let refused = moved(&before, &after, "broadsheet_http_requests_refused_total");
    let expected = series(&[
        (r#"{code="method_not_allowed"}"#, 2.0),
        (r#"{code="no_article"}"#, 20.0),
        (r#"{code="not_found"}"#, 20.0),
        (r#"{code="unknown_value"}"#, 1.0),
    ]);
    assert_eq!(refused, expected);
}

#[test]
fn searches_are_measured_by_kind_and_stage() {
    let (_archive, server) = server();
    let before = metrics(&server);
    for _ in 0..4 {
        get(&server, "/api/v1/search?q=tin&highlight=1");
    }
    get(&server, "/search?q=tin");
    get(&server, "/api/v1/mentions?q=tin");
    get(&server, "/api/v1/search?sort=sideways");
    let after = metrics(&server);
    let kinds = moved(&before, &after, "broadsheet_search_duration_seconds_count");
    assert_eq!(kinds, series(&[(r#"{kind="mentions"}"#, 1.0), (r#"{kind="search"}"#, 5.0)]));
    let stages = moved(&before, &after, "broadsheet_search_stage_duration_seconds_count");
    for stage in ["parse", "engine", "hydrate", "highlight"] {
        let counted = stages.iter().find(|(labels, _)| labels.contains(stage)).map(|(_, by)| *by);
        assert_eq!(counted, Some(5.0), "{stage}: {stages:?}");
    }
    // The page is no JSON.
    assert!(stages.contains(&(r#"{stage="encode"}"#.to_owned(), 5.0)), "{stages:?}");
    let seconds = |name: &str| moved(&before, &after, name).iter().map(|(_, by)| by).sum::<f64>();
    let (whole, parts) =
        (seconds("broadsheet_search_duration_seconds_sum"), seconds("broadsheet_search_stage_duration_seconds_sum"));
    assert!(parts > 0.0 && whole > 0.0);
    assert_eq!(moved(&before, &after, "broadsheet_searches_slow_total"), []);
}

#[test]
fn what_there_has_been_none_of_is_counted_as_none() {
    let archive = TestArchive::new();
    let metrics = metrics(&Server::start(&archive));
    for none in [
        r#"articles_total{outcome="new"}"#,
        r#"articles_total{outcome="version"}"#,
        r#"runs_total{state="failed"}"#,
        r#"rejects_total{code="bad_json"}"#,
        r#"rejects_total{code="too_old"}"#,
        r#"feed_polls_total{outcome="failed"}"#,
        r#"http_requests_refused_total{code="busy"}"#,
        r#"http_requests_refused_total{code="not_ready"}"#,
    ] {
        assert_eq!(metrics.value(&format!("broadsheet_{none}")), 0.0, "{none}");
    }
}

#[test]
fn what_comes_in_is_counted_by_what_becomes_of_it() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    let before = metrics(&server);
    let line =
        |id: u32, text: &str| format!("{{\"id\": \"{id}\", \"headline\": \"Tin {id}\", \"body\": \"{text} {id}\"}}\n");
    let body = [line(1, "rose"), line(2, "fell"), "{broken\n".to_owned(), line(3, "stood")].concat();
    added(&server, "commit=wait", &[LINES], &body);
    added(&server, "commit=wait", &[LINES], line(1, "rose"));
    added(&server, "commit=wait", &[LINES], line(2, "fell and rose again"));
    let after = metrics(&server);
    let outcomes = moved(&before, &after, "broadsheet_articles_total");
    let expected =
        series(&[(r#"{outcome="new"}"#, 3.0), (r#"{outcome="unchanged"}"#, 1.0), (r#"{outcome="version"}"#, 1.0)]);
    assert_eq!(outcomes, expected);
    assert_eq!(moved(&before, &after, "broadsheet_rejects_total"), series(&[(r#"{code="bad_json"}"#, 1.0)]));
    assert_eq!(moved(&before, &after, "broadsheet_runs_total"), series(&[(r#"{state="finished"}"#, 3.0)]));
    let bytes = (body.len() + line(1, "rose").len() + line(2, "fell and rose again").len()) as f64;
    assert_eq!(moved(&before, &after, "broadsheet_read_bytes_total"), series(&[("", bytes)]));
    assert_eq!(after.value(r#"broadsheet_index_documents{state="live"}"#), 3.0);
    assert_eq!(after.value("broadsheet_index_lag_changes"), 0.0);
    assert_eq!(after.value("broadsheet_index_lag_seconds"), 0.0);
    assert_eq!(after.value("broadsheet_runs_under_way"), 0.0);
    let size = |name: &str| std::fs::metadata(archive.data().join(name)).unwrap().len() as f64;
    assert_eq!(after.value("broadsheet_store_size_bytes"), size("store.sqlite"));
    assert_eq!(after.value("broadsheet_store_wal_size_bytes"), size("store.sqlite-wal"));
    assert!(after.value("broadsheet_index_segments") >= 1.0 && after.value("broadsheet_index_size_bytes") > 0.0);
    assert!(after.value("broadsheet_disk_size_bytes") > after.value("broadsheet_disk_free_bytes"));
}

#[test]
fn what_is_remembered_is_counted_when_it_is_asked_for() {
    let (_archive, server) = server();
    let (_, tag) = server.tagged("/api/v1/search?q=tin", None);
    let before = metrics(&server);
    assert_eq!(server.tagged("/api/v1/search?q=tin", Some(&tag)).0, 304);
    assert_eq!(server.tagged("/api/v1/search?q=tin", Some("\"another\"")).0, 200);
    get(&server, "/api/v1/search?q=tin&interval=month");
    get(&server, "/api/v1/search?q=zinc&interval=month");
    get(&server, "/api/v1/suggest?prefix=ti");
    get(&server, "/api/v1/suggest?prefix=tin");
    let after = metrics(&server);
    let counted = moved(&before, &after, "broadsheet_cache_requests_total");
    let expected = series(&[
        (r#"{cache="answers",outcome="hit"}"#, 1.0),
        (r#"{cache="answers",outcome="miss"}"#, 5.0),
        (r#"{cache="completions",outcome="hit"}"#, 1.0),
        (r#"{cache="completions",outcome="miss"}"#, 1.0),
        (r#"{cache="days",outcome="hit"}"#, 1.0),
        (r#"{cache="days",outcome="miss"}"#, 1.0),
    ]);
    assert_eq!(counted, expected);
}

#[test]
fn how_things_stand_is_told_also_while_searches_fill_every_place() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(100))]);
    let server = Server::start_with(archive.command("serve").env("FAILPOINTS", "search::begin=sleep(1500)"));
    std::thread::scope(|scope| {
        // As many run as there are processors, and as many wait.
        let number = 2 * std::thread::available_parallelism().map_or(2, usize::from);
        let asking: Vec<_> =
            (0..number).map(|_| scope.spawn(|| get(&server, "/api/v1/search?limit=0").status)).collect();
        server.until("searches that run and wait", |server| {
            let now = metrics(server);
            now.value("broadsheet_searches_running") >= 1.0
                && now.value("broadsheet_searches_waiting") >= 1.0
                && now.value("broadsheet_http_connections") >= 3.0
        });
        let status = server.json("/api/v1/status");
        assert!(status["searches"]["waiting"].as_u64().unwrap() >= 1, "{}", status["searches"]);
        for one in asking {
            one.join().unwrap();
        }
    });
    server.until("all that was asked is answered", |server| {
        let now = metrics(server);
        now.value("broadsheet_searches_running") + now.value("broadsheet_searches_waiting") == 0.0
    });
}

#[test]
fn snapshots_that_answers_name_are_counted() {
    let (_archive, server) = server();
    assert_eq!(metrics(&server).value("broadsheet_snapshots"), 0.0);
    get(&server, "/api/v1/search?q=tin");
    assert_eq!(metrics(&server).value("broadsheet_snapshots"), 1.0);
    added(&server, "commit=wait", &[LINES], "{\"id\": \"x\", \"headline\": \"Tin falls\"}\n");
    get(&server, "/api/v1/search?q=tin");
    assert_eq!(metrics(&server).value("broadsheet_snapshots"), 2.0);
}

#[cfg(target_os = "linux")]
#[test]
fn the_process_tells_of_itself() {
    let (_archive, server) = server();
    let now = metrics(&server);
    let open = std::fs::read_dir(Path::new("/proc").join(server.id().to_string()).join("fd")).unwrap().count() as f64;
    assert!((now.value("process_open_fds") - open).abs() < 20.0, "{} and {open}", now.value("process_open_fds"));
    assert!(now.value("process_resident_memory_bytes") > 1e6);
    let age = jiff::Timestamp::now().as_second() as f64 - now.value("process_start_time_seconds");
    assert!((-1.0..600.0).contains(&age), "{age}");
    assert_eq!(now.value(&format!("broadsheet_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"))), 1.0);
}

#[test]
fn it_needs_a_key_where_reading_needs_one_and_is_asked_as_often_as_one_likes() {
    let archive = TestArchive::new();
    let bounded = [
        ("BROADSHEET__ACCESS__READING", "key"),
        ("BROADSHEET__LIMITS__PER_KEY", "2/1h"),
        ("BROADSHEET__LIMITS__PER_ADDRESS", "2/1h"),
    ];
    let server = Server::start_with(archive.command("serve").envs(bounded));
    let key = format!("Authorization: Bearer {}", make_key(&archive.data(), &["--scope", "read"]));
    for path in ["/metrics", "/api/v1/status"] {
        let refused = get(&server, path);
        assert!(refused.status == 401 && refused.body.contains("key_needed"), "{}", refused.body);
    }
    for _ in 0..9 {
        let answer = ask(&server, "GET", "/metrics", &[&key], b"");
        assert_eq!((answer.status, answer.header("ratelimit")), (200, None));
    }
    assert_eq!(ask(&server, "GET", "/api/v1/status", &[&key], b"").status, 200);
    assert_eq!(ask(&server, "GET", "/status", &[&key], b"").status, 200);
    assert_eq!(ask(&server, "GET", "/api/v1/status", &[&key], b"").status, 429);
}

/// The tables of docs/operations.md and what the server tells have the same names; every alert is about names that are there.
#[test]
fn what_is_told_is_what_is_documented() {
    let (_archive, server) = server();
    let told = metrics(&server).names();
    let docs = include_str!("../../docs/operations.md");
    let section = |name: &str| docs.split(&format!("\n## {name}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section("Metrics").lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let documented: BTreeSet<String> = rows.map(str::to_owned).collect();
    assert_eq!(documented, told);
    let alerts = section("Alerts");
    let words = alerts.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let named = words.filter(|word| word.starts_with("broadsheet_") || word.starts_with("process_"));
    let named: BTreeSet<&str> = named.collect();
    assert!(named.len() > 8, "{named:?}");
    for name in named {
        let of_histogram = ["_bucket", "_count", "_sum"].iter().find_map(|suffix| name.strip_suffix(suffix));
        assert!(told.contains(name) || of_histogram.is_some_and(|family| told.contains(family)), "{name} is not told");
    }
}
