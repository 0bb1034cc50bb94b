//! `broadsheet serve`: answers over HTTP, and follows the store.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use jiff::Timestamp;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, watch};

use super::log::{self, Logging};
use super::settings::{self, Settings};
use super::verify;
use crate::access::Keys;
use crate::background;
use crate::config::{Age, Config, Feeds};
use crate::engine::Engine;
use crate::engine::embedded::Index;
use crate::http::{self, Door};
use crate::ingest::input::{Input, Progress};
use crate::ingest::intake::Intake;
use crate::ingest::{self, ReadOptions};
use crate::search::{Archive, IndexState, Surroundings};
use crate::store::Store;
use crate::sync::{self, Lock, SyncError};

/// Threads that may be at work at once beside one for each processor's search and those that read and write connections. All
/// else that takes one has a bound of its own; together they are fewer. Each keeps for as long as it is there what memory it was
/// given once.
const THREADS: usize = 64;

/// A thread that has had no work for so long ends.
const IDLE: Duration = Duration::from_secs(2);

/// The store is looked at this often.
const LOOK: Duration = Duration::from_millis(250);

/// While articles keep coming in, answers go on to a new state no more often than this: every state that an answer
/// names is kept for a while, and costs disk.
const BETWEEN: Duration = Duration::from_secs(1);

/// Files of the store and the index that are open, with room for those of answers that are laid aside.
const OWN_FILES: usize = 1000;

/// Where somebody reads what was before a purge, its files are tried to be freed again after this: trying holds up writers.
const ERASE_AGAIN: Duration = Duration::from_secs(10);

/// A small corpus to try things on, part of the program.
static SAMPLES: include_dir::Dir<'static> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/samples");

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Options {
    /// Address and port, 127.0.0.1:8080 unless the configuration says otherwise; port 0 takes a free one
    #[arg(long, value_name = "ADDR", env = "BROADSHEET_LISTEN")]
    listen: Option<String>,
    /// Fill the archive with the sample articles that come with the program
    #[arg(long)]
    demo: bool,
    /// Read these files, folders or archives first
    #[arg(long, value_name = "PATH")]
    ingest: Vec<PathBuf>,
    /// Read the files of this folder, and those laid into it later, as they are completed; may be repeated
    #[arg(long, value_name = "DIR")]
    watch: Vec<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let searches = std::thread::available_parallelism().map_or(2, usize::from);
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.max_blocking_threads(searches + THREADS).thread_keep_alive(IDLE);
    let runtime = runtime.enable_all().build()?;
    // In a task: whoever waits outside of them is woken by another thread each time.
    let served = runtime.block_on(async { tokio::spawn(serve(options.clone())).await });
    runtime.shutdown_timeout(Duration::from_secs(2));
    served??;
    Ok(ExitCode::SUCCESS)
}

/// As it is configured; what is wrong with the configuration is told when it is read to be followed.
pub(super) fn log(options: &Options) -> Logging {
    options.settings.read().map_or_else(|_| log::of_command(), |config| log::of_server(&config.log))
}

/// Lays the samples out in a folder of their own for as long as they are read.
fn demo(store: &Store, stop: &Arc<AtomicBool>) -> anyhow::Result<()> {
    let folder = store.dir().join("samples");
    std::fs::create_dir_all(&folder)?;
    SAMPLES.extract(&folder)?;
    read(store, &folder, stop)
}

fn read(store: &Store, path: &Path, stop: &Arc<AtomicBool>) -> anyhow::Result<()> {
    let (options, progress) = (ReadOptions::default(), Progress::default());
    let run = ingest::run::run(store, &Input::Path(path.to_owned()), &options, None, stop, &progress, |_| {})?;
    let counts = run.counts;
    say!("{}: {} read, {} new, {} rejected", path.display(), counts.seen, counts.new, counts.rejected);
    Ok(())
}

