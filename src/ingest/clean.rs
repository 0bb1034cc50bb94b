//! Text as it is kept: NFC, without control characters, white space folded.

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// One line.
pub(super) fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if is_nfc(&line) { line } else { line.nfc().collect() }
}

/// A line with something in it.
pub(super) fn some_line(text: &str) -> Option<String> {
    Some(line(text)).filter(|line| !line.is_empty())
}

/// Paragraphs of plain text: separated by blank lines, or by line ends where there are no blank lines.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let blank = text.split('\n').any(|line| line.trim().is_empty()) && text.trim().contains("\n\n");
    let mut paragraphs = Vec::new();
    let mut paragraph = String::new();
    for part in text.split('\n') {
        if !blank || part.trim().is_empty() {
            paragraphs.extend(some_line(&paragraph));
            paragraph.clear();
        }
        paragraph.push(' ');
        paragraph.push_str(part);
    }
    paragraphs.extend(some_line(&paragraph));
    paragraphs
}

/// Does a text hold elements?
pub(super) fn looks_like_html(text: &str) -> bool {
    let elements = ["<p", "<br", "<div", "<a ", "</", "<strong", "<em", "<img"];
    text.contains('<') && elements.iter().any(|element| text.contains(element))
}

/// Paragraphs of a text that is declared to be HTML: a line end is a space there. Only where no element makes paragraphs
/// do blank lines, as some systems for blogs write them.
pub(super) fn markup_paragraphs(html: &str) -> Vec<String> {
    let html = html.replace("\r\n", "\n").replace(['\r', '\t'], " ");
    let small = html.to_ascii_lowercase();
    let made = ["<p", "<br", "<div", "<li", "</h"].iter().any(|element| small.contains(element));
    if made { html_paragraphs(&html.replace('\n', " ")) } else { loose_paragraphs(&html) }
}

/// The same of a markup in which a blank line ends a paragraph wherever it stands.
pub(super) fn loose_paragraphs(html: &str) -> Vec<String> {
    let html = html.replace("\r\n", "\n");
    let flowing: Vec<String> = html.split("\n\n").map(|block| block.replace(['\n', '\r', '\t'], " ")).collect();
    html_paragraphs(&flowing.join("\n\n"))
}

/// Paragraphs of an HTML fragment: elements gone, scripts and styles with what is in them.
pub(super) fn html_paragraphs(html: &str) -> Vec<String> {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    // Where nothing closes a tag any more, that is looked for no more.
    let last = html.rfind('>').unwrap_or(0);
    let last_comment = html.rfind("-->").unwrap_or(0);
    let mut endless: Vec<String> = Vec::new();
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        let at = html.len() - rest.len() + open;
        let end = (at < last_comment && rest[open..].starts_with("<!--")).then(|| rest[open..].find("-->")).flatten();
        if let Some(end) = end {
            rest = &rest[open + end + 3..];
            continue;
        }
        let element = rest[open + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        let closes = element && at < last;
        let Some(close) = closes.then(|| rest[open..].find('>')).flatten() else {
            // No element, only a sign.
            text.push('<');
            rest = &rest[open + 1..];
            continue;
        };
        let tag = rest[open + 1..open + close].to_ascii_lowercase();
        rest = &rest[open + close + 1..];
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        match name.as_str() {
            // One that is closed in its own tag, or nowhere, has nothing in it; but for what a browser takes the rest for.
            "script" | "style" | "head" | "title" | "iframe" | "svg"
                if !tag.starts_with('/') && !tag.ends_with('/') && !endless.contains(&name) =>
            {
                match after_element(rest, &name) {
                    Some(after) => rest = after,
                    None if matches!(name.as_str(), "script" | "style") => rest = "",
                    None => endless.push(name),
                }
            }
            "p" | "div" | "br" | "li" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "tr" | "section"
            | "ul" | "ol" | "figure" | "figcaption" | "article" | "table" | "pre" | "hr" | "dd" | "dt" | "header"
            | "footer" => {
                text.push_str("\n\n");
            }
            "td" | "th" => text.push(' '),
            _ => {}
        }
    }
    text.push_str(rest);
    paragraphs(&unescape(&text))
}

