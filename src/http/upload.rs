//! The body of a request as bytes that a thread reads. A few pieces wait between the two: where the thread is slow, the
//! client is.

use std::future::poll_fn;
use std::io::{self, Read};
use std::pin::Pin;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Pieces, each at most what the connection reads at a time.
const PIECES: usize = 4;

/// A client that says nothing for so long has gone.
const SILENCE: Duration = Duration::from_secs(60);

/// What is refused at its beginning is heard out this far, so that the client gets to reading the answer.
const COURTESY: usize = 16 << 20;

type Piece = io::Result<Bytes>;

/// What has come is looked at after so long, whether more comes or not: the client may be waiting for its results.
const PAUSE: Duration = Duration::from_millis(300);

pub(super) struct Upload {
    runtime: Handle,
    pieces: mpsc::Receiver<Piece>,
    piece: Bytes,
    /// When the first has come that no pause has followed.
    since: Option<Instant>,
}

/// Starts to take a body in; the other end is read on a thread that may wait.
pub(super) fn open(body: Body) -> Upload {
    let (send, pieces) = mpsc::channel(PIECES);
    tokio::spawn(pass_on(body, send));
    Upload { runtime: Handle::current(), pieces, piece: Bytes::new(), since: None }
}

async fn pass_on(mut body: Body, send: mpsc::Sender<Piece>) {
    let mut courtesy = COURTESY;
    while let Some(piece) = next(&mut body).await {
        let length = piece.as_ref().map_or(usize::MAX, Bytes::len);
        let is_cut = piece.is_err();
        if send.send(piece).await.is_err() {
            courtesy = courtesy.saturating_sub(length);
        }
        if is_cut || courtesy == 0 {
            return;
        }
    }
}

async fn next(body: &mut Body) -> Option<Piece> {
    loop {
        let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context));
        let Ok(frame) = tokio::time::timeout(SILENCE, frame).await else {
            return Some(Err(io::ErrorKind::TimedOut.into()));
        };
        match frame? {
            Err(_) => return Some(Err(io::ErrorKind::ConnectionReset.into())),
            Ok(frame) => {
                // Trailers say nothing about articles.
                if let Ok(bytes) = frame.into_data() {
                    return Some(Ok(bytes));
                }
            }
        }
    }
}

impl Upload {
    /// The next piece; a pause once, where what has come has waited long enough.
    fn wait(&mut self) -> io::Result<Option<Piece>> {
        let Some(since) = self.since else { return Ok(self.pieces.blocking_recv()) };
        let next = async { tokio::time::timeout_at((since + PAUSE).into(), self.pieces.recv()).await };
        self.runtime.block_on(next).map_err(|_| {
            self.since = None;
            io::ErrorKind::WouldBlock.into()
        })
    }
}

impl Read for Upload {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.wait()? {
                Some(piece) => {
                    self.piece = piece?;
                    self.since.get_or_insert_with(Instant::now);
                }
                None => return Ok(0),
            }
        }
        let length = self.piece.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.piece.split_to(length));
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_body_comes_out_as_it_went_in() {
        let mut upload = open(Body::from("tin and zinc"));
        let read = tokio::task::spawn_blocking(move || {
            let mut text = String::new();
            upload.read_to_string(&mut text).map(|_| text)
        });
        assert_eq!(read.await.unwrap().unwrap(), "tin and zinc");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_body_that_breaks_off_says_so() {
        let broken = tokio_util::io::ReaderStream::new(Broken);
        let mut upload = open(Body::from_stream(broken));
        let read = tokio::task::spawn_blocking(move || upload.read_to_end(&mut Vec::new()).unwrap_err().kind());
        assert_eq!(read.await.unwrap(), io::ErrorKind::ConnectionReset);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_has_come_is_looked_at_though_more_comes_all_the_time() {
        let pieces = futures_util::stream::unfold(0, async |count| {
            tokio::time::sleep(PAUSE / 10).await;
            (count < 100).then_some((io::Result::Ok("tin "), count + 1))
        });
        let mut upload = open(Body::from_stream(pieces));
        let read = tokio::task::spawn_blocking(move || {
            let mut text = Vec::new();
            (upload.read_to_end(&mut text).unwrap_err().kind(), text.len())
        });
        let (why, length) = read.await.unwrap();
        assert!(why == io::ErrorKind::WouldBlock && length < 400, "{why} after {length} bytes");
    }

    struct Broken;

    impl tokio::io::AsyncRead for Broken {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            _: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            std::task::Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()))
        }
    }
}
