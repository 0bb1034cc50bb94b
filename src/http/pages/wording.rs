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
    let is_of = |codes: &str| codes.split(' ').any(|code| code.eq_ignore_ascii_case(primary));
    LANGUAGES.iter().find(|(codes, _)| is_of(codes)).map(|(_, name)| *name)
}

/// A language tag fit for a `lang` attribute: one whose primary subtag is known. Anything else would mislead a
/// screen reader.
pub(super) fn lang_attribute(tag: Option<&str>) -> Option<&str> {
    let tag = tag?;
    let well_formed =
        tag.split('-').all(|part| part.len() <= 8 && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    (well_formed && language(tag).is_some()).then_some(tag)
}

/// Codes of two letters and of three, for a text may come with either, and English names.
#[rustfmt::skip]
const LANGUAGES: [(&str, &str); 88] = [
    ("af afr", "Afrikaans"), ("ak aka", "Akan"), ("am amh", "Amharic"), ("ar ara", "Arabic"), ("az aze", "Azerbaijani"),
    ("be bel", "Belarusian"), ("bg bul", "Bulgarian"), ("bn ben", "Bengali"), ("bs bos", "Bosnian"),
    ("ca cat", "Catalan"), ("ckb", "Central Kurdish"), ("cs ces", "Czech"), ("cy cym", "Welsh"), ("da dan", "Danish"),
    ("de deu", "German"), ("el ell", "Greek"), ("en eng", "English"), ("eo epo", "Esperanto"), ("es spa", "Spanish"),
    ("et est", "Estonian"), ("eu eus", "Basque"), ("fa fas pes", "Persian"), ("fi fin", "Finnish"),
    ("fr fra", "French"), ("ga gle", "Irish"), ("gl glg", "Galician"), ("gu guj", "Gujarati"), ("ha hau", "Hausa"),
    ("he heb", "Hebrew"), ("hi hin", "Hindi"), ("hr hrv", "Croatian"), ("hu hun", "Hungarian"), ("hy hye", "Armenian"),
    ("id ind", "Indonesian"), ("ig ibo", "Igbo"), ("is isl", "Icelandic"), ("it ita", "Italian"),
    ("ja jpn", "Japanese"), ("jv jav", "Javanese"), ("ka kat", "Georgian"), ("kk kaz", "Kazakh"), ("km khm", "Khmer"),
    ("kn kan", "Kannada"), ("ko kor", "Korean"), ("ku kur", "Kurdish"), ("la lat", "Latin"), ("lt lit", "Lithuanian"),
    ("lv lav", "Latvian"), ("mk mkd", "Macedonian"), ("ml mal", "Malayalam"), ("mr mar", "Marathi"),
    ("ms msa", "Malay"), ("my mya", "Burmese"), ("nb nob", "Norwegian Bokmål"), ("ne nep", "Nepali"),
    ("nl nld", "Dutch"), ("nn nno", "Norwegian Nynorsk"), ("no nor", "Norwegian"), ("or ori", "Odia"),
    ("pa pan", "Punjabi"), ("pl pol", "Polish"), ("pt por", "Portuguese"), ("ro ron", "Romanian"),
    ("ru rus", "Russian"), ("sh hbs", "Serbo-Croatian"), ("si sin", "Sinhala"), ("sk slk", "Slovak"),
    ("sl slv", "Slovenian"), ("sn sna", "Shona"), ("so som", "Somali"), ("sq sqi", "Albanian"), ("sr srp", "Serbian"),
    ("sv swe", "Swedish"), ("sw swa", "Swahili"), ("ta tam", "Tamil"), ("te tel", "Telugu"), ("th tha", "Thai"),
    ("tk tuk", "Turkmen"), ("tl tgl", "Tagalog"), ("tr tur", "Turkish"), ("uk ukr", "Ukrainian"), ("ur urd", "Urdu"),
    ("uz uzb", "Uzbek"), ("vi vie", "Vietnamese"), ("yi yid", "Yiddish"), ("yo yor", "Yoruba"),
    ("zh zho cmn", "Chinese"), ("zu zul", "Zulu"),
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
    fn every_language_that_a_text_is_detected_to_be_in_has_a_name() {
        for lang in whatlang::Lang::all() {
            let known = LANGUAGES.iter().find(|(codes, _)| codes.split(' ').any(|code| code == lang.code()));
            let (codes, name) = known.unwrap_or_else(|| panic!("no name for {}", lang.code()));
            assert_eq!(language(codes.split(' ').next().unwrap()), Some(*name));
        }
        assert_eq!((language("nb-NO"), language("mr")), (Some("Norwegian Bokmål"), Some("Marathi")));
        assert_eq!(language("qq"), None);
    }

    #[test]
    fn only_known_languages_reach_an_attribute() {
        let cases = [("en", true), ("pt-BR", true), ("qq", false), ("en\" onload=x", false), ("", false)];
        for (tag, fit) in cases {
            assert_eq!(lang_attribute(Some(tag)).is_some(), fit, "{tag:?}");
        }
    }
}