/// Listens for signals and on the address before anything that takes long, so that being told to stop and a port in
/// use are noticed at once.
async fn serve(options: Options) -> anyhow::Result<()> {
    super::ingest::all_there(&options.ingest)?;
    let mut config = configured(&options)?;
    let Stopping { stop, asked, hurry, ending } = stopping()?;
    let listener = http::listen(&config.http.listen)
        .await
        .with_context(|| format!("{} cannot be listened on", config.http.listen))?;
    config.limits.connections = room_for(config.limits.connections);
    let started = {
        let (options, config, stop) = (options.clone(), config.clone(), Arc::clone(&stop));
        tokio::task::spawn_blocking(move || start(&options, &config, &stop)).await??
    };
    let Some((follower, archive)) = started else { return Ok(()) };
    let feeds = config.feeds.feed.iter().map(|feed| feed.url.to_string()).collect();
    let archive = Arc::new(archive.surrounded(Surroundings { feeds, slow: config.log.slow }));
    let intake = Intake::new(Arc::clone(&follower.store), Arc::clone(&stop));
    let keys = Keys::new(Arc::clone(&follower.store));
    let mut threads = watch(&follower.store, &config.watch.dirs, &stop)?;
    let fetching = fetch(&follower.store, &config.feeds, ending)?;
    threads.push(super::upkeep::start(&follower.store, &archive, &stop)?);
    let following = {
        let (archive, stop) = (Arc::clone(&archive), Arc::clone(&stop));
        background::spawn("sync", move || follower.follow(&archive, &stop))?
    };
    threads.push(following);
    welcome(&listener, options.demo)?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let door = Door::new(archive, intake, keys, &config);
    http::serve(door, listener, asked.notified(), hurry.notified()).await;
    tracing::info!("answers under way have been finished; the server ends");
    stop.store(true, Ordering::Relaxed);
    if let Some(fetching) = fetching {
        fetching.await?;
    }
    tokio::task::spawn_blocking(move || threads.into_iter().try_for_each(std::thread::JoinHandle::join))
        .await?
        .map_err(|_| anyhow::anyhow!("a thread has failed"))
}

/// Every connection is an open file, of which systems allow few to whoever does not ask for more. As many connections as
/// there are files for, at most so many.
fn room_for(connections: usize) -> usize {
    let allowed = getrlimit(Resource::Nofile);
    let asked = Rlimit { current: allowed.maximum, ..allowed };
    let raised = setrlimit(Resource::Nofile, asked).map_or(allowed.current, |()| asked.current);
    let files = raised.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX));
    let room = files.saturating_sub(OWN_FILES).max(files / 2);
    if room < connections {
        tracing::warn!(
            files,
            connections = room,
            "the system allows few open files, so that fewer connections are taken"
        );
    }
    connections.min(room)
}

/// What is set; flags win over it, but folders to be watched add to those of the configuration.
fn configured(options: &Options) -> anyhow::Result<Config> {
    let mut config = options.settings.read()?;
    if let Some(listen) = &options.listen {
        config.http.listen.clone_from(listen);
    }
    config.watch.dirs.extend_from_slice(&options.watch);
    Ok(config)
}

fn fetch(
    store: &Arc<Store>,
    feeds: &Feeds,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<Option<tokio::task::JoinHandle<()>>> {
    if feeds.feed.is_empty() {
        return Ok(None);
    }
    Ok(Some(crate::fetch::start(feeds, Arc::clone(store), stop)?))
}

fn watch(
    store: &Arc<Store>,
    dirs: &[PathBuf],
    stop: &Arc<AtomicBool>,
) -> anyhow::Result<Vec<std::thread::JoinHandle<()>>> {
    if dirs.is_empty() {
        return Ok(Vec::new());
    }
    crate::watch::start(store, dirs, stop).context("folders cannot be watched")
}

/// Reads what is to be read first and brings the index up to date; `None` when told to stop meanwhile.
fn start(options: &Options, config: &Config, stop: &Arc<AtomicBool>) -> anyhow::Result<Option<(Follower, Archive)>> {
    let dir = &config.archive.dir;
    let store = Arc::new(settings::open(dir)?);
    store.keep_for(config.retention.after.map(Age::span));
    if options.demo {
        demo(&store, stop)?;
    }
    for path in &options.ingest {
        read(&store, path, stop)?;
    }
    Follower::start(store, dir.to_owned(), stop)
}

/// Queries to try find something only in the articles they were made for.
fn welcome(listener: &tokio::net::TcpListener, is_demo: bool) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    say!("broadsheet listens on http://{address}");
    if !is_demo {
        say!("Open it in a browser, or ask: curl 'http://{address}/api/v1/search?limit=3&facets=source,lang'");
        return Ok(());
    }
    say!("Try:");
    say!("  curl 'http://{address}/api/v1/search?q=%22rare+earths%22+AND+China&facets=tag&highlight=1'");
    say!("  curl 'http://{address}/api/v1/search?q=headline:mine*&fields=headline,published&sort=newest'");
    say!("  curl 'http://{address}/api/v1/search?q=oil+OR+gas&interval=month&limit=0'");
    Ok(())
}

