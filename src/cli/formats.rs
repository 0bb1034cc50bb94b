//! `broadsheet formats`: what can be read.

use std::process::ExitCode;

use crate::ingest::formats::FORMATS;

#[derive(Debug, clap::Args)]
pub(super) struct Options {}

pub(super) fn run() -> ExitCode {
    let wide = FORMATS.iter().map(|row| row.names.join(", ").len()).max().unwrap_or_default();
    for row in FORMATS {
        let many = if row.is_many { "many articles" } else { "one article" };
        let endings = row.endings.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(" ");
        say!("{:<wide$}  {}: {many} a file; {endings}", row.names.join(", "), row.title);
        say!("{:<wide$}  known by {}", "", row.known_by.replace('`', ""));
    }
    say!("");
    say!(
        "Folders, web archives (WARC, ARC), .zip, .tar, .gz, .zst, .bz2 and what is packed in each other are opened. Which"
    );
    say!("format a file is in is found by its content first and its name second; `ingest --format NAME` says it.");
    ExitCode::SUCCESS
}
