//! What is read again, what is wrong with it, and what stops it: through the real program.

use std::io::Write;
use std::process::Stdio;

use crate::archive::{TestArchive, program, text};
use crate::server::Server;

const A: &str = "{\"id\":\"one\",\"title\":\"Tin\",\"text\":\"Tin is up.\",\"language\":\"en\"}\n";
const B: &str = "{\"id\":\"one\",\"title\":\"Tin\",\"text\":\"Tin is down.\",\"language\":\"en\"}\n";

#[track_caller]
fn check(archive: &TestArchive, file: &str, counts: &str) {
    let said = archive.ingest(&[file]);
    assert!(said.contains(counts), "{said}");
}

#[test]
fn a_text_that_changed_and_changed_back_makes_nothing_new_when_read_again() {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", &format!("{A}{B}"));
    check(&archive, &file, "1 new, 1 new version, 0 unchanged");
    check(&archive, &file, "0 new, 0 new versions, 2 unchanged");
    let server = Server::start(&archive);
    assert_eq!((server.total("\"is down\""), server.total("\"is up\"")), (1, 0), "the newest is shown");
}

#[test]
fn a_newer_stamp_brings_a_text_back_and_a_stub_replaces_none() {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", &format!("{A}{B}"));
    check(&archive, &file, "1 new version");
    let stamped = A.replace("\"id\"", "\"updated\":\"2025-01-01\",\"id\"");
    check(&archive, &archive.file("b.jsonl", &stamped), "1 new version");
    check(
        &archive,
        &archive.file("c.jsonl", "{\"id\":\"one\",\"title\":\"Tin again\",\"language\":\"en\"}"),
        "1 new version",
    );
    let server = Server::start(&archive);
    assert_eq!((server.total("\"is up\""), server.total("again")), (1, 0));
}

#[test]
fn one_address_in_many_spellings_is_one_article() {
    let archive = TestArchive::new();
    let line = |url: &str| format!("{{\"url\":\"{url}\",\"title\":\"Tin\",\"language\":\"en\"}}\n");
    let lines: String = [
        "https://www.post.example/a?utm_source=x#top",
        "http://m.post.example/a/",
        "https://amp.post.example/a",
        "https://post-example.cdn.ampproject.org/c/s/post.example/a",
    ]
    .map(line)
    .concat();
    let said = archive.ingest(&[&archive.file("a.jsonl", &lines)]);
    assert!(said.contains("4 read: 1 new, 0 new versions, 3 unchanged"), "{said}");
}

#[test]
fn bare_numbers_of_two_collections_do_not_meet_and_those_of_parts_do() {
    let archive = TestArchive::new();
    let row = |title: &str| format!("id,title\n17,{title}\n");
    check(&archive, &archive.file("shard-001.csv", &row("Tin")), "1 new, ");
    check(&archive, &archive.file("shard-002.csv", &row("Tin")), "0 new, 0 new versions, 1 unchanged");
    check(&archive, &archive.file("other.csv", &row("Zinc")), "1 new, ");
    let said = archive.ingest(&[&archive.file("third.csv", &row("Lead")), "--namespace", "csv:shard"]);
    assert!(said.contains("0 new, 1 new version"), "{said}");
}

#[test]
fn a_version_that_has_nothing_in_common_with_the_article_before_is_told() {
    let archive = TestArchive::new();
    for folder in ["wire", "post"] {
        std::fs::create_dir_all(archive.folder.path().join(folder)).unwrap();
    }
    let tin = "{\"id\":17,\"title\":\"Tin dearer\",\"text\":\"Tin rose for the third day running.\"}\n";
    let owls = "{\"id\":17,\"title\":\"Owls return\",\"text\":\"The barn owls are back in the valley.\"}\n";
    let told = "1 new version has nothing in common with the article shown before under the same id; the first is `17`";
    let ingest = |name: &str, text: &str| archive.ingest(&[&archive.file(name, text)]);
    ingest("wire/news.jsonl", tin);
    let said = ingest("wire/news.jsonl", &tin.replace("third", "fourth"));
    assert!(said.contains("1 new version") && !said.contains("nothing in common"), "{said}");
    let said = ingest("post/news.jsonl", owls);
    assert!(said.contains(told) && said.contains("--namespace"), "{said}");
}

