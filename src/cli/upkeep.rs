//! What a server does by itself, beside answering: goes on with what somebody has begun to undo, and removes what is older
//! than what is kept, when it starts and once a day.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::background;
use crate::search::Archive;
use crate::store::{Store, StoreError};

/// What is too old is looked for this often.
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
        let (began, mut due) = ((Instant::now(), Timestamp::now()), Instant::now());
        while !stop.load(Ordering::Relaxed) {
            if Instant::now() >= due {
                due = Instant::now() + DAY;
                let now = Timestamp::now();
                let has_jumped = has_jumped(began.1, began.0.elapsed(), now);
                if has_jumped {
                    tracing::error!(%now, "the clock has jumped forward: nothing is removed as too old until the next start");
                }
                if let Err(error) = round(&store, &archive, (!has_jumped).then_some(now), &stop) {
                    tracing::error!(%error, "what is to be removed could not be; it is tried again in an hour");
                    due = Instant::now() + HOUR;
                }
            }
            std::thread::park_timeout(LOOK);
        }
    })
}

/// Whether the clock has gone on by over a day more than time has.
fn has_jumped(began: Timestamp, passed: Duration, now: Timestamp) -> bool {
    let expected = SignedDuration::try_from(passed).ok().and_then(|passed| began.checked_add(passed).ok());
    expected.is_some_and(|expected| now.duration_since(expected) > SignedDuration::from_hours(24))
}

/// What is too old at this moment is removed; without one, nothing is.
fn round(store: &Store, archive: &Archive, now: Option<Timestamp>, stop: &AtomicBool) -> Result<(), StoreError> {
    for run in store.undoing()? {
        tracing::info!(run = run.0, "a run is being undone; going on with it");
        if store.go_on_undoing(run, stop, |_| archive.ring())? {
            tracing::info!(run = run.0, "a run has been undone");
        }
    }
    let Some(now) = now else { return Ok(()) };
    let retired = store.retire(now, stop)?;
    archive.ring();
    if retired.versions > 0 {
        let (articles, versions) = (retired.articles, retired.versions);
        tracing::info!(articles, versions, "articles older than [retention] keeps them have been removed");
    }
    Ok(())
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
