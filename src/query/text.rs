//! Letters as typed, each with the memory of whether a backslash stood before it; and what counts as a space or as
//! punctuation around a word. What makes two spellings the same word is the analysis's affair.

use crate::analysis::pairs_of_run;

/// A character of the input; an escaped one is never an operator, a wildcard or droppable punctuation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) ch: char,
    pub(super) escaped: bool,
}

/// Consecutive letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text(Vec<Letter>);

impl Text {
    /// Takes the backslashes out of `chars`. One at the very end is a character like any other.
    pub(super) fn unescape(chars: &[char]) -> Text {
        let mut letters = Vec::with_capacity(chars.len());
        let mut rest = chars.iter();
        while let Some(&ch) = rest.next() {
            let escapes = ch == '\\' && !rest.as_slice().is_empty();
            match rest.as_slice().first() {
                Some(&next) if escapes => {
                    letters.push(Letter { ch: next, escaped: true });
                    rest.next();
                }
                _ => letters.push(Letter { ch, escaped: false }),
            }
        }
        Text(letters)
    }

    pub(super) fn plain(&self) -> String {
        self.0.iter().map(|letter| letter.ch).collect()
    }

    /// With its wildcards, and without characters that only look like them.
    pub(super) fn pattern(&self) -> String {
        self.0.iter().filter(|letter| !(letter.escaped && is_wildcard(letter.ch))).map(|letter| letter.ch).collect()
    }

    /// Whether it is exactly `plain`, nothing escaped.
    pub(super) fn is(&self, plain: &str) -> bool {
        !self.has_escapes() && self.0.iter().map(|letter| letter.ch).eq(plain.chars())
    }

    pub(super) fn has_escapes(&self) -> bool {
        self.0.iter().any(|letter| letter.escaped)
    }

    pub(super) fn has(&self, ch: char) -> bool {
        self.0.contains(&Letter { ch, escaped: false })
    }

    pub(super) fn has_wildcard(&self) -> bool {
        self.has('*') || self.has('?')
    }

    /// Whether there is anything in it to look for.
    pub(super) fn has_word(&self) -> bool {
        self.0.iter().any(|letter| letter.ch.is_alphanumeric())
    }

    pub(super) fn ends_with(&self, ch: char) -> bool {
        self.0.last() == Some(&Letter { ch, escaped: false })
    }

    /// Cut at unescaped spaces.
    pub(super) fn split_spaces(&self) -> impl Iterator<Item = Text> {
        self.split(|letter| !letter.escaped && is_space(letter.ch))
    }

    /// Cut at unescaped spaces, wildcards and colons: what is left of a clause that could not be read.
    pub(super) fn split_words(&self) -> impl Iterator<Item = Text> {
        self.split(|letter| !letter.escaped && (is_space(letter.ch) || is_wildcard(letter.ch) || letter.ch == ':'))
    }

    /// Cut at the signs between letters where words are cut, as in `al-Qaida`.
    pub(super) fn split_compound(&self) -> Vec<Text> {
        let is_cut = |place: usize| place > 0 && is_joint(&self.0[place - 1..(place + 2).min(self.0.len())]);
        let cuts: Vec<usize> = (0..self.0.len()).filter(|place| is_cut(*place)).collect();
        let starts = std::iter::once(0).chain(cuts.iter().map(|cut| cut + 1));
        let ends = cuts.iter().copied().chain(std::iter::once(self.0.len()));
        let parts = starts.zip(ends).map(|(start, end)| Text(self.0[start..end].to_vec()));
        parts.filter(|part| part.has_word() || part.has_wildcard()).collect()
    }

    /// Without the stars at its end, if they stand behind a character that is a word of its own.
    pub(super) fn without_idle_stars(&self) -> Option<Text> {
        let kept = self.0.iter().rposition(|letter| letter.escaped || letter.ch != '*')? + 1;
        let run = Text(self.0[..kept].to_vec());
        (kept < self.0.len() && !run.has_wildcard() && run.ends_in_run()).then_some(run)
    }

    /// Whether one of the words in it has such a star.
    pub(super) fn has_idle_star(&self) -> bool {
        if !self.has('*') {
            return false;
        }
        let mut words = self.split_spaces().flat_map(|word| word.trim_word().split_compound());
        words.any(|word| word.without_idle_stars().is_some())
    }

    /// Whether a wildcard stands behind a character that is a word of its own.
    pub(super) fn has_wildcard_in_run(&self) -> bool {
        let mut last = ' ';
        self.0.iter().any(|letter| {
            last = if letter.ch.is_alphanumeric() { letter.ch } else { last };
            !letter.escaped && is_wildcard(letter.ch) && is_spaceless(last)
        })
    }

    fn ends_in_run(&self) -> bool {
        let last = self.0.iter().rev().find(|letter| letter.ch.is_alphanumeric());
        last.is_some_and(|letter| is_spaceless(letter.ch))
    }

    fn split(&self, at: impl Fn(&Letter) -> bool) -> impl Iterator<Item = Text> {
        self.0.split(at).filter(|part| !part.is_empty()).map(|part| Text(part.to_vec()))
    }

