//! What others write: what means the same here is read, and the rest is translated.

use super::*;

/// What is said about it, and what is asked when the place is rewritten as the hint says.
#[track_caller]
fn check_translated(input: &str, code: &str, at: [usize; 2], written: &str, canonical: &str) {
    let reading = read(input);
    let all: Vec<&Advice> = reading.warnings.iter().chain(&reading.notes).collect();
    let Some(advice) = all.iter().find(|advice| advice.code == code) else { panic!("{input}: {all:?}") };
    let hint = advice.hint.as_deref().unwrap_or_default();
    assert_eq!((advice.at, hint.split('`').nth(1)), (Some(at), Some(written)), "{input}");
    let typed: Vec<char> = input.chars().collect();
    let [before, after] = [&typed[..at[0]], &typed[at[1]..]].map(|part| part.iter().collect::<String>());
    check(&format!("{before}{written}{after}"), canonical);
}

#[track_caller]
fn check_field(input: &str, written: &str, canonical: &str) {
    let length = input.find([':', '=']).unwrap() + 1;
    let code = if input.contains(':') { advice::UNKNOWN_FIELD } else { advice::OTHER_DIALECT };
    check_translated(input, code, [0, length], written, canonical);
}

#[test]
fn what_means_the_same_here_is_read() {
    for (input, canonical) in [
        ("hl=oil", "headline:oil"),
        ("intitle:oil", "headline:oil"),
        ("a AND NOT b", "(a AND (NOT b))"),
        ("+a -b", "(a AND (NOT b))"),
        ("\"a b\"~5", "\"a b\"~5"),
        ("date:>2025", "date:>2025"),
        ("published:[2025-01-01 TO *]", "date:[2025-01-01 TO *]"),
        ("a NEAR/5 b", "(a W/5 b)"),
        ("a ONEAR/5 b", "(a PRE/5 b)"),
        ("a ADJ/5 b", "(a PRE/5 b)"),
        ("a /5 b", "(a W/5 b)"),
        ("a /s b", "(a W/S b)"),
        ("a SAME b", "(a W/P b)"),
        ("ATLEAST5(a)", "(ATLEAST/5 a)"),
        ("domain:cnn.com", "site:cnn.com"),
        ("wc:>1000", "words:>=1001"),
        ("a && b || !c", "((a AND b) OR (NOT c))"),
    ] {
        check(input, canonical);
    }
}

#[test]
fn gdelt() {
    check_translated("x near20:\"a b\"", advice::UNKNOWN_FIELD, [2, 14], "\"a b\"~20", "(x AND \"a b\"~20)");
    check_translated("repeat3:\"oil\" x", advice::UNKNOWN_FIELD, [0, 13], "ATLEAST/3 oil", "((ATLEAST/3 oil) AND x)");
    check_translated("repeat3:\"a b\"", advice::UNKNOWN_FIELD, [0, 13], "ATLEAST/3 \"a b\"", "(ATLEAST/3 \"a b\")");
    check_translated("sourcelang:Spanish", advice::UNKNOWN_FIELD, [0, 18], "lang:es", "lang:es");
    check_field("domainis:cnn.com", "site:", "site:cnn.com");
    check_field("theme:TERROR", "tag:", "tag:TERROR");
}

#[test]
fn ovid_factiva_and_dialog() {
    let both = ["PRE/5", "W/5"];
    for (operator, written) in [("adj5", both[0]), ("ADJ5", both[0]), ("pre5", both[0]), ("near5", both[1])] {
        let at = [2, 2 + operator.len()];
        let canonical = format!("(a {written} b)");
        check_translated(&format!("a {operator} b"), advice::OTHER_DIALECT, at, written, &canonical);
    }
    for (operator, written, reading) in [
        ("w5", "W/5", "(a W/5 b)"),
        ("near", "NEAR", "(a W/10 b)"),
        ("same", "SAME", "(a W/P b)"),
        ("adj", "PRE/1", "(a PRE/1 b)"),
        ("w/in 5", "W/5", "(a W/5 b)"),
        ("NEAR/x", "NEAR/5", "(a W/5 b)"),
        ("pre/s", "W/S", "(a W/S b)"),
        ("ANDNOT", "AND NOT", "(a AND (NOT b))"),
    ] {
        let at = [2, 2 + operator.len()];
        check_translated(&format!("a {operator} b"), advice::OPERATOR_AS_WORD, at, written, reading);
    }
    check_translated("atleast3 x", advice::OTHER_DIALECT, [0, 8], "ATLEAST/3", "(ATLEAST/3 x)");
    check_field("rst=reuters", "source:", "source:reuters");
    check_field("la=en", "lang:", "lang:en");
    check_field("by=smith", "author:", "author:smith");
    check_field("hd=oil", "headline:", "headline:oil");
    check_field("hlp=(oil OR gas)", "hlead:", "hlead:(oil OR gas)");
    check_field("co=shell", "org:", "org:shell");
    check_translated("wc>1000", advice::OTHER_DIALECT, [0, 7], "words:>1000", "words:>=1001");
}

#[test]
fn hints_keep_within_the_bounds() {
    let unknown = advice::UNKNOWN_FIELD;
    check_translated("a AROUND(300) b", advice::OTHER_DIALECT, [2, 13], "W/250", "(a W/250 b)");
    check_translated("a adj500 b", advice::OTHER_DIALECT, [2, 8], "PRE/250", "(a PRE/250 b)");
    check_translated("a adj0 b", advice::OTHER_DIALECT, [2, 6], "PRE/1", "(a PRE/1 b)");
    check_translated("a within 999 b", advice::OPERATOR_AS_WORD, [2, 12], "W/250", "(a W/250 b)");
    check_translated("near300:\"a b\"", unknown, [0, 13], "\"a b\"~250", "\"a b\"~250");
    check_translated("near0:\"a b\"", unknown, [0, 11], "\"a b\"~0", "\"a b\"~0");
    check_translated("repeat5000:\"x\"", unknown, [0, 14], "ATLEAST/1000 x", "(ATLEAST/1000 x)");
    check_translated("atleast99999999999 x", advice::OTHER_DIALECT, [0, 18], "ATLEAST/1000", "(ATLEAST/1000 x)");
}

