use std::path::Path;
use std::thread;

use rusqlite::Connection;

use super::*;
use crate::article::{Article, Status};
use crate::identity::{Identity, Kind, article_id};

pub(super) struct Desk {
    pub(super) store: Store,
    pub(super) run: RunId,
    pub(super) dir: tempfile::TempDir,
}

pub(super) fn desk() -> Desk {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let run = store.begin_run("test").unwrap();
    Desk { store, run, dir }
}

pub(super) fn identity(key: &str) -> Identity {
    Identity { namespace: "wire".into(), key: key.into(), kind: Kind::Provider, page: None }
}

pub(super) fn incoming(key: &str, text: &str) -> Incoming {
    let body = if text.is_empty() { vec![] } else { vec![text.to_owned()] };
    let article = Article { headline: "Flood".into(), body, ..Article::default() };
    Incoming { identity: identity(key), article, original: None }
}

pub(super) fn numbered(key: &str, text: &str, provider_version: u64) -> Incoming {
    let mut incoming = incoming(key, text);
    incoming.article.provider_version = Some(provider_version);
    incoming
}

impl Desk {
    pub(super) fn put(&self, batch: &[Incoming]) -> Vec<Outcome> {
        self.store.put(self.run, batch).unwrap()
    }

    #[track_caller]
    fn check_current(&self, key: &str, text: &str, version: u32) {
        let stored = self.store.article(&article_id(&identity(key)), None).unwrap().unwrap();
        assert_eq!((stored.article.body.concat(), stored.version), (text.to_owned(), version));
    }
}

use Outcome::{New, Unchanged, Version as Revised};

#[test]
fn an_input_holding_a_then_b_under_one_id_makes_nothing_new_when_read_again() {
    let desk = desk();
    let input = [incoming("1", "A"), incoming("1", "B")];
    assert_eq!(desk.put(&input), [New, Revised]);
    let position = desk.store.last_change().unwrap();
    assert_eq!(desk.put(&input), [Unchanged, Unchanged]);
    desk.check_current("1", "B", 2);
    assert_eq!(desk.store.last_change().unwrap(), position);
}

#[test]
fn one_identity_in_two_namespaces_is_two_articles() {
    let desk = desk();
    let mut other = incoming("1", "A");
    other.identity.namespace = "agency".into();
    assert_eq!(desk.put(&[incoming("1", "A"), other]), [New, New]);
    assert_eq!(desk.store.named("1").unwrap().len(), 2);
    assert_eq!(desk.store.count().unwrap(), 2);
}

#[test]
fn a_version_kept_behind_changes_no_answer() {
    let desk = desk();
    desk.put(&[numbered("1", "third", 3)]);
    let position = desk.store.last_change().unwrap();
    assert_eq!(desk.put(&[numbered("1", "second", 2), incoming("1", "")]), [Revised, Revised]);
    desk.check_current("1", "third", 1);
    assert_eq!(desk.store.last_change().unwrap(), position);
    assert_eq!(desk.put(&[numbered("1", "second", 2), incoming("1", "")]), [Unchanged, Unchanged]);
}

#[test]
fn a_killed_article_is_not_counted_and_comes_with_its_status() {
    let desk = desk();
    let mut kill = incoming("1", "");
    kill.article.status = Status::Killed;
    desk.put(&[incoming("1", "A"), incoming("2", "B"), kill]);
    assert_eq!(desk.store.count().unwrap(), 1);
    let current = desk.store.current(&[1, 2, 3]).unwrap();
    let statuses: Vec<_> = current.iter().map(|stored| (stored.num, stored.article.status)).collect();
    assert_eq!(statuses, [(1, Status::Killed), (2, Status::Usable)]);
}

#[test]
fn history_and_rows_outlive_a_new_version() {
    let desk = desk();
    desk.put(&[incoming("1", "A")]);
    let before = desk.store.current(&[1]).unwrap();
    desk.put(&[incoming("2", "C"), incoming("1", "B")]);
    let rows = desk.store.rows(&[3, before[0].row, 99, 2]).unwrap();
    let texts: Vec<_> = rows.iter().map(|stored| stored.article.body.concat()).collect();
    assert_eq!(texts, ["B", "A", "C"]);
    assert_eq!(rows[1], before[0]);
    let history = desk.store.versions(1).unwrap();
    let lines: Vec<_> = history.iter().map(|line| (line.number, line.row, line.current)).collect();
    assert_eq!(lines, [(1, 1, false), (2, 3, true)]);
    let first = desk.store.article(&article_id(&identity("1")), Some(1)).unwrap().unwrap();
    assert_eq!(first, before[0]);
    assert_eq!(desk.store.article(&article_id(&identity("1")), Some(3)).unwrap(), None);
}

