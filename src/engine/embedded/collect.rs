//! One pass over the matches of a query: counts all of them, keeps the best, counts facets, gathers dates.
//!
//! Facets are multi-select. Filters on facets that are counted are not part of the query: each match is tested, and
//! the filters it fails decide what counts it. None failed: it is a hit, and every facet counts it. One failed: only
//! that filter's own facet counts it. Two or more: nothing does.
//!
//! Stories are counted on the way ([`Telling`]). A collapsed answer holds one hit of each: which one is known when all
//! matches have been seen, so those that share their story wait until then.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::sync::Arc;

use tantivy::columnar::Column;
use tantivy::query::{BooleanQuery, EnableScoring, Occur, Query, Weight};
use tantivy::{DocId, SegmentReader, TERMINATED};

use super::View;
use super::compile::{Asking, whole};
use super::deadline::Deadline;
use super::facets::{FacetIndex, Tally};
use super::lower::{Lowered, Lowering};
use super::nearness::Nearness;
use super::segments::Columns;
use super::series::{Gathering, add_date};
use super::told::Telling;
use crate::analysis::fold;
use crate::engine::{
    Address, Dates, EngineError, FacetField, Filter, Found, FoundHit, InOrder, Order, Place, Plan, Ranked, Sort,
};

/// The age of what has no date, in milliseconds: some thirty million years.
const OLDEST: f64 = 1e18;

/// Matches between two looks at the clock; tantivy itself cannot be told to stop.
const BETWEEN_LOOKS: u32 = 1024;

impl View {
    /// Finds, counts and sorts.
    pub(in crate::engine) fn find(&self, plan: &Plan) -> Result<Found, EngineError> {
        let deadline = Deadline::new(&plan.until);
        let lowered = self.lower(&plan.query, &mut Lowering::new(&deadline))?;
        let mut found = self.collected(plan, &lowered, &deadline)?.finish(self, plan)?;
        if plan.marks {
            let addresses: Vec<Address> = found.hits.iter().map(|hit| hit.address).collect();
            let marks = self.marks_by(&lowered, &addresses, &deadline)?;
            found.hits.iter_mut().zip(marks).for_each(|(hit, marks)| hit.marks = Some(marks.joined()));
        }
        if deadline.was_met() { Err(EngineError::TimeOut) } else { Ok(found) }
    }

    /// Finds and sorts, and keeps of each hit no more than where it lies.
    pub(in crate::engine) fn in_order(&self, plan: &Plan) -> Result<InOrder, EngineError> {
        let deadline = Deadline::new(&plan.until);
        let lowered = self.lower(&plan.query, &mut Lowering::new(&deadline))?;
        let mut collector = self.collected(plan, &lowered, &deadline)?;
        let sorted = collector.sorted();
        let ranked = sorted.into_iter().skip(plan.offset).map(|Reverse(kept)| Ranked {
            address: kept.address,
            score: f32::from_bits(kept.score_bits),
            copies: u32::try_from(collector.telling.copies(kept.address)).unwrap_or(u32::MAX),
        });
        let hits = ranked.collect();
        let (total, stories) = (collector.total, collector.telling.count(collector.total));
        let in_order = InOrder { total, stories, order: plan.order, hits };
        if deadline.was_met() { Err(EngineError::TimeOut) } else { Ok(in_order) }
    }

    /// Some of the hits that were put in order.
    pub(in crate::engine) fn found(&self, in_order: &InOrder, places: Range<usize>) -> Vec<FoundHit> {
        let found = in_order.hits[places].iter().map(|Ranked { address, score, copies }| {
            let columns = self.segments.columns(address.segment as usize);
            let key = key(&in_order.order, address.doc, *score, columns);
            let num = columns.num.first(address.doc).unwrap_or_default();
            found(columns, *address, Place { key, num }, *score, u64::from(*copies))
        });
        found.collect()
    }

    /// Everything that matches has been seen.
    fn collected(&self, plan: &Plan, lowered: &Lowered, deadline: &Deadline) -> Result<Collector, EngineError> {
        let mut collector = Collector::new(self, plan, deadline)?;
        if collector.scores() {
            collector.nearness = Nearness::of(self, lowered)?;
        }
        let asking = Asking { deadline: deadline.clone(), scored: collector.scores() };
        let query = collector.narrowed(self, plan, self.query(lowered, &asking)?)?;
        let scoring = if collector.scores() {
            EnableScoring::enabled_from_searcher(&self.searcher)
        } else {
            EnableScoring::disabled_from_searcher(&self.searcher)
        };
        let weight = query.weight(scoring)?;
        for (segment, reader) in self.searcher.segment_readers().iter().enumerate() {
            collector.segment(segment, reader, self.segments.columns(segment), weight.as_ref())?;
        }
        Ok(collector)
    }
}

