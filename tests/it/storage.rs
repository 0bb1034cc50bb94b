//! What the disk does to an archive: it is full, takes no writes, or gives back something else than was written. Each has its
//! outcome, in a table of docs/operations.md.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;
use serde_json::Value;

use crate::archive::{TestArchive, text};
use crate::check::{assert_found, assert_sound};
use crate::made_up::{article, corpus};
use crate::sending::{ARTICLES, JSON, LINES, Upload, added, post};
use crate::server::Server;
use crate::wire::{Answer, ask, get};

fn readiness(server: &Server) -> Value {
    server.json("/readyz")
}

fn until_writes(server: &Server, how: &str) {
    server.until(how, |server| readiness(server)["writes"] == how);
}

#[track_caller]
fn is_refused(answer: &Answer, code: &str) {
    assert_eq!(answer.problem(503, code), code);
    assert_eq!(answer.header("retry-after"), Some("10"));
    assert!(answer.body.contains("\"hint\""), "{}", answer.body);
}

/// Sends more than fits: what was acknowledged before the disk refused is in, and the answer says how it ended. Returns how
/// many were acknowledged.
fn send_too_much(server: &Server, code: &str) -> u64 {
    let answer = post(server, "", &[LINES], corpus(20_000));
    if answer.status != 200 {
        is_refused(&answer, code);
        return 0;
    }
    assert!(
        answer.body.contains(&format!("\"state\":\"failed\",\"code\":\"{code}\"")),
        "{code} is not told at the end"
    );
    answer.body.matches("\"outcome\":\"new\"").count() as u64
}

/// Nothing is acknowledged, everything that is in is answered, and it goes on by itself when the disk takes writes again.
fn refuses_and_goes_on(server: &Server, code: &str, there: u64, make_room: impl FnOnce()) {
    let more = send_too_much(server, code);
    is_refused(&post(server, "", &[JSON], corpus(1).lines().next().unwrap().replace("m0", &"x".repeat(4000))), code);
    let (id, total) = (server.search(&[("q", "*"), ("limit", "1")])["hits"][0]["id"].clone(), server.total("*"));
    assert!(total >= there && total <= there + more, "{total} of {there} and {more}");
    let delete = ask(server, "DELETE", &format!("{ARTICLES}/{}", id.as_str().unwrap()), &[], b"");
    is_refused(&delete, code);
    assert!(server.total("tin") > 0 && get(server, "/search?q=tin").status == 200);
    assert_eq!((&readiness(server)["writes"], server.get("/readyz").0), (&code.into(), 200));
    make_room();
    until_writes(server, "taken");
    let sent = added(server, "commit=wait", &[JSON], "{\"id\":\"after\",\"title\":\"Ytterbium\"}");
    assert_eq!((&sent["new"], &sent["committed"]), (&1.into(), &true.into()), "{sent}");
    server.until("what was acknowledged, and one more", |server| server.total("*") == there + more + 1);
    let states: Vec<Value> = server.json("/api/v1/runs")["runs"].as_array().unwrap().clone();
    assert!(states.iter().all(|run| run["state"] != "running"), "{states:?}");
}

/// A server to which the system can be told to let it write no further than so far into any file.
fn bounded(archive: &TestArchive) -> Server {
    bounded_with(archive, &[])
}

fn bounded_with(archive: &TestArchive, options: &[&str]) -> Server {
    let mut command = Command::new("sh");
    // A write beyond the bound is then an error, and no signal.
    command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_broadsheet"), "serve"]);
    Server::start_with(command.arg("--data-dir").arg(archive.data()).args(options))
}

fn bound(server: &Server, bytes: &str) {
    let limit = format!("--fsize={bytes}:");
    let done = Command::new("prlimit").args(["--pid", &server.id().to_string(), &limit]).status().unwrap();
    assert!(done.success());
}

#[test]
fn a_disk_that_takes_no_writes_has_them_refused_and_searches_go_on() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(300))]);
    let server = bounded(&archive);
    bound(&server, "4096");
    refuses_and_goes_on(&server, "storage_refused", 300, || bound(&server, "unlimited"));
    assert!(server.log().matches("what comes in is refused").count() < 4, "{}", server.log());
    assert_eq!(server.stop(), Some(0));
    assert_sound(&archive, "after it");
    archive.assert_swept();
}

