//! How it stands with the watched folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

/// A watched folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// Where it really lies.
    real: PathBuf,
    pub is_there: bool,
    /// When files of it were last read.
    pub read: Option<Timestamp>,
    /// Why the files that came last could not be taken in.
    pub trouble: Option<String>,
}

static FOLDERS: Mutex<BTreeMap<PathBuf, Folder>> = Mutex::new(BTreeMap::new());

fn locked() -> MutexGuard<'static, BTreeMap<PathBuf, Folder>> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a watched folder is there, as it is named, and where it really lies.
pub fn folder_seen(named: &Path, real: &Path, is_there: bool) {
    let mut folders = locked();
    let folder = folders.entry(named.to_owned()).or_default();
    folder.is_there = is_there;
    if folder.real != real {
        folder.real = real.to_owned();
    }
}

/// Files were read, or could not be; told of the folders that they lie in.
pub fn read_from<'a>(files: impl IntoIterator<Item = &'a PathBuf>, now: Timestamp, trouble: Option<&str>) {
    let mut folders = locked();
    for file in files {
        // A folder within a watched one is watched with it.
        let Some((_, folder)) = folders.iter_mut().find(|(_, folder)| file.starts_with(&folder.real)) else { continue };
        folder.trouble = trouble.map(str::to_owned);
        if trouble.is_none() {
            folder.read = Some(now);
        }
    }
}

/// All of them, by name.
pub fn folders() -> Vec<(PathBuf, Folder)> {
    locked().iter().map(|(dir, folder)| (dir.clone(), folder.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_told_of_the_folder_it_lies_in() {
        let (dir, other) = (PathBuf::from("/metering-test/a"), PathBuf::from("/metering-test/ab"));
        folder_seen(&dir, &dir, true);
        folder_seen(&other, &other, true);
        let of = |dir: &Path| locked()[dir].clone();
        let now = Timestamp::UNIX_EPOCH;
        read_from([&dir.join("in/x.json")], now, None);
        assert_eq!((of(&dir).read, of(&other).read), (Some(now), None));
        read_from([&dir.join("y.json")], now, Some("the disk is full"));
        assert_eq!((of(&dir).read, of(&dir).trouble.as_deref()), (Some(now), Some("the disk is full")));
        read_from([&dir.join("y.json")], now, None);
        assert_eq!(of(&dir).trouble, None);
        folder_seen(&dir, &dir, false);
        assert!(!of(&dir).is_there && of(&dir).read.is_some());
        let (named, real) = (PathBuf::from("/metering-test/link"), PathBuf::from("/metering-test/real"));
        folder_seen(&named, &real, true);
        read_from([&real.join("z.json")], now, None);
        assert_eq!(of(&named).read, Some(now), "a link is told of by its name");
    }
}
