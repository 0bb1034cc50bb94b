//! Capitals: where they mean an acronym, and where they mean nothing because everything is in capitals.

use super::chars::is_mark;

/// How a text uses capitals. It is decided on a whole paragraph and handed on when one of its sentences is read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Capitals stand out: `US` is not `us`.
    Mixed,
    /// All in capitals, as telegraph headlines are, or too short to tell. Only dots make an acronym: `U.S.`
    Single,
}

impl Case {
    /// Mixed where at least a quarter of the letters are no capitals: one small letter in `McDONALD'S CUTS PRICES` is not
    /// enough, and `NATO and US agree` is. Letters of scripts without case count as no capitals.
    pub fn of(text: &str) -> Case {
        let (capitals, others) = if text.is_ascii() { count_ascii(text.as_bytes()) } else { count(text) };
        if others > 0 && others * 3 >= capitals { Case::Mixed } else { Case::Single }
    }
}

fn count_ascii(text: &[u8]) -> (usize, usize) {
    let capitals = text.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    let small = text.iter().filter(|byte| byte.is_ascii_lowercase()).count();
    (capitals, small)
}

fn count(text: &str) -> (usize, usize) {
    text.chars().filter(|c| c.is_alphabetic()).fold((0, 0), |(capitals, others), c| {
        if c.is_uppercase() { (capitals + 1, others) } else { (capitals, others + 1) }
    })
}

/// Two to six capitals and nothing else.
pub(super) fn is_capitals(word: &str) -> bool {
    let mut letters = 0;
    for c in word.chars().filter(|c| !is_mark(*c)) {
        letters += 1;
        if letters > 6 || !c.is_uppercase() {
            return false;
        }
    }
    letters >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Case) {
        assert_eq!(Case::of(text), expected, "{text}");
    }

    #[test]
    fn a_few_small_letters_do_not_make_mixed_case() {
        check("McDONALD'S CUTS PRICES", Case::Single);
        check("ÖVP UND SPÖ", Case::Single);
        check("US", Case::Single);
        check("", Case::Single);
    }

    #[test]
    fn capitals_stand_out_among_other_letters() {
        check("NATO and US agree", Case::Mixed);
        check("US GDP up", Case::Mixed);
        check("ÖVP und SPÖ", Case::Mixed);
        check("北约 NATO 与俄罗", Case::Mixed);
    }

    #[test]
    fn an_acronym_has_two_to_six_capitals() {
        assert!(is_capitals("US") && is_capitals("UNICEF") && is_capitals("США"));
        assert!(!is_capitals("A") && !is_capitals("UNESCOS") && !is_capitals("USa") && !is_capitals("G20"));
    }
}
