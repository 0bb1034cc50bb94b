//! Polls against hosts of this machine that answer what a test tells them to, and write down what they were asked.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Condvar, Mutex};

use url::Url;

use super::*;
use crate::store::{Run, RunState};

/// What a host is asked: the path, and the headers in small letters, one a line.
#[derive(Clone, Debug)]
struct Asked {
    path: String,
    headers: String,
}

/// An answer as it goes over the wire, and whether its body goes on for ever, or stops and never ends.
struct Reply {
    bytes: Vec<u8>,
    then: Then,
}

#[derive(PartialEq)]
enum Then {
    Close,
    GoOn,
    Stall,
}

fn reply(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    Reply { bytes: [head.as_bytes(), body].concat(), then: Then::Close }
}

fn without_end(then: Then) -> Reply {
    Reply { bytes: b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n[".to_vec(), then }
}

fn redirect(status: &str, to: &str) -> Reply {
    reply(status, &format!("location: {to}\r\n"), "")
}

fn nothing_there() -> Reply {
    reply("404 Not Found", "", "")
}

struct Host {
    base: Url,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Host {
    /// Answers until the test ends; what a `robots.txt` says is part of the answers.
    fn new(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Host {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let (answer, log) = (Arc::new(answer), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                std::thread::spawn(move || serve(stream, &*answer, &log));
            }
        });
        Host { base, asked }
    }

    fn at(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }

    fn paths(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|asked| asked.path.clone()).collect()
    }

    fn last(&self) -> Asked {
        self.asked.lock().unwrap().last().unwrap().clone()
    }
}

fn serve(stream: TcpStream, answer: &dyn Fn(&Asked) -> Reply, log: &Mutex<Vec<Asked>>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).map(|line| line.to_lowercase()).collect();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let asked = Asked { path, headers: headers.join("\n") };
    log.lock().unwrap().push(asked.clone());
    let Reply { bytes, then } = answer(&asked);
    let mut stream = stream;
    // Whoever asked may have gone.
    if stream.write_all(&bytes).is_err() {
        return;
    }
    match then {
        Then::Close => {}
        Then::GoOn => while stream.write_all(&[b' '; 1 << 16]).is_ok() {},
        // Until the other side has gone.
        Then::Stall => drop(std::io::Read::read_to_end(&mut stream, &mut Vec::new())),
    }
}

const FEED: &str = r#"[{"id":"1","title":"Tin rises","url":"/tin","source":"Harbour Post","date":"2026-11-20T10:00:00Z"},
    {"id":"2","title":"Zinc falls","url":"/zinc","source":"Harbour Post","date":"2026-11-20T09:00:00Z"}]"#;

/// A poller of one feed, and its store.
struct Desk {
    poller: Arc<Poller>,
    feed: Feed,
    store: Arc<Store>,
    stop: watch::Sender<bool>,
    _dir: tempfile::TempDir,
}

fn desk(url: Url) -> Desk {
    desk_with(url, |_| {}, |_| {})
}

fn desk_with(url: Url, set: impl FnOnce(&mut Feeds), change: impl FnOnce(&mut Client)) -> Desk {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(dir.path()).unwrap());
    let feed = Feed { url, every: None, fetch_pages: None, namespace: None };
    let mut settings = crate::config::Config::read(None).unwrap().feeds;
    (settings.allow_private, settings.pause, settings.feed) = (true, Duration::ZERO, vec![feed.clone()]);
    set(&mut settings);
    let (stop, stopped) = watch::channel(false);
    let mut poller = Poller::new(&settings, Arc::clone(&store), stopped).unwrap();
    change(&mut poller.client);
    Desk { poller: Arc::new(poller), feed, store, stop, _dir: dir }
}

fn noon() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

impl Desk {
    async fn poll(&self) -> FeedState {
        self.poller.poll(&self.feed, noon()).await.unwrap()
    }

