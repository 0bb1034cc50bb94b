//! The oracle: which articles a query matches and which of their words made them match, by trying everything on every
//! article. It was written from the definition of the language, and knows nothing of how the engine does it.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use broadsheet::analysis::Stemmers;
use broadsheet::query::ast::{Kind, Node, Term, TextField, Value};

use super::plain::{Place, Plain, PlainArticle, SpaceName};
use super::span::{Scope, Span, WordPlaces};
use super::values;
use super::word::{self, WordTest};

/// Words remembered before all are forgotten.
const MOST_REMEMBERED: usize = 2000;

pub(super) struct Oracle<'p> {
    plain: &'p Plain,
    stemmers: Stemmers,
    langs: Vec<&'p str>,
    /// Where every word form stands, article by article.
    postings: Vec<Vec<(SpaceName, usize, Place)>>,
    known: HashMap<(WordTest, SpaceName), Rc<WordPlaces>>,
}

/// A query whose words have been looked up.
pub(super) enum Clause<'q> {
    All,
    Value(&'q Value),
    And(Vec<Clause<'q>>),
    Or(Vec<Clause<'q>>),
    Not(Box<Clause<'q>>),
    Text(TextField, Span),
}

impl<'p> Oracle<'p> {
    pub(super) fn of(plain: &'p Plain) -> Oracle<'p> {
        let langs: BTreeSet<&str> =
            plain.articles.iter().filter_map(|article| article.document.article.lang.as_deref()).collect();
        let mut postings = vec![Vec::new(); plain.forms.len()];
        for (number, article) in plain.articles.iter().enumerate() {
            for name in SpaceName::ALL {
                let space = article.space(name);
                let tokens = space.words.iter().chain(&space.compounds);
                tokens.for_each(|token| postings[token.form].push((name, number, token.place)));
            }
        }
        Oracle { plain, stemmers: Stemmers::new(), langs: langs.into_iter().collect(), postings, known: HashMap::new() }
    }

    /// The numbers of the articles that match.
    pub(super) fn matches(&self, query: &Clause<'_>) -> BTreeSet<usize> {
        let articles = self.plain.articles.iter().enumerate();
        articles.filter(|(number, article)| query.holds(*number, article)).map(|(number, _)| number).collect()
    }

    /// The places in headline, lead and body that made an article match.
    pub(super) fn marks(&self, query: &Clause<'_>, number: usize) -> BTreeSet<Place> {
        let mut marks = BTreeSet::new();
        query.mark(number, &self.plain.articles[number], true, &mut marks);
        marks
    }

    pub(super) fn look_up<'q>(&mut self, query: &'q Node) -> Clause<'q> {
        if self.known.len() > MOST_REMEMBERED {
            self.known.clear();
        }
        self.clause(query)
    }

    fn clause<'q>(&mut self, node: &'q Node) -> Clause<'q> {
        match &node.kind {
            Kind::All => Clause::All,
            Kind::Value(value) => Clause::Value(value),
            Kind::And(parts) => Clause::And(parts.iter().map(|part| self.clause(part)).collect()),
            Kind::Or(parts) => Clause::Or(parts.iter().map(|part| self.clause(part)).collect()),
            Kind::Not(inner) => Clause::Not(Box::new(self.clause(inner))),
            Kind::Boost(inner, _) => self.clause(inner),
            Kind::Term { .. } | Kind::Near { .. } | Kind::AtLeast(..) | Kind::First(..) => {
                let field = field(node);
                Clause::Text(field, self.span(node, field))
            }
        }
    }

    fn span(&mut self, node: &Node, span_field: TextField) -> Span {
        match &node.kind {
            Kind::Term { field, term } => {
                assert_eq!(*field, span_field, "a span is of one field");
                self.term(term, SpaceName::of(*field))
            }
            Kind::Or(parts) => Span::Or(parts.iter().map(|part| self.span(part, span_field)).collect()),
            Kind::Near { left, how, right } => {
                let (left, right) = (self.span(left, span_field), self.span(right, span_field));
                Span::Near(Box::new(left), *how, Box::new(right))
            }
            Kind::AtLeast(number, inner) => Span::AtLeast(*number, Box::new(self.span(inner, span_field))),
            Kind::First(words, inner) => Span::First(*words, Box::new(self.span(inner, span_field))),
            other => panic!("{other:?} is no span"),
        }
    }

    fn term(&mut self, term: &Term, space: SpaceName) -> Span {
        let rows = word::readings(term, &mut self.stemmers, &self.langs);
        let rows = rows.into_iter().map(|row| row.into_iter().map(|word| self.word(word, space)).collect()).collect();
        match term {
            Term::Loose(_, extra) => Span::Loose(rows, *extra),
            _ => Span::Rows(rows),
        }
    }

    fn word(&mut self, test: WordTest, space: SpaceName) -> Rc<WordPlaces> {
        let key = (test, space);
        if let Some(known) = self.known.get(&key) {
            return Rc::clone(known);
        }
        let mut places = vec![Vec::new(); self.plain.articles.len()];
        for form in key.0.met_by(&self.plain.forms) {
            let here = self.postings[form].iter().filter(|(name, ..)| *name == space);
            here.for_each(|(_, number, place)| places[*number].push(*place));
        }
        let places = Rc::new(places);
        self.known.insert(key, Rc::clone(&places));
        places
    }
}

/// The field of a span: that of its first term.
fn field(node: &Node) -> TextField {
    match &node.kind {
        Kind::Term { field, .. } => *field,
        Kind::Or(parts) => field(&parts[0]),
        Kind::Near { left, .. } => field(left),
        Kind::AtLeast(_, inner) | Kind::First(_, inner) => field(inner),
        other => panic!("{other:?} is no span"),
    }
}

impl Clause<'_> {
    fn holds(&self, number: usize, article: &PlainArticle) -> bool {
        match self {
            Clause::All => true,
            Clause::Value(value) => values::hold(value, article),
            Clause::And(parts) => parts.iter().all(|part| part.holds(number, article)),
            Clause::Or(parts) => parts.iter().any(|part| part.holds(number, article)),
            Clause::Not(inner) => !inner.holds(number, article),
            Clause::Text(field, span) => !span.places(Scope { number, article, field: *field }).is_empty(),
        }
    }

    /// Collects what made this clause true, or false: the parts of it that are as `wanted`, and of those the words that
    /// are there.
    fn mark(&self, number: usize, article: &PlainArticle, wanted: bool, marks: &mut BTreeSet<Place>) {
        if self.holds(number, article) != wanted {
            return;
        }
        match self {
            Clause::All | Clause::Value(_) => {}
            Clause::And(parts) | Clause::Or(parts) => {
                parts.iter().for_each(|part| part.mark(number, article, wanted, marks));
            }
            Clause::Not(inner) => inner.mark(number, article, !wanted, marks),
            Clause::Text(field, span) if wanted && SpaceName::of(*field) == SpaceName::Text => {
                marks.extend(span.places(Scope { number, article, field: *field }));
            }
            Clause::Text(..) => {}
        }
    }
}
