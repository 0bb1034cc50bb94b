//! Folding: what differs only in case, diacritics, width or typography becomes the same. And lower case, which keeps the
//! diacritics, for the stemmers.
//!
//! What counts as a diacritic is a decision a script. Dropped are the accents of Latin, Greek and Cyrillic (`й` is `и`),
//! the points of Hebrew, the vowel marks and the tatweel of Arabic, the nukta of Indic scripts. Kept are the vowel signs of
//! Indic and South-East Asian scripts and the voicing marks of Japanese, which are letters in all but form. Arabic is
//! normalised as is usual in searching it: alef without its hamza, dotless as dotted yeh, teh marbuta as heh; Persian and
//! Urdu spellings of kaf, yeh and heh as the Arabic ones. Figures of all scripts become `0` to `9`.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::chars::{digit, is_apostrophe, is_dropped, is_invisible, is_mark};

/// Longer words are cut to this many bytes: they are noise, and terms of the index are bounded.
pub(super) const LONGEST_WORD: usize = 256;

/// Folds a whole value, such as a tag or a name: outer white space goes, inner becomes one space, punctuation stays.
///
/// ```
/// assert_eq!(broadsheet::analysis::fold(" Société  Générale "), "societe generale");
/// ```
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    push_folded(text, &mut folded);
    let mut words = folded.split_whitespace();
    let mut value = String::with_capacity(folded.len());
    value.push_str(words.next().unwrap_or_default());
    for word in words {
        value.push(' ');
        value.push_str(word);
    }
    value
}

/// Folds the literal parts of a wildcard pattern as words are folded; `*` and `?` stay.
pub fn fold_pattern(pattern: &str) -> String {
    let mut folded = String::with_capacity(pattern.len());
    for piece in pattern.split_inclusive(['*', '?']) {
        let literal = piece.trim_end_matches(['*', '?']);
        let letters: String = literal.chars().filter(|c| !is_dropped(*c)).collect();
        let start = folded.len();
        push_folded(&letters, &mut folded);
        // A full-width sign is a letter of the text, not a wildcard.
        if folded[start..].contains(['*', '?']) {
            let literal = folded.split_off(start).replace(['*', '?'], "");
            folded.push_str(&literal);
        }
        folded.push_str(&piece[literal.len()..]);
    }
    folded
}

/// Appends one word, folded and in lower case, each cut to [`LONGEST_WORD`] bytes. `dotless`: in Turkish the small letter
/// of `I` is `ı`.
pub(super) fn push_word(word: &str, dotless: bool, folded: &mut String, lower: &mut String) {
    let (folded_from, lower_from) = (folded.len(), lower.len());
    push_folded(word, folded);
    push_lower(word, dotless, lower);
    cut(folded, folded_from);
    cut(lower, lower_from);
}

/// Cuts what begins at `from` to the length of the longest word.
pub(super) fn cut(word: &mut String, from: usize) {
    if word.len() - from > LONGEST_WORD {
        word.truncate(word.floor_char_boundary(from + LONGEST_WORD));
    }
}

/// Appends `text` folded.
pub(super) fn push_folded(text: &str, out: &mut String) {
    if text.is_ascii() {
        push_ascii_lower(text, out);
    } else if !push_simple(text, out, |letter| letter.folded) {
        out.extend(folded_chars(text));
    }
}

fn push_lower(text: &str, dotless: bool, out: &mut String) {
    if dotless && text.contains('I') {
        out.extend(lower_chars(text, true));
    } else if text.is_ascii() {
        push_ascii_lower(text, out);
    } else if !push_simple(text, out, |letter| letter.lower) {
        out.extend(lower_chars(text, false));
    }
}

fn push_ascii_lower(text: &str, out: &mut String) {
    let start = out.len();
    out.push_str(text);
    out[start..].make_ascii_lowercase();
}

fn folded_chars(text: &str) -> impl Iterator<Item = char> {
    let small = text.nfkd().flat_map(char::to_lowercase);
    small.filter(|c| !is_invisible(*c) && !is_diacritic(*c)).flat_map(plain).nfc()
}

fn lower_chars(text: &str, dotless: bool) -> impl Iterator<Item = char> {
    text.nfkc().filter(|c| !is_invisible(*c)).flat_map(move |c| match c {
        'İ' => 'i'.to_lowercase(),
        'I' if dotless => 'ı'.to_lowercase(),
        c => c.to_lowercase(),
    })
}

/// One letter of an alphabet, folded and lower-case; `\0` fills up.
#[derive(Clone, Copy)]
struct Letter {
    folded: [char; 2],
    lower: [char; 2],
}

/// The letters of the European alphabets, Hebrew and Arabic up to here are looked up rather than decomposed.
const SIMPLE: u32 = 0x600;

static LETTERS: LazyLock<Vec<Option<Letter>>> =
    LazyLock::new(|| (0..SIMPLE).map(|code| char::from_u32(code).and_then(letter)).collect());

/// Nothing for a mark, which changes the letter before it, and for what becomes more than two letters.
fn letter(c: char) -> Option<Letter> {
    let written = c.to_string();
    let folded = pair(folded_chars(&written))?;
    let lower = pair(lower_chars(&written, false))?;
    (!is_mark(c)).then_some(Letter { folded, lower })
}

fn pair(mut chars: impl Iterator<Item = char>) -> Option<[char; 2]> {
    let pair = [chars.next().unwrap_or('\0'), chars.next().unwrap_or('\0')];
    chars.next().is_none().then_some(pair)
}

