//! `broadsheet config`: the reference of the configuration, to be read or to begin a file with.

use std::io::Write;
use std::process::ExitCode;

use super::settings::{Settings, ensure_can_be_served};
use crate::config::REFERENCE;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Only say whether the configuration can be read that the file and the variables BROADSHEET__SECTION__KEY make
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    settings: Settings,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    if options.check {
        ensure_can_be_served(&options.settings.read()?)?;
        say!("the configuration can be read");
    } else {
        // Who reads it may have gone.
        let _ = std::io::stdout().write_all(REFERENCE.as_bytes());
    }
    Ok(ExitCode::SUCCESS)
}
