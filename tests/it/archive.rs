//! A folder with an archive, and the program run on it.

use std::path::PathBuf;
use std::process::{Command, Output};

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
        let mut command = Command::new(env!("CARGO_BIN_EXE_broadsheet"));
        command.arg(name).arg("--data-dir").arg(self.data());
        command
    }

    /// Ingests files; returns what was printed.
    #[track_caller]
    pub(crate) fn ingest(&self, arguments: &[&str]) -> String {
        let output = self.command("ingest").args(arguments).output().unwrap();
        text(&output)
    }

    /// Writes a file beside the archive.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }
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
