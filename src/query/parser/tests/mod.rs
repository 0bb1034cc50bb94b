mod dialects;
mod spans;
mod suffixes;

use jiff::{Timestamp, tz::TimeZone};

use super::super::Bounds;
use super::super::ast::{Slot, Term};
use super::*;

fn context(mode: Mode) -> Context {
    let now: Timestamp = "2025-03-05T12:30:00Z".parse().unwrap();
    Context { mode, tz: TimeZone::UTC, now, bounds: Bounds::default() }
}

fn read(input: &str) -> Reading {
    parse(input, &context(Mode::All)).unwrap()
}

fn codes(advice: &[Advice]) -> Vec<&str> {
    advice.iter().map(|advice| advice.code).collect()
}

/// What is asked, without a word to say about it.
#[track_caller]
fn check(input: &str, canonical: &str) {
    let reading = read(input);
    assert_eq!(reading.canonical, canonical, "{input}");
    assert_eq!(codes(&reading.warnings), [""; 0], "{input}");
    assert_eq!(read(canonical).query, reading.query, "{input}");
}

/// What is asked, with one warning at its place and a way out.
#[track_caller]
fn check_warned(input: &str, canonical: &str, code: &str, at: [usize; 2]) {
    let reading = read(input);
    assert_eq!(reading.canonical, canonical, "{input}");
    let [warning] = reading.warnings.as_slice() else { panic!("{input}: {:?}", reading.warnings) };
    assert_eq!((warning.code, warning.at), (code, Some(at)), "{input}");
    assert!(warning.hint.is_some(), "{input}");
}

/// What is asked when the hint is followed, and that nothing is left to say then.
#[track_caller]
fn check_hint(input: &str, canonical: &str) {
    let warnings = read(input).warnings;
    let hint = warnings.first().and_then(|warning| warning.hint.as_deref()).unwrap_or_else(|| panic!("{input}"));
    let written = hint.split('`').nth(1).unwrap_or_else(|| panic!("{input}: {hint}"));
    check(written, canonical);
}

#[track_caller]
fn check_note(input: &str, canonical: &str, code: &str) {
    let reading = read(input);
    assert_eq!(reading.canonical, canonical, "{input}");
    assert_eq!(codes(&reading.notes), [code], "{input}");
    assert_eq!(codes(&reading.warnings), [""; 0], "{input}");
}

#[test]
fn the_worked_examples() {
    check("\"rare earths\" AND China", "(\"rare earths\" AND China)");
    check("rare earths china", "(rare AND earths AND china)");
    check_note("a OR b c", "(a OR (b AND c))", advice::MIXED_AND_OR);
    check("a AND NOT b", "(a AND (NOT b))");
    check("headline:(putin OR trump) -tag:sport", "(headline:(putin OR trump) AND (NOT tag:sport))");
    check_warned("china \"unclosed", "(china AND unclosed)", advice::UNCLOSED_QUOTE, [6, 7]);
    for word in ["don't", "AT&T", "e-mail", "C++"] {
        check(word, word);
    }
    check("U.S.", "CAPS(US)");
}

#[test]
fn words_phrases_and_operators() {
    check("", "*");
    check("  ", "*");
    check("*", "*");
    check("china", "china");
    check("a & b && c +d", "(a AND b AND c AND d)");
    check("a | b || c", "(a OR b OR c)");
    check("-a", "(NOT a)");
    check("!a NOT b", "((NOT a) AND (NOT b))");
    check("NOT NOT a", "(NOT (NOT a))");
    check("(a OR b) (c OR d)", "((a OR b) AND (c OR d))");
    check("((a))", "a");
    check("(a b) c", "((a AND b) AND c)");
    check("a OR -b", "(a OR (NOT b))");
    check("«rare earths» 「東京」 “died”", "(\"rare earths\" AND \"東京\" AND \"died\")");
    check("=died =U.S.", "(\"died\" AND \"U.S.\")");
    check("CAPS(us) CAPS(U.K.)", "(CAPS(US) AND CAPS(UK))");
    check("mine* organi?ation \"rare earth*\"", "(mine* AND organi?ation AND \"rare earth*\")");
    check("oil, gas; \"war\".", "(oil AND gas AND \"war\")");
    check("10:30 https://a.b/c", "(10:30 AND https://a.b/c)");
    check("oil^2 (a OR b)^0.5 tag:x^3", "(oil^2 AND (a OR b)^0.5 AND tag:x^3)");
    check("-oil^2", "(NOT oil^2)");
}

