//! STAFF: the commands. Each is a file: its options, and one function that does it.

/// Prints a line without control characters. Who reads it may have gone (`broadsheet runs | head`): that ends nothing.
macro_rules! say {
    ($($words:tt)*) => { $crate::cli::print_line(&format!($($words)*)) };
}

mod backup;
mod check;
mod config;
mod dry_run;
mod follower;
mod formats;
mod healthcheck;
mod ingest;
mod interrupt;
mod key;
mod log;
mod progress;
mod purge;
mod reindex;
mod restore;
mod retire;
mod runs;
mod serve;
mod settings;
#[cfg(feature = "otel")]
mod spans;
mod upkeep;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::metering;

/// Full-text search over a news corpus.
#[derive(Debug, Parser)]
#[command(name = "broadsheet", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer searches over HTTP
    Serve(serve::Options),
    /// Read articles into the archive
    Ingest(ingest::Options),
    /// List the formats that are read
    Formats(formats::Options),
    /// List what was read, and what was refused and why
    Runs(runs::Options),
    /// Remove articles for good, with every byte of them
    Purge(purge::Options),
    /// Remove what is older than is kept, however much that is
    Retire(retire::Options),
    /// Build the index anew from the store, and swap it in
    Reindex(reindex::Options),
    /// Prove that the store is whole and that the index agrees with it
    Check(check::Options),
    /// Copy the archive while it is in use, and prove that the copy is whole
    Backup(backup::Options),
    /// Make an archive of a backup
    Restore(restore::Options),
    /// Make, list and take back keys to the doors
    Key(key::Options),
    /// Print the reference of the configuration
    Config(config::Options),
    /// Ask a running server whether it answers
    Healthcheck(healthcheck::Options),
}

/// What has been typed; a mistake in it ends the program.
pub fn arguments() -> Arguments {
    let mut command = Arguments::command();
    command.build();
    let matches = with_plain_usage(command).get_matches();
    Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// Where a variable stands for a flag, the usage beside a mistake would show the flag as if it were needed.
fn with_plain_usage(mut command: clap::Command) -> clap::Command {
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    command.override_usage(usage).mut_subcommands(with_plain_usage)
}

/// A file's name or an article's words must not move the cursor, nor begin a line of their own.
fn print_line(line: &str) {
    use std::io::Write as _;
    let line = line.replace(|c: char| c.is_control(), "\u{fffd}");
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Does what was asked; a mistake becomes one line and an exit code.
pub fn run(arguments: Arguments) -> ExitCode {
    metering::begin();
    let _logging = match &arguments.command {
        Command::Serve(options) => serve::log(options),
        _ => log::of_command(),
    };
    let done = match arguments.command {
        Command::Serve(options) => serve::run(&options),
        Command::Ingest(options) => ingest::run(&options),
        Command::Formats(_) => Ok(formats::run()),
        Command::Runs(options) => runs::run(&options),
        Command::Purge(options) => purge::run(&options),
        Command::Retire(options) => retire::run(&options),
        Command::Reindex(options) => reindex::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Backup(options) => backup::run(&options),
        Command::Restore(options) => restore::run(&options),
        Command::Key(options) => key::run(&options),
        Command::Config(options) => config::run(&options),
        Command::Healthcheck(options) => healthcheck::run(&options),
    };
    done.unwrap_or_else(|error| {
        eprintln!("broadsheet: {error:#}");
        ExitCode::FAILURE
    })
}
