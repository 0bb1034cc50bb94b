//! One poll of one feed: what came, what of it is new, and how it stands with the feed now.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::client::{Answer, Document, Known};
use super::trouble::{Kind, Trouble};
use super::{FetchError, Poller, schedule};
use crate::config::Feed;
use crate::ingest::fetched::{self, Fetched, Items};
use crate::metering;
use crate::store::{Counts, FeedState, Incoming, Ready, Rejected, RunId, RunState};

/// The line of a poll in the ledger, opened when there is something to say.
pub(super) struct Line {
    input: String,
    run: Option<RunId>,
}

/// What a poll has come to.
pub(super) enum Met {
    NotModified,
    /// Everything was taken in, or some pages are to be tried again.
    Read {
        complete: bool,
    },
}

/// Whether it is one of the configuration, or one that another names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Configured,
    Named,
}

impl Poller {
    /// Asks a feed, stores what is new, and keeps how it stands.
    pub(super) async fn poll(
        self: &Arc<Poller>,
        feed: &Feed,
        origin: Origin,
        now: Timestamp,
    ) -> Result<FeedState, FetchError> {
        let url = feed.url.to_string();
        let kept = self.on_store(move |store| store.feed(&url)).await?;
        let mut state = kept.unwrap_or_else(|| FeedState { url: feed.url.to_string(), ..FeedState::default() });
        let mut line = Line { input: state.url.clone(), run: None };
        let mut fresh = None;
        let met = match self.ask(feed, origin, &mut state, &mut line, &mut fresh, now).await {
            Ok(met) => met,
            Err(error) => {
                // What is wrong is told by the first error.
                let _ = self.close(&mut line, RunState::Failed).await;
                return Err(error);
            }
        };
        let every = feed.every.unwrap_or(self.every);
        count(&met);
        match met {
            Err(Trouble { kind: Kind::Stopped, .. }) => {
                self.close(&mut line, RunState::Interrupted).await?;
                return Ok(state);
            }
            Ok(met) => {
                if let Met::Read { complete: false } = met {
                    // What is left is asked for again, so the answer must come whole again.
                    (state.etag, state.last_modified, state.body) = (None, None, None);
                }
                (state.failures, state.trouble, state.succeeded) = (0, None, Some(now));
                state.due = Some(schedule::after_success(now, every, state.pace.max(fresh), &state.url));
                self.close(&mut line, RunState::Finished).await?;
            }
            Err(Trouble { kind: Kind::Held, wait, .. }) => {
                // Nothing was asked, so nothing has failed.
                let wait = wait.unwrap_or_default();
                let due = schedule::after_failure(now, wait, 1, Some(wait), &state.url);
                tracing::info!(feed = state.url, next = %due, "a feed waits, since its host asked to be left alone");
                state.due = Some(due);
            }
            Err(trouble) => {
                self.note(&trouble, &mut state, &mut line).await?;
                let due = schedule::after_failure(now, every, state.failures, trouble.wait, &state.url);
                say_failed(&trouble, &state, due);
                state.due = Some(due);
            }
        }
        (state.polled, state.settings) = (Some(now), Some(self.settings(feed)));
        let keep = state.clone();
        fail::fail_point!("fetch::before_keep", |_| std::process::abort());
        self.on_store(move |store| store.keep_feed(&keep)).await?;
        Ok(state)
    }

