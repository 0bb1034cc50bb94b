//! Leaves that are matched on values: what may stand behind `tag:`, `site:`, `words:`, `has:` and their kin.

use super::advice::{BAD_NUMBER, BAD_RANGE, BAD_WILDCARD, MISSING_OPERAND, UNKNOWN_VALUE};
use super::asked::{self, Asked, End};
use super::ast::{DateField, Has, Is, Kind, NumberRange, TextField, Value, WholeField};
use super::dates::{self, Side};
use super::dialects;
use super::fields::{DateClauseName, Field};
use super::text::{Text, is_space};
use super::{Advice, Context};
use crate::nearest::nearest;

/// What stands behind the colon.
#[derive(Clone, Debug)]
pub(super) enum Given {
    Bare(Text),
    /// Quoted: a star is a star.
    Literal(Text),
    Range(String),
}

/// `has:` and the names it knows; the first of each is printed.
const HAS: &[(Has, &[&str])] = &[
    (Has::Image, &["image", "images", "picture"]),
    (Has::Author, &["author", "authors", "byline"]),
    (Has::Tags, &["tags", "tag"]),
    (Has::Date, &["date", "published"]),
    (Has::Lead, &["lead", "summary"]),
    (Has::Body, &["body"]),
    (Has::Url, &["url"]),
    (Has::Site, &["site"]),
    (Has::Section, &["section"]),
    (Has::Place, &["place", "places"]),
    (Has::Person, &["person", "people"]),
    (Has::Org, &["org", "orgs"]),
    (Has::Lang, &["lang", "language"]),
    (Has::Source, &["source", "publisher"]),
    (Has::Dateline, &["dateline"]),
    (Has::Modified, &["modified"]),
];

const IS: &[(Is, &[&str])] = &[
    (Is::Duplicate, &["duplicate", "copy"]),
    (Is::Original, &["original"]),
    (Is::Corrected, &["corrected"]),
    (Is::Killed, &["killed"]),
];

/// Reads a value; the error lacks its place.
pub(super) fn read(field: Field, given: &Given, context: &Context) -> Result<Kind, Advice> {
    let typed = match given {
        Given::Bare(text) if text.is("*") => return Ok(present(field)),
        Given::Bare(text) | Given::Literal(text) => text.plain().trim_matches(is_space).to_owned(),
        Given::Range(typed) => typed.clone(),
    };
    if typed.is_empty() {
        return Err(Advice::new(MISSING_OPERAND, format!("nothing follows `{}:`", field.name())));
    }
    match field {
        Field::Date(name) => return date(name, &typed, context),
        Field::Words => return Ok(Kind::Value(Value::Words(number_range(asked::read(&typed)?)?))),
        _ if matches!(given, Given::Range(_)) => return Err(no_range(field, &typed)),
        _ if matches!(given, Given::Bare(_)) && typed.starts_with(['<', '>']) => return Err(no_order(field, &typed)),
        _ => {}
    }
    single(field, typed, given).map(Kind::Value)
}

/// `field:*`: everything that has the field; every article has a text and was seen.
pub(super) fn present(field: Field) -> Kind {
    match has_of(field) {
        Some(has) => Kind::Value(Value::Has(has)),
        None => Kind::All,
    }
}

/// The name in the canonical form.
pub(super) fn has_name(has: Has) -> &'static str {
    HAS.iter().find(|(known, _)| *known == has).map_or("", |(_, names)| names[0])
}

/// The name in the canonical form.
pub(super) fn is_name(is: Is) -> &'static str {
    IS.iter().find(|(known, _)| *known == is).map_or("", |(_, names)| names[0])
}

fn has_of(field: Field) -> Option<Has> {
    match field {
        Field::Text(TextField::Lead) => Some(Has::Lead),
        Field::Text(TextField::Body) => Some(Has::Body),
        Field::Text(TextField::Author) => Some(Has::Author),
        Field::Text(TextField::Dateline) => Some(Has::Dateline),
        Field::Whole(WholeField::Tag) => Some(Has::Tags),
        Field::Whole(WholeField::Source) => Some(Has::Source),
        Field::Whole(WholeField::Section) => Some(Has::Section),
        Field::Whole(WholeField::Place) => Some(Has::Place),
        Field::Whole(WholeField::Person) => Some(Has::Person),
        Field::Whole(WholeField::Org) => Some(Has::Org),
        Field::Lang => Some(Has::Lang),
        Field::Site => Some(Has::Site),
        Field::Url => Some(Has::Url),
        Field::Date(DateClauseName::Within(DateField::Seen)) => None,
        Field::Date(DateClauseName::Within(DateField::Modified)) => Some(Has::Modified),
        Field::Date(_) => Some(Has::Date),
        Field::Text(_) | Field::Words | Field::Id | Field::Has | Field::Is => None,
    }
}

fn single(field: Field, typed: String, given: &Given) -> Result<Value, Advice> {
    match field {
        Field::Whole(whole) => match given {
            Given::Bare(text) if text.has('*') => Err(no_wildcard(field, &typed)),
            _ => Ok(Value::Whole(whole, typed)),
        },
        Field::Site => site(&typed),
        Field::Lang => lang(&typed),
        Field::Url => Ok(Value::Url(typed)),
        Field::Has => known(HAS, field, &typed).map(Value::Has),
        Field::Is => known(IS, field, &typed).map(Value::Is),
        Field::Id | Field::Text(_) | Field::Date(_) | Field::Words => Ok(Value::Id(typed)),
    }
}

