//! The process ends at the worst moments, and nothing is lost, doubled or left behind.

use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::archive::TestArchive;
use crate::check::assert_sound;
use crate::made_up::{Numbers, article, corpus};
use crate::sending::{LINES, Upload, added};
use crate::server::{Facts, Server, assert_same, wait_until};

/// Articles of one store transaction are at most a thousand: these are two.
const TWO_BATCHES: u64 = 1200;

/// What an archive holds that nothing has happened to.
fn undisturbed(lines: &str) -> Facts {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", lines);
    archive.ingest(&[&file]);
    Server::start(&archive).facts()
}

/// The facts, once the server has come up with the store.
#[track_caller]
fn settled(server: &Server) -> Facts {
    server.until("the index catches up", Server::has_caught_up);
    server.facts()
}

#[test]
fn an_ingest_that_crashes_at_any_joint_is_completed_by_the_next() {
    let lines = corpus(TWO_BATCHES);
    let expected = undisturbed(&lines);
    for point in [
        "store::before_commit",
        "store::after_commit",
        "store::before_commit=1*off->return",
        "store::after_commit=1*off->return",
        "sync::before_swap",
        "sync::after_swap",
        "sync::before_commit",
        "sync::after_commit",
    ] {
        let archive = TestArchive::new();
        let file = archive.file("a.jsonl", &lines);
        assert!(archive.crashes("ingest", &[&file], point), "{point} did not crash");
        archive.ingest(&[&file]);
        archive.assert_swept();
        assert_sound(&archive, point);
        assert_same(&Server::start(&archive).facts(), &expected, point);
    }
}

#[test]
fn a_reindex_that_crashes_leaves_the_old_index_or_the_new_one() {
    let lines = corpus(300);
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", &lines);
    archive.ingest(&[&file]);
    let expected = Server::start(&archive).facts();
    for point in ["sync::before_commit", "sync::after_commit", "sync::before_swap", "sync::after_swap"] {
        assert!(archive.crashes("reindex", &[], point), "{point} did not crash");
        let server = Server::start(&archive);
        archive.assert_swept();
        assert_same(&server.facts(), &expected, point);
        assert_eq!(server.stop(), Some(0));
    }
    let old = archive.generation();
    assert!(archive.command("reindex").output().unwrap().status.success());
    assert_ne!(archive.generation(), old);
    archive.assert_swept();
}

#[test]
fn a_server_that_crashes_while_it_syncs_is_right_when_it_is_back() {
    let lines = corpus(300);
    let expected = undisturbed(&lines);
    for point in ["sync::before_commit", "sync::after_commit"] {
        let archive = TestArchive::new();
        let server = Server::start_with(archive.command("serve").env("FAILPOINTS", format!("{point}=return")));
        let file = archive.file("a.jsonl", &lines);
        archive.ingest(&[&file]);
        server.ended();
        let server = Server::start(&archive);
        archive.assert_swept();
        assert_same(&server.facts(), &expected, point);
    }
}

/// Several small commits, until one sets off a merge; the process ends while that has written some of its files.
#[test]
fn a_crash_during_a_merge_loses_nothing() {
    let slice = |from: u64| -> String { (from..from + 200).map(|id| article(id, 0)).collect() };
    let slices: Vec<String> = (0..12).map(|n| slice(n * 200)).collect();
    let expected = undisturbed(&slices.concat());
    // That the process ended before the merge did is for the scheduler to decide; nearly always it does.
    let archive = (0..5).map(|_| merging(&slices)).find(|archive| !archive.unnamed_files().is_empty());
    let archive = archive.expect("a merge under way: files of a segment that the index does not name");
    let all = archive.file("all.jsonl", &slices.concat());
    archive.ingest(&[&all]);
    archive.assert_swept();
    assert_same(&Server::start(&archive).facts(), &expected, "after the merge");
}

fn merging(slices: &[String]) -> TestArchive {
    let archive = TestArchive::new();
    let crashed = slices.iter().any(|slice| {
        let file = archive.file("a.jsonl", slice);
        archive.crashes("ingest", &[&file], "engine::while_merging")
    });
    assert!(crashed, "no commit set off a merge");
    archive
}

/// The points at which whatever brings articles may end.
const STORING: [&str; 2] = ["store::before_commit", "store::after_commit"];
const INDEXING: [&str; 2] = ["sync::before_commit", "sync::after_commit"];

/// A server that ends at a point, by what happens to it; and one after it.
fn over(archive: &TestArchive, point: &str, options: &[&str], happens: impl FnOnce(&Server)) -> Server {
    let mut command = archive.command("serve");
    let server = Server::start_with(command.args(options).env("FAILPOINTS", format!("{point}=return")));
    happens(&server);
    server.ended();
    Server::start_with(archive.command("serve").args(options))
}

