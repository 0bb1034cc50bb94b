//! Oracle and engine are asked the same, many thousand times.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use broadsheet::engine::{EngineError, FoundHit, Order, Plan, Sort, Values, View};
use broadsheet::query::ast::Node;
use broadsheet::query::print;

use super::corpus::Corpus;
use super::evaluator::Oracle;
use super::generator::{Generator, Relatives};
use super::plain::{Place, PlainArticle, SpaceName};
use super::shrink::smallest;
use crate::made_up::Numbers;

/// Queries of a run; `BROADSHEET_ORACLE_QUERIES` asks for another number.
const QUERIES: u64 = 50_000;

/// Of so many of the articles that match a query, the marks are compared.
const MARKED: usize = 3;

/// No order changes what is found.
const SORTS: [Sort; 4] = [Sort::Relevance, Sort::Newest, Sort::Oldest, Sort::Recent];

/// So many in a hundred have to find something, or little was compared.
const FINDING: u64 = 60;

#[test]
fn engine_and_oracle_agree() {
    let corpus = Corpus::made();
    let relatives = Relatives::of(&corpus.plain);
    let queries = queries();
    let seed = Numbers::seeded().next();
    let threads = std::thread::available_parallelism().map_or(1, |number| number.get() as u64);
    let failure = OnceLock::new();
    let shares: Vec<Agreed> = std::thread::scope(|scope| {
        let start = |first| {
            let (corpus, relatives, failure) = (&corpus, &relatives, &failure);
            scope.spawn(move || ask(corpus, relatives, seed, (first..queries).step_by(threads as usize), failure))
        };
        let asking: Vec<_> = (0..threads).map(start).collect();
        asking.into_iter().map(|share| share.join().unwrap()).collect()
    });
    if let Some(failure) = failure.get() {
        panic!("{failure}");
    }
    let (finding, marks) = shares.iter().fold((0, 0), |sum, share| (sum.0 + share.finding, sum.1 + share.marks));
    eprintln!("{queries} queries, {finding} of them find something, {marks} marks compared");
    assert!(finding * 100 >= queries * FINDING, "only {finding} of {queries} queries find something");
}

pub(super) fn queries() -> u64 {
    std::env::var("BROADSHEET_ORACLE_QUERIES").map_or(QUERIES, |number| number.parse().unwrap())
}

/// Compares the answers to these queries, each drawn from its own number; stops when anybody has met a disagreement.
fn ask(
    corpus: &Corpus,
    relatives: &Relatives,
    seed: u64,
    numbers: impl Iterator<Item = u64>,
    failure: &OnceLock<String>,
) -> Agreed {
    let mut oracle = Oracle::of(&corpus.plain);
    let mut agreed = Agreed::default();
    for number in numbers.take_while(|_| failure.get().is_none()) {
        let drawn = Numbers::of(seed.wrapping_add(number));
        let query = Generator { plain: &corpus.plain, numbers: drawn, relatives }.query();
        let sort = SORTS[number as usize % SORTS.len()];
        match compare(corpus, &mut oracle, &query, sort) {
            Ok(share) => agreed += share,
            Err(_) => failure.set(format!("query {number}: {}", explain(corpus, query, sort))).unwrap_or_default(),
        }
    }
    agreed
}

/// What there was to agree on: queries that find something, and marks.
#[derive(Default)]
struct Agreed {
    finding: u64,
    marks: u64,
}

impl std::ops::AddAssign for Agreed {
    fn add_assign(&mut self, other: Agreed) {
        self.finding += other.finding;
        self.marks += other.marks;
    }
}

enum Disagreement {
    Error(EngineError),
    /// This article is found by one of them only.
    Found {
        number: usize,
        by_engine: bool,
    },
    Marks {
        number: usize,
        expected: BTreeSet<Place>,
        marked: BTreeSet<Place>,
    },
}