fn after_element<'a>(rest: &'a str, name: &str) -> Option<&'a str> {
    let ends = |at: usize| rest[at + 2..].get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
    let found = rest.match_indices("</").map(|(at, _)| at).find(|at| ends(*at));
    found.map(|at| &rest[at..])
}

const ENTITIES: &[(&str, &str)] = &[
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("mdash", "—"),
    ("ndash", "–"),
    ("hellip", "…"),
    ("rsquo", "’"),
    ("lsquo", "‘"),
    ("rdquo", "”"),
    ("ldquo", "“"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("bull", "•"),
    ("dagger", "†"),
    ("euro", "€"),
    ("trade", "™"),
    ("sbquo", "‚"),
    ("bdquo", "„"),
    ("lsaquo", "‹"),
    ("rsaquo", "›"),
    ("minus", "−"),
    ("zwnj", "\u{200c}"),
    ("oelig", "œ"),
    ("OElig", "Œ"),
    ("scaron", "š"),
    ("Scaron", "Š"),
];

/// The names of U+00A0 to U+00FF, in order (HTML 4.01, 24.2).
const LATIN: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 \
    acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig \
    Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash \
    Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml \
    igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn \
    yuml";

/// Character references; unknown ones stay as they are.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(&rest[1..end])?, end))) {
            Some((letters, end)) => {
                out.push_str(&letters);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']).map(|hex| u32::from_str_radix(hex, 16).ok());
        let code = hex.unwrap_or_else(|| number.parse().ok())?;
        // What was a control character in Windows-1252 was meant as Windows shows it (HTML, 13.2.5.80).
        if (0x80..0xa0).contains(&code) {
            let byte = [u8::try_from(code).ok()?];
            return Some(encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte).0.into_owned());
        }
        return char::from_u32(code).map(String::from);
    }
    let latin = || {
        let at = LATIN.split_whitespace().position(|known| known == name)?;
        char::from_u32(0xa0 + at as u32).map(String::from)
    };
    ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, letters)| (*letters).to_owned()).or_else(latin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_paragraphs() {
        assert_eq!(line(" a\0b \u{7}  c\n"), "a b c");
        assert_eq!(line("e\u{301}"), "é");
        assert_eq!(paragraphs("a\nb\n\nc"), ["a b", "c"]);
        assert_eq!(paragraphs("a\nb"), ["a", "b"]);
    }

    #[test]
    fn in_markup_a_line_end_is_a_space() {
        assert_eq!(markup_paragraphs("<p>a\nb</p>\n\n<p>c\n\nd</p>"), ["a b", "c d"]);
        assert_eq!(markup_paragraphs("a\n<b>b</b>\n\nc"), ["a b", "c"]);
    }

    #[test]
    fn tags_that_never_close_cost_no_more_than_others() {
        let html = "<a <!-- <script></script>".repeat(200_000);
        assert_eq!(html_paragraphs(&html), Vec::<String>::new());
        assert_eq!(html_paragraphs(&"<a".repeat(1_000_000)).len(), 1);
    }

    #[test]
    fn html_leaves_only_its_text() {
        assert_eq!(html_paragraphs("<p>A &amp; b</p><script>x<y</script><p>c<b>d</b>"), ["A & b", "cd"]);
        assert_eq!(
            html_paragraphs("<p>one</p><iframe src='x' /><p>two</p><svg/><p>three</p>"),
            ["one", "two", "three"]
        );
        assert_eq!(html_paragraphs("<p>one</p><iframe src='x'><p>two</p>"), ["one", "two"]);
        assert_eq!(html_paragraphs("a < b <c"), ["a < b <c"]);
        assert_eq!(html_paragraphs("<head><title>x</title></HEAD>a<!-- > b --> c"), ["a c"]);
        assert_eq!(unescape("&#233; &#x41; &nope; & &sect;3 &yuml;"), "é A &nope; & §3 ÿ");
        assert_eq!(unescape("it&#146;s"), "it’s");
    }
}
