//! A page as it came, cut down to what a parser may be given: an HTML parser costs whatever it is asked to, so how deep
//! elements nest, how many there are, how many attributes one has and how long they are is settled before. Text is never
//! lost to a bound; only the elements around it are. What says nothing to a reader (comments, scripts, styles, drawings)
//! goes; scripts that hold data about the page are handed over by themselves.

use std::collections::HashMap;

/// Elements in elements. Honest pages stay below 100.
const DEEPEST: usize = 500;

/// Elements, each counted with the formatting that a parser would open anew in it.
const MOST_ELEMENTS: usize = 400_000;

/// `<b>`, `<font>` and the like that are open at once: a parser repeats all of them in every paragraph.
const MOST_FORMATTING: usize = 24;

const MOST_ATTRIBUTES: usize = 64;
const LONGEST_ATTRIBUTE: usize = 32 << 10;
const LONGEST_TITLE: usize = 64 << 10;

/// Scripts with data about the page, and how much in all.
const MOST_DATA: usize = 200;
const LARGEST_DATA: usize = 4 << 20;

pub(super) struct Bounded<'a> {
    pub(super) html: String,
    /// What scripts of the type `application/ld+json` hold.
    pub(super) data: Vec<&'a str>,
}

pub(super) fn bounded(page: &str) -> Bounded<'_> {
    let mut cutter = Cutter {
        page,
        out: String::with_capacity(page.len().min(1 << 20)),
        data: Vec::new(),
        data_bytes: 0,
        open: Vec::new(),
        dropped: Vec::new(),
        formatting: 0,
        elements: 0,
        has_open_quote: false,
        last: HashMap::new(),
    };
    cutter.run();
    Bounded { html: cutter.out, data: cutter.data }
}

struct Cutter<'a> {
    page: &'a str,
    out: String,
    data: Vec<&'a str>,
    data_bytes: usize,
    /// Elements that are open, by name.
    open: Vec<&'a str>,
    /// Elements beyond the bound that are not there: their ends must not end others.
    dropped: Vec<&'a str>,
    formatting: usize,
    elements: usize,
    /// The tag being read has a value that never ends.
    has_open_quote: bool,
    /// Where something stands for the last time: beyond it there is no need to look for it again and again.
    last: HashMap<&'static str, Option<usize>>,
}

/// A start tag.
struct Tag<'a> {
    name: &'a str,
    /// All of it, from `<` to `>`.
    raw: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
    is_too_large: bool,
}

const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];

const FORMATTING: &[&str] = &["b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"];

/// What is in these is not for readers, or not text.
const SILENT: &[(&str, &str)] = &[
    ("script", "</script"),
    ("style", "</style"),
    ("noscript", "</noscript"),
    ("iframe", "</iframe"),
    ("noembed", "</noembed"),
    ("noframes", "</noframes"),
    ("xmp", "</xmp"),
    ("textarea", "</textarea"),
    ("svg", "</svg"),
];

/// Elements no parser should see: what follows them it would read in another way.
const UNWANTED: &[&str] =
    &["plaintext", "frameset", "frame", "math", "template", "select", "option", "optgroup", "button"];

/// A new element of the first kind ends an open one of the second (HTML, 13.2.6.4.7).
const ENDS: &[(&[&str], &[&str])] = &[
    (&["li"], &["li"]),
    (&["dt", "dd"], &["dt", "dd"]),
    (&["td", "th"], &["td", "th"]),
    (&["tr"], &["tr", "td", "th"]),
    (&["tbody", "thead", "tfoot"], &["tbody", "thead", "tfoot", "tr", "td", "th"]),
];

/// Beyond one of these no element ends another; `address`, `div` and `p` are none of them.
const WALLS: &[&str] = &[
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "details",
    "dir",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "html",
    "main",
    "marquee",
    "menu",
    "nav",
    "object",
    "ol",
    "pre",
    "section",
    "summary",
    "table",
    "ul",
    "applet",
    "listing",
];