#[test]
fn articles_that_are_sent_are_in_once_wherever_the_server_crashes() {
    let lines = corpus(300);
    let expected = undisturbed(&lines);
    for point in STORING.into_iter().chain(INDEXING) {
        let archive = TestArchive::new();
        let mut acknowledged = 0;
        let server = over(&archive, point, &[], |server| {
            let mut upload = Upload::begin(server);
            upload.send(&lines);
            upload.send("");
            acknowledged = upload.results(usize::MAX).len() as u64;
        });
        server.until(point, Server::has_caught_up);
        let there: u64 = archive.runs().iter().map(|run| run["new"].parse::<u64>().unwrap()).sum();
        assert!(there * 11 / 10 >= acknowledged && server.total("*") == there, "{point}: {acknowledged} of {there}");
        added(&server, "commit=wait", &[LINES], &lines);
        assert_same(&server.facts(), &expected, point);
        assert_sound(&archive, point);
    }
}

#[test]
fn a_watched_file_is_in_once_wherever_the_server_crashes() {
    let lines = corpus(300);
    let expected = undisturbed(&lines);
    for point in STORING.into_iter().chain(INDEXING).chain(["watch::before_note"]) {
        let archive = TestArchive::new();
        let folder = archive.folder.path().join("in");
        std::fs::create_dir(&folder).unwrap();
        let watched = folder.display().to_string();
        let server = over(&archive, point, &["--watch", &watched], |server| {
            server.until_it_says("watching a folder");
            std::fs::write(folder.join("a.jsonl"), &lines).unwrap();
        });
        server.until(point, |server| server.total("*") == 300);
        server.until("the file is noted", |_| archive.last_run("state") == "finished");
        assert_same(&settled(&server), &expected, point);
        assert_sound(&archive, point);
    }
}

/// Answers every request with this feed, but for what says who may ask.
fn feed_server() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let item = |n: u32| {
        format!(
            "<item><title>Tin {n}</title><guid>wire-{n}</guid><description>Tin rose for the {n}th day.</description></item>"
        )
    };
    let items: String = (0..30).map(item).collect();
    let feed = format!("<rss version=\"2.0\"><channel><title>Wire</title>{items}</channel></rss>");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut asked = [0; 4096];
            let length = std::io::Read::read(&mut stream, &mut asked).unwrap_or_default();
            let is_feed = String::from_utf8_lossy(&asked[..length]).starts_with("GET /feed ");
            let (status, body) = if is_feed { ("200 OK", feed.as_str()) } else { ("404 Not Found", "") };
            let head = "Content-Type: application/rss+xml\r\nConnection: close\r\n";
            let answer = format!("HTTP/1.1 {status}\r\n{head}Content-Length: {}\r\n\r\n{body}", body.len());
            let _ = std::io::Write::write_all(&mut stream, answer.as_bytes());
        }
    });
    address
}

#[test]
fn what_a_feed_brings_is_in_once_wherever_the_server_crashes() {
    for point in STORING.into_iter().chain(INDEXING).chain(["fetch::before_keep"]) {
        let archive = TestArchive::new();
        let address = feed_server();
        let feeding = |more: &str| {
            let mut command = archive.command("serve");
            command.env("BROADSHEET__FEEDS__FEED", format!("[{{url = \"http://{address}/feed\"}}]"));
            command.env("BROADSHEET__FEEDS__ALLOW_PRIVATE", "true").env("FAILPOINTS", more);
            Server::start_with(&mut command)
        };
        feeding(&format!("{point}=return")).ended();
        let server = feeding("");
        server.until(point, |server| server.total("tin") == 30);
        server.until(point, Server::has_caught_up);
        assert_sound(&archive, point);
    }
}

#[test]
fn what_was_acknowledged_survives_kill_9_at_any_moment() {
    let lines = corpus(3000);
    let (expected, whole) = {
        let archive = TestArchive::new();
        let file = archive.file("a.jsonl", &lines);
        let began = Instant::now();
        archive.begin_ingest(&file).wait().unwrap();
        let whole = began.elapsed();
        (Server::start(&archive).facts(), whole)
    };
    let mut numbers = Numbers::seeded();
    for tenth in 0..10 {
        // Spread over the whole of an ingest that nothing happens to.
        let moment = whole * (tenth * 100 + numbers.below(100) as u32) / 1000;
        killed_ingest(&lines, moment, tenth % 2 == 1, &expected);
    }
}

fn killed_ingest(lines: &str, moment: Duration, beside_a_server: bool, expected: &Facts) {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", lines);
    let running = beside_a_server.then(|| Server::start(&archive));
    kill_at(archive.begin_ingest(&file), moment);
    let acknowledged = new_articles(&archive);
    let server = running.unwrap_or_else(|| Server::start(&archive));
    let what = format!("after {moment:?}: the {acknowledged} articles that the ledger counts");
    server.until(&what, |server| server.total("*") == acknowledged);
    archive.ingest(&[&file]);
    assert_same(&settled(&server), expected, &format!("after {moment:?}"));
    assert_eq!(server.stop(), Some(0));
    archive.ingest(&[&file]);
    archive.assert_swept();
    assert_sound(&archive, &format!("after {moment:?}"));
}

fn kill_at(mut process: Child, moment: Duration) {
    // The moment is what is being tested; nothing is waited for.
    std::thread::sleep(moment);
    process.kill().unwrap();
    process.wait().unwrap();
}

