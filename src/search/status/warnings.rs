//! What of a status somebody should see to, and what there is to do about it. docs/operations.md says more of each.

use jiff::Timestamp;

use super::{FeedStatus, FolderStatus, IndexState, StatusAnswer, Warning, seconds_since};
use crate::store::RunState;

/// Seconds by which the index may be behind: the first state that shows what came in is seconds away.
const BEHIND: f64 = 60.0;

/// Of the disk, what should be free: a merge needs room for what it makes beside what it is made of.
const FREE_SHARE: f64 = 0.05;
const FREE: u64 = 1 << 30;

/// The log of the store is cut to 64 MiB whenever all of it has been folded in; beyond this something keeps it from that.
const WAL: u64 = 256 << 20;

/// A feed that has not answered for so long has more than a bad day.
const FAILING: f64 = 2.0 * 86_400.0;

pub(super) fn warnings(status: &StatusAnswer, now: Timestamp) -> Vec<Warning> {
    let of_all = [
        failing(status),
        behind(status),
        purging(status),
        disk(status),
        wal(status),
        queue(status),
        last_run(status),
        retention(status),
    ];
    let of_feeds = status.feeds.iter().filter_map(|feed| of_feed(feed, now));
    of_all.into_iter().flatten().chain(of_feeds).chain(status.folders.iter().filter_map(of_folder)).collect()
}

fn failing(StatusAnswer { index, .. }: &StatusAnswer) -> Option<Warning> {
    (index.state == IndexState::Failing).then(|| Warning {
        code: "index_failing",
        says: "The index cannot be written: what comes in is not found, and what is taken back is.".to_owned(),
        advice: "The log says why; once its folder takes writes again, the index comes along by itself.",
    })
}

/// Bytes of what somebody wanted gone.
fn purging(StatusAnswer { index, store, .. }: &StatusAnswer) -> Option<Warning> {
    let is_late = store.purging_seconds > BEHIND || index.state == IndexState::Failing;
    (store.purging > 0 && is_late).then(|| Warning {
        code: "purge_unfinished",
        says: format!("Something of purged articles may still be in the files, of {} in all.", store.purging),
        advice: "Let the index be written, and end whatever reads in the store for long: then the purge is finished by itself.",
    })
}

fn retention(status: &StatusAnswer) -> Option<Warning> {
    let why = status.retention_held.as_ref()?;
    Some(Warning {
        code: "retention_held",
        says: format!("Nothing is removed as too old: {why}."),
        advice: "Put the clock or `after` of [retention] right; if both are, `broadsheet retire` removes what is too old, however much that is, and after a jump of the clock another start removes again.",
    })
}

fn behind(StatusAnswer { index, .. }: &StatusAnswer) -> Option<Warning> {
    (index.behind > 0 && index.behind_seconds > BEHIND).then(|| Warning {
        code: "index_behind",
        says: format!("The index lacks {} changes of the store, the first of them {:.0} seconds old.", index.behind, index.behind_seconds),
        advice: "Look into the log for why the index could not be brought up to date; `broadsheet reindex` makes it anew.",
    })
}

fn disk(status: &StatusAnswer) -> Option<Warning> {
    let disk = status.disk?;
    let least = (disk.size as f64 * FREE_SHARE).min(FREE as f64);
    ((disk.free as f64) < least).then(|| Warning {
        code: "disk_nearly_full",
        says: format!("{} MiB are free on the disk of the data directory.", disk.free >> 20),
        advice: "Make room, or move the data directory to a larger disk: without room nothing more is taken in.",
    })
}

fn wal(StatusAnswer { store, .. }: &StatusAnswer) -> Option<Warning> {
    (store.wal_bytes > WAL).then(|| Warning {
        code: "wal_growing",
        says: format!("The write-ahead log of the store has grown to {} MiB.", store.wal_bytes >> 20),
        advice: "Another process may have the store open and read in it: end it. A restart folds the log into the store.",
    })
}

