//! `broadsheet serve`: answers over HTTP, and follows the store.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;

use super::DataDir;
use crate::engine::Engine;
use crate::engine::embedded::Index;
use crate::http;
use crate::ingest::input::{Input, Progress};
use crate::ingest::{self, ReadOptions};
use crate::search::Archive;
use crate::store::Store;
use crate::sync::{self, Lock};

/// The store is looked at this often; new articles are visible about a second later at most.
const LOOK: Duration = Duration::from_millis(250);

/// A small corpus to try things on, part of the program.
static SAMPLES: include_dir::Dir<'static> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/samples");

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Address and port; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR", env = "BROADSHEET_LISTEN")]
    listen: String,
    /// Fill the archive with the sample articles that come with the program
    #[arg(long)]
    demo: bool,
    /// Read these files, folders or archives first
    #[arg(long, value_name = "PATH")]
    ingest: Vec<PathBuf>,
    #[command(flatten)]
    data: DataDir,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter()).init();
    let data = &options.data.data_dir;
    let store = Arc::new(Store::open(data)?);
    if options.demo {
        demo(&store)?;
    }
    for path in &options.ingest {
        read(&store, path)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(store, data.clone(), options))?;
    runtime.shutdown_timeout(Duration::from_secs(2));
    Ok(ExitCode::SUCCESS)
}

fn filter() -> tracing_subscriber::EnvFilter {
    let usual = format!("info,{}", crate::engine::embedded::QUIET);
    tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| usual.into())
}

/// Lays the samples out in a folder of their own for as long as they are read.
fn demo(store: &Store) -> anyhow::Result<()> {
    let folder = store.dir().join("samples");
    std::fs::create_dir_all(&folder)?;
    SAMPLES.extract(&folder)?;
    read(store, &folder)
}

fn read(store: &Store, path: &Path) -> anyhow::Result<()> {
    let (options, stop, progress) = (ReadOptions::default(), AtomicBool::new(false), Progress::default());
    let run = ingest::run::run(store, &Input::Path(path.to_owned()), &options, None, &stop, &progress, |_, _| {})?;
    let counts = run.counts;
    println!("{}: {} read, {} new, {} rejected", path.display(), counts.seen, counts.new, counts.rejected);
    Ok(())
}

async fn serve(store: Arc<Store>, data: PathBuf, options: &Options) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(&options.listen)
        .await
        .with_context(|| format!("{} cannot be listened on", options.listen))?;
    let (follower, archive) = tokio::task::spawn_blocking(move || Follower::start(store, data)).await??;
    let archive = Arc::new(archive);
    let stop = Arc::new(AtomicBool::new(false));
    let following = {
        let (archive, stop) = (Arc::clone(&archive), Arc::clone(&stop));
        std::thread::Builder::new().name("sync".to_owned()).spawn(move || follower.follow(&archive, &stop))?
    };
    welcome(&listener)?;
    http::serve(archive, listener, shutdown()).await?;
    stop.store(true, Ordering::Relaxed);
    tokio::task::spawn_blocking(move || following.join()).await?.map_err(|_| anyhow::anyhow!("syncing has failed"))?;
    Ok(())
}

fn welcome(listener: &tokio::net::TcpListener) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    println!("broadsheet listens on http://{address}");
    println!("Try:");
    println!("  curl 'http://{address}/api/v1/search?q=%22rare+earths%22+AND+China&facets=tag&highlight=1'");
    println!("  curl 'http://{address}/api/v1/search?q=headline:mine*&fields=headline,published&sort=newest'");
    println!("  curl 'http://{address}/api/v1/search?q=oil+OR+gas&interval=month&limit=0'");
    Ok(())
}

async fn shutdown() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => return tracing::error!(%error, "signals cannot be heard"),
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Keeps the index up with the store, and the archive with the index.
struct Follower {
    store: Arc<Store>,
    data: PathBuf,
    generation: String,
    engine: Engine,
    /// `None` while another process writes the index.
    lock: Option<Lock>,
}

impl Follower {
    /// Opens the index, bringing it up to date first where this process may write it.
    fn start(store: Arc<Store>, data: PathBuf) -> anyhow::Result<(Follower, Archive)> {
        loop {
            if let Some(lock) = Lock::take(&data)? {
                let (generation, index) = sync::open_or_create(&store, &data, &lock)?;
                let mut writer = index.writer()?;
                sync::catch_up(&store, &index, &mut writer, &AtomicBool::new(false), |_, _| {})?;
                writer.finish()?;
                let engine = Engine::Embedded(index);
                let archive = Archive::new(Arc::clone(&store), &engine)?;
                return Ok((Follower { store, data, generation, engine, lock: Some(lock) }, archive));
            }
            if let Ok((generation, index)) = sync::open(&store, &data)? {
                let engine = Engine::Embedded(index);
                let archive = Archive::new(Arc::clone(&store), &engine)?;
                return Ok((Follower { store, data, generation, engine, lock: None }, archive));
            }
            // Somebody else is making the index; there is nothing to answer from before it is there.
            std::thread::sleep(LOOK);
        }
    }

    fn follow(mut self, archive: &Archive, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            if let Err(error) = self.step(archive, stop) {
                tracing::error!(%error, "the index could not be brought up to date");
                std::thread::sleep(LOOK * 8);
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Goes over to a new generation, takes a lock that has become free, applies what is new.
    fn step(&mut self, archive: &Archive, stop: &AtomicBool) -> anyhow::Result<()> {
        if sync::current(&self.data).is_some_and(|current| current != self.generation)
            && let Ok((generation, index)) = sync::open(&self.store, &self.data)?
        {
            tracing::info!(%generation, "a new index is in use");
            (self.generation, self.engine) = (generation, Engine::Embedded(index));
            archive.refresh(&self.engine)?;
        }
        if self.lock.is_none() {
            self.lock = Lock::take(&self.data)?;
        }
        let Engine::Embedded(index) = &self.engine;
        if self.lock.is_some() && self.is_behind(index)? {
            let mut writer = index.writer()?;
            sync::catch_up(&self.store, index, &mut writer, stop, |_, _| {})?;
            archive.refresh(&self.engine)?;
            writer.finish()?;
        } else if self.lock.is_none() {
            archive.refresh(&self.engine)?;
        }
        Ok(())
    }

    fn is_behind(&self, index: &Index) -> anyhow::Result<bool> {
        let position = index.checkpoint()?.map_or(0, |checkpoint| checkpoint.position);
        Ok(position < self.store.last_change()?)
    }
}
