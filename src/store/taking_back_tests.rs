//! Runs undone, articles purged, old ones retired: what goes, and what stays.

use std::sync::atomic::AtomicBool;

use jiff::ToSpan;

use super::tests::{Desk, desk, identity, incoming, numbered};
use super::*;
use crate::article::{Article, Precision, Provenance, Stamp, Status};
use crate::identity::{Identity, Kind, article_id};

use Outcome::{Deleted, New, Unchanged, Version as Revised};

static ON: AtomicBool = AtomicBool::new(false);

impl Desk {
    /// Ends the run under way and begins another.
    fn next(&mut self, input: &str) -> RunId {
        let before = self.run;
        self.store.finish_run(before, RunState::Finished).unwrap();
        self.run = self.store.begin_run(input).unwrap();
        before
    }

    #[track_caller]
    fn undo(&self, run: RunId) -> (u64, u64) {
        assert!(matches!(self.store.begin_undoing(run).unwrap(), Undoing::Begun(_)));
        assert!(self.store.go_on_undoing(run, &ON, |_| {}).unwrap());
        let undone = self.store.run(run).unwrap().unwrap().undone.unwrap();
        assert!(undone.finished.is_some());
        (undone.articles, undone.versions)
    }

    fn text(&self, key: &str) -> Option<(String, u32)> {
        let stored = self.store.article(&article_id(&identity(key)), None).unwrap()?;
        Some((stored.article.body.concat(), stored.version))
    }
}

fn shown(text: &str, version: u32) -> Option<(String, u32)> {
    Some((text.to_owned(), version))
}