/// Set, and told, when the process is asked to end.
struct Stopping {
    stop: Arc<AtomicBool>,
    asked: Arc<Notify>,
    /// Told when it is asked again.
    hurry: Arc<Notify>,
    ending: watch::Receiver<bool>,
}

fn stopping() -> anyhow::Result<Stopping> {
    let (stop, asked, hurry) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (end, ending) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (set, tell, again) = (Arc::clone(&stop), Arc::clone(&asked), Arc::clone(&hurry));
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        set.store(true, Ordering::Relaxed);
        tell.notify_one();
        // Nobody listens where nothing is fetched.
        let _ = end.send(true);
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        again.notify_one();
    });
    Ok(Stopping { stop, asked, hurry, ending })
}

/// Keeps the index up with the store, and the archive with the index.
struct Follower {
    store: Arc<Store>,
    data: PathBuf,
    generation: String,
    engine: Engine,
    /// `None` while another process writes the index.
    lock: Option<Lock>,
    /// Articles purged of which the files are free, as far as this process has let go of older states.
    erased: u64,
    /// Files are freed of what was purged not before this.
    erase_at: Instant,
    /// Why they last could not be.
    not_erased: Option<String>,
    /// How many articles had been purged when states of before were last forgotten.
    forgotten: u64,
}

impl Follower {
    /// Opens the index, bringing it up to date first where this process may write it; `None` when told to stop.
    fn start(store: Arc<Store>, data: PathBuf, stop: &AtomicBool) -> anyhow::Result<Option<(Follower, Archive)>> {
        sync::release_due(&store, Timestamp::now())?;
        let mut told = false;
        while !stop.load(Ordering::Relaxed) {
            if let Some(lock) = Lock::take(&data)? {
                let (generation, index) = sync::open_or_create(&store, &data, &lock)?;
                let mut writer = index.writer()?;
                sync::catch_up(&store, &index, &mut writer, stop, |_, _| {})?;
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                writer.finish()?;
                return Follower::opened(store, data, generation, index, Some(lock));
            }
            if let Ok((generation, index)) = sync::open(&store, &data)? {
                return Follower::opened(store, data, generation, index, None);
            }
            if !told {
                tracing::info!("another process is making the index; waiting for it");
                told = true;
            }
            std::thread::sleep(LOOK);
        }
        Ok(None)
    }

    fn opened(
        store: Arc<Store>,
        data: PathBuf,
        generation: String,
        index: Index,
        lock: Option<Lock>,
    ) -> anyhow::Result<Option<(Follower, Archive)>> {
        let engine = Engine::Embedded(index);
        let archive = Archive::new(Arc::clone(&store), &engine)?;
        let erased = store.purges_erased()?;
        let erase_at = Instant::now();
        let (not_erased, forgotten) = (None, 0);
        let follower = Follower { store, data, generation, engine, lock, erased, erase_at, not_erased, forgotten };
        Ok(Some((follower, archive)))
    }

    fn follow(mut self, archive: &Arc<Archive>, stop: &Arc<AtomicBool>) {
        self.verify(archive, stop);
        let mut failed = None;
        while !stop.load(Ordering::Relaxed) {
            let step = self.step(archive, stop);
            archive.tidy();
            archive.indexing_fails(step.is_err());
            self.store.try_writing();
            match step {
                Ok(false) => archive.rest(LOOK),
                Ok(true) => std::thread::sleep(BETWEEN),
                Err(error) => {
                    let error = format!("{error:#}");
                    // Once is enough, until it is another.
                    if failed.replace(error.clone()).is_none_or(|before| before != error) {
                        // Articles that were purged and may still be in its files.
                        let purging = self.store.purging().unwrap_or_default().articles;
                        let what = "the index could not be brought up to date; it is tried again and again";
                        tracing::error!(error, purging, "{what}");
                    }
                    std::thread::sleep(BETWEEN * 2);
                    continue;
                }
            }
        }
    }

