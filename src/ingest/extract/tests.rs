//! Whole pages, of our own writing.

mod refused;
mod seen;

use super::*;
use crate::article::Precision;

const TEXT: &str = "<p>Tin has never cost as much as it does today, and nobody at the exchange can say for sure why that is so.</p>\
    <p>Those who buy it say that they will go on buying, whatever it costs them in the end, since there is no other metal.</p>";

#[track_caller]
fn read(head: &str, body: &str, url: Option<&str>) -> Article {
    article(&page(head, body), url, url.is_some()).unwrap()
}

fn page(head: &str, body: &str) -> String {
    format!("<!DOCTYPE html><html lang=\"en\"><head>{head}</head><body>{body}{TEXT}</body></html>")
}

fn refused(head: &str, body: &str, url: Option<&str>) -> Option<&'static str> {
    let page = format!("<html><head>{head}</head><body>{body}</body></html>");
    article(&page, url, url.is_some()).err().map(|reason| reason.code)
}

#[track_caller]
fn came_from(article: &Article, field: &str, from: &str) {
    assert_eq!(article.provenance.get(field).map(String::as_str), Some(from), "{field}");
}

#[test]
fn json_ld_tells_all_fields() {
    let article = read(
        r##"<title>Tin is up | The Tin Times</title>
        <script type="application/ld+json">{"@context":"https://schema.org","@graph":[
        {"@type":"Organization","@id":"#tt","name":"The Tin Times"},{"@type":"Person","@id":"#ak","name":"Anna Krause"},
        {"@type":"BreadcrumbList","itemListElement":[{"@type":"ListItem","position":1,"name":"Home"}]},
        {"@type":["NewsArticle","Thing"],"headline":"Tin is up","description":"Why &amp; how","datePublished":"2025-02-27T16:44:00+02:00",
        "dateModified":"2025-02-28T09:00:00+02:00","author":[{"@id":"#ak"},{"@type":"Person","name":"By Cem Demir"}],"publisher":{"@id":"#tt"},
        "articleSection":["Metals","Trade"],"keywords":["tin","zinc, lead"],"inLanguage":"en-GB","mainEntityOfPage":"https://tintimes.example/tin",
        "image":{"@type":"ImageObject","url":"/tin.jpg"},"contentLocation":{"@type":"Place","name":"London"}}]}</script>"##,
        "<h1>Tin is up</h1>",
        Some("https://tintimes.example/tin"),
    );
    assert_eq!(article.headline, "Tin is up");
    assert_eq!(article.lead.as_deref(), Some("Why & how"));
    assert_eq!(article.published.at.unwrap().to_string(), "2025-02-27T14:44:00Z");
    assert_eq!(article.modified.unwrap().at.unwrap().to_string(), "2025-02-28T07:00:00Z");
    assert_eq!(article.authors, ["Anna Krause", "Cem Demir"]);
    assert_eq!(article.tags, ["tin", "zinc, lead"]);
    assert_eq!(article.section.as_deref(), Some("Metals"));
    assert_eq!(article.source.name.as_deref(), Some("The Tin Times"));
    assert_eq!(article.source.site.as_deref(), Some("tintimes.example"));
    assert_eq!(article.lang.as_deref(), Some("en-GB"));
    assert_eq!(article.url.as_deref(), Some("https://tintimes.example/tin"));
    assert_eq!(article.image.as_deref(), Some("https://tintimes.example/tin.jpg"));
    assert_eq!(article.places, ["London"]);
    for field in ["headline", "lead", "published", "modified", "authors", "tags", "section", "lang", "source", "image"]
    {
        came_from(&article, field, "json-ld");
    }
}

#[test]
fn of_several_objects_the_one_of_the_page_is_the_article() {
    let object = |name: &str| {
        format!(
            r#"{{"@type":"NewsArticle","headline":"{name} is up today","url":"https://a.example/{name}","author":"Anna {name}"}}"#
        )
    };
    let head = format!(
        r#"<script type="application/ld+json">[{},{}]</script><script type="application/ld+json">{{"@type":"ItemList","itemListElement":[{}]}}</script>"#,
        object("Zinc"),
        object("Tin"),
        object("Lead")
    );
    let article = read(&head, "<h1>Tin is up today</h1>", None);
    assert_eq!((article.headline.as_str(), &article.authors[..]), ("Tin is up today", &["Anna Tin".to_owned()][..]));
    let article = read(&format!("{head}<title>What metals cost in the world</title>"), "", None);
    assert_eq!(article.headline, "What metals cost in the world", "none of them is about this page");
}

