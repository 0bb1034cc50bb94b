//! Names out of bylines: `By TOM KRISHER, AP Auto Writer`, `Anna B und Cem D`, `Text: Eva F (dpa)`.

mod behind;
mod commas;
mod others;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use self::behind::{before_day, without_behind, without_place};
use self::commas::by_commas;
use self::others::{before_others, before_pictures, is_of_others};
use super::address;
use crate::ingest::clean;

/// Names of one article.
const MOST: usize = 40;

/// A line that is seen and longer is no byline; what data states and is longer is no list of names.
const LONGEST_SEEN: usize = 300;
const LONGEST_STATED: usize = 2_000;

/// How names of newspapers begin.
const ARTICLES: &[&str] =
    &["The", "Die", "Der", "Das", "El", "La", "Le", "Les", "Il", "O", "A", "De", "Het", "Los", "Las"];

/// Letters of a word that joins two names.
const LONGEST_JOIN: usize = 3;

/// The words of `index/bylines.toml`.
#[derive(Default, Deserialize)]
struct Words {
    before: Vec<String>,
    between: Vec<String>,
    roles: Vec<String>,
    behind: Vec<String>,
    nobody: Vec<String>,
    desks: Vec<String>,
    steps: Vec<String>,
    within: Vec<String>,
    at: Vec<String>,
    offices: Vec<String>,
    beats: Vec<String>,
    of_desks: Vec<String>,
    pictures: Vec<String>,
    agencies: Vec<String>,
    more: Vec<String>,
    towns: Vec<String>,
    others: Vec<String>,
    weekdays: Vec<String>,
    before_days: Vec<String>,
    things: Vec<String>,
}

/// A table that cannot be read would cut no byline; a test reads it.
static WORDS: LazyLock<Words> =
    LazyLock::new(|| toml::from_str(include_str!("../../../index/bylines.toml")).unwrap_or_default());

/// What stands before a name and behind the word that says so.
const AFTER_WORD: &[char] = &[':', ' ', '：', '/', '／'];

/// Chinese and Japanese words for whoever writes, that a name follows within a line: `2025年3月4日 来源：某报 作者：王小明`.
const FAR_LABELS: &[&str] = &["作者：", "作者:", "記者：", "记者：", "撰文："];

/// The names in the values of one place, each once. Those who did something else count only where nobody wrote.
pub(super) fn names(values: &[String]) -> Vec<String> {
    let writers = once(values.iter().filter(|value| !is_of_others(value)).flat_map(|value| split(value)));
    if writers.is_empty() { once(values.iter().flat_map(|value| split(value))) } else { writers }
}

pub(super) fn once(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut known = HashSet::new();
    names.filter(|name| known.insert(name.to_lowercase())).take(MOST).collect()
}

/// The names in what data gives as one, an object of a page, a wire or a feed: a desk is somebody there.
pub(in crate::ingest) fn split_stated(name: &str) -> Vec<String> {
    let line = clean::line(name);
    let is_whole = WORDS.desks.contains(&line.to_lowercase()) || line.len() > LONGEST_STATED;
    if is_whole { vec![line] } else { in_line(&line) }
}

/// The names in several of these, each by itself. Those who did something else count only where nobody wrote.
pub(in crate::ingest) fn stated(values: &[String]) -> Vec<String> {
    let writers: Vec<String> =
        values.iter().filter(|value| !is_of_others(value)).flat_map(|value| split_stated(value)).collect();
    if writers.is_empty() { values.iter().flat_map(|value| split_stated(value)).collect() } else { writers }
}

/// The names in one byline.
pub(super) fn split(byline: &str) -> Vec<String> {
    let line = clean::line(byline);
    if line.chars().count() > LONGEST_SEEN { Vec::new() } else { in_line(&line) }
}

fn in_line(line: &str) -> Vec<String> {
    if is_address(line) {
        return Vec::new();
    }
    let line = FAR_LABELS.iter().find_map(|label| Some(&line[line.find(label)?..])).map_or(line, before_label);
    let line = before_others(line);
    // What is said behind a bar is the paper, the day or a role.
    let bars = [" | ", " • ", " · ", " – ", " — ", " - "];
    let parts: Vec<&str> =
        bars.iter().fold(vec![line], |parts, bar| parts.into_iter().flat_map(|part| part.split(*bar)).collect());
    let mut names: Vec<Vec<String>> = parts.into_iter().map(in_part).filter(|names| !names.is_empty()).collect();
    // Unless it is somebody as well.
    let are_words =
        |name: &String| name.split(' ').all(|word| word.contains(char::is_lowercase) || word.ends_with('.'));
    let are_people =
        |names: &Vec<String>| names.iter().all(|name| is_person(name) && are_words(name) && !has_article(name));
    if names.iter().all(are_people) { names.concat() } else { names.drain(..).next().unwrap_or_default() }
}

