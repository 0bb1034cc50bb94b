//! A search that can be cited: what was asked, with its dates resolved, and which version of which article was found, for
//! good. Whoever comes back is told what the same search finds now.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{CitationAnswer, CitedLine, CopyLine, Now, SearchError, Since};
use super::archive::{Archive, Inner, engine_error, milliseconds, reading, snapshot_name, store_error};
use super::hydrate;
use super::plan::{self, Planned};
use super::request::{FacetField, Filter, SearchRequest, Sort};
use super::snapshots::SnapshotName;
use super::taking_back::blocking;
use crate::engine::{Until, View};
use crate::query::ast::DateField;
use crate::query::dates::{self, Side};
use crate::query::{self, Advice, Mode, print};
pub use crate::store::CiteBounds;
use crate::store::{Citation, Cite, Cited, StoredArticle};

/// Articles of a citation: a list that somebody can still check.
const MOST_CITED: u64 = 100_000;

/// Articles of a list that are read at a time.
const PIECE: usize = 200;

/// Articles that have been added since are told one by one up to here.
const MOST_ADDED: usize = 100;

/// Putting all that is found in order may take longer than a search.
const ORDER_LIMIT: Duration = Duration::from_secs(10);

/// What was asked, as `POST /api/v1/search` takes it: no date in it counts from now
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Frozen {
    pub q: String,
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(value_type = Option<String>)]
    mode: Mode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(value_type = Option<String>)]
    date_field: DateField,
    tz: String,
    #[schema(value_type = String)]
    sort: Sort,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    half_life: Option<String>,
    /// Facet filters by name.
    #[serde(flatten)]
    filters: BTreeMap<String, Vec<String>>,
}

/// What is kept of a search.
#[derive(Serialize, Deserialize)]
struct Asked {
    input: String,
    search: Frozen,
}

/// What has been kept, and what there was to say about how it was asked.
pub struct Kept {
    pub id: String,
    pub warnings: Vec<Advice>,
}

/// A search that was found and is to be kept.
struct Citing {
    kept: Kept,
    asked: String,
    found: Vec<Cited>,
}

/// What is asked of a citation.
#[derive(Clone, Debug, Default)]
pub struct CitationRequest {
    pub id: String,
    pub limit: usize,
    pub offset: usize,
    /// Only the articles of which this has become.
    pub only: Option<Now>,
}

impl Archive {
    /// Keeps a search and all that it finds, where that is within `bounds`. The same search that finds the same has the same
    /// name.
    pub async fn cite(
        self: &Arc<Self>,
        request: SearchRequest,
        bounds: Option<CiteBounds>,
    ) -> Result<Kept, SearchError> {
        let Citing { kept, asked, found } =
            self.answer_within(ORDER_LIMIT, |inner, until| inner.cite(request, until)).await?;
        // No search waits for whoever else is writing.
        let (archive, id) = (Arc::clone(self), kept.id.clone());
        match blocking(move || archive.inner.store.cite(&id, &asked, &found, bounds).map_err(store_error)).await? {
            Cite::Kept => Ok(kept),
            Cite::TooMany(wait) => Err(SearchError::TooManyCitations(wait)),
            Cite::Beyond => Err(bounds.map_or(SearchError::CitingNeedsKey, beyond)),
        }
    }

    /// A search as it was, and what has become of what it found.
    pub async fn citation(&self, request: CitationRequest) -> Result<CitationAnswer, SearchError> {
        self.answer_within(ORDER_LIMIT, move |inner, until| inner.citation(&request, until)).await
    }
}

impl CiteBounds {
    /// Whether any search at all is within them.
    pub fn take_any(self) -> bool {
        self.citations > 0 && self.articles > 0
    }
}

fn beyond(bounds: CiteBounds) -> SearchError {
    if bounds.take_any() { SearchError::CitationNeedsKey(bounds.articles) } else { SearchError::CitingNeedsKey }
}

/// The whole list of a citation, to be taken piece by piece.
pub struct CitedList {
    archive: Arc<Archive>,
    list: Arc<Recalled>,
    taken: usize,
}

/// The articles of a citation, and what has become of each.
struct Recalled {
    found: Vec<Cited>,
    became: Vec<Option<Now>>,
}