/// Appends `text` letter by letter if the table knows them all; otherwise leaves `out` as it was and says so.
fn push_simple(text: &str, out: &mut String, form: impl Fn(&Letter) -> [char; 2]) -> bool {
    let start = out.len();
    for c in text.chars() {
        let Some(Some(letter)) = LETTERS.get(c as usize) else {
            out.truncate(start);
            return false;
        };
        out.extend(form(letter).into_iter().filter(|c| *c != '\0'));
    }
    true
}

/// Marks that change how a letter sounds, and not which letter it is.
fn is_diacritic(c: char) -> bool {
    matches!(c,
        // Latin, Greek, Cyrillic
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20f0}' | '\u{fe20}'..='\u{fe2f}'
        // Hebrew
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        // Arabic, tatweel first; Syriac
        | '\u{640}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{8ca}'..='\u{8e1}'
        | '\u{8e3}'..='\u{8ff}' | '\u{711}' | '\u{730}'..='\u{74a}'
        // nuktas
        | '\u{93c}' | '\u{9bc}' | '\u{a3c}' | '\u{abc}' | '\u{b3c}' | '\u{cbc}')
}

/// Letters and signs that Unicode does not take apart, as those that are typed in their place.
fn plain(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        c if c.is_ascii() => (c, None),
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'þ' => ('t', Some('h')),
        'ø' | 'ɔ' => ('o', None),
        'đ' | 'ð' | 'ɗ' => ('d', None),
        'ł' => ('l', None),
        'ħ' => ('h', None),
        'ı' => ('i', None),
        'ŋ' => ('n', None),
        'ŧ' => ('t', None),
        'ɓ' => ('b', None),
        'ƙ' => ('k', None),
        'ƴ' => ('y', None),
        'ə' | 'ǝ' | 'ɛ' => ('e', None),
        'ς' => ('σ', None),
        'ٱ' => ('ا', None),
        'ى' | 'ی' => ('ي', None),
        'ک' => ('ك', None),
        'ة' | 'ە' | 'ہ' | 'ھ' => ('ه', None),
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '״' => ('"', None),
        '\u{2010}'..='\u{2015}' | '−' => ('-', None),
        '⁄' => ('/', None),
        c if is_apostrophe(c) => ('\'', None),
        c => (digit(c).unwrap_or(c), None),
    };
    std::iter::once(first).chain(second)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(fold(text), expected, "{text}");
    }

    #[test]
    fn case_diacritics_width_and_typography_do_not_count() {
        check("ÅNGSTRÖM", "angstrom");
        check("Straße STRAẞE", "strasse strasse");
        check("Łódź Đặng Þór Øre Œuvre Ægir", "lodz dang thor ore oeuvre aegir");
        check("İstanbul Diyarbakır", "istanbul diyarbakir");
        check("ＡＢＣ１２３", "abc123");
        check("ﬁnance ²", "finance 2");
        check("“curly” ‘quotes’ – dashes", "\"curly\" 'quotes' - dashes");
        check("soft\u{ad}ware", "software");
    }

    #[test]
    fn every_script_has_its_own_diacritics() {
        check("Ἀθῆναι ΟΔΟΣ οδός", "αθηναι οδοσ οδοσ");
        check("Ёлка йод Київ", "елка иод киів");
        check("أُمَّةٌ إلى آخر", "امه الي اخر");
        check("العـــربية", "العربيه");
        check("کتابی", "كتابي");
        check("שָׁלוֹם", "שלום");
        check("हिन्दी क़लम", "हिन्दी कलम");
        check("がぎぐ ﾊﾟﾘ", "がぎぐ パリ");
        check("한국 한국", "한국 한국");
        check("ภาษาไทย", "ภาษาไทย");
        check("२०२५ ٢٠٢٥ ۲۰۲۵", "2025 2025 2025");
    }

    #[test]
    fn a_whole_value_keeps_its_punctuation() {
        check("  Nat-Gas \u{a0} C++\tR&D ", "nat-gas c++ r&d");
        check("", "");
    }

    #[test]
    fn a_pattern_keeps_its_signs() {
        assert_eq!(fold_pattern("Économ*"), "econom*");
        assert_eq!(fold_pattern("organi?ation"), "organi?ation");
        assert_eq!(fold_pattern("O'Bri*n??"), "obri*n??");
        assert_eq!(fold_pattern("ab＊*"), "ab*");
        assert_eq!(fold_pattern("*"), "*");
    }

    #[test]
    fn a_long_word_is_cut_between_characters() {
        let (mut folded, mut lower) = (String::new(), String::new());
        push_word(&"Ж".repeat(300), false, &mut folded, &mut lower);
        assert_eq!(folded, "ж".repeat(128));
        push_word(&"aЖ".repeat(300), false, &mut folded, &mut lower);
        assert_eq!(folded.len(), 256 + 256);
    }

    #[test]
    fn the_small_letter_of_turkish_i() {
        let (mut folded, mut lower) = (String::new(), String::new());
        push_word("ISPARTA", true, &mut folded, &mut lower);
        push_word("İZMİR", true, &mut folded, &mut lower);
        assert_eq!((folded.as_str(), lower.as_str()), ("ispartaizmir", "ıspartaizmir"));
    }

    proptest! {
        #[test]
        fn the_table_says_what_decomposing_says(text in "[\u{20}-\u{5ff}]{0,12}") {
            let mut folded = String::new();
            push_folded(&text, &mut folded);
            prop_assert_eq!(folded, folded_chars(&text).collect::<String>());
            let mut lower = String::new();
            push_lower(&text, false, &mut lower);
            prop_assert_eq!(lower, lower_chars(&text, false).collect::<String>());
        }

        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,20}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
