//! What is known of files watched and feeds polled, so that a start goes on where the last one stopped.

use std::fs::{File, TryLockError};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::bounds::Bounds;
use super::error::{Result, StoreError};
use super::runs::RunId;
use super::versions::{Fingerprint, Verdict, judge};
use super::write::{BatchWrite, Incoming};
use super::{Store, at, connect, names, sql};
use crate::identity::Identity;

/// How a file was when it was read. One that differs is another, or more of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMark {
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified: i64,
}

/// The right to be the only process that watches, or fetches, for an archive. The system takes it back when the process
/// ends, however it ends.
pub struct Alone {
    _locked: File,
}

/// How it stands with a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedState {
    /// As it is configured.
    pub url: String,
    /// Where it is said to be for good.
    pub moved_to: Option<String>,
    /// Of the last answer of which everything has been taken in: its tag, its date, and a hash of its bytes.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub body: Option<Vec<u8>>,
    pub polled: Option<Timestamp>,
    pub succeeded: Option<Timestamp>,
    /// When it is asked next.
    pub due: Option<Timestamp>,
    /// In a row.
    pub failures: u32,
    /// It said that it is gone for good, and is asked no more.
    pub gone: bool,
    /// Code and detail of the last failure, while it lasts.
    pub trouble: Option<(String, String)>,
    /// How long it wants to be left alone between two times it is asked.
    pub pace: Option<Duration>,
    /// A hash of the settings by which it was last asked.
    pub settings: Option<Vec<u8>>,
}

/// How long it is remembered what became of a page that nothing links to any more.
const KEPT: Duration = Duration::from_secs(90 * 86_400);

/// What became of a page that an item of a feed links to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFate {
    Read,
    /// There is no article there, or it may not be fetched.
    Refused,
    /// It could not be fetched; it is tried again.
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageState {
    pub fate: PageFate,
    /// The newest date of the item when the page was asked for.
    pub stamp: Option<Timestamp>,
    /// Failures in a row.
    pub tries: u32,
}

impl PageFate {
    const ALL: [PageFate; 3] = [PageFate::Read, PageFate::Refused, PageFate::Failed];

    fn name(self) -> &'static str {
        match self {
            PageFate::Read => "read",
            PageFate::Refused => "refused",
            PageFate::Failed => "failed",
        }
    }
}

