//! A scraped page, flattened to lines: the head line with date and address, the headline twice, then metadata in the
//! order of the page, and the paragraphs at the end. The body also stands in the middle as one long line; that copy
//! serves to tell paragraphs from lines that were broken, and stands in where there are no paragraphs.

use super::wire;
use crate::article::{Article, Provenance, Source, Stamp};
use crate::identity;
use crate::ingest::{Reason, clean, dates};

/// Lines longer than this are text, not metadata.
const LONG: usize = 200;

/// A tag is no longer than this.
const LONGEST_TAG: usize = 80;

/// Does the text begin with a head line: ` date YYYY-MM-DD https://…`?
pub(in crate::ingest) fn looks_like(head: &str) -> bool {
    head_line(head.lines().next().unwrap_or_default()).is_some()
}

fn head_line(line: &str) -> Option<(&str, &str)> {
    let mut parts = line.split_whitespace();
    let (word, date, url) = (parts.next()?, parts.next()?, parts.next()?);
    (word == "date" && date.len() == 10 && url.starts_with("http")).then_some((date, url))
}

pub(in crate::ingest) fn read(text: &str) -> Result<Article, Reason> {
    let lines: Vec<String> = text.trim_start().lines().map(clean::line).collect();
    let head = lines.first().and_then(|line| head_line(line));
    let (date, url) = head.ok_or_else(|| Reason::new("no_head_line", "the first line is not `date YYYY-MM-DD URL`"))?;
    let lines = &lines[1..];
    let first = lines.iter().position(|line| !line.is_empty());
    let first = first.ok_or_else(|| Reason::new("no_headline", "there is no line after the head line"))?;
    let lines = &lines[first..];
    let headline = &lines[0];
    let after = lines.iter().take_while(|line| *line == headline || line.is_empty()).count();
    let stamps = stamps(lines);
    let (source, lead) = publisher_and_lead(between(lines, after, stamps.first().copied()), headline);
    let flattened = flattened(lines, lead.as_deref());
    let image = image(lines, stamps.last().map_or(after, |last| last + 1), flattened);
    let (published, modified) = dated(lines, &stamps, date);
    Ok(Article {
        url: Some(url.to_owned()),
        headline: headline.clone(),
        body: body(lines, headline, lead.as_deref(), flattened),
        published,
        modified,
        tags: tags(
            lines,
            stamps.last().map(|last| last + 1),
            image,
            flattened,
            &[source.as_deref(), lead.as_deref(), Some(headline)],
        ),
        source: Source { name: source, site: identity::site_of(url) },
        lang: lines.iter().find(|line| is_language(line)).cloned(),
        image: image.map(|at| lines[at].clone()),
        related: related(lines, url, image),
        lead,
        ..Article::default()
    })
}

/// The first lines one after the other that are nothing but a time stamp.
fn stamps(lines: &[String]) -> Vec<usize> {
    let is_stamp = |line: &String| {
        let bytes = line.as_bytes();
        let dated = matches!(bytes.len(), 10 | 16..=35)
            && bytes[4] == b'-'
            && bytes.get(10).is_none_or(|c| matches!(c, b'T' | b' '));
        dated && dates::parse_stamp(line, Provenance::Page).is_some()
    };
    let Some(first) = lines.iter().position(is_stamp) else { return Vec::new() };
    (first..lines.len()).take_while(|at| is_stamp(&lines[*at])).collect()
}

/// The stamps stand in no certain order: an article is published first and changed last. They refine the head
/// line, which names the day.
fn dated(lines: &[String], stamps: &[usize], date: &str) -> (Stamp, Option<Stamp>) {
    let head = dates::parse_stamp(date, Provenance::Page);
    let mut read: Vec<Stamp> =
        stamps.iter().filter_map(|at| dates::parse_stamp(&lines[*at], Provenance::Page)).collect();
    read.sort_by_key(|stamp| (stamp.at, stamp.precision));
    let first = read.first().copied();
    let published = first.or(head).unwrap_or_default();
    let modified = read.last().copied().filter(|last| last.at > published.at);
    (published, modified)
}

fn is_url(line: &str) -> bool {
    (line.starts_with("https://") || line.starts_with("http://")) && !line.contains(' ')
}

