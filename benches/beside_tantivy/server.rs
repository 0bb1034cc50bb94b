//! The real program: `ingest` and `serve`, and kept connections to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use crate::corpus::Corpus;

fn program(name: &str, data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_broadsheet"));
    command.arg(name).arg("--data-dir").arg(data).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Ingests the corpus; returns what the program said about its stages.
pub(crate) fn ingest(corpus: &Corpus, data: &Path) -> anyhow::Result<String> {
    let output = program("ingest", data).args(&corpus.paths).output()?;
    // 3: some articles were refused. They are missing on the other side too.
    ensure!(matches!(output.status.code(), Some(0 | 3)), "ingest ended with {}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

pub(crate) struct Server {
    process: Child,
    address: String,
}

impl Server {
    pub(crate) fn start(data: &Path) -> anyhow::Result<Server> {
        let mut process = program("serve", data).args(["--listen", "127.0.0.1:0"]).spawn()?;
        let mut lines = BufReader::new(process.stdout.take().context("no output")?).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.contains("listens on")));
        let line = line.context("the server does not listen")?;
        std::thread::spawn(move || lines.for_each(drop));
        let address = line.rsplit("http://").next().unwrap_or_default().to_owned();
        Ok(Server { process, address })
    }

    pub(crate) fn connect(&self) -> anyhow::Result<Connection> {
        Connection::open(&self.address)
    }

    /// Of its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn articles(&self) -> anyhow::Result<u64> {
        let answer: Value = serde_json::from_slice(self.connect()?.get("/readyz")?)?;
        answer["articles"].as_u64().context("readyz does not count")
    }

    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status()?;
        let status = self.process.wait()?;
        ensure!(status.success(), "it ended with {status}");
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone where everything went well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// HTTP/1.1, as little of it as is needed: one request after the other, answers with their length.
pub(crate) struct Connection {
    address: String,
    stream: TcpStream,
    /// Kept from one answer to the next: a client that clears memory for each takes the processor's caches from the server.
    buffer: Vec<u8>,
    /// Bytes of it that the last answer has.
    read: usize,
}

impl Connection {
    fn open(address: &str) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(address).with_context(|| format!("{address} cannot be reached"))?;
        stream.set_nodelay(true)?;
        Ok(Connection { address: address.to_owned(), stream, buffer: Vec::new(), read: 0 })
    }

    /// The body of a 200, read to its end.
    pub(crate) fn get(&mut self, path: &str) -> anyhow::Result<&[u8]> {
        let (status, body) = self.ask(path)?;
        ensure!(status == 200, "{path}: {status} {}", String::from_utf8_lossy(body));
        Ok(body)
    }

    /// Status and body of an answer, read to its end.
    pub(crate) fn ask(&mut self, path: &str) -> anyhow::Result<(u16, &[u8])> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
        self.stream.write_all(request.as_bytes())?;
        self.read = 0;
        loop {
            self.more()?;
            if let Some(Head { status, body }) = Head::of(&self.buffer[..self.read])? {
                while self.read < body.end {
                    self.more()?;
                }
                return Ok((status, &self.buffer[body]));
            }
        }
    }

    /// A header of the last answer.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.buffer[..self.read], name)
    }

    pub(crate) fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// What a request takes that asks for nothing.
    pub(crate) fn floor(&mut self) -> anyhow::Result<Duration> {
        let mut times = Vec::new();
        for _ in 0..201 {
            let started = Instant::now();
            self.get("/healthz")?;
            times.push(started.elapsed());
        }
        times.sort_unstable();
        Ok(times[times.len() / 2])
    }

    fn more(&mut self) -> anyhow::Result<()> {
        if self.read == self.buffer.len() {
            self.buffer.resize((2 * self.read).max(16 * 1024), 0);
        }
        let count = self.stream.read(&mut self.buffer[self.read..])?;
        if count == 0 {
            bail!("the server has closed the connection");
        }
        self.read += count;
        Ok(())
    }
}

/// The head of an answer.
pub(crate) struct Head {
    pub(crate) status: u16,
    /// Where the body stands.
    pub(crate) body: Range<usize>,
}

impl Head {
    /// When it has been read to its end.
    pub(crate) fn of(read: &[u8]) -> anyhow::Result<Option<Head>> {
        let Some(end) = end(read) else { return Ok(None) };
        let status = std::str::from_utf8(&read[..end])?.split(' ').nth(1).context("no status")?.parse()?;
        let length: usize = header(read, "content-length").context("no length")?.parse()?;
        Ok(Some(Head { status, body: end..end + length }))
    }
}

fn end(read: &[u8]) -> Option<usize> {
    read.windows(4).position(|bytes| bytes == b"\r\n\r\n").map(|end| end + 4)
}

/// A header of the answer that has been read.
pub(crate) fn header<'a>(read: &'a [u8], name: &str) -> Option<&'a str> {
    let mut lines = std::str::from_utf8(&read[..end(read)?]).ok()?.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

pub(crate) fn search(parameters: &[(&str, &str)]) -> String {
    format!("/api/v1/search?{}", url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish())
}
