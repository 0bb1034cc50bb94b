//! An element of XML, and what it holds.

use std::ops::Range;

use crate::ingest::clean;

#[derive(Debug, Default)]
pub(super) struct Element<'a> {
    /// The prefix its namespace usually has.
    pub(super) space: &'a str,
    pub(super) local: &'a str,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) content: Vec<Node<'a>>,
    /// Where in the text it stands.
    pub(super) at: Range<usize>,
}

/// What an element holds.
#[derive(Debug)]
pub(super) enum Node<'a> {
    Element(Element<'a>),
    Text(String),
}

impl<'a> Element<'a> {
    /// Is this its name? `title` is one of the format itself, `dc:title` one of that namespace; case does not matter.
    pub(super) fn is(&self, name: &str) -> bool {
        let (space, local) = name.split_once(':').unwrap_or(("", name));
        self.local.eq_ignore_ascii_case(local) && self.space.eq_ignore_ascii_case(space)
    }

    /// Its name without a prefix.
    pub(super) fn local(&self) -> &'a str {
        self.local
    }

    /// The value of an attribute, if it is not empty.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Element<'a>> + Clone {
        self.content.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    pub(super) fn children<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Element<'a>> + Clone {
        self.elements().filter(move |element| element.is(name))
    }

    pub(super) fn child(&self, name: &str) -> Option<&Element<'a>> {
        self.elements().find(|element| element.is(name))
    }

    /// A child of a child.
    pub(super) fn find(&self, path: &str) -> Option<&Element<'a>> {
        path.split('/').try_fold(self, |element, name| element.child(name))
    }

    /// The first element of that name anywhere within, this one included.
    pub(super) fn within(&self, name: &str) -> Option<&Element<'a>> {
        if self.is(name) { Some(self) } else { self.elements().find_map(|element| element.within(name)) }
    }

    /// All of that name anywhere within, in order; not those within one of them.
    pub(super) fn all<'s>(&'s self, name: &str) -> Vec<&'s Element<'a>> {
        let mut found = Vec::new();
        for element in self.elements() {
            if element.is(name) {
                found.push(element);
            } else {
                found.extend(element.all(name));
            }
        }
        found
    }

    /// All text within.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.add_text(&mut text);
        text
    }

    fn add_text(&self, text: &mut String) {
        for node in &self.content {
            match node {
                Node::Text(part) => text.push_str(part),
                Node::Element(element) => element.add_text(text),
            }
        }
    }

    /// One line, if there is something in it.
    pub(super) fn line(&self) -> Option<String> {
        clean::some_line(&self.text())
    }

    /// The markup within: the text, where it is markup that was escaped; else what the elements are.
    pub(super) fn markup(&self) -> String {
        if self.elements().next().is_none() { self.text() } else { self.written() }
    }

    /// As markup, with text escaped.
    pub(super) fn written(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        for node in &self.content {
            match node {
                Node::Text(text) => out.push_str(&text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")),
                Node::Element(element) => {
                    let source = element.attribute("src").filter(|_| element.local.eq_ignore_ascii_case("img"));
                    let source = source.map(|source| format!(" src=\"{}\"", source.replace('"', "%22")));
                    out.push_str(&format!("<{}{}>", element.local, source.unwrap_or_default()));
                    element.write(out);
                    out.push_str(&format!("</{}>", element.local));
                }
            }
        }
    }

    pub(super) fn add(&mut self, text: String) {
        match self.content.last_mut() {
            Some(Node::Text(before)) => before.push_str(&text),
            _ => self.content.push(Node::Text(text)),
        }
    }
}