#[test]
fn texts_of_one_name_in_two_folders_are_two() {
    let archive = TestArchive::new();
    for folder in ["one", "two"] {
        std::fs::create_dir_all(archive.folder.path().join(folder)).unwrap();
        archive.file(&format!("{folder}/index.md"), &format!("---\ntitle: {folder}\n---\nText.\n"));
    }
    let root = archive.folder.path().display().to_string();
    let said = archive.ingest(&[&format!("{root}/one"), &format!("{root}/two")]);
    assert_eq!(said.matches("1 new, 0 new versions").count(), 2, "{said}");
    check(&archive, &format!("{root}/one/../one/index.md"), "1 unchanged");
    let said = archive.ingest(&[&format!("{root}/one"), &format!("{root}/two"), "--namespace", "mine"]);
    assert_eq!(said.matches("1 new, 0 new versions").count(), 2, "{said}");
}

#[test]
fn wrong_options_and_columns_are_exit_code_2_with_advice() {
    let archive = TestArchive::new();
    let file = archive.file("a.csv", "otsikko,id\nTin,1\n");
    for (arguments, advice) in [
        (["--map", "hedline=otsikko"], "did you mean `headline`"),
        (["--map", "headline=otsiko"], "did you mean `otsikko`"),
        (["--format", "cvs"], "the formats are"),
        (["--delimiter", "ab"], "one ASCII character"),
    ] {
        let output = archive.command("ingest").arg(&file).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output).contains(advice), "{}", text(&output));
    }
    let output = archive.command("ingest").arg(&file).args(["--map", "headline=otsikko"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
}

#[test]
fn notes_about_a_collection_are_set_aside_and_nothing_is_missing() {
    let archive = TestArchive::new();
    std::fs::create_dir_all(archive.folder.path().join("news/a_files")).unwrap();
    archive.file("news/README.md", "# About\n\nThese are articles.\n");
    archive.file("news/a.jsonl", A);
    archive.file("news/a_files/page.js", "var tin = 1;");
    archive.file("news/a_files/logo.png", "\u{89}PNG\0");
    // Its ending does not hide what it holds.
    archive.file("news/why-we-left.js", &A.replace("one", "two"));
    let folder = archive.folder.path().join("news");
    let output = archive.command("ingest").arg(&folder).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output).contains("2 read") && text(&output).contains("set aside"), "{}", text(&output));
    let dry = archive.command("ingest").arg("--dry-run").arg(&folder).output().unwrap();
    assert_eq!(dry.status.code(), Some(0), "a dry run ends as the run would: {}", text(&dry));
    assert!(text(&dry).contains("2 articles, 0 rejected, 3 set aside"), "{}", text(&dry));
    check(&archive, &folder.join("README.md").display().to_string(), "1 new");
}

#[test]
fn a_dry_run_ends_as_the_run_would_where_the_options_do_not_fit() {
    let archive = TestArchive::new();
    let table = archive.file("a.csv", "otsikko,kirjoittaja\nTina nousee,Aino\n");
    let codes = |options: &[&str]| {
        let end = |dry: &[&str]| archive.command("ingest").arg(&table).args(options).args(dry).output().unwrap();
        let (dry, real) = (end(&["--dry-run"]), end(&[]));
        assert_eq!(dry.status.code(), real.status.code(), "{}{}", text(&dry), text(&real));
        dry.status.code()
    };
    assert_eq!(codes(&[]), Some(2));
    assert_eq!(codes(&["--map", "headline=nope"]), Some(2));
    assert_eq!(codes(&["--map", "headline=otsikko"]), Some(0));
}

#[test]
fn a_dry_run_names_the_columns_that_nothing_is_read_from() {
    let archive = TestArchive::new();
    let table = archive.file("a.csv", "otsikko,kirjoittaja\nTina nousee,Aino\n");
    let output = archive.command("ingest").args(["--dry-run", &table, "--map", "headline=otsikko"]).output().unwrap();
    assert!(text(&output).contains("not read: kirjoittaja (--map"), "{}", text(&output));
}

#[test]
fn a_date_that_cannot_be_read_is_told() {
    let archive = TestArchive::new();
    let table = archive.file("a.csv", "title,date\nTin,2025-02-28\nZinc,some Tuesday\nLead,2025-13-45\nIron,\n");
    let output = archive.command("ingest").arg(&table).output().unwrap();
    let told = "2 dates cannot be read, and their articles have none; the first is `some Tuesday`";
    assert!(text(&output).contains(told), "{}", text(&output));
    assert!(text(&output).contains("a.csv line 3"), "{}", text(&output));
}

