//! Elisions: French, Italian and Catalan run articles and pronouns into the next word, `l'homme`, `dell'acqua`.

use super::chars::is_apostrophe;
use super::language::is_one_of;

const FRENCH: &[&str] = &["c", "d", "j", "jusqu", "l", "lorsqu", "m", "n", "puisqu", "qu", "quoiqu", "s", "t"];

const ITALIAN: &[&str] = &[
    "agl", "all", "anch", "bell", "c", "coll", "d", "dagl", "dall", "degl", "dell", "gl", "l", "m", "negl", "nell",
    "pell", "quell", "quest", "s", "sant", "sugl", "sull", "t", "un", "v",
];

const CATALAN: &[&str] = &["d", "l", "m", "n", "s", "t"];

/// All of them: a typed word has no language.
pub(super) const ANY: &[&str] = &[
    "agl", "all", "anch", "bell", "c", "coll", "d", "dagl", "dall", "degl", "dell", "gl", "j", "jusqu", "l", "lorsqu",
    "m", "n", "negl", "nell", "pell", "puisqu", "qu", "quell", "quest", "quoiqu", "s", "sant", "sugl", "sull", "t",
    "un", "v",
];

/// What a language, named by its primary subtag, elides.
pub(super) fn of(lang: &str) -> &'static [&'static str] {
    match lang {
        lang if is_one_of(lang, &["fr"]) => FRENCH,
        lang if is_one_of(lang, &["it"]) => ITALIAN,
        lang if is_one_of(lang, &["ca"]) => CATALAN,
        _ => &[],
    }
}

/// Where `written` falls in two, as the end of the elided word and the start of the other.
pub(super) fn split(written: &str, elisions: &[&str]) -> Option<(usize, usize)> {
    if elisions.is_empty() {
        return None;
    }
    let (end, apostrophe) = written.char_indices().find(|(_, c)| is_apostrophe(*c))?;
    let next = end + apostrophe.len_utf8();
    (is_one_of(&written[..end], elisions) && next < written.len()).then_some((end, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_word_may_be_split_as_in_any_language() {
        let mut all: Vec<&str> = [FRENCH, ITALIAN, CATALAN].concat();
        all.sort_unstable();
        all.dedup();
        assert_eq!(ANY, all);
    }

    #[test]
    fn only_known_elisions_are_split() {
        assert_eq!(split("l’homme", FRENCH), Some((1, 4)));
        assert_eq!(split("QU'IL", FRENCH), Some((2, 3)));
        assert_eq!(split("aujourd'hui", FRENCH), None);
        assert_eq!(split("dell'acqua", FRENCH), None);
        assert_eq!(split("l'homme", of("en")), None);
    }
}
