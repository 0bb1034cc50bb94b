use dom_query::Document;

use super::{Known, body};

const FIRST: &str =
    "The harbour of Lintu was closed on Monday after a crane had fallen into the water, the port authority said.";
const SECOND: &str =
    "Nobody was hurt, but two ships had to wait outside, and the ferry to the islands was turned back at noon.";
const THIRD: &str =
    "Divers will look for the rest of the crane on Tuesday, and the harbour is to be opened again in the evening.";
const OTHER: &str =
    "Swimmers are asked to stay away from the northern beach, where jellyfish have been seen since the weekend.";

fn paragraphs(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("<p>{text}</p>")).collect()
}

/// A page with a menu, a footer and `main` between them.
fn page(main: &str) -> String {
    format!(
        "<html><head><title>Crane falls into harbour</title></head><body><nav><a href=/>Home</a> <a href=/sport>Sport</a></nav>\
         <main>{main}</main><footer><p>Lintu Courier, Quay Street 1. All that is written here is ours.</p></footer></body></html>"
    )
}

fn read_with(html: &str, article_body: Option<&str>) -> (Vec<String>, &'static str) {
    let known = Known { article_body, headline: "Crane falls into harbour", lead: None, url: None, lang: None };
    let body = body(Document::from(html), &known);
    (body.paragraphs, body.from)
}

#[track_caller]
fn check(main: &str, expected: &[&str]) {
    assert_eq!(read_with(&page(main), None).0, expected);
}

#[track_caller]
fn check_inside(inside: &str, expected: &[&str]) {
    let article = format!(
        "<article><h1>Crane falls into harbour</h1>{}{inside}{}</article>",
        paragraphs(&[FIRST]),
        paragraphs(&[SECOND, THIRD])
    );
    check(&article, expected);
}

#[test]
fn paragraphs_are_kept_and_the_frame_of_the_page_is_not() {
    check(
        &format!("<article><h1>Crane falls into harbour</h1>{}</article>", paragraphs(&[FIRST, SECOND, THIRD])),
        &[FIRST, SECOND, THIRD],
    );
}

#[test]
fn headline_byline_and_date_before_the_text_are_left_out() {
    let head = "<h1>Crane falls into harbour</h1><div class=byline>By Aino Laine</div><div>12 March 2024, 14:05</div>";
    check(&format!("<article>{head}{}</article>", paragraphs(&[FIRST, SECOND, THIRD])), &[FIRST, SECOND, THIRD]);
}

#[test]
fn captions_and_credits_are_left_out() {
    check_inside(
        "<figure><img src=a.jpg><figcaption>The crane before it fell on Monday morning.</figcaption></figure>",
        &[FIRST, SECOND, THIRD],
    );
    check_inside(
        "<div class='article-image__caption'>The crane, as it stood for forty years.</div>",
        &[FIRST, SECOND, THIRD],
    );
    check_inside(
        "<div><img src=a.jpg> <span class=photo-credit>Photo: Aino Laine for the Lintu Courier.</span></div>",
        &[FIRST, SECOND, THIRD],
    );
}

#[test]
fn ways_to_other_articles_are_left_out_with_their_heading() {
    let links = "<h3>More from the harbour</h3><ul><li><a href=/1>Ferry to the islands gets a new captain</a></li><li><a href=/2>Why the quay is painted blue</a></li></ul>";
    check_inside(links, &[FIRST, SECOND, THIRD]);
    check_inside(
        "<p>Read: <a href=/1>Ferry to the islands gets a new captain this spring</a></p>",
        &[FIRST, SECOND, THIRD],
    );
}

#[test]
fn boxes_that_say_what_they_are_are_left_out() {
    let letter = "Our best stories every morning in your letter box. Sign up now, it costs nothing and takes a minute.";
    check_inside(&format!("<div class='newsletter-signup'><p>{letter}</p></div>"), &[FIRST, SECOND, THIRD]);
    check_inside(&format!("<section data-component=Newsletter><p>{letter}</p></section>"), &[FIRST, SECOND, THIRD]);
    check_inside(&format!("<aside><p>{OTHER}</p></aside>"), &[FIRST, SECOND, THIRD]);
    check_inside(&format!("<div role=complementary><p>{OTHER}</p></div>"), &[FIRST, SECOND, THIRD]);
}

