//! Stories in answers: whatever is counted by story and however an answer is collapsed, it is what counting one article
//! after the other comes to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use broadsheet::article::{Article, Precision, Source, Stamp};
use broadsheet::engine::embedded::Index;
use broadsheet::engine::{
    Change, Checkpoint, Document, Engine, FacetField, Filter, Found, FoundHit, Order, Plan, Sort, Values, View,
};
use broadsheet::query::{self, Bounds, Context, Mode};
use jiff::Timestamp;
use tempfile::TempDir;

use crate::made_up::Numbers;

const ARTICLES: u64 = 400;
const COMMITS: u64 = 6;
const FACETS: [FacetField; 4] = [FacetField::Tag, FacetField::Site, FacetField::Section, FacetField::Lang];
const WORDS: [&str; 4] = ["tin", "zinc", "iron", "ore"];
const SORTS: [Sort; 4] = [Sort::Relevance, Sort::Newest, Sort::Oldest, Sort::Recent];

/// An archive whose articles, and whose stories, have changed from commit to commit; and every state it has been in.
struct World {
    _folder: TempDir,
    states: Vec<(View, BTreeMap<u64, Document>)>,
}

impl World {
    fn made(numbers: &mut Numbers) -> World {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::create(folder.path()).unwrap();
        let mut writer = index.writer().unwrap();
        let engine = Engine::Embedded(index);
        let mut live = BTreeMap::new();
        let mut states = Vec::new();
        for round in 0..COMMITS {
            let changes = changes(numbers, round);
            writer.apply(&changes).unwrap();
            writer.commit(&Checkpoint { store: "copies".into(), position: round, tail: String::new() }).unwrap();
            for Change { num, document } in changes {
                live.remove(&num);
                live.extend(document.map(|document| (num, document)));
            }
            states.push((engine.view().unwrap(), live.clone()));
        }
        writer.finish().unwrap();
        World { _folder: folder, states }
    }
}

/// At first all articles; then some of them in another story, changed or gone.
fn changes(numbers: &mut Numbers, round: u64) -> Vec<Change> {
    let mut changes = Vec::new();
    for num in 1..=ARTICLES {
        if round > 0 && numbers.below(10) > 0 {
            continue;
        }
        let is_gone = round > 0 && numbers.below(4) == 0;
        changes.push(Change { num, document: (!is_gone).then(|| document(numbers, num)) });
    }
    changes
}

/// Half of all articles are copies, of few others. Whether the original is there is left to chance.
fn document(numbers: &mut Numbers, num: u64) -> Document {
    let story = if numbers.below(2) == 0 { 1 + numbers.below(60) } else { num };
    let mut some = |from: &[&str], most: u64| -> Vec<String> {
        let number = numbers.below(most + 1);
        (0..number).map(|_| from[numbers.below(from.len() as u64) as usize].to_owned()).collect()
    };
    let mut article = Article {
        headline: some(&WORDS, 3).join(" "),
        body: vec![some(&WORDS, 30).join(" ")],
        tags: some(&["Metals", "metals", "Ports", "Strikes"], 3),
        section: some(&["Trade", "World"], 1).pop(),
        lang: some(&["en", "de"], 1).pop(),
        source: Source { name: None, site: some(&["one.example", "two.example"], 1).pop() },
        ..Article::default()
    };
    if numbers.below(5) > 0 {
        let at = Timestamp::from_second(1_740_000_000 + numbers.below(40) as i64 * 86_400).unwrap();
        let precision = if numbers.below(2) == 0 { Precision::Second } else { Precision::Day };
        article.published = Stamp { at: Some(at), precision, ..Stamp::default() };
    }
    Document { num, row: num, story, id: format!("a{num}"), seen_ms: 0, revised: false, article }
}

fn plan(q: &str, sort: Sort) -> Plan {
    let now: Timestamp = "2025-03-05T12:30:00Z".parse().unwrap();
    let context = Context { mode: Mode::All, tz: jiff::tz::TimeZone::UTC, now, bounds: Bounds::default() };
    Plan {
        query: query::parse(q, &context).unwrap().query,
        filters: Vec::new(),
        order: Order { sort, now_ms: now.as_millisecond(), half_life_ms: 86_400_000 },
        limit: 1000,
        offset: 0,
        after: None,
        collapse: false,
        facets: Vec::new(),
        values: Values { limit: 1000, ..Values::default() },
        dates: false,
        series: None,
        marks: false,
        until: (Instant::now() + Duration::from_secs(60)).into(),
    }
}

