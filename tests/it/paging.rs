//! Pages of one answer belong together, whatever is stored meanwhile.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value;

use crate::archive::TestArchive;
use crate::made_up::{article, corpus};
use crate::server::Server;

/// Articles there from the start.
const FIRST: u64 = 400;

/// Another process that keeps ingesting: every round brings new articles and new versions of those already there.
struct Ingester<'a> {
    archive: &'a TestArchive,
    rounds: &'a AtomicU64,
    enough: &'a AtomicBool,
}

impl Ingester<'_> {
    fn run(&self) {
        while !self.enough.load(Ordering::Relaxed) {
            let round = self.rounds.load(Ordering::Relaxed) + 1;
            let new = (0..30).map(|n| article(FIRST + round * 30 + n, 0));
            let changed = (0..FIRST).filter(|id| id % 7 == round % 7).map(|id| article(id, round));
            let file = self.archive.file("round.jsonl", &new.chain(changed).collect::<String>());
            self.archive.ingest(&[&file]);
            self.rounds.store(round, Ordering::Relaxed);
        }
    }
}

/// Runs `work` while another process ingests.
pub(crate) fn while_ingesting(archive: &TestArchive, work: impl FnOnce(&AtomicU64)) {
    let (rounds, enough) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let ingester = Ingester { archive, rounds: &rounds, enough: &enough };
        scope.spawn(move || ingester.run());
        // However the work ends, the other thread does too.
        let _until_done = Ended(&enough);
        work(&rounds);
    });
}

struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn with_articles() -> (TestArchive, Server) {
    let archive = TestArchive::new();
    let file = archive.file("first.jsonl", &corpus(FIRST));
    archive.ingest(&[&file]);
    let server = Server::start(&archive);
    (archive, server)
}

/// Waits until answers come from a later state than `snapshot` names.
pub(crate) fn another_state_than(server: &Server, snapshot: &Value) {
    let state = |snapshot: &Value| snapshot.as_str().unwrap().split('-').nth(1).unwrap().to_owned();
    server.until("another state", |server| {
        state(&server.search(&[("q", "*"), ("limit", "0")])["snapshot"]) != state(snapshot)
    });
}