/// A facet to be counted.
struct Counted {
    field: FacetField,
    index: Arc<FacetIndex>,
    counters: Vec<u32>,
    missing: u64,
}

/// The filters of one facet that are tested match by match.
struct Tested {
    field: FacetField,
    index: Arc<FacetIndex>,
    include: Vec<u32>,
    /// A value was asked for, be it one that does not occur.
    including: bool,
    exclude: Vec<u32>,
}

struct Collector {
    order: Order,
    keep: usize,
    after: Option<Place>,
    deadline: Deadline,
    wants_dates: bool,
    counted: Vec<Counted>,
    tested: Vec<Tested>,
    total: u64,
    best: BinaryHeap<Reverse<Kept>>,
    collapse: bool,
    telling: Telling,
    dates: Dates,
    series: Option<Gathering>,
    /// Where there is anything by which words can stand near each other.
    nearness: Option<Nearness>,
}

/// Ordered by what comes first in the answer: larger keys, then smaller numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kept {
    key: u64,
    num: Reverse<u64>,
    score_bits: u32,
    address: Address,
}

impl Collector {
    fn new(view: &View, plan: &Plan, deadline: &Deadline) -> Result<Collector, EngineError> {
        let mut counted = Vec::with_capacity(plan.facets.len());
        for field in &plan.facets {
            let index = view.facet_index(*field)?;
            let counters = index.counters();
            counted.push(Counted { field: *field, index, counters, missing: 0 });
        }
        let series = match plan.series {
            Some(series) => Some(Gathering::new(series, view.facet_index(series.field)?)),
            None => None,
        };
        Ok(Collector {
            order: plan.order,
            keep: plan.offset.saturating_add(plan.limit),
            after: plan.after,
            deadline: deadline.clone(),
            wants_dates: plan.dates,
            counted,
            tested: Vec::new(),
            total: 0,
            best: BinaryHeap::new(),
            collapse: plan.collapse,
            telling: Telling::new(view.stories()?, plan.collapse, plan.dates || !plan.facets.is_empty()),
            dates: Dates::default(),
            series,
            nearness: None,
        })
    }

    /// The query, with every filter that need not be tested match by match made part of it.
    fn narrowed(&mut self, view: &View, plan: &Plan, query: Box<dyn Query>) -> Result<Box<dyn Query>, EngineError> {
        let mut parts = vec![(Occur::Must, query)];
        for field in FacetField::ALL {
            let filters: Vec<&Filter> = plan.filters.iter().filter(|filter| filter.field == field).collect();
            if filters.is_empty() {
                continue;
            }
            match lookup(view, field) {
                Some(lookup) if !plan.facets.contains(&field) => narrow(&mut parts, lookup, &filters),
                _ => self.tested.push(Tested::new(view.facet_index(field)?, field, &filters)),
            }
        }
        match parts.len() {
            1 => Ok(parts.remove(0).1),
            _ => Ok(Box::new(BooleanQuery::new(parts))),
        }
    }

    fn scores(&self) -> bool {
        self.keep > 0 && matches!(self.order.sort, Sort::Relevance | Sort::Recent)
    }

