//! What a list of articles is in, where that is broken or too large to wait for its end.

use std::ops::Range;

use serde_json::{Map, Value};

use super::{LISTS, Object, WRAPPERS, as_held};
use crate::ingest::readers::held;
use crate::ingest::root::keys;
use crate::ingest::{BAD_EMBARGO, Reason};

/// In which the list of an envelope begins.
const LONGEST_HEAD: usize = 64 << 10;

#[derive(Default)]
pub(super) struct Envelope {
    /// What it says of showing its articles before the list, and, as far as that has come, behind it.
    before: Map<String, Value>,
    after: Map<String, Value>,
    /// How many brackets are open, and how few have been since the list began.
    depth: usize,
    lowest: usize,
    /// The list has ended.
    pub(super) is_behind: bool,
    /// Articles are in that nobody knew to hold back.
    is_shown: bool,
}

impl Envelope {
    pub(super) fn is_open(&self) -> bool {
        self.depth > 0
    }

    /// Does it hold its articles back?
    pub(super) fn holds(&self) -> bool {
        held::holds(&Object(&self.before)) || held::holds(&Object(&self.after))
    }

    /// An article with what is said of all.
    pub(super) fn hold(&mut self, value: Value) -> Value {
        self.is_shown |= !held::holds(&Object(&self.after));
        as_held(as_held(value, Some(&self.before)), Some(&self.after))
    }

    /// Looks behind the list that the text goes on with, if it ends in it. Returns how far that was.
    pub(super) fn look_ahead(&mut self, text: &str) -> usize {
        if self.is_behind {
            return 0;
        }
        let (mut depth, mut lowest) = (self.depth + 1, self.depth);
        let (length, said) = behind(text, &mut depth, &mut lowest, true);
        self.after = said.into_iter().map(|said| (said.key, said.value)).collect();
        length
    }

    /// How far the brackets around the list go, and what behind it should have stood before it.
    pub(super) fn behind(&mut self, text: &str, ended: bool) -> (usize, Vec<(Range<usize>, Reason)>) {
        let (length, said) = behind(text, &mut self.depth, &mut self.lowest, ended);
        let said = said.into_iter().filter(|_| self.is_shown).filter(Said::holds);
        (length, said.map(|said| (said.at.clone(), said.too_late())).collect())
    }
}

/// Something that an envelope says of showing its articles.
struct Said {
    at: Range<usize>,
    key: String,
    value: Value,
}

impl Said {
    fn holds(&self) -> bool {
        held::holds(&Object(&Map::from_iter([(self.key.clone(), self.value.clone())])))
    }

    fn too_late(self) -> Reason {
        let detail = format!(
            "`{}` stands behind the list of articles, which is too large to wait for its end: those before are in as if \
            it were not there; send them again with it before the list, or in each of them",
            self.key
        );
        Reason::new(BAD_EMBARGO, detail).held(true)
    }
}

/// How far the brackets go that are open; to the last string or value that is whole, where they go on. And what is said
/// between the outermost of them.
fn behind(text: &str, depth: &mut usize, lowest: &mut usize, ended: bool) -> (usize, Vec<Said>) {
    let (mut string, mut escaped, mut name, mut said) = (None, false, None, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if string.is_some() => escaped = true,
            b'"' => match string.take() {
                Some(start) => name = Some(start..at + 1),
                None => (string, name) = (Some(at), None),
            },
            _ if string.is_some() || byte.is_ascii_whitespace() => {}
            b':' if *depth == *lowest => {
                let Some(name) = name.take().filter(|name| held::may_hold(text[name.clone()].trim_matches('"'))) else {
                    continue;
                };
                let Some((length, value)) = value(&text[at + 1..], ended) else { return (name.start, said) };
                let key = text[name.clone()].trim_matches('"').to_owned();
                said.push(Said { at: name.start..at + 1 + length, key, value });
            }
            b'{' | b'[' => (*depth, name) = (*depth + 1, None),
            b'}' | b']' => {
                *depth -= 1;
                *lowest = (*lowest).min(*depth);
                name = None;
                if *depth == 0 {
                    return (at + 1, said);
                }
            }
            _ => name = None,
        }
    }
    let open = string.or(name.map(|name| name.start));
    (open.filter(|_| !ended).unwrap_or(text.len()), said)
}

/// The value that a text begins with, and its length; `None` where it may go on. What is none is what stands there.
fn value(text: &str, ended: bool) -> Option<(usize, Value)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let read = values.next();
    let length = values.byte_offset();
    match read {
        Some(Ok(value)) => Some((length, value)).filter(|_| ended || length < text.len()),
        Some(Err(error)) if !error.is_eof() => Some((0, Value::String("what cannot be read".to_owned()))),
        _ => ended.then(|| (text.len(), Value::String("what breaks off".to_owned()))),
    }
}

/// Where the list of articles begins in the object that begins the text, and what it is in.
pub(super) fn opened_list(text: &str) -> Option<(usize, Envelope)> {
    let head = &text[..text.floor_char_boundary(LONGEST_HEAD)];
    let (mut inside, mut envelope) = (head, Envelope::default());
    while inside.starts_with('{') {
        envelope.depth += 1;
        envelope.lowest = envelope.depth;
        let keys = keys(inside);
        for (key, value) in keys.iter().filter(|(key, _)| held::may_hold(key)) {
            let value = serde_json::Deserializer::from_str(value).into_iter().next().and_then(Result::ok);
            value.map(|value: Value| envelope.before.insert((*key).to_owned(), value));
        }
        let find =
            |names: &[&str], open| keys.iter().find(|(key, value)| names.contains(key) && value.starts_with(open));
        if let Some((_, list)) = find(LISTS, '[') {
            return Some((head.len() - list.len() + 1, envelope));
        }
        inside = find(WRAPPERS, '{')?.1;
    }
    None
}
