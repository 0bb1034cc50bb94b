//! Runs undone, articles removed for good, and what is too old: over HTTP and by command.

use std::collections::HashMap;
use std::io::Read as _;

use serde_json::{Value, json};

use crate::archive::{TestArchive, text};
use crate::made_up::{article, corpus};
use crate::sending::{ARTICLES, LINES, Upload, added, outcomes};
use crate::server::{Server, make_key, program_text, wait_until};
use crate::wire::{self, Answer, ask, get};

fn delete(server: &Server, path: &str) -> Answer {
    ask(server, "DELETE", path, &[], b"")
}

#[track_caller]
fn done(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

fn code(answer: &Answer) -> (u16, String) {
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    (answer.status, problem["code"].as_str().unwrap_or_default().to_owned())
}

/// Lines of articles `1`, `2` …, each of one of these words.
fn lines(words: &[&str]) -> String {
    let line = |(n, word): (usize, &&str)| {
        json!({"id": (n + 1).to_string(), "title": format!("Tin {word}"), "text": format!("About {word}.")}).to_string()
    };
    words.iter().enumerate().map(line).map(|line| line + "\n").collect()
}

fn send(server: &Server, words: &[&str]) -> Value {
    added(server, "commit=wait&namespace=wire", &[LINES], lines(words))
}

#[test]
fn a_run_is_undone_over_http_and_searches_are_as_before_it() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    send(&server, &["ore", "zinc"]);
    let bad = send(&server, &["slag", "zinc", "gold"]);
    assert_eq!(outcomes(&bad), [(1, "version"), (2, "unchanged"), (3, "new")]);
    assert_eq!((server.total("slag"), server.total("gold"), server.total("ore")), (1, 1, 0));
    let before = server.search(&[("q", "tin"), ("sort", "oldest")]);
    let path = format!("/api/v1/runs/{}", bad["run"]);
    let undone = done(&delete(&server, &format!("{path}?commit=wait")));
    assert_eq!((&undone["status"], &undone["already"]), (&json!("undone"), &json!(false)), "{undone}");
    assert_eq!((&undone["articles"], &undone["versions"], &undone["committed"]), (&json!(1), &json!(2), &json!(true)));
    assert_eq!((server.total("slag"), server.total("gold"), server.total("ore"), server.total("*")), (0, 0, 1, 2));
    let gold = bad["results"][2]["id"].as_str().unwrap();
    assert_eq!(get(&server, &format!("{ARTICLES}/{gold}")).problem(404, "never here"), "no_article");
    let run = server.json(&path);
    assert_eq!((&run["state"], &run["undone"]["versions"]), (&json!("finished"), &json!(2)));
    assert_eq!(archive.last_run("state"), "undone");
    let again = done(&delete(&server, &path));
    assert_eq!(
        (&again["already"], &again["versions"], &again["finished"]),
        (&json!(true), &json!(2), &undone["finished"])
    );
    // An earlier state counts as it did, and shows no word of what is gone.
    let snapshot = before["snapshot"].as_str().unwrap();
    let then = server.search(&[("q", "tin"), ("sort", "oldest"), ("snapshot", snapshot)]);
    assert_eq!(then["total"], 3);
    let gone: Vec<&Value> = then["hits"].as_array().unwrap().iter().filter(|hit| hit["status"] == "deleted").collect();
    assert!(gone.contains(&&json!({"id": gold, "status": "deleted"})), "{gone:?}");
    let exported = server.json(&format!("/api/v1/export?q=tin&snapshot={snapshot}&format=jsonl&limit=1"));
    assert!(exported["id"].is_string());
    // Read again, all of it is back.
    assert_eq!(outcomes(&send(&server, &["slag", "zinc", "gold"])), [(1, "version"), (2, "unchanged"), (3, "new")]);
    assert_eq!((server.total("slag"), server.total("gold")), (1, 1));
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

#[test]
fn only_an_administrator_undoes_a_run_and_none_that_is_being_written() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    let mut upload = Upload::begin(&server);
    upload.send(&lines(&["ore"]));
    upload.results(1);
    let path = "/api/v1/runs/1";
    assert_eq!(delete(&server, path).problem(409, "under way"), "run_goes_on");
    upload.stream.shutdown(std::net::Shutdown::Both).unwrap();
    wait_until("the run is over", || archive.last_run("state") != "running");
    let key = make_key(&archive.data(), &["--scope", "write"]);
    let by_key = |key: &str| ask(&server, "DELETE", path, &[&format!("Authorization: {key}")], b"");
    assert_eq!(code(&by_key(&format!("Bearer {key}"))), (403, "wrong_scope".to_owned()));
    assert_eq!(code(&by_key("Bearer bs_x")), (401, "bad_key".to_owned()));
    assert_eq!(ask(&server, "DELETE", path, &["Sec-Fetch-Site: cross-site"], b"").problem(403, "a page"), "cross_site");
    assert_eq!(delete(&server, "/api/v1/runs/99").problem(404, "none"), "no_run");
    assert_eq!(delete(&server, "/api/v1/runs/x").problem(404, "none"), "no_run");
    assert_eq!(delete(&server, "/api/v1/runs/1?purge=1").problem(400, "other"), "unknown_parameter");
    assert_eq!(server.total("*"), 1);
    assert_eq!(done(&delete(&server, path))["articles"], 1);
}

