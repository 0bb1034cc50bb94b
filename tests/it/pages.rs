//! Pages as a running server sends them.

use crate::archive::TestArchive;
use crate::server::{Server, query};

/// Articles that hold elements, handlers and addresses of scripts in every field.
const HOSTILE: &str = include_str!("../hostile/articles.jsonl");

/// What must not stand in a page, whatever an article or an address holds.
const LIVE: &[&str] =
    &["<script>", "<svg onload", "<img", "<iframe", "href=\"javascript:", "href=\"data:", "</mark></a><svg"];

#[track_caller]
fn assert_dead(page: &str, path: &str) {
    for live in LIVE {
        assert!(!page.contains(live), "{live} got through to {path}");
    }
}

/// The addresses of the articles that a page of results leads to.
fn articles(page: &str) -> Vec<String> {
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|link| link.starts_with("/article/")).map(|link| link.replace("&#38;", "&")).collect()
}

#[test]
fn hostile_articles_and_addresses_never_become_markup() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("hostile.jsonl", HOSTILE)]);
    let server = Server::start(&archive);
    let results = format!("/search?{}", query(&[("q", "hostile")]));
    let (_, page) = server.get(&results);
    let articles = articles(&page);
    assert_eq!(articles.len(), 2, "{page}");
    assert!(page.contains("&lt;svg onload=alert(1)&gt;"), "the text itself is shown");

    let typed = "\"><svg onload=alert(0)><script>";
    let asked = format!("/search?{}", query(&[("q", typed), ("tag", typed), ("from", typed), ("sort", "newest")]));
    let odd = format!("/search?{}", query(&[("q", typed), ("tag", typed), ("lmit", typed)]));
    let fixed = ["/".to_owned(), results, asked, odd];
    for path in fixed.into_iter().chain(articles) {
        assert_dead(&server.get(&path).1, &path);
    }
}

#[test]
fn only_a_web_address_leads_outside() {
    let archive = TestArchive::new();
    let line =
        |id: u8, url: &str| format!("{{\"id\":{id},\"title\":\"Linked\",\"url\":\"{url}\",\"language\":\"en\"}}\n");
    let urls = [
        "https://post.example/a",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//post.example/b",
        "ftp://post.example/c",
    ];
    let lines: String = urls.iter().zip(1..).map(|(url, id)| line(id, url)).collect();
    archive.ingest(&[&archive.file("linked.jsonl", &lines)]);
    let server = Server::start(&archive);
    let (_, results) = server.get("/search?q=linked");
    let found = articles(&results);
    assert_eq!(found.len(), urls.len());
    let outside = found.iter().filter(|path| server.get(path).1.contains("rel=\"noopener nofollow external\"")).count();
    assert_eq!(outside, 1);
}
