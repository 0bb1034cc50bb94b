//! Plain text: the first line is the headline, the rest are paragraphs.

use super::columns;
use crate::article::{Article, Provenance, Stamp};
use crate::ingest::{Reason, clean, dates};

pub(in crate::ingest) fn read(text: &str, path: &str, section_from_folder: bool) -> Result<Article, Reason> {
    let text = text.trim_start();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut folders = path.rsplit(['/', '!']);
    let file = folders.next().unwrap_or(path);
    let article = Article {
        external_id: Some(path.to_owned()),
        headline: clean::line(first),
        body: clean::paragraphs(rest),
        published: date_in_name(file).unwrap_or_default(),
        section: folders.next().filter(|_| section_from_folder).map(str::to_owned),
        ..Article::default()
    };
    columns::finish(article)
}

/// `2025-02-27-slug.txt`, `20250227.txt`.
fn date_in_name(file: &str) -> Option<Stamp> {
    let dashed = file.get(..10).and_then(|date| dates::parse_stamp(date, Provenance::File));
    dashed.or_else(|| file.get(..8).and_then(|date| dates::parse_stamp(date, Provenance::File)))
}