#[test]
fn runs_are_undone_while_others_come_in_and_searches_go_on() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    let bad = archive.file("bad.jsonl", &corpus(3000));
    archive.ingest(&[&bad]);
    server.until("the first run", |server| server.total("*") == 3000);
    // Half of it comes again meanwhile, and other articles.
    let good: String = (1500..4500).map(|id| article(id, 0)).collect();
    let good = archive.file("good.jsonl", &good);
    let mut ingest = archive.begin_ingest(&good);
    let undoing = std::thread::scope(|scope| {
        let undoing = scope.spawn(|| delete(&server, "/api/v1/runs/1"));
        while !undoing.is_finished() {
            assert!(server.search(&[("q", "*"), ("limit", "50"), ("sort", "newest")])["total"].is_u64());
        }
        undoing.join().unwrap()
    });
    assert!([200, 202].contains(&undoing.status), "{}", undoing.body);
    assert!(ingest.wait().unwrap().success());
    wait_until("the run is undone", || archive.runs().last().is_some_and(|run| run["state"] == "undone"));
    server.until("what came with the other run", |server| server.total("*") == 3000);
    assert!(!server.log().contains("ERROR"), "{}", server.log());
    drop(server);
    archive.ingest(&[&good]);
    assert_eq!(archive.last_run("unchanged"), "3000");
}

#[test]
fn a_run_is_undone_by_command_with_and_without_a_server() {
    let archive = TestArchive::new();
    for (name, words) in [("a.jsonl", &["ore", "zinc"][..]), ("b.jsonl", &["ore", "zinc", "gold"])] {
        archive.ingest(&["--namespace", "wire", &archive.file(name, &lines(words))]);
    }
    let undo = |run: &str| archive.command("runs").args([run, "--undo"]).output().unwrap();
    let told = text(&undo("2"));
    assert!(told.contains("run 2 is undone: 1 article and 1 version taken back"), "{told}");
    assert!(told.contains("the index is without it"), "{told}");
    let gone = |run: &HashMap<String, String>| ["articles gone", "versions gone"].map(|column| run[column].clone());
    assert_eq!(archive.runs().iter().map(gone).collect::<Vec<_>>(), [["1", "1"], ["-", "-"]]);
    let one = text(&archive.command("runs").arg("1").output().unwrap());
    assert!(!one.contains("gone"), "only where something is: {one}");
    let server = Server::start(&archive);
    assert_eq!(server.total("*"), 2);
    let told = text(&undo("1"));
    assert!(told.contains("the running server brings the index up to date"), "{told}");
    server.until("nothing is left", |server| server.total("*") == 0);
    assert!(text(&undo("1")).contains("was undone before"));
    let none = undo("9");
    assert_eq!((none.status.code(), text(&none).contains("there is no run 9")), (Some(1), true));
    for name in ["a.jsonl", "b.jsonl"] {
        archive.ingest(&["--namespace", "wire", &archive.folder.path().join(name).display().to_string()]);
    }
    let told = text(&undo("3"));
    assert!(told.contains("0 articles and 0 versions taken back; what other runs brought, too, stays"), "{told}");
}

