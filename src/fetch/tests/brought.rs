//! What feeds bring, what is kept of it, and the pages of their items.

use super::*;
use crate::store::{RunState, Standing};

#[tokio::test]
async fn an_answer_is_not_sent_again_while_nothing_is_new() {
    let host = Host::new(|asked| match asked.path.as_str() {
        "/feed" if asked.headers.contains("if-none-match: \"7\"") => reply("304 Not Modified", "", ""),
        "/feed" => reply("200 OK", "etag: \"7\"\r\nlast-modified: Wed, 25 Nov 2026 11:00:00 GMT\r\n", FEED),
        _ => nothing_there(),
    });
    let desk = desk(host.at("feed"));
    assert_eq!(desk.poll().await.trouble, None);
    let state = desk.poll().await;
    assert!(host.last().headers.contains("if-modified-since: wed, 25 nov 2026 11:00:00 gmt"));
    assert_eq!((state.trouble.clone(), state.etag.as_deref()), (None, Some("\"7\"")));
    assert!((15..17).contains(&minutes(&state)), "{state:?}");
    assert_eq!(host.paths(), ["/robots.txt", "/feed", "/feed"]);
    let runs = desk.runs();
    assert_eq!((runs.len(), runs[0].state, runs[0].counts.new), (1, RunState::Finished, 2));
    let kept = desk.store.feed(&state.url).unwrap().unwrap();
    assert_eq!((kept.etag, kept.body, kept.succeeded), (state.etag, state.body, Some(noon())));
}

#[tokio::test]
async fn a_poll_that_brings_nothing_leaves_no_line_in_the_ledger() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let host = Host::new(move |asked| match asked.path.as_str() {
        // The same items, and never the same bytes.
        "/feed" => {
            let count = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            reply("200 OK", "", FEED.to_owned() + &" ".repeat(count))
        }
        _ => nothing_there(),
    });
    let desk = desk(host.at("feed"));
    for _ in 0..3 {
        assert_eq!(desk.poll().await.trouble, None);
    }
    assert_eq!((desk.runs().len(), desk.store.count().unwrap()), (1, 2));
}

#[tokio::test]
async fn a_page_is_no_feed() {
    let host = Host::new(|asked| match asked.path.as_str() {
        "/page" => reply("200 OK", "content-type: text/html\r\n", "<!doctype html><html><h1>Tin</h1><p>Text.</html>"),
        "/text" => reply("200 OK", "", "We will be back soon"),
        _ => nothing_there(),
    });
    assert_eq!(desk(host.at("page")).trouble().await, "not_a_feed");
    assert_eq!(desk(host.at("text")).trouble().await, "not_a_feed");
    assert_eq!(desk(host.at("nowhere")).trouble().await, "http_status");
}

#[tokio::test]
async fn a_feed_may_be_in_any_of_their_formats() {
    let host = Host::new(|asked| match asked.path.as_str() {
        "/rss" => reply(
            "200 OK",
            "content-type: text/html\r\n",
            "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Harbour Post</title><link>https://a.example/</link>\
             <item><title>Tin rises</title><link>/tin</link><pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate></item>\
             </channel></rss>",
        ),
        "/sitemap.xml" => reply(
            "200 OK",
            "",
            "<?xml version=\"1.0\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
             xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\"><url><loc>https://a.example/zinc</loc><news:news>\
             <news:publication><news:name>Harbour Post</news:name><news:language>en</news:language></news:publication>\
             <news:publication_date>2026-11-20</news:publication_date><news:title>Zinc falls</news:title></news:news>\
             </url></urlset>",
        ),
        "/empty" => reply("200 OK", "", "<rss version=\"2.0\"><channel><title>Harbour Post</title></channel></rss>"),
        _ => nothing_there(),
    });
    for (path, headline) in [("rss", "Tin rises"), ("sitemap.xml", "Zinc falls")] {
        let desk = desk(host.at(path));
        assert_eq!(desk.poll().await.trouble, None, "{path}");
        assert_eq!(desk.store.current(&[1]).unwrap()[0].article.headline, headline);
    }
    let empty = desk(host.at("empty"));
    assert_eq!((empty.trouble().await.as_str(), empty.runs().len()), ("", 0), "for a while, a feed may be");
}

#[tokio::test]
async fn a_poll_ends_when_the_server_does() {
    let host = Host::new(|asked| if asked.path == "/feed" { without_end(Then::Stall) } else { nothing_there() });
    let desk = desk(host.at("feed"));
    let poll = {
        let (poller, feed) = (Arc::clone(&desk.poller), desk.feed.clone());
        tokio::spawn(async move { poller.poll(&feed, Origin::Configured, noon()).await.unwrap() })
    };
    while host.paths().len() < 2 {
        tokio::task::yield_now().await;
    }
    desk.stop.send(true).unwrap();
    assert_eq!(poll.await.unwrap().trouble, None);
    assert_eq!(desk.store.feeds().unwrap(), [], "nothing is known that was not before");
}

pub(super) const PAGE: &str = r#"<!doctype html><html lang="en"><head><title>Tin rises - Harbour Post</title>
<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":"Tin rises again",
"datePublished":"2026-11-20T11:30:00+01:00","author":{"@type":"Person","name":"Ann Smith"}}</script></head><body><article>
<h1>Tin rises again</h1><p>The price of tin rose on Friday for the third day in a row, traders at the harbour said.</p>
<p>They put it down to a strike in two mines, which has now lasted for five weeks and shows no sign of an end.</p>
<p>Stocks in the warehouses are lower than at any time since the spring, and buyers have begun to look elsewhere.</p>
</article></body></html>"#;

