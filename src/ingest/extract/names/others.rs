//! Those who did something else than write: who edited, checked or drew it, or took the pictures.

use super::{WORDS, small};

/// Up to what is said of them: `Anna Krause; editing by Cem Demir`.
pub(super) fn before_others(line: &str) -> &str {
    let lower = small(line);
    let starts = WORDS.others.iter().filter_map(|word| {
        let mut found = lower.match_indices(word.as_str()).map(|(at, _)| at);
        found.find(|at| lower[..*at].ends_with([' ', '(', ';']) && is_apart(&lower[at + word.len()..], word))
    });
    let end = starts.min().unwrap_or(line.len());
    let before = line[..end].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '(' | '-'));
    if before.is_empty() { line } else { before }
}

/// Does a line say of nobody else?
pub(super) fn is_of_others(line: &str) -> bool {
    let lower = small(line.trim_start());
    WORDS.others.iter().any(|word| lower.strip_prefix(word.as_str()).is_some_and(|rest| is_apart(rest, word)))
}

/// Does a word end where it should?
fn is_apart(rest: &str, word: &str) -> bool {
    word.ends_with(':') || rest.starts_with([' ', ':'])
}

/// Up to what is said of the pictures: `Kari Moe Foto: Ola Lund`.
pub(super) fn before_pictures(line: &str) -> &str {
    let lower = small(line);
    let starts = WORDS.pictures.iter().filter_map(|word| lower.find(&format!(" {word}:")));
    starts.min().map_or(line, |at| &line[..at])
}
