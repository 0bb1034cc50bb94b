//! A scraped page, flattened to lines: the head line with date and address, the headline twice, then metadata in the
//! order of the page, and the paragraphs at the end. The body also stands in the middle as one long line; that copy
//! serves to tell paragraphs from lines that were broken, and stands in where there are no paragraphs.

use crate::article::{Article, Precision, Provenance, Source, Stamp};
use crate::identity;
use crate::ingest::{Reason, clean, dates};

/// Lines longer than this are text, not metadata.
const LONG: usize = 200;

/// Does the text begin with a head line: ` date YYYY-MM-DD https://…`?
pub(in crate::ingest) fn looks_like(head: &str) -> bool {
    head_line(head.lines().next().unwrap_or_default()).is_some()
}

fn head_line(line: &str) -> Option<(&str, &str)> {
    let mut parts = line.trim_start_matches('\u{feff}').split_whitespace();
    let (word, date, url) = (parts.next()?, parts.next()?, parts.next()?);
    (word == "date" && date.len() == 10 && url.starts_with("http")).then_some((date, url))
}

pub(in crate::ingest) fn read(text: &str) -> Result<Article, Reason> {
    let lines: Vec<String> = text.lines().map(clean::line).collect();
    let head = lines.first().and_then(|line| head_line(line));
    let (date, url) = head.ok_or_else(|| Reason::new("no_head_line", "the first line is not `date YYYY-MM-DD URL`"))?;
    let lines = &lines[1..];
    let headline = lines.first().filter(|line| !line.is_empty());
    let headline = headline.ok_or_else(|| Reason::new("no_headline", "there is no line after the head line"))?;
    let after = lines.iter().take_while(|line| *line == headline).count();
    let stamps = stamps(lines);
    let images: Vec<usize> = (0..lines.len()).filter(|at| is_image(&lines[*at])).collect();
    let lead = lead(lines, after, stamps.first().copied());
    let flattened = flattened(lines, lead.as_deref());
    let source = publisher(lines, after, stamps.first().copied(), lead.as_deref());
    Ok(Article {
        url: Some(url.to_owned()),
        headline: headline.clone(),
        body: body(lines, headline, lead.as_deref(), flattened),
        published: published(lines, &stamps, date),
        modified: stamps.get(1).and_then(|at| dates::parse_stamp(&lines[*at], Provenance::Page)),
        source: Source { name: source, site: identity::site_of(url) },
        tags: tags(lines, &stamps, images.first().copied(), flattened),
        lang: lines.iter().find(|line| is_language(line)).cloned(),
        image: images.first().map(|at| lines[*at].clone()),
        related: related(lines, url),
        lead,
        ..Article::default()
    })
}

/// Lines that are nothing but a time stamp.
fn stamps(lines: &[String]) -> Vec<usize> {
    let is_stamp = |line: &str| {
        line.len() >= 16
            && line.len() <= 32
            && line.as_bytes()[10] == b'T'
            && dates::parse_stamp(line, Provenance::Page).is_some()
    };
    (0..lines.len()).filter(|at| is_stamp(&lines[*at])).take(3).collect()
}

fn published(lines: &[String], stamps: &[usize], date: &str) -> Stamp {
    let stamp = stamps.first().and_then(|at| dates::parse_stamp(&lines[*at], Provenance::Page));
    stamp
        .or_else(|| dates::parse_stamp(date, Provenance::Page))
        .unwrap_or(Stamp { precision: Precision::Unknown, ..Stamp::default() })
}

fn is_url(line: &str) -> bool {
    (line.starts_with("https://") || line.starts_with("http://")) && !line.contains(' ')
}

