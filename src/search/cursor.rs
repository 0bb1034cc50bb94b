//! A cursor: where the next page begins, on which snapshot, and of which request it is the next page.

use crate::engine::Place;

use super::snapshots::SnapshotName;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) snapshot: SnapshotName,
    pub(super) after: Place,
    /// A hash of everything that decides which hits there are and in what order.
    pub(super) request: String,
}

impl Cursor {
    pub(super) fn print(&self) -> String {
        format!("{}.{:x}.{:x}.{}", self.snapshot.print(), self.after.key, self.after.num, self.request)
    }

    pub(super) fn read(text: &str) -> Option<Cursor> {
        let mut parts = text.split('.');
        let snapshot = SnapshotName::read(parts.next()?)?;
        let key = u64::from_str_radix(parts.next()?, 16).ok()?;
        let num = u64::from_str_radix(parts.next()?, 16).ok()?;
        let request = parts.next()?.to_owned();
        parts.next().is_none().then_some(Cursor { snapshot, after: Place { key, num }, request })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back() {
        let snapshot = SnapshotName { view: "0123456789ab".to_owned(), now_ms: Some(17) };
        let cursor = Cursor { snapshot, after: Place { key: u64::MAX, num: 3 }, request: "beef".to_owned() };
        assert_eq!(Cursor::read(&cursor.print()), Some(cursor));
        assert_eq!(Cursor::read("s-a-1.x.1.beef"), None);
    }
}
