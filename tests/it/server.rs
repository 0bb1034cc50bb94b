//! A running server on a free port of this machine.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::archive::TestArchive;

pub(crate) struct Server {
    child: Child,
    base: String,
    agent: ureq::Agent,
}

impl Server {
    pub(crate) fn start(archive: &TestArchive) -> Server {
        let mut command = archive.command("serve");
        command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.contains("listens on"))).unwrap();
        let base = line.split_whitespace().last().unwrap().to_owned();
        // Whatever else is printed is read, so that the server never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        Server { child, base, agent: config.into() }
    }

    /// Status and body of an address.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let mut response = self.agent.get(format!("{}{path}", self.base)).call().unwrap();
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
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
        let limit = Instant::now() + Duration::from_secs(30);
        while !holds(self) {
            assert!(Instant::now() < limit, "never came: {what}");
            std::thread::yield_now();
        }
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

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already where a test stopped it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn query(parameters: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}
