//! JSON: one object, an array of objects, an object that holds such an array, objects one after the other, and JSON
//! Lines. Objects are read one at a time.

mod envelope;
mod unread;

use std::ops::{ControlFlow, Range};

use serde_json::{Map, Value};

use super::columns::{self, FieldMap, Record, Values};
use super::held::Told;
use super::{Emit, held, ninjs, repair};
use crate::article::Article;
use crate::ingest::Reason;
use envelope::Envelope;
pub(in crate::ingest) use unread::unread;

/// Keys under which exports put their articles.
const LISTS: &[&str] = &[
    "articles",
    "results",
    "items",
    "data",
    "docs",
    "documents",
    "hits",
    "_items",
    "entries",
    "records",
    "rows",
    "news",
    "stories",
    "posts",
    "value",
];

/// Keys under which an envelope holds the article, or the list of articles; what stands beside it belongs to it.
const WRAPPERS: &[&str] = &[
    "response",
    "_source",
    "source_document",
    "hits",
    "data",
    "feed",
    "article",
    "attributes",
    "fields",
    "node",
    "item",
];

/// Keys under which an article keeps parts of itself.
const BOXES: &[&str] = &["fields", "attributes"];

/// Lines looked at to tell whether each is an object of its own.
const LINES: usize = 20;

/// An object that has not ended after this much, while others have begun, never will.
const PATIENCE: usize = 16 << 20;

/// Bytes looked at in vain: enough for the mistakes of any file, and little enough for one that is all mistakes.
const MOST_VAIN: usize = 256 << 20;

#[derive(Default)]
pub(in crate::ingest) struct Reader {
    /// Bytes looked at in vain, for the ends of objects that have none.
    vain: usize,
    /// Around the articles at hand, where it is broken or too large to wait for its end.
    envelope: Option<Envelope>,
    /// Every line is an object of its own, so that a broken line is only a line.
    lines: Option<bool>,
    /// What an envelope said too late.
    late: Vec<(Range<usize>, Reason)>,
}

/// Has the first object, or the first of a list, come whole?
pub(in crate::ingest) fn begins(text: &str) -> bool {
    let first = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '[' | '\u{feff}'));
    repair::balanced(first).is_ok()
}

impl Reader {
    /// `is_lines`: it was said to be JSON Lines, so that nothing has to be found by looking.
    pub(in crate::ingest) fn new(is_lines: bool) -> Reader {
        Reader { lines: is_lines.then_some(true), ..Reader::default() }
    }

    /// Calls `emit` with every article, or with why there is none, and where it stands. Returns how much of the text
    /// has been read; what may go on after it is left, unless the text has `ended`.
    pub(in crate::ingest) fn read(
        &mut self,
        text: &str,
        ended: bool,
        map: &FieldMap,
        emit: &mut Emit<'_>,
    ) -> ControlFlow<(), usize> {
        // All that is refused of one piece is held back, or none of it.
        let mut looked = (0..0, false);
        let mut emit = |at: Range<usize>, read: Result<Article, Reason>| {
            if read.is_err() && looked.0 != at {
                looked = (at.clone(), held::may_be_held(&text.as_bytes()[at.clone()]));
            }
            emit(at, read.map_err(|reason| reason.held(looked.1)))
        };
        let is_lines = self.lines.unwrap_or_else(|| self.look(text, ended));
        if is_lines { lines(text, ended, map, &mut emit) } else { self.values(text, ended, map, &mut emit) }
    }

    /// Is what comes now in an envelope that holds it back?
    pub(in crate::ingest) fn is_held(&self) -> bool {
        self.envelope.as_ref().is_some_and(Envelope::holds)
    }

