//! Everything that a search has, as one file.

use std::collections::HashSet;
use std::io::Read;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::archive::TestArchive;
use crate::collapse;
use crate::made_up::{Numbers, any_query, article, corpus};
use crate::paging::{another_state_than, while_ingesting};
use crate::server::{Sent, Server, query};
use crate::wire::{ask, get};

const EXPORT: &str = "/api/v1/export";

/// Beside the stories that several papers tell: more than an export reads at a time.
const SINGLE: u64 = 400;

fn with_articles() -> (TestArchive, Server) {
    let (archive, server) = collapse::archive();
    let before = server.total("*");
    archive.ingest(&[&archive.file("single.jsonl", &corpus(SINGLE))]);
    server.until("all articles", |server| server.total("*") == before + SINGLE);
    (archive, server)
}

pub(crate) fn with(lines: &str) -> (TestArchive, Server) {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", lines)]);
    let server = Server::start(&archive);
    (archive, server)
}

#[track_caller]
fn export(server: &Server, asked: &[(&str, &str)], more: &[(&str, &str)]) -> Sent {
    let sent = server.sent(&format!("{EXPORT}?{}", query(&[asked, more].concat())), &[]);
    assert_eq!(sent.status, 200, "{asked:?}: {}", sent.text());
    sent
}

#[track_caller]
fn lines(sent: &Sent) -> Vec<Value> {
    sent.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ids<'a>(hits: impl IntoIterator<Item = &'a Value>) -> Vec<String> {
    hits.into_iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect()
}

/// The rows of a table, without its head.
#[track_caller]
fn rows(sent: &Sent) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(sent.body.as_slice());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn remove(server: &Server, id: &str) {
    ask(server, "DELETE", &format!("/api/v1/articles/{id}"), &[], b"");
}

/// Whatever is counted, listed page by page and exported is the same.
#[track_caller]
fn assert_adds_up(server: &Server, asked: &[(&str, &str)], counted: &Value) {
    let number = |value: &Value| value.as_u64().unwrap();
    let sum = |values: &Value| values.as_array().unwrap().iter().map(|one| number(&one["count"])).sum::<u64>();
    let articles = number(&counted["total"]);
    for facet in ["section", "lang"] {
        let facet = &counted["facets"][facet];
        let rest = number(&facet["others"]) + number(&facet["missing"]);
        assert_eq!(sum(&facet["values"]) + rest, articles, "{asked:?}: {facet}");
    }
    let timeline = &counted["timeline"];
    assert_eq!(sum(&timeline["buckets"]) + number(&timeline["unplaced"]), articles, "{asked:?}: the timeline");
    let pinned = [asked, &[("fields", "id"), ("snapshot", counted["snapshot"].as_str().unwrap())]].concat();
    let paged = ids(&server.all(&[&pinned[..], &[("limit", "31")]].concat()));
    let unique: HashSet<&String> = paged.iter().collect();
    let is_of_stories = asked.contains(&("collapse", "near"));
    let total = number(&counted[if is_of_stories { "total_stories" } else { "total" }]);
    assert_eq!((paged.len() as u64, unique.len() as u64), (total, total), "{asked:?}: the sum of the pages");
    let (exported, table) = (export(server, &pinned, &[]), export(server, &pinned, &[("format", "csv")]));
    for sent in [&exported, &table] {
        assert_eq!(sent.header("x-total"), Some(total.to_string()), "{asked:?}");
        assert_eq!(sent.header("x-snapshot").as_deref(), counted["snapshot"].as_str(), "{asked:?}");
    }
    assert!(ids(&lines(&exported)) == paged, "{asked:?}: lines and pages");
    assert!(rows(&table).concat() == paged, "{asked:?}: rows and pages");
}

