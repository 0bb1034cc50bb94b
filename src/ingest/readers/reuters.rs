//! Reuters-21578: SGML that is not XML. Control characters stand as entities and one byte fits no encoding, so it is
//! read byte for byte, by its own few elements.

use std::ops::ControlFlow;

use crate::article::{Article, Provenance, Source};
use crate::ingest::{Reason, clean, dates};

/// Calls `emit` with every article, or with why there is none, and the byte at which it begins.
pub(in crate::ingest) fn read(
    text: &str,
    emit: &mut dyn FnMut(usize, Result<Article, Reason>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut at = 0;
    while let Some(start) = text[at..].find("<REUTERS").map(|found| at + found) {
        let Some(length) = text[start..].find("</REUTERS>") else {
            return emit(start, Err(Reason::new("truncated", "the article has no end")));
        };
        at = start + length;
        emit(start, Ok(article(&text[start..at])))?;
    }
    ControlFlow::Continue(())
}

fn article(text: &str) -> Article {
    let content = element(text, "TEXT").unwrap_or_default();
    let title = element(content, "TITLE").map(clean_text).unwrap_or_default();
    let body = element(content, "BODY").map_or_else(|| paragraphs(unmarked(content)), paragraphs);
    let mut article = Article {
        namespace: "reuters21578".to_owned(),
        external_id: attribute(text, "NEWID"),
        headline: title,
        body,
        published: element(text, "DATE")
            .and_then(|date| dates::parse_stamp(&clean_text(date), Provenance::File))
            .unwrap_or_default(),
        source: Source { name: Some("Reuters".to_owned()), site: None },
        authors: element(content, "AUTHOR").map(clean_text).filter(|author| !author.is_empty()).into_iter().collect(),
        tags: list(text, "TOPICS"),
        places: list(text, "PLACES"),
        people: list(text, "PEOPLE"),
        orgs: list(text, "ORGS"),
        lang: Some("en".to_owned()),
        dateline: element(content, "DATELINE").map(clean_text).filter(|dateline| !dateline.is_empty()),
        ..Article::default()
    };
    if article.headline.is_empty() && !article.body.is_empty() {
        article.headline = article.body.remove(0);
    }
    if article.headline.is_empty() {
        article.headline = slug(text).unwrap_or_else(|| "(no text)".to_owned());
    }
    article
}

/// What the wire called an article that carries no text: `BC-ITALY-TREASURY-BILLS`.
fn slug(text: &str) -> Option<String> {
    let words = element(text, "UNKNOWN")?.split_whitespace();
    words.map(clean_text).find(|word| word.starts_with("BC-"))
}

/// What stands between an element's tags.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let open = text.find(&format!("<{name}"))?;
    let start = open + text[open..].find('>')? + 1;
    let end = text[start..].find(&format!("</{name}>")).map_or(text.len(), |end| start + end);
    Some(&text[start..end])
}

/// A text without a body of its own: what stands outside its title, dateline and author.
fn unmarked(content: &str) -> &str {
    ["</TITLE>", "</DATELINE>", "</AUTHOR>"].iter().fold(content, |rest, end| rest.rsplit(end).next().unwrap_or(rest))
}

fn attribute(text: &str, name: &str) -> Option<String> {
    let head = &text[..text.find('>')?];
    let start = head.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(head[start..].split('"').next()?.trim().to_owned())
}

fn list(text: &str, name: &str) -> Vec<String> {
    let values = element(text, name).unwrap_or_default().split("<D>").skip(1);
    values.filter_map(|value| clean::some_line(&clean::unescape(value.split("</D>").next()?))).collect()
}

fn clean_text(text: &str) -> String {
    clean::line(&clean::unescape(text))
}

/// A line that is indented, or follows an empty one, begins a paragraph; the agency's sign-off is none.
fn paragraphs(text: &str) -> Vec<String> {
    let text = clean::unescape(text);
    let mut paragraphs: Vec<String> = Vec::new();
    let mut fresh = true;
    for line in text.split('\n') {
        let content = clean::line(line);
        if content.is_empty() {
            fresh = true;
            continue;
        }
        if fresh || line.starts_with("    ") {
            paragraphs.push(String::new());
        }
        fresh = false;
        if let Some(paragraph) = paragraphs.last_mut() {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(&content);
        }
    }
    let sign_off = |paragraph: &String| matches!(paragraph.to_uppercase().as_str(), "REUTER" | "REUTERS");
    if paragraphs.last().is_some_and(sign_off) {
        paragraphs.pop();
    }
    for sign in [" Reuter", " REUTER"] {
        if let Some(last) = paragraphs.last_mut()
            && let Some(bare) = last.strip_suffix(sign)
        {
            *last = bare.to_owned();
        }
    }
    paragraphs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_read_with_its_fields() {
        let text = "<!DOCTYPE x>\n<REUTERS TOPICS=\"YES\" OLDID=\"1\" NEWID=\"7\">\n<DATE> 2-MAR-1987 10:00:00.00</DATE>\
            <TOPICS><D>tin</D><D>zinc</D></TOPICS><PLACES><D>bolivia</D></PLACES><PEOPLE></PEOPLE>\
            <TEXT>&#2;\n<TITLE>TIN &lt;UP> AGAIN</TITLE><DATELINE>    LA PAZ, March 2 - </DATELINE><BODY>Tin rose\ntoday.\n    \
            It fell later.\n Reuter\n&#3;</BODY></TEXT>\n</REUTERS>\n<REUTERS NEWID=\"8\">";
        let mut found = Vec::new();
        let _ = read(text, &mut |_, article| {
            found.push(article);
            ControlFlow::Continue(())
        });
        let article = found[0].clone().unwrap();
        assert_eq!(article.headline, "TIN <UP> AGAIN");
        assert_eq!(article.body, ["Tin rose today.", "It fell later."]);
        assert_eq!((article.tags.len(), article.places.as_slice()), (2, &["bolivia".to_owned()][..]));
        assert_eq!(article.external_id.as_deref(), Some("7"));
        assert_eq!(article.published.at.unwrap().to_string(), "1987-03-02T10:00:00Z");
        assert_eq!(found[1].clone().unwrap_err().code, "truncated");
    }
}
