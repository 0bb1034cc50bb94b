//! What values that should name a section name: often several, and often none.

use std::sync::LazyLock;

use serde::Deserialize;

use super::names;
use crate::article::Provenance;
use crate::ingest::{clean, dates};

/// A name of more words or letters is a headline.
const MOST_WORDS: usize = 6;
const LONGEST: usize = 60;

/// The words of `index/sections.toml`.
#[derive(Default, Deserialize)]
struct Words {
    labels: Vec<String>,
    none: Vec<String>,
}

/// A table that cannot be read would keep every value; a test reads it.
static WORDS: LazyLock<Words> =
    LazyLock::new(|| toml::from_str(include_str!("../../../index/sections.toml")).unwrap_or_default());

/// The sections that a value names, in its order.
pub(super) fn named(value: &str) -> impl Iterator<Item = String> {
    let line = clean::line(value);
    let is_address = names::is_address(&line) && !line.starts_with('/');
    let parts = if is_address { Vec::new() } else { parts(&line) };
    parts.into_iter().filter_map(section).collect::<Vec<_>>().into_iter()
}

/// Is this no name, but a kind of page, or how programs say that they know of none?
pub(in crate::ingest) fn is_none(name: &str) -> bool {
    WORDS.none.contains(&name.trim().to_lowercase())
}

/// The values in one: `news,crime-news`, `Sport > Tennis`, `/sport/tennis`. A list with three bars or more is a menu.
fn parts(line: &str) -> Vec<&str> {
    let bars: Vec<&str> = line.split(['|', '｜']).collect();
    let is_path = line.contains('/') && !line.contains(' ') && !line.contains(char::is_uppercase);
    let is_spaced = line.contains(", ");
    match () {
        () if bars.len() > 2 => Vec::new(),
        () if bars.len() == 2 => bars,
        () if line.contains([';', '>', '»']) => line.split([';', '>', '»']).collect(),
        () if is_path => line.split('/').collect(),
        // `Arts, Culture and Life` is one.
        () if line.contains(',') && (!is_spaced || line.matches(", ").count() > 1) => line.split(',').collect(),
        () => match line.split_once(" - ") {
            Some((one, other)) if one.eq_ignore_ascii_case(other) => vec![one],
            _ => vec![line],
        },
    }
}

fn section(part: &str) -> Option<String> {
    let name =
        without_label(part).trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '|' | '#' | '"'));
    let is_long = name.chars().count() > LONGEST || name.split_whitespace().count() > MOST_WORDS;
    let is_date = || dates::parse_stamp(name, Provenance::Page).is_some();
    let is_byline = || names::is_byline(name) || name.to_lowercase().starts_with("by:");
    let sound = name.contains(char::is_alphabetic) && !is_long && !is_none(name);
    (sound && !names::is_address(name) && !is_date() && !is_byline()).then(|| name.to_owned())
}

/// `Posted in News`, `Rubrik: Sport`
fn without_label(part: &str) -> &str {
    let part = part.trim();
    let behind = |label: &String| {
        let start = part.get(..label.len()).filter(|start| start.to_lowercase() == *label)?;
        let rest = &part[start.len()..];
        let is_apart = rest.starts_with(':') || label.contains(' ') && rest.starts_with(' ');
        Some(rest.trim_start_matches([':', ' '])).filter(|rest| is_apart && !rest.is_empty())
    };
    WORDS.labels.iter().find_map(behind).unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_words_is_read() {
        assert!(!WORDS.labels.is_empty() && !WORDS.none.is_empty());
        WORDS.labels.iter().chain(&WORDS.none).for_each(|word| assert_eq!(*word, word.to_lowercase()));
    }

    #[track_caller]
    fn check(value: &str, expected: &[&str]) {
        assert_eq!(named(value).collect::<Vec<_>>(), expected, "{value}");
    }

    #[test]
    fn sections_are_found_in_what_names_several() {
        check("news,crime-news", &["news", "crime-news"]);
        check("Sport > Tennis", &["Sport", "Tennis"]);
        check("/sport/tennis", &["sport", "tennis"]);
        check("News - News", &["News"]);
        check("Arts, Culture and Life", &["Arts, Culture and Life"]);
        check("Food, Wine, Travel", &["Food", "Wine", "Travel"]);
        check("TV/Film", &["TV/Film"]);
        check("Science & Environment", &["Science & Environment"]);
    }

    #[test]
    fn what_stands_before_a_name_is_no_part_of_it() {
        check("Posted in News", &["News"]);
        check("Rubrik: Sport", &["Sport"]);
        check("Category 5", &["Category 5"]);
    }

    #[test]
    fn what_names_none_is_none() {
        for value in [
            "post",
            "Articles",
            "front-page",
            "nil",
            "Uncategorized",
            "2019",
            "2019/11/18",
            "November 18, 2019",
            "BY: ANNA KRAUSE",
            "By Anna Krause",
            "Tin | Zinc | Lead | Copper",
            "Tin has never cost as much as on this Tuesday",
            "https://a.example/metals",
            "",
        ] {
            check(value, &[]);
        }
    }
}
