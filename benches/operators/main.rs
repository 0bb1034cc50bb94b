//! What the operators of the query language cost, as ratios in one run on the real program.
//!
//!     cargo bench --bench operators
//!
//! Spans beside the conjunction of their words; marking ten articles beside finding them with three facets, for every
//! operator; a wildcard that stands for many words beside one frequent word; one hit a story beside one an article; and the
//! worst queries of four kilobytes, with the latency of others while they run. `--quick`, and any run that is not `cargo bench`, takes the bundled
//! samples and one pass.

#[path = "../beside_tantivy/corpus.rs"]
#[allow(dead_code, reason = "the articles are read by the program alone")]
mod corpus;
#[path = "../beside_tantivy/server.rs"]
#[allow(dead_code, reason = "not all of it is asked for here")]
mod server;

use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::Value;

use corpus::Corpus;
use server::{Connection, Server, search};

const FACETS: &str = "tag,site,lang";

/// A span, the conjunction of its words, and whether each word is in at most a tenth of the articles.
const SPANS: &[(&str, &str, bool)] = &[
    ("crude W/5 barrel", "crude AND barrel", true),
    ("crude PRE/3 prices", "crude AND prices", true),
    ("merger W/S shareholders", "merger AND shareholders", true),
    ("dollar W/P yen", "dollar AND yen", true),
    ("\"interest rates\" W/10 inflation", "interest AND rates AND inflation", true),
    ("(wheat OR corn OR barley) W/5 export", "(wheat OR corn OR barley) AND export", true),
    ("(crude W/5 opec) W/20 barrel", "crude AND opec AND barrel", true),
    ("opec NOT W/5 crude", "opec", true),
    ("ATLEAST/3 opec", "opec", true),
    ("FIRST/20 opec", "opec", true),
    ("\"opec crude barrel\"~20", "opec AND crude AND barrel", true),
    ("\"central bank\"", "central AND bank", true),
    ("said W/5 company", "said AND company", false),
    ("\"of the\"", "\"of\" AND \"the\"", false),
    ("\"the\" W/5 \"of\"", "\"the\" AND \"of\"", false),
    ("\"the of\"~3", "\"the\" AND \"of\"", false),
];

/// One of each kind, to be marked.
const MARKED: &[&str] = &[
    "opec",
    "\"opec\"",
    "U.S.",
    "\"central bank\"",
    "\"crude prices\"~5",
    "export*",
    "merger~",
    "/wh(eat|ale)/",
    "crude W/5 prices",
    "crude PRE/5 prices",
    "crude W/S prices",
    "crude W/P prices",
    "opec NOT W/5 crude",
    "ATLEAST/3 opec",
    "FIRST/20 opec",
    "(wheat OR corn) W/10 export*",
    "crude AND prices",
    "crude OR wheat",
    "(crude AND tag:earn) OR (wheat AND NOT corn)",
];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let quick = has("--quick") || !has("--bench");
    let corpus = if quick { Corpus::samples() } else { Corpus::shared()? };
    let passes = if quick { 1 } else { 31 };
    let folder = tempfile::tempdir()?;
    server::ingest(&corpus, folder.path())?;
    let mut server = Server::start(folder.path())?;
    println!("{} articles, {passes} passes, medians", server.articles()?);
    let mut connection = server.connect()?;
    spans(&mut connection, passes)?;
    marks(&mut connection, passes)?;
    wildcards(&mut connection, passes)?;
    stories(&mut connection, passes)?;
    worst(&server)?;
    server.stop()
}

