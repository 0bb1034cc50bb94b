//! An article that means no good is kept as it is, and does no harm wherever it is shown.

use serde_json::json;

use crate::archive::TestArchive;
use crate::server::{Server, query};
use crate::wire::{Answer, ask};

/// What would run in a page, close what holds it, or begin another header.
const EVIL: &str =
    "tin</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>]]>--><svg onload=alert(1)>{{7*7}}";

fn archive() -> TestArchive {
    let archive = TestArchive::new();
    let of = |field: &str| format!("{EVIL} {field}");
    let article = json!({
        "id": of("id"),
        "headline": of("headline"),
        "lead": of("lead"),
        "body": format!("{}\n\n{}", of("body"), "=cmd|' /C calc'!A0"),
        "author": [of("author")],
        "tags": [of("tag"), "=HYPERLINK(\"http://evil.example\")", "@SUM(1)", "+1", "-1", "\t=1"],
        "section": of("section"),
        "source": of("source"),
        "url": "javascript:alert(1)//tin",
        "image": "javascript:alert(2)",
        "published": "2025-02-27T10:00:00Z",
    });
    let formula = json!({"id": "2", "headline": "=1+1 tin", "body": "+1 tin", "published": "2025-02-28", "url": "https://a.example/\"onmouseover=alert(1)"});
    let file = archive.file("evil.jsonl", &format!("{article}\n{formula}\n"));
    archive.ingest(&[&file]);
    archive
}

fn page(server: &Server, path: &str) -> Answer {
    let answer = ask(server, "GET", path, &["Accept: text/html"], b"");
    assert!(answer.status < 500, "{path}: {}", answer.body);
    answer
}

/// No markup of the article's has become markup of the page's.
#[track_caller]
fn assert_inert(path: &str, answer: &Answer) {
    let body = answer.body.to_ascii_lowercase();
    for mark in
        ["<script>alert", "<img src=x", "<svg onload", "onerror=alert(1)>", "href=\"javascript:", "src=\"javascript:"]
    {
        assert!(!body.contains(mark), "{path} holds {mark}");
    }
    let inline = body.match_indices("<script").filter(|(at, _)| {
        let tag = body[*at..].split('>').next().unwrap_or_default();
        !tag.contains(" src=") && !tag.contains("application/ld+json") && !tag.contains("application/json")
    });
    assert_eq!(inline.count(), 0, "{path} has a script within it");
}

#[test]
fn no_page_runs_what_an_article_says() {
    let archive = archive();
    let server = Server::start(&archive);
    let hits = server.search(&[("q", "tin"), ("fields", "id,headline,tags,source")]);
    assert_eq!(hits["total"], 2);
    for hit in hits["hits"].as_array().unwrap() {
        let id = hit["id"].as_str().unwrap();
        for path in [format!("/article/{id}"), format!("/article/{id}?q=tin"), format!("/article/{id}/compare")] {
            assert_inert(&path, &page(&server, &path));
        }
    }
    let q = query(&[("q", EVIL)]);
    let tag = query(&[("q", "tin"), ("tag", &format!("{EVIL} tag")), ("facets", "tag")]);
    let paths = [
        "/".to_owned(),
        "/search?q=tin".to_owned(),
        format!("/search?{q}"),
        format!("/search?{tag}"),
        "/mentions?q=tin".to_owned(),
        "/compare?q=tin&q=zinc&interval=month".to_owned(),
        format!("/compare?{q}"),
        "/terms?q=tin".to_owned(),
        "/about".to_owned(),
        "/values/tag".to_owned(),
        "/values/source".to_owned(),
        "/values/author".to_owned(),
        format!("/values/tag?{q}"),
        "/search?q=tin&interval=day&series=tag".to_owned(),
        format!("/citations/{EVIL}").replace([' ', '<', '>', '"'], "%3C"),
        format!("/article/{}", "%3Cscript%3Ealert(1)%3C/script%3E"),
        "/%3Cscript%3Ealert(1)%3C%2Fscript%3E".to_owned(),
        "/search?q=tin&from=%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
    ];
    for path in &paths {
        assert_inert(path, &page(&server, path));
    }
    let cited = ask(
        &server,
        "POST",
        "/citations",
        &["Content-Type: application/x-www-form-urlencoded", "Accept: text/html"],
        b"q=tin",
    );
    let place = cited.header("location").expect("a citation").to_owned();
    assert_inert(&place, &page(&server, &place));
}

