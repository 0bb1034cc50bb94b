//! Named values, of a row or an object, into an article. Which name means which field stands in [`fields`].

mod fields;

pub(in crate::ingest) use self::fields::{NAMES, has_text, known, names, plain, same};
use super::{held, wire};
use crate::article::{Article, Provenance, Source, Status};
use crate::identity;
use crate::ingest::extract::names as bylines;
use crate::ingest::{Reason, clean, dates};
use crate::nearest::nearest;

/// Which column or key of the input holds which field: `headline=otsikko,lead=tiivistelma`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldMap {
    /// Field, then column.
    pairs: Vec<(&'static str, String)>,
}

impl FieldMap {
    /// Reads `field=column,…`.
    ///
    /// # Errors
    /// A text that says what is wrong and what would be right.
    pub fn parse(text: &str) -> Result<FieldMap, String> {
        let mut pairs = Vec::new();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (field, column) = pair.split_once('=').ok_or(format!("`{pair}` is not of the form field=column"))?;
            let known = NAMES.iter().map(|(name, _)| *name).find(|name| *name == field.trim());
            let field = known.ok_or_else(|| {
                let names = FieldMap::fields();
                match nearest(field, names.iter().copied()) {
                    Some(near) => format!("there is no field `{field}`; did you mean `{near}`?"),
                    None => format!("there is no field `{field}`; the fields are {}", names.join(", ")),
                }
            })?;
            pairs.push((field, column.trim().to_owned()));
        }
        Ok(FieldMap { pairs })
    }

    /// The fields that columns can be mapped to.
    pub fn fields() -> Vec<&'static str> {
        NAMES.iter().map(|(name, _)| *name).collect()
    }

    pub(in crate::ingest) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Every column is given by its number, so the first row may be data.
    pub(in crate::ingest) fn numbered(&self) -> bool {
        !self.is_empty() && self.pairs.iter().all(|(_, column)| column.parse::<usize>().is_ok())
    }

    /// Columns the map names that the input lacks.
    pub(in crate::ingest) fn missing<'a>(&'a self, columns: &[String]) -> Option<&'a str> {
        let absent = |column: &&str| {
            let numbered = column.parse::<usize>().is_ok_and(|number| (1..=columns.len()).contains(&number));
            !numbered && !columns.iter().any(|known| known.eq_ignore_ascii_case(column))
        };
        self.pairs.iter().map(|(_, column)| column.as_str()).find(absent)
    }

    /// A column the map names by a number beyond the last.
    pub(in crate::ingest) fn beyond(&self, columns: usize) -> Option<&str> {
        let numbers = self.pairs.iter().map(|(_, column)| column.as_str());
        numbers.into_iter().find(|column| column.parse::<usize>().is_ok_and(|number| !(1..=columns).contains(&number)))
    }

    /// The columns that no field is read from.
    pub(in crate::ingest) fn unread<'a>(&'a self, columns: &'a [String]) -> impl Iterator<Item = &'a String> {
        let numbered = |at: usize| self.pairs.iter().any(|(_, column)| column.parse() == Ok(at + 1));
        let mapped = |name: &str| self.pairs.iter().any(|(_, column)| same(column, name));
        let is_read = move |(at, name): (usize, &String)| {
            let field = NAMES.iter().find(|(_, names)| names.iter().any(|known| same(known, name)));
            mapped(name)
                || numbered(at)
                || held::tells_draft(name)
                || field.is_some_and(|(field, _)| self.column(field).is_none())
        };
        columns.iter().enumerate().filter(move |column| !is_read(*column)).map(|(_, name)| name)
    }

    pub(super) fn column(&self, field: &str) -> Option<&str> {
        self.pairs.iter().find(|(mapped, _)| *mapped == field).map(|(_, column)| column.as_str())
    }
}

/// What a record holds under one name.
#[derive(Default)]
pub(in crate::ingest) struct Values {
    pub(in crate::ingest) texts: Vec<String>,
    /// The texts are single values; otherwise one text may hold several.
    pub(in crate::ingest) is_list: bool,
}

/// Values by name.
pub(in crate::ingest) trait Record {
    fn get(&self, name: &str) -> Option<Values>;

    /// How the days of its dates are written, where that can be told.
    fn is_day_first(&self) -> Option<bool> {
        None
    }

    /// Whatever stands there under a name, as it is written, also where it is no text.
    fn written(&self, name: &str) -> Vec<String> {
        self.get(name).map(|values| values.texts).unwrap_or_default()
    }
}

/// Makes an article of a record.
pub(in crate::ingest) fn article(record: &impl Record, map: &FieldMap) -> Result<Article, Reason> {
    let mut article = beginnings(record, map);
    held::withhold_draft(record, &mut article);
    finish(article)
}

