//! How the query was read, shown to the reader: the canonical form, and every note and warning with its place
//! underlined in what was typed.

use jiff::civil::DateTime;

use super::hits::EscapedText;
use super::wording::sentence;
use crate::query::Advice;
use crate::search::answer::QueryReading;

/// Present only where there is something to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReadingPanel {
    /// Where it differs from what was typed.
    pub(super) canonical: Option<String>,
    /// What was typed, cut at the places that advice is about; empty when there is none.
    pub(super) typed: Vec<Piece>,
    pub(super) remarks: Vec<Remark>,
    /// Relative dates and what they became.
    pub(super) resolved: Vec<(String, String)>,
}

/// A stretch of the query that carries one grade of advice, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) grade: Option<Grade>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    Note,
    Warning,
}

impl Grade {
    pub(super) fn name(self) -> &'static str {
        match self {
            Grade::Note => "Note",
            Grade::Warning => "Warning",
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Grade::Note => "note",
            Grade::Warning => "warning",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remark {
    pub(super) grade: Grade,
    pub(super) message: EscapedText,
    pub(super) hint: Option<EscapedText>,
}

pub(super) fn panel(reading: &QueryReading) -> Option<ReadingPanel> {
    let canonical = differing_canonical(reading);
    let warnings = reading.warnings.iter().map(|advice| (Grade::Warning, advice));
    let notes = reading.notes.iter().map(|advice| (Grade::Note, advice));
    let all: Vec<_> = warnings.chain(notes).collect();
    let resolved: Vec<_> = reading.resolved.iter().map(|(clause, span)| (clause.clone(), worded(span))).collect();
    if canonical.is_none() && all.is_empty() && resolved.is_empty() {
        return None;
    }
    let remarks = all.iter().map(|(grade, advice)| remark(*grade, advice)).collect();
    Some(ReadingPanel { canonical, typed: underlined(&reading.input, &all), remarks, resolved })
}

/// A refusal in the same dress.
pub(super) fn refused(input: &str, advice: &Advice) -> Vec<Piece> {
    underlined(input, &[(Grade::Warning, advice)])
}

fn remark(grade: Grade, advice: &Advice) -> Remark {
    let said = |text: &str| EscapedText::message(&sentence(text));
    Remark { grade, message: said(&advice.message), hint: advice.hint.as_deref().map(said) }
}

/// Outer parentheses are not worth a reader's time: those of a canonical form belong together.
fn differing_canonical(reading: &QueryReading) -> Option<String> {
    let typed = reading.input.trim();
    let canonical = reading.canonical.as_str();
    let bare = canonical.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(canonical);
    let same = typed.is_empty() || canonical == typed || bare == typed;
    (!same).then(|| bare.to_owned())
}

/// A stretch of time, `from/to` with an exclusive end and `..` for an open side, as a reader says it.
fn worded(span: &str) -> String {
    let said = || {
        let (from, to) = span.split_once('/')?;
        let (from, to) = (moment(from)?, moment(to)?);
        let are_days = [from, to].into_iter().flatten().all(|end| end.time() == jiff::civil::Time::midnight());
        let day = |at: DateTime| at.strftime("%-d %B %Y").to_string();
        let clock = |at: DateTime| at.strftime("%-d %B %Y, %H:%M").to_string();
        let last = |end: DateTime| end.yesterday().map(day).ok();
        Some(match (from, to) {
            (Some(from), Some(to)) if are_days && day(from) == last(to)? => day(from),
            (Some(from), Some(to)) if are_days => format!("{} to {}", day(from), last(to)?),
            (Some(from), Some(to)) => format!("{} to {}", clock(from), clock(to)),
            (Some(from), None) if are_days => format!("{} and later", day(from)),
            (Some(from), None) => format!("{} and later", clock(from)),
            (None, Some(to)) if are_days => format!("{} and earlier", last(to)?),
            (None, Some(to)) => format!("before {}", clock(to)),
            (None, None) => return None,
        })
    };
    said().unwrap_or_else(|| span.to_owned())
}

/// The clock of a moment with its offset: it stands in the reader's zone already. `Some(None)` is an open side.
fn moment(text: &str) -> Option<Option<DateTime>> {
    if text == ".." {
        return Some(None);
    }
    text.get(.."2025-02-27T16:00:00".len())?.parse().ok().map(Some)
}

/// Cuts the input where the grade changes. Advice about other parameters, or about no place, underlines nothing.
fn underlined(input: &str, all: &[(Grade, &Advice)]) -> Vec<Piece> {
    let characters: Vec<char> = input.chars().collect();
    let mut grades: Vec<Option<Grade>> = vec![None; characters.len()];
    for (grade, advice) in all {
        let Some(at) = place(advice, characters.len()) else { continue };
        for slot in &mut grades[at] {
            *slot = (*slot).max(Some(*grade));
        }
    }
    if grades.iter().all(Option::is_none) {
        return Vec::new();
    }
    pieces(&characters, &grades)
}

/// The characters to underline, at least one: the end of the input is shown as its last character.
fn place(advice: &Advice, length: usize) -> Option<std::ops::Range<usize>> {
    let is_about_query = advice.parameter.as_deref().is_none_or(|name| name == "q");
    let [from, to] = advice.at.filter(|_| is_about_query && length > 0)?;
    let from = from.min(length - 1);
    Some(from..to.clamp(from + 1, length))
}

fn pieces(characters: &[char], grades: &[Option<Grade>]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (character, grade) in characters.iter().zip(grades) {
        match pieces.last_mut() {
            Some(piece) if piece.grade == *grade => piece.text.push(*character),
            _ => pieces.push(Piece { text: character.to_string(), grade: *grade }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(at: Option<[usize; 2]>) -> Advice {
        Advice { code: "odd", message: "odd".into(), at, parameter: None, hint: None }
    }

    fn reading(input: &str, canonical: &str) -> QueryReading {
        QueryReading { input: input.into(), canonical: canonical.into(), ..QueryReading::default() }
    }

    /// `[` and `]` stand around warnings, `<` and `>` around notes.
    #[track_caller]
    fn check(input: &str, warnings: &[[usize; 2]], notes: &[[usize; 2]], expected: &str) {
        let mut reading = reading(input, input);
        reading.warnings = warnings.iter().map(|at| advice(Some(*at))).collect();
        reading.notes = notes.iter().map(|at| advice(Some(*at))).collect();
        let drawn: String = panel(&reading).unwrap().typed.iter().map(drawn).collect();
        assert_eq!(drawn, expected);
    }

    fn drawn(piece: &Piece) -> String {
        match piece.grade {
            None => piece.text.clone(),
            Some(Grade::Note) => format!("<{}>", piece.text),
            Some(Grade::Warning) => format!("[{}]", piece.text),
        }
    }

    #[test]
    fn places_are_counted_in_characters() {
        check("größe tgg:x", &[[6, 9]], &[], "größe [tgg]:x");
    }

    #[test]
    fn a_warning_wins_over_a_note() {
        check("abcdef", &[[2, 4]], &[[1, 5]], "a<b>[cd]<e>f");
    }

    #[test]
    fn places_outside_the_input_are_drawn_at_its_end() {
        check("abc", &[[3, 3]], &[], "ab[c]");
        check("abc", &[[9, 99]], &[], "ab[c]");
        check("abc", &[[1, 1]], &[], "a[b]c");
    }

    #[test]
    fn a_reading_as_typed_says_nothing() {
        assert_eq!(panel(&reading("china", "china")), None);
        assert_eq!(panel(&reading("\"a b\" AND c", "(\"a b\" AND c)")), None);
        assert_eq!(panel(&reading("", "*")), None);
    }

    #[test]
    fn a_different_reading_is_shown() {
        let panel = panel(&reading("a b", "(a AND b)")).unwrap();
        assert_eq!(panel.canonical.as_deref(), Some("a AND b"));
        assert_eq!(panel.typed, []);
    }

    #[test]
    fn relative_dates_are_said_as_days() {
        let check = |span: &str, expected: &str| assert_eq!(worded(span), expected);
        check("2026-11-18T00:00:00+01:00/2026-11-26T00:00:00+01:00", "18 November 2026 to 25 November 2026");
        check("2026-11-25T00:00:00+00:00/2026-11-26T00:00:00+00:00", "25 November 2026");
        check(
            "2026-11-24T19:37:30+01:00/2026-11-25T19:37:30+01:00",
            "24 November 2026, 19:37 to 25 November 2026, 19:37",
        );
        check("2026-11-18T00:00:00+00:00/..", "18 November 2026 and later");
        check("../2026-11-25T00:00:00+00:00", "24 November 2026 and earlier");
        check("whenever", "whenever");
    }

    #[test]
    fn advice_about_other_parameters_underlines_nothing() {
        let about = Advice { parameter: Some("from".into()), ..advice(Some([0, 2])) };
        let reading = QueryReading { warnings: vec![about], ..reading("abc", "abc") };
        let panel = panel(&reading).unwrap();
        assert_eq!(panel.typed, []);
        assert_eq!(panel.remarks.len(), 1);
    }
}
