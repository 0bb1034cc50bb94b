//! Spans by *Spans, exactly*: all places of an operand in one article, found by trying every pair.

use std::collections::BTreeSet;
use std::rc::Rc;

use broadsheet::query::ast::{Proximity, Relation, TextField};

use super::plain::{Place, PlainArticle, Space, SpaceName};

/// What is found as places in the text of one field.
pub(super) enum Span {
    /// Rows of words, each word next to the one before it.
    Rows(Vec<Vec<Rc<WordPlaces>>>),
    /// Rows of words in any order, with so many positions between them.
    Loose(Vec<Vec<Rc<WordPlaces>>>, u32),
    Or(Vec<Span>),
    Near(Box<Span>, Proximity, Box<Span>),
    AtLeast(u32, Box<Span>),
    First(u32, Box<Span>),
}

/// Where a word stands, article by article, in order.
pub(super) type WordPlaces = Vec<Vec<Place>>;

/// One article by its number, and the field that is asked about.
#[derive(Clone, Copy)]
pub(super) struct Scope<'p> {
    pub(super) number: usize,
    pub(super) article: &'p PlainArticle,
    pub(super) field: TextField,
}

impl Scope<'_> {
    fn space(&self) -> &Space {
        self.article.space(SpaceName::of(self.field))
    }
}

impl Span {
    /// Every place, each once, in order.
    pub(super) fn places(&self, scope: Scope<'_>) -> Vec<Place> {
        let places: BTreeSet<Place> = match self {
            Span::Rows(rows) => rows.iter().flat_map(|row| in_a_row(&here(row, scope))).collect(),
            Span::Loose(rows, extra) => rows.iter().flat_map(|row| loosely(&here(row, scope), *extra)).collect(),
            Span::Or(parts) => parts.iter().flat_map(|part| part.places(scope)).collect(),
            Span::Near(left, how, right) => near(&left.places(scope), *how, &right.places(scope), scope.space()),
            Span::AtLeast(number, inner) => {
                let places = inner.places(scope);
                let enough = apart(&places) >= *number;
                places.into_iter().filter(|_| enough).collect()
            }
            Span::First(words, inner) => {
                inner.places(scope).into_iter().filter(|place| is_among_first(*place, *words, scope)).collect()
            }
        };
        places.into_iter().collect()
    }
}

/// The places of the words of a row in the field.
fn here(row: &[Rc<WordPlaces>], scope: Scope<'_>) -> Vec<Vec<Place>> {
    let sections = scope.space().field(scope.field);
    let inside = |place: &Place| sections.iter().any(|(start, end)| *start <= place.start && place.end <= *end);
    row.iter().map(|word| word[scope.number].iter().copied().filter(inside).collect()).collect()
}

/// Each word where the one before it ends.
fn in_a_row(row: &[Vec<Place>]) -> Vec<Place> {
    let Some((first, rest)) = row.split_first() else { return Vec::new() };
    let mut spans = first.clone();
    for word in rest {
        let next = |span: &Place| {
            word.iter().filter(|place| place.start == span.end).map(|place| hull(*span, *place)).collect()
        };
        spans = spans.iter().flat_map(|span| -> Vec<Place> { next(span) }).collect();
    }
    spans
}

/// Each word on a position of its own, in any order, with at most `extra` other positions among them.
fn loosely(row: &[Vec<Place>], extra: u32) -> Vec<Place> {
    let mut spans = Vec::new();
    choose(row, &mut Vec::new(), &mut |chosen| {
        let (Some(first), Some(last)) = (chosen.iter().min(), chosen.iter().max_by_key(|place| place.start)) else {
            return;
        };
        if last.start - first.start < chosen.len() as u32 + extra {
            spans.push(Place { start: first.start, end: last.end });
        }
    });
    spans
}

/// Every choice of one place a word, no two of which begin at the same position.
fn choose(row: &[Vec<Place>], chosen: &mut Vec<Place>, take: &mut impl FnMut(&[Place])) {
    let Some((word, rest)) = row.split_first() else { return take(chosen) };
    for place in word {
        if chosen.iter().all(|other| other.start != place.start) {
            chosen.push(*place);
            choose(rest, chosen, take);
            chosen.pop();
        }
    }
}

fn near(left: &[Place], how: Proximity, right: &[Place], space: &Space) -> BTreeSet<Place> {
    let qualifies = |a: Place, b: Place| !overlap(a, b) && stand(a, how.relation, b, space);
    if how.negated {
        let spoilt = |a: &Place| right.iter().any(|b| overlap(*a, *b) || qualifies(*a, *b));
        return left.iter().copied().filter(|a| !spoilt(a)).collect();
    }
    let mut spans = BTreeSet::new();
    for a in left {
        spans.extend(right.iter().filter(|b| qualifies(*a, **b)).map(|b| hull(*a, *b)));
    }
    spans
}

/// Whether two places that do not overlap stand so to each other.
fn stand(left: Place, relation: Relation, right: Place, space: &Space) -> bool {
    let (earlier, later) = if left.start < right.start { (left, right) } else { (right, left) };
    let distance = later.start - (earlier.end - 1);
    let ends_within = |ends: &[u32]| ends.iter().any(|at| earlier.start <= *at && *at < later.end - 1);
    match relation {
        Relation::Within(most) => distance <= most,
        Relation::Before(most) => distance <= most && left == earlier,
        Relation::Sentence => !ends_within(&space.sentence_ends),
        Relation::Paragraph => !ends_within(&space.paragraph_ends),
    }
}

/// How many places there are of which no two overlap: taken from the earliest end on.
fn apart(places: &[Place]) -> u32 {
    let mut by_end = places.to_vec();
    by_end.sort_by_key(|place| place.end);
    let (mut number, mut free) = (0, 0);
    for place in by_end {
        if place.start >= free {
            (number, free) = (number + 1, place.end);
        }
    }
    number
}

/// Whether it lies within the first words of the field, which are counted on from section to section; of a byline, of the
/// first name.
fn is_among_first(place: Place, words: u32, scope: Scope<'_>) -> bool {
    let sections = scope.space().field(scope.field);
    let sections = if scope.field == TextField::Author { &sections[..1] } else { sections };
    let mut before = 0;
    for (start, end) in sections {
        if *start <= place.start && place.end <= *end {
            return before + (place.end - start) <= words;
        }
        before += end - start;
    }
    false
}

fn overlap(a: Place, b: Place) -> bool {
    a.start < b.end && b.start < a.end
}

fn hull(a: Place, b: Place) -> Place {
    Place { start: a.start.min(b.start), end: a.end.max(b.end) }
}