    /// Takes a lock that has become free, goes over to a new generation, applies what is new. Says whether answers have
    /// changed.
    fn step(&mut self, archive: &Arc<Archive>, stop: &Arc<AtomicBool>) -> anyhow::Result<bool> {
        if self.lock.is_none() {
            self.lock = Lock::take(&self.data)?;
        }
        sync::release_due(&self.store, Timestamp::now())?;
        let gone_over = self.go_over(archive)?;
        let Engine::Embedded(index) = &self.engine;
        let behind = self.lock.is_some() && reached(index)? < self.store.last_change()?;
        if behind {
            let mut writer = index.writer()?;
            let mut shown = Ok(false);
            sync::catch_up(&self.store, index, &mut writer, stop, |_, _| shown = archive.refresh(&self.engine))?;
            shown?;
            archive.refresh(&self.engine)?;
            if stop.load(Ordering::Relaxed) {
                return Ok(true);
            }
            writer.finish()?;
        }
        if gone_over {
            self.verify(archive, stop);
            if let Some(lock) = &self.lock {
                sync::sweep(&self.data, lock);
            }
        }
        // Opening a state costs something: only where there is another. Merges leave the same articles in fewer files,
        // and another process may have written the index.
        let is_news = behind || gone_over || archive.position() < reached(index)?;
        let has_changed = is_news && (archive.refresh(&self.engine)? || behind);
        self.erase(archive, gone_over)?;
        Ok(has_changed)
    }

    /// Frees the index of what was purged; and lets go of the states that hold it, also where another process has done that.
    fn erase(&mut self, archive: &Archive, gone_over: bool) -> anyhow::Result<()> {
        let Engine::Embedded(index) = &self.engine;
        // Segments that were written anew would look sound.
        if self.lock.is_some() && index.unverified().is_none() {
            if gone_over {
                // What went when it was all but built.
                let mut writer = index.writer()?;
                writer.erase()?;
                writer.finish()?;
            }
            let is_due = Instant::now() >= self.erase_at && !archive.are_forgotten_states_read();
            if is_due && self.store.purging()?.articles > 0 {
                let purges = self.store.purges()?;
                if reached(index)? >= self.store.last_change()? {
                    self.erase_now(archive, purges)?;
                }
            }
        }
        let erased = self.store.purges_erased()?;
        if erased != self.erased {
            archive.refresh(&self.engine)?;
            archive.forget_states();
            self.erased = erased;
        }
        Ok(())
    }

    /// States of before are forgotten once after each purge, and whoever still reads one is waited for. Why it could not be
    /// done is told once, until it is something else.
    fn erase_now(&mut self, archive: &Archive, purges: u64) -> anyhow::Result<()> {
        let Engine::Embedded(index) = &self.engine;
        let let_go = || {
            if self.forgotten != purges {
                archive.refresh(&self.engine)?;
                archive.forget_states();
            }
            Ok(!archive.are_forgotten_states_read())
        };
        let why = match sync::erase_purged(&self.store, index, let_go) {
            Ok(true) => None,
            Ok(false) => Some(
                "an export or another process reads what was before, looks for copies of it, or makes another index"
                    .to_owned(),
            ),
            Err(SyncError::Store(error)) if error.code().is_some() => Some(error.to_string()),
            Err(error) => return Err(error.into()),
        };
        self.forgotten = purges;
        if let Some(why) = why.as_ref().filter(|why| self.not_erased.as_ref() != Some(why)) {
            tracing::warn!(why, "something of what was purged is still in the files; that is tried again");
        }
        // An export that reads what was before is waited for, not tried again.
        if why.is_some() && !archive.are_forgotten_states_read() {
            self.erase_at = Instant::now() + ERASE_AGAIN;
        }
        self.not_erased = why;
        Ok(())
    }

    /// Reads what there was no time for when the index was opened.
    fn verify(&self, archive: &Arc<Archive>, stop: &Arc<AtomicBool>) {
        let Engine::Embedded(index) = &self.engine;
        let Some(unverified) = index.unverified() else { return archive.index_is(IndexState::Verified) };
        let (generation, store, data) = (self.generation.clone(), Arc::clone(&self.store), self.data.clone());
        verify::Task { unverified, generation, store, data }.begin(archive, stop);
    }

    /// Opens a generation that has been swapped in. One that lacks what answers already show is left to whoever holds
    /// the lock.
    fn go_over(&mut self, archive: &Archive) -> anyhow::Result<bool> {
        if sync::current(&self.data).is_none_or(|current| current == self.generation) {
            return Ok(false);
        }
        let Ok((generation, index)) = sync::open(&self.store, &self.data)? else { return Ok(false) };
        if self.lock.is_none() && reached(&index)? < archive.position() {
            return Ok(false);
        }
        tracing::info!(%generation, "a new index is in use");
        (self.generation, self.engine) = (generation, Engine::Embedded(index));
        Ok(true)
    }
}

/// The change of the store that an index goes up to.
fn reached(index: &Index) -> anyhow::Result<u64> {
    Ok(index.checkpoint()?.map_or(0, |checkpoint| checkpoint.position))
}
