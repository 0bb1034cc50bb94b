//! Parameters into a request. Every mistake is a coded refusal that names its parameter and a way out.

use jiff::tz::TimeZone;

use crate::nearest::nearest;
use crate::query::ast::DateField;
use crate::query::{Advice, Mode};
use crate::search::request::{FacetField, Filter, HitFields, SearchRequest, Sort, Unit};

/// Everything `/api/v1/search` takes, but for the facet filters.
const KNOWN: &[&str] = &[
    "q",
    "mode",
    "strict",
    "from",
    "to",
    "date_field",
    "tz",
    "sort",
    "limit",
    "offset",
    "cursor",
    "snapshot",
    "facets",
    "facet_limit",
    "interval",
    "highlight",
    "snippets",
    "fields",
];

/// Part of the contract, not there yet: the name, and the value that asks for nothing.
const LATER: &[(&str, &str)] = &[("collapse", "none"), ("explain", "0"), ("half_life", "7d")];

/// Reads the parameters of a search, in the order given.
pub(super) fn read(pairs: &[(String, String)]) -> Result<SearchRequest, Advice> {
    let mut request = SearchRequest::default();
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in pairs {
        if let Some(field) = FacetField::from_name(name) {
            request.filters.extend(filter(field, value));
            continue;
        }
        if seen.contains(&name.as_str()) && KNOWN.contains(&name.as_str()) {
            let advice = Advice::of("repeated_parameter", name, format!("`{name}` is given more than once"));
            return Err(advice.hint("Give it once; only facet filters may be repeated."));
        }
        seen.push(name);
        set(&mut request, name, value)?;
    }
    if request.strict
        && let Some(first) = request.advice.first()
    {
        return Err(first.clone());
    }
    Ok(request)
}

fn filter(field: FacetField, value: &str) -> Option<Filter> {
    let (value, exclude) = match value.strip_prefix('-') {
        Some(value) => (value, true),
        None => (value.strip_prefix('\\').filter(|rest| rest.starts_with('-')).unwrap_or(value), false),
    };
    (!value.trim().is_empty()).then(|| Filter { field, value: value.trim().to_owned(), exclude })
}

fn set(request: &mut SearchRequest, name: &str, value: &str) -> Result<(), Advice> {
    let some = || Some(value.to_owned()).filter(|value| !value.trim().is_empty());
    match name {
        "q" => request.q = value.to_owned(),
        "mode" => request.mode = one_of(name, value, &[("all", Mode::All), ("any", Mode::Any)])?,
        "strict" => request.strict = flag(name, value)?,
        "from" => request.from = some(),
        "to" => request.to = some(),
        "date_field" => request.date_field = one_of(name, value, DATE_FIELDS)?,
        "tz" => request.tz = zone(value)?,
        "sort" => request.sort = Some(one_of(name, value, SORTS)?),
        "limit" => request.limit = number(name, value, 0, 1000)?,
        "offset" => request.offset = number(name, value, 0, 10_000)?,
        "cursor" => request.cursor = some(),
        "snapshot" => request.snapshot = some(),
        "facets" => request.facets = facets(value)?,
        "facet_limit" => request.facet_limit = number(name, value, 1, 1000)?,
        "interval" => request.interval = Some(one_of(name, value, UNITS)?),
        "highlight" => request.highlight = flag(name, value)?,
        "snippets" => request.snippets = number(name, value, 0, 10)?,
        "fields" => request.fields = fields(value)?,
        _ => request.advice.extend(unknown(name, value)),
    }
    Ok(())
}

const DATE_FIELDS: &[(&str, DateField)] =
    &[("published", DateField::Published), ("modified", DateField::Modified), ("seen", DateField::Seen)];

const SORTS: &[(&str, Sort)] =
    &[("relevance", Sort::Relevance), ("newest", Sort::Newest), ("oldest", Sort::Oldest), ("recent", Sort::Recent)];

const UNITS: &[(&str, Unit)] = &[
    ("hour", Unit::Hour),
    ("day", Unit::Day),
    ("week", Unit::Week),
    ("month", Unit::Month),
    ("quarter", Unit::Quarter),
    ("year", Unit::Year),
    ("auto", Unit::Auto),
];

