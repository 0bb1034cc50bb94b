//! The server and an ingest are killed at random moments, again and again on one archive, while articles come in both ways
//! and searches go on. After each start nothing that was acknowledged is missing and nothing is there twice.
//!
//! Ten rounds; `BROADSHEET_ROUNDS=200` makes more.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::archive::TestArchive;
use crate::check::{Done, assert_sound};
use crate::made_up::{Numbers, any_query, article};
use crate::sending::Upload;
use crate::server::{Server, query};

/// Articles that each round sends, and as many that it ingests; a tenth of them are other versions of earlier ones.
const SENT: u64 = 400;

pub(crate) fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().map_or(usual, |number| number.parse().unwrap())
}

struct Archive {
    archive: TestArchive,
    /// Ids of articles that the server has said to have stored.
    acknowledged: BTreeSet<String>,
}

/// What a round brings, one a line: new articles, and other texts of old ones.
fn lines(round: u64, way: u64) -> String {
    let first = (round * 2 + way) * SENT;
    let fresh = (first..first + SENT).map(|id| article(id, 0));
    let again = (0..SENT / 10).map(|n| article((n * 37 + round) % (first + 1), round + 1));
    fresh.chain(again).collect()
}

/// Sends line by line, so that acknowledgements are spread over the round. It ends with the server.
fn send(mut upload: Upload, lines: &str) -> BTreeSet<String> {
    let mut acknowledged = BTreeSet::new();
    let mut note = |results: Vec<serde_json::Value>| {
        acknowledged.extend(results.iter().filter_map(|result| result["id"].as_str()).map(str::to_owned));
        results.len()
    };
    for some in lines.lines().collect::<Vec<_>>().chunks(20) {
        upload.send(&(some.join("\n") + "\n"));
        if note(upload.results(some.len())) < some.len() {
            return acknowledged;
        }
    }
    upload.send("");
    note(upload.results(usize::MAX));
    acknowledged
}

/// It is killed while it answers, and then there is nobody.
fn search(server: &Server, q: &str) {
    let Ok(mut stream) = TcpStream::connect(server.address()) else { return };
    let asked = query(&[("q", q), ("facets", "tag")]);
    let _ = write!(stream, "GET /api/v1/search?{asked} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    let _ = stream.read_to_end(&mut Vec::new());
}

impl Archive {
    /// Both ways at once, until what is killed is killed.
    fn round(&mut self, round: u64, numbers: &mut Numbers) {
        let server = Server::start(&self.archive);
        let upload = Upload::begin(&server);
        let file = self.archive.file("a.jsonl", &lines(round, 1));
        let mut ingest = self.archive.begin_ingest(&file);
        let sent = lines(round, 0);
        let (moment, what) = (Duration::from_millis(numbers.below(1500)), numbers.below(3));
        let (over, mut queries) = (AtomicBool::new(false), Numbers::of(round));
        let acknowledged = std::thread::scope(|scope| {
            let _done = Done(&over);
            let sending = scope.spawn(|| send(upload, &sent));
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    search(&server, &any_query(&mut queries));
                }
            });
            // The moment is what is being tested; nothing is waited for.
            std::thread::sleep(moment);
            match what {
                0 => kill(&mut ingest),
                1 => kill_server(&server),
                _ => {
                    kill_server(&server);
                    kill(&mut ingest);
                }
            }
            if what == 0 {
                // One that goes on takes all that is sent to it.
                let acknowledged = sending.join().unwrap();
                kill_server(&server);
                return acknowledged;
            }
            sending.join().unwrap()
        });
        ingest.wait().unwrap();
        self.acknowledged.extend(acknowledged);
    }

    /// As it is after a start. Returns how long that took.
    fn look(&self, when: &str) -> Duration {
        let began = Instant::now();
        let server = Server::start(&self.archive);
        server.until("it is ready", Server::has_caught_up);
        let took = began.elapsed();
        assert_sound(&self.archive, when);
        let hits = server.all(&[("q", "*"), ("limit", "1000"), ("fields", "id"), ("sort", "oldest")]);
        let ids: BTreeSet<String> = hits.iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids.len(), hits.len(), "{when}: an article is there twice");
        let missing: Vec<&String> = self.acknowledged.difference(&ids).collect();
        assert!(missing.is_empty(), "{when}: acknowledged and missing: {missing:?}");
        assert_eq!(server.stop(), Some(0), "{when}");
        took
    }
}

fn kill_server(server: &Server) {
    let killed = std::process::Command::new("kill").args(["-KILL", &server.id().to_string()]).status().unwrap();
    assert!(killed.success());
}

fn kill(child: &mut Child) {
    child.kill().unwrap();
}

#[test]
fn rounds_of_kill_9_lose_nothing_and_double_nothing() {
    let mut numbers = Numbers::seeded();
    let mut archive = Archive { archive: TestArchive::new(), acknowledged: BTreeSet::new() };
    let mut longest = Duration::ZERO;
    let rounds = number("BROADSHEET_ROUNDS", 10);
    for round in 0..rounds {
        archive.round(round, &mut numbers);
        longest = longest.max(archive.look(&format!("round {round}")));
    }
    assert!(!archive.acknowledged.is_empty());
    archive.archive.assert_swept();
    // Many rounds make a large archive, and have the machine to themselves.
    assert!(rounds < 100 || longest < Duration::from_secs(2), "ready after {longest:?}");
    eprintln!("{} articles were acknowledged; ready after at most {longest:?}", archive.acknowledged.len());
}
