//! How it stands with the server, for people and programs.

use serde_json::json;

use crate::archive::TestArchive;
use crate::made_up::corpus;
use crate::sending::{LINES, added};
use crate::server::Server;
use crate::wire::{ask, get};

#[test]
fn the_status_says_what_is_there_and_how_it_goes() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(100))]);
    let server = Server::start(&archive);
    let before = server.json("/api/v1/status");
    assert_eq!(before["searches"]["seconds"], json!(null), "none was asked yet");
    let total = server.total("*");
    let sent = added(
        &server,
        "commit=wait",
        &[LINES],
        "{\"id\": \"x\", \"headline\": \"Tin falls\", \"source\": \"Nobody's\"}\n{broken\n",
    );
    let status = server.json("/api/v1/status");
    assert_eq!(status["articles"], total + 1);
    assert_eq!(status["sources"], before["sources"].as_u64().unwrap() + 1);
    assert_eq!(status["newest"]["id"], sent["results"][0]["id"]);
    assert_eq!((&status["index"]["behind"], &status["version"]), (&json!(0), &json!(env!("CARGO_PKG_VERSION"))));
    assert_eq!((&status["runs"][0]["new"], &status["runs"][0]["rejected"]), (&json!(1), &json!(1)));
    let seconds = &status["searches"]["seconds"];
    let [p50, p95, p99] = ["p50", "p95", "p99"].map(|name| seconds[name].as_f64().unwrap());
    assert!(0.0 < p50 && p50 <= p95 && p95 <= p99, "{seconds}");
    assert!(status["store"]["bytes"].as_u64().unwrap() > 0 && status["index"]["bytes"].as_u64().unwrap() > 0);
    assert_eq!((&status["feeds"], &status["folders"]), (&json!([]), &json!([])));
    assert_eq!(get(&server, "/api/v1/status?verbose=1").problem(400, "no parameters"), "unknown_parameter");
}

#[test]
fn a_feed_that_fails_and_a_folder_that_is_not_there_are_told_of() {
    let archive = TestArchive::new();
    let folder = archive.folder.path().join("in");
    let mut command = archive.command("serve");
    command.arg("--watch").arg(&folder);
    command.env("BROADSHEET__FEEDS__ALLOW_PRIVATE", "true");
    let server = Server::start_with(command.env("BROADSHEET__FEEDS__FEED", r#"[{url = "http://127.0.0.1:9/feed"}]"#));
    server.until("both troubles", |server| {
        let status = server.json("/api/v1/status");
        status["feeds"][0]["failures"] == 1 && status["folders"][0]["there"] == false
    });
    let status = server.json("/api/v1/status");
    assert!(status["feeds"][0]["trouble"].as_str().unwrap().starts_with("unreachable"), "{}", status["feeds"]);
    assert_eq!(status["feeds"][0]["succeeded"], json!(null));
    assert_eq!(
        status["warnings"][0]["code"], "folder_missing",
        "one failure of a feed is no cause for alarm: {}",
        status["warnings"]
    );
    let metrics = get(&server, "/metrics").body;
    for line in [
        r#"broadsheet_feed_failures{feed="http://127.0.0.1:9/feed"} 1.0"#,
        r#"broadsheet_feed_polls_total{outcome="failed"} 1"#,
        &format!(r#"broadsheet_watched_folder_present{{folder="{}"}} 0.0"#, folder.display()),
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    let page = ask(&server, "GET", "/status", &["Accept: text/html"], b"").body;
    assert!(page.contains("To be seen to") && page.contains("not there") && page.contains("failed 1 time: "), "{page}");

    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a.jsonl"), "{\"id\": \"1\", \"headline\": \"Tin falls\"}\n").unwrap();
    server.until("the file is read", |server| server.json("/api/v1/status")["folders"][0]["read"] != json!(null));
    let status = server.json("/api/v1/status");
    assert_eq!((&status["folders"][0]["there"], &status["warnings"]), (&json!(true), &json!([])));
}

#[test]
fn every_page_leads_to_it_and_it_says_that_all_is_well() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    let page = |path: &str| {
        let answer = ask(&server, "GET", path, &["Accept: text/html"], b"");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
        answer.body
    };
    for path in ["/", "/search", "/about", "/help", "/nowhere", "/status"] {
        assert!(page(path).contains(r#"<a href="/status">Status</a>"#), "{path}");
    }
    let status = page("/status");
    assert!(
        status.contains("All is well") && status.contains(r#"<a href="/api/v1/status">All this as JSON</a>"#),
        "{status}"
    );
    assert!(!status.contains("<style") && !status.contains("style=") && !status.contains("onclick"));
}
