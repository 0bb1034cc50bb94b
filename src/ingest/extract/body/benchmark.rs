//! The article-extraction-benchmark, scored as it scores itself (its `evaluate.py`): runs of four words, the share of them
//! that is right and the share that is found, a mean over the pages of each, and F1 of the means.

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;

use dom_query::Document;
use flate2::read::MultiGzDecoder;
use serde_json::Value;

use super::{Known, body};

/// dom_smoothie alone reaches 0.951.
const LEAST: f64 = 0.975;
/// Pages that are printed, the worst first.
const PRINTED: usize = 15;

struct Scored {
    url: String,
    precision: Option<f64>,
    recall: Option<f64>,
}

#[test]
fn the_bodies_of_the_benchmark_are_found() {
    let Some(folder) = shared("aeb-html") else { return };
    let truth = std::fs::read_to_string(folder.join("ground-truth.json")).unwrap();
    let truth: HashMap<String, Value> = serde_json::from_str(&truth).unwrap();
    let text = |page: &Value, key: &str| page[key].as_str().unwrap_or_default().to_owned();
    let mut pages: Vec<Scored> = truth
        .iter()
        .map(|(id, page)| {
            let found = found(&folder.join(format!("html/{id}.html.gz")));
            let (precision, recall) = score(&text(page, "articleBody"), &found);
            Scored { url: text(page, "url"), precision, recall }
        })
        .collect();
    let precision = mean(pages.iter().filter_map(|page| page.precision));
    let recall = mean(pages.iter().filter_map(|page| page.recall));
    let f1 = 2.0 * precision * recall / (precision + recall);
    let sum = |page: &Scored| page.precision.unwrap_or_default() + page.recall.unwrap_or_default();
    pages.sort_by(|one, other| sum(one).total_cmp(&sum(other)));
    for page in &pages[..PRINTED] {
        println!("{:.3?} {:.3?} {}", page.precision, page.recall, page.url);
    }
    println!("precision {precision:.4} recall {recall:.4} F1 {f1:.4}");
    assert!(f1 >= LEAST, "F1 {f1}");
}

fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("BROADSHEET_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var("CI").is_err(), "{} is needed", path.display());
    eprintln!("SKIPPED: {} is absent (set BROADSHEET_DATA)", path.display());
    None
}

/// The body as the page shows it: none of its data is looked at here.
fn found(path: &PathBuf) -> String {
    let mut page = Vec::new();
    MultiGzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut page).unwrap();
    let document = Document::from(String::from_utf8_lossy(&page).into_owned());
    let headline = document.select_single("title").text().to_string();
    let known = Known { article_body: None, headline: &headline, lead: None, url: None, lang: None };
    body(&document, &known).paragraphs.join("\n")
}

/// Precision and recall of a page, where they are defined.
fn score(truth: &str, found: &str) -> (Option<f64>, Option<f64>) {
    let (truth, found) = (shingles(truth), shingles(found));
    let both: usize = truth.iter().map(|(words, count)| found.get(words).map_or(0, |other| *count.min(other))).sum();
    let share = |of: usize| if of > 0 { Some(both as f64 / of as f64) } else { None };
    (share(found.values().sum()), share(truth.values().sum()))
}

fn shingles(text: &str) -> HashMap<Vec<&str>, usize> {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let mut shingles = HashMap::new();
    for at in 0..words.len().saturating_sub(3).max(1) {
        let run = words[at..(at + 4).min(words.len())].to_vec();
        if !run.is_empty() {
            *shingles.entry(run).or_insert(0) += 1;
        }
    }
    shingles
}

fn mean(of: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = of.collect();
    values.iter().sum::<f64>() / values.len() as f64
}