/// A word that nobody has written, and an article with it wherever one can be.
const WORD: &str = "qwyjiboblk";

fn odd() -> String {
    let article = json!({
        "id": format!("id-{WORD}"), "title": format!("Tin {WORD}"), "text": format!("The {WORD} rose."), "lead": format!("{WORD} first"),
        "tags": [format!("tag {WORD}")], "authors": [format!("Ann {WORD}")], "url": format!("https://a.example/{WORD}/1"),
        "section": WORD, "source": format!("The {WORD} Post"),
    });
    format!("{article}\n")
}

#[test]
fn of_a_purged_article_nothing_is_left_in_any_file() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    let first = added(&server, "commit=wait&namespace=wire", &[LINES], lines(&["ore", "zinc"]) + &odd());
    let id = first["results"][2]["id"].as_str().unwrap().to_owned();
    let other = odd().replace("rose", "rose again") + &format!("{{\"id\": \"id-{WORD}\", \"title\": \n");
    assert_eq!(
        outcomes(&added(&server, "commit=wait&namespace=wire", &[LINES], other)),
        [(1, "version"), (2, "rejected")]
    );
    let page = server.search(&[("q", "*"), ("limit", "1")]);
    let cited: Value = serde_json::from_str(
        &ask(&server, "POST", "/api/v1/citations", &["Content-Type: application/x-www-form-urlencoded"], b"q=tin").body,
    )
    .unwrap();
    assert_eq!(cited["total"], 3);
    assert!(archive.files_with(WORD).len() > 2, "{:?}", archive.files_with(WORD));
    let path = format!("{ARTICLES}/{id}?purge=1&commit=wait");
    let key = make_key(&archive.data(), &["--scope", "write"]);
    let by_writer = ask(&server, "DELETE", &path, &[&format!("Authorization: Bearer {key}")], b"");
    assert_eq!(code(&by_writer), (403, "wrong_scope".to_owned()));
    let purged = done(&delete(&server, &path));
    let expected = json!({"id": id, "status": "purged", "committed": true, "already": false, "versions": 2, "rejects": 1, "erased": true});
    assert_eq!(purged, expected);
    assert_eq!(archive.files_with(WORD), [""; 0].map(std::path::PathBuf::from));
    assert_eq!((server.total(WORD), server.total("tin"), server.total("*")), (0, 2, 2));
    assert_eq!(get(&server, &format!("{ARTICLES}/{id}")).problem(410, "gone"), "article_gone");
    // The states that held it are gone with their files.
    for (name, value) in [("snapshot", &page["snapshot"]), ("cursor", &page["next_cursor"])] {
        let asked = format!("/api/v1/search?q=*&limit=1&{name}={}", value.as_str().unwrap());
        assert_eq!(get(&server, &asked).problem(410, name), "snapshot_gone");
    }
    let citation = server.json(&format!("/api/v1/citations/{}", cited["id"].as_str().unwrap()));
    assert_eq!((&citation["total"], &citation["purged"]), (&json!(3), &json!(1)));
    assert_eq!(citation["articles"].as_array().unwrap().len(), 2);
    assert!(
        server.get(&format!("/citations/{}", cited["id"].as_str().unwrap())).1.contains("1 article removed for good")
    );
    // It does not come again, and nothing of it is kept of the attempt.
    let again = added(&server, "commit=wait&namespace=wire", &[LINES], lines(&["ore"]) + &odd());
    assert_eq!(outcomes(&again), [(1, "unchanged"), (2, "rejected")]);
    assert_eq!((&again["results"][1]["code"], &again["rejected"]), (&json!("purged"), &json!(1)));
    assert_eq!(archive.files_with(WORD), [""; 0].map(std::path::PathBuf::from));
    assert_eq!(done(&delete(&server, &path))["already"], true);
    assert_eq!(delete(&server, &format!("{ARTICLES}/nobody?purge=1")).problem(404, "unknown"), "no_article");
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

