//! Months by their English names, as people type them into a box: `March 1987`, `17 Feb 2025`, `February 17, 2025`.

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The same in digits, as `1987-03`; `None` where it is no such date.
pub(super) fn in_digits(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let words: Vec<&str> = text.split([' ', ',', '.']).filter(|word| !word.is_empty()).collect();
    let (month, day, year) = match words.as_slice() {
        [month, year] => (month, None, year),
        [day, month, year] if digits(day, 1..=2) => (month, Some(day), year),
        [month, day, year] => (month, Some(day), year),
        _ => return None,
    };
    let number = MONTHS.iter().position(|name| month.len() > 2 && name.starts_with(month)).map(|at| at + 1)?;
    if !digits(year, 4..=4) || day.is_some_and(|day| !digits(day, 1..=2)) {
        return None;
    }
    Some(match day {
        None => format!("{year}-{number:02}"),
        Some(day) => format!("{year}-{number:02}-{day:0>2}"),
    })
}

fn digits(word: &str, how_many: std::ops::RangeInclusive<usize>) -> bool {
    how_many.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::in_digits;

    #[test]
    fn a_month_has_a_name() {
        let read = |text: &str| in_digits(text).unwrap_or_default();
        assert_eq!(["March 1987", "mar. 1987", "MAR 1987"].map(read), ["1987-03"; 3]);
        assert_eq!(
            ["17 Feb 2025", "February 17, 2025", "feb 17 2025", "17 february 2025"].map(read),
            ["2025-02-17"; 4]
        );
        assert_eq!(["1 Sept. 2001", "2 May 2001", "30 Feb 2001"].map(read), ["2001-09-01", "2001-05-02", "2001-02-30"]);
        for other in ["ma 1987", "March", "1987 March", "Marching 1987", "32x March 1987", "March 87", "spring 1987"] {
            assert_eq!(in_digits(other), None, "{other}");
        }
    }
}