#[test]
fn broken_json_ld_is_read_as_far_as_it_goes() {
    let article = read(
        "<script type='application/ld+json'><!-- {\"@type\":\"NewsArticle\",\"headline\":\"Tin \"up\"\n again\",\"author\":{\"name\":\"Anna Krause\",},\"datePublished\":\"2025-02-27T16:44:00Z\",\"articleBo --></script>",
        "",
        None,
    );
    assert_eq!((article.headline.as_str(), article.authors.len()), ("Tin \"up\" again", 1));
    assert_eq!(article.published.precision, Precision::Second);
}

#[test]
fn microdata_is_read_like_json_ld() {
    let article = read(
        "",
        "<article itemscope itemtype='http://schema.org/NewsArticle'><h1 itemprop=headline>Tin is up</h1>\
         <span itemprop=author itemscope itemtype='https://schema.org/Person'><a href=/anna itemprop=url><b itemprop=name>Anna Krause</b></a></span>\
         <time itemprop=datePublished datetime='2025-02-27T16:44:00+02:00'>today</time><meta itemprop=keywords content='tin, zinc'></article>",
        None,
    );
    assert_eq!(article.headline, "Tin is up");
    assert_eq!((article.authors.join(";"), article.tags.join(";")), ("Anna Krause".to_owned(), "tin;zinc".to_owned()));
    assert_eq!(article.published.at.unwrap().to_string(), "2025-02-27T14:44:00Z");
    came_from(&article, "headline", "microdata");
    came_from(&article, "authors", "microdata");
}

#[test]
fn meta_elements_and_what_is_seen_are_read_where_there_is_no_object() {
    let article = read(
        "<title>Tin is up - Metals - The Tin Times</title><meta property='og:site_name' content='The Tin Times'>\
         <meta property='article:section' content='Metals'><meta name='news_keywords' content='tin; zinc'>\
         <meta property='article:author' content='https://face.example/tintimes'>",
        "<h1>Tin is up</h1><div class='byline'>By <a rel=author href=/a>Anna Krause</a> and <a rel=author href=/b>Cem Demir</a></div>\
         <span class='publish-date'>27 February 2025</span><aside class='related'><a rel=author>Nobody Here</a></aside>",
        Some("https://tintimes.example/2025/tin"),
    );
    assert_eq!(article.headline, "Tin is up");
    assert_eq!(article.authors, ["Anna Krause", "Cem Demir"]);
    assert_eq!(article.tags, ["tin", "zinc"]);
    assert_eq!(
        (article.published.at.unwrap().to_string().as_str(), article.published.precision),
        ("2025-02-27T00:00:00Z", Precision::Day)
    );
    came_from(&article, "headline", "visible");
    came_from(&article, "authors", "visible");
    came_from(&article, "published", "visible");
    came_from(&article, "section", "opengraph");
    came_from(&article, "source", "opengraph");
    came_from(&article, "url", "address");
}

#[test]
fn an_account_is_an_author_only_where_no_name_is_given() {
    let object = |name: &str| {
        format!(
            r#"<script type="application/ld+json">{{"@type":"NewsArticle","headline":"Tin is up","author":"{name}"}}</script>"#
        )
    };
    let byline = "<h1>Tin is up</h1><span class=author>Anna Krause</span>";
    assert_eq!(read(&object("akrause2"), byline, None).authors, ["Anna Krause"]);
    assert_eq!(read(&object("akrause2"), "", None).authors, ["akrause2"]);
    assert_eq!(read(&object("Eva Falk"), byline, None).authors, ["Eva Falk"]);
}

