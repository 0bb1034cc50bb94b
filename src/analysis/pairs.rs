//! Pairs of neighbours: what stands in for words where words cannot be told apart. Korean writes its particles on to its
//! words, so a Korean word is found by the pairs of syllables it holds; a question in a script without spaces is ranked by
//! the pairs of its characters.

use unicode_segmentation::UnicodeSegmentation;

use super::chars::{is_mark, is_spaceless};

/// Longer words are noise: no more pairs of one are kept.
const MOST_PAIRS: usize = 32;

/// The overlapping pairs of characters of a folded word that holds a Korean syllable; none of any other.
pub fn korean_pairs(folded: &str) -> impl Iterator<Item = &str> {
    let korean = folded.contains(|c| matches!(c, '\u{ac00}'..='\u{d7a3}'));
    pairs(folded.char_indices().map(|(at, _)| at), folded).take(if korean { MOST_PAIRS } else { 0 })
}

/// The overlapping pairs of a run of three or more characters in a script without spaces; `None` of anything else.
pub fn pairs_of_run(typed: &str) -> Option<Vec<&str>> {
    if !typed.chars().all(|c| is_spaceless(c) || is_mark(c)) {
        return None;
    }
    let found: Vec<&str> = pairs(typed.grapheme_indices(true).map(|(at, _)| at), typed).collect();
    (found.len() > 1).then_some(found)
}

/// From each start to the second start behind it; the text ends the last.
fn pairs(starts: impl Iterator<Item = usize> + Clone, text: &str) -> impl Iterator<Item = &str> {
    let ends = starts.clone().skip(2).chain(std::iter::once(text.len()));
    let lone = starts.clone().nth(1).is_none();
    starts.zip(ends).map(|(start, end)| &text[start..end]).take(if lone { 0 } else { usize::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_korean_word_holds_the_pairs_of_what_its_particle_hangs_on() {
        let pairs = |word| korean_pairs(word).collect::<Vec<_>>();
        assert_eq!(pairs("대통령은"), ["대통", "통령", "령은"]);
        assert_eq!(pairs("sk하이"), ["sk", "k하", "하이"]);
        assert_eq!(pairs("물"), [""; 0]);
        assert_eq!(pairs("china"), [""; 0]);
        assert_eq!(pairs(&"가".repeat(100)).len(), MOST_PAIRS);
    }

    #[test]
    fn a_run_falls_into_overlapping_pairs() {
        assert_eq!(pairs_of_run("稀土出口"), Some(vec!["稀土", "土出", "出口"]));
        assert_eq!(pairs_of_run("น้ำมัน").map(|pairs| pairs.len()), Some(2));
        for other in ["稀土", "稀", "東京2020", "china", "한국은행", ""] {
            assert_eq!(pairs_of_run(other), None, "{other}");
        }
    }
}
