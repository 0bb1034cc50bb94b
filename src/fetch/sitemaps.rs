//! The sitemaps that an index names. Each is asked like a feed of its own, if it may have changed since it was last read.

use std::cmp::Reverse;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use url::Url;

use super::pages::is_wanted;
use super::poll::{Met, Origin};
use super::trouble::Trouble;
use super::{FetchError, Poller};
use crate::config::Feed;
use crate::ingest::fetched::{Named, page_address};
use crate::store::{FeedState, PageFate, PageState};

/// Sitemaps asked for in one poll of their index; the others wait for the next.
const AT_ONCE: usize = 100;

type Polled<'a> = Pin<Box<dyn Future<Output = Result<FeedState, FetchError>> + Send + 'a>>;

impl Poller {
    /// Asks those that may have something new, the last changed first. The index itself is asked for whole each time:
    /// what it names may change while it does not.
    pub(super) async fn poll_sitemaps(
        self: &Arc<Poller>,
        feed: &Feed,
        index: &Url,
        mut named: Vec<Named>,
        now: Timestamp,
    ) -> Result<Result<Met, Trouble>, FetchError> {
        named.sort_by_key(|sitemap| Reverse(sitemap.changed));
        let (started, time) = (Instant::now(), feed.every.unwrap_or(self.every));
        let (mut asked, mut elsewhere) = (0, 0_usize);
        for Named { url, changed } in named {
            let Some(url) = of_its_host(index, &url) else {
                elsewhere += 1;
                continue;
            };
            if !self.is_due(&url, changed, now).await? {
                continue;
            }
            if asked == AT_ONCE || started.elapsed() >= time {
                break;
            }
            asked += 1;
            let sitemap = Feed { url, ..feed.clone() };
            let state = self.poll_named(&sitemap, now).await?;
            if *self.stop.borrow() {
                return Ok(Err(Trouble::stopped()));
            }
            if was_read_whole(&state, now) {
                self.note_read(&sitemap.url, changed, now).await?;
            }
        }
        if elsewhere > 0 {
            tracing::warn!(feed = %feed.url, elsewhere, "sitemaps of other hosts are not followed; name them as feeds");
        }
        Ok(Ok(Met::Read { complete: false }))
    }

    /// A poll within a poll.
    fn poll_named<'a>(self: &'a Arc<Poller>, sitemap: &'a Feed, now: Timestamp) -> Polled<'a> {
        Box::pin(self.poll(sitemap, Origin::Named, now))
    }

    /// One that failed is left alone as long as any feed would be, and so is one that does not say when it has changed.
    async fn is_due(
        self: &Arc<Poller>,
        url: &Url,
        changed: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, FetchError> {
        let (known_as, address) = (url.to_string(), address(url));
        let (state, read) =
            self.on_store(move |store| Ok((store.feed(&known_as)?, store.fetched_page(&address)?))).await?;
        let is_resting = state.as_ref().is_some_and(|state| state.due.is_some_and(|due| due > now));
        let has_failed = state.is_some_and(|state| state.failures > 0);
        Ok(match changed {
            Some(_) => is_wanted(read.as_ref(), changed) && !(has_failed && is_resting),
            None => !is_resting,
        })
    }

    async fn note_read(
        self: &Arc<Poller>,
        url: &Url,
        changed: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), FetchError> {
        let address = address(url);
        // It may still change today.
        let stamp = changed.map(|changed| changed.min(now));
        let state = PageState { fate: PageFate::Read, stamp, tries: 0 };
        self.on_store(move |store| store.keep_fetched_page(&address, state, now)).await
    }
}

/// What is left of one, as pages that the time did not suffice for, is asked for at the next poll.
fn was_read_whole(state: &FeedState, now: Timestamp) -> bool {
    state.trouble.is_none() && state.succeeded == Some(now) && state.body.is_some()
}

fn address(url: &Url) -> String {
    page_address(url.as_str()).unwrap_or_else(|| url.to_string())
}

/// An index speaks for its own host alone.
fn of_its_host(index: &Url, url: &str) -> Option<Url> {
    let url = index.join(url.trim()).ok()?;
    let same = |of: fn(&Url) -> Option<&str>| of(index) == of(&url);
    (matches!(url.scheme(), "http" | "https") && same(Url::host_str)).then_some(url)
}
