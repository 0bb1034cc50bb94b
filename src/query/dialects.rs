//! How other services ask for the same: what they call a field, an operator or a function, and how it is written here.
//! Tables; where the foreign form stands in a query is found by the lexer (names, functions) and the parser (operators).

use std::ops::RangeInclusive;

use super::ast::{DISTANCES, OCCURRENCES, ROOM};
use super::fields::Field;

/// Names of fields, in lower case, and the field that holds the same here.
const FIELDS: &[(&str, &str)] = &[
    // Factiva
    ("hd", "headline"),
    ("hlp", "hlead"),
    ("lp", "lead"),
    ("by", "author"),
    ("la", "lang"),
    ("rst", "source"),
    ("sn", "source"),
    ("co", "org"),
    ("ns", "tag"),
    ("re", "place"),
    // Media Cloud
    ("publication_date", "date"),
    ("canonical_domain", "site"),
    ("article_title", "headline"),
    // GDELT
    ("domainis", "site"),
    ("theme", "tag"),
    // Google
    ("inurl", "site"),
    ("intext", "body"),
    ("allintitle", "headline"),
    ("allintext", "body"),
    // and whoever else
    ("ti", "headline"),
    ("au", "author"),
    ("su", "tag"),
    ("pd", "date"),
    ("pubdate", "date"),
    ("from", "after"),
    ("subject", "tag"),
    ("headlines", "headline"),
    ("wordcount", "words"),
    ("length", "words"),
];

/// Nexis writes `HEADLINE(x)`, in capitals.
const SEGMENTS: &[(&str, &str)] = &[
    ("HEADLINE", "headline"),
    ("HLEAD", "hlead"),
    ("LEAD", "lead"),
    ("BODY", "body"),
    ("BYLINE", "author"),
    ("DATELINE", "dateline"),
    ("PUBLICATION", "source"),
    ("SECTION", "section"),
    ("LANGUAGE", "lang"),
    ("DATE", "date"),
    ("SUBJECT", "tag"),
    ("TERMS", "tag"),
    ("GEOGRAPHIC", "place"),
    ("PERSON", "person"),
    ("COMPANY", "org"),
];

/// ProQuest writes `ti(x)`, in any case.
const CODES: &[(&str, &str)] = &[
    ("ti", "headline"),
    ("title", "headline"),
    ("headline", "headline"),
    ("ab", "lead"),
    ("au", "author"),
    ("byline", "author"),
    ("pub", "source"),
    ("su", "tag"),
    ("la", "lang"),
    ("pd", "date"),
];

/// Operators without a number, in lower case.
const OPERATORS: &[(&str, &str)] = &[
    ("and", "AND"),
    ("or", "OR"),
    ("not", "NOT"),
    ("near", "NEAR"),
    ("same", "SAME"),
    ("adj", "PRE/1"),
    ("andnot", "AND NOT"),
    ("butnot", "AND NOT"),
    ("w/sent", "W/S"),
    ("/sent", "W/S"),
    ("w/para", "W/P"),
    ("/para", "W/P"),
];

/// Operators that carry a number, how they are written here, and whether they can be nothing else.
const NUMBERED: &[(&str, &str, bool)] = &[
    ("adj", "PRE", true),
    ("onear", "PRE", true),
    ("pre", "PRE", true),
    ("near", "W", true),
    ("w", "W", false),
    ("n", "W", false),
    ("n/", "W", false),
    ("p/", "PRE", false),
    ("~", "W", false),
    ("+", "PRE", false),
];

/// Languages by name, as GDELT has them.
const LANGUAGES: &[(&str, &str)] = &[
    ("arabic", "ar"),
    ("chinese", "zh"),
    ("czech", "cs"),
    ("danish", "da"),
    ("dutch", "nl"),
    ("english", "en"),
    ("finnish", "fi"),
    ("french", "fr"),
    ("german", "de"),
    ("greek", "el"),
    ("hebrew", "he"),
    ("hindi", "hi"),
    ("hungarian", "hu"),
    ("indonesian", "id"),
    ("italian", "it"),
    ("japanese", "ja"),
    ("korean", "ko"),
    ("norwegian", "no"),
    ("persian", "fa"),
    ("polish", "pl"),
    ("portuguese", "pt"),
    ("romanian", "ro"),
    ("russian", "ru"),
    ("spanish", "es"),
    ("swedish", "sv"),
    ("thai", "th"),
    ("turkish", "tr"),
    ("ukrainian", "uk"),
    ("vietnamese", "vi"),
];

