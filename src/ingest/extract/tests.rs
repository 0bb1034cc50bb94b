//! Whole pages, of our own writing.

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
fn a_byline_without_a_class_is_known_by_how_it_begins_or_where_it_leads() {
    for byline in [
        "<p>By Anna Krause and Cem Demir</p>",
        "<div><span>Von</span> <a href=/x>Anna Krause</a> und Cem Demir <time datetime=2025-02-27>27.2.</time></div>",
        "<p><a href='/autores/anna-krause/'>Anna Krause</a></p><p><a href='/autores/cem-demir/'>Cem Demir</a></p>",
    ] {
        let article = read("<title>Tin is up</title>", &format!("<h1>Tin is up</h1>{byline}"), None);
        assert_eq!(article.authors, ["Anna Krause", "Cem Demir"], "{byline}");
    }
    let far = format!("<h1>Tin is up</h1>{}<p>By Eva Falk</p>", "<p>.</p>".repeat(200));
    assert!(read("<title>Tin is up</title>", &far, None).authors.is_empty());
}

#[test]
fn bylines_under_other_headings_are_of_other_articles() {
    let logo = "<h1><a href=/>The Tin Times</a></h1><div class=list><span class=byline>Eva Falk</span></div>";
    let filler = "<i></i>".repeat(100);
    let body = format!(
        "{logo}{filler}<h1>Tin is up again</h1><p class=byline>Anna Krause</p><h3>More</h3><p class=byline>Cem Demir</p>"
    );
    assert_eq!(read("<title>Tin is up again</title>", &body, None).authors, ["Anna Krause"]);
}

#[test]
fn a_page_without_a_heading_of_the_first_rank_has_one_of_the_second() {
    let body = "<h2>Best of today</h2><article><h2>Tin is up again</h2><p>Von Anna Krause</p>";
    let article = read("<title>Tin is up again</title>", body, None);
    assert_eq!((article.headline.as_str(), &article.authors[..]), ("Tin is up again", &["Anna Krause".to_owned()][..]));
    came_from(&article, "headline", "visible");
}

#[test]
fn words_over_the_heading_are_not_in_it() {
    let heading = "<h1><span class='article__kicker'>Metals</span> <span>Tin is up</span></h1>";
    assert_eq!(read("", heading, None).headline, "Tin is up");
    assert_eq!(read("", "<h1><span class=kicker>Tin is up</span></h1>", None).headline, "Tin is up");
}