    /// Polls, and returns the code of the trouble met.
    async fn trouble(&self) -> String {
        self.poll().await.trouble.map(|(code, _)| code).unwrap_or_default()
    }

    fn runs(&self) -> Vec<Run> {
        self.store.runs(None, 99).unwrap()
    }
}

fn minutes(state: &FeedState) -> i64 {
    state.due.unwrap().duration_since(noon()).as_secs() / 60
}

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
async fn a_host_says_in_robots_txt_what_may_be_fetched() {
    let host = Host::new(|asked| match asked.path.as_str() {
        "/robots.txt" => {
            reply("200 OK", "", "User-agent: broadsheet\nDisallow: /secret\n\nUser-agent: *\nDisallow: /\n")
        }
        _ => reply("200 OK", "", FEED),
    });
    let secret = desk(host.at("secret/feed"));
    assert_eq!(secret.trouble().await, "robots_forbid");
    assert_eq!(secret.trouble().await, "robots_forbid");
    assert_eq!(host.paths(), ["/robots.txt"], "asked once, and nothing else");
    assert_eq!(desk(host.at("feed")).trouble().await, "");
    let other = desk_with(host.at("feed"), |set| set.user_agent = "deskbot/2 (+https://a.example)".into(), |_| {});
    assert_eq!(other.trouble().await, "robots_forbid");
    assert!(host.last().headers.contains("user-agent: deskbot/2 (+https://a.example)"));
}

#[tokio::test]
async fn a_host_that_cannot_say_what_may_be_fetched_forbids_it_for_now() {
    let host = Host::new(|_| reply("503 Service Unavailable", "", ""));
    assert_eq!(desk(host.at("feed")).trouble().await, "robots_unknown");
    assert_eq!(host.paths(), ["/robots.txt"]);
}

#[tokio::test]
async fn redirects_are_followed_to_an_end() {
    let host = Host::new(|asked| match asked.path.as_str() {
        "/robots.txt" => nothing_there(),
        "/feed" => redirect("302 Found", "/one"),
        "/one" => redirect("307 Temporary Redirect", "two?x=1#fragment"),
        "/two?x=1" => reply("200 OK", "", FEED),
        _ => redirect("301 Moved Permanently", "/round"),
    });
    let state = desk(host.at("feed")).poll().await;
    assert_eq!((state.trouble, state.moved_to), (None, None), "not for good");
    assert_eq!(desk(host.at("round")).trouble().await, "too_many_redirects");
    assert_eq!(host.paths().iter().filter(|path| *path == "/round").count(), 6);
}

#[tokio::test]
async fn a_feed_that_has_moved_for_good_is_asked_at_its_new_place_while_it_is_there() {
    let there = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let is_there = Arc::clone(&there);
    let host = Host::new(move |asked| match asked.path.as_str() {
        "/old" => redirect("301 Moved Permanently", "/middle"),
        "/middle" => redirect("308 Permanent Redirect", "/new"),
        "/new" if is_there.load(std::sync::atomic::Ordering::Relaxed) => reply("200 OK", "", FEED),
        _ => nothing_there(),
    });
    let desk = desk(host.at("old"));
    assert_eq!(desk.poll().await.moved_to, Some(host.at("new").to_string()));
    desk.poll().await;
    assert_eq!(host.paths()[1..], ["/old", "/middle", "/new", "/new"]);
    there.store(false, std::sync::atomic::Ordering::Relaxed);
    let state = desk.poll().await;
    assert_eq!((state.moved_to, state.gone), (None, false));
    desk.poll().await;
    assert_eq!(host.paths()[5..], ["/new", "/old", "/middle", "/new"]);
}

