//! What analysis must know of a language before it has seen a word.

use super::case::Case;
use super::elision;

/// Languages that write an ordinal as a number and a full stop, `27. Februar`: the stop ends no sentence.
const ORDINALS: &[&str] = &[
    "az", "bs", "cs", "da", "de", "et", "fi", "fo", "hr", "hu", "is", "lv", "nb", "nn", "no", "pl", "sk", "sl", "sr",
    "sv", "tr",
];

/// The rules one text is read by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) case: Case,
    /// What is split off before an apostrophe, lower-case.
    pub(super) elisions: &'static [&'static str],
    /// Turkish and Azeri: the small letter of `I` is `ı`.
    pub(super) dotless: bool,
    /// `27.` may be an ordinal.
    pub(super) ordinals: bool,
}

impl Rules {
    pub(super) fn of(lang: Option<&str>, case: Case) -> Rules {
        let lang = lang.map(primary).unwrap_or_default();
        Rules {
            case,
            elisions: elision::of(lang),
            dotless: is_one_of(lang, &["az", "tr"]),
            ordinals: is_one_of(lang, ORDINALS),
        }
    }

    /// A typed word has no language: all that is split in any of them, or nothing.
    pub(super) fn typed(split: bool) -> Rules {
        let elisions = if split { elision::ANY } else { &[] };
        Rules { case: Case::Single, elisions, dotless: false, ordinals: false }
    }
}

/// The primary subtag: `en` of `en-GB`.
pub(super) fn primary(lang: &str) -> &str {
    lang.split(['-', '_']).next().unwrap_or(lang)
}

pub(super) fn is_one_of(lang: &str, langs: &[&str]) -> bool {
    langs.iter().any(|known| known.eq_ignore_ascii_case(lang))
}
