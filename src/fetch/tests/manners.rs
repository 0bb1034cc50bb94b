//! Manners: what is asked for, how often, along which ways, and when a host is left alone.

use super::*;
use crate::store::RunState;

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
async fn a_feed_whose_settings_have_changed_is_asked_at_once_and_for_all_it_holds() {
    let host = Host::new(|asked| match asked.path.as_str() {
        "/robots.txt" => nothing_there(),
        "/feed" => reply("200 OK", "etag: \"7\"\r\n", FEED),
        _ => reply("500 Internal Server Error", "", ""),
    });
    for path in ["feed", "broken"] {
        let desk = desk(host.at(path));
        let due = desk.poll().await.due;
        // The store counts in milliseconds.
        let second = |due: Option<Timestamp>| due.unwrap().as_second();
        let first = desk.poller.first_due().await.unwrap()[0];
        assert_eq!(second(first), second(due), "{path}: nothing has changed");
        let mut settings = crate::config::Config::read(None, []).unwrap().feeds;
        (settings.fetch_pages, settings.feed) = (true, vec![desk.feed.clone()]);
        let other = Poller::new(&settings, Arc::clone(&desk.store), desk.stop.subscribe()).unwrap();
        let first = Arc::new(other).first_due().await.unwrap()[0];
        assert!(first.unwrap() <= Timestamp::now(), "{path}");
        let state = desk.store.feed(desk.feed.url.as_str()).unwrap().unwrap();
        assert_eq!((state.failures, state.etag, state.body), (0, None, None), "{path}");
    }
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
        tokio::spawn(async move { poller.poll(&feed, Origin::Configured, noon()).await.unwrap().trouble })
    });
    for poll in polls {
        assert_eq!(poll.await.unwrap(), None);
    }
    assert_eq!((host.paths().len(), together.0.lock().unwrap().1), (4, 1));
}
