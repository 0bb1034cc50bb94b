//! How the query was read, shown to the reader: the clauses of it with their counts, and every note and warning with its
//! place underlined in what was typed.

use jiff::civil::DateTime;

use super::address::Address;
use super::clauses::{self, Expanded, Piece, Removable};
use super::hits::EscapedText;
use super::wording::sentence;
use crate::query::Advice;
use crate::search::answer::{Clause, QueryReading};

/// Present only where there is something to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ReadingPanel {
    /// The query as it was read; empty where it was read as one clause, as typed.
    pub(super) line: Vec<Piece>,
    /// What its wildcards stand for.
    pub(super) expanded: Vec<Expanded>,
    /// What was typed, cut at the places that advice is about; empty when there is none.
    pub(super) typed: Vec<Stretch>,
    pub(super) remarks: Vec<Remark>,
    /// Relative dates and what they became.
    pub(super) resolved: Vec<(String, String)>,
}

/// A stretch of the query that carries one grade of advice, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
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

/// `here` is the address of the search.
pub(super) fn panel(reading: &QueryReading, here: &Address) -> Option<ReadingPanel> {
    let warnings = reading.warnings.iter().map(|advice| (Grade::Warning, advice));
    let notes = reading.notes.iter().map(|advice| (Grade::Note, advice));
    let all: Vec<_> = warnings.chain(notes).collect();
    let whole = reading.clauses.as_ref().and_then(|clauses| clauses.first());
    let panel = ReadingPanel {
        line: line(reading, whole, here),
        expanded: whole.map(clauses::expanded).unwrap_or_default(),
        typed: underlined(&reading.input, &all),
        remarks: all.iter().map(|(grade, advice)| remark(*grade, advice)).collect(),
        resolved: reading.resolved.iter().map(|(clause, span)| (clause.clone(), worded(span))).collect(),
    };
    (panel != ReadingPanel::default()).then_some(panel)
}

/// A single clause that was read as it was typed needs no words. Without an explanation the canonical form is all there
/// is to show.
fn line(reading: &QueryReading, whole: Option<&Clause>, here: &Address) -> Vec<Piece> {
    let line = whole.map_or_else(|| vec![uncounted(&reading.canonical)], |whole| clauses::line(whole, here));
    let is_all_said = matches!(line.as_slice(), [Piece::Leaf(_)]) && is_as_typed(reading);
    if is_all_said { Vec::new() } else { line }
}

fn uncounted(canonical: &str) -> Piece {
    Piece::Leaf(Removable { query: canonical.to_owned(), count: None, is_zero: false, href: None })
}

/// A refusal in the same dress.
pub(super) fn refused(input: &str, advice: &Advice) -> Vec<Stretch> {
    underlined(input, &[(Grade::Warning, advice)])
}

/// Warnings alone: the places they are about underlined, and what they say.
pub(super) fn warned(input: &str, warnings: &[Advice]) -> (Vec<Stretch>, Vec<Remark>) {
    let all: Vec<_> = warnings.iter().map(|advice| (Grade::Warning, advice)).collect();
    (underlined(input, &all), all.iter().map(|(grade, advice)| remark(*grade, advice)).collect())
}

/// What was typed and what was odd in it, of queries in which something was.
pub(super) type Odd = Vec<(Vec<Stretch>, Vec<Remark>)>;

pub(super) fn odd<'a>(readings: impl IntoIterator<Item = &'a QueryReading>) -> Odd {
    let readings = readings.into_iter().filter(|reading| !reading.warnings.is_empty());
    readings.map(|reading| warned(&reading.input, &reading.warnings)).collect()
}

fn remark(grade: Grade, advice: &Advice) -> Remark {
    let said = |text: &str| EscapedText::message(&sentence(text));
    Remark { grade, message: said(&advice.message), hint: advice.hint.as_deref().map(said) }
}

