//! `broadsheet ingest --dry-run`: what would be read, and how.

use serde_json::Value;

use crate::ingest::dry::Found;
use crate::store::Incoming;

pub(super) fn print(name: &str, found: &Found) {
    let (articles, rejects) = (found.articles(), found.rejects);
    say!("{name}: {articles} articles, {rejects} rejected ({:.1} MB); nothing is stored", found.bytes as f64 / 1e6);
    for (format, (count, _)) in &found.formats {
        say!("  {count} as {format}");
    }
    for (code, count) in &found.reasons {
        say!("  {count} rejected: {code}");
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

/// Field by field, as it would be kept; what is empty is left out.
fn article(incoming: &Incoming) {
    let Incoming { identity, article, .. } = incoming;
    line("id", &incoming.id().0, None);
    line("identity", &format!("{} in {}", identity.key, identity.namespace), None);
    let Ok(Value::Object(fields)) = serde_json::to_value(article) else { return };
    for (name, value) in fields.iter().filter(|(name, _)| *name != "provenance") {
        let from = article.provenance.get(name).map(String::as_str);
        for text in texts(value) {
            line(name, &text, from);
        }
    }
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
