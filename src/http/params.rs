//! Parameters into a request. Every mistake is a coded refusal that names its parameter and a way out.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::nearest::nearest;
use crate::query::advice::{MORE_ADVICE, TOO_MANY_CLAUSES};
use crate::query::ast::DateField;
use crate::query::{Advice, Mode};
use crate::search::request::{FacetField, Filter, HitFields, SearchRequest, Sort, Unit};

/// A parameter of `/api/v1/search`, as it is read here and as the OpenAPI description gives it.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) takes: Takes,
}

/// What a parameter takes, and what it is when it is left out.
pub(super) enum Takes {
    Text {
        example: &'static str,
    },
    Flag,
    Number {
        least: usize,
        most: usize,
        default: usize,
    },
    OneOf(fn() -> Vec<&'static str>, Option<&'static str>),
    /// Names with commas between them.
    List(fn() -> Vec<&'static str>),
}

const fn row(name: &'static str, takes: Takes, about: &'static str) -> Parameter {
    Parameter { name, about, takes }
}

/// Everything `/api/v1/search` takes, but for the facet filters.
pub(super) const PARAMETERS: &[Parameter] = &[
    row("q", Takes::Text { example: "\"rare earths\" AND China" }, "The query; empty means everything."),
    row(
        "mode",
        Takes::OneOf(|| names(MODES), Some("all")),
        "Whether words are ANDed (`all`) or plain words ORed (`any`).",
    ),
    row("strict", Takes::Flag, "Any warning refuses the request with 400."),
    row(
        "from",
        Takes::Text { example: "2025-02" },
        "First date, inclusive, on `date_field`: `2025-02-27`, `2025-02`, `2025`, RFC 3339, or back from now: `7d`.",
    ),
    row("to", Takes::Text { example: "2025-03-31" }, "Last date, inclusive, in the same forms."),
    row("date_field", Takes::OneOf(|| names(DATE_FIELDS), Some("published")), "Which date `from` and `to` are about."),
    row(
        "tz",
        Takes::Text { example: "Europe/Berlin" },
        "IANA zone in which dates are read and buckets cut; UTC by default.",
    ),
    row(
        "sort",
        Takes::OneOf(|| names(SORTS), None),
        "Order of the hits; `relevance` where the query has words, else `newest`. Ties are broken by article.",
    ),
    row(
        "half_life",
        Takes::Text { example: "7d" },
        "After how much age a score counts half in `sort=recent`: hours, days or weeks. `7d` by default.",
    ),
    row("limit", Takes::Number { least: 0, most: 1000, default: 10 }, "Hits to return; 0 only counts."),
    row("offset", Takes::Number { least: 0, most: 10_000, default: 0 }, "Hits to skip. Page with `cursor` instead."),
    row("cursor", Takes::Text { example: "" }, "`next_cursor` of the page before, other parameters unchanged."),
    row("snapshot", Takes::Text { example: "" }, "`snapshot` of an earlier answer, to count the same articles again."),
    row(
        "facets",
        Takes::List(|| FacetField::ALL.map(FacetField::name).to_vec()),
        "Facets to count, exact and multi-select.",
    ),
    row("facet_limit", Takes::Number { least: 1, most: 1000, default: 10 }, "Values a facet."),
    row("interval", Takes::OneOf(|| names(UNITS), None), "Returns a timeline of these calendar units."),
    row(
        "collapse",
        Takes::OneOf(|| names(COLLAPSES), Some("none")),
        "`near`: one hit a story, the one of its matches that sorts first; `limit`, `offset` and `cursor` count stories.",
    ),
    row("highlight", Takes::Flag, "Marks what matched in headline, lead and fragments of the body."),
    row("snippets", Takes::Number { least: 0, most: 10, default: 2 }, "Fragments of the body a hit."),
    row(
        "fields",
        Takes::List(|| HitFields::KNOWN.to_vec()),
        "Article fields a hit carries; all but `body` by default.",
    ),
    row("explain", Takes::Flag, "Says what each clause of the query comes to, as `query.clauses`."),
];

/// What `/api/v1/query` takes: the parameters of a search that decide how a query is read and what is counted.
pub(super) const OF_A_QUERY: [&str; 5] = ["q", "mode", "strict", "tz", "snapshot"];

pub(super) fn filter_about(field: FacetField) -> String {
    format!(
        "Only articles of this {}. Repeat it for OR; `-value` excludes, `\\-value` is a literal hyphen.",
        field.name()
    )
}

fn names<T>(table: &[(&'static str, T)]) -> Vec<&'static str> {
    table.iter().map(|(name, _)| *name).collect()
}

fn known(name: &str) -> Option<&'static Parameter> {
    PARAMETERS.iter().find(|parameter| parameter.name == name)
}

/// As many as a query may have clauses; filters are such.
const MOST_PARAMETERS: usize = 1024;

/// More warnings help nobody.
const MOST_WARNINGS: usize = 50;

/// Reads the parameters of a search, in the order given.
pub(super) fn read(pairs: &[(String, String)]) -> Result<SearchRequest, Advice> {
    let own = PARAMETERS.iter().map(|parameter| parameter.name);
    read_those(pairs, &own.chain(FacetField::ALL.map(FacetField::name)).collect::<Vec<_>>())
}

/// Reads what decides how a query is read.
pub(super) fn read_query(pairs: &[(String, String)]) -> Result<SearchRequest, Advice> {
    read_those(pairs, &OF_A_QUERY)
}

fn read_those(pairs: &[(String, String)], names: &[&str]) -> Result<SearchRequest, Advice> {
    if pairs.len() > MOST_PARAMETERS {
        let message = format!("the request has more than {MOST_PARAMETERS} parameters");
        return Err(Advice::new(TOO_MANY_CLAUSES, message).hint("Ask for less at once."));
    }
    let mut request = SearchRequest::default();
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in pairs {
        if !names.contains(&name.as_str()) {
            request.advice.push(unknown(name, names));
            continue;
        }
        if let Some(field) = FacetField::from_name(name) {
            request.filters.extend(filter(field, value));
            continue;
        }
        if seen.contains(&name.as_str()) {
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
    if request.advice.len() > MOST_WARNINGS {
        let more = request.advice.len() - MOST_WARNINGS;
        request.advice.truncate(MOST_WARNINGS);
        request.advice.push(Advice::new(MORE_ADVICE, format!("and {more} more of these")));
    }
    Ok(request)
}

fn filter(field: FacetField, value: &str) -> Option<Filter> {
    let (value, exclude) = value.strip_prefix('-').map_or((value, false), |value| (value, true));
    let value = value.strip_prefix('\\').filter(|rest| rest.starts_with('-')).unwrap_or(value);
    (!value.trim().is_empty()).then(|| Filter { field, value: value.trim().to_owned(), exclude })
}

fn set(request: &mut SearchRequest, name: &str, value: &str) -> Result<(), Advice> {
    let some = || Some(value.to_owned()).filter(|value| !value.trim().is_empty());
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
        "limit" => request.limit = number(name, value)?,
        "offset" => request.offset = number(name, value)?,
        "cursor" => request.cursor = some(),
        "snapshot" => request.snapshot = some(),
        "facets" => request.facets = facets(value)?,
        "facet_limit" => request.facet_limit = number(name, value)?,
        "interval" => request.interval = Some(one_of(name, value, UNITS)?),
        "collapse" => request.collapse = one_of(name, value, COLLAPSES)?,
        "highlight" => request.highlight = flag(name, value)?,
        "snippets" => request.snippets = number(name, value)?,
        "fields" => request.fields = fields(value)?,
        "explain" if value == "score" => request.advice.push(later(name, "`explain=score`")),
        "explain" => request.explain = flag(name, value)?,
        _ => {}
    }
    Ok(())
}

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

fn one_of<T: Copy>(name: &str, value: &str, known: &[(&'static str, T)]) -> Result<T, Advice> {
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

/// A number within the bounds the table gives.
fn number(name: &str, value: &str) -> Result<usize, Advice> {
    let (least, most) = bounds(name);
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

fn bounds(name: &str) -> (usize, usize) {
    match known(name).map(|parameter| &parameter.takes) {
        Some(Takes::Number { least, most, .. }) => (*least, *most),
        _ => (0, usize::MAX),
    }
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

fn unknown(name: &str, names: &[&str]) -> Advice {
    let advice = Advice::of("unknown_parameter", name, format!("there is no parameter `{name}`"));
    match nearest(name, names.iter().copied()) {
        Some(near) => advice.hint(format!("Did you mean `{near}`?")),
        None => advice.hint("/openapi.json lists the parameters."),
    }
}

fn later(name: &str, what: &str) -> Advice {
    Advice::of("not_available_yet", name, format!("{what} is not available yet")).hint("Leave it out.")
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
        assert_eq!(read(&pairs("lmit=3")).unwrap().advice[0].hint.as_deref(), Some("Did you mean `limit`?"));
        assert_eq!(refused("lmit=3&strict=1").0, "unknown_parameter");
        assert_eq!(refused("explain=score&strict=1"), ("not_available_yet", "explain".to_owned()));
        assert_eq!(read(&pairs("explain=score")).unwrap().advice[0].code, "not_available_yet");
    }

    #[test]
    fn a_query_takes_only_what_decides_how_it_is_read() {
        let advice = read_query(&pairs("q=tin&tag=x&limit=3&tz=Europe/Berlin&mode=any&mood=any")).unwrap().advice;
        let about: Vec<_> = advice.iter().map(|one| (one.code, one.parameter.as_deref().unwrap())).collect();
        let unknown = "unknown_parameter";
        assert_eq!(about, [(unknown, "tag"), (unknown, "limit"), (unknown, "mood")]);
        assert_eq!(advice[2].hint.as_deref(), Some("Did you mean `mode`?"));
        assert_eq!(read_query(&pairs("q=tin&limit=3&strict=1")).unwrap_err().code, "unknown_parameter");
        assert_eq!(read_query(&pairs("q=tin&q=zinc")).unwrap_err().code, "repeated_parameter");
    }

    #[test]
    fn every_parameter_is_read() {
        let source = include_str!("params.rs");
        for parameter in PARAMETERS {
            assert!(source.contains(&format!("\n        \"{}\" =>", parameter.name)), "{}", parameter.name);
        }
    }

    #[test]
    fn filters_repeat_and_exclude() {
        let filters = read(&pairs("tag=a&tag=-b&place=%5C-c&place=-%5C-d&place=--e")).unwrap().filters;
        let read: Vec<_> =
            filters.iter().map(|filter| (filter.field.name(), filter.value.as_str(), filter.exclude)).collect();
        let places = [("place", "-c", false), ("place", "-d", true), ("place", "-e", true)];
        assert_eq!(read, [&[("tag", "a", false), ("tag", "b", true)][..], &places].concat());
    }
}