#[test]
fn fields() {
    check("title:oil hl=oil intitle:oil", "headline:(oil AND oil AND oil)");
    check("tag:\"donald trump\" tag:(crude OR nat-gas)", "tag:(\"donald trump\" AND (crude OR nat-gas))");
    check("tag:donald trump", "(tag:donald AND trump)");
    check("text:oil headline:(a OR text:b)", "(oil AND (headline:a OR b))");
    check("headline:(a OR tag:b)", "(headline:a OR tag:b)");
    check("headline:\"rare earths\" byline:smith", "(headline:\"rare earths\" AND author:smith)");
    check("site:https://www.CNN.com/x domain:*.bbc.co.uk", "site:(www.cnn.com AND bbc.co.uk)");
    check("url:https://a.b/c?d=e(f) id:a:b", "(url:https://a.b/c?d=e(f) AND id:a:b)");
    check("lang:(en OR pt_BR)", "lang:(en OR pt-BR)");
    check("has:images is:corrected", "(has:image AND is:corrected)");
    check("author:* tag:* headline:*", "(has:author AND has:tags AND *)");
    check("words:>1000 wc:[300 TO 800] words:{300 TO 800} words:5 words:<9", {
        "(words:>=1001 AND words:[300 TO 800] AND words:[301 TO 799] AND words:5 AND words:<=8)"
    });
    check("-tag:sport", "(NOT tag:sport)");
    check("place:japan AND \"central bank\"", "(place:japan AND \"central bank\")");
    check("tag:(crude OR nat-gas) -place:usa", "(tag:(crude OR nat-gas) AND (NOT place:usa))");
}

#[test]
fn dates_keep_what_was_typed() {
    check("published:2025-02", "date:2025-02");
    check("date:[2025-01-01 to 2025-03-31]", "date:[2025-01-01 TO 2025-03-31]");
    check("date:{2025 TO *]", "date:{2025 TO *]");
    check("date:>= 2025-02-01 seen:today", "(date:>=2025-02-01 AND seen:today)");
    check("since:2025-02-01 until:2025-03", "(after:2025-02-01 AND before:2025-03)");
    check("date:(2024 OR 2025) modified:7D", "((date:2024 OR date:2025) AND modified:7d)");
    check("when:\"last week\"", "when:last-week");
    check("date:* date:[* TO *]", "has:(date AND date)");
    check("date:2025-02-27T16:44:00Z^2", "date:2025-02-27T16:44:00Z^2");
}

#[test]
fn relative_dates_are_resolved() {
    let resolved = read("when:7d date:2025-02 OR modified:24h").resolved;
    let expected = [
        ("modified:24h", "2025-03-04T12:30:00+00:00/2025-03-05T12:30:00+00:00"),
        ("when:7d", "2025-02-26T00:00:00+00:00/2025-03-06T00:00:00+00:00"),
    ];
    assert_eq!(resolved, expected.map(|(clause, interval)| (clause.to_owned(), interval.to_owned())).into());
}

#[test]
fn operators_without_operands_are_words() {
    check_note("Portland OR", "(Portland AND \\OR)", advice::OPERATOR_AS_WORD);
    check_note("AND b", "(\\AND AND b)", advice::OPERATOR_AS_WORD);
    check_note("a NOT", "(a AND \\NOT)", advice::OPERATOR_AS_WORD);
    check_note("NEAR b", "(\\NEAR AND b)", advice::OPERATOR_AS_WORD);
    check_note("a W/5", "(a AND W\\/5)", advice::OPERATOR_AS_WORD);
    check_note("/5 a", "(\\/5 AND a)", advice::OPERATOR_AS_WORD);
    check_note("a ATLEAST/3", "(a AND ATLEAST\\/3)", advice::OPERATOR_AS_WORD);
    check_note("war or peace", "(war AND or AND peace)", advice::OPERATOR_AS_WORD);
    check_note("tag:(OR)", "tag:OR", advice::OPERATOR_AS_WORD);
    check("\"AND\" \\OR", "(\"AND\" AND \\OR)");
}