/// But for outer parentheses: those of a canonical form belong together.
fn is_as_typed(reading: &QueryReading) -> bool {
    let typed = reading.input.trim();
    let canonical = reading.canonical.as_str();
    let bare = canonical.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    typed.is_empty() || canonical == typed || bare == Some(typed)
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
fn underlined(input: &str, all: &[(Grade, &Advice)]) -> Vec<Stretch> {
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
    stretches(&characters, &grades)
}

/// The characters to underline, at least one: the end of the input is shown as its last character.
fn place(advice: &Advice, length: usize) -> Option<std::ops::Range<usize>> {
    let is_about_query = advice.parameter.as_deref().is_none_or(|name| name == "q");
    let [from, to] = advice.at.filter(|_| is_about_query && length > 0)?;
    let from = from.min(length - 1);
    Some(from..to.clamp(from + 1, length))
}

fn stretches(characters: &[char], grades: &[Option<Grade>]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (character, grade) in characters.iter().zip(grades) {
        match stretches.last_mut() {
            Some(last) if last.grade == *grade => last.text.push(*character),
            _ => stretches.push(Stretch { text: character.to_string(), grade: *grade }),
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::made_up::{clause, group};
    use crate::search::answer::Expansion;

    fn advice(at: Option<[usize; 2]>) -> Advice {
        Advice { code: "odd", message: "odd".into(), at, parameter: None, hint: None }
    }

    fn reading(input: &str, canonical: &str) -> QueryReading {
        QueryReading { input: input.into(), canonical: canonical.into(), ..QueryReading::default() }
    }

    fn drawn_panel(reading: &QueryReading) -> Option<ReadingPanel> {
        panel(reading, &Address::read("/search", None))
    }

    /// `[` and `]` stand around warnings, `<` and `>` around notes.
    #[track_caller]
    fn check(input: &str, warnings: &[[usize; 2]], notes: &[[usize; 2]], expected: &str) {
        let mut reading = reading(input, input);
        reading.warnings = warnings.iter().map(|at| advice(Some(*at))).collect();
        reading.notes = notes.iter().map(|at| advice(Some(*at))).collect();
        let drawn: String = drawn_panel(&reading).unwrap().typed.iter().map(drawn).collect();
        assert_eq!(drawn, expected);
    }

    fn drawn(stretch: &Stretch) -> String {
        match stretch.grade {
            None => stretch.text.clone(),
            Some(Grade::Note) => format!("<{}>", stretch.text),
            Some(Grade::Warning) => format!("[{}]", stretch.text),
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
    fn a_single_clause_as_typed_says_nothing() {
        let explained = |input: &str, whole: Clause| {
            drawn_panel(&QueryReading { clauses: Some(vec![whole]), ..reading(input, input) })
        };
        assert_eq!(explained("china", clause("word", "china", Some(3))), None);
        assert_eq!(explained("china", clause("word", "china", Some(0))), None, "the page says that nothing was found");
        assert_eq!(drawn_panel(&reading("china", "china")), None);
        assert_eq!(drawn_panel(&reading("\"a b\" AND c", "(\"a b\" AND c)")), None);
        assert_eq!(drawn_panel(&reading("", "*")), None);
        let expansions = vec![Expansion { word: "chinas".into(), articles: 1 }];
        let wildcard = Clause { expansions, ..clause("wildcard", "china*", Some(1)) };
        let panel = explained("china*", wildcard).unwrap();
        assert!(panel.line.is_empty() && panel.expanded.len() == 1);
    }

    #[test]
    fn several_clauses_are_shown_however_they_were_typed() {
        let whole = group("and", "AND", 1, vec![clause("word", "a", Some(1)), clause("word", "b", Some(2))]);
        let reading = QueryReading { clauses: Some(vec![whole]), ..reading("(a AND b)", "(a AND b)") };
        assert_eq!(drawn_panel(&reading).unwrap().line.len(), 3);
    }

    #[test]
    fn a_different_reading_is_shown_without_an_explanation_too() {
        let panel = drawn_panel(&reading("a b", "(a AND b)")).unwrap();
        assert_eq!(panel.line, [uncounted("(a AND b)")]);
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
        let panel = drawn_panel(&reading).unwrap();
        assert_eq!(panel.typed, []);
        assert_eq!(panel.remarks.len(), 1);
    }
}