impl Store {
    /// The right to do `work` alone; `None` while another process has it.
    pub fn alone(&self, work: &str) -> Result<Option<Alone>> {
        let (path, file) = connect::lock_file(&self.dir, &format!("{work}.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Alone { _locked: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(StoreError::file(&path)(error)),
        }
    }

    /// How it stood with a feed when it was last asked.
    pub fn feed(&self, url: &str) -> Result<Option<FeedState>> {
        self.readers
            .read(|moment, _| Ok(moment.prepare_cached(sql::FEED)?.query_row(params![url], read_feed).optional()?))
    }

    /// Every feed ever asked and not forgotten, by address.
    pub fn feeds(&self) -> Result<Vec<FeedState>> {
        self.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::FEEDS)?;
            let feeds = statement.query_map([], read_feed)?.collect::<Result<_, _>>();
            Ok(feeds?)
        })
    }

    pub fn keep_feed(&self, state: &FeedState) -> Result<()> {
        let millisecond = |moment: Option<Timestamp>| moment.map(Timestamp::as_millisecond);
        let (code, detail) = state.trouble.clone().unzip();
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        transaction.prepare_cached(sql::FEED_KEEP)?.execute(params![
            state.url,
            state.moved_to,
            state.etag,
            state.last_modified,
            state.body,
            millisecond(state.polled),
            millisecond(state.succeeded),
            millisecond(state.due),
            state.failures,
            state.gone,
            code,
            detail,
            state.pace.map(|pace| pace.as_secs()),
            state.settings
        ])?;
        Ok(transaction.commit()?)
    }

    /// Forgets how it stood with feeds that are no longer asked, so that one that comes back begins anew.
    pub fn forget_feeds_but(&self, asked: &[String]) -> Result<()> {
        let mut forgotten = self.feeds()?;
        forgotten.retain(|feed| !asked.contains(&feed.url));
        if forgotten.is_empty() {
            return Ok(());
        }
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        for feed in forgotten {
            transaction.prepare_cached(sql::FEED_FORGET)?.execute(params![feed.url])?;
        }
        Ok(transaction.commit()?)
    }

    /// What became of a page, by its normalised address.
    pub fn fetched_page(&self, address: &str) -> Result<Option<PageState>> {
        self.readers.read(|moment, _| {
            Ok(moment.prepare_cached(sql::FETCHED_PAGE)?.query_row(params![address], read_page).optional()?)
        })
    }

    pub fn keep_fetched_page(&self, address: &str, state: PageState, now: Timestamp) -> Result<()> {
        let PageState { fate, stamp, tries } = state;
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        let values = params![address, fate.name(), stamp.map(Timestamp::as_millisecond), tries, now.as_millisecond()];
        transaction.prepare_cached(sql::FETCHED_PAGE_KEEP)?.execute(values)?;
        Ok(transaction.commit()?)
    }

    /// Notes that these pages are still linked to, so that what became of them is not forgotten.
    pub fn note_linked(&self, addresses: &[String], now: Timestamp) -> Result<()> {
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        let lately = now.as_millisecond() - KEPT.as_millis() as i64 / 3;
        for address in addresses {
            let values = params![address, now.as_millisecond(), lately];
            transaction.prepare_cached(sql::FETCHED_PAGE_SEEN)?.execute(values)?;
        }
        Ok(transaction.commit()?)
    }

    /// Forgets what became of pages that nothing has linked to for a long time; returns of how many.
    pub fn forget_fetched_pages(&self, now: Timestamp) -> Result<usize> {
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        let since = now.as_millisecond() - KEPT.as_millis() as i64;
        let forgotten = transaction.prepare_cached(sql::FETCHED_PAGES_FORGET)?.execute(params![since])?;
        transaction.commit()?;
        Ok(forgotten)
    }

    /// Of a batch, which articles storing would change anything for.
    pub fn is_news(&self, batch: &[Incoming]) -> Result<Vec<bool>> {
        self.readers.read(|moment, _| {
            let bounds = Bounds::of(self, moment, Timestamp::now())?;
            let is_news = |one: &Incoming| {
                if bounds.refuse(moment, one)?.is_some() {
                    return Ok(false);
                }
                let print = Fingerprint::of(&one.identity, &one.article);
                let known = match BatchWrite::known(moment, &one.identity, &print.content)? {
                    None => match names::other(moment, &one.identity)? {
                        Some(called) => BatchWrite::known(moment, &called, &print.content)?,
                        None => None,
                    },
                    known => known,
                };
                let Some(known) = known else { return Ok::<_, StoreError>(true) };
                let verdict = judge(&known.kept, &print, one.article.status);
                Ok(!matches!(verdict, Verdict::Unchanged | Verdict::Recaptured))
            };
            batch.iter().map(is_news).collect()
        })
    }

    /// Whether there is an article of this identity, by whichever name, in whichever state.
    pub fn is_kept(&self, identity: &Identity) -> Result<bool> {
        self.readers.read(|moment, _| {
            let values = params![identity.key, identity.namespace];
            let is_kept = moment.prepare_cached(sql::IS_KNOWN)?.query_row(values, |row| row.get(0))?;
            Ok(is_kept || names::other(moment, identity)?.is_some())
        })
    }

    /// How a watched file was when it was last read; `None` when it never was.
    pub fn file_mark(&self, path: &Path) -> Result<Option<FileMark>> {
        let read = |row: &Row<'_>| Ok(FileMark { size: row.get(0)?, modified: row.get(1)? });
        self.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::FILE_MARK)?;
            Ok(statement.query_row(params![path.as_os_str().as_bytes()], read).optional()?)
        })
    }

    /// Notes that a run has read watched files.
    pub fn note_files(&self, run: RunId, files: &[(PathBuf, FileMark)]) -> Result<()> {
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        for (path, mark) in files {
            let values = params![path.as_os_str().as_bytes(), mark.size, mark.modified, run.0];
            transaction.prepare_cached(sql::FILE_MARK_KEEP)?.execute(values)?;
        }
        Ok(transaction.commit()?)
    }
}