#[test]
fn other_notes() {
    check_note("rare – earths", "(rare AND earths)", advice::PUNCTUATION);
    check_note("who won?", "(who AND won?)", advice::QUESTION_MARK);
    check_note("headline:-x", "headline:x", advice::HYPHEN_AS_TEXT);
    check_note("a b OR c", "((a AND b) OR c)", advice::MIXED_AND_OR);
    assert!(read("a OR b c").notes[0].message.contains("`(a OR (b AND c))`"));
    assert_eq!(read("x (a OR b c)").notes[0].at, Some([3, 11]));
}

#[test]
fn warnings_have_a_code_a_place_and_a_hint() {
    check_warned("(a OR b", "(a OR b)", advice::UNCLOSED_PARENTHESIS, [0, 1]);
    check_warned("a) OR b", "(a OR b)", advice::UNEXPECTED_PARENTHESIS, [1, 2]);
    check_warned("a ()", "a", advice::MISSING_OPERAND, [2, 4]);
    check_warned("a &&", "a", advice::MISSING_OPERAND, [2, 4]);
    check_warned("| a", "a", advice::MISSING_OPERAND, [0, 1]);
    check_warned("tag: x", "(tag AND x)", advice::MISSING_OPERAND, [0, 4]);
    check_warned("a \"\"", "a", advice::MISSING_OPERAND, [2, 4]);
    check_warned("???", "*", advice::NO_WORDS, [0, 3]);
    check_warned("headlin:x", "(headlin AND x)", advice::UNKNOWN_FIELD, [0, 8]);
    check_warned("-foo:(a OR b)", "(NOT (foo AND (a OR b)))", advice::UNKNOWN_FIELD, [1, 5]);
    check_warned("a has:imge", "(a AND imge)", advice::UNKNOWN_VALUE, [6, 10]);
    check_warned("date:2025-02-30", "2025-02-30", advice::BAD_DATE, [5, 15]);
    check_warned("date:[2025 TO 2024]", "(2025 AND TO AND 2024)", advice::BAD_RANGE, [5, 19]);
    check_warned("date:[2025 TO 2026", "(2025 AND TO AND 2026)", advice::BAD_RANGE, [5, 18]);
    check_warned("[1 TO 2]", "(1 AND TO AND 2)", advice::BAD_RANGE, [0, 8]);
    check_warned("tag:[a TO b]", "(a AND TO AND b)", advice::BAD_RANGE, [4, 12]);
    check_warned("words:many", "many", advice::BAD_NUMBER, [6, 10]);
    check_warned("tag:nat*", "nat", advice::BAD_WILDCARD, [4, 8]);
    check_warned("*tion", "tion", advice::BAD_WILDCARD, [0, 5]);
    check_warned("\"a\"*", "\"a\"", advice::BAD_WILDCARD, [3, 4]);
    check_warned("a^x b", "(a AND b)", advice::BAD_BOOST, [1, 3]);
    check_warned("a^101", "a", advice::BAD_BOOST, [1, 5]);
    check_warned("a ^2", "a", advice::BAD_BOOST, [2, 4]);
    check_warned("CAPS(rare earths)", "(CAPS AND (rare AND earths))", advice::BAD_ACRONYM, [0, 17]);
}

#[test]
fn hints_name_what_was_meant() {
    assert_eq!(read("headlin:x").warnings[0].hint.as_deref(), Some("did you mean `headline:`?"));
    assert_eq!(read("has:imge").warnings[0].hint.as_deref(), Some("did you mean `has:image`?"));
    assert_eq!(read("date:2025-02-30").warnings[0].hint.as_deref(), Some("February 2025 has 28 days"));
    assert_eq!(read("date:2025/2/7").warnings[0].hint.as_deref(), Some("write `2025-02-07`"));
}

#[track_caller]
fn check_any(input: &str, canonical: &str) {
    let reading = parse(input, &context(Mode::Any)).unwrap();
    assert_eq!(reading.canonical, canonical, "{input}");
    assert_eq!(parse(canonical, &context(Mode::Any)).unwrap().query, reading.query, "{input}");
}

