//! Connections: so many at once are taken until the server is to end, and then finished. hyper is spoken to here because of
//! what axum's own `serve` cannot be told: how long a client may take and how much memory, and that one that has sent
//! everything may close its sending side and still wants to know what became of it.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use futures_util::future::{Either, ready};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::Service as _;

use super::client::Peer;
use super::crowd::Crowd;
use super::heads;
use super::wire::Wire;
use crate::config::Limits;
use crate::metering;

/// Where no connection can be taken, as with too many files open, it is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);

/// A connection holds so much of a request that has not come whole, or of an answer that is not taken. It is the longest
/// head: address and headers.
const HELD: usize = 64 << 10;

/// With so many header lines there is no request: with fewer it is refused in an envelope.
const LINES: usize = 2 * heads::LINES;

/// So many connections too many are told at once that they are; others are only closed.
const REFUSED: usize = 256;

/// To a connection too many, which nobody reads a request from.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// Answers until `shutdown`; then no connection is taken any more, and what is under way is answered.
pub(super) async fn serve(
    listener: TcpListener,
    inside: Arc<Inside>,
    bounds: Limits,
    shutdown: impl Future<Output = ()>,
) {
    let (end, ending) = watch::channel(false);
    let (mut connections, mut refused) = (JoinSet::new(), JoinSet::new());
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            (stream, address) = next(&listener) => {
                if connections.len() < bounds.connections {
                    connections.spawn(answer(stream, address, Arc::clone(&inside), bounds, ending.clone()));
                } else if refused.len() < REFUSED {
                    refused.spawn(refuse(stream));
                }
            }
            Some(_) = connections.join_next() => {}
            Some(_) = refused.join_next() => {}
        }
    }
    drop(listener);
    end.send_replace(true);
    while connections.join_next().await.is_some() {}
}

/// What requests are put to. It may be opened while connections are: what is asked on them next finds it open.
pub(super) struct Inside {
    closed: Router,
    opened: OnceLock<(Router, Crowd)>,
}

impl Inside {
    pub(super) fn closed(closed: Router) -> Inside {
        Inside { closed, opened: OnceLock::new() }
    }

    pub(super) fn open(&self, router: Router, crowd: Crowd) {
        // Who is first opens it.
        let _ = self.opened.set((router, crowd));
    }

    fn answer(
        &self,
        mut request: Request<Incoming>,
        peer: &Peer,
    ) -> impl Future<Output = Result<Response, Infallible>> + use<> {
        request.extensions_mut().insert(peer.clone());
        let mut router = match self.opened.get() {
            None => self.closed.clone(),
            Some((router, crowd)) => match crowd.turns_away(&request) {
                Some(refusal) => return Either::Left(ready(Ok(refusal))),
                None => router.clone(),
            },
        };
        Either::Right(router.call(request.map(Body::new)))
    }
}

/// What the client sends is heard out for a moment: closed at once, the connection would be reset before it has read why.
async fn refuse(mut stream: TcpStream) {
    metering::refused("busy");
    let told = async {
        stream.write_all(FULL).await?;
        stream.shutdown().await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
    };
    let told = tokio::time::timeout(AGAIN, told).await;
    tracing::debug!(told = matches!(told, Ok(Ok(_))), "a connection too many was refused");
}

async fn next(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(taken) => return taken,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

/// Answers the requests of one connection.
async fn answer(
    stream: TcpStream,
    address: SocketAddr,
    inside: Arc<Inside>,
    bounds: Limits,
    mut ending: watch::Receiver<bool>,
) {
    let _open = metering::connection();
    // Small answers on a kept connection must not wait for more bytes to send.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    // What hyper keeps of a connection is made for one that asks for something.
    let mut first = [0];
    tokio::select! {
        asked = tokio::time::timeout(bounds.header_timeout, stream.peek(&mut first)) => match asked {
            Ok(Ok(1..)) => {}
            _ => return,
        },
        _ = ending.wait_for(|ending| *ending) => return,
    }
    let mut server = http1::Builder::new();
    server.half_close(true).timer(TokioTimer::new()).header_read_timeout(bounds.header_timeout);
    server.max_buf_size(HELD).max_header_size(HELD).max_headers(LINES);
    let wire = Wire::new(stream);
    let peer = Peer { address, socket: wire.socket() };
    let service = service_fn(move |request| inside.answer(request, &peer));
    let mut connection = Box::pin(server.serve_connection(TokioIo::new(wire), service));
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
