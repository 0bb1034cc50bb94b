//! Edits of a word, room in a phrase, and regular expressions.

use super::*;

#[test]
fn words_within_edits() {
    check("putin~ putin~1 putin~2 putin~2^3", "(putin~ AND putin~ AND putin~2 AND putin~2^3)");
    check("putin~0 =putin~", "(\"putin\" AND putin~)");
    check("headline:putin~2, e-mail~", "(headline:putin~2 AND email~)");
    check("-putin~", "(NOT putin~)");
}

#[test]
fn edits_are_one_or_two() {
    check_warned("putin~3", "putin~2", advice::BAD_FUZZY, [5, 7]);
    check_warned("putin~0.8", "putin~2", advice::BAD_FUZZY, [5, 9]);
    check_warned("x putin~99999999999999999999", "(x AND putin~2)", advice::BAD_FUZZY, [7, 28]);
    check_hint("putin~3", "putin~2");
}

#[test]
fn only_one_word_has_words_near_it() {
    check_warned("mine*~2", "mine*", advice::BAD_FUZZY, [5, 7]);
    check_warned("U.S.~", "CAPS(US)", advice::BAD_FUZZY, [4, 5]);
    check_warned("CAPS(us)~", "CAPS(US)", advice::BAD_FUZZY, [8, 9]);
    check_warned("稀土~1", "稀土", advice::BAD_FUZZY, [2, 4]);
    check_warned("tag:\"oil\"~2", "tag:oil", advice::BAD_FUZZY, [9, 11]);
}

#[test]
fn phrases_have_room() {
    check("\"rare earths\"~5", "\"rare earths\"~5");
    check("\"rare earth*\"~0 headline:\"a b\"~250^2", "(\"rare earth*\"~0 AND headline:\"a b\"~250^2)");
    check("\"word\"~5 \"mine*\"~5", "(\"word\" AND mine*)");
    check_warned("\"a b\"~", "\"a b\"", advice::BAD_NUMBER, [5, 6]);
    check_hint("\"a b\"~", "\"a b\"~5");
    check_warned("\"a b\"~0.5", "\"a b\"", advice::BAD_NUMBER, [5, 9]);
    check_warned("\"a b\"~251", "\"a b\"~250", advice::BAD_NUMBER, [5, 9]);
}

#[test]
fn regular_expressions() {
    check("/colou?rs?/ headline:/gr(a|e)y/", "(/colou?rs?/ AND headline:/gr(a|e)y/)");
    check(r"/a\/b\\\/\d/^2", r"/a\/b\\\/\d/^2");
    check("-/re/ (/re/ OR x)", "((NOT /re/) AND (/re/ OR x))");
    assert_eq!(
        read(r"/a\/\d/").query.kind,
        Kind::Term { field: TextField::Text, term: Term::Regex(r"a/\d".to_owned()) }
    );
}

#[test]
fn a_regular_expression_that_cannot_be_read_is_its_words() {
    check_warned("x /re(g/", "(x AND (re AND g))", advice::BAD_REGEX, [5, 6]);
    check_warned(r"/a\/b(c/", "(a AND b AND c)", advice::BAD_REGEX, [5, 6]);
    check_warned("/^oil/", "oil", advice::BAD_REGEX, [1, 2]);
    check_warned("/oil$/", "oil", advice::BAD_REGEX, [4, 5]);
    check_warned("/oil*|/", "oil", advice::BAD_REGEX, [1, 6]);
    check_warned(r"/\w{1000}{1000}/", "(1000 AND 1000)", advice::BAD_REGEX, [1, 15]);
    check_warned("tag:(/oil/ OR x)", "(oil OR tag:x)", advice::BAD_REGEX, [5, 10]);
}