#[test]
fn what_property_says_counts_before_what_name_says() {
    let head = "<title>Tin</title><meta name='og:title' content='Tin'><meta property='og:title' content='Tin is up'>";
    assert_eq!(read(head, "", None).headline, "Tin is up");
}

#[test]
fn a_date_without_a_zone_is_read_by_the_publishers_clock() {
    let head = "<meta property='article:published_time' content='2025-07-27T16:44:00'><title>Tina on kallista</title>";
    let at = |url: &str| read(head, "", Some(url)).published.at.unwrap().to_string();
    assert_eq!(at("https://www.lehti.fi/tina"), "2025-07-27T13:44:00Z");
    assert_eq!(at("https://www.lehti.example/tina"), "2025-07-27T16:44:00Z");
}

#[test]
fn the_moment_of_capture_is_no_date() {
    assert_eq!(read("<title>Tin is up</title>", "", None).published, crate::article::Stamp::default());
}

#[test]
fn the_publishers_own_name_is_an_author_only_where_nobody_else_is() {
    let object = r#"<script type="application/ld+json">{"@type":"NewsArticle","headline":"Tin is up","author":{"@type":"Organization","name":"The Tin Times"},"publisher":{"name":"The Tin Times"}}</script>"#;
    assert_eq!(read(object, "", None).authors, ["The Tin Times"]);
    assert_eq!(read(&format!("{object}<meta name=author content='Anna Krause'>"), "", None).authors, ["Anna Krause"]);
    let only_meta = "<meta property='og:site_name' content='The Tin Times'><meta name=author content='The Tin Times'><title>Tin is up</title>";
    assert_eq!(read(only_meta, "", None).authors, ["The Tin Times"]);
    let named = format!("{only_meta}<h1>Tin is up</h1><p>By Anna Krause</p>");
    assert_eq!(read(&named, "", None).authors, ["Anna Krause"]);
    let seen = "<meta property='og:site_name' content='The Tin Times'><title>Tin is up</title>";
    assert!(read(seen, "<div class=byline>The Tin Times</div>", None).authors.is_empty());
}

#[test]
fn a_section_is_the_first_that_is_one() {
    let section = |said: &str| {
        let head = format!(
            "<title>Tin is up again</title><meta property='og:site_name' content='The Tin Times'>\
             <meta property='article:section' content='{said}'><meta name='parsely-section' content='Metals'>"
        );
        read(&head, "<h1>Tin is up again</h1>", Some("https://tintimes.example/tin")).section.unwrap()
    };
    assert_eq!((section("Trade,Metals").as_str(), section("Posted in News").as_str()), ("Trade", "News"));
    for none in ["post", "The Tin Times", "tintimes.example", "Tin is up again", "2025/02/27", "By Anna Krause"] {
        assert_eq!(section(none), "Metals", "{none}");
    }
}

#[test]
fn a_house_that_is_named_beside_somebody_is_no_author() {
    let read = |authors: &str| {
        let head = format!("<title>Tin is up</title><meta property='og:site_name' content='The Tin Times'>{authors}");
        read(&head, "", Some("https://tintimes.example/tin")).authors
    };
    assert_eq!(read("<meta name=author content='Anna Krause'><meta name=author content='Tin Times'>"), ["Anna Krause"]);
    assert_eq!(read("<meta name=author content='Anna Krause, The Tin Times'>"), ["Anna Krause"]);
    let both =
        "<meta name=author content='The Tin Times, London'><meta property='article:author' content='Anna Krause'>";
    assert_eq!(read(both), ["Anna Krause"]);
}

