//! Articles on their way in.

use crate::archive::{TestArchive, shared};
use crate::server::Server;

#[test]
fn the_users_own_format_comes_in_whole() {
    let Some(seed) = shared("seed/000_9098772c9d484f1b.txt") else { return };
    let archive = TestArchive::new();
    archive.ingest(&[&seed]);
    let server = Server::start(&archive);
    let answer = server.search(&[
        ("q", "\"rare earths\" AND China"),
        ("facets", "tag"),
        ("fields", "id,url,tags,published,body,source,lang"),
    ]);
    assert_eq!(answer["total"], 1);
    let hit = &answer["hits"][0];
    assert!(hit["url"].as_str().unwrap().starts_with("https://sputnikglobe.com/20250227/what-opportunities"));
    assert_eq!(hit["published"]["at"], "2025-02-27T16:44:00Z");
    let tags = [
        "analysis",
        "vladimir putin",
        "donald trump",
        "russia",
        "china",
        "us",
        "cooperation",
        "business",
        "technology",
        "energy",
    ];
    assert_eq!(hit["tags"].as_array().unwrap(), &tags.map(serde_json::Value::from));
    assert_eq!(hit["source"]["name"], "Sputnik International");
    assert_eq!(hit["lang"], "en");
    let body: Vec<&str> = hit["body"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    assert_eq!(body.len(), 10, "each paragraph once, the one broken over two lines joined: {body:#?}");
    assert!(body[0].starts_with("Russia has massive untapped reserves of all 17 of the rare-earth elements"));
    let values = answer["facets"]["tag"]["values"].as_array().unwrap();
    assert!(values.iter().any(|value| value["value"] == "china" && value["count"] == 1));
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", "{\"id\":1,\"title\":\"Tin\"}\n{\"id\":2,\"title\":\"Zinc\"}\nnonsense\n");
    assert!(archive.ingest(&[&file]).contains("2 new, 0 new versions, 0 unchanged, 1 rejected"));
    let again = archive.ingest(&[&file]);
    assert!(
        again.contains("0 new, 0 new versions, 2 unchanged, 1 rejected") && again.contains("nothing changed"),
        "{again}"
    );
}

#[test]
fn rejects_are_listed_with_their_place_and_reason() {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", "{\"title\":\"Tin\"}\n{\"title\":\n{}\n");
    archive.ingest(&[&file]);
    let listed = archive.command("runs").args(["1", "--rejects"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("a.jsonl:2 (byte 16)  bad_json"), "{listed}");
    assert!(listed.contains("a.jsonl:3 (byte 26)  no_text"), "{listed}");
}

#[test]
fn the_exit_code_tells() {
    let archive = TestArchive::new();
    let good = archive.file("good.jsonl", "{\"title\":\"Tin\"}");
    let bad = archive.file("bad.jsonl", "nonsense");
    let code = |arguments: &[&str]| archive.command("ingest").args(arguments).output().unwrap().status.code();
    assert_eq!(code(&[&good]), Some(0));
    assert_eq!(code(&["/no/such/file"]), Some(1));
    assert_eq!(code(&["--no-such-option"]), Some(2));
    assert_eq!(code(&[&bad]), Some(3));
}

#[test]
fn archives_and_compressed_files_are_opened() {
    let Some(news) = shared("huffpost-10k/News_Category_Dataset_v3.json.zst") else { return };
    let archive = TestArchive::new();
    let said = archive.ingest(&[&news]);
    assert!(said.contains("9999 read") || said.contains("9998 read"), "{said}");
}

#[test]
fn an_ingest_shows_in_a_running_server() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    assert_eq!(server.total("tin"), 0);
    let file = archive.file("a.jsonl", "{\"id\":1,\"title\":\"Tin is up\",\"language\":\"en\"}");
    assert!(archive.ingest(&[&file]).contains("running server"));
    server.until("the new article", |server| server.total("tin") == 1);
}