#[test]
fn the_page_of_each_version_is_kept_as_it_came() {
    let desk = desk();
    let of_page = |text: &str, page: &[u8]| Incoming { original: Some(page.to_vec()), ..incoming("1", text) };
    desk.put(&[of_page("A", b"<p>A\0\xff"), incoming("1", "B"), of_page("A", b"<p>again"), of_page("C", b"<p>C")]);
    let pages: Vec<_> = (1..=4).map(|row| desk.store.original(row).unwrap()).collect();
    assert_eq!(pages, [Some(b"<p>A\0\xff".to_vec()), None, Some(b"<p>C".to_vec()), None]);
    assert_eq!((desk.store.has_original(1).unwrap(), desk.store.has_original(2).unwrap()), (true, false));
}

#[test]
fn a_page_beyond_all_measure_is_not_kept_but_its_article_is() {
    let desk = desk();
    let page = vec![b'x'; super::pack::LARGEST_PAGE + 1];
    assert_eq!(desk.put(&[Incoming { original: Some(page), ..incoming("1", "A") }]), [New]);
    assert_eq!(desk.store.original(1).unwrap(), None);
}

#[test]
fn the_change_log_names_each_change_after_a_position() {
    let desk = desk();
    desk.put(&[incoming("1", "A"), incoming("2", "B"), incoming("1", "C"), incoming("2", "B")]);
    let change = |seq, article| Change { seq, article };
    assert_eq!(desk.store.changes_after(0, 9).unwrap(), [change(1, 1), change(2, 2), change(3, 1)]);
    assert_eq!(desk.store.changes_after(1, 1).unwrap(), [change(2, 2)]);
    assert_eq!(desk.store.changes_after(3, 9).unwrap(), []);
}

#[test]
fn counts_of_a_run_stand_with_its_batches() {
    let desk = desk();
    let reject = Rejected { code: "no-text".into(), ..Rejected::default() };
    desk.store.write(desk.run, &mut [incoming("1", "A").into(), incoming("1", "B").into()], &[reject], 70).unwrap();
    desk.store.write(desk.run, &mut [incoming("1", "A").into()], &[], 30).unwrap();
    let counts = desk.store.run(desk.run).unwrap().unwrap().counts;
    assert_eq!(counts, Counts { seen: 3, new: 1, versions: 1, unchanged: 1, copies: 0, rejected: 1, bytes: 100 });
}

#[test]
fn opened_again_it_is_the_same_store() {
    let desk = desk();
    desk.put(&[incoming("1", "A")]);
    let (id, stored) = (desk.store.id().to_owned(), desk.store.current(&[1]).unwrap());
    drop(desk.store);
    let again = Store::open(desk.dir.path()).unwrap();
    assert_eq!(again.id(), id);
    assert_eq!(again.current(&[1]).unwrap(), stored);
}

#[test]
fn writers_on_one_directory_lose_nothing_and_are_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let watching = Store::open(dir.path()).unwrap();
    let before = watching.data_version().unwrap();
    assert_eq!(watching.data_version().unwrap(), before);
    thread::scope(|scope| {
        for writer in 0..3 {
            let dir = dir.path();
            scope.spawn(move || write_from_outside(dir, writer));
        }
    });
    assert_ne!(watching.data_version().unwrap(), before);
    // Twenty of each writer's own, and ten that all three bring.
    assert_eq!(watching.count().unwrap(), 70);
    assert_eq!(watching.last_change().unwrap(), 70);
}

/// As another process would: a store of its own on the same files.
fn write_from_outside(dir: &Path, writer: usize) {
    let store = Store::open(dir).unwrap();
    let run = store.begin_run("outside").unwrap();
    for n in 0..10 {
        let own = |half: usize| incoming(&format!("{writer}-{n}-{half}"), "own");
        store.put(run, &[own(0), incoming(&format!("shared-{n}"), "shared"), own(1)]).unwrap();
    }
    store.finish_run(run, RunState::Finished).unwrap();
}

