//! Kinds of characters, as words are made of them.

use unicode_normalization::char::is_combining_mark;

/// The narrow gap inside a Persian or Kurdish word.
const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';

/// A word can begin with it. Two apostrophes are letters to Unicode, and not to us.
pub(super) fn is_word(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() && !matches!(c, 'ʼ' | 'ʻ') }
}

/// A word goes on with it.
pub(super) fn continues_word(c: char) -> bool {
    is_word(c) || is_mark(c)
}

pub(super) fn is_mark(c: char) -> bool {
    c >= '\u{300}' && is_combining_mark(c)
}

/// A word character of a script that has spaces between words.
pub(super) fn is_spaced(c: char) -> bool {
    is_word(c) && !is_spaceless(c)
}

/// Written without spaces between words: Thai, Lao, Burmese, Khmer, Tai, Japanese, Chinese. Digits are digits there too.
pub(super) fn is_spaceless(c: char) -> bool {
    let script = matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{1950}'..='\u{19ff}'
        | '\u{1a20}'..='\u{1aaf}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3031}'..='\u{3035}'
        | '\u{3040}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aadf}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}' | '\u{1b000}'..='\u{1b16f}' | '\u{20000}'..='\u{3ffff}');
    script && continues_word(c) && digit(c).is_none()
}

/// Nothing to the eye: soft hyphen, zero-width characters, marks of direction, variation selectors.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}')
}

pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '‛' | 'ʼ' | 'ʻ' | '′' | '´' | '`' | '＇')
}

/// Stands inside a word between these two letters and is no part of it: an apostrophe, the dot of Catalan `l·l`, the
/// double stroke of a Hebrew acronym.
pub(super) fn is_inner(before: char, c: char, after: char) -> bool {
    match c {
        '·' | '\u{2027}' => matches!((before, after), ('l', 'l') | ('L', 'L')),
        '"' | '״' | '׳' | '”' => is_hebrew(before) && is_hebrew(after),
        c => is_apostrophe(c) && is_word(before) && after.is_alphabetic(),
    }
}

/// What [`is_inner`] can speak of; inside a word already read, it is dropped.
pub(super) fn is_dropped(c: char) -> bool {
    is_apostrophe(c) || is_invisible(c) || matches!(c, '·' | '\u{2027}' | '"' | '״' | '׳' | '”')
}

fn is_hebrew(c: char) -> bool {
    matches!(c, '\u{5d0}'..='\u{5ea}')
}

/// Holds the parts of a compound together: hyphens, the dash between names and years, slash, ampersand, underscore.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(
        c,
        '-' | '/' | '&' | '_' | '\u{2010}'
            ..='\u{2013}' | '−' | '⁄' | '\u{58a}' | '\u{5be}' | '－' | '／' | '＆' | '＿' | '﹣'
    )
}

/// A zero-width non-joiner between letters of the Arabic script parts a word as a hyphen does: it is written there with
/// a space, with nothing, or as it should be, and all three must meet. Elsewhere it only tells a font what to do.
pub(super) fn is_narrow_gap(before: char, c: char, after: char) -> bool {
    c == ZERO_WIDTH_NON_JOINER && is_arabic(before) && is_arabic(after)
}

fn is_arabic(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{8a0}'..='\u{8ff}')
}

/// The digit of a decimal system, in the figures of the rest of the world.
pub(super) fn digit(c: char) -> Option<char> {
    /// The zeros of the decimal systems in use.
    const ZEROS: &[u32] = &[
        0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20,
        0x1040, 0x17e0, 0x1810, 0xff10,
    ];
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    let code = u32::from(c);
    let zero = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}
