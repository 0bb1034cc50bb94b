//! For a long time the same articles come again with other texts, some are deleted and others come in their place, while
//! searches, pages and exports go on: nothing may grow that need not.
//!
//! A sequence of about a minute; `BROADSHEET_SOAK_MINUTES=60` goes on for an hour.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::archive::TestArchive;
use crate::check::assert_sound;
use crate::made_up::{Numbers, any_query, article};
use crate::rounds::number;
use crate::sending::{ARTICLES, LINES, added};
use crate::server::{Server, query};
use crate::wire::{ask, get};

/// Articles that are there at any time; so many of them come again in a cycle, and so many are deleted and replaced.
const ARTICLES_THERE: u64 = 1000;
const AGAIN: u64 = 150;
const DELETED: u64 = 15;

/// After so many cycles, and a third of a long time, everything has the size that it needs; the short sequence has so many in
/// all.
const WARM: u64 = 15;
const CYCLES: u64 = 45;

#[derive(Debug, Default)]
struct Sizes {
    /// MiB of its own; what is mapped is not counted.
    memory: u64,
    files: u64,
    /// MiB.
    log: u64,
    segments: u64,
    /// KiB of the index for each thousand of articles.
    index: u64,
}

fn memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

fn length(path: &Path) -> u64 {
    path.metadata().map_or(0, |found| found.len())
}

impl Sizes {
    fn of(archive: &TestArchive, server: &Server) -> Sizes {
        let files: Vec<_> = std::fs::read_dir(archive.generation()).unwrap().flatten().map(|e| e.path()).collect();
        let bytes: u64 = files.iter().map(|file| length(file)).sum();
        Sizes {
            memory: memory(server),
            files: std::fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap().count() as u64,
            log: length(&archive.data().join("store.sqlite-wal")) >> 20,
            segments: files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "idx")).count() as u64,
            index: bytes / ARTICLES_THERE,
        }
    }

    fn largest(self, other: Sizes) -> Sizes {
        Sizes {
            memory: self.memory.max(other.memory),
            files: self.files.max(other.files),
            log: self.log.max(other.log),
            segments: self.segments.max(other.segments),
            index: self.index.max(other.index),
        }
    }
}

struct Soak {
    archive: TestArchive,
    server: Server,
    /// Numbers of the articles that are there.
    there: Vec<u64>,
    next: u64,
    numbers: Numbers,
}

impl Soak {
    fn cycle(&mut self, cycle: u64) {
        for n in 0..DELETED {
            let at = ((cycle * DELETED + n) % ARTICLES_THERE) as usize;
            let external = format!("id:m{}", self.there[at]);
            let found = self.server.search(&[("q", &external), ("fields", "id")]);
            let id = found["hits"][0]["id"].as_str().unwrap().to_owned();
            assert_eq!(ask(&self.server, "DELETE", &format!("{ARTICLES}/{id}"), &[], b"").status, 200);
            self.there[at] = self.next;
            self.next += 1;
        }
        let again = (0..AGAIN).map(|n| self.there[((cycle * AGAIN + n) % ARTICLES_THERE) as usize]);
        let again: String = again.map(|id| article(id, cycle)).collect();
        let fresh: String =
            self.there.iter().filter(|id| **id + DELETED >= self.next).map(|id| article(*id, 0)).collect();
        added(&self.server, "commit=wait", &[LINES], again + &fresh);
        for _ in 0..20 {
            let asked =
                query(&[("q", &any_query(&mut self.numbers)), ("facets", "tag,section"), ("interval", "month")]);
            assert_eq!(get(&self.server, &format!("/api/v1/search?{asked}")).status, 200);
            assert_eq!(get(&self.server, &format!("/search?{asked}")).status, 200);
        }
        assert_eq!(get(&self.server, "/api/v1/export?q=*&format=jsonl").status, 200);
        assert_eq!(self.server.total("*"), ARTICLES_THERE);
    }
}

#[test]
fn nothing_grows_that_need_not() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &(0..ARTICLES_THERE).map(|id| article(id, 0)).collect::<String>())]);
    let server = Server::start(&archive);
    server.key();
    let numbers = Numbers::seeded();
    let mut soak = Soak { archive, server, there: (0..ARTICLES_THERE).collect(), next: ARTICLES_THERE, numbers };
    let (began, long) = (Instant::now(), Duration::from_secs(60 * number("BROADSHEET_SOAK_MINUTES", 0)));
    let mut warm = Sizes::default();
    let mut later = Sizes::default();
    let mut cycle = 0;
    while cycle < CYCLES || began.elapsed() < long {
        soak.cycle(cycle);
        let sizes = Sizes::of(&soak.archive, &soak.server);
        if cycle % 10 == 0 {
            eprintln!("after {cycle} cycles: {sizes:?}");
        }
        match cycle < WARM || began.elapsed() < long / 3 {
            true => warm = warm.largest(sizes),
            false => later = later.largest(sizes),
        }
        cycle += 1;
    }
    eprintln!("{cycle} cycles; warm {warm:?}, later {later:?}");
    // What freed memory the allocator keeps is all there after some minutes only.
    let more = if long.is_zero() { warm.memory / 2 + 64 } else { warm.memory / 4 };
    assert!(later.memory <= warm.memory + more, "memory: {warm:?}, {later:?}");
    assert!(later.files <= warm.files + 20, "open files: {warm:?}, {later:?}");
    assert!(later.log <= 64, "the log: {later:?}");
    assert!(later.segments <= 24, "segments: {later:?}");
    assert!(later.index <= warm.index * 2, "dead articles: {warm:?}, {later:?}");
    assert_sound(&soak.archive, "after the soak");
    assert!(!soak.server.log().contains("ERROR"), "{}", soak.server.log());
}
