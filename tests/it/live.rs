//! Articles over HTTP, one or many: whatever the format, what is refused, and how they go again.

use serde_json::{Value, json};

use crate::archive::TestArchive;
use crate::sending::{ARTICLES, JSON, LINES, added, outcomes, post, server};
use crate::server::Server;
use crate::wire::{ask, get};

#[test]
fn an_article_that_was_sent_is_found() {
    let (_archive, server) = server();
    let tin = json!({"id": "a", "headline": "Tin rises", "body": "Tin rose again.", "language": "en"}).to_string();
    let first = added(&server, "commit=wait", &[JSON], &tin);
    assert_eq!(outcomes(&first), [(1, "new")]);
    assert_eq!((&first["state"], &first["committed"]), (&json!("finished"), &json!(true)), "{first}");
    assert_eq!(first["results"][0]["external_id"], "a");
    let id = first["results"][0]["id"].as_str().unwrap();
    assert_eq!(server.total("tin"), 1, "it is searchable when the answer has come");
    assert_eq!(server.json(&format!("{ARTICLES}/{id}"))["headline"], "Tin rises");
    assert_eq!(outcomes(&added(&server, "", &[JSON], &tin)), [(1, "unchanged")]);
    let version = added(&server, "commit=wait", &[JSON], tin.replace("again", "sharply"));
    assert_eq!(outcomes(&version), [(1, "version")]);
    assert_eq!((server.total("sharply"), server.total("tin")), (1, 1));
}

#[test]
fn good_lines_are_kept_when_others_fail() {
    let (_archive, server) = server();
    let lines = "{\"id\":\"1\",\"title\":\"Tin\"}\n\n{\"title\":\n{\"id\":\"2\",\"title\":\"Zinc\"}\n{\"x\":1}\n";
    let added = added(&server, "commit=wait&namespace=wire", &[LINES], lines);
    assert_eq!(outcomes(&added), [(1, "new"), (3, "rejected"), (4, "new"), (5, "rejected")], "{added}");
    assert_eq!((&added["results"][1]["code"], &added["results"][3]["code"]), (&json!("bad_json"), &json!("no_text")));
    assert_eq!((&added["new"], &added["rejected"]), (&json!(2), &json!(2)));
    assert_eq!(server.total("*"), 2);
}

#[test]
fn a_line_that_is_too_long_costs_itself_and_is_told_with_its_place() {
    let archive = TestArchive::new();
    let server = Server::start_with(archive.command("serve").env("BROADSHEET__LIMITS__LARGEST_ARTICLE", "1MiB"));
    let long = |megabytes: usize| format!("{{\"title\":\"Tin\",\"text\":\"{}\"}}\n", "tin, ".repeat(megabytes << 18));
    let lines = [
        "{\"title\":\"Tin\"}\n",
        &long(2),
        "{\"title\":\"Zinc\"}\n",
        &long(17),
        "{\"title\":\n",
        "{\"title\":\"Ore\"}\n",
    ];
    let added = added(&server, "", &[LINES], lines.concat());
    let expected = [(1, "new"), (2, "rejected"), (3, "new"), (4, "rejected"), (5, "rejected"), (6, "new")];
    assert_eq!(outcomes(&added), expected, "{added}");
    for (at, code) in [(1, "too_large"), (3, "too_large"), (4, "bad_json")] {
        let result = &added["results"][at];
        let offset: usize = lines[..at].iter().map(|line| line.len()).sum();
        assert_eq!((&result["code"], &result["offset"]), (&json!(code), &json!(offset)));
    }
}

#[test]
fn a_text_is_read_in_the_encoding_that_its_sender_names() {
    let (_archive, server) = server();
    let page = "<!doctype html><html><head><meta charset=windows-1251><meta property=og:type content=article><title>#</title></head>\
        <body><article><h1>#</h1><p>The price of tin rose on Friday for the third day in a row, traders at the harbour said, and \
        they put it down to a strike in two mines.</p><p>It has lasted for five weeks.</p></article></body></html>";
    let rss = "<rss version=\"2.0\"><channel><title>Wire</title><item><title>#</title><guid>wire-1-long</guid></item></channel></rss>";
    let nitf = "<nitf><body><body.head><hedline><hl1>#</hl1></hedline></body.head><body.content><p>Tin.</p></body.content></body></nitf>";
    for (kind, text) in [
        ("text/csv", "title,text\n#,Tin.\n"),
        ("application/x-ndjson", "{\"title\":\"#\"}\n{\"title\":\"Zinc\"}\n"),
        ("text/html", page),
        ("application/rss+xml", rss),
        ("application/nitf+xml", nitf),
        ("text/plain", "#\n\nTin rose.\n"),
        ("text/markdown", "---\ntitle: \"#\"\n---\nTin.\n"),
    ] {
        let body =
            text.as_bytes().split(|byte| *byte == b'#').collect::<Vec<_>>().join(b"\xc1\xe8\xde\xed\xe1".as_slice());
        let added = added(&server, "", &[&format!("Content-Type: {kind}; charset=\"ISO-8859-7\"")], body);
        let id = added["results"][0]["id"].as_str().unwrap_or_else(|| panic!("{kind}: {added}"));
        assert_eq!(server.json(&format!("{ARTICLES}/{id}"))["headline"], "Αθήνα", "{kind}");
    }
    let odd = post(&server, "", &["Content-Type: text/csv; charset=klingon"], "title\nTin\n");
    assert_eq!(odd.problem(415, "an encoding nobody knows"), "unsupported_type");
}

