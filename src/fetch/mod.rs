//! IN BY ITSELF: feeds are asked now and then whether they have something new, and the pages of their items are fetched.
//!
//! How one thing is asked for, and what is refused, is in [`client`]; manners towards a host in [`host`]; when a feed is
//! asked next in [`schedule`]; what an index of sitemaps names is asked in [`sitemaps`]. What a poll brings and what is kept of it is in [`poll`] and [`pages`]. A poll that brings
//! nothing leaves no line in the ledger; one that fails leaves one when the failure is new.

mod address;
mod client;
mod host;
mod pages;
mod poll;
mod schedule;
mod sitemaps;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::config::{Feed, Feeds};
use crate::store::{Alone, FeedState, Store, StoreError};
use client::Client;
use poll::Origin;

/// Feeds asked at the same time.
const AT_ONCE: usize = 8;

/// The clock is looked at no less often: it may be set, and machines sleep.
const LOOK: Duration = Duration::from_secs(60);

/// While another server fetches, whether it still does is looked at this often.
const AGAIN: Duration = Duration::from_secs(1);

const TIDY: Duration = Duration::from_secs(86_400);

/// How soon after a fault of our own a feed is asked again.
const AFTER_FAULT: Duration = Duration::from_secs(60);

/// Why feeds are not fetched. None of it is a feed's fault.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("`user_agent` of [feeds] cannot be sent: {0}")]
    Client(#[from] reqwest::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a task has failed")]
    Task(#[from] tokio::task::JoinError),
}

/// Asks the feeds until `stop` is true, and ends promptly then.
///
/// # Errors
/// The settings cannot be followed.
pub fn start(settings: &Feeds, store: Arc<Store>, stop: watch::Receiver<bool>) -> Result<JoinHandle<()>, FetchError> {
    let poller = Arc::new(Poller::new(settings, store, stop)?);
    Ok(tokio::spawn(poller.run()))
}

/// Feeds that would never be asked: by the way their address is written it is not public, and no such address is allowed.
pub fn never_asked(settings: &Feeds) -> impl Iterator<Item = &Feed> {
    let is_inside = |feed: &&Feed| !settings.allow_private && address::names_private_address(&feed.url);
    settings.feed.iter().filter(is_inside)
}

struct Poller {
    feeds: Vec<Feed>,
    every: Duration,
    fetch_pages: bool,
    /// What else of the settings decides what comes of asking.
    manner: String,
    client: Client,
    store: Arc<Store>,
    stop: watch::Receiver<bool>,
}

impl Poller {
    fn new(settings: &Feeds, store: Arc<Store>, stop: watch::Receiver<bool>) -> Result<Poller, FetchError> {
        let client = Client::new(settings, stop.clone())?;
        let Feeds { every, fetch_pages, ref feed, ref user_agent, allow_private, .. } = *settings;
        let manner = format!("{user_agent} {allow_private}");
        Ok(Poller { feeds: feed.clone(), every, fetch_pages, manner, client, store, stop })
    }

    async fn run(self: Arc<Poller>) {
        let Some(_alone) = self.alone().await else { return };
        let mut due = match self.first_due().await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "how it stands with the feeds cannot be read");
                vec![Some(Timestamp::now()); self.feeds.len()]
            }
        };
        let mut polls = JoinSet::new();
        let mut stop = self.stop.clone();
        let mut tidied = None;
        loop {
            self.tidy(&mut tidied).await;
            let pause = self.start_due(&mut due, &mut polls);
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                Some(done) = polls.join_next(), if !polls.is_empty() => {
                    if let Ok((at, next)) = done && let Some(due) = due.get_mut(at) {
                        *due = next;
                    }
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
        // Each sees the wish to stop at its next request, and closes its line in the ledger.
        while polls.join_next().await.is_some() {}
    }

    /// Waits until no other server fetches for this archive: two would ask everybody twice. `None` when told to stop.
    async fn alone(self: &Arc<Poller>) -> Option<Alone> {
        let mut stop = self.stop.clone();
        while !*stop.borrow() {
            match self.on_store(|store| store.alone("fetch")).await {
                Ok(Some(alone)) => return Some(alone),
                Ok(None) => tracing::debug!("another server on this archive asks the feeds"),
                Err(error) => tracing::error!(%error, "feeds cannot be asked"),
            }
            // Whoever would say so has gone, or has said it.
            if tokio::time::timeout(AGAIN, stop.wait_for(|stop| *stop)).await.is_ok() {
                return None;
            }
        }
        None
    }

    /// When each feed is asked first: as was settled before the last end, or at once.
    async fn first_due(self: &Arc<Poller>) -> Result<Vec<Option<Timestamp>>, FetchError> {
        let urls: Vec<String> = self.feeds.iter().map(|feed| feed.url.to_string()).collect();
        let settings: Vec<Vec<u8>> = self.feeds.iter().map(|feed| self.settings(feed)).collect();
        self.on_store(move |store| {
            store.forget_feeds_but(&urls)?;
            let due = |(url, settings): (&String, &Vec<u8>)| {
                let mut state = store.feed(url)?;
                if let Some(state) = &mut state
                    && begins_anew(state, settings)
                {
                    store.keep_feed(state)?;
                }
                let now = Timestamp::now();
                state.iter().for_each(|state| say_of_start(state, now));
                Ok::<_, StoreError>(next(state.as_ref(), now))
            };
            urls.iter().zip(&settings).map(due).collect()
        })
        .await
    }

    /// What of the configuration decides what comes of asking a feed.
    fn settings(&self, feed: &Feed) -> Vec<u8> {
        let (every, pages) = (feed.every.unwrap_or(self.every), feed.fetch_pages.unwrap_or(self.fetch_pages));
        let said = format!("{every:?} {pages} {:?} {}", feed.namespace, self.manner);
        blake3::hash(said.as_bytes()).as_bytes().to_vec()
    }

    /// Forgets once a day what is not needed any more.
    async fn tidy(self: &Arc<Poller>, tidied: &mut Option<Timestamp>) {
        let now = Timestamp::now();
        let lately = |tidied: Timestamp| now.duration_since(tidied).unsigned_abs() < TIDY;
        if tidied.is_some_and(lately) {
            return;
        }
        *tidied = Some(now);
        match self.on_store(move |store| store.forget_fetched_pages(now)).await {
            Ok(0) => {}
            Ok(forgotten) => tracing::info!(forgotten, "pages that nothing links to any more are forgotten"),
            Err(error) => tracing::error!(%error, "what is known of fetched pages cannot be tidied"),
        }
    }

    /// Starts the polls whose time has come, as many as may run; returns how long there is nothing to start.
    fn start_due(
        self: &Arc<Poller>,
        due: &mut [Option<Timestamp>],
        polls: &mut JoinSet<(usize, Option<Timestamp>)>,
    ) -> Duration {
        let now = Timestamp::now();
        let mut pause = LOOK;
        for (at, due) in due.iter_mut().enumerate() {
            let Some(moment) = *due else { continue };
            if moment > now {
                pause = pause.min(Duration::try_from(moment.duration_since(now)).unwrap_or_default());
            } else if polls.len() < AT_ONCE {
                // Until it comes back with another.
                *due = None;
                let poller = Arc::clone(self);
                polls.spawn(async move { (at, poller.poll_and_say(at).await) });
            }
        }
        pause
    }

    async fn poll_and_say(self: Arc<Poller>, at: usize) -> Option<Timestamp> {
        let feed = self.feeds.get(at)?;
        let now = Timestamp::now();
        match self.poll(feed, Origin::Configured, now).await {
            Ok(state) => next(Some(&state), now),
            Err(error) => {
                tracing::error!(feed = %feed.url, %error, "a poll could not be taken in");
                now.checked_add(AFTER_FAULT).ok()
            }
        }
    }

    /// The store waits for the disk, which no task here may do.
    async fn on_store<T: Send + 'static>(
        self: &Arc<Poller>,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, FetchError> {
        let store = Arc::clone(&self.store);
        Ok(tokio::task::spawn_blocking(move || work(&store)).await??)
    }
}

