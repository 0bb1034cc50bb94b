//! A running server on a free port of this machine.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::archive::{TestArchive, program, text};

pub(crate) struct Server {
    child: Child,
    base: String,
    agent: ureq::Agent,
    log: Arc<Mutex<String>>,
    data: PathBuf,
    key: OnceLock<String>,
}

impl Server {
    pub(crate) fn start(archive: &TestArchive) -> Server {
        Server::start_with(&mut archive.command("serve"))
    }

    /// Starts `serve` with more options or another environment.
    #[track_caller]
    pub(crate) fn start_with(command: &mut Command) -> Server {
        Server::start_as_it_is(command.args(["--listen", "127.0.0.1:0"]))
    }

    /// Starts what listens already where it is to.
    #[track_caller]
    pub(crate) fn start_as_it_is(command: &mut Command) -> Server {
        let mut server = Server::begin(command);
        let mut lines = BufReader::new(server.child.stdout.take().unwrap()).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.contains("listens on")));
        let Some(line) = line else { panic!("the server did not start: {}", server.log()) };
        line.split_whitespace().last().unwrap().clone_into(&mut server.base);
        std::thread::spawn(move || lines.for_each(drop));
        server
    }

    /// Starts `serve`, and waits until it listens but not until its archive is open.
    #[track_caller]
    pub(crate) fn start_opening(command: &mut Command) -> Server {
        let mut server = Server::begin(command.args(["--listen", "127.0.0.1:0"]));
        server.until_it_says("\"address\":\"");
        let log = server.log();
        let (_, address) = log.split_once("\"address\":\"").unwrap();
        server.base = format!("http://{}", address.split('"').next().unwrap());
        server
    }

    fn begin(command: &mut Command) -> Server {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let data = command.get_args().skip_while(|argument| *argument != "--data-dir").nth(1).unwrap().into();
        let mut child = command.spawn().unwrap();
        // Whatever is printed is read, so that the server never waits for a reader.
        let log = Arc::new(Mutex::new(String::new()));
        let (kept, said) = (Arc::clone(&log), BufReader::new(child.stderr.take().unwrap()).lines());
        std::thread::spawn(move || said.map_while(Result::ok).for_each(|line| *kept.lock().unwrap() += &(line + "\n")));
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        Server { child, base: String::new(), agent: config.into(), log, data, key: OnceLock::new() }
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until it has said something: what is logged before an answer may be read after it.
    #[track_caller]
    pub(crate) fn until_it_says(&self, what: &str) {
        self.until(what, |server| server.log().contains(what));
    }

    /// A key that opens everything.
    pub(crate) fn key(&self) -> &str {
        self.key.get_or_init(|| make_key(&self.data, &["--scope", "admin"]))
    }

    /// Of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The MiB that it has held at most, where the system tells.
    pub(crate) fn held(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? >> 10)
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Waits until it has ended of itself.
    pub(crate) fn ended(mut self) {
        self.child.wait().unwrap();
    }

    /// Status and body of an address.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let mut response = self.agent.get(format!("{}{path}", self.base)).call().unwrap();
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    }

    /// Status and ETag of an address, asked by somebody who knows the answer of a tag.
    pub(crate) fn tagged(&self, path: &str, known: Option<&str>) -> (u16, String) {
        let asked = self.agent.get(format!("{}{path}", self.base));
        let asked = if let Some(known) = known { asked.header("if-none-match", known) } else { asked };
        let answer = asked.call().unwrap();
        (answer.status().as_u16(), answer.headers()["etag"].to_str().unwrap().to_owned())
    }

    /// An address asked with headers.
    pub(crate) fn sent(&self, path: &str, headers: &[(&str, &str)]) -> Sent {
        let asked = self.agent.get(format!("{}{path}", self.base));
        let asked = headers.iter().fold(asked, |asked, (name, value)| asked.header(*name, *value));
        let (head, mut body) = asked.call().unwrap().into_parts();
        Sent { status: head.status.as_u16(), headers: head.headers, body: body.read_to_vec().unwrap() }
    }

    #[track_caller]
    pub(crate) fn json(&self, path: &str) -> Value {
        let (status, body) = self.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    #[track_caller]
    pub(crate) fn search(&self, parameters: &[(&str, &str)]) -> Value {
        self.json(&format!("/api/v1/search?{}", query(parameters)))
    }

    #[track_caller]
    pub(crate) fn total(&self, q: &str) -> u64 {
        self.search(&[("q", q), ("limit", "0")])["total"].as_u64().unwrap()
    }

    /// Waits until a condition holds.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, holds: impl Fn(&Server) -> bool) {
        wait_until(what, || holds(self));
    }

    /// Whether answers show all that is in the store.
    pub(crate) fn has_caught_up(&self) -> bool {
        let (status, body) = self.get("/readyz");
        status == 200 && serde_json::from_str::<Value>(&body).unwrap()["behind"] == 0
    }

    /// Every hit of a search, page after page.
    #[track_caller]
    pub(crate) fn all(&self, parameters: &[(&str, &str)]) -> Vec<Value> {
        let mut page = self.search(parameters);
        let mut hits = Vec::new();
        loop {
            hits.extend(page["hits"].as_array().unwrap().iter().cloned());
            let Some(cursor) = page["next_cursor"].as_str() else { return hits };
            page = self.search(&[parameters, &[("cursor", cursor)]].concat());
        }
    }

    /// What a handful of queries find: totals, every hit with its version, and counts. The same for two archives that
    /// hold the same.
    #[track_caller]
    pub(crate) fn facts(&self) -> Facts {
        let queries = ["*", "tin copper", "\"iron ore\"", "mine* -strike", "tag:zinc", "date:2024-03", "headline:port"];
        queries.into_iter().map(|q| (q, self.fact(q))).collect()
    }

    fn fact(&self, q: &str) -> Value {
        let hits = self.all(&[("q", q), ("limit", "1000"), ("fields", "id,version,headline"), ("sort", "oldest")]);
        let mut ids: Vec<String> = hits.iter().map(Value::to_string).collect();
        ids.sort_unstable();
        let unique = ids.iter().zip(ids.iter().skip(1)).all(|(one, next)| one != next);
        assert!(unique, "{q}: an article came twice");
        let counted = self.search(&[("q", q), ("limit", "0"), ("facets", "tag,section"), ("interval", "month")]);
        assert_eq!(counted["total"], ids.len(), "{q}");
        serde_json::json!([ids, counted["facets"], counted["timeline"]])
    }

    /// Asks the server to stop, as an operator would; returns its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap();
        self.child.wait().unwrap().code()
    }

    /// Ends the server without a warning.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A key for an archive, as an operator makes one.
