//! Queries at random, drawn from the articles so that most of them find something: words that stand near each other in one
//! article, asked for in every way there is, nested in every way.

use std::collections::HashMap;

use broadsheet::query::ast::{Kind, Node, Proximity, Relation, TextField};

use super::odd;
use super::plain::{Plain, PlainArticle, Space, SpaceName};
use crate::made_up::Numbers;

/// Neighbours are looked for so many words away.
const NEIGHBOURHOOD: usize = 9;

/// The largest distance there is.
const FARTHEST: u32 = 250;

pub(super) struct Generator<'p> {
    pub(super) plain: &'p Plain,
    pub(super) numbers: Numbers,
    /// Words as written, by what they are stems of.
    pub(super) relatives: &'p Relatives,
}

/// Words that share a stem, as they are written somewhere.
pub(super) struct Relatives(HashMap<String, Vec<String>>);

/// A word of an article: where queries begin.
#[derive(Clone, Copy)]
pub(super) struct Spot<'p> {
    pub(super) article: &'p PlainArticle,
    pub(super) field: TextField,
    /// Among the words of the space.
    pub(super) at: usize,
}

impl<'p> Spot<'p> {
    pub(super) fn space(self) -> &'p Space {
        self.article.space(SpaceName::of(self.field))
    }

    fn position(self) -> u32 {
        self.space().words[self.at].place.start
    }
}

pub(super) fn node(kind: Kind) -> Node {
    Node { kind, at: 0..0 }
}

impl Relatives {
    pub(super) fn of(plain: &Plain) -> Relatives {
        let mut relatives: HashMap<String, Vec<String>> = HashMap::new();
        let mut met = vec![false; plain.forms.len()];
        for token in plain.articles.iter().flat_map(|article| &article.space(SpaceName::Text).words) {
            if !std::mem::replace(&mut met[token.form], true) {
                let stems = &plain.forms[token.form].stems;
                stems.iter().for_each(|stem| relatives.entry(stem.clone()).or_default().push(token.written.clone()));
            }
        }
        Relatives(relatives)
    }

    pub(super) fn with(&self, stem: &str) -> &[String] {
        self.0.get(stem).map_or(&[], Vec::as_slice)
    }
}

impl<'p> Generator<'p> {
    pub(super) fn query(&mut self) -> Node {
        let home = self.article();
        self.node(home, 3)
    }

    fn node(&mut self, home: &'p PlainArticle, depth: u32) -> Node {
        let kind = match if depth == 0 { 0 } else { self.numbers.below(100) } {
            0..40 => return self.text(home, depth.min(2)),
            40..50 => Kind::Value(self.value(home)),
            50..70 => Kind::And(self.nodes(home, depth - 1)),
            70..82 => {
                let mut parts = self.nodes(home, depth - 1);
                parts.push(self.elsewhere(depth - 1));
                Kind::Or(parts)
            }
            82..90 => {
                let inner = if self.chance(70) { self.elsewhere(depth - 1) } else { self.node(home, depth - 1) };
                Kind::Not(Box::new(inner))
            }
            90..93 => Kind::Not(Box::new(node(Kind::Not(Box::new(self.node(home, depth - 1)))))),
            93..99 => {
                let weight = *self.pick(&[0.0, 0.5, 2.0, 100.0]);
                Kind::Boost(Box::new(self.node(home, depth - 1)), weight)
            }
            _ => Kind::All,
        };
        node(kind)
    }

    fn nodes(&mut self, home: &'p PlainArticle, depth: u32) -> Vec<Node> {
        let number = 2 + self.numbers.below(5) / 4;
        (0..number).map(|_| self.node(home, depth)).collect()
    }

    fn elsewhere(&mut self, depth: u32) -> Node {
        let article = self.article();
        self.node(article, depth)
    }

    /// A clause on words: of one field.
    fn text(&mut self, home: &'p PlainArticle, depth: u32) -> Node {
        match self.spot(home) {
            Some(spot) => self.span(spot, depth),
            None => node(Kind::Value(self.value(home))),
        }
    }

    pub(super) fn span(&mut self, spot: Spot<'p>, depth: u32) -> Node {
        let kind = match if depth == 0 { 0 } else { self.numbers.below(100) } {
            0..38 => Kind::Term { field: spot.field, term: self.term(spot) },
            38..50 => Kind::Or(vec![self.span(spot, depth - 1), self.span_elsewhere(spot, depth - 1)]),
            50..78 => self.near(spot, depth - 1),
            78..86 => self.not_near(spot, depth - 1),
            86..93 => {
                // As often as it is there, or less often; rarely once more.
                let number = 1 + self.numbers.below(8 * self.times(spot) + 1) / 8;
                Kind::AtLeast(number as u32, Box::new(self.span(spot, depth - 1)))
            }
            _ => Kind::First(self.first_words(spot), Box::new(self.span(spot, depth - 1))),
        };
        node(kind)
    }