/// These end an open paragraph.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "dialog",
    "dd",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "ul",
];

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

impl<'a> Cutter<'a> {
    fn run(&mut self) {
        let mut at = 0;
        while let Some(found) = self.page[at..].find('<') {
            self.out.push_str(&self.page[at..at + found]);
            at = self.markup(at + found);
        }
        self.out.push_str(&self.page[at..]);
    }

    /// Reads what `<` at this place begins, and says where it ends.
    fn markup(&mut self, at: usize) -> usize {
        let rest = &self.page[at + 1..];
        match rest.as_bytes() {
            [b'!', b'-', b'-', ..] => self.comment(at),
            [b'!' | b'?', ..] => {
                if rest.get(1..8).is_some_and(|word| word.eq_ignore_ascii_case("doctype")) {
                    self.out.push_str("<!DOCTYPE html>");
                }
                self.after(at, ">")
            }
            [b'/', letter, ..] if letter.is_ascii_alphabetic() => self.end_tag(at),
            [letter, ..] if letter.is_ascii_alphabetic() => self.start_tag(at),
            _ => {
                self.out.push_str("&lt;");
                at + 1
            }
        }
    }

    /// Where the page goes on after `mark`: its end, where there is none.
    fn after(&mut self, at: usize, mark: &'static str) -> usize {
        self.find(at, mark).map_or(self.page.len(), |found| found + mark.len())
    }

    fn find(&mut self, at: usize, mark: &'static str) -> Option<usize> {
        let page = self.page;
        let last = *self.last.entry(mark).or_insert_with(|| find_last(page, mark));
        if last.is_none_or(|last| last < at) {
            return None;
        }
        find_mark(&page[at..], mark).map(|found| at + found)
    }

    /// A comment that never ends is one up to the next `>`, so that the rest of the page is not lost with it.
    fn comment(&mut self, at: usize) -> usize {
        let rest = &self.page[at + 4..];
        let empty = [">", "->"].iter().find(|end| rest.starts_with(**end));
        if let Some(end) = empty {
            return at + 4 + end.len();
        }
        match self.find(at + 4, "-->") {
            Some(end) => end + 3,
            None => self.after(at, ">"),
        }
    }

    fn end_tag(&mut self, at: usize) -> usize {
        let name = name(&self.page[at + 2..]);
        let end = self.after(at, ">");
        self.close(name);
        end
    }

    fn close(&mut self, name: &str) {
        let near = self.dropped.len().saturating_sub(DEEPEST);
        if let Some(found) = self.dropped[near..].iter().rposition(|open| open.eq_ignore_ascii_case(name)) {
            self.dropped.truncate(near + found);
            self.line_end(name);
            return;
        }
        let is_formatting = is_one_of(name, FORMATTING);
        let found = self.open.iter().rposition(|open| open.eq_ignore_ascii_case(name));
        if let Some(found) = found {
            self.open.truncate(found);
            self.dropped.clear();
        }
        if is_formatting {
            self.formatting = self.formatting.saturating_sub(1);
        }
        self.elements += 1;
        // An end without a beginning ends nothing; only a parser would wonder.
        if (found.is_some() || is_formatting) && self.elements < MOST_ELEMENTS * 2 {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        } else {
            self.space(name);
        }
    }

    /// Words that stood in two elements stay two words.
    fn space(&mut self, name: &str) {
        if is_one_of(name, BLOCKS) || is_one_of(name, &["br", "td", "th", "tr", "table"]) {
            self.out.push(' ');
        }
    }

    /// Paragraphs without their elements stay apart by their lines.
    fn line_end(&mut self, name: &str) {
        if is_one_of(name, BLOCKS) && self.elements < MOST_ELEMENTS * 2 && !self.out.ends_with("<br>") {
            self.out.push_str("<br>");
        } else {
            self.space(name);
        }
    }

