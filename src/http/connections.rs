//! Connections: taken until the server is to end, then finished. hyper is spoken to here because of one thing that axum's
//! own `serve` cannot be told: a client that has sent everything may close its sending side, and still wants its answer.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::client::Peer;

/// Where no connection can be taken, as with too many files open, it is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);

/// Answers until `shutdown`; then no connection is taken any more, and what is under way is answered.
pub(super) async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>) {
    let (end, ending) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            (stream, peer) = next(&listener) => {
                connections.spawn(answer(stream, peer, router.clone(), ending.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    end.send_replace(true);
    while connections.join_next().await.is_some() {}
}

async fn next(listener: &TcpListener) -> (TcpStream, Peer) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, Peer(peer)),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

/// Answers the requests of one connection.
async fn answer(stream: TcpStream, peer: Peer, router: Router, mut ending: watch::Receiver<bool>) {
    // Small answers on a kept connection must not wait for more bytes to send.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let mut server = http1::Builder::new();
    server.half_close(true);
    let router = router.map_request(move |mut request: hyper::Request<Incoming>| -> Request {
        request.extensions_mut().insert(peer);
        request.map(Body::new)
    });
    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)));
    let done = tokio::select! {
        done = connection.as_mut() => Some(done),
        _ = ending.wait_for(|ending| *ending) => None,
    };
    let done = match done {
        Some(done) => done,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = done {
        tracing::debug!(%error, "a connection has broken off");
    }
}
