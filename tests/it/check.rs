//! `broadsheet check`: whatever is wrong with an archive is found, and nothing where all is well.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;

use crate::archive::{TestArchive, text};
use crate::made_up::{article, corpus};
use crate::sending::{JSON, added};
use crate::server::Server;
use crate::storage::as_nobody;

fn checked(archive: &TestArchive, more: &[&str]) -> Output {
    archive.command("check").args(more).output().unwrap()
}

/// Store and index agree, as whoever looks proves it.
#[track_caller]
pub(crate) fn assert_sound(archive: &TestArchive, when: &str) {
    let output = checked(archive, &[]);
    assert!(output.status.success() && text(&output).starts_with("all is well"), "{when}: {}", text(&output));
}

#[track_caller]
pub(crate) fn assert_found(archive: &TestArchive, words: &str) -> String {
    let output = checked(archive, &[]);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{words}: {said}");
    assert!(said.contains(words), "{words}: {said}");
    said
}

/// Several segments, versions, copies, and articles that are not shown.
pub(crate) fn with_articles() -> TestArchive {
    let archive = TestArchive::new();
    let killed = "{\"id\":\"k\",\"title\":\"Zinc\",\"pubStatus\":\"canceled\"}\n";
    for lines in [corpus(150), corpus(300), article(5, 9), article(5, 0).replace("m5", "again5"), killed.to_owned()] {
        archive.ingest(&[&archive.file("a.jsonl", &lines)]);
    }
    archive
}

fn store(archive: &TestArchive) -> PathBuf {
    archive.data().join("store.sqlite")
}

/// Behind the back of the program.
fn change(archive: &TestArchive, statements: &str) {
    let conn = Connection::open(store(archive)).unwrap();
    conn.pragma_update(None, "foreign_keys", false).unwrap();
    conn.execute_batch(statements).unwrap();
}

#[test]
fn a_sound_archive_is_told_sound_with_a_server_and_without() {
    let archive = with_articles();
    assert_sound(&archive, "without a server");
    for beside in ["store.sqlite-wal", "store.sqlite-shm"] {
        assert!(!archive.data().join(beside).exists(), "{beside} is left behind");
    }
    let server = Server::start(&archive);
    assert_sound(&archive, "with a server");
    assert_eq!(server.total("*"), 301, "and it goes on");
}

#[test]
fn a_check_amid_an_ingest_finds_nothing_wrong() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    let file = archive.file("a.jsonl", &corpus(6000));
    let mut ingest = archive.begin_ingest(&file);
    let mut looks = 0;
    while ingest.try_wait().unwrap().is_none() || looks == 0 {
        assert_sound(&archive, "amid an ingest");
        looks += 1;
    }
    server.until("all articles", |server| server.total("*") == 6000);
    assert_sound(&archive, "after it");
}

#[test]
fn an_index_that_disagrees_with_the_store_is_found_and_mended() {
    for (statements, words) in [
        (
            "UPDATE articles SET deleted = 1 WHERE num = 3",
            "1 article is in the index that answers may not show: number 3",
        ),
        (
            "UPDATE articles SET status = 'usable' WHERE status = 'withheld'; DELETE FROM holds WHERE until IS NOT NULL",
            "1 article is not in the index",
        ),
        (
            "UPDATE articles SET current = (SELECT min(row) FROM versions WHERE article = 1) WHERE num = 1; \
             DELETE FROM tellings WHERE article = 1",
            "1 article is in the index by another version: number 1",
        ),
        ("UPDATE tellings SET original = 2 WHERE article = 4", "1 article is in the index by another story: number 4"),
        ("UPDATE meta SET value = 'x' WHERE name = 'id'", "made from another store"),
        ("UPDATE changes SET at = 7 WHERE seq = (SELECT max(seq) FROM changes)", "has gone another way"),
    ] {
        let archive = with_articles();
        archive.ingest(&[
            &archive.file("e.jsonl", "{\"id\":\"e\",\"title\":\"Ore\",\"embargo\":\"2999-01-01T00:00:00Z\"}\n")
        ]);
        change(&archive, statements);
        let said = assert_found(&archive, words);
        assert!(said.contains("index: ") && said.contains("broadsheet reindex"), "{said}");
        let mended = checked(&archive, &["--repair"]);
        assert!(mended.status.success() && text(&mended).contains("made anew"), "{}", text(&mended));
        assert_sound(&archive, statements);
    }
    let archive = with_articles();
    change(&archive, "UPDATE sqlite_sequence SET seq = 7 WHERE name = 'changes'");
    assert_found(&archive, "it is ahead of the store");
}

