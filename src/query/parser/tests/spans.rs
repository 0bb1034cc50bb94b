//! Proximities, counts, and what cannot take part in them.

use super::*;

#[test]
fn proximities_in_every_spelling() {
    for within in ["W/5", "w/5", "NEAR/5", "Near/5", "near/5", "/5"] {
        check(&format!("a {within} b"), "(a W/5 b)");
        check(&format!("a NOT {within} b"), "(a NOT W/5 b)");
    }
    for before in ["PRE/5", "pre/5", "ONEAR/5", "onear/5", "ADJ/5", "adj/5"] {
        check(&format!("a {before} b"), "(a PRE/5 b)");
        check(&format!("a NOT {before} b"), "(a NOT PRE/5 b)");
    }
    for sentence in ["W/S", "w/s", "/S", "/s"] {
        check(&format!("a {sentence} b"), "(a W/S b)");
    }
    for paragraph in ["W/P", "w/p", "/P", "/p", "SAME"] {
        check(&format!("a {paragraph} b"), "(a W/P b)");
        check(&format!("a NOT {paragraph} b"), "(a NOT W/P b)");
    }
    check("a NEAR b", "(a W/10 b)");
    check("a NOT NEAR b", "(a NOT W/10 b)");
}

#[test]
fn the_worked_examples_with_spans() {
    let us = "(\"rare earths\" W/10 (US OR \"United States\"))";
    check("\"rare earths\" W/10 (US OR \"United States\")", us);
    check("(oil PRE/2 price*) W/S opec", "((oil PRE/2 price*) W/S opec)");
    check("trump NOT W/3 \"trump tower\"", "(trump NOT W/3 \"trump tower\")");
    check("(\"rare earths\" OR rare) PRE/1 minerals", "((\"rare earths\" OR rare) PRE/1 minerals)");
}

#[test]
fn proximity_binds_tighter_than_every_other_operator_and_to_the_left() {
    check("a W/3 b W/5 c", "((a W/3 b) W/5 c)");
    check("a W/3 (b W/5 c)", "(a W/3 (b W/5 c))");
    check("a W/3 b NOT W/5 c PRE/2 d", "(((a W/3 b) NOT W/5 c) PRE/2 d)");
    check("\"x\" a W/3 b AND c", "(\"x\" AND (a W/3 b) AND c)");
    check("NOT a W/3 b", "(NOT (a W/3 b))");
    check("-(a W/3 b)", "(NOT (a W/3 b))");
    check("a OR b W/3 c", "(a OR (b W/3 c))");
    check("(a W/3 b)^2", "(a W/3 b)^2");
    check("a W/3 +b W/3 c", "((a W/3 b) W/3 c)");
}

#[test]
fn whatever_has_a_place_takes_part() {
    check("=a W/3 U.S. W/3 m?ne* W/3 x~2 W/3 /re/ W/3 \"a b\"~5", {
        "(((((\"a\" W/3 CAPS(US)) W/3 m?ne*) W/3 x~2) W/3 /re/) W/3 \"a b\"~5)"
    });
    check("(a OR (b OR c W/2 d)) W/3 ATLEAST/2 e", "((a OR (b OR (c W/2 d))) W/3 (ATLEAST/2 e))");
}

#[test]
fn counts_bind_to_the_next_operand() {
    check("ATLEAST/3 x y", "((ATLEAST/3 x) AND y)");
    check("ATLEAST/3 (x OR y)", "(ATLEAST/3 (x OR y))");
    check("ATLEAST3(x) atleast3(x OR y)", "((ATLEAST/3 x) AND (ATLEAST/3 (x OR y)))");
    check("FIRST/50 x^2", "(FIRST/50 x)^2");
    check("FIRST/50 ATLEAST/2 \"a b\"", "(FIRST/50 (ATLEAST/2 \"a b\"))");
    check("FIRST/50 (a W/5 b)", "(FIRST/50 (a W/5 b))");
    check("NOT ATLEAST/3 x", "(NOT (ATLEAST/3 x))");
    check("ATLEAST/3 x W/5 y", "((ATLEAST/3 x) W/5 y)");
}

