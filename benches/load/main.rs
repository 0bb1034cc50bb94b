//! What happens when twice as much is asked as can be answered, on the real program.
//!
//!     cargo bench --bench load                        a minute of it, and two smaller things before
//!     cargo bench --bench load -- --seconds 10
//!
//! First the queries one after the other: the latency without load. Then a handful of clients that ask without a pause: the
//! capacity, which is looked for once more at the end, for a machine that others use is not always as fast. Then clients that
//! ask at twice the rate of the first, whatever is answered, beside idle connections, clients that send
//! their heads a byte a second, and somebody who asks whether the server is there. `--quick`, and any run that is not
//! `cargo bench`, takes the bundled samples and seconds, and checks answers, not figures.

#[path = "../beside_tantivy/corpus.rs"]
#[allow(dead_code, reason = "the articles are read by the program alone")]
mod corpus;
#[path = "../beside_tantivy/server.rs"]
#[allow(dead_code, reason = "not all of it is asked for here")]
mod server;

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use corpus::Corpus;
use server::{Connection, Server, search};

const QUERIES: &str = include_str!("../beside_tantivy/queries.txt");

/// Clients that find the capacity: enough that every processor has a search and one waits.
const ASKING: usize = 6;

/// Clients among whom the overload is shared out.
const CROWD: usize = 64;

const IDLE: usize = 10_000;
const SLOW: usize = 200;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let quick = has("--quick") || !has("--bench");
    let given = arguments.iter().skip_while(|argument| *argument != "--seconds").nth(1);
    let seconds = given.map_or(Ok(if quick { 1 } else { 60 }), |given| given.parse())?;
    let corpus = if quick { Corpus::samples() } else { Corpus::shared()? };
    let folder = tempfile::tempdir()?;
    server::ingest(&corpus, folder.path())?;
    let mut server = Server::start(folder.path())?;
    println!("{} articles", server.articles()?);
    let paths = paths();

    let calm = one_by_one(&server, &paths)?;
    println!("one by one: p50 {:.1} ms, p99 {:.1} ms", at(&calm, 0.5), at(&calm, 0.99));
    let look = Duration::from_secs(if quick { 1 } else { 10 });
    let first = capacity(&server, &paths, look)?;
    let idle = idle(&server, if quick { IDLE / 10 } else { IDLE })?;
    let before = resident(&server)?;
    let load = overload(&server, &paths, 2.0 * first, Duration::from_secs(seconds))?;
    let last = capacity(&server, &paths, look)?;
    let capacity = f64::midpoint(first, last);
    println!("capacity: {first:.0} answers a second before, and {last:.0} after");
    report(&load, &calm, capacity, seconds)?;
    println!("memory: {before} MiB before, {} MiB after, with {} idle connections", resident(&server)?, idle.len());
    if !quick {
        load.check(&calm, capacity, seconds)?;
    }
    server.stop()
}

/// Whole answers: ten hits with what matched, the exact total and three facets.
fn paths() -> Vec<String> {
    let queries = QUERIES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let texts = queries.filter_map(|line| line.split_once(' ')).map(|(_, text)| text);
    texts.map(|q| search(&[("q", q), ("facets", "tag,source,lang"), ("highlight", "1")])).collect()
}

fn one_by_one(server: &Server, paths: &[String]) -> anyhow::Result<Vec<Duration>> {
    let mut connection = server.connect()?;
    let mut times = Vec::new();
    for pass in 0..11 {
        for path in paths {
            let started = Instant::now();
            connection.get(path)?;
            // The first pass fills the caches.
            if pass > 0 {
                times.push(started.elapsed());
            }
        }
    }
    times.sort_unstable();
    Ok(times)
}

/// Answers a second to clients that ask again as soon as they are answered.
fn capacity(server: &Server, paths: &[String], during: Duration) -> anyhow::Result<f64> {
    let (answered, until) = (AtomicUsize::new(0), Instant::now() + during);
    std::thread::scope(|scope| {
        let ask = |first: usize| {
            let mut connection = server.connect()?;
            for path in paths.iter().cycle().skip(first) {
                if Instant::now() > until {
                    break;
                }
                connection.get(path)?;
                answered.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        };
        let clients: Vec<_> = (0..ASKING).map(|client| scope.spawn(move || ask(client * 7))).collect();
        clients.into_iter().try_for_each(joined)
    })?;
    Ok(answered.into_inner() as f64 / during.as_secs_f64())
}

fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, anyhow::Result<T>>) -> anyhow::Result<T> {
    thread.join().map_err(|_| anyhow::anyhow!("a client has failed"))?
}

/// Connections that ask for nothing, as many as the system allows this process.
fn idle(server: &Server, most: usize) -> anyhow::Result<Vec<Connection>> {
    let allowed = getrlimit(Resource::Nofile);
    // Where it cannot be raised, there are fewer.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: allowed.maximum, ..allowed });
    let room = getrlimit(Resource::Nofile).current.map_or(usize::MAX, |files| files as usize);
    let most = most.min(room.saturating_sub(CROWD + SLOW + 100));
    let connections: anyhow::Result<Vec<Connection>> = (0..most).map(|_| server.connect()).collect();
    // Connections are taken in turn: whoever comes after these is answered when all of them have been taken.
    server.connect()?.get("/healthz")?;
    connections
}

#[derive(Default)]
struct Load {
    /// From being sent to the end of the answer.
    answered: Vec<Duration>,
    refused: Vec<Duration>,
    health: Vec<Duration>,
}