#[test]
fn no_other_form_lets_an_article_out_of_its_place() {
    let archive = archive();
    let server = Server::start(&archive);
    for form in ["rss", "atom"] {
        let feed = server.sent(&format!("/api/v1/search.{form}?q=tin"), &[]);
        let mut reader = quick_xml::Reader::from_str(feed.text());
        let mut names = std::collections::BTreeSet::new();
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                    names.insert(tag.name().as_ref().to_owned());
                }
                _ => {}
            }
        }
        assert!(
            names.contains("title") && !names.iter().any(|name| ["script", "img", "svg"].contains(&name.as_str())),
            "{names:?}"
        );
        assert!(
            !feed.text().contains("javascript:alert(1)</link>") && !feed.text().contains("href=\"javascript:"),
            "{form}"
        );
    }
    for path in ["/api/v1/search.csv?q=tin", "/api/v1/export?q=tin&format=csv", "/api/v1/facets/tag/values.csv?q=tin"] {
        let table = server.sent(path, &[]);
        let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(table.body.as_slice());
        let (mut cells, mut held) = (0, 0);
        for row in rows.records() {
            for cell in row.unwrap().iter() {
                assert!(!cell.starts_with(['=', '@', '+', '\t', '\r']), "{path}: a spreadsheet would compute {cell:?}");
                cells += 1;
                held += usize::from(cell.starts_with('\''));
            }
        }
        assert!(cells > 0 && held > 0, "{path}: {held} of {cells}");
    }
    let json = server.sent("/api/v1/search?q=tin", &[]);
    assert_eq!(json.header("content-type").as_deref(), Some("application/json"));
    assert_eq!(json.header("x-content-type-options").as_deref(), Some("nosniff"));
}

#[test]
fn nothing_asked_for_becomes_a_header() {
    let archive = archive();
    let server = Server::start(&archive);
    let evil = "tin%0D%0ASet-Cookie:%20a=b%0D%0A%0D%0A<script>";
    let paths = [
        format!("/api/v1/export?q={evil}&format=csv"),
        format!("/api/v1/search.csv?q={evil}"),
        format!("/search?q={evil}"),
        format!("/api/v1/search?q=tin&snapshot={evil}"),
        format!("/api/v1/mentions.csv?q={evil}"),
        format!("/citations/{evil}"),
        format!("/api/v1/search.atom?q={evil}"),
        format!("/article/{evil}"),
    ];
    for path in paths {
        let answer = ask(&server, "GET", &path, &[&format!("X-Request-Id: {}", "a\tSet-Cookie: a=b")], b"");
        assert!(answer.status < 500 && answer.header("set-cookie").is_none(), "{path}: {answer:?}");
    }
}

#[test]
fn no_path_leads_out_of_the_pages() {
    let archive = archive();
    let server = Server::start(&archive);
    for path in [
        "/static/../Cargo.toml",
        "/static/..%2f..%2fetc/passwd",
        "/../../etc/passwd",
        "//etc/passwd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/articles/..%2f..%2fstore.sqlite",
        "/article/%00",
    ] {
        let answer = ask(&server, "GET", path, &[], b"");
        assert!(answer.status == 404 || answer.status == 400, "{path}: {}", answer.status);
        assert!(!answer.body.contains("root:") && !answer.body.contains("[package]"), "{path}");
    }
}
