//! The end of a request's time, or of anybody's waiting for it. tantivy cannot be told to stop, so whatever may go on for
//! long asks here, and ends as if it had come to the end of its documents; the collector then says that the time was up.

use crate::engine::Until;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Work between two looks at the clock and at whoever waits, in postings or positions read: well under a millisecond.
const BETWEEN_LOOKS: u32 = 4096;

#[derive(Clone, Debug)]
pub(super) struct Deadline {
    until: Until,
    passed: Arc<AtomicBool>,
}

impl Deadline {
    pub(super) fn new(until: &Until) -> Deadline {
        Deadline { until: until.clone(), passed: Arc::default() }
    }

    /// Whether anybody has met it, or it has come.
    pub(super) fn has_passed(&self) -> bool {
        let passed = self.passed.load(Ordering::Relaxed) || self.until.is_over();
        if passed {
            self.passed.store(true, Ordering::Relaxed);
        }
        passed
    }

    /// Whether anybody has met it.
    pub(super) fn was_met(&self) -> bool {
        self.passed.load(Ordering::Relaxed)
    }
}

/// Counts work, and looks at the clock now and then.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    deadline: Deadline,
    work: u32,
}

impl Watch {
    pub(super) fn new(deadline: &Deadline) -> Watch {
        Watch { deadline: deadline.clone(), work: 0 }
    }

    /// Ends the request: there is more to look at than may be.
    pub(super) fn give_up(&self) {
        self.deadline.passed.store(true, Ordering::Relaxed);
    }

    /// Adds work done; says whether to stop.
    pub(super) fn is_over(&mut self, work: usize) -> bool {
        self.work = self.work.saturating_add(work as u32);
        if self.work < BETWEEN_LOOKS {
            return false;
        }
        self.work = 0;
        self.deadline.has_passed()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_watch_tells_all_that_the_time_is_up() {
        let deadline = Deadline::new(&(Instant::now() - Duration::from_secs(1)).into());
        let mut watch = Watch::new(&deadline);
        assert!(!watch.is_over(1), "it looks at the clock only now and then");
        assert!(!deadline.was_met());
        assert!(watch.is_over(BETWEEN_LOOKS as usize));
        assert!(deadline.was_met());
    }

    struct Nobody;

    impl crate::engine::Caller for Nobody {
        fn has_gone(&self) -> bool {
            true
        }
    }

    #[test]
    fn a_watch_sees_that_nobody_waits() {
        let until = Until::from(Instant::now() + Duration::from_secs(3600)).waited_for(Arc::new(Nobody));
        let deadline = Deadline::new(&until);
        assert!(Watch::new(&deadline).is_over(BETWEEN_LOOKS as usize) && deadline.was_met());
    }

    #[test]
    fn work_goes_on_while_there_is_time() {
        let deadline = Deadline::new(&(Instant::now() + Duration::from_secs(3600)).into());
        assert!(!Watch::new(&deadline).is_over(usize::MAX) && !deadline.was_met());
    }
}