#[test]
fn an_index_is_mended_beside_a_server() {
    let archive = with_articles();
    let server = Server::start(&archive);
    change(&archive, "UPDATE articles SET deleted = 1 WHERE num = 3");
    assert_eq!(server.total("*"), 301);
    assert!(checked(&archive, &["--repair"]).status.success());
    server.until("the new index", |server| server.total("*") == 300);
}

/// A file of the live index by its ending.
fn part(archive: &TestArchive, ending: &str) -> PathBuf {
    let entries = std::fs::read_dir(archive.generation()).unwrap().flatten();
    let mut files = entries.map(|entry| entry.path());
    files.find(|path| path.extension().is_some_and(|found| found == ending)).unwrap()
}

fn spoil(path: &Path, damage: impl Fn(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    damage(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn damage_of_every_kind_of_file_of_the_index_is_found() {
    for ending in ["idx", "pos", "term", "store", "fast", "fieldnorm", "del"] {
        let archive = with_articles();
        let file = part(&archive, ending);
        let whole = std::fs::read(&file).unwrap();
        spoil(&file, |bytes| bytes[2] ^= 4);
        assert_found(&archive, "has changed since it was written");
        std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        assert_found(&archive, "does not end as it was written");
        std::fs::remove_file(&file).unwrap();
        assert_found(&archive, "is cut short or missing");
    }
    let archive = with_articles();
    spoil(&archive.generation().join("meta.json"), |bytes| bytes.truncate(90));
    assert_found(&archive, "index: it cannot be used: it is damaged");
    std::fs::remove_file(archive.index().join("CURRENT")).unwrap();
    assert_found(&archive, "index: it cannot be used: there is none");
}

#[test]
fn damage_of_the_store_is_found_and_a_backup_hinted_at() {
    let archive = with_articles();
    change(&archive, "UPDATE versions SET content = zeroblob(5) WHERE row = 9");
    let said = assert_found(&archive, "store: version row 9 of the store is damaged");
    assert!(said.contains("broadsheet restore"), "{said}");
    let refused = checked(&archive, &["--repair"]);
    assert!(!refused.status.success() && !text(&refused).contains("made anew"), "no index mends it");

    let archive = with_articles();
    change(&archive, "UPDATE articles SET status = 'usable' WHERE status = 'killed'");
    let said = assert_found(&archive, "is not what it says: status");
    assert!(said.contains("broadsheet restore"), "what was cancelled is not to be shown: {said}");

    let archive = with_articles();
    let page = Connection::open(store(&archive)).unwrap();
    let sql = "SELECT pageno FROM dbstat WHERE name = 'versions' AND pagetype = 'leaf' LIMIT 1 OFFSET 3";
    let page: usize = page.query_one(sql, [], |row| row.get(0)).unwrap();
    spoil(&store(&archive), |bytes| bytes[(page - 1) * 8192..page * 8192 - 4000].fill(0x55));
    assert_found(&archive, "store: a page is damaged");

    spoil(&store(&archive), |bytes| bytes[..100].fill(0));
    let said = assert_found(&archive, "store: the store is damaged");
    assert!(said.contains("broadsheet restore"), "{said}");
}

#[test]
fn a_folder_without_an_archive_and_a_store_of_another_version_are_no_findings() {
    let archive = TestArchive::new();
    let none = checked(&archive, &[]);
    assert!(!none.status.success() && text(&none).starts_with("broadsheet: there is no archive in"), "{}", text(&none));
    assert!(!archive.data().exists());
    let archive = with_articles();
    change(&archive, "PRAGMA user_version = 3");
    let older = checked(&archive, &[]);
    assert!(!older.status.success() && text(&older).contains("was written by an older broadsheet"), "{}", text(&older));
}

/// A folder that is mounted so that nothing can be written to it, for one command.
fn read_only(archive: &TestArchive, command: &[&str]) -> Option<Output> {
    let script = "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" || exit 99; shift; exec \"$@\"";
    let mut unshare = Command::new("unshare");
    unshare.args(["-m", "sh", "-c", script, "sh"]).arg(archive.data()).arg(env!("CARGO_BIN_EXE_broadsheet"));
    let output = unshare.args(command).arg("--data-dir").arg(archive.data()).output().ok()?;
    let is_mounted = output.status.code() != Some(99) && !text(&output).starts_with("unshare: ");
    if !is_mounted {
        eprintln!("SKIPPED: a folder that takes no writes: none may be mounted here");
    }
    is_mounted.then_some(output)
}

#[track_caller]
fn read_there(archive: &TestArchive, command: &[&str], words: &str) {
    let Some(output) = read_only(archive, command) else { return };
    assert!(output.status.success() && text(&output).contains(words), "{command:?}: {}", text(&output));
}

#[test]
fn what_only_reads_needs_no_folder_that_can_be_written() {
    let archive = with_articles();
    let key = crate::server::make_key(&archive.data(), &["--scope", "read", "--name", "desk"]);
    let id = key.split('_').nth(1).unwrap();
    let reading =
        [(&["check"][..], "all is well"), (&["runs"], "a.jsonl"), (&["runs", "1"], "a.jsonl"), (&["key", "list"], id)];
    let all = || reading.iter().for_each(|(command, words)| read_there(&archive, command, words));
    let files = || std::fs::read_dir(archive.data()).unwrap().flatten().count();
    let before = files();
    all();
    let backup = archive.folder.path().join("backup").display().to_string();
    read_there(&archive, &["backup", &backup], "all of it was read again");
    assert_eq!(files(), before, "nothing is left behind");
    // A server has it open elsewhere, and then its process ends without folding its log.
    let server = Server::start(&archive);
    added(&server, "commit=wait", &[JSON], "{\"id\":\"after\",\"title\":\"Ytterbium\"}");
    all();
    server.kill();
    all();
    read_there(&archive, &["runs"], "POST /api/v1/articles");
    std::fs::remove_file(archive.data().join("store.sqlite-shm")).unwrap();
    for command in [&["check"][..], &["runs"], &["key", "list"]] {
        let Some(output) = read_only(&archive, command) else { return };
        let said = text(&output);
        assert!(!output.status.success() && said.starts_with("broadsheet: "), "{command:?}: {said}");
        assert!(said.contains("store.sqlite-wal holds what is not in the store yet"), "{command:?}: {said}");
    }
    for command in [&["runs", "1", "--undo"][..], &["key", "revoke", id], &["key", "create", "--scope", "read"]] {
        let Some(output) = read_only(&archive, command) else { return };
        assert!(!output.status.success() && text(&output).contains("takes no writes"), "{}", text(&output));
    }
}

#[test]
fn what_belongs_to_somebody_else_is_read_as_far_as_it_may_be_and_is_not_called_damaged() {
    let archive = with_articles();
    for folder in [archive.folder.path().to_owned(), archive.data()] {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    }
    let Ok(runs) = as_nobody(&archive, "runs").output() else { return };
    if text(&runs).starts_with("setpriv: ") {
        return eprintln!("SKIPPED: an archive of somebody else: nobody else may run the program here");
    }
    assert!(runs.status.success() && text(&runs).contains("a.jsonl"), "{}", text(&runs));
    assert!(!archive.data().join("store.sqlite-shm").exists(), "its owner could not write that");
    let check = as_nobody(&archive, "check").output().unwrap();
    let said = text(&check);
    assert!(
        !check.status.success() && said.starts_with("broadsheet: ") && said.contains("Permission denied"),
        "{said}"
    );
    assert!(!said.contains("damaged"), "{said}");
}

/// Whatever fails while it looks must not make whoever else looks wait for ever.
pub(crate) struct Done<'a>(pub(crate) &'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