fn one_of<T: Copy>(name: &str, value: &str, known: &[(&'static str, T)]) -> Result<T, Advice> {
    if let Some((_, found)) = known.iter().find(|(known, _)| *known == value) {
        return Ok(*found);
    }
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    Err(unknown_value(name, value, &names))
}

fn unknown_value(name: &str, value: &str, known: &[&str]) -> Advice {
    let advice = Advice::of("unknown_value", name, format!("`{name}` does not know `{value}`"));
    match nearest(value, known.iter().copied()) {
        Some(near) => advice.hint(format!("Did you mean `{near}`?")),
        None => advice.hint(format!("It knows {}.", known.join(", "))),
    }
}

fn flag(name: &str, value: &str) -> Result<bool, Advice> {
    one_of(name, value, &[("1", true), ("0", false), ("true", true), ("false", false)])
}

fn number(name: &str, value: &str, least: usize, most: usize) -> Result<usize, Advice> {
    let hint = format!("Give a whole number from {least} to {most}.");
    let number: usize = value
        .trim()
        .parse()
        .map_err(|_| Advice::of("bad_number", name, format!("`{value}` is not a number")).hint(hint.clone()))?;
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    Err(Advice::of("out_of_range", name, format!("{number} is not between {least} and {most}")).hint(hint))
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
        let known = FacetField::ALL.map(FacetField::name);
        let field = FacetField::from_name(name).ok_or_else(|| unknown_value("facets", name, &known))?;
        if !facets.contains(&field) {
            facets.push(field);
        }
    }
    Ok(facets)
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

fn unknown(name: &str, value: &str) -> Option<Advice> {
    if let Some((_, nothing)) = LATER.iter().find(|(later, _)| *later == name) {
        let advice = Advice::of("not_available_yet", name, format!("`{name}` is not available yet"));
        return (value != *nothing).then(|| advice.hint("Leave it out."));
    }
    let known = KNOWN.iter().copied().chain(FacetField::ALL.map(FacetField::name));
    let advice = Advice::of("unknown_parameter", name, format!("there is no parameter `{name}`"));
    Some(match nearest(name, known) {
        Some(near) => advice.hint(format!("Did you mean `{near}`?")),
        None => advice.hint("The parameters are listed in docs/api.md."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(query: &str) -> Vec<(String, String)> {
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    #[track_caller]
    fn refused(query: &str) -> (&'static str, String) {
        let advice = read(&pairs(query)).unwrap_err();
        assert!(advice.hint.is_some(), "{query} leaves no way out");
        (advice.code, advice.parameter.unwrap())
    }

    #[test]
    fn every_parameter_refuses_what_it_does_not_know() {
        for name in ["mode", "strict", "date_field", "sort", "interval", "highlight", "facets", "fields"] {
            assert_eq!(refused(&format!("{name}=nonsense")), ("unknown_value", name.to_owned()));
        }
        for name in ["limit", "offset", "facet_limit", "snippets"] {
            assert_eq!(refused(&format!("{name}=x")), ("bad_number", name.to_owned()));
            assert_eq!(refused(&format!("{name}=99999")), ("out_of_range", name.to_owned()));
        }
        assert_eq!(refused("tz=Mars"), ("bad_timezone", "tz".to_owned()));
        assert_eq!(refused("q=a&q=b"), ("repeated_parameter", "q".to_owned()));
    }

    #[test]
    fn unknown_parameters_are_reported_and_refused_when_strict() {
        assert_eq!(read(&pairs("lmit=3")).unwrap().advice[0].hint.as_deref(), Some("Did you mean `limit`?"));
        assert_eq!(refused("lmit=3&strict=1").0, "unknown_parameter");
        assert_eq!(refused("collapse=near&strict=1").0, "not_available_yet");
        assert!(read(&pairs("collapse=none&strict=1")).is_ok());
    }

    #[test]
    fn filters_repeat_and_exclude() {
        let filters = read(&pairs("tag=a&tag=-b&place=%5C-c")).unwrap().filters;
        let read: Vec<_> =
            filters.iter().map(|filter| (filter.field.name(), filter.value.as_str(), filter.exclude)).collect();
        assert_eq!(read, [("tag", "a", false), ("tag", "b", true), ("place", "-c", false)]);
    }
}
