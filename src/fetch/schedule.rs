//! When a feed is asked next. Pure: no clock but the one passed in, and chance made from the feed's address.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// No feed is left alone longer for its mistakes; what a server asks for is kept to within a week.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
const LONGEST_ASKED: Duration = Duration::from_secs(7 * 24 * 3600);

/// After an answer: up to a twentieth late, so that feeds do not come together for ever; and no sooner than is worth it by
/// what the feed says, but for one that says never.
pub(super) fn after_success(now: Timestamp, every: Duration, least: Option<Duration>, url: &str) -> Timestamp {
    let every = every.max(least.unwrap_or_default().min(LONGEST));
    later(now, every + every.mul_f64(chance(url, now) / 20.0))
}

/// After the `failures`th failure in a row, counted from 1: twice as long each time, up to a quarter more by chance, and
/// no sooner than the server asked for.
pub(super) fn after_failure(
    now: Timestamp,
    every: Duration,
    failures: u32,
    asked: Option<Duration>,
    url: &str,
) -> Timestamp {
    let doubled = every.saturating_mul(1 << failures.saturating_sub(1).min(20)).min(LONGEST.max(every));
    let pause = doubled + doubled.mul_f64(chance(url, now) / 4.0);
    later(now, pause.max(asked.unwrap_or_default().min(LONGEST_ASKED)))
}

/// A moment further off than any that is ever settled was settled by a clock that was wrong: the feed is asked now.
pub(super) fn sensible(due: Timestamp, now: Timestamp) -> Timestamp {
    let furthest = later(now, LONGEST_ASKED.mul_f64(1.25));
    if due > furthest { now } else { due }
}

/// `Retry-After` in seconds, or as a date (RFC 9110, 10.2.3).
pub(super) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

fn later(now: Timestamp, pause: Duration) -> Timestamp {
    SignedDuration::try_from(pause).ok().and_then(|pause| now.checked_add(pause).ok()).unwrap_or(Timestamp::MAX)
}

/// From 0 to 1, another for every feed and moment.
fn chance(url: &str, now: Timestamp) -> f64 {
    let hash = blake3::hash(format!("{url} {now}").as_bytes());
    f64::from(u16::from_le_bytes([hash.as_bytes()[0], hash.as_bytes()[1]])) / f64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(900);

    fn now() -> Timestamp {
        "2026-11-25T12:00:00Z".parse().unwrap()
    }

    #[track_caller]
    fn check(due: Timestamp, least: u64, most: u64) {
        let pause = due.duration_since(now()).as_secs();
        assert!((least as i64..=most as i64).contains(&pause), "{pause}");
    }

    #[test]
    fn a_feed_is_not_left_alone_for_years_because_a_clock_was_wrong() {
        let days = |days: i64| now() + SignedDuration::from_hours(24 * days);
        assert_eq!(sensible(days(7), now()), days(7));
        assert_eq!(sensible(days(365), now()), now());
        assert_eq!(sensible(days(-365), now()), days(-365), "it is due");
    }

    #[test]
    fn a_feed_that_fails_is_asked_ever_less_often() {
        check(after_success(now(), EVERY, None, "a"), 900, 945);
        check(after_failure(now(), EVERY, 1, None, "a"), 900, 1125);
        check(after_failure(now(), EVERY, 4, None, "a"), 7200, 9000);
        check(after_failure(now(), EVERY, 99, None, "a"), 86_400, 108_000);
        let rarely = Duration::from_secs(7 * 86_400);
        check(after_failure(now(), rarely, 3, None, "a"), 7 * 86_400, 9 * 86_400);
    }

    #[test]
    fn a_feed_is_not_asked_before_it_is_worth_it() {
        let after = |seconds| after_success(now(), EVERY, Some(Duration::from_secs(seconds)), "a");
        check(after(3600), 3600, 3780);
        check(after(60), 900, 945);
        check(after(u64::MAX), 86_400, 90_720);
    }

    #[test]
    fn feeds_do_not_come_together() {
        let due = |url| after_failure(now(), EVERY, 1, None, url);
        assert_ne!(due("a"), due("b"));
    }

    #[test]
    fn what_a_server_asks_for_is_kept_to() {
        check(after_failure(now(), EVERY, 1, retry_after("3600", now()), "a"), 3600, 3600);
        check(after_failure(now(), EVERY, 1, retry_after(" Wed, 25 Nov 2026 14:00:00 GMT", now()), "a"), 7200, 7200);
        check(after_failure(now(), EVERY, 1, retry_after("99999999999", now()), "a"), 604_800, 604_800);
        check(after_failure(now(), EVERY, 1, retry_after("5", now()), "a"), 900, 1125);
        assert_eq!(retry_after("soon", now()), None);
        assert_eq!(retry_after("Wed, 25 Nov 2026 11:00:00 GMT", now()), Some(Duration::ZERO));
    }
}