#[test]
fn a_box_that_holds_most_of_the_text_is_the_article_whatever_it_is_called() {
    check(
        &format!("<div class='related-wrapper newsletter'>{}</div>", paragraphs(&[FIRST, SECOND, THIRD])),
        &[FIRST, SECOND, THIRD],
    );
}

#[test]
fn subheadings_lists_and_quotes_of_the_article_are_kept() {
    check_inside("<h2>What happened</h2>", &[FIRST, "What happened", SECOND, THIRD]);
    let list = "<ul><li>The first ship carried timber</li><li>The second carried salt</li></ul>";
    check_inside(list, &[FIRST, "The first ship carried timber", "The second carried salt", SECOND, THIRD]);
    check_inside(
        "<blockquote><p>It went down like a tree.</p></blockquote>",
        &[FIRST, "It went down like a tree.", SECOND, THIRD],
    );
}

#[test]
fn lines_broken_twice_are_paragraphs() {
    let text = format!("{FIRST}<br><br>{SECOND}<br> <br/>{THIRD}");
    check(&format!("<div id=story>{text}</div>"), &[FIRST, SECOND, THIRD]);
}

#[test]
fn tables_of_the_article_are_kept_whatever_their_rows_are_called() {
    let table = "<table><tr class='player-7'><td>Laine</td><td>12</td></tr><tr class='player-8'><td>Virta</td><td>9</td></tr></table>";
    check_inside(table, &[FIRST, "Laine", "12", "Virta", "9", SECOND, THIRD]);
}

#[test]
fn lines_that_lead_away_are_left_out_in_many_languages() {
    for line in [
        "Lue myös: Uusi laituri",
        "Lesen Sie auch: Der neue Kai",
        "اقرأ أيضا: الرصيف الجديد",
        "Advertisement",
        "広告",
        "© Lintu Courier",
    ] {
        check_inside(&format!("<p>{line}</p>"), &[FIRST, SECOND, THIRD]);
    }
    let sentence = "Watch was kept over the harbour all night.";
    check_inside(&format!("<p>{sentence}</p>"), &[FIRST, sentence, SECOND, THIRD]);
}

#[test]
fn clocks_that_stand_alone_and_asks_to_be_followed_are_left_out() {
    for line in [
        "19:00",
        "27.02.2025, 16.44 Uhr",
        "홍길동 기자 (hong@paper.example)",
        "martes 04 de marzo de 2025, 11:20 a. m.",
        "วันอังคารที่ 4 มีนาคม พ.ศ. 2568 เวลา 18:20 น.",
    ] {
        check_inside(&format!("<div>{line}</div>"), &[FIRST, SECOND, THIRD]);
    }
    check_inside(
        "<p>Follow the Courier on <a href=/f>Facebook</a> and <a href=/i>Instagram</a>.</p>",
        &[FIRST, SECOND, THIRD],
    );
    let dated = "It fell on 4 March 2025 at 18:20.";
    check_inside(&format!("<p>{dated}</p>"), &[FIRST, dated, SECOND, THIRD]);
    let said = "Facebook will pay for the crane, the mayor said on <a href=/1>Monday</a>.";
    check_inside(
        &format!("<p>{said}</p>"),
        &[FIRST, "Facebook will pay for the crane, the mayor said on Monday.", SECOND, THIRD],
    );
}

#[test]
fn thai_is_prose_without_spaces_and_marks() {
    let text = "สภาเมืองลงมติเมื่อวันอังคารให้ปิดถนนท่าเรือเก่า ยุติข้อพิพาทที่ยืดเยื้อมานานเก้าปี";
    let more = "ชาวบ้านที่มารวมตัวกันในห้องประชุมปรบมือเมื่อมีการอ่านผล ขณะที่บริษัทเรือเฟอร์รีกล่าวว่าจะศึกษามติดังกล่าว";
    check(&format!("<article><h1>ปิดถนน</h1>{}</article>", paragraphs(&[text, more])), &[text, more]);
}