#[tokio::test]
async fn nothing_that_is_not_public_is_asked_unless_it_is_allowed() {
    let inside = Host::new(|_| reply("200 OK", "", FEED));
    let to_inside = inside.at("feed").to_string();
    let by_name = to_inside.replace("127.0.0.1", "localhost");
    let mapped = to_inside.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    let host = Host::new(move |asked| match asked.path.as_str() {
        "/robots.txt" => nothing_there(),
        "/by-address" => redirect("302 Found", &to_inside),
        "/by-name" => redirect("302 Found", &by_name),
        "/mapped" => redirect("302 Found", &mapped),
        "/file" => redirect("302 Found", "file:///etc/passwd"),
        _ => reply("200 OK", "", FEED),
    });
    let port = host.base.port();
    let public = |url: Url| desk_with(url, |set| set.allow_private = false, |client| client.public_port = port);
    for way in ["by-address", "by-name", "mapped"] {
        assert_eq!(public(host.at(way)).trouble().await, "private_address", "{way}");
    }
    assert_eq!(public(host.at("file")).trouble().await, "not_http");
    assert_eq!(public(inside.at("feed")).trouble().await, "private_address");
    assert_eq!(inside.paths(), [""; 0], "not even its robots.txt");
    assert_eq!(public(host.at("feed")).trouble().await, "");
}

#[tokio::test]
async fn where_robots_txt_leads_is_checked_too() {
    let inside = Host::new(|_| nothing_there());
    let to_inside = inside.at("robots.txt").to_string();
    let host = Host::new(move |asked| match asked.path.as_str() {
        "/robots.txt" => redirect("301 Moved Permanently", &to_inside),
        _ => reply("200 OK", "", FEED),
    });
    let port = host.base.port();
    let desk = desk_with(host.at("feed"), |set| set.allow_private = false, |client| client.public_port = port);
    assert_eq!(desk.trouble().await, "private_address");
    assert_eq!(inside.paths(), [""; 0]);
}

#[tokio::test]
async fn a_host_that_has_had_enough_is_left_alone_as_long_as_it_asks() {
    let host = Host::new(|asked| match asked.path.as_str() {
        "/robots.txt" => nothing_there(),
        _ => reply("429 Too Many Requests", "retry-after: 7200\r\n", ""),
    });
    let desk = desk(host.at("feed"));
    let state = desk.poll().await;
    assert_eq!(
        (state.trouble.unwrap().0.as_str(), minutes(&desk.store.feed(&state.url).unwrap().unwrap())),
        ("http_status", 120)
    );
    let asked = host.paths();
    let state = desk.poll().await;
    assert_eq!((host.paths(), state.failures), (asked, 1));
    assert!((119..=150).contains(&minutes(&state)), "{state:?}");
}

#[tokio::test]
async fn a_feed_that_fails_is_asked_ever_less_often_and_noted_once() {
    let host = Host::new(|asked| match asked.path.as_str() {
        "/robots.txt" => nothing_there(),
        _ => reply("500 Internal Server Error", "", ""),
    });
    let desk = desk(host.at("feed"));
    let mut pauses = Vec::new();
    for _ in 0..4 {
        pauses.push(minutes(&desk.poll().await));
    }
    assert!(
        pauses[0] >= 15 && pauses[1] >= 30 && pauses[2] >= 60 && pauses[3] >= 120 && pauses[3] <= 150,
        "{pauses:?}"
    );
    let runs = desk.runs();
    assert_eq!((runs.len(), runs[0].state, runs[0].counts.rejected), (1, RunState::Failed, 1));
    assert_eq!(desk.store.rejects(runs[0].id, 0, 9).unwrap()[0].1.code, "http_status");
}

#[tokio::test]
async fn a_feed_that_is_gone_is_asked_no_more() {
    let host = Host::new(|asked| if asked.path == "/feed" { reply("410 Gone", "", "") } else { nothing_there() });
    let desk = desk(host.at("feed"));
    let state = desk.poll().await;
    assert!(state.gone && next(Some(&state), noon()).is_none());
    assert_eq!(desk.poller.first_due().await.unwrap(), [None], "also after another start");
}

