//! XML as it comes over wires and in feeds: one record at a time, and as far as it can be read.
//!
//! An entity nobody declared, a bare `&` or `<`, a prefix without its namespace, an element that is never closed: none of
//! them costs more than itself, so this is no parser that could say a document is well-formed. quick-xml finds the tags;
//! nothing is fetched, and what a document declares as an entity is put in only where it is short and plain.

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};

use quick_xml::Reader;
use quick_xml::errors::{Error, SyntaxError};
use quick_xml::events::{BytesStart, Event};

pub(super) use super::element::{Element, Node};
use crate::ingest::{Reason, clean};

/// Elements within elements; what lies deeper is read as if it stood here.
const DEEPEST: usize = 128;

/// Elements and texts in one record.
const LARGEST: usize = 500_000;

/// Attributes of one element, and namespaces that are open.
const DECLARED: usize = 256;

/// Entities a document may declare, how long each may be, and how much they may come to altogether.
const ENTITIES: usize = 64;
const ENTITY: usize = 1000;
const EXPANSION: usize = 1 << 20;

/// Marks that open what is never closed, and are passed over.
const MENDED: usize = 32;

/// Namespaces, by the prefixes they usually have; without a prefix are the formats' own.
const SPACES: &[(&str, &str)] = &[
    ("purl.org/dc/elements/1.1", "dc"),
    ("purl.org/dc/elements/1.0", "dc"),
    ("purl.org/dc/terms", "dcterms"),
    ("purl.org/rss/1.0/modules/content", "content"),
    ("search.yahoo.com/mrss", "media"),
    ("www.w3.org/2005/atom", "atom"),
    ("purl.org/atom/ns#", "atom"),
    ("www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf"),
    ("purl.org/rss/1.0/modules/syndication", "sy"),
    ("purl.org/atompub/tombstones/1.0", "at"),
    ("www.itunes.com/dtds/podcast-1.0.dtd", "itunes"),
    ("www.google.com/schemas/sitemap-news/0.9", "news"),
    ("www.google.com/schemas/sitemap-image/1.1", "image"),
    ("www.w3.org/1999/xhtml", "xhtml"),
    ("purl.org/rss/1.0", ""),
    ("my.netscape.com/rdf/simple/0.9", ""),
    ("channel.netscape.com/rdf/simple/0.9", ""),
    ("backend.userland.com/rss2", ""),
    ("www.sitemaps.org/schemas/sitemap/0.9", ""),
    ("www.google.com/schemas/sitemap/0.84", ""),
    ("iptc.org/std/nar/2006-10-01", ""),
    ("iptc.org/std/nitf/2006-10-18", ""),
];

/// What a record inherits from the elements around it.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    pub(super) base: Vec<String>,
    pub(super) lang: Option<String>,
}

/// Takes a record, or what is the matter with it.
type Take<'t, 'a> = dyn FnMut(Range<usize>, Result<(Element<'a>, Around), Reason>) -> ControlFlow<()> + 't;

/// Hands on every record: an element whose local name `is_record` knows, and all within it.
pub(super) fn records<'a>(text: &'a str, is_record: fn(&str) -> bool, take: &mut Take<'_, 'a>) -> ControlFlow<()> {
    let mut walk = Walk::new(text, is_record);
    walk.run(take)?;
    let Some(root) = walk.open.first() else { return ControlFlow::Continue(()) };
    let (name, from) = match walk.record {
        Some(record) => (walk.open[record].local, walk.open[record].at.start),
        None => (root.local, text.len()),
    };
    take(from..text.len(), Err(Reason::new("truncated", format!("it breaks off: <{name}> has no end"))))
}

/// The document without its records: what is said of all of them.
pub(super) fn outline<'a>(text: &'a str, is_record: fn(&str) -> bool) -> Element<'a> {
    let mut walk = Walk::new(text, is_record);
    let _ = walk.run(&mut |_, _| ControlFlow::Continue(()));
    while walk.open.len() > 1 {
        let _ = walk.close(text.len(), &mut |_, _| ControlFlow::Continue(()));
    }
    walk.root.or_else(|| walk.open.pop()).unwrap_or_default()
}