impl Archive {
    /// Recalls the articles of a citation.
    pub async fn cited_list(self: &Arc<Self>, id: String) -> Result<CitedList, SearchError> {
        let list = self.answer_within(ORDER_LIMIT, move |inner, until| inner.cited(&id, until)).await?;
        Ok(CitedList { archive: Arc::clone(self), list: Arc::new(list), taken: 0 })
    }
}

impl CitedList {
    pub fn total(&self) -> u64 {
        self.list.found.len() as u64
    }

    /// The next of them; none at the end.
    pub async fn piece(&mut self) -> Result<Vec<CitedLine>, SearchError> {
        let places: Vec<usize> = (self.taken..self.list.found.len().min(self.taken + PIECE)).collect();
        self.taken += places.len();
        let (inner, list) = (Arc::clone(&self.archive.inner), Arc::clone(&self.list));
        self.archive.pool.go_on(ORDER_LIMIT, move |_| inner.lines(&places, &list.found, &list.became)).await
    }
}

impl Inner {
    fn cited(&self, id: &str, until: &Until) -> Result<Recalled, SearchError> {
        let (kept, asked) = self.recalled(id)?;
        let now = self.comes_to(&SearchRequest::from(&asked.search), &self.newest(), until)?.map(|(now, _)| now);
        let became = self.became(&kept.found, now.as_deref())?;
        Ok(Recalled { found: kept.found, became })
    }

    fn cite(&self, request: SearchRequest, until: &Until) -> Result<Citing, SearchError> {
        // Articles are cited, each in its version, however many stories they tell; and all of them.
        let request = SearchRequest { collapse: false, limit: usize::MAX, offset: 0, cursor: None, ..request };
        let (view, now_ms) = self.snapshot(&request, None)?;
        let planned = plan::plan(&request, now_ms, None, until)?;
        let found = found(&view, &planned, Some(MOST_CITED))?;
        let warnings = reading(&request, &planned, None).warnings;
        let asked = Asked { search: Frozen::of(&request, &planned, now_ms), input: request.q };
        let asked = serde_json::to_string(&asked).map_err(|error| SearchError::Internal(error.to_string()))?;
        let id = name(&asked, &found);
        Ok(Citing { kept: Kept { id, warnings }, asked, found })
    }

    fn recalled(&self, id: &str) -> Result<(Citation, Asked), SearchError> {
        let kept = self.store.citation(id).map_err(store_error)?.ok_or(SearchError::NoCitation)?;
        let damaged = |error: serde_json::Error| SearchError::Internal(format!("a citation is damaged: {error}"));
        let asked = serde_json::from_str(&kept.asked).map_err(damaged)?;
        Ok((kept, asked))
    }

    /// What the search comes to in a state. Where that takes too long, or can no longer be asked, what was cited is shown
    /// all the same.
    fn comes_to(
        &self,
        request: &SearchRequest,
        view: &View,
        until: &Until,
    ) -> Result<Option<(Vec<Cited>, SnapshotName)>, SearchError> {
        let now_ms = Timestamp::now().as_millisecond();
        let now = plan::plan(request, now_ms, None, until)
            .and_then(|planned| Ok((found(view, &planned, None)?, snapshot_name(view, now_ms, &planned))));
        match now {
            Err(SearchError::Refused(_) | SearchError::TimeOut) => Ok(None),
            now => now.map(Some),
        }
    }