#[test]
fn articles_are_purged_by_command_with_and_without_a_server() {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", &(lines(&["orexlpqv"]) + &odd()));
    archive.ingest(&[&file]);
    let id_of = |q: &str| {
        let server = Server::start(&archive);
        server.search(&[("q", q)])["hits"][0]["id"].as_str().unwrap().to_owned()
    };
    let (odd_one, ore) = (id_of(WORD), id_of("orexlpqv"));
    let told = text(&archive.command("purge").arg(&odd_one).output().unwrap());
    assert!(told.contains(&format!("{odd_one}: purged, with 1 version and 0 rejects")), "{told}");
    assert!(told.contains("nothing of it is left in the index or the store"), "{told}");
    assert_eq!(archive.files_with(WORD), [""; 0].map(std::path::PathBuf::from));
    let again = archive.command("ingest").arg(&file).output().unwrap();
    assert_eq!(again.status.code(), Some(3), "{}", text(&again));
    assert!(text(&again).contains("a.jsonl line 2: purged:"), "{}", text(&again));
    let server = Server::start(&archive);
    assert_eq!(server.total("*"), 1);
    let snapshot = server.search(&[("q", "*")])["snapshot"].as_str().unwrap().to_owned();
    let output = archive.command("purge").args([ore.as_str(), "nobody"]).output().unwrap();
    let told = text(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("the running server writes its index without it"), "{told}");
    assert!(told.contains("nothing of it is left") && told.contains("there is no article nobody"), "{told}");
    assert_eq!(server.total("*"), 0);
    let then = get(&server, &format!("/api/v1/search?q=*&snapshot={snapshot}"));
    assert_eq!(then.problem(410, "an earlier state"), "snapshot_gone");
    assert_eq!(archive.files_with("orexlpqv"), [""; 0].map(std::path::PathBuf::from));
}

#[test]
fn a_purged_article_is_not_erased_while_an_export_reads_what_was_before() {
    let archive = TestArchive::new();
    let long = |n: u32| json!({"id": n.to_string(), "title": format!("tin{n} rises ").repeat(900)}).to_string() + "\n";
    archive.ingest(&[&archive.file("a.jsonl", &(0..600).map(long).chain([odd()]).collect::<String>())]);
    let server = Server::start(&archive);
    let id = server.search(&[("q", WORD)])["hits"][0]["id"].as_str().unwrap().to_owned();
    // More than a connection holds: it goes on until somebody takes it.
    let mut export = wire::send(&server, b"GET /api/v1/export?q=rises HTTP/1.1\r\nHost: test\r\n\r\n");
    export.read_exact(&mut [0; 64]).unwrap();
    let path = format!("{ARTICLES}/{id}?purge=1");
    assert_eq!(done(&delete(&server, &path))["status"], "purged");
    server.until_it_says("an export or another process reads what was before");
    assert_eq!((server.total(WORD), server.total("rises")), (0, 600));
    assert_eq!(done(&delete(&server, &path))["erased"], false);
    drop(export);
    server.until("it is erased", |server| done(&delete(server, &path))["erased"] == true);
    assert_eq!(archive.files_with(WORD), [""; 0].map(std::path::PathBuf::from));
}

#[test]
fn a_purge_without_room_for_writing_the_store_anew_says_so_and_is_completed_later() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &odd())]);
    let id = Server::start(&archive).search(&[("q", WORD)])["hits"][0]["id"].as_str().unwrap().to_owned();
    assert!(archive.command("runs").args(["1", "--undo"]).output().unwrap().status.success());
    let purge = |point: &str| text(&archive.command("purge").arg(&id).env("FAILPOINTS", point).output().unwrap());
    let told = purge("purge::no_room=return");
    for words in ["purged, with 0 versions", "some of it may still be in the files", "storage_full", "0 MiB are free"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let told = purge("");
    assert!(told.contains("purged before") && told.contains("nothing of it is left"), "{told}");
}

