//! Kills, embargoes, captures: what is held back, until when, and what becomes of what comes in any order.

use jiff::{SignedDuration, Timestamp};

use super::tests::{Desk, desk, identity, incoming, numbered};
use super::*;
use crate::article::{Article, ArticleId, Precision, Stamp, Status};
use crate::identity::article_id;

fn hours(number: i64) -> Timestamp {
    Timestamp::now().checked_add(SignedDuration::from_hours(number)).unwrap()
}

fn with(mut incoming: Incoming, change: impl FnOnce(&mut Article)) -> Incoming {
    change(&mut incoming.article);
    incoming
}

fn kill(key: &str, provider_version: Option<u64>) -> Incoming {
    with(incoming(key, ""), |article| (article.status, article.provider_version) = (Status::Killed, provider_version))
}

fn embargoed(key: &str, text: &str, until: Timestamp) -> Incoming {
    with(incoming(key, text), |article| article.embargo = Some(until))
}

fn captured(text: &str, second: i64) -> Incoming {
    with(incoming("1", text), |article| article.captured = Timestamp::from_second(second).ok())
}

fn modified(text: &str, second: i64) -> Incoming {
    let stamp = Stamp { at: Timestamp::from_second(second).ok(), precision: Precision::Second, ..Stamp::default() };
    with(incoming("1", text), |article| article.modified = Some(stamp))
}

fn named(key: &str) -> ArticleId {
    article_id(&identity(key))
}

impl Desk {
    fn standing(&self, version: Option<u32>) -> Standing {
        self.store.article(&named("1"), version).unwrap().unwrap().standing
    }

    fn shown(&self) -> String {
        let stored = self.store.article(&named("1"), None).unwrap().unwrap();
        assert_eq!(stored.standing, Standing::Shown);
        stored.article.body.concat()
    }

    /// The same as a line of the history says it.
    #[track_caller]
    fn check_history(&self, expected: &[Standing]) {
        let history = self.store.versions(1).unwrap();
        let found: Vec<_> = history.iter().map(|line| line.standing).collect();
        assert_eq!(found, expected);
        for line in &history {
            assert_eq!(self.standing(Some(line.number)), line.standing, "version {}", line.number);
        }
    }
}

/// To the millisecond, as the store keeps it.
fn kept(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap()
}

#[test]
fn the_end_of_an_embargo_is_a_change() {
    let desk = desk();
    let until = hours(2);
    desk.put(&[embargoed("1", "A", until), incoming("2", "B")]);
    assert_eq!(desk.standing(None), Standing::Withheld { until: Some(kept(until)) });
    assert_eq!((desk.store.count().unwrap(), desk.store.next_due().unwrap()), (1, Some(kept(until))));
    assert_eq!(desk.store.release_due(hours(1)).unwrap(), 0, "not before its time");
    let position = desk.store.last_change().unwrap();
    assert_eq!(desk.store.release_due(hours(3)).unwrap(), 1);
    let changes = desk.store.changes_after(position, 9).unwrap();
    assert_eq!(changes.iter().map(|change| change.article).collect::<Vec<_>>(), [1]);
    assert_eq!((desk.shown(), desk.store.count().unwrap()), ("A".to_owned(), 2));
    assert_eq!(desk.store.next_due().unwrap(), None);
    assert_eq!(desk.store.release_due(hours(4)).unwrap(), 0, "it ends once");
}

#[test]
fn an_embargo_that_a_clock_gone_ahead_has_ended_stays_ended_when_it_goes_back() {
    let desk = desk();
    desk.put(&[embargoed("1", "A", hours(2))]);
    assert_eq!(desk.store.release_due(hours(200)).unwrap(), 1);
    let position = desk.store.last_change().unwrap();
    assert_eq!(desk.store.release_due(hours(-200)).unwrap(), 0);
    assert_eq!((desk.shown(), desk.store.last_change().unwrap()), ("A".to_owned(), position));
    desk.put(&[embargoed("2", "B", hours(2))]);
    assert_eq!(desk.store.count().unwrap(), 1, "another one holds by the clock as it is now");
}

