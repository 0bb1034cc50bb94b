//! The article-extraction-benchmark, from the page to the body that is stored, scored as it scores itself (its
//! `evaluate.py`): runs of four words, the share of them that is right and the share that is found, a mean over the pages
//! of each, and F1 of the means.

use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::archive::shared;
use crate::pages_read::article;

/// dom_smoothie alone reaches 0.951.
const LEAST: f64 = 0.96;
/// Pages that are printed, the worst first.
const PRINTED: usize = 15;

struct Scored {
    url: String,
    precision: Option<f64>,
    recall: Option<f64>,
}

#[test]
fn the_bodies_of_the_benchmark_are_found() {
    let Some(folder) = shared("aeb-html").map(PathBuf::from) else { return };
    let truth = std::fs::read_to_string(folder.join("ground-truth.json")).unwrap();
    let truth: HashMap<String, Value> = serde_json::from_str(&truth).unwrap();
    let text = |page: &Value, key: &str| page[key].as_str().unwrap_or_default().to_owned();
    let mut pages: Vec<Scored> = truth
        .iter()
        .map(|(id, page)| {
            let found = article(&folder.join(format!("html/{id}.html.gz"))).unwrap_or_default().body.join("\n");
            let (precision, recall) = score(&text(page, "articleBody"), &found);
            Scored { url: text(page, "url"), precision, recall }
        })
        .collect();
    let precision = mean(pages.iter().filter_map(|page| page.precision));
    let recall = mean(pages.iter().filter_map(|page| page.recall));
    let f1 = 2.0 * precision * recall / (precision + recall);
    let sum = |page: &Scored| page.precision.unwrap_or_default() + page.recall.unwrap_or_default();
    pages.sort_by(|one, other| sum(one).total_cmp(&sum(other)));
    for page in pages.iter().take(PRINTED) {
        println!("{:.3?} {:.3?} {}", page.precision, page.recall, page.url);
    }
    println!("precision {precision:.4} recall {recall:.4} F1 {f1:.4}");
    assert!(f1 >= LEAST, "F1 {f1}");
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

#[test]
fn runs_of_four_words_are_counted() {
    assert_eq!(score("one two three four five", "one two three four"), (Some(1.0), Some(0.5)));
    assert_eq!(score("one two", "one two"), (Some(1.0), Some(1.0)), "a text of fewer words is one run");
    assert_eq!(score("one two three four", ""), (None, Some(0.0)));
}
