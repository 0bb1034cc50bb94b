//! What a server does by itself, beside answering: goes on with what somebody has begun to undo, and removes what is older
//! than what is kept, when it starts and once a day.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::background;
use crate::search::Archive;
use crate::store::{Store, StoreError, TooMany};

/// What is too old is looked for this often; where something is wrong, whether it still is.
const DAY: Duration = Duration::from_secs(86_400);
const HOUR: Duration = Duration::from_secs(3600);

/// Whether to stop is asked this often.
const LOOK: Duration = Duration::from_millis(250);

/// # Errors
/// The thread could not be started.
pub(super) fn start(
    store: &Arc<Store>,
    archive: &Arc<Archive>,
    stop: &Arc<AtomicBool>,
) -> std::io::Result<JoinHandle<()>> {
    let (store, archive, stop) = (Arc::clone(store), Arc::clone(archive), Arc::clone(stop));
    background::spawn("upkeep", move || {
        let upkeep = Upkeep { store, archive, stop, began: (Instant::now(), clock()) };
        let mut due = Instant::now();
        while !upkeep.stop.load(Ordering::Relaxed) {
            if Instant::now() >= due {
                due = Instant::now() + upkeep.pass();
            }
            std::thread::park_timeout(LOOK);
        }
    })
}

struct Upkeep {
    store: Arc<Store>,
    archive: Arc<Archive>,
    stop: Arc<AtomicBool>,
    /// By the clock that only measures, and by the one that tells the day.
    began: (Instant, Timestamp),
}

impl Upkeep {
    /// Does what is due, and says when it is due again.
    fn pass(&self) -> Duration {
        match self.go_on_undoing().and_then(|()| self.retire(clock())) {
            Ok(None) => {
                self.archive.retention_is_held(None);
                DAY
            }
            Ok(Some(why)) => {
                if self.archive.retention_is_held(Some(why.clone())) {
                    tracing::error!(why, "nothing is removed as too old");
                }
                HOUR
            }
            Err(error) => {
                tracing::error!(%error, "what is to be removed could not be; it is tried again in an hour");
                HOUR
            }
        }
    }

    fn go_on_undoing(&self) -> Result<(), StoreError> {
        for run in self.store.undoing()? {
            tracing::info!(run = run.0, "a run is being undone; going on with it");
            if self.store.go_on_undoing(run, &self.stop, |_| self.archive.ring())? {
                tracing::info!(run = run.0, "a run has been undone");
            }
        }
        Ok(())
    }

    /// Removes what is too old at this moment; or says why that is not done.
    fn retire(&self, now: Timestamp) -> Result<Option<String>, StoreError> {
        if self.store.keeps_for_ever() {
            return Ok(None);
        }
        if has_jumped(self.began.1, self.began.0.elapsed(), now) {
            return Ok(Some(format!("the clock has jumped forward, to {now}")));
        }
        if let Some(TooMany { most, all }) = self.store.too_many_are_old(now)? {
            return Ok(Some(format!("more than {most} of {all} articles are older than [retention] keeps them")));
        }
        let retired = self.store.retire(now, &self.stop)?;
        self.archive.ring();
        if retired.versions > 0 {
            let (articles, versions) = (retired.articles, retired.versions);
            tracing::info!(articles, versions, "articles older than [retention] keeps them have been removed");
        }
        Ok(None)
    }
}

/// What time it is. A test may have it so many hours later: `FAILPOINTS=upkeep::clock=return(24)`.
fn clock() -> Timestamp {
    fail::fail_point!("upkeep::clock", |hours: Option<String>| {
        let hours = hours.and_then(|hours| hours.parse().ok()).unwrap_or_default();
        Timestamp::now() + SignedDuration::from_hours(hours)
    });
    Timestamp::now()
}

/// Whether the clock has gone on by over a day more than time has.
fn has_jumped(began: Timestamp, passed: Duration, now: Timestamp) -> bool {
    let expected = SignedDuration::try_from(passed).ok().and_then(|passed| began.checked_add(passed).ok());
    expected.is_some_and(|expected| now.duration_since(expected) > SignedDuration::from_hours(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_forward_is_noticed_and_one_that_goes_is_not() {
        let began: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(!has_jumped(began, DAY, at("2027-01-02T00:00:01Z")));
        assert!(!has_jumped(began, DAY, at("2026-12-01T00:00:00Z")), "back is nothing to remove by");
        assert!(has_jumped(began, DAY, at("2037-01-02T00:00:00Z")));
    }
}
