//! Requests as bytes, for what a well-behaved client would never send.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::server::Server;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// It is a problem of this status, in the envelope; returns its code.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, what: &str) -> String {
        assert_eq!(self.status, status, "{what}: {}", self.body);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{what}: {}", self.body);
        let problem: Value = serde_json::from_str(&self.body).unwrap();
        let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
        let code = text("code");
        assert_eq!(problem["status"], status, "{what}");
        assert_eq!(text("type"), format!("/docs/errors#{code}"), "{what}");
        assert!(!text("title").is_empty() && !text("detail").is_empty(), "{what}: {}", self.body);
        assert!(!text("request_id").is_empty(), "{what}: {}", self.body);
        assert_eq!(Some(text("request_id").as_str()), self.header("x-request-id"), "{what}");
        let wait = self.header("retry-after").map(str::parse::<u64>);
        assert_eq!(matches!(wait, Some(Ok(1..))), [429, 503].contains(&status), "{what}: {wait:?}");
        let documented = [include_str!("../../docs/errors.md"), include_str!("../../docs/query-language.md")].concat();
        assert!(documented.contains(&format!("`{code}`")), "{code} is not in docs/");
        code
    }
}

/// Opens a connection and sends what there is to send. A server that has heard enough may close before the end.
pub(crate) fn send(server: &Server, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let _ = stream.write_all(bytes);
    stream
}

pub(crate) fn receive(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // Reset after the answer, where the server did not want the rest of the request.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// One request on a connection of its own; `headers` are whole lines. Where a key is needed and none is shown, it is shown.
pub(crate) fn ask(server: &Server, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
    let writes = matches!(method, "POST" | "DELETE")
        && ["/api/v1/articles", "/api/v1/runs"].iter().any(|own| path.starts_with(own));
    if writes && !headers.iter().any(|header| header.starts_with("Authorization:")) {
        let shown = format!("Authorization: Bearer {}", server.key());
        return ask_as_it_is(server, method, path, &[headers, &[&shown]].concat(), body);
    }
    ask_as_it_is(server, method, path, headers, body)
}

/// The same, and no key is shown but what `headers` show.
pub(crate) fn ask_as_it_is(server: &Server, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n").into_bytes();
    for header in headers {
        request.extend(format!("{header}\r\n").bytes());
    }
    if !body.is_empty() || method == "POST" {
        request.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
    }
    request.extend(b"\r\n");
    request.extend(body);
    receive(send(server, &request))
}

pub(crate) fn get(server: &Server, path: &str) -> Answer {
    ask(server, "GET", path, &[], b"")
}
