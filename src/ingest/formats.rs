//! The formats there are, for those who ask: how each is called, what it is known by, and how it is declared.

use super::Format;

/// One row of docs/formats.md.
pub struct Description {
    /// For `--format`; the first is its own.
    pub names: &'static [&'static str],
    pub title: &'static str,
    pub known_by: &'static str,
    /// Whether one file holds many articles.
    pub is_many: bool,
    /// Usual endings of its files.
    pub endings: &'static [&'static str],
}

const fn row(
    names: &'static [&'static str],
    title: &'static str,
    known_by: &'static str,
    is_many: bool,
    endings: &'static [&'static str],
) -> Description {
    Description { names, title, known_by, is_many, endings }
}

#[rustfmt::skip]
pub const FORMATS: &[Description] = &[
    row(&["page-dump"], "page dump", "a first line ` date YYYY-MM-DD https://…`", false, &["txt"]),
    row(&["json", "jsonl"], "JSON, JSON Lines", "`{` or `[`", true, &["json", "jsonl", "ndjson"]),
    row(&["csv", "tsv"], "CSV, TSV", "a first line of known names, or the ending", true, &["csv", "tsv", "tab", "psv"]),
    row(&["html"], "HTML page", "`<!DOCTYPE html` or `<html`", false, &["html", "htm", "xhtml"]),
    row(&["reuters"], "Reuters-21578 SGML", "`<!DOCTYPE lewis` or `<REUTERS`", true, &["sgm", "sgml"]),
    row(&["ninjs"], "ninjs 1.x, 2.x, 3.x", "an object with a `uri` and a key only ninjs has, wherever in JSON", true, &["json"]),
    row(&["newsml-g2"], "NewsML-G2, NewsML 1", "the root element: `newsItem`, `newsMessage`, `NewsML`, and what else is an item", true, &["xml"]),
    row(&["nitf"], "NITF", "the root element `nitf`", false, &["xml"]),
    row(&["feed"], "RSS 0.9 to 2.0, RDF, Atom, JSON Feed", "the root element: `rss`, `rdf:RDF`, `feed`, `entry`; `version` of JSON Feed", true, &["rss", "atom", "xml", "json"]),
    row(&["sitemap"], "news sitemap", "the root element `urlset`", true, &["xml"]),
    row(&["markdown"], "Markdown", "`---` or `+++` on the first line, or the ending `.md`", false, &["md", "markdown"]),
    row(&["text"], "plain text", "`.txt`, `.text`, `.story`, no ending or a number for one", false, &["txt", "text", "asc", "story", "article"]),
];

/// Media types and the formats they may mean, the likeliest first.
#[rustfmt::skip]
const DECLARED: &[(&str, &[Format])] = &[
    ("application/json", &[Format::Json, Format::Ninjs, Format::Feed]),
    ("application/ld+json", &[Format::Json]),
    ("application/x-ndjson", &[Format::Json, Format::Ninjs]),
    ("application/ndjson", &[Format::Json, Format::Ninjs]),
    ("application/jsonl", &[Format::Json, Format::Ninjs]),
    ("application/x-jsonlines", &[Format::Json, Format::Ninjs]),
    ("application/json-seq", &[Format::Json, Format::Ninjs]),
    ("application/feed+json", &[Format::Feed]),
    ("application/rss+xml", &[Format::Feed]),
    ("application/rdf+xml", &[Format::Feed]),
    ("application/atom+xml", &[Format::Feed]),
    ("application/vnd.iptc.g2.newsitem+xml", &[Format::NewsMl]),
    ("application/vnd.iptc.g2.newsmessage+xml", &[Format::NewsMl]),
    ("application/nitf+xml", &[Format::Nitf]),
    ("text/csv", &[Format::Csv]),
    ("text/tab-separated-values", &[Format::Csv]),
    ("text/html", &[Format::Html]),
    ("application/xhtml+xml", &[Format::Html]),
    ("text/markdown", &[Format::Markdown]),
    ("text/x-markdown", &[Format::Markdown]),
    ("text/sgml", &[Format::Reuters]),
    ("application/sgml", &[Format::Reuters]),
];

impl Format {
    /// Whether a media type says that each line is an article.
    pub fn is_lines(kind: &str) -> bool {
        ["ndjson", "jsonl", "jsonlines"].iter().any(|ending| kind.ends_with(ending))
    }

    /// The formats that a media type may mean; none where only looking tells.
    pub fn declared(kind: &str) -> &'static [Format] {
        DECLARED.iter().find(|(known, _)| *known == kind).map_or(&[], |(_, formats)| formats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_described_and_no_other() {
        let mut described: Vec<&str> = FORMATS.iter().flat_map(|row| row.names).copied().collect();
        let mut known = Format::names();
        described.sort_unstable();
        known.sort_unstable();
        assert_eq!(described, known);
        for row in FORMATS {
            let format = Format::from_name(row.names[0]).unwrap();
            assert!(row.names.iter().all(|name| Format::from_name(name) == Some(format)), "{}", row.title);
        }
    }

    #[test]
    fn the_documentation_has_the_same_table() {
        let documentation = include_str!("../../docs/formats.md");
        for row in FORMATS {
            let names: Vec<String> = row.names.iter().map(|name| format!("`{name}`")).collect();
            let many = if row.is_many { "many" } else { "one" };
            let line = format!("| {} | {} | {} | {many} |", row.title, names.join(", "), row.known_by);
            assert!(documentation.lines().any(|known| known == line), "docs/formats.md wants the line\n{line}");
        }
    }
}
