//! What stands behind a name without a comma: a place, a paper, a role, a day.

use super::{WORDS, between, has_article, has_thing, is_full, small};
use crate::article::{Precision, Provenance};
use crate::ingest::dates::{self, Local};

/// `Anna Krause in Helsinki`, `ANNA KRAUSE FOR THE TIN TIMES`, `Anna Krause CNN`
pub(super) fn without_place(name: &str) -> &str {
    let lower = small(name);
    let cut = |word: &String| {
        let word = format!(" {word} ");
        let at = lower.find(&word)?;
        Some((&name[..at], &name[at + word.len()..]))
    };
    let begins = |place: &str| place.strip_prefix("the ").unwrap_or(place).starts_with(char::is_uppercase);
    let is_place = |(before, place): &(&str, &str)| is_full(before) && begins(place);
    if let Some((before, _)) = WORDS.at.iter().filter_map(cut).find(is_place) {
        return before;
    }
    let is_short = |house: &str| (2..=4).contains(&house.len()) && house.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_house = |(before, house): &(&str, &str)| {
        is_short(house) && !is_number(house) && is_full(before) && before.contains(char::is_lowercase)
    };
    name.rsplit_once(' ').filter(is_house).map_or(name, |(before, _)| before)
}

/// `New York`, `à La Paz`: where somebody is, between commas.
pub(super) fn is_place(part: &str) -> bool {
    let behind = |word: &String| part.strip_prefix(word.as_str())?.strip_prefix(' ');
    let place = WORDS.at.iter().find_map(behind);
    place.is_some_and(|place| place.starts_with(char::is_uppercase)) || WORDS.towns.contains(&small(part))
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
    // `Thomson Reuters` and `The Associated Press` are nobody's.
    let of_agency = WORDS.agencies.iter().filter_map(before).min().map(|end| &name[..end]);
    let name = of_agency.filter(|person| is_full(person) && !has_article(person)).unwrap_or(name);
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

/// `Anna Krause Monday`, `Anna Krause on March 4, 2025`: up to the day. Two words stay: `Ruby Tuesday` is somebody.
pub(super) fn before_day(line: &str) -> &str {
    let behind = || line.match_indices(' ').map(|(at, _)| at).skip(1);
    let has_digits = line.contains(char::is_numeric);
    // `Max Montag` behind another name is somebody.
    let is_given = |before: &str| {
        let last = before.rsplit([',', ';', '/']).next().unwrap_or_default();
        let last = between(last).pop().map_or("", |(start, end)| &last[start..end]);
        last.split_whitespace().count() == 1
    };
    let of_week = behind().find(|at| begins_with_weekday(&line[at + 1..]) && !is_given(&line[..*at]));
    // The last place from which on it is a whole day is where that begins.
    let day = || behind().filter(|at| has_digits && is_day(&line[at + 1..])).last();
    let Some(end) = of_week.or_else(day) else { return line };
    // `Last Updated: March 4, 2025`
    if line[..end].ends_with(':') || has_thing(&line[..end]) {
        return line;
    }
    let before = line[..end].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | '('));
    match before.rsplit_once(' ') {
        Some((name, word)) if WORDS.before_days.iter().any(|known| known == word) => name,
        _ => before,
    }
}

/// A day of the week, and no more of a name behind it.
fn begins_with_weekday(rest: &str) -> bool {
    let end = rest.find([' ', ',', '.', '|']).unwrap_or(rest.len());
    let is_weekday = WORDS.weekdays.contains(&rest[..end].to_lowercase());
    is_weekday && !rest[end..].trim_start_matches([' ', '.']).starts_with(char::is_alphabetic)
}

fn is_day(text: &str) -> bool {
    let reading = dates::find_stamp(text, Provenance::Page, &Local::default());
    reading.is_some_and(|reading| reading.stamp.precision <= Precision::Day)
}