#[test]
fn a_run_that_the_disk_ends_has_failed_when_that_can_be_written() {
    let archive = TestArchive::new();
    let server = bounded(&archive);
    let mut upload = Upload::begin(&server);
    upload.send(&corpus(20));
    assert_eq!(upload.results(20).len(), 20);
    bound(&server, "4096");
    upload.send(&article(20, 0));
    let mut rest = String::new();
    upload.answer.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("\"state\":\"failed\""), "{rest}");
    let state = || server.json("/api/v1/runs")["runs"][0]["state"].clone();
    assert_eq!(state(), "running", "its end cannot be written");
    bound(&server, "unlimited");
    server.until("it is known", |_| state() != "running");
    assert_eq!(state(), "failed");
    let failed = "broadsheet_runs_total{state=\"failed\"} 1\n";
    server.until("it is counted", |server| server.get("/metrics").1.contains(failed));
}

/// A file system of its own, of so many MiB; gone with it. `None` where that may not be made.
struct Disk(PathBuf);

impl Disk {
    fn of(archive: &TestArchive, mebibytes: u32) -> Option<Disk> {
        std::fs::create_dir_all(archive.data()).unwrap();
        let size = format!("size={mebibytes}m");
        let made = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(archive.data()).output();
        let made = made.is_ok_and(|made| made.status.success()).then(|| Disk(archive.data()));
        if made.is_none() {
            eprintln!("SKIPPED: a full disk: no file system may be mounted here");
        }
        made
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_has_writes_refused_and_searches_go_on() {
    let archive = TestArchive::new();
    let Some(disk) = Disk::of(&archive, 48) else { return };
    archive.ingest(&[&archive.file("a.jsonl", &corpus(300))]);
    let server = Server::start(&archive);
    server.key();
    let filler = disk.0.join("filler");
    fill(&filler);
    refuses_and_goes_on(&server, "storage_full", 300, || std::fs::remove_file(&filler).unwrap());
    assert_sound(&archive, "after it");
    let full = archive.command("backup").arg(disk.0.join("backup")).output().unwrap();
    assert!(full.status.success(), "{}", text(&full));
    fill(&filler);
    let full = archive.command("backup").arg(disk.0.join("another")).output().unwrap();
    assert_eq!(full.status.code(), Some(1));
    assert!(text(&full).contains("there is no room for it"), "{}", text(&full));
    assert!(!disk.0.join("another").exists() && !disk.0.join(".another.unfinished").exists());
    let more = archive.file("b.jsonl", &corpus(2000));
    let ingest = archive.command("ingest").arg(&more).output().unwrap();
    assert!(ingest.status.code() == Some(1) && text(&ingest).contains("is full"), "{}", text(&ingest));
    assert_eq!(server.total("ytterbium"), 1);
    assert_eq!(server.stop(), Some(0));
}

fn fill(filler: &Path) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(filler).unwrap();
    for piece in [1 << 20, 4096, 1] {
        while file.write_all(&vec![0; piece]).is_ok() {}
    }
}

/// The index cannot be written and the store can: what comes in is kept, and is found later.
#[test]
fn an_index_that_cannot_be_written_comes_along_later() {
    for point in ["disk::open", "disk::write", "disk::rename", "disk::sync"] {
        let archive = TestArchive::new();
        archive.ingest(&[&archive.file("a.jsonl", &corpus(100))]);
        let server = Server::start_with(archive.command("serve").env("FAILPOINTS", format!("{point}=1*return->off")));
        added(&server, "", &[LINES], corpus(150));
        server.until_it_says("the index could not be brought up to date");
        assert!(server.total("*") >= 100, "{point}");
        server.until(point, |server| server.total("*") == 150 && readiness(server)["index"] == "verified");
        assert_sound(&archive, point);
    }
}

/// What has permission to write no more: files that are open are written, and no other is made.
#[test]
fn a_folder_that_may_not_be_written_has_writes_refused() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(100))]);
    let mode = |mode: u32| {
        for folder in [archive.data(), archive.index(), archive.generation()] {
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    let Some(server) = unprivileged(&archive) else { return };
    let key = server.key().to_owned();
    mode(0o555);
    let refused = |method: &str, path: &str, body: &[u8]| {
        let answer = ask(&server, method, path, &[JSON, &format!("Authorization: Bearer {key}")], body);
        is_refused(&answer, "storage_refused");
    };
    refused("POST", ARTICLES, b"{\"id\":\"a\",\"title\":\"Ytterbium\"}");
    let id = server.search(&[("q", "tin"), ("limit", "1")])["hits"][0]["id"].as_str().unwrap().to_owned();
    for path in [format!("{ARTICLES}/{id}"), format!("{ARTICLES}/{id}?purge=1"), "/api/v1/runs/1".to_owned()] {
        refused("DELETE", &path, b"");
    }
    let purge = as_nobody(&archive, "purge").arg(&id).output().unwrap();
    assert!(purge.status.code() == Some(1) && text(&purge).contains("takes no writes"), "{}", text(&purge));
    assert_eq!(readiness(&server)["writes"], "storage_refused");
    assert_eq!((server.total("*"), get(&server, &format!("{ARTICLES}/{id}")).status), (100, 200));
    mode(0o777);
    until_writes(&server, "taken");
    assert_eq!((server.total("*"), &server.json("/api/v1/runs/1")["undone"]), (100, &Value::Null), "nothing half done");
    added(&server, "commit=wait", &[JSON], "{\"id\":\"a\",\"title\":\"Ytterbium\"}");
    assert_eq!(server.total("ytterbium"), 1);
    assert_eq!(server.stop(), Some(0));
    mode(0o555);
    let output = as_nobody(&archive, "serve").args(["--listen", "127.0.0.1:0"]).output().unwrap();
    mode(0o777);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(
        text(&output).starts_with("broadsheet: ") && text(&output).contains("takes no writes"),
        "{}",
        text(&output)
    );
}

/// The store has taken it and the index cannot: what is left to do is told until it is done.
#[test]
fn a_purge_that_the_index_cannot_follow_is_told_of_until_it_is_done() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(100))]);
    let Some(server) = unprivileged(&archive) else { return };
    let mode = |mode: u32| {
        for folder in [archive.index(), archive.generation()] {
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    let id = server.search(&[("q", "tin"), ("limit", "1")])["hits"][0]["id"].as_str().unwrap().to_owned();
    server.key();
    mode(0o555);
    let purged = ask(&server, "DELETE", &format!("{ARTICLES}/{id}?purge=1"), &[], b"");
    assert!(purged.status == 200 && purged.body.contains("\"erased\":false"), "{}", purged.body);
    server.until("it is told", |server| readiness(server)["index"] == "failing");
    assert_eq!((&readiness(&server)["purging"], server.get("/readyz").0), (&1.into(), 200));
    server.until_it_says("\"purging\":1");
    let status = server.json("/api/v1/status");
    let codes: Vec<&str> =
        status["warnings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"index_failing") && codes.contains(&"purge_unfinished"), "{codes:?}");
    let page = ask(&server, "GET", "/status", &["Accept: text/html"], b"").body;
    assert!(page.contains("Something of purged articles may still be in the files, of 1 in all"), "{page}");
    mode(0o777);
    server.until("it is done", |server| readiness(server)["purging"] == 0 && server.total("*") == 99);
    assert_eq!(server.json("/api/v1/status")["warnings"], serde_json::json!([]));
}

/// Whoever is root may write everywhere.
pub(crate) fn as_nobody(archive: &TestArchive, what: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", env!("CARGO_BIN_EXE_broadsheet"), what]);
    command.arg("--data-dir").arg(archive.data());
    command
}

fn unprivileged(archive: &TestArchive) -> Option<Server> {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !is_root {
        return Some(Server::start(archive));
    }
    let opened = |mode| std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(archive.folder.path(), opened(0o777)).unwrap();
    let owned = Command::new("chown").args(["-R", "65534:65534"]).arg(archive.data()).status();
    let tried = as_nobody(archive, "--version").output();
    if !owned.is_ok_and(|owned| owned.success()) || !tried.is_ok_and(|tried| tried.status.success()) {
        eprintln!("SKIPPED: a lost permission: nobody else may run the program here");
        return None;
    }
    Some(Server::start_with(&mut as_nobody(archive, "serve")))
}

fn store(archive: &TestArchive) -> PathBuf {
    archive.data().join("store.sqlite")
}

/// Where the packed text of a version lies in the file; where pages were divided, what is out of use may lie there, too.
fn places_of(archive: &TestArchive, row: u64) -> Vec<usize> {
    let conn = Connection::open(store(archive)).unwrap();
    let content: Vec<u8> =
        conn.query_one("SELECT content FROM versions WHERE row = ?1", [row], |row| row.get(0)).unwrap();
    let bytes = std::fs::read(store(archive)).unwrap();
    let found = bytes.windows(40).enumerate().filter(|(_, window)| *window == &content[8..48]);
    found.map(|(at, _)| at).collect()
}

fn overwrite(path: &Path, at: usize, bytes: &[u8]) {
    use std::os::unix::fs::FileExt as _;
    std::fs::File::options().write(true).open(path).unwrap().write_all_at(bytes, at as u64).unwrap();
}

#[test]
fn a_damaged_article_is_told_by_its_code_and_all_others_are_answered() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(50))]);
    for place in places_of(&archive, 7) {
        overwrite(&store(&archive), place, b"spoilt");
    }
    let server = Server::start(&archive);
    let damaged = server.search(&[("q", "id:m6"), ("limit", "0")]);
    assert_eq!(damaged["total"], 1, "it is counted as before");
    let answer = get(&server, "/api/v1/search?q=id:m6");
    assert_eq!(answer.problem(500, "damaged"), "storage_damaged");
    assert_eq!(get(&server, "/search?q=id:m6").status, 500);
    server.until_it_says("version row 7 of the store is damaged");
    assert_eq!(server.search(&[("q", "id:m8")])["hits"].as_array().unwrap().len(), 1);
    assert_found(&archive, "version row 7 of the store is damaged");
    // It comes again from where it came.
    added(&server, "commit=wait", &[LINES], article(6, 3));
    assert_eq!(server.search(&[("q", "id:m6")])["hits"].as_array().unwrap().len(), 1, "by another version");
}

