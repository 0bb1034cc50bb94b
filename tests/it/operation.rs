//! Running it: several processes on one archive, stopping, and folders that cannot be used.

use std::io::{BufRead, BufReader};
use std::process::{Child, Output, Stdio};

use crate::archive::{TestArchive, program, text};
use crate::made_up::corpus;
use crate::server::{Server, wait_until};

#[track_caller]
fn refuses(output: &Output, why: &str) {
    let said = text(output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("broadsheet: ") && said.contains(why), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "one line tells it: {said}");
}

#[test]
fn a_second_demo_adds_nothing() {
    let archive = TestArchive::new();
    let first = Server::start_with(archive.command("serve").arg("--demo"));
    let total = first.total("*");
    assert!(total > 0);
    what_the_readme_asks_finds_something(&first);
    assert_eq!(first.stop(), Some(0));
    let run = archive.last_run("run");
    let second = Server::start_with(archive.command("serve").arg("--demo"));
    assert_eq!(second.total("*"), total);
    assert_ne!(archive.last_run("run"), run);
    assert_eq!((archive.last_run("new"), archive.last_run("versions")), ("0".into(), "0".into()));
}

fn what_the_readme_asks_finds_something(demo: &Server) {
    let asking = include_str!("../../README.md").split("## Asking").nth(1).unwrap();
    let examples = asking.split("All of these find").next().unwrap();
    let operators = ["PRE/5", "W/S", "W/P", "NOT W/5"];
    let asked: Vec<&str> = examples.split('`').skip(1).step_by(2).filter(|code| !operators.contains(code)).collect();
    assert!(asked.len() > 9, "{asked:?}");
    for query in asked {
        assert!(demo.total(query) > 0, "{query}");
    }
}

#[test]
fn two_servers_on_one_archive_show_the_same_and_one_takes_over_from_the_other() {
    let archive = TestArchive::new();
    let (first, second) = (Server::start(&archive), Server::start(&archive));
    let mut ingested = 0;
    let mut ingest = |number: u64| {
        let file = archive.file("a.jsonl", &corpus(number));
        archive.ingest(&[&file]);
        ingested = number;
        ingested
    };
    let total = ingest(50);
    for server in [&first, &second] {
        server.until("the articles", |server| server.total("*") == total);
    }
    assert!(archive.command("reindex").output().unwrap().status.success());
    let total = ingest(80);
    for server in [&first, &second] {
        server.until("the articles in the new index", |server| server.total("*") == total);
        server.until_it_says("a new index is in use");
    }
    first.kill();
    let total = ingest(100);
    second.until("the articles, by the other server", |server| server.total("*") == total);
    assert!(!second.log().contains("ERROR"), "{}", second.log());
    archive.assert_swept();
}

#[test]
fn a_port_in_use_is_said_before_anything_is_read() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    let other = TestArchive::new();
    let output = other.command("serve").args(["--demo", "--listen", server.address()]).output().unwrap();
    refuses(&output, "cannot be listened on");
    assert!(!other.data().exists());
}

/// What is typed wrongly is told as what it is, with a way out, and before anything is made.
#[test]
fn what_is_typed_wrongly_is_told_in_words() {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", &corpus(1));
    let config = archive.file("broadsheet.toml", "[archive]\ndir = \"\"\n");
    let here = archive.folder.path().join("here");
    std::fs::create_dir(&here).unwrap();
    let no_address = "`127.0.0.1` is no address to listen on; write it as 127.0.0.1:8080 or [::1]:8080";
    for (arguments, code, words) in [
        (&["config", "--check", "--config", &config][..], 1, "`archive.dir`: a folder is to be named here"),
        (&["serve", "--listen", "127.0.0.1:0", "--config", &config], 1, "`archive.dir`: a folder is to be named here"),
        (&["ingest", &file, "--config", &config], 1, "`archive.dir`: a folder is to be named here"),
        (&["ingest", &file, "--data-dir", ""], 2, "--data-dir"),
        (&["serve", "--listen", "127.0.0.1"], 2, no_address),
        (&["serve", "--listen", "127.0.0.1:0", "--watch", &file], 1, "is to be watched and is no folder"),
        (&["runs", "abc"], 2, "a run has a number; `broadsheet runs` lists them"),
        (&["runs", "18446744073709551615"], 2, "a run has a number; `broadsheet runs` lists them"),
    ] {
        let output = program().args(arguments).current_dir(&here).output().unwrap();
        let said = text(&output);
        assert!(output.status.code() == Some(code) && said.contains(words), "{arguments:?}: {said}");
        assert_eq!(std::fs::read_dir(&here).unwrap().count(), 0, "{arguments:?} leaves nothing behind");
    }
}