#[test]
fn a_copy_under_embargo_is_of_no_story_before_its_time() {
    let desk = desk();
    let text = "The river rose by two metres overnight and the schools along its banks will stay shut until the water \
                has gone down, the mayor said after she had walked the dam with the engineers on Monday morning.";
    desk.put(&[embargoed("1", text, hours(1)), incoming("2", text)]);
    let originals = |desk: &Desk| {
        let stored = desk.store.current(&[1, 2]).unwrap();
        stored.iter().map(|stored| stored.story.original).collect::<Vec<_>>()
    };
    assert_eq!(originals(&desk), [1, 2]);
    assert_eq!(desk.store.copies(2, None, 9).unwrap().0, []);
    desk.store.release_due(hours(2)).unwrap();
    let [one, other] = originals(&desk)[..] else { panic!() };
    assert_eq!(one, other, "they tell one story now");
    assert_eq!(desk.store.copies(2, None, 9).unwrap().0.len(), 1);
}

#[test]
fn an_embargo_that_is_over_holds_nothing() {
    let desk = desk();
    let withheld = |article: &mut Article| article.status = Status::Withheld;
    desk.put(&[embargoed("1", "A", hours(-1)), with(embargoed("2", "B", hours(-1)), withheld)]);
    assert_eq!(desk.store.count().unwrap(), 2);
    desk.put(&[with(embargoed("3", "C", hours(1)), withheld)]);
    assert_eq!(desk.store.count().unwrap(), 2);
    desk.store.release_due(hours(2)).unwrap();
    assert_eq!(desk.store.count().unwrap(), 3, "withheld with an embargo is withheld until then");
}

#[test]
fn what_is_withheld_without_an_end_waits_for_a_usable_version() {
    let desk = desk();
    desk.put(&[with(incoming("1", "A"), |article| article.status = Status::Withheld)]);
    assert_eq!(desk.standing(None), Standing::Withheld { until: None });
    desk.store.release_due(hours(1000)).unwrap();
    assert_eq!(desk.standing(None), Standing::Withheld { until: None });
    desk.put(&[incoming("1", "B")]);
    desk.check_history(&[Standing::Withheld { until: None }, Standing::Shown]);
}

#[test]
fn a_later_version_lifts_or_moves_an_embargo() {
    let desk = desk();
    desk.put(&[embargoed("1", "A", hours(5)), embargoed("1", "A", hours(9))]);
    desk.store.release_due(hours(6)).unwrap();
    assert!(matches!(desk.standing(None), Standing::Withheld { until: Some(_) }), "moved to a later hour");
    desk.store.release_due(hours(10)).unwrap();
    desk.check_history(&[Standing::Shown, Standing::Shown]);

    let lifted = super::tests::desk();
    let until = hours(5);
    lifted.put(&[embargoed("1", "A", until), incoming("1", "B")]);
    lifted.check_history(&[Standing::Withheld { until: Some(kept(until)) }, Standing::Shown]);
    assert_eq!(lifted.store.release_due(hours(6)).unwrap(), 0, "nothing appears: it is there already");
    lifted.check_history(&[Standing::Shown, Standing::Shown]);
}

#[test]
fn an_embargo_on_a_new_version_hides_the_article_and_its_history() {
    let desk = desk();
    let until = hours(1);
    desk.put(&[incoming("1", "A"), embargoed("1", "B", until)]);
    desk.check_history(&[Standing::Withheld { until: None }, Standing::Withheld { until: Some(kept(until)) }]);
    let rows: Vec<u64> = desk.store.versions(1).unwrap().iter().map(|line| line.row).collect();
    let rows = desk.store.rows(&rows).unwrap();
    assert!(rows.iter().all(|row| row.standing != Standing::Shown), "nor is it in a snapshot from before");
}

