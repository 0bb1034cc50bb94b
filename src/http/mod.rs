//! DOOR: HTTP in front of the archive. No other room names axum; domain errors know nothing of HTTP and become answers
//! in one place, [`problem`].

mod router;

mod api;
mod openapi;
mod pages;
mod params;
mod versions;

mod problem;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::search::Archive;

/// After a request to stop, answers under way may take this long.
const DRAIN: Duration = Duration::from_secs(5);

/// Answers on `listener` until `shutdown`; then finishes what is under way.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    archive: Arc<Archive>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let stopping = Arc::new(tokio::sync::Notify::new());
    let announced = Arc::clone(&stopping);
    let shutdown = async move {
        shutdown.await;
        announced.notify_one();
    };
    // Small answers on a kept connection must not wait for more bytes to send.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
    });
    let serving = axum::serve(listener, router::router(archive)).with_graceful_shutdown(shutdown);
    tokio::select! {
        done = serving.into_future() => done,
        () = async { stopping.notified().await; tokio::time::sleep(DRAIN).await } => Ok(()),
    }
}