#[test]
fn mode_any_turns_only_implied_ands_between_plain_words() {
    check_any("rare earths tag:x -y", "((rare OR earths) AND tag:x AND (NOT y))");
    check_any("rare tag:x earths", "((rare OR earths) AND tag:x)");
    check_any("tag:x rare earths", "(tag:x AND (rare OR earths))");
    check_any("rare \"earths now\" mine*^2", "(rare OR \"earths now\" OR mine*^2)");
    check_any("rare AND earths", "(rare AND earths)");
    check_any("rare +earths china", "((rare OR china) AND earths)");
    check_any("headline:(rare earths)", "headline:(rare AND earths)");
    check_any("(rare earths) china", "((rare OR earths) AND china)");
    check_any("foo:稀土出口", "(foo OR 稀土 OR 土出 OR 出口)");
    check_any("稀土出口:x", "(稀土 OR 土出 OR 出口 OR x)");
    check_any("rare earths OR china", "((rare OR earths) OR china)");
    check_any("three-nation pact", "(three-nation OR three OR nation OR pact)");
    check_any("a nation's three-nation pact", "(a OR nation's OR three-nation OR three OR nation OR pact)");
    check_any("three-nation OR pact", "(three-nation OR pact)");
    check_any("\"three-nation\" pact", "(\"three-nation\" OR pact)");
    check_any("NON-RED pact RED", "(NON-RED OR non OR pact OR RED)");
}

#[test]
fn operators_in_a_question_in_capitals_are_words() {
    check_any("TRADE OF CHINA AND THE WEST", "(TRADE OR OF OR CHINA OR \\AND OR THE OR WEST)");
    let reading = parse("TRADE OF CHINA AND THE WEST", &context(Mode::Any)).unwrap();
    assert_eq!(reading.notes[0].code, advice::OPERATOR_AS_WORD);
    assert_eq!(reading.notes[0].at, Some([15, 18]));
    check_any("OIL AND GAS", "(OIL AND GAS)");
    check_any("Trade OF CHINA AND THE WEST", "((Trade OR OF OR CHINA) AND (THE OR WEST))");
    check("TRADE OF CHINA AND WEST", "(TRADE AND OF AND CHINA AND WEST)");
    assert_eq!(reading.notes.len(), 1, "{:?}", reading.notes);
    check_any("OIL GAS W/5 COAL", "(OIL AND (GAS W/5 COAL))");
    check_any("OIL TRADE (CRUDE) GAS AND COAL", "(OIL OR TRADE OR CRUDE OR GAS OR \\AND OR COAL)");
    for operators in [
        "OIL GAS NOT W/5 COAL",
        "TITLE:(OIL GAS OR BANK)",
        "OIL BANK (JAPAN OR CHINA)",
        "(OIL GAS) AND NOT COAL",
        "中国 出口 AND 稀土",
        "1987 1986 AND 1985",
    ] {
        let reading = parse(operators, &context(Mode::Any)).unwrap();
        let codes = codes(&reading.notes);
        assert!(!codes.contains(&advice::OPERATOR_AS_WORD), "{operators}: {codes:?}");
    }
}

#[test]
fn places_are_characters_of_the_input() {
    let reading = read("žluťoučký kůň");
    let Kind::And(words) = reading.query.kind else { panic!() };
    assert_eq!(words[1].at, 10..13);
    assert_eq!(read("ž headlin:x").warnings[0].at, Some([2, 10]));
}

#[test]
fn phrases_hold_words_and_wildcards() {
    let slots = vec![Slot::Word("rare".to_owned()), Slot::Wildcard("earth*".to_owned())];
    let phrase = Kind::Term { field: TextField::Headline, term: Term::Phrase(slots) };
    assert_eq!(read("headline:\"rare earth*\"").query.kind, phrase);
}

#[test]
fn what_was_read_as_everything_is_said_to_be() {
    for input in ["/[/", "(", "()", "\"", "&&"] {
        let reading = read(input);
        assert_eq!(reading.canonical, "*", "{input}");
        assert!(codes(&reading.warnings).contains(&advice::NO_WORDS), "{input}");
        assert!(reading.warnings.len() > 1, "{input}");
    }
}

