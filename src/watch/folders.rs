//! The watched folders: whether they are there, whether notices of them come, and when they are walked next.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::names;
use super::notices::Notices;
use super::ripening::STILL;
use crate::metering;

/// Whether a folder is there is looked at this often.
const LOOK: Duration = Duration::from_secs(1);

/// Between two walks: where no notices come, and to be sure where they do. A walk that takes long is made less often.
const WITHOUT_NOTICES: Duration = Duration::from_secs(5);
const WITH_NOTICES: Duration = Duration::from_secs(600);
const SHARE: u32 = 20;

/// File systems that only this machine writes to, so that every change is noticed. Of all others (NFS, SMB, 9p, FUSE,
/// folders shared by a virtual machine) changes may come unnoticed from elsewhere.
const LOCAL: &[&str] = &[
    "bcachefs", "btrfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs", "jfs", "ntfs3", "overlay", "ramfs",
    "reiserfs", "tmpfs", "vfat", "xfs", "zfs",
];

struct Root {
    named: PathBuf,
    /// Where it really lies, as far as is known: however a folder is named, what lies in it has one path.
    dir: PathBuf,
    /// Device and number of the folder when it was last there.
    place: Option<(u64, u64)>,
    told_missing: bool,
    noticed: bool,
}

/// A walk to be made: the watched folder, and where in it to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Walk {
    pub(super) root: PathBuf,
    pub(super) from: PathBuf,
}

pub(super) struct Folders {
    roots: Vec<Root>,
    walks: Vec<(Instant, Walk)>,
    next_look: Instant,
}

impl Folders {
    pub(super) fn new(dirs: &[PathBuf], now: Instant) -> Folders {
        let root = |dir: &PathBuf| {
            let named = std::path::absolute(dir).unwrap_or_else(|_| dir.clone());
            let dir = fs::canonicalize(&named).unwrap_or_else(|_| named.clone());
            Root { named, dir, place: None, told_missing: false, noticed: false }
        };
        let mut roots: Vec<Root> = dirs.iter().map(root).collect();
        roots.sort_by(|one, other| one.dir.cmp(&other.dir));
        // A folder within a watched one is watched with it.
        roots.dedup_by(|inner, outer| inner.dir.starts_with(&outer.dir));
        Folders { roots, walks: Vec::new(), next_look: now }
    }

    /// Notices folders that have come, gone, or are other ones than they were.
    pub(super) fn look(&mut self, notices: &mut Notices, now: Instant) {
        if now < self.next_look {
            return;
        }
        self.next_look = now + LOOK;
        for root in &mut self.roots {
            let real = fs::canonicalize(&root.named).unwrap_or_else(|_| root.dir.clone());
            let place = fs::metadata(&real).ok().filter(fs::Metadata::is_dir).map(|one| (one.dev(), one.ino()));
            if place.is_none() && !root.told_missing {
                tracing::warn!(dir = %root.dir.display(), "the watched folder is not there; waiting for it");
            }
            root.told_missing = place.is_none();
            if place.is_some() && place != root.place {
                self.walks.retain(|(_, walk)| walk.root != root.dir);
                root.noticed = notices.watch(&root.dir, &real) && is_local(&real);
                root.dir = real;
                tracing::info!(dir = %root.dir.display(), notices = root.noticed, "watching a folder");
                self.walks.push((now, Walk { root: root.dir.clone(), from: root.dir.clone() }));
            }
            metering::folder_seen(&root.named, &root.dir, place.is_some());
            root.place = place;
        }
    }

    /// Is this a watched folder itself? Then it has gone, even if another has its name, and maybe its number, already.
    pub(super) fn lose(&mut self, path: &Path) -> bool {
        let Some(root) = self.roots.iter_mut().find(|root| root.dir == path) else { return false };
        root.place = None;
        true
    }

    /// Notices are no longer complete: from now on all is walked often.
    pub(super) fn trust_no_notices(&mut self) {
        for root in self.roots.iter_mut().filter(|root| root.noticed) {
            root.noticed = false;
            tracing::warn!(dir = %root.dir.display(), "not all notices of this folder come; it is walked as well");
        }
    }

    pub(super) fn leaves_alone(&self, path: &Path) -> bool {
        self.root_of(path).is_none_or(|root| names::left_alone(&root.dir, path))
    }

    /// The next walk whose time has come.
    pub(super) fn due(&mut self, now: Instant) -> Option<Walk> {
        let at = self.walks.iter().position(|(due, _)| *due <= now)?;
        Some(self.walks.swap_remove(at).1)
    }

