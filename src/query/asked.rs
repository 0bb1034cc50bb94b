//! How a range of dates or numbers is asked for: `x`, `>=x`, `>x`, `<=x`, `<x`, `[a TO b]`, `{a TO b}`, mixed, `*` for an
//! open side. What stands between the signs is read by whoever knows the field.

use super::Advice;
use super::advice::BAD_RANGE;
use super::dates::Side;
use super::text::is_space;

/// A range before its ends are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// `x`
    At(String),
    /// `>=x`, `<x`
    Side(Side, End),
    /// `[a TO b]`; an open side is `None`.
    Between(Option<End>, Option<End>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) text: String,
    pub(super) inclusive: bool,
}

/// Reads what stands behind the colon.
pub(super) fn read(typed: &str) -> Result<Asked, Advice> {
    let typed = typed.trim();
    if typed.starts_with(['[', '{']) {
        return between(typed);
    }
    let signs = typed.len() - typed.trim_start_matches(['<', '>', '=']).len();
    let end = |inclusive| End { text: typed[signs..].trim().to_owned(), inclusive };
    match &typed[..signs] {
        "" => dotted(typed),
        ">" => Ok(Asked::Side(Side::From, end(false))),
        ">=" | "=>" => Ok(Asked::Side(Side::From, end(true))),
        "<" => Ok(Asked::Side(Side::To, end(false))),
        "<=" | "=<" => Ok(Asked::Side(Side::To, end(true))),
        other => {
            Err(Advice::new(BAD_RANGE, format!("`{other}` is not a comparison")).hint("use `>`, `>=`, `<` or `<=`"))
        }
    }
}

/// `a..b` is how others write a range.
fn dotted(typed: &str) -> Result<Asked, Advice> {
    match typed.split_once("..") {
        Some((low, high)) => {
            let side = |text: &str| if text.is_empty() { "*".to_owned() } else { text.trim_matches('.').to_owned() };
            let hint = format!("write `[{} TO {}]`", side(low), side(high));
            Err(Advice::new(BAD_RANGE, format!("`{typed}` is not a range")).hint(hint))
        }
        None => Ok(Asked::At(typed.to_owned())),
    }
}

fn between(typed: &str) -> Result<Asked, Advice> {
    let malformed = || {
        Advice::new(BAD_RANGE, format!("`{typed}` is not a range"))
            .hint("a range is `[a TO b]` with both ends, `{a TO b}` without them; `*` leaves a side open")
    };
    let inside = typed.get(1..).and_then(|rest| rest.strip_suffix([']', '}'])).ok_or_else(malformed)?;
    let mut parts = inside.split(is_space).filter(|part| !part.is_empty());
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(low), Some(to), Some(high), None) if to.eq_ignore_ascii_case("to") => {
            Ok(Asked::Between(end(low, typed.starts_with('[')), end(high, typed.ends_with(']'))))
        }
        _ => Err(malformed()),
    }
}

fn end(text: &str, inclusive: bool) -> Option<End> {
    let text = text.trim_matches('"');
    (text != "*").then(|| End { text: text.to_owned(), inclusive })
}

/// How many characters at the start of `input` look like a range, and whether it is closed.
pub(super) fn range_length(input: &[char]) -> Option<(usize, bool)> {
    let mut at = 1;
    at += run(&input[at..], is_space);
    at += Some(run(&input[at..], is_end)).filter(|length| *length > 0)?;
    at += Some(run(&input[at..], is_space)).filter(|length| *length > 0)?;
    at += matches!(input.get(at..at + 2), Some(['T' | 't', 'O' | 'o'])).then_some(2)?;
    at += Some(run(&input[at..], is_space)).filter(|length| *length > 0)?;
    at += Some(run(&input[at..], is_end)).filter(|length| *length > 0)?;
    let spaces = run(&input[at..], is_space);
    match input.get(at + spaces) {
        Some(']' | '}') => Some((at + spaces + 1, true)),
        _ => Some((at, false)),
    }
}

fn run(input: &[char], of: impl Fn(char) -> bool) -> usize {
    input.iter().take_while(|ch| of(**ch)).count()
}

fn is_end(ch: char) -> bool {
    !is_space(ch) && !"[]{}()".contains(ch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(side: Side, text: &str, inclusive: bool) -> Asked {
        Asked::Side(side, End { text: text.to_owned(), inclusive })
    }

    #[test]
    fn reads_comparisons() {
        assert_eq!(read(">=5"), Ok(side(Side::From, "5", true)));
        assert_eq!(read("> 5"), Ok(side(Side::From, "5", false)));
        assert_eq!(read("<5"), Ok(side(Side::To, "5", false)));
        assert_eq!(read("5"), Ok(Asked::At("5".to_owned())));
        assert!(read(">>5").is_err());
        assert_eq!(read("5..9").unwrap_err().hint.as_deref(), Some("write `[5 TO 9]`"));
    }

    #[test]
    fn reads_brackets_of_both_kinds() {
        let end = |text: &str, inclusive| Some(End { text: text.to_owned(), inclusive });
        assert_eq!(read("[5 TO 9}"), Ok(Asked::Between(end("5", true), end("9", false))));
        assert_eq!(read("{* TO 9]"), Ok(Asked::Between(None, end("9", true))));
        assert_eq!(read("[ 5   to 9 ]"), Ok(Asked::Between(end("5", true), end("9", true))));
        for bad in ["[5 TO 9", "[5]", "[5,9]", "[5 TO 6 TO 7]", "[", "[é"] {
            assert_eq!(read(bad).unwrap_err().code, BAD_RANGE, "{bad}");
        }
    }

    #[test]
    fn measures_ranges_in_running_text() {
        let length = |input: &str| range_length(&input.chars().collect::<Vec<_>>());
        assert_eq!(length("[a TO b] c"), Some((8, true)));
        assert_eq!(length("[a TO b c"), Some((7, false)));
        assert_eq!(length("[sic] TO b"), None);
        assert_eq!(length("["), None);
        assert_eq!(length("[a TO"), None);
    }
}