/// What a record says of an article, whether that is enough to be one or not.
pub(in crate::ingest) fn beginnings(record: &impl Record, map: &FieldMap) -> Article {
    let values = |field: &str| values(record, map, field);
    let one = |field: &str| values(field).texts.into_iter().find_map(|value| text(&value));
    let list = |field: &str| several(values(field), &[';', '|', ',']);
    let local = dates::Local { is_day_first: record.is_day_first(), ..dates::Local::default() };
    let read = |text: &String| Some(dates::read_stamp(text, Provenance::File, &local)?.stamp);
    let stamp = |field: &str| values(field).texts.first().and_then(read);
    // Programs that fetch pages call the address of one its source.
    let (source, addresses): (Vec<_>, Vec<_>) =
        values("source").texts.iter().filter_map(|value| text(value)).partition(|value| wire::address(value).is_none());
    let url = one("url").or_else(|| addresses.into_iter().next());
    let (section, more) = sections(values("section"));
    let mut tags = several(without_keys(values("tags")), &[';', '|', ',']);
    more.into_iter().for_each(|tag| wire::add(&mut tags, Some(tag)));
    let (source, headline) = (source.into_iter().next(), one("headline").unwrap_or_default());
    let site = one("site").or_else(|| url.as_deref().and_then(identity::site_of));
    let mut article = Article {
        external_id: one("id").filter(|id| !is_nothing(id)),
        headline: source.as_deref().and_then(|source| without_source(&headline, source)).unwrap_or(headline),
        lead: one("lead"),
        body: body(values("body").texts),
        published: stamp("published").unwrap_or_default(),
        modified: stamp("modified"),
        source: Source { name: source, site },
        authors: authors(values("authors")),
        tags,
        section,
        places: list("places"),
        people: list("people"),
        orgs: list("orgs"),
        lang: one("lang"),
        dateline: one("dateline"),
        image: one("image"),
        provider_version: one("version").and_then(|version| version.parse().ok()),
        corrected: one("corrected").is_some_and(|value| matches!(value.as_str(), "true" | "1" | "yes")),
        url,
        status: held::status(record, map),
        ..Article::default()
    };
    if article.published.at.is_none()
        && let Some(date) = one("published")
    {
        article.note_unreadable_date(&date);
    }
    held::embargo(record, map, &mut article);
    article
}

/// All that stands under the names of a field, as it is written.
pub(super) fn written(record: &impl Record, map: &FieldMap, field: &str) -> Vec<String> {
    match map.column(field) {
        Some(column) => record.written(column),
        None => names(field).iter().flat_map(|name| record.written(name)).collect(),
    }
}

/// Words that programs write where there is no id.
fn is_nothing(id: &str) -> bool {
    const NOTHING: &[&str] = &["none", "null", "nil", "nan", "n/a", "undefined", "-", "true", "false"];
    NOTHING.contains(&id.trim().to_lowercase().as_str())
}

fn values(record: &impl Record, map: &FieldMap, field: &str) -> Values {
    if let Some(column) = map.column(field) {
        return record.get(column).unwrap_or_default();
    }
    names(field).iter().find_map(|name| record.get(name)).unwrap_or_default()
}

/// One line of text, out of HTML if need be.
pub(in crate::ingest) fn text(value: &str) -> Option<String> {
    if clean::looks_like_html(value) {
        return clean::some_line(&clean::html_paragraphs(value).join(" "));
    }
    clean::some_line(&clean::unescape(value))
}

/// People by name: their pages and their numbers are none.
fn authors(values: Values) -> Vec<String> {
    let mut authors = Vec::new();
    let names = bylines::stated(&several(values, &[';']));
    names.into_iter().for_each(|name| wire::add(&mut authors, Some(name)));
    authors
}

/// The first of several categories is the section, the others are tags.
fn sections(values: Values) -> (Option<String>, Vec<String>) {
    let mut named = several(without_keys(values), &[';', '|']).into_iter();
    (named.next(), named.collect())
}

/// A list of nothing but small numbers holds keys of what is told elsewhere. Years are none.
fn without_keys(values: Values) -> Values {
    let is_key = |text: &String| text.len() <= 6 && text.parse::<u32>().is_ok_and(|key| !(1900..2100).contains(&key));
    if values.is_list && values.texts.iter().all(is_key) { Values::default() } else { values }
}

/// `Tin rises` of `Tin rises - The Wire`, which is by The Wire.
pub(super) fn without_source(headline: &str, source: &str) -> Option<String> {
    let rest = headline.strip_suffix(source)?;
    let rest = [" - ", " | ", " – ", " — "].iter().find_map(|sign| rest.strip_suffix(sign))?;
    clean::some_line(rest)
}

