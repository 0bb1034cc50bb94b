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
mod watching;

mod citations;
mod client;
mod compressed;
mod connections;
mod crowd;
mod doors;
mod heads;
mod pace;
mod problem;
mod question;
mod rows;
mod safe;
mod seen;
mod spool;
#[cfg(feature = "otel")]
mod traceparent;
mod upload;
mod wire;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::FromRef;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

use connections::Inside;
use crowd::Crowd;
use doors::Guard;
use pace::Pace;

use crate::access::Keys;
use crate::config::{self, Config, Reading};
use crate::ingest::intake::Intake;
use crate::metering;
use crate::search::Archive;

/// After a request to stop, answers under way may take this long.
const DRAIN: Duration = Duration::from_secs(5);

/// Connections that wait to be taken, where the system allows so many.
const WAITING: u32 = 4096;

/// What every request finds behind the door.
#[derive(Clone)]
pub struct Door {
    archive: Arc<Archive>,
    intake: Arc<Intake>,
    uploads: Arc<Semaphore>,
    guard: Arc<Guard>,
    http: Arc<config::Http>,
    stopping: Arc<AtomicBool>,
    limits: config::Limits,
}

impl Door {
    pub fn new(archive: Arc<Archive>, intake: Intake, keys: Keys, config: &Config) -> Door {
        let limits = config.limits;
        let guard = Guard {
            keys,
            reading_by_key: config.access.reading == Reading::Key,
            pace: Pace::new(limits.per_address, limits.per_key),
            lookups: Semaphore::new(doors::LOOKUPS),
        };
        Door {
            archive,
            intake: Arc::new(intake),
            uploads: Arc::new(Semaphore::new(limits.uploads)),
            guard: Arc::new(guard),
            http: Arc::new(config.http.clone()),
            stopping: Arc::default(),
            limits,
        }
    }
}

impl FromRef<Door> for Arc<Archive> {
    fn from_ref(door: &Door) -> Arc<Archive> {
        Arc::clone(&door.archive)
    }
}

/// Listens on an address, with room for a crowd that comes at once: where too few wait to be taken, those who come after them
/// try again only a second later.
pub async fn listen(address: &str) -> io::Result<TcpListener> {
    let mut refused = io::Error::new(io::ErrorKind::AddrNotAvailable, "the name stands for no address");
    for address in tokio::net::lookup_host(address).await? {
        match bound(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

fn bound(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Connections of a server that has ended do not hold it up.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// What is done before the archive is open, in words: whoever asks meanwhile is told.
#[derive(Clone, Debug)]
pub struct Opening(Arc<Mutex<String>>);

impl Default for Opening {
    fn default() -> Opening {
        Opening(Arc::new(Mutex::new("the archive is being opened".to_owned())))
    }
}

impl Opening {
    pub fn is(&self, doing: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = doing;
    }

    fn told(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Where connections are taken. Until it leads to a door, whoever comes is told that the archive is being opened.
pub struct Entrance {
    inside: Arc<Inside>,
    /// Told to the door when it is to be closed.
    is_stopping: Arc<AtomicBool>,
    /// When it is gone, no connection is taken any more.
    open: oneshot::Sender<Infallible>,
    serving: JoinHandle<()>,
}

impl Entrance {
    pub fn at(listener: TcpListener, config: &Config, opening: Opening) -> Entrance {
        let inside = Arc::new(Inside::closed(router::closed(config, opening)));
        let (open, closing) = oneshot::channel();
        let closed = async { drop(closing.await) };
        let serving = tokio::spawn(connections::serve(listener, Arc::clone(&inside), config.limits, closed));
        Entrance { inside, is_stopping: Arc::default(), open, serving }
    }

    /// From here on what is asked is put to the archive.
    pub fn lead_to(&mut self, door: Door, config: &Config) {
        spool::sweep(door.intake.dir());
        self.is_stopping = Arc::clone(&door.stopping);
        metering::expect_rejects(pages::of_rejects());
        let crowd = Crowd::new(Arc::clone(&door.archive), Arc::clone(&door.http));
        self.inside.open(router::router(door, config), crowd);
    }

    /// Says that it is not ready, lingers until `hurry` at most, and finishes what is under way.
    pub async fn close(mut self, linger: Duration, hurry: impl Future<Output = ()>) {
        self.is_stopping.store(true, Ordering::Relaxed);
        tokio::select! { () = tokio::time::sleep(linger) => {} () = hurry => {} }
        drop(self.open);
        if tokio::time::timeout(DRAIN, &mut self.serving).await.is_err() {
            self.serving.abort();
        }
    }
}