#[test]
fn an_ask_to_take_the_newsletter_is_left_out() {
    check_inside("<p>All the news by mail: <a href=/n>order our newsletters here</a>.</p>", &[FIRST, SECOND, THIRD]);
}

#[test]
fn what_has_been_read_is_not_read_again() {
    let article = format!(
        "<article><h1>Crane falls into harbour</h1>{}</article>",
        paragraphs(&[FIRST, SECOND, THIRD, &format!("{FIRST} {SECOND}"), &format!("{}…", &FIRST[..60]), OTHER])
    );
    check(&article, &[FIRST, SECOND, THIRD, OTHER]);
}

#[test]
fn what_stands_behind_the_article_is_left_out() {
    let article = format!(
        "<div class=story><h1>Crane falls into harbour</h1>{}</div>",
        paragraphs(&[FIRST, SECOND, THIRD, FIRST, SECOND])
    );
    check(&format!("{article}<div class=about>{}</div>", paragraphs(&[OTHER])), &[FIRST, SECOND, THIRD, FIRST, SECOND]);
}

#[test]
fn an_article_in_parts_is_read_to_its_end() {
    let part = |number: usize, texts: &[&str]| format!("<div class='part part-{number}'>{}</div>", paragraphs(texts));
    let parts = part(1, &[FIRST, SECOND, THIRD, FIRST, SECOND]) + "<div class=ad>Buy boats</div>" + &part(2, &[OTHER]);
    check(&format!("<article>{parts}</article>"), &[FIRST, SECOND, THIRD, FIRST, SECOND, OTHER]);
}

#[test]
fn two_sentences_are_an_article() {
    let short = "The harbour is open again. Ships go in and out.";
    check(&format!("<article><h1>Crane falls into harbour</h1><p>{short}</p></article>"), &[short]);
}

#[test]
fn scripts_without_spaces_are_read() {
    let chinese = [
        "港口周一关闭，一台起重机倒入水中，港务局表示没有人员受伤。",
        "两艘船不得不在港外等候，开往群岛的渡轮中午返航，乘客被安排在学校过夜。",
        "潜水员将于周二寻找起重机的其余部分，港口预计在晚上重新开放。",
    ];
    check(&format!("<article><h1>起重机</h1>{}</article>", paragraphs(&chinese)), &chinese);
    let hindi = [
        "सोमवार को क्रेन के पानी में गिरने के बाद बंदरगाह बंद कर दिया गया।",
        "किसी को चोट नहीं आई, लेकिन दो जहाजों को बाहर इंतजार करना पड़ा।",
    ];
    check(&format!("<article><h1>क्रेन</h1>{}</article>", paragraphs(&hindi)), &hindi);
}

#[test]
fn the_data_says_where_the_article_ends() {
    let html = page(&format!("<div>{}</div>", paragraphs(&[FIRST, SECOND, THIRD, OTHER])));
    let given = format!("{FIRST} {SECOND} {THIRD}");
    assert_eq!(read_with(&html, Some(&given)), (vec![FIRST.into(), SECOND.into(), THIRD.into()], "both"));
}

#[test]
fn data_that_is_cut_off_does_not_cut_the_article() {
    let html = page(&format!("<div>{}</div>", paragraphs(&[FIRST, SECOND, THIRD, OTHER])));
    let given = format!("{FIRST} {SECOND} {}…", &THIRD[..30]);
    assert_eq!(read_with(&html, Some(&given)), (vec![FIRST.into(), SECOND.into(), THIRD.into(), OTHER.into()], "page"));
}

#[test]
fn data_of_another_article_is_not_taken() {
    let html = page(&format!("<div>{}</div>", paragraphs(&[FIRST, SECOND, THIRD])));
    let given = format!("{OTHER} {OTHER}");
    assert_eq!(read_with(&html, Some(&given)), (vec![FIRST.into(), SECOND.into(), THIRD.into()], "page"));
}

