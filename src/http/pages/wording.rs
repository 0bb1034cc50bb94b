//! How numbers, fields and languages are worded for readers.

use crate::http::params::MOST_LISTED;
use crate::search::request::FacetField;

/// `12345` as `12,345`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 article`, `12,345 articles`.
pub(super) fn articles(number: u64) -> String {
    counted(number, "article", "articles")
}

/// `1 story`, `12,345 stories`.
pub(super) fn stories(number: u64) -> String {
    counted(number, "story", "stories")
}

pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// What a table holds that is fetched at once: `All 83 values`, `The first 1,000 mentions`.
pub(super) fn tabled(total: Option<u64>, one: &str, many: &str) -> String {
    let most = MOST_LISTED as u64;
    match total {
        Some(total) if total <= most => format!("All {}", counted(total, one, many)),
        Some(_) => format!("The first {} {many}", grouped(most)),
        None => format!("Up to {} {many}", grouped(most)),
    }
}

/// Messages are written to stand in a line; on a page they stand alone.
pub(super) fn sentence(text: &str) -> String {
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    capitalised(text) + end
}

pub(super) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    first + characters.as_str()
}

/// What a list of a facet's values is headed with.
pub(super) fn heading(field: FacetField) -> &'static str {
    match field {
        FacetField::Tag => "Subjects",
        FacetField::Source => "Sources",
        FacetField::Site => "Sites",
        FacetField::Author => "Bylines",
        FacetField::Section => "Sections",
        FacetField::Place => "Places",
        FacetField::Person => "People",
        FacetField::Org => "Organisations",
        FacetField::Lang => "Languages",
    }
}

/// What one value of a facet is called.
pub(super) fn singular(field: FacetField) -> &'static str {
    match field {
        FacetField::Tag => "Subject",
        FacetField::Source => "Source",
        FacetField::Site => "Site",
        FacetField::Author => "Byline",
        FacetField::Section => "Section",
        FacetField::Place => "Place",
        FacetField::Person => "Person",
        FacetField::Org => "Organisation",
        FacetField::Lang => "Language",
    }
}

/// A facet value as shown: languages by their English name, everything else as it is spelled.
pub(super) fn shown(field: FacetField, label: &str) -> String {
    match field {
        FacetField::Lang => language(label).unwrap_or(label).to_owned(),
        _ => label.to_owned(),
    }
}

/// The English name of a primary language subtag.
pub(super) fn language(tag: &str) -> Option<&'static str> {
    let primary = tag.split('-').next().unwrap_or(tag);
    LANGUAGES.iter().find(|(code, _)| code.eq_ignore_ascii_case(primary)).map(|(_, name)| *name)
}

/// A language tag fit for a `lang` attribute: one whose primary subtag is known. Anything else would mislead a
/// screen reader.
pub(super) fn lang_attribute(tag: Option<&str>) -> Option<&str> {
    let tag = tag?;
    let well_formed =
        tag.split('-').all(|part| part.len() <= 8 && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    (well_formed && language(tag).is_some()).then_some(tag)
}

#[rustfmt::skip]
const LANGUAGES: [(&str, &str); 62] = [
    ("am", "Amharic"), ("ar", "Arabic"), ("az", "Azerbaijani"), ("be", "Belarusian"), ("bg", "Bulgarian"),
    ("bn", "Bengali"), ("bs", "Bosnian"), ("ca", "Catalan"), ("ckb", "Central Kurdish"), ("cs", "Czech"),
    ("cy", "Welsh"), ("da", "Danish"), ("de", "German"), ("el", "Greek"), ("en", "English"), ("es", "Spanish"),
    ("et", "Estonian"), ("eu", "Basque"), ("fa", "Persian"), ("fi", "Finnish"), ("fr", "French"), ("ga", "Irish"),
    ("gl", "Galician"), ("ha", "Hausa"), ("he", "Hebrew"), ("hi", "Hindi"), ("hr", "Croatian"), ("hu", "Hungarian"),
    ("hy", "Armenian"), ("id", "Indonesian"), ("ig", "Igbo"), ("is", "Icelandic"), ("it", "Italian"),
    ("ja", "Japanese"), ("ka", "Georgian"), ("kk", "Kazakh"), ("ko", "Korean"), ("ku", "Kurdish"),
    ("lt", "Lithuanian"), ("lv", "Latvian"), ("mk", "Macedonian"), ("ms", "Malay"), ("nl", "Dutch"),
    ("no", "Norwegian"), ("pl", "Polish"), ("pt", "Portuguese"), ("ro", "Romanian"), ("ru", "Russian"),
    ("sk", "Slovak"), ("sl", "Slovenian"), ("so", "Somali"), ("sq", "Albanian"), ("sr", "Serbian"),
    ("sv", "Swedish"), ("sw", "Swahili"), ("ta", "Tamil"), ("th", "Thai"), ("tr", "Turkish"), ("uk", "Ukrainian"),
    ("ur", "Urdu"), ("vi", "Vietnamese"), ("zh", "Chinese"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (21578, "21,578"), (1_234_567, "1,234,567")];
        for (number, expected) in cases {
            assert_eq!(grouped(number), expected);
        }
    }

    #[test]
    fn a_link_to_a_table_says_how_much_is_in_it() {
        let cases =
            [(Some(1), "All 1 value"), (Some(1000), "All 1,000 values"), (Some(1001), "The first 1,000 values")];
        for (total, expected) in cases {
            assert_eq!(tabled(total, "value", "values"), expected);
        }
        assert_eq!(tabled(None, "value", "values"), "Up to 1,000 values");
    }

    #[test]
    fn only_known_languages_reach_an_attribute() {
        let cases = [("en", true), ("pt-BR", true), ("qq", false), ("en\" onload=x", false), ("", false)];
        for (tag, fit) in cases {
            assert_eq!(lang_attribute(Some(tag)).is_some(), fit, "{tag:?}");
        }
    }
}