/// A clause that is more here than another name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Clause {
    /// `_exists_:tag`
    Exists,
    /// `sourcelang:english`
    Language,
    /// `near20:"a b"`
    Near(u32),
    /// `repeat3:"x"`
    Repeat(u32),
}

impl Clause {
    pub(super) fn named(name: &str) -> Option<Clause> {
        let name = name.to_lowercase();
        match name.as_str() {
            "_exists_" => Some(Clause::Exists),
            "sourcelang" => Some(Clause::Language),
            _ => match number(&name, "near") {
                Some(room) => Some(Clause::Near(bounded(room, ROOM))),
                None => number(&name, "repeat").map(|least| Clause::Repeat(bounded(least, OCCURRENCES))),
            },
        }
    }

    /// How it is written here with this value; the value as typed, quotes and all.
    pub(super) fn written(&self, value: &str) -> Option<String> {
        let bare = value.trim_matches('"');
        match self {
            Clause::Exists => Field::named(bare).map(|field| format!("{}:*", field.name())),
            Clause::Language => language(bare).map(|tag| format!("lang:{tag}")),
            Clause::Near(room) => Some(format!("\"{bare}\"~{room}")),
            Clause::Repeat(least) if bare.contains(' ') => Some(format!("ATLEAST/{least} {value}")),
            Clause::Repeat(least) => Some(format!("ATLEAST/{least} {bare}")),
        }
    }
}

/// An operator that is spelled as a word here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Operator {
    pub(super) written: String,
    /// Whether the word can hardly mean itself.
    pub(super) is_certain: bool,
}

/// The field of `name=` or `name:`.
pub(super) fn field(name: &str) -> Option<&'static str> {
    find(FIELDS, &name.to_lowercase())
}

/// The field of `name(…)`.
pub(super) fn function(name: &str) -> Option<&'static str> {
    find(SEGMENTS, name).or_else(|| find(CODES, &name.to_lowercase()))
}

/// The tag of a language.
pub(super) fn language(name: &str) -> Option<&'static str> {
    find(LANGUAGES, &name.to_lowercase())
}

/// A word between two operands.
pub(super) fn operator(word: &str) -> Option<Operator> {
    let word = word.to_lowercase();
    if let Some(written) = find(OPERATORS, &word) {
        return Some(Operator { written: written.to_owned(), is_certain: false });
    }
    let numbered = NUMBERED.iter().find_map(|(name, written, is_certain)| {
        let written = format!("{written}/{}", distance(number(&word, name)?));
        Some(Operator { written, is_certain: *is_certain })
    });
    numbered.or_else(|| without_number(&word).map(|written| Operator { written, is_certain: false }))
}

/// `NEAR/x`, `PRE/S`
fn without_number(word: &str) -> Option<String> {
    let (name, unit) = word.split_once('/')?;
    match (name, unit) {
        ("near" | "onear" | "pre" | "adj", "s" | "p") => Some(format!("W/{}", unit.to_uppercase())),
        ("near" | "onear" | "pre" | "adj", _) => Some(format!("{}/5", name.to_uppercase())),
        _ => None,
    }
}

/// `atleast3` without parentheses behind it.
pub(super) fn count(word: &str) -> Option<String> {
    number(&word.to_lowercase(), "atleast").map(|least| format!("ATLEAST/{}", bounded(least, OCCURRENCES)))
}

/// The digits behind a name.
fn number<'a>(word: &'a str, name: &str) -> Option<&'a str> {
    let digits = word.strip_prefix(name)?;
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// How far an operator reaches, within what it may.
pub(super) fn distance(digits: &str) -> u32 {
    bounded(digits, DISTANCES)
}

/// The number, or the nearest that is allowed, so that a hint can be followed.
fn bounded(digits: &str, allowed: RangeInclusive<u32>) -> u32 {
    digits.parse().unwrap_or(u32::MAX).clamp(*allowed.start(), *allowed.end())
}

fn find(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == name).map(|(_, written)| *written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_is_named_exists() {
        for (_, field) in FIELDS.iter().chain(SEGMENTS).chain(CODES) {
            assert!(Field::named(field).is_some(), "{field}");
        }
        for (name, _) in FIELDS {
            assert!(Field::named(name).is_none(), "{name} needs no translation");
        }
    }

    #[test]
    fn words_that_only_look_foreign_are_left_alone() {
        for word in ["nearby", "adjust", "w", "n", "pre", "adj5x", "w/o", "24/7", "sameness", "5"] {
            assert_eq!(operator(word), None, "{word}");
        }
        assert_eq!(function("lead"), None);
        assert_eq!(field("e"), None);
    }
}