#[test]
fn a_page_that_shows_nothing_is_read_from_its_data() {
    let given = format!("<p>{FIRST}</p>\n<p>{SECOND}</p>\n<p>{THIRD}</p>");
    let html = page("<div id=app></div>");
    assert_eq!(read_with(&html, Some(&given)), (vec![FIRST.into(), SECOND.into(), THIRD.into()], "article-body"));
    let escaped = given.replace('<', "&lt;").replace('>', "&gt;");
    assert_eq!(read_with(&html, Some(&escaped)), (vec![FIRST.into(), SECOND.into(), THIRD.into()], "article-body"));
}

#[test]
fn what_stands_behind_a_wall_is_read_from_the_data() {
    let html = page(&format!(
        "<article><h1>Crane falls into harbour</h1>{}<div class=wall>{}</div></article>",
        paragraphs(&[FIRST, SECOND]),
        paragraphs(&["This article is for those who pay. Pay one euro now, and read what there is to read today."])
    ));
    let (given, expected) =
        (format!("{FIRST} {SECOND} {THIRD}"), (vec![FIRST.into(), SECOND.into(), THIRD.into()], "both"));
    assert_eq!(read_with(&html, Some(&given)), expected);
    assert_eq!(read_with(&html, Some(&given.replace(". ", ".\n"))), expected);
}

#[test]
fn a_page_without_text_has_no_body() {
    for html in ["", "<html></html>", "<p>", "<body><br><br></body>", "<frameset><frame></frameset>"] {
        assert_eq!(read_with(html, None).0, Vec::<String>::new(), "{html}");
    }
}

/// The crate is not asked about a page this deep and this wide; our own reading finds the text.
#[test]
fn a_page_too_heavy_for_the_crate_is_read() {
    let deep = "<div>".repeat(400);
    let html = page(&format!("{deep}{}", paragraphs(&[FIRST, SECOND, THIRD, OTHER]).repeat(2_000)));
    assert_eq!(read_with(&html, None).0.len(), 8_000);
}

#[test]
fn comments_longer_than_the_article_are_not_it() {
    let comment = format!("<div class=comment-body><p>{OTHER}</p><p>{OTHER}</p></div>");
    let comments = format!("<section class=comments>{}</section>", comment.repeat(20));
    check(&format!("<article><h1>Crane</h1>{}</article>{comments}", paragraphs(&[FIRST, SECOND])), &[FIRST, SECOND]);
}

#[test]
fn text_that_has_no_paragraphs_is_read() {
    check(
        &format!("<div class=story><div>{FIRST}</div><div>{SECOND}</div><div>{THIRD}</div></div>"),
        &[FIRST, SECOND, THIRD],
    );
}

/// One pass: twice the elements, and no more than a few times the work.
#[test]
fn many_elements_are_read() {
    let html = page(&"<div><span>a</span> <a href=/>b</a></div>".repeat(60_000));
    read_with(&html, Some(&"lorem ipsum ".repeat(50_000)));
}

#[test]
fn the_table_of_words_is_read() {
    let html = page("<div class=sharebar>x</div>");
    let document = Document::from(html.as_str());
    let shares = document.select(".sharebar");
    let hints = shares.nodes()[0].query(|node| node.as_element().map(|element| super::hints::of("div", element)));
    assert!(hints.flatten().is_some_and(|hints| hints.has(super::hints::Hints::BESIDE)));
}