    fn values(&mut self, text: &str, ended: bool, map: &FieldMap, emit: &mut Emit<'_>) -> ControlFlow<(), usize> {
        let mut at = 0;
        if self.vain > MOST_VAIN {
            return ControlFlow::Continue(text.len());
        }
        if let Some(envelope) = &mut self.envelope {
            envelope.look_ahead(text);
        }
        loop {
            let next = self.next_value(&text[at..], ended);
            self.late.drain(..).try_for_each(|(said, reason)| emit(at + said.start..at + said.end, Err(reason)))?;
            at += match next {
                Ok(skip) => skip,
                Err(skip) => return ControlFlow::Continue(at + skip),
            };
            let start = at;
            let is_held = self.is_held();
            let mut emit =
                |at: Range<usize>, read: Result<Article, Reason>| emit(at, read.map_err(|reason| reason.held(is_held)));
            let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
            let error = match values.next() {
                Some(Ok(value)) => {
                    at = start + values.byte_offset();
                    objects(self.as_held(value), &mut |value| made(start..at, &value, map, &mut emit))?;
                    continue;
                }
                Some(Err(error)) => error,
                None => return ControlFlow::Continue(text.len()),
            };
            let found = repair::balanced(&text[start..]);
            let length = found.ok();
            at = length.map_or_else(|| next_object(text, start), |length| start + length);
            let patient = error.is_eof() && text.len() - start < PATIENCE;
            if length.is_none() && !ended && patient {
                return ControlFlow::Continue(start);
            }
            let mended = length.and_then(|_| repair::parse(&text[start..at]).ok());
            if let Some(value) = mended {
                objects(self.as_held(value), &mut |value| made(start..at, &value, map, &mut emit))?;
                continue;
            }
            let list = if self.envelope.is_none() { envelope::opened_list(&text[start..]) } else { None };
            if let Some((length, mut envelope)) = list {
                at = start + length;
                // Of envelopes that are opened again and again.
                self.vain += envelope.look_ahead(&text[at..]).saturating_sub(length);
                self.envelope = Some(envelope);
                if ended || !error.is_eof() {
                    emit(start..at, Err(bad_json(&error)))?;
                }
                continue;
            }
            if length.is_none() && !ended && at == text.len() {
                return ControlFlow::Continue(start);
            }
            self.vain += found.err().unwrap_or_default();
            if self.vain > MOST_VAIN {
                let detail = "too many objects in this have no end; from here on it is not read";
                emit(start..text.len(), Err(Reason::new("bad_json", detail)))?;
                return ControlFlow::Continue(text.len());
            }
            emit(start..at, Err(bad_json(&error)))?;
        }
    }

    /// Where the next value begins, or how far there is none. The elements of an array are read one by one, as if they stood
    /// there without it; and what an envelope says behind its list is passed over.
    fn next_value(&mut self, text: &str, ended: bool) -> Result<usize, usize> {
        let between = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '\0' | '\u{1e}');
        let mut at = 0;
        while let Some(envelope) = &mut self.envelope {
            if envelope.is_behind {
                let (length, late) = envelope.behind(&text[at..], ended);
                self.late.extend(late.into_iter().map(|(said, reason)| (at + said.start..at + said.end, reason)));
                at += length;
                if envelope.is_open() {
                    return Err(at);
                }
                self.envelope = None;
                break;
            }
            let next = text[at..].find(['{', ']']).ok_or(text.len())?;
            if text[at + next..].starts_with('{') {
                return Ok(at + next);
            }
            at += next + 1;
            envelope.is_behind = true;
        }
        text[at..].find(|c| !between(c)).map(|next| at + next).ok_or(text.len())
    }

    /// A value with what the envelope around it says of showing it.
    fn as_held(&mut self, value: Value) -> Value {
        match &mut self.envelope {
            Some(envelope) => envelope.hold(value),
            None => value,
        }
    }

    /// Several lines, and most of them whole objects? As long as there is no more than one that is, this goes for now.
    fn look(&mut self, text: &str, ended: bool) -> bool {
        let (count, objects) = whole_lines(text, ended);
        if !ended && count < 2 && objects == count {
            return count == 1;
        }
        *self.lines.insert(objects > 1 && objects * 2 > count)
    }
}

/// How many lines there are at the beginning, and how many of them are whole objects.
fn whole_lines(text: &str, ended: bool) -> (usize, usize) {
    let whole = if ended { text.len() } else { text.rfind('\n').unwrap_or(0) };
    let lines = text[..whole].lines().filter(|line| !line.trim().is_empty()).take(LINES);
    lines.fold((0, 0), |(count, objects), line| {
        (count + 1, objects + usize::from(line.trim_start().starts_with('{') && repair::parse(line.trim()).is_ok()))
    })
}

fn lines(text: &str, ended: bool, map: &FieldMap, emit: &mut Emit<'_>) -> ControlFlow<(), usize> {
    let mut at = 0;
    while at < text.len() {
        let end = text[at..].find('\n').map(|length| at + length);
        if end.is_none() && !ended {
            break;
        }
        let (end, next) = end.map_or((text.len(), text.len()), |end| (end, end + 1));
        let line = text[at..end].trim().trim_end_matches(',');
        if !line.is_empty() && !matches!(line, "[" | "]") {
            match repair::parse(line) {
                Ok(value) => objects(value, &mut |value| made(at..end, &value, map, emit))?,
                Err(error) => emit(at..end, Err(bad_json(&error)))?,
            }
        }
        at = next;
    }
    ControlFlow::Continue(at)
}

/// Where reading goes on after an object that never ends: at the next line that begins as its own did.
fn next_object(text: &str, start: usize) -> usize {
    let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let indent = &text[line..start];
    let same = if indent.trim().is_empty() { format!("\n{indent}{{") } else { "\n{".to_owned() };
    let beyond = text[start..].find(&same).map(|found| start + found + 1);
    let next_line = || text[start..].find('\n').map(|found| start + found + 1);
    let lost = if text[start..].starts_with('{') { beyond } else { next_line() };
    lost.unwrap_or(text.len())
}