    fn segment(
        &mut self,
        segment: usize,
        reader: &SegmentReader,
        columns: &Columns,
        weight: &dyn Weight,
    ) -> Result<(), EngineError> {
        let scores = self.scores();
        let nearness = self.nearness.take();
        let mut near = match &nearness {
            Some(nearness) => Some((nearness.open(reader)?, nearness.most())),
            None => None,
        };
        let mut scorer = weight.scorer(reader, 1.0)?;
        let alive = reader.alive_bitset();
        let mut looked = 0;
        let mut doc = scorer.doc();
        while doc != TERMINATED {
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                let story = self.telling.story(segment, doc);
                if self.count(segment, doc, story, columns) {
                    let mut score = if scores { scorer.score() } else { 0.0 };
                    if let Some((near, most)) = &mut near
                        && self.may_keep(doc, story, score, score + *most, columns)
                    {
                        score += near.score(doc);
                    }
                    self.keep(segment, doc, story, score, columns);
                }
            }
            looked += 1;
            if looked % BETWEEN_LOOKS == 0 && self.deadline.has_passed() {
                return Err(EngineError::TimeOut);
            }
            doc = scorer.advance();
        }
        drop(near);
        self.nearness = nearness;
        Ok(())
    }

    /// Whether a hit whose score lies between these may be among those to be kept.
    fn may_keep(&self, doc: DocId, story: Option<u32>, least: f32, most: f32, columns: &Columns) -> bool {
        let key = |score: f32| key(&self.order, doc, score, columns);
        let is_collapsed = story.is_some() && self.collapse;
        let is_too_low = self.best.len() == self.keep && self.best.peek().is_some_and(|worst| key(most) < worst.0.key);
        let is_too_high = self.after.is_some_and(|after| key(least) > after.key);
        self.keep > 0 && (is_collapsed || !(is_too_low || is_too_high))
    }

    /// Counts a match; says whether it is a hit.
    fn count(&mut self, segment: usize, doc: DocId, story: Option<u32>, columns: &Columns) -> bool {
        let mut failed = None;
        for tested in &self.tested {
            if !tested.passes(segment, doc) {
                if failed.is_some() {
                    return false;
                }
                failed = Some(tested.field);
            }
        }
        for counted in self.counted.iter_mut().filter(|counted| failed.is_none_or(|field| field == counted.field)) {
            let Counted { index, counters, missing, .. } = counted;
            if !index.each(segment, doc, |value| counters[value as usize] += 1) {
                *missing += 1;
            }
        }
        if let Some(story) = story {
            self.telling.gather(story, Address { segment: segment as u32, doc }, failed);
        }
        if failed.is_some() {
            return false;
        }
        self.total += 1;
        if let Some(story) = story {
            self.telling.meet(story);
        }
        if self.wants_dates {
            add_date(&mut self.dates, doc, columns);
        }
        if let Some(series) = &mut self.series {
            series.meet(Address { segment: segment as u32, doc });
        }
        true
    }

    /// Keeps a hit if it may be among the best.
    fn keep(&mut self, segment: usize, doc: DocId, story: Option<u32>, score: f32, columns: &Columns) {
        if self.keep == 0 {
            return;
        }
        let key = key(&self.order, doc, score, columns);
        let story = story.filter(|_| self.collapse);
        let full = self.best.len() == self.keep;
        if story.is_none() && full && self.best.peek().is_some_and(|worst| key < worst.0.key) {
            return;
        }
        let num = Reverse(columns.num.first(doc).unwrap_or_default());
        let address = Address { segment: segment as u32, doc };
        let kept = Kept { key, num, score_bits: score.to_bits(), address };
        match story {
            Some(story) => self.telling.choose(story, kept),
            None => self.admit(kept),
        }
    }

    /// Keeps a hit if it is among the best that come after the cursor.
    fn admit(&mut self, kept: Kept) {
        if self.after.is_some_and(|after| (kept.key, kept.num) >= (after.key, Reverse(after.num))) {
            return;
        }
        if self.best.len() < self.keep {
            self.best.push(Reverse(kept));
        } else if let Some(mut worst) = self.best.peek_mut()
            && kept > worst.0
        {
            *worst = Reverse(kept);
        }
    }

    /// The best, the first of them first.
    fn sorted(&mut self) -> Vec<Reverse<Kept>> {
        self.telling.chosen().into_iter().for_each(|kept| self.admit(kept));
        // `Reverse` turned the heap round, so ascending order is best first.
        std::mem::take(&mut self.best).into_sorted_vec()
    }

    fn finish(mut self, view: &View, plan: &Plan) -> Result<Found, EngineError> {
        let sorted = self.sorted();
        self.telling.settle();
        self.dates.told = if self.wants_dates { self.telling.dates(&view.segments) } else { Vec::new() };
        let hits = sorted.into_iter().skip(plan.offset).map(|Reverse(kept)| {
            let Kept { key, num, score_bits, address } = kept;
            let columns = view.segments.columns(address.segment as usize);
            let place = Place { key, num: num.0 };
            found(columns, address, place, f32::from_bits(score_bits), self.telling.copies(address))
        });
        let hits = hits.collect();
        let facets = self.counted.into_iter().map(|counted| {
            let selected = selected(plan, counted.field, &counted.index);
            let again = self.telling.again(counted.field, &counted.index);
            let tally = Tally { counters: counted.counters, again, missing: counted.missing };
            (counted.field, counted.index.told(&tally, &plan.values, &selected))
        });
        let (facets, stories) = (facets.collect(), self.telling.count(self.total));
        let series = self.series.zip(plan.series).map(|(gathering, asked)| {
            let selected = selected(plan, asked.field, &gathering.index);
            gathering.drawn(&selected, &view.segments, &self.telling.stories)
        });
        let series = series.unwrap_or_default();
        Ok(Found { total: self.total, stories, hits, facets, dates: self.dates, series })
    }
}

