//! How long an answer is worth working for: until a moment, and while somebody waits for it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Whoever waits for an answer. Asked between two pieces of work: it may cost a system call, and no more.
pub trait Caller: Send + Sync {
    fn has_gone(&self) -> bool;
}

#[derive(Clone)]
pub struct Until {
    at: Instant,
    caller: Option<Arc<dyn Caller>>,
}

impl Until {
    /// The same, as long as somebody waits.
    #[must_use]
    pub fn waited_for(self, caller: Arc<dyn Caller>) -> Until {
        Until { caller: Some(caller), ..self }
    }

    /// The same, and no longer than so much from now.
    #[must_use]
    pub fn within(&self, longest: Duration) -> Until {
        Until { at: self.at.min(Instant::now() + longest), caller: self.caller.clone() }
    }

    /// Whether to stop.
    pub fn is_over(&self) -> bool {
        Instant::now() > self.at || self.is_given_up()
    }

    /// Whether nobody waits any more.
    pub fn is_given_up(&self) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.has_gone())
    }

    /// The moment, for what can be told nothing else.
    pub fn at(&self) -> Instant {
        self.at
    }
}

impl From<Instant> for Until {
    fn from(at: Instant) -> Until {
        Until { at, caller: None }
    }
}

impl fmt::Debug for Until {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Until").field("at", &self.at).field("waited_for", &self.caller.is_some()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    struct Reader(AtomicBool);

    impl Caller for Reader {
        fn has_gone(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn it_ends_with_its_moment_or_with_its_caller() {
        let reader = Arc::new(Reader(AtomicBool::new(false)));
        let until = Until::from(Instant::now() + Duration::from_secs(60)).waited_for(Arc::clone(&reader) as _);
        assert!(!until.is_over() && !until.within(Duration::from_secs(30)).is_over());
        assert!(until.within(Duration::ZERO).is_over() && !until.within(Duration::ZERO).is_given_up());
        reader.0.store(true, Ordering::Relaxed);
        assert!(until.is_over() && until.within(Duration::from_secs(30)).is_given_up());
    }

    #[test]
    fn no_part_of_it_lasts_longer_than_the_whole() {
        let until = Until::from(Instant::now());
        assert!(until.within(Duration::from_secs(60)).is_over());
    }
}