fn bad_json(error: &serde_json::Error) -> Reason {
    let what = if error.is_eof() { "it breaks off" } else { "it is wrong" };
    Reason::new("bad_json", format!("{what} in line {}, column {} of the object", error.line(), error.column()))
}

fn objects(value: Value, emit: &mut dyn FnMut(Value) -> ControlFlow<()>) -> ControlFlow<()> {
    match value {
        Value::Array(values) => values.into_iter().try_for_each(|value| objects(value, emit)),
        Value::Object(object) if is_item(&object) => emit(Value::Object(object)),
        Value::Object(mut object) if is_envelope(&object) => {
            let is_list = |value: &Value| value.as_array().is_some_and(|list| list.iter().any(Value::is_object));
            let list = LISTS.iter().find(|key| object.get(**key).is_some_and(is_list));
            if let Some(list) = list.and_then(|key| object.remove(*key)) {
                return objects(as_held(list, Some(&object)), emit);
            }
            let wrapper = WRAPPERS.iter().find(|key| object.get(**key).is_some_and(Value::is_object));
            match wrapper.and_then(|key| object.remove(*key)) {
                Some(Value::Object(inner)) => objects(Value::Object(together(inner, object)), emit),
                _ => emit(Value::Object(object)),
            }
        }
        Value::Object(object) => emit(Value::Object(opened(object))),
        other => emit(other),
    }
}

/// What an envelope says of showing its articles, it says of each.
fn as_held(mut value: Value, envelope: Option<&Map<String, Value>>) -> Value {
    let articles = match &mut value {
        Value::Array(list) => list.as_mut_slice(),
        one => std::slice::from_mut(one),
    };
    for article in articles.iter_mut().filter_map(Value::as_object_mut) {
        for (key, value) in envelope.into_iter().flatten().filter(|(key, _)| held::may_hold(key)) {
            join(article, key.clone(), value.clone());
        }
    }
    value
}

/// Adds what is not said yet; of what says whether something is to be shown, both count.
fn join(object: &mut Map<String, Value>, key: String, value: Value) {
    match object.get_mut(&key) {
        Some(own) if held::may_hold(&key) => *own = Value::Array(vec![own.take(), value]),
        Some(_) => {}
        None => drop(object.insert(key, value)),
    }
}

/// What an object says of showing it, itself or in what it adds to its format (`_newsroom`).
pub(super) fn told(object: &Map<String, Value>) -> Told {
    let is_said = |key: &str| held::may_hold(key) || held::tells_draft(key);
    let added = object.iter().filter(|(key, _)| key.starts_with('_')).filter_map(|(_, value)| value.as_object());
    let mut said = Map::new();
    for (key, value) in added.flatten().chain(object).filter(|(key, _)| is_said(key)) {
        join(&mut said, key.clone(), value.clone());
    }
    Told::of(&Object(&said))
}

/// Is this no article itself, but has some in it? So is what has nothing of an article but a title or a text, beside a list
/// of what has a text.
fn is_envelope(object: &Map<String, Value>) -> bool {
    let says = |object: &Map<String, Value>, field| columns::names(field).iter().any(|name| is_text(object, name));
    let has_text = |value: &Value| {
        value.as_object().is_some_and(|object| is_item(object) || says(object, "body") || says(object, "lead"))
    };
    let mut lists = LISTS.iter().filter_map(|key| object.get(*key)?.as_array());
    let is_known = || says(object, "id") || says(object, "url") || says(object, "headline") && says(object, "body");
    !columns::has_text(|name| is_text(object, name)) || !is_known() && lists.any(|list| list.iter().any(has_text))
}

/// An article with what interfaces put in a box beside its headline (open-platform.theguardian.com: `fields`).
fn opened(mut object: Map<String, Value>) -> Map<String, Value> {
    let boxed = BOXES.iter().find(|key| object.get(**key).is_some_and(Value::is_object));
    if let Some(Value::Object(boxed)) = boxed.and_then(|key| object.remove(*key)) {
        boxed.into_iter().for_each(|(key, value)| join(&mut object, key, value));
    }
    object
}

/// Has the object a text of this name?
fn is_text(object: &Map<String, Value>, name: &str) -> bool {
    let named = object.iter().filter(|(key, _)| columns::same(key, name));
    named.map(|(_, value)| value).any(|value| value.is_string() || !value.is_object() && !texts(value).is_empty())
}

