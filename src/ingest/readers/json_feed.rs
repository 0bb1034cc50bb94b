//! JSON Feed 1 and 1.1.

use std::ops::ControlFlow;

use serde_json::{Map, Value};

use super::feed::{self, Channel, Entry};
use super::{Emit, columns, json, repair, wire};
use crate::article::{Provenance, Stamp};
use crate::ingest::root::keys;
use crate::ingest::{Reason, clean, dates};

type Object = Map<String, Value>;

/// Reads the items; where the whole is no JSON, those that are.
pub(super) fn read(text: &str, base: Option<&str>, emit: &mut Emit<'_>) -> ControlFlow<()> {
    let Ok(Value::Object(root)) = repair::parse(text.trim_start_matches('\u{feff}')) else {
        return whole_items(text, base, emit);
    };
    let channel = Channel { base: base.map(str::to_owned), ..channel(&root) };
    let mut items = root.get("items").and_then(Value::as_array).into_iter().flatten();
    items.try_for_each(|item| match item.as_object() {
        Some(item) => entry(item, &channel).emit(&channel, 0..text.len(), emit),
        None => emit(0..text.len(), Err(Reason::new("no_article", "an item that is not an object"))),
    })
}

/// The items up to the first that is broken.
fn whole_items(text: &str, base: Option<&str>, emit: &mut Emit<'_>) -> ControlFlow<()> {
    let broken = |at: usize| Reason::new("bad_json", format!("no JSON any more, or it breaks off, from byte {at} on"));
    let Some((_, list)) = keys(text).into_iter().find(|(key, value)| *key == "items" && value.starts_with('[')) else {
        return emit(0..text.len(), Err(broken(0)));
    };
    let start = text.len() - list.len();
    let root = repair::parse(&format!("{}[]}}", text[..start].trim_start_matches('\u{feff}')));
    let channel = root.ok().as_ref().and_then(Value::as_object).map(channel).unwrap_or_default();
    let channel = Channel { base: base.map(str::to_owned), ..channel };
    let mut at = start + 1;
    while let Some(open) =
        text[at..].find(['{', ']']).map(|found| at + found).filter(|open| text[*open..].starts_with('{'))
    {
        let item = repair::balanced(&text[open..])
            .ok()
            .and_then(|length| Some((length, repair::parse(&text[open..open + length]).ok()?)));
        let Some((length, Value::Object(item))) = item else { return emit(open..text.len(), Err(broken(open))) };
        at = open + length;
        entry(&item, &channel).emit(&channel, open..at, emit)?;
    }
    emit(at..text.len(), Err(broken(at)))
}

fn channel(root: &Object) -> Channel {
    Channel {
        title: line(root, "title"),
        link: text(root, "home_page_url"),
        address: text(root, "feed_url"),
        base: None,
        lang: text(root, "language"),
        authors: authors(root),
        accounts: Vec::new(),
        told: json::told(root),
    }
}

fn entry(item: &Object, channel: &Channel) -> Entry {
    let bases = channel.bases();
    let address = |key: &str| text(item, key).and_then(|address| feed::resolve(&bases, &address));
    let html = text(item, "content_html").map(|html| clean::markup_paragraphs(&html)).filter(|body| !body.is_empty());
    let plain = || text(item, "content_text").map(|text| clean::paragraphs(&text));
    let mut tags = Vec::new();
    let words = item.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    words.for_each(|tag| wire::add(&mut tags, columns::text(tag)));
    Entry {
        id: text(item, "id"),
        is_permalink: None,
        link: address("url"),
        title: line(item, "title"),
        lead: line(item, "summary"),
        body: html.or_else(plain).unwrap_or_default(),
        published: stamp(item, "date_published"),
        modified: stamp(item, "date_modified"),
        authors: authors(item),
        tags,
        section: None,
        source: None,
        home: None,
        lang: text(item, "language"),
        image: address("image").or_else(|| address("banner_image")),
        told: json::told(item),
    }
}

/// Version 1.1 has a list, version 1 had one.
fn authors(object: &Object) -> Vec<String> {
    let list = object.get("authors").and_then(Value::as_array).filter(|list| !list.is_empty());
    let found = list.map_or_else(|| object.get("author").into_iter().collect::<Vec<_>>(), |list| list.iter().collect());
    let mut authors = Vec::new();
    for author in found.into_iter().filter_map(Value::as_object) {
        let names = text(author, "name").map(|name| feed::names_of(&name)).unwrap_or_default();
        names.into_iter().for_each(|name| wire::add(&mut authors, Some(name)));
    }
    authors
}

