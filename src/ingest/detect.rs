//! Which format a text is in: by content first, by name second.

use super::readers::page_dump;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    PageDump,
    Json,
    Csv,
    Reuters,
    Markdown,
    Text,
}

const NAMES: &[(&str, Format)] = &[
    ("page-dump", Format::PageDump),
    ("json", Format::Json),
    ("jsonl", Format::Json),
    ("csv", Format::Csv),
    ("tsv", Format::Csv),
    ("reuters", Format::Reuters),
    ("markdown", Format::Markdown),
    ("text", Format::Text),
];

impl Format {
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, format)| *format == self).map_or("text", |(name, _)| name)
    }

    pub fn from_name(name: &str) -> Option<Format> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    pub fn names() -> Vec<&'static str> {
        NAMES.iter().map(|(name, _)| *name).collect()
    }
}

/// `head` is the beginning of the text; `None` where it is no text at all.
pub(super) fn detect(head: &str, name: &str) -> Option<Format> {
    let start = head.trim_start();
    let extension = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    if head.contains('\0') {
        return None;
    }
    if page_dump::looks_like(head) {
        return Some(Format::PageDump);
    }
    if start.contains("<REUTERS") {
        return Some(Format::Reuters);
    }
    if start.starts_with(['{', '[']) && extension != "md" {
        return Some(Format::Json);
    }
    if start.starts_with("---\n") || start.starts_with("---\r\n") || start.starts_with("+++\n") {
        return Some(Format::Markdown);
    }
    Some(match extension.as_str() {
        "md" | "markdown" => Format::Markdown,
        "json" | "jsonl" | "ndjson" => Format::Json,
        "csv" | "tsv" | "tab" => Format::Csv,
        "txt" | "text" => Format::Text,
        _ if looks_like_table(start) => Format::Csv,
        _ => Format::Text,
    })
}

/// A first line of several short names.
fn looks_like_table(head: &str) -> bool {
    let first = head.lines().next().unwrap_or_default().to_lowercase();
    let names: Vec<&str> = first.split([',', ';', '\t']).map(|name| name.trim_matches(['"', '\'', ' '])).collect();
    names.len() > 1 && names.iter().any(|name| super::readers::columns::known(name))
}