#[test]
fn a_damaged_page_is_told_while_it_runs_and_at_the_start() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(400))]);
    let sql = "SELECT pageno FROM dbstat WHERE name = 'versions' AND pagetype = 'leaf' LIMIT 1 OFFSET 2";
    let page: usize = Connection::open(store(&archive)).unwrap().query_one(sql, [], |row| row.get(0)).unwrap();
    let server = Server::start(&archive);
    overwrite(&store(&archive), (page - 1) * 8192, &[0x55; 200]);
    let answers: Vec<Answer> = (0..400).map(|n| get(&server, &format!("/api/v1/search?q=id:m{n}"))).collect();
    let failed: Vec<&Answer> = answers.iter().filter(|answer| answer.status != 200).collect();
    assert!(!failed.is_empty() && failed.len() < 200, "{} of 400", failed.len());
    assert!(failed.iter().all(|answer| answer.problem(500, "a page") == "storage_damaged"));
    server.until_it_says("broadsheet check");
    assert_eq!(server.total("*"), 400);
    assert_eq!(server.stop(), Some(0));
    assert_found(&archive, "a page is damaged");
    overwrite(&store(&archive), 0, &[0; 100]);
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["runs"], &["reindex"]] {
        let output = archive.command(command[0]).args(&command[1..]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        let said = text(&output);
        assert!(said.starts_with("broadsheet: the store is damaged") && said.contains("broadsheet restore"), "{said}");
    }
}