#[test]
fn spans_stand_in_one_field() {
    check("headline:(oil W/5 opec)", "headline:(oil W/5 opec)");
    check("headline:oil W/5 headline:opec", "headline:(oil W/5 opec)");
    check("headline:ATLEAST/3 x ATLEAST/3 title:x", "headline:((ATLEAST/3 x) AND (ATLEAST/3 x))");
    check("lead:((a OR b) NOT W/S c) d", "(lead:((a OR b) NOT W/S c) AND d)");
    check("headline:(x text:(a W/5 b))", "(headline:x AND (a W/5 b))");
}

#[test]
fn a_field_before_a_chain_is_the_field_of_all_of_it() {
    check_warned("headline:oil W/5 opec", "headline:(oil W/5 opec)", advice::FIELD_EXTENDED, [0, 9]);
    check_hint("headline:oil W/5 opec", "headline:(oil W/5 opec)");
    check_warned(
        "x hl:a W/5 (b OR c) W/3 d",
        "(x AND headline:((a W/5 (b OR c)) W/3 d))",
        advice::FIELD_EXTENDED,
        [2, 5],
    );
    check_warned("headline:(a OR b) W/5 c", "headline:((a OR b) W/5 c)", advice::FIELD_EXTENDED, [0, 9]);
    check("headline:(headline:oil W/5 opec)", "headline:(oil W/5 opec)");
}

#[track_caller]
fn check_operand(input: &str, canonical: &str, at: [usize; 2], meant: &str) {
    check_warned(input, canonical, advice::PROXIMITY_OPERAND, at);
    check_hint(input, meant);
}

#[test]
fn a_conjunction_near_something_is_each_part_near_it() {
    check_operand("(a AND b) W/5 c", "((a AND b) AND c)", [0, 9], "((a W/5 c) AND (b W/5 c))");
    check_operand("c W/5 (a b)", "(c AND (a AND b))", [6, 11], "((c W/5 a) AND (c W/5 b))");
    check_operand("c NOT W/5 (a b)", "c", [10, 15], "(c NOT W/5 (a OR b))");
    check_hint("(a b) PRE/5 (c d)", "(((a PRE/5 c) AND (a PRE/5 d)) AND ((b PRE/5 c) AND (b PRE/5 d)))");
    assert_eq!(read("(a b) PRE/5 (c d)").warnings.iter().map(|warning| warning.at).collect::<Vec<_>>(), {
        [Some([0, 5]), Some([12, 17])]
    });
    check_operand("a W/2 b W/5 (c d) W/3 e", "((a W/2 b) AND (c AND d) AND e)", [12, 17], {
        "((((a W/2 b) W/5 c) W/3 e) AND (((a W/2 b) W/5 d) W/3 e))"
    });
}

#[test]
fn an_exclusion_near_something_is_what_does_not_stand_near_it() {
    check_operand("a W/5 NOT b", "(a AND (NOT b))", [6, 11], "(a NOT W/5 b)");
    check_operand("a W/5 -b", "(a AND (NOT b))", [6, 8], "(a NOT W/5 b)");
    check_operand("(NOT a) W/5 b", "((NOT a) AND b)", [0, 7], "(b NOT W/5 a)");
    check_operand("(-a) PRE/5 b", "((NOT a) AND b)", [0, 4], "(b AND (NOT (a PRE/5 b)))");
    check_operand("(a OR NOT b) W/5 c", "((a OR (NOT b)) AND c)", [6, 11], "((a W/5 c) OR (c NOT W/5 b))");
}

