//! Leaves in running text: what a bare word, a word behind `=` and a quoted text ask for.

use super::advice::BAD_WILDCARD;
use super::ast::{Slot, Term};
use super::text::{Text, is_wildcard};
use super::{Advice, print};
use crate::analysis::query_sequences;

/// Literal characters that must stand before a `*`, so that it cannot stand for half the dictionary.
const LITERALS_BEFORE_STAR: usize = 2;

/// An unquoted word; `None` if there is nothing in it to look for.
pub(super) fn bare(text: &Text) -> Result<Option<Term>, Advice> {
    let text = text.trim_word();
    if !text.has_word() {
        return Ok(None);
    }
    if text.has_wildcard() {
        return pattern(&text).map(Some);
    }
    Ok(Some(text.acronym().map_or_else(|| Term::Word(text.plain()), Term::Acronym)))
}

/// `=word`.
pub(super) fn exact(text: &Text) -> Result<Option<Term>, Advice> {
    let text = text.trim_word();
    if !text.has_word() {
        return Ok(None);
    }
    let term = if text.has_wildcard() { pattern(&text)? } else { Term::Word(text.plain()) };
    Ok(Some(if let Term::Word(word) = term { Term::Exact(word) } else { term }))
}

/// What stands between quotes.
pub(super) fn quoted(text: &Text) -> Result<Option<Term>, Advice> {
    let mut slots = slots(text)?;
    let only = if slots.len() < 2 { slots.pop() } else { return Ok(Some(Term::Phrase(slots))) };
    Ok(only.map(single))
}

/// The words in something that could not be read as it was meant.
pub(super) fn plain_words(text: &Text) -> Vec<Term> {
    let words = text.split_words().map(|word| word.trim_word()).filter(Text::has_word);
    words.map(|word| Term::Word(word.plain())).collect()
}

/// The words in a regular expression; a letter behind a backslash is none.
pub(super) fn words_of_regex(pattern: &str) -> Vec<Term> {
    let mut plain = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(ch) = chars.next() {
        let escaped = ch == '\\' && chars.next().is_some();
        plain.push(if escaped { ' ' } else { ch });
    }
    let words = plain.split(|ch: char| !ch.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| Term::Word(word.to_owned())).collect()
}

/// The one word whose neighbours `word~` asks for: the word as typed, or the joined form of `e-mail`. None of a
/// wildcard, an acronym, and what is several words however it is written.
pub(super) fn fuzzy_word(term: &Term) -> Option<String> {
    let (Term::Word(word) | Term::Exact(word)) = term else { return None };
    let sequences = query_sequences(word);
    match sequences.first()?.as_slice() {
        [only] => only.acronym.is_none().then(|| word.clone()),
        _ => {
            let joined = sequences.into_iter().find(|sequence| sequence.len() == 1)?.pop()?.folded;
            (query_sequences(&joined).first()?.len() == 1).then_some(joined)
        }
    }
}

/// Whether the last thing typed was a question mark that was taken for a wildcard.
pub(super) fn ends_in_question_mark(term: &Term) -> bool {
    match term {
        Term::Wildcard(pattern) => pattern.ends_with('?'),
        Term::Phrase(slots) => matches!(slots.last(), Some(Slot::Wildcard(pattern)) if pattern.ends_with('?')),
        _ => false,
    }
}

fn slots(text: &Text) -> Result<Vec<Slot>, Advice> {
    let parts = text.split_spaces().filter(|part| part.has_word() || part.has('*'));
    let parts = parts.flat_map(|part| if part.has_wildcard() { part.trim_word().split_compound() } else { vec![part] });
    parts.map(|part| slot(&part)).collect()
}

/// A text without spaces and joiners.
fn slot(text: &Text) -> Result<Slot, Advice> {
    match text.without_idle_stars() {
        _ if !text.has_wildcard() => Ok(Slot::Word(text.plain())),
        Some(run) => Ok(Slot::Word(run.plain())),
        None => wildcard(&text.trim_word()).map(Slot::Wildcard),
    }
}

/// An unquoted word with a wildcard; a compound is a phrase of its parts, for they are the words of the index.
fn pattern(text: &Text) -> Result<Term, Advice> {
    let parts = text.split_compound();
    let mut slots = parts.iter().map(slot).collect::<Result<Vec<_>, _>>()?;
    Ok(match slots.pop() {
        Some(Slot::Wildcard(pattern)) if slots.is_empty() => Term::Wildcard(pattern),
        Some(Slot::Word(word)) if slots.is_empty() => Term::Word(word),
        last => Term::Phrase(slots.into_iter().chain(last).collect()),
    })
}

fn single(slot: Slot) -> Term {
    match slot {
        Slot::Word(word) => Term::Exact(word),
        Slot::Wildcard(pattern) => Term::Wildcard(pattern),
    }
}

fn wildcard(text: &Text) -> Result<String, Advice> {
    let pattern = text.pattern();
    if pattern.starts_with(is_wildcard) {
        return Err(bad_wildcard(
            &pattern,
            "a wildcard cannot be the first character: write the beginning of the word",
        ));
    }
    if text.has_wildcard_in_run() {
        return Err(bad_wildcard(&pattern, &within_run(&pattern)));
    }
    let before =
        |sign| pattern.split(sign).next().unwrap_or_default().chars().filter(|ch| ch.is_alphanumeric()).count();
    if pattern.contains('*') && before('*') < LITERALS_BEFORE_STAR {
        return Err(bad_wildcard(&pattern, "write at least two letters before `*`"));
    }
    if before('?') == 0 {
        return Err(bad_wildcard(&pattern, "write at least one letter before `?`"));
    }
    Ok(pattern)
}