#[test]
fn what_a_run_brought_goes_and_what_was_before_it_is_shown_again() {
    let mut desk = desk();
    desk.put(&[incoming("1", "A"), incoming("2", "B")]);
    desk.next("second");
    desk.put(&[incoming("1", "C"), incoming("3", "D"), incoming("2", "B")]);
    desk.store.reject(desk.run, &[Rejected { code: "no_text".into(), ..Rejected::default() }]).unwrap();
    let second = desk.next("third");
    let position = desk.store.last_change().unwrap();
    assert_eq!(desk.undo(second), (1, 2));
    assert_eq!([desk.text("1"), desk.text("2"), desk.text("3")], [shown("A", 1), shown("B", 1), None]);
    assert_eq!(desk.store.count().unwrap(), 2);
    let changed = desk.store.changes_after(position, 9).unwrap();
    assert_eq!(changed.iter().map(|change| change.article).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(desk.store.current(&[1, 2, 3]).unwrap().len(), 2, "of what is gone nothing is current");
    assert_eq!(desk.store.rejects(second, 0, 9).unwrap(), []);
    // Once more it comes as new, and under its old name.
    assert_eq!(desk.put(&[incoming("3", "D"), incoming("1", "C")]), [New, Revised]);
    assert_eq!([desk.text("3"), desk.text("1")], [shown("D", 2), shown("C", 3)], "no number is given twice");
}

#[test]
fn the_number_of_a_version_that_was_taken_back_is_given_to_no_other() {
    let mut desk = desk();
    desk.put(&[incoming("1", "A")]);
    desk.next("second");
    desk.put(&[incoming("1", "B"), incoming("1", "C")]);
    let second = desk.next("third");
    desk.undo(second);
    assert_eq!((desk.text("1"), desk.store.last_number(1).unwrap()), (shown("A", 1), 3));
    desk.put(&[incoming("1", "D")]);
    assert_eq!(desk.text("1"), shown("D", 4));
    let third = desk.next("fourth");
    desk.undo(third);
    desk.undo(RunId(1));
    assert_eq!(desk.put(&[incoming("1", "E")]), [New]);
    assert_eq!(desk.text("1"), shown("E", 5));
    let stored = desk.store.article(&article_id(&identity("1")), None).unwrap().unwrap();
    assert!(!stored.revised, "it is the first that is kept");
    assert_eq!(desk.put(&[incoming("1", "E"), incoming("1", "F")]), [Unchanged, Revised]);
    assert_eq!(desk.text("1"), shown("F", 6));
}

#[test]
fn what_another_run_has_brought_again_stays_and_is_of_that_run() {
    let mut desk = desk();
    desk.put(&[incoming("1", "A"), incoming("2", "B")]);
    let first = desk.next("again");
    assert_eq!(desk.put(&[incoming("1", "A")]), [Unchanged]);
    let second = desk.next("third");
    assert_eq!(desk.undo(first), (1, 1));
    assert_eq!([desk.text("1"), desk.text("2")], [shown("A", 1), None]);
    assert_eq!(desk.store.versions(1).unwrap()[0].run, second);
    assert_eq!(desk.undo(second), (1, 1), "nobody else has brought it any more");
    assert_eq!(desk.text("1"), None);
}

#[test]
fn a_run_that_was_undone_keeps_nothing_alive() {
    let mut desk = desk();
    desk.put(&[incoming("1", "A")]);
    let first = desk.next("again");
    desk.put(&[incoming("1", "A")]);
    let second = desk.next("third");
    assert_eq!(desk.undo(second), (0, 0));
    assert_eq!(desk.text("1"), shown("A", 1));
    assert_eq!(desk.undo(first), (1, 1));
}

#[test]
fn a_first_version_can_go_and_the_later_ones_are_the_same_article() {
    let mut desk = desk();
    desk.put(&[numbered("1", "first", 1)]);
    let first = desk.next("second");
    desk.put(&[numbered("1", "second", 2), numbered("1", "third", 3)]);
    assert_eq!(desk.undo(first), (0, 1));
    assert_eq!(desk.text("1"), shown("third", 3));
    let stored = desk.store.article(&article_id(&identity("1")), Some(2)).unwrap().unwrap();
    assert!(!stored.revised, "no earlier one is kept");
    assert_eq!(desk.put(&[numbered("1", "third", 3), numbered("1", "first", 1)]), [Unchanged, Revised]);
    assert_eq!(desk.text("1"), shown("third", 3), "what comes late stays behind");
}

#[test]
fn an_article_is_judged_again_by_the_rules_it_came_by() {
    let mut desk = desk();
    desk.put(&[numbered("1", "two", 2)]);
    desk.next("kill");
    let kill = {
        let mut kill = numbered("1", "", 5);
        kill.article.status = Status::Killed;
        desk.put(&[kill]);
        desk.next("late")
    };
    desk.put(&[numbered("1", "four", 4), numbered("1", "three", 3)]);
    assert_eq!(desk.store.count().unwrap(), 0);
    assert_eq!(desk.undo(kill), (0, 1));
    assert_eq!(desk.text("1"), shown("four", 3), "the kill held it back, and it is newer than what came after it");
    assert_eq!(desk.store.count().unwrap(), 1);
    assert_eq!(desk.store.article(&article_id(&identity("1")), None).unwrap().unwrap().standing, Standing::Shown);
}

#[test]
fn a_run_that_is_being_written_cannot_be_undone_and_none_twice() {
    let mut desk = desk();
    desk.put(&[incoming("1", "A")]);
    assert_eq!(desk.store.begin_undoing(desk.run).unwrap(), Undoing::Running);
    assert_eq!(desk.store.begin_undoing(RunId(99)).unwrap(), Undoing::NoRun);
    let first = desk.next("second");
    assert_eq!(desk.undo(first), (1, 1));
    let position = desk.store.last_change().unwrap();
    assert!(matches!(desk.store.begin_undoing(first).unwrap(), Undoing::Before(_)));
    assert_eq!(desk.store.last_change().unwrap(), position);
}

#[test]
fn undoing_goes_on_where_it_was_broken_off() {
    let mut desk = desk();
    let batch: Vec<_> = (0..2500).map(|n| incoming(&n.to_string(), &format!("text {n}"))).collect();
    desk.put(&batch);
    let run = desk.next("other");
    desk.store.begin_undoing(run).unwrap();
    let stop = AtomicBool::new(false);
    let done = desk.store.go_on_undoing(run, &stop, |_| stop.store(true, std::sync::atomic::Ordering::Relaxed));
    assert!(!done.unwrap());
    assert_eq!(desk.store.count().unwrap(), 1500, "one batch has gone");
    let Desk { store, dir, .. } = desk;
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.undoing().unwrap(), [run]);
    assert!(store.go_on_undoing(run, &ON, |_| {}).unwrap());
    let undone = store.run(run).unwrap().unwrap().undone.unwrap();
    assert_eq!((undone.articles, undone.versions, store.count().unwrap()), (2500, 2500, 0));
    assert_eq!(store.undoing().unwrap(), []);
}

