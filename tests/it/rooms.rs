//! Who may know whom: the edges between the rooms of the house, and the rooms that alone name a library.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A room, and the rooms it may name.
const ALLOWED: &[(&str, &[&str])] = &[
    ("article", &[]),
    ("identity", &["article"]),
    ("nearest", &[]),
    // Whoever does something counts it there; it knows nobody.
    ("metering", &[]),
    ("config", &["nearest"]),
    ("ingest", &["article", "identity", "nearest", "store"]),
    ("stories", &["analysis", "article"]),
    ("store", &["article", "identity", "metering", "stories"]),
    ("background", &[]),
    ("watch", &["background", "ingest", "metering", "store"]),
    ("fetch", &["article", "config", "ingest", "metering", "store"]),
    ("analysis", &[]),
    ("query", &["analysis", "nearest"]),
    ("engine", &["analysis", "article", "identity", "query"]),
    ("sync", &["engine", "store"]),
    ("search", &["analysis", "article", "engine", "metering", "query", "store"]),
    ("access", &["store"]),
    ("http", &["access", "article", "background", "config", "ingest", "metering", "nearest", "query", "search"]),
    (
        "cli",
        &[
            "access",
            "article",
            "background",
            "config",
            "engine",
            "fetch",
            "http",
            "ingest",
            "metering",
            "search",
            "store",
            "sync",
            "watch",
        ],
    ),
];

/// A library, and the only folder that names it.
const KEPT_TO: &[(&str, &str)] = &[
    ("axum", "src/http"),
    ("hyper", "src/http"),
    ("tantivy", "src/engine/embedded"),
    ("rusqlite", "src/store"),
    ("clap", "src/cli"),
    ("notify", "src/watch"),
    ("reqwest", "src/fetch"),
    ("prometheus_client", "src/metering"),
    ("opentelemetry_otlp", "src/cli"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file, its path from the root, and its code without comments.
fn sources() -> Vec<(String, String)> {
    let mut folders = vec![root().join("src")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                sources.push((relative(&path), code(&path)));
            }
        }
    }
    sources
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

fn code(path: &PathBuf) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn room(path: &str) -> &str {
    path["src/".len()..].split('/').next().unwrap().trim_end_matches(".rs")
}

/// The rooms a file names as `crate::room`, also within a group: `use crate::{article, store}`.
fn named(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let group = rest.strip_prefix('{').and_then(|rest| rest.split('}').next());
        for name in group.unwrap_or(rest).split(',').take(if group.is_some() { usize::MAX } else { 1 }) {
            let name: String = name.trim().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            named.insert(name);
        }
    }
    named
}

#[test]
fn rooms_know_only_the_rooms_they_may() {
    let mut seen = BTreeSet::new();
    for (path, code) in sources() {
        let room = room(&path);
        if matches!(room, "main" | "lib") {
            continue;
        }
        let (_, allowed) =
            ALLOWED.iter().find(|(known, _)| *known == room).unwrap_or_else(|| panic!("no row for {room}"));
        for other in
            named(&code).into_iter().filter(|other| *other != room && ALLOWED.iter().any(|(known, _)| known == other))
        {
            assert!(allowed.contains(&other.as_str()), "{path} names {other}, which {room} may not know");
            seen.insert((room.to_owned(), other));
        }
    }
    for (room, allowed) in ALLOWED {
        for other in *allowed {
            assert!(
                seen.contains(&((*room).to_owned(), (*other).to_owned())),
                "{room} no longer names {other}: take it out"
            );
        }
    }
}

#[test]
fn a_library_is_named_in_one_place() {
    let sources = sources();
    for (library, folder) in KEPT_TO {
        let mut there = false;
        for (path, code) in &sources {
            let names = code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == *library);
            // `main` hands the arguments of the command line on.
            let names = names && path != "src/main.rs";
            assert!(!names || path.starts_with(folder), "{path} names {library}");
            there |= names;
        }
        assert!(there, "nothing in {folder} names {library}");
    }
}

/// The tour in `lib.rs` goes through every room.
#[test]
fn the_tour_names_every_room() {
    let tour = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for (room, _) in ALLOWED {
        assert!(tour.contains(&format!("pub mod {room};")), "{room}");
    }
}
