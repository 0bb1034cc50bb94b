//! How good the order by relevance is, on questions of which it is known what answers them.
//!
//!     cargo bench --bench relevance
//!
//! The TIME collection (423 articles of 1963, 83 questions, judged by its makers) is taken in by the real program, once as
//! text alone and once with its first line as headline; each question is asked with `mode=any`, as it stands. Printed are
//! nDCG at ten with a gain of one for what is relevant (Järvelin and Kekäläinen, 2002), and mean average precision.
//! `--each` prints every question. The weights are not fitted to these questions. It fails where we fall short of Lucene.
//! In a run that is not `cargo bench`, and where the collection is absent, headlines of the bundled samples are asked for
//! their articles, too; with `--quick` nothing else.

#[path = "../beside_tantivy/corpus.rs"]
#[allow(dead_code, reason = "the articles are read by the program alone")]
mod corpus;
#[path = "../beside_tantivy/server.rs"]
#[allow(dead_code, reason = "not all of it is asked for here")]
mod server;
mod time;

use std::collections::BTreeSet;

use anyhow::Context;
use serde_json::{Value, json};

use corpus::Corpus;
use server::{Connection, Server, search};
use time::Time;

/// BM25 of Lucene on the same text, English stemming, its stop words: what must never be fallen short of.
const FLOOR: Measures = Measures { ndcg: 0.756, precision: 0.697 };

/// Means over questions.
#[derive(Clone, Copy, Default)]
struct Measures {
    ndcg: f64,
    precision: f64,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let time = if has("--quick") { None } else { Time::read(&corpus::shared_root())? };
    if let Some(time) = &time {
        judged(time, has("--each"))?;
    }
    if time.is_none() || !has("--bench") { known_items() } else { Ok(()) }
}

fn judged(time: &Time, each: bool) -> anyhow::Result<()> {
    println!("{:<24} {:>8} {:>8}", "TIME, 83 questions", "nDCG@10", "MAP");
    println!("{:<24} {:>8.3} {:>8.3}", "Lucene's BM25", FLOOR.ndcg, FLOOR.precision);
    for (layout, headlines) in [("text alone", false), ("first line as headline", true)] {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("time.jsonl");
        std::fs::write(&file, articles(time, headlines))?;
        server::ingest(&Corpus { paths: vec![file] }, &folder.path().join("data"))?;
        let mut server = Server::start(&folder.path().join("data"))?;
        let mut connection = server.connect()?;
        let mut sum = Measures::default();
        for (number, question) in &time.questions {
            let Some(relevant) = time.relevant.get(number) else { continue };
            let measures = measure(&ask(&mut connection, question, time.articles.len())?, relevant);
            if each {
                println!("{number:>4} {:>8.3} {:>8.3}  {question}", measures.ndcg, measures.precision);
            }
            sum = Measures { ndcg: sum.ndcg + measures.ndcg, precision: sum.precision + measures.precision };
        }
        let asked = time.relevant.len() as f64;
        let mean = Measures { ndcg: sum.ndcg / asked, precision: sum.precision / asked };
        println!("{layout:<24} {:>8.3} {:>8.3}", mean.ndcg, mean.precision);
        let is_enough = mean.ndcg >= FLOOR.ndcg && mean.precision >= FLOOR.precision;
        anyhow::ensure!(is_enough, "Lucene's BM25 answers these questions better");
        server.stop()?;
    }
    Ok(())
}

fn articles(time: &Time, headlines: bool) -> String {
    let line = |(number, lines): (usize, &Vec<String>)| {
        let (headline, body) = match (headlines, lines.split_first()) {
            (true, Some((first, rest))) => (first.as_str(), rest.join(" ")),
            _ => ("", lines.join(" ")),
        };
        let article =
            json!({"id": format!("time-{}", number + 1), "headline": headline, "body": body, "language": "en"});
        format!("{article}\n")
    };
    time.articles.iter().enumerate().map(line).collect()
}

/// The numbers of all articles found, the best first.
fn ask(connection: &mut Connection, question: &str, most: usize) -> anyhow::Result<Vec<usize>> {
    let path = search(&[
        ("q", question),
        ("mode", "any"),
        ("sort", "relevance"),
        ("limit", &most.to_string()),
        ("fields", "external_id"),
    ]);
    let answer: Value = serde_json::from_slice(connection.get(&path)?)?;
    let number = |hit: &Value| hit["external_id"].as_str()?.strip_prefix("time-")?.parse().ok();
    Ok(answer["hits"].as_array().context("no hits")?.iter().filter_map(number).collect())
}

fn measure(found: &[usize], relevant: &BTreeSet<usize>) -> Measures {
    let discount = |rank: usize| 1.0 / (rank as f64 + 2.0).log2();
    let is_relevant = |number: &usize| relevant.contains(number);
    let hits: Vec<usize> = (0..found.len()).filter(|rank| is_relevant(&found[*rank])).collect();
    let gained: f64 = hits.iter().filter(|rank| **rank < 10).map(|rank| discount(*rank)).sum();
    let best: f64 = (0..relevant.len().min(10)).map(discount).sum();
    let precisions = hits.iter().enumerate().map(|(before, rank)| (before + 1) as f64 / (rank + 1) as f64);
    Measures { ndcg: gained / best, precision: precisions.sum::<f64>() / relevant.len() as f64 }
}

/// Each headline, asked for as a bag of words, should find its own article first.
fn known_items() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    server::ingest(&Corpus::samples(), folder.path())?;
    let mut server = Server::start(folder.path())?;
    let mut connection = server.connect()?;
    let all =
        search(&[("q", "has:lead OR has:body"), ("limit", "1000"), ("collapse", "near"), ("fields", "id,headline")]);
    let all: Value = serde_json::from_slice(connection.get(&all)?)?;
    let (mut ranks, mut asked) = (0.0, 0);
    for article in all["hits"].as_array().context("no hits")? {
        let Some(headline) = article["headline"].as_str().filter(|headline| headline.contains(' ')) else { continue };
        let path =
            search(&[("q", headline), ("mode", "any"), ("collapse", "near"), ("fields", "id"), ("limit", "100")]);
        let answer: Value = serde_json::from_slice(connection.get(&path)?)?;
        let rank = answer["hits"].as_array().and_then(|hits| hits.iter().position(|hit| hit["id"] == article["id"]));
        ranks += rank.map_or(0.0, |rank| 1.0 / (rank as f64 + 1.0));
        asked += 1;
    }
    println!(
        "{asked} headlines of the samples, mean reciprocal rank of their articles: {:.3}",
        ranks / f64::from(asked)
    );
    anyhow::ensure!(ranks / f64::from(asked) > 0.9, "headlines no longer find their articles");
    server.stop()
}