#[test]
fn files_and_feeds_are_read_again_after_their_run_was_undone() {
    let mut desk = desk();
    desk.next("https://a.example/feed");
    let mut page = incoming("1", "A");
    page.article.url = Some("https://www.a.example/1?utm_source=x".to_owned());
    desk.put(&[page]);
    let (one, other) = (PathBuf::from("/in/a"), PathBuf::from("/in/b"));
    let mark = FileMark { size: 1, modified: 1 };
    desk.store.note_files(desk.run, &[(one.clone(), mark)]).unwrap();
    let feed = FeedState { url: "https://a.example/feed".into(), etag: Some("1".into()), ..FeedState::default() };
    desk.store.keep_feed(&feed).unwrap();
    let state = PageState { fate: PageFate::Read, stamp: None, tries: 0 };
    desk.store.keep_fetched_page("a.example/1", state, Timestamp::now()).unwrap();
    desk.store.keep_fetched_page("a.example/2", state, Timestamp::now()).unwrap();
    let run = desk.next("other");
    desk.store.note_files(desk.run, &[(other.clone(), mark)]).unwrap();
    desk.undo(run);
    assert_eq!((desk.store.file_mark(&one).unwrap(), desk.store.file_mark(&other).unwrap()), (None, Some(mark)));
    assert_eq!(desk.store.feed(&feed.url).unwrap(), Some(FeedState { etag: None, ..feed }));
    assert_eq!(desk.store.fetched_page("a.example/1").unwrap(), None);
    assert_eq!(desk.store.fetched_page("a.example/2").unwrap(), Some(state));
}

#[test]
fn another_name_goes_with_the_version_that_brought_it() {
    let mut desk = desk();
    let page = Identity { namespace: "url".into(), key: "a.example/tin".into(), kind: Kind::Url, page: None };
    let article = |text: &str| Article { headline: "Tin".into(), body: vec![text.into()], ..Article::default() };
    desk.put(&[Incoming { identity: page.clone(), article: article("At length."), original: None }]);
    desk.next("feed");
    let identity = Identity { page: Some(Box::new(page.clone())), ..identity("17") };
    let item = Incoming { identity, article: article("In short."), original: None };
    assert_eq!(desk.put(std::slice::from_ref(&item)), [Revised]);
    assert_eq!(desk.store.named("17").unwrap().len(), 1);
    let feed = desk.next("other");
    assert_eq!(desk.undo(feed), (0, 1));
    assert_eq!(desk.store.named("17").unwrap(), []);
    assert_eq!(desk.put(&[item]), [Revised], "it leads to the page still");
}

#[test]
fn a_copy_becomes_the_original_when_that_is_gone() {
    let mut desk = desk();
    let told = |key: &str, day: i64| {
        let text = "The price of tin rose on Friday for the third day in a row, traders at the harbour said, and they \
            put it down to a strike in two mines that has lasted for five weeks now.";
        let mut incoming = incoming(key, text);
        incoming.article.published = stamp(Timestamp::from_second(day * 86_400).unwrap(), Precision::Second);
        incoming
    };
    desk.put(&[told("1", 1)]);
    let first = desk.next("copies");
    assert_eq!(desk.put(&[told("2", 2), told("3", 3)]), [Outcome::Copy, Outcome::Copy]);
    let position = desk.store.last_change().unwrap();
    desk.undo(first);
    let originals: Vec<_> = desk.store.current(&[2, 3]).unwrap().iter().map(|one| one.story.original).collect();
    assert_eq!(originals, [2, 2]);
    let mut changed: Vec<_> =
        desk.store.changes_after(position, 9).unwrap().iter().map(|change| change.article).collect();
    changed.sort_unstable();
    assert_eq!(changed, [1, 2, 3], "the index hears of all three");
}

#[test]
fn a_withdrawn_article_stays_away_after_its_run_was_undone() {
    let mut desk = desk();
    desk.put(&[incoming("1", "A")]);
    let id = article_id(&identity("1"));
    assert!(desk.store.delete(&id).unwrap());
    let run = desk.next("again");
    assert_eq!(desk.undo(run), (1, 1));
    assert_eq!(desk.store.gone(&id).unwrap(), Some(Gone::Withdrawn));
    assert_eq!(desk.put(&[incoming("1", "A")]), [Deleted]);
    assert_eq!(desk.store.count().unwrap(), 0);
    assert!(desk.store.delete(&id).unwrap(), "it is deleted still");
}