#[tokio::test]
async fn an_answer_without_end_is_let_go_of() {
    let host = Host::new(|asked| match asked.path.as_str() {
        "/endless" => without_end(Then::GoOn),
        "/stalled" => without_end(Then::Stall),
        _ => nothing_there(),
    });
    assert_eq!(desk(host.at("endless")).trouble().await, "too_large");
    let hurried = desk_with(host.at("stalled"), |_| {}, |client| client.set_time(Duration::from_millis(300)));
    assert_eq!(hurried.trouble().await, "too_slow");
}

#[tokio::test]
async fn what_unpacks_without_end_is_let_go_of() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..64 {
        packer.write_all(&[b' '; 1 << 20]).unwrap();
    }
    let bomb = packer.finish().unwrap();
    assert!(bomb.len() < 1 << 20);
    let host = Host::new(move |asked| match asked.path.as_str() {
        "/feed" => reply("200 OK", "content-encoding: gzip\r\n", &bomb),
        _ => nothing_there(),
    });
    assert_eq!(desk(host.at("feed")).trouble().await, "too_large");
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
        "/index.xml" => reply(
            "200 OK",
            "",
            "<?xml version=\"1.0\"?><sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><sitemap>\
             <loc>https://a.example/sitemap.xml</loc></sitemap></sitemapindex>",
        ),
        _ => nothing_there(),
    });
    for (path, headline) in [("rss", "Tin rises"), ("sitemap.xml", "Zinc falls")] {
        let desk = desk(host.at(path));
        assert_eq!(desk.poll().await.trouble, None, "{path}");
        assert_eq!(desk.store.current(&[1]).unwrap()[0].article.headline, headline);
    }
    assert_eq!(desk(host.at("index.xml")).trouble().await, "not_a_feed");
    let empty = desk(host.at("empty"));
    assert_eq!((empty.trouble().await.as_str(), empty.runs().len()), ("", 0), "for a while, a feed may be");
}

#[tokio::test]
async fn one_host_is_asked_for_one_thing_at_a_time() {
    // A request waits a moment for another one to come beside it.
    let (together, come) = (Arc::new((Mutex::new((0, 0)), Condvar::new())), Duration::from_millis(50));
    let counts = Arc::clone(&together);
    let host = Host::new(move |asked| {
        let (lock, changed) = &*counts;
        let mut now = lock.lock().unwrap();
        now.0 += 1;
        now.1 = now.1.max(now.0);
        changed.notify_all();
        let (mut now, _) = changed.wait_timeout_while(now, come, |now| now.0 < 2).unwrap();
        now.0 -= 1;
        if asked.path == "/robots.txt" { nothing_there() } else { reply("200 OK", "", FEED) }
    });
    let desk = desk(host.at("feed"));
    let polls = ["a", "b", "c"].map(|path| {
        let (poller, feed) = (Arc::clone(&desk.poller), Feed { url: host.at(path), ..desk.feed.clone() });
        tokio::spawn(async move { poller.poll(&feed, noon()).await.unwrap().trouble })
    });
    for poll in polls {
        assert_eq!(poll.await.unwrap(), None);
    }
    assert_eq!((host.paths().len(), together.0.lock().unwrap().1), (4, 1));
}

#[tokio::test]
async fn a_poll_ends_when_the_server_does() {
    let host = Host::new(|asked| if asked.path == "/feed" { without_end(Then::Stall) } else { nothing_there() });
    let desk = desk(host.at("feed"));
    let poll = {
        let (poller, feed) = (Arc::clone(&desk.poller), desk.feed.clone());
        tokio::spawn(async move { poller.poll(&feed, noon()).await.unwrap() })
    };
    while host.paths().len() < 2 {
        tokio::task::yield_now().await;
    }
    desk.stop.send(true).unwrap();
    assert_eq!(poll.await.unwrap().trouble, None);
    assert_eq!(desk.store.feeds().unwrap(), [], "nothing is known that was not before");
}

const PAGE: &str = r#"<!doctype html><html lang="en"><head><title>Tin rises - Harbour Post</title>
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
