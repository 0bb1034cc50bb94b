//! By what a copy of an article is recognised in something that could not be read: its address, its name with its provider,
//! its headline, its paragraphs; whatever marks and escapes stand between the letters.

use crate::article::Article;
use crate::identity::normalise_url;

/// Letters and digits; what is shorter stands in too many texts.
const LEAST_NAME: usize = 8;
const LEAST_HEADLINE: usize = 12;
const LEAST_PARAGRAPH: usize = 30;

/// Of a paragraph so much is looked for: what was refused may be cut.
const LOOKED_FOR: usize = 60;

/// What is looked for.
#[derive(Default)]
pub(super) struct Traces(Vec<String>);

impl Traces {
    pub(super) fn add(&mut self, article: &Article) {
        self.add_name(article.external_id.as_deref().unwrap_or_default());
        self.add_name(article.url.as_deref().and_then(normalise_url).as_deref().unwrap_or_default());
        self.add_text(&article.headline, LEAST_HEADLINE);
        for paragraph in article.lead.iter().chain(&article.body) {
            self.add_text(paragraph, LEAST_PARAGRAPH);
        }
    }

    pub(super) fn add_name(&mut self, name: &str) {
        self.add_text(name, LEAST_NAME);
    }

    fn add_text(&mut self, text: &str, least: usize) {
        let letters: Vec<char> = letters(text).collect();
        if letters.len() >= least {
            self.0.push(letters.into_iter().take(LOOKED_FOR).collect());
        }
    }

    pub(super) fn sort(&mut self) {
        self.0.sort_unstable();
        self.0.dedup();
    }

    pub(super) fn are_in(&self, bytes: &[u8]) -> bool {
        let plain = plain(bytes);
        // An address may stand in a mark, and a mark in a sentence.
        let with_marks: String = letters(&plain).collect();
        let without: String = letters(&without_marks(&plain)).collect();
        self.0.iter().any(|trace| [&with_marks, &without].iter().any(|text| text.contains(trace.as_str())))
    }
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// What stands between the marks of HTML or XML.
fn without_marks(text: &str) -> String {
    let mut pieces = text.split('<');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |all, piece| {
        let is_mark = piece.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        all + piece.split_once('>').filter(|_| is_mark).map_or(piece, |(_, text)| text)
    })
}

/// Text, with the escapes of JSON read and the names of characters in HTML.
fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.find(['\\', '&']) {
        plain.push_str(&rest[..at]);
        let escaped = &rest[at..];
        let (c, length) = escaped_character(escaped).unwrap_or((' ', 1));
        plain.push(c);
        rest = &escaped[length..];
    }
    plain.push_str(rest);
    plain
}

/// The character that an escape stands for, and how long that is.
fn escaped_character(text: &str) -> Option<(char, usize)> {
    if let Some(digits) = text.strip_prefix("\\u") {
        let code = u32::from_str_radix(digits.get(..4)?, 16).ok()?;
        return Some((char::from_u32(code)?, 6));
    }
    if text.starts_with('\\') {
        let second = text.chars().nth(1)?;
        // A new line and the like, or the sign itself.
        let stands_for = if second.is_alphabetic() { ' ' } else { second };
        return Some((stands_for, 1 + second.len_utf8()));
    }
    let name = &text[1..text.find(';').filter(|end| *end < 12)?];
    let code = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        },
        None => u32::from(' '),
    };
    Some((char::from_u32(code)?, name.len() + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traces(article: &Article) -> Traces {
        let mut traces = Traces::default();
        traces.add(article);
        traces
    }

    #[test]
    fn an_article_is_recognised_in_whatever_it_is_written() {
        let article = Article {
            headline: "Zinnpreis: Händler ratlos".to_owned(),
            url: Some("https://www.post.example/zinn/2025?utm_source=x".to_owned()),
            body: vec!["Der Preis für Zinn stieg am Freitag den dritten Tag in Folge.".to_owned()],
            ..Article::default()
        };
        let traces = traces(&article);
        for copy in [
            "{\"title\": \"Zinnpreis: H\\u00e4ndler\\nratlos\"",
            "<h1>Zinnpreis: H&#228;ndler <b>ratlos</b>",
            "x,http://post.example/zinn/2025,y",
            "… Der Preis für Zinn stieg am Freitag den dritten Tag in Folge.",
        ] {
            assert!(traces.are_in(copy.as_bytes()), "{copy}");
        }
        for copy in ["{\"title\": \"Zinnpreis\"", "https://post.example/zinn", "Der Preis für Zinn", "\\", "&", "\\u12"]
        {
            assert!(!traces.are_in(copy.as_bytes()), "{copy}");
        }
    }

    #[test]
    fn what_says_too_little_is_not_looked_for() {
        let article = Article { headline: "Tin".to_owned(), external_id: Some("17".to_owned()), ..Article::default() };
        assert!(!traces(&article).are_in(b"{\"id\":\"17\",\"title\":\"Tin\""));
    }
}