#[test]
fn a_citation_tells_what_it_has_lost() {
    let mut desk = desk();
    desk.put(&[incoming("1", "A"), incoming("2", "B")]);
    let first = desk.next("second");
    desk.put(&[incoming("3", "C")]);
    let cited: Vec<Cited> = (1..=3).map(|n| Cited { num: n, row: n }).collect();
    desk.store.cite("c", "{}", &cited, None).unwrap();
    desk.store.purge(&article_id(&identity("1"))).unwrap();
    desk.undo(first);
    let kept = desk.store.citation("c").unwrap().unwrap();
    assert_eq!((kept.found.as_slice(), kept.purged, kept.taken_back), (&cited[2..], 1, 1));
}

#[test]
fn a_row_that_an_index_still_names_is_told_as_gone() {
    let mut desk = desk();
    desk.put(&[incoming("1", "A"), incoming("2", "B")]);
    let run = desk.next("second");
    desk.put(&[incoming("2", "B")]);
    desk.undo(run);
    let found = desk.store.found(&[(2, 2), (1, 1)]).unwrap();
    assert_eq!((found[0].standing, found[1].standing), (Standing::Shown, Standing::Deleted));
    assert_eq!((&found[1].id, found[1].article.headline.as_str()), (&article_id(&identity("1")), ""));
}

#[test]
fn a_purged_article_does_not_come_again_under_any_of_its_names() {
    let desk = desk();
    let page = Identity { namespace: "url".into(), key: "a.example/tin".into(), kind: Kind::Url, page: None };
    let of_page = Incoming { identity: page.clone(), ..incoming("", "At length.") };
    let item =
        Incoming { identity: Identity { page: Some(Box::new(page)), ..identity("17") }, ..incoming("", "Short.") };
    desk.put(&[item.clone(), of_page.clone(), incoming("2", "B")]);
    let id = item.id();
    assert_eq!(desk.store.purge(&id).unwrap(), Some(Purged { already: false, versions: 2, rejects: 0 }));
    assert_eq!(desk.store.purge(&id).unwrap(), Some(Purged { already: true, versions: 0, rejects: 0 }));
    assert_eq!(desk.store.purge(&article_id(&identity("9"))).unwrap(), None);
    let mut again = [item, of_page, incoming("2", "B")].map(Ready::from);
    again[1].place = Standpoint { source: "a.html".into(), offset: Some(7), line: Some(3) };
    let purged = Outcome::Refused(Refusal::Purged);
    assert_eq!(desk.store.write(desk.run, &mut again, &[], 0).unwrap(), [purged, purged, Unchanged]);
    let counts = desk.store.run(desk.run).unwrap().unwrap().counts;
    assert_eq!((counts.seen, counts.rejected, counts.unchanged), (4, 2, 1));
    let (_, reject) = desk.store.rejects(desk.run, 1, 9).unwrap().remove(0);
    assert_eq!((reject.code.as_str(), reject.source.as_str(), reject.line), ("purged", "a.html", Some(3)));
    assert!(reject.copy.is_empty(), "nothing of it is kept");
    assert_eq!(desk.store.is_news(&again.map(|ready| ready.incoming)).unwrap(), [false; 3]);
}

/// Every byte of the folder of a store.
fn bytes(dir: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(dir).unwrap().flatten().filter(|entry| entry.path().is_file());
    files.flat_map(|entry| std::fs::read(entry.path()).unwrap()).collect()
}

fn holds(dir: &Path, what: &[u8]) -> bool {
    memchr::memmem::find(&bytes(dir), what).is_some()
}