    /// Without the punctuation that stands around a word in a sentence, but for the marks that make a word what it is:
    /// `.NET`, `#tag`, `@name`, `$5`, `C++`, `C#`, `5%`, and the last point of `U.S.`.
    pub(super) fn trim_word(&self) -> Text {
        let mut letters = self.0.as_slice();
        while let [first, rest @ ..] = letters
            && is_dropped(*first)
            && !keeps_its_head(letters)
        {
            letters = rest;
        }
        while let [rest @ .., last] = letters
            && is_dropped(*last)
            && !matches!(last.ch, '+' | '#' | '%' | '$')
            && !is_acronym(letters)
        {
            letters = rest;
        }
        Text(letters.to_vec())
    }

    /// Without the comma or semicolon that a list puts after a value.
    pub(super) fn trim_value(mut self) -> Text {
        while self.ends_with(',') || self.ends_with(';') {
            self.0.pop();
        }
        self
    }

    /// The letters of `U.S.`, `U.K`, `N.A.T.O.`: two to six capitals, each with a point, the last point optional.
    pub(super) fn acronym(&self) -> Option<String> {
        is_acronym(&self.0).then(|| self.0.iter().map(|letter| letter.ch).filter(|ch| *ch != '.').collect())
    }
}

pub(super) fn is_space(ch: char) -> bool {
    ch.is_whitespace() || ch.is_control() || matches!(ch, '\u{200b}' | '\u{feff}')
}

pub(super) fn is_wildcard(ch: char) -> bool {
    matches!(ch, '*' | '?')
}

/// Punctuation of ASCII, of the general block, of CJK and full-width text, of Spanish and Arabic.
pub(super) fn is_punctuation(ch: char) -> bool {
    ch.is_ascii_punctuation()
        || matches!(ch, '¡' | '¿' | '«' | '»' | '·' | '،' | '؛' | '؟' | '！' | '＂' | '（' | '）' | '，' | '．')
        || matches!(ch, '：' | '；' | '？' | '［' | '］' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}')
        || matches!(ch, '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}')
}

/// A sign between letters, or a letter and a wildcard, that parts them: not an apostrophe, nor the point in `3.5`.
fn is_joint(letters: &[Letter]) -> bool {
    let [before, sign, after] = letters else { return false };
    let is_sign = |letter: &Letter| letter.ch.is_whitespace() || is_punctuation(letter.ch);
    let is_number = before.ch.is_ascii_digit() && after.ch.is_ascii_digit() && matches!(sign.ch, '.' | ',');
    let is_inner = is_wildcard(sign.ch) || matches!(sign.ch, '\'' | '`' | '‘' | '’' | '‛' | '·' | '\u{2027}');
    let is_followed = !is_sign(after) || is_wildcard(after.ch);
    is_dropped(*sign) && !is_inner && !is_number && !is_sign(before) && is_followed
}

/// A character of Chinese, Japanese, Thai and other scripts that have no spaces between words.
fn is_spaceless(ch: char) -> bool {
    !ch.is_ascii() && pairs_of_run(&[ch; 3].iter().collect::<String>()).is_some()
}

fn is_dropped(letter: Letter) -> bool {
    !letter.escaped && is_punctuation(letter.ch) && !is_wildcard(letter.ch)
}

fn keeps_its_head(letters: &[Letter]) -> bool {
    let before_word = letters.get(1).is_some_and(|next| next.ch.is_alphanumeric());
    before_word && matches!(letters[0].ch, '.' | '#' | '@' | '$')
}

fn is_acronym(letters: &[Letter]) -> bool {
    let capitals = letters.iter().step_by(2);
    let points = letters.iter().skip(1).step_by(2);
    (3..=12).contains(&letters.len())
        && capitals.clone().all(|letter| letter.ch.is_uppercase() && !letter.escaped)
        && points.clone().all(|letter| letter.ch == '.' && !letter.escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(typed: &str) -> Text {
        Text::unescape(&typed.chars().collect::<Vec<_>>())
    }

    #[track_caller]
    fn check_trim(typed: &str, expected: &str) {
        assert_eq!(text(typed).trim_word().plain(), expected, "{typed}");
    }

    #[test]
    fn trims_what_a_sentence_puts_around_a_word() {
        check_trim("oil,", "oil");
        check_trim("'tis!", "tis");
        check_trim("“war”", "war");
        check_trim("…", "");
        check_trim("\\,oil\\,", ",oil,");
        check_trim("mine*,", "mine*");
    }

    #[test]
    fn keeps_the_marks_that_belong_to_a_word() {
        for word in [".NET", "C++", "C#", "#metoo", "@name", "3.5%", "$100", "U.S.", "N.A.T.O.", "AT&T", "don't"] {
            check_trim(word, word);
        }
    }

    #[test]
    fn knows_dotted_acronyms() {
        assert_eq!(text("U.S.").acronym().as_deref(), Some("US"));
        assert_eq!(text("U.K").acronym().as_deref(), Some("UK"));
        for other in ["US", "u.s.", "U.", "U.S.-China", "A.B.C.D.E.F.G.", "\\U.S."] {
            assert_eq!(text(other).acronym(), None, "{other}");
        }
    }

    #[test]
    fn a_last_backslash_is_a_character() {
        assert_eq!(text("a\\").plain(), "a\\");
        assert_eq!(text("a\\\\").plain(), "a\\");
    }
}
