//! One bounded, polite request after the other: over http and https only, to public addresses, as the rules of the host
//! allow, along at most five redirects, each checked anew; an answer is bounded in size and time.
//!
//! Roots of trust are the system's (`rustls-platform-verifier`), so that an institution's own certificates and what a
//! system has ceased to trust count here too. The container image therefore carries Debian's bundle.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::header::{self, HeaderMap};
use reqwest::{Response, StatusCode};
use tokio::sync::watch;
use url::Url;

use super::address::{self, PublicOnly};
use super::host::{Hosts, Rules, Turn};
use super::schedule;
use super::trouble::{Kind, Trouble};
use crate::config::Feeds;

const REDIRECTS: usize = 5;

/// Bytes of an answer, unpacked, and time for all of it.
const LARGEST: usize = 16 << 20;
const TIME: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_secs(10);

/// More of a robots.txt need not be read (RFC 9309, 2.5).
const LARGEST_ROBOTS: usize = 500 << 10;

/// Longer ones are no tags, and are not kept.
const LONGEST_TAG: usize = 4096;

const ACCEPT: &str = "application/rss+xml, application/atom+xml, application/feed+json, text/html;q=0.9, \
                      application/xhtml+xml;q=0.9, application/xml;q=0.9, application/json;q=0.8, */*;q=0.5";

/// What is known of an earlier answer, so that the same one need not be sent again.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

#[derive(Debug)]
pub(super) enum Answer {
    NotModified {
        /// As of a document.
        fresh: Option<Duration>,
    },
    Document(Box<Document>),
}

#[derive(Debug)]
pub(super) struct Document {
    /// Where it was in the end.
    pub(super) url: Url,
    /// All the way there was by redirects for good.
    pub(super) moved: bool,
    /// Media type in small letters, without parameters.
    pub(super) media_type: Option<String>,
    pub(super) charset: Option<String>,
    pub(super) known: Known,
    /// How long it stays as it is, as its sender says (RFC 9111, 4.2.1).
    pub(super) fresh: Option<Duration>,
    pub(super) bytes: Vec<u8>,
}

pub(super) struct Client {
    http: reqwest::Client,
    hosts: Hosts,
    allow_private: bool,
    pause: Duration,
    time: Duration,
    /// The name that robots.txt knows us by.
    robot: String,
    stop: watch::Receiver<bool>,
    /// A host of the tests that is taken for a public one, by its port.
    #[cfg(test)]
    pub(super) public_port: Option<u16>,
}

/// What came of one request.
enum Step {
    Answer(Answer),
    Redirect { to: Url, permanent: bool },
}

impl Client {
    /// # Errors
    /// The user agent cannot be sent.
    pub(super) fn new(settings: &Feeds, stop: watch::Receiver<bool>) -> Result<Client, reqwest::Error> {
        let own = format!("broadsheet/{}", env!("CARGO_PKG_VERSION"));
        let agent = if settings.user_agent.trim().is_empty() { own } else { settings.user_agent.trim().to_owned() };
        let robot = agent.split(['/', ' ']).next().unwrap_or_default().to_owned();
        let http = build(&agent, settings.allow_private, true).or_else(|error| {
            // The user agent is at fault, or the system has no roots of trust.
            let http = build(&agent, settings.allow_private, false)?;
            tracing::warn!(%error, "no certificate authorities: https cannot be fetched; install ca-certificates or set SSL_CERT_FILE");
            Ok(http)
        })?;
        let Feeds { allow_private, pause, .. } = *settings;
        Ok(Client {
            http,
            hosts: Hosts::default(),
            allow_private,
            pause,
            time: TIME,
            robot,
            stop,
            #[cfg(test)]
            public_port: None,
        })
    }

    #[cfg(test)]
    pub(super) fn set_time(&mut self, time: Duration) {
        self.time = time;
    }

