//! Sitemaps of news, and indexes that name them.

use super::*;

fn sitemap(loc: &str, title: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\"><url><loc>{loc}</loc><news:news><news:publication>\
         <news:name>Harbour Post</news:name><news:language>en</news:language></news:publication>\
         <news:publication_date>2026-11-20</news:publication_date><news:title>{title}</news:title></news:news></url></urlset>"
    )
}

fn index(named: &[(&str, &str)]) -> String {
    let lastmod = |at: &str| if at.is_empty() { String::new() } else { format!("<lastmod>{at}</lastmod>") };
    let named = named.iter().map(|(loc, at)| format!("<sitemap><loc>{loc}</loc>{}</sitemap>", lastmod(at)));
    let named: String = named.collect();
    format!("<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{named}</sitemapindex>")
}

#[tokio::test]
async fn the_sitemaps_that_an_index_names_are_asked_if_they_may_have_changed() {
    let changed = Arc::new(Mutex::new("2026-11-24T10:00:00Z"));
    let last = Arc::clone(&changed);
    let host = Host::new(move |asked| match asked.path.as_str() {
        "/index.xml" => {
            let elsewhere = "https://elsewhere.example/four.xml";
            let named = [
                ("/one.xml", "2026-11-20T10:00:00Z"),
                ("/two.xml", *last.lock().unwrap()),
                ("/three.xml", ""),
                (elsewhere, ""),
            ];
            reply("200 OK", "", index(&named))
        }
        "/one.xml" => reply("200 OK", "", sitemap("/tin", "Tin rises")),
        "/two.xml" => reply("200 OK", "", sitemap("/zinc", "Zinc falls")),
        "/three.xml" => reply("200 OK", "", sitemap("/ore", "Ore rests")),
        _ => nothing_there(),
    });
    let desk = desk(host.at("index.xml"));
    assert_eq!(desk.trouble().await, "");
    assert_eq!(
        host.paths(),
        ["/robots.txt", "/index.xml", "/two.xml", "/one.xml", "/three.xml"],
        "the last changed first"
    );
    assert_eq!((desk.store.count().unwrap(), desk.runs().len()), (3, 3));
    desk.poll().await;
    assert_eq!(host.paths()[5..], ["/index.xml"]);
    *changed.lock().unwrap() = "2026-11-25T11:00:00Z";
    desk.poll().await;
    assert_eq!(host.paths()[6..], ["/index.xml", "/two.xml"]);
    assert_eq!(desk.runs().len(), 3);
}

#[tokio::test]
async fn one_that_may_still_change_today_is_asked_at_every_poll_and_one_that_fails_is_left_alone() {
    let host = Host::new(move |asked| match asked.path.as_str() {
        "/index.xml" => {
            reply("200 OK", "", index(&[("/today.xml", "2026-11-25"), ("/broken.xml", "2026-11-20T10:00:00Z")]))
        }
        "/today.xml" => reply("200 OK", "", sitemap("/tin", "Tin rises")),
        _ => nothing_there(),
    });
    let desk = desk(host.at("index.xml"));
    assert_eq!(desk.trouble().await, "");
    assert_eq!(host.paths()[1..], ["/index.xml", "/today.xml", "/broken.xml"]);
    desk.poll().await;
    assert_eq!(host.paths()[4..], ["/index.xml", "/today.xml"]);
    let broken = desk.store.feed(host.at("broken.xml").as_str()).unwrap().unwrap();
    assert_eq!(broken.trouble.unwrap().0, "http_status");
}

#[tokio::test]
async fn an_index_that_names_another_goes_no_further() {
    let host = Host::new(move |asked| match asked.path.as_str() {
        "/index.xml" | "/inner.xml" => reply("200 OK", "", index(&[("/inner.xml", "")])),
        _ => nothing_there(),
    });
    assert_eq!(desk(host.at("index.xml")).trouble().await, "");
    assert_eq!(host.paths(), ["/robots.txt", "/index.xml", "/inner.xml"]);
}

#[tokio::test]
async fn what_a_sitemap_announces_is_taken_from_its_page() {
    let host = Host::new(|asked| match asked.path.as_str() {
        "/sitemap.xml" => reply("200 OK", "", sitemap("/tin", "Tin rises")),
        "/tin" => reply("200 OK", "content-type: text/html; charset=utf-8\r\n", brought::PAGE),
        _ => nothing_there(),
    });
    let desk = desk_with(host.at("sitemap.xml"), |set| set.fetch_pages = true, |_| {});
    for _ in 0..2 {
        assert_eq!(desk.trouble().await, "");
    }
    assert_eq!(host.paths(), ["/robots.txt", "/sitemap.xml", "/tin", "/sitemap.xml"]);
    let stored = desk.store.current(&[1]).unwrap();
    assert_eq!((desk.store.count().unwrap(), stored[0].article.headline.as_str()), (1, "Tin rises again"));
    assert!(stored[0].article.body.concat().contains("strike in two mines"));
}

#[tokio::test]
async fn a_sitemap_whose_pages_have_not_all_come_is_asked_again() {
    let is_up = Arc::new(Mutex::new(false));
    let up = Arc::clone(&is_up);
    let host = Host::new(move |asked| match asked.path.as_str() {
        "/index.xml" => reply("200 OK", "", index(&[("/day.xml", "2026-11-20T10:00:00Z")])),
        "/day.xml" => reply("200 OK", "", sitemap("/tin", "Tin rises")),
        "/tin" if *up.lock().unwrap() => reply("200 OK", "content-type: text/html; charset=utf-8\r\n", brought::PAGE),
        "/tin" => reply("503 Service Unavailable", "", ""),
        _ => nothing_there(),
    });
    let desk = desk_with(host.at("index.xml"), |set| set.fetch_pages = true, |_| {});
    desk.poll().await;
    assert_eq!(host.paths()[1..], ["/index.xml", "/day.xml", "/tin"]);
    *is_up.lock().unwrap() = true;
    for _ in 0..2 {
        desk.poll().await;
    }
    assert_eq!(host.paths()[4..], ["/index.xml", "/day.xml", "/tin", "/index.xml"]);
    assert_eq!(desk.store.current(&[1]).unwrap()[0].article.headline, "Tin rises again");
}
