//! Which files of a folder are taken, by their names alone; and the walk through it.

use std::fs;
use std::path::Path;

/// Ends of names of what is not finished, in small letters: of downloads, transfers and editors.
const UNFINISHED: &[&str] = &[
    "~",
    ".aria2",
    ".bak",
    ".crdownload",
    ".download",
    ".filepart",
    ".incomplete",
    ".lock",
    ".opdownload",
    ".part",
    ".partial",
    ".swo",
    ".swp",
    ".swx",
    ".temp",
    ".tmp",
    ".writing",
];

/// Is this file or folder, or a folder below `root` that it lies in, hidden, or not finished by its name?
pub(super) fn left_alone(root: &Path, path: &Path) -> bool {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.components().any(|part| is_left(&part.as_os_str().to_string_lossy().to_lowercase()))
}

fn is_left(name: &str) -> bool {
    name.starts_with(['.', '#'])
        || name.starts_with("~$")
        || name == "__macosx"
        || name == "lost+found"
        || UNFINISHED.iter().any(|end| name.ends_with(end))
}

/// Walks `from`, which lies in `root`, in the order of names; links are not followed. `each` says whether to
/// go on. Returns whether the walk came to its end.
pub(super) fn walk(root: &Path, from: &Path, each: &mut dyn FnMut(&Path) -> bool) -> bool {
    let Ok(entries) = fs::read_dir(from) else { return true };
    let mut found: Vec<_> = entries.flatten().collect();
    found.sort_by_key(fs::DirEntry::file_name);
    found.iter().all(|entry| {
        let path = entry.path();
        match entry.file_type() {
            _ if left_alone(root, &path) => true,
            Ok(kind) if kind.is_dir() => walk(root, &path, each),
            Ok(kind) if kind.is_file() => each(&path),
            _ => true,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_and_unfinished_names_are_left_alone_below_the_folder_only() {
        let left = |path: &str| left_alone(Path::new("/home/.hidden/in"), &Path::new("/home/.hidden/in").join(path));
        for name in
            [".a.jsonl", "a.jsonl.part", "A.TMP", "a~", "b.crdownload", ".a.swp", ".git/a.json", "x.part/a.json"]
        {
            assert!(left(name), "{name}");
        }
        for name in ["a.jsonl", "part.txt", "tmp/a.json", "a.part.json", "sub.2/a"] {
            assert!(!left(name), "{name}");
        }
    }

    #[test]
    fn a_walk_goes_by_name_into_folders_and_ends_when_told() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for name in ["b/2.txt", "a.txt", "b/1.txt", "c.part", ".d/x.txt"] {
            fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            fs::write(root.join(name), "x").unwrap();
        }
        std::os::unix::fs::symlink(root, root.join("circle")).unwrap();
        let walked = |most: usize| {
            let mut met = Vec::new();
            let complete = walk(root, root, &mut |path| {
                met.push(path.strip_prefix(root).unwrap().display().to_string());
                met.len() < most
            });
            (met, complete)
        };
        let (met, complete) = walked(9);
        assert_eq!(
            (met, complete),
            (["a.txt", "b/1.txt", "b/2.txt"].map(String::from).to_vec(), true),
            "a link is no file"
        );
        assert_eq!(walked(2), (["a.txt", "b/1.txt"].map(String::from).to_vec(), false));
    }
}
