//! What somebody who is typing may mean. The table of completions is made anew when the corpus has changed, but no more
//! often than making it is worth: it need not know of the last minute.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::answer::{Completion, SearchError, SuggestAnswer};
use super::archive::{Archive, Inner, engine_error, milliseconds, store_error};
use super::excerpt::first_words;
use super::{hydrate, plan};
use crate::analysis::{fold, folded_words};
use crate::engine::{Beginning, Completions, FacetField, Order, Plan, Sort, Until, View};
use crate::metering;
use crate::query::ast::{Kind, Node, Slot, Term, TextField, Value, WholeField};
use crate::query::{self, Mode, print};

/// Headlines among the completions.
const HEADLINES: usize = 3;

/// Nobody waits longer for a completion; what is there by then is given.
const PATIENCE: Duration = Duration::from_millis(250);

/// Of the time since it was made, making it may take this share at most.
const WORTH: u32 = 20;

/// Words that the last one may become, tried together with those before; and the best of them.
const TRIED: usize = 30;
const GOING_ON: usize = 5;

/// Letters in which the forms of a word differ.
const ENDING: usize = 4;

/// Bytes of a headline that are shown.
const LABEL: usize = 120;

/// A last word of fewer letters says too little to look for headlines with it alone.
const SHORTEST: usize = 3;

/// The table in use.
#[derive(Default)]
pub(super) struct Typing {
    made: Mutex<Option<Made>>,
    /// Held by the one who makes it.
    making: Mutex<()>,
}

#[derive(Clone)]
struct Made {
    view: String,
    at: Instant,
    took: Duration,
    completions: Arc<Completions>,
}

impl Made {
    fn is_good(&self, view: &View) -> bool {
        self.view == view.name() || self.at.elapsed() < self.took * WORTH
    }
}

impl Typing {
    /// The next one is made anew, whatever that costs.
    pub(super) fn forget(&self) {
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Only one makes it; the others have the one before meanwhile, or wait where there is none.
    fn completions(&self, view: &View) -> Result<Arc<Completions>, SearchError> {
        let known = self.known();
        let good = known.as_ref().filter(|made| made.is_good(view));
        metering::looked_up(metering::Cache::Completions, good.is_some());
        if let Some(made) = good {
            return Ok(Arc::clone(&made.completions));
        }
        let _making = match (self.making.try_lock(), known) {
            (Ok(making), _) => making,
            (Err(_), Some(made)) => return Ok(made.completions),
            (Err(_), None) => self.making.lock().unwrap_or_else(PoisonError::into_inner),
        };
        if let Some(made) = self.known().filter(|made| made.is_good(view)) {
            return Ok(made.completions);
        }
        let started = Instant::now();
        let completions = Arc::new(view.completions().map_err(engine_error)?);
        let made = Made {
            view: view.name().to_owned(),
            at: Instant::now(),
            took: started.elapsed(),
            completions: Arc::clone(&completions),
        };
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        Ok(completions)
    }

    fn known(&self) -> Option<Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Archive {
    /// So many completions of what has been typed so far.
    pub async fn suggest(&self, prefix: String, most: usize) -> Result<SuggestAnswer, SearchError> {
        self.answer(move |inner, until| inner.suggest(&prefix, most, &until.within(PATIENCE))).await
    }
}

impl Inner {
    fn suggest(&self, prefix: &str, most: usize, until: &Until) -> Result<SuggestAnswer, SearchError> {
        let started = Instant::now();
        let view = self.newest();
        let completions = self.typing.completions(&view)?;
        let words: Vec<&str> = prefix.split_whitespace().collect();
        // What has a name of all that was typed is meant before words that may follow each other.
        let whole = completions.complete(prefix, most).into_iter().filter_map(|one| completion(&view, one, until));
        let mut found: Vec<Completion> = whole.collect();
        if words.len() > 1 {
            found.extend(going_on(&view, &completions, prefix, until));
        }
        without_other_forms(&mut found);
        let headlines = self.headlines(&view, prefix, until)?;
        found.truncate(most.saturating_sub(headlines.len()).max(most.div_ceil(2)));
        found.extend(headlines);
        found.truncate(most);
        Ok(SuggestAnswer { prefix: prefix.to_owned(), completions: found, took_ms: milliseconds(started) })
    }

    /// The newest headlines that have all these words, the last of them begun.
    fn headlines(&self, view: &View, typed: &str, until: &Until) -> Result<Vec<Completion>, SearchError> {
        let words = folded_words(typed, None);
        let Some((last, before)) = words.split_last() else { return Ok(Vec::new()) };
        if before.is_empty() && last.chars().count() < SHORTEST {
            return Ok(Vec::new());
        }
        let begun = headline(Term::Wildcard(format!("{last}*")));
        let nodes =
            before.iter().map(|word| headline(Term::Word(word.clone()))).chain(std::iter::once(begun)).collect();
        // What is too short or takes too long has no headlines.
        let newest = Order { sort: Sort::Newest, ..Order::default() };
        let Ok(found) = view.find(&Plan {
            limit: HEADLINES,
            collapse: true,
            order: newest,
            ..Plan::counting(all_of(nodes), until.clone())
        }) else {
            return Ok(Vec::new());
        };
        let rows: Vec<u64> = found.hits.iter().map(|hit| hit.row).collect();
        let stored = self.store.rows(&rows).map_err(store_error)?;
        let shown = stored.into_iter().filter(|stored| !hydrate::is_withdrawn(stored));
        let completion = shown.map(|stored| Completion {
            kind: "headline",
            q: print(&node(Kind::Value(Value::Id(stored.id.0.clone())))),
            label: first_words(&stored.article.headline, LABEL).to_owned(),
            count: 1,
            id: Some(stored.id),
        });
        Ok(completion.collect())
    }
}

/// Queries in which the last word goes on; what stands before it may be any query. Where the last two words stand side by
/// side in articles, they go on so.
fn going_on(view: &View, completions: &Completions, typed: &str, until: &Until) -> Vec<Completion> {
    let Some(last) = typed.split_whitespace().next_back() else { return Vec::new() };
    let before = &typed[..typed.trim_end().len() - last.len()];
    let beside = beside(view, before);
    let begun = completions.complete(last, TRIED * 2).into_iter().filter(|one| one.field.is_none());
    let words = begun.filter(|one| !view.is_function_word(&fold(&one.label))).take(TRIED);
    let counted = words.filter_map(|one| {
        let q = format!("{before}{}", one.label);
        let reading = query::parse(&q, &plan::context(Mode::All, TimeZone::UTC, Timestamp::now())).ok()?;
        let total = count(view, reading.query, until).filter(|total| *total > 0 && reading.warnings.is_empty())?;
        let phrase = beside.iter().copied().chain([one.label.as_str()]).map(|word| Slot::Word(word.to_owned()));
        let together = (!beside.is_empty()).then(|| count(view, text(Term::Phrase(phrase.collect())), until)).flatten();
        Some((together, Completion { kind: "word", label: q.clone(), q, count: total, id: None }))
    });
    let mut counted: Vec<(Option<u64>, Completion)> = counted.collect();
    counted.sort_by(|(together, one), (also, other)| {
        also.cmp(together).then(other.count.cmp(&one.count)).then_with(|| one.label.cmp(&other.label))
    });
    counted.into_iter().map(|(_, one)| one).take(GOING_ON).collect()
}

/// The last words before, from one on that says something: behind `of` anything may stand, behind `bank of` not.
fn beside<'a>(view: &View, before: &'a str) -> Vec<&'a str> {
    let words: Vec<&str> = before.split_whitespace().collect();
    let telling = words.iter().rposition(|word| !view.is_function_word(&fold(word)));
    telling.map_or_else(Vec::new, |at| words[at..].to_vec())
}