#[test]
fn an_index_found_damaged_beside_searches_is_made_anew_and_gone_over_to() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(300))]);
    let before = archive.generation();
    let facts = Server::start(&archive).facts();
    let store = std::fs::read_dir(&before).unwrap().flatten().map(|entry| entry.path());
    let store = store.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "store")).unwrap();
    // Not at its end, which is looked at when it is opened.
    overwrite(&store, 50, b"spoilt");
    let server = Server::start_with(archive.command("serve").env("FAILPOINTS", "engine::verify_later=return"));
    server.until_it_says("the index is damaged and is made anew");
    server.until("another index", |server| readiness(server)["index"] == "verified" && archive.generation() != before);
    crate::server::assert_same(&server.facts(), &facts, "made anew");
    assert_sound(&archive, "made anew");
    assert_eq!(server.stop(), Some(0));
    archive.assert_swept();
}

#[test]
fn an_ingest_writes_no_index_that_it_has_not_verified() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(300))]);
    let parts = std::fs::read_dir(archive.generation()).unwrap().flatten().map(|entry| entry.path());
    let part = parts.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "store")).unwrap();
    overwrite(&part, 50, b"spoilt");
    let more = archive.file("b.jsonl", &corpus(310));
    let mut ingest = archive.command("ingest");
    let said = text(&ingest.arg(&more).env("FAILPOINTS", "engine::verify_later=return").output().unwrap());
    assert!(said.contains("made anew from the store"), "{said}");
    assert_sound(&archive, "made anew");
}

