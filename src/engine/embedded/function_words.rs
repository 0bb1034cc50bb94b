//! Words that only hold a sentence together: as data in `index/function-words.toml`, folded.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use super::View;
use crate::analysis::folded_words;

const LISTS: &str = include_str!("../../../index/function-words.toml");

/// By primary language subtag. The lists are part of the program; a mistake in them is found by the test.
static WORDS: LazyLock<BTreeMap<String, HashSet<String>>> = LazyLock::new(|| {
    let lists: BTreeMap<String, String> = toml::from_str(LISTS).unwrap_or_default();
    lists
        .into_iter()
        .map(|(lang, list)| (lang.clone(), folded_words(&list, Some(&lang)).into_iter().collect()))
        .collect()
});

impl View {
    /// Whether a word, folded, only holds sentences together in the main language of the corpus.
    pub(in crate::engine) fn is_function_word(&self, word: &str) -> bool {
        is_one(word, self.main_lang.as_deref())
    }
}

/// Whether a word, folded, is one of this language.
fn is_one(word: &str, lang: Option<&str>) -> bool {
    lang.and_then(|lang| WORDS.get(lang)).is_some_and(|words| words.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_of_its_language_and_folded() {
        assert!(is_one("the", Some("en")) && is_one("fur", Some("de")) && is_one("etait", Some("fr")));
        assert!(!is_one("die", Some("en")) && !is_one("the", Some("de")) && !is_one("the", None));
        assert!(WORDS.values().all(|words| words.len() > 80));
    }
}