    fn near(&mut self, spot: Spot<'p>, depth: u32) -> Kind {
        let other = self.neighbour(spot);
        let how = Proximity { negated: false, relation: self.relation(spot, other) };
        let (left, right) = (Box::new(self.span(spot, depth)), Box::new(self.span(other, depth)));
        Kind::Near { left, how, right }
    }

    fn not_near(&mut self, spot: Spot<'p>, depth: u32) -> Kind {
        let other = if self.chance(50) { self.neighbour(spot) } else { self.any_spot(spot) };
        let how = Proximity { negated: true, relation: self.relation(spot, other) };
        let (left, right) = (Box::new(self.span(spot, depth)), Box::new(self.span(other, depth)));
        Kind::Near { left, how, right }
    }

    /// One that is true of the two spots, or nearly.
    fn relation(&mut self, left: Spot<'p>, right: Spot<'p>) -> Relation {
        let least = left.position().abs_diff(right.position()).clamp(1, FARTHEST);
        let distance = match self.numbers.below(10) {
            0..3 => least,
            3..5 => least.saturating_sub(1).max(1),
            5..9 => (least + self.numbers.below(8) as u32).min(FARTHEST),
            _ => 1 + self.numbers.below(u64::from(FARTHEST)) as u32,
        };
        let in_order = left.position() < right.position();
        match self.numbers.below(20) {
            0..9 => Relation::Within(distance),
            9..15 if in_order || self.chance(20) => Relation::Before(distance),
            9..15 => Relation::Within(distance),
            15..18 => Relation::Sentence,
            _ => Relation::Paragraph,
        }
    }

    /// A number of words about which the spot is among the first, or is not.
    fn first_words(&mut self, spot: Spot<'p>) -> u32 {
        let (mut before, position) = (0, spot.position());
        for (start, end) in spot.space().field(spot.field) {
            before += position.min(*end).saturating_sub(*start);
        }
        (before + self.numbers.below(8) as u32).saturating_sub(1).max(1)
    }

    /// How often its word occurs in the article.
    fn times(&self, spot: Spot<'p>) -> u64 {
        let words = &spot.space().words;
        words.iter().filter(|word| word.form == words[spot.at].form).count().min(5) as u64
    }

    fn span_elsewhere(&mut self, spot: Spot<'p>, depth: u32) -> Node {
        let elsewhere = self.any_spot(spot);
        self.span(elsewhere, depth)
    }

    /// A spot of the same field, perhaps in another article.
    fn any_spot(&mut self, spot: Spot<'p>) -> Spot<'p> {
        let article = if self.chance(60) { self.article() } else { spot.article };
        self.spot_in(article, spot.field).unwrap_or(spot)
    }

    pub(super) fn neighbour(&mut self, spot: Spot<'p>) -> Spot<'p> {
        let words = spot.space().words.len();
        let from = spot.at.saturating_sub(NEIGHBOURHOOD);
        let to = (spot.at + NEIGHBOURHOOD + 1).min(words);
        let at = from + self.numbers.below((to - from) as u64) as usize;
        let near = Spot { at, ..spot };
        let inside = near.space().field(spot.field).iter().any(|(start, end)| (start..end).contains(&&near.position()));
        if inside { near } else { spot }
    }

    fn spot(&mut self, article: &'p PlainArticle) -> Option<Spot<'p>> {
        let fields = [TextField::Headline, TextField::Lead, TextField::Body, TextField::Hlead];
        let field = match self.numbers.below(100) {
            0..70 => TextField::Text,
            70..88 => *self.pick(&fields),
            88..95 => TextField::Author,
            _ => TextField::Dateline,
        };
        self.spot_in(article, field).or_else(|| self.spot_in(article, TextField::Text))
    }

    /// A word of some article, of no field.
    pub(super) fn text_spot(&mut self) -> Spot<'p> {
        loop {
            let article = self.article();
            if let Some(spot) = self.spot_in(article, TextField::Text) {
                return spot;
            }
        }
    }

    fn spot_in(&mut self, article: &'p PlainArticle, field: TextField) -> Option<Spot<'p>> {
        let space = article.space(SpaceName::of(field));
        let sections = space.field(field);
        let inside = |position| sections.iter().any(|(start, end)| (*start..*end).contains(&position));
        let mut words = space.words.iter().enumerate().filter(|(_, word)| inside(word.place.start));
        let number = words.clone().count();
        let chosen = if number == 0 { 0 } else { self.numbers.below(number as u64) as usize };
        words.nth(chosen).map(|(at, _)| Spot { article, field, at })
    }

    /// Any, but often an odd one.
    pub(super) fn article(&mut self) -> &'p PlainArticle {
        let articles = &self.plain.articles;
        let odd = articles.iter().take_while(|article| article.document.article.namespace == odd::NAMESPACE).count();
        if self.chance(20) { self.pick(&articles[..odd]) } else { self.pick(articles) }
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.numbers.below(from.len() as u64) as usize]
    }

    /// True so many times in a hundred.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.numbers.below(100) < percent
    }
}