/// A search drawn by lot, for every hit.
fn drawn(numbers: &mut Numbers) -> Plan {
    let queries = ["*", "tin", "tin OR zinc", "ore -iron", "is:duplicate", "is:original", "headline:ore"];
    let mut one = |from: u64| numbers.below(from) as usize;
    let mut plan = plan(queries[one(7)], SORTS[one(4)]);
    let values = [(0, "metals"), (0, "ports"), (0, "nowhere"), (1, "one.example"), (2, "World"), (3, "en")];
    for _ in 0..one(4) {
        let (field, value) = values[one(6)];
        plan.filters.push(Filter { field: FACETS[field], value: value.to_owned(), exclude: one(3) == 0 });
    }
    plan.facets = FACETS.into_iter().filter(|_| one(2) == 0).collect();
    plan.dates = one(2) == 0;
    plan
}

fn asked(view: &View, plan: &Plan) -> Found {
    view.find(plan).unwrap()
}

fn nums(hits: &[FoundHit]) -> Vec<u64> {
    hits.iter().map(|hit| hit.place.num).collect()
}

/// Of hits in their order the first of each story, with the number of the others.
fn collapsed(hits: &[FoundHit]) -> Vec<(u64, u64)> {
    let mut matches: HashMap<u64, u64> = HashMap::new();
    hits.iter().for_each(|hit| *matches.entry(hit.story).or_default() += 1);
    let mut told = BTreeSet::new();
    let first = hits.iter().filter(|hit| told.insert(hit.story));
    first.map(|hit| (hit.place.num, matches[&hit.story] - 1)).collect()
}

/// How many stories documents tell.
fn stories<'a>(documents: impl IntoIterator<Item = &'a Document>) -> u64 {
    documents.into_iter().map(|document| document.story).collect::<BTreeSet<u64>>().len() as u64
}

fn has(document: &Document, field: FacetField, key: &str) -> bool {
    let article = &document.article;
    let has = |value: &Option<String>| value.as_deref().is_some_and(|value| value.to_lowercase() == key.to_lowercase());
    match field {
        FacetField::Tag => article.tags.iter().any(|tag| tag.to_lowercase() == key),
        FacetField::Site => has(&article.source.site),
        FacetField::Section => has(&article.section),
        FacetField::Lang => has(&article.lang),
        _ => unreachable!("not asked for"),
    }
}

/// Every value of every facet is counted again: what is found with all filters but the facet's own, and has the value.
fn check_facets(view: &View, live: &BTreeMap<u64, Document>, asking: &Plan, found: &Found) {
    for (field, counts) in &found.facets {
        let filters = asking.filters.iter().filter(|filter| filter.field != *field).cloned().collect();
        let wider = asked(view, &Plan { filters, facets: Vec::new(), collapse: false, ..asking.clone() });
        let documents: Vec<&Document> = wider.hits.iter().map(|hit| &live[&hit.place.num]).collect();
        for value in &counts.values {
            let with: Vec<_> = documents.iter().copied().filter(|one| has(one, *field, &value.key)).collect();
            let expected = (with.len() as u64, stories(with));
            assert_eq!((value.count, value.stories), expected, "{field:?} {}: {asking:?}", value.key);
        }
    }
}

/// The dates that are told once more are those of hits that share their story with another.
fn check_dates(live: &BTreeMap<u64, Document>, hits: &[FoundHit], found: &Found) {
    let shared = hits.iter().filter(|hit| live.values().filter(|one| one.story == hit.story).count() > 1);
    let dated = shared.filter_map(|hit| Some((hit.story, live[&hit.place.num].article.published.at?.as_millisecond())));
    let mut expected: BTreeMap<u64, Vec<i64>> = BTreeMap::new();
    dated.for_each(|(story, at)| expected.entry(story).or_default().push(at));
    let sorted = |mut at: Vec<i64>| {
        at.sort_unstable();
        at
    };
    let chunks = found.dates.told.chunk_by(|one, next| one.story == next.story);
    let told = chunks.map(|story| sorted(story.iter().map(|told| told.first).collect()));
    // One date repeats nothing, whether it is told or not.
    let mut told: Vec<Vec<i64>> = told.filter(|story| story.len() > 1).collect();
    let mut expected: Vec<Vec<i64>> = expected.into_values().map(sorted).filter(|story| story.len() > 1).collect();
    told.sort_unstable();
    expected.sort_unstable();
    assert_eq!(told, expected);
}

