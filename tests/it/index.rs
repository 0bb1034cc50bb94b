//! The index is made from the store: built anew beside searches, and whenever it cannot be used.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::archive::TestArchive;
use crate::made_up::{Numbers, article, corpus};
use crate::server::{Facts, Server, assert_same};

/// Articles in several segments, some of them replaced, and what is to be found in them.
fn with_articles() -> (TestArchive, Facts) {
    let archive = TestArchive::new();
    for lines in [corpus(150), corpus(300), article(5, 9)] {
        let file = archive.file("a.jsonl", &lines);
        archive.ingest(&[&file]);
    }
    let facts = Server::start(&archive).facts();
    (archive, facts)
}

/// A server comes up on whatever has become of the index, says why it is made anew, and answers as before.
#[track_caller]
fn is_made_anew(archive: &TestArchive, expected: &Facts, because: &str) {
    let server = Server::start(archive);
    server.until_it_says(because);
    let log = server.log();
    assert!(log.contains("made anew from the store") || log.contains("made from the store"), "{because}: {log}");
    assert_same(&server.facts(), expected, because);
    assert_eq!(server.stop(), Some(0));
    archive.assert_swept();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn searches_go_on_while_the_index_is_built_anew() {
    let (archive, expected) = with_articles();
    let server = Server::start(&archive);
    let (done, searches) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                assert_eq!(server.total("*"), 300);
                searches.fetch_add(1, Ordering::Relaxed);
            }
        });
        // Also where something fails: whoever asks must not ask for ever.
        let _done = Done(&done);
        for _ in 0..3 {
            let before = archive.generation();
            let reindexed = archive.command("reindex").output().unwrap();
            assert!(reindexed.status.success(), "{reindexed:?}");
            server.until("the old index is gone", |_| !before.exists());
        }
        assert_same(&server.facts(), &expected, "built anew");
    });
    assert!(searches.load(Ordering::Relaxed) > 10);
    server.until("three new indexes", |server| server.log().matches("a new index is in use").count() == 3);
    assert!(!server.log().contains("ERROR"), "{}", server.log());
    let file = archive.file("new.jsonl", "{\"id\":\"new\",\"title\":\"Ytterbium\",\"language\":\"en\"}");
    archive.ingest(&[&file]);
    server.until("a new article in the new index", |server| server.total("ytterbium") == 1);
    archive.assert_swept();
}

struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The new index was begun before the newest articles came: it must not be shown without them.
#[test]
fn a_new_index_is_not_shown_before_it_has_what_the_old_one_had() {
    let (archive, _) = with_articles();
    let server = Server::start(&archive);
    let (done, least) = (AtomicBool::new(false), AtomicU64::new(300));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let before = least.load(Ordering::Relaxed);
                let total = server.total("*");
                assert!(total >= before, "{total} after {before}");
                least.fetch_max(total, Ordering::Relaxed);
            }
        });
        // Also where something fails: whoever asks must not ask for ever.
        let _done = Done(&done);
        for round in 0..4 {
            let mut reindex = archive.command("reindex").spawn().unwrap();
            let file = archive.file("a.jsonl", &corpus(320 + round * 20));
            archive.ingest(&[&file]);
            assert!(reindex.wait().unwrap().success());
        }
        server.until("all articles", |server| server.total("*") == 380);
    });
    server.until("the old indexes are gone", |_| {
        std::fs::read_dir(archive.index()).unwrap().flatten().filter(|entry| entry.path().is_dir()).count() == 1
    });
}

#[test]
fn a_missing_index_is_made_anew() {
    let (archive, expected) = with_articles();
    std::fs::remove_dir_all(archive.index()).unwrap();
    is_made_anew(&archive, &expected, "there is no index yet");
    std::fs::remove_dir_all(archive.generation()).unwrap();
    is_made_anew(&archive, &expected, "there is none");
    std::fs::remove_file(archive.generation().join("meta.json")).unwrap();
    is_made_anew(&archive, &expected, "there is none");
    std::fs::remove_file(archive.generation().join(".managed.json")).unwrap();
    assert_same(&Server::start(&archive).facts(), &expected, "without the list of files");
}

#[test]
fn an_index_that_is_pointed_to_wrongly_is_made_anew() {
    let (archive, expected) = with_articles();
    for garbage in [&b""[..], b"gen-nowhere", b"../..", b"\xff\xfe\x00", b"LOCK", b"gen-\0"] {
        std::fs::write(archive.index().join("CURRENT"), garbage).unwrap();
        is_made_anew(&archive, &expected, "there is none");
    }
}

#[test]
fn an_index_of_another_store_is_made_anew() {
    let (archive, expected) = with_articles();
    let (other, _) = with_articles();
    std::fs::remove_dir_all(archive.index()).unwrap();
    copy(&other.index(), &archive.index());
    is_made_anew(&archive, &expected, "it was made from another store");
}

#[test]
fn an_index_of_another_definition_is_made_anew() {
    let (archive, expected) = with_articles();
    let meta = archive.generation().join("meta.json");
    let text = std::fs::read_to_string(&meta).unwrap();
    let (before, after) = text.split_once("\\\"schema\\\":\\\"").expect("the commit says which definition it is of");
    std::fs::write(&meta, format!("{before}\\\"schema\\\":\\\"{}{}", "0123456789abcdef", &after[16..])).unwrap();
    is_made_anew(&archive, &expected, "another version of the index definition");
}