/// In a script without spaces what a wildcard stands for are other words.
fn within_run(pattern: &str) -> String {
    let parts = pattern.split(is_wildcard).filter(|part| part.contains(char::is_alphanumeric));
    let slots: Vec<Slot> = parts.map(|part| Slot::Word(part.to_owned())).collect();
    let room = if pattern.contains('*') { 5 } else { 1 };
    let written = if slots.len() > 1 { Term::Loose(slots, room) } else { Term::Phrase(slots) };
    format!("in a script without spaces every character is a word: write `{}`", print::term(&written))
}

fn bad_wildcard(pattern: &str, hint: &str) -> Advice {
    Advice::new(BAD_WILDCARD, format!("the wildcard in `{pattern}` cannot be read")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(typed: &str) -> Text {
        Text::unescape(&typed.chars().collect::<Vec<_>>())
    }

    #[test]
    fn a_bare_word_is_a_word_an_acronym_or_a_wildcard() {
        assert_eq!(bare(&text("mine,")), Ok(Some(Term::Word("mine".into()))));
        assert_eq!(bare(&text("U.S.,")), Ok(Some(Term::Acronym("US".into()))));
        assert_eq!(bare(&text("organi?ation")), Ok(Some(Term::Wildcard("organi?ation".into()))));
        assert_eq!(bare(&text("mine\\*")), Ok(Some(Term::Word("mine*".into()))));
        assert_eq!(bare(&text("–")), Ok(None));
        assert_eq!(bare(&text("??")), Ok(None));
    }

    #[test]
    fn a_wildcard_needs_letters_before_it() {
        for bad in ["*tion", "?ine", "m*", "m?*x"] {
            let term = bare(&text(bad));
            if bad == "m?*x" {
                assert_eq!(term.unwrap_err().hint.as_deref(), Some("write at least two letters before `*`"));
            } else {
                assert_eq!(term.unwrap_err().code, BAD_WILDCARD, "{bad}");
            }
        }
        assert!(bare(&text("mi*")).is_ok());
        assert!(bare(&text("m?n*")).is_ok());
    }

    #[test]
    fn a_compound_with_a_wildcard_is_the_phrase_of_its_parts() {
        let [al, qae] = [Slot::Word("al".into()), Slot::Wildcard("Qae*".into())];
        let phrase = Term::Phrase(vec![al.clone(), qae.clone()]);
        for typed in ["al-Qae*", "al/Qae*", "al.Qae*,", "al&Qae*", "al\u{2013}Qae*"] {
            assert_eq!(bare(&text(typed)), Ok(Some(phrase.clone())), "{typed}");
            assert_eq!(quoted(&text(typed)), Ok(Some(phrase.clone())), "{typed}");
        }
        let attack = Slot::Word("at-tack".into());
        assert_eq!(quoted(&text("al-Qae* at-tack")), Ok(Some(Term::Phrase(vec![al, qae, attack]))));
        for bad in ["AT&*", "e-m*", "24/7*"] {
            assert_eq!(bare(&text(bad)).unwrap_err().code, BAD_WILDCARD, "{bad}");
        }
        for word in ["o'br*", "3.50*", ".NET*", "al\\-Qae*"] {
            assert!(matches!(bare(&text(word)), Ok(Some(Term::Wildcard(_)))), "{word}");
        }
    }

    #[test]
    fn a_star_behind_a_run_of_characters_stands_for_nothing() {
        assert_eq!(bare(&text("中国*")), Ok(Some(Term::Word("中国".into()))));
        assert_eq!(exact(&text("中国*")), Ok(Some(Term::Exact("中国".into()))));
        assert_eq!(quoted(&text("出*")), Ok(Some(Term::Exact("出".into()))));
        assert!(text("出* a").has_idle_star() && text("a 出*,").has_idle_star());
        assert!(!text("ab*").has_idle_star() && !text("出*口").has_idle_star());
        for (bad, hint) in [("中?国", "\"中 国\"~1"), ("中*国", "\"中 国\"~5"), ("中国?", "\"中国\"")] {
            let refusal = bare(&text(bad)).unwrap_err();
            assert_eq!(refusal.hint.unwrap_or_default().split('`').nth(1), Some(hint), "{bad}");
        }
    }

    #[test]
    fn a_phrase_keeps_its_words_as_typed() {
        let slots = vec![Slot::Word("Rare,".into()), Slot::Wildcard("earth*".into())];
        assert_eq!(quoted(&text("Rare, – earth*")), Ok(Some(Term::Phrase(slots))));
        assert_eq!(quoted(&text("died")), Ok(Some(Term::Exact("died".into()))));
        assert_eq!(quoted(&text(" ")), Ok(None));
        assert!(quoted(&text("a * b")).is_err());
    }

    #[test]
    fn what_cannot_be_read_is_still_words() {
        assert_eq!(plain_words(&text("*tion:x, –")), [Term::Word("tion".into()), Term::Word("x".into())]);
        assert_eq!(words_of_regex(r"colou?r|\bgr\w+"), ["colou", "r", "gr"].map(|word| Term::Word(word.into())));
    }

    #[test]
    fn one_word_has_neighbours() {
        let word = |typed: &str| fuzzy_word(&Term::Word(typed.into()));
        for same in ["Putin", "don't", "C++", "e\u{301}te", "대통령", "東"] {
            assert_eq!(word(same).as_deref(), Some(same));
        }
        assert_eq!(word("E-Mail").as_deref(), Some("email"));
        for several in ["東京", "a b", "–"] {
            assert_eq!(word(several), None, "{several}");
        }
        assert_eq!(fuzzy_word(&Term::Exact("U.S.".into())), None);
        assert_eq!(fuzzy_word(&Term::Wildcard("mine*".into())), None);
    }
}