/// Was it last asked by other settings? Then it is asked at once, and for all it holds: whoever changes them waits for
/// what comes of it.
fn begins_anew(state: &mut FeedState, settings: &[u8]) -> bool {
    let is_other = state.settings.as_deref().is_some_and(|known| known != settings);
    if is_other {
        tracing::info!(feed = state.url, "the settings of this feed have changed; it is asked at once");
        (state.due, state.failures, state.settings) = (None, 0, Some(settings.to_vec()));
        (state.etag, state.last_modified, state.body) = (None, None, None);
    }
    is_other
}

fn say_of_start(state: &FeedState, now: Timestamp) {
    if state.gone {
        tracing::warn!(feed = state.url, "this feed said that it is gone for good and is not asked; take it out");
    } else if let (Some((code, _)), Some(due)) = (&state.trouble, state.due.filter(|due| *due > now)) {
        tracing::info!(feed = state.url, code, next = %due, "this feed failed when it was last asked, and waits");
    }
}

/// When a feed is asked next; never, where it is gone.
fn next(state: Option<&FeedState>, now: Timestamp) -> Option<Timestamp> {
    match state {
        Some(state) if state.gone => None,
        Some(state) => Some(schedule::sensible(state.due.unwrap_or(now), now)),
        None => Some(now),
    }
}

#[cfg(test)]
mod tests;