#[test]
fn of_a_purged_article_no_byte_is_left_in_the_store() {
    let mut desk = desk();
    let rare = |n: u32| format!("{n} {}", blake3::hash(&n.to_le_bytes()).to_hex());
    let of_page =
        |n: u32| Incoming { original: Some(rare(n + 500).into_bytes()), ..incoming(&n.to_string(), &rare(n)) };
    desk.put(&(0..300).map(of_page).collect::<Vec<_>>());
    let copy = format!("{{\"id\":\"7\",\"text\":\"{}\"", rare(7)).into_bytes();
    let reject = |copy: Vec<u8>| Rejected { code: "bad_json".into(), copy, ..Rejected::default() };
    // Rows move when others go.
    let run = desk.next("other");
    desk.put(&(0..300).filter(|n| n % 3 == 0 || *n == 7).map(of_page).collect::<Vec<_>>());
    desk.undo(run);
    desk.store.reject(desk.run, &[reject(copy.clone()), reject(b"other".to_vec())]).unwrap();
    let id = article_id(&identity("7"));
    let marks: Vec<Vec<u8>> = {
        let conn = rusqlite::Connection::open(desk.dir.path().join("store.sqlite")).unwrap();
        let row = "SELECT v.seal, v.content_hash, v.content, o.page FROM versions v JOIN originals o ON o.version = v.row \
                   JOIN articles a ON a.num = v.article WHERE a.id = ?1";
        conn.query_row(row, [&id.0], |row| (0..4).map(|at| row.get(at)).collect::<Result<Vec<Vec<u8>>, _>>()).unwrap()
    };
    let dir = desk.dir.path();
    // Of what is packed the middle: its ends may be like those of others.
    let middle = |mark: &Vec<u8>| mark.len().saturating_sub(24) / 2;
    let marks: Vec<&[u8]> = marks
        .iter()
        .map(|mark| &mark[middle(mark)..mark.len().min(middle(mark) + 24)])
        .chain([copy.as_slice()])
        .collect();
    assert!(marks.iter().all(|mark| holds(dir, mark)));
    assert_eq!(desk.store.purge(&id).unwrap().map(|purged| (purged.versions, purged.rejects)), Some((1, 1)));
    assert!(desk.store.is_purging(&id).unwrap());
    assert!(desk.erase());
    assert!(!desk.store.is_purging(&id).unwrap());
    for (at, mark) in marks.iter().enumerate() {
        assert!(!holds(dir, mark), "{at}");
    }
    let left = desk.store.rejects(desk.run, 0, 9).unwrap();
    assert_eq!(left.iter().map(|(n, left)| (*n, left.copy.as_slice())).collect::<Vec<_>>(), [(2, b"other".as_slice())]);
    assert_eq!(desk.text("9"), shown(&rare(9), 1));
}

impl Desk {
    /// Frees the store of what was purged, as if an index had been freed of it.
    fn erase(&self) -> bool {
        self.store.erase_purged(self.store.last_change().unwrap()).unwrap()
    }

    /// Whether the file of the store is still to be written anew for what was purged.
    fn is_to_be_written_anew(&self) -> bool {
        let conn = rusqlite::Connection::open(self.dir.path().join("store.sqlite")).unwrap();
        conn.query_row("SELECT max(anew) FROM purges", [], |row| row.get(0)).unwrap()
    }
}