fn text(object: &Object, key: &str) -> Option<String> {
    let text = match object.get(key)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.trim().is_empty())
}

fn line(object: &Object, key: &str) -> Option<String> {
    columns::text(&text(object, key)?)
}

fn stamp(object: &Object, key: &str) -> Option<Stamp> {
    dates::parse_stamp(&text(object, key)?, Provenance::Feed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{Article, Status};
    use crate::ingest::readers::handed_on;

    #[track_caller]
    fn articles(text: &str) -> Vec<Article> {
        let mut found = Vec::new();
        let _ = read(text, None, &mut |_, article| {
            found.push(article.unwrap());
            ControlFlow::Continue(())
        });
        found
    }

    #[test]
    fn items_are_read_with_what_the_feed_says_of_all() {
        let found = articles(
            r#"{"version":"https://jsonfeed.org/version/1.1","title":"The Wire","home_page_url":"https://wire.example/","language":"en",
            "authors":[{"name":"A. Writer"}],"items":[
            {"id":"https://wire.example/a","url":"/a","title":"A","content_html":"<p>Tin.</p><p>Zinc.</p>","summary":"Lead","tags":["m"],
             "date_published":"2025-02-27T16:44:00+01:00","image":"/i.jpg"},
            {"id":7,"content_text":"A note without a title.","authors":[{"name":"B C"}],"author":{"name":"B"}}]}"#,
        );
        assert_eq!((found[0].external_id.as_deref(), found[0].url.as_deref()), (None, Some("https://wire.example/a")));
        assert_eq!(
            (found[0].body.len(), found[0].lead.as_deref(), found[0].authors[0].as_str()),
            (2, Some("Lead"), "A. Writer")
        );
        assert_eq!(found[0].published.at.unwrap().to_string(), "2025-02-27T15:44:00Z");
        assert_eq!(
            (found[0].source.name.as_deref(), found[0].image.as_deref()),
            (Some("The Wire"), Some("https://wire.example/i.jpg"))
        );
        assert_eq!(
            (found[1].headline.as_str(), found[1].external_id.as_deref()),
            ("A note without a title.", Some("7"))
        );
        assert_eq!((found[1].authors.as_slice(), found[1].lang.as_deref()), (&["B C".to_owned()][..], Some("en")));
    }

    #[test]
    fn what_an_item_or_its_feed_holds_back_is_held_back() {
        let read = |feed: &str, item: &str| {
            let text = format!(
                r#"{{"version":"https://jsonfeed.org/version/1.1",{feed}"items":[{{"id":"a",{item}"title":"A","content_text":"x"}}]}}"#
            );
            let found = handed_on(|emit| read(&text, None, emit));
            let article = found[0].as_ref().unwrap();
            (article.status, article.embargo.is_some(), found.get(1).map(|note| note.as_ref().unwrap_err().code))
        };
        let (dated, hidden) = ((Status::Usable, true, None), (Status::Withheld, false, None));
        assert_eq!(read("", r#""embargo":"2999-01-01","#), dated);
        assert_eq!(read(r#""embargo":"2999-01-01","#, r#""embargo":null,"#), dated);
        assert_eq!(read("", r#""_newsroom":{"embargo":"2999-01-01"},"#), dated);
        assert_eq!(read("", r#""draft":true,"#), hidden);
        assert_eq!(read(r#""status":"withheld","#, r#""embargo":"2999-01-01","#), hidden);
        assert_eq!(read("", r#""embargo":"soon","#), (Status::Withheld, false, Some("bad_embargo")));
        assert_eq!(read(r#""status":"ok","#, r#""draft":false,"embargo":"","#), (Status::Usable, false, None));
    }

    #[test]
    fn of_a_feed_that_breaks_off_the_whole_items_are_read() {
        let text = r#"{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"A","content_text":"x"},{"id":"2","ti"#;
        let mut found = Vec::new();
        let _ = read(text, None, &mut |_, article| {
            found.push(article.map(|article| article.headline).map_err(|reason| reason.code));
            ControlFlow::Continue(())
        });
        assert_eq!(found, [Ok("A".to_owned()), Err("bad_json")]);
    }
}
