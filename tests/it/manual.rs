//! The commands of docs/operations.md, as they stand there.

use std::process::Command;

use crate::archive::{TestArchive, text};
use crate::made_up::corpus;
use crate::server::Server;

const MANUAL: &str = include_str!("../../docs/operations.md");

/// What stands for something of one's own.
const EXAMPLE: [&str; 4] = ["127.0.0.1:8080", "4f8m4cemcw79x78a", "/backups/", "/new"];

/// What only starts the program in another way, and needs what is not here: tests/container/run and tests/it/spans_sent.rs
/// have their own.
const ELSEWHERE: [&str; 2] = ["docker compose", "OTEL_EXPORTER"];

/// The lines of all blocks of commands, in order.
fn commands() -> Vec<&'static str> {
    let mut commands = Vec::new();
    let mut is_command = false;
    for line in MANUAL.lines() {
        match line.strip_prefix("```") {
            Some(kind) => is_command = kind == "sh",
            None if is_command => commands.push(line),
            None => {}
        }
    }
    commands
}

#[test]
fn every_command_of_the_manual_does_what_it_says() {
    let archive = TestArchive::new();
    let folder = archive.folder.path();
    std::fs::create_dir(folder.join("articles")).unwrap();
    std::fs::write(folder.join("articles/a.jsonl"), format!("{}not an article\n", corpus(50))).unwrap();
    std::fs::write(folder.join("article.json"), r#"{"id": "x", "headline": "Ytterbium", "body": "Found."}"#).unwrap();
    std::fs::create_dir(folder.join("backups")).unwrap();
    let server = Server::start(&archive);
    // Where it is asked for, the article that was sent is the only one left.
    let article =
        r#"article() { curl -s 'http://127.0.0.1:8080/api/v1/search?fields=id' | sed 's/.*"id":"\([^"]*\)".*/\1/'; }"#;
    let own = [
        server.address(),
        "$(article)",
        &format!("{}/backups/", folder.display()),
        &format!("{}/new", folder.display()),
    ];
    let (elsewhere, here): (Vec<&str>, Vec<&str>) =
        commands().into_iter().partition(|line| ELSEWHERE.iter().any(|start| line.starts_with(start)));
    assert!(here.len() >= 20 && elsewhere.len() == 4, "{} and {}", here.len(), elsewhere.len());
    let ready = "until curl -s http://127.0.0.1:8080/readyz | grep -q '\"behind\":0'; do sleep 0.1; done";
    let mut script = format!("set -euo pipefail\n{article}\n");
    for line in here {
        // What a command has changed is in answers before the next asks.
        script += &format!("{ready}\necho '== {}' >&2\n{line}\n", line.replace('\'', "_"));
    }
    // The address last: what stands for others may name it.
    for (example, own) in EXAMPLE.into_iter().zip(own).rev() {
        assert!(script.contains(example), "{example}");
        script = script.replace(example, own);
    }
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_broadsheet")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash").args(["-c", &script]).current_dir(folder).env("PATH", path).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(server.total("*"), 0, "the run was undone and the article purged");
    assert!(folder.join("backups/2026-11-27/manifest.json").exists() && folder.join("mended.jsonl").exists());
}
