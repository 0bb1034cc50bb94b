//! The oracle itself, on examples that were worked out by hand from the definition of the language.

use broadsheet::article::Article;
use broadsheet::engine::Document;
use broadsheet::query::parse;

use super::evaluator::Oracle;
use super::plain::{Place, Plain};
use super::typed::context;

/// The places a query marks in a headline and a lead; the lead begins at 256 and what the headline holds.
#[track_caller]
fn check_in(article: Article, query: &str, expected: &[(u32, u32)]) {
    let document = Document { num: 1, row: 1, story: 1, id: "a".to_owned(), seen_ms: 0, revised: false, article };
    let plain = Plain::of(std::iter::once(document));
    let mut oracle = Oracle::of(&plain);
    let reading = parse(query, &context()).unwrap();
    assert!(reading.warnings.is_empty(), "{query}: {:?}", reading.warnings);
    let clause = oracle.look_up(&reading.query);
    let marks = oracle.marks(&clause, 0).into_iter().map(|Place { start, end }| (start, end));
    assert_eq!(marks.collect::<Vec<_>>(), expected, "{query}");
    assert_eq!(oracle.matches(&clause).len(), usize::from(!expected.is_empty()), "{query}");
}

#[track_caller]
fn check(headline: &str, query: &str, expected: &[(u32, u32)]) {
    let headline = headline.to_owned();
    check_in(Article { headline, lang: Some("en".to_owned()), ..Article::default() }, query, expected);
}

#[test]
fn a_distance_goes_from_one_end_to_the_next_start() {
    check("a b", "a W/1 b", &[(0, 2)]);
    check("b x a", "a W/1 b", &[]);
    check("b x a", "a W/2 b", &[(0, 3)]);
    check("b x a", "a PRE/2 b", &[]);
    check("x y z a", "\"x y\" W/1 a", &[]);
    check("x y z a", "\"x y\" W/2 a", &[(0, 4)]);
}

#[test]
fn every_pair_counts_and_two_are_two() {
    check("rare earths minerals", "(\"rare earths\" OR rare) PRE/1 minerals", &[(0, 3)]);
    check("a b a", "a W/2 b", &[(0, 2), (1, 3)]);
    check("a b b", "a W/5 b", &[(0, 2), (0, 3)]);
    check("a b", "a W/5 a", &[]);
    check("a b a", "a W/5 a", &[(0, 3)]);
    check("a x b y c", "a W/3 b W/5 c", &[(0, 5)]);
}

#[test]
fn what_is_spoilt_is_dropped() {
    check("Trump Tower and four words more, Trump said", "trump NOT W/3 \"trump tower\"", &[(6, 7)]);
    check("a x b", "a NOT W/1 b", &[(0, 1)]);
    check("a x b", "a NOT W/2 b", &[]);
    check("b x a", "a NOT PRE/2 b", &[(2, 3)]);
    check("b x a", "NOT (a NOT W/1 b)", &[]);
}

#[test]
fn sentences_and_paragraphs_end() {
    check("One a b. One c.", "a W/S b", &[(1, 3)]);
    check("One a b. One c.", "b W/S c", &[]);
    check("One a b. One c.", "b W/P c", &[(2, 5)]);
}

#[test]
fn the_words_of_a_loose_phrase_are_on_positions_of_their_own() {
    check("b a a", "\"a a b\"~3", &[(0, 3)]);
    check("b a", "\"a a b\"~3", &[]);
    check("a x x b", "\"b a\"~1", &[]);
    check("a x x b", "\"b a\"~2", &[(0, 4)]);
}

#[test]
fn occurrences_are_counted_apart() {
    check("a b a b", "ATLEAST/2 (a OR b)", &[(0, 1), (1, 2), (2, 3), (3, 4)]);
    check("a b a", "ATLEAST/2 (a W/1 b)", &[]);
    check("a b a b", "ATLEAST/2 (a W/1 b)", &[(0, 2), (1, 3), (2, 4)]);
    check("a b a b", "ATLEAST/3 a", &[]);
}

#[test]
fn the_first_words_are_counted_without_the_gaps() {
    let article = |headline: &str, lead: &str| Article {
        headline: headline.to_owned(),
        lead: Some(lead.to_owned()),
        ..Article::default()
    };
    check_in(article("a b", "c d"), "FIRST/3 c", &[(258, 259)]);
    check_in(article("a b", "c d"), "FIRST/2 c", &[]);
    check_in(article("a b", "c d"), "FIRST/3 (c W/1 d)", &[]);
    check_in(article("a b", "c d"), "FIRST/1 lead:c", &[(258, 259)]);
    check_in(article("a b", "c d"), "b W/250 c", &[]);
}

#[test]
fn a_joined_form_covers_its_parts() {
    check("an e-mail list", "email", &[(1, 3)]);
    check("an e-mail list", "e-mail PRE/1 list", &[(1, 4)]);
    check("an email list", "\"e-mail list\"", &[(1, 3)]);
    check("an e-mail list", "mail", &[(2, 3)]);
    check("an e-mail list", "emai?", &[(1, 3)]);
}

#[test]
fn words_are_inflected_exact_or_capitals() {
    check("mines mine us US mined", "mine", &[(0, 1), (1, 2), (4, 5)]);
    check("mines mine us US mined", "=mine", &[(1, 2)]);
    check("mines mine us US mined", "CAPS(us)", &[(3, 4)]);
    check("mines mine us US mined", "us", &[(2, 3), (3, 4)]);
    check("mines mine us US mined", "/MINED?/", &[(1, 2), (4, 5)]);
    check("mines mine us US mined", "imne~", &[(1, 2)]);
}

#[test]
fn only_what_made_it_match_is_marked() {
    check("a b c", "a OR (b AND d)", &[(0, 1)]);
    check("a b c", "NOT (NOT a AND c)", &[(0, 1)]);
    check("a b c", "a -d", &[(0, 1)]);
    check("a b c", "headline:a AND lead:b OR c", &[(2, 3)]);
}
