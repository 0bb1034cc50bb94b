//! Wildcards: the words of the corpus that a pattern stands for.

use tantivy::Searcher;
use tantivy::schema::Field;

use crate::analysis::STEM_MARK;
use crate::engine::EngineError;

/// Words a pattern may stand for.
pub(super) const MOST_EXPANSIONS: usize = 1024;

/// Words that all the patterns of one query may stand for: each opens its postings.
pub(super) const MOST_IN_A_QUERY: usize = 8 * MOST_EXPANSIONS;

/// Every word in `fields` that the folded pattern matches: `*` is any ending or middle, `?` exactly one character.
pub(super) fn expand(searcher: &Searcher, fields: &[Field], pattern: &str) -> Result<Vec<String>, EngineError> {
    let pattern: Vec<char> = pattern.chars().collect();
    let prefix: String = pattern.iter().take_while(|c| !matches!(c, '*' | '?')).collect();
    let mut words = std::collections::BTreeSet::new();
    for reader in searcher.segment_readers() {
        for field in fields {
            let inverted = reader.inverted_index(*field)?;
            let mut terms = inverted.terms().range().ge(&prefix).into_stream().map_err(EngineError::new)?;
            while terms.advance() {
                let Ok(term) = std::str::from_utf8(terms.key()) else { continue };
                if !term.starts_with(&prefix) {
                    break;
                }
                if !term.contains(STEM_MARK) && matches(&pattern, term) && words.insert(term.to_owned()) {
                    bounded(&words, &pattern)?;
                }
            }
        }
    }
    Ok(words.into_iter().collect())
}

fn bounded(words: &std::collections::BTreeSet<String>, pattern: &[char]) -> Result<(), EngineError> {
    if words.len() <= MOST_EXPANSIONS {
        return Ok(());
    }
    Err(EngineError::TooManyExpansions { word: pattern.iter().collect(), bound: MOST_EXPANSIONS })
}

/// Greedy matching with one point of return, linear but for repeated stars.
fn matches(pattern: &[char], word: &str) -> bool {
    let word: Vec<char> = word.chars().collect();
    let (mut p, mut w) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while w < word.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, w));
                p += 1;
            }
            Some('?') => (p, w) = (p + 1, w + 1),
            Some(c) if *c == word[w] => (p, w) = (p + 1, w + 1),
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, w) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, word: &str, expected: bool) {
        assert_eq!(matches(&pattern.chars().collect::<Vec<_>>(), word), expected, "{pattern} on {word}");
    }

    #[test]
    fn a_pattern_matches_whole_words() {
        check("mine*", "mine", true);
        check("mine*", "mineral", true);
        check("mine*", "examine", false);
        check("organi?ation", "organisation", true);
        check("organi?ation", "organiation", false);
        check("w?man", "wöman", true);
        check("in*tion*s", "institutions", true);
        check("in*tion*s", "institution", false);
    }
}
