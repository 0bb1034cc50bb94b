//! Polls against hosts of this machine that answer what a test tells them to, and write down what they were asked.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Condvar, Mutex};

use url::Url;

use super::*;
use crate::store::Run;

mod brought;
mod manners;
mod sitemaps;

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
    let mut settings = crate::config::Config::read(None, []).unwrap().feeds;
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
        self.poller.poll(&self.feed, Origin::Configured, noon()).await.unwrap()
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
