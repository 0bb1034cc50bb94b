//! What happens when twice as much is asked as can be answered, on the real program.
//!
//!     cargo bench --bench load                        a minute of it, and nearly another for the capacity
//!     cargo bench --bench load -- --seconds 10
//!
//! First the queries one after the other: the latency without load. Then, in turn, a handful of clients that ask without a
//! pause, which is the capacity, and clients that ask at twice that rate, whatever is answered, all on one thread: several times, for a machine
//! that others use is not always as fast. All the while there are idle connections, clients that send their heads a byte a
//! second, and somebody who asks whether the server is there. `--quick`, and any run that is not `cargo bench`, takes the
//! bundled samples and seconds, and checks answers, not figures.

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
use futures_util::future::try_join_all;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use corpus::Corpus;
use server::{Connection, Head, Server, search};

const QUERIES: &str = include_str!("../beside_tantivy/queries.txt");

/// The overload comes in so many pieces, before and after each of which the capacity is looked for.
const PIECES: u32 = 3;

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
    let seconds = given.map_or(Ok(if quick { 3.0 } else { 60.0 }), |given| given.parse())?;
    let corpus = if quick { Corpus::samples() } else { Corpus::shared()? };
    let folder = tempfile::tempdir()?;
    server::ingest(&corpus, folder.path())?;
    let mut server = Server::start(folder.path())?;
    println!("{} articles", server.articles()?);
    let paths = paths();

    let calm = one_by_one(&server, &paths)?;
    println!("one by one: p50 {:.1} ms, p99 {:.1} ms", at(&calm, 0.5), at(&calm, 0.99));
    let idle = idle(&server, if quick { IDLE / 10 } else { IDLE })?;
    let before = resident(&server)?;
    let load = under_load(&server, &paths, Duration::from_secs_f64(seconds))?;
    load.report(&calm)?;
    println!("memory: {before} MiB before, {} MiB after, with {} idle connections", resident(&server)?, idle.len());
    if !quick {
        load.check(&calm)?;
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

/// What came of one piece of the overload.
#[derive(Default)]
struct Piece {
    /// From being sent to the end of the answer.
    answered: Vec<Duration>,
    refused: Vec<Duration>,
}

struct Load {
    /// Answers a second, before the first piece and after each.
    capacities: Vec<f64>,
    pieces: Vec<Piece>,
    /// How long all of these were.
    during: Duration,
    /// Answers of `/healthz`, all the while.
    health: Vec<Duration>,
}

/// The capacity and twice as much, in turn, while others dawdle and look after the server.
fn under_load(server: &Server, paths: &[String], during: Duration) -> anyhow::Result<Load> {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (slow, health) = (scope.spawn(|| dawdle(server, &is_over)), scope.spawn(|| health(server, &is_over)));
        // Also where this fails.
        let over = Over(&is_over);
        let (capacities, pieces) = in_turn(server, paths, during / PIECES)?;
        drop(over);
        joined(slow)?;
        let mut health = joined(health)?;
        health.sort_unstable();
        Ok(Load { capacities, pieces, during, health })
    })
}

/// Whoever looks at it ends.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn in_turn(server: &Server, paths: &[String], during: Duration) -> anyhow::Result<(Vec<f64>, Vec<Piece>)> {
    let look = during / 2;
    let (mut capacities, mut pieces) = (Vec::new(), Vec::new());
    let mut last = capacity(server, paths, look)?;
    capacities.push(last);
    for _ in 0..PIECES {
        ensure!(last > 0.0, "nobody was answered");
        pieces.push(overload(server, paths, 2.0 * last, during)?);
        last = capacity(server, paths, look)?;
        capacities.push(last);
    }
    Ok((capacities, pieces))
}

