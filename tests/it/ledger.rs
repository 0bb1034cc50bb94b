//! The ledger: runs by the page, progress, and what was refused, mended and read again; and reading that stores nothing.

use serde_json::{Value, json};

use crate::archive::TestArchive;
use crate::made_up::{article, corpus};
use crate::sending::{ARTICLES, LINES, added, outcomes, server};
use crate::server::wait_until;
use crate::wire::{get, send};

#[test]
fn the_ledger_is_read_by_the_page() {
    let (_archive, server) = server();
    for n in 0..3 {
        added(&server, "", &[LINES], article(n, 0));
    }
    let page = server.json("/api/v1/runs?limit=2");
    let ids = |page: &Value| {
        page["runs"].as_array().unwrap().iter().map(|run| run["id"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&page), [3, 2]);
    let run = &page["runs"][0];
    assert_eq!(
        (&run["input"], &run["state"], &run["new"]),
        (&json!("POST /api/v1/articles"), &json!("finished"), &json!(1))
    );
    assert_eq!(run["bytes"], article(2, 0).len());
    assert_eq!(run["bytes"], run["bytes_total"]);
    let next = page["next_cursor"].as_str().unwrap();
    let last = server.json(&format!("/api/v1/runs?limit=2&cursor={next}"));
    assert_eq!((ids(&last), &last["next_cursor"]), (vec![1], &Value::Null));
    for (path, status, code) in [
        ("/api/v1/runs/99", 404, "no_run"),
        ("/api/v1/runs/x", 404, "no_run"),
        ("/api/v1/runs/99/rejects", 404, "no_run"),
        ("/api/v1/runs/99/rejects.txt", 404, "no_run"),
        ("/api/v1/runs?limit=0", 400, "out_of_range"),
        ("/api/v1/runs?limit=x", 400, "bad_number"),
        ("/api/v1/runs?cursor=x", 400, "bad_cursor"),
        ("/api/v1/runs?lmit=1", 400, "unknown_parameter"),
    ] {
        assert_eq!(get(&server, path).problem(status, path), code, "{path}");
    }
}

#[test]
fn a_run_tells_how_far_it_has_come() {
    let (_archive, server) = server();
    let head = format!(
        "POST {ARTICLES} HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {}\r\n{LINES}\r\nContent-Length: 1000000\r\n\r\n",
        server.key()
    );
    let stream = send(&server, format!("{head}{}", corpus(1500)).as_bytes());
    wait_until("a batch is in", || server.json("/api/v1/runs")["runs"][0]["new"].as_u64().is_some_and(|new| new > 0));
    let run = server.json("/api/v1/runs/1");
    assert_eq!(
        (&run["state"], &run["bytes_total"], &run["finished"]),
        (&json!("running"), &json!(1_000_000), &Value::Null)
    );
    assert!(run["bytes"].as_u64().unwrap() > 0 && run["articles_per_second"].as_f64().unwrap() > 0.0, "{run}");
    drop(stream);
}

#[test]
fn what_was_refused_can_be_mended_and_read_again() {
    let (archive, server) = server();
    let lines = "{\"id\":\"1\",\"title\":\"Tin\"}\n{\"id\":\"2\",\"title\" \"Zinc\"}\n{\"id\":\"3\",\"title\":\"Ore\"}\n{\"id\":\"4\" \"title\":\"Lead\"}\n";
    added(&server, "namespace=wire", &[LINES], lines);
    let rejects = server.json("/api/v1/runs/1/rejects?limit=1");
    let first = &rejects["rejects"][0];
    assert_eq!((&first["line"], &first["offset"], &first["code"]), (&json!(2), &json!(25), &json!("bad_json")));
    assert_eq!((&first["copy"], &first["cut"]), (&json!("{\"id\":\"2\",\"title\" \"Zinc\"}"), &json!(false)));
    let next = rejects["next_cursor"].as_str().unwrap();
    assert_eq!(server.json(&format!("/api/v1/runs/1/rejects?cursor={next}"))["rejects"][0]["line"], 4);
    let (_, all) = server.get("/api/v1/runs/1/rejects.jsonl");
    let all: Vec<Value> = all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((all.len(), &all[1]["n"]), (2, &json!(2)));
    let (_, pieces) = server.get("/api/v1/runs/1/rejects.txt");
    let listed = archive.command("runs").args(["1", "--rejects", "--copies"]).output().unwrap();
    assert_eq!(String::from_utf8(listed.stdout).unwrap(), pieces, "the command line says the same");
    let mended = pieces.replace("\"title\" ", "\"title\":").replace("\"4\" ", "\"4\",");
    let again = added(&server, "namespace=wire&commit=wait", &[LINES], mended);
    assert_eq!(outcomes(&again), [(1, "new"), (2, "new")]);
    assert_eq!(server.total("*"), 4);
}

/// Under the name of the file that it came from, so that its bare numbers are those of that file.
#[test]
fn what_a_file_had_refused_can_be_mended_and_ingested_again() {
    let archive = TestArchive::new();
    let whole = "{\"id\":1,\"title\":\"Tin\"}\n{\"id\":2,\"title\":\"Zinc\"}\n{\"id\":3,\"title\":\"Ore\"}\n";
    let mend = |text: &str| text.replace("\"title\" ", "\"title\":");
    let broken = whole.replace("\"title\":\"Zinc", "\"title\" \"Zinc");
    assert!(
        archive.ingest(&[&archive.file("a.jsonl", &broken)]).contains("2 new, 0 new versions, 0 unchanged, 1 rejected")
    );
    let pieces = archive.command("runs").args(["1", "--rejects", "--copies"]).output().unwrap().stdout;
    let mended = archive.folder.path().join("mended");
    std::fs::create_dir(&mended).unwrap();
    std::fs::write(mended.join("a.jsonl"), mend(&String::from_utf8(pieces).unwrap())).unwrap();
    assert!(
        archive.ingest(&[&mended.join("a.jsonl").display().to_string()]).contains("1 new, 0 new versions, 0 unchanged")
    );
    let again = archive.ingest(&[&archive.file("a.jsonl", whole)]);
    assert!(again.contains("0 new, 0 new versions, 3 unchanged, 0 rejected"), "{again}");
}

#[test]
fn the_refused_rows_of_a_table_come_with_its_head() {
    let (_archive, server) = server();
    let table = "title,text\nTin,It rose.\nZinc,It fell,a,b\nOre,It stayed.\nLead,It is heavy,c\n";
    added(&server, "", &["Content-Type: text/csv"], table);
    let (_, pieces) = server.get("/api/v1/runs/1/rejects.txt");
    assert_eq!(pieces, "title,text\nZinc,It fell,a,b\nLead,It is heavy,c\n");
}

#[test]
fn formats_are_listed() {
    let listed = crate::archive::program().arg("formats").output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    for name in ["page-dump", "json, jsonl", "csv, tsv", "newsml-g2", "markdown"] {
        assert!(listed.lines().any(|line| line.starts_with(name)), "{name}: {listed}");
    }
}

#[test]
fn a_dry_run_shows_the_first_article_and_stores_nothing() {
    let archive = TestArchive::new();
    let good = "{\"id\":\"7\",\"title\":\"Tin\",\"text\":[\"One.\",\"Two.\"],\"date\":\"2025-02-27\"}\n{\"title\":\"Zinc\"}\n{}\n";
    let file = archive.file("a.jsonl", good);
    let output = archive.command("ingest").args(["--dry-run", "--namespace", "wire", &file]).output().unwrap();
    let said = crate::archive::text(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("2 articles, 1 rejected") && said.contains("2 as json") && said.contains("no_text"),
        "{said}"
    );
    let has = |field: &str, text: &str| said.lines().any(|line| line.trim().starts_with(field) && line.contains(text));
    assert!(has("identity", "7 in wire") && has("headline", "Tin") && has("body", "Two."), "{said}");
    assert!(has("published", "2025-02-27T00:00:00Z") && has("published", "precision day"), "{said}");
    assert!(!said.contains("Zinc") && !archive.data().exists(), "{said}");
    let at = |field: &str| said.lines().position(|line| line.trim().starts_with(&format!("{field}  "))).unwrap();
    assert!(at("headline") < at("published") && at("published") < at("body"), "in the order of a reader: {said}");
}

#[test]
fn a_dry_run_shows_the_beginning_of_a_long_article() {
    let archive = TestArchive::new();
    let paragraphs: Vec<String> = (0..40).map(|n| format!("\"{n} {}\"", "tin ".repeat(500))).collect();
    let file = archive.file("a.jsonl", &format!("{{\"title\":\"Tin\",\"text\":[{}]}}\n", paragraphs.join(",")));
    let output = archive.command("ingest").args(["--dry-run", &file]).output().unwrap();
    let said = crate::archive::text(&output);
    assert!(said.contains("… 37 more paragraphs") && said.lines().all(|line| line.chars().count() < 400), "{said}");
}
