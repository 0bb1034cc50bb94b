//! `[feeds]` of the configuration, from the outside.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use crate::archive::{TestArchive, text};
use crate::server::Server;

const FEED: &str = r#"[{"id":"1","title":"Tin rises","url":"/tin","source":"Harbour Post","language":"en"}]"#;

/// Answers every request for a feed, and writes down what was asked.
fn host() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let path = head[0].split(' ').nth(1).unwrap_or_default().to_owned();
            let (status, body) = if path == "/feed" { ("200 OK", FEED) } else { ("404 Not Found", "") };
            log.lock().unwrap().push(path);
            let length = body.len();
            let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
            // Whoever asked may have gone.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (base, asked)
}

#[test]
fn what_a_feed_brings_is_found_and_the_feed_is_not_asked_again_at_once() {
    let (archive, (base, asked)) = (TestArchive::new(), host());
    let config = archive.file(
        "broadsheet.toml",
        &format!("[feeds]\nallow_private = true\npause = \"0s\"\n[[feeds.feed]]\nurl = \"{base}/feed\"\n"),
    );
    let server = Server::start_with(archive.command("serve").env("BROADSHEET_CONFIG", &config));
    server.until("the article of the feed", |server| server.total("tin") == 1);
    let url = server.search(&[("q", "tin"), ("fields", "url")])["hits"][0]["url"].clone();
    assert_eq!(url, format!("{base}/tin"));
    assert_eq!(server.stop(), Some(0));
    assert_eq!((archive.last_run("state"), archive.last_run("input")), ("finished".into(), format!("{base}/feed")));
    // The state outlives a restart: the second server has been up for long enough to answer, and asks nothing.
    let server = Server::start_with(archive.command("serve").args(["--config", &config]));
    assert_eq!(server.total("tin"), 1);
    assert_eq!(server.stop(), Some(0));
    assert_eq!(*asked.lock().unwrap(), ["/robots.txt", "/feed"]);
}

#[test]
fn a_feed_on_this_machine_is_a_mistake_unless_that_is_allowed() {
    let (archive, (base, asked)) = (TestArchive::new(), host());
    let by_name = base.replace("127.0.0.1", "localhost");
    let config = archive
        .file("broadsheet.toml", &format!("feeds.feed = [{{url = \"{base}/feed\"}}, {{url = \"{by_name}/feed\"}}]\n"));
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["config", "--check"]] {
        let output = archive.command(command[0]).args(&command[1..]).args(["--config", &config]).output().unwrap();
        let said = text(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        for url in [&base, &by_name] {
            assert!(said.contains(&format!("the address of the feed `{url}/feed` is not public")), "{said}");
        }
        assert!(said.contains("`allow_private = true` in [feeds] allows"), "{said}");
    }
    assert!(asked.lock().unwrap().is_empty() && !archive.data().exists());
}

#[test]
fn a_mistake_in_the_configuration_is_said_at_the_start() {
    let archive = TestArchive::new();
    for (content, words) in [
        ("[feeds]\nevry = \"5m\"\n", "there is no key `feeds.evry`; did you mean `every`?"),
        ("[feeds\n", "broadsheet.toml: TOML parse error at line 1"),
    ] {
        let config = archive.file("broadsheet.toml", content);
        let output = archive.command("serve").args(["--config", &config]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output).contains(words), "{}", text(&output));
    }
}