#[test]
fn articles_that_are_not_here_are_counted_as_they_are() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(1))]);
    refuses(&archive.command("purge").arg("nosuch").output().unwrap(), "there is no article nosuch");
    let two = archive.command("purge").args(["nosuch", "another"]).output().unwrap();
    refuses(&two, "2 of the articles are not here; the first is nosuch");
}

#[test]
fn a_variable_that_is_set_makes_no_flag_look_needed() {
    let usage = |arguments: &[&str]| {
        let said = text(&program().args(arguments).env("BROADSHEET_DATA_DIR", "/srv/data").output().unwrap());
        said.lines().find(|line| line.starts_with("Usage: ")).map(str::to_owned).unwrap_or(said)
    };
    assert_eq!(usage(&["serve", "--bogus"]), "Usage: broadsheet serve [OPTIONS]");
    assert_eq!(usage(&["ingest"]), "Usage: broadsheet ingest [OPTIONS] <PATH>...");
    assert_eq!(usage(&["key", "list", "--bogus"]), "Usage: broadsheet key list [OPTIONS]");
}

#[test]
fn a_folder_that_cannot_be_used_is_said_in_a_line() {
    let archive = TestArchive::new();
    archive.file("data", "not a folder");
    let articles = archive.file("a.jsonl", &corpus(1));
    let serve = &["serve", "--listen", "127.0.0.1:0"][..];
    for command in [serve, &["ingest", &articles], &["reindex"], &["runs"], &["check"], &["backup", "copy"]] {
        refuses(&archive.command(command[0]).args(&command[1..]).output().unwrap(), "is a file");
    }
    std::fs::remove_file(archive.data()).unwrap();
    // A folder in which nobody may make one, not even root.
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["ingest", &articles]] {
        let mut line = program();
        line.args(command).args(["--data-dir", "/proc/broadsheet"]);
        refuses(&line.output().unwrap(), "/proc/broadsheet");
    }
}

#[test]
fn a_store_from_a_newer_version_is_refused() {
    let archive = TestArchive::new();
    let articles = archive.file("a.jsonl", &corpus(1));
    archive.ingest(&[&articles]);
    newer(&archive.data().join("store.sqlite"));
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["ingest", &articles], &["reindex"], &["runs"]] {
        let output = archive.command(command[0]).args(&command[1..]).output().unwrap();
        refuses(&output, "was written by a newer broadsheet");
    }
}

/// Writes a schema number that no version has yet: it stands, most significant byte first, at byte 60.
fn newer(store: &std::path::Path) {
    for beside in ["-wal", "-shm"] {
        let beside = format!("{}{beside}", store.display());
        assert!(!std::path::Path::new(&beside).exists(), "an archive that nobody has open is one file");
    }
    let mut bytes = std::fs::read(store).unwrap();
    bytes[60..64].copy_from_slice(&9999_u32.to_be_bytes());
    std::fs::write(store, bytes).unwrap();
}

fn terminate(child: &Child) {
    std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
}

#[test]
fn a_server_that_is_still_reading_stops_when_asked() {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", &corpus(20_000));
    let mut command = archive.command("serve");
    let next = archive.file("b.jsonl", &corpus(10));
    command
        .args(["--listen", "127.0.0.1:0", "--ingest", &file, "--ingest", &next])
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    wait_until("a run has begun", || archive.last_run("state") == "running");
    terminate(&child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(!said.any(|line| line.unwrap().contains("listens on")), "it had not come to that");
    assert_eq!((archive.last_run("state"), archive.last_run("run")), ("interrupted".into(), "1".into()));
}

#[test]
fn a_server_that_is_making_its_index_stops_when_asked_and_goes_on_later() {
    let archive = TestArchive::new();
    let file = archive.file("a.jsonl", &corpus(6000));
    archive.ingest(&[&file]);
    // The index is left to make.
    std::fs::remove_dir_all(archive.index()).unwrap();
    let mut child = archive.command("serve").args(["--listen", "127.0.0.1:0"]).stdout(Stdio::null()).spawn().unwrap();
    wait_until("the index is being made", || archive.index().join("CURRENT").exists());
    terminate(&child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let server = Server::start(&archive);
    assert_eq!(server.total("*"), 6000);
}
