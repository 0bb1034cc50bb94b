//! Manners towards a host: one request at a time, a pause between two, its robots.txt, and the times it asks to be left
//! alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use texting_robots::Robot;
use url::Url;

/// Hosts remembered; those not in use are forgotten beyond it.
const REMEMBERED: usize = 1_000;

/// Rules of one host that are looked at, and of those with a `$`, each of which is an automaton of some 40 KB.
const MOST_RULES: usize = 5_000;
const MOST_ENDED: usize = 50;

/// A longer Crawl-delay is not kept to: it would come to never.
const LONGEST_DELAY: Duration = Duration::from_secs(600);

/// A longer time to be left alone is not waited for in the queue.
const WAITED_FOR: Duration = Duration::from_secs(60);

/// How long rules are kept (RFC 9309, 2.4), and how soon a host that had none to give is asked again.
pub(super) const KEPT: Duration = Duration::from_secs(24 * 3600);
pub(super) const ASKED_AGAIN: Duration = Duration::from_secs(600);

#[derive(Default)]
pub(super) struct Hosts {
    known: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Turn>>>>,
}

impl Hosts {
    /// Whoever holds the lock of a host may ask it.
    pub(super) fn of(&self, url: &Url) -> Arc<tokio::sync::Mutex<Turn>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        Arc::clone(known.entry(url.host_str().unwrap_or_default().to_owned()).or_default())
    }
}

/// What a host allows.
pub(super) enum Rules {
    /// There is no robots.txt.
    Free,
    /// It could not be had, which forbids everything (RFC 9309, 2.3.1.4).
    Unknown(u16),
    Robot(Robot),
}

impl Rules {
    /// What a robots.txt says to this robot. What cannot be read at all forbids nothing.
    pub(super) fn read(robot: &str, text: &[u8]) -> Rules {
        Robot::new(robot, bounded(robot, text).as_bytes()).map_or(Rules::Free, Rules::Robot)
    }

    pub(super) fn allow(&self, url: &Url) -> bool {
        match self {
            Rules::Free => true,
            Rules::Unknown(_) => false,
            Rules::Robot(robot) => robot.allowed(url.as_str()),
        }
    }

    fn delay(&self) -> Duration {
        let Rules::Robot(Robot { delay: Some(seconds), .. }) = self else { return Duration::ZERO };
        Duration::try_from_secs_f32(*seconds).unwrap_or(LONGEST_DELAY).min(LONGEST_DELAY)
    }
}

/// Of the groups that may be meant for this robot, without more rules than can be kept. Of rules that say where an address
/// ends there are few: beyond them they forbid whatever goes on like that as well, and allow nothing.
fn bounded(robot: &str, text: &[u8]) -> String {
    let (mut rules, mut ended, mut bounded) = (0, 0, String::with_capacity(text.len()));
    let (mut is_head, mut is_meant) = (false, true);
    for line in String::from_utf8_lossy(text).split(['\n', '\r']).filter(|line| !line.trim().is_empty()) {
        let small = line.trim().to_ascii_lowercase();
        let (allows, forbids) = (small.starts_with("allow"), small.starts_with("disallow"));
        if let Some(agent) = small.strip_prefix("user-agent") {
            let is_own = agent.contains('*') || agent.contains(&robot.to_ascii_lowercase());
            (is_meant, is_head) = (is_own || is_head && is_meant, true);
        } else if !small.starts_with('#') {
            is_head = false;
        }
        if !is_meant && (allows || forbids) {
            continue;
        }
        rules += usize::from(allows || forbids);
        ended += usize::from((allows || forbids) && line.contains('$'));
        match line.contains('$') && ended > MOST_ENDED {
            _ if (allows || forbids) && rules > MOST_RULES => continue,
            true if allows => continue,
            true if forbids => bounded.push_str(&line.replace('$', "")),
            _ => bounded.push_str(line),
        }
        bounded.push('\n');
    }
    bounded
}

#[derive(Default)]
pub(super) struct Turn {
    /// The end of the last request.
    last: Option<Instant>,
    held_until: Option<Instant>,
    /// By scheme, host and port; with the moment until which they hold.
    rules: HashMap<String, (Instant, Rules)>,
}

impl Turn {
    /// How long to wait before the next request, or how long the host is to be left alone.
    pub(super) fn wait(&self, url: &Url, pause: Duration, now: Instant) -> Result<Duration, Duration> {
        let held = self.held_until.map(|until| until.saturating_duration_since(now)).unwrap_or_default();
        if held > WAITED_FOR {
            return Err(held);
        }
        let delay = self.rules.get(&origin(url)).map(|(_, rules)| rules.delay()).unwrap_or_default();
        let pause = self.last.map(|last| (last + pause.max(delay)).saturating_duration_since(now)).unwrap_or_default();
        Ok(pause.max(held))
    }

    pub(super) fn asked(&mut self, now: Instant) {
        self.last = Some(now);
    }