/// Two for each that runs is the most that may wait under load.
fn queue(StatusAnswer { searches, .. }: &StatusAnswer) -> Option<Warning> {
    (searches.waiting > searches.running.max(1)).then(|| Warning {
        code: "searches_queue",
        says: format!("{} searches wait for {} that run.", searches.waiting, searches.running),
        advice: "Look for slow searches in the log; bound how often one address may ask (`per_address`), or give the server more processors.",
    })
}

/// Feeds are told of by themselves: each fails now and then.
fn last_run(status: &StatusAnswer) -> Option<Warning> {
    let of_feed = |input: &str| input.starts_with("http://") || input.starts_with("https://");
    let failed = status.runs.first().filter(|run| run.state == RunState::Failed && !of_feed(&run.input))?;
    Some(Warning {
        code: "run_failed",
        says: format!("The last run ({}: {}) has failed.", failed.id, failed.input),
        advice: "`broadsheet runs ID --rejects` and the log say why; reading the same input again goes on where it ended.",
    })
}

fn of_feed(feed: &FeedStatus, now: Timestamp) -> Option<Warning> {
    if feed.gone {
        return Some(Warning {
            code: "feed_gone",
            says: format!("The feed {} said that it is gone for good, and is not asked any more.", feed.url),
            advice: "Take it out of the configuration, or name its new address there.",
        });
    }
    let is_long = feed.succeeded.map_or(feed.failures > 10, |last| seconds_since(last, now) > FAILING);
    (feed.failures > 0 && is_long).then(|| Warning {
        code: "feed_failing",
        says: format!(
            "The feed {} has failed {} times in a row, the last time with {}.",
            feed.url,
            feed.failures,
            feed.trouble.as_deref().unwrap_or("no reason")
        ),
        advice: "Open its address in a browser; put right or take out what the configuration says of it.",
    })
}