struct Walk<'a> {
    text: &'a str,
    is_record: fn(&str) -> bool,
    open: Vec<Element<'a>>,
    /// Which of the open elements is the record.
    record: Option<usize>,
    /// Elements and texts held.
    held: usize,
    /// Depth at which it was declared, prefix, and what it stands for.
    spaces: Vec<(usize, String, Option<&'static str>)>,
    entities: Vec<(&'a str, &'a str)>,
    expanded: usize,
    root: Option<Element<'a>>,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str, is_record: fn(&str) -> bool) -> Walk<'a> {
        let (open, spaces, entities) = (Vec::new(), Vec::new(), Vec::new());
        Walk { text, is_record, open, record: None, held: 0, spaces, entities, expanded: 0, root: None }
    }

    /// Reads to the end.
    fn run(&mut self, take: &mut Take<'_, 'a>) -> ControlFlow<()> {
        let (mut base, mut mended) = (0, 0);
        let mut reader = lenient(self.text);
        loop {
            let from = base + usize::try_from(reader.buffer_position()).unwrap_or_default();
            // Looked at before the reader looks for its end, which may be far away.
            if !self.may_be_markup(from) {
                (base, reader) = self.beyond(from, "<");
                continue;
            }
            let event = reader.read_event();
            let to = base + usize::try_from(reader.buffer_position()).unwrap_or_default();
            match event {
                Ok(Event::Start(tag)) => self.start(&tag, from..to, false, take)?,
                Ok(Event::Empty(tag)) => self.start(&tag, from..to, true, take)?,
                Ok(Event::End(_)) => self.end(from..to, take)?,
                Ok(Event::Text(text)) => self.add(&text),
                Ok(Event::CData(text)) => self.add(&text),
                Ok(Event::GeneralRef(name)) => {
                    let text = self.resolved(&name);
                    self.add(&text);
                }
                Ok(Event::DocType(_)) => self.declare(from..to),
                Ok(Event::Eof) => return ControlFlow::Continue(()),
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
                Err(Error::Syntax(SyntaxError::InvalidBangMarkup)) => (base, reader) = self.beyond(from, "<"),
                Err(Error::IllFormed(_)) if to > from => {}
                Err(_) => {
                    let wrong = |rest: &str| bad_xml(self.text, from, rest);
                    if mended == MENDED || from >= self.text.len() {
                        return take(from..self.text.len(), Err(wrong("nothing behind it can be read")));
                    }
                    mended += 1;
                    let opening =
                        ["<![CDATA[", "<!--", "<?"].into_iter().find(|mark| self.text[from..].starts_with(mark));
                    take(from..self.text.len(), Err(wrong("what follows is read as if it were text")))?;
                    (base, reader) = self.beyond(from, opening.unwrap_or("<"));
                }
            }
        }
    }

    /// Anything but the sign in `5 < 6`.
    fn may_be_markup(&self, from: usize) -> bool {
        let behind = self.text.get(from..).and_then(|text| text.strip_prefix('<'));
        behind.is_none_or(|text| text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '/' | '!' | '?')))
    }

    /// Goes on behind a mark that opens nothing.
    fn beyond(&mut self, from: usize, mark: &str) -> (usize, Reader<&'a [u8]>) {
        if mark == "<" {
            self.add(mark);
        }
        let base = self.text.len().min(from + mark.len());
        (base, lenient(&self.text[base..]))
    }

    fn start(
        &mut self,
        tag: &BytesStart<'_>,
        at: Range<usize>,
        empty: bool,
        take: &mut Take<'_, 'a>,
    ) -> ControlFlow<()> {
        let raw: &'a str = &self.text[at.clone()];
        let inside = raw.strip_prefix('<').unwrap_or_default();
        let name =
            inside.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).map_or(inside, |end| &inside[..end]);
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let begins = (self.is_record)(local);
        // A record in a record of its own kind: the first was never closed.
        if let Some(record) = self.record.filter(|record| begins && self.open[*record].local == local) {
            while self.open.len() > record {
                self.close(at.start, take)?;
            }
        }
        if self.open.len() >= DEEPEST {
            return ControlFlow::Continue(());
        }
        let attributes = attributes(tag);
        self.declare_spaces(&attributes);
        let element = Element { space: self.space(prefix), local, attributes, content: Vec::new(), at: at.clone() };
        self.open.push(element);
        self.held += 1;
        if begins && self.record.is_none() {
            self.record = Some(self.open.len() - 1);
            self.held = 0;
        }
        if empty { self.close(at.end, take) } else { ControlFlow::Continue(()) }
    }

    /// Closes the element of that name, and what in it was not closed. One that is not open is not there.
    fn end(&mut self, at: Range<usize>, take: &mut Take<'_, 'a>) -> ControlFlow<()> {
        let name = self.text[at.clone()].trim_start_matches("</").trim_end_matches('>').trim();
        let local = name.rsplit(':').next().unwrap_or(name);
        let Some(opened) = self.open.iter().rposition(|element| element.local.eq_ignore_ascii_case(local)) else {
            return ControlFlow::Continue(());
        };
        while self.open.len() > opened {
            self.close(at.end, take)?;
        }
        ControlFlow::Continue(())
    }

    fn close(&mut self, end: usize, take: &mut Take<'_, 'a>) -> ControlFlow<()> {
        let Some(mut element) = self.open.pop() else { return ControlFlow::Continue(()) };
        element.at.end = end;
        self.spaces.retain(|(depth, ..)| *depth <= self.open.len());
        if self.record == Some(self.open.len()) {
            self.record = None;
            let at = element.at.clone();
            let is_whole = self.held < LARGEST;
            self.held = 0;
            let reason = || Reason::new("too_large", format!("more than {LARGEST} elements in one"));
            let around = self.around();
            return take(at, if is_whole { Ok((element, around)) } else { Err(reason()) });
        }
        match self.open.last_mut() {
            Some(parent) if self.held < LARGEST => parent.content.push(Node::Element(element)),
            Some(_) => {}
            None => self.root = self.root.take().or(Some(element)),
        }
        ControlFlow::Continue(())
    }

    fn around(&self) -> Around {
        let of =
            |name: &str| self.open.iter().filter_map(|element| element.attribute(name)).map(str::to_owned).collect();
        let (base, mut langs): (Vec<String>, Vec<String>) = (of("xml:base"), of("xml:lang"));
        Around { base, lang: langs.pop() }
    }

    fn add(&mut self, text: &str) {
        if self.held >= LARGEST || text.is_empty() {
            return;
        }
        self.held += 1;
        if let Some(element) = self.open.last_mut() {
            element.add(text.to_owned());
        }
    }

    /// What an entity stands for; one that is not known stays as it is written.
    fn resolved(&mut self, name: &str) -> Cow<'a, str> {
        if let Some((_, value)) = self.entities.iter().find(|(known, _)| *known == name)
            && self.expanded + value.len() <= EXPANSION
        {
            self.expanded += value.len();
            return Cow::Borrowed(value);
        }
        Cow::Owned(clean::unescape(&format!("&{name};")))
    }

    /// Takes the short and plain entities of a document type.
    fn declare(&mut self, at: Range<usize>) {
        let text: &'a str = &self.text[at];
        for declared in text.split("<!ENTITY").skip(1).take(ENTITIES) {
            let declared = declared.trim_start();
            let Some((name, rest)) = declared.split_once(char::is_whitespace) else { continue };
            let rest = rest.trim_start();
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
            let Some((value, _)) = rest[1..].split_once(quote) else { continue };
            if value.len() <= ENTITY && !value.contains(['&', '%', '<']) {
                self.entities.push((name, value));
            }
        }
    }

    fn declare_spaces(&mut self, attributes: &[(String, String)]) {
        let depth = self.open.len() + 1;
        for (name, uri) in attributes {
            let prefix = if name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") };
            if let Some(prefix) = prefix.filter(|_| self.spaces.len() < DECLARED) {
                let uri = uri.trim().to_ascii_lowercase();
                let bare = uri.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
                let space = SPACES.iter().find(|(known, _)| *known == bare).map(|(_, space)| *space);
                self.spaces.push((depth, prefix.to_owned(), space));
            }
        }
    }

    fn space(&self, prefix: &'a str) -> &'a str {
        let declared = self.spaces.iter().rev().find(|(_, known, _)| known == prefix);
        declared.and_then(|(_, _, space)| *space).unwrap_or(prefix)
    }
}

