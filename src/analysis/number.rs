//! Numbers with separators: `3.5`, `1,234,567`, `27.2.2025`.

use std::ops::Range;

use super::chars::{digit, is_apostrophe};

/// What digits held together by separators are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Figures {
    /// One number, its separators between groups of three gone and its decimal sign a full stop: `1234.5`.
    Number(String),
    /// A date, a version, an address: each group is a word.
    Groups(Vec<Range<usize>>),
}

/// Reads `text`, which begins with a digit, as far as digits and separators go: how long that is, and what it says.
/// Nothing if no separator joins digits there.
pub(super) fn read(text: &str) -> Option<(usize, Figures)> {
    let first = 0..digits(text);
    let mut end = first.end;
    let mut groups = vec![first];
    let mut separators = Vec::new();
    while let Some(separator) = text[end..].chars().next().filter(|c| is_separator(*c)) {
        let start = end + separator.len_utf8();
        let length = digits(&text[start..]);
        if length == 0 {
            break;
        }
        end = start + length;
        groups.push(start..end);
        separators.push(separator);
    }
    if separators.is_empty() {
        return None;
    }
    let figures = number(text, &groups, &separators).map_or_else(|| Figures::Groups(groups), Figures::Number);
    Some((end, figures))
}

/// Length in bytes of the digits that `text` begins with.
fn digits(text: &str) -> usize {
    text.find(|c| digit(c).is_none()).unwrap_or(text.len())
}

fn is_separator(c: char) -> bool {
    is_decimal_sign(c) || is_apostrophe(c) || c == '٬'
}

fn is_decimal_sign(c: char) -> bool {
    matches!(c, '.' | ',' | '٫' | '．' | '，')
}

/// Groups of three under one separator, then perhaps another separator and a fraction; or just a fraction.
fn number(text: &str, groups: &[Range<usize>], separators: &[char]) -> Option<String> {
    let (last, thousands) = separators.split_last()?;
    let alike = thousands.windows(2).all(|pair| pair[0] == pair[1]);
    let all_grouped = thousands.first().is_none_or(|first| first == last) && grouped(text, groups);
    if alike && all_grouped {
        return Some(spell(text, groups));
    }
    let (fraction, whole) = groups.split_last()?;
    let apart = thousands.first().is_none_or(|first| first != last);
    let whole_reads = whole.len() == 1 || alike && grouped(text, whole);
    (is_decimal_sign(*last) && apart && whole_reads)
        .then(|| format!("{}.{}", spell(text, whole), spell(text, std::slice::from_ref(fraction))))
}

/// One to three digits, not beginning with nought, and groups of exactly three.
fn grouped(text: &str, groups: &[Range<usize>]) -> bool {
    let size = |group: &Range<usize>| text[group.clone()].chars().count();
    let Some((first, rest)) = groups.split_first() else { return false };
    let leading = text[first.clone()].chars().next().and_then(digit);
    size(first) <= 3 && leading != Some('0') && rest.iter().all(|group| size(group) == 3)
}

fn spell(text: &str, groups: &[Range<usize>]) -> String {
    groups.iter().flat_map(|group| text[group.clone()].chars()).filter_map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let said = match read(text) {
            None => "-".to_owned(),
            Some((_, Figures::Number(number))) => number,
            Some((_, Figures::Groups(groups))) => {
                groups.into_iter().map(|group| &text[group]).collect::<Vec<_>>().join(" ")
            }
        };
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn separators_vanish_between_groups_of_three() {
        check("1,234,567", "1234567");
        check("1.234.567", "1234567");
        check("1'234'567", "1234567");
        check("1.234", "1234");
        check("1,234.5 ", "1234.5");
        check("1.234.567,89", "1234567.89");
        check("١٬٢٣٤٫٥", "1234.5");
    }

    #[test]
    fn a_fraction_keeps_its_sign() {
        check("3.5", "3.5");
        check("3,5", "3.5");
        check("0.125", "0.125");
        check("1234,567", "1234.567");
        check("3.14159", "3.14159");
    }

    #[test]
    fn anything_else_is_several_words() {
        check("27.2.2025", "27 2 2025");
        check("192.168.1.1", "192 168 1 1");
        check("1,23,456", "1 23 456");
        check("1,234,56", "1 234 56");
        check("6'4", "6 4");
        check("1.234,567.8", "1 234 567 8");
        check("2025", "-");
        check("7.", "-");
    }
}