#[track_caller]
pub(crate) fn make_key(data: &Path, options: &[&str]) -> String {
    program_text(data, &[&["key", "create"], options].concat()).0.trim().to_owned()
}

/// What a command prints that works on an archive, and what it says beside.
#[track_caller]
pub(crate) fn program_text(data: &Path, arguments: &[&str]) -> (String, String) {
    let output = program().args(arguments).arg("--data-dir").arg(data).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already where a test stopped it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer with its headers, and its body as it came.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) status: u16,
    headers: ureq::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    /// A header; where it is there more than once, all its values.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// What an archive answers to a handful of queries.
pub(crate) type Facts = Vec<(&'static str, Value)>;

#[track_caller]
pub(crate) fn assert_same(found: &Facts, expected: &Facts, when: &str) {
    for ((q, found), (_, expected)) in found.iter().zip(expected) {
        let count = |fact: &Value| fact[0].as_array().map_or(0, Vec::len);
        assert!(found == expected, "{when}: {q} finds {} and not {} articles", count(found), count(expected));
    }
}

/// Waits until a condition holds; gives up after what is long even on a slow machine.
#[track_caller]
pub(crate) fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let limit = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < limit, "never came: {what}");
        // A pause between two looks, not a wait for anything.
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(crate) fn query(parameters: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}
