//! `broadsheet backup` and `broadsheet restore`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value;

use crate::archive::{TestArchive, program, text};
use crate::check::{Done, assert_sound, with_articles};
use crate::made_up::corpus;
use crate::server::{Facts, Server, assert_same, wait_until};

fn place(archive: &TestArchive) -> PathBuf {
    archive.folder.path().join("backups/monday")
}

fn back_up(archive: &TestArchive) -> Output {
    std::fs::create_dir_all(place(archive).parent().unwrap()).unwrap();
    archive.command("backup").arg(place(archive)).output().unwrap()
}

#[track_caller]
fn backed_up(archive: &TestArchive) -> Value {
    let output = back_up(archive);
    assert!(output.status.success(), "{}", text(&output));
    serde_json::from_slice(&std::fs::read(place(archive).join("manifest.json")).unwrap()).unwrap()
}

fn restore(backup: &Path, archive: &TestArchive, more: &[&str]) -> Output {
    archive.command("restore").arg(backup).args(more).output().unwrap()
}

#[track_caller]
fn restored(backup: &Path, archive: &TestArchive, more: &[&str]) {
    let output = restore(backup, archive, more);
    assert!(output.status.success(), "{}", text(&output));
}

#[track_caller]
fn refused(output: &Output, words: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", text(output));
    assert!(text(output).starts_with("broadsheet: ") && text(output).contains(words), "{words}: {}", text(output));
}

fn beside(archive: &TestArchive) -> Vec<String> {
    let entries = std::fs::read_dir(place(archive).parent().unwrap()).unwrap().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn facts(lines: &str) -> Facts {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", lines)]);
    Server::start(&archive).facts()
}

/// Each line of the input is a version, stored in order: a backup holds those of the first so many lines.
#[test]
fn a_backup_amid_ingest_and_searches_answers_as_the_archive_did_then() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    let lines = corpus(5000);
    let file = archive.file("a.jsonl", &lines);
    let mut ingest = archive.begin_ingest(&file);
    server.until("the first articles", |server| server.total("*") > 0);
    let (done, searches) = (AtomicBool::new(false), AtomicU64::new(0));
    let manifest = std::thread::scope(|scope| {
        let _done = Done(&done);
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                assert!(server.total("tin copper") > 0);
                searches.fetch_add(1, Ordering::Relaxed);
            }
        });
        backed_up(&archive)
    });
    let was_amid = ingest.try_wait().unwrap().is_none();
    assert!(ingest.wait().unwrap().success());
    assert!(searches.load(Ordering::Relaxed) > 0, "searches went on");
    let number = |name: &str| manifest[name].as_u64().unwrap();
    let versions = number("versions") as usize;
    assert!(was_amid && versions > 0 && versions < lines.lines().count(), "{versions} lines: it was not amid");
    let expected = facts(&lines.lines().take(versions).map(|line| format!("{line}\n")).collect::<String>());
    let new = TestArchive::new();
    restored(&place(&archive), &new, &[]);
    let other = Server::start(&new);
    assert_eq!(other.total("*"), number("articles"));
    assert_same(&other.facts(), &expected, "restored");
    assert_sound(&new, "restored");
    assert_sound(&archive, "backed up");
    new.ingest(&[&file]);
    other.until("it goes on", |other| other.total("*") == 5000);
}

#[test]
fn a_backup_is_one_whole_folder_that_is_never_written_over() {
    let archive = with_articles();
    backed_up(&archive);
    let mut names: Vec<_> = std::fs::read_dir(place(&archive)).unwrap().flatten().map(|e| e.file_name()).collect();
    names.sort_unstable();
    assert_eq!(names, ["manifest.json", "store.sqlite"]);
    assert_eq!(beside(&archive), ["monday"]);
    let before = std::fs::read(place(&archive).join("manifest.json")).unwrap();
    refused(&back_up(&archive), "no backup is written over");
    assert_eq!(std::fs::read(place(&archive).join("manifest.json")).unwrap(), before);
    let none = TestArchive::new();
    refused(&back_up(&none), "there is no archive");
}

#[test]
fn a_backup_that_crashes_or_is_not_whole_leaves_nothing_that_looks_like_one() {
    let archive = with_articles();
    std::fs::create_dir_all(place(&archive).parent().unwrap()).unwrap();
    let to = place(&archive).display().to_string();
    for point in ["backup::after_copy", "backup::before_rename"] {
        assert!(archive.crashes("backup", &[&to], point), "{point} did not crash");
        assert!(!place(&archive).exists(), "{point}");
        assert_eq!(beside(&archive), [".monday.unfinished"], "{point}");
    }
    let mut spoilt = archive.command("backup");
    let spoilt = spoilt.arg(&to).env("FAILPOINTS", "backup::spoil=return").output().unwrap();
    refused(&spoilt, "the copy is not whole");
    assert_eq!(beside(&archive), [""; 0], "what crashes left is cleared away, too");
    backed_up(&archive);
    assert_eq!(beside(&archive), ["monday"]);
}