/// How long each of some requests takes, asked in turn so that what disturbs the machine disturbs all: their medians.
fn medians(connection: &mut Connection, paths: &[String], passes: usize) -> anyhow::Result<Vec<Duration>> {
    let mut times = vec![Vec::with_capacity(passes); paths.len()];
    for pass in 0..=passes {
        for (path, times) in paths.iter().zip(&mut times) {
            let started = Instant::now();
            connection.get(path)?;
            // The first pass fills the caches.
            if pass > 0 {
                times.push(started.elapsed());
            }
        }
    }
    Ok(times.into_iter().map(median).collect())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64().max(f64::MIN_POSITIVE)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn total(connection: &mut Connection, q: &str) -> anyhow::Result<u64> {
    let answer: Value = serde_json::from_slice(connection.get(&search(&[("q", q), ("limit", "0")]))?)?;
    Ok(answer["total"].as_u64().unwrap_or_default())
}

/// Ten best and total of a span beside those of its words.
fn spans(connection: &mut Connection, passes: usize) -> anyhow::Result<()> {
    println!("\n| span | articles | its words | articles | ratio | ms |\n| --- | --- | --- | --- | --- | --- |");
    for (span, words, is_rare) in SPANS {
        let paths = [span, words].map(|q| search(&[("q", q), ("limit", "10"), ("fields", "id")]));
        let times = medians(connection, &paths, passes)?;
        let (found, beside) = (total(connection, span)?, total(connection, words)?);
        ensure!(found <= beside, "{span} finds more than {words}");
        let mark = if *is_rare { "" } else { " (frequent words)" };
        let (ratio, took) = (ratio(times[0], times[1]), ms(times[0]));
        println!("| `{span}`{mark} | {found} | `{words}` | {beside} | {ratio:.2} | {took:.2} |");
    }
    Ok(())
}

/// What marking ten articles adds, beside finding them with three facets.
fn marks(connection: &mut Connection, passes: usize) -> anyhow::Result<()> {
    println!("\n| marked | articles | ratio | finding, ms | marking, ms |\n| --- | --- | --- | --- | --- |");
    for q in MARKED {
        let plain = vec![("q", *q), ("limit", "10"), ("fields", "id")];
        let facets = [plain.clone(), vec![("facets", FACETS)]].concat();
        let marked = [plain.clone(), vec![("highlight", "1")]].concat();
        let paths = [plain, facets, marked].map(|parameters| search(&parameters));
        let times = medians(connection, &paths, passes)?;
        let marking = times[2].saturating_sub(times[0]);
        let found = total(connection, q)?;
        println!("| `{q}` | {found} | {:.2} | {:.2} | {:.2} |", ratio(marking, times[1]), ms(times[1]), ms(marking));
    }
    Ok(())
}

/// A wildcard of about a thousand words beside one frequent word.
fn wildcards(connection: &mut Connection, passes: usize) -> anyhow::Result<()> {
    let frequent = "said";
    println!("\n| pattern | words | articles | beside `{frequent}` | ms |\n| --- | --- | --- | --- | --- |");
    for q in ["con*", "de*", "pro*", "/[a-e].*ing/", "mi?e*", "export~2"] {
        let path = search(&[("q", q), ("limit", "10"), ("fields", "id")]);
        let (status, body) = connection.ask(&path)?;
        if status != 200 {
            let problem: Value = serde_json::from_slice(body)?;
            println!("| `{q}` | {} | | | |", problem["code"].as_str().unwrap_or_default());
            continue;
        }
        let explained = connection.get(&search(&[("q", q), ("limit", "0"), ("explain", "1")]))?;
        let explained: Value = serde_json::from_slice(explained)?;
        let clause = &explained["query"]["clauses"][0];
        let words = clause["expansions"].as_array().map_or(0, Vec::len) as u64 + clause["more"].as_u64().unwrap_or(0);
        let beside = search(&[("q", frequent), ("limit", "10"), ("fields", "id")]);
        let times = medians(connection, &[path, beside], passes)?;
        let found = total(connection, q)?;
        println!("| `{q}` | {words} | {found} | {:.1} | {:.2} |", ratio(times[0], times[1]), ms(times[0]));
    }
    Ok(())
}

/// One hit a story beside one an article, with three facets and a timeline.
fn stories(connection: &mut Connection, passes: usize) -> anyhow::Result<()> {
    println!("\n| query | articles | stories | near/none | none, ms |\n| --- | --- | --- | --- | --- |");
    for q in ["*", "said", "opec", "is:duplicate"] {
        let each = vec![("q", q), ("limit", "10"), ("fields", "id"), ("facets", FACETS), ("interval", "month")];
        let near = [each.clone(), vec![("collapse", "near")]].concat();
        let paths = [each, near].map(|parameters| search(&parameters));
        let answer: Value = serde_json::from_slice(connection.get(&paths[1])?)?;
        let times = medians(connection, &paths, passes)?;
        let (ratio, took) = (ratio(times[1], times[0]), ms(times[0]));
        println!("| `{q}` | {} | {} | {ratio:.2} | {took:.2} |", answer["total"], answer["total_stories"]);
    }
    Ok(())
}

/// Queries of four kilobytes that cost as much as can be asked for, and how others fare meanwhile.
fn worst(server: &Server) -> anyhow::Result<()> {
    let quiet = latency(&mut server.connect()?, Duration::from_millis(500))?;
    println!(
        "\n| worst query | bytes | status | ms | others, ms (alone {:.2}) |\n| --- | --- | --- | --- | --- |",
        ms(quiet)
    );
    for (name, q) in worst_queries() {
        let (mut asking, mut beside) = (server.connect()?, server.connect()?);
        let path = search(&[("q", &q), ("limit", "10"), ("highlight", "1"), ("facets", FACETS)]);
        let asked = std::thread::spawn(move || -> anyhow::Result<(u16, Duration)> {
            let started = Instant::now();
            let (status, _) = asking.ask(&path)?;
            Ok((status, started.elapsed()))
        });
        let others = latency(&mut beside, Duration::from_millis(500))?;
        let Ok(answer) = asked.join() else { anyhow::bail!("the query was not answered") };
        let (status, took) = answer?;
        ensure!(matches!(status, 200 | 400 | 503), "{name}: {status}");
        println!("| {name} | {} | {status} | {:.0} | {:.2} |", q.len(), ms(took), ms(others));
    }
    Ok(())
}

fn latency(connection: &mut Connection, during: Duration) -> anyhow::Result<Duration> {
    let path = search(&[("q", "opec"), ("limit", "10")]);
    let (until, mut times) = (Instant::now() + during, Vec::new());
    while Instant::now() < until {
        let started = Instant::now();
        connection.get(&path)?;
        times.push(started.elapsed());
    }
    Ok(median(times))
}

fn worst_queries() -> Vec<(&'static str, String)> {
    let filled = |part: &str, join: &str| {
        let count = (4096 - part.len()) / (part.len() + join.len());
        std::iter::repeat_n(part, count.max(1)).collect::<Vec<_>>().join(join)
    };
    vec![
        (
            "chain of frequent words",
            filled("\"the\"", " W/250 ").split(" W/250 ").take(30).collect::<Vec<_>>().join(" W/250 "),
        ),
        ("many chains", filled("(\"the\" W/250 \"of\" W/250 \"a\")", " ")),
        ("loose phrase of one word", format!("\"{}\"~250", filled("the", " "))),
        ("phrase that never stands", format!("\"{}\"", filled("the of", " "))),
        ("wildcards", filled("co*", " ")),
        ("regular expressions", filled("/.*a.*e.*i.*z/", " ")),
        ("fuzzy words", filled("banana~2", " OR ")),
        ("counted groups", filled("ATLEAST/1000 (\"the\" OR \"of\" OR \"a\")", " OR ")),
        ("exclusions of spans", filled("(\"the\" NOT W/250 \"of\")", " OR ")),
    ]
}
