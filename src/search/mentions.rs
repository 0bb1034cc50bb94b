//! Every occurrence of what a query finds, in its context: a concordance. Article by article it is read as far as the page
//! goes; sorted by the words on a side, all occurrences are read first, and there may be only so many.

use std::collections::HashSet;
use std::ops::Range;
use std::slice::from_ref;
use std::time::Instant;

use super::answer::{Mention, MentionsAnswer, SearchError};
use super::archive::{Archive, Inner, engine_error, milliseconds, reading, snapshot_name, store_error};
use super::cursor::Cursor;
use super::highlight::{self, Place};
use super::hydrate;
use super::measured::Told;
use super::plan::{self, Planned};
use super::pool::TIME_LIMIT;
use super::request::{By, MentionsRequest};
use crate::analysis::folded_words;
use crate::engine::{self, Address, FoundHit, InOrder, Marks, Until, View};
use crate::query::Advice;
use crate::store::StoredArticle;

/// Occurrences that are sorted by what stands beside them.
const MOST_SORTED: usize = 20_000;

/// Articles read at a time.
const PIECE: usize = 64;

/// Words of the context that are sorted by, and characters in which they are looked for.
const COMPARED: usize = 4;
const LOOKED_AT: usize = 160;

impl Archive {
    /// A page of the occurrences.
    pub async fn mentions(&self, request: MentionsRequest) -> Result<MentionsAnswer, SearchError> {
        let told = |answer: &MentionsAnswer| Told { snapshot: answer.snapshot.clone(), total: Some(answer.total) };
        let mentions = self.measured(
            "mentions",
            request,
            |request| from_ref(&request.search),
            |inner, request, _, until| inner.mentions(request, until),
            told,
        );
        mentions.await
    }
}

/// The articles that have been found, read for what is mentioned in them.
struct Reading<'a> {
    inner: &'a Inner,
    view: &'a View,
    planned: &'a Planned,
    found: &'a InOrder,
    until: &'a Until,
}

impl Inner {
    fn mentions(&self, request: &MentionsRequest, until: &Until) -> Result<MentionsAnswer, SearchError> {
        let started = Instant::now();
        let search = &request.search;
        let cursor = search.cursor.as_deref().map(read_cursor).transpose()?;
        let (view, now_ms) = self.snapshot(search, cursor.as_ref().map(|(cursor, _)| cursor))?;
        let mut planned = plan::plan(search, now_ms, None, until)?;
        planned.identity = format!("{}{}", planned.identity, request.by.letter());
        let skip = match &cursor {
            Some((cursor, _)) if cursor.request != planned.identity => return Err(plan::cursor_mismatch()),
            Some((cursor, skip)) => {
                planned.plan.after = Some(cursor.after);
                *skip
            }
            None => 0,
        };
        planned.plan.limit = usize::MAX;
        if request.by != By::Article {
            planned.plan.after = None;
        }
        let found = view.in_order(&planned.plan).map_err(engine_error)?;
        let snapshot = snapshot_name(&view, now_ms, &planned);
        let concordance = Reading { inner: self, view: &view, planned: &planned, found: &found, until };
        let (mentions, next, all) = match request.by {
            By::Article => {
                let (mentions, next) = concordance.page(request, skip)?;
                let all = if cursor.is_none() { concordance.count(&until.within(TIME_LIMIT / 2))? } else { None };
                (mentions, next, all)
            }
            by => concordance.sorted(request, cursor.as_ref().map(|(cursor, skip)| (cursor.after, *skip)), by)?,
        };
        let next_cursor = next.map(|(after, skip)| {
            let cursor = Cursor { snapshot: snapshot.clone(), after, request: planned.identity.clone() };
            print_cursor(&cursor, skip)
        });
        self.keep(&view, search, cursor.is_some());
        Ok(MentionsAnswer {
            query: reading(search, &planned, None),
            snapshot: snapshot.print(),
            total: found.total,
            total_mentions: all,
            mentions,
            next_cursor,
            took_ms: milliseconds(started),
        })
    }
}

/// Where a page goes on: after this article, and after so many occurrences behind it. Of sorted ones: after this one, which
/// is told by its article and its number there, and was the last of so many.
type Next = Option<(engine::Place, usize)>;

/// Before every article.
const START: engine::Place = engine::Place { key: u64::MAX, num: 0 };