    fn start_tag(&mut self, at: usize) -> usize {
        let (tag, end) = self.tag(at);
        let name = tag.name;
        if name.eq_ignore_ascii_case("title") {
            return self.title(&tag, end);
        }
        if let Some((_, mark)) = SILENT.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return self.silent(&tag, end, mark);
        }
        if is_one_of(name, UNWANTED) {
            self.out.push(' ');
            return end;
        }
        self.open(&tag);
        end
    }

    fn open(&mut self, tag: &Tag<'a>) {
        let name = tag.name;
        let is_void = is_one_of(name, VOID);
        let is_formatting = is_one_of(name, FORMATTING);
        self.end_others(name);
        self.elements += 1 + if is_formatting { 0 } else { self.formatting };
        if is_formatting && self.formatting >= MOST_FORMATTING {
            return;
        }
        let is_full = self.elements > MOST_ELEMENTS;
        if is_full || self.open.len() >= DEEPEST || !self.dropped.is_empty() {
            if !is_void {
                self.dropped.push(name);
            }
            return self.line_end(name);
        }
        if !is_void {
            self.open.push(name);
            self.formatting += usize::from(is_formatting);
        }
        self.write(tag);
    }

    fn end_others(&mut self, name: &str) {
        if is_one_of(name, BLOCKS) {
            let wall =
                |open: &&str| is_one_of(open, &["table", "td", "th", "caption", "html", "object", "applet", "marquee"]);
            let near = self.open.iter().rposition(wall).map_or(0, |at| at + 1);
            if let Some(found) = self.open[near..].iter().rposition(|open| open.eq_ignore_ascii_case("p")) {
                self.open.truncate(near + found);
            }
        }
        let Some((_, ended)) = ENDS.iter().find(|(new, _)| is_one_of(name, new)) else { return };
        let mut found = None;
        for (at, open) in self.open.iter().enumerate().rev() {
            if is_one_of(open, ended) {
                found = Some(at);
            } else if is_one_of(open, WALLS)
                || is_one_of(open, &["tr", "tbody", "thead", "tfoot", "td", "th", "li", "dd", "dt"])
            {
                break;
            }
        }
        if let Some(found) = found {
            self.open.truncate(found);
        }
    }

    fn write(&mut self, tag: &Tag<'_>) {
        if !tag.is_too_large {
            return self.out.push_str(tag.raw);
        }
        self.out.push('<');
        self.out.push_str(tag.name);
        for (name, value) in tag.attributes.iter().take(MOST_ATTRIBUTES) {
            let value = &value[..value.floor_char_boundary(LONGEST_ATTRIBUTE)];
            let quote = if value.contains('"') { '\'' } else { '"' };
            let is_sound = name.len() < 200 && !(value.contains('"') && value.contains('\''));
            if is_sound {
                self.out.extend([" ", name, "="]);
                self.out.push(quote);
                self.out.push_str(value);
                self.out.push(quote);
            }
        }
        self.out.push('>');
    }

    /// Takes an element with what is in it away; data about the page is kept by itself.
    fn silent(&mut self, tag: &Tag<'a>, from: usize, mark: &'static str) -> usize {
        if mark == "</svg" && tag.raw.ends_with("/>") {
            return from;
        }
        let found = self.find(from, mark);
        let is_data = tag
            .attributes
            .iter()
            .any(|(name, value)| name.eq_ignore_ascii_case("type") && value.to_ascii_lowercase().contains("ld+json"));
        // A script that never ends is the rest of a page that broke off; another element was not meant.
        let end = found.unwrap_or(if mark == "</script" { self.page.len() } else { from });
        let text = &self.page[from..end];
        if is_data && self.data.len() < MOST_DATA && self.data_bytes + text.len() <= LARGEST_DATA {
            self.data_bytes += text.len();
            self.data.push(text);
        }
        if found.is_some() { self.after(end, ">") } else { end }
    }

    fn title(&mut self, tag: &Tag<'a>, from: usize) -> usize {
        let found = self.find(from, "</title");
        let end = found.or_else(|| self.page[from..].find('<').map(|at| from + at)).unwrap_or(self.page.len());
        let text = &self.page[from..end];
        self.write(tag);
        self.out.push_str(&text[..text.floor_char_boundary(LONGEST_TITLE)]);
        self.out.push_str("</title>");
        if found.is_some() { self.after(end, ">") } else { end }
    }

    /// Reads a start tag; says where it ends.
    fn tag(&mut self, at: usize) -> (Tag<'a>, usize) {
        let page = self.page;
        let bytes = page.as_bytes();
        let name = name(&page[at + 1..]);
        let mut here = at + 1 + name.len();
        let mut attributes = Vec::new();
        let mut count = 0;
        let mut is_too_large = false;
        self.has_open_quote = false;
        loop {
            here += bytes[here..].iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b'/').count();
            match bytes.get(here) {
                None => break,
                Some(b'>') => {
                    here += 1;
                    break;
                }
                Some(_) => {}
            }
            let (key, value, end) = self.attribute(here);
            here = end;
            count += 1;
            is_too_large |= value.len() > LONGEST_ATTRIBUTE || key.len() > 200;
            if count <= MOST_ATTRIBUTES {
                attributes.push((key, value));
            }
        }
        let raw = &page[at..here];
        // A tag the page breaks off in would go on in what is written after it.
        is_too_large |= count > MOST_ATTRIBUTES || self.has_open_quote || !raw.ends_with('>');
        (Tag { name, raw, attributes, is_too_large }, here)
    }

    /// Name, value, and where they end.
    fn attribute(&mut self, at: usize) -> (&'a str, &'a str, usize) {
        let page = self.page;
        let bytes = page.as_bytes();
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'>' | b'/');
        // A name may begin with `=`.
        let length = 1 + bytes[at + 1..].iter().take_while(|byte| !ends(byte)).count();
        let key = page.get(at..at + length).unwrap_or_default();
        let mut here = at + length;
        let blank = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if bytes.get(here + blank(here)) != Some(&b'=') {
            return (key, "", here);
        }
        here += blank(here) + 1;
        here += blank(here);
        let quote = match bytes.get(here) {
            Some(b'"') => "\"",
            Some(b'\'') => "'",
            _ => {
                let length =
                    bytes[here..].iter().take_while(|byte| !byte.is_ascii_whitespace() && **byte != b'>').count();
                return (key, &page[here..here + length], here + length);
            }
        };
        // A value that never ends is one up to the next `>`.
        let from = here + 1;
        match self.find(from, quote) {
            Some(end) => (key, &page[from..end], end + 1),
            None => {
                self.has_open_quote = true;
                let end = self.find(from, ">").unwrap_or(page.len());
                (key, "", end)
            }
        }
    }
}

