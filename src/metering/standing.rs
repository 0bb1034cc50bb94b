//! How things stand at one moment: brought along by who can see it, told with the rest.

use jiff::Timestamp;

use super::exposition::Page;
use super::folders;
use super::process::Disk;

#[derive(Clone, Debug, Default)]
pub struct Standing {
    pub running: usize,
    pub waiting: usize,
    /// Changes of the store that the index lacks, and for how many seconds the first of them.
    pub behind: u64,
    pub behind_seconds: f64,
    pub segments: usize,
    pub live: u64,
    pub deleted: u64,
    pub index_bytes: u64,
    pub store_bytes: u64,
    pub wal_bytes: u64,
    /// Articles that were purged, and of which something may still be in a file; and since when the first of them.
    pub purging: u64,
    pub purging_seconds: f64,
    pub snapshots: usize,
    pub snapshot_bytes: u64,
    pub disk: Option<Disk>,
    /// In whichever process.
    pub runs_under_way: usize,
    pub feeds: Vec<Feed>,
}

#[derive(Clone, Debug)]
pub struct Feed {
    pub url: String,
    pub succeeded: Option<Timestamp>,
    /// In a row.
    pub failures: u32,
}

impl Standing {
    pub(super) fn write(&self, page: &mut Page<'_>) -> std::fmt::Result {
        page.gauge("searches_running", "Searches that run", self.running as f64)?;
        page.gauge("searches_waiting", "Searches that wait for their turn", self.waiting as f64)?;
        page.gauge("index_lag_changes", "Changes of the store that the index lacks", self.behind as f64)?;
        page.gauge("index_lag_seconds", "Age of the first change that the index lacks", self.behind_seconds)?;
        page.gauge("index_segments", "Segments of the newest state of the index", self.segments as f64)?;
        let documents = [([("state", "live")], self.live as f64), ([("state", "deleted")], self.deleted as f64)];
        page.gauges("index_documents", "Documents of the newest state of the index", documents)?;
        page.gauge("index_size_bytes", "Files of the newest state of the index", self.index_bytes as f64)?;
        page.gauge("store_size_bytes", "The file of the store", self.store_bytes as f64)?;
        page.gauge("store_wal_size_bytes", "The write-ahead log of the store", self.wal_bytes as f64)?;
        let purging = "Articles purged of which something may still be in a file";
        page.gauge("purges_unfinished", purging, self.purging as f64)?;
        page.gauge("purges_unfinished_seconds", "Age of the first purge that is not finished", self.purging_seconds)?;
        page.gauge("snapshots", "States of the index that answers refer to", self.snapshots as f64)?;
        page.gauge("snapshots_size_bytes", "Files that are there for such states alone", self.snapshot_bytes as f64)?;
        let disk = |of: fn(&Disk) -> u64| self.disk.as_ref().map(|disk| ([] as [(&str, &str); 0], of(disk) as f64));
        page.gauges("disk_free_bytes", "Free on the disk of the data directory", disk(|disk| disk.free))?;
        page.gauges("disk_size_bytes", "Size of the disk of the data directory", disk(|disk| disk.size))?;
        page.gauge("runs_under_way", "Runs that are under way, in whichever process", self.runs_under_way as f64)?;
        self.write_feeds(page)?;
        write_folders(page)
    }

    fn write_feeds(&self, page: &mut Page<'_>) -> std::fmt::Result {
        let succeeded =
            self.feeds.iter().filter_map(|feed| Some(([("feed", feed.url.as_str())], seconds(feed.succeeded?))));
        page.gauges("feed_last_success_timestamp_seconds", "When a feed last answered as it should", succeeded)?;
        let failures = self.feeds.iter().map(|feed| ([("feed", feed.url.as_str())], f64::from(feed.failures)));
        page.gauges("feed_failures", "Failures of a feed in a row, since it last answered", failures)
    }
}

fn write_folders(page: &mut Page<'_>) -> std::fmt::Result {
    let folders: Vec<_> =
        folders::folders().into_iter().map(|(dir, folder)| (dir.display().to_string(), folder)).collect();
    let is_there =
        folders.iter().map(|(dir, folder)| ([("folder", dir.as_str())], f64::from(u8::from(folder.is_there))));
    page.gauges("watched_folder_present", "1 while a watched folder is there, else 0", is_there)?;
    let read = folders.iter().filter_map(|(dir, folder)| Some(([("folder", dir.as_str())], seconds(folder.read?))));
    page.gauges("watched_folder_last_read_timestamp_seconds", "When files of a watched folder were last read", read)
}

fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}
