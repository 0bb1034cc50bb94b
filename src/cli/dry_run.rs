//! `broadsheet ingest --dry-run`: what would be read, and how.

use std::collections::BTreeSet;

use serde_json::Value;

use super::progress::counted;
use crate::ingest::dry::Found;
use crate::store::Incoming;

/// The fields of an article in the order in which a person asks for them. What is not named stands between.
const FIRST: [&str; 7] = ["headline", "published", "modified", "source", "url", "authors", "tags"];
const LAST: [&str; 2] = ["lead", "body"];

/// Paragraphs shown of a body, and characters of one line.
const PARAGRAPHS: usize = 3;
const LINE: usize = 300;

/// Columns of tables, and keys of objects, that nothing was read from.
pub(super) fn tell_unread(columns: &BTreeSet<String>) {
    if !columns.is_empty() {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        say!("  not read: {} (--map says which field one holds)", cut(&columns.join(", ")));
    }
}

pub(super) fn print(name: &str, found: &Found) {
    let articles = counted(found.articles(), "article", "articles");
    let refused = found.rejects.saturating_sub(found.set_aside);
    let aside = if found.set_aside > 0 { format!(", {} set aside", found.set_aside) } else { String::new() };
    let megabytes = found.bytes as f64 / 1e6;
    say!("{name}: {articles}, {refused} rejected{aside} ({megabytes:.1} MB); nothing is stored");
    for (format, (count, _)) in &found.formats {
        say!("  {count} as {format}");
    }
    tell_unread(&found.unread);
    for (code, count) in &found.reasons {
        say!("  {count} {}: {code}", if is_aside(code) { "set aside" } else { "rejected" });
    }
    for reject in &found.first_rejects {
        let line = reject.line.map(|line| format!(" line {line}")).unwrap_or_default();
        say!("    {}{line}: {}: {}", reject.source, reject.code, reject.detail);
    }
    for (format, (_, first)) in &found.formats {
        say!("");
        say!("  the first article as {format}");
        article(first);
    }
}

/// Listed with the rejects, though nothing is missing.
pub(super) fn is_aside(code: &str) -> bool {
    matches!(code, "set_aside" | "passed_over")
}

/// Field by field, as it would be kept; what is empty is left out.
fn article(incoming: &Incoming) {
    let Incoming { identity, article, .. } = incoming;
    let Ok(Value::Object(mut fields)) = serde_json::to_value(article) else { return };
    fields.remove("provenance");
    let mut shown: Vec<(String, Value)> = Vec::new();
    let mut last: Vec<(String, Value)> = Vec::new();
    shown.extend(FIRST.iter().filter_map(|name| fields.remove_entry(*name)));
    last.extend(LAST.iter().filter_map(|name| fields.remove_entry(*name)));
    shown.extend(fields);
    for (name, value) in shown.iter().chain(&last) {
        let from = article.provenance.get(name).map(String::as_str);
        field(name, &texts(value), from);
    }
    line("id", &incoming.id().0, None);
    line("identity", &format!("{} in {}", identity.key, identity.namespace), None);
}

fn field(name: &str, texts: &[String], from: Option<&str>) {
    let most = if name == "body" { PARAGRAPHS } else { texts.len() };
    for text in texts.iter().take(most) {
        line(name, &cut(text), from);
    }
    let left = texts.len().saturating_sub(most);
    if left > 0 {
        line("", &format!("… {}", counted(left as u64, "more paragraph", "more paragraphs")), None);
    }
}

fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(LINE).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

fn line(name: &str, text: &str, from: Option<&str>) {
    let from = from.map(|from| format!("  (from {from})")).unwrap_or_default();
    say!("    {name:<16}  {text}{from}");
}

/// A list is a line each; of what holds several values, those that say something.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null | Value::Bool(false) => Vec::new(),
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()).into_iter().collect(),
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(fields) => {
            let said = |(name, value): (&String, &Value)| {
                let texts = texts(value);
                (!texts.is_empty() && texts != ["unknown"] && texts != ["none"])
                    .then(|| format!("{name} {}", texts.join(", ")))
            };
            let said: Vec<String> = fields.iter().filter_map(said).collect();
            Some(said.join(", ")).filter(|text| !text.is_empty()).into_iter().collect()
        }
        other => vec![other.to_string()],
    }
}
