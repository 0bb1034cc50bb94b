//! How often one address or key may ask. It is said in every answer, as in "RateLimit header fields for HTTP"
//! (draft-ietf-httpapi-ratelimit-headers-10).

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::config::Rate;

/// Those that have not asked for long are forgotten this often.
const FORGET: Duration = Duration::from_secs(60);

pub(super) struct Pace {
    addresses: Option<Buckets<IpAddr>>,
    keys: Option<Buckets<String>>,
}

/// What is left to whoever asks.
pub(super) struct Paced {
    whose: &'static str,
    pub(super) requests: NonZeroU32,
    pub(super) per: Duration,
    left: u32,
    /// Until the next request, where none is left now.
    pub(super) wait: Option<Duration>,
}

impl Pace {
    pub(super) fn new(per_address: Option<Rate>, per_key: Option<Rate>) -> Pace {
        Pace {
            addresses: per_address.map(|rate| Buckets::new("address", rate)),
            keys: per_key.map(|rate| Buckets::new("key", rate)),
        }
    }

    /// `None` where there is no bound.
    pub(super) fn of_address(&self, address: IpAddr) -> Option<Paced> {
        self.addresses.as_ref().map(|buckets| buckets.take(&network(address)))
    }

    pub(super) fn of_key(&self, key: &String) -> Option<Paced> {
        self.keys.as_ref().map(|buckets| buckets.take(key))
    }
}

/// Somebody with IPv6 has a whole network of addresses.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    }
}

struct Buckets<K: Hash + Eq + Clone> {
    whose: &'static str,
    rate: Rate,
    limiter: RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>,
    began: Instant,
    /// Seconds from the beginning, when it was last tidied.
    tidied: AtomicU64,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    fn new(whose: &'static str, rate: Rate) -> Buckets<K> {
        let each = (rate.per / rate.requests.get()).max(Duration::from_nanos(1));
        let quota = Quota::with_period(each).unwrap_or(Quota::per_second(rate.requests)).allow_burst(rate.requests);
        let limiter = RateLimiter::keyed(quota).with_middleware();
        Buckets { whose, rate, limiter, began: Instant::now(), tidied: AtomicU64::new(0) }
    }

    fn take(&self, who: &K) -> Paced {
        self.tidy();
        let (left, wait) = match self.limiter.check_key(who) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(later) => (0, Some(later.wait_time_from(DefaultClock::default().now()))),
        };
        Paced { whose: self.whose, requests: self.rate.requests, per: self.rate.per, left, wait }
    }

    fn tidy(&self) {
        let (now, last) = (self.began.elapsed().as_secs(), self.tidied.load(Ordering::Relaxed));
        let is_due = now >= last + FORGET.as_secs();
        if is_due && self.tidied.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
    }
}

impl Paced {
    /// The policy, what is left, and in how many seconds there is more: all of it, or the next request.
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        let Paced { whose, requests, per, left, wait } = self;
        let used = f64::from(requests.get() - left);
        let full = per.as_secs_f64() * used / f64::from(requests.get());
        let seconds = wait.map_or(full, |wait| wait.as_secs_f64()).ceil();
        let policy = format!("\"{whose}\";q={requests};w={}", per.as_secs());
        let state = format!("\"{whose}\";r={left};t={seconds}");
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", state)] {
            // Digits and names of ours.
            headers.extend(HeaderValue::from_str(&value).ok().map(|value| (HeaderName::from_static(name), value)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(requests: u32, per: u64) -> Pace {
        let rate = Rate { requests: NonZeroU32::new(requests).unwrap(), per: Duration::from_secs(per) };
        Pace::new(Some(rate), None)
    }

    #[test]
    fn so_many_come_in_and_one_more_waits() {
        let pace = pace(3, 3600);
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let left: Vec<u32> = (0..3).map(|_| pace.of_address(address).unwrap().left).collect();
        assert_eq!(left, [2, 1, 0]);
        let paced = pace.of_address(address).unwrap();
        let wait = paced.wait.unwrap().as_secs();
        assert!((1190..=1200).contains(&wait), "{wait}");
        let mut headers = HeaderMap::new();
        paced.tell(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"address\";q=3;w=3600");
        assert!(headers["ratelimit"].to_str().unwrap().starts_with("\"address\";r=0;t=1"), "{headers:?}");
        assert!(pace.of_address("192.0.2.2".parse().unwrap()).unwrap().wait.is_none(), "others are not held up");
    }

    #[test]
    fn a_network_of_ipv6_is_one_and_mapped_addresses_are_those_of_ipv4() {
        let pace = pace(1, 3600);
        let first = |address: &str| pace.of_address(address.parse().unwrap()).unwrap().wait.is_none();
        assert!(first("2001:db8:1:2::1") && !first("2001:db8:1:2:ffff::9") && first("2001:db8:1:3::1"));
        assert!(first("192.0.2.1") && !first("::ffff:192.0.2.1"));
    }

    #[test]
    fn where_nothing_is_said_there_is_no_bound() {
        let pace = Pace::new(None, None);
        assert!(pace.of_address("192.0.2.1".parse().unwrap()).is_none() && pace.of_key(&"a".to_owned()).is_none());
    }
}
