//! Parameters into a request. Every mistake is a coded refusal that names its parameter and a way out.

mod table;

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::nearest::nearest;
use crate::query::advice::{MORE_ADVICE, TOO_MANY_CLAUSES};
use crate::query::ast::DateField;
use crate::query::{Advice, Mode};
use crate::search::request::{By, FacetField, Filter, HitFields, SearchRequest, Sort, Unit};
pub(super) use table::{
    CITE, COMPARE, CURSOR_OF_MENTIONS, EXPORT, FACET, LARGEST, MENTIONS, Parameter, QUERY, SEARCH, TAKEN, TERMS, Taken,
    Takes, filter_about,
};

fn names<T>(table: &[(&'static str, T)]) -> Vec<&'static str> {
    table.iter().map(|(name, _)| *name).collect()
}

/// As many as a query may have clauses; filters are such.
const MOST_PARAMETERS: usize = 1024;

/// More warnings help nobody.
const MOST_WARNINGS: usize = 50;

impl Taken {
    /// Reads the parameters of a search, in the order given.
    pub(super) fn read(&'static self, pairs: &[(String, String)]) -> Result<SearchRequest, Advice> {
        Ok(self.read_with(pairs)?.0)
    }

    /// Reads the parameters of a search, and those that are the address's own.
    pub(super) fn read_with(&'static self, pairs: &[(String, String)]) -> Result<(SearchRequest, Own), Advice> {
        if pairs.len() > MOST_PARAMETERS {
            let message = format!("the request has more than {MOST_PARAMETERS} parameters");
            return Err(Advice::new(TOO_MANY_CLAUSES, message).hint("Ask for less at once."));
        }
        let names = self.names();
        let mut request = SearchRequest::default();
        let mut own = Own { of: self, given: Vec::new() };
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in pairs {
            if !names.contains(&name.as_str()) {
                request.advice.push(unknown(name, &names));
                continue;
            }
            if let Some(field) = FacetField::from_name(name) {
                request.filters.extend(Filter::read(field, value));
                continue;
            }
            if seen.contains(&name.as_str()) {
                let advice = Advice::of("repeated_parameter", name, format!("`{name}` is given more than once"));
                return Err(advice.hint("Give it once; only facet filters may be repeated."));
            }
            seen.push(name);
            match self.own.iter().find(|own| own.name == name) {
                Some(parameter) => own.given.push((parameter.name, value.clone())),
                None => set(&mut request, name, value)?,
            }
        }
        if request.series.is_some() {
            request.interval = request.interval.or(Some(Unit::Auto));
        }
        if request.strict
            && let Some(first) = request.advice.first()
        {
            return Err(first.clone());
        }
        if request.advice.len() > MOST_WARNINGS {
            let more = request.advice.len() - MOST_WARNINGS;
            request.advice.truncate(MOST_WARNINGS);
            request.advice.push(Advice::new(MORE_ADVICE, format!("and {more} more of these")));
        }
        Ok((request, own))
    }
}

/// The parameters that an address has beside those of a search, as they were given.
pub(super) struct Own {
    of: &'static Taken,
    given: Vec<(&'static str, String)>,
}

impl Own {
    /// Where it was given.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        Some(self.given.iter().find(|(known, _)| *known == name)?.1.as_str())
    }

    pub(super) fn one_of<T: Copy>(&self, name: &str, known: &[(&'static str, T)]) -> Result<Option<T>, Advice> {
        self.text(name).map(|value| one_of(name, value, known)).transpose()
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<usize>, Advice> {
        self.text(name).map(|value| number(name, value, self.of.parameter(name))).transpose()
    }
}

/// How the hits of an export are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Lines,
    Table,
}

/// Whether the values of a facet come by name, and not by count.
pub(super) const VALUE_SORTS: &[(&str, bool)] = &[("count", false), ("name", true)];

/// Values of a facet, where no number is asked for.
/// Values of a facet, or mentions, in one answer.
pub(super) const MOST_LISTED: usize = 1000;

pub(super) const USUAL_VALUES: usize = 100;

pub(super) const BYS: &[(&str, By)] = &[("article", By::Article), ("left", By::Left), ("right", By::Right)];

/// Words and values that mark articles off, occurrences, and characters beside them, where no number is asked for.
pub(super) const USUAL_TERMS: usize = 20;
pub(super) const USUAL_MENTIONS: usize = 50;
pub(super) const USUAL_WIDTH: usize = 60;

pub(super) const FORMATS: &[(&str, Format)] = &[("jsonl", Format::Lines), ("csv", Format::Table)];

fn set(request: &mut SearchRequest, name: &str, value: &str) -> Result<(), Advice> {
    let some = || Some(value.to_owned()).filter(|value| !value.is_empty());
    match name {
        "q" => request.q = value.to_owned(),
        "mode" => request.mode = one_of(name, value, MODES)?,
        "strict" => request.strict = flag(name, value)?,
        "from" => request.from = some(),
        "to" => request.to = some(),
        "date_field" => request.date_field = one_of(name, value, DATE_FIELDS)?,
        "tz" => request.tz = zone(value)?,
        "sort" => request.sort = Some(one_of(name, value, SORTS)?),
        "half_life" => request.half_life = age(name, value)?,
        "limit" => request.limit = known_number(name, value)?,
        "offset" => request.offset = known_number(name, value)?,
        "cursor" => request.cursor = some(),
        "snapshot" => request.snapshot = some(),
        "facets" => request.facets = facets(value)?,
        "facet_limit" => request.values.limit = known_number(name, value)?,
        "series" => request.series = Some(facet("series", value)?),
        "series_limit" => request.series_limit = known_number(name, value)?,
        "interval" => request.interval = Some(one_of(name, value, UNITS)?),
        "collapse" => request.collapse = one_of(name, value, COLLAPSES)?,
        "highlight" => request.highlight = flag(name, value)?,
        "snippets" => request.snippets = known_number(name, value)?,
        "fields" => request.fields = fields(value)?,
        "explain" => {
            let said = one_of(name, value, EXPLAINED)?;
            (request.explain, request.explain_score) = (said == Explained::Clauses, said == Explained::Score);
        }
        _ => {}
    }
    Ok(())
}

/// What is explained.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Explained {
    Nothing,
    Clauses,
    Score,
}

const EXPLAINED: &[(&str, Explained)] = &[
    ("1", Explained::Clauses),
    ("0", Explained::Nothing),
    ("true", Explained::Clauses),
    ("false", Explained::Nothing),
    ("score", Explained::Score),
];

const MODES: &[(&str, Mode)] = &[("all", Mode::All), ("any", Mode::Any)];

const DATE_FIELDS: &[(&str, DateField)] =
    &[("published", DateField::Published), ("modified", DateField::Modified), ("seen", DateField::Seen)];

const SORTS: &[(&str, Sort)] =
    &[("relevance", Sort::Relevance), ("newest", Sort::Newest), ("oldest", Sort::Oldest), ("recent", Sort::Recent)];

const COLLAPSES: &[(&str, bool)] = &[("none", false), ("near", true)];

const UNITS: &[(&str, Unit)] = &[
    ("hour", Unit::Hour),
    ("day", Unit::Day),
    ("week", Unit::Week),
    ("month", Unit::Month),
    ("quarter", Unit::Quarter),
    ("year", Unit::Year),
    ("auto", Unit::Auto),
];

pub(super) fn one_of<T: Copy>(name: &str, value: &str, known: &[(&'static str, T)]) -> Result<T, Advice> {
    if let Some((_, found)) = known.iter().find(|(known, _)| *known == value) {
        return Ok(*found);
    }
    Err(unknown_value(name, value, &names(known)))
}

pub(super) fn unknown_value(name: &str, value: &str, known: &[&str]) -> Advice {
    let advice = Advice::of("unknown_value", name, format!("`{name}` does not know `{value}`"));
    match nearest(value, known.iter().copied()) {
        Some(near) => advice.hint(format!("Did you mean `{near}`?")),
        None => advice.hint(format!("It knows {}.", known.join(", "))),
    }
}

fn flag(name: &str, value: &str) -> Result<bool, Advice> {
    one_of(name, value, &[("1", true), ("0", false), ("true", true), ("false", false)])
}

fn known_number(name: &str, value: &str) -> Result<usize, Advice> {
    number(name, value, SEARCH.parameter(name))
}

pub(super) fn any_number(name: &str, value: &str) -> Result<usize, Advice> {
    number(name, value, None)
}

/// A number within the bounds the table gives.
fn number(name: &str, value: &str, parameter: Option<&Parameter>) -> Result<usize, Advice> {
    let (least, most) = match parameter.map(|parameter| &parameter.takes) {
        Some(Takes::Number { least, most, .. }) => (*least, *most),
        _ => (0, LARGEST),
    };
    let hint = format!("Give a whole number from {least} to {most}.");
    let number: i128 = value
        .trim()
        .parse()
        .map_err(|_| Advice::of("bad_number", name, format!("`{value}` is not a number")).hint(hint.clone()))?;
    if let Some(number) = usize::try_from(number).ok().filter(|number| (least..=most).contains(number)) {
        return Ok(number);
    }
    Err(Advice::of("out_of_range", name, format!("{number} is not between {least} and {most}")).hint(hint))
}

/// `12h`, `7d`, `2w`; a thousand years at most.
fn age(name: &str, value: &str) -> Result<SignedDuration, Advice> {
    let value = value.trim();
    let hours = [('h', 1), ('d', 24), ('w', 7 * 24)].into_iter().find_map(|(unit, hours)| {
        let number: i64 = value.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(hours).filter(|hours| (1..=1000 * 366 * 24).contains(hours))
    });
    hours.map(SignedDuration::from_hours).ok_or_else(|| {
        Advice::of("bad_number", name, format!("`{value}` is not a length of time"))
            .hint("Give hours, days or weeks: 12h, 7d, 2w.")
    })
}

fn zone(value: &str) -> Result<TimeZone, Advice> {
    TimeZone::get(value.trim()).map_err(|_| {
        Advice::of("bad_timezone", "tz", format!("`{value}` is not a time zone"))
            .hint("Give an IANA name: UTC, Europe/Berlin, America/New_York.")
    })
}

fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|name| !name.is_empty())
}

fn facets(value: &str) -> Result<Vec<FacetField>, Advice> {
    let mut facets = Vec::new();
    for name in list(value) {
        let field = facet("facets", name)?;
        if !facets.contains(&field) {
            facets.push(field);
        }
    }
    Ok(facets)
}

pub(super) fn facet(parameter: &str, name: &str) -> Result<FacetField, Advice> {
    let known = FacetField::ALL.map(FacetField::name);
    FacetField::from_name(name).ok_or_else(|| unknown_value(parameter, name, &known))
}

fn fields(value: &str) -> Result<HitFields, Advice> {
    let mut names = Vec::new();
    for name in list(value) {
        if !HitFields::KNOWN.contains(&name) {
            return Err(unknown_value("fields", name, &HitFields::KNOWN));
        }
        names.push(name.to_owned());
    }
    Ok(HitFields { names: (!names.is_empty()).then_some(names) })
}

fn unknown(name: &str, names: &[&str]) -> Advice {
    let advice = Advice::of("unknown_parameter", name, format!("there is no parameter `{name}`"));
    match nearest(name, names.iter().copied()) {
        Some(near) => advice.hint(format!("Did you mean `{near}`?")),
        None => advice.hint("/openapi.json lists the parameters."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(query: &str) -> Vec<(String, String)> {
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    #[track_caller]
    fn refused(query: &str) -> (&'static str, String) {
        let advice = SEARCH.read(&pairs(query)).unwrap_err();
        assert!(advice.hint.is_some(), "{query} leaves no way out");
        (advice.code, advice.parameter.unwrap())
    }

    #[test]
    fn every_parameter_refuses_what_it_does_not_know() {
        let listed = ["mode", "strict", "date_field", "sort", "interval", "collapse", "highlight", "facets", "fields"];
        for name in listed.into_iter().chain(["explain"]) {
            assert_eq!(refused(&format!("{name}=nonsense")), ("unknown_value", name.to_owned()));
        }
        for name in ["limit", "offset", "facet_limit", "snippets"] {
            assert_eq!(refused(&format!("{name}=x")), ("bad_number", name.to_owned()));
            assert_eq!(refused(&format!("{name}=99999")), ("out_of_range", name.to_owned()));
        }
        for age in ["x", "7", "0d", "-1d", "9999999999w", ""] {
            assert_eq!(refused(&format!("half_life={age}")), ("bad_number", "half_life".to_owned()));
        }
        assert_eq!(refused("tz=Mars"), ("bad_timezone", "tz".to_owned()));
        assert_eq!(refused("q=a&q=b"), ("repeated_parameter", "q".to_owned()));
    }

    #[test]
    fn unknown_parameters_are_reported_and_refused_when_strict() {
        assert_eq!(SEARCH.read(&pairs("lmit=3")).unwrap().advice[0].hint.as_deref(), Some("Did you mean `limit`?"));
        assert_eq!(refused("lmit=3&strict=1").0, "unknown_parameter");
    }

    #[test]
    fn clauses_or_scores_are_explained() {
        let explained = |value: &str| {
            let request = SEARCH.read(&pairs(&format!("explain={value}"))).unwrap();
            (request.explain, request.explain_score)
        };
        assert_eq!(
            [explained("1"), explained("score"), explained("0")],
            [(true, false), (false, true), (false, false)]
        );
    }

    #[test]
    fn a_query_takes_only_what_decides_how_it_is_read() {
        let advice = QUERY.read(&pairs("q=tin&tag=x&limit=3&tz=Europe/Berlin&mode=any&mood=any")).unwrap().advice;
        let about: Vec<_> = advice.iter().map(|one| (one.code, one.parameter.as_deref().unwrap())).collect();
        let unknown = "unknown_parameter";
        assert_eq!(about, [(unknown, "tag"), (unknown, "limit"), (unknown, "mood")]);
        assert_eq!(advice[2].hint.as_deref(), Some("Did you mean `mode`?"));
        assert_eq!(QUERY.read(&pairs("q=tin&limit=3&strict=1")).unwrap_err().code, "unknown_parameter");
        assert_eq!(QUERY.read(&pairs("q=tin&q=zinc")).unwrap_err().code, "repeated_parameter");
    }

    #[test]
    fn every_parameter_is_read() {
        let source = include_str!("params.rs");
        for parameter in table::PARAMETERS {
            assert!(source.contains(&format!("\n        \"{}\" =>", parameter.name)), "{}", parameter.name);
        }
    }

    #[test]
    fn filters_repeat_and_exclude() {
        let filters = SEARCH.read(&pairs("tag=a&tag=-b&place=%5C-c&place=-%5C-d&place=--e")).unwrap().filters;
        let read: Vec<_> =
            filters.iter().map(|filter| (filter.field.name(), filter.value.as_str(), filter.exclude)).collect();
        let places = [("place", "-c", false), ("place", "-d", true), ("place", "-e", true)];
        assert_eq!(read, [&[("tag", "a", false), ("tag", "b", true)][..], &places].concat());
    }
}
