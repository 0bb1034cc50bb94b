//! Articles about what an article is about: first those on the same event, then those on the same subject.
//!
//! The words that mark the article off from the corpus are searched for, weighted; of what is found, those that share most
//! of these words are the nearest. An event is a subject within some days. Copies are neither: they are the same article.

use std::cmp::{Ordering, Reverse};
use std::time::Instant;

use jiff::Timestamp;

use super::answer::{Age, RelatedAnswer, RelatedLine, Relation, SearchError};
use super::archive::{Archive, Inner, engine_error, milliseconds};
use super::pool::TIME_LIMIT;
use super::significance::rarity;
use super::vocabulary::{Seen, Vocabulary};
use super::{article, hydrate};
use crate::engine::{InOrder, Order, Plan, Sort, Until, View};
use crate::query::ast::{Kind, Node, Term, TextField};
use crate::store::StoredArticle;

/// Words of the article that are considered, and those of them that are searched for.
const CONSIDERED: usize = 120;
const SEARCHED: usize = 24;

/// Articles that are read and compared.
const COMPARED: usize = 80;

/// Articles read at a time.
const PIECE: usize = 8;

/// Of the weight of what marks the article off, the other shares at least this.
const SAME_SUBJECT: f64 = 0.12;
const SAME_EVENT: f64 = 0.3;

/// One word that both have is an accident.
const LEAST_SHARED: usize = 2;

/// An event is written about for so long, before and after.
const EVENT_DAYS: i64 = 5;

/// In a headline a word says more.
const IN_HEADLINE: f64 = 2.0;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Archive {
    /// So many articles on the same event or subject, the nearest first.
    pub async fn related(&self, id: String, most: usize) -> Result<RelatedAnswer, SearchError> {
        self.answer(move |inner, until| inner.related(&id, most, &until.within(TIME_LIMIT / 4))).await
    }
}

/// A word that marks the article off.
struct Mark {
    term: String,
    form: String,
    weight: f64,
}

impl Inner {
    fn related(&self, id: &str, most: usize, until: &Until) -> Result<RelatedAnswer, SearchError> {
        let started = Instant::now();
        let of = article::shown(&self.store, id, None)?;
        let view = self.newest();
        let marks = marks(&view, &of, until)?;
        let mut lines = Vec::new();
        if !marks.is_empty() {
            let found = view.find(&plan(&marks, until)).map_err(engine_error)?;
            let others = found.hits.iter().filter(|hit| hit.story != of.story.original);
            let rows: Vec<(u64, u64)> = others.map(|hit| (hit.place.num, hit.row)).collect();
            for rows in rows.chunks(PIECE) {
                if until.is_over() {
                    break;
                }
                let others = self.stored(rows.iter().copied())?.into_iter();
                let others = others.filter(|other| !hydrate::is_withdrawn(other) && other.num != of.num);
                lines.extend(others.filter_map(|other| line(&of, &marks, other)));
            }
        }
        lines.sort_by(|one, other| {
            let nearness = |line: &RelatedLine| (line.relation == Relation::Event, line.share);
            let (one_is, other_is) = (nearness(one), nearness(other));
            other_is.0.cmp(&one_is.0).then(other_is.1.total_cmp(&one_is.1)).then(one.article.id.cmp(&other.article.id))
        });
        lines.truncate(most);
        Ok(RelatedAnswer { id: of.id, related: lines, took_ms: milliseconds(started) })
    }
}

/// The words of an article, the telling ones first: often in it, and in few others.
fn marks(view: &View, of: &StoredArticle, until: &Until) -> Result<Vec<Mark>, SearchError> {
    let vocabulary = Vocabulary::of(&of.article);
    let mut words: Vec<(&str, &Seen)> = vocabulary.words().collect();
    words.sort_unstable_by_key(|(term, seen)| (Reverse((seen.headlines, seen.occurrences)), *term));
    words.truncate(CONSIDERED);
    let terms: Vec<String> = words.iter().map(|(term, _)| (*term).to_owned()).collect();
    let used = view.usage(&InOrder::default(), &terms, until).map_err(engine_error)?;
    let articles = view.articles();
    let mut marks: Vec<Mark> = words
        .into_iter()
        .zip(used)
        .filter(|(_, used)| used.anywhere > 1)
        .map(|((term, seen), used)| {
            let weight = rarity(used.anywhere, articles) * (1.0 + f64::from(seen.occurrences).ln());
            let weight = if seen.headlines > 0 { weight * IN_HEADLINE } else { weight };
            Mark { term: term.to_owned(), form: seen.form().to_owned(), weight }
        })
        .filter(|mark| mark.weight > 0.0)
        .collect();
    marks.sort_by(|one, other| other.weight.total_cmp(&one.weight).then_with(|| one.term.cmp(&other.term)));
    marks.truncate(SEARCHED);
    Ok(marks)
}

/// Any of the words, each with its weight; the copies of what is found stand behind it.
fn plan(marks: &[Mark], until: &Until) -> Plan {
    let all = |kind| Node { kind, at: 0..0 };
    let heaviest = marks.first().map_or(1.0, |mark| mark.weight);
    let nodes: Vec<Node> = marks
        .iter()
        .map(|mark| {
            let word = all(Kind::Term { field: TextField::Text, term: Term::Word(mark.form.clone()) });
            all(Kind::Boost(Box::new(word), (mark.weight / heaviest) as f32))
        })
        .collect();
    let query = if nodes.len() > 1 { all(Kind::Or(nodes)) } else { nodes.into_iter().next().unwrap_or(all(Kind::All)) };
    let order = Order { sort: Sort::Relevance, ..Order::default() };
    // One more, for the story of the article itself.
    Plan { order, limit: COMPARED + 1, collapse: true, ..Plan::counting(query, until.clone()) }
}

/// `None` where they have too little in common.
fn line(of: &StoredArticle, marks: &[Mark], other: StoredArticle) -> Option<RelatedLine> {
    let words = Vocabulary::of(&other.article);
    let shared: Vec<&Mark> = marks.iter().filter(|mark| words.has(&mark.term)).collect();
    let weight = shared.iter().map(|mark| mark.weight).sum::<f64>();
    let share = weight / marks.iter().map(|mark| mark.weight).sum::<f64>();
    if share < SAME_SUBJECT || shared.len() < LEAST_SHARED.min(marks.len()) {
        return None;
    }
    let moments = of.article.published.at.zip(other.article.published.at);
    let days = moments.map(|(one, other)| apart(one, other));
    let is_event = share >= SAME_EVENT && days.is_some_and(|days| days.abs() <= EVENT_DAYS);
    Some(RelatedLine {
        relation: if is_event { Relation::Event } else { Relation::Subject },
        age: moments.map(|(one, other)| match other.cmp(&one) {
            Ordering::Less => Age::Older,
            Ordering::Equal => Age::Same,
            Ordering::Greater => Age::Newer,
        }),
        days,
        share: (share * 1000.0).round() / 1000.0,
        article: hydrate::copy(other),
    })
}

/// Days from one to the other.
fn apart(one: Timestamp, other: Timestamp) -> i64 {
    let between = other.as_millisecond() - one.as_millisecond();
    (between as f64 / DAY_MS as f64).round() as i64
}
