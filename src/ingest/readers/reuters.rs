//! Reuters-21578: SGML that is not XML. Control characters stand as entities and one byte fits no encoding, so it is
//! read byte for byte, by its own few elements.

use std::ops::ControlFlow;

use super::Emit;
use super::wire;
use crate::article::{Article, Provenance, Source};
use crate::ingest::{Reason, clean, dates};

/// Calls `emit` with every article, or with why there is none, and where it stands. Returns how much of the text has been
/// read; an article that may go on after it is left, unless the text has `ended`.
pub(in crate::ingest) fn read(text: &str, ended: bool, emit: &mut Emit<'_>) -> ControlFlow<(), usize> {
    let small = text.to_ascii_lowercase();
    let find = |what: &str, from: usize| small[from..].find(what).map(|found| from + found);
    let mut start = find("<reuters", 0);
    while let Some(at) = start {
        let next = find("<reuters", at + 1);
        let close = small[at..next.unwrap_or(small.len())].find("</reuters").map(|found| at + found);
        let Some(end) = close.or(next).or(Some(text.len()).filter(|_| ended)) else {
            return ControlFlow::Continue(at);
        };
        let document = Document { text: &text[at..end], small: &small[at..end] };
        let whole = close.is_some() || document.small.contains("</text>");
        let read = if whole { Ok(article(&document)) } else { Err(Reason::new("truncated", "the article has no end")) };
        emit(at..end, read)?;
        start = next;
    }
    // A tag that has only begun belongs to what follows.
    let cut = text.rfind('<').filter(|cut| !ended && text.len() - cut < 10);
    ControlFlow::Continue(cut.unwrap_or(text.len()))
}

/// An article's markup, and the same in small letters to find its elements by.
#[derive(Clone, Copy)]
struct Document<'a> {
    text: &'a str,
    small: &'a str,
}

fn article(document: &Document<'_>) -> Article {
    let content = document.element("text").unwrap_or(Document { text: "", small: "" });
    let line =
        |element: Option<Document<'_>>| element.map(|found| clean_text(found.text)).filter(|text| !text.is_empty());
    let body = content.element("body").map_or_else(|| unmarked(content), |body| body.text);
    let mut article = Article {
        namespace: "reuters21578".to_owned(),
        external_id: document.attribute("newid"),
        headline: line(content.element("title")).unwrap_or_default(),
        body: paragraphs(body),
        published: line(document.element("date"))
            .and_then(|date| dates::parse_stamp(&date, Provenance::File))
            .unwrap_or_default(),
        source: Source { name: Some("Reuters".to_owned()), site: None },
        authors: wire::authors(line(content.element("author"))),
        tags: document.list("topics"),
        places: document.list("places"),
        people: document.list("people"),
        orgs: document.list("orgs"),
        lang: Some("en".to_owned()),
        dateline: line(content.element("dateline")),
        ..Article::default()
    };
    if article.headline.is_empty() && !article.body.is_empty() {
        article.headline = article.body.remove(0);
    }
    if article.headline.is_empty() {
        article.headline = slug(document).unwrap_or_else(|| "(no text)".to_owned());
    }
    article
}

/// What the wire called an article that carries no text: `BC-ITALY-TREASURY-BILLS`.
fn slug(document: &Document<'_>) -> Option<String> {
    let words = document.element("unknown")?.text.split_whitespace();
    words.map(clean_text).find(|word| word.starts_with("BC-"))
}

impl<'a> Document<'a> {
    /// What stands between an element's tags.
    fn element(&self, name: &str) -> Option<Document<'a>> {
        let tag = format!("<{name}");
        let mut tags = self.small.match_indices(&tag).map(|(at, _)| at);
        // `<DATE>` is not `<DATELINE>`.
        let open = tags.find(|at| !self.small[at + tag.len()..].starts_with(|c: char| c.is_ascii_alphanumeric()))?;
        let start = open + self.text[open..].find('>')? + 1;
        let end = self.small[start..].find(&format!("</{name}")).map_or(self.text.len(), |end| start + end);
        Some(Document { text: &self.text[start..end], small: &self.small[start..end] })
    }

    fn attribute(&self, name: &str) -> Option<String> {
        let head = &self.small[..self.small.find('>')?];
        let mut found = head.match_indices(name).map(|(at, _)| at + name.len());
        let start = found.find_map(|at| Some(at + head[at..].find(|c: char| !matches!(c, ' ' | '='))?))?;
        let value = &self.text[start..head.len()];
        let (quote, value) =
            value.strip_prefix(['"', '\'']).map_or((' ', value), |rest| (value.chars().next().unwrap_or(' '), rest));
        Some(value.split(quote).next()?.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn list(&self, name: &str) -> Vec<String> {
        let Some(list) = self.element(name) else { return Vec::new() };
        let starts = list.small.match_indices("<d>").map(|(at, _)| at + 3);
        let values = starts.map(|start| list.text[start..].split('<').next().unwrap_or_default());
        values.filter_map(|value| clean::some_line(&clean::unescape(value))).collect()
    }
}

/// A text without a body of its own: what stands outside its title, dateline and author.
fn unmarked(content: Document<'_>) -> &str {
    let ends = ["</title>", "</dateline>", "</author>"];
    let from = ends.iter().filter_map(|end| Some(content.small.rfind(end)? + end.len())).max();
    &content.text[from.unwrap_or(0)..]
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
        let _ = read(text, true, &mut |_, article| {
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

    #[test]
    fn other_hands_write_it_otherwise() {
        let text = "<reuters newid='1'><places><d>peru</d></places><text type=BRIEF><title>Tin</title></text></reuters>\n\
            <REUTERS LEWISSPLIT=\"TRAIN\" NEWID=2 OLDID=\"3\"><TEXT><DATELINE>LIMA, </DATELINE><BODY>Zinc.</BODY></TEXT>\n\
            <REUTERS NEWID=\"3\"><TEXT>&#1;Lead";
        let mut found = Vec::new();
        let left = read(text, false, &mut |_, article| {
            found.push(article.unwrap());
            ControlFlow::Continue(())
        });
        assert_eq!(left, ControlFlow::Continue(text.rfind("<REUTERS").unwrap()), "the last may go on");
        let ids: Vec<_> = found.iter().map(|article| article.external_id.as_deref().unwrap()).collect();
        assert_eq!(ids, ["1", "2"]);
        assert_eq!((found[0].places.as_slice(), found[1].headline.as_str()), (&["peru".to_owned()][..], "Zinc."));
        assert_eq!(found[1].published.at, None, "a dateline is no date");
    }
}
