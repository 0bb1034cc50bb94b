//! Do the store and the index agree? Proven article by article, on a store and an index that others may be writing: the
//! index is looked at first, then the store, and of what has changed between the two only that it has is known.

use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use super::{SyncError, current, file_error, index_dir};
use crate::engine::embedded::{self, Held, Look, Unusable};
use crate::store::{Extent, Inspection, Shown};

/// Somebody commits or merges while an index is looked at: it is looked at again, so many times.
const LOOKS: usize = 20;

/// Articles of one kind that are named.
const NAMED: usize = 10;

/// What was found.
#[derive(Debug)]
pub struct Findings {
    pub extent: Extent,
    /// Articles that were compared, and changes that the index does not go up to yet.
    pub compared: u64,
    pub behind: u64,
    /// What is wrong with the store, and what with the index.
    pub store: Vec<String>,
    pub index: Vec<String>,
}

impl Findings {
    pub fn are_none(&self) -> bool {
        self.store.is_empty() && self.index.is_empty()
    }
}

/// Looks at both. `progress` is told what is being looked at.
pub fn check(data: &Path, mut progress: impl FnMut(&str)) -> Result<Findings, SyncError> {
    progress("the files of the index");
    may_be_read(data)?;
    let looked = look(data);
    let inspection = Inspection::begin(data)?;
    progress("the store");
    let store = inspection.flaws();
    let extent = inspection.extent()?;
    let mut findings = Findings { extent, compared: 0, behind: 0, store, index: Vec::new() };
    match looked {
        Ok(look) => {
            progress("the articles in both");
            compare(&inspection, &look, &mut findings)?;
        }
        Err(Unusable::Missing) if extent.last_change == 0 => {}
        Err(reason) => findings.index.push(format!("it cannot be used: {reason}")),
    }
    Ok(findings)
}

/// What belongs to somebody else is not damaged: tantivy writes files that only their owner may read.
fn may_be_read(data: &Path) -> Result<(), SyncError> {
    let Some(Ok(files)) = current(data).map(|name| fs::read_dir(index_dir(data).join(name))) else { return Ok(()) };
    for path in files.flatten().map(|file| file.path()) {
        match File::open(&path) {
            Err(source) if source.kind() == ErrorKind::PermissionDenied => return Err(file_error(&path)(source)),
            _ => {}
        }
    }
    Ok(())
}

/// One state of the live index.
fn look(data: &Path) -> Result<Look, Unusable> {
    for _ in 0..LOOKS {
        let Some(name) = current(data) else { return Err(Unusable::Missing) };
        let looked = embedded::look(&index_dir(data).join(&name)).transpose();
        // One that was swapped out meanwhile is being removed.
        let is_live = current(data).is_some_and(|live| live == name);
        if let Some(looked) = looked.filter(|_| is_live) {
            return looked;
        }
    }
    Err(Unusable::Damaged("it is written all the time".to_owned()))
}

fn compare(inspection: &Inspection, look: &Look, findings: &mut Findings) -> Result<(), SyncError> {
    findings.index.extend(look.flaws.iter().cloned());
    let reached = &look.checkpoint;
    if reached.store != inspection.id() {
        findings.index.push(format!("it cannot be used: {}", Unusable::Foreign));
    } else if reached.position > findings.extent.last_change {
        findings.index.push(format!("it cannot be used: {}", Unusable::Ahead));
    } else if inspection.change_word(reached.position)? != reached.tail {
        findings.index.push(format!("it cannot be used: {}", Unusable::Diverged));
    }
    if !findings.index.is_empty() {
        return Ok(());
    }
    findings.behind = findings.extent.last_change - reached.position;
    let later = inspection.changed_after(reached.position)?;
    let shown: Vec<Shown> = inspection.shown()?.into_iter().filter(|shown| !later.contains(&shown.num)).collect();
    let held: Vec<Held> = look.held.iter().copied().filter(|held| !later.contains(&held.num)).collect();
    findings.compared = shown.len() as u64;
    findings.index.extend(differences(&shown, &held).lines());
    Ok(())
}

/// Numbers of articles, by what is wrong with them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Differences {
    missing: Vec<u64>,
    twice: Vec<u64>,
    other_version: Vec<u64>,
    other_story: Vec<u64>,
    unknown: Vec<u64>,
}

/// Both are sorted by number.
fn differences(shown: &[Shown], held: &[Held]) -> Differences {
    let mut found = Differences::default();
    let (mut shown, mut held) = (shown.iter().peekable(), held.chunk_by(|one, next| one.num == next.num).peekable());
    loop {
        let order = match (shown.peek(), held.peek()) {
            (None, None) => return found,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(shown), Some(held)) => shown.num.cmp(&held[0].num),
        };
        let of_store = if order.is_le() { shown.next() } else { None };
        let of_index = if order.is_ge() { held.next() } else { None };
        match (of_store, of_index) {
            (Some(shown), None) => found.missing.push(shown.num),
            (Some(shown), Some([held])) if held.row != shown.row => found.other_version.push(shown.num),
            (Some(shown), Some([held])) if held.story != shown.story => found.other_story.push(shown.num),
            (Some(_), Some([_])) => {}
            (Some(shown), Some(_)) => found.twice.push(shown.num),
            (None, Some(held)) => found.unknown.push(held[0].num),
            (None, None) => {}
        }
    }
}

impl Differences {
    fn lines(&self) -> Vec<String> {
        let kinds = [
            (&self.missing, "not in the index"),
            (&self.twice, "in the index more than once"),
            (&self.other_version, "in the index by another version"),
            (&self.other_story, "in the index by another story"),
            (&self.unknown, "in the index that answers may not show"),
        ];
        kinds.into_iter().filter(|(nums, _)| !nums.is_empty()).map(|(nums, what)| line(nums, what)).collect()
    }
}

fn line(nums: &[u64], what: &str) -> String {
    let named: Vec<String> = nums.iter().take(NAMED).map(u64::to_string).collect();
    let more = if nums.len() > NAMED { ", …" } else { "" };
    match nums.len() {
        1 => format!("1 article is {what}: number {}", named[0]),
        count => format!("{count} articles are {what}: numbers {}{more}", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_difference_is_told_apart() {
        let shown = [(1, 10, 1), (2, 20, 2), (3, 30, 3), (4, 40, 4), (6, 60, 6), (7, 70, 1)];
        let held = [(1, 10, 1), (2, 20, 2), (2, 20, 2), (3, 31, 3), (5, 50, 5), (7, 70, 7), (8, 80, 8)];
        let shown = shown.map(|(num, row, story)| Shown { num, row, story });
        let held = held.map(|(num, row, story)| Held { num, row, story });
        let expected = Differences {
            missing: vec![4, 6],
            twice: vec![2],
            other_version: vec![3],
            other_story: vec![7],
            unknown: vec![5, 8],
        };
        let found = differences(&shown, &held);
        assert_eq!(found, expected);
        assert_eq!(found.lines()[0], "2 articles are not in the index: numbers 4, 6");
        assert_eq!(differences(&shown, &[]).missing.len(), 6);
        assert_eq!(differences(&[], &held).unknown.len(), 6);
    }
}