    async fn ask(
        self: &Arc<Poller>,
        feed: &Feed,
        origin: Origin,
        state: &mut FeedState,
        line: &mut Line,
        fresh: &mut Option<Duration>,
        now: Timestamp,
    ) -> Result<Result<Met, Trouble>, FetchError> {
        let moved_to = state.moved_to.as_deref().and_then(|url| Url::parse(url).ok());
        let known = Known { etag: state.etag.clone(), last_modified: state.last_modified.clone() };
        let document = match self.client.get(moved_to.as_ref().unwrap_or(&feed.url), &known).await {
            Ok(Answer::NotModified { fresh: said }) => {
                *fresh = said;
                return Ok(Ok(Met::NotModified));
            }
            Ok(Answer::Document(document)) => document,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let Document { url, moved, known, charset, bytes, fresh: said, .. } = *document;
        *fresh = said;
        let hash = blake3::hash(&bytes).as_bytes().to_vec();
        if state.body.as_ref() == Some(&hash) {
            note_move(state, moved, &url);
            (state.etag, state.last_modified) = (known.etag, known.last_modified);
            return Ok(Ok(Met::NotModified));
        }
        let size = bytes.len() as u64;
        let (reached, namespace) = (url.clone(), feed.namespace.clone());
        let fetched = Fetched { url, charset, bytes, at: now };
        let reading = tokio::task::spawn_blocking(move || fetched::list(&fetched, namespace.as_deref()));
        let Ok(items) = reading.await else { return Ok(Err(Trouble::unreadable())) };
        if let Some(trouble) = no_feed(&items, origin) {
            return Ok(Err(trouble));
        }
        note_move(state, moved, &reached);
        state.pace = items.pace;
        if !items.sitemaps.is_empty() {
            return self.poll_sitemaps(feed, &reached, items.sitemaps, now).await;
        }
        let complete = self.take_in(feed, items, size, line).await?;
        (state.etag, state.last_modified, state.body) = (known.etag, known.last_modified, Some(hash));
        Ok(complete.map(|complete| Met::Read { complete }))
    }

    /// Stores what is new of what a feed holds. Says whether that was all.
    async fn take_in(
        self: &Arc<Poller>,
        feed: &Feed,
        items: Items,
        size: u64,
        line: &mut Line,
    ) -> Result<Result<bool, Trouble>, FetchError> {
        let Items { mut articles, mut rejects, .. } = items;
        // What is no news in a sitemap of news, or was never published, is so at every poll.
        rejects.retain(|reject| !matches!(reject.code.as_str(), "no_article" | "passed_over"));
        let mut complete = Ok(true);
        if feed.fetch_pages.unwrap_or(self.fetch_pages) {
            (articles, complete) = self.fetch_pages(feed, articles, line).await?;
        }
        if !matches!(complete, Ok(true)) {
            // The feed is read again, and refuses the same again.
            rejects.clear();
        }
        self.store_news(line, articles, rejects, size).await?;
        Ok(complete)
    }

    /// Stores those that would change something, and rejects; nothing, and no line, where there is neither.
    pub(super) async fn store_news(
        self: &Arc<Poller>,
        line: &mut Line,
        mut articles: Vec<Incoming>,
        rejects: Vec<Rejected>,
        size: u64,
    ) -> Result<(), FetchError> {
        let (input, run) = (line.input.clone(), line.run);
        line.run = self
            .on_store(move |store| {
                let mut is_news = store.is_news(&articles)?.into_iter();
                articles.retain(|_| is_news.next().unwrap_or(true));
                if articles.is_empty() && rejects.is_empty() {
                    return Ok(run);
                }
                let run = run.map_or_else(|| store.begin_run(&input), Ok)?;
                let mut ready: Vec<_> = articles.into_iter().map(Ready::from).collect();
                store.write(run, &mut ready, &rejects, size)?;
                Ok(Some(run))
            })
            .await?;
        Ok(())
    }

    /// Notes a failure: in the ledger when it is another one than the last.
    async fn note(
        self: &Arc<Poller>,
        trouble: &Trouble,
        state: &mut FeedState,
        line: &mut Line,
    ) -> Result<(), FetchError> {
        let Trouble { code, detail, kind, .. } = trouble;
        let is_new = state.trouble.as_ref().is_none_or(|(known, _)| known != code);
        if is_new {
            let reject = reject(&state.url, trouble);
            self.store_news(line, Vec::new(), vec![reject], 0).await?;
        }
        self.close(line, RunState::Failed).await?;
        state.failures += 1;
        state.trouble = Some(((*code).to_owned(), detail.clone()));
        // Where it is said to have moved for good, it is not: it is asked where it was the next time.
        let was_moved = state.moved_to.is_some() && matches!(kind, Kind::Lasting | Kind::Gone);
        state.gone = *kind == Kind::Gone && !was_moved;
        if was_moved {
            state.moved_to = None;
        }
        Ok(())
    }

    async fn close(self: &Arc<Poller>, line: &mut Line, how: RunState) -> Result<(), FetchError> {
        let Some(run) = line.run.take() else { return Ok(()) };
        let run = self.on_store(move |store| store.finish_run(run, how)).await?;
        let Counts { new, versions, rejected, .. } = run.counts;
        if how == RunState::Failed {
            return Ok(());
        }
        tracing::info!(feed = run.input, run = run.id.0, new, versions, rejected, "a feed brought something");
        Ok(())
    }
}

/// Where nothing was asked, nothing is counted.
fn count(met: &Result<Met, Trouble>) {
    match met {
        Ok(Met::Read { .. }) => metering::polled("news"),
        Ok(Met::NotModified) => metering::polled("unchanged"),
        Err(Trouble { kind: Kind::Held | Kind::Stopped, .. }) => {}
        Err(_) => metering::polled("failed"),
    }
}

fn say_failed(trouble: &Trouble, state: &FeedState, due: Timestamp) {
    let (feed, Trouble { code, detail, .. }, failures) = (&state.url, trouble, state.failures);
    if state.gone {
        tracing::warn!(feed, code, detail, "a feed is gone and not asked again; take it out of the configuration");
    } else {
        tracing::warn!(feed, code, detail, failures, next = %due, "a feed could not be fetched");
    }
}

pub(super) fn reject(source: &str, trouble: &Trouble) -> Rejected {
    let (code, detail) = (trouble.code.to_owned(), trouble.detail.clone());
    Rejected { source: source.to_owned(), code, detail, ..Rejected::default() }
}

/// Only an answer that was a feed says that the feed has moved: a wall that one is sent to does not.
fn note_move(state: &mut FeedState, moved: bool, reached: &Url) {
    if moved && state.moved_to.as_deref() != Some(reached.as_str()) {
        tracing::warn!(feed = state.url, to = %reached, "this feed has moved for good; change its address");
        state.moved_to = Some(reached.to_string());
    }
}

/// What came is no list of articles, or could not be read at all.
fn no_feed(items: &Items, origin: Origin) -> Option<Trouble> {
    if !items.sitemaps.is_empty() {
        let detail = "an index of sitemaps names another one, which is not followed";
        return (origin == Origin::Named).then(|| Trouble::new(Kind::Lasting, "not_a_feed", detail));
    }
    if items.is_no_feed {
        let detail = "it is a page or a text and no feed; give the address of the feed that the page names";
        return Some(Trouble::new(Kind::Lasting, "not_a_feed", detail));
    }
    let first = items.rejects.first().filter(|_| items.articles.is_empty())?;
    Some(Trouble::new(Kind::Lasting, "not_a_feed", format!("{}: {}", first.code, first.detail)))
}
