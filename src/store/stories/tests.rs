//! Whatever comes in whatever order, the stories are those of the plain rule.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use proptest::prelude::*;

use super::Telling;
use crate::article::{Article, ArticleId, Stamp, Status};
use crate::identity::{Identity, Kind, article_id};
use crate::store::{Incoming, Outcome, RunId, Store};
use crate::stories::{Sketch, alike};

thread_local! {
    /// Lines of the table of keys read so far, and texts compared.
    pub(super) static WORK: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

/// Words without meaning that look like words; each text of `seed` is another.
fn text(seed: u64, words: usize) -> Vec<String> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'a' + (state % 26) as u8)
    };
    (0..words).map(|_| (0..6).map(|_| letter()).collect()).collect()
}

/// Texts between which there is every kind of likeness: whole, cut, changed here and there, of two halves.
fn variant(base: u64, kind: u8) -> String {
    let mut words = text(base, 120);
    match kind {
        0 => {}
        1 => words.truncate(80),
        2 => words.iter_mut().step_by(9).for_each(|word| *word = "otherwise".to_owned()),
        3 => words.iter_mut().step_by(12).for_each(|word| *word = "somewhere".to_owned()),
        4 => words.truncate(50),
        5 => words.splice(60.., text(base + 1, 120).into_iter().take(62)).for_each(drop),
        6 => words.splice(..40, text(base + 1, 40)).for_each(drop),
        7 => words.truncate(12),
        8 => words.truncate(3),
        // The same words; all of them names.
        _ => words.iter_mut().for_each(|word| *word = word.to_uppercase()),
    }
    words.join(" ")
}

fn identity(key: u8) -> Identity {
    Identity { namespace: "wire".into(), key: key.to_string(), kind: Kind::Provider, page: None }
}

#[derive(Clone, Debug)]
struct Said {
    key: u8,
    base: u64,
    kind: u8,
    headline: u8,
    day: Option<u8>,
    killed: bool,
}

impl Said {
    /// About nothing, about the beginning of the text, about its end.
    fn headline(&self) -> String {
        let text = variant(self.base, self.kind);
        let words: Vec<&str> = text.split(' ').collect();
        match self.headline {
            0 => "Of this and that".to_owned(),
            1 => words[..2].join(" "),
            _ => words[words.len() - 3..].join(" "),
        }
    }

    fn incoming(&self) -> Incoming {
        let day = self.day.map(|day| Timestamp::from_second(i64::from(day) * 86_400).unwrap());
        let article = Article {
            headline: self.headline(),
            body: vec![variant(self.base, self.kind)],
            published: Stamp { at: day, ..Stamp::default() },
            status: if self.killed { Status::Killed } else { Status::Usable },
            ..Article::default()
        };
        Incoming { identity: identity(self.key), article, original: None }
    }
}

fn said() -> impl Strategy<Value = Said> {
    let day = proptest::option::weighted(0.8, 0..6u8);
    (0..40u8, 0..3u64, 0..10u8, 0..3u8, day, proptest::bool::weighted(0.15))
        .prop_map(|(key, base, kind, headline, day, killed)| Said { key, base, kind, headline, day, killed })
}

struct Desk {
    store: Store,
    run: RunId,
    _dir: tempfile::TempDir,
}

fn desk() -> Desk {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let run = store.begin_run("test").unwrap();
    Desk { store, run, _dir: dir }
}

impl Desk {
    fn put(&self, batch: &[Incoming]) -> Vec<Outcome> {
        self.store.put(self.run, batch).unwrap()
    }

    /// Each article that answers show, and the original of its story.
    fn stories(&self) -> BTreeMap<ArticleId, ArticleId> {
        let nums: Vec<u64> = (1..=200).collect();
        let shown = self.store.current(&nums).unwrap().into_iter();
        shown.filter(|one| one.article.status == Status::Usable).map(|one| (one.id, one.story.id)).collect()
    }