#[test]
fn somebody_in_a_byline_is_better_than_a_house_in_the_data() {
    let authors = |author: &str, byline: &str| {
        let ld = format!(
            r#"<title>Tin is up</title><meta property='og:site_name' content='The Tin Times'>
               <script type="application/ld+json">{{"@type":"NewsArticle","headline":"Tin is up","author":{author}}}</script>"#
        );
        read(&ld, &format!("<h1>Tin is up</h1>{byline}"), None).authors
    };
    let byline = "<div class=byline>By Anna Krause</div>";
    for house in [
        r#"{"@type":"Organization","name":"Zinc Press"}"#,
        r#"{"@type":"Person","name":"The Tin Times Cyber Media"}"#,
        r#""Online Team""#,
    ] {
        assert_eq!(authors(house, byline), ["Anna Krause"], "{house}");
    }
    assert_eq!(authors(r#""Cem Demir""#, byline), ["Cem Demir"]);
    let head = "<title>Tin is up - The Harbour</title><meta name=author content='The Harbour'>";
    assert_eq!(read(head, &format!("<h1>Tin is up</h1>{byline}"), None).authors, ["Anna Krause"]);
    assert_eq!(read(head, "<h1>Tin is up</h1>", None).authors, ["The Harbour"]);
    assert_eq!(authors(r#""Online Team""#, "<div class=byline>Web Desk</div>"), ["Online Team"]);
    assert_eq!(authors(r#"["Anna Krause", {"@type":"Organization","name":"The Tin Times"}]"#, ""), ["Anna Krause"]);
}

#[test]
fn what_a_page_keeps_for_its_own_program_is_read_where_it_says_nothing_else() {
    let state = r#"<script id="__NEXT_DATA__" type="application/json">{"props":{"pageProps":{"teasers":[{"title":"Zinc falls","publishedAt":"2025-03-01T08:00:00Z"}],
        "article":{"title":"Tin is up again","publishedAt":1741112400000,"authors":[{"name":"Anna Krause"}],"tags":[{"title":"tin"},{"title":"zinc"}],
        "section":{"name":"Metals"}}}}}</script>"#;
    let said = "<meta name=author content='Eva Falk'>";
    let read =
        |head: &str| read(&format!("<title>Tin is up again</title>{said}{head}"), "<h1>Tin is up again</h1>", None);
    let article = read(state);
    assert_eq!(article.published.at.unwrap().to_string(), "2025-03-04T18:20:00Z");
    assert_eq!((&article.authors[..], article.section.as_deref()), (&["Anna Krause".to_owned()][..], Some("Metals")));
    assert_eq!(article.tags, ["tin", "zinc"]);
    let object = r#"<script type="application/ld+json">{"@type":"NewsArticle","headline":"Tin is up again"}</script>"#;
    assert_eq!(read(&format!("{state}{object}")).authors, ["Eva Falk"]);
    let other = state.replace("Tin is up again", "Lead is up again");
    assert_eq!(read(&other).published.at, None);
}

#[test]
fn metas_are_known_by_how_their_names_end() {
    let head = "<title>Tin is up</title><meta name=content_author content='Anna Krause'><meta name=x:keywords content='tin, zinc'>\
        <meta name=content_category content=Metals><meta name=content_PublishedDate content='2025-03-04 18:20:00'>\
        <meta name=x_unpublishdate content='2026-01-01'>";
    let article = read(head, "", None);
    assert_eq!((&article.authors[..], article.section.as_deref()), (&["Anna Krause".to_owned()][..], Some("Metals")));
    assert_eq!(article.tags, ["tin", "zinc"]);
    assert_eq!(article.published.at.unwrap().to_string(), "2025-03-04T18:20:00Z");
}

#[test]
fn a_name_told_to_networks_is_of_the_site_that_is_told_with_it() {
    let source = |shown: &str| {
        let head = format!(
            "<title>Tin is up</title><link rel=canonical href='https://tintimes.example/tin'>\
             <meta property='og:url' content='{shown}'><meta property='og:site_name' content='All News'>"
        );
        read(&head, "<h1>Tin is up</h1>", None).source.name
    };
    assert_eq!(source("https://allnews.example/tin-7"), None);
    assert_eq!(source("https://www.tintimes.example/tin?from=net").as_deref(), Some("All News"));
}

#[test]
fn the_headline_is_no_tag() {
    let head = "<title>Tin is up in all towns - TinTimes</title><meta property='og:title' content='Tin is up in all towns'>\
                <meta name=keywords content='metals, Tin is up in all towns - TinTimes'>";
    assert_eq!(read(head, "", None).tags, ["metals"]);
    assert_eq!(read("<title>Tin</title><meta name=keywords content='Tin'>", "", None).tags, ["Tin"]);
}
