//! What readers see of a page: headings, bylines, dates and tags.

use super::*;

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
    let both = "<span>Published 3 March 2025, 9:00</span><p>Updated: 4 March 2025, 18:20</p>";
    assert_eq!(at(both), Some("2025-03-03T09:00:00Z".to_owned()));
    let url = Some("https://tintimes.example/2025/03/01/tin");
    let article = read("<title>Tin is up</title>", "<h1>Tin is up</h1><p>Fair: 4 April 2024, 18:20</p>", url);
    assert_eq!(article.published.at.unwrap().to_string(), "2025-03-01T00:00:00Z", "of another day than the address");
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

#[test]
fn a_line_that_tells_of_several_days_says_of_each_what_it_is() {
    let (made, changed) = ("Published 6:45 p.m. EST March 4, 2025", "Updated 9:15 a.m. EST March 5, 2025");
    for line in [format!("{made} | {changed}"), format!("{changed} | {made}")] {
        for opening in ["<p class=timestamp>", "<div>"] {
            let page =
                format!("<title>Tin is up in all towns</title><h1>Tin is up in all towns</h1>{opening}{line}</div>");
            let article = read(&page, "", None);
            let at = |stamp: Option<crate::article::Stamp>| stamp?.at.map(|at| at.to_string());
            assert_eq!(at(Some(article.published)).as_deref(), Some("2025-03-04T23:45:00Z"), "{opening}{line}");
            assert_eq!(at(article.modified).as_deref(), Some("2025-03-05T14:15:00Z"), "{opening}{line}");
        }
    }
}

#[test]
fn a_day_is_found_among_what_else_stands_at_the_headline() {
    let published = |page: &str| read("<title>Tin is up in all towns</title>", page, None).published;
    let day = |page: &str| published(page).at.map(|at| at.to_string()[..10].to_owned());
    let heading = "<h1>Tin is up in all towns</h1>";
    for line in [
        format!("{heading}<div>By <b>Anna Krause</b> • March 4, 2025 • 5 min read</div>"),
        format!("{heading}<small><b>04.03.2025</b> - Publicado por: Anna Krause</small>"),
        format!("{heading}<div>Posted by akrause, CemD, Eva on 2025-03-04, <a href=/all>all posts</a></div>"),
        format!("<div>{heading}입력 :[ 2025-03-04 ]<div>{TEXT}</div></div>"),
        format!("<p><span>Von</span> <a href=/a>Anna Krause</a> <span>publiziert am 4. März 2025</span></p>{heading}"),
        "<dl><dt>Tin is up in all towns</dt></dl><p>4 March 2025</p>".to_owned(),
        format!("<div class=content-with-sidebar>{heading}<p class=date>4 March 2025</p></div>"),
    ] {
        assert_eq!(day(&line).as_deref(), Some("2025-03-04"), "{line}");
    }
    let far = format!("<p>publiziert am 4. März 2025</p>{}{heading}", "<i></i>".repeat(100));
    for none in [format!("<p>4 March 2025</p>{heading}"), far] {
        assert_eq!(day(&none), None, "{none}");
    }
}

#[test]
fn the_day_that_the_first_paragraph_opens_with_is_the_last_resort() {
    let rest =
        "Tin has never cost as much as on this day, said traders in three towns who had been asked about it before.";
    let day = |opening: &str, more: &str| {
        let body = format!("<h1>Tin is up</h1>{more}<p>{opening} {rest}</p>");
        read("<title>Tin is up</title>", &body, None).published.at.map(|at| at.to_string()[..10].to_owned())
    };
    for opening in [
        "LONDON, March 4, 2025 /PRWire/ --",
        "March 4, 2025 --",
        "La Plata, March 4, 2025 (XY) —",
        "BERLIN, 4. März 2025 –",
    ] {
        assert_eq!(day(opening, "").as_deref(), Some("2025-03-04"), "{opening}");
    }
    assert_eq!(day("March 4, 2025 --", "<time datetime=2025-03-05></time>").as_deref(), Some("2025-03-05"));
    for none in [
        "On 4 March 2025 – a Tuesday –",
        "In London, on March 4, 2025 —",
        "March 4, 2025 was a day of rain.",
        "LONDON, March 4 --",
    ] {
        assert_eq!(day(none, ""), None, "{none}");
    }
    assert_eq!(
        day("Nobody knows.</p><p>March 4, 2025 --", ""),
        Some("2025-03-04".to_owned()),
        "the first of some length"
    );
    let second = format!("<h1>Tin is up</h1><p>{rest}</p><p>March 4, 2025 -- {rest}</p>");
    assert_eq!(read("<title>Tin is up</title>", &second, None).published.at, None);
}

#[test]
fn where_only_a_change_is_dated_it_was_there_then() {
    let published = |page: &str| read("<title>Tin is up</title>", page, None);
    let article = published("<h1>Tin is up</h1><span class=date>Last updated March 4, 2025</span>");
    assert_eq!(article.published.at, article.modified.unwrap().at);
    assert_eq!(article.published.at.unwrap().to_string(), "2025-03-04T00:00:00Z");
    let both =
        "<h1>Tin is up</h1><span class=date>Last updated March 4, 2025</span><time class=published>2025-03-01</time>";
    assert_eq!(published(both).published.at.unwrap().to_string(), "2025-03-01T00:00:00Z");
}

#[test]
fn who_is_no_link_stands_in_one_line_with_links() {
    let authors = |line: &str| read("<title>Tin is up</title>", &format!("<h1>Tin is up</h1>{line}"), None).authors;
    let link = "<a rel=author href=/a>Anna Krause</a>";
    for line in [format!("<p class=byline>By {link} and Cem Demir</p>"), format!("<p>By {link} and Cem Demir</p>")] {
        assert_eq!(authors(&line), ["Anna Krause", "Cem Demir"], "{line}");
    }
    assert_eq!(authors(&format!("<p class=byline>By {link}<br>Zinc News Team</p>")), ["Anna Krause"]);
    assert_eq!(authors(&format!("<p class=byline>By {link}, Berlin Bureau</p>")), ["Anna Krause"]);
}

#[test]
fn a_heading_that_only_leads_home_is_none_beside_another() {
    let read = |title: &str, body: &str| read(&format!("<title>{title}</title>"), body, None);
    let home = "<h1><a href=/>The Tin Times</a></h1>";
    let headline = "<article><h2 class=headline>Tin is up in all towns</h2><p>By Anna Krause</p></article>";
    let article = read("The Tin Times - News from London", &format!("{home}{headline}"));
    assert_eq!(
        (article.headline.as_str(), &article.authors[..]),
        ("Tin is up in all towns", &["Anna Krause".to_owned()][..])
    );
    came_from(&article, "headline", "visible");
    assert_eq!(
        read("Tin is up in all towns", "<h1><a href=/>Tin is up in all towns</a></h1>").headline,
        "Tin is up in all towns"
    );
    let linked = "<h1><a href=/tin>Tin is up in all towns</a></h1><h2 class=headline>Zinc falls in one</h2>";
    assert_eq!(read("Tin is up in all towns", linked).headline, "Tin is up in all towns");
}
