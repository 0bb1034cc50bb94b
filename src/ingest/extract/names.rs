//! Names out of bylines: `By TOM KRISHER, AP Auto Writer`, `Anna B und Cem D`, `Text: Eva F (dpa)`.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::address;
use crate::ingest::clean;

/// Names of one article.
const MOST: usize = 40;

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
}

/// A table that cannot be read would cut no byline; a test reads it.
static WORDS: LazyLock<Words> =
    LazyLock::new(|| toml::from_str(include_str!("../../../index/bylines.toml")).unwrap_or_default());

/// What stands before a name and behind the word that says so.
const AFTER_WORD: &[char] = &[':', ' ', '：', '/'];

/// The names in the values of one place, each once.
pub(super) fn names(values: &[String]) -> Vec<String> {
    once(values.iter().flat_map(|value| split(value)))
}

pub(super) fn once(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut known = HashSet::new();
    names.filter(|name| known.insert(name.to_lowercase())).take(MOST).collect()
}

/// The names in what an object of the page gives as one: a desk is somebody there.
pub(super) fn split_stated(name: &str) -> Vec<String> {
    let line = clean::line(name);
    if WORDS.desks.contains(&line.to_lowercase()) { vec![line] } else { split(&line) }
}

/// The names in one byline.
pub(super) fn split(byline: &str) -> Vec<String> {
    let line = clean::line(byline);
    if is_address(&line) || line.chars().count() > 300 {
        return Vec::new();
    }
    // What is said behind a bar is the paper, the day or a role.
    let bars = [" | ", " • ", " · ", " – ", " — "];
    let parts = bars
        .iter()
        .fold(vec![line.as_str()], |parts, bar| parts.into_iter().flat_map(|part| part.split(*bar)).collect());
    parts.into_iter().map(in_part).find(|names| !names.is_empty()).unwrap_or_default()
}

fn in_part(part: &str) -> Vec<String> {
    let line = without_before(part);
    let apart = line.contains([';', '、', '،']) || line.contains('/') && !line.contains("//") && line.contains(' ');
    let parts: Vec<&str> = match apart {
        true => line.split([';', '、', '،', '/']).flat_map(by_commas).collect(),
        false => by_commas(line),
    };
    parts.into_iter().flat_map(joined).filter_map(tidy).collect()
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

/// Cuts commas where they stand between names, and what else stands behind them.
fn by_commas(line: &str) -> Vec<&str> {
    let parts: Vec<&str> = line.split([',', '，']).map(str::trim).filter(|part| !part.is_empty()).collect();
    // `Krause, Anna`: a family name first.
    let is_single = |part: &str| part.split_whitespace().count() == 1;
    if let [family, given] = parts[..]
        && is_single(family)
        && given.split_whitespace().count() <= 2
        && !is_role(given)
        && !is_role(family)
    {
        return vec![line];
    }
    let mut names: Vec<&str> = Vec::new();
    for part in parts {
        if names.is_empty() || !is_role(part) && !is_degree(part) && looks_like_name(part) {
            names.push(part);
        }
    }
    names
}

/// Parts on both sides of `and`, where both are names.
fn joined(part: &str) -> Vec<&str> {
    let part = part.trim();
    let lower = small(part);
    for word in &WORDS.between {
        let Some(at) = lower.find(&format!(" {word} ")) else { continue };
        let (left, right) = (&part[..at], part[at + word.len() + 2..].trim());
        let is_plain = word.len() > 2 || word == "&";
        let long = |side: &str| side.split_whitespace().count() > 1;
        if long(left) && long(right) || is_plain && looks_like_name(left) && looks_like_name(right) {
            return [joined(left), joined(right)].concat();
        }
    }
    vec![part]
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
            rest.is_some_and(|rest| word.ends_with('/') || rest.starts_with(AFTER_WORD))
        });
        let Some(word) = cuts.max_by_key(|word| word.len()) else { break };
        let rest = line[word.len()..].trim_start_matches(AFTER_WORD);
        let is_name = matches!(word.as_str(), "von" | "di" | "af" | "av" | "od" | "aus")
            && line[word.len()..].starts_with(' ')
            && (rest.split_whitespace().count() < 2 || rest.starts_with(char::is_lowercase));
        if rest.is_empty() || is_name {
            break;
        }
        line = rest;
    }
    line
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
    let people: Vec<String> = names.iter().filter(|name| !is_role(name)).cloned().collect();
    if people.is_empty() { names } else { people }
}

/// Is this line a byline by how it begins, and nothing else? `Foto:` says who took the picture.
pub(super) fn is_byline(line: &str) -> bool {
    let line = line.trim();
    let rest = without_before(line);
    let is_picture = small(line).starts_with("foto");
    rest.len() < line.len() && !is_picture && are_full(&split(line))
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

/// Are these names of people in full: some words, each as names are written?
pub(super) fn are_full(names: &[String]) -> bool {
    const WITHIN: &[&str] = &[
        "von", "van", "der", "den", "de", "del", "da", "di", "la", "le", "al", "el", "bin", "ibn", "y", "e", "zu",
        "ter",
    ];
    let is_full = |name: &String| {
        let words: Vec<&str> = name.split_whitespace().collect();
        let begins = |word: &&str| !word.starts_with(char::is_lowercase) && word.starts_with(char::is_alphabetic);
        (2..=5).contains(&words.len())
            && words.iter().all(|word| begins(word) || WITHIN.contains(word))
            && words.last().is_some_and(begins)
            && looks_like_name(name)
    };
    !names.is_empty() && names.iter().all(is_full)
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
    let name = without_before(&name).trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | ':' | '|' | '-' | '–' | '—' | '*' | '"' | '·' | '•' | '/')
    });
    let name = WORDS.behind.iter().find_map(|role| name.strip_suffix(role.as_str())?.strip_suffix(' ')).unwrap_or(name);
    let lower = name.to_lowercase();
    let is_nobody = WORDS.nobody.contains(&lower) || WORDS.desks.contains(&lower);
    let sound = !is_nobody
        && name.chars().any(char::is_alphabetic)
        && name.chars().count() <= 100
        && name.split_whitespace().count() <= 10;
    (sound && !is_address(name)).then(|| name.to_owned())
}