/// Up to the next label: `作者：王小明 编辑：李华`.
fn before_label(line: &str) -> &str {
    let mut at = line.match_indices(' ').map(|(at, _)| at);
    at.find(|at| line[at + 1..].split(' ').next().is_some_and(|word| word.contains(['：', ':'])))
        .map_or(line, |at| &line[..at])
}

fn in_part(part: &str) -> Vec<String> {
    // `記者王大明／台北報導`
    let line = before_day(without_before(before_pictures(part))).split('／').next().unwrap_or_default();
    let apart = line.contains([';', '、', '،']) || line.contains('/') && !line.contains("//") && line.contains(' ');
    let parts: Vec<&str> = match apart {
        true => line.split([';', '、', '،']).flat_map(by_slashes).flat_map(by_commas).collect(),
        false => by_commas(line),
    };
    without_roles(parts.into_iter().flat_map(joined).filter_map(tidy).collect())
}

/// Is this no name but where somebody is found?
pub(super) fn is_address(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_lowercase();
    lower.starts_with("http:")
        || lower.starts_with("https:")
        || lower.starts_with("www.")
        || lower.starts_with("//")
        || lower.starts_with('@')
        || text.starts_with('/')
        || text.len() > 12 && text.bytes().all(|byte| byte.is_ascii_digit())
        || !text.contains(' ') && text.contains('@')
}

/// `Anna Krause/Cem Demir`; a house behind somebody goes.
fn by_slashes(line: &str) -> Vec<&str> {
    let first = line.split([',', '/']).next().unwrap_or_default().trim();
    let parts = line.split('/').enumerate();
    parts.filter(|(at, part)| *at == 0 || !is_house(part.trim(), first)).map(|(_, part)| part).collect()
}

fn is_single(part: &str) -> bool {
    part.split_whitespace().count() == 1
}

/// Behind somebody's full name: one word that is written with a capital, one of capitals alone among others, or the name
/// of a paper in nothing but capitals is the house they work for (`Anna Krause, Bloomberg`, `Anna Krause, CNN Business`,
/// `Anna Krause, TIN TODAY`, `Anna Krause, The Tin Times`, `Anna Krause, HarbourPost Shopping`).
fn is_house(part: &str, first: &str) -> bool {
    const WITHIN: &[&str] = &["the", "for", "of", "on", "at"];
    let is_alone = is_single(part) && part.starts_with(char::is_uppercase);
    let mut words = part.split_whitespace();
    let is_other = words.any(|word| is_camel(word) || WITHIN.contains(&word.to_lowercase().as_str()));
    let are_capitals = is_capitals(part) && !is_capitals(first) && is_paper(part);
    !is_single(first) && (is_alone || are_capitals || has_capitals(part) || is_other)
}

/// Of some words in capitals.
fn is_capitals(text: &str) -> bool {
    text.contains(' ') && text.contains(char::is_uppercase) && !text.contains(char::is_lowercase)
}

/// `HarbourPost`, and not `McKrause` or `FitzKrause`.
fn is_camel(word: &str) -> bool {
    let mut behind = word.char_indices().skip(4).skip_while(|(_, c)| !c.is_uppercase());
    let is_within = |(at, _): (usize, char)| word[..at].ends_with(char::is_lowercase);
    word.starts_with(char::is_uppercase) && !word.starts_with("Fitz") && behind.next().is_some_and(is_within)
}

/// Among other words one of capitals alone, as houses are called and people are not: `CNN Business`.
fn has_capitals(name: &str) -> bool {
    let is_roman = |word: &str| word.chars().all(|c| matches!(c, 'I' | 'V' | 'X'));
    let is_capitals =
        |word: &str| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase()) && !is_roman(word);
    let is_word = |word: &str| word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase);
    name.split_whitespace().any(is_capitals) && name.split_whitespace().any(is_word)
}

