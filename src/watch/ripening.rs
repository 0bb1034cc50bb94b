//! When a file is complete: closed by its writer, renamed into place, or, where nobody tells, unchanged between two looks.
//!
//! A file that somebody is seen to write into is not complete until it is closed, however slowly it grows: the system
//! closes it even when its writer dies. No clock and no disk but what is passed in.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::store::FileMark;

/// A file whose size and time have stood still for so long is complete, where nothing says more.
pub(super) const STILL: Duration = Duration::from_secs(3);

/// Files kept in mind; beyond it they are found by the next walk.
const FULL: usize = 10_000;

#[derive(Debug)]
enum Stage {
    /// Somebody writes into it.
    Open,
    /// It lies there, and looked like this.
    Lying {
        looked: Option<FileMark>,
        since: Instant,
    },
    Complete,
}

#[derive(Default)]
pub(super) struct Ripening {
    files: HashMap<PathBuf, Stage>,
    /// Complete ones in the order of becoming so; one that is written into again meanwhile is no longer.
    complete: std::collections::VecDeque<PathBuf>,
    /// The move under way, if what moves is being written.
    moving: Option<usize>,
    /// The next look at those lying there.
    next_look: Option<Instant>,
}

impl Ripening {
    pub(super) fn is_full(&self) -> bool {
        self.files.len() >= FULL
    }

    pub(super) fn written(&mut self, path: PathBuf) {
        self.files.insert(path, Stage::Open);
    }

    pub(super) fn closed(&mut self, path: PathBuf) {
        if !matches!(self.files.insert(path.clone(), Stage::Complete), Some(Stage::Complete)) {
            self.complete.push_back(path);
        }
    }

    /// Named in the folder; whether anybody will write into it is not known.
    pub(super) fn created(&mut self, path: PathBuf, now: Instant) {
        self.files.entry(path).or_insert(Stage::Lying { looked: None, since: now });
    }

    /// Found by a walk.
    pub(super) fn seen(&mut self, path: &Path, mark: FileMark, now: Instant) {
        if !self.files.contains_key(path) {
            self.files.insert(path.to_owned(), Stage::Lying { looked: Some(mark), since: now });
        }
    }

    pub(super) fn moved_from(&mut self, path: &Path, cookie: Option<usize>) {
        let open = matches!(self.files.remove(path), Some(Stage::Open));
        self.moving = cookie.filter(|_| open);
    }

    /// A file that is renamed while it is being written is no more complete for it.
    pub(super) fn moved_to(&mut self, path: PathBuf, cookie: Option<usize>) {
        let open = cookie.is_some() && self.moving.take() == cookie;
        if open { self.written(path) } else { self.closed(path) }
    }

    pub(super) fn gone(&mut self, path: &Path) {
        self.files.remove(path);
    }

    /// Notices were lost: what is known of open files may be out of date.
    pub(super) fn distrust(&mut self, now: Instant) {
        for stage in self.files.values_mut().filter(|stage| matches!(stage, Stage::Open)) {
            *stage = Stage::Lying { looked: None, since: now };
        }
    }

    /// A complete file, which is then no longer kept in mind. `mark` tells how a file is now.
    pub(super) fn next(&mut self, now: Instant, mark: &dyn Fn(&Path) -> Option<FileMark>) -> Option<PathBuf> {
        if self.next_look.is_none_or(|next| next <= now) {
            self.next_look = Some(now + STILL / 4);
            self.look(now, mark);
        }
        while let Some(path) = self.complete.pop_front() {
            if matches!(self.files.get(&path), Some(Stage::Complete)) {
                self.files.remove(&path);
                return Some(path);
            }
        }
        None
    }

    fn look(&mut self, now: Instant, mark: &dyn Fn(&Path) -> Option<FileMark>) {
        let complete = &mut self.complete;
        self.files.retain(|path, stage| {
            let Stage::Lying { looked, since } = stage else { return true };
            if now.saturating_duration_since(*since) < STILL {
                return true;
            }
            let Some(mark) = mark(path) else { return false };
            if *looked == Some(mark) {
                *stage = Stage::Complete;
                complete.push_back(path.clone());
            } else {
                (*looked, *since) = (Some(mark), now);
            }
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of one file, `a`, and a clock.
    struct Desk {
        ripening: Ripening,
        now: Instant,
        size: u64,
    }

    fn desk() -> Desk {
        Desk { ripening: Ripening::default(), now: Instant::now(), size: 1 }
    }

    impl Desk {
        fn mark(&self) -> Option<FileMark> {
            (self.size > 0).then_some(FileMark { size: self.size, modified: 0 })
        }

        fn wait(&mut self, steps: u32) -> &mut Desk {
            self.now += STILL * steps;
            self
        }

        #[track_caller]
        fn check(&mut self, complete: bool) {
            let mark = self.mark();
            assert_eq!(self.ripening.next(self.now, &|_| mark).is_some(), complete);
        }

        fn walk(&mut self) {
            let mark = self.mark().unwrap();
            self.ripening.seen(Path::new("a"), mark, self.now);
        }
    }

    #[test]
    fn a_file_that_is_written_is_complete_when_it_is_closed_however_slowly_it_grows() {
        let mut desk = desk();
        desk.ripening.created("a".into(), desk.now);
        desk.ripening.written("a".into());
        desk.wait(1000).check(false);
        desk.walk();
        desk.wait(1000).check(false);
        desk.ripening.closed("a".into());
        desk.check(true);
        desk.check(false);
    }

    #[test]
    fn a_file_that_is_opened_again_before_it_is_read_waits_for_its_end() {
        let mut desk = desk();
        desk.ripening.closed("a".into());
        desk.ripening.written("a".into());
        desk.check(false);
        desk.ripening.closed("a".into());
        desk.check(true);
        desk.check(false);
    }

    #[test]
    fn renamed_into_place_a_file_is_complete_unless_it_is_being_written() {
        let mut desk = desk();
        desk.ripening.moved_to("a".into(), Some(7));
        desk.check(true);
        desk.ripening.written("b".into());
        desk.ripening.moved_from(Path::new("b"), Some(8));
        desk.ripening.moved_to("a".into(), Some(8));
        desk.wait(9).check(false);
        desk.ripening.closed("a".into());
        desk.check(true);
    }

    #[test]
    fn where_nobody_tells_a_file_is_complete_when_it_stands_still() {
        let mut desk = desk();
        desk.walk();
        desk.check(false);
        desk.size = 2;
        desk.wait(1).check(false);
        desk.walk();
        desk.wait(1).check(true);
        desk.walk();
        desk.size = 0;
        desk.wait(1).check(false);
        desk.size = 2;
        desk.wait(9).check(false);
    }

    #[test]
    fn when_notices_were_lost_an_open_file_is_looked_at() {
        let mut desk = desk();
        desk.ripening.written("a".into());
        desk.ripening.distrust(desk.now);
        desk.wait(1).check(false);
        desk.wait(1).check(true);
    }

    #[test]
    fn what_was_deleted_is_forgotten() {
        let mut desk = desk();
        desk.ripening.closed("a".into());
        desk.ripening.gone(Path::new("a"));
        desk.check(false);
        assert!(desk.ripening.files.is_empty());
    }
}
