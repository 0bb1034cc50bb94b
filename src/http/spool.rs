//! An answer that grows while its request is still being read. Many clients read nothing before they have sent all:
//! what they do not take lies in a file meanwhile, so that neither memory nor the reading of the request depends on them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use axum::body::Body;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::watch;

/// Bytes between the file and the connection.
const BETWEEN: usize = 64 * 1024;

/// How the name begins that such a file has for a moment, while there is nothing in it; and longer than that moment.
const NAME: &str = "answer-";
const NAMED: Duration = Duration::from_secs(60);

/// The end that is written, on a thread that may wait.
pub(super) struct Spool {
    file: File,
    /// Not yet in the file.
    waiting: Vec<u8>,
    length: u64,
    told: watch::Sender<u64>,
}

/// The end that is read.
pub(super) struct Tail {
    file: File,
    pub(super) length: watch::Receiver<u64>,
}

/// Opens a file that nobody else sees and that is gone when both ends are.
pub(super) fn open(dir: &Path) -> io::Result<(Spool, Tail)> {
    let path = dir.join(format!("{NAME}{}", uuid::Uuid::new_v4().simple()));
    let file = OpenOptions::new().create_new(true).append(true).open(&path)?;
    let read = File::open(&path);
    fs::remove_file(&path)?;
    let (told, length) = watch::channel(0);
    Ok((Spool { file, waiting: Vec::new(), length: 0, told }, Tail { file: read?, length }))
}

/// Removes what was left by a server whose process ended before it had taken away the name. Another server may be about to:
/// what is newer than this is left to it.
pub(super) fn sweep(dir: &Path) {
    let is_left = |entry: &fs::DirEntry| {
        let is_own = entry.file_name().to_string_lossy().starts_with(NAME);
        let is_old = |at: SystemTime| at.elapsed().is_ok_and(|age| age > NAMED);
        let found = entry.metadata().ok().filter(|found| found.is_file() && found.len() == 0);
        is_own && found.is_some_and(|found| found.modified().is_ok_and(is_old))
    };
    for entry in fs::read_dir(dir).into_iter().flatten().flatten().filter(is_left) {
        if let Err(error) = fs::remove_file(entry.path()) {
            tracing::warn!(%error, file = %entry.path().display(), "what is left of an answer could not be removed");
        }
    }
}

impl Spool {
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.waiting
    }

    /// What was written is there for the other end. A client that has gone is not written for.
    pub(super) fn tell(&mut self) {
        if self.told.is_closed() {
            return self.waiting.clear();
        }
        if let Err(error) = self.file.write_all(&self.waiting) {
            tracing::error!(%error, "an answer could not be laid aside; it breaks off");
            // The other end looks for more than there is, and ends with what there is.
            self.told.send_replace(u64::MAX);
            (self.told, _) = watch::channel(0);
        }
        self.length += self.waiting.len() as u64;
        self.waiting.clear();
        self.told.send_replace(self.length);
    }
}

impl Tail {
    /// Sends what has been written, and goes on as more is, until the other end is gone. Returns the way to say more.
    pub(super) async fn send(self, mut to: DuplexStream) -> io::Result<DuplexStream> {
        let Tail { file, mut length } = self;
        let mut file = tokio::fs::File::from_std(file);
        let (mut sent, mut piece) = (0, vec![0; BETWEEN]);
        loop {
            let ended = length.changed().await.is_err();
            let written = *length.borrow_and_update();
            while sent < written {
                let read = file.read(&mut piece).await?;
                if read == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                to.write_all(&piece[..read]).await?;
                sent += read as u64;
            }
            if ended {
                return Ok(to);
            }
        }
    }
}

/// A body, and where it is written.
pub(super) fn body() -> (DuplexStream, Body) {
    let (write, read) = tokio::io::duplex(BETWEEN);
    (write, Body::from_stream(tokio_util::io::ReaderStream::with_capacity(read, BETWEEN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_written_before_and_after_comes_in_order_and_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (mut spool, tail) = open(dir.path()).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing to sweep after a crash");
        spool.buffer().extend(b"one ");
        spool.tell();
        let (write, body) = body();
        let sending = tokio::spawn(async move {
            let mut more = tail.send(write).await.unwrap();
            more.write_all(b"three").await.unwrap();
        });
        spool.buffer().extend(vec![b'2'; 3 * BETWEEN]);
        spool.tell();
        drop(spool);
        let all = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        sending.await.unwrap();
        assert!(all.starts_with(b"one 22") && all.ends_with(b"2three"));
        assert_eq!(all.len(), 4 + 3 * BETWEEN + 5);
    }

    #[test]
    fn what_a_server_left_is_removed_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let long_ago = SystemTime::now() - 2 * NAMED;
        let files =
            [("answer-1", true, ""), ("answer-2", false, ""), ("answer-3", true, "ours"), ("store.sqlite", true, "")];
        for (name, is_old, text) in files {
            let mut file = File::create(dir.path().join(name)).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            if is_old {
                file.set_modified(long_ago).unwrap();
            }
        }
        sweep(dir.path());
        assert_eq!(files.map(|(name, ..)| dir.path().join(name).exists()), [false, true, true, true]);
    }

    #[tokio::test]
    async fn an_answer_that_cannot_be_laid_aside_has_no_end() {
        let dir = tempfile::tempdir().unwrap();
        let (mut spool, tail) = open(dir.path()).unwrap();
        spool.buffer().extend(b"one");
        spool.tell();
        spool.file = File::open(std::env::current_exe().unwrap()).unwrap();
        spool.buffer().extend(b"two");
        spool.tell();
        let (write, body) = body();
        assert!(tail.send(write).await.is_err(), "so that nothing is said behind it");
        assert_eq!(axum::body::to_bytes(body, usize::MAX).await.unwrap(), "one");
    }

    #[tokio::test]
    async fn nothing_is_laid_aside_for_a_client_that_has_gone() {
        let dir = tempfile::tempdir().unwrap();
        let (mut spool, tail) = open(dir.path()).unwrap();
        drop(tail);
        spool.buffer().extend(b"one");
        spool.tell();
        assert_eq!((spool.length, spool.waiting.len()), (0, 0));
    }
}
