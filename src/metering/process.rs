//! What the system says of this process and of the disk. Names and meanings as Prometheus' own libraries have them.

use std::path::Path;
use std::sync::LazyLock;
use std::time::Instant;

use jiff::Timestamp;

use super::exposition::Page;

static STARTED: LazyLock<(Timestamp, Instant)> = LazyLock::new(|| (Timestamp::now(), Instant::now()));

/// The process begins: from here on its time runs.
pub fn begin() {
    LazyLock::force(&STARTED);
}

/// When the process began.
pub fn started() -> Timestamp {
    STARTED.0
}

/// By a clock that is not set.
pub fn uptime() -> std::time::Duration {
    STARTED.1.elapsed()
}

/// The disk that something lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Disk {
    /// Bytes that are free to us
    pub free: u64,
    /// Bytes it has
    pub size: u64,
}

/// `None` where the system does not say.
pub fn disk(path: &Path) -> Option<Disk> {
    let said = rustix::fs::statvfs(path).ok()?;
    Some(Disk { free: said.f_bavail * said.f_frsize, size: said.f_blocks * said.f_frsize })
}

/// What is not known is left out: not every system has `/proc`.
pub(super) fn write(page: &mut Page<'_>) -> std::fmt::Result {
    let mut gauge = |name, help, value: Option<f64>| page.process_gauge(name, help, value);
    gauge(
        "process_start_time_seconds",
        "When the process started, in seconds since 1970",
        Some(started().as_millisecond() as f64 / 1000.0),
    )?;
    gauge("process_resident_memory_bytes", "Memory that is in use", resident())?;
    gauge("process_open_fds", "Open file descriptors", open_files())?;
    gauge("process_max_fds", "File descriptors that may be open", most_files())?;
    page.process_counter("process_cpu_seconds", "Time on processors", cpu())
}

fn resident() -> Option<f64> {
    let said = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = said.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as f64)
}

fn open_files() -> Option<f64> {
    // The folder that is read is one of them.
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1) as f64)
}

fn most_files() -> Option<f64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current.map(|most| most as f64)
}

fn cpu() -> Option<f64> {
    let said = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may hold anything. The 14th and 15th are of user and system (proc_pid_stat(5)).
    let rest = said.rsplit_once(')')?.1;
    let ticks: Vec<f64> = rest.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse().ok()).collect();
    (ticks.len() == 2).then(|| ticks.iter().sum::<f64>() / rustix::param::clock_ticks_per_second() as f64)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_of_this_process() {
        assert!(resident().unwrap() > 1e6);
        assert!(open_files().unwrap() >= 3.0 && most_files().unwrap() >= open_files().unwrap());
        assert!(cpu().is_some());
        let disk = disk(Path::new("/")).unwrap();
        assert!(disk.size > disk.free);
    }
}
