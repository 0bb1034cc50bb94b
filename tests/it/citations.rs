//! A search that was cited stays as it was, whatever is stored meanwhile, and says what has become of what it found.

use serde_json::{Value, json};

use crate::archive::TestArchive;
use crate::server::{Server, make_key};
use crate::wire::{self, Answer, ask};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

fn line(id: &str, headline: &str, day: u8) -> String {
    let published = format!("2025-02-{day:02}");
    format!(
        "{}\n",
        json!({"id": id, "headline": headline, "body": format!("{headline}. The mine said so."), "published": published})
    )
}

fn with_articles() -> (TestArchive, Server) {
    let archive = TestArchive::new();
    let lines =
        [line("1", "Tin rises", 3), line("2", "Tin falls", 4), line("3", "Tin waits", 5), line("4", "Zinc rises", 6)];
    archive.ingest(&[&archive.file("news.jsonl", &lines.concat())]);
    let server = Server::start(&archive);
    (archive, server)
}

#[track_caller]
fn cited(server: &Server, body: &str) -> Value {
    let answer = cite(server, FORM, body);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let citation: Value = serde_json::from_str(&answer.body).unwrap();
    let address = format!("/api/v1/citations/{}", citation["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), Some(address.as_str()));
    citation
}

fn cite(server: &Server, kind: &str, body: &str) -> Answer {
    ask(server, "POST", "/api/v1/citations", &[kind], body.as_bytes())
}

fn names(citation: &Value, list: &str) -> Vec<String> {
    let name = |line: &Value| {
        line["article"]["headline"].as_str().or(line["headline"].as_str()).unwrap_or_default().to_owned()
    };
    citation[list].as_array().unwrap().iter().map(name).collect()
}

fn became(citation: &Value) -> Vec<&str> {
    citation["articles"].as_array().unwrap().iter().map(|line| line["now"].as_str().unwrap()).collect()
}

#[test]
fn a_citation_keeps_its_list_and_says_what_has_become_of_it() {
    let (archive, server) = with_articles();
    let first = cited(&server, "q=tin&sort=oldest");
    let address = format!("/api/v1/citations/{}", first["id"].as_str().unwrap());
    assert_eq!(names(&first, "articles"), ["Tin rises", "Tin falls", "Tin waits"]);
    assert_eq!(became(&first), ["same", "same", "same"]);
    assert_eq!(first["since"]["added"], 0);

    let gone = first["articles"][1]["id"].as_str().unwrap().to_owned();
    let later = [line("1", "Tin rises again", 3), line("3", "Copper waits", 5), line("5", "Tin is found", 7)];
    archive.ingest(&[&archive.file("news.jsonl", &later.concat())]);
    ask(&server, "DELETE", &format!("/api/v1/articles/{gone}"), &[], b"");
    server.until("what came later", |server| server.total("tin") == 2);

    let now = server.json(&address);
    assert_eq!(became(&now), ["changed", "withdrawn", "removed"]);
    assert_eq!(names(&now, "articles"), ["Tin rises", "", "Tin waits"], "each in the version that was found");
    assert_eq!(names(&now, "added"), ["Tin is found"]);
    let since = &now["since"];
    assert_eq!([&since["added"], &since["changed"], &since["removed"], &since["withdrawn"]], [1, 1, 1, 1]);
    assert_eq!((&now["total"], &now["made"], &now["search"]), (&first["total"], &first["made"], &first["search"]));

    let only = server.json(&format!("{address}?only=changed"));
    assert_eq!((names(&only, "articles"), &only["articles"][0]["place"]), (vec!["Tin rises".to_owned()], &json!(1)));
    let second = server.json(&format!("{address}?limit=1&offset=1"));
    assert_eq!((&second["articles"][0]["place"], &second["next_offset"]), (&json!(2), &json!(2)));

    let (status, page) = server.get(&format!("/citations/{}", first["id"].as_str().unwrap()));
    assert_eq!(status, 200);
    for said in ["1 added", "1 changed", "1 no longer found", "1 withdrawn", "Tin is found", "Tin rises"] {
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[test]
fn a_citation_outlives_the_server_and_is_the_same_for_the_same_list() {
    let (archive, server) = with_articles();
    let first = cited(&server, "q=tin&tag=-sport&tz=Europe/Berlin");
    assert_eq!(cited(&server, "q=tin&tag=-sport&tz=Europe/Berlin")["id"], first["id"]);
    assert_ne!(cited(&server, "q=zinc")["id"], first["id"]);
    server.stop();
    let server = Server::start(&archive);
    let again = server.json(&format!("/api/v1/citations/{}", first["id"].as_str().unwrap()));
    assert_eq!((&again["search"], became(&again)), (&first["search"], became(&first)));
    let search = again["search"].to_string();
    let found = ask(&server, "POST", "/api/v1/search", &["Content-Type: application/json"], search.as_bytes());
    let found: Value = serde_json::from_str(&found.body).unwrap();
    assert_eq!(found["total"], again["total"], "what is kept can be asked again as it is");
}

#[test]
fn dates_that_count_from_now_are_kept_as_dates() {
    let (_archive, server) = with_articles();
    let citation = cited(&server, "q=seen:7d+tin&from=100y");
    let search = &citation["search"];
    assert!(search["q"].as_str().unwrap().contains("seen:[20"), "{search}");
    assert_eq!(search["from"].as_str().unwrap().len(), "1925-02-03".len(), "{search}");
    assert_eq!(citation["total"], 3);
}

#[test]
fn a_citation_is_of_the_state_that_was_shown() {
    let (archive, server) = with_articles();
    let snapshot = server.search(&[("q", "tin")])["snapshot"].as_str().unwrap().to_owned();
    archive.ingest(&[&archive.file("news.jsonl", &line("5", "Tin is found", 7))]);
    server.until("the later one", |server| server.total("tin") == 4);
    let citation = cited(&server, &format!("q=tin&snapshot={snapshot}"));
    assert_eq!((&citation["total"], &citation["since"]["added"]), (&json!(3), &json!(1)));
}

#[test]
fn what_cannot_be_cited_is_refused_with_a_way_out() {
    let (_archive, server) = with_articles();
    let get = |path: &str, status| wire::get(&server, path).problem(status, path);
    assert_eq!(get("/api/v1/citations/0123456789abcdef", 404), "no_citation");
    let id = cited(&server, "q=tin")["id"].as_str().unwrap().to_owned();
    assert_eq!(get(&format!("/api/v1/citations/{id}?only=lost"), 400), "unknown_value");
    assert_eq!(get(&format!("/api/v1/citations/{id}?offset=-1"), 400), "out_of_range");
    let post = |kind: &str, body: &str, status| cite(&server, kind, body).problem(status, body);
    assert_eq!(post("Content-Type: text/plain", "q=tin", 415), "unsupported_type");
    assert_eq!(post("Content-Type: application/json", "[]", 400), "bad_json");
    assert_eq!(post(FORM, "q=%22tin&strict=1", 400), "unclosed_quote");
    assert_eq!(post(FORM, "snapshot=s-000000000000", 410), "snapshot_gone");
    let foreign = ask(&server, "POST", "/citations", &[FORM, "Origin: http://elsewhere.example"], b"q=tin");
    assert_eq!(foreign.problem(403, "from elsewhere"), "cross_site");
}

#[test]
fn so_many_searches_are_cited_within_a_day_and_by_a_key_that_may_write_any_number() {
    let (archive, calm) = with_articles();
    calm.kill();
    let bounds = [("BROADSHEET__LIMITS__CITATIONS_PER_DAY", "2"), ("BROADSHEET__LIMITS__CITED_PER_DAY", "5")];
    let server = Server::start_with(archive.command("serve").envs(bounds));
    let refused = |body: &str| {
        let answer = cite(&server, FORM, body);
        assert_eq!(answer.problem(429, body), "too_many_citations");
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((86_000..=86_401).contains(&wait) && answer.body.contains("\"hint\""), "{wait}: {}", answer.body);
    };
    let first = cited(&server, "q=tin");
    // Three and four articles are more than five.
    refused("q=*");
    cited(&server, "q=zinc");
    refused("q=rises");
    assert_eq!(cited(&server, "q=tin")["id"], first["id"], "the same again is no other");
    let page = ask(&server, "POST", "/citations", &[FORM, "Accept: text/html"], b"q=rises");
    assert!(page.status == 429 && page.header("retry-after").is_some() && page.body.contains("<html"), "{}", page.body);
    for said in ["There is room again in 2", "href=\"/search?q=rises\""] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    let key = |scope: &str| format!("Authorization: Bearer {}", make_key(&archive.data(), &["--scope", scope]));
    let with = |key: &str| ask(&server, "POST", "/api/v1/citations", &[FORM, key], b"q=rises").status;
    assert_eq!((with(&key("read")), with(&key("write"))), (429, 201));
    cited(&server, "q=rises");
}

#[test]
fn a_smaller_search_is_advised_only_where_it_would_be_cited() {
    let (archive, calm) = with_articles();
    calm.kill();
    let refused = |name: &str, bound: &str| {
        let server = Server::start_with(archive.command("serve").env(format!("BROADSHEET__LIMITS__{name}"), bound));
        let answer = cite(&server, FORM, "q=tin");
        assert_eq!(answer.problem(403, name), "wrong_scope");
        let (_, page) = server.get("/search?q=tin");
        let whole: Value = serde_json::from_str(&answer.body).unwrap();
        (whole["hint"].as_str().unwrap().to_owned(), page.contains("Cite this search"), server)
    };
    for name in ["CITATIONS_PER_DAY", "CITED_PER_DAY"] {
        let (hint, is_offered, server) = refused(name, "0");
        assert_eq!((hint.as_str(), is_offered), ("Ask whoever runs this archive for a key.", false), "{name}");
        let key = format!("Authorization: Bearer {}", make_key(&archive.data(), &["--scope", "write"]));
        let shown = ask(&server, "GET", "/search?q=tin", &[&key], b"");
        assert!(shown.body.contains("Cite this search"), "whoever may cite can");
    }
    let (hint, is_offered, server) = refused("CITED_PER_DAY", "2");
    assert!(hint.starts_with("Cite a search that finds less, or ask") && is_offered, "{hint}");
    let page = ask(&server, "POST", "/citations", &[FORM, "Accept: text/html"], b"q=tin&sort=oldest");
    assert_eq!(page.status, 403);
    for said in
        ["finds more than 2 articles", "Cite a search that finds less", "href=\"/search?q=tin&#38;sort=oldest\""]
    {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
}

#[test]
fn the_address_that_citations_are_sent_to_leads_a_reader_to_the_search() {
    let (_archive, server) = with_articles();
    let typed = ask(&server, "GET", "/citations", &["Accept: text/html"], b"");
    assert_eq!((typed.status, typed.header("location")), (303, Some("/search")));
    assert_eq!(wire::get(&server, "/api/v1/citations").problem(405, "a program"), "method_not_allowed");
    assert_eq!(ask(&server, "PUT", "/citations", &[], b"").problem(405, "PUT"), "method_not_allowed");
}

#[test]
fn the_button_of_the_page_leads_to_the_citation() {
    let (_archive, server) = with_articles();
    let shown = wire::get(&server, "/search?q=tin&sort=oldest&facet_limit=20");
    assert!(shown.body.contains("<form action=\"/citations\" method=\"post\">"), "{}", shown.body);
    let answer = ask(&server, "POST", "/citations", &[FORM], b"q=tin&sort=oldest");
    assert_eq!(answer.status, 303, "{}", answer.body);
    let page = wire::get(&server, answer.header("location").unwrap());
    assert_eq!(page.status, 200);
    let permanent = format!("http://test{}", answer.header("location").unwrap());
    assert!(page.body.contains(&permanent), "{}", page.body);
}

#[test]
fn a_citation_is_shown_whatever_its_search_comes_to_by_now() {
    let (archive, server) = with_articles();
    let first = cited(&server, "q=ti*");
    let words: Vec<String> = (0..1100).map(|number| format!("ti{number}x")).collect();
    archive.ingest(&[&archive.file("words.jsonl", &line("9", &words.join(" "), 8))]);
    server.until("a thousand words", |server| server.total("ti7x") == 1);
    let now = server.json(&format!("/api/v1/citations/{}", first["id"].as_str().unwrap()));
    assert_eq!((&now["since"], names(&now, "articles").len()), (&Value::Null, 3));
    assert_eq!(now["articles"][0]["now"], Value::Null);
    let (status, page) = server.get(&format!("/citations/{}", first["id"].as_str().unwrap()));
    assert!(status == 200 && page.contains("more than can be compared"), "{page}");
}

#[test]
fn what_was_odd_in_the_query_is_told_and_stays_with_it() {
    let (_archive, server) = with_articles();
    let odd = cited(&server, "q=tgg:tin+rises&colour=red");
    let codes = |citation: &Value| -> Vec<String> {
        citation["warnings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes(&odd), ["unknown_field", "unknown_parameter"]);
    let id = odd["id"].as_str().unwrap();
    assert_eq!(codes(&server.json(&format!("/api/v1/citations/{id}"))), ["unknown_field"], "a parameter is not kept");
    let (_, page) = server.get(&format!("/citations/{id}"));
    assert!(page.contains("<u class=\"warning\">tgg:</u>") && page.contains("<strong>Warning:</strong>"), "{page}");
    assert!(codes(&cited(&server, "q=tin")).is_empty());
}

#[test]
fn a_citation_is_a_sentence_and_paper_says_what_is_not_on_it() {
    let archive = TestArchive::new();
    let lines: String = (0..120).map(|id| line(&id.to_string(), &format!("Tin {id}"), 1 + (id % 28) as u8)).collect();
    archive.ingest(&[&archive.file("news.jsonl", &lines)]);
    let server = Server::start(&archive);
    let id = cited(&server, "q=tin&from=2025-02")["id"].as_str().unwrap().to_owned();
    let (_, page) = server.get(&format!("/citations/{id}"));
    let address = format!("http://{}/citations/{id}", server.address());
    let sentence = format!(
        "Search for “tin” (from: 2025-02), Broadsheet archive at {}: 120 articles, as found on ",
        server.address()
    );
    assert!(page.contains(&sentence) && page.contains(&format!("<a href=\"{address}\">{address}</a>")), "{page}");
    assert!(page.contains(&format!("100 of 120 are printed; the whole list: {address}")), "{page}");
    let (_, last) = server.get(&format!("/citations/{id}?offset=100"));
    assert!(last.contains("20 of 120 are printed"), "{last}");
    let (_, whole) = server.get(&format!("/citations/{id}?limit=1000"));
    assert!(!whole.contains("are printed") && whole.contains("<span class=\"count\">120</span>"), "{whole}");
}

#[test]
fn the_whole_list_of_a_citation_is_a_table_that_says_what_has_become_of_each() {
    let archive = TestArchive::new();
    let lines: String = (0..450).map(|id| line(&id.to_string(), &format!("Tin {id}"), 1 + (id % 28) as u8)).collect();
    archive.ingest(&[&archive.file("news.jsonl", &lines)]);
    let server = Server::start(&archive);
    let citation = cited(&server, "q=tin&sort=oldest");
    let (id, ids) = (citation["id"].as_str().unwrap(), citation["articles"].as_array().unwrap());
    let gone = ids[0]["id"].as_str().unwrap();
    ask(&server, "DELETE", &format!("/api/v1/articles/{gone}"), &[], b"");
    archive.ingest(&[&archive.file("news.jsonl", &line("28", "Tin, \"28\" again", 1))]);
    server.until("the deletion and the change are seen", |server| {
        let (_, body) = server.get(&format!("/api/v1/citations/{id}"));
        body.contains("\"withdrawn\":1") && body.contains("\"changed\":1")
    });
    let path = format!("/api/v1/citations/{id}/articles.csv");
    let answer = wire::get(&server, &path);
    assert_eq!(answer.header("x-total"), Some("450"));
    assert_eq!(
        answer.header("content-disposition"),
        Some(format!("attachment; filename=\"citation-{id}.csv\"").as_str())
    );
    let (_, body) = server.get(&path);
    let mut reader = csv::Reader::from_reader(body.trim_start_matches('\u{feff}').as_bytes());
    let head = "place,id,version,now,headline,published,published_precision,published_from,source,site,url,address";
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>().join(","), head);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let row = |at: usize| rows[at].iter().collect::<Vec<_>>();
    assert_eq!(rows.len(), 450);
    assert!(rows.iter().enumerate().all(|(at, row)| row[0] == *(at + 1).to_string()));
    assert_eq!(row(0), ["1", gone, "1", "withdrawn", "", "", "", "", "", "", "", ""]);
    let changed = rows.iter().find(|row| &row[3] == "changed").unwrap();
    assert_eq!((&changed[2], &changed[4]), ("1", "Tin 28"), "the version that was cited");
    let (status, page) = server.get(&changed[11].replace(&format!("http://{}", server.address()), ""));
    assert!(status == 200 && page.contains("Tin 28"), "its address shows that version");
    assert_eq!(rows.iter().filter(|row| &row[3] == "same").count(), 448);
    assert_eq!(server.get("/api/v1/citations/none/articles.csv").0, 404);
    let (_, page) = server.get(&format!("/citations/{id}"));
    assert!(page.contains(&format!("href=\"{path}\"")), "{page}");
}