/// Parts on both sides of `and`, where they are people, or agencies beside people. `Simon and Schuster` are one, and so
/// is a ministry of one thing and another.
fn joined(part: &str) -> Vec<&str> {
    let part = part.trim();
    let found = between(part);
    if found.len() == 1 {
        return vec![part];
    }
    let mut pieces: Vec<(usize, usize)> = Vec::new();
    for (start, end) in found {
        let piece = &part[start..end];
        match pieces.last_mut() {
            _ if is_person(piece) || is_agency(piece) => pieces.push((start, end)),
            // `José Ortega y Gasset`
            Some(last) if is_person(&part[last.0..end]) => last.1 = end,
            _ => return vec![part],
        }
    }
    let pieces: Vec<&str> = pieces.into_iter().map(|(start, end)| &part[start..end]).collect();
    let people: Vec<&str> = pieces.iter().copied().filter(|piece| is_person(piece)).collect();
    if people.is_empty() { pieces } else { people }
}

/// Is something joined in this that is nobody's name: `The Russian and Syrian ministries`?
pub(super) fn is_joined(name: &str) -> bool {
    between(name).len() > 1 && !is_person(name)
}

/// Where the pieces between `and` and the like begin and end.
fn between(part: &str) -> Vec<(usize, usize)> {
    let lower = small(part);
    let (mut pieces, mut start) = (Vec::new(), 0);
    for (at, _) in lower.match_indices(' ').filter(|(at, _)| *at > 0) {
        let rest = &lower[at + 1..];
        let is_next = |word: &&String| rest.strip_prefix(word.as_str()).is_some_and(|rest| rest.starts_with(' '));
        let word = WORDS.between.iter().filter(is_next).max_by_key(|word| word.len());
        if let Some(word) = word.filter(|_| at >= start) {
            pieces.push((start, at));
            start = at + word.len() + 2;
        }
    }
    pieces.push((start, part.len()));
    pieces
}

/// Somebody in full. What follows a name (`Jr.`, `III`) does not make it another thing.
pub(super) fn is_person(piece: &str) -> bool {
    const AFTER: &[&str] = &["jr", "sr", "ii", "iii", "iv", "md", "phd"];
    let Some(name) = tidy(piece) else { return false };
    let mut words: Vec<&str> = name.split_whitespace().collect();
    while words.last().is_some_and(|word| AFTER.contains(&word.replace(['.', ','], "").to_lowercase().as_str())) {
        words.pop();
    }
    let bare = words.join(" ");
    is_full(&bare) && !is_role(&bare) && !has_capitals(&bare)
}

fn is_agency(piece: &str) -> bool {
    let lower = piece.trim().to_lowercase();
    is_role(piece)
        || is_degree(piece.trim())
        || is_more(piece)
        || WORDS.nobody.contains(&lower)
        || WORDS.desks.contains(&lower)
}

/// `3 others`, `two others`, `et al.`: people without a name.
fn is_more(piece: &str) -> bool {
    let lower = piece.trim().to_lowercase();
    let behind = |word: &String| lower.strip_suffix(word.as_str());
    let is_count = |before: &str| before.is_empty() || before.ends_with(' ') && is_single(before);
    WORDS.more.iter().filter_map(behind).any(is_count)
}

/// In small letters, each where it stood.
fn small(text: &str) -> String {
    let letter = |c: char| {
        let mut lower = c.to_lowercase();
        lower.next().filter(|small| lower.next().is_none() && small.len_utf8() == c.len_utf8()).unwrap_or(c)
    };
    text.chars().map(letter).collect()
}

/// Without `By`, `Text:` and the like. `Per`, `Di` and `Von` may begin a name.
fn without_before(line: &str) -> &str {
    let mut line = line.trim();
    for _ in 0..3 {
        let lower = small(line);
        let cuts = WORDS.before.iter().filter(|word| {
            let rest = lower.strip_prefix(word.as_str());
            rest.is_some_and(|rest| {
                word.ends_with('/') || rest.starts_with(AFTER_WORD) || is_far(word) && begins_far_name(rest)
            })
        });
        let Some(word) = cuts.max_by_key(|word| word.len()) else { break };
        let rest = line[word.len()..].trim_start_matches(AFTER_WORD);
        let may_be_name = match word.as_str() {
            "von" | "di" | "af" | "av" | "od" | "aus" => true,
            "par" => !is_agency(rest),
            // `De Krause Anna` may be a family; `de Anna Krause` is not.
            "de" => line.starts_with('D') || !is_full(rest.split(',').next().unwrap_or_default()),
            _ => false,
        };
        let is_name = may_be_name
            && line[word.len()..].starts_with(' ')
            && (word.as_str() == "de" || is_single(rest) || rest.starts_with(char::is_lowercase));
        if rest.is_empty() || is_name {
            break;
        }
        line = rest;
    }
    line
}