/// As the ledger counts them; none where no run had begun.
fn new_articles(archive: &TestArchive) -> u64 {
    archive.last_run("new").parse().unwrap_or_default()
}

#[test]
fn a_server_killed_while_it_syncs_is_right_when_it_is_back() {
    let lines = corpus(3000);
    let expected = undisturbed(&lines);
    let mut numbers = Numbers::seeded();
    for _ in 0..3 {
        let archive = TestArchive::new();
        let file = archive.file("a.jsonl", &lines);
        let server = Server::start(&archive);
        let mut ingest = archive.begin_ingest(&file);
        wait_until("articles in the store", || new_articles(&archive) > 0);
        std::thread::sleep(Duration::from_millis(numbers.below(1000)));
        server.kill();
        assert!(ingest.wait().unwrap().success());
        let server = Server::start(&archive);
        assert_same(&server.facts(), &expected, "back again");
        archive.assert_swept();
    }
}

/// A good run of the first articles, and a bad one of changes to some of them and of others.
fn good_and_bad(archive: &TestArchive) -> Facts {
    let good: String = (0..300).map(|id| article(id, 0)).collect();
    let bad: String = (200..TWO_BATCHES + 400).map(|id| article(id, 1)).collect();
    archive.ingest(&[&archive.file("good.jsonl", &good)]);
    archive.ingest(&[&archive.file("bad.jsonl", &bad)]);
    undisturbed(&good)
}

#[test]
fn undoing_that_crashes_at_any_joint_is_completed_by_the_next_start() {
    for point in [
        "undo::before_commit",
        "undo::before_commit=1*off->return",
        "undo::after_batch",
        "undo::after_batch=1*off->return",
        "sync::before_commit",
        "sync::after_commit",
    ] {
        let archive = TestArchive::new();
        let expected = good_and_bad(&archive);
        assert!(archive.crashes("runs", &["2", "--undo"], point), "{point} did not crash");
        let server = Server::start(&archive);
        server.until("the run is undone", |_| archive.last_run("state") == "undone");
        assert_same(&settled(&server), &expected, point);
        let run = server.json("/api/v1/runs/2");
        assert_eq!(run["undone"]["versions"], TWO_BATCHES + 200, "{point}: each is counted once");
        assert_eq!(run["undone"]["articles"], TWO_BATCHES + 100, "{point}");
        assert_eq!(server.stop(), Some(0));
        archive.assert_swept();
    }
}

#[test]
fn what_was_undone_comes_back_when_it_is_read_again() {
    let archive = TestArchive::new();
    let before = good_and_bad(&archive);
    let whole = Server::start(&archive).facts();
    assert!(archive.command("runs").args(["2", "--undo"]).output().unwrap().status.success());
    assert_same(&Server::start(&archive).facts(), &before, "undone");
    archive.ingest(&[&archive.folder.path().join("bad.jsonl").display().to_string()]);
    let again = Server::start(&archive).facts();
    // All but the numbers of the versions, which are not given again.
    assert_same(&without_versions(again), &without_versions(whole), "read again");
}

fn without_versions(mut facts: Facts) -> Facts {
    for hit in facts.iter_mut().flat_map(|(_, fact)| fact[0].as_array_mut().unwrap()) {
        let mut line: Value = serde_json::from_str(hit.as_str().unwrap()).unwrap();
        line.as_object_mut().unwrap().remove("version");
        *hit = line.to_string().into();
    }
    facts
}

/// The store, for what was purged.
fn is_to_be_written_anew(archive: &TestArchive) -> bool {
    let conn = rusqlite::Connection::open(archive.data().join("store.sqlite")).unwrap();
    conn.query_row("SELECT max(anew) FROM purges", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_purge_that_crashes_is_completed_by_the_next_start() {
    for point in ["purge::after_commit", "sync::before_commit", "sync::after_commit", "sync::after_erasing"] {
        let archive = TestArchive::new();
        let word = "qwyjiboblk";
        let lines: String = (0..40).map(|id| article(id, 0)).collect();
        let odd = format!("{{\"id\":\"odd\",\"title\":\"Tin\",\"tags\":[\"{word}\"],\"text\":\"{word} rose.\"}}\n");
        archive.ingest(&[&archive.file("a.jsonl", &(lines + &odd))]);
        let id = {
            let server = Server::start(&archive);
            server.search(&[("q", word)])["hits"][0]["id"].as_str().unwrap().to_owned()
        };
        assert!(!archive.files_with(word).is_empty());
        assert!(archive.crashes("purge", &[&id], point), "{point} did not crash");
        assert_eq!(
            is_to_be_written_anew(&archive),
            point == "purge::after_commit",
            "{point}: nobody has looked for copies"
        );
        let server = Server::start(&archive);
        server.until("no file holds it", |_| archive.files_with(word).is_empty());
        assert_eq!((server.total(word), server.total("*")), (0, 40), "{point}");
        assert_eq!(server.get(&format!("/api/v1/articles/{id}")).0, 410);
        assert_eq!(server.stop(), Some(0));
        archive.assert_swept();
    }
}