#[test]
fn counts_pages_and_exports_agree_while_articles_come_change_and_go() {
    let (archive, server) = with_articles();
    let searches: [&[(&str, &str)]; 7] = [
        &[("q", ""), ("sort", "newest")],
        &[("q", "mine* OR ore"), ("tag", "tin"), ("tag", "zinc"), ("sort", "relevance")],
        &[("q", "tin"), ("from", "2024-02"), ("to", "2024-10-15"), ("sort", "recent")],
        &[("q", "\"iron ore\" OR prices"), ("tag", "-lead"), ("sort", "oldest")],
        &[("q", "*"), ("collapse", "near"), ("sort", "oldest")],
        &[("q", "ore"), ("collapse", "near"), ("tag", "-iron"), ("sort", "relevance")],
        &[("q", "iron ore zinc"), ("mode", "any"), ("collapse", "near"), ("sort", "recent")],
    ];
    while_ingesting(&archive, |rounds| {
        for asked in searches {
            let counted = first_page(&server, asked);
            assert!(counted["total"].as_u64().unwrap() > 31, "{asked:?}: more than a page");
            remove(&server, &ids(counted["hits"].as_array().unwrap())[0]);
            another_state_than(&server, &counted["snapshot"]);
            assert_adds_up(&server, asked, &counted);
        }
        let counted = first_page(&server, searches[0]);
        let before = rounds.load(Ordering::Relaxed);
        server.until("twenty commits", |_| rounds.load(Ordering::Relaxed) >= before + 20);
        assert_adds_up(&server, searches[0], &counted);
    });
}

#[test]
fn a_hundred_queries_at_random_add_up_while_articles_come_and_change() {
    let (archive, server) = with_articles();
    let mut numbers = Numbers::seeded();
    while_ingesting(&archive, |_| {
        for _ in 0..100 {
            let q = any_query(&mut numbers);
            let sort = ["relevance", "newest", "oldest", "recent"][numbers.below(4) as usize];
            let collapse = ["none", "near"][numbers.below(2) as usize];
            let asked = [("q", q.as_str()), ("sort", sort), ("collapse", collapse)];
            let counted = first_page(&server, &asked);
            assert_adds_up(&server, &asked, &counted);
        }
    });
}

/// Counted by everything that is to add up.
fn first_page(server: &Server, asked: &[(&str, &str)]) -> Value {
    let counts = [("facets", "section,lang"), ("facet_limit", "1"), ("interval", "month")];
    server.search(&[asked, &counts, &[("limit", "1"), ("fields", "id")]].concat())
}

#[test]
fn an_export_goes_on_where_a_piece_of_it_or_any_of_its_lines_ended() {
    let (archive, server) = with_articles();
    let before = server.total("*");
    let orders = [("relevance", "none"), ("newest", "none"), ("oldest", "near"), ("recent", "near")];
    for (round, (sort, collapse)) in (1..).zip(orders) {
        let asked = [("q", "tin OR ore"), ("sort", sort), ("collapse", collapse), ("fields", "id,cursor")];
        let limit = [("limit", "130")];
        let mut piece = export(&server, &asked, &limit);
        let snapshot = piece.header("x-snapshot").unwrap();
        let whole = lines(&export(&server, &asked, &[("snapshot", &snapshot)]));
        let whole_ids = ids(&whole);
        assert!(whole.len() > 260, "{sort}: {} lines are not several pieces", whole.len());
        // Whatever comes in now belongs to no piece.
        archive.ingest(&[&archive.file("new.jsonl", &article(SINGLE + round, 0))]);
        server.until("the new article", |server| server.total("*") == before + round);
        let mut found = Vec::new();
        loop {
            let named = [piece.header("x-total"), piece.header("x-snapshot")];
            assert_eq!(named, [Some(whole.len().to_string()), Some(snapshot.clone())], "{sort}");
            found.extend(ids(&lines(&piece)));
            let Some(cursor) = piece.header("x-next-cursor") else { break };
            piece = export(&server, &asked, &[&limit[..], &[("cursor", cursor.as_str())]].concat());
        }
        assert_eq!(found, whole_ids, "{sort}: piece by piece");
        for at in (0..whole.len()).step_by(59).chain([whole.len() - 1]) {
            let rest = export(&server, &asked, &[("cursor", whole[at]["cursor"].as_str().unwrap())]);
            assert_eq!(ids(&lines(&rest)), whole_ids[at + 1..], "{sort}: after line {at}");
            assert_eq!(rest.header("x-next-cursor"), None, "{sort}: after line {at}");
        }
    }
}

