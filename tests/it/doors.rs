//! Who comes in: keys and what they open, how often one may ask, and what is said of every answer.

use serde_json::Value;

use crate::archive::{TestArchive, program, text};
use crate::sending::{ARTICLES, JSON};
use crate::server::{Server, make_key, program_text};
use crate::wire::{Answer, ask, ask_as_it_is, get};

const ARTICLE: &str = r#"{"id": "1", "headline": "Tin rises", "body": "Tin has risen."}"#;

fn server(variables: &[(&str, &str)]) -> (TestArchive, Server) {
    let archive = TestArchive::new();
    let server = Server::start_with(archive.command("serve").envs(variables.iter().copied()));
    (archive, server)
}

fn bearer(key: &str) -> String {
    format!("Authorization: Bearer {key}")
}

fn post(server: &Server, authorization: &str) -> Answer {
    ask(server, "POST", ARTICLES, &[JSON, authorization], ARTICLE.as_bytes())
}

#[test]
fn each_scope_opens_its_own_and_what_is_less() {
    let (archive, server) = server(&[]);
    let key = |scope: &str| bearer(&make_key(&archive.data(), &["--scope", scope]));
    let shown = |authorization: &str| post(&server, authorization);
    for wrong in ["", "Bearer bs_00000000_0000", "Bearer", "Basic !!", "Digest a=b", "Bearer x\u{fc}"] {
        let answer = shown(&format!("Authorization: {wrong}"));
        assert_eq!(answer.problem(401, wrong), "bad_key");
        assert!(answer.header("www-authenticate").unwrap().contains("invalid_token"), "{wrong}");
    }
    let read = shown(&key("read"));
    assert_eq!(read.problem(403, "read"), "wrong_scope");
    assert!(read.header("www-authenticate").unwrap().contains("scope=\"write\""));
    let written = shown(&key("write"));
    assert!(written.status == 200 && shown(&key("admin")).status == 200, "{}", written.body);
    server.until("the article", |server| server.total("tin") == 1);
    let id = server.search(&[("q", "tin")])["hits"][0]["id"].as_str().unwrap().to_owned();
    let delete = |authorization: &str| ask(&server, "DELETE", &format!("{ARTICLES}/{id}"), &[authorization], b"");
    assert_eq!(delete(&key("read")).problem(403, "delete"), "wrong_scope");
    assert_eq!(server.total("tin"), 1);
    assert_eq!(delete(&key("write")).status, 200);
}

#[test]
fn without_a_key_nothing_is_written_and_a_page_is_told_how_to_ask() {
    let (_archive, server) = server(&[("BROADSHEET__ACCESS__READING", "key")]);
    let answer = ask_as_it_is(&server, "POST", ARTICLES, &[JSON], ARTICLE.as_bytes());
    assert_eq!(answer.problem(401, "post"), "key_needed");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"broadsheet\""));
    let page = ask_as_it_is(&server, "GET", "/search?q=tin", &["Accept: text/html"], b"");
    assert!(page.status == 401 && page.body.contains("<html"), "{}", page.body);
    assert!(page.body.contains("Ask whoever runs this archive") && !page.body.contains("key create"), "{}", page.body);
    let offered: Vec<&str> = page.headers("www-authenticate").collect();
    assert!(offered.iter().any(|one| one.starts_with("Basic")), "{offered:?}");
}

/// What the description says needs a key is refused without one, and nothing else is.
#[test]
fn the_description_tells_which_doors_are_locked() {
    for (reading, variables) in [("open", &[][..]), ("key", &[("BROADSHEET__ACCESS__READING", "key")][..])] {
        let (_archive, server) = server(variables);
        let key = bearer(server.key());
        let described = server.sent("/openapi.json", &[("Authorization", key.trim_start_matches("Authorization: "))]);
        let described: Value = serde_json::from_str(described.text()).unwrap();
        let mut locked = 0;
        for (path, operations) in described["paths"].as_object().unwrap() {
            let address = path.replace("{id}", "1").replace("{field}", "tag");
            for (method, operation) in operations.as_object().unwrap() {
                let security = operation["security"].as_array().cloned().unwrap_or_default();
                let always = !security.is_empty() && !security.contains(&serde_json::json!({}));
                let expected = always || (reading == "key" && !security.is_empty());
                let answer = ask_as_it_is(&server, &method.to_uppercase(), &address, &[], b"");
                assert_eq!(answer.status == 401, expected, "{method} {path}, reading is {reading}: {}", answer.body);
                locked += u32::from(expected);
            }
        }
        assert!(if reading == "key" { locked > 30 } else { locked >= 2 }, "{locked}");
        for pages in ["/", "/search?q=tin", "/about", "/docs/errors", "/help"] {
            let status = ask_as_it_is(&server, "GET", pages, &[], b"").status;
            assert_eq!(status == 401, reading == "key", "{pages}: {status}");
        }
        for open in ["/healthz", "/readyz", "/version"] {
            assert_eq!(get(&server, open).status, 200, "{open}");
        }
    }
}