#[test]
fn a_table_without_a_header_is_told_how_to_be_read() {
    let archive = TestArchive::new();
    let table = archive.file("a.csv", "7,\"Tin rises, again\",good\n8,Zinc falls,bad\n");
    let output = archive.command("ingest").arg(&table).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("the first row is no header (headline=2"), "{}", text(&output));
    check(&archive, &table, "0 new");
}

#[test]
fn a_file_larger_than_a_piece_keeps_its_places() {
    let archive = TestArchive::new();
    let long = "tin ".repeat(2000);
    let mut lines: String = (0..1500).map(|n| format!("{{\"id\":\"a{n}\",\"title\":\"{long}\"}}\n")).collect();
    let offset = lines.len();
    lines.push_str("{\"id\":\n");
    // Which of them are new and which are copies depends on where one transaction ends.
    check(&archive, &archive.file("a.jsonl", &lines), "copies, 1 rejected");
    let listed = text(&archive.command("runs").args(["1", "--rejects"]).output().unwrap());
    assert!(listed.contains(&format!("a.jsonl:1501 (byte {offset})  bad_json")), "{listed}");
}

#[test]
fn standard_input_is_interrupted_and_what_came_is_kept() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    let mut command = archive.command("ingest");
    let mut child = command.arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // More than a piece, so that reading begins while the input goes on.
    let line = |n: usize| {
        format!("{{\"id\":\"a{n}\",\"title\":\"Tin\",\"language\":\"en\",\"note\":\"{}\"}}\n", "x".repeat(9000))
    };
    (0..1000).for_each(|n| input.write_all(line(n).as_bytes()).unwrap());
    server.until("the first articles", |server| server.total("tin") > 0);
    let id = child.id().to_string();
    std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let listed = text(&archive.command("runs").output().unwrap());
    assert!(listed.contains("interrupted"), "{listed}");
}

/// `folder`, `folder/`, `./folder` and its whole path are one folder, and so for an archive.
#[test]
fn however_a_path_is_typed_what_lies_there_is_the_same() {
    let archive = TestArchive::new();
    let beside = archive.folder.path();
    std::fs::create_dir(beside.join("texts")).unwrap();
    std::fs::write(beside.join("texts/one.txt"), "A headline\n\nAnd a text.\n").unwrap();
    let packed = std::process::Command::new("tar").current_dir(beside).args(["-czf", "texts.tar.gz", "texts"]).status();
    assert!(packed.unwrap().success());
    for (first, others) in [
        ("texts", ["texts/", "./texts", "./texts/"]),
        ("texts.tar.gz", ["./texts.tar.gz", "texts/../texts.tar.gz", "./texts/../texts.tar.gz"]),
    ] {
        let ingest = |path: &str| text(&archive.command("ingest").current_dir(beside).arg(path).output().unwrap());
        let whole = beside.join(first).display().to_string();
        assert!(ingest(first).contains("1 read: 1 new"), "{first}");
        for path in others.into_iter().chain([whole.as_str()]) {
            let said = ingest(path);
            assert!(said.contains("1 read: 0 new, 0 new versions, 1 unchanged"), "{path}: {said}");
        }
    }
}

/// Who reads what is printed may stop reading.
#[test]
fn a_reader_that_goes_away_ends_nothing() {
    let archive = TestArchive::new();
    let files: Vec<String> =
        (0..3).map(|n| archive.file(&format!("{n}.jsonl"), &A.replace("one", &n.to_string()))).collect();
    let mut child =
        archive.command("ingest").args(&files).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(Server::start(&archive).total("*"), 3);
}

#[test]
fn a_mistyped_folder_does_not_become_an_archive() {
    let archive = TestArchive::new();
    let key =
        [&["key", "create", "--scope", "read"][..], &["key", "rotate", "4f8m4cem"], &["key", "revoke", "4f8m4cem"]];
    for command in [&["runs"][..], &["reindex"], &["purge", "x"], &["check"]].into_iter().chain(key) {
        let output = program().args(command).arg("--data-dir").arg(archive.data()).output().unwrap();
        let said = text(&output);
        assert!(output.status.code() == Some(1) && said.contains("there is no archive in"), "{command:?}: {said}");
        assert!(said.contains("`broadsheet ingest` make one"), "{command:?}: {said}");
        assert!(!archive.data().exists(), "{command:?}");
    }
}