fn overload(server: &Server, paths: &[String], rate: f64, during: Duration) -> anyhow::Result<Load> {
    let (began, over) = (Instant::now(), AtomicBool::new(false));
    let between = Duration::from_secs_f64(CROWD as f64 / rate);
    let mut load = std::thread::scope(|scope| {
        let over = &over;
        let slow = scope.spawn(move || dawdle(server, over));
        let health = scope.spawn(move || health(server, over));
        let client = move |number: usize| {
            let (mut connection, mut load) = (server.connect()?, Load::default());
            let mut due = began + between.mul_f64(number as f64 / CROWD as f64);
            for path in paths.iter().cycle().skip(number * 7) {
                if began.elapsed() > during {
                    break;
                }
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                // Whoever is behind asks at once, and does not catch up.
                due = (due + between).max(Instant::now());
                let started = Instant::now();
                match connection.ask(path)?.0 {
                    200 => load.answered.push(started.elapsed()),
                    503 => {
                        ensure!(connection.header("retry-after").is_some(), "a refusal without Retry-After");
                        load.refused.push(started.elapsed());
                    }
                    status => anyhow::bail!("{path}: {status}"),
                }
            }
            anyhow::Ok(load)
        };
        let clients: Vec<_> = (0..CROWD).map(|number| scope.spawn(move || client(number))).collect();
        let loads: anyhow::Result<Vec<Load>> = clients.into_iter().map(joined).collect();
        over.store(true, Ordering::Relaxed);
        let mut load = loads?.into_iter().fold(Load::default(), Load::and);
        load.health = joined(health)?;
        joined(slow)?;
        anyhow::Ok(load)
    })?;
    for times in [&mut load.answered, &mut load.refused, &mut load.health] {
        times.sort_unstable();
    }
    Ok(load)
}

/// Clients that send a byte of their head a second. The server drops them in time; then they come again.
fn dawdle(server: &Server, over: &AtomicBool) -> anyhow::Result<()> {
    let head = b"GET /api/v1/search?q=tin HTTP/1.1\r\nHost: t\r\nX-Long: ";
    let mut clients: Vec<(TcpStream, usize)> = Vec::new();
    while !over.load(Ordering::Relaxed) {
        while clients.len() < SLOW {
            clients.push((server.connect()?.into_stream(), 0));
        }
        clients.retain_mut(|(stream, sent)| {
            *sent += 1;
            stream.write_all(&[head.get(*sent - 1).copied().unwrap_or(b'x')]).is_ok()
        });
        std::thread::sleep(Duration::from_secs(1));
    }
    Ok(())
}

fn health(server: &Server, over: &AtomicBool) -> anyhow::Result<Vec<Duration>> {
    let (mut connection, mut times) = (server.connect()?, Vec::new());
    while !over.load(Ordering::Relaxed) {
        let started = Instant::now();
        connection.get("/healthz")?;
        times.push(started.elapsed());
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(times)
}

impl Load {
    fn and(mut self, other: Load) -> Load {
        self.answered.extend(other.answered);
        self.refused.extend(other.refused);
        self
    }

    fn goodput(&self, capacity: f64, seconds: u64) -> f64 {
        self.answered.len() as f64 / seconds as f64 / capacity
    }

    fn check(&self, calm: &[Duration], capacity: f64, seconds: u64) -> anyhow::Result<()> {
        let goodput = self.goodput(capacity, seconds);
        ensure!(goodput >= 0.8, "of the capacity only {goodput:.2} is left");
        let slower = at(&self.answered, 0.99) / at(calm, 0.99);
        ensure!(slower < 5.0, "who is answered waits {slower:.1} times as long");
        ensure!(at(&self.refused, 0.99) < 50.0, "refusals take {:.0} ms", at(&self.refused, 0.99));
        ensure!(at(&self.health, 1.0) < 50.0, "`/healthz` takes {:.0} ms", at(&self.health, 1.0));
        Ok(())
    }
}

fn report(load: &Load, calm: &[Duration], capacity: f64, seconds: u64) -> anyhow::Result<()> {
    let asked = load.answered.len() + load.refused.len();
    ensure!(!load.answered.is_empty() && !load.health.is_empty(), "nobody was answered");
    println!(
        "asked at twice the first for {seconds} s: {:.2} times the capacity came",
        asked as f64 / seconds as f64 / capacity
    );
    println!(
        "  answered: {:.2} of the capacity; p50 {:.1} ms, p99 {:.1} ms, {:.1} times that without load",
        load.goodput(capacity, seconds),
        at(&load.answered, 0.5),
        at(&load.answered, 0.99),
        at(&load.answered, 0.99) / at(calm, 0.99),
    );
    println!(
        "  refused: {}; p50 {:.1} ms, p99 {:.1} ms, at most {:.1} ms",
        load.refused.len(),
        at(&load.refused, 0.5),
        at(&load.refused, 0.99),
        at(&load.refused, 1.0)
    );
    println!(
        "  /healthz: p50 {:.1} ms, p99 {:.1} ms, at most {:.1} ms",
        at(&load.health, 0.5),
        at(&load.health, 0.99),
        at(&load.health, 1.0)
    );
    Ok(())
}

/// The time, in milliseconds, within which this share of them lies; they are sorted.
fn at(times: &[Duration], share: f64) -> f64 {
    let place = (times.len().saturating_sub(1) as f64 * share) as usize;
    times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

/// What the server holds in memory, in MiB; 0 where the system does not tell.
fn resident(server: &Server) -> anyhow::Result<u64> {
    let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", server.id())) else { return Ok(0) };
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? >> 10)
}
