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

use crate::search::Caller;

/// A client that takes nothing of its answer for so long is cut off.
const PATIENCE: Duration = Duration::from_secs(60);

/// Clones are of one socket.
#[derive(Clone, Debug)]
pub(super) struct Socket(Arc<TcpStream>);

impl Caller for Socket {
    /// A client that has closed its sending side and everything it sent has been read. One that has sent more is there.
    fn has_gone(&self) -> bool {
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        match rustix::net::recv(&*self.0, &mut [0_u8; 1], flags) {
            Ok((_, length)) => length == 0,
            Err(error) => !matches!(error, rustix::io::Errno::WOULDBLOCK | rustix::io::Errno::INTR),
        }
    }
}

pub(super) struct Wire {
    socket: Socket,
    /// Ends when the client has taken nothing for too long.
    patience: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Wire {
        Wire { socket: Socket(Arc::new(stream)), patience: None }
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
        let patience = self.patience.get_or_insert_with(|| Box::pin(tokio::time::sleep(PATIENCE)));
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