fn found(columns: &Columns, address: Address, place: Place, score: f32, copies: u64) -> FoundHit {
    let of = |column: &Column<u64>| column.first(address.doc).unwrap_or_default();
    FoundHit {
        place,
        row: of(&columns.row),
        story: of(&columns.story),
        copies,
        words: of(&columns.words),
        score,
        address,
        marks: None,
    }
}

/// What a hit sorts by; larger comes first, and articles without a date come last in either direction.
fn key(order: &Order, doc: DocId, score: f32, columns: &Columns) -> u64 {
    match order.sort {
        Sort::Relevance => ascending(score),
        Sort::Newest => columns.order.first(doc).map_or(0, |at| rising(at).max(1)),
        Sort::Oldest => columns.order.first(doc).map_or(0, |at| (u64::MAX - rising(at)).max(1)),
        Sort::Recent => rising_float(blended(order, doc, score, columns)),
    }
}

/// Relevance, halved for every half-life of age, as its logarithm: after a thousand halvings there are still
/// differences. An undated article is older than all dated ones.
fn blended(order: &Order, doc: DocId, score: f32, columns: &Columns) -> f64 {
    let age = columns.order.first(doc).map_or(OLDEST, |at| order.now_ms.saturating_sub(at).max(0) as f64);
    f64::from(score.max(f32::MIN_POSITIVE)).log2() - age / order.half_life_ms.max(1) as f64
}

/// The field in which a facet's values can be looked up, where a look-up finds exactly what the facet counts.
fn lookup(view: &View, field: FacetField) -> Option<tantivy::schema::Field> {
    let fields = &view.fields;
    match field {
        FacetField::Tag => Some(fields.tag),
        FacetField::Source => Some(fields.source),
        FacetField::Section => Some(fields.section),
        FacetField::Place => Some(fields.place),
        FacetField::Person => Some(fields.person),
        FacetField::Org => Some(fields.org),
        // A site is found under its parent domains too, a language under its region: wider than what is counted.
        FacetField::Site | FacetField::Author | FacetField::Lang => None,
    }
}

fn narrow(parts: &mut Vec<(Occur, Box<dyn Query>)>, lookup: tantivy::schema::Field, filters: &[&Filter]) {
    let included = filters.iter().filter(|filter| !filter.exclude);
    let included: Vec<_> = included.map(|filter| (Occur::Should, whole(lookup, &fold(&filter.value)))).collect();
    if !included.is_empty() {
        parts.push((Occur::Must, Box::new(BooleanQuery::new(included))));
    }
    for filter in filters.iter().filter(|filter| filter.exclude) {
        parts.push((Occur::MustNot, whole(lookup, &fold(&filter.value))));
    }
}

impl Tested {
    fn new(index: Arc<FacetIndex>, field: FacetField, filters: &[&Filter]) -> Tested {
        let numbers = |exclude: bool| {
            let chosen = filters.iter().filter(|filter| filter.exclude == exclude);
            chosen.filter_map(|filter| index.find(&fold(&filter.value))).collect()
        };
        let (include, exclude) = (numbers(false), numbers(true));
        Tested { field, include, including: filters.iter().any(|filter| !filter.exclude), exclude, index }
    }

    fn passes(&self, segment: usize, doc: DocId) -> bool {
        let (mut included, mut excluded) = (false, false);
        self.index.each(segment, doc, |value| {
            included |= self.include.contains(&value);
            excluded |= self.exclude.contains(&value);
        });
        !excluded && (included || !self.including)
    }
}

/// The values that a facet is filtered by.
fn selected(plan: &Plan, field: FacetField, index: &FacetIndex) -> Vec<u32> {
    let chosen = plan.filters.iter().filter(|filter| filter.field == field && !filter.exclude);
    let mut selected: Vec<u32> = chosen.filter_map(|filter| index.find(&fold(&filter.value))).collect();
    selected.sort_unstable();
    selected.dedup();
    selected
}

/// Scores are positive, and the bits of positive floats rise with them.
fn ascending(score: f32) -> u64 {
    u64::from(score.max(0.0).to_bits())
}

/// The bits of negative floats fall as they rise, and their sign sorts them behind the positive.
fn rising_float(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn rising(at: i64) -> u64 {
    (at as u64) ^ (1 << 63)
}
