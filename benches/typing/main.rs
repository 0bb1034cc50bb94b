//! How long a completion takes while somebody types, on the real program.
//!
//!     cargo bench --bench typing
//!
//! Headlines are typed letter by letter, as far as their third word, and again with a slip in it; after each letter
//! `suggest` is asked. `--quick`, and any run that is not `cargo bench`, takes the bundled samples.

#[path = "../beside_tantivy/corpus.rs"]
#[allow(dead_code, reason = "the articles are read by the program alone")]
mod corpus;
#[path = "../beside_tantivy/server.rs"]
#[allow(dead_code, reason = "not all of it is asked for here")]
mod server;

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;

use corpus::Corpus;
use server::{Connection, Server, search};

const HEADLINES: usize = 100;
const WORDS: usize = 3;
const BOUND: Duration = Duration::from_millis(10);

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let corpus = if has("--quick") || !has("--bench") { Corpus::samples() } else { Corpus::shared()? };
    let folder = tempfile::tempdir()?;
    server::ingest(&corpus, folder.path())?;
    let mut server = Server::start(folder.path())?;
    println!("{} articles", server.articles()?);
    let mut connection = server.connect()?;
    let headlines = headlines(&mut connection)?;
    ensure!(!headlines.is_empty(), "no headlines");
    suggest(&mut connection, "the table is made")?;
    let slips: Vec<String> = headlines.iter().map(|headline| with_a_slip(headline)).collect();
    report("as written", &mut connection, &headlines)?;
    report("with a slip", &mut connection, &slips)?;
    server.stop()
}

/// The beginnings of the newest.
fn headlines(connection: &mut Connection) -> anyhow::Result<Vec<String>> {
    let limit = HEADLINES.to_string();
    let path = search(&[("q", "*"), ("sort", "newest"), ("limit", &limit), ("fields", "headline")]);
    let answer: Value = serde_json::from_slice(connection.get(&path)?)?;
    let begun = |hit: &Value| Some(hit["headline"].as_str()?.split(' ').take(WORDS).collect::<Vec<_>>().join(" "));
    Ok(answer["hits"].as_array().context("no hits")?.iter().filter_map(begun).collect())
}

/// Its third and fourth letters changed about.
fn with_a_slip(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() > 3 {
        letters.swap(2, 3);
    }
    letters.into_iter().collect()
}

fn suggest(connection: &mut Connection, prefix: &str) -> anyhow::Result<Duration> {
    let path = search(&[("prefix", prefix)]).replace("/search?", "/suggest?");
    let started = Instant::now();
    connection.get(&path)?;
    Ok(started.elapsed())
}

fn report(name: &str, connection: &mut Connection, texts: &[String]) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for text in texts {
        for (end, letter) in text.char_indices() {
            times.push(suggest(connection, &text[..end + letter.len_utf8()])?);
        }
    }
    ensure!(!times.is_empty(), "headlines without a letter");
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    let within = times.partition_point(|time| *time < BOUND) as f64 / times.len() as f64 * 100.0;
    println!(
        "{name:<12} {} letters: median {:.2} ms, 99 in 100 within {:.2} ms, most {:.2} ms; {within:.2} % under {} ms",
        times.len(),
        at(0.5),
        at(0.99),
        at(1.0),
        BOUND.as_millis()
    );
    Ok(())
}