/// What opens there and is never closed.
fn bad_xml(text: &str, from: usize, rest: &str) -> Reason {
    const OPEN: &[(&str, &str)] = &[
        ("<![CDATA[", "a CDATA section"),
        ("<!--", "a comment"),
        ("<!", "a declaration"),
        ("<?", "an instruction"),
        ("</", "an end tag"),
        ("<", "a tag"),
        ("&", "a reference"),
    ];
    let behind = text.get(from..).unwrap_or_default();
    let what = OPEN.iter().find(|(mark, _)| behind.starts_with(mark)).map_or("markup", |(_, what)| what);
    let before = text.get(..from).unwrap_or_default();
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Reason::new("bad_xml", format!("{what} that begins in line {line}, column {column} has no end; {rest}"))
}

fn lenient(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    reader
}

/// Those that can be read, each once.
fn attributes(tag: &BytesStart<'_>) -> Vec<(String, String)> {
    let mut attributes = tag.html_attributes();
    let readable = attributes.with_checks(false).flatten().take(DECLARED);
    readable.map(|one| (one.key.as_ref().to_owned(), clean::unescape(&one.value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_item(name: &str) -> bool {
        name == "item"
    }

    #[track_caller]
    fn items(text: &str) -> Vec<Result<String, &'static str>> {
        let mut found = Vec::new();
        let _ = records(text, is_item, &mut |_, item| {
            found.push(item.map(|(item, _)| item.line().unwrap_or_default()).map_err(|reason| reason.code));
            ControlFlow::Continue(())
        });
        found
    }

    fn ok(text: &str) -> Result<String, &'static str> {
        Ok(text.to_owned())
    }

    #[test]
    fn careless_markup_is_read() {
        assert_eq!(items("<a><item>x&nbsp;y & z &amp; &nope;</item></a>"), [ok("x y & z & &nope;")]);
        assert_eq!(items("<a><item>x<br>y<p>z</item><item>w</item></a>"), [ok("xyz"), ok("w")]);
        assert_eq!(items("<a><item>5 < 6 and 7 > 6</item></a>"), [ok("5 < 6 and 7 > 6")]);
        assert_eq!(items("<a><item><x:y>1</x:y></b></item></a>"), [ok("1")]);
        assert_eq!(items("<a><item>x<item>y</item></a>"), [ok("x"), ok("y")]);
        assert_eq!(items("<a><item>a<![CDATA[<b> & c]]></item></a>"), [ok("a<b> & c")]);
        assert_eq!(items("<a><item>x <!bang y</item><item>z</item></a>"), [ok("x <!bang y"), ok("z")]);
    }

    #[test]
    fn what_breaks_off_costs_only_itself() {
        assert_eq!(items("<a><item>x</item><item>y"), [ok("x"), Err("truncated")]);
        assert_eq!(items("<a><item>x</item>"), [ok("x"), Err("truncated")]);
        assert_eq!(items("<a><item>x</item><item><![CDATA[y</item></a>"), [ok("x"), Err("bad_xml"), ok("y")]);
        let detail = bad_xml("<a>\n  <!-- x", 6, "what follows is text").detail;
        assert_eq!(detail, "a comment that begins in line 2, column 3 has no end; what follows is text");
    }

    #[test]
    fn a_document_may_be_cut_anywhere() {
        let text = "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e 'é'>]><!-- ü --><a x=\"ä\"><item y='ö'>&e;&#233; <![CDATA[é]]></item></a>";
        for (cut, _) in text.char_indices() {
            let whole = items(&text[..cut]).iter().filter(|item| item.is_ok()).count();
            assert!(whole <= usize::from(cut >= text.len() - 4), "{cut}");
            items(&text[cut..]);
        }
    }

    #[test]
    fn entities_are_never_a_bomb() {
        let bomb = "<!DOCTYPE a [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">\
            <!ENTITY d 'Wire &#38; Co'>]><a><item>&a; &b; &c;</item></a>";
        assert_eq!(items(bomb), [ok("ha &b; &c;")]);
        let long =
            format!("<!DOCTYPE a [<!ENTITY a \"{}\">]><a><item>{}</item></a>", "x".repeat(1000), "&a;".repeat(9000));
        let text = items(&long).remove(0).unwrap();
        assert!(text.len() < EXPANSION + 9000 * 3, "{}", text.len());
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let deep = format!("<a><item>{}x</item><item>y</item></a>", "<div>".repeat(50_000));
        assert_eq!(items(&deep), [ok("x"), ok("y")]);
        let closed = format!("<a><item>{}x{}</item><item>y</item></a>", "<b>".repeat(50_000), "</b>".repeat(50_000));
        assert_eq!(items(&closed), [ok("x"), ok("y")]);
        assert_eq!(items(&format!("<a><item>{}</item>", "< ".repeat(100_000)))[1], Err("truncated"));
        let many = format!("<a><item>{}</item><item>y</item></a>", "<b/>".repeat(LARGEST + 1));
        assert_eq!(items(&many), [Err("too_large"), ok("y")]);
    }

    #[test]
    fn names_are_known_by_their_namespace() {
        let text = "<a xmlns:d='http://purl.org/dc/elements/1.1/' xmlns='http://www.w3.org/2005/Atom'><d:creator>x</d:creator>\
            <media:title>y</media:title><title>z</title><div xmlns='http://www.w3.org/1999/xhtml'><p>w</p></div><id/></a>";
        let root = outline(text, is_item);
        assert!(root.is("atom:a") && root.child("dc:creator").is_some() && root.child("media:title").is_some());
        assert!(root.child("atom:title").is_some() && root.find("xhtml:div/xhtml:p").is_some());
        assert!(root.child("atom:id").is_some(), "a namespace ends with its element");
    }

    #[test]
    fn the_outline_holds_what_is_said_of_all_records() {
        let root = outline("<a xml:lang='fi'><title>t</title><item><title>no</title></item><link>l</link>", is_item);
        assert_eq!(root.elements().filter_map(Element::line).collect::<Vec<_>>(), ["t", "l"]);
        assert_eq!(root.attribute("xml:lang"), Some("fi"));
    }
}