fn name(text: &str) -> &str {
    let end = text.bytes().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/' | b'<'));
    &text[..end.unwrap_or(text.len())]
}

/// Marks that begin with `</` are names, in any case.
fn find_mark(text: &str, mark: &str) -> Option<usize> {
    if !mark.starts_with("</") {
        return text.find(mark);
    }
    let mut at = 0;
    while let Some(found) = text[at..].find("</").map(|found| at + found) {
        if text.as_bytes().get(found..found + mark.len()).is_some_and(|word| word.eq_ignore_ascii_case(mark.as_bytes()))
        {
            return Some(found);
        }
        at = found + 2;
    }
    None
}

fn find_last(text: &str, mark: &str) -> Option<usize> {
    if !mark.starts_with("</") {
        return text.rfind(mark);
    }
    let mut end = text.len();
    while let Some(found) = text[..end].rfind("</") {
        if text.as_bytes().get(found..found + mark.len()).is_some_and(|word| word.eq_ignore_ascii_case(mark.as_bytes()))
        {
            return Some(found);
        }
        end = found;
    }
    None
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::*;

    #[track_caller]
    fn check(page: &str, expected: &str) {
        assert_eq!(bounded(page).html, expected, "{page}");
    }

    fn depth(html: &str) -> usize {
        let document = Document::from(html);
        let mut deepest = 0;
        for node in document.root().descendants_it().filter(|node| node.is_text()) {
            deepest = deepest.max(node.ancestors_it(None).count());
        }
        deepest
    }

    #[test]
    fn an_honest_page_stays_as_it_is() {
        let page = "<!DOCTYPE html><html lang=en><body><p class='a \"b\"' data-x>One<br/>two</p><ul><li>a<li>b</ul></body></html>";
        check(page, page);
        check("1 < 2 <3", "1 &lt; 2 &lt;3");
    }

    #[test]
    fn what_is_not_for_readers_goes_and_data_is_kept() {
        let page = "<SCRIPT type='application/LD+json'>{\"a\":\"<b>\"}</Script ><p>a<!-- <p>b -->c<style>p{}</style><svg><p>x</svg>";
        let bounded = bounded(page);
        assert_eq!((bounded.html.as_str(), bounded.data), ("<p>ac", vec!["{\"a\":\"<b>\"}"]));
    }

    #[test]
    fn what_never_ends_takes_no_more_than_itself() {
        check("<p>a<!-- b <b>c</b>", "<p>ac</b>");
        check("<p>a<script>b", "<p>a");
        check("<p>a<a href=\"b>c</a>d", "<p>a<a href=\"\">c</a>d");
        check("<title>a<p>b", "<title>a</title><p>b");
        check("<p>a<", "<p>a&lt;");
    }

    #[test]
    fn text_is_read_however_deep_it_lies() {
        for name in ["div", "b", "table", "span", "font", "section", "td", "li", "x-y", "button", "math"] {
            let page = format!("{}word{}", format!("<{name} a=1>").repeat(50_000), format!("</{name}>").repeat(50_000));
            let html = bounded(&page).html;
            assert!(html.contains("word"), "{name}");
            assert!(depth(&html) < 600, "{name} {}", depth(&html));
        }
        let page = format!("{}word<p>more", "<table><tr><td>".repeat(20_000));
        assert!(depth(&bounded(&page).html) < 1000, "{}", depth(&bounded(&page).html));
        let page = "<li><section>".repeat(5_000) + "word";
        assert!(depth(&bounded(&page).html) < 600);
    }

    #[test]
    fn formatting_is_not_multiplied() {
        let fonts: String = (0..20_000).map(|size| format!("<font size={size}>")).collect();
        let page = format!("{fonts}{}", "<p>word".repeat(20_000));
        let document = Document::from(bounded(&page).html);
        assert!(document.root().descendants_it().count() < 1_000_000);
        let text = document.text();
        assert_eq!(text.matches("word").count(), 20_000);
    }

    #[test]
    fn attributes_are_bounded() {
        let many: String = (0..100_000).map(|number| format!(" a{number}=1")).collect();
        let html = bounded(&format!("<p{many}>word</p>")).html;
        assert!(html.len() < 2_000 && html.ends_with("word</p>"));
        let html = bounded(&format!("<meta name=a content=\"{}\">", "b".repeat(10 << 20))).html;
        assert!(html.len() < 40_000 && html.starts_with("<meta name=\"a\" content=\"bb"));
    }

    /// Every mark without its end: none of them makes the rest of the page be looked through for each of its beginnings.
    #[test]
    fn beginnings_without_an_end_are_read_once() {
        for mark in
            ["<!--", "<script ", "<a b=\"", "<a b='", "</a", "<textarea>", "<svg>", "<title>", "<", "<!", "</b>", "<x "]
        {
            let page = mark.repeat((4 << 20) / mark.len());
            // Read again for each, it would be hours.
            assert!(bounded(&page).html.len() <= page.len() * 5, "{mark}");
        }
    }
}