    fn articles(&self) -> BTreeMap<ArticleId, Article> {
        let nums: Vec<u64> = (1..=200).collect();
        let shown = self.store.current(&nums).unwrap().into_iter();
        shown.filter(|one| one.article.status == Status::Usable).map(|one| (one.id, one.article)).collect()
    }
}

/// The rule, word for word.
fn by_the_rule(articles: &BTreeMap<ArticleId, Article>) -> BTreeMap<ArticleId, ArticleId> {
    let mut told: Vec<(i64, &ArticleId, Option<Sketch>)> = Vec::new();
    for (id, article) in articles {
        told.push((Telling::of(article).at, id, Sketch::of(article)));
    }
    told.sort_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)));
    let mut leaders: Vec<(&ArticleId, &Option<Sketch>)> = Vec::new();
    let mut stories = BTreeMap::new();
    for (_, id, sketch) in &told {
        let leader = leaders.iter().find(|(_, leader)| match (leader, sketch) {
            (Some(leader), Some(sketch)) => alike(leader, sketch),
            _ => false,
        });
        let leader = leader.map(|(leader, _)| (*leader).clone());
        if leader.is_none() {
            leaders.push((id, sketch));
        }
        stories.insert((*id).clone(), leader.unwrap_or_else(|| (*id).clone()));
    }
    stories
}

/// What an index holds that follows the change log.
#[derive(Default)]
struct Mirror {
    position: u64,
    stories: HashMap<u64, ArticleId>,
}

impl Mirror {
    fn follow(&mut self, store: &Store) {
        let changes = store.changes_after(self.position, 10_000).unwrap();
        self.position = changes.last().map_or(self.position, |change| change.seq);
        let nums: Vec<u64> = changes.iter().map(|change| change.article).collect();
        for stored in store.current(&nums).unwrap() {
            self.stories.insert(stored.num, stored.story.id);
        }
    }