#[test]
fn a_browser_shows_its_key_as_a_password() {
    let (archive, server) = server(&[("BROADSHEET__ACCESS__READING", "key")]);
    let key = make_key(&archive.data(), &["--scope", "read"]);
    let basic = |name_and_password: &str| {
        use base64::Engine as _;
        let encoded = base64::prelude::BASE64_STANDARD.encode(name_and_password);
        ask(&server, "GET", "/search?q=tin", &["Accept: text/html", &format!("Authorization: Basic {encoded}")], b"")
    };
    assert_eq!(basic(&format!("anybody:{key}")).status, 200);
    assert_eq!(basic(&format!("{key}:")).status, 200, "as curl -u sends it");
    assert_eq!(basic("anybody:secret").status, 401);
}

#[test]
fn a_running_server_hears_at_once_of_keys_made_rotated_and_revoked() {
    let (archive, server) = server(&[]);
    let data = archive.data();
    let command = |arguments: &[&str]| program_text(&data, arguments);
    let old = make_key(&data, &["--scope", "write", "--name", "desk"]);
    assert_eq!(post(&server, &bearer(&old)).status, 200);
    let id = old.split('_').nth(1).unwrap();
    let (new, _) = command(&["key", "rotate", id, "--grace", "1h"]);
    assert!(post(&server, &bearer(&old)).status == 200 && post(&server, &bearer(new.trim())).status == 200);
    let (listed, _) = command(&["key", "list"]);
    assert!(listed.matches("desk").count() == 2 && listed.contains(id), "{listed}");
    let (newer, _) = command(&["key", "rotate", new.trim().split('_').nth(1).unwrap(), "--grace", "0s"]);
    assert_eq!(post(&server, &bearer(new.trim())).problem(401, "rotated away"), "key_over");
    assert_eq!(post(&server, &bearer(newer.trim())).status, 200);
    command(&["key", "revoke", id]);
    assert_eq!(post(&server, &bearer(&old)).problem(401, "revoked"), "key_over");
}

#[test]
fn a_key_that_would_open_nothing_is_not_made() {
    let archive = TestArchive::new();
    for past in ["2020-01-01", "0s"] {
        let mut create = program();
        create.args(["key", "create", "--scope", "write", "--expires", past, "--data-dir"]).arg(archive.data());
        let output = create.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output).contains(&format!("`{past}` has passed")), "{}", text(&output));
    }
    assert!(!archive.data().exists(), "nothing was made");
}

#[test]
fn a_key_is_neither_kept_nor_logged() {
    let archive = TestArchive::new();
    let server = Server::start_with(archive.command("serve").env("RUST_LOG", "trace"));
    let key = make_key(&archive.data(), &["--scope", "write"]);
    assert_eq!(post(&server, &bearer(&key)).status, 200);
    assert_eq!(post(&server, &bearer(&format!("{key}0"))).status, 401);
    let secret = key.rsplit('_').next().unwrap();
    server.until("the request is logged", |server| server.log().contains(ARTICLES));
    assert!(!server.log().contains(secret));
    for entry in std::fs::read_dir(archive.data()).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        let bytes = std::fs::read(entry.path()).unwrap();
        let is_in = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!is_in(secret), "{}", entry.path().display());
    }
}

