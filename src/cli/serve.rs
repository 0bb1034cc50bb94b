//! `broadsheet serve`: answers over HTTP, and follows the store.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, watch};

use super::follower::Follower;
use super::log::{self, Logging};
use super::settings::{self, Settings};
use crate::access::Keys;
use crate::background;
use crate::config::{Age, Config, Feeds, listening};
use crate::http::{self, Door, Entrance, Opening};
use crate::ingest::input::{Input, Progress};
use crate::ingest::intake::Intake;
use crate::ingest::{self, ReadOptions};
use crate::search::{Archive, Surroundings};
use crate::store::Store;

/// Threads of the runtime that may be at work at once beside one for each processor's search and those that read and write
/// connections; searches that have to wait have threads of their own, one for each processor. All
/// else that takes one has a bound of its own; together they are fewer. Each keeps for as long as it is there what memory it was
/// given once.
const THREADS: usize = 64;

/// A thread that has had no work for so long ends.
const IDLE: Duration = Duration::from_secs(2);

/// Files of the store and the index that are open, with room for those of answers that are laid aside.
const OWN_FILES: usize = 1000;

/// Before there are answers the log says no more often than this how far it is.
const BETWEEN_WORDS: Duration = Duration::from_secs(5);

/// A small corpus to try things on, part of the program.
static SAMPLES: include_dir::Dir<'static> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/samples");

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Options {
    /// Address and port, 127.0.0.1:8080 unless the configuration says otherwise; port 0 takes a free one
    #[arg(long, value_name = "ADDR", env = "BROADSHEET_LISTEN", value_parser = listening)]
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
fn demo(store: &Store, told: &mut Told, stop: &Arc<AtomicBool>) -> anyhow::Result<()> {
    let folder = store.dir().join("samples");
    std::fs::create_dir_all(&folder)?;
    SAMPLES.extract(&folder)?;
    read(store, &folder, told, stop)
}

fn read(store: &Store, path: &Path, told: &mut Told, stop: &Arc<AtomicBool>) -> anyhow::Result<()> {
    let (options, progress) = (ReadOptions::default(), Progress::default());
    let run = ingest::run::run(store, &Input::Path(path.to_owned()), &options, None, stop, &progress, |durable| {
        told.say(format!("files are being read: {} articles so far", durable.articles));
    })?;
    let counts = run.counts;
    let how =
        if counts.rejected > 0 { format!("; `broadsheet runs {} --rejects` says why", run.id) } else { String::new() };
    let (path, state) = (path.display(), run.state.name());
    say!("{path}, {state}: {} read, {} new, {} rejected{how}", counts.seen, counts.new, counts.rejected);
    Ok(())
}

/// What is done before the archive is open: told to whoever asks meanwhile, and now and then in the log.
pub(super) struct Told {
    opening: Opening,
    logged: Instant,
}

impl Told {
    pub(super) fn say(&mut self, doing: String) {
        if self.logged.elapsed() > BETWEEN_WORDS {
            tracing::info!(doing, "the archive is being opened");
            self.logged = Instant::now();
        }
        self.opening.is(doing);
    }
}

/// Listens for signals and on the address before anything that takes long, so that being told to stop and a port in
/// use are noticed at once, and whoever watches over the server is answered.
async fn serve(options: Options) -> anyhow::Result<()> {
    super::ingest::all_there(&options.ingest)?;
    let mut config = configured(&options)?;
    let Stopping { stop, asked, hurry, ending } = stopping()?;
    let listener = http::listen(&config.http.listen)
        .await
        .with_context(|| format!("{} cannot be listened on", config.http.listen))?;
    config.limits.connections = room_for(config.limits.connections);
    let address = listener.local_addr()?;
    let opening = Opening::default();
    let mut entrance = Entrance::at(listener, &config, opening.clone());
    let started = {
        let (options, config, stop) = (options.clone(), config.clone(), Arc::clone(&stop));
        let told = Told { opening, logged: Instant::now() };
        tokio::task::spawn_blocking(move || start(&options, &config, (address, told), &stop)).await??
    };
    let Some((follower, archive)) = started else {
        tracing::info!("the server ends before the archive is open");
        return Ok(());
    };
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
    entrance.lead_to(Door::new(archive, intake, keys, &config), &config);
    welcome(address, options.demo);
    tracing::info!("the archive is open");
    asked.notified().await;
    entrance.close(config.http.linger, hurry.notified()).await;
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
    settings::ensure_can_be_served(&config)?;
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
fn start(
    options: &Options,
    config: &Config,
    (address, mut told): (SocketAddr, Told),
    stop: &Arc<AtomicBool>,
) -> anyhow::Result<Option<(Follower, Archive)>> {
    let dir = &config.archive.dir;
    let store = Arc::new(settings::open(dir)?);
    tracing::info!(%address, "listening; nothing but health is answered before the archive is open");
    store.keep_for(config.retention.after.map(Age::span));
    if options.demo {
        demo(&store, &mut told, stop)?;
    }
    for path in &options.ingest {
        if !stop.load(Ordering::Relaxed) {
            read(&store, path, &mut told, stop)?;
        }
    }
    Follower::start(store, dir.to_owned(), &mut told, stop)
}

/// Queries to try find something only in the articles they were made for.
fn welcome(address: SocketAddr, is_demo: bool) {
    say!("broadsheet listens on http://{address}");
    if !is_demo {
        say!("Open it in a browser, or ask: curl 'http://{address}/api/v1/search?limit=3&facets=source,lang'");
        return;
    }
    say!("Try:");
    say!("  curl 'http://{address}/api/v1/search?q=%22rare+earths%22+AND+China&facets=tag&highlight=1'");
    say!("  curl 'http://{address}/api/v1/search?q=headline:mine*&fields=headline,published&sort=newest'");
    say!("  curl 'http://{address}/api/v1/search?q=oil+OR+gas&interval=month&limit=0'");
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
