//! DOOR: HTTP in front of the archive. No other room names axum; domain errors know nothing of HTTP and become answers
//! in one place, [`problem`].

mod router;

mod api;
mod articles;
mod copies;
mod explore;
mod export;
mod facets;
mod feeds;
mod forms;
mod openapi;
mod pages;
mod params;
mod runs;
mod tables;
mod versions;

mod citations;
mod compressed;
mod connections;
mod problem;
mod question;
mod rows;
mod spool;
mod upload;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::ingest::intake::Intake;
use crate::search::Archive;

/// After a request to stop, answers under way may take this long.
const DRAIN: Duration = Duration::from_secs(5);

/// What a client may ask of a server at most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Requests that bring articles, at once.
    pub uploads: usize,
    /// Bytes of one article in them.
    pub largest_article: usize,
}

/// What the world outside knows of a server.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// Scheme, host and path under which readers reach it, without a slash at the end; `None`: as each asks for it.
    pub public_url: Option<String>,
    /// Origins whose scripts may read answers; `*` for any.
    pub allow_origins: Vec<String>,
}

/// What every request finds behind the door.
#[derive(Clone)]
pub struct Door {
    archive: Arc<Archive>,
    intake: Arc<Intake>,
    uploads: Arc<Semaphore>,
    bounds: Bounds,
    outside: Arc<Outside>,
}

impl Door {
    pub fn new(archive: Arc<Archive>, intake: Intake, bounds: Bounds, outside: Outside) -> Door {
        let (intake, uploads) = (Arc::new(intake), Arc::new(Semaphore::new(bounds.uploads)));
        Door { archive, intake, uploads, bounds, outside: Arc::new(outside) }
    }
}

impl FromRef<Door> for Arc<Archive> {
    fn from_ref(door: &Door) -> Arc<Archive> {
        Arc::clone(&door.archive)
    }
}

/// Answers on `listener` until `shutdown`; then finishes what is under way.
pub async fn serve(door: Door, listener: TcpListener, shutdown: impl Future<Output = ()>) {
    let stopping = tokio::sync::Notify::new();
    let shutdown = async {
        shutdown.await;
        stopping.notify_one();
    };
    tokio::select! {
        () = connections::serve(listener, router::router(door), shutdown) => {}
        () = async { stopping.notified().await; tokio::time::sleep(DRAIN).await } => {}
    }
}