    /// Fetches; ends at once when the server does.
    pub(super) async fn get(&self, url: &Url, known: &Known) -> Result<Answer, Trouble> {
        let mut stop = self.stop.clone();
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => Err(Trouble::stopped()),
            answer = self.follow(url, known) => answer,
        }
    }

    async fn follow(&self, url: &Url, known: &Known) -> Result<Answer, Trouble> {
        let (mut at, mut moved) = (url.clone(), true);
        for _ in 0..=REDIRECTS {
            match self.ask(&at, known).await? {
                Step::Redirect { to, permanent } => {
                    moved &= permanent;
                    at = to;
                }
                Step::Answer(Answer::Document(mut document)) => {
                    document.moved = moved && at != *url;
                    return Ok(Answer::Document(document));
                }
                Step::Answer(answer) => return Ok(answer),
            }
        }
        Err(too_many_redirects())
    }

    /// One request, when it is our turn.
    async fn ask(&self, url: &Url, known: &Known) -> Result<Step, Trouble> {
        self.check(url)?;
        let host = self.hosts.of(url);
        let mut turn = host.lock().await;
        self.learn_rules(&mut turn, url).await?;
        self.wait(&turn, url).await?;
        let asked = self.request(url, known).await;
        turn.asked(Instant::now());
        if let Err(Trouble { wait: Some(time), .. }) = &asked {
            turn.hold(*time, Instant::now());
        }
        asked
    }

    async fn wait(&self, turn: &Turn, url: &Url) -> Result<(), Trouble> {
        match turn.wait(url, self.pause, Instant::now()) {
            Ok(pause) => tokio::time::sleep(pause).await,
            Err(held) => {
                let detail = format!("its host asked to be left alone for {} s more", held.as_secs());
                return Err(Trouble { wait: Some(held), ..Trouble::new(Kind::Held, "held", detail) });
            }
        }
        Ok(())
    }

    fn check(&self, url: &Url) -> Result<(), Trouble> {
        if !matches!(url.scheme(), "http" | "https") {
            let detail = format!("it leads to the scheme `{}`; only http and https are fetched", url.scheme());
            return Err(Trouble::new(Kind::Lasting, "not_http", detail));
        }
        #[cfg(test)]
        if url.port().is_some() && url.port() == self.public_port {
            return Ok(());
        }
        if !self.allow_private && address::names_private_address(url) {
            return Err(Trouble::private());
        }
        Ok(())
    }

    /// Makes sure that the rules of the host allow this.
    async fn learn_rules(&self, turn: &mut Turn, url: &Url) -> Result<(), Trouble> {
        if turn.rules(url, Instant::now()).is_none() {
            self.wait(turn, url).await?;
            let rules = self.robots(url).await?;
            turn.asked(Instant::now());
            turn.keep(url, rules, Instant::now());
        }
        match turn.rules(url, Instant::now()) {
            Some(Rules::Unknown(status)) => {
                let detail = format!("its robots.txt answered with status {status}, which forbids everything for now");
                Err(Trouble::new(Kind::Passing, "robots_unknown", detail))
            }
            Some(rules) if !rules.allow(url) => {
                let detail = format!("robots.txt forbids `{}` to fetch this", self.robot);
                Err(Trouble::new(Kind::Lasting, "robots_forbid", detail))
            }
            _ => Ok(()),
        }
    }

    /// The rules of a host (RFC 9309, 2.3.1): none where it answers that there are none, and nothing is allowed while it
    /// cannot say.
    async fn robots(&self, url: &Url) -> Result<Rules, Trouble> {
        let Ok(mut at) = url.join("/robots.txt") else { return Ok(Rules::Free) };
        for _ in 0..=REDIRECTS {
            self.check(&at)?;
            let (status, headers, text) = self.bounded(self.http.get(at.clone()), LARGEST_ROBOTS, Bound::Cut).await?;
            match status.as_u16() {
                200..=299 => {
                    let robot = self.robot.clone();
                    let reading = tokio::task::spawn_blocking(move || Rules::read(&robot, &text));
                    return Ok(reading.await.unwrap_or(Rules::Free));
                }
                301 | 302 | 303 | 307 | 308 => match location(&at, &headers) {
                    Some(to) => at = to,
                    None => return Ok(Rules::Free),
                },
                429 | 500.. => return Ok(Rules::Unknown(status.as_u16())),
                _ => return Ok(Rules::Free),
            }
        }
        Ok(Rules::Free)
    }

    async fn request(&self, url: &Url, known: &Known) -> Result<Step, Trouble> {
        let mut request = self.http.get(url.clone()).header(header::ACCEPT, ACCEPT);
        if let Some(tag) = &known.etag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        if let Some(date) = &known.last_modified {
            request = request.header(header::IF_MODIFIED_SINCE, date);
        }
        let (status, headers, bytes) = self.bounded(request, LARGEST, Bound::Refuse).await?;
        let permanent = matches!(status.as_u16(), 301 | 308);
        match status.as_u16() {
            304 => Ok(Step::Answer(Answer::NotModified { fresh: fresh(&headers) })),
            200..=299 => Ok(Step::Answer(Answer::Document(Box::new(document(url, &headers, bytes))))),
            301 | 302 | 303 | 307 | 308 => match location(url, &headers) {
                Some(to) => Ok(Step::Redirect { to, permanent }),
                None => Err(Trouble::new(Kind::Lasting, "http_status", "a redirect that leads nowhere")),
            },
            status => {
                let wait = text(&headers, header::RETRY_AFTER);
                let wait = wait.and_then(|value| schedule::retry_after(&value, Timestamp::now()));
                Err(Trouble::status(status, wait))
            }
        }
    }

    /// Sends a request and reads the body of a successful answer, as far as the bounds allow.
    async fn bounded(
        &self,
        request: reqwest::RequestBuilder,
        largest: usize,
        bound: Bound,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>), Trouble> {
        let read = async {
            let mut response = request.send().await?;
            let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
            let bytes = if status.is_success() { body(response, largest, bound).await? } else { Vec::new() };
            Ok::<_, Trouble>((status, headers, bytes))
        };
        tokio::time::timeout(self.time, read).await.unwrap_or_else(|_| Err(Trouble::slow(self.time)))
    }
}