#[test]
fn every_kind_of_body_is_read() {
    let (archive, server) = server();
    let table = "title,text\nTin,It rose.\nZinc,It fell.\n";
    let zipped = |how: &str, name: &str| {
        let file = archive.file(name, table);
        let packed = std::process::Command::new(how).args(["-c", &file]).output().unwrap();
        packed.stdout
    };
    let reuters = "<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n<REUTERS NEWID=\"1\"><DATE>26-FEB-1987 15:01:01.79</DATE><TEXT><TITLE>ORE</TITLE><BODY>Ore.</BODY></TEXT></REUTERS>\n";
    for (query, kind, encoding, body, count) in [
        ("", "text/csv", "", table.as_bytes().to_vec(), 2),
        ("", "text/tab-separated-values", "", table.replace(',', "\t").into_bytes(), 2),
        ("", "text/csv", "gzip", zipped("gzip", "a.csv"), 2),
        ("", "application/gzip", "", zipped("gzip", "b.csv"), 2),
        ("format=csv&delimiter=;", "application/octet-stream", "", table.replace(',', ";").into_bytes(), 2),
        ("", "text/markdown", "", b"---\ntitle: Lead\n---\nLead is heavy.".to_vec(), 1),
        ("", "text/plain", "", b"Copper\n\nCopper is red.".to_vec(), 1),
        ("", "application/x-www-form-urlencoded", "", b"{\"title\":\"Iron\"}".to_vec(), 1),
        ("", "image/x-unknown", "", b"[{\"title\":\"Gold\"},{\"title\":\"Silver\"}]".to_vec(), 2),
        ("", "text/sgml", "", reuters.as_bytes().to_vec(), 1),
    ] {
        let headers = [format!("Content-Type: {kind}"), format!("Content-Encoding: {encoding}")];
        let headers: Vec<&str> =
            headers.iter().map(String::as_str).take(if encoding.is_empty() { 1 } else { 2 }).collect();
        let added = added(&server, query, &headers, body);
        let taken = added["results"].as_array().unwrap();
        assert_eq!(taken.len(), count, "{kind} {encoding}: {added}");
        assert!(taken.iter().all(|one| one["outcome"] != "rejected"), "{kind} {encoding}: {added}");
    }
    let tarred = std::process::Command::new("tar")
        .args(["-C", &archive.folder.path().display().to_string(), "-cz", "a.csv", "b.csv"])
        .output()
        .unwrap();
    let added = added(&server, "", &["Content-Type: application/x-tar"], tarred.stdout);
    assert_eq!(added["results"][3]["member"], "b.csv", "{added}");
}

#[test]
fn what_is_no_article_is_refused_with_a_reason() {
    let archive = TestArchive::new();
    let server = Server::start_with(archive.command("serve").env("BROADSHEET__LIMITS__LARGEST_ARTICLE", "1MiB"));
    let refused = |status: u16, code: &str, query: &str, headers: &[&str], body: &[u8]| {
        let answer = post(&server, query, headers, body);
        assert_eq!(answer.problem(status, code), code);
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert!(problem["hint"].is_string(), "{problem} leaves no way out");
        problem["detail"].as_str().unwrap().to_owned()
    };
    refused(400, "empty", "", &[JSON], b"");
    refused(400, "empty", "", &[JSON], b" \n ");
    let detail = refused(400, "bad_json", "", &[JSON], b"{\"title\": \"Tin\", x}");
    assert!(detail.contains("line 1") && detail.contains("column"), "{detail}");
    refused(400, "bad_json", "", &[JSON], b"plain words");
    refused(422, "no_text", "", &[JSON], b"{\"id\": 7}");
    refused(422, "no_columns", "", &["Content-Type: text/csv"], b"a,b\n1,2\n");
    refused(415, "unknown_format", "", &[], b"%PDF-1.7\nabc");
    refused(415, "unsupported_type", "", &["Content-Type: multipart/form-data; boundary=x"], b"--x--");
    refused(415, "unsupported_type", "", &[JSON, "Content-Encoding: br"], b"{}");
    refused(400, "unknown_parameter", "nmespace=x", &[JSON], b"{}");
    refused(400, "unknown_value", "format=jason", &[JSON], b"{}");
    refused(403, "cross_site", "", &[JSON, "Sec-Fetch-Site: cross-site"], b"{\"title\":\"Tin\"}");
    refused(403, "cross_site", "", &[JSON, "Origin: http://evil.example"], b"{\"title\":\"Tin\"}");
    refused(403, "cross_site", "", &[JSON, "Origin: null"], b"{\"title\":\"Tin\"}");
    let large = json!({"title": "Tin", "text": "tin ".repeat(400_000)}).to_string();
    refused(413, "too_large", "", &[JSON], large.as_bytes());
    let lines = [large.as_str(), "{\"title\":\"Tin\"}", "{\"title\":\"Zinc\"}"].join("\n");
    let taken = added(&server, "commit=wait", &[LINES], lines);
    assert_eq!((&taken["new"], &taken["rejected"]), (&json!(2), &json!(1)), "one is too large, and the rest is taken");
    assert_eq!(server.total("*"), 2);
}