#[test]
fn a_table_is_read_back_as_it_was_and_runs_nothing() {
    let bombs = json!({
        "id": "bombs", "title": "=HYPERLINK(\"http://x.example\",\"y\")", "summary": "+1, he said",
        "text": "-1, \"no\".\n\nOne; two.", "authors": ["=Eve"], "tags": ["@SUM(A1)", "a,b"], "section": "-Opinion",
        "date": "2024-01-02", "language": "en",
    });
    let plain = json!({
        "id": "plain", "title": "He said: \"never\", and left", "text": "Tin.", "authors": ["Ada Ore", "Bo Tin"],
        "tags": ["1 = 1"], "date": "2024-01-03", "language": "en",
    });
    let (_archive, server) = with(&format!("{bombs}\n{plain}"));
    let asked = [("sort", "oldest"), ("fields", "section,tags,authors,body,lead,headline,external_id")];
    let table = export(&server, &asked, &[("format", "csv")]);
    assert_eq!(
        rows(&table),
        [
            [
                "bombs",
                "'=HYPERLINK(\"http://x.example\",\"y\")",
                "'+1, he said",
                "'-1, \"no\".\n\nOne; two.",
                "'=Eve",
                "'@SUM(A1); a,b",
                "'-Opinion"
            ],
            ["plain", "He said: \"never\", and left", "", "Tin.", "Ada Ore; Bo Tin", "1 = 1", ""],
        ]
    );
    let head = "\u{feff}external_id,headline,lead,body,authors,tags,section\r\n";
    assert!(table.text().starts_with(head), "{}", table.text());
    assert!(table.text().contains("\r\nplain,\"He said: \"\"never\"\", and left\",,"), "{}", table.text());
    // The line ends within a cell are not those of the rows.
    assert_eq!(table.text().matches("\r\n").count(), 3);
    assert_eq!(lines(&export(&server, &asked, &[]))[0]["headline"], "=HYPERLINK(\"http://x.example\",\"y\")");
    for (fields, head) in [
        ("copies,source,id", "\u{feff}id,source,site,copies\r\n"),
        ("published,url", "\u{feff}url,published,published_precision,published_from\r\n"),
    ] {
        let table = export(&server, &[("format", "csv"), ("fields", fields)], &[]);
        assert!(table.text().starts_with(head), "{fields}: {}", table.text());
    }
}

#[test]
fn what_was_deleted_since_its_snapshot_is_counted_and_says_nothing() {
    let articles = [
        json!({"id": "a", "title": "Tin is quiet", "date": "2024-01-01", "language": "en"}),
        json!({"id": "b", "title": "Ytterbium leaks", "text": "Ytterbium.", "tags": ["ytterbium"], "date": "2024-01-02",
            "author": "Ada Ytterbium", "language": "en"}),
        json!({"id": "c", "title": "Zinc is quiet", "date": "2024-01-03", "language": "en"}),
    ];
    let (_archive, server) = with(&articles.map(|article| article.to_string()).join("\n"));
    let page = server.search(&[("sort", "oldest")]);
    let asked = [("sort", "oldest"), ("snapshot", page["snapshot"].as_str().unwrap())];
    let known = ids(page["hits"].as_array().unwrap());
    remove(&server, &known[1]);
    server.until("one less", |server| server.total("*") == 2);
    let (exported, table) = (export(&server, &asked, &[]), export(&server, &asked, &[("format", "csv")]));
    let of_some = export(&server, &asked, &[("fields", "headline"), ("format", "csv")]);
    for sent in [&exported, &table, &of_some] {
        assert_eq!(sent.header("x-total").as_deref(), Some("3"));
        assert!(!sent.text().to_lowercase().contains("ytterbium"), "{}", sent.text());
    }
    let exported = lines(&exported);
    assert_eq!(ids(&exported), known);
    assert_eq!(exported[1], json!({"id": known[1], "status": "deleted"}));
    assert_eq!(exported[2]["status"], "usable");
    let rows_of_all = rows(&table);
    assert_eq!(rows_of_all.len(), 3);
    let filled: Vec<&str> = rows_of_all[1].iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    assert_eq!(filled, [known[1].as_str(), "deleted"]);
    assert_eq!(rows(&of_some), [["Tin is quiet"], [""], ["Zinc is quiet"]]);
    assert_eq!(export(&server, &[], &[]).header("x-total").as_deref(), Some("2"), "the newest state");
}

