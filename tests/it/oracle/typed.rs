//! The leaves of a drawn query: a word of an article as somebody may type it, and what is true of the article besides.

use broadsheet::query::ast::{Has, Is, Kind, NumberRange, Slot, Term, Value, WholeField};
use broadsheet::query::{Bounds, Context, Mode, parse};
use jiff::tz::TimeZone;

use super::generator::{Generator, Spot};
use super::plain::{PlainArticle, Token};
use super::values;

const WHOLE: &[WholeField] =
    &[WholeField::Tag, WholeField::Source, WholeField::Section, WholeField::Place, WholeField::Person, WholeField::Org];

const HAS: &[Has] = &[
    Has::Image,
    Has::Author,
    Has::Tags,
    Has::Date,
    Has::Lead,
    Has::Body,
    Has::Url,
    Has::Site,
    Has::Section,
    Has::Place,
    Has::Person,
    Has::Org,
    Has::Lang,
    Has::Source,
    Has::Dateline,
    Has::Modified,
];

/// Shorter words are not cut short, misspelt or made into expressions: too much would be like them.
const SHORTEST: usize = 4;

/// What the language is read against.
pub(super) fn context() -> Context {
    let now = "2025-03-05T12:30:00Z".parse().unwrap();
    Context { mode: Mode::All, tz: TimeZone::UTC, now, bounds: Bounds::default() }
}

impl<'p> Generator<'p> {
    /// The word, or what begins with it, in any way it can be asked for.
    pub(super) fn term(&mut self, spot: Spot<'p>) -> Term {
        let word = &spot.space().words[spot.at];
        let form = &self.plain.forms[word.form];
        let letters = &form.letters;
        let plain = letters.len() >= SHORTEST && letters.iter().all(|c| c.is_alphanumeric());
        match self.numbers.below(100) {
            0..22 => Term::Word(self.written(spot)),
            22..32 => Term::Word(self.relative(word)),
            32..46 => Term::Exact(self.written(spot)),
            46..54 if plain => Term::Wildcard(self.wildcard(letters)),
            54..61 if plain => self.fuzzy(letters),
            61..68 if plain => Term::Regex(self.regex(letters)),
            68..85 => Term::Phrase(self.row(spot, 3)),
            85..94 => self.loose(spot),
            _ => form.acronym.clone().map_or_else(|| Term::Word(form.folded.clone()), Term::Acronym),
        }
    }

    /// The word or the compound it begins, as it stands there.
    fn written(&mut self, spot: Spot<'p>) -> String {
        let word = &spot.space().words[spot.at];
        let compound = spot.space().compound_at(word.place.start).filter(|_| self.chance(60));
        let token = compound.unwrap_or(word);
        match self.numbers.below(4) {
            0 => self.plain.forms[token.form].folded.clone(),
            _ => token.written.clone(),
        }
    }

    /// A word that has a stem in common with it.
    fn relative(&mut self, word: &Token) -> String {
        let stems = &self.plain.forms[word.form].stems;
        let stem = if stems.is_empty() { None } else { Some(self.pick(stems)) };
        let relatives = stem.map_or(&[][..], |stem| self.relatives.with(stem));
        if relatives.is_empty() { word.written.clone() } else { self.pick(relatives).clone() }
    }

    /// Words that follow each other, as a phrase; two at least.
    fn row(&mut self, spot: Spot<'p>, most: u64) -> Vec<Slot> {
        let number = 2 + self.numbers.below(most - 1) as usize;
        let words = spot.space().words.len();
        let mut slots: Vec<Slot> = (spot.at..words).take(number).map(|at| self.slot(Spot { at, ..spot })).collect();
        if slots.len() < 2 {
            slots.push(self.slot(spot));
        }
        slots
    }

    fn slot(&mut self, spot: Spot<'p>) -> Slot {
        let word = &spot.space().words[spot.at];
        let letters = &self.plain.forms[word.form].letters;
        if letters.len() >= SHORTEST && letters.iter().all(|c| c.is_alphanumeric()) && self.chance(12) {
            return Slot::Wildcard(self.wildcard(letters));
        }
        Slot::Word(if self.chance(90) { word.written.clone() } else { self.written(spot) })
    }

    /// Words from the neighbourhood in any order.
    fn loose(&mut self, spot: Spot<'p>) -> Term {
        let mut slots = vec![self.slot(spot)];
        let mut farthest = 0;
        for _ in 0..1 + self.numbers.below(5) / 4 {
            let near = self.neighbour(spot);
            farthest = farthest.max(near.at.abs_diff(spot.at));
            slots.push(self.slot(near));
        }
        let extra = (farthest as u64 + self.numbers.below(6)).saturating_sub(2);
        Term::Loose(slots, extra as u32)
    }

    fn wildcard(&mut self, letters: &[char]) -> String {
        let last = letters.len() as u64 - 1;
        let cut = 3 + self.numbers.below(last - 2) as usize;
        let mut pattern = letters.to_vec();
        match self.numbers.below(5) {
            0..2 => {
                pattern.truncate(cut);
                pattern.push('*');
            }
            2 => pattern[1 + self.numbers.below(last) as usize] = '?',
            3 => pattern.push('?'),
            _ => {
                pattern.splice(2..cut, ['*']);
            }
        }
        pattern.into_iter().collect()
    }

