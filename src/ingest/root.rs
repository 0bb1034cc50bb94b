//! What a text begins with, be it markup or JSON: as far as a look at its head tells.

/// The first element of a text of markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Root<'a> {
    /// `rdf:RDF`
    pub(super) name: &'a str,
    /// What stands in its tag behind the name.
    pub(super) attributes: &'a str,
}

impl<'a> Root<'a> {
    /// The first element behind declaration, instructions, comments and document type.
    pub(super) fn of(head: &'a str) -> Option<Root<'a>> {
        let mut rest = start(head);
        loop {
            let skipped = match () {
                () if rest.starts_with("<?") => after(rest, "?>")?,
                () if rest.starts_with("<!--") => after(rest, "-->")?,
                () if rest.starts_with("<!") => after_doctype(rest)?,
                () => break,
            };
            rest = start(skipped);
        }
        let tag = rest.strip_prefix('<').filter(|tag| tag.starts_with(|c: char| c.is_alphabetic() || c == '_'))?;
        let name = tag.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).map_or(tag, |end| &tag[..end]);
        let attributes = &tag[name.len()..];
        let end = attributes.find('>').unwrap_or(attributes.len());
        Some(Root { name, attributes: &attributes[..end] })
    }

    /// The name without its prefix, in small letters.
    pub(super) fn local(&self) -> String {
        self.name.rsplit(':').next().unwrap_or_default().to_lowercase()
    }
}

fn start(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

fn after<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    text.find(end).map(|at| &text[at + end.len()..])
}

/// A document type may define entities between brackets.
fn after_doctype(text: &str) -> Option<&str> {
    let end = text.find('>')?;
    match text.find('[').filter(|open| *open < end) {
        Some(open) => after(after(&text[open..], "]")?, ">"),
        None => Some(&text[end + 1..]),
    }
}

/// The keys of the first object of a text of JSON, also within arrays, each with what stands behind it.
pub(super) fn keys(head: &str) -> Vec<(&str, &str)> {
    let (mut keys, mut depth, mut at) = (Vec::new(), 0, 0);
    let bytes = head.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' => depth += 1,
            b'[' if depth > 0 => depth += 1,
            b'}' | b']' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            b'"' => {
                let Some(length) = string(&head[at..]) else { break };
                let rest = head[at + length..].trim_start();
                if let Some(value) = rest.strip_prefix(':').filter(|_| depth == 1) {
                    keys.push((&head[at + 1..at + length - 1], value.trim_start()));
                }
                at += length - 1;
            }
            _ => {}
        }
        at += 1;
    }
    keys
}

/// The length of the string that begins the text, quotes included.
fn string(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_stands_behind_all_that_may_come_before_it() {
        let text = "\u{feff}<?xml version=\"1.0\"?>\n<!-- <a> -->\n<?style?><!DOCTYPE x [<!ENTITY y \">\">]>\n<n:Root a='b' >x";
        assert_eq!(Root::of(text), Some(Root { name: "n:Root", attributes: " a='b' " }));
        assert_eq!(Root::of(text).unwrap().local(), "root");
        assert_eq!(Root::of("<!DOCTYPE x SYSTEM \"y\">\n<z/>").unwrap().name, "z");
        for text in ["", "text <b>", "<", "< a>", "<!-- never", "<!DOCTYPE"] {
            assert_eq!(Root::of(text), None, "{text}");
        }
    }

    #[test]
    fn the_keys_are_those_of_the_outermost_object() {
        let names = |text| keys(text).into_iter().map(|(key, _)| key).collect::<Vec<_>>();
        assert_eq!(names(r#"{"a":{"b":1},"c\"d":["e",{"f":2}],"g":"h:i"}{"j":1}"#), ["a", "c\\\"d", "g"]);
        assert_eq!(names("[\n {\"a\":1}, {\"b\":2}]"), ["a"]);
        assert_eq!(names(r#"{"a":1,"b":"never","c":2"#), ["a", "b", "c"]);
        assert_eq!(names(r#"{"a":1,"never"#), ["a"]);
        assert_eq!(keys(r#"{"version" : "https://x"}"#)[0].1, "\"https://x\"}");
    }
}