#[test]
fn westlaw_and_others() {
    for (operator, written, reading) in [
        ("w/sent", "W/S", "(a W/S b)"),
        ("/sent", "W/S", "(a W/S b)"),
        ("w/para", "W/P", "(a W/P b)"),
        ("/para", "W/P", "(a W/P b)"),
        ("n/5", "W/5", "(a W/5 b)"),
        ("N/500", "W/250", "(a W/250 b)"),
        ("p/5", "PRE/5", "(a PRE/5 b)"),
        ("W/ 5", "W/5", "(a W/5 b)"),
        ("+5", "PRE/5", "(a PRE/5 b)"),
        ("~5", "W/5", "(a W/5 b)"),
    ] {
        let at = [2, 2 + operator.len()];
        check_translated(&format!("a {operator} b"), advice::OPERATOR_AS_WORD, at, written, reading);
    }
    check_translated("a NEAR(5) b", advice::OTHER_DIALECT, [2, 9], "W/5", "(a W/5 b)");
    check("a NEAR (5) b", "((a W/10 5) AND b)");
    check("FIRST50(a) first50(b)", "((FIRST/50 a) AND (FIRST/50 b))");
    check_field("from:1987", "after:", "after:1987");
    check_field("ti:x", "headline:", "headline:x");
    check_field("au:x", "author:", "author:x");
    check_field("pubdate:2025", "date:", "date:2025");
}

#[test]
fn a_not_in_lower_case_is_noted_wherever_it_stands() {
    for (input, at, canonical) in [
        ("not oil", [0, 3], "(NOT oil)"),
        ("oil not gas", [4, 7], "(oil AND (NOT gas))"),
        ("a AND not b", [6, 9], "(a AND (NOT b))"),
        ("a OR (not b)", [6, 9], "(a OR (NOT b))"),
    ] {
        check_translated(input, advice::OPERATOR_AS_WORD, at, "NOT", canonical);
    }
}

#[test]
fn nexis_and_proquest() {
    check_translated("x HEADLINE(a OR b)", advice::OTHER_DIALECT, [2, 10], "headline:", "(x AND headline:(a OR b))");
    check_translated("BYLINE(smith)", advice::OTHER_DIALECT, [0, 6], "author:", "author:smith");
    check_translated("LENGTH > 500", advice::OTHER_DIALECT, [0, 12], "words:>500", "words:>=501");
    check_translated("x date>=2025-02", advice::OTHER_DIALECT, [2, 15], "date:>=2025-02", "(x AND date:>=2025-02)");
    check_translated("ti(x) a", advice::OTHER_DIALECT, [0, 2], "headline:", "(headline:x AND a)");
    check_translated("AU(x)", advice::OTHER_DIALECT, [0, 2], "author:", "author:x");
    check_translated("pub(x)", advice::OTHER_DIALECT, [0, 3], "source:", "source:x");
    check_translated("pd(2020)", advice::OTHER_DIALECT, [0, 2], "date:", "date:2020");
    check_translated("negotiat! x", advice::OTHER_DIALECT, [0, 9], "negotiat*", "(negotiat* AND x)");
}

#[test]
fn google() {
    check_field("inurl:cnn.com", "site:", "site:cnn.com");
    check_field("allintitle:oil", "headline:", "headline:oil");
    check_translated("a AROUND(5) b", advice::OTHER_DIALECT, [2, 11], "W/5", "(a W/5 b)");
}

#[test]
fn lucene_and_media_cloud() {
    check_translated("_exists_:tag x", advice::UNKNOWN_FIELD, [0, 12], "tag:*", "(has:tags AND x)");
    check_translated("headline:>x", advice::BAD_RANGE, [0, 11], "headline:x", "headline:x");
    check_warned("tag:>x", "x", advice::BAD_RANGE, [4, 6]);
    check_warned("lang:english", "english", advice::UNKNOWN_VALUE, [5, 12]);
    check_hint("lang:english", "lang:en");
    check_field("wordcount:>300", "words:", "words:>=301");
    check_warned("foo:>3", "(foo AND 3)", advice::UNKNOWN_FIELD, [0, 4]);
    check_warned("price:>=30", "(price AND 30)", advice::UNKNOWN_FIELD, [0, 6]);
    check("price:> x", "(price AND x)");
    check_field("publication_date:[2025-01-01 TO 2025-02-01]", "date:", "date:[2025-01-01 TO 2025-02-01]");
    check_field("canonical_domain:cnn.com", "site:", "site:cnn.com");
    check_field("article_title:oil", "headline:", "headline:oil");
    check("language:en", "lang:en");
}

#[test]
fn words_that_are_words_here_need_no_remark() {
    for input in
        ["Yahoo! x", "a nearby b", "E=mc2", "a w/o b", "lead (x)", "section(3)", "5 > 3", "adj5", "x AND adj5 AND y"]
    {
        let reading = read(input);
        let codes = codes(&reading.warnings).into_iter().chain(codes(&reading.notes));
        let foreign = |code: &&str| matches!(*code, advice::OTHER_DIALECT | advice::OPERATOR_AS_WORD);
        assert_eq!(codes.filter(foreign).collect::<Vec<_>>(), [""; 0], "{input}");
    }
}
