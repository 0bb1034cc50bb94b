//! A search as a table, as lines and as a feed, and whose scripts may read it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use quick_xml::escape::unescape;
use quick_xml::events::Event;
use serde_json::{Value, json};

use crate::archive::TestArchive;
use crate::export::with;
use crate::made_up::corpus;
use crate::server::{Sent, Server, query};
use crate::wire::ask;

/// The ending of each form's address, how a client asks for it by `Accept`, and what it says it is.
const FORMS: [(&str, &str, &str); 5] = [
    (".csv", "text/csv", "text/csv; charset=utf-8; header=present"),
    (".jsonl", "application/jsonl", "application/jsonl"),
    (".rss", "application/rss+xml", "application/rss+xml; charset=utf-8"),
    (".atom", "application/atom+xml", "application/atom+xml; charset=utf-8"),
    (".feed.json", "application/feed+json", "application/feed+json; charset=utf-8"),
];

const FEEDS: [&str; 3] = [".rss", ".atom", ".feed.json"];

/// A server with one article that has no address of its own, and this in its configuration.
fn configured(http: &str) -> (TestArchive, Server) {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", "{\"id\":\"t\",\"title\":\"Tin\",\"language\":\"en\"}")]);
    let config = archive.file("broadsheet.toml", &format!("[http]\n{http}\n"));
    let server = Server::start_with(archive.command("serve").args(["--config", &config]));
    (archive, server)
}

/// The texts and attributes of a document, each under the elements around it: `feed/title`, `feed/link@href`.
#[track_caller]
fn parsed(xml: &str) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut open, mut text, mut found) = (Vec::<String>::new(), String::new(), Vec::new());
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Start(tag) | Event::Empty(tag) => {
                text.clear();
                open.push(tag.name().0.to_owned());
                for attribute in tag.attributes().map(Result::unwrap) {
                    let value = unescape(&attribute.value).unwrap().into_owned();
                    found.push((format!("{}@{}", open.join("/"), attribute.key.0), value));
                }
            }
            Event::Text(piece) => text.push_str(piece),
            Event::GeneralRef(name) => text.push_str(&unescape(&format!("&{};", &**name)).unwrap()),
            Event::Eof => break,
            _ => {}
        }
        if matches!(event, Event::End(_) | Event::Empty(_)) {
            found.push((open.join("/"), std::mem::take(&mut text)));
            open.pop();
        }
    }
    assert!(open.is_empty(), "{open:?} has no end: {xml}");
    found
}

#[track_caller]
fn texts(xml: &str, path: &str) -> Vec<String> {
    parsed(xml).into_iter().filter(|(at, _)| at == path).map(|(_, text)| text).collect()
}