/// Its process has ended without folding the log into the store.
fn killed(archive: &TestArchive, lines: &str) {
    let server = Server::start(archive);
    added(&server, "commit=wait", &[LINES], lines);
    server.kill();
}

#[test]
fn a_log_that_is_damaged_is_taken_as_far_as_it_is_whole_and_the_index_follows() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(100))]);
    killed(&archive, &corpus(200));
    let log = archive.data().join("store.sqlite-wal");
    let length = std::fs::metadata(&log).unwrap().len() as usize;
    overwrite(&log, length / 4, &[0x55; 64]);
    let server = Server::start(&archive);
    let there = server.total("*");
    assert!((100..200).contains(&there), "{there}: whole transactions, and no others");
    server.until_it_says("made anew from the store");
    assert_sound(&archive, "a damaged log");
    added(&server, "commit=wait", &[LINES], corpus(200));
    assert_eq!(server.total("*"), 200);
}

#[test]
fn shared_memory_and_lock_files_are_made_anew_whatever_is_in_them() {
    let archive = TestArchive::new();
    for (name, what) in [
        ("store.sqlite-shm", &b"nonsense"[..]),
        ("store.lock", b"nonsense"),
        ("index/LOCK", b"nonsense"),
        ("index/BUILD", b"nonsense"),
        ("run-1.lock", b"nonsense"),
        ("answer-0123", b"left behind"),
        ("store.restored", b"left behind"),
    ] {
        killed(&archive, &corpus(50));
        std::fs::write(archive.data().join(name), what).unwrap();
        let server = Server::start(&archive);
        assert_eq!(server.total("*"), 50, "{name}");
        assert_eq!(server.stop(), Some(0), "{name}");
        assert_sound(&archive, name);
    }
}

#[test]
fn a_watched_file_that_the_disk_refused_is_read_when_it_takes_writes_again() {
    let archive = TestArchive::new();
    let folder = archive.folder.path().join("in");
    std::fs::create_dir(&folder).unwrap();
    let watched = folder.display().to_string();
    let server = bounded_with(&archive, &["--watch", &watched]);
    server.until_it_says("watching a folder");
    bound(&server, "4096");
    std::fs::write(folder.join("a.jsonl"), corpus(300)).unwrap();
    until_writes(&server, "storage_refused");
    server.until_it_says("watched files could not be taken in");
    assert_eq!(server.total("*"), 0);
    bound(&server, "unlimited");
    server.until("the file is read", |server| server.total("*") == 300);
    assert_sound(&archive, "after it");
}

#[test]
fn an_index_without_its_store_is_no_new_archive() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(20))]);
    let backup = archive.folder.path().join("backup");
    assert!(archive.command("backup").arg(&backup).output().unwrap().status.success());
    for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"] {
        let _ = std::fs::remove_file(archive.data().join(name));
    }
    for (command, arguments) in
        [("serve", &["--listen", "127.0.0.1:0"][..]), ("ingest", &[&archive.file("b.jsonl", "")])]
    {
        let output = archive.command(command).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert!(text(&output).contains("holds an index and no store"), "{command}: {}", text(&output));
    }
    assert!(archive.index().join("CURRENT").exists(), "the index is left as it was");
    let restored = archive.command("restore").arg(&backup).arg("--replace").output().unwrap();
    assert!(
        restored.status.success() && text(&restored).contains("`broadsheet purge` for it again"),
        "{}",
        text(&restored)
    );
}