/// The store is put back to an older copy: the index knows more than it.
#[test]
fn an_index_that_is_ahead_of_a_restored_store_is_made_anew() {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", &corpus(150));
    archive.ingest(&[&file]);
    let copied = store_copied(&archive);
    let expected = Server::start(&archive).facts();
    let more = archive.file("b.jsonl", &corpus(200));
    archive.ingest(&[&more]);
    restore(&archive, &copied);
    is_made_anew(&archive, &expected, "it is ahead of the store");
}

/// As before, but the restored store has gone on: it is as far as the index, by other changes.
#[test]
fn an_index_is_made_anew_where_a_restored_store_has_gone_another_way() {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", &corpus(150));
    archive.ingest(&[&file]);
    let copied = store_copied(&archive);
    let more = archive.file("b.jsonl", "{\"id\":\"lost\",\"title\":\"Ytterbium\",\"language\":\"en\"}");
    archive.ingest(&[&more]);
    restore(&archive, &copied);
    let others = archive.file("c.jsonl", &corpus(200));
    let expected = {
        let undisturbed = TestArchive::new();
        undisturbed.ingest(&[&others]);
        Server::start(&undisturbed).facts()
    };
    // The store goes on while nobody may touch the index.
    let held = std::fs::File::options().write(true).open(archive.index().join("LOCK")).unwrap();
    held.lock().unwrap();
    assert!(archive.ingest(&[&others]).contains("running server"));
    drop(held);
    is_made_anew(&archive, &expected, "gone another way");
}

/// The files of the store, beside the archive.
fn store_copied(archive: &TestArchive) -> PathBuf {
    let copied = archive.folder.path().join("copied");
    std::fs::create_dir(&copied).unwrap();
    for file in store_files(archive) {
        std::fs::copy(&file, copied.join(file.file_name().unwrap())).unwrap();
    }
    copied
}

fn restore(archive: &TestArchive, copied: &Path) {
    store_files(archive).iter().for_each(|file| std::fs::remove_file(file).unwrap());
    copy(copied, &archive.data());
}

fn store_files(archive: &TestArchive) -> Vec<PathBuf> {
    let files = ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"].map(|name| archive.data().join(name));
    files.into_iter().filter(|file| file.exists()).collect()
}

/// Files of the live index, one of each kind.
fn kinds(archive: &TestArchive) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(archive.generation()).unwrap().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|file| !file.to_string_lossy().ends_with(".lock"));
    files.sort_unstable();
    let mut kinds: Vec<PathBuf> = Vec::new();
    for file in files {
        if !kinds.iter().any(|known| kind(known) == kind(&file)) {
            kinds.push(file);
        }
    }
    kinds
}

/// What a file is, whichever segment it is of.
fn kind(file: &Path) -> String {
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    if name.ends_with(".json") { name } else { file.extension().unwrap().to_string_lossy().into_owned() }
}

type Damage = fn(&mut Vec<u8>, &mut Numbers);

/// What may happen to a file, other than that it goes.
const DAMAGES: [(&str, Damage); 4] = [
    ("a byte changed", |bytes, numbers| {
        let at = numbers.below(bytes.len() as u64) as usize;
        bytes[at] ^= 1 << numbers.below(8);
    }),
    ("half of it", |bytes, _| bytes.truncate(bytes.len() / 2)),
    ("five bytes of it", |bytes, _| bytes.truncate(5)),
    ("empty", |bytes, _| bytes.clear()),
];

/// Whatever has become of any file, the server comes up and answers as before: a byte changed may be one that does not
/// matter, so that it is made anew is not asked for.
#[test]
fn a_damaged_index_never_shows() {
    let (archive, expected) = with_articles();
    let whole = archive.folder.path().join("whole");
    copy(&archive.index(), &whole);
    let mut numbers = Numbers::seeded();
    let number = kinds(&archive).len();
    assert_eq!(number, 9, "six parts of a segment, its deleted articles, and two that tell what there is");
    for kind in 0..number {
        for (what, damage) in DAMAGES.iter().chain([&("gone", (|_, _| ()) as Damage)]) {
            std::fs::remove_dir_all(archive.index()).unwrap();
            copy(&whole, &archive.index());
            let file = &kinds(&archive)[kind];
            let mut bytes = std::fs::read(file).unwrap();
            damage(&mut bytes, &mut numbers);
            std::fs::write(file, bytes).unwrap();
            if *what == "gone" {
                std::fs::remove_file(file).unwrap();
            }
            let what = format!("{}, {what}", file.display());
            let server = Server::start(&archive);
            let totals: Vec<u64> = expected.iter().map(|(q, _)| server.total(q)).collect();
            let right: Vec<u64> = expected.iter().map(|(_, fact)| fact[0].as_array().unwrap().len() as u64).collect();
            assert_eq!(totals, right, "{what}: {}", server.log());
            assert!(!server.log().contains("panicked"), "{what}: {}", server.log());
        }
    }
}