/// What stood beside the article in its envelope, where the article does not say it itself.
fn together(mut inner: Map<String, Value>, envelope: Map<String, Value>) -> Map<String, Value> {
    let is_said = |key: &str, value: &Value| value.is_string() || value.is_number() || held::may_hold(key);
    for (key, value) in envelope.into_iter().filter(|(key, value)| is_said(key, value)) {
        join(&mut inner, key, value);
    }
    inner
}

/// An item of a wire is read as such, unless somebody says where its fields are.
fn made(at: Range<usize>, value: &Value, map: &FieldMap, emit: &mut Emit<'_>) -> ControlFlow<()> {
    match value {
        Value::Object(item) if map.is_empty() && is_item(item) => ninjs::read(&at, item, emit),
        value => {
            let read = article(value, map);
            let unread = read.as_ref().ok().zip(value.as_object());
            let unread = unread.and_then(|(read, object)| held::unread_embargo(&Object(object), map, read));
            emit(at.clone(), read)?;
            unread.map_or(ControlFlow::Continue(()), |reason| emit(at, Err(reason)))
        }
    }
}

fn is_item(object: &Map<String, Value>) -> bool {
    ninjs::is_item(object.keys().map(String::as_str))
}

/// What a front matter says of its article, and what is the matter with its embargo.
pub(super) fn matter(value: &Value, map: &FieldMap) -> (Article, Option<Reason>) {
    let Value::Object(object) = value else { return (Article::default(), None) };
    let article = columns::beginnings(&Object(object), map);
    let unread = held::unread_embargo(&Object(object), map, &article);
    (article, unread)
}

fn article(value: &Value, map: &FieldMap) -> Result<Article, Reason> {
    match value {
        Value::Object(object) => {
            let read = columns::article(&Object(object), map)?;
            if is_empty(&read) && !read.is_held() {
                unread::foreign(object, map).map_or(Ok(read), Err)
            } else {
                Ok(read)
            }
        }
        _ => Err(Reason::new("no_article", "not an object")),
    }
}

fn is_empty(article: &Article) -> bool {
    article.headline.is_empty() && article.lead.is_none() && article.body.is_empty()
}

pub(super) struct Object<'a>(pub(super) &'a Map<String, Value>);

impl Record for Object<'_> {
    /// A key in any case; `a.b` leads into objects.
    fn get(&self, name: &str) -> Option<Values> {
        let found = find(self.0, name).or_else(|| {
            let (outer, inner) = name.split_once('.')?;
            find(find(self.0, outer)?.as_object()?, inner)
        })?;
        let texts = texts(found);
        (!texts.is_empty()).then_some(Values { texts, is_list: found.is_array() })
    }

    fn written(&self, name: &str) -> Vec<String> {
        let named = self.0.iter().filter(|(key, _)| columns::same(key, name)).map(|(_, value)| value);
        let outer = name.split_once('.').and_then(|(outer, inner)| Some((find(self.0, outer)?.as_object()?, inner)));
        let within = outer.into_iter().flat_map(|(object, inner)| Object(object).written(inner));
        named.flat_map(written).chain(within).collect()
    }
}

/// A value as it is written; nothing where it is empty.
fn written(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(written).collect(),
        Value::Object(object) => {
            let keys = NAMED.iter().chain(CODES).filter_map(|key| object.get(*key));
            let named: Vec<String> = keys.flat_map(written).collect();
            if named.is_empty() { object.values().flat_map(written).collect() } else { named }
        }
        value => vec![texts(value).into_iter().next().unwrap_or_else(|| value.to_string())],
    }
}

/// The value of a key; of several that are the same in another spelling, the first that is not empty.
fn find<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let named = object.iter().filter(|(key, _)| columns::same(key, name)).map(|(_, value)| value);
    object
        .get(name)
        .filter(|value| !value.is_null())
        .or_else(|| named.into_iter().find(|value| !texts(value).is_empty()))
}

/// Where objects keep what they are called, or what they say.
const NAMED: &[&str] = &[
    "value",
    "name",
    "text",
    "main",
    "rendered",
    "original",
    "$date",
    "$oid",
    "$numberLong",
    "title",
    "webTitle",
    "label",
    "full_name",
    "#text",
    "url",
    "id",
];

/// Where wires keep the codes of what they say.
const CODES: &[&str] = &["code", "qcode", "literal", "uri"];

/// Strings, numbers, arrays of them, and objects that have a name or a text.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()).into_iter().collect(),
        // What is longer than a number can be has lost its last digits: as a name it would be another's.
        Value::Number(number) if number.as_f64().is_some_and(|size| size.abs() >= u64::MAX as f64) => Vec::new(),
        Value::Number(number) => vec![number.to_string()],
        Value::Bool(value) => vec![value.to_string()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(object) => {
            let mut named = NAMED.iter().filter_map(|key| object.get(*key)).map(texts);
            named.find(|texts| !texts.is_empty()).unwrap_or_default()
        }
        Value::Null => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
