//! Articles sent to a server over HTTP, whole or a piece at a time, and what it says of them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use crate::archive::TestArchive;
use crate::server::Server;
use crate::wire::{Answer, ask, send};

pub(crate) const ARTICLES: &str = "/api/v1/articles";
pub(crate) const JSON: &str = "Content-Type: application/json";
pub(crate) const LINES: &str = "Content-Type: application/x-ndjson";

pub(crate) fn server() -> (TestArchive, Server) {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    (archive, server)
}

pub(crate) fn post(server: &Server, query: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Answer {
    ask(server, "POST", &format!("{ARTICLES}?{query}"), headers, body.as_ref())
}

/// What became of the articles of a request that was taken.
#[track_caller]
pub(crate) fn added(server: &Server, query: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Value {
    let answer = post(server, query, headers, body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&whole(&answer.body)).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

/// A body without the sizes of its pieces: every line of an answer here begins with a sign of JSON.
fn whole(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some((size, more)) = rest.split_once("\r\n") {
        let Some(size) = usize::from_str_radix(size, 16).ok().filter(|size| *size <= more.len()) else {
            return body.to_owned();
        };
        text += &more[..size];
        rest = more[size..].trim_start_matches("\r\n");
        if size == 0 {
            break;
        }
    }
    text
}

#[track_caller]
pub(crate) fn outcomes(added: &Value) -> Vec<(u64, &str)> {
    let results = added["results"].as_array().unwrap();
    results.iter().map(|one| (one["line"].as_u64().unwrap(), one["outcome"].as_str().unwrap())).collect()
}

/// The body of an answer that comes in pieces, as it comes.
pub(crate) struct Body {
    stream: BufReader<TcpStream>,
    /// Of the piece under way.
    left: usize,
    has_begun: bool,
}

impl Body {
    fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line)? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while !self.has_begun {
            self.has_begun = self.line()?.is_empty();
        }
        while self.left == 0 {
            match usize::from_str_radix(&self.line()?, 16) {
                Ok(0) => return Ok(0),
                Ok(size) => self.left = size,
                // The end of the piece before.
                Err(_) => {}
            }
        }
        let length = self.left.min(buffer.len());
        let read = self.stream.read(&mut buffer[..length])?;
        self.left -= read;
        Ok(read)
    }
}

/// A request whose body comes in pieces.
pub(crate) struct Upload {
    pub(crate) stream: TcpStream,
    pub(crate) answer: BufReader<Body>,
}

impl Upload {
    /// Of lines of JSON.
    pub(crate) fn begin(server: &Server) -> Upload {
        Upload::begin_as(server, LINES)
    }

    pub(crate) fn begin_as(server: &Server, kind: &str) -> Upload {
        let head = format!(
            "POST {ARTICLES} HTTP/1.1\r\nHost: t\r\n{kind}\r\nAuthorization: Bearer {}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
            server.key()
        );
        let stream = send(server, head.as_bytes());
        let body = Body { stream: BufReader::new(stream.try_clone().unwrap()), left: 0, has_begun: false };
        Upload { stream, answer: BufReader::new(body) }
    }

    pub(crate) fn send(&mut self, piece: &str) {
        // A server that was killed hears nothing.
        let _ = write!(self.stream, "{:x}\r\n{piece}\r\n", piece.len());
    }

    /// The next results, as many as come before the answer ends or breaks off; at most so many.
    pub(crate) fn results(&mut self, most: usize) -> Vec<Value> {
        let lines = (&mut self.answer).lines().map_while(Result::ok);
        let results = lines.filter_map(|line| serde_json::from_str::<Value>(line.trim_start_matches(',')).ok());
        results.filter(|result| result["line"].is_u64()).take(most).collect()
    }
}
