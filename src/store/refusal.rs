//! A disk that takes no writes: what was to be stored is refused, what is stored is read on. That is known of the last that
//! was written, and tried again by itself, so that nobody has to start anything when there is room again.

use jiff::Timestamp;
use rusqlite::params;

use super::error::{Result, StoreError};
use super::pool::locked;
use super::{Store, sql};

/// How `meta` calls the moment at which it was last tried.
const TRIED: &str = "tried";

impl Store {
    /// The code by which the disk refuses writes, while it does.
    pub fn refused(&self) -> Option<&'static str> {
        *locked(&self.refused)
    }

    /// While the disk refuses writes: tries whether it still does; else writes what it did not take before.
    pub fn try_writing(&self) {
        if self.refused().is_none() {
            return self.close_late();
        }
        let tried = || {
            let mut writer = self.writer();
            let (transaction, _) = writer.begin()?;
            transaction.execute(sql::META_SET, params![TRIED, Timestamp::now().to_string()])?;
            Ok(transaction.commit()?)
        };
        // What it says is known already.
        let _ = self.noted(tried());
    }

    /// Notes whether the disk has taken something.
    pub(super) fn noted<T>(&self, written: Result<T>) -> Result<T> {
        let code = written.as_ref().err().filter(|error| error.is_of_disk()).and_then(StoreError::code);
        let before = match (&written, code) {
            (Err(_), None) => return written,
            _ => std::mem::replace(&mut *locked(&self.refused), code),
        };
        match (before, &written) {
            (Some(_), Ok(_)) => tracing::info!("the disk takes writes again"),
            (None, Err(error)) => tracing::error!(%error, "what comes in is refused; searches go on"),
            _ => {}
        }
        written
    }

    /// The same of what may have had nothing to write, which tells nothing of the disk.
    pub(super) fn noted_where<T>(&self, done: Result<T>, has_written: impl FnOnce(&T) -> bool) -> Result<T> {
        if done.as_ref().is_ok_and(|done| !has_written(done)) { done } else { self.noted(done) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::desk;
    use super::*;

    #[test]
    fn writes_are_refused_until_something_is_written() {
        let desk = desk();
        let full = || StoreError::Full("for a test".into());
        assert!(desk.store.noted::<()>(Err(full())).is_err());
        assert_eq!(desk.store.refused(), Some("storage_full"));
        assert!(desk.store.noted::<()>(Err(StoreError::NoRun(7))).is_err());
        assert_eq!(desk.store.refused(), Some("storage_full"), "that had another reason");
        assert!(!desk.store.delete(&crate::article::ArticleId("nobody".to_owned())).unwrap());
        assert_eq!(desk.store.refused(), Some("storage_full"), "there was nothing to write");
        desk.store.try_writing();
        assert_eq!(desk.store.refused(), None);
    }
}