/// A word of two signs or more, which need no space before what follows.
fn is_far(word: &str) -> bool {
    word.chars().count() > 1 && word.chars().all(is_han)
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Two to four signs, and then something else.
fn begins_far_name(rest: &str) -> bool {
    (2..=4).contains(&rest.chars().take_while(|c| is_han(*c)).count())
}

/// `홍길동 기자 hong@paper.example`
fn is_korean_byline(line: &str) -> bool {
    let is_hangul = |c: char| ('\u{ac00}'..='\u{d7a3}').contains(&c);
    let mut words = line.split_whitespace();
    let is_name =
        words.next().is_some_and(|name| (2..=4).contains(&name.chars().count()) && name.chars().all(is_hangul));
    is_name
        && words.next().is_some_and(|role| WORDS.behind.iter().any(|known| known == role))
        && words.all(|word| word.contains('@'))
}

fn is_role(part: &str) -> bool {
    let lower = part.to_lowercase();
    WORDS.roles.iter().any(|role| {
        lower.match_indices(role.as_str()).any(|(at, role)| {
            let before = lower[..at].chars().next_back();
            let after = lower[at + role.len()..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
    }) || lower.contains(".com")
        || lower.contains('@')
}

/// Without the roles among names; roles alone stay.
pub(super) fn without_roles(names: Vec<String>) -> Vec<String> {
    if names.len() < 2 {
        return names;
    }
    let people: Vec<String> = names.iter().filter(|name| !is_role(name) || is_person(name)).cloned().collect();
    if people.is_empty() { names } else { people }
}

/// Is this line a byline by how it begins, and nothing else? `Foto:` says who took the picture.
pub(super) fn is_byline(line: &str) -> bool {
    let line = line.trim();
    let rest = without_before(line);
    let is_picture = small(line).starts_with("foto");
    let names = split(line);
    let are_far = !names.is_empty() && names.iter().all(|name| name.chars().all(is_han) && begins_far_name(name));
    let has_label = rest.len() < line.len() || FAR_LABELS.iter().any(|label| line.contains(label));
    has_label && !is_picture && (are_full(&names) || are_far) || is_korean_byline(line)
}

/// `/author/anna`, `/autores/anna-krause`.
pub(super) fn leads_to_author(href: &str) -> bool {
    address::leads_through(href, &WORDS.steps)
}

/// `jdoe`, `anna_k`, `CC7567`: a word by which somebody logs in.
pub(super) fn is_account(name: &str) -> bool {
    let is_bare = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    !name.contains(' ') && (name.chars().all(is_bare) || name.contains('_') || name.chars().any(|c| c.is_ascii_digit()))
}

/// Is this the name of those who write together: `Paper X Staff`, `Online Team`?
pub(super) fn is_desk(name: &str) -> bool {
    let lower = name.to_lowercase();
    let is_word = |word: &String| match word.is_ascii() {
        true => lower.split(|c: char| !c.is_alphanumeric()).any(|part| part == word),
        false => lower.contains(word.as_str()),
    };
    WORDS.desks.contains(&lower) || WORDS.of_desks.iter().any(is_word)
}

/// Is one of the words none that people are called by?
fn has_thing(name: &str) -> bool {
    name.to_lowercase().split_whitespace().any(|word| WORDS.things.iter().any(|thing| thing == word))
}

/// `The Harbour`
fn has_article(name: &str) -> bool {
    name.split(' ').next().is_some_and(|word| ARTICLES.contains(&word))
}

/// Is this what newspapers are called, and people are not: `The Harbour`, `Le Journal`, `Tin Times`?
pub(super) fn is_paper(name: &str) -> bool {
    has_thing(name) || has_article(name) && (name.starts_with("The ") || name.split(' ').count() == 2)
}

/// Is a line nothing but the names of people, each of two to four words with capitals: `Anna Krause`?
pub(super) fn is_bare(line: &str) -> bool {
    let is_cased = |name: &String| {
        let words = name.split_whitespace();
        (2..=4).contains(&words.clone().count())
            && words.clone().all(|word| word.starts_with(char::is_uppercase) || WORDS.within.iter().any(|w| w == word))
    };
    let names = split(line);
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    let named: usize = names.iter().map(|name| letters(name)).sum();
    !names.is_empty()
        && names.iter().all(|name| is_cased(name) && is_person(name) && !is_desk(name) && !has_thing(name))
        && line.contains(char::is_lowercase)
        && !line.contains(|c: char| c.is_numeric() || c == ':')
        && named + LONGEST_JOIN * names.len() >= letters(line)
}

/// Are these names of people in full?
pub(super) fn are_full(names: &[String]) -> bool {
    !names.is_empty() && names.iter().all(|name| is_full(name))
}

/// Some words, each as names are written.
fn is_full(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    (2..=6).contains(&words.len())
        && words.iter().all(|word| begins_name(word) || WORDS.within.iter().any(|within| within == word))
        && words.last().is_some_and(|word| begins_name(word))
        && words.iter().filter(|word| begins_name(word)).count() > 1
        && looks_like_name(name)
}

/// `Krause`, `d'Emilio`, `al-Masri`.
fn begins_name(word: &str) -> bool {
    let behind =
        word.split_once(['\'', '’', '-']).filter(|(before, _)| before.chars().count() <= 3).map(|(_, behind)| behind);
    let is_capital = |word: &str| word.starts_with(char::is_alphabetic) && !word.starts_with(char::is_lowercase);
    is_capital(word) || behind.is_some_and(|behind| behind.starts_with(char::is_uppercase))
}

/// `MS`, `RDN`, `M.Sc.` behind a name.
fn is_degree(part: &str) -> bool {
    let letters = part.chars().filter(|c| c.is_alphabetic());
    !part.contains(' ') && letters.clone().count() <= 5 && letters.filter(|c| c.is_uppercase()).count() > 1
}

/// A few words that begin as names do.
pub(super) fn looks_like_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let begins =
        |word: &&str| word.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_lowercase() && c.is_alphabetic());
    let count = words.iter().filter(|word| begins(word)).count();
    (1..=6).contains(&words.len())
        && text.chars().count() <= 60
        && count * 2 >= words.len()
        && count > 0
        && !text.chars().any(char::is_numeric)
        && !text.contains(['?', '!', '…', '{', '}', '<', '=', '“', '”'])
}

fn tidy(name: &str) -> Option<String> {
    let mut name = name.trim();
    // `Eva F (dpa)`, `Eva F <eva@paper.example>`
    for (open, close) in [(" (", ')'), (" <", '>'), (" [", ']')] {
        // `Richard (R.J.) F` is a name.
        let behind =
            name.rsplit_once(open).filter(|(_, behind)| behind.find(close).is_none_or(|at| at + 1 == behind.len()));
        name = behind.map_or(name, |(before, _)| before);
    }
    let kept: Vec<&str> =
        name.split_whitespace().filter(|word| !word.contains('@') && !word.starts_with("http")).collect();
    let name = kept.join(" ");
    let name = without_place(without_before(&name)).trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | ':' | '|' | '-' | '–' | '—' | '*' | '"' | '·' | '•' | '/')
    });
    let name = without_stop(without_behind(without_stray(name)));
    let lower = name.to_lowercase();
    let is_nobody = WORDS.nobody.contains(&lower) || WORDS.desks.contains(&lower);
    let sound = !is_nobody
        && name.chars().any(char::is_alphabetic)
        && name.chars().count() <= 100
        && name.split_whitespace().count() <= 10;
    (sound && !is_address(name)).then(|| name.to_owned())
}

/// Without the full stop of a line; that of `Jr.` and `K.` stays.
fn without_stop(name: &str) -> &str {
    let last = name.rsplit(' ').next().unwrap_or_default();
    let is_word = last.chars().filter(|c| c.is_lowercase()).count() > 2 && !last.contains("..");
    name.strip_suffix('.').filter(|bare| is_word && is_full(bare)).unwrap_or(name)
}

/// Without a parenthesis that nothing opens or closes.
fn without_stray(name: &str) -> &str {
    let name = if name.contains('(') { name } else { name.trim_end_matches(')').trim_end() };
    if name.contains(')') { name } else { name.trim_start_matches('(').trim_start() }
}