fn overload(server: &Server, paths: &[String], rate: f64, during: Duration) -> anyhow::Result<Piece> {
    let began = Instant::now();
    let between = Duration::from_secs_f64(CROWD as f64 / rate);
    let client = async |number: usize| {
        let (mut client, mut piece) = (Client::of(server.connect()?)?, Piece::default());
        let mut due = began + between.mul_f64(number as f64 / CROWD as f64);
        for path in paths.iter().cycle().skip(number * 7) {
            if began.elapsed() > during {
                break;
            }
            tokio::time::sleep_until(due.into()).await;
            // Whoever is behind asks at once, and does not catch up.
            due = (due + between).max(Instant::now());
            let started = Instant::now();
            match client.ask(path).await? {
                200 => piece.answered.push(started.elapsed()),
                503 => {
                    ensure!(client.header("retry-after").is_some(), "a refusal without Retry-After");
                    piece.refused.push(started.elapsed());
                }
                status => anyhow::bail!("{path}: {status}"),
            }
        }
        anyhow::Ok(piece)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let pieces = runtime.block_on(try_join_all((0..CROWD).map(client)))?;
    Ok(pieces.into_iter().fold(Piece::default(), Piece::and))
}

/// One of many on one thread: were each on its own, waking them would take from the server what is to be measured.
struct Client {
    address: String,
    stream: tokio::net::TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    fn of(connection: Connection) -> anyhow::Result<Client> {
        let stream = connection.into_stream();
        stream.set_nonblocking(true)?;
        let address = stream.peer_addr()?.to_string();
        Ok(Client { address, stream: tokio::net::TcpStream::from_std(stream)?, buffer: Vec::new() })
    }

    /// The status of an answer, read to its end.
    async fn ask(&mut self, path: &str) -> anyhow::Result<u16> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server has closed the connection");
            match Head::of(&self.buffer)? {
                Some(head) if self.buffer.len() >= head.body.end => return Ok(head.status),
                _ => {}
            }
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        server::header(&self.buffer, name)
    }
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

impl Piece {
    fn and(mut self, other: Piece) -> Piece {
        self.answered.extend(other.answered);
        self.refused.extend(other.refused);
        self
    }

    fn asked(&self) -> usize {
        self.answered.len() + self.refused.len()
    }
}

impl Load {
    /// Answers that the time of each piece had room for.
    fn room(&self) -> impl Iterator<Item = f64> {
        let seconds = self.during.as_secs_f64() / f64::from(PIECES);
        self.capacities.windows(2).map(move |around| f64::midpoint(around[0], around[1]) * seconds)
    }

    fn of_the_capacity(&self, counted: impl Fn(&Piece) -> usize) -> f64 {
        self.pieces.iter().map(counted).sum::<usize>() as f64 / self.room().sum::<f64>()
    }

    fn goodput(&self) -> f64 {
        self.of_the_capacity(|piece| piece.answered.len())
    }

    fn sorted(&self, of: impl Fn(&Piece) -> &[Duration]) -> Vec<Duration> {
        let mut times: Vec<Duration> = self.pieces.iter().flat_map(|piece| of(piece).iter().copied()).collect();
        times.sort_unstable();
        times
    }

    fn check(&self, calm: &[Duration]) -> anyhow::Result<()> {
        let (answered, refused) = (self.sorted(|piece| &piece.answered), self.sorted(|piece| &piece.refused));
        ensure!(self.goodput() >= 0.8, "of the capacity only {:.2} is left", self.goodput());
        let slower = at(&answered, 0.99) / at(calm, 0.99);
        ensure!(slower < 5.0, "who is answered waits {slower:.1} times as long");
        ensure!(at(&refused, 0.99) < 50.0, "refusals take {:.0} ms", at(&refused, 0.99));
        ensure!(at(&self.health, 1.0) < 50.0, "`/healthz` takes {:.0} ms", at(&self.health, 1.0));
        Ok(())
    }

    fn report(&self, calm: &[Duration]) -> anyhow::Result<()> {
        let (answered, refused) = (self.sorted(|piece| &piece.answered), self.sorted(|piece| &piece.refused));
        ensure!(!answered.is_empty() && !self.health.is_empty(), "nobody was answered");
        let rounded: Vec<String> = self.capacities.iter().map(|capacity| format!("{capacity:.0}")).collect();
        println!("capacity: {} answers a second", rounded.join(", "));
        let seconds = self.during.as_secs_f64();
        let came = self.of_the_capacity(Piece::asked);
        println!("in between, for {seconds:.0} s, {came:.2} times the capacity came");
        let shares = self.pieces.iter().zip(self.room());
        let shares: Vec<String> =
            shares.map(|(piece, room)| format!("{:.2}", piece.answered.len() as f64 / room)).collect();
        println!("  answered: {:.2} of the capacity ({})", self.goodput(), shares.join(", "));
        println!(
            "            p50 {:.1} ms, p99 {:.1} ms, {:.1} times that without load",
            at(&answered, 0.5),
            at(&answered, 0.99),
            at(&answered, 0.99) / at(calm, 0.99),
        );
        println!(
            "  refused: {}; p50 {:.1} ms, p99 {:.1} ms, at most {:.1} ms",
            refused.len(),
            at(&refused, 0.5),
            at(&refused, 0.99),
            at(&refused, 1.0)
        );
        println!(
            "  /healthz: p50 {:.1} ms, p99 {:.1} ms, at most {:.1} ms",
            at(&self.health, 0.5),
            at(&self.health, 0.99),
            at(&self.health, 1.0)
        );
        Ok(())
    }
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