/// Pages through a search and checks that its pages are whole; returns the ids in order.
#[track_caller]
fn page_through(server: &Server, asked: &[(&str, &str)], mut between: impl FnMut(usize, &Value)) -> Vec<String> {
    let mut page = server.search(asked);
    let (total, snapshot) = (page["total"].clone(), page["snapshot"].clone());
    let mut ids = Vec::new();
    let mut number = 0;
    loop {
        assert_eq!((&page["total"], &page["snapshot"]), (&total, &snapshot), "{asked:?} page {number}");
        ids.extend(page["hits"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        number += 1;
        between(number, &snapshot);
        page = server.search(&[asked, &[("cursor", cursor)]].concat());
    }
    let unique: HashSet<&String> = ids.iter().collect();
    assert_eq!((ids.len(), unique.len()), (ids.len(), ids.len()), "{asked:?}: an article came twice");
    assert_eq!(total, ids.len(), "{asked:?}: the sum of the pages");
    ids
}

#[test]
fn pages_add_up_while_another_process_ingests() {
    let (archive, server) = with_articles();
    while_ingesting(&archive, |_| {
        for sort in ["relevance", "newest", "oldest", "recent"] {
            let asked = [("sort", sort), ("fields", "id")];
            let everything = [&asked[..], &[("q", "*"), ("limit", "100")]].concat();
            // Between the first pages several commits go by.
            page_through(&server, &everything, |page, snapshot| {
                if page < 3 {
                    another_state_than(&server, snapshot);
                    let newest = server.search(&[("q", "*"), ("limit", "0")]);
                    another_state_than(&server, &newest["snapshot"]);
                }
            });
            let filtered =
                [&asked[..], &[("q", "mine*"), ("tag", "tin"), ("tag", "zinc"), ("section", "-Ports")]].concat();
            for limit in ["1", "7"] {
                let found = page_through(&server, &[&filtered[..], &[("limit", limit)]].concat(), |_, _| {});
                assert!(found.len() > 7, "{sort}: {} articles are not several pages", found.len());
            }
        }
    });
}

#[test]
fn a_snapshot_goes_on_showing_the_versions_it_counted() {
    let (archive, server) = with_articles();
    let asked = [("q", "*"), ("sort", "oldest"), ("fields", "id,version,headline")];
    let whole = [&asked[..], &[("limit", "1000")]].concat();
    while_ingesting(&archive, |rounds| {
        let first = server.search(&whole);
        let snapshot = first["snapshot"].as_str().unwrap();
        // Seven rounds go over all articles; one more may have been on its way.
        let enough = rounds.load(Ordering::Relaxed) + 8;
        server.until("new versions of all articles", |_| rounds.load(Ordering::Relaxed) >= enough);
        another_state_than(&server, &first["snapshot"]);
        let again = server.search(&[&whole[..], &[("snapshot", snapshot)]].concat());
        assert_eq!(again["hits"], first["hits"], "the same versions");
        let mut pieces = Vec::new();
        for offset in (0..FIRST).step_by(150) {
            let offset = offset.to_string();
            let piece = [("limit", "150"), ("offset", &offset), ("snapshot", snapshot)];
            let answer = server.search(&[&asked[..], &piece].concat());
            assert_eq!((&answer["total"], answer["snapshot"].as_str()), (&first["total"], Some(snapshot)));
            pieces.extend(answer["hits"].as_array().unwrap().iter().cloned());
        }
        assert_eq!(&pieces, first["hits"].as_array().unwrap(), "by offsets");
        // What is ingested is shown a little later.
        server.until("new articles and new versions in newer answers", |server| {
            let newest = server.search(&whole);
            newest["total"].as_u64() > first["total"].as_u64() && newest["hits"][0] != first["hits"][0]
        });
    });
}

#[test]
fn facets_and_timelines_add_up_to_the_total_of_their_snapshot() {
    let (archive, server) = with_articles();
    let sum =
        |values: &Value| values.as_array().unwrap().iter().map(|value| value["count"].as_u64().unwrap()).sum::<u64>();
    while_ingesting(&archive, |_| {
        let first = server.search(&[("q", "mine*"), ("limit", "0")]);
        let snapshot = first["snapshot"].as_str().unwrap();
        let total = first["total"].as_u64().unwrap();
        assert!(total > 100);
        for interval in ["hour", "day", "week", "month", "quarter", "year", "auto"] {
            another_state_than(&server, &server.search(&[("q", "*"), ("limit", "0")])["snapshot"]);
            let asked = [("q", "mine*"), ("limit", "0"), ("snapshot", snapshot), ("interval", interval)];
            let answer =
                server.search(&[&asked[..], &[("facets", "section,source,lang,tag"), ("facet_limit", "2")]].concat());
            assert_eq!(answer["total"], total);
            let timeline = &answer["timeline"];
            assert_eq!(sum(&timeline["buckets"]) + timeline["unplaced"].as_u64().unwrap(), total, "{interval}");
            for facet in ["section", "source", "lang"] {
                let facet = &answer["facets"][facet];
                let rest = facet["others"].as_u64().unwrap() + facet["missing"].as_u64().unwrap();
                assert_eq!(sum(&facet["values"]) + rest, total, "{facet}");
            }
        }
    });
}

#[test]
fn a_snapshot_that_is_no_longer_kept_says_so_and_what_to_do() {
    let (archive, server) = with_articles();
    let page = server.search(&[("q", "*")]);
    assert_eq!(server.stop(), Some(0));
    let file = archive.file("new.jsonl", &article(FIRST, 0));
    archive.ingest(&[&file]);
    let server = Server::start(&archive);
    for (name, value) in [("snapshot", &page["snapshot"]), ("cursor", &page["next_cursor"])] {
        let value = value.as_str().unwrap();
        let (status, body) = server.get(&format!("/api/v1/search?q=*&{name}={value}"));
        let problem: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, problem["code"].as_str()), (410, Some("snapshot_gone")), "{body}");
        assert!(problem["hint"].as_str().is_some_and(|hint| hint.contains("without")), "{body}");
    }
}
