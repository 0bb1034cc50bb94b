//! What says of an article that it is not to be shown, or not yet.
//!
//! All of it fails closed: whatever may say so does, and what was refused is kept without its text where it might have.

use jiff::Timestamp;

use super::columns::{FieldMap, Record, names, same, written};
use super::wire;
use crate::article::{Article, Status};
use crate::ingest::{Reason, clean};

/// What says of an article whether it is a draft, and whether it is published.
const DRAFT: &[&str] = &["draft", "is_draft"];
const PUBLISHED: &[&str] = &["published", "is_published"];

/// What something says of showing it, and what is in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) status: Status,
    pub(super) embargo: Option<Timestamp>,
    /// What is the matter with an embargo that cannot be read.
    pub(super) unread: Option<Reason>,
}

impl Told {
    pub(super) fn of(record: &impl Record) -> Told {
        let map = FieldMap::default();
        let mut article = Article { status: status(record, &map), ..Article::default() };
        let unread = embargo(record, &map, &mut article);
        withhold_draft(record, &mut article);
        Told { status: article.status, embargo: article.embargo, unread }
    }

    /// Together with what is said of all that it stands among; a kill is of one article.
    pub(super) fn within(self, around: &Told) -> Told {
        let outer = around.status.min(Status::Withheld);
        let is_endless = |status, embargo: Option<Timestamp>| status == Status::Withheld && embargo.is_none();
        let is_dated = !is_endless(self.status, self.embargo) && !is_endless(outer, around.embargo);
        Told {
            status: self.status.max(outer),
            embargo: self.embargo.max(around.embargo).filter(|_| is_dated),
            unread: self.unread.or_else(|| around.unread.clone()),
        }
    }
}

/// Does this say that something is not to be shown?
pub(super) fn holds(record: &impl Record) -> bool {
    let map = FieldMap::default();
    let is_embargoed = || written(record, &map, "embargo").iter().any(|text| !is_none(text));
    status(record, &map) != Status::Usable || is_draft(record) || is_embargoed()
}

/// A draft is hidden until another version comes, whenever its embargo ends.
pub(super) fn withhold_draft(record: &impl Record, article: &mut Article) {
    if is_draft(record) {
        wire::withhold(article);
        article.embargo = None;
    }
}

fn is_draft(record: &impl Record) -> bool {
    let says = |names: &[&str], holds: fn(&str) -> bool| {
        names.iter().flat_map(|name| record.written(name)).any(|text| holds(&text))
    };
    says(DRAFT, |text| !is_none(text)) || says(PUBLISHED, is_no)
}

fn is_no(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "false" | "no" | "0")
}

/// Does a column of this name say whether something is a draft?
pub(super) fn tells_draft(name: &str) -> bool {
    DRAFT.iter().chain(PUBLISHED).any(|known| same(known, name))
}

/// Whatever says that this is not to be shown counts, under each of its names.
pub(super) fn status(record: &impl Record, map: &FieldMap) -> Status {
    written(record, map, "status").iter().map(|word| wire::status(word)).max().unwrap_or_default()
}

/// Whatever may be an embargo is one, under each of its names: the last that ends counts, and one that cannot be read
/// more than all that can.
pub(super) fn embargo(record: &impl Record, map: &FieldMap, article: &mut Article) -> Option<Reason> {
    let texts = written(record, map, "embargo").into_iter().filter(|text| !is_none(text));
    let unread = wire::embargoes(article, texts.map(|text| clean::unescape(&text).to_string()));
    // What was never to be shown is not shown then either.
    let is_published = |word: &String| !wire::is_unpublished(word);
    article.embargo = article.embargo.filter(|_| written(record, map, "status").iter().all(is_published));
    unread
}

/// How exports write that there is none.
fn is_none(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    matches!(text.as_str(), "" | "false" | "no" | "none" | "null" | "nil" | "n/a" | "0" | "-")
}

/// Of an article that is hidden for an embargo which cannot be read: what to do about it.
pub(in crate::ingest) fn unread_embargo(record: &impl Record, map: &FieldMap, article: &Article) -> Option<Reason> {
    if article.status != Status::Withheld || article.embargo.is_some() {
        return None;
    }
    embargo(record, map, &mut Article::default())
}

/// Does a value of this name say that something is not to be shown, or until when?
pub(super) fn may_hold(name: &str) -> bool {
    let published = PUBLISHED.iter().skip(1);
    names("status").iter().chain(names("embargo")).chain(DRAFT).chain(published).any(|known| same(known, name))
}