    /// The word with a slip or two.
    fn fuzzy(&mut self, letters: &[char]) -> Term {
        let edits = if letters.len() > SHORTEST { 1 + self.numbers.below(2) } else { 1 };
        let mut typed = letters.to_vec();
        for _ in 0..self.numbers.below(edits + 1) {
            let at = self.numbers.below(typed.len() as u64 - 1) as usize;
            match self.numbers.below(4) {
                0 => typed.swap(at, at + 1),
                1 => typed[at] = *self.pick(letters),
                2 => typed.insert(at, *self.pick(letters)),
                _ => {
                    typed.remove(at);
                }
            }
        }
        Term::Fuzzy(typed.into_iter().collect(), edits as u8)
    }

    /// An expression of the kind that [`super::regex`] reads.
    fn regex(&mut self, letters: &[char]) -> String {
        let at = 1 + self.numbers.below(letters.len() as u64 - 1) as usize;
        let (before, after): (String, String) = (letters[..at].iter().collect(), letters[at + 1..].iter().collect());
        let (letter, other) = (letters[at], *self.pick(letters));
        match self.numbers.below(7) {
            0 => format!("{before}.{after}"),
            1 => format!("{before}{other}?{letter}{after}"),
            2 => format!("{before}[{letter}{other}]{after}"),
            3 => format!("{before}({letter}|{other}{other}){after}"),
            4 => format!("{before}{letter}+{after}"),
            5 => format!("{before}.*{after}"),
            _ => format!("{}{letter}{after}", before.to_uppercase()),
        }
    }

    /// Something that is true of the article beside its words.
    pub(super) fn value(&mut self, plain: &PlainArticle) -> Value {
        let article = &plain.document.article;
        match self.numbers.below(12) {
            0..4 => {
                let field = *self.pick(WHOLE);
                let values = values::whole(field, article);
                if values.is_empty() {
                    Value::Has(*self.pick(HAS))
                } else {
                    Value::Whole(field, self.pick(&values).clone())
                }
            }
            4 => article.source.site.clone().map_or(Value::Has(Has::Site), |site| self.site(&site)),
            5 => article.lang.clone().map_or(Value::Has(Has::Lang), |tag| self.lang(&tag)),
            6..8 => self.date(plain),
            8 => self.length(plain.length()),
            9 => Value::Has(*self.pick(HAS)),
            10 => Value::Is(*self.pick(&[Is::Corrected, Is::Duplicate, Is::Original])),
            _ => match (&article.external_id, &article.url) {
                (Some(id), _) if self.chance(30) => Value::Id(id.clone()),
                (_, Some(url)) if self.chance(60) => Value::Url(url.clone()),
                _ => Value::Id(plain.document.id.clone()),
            },
        }
    }

    fn site(&mut self, site: &str) -> Value {
        let domain = site.split_once('.').map(|(_, domain)| domain).filter(|domain| domain.contains('.'));
        Value::Site(domain.filter(|_| self.chance(50)).unwrap_or(site).to_owned())
    }

    fn lang(&mut self, tag: &str) -> Value {
        let primary = tag.split('-').next().unwrap_or(tag);
        Value::Lang(if self.chance(60) { primary } else { tag }.to_owned())
    }

    fn length(&mut self, words: u64) -> Value {
        let (less, more) = (words.saturating_sub(self.numbers.below(40)), words + self.numbers.below(40));
        Value::Words(match self.numbers.below(3) {
            0 => NumberRange { min: Some(less), max: None },
            1 => NumberRange { min: None, max: Some(more) },
            _ => NumberRange { min: Some(less), max: Some(more) },
        })
    }

    /// As it is read by the language itself.
    fn date(&mut self, plain: &PlainArticle) -> Value {
        let day = match plain.document.article.published.at {
            Some(at) if self.chance(80) => at.to_zoned_datetime(TimeZone::UTC).date(),
            _ => jiff::civil::date(2025, 2, 1 + self.numbers.below(28) as i8),
        };
        let (year, month) = (day.year(), day.month());
        let typed = match self.numbers.below(8) {
            0 => format!("date:{day}"),
            1 => format!("date:{year:04}-{month:02}"),
            2 => format!("date:{year:04}"),
            3 => format!("after:{day}"),
            4 => format!("before:{day}"),
            5 => format!("date:{{{year:04}-{month:02} TO *]"),
            6 => format!("seen:>={day}"),
            _ => format!("modified:<={day}"),
        };
        let tz = if self.chance(50) { TimeZone::UTC } else { TimeZone::fixed(jiff::tz::offset(-7)) };
        let context = Context { tz, ..context() };
        match parse(&typed, &context).unwrap().query.kind {
            Kind::Value(value) => value,
            other => panic!("{typed} is read as {other:?}"),
        }
    }
}