    fn citation(&self, asked: &CitationRequest, until: &Until) -> Result<CitationAnswer, SearchError> {
        let started = Instant::now();
        let (kept, Asked { input, search }) = self.recalled(&asked.id)?;
        let request = SearchRequest::from(&search);
        let view = self.newest();
        let (now, snapshot) = self.comes_to(&request, &view, until)?.unzip();
        let became = self.became(&kept.found, now.as_deref())?;
        let count = |what: Now| became.iter().filter(|now| **now == Some(what)).count() as u64;
        let then: HashSet<u64> = kept.found.iter().map(|cited| cited.num).collect();
        let added: Vec<Cited> = now.iter().flatten().filter(|cited| !then.contains(&cited.num)).copied().collect();
        let listed = (0..kept.found.len()).filter(|at| asked.only.is_none_or(|only| became[*at] == Some(only)));
        let listed: Vec<usize> = listed.skip(asked.offset).take(asked.limit + 1).collect();
        let page = &listed[..listed.len().min(asked.limit)];
        self.keep(&view, &request, false);
        let typed = query::parse(&input, &plan::context(search.mode, request.tz.clone(), kept.made));
        Ok(CitationAnswer {
            id: asked.id.clone(),
            made: kept.made,
            input,
            search,
            total: kept.found.len() as u64 + kept.purged + kept.taken_back,
            purged: kept.purged,
            taken_back: kept.taken_back,
            since: snapshot.map(|snapshot| Since {
                snapshot: snapshot.print(),
                added: added.len() as u64,
                changed: count(Now::Changed),
                removed: count(Now::Removed),
                withdrawn: count(Now::Withdrawn),
            }),
            articles: self.lines(page, &kept.found, &became)?,
            next_offset: (listed.len() > page.len()).then_some((asked.offset + page.len()) as u64),
            added: self.copies(&added[..added.len().min(MOST_ADDED)])?,
            warnings: typed.map(|reading| reading.warnings).unwrap_or_default(),
            took_ms: milliseconds(started),
        })
    }

    /// What has become of each article; `None` where it is not known what is found now.
    fn became(&self, then: &[Cited], now: Option<&[Cited]>) -> Result<Vec<Option<Now>>, SearchError> {
        let rows: Option<HashMap<u64, u64>> = now.map(|now| now.iter().map(|cited| (cited.num, cited.row)).collect());
        let hidden: HashSet<u64> = self.store.hidden().map_err(store_error)?.into_iter().collect();
        let one = |cited: &Cited| match rows.as_ref().map(|rows| rows.get(&cited.num)) {
            _ if hidden.contains(&cited.num) => Some(Now::Withdrawn),
            None => None,
            Some(Some(row)) if *row == cited.row => Some(Now::Same),
            Some(Some(_)) => Some(Now::Changed),
            Some(None) => Some(Now::Removed),
        };
        Ok(then.iter().map(one).collect())
    }

    fn lines(&self, page: &[usize], then: &[Cited], became: &[Option<Now>]) -> Result<Vec<CitedLine>, SearchError> {
        let stored = self.stored(page.iter().map(|at| (then[*at].num, then[*at].row)))?;
        let line = |(at, stored): (&usize, StoredArticle)| CitedLine {
            place: *at as u64 + 1,
            id: stored.id.clone(),
            version: stored.version,
            now: became[*at],
            article: (!hydrate::is_withdrawn(&stored)).then(|| hydrate::copy(stored)),
        };
        Ok(page.iter().zip(stored).map(line).collect())
    }

    fn copies(&self, cited: &[Cited]) -> Result<Vec<CopyLine>, SearchError> {
        let stored = self.stored(cited.iter().map(|cited| (cited.num, cited.row)))?;
        Ok(stored.into_iter().filter(|stored| !hydrate::is_withdrawn(stored)).map(hydrate::copy).collect())
    }
}

/// All that a search finds, in its order.
fn found(view: &View, planned: &Planned, most: Option<u64>) -> Result<Vec<Cited>, SearchError> {
    let in_order = view.in_order(&planned.plan).map_err(engine_error)?;
    if most.is_some_and(|most| in_order.total > most) {
        return Err(too_many(in_order.total));
    }
    let found = view.found(&in_order, 0..in_order.len());
    Ok(found.iter().map(|hit| Cited { num: hit.place.num, row: hit.row }).collect())
}

