//! The real program: `ingest` and `serve`, and one kept connection to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use crate::corpus::Corpus;
use crate::plain::FACETS;
use crate::queries::Query;
use crate::{Answer, Depth};

/// The fields that tantivy's side fetches, too.
const FIELDS: &str = "id,headline,url,published,tags";

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

pub(crate) struct Ours {
    server: Child,
    connection: Connection,
}

impl Ours {
    pub(crate) fn start(data: &Path) -> anyhow::Result<Ours> {
        let mut server = program("serve", data).args(["--listen", "127.0.0.1:0"]).spawn()?;
        let mut lines = BufReader::new(server.stdout.take().context("no output")?).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.contains("listens on")));
        let line = line.context("the server does not listen")?;
        std::thread::spawn(move || lines.for_each(drop));
        let address = line.rsplit("http://").next().unwrap_or_default();
        Ok(Ours { connection: Connection::open(address)?, server })
    }

    pub(crate) fn articles(&self) -> anyhow::Result<u64> {
        let answer = Connection::open(&self.connection.address)?.json("/readyz")?;
        answer["articles"].as_u64().context("readyz does not count")
    }

    pub(crate) fn ask(&mut self, query: &Query, depth: Depth) -> anyhow::Result<Answer> {
        let path = path(query, depth);
        let started = Instant::now();
        let answer = self.connection.get(&path)?;
        let took = started.elapsed();
        let answer: Value = serde_json::from_slice(answer)?;
        let hits = answer["hits"].as_array().context("no hits")?;
        let complete = match depth {
            Depth::Hits => true,
            Depth::Facets => answer["facets"].as_object().is_some_and(|facets| facets.len() == FACETS.len()),
            Depth::Whole => hits.iter().all(|hit| hit["highlights"]["headline"].is_string()),
        };
        ensure!(complete, "{path} is not answered in full");
        Ok(Answer { total: answer["total"].as_u64().context("no total")?, hits: hits.len(), took })
    }

    /// What a request takes that asks for nothing.
    pub(crate) fn floor(&mut self) -> anyhow::Result<Duration> {
        let mut times = Vec::new();
        for _ in 0..201 {
            let started = Instant::now();
            self.connection.get("/healthz")?;
            times.push(started.elapsed());
        }
        times.sort_unstable();
        Ok(times[times.len() / 2])
    }

    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        Command::new("kill").args(["-TERM", &self.server.id().to_string()]).status()?;
        let status = self.server.wait()?;
        ensure!(status.success(), "it ended with {status}");
        Ok(())
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        // Already gone where everything went well.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn path(query: &Query, depth: Depth) -> String {
    let facets = FACETS.join(",");
    let mut parameters = vec![("q", query.text.as_str()), ("limit", "10"), ("fields", FIELDS)];
    if depth != Depth::Hits {
        parameters.push(("facets", &facets));
    }
    if depth == Depth::Whole {
        parameters.push(("highlight", "1"));
    }
    format!("/api/v1/search?{}", url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish())
}

/// HTTP/1.1, as little of it as is needed: one request after the other, answers with their length.
struct Connection {
    address: String,
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    fn open(address: &str) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(address).with_context(|| format!("{address} cannot be reached"))?;
        stream.set_nodelay(true)?;
        Ok(Connection { address: address.to_owned(), stream, buffer: Vec::new() })
    }

    fn json(&mut self, path: &str) -> anyhow::Result<Value> {
        Ok(serde_json::from_slice(self.get(path)?)?)
    }

    /// The body of a 200, read to its end.
    fn get(&mut self, path: &str) -> anyhow::Result<&[u8]> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
        self.stream.write_all(request.as_bytes())?;
        self.buffer.clear();
        let body = loop {
            self.more()?;
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = std::str::from_utf8(&self.buffer[..body])?.to_ascii_lowercase();
        ensure!(head.starts_with("http/1.1 200"), "{path}: {head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.context("no length")?.trim().parse()?;
        while self.buffer.len() < body + length {
            self.more()?;
        }
        Ok(&self.buffer[body..body + length])
    }

    fn more(&mut self) -> anyhow::Result<()> {
        let mut chunk = [0; 64 * 1024];
        let count = self.stream.read(&mut chunk)?;
        if count == 0 {
            bail!("the server has closed the connection");
        }
        self.buffer.extend_from_slice(&chunk[..count]);
        Ok(())
    }
}