/// What lines say of showing something that nothing else could be made of: `embargo: 2030-03-01`, however deep, in
/// whatever quotes or brackets. The field, and the value.
pub(super) fn said_in_lines(text: &str) -> Vec<(&'static str, String)> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut said = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let is_deeper =
            lines.get(at + 1).is_some_and(|next| depth(next) > depth(line) || next.trim().starts_with("- "));
        said.extend(said_in_line(line).map(|(field, value)| match value {
            "" if is_deeper => (field, "what stands below it".to_owned()),
            value => (field, value.to_owned()),
        }));
    }
    said
}

fn said_in_line(line: &str) -> impl Iterator<Item = (&'static str, &str)> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let starts = line.char_indices().filter(move |(at, c)| is_name(*c) && !line[..*at].ends_with(is_name));
    starts.filter_map(move |(start, _)| {
        let end = line[start..].find(|c| !is_name(c)).map_or(line.len(), |length| start + length);
        let before = line[..start].trim_end_matches(['"', '\'', ' ', '\t']);
        let value = line[end..].trim_start_matches(['"', '\'', ' ', '\t']).strip_prefix([':', '='])?;
        let name = line[start..end].to_lowercase();
        let field = if name.contains("embargo") { "embargo" } else { "status" };
        let is_inside = before.ends_with(['{', ',']);
        let is_known = field == "embargo" || names("status").iter().any(|known| same(known, &name));
        if !is_known || !(is_inside || before.is_empty() || before.ends_with('-')) {
            return None;
        }
        let end = if is_inside { value.find([',', '}']) } else { value.find(" #") };
        Some((field, value[..end.unwrap_or(value.len())].trim().trim_matches(['"', '\''])))
    })
}

/// Could a piece that was not read be an article that is not to be shown, for all that can be told of it?
pub(in crate::ingest) fn may_be_held(piece: &[u8]) -> bool {
    let text = String::from_utf8_lossy(piece).to_lowercase();
    text.contains("<date.release")
        || text.match_indices("embargo").any(|(at, _)| is_key(&text[..at], &text[at..]))
        || text.match_indices("status").any(|(at, _)| is_value_held(value(&text[at..])))
        || ["draft", "published"].iter().any(|word| {
            let mut keys = text.match_indices(word).filter(|(at, _)| is_key(&text[..*at], &text[*at..]));
            keys.any(|(at, _)| is_flag(value(&text[at..]), *word == "draft"))
        })
        || text.match_indices("withheld").any(|(at, _)| text[..at].ends_with(['"', '\'', ':', '/', '>']))
}

/// Of a row of a table, of which some columns may say it.
pub(super) fn may_be_held_row(columns: &[String], map: &FieldMap, row: &str) -> bool {
    let named = |field: &str| columns.iter().any(|column| names(field).iter().any(|name| same(column, name)));
    let has = |field: &str| map.column(field).is_some() || named(field);
    let cells = || row.split([',', ';', '|', '\t', '"', '\n']);
    let flags = |is_held| cells().any(|cell| is_flag(&cell.trim().to_lowercase(), is_held));
    has("embargo")
        || has("status") && cells().any(|cell| is_status_held(&cell.trim().to_lowercase()))
        || columns.iter().any(|column| tells_draft(column) && flags(DRAFT.iter().any(|name| same(name, column))))
}

/// Does a value begin with a yes, or with a no?
fn is_flag(value: &str, is_yes: bool) -> bool {
    let end = value.find(|c: char| !c.is_alphanumeric()).unwrap_or(value.len());
    if is_yes { matches!(&value[..end], "true" | "yes" | "1") } else { is_no(&value[..end]) }
}

/// A word, or an object that holds one.
fn is_value_held(text: &str) -> bool {
    if !text.starts_with(['{', '[']) {
        return is_status_held(text);
    }
    let object = &text[..text.find(['}', ']']).unwrap_or(text.len())];
    object.split(|c: char| !(c.is_alphanumeric() || c == '-')).any(is_status_held)
}

fn is_status_held(value: &str) -> bool {
    let end = value.find(|c: char| !(c.is_alphanumeric() || c == '-')).unwrap_or(value.len());
    wire::status(&value[..end]) != Status::Usable
}