#[test]
fn an_export_is_saved_under_a_name_and_begins_before_all_of_it_is_read() {
    let (_archive, server) = with_articles();
    let table = "text/csv; charset=utf-8; header=present";
    for (format, kind, name) in [("jsonl", "application/jsonl", "articles.jsonl"), ("csv", table, "articles.csv")] {
        let sent = export(&server, &[("format", format)], &[]);
        assert_eq!(sent.header("content-type").as_deref(), Some(kind));
        assert_eq!(sent.header("content-disposition"), Some(format!("attachment; filename=\"{name}\"")));
        assert_eq!(sent.header("content-length"), None, "how long it is nobody knows yet");
    }
    let named = |parameters: &[(&str, &str)]| export(&server, parameters, &[]).header("content-disposition").unwrap();
    let asked = [("q", "Tin \"is quiet\"/é"), ("tag", "Metals"), ("tag", "-oil"), ("from", "2024")];
    assert_eq!(
        named(&asked),
        "attachment; filename=\"articles.jsonl\"; filename*=UTF-8''tin-is-quiet-%C3%A9-metals-from-2024.jsonl"
    );
    assert_eq!(named(&[("q", "tin NOT \r\n zinc")]), "attachment; filename=\"tin-not-zinc.jsonl\"");
    assert_eq!(named(&[("q", &"tin ".repeat(99))]).len(), "attachment; filename=\".jsonl\"".len() + 79);
    assert!(named(&[("q", &"ü".repeat(99))]).ends_with(&format!("{}.jsonl", "%C3%BC".repeat(40))));
}

#[test]
fn an_export_that_cannot_be_made_says_why() {
    let (archive, server) = with(&corpus(20));
    let answer = get(&server, &format!("{EXPORT}?q=tin&format=xlsx"));
    assert_eq!(answer.problem(400, "a format that is not there"), "unknown_value");
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        (problem["parameter"].as_str(), problem["hint"].as_str()),
        (Some("format"), Some("It knows jsonl, csv."))
    );
    let line = &lines(&export(&server, &[("q", "tin"), ("fields", "id,cursor")], &[]))[0];
    let cursor = line["cursor"].as_str().unwrap();
    let answer = get(&server, &format!("{EXPORT}?q=zinc&cursor={cursor}"));
    assert_eq!(answer.problem(409, "the cursor of another export"), "cursor_mismatch");
    let snapshot = server.search(&[("q", "tin")])["snapshot"].as_str().unwrap().to_owned();
    assert_eq!(server.stop(), Some(0));
    archive.ingest(&[&archive.file("new.jsonl", &article(99, 0))]);
    let server = Server::start(&archive);
    for gone in [format!("snapshot={snapshot}"), format!("cursor={cursor}")] {
        let answer = get(&server, &format!("{EXPORT}?q=tin&{gone}"));
        assert_eq!(answer.problem(410, &gone), "snapshot_gone");
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert!(problem["hint"].as_str().is_some_and(|hint| hint.contains("without")), "{}", answer.body);
        assert_eq!(problem["now"], format!("{EXPORT}?q=tin"), "where the same is asked now");
    }
}

fn unpacked_as(packing: &str, bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match packing {
        "gzip" => flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain),
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut plain),
        _ => zstd::Decoder::new(bytes).unwrap().read_to_end(&mut plain),
    }
    .unwrap();
    plain
}

#[test]
fn a_packed_answer_says_the_same_under_a_tag_of_its_own() {
    let (_archive, server) = with(&corpus(60));
    let path = "/api/v1/search.jsonl?limit=60";
    let plain = server.sent(path, &[]);
    let mut tags = HashSet::from([plain.header("etag")]);
    for packing in ["gzip", "br", "zstd"] {
        let sent = server.sent(path, &[("accept-encoding", packing)]);
        assert_eq!(sent.header("content-encoding").as_deref(), Some(packing));
        assert!(unpacked_as(packing, &sent.body) == plain.body);
        assert!(sent.body.len() < plain.body.len() / 2, "{packing}: {}", sent.body.len());
        let tag = sent.header("etag").unwrap();
        let again = server.sent(path, &[("accept-encoding", packing), ("if-none-match", &tag)]);
        assert_eq!((again.status, again.body.len(), again.header("etag").as_ref()), (304, 0, Some(&tag)), "{packing}");
        assert!(tags.insert(Some(tag)), "{packing}: {tags:?}");
        assert!(sent.header("vary").is_some_and(|vary| vary.contains("accept-encoding")), "{packing}");
        let exported = server.sent(&format!("{EXPORT}?limit=60"), &[("accept-encoding", packing)]);
        assert!(unpacked_as(packing, &exported.body) == plain.body, "{packing}: the export");
    }
    for unwanted in ["identity", "gzip;q=0", "sdch"] {
        let sent = server.sent(path, &[("accept-encoding", unwanted)]);
        let said = (sent.header("content-encoding"), sent.header("etag"), sent.body == plain.body);
        assert_eq!(said, (None, plain.header("etag"), true), "{unwanted}");
    }
}