    #[track_caller]
    fn check(&self, store: &Store) {
        let nums: Vec<u64> = (1..=200).collect();
        for stored in store.current(&nums).unwrap() {
            assert_eq!(self.stories[&stored.num], stored.story.id, "{}", stored.num);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn stories_are_those_of_the_rule_after_any_history(batches in proptest::collection::vec(
        proptest::collection::vec(said(), 1..12), 1..8))
    {
        let desk = desk();
        let mut mirror = Mirror::default();
        for batch in &batches {
            let batch: Vec<Incoming> = batch.iter().map(Said::incoming).collect();
            desk.put(&batch);
            mirror.follow(&desk.store);
            prop_assert_eq!(desk.stories(), by_the_rule(&desk.articles()));
        }
        mirror.check(&desk.store);

        // The same articles, in another order and in one go.
        let fresh = self::desk();
        let mut again: Vec<Incoming> = Vec::new();
        for key in (0..40u8).rev() {
            if let Some(article) = desk.articles().remove(&article_id(&identity(key))) {
                again.push(Incoming { identity: identity(key), article, original: None });
            }
        }
        fresh.put(&again);
        prop_assert_eq!(fresh.stories(), desk.stories());
    }
}

fn plain(key: u8, kind: u8, day: u8) -> Incoming {
    Said { key, base: 7, kind, headline: 0, day: Some(day), killed: false }.incoming()
}

fn id(key: u8) -> ArticleId {
    article_id(&identity(key))
}

#[test]
fn the_earliest_is_the_original_whenever_it_comes() {
    let desk = desk();
    assert_eq!(desk.put(&[plain(1, 0, 5), plain(2, 1, 6)]), [Outcome::New, Outcome::Copy]);
    assert_eq!(desk.put(&[plain(3, 2, 1)]), [Outcome::New]);
    assert!(desk.stories().values().all(|original| *original == id(3)));
    let first = desk.store.article(&id(3), None).unwrap().unwrap();
    let copies: Vec<_> = desk.store.copies(first.num, None, 9).unwrap().0.into_iter().map(|copy| copy.id).collect();
    assert_eq!(copies, [id(1), id(2)]);
    let line = desk.store.run(desk.run).unwrap().unwrap();
    assert_eq!((line.counts.new, line.counts.copies, line.counts.seen), (2, 1, 3));
}

#[test]
fn the_same_words_in_capitals_are_found_though_all_of_them_are_names() {
    let desk = desk();
    assert_eq!(desk.put(&[plain(1, 0, 1), plain(2, 9, 2)]), [Outcome::New, Outcome::Copy]);
}

#[test]
fn a_story_whose_original_is_killed_goes_on_under_the_next() {
    let desk = desk();
    desk.put(&[plain(1, 0, 1), plain(2, 0, 2), plain(3, 0, 3)]);
    let before = desk.store.last_change().unwrap();
    desk.put(&[Said { key: 1, base: 7, kind: 0, headline: 0, day: Some(1), killed: true }.incoming()]);
    assert_eq!(desk.stories(), BTreeMap::from([(id(2), id(2)), (id(3), id(2))]));
    let changed: Vec<u64> = desk.store.changes_after(before, 9).unwrap().iter().map(|change| change.article).collect();
    assert_eq!(changed, [1, 2, 3]);
    let killed = desk.store.article(&id(1), None).unwrap().unwrap();
    assert_eq!((killed.story.id, desk.store.copies(1, None, 9).unwrap().0.len()), (id(1), 0));
}

#[test]
fn articles_stored_under_another_rule_are_compared_when_the_store_is_opened() {
    let desk = desk();
    desk.put(&[plain(1, 0, 1), plain(2, 1, 2), plain(3, 8, 2)]);
    let (stories, before) = (desk.stories(), desk.store.last_change().unwrap());
    desk.store.finish_run(desk.run, crate::store::RunState::Finished).unwrap();
    let Desk { store, _dir: dir, .. } = desk;
    drop(store);
    let conn = rusqlite::Connection::open(dir.path().join("store.sqlite")).unwrap();
    conn.execute_batch(
        "DELETE FROM tellings; DELETE FROM story_keys; DELETE FROM story_texts; DELETE FROM meta WHERE name = 'stories'",
    )
    .unwrap();
    drop(conn);
    let store = Store::open(dir.path()).unwrap();
    let run = store.begin_run("again").unwrap();
    let again = Desk { store, run, _dir: dir };
    assert_eq!(again.stories(), stories);
    assert_eq!(again.store.changes_after(before, 9).unwrap().len(), 1, "the copy is to be indexed again");
}

#[test]
fn keys_are_fresh_for_one_round_and_then_put_by() {
    let desk = desk();
    let kept = || {
        let conn = rusqlite::Connection::open(desk._dir.path().join("store.sqlite")).unwrap();
        let count = |table| conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, u64>(0));
        (count("story_keys_fresh").unwrap(), count("story_keys").unwrap())
    };
    let said =
        |key: u8, killed| Said { key, base: u64::from(key), kind: 0, headline: 0, day: Some(1), killed }.incoming();
    for key in 0..60 {
        let before = kept();
        desk.put(&[said(key, false)]);
        let (fresh, put_by) = kept();
        assert!(fresh + put_by >= before.0 + before.1 + 10, "none is lost on the way");
        assert!(fresh < 2 * super::keys::ROUND, "{fresh} of {put_by} after {key}");
    }
    assert!(kept().1 > kept().0, "{:?}", kept());
    desk.put(&(0..60).map(|key| said(key, true)).collect::<Vec<_>>());
    assert_eq!(kept(), (0, 0), "wherever they were");
}

/// How many articles of a kind come in, some at a time: the least that shows how the work grows.
const MANY: u64 = if cfg!(debug_assertions) { 500 } else { 20_000 };

/// What it takes to take in articles with such bodies, each the newest so far: keys read and texts compared, an article.
fn work(bodies: impl Iterator<Item = String>) -> (u64, u64, Desk) {
    let desk = desk();
    WORK.set((0, 0));
    let incoming: Vec<Incoming> =
        bodies.enumerate().map(|(number, body)| said_in(number as u64, number as i64, body)).collect();
    incoming.chunks(100).for_each(|batch| drop(desk.put(batch)));
    let (read, compared) = WORK.get();
    (read / incoming.len() as u64, compared / incoming.len() as u64, desk)
}

fn said_in(key: u64, second: i64, body: String) -> Incoming {
    let at = Timestamp::from_second(second).unwrap();
    let article = Article {
        headline: "Of this and that".into(),
        body: vec![body],
        published: Stamp { at: Some(at), ..Stamp::default() },
        ..Article::default()
    };
    Incoming {
        identity: Identity { namespace: "wire".into(), key: key.to_string(), kind: Kind::Provider, page: None },
        article,
        original: None,
    }
}

fn many() -> impl Iterator<Item = u64> {
    let asked = std::env::var("BROADSHEET_MANY").ok().and_then(|many| many.parse().ok());
    0..asked.unwrap_or(MANY)
}

#[track_caller]
fn is_little(work: (u64, u64, Desk)) {
    let (read, compared, _) = work;
    println!("{read} keys read and {compared} texts compared, an article");
    assert!(read < 500 && compared < 5, "{read} keys read and {compared} texts compared, an article");
}

#[test]
fn what_stands_in_one_frame_is_not_compared_with_one_another() {
    let frame = [text(1, 60).join(" "), text(2, 60).join(" ")];
    let framed = |number: u64| {
        let middle = text(100 + number, 80 + (number % 90) as usize).join(" ");
        format!("{} {middle} {}", frame[0], frame[1])
    };
    is_little(work(many().map(framed)));
}

/// Below 41, by lot (SplitMix64).
fn figure(number: u64) -> u64 {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % 41
}

#[test]
fn forms_filled_in_for_others_are_not_compared_with_one_another() {
    let town = |number: u64| text(7000 + number % 400, 1)[0].replacen(char::is_alphabetic, "T", 1);
    let figure = |number: u64, slot: u64| figure(16 * number + slot);
    let weather = |number: u64| {
        let [high, low, wind, rain, next, sun] = [1, 2, 3, 4, 5, 6].map(|slot| figure(number, slot));
        format!(
            "Sunny at first in {}, with a high of {high} and a low of {low} degrees. Winds from the west at {wind} miles an \
             hour, with a chance of rain of {rain} percent towards the evening. The next day will see {next} degrees, and \
             the sun rises at {sun} minutes past six over the hills of {}.",
            town(number),
            town(number / 3)
        )
    };
    is_little(work(many().map(weather)));
    let stocks = |number: u64| {
        let line = |slot: u64| {
            format!("{} {}.{} {}", town(slot), figure(number, slot), figure(number, 1 + slot), figure(slot, 2))
        };
        format!("Prices at the close of trading.\n{}", (0..8).map(line).collect::<Vec<_>>().join("\n"))
    };
    is_little(work(many().map(stocks)));
}

#[test]
fn copies_are_compared_with_their_original_only() {
    let exact = text(1, 200).join(" ");
    let (_, compared, desk) = work(many().map(|_| exact.clone()));
    assert_eq!(compared, 0);
    assert_eq!(desk.store.article(&id(9), None).unwrap().unwrap().story.id, id(0));
    let near = |number: u64| {
        let mut words = text(1, 200);
        words[(number % 190) as usize] = format!("word{number}");
        words.join(" ")
    };
    is_little(work(many().map(near)));
}

#[test]
fn an_article_updated_again_and_again_is_compared_with_its_copies_only() {
    let desk = desk();
    WORK.set((0, 0));
    let version = |number: u64| {
        let mut words = text(1, 200);
        words.extend(text(10 + number, 3));
        said_in(0, 0, words.join(" "))
    };
    desk.put(&[said_in(1, 5, text(1, 200).join(" "))]);
    many().for_each(|number| drop(desk.put(&[version(number)])));
    let (read, compared) = WORK.get();
    let many = many().count() as u64;
    assert!(read / many < 200 && compared / many < 8, "{read} keys read and {compared} texts compared in all");
    assert_eq!(desk.store.article(&id(1), None).unwrap().unwrap().story.id, id(0));
}
