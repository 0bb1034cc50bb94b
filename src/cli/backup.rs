//! `broadsheet backup`: a copy of the archive, made while it is in use.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use super::interrupt::{self, INTERRUPTED};
use super::progress::counted;
use super::settings::{Settings, ensure_there};
use crate::store::{self, BackupError};

/// Exit code: 0 there is a backup; 1 there is none, and why; 130 interrupted, and there is none
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The folder that becomes the backup; it must not be there yet
    #[arg(value_name = "BACKUP")]
    to: PathBuf,
    #[command(flatten)]
    settings: Settings,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let data = options.settings.read()?.archive.dir;
    ensure_there(&data)?;
    let stop = interrupt::heard()?;
    let made = match store::back_up(&data, &options.to, &stop, |left, all| tracing::info!(left, all, "pages")) {
        Err(BackupError::Stopped) => {
            say!("interrupted; there is no backup");
            return Ok(ExitCode::from(INTERRUPTED));
        }
        made => made?,
    };
    let (articles, bytes) =
        (counted(made.articles, "article", "articles"), made.files.iter().map(|file| file.bytes).sum::<u64>());
    say!(
        "{}: {articles}, up to change {}, {:.1} MB in {:.1} s; all of it was read again and is whole",
        options.to.display(),
        made.last_change,
        bytes as f64 / 1e6,
        started.elapsed().as_secs_f64()
    );
    Ok(ExitCode::SUCCESS)
}