#[test]
fn a_deleted_article_is_out_of_every_answer_and_does_not_come_back() {
    let (archive, server) = server();
    let lines = "{\"id\":\"1\",\"title\":\"Tin\",\"text\":\"One.\"}\n{\"id\":\"2\",\"title\":\"Tin too\"}\n";
    let file = archive.file("a.jsonl", lines);
    let first = added(&server, "commit=wait&namespace=wire", &[LINES], lines);
    let id = first["results"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("{ARTICLES}/{id}");
    let delete = || ask(&server, "DELETE", &format!("{path}?commit=wait"), &[], b"");
    let gone = || {
        assert_eq!(server.total("tin"), 1);
        for path in [path.clone(), format!("{path}?version=1"), format!("/article/{id}")] {
            assert_eq!(get(&server, &path).problem(410, &path), "article_gone");
        }
    };
    for time in ["first", "second"] {
        let answer = delete();
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(answer.status, 200, "{time}");
        assert_eq!(body, json!({"id": id, "status": "deleted", "committed": true}), "{time}");
        gone();
    }
    let changed = lines.replace("One", "Two");
    let again = added(&server, "commit=wait&namespace=wire", &[LINES], changed);
    assert_eq!(outcomes(&again), [(1, "unchanged"), (2, "unchanged")]);
    assert_eq!((&again["results"][0]["code"], &again["results"][1]["code"]), (&json!("deleted"), &Value::Null));
    archive.ingest(&["--namespace", "wire", &file]);
    gone();
    assert_eq!(ask(&server, "DELETE", "/api/v1/articles/nobody", &[], b"").problem(404, "unknown"), "no_article");
    let odd = ask(&server, "DELETE", &format!("{path}?version=1"), &[], b"");
    assert_eq!(odd.problem(400, "another parameter"), "unknown_parameter");
    let odd = ask(&server, "DELETE", &path, &["Sec-Fetch-Site: cross-site"], b"");
    assert_eq!(odd.problem(403, "from elsewhere"), "cross_site");
    assert!(archive.command("reindex").output().unwrap().status.success());
    server.until_it_says("a new index is in use");
    gone();
    server.kill();
    let server = Server::start(&archive);
    assert_eq!(server.total("tin"), 1);
}

#[test]
fn a_date_that_cannot_be_read_is_told_with_the_result() {
    let (_archive, server) = server();
    let lines = "{\"id\":\"a\",\"title\":\"Tin\",\"date\":\"2025-13-45\"}\n{\"id\":\"b\",\"title\":\"Zinc\"}\n";
    let told = added(&server, "", &[LINES], lines);
    let result = |at: usize| (told["results"][at]["outcome"].clone(), told["results"][at]["code"].clone());
    assert_eq!(result(0), (json!("new"), json!("unreadable_date")));
    assert!(told["results"][0]["reason"].as_str().unwrap().contains("`2025-13-45`"), "{told}");
    assert_eq!(result(1), (json!("new"), serde_json::Value::Null));
}

#[test]
fn a_version_that_has_nothing_in_common_with_the_article_before_is_told_with_the_result() {
    let (_archive, server) = server();
    let send = |title: &str, text: &str| {
        let told = added(&server, "", &[LINES], format!("{}\n", json!({"id": "17", "title": title, "text": text})));
        (told["results"][0]["outcome"].clone(), told["results"][0]["code"].clone())
    };
    let tin = "Tin rose for the third day running on the exchange.";
    assert_eq!(send("Tin dearer", tin), (json!("new"), serde_json::Value::Null));
    assert_eq!(send("Tin dearer still", &tin.replace("third", "fourth")).1, serde_json::Value::Null);
    let owls = send("Owls return", "The barn owls are back in the valley of the mills.");
    assert_eq!(owls, (json!("version"), json!("nothing_in_common")));
}

#[test]
fn a_server_is_ready_while_articles_trickle_in() {
    let archive = TestArchive::new();
    // The index does not come along.
    let server = Server::start_with(archive.command("serve").env("FAILPOINTS", "sync::before_commit=pause"));
    added(&server, "", &[JSON], r#"{"id": "1", "headline": "Tin rises", "body": "Tin."}"#);
    let (status, body) = server.get("/readyz");
    assert!(status == 200 && body.contains("\"behind\":1"), "{status} {body}");
}