fn is_image(line: &str) -> bool {
    let path = line.split(['?', '#']).next().unwrap_or_default().to_lowercase();
    is_url(line) && [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"].iter().any(|ending| path.ends_with(ending))
}

fn is_language(line: &str) -> bool {
    let bytes = line.as_bytes();
    bytes.len() == 5 && bytes[2] == b'_' && line.chars().all(|c| c.is_ascii_alphabetic() || c == '_')
}

/// Between headline and stamps stand the publisher and the lead, in this order; either may be missing.
fn between(lines: &[String], after: usize, stamp: Option<usize>) -> &[String] {
    let end = stamp.unwrap_or(after).min(after + 4).max(after);
    &lines[after..end]
}

fn lead(lines: &[String], after: usize, stamp: Option<usize>) -> Option<String> {
    let between = between(lines, after, stamp);
    let lead = between.iter().rev().find(|line| ends_sentence(line) && line.contains(' '));
    lead.or_else(|| between.get(1).filter(|line| !line.is_empty())).cloned()
}

fn publisher(lines: &[String], after: usize, stamp: Option<usize>, lead: Option<&str>) -> Option<String> {
    between(lines, after, stamp).iter().find(|line| !line.is_empty() && Some(line.as_str()) != lead).cloned()
}

/// The run of lines between the stamps and the first image; or, without an image, up to the flattened body or an
/// address.
fn tags(lines: &[String], stamps: &[usize], image: Option<usize>, flattened: Option<usize>) -> Vec<String> {
    let Some(last) = stamps.last() else { return Vec::new() };
    let end = [image, flattened].into_iter().flatten().filter(|end| end > last).min().unwrap_or(lines.len());
    let run = lines[last + 1..end].iter().take_while(|line| is_tag(line));
    let mut tags: Vec<String> = Vec::new();
    for tag in run {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    tags
}

/// A tag is short and in small letters; the line of queries people searched for holds several, with commas.
fn is_tag(line: &str) -> bool {
    !line.is_empty()
        && line.len() <= 60
        && !is_url(line)
        && !line.contains(", ")
        && !line.contains('@')
        && !line.chars().any(char::is_uppercase)
}

/// The body as one line, its paragraphs joined without a space: the first long line that is not the lead.
fn flattened(lines: &[String], lead: Option<&str>) -> Option<usize> {
    let long = (0..lines.len()).find(|at| lines[*at].len() > LONG && Some(lines[*at].as_str()) != lead)?;
    // Further down, long lines are paragraphs: a flattened body has an address or a contact line after it.
    lines[long + 1..].iter().any(|line| is_url(line) || is_language(line) || line.contains('@')).then_some(long)
}

fn related(lines: &[String], url: &str) -> Vec<String> {
    let mut related: Vec<String> = Vec::new();
    for line in lines.iter().filter(|line| is_url(line) && !is_image(line) && line.as_str() != url) {
        if !related.contains(line) {
            related.push(line.clone());
        }
    }
    related
}

/// The paragraphs are what follows the last repetition of headline and lead.
fn body(lines: &[String], headline: &str, lead: Option<&str>, flattened: Option<usize>) -> Vec<String> {
    let last = |text: &str| lines.iter().rposition(|line| line == text);
    let start = lead.and_then(last).max(last(headline)).map_or(0, |at| at + 1);
    let after_metadata = flattened.is_none_or(|flattened| start > flattened);
    let flat = flattened.map(|at| lines[at].as_str()).unwrap_or_default();
    let tail: Vec<&String> = lines[start..].iter().filter(|line| !line.is_empty() && !is_url(line)).collect();
    if !after_metadata || tail.is_empty() {
        return split_flattened(flat);
    }
    let mut paragraphs: Vec<String> = Vec::new();
    for line in tail {
        match paragraphs.last_mut() {
            Some(before) if is_broken(before, line, flat) => {
                before.push(' ');
                before.push_str(line);
            }
            _ => paragraphs.push(line.clone()),
        }
    }
    paragraphs.dedup();
    paragraphs
}

fn ends_sentence(line: &str) -> bool {
    line.trim_end_matches(['"', '”', '’', '\'', '»', ')', ']']).ends_with(['.', '!', '?', '…', ':', '。'])
}

/// Two lines are one paragraph where the flattened body joins them with a space, or the first does not end a sentence
/// and the second goes on in small letters.
fn is_broken(before: &str, line: &str, flat: &str) -> bool {
    let tail: String = before.chars().rev().take(30).collect::<Vec<_>>().into_iter().rev().collect();
    let head: String = line.chars().take(30).collect();
    flat.contains(&format!("{tail} {head}"))
        || !ends_sentence(before) && line.chars().next().is_some_and(char::is_lowercase)
}

/// `…of three.The next…`: a stop without a space is where two paragraphs were joined.
fn split_flattened(flat: &str) -> Vec<String> {
    let mut paragraphs = Vec::new();
    let mut from = 0;
    let chars: Vec<(usize, char)> = flat.char_indices().collect();
    for window in chars.windows(3) {
        let [(_, before), (_, stop), (at, next)] = window else { continue };
        let ends = matches!(stop, '.' | '!' | '?' | '”' | '"')
            && (before.is_lowercase() || matches!(before, '.' | '!' | '?' | ',' | '”' | ')'));
        if ends && (next.is_uppercase() || matches!(next, '“')) {
            paragraphs.extend(clean::some_line(&flat[from..*at]));
            from = *at;
        }
    }
    paragraphs.extend(clean::some_line(&flat[from..]));
    paragraphs
}