fn damage(dir: &Path, sql: &str) {
    Connection::open(dir.join("store.sqlite")).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_damaged_row_is_named_and_never_shown() {
    for harm in [
        "UPDATE versions SET content = CAST(content || x'00' AS BLOB) WHERE row = 2",
        "UPDATE versions SET content = (SELECT content FROM versions WHERE row = 1) WHERE row = 2",
        "UPDATE versions SET article = 1, number = 2 WHERE row = 2",
    ] {
        let desk = desk();
        desk.put(&[incoming("1", "A"), incoming("2", "B")]);
        damage(desk.dir.path(), harm);
        assert!(matches!(desk.store.rows(&[1, 2]), Err(StoreError::Damaged { row: 2 })), "{harm}");
        assert_eq!(desk.store.rows(&[1]).unwrap().len(), 1);
    }
}

#[test]
fn a_store_that_is_closed_leaves_no_log_behind() {
    let Desk { store, run, dir } = desk();
    store.put(run, &[incoming("1", "A")]).unwrap();
    assert_eq!(store.count().unwrap(), 1);
    drop(store);
    assert!(dir.path().join("store.sqlite").exists() && !dir.path().join("store.sqlite-wal").exists());
}

#[test]
fn what_ends_an_article_need_say_no_more_than_its_id() {
    let desk = desk();
    let named = |namespace: &str, key: &str, status: Status| {
        let identity = Identity { namespace: namespace.into(), key: key.into(), kind: Kind::Provider, page: None };
        let article = Article { headline: "Flood".into(), status, ..Article::default() };
        Incoming { identity, article, original: None }
    };
    let (usable, killed) = (Status::Usable, Status::Killed);
    desk.put(&[named("json:a.example", "1", usable), named("json:a.example", "2", usable)]);
    desk.put(&[named("json:b.example", "2", usable)]);
    let kills = [named("json:", "1", killed), named("json:", "2", killed), named("json:b.example", "1", killed)];
    let mut kills = kills.map(Ready::from);
    let outcomes = desk.store.write(desk.run, &mut kills, &[], 0).unwrap();
    assert_eq!(
        outcomes,
        [Outcome::Version, Outcome::New, Outcome::New],
        "of two, neither is meant; another's is another"
    );
    assert_eq!(kills[0].incoming.id(), named("json:a.example", "1", usable).id());
    let shown = |num| desk.store.current(&[num]).unwrap()[0].article.status;
    assert_eq!((shown(1), shown(2), shown(3)), (killed, usable, usable));
}

/// The item of a feed that has an id of its own, and the page at the address that it leads to.
fn item_and_page(id: &str) -> (Incoming, Incoming) {
    let page = Identity { namespace: "url".into(), key: "a.example/tin".into(), kind: Kind::Url, page: None };
    let mut item = incoming(id, "");
    item.article = Article { headline: "Tin".into(), lead: Some("In short.".into()), ..Article::default() };
    item.identity.page = Some(Box::new(page.clone()));
    let article = Article { headline: "Tin".into(), body: vec!["At length.".into()], ..Article::default() };
    (item, Incoming { identity: page, article, original: None })
}

#[test]
fn an_item_of_a_feed_and_the_page_it_leads_to_are_one_article_whichever_comes_first() {
    for page_first in [false, true] {
        let (desk, (item, page)) = (desk(), item_and_page("17"));
        let (first, second) = if page_first { (&page, &item) } else { (&item, &page) };
        assert_eq!(desk.put(std::slice::from_ref(first)), [New]);
        assert!(desk.store.is_kept(&second.identity).unwrap());
        assert_eq!(desk.put(std::slice::from_ref(second)), [Revised]);
        assert_eq!(desk.store.current(&[1]).unwrap()[0].article.body, ["At length."]);
        assert_eq!(desk.put(&[item.clone(), page.clone()]), [Unchanged; 2]);
        assert_eq!(desk.store.is_news(&[item.clone(), page.clone()]).unwrap(), [false; 2]);
        assert_eq!(desk.store.named("17").unwrap(), [first.id()]);
        // A kill says the id alone.
        let mut kill = incoming("17", "");
        kill.article.status = Status::Killed;
        assert_eq!(desk.put(&[kill]), [Revised]);
        assert_eq!(desk.store.current(&[1]).unwrap()[0].article.status, Status::Killed);
    }
}

#[test]
fn an_address_that_several_items_lead_to_is_the_article_of_none() {
    let (desk, (one, page), (other, _)) = (desk(), item_and_page("1"), item_and_page("2"));
    assert_eq!(desk.put(&[one, other.clone(), page.clone()]), [New, New, New]);
    assert_eq!(desk.put(&[page, other]), [Unchanged; 2]);
    // The page came first, and the first item that leads to it is it.
    let (desk, (one, page), (other, _)) = (self::desk(), item_and_page("1"), item_and_page("2"));
    assert_eq!(desk.put(&[page, one.clone(), other.clone()]), [New, Revised, New]);
    assert_eq!(desk.put(&[one, other]), [Unchanged; 2]);
}