#[test]
fn what_is_left_out_silently_is_noted() {
    check_note("/non-opec/", "/non-opec/", advice::PUNCTUATION);
    assert!(read("/non-opec/").notes[0].hint.as_deref().unwrap().contains("`\"non opec\"`"));
    check_note(r"/non\-?opec/", r"/non\-?opec/", advice::PUNCTUATION);
    assert!(read("/[a-c]x/").notes.is_empty());
    check_note("\"opec\"~3", "\"opec\"", advice::PUNCTUATION);
}

#[test]
fn wildcards_in_compounds_and_in_scripts_without_spaces() {
    check("al-Qae*", "\"al Qae*\"");
    check("headline:e-mai* cut-pri*", "(headline:\"e mai*\" AND \"cut pri*\")");
    check("\"the cut-pri* war\"", "\"the cut pri* war\"");
    check_warned("AT&*", "AT", advice::BAD_WILDCARD, [0, 4]);
    check_warned("al-Qae*~", "\"al Qae*\"", advice::BAD_FUZZY, [7, 8]);
    check_note("中国*", "中国", advice::PUNCTUATION);
    check_note("\"出*\"", "\"出\"", advice::PUNCTUATION);
    check_warned("中?国", "(中 AND 国)", advice::BAD_WILDCARD, [0, 3]);
    check_hint("中?国", "\"中 国\"~1");
    check_hint("中国?", "\"中国\"");
}

#[track_caller]
fn check_refused(input: &str, code: &str) {
    assert_eq!(parse(input, &context(Mode::All)).unwrap_err().code, code);
}

#[test]
fn bounds_are_the_only_refusals() {
    check_refused(&"a".repeat(16 * 1024 + 1), advice::QUERY_TOO_LONG);
    check_refused(&"a ".repeat(1025), advice::TOO_MANY_CLAUSES);
    check_refused(&format!("\"{}\"", "a ".repeat(1025)), advice::TOO_MANY_CLAUSES);
    check_refused(&"(".repeat(16 * 1024), advice::QUERY_TOO_DEEP);
    check_refused(&"NOT ".repeat(4000), advice::QUERY_TOO_DEEP);
    check_refused(&format!("{}a", "-!".repeat(8000)), advice::QUERY_TOO_DEEP);
    check_refused(&"(a W/5 b) ".repeat(513), advice::TOO_MANY_CLAUSES);
    check_refused(&format!("\"{}\"~5", "a ".repeat(1025)), advice::TOO_MANY_CLAUSES);
    check_refused(&"/a/ ".repeat(33), advice::TOO_MANY_CLAUSES);
    check_refused(&format!("a{}", " W/5 a".repeat(33)), advice::QUERY_TOO_DEEP);
    check_refused(&format!("{}a", "ATLEAST/3 ".repeat(33)), advice::QUERY_TOO_DEEP);
    assert!(parse(&"a ".repeat(1024), &context(Mode::All)).is_ok());
    check(&format!("{}a{}", "(".repeat(32), ")".repeat(32)), "a");
}

/// At the deepest, the canonical form with all its parentheses is no deeper than what was typed.
#[test]
fn what_is_just_deep_enough_can_be_read_again() {
    for sign in ["NOT ", "ATLEAST/3 ", "FIRST/50 "] {
        let reading = read(&format!("{}a", sign.repeat(32)));
        assert_eq!(read(&reading.canonical).query, reading.query, "{sign}");
    }
    let reading = read(&format!("a{}", " W/5 a".repeat(32)));
    assert_eq!(read(&reading.canonical).query, reading.query);
}

#[test]
fn what_repeats_is_bounded_too() {
    for part in [
        ")",
        "\"",
        "«",
        "[",
        "^",
        "/",
        "tag:",
        "x:",
        "+",
        "|",
        "\\",
        "~",
        "ATLEAST/3 ",
        "a W/5 -",
        "~1",
        "headline:",
        "a~9 ",
        "(a b) W/5 ",
        "a W/999 b ",
        "a b W/5 ",
        "a^2 W/5 b ",
        "headline:a W/5 b ",
        "a NOT W/5 a ",
    ] {
        let input = part.repeat(16 * 1024 / part.len());
        if let Ok(reading) = parse(&input, &context(Mode::All)) {
            assert!(reading.warnings.len() <= 51, "{part}");
        }
    }
    assert_eq!(read(&")".repeat(60)).warnings.last().map(|last| last.code), Some(advice::MORE_ADVICE));
}