/// An article without a word is none, unless it has a name and a date of its own: then it is one that says nothing.
pub(in crate::ingest) fn finish(mut article: Article) -> Result<Article, Reason> {
    let named = article.external_id.is_some() || article.url.is_some();
    let empty = article.headline.is_empty() && article.lead.is_none() && article.body.is_empty();
    // What ends an article or holds it back need say no more than which.
    if empty && !(named && (article.published.at.is_some() || article.status != Status::Usable)) {
        return Err(Reason::new("no_text", "neither headline nor lead nor body"));
    }
    if article.lead.as_deref() == Some(article.headline.as_str()) {
        article.lead = None;
    }
    Ok(article)
}

/// Each value once. A text that may hold several is cut at the first of the separators that it contains; `['a', 'b']`
/// is a list that was written out.
fn several(values: Values, separators: &[char]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |part: &str| wire::add(&mut found, text(part));
    for value in &values.texts {
        let bare = value.trim();
        if let Some(inside) = bare.strip_prefix('[').and_then(|bare| bare.strip_suffix(']')) {
            written_list(inside).into_iter().for_each(&mut add);
        } else if values.is_list {
            add(bare);
        } else {
            let text = clean::unescape(bare);
            let separator = separators.iter().find(|separator| text.contains(**separator));
            text.split(|c| Some(&c) == separator).for_each(&mut add);
        }
    }
    found
}

/// The elements of `'a', "b, c"`.
fn written_list(text: &str) -> Vec<&str> {
    let (mut elements, mut from, mut quote) = (Vec::new(), 0, None);
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if open == c && text[at + 1..].trim_start().chars().next().is_none_or(|next| next == ',') => {
                quote = None
            }
            None if matches!(c, '"' | '\'') && text[from..at].trim().is_empty() => quote = Some(c),
            None if c == ',' => {
                elements.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    elements.push(&text[from..]);
    elements.iter().map(|element| element.trim().trim_matches(['"', '\''])).collect()
}

fn body(values: Vec<String>) -> Vec<String> {
    let paragraphs = values.iter().map(|text| without_count(text)).flat_map(|text| {
        if clean::looks_like_html(text) {
            clean::html_paragraphs(text)
        } else {
            clean::paragraphs(&clean::unescape(text))
        }
    });
    paragraphs.collect()
}

/// A text without the `[+1234 chars]` by which services say that they have cut it.
fn without_count(text: &str) -> &str {
    let Some((rest, count)) = text.rsplit_once("[+") else { return text };
    let is_count = |count: &str| !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    count.trim_end().strip_suffix(" chars]").filter(|count| is_count(count)).map_or(text, |_| rest.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_in_one_text_are_cut_where_they_are_lists() {
        let cut = |text: &str| several(Values { texts: vec![text.to_owned()], is_list: false }, &[';', '|', ',']);
        assert_eq!(cut("tin, zinc,tin"), ["tin", "zinc"]);
        assert_eq!(cut("Paris, France; Rome"), ["Paris, France", "Rome"]);
        assert_eq!(cut("['a', \"b, c\", 'd's']"), ["a", "b, c", "d's"]);
        let whole = several(Values { texts: vec!["a, b".to_owned()], is_list: true }, &[',']);
        assert_eq!(whole, ["a, b"]);
    }

    #[test]
    fn the_first_category_is_the_section_and_none_is_lost() {
        let cut = |texts: &[&str]| {
            sections(Values { texts: texts.iter().map(|text| (*text).to_owned()).collect(), is_list: true })
        };
        assert_eq!(cut(&["markets", "metals"]), (Some("markets".to_owned()), vec!["metals".to_owned()]));
        assert_eq!(cut(&["1", "17"]), (None, Vec::new()), "numbers name nothing");
        assert_eq!(cut(&["2024"]).0.as_deref(), Some("2024"));
    }

    #[test]
    fn bylines_are_cut_into_names() {
        let cut = |text: &str| authors(Values { texts: vec![text.to_owned()], is_list: false });
        assert_eq!(cut("By Anna Krause and Cem Demir"), ["Anna Krause", "Cem Demir"]);
        assert_eq!(cut("Anna Krause, AP"), ["Anna Krause"]);
        assert_eq!(cut("Krause, Anna; Demir, Cem"), ["Krause, Anna", "Demir, Cem"]);
        assert_eq!(cut("Simon and Schuster"), ["Simon and Schuster"]);
        assert_eq!(cut("Anna Krause; Editing by Cem Demir"), ["Anna Krause"]);
        assert_eq!(cut("KRAUSE, A., Demir, C."), ["KRAUSE, A.", "Demir, C."]);
        assert_eq!((cut("https://social.example/anna").len(), cut("3").len()), (0, 0));
    }
}