#[test]
fn so_many_requests_an_address_may_make_and_a_key_of_its_own_as_many_as_it_may() {
    let limits = [("BROADSHEET__LIMITS__PER_ADDRESS", "3/1h"), ("BROADSHEET__LIMITS__PER_KEY", "5/1h")];
    let proxy = [("BROADSHEET__HTTP__TRUSTED_PROXIES", "127.0.0.1")];
    let (_archive, server) = server(&[limits.as_slice(), &proxy].concat());
    let path = "/api/v1/search?q=tin&limit=0";
    for left in [2, 1, 0] {
        let answer = get(&server, path);
        assert_eq!(answer.header("ratelimit-policy"), Some("\"address\";q=3;w=3600"));
        assert!(
            answer.status == 200
                && answer.header("ratelimit").unwrap().starts_with(&format!("\"address\";r={left};t="))
        );
    }
    let refused = get(&server, path);
    assert_eq!(refused.problem(429, "the fourth"), "too_often");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=1201).contains(&wait), "{wait}");
    assert!(refused.header("ratelimit").unwrap().starts_with("\"address\";r=0;t="));
    let page = ask(&server, "GET", "/search?q=tin", &["Accept: text/html"], b"");
    assert!(page.status == 429 && page.body.contains("<html"), "{}", page.body);
    assert!(page.body.contains("Ask again in ") && !page.body.contains("RateLimit"), "{}", page.body);
    let style = page.body.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|path| path.contains(".css"));
    for open in ["/healthz", "/readyz", style.expect("a page has a style")] {
        assert_eq!(get(&server, open).status, 200, "{open}");
    }
    let other = ask(&server, "GET", path, &["X-Forwarded-For: 192.0.2.7"], b"");
    assert_eq!(other.status, 200, "another client of the same proxy");
    let key = bearer(server.key());
    let with_key = ask(&server, "GET", path, &[&key], b"");
    assert!(with_key.header("ratelimit").unwrap().starts_with("\"key\";r=4;"), "{:?}", with_key.header("ratelimit"));
}

#[test]
fn whoever_is_not_trusted_cannot_pass_for_another() {
    let (_archive, server) = server(&[("BROADSHEET__LIMITS__PER_ADDRESS", "1/1h")]);
    let asked = |by: &str| ask(&server, "GET", "/api/v1/query?q=tin", &[&format!("X-Forwarded-For: {by}")], b"").status;
    assert_eq!((asked("192.0.2.1"), asked("192.0.2.2")), (200, 429));
}

#[test]
fn every_answer_says_that_nothing_is_to_run_in_it() {
    let (_archive, server) = server(&[]);
    let paths = [
        "/",
        "/search?q=tin",
        "/article/none",
        "/nowhere",
        "/api/v1/search?q=tin",
        "/api/v1/search?q=(",
        "/healthz",
        "/api/v1/search.atom?q=tin",
        "/api/v1/search.csv?q=tin",
        "/api/v1/export?q=tin",
        "/opensearch.xml",
        "/openapi.json",
    ];
    for path in paths {
        let answer = ask(&server, "GET", path, &["Accept: text/html"], b"");
        let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{path}"));
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{path}");
        let page = answer.body.to_ascii_lowercase();
        let is_html = answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        let inline = ["<style", " style=", " onclick=", " onload=", "javascript:"];
        assert!(!is_html || inline.iter().all(|mark| !page.contains(mark)), "{path} has something inline");
    }
}

#[test]
fn a_page_of_another_site_writes_nothing_even_with_a_key() {
    let (_archive, server) = server(&[]);
    let key = bearer(server.key());
    let sent = |site: &str| ask(&server, "POST", ARTICLES, &[JSON, &key, site], ARTICLE.as_bytes());
    assert_eq!(sent("Sec-Fetch-Site: cross-site").problem(403, "a form elsewhere"), "cross_site");
    assert_eq!(sent("Origin: https://elsewhere.example").problem(403, "a script elsewhere"), "cross_site");
    assert_eq!(sent("Sec-Fetch-Site: same-origin").status, 200);
}

#[test]
fn whoever_tries_keys_is_bounded_too() {
    let (_archive, server) = server(&[("BROADSHEET__LIMITS__PER_ADDRESS", "2/1h")]);
    let wrong = bearer("bs_00000000_0000");
    let tried: Vec<u16> = (0..4).map(|_| ask(&server, "GET", "/api/v1/query?q=tin", &[&wrong], b"").status).collect();
    assert_eq!(tried, [401, 401, 429, 429]);
}

#[test]
fn a_key_that_is_rotated_lasts_as_long_as_the_one_before() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.json", ARTICLE)]);
    let data = archive.data();
    let old = make_key(&data, &["--scope", "write", "--expires", "90d"]);
    program_text(&data, &["key", "rotate", old.split('_').nth(1).unwrap()]);
    let (listed, _) = program_text(&data, &["key", "list"]);
    assert!(listed.lines().count() == 3 && !listed.contains("never"), "{listed}");
}