fn compare(corpus: &Corpus, oracle: &mut Oracle<'_>, query: &Node, sort: Sort) -> Result<Agreed, Disagreement> {
    let clause = oracle.look_up(query);
    let expected = oracle.matches(&clause);
    let hits = find(&corpus.view, query, sort).map_err(Disagreement::Error)?;
    let hits: Vec<(usize, FoundHit)> = hits.into_iter().map(|hit| (number_of(corpus, hit.place.num), hit)).collect();
    let found: BTreeSet<usize> = hits.iter().map(|(number, _)| *number).collect();
    if let Some(number) = expected.symmetric_difference(&found).next() {
        return Err(Disagreement::Found { number: *number, by_engine: found.contains(number) });
    }
    let mut agreed = Agreed { finding: u64::from(!found.is_empty()), marks: 0 };
    for (number, hit) in hits.iter().step_by((hits.len() / MARKED).max(1)).take(MARKED) {
        let expected = oracle.marks(&clause, *number);
        let marks = corpus.view.marks(query, &[hit.address], &deadline().into()).map_err(Disagreement::Error)?;
        let spans = marks.iter().flat_map(|marks| &marks.spans);
        let marked: BTreeSet<Place> = spans.map(|span| Place { start: span.start, end: span.end }).collect();
        if expected != marked {
            return Err(Disagreement::Marks { number: *number, expected, marked });
        }
        agreed.marks += marked.len() as u64;
    }
    Ok(agreed)
}

/// Everything the engine finds.
pub(super) fn find(view: &View, query: &Node, sort: Sort) -> Result<Vec<FoundHit>, EngineError> {
    let found = view.find(&plan(query, sort))?;
    assert_eq!(found.total, found.hits.len() as u64, "{}", print(query));
    Ok(found.hits)
}

pub(super) fn plan(query: &Node, sort: Sort) -> Plan {
    Plan {
        collapse: false,
        query: query.clone(),
        filters: Vec::new(),
        order: Order { sort, now_ms: 1_741_000_000_000, half_life_ms: 604_800_000 },
        limit: 10_000,
        offset: 0,
        after: None,
        facets: Vec::new(),
        values: Values::default(),
        dates: false,
        series: None,
        marks: false,
        until: deadline().into(),
    }
}

/// Later than any answer.
fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn number_of(corpus: &Corpus, num: u64) -> usize {
    let articles = &corpus.plain.articles;
    articles.binary_search_by_key(&num, |article| article.document.num).expect("an article that is not there is found")
}

/// The smallest query that still tells the two apart, and what there is to see.
fn explain(corpus: &Corpus, query: Node, sort: Sort) -> String {
    let oracle = RefCell::new(Oracle::of(&corpus.plain));
    let disagreement = |query: &Node| compare(corpus, &mut oracle.borrow_mut(), query, sort).err();
    let smallest = smallest(query.clone(), |query| disagreement(query).is_some());
    let what = match disagreement(&smallest) {
        None => "once they disagreed, and now they agree".to_owned(),
        Some(Disagreement::Error(error)) => format!("the engine says: {error}"),
        Some(Disagreement::Found { number, by_engine }) => {
            let finder = if by_engine { "the engine" } else { "the oracle" };
            format!("found by {finder} only:\n{}", told(&corpus.plain.articles[number]))
        }
        Some(Disagreement::Marks { number, expected, marked }) => {
            let article = &corpus.plain.articles[number];
            format!("marked {}, expected {} in:\n{}", listed(&marked), listed(&expected), told(article))
        }
    };
    format!("{}\nsmallest: {}\n{smallest:?}\n{what}", print(&query), print(&smallest))
}

fn listed(places: &BTreeSet<Place>) -> String {
    let places: Vec<String> = places.iter().map(|place| format!("{}..{}", place.start, place.end)).collect();
    places.join(" ")
}

/// The words of an article with their positions.
fn told(article: &PlainArticle) -> String {
    let mut told = format!("{} ({:?})", article.document.id, article.document.article.lang);
    for name in SpaceName::ALL {
        let space = article.space(name);
        told.push_str(&format!("\n{name:?}:"));
        for word in &space.words {
            let end = if space.sentence_ends.contains(&word.place.start) { "." } else { "" };
            told.push_str(&format!(" {}:{}{end}", word.place.start, word.written));
        }
    }
    told
}
