use dom_query::Document;

use super::*;

#[track_caller]
fn check(page: &str, expected: &str) {
    assert_eq!(bounded(page).html, expected, "{page}");
}

fn depth(html: &str) -> usize {
    let document = Document::from(html);
    let mut deepest = 0;
    for node in document.root().descendants_it().filter(|node| node.is_text()) {
        deepest = deepest.max(node.ancestors_it(None).count());
    }
    deepest
}

#[test]
fn an_honest_page_stays_as_it_is() {
    let page =
        "<!DOCTYPE html><html lang=en><body><p class='a \"b\"' data-x>One<br/>two</p><ul><li>a<li>b</ul></body></html>";
    check(page, page);
    check("1 < 2 <3", "1 &lt; 2 &lt;3");
}

#[test]
fn what_is_not_for_readers_goes_and_data_is_kept() {
    let page = "<SCRIPT type='application/LD+json'>{\"a\":\"<b>\"}</Script ><p>a<!-- <p>b -->c<style>p{}</style><svg><p>x</svg>";
    let bounded = bounded(page);
    assert_eq!((bounded.html.as_str(), bounded.data), ("<p>ac", vec!["{\"a\":\"<b>\"}"]));
}

#[test]
fn what_never_ends_takes_no_more_than_itself() {
    check("<p>a<!-- b <b>c</b>", "<p>ac</b>");
    check("<p>a<script>b", "<p>a");
    check("<p>a<a href=\"b>c</a>d", "<p>a<a href=\"\">c</a>d");
    check("<title>a<p>b", "<title>a</title><p>b");
    check("<p>a<", "<p>a&lt;");
}

#[test]
fn text_is_read_however_deep_it_lies() {
    for name in ["div", "b", "table", "span", "font", "section", "td", "li", "x-y", "button", "math"] {
        let page = format!("{}word{}", format!("<{name} a=1>").repeat(50_000), format!("</{name}>").repeat(50_000));
        let html = bounded(&page).html;
        assert!(html.contains("word"), "{name}");
        assert!(depth(&html) < 600, "{name} {}", depth(&html));
    }
    let page = format!("{}word<p>more", "<table><tr><td>".repeat(20_000));
    assert!(depth(&bounded(&page).html) < 1000, "{}", depth(&bounded(&page).html));
    let page = "<li><section>".repeat(5_000) + "word";
    assert!(depth(&bounded(&page).html) < 600);
}

#[test]
fn formatting_is_not_multiplied() {
    let fonts: String = (0..20_000).map(|size| format!("<font size={size}>")).collect();
    let page = format!("{fonts}{}", "<p>word".repeat(20_000));
    let document = Document::from(bounded(&page).html);
    assert!(document.root().descendants_it().count() < 1_000_000);
    let text = document.text();
    assert_eq!(text.matches("word").count(), 20_000);
}

#[test]
fn attributes_are_bounded() {
    let many: String = (0..100_000).map(|number| format!(" a{number}=1")).collect();
    let html = bounded(&format!("<p{many}>word</p>")).html;
    assert!(html.len() < 2_000 && html.ends_with("word</p>"));
    let html = bounded(&format!("<meta name=a content=\"{}\">", "b".repeat(10 << 20))).html;
    assert!(html.len() < 40_000 && html.starts_with("<meta name=\"a\" content=\"bb"));
}

/// Every mark without its end: none of them makes the rest of the page be looked through for each of its beginnings.
#[test]
fn beginnings_without_an_end_are_read_once() {
    for mark in
        ["<!--", "<script ", "<a b=\"", "<a b='", "</a", "<textarea>", "<svg>", "<title>", "<", "<!", "</b>", "<x "]
    {
        let page = mark.repeat((4 << 20) / mark.len());
        // Read again for each, it would be hours.
        assert!(bounded(&page).html.len() <= page.len() * 5, "{mark}");
    }
}

#[test]
fn text_without_an_element_is_given_in_pieces_between_its_words() {
    let words = "Tin &amp; zinc ".repeat(2000);
    let bounded = bounded(&words).html;
    assert_eq!(bounded.replace("<wbr>", ""), words);
    let longest = bounded.split("<wbr>").map(str::len).max().unwrap();
    assert!(longest <= LONGEST_RUN && bounded.split("<wbr>").all(|piece| !piece.ends_with("&amp")), "{longest}");
    assert_eq!(super::bounded(&"\u{6f22}".repeat(5000)).html.replace("<wbr>", ""), "\u{6f22}".repeat(5000));
    check("<p>a short one", "<p>a short one");
}