/// What is said of the word that `text` begins with.
fn value(text: &str) -> &str {
    let word = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(text.len());
    text[word..].trim_start_matches(|c: char| !(c.is_alphanumeric() || matches!(c, '{' | '[')))
}

/// Is the word that `rest` begins with the name of what follows it: of a key, an element, a column?
fn is_key(before: &str, rest: &str) -> bool {
    const LONGEST: usize = 30;
    let near = &rest[..rest.floor_char_boundary(LONGEST)];
    let after = near.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-'));
    let is_told = |after: &str| after.trim_start_matches([' ', '\t']).starts_with([':', '=']);
    let indented = before.trim_end_matches([' ', '\t', '-']);
    match before.chars().next_back() {
        Some(quote @ ('"' | '\'')) => after.strip_prefix(quote).is_some_and(|after| is_told(after.trim_start())),
        _ if is_told(after) && (indented.is_empty() || indented.ends_with(['\n', '{', ','])) => true,
        Some('<' | ':' | '_') => true,
        None | Some('\n' | ',' | ';' | '|' | '\t') => after.starts_with([':', '=', ',', ';', '|', '\t', '\r', '\n']),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::Values;
    use super::*;

    #[test]
    fn what_could_be_held_back_is_told_by_its_keys() {
        for piece in [
            r#"{"title":"A", "embargo_until" : "2999-01-01","body":"x"#,
            "{\"pubstatus\":\"withheld\",",
            "<newsItem><embargoed>2999</embargoed>",
            "<pubStatus qcode=\"stat:withheld\"/>",
            "{\"pubStatus\": \"embargoed\", ",
            "<newsml management-status='embargoed'>",
            "{\"post_status\":\"draft\",\"title\":\"A",
            "---\ntitle: A\nembargo: soon\n",
            "id;title;embargo\n1;\"A;",
            "---\nparams:\n  embargo: 2999-01-01\nbad: [\n---\n",
            "+++\n[extra]\n embargo = 2999-01-01\n",
            "params: {embargo: 2999-01-01}\nbad: [",
            "{\"status\":{\"code\":\"draft\"},\"title\":",
            "{\"draft\": true, \"title\":",
            "{\"published\":false,\"title\":",
        ] {
            assert!(may_be_held(piece.as_bytes()), "{piece}");
        }
        for piece in [
            r#"{"title":"An oil embargo, at last","tags":["embargo","oil"],"body":"Tax was withheld"#,
            "The embargo: what it means\n\nText of sanctions and embargoes.",
            "{\"status\":\"published\",\"draft\":false,\"title\":\"A draft law, in private",
            "{\"published\":true,\"status\":{\"code\":\"final\"},\"note\":\"draft: none\"}",
            "{\"published\":\"2025-03-01\",\"title\":\"No draft",
        ] {
            assert!(!may_be_held(piece.as_bytes()), "{piece}");
        }
    }

    #[test]
    fn whatever_says_that_it_is_not_to_be_shown_counts() {
        struct One(&'static [(&'static str, &'static str)]);
        impl Record for One {
            fn get(&self, name: &str) -> Option<Values> {
                let (_, text) = self.0.iter().find(|(key, _)| same(key, name))?;
                Some(Values { texts: vec![(*text).to_owned()], is_list: false })
            }
        }
        let said = |pairs| status(&One(pairs), &FieldMap::default());
        assert_eq!(said(&[("status", "published"), ("pubStatus", "withheld")]), Status::Withheld);
        assert_eq!(said(&[("status", "withheld"), ("pubStatus", "canceled")]), Status::Killed);
        assert_eq!(said(&[("post_status", "draft")]), Status::Withheld);
    }

    #[test]
    fn lines_say_it_however_deep() {
        let said = |text| said_in_lines(text);
        let one = |field, value: &str| vec![(field, value.to_owned())];
        assert_eq!(said("title: A: b\nparams:\n  embargo: 2999-01-01 # then"), one("embargo", "2999-01-01"));
        assert_eq!(said("params: {a: 1, embargo: 2999-01-01, b: [}"), one("embargo", "2999-01-01"));
        assert_eq!(said("'embargo' : \"\"\ntitle: x"), one("embargo", ""));
        assert_eq!(said("embargo:\n  until: noon"), one("embargo", "what stands below it"));
        assert_eq!(said("- post_status = withheld"), one("status", "withheld"));
        assert_eq!(said("title: The embargo: what it means\nsummary: a status: none\n# embargo: x"), []);
    }
}
