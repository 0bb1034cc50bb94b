//! `broadsheet healthcheck`: does the server answer? For containers, which bring no client of their own.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Host and port of the server
    #[arg(long, default_value = "127.0.0.1:8080", env = "BROADSHEET_HEALTHCHECK")]
    server: String,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let none = || format!("there is no server at `{}`; write it as 127.0.0.1:8080", options.server);
    let address = options.server.to_socket_addrs().ok().and_then(|mut all| all.next()).with_context(none)?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).context("nothing answers")?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET /healthz HTTP/1.0\r\nHost: {}\r\n\r\n", options.server)?;
    let mut status = [0; 12];
    stream.read_exact(&mut status).context("the server does not answer")?;
    anyhow::ensure!(&status[9..] == b"200", "the server is not well");
    Ok(ExitCode::SUCCESS)
}
