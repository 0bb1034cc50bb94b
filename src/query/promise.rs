//! What holds whatever is typed. The tests keep the parser to it, and so does the fuzzer, which takes this file in.

use crate::query::{Advice, Bounds, Context, Reading, advice, parse};

/// Panics where it does not hold: only a bound refuses a query, the canonical form reads back as the same query without a
/// warning, and all that is said lies within the input.
pub(crate) fn hold(input: &str, context: &Context) {
    let reading = match parse(input, context) {
        Ok(reading) => reading,
        Err(refusal) => return assert_within(&refusal, input),
    };
    reading.notes.iter().chain(&reading.warnings).for_each(|advice| assert_within(advice, input));
    // The canonical form has all its parentheses, and may be longer than its input was.
    let roomy = Bounds { bytes: usize::MAX, leaves: usize::MAX, depth: 64 };
    let again = parse(&reading.canonical, &Context { bounds: roomy, ..context.clone() }).unwrap();
    assert_eq!(again.query, reading.query, "{}", reading.canonical);
    assert_eq!(again.canonical, reading.canonical);
    assert!(reads_as_written(&again), "{}: {:?}", reading.canonical, again.warnings);
}

/// That something finds nothing is said of the canonical form too.
pub(crate) fn reads_as_written(reading: &Reading) -> bool {
    reading.warnings.iter().all(|warning| warning.code == advice::MATCHES_NOTHING)
}

fn assert_within(advice: &Advice, input: &str) {
    let length = input.chars().count();
    let within = advice.at.is_none_or(|[from, to]| from <= to && to <= length);
    assert!(within, "{advice:?} is outside of {length} characters");
}