#[test]
fn values_have_no_place_in_a_text() {
    check_operand("tag:oil W/5 opec", "(tag:oil AND opec)", [0, 7], "(tag:oil AND opec)");
    check_operand("opec W/5 date:2025", "(opec AND date:2025)", [9, 18], "(opec AND date:2025)");
    check_operand("opec NOT W/5 tag:oil", "opec", [13, 20], "(opec AND (NOT tag:oil))");
    check_operand("opec W/5 *", "(opec AND *)", [9, 10], "opec");
    check_operand(
        "(oil OR tag:gas) W/5 opec",
        "((oil OR tag:gas) AND opec)",
        [8, 15],
        "((oil W/5 opec) OR (tag:gas AND opec))",
    );
}

#[test]
fn two_fields_have_nothing_to_stand_near_in() {
    check_operand("oil W/5 headline:opec", "(oil AND headline:opec)", [8, 21], "headline:(oil W/5 opec)");
    check_operand("(headline:oil) W/5 opec", "(headline:oil AND opec)", [0, 14], "headline:(oil W/5 opec)");
    check_operand(
        "lead:oil W/5 headline:opec",
        "(lead:oil AND headline:opec)",
        [13, 26],
        "(lead:oil AND headline:opec)",
    );
    check_operand("(a OR headline:b) W/5 c", "((a OR headline:b) AND c)", [6, 16], "((a W/5 c) OR headline:(b W/5 c))");
}

#[test]
fn what_is_counted_has_places_too() {
    check_operand("ATLEAST/3 (a AND b)", "(a AND b)", [10, 19], "((ATLEAST/3 a) AND (ATLEAST/3 b))");
    check_operand("ATLEAST/3 NOT a", "(NOT a)", [10, 15], "(NOT (ATLEAST/3 a))");
    check_operand("FIRST/50 tag:a", "tag:a", [9, 14], "tag:a");
    check_operand(
        "FIRST/50 (a OR headline:b)",
        "(a OR headline:b)",
        [15, 25],
        "((FIRST/50 a) OR headline:(FIRST/50 b))",
    );
}

#[test]
fn what_is_long_gets_a_short_hint() {
    let many = ["word"; 30].join(" ");
    let hint = read(&format!("({many}) W/5 x")).warnings[0].hint.clone().unwrap();
    assert_eq!(hint, "join it with AND outside of the proximity");
}

#[test]
fn a_weight_is_for_the_whole() {
    check_warned("a^2 W/5 b", "(a W/5 b)", advice::BAD_BOOST, [1, 3]);
    check_hint("a^2 W/5 b", "(a W/5 b)^2");
    check_warned("a W/5 (b OR c^3)", "(a W/5 (b OR c))", advice::BAD_BOOST, [13, 15]);
    check_warned("ATLEAST/3 (b^3)", "(ATLEAST/3 b)", advice::BAD_BOOST, [12, 14]);
    check_hint("ATLEAST/3 (b^3)", "(ATLEAST/3 b)^3");
    check_warned("a^2 W/5 tag:b", "(a^2 AND tag:b)", advice::PROXIMITY_OPERAND, [8, 13]);
}

#[test]
fn nothing_stands_far_from_itself() {
    check_warned("x a NOT W/5 a", "(x AND (a NOT W/5 a))", advice::MATCHES_NOTHING, [2, 13]);
    check_hint("a NOT W/5 a", "a");
    check_warned("(a OR b) NOT W/S (a OR b)", "((a OR b) NOT W/S (a OR b))", advice::MATCHES_NOTHING, [0, 25]);
    check("a NOT PRE/5 a", "(a NOT PRE/5 a)");
    check("a W/5 a", "(a W/5 a)");
}

#[test]
fn numbers_have_bounds() {
    check_warned("a W/0 b", "(a W/1 b)", advice::BAD_NUMBER, [2, 5]);
    check_warned("a PRE/999 b", "(a PRE/250 b)", advice::BAD_NUMBER, [2, 9]);
    check_warned("a NOT W/251 b", "(a NOT W/250 b)", advice::BAD_NUMBER, [6, 11]);
    check_warned("a W/99999999999 b", "(a W/250 b)", advice::BAD_NUMBER, [2, 15]);
    check_warned("ATLEAST/0 x", "(ATLEAST/1 x)", advice::BAD_NUMBER, [0, 9]);
    check_warned("ATLEAST1001(x)", "(ATLEAST/1000 x)", advice::BAD_NUMBER, [0, 11]);
    check_warned("FIRST/100001 x", "(FIRST/100000 x)", advice::BAD_NUMBER, [0, 12]);
    check("a W/1 b W/250 c", "((a W/1 b) W/250 c)");
    assert_eq!(read("a PRE/999 b").warnings[0].hint.as_deref(), Some("write `PRE/250`, as it was read"));
}