fn read_feed(row: &Row<'_>) -> rusqlite::Result<FeedState> {
    let moment = |column: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(at));
    let code: Option<String> = row.get(10)?;
    Ok(FeedState {
        url: row.get(0)?,
        moved_to: row.get(1)?,
        etag: row.get(2)?,
        last_modified: row.get(3)?,
        body: row.get(4)?,
        polled: moment(5)?,
        succeeded: moment(6)?,
        due: moment(7)?,
        failures: row.get(8)?,
        gone: row.get(9)?,
        trouble: code.zip(row.get(11)?),
        pace: row.get::<_, Option<u64>>(12)?.map(Duration::from_secs),
        settings: row.get(13)?,
    })
}

fn read_page(row: &Row<'_>) -> rusqlite::Result<PageState> {
    let state: String = row.get(0)?;
    // The schema admits no other name.
    let fate = PageFate::ALL.into_iter().find(|one| one.name() == state).unwrap_or(PageFate::Failed);
    Ok(PageState { fate, stamp: row.get::<_, Option<i64>>(1)?.map(at), tries: row.get(2)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_of_a_file_is_that_of_its_last_reading() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let path = PathBuf::from("/in/a.jsonl");
        assert_eq!(store.file_mark(&path).unwrap(), None);
        let (first, second) = (FileMark { size: 1, modified: -5 }, FileMark { size: 2, modified: i64::MAX });
        let run = RunId(1);
        store.note_files(run, &[(path.clone(), first)]).unwrap();
        store.note_files(run, &[(PathBuf::from("/in/b.jsonl"), first), (path.clone(), second)]).unwrap();
        drop(store);
        assert_eq!(Store::open(dir.path()).unwrap().file_mark(&path).unwrap(), Some(second));
    }

    #[test]
    fn how_it_stands_with_a_feed_outlives_the_process_until_it_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let state = FeedState {
            url: "https://a.example/feed".into(),
            etag: Some("\"1\"".into()),
            body: Some(vec![1, 2]),
            due: Some(at(5)),
            failures: 2,
            trouble: Some(("too_slow".into(), "not answered".into())),
            pace: Some(Duration::from_secs(3600)),
            settings: Some(vec![3]),
            ..FeedState::default()
        };
        store.keep_feed(&state).unwrap();
        drop(store);
        let store = Store::open(dir.path()).unwrap();
        assert_eq!(store.feed(&state.url).unwrap(), Some(state.clone()));
        store.forget_feeds_but(std::slice::from_ref(&state.url)).unwrap();
        assert_eq!(store.feeds().unwrap(), [state]);
        store.forget_feeds_but(&[]).unwrap();
        assert_eq!(store.feeds().unwrap(), []);
    }

    #[test]
    fn what_became_of_a_page_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        assert_eq!(store.fetched_page("a.example/1").unwrap(), None);
        let state = PageState { fate: PageFate::Failed, stamp: Some(at(7)), tries: 2 };
        store.keep_fetched_page("a.example/1", state, at(9)).unwrap();
        assert_eq!(store.fetched_page("a.example/1").unwrap(), Some(state));
    }

    #[test]
    fn pages_that_nothing_links_to_are_forgotten_in_time() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let day = |day: i64| at(day * 86_400_000);
        let state = PageState { fate: PageFate::Read, stamp: None, tries: 0 };
        for address in ["a.example/1", "a.example/2"] {
            store.keep_fetched_page(address, state, day(0)).unwrap();
        }
        store.note_linked(&["a.example/2".into(), "a.example/3".into()], day(50)).unwrap();
        assert_eq!(store.forget_fetched_pages(day(89)).unwrap(), 0);
        assert_eq!(store.forget_fetched_pages(day(91)).unwrap(), 1);
        assert_eq!(store.fetched_page("a.example/1").unwrap(), None);
        assert_eq!(store.fetched_page("a.example/2").unwrap(), Some(state));
    }

    #[test]
    fn only_what_would_change_something_is_news() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let run = store.begin_run("test").unwrap();
        let article = |key: &str, headline: &str| Incoming {
            identity: Identity {
                namespace: "wire".into(),
                key: key.into(),
                kind: crate::identity::Kind::Provider,
                page: None,
            },
            article: crate::article::Article { headline: headline.into(), ..Default::default() },
            original: None,
        };
        store.put(run, &[article("1", "Tin")]).unwrap();
        let batch = [article("1", "Tin"), article("1", "Zinc"), article("2", "Tin")];
        assert_eq!(store.is_news(&batch).unwrap(), [false, true, true]);
        assert!(store.is_kept(&batch[0].identity).unwrap() && !store.is_kept(&batch[2].identity).unwrap());
    }
}
