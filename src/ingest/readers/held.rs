//! What says of an article that it is not to be shown, or not yet.
//!
//! All of it fails closed: whatever may say so does, and what was refused is kept without its text where it might have.

use super::columns::{FieldMap, Record, names, same, written};
use super::wire;
use crate::article::{Article, Status};
use crate::ingest::{Reason, clean};

/// Whatever says that this is not to be shown counts, under each of its names.
pub(super) fn status(record: &impl Record, map: &FieldMap) -> Status {
    written(record, map, "status").iter().map(|word| wire::status(word)).max().unwrap_or_default()
}

/// Whatever may be an embargo is one, under each of its names: the last that ends counts, and one that cannot be read
/// more than all that can.
pub(super) fn embargo(record: &impl Record, map: &FieldMap, article: &mut Article) -> Option<Reason> {
    let (mut last, mut unread) = (None, None);
    for text in written(record, map, "embargo").iter().filter(|text| !is_none(text)) {
        let note = wire::embargo(article, &clean::unescape(text));
        unread = unread.or(note);
        last = last.max(article.embargo);
    }
    article.embargo = last.filter(|_| unread.is_none());
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
    names("status").iter().chain(names("embargo")).any(|known| same(known, name))
}

/// Could a piece that was not read be an article that is not to be shown, for all that can be told of it?
pub(in crate::ingest) fn may_be_held(piece: &[u8]) -> bool {
    let text = String::from_utf8_lossy(piece).to_lowercase();
    text.contains("<date.release")
        || text.match_indices("embargo").any(|(at, _)| is_key(&text[..at], &text[at..]))
        || text.match_indices("status").any(|(at, _)| is_status_held(value(&text[at..])))
        || text.match_indices("withheld").any(|(at, _)| text[..at].ends_with(['"', '\'', ':', '/', '>']))
}

/// Of a row of a table, of which some columns may say it.
pub(super) fn may_be_held_row(columns: &[String], map: &FieldMap, row: &str) -> bool {
    let named = |field: &str| columns.iter().any(|column| names(field).iter().any(|name| same(column, name)));
    let has = |field: &str| map.column(field).is_some() || named(field);
    let cells = || row.split([',', ';', '|', '\t', '"', '\n']);
    has("embargo") || has("status") && cells().any(|cell| is_status_held(&cell.trim().to_lowercase()))
}

fn is_status_held(value: &str) -> bool {
    let end = value.find(|c: char| !(c.is_alphanumeric() || c == '-')).unwrap_or(value.len());
    wire::status(&value[..end]) != Status::Usable
}

/// What is said of the word that `text` begins with.
fn value(text: &str) -> &str {
    let word = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(text.len());
    text[word..].trim_start_matches(|c: char| !c.is_alphanumeric())
}

/// Is the word that `rest` begins with the name of what follows it: of a key, an element, a column?
fn is_key(before: &str, rest: &str) -> bool {
    const LONGEST: usize = 30;
    let near = &rest[..rest.floor_char_boundary(LONGEST)];
    let after = near.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-'));
    match before.chars().next_back() {
        Some(quote @ ('"' | '\'')) => {
            after.strip_prefix(quote).is_some_and(|after| after.trim_start().starts_with(':'))
        }
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
        ] {
            assert!(may_be_held(piece.as_bytes()), "{piece}");
        }
        for piece in [
            r#"{"title":"An oil embargo, at last","tags":["embargo","oil"],"body":"Tax was withheld"#,
            "The embargo: what it means\n\nText of sanctions and embargoes.",
            "{\"status\":\"published\",\"draft\":false,\"title\":\"A draft law, in private",
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
}