    /// A walk was made, to its `complete` end or until the queue was full: then it is made again soon.
    pub(super) fn walked(&mut self, walk: &Walk, complete: bool, took: Duration, now: Instant) {
        let Some(root) = self.root_of(&walk.from) else { return };
        let pause = if !complete || !root.noticed { WITHOUT_NOTICES } else { WITH_NOTICES };
        if !complete || walk.root == walk.from {
            self.walks.push((now + pause.max(took * SHARE), walk.clone()));
        }
    }

    /// A folder has come into a watched one. Files laid into it before notices of it come are found by walking it, now
    /// and once more.
    pub(super) fn walk_later(&mut self, from: &Path, now: Instant) {
        let Some(root) = self.root_of(from) else { return };
        let walk = Walk { root: root.dir.clone(), from: from.to_owned() };
        for due in [now, now + STILL] {
            self.walks.push((due, walk.clone()));
        }
    }

    pub(super) fn walk_all(&mut self, now: Instant) {
        self.walks.clear();
        let whole = |root: &Root| (now, Walk { root: root.dir.clone(), from: root.dir.clone() });
        self.walks.extend(self.roots.iter().filter(|root| root.place.is_some()).map(whole));
    }

    fn root_of(&self, path: &Path) -> Option<&Root> {
        self.roots.iter().find(|root| path.starts_with(&root.dir))
    }
}

/// Where the kernel does not tell what is mounted, notices are trusted.
fn is_local(dir: &Path) -> bool {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    kind_of_mount(&mounts, dir).is_none_or(|kind| LOCAL.contains(&kind))
}

/// The file system that a folder lies on, from `/proc/self/mountinfo` (proc(5)): the fifth field is where it is mounted,
/// blanks written as `\040`; the first field after the hyphen is its kind. Of several at one place the last one shows.
fn kind_of_mount<'a>(mounts: &'a str, dir: &Path) -> Option<&'a str> {
    let read = |line: &'a str| {
        let (before, after) = line.split_once(" - ")?;
        let place = before.split(' ').nth(4)?.replace("\\040", " ");
        let kind = after.split(' ').next()?;
        dir.starts_with(&place).then_some((place.len(), kind))
    };
    mounts.lines().filter_map(read).max_by_key(|(length, _)| *length).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_tells_whether_notices_come() {
        let mounts = "22 1 8:1 / / rw shared:1 - ext4 /dev/a rw\n\
                      30 22 0:40 / /mnt/wire\\040room rw,relatime shared:2 master:1 - nfs4 host:/x rw\n\
                      31 22 0:41 / /mnt rw - autofs x rw\n32 31 0:42 / /mnt rw - cifs x rw\n";
        for (dir, kind) in [("/srv", "ext4"), ("/mnt/wire room/in", "nfs4"), ("/mnt/wire", "cifs"), ("/mnt", "cifs")] {
            assert_eq!(kind_of_mount(mounts, Path::new(dir)), Some(kind), "{dir}");
        }
        assert!(LOCAL.contains(&"ext4") && !LOCAL.contains(&"nfs4"));
    }

    #[test]
    fn a_folder_within_another_is_watched_once() {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir(root.join("sub")).unwrap();
        let folders = Folders::new(&[root.join("sub"), root.clone(), root.join("sub/../")], Instant::now());
        assert_eq!(folders.roots.iter().map(|root| root.dir.clone()).collect::<Vec<_>>(), [root]);
    }

    #[test]
    fn a_walk_that_was_cut_short_or_went_unnoticed_is_made_again_soon() {
        let dir = tempfile::tempdir().unwrap();
        let now = Instant::now();
        let mut folders = Folders::new(&[dir.path().to_owned()], now);
        let root = folders.roots[0].dir.clone();
        folders.roots[0].noticed = true;
        let (soon, later) = (now + WITHOUT_NOTICES, now + WITH_NOTICES);
        let whole = Walk { root: root.clone(), from: root };
        folders.walked(&whole, true, Duration::ZERO, now);
        assert_eq!((folders.due(soon), folders.due(later)), (None, Some(whole.clone())));
        folders.walked(&whole, false, Duration::ZERO, now);
        assert_eq!(folders.due(soon), Some(whole.clone()));
        folders.roots[0].noticed = false;
        folders.walked(&whole, true, Duration::from_secs(1), now);
        assert_eq!((folders.due(soon), folders.due(now + SHARE * Duration::from_secs(1))), (None, Some(whole)));
    }
}