#[track_caller]
fn check_beside(input: &str, canonical: &str, at: [usize; 2], reading: &str, meant: &str) {
    check_note(input, canonical, advice::PROXIMITY_ONE_WORD);
    let note = &read(input).notes[0];
    assert_eq!(note.at, Some(at), "{input}");
    assert!(note.message.contains(&format!("`{reading}`")), "{}", note.message);
    assert!(note.hint.as_deref().unwrap().contains(&format!("`{meant}`")), "{:?}", note.hint);
}

#[test]
fn an_operand_is_one_word() {
    check_beside(
        "rare earths W/5 china",
        "(rare AND (earths W/5 china))",
        [5, 11],
        "rare AND (earths W/5 china)",
        "\"rare earths\" W/5 china",
    );
    check_beside(
        "china W/5 rare earths",
        "((china W/5 rare) AND earths)",
        [10, 14],
        "(china W/5 rare) AND earths",
        "china W/5 \"rare earths\"",
    );
    for clear in
        ["\"rare earths\" W/5 china", "rare \"earths\" W/5 china", "rare AND earths W/5 china", "x (a W/5 b) y"]
    {
        assert_eq!(codes(&read(clear).notes), [""; 0], "{clear}");
    }
}

#[test]
fn with_mode_any_plain_words_in_a_group_are_alternatives_and_take_part() {
    check_any("(rare earths) W/5 china", "((rare OR earths) W/5 china)");
    check_any("ATLEAST/3 (rare earths)", "(ATLEAST/3 (rare OR earths))");
    check_any("rare (a W/5 b) earths", "((rare OR earths) AND (a W/5 b))");
    let reading = parse("(rare AND earths) W/5 china", &context(Mode::Any)).unwrap();
    assert_eq!(codes(&reading.warnings), [advice::PROXIMITY_OPERAND]);
}

#[test]
fn places_cover_field_and_suffix() {
    let reading = read("x headline:a~2 W/5 headline:b");
    let Kind::And(parts) = &reading.query.kind else { panic!() };
    let Kind::Near { left, right, .. } = &parts[1].kind else { panic!() };
    assert_eq!((parts[1].at.clone(), left.at.clone(), right.at.clone()), (2..29, 2..14, 19..29));
}

#[test]
fn not_is_an_operator_in_any_case_where_what_follows_is_one() {
    for typed in ["a not w/5 b", "a Not W/5 b", "a not near/5 b", "a NOT /5 b"] {
        check(typed, "(a NOT W/5 b)");
    }
    check("a not /s b", "(a NOT W/S b)");
    check("(not W/5 b)", "(not W/5 b)");
    check(r"a \not W/5 b", "(a AND (not W/5 b))");
}

#[test]
fn advice_on_every_word_of_a_long_span_does_not_repeat_the_span() {
    for typed in
        [format!("c W/1 ({})", ["a^2"; 300].join(" OR ")), format!("x {}", ["a W/1 b c d:e"; 30].join(" W/1 "))]
    {
        let reading = read(&typed);
        let said = reading.notes.iter().chain(&reading.warnings);
        let longest = said.map(|advice| advice.message.len() + advice.hint.as_deref().map_or(0, str::len)).max();
        assert!(longest.is_some_and(|longest| longest < 1000), "{longest:?}");
    }
    let reading = read("(a W/1 b^2)^3");
    assert_eq!(reading.warnings[0].hint.as_deref(), Some("put it behind the whole: `(a W/1 b)^2`"));
}
