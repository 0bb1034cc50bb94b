//! The real program, and what it takes.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

pub(crate) struct Taken {
    pub(crate) articles: u64,
    pub(crate) clock: Duration,
    /// Of all its threads.
    pub(crate) processor: Duration,
}

pub(crate) fn ingest(input: &Path, data: &Path) -> anyhow::Result<Taken> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_broadsheet"));
    command.arg("ingest").arg("--data-dir").arg(data).arg(input);
    let (before, started) = (of_children()?, Instant::now());
    let output = command.output()?;
    let (clock, after) = (started.elapsed(), of_children()?);
    ensure!(matches!(output.status.code(), Some(0 | 3)), "ingest ended with {}", output.status);
    let said = String::from_utf8_lossy(&output.stdout);
    let articles = said.split(": ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok());
    let articles = articles.with_context(|| format!("it does not say how many it read: {said}"))?;
    Ok(Taken { articles, clock, processor: after.saturating_sub(before) })
}

/// Processor time of the processes that this one has waited for: fields 16 and 17 of `/proc/self/stat` (proc(5)), in
/// hundredths of a second; zero where there is no such file.
fn of_children() -> anyhow::Result<Duration> {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return Ok(Duration::ZERO) };
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(13).take(2);
    let ticks = fields.map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * 10))
}
