//! Names between commas: `Anna Krause, Cem Demir`, `Krause, Anna`, `KRAUSE, A., Demir, C. J.`.

use super::behind::{is_place, without_behind};
use super::{
    WORDS, between, is_agency, is_degree, is_house, is_person, is_role, is_single, looks_like_name, small, tidy,
};

/// Initials of one person, and words of a family name.
const MOST_INITIALS: usize = 4;
const MOST_WORDS: usize = 4;

/// Cuts commas where they stand between names, and what else stands behind them.
pub(super) fn by_commas(line: &str) -> Vec<&str> {
    let parts: Vec<&str> =
        line.split([',', '，']).map(|part| without_joint(part.trim())).filter(|part| !part.is_empty()).collect();
    // `Krause, Anna`: a family name first.
    if let [family, given] = parts[..]
        && (is_single(family) || is_of_particles(family) && is_single(given))
        && family.contains(|c: char| c.is_uppercase() || c.is_lowercase())
        && given.split_whitespace().count() <= 2
        && !is_role(given)
        && !is_role(family)
    {
        return vec![line];
    }
    if let Some(names) = with_initials(line) {
        return names;
    }
    let mut names: Vec<&str> = Vec::new();
    for part in parts {
        // `홍길동 기자, 김철수 기자`
        let bare = without_behind(part);
        // `Cem Demir Jr. in London and Eva Falk in Berlin`
        let pieces = between(part).into_iter().map(|(start, end)| &part[start..end]);
        let people: Vec<&str> = pieces.filter(|piece| !is_agency(piece)).collect();
        let are_people = !people.is_empty() && people.iter().all(|piece| is_person(piece));
        // Of `Cem Demir for The Tin Times` Cem Demir is looked at.
        let is_of_house = |first: &str| match are_people {
            true => people.iter().filter_map(|piece| tidy(piece)).any(|name| is_house(&name, first)),
            false => is_house(part, first),
        };
        let is_office = is_role(bare) || bare.is_empty() || !looks_like_name(part);
        let is_other =
            |first: &&str| is_office && !are_people || is_degree(part) || is_place(part) || is_of_house(first);
        if !names.first().is_some_and(is_other) {
            names.push(part);
        }
    }
    names
}

/// `Van der Berg`: one word, and several particles before it. One alone may be a given name or an article (`Ben Hubbard,
/// Beirut`, `Le Monde, Paris`).
fn is_of_particles(family: &str) -> bool {
    let words: Vec<&str> = family.split_whitespace().collect();
    let is_particle = |word: &&str| WORDS.within.iter().any(|known| *known == word.to_lowercase());
    let Some((name, particles)) = words.split_last() else { return false };
    particles.len() > 1
        && particles.iter().all(is_particle)
        && !is_particle(name)
        && name.starts_with(char::is_uppercase)
}

/// `KRAUSE, A., Demir, C. J. and Falk, E.`: two names or more, each with the initials behind it.
fn with_initials(line: &str) -> Option<Vec<&str>> {
    let pieces = pieces(line);
    let (pairs, _) = pieces.as_chunks::<2>();
    let name = |[(start, family_end), (from, end)]: &[(usize, usize); 2]| {
        let count = initials(&line[*from..*end])?;
        is_family(&line[*start..*family_end], count).then(|| &line[*start..*end])
    };
    let names: Vec<&str> = pairs.iter().map_while(name).collect();
    (names.len() > 1).then_some(names)
}

/// Where what stands between commas and words that join begins and ends.
fn pieces(line: &str) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for part in line.split(',') {
        let bare = without_joint(part.trim());
        let at = start + part.trim_end().len() - bare.len();
        pieces.extend(between(bare).into_iter().map(|(from, to)| (at + from, at + to)));
        start += part.len() + 1;
    }
    pieces.retain(|(from, to)| from < to);
    pieces
}

/// `A.`, `C. J.`, `J.-P.`: how many.
fn initials(text: &str) -> Option<usize> {
    let letters: Vec<&str> = text.split(['.', ' ', '-']).filter(|letter| !letter.is_empty()).collect();
    let is_initial = |letter: &&str| letter.chars().count() == 1 && letter.chars().all(char::is_uppercase);
    ((1..=MOST_INITIALS).contains(&letters.len()) && letters.iter().all(is_initial)).then_some(letters.len())
}

/// One word with a capital, perhaps more (`van der Laan`); several before one initial, since several may be a degree.
fn is_family(text: &str, initials: usize) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let capitals = words.iter().filter(|word| word.starts_with(char::is_uppercase)).count();
    (1..=MOST_WORDS).contains(&words.len())
        && looks_like_name(words.last().unwrap_or(&""))
        && (capitals == 1 || capitals > 1 && initials == 1)
        && !text.contains(char::is_numeric)
}

/// `and Cem Demir` behind a comma is Cem Demir.
fn without_joint(part: &str) -> &str {
    if part.starts_with(char::is_uppercase) {
        return part;
    }
    let lower = small(part);
    let behind =
        |word: &String| lower.strip_prefix(word.as_str())?.strip_prefix(' ').map(|rest| part.len() - rest.len());
    WORDS.between.iter().filter_map(behind).max().map_or(part, |at| part[at..].trim_start())
}