#[test]
fn a_backup_that_is_interrupted_says_so_as_other_commands_do_and_leaves_nothing() {
    let archive = with_articles();
    std::fs::create_dir_all(place(&archive).parent().unwrap()).unwrap();
    for signal in ["-INT", "-TERM"] {
        // It goes on only when the signal has come.
        let mut command = archive.command("backup");
        command.arg(place(&archive)).env("FAILPOINTS", "backup::before_step=sleep(3000)").stdout(Stdio::piped());
        let backup = command.spawn().unwrap();
        let begun = place(&archive).with_file_name(".monday.unfinished").join("store.sqlite");
        wait_until("the backup has begun", || begun.exists());
        assert!(Command::new("kill").args([signal, &backup.id().to_string()]).status().unwrap().success());
        let output = backup.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", text(&output));
        assert!(text(&output).contains("interrupted; there is no backup"), "{}", text(&output));
        assert_eq!(beside(&archive), [""; 0], "{signal}");
    }
}

#[test]
fn keys_and_citations_are_restored_and_a_backup_that_has_changed_is_refused() {
    let archive = with_articles();
    let key = crate::server::make_key(&archive.data(), &["--scope", "write"]);
    backed_up(&archive);
    let new = TestArchive::new();
    restored(&place(&archive), &new, &[]);
    let listed = program().args(["key", "list", "--data-dir"]).arg(new.data()).output().unwrap();
    let id = key.split('_').nth(1).unwrap();
    assert!(text(&listed).contains(id), "{}", text(&listed));
    let store = place(&archive).join("store.sqlite");
    let mut bytes = std::fs::read(&store).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&store, bytes).unwrap();
    let other = TestArchive::new();
    refused(&restore(&place(&archive), &other, &[]), "has changed since the backup was made");
    assert!(!other.data().join("store.sqlite").exists());
}

#[test]
fn an_archive_is_replaced_only_where_that_is_said_and_its_index_is_not_taken_for_the_new_ones() {
    let archive = with_articles();
    let expected = Server::start(&archive).facts();
    backed_up(&archive);
    archive.ingest(&[&archive.file("more.jsonl", &corpus(500))]);
    refused(&restore(&place(&archive), &archive, &[]), "is not empty");
    let server = Server::start(&archive);
    refused(&restore(&place(&archive), &archive, &["--replace"]), "in use");
    assert_eq!(server.total("*"), 501);
    assert_eq!(server.stop(), Some(0));
    // Its process ends before the one takes the place of the other.
    let from = place(&archive).display().to_string();
    assert!(archive.crashes("restore", &[&from, "--replace"], "restore::before_rename"));
    assert!(archive.data().join("store.restored").exists());
    assert_eq!(Server::start(&archive).total("*"), 501, "the old one, as it was");
    assert!(!archive.data().join("store.restored").exists(), "what is left is removed at the start");
    restored(&place(&archive), &archive, &["--replace"]);
    let server = Server::start(&archive);
    server.until_it_says("it was made from another store");
    assert_same(&server.facts(), &expected, "replaced");
    assert_sound(&archive, "replaced");
}

#[test]
fn what_was_purged_since_the_backup_stays_purged_where_that_is_restored() {
    let archive = TestArchive::new();
    let word = "qwyjiboblk";
    let odd = format!("{{\"id\":\"odd\",\"title\":\"Tin\",\"text\":\"{word} rose.\"}}\n");
    let file = archive.file("a.jsonl", &(corpus(20) + &odd));
    archive.ingest(&[&file]);
    let id = Server::start(&archive).search(&[("q", word)])["hits"][0]["id"].as_str().unwrap().to_owned();
    backed_up(&archive);
    assert!(archive.command("purge").arg(&id).output().unwrap().status.success());
    let output = restore(&place(&archive), &archive, &["--replace"]);
    let told = text(&output);
    assert!(output.status.success() && told.contains("1 article removed for good since then"), "{told}");
    assert_eq!(archive.files_with(word), [""; 0].map(PathBuf::from));
    let server = Server::start(&archive);
    assert_eq!((server.total(word), server.total("*")), (0, 20));
    assert_eq!(server.get(&format!("/api/v1/articles/{id}")).0, 410);
    assert_eq!(server.stop(), Some(0));
    assert!(archive.ingest(&[&file]).contains("purged:"));
    assert_sound(&archive, "restored");
    std::fs::write(archive.data().join("store.sqlite"), "this is no database, however long one looks at it").unwrap();
    let told = text(&restore(&place(&archive), &archive, &["--replace"]));
    assert!(told.contains("could not be read to its end") && told.contains("`broadsheet purge`"), "{told}");
    assert_eq!(Server::start(&archive).total(word), 1, "nobody knows of it any more");
}

#[test]
fn of_two_restores_the_second_is_refused_and_what_a_killed_one_leaves_is_removed() {
    let archive = with_articles();
    backed_up(&archive);
    let new = TestArchive::new();
    let mut first = new.command("restore");
    let first = first.arg(place(&archive)).env("FAILPOINTS", "restore::ready=pause");
    let mut first = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let left = new.data().join("store.restored");
    wait_until("it is under way", || left.exists());
    refused(&restore(&place(&archive), &new, &[]), "in use");
    refused(&restore(&place(&archive), &new, &["--replace"]), "in use");
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(left.exists());
    restored(&place(&archive), &new, &[]);
    assert!(!left.exists());
    assert_eq!(Server::start(&new).total("*"), 301);
}

#[test]
fn a_place_that_takes_no_backup_is_named_and_not_the_archive() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(20))]);
    let to = format!("{}/monday", archive.file("a-file", "no folder"));
    let output = archive.command("backup").arg(&to).output().unwrap();
    let told = text(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("a-file") && !told.contains("the archive"), "{told}");
}