#[test]
fn tags_that_are_seen_are_read_where_nothing_says_them() {
    let tags = |list: &str| read("<title>Tin is up</title>", &format!("<h1>Tin is up</h1>{TEXT}{list}"), None).tags;
    let links = "<li><a href='/tag/tin'>Tin</a></li><li><a href='/tag/zinc/'>Zinc</a></li>";
    for list in [
        format!("<ul>{links}</ul>"),
        "<div class='story-keywords'><a href='/search?q=tin'>Tin</a>, <a href='/search?q=zinc'>Zinc</a></div>"
            .to_owned(),
        "<a rel=tag href=/1>Tin</a> <a rel=tag href=/2>Zinc</a>".to_owned(),
        "<section><h2>Archivado en</h2><ul><li><a href=/1>Tin</a></li><li><a href=/2>Zinc</a></li></ul></section>"
            .to_owned(),
        "<div>Tags: <a href=/1>Tin</a>, <a href=/2>Zinc</a></div>".to_owned(),
        "<div><a href=/1>#Tin</a> <a href=/2>#Zinc</a></div>".to_owned(),
        format!(
            "<p>Tin has been up since Monday, as all traders in the city say who were asked, and <a href='/tag/lead'>lead</a> \
             has not, which nobody at the exchange had thought to be likely, or so they say on this day, and on others too.</p><ul>{links}</ul>"
        ),
    ] {
        assert_eq!(tags(&list), ["Tin", "Zinc"], "{list}");
    }
    assert!(tags(&format!("<nav><ul>{links}</ul></nav>")).is_empty());
    assert!(tags(&format!("<div class=related><ul>{links}</ul></div>")).is_empty());
    let cloud: String = (0..60).map(|number| format!("<a href='/tag/{number}'>Metal {number}</a>")).collect();
    assert!(tags(&format!("<div>{cloud}</div>")).is_empty());
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
fn the_one_heading_is_a_headline_whatever_the_window_says() {
    let headline = |head: &str, body: &str| read(head, body, Some("https://tintimes.example/tin")).headline;
    let site = "<title>The Tin Times</title>";
    assert_eq!(headline(site, "<h1>Tin is up</h1>"), "Tin is up");
    let search = "<title>Tin price today</title><meta property='og:title' content='Tin price today'>\
                  <script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"Tin is up\"}</script>";
    assert_eq!(headline(search, "<h1>Tin is up</h1>"), "Tin is up");
    assert_eq!(headline("<title>Tin price today</title>", "<h1>All about our metals</h1>"), "Tin price today");
    for other in ["<h1>The Tin Times</h1>", "<h1>Metals</h1>", "<h1>Tin is up</h1><h1>Zinc is down again</h1>"] {
        assert_eq!(headline(site, other), "", "{other}");
    }
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
    assert_eq!(authors(r#""Online Team""#, "<div class=byline>Web Desk</div>"), ["Online Team"]);
    assert_eq!(authors(r#"["Anna Krause", {"@type":"Organization","name":"The Tin Times"}]"#, ""), ["Anna Krause"]);
}

#[test]
fn names_right_behind_the_headline_say_who_wrote_where_nobody_is_named() {
    let authors = |behind: &str| {
        let tags = r#"<script type="application/ld+json">{"@type":"BreadcrumbList","itemListElement":[{"name":"Zinc Prices"}]}</script>"#;
        read(&format!("<title>Tin is up</title>{tags}"), &format!("<h1>Tin is up</h1>{behind}"), None).authors
    };
    assert_eq!(authors("<div>Anna Krause</div>"), ["Anna Krause"]);
    assert_eq!(authors("<p></p><div>Anna Krause</div>"), ["Anna Krause"]);
    assert_eq!(authors("<ul><li>Anna Krause</li><li>Cem Demir</li></ul>"), ["Anna Krause", "Cem Demir"]);
    assert_eq!(authors("<div class=authors><a>Anna Krause</a><a>Cem Demir</a></div>"), ["Anna Krause", "Cem Demir"]);
    let text = "<p>Tin has never cost as much as on this Tuesday, said traders in three towns who had been asked about it on the day before.</p>";
    for nobody in [
        "<div>Zinc Prices</div>".to_owned(),
        "<a href=/tag/a>Anna Krause</a>".to_owned(),
        format!("{text}<div>Anna Krause</div>"),
    ] {
        assert!(authors(&nobody).is_empty(), "{nobody}");
    }
}

#[test]
fn lists_of_tags_are_known_however_they_are_shown() {
    let text = "<p>Tin has never cost as much as on this Tuesday, said traders in three towns who had been asked about it on the day before.</p>";
    let links = "<a href=/x/1>tin</a> <a href=/x/2>zinc</a>";
    let tags = |before: &str, behind: &str| {
        read("<title>Tin is up</title>", &format!("<article>{before}<h1>Tin is up</h1>{text}{behind}</article>"), None)
            .tags
    };
    for list in [
        format!("<div aria-label=Tags>{links}</div>"),
        format!("<div data-testid=tag-list>{links}</div>"),
        format!("<div class=story-argomenti>{links}</div>"),
        format!("<h3>Explore more on these topics</h3><div>{links}</div>"),
        format!("<footer><div class=tags>{links}</div></footer>"),
        format!("<nav class=tags>{links}</nav>"),
        "<ul class=article-tags><li>tin</li><li>zinc</li></ul>".to_owned(),
        "<div><span class=tag><a href=/x/1>tin</a></span><span class=tag><a href=/x/2>zinc</a></span></div>".to_owned(),
    ] {
        assert_eq!(tags("", &list), ["tin", "zinc"], "{list}");
    }
    assert_eq!(tags(&format!("<div class=tags>{links}</div>"), ""), ["tin", "zinc"]);
    for other in [
        format!("<div>{links}</div>"),
        format!("<h3>Trending topics</h3><div>{links}</div>"),
        format!("<div class=theme-light>{text}{links}</div>"),
    ] {
        assert!(tags("", &other).is_empty(), "{other}");
    }
}

#[test]
fn a_date_that_a_script_shows_is_read_where_it_is_hidden() {
    let input =
        |kind: &str| format!("<h1>Tin is up</h1><input class=published_date type={kind} value='2025-02-27 23:41:18'>");
    let at = |kind: &str| read("<title>Tin is up</title>", &input(kind), None).published.at;
    assert_eq!(at("hidden").unwrap().to_string(), "2025-02-27T23:41:18Z");
    assert_eq!(at("text"), None);
}

#[test]
fn a_line_close_behind_the_headline_is_a_date_if_it_says_the_hour() {
    let at = |line: &str| {
        let article = read("<title>Tin is up</title>", &format!("<h1>Tin is up</h1>{line}"), None);
        article.published.at.map(|at| at.to_string())
    };
    let whole = Some("2025-03-04T18:20:00Z".to_owned());
    assert_eq!(at("<p>Tuesday, 4 March 2025, 18:20</p>"), whole);
    assert_eq!(at("<div><span>Anna Krause</span> <span>2025-03-04 18:20</span></div>"), whole);
    assert_eq!(at("<abbr class=published title='2025-03-04T18:20:00Z'>Tuesday</abbr>"), whole);
    assert_eq!(at("<p>4 March 2025</p>"), Some("2025-03-04T00:00:00Z".to_owned()), "a day and nothing else");
    assert_eq!(at("<p>Published on 4 March 2025</p>"), Some("2025-03-04T00:00:00Z".to_owned()));
    assert_eq!(at("<p>On 4 March 2025 tin cost more than ever.</p>"), None);
    assert_eq!(
        at(
            "<p>On 4 March 2025 tin cost more than ever and so did zinc, lead and copper, said traders in three towns who had been asked.</p><p>4 March 2025</p>"
        ),
        None
    );
    assert_eq!(at("<p>Updated: 4 March 2025, 18:20</p>"), None);
    let url = Some("https://tintimes.example/2025/03/01/tin");
    let article = read("<title>Tin is up</title>", "<h1>Tin is up</h1><p>Fair: 4 April 2024, 18:20</p>", url);
    assert_eq!(article.published.at.unwrap().to_string(), "2025-03-01T00:00:00Z", "of another day than the address");
    assert_eq!(at("<span class=date>Updated: 4 March 2025, 18:20</span>"), None);
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
fn the_hour_that_people_are_told_is_read_beside_the_day_for_programs() {
    let time = "<h1>Tin is up</h1><time datetime=2025-03-04>4 March 2025, 18:20</time>";
    assert_eq!(read("<title>Tin is up</title>", time, None).published.at.unwrap().to_string(), "2025-03-04T18:20:00Z");
}

#[test]
fn what_is_said_below_an_article_is_said_of_it() {
    let below = "<h1>Tin is up</h1><div class=post-footer><span class=author>Anna Krause</span><a rel=tag href=/tin>tin</a></div>";
    let article = read("<title>Tin is up</title>", below, None);
    assert_eq!((&article.authors[..], &article.tags[..]), (&["Anna Krause".to_owned()][..], &["tin".to_owned()][..]));
    let frame = "<h1>Tin is up</h1><footer class=site-footer><span class=author>Anna Krause</span></footer>";
    assert!(read("<title>Tin is up</title>", frame, None).authors.is_empty());
}

#[test]
fn parts_that_only_a_style_keeps_apart_are_parts() {
    let byline =
        "<h1>Tin is up</h1><div class=byline><span>Anna Krause</span><span>Political correspondent</span></div>";
    assert_eq!(read("<title>Tin is up</title>", byline, None).authors, ["Anna Krause"]);
}

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
fn the_one_heading_is_the_headline_where_only_the_window_says_another_and_less() {
    let headline = |title: &str| {
        read(&format!("<title>{title}</title>"), "<h1>Tin mines of the high plain close</h1>", None).headline
    };
    for title in ["La Plata Daily News", "Home", "untitled"] {
        assert_eq!(headline(title), "Tin mines of the high plain close", "{title}");
    }
    let long = "Ten mines close in the season of rain, says the union of those who work there";
    assert_eq!(headline(long), long);
}
