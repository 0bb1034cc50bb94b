//! Full stops that end no sentence: after titles, initials, acronyms, ordinals and the abbreviations of newspapers.
//!
//! The lists are of several languages in one. A word that is both an abbreviation here and a word there (`no`, `art`) is
//! in a group whose stop counts again unless a number follows.

use std::ops::Range;

use super::chars::{digit, is_mark};
use super::language::Rules;

/// Come before a name. Only with a capital: `Sen.`
const TITLES: &[&str] = &[
    "adm", "atty", "avv", "brig", "capt", "cmdr", "col", "cpl", "dir", "dott", "dr", "dra", "drs", "fr", "ft", "gen",
    "gov", "hr", "hon", "insp", "ing", "ir", "lt", "maj", "messrs", "mgr", "mlle", "mme", "mons", "mr", "mrs", "ms",
    "mt", "mx", "on", "pres", "prof", "pvt", "rep", "reps", "rev", "sen", "sens", "sgt", "sig", "spc", "sra", "srta",
    "st", "ste", "sta", "supt", "univ", "гр", "им", "проф", "ул",
];

/// Go on whatever follows.
const LEADING: &[&str] = &[
    "bzw", "ca", "cf", "dr", "evtl", "ggf", "ggü", "inkl", "insb", "mr", "mrs", "näml", "resp", "sog", "vgl", "viz",
    "vs", "zzgl",
];

/// Come before a number.
const COUNTED: &[&str] = &[
    "abs", "apr", "aug", "art", "bd", "cap", "ch", "dec", "dez", "fasc", "feb", "febr", "fig", "jan", "jul", "jun",
    "kap", "mar", "no", "nos", "nov", "nr", "nro", "num", "núm", "oct", "okt", "p", "par", "pp", "sec", "sect", "sep",
    "sept", "tel", "vol", "мин", "стр",
];

/// Stand at the end of a name, a measure or a list: the sentence may end with them or go on.
const TRAILING: &[&str] = &[
    "approx", "assn", "ave", "blvd", "bln", "bn", "bros", "cie", "co", "corp", "dept", "dlr", "dlrs", "est", "etc",
    "ft", "inc", "jr", "ltd", "ltda", "mio", "mln", "mrd", "rd", "sr", "usw", "др", "коп", "млн", "млрд", "руб", "тыс",
];

/// Begin so many sentences and so few names that the stop before them is a full stop after all: `in the U.S. The`.
const STARTERS: &[&str] = &[
    "A",
    "After",
    "All",
    "Also",
    "Although",
    "An",
    "And",
    "As",
    "At",
    "Because",
    "Before",
    "But",
    "By",
    "Even",
    "For",
    "From",
    "He",
    "Her",
    "His",
    "However",
    "I",
    "If",
    "In",
    "Instead",
    "It",
    "Its",
    "Last",
    "Many",
    "Meanwhile",
    "Most",
    "On",
    "One",
    "Other",
    "Others",
    "Our",
    "She",
    "Since",
    "So",
    "Some",
    "Still",
    "That",
    "The",
    "Their",
    "Then",
    "There",
    "These",
    "They",
    "This",
    "Those",
    "Though",
    "To",
    "Under",
    "Until",
    "We",
    "What",
    "When",
    "Where",
    "While",
    "Who",
    "With",
    "You",
    "Yet",
    "Aber",
    "Als",
    "Auch",
    "Auf",
    "Bei",
    "Das",
    "Der",
    "Die",
    "Ein",
    "Eine",
    "Er",
    "Es",
    "Ich",
    "Im",
    "Mit",
    "Nach",
    "Sie",
    "Und",
    "Wir",
    "Ce",
    "Cette",
    "Dans",
    "Elle",
    "Elles",
    "En",
    "Et",
    "Il",
    "Ils",
    "Les",
    "Mais",
    "Pour",
    "Un",
    "Une",
    "Det",
    "Hon",
    "Het",
    "Hän",
    "Se",
    "В",
    "Но",
    "На",
    "Он",
    "Она",
    "Они",
    "По",
    "Это",
];

/// Whether the stop after the word at `last` belongs to the word, before the word that begins at `next`.
pub(super) fn keeps_its_stop(text: &str, last: &Range<usize>, next: usize, rules: &Rules) -> bool {
    let word = &text[last.clone()];
    let following = &text[next..];
    let lower = word.to_lowercase();
    let is = |list: &[&str]| list.contains(&lower.as_str());
    let counted = is(COUNTED) && following.starts_with(|c| digit(c).is_some());
    let title = is(TITLES) && word.starts_with(char::is_uppercase);
    if counted || title || is(LEADING) {
        return true;
    }
    let open = word.ends_with('.') || is_single_letter(word) || is_ordinal(word, rules) || is(TRAILING);
    open && !begins_with_starter(following)
}

/// An initial, or the `г.` of a Russian year.
fn is_single_letter(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| !is_mark(*c));
    letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
}

fn is_ordinal(word: &str, rules: &Rules) -> bool {
    rules.ordinals && word.chars().count() <= 2 && word.chars().all(|c| digit(c).is_some())
}

/// `A` before a stop is an initial: `J. A. Smith`.
fn begins_with_starter(text: &str) -> bool {
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    STARTERS.contains(&&text[..end]) && !text[end..].starts_with('.')
}
