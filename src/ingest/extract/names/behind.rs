//! What stands behind a name without a comma: a place, a paper, a role.

use super::{WORDS, is_full, small};

/// `Anna Krause in Helsinki`, `ANNA KRAUSE FOR THE TIN TIMES`, `Anna Krause CNN`
pub(super) fn without_place(name: &str) -> &str {
    let lower = small(name);
    let cut = |word: &String| {
        let word = format!(" {word} ");
        let at = lower.find(&word)?;
        Some((&name[..at], &name[at + word.len()..]))
    };
    let is_place = |(before, place): &(&str, &str)| is_full(before) && place.starts_with(char::is_uppercase);
    if let Some((before, _)) = WORDS.at.iter().filter_map(cut).find(is_place) {
        return before;
    }
    let is_short = |house: &str| (2..=4).contains(&house.len()) && house.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_house = |(before, house): &(&str, &str)| {
        is_short(house) && !is_number(house) && is_full(before) && before.contains(char::is_lowercase)
    };
    name.rsplit_once(' ').filter(is_house).map_or(name, |(before, _)| before)
}

/// `III`, `JR`, `MP`: what is said of somebody and is no house.
fn is_number(word: &str) -> bool {
    matches!(word, "JR" | "SR" | "MP" | "MEP" | "KC" | "QC") || word.chars().all(|c| matches!(c, 'I' | 'V' | 'X'))
}

/// Without a role that stands behind a name and no comma between: one that is known as it is, or any that ends with a word
/// for one, and what it is for (`Anna Krause Education Correspondent`), while two words stay.
pub(super) fn without_behind(name: &str) -> &str {
    let lower = small(name);
    let before = |role: &String| lower.strip_suffix(role.as_str())?.strip_suffix(' ').map(str::len);
    let name = WORDS.behind.iter().filter_map(before).min().map_or(name, |end| &name[..end]);
    let ends = |name: &str, table: &[String]| {
        let last = name.rsplit(' ').next().unwrap_or_default().to_lowercase();
        name.split_whitespace().count() > 2 && table.contains(&last)
    };
    if !ends(name, &WORDS.offices) {
        return name;
    }
    let mut rest = name;
    while ends(rest, &WORDS.offices) || ends(rest, &WORDS.beats) {
        rest = rest.rsplit_once(' ').map_or(rest, |(before, _)| before.trim_end());
    }
    let is_title = name[rest.len()..].split_whitespace().all(|word| word.starts_with(char::is_uppercase));
    if is_full(rest) && is_title { rest } else { name }
}