    pub(super) fn hold(&mut self, time: Duration, now: Instant) {
        self.held_until = now.checked_add(time).max(self.held_until);
    }

    /// The rules that hold now.
    pub(super) fn rules(&self, url: &Url, now: Instant) -> Option<&Rules> {
        self.rules.get(&origin(url)).filter(|(until, _)| *until > now).map(|(_, rules)| rules)
    }

    /// Rules that could not be had do not take the place of older ones.
    pub(super) fn keep(&mut self, url: &Url, rules: Rules, now: Instant) {
        let older = self.rules.get_mut(&origin(url));
        match (older, &rules) {
            (Some((until, Rules::Robot(_) | Rules::Free)), Rules::Unknown(_)) => *until = now + ASKED_AGAIN,
            (_, Rules::Unknown(_)) => drop(self.rules.insert(origin(url), (now + ASKED_AGAIN, rules))),
            _ => drop(self.rules.insert(origin(url), (now + KEPT, rules))),
        }
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_without_end_are_kept_in_bounds_and_forbid_no_less() {
        let many: String = (0..20_000).map(|n| format!("Disallow: /*a*b*{n}*c$\n")).collect();
        let text = format!("User-agent: *\nAllow: /open\n{many}");
        let kept = bounded("broadsheet", text.as_bytes());
        assert_eq!(kept.lines().count(), MOST_RULES + 1);
        assert_eq!(kept.matches('$').count(), MOST_ENDED);
        let rules = Rules::read("broadsheet", text.as_bytes());
        let allows = |path: &str| rules.allow(&Url::parse(&format!("https://a.example{path}")).unwrap());
        assert!(allows("/open") && allows("/x") && !allows("/ab4000c") && !allows("/ab7c"));
    }

    #[test]
    fn the_rules_of_other_robots_take_no_place_of_our_own() {
        let others: String = (0..9000).map(|n| format!("Disallow: /{n}$\n")).collect();
        for own in ["User-agent: *", "User-agent: other\n# and\nUser-Agent: Broadsheet"] {
            let text = format!("User-agent: other\n{others}\n{own}\nDisallow: /secret\nAllow: /secret/open$\n");
            let rules = Rules::read("broadsheet", text.as_bytes());
            let allows = |path: &str| rules.allow(&Url::parse(&format!("https://a.example{path}")).unwrap());
            assert!(!allows("/secret/1") && allows("/secret/open") && allows("/8999"), "{own}");
        }
    }

    const SECOND: Duration = Duration::from_secs(1);

    fn page() -> Url {
        Url::parse("https://a.example/secret/1").unwrap()
    }

    fn robot(text: &str) -> Rules {
        Rules::read("broadsheet", text.as_bytes())
    }

    #[test]
    fn a_host_is_asked_with_a_pause_or_with_its_own_longer_one() {
        let (mut turn, now) = (Turn::default(), Instant::now());
        assert_eq!(turn.wait(&page(), SECOND, now), Ok(Duration::ZERO));
        turn.asked(now);
        assert_eq!(turn.wait(&page(), SECOND, now), Ok(SECOND));
        assert_eq!(turn.wait(&page(), SECOND, now + SECOND), Ok(Duration::ZERO));
        turn.keep(&page(), robot("User-agent: *\nCrawl-delay: 7"), now);
        assert_eq!(turn.wait(&page(), SECOND, now), Ok(7 * SECOND));
        turn.keep(&page(), robot("User-agent: *\nCrawl-delay: 99999999999999999999999999999999999999999999"), now);
        assert_eq!(turn.wait(&page(), SECOND, now), Ok(LONGEST_DELAY));
    }

    #[test]
    fn a_host_that_wants_to_be_left_alone_is() {
        let (mut turn, now) = (Turn::default(), Instant::now());
        turn.hold(3600 * SECOND, now);
        turn.hold(SECOND, now);
        assert_eq!(turn.wait(&page(), SECOND, now), Err(3600 * SECOND));
        assert_eq!(turn.wait(&page(), SECOND, now + 3590 * SECOND), Ok(10 * SECOND));
    }

    #[test]
    fn rules_hold_for_a_day_and_longer_where_no_newer_can_be_had() {
        let (mut turn, now) = (Turn::default(), Instant::now());
        assert!(turn.rules(&page(), now).is_none());
        turn.keep(&page(), robot("User-agent: broadsheet\nDisallow: /secret"), now);
        assert!(!turn.rules(&page(), now).unwrap().allow(&page()));
        assert!(turn.rules(&page(), now + KEPT).is_none());
        turn.keep(&page(), Rules::Unknown(500), now + KEPT);
        let open = Url::parse("https://a.example/open").unwrap();
        assert!(turn.rules(&page(), now + KEPT).unwrap().allow(&open));
        let other = Url::parse("https://a.example:8443/open").unwrap();
        turn.keep(&other, Rules::Unknown(500), now);
        assert!(!turn.rules(&other, now).unwrap().allow(&other));
        assert!(turn.rules(&other, now + ASKED_AGAIN).is_none());
    }
}
