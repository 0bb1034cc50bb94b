//! Pages that are no articles, and pages that are made to harm.

use super::*;

#[test]
fn what_is_no_article_is_refused_and_a_short_one_is_not() {
    let says = "<meta property='og:type' content='article'><title>Tin is up</title>";
    assert_eq!(refused(says, "<p>Tin is up, said two traders on Tuesday.</p>", None), None);
    let site = "<meta property='og:type' content='website'><title>The Tin Times</title>";
    assert_eq!(refused(site, TEXT, Some("https://tintimes.example/tin")), None, "a type of website proves nothing");
    assert_eq!(refused(site, TEXT, Some("https://tintimes.example/")), Some("no_article"));
    assert_eq!(
        refused(
            "<title>404 Not Found</title>",
            "<p>The page you asked for is not here. Look for another, or go to the front page of the site.</p>",
            None
        ),
        Some("no_article")
    );
    assert_eq!(refused("<title>Tin</title>", "<p>Tin</p>", None), Some("no_article"));
    let sentence = "<p>Tin is up, said two traders on Tuesday.</p>";
    assert_eq!(refused("<title>Tin</title>", sentence, None), None, "a file is meant");
    assert_eq!(refused("<title>Tin</title>", sentence, Some("https://tintimes.example/tin")), Some("no_article"));
    let handed_over = format!("<title>Tin</title>{sentence}");
    assert!(article(&handed_over, Some("https://tintimes.example/tin"), false).is_ok());
    let list = r#"<title>Metals</title><script type="application/ld+json">{"@type":"CollectionPage","name":"Metals"}</script>"#;
    assert_eq!(refused(list, TEXT, None), Some("no_article"));
    assert_eq!(refused("", "", None), Some("no_article"));
}

#[test]
fn hostile_pages_are_read_or_refused() {
    let deep = format!(
        "<meta property='og:type' content=article><title>Tin is up</title>{}{TEXT}",
        "<div class=byline><table><td><b>".repeat(50_000)
    );
    assert!(article(&deep, None, false).is_ok_and(|article| article.headline == "Tin is up"));
    let long = format!("<h1>{0}</h1><title>{0}</title>{TEXT}", "tin ".repeat(1 << 20));
    assert!(article(&long, None, false).is_ok_and(|article| article.headline.is_empty()));
    let authors: String =
        (0..50_000).map(|number| format!("<nav><time>{number}</time><a rel=author class=byline>Anna</a>")).collect();
    assert!(article(&format!("{authors}{TEXT}"), None, false).is_ok());
    let things = "<div itemscope itemtype=NewsArticle itemprop=a>".repeat(50_000);
    assert!(article(&format!("{things}{TEXT}"), None, false).is_ok());
    let spans = format!("<h1>Tin is up</h1>{}{}{TEXT}", "<span>".repeat(400), "<i></i>".repeat(100_000));
    assert!(article(&spans, None, false).is_ok());
    let titles: String = (0..800)
        .map(|number| format!("<meta property='og:title' content='{} - {number}'>", "Tin - ".repeat(50)))
        .collect();
    assert!(article(&format!("{titles}{TEXT}"), None, false).is_ok());
    let nested = format!("<script type='application/ld+json'>{}</script>{TEXT}", "{\"a\":[".repeat(100_000));
    assert!(article(&nested, None, false).is_ok());
    assert_eq!(article(&"<p>a".repeat(5 << 20), None, false).map_err(|reason| reason.code).err(), Some("too_large"));
}

#[test]
fn a_page_that_leads_to_articles_is_none() {
    let teaser = |name: &str, text: &str| format!("<h2><a href=/{name}>{name} is up again in all towns</a></h2>{text}");
    let list = |text: &str| ["Tin", "Zinc", "Lead"].map(|name| teaser(name, text)).concat();
    let title = "<title>The Tin Times</title>";
    let site = "<meta property='og:site_name' content='The Tin Times'>";
    let why = |head: &str, body: &str| refused(&format!("{title}{head}"), body, None);
    assert_eq!(why("", &format!("<h1>The Tin Times</h1>{}", list(""))), Some("no_article"));
    assert_eq!(why("", &format!("<h1><a href='./index.html'>The Tin Times</a></h1>{}", list(""))), Some("no_article"));
    let sentence = "<p>Nobody at the exchange can say for sure why that is so.</p>";
    assert_eq!(why(site, &format!("<h1>The Tin Times</h1>{}", list(sentence))), Some("no_article"));
    let own = format!("<h1>Nickel is up again in all towns</h1>{TEXT}{}", list(""));
    assert_eq!(refused("<title>Nickel is up again in all towns</title>", &own, None), None);
    let told = "<meta property='og:type' content='article'>";
    assert_eq!(why(told, &format!("<h1>What is up again</h1>{sentence}{}", list(""))), None);
}

#[test]
fn a_saved_page_says_where_from() {
    let address = |comment: &str, head: &str| {
        let page = format!(
            "<!DOCTYPE html><!-- {comment} --><html><head>{head}<title>Tin is up</title></head><h1>Tin is up</h1>{TEXT}</html>"
        );
        article(&page, None, false).ok().and_then(|article| article.url)
    };
    let tin = Some("https://times.example/tin-123".to_owned());
    let browser = "saved from url=(0029)https://times.example/tin-123";
    assert_eq!(address(browser, ""), tin);
    let extension =
        "\n Page saved with SingleFile \n url: https://times.example/tin-123 \n saved date: Tue Mar 04 2025\n";
    assert_eq!(address(extension, ""), tin);
    assert_eq!(address(browser, "<link rel=canonical href=/tin>"), Some("https://times.example/tin".to_owned()));
    assert_eq!(
        address(browser, "<meta property='og:url' content='https://times.example/og'>"),
        Some("https://times.example/og".to_owned())
    );
    assert_eq!(address("see https://times.example/tin-123", ""), None);
    assert_eq!(address("saved from url=(0022)https://times.example/", ""), None, "a front page");
    assert_eq!(address("saved from url=(0014)about:internet", ""), None);
}
