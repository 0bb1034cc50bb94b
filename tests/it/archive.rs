//! A folder with an archive, and the program run on it.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct TestArchive {
    pub(crate) folder: TempDir,
}

impl TestArchive {
    pub(crate) fn new() -> TestArchive {
        TestArchive { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = program();
        command.arg(name).arg("--data-dir").arg(self.data());
        command
    }

    /// Ingests files; returns what was printed.
    #[track_caller]
    pub(crate) fn ingest(&self, arguments: &[&str]) -> String {
        let output = self.command("ingest").args(arguments).output().unwrap();
        text(&output)
    }

    /// Ingests; how it ended, and the MiB it held at most where the system tells.
    pub(crate) fn ingest_watched(&self, file: &str) -> (Option<i32>, Option<u64>) {
        let mut child = self.begin_ingest(file);
        let status = format!("/proc/{}/status", child.id());
        let mut most = None;
        loop {
            if let Some(ended) = child.try_wait().unwrap() {
                return (ended.code(), most);
            }
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let held = line.and_then(|held| held.trim().strip_suffix(" kB")?.parse::<u64>().ok());
            most = most.max(held.map(|kib| kib >> 10));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Starts an ingest and goes on; what it prints is nobody's business.
    pub(crate) fn begin_ingest(&self, file: &str) -> Child {
        self.command("ingest").arg(file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Runs a command that crashes at a fail point: `store::before_commit`, or `store::before_commit=1*off->return` to
    /// let it pass once. Says whether it did crash.
    pub(crate) fn crashes(&self, command: &str, arguments: &[&str], point: &str) -> bool {
        let point = if point.contains('=') { point.to_owned() } else { format!("{point}=return") };
        let output = self.command(command).args(arguments).env("FAILPOINTS", point).output().unwrap();
        // Ended by a signal, not by a mistake.
        output.status.code().is_none()
    }

    /// The ledger as it is printed, newest first: what stands under each head.
    pub(crate) fn runs(&self) -> Vec<HashMap<String, String>> {
        let output = self.command("runs").output().unwrap();
        let table = String::from_utf8(output.stdout).unwrap();
        let cells = |line: &str| -> Vec<String> {
            line.split("  ").map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty()).collect()
        };
        let mut lines = table.lines();
        let head = cells(lines.next().unwrap_or_default());
        lines.map(|line| head.iter().cloned().zip(cells(line)).collect()).collect()
    }

    /// What the newest run says under this head; nothing where there is none.
    pub(crate) fn last_run(&self, head: &str) -> String {
        self.runs().first().and_then(|run| run.get(head)).cloned().unwrap_or_default()
    }

    /// Writes a file beside the archive.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.data().join("index")
    }

    /// The folder of the live generation.
    pub(crate) fn generation(&self) -> PathBuf {
        self.index().join(std::fs::read_to_string(self.index().join("CURRENT")).unwrap())
    }

    /// Files in the live generation of segments that it does not name: what a merge or a writer under way has written.
    pub(crate) fn unnamed_files(&self) -> Vec<String> {
        let meta = std::fs::read(self.generation().join("meta.json")).unwrap();
        let meta: Value = serde_json::from_slice(&meta).unwrap();
        let segments = meta["segments"].as_array().unwrap().iter();
        let named: Vec<String> =
            segments.map(|segment| segment["segment_id"].as_str().unwrap().replace('-', "")).collect();
        let files = names(&self.generation()).into_iter();
        files
            .filter(|file| !file.starts_with('.') && !file.ends_with(".json"))
            .filter(|file| !named.contains(&file.split('.').next().unwrap().to_owned()))
            .collect()
    }

    /// The files of the archive in which these bytes stand.
    pub(crate) fn files_with(&self, bytes: &str) -> Vec<PathBuf> {
        let (mut folders, mut found) = (vec![self.data()], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if std::fs::read(&path).is_ok_and(|all| memchr::memmem::find(&all, bytes.as_bytes()).is_some()) {
                    found.push(path);
                }
            }
        }
        found
    }

    /// Nothing is left in the index folder of any crash or of an older index.
    #[track_caller]
    pub(crate) fn assert_swept(&self) {
        let live = self.generation().file_name().unwrap().to_string_lossy().into_owned();
        let mut there = names(&self.index());
        there.retain(|name| !["BUILD", "CURRENT", "LOCK"].contains(&name.as_str()) && *name != live);
        assert!(there.is_empty(), "left behind: {there:?}");
        assert_eq!(self.unnamed_files(), [""; 0], "left behind in the live index");
        let locks = names(&self.data()).into_iter().filter(|name| name.starts_with("run-"));
        assert_eq!(locks.count(), 0, "left behind by a run");
    }
}

fn names(folder: &std::path::Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

pub(crate) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_broadsheet"))
}

pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A folder of the shared data; absent, the test is skipped aloud, and fails where everything has to be tested.
pub(crate) fn shared(name: &str) -> Option<String> {
    let root = std::env::var_os("BROADSHEET_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join(name);
    if path.exists() {
        return Some(path.display().to_string());
    }
    assert!(std::env::var("CI").is_err(), "{} is needed", path.display());
    eprintln!("SKIPPED: {} is absent (set BROADSHEET_DATA)", path.display());
    None
}