#[test]
fn the_store_is_written_anew_once_however_long_somebody_reads_what_was_before() {
    let mut desk = desk();
    desk.put(&[incoming("1", "A"), incoming("2", "B")]);
    let first = desk.next("second");
    desk.put(&[incoming("2", "B")]);
    desk.undo(first);
    let (gone, kept) = (article_id(&identity("1")), article_id(&identity("2")));
    desk.store.purge(&gone).unwrap();
    assert!(desk.is_to_be_written_anew(), "nobody knows by what to recognise what was undone");
    let reader = rusqlite::Connection::open(desk.dir.path().join("store.sqlite")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM articles").unwrap();
    assert!(!desk.erase());
    assert!(desk.store.is_purging(&gone).unwrap() && !desk.is_to_be_written_anew());
    drop(reader);
    assert!(desk.erase());
    assert!(!desk.store.is_purging(&gone).unwrap());
    desk.store.purge(&kept).unwrap();
    assert!(!desk.is_to_be_written_anew(), "it was looked for, and there is no copy");
}

#[test]
fn the_store_is_written_anew_where_an_earlier_version_of_what_is_purged_was_taken_back() {
    let mut desk = desk();
    desk.put(&[incoming("1", "A")]);
    desk.next("second");
    desk.put(&[incoming("1", "B")]);
    let second = desk.next("third");
    desk.undo(second);
    desk.store.purge(&article_id(&identity("1"))).unwrap();
    assert!(desk.is_to_be_written_anew());
}

#[test]
fn withdrawn_and_undone_articles_can_be_purged_too() {
    let mut desk = desk();
    desk.put(&[incoming("1", "A"), incoming("2", "B")]);
    let (withdrawn, undone) = (article_id(&identity("1")), article_id(&identity("2")));
    let run = desk.next("other");
    desk.put(&[incoming("1", "A")]);
    desk.store.delete(&withdrawn).unwrap();
    desk.undo(run);
    for id in [&withdrawn, &undone] {
        assert!(desk.store.purge(id).unwrap().is_some_and(|purged| !purged.already));
        assert_eq!(desk.store.gone(id).unwrap(), Some(Gone::Purged));
    }
    assert!(desk.erase());
    assert_eq!(desk.put(&[incoming("1", "A"), incoming("2", "B")]), [Outcome::Refused(Refusal::Purged); 2]);
}

fn stamp(at: Timestamp, precision: Precision) -> Stamp {
    Stamp { at: Some(at), precision, from: Provenance::File, implausible: false }
}

fn dated(key: &str, date: &str, precision: Precision) -> Incoming {
    let mut incoming = incoming(key, key);
    incoming.article.published = stamp(format!("{date}T00:00:00Z").parse().unwrap(), precision);
    incoming
}

#[test]
fn old_articles_go_to_the_last_moment_of_their_date() {
    let desk = desk();
    let now: Timestamp = "2025-06-15T12:00:00Z".parse().unwrap();
    let mut kill = dated("5", "2014-01-01", Precision::Day);
    kill.article.status = Status::Killed;
    desk.put(&[
        dated("1", "2015-06-13", Precision::Day),
        dated("2", "2015-06-15", Precision::Day),
        dated("3", "2015-01-01", Precision::Year),
        dated("4", "2013-01-01", Precision::Year),
        kill,
        incoming("6", "undated"),
    ]);
    desk.store.keep_for(Some(10.years()));
    assert_eq!(desk.store.too_old(now).unwrap(), 3, "and one of them is shown to nobody");
    assert_eq!(desk.store.retire(now, &ON).unwrap(), Removed { articles: 3, versions: 3 });
    let kept: Vec<bool> = (1..=6).map(|key| desk.text(&key.to_string()).is_some()).collect();
    assert_eq!(kept, [false, true, true, false, false, true]);
    assert_eq!(desk.store.gone(&article_id(&identity("1"))).unwrap(), Some(Gone::Retired));
    assert_eq!(desk.store.retire(now, &ON).unwrap(), Removed::default());
    // What is undated is as old as its coming.
    let later = Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).checked_add(11.years()).unwrap();
    assert_eq!(desk.store.retire(later.timestamp(), &ON).unwrap().articles, 3);
}

#[test]
fn what_is_too_old_is_refused_and_comes_in_where_it_is_kept_for_longer() {
    let desk = desk();
    let old = dated("1", "1987-02-26", Precision::Day);
    desk.store.keep_for(Some(10.years()));
    assert_eq!(desk.put(&[old.clone(), incoming("2", "undated")]), [Outcome::Refused(Refusal::TooOld), New]);
    assert_eq!(desk.store.rejects(desk.run, 0, 9).unwrap()[0].1.code, "too_old");
    assert_eq!(desk.store.is_news(std::slice::from_ref(&old)).unwrap(), [false]);
    desk.store.keep_for(None);
    assert_eq!(desk.put(std::slice::from_ref(&old)), [New]);
    desk.store.keep_for(Some(10.years()));
    assert_eq!(desk.store.retire(Timestamp::now(), &ON).unwrap().articles, 1);
    desk.store.keep_for(Some(100.years()));
    assert_eq!(desk.put(&[old]), [New]);
}

#[test]
fn more_than_a_tenth_that_is_too_old_is_counted_as_too_many_and_a_few_never_are() {
    let desk = desk();
    let now: Timestamp = "2025-06-15T12:00:00Z".parse().unwrap();
    let old = |from: u32, to: u32| -> Vec<Incoming> {
        (from..to).map(|key| dated(&key.to_string(), "2014-01-01", Precision::Day)).collect()
    };
    desk.put(&old(0, 1000));
    // By their year alone they might be as old as that, and are not.
    desk.put(&(2000..2500).map(|key| dated(&key.to_string(), "2015-01-01", Precision::Year)).collect::<Vec<_>>());
    assert_eq!(desk.store.too_many_are_old(now).unwrap(), None, "everything is kept");
    desk.store.keep_for(Some(10.years()));
    assert_eq!((desk.store.too_many_are_old(now).unwrap(), desk.store.too_old(now).unwrap()), (None, 1000));
    desk.store.keep_for(None);
    desk.put(&old(1000, 1001));
    desk.store.keep_for(Some(10.years()));
    assert_eq!(desk.store.too_many_are_old(now).unwrap(), Some(TooMany { most: 1000, all: 1501 }));
}
