//! The pages that the items of a feed link to: each is fetched once, and again when its item says that it has changed.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use url::Url;

use super::client::{Answer, Document, Known};
use super::poll::{Line, reject};
use super::trouble::{Kind, Trouble};
use super::{FetchError, Poller};
use crate::article::Status;
use crate::config::Feed;
use crate::ingest::fetched::{self, Fetched};
use crate::store::{Incoming, PageFate, PageState};

/// A page that could not be fetched is tried so often, once a poll.
const TRIES: u32 = 3;

const PAGES: &[&str] = &["text/html", "application/xhtml+xml"];

impl Poller {
    /// Fetches the pages of the items that have none yet, newest items first, and stores their articles as they come.
    /// Returns the items that have to stand for themselves, for good or for now, and whether that was all: pages that do
    /// not fit in before the next poll, or whose host is to be left alone, are left to it.
    pub(super) async fn fetch_pages(
        self: &Arc<Poller>,
        feed: &Feed,
        mut items: Vec<Incoming>,
        line: &mut Line,
    ) -> Result<(Vec<Incoming>, Result<bool, Trouble>), FetchError> {
        items.sort_by_key(|item| std::cmp::Reverse(fetched::stamp(&item.article)));
        let (started, time) = (Instant::now(), feed.every.unwrap_or(self.every));
        let (mut alone, mut known, mut complete) = (Vec::new(), Vec::new(), true);
        for item in items {
            let Some((link, address)) = link(&item).filter(|_| item.article.status != Status::Killed) else {
                alone.push(item);
                continue;
            };
            let looked_up = address.clone();
            let before = self.on_store(move |store| store.fetched_page(&looked_up)).await?;
            let stamp = fetched::stamp(&item.article);
            if !is_wanted(before.as_ref(), stamp) {
                if before.is_some_and(|before| before.fate != PageFate::Read) {
                    alone.push(item);
                }
                known.push(address);
                continue;
            }
            if started.elapsed() >= time {
                complete = false;
                alone.push(item);
                continue;
            }
            let fate = match self.fetch_page(feed, &link, &item, line).await? {
                Ok(()) => PageState { fate: PageFate::Read, stamp, tries: 0 },
                Err(trouble) if trouble.kind == Kind::Stopped => return Ok((alone, Err(trouble))),
                Err(trouble) if trouble.kind == Kind::Held => {
                    complete = false;
                    alone.push(item);
                    continue;
                }
                Err(trouble) => {
                    let state = after_trouble(before.as_ref(), stamp, &trouble);
                    complete &= state.fate != PageFate::Failed || state.tries >= TRIES;
                    if before.is_none() {
                        let reject = reject(link.as_str(), &trouble);
                        self.store_news(line, Vec::new(), vec![reject], 0).await?;
                    }
                    tracing::info!(page = %link, code = trouble.code, detail = trouble.detail, "a page could not be read");
                    alone.push(item);
                    state
                }
            };
            self.on_store(move |store| store.keep_fetched_page(&address, fate, Timestamp::now())).await?;
        }
        self.on_store(move |store| store.note_linked(&known, Timestamp::now())).await?;
        Ok((alone, Ok(complete)))
    }

    /// Fetches one page and stores its article.
    async fn fetch_page(
        self: &Arc<Poller>,
        feed: &Feed,
        link: &Url,
        item: &Incoming,
        line: &mut Line,
    ) -> Result<Result<(), Trouble>, FetchError> {
        let document = match self.client.get(link, &Known::default()).await {
            Ok(Answer::Document(document)) => document,
            Ok(Answer::NotModified { .. }) => return Ok(Err(Trouble::status(304, None))),
            Err(trouble) => return Ok(Err(trouble)),
        };
        let Document { url, media_type, charset, bytes, .. } = *document;
        if media_type.as_deref().is_some_and(|kind| !PAGES.contains(&kind)) {
            let detail = format!("it is {} and no page", media_type.unwrap_or_default());
            return Ok(Err(Trouble::new(Kind::Lasting, "not_a_page", detail)));
        }
        let size = bytes.len() as u64;
        let fetched = Fetched { url, charset, bytes, at: Timestamp::now() };
        let (item, namespace) = (item.clone(), feed.namespace.clone());
        let identity = item.identity.clone();
        let kept = self.on_store(move |store| store.is_kept(&identity)).await?;
        let read = move || fetched::page(fetched, &item, namespace.as_deref(), kept);
        let Ok(read) = tokio::task::spawn_blocking(read).await else { return Ok(Err(Trouble::unreadable())) };
        match read {
            Ok(article) => self.store_news(line, vec![article], Vec::new(), size).await.map(Ok),
            Err(reason) => Ok(Err(Trouble::new(Kind::Lasting, reason.code, reason.detail))),
        }
    }
}

/// Where an item leads, and how that is remembered.
fn link(item: &Incoming) -> Option<(Url, String)> {
    let url = item.article.url.as_deref()?;
    Some((Url::parse(url).ok()?, fetched::page_address(url)?))
}

pub(super) fn is_wanted(before: Option<&PageState>, stamp: Option<Timestamp>) -> bool {
    let Some(before) = before else { return true };
    // The store counts in milliseconds.
    let millisecond = |stamp: Option<Timestamp>| stamp.map(Timestamp::as_millisecond);
    let newer = millisecond(stamp) > millisecond(before.stamp);
    newer || before.fate == PageFate::Failed && before.tries < TRIES
}

fn after_trouble(before: Option<&PageState>, stamp: Option<Timestamp>, trouble: &Trouble) -> PageState {
    let tries = 1 + before.filter(|before| before.fate == PageFate::Failed).map_or(0, |before| before.tries);
    let fate = if trouble.kind == Kind::Passing { PageFate::Failed } else { PageFate::Refused };
    PageState { fate, stamp, tries }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(fate: PageFate, tries: u32) -> PageState {
        PageState { fate, stamp: Timestamp::from_second(10).ok(), tries }
    }

    #[test]
    fn a_page_is_fetched_once_and_again_when_its_item_is_newer() {
        let at = |second: i64| Timestamp::from_second(second).ok();
        assert!(is_wanted(None, None));
        for fate in [PageFate::Read, PageFate::Refused] {
            assert!(!is_wanted(Some(&state(fate, 1)), at(10)) && !is_wanted(Some(&state(fate, 1)), None));
            assert!(is_wanted(Some(&state(fate, 1)), at(11)));
        }
    }

    #[test]
    fn a_page_that_could_not_be_fetched_is_tried_three_times() {
        let passing = Trouble::new(Kind::Passing, "too_slow", "");
        let mut before = None;
        for _ in 0..TRIES {
            assert!(is_wanted(before.as_ref(), None));
            before = Some(after_trouble(before.as_ref(), None, &passing));
        }
        assert!(!is_wanted(before.as_ref(), None));
        let lasting = Trouble::new(Kind::Lasting, "robots_forbid", "");
        assert_eq!(after_trouble(None, None, &lasting).fate, PageFate::Refused);
    }
}