impl Reading<'_> {
    /// Article by article, from one on.
    fn page(&self, request: &MentionsRequest, mut skip: usize) -> Result<(Vec<Mention>, Next), SearchError> {
        let mut mentions = Vec::new();
        let mut whole = self.planned.plan.after.unwrap_or(START);
        for from in (0..self.found.len()).step_by(PIECE) {
            self.go_on()?;
            for (stored, marks, place) in self.read(from..self.found.len().min(from + PIECE))? {
                let places = highlight::places(&stored.article, &marks);
                let rest = places.get(skip.min(places.len())..).unwrap_or_default();
                let room = request.search.limit - mentions.len();
                mentions.extend(rest.iter().take(room).map(|place| mention(&stored, place, request.width)));
                if rest.len() > room && request.search.limit > 0 {
                    return Ok((mentions, Some((whole, skip + room))));
                }
                skip = 0;
                whole = place;
            }
        }
        Ok((mentions, None))
    }

    /// All of them, in the order of the words beside them.
    fn sorted(
        &self,
        request: &MentionsRequest,
        after: Next,
        by: By,
    ) -> Result<(Vec<Mention>, Next, Option<u64>), SearchError> {
        let mut all: Vec<(Vec<String>, engine::Place, Mention)> = Vec::new();
        for from in (0..self.found.len()).step_by(PIECE) {
            self.go_on()?;
            for (stored, marks, engine::Place { num, .. }) in self.read(from..self.found.len().min(from + PIECE))? {
                if all.len() + marks.spans.len() > MOST_SORTED {
                    return Err(too_many());
                }
                for (at, place) in highlight::places(&stored.article, &marks).into_iter().enumerate() {
                    let own = engine::Place { key: at as u64, num };
                    all.push((beside(&stored, &place, by), own, mention(&stored, &place, request.width)));
                }
            }
        }
        // Sorting is stable: within equal contexts the articles keep their order.
        all.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        // Where others before it have been withdrawn, the last one stands earlier; where it has itself, only its number is left.
        let last = |(last, number): (engine::Place, usize)| {
            all.iter().position(|(_, place, _)| *place == last).map_or(number, |at| at + 1)
        };
        let skip = after.map_or(0, last).min(all.len());
        let (end, number) = (skip.saturating_add(request.search.limit).min(all.len()), all.len());
        let next = (skip < end && end < number).then(|| (all[end - 1].1, end));
        let page = all.drain(skip..end).map(|(.., mention)| mention).collect();
        Ok((page, next, Some(number as u64)))
    }

    /// As long as there is time.
    fn go_on(&self) -> Result<(), SearchError> {
        if self.until.is_over() { Err(SearchError::TimeOut) } else { Ok(()) }
    }

    /// How many there are in all; `None` when the time does not suffice.
    fn count(&self, until: &Until) -> Result<Option<u64>, SearchError> {
        let hidden: HashSet<u64> = self.inner.store.hidden().map_err(store_error)?.into_iter().collect();
        let mut all = 0;
        for from in (0..self.found.len()).step_by(PIECE) {
            if until.is_over() {
                return Ok(None);
            }
            let mut hits = self.view.found(self.found, from..self.found.len().min(from + PIECE));
            hits.retain(|hit| !hidden.contains(&hit.place.num));
            all += self.marks(&hits)?.iter().map(|marks| marks.spans.len() as u64).sum::<u64>();
        }
        Ok(Some(all))
    }

    fn marks(&self, hits: &[FoundHit]) -> Result<Vec<Marks>, SearchError> {
        let addresses: Vec<Address> = hits.iter().map(|hit| hit.address).collect();
        self.view.marks(&self.planned.plan.query, &addresses, self.until).map_err(engine_error)
    }

    /// Articles with what is marked in them; what has been withdrawn since has no text any more.
    fn read(&self, places: Range<usize>) -> Result<Vec<(StoredArticle, Marks, engine::Place)>, SearchError> {
        let hits = self.view.found(self.found, places);
        let marks = self.marks(&hits)?;
        let stored = self.inner.stored(hits.iter().map(|hit| (hit.place.num, hit.row)))?;
        let read = stored.into_iter().zip(marks).zip(hits).map(|((stored, marks), hit)| (stored, marks, hit.place));
        Ok(read.filter(|(stored, ..)| !hydrate::is_withdrawn(stored)).collect())
    }
}

fn mention(stored: &StoredArticle, place: &Place, width: usize) -> Mention {
    let article = &stored.article;
    let text = highlight::paragraph(article, place.paragraph);
    let (before, after) = (&text[..place.bytes.start], &text[place.bytes.end..]);
    let left = before.char_indices().rev().take(width).last().map_or("", |(at, _)| &before[at..]);
    let right = after.char_indices().nth(width).map_or(after, |(at, _)| &after[..at]);
    Mention {
        id: stored.id.clone(),
        headline: article.headline.clone(),
        published: article.published,
        source: article.source.clone(),
        section: highlight::section(place.paragraph),
        position: place.position,
        left: left.to_owned(),
        matched: text[place.bytes.clone()].to_owned(),
        right: right.to_owned(),
    }
}

/// The words nearest on that side first.
fn beside(stored: &StoredArticle, place: &Place, by: By) -> Vec<String> {
    let text = highlight::paragraph(&stored.article, place.paragraph);
    let near = match by {
        By::Left => {
            let before = &text[..place.bytes.start];
            before.char_indices().rev().take(LOOKED_AT).last().map_or("", |(at, _)| &before[at..])
        }
        By::Article | By::Right => {
            let after = &text[place.bytes.end..];
            after.char_indices().nth(LOOKED_AT).map_or(after, |(at, _)| &after[..at])
        }
    };
    let mut words = folded_words(near, stored.article.lang.as_deref());
    if by == By::Left {
        words.reverse();
    }
    words.truncate(COMPARED);
    words
}

fn print_cursor(cursor: &Cursor, skip: usize) -> String {
    format!("{}.{skip:x}", cursor.print())
}

fn read_cursor(text: &str) -> Result<(Cursor, usize), SearchError> {
    let (cursor, skip) = text.rsplit_once('.').unwrap_or((text, ""));
    let skip = usize::from_str_radix(skip, 16).map_err(|_| plan::bad_cursor())?;
    Ok((plan::read_cursor(cursor)?, skip))
}

fn too_many() -> SearchError {
    let message = format!("there are more than {MOST_SORTED} occurrences to be sorted");
    SearchError::Refused(
        Advice::of("too_many_mentions", "by", message)
            .hint("Narrow the search, or read them article by article with `by=article`, which has no bound."),
    )
}