/// `None` where the time does not suffice.
fn count(view: &View, query: Node, until: &Until) -> Option<u64> {
    view.find(&Plan::counting(query, until.clone())).ok().map(|found| found.total)
}

/// Of several forms of a word only the first: they find the same.
fn without_other_forms(found: &mut Vec<Completion>) {
    let begin_alike = |one: &str, other: &str| {
        let alike = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
        alike >= SHORTEST && alike + ENDING >= one.chars().count().max(other.chars().count())
    };
    let mut kept: Vec<Completion> = Vec::with_capacity(found.len());
    for one in found.drain(..) {
        let is_other = |known: &Completion| {
            known.kind == one.kind && known.count == one.count && begin_alike(&known.label, &one.label)
        };
        if one.kind != "word" || !kept.iter().any(is_other) {
            kept.push(one);
        }
    }
    *found = kept;
}

/// `None` where nothing has it any more, or the time does not suffice to know.
fn completion(view: &View, one: Beginning, until: &Until) -> Option<Completion> {
    let Beginning { field, label, count: known, .. } = one;
    let whole = |field| node(Kind::Value(Value::Whole(field, label.clone())));
    let query = match field {
        None => text(Term::Word(label.clone())),
        Some(FacetField::Tag) => whole(WholeField::Tag),
        Some(FacetField::Person) => whole(WholeField::Person),
        Some(FacetField::Org) => whole(WholeField::Org),
        Some(FacetField::Place) => whole(WholeField::Place),
        Some(FacetField::Section) => whole(WholeField::Section),
        Some(FacetField::Source) => whole(WholeField::Source),
        Some(FacetField::Site) => node(Kind::Value(Value::Site(label.clone()))),
        Some(FacetField::Lang) => node(Kind::Value(Value::Lang(label.clone()))),
        Some(FacetField::Author) => byline(&label),
    };
    let q = print(&query);
    // The table knows of a word only how many headlines have had it.
    let count = if field.is_none() { count(view, query, until)? } else { known };
    let kind = field.map_or("word", FacetField::name);
    (count > 0).then_some(Completion { kind, q, label, count, id: None })
}

fn byline(name: &str) -> Node {
    let words: Vec<&str> = name.split_whitespace().collect();
    let term = match words.as_slice() {
        [word] => Term::Exact((*word).to_owned()),
        words => Term::Phrase(words.iter().map(|word| Slot::Word((*word).to_owned())).collect()),
    };
    node(Kind::Term { field: TextField::Author, term })
}

fn all_of(mut nodes: Vec<Node>) -> Node {
    if nodes.len() == 1 { nodes.remove(0) } else { node(Kind::And(nodes)) }
}

fn headline(term: Term) -> Node {
    node(Kind::Term { field: TextField::Headline, term })
}

fn text(term: Term) -> Node {
    node(Kind::Term { field: TextField::Text, term })
}

fn node(kind: Kind) -> Node {
    Node { kind, at: 0..0 }
}