fn news_site(page: impl Fn() -> Reply + Send + Sync + 'static) -> Host {
    Host::new(move |asked| match asked.path.as_str() {
        "/feed" => reply("200 OK", "", FEED),
        "/tin" => page(),
        _ => nothing_there(),
    })
}

#[tokio::test]
async fn the_page_of_an_item_is_fetched_once_and_is_the_same_article() {
    let host = news_site(|| reply("200 OK", "content-type: text/html; charset=utf-8\r\n", PAGE));
    let desk = desk_with(host.at("feed"), |set| set.fetch_pages = true, |_| {});
    assert_eq!(desk.poll().await.trouble, None);
    assert_eq!(host.paths(), ["/robots.txt", "/feed", "/tin", "/zinc"], "newest first");
    let stored = desk.store.current(&[1, 2]).unwrap();
    assert_eq!(stored.len(), 2, "the page is no second article");
    let tin = &stored[0].article;
    assert_eq!((tin.headline.as_str(), tin.external_id.as_deref()), ("Tin rises again", Some("1")));
    assert!(tin.body.concat().contains("strike in two mines"), "{tin:?}");
    assert_eq!(tin.source.name.as_deref(), Some("Harbour Post"));
    assert_eq!((stored[1].article.headline.as_str(), stored[0].version), ("Zinc falls", 1));
    desk.poll().await;
    assert_eq!(host.paths()[4..], ["/feed"]);
    assert_eq!(desk.store.versions(1).unwrap().len(), 1);
}

#[tokio::test]
async fn an_item_stands_for_itself_where_its_page_cannot_be_had() {
    let host = news_site(|| reply("503 Service Unavailable", "", ""));
    let desk = desk_with(host.at("feed"), |set| set.fetch_pages = true, |_| {});
    for _ in 0..5 {
        assert_eq!(desk.poll().await.trouble, None);
    }
    let count = |path: &str| host.paths().iter().filter(|asked| *asked == path).count();
    assert_eq!((count("/tin"), count("/zinc")), (3, 1), "what may come later is tried again");
    assert_eq!(desk.store.count().unwrap(), 2);
    let runs = desk.runs();
    assert_eq!((runs.len(), runs[0].counts.new, runs[0].counts.rejected), (1, 2, 2));
}

#[tokio::test]
async fn items_are_in_while_the_host_of_their_pages_wants_to_be_left_alone() {
    let host = news_site(|| reply("429 Too Many Requests", "retry-after: 7200\r\n", ""));
    let desk = desk_with(host.at("feed"), |set| set.fetch_pages = true, |_| {});
    assert_eq!(desk.poll().await.trouble, None);
    assert_eq!(host.paths(), ["/robots.txt", "/feed", "/tin"], "the other page is not asked for");
    assert_eq!(desk.store.count().unwrap(), 2);
}

#[tokio::test]
async fn what_a_feed_says_of_its_pace_is_kept_to() {
    let rss = "<rss version=\"2.0\"><channel><title>Wire</title><ttl>120</ttl><item><title>Tin rises</title>\
               <guid isPermaLink=\"false\">wire-long-1</guid></item></channel></rss>";
    let host = Host::new(move |asked| match asked.path.as_str() {
        "/feed" if asked.headers.contains("if-none-match") => reply("304 Not Modified", "", ""),
        "/feed" => reply("200 OK", "etag: \"7\"\r\n", rss),
        "/cached" => reply("200 OK", "cache-control: public, max-age=7500\r\nage: 300\r\n", FEED),
        _ => nothing_there(),
    });
    let (feed, cached) = (desk(host.at("feed")), desk(host.at("cached")));
    for (desk, when) in [(&feed, "whole"), (&feed, "not modified"), (&cached, "by its headers")] {
        let pause = minutes(&desk.poll().await);
        assert!((120..=126).contains(&pause), "{when}: {pause}");
    }
}

#[tokio::test]
async fn an_entry_that_is_taken_back_is_killed_and_its_page_not_asked_for() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let host = Host::new(move |asked| match asked.path.as_str() {
        "/feed" => {
            let is_first = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
            let entry =
                "<entry><title>Tin rises</title><id>tag:wire.example,2026:tin</id><link href=\"/tin\"/></entry>";
            let deleted = "<at:deleted-entry xmlns:at=\"http://purl.org/atompub/tombstones/1.0\" ref=\"tag:wire.example,2026:tin\"/>";
            let feed = if is_first { entry } else { deleted };
            reply("200 OK", "", format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Wire</title>{feed}</feed>"))
        }
        _ => nothing_there(),
    });
    let desk = desk_with(host.at("feed"), |set| set.fetch_pages = true, |_| {});
    let standing = || desk.store.current(&[1]).unwrap()[0].standing;
    desk.poll().await;
    assert_eq!(standing(), Standing::Shown);
    desk.poll().await;
    assert!(matches!(standing(), Standing::Killed { .. }), "{:?}", standing());
    desk.poll().await;
    assert_eq!(desk.runs().len(), 2, "it is killed once");
    assert_eq!(host.paths().iter().filter(|path| *path == "/tin").count(), 1);
}
