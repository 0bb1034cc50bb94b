//! Plain text: the first line is the headline, the rest are paragraphs.

use super::columns;
use crate::article::{Article, Provenance, Stamp};
use crate::ingest::{Reason, clean, dates};

/// A headline is no longer than this; a first line that is, is text.
const LONGEST_HEADLINE: usize = 300;

pub(in crate::ingest) fn read(text: &str, path: &str, section_from_folder: bool) -> Result<Article, Reason> {
    if is_list_of_words(text) {
        return Err(Reason::new("no_article", "a list of words, one a line"));
    }
    if is_one_word(text) {
        let hint = if path == "-" {
            "; curl sends a file that is named behind `@`: --data-binary @articles.jsonl"
        } else {
            ""
        };
        return Err(Reason::new("no_article", format!("a single word{hint}")));
    }
    let text = text.trim_start();
    let (first, rest) = text.split_once(['\n', '\r']).unwrap_or((text, ""));
    let has_headline = first.len() <= LONGEST_HEADLINE;
    let (headline, body) = if has_headline { (first, rest) } else { ("", text) };
    let folder = path.rsplit(['/', '!']).nth(1);
    let article = Article {
        headline: clean::line(headline),
        body: clean::paragraphs(body),
        published: date_in_name(path).unwrap_or_default(),
        section: folder.filter(|_| section_from_folder).map(str::to_owned),
        ..Article::default()
    };
    columns::finish(article)
}

/// Labels, stop words and the like, that lie about in corpora.
fn is_list_of_words(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let is_word =
        |line: &&str| line.len() <= 40 && line.chars().all(|c| c.is_ascii_alphanumeric() || "-_&./'".contains(c));
    let ends = |line: &&str| line.ends_with(['.', '\'', '/']);
    lines.len() > 2 && lines.iter().all(|line| is_word(line) && !ends(line))
}

/// A word or a name of a file. Scripts without spaces write whole sentences so.
fn is_one_word(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.is_ascii() && !text.contains(char::is_whitespace)
}

/// `2025-02-27-slug.txt`, `20250227.txt`.
pub(super) fn date_in_name(path: &str) -> Option<Stamp> {
    let file = path.rsplit(['/', '!']).next().unwrap_or(path);
    let date = |length: usize| {
        let more = file.get(length..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let written = |date: &&str| length == 8 || date.as_bytes().get(4).is_some_and(|byte| !byte.is_ascii_digit());
        file.get(..length).filter(|_| !more).filter(written).and_then(|date| dates::parse_stamp(date, Provenance::File))
    };
    date(10).or_else(|| date(8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_headline_unless_it_is_text() {
        let article = read("Tin\r\n\r\nOne\r\ntwo.\r\n\r\nThree.", "metals/2020-01-02-tin.txt", true).unwrap();
        assert_eq!((article.headline.as_str(), article.body.len()), ("Tin", 2));
        assert_eq!(article.section.as_deref(), Some("metals"));
        assert_eq!(article.published.at.unwrap().to_string(), "2020-01-02T00:00:00Z");
        let article = read(&"Tin rose again. ".repeat(50), "a.txt", false).unwrap();
        assert_eq!((article.headline.as_str(), article.body.len()), ("", 1));
    }

    #[test]
    fn lists_of_words_are_no_articles() {
        assert_eq!(read("business\nhealth\nsports\n", "labels.txt", false).unwrap_err().code, "no_article");
        assert!(read("Tin\n\nRose.\n", "a.txt", false).is_ok());
        let one = read("articles.jsonl", "-", false).unwrap_err();
        assert_eq!((one.code, one.detail.contains('@')), ("no_article", true));
        assert!(!read("Tin.\n", "a.txt", false).unwrap_err().detail.contains('@'));
        assert!(read("锡价上涨。", "-", false).is_ok());
        assert_eq!(read(" \n", "a.txt", false).unwrap_err().code, "no_text");
    }

    #[test]
    fn a_number_is_not_always_a_date() {
        assert!(date_in_name("a/20200102.txt").is_some() && date_in_name("2020010215.txt").is_none());
        assert!(date_in_name("000_9098772c9d484f1b.txt").is_none() && date_in_name("12345").is_none());
    }
}