fn is_image(line: &str) -> bool {
    let path = line.split(['?', '#']).next().unwrap_or_default().to_lowercase();
    is_url(line) && [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"].iter().any(|ending| path.ends_with(ending))
}

/// An address between the stamps and the flattened body is the image's, whatever it looks like; else the first that
/// looks like one.
fn image(lines: &[String], from: usize, flattened: Option<usize>) -> Option<usize> {
    let before_body = flattened.filter(|end| from < *end).and_then(|end| (from..end).find(|at| is_url(&lines[*at])));
    before_body.or_else(|| lines.iter().position(|line| is_image(line)))
}

/// `en_EN`, `de_DE`.
fn is_language(line: &str) -> bool {
    let bytes = line.as_bytes();
    bytes.len() == 5
        && bytes[2] == b'_'
        && bytes[..2].iter().all(u8::is_ascii_lowercase)
        && bytes[3..].iter().all(u8::is_ascii_uppercase)
}

/// Between headline and stamps stand the publisher and the lead; either may be missing. Without stamps it is what stands
/// before the first address or tag.
fn between(lines: &[String], after: usize, stamp: Option<usize>) -> &[String] {
    let ends = |line: &String| is_url(line) || line.contains('@') || line.len() < LONGEST_TAG && is_small(line);
    let without = || (after..lines.len()).find(|at| ends(&lines[*at])).unwrap_or(after);
    let end = stamp.unwrap_or_else(without).min(after + 6).max(after);
    &lines[after..end]
}

fn publisher_and_lead(between: &[String], headline: &str) -> (Option<String>, Option<String>) {
    let mut candidates: Vec<&String> = Vec::new();
    for line in between.iter().filter(|line| !line.is_empty()) {
        if !candidates.contains(&line) {
            candidates.push(line);
        }
    }
    let is_text =
        |line: &&String| ends_sentence(line) && line.contains(' ') || line.len() > LONGEST_TAG || *line == headline;
    let longest = candidates.iter().copied().max_by_key(|line| line.len());
    let lead = candidates.iter().copied().filter(is_text).max_by_key(|line| line.len());
    let lead = lead.or(longest.filter(|_| candidates.len() > 1));
    let publisher = candidates.iter().copied().find(|line| Some(*line) != lead && *line != headline);
    (publisher.cloned(), lead.filter(|lead| *lead != headline).cloned())
}

/// The run of lines before the image; without one, up to the flattened body or an address. Without stamps the run is
/// told by its small letters alone.
fn tags(
    lines: &[String],
    start: Option<usize>,
    image: Option<usize>,
    flattened: Option<usize>,
    known: &[Option<&str>],
) -> Vec<String> {
    let from = start.unwrap_or(0);
    let end = [image, flattened].into_iter().flatten().filter(|end| *end >= from).min().unwrap_or(lines.len());
    let other = |line: &String| is_url(line) || line.contains('@') || is_language(line) || line.len() > LONGEST_TAG * 2;
    let end = (from..end).find(|at| start.is_some() && other(&lines[*at])).unwrap_or(end);
    let is_tag = |line: &String| is_tag(line) && !known.contains(&Some(line.as_str()));
    let small = |at: &usize| is_tag(&lines[*at]) && is_small(&lines[*at]);
    let first = match start {
        Some(_) => (from..end).find(small),
        None => (from..end).rev().take_while(small).last(),
    };
    let Some(first) = first else { return Vec::new() };
    // A name in capitals may stand among the tags; where nothing bounds them it ends them.
    let last = match image.filter(|image| *image == end) {
        Some(_) => (first..end).rev().find(small).unwrap_or(first),
        None => (first..end).take_while(small).last().unwrap_or(first),
    };
    let mut tags = Vec::new();
    lines[first..=last].iter().filter(|line| is_tag(line)).for_each(|line| wire::add(&mut tags, Some(line.clone())));
    tags
}

fn is_small(line: &str) -> bool {
    !line.is_empty() && !line.chars().any(char::is_uppercase)
}

/// A tag is short; the line of queries people searched for holds several, with commas.
fn is_tag(line: &str) -> bool {
    let queries = line.matches(", ").count();
    !line.is_empty()
        && line.len() <= LONGEST_TAG
        && !is_url(line)
        && !line.contains('@')
        && (queries == 0 || queries == 1 && line.len() <= 30)
}

/// The body as one line, its paragraphs joined without a space: the first long line that is not the lead.
fn flattened(lines: &[String], lead: Option<&str>) -> Option<usize> {
    let long = (0..lines.len()).find(|at| lines[*at].len() > LONG && Some(lines[*at].as_str()) != lead)?;
    // Further down, long lines are paragraphs: a flattened body has an address or a contact line after it.
    lines[long + 1..].iter().any(|line| is_url(line) || is_language(line) || line.contains('@')).then_some(long)
}

fn related(lines: &[String], url: &str, image: Option<usize>) -> Vec<String> {
    let mut related = Vec::new();
    let image = image.map(|at| lines[at].as_str());
    for line in lines.iter().filter(|line| is_url(line) && !is_image(line)) {
        wire::add(&mut related, Some(line.clone()).filter(|line| line != url && Some(line.as_str()) != image));
    }
    related
}

/// The paragraphs are what follows the last repetition of headline and lead, and all that is metadata.
fn body(lines: &[String], headline: &str, lead: Option<&str>, flattened: Option<usize>) -> Vec<String> {
    let last = |text: &str| lines.iter().rposition(|line| line == text);
    let repeated = lead.and_then(last).max(last(headline)).map_or(0, |at| at + 1);
    // Repeated before the paragraphs, or only at the top?
    let top = flattened.or_else(|| stamps(lines).last().copied()).unwrap_or(repeated);
    let start = if repeated > top { repeated } else { repeated.max(after_metadata(lines, flattened)) };
    let flat = flattened.map(|at| lines[at].as_str()).unwrap_or_default();
    let before = &lines[..start];
    let tail: Vec<&String> = lines[start..].iter().filter(|line| !line.is_empty() && !is_url(line)).collect();
    // What stood above already, or is not in the flattened body, is publisher and legal name once more.
    let known = |line: &str| before.iter().any(|above| above == line) && line.len() < LONG || is_contact(line);
    let in_flat = |line: &str| flat.contains(line.chars().take(30).collect::<String>().as_str());
    let foreign = |line: &&&String| known(line) || !flat.is_empty() && !in_flat(line);
    let above = tail.iter().take_while(foreign).count();
    let tail = &tail[above..];
    if tail.is_empty() {
        return split_flattened(flat);
    }
    let mut paragraphs: Vec<String> = Vec::new();
    for line in tail {
        match paragraphs.last_mut() {
            Some(before) if is_broken(before, line, flat) => {
                before.push(' ');
                before.push_str(line);
            }
            _ => paragraphs.push((*line).clone()),
        }
    }
    paragraphs.dedup();
    paragraphs
}

/// Where metadata certainly ends: after the last stamp, language, contact line or line of queries, and after the
/// flattened body.
fn after_metadata(lines: &[String], flattened: Option<usize>) -> usize {
    let twice = |at: usize| at > 0 && lines[at] == lines[at - 1] && lines[at].contains(", ") && is_small(&lines[at]);
    let is_metadata = |at: &usize| is_language(&lines[*at]) || is_contact(&lines[*at]) || twice(*at);
    let last = (0..lines.len()).rev().find(is_metadata);
    last.max(stamps(lines).last().copied()).max(flattened).map_or(0, |at| at + 1)
}

/// Nothing but an address for mail, or a telephone number.
fn is_contact(line: &str) -> bool {
    let mail = line.contains('@') && !line.contains(' ') && line.len() < LONGEST_TAG;
    let digits = line.chars().filter(char::is_ascii_digit).count();
    mail || line.starts_with('+') && digits > 6 && line.chars().all(|c| c.is_ascii_digit() || "+ -()".contains(c))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A page in the order of the corpus; `parts` are publisher and lead, stamps, tags and image.
    fn page(parts: &[&str], rest: &[&str]) -> Article {
        let flat =
            format!("One.See https://x.example nowTwo.{}And another.", "A sentence that goes on and on. ".repeat(8));
        let mut lines = vec![" date 2025-02-27 https://www.post.example/a-1.html", "Tin Rises", "Tin Rises"];
        lines.extend(parts);
        lines.extend([
            flat.as_str(),
            "https://post.example/b-2.html",
            "peru",
            "The Post",
            "desk@post.example",
            "+44207946",
        ]);
        lines.extend(["2025", "News", "de_DE", "The Post", "desk@post.example", "+44207946", "Post Publishing"]);
        lines.extend(rest);
        read(&lines.join("\r\n")).unwrap()
    }

    const STAMP: &str = "2025-02-27T16:44+0000";

    #[test]
    fn all_of_a_page() {
        let lead = "A lead that ends.";
        let tags = ["bolivia", "bergbau öl", "cooper-mine", "NATO", "la paz, bolivia"];
        let mut parts = vec!["The Post", lead, STAMP, "2025-02-28T10:00+0100", STAMP];
        parts.extend(tags);
        parts.push("https://img.post.example/1.jpg:large");
        let article = page(
            &parts,
            &["tin, zinc, lead", "tin, zinc, lead", "Tin Rises", lead, "One.", "See https://x.example now", "Two."],
        );
        assert_eq!(article.tags, tags);
        assert_eq!((article.source.name.as_deref(), article.lead.as_deref()), (Some("The Post"), Some(lead)));
        assert_eq!(article.body, ["One.", "See https://x.example now", "Two."]);
        assert_eq!(article.image.as_deref(), Some("https://img.post.example/1.jpg:large"));
        assert_eq!(article.related, ["https://post.example/b-2.html"]);
        assert_eq!(article.lang.as_deref(), Some("de_DE"));
        assert_eq!(article.published.at.unwrap().to_string(), "2025-02-27T16:44:00Z");
        assert_eq!(article.modified.unwrap().at.unwrap().to_string(), "2025-02-28T09:00:00Z");
    }

    #[test]
    fn parts_may_be_missing() {
        let rest = ["Tin Rises", "One.", "Two."];
        let article = page(&["The Post", "The Post", STAMP, STAMP, "tin", "https://i.example/1.jpg"], &rest);
        assert_eq!((article.source.name.as_deref(), article.lead), (Some("The Post"), None), "no lead");
        assert_eq!((article.tags.len(), article.body.len(), article.modified), (1, 2, None));
        let article =
            page(&["The Post", "Tin Rises", "2025-02-27", "tin", "The Post", "https://i.example/1.jpg"], &rest);
        assert_eq!(
            (article.source.name.as_deref(), article.lead),
            (Some("The Post"), None),
            "a lead like the headline"
        );
        assert_eq!(
            (article.tags.as_slice(), article.published.precision),
            (&["tin".to_owned()][..], crate::article::Precision::Day)
        );
        let article = page(&["The Post", "A lead that ends.", "tin", "zinc", "https://i.example/1.jpg"], &rest);
        assert_eq!((article.tags.len(), article.lead.as_deref()), (2, Some("A lead that ends.")), "no stamps");
        assert_eq!(article.published.at.unwrap().to_string(), "2025-02-27T00:00:00Z");
        let article = page(&["The Post", "A lead that ends.", STAMP, "tin", "zinc"], &rest);
        assert_eq!((article.tags.len(), article.image), (2, None), "no image");
    }

    #[test]
    fn without_paragraphs_the_flattened_body_is_cut() {
        let article = page(&["The Post", "A lead that ends.", STAMP, "tin", "https://i.example/1.jpg"], &[]);
        assert_eq!(article.body[0], "One.");
        assert!(article.body.last().unwrap().ends_with("And another."));
        assert_eq!(split_flattened("of three.The next “one.”And"), ["of three.", "The next “one.”", "And"]);
    }

    #[test]
    fn without_a_flattened_body_metadata_is_no_paragraph() {
        let text = " date 2025-02-27 https://post.example/a\nTin\nTin\nThe Post\nA lead that ends.\n2025-02-27T16:44+0000\ntin\n\
            https://i.example/1.jpg\npost@post.example\n+4420794600\nThe Post\n2025\nde_DE\nThe Post\nOne.\nTwo.\n";
        let article = read(text).unwrap();
        assert_eq!((article.body, article.tags), (vec!["One.".to_owned(), "Two.".to_owned()], vec!["tin".to_owned()]));
    }

    #[test]
    fn an_address_for_mail_may_end_the_text() {
        let lead = "A lead that ends.";
        let parts = ["The Post", lead, STAMP, "tin", "https://i.example/1.jpg"];
        let article = page(&parts, &["Tin Rises", lead, "One.", "Two.", "desk@post.example"]);
        assert_eq!(article.body, ["One.", "Two.", "desk@post.example"]);
    }

    #[test]
    fn a_page_that_is_only_a_head_line_is_refused() {
        assert_eq!(read("date 2025-02-27 https://post.example/a\n\n").unwrap_err().code, "no_headline");
    }
}
