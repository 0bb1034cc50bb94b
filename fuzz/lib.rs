//! The rooms that read a query, without the rest of the house, and what is asked of them whatever is typed.
#![allow(dead_code, reason = "what the rest of the house uses is used by nobody here")]

#[path = "../src/analysis/mod.rs"]
pub mod analysis;
#[path = "../src/nearest.rs"]
pub mod nearest;
#[path = "../src/query/promise.rs"]
mod promise;
#[path = "../src/query/mod.rs"]
pub mod query;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cpu_time::ThreadTime;
use jiff::tz::TimeZone;
use peak_alloc::PeakAlloc;
use query::{Bounds, Context, Mode, parse};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const LONGEST: Duration = Duration::from_millis(50);
const LARGEST: usize = 64 << 20;

/// Both modes; and a zone that knows summer time, so that a day may be longer or shorter.
static CONTEXTS: LazyLock<[Context; 2]> = LazyLock::new(|| {
    let now = "2025-03-30T12:30:00Z".parse().unwrap();
    let bounds = Bounds::default();
    let summer = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    [Context { mode: Mode::All, tz: TimeZone::UTC, now, bounds }, Context { mode: Mode::Any, tz: summer, now, bounds }]
});

/// Panics where an input takes too much memory or breaks a promise; and where it takes too long, if this is the program as
/// it is released. What counts branches for the fuzzer makes it many times slower: there the slowest are put aside.
pub fn check(input: &str) {
    for context in &*CONTEXTS {
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let time = quickest(|| drop(parse(input, context)));
        let memory = MEMORY.peak_usage().saturating_sub(before);
        assert!(memory <= LARGEST, "took {memory} bytes");
        if cfg!(fuzzing) {
            keep_if_slowest(input, time)
        } else {
            assert!(time <= LONGEST, "took {time:?}")
        }
        promise::hold(input, context);
    }
}

/// Checks each file that the command line names, or that lies in a folder it names.
pub fn replay(check: fn(&[u8])) {
    for path in std::env::args_os().skip(1).map(PathBuf::from) {
        let paths = if path.is_dir() {
            path.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect()
        } else {
            vec![path]
        };
        for path in paths {
            let bytes = std::fs::read(&path).unwrap();
            if std::panic::catch_unwind(|| check(&bytes)).is_err() {
                eprintln!("that was {}", path.display());
                std::process::exit(1);
            }
        }
    }
}

/// An input that took longer than all before it goes to the folder that `SLOW_INPUTS` names.
fn keep_if_slowest(input: &str, time: Duration) {
    static SLOWEST: AtomicU64 = AtomicU64::new(0);
    let micros = time.as_micros() as u64;
    if SLOWEST.fetch_max(micros, Ordering::Relaxed) < micros
        && let Some(folder) = std::env::var_os("SLOW_INPUTS")
    {
        std::fs::write(Path::new(&folder).join(format!("{micros:09}")), input).unwrap();
    }
}

/// The best of three, where the first is too slow; and only what this thread has worked, for the machine may be busy.
fn quickest(read: impl Fn()) -> Duration {
    let timed = || {
        let start = ThreadTime::now();
        read();
        start.elapsed()
    };
    let first = timed();
    if first <= LONGEST { first } else { first.min(timed()).min(timed()) }
}