#[test]
fn a_second_server_lets_go_of_what_was_purged_too() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &(lines(&["ore"]) + &odd()))]);
    let (first, second) = (Server::start(&archive), Server::start(&archive));
    let found = second.search(&[("q", WORD)]);
    let (id, snapshot) = (found["hits"][0]["id"].as_str().unwrap(), found["snapshot"].as_str().unwrap());
    done(&delete(&first, &format!("{ARTICLES}/{id}?purge=1&commit=wait")));
    let asked = format!("/api/v1/search?q=*&snapshot={snapshot}");
    second.until("the state is gone", |server| server.get(&asked).0 == 410);
    assert_eq!(second.total("*"), 1);
    assert_eq!(archive.files_with(WORD), [""; 0].map(std::path::PathBuf::from));
}

#[test]
fn what_is_older_than_is_kept_is_removed_at_the_start_and_refused_from_then_on() {
    let archive = TestArchive::new();
    let dated = |id: &str, date: &str| {
        json!({"id": id, "title": format!("Tin {id}"), "date": date, "text": "It rose."}).to_string() + "\n"
    };
    let all = dated("old", "1987-02-26") + &dated("new", &jiff_today()) + &dated("undated", "");
    archive.ingest(&["--namespace", "wire", &archive.file("a.jsonl", &all)]);
    let server = Server::start_with(archive.command("serve").env("BROADSHEET__RETENTION__AFTER", "10y"));
    server.until_it_says("articles older than [retention] keeps them have been removed");
    server.until("the old one is gone", |server| server.total("*") == 2);
    let again = added(&server, "commit=wait&namespace=wire", &[LINES], &all);
    assert_eq!(outcomes(&again), [(1, "rejected"), (2, "unchanged"), (3, "unchanged")]);
    assert_eq!(again["results"][0]["code"], "too_old");
    let metrics = server.get("/metrics").1;
    assert!(metrics.contains("broadsheet_rejects_total{code=\"too_old\"} 1\n"), "{metrics}");
    assert_eq!(server.stop(), Some(0));
    let output = archive
        .command("ingest")
        .env("BROADSHEET__RETENTION__AFTER", "10y")
        .arg("--namespace")
        .arg("wire")
        .arg(archive.folder.path().join("a.jsonl"))
        .output()
        .unwrap();
    assert!(text(&output).contains("too_old"), "{}", text(&output));
    let (pieces, told) = program_text(&archive.data(), &["runs", "3", "--rejects", "--copies"]);
    assert!(pieces.is_empty() && told.contains("1 of the rejects") && told.contains("too old"), "{pieces}{told}");
    // Where it is kept for longer, it comes in again.
    archive.ingest(&["--namespace", "wire", &archive.folder.path().join("a.jsonl").display().to_string()]);
    assert_eq!(Server::start(&archive).total("*"), 3);
}

/// Twenty years.
const LATER: &str = "return(175320)";

/// With a server whose clock is wrong, nothing goes.
#[track_caller]
fn held(archive: &TestArchive, clock: &str, why: &str) {
    let mut serve = archive.command("serve");
    serve.env("BROADSHEET__RETENTION__AFTER", "10y").env("FAILPOINTS", format!("upkeep::clock={clock}"));
    let server = Server::start_with(&mut serve);
    server.until_it_says("nothing is removed as too old");
    let status = server.json("/api/v1/status");
    assert!(status["retention_held"].as_str().unwrap().contains(why), "{status}");
    assert_eq!(status["warnings"][0]["code"], "retention_held");
    let page = ask(&server, "GET", "/status", &["Accept: text/html"], b"").body;
    assert!(page.contains("Nothing is removed as too old") && page.contains("broadsheet retire"), "{page}");
    assert_eq!(server.total("*"), 1200);
}

