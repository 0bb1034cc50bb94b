//! A start tag, read as a parser would read it.

use super::scan::Scan;

const MOST_ATTRIBUTES: usize = 64;
const LONGEST_ATTRIBUTE: usize = 32 << 10;
const LONGEST_KEY: usize = 200;

pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    /// All of it, from `<` to `>`.
    pub(super) raw: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
    /// It cannot be handed on as it is.
    is_too_large: bool,
}

impl<'a> Tag<'a> {
    /// Reads the tag that begins here; says where it ends.
    pub(super) fn read(scan: &mut Scan<'a>, at: usize) -> (Tag<'a>, usize) {
        let page = scan.page;
        let bytes = page.as_bytes();
        let name = name(&page[at + 1..]);
        let mut here = at + 1 + name.len();
        let mut attributes = Vec::new();
        let mut count = 0;
        let mut is_too_large = false;
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
            let attribute = attribute(scan, here);
            here = attribute.end;
            count += 1;
            is_too_large |=
                attribute.is_open || attribute.value.len() > LONGEST_ATTRIBUTE || attribute.key.len() > LONGEST_KEY;
            if count <= MOST_ATTRIBUTES {
                attributes.push((attribute.key, attribute.value));
            }
        }
        let raw = &page[at..here];
        // A tag the page breaks off in would go on in what is written after it.
        is_too_large |= count > MOST_ATTRIBUTES || !raw.ends_with('>');
        (Tag { name, raw, attributes, is_too_large }, here)
    }

    /// The value of an attribute.
    pub(super) fn value(&self, key: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| *value)
    }

    pub(super) fn write(&self, out: &mut String) {
        if !self.is_too_large {
            return out.push_str(self.raw);
        }
        out.push('<');
        out.push_str(self.name);
        for (key, value) in &self.attributes {
            let value = &value[..value.floor_char_boundary(LONGEST_ATTRIBUTE)];
            let quote = if value.contains('"') { "'" } else { "\"" };
            let is_sound = key.len() < LONGEST_KEY && !(value.contains('"') && value.contains('\''));
            if is_sound {
                out.extend([" ", key, "=", quote, value, quote]);
            }
        }
        out.push('>');
    }
}

/// The name of an element, at the start of what is left of its tag.
pub(super) fn name(text: &str) -> &str {
    let end = text.bytes().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/' | b'<'));
    &text[..end.unwrap_or(text.len())]
}

struct Attribute<'a> {
    key: &'a str,
    value: &'a str,
    end: usize,
    /// Its value never ends.
    is_open: bool,
}

fn attribute<'a>(scan: &mut Scan<'a>, at: usize) -> Attribute<'a> {
    let page = scan.page;
    let bytes = page.as_bytes();
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'>' | b'/');
    // A name may begin with `=`.
    let length = 1 + bytes[at + 1..].iter().take_while(|byte| !ends(byte)).count();
    let key = page.get(at..at + length).unwrap_or_default();
    let mut here = at + length;
    let blank = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    if bytes.get(here + blank(here)) != Some(&b'=') {
        return Attribute { key, value: "", end: here, is_open: false };
    }
    here += blank(here) + 1;
    here += blank(here);
    let quote = match bytes.get(here) {
        Some(b'"') => "\"",
        Some(b'\'') => "'",
        _ => {
            let length = bytes[here..].iter().take_while(|byte| !byte.is_ascii_whitespace() && **byte != b'>').count();
            return Attribute { key, value: &page[here..here + length], end: here + length, is_open: false };
        }
    };
    // A value that never ends is one up to the next `>`.
    let from = here + 1;
    match scan.find(from, quote) {
        Some(end) => Attribute { key, value: &page[from..end], end: end + 1, is_open: false },
        None => Attribute { key, value: "", end: scan.find(from, ">").unwrap_or(page.len()), is_open: true },
    }
}
