//! The socket of a connection: hyper reads and writes it, and whoever works on an answer looks whether its other end is
//! still there.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustix::net::RecvFlags;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// A client that takes nothing of its answer for so long is cut off.
const PATIENCE: Duration = Duration::from_secs(60);

/// Clones are of one socket.
#[derive(Clone, Debug)]
pub(super) struct Socket(Arc<TcpStream>);

impl Socket {
    /// Whether the client has closed its sending side, or broken off, and everything it sent has been read. One that has
    /// sent more is there.
    pub(super) fn is_closed(&self) -> bool {
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        match rustix::net::recv(&*self.0, &mut [0_u8; 1], flags) {
            Ok((_, length)) => length == 0,
            Err(error) => !matches!(error, rustix::io::Errno::WOULDBLOCK | rustix::io::Errno::INTR),
        }
    }
}

pub(super) struct Wire {
    socket: Socket,
    longest: Duration,
    /// Ends when the client has taken nothing for so long.
    patience: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Wire {
        Wire { socket: Socket(Arc::new(stream)), longest: PATIENCE, patience: None }
    }

    pub(super) fn socket(&self) -> Socket {
        self.socket.clone()
    }

    fn poll_out(
        &mut self,
        context: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        let stream = &*self.socket.0;
        while let Poll::Ready(ready) = stream.poll_write_ready(context) {
            ready?;
            match write(stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => {
                    self.patience = None;
                    return Poll::Ready(written);
                }
            }
        }
        let longest = self.longest;
        let patience = self.patience.get_or_insert_with(|| Box::pin(tokio::time::sleep(longest)));
        ready!(patience.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = &*self.socket.0;
        loop {
            ready!(stream.poll_read_ready(context))?;
            match stream.try_read_buf(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return Poll::Ready(read.map(|_| ())),
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_out(context, |stream| stream.try_write(bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_out(context, |stream| stream.try_write_vectored(slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// The system keeps no bytes back.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let closed = rustix::net::shutdown(&*self.socket.0, rustix::net::Shutdown::Write);
        Poll::Ready(match closed {
            // The client has closed it already.
            Err(rustix::io::Errno::NOTCONN) => Ok(()),
            closed => closed.map_err(io::Error::from),
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    async fn connected() -> (Wire, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (Wire::new(listener.accept().await.unwrap().0), client)
    }

    #[tokio::test]
    async fn a_client_has_gone_when_it_has_closed_and_all_it_sent_is_read() {
        let (mut wire, mut client) = connected().await;
        let socket = wire.socket();
        assert!(!socket.is_closed());
        client.write_all(b"tin").await.unwrap();
        client.shutdown().await.unwrap();
        let mut read = [0; 3];
        wire.read_exact(&mut read).await.unwrap();
        // The end is seen by now or soon, as the system has it.
        while !socket.is_closed() {
            tokio::task::yield_now().await;
        }
        let (wire, mut client) = connected().await;
        client.write_all(b"more").await.unwrap();
        client.shutdown().await.unwrap();
        wire.socket.0.readable().await.unwrap();
        assert!(!wire.socket().is_closed(), "it has asked for more before it closed");
        let (wire, client) = connected().await;
        client.set_zero_linger().unwrap();
        drop(client);
        wire.socket.0.readable().await.unwrap();
        assert!(wire.socket().is_closed(), "it has broken off");
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_cut_off_and_a_slow_one_is_not() {
        let (wire, mut client) = connected().await;
        let mut wire = Wire { longest: Duration::from_secs(2), ..wire };
        let answer = vec![b'x'; 64 << 20];
        let slow = tokio::spawn(async move {
            let mut taken = vec![0; 1 << 20];
            for _ in 0..8 {
                client.read_exact(&mut taken).await.unwrap();
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            client
        });
        let cut = wire.write_all(&answer).await.unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::TimedOut);
        assert!(slow.is_finished(), "only when it had stopped taking");
    }
}