/// What becomes of an answer that is too large.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    Refuse,
    Cut,
}

/// A piece is unpacked when it is read, so that what unpacks without end is let go of like any other.
async fn body(mut response: Response, largest: usize, bound: Bound) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > largest {
            if bound == Bound::Cut {
                bytes.truncate(largest);
                break;
            }
            let detail = format!("more than {} MiB", largest >> 20);
            return Err(Trouble::new(Kind::Lasting, "too_large", detail));
        }
    }
    Ok(bytes)
}

/// Redirects are followed by hand, so that each is checked; and no proxy is asked, which would resolve names for us.
fn build(agent: &str, allow_private: bool, with_roots: bool) -> Result<reqwest::Client, reqwest::Error> {
    // There is one provider a process; who was first has installed the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut client = reqwest::Client::builder()
        .user_agent(agent)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(1);
    if !allow_private {
        client = client.dns_resolver(Arc::new(PublicOnly));
    }
    if !with_roots {
        client = client.tls_certs_only([]);
    }
    client.build()
}

fn document(url: &Url, headers: &HeaderMap, bytes: Vec<u8>) -> Document {
    let content_type = text(headers, header::CONTENT_TYPE).unwrap_or_default();
    let mut parts = content_type.split(';').map(str::trim);
    let media_type = parts.next().map(str::to_lowercase).filter(|kind| !kind.is_empty());
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    });
    let known = Known { etag: text(headers, header::ETAG), last_modified: text(headers, header::LAST_MODIFIED) };
    Document { url: url.clone(), moved: false, media_type, charset, known, fresh: fresh(headers), bytes }
}

/// `max-age`, less the time it has lain in between.
fn fresh(headers: &HeaderMap) -> Option<Duration> {
    let said = text(headers, header::CACHE_CONTROL)?.to_ascii_lowercase();
    let mut directives = said.split(',').map(str::trim);
    if directives.clone().any(|directive| matches!(directive, "no-cache" | "no-store")) {
        return None;
    }
    let seconds = |value: &str| value.trim().trim_matches('"').parse::<u64>().ok();
    let longest = directives.find_map(|directive| seconds(directive.strip_prefix("max-age=")?))?;
    let age = text(headers, header::AGE).and_then(|age| seconds(&age)).unwrap_or_default();
    Some(Duration::from_secs(longest.saturating_sub(age)))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    Some(value.to_owned()).filter(|value| !value.is_empty() && value.len() <= LONGEST_TAG)
}

/// Where a redirect leads. No name and no password travels with it, and no fragment.
fn location(from: &Url, headers: &HeaderMap) -> Option<Url> {
    let value = headers.get(header::LOCATION)?;
    let mut to = from.join(std::str::from_utf8(value.as_bytes()).ok()?.trim()).ok()?;
    // An address that can have neither has none.
    let _ = to.set_username("");
    let _ = to.set_password(None);
    to.set_fragment(None);
    Some(to)
}

fn too_many_redirects() -> Trouble {
    Trouble::new(Kind::Lasting, "too_many_redirects", format!("more than {REDIRECTS} redirects"))
}
