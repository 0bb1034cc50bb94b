//! What somebody who is typing may mean. The table of completions is made anew when the corpus has changed, but no more
//! often than making it is worth: it need not know of the last minute.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::answer::{Completion, SearchError, SuggestAnswer};
use super::archive::{Archive, Inner, engine_error, milliseconds, store_error};
use super::hydrate;
use crate::engine::{Beginning, Completions, FacetField, Order, Plan, Sort, Values, View};
use crate::query::ast::{Kind, Node, Slot, Term, TextField, Value, WholeField};
use crate::query::print;

/// Headlines among the completions.
const HEADLINES: usize = 3;

/// Nobody waits longer for a completion; what is there by then is given.
const PATIENCE: Duration = Duration::from_millis(50);

/// Of the time since it was made, making it may take this share at most.
const WORTH: u32 = 20;

/// Words that the last one may become, tried together with those before.
const TRIED: usize = 4;

/// A last word of fewer letters says too little to look for headlines with it alone.
const SHORTEST: usize = 3;

/// The table in use.
#[derive(Default)]
pub(super) struct Typing(Mutex<Option<Made>>);

#[derive(Clone)]
struct Made {
    view: String,
    at: Instant,
    took: Duration,
    completions: Arc<Completions>,
}

impl Typing {
    fn completions(&self, view: &View) -> Result<Arc<Completions>, SearchError> {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(made) = made.filter(|made| made.view == view.name() || made.at.elapsed() < made.took * WORTH) {
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
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        Ok(completions)
    }
}

impl Archive {
    /// So many completions of what has been typed so far.
    pub async fn suggest(&self, prefix: String, most: usize) -> Result<SuggestAnswer, SearchError> {
        self.pool.run(|| self.inner.suggest(&prefix, most)).await
    }
}

impl Inner {
    fn suggest(&self, prefix: &str, most: usize) -> Result<SuggestAnswer, SearchError> {
        let started = Instant::now();
        let view = self.newest();
        let completions = self.typing.completions(&view)?;
        let words: Vec<&str> = prefix.split_whitespace().collect();
        let mut found = match words.split_last() {
            None => Vec::new(),
            Some((_, [])) => completions.complete(prefix, most).into_iter().map(completion).collect(),
            Some((last, before)) => {
                let mut found: Vec<Completion> =
                    completions.complete(prefix, most).into_iter().map(completion).collect();
                found.extend(going_on(&view, &completions, before, last, started + PATIENCE));
                found
            }
        };
        let headlines = self.headlines(&view, &words, started + PATIENCE)?;
        found.truncate(most.saturating_sub(headlines.len()).max(most.div_ceil(2)));
        found.extend(headlines);
        found.truncate(most);
        Ok(SuggestAnswer { prefix: prefix.to_owned(), completions: found, took_ms: milliseconds(started) })
    }

    /// The newest headlines that have all these words, the last of them begun.
    fn headlines(&self, view: &View, words: &[&str], until: Instant) -> Result<Vec<Completion>, SearchError> {
        let Some((last, before)) = words.split_last() else { return Ok(Vec::new()) };
        if before.is_empty() && last.chars().count() < SHORTEST {
            return Ok(Vec::new());
        }
        let begun = headline(Term::Wildcard(format!("{last}*")));
        let nodes: Vec<Node> =
            before.iter().map(|word| headline(Term::Word((*word).to_owned()))).chain(std::iter::once(begun)).collect();
        // What is too short or takes too long has no headlines.
        let Ok(found) = view.find(&Plan { limit: HEADLINES, collapse: true, ..plan(all_of(nodes), until) }) else {
            return Ok(Vec::new());
        };
        let rows: Vec<u64> = found.hits.iter().map(|hit| hit.row).collect();
        let stored = self.store.rows(&rows).map_err(store_error)?;
        let shown = stored.into_iter().filter(|stored| !hydrate::is_withdrawn(stored));
        let completion = shown.map(|stored| Completion {
            kind: "headline",
            q: print(&node(Kind::Value(Value::Id(stored.id.0.clone())))),
            label: stored.article.headline,
            count: 1,
            id: Some(stored.id),
        });
        Ok(completion.collect())
    }
}

/// Words that begin as the last one does and stand in articles with those before.
fn going_on(view: &View, completions: &Completions, before: &[&str], last: &str, until: Instant) -> Vec<Completion> {
    let words = completions.complete(last, TRIED * 4).into_iter().filter(|one| one.field.is_none()).take(TRIED);
    let counted = words.filter_map(|one| {
        let typed = before.iter().copied().chain(std::iter::once(one.label.as_str()));
        let query = all_of(typed.clone().map(|word| text(Term::Word(word.to_owned()))).collect());
        let found = view.find(&plan(query, until)).ok().filter(|found| found.total > 0)?;
        let label = typed.collect::<Vec<_>>().join(" ");
        Some(Completion { kind: "word", q: label.clone(), label, count: found.total, id: None })
    });
    let mut counted: Vec<Completion> = counted.collect();
    counted.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.label.cmp(&other.label)));
    counted
}

fn completion(one: Beginning) -> Completion {
    let Beginning { field, label, count, .. } = one;
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
    Completion { kind: field.map_or("word", FacetField::name), q: print(&query), label, count, id: None }
}

fn byline(name: &str) -> Node {
    let words: Vec<&str> = name.split_whitespace().collect();
    let term = match words.as_slice() {
        [word] => Term::Exact((*word).to_owned()),
        words => Term::Phrase(words.iter().map(|word| Slot::Word((*word).to_owned())).collect()),
    };
    node(Kind::Term { field: TextField::Author, term })
}

fn plan(query: Node, deadline: Instant) -> Plan {
    Plan {
        query,
        filters: Vec::new(),
        order: Order { sort: Sort::Newest, now_ms: 0, half_life_ms: 1 },
        limit: 0,
        offset: 0,
        collapse: false,
        after: None,
        facets: Vec::new(),
        values: Values::default(),
        dates: false,
        series: None,
        marks: false,
        deadline,
    }
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