/// The beginning of a hash of all that is cited.
fn name(asked: &str, found: &[Cited]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(asked.as_bytes());
    for cited in found {
        hasher.update(&cited.row.to_le_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

impl Frozen {
    fn of(request: &SearchRequest, planned: &Planned, now_ms: i64) -> Frozen {
        let now = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let edge = |text: &Option<String>, side| {
            let text = text.as_deref()?.trim();
            let fixed = dates::counts_from_now(text).then(|| dates::read_edge(text, side, &request.tz, now).ok());
            Some(fixed.flatten().map_or_else(|| text.to_owned(), |edge| dates::fixed_edge(edge, side, &request.tz)))
        };
        let mut filters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for filter in &request.filters {
            filters.entry(filter.field.name().to_owned()).or_default().push(filter.written());
        }
        let sort = planned.plan.order.sort;
        Frozen {
            q: print(&dates::fixed(&planned.reading.query, &request.tz)),
            mode: request.mode,
            from: edge(&request.from, Side::From),
            to: edge(&request.to, Side::To),
            date_field: request.date_field,
            tz: request.tz.iana_name().unwrap_or("UTC").to_owned(),
            sort,
            half_life: (sort == Sort::Recent).then(|| format!("{}h", request.half_life.as_hours())),
            filters,
        }
    }

    /// As parameters of an address.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let Ok(serde_json::Value::Object(members)) = serde_json::to_value(self) else { return Vec::new() };
        let text = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => vec![text],
            serde_json::Value::Array(values) => {
                values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        };
        members
            .into_iter()
            .flat_map(|(name, value)| text(value).into_iter().map(move |text| (name.clone(), text)))
            .collect()
    }
}

impl From<&Frozen> for SearchRequest {
    fn from(frozen: &Frozen) -> SearchRequest {
        let filters = frozen.filters.iter().filter_map(|(name, values)| Some((FacetField::from_name(name)?, values)));
        let hours = frozen.half_life.as_deref().and_then(|text| text.strip_suffix('h')?.parse().ok());
        let usual = SearchRequest::default();
        SearchRequest {
            q: frozen.q.clone(),
            mode: frozen.mode,
            from: frozen.from.clone(),
            to: frozen.to.clone(),
            date_field: frozen.date_field,
            tz: TimeZone::get(&frozen.tz).unwrap_or(TimeZone::UTC),
            sort: Some(frozen.sort),
            half_life: hours.map_or(usual.half_life, SignedDuration::from_hours),
            filters: filters
                .flat_map(|(field, values)| values.iter().filter_map(move |value| Filter::read(field, value)))
                .collect(),
            limit: usize::MAX,
            suggestions: false,
            ..usual
        }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn too_many(total: u64) -> SearchError {
    let message = format!("the search finds {total} articles, and a citation lists {MOST_CITED} at most");
    SearchError::Refused(
        Advice::of("too_many_to_cite", "q", message)
            .hint("Narrow it by dates, a source or a tag, and cite each part; or export all of it."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_asks_the_same_again() {
        let filter = |value: &str, exclude| Filter { field: FacetField::Tag, value: value.to_owned(), exclude };
        let request = SearchRequest {
            q: "tin when:2d".to_owned(),
            mode: Mode::Any,
            filters: vec![filter("a", false), filter("-b", true)],
            from: Some("7d".to_owned()),
            to: Some("2025-03".to_owned()),
            date_field: DateField::Seen,
            tz: TimeZone::get("Europe/Berlin").unwrap(),
            sort: Some(Sort::Recent),
            half_life: SignedDuration::from_hours(36),
            ..SearchRequest::default()
        };
        let now: Timestamp = "2025-03-05T12:30:00Z".parse().unwrap();
        let planned = plan::plan(&request, now.as_millisecond(), None, &Instant::now().into()).unwrap();
        let frozen = Frozen::of(&request, &planned, now.as_millisecond());
        assert_eq!(frozen.q, "(tin AND date:[2025-03-03 TO 2025-03-05])");
        let json = serde_json::to_string(&frozen).unwrap();
        let again = SearchRequest::from(&serde_json::from_str::<Frozen>(&json).unwrap());
        assert_eq!((again.from.as_deref(), again.to.as_deref()), (Some("2025-02-26"), Some("2025-03")));
        assert_eq!((again.mode, again.date_field, again.sort), (Mode::Any, DateField::Seen, Some(Sort::Recent)));
        assert_eq!((again.filters, again.half_life), (request.filters, request.half_life));
        assert_eq!(again.tz.iana_name(), Some("Europe/Berlin"));
        let named: Vec<(String, String)> = frozen.parameters();
        assert!(named.contains(&("tag".to_owned(), "-\\-b".to_owned())), "{named:?}");
    }
}