fn known<T: Copy>(table: &[(T, &[&'static str])], field: Field, typed: &str) -> Result<T, Advice> {
    let name = typed.to_lowercase();
    if let Some((value, _)) = table.iter().find(|(_, names)| names.contains(&name.as_str())) {
        return Ok(*value);
    }
    let all = || table.iter().map(|(_, names)| names[0]);
    let hint = match nearest(&name, table.iter().flat_map(|(_, names)| names.iter().copied())) {
        Some(near) => format!("did you mean `{}:{near}`?", field.name()),
        None => format!("it may be {}", all().collect::<Vec<_>>().join(", ")),
    };
    Err(Advice::new(UNKNOWN_VALUE, format!("`{}:` does not know `{typed}`", field.name())).hint(hint))
}

/// A host; of an address, the host of it.
fn site(typed: &str) -> Result<Value, Advice> {
    let lower = typed.to_lowercase();
    let behind_scheme = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let host = behind_scheme.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.trim_start_matches(['*', '.']).trim_end_matches('.');
    let is_host = |ch: char| ch.is_alphanumeric() || matches!(ch, '-' | '.' | '_');
    if host.is_empty() || !host.chars().all(is_host) {
        let advice = Advice::new(UNKNOWN_VALUE, format!("`{typed}` is not a host"));
        return Err(advice.hint("write a host; its subdomains are included: `site:cnn.com`"));
    }
    Ok(Value::Site(host.to_owned()))
}

/// A language tag (BCP 47): two or three letters, and what narrows them.
fn lang(typed: &str) -> Result<Value, Advice> {
    let tag = typed.replace('_', "-");
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let is_primary = (2..=3).contains(&primary.len()) && primary.chars().all(|ch| ch.is_ascii_alphabetic());
    let is_subtag = |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|ch| ch.is_ascii_alphanumeric());
    if is_primary && parts.all(is_subtag) {
        return Ok(Value::Lang(tag));
    }
    let hint = match dialects::language(typed) {
        Some(tag) => format!("write `lang:{tag}`"),
        None => "a language is two or three letters: `lang:en`, `lang:pt-BR`".to_owned(),
    };
    Err(Advice::new(UNKNOWN_VALUE, format!("`{typed}` is not a language tag")).hint(hint))
}

fn no_wildcard(field: Field, typed: &str) -> Advice {
    let advice =
        Advice::new(BAD_WILDCARD, format!("`{}:` is matched on whole values, without wildcards", field.name()));
    advice.hint(format!(
        "write the whole value, or put it in quotes if the star belongs to it: `{}:\"{typed}\"`",
        field.name()
    ))
}

fn no_range(field: Field, typed: &str) -> Advice {
    Advice::new(BAD_RANGE, format!("`{}:` has no order, so it cannot be in {typed}", field.name()))
        .hint("ranges are for dates and `words:`")
}

fn no_order(field: Field, typed: &str) -> Advice {
    let (name, value) = (field.name(), typed.trim_start_matches(['<', '>', '=', ' ']));
    Advice::new(BAD_RANGE, format!("`{name}:` has no order")).hint(format!("write `{name}:{value}`"))
}

fn date(name: DateClauseName, typed: &str, context: &Context) -> Result<Kind, Advice> {
    let asked = asked::read(typed)?;
    if asked == Asked::Between(None, None) {
        return Ok(present(Field::Date(name)));
    }
    dates::clause(name, &asked, context).map(|clause| Kind::Value(Value::Date(clause)))
}

fn number_range(asked: Asked) -> Result<NumberRange, Advice> {
    let range = match asked {
        Asked::At(text) => {
            let exactly = Some(number(&text)?);
            NumberRange { min: exactly, max: exactly }
        }
        Asked::Side(Side::From, end) => NumberRange { min: Some(least(&end)?), max: None },
        Asked::Side(Side::To, end) => NumberRange { min: None, max: Some(most(&end)?) },
        Asked::Between(low, high) => {
            NumberRange { min: low.as_ref().map(least).transpose()?, max: high.as_ref().map(most).transpose()? }
        }
    };
    match range {
        NumberRange { min: Some(min), max: Some(max) } if min > max => Err(empty_range()),
        _ => Ok(range),
    }
}

fn least(end: &End) -> Result<u64, Advice> {
    let number = number(&end.text)?;
    if end.inclusive { Ok(number) } else { number.checked_add(1).ok_or_else(empty_range) }
}

fn most(end: &End) -> Result<u64, Advice> {
    let number = number(&end.text)?;
    if end.inclusive { Ok(number) } else { number.checked_sub(1).ok_or_else(empty_range) }
}

fn number(text: &str) -> Result<u64, Advice> {
    let is_number = !text.is_empty() && text.chars().all(|ch| ch.is_ascii_digit());
    text.parse().ok().filter(|_| is_number).ok_or_else(|| {
        Advice::new(BAD_NUMBER, format!("`{text}` is not a number of words")).hint("write digits only: `words:>1000`")
    })
}

fn empty_range() -> Advice {
    Advice::new(BAD_RANGE, "no number is in this range").hint("write the smaller number first")
}
