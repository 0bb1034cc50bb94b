//! The command line: one call each.

use std::process::ExitCode;

use broadsheet::cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    #[cfg(feature = "failpoints")]
    let _scenario = fail::FailScenario::setup();
    cli::run(cli::arguments())
}
