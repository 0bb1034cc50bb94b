//! Pages as a running server sends them.

use serde_json::json;

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

/// A page as a browser asks for it: a program is told in JSON what is wrong.
fn page(server: &Server, path: &str) -> (u16, String) {
    let sent = server.sent(path, &[("accept", "text/html")]);
    (sent.status, String::from_utf8(sent.body).unwrap())
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
    let (_, found) = server.get(&results);
    let articles = articles(&found);
    assert_eq!(articles.len(), 2, "{found}");
    assert!(found.contains("&lt;svg onload=alert(1)&gt;"), "the text itself is shown");

    let typed = "\"><svg onload=alert(0)><script>";
    let asked = format!("/search?{}", query(&[("q", typed), ("tag", typed), ("from", typed), ("sort", "newest")]));
    let odd = format!("/search?{}", query(&[("q", typed), ("tag", typed), ("lmit", typed)]));
    let fixed = ["/".to_owned(), results, asked, odd];
    for path in fixed.into_iter().chain(articles) {
        assert_dead(&page(&server, &path).1, &path);
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

fn with(articles: &[serde_json::Value]) -> (TestArchive, Server) {
    let archive = TestArchive::new();
    let lines: String = articles.iter().map(|article| format!("{article}\n")).collect();
    archive.ingest(&[&archive.file("news.jsonl", &lines)]);
    let server = Server::start(&archive);
    (archive, server)
}

/// What the first link with this text leads to.
#[track_caller]
fn way(page: &str, text: &str) -> String {
    let before = page.split_once(&format!("\">{text}</a>")).unwrap_or_else(|| panic!("no link {text}: {page}")).0;
    let href = before.rsplit_once("href=\"").unwrap().1;
    href.split('"').next().unwrap().replace("&#38;", "&")
}

#[track_caller]
fn heading(server: &Server, path: &str) -> String {
    let (status, page) = server.get(path);
    assert_eq!(status, 200, "{path}: {page}");
    let heading = page.split_once("<h1>").unwrap().1;
    heading.split([' ', '<']).next().unwrap().to_owned()
}

#[test]
fn those_without_a_value_are_counted_and_found() {
    let bare =
        |id: u8| json!({"id": id, "title": format!("Tin {id}"), "text": "Ore.", "language": "en", "tags": ["ore"]});
    let mut full = bare(1);
    for (name, value) in [("author", "Ana Lindqvist"), ("source", "Post"), ("section", "Metals"), ("place", "Oslo")] {
        full[name] = value.into();
    }
    full["url"] = "https://post.example/a".into();
    let (_archive, server) = with(&[full, bare(2), bare(3), json!({"id": 4, "title": "Zinc", "language": "en"})]);
    for (asked, lacking) in
        [("q=tin+OR+nothing", "2"), ("", "3"), ("tag=ore&lang=en", "2"), ("q=tin&author=Ana+Lindqvist", "2")]
    {
        let (_, page) = server.get(&format!("/search?{asked}"));
        for text in ["No byline", "No source", "No section", "No place"] {
            // What is chosen of a field is looked past when its values are counted.
            let lacking = if asked.contains("author") && text != "No byline" { continue } else { lacking };
            assert!(page.contains(&format!("{text}</a>: {lacking}</p>")), "{asked}: {text}: {page}");
            assert_eq!(heading(&server, &way(&page, text)), lacking, "{asked}: {text}");
        }
    }
    let (_, page) = server.get("/search");
    assert_eq!(heading(&server, &way(&page, "No subject")), "1");
    assert!(page.contains("by <a href=\"/search?author=Ana+Lindqvist\" dir=\"auto\">Ana Lindqvist</a>"), "{page}");
}

#[test]
fn what_a_hit_shows_narrows_and_never_widens() {
    let article = |id: u8, tags: &[&str], source: &str| json!({"id": id, "title": format!("Ore {id}"), "text": "Ore.", "language": "en", "tags": tags, "source": source});
    let (_archive, server) = with(&[
        article(1, &["tin", "the \"new\" zinc"], "Post"),
        article(2, &["tin"], "Post"),
        article(3, &["the \"new\" zinc"], "Ledger"),
    ]);
    let (_, page) = server.get("/search?q=ore+OR+nothing&tag=tin&sort=oldest");
    let hits = page.split_once("<ol class=\"results\">").unwrap().1;
    let both = way(hits, "the &#34;new&#34; zinc");
    assert_eq!(heading(&server, &both), "1", "{both}");
    assert!(both.contains("tag=tin") && both.contains("sort=oldest"), "{both}");
    assert_eq!(heading(&server, &way(hits, "Post")), "2");
    // An article leads back to the search that it was found by.
    let article = articles(hits).remove(0);
    let (_, shown) = server.get(&article);
    assert!(
        shown.contains("href=\"/search?q=ore+OR+nothing&#38;tag=tin&#38;sort=oldest\">Results for"),
        "{article}: {shown}"
    );
}

#[test]
fn a_time_of_which_nothing_is_kept_is_no_silence() {
    let article = |id: u8, day: &str| json!({"id": id, "title": "Tin", "text": "Ore.", "date": day, "source": "Post", "language": "en"});
    let (_archive, server) = with(&[article(1, "2025-02-01"), article(2, "2025-02-20")]);
    let silent = |parameters: &[(&str, &str)]| server.search(parameters)["silent"].clone();
    let span = [("from", "2025-02-05"), ("to", "2025-02-10")];
    assert_eq!(silent(&span), json!({"from": "2025-02-05", "to": "2025-02-10"}));
    assert_eq!(silent(&[("from", "2026")]), json!({"from": "2026-01-01", "to": null}));
    assert_eq!(silent(&[("from", "2025-02"), ("q", "zinc")]), json!(null), "others are there");
    assert_eq!(silent(&[("q", "zinc")]), json!(null));
    assert_eq!(silent(&[("from", "2025-02-05"), ("date_field", "seen"), ("to", "2025-02-10")]), json!(null));
    let (_, page) = server.get(&format!("/search?{}", query(&span)));
    assert!(page.contains("no article at all from 5 February 2025 to 10 February 2025:"), "{page}");

    let asked = [("from", "2025-01-30"), ("to", "2025-02-03"), ("interval", "day"), ("limit", "0")];
    let timeline = server.search(&asked)["timeline"].clone();
    let starts: Vec<_> =
        timeline["buckets"].as_array().unwrap().iter().map(|one| one["start"].as_str().unwrap()).collect();
    assert_eq!(starts, ["2025-01-30", "2025-01-31", "2025-02-01", "2025-02-02", "2025-02-03"]);
    assert_eq!(
        timeline["gaps"],
        json!([{"from": "2025-01-30", "to": "2025-01-31"}, {"from": "2025-02-02", "to": "2025-02-03"}])
    );
}

#[test]
fn a_date_that_is_none_is_named_with_its_field() {
    let (_archive, server) = with(&[json!({"id": 1, "title": "Tin", "language": "en"})]);
    for path in ["/search?q=tin&", "/compare?q=tin&", "/mentions?q=tin&"] {
        let (status, text) = page(&server, &format!("{path}to=2025-13"));
        assert_eq!(status, 400, "{path}");
        assert!(text.contains("To: <code dir=\"auto\">2025-13</code> is no date."), "{path}: {text}");
        assert!(text.contains("Write 2025, 2025-02 or 2025-02-17"), "{path}: {text}");
        let (status, text) = page(&server, &format!("{path}from=2025&to=2024"));
        assert_eq!(status, 409, "{path}");
        let swapped = way(&text, "The same search with the two dates swapped");
        assert_eq!(server.get(&swapped).0, 200, "{swapped}");
    }
}

#[test]
fn what_marks_articles_off_is_a_search_away() {
    let article = |id: u64| {
        let is_ore = id.is_multiple_of(5);
        let text = if is_ore { "The smelter melts ore." } else { "The ferry sails at noon." };
        let tag = if is_ore { "metals" } else { "ports" };
        let source = if id.is_multiple_of(2) { "Post" } else { "Ledger" };
        json!({"id": id, "title": format!("Day {id} {}", if is_ore { "tin" } else { "quay" }), "text": text, "tags": [tag], "language": "en",
               "source": source, "date": format!("2025-02-{:02}", 1 + id % 28)})
    };
    let (_archive, server) = with(&(1..=60).map(article).collect::<Vec<_>>());
    let (_, results) = server.get("/search?q=tin+OR+nothing&lang=en");
    let terms = way(&results, "what marks these articles off");
    assert_eq!(terms, "/terms?q=tin+OR+nothing&lang=en");
    let (_, terms) = server.get(&terms);
    for term in ["smelter", "metals"] {
        assert!(terms.contains(&format!("{term}</a> <span class=\"count\">12 of 12</span>")), "{terms}");
        assert_eq!(heading(&server, &way(&terms, term)), "12");
    }
    let (_, drawn) = server.get("/search?q=tin&series=source");
    assert_eq!(drawn.matches("<path class=\"line ").count(), 2, "{drawn}");
    assert_eq!(heading(&server, &way(&drawn, "By source")), "12");
}

#[test]
fn what_was_odd_in_a_query_is_said_wherever_it_is_asked() {
    let (_archive, server) = with(&[json!({"id": 1, "title": "Tin", "tags": ["metals"], "language": "en"})]);
    for path in ["/search?q=", "/compare?q=tin&q=", "/mentions?q=", "/terms?q=", "/values/tag?q="] {
        let (_, text) = page(&server, &format!("{path}tin+(ore"));
        assert!(text.contains("never closed"), "{path}: {text}");
        let (_, text) = page(&server, &format!("{path}tin"));
        assert!(!text.contains("What was odd in the query"), "{path}");
    }
    for path in ["/compare?q=", "/mentions?q=", "/terms?q="] {
        let (_, text) = page(&server, &format!("{path}zinc&from=1999"));
        assert!(text.contains("Nothing was found"), "{path}: {text}");
    }
}

#[test]
fn sites_are_offered_where_not_every_article_names_its_source() {
    let article = |id: u64, source: Option<&str>| json!({"id": id, "title": "Tin", "language": "en", "source": source, "url": format!("https://paper{id}.example/{id}")});
    let (_archive, unnamed) = with(&[article(1, None), article(2, Some("Post"))]);
    let (_, text) = page(&unnamed, "/search?q=tin");
    assert!(text.contains("paper1.example") && text.contains("facet-site"), "{text}");
    assert_eq!(heading(&unnamed, &way(&text, "paper1.example")), "1");
    assert!(page(&unnamed, "/about").1.contains("facet-site"));
    let (_archive, named) = with(&[article(1, Some("Ledger")), article(2, Some("Post"))]);
    assert!(!page(&named, "/search?q=tin").1.contains("facet-site"), "they would say the same");
    assert!(page(&named, "/search?q=tin&site=paper1.example").1.contains("facet-site"), "it can be taken off");
}