#[test]
fn a_clock_or_a_setting_that_is_wrong_empties_no_archive_and_who_means_it_says_so() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(1200))]);
    held(&archive, &format!("1*off->{LATER}"), "the clock has jumped forward");
    held(&archive, LATER, "more than 1000 of 1200 articles are older");
    let retire = |after: &str, more: &[&str]| {
        let output = archive.command("retire").env("BROADSHEET__RETENTION__AFTER", after).args(more).output().unwrap();
        (output.status.code(), text(&output))
    };
    assert_eq!(
        retire("", &[]),
        (Some(1), "broadsheet: nothing is ever too old: `after` of [retention] is empty\n".to_owned())
    );
    let (code, told) = retire("1d", &["--dry-run"]);
    assert!(code == Some(0) && told.contains("1200 articles are older than [retention] keeps them"), "{told}");
    let server = Server::start(&archive);
    assert_eq!(server.total("*"), 1200, "none was removed");
    let (code, told) = retire("1d", &[]);
    assert!(code == Some(0) && told.contains("1200 articles and 1320 versions older"), "{told}");
    assert!(told.contains("the running server brings the index up to date"), "{told}");
    server.until("all are gone", |server| server.total("*") == 0);
}

fn jiff_today() -> String {
    jiff::Timestamp::now().to_string()
}

#[test]
fn an_archive_of_which_something_was_taken_back_is_whole_and_can_be_backed_up() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    // The second run brings again what has come twice.
    for body in ["tin rises", "tin falls", "tin rises"] {
        let article = json!({"id": "1", "title": "Tin", "text": body, "modified": "2025-02-27"});
        added(&server, "namespace=wire", &[LINES], format!("{article}\n"));
    }
    let file = archive.file("a.jsonl", &lines(&["ore", "zinc", "gold"]));
    archive.ingest(&["--namespace", "wire", &file]);
    archive.ingest(&["--namespace", "wire", &file]);
    for run in 1..=3 {
        done(&delete(&server, &format!("/api/v1/runs/{run}")));
    }
    server.until("the rest", |server| server.total("*") == 3);
    let id = server.search(&[("q", "zinc")])["hits"][0]["id"].as_str().unwrap().to_owned();
    done(&delete(&server, &format!("{ARTICLES}/{id}?purge=1&commit=wait")));
    let check = archive.command("check").output().unwrap();
    assert!(check.status.success(), "{}", text(&check));
    let backup = archive.command("backup").arg(archive.folder.path().join("backup")).output().unwrap();
    assert!(backup.status.success(), "{}", text(&backup));
}

#[test]
fn what_is_taken_back_while_it_is_cited_or_purged_is_no_fault() {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", &lines(&["ore", "zinc", "gold", "lead"]));
    archive.ingest(&["--namespace", "wire", &file]);
    // The index does not come along: what searches find is gone by the time it is to be kept.
    let server = Server::start_with(archive.command("serve").env("FAILPOINTS", "sync::before_commit=pause"));
    let cite = || ask(&server, "POST", "/api/v1/citations", &["Content-Type: application/json"], br#"{"q": "tin"}"#);
    let ids: Vec<String> = server.search(&[("q", "tin")])["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| hit["id"].as_str().unwrap().to_owned())
        .collect();
    let purge = |id: &String| delete(&server, &format!("{ARTICLES}/{id}?purge=1")).status;
    let purged: Vec<u16> = std::thread::scope(|scope| {
        let purging: Vec<_> = (0..6).map(|_| scope.spawn(|| purge(&ids[0]))).collect();
        purging.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(purged, [200; 6]);
    let cited = cite();
    assert!([200, 201].contains(&cited.status), "{}", cited.body);
    let cited: Value = serde_json::from_str(&cited.body).unwrap();
    assert_eq!((&cited["total"], &cited["taken_back"]), (&json!(4), &json!(1)), "{cited}");
}