#[test]
fn stories_are_counted_exactly_whatever_is_asked() {
    let mut numbers = Numbers::seeded();
    let world = World::made(&mut numbers);
    let mut shared = 0;
    for _ in 0..400 {
        // All states are asked in turn, long after others have followed them.
        let (view, live) = &world.states[numbers.below(COMMITS) as usize];
        let asking = drawn(&mut numbers);
        let found = asked(view, &asking);
        assert_eq!(found.total, found.hits.len() as u64);
        assert_eq!(found.stories, stories(found.hits.iter().map(|hit| &live[&hit.place.num])), "{asking:?}");
        for hit in &found.hits {
            let members = live.values().filter(|document| document.story == hit.story).count() as u64;
            assert_eq!((hit.story, hit.copies + 1), (live[&hit.place.num].story, members), "{hit:?}");
        }
        check_facets(view, live, &asking, &found);
        if asking.dates {
            check_dates(live, &found.hits, &found);
        }
        shared += found.total - found.stories;
    }
    assert!(shared > 1000, "only {shared} of the hits were copies of others");
}

#[test]
fn a_collapsed_answer_holds_the_best_of_each_story_once() {
    let mut numbers = Numbers::seeded();
    let world = World::made(&mut numbers);
    for _ in 0..300 {
        let (view, _) = &world.states[numbers.below(COMMITS) as usize];
        let each = drawn(&mut numbers);
        let all = asked(view, &each);
        let expected = collapsed(&all.hits);
        let near = Plan { collapse: true, ..each.clone() };
        let found = asked(view, &near);
        let hits: Vec<(u64, u64)> = found.hits.iter().map(|hit| (hit.place.num, hit.copies)).collect();
        assert_eq!(hits, expected, "{each:?}");
        assert_eq!((found.total, found.stories), (all.total, expected.len() as u64));
        let counts = |found: &Found| found.facets.iter().map(|(_, counts)| counts.values.clone()).collect::<Vec<_>>();
        assert_eq!((counts(&found), &found.dates.told), (counts(&all), &all.dates.told), "counts do not collapse");
        let limit = 1 + numbers.below(40) as usize;
        assert_eq!(paged(view, &Plan { limit, ..near.clone() }), nums(&found.hits), "by cursor, {limit} a page");
        let offset = numbers.below(60) as usize;
        let piece = asked(view, &Plan { limit, offset, ..near });
        let rest = found.hits.iter().skip(offset).take(limit).map(|hit| hit.place.num);
        assert_eq!(nums(&piece.hits), rest.collect::<Vec<_>>(), "from {offset} on");
    }
}

/// Page after page, each after the last hit of the one before.
fn paged(view: &View, plan: &Plan) -> Vec<u64> {
    let mut plan = plan.clone();
    let mut all = Vec::new();
    loop {
        let found = asked(view, &plan);
        all.extend(nums(&found.hits));
        plan.after = found.hits.last().map(|hit| hit.place);
        if found.hits.len() < plan.limit {
            return all;
        }
    }
}

#[test]
fn a_state_goes_on_telling_the_stories_that_it_told() {
    let mut numbers = Numbers::seeded();
    let world = World::made(&mut numbers);
    let everything = Plan { collapse: true, facets: FACETS.to_vec(), ..plan("*", Sort::Newest) };
    let told = |view: &View| {
        let found = asked(view, &everything);
        let hits: Vec<_> = found.hits.iter().map(|hit| (hit.place.num, hit.story, hit.copies)).collect();
        (hits, found.stories)
    };
    let before: Vec<_> = world.states.iter().map(|(view, _)| told(view)).collect();
    let again: Vec<_> = world.states.iter().rev().map(|(view, _)| told(view)).collect();
    assert!(before.iter().eq(again.iter().rev()));
    let different: BTreeSet<u64> = before.iter().map(|(_, stories)| *stories).collect();
    assert!(different.len() > 2, "the stories did not change: {different:?}");
}