#[test]
fn a_kill_takes_the_history_along_and_a_higher_version_comes_back_without_it() {
    let desk = desk();
    desk.put(&[numbered("1", "A", 1), numbered("1", "B", 2)]);
    desk.put(&[kill("1", Some(3))]);
    desk.check_history(&[Standing::Killed { by: 3 }; 3]);
    assert_eq!(desk.store.count().unwrap(), 0);
    desk.put(&[numbered("1", "C", 4)]);
    let killed = Standing::Killed { by: 3 };
    desk.check_history(&[killed, killed, killed, Standing::Shown]);
    assert_eq!(desk.shown(), "C");
}

#[test]
fn a_kill_that_comes_first_keeps_what_it_killed_away() {
    let desk = desk();
    desk.put(&[kill("1", Some(3))]);
    desk.put(&[numbered("1", "B", 2), incoming("1", "C")]);
    assert_eq!(desk.standing(None), Standing::Killed { by: 1 });
    assert_eq!(desk.standing(Some(2)), Standing::Killed { by: 1 });
    desk.put(&[numbered("1", "D", 4)]);
    assert_eq!(desk.shown(), "D");
    assert_eq!(desk.standing(Some(2)), Standing::Killed { by: 1 }, "its number says that it was killed");
}

#[test]
fn a_kill_of_an_earlier_version_that_comes_late_hides_only_that() {
    let desk = desk();
    desk.put(&[numbered("1", "A", 1), numbered("1", "C", 3), kill("1", Some(2))]);
    let killed = Standing::Killed { by: 3 };
    desk.check_history(&[killed, Standing::Shown, killed]);
}

/// Every order of these versions.
fn orders(versions: &[Incoming]) -> Vec<Vec<Incoming>> {
    let [first, rest @ ..] = versions else { return vec![vec![]] };
    let mut all = Vec::new();
    for order in orders(rest) {
        for at in 0..=order.len() {
            let mut order = order.clone();
            order.insert(at, first.clone());
            all.push(order);
        }
    }
    all
}

#[track_caller]
fn check_any_order(versions: &[Incoming], expected: &str) {
    for order in orders(versions) {
        let desk = desk();
        for one in &order {
            desk.put(std::slice::from_ref(one));
        }
        let texts: Vec<_> = order.iter().map(|one| (&one.article.body, one.article.captured)).collect();
        assert_eq!(desk.shown(), expected, "{texts:?}");
        let position = desk.store.last_change().unwrap();
        desk.put(&order);
        assert_eq!((desk.shown(), desk.store.last_change().unwrap()), (expected.to_owned(), position), "{texts:?}");
    }
}

#[test]
fn the_newest_capture_is_shown_whatever_the_order_of_reading() {
    check_any_order(&[captured("A", 10), captured("B", 20), captured("C", 30)], "C");
    check_any_order(&[captured("A", 10), captured("B", 20), captured("A", 30)], "A");
    check_any_order(&[captured("A", 10), captured("A", 20), captured("B", 15), captured("A", 30)], "A");
    check_any_order(&[captured("A", 10), captured("", 20), captured("B", 15)], "B");
}

#[test]
fn a_capture_of_the_same_text_is_no_version() {
    let desk = desk();
    desk.put(&[captured("A", 10), captured("A", 20), captured("A", 5)]);
    assert_eq!(desk.store.versions(1).unwrap().len(), 1);
    assert_eq!(desk.store.last_change().unwrap(), 1);
}

#[test]
fn the_newest_modification_is_shown_whatever_the_order_of_reading() {
    check_any_order(&[modified("A", 10), modified("B", 20), modified("C", 30)], "C");
    check_any_order(&[modified("A", 10), modified("", 30), modified("B", 20)], "B");
}

#[test]
fn the_highest_provider_version_is_shown_whatever_the_order_of_reading() {
    check_any_order(&[numbered("1", "A", 1), numbered("1", "B", 2), numbered("1", "C", 10)], "C");
    check_any_order(&[numbered("1", "A", 1), kill("1", Some(2)), numbered("1", "C", 3)], "C");
}