#[track_caller]
fn members(lines: &[Value], name: &str) -> Vec<String> {
    lines.iter().map(|line| line[name].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The ids of the items that a form holds, or else their headlines.
#[track_caller]
fn column(form: &str, body: &str, name: &str) -> Vec<String> {
    let either = |id, headline| if name == "id" { id } else { headline };
    match form {
        ".csv" => {
            let mut table = csv::Reader::from_reader(body.as_bytes());
            let at = table.headers().unwrap().iter().position(|head| head == name).unwrap();
            table.records().map(|row| row.unwrap()[at].to_owned()).collect()
        }
        ".jsonl" => members(&body.lines().map(json).collect::<Vec<_>>(), name),
        ".rss" => texts(body, either("rss/channel/item/guid", "rss/channel/item/title")),
        ".atom" => texts(body, either("feed/entry/id", "feed/entry/title")),
        _ => members(json(body)["items"].as_array().unwrap(), either("id", "title")),
    }
}

fn of_hits(answer: &Value, name: &str) -> Vec<String> {
    members(answer["hits"].as_array().unwrap(), name)
}

fn varies_by(sent: &Sent, header: &str) -> bool {
    sent.header("vary").is_some_and(|names| names.split(", ").any(|name| name.eq_ignore_ascii_case(header)))
}

#[track_caller]
fn feed(server: &Server, form: &str, asked: &str) -> Sent {
    let sent = server.sent(&format!("/api/v1/search{form}?{asked}"), &[]);
    assert_eq!(sent.status, 200, "{form}: {}", sent.text());
    sent
}

#[test]
fn every_form_of_a_search_holds_the_hits_of_its_answer() {
    let (_archive, server) = with(&corpus(60));
    let asked = [("q", "mine* OR tin"), ("section", "-Ports"), ("sort", "newest"), ("limit", "7")];
    let answer = server.search(&asked);
    let (next, asked) = (answer["next_cursor"].as_str().unwrap(), query(&asked));
    let following = server.json(&format!("/api/v1/search?{asked}&cursor={next}"));
    assert_eq!(of_hits(&following, "id").len(), 7);
    for (form, accepted, kind) in FORMS {
        let by_ending = feed(&server, form, &asked);
        let by_wish = server.sent(&format!("/api/v1/search?{asked}"), &[("accept", accepted)]);
        for sent in [&by_ending, &by_wish] {
            assert_eq!((sent.status, sent.header("content-type").as_deref()), (200, Some(kind)));
            assert_eq!(column(form, sent.text(), "headline"), of_hits(&answer, "headline"), "{form}");
            assert_eq!(sent.header("x-total"), Some(answer["total"].to_string()), "{form}");
            assert_eq!(sent.header("x-snapshot").as_deref(), answer["snapshot"].as_str(), "{form}");
            assert_eq!(sent.header("x-next-cursor").as_deref(), Some(next), "{form}");
        }
        if !FEEDS.contains(&form) {
            assert_eq!(column(form, by_ending.text(), "id"), of_hits(&answer, "id"), "{form}");
        }
        assert!(varies_by(&by_wish, "accept") && !varies_by(&by_ending, "accept"), "{form}");
        let page = feed(&server, form, &format!("{asked}&cursor={next}"));
        assert_eq!(column(form, page.text(), "headline"), of_hits(&following, "headline"), "{form}: the next page");
    }
    for (accepted, kind) in [
        ("application/json;q=0.5, application/atom+xml", "application/atom+xml; charset=utf-8"),
        ("application/x-ndjson, text/csv;q=0.9", "application/jsonl"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("text/csv;q=0", "application/json"),
    ] {
        let sent = server.sent(&format!("/api/v1/search?{asked}"), &[("accept", accepted)]);
        assert_eq!(sent.header("content-type").as_deref(), Some(kind), "{accepted}");
        assert!(varies_by(&sent, "accept"), "{accepted}");
    }
}

#[test]
fn a_feed_has_fifty_items_and_the_newest_first_unless_it_is_asked_otherwise() {
    let (_archive, server) = with(&corpus(120));
    for (asked, meant, number) in [("q=tin", "&sort=newest&limit=50", 50), ("q=tin&sort=oldest&limit=3", "", 3)] {
        let expected = of_hits(&server.json(&format!("/api/v1/search?{asked}{meant}")), "headline");
        assert_eq!(expected.len(), number);
        for form in FEEDS {
            assert_eq!(column(form, feed(&server, form, asked).text(), "headline"), expected, "{form}: {asked}");
        }
    }
}

fn tin(title: &str, more: &Value) -> String {
    let mut article = json!({
        "id": "t1", "title": title, "text": "Tin.", "date": "2024-01-02", "language": "en", "source": "Harbour Post"
    });
    article.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    format!("{article}\n")
}

/// When a feed and its items say that they were changed.
#[track_caller]
fn changed(form: &str, body: &str) -> Vec<Timestamp> {
    let all = match form {
        ".rss" => texts(body, "rss/channel/lastBuildDate"),
        ".atom" => [texts(body, "feed/updated"), texts(body, "feed/entry/updated")].concat(),
        _ => members(json(body)["items"].as_array().unwrap(), "date_modified"),
    };
    let in_mail = |text: &str| jiff::fmt::rfc2822::parse(text).unwrap().timestamp();
    all.iter().map(|text| text.parse().unwrap_or_else(|_| in_mail(text))).collect()
}

#[test]
fn an_item_is_known_again_in_every_feed_after_a_change_and_in_another_archive() {
    let (archive, server) = with(&tin("Tin rises", &json!({})));
    let (_other, elsewhere) = with(&(corpus(20) + &tin("Tin rises", &json!({}))));
    let before = FEEDS.map(|form| (form, feed(&server, form, "q=headline:rises")));
    let known = column(".atom", before[1].1.text(), "id");
    assert!(known.len() == 1 && known[0].starts_with("urn:uuid:"), "{known:?}");
    for (form, sent) in &before {
        assert_eq!(column(form, sent.text(), "id"), known, "{form}");
        let other = column(form, feed(&elsewhere, form, "q=headline:rises").text(), "id");
        assert_eq!(other, known, "{form}: in another archive");
    }
    let changes = tin("Tin falls after it rises", &json!({}));
    archive.ingest(&[&archive.file("b.jsonl", &changes)]);
    server.until("the change", |server| server.total("headline:falls") == 1);
    for (form, sent) in &before {
        let after = feed(&server, form, "q=headline:rises");
        assert_eq!(column(form, after.text(), "id"), known, "{form}: after a change");
        assert_eq!(column(form, after.text(), "headline"), ["Tin falls after it rises"]);
        let (was, is) = (changed(form, sent.text()), changed(form, after.text()));
        assert!(!was.is_empty() && was.len() == is.len(), "{form}: {was:?}, {is:?}");
        assert!(was.iter().zip(&is).all(|(was, is)| was < is), "{form}: {was:?}, {is:?}");
    }
}

#[test]
fn a_form_that_is_known_already_is_not_sent_again_until_it_changes() {
    let (archive, server) = with(&tin("Tin rises", &json!({})));
    let paths = FORMS.map(|(form, ..)| format!("/api/v1/search{form}?q=tin"));
    let tags = paths.each_ref().map(|path| server.sent(path, &[]).header("etag").unwrap());
    for (path, tag) in paths.iter().zip(&tags) {
        let again = server.sent(path, &[("if-none-match", tag)]);
        assert_eq!((again.status, again.body.len(), again.header("etag").as_ref()), (304, 0, Some(tag)), "{path}");
    }
    archive.ingest(&[&archive.file("b.jsonl", &tin("Tin falls", &json!({})))]);
    server.until("the change", |server| server.total("headline:falls") == 1);
    for (path, tag) in paths.iter().zip(&tags) {
        let again = server.sent(path, &[("if-none-match", tag)]);
        assert!(again.status == 200 && again.header("etag").as_ref() != Some(tag), "{path}: {}", again.status);
    }
}

#[test]
fn a_hostile_headline_or_query_stays_text_in_every_form() {
    let title = "1 < 2 <script>alert(1)</script> ]]> \"&amp;\" tin";
    let (_archive, server) = with(&tin(&title.replace('&', "&amp;").replace('<', "&lt;"), &json!({})));
    let q = "tin OR \"</title><b>&lt;\"";
    for (form, ..) in FORMS {
        let sent = feed(&server, form, &query(&[("q", q)]));
        assert_eq!(column(form, sent.text(), "headline"), [title], "{form}");
        let of_feed = match form {
            ".rss" => {
                let described = texts(sent.text(), "rss/channel/item/description").remove(0);
                assert!(!described.contains('<'), "a reader takes it for HTML: {described}");
                texts(sent.text(), "rss/channel/title")
            }
            ".atom" => texts(sent.text(), "feed/title"),
            ".feed.json" => members(&[json(sent.text())], "title"),
            _ => continue,
        };
        assert_eq!(of_feed, [format!("{q} – Broadsheet")], "{form}");
        assert_eq!(sent.header("x-content-type-options").as_deref(), Some("nosniff"), "{form}");
    }
}

#[test]
fn the_addresses_in_a_feed_are_those_that_readers_use() {
    let named = configured("public_url = \"https://archive.example/\"");
    let unnamed = configured("");
    for (server, root) in
        [(&named.1, "https://archive.example".to_owned()), (&unnamed.1, format!("http://{}", unnamed.1.address()))]
    {
        let id = of_hits(&server.search(&[("q", "tin")]), "id").remove(0);
        for form in FEEDS {
            let sent = feed(server, form, "q=tin&lang=en");
            let own = format!("{root}/api/v1/search{form}?q=tin&lang=en");
            let expected = [own, format!("{root}/search?q=tin&lang=en"), format!("{root}/article/{id}")];
            let text = sent.text().replace("&#38;", "&");
            let found = text.split(['"', '<', '>']).filter(|url| url.starts_with("http") && !url.contains(".org/"));
            assert_eq!(found.map(str::to_owned).collect::<BTreeSet<_>>(), BTreeSet::from(expected), "{form}");
        }
    }
}

#[test]
fn scripts_of_other_sites_read_nothing_unless_theirs_is_named() {
    let (ours, other) = ("https://newsroom.example", "https://other.example");
    for (http, origin, allowed) in [
        ("", ours, None),
        ("allow_origins = [\"https://newsroom.example\"]", ours, Some(ours)),
        ("allow_origins = [\"https://newsroom.example\"]", other, None),
        ("allow_origins = [\"*\"]", other, Some("*")),
    ] {
        let (_archive, server) = configured(http);
        let origin = format!("Origin: {origin}");
        let preflight = [origin.as_str(), "Access-Control-Request-Method: GET"];
        for path in ["/api/v1/search?q=tin", "/api/v1/export?q=tin", "/api/v1/search.atom?limit=x"] {
            let read = ask(&server, "GET", path, &[&origin], b"");
            assert_eq!(read.header("access-control-allow-origin"), allowed, "{http}: {path}");
            let asked = ask(&server, "OPTIONS", path, &preflight, b"");
            assert_eq!(asked.header("access-control-allow-origin"), allowed, "{http}: {path}");
            assert_eq!(asked.status, if http.is_empty() { 405 } else { 200 }, "{http}: {path}");
            let told = read.header("access-control-expose-headers");
            assert!(allowed.is_none() || told.is_some_and(|told| told.contains("x-total")), "{http}: {told:?}");
            assert!(!http.is_empty() || told.is_none(), "{told:?}");
        }
        let article = b"{\"title\":\"By another site\"}";
        let written = ask(&server, "POST", "/api/v1/articles", &[&origin, "Content-Type: application/json"], article);
        assert_eq!(written.problem(403, "nobody may write"), "cross_site");
    }
}