#[test]
fn a_box_gives_itself_away_by_what_it_asks() {
    let text = paragraphs(&[FIRST, SECOND, THIRD, OTHER].repeat(3));
    for inside in [
        "<div class=x1><h3>Morning Post</h3><p>What matters, before seven.</p><div><form><input type=email></form></div></div>",
        "<div class=x1><h2>Recommended content</h2><p>With your consent a film of another company is loaded here.</p><button>Load</button></div>",
        "<div class=x1><h3>Read on for a pound a week</h3><p>Cancel at any time, with no reason given at all.</p><a href=/subscribe>Offers</a></div>",
        "<div class=x1><h3><a href=/rust>Why steel rusts so fast here</a></h3><p>A visit to people who look at bolts all day long.</p></div>",
    ] {
        let article = format!("<article><h1>Crane falls into harbour</h1>{text}{inside}{text}</article>");
        let found = read_with(&page(&article), None).0;
        assert!(found.iter().all(|line| [FIRST, SECOND, THIRD, OTHER].contains(&line.as_str())), "{found:?}");
    }
    let kept = "<div class=x1><h3>What divers found</h3><p>Divers found the hook of the crane at noon, and left it where it was.</p></div>";
    let article = format!("<article><h1>Crane falls into harbour</h1>{text}{kept}{text}</article>");
    assert!(read_with(&page(&article), None).0.iter().any(|line| line.starts_with("Divers found")));
}

#[test]
fn a_text_that_is_there_once_for_each_screen_is_read_once() {
    let text = paragraphs(&[FIRST, SECOND, THIRD]);
    check(
        &format!(
            "<article><h1>Crane falls into harbour</h1><div class=a>{text}</div><div class=b>{text}</div></article>"
        ),
        &[FIRST, SECOND, THIRD],
    );
    check(
        &format!("<article><h1>Crane falls into harbour</h1>{text}{}</article>", paragraphs(&[SECOND, OTHER])),
        &[FIRST, SECOND, THIRD, SECOND, OTHER],
    );
}

#[test]
fn an_article_ends_where_the_next_begins() {
    let other = "<div><h1>Jellyfish seen at the northern beach</h1>";
    check(
        &format!(
            "<div><h1>Crane falls into harbour</h1><div>{}</div></div>{other}<div>{}</div></div>",
            paragraphs(&[FIRST, SECOND, THIRD]),
            paragraphs(&[OTHER, OTHER, OTHER])
        ),
        &[FIRST, SECOND, THIRD],
    );
}

#[test]
fn what_stands_between_a_lead_and_the_text_is_left_out() {
    let lead = "A crane fell into the harbour of Lintu, and two ships had to wait.";
    let head = format!(
        "<header><h1>Crane falls into harbour</h1><p>{lead}</p><div>Aino Laine reported from Lintu.</div><div><span>12 March</span></div></header>"
    );
    let found = read_with(
        &page(&format!("<article>{head}<section>{}</section></article>", paragraphs(&[FIRST, SECOND, THIRD]))),
        None,
    )
    .0;
    assert!(!found.iter().any(|line| line.contains("Aino Laine") || line.contains("12 March")), "{found:?}");
    assert_eq!(found[found.len() - 3..], [FIRST, SECOND, THIRD]);
}

#[test]
fn lines_of_the_house_between_paragraphs_are_left_out_without_a_link() {
    for line in [
        "Sign up for our daily letter and never miss a story that matters.",
        "Suivez-nous sur WhatsApp, Instagram et Facebook.",
        "La suite après cette publicité",
        "Dalsza część artykułu pod reklamą",
        "Lesezeit: 2 Minuten",
        "4 min read",
    ] {
        check_inside(&format!("<p>{line}</p>"), &[FIRST, SECOND, THIRD]);
    }
    for line in [
        "It took the divers 5 minutes.",
        "Follow the advertisement, said the harbour master.",
        "30 minutes before noon",
    ] {
        check_inside(&format!("<p>{line}</p>"), &[FIRST, line, SECOND, THIRD]);
    }
}

#[test]
fn a_heading_is_the_first_paragraph_where_the_data_says_so() {
    let article = format!(
        "<article><h1>Crane falls into harbour</h1><h2>{FIRST}</h2><div>{}</div></article>",
        paragraphs(&[SECOND, THIRD])
    );
    let given = format!("{FIRST} {SECOND} {THIRD}");
    assert_eq!(read_with(&page(&article), Some(&given)).0, [FIRST, SECOND, THIRD]);
    assert_eq!(read_with(&page(&article), None).0, [SECOND, THIRD]);
}