fn of_folder(folder: &FolderStatus) -> Option<Warning> {
    let (code, says, advice) = match &folder.trouble {
        _ if !folder.there => (
            "folder_missing",
            format!("The watched folder {} is not there.", folder.path),
            "Mount or make it; it is waited for.",
        ),
        Some(trouble) => (
            "folder_in_trouble",
            format!("In the watched folder {}, {trouble}.", folder.path),
            "Look into the log; what could not be taken in is tried again when the folder is next looked through.",
        ),
        None => return None,
    };
    Some(Warning { code, says, advice })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metering::Disk;
    use crate::search::ledger::RunLine;
    use crate::search::status::{IndexStatus, SearchesStatus, SnapshotsStatus, StoreStatus};
    use crate::store::Counts;

    fn now() -> Timestamp {
        "2026-03-10T12:00:00Z".parse().unwrap()
    }

    fn well() -> StatusAnswer {
        StatusAnswer {
            version: "1",
            started: now(),
            uptime_seconds: 0,
            warnings: Vec::new(),
            articles: 0,
            sources: None,
            newest: None,
            index: IndexStatus {
                state: IndexState::Verified,
                behind: 0,
                behind_seconds: 0.0,
                segments: 0,
                deleted: 0,
                bytes: 0,
            },
            store: StoreStatus { bytes: 0, wal_bytes: 64 << 20, purging: 1, purging_seconds: 2.0 },
            disk: Some(Disk { free: 6 << 30, size: 100 << 30 }),
            searches: SearchesStatus { running: 2, waiting: 2, seconds: None },
            snapshots: SnapshotsStatus { kept: 0, bytes: 0 },
            runs: Vec::new(),
            feeds: Vec::new(),
            folders: Vec::new(),
            retention_held: None,
        }
    }

    #[track_caller]
    fn warned(change: impl FnOnce(&mut StatusAnswer), code: &str, words: &str) {
        let mut status = well();
        change(&mut status);
        let found = warnings(&status, now());
        assert_eq!(found.iter().map(|one| one.code).collect::<Vec<_>>(), [code]);
        let docs = include_str!("../../../docs/operations.md");
        assert!(docs.contains(&format!("| `{code}` |")), "{code} is in no table of docs/operations.md");
        assert!(found[0].says.contains(words) && !found[0].advice.is_empty(), "{found:?}");
    }

    fn feed(failures: u32, succeeded: Option<&str>) -> FeedStatus {
        let succeeded = succeeded.map(|at| at.parse().unwrap());
        let trouble = Some("timed_out: no answer".to_owned());
        FeedStatus { url: "https://a.example/".into(), succeeded, due: None, failures, gone: false, trouble }
    }

    fn folder(there: bool, trouble: Option<&str>) -> FolderStatus {
        FolderStatus { path: "/in".into(), there, read: None, trouble: trouble.map(str::to_owned) }
    }

    fn run(state: RunState) -> RunLine {
        RunLine {
            id: 7,
            input: "a.csv".into(),
            state,
            started: now(),
            finished: None,
            counts: Counts::default(),
            bytes_total: None,
            seconds: 1.0,
            articles_per_second: 0.0,
            bytes_per_second: 0.0,
            undone: None,
        }
    }

    #[test]
    fn where_all_is_well_nobody_is_warned() {
        let mut status = well();
        // New changes, a feed that has had a bad hour, an old run that failed.
        (status.index.behind, status.index.behind_seconds) = (9, 2.0);
        status.feeds =
            vec![feed(3, Some("2026-03-09T12:00:00Z")), feed(1, None), feed(0, Some("2020-01-01T00:00:00Z"))];
        status.runs = vec![run(RunState::Finished), run(RunState::Failed)];
        status.folders = vec![folder(true, None)];
        assert_eq!(warnings(&status, now()), []);
        status.runs = vec![RunLine { input: "https://a.example/feed".into(), ..run(RunState::Failed) }];
        assert_eq!(warnings(&status, now()), []);
        // On a large disk a GiB is enough.
        status.disk = Some(Disk { free: 2 << 30, size: 1000 << 30 });
        assert_eq!(warnings(&status, now()), []);
    }

    #[test]
    fn each_trouble_is_told_with_what_to_do() {
        warned(|s| (s.index.behind, s.index.behind_seconds) = (9, 61.0), "index_behind", "9 changes");
        warned(|s| s.disk = Some(Disk { free: 900 << 20, size: 100 << 30 }), "disk_nearly_full", "900 MiB");
        warned(|s| s.disk = Some(Disk { free: 40 << 20, size: 1 << 30 }), "disk_nearly_full", "40 MiB");
        let unfinished = |s: &mut StatusAnswer| (s.store.purging, s.store.purging_seconds) = (3, 61.0);
        warned(unfinished, "purge_unfinished", "of 3 in all");
        let held = "the clock has jumped forward";
        warned(|s| s.retention_held = Some(held.to_owned()), "retention_held", held);
        let fails = |s: &mut StatusAnswer| (s.index.state, s.store.purging) = (IndexState::Failing, 0);
        warned(fails, "index_failing", "cannot be written");
        warned(|s| s.store.wal_bytes = 300 << 20, "wal_growing", "300 MiB");
        warned(|s| s.searches.waiting = 3, "searches_queue", "3 searches wait for 2");
        warned(|s| s.runs = vec![run(RunState::Failed)], "run_failed", "7: a.csv");
        warned(|s| s.feeds = vec![feed(3, Some("2026-03-08T11:00:00Z"))], "feed_failing", "timed_out: no answer");
        warned(|s| s.feeds = vec![feed(11, None)], "feed_failing", "11 times");
        warned(|s| s.feeds = vec![FeedStatus { gone: true, ..feed(1, None) }], "feed_gone", "https://a.example/");
        warned(|s| s.folders = vec![folder(false, None)], "folder_missing", "/in");
        warned(|s| s.folders = vec![folder(true, Some("nothing goes"))], "folder_in_trouble", "nothing goes");
    }
}
