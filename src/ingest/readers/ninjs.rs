//! ninjs 1.x to 3.x, the IPTC's news in JSON. The generations differ in spelling (`body_xhtml`, `bodies`, camel case);
//! an item is one object, wherever in a file of JSON it stands.

use std::ops::{ControlFlow, Range};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::columns::{self, FieldMap};
use super::json::Object;
use super::{Emit, held, nitf, wire};
use crate::article::{Article, Provenance, Source, Stamp, Status};
use crate::ingest::{Reason, clean, dates};

type Item = Map<String, Value>;

/// Keys that, beside a `uri`, no other JSON of news has.
const MARKS: &[&str] = &[
    "versioncreated",
    "pubstatus",
    "representationtype",
    "body_text",
    "body_xhtml",
    "body_html5",
    "headlines",
    "bodies",
    "descriptions",
    "description_text",
    "eventdetails",
    "renditions",
    "evolvedfrom",
    "copyrightholder",
    "copyrightnotice",
    "usageterms",
    "contentcreated",
];

/// Of what is read aloud, shown or planned there may be a text, and it is no article.
const TEXT: &[&str] = &["text", "composite", "article", "story", "news"];

/// Would an object with these keys be an item?
pub(in crate::ingest) fn is_item<'a>(mut keys: impl Iterator<Item = &'a str> + Clone) -> bool {
    keys.clone().any(|key| key == "uri") && keys.any(|key| MARKS.iter().any(|mark| mark.eq_ignore_ascii_case(key)))
}

/// Reads an item, and the articles that are packed into it.
pub(super) fn read(at: &Range<usize>, item: &Item, emit: &mut Emit<'_>) -> ControlFlow<()> {
    read_within(at, item, &Hold::default(), emit)
}

/// Keeps what is packed in an item as long as the item is kept.
#[derive(Default)]
struct Hold {
    is_withheld: bool,
    until: Option<Timestamp>,
}

impl Hold {
    fn of(article: &Article) -> Hold {
        let is_withheld = article.status == Status::Withheld && article.embargo.is_none();
        Hold { is_withheld, until: article.embargo }
    }

    fn keep(&self, article: &mut Article) {
        if self.is_withheld {
            wire::withhold(article);
        }
        let is_withheld = self.is_withheld || Hold::of(article).is_withheld;
        article.embargo = article.embargo.max(self.until).filter(|_| !is_withheld);
    }
}

fn read_within(at: &Range<usize>, item: &Item, around: &Hold, emit: &mut Emit<'_>) -> ControlFlow<()> {
    let (mut article, note) = article(item);
    around.keep(&mut article);
    let hold = Hold::of(&article);
    let packed: Vec<&Item> =
        associations(item).filter(|inner| kind(inner).is_none() && body(inner).is_some()).collect();
    let bare = body(item).is_none() && lead(item).is_none();
    let is_package = bare && code(item, "type").as_deref() == Some("composite");
    match kind(item) {
        Some(kind) => emit(at.clone(), Err(wire::not_text(&kind)))?,
        None if is_package && !packed.is_empty() => {}
        None if is_package && article.status != Status::Killed => {
            let detail = "a package that names other items, and carries no text of its own";
            emit(at.clone(), Err(Reason::new("not_text", detail)))?;
        }
        None => {
            emit(at.clone(), wire::finish(article))?;
            note.map_or(ControlFlow::Continue(()), |note| emit(at.clone(), Err(note)))?;
        }
    }
    // Each carries a text, so none of them is the package again; JSON itself is bounded in depth.
    packed.into_iter().try_for_each(|inner| read_within(at, inner, &hold, emit))
}

/// What the item is, if not a text. One that does not say it is what it carries.
fn kind(item: &Item) -> Option<String> {
    let carries = |key: &str| get(item, &[key]).is_some_and(|value| !value.is_null());
    match code(item, "type") {
        Some(kind) => Some(kind).filter(|kind| !TEXT.contains(&kind.as_str())),
        None if carries("eventdetails") => Some("event".to_owned()),
        None if carries("renditions") && body(item).is_none() => Some("picture".to_owned()),
        None => None,
    }
}

fn code(item: &Item, key: &str) -> Option<String> {
    text(item, &[key]).map(|code| wire::code(&code))
}

/// An object of objects in the first generation, an array since the second.
fn associations(item: &Item) -> impl Iterator<Item = &Item> {
    let found = get(item, &["associations"]);
    let values: Vec<&Value> = match found {
        Some(Value::Object(named)) => named.values().collect(),
        Some(Value::Array(list)) => list.iter().collect(),
        _ => Vec::new(),
    };
    // `{"main": [{…}, {…}]}`
    let flat = values.into_iter().flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    flat.filter_map(Value::as_object)
}

/// The article, and what of it could not be read.
fn article(item: &Item) -> (Article, Option<Reason>) {
    let lang = text(item, &["language"]);
    let headline = headline(item).unwrap_or_default();
    let authors = wire::authors(strings(item, &["byline", "by"]));
    let source = ["infosource", "infosources", "provider", "source", "copyrightholder"];
    let first = stamp(item, &["firstcreated"]);
    let version = stamp(item, &["versioncreated"]);
    let located = named(item, &["located"]).into_iter().next();
    let mut article = Article {
        lead: lead(item),
        body: wire::without_repeats(body(item).unwrap_or_default(), &headline, &authors),
        published: first.or(version).or_else(|| stamp(item, &["contentcreated"])).unwrap_or_default(),
        modified: version,
        source: Source { name: source.iter().find_map(|key| named(item, &[*key]).into_iter().next()), site: None },
        tags: all_named(item, &["subject", "subjects", "genre", "genres", "keywords"]),
        places: all_named(item, &["place", "places", "located"]),
        people: all_named(item, &["person", "people"]),
        orgs: all_named(item, &["organisation", "organisations"]),
        dateline: text(item, &["dateline"]).or(located),
        // An item of its own, whose versions begin anew: it is related, and not replaced.
        related: strings(item, &["evolvedfrom"]).into_iter().filter(|uri| wire::address(uri).is_some()).collect(),
        provider_version: text(item, &["version"]).and_then(|version| version.trim().parse().ok()),
        status: held::status(&Object(item), &FieldMap::default()),
        corrected: is_correction(item),
        image: image(item),
        url: link(item),
        headline,
        authors,
        lang,
        ..Article::default()
    };
    if article.lead.as_ref().is_some_and(|lead| article.body == [lead.clone()]) {
        article.lead = None;
    }
    let provider = article.source.name.clone();
    wire::name(&mut article, &text(item, &["uri"]).unwrap_or_default(), provider.as_deref());
    article.source.site = article.url.as_deref().and_then(crate::identity::site_of);
    let note = held::embargo(&Object(item), &FieldMap::default(), &mut article);
    held::withhold_draft(&Object(item), &mut article);
    (article, note)
}

fn is_correction(item: &Item) -> bool {
    let signals = all_named(item, &["signal", "signals"]);
    let note = text(item, &["ednote"]).unwrap_or_default().to_lowercase();
    signals.iter().any(|signal| wire::code(signal) == "correction") || note.starts_with("correct")
}

fn link(item: &Item) -> Option<String> {
    let objects = get(item, &["links"]).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    let canonical = |link: &&Item| text(link, &["rel"]).is_some_and(|rel| matches!(rel.as_str(), "canonical" | "web"));
    text(item, &["canonical", "url"]).or_else(|| objects.clone().find(canonical).and_then(|link| text(link, &["href"])))
}

/// The first picture that goes with it.
fn image(item: &Item) -> Option<String> {
    let picture = |item: &&Item| matches!(code(item, "type").as_deref(), Some("picture" | "graphic"));
    let picture = associations(item).find(picture)?;
    let renditions = get(picture, &["renditions"])?;
    let first = match renditions {
        Value::Object(named) => named.values().next(),
        Value::Array(list) => list.first(),
        _ => None,
    };
    first.and_then(Value::as_object).and_then(|rendition| text(rendition, &["href"]))
}

fn headline(item: &Item) -> Option<String> {
    let several = ranked(item, "headlines", "headline", |role| match role {
        "main" | "" => 0,
        _ => 1,
    });
    let first = several.into_iter().map(|(_, value)| value).find_map(|value| one_line(&value));
    first.or_else(|| text(item, &["title"]).and_then(|title| one_line(&title)))
}

/// Descriptions of the item, and not of its pictures.
fn lead(item: &Item) -> Option<String> {
    let several = ranked(item, "descriptions", "description", |role| match role {
        "lead" | "abstract" | "summary" | "standfirst" => 0,
        "text" | "" | "main" => 1,
        "xhtml" | "html" => 2,
        "caption" | "creditline" | "writer" | "byline" | "caption_xhtml" => 9,
        _ => 3,
    });
    several.into_iter().filter(|(rank, _)| *rank < 9).find_map(|(_, value)| one_line(&value))
}

fn one_line(value: &str) -> Option<String> {
    columns::text(value)
}

/// Texts under `plural`, an array of objects with a role, or under keys that begin with `single`; the best role first.
fn ranked(item: &Item, plural: &str, single: &str, rank: impl Fn(&str) -> usize) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for (role, _, value) in values(item, plural, single) {
        found.push((rank(&role), value));
    }
    found.sort_by_key(|(rank, _)| *rank);
    found
}

/// Role, media type and text of each.
fn values(item: &Item, plural: &str, single: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for (key, value) in item {
        let key = key.to_lowercase();
        match value {
            Value::Array(list) if key == plural => {
                for value in list.iter().filter_map(Value::as_object) {
                    let part = |name: &str| text(value, &[name]).unwrap_or_default().to_lowercase();
                    found.push((
                        wire::code(&part("role")),
                        part("contenttype"),
                        text(value, &["value"]).unwrap_or_default(),
                    ));
                }
            }
            Value::String(value) if key.starts_with(single) && key != plural => {
                let role = key[single.len()..].trim_start_matches('_').to_owned();
                found.push((role, String::new(), value.clone()));
            }
            _ => {}
        }
    }
    found
}

/// Paragraphs: of the HTML, where there is one, since it knows them; else of the plain text.
fn body(item: &Item) -> Option<Vec<String>> {
    let (mut html, mut plain) = (Vec::new(), Vec::new());
    for (role, media, value) in values(item, "bodies", "body") {
        let marked =
            clean::looks_like_html(&value) && !value.trim_start().starts_with("<?xml") && !value.contains("<nitf");
        let is_html = media.contains("html") || role.contains("html") || (media.is_empty() && marked);
        let paragraphs = match () {
            () if value.contains("<nitf") => nitf::body(&value),
            () if is_html => clean::markup_paragraphs(&value),
            () if media.is_empty() || media.starts_with("text/plain") => clean::paragraphs(&value),
            () => Vec::new(),
        };
        let kept = if is_html { &mut html } else { &mut plain };
        if kept.is_empty() {
            *kept = paragraphs;
        }
    }
    let length = |paragraphs: &[String]| paragraphs.iter().map(String::len).sum::<usize>();
    // An HTML that is a mere teaser of the text.
    let chosen = if length(&html) * 2 > length(&plain) { html } else { plain };
    Some(chosen).filter(|paragraphs| !paragraphs.is_empty())
}

/// The value of the first of these keys, in any case.
fn get<'a>(item: &'a Item, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().find_map(|key| item.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| value))
}

fn text(item: &Item, keys: &[&str]) -> Option<String> {
    let text = match get(item, keys)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.trim().is_empty())
}

/// A text, or an array of texts.
fn strings(item: &Item, keys: &[&str]) -> Vec<String> {
    let texts = keys.iter().filter_map(|key| get(item, &[*key])).flat_map(|value| match value {
        Value::Array(list) => list.as_slice(),
        value => std::slice::from_ref(value),
    });
    texts.filter_map(Value::as_str).filter_map(clean::some_line).collect()
}

/// What the concepts under a key are called; a code where they have no name.
fn named(item: &Item, keys: &[&str]) -> Vec<String> {
    let concepts = keys.iter().filter_map(|key| get(item, &[*key])).flat_map(|value| match value {
        Value::Array(list) => list.as_slice(),
        value => std::slice::from_ref(value),
    });
    concepts.filter_map(concept).collect()
}

fn concept(value: &Value) -> Option<String> {
    let concept = match value {
        Value::String(name) => return one_line(name),
        value => value.as_object()?,
    };
    let names = get(concept, &["names"]).and_then(Value::as_array);
    let other =
        || names.and_then(|names| names.iter().filter_map(Value::as_object).find_map(|name| text(name, &["value"])));
    let name = text(concept, &["name"]).or_else(other).and_then(|name| one_line(&name));
    name.or_else(|| text(concept, &["literal", "code"])).or_else(|| code(concept, "uri"))
}

fn all_named(item: &Item, keys: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    named(item, keys).into_iter().for_each(|name| wire::add(&mut all, Some(name)));
    all
}

fn stamp(item: &Item, keys: &[&str]) -> Option<Stamp> {
    keys.iter().find_map(|key| dates::parse_stamp(&text(item, &[*key])?, Provenance::File))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn items(text: &str) -> Vec<Result<Article, Reason>> {
        let value: Value = serde_json::from_str(text).unwrap();
        let mut found = Vec::new();
        let _ = read(&(0..text.len()), value.as_object().unwrap(), &mut |_, article| {
            found.push(article);
            ControlFlow::Continue(())
        });
        found
    }

    #[track_caller]
    fn one(text: &str) -> Article {
        let [article] = items(text).try_into().unwrap();
        article.unwrap()
    }

    #[test]
    fn what_is_packed_in_an_item_is_kept_as_long_as_the_item() {
        let packed = |said: &str| {
            let inner = r#"{"uri":"b","type":"text","headline":"B","body_text":"Two.","versioncreated":"2025-01-01"}"#;
            let outer = format!(
                r#"{{"uri":"a","type":"text","headline":"A","body_text":"One.",{said},"associations":{{"x":{inner}}}}}"#
            );
            let [outer, inner] = items(&outer).try_into().unwrap();
            assert_eq!(outer.map(|outer| outer.headline).as_deref(), Ok("A"));
            let inner = inner.unwrap();
            (inner.status, inner.embargo.map(|at| at.to_string()))
        };
        let end = "2999-01-01T00:00:00Z";
        assert_eq!(packed(&format!(r#""embargoed":"{end}""#)), (Status::Usable, Some(end.to_owned())));
        assert_eq!(packed(r#""pubstatus":["withheld"]"#), (Status::Withheld, None));
        assert_eq!(packed(r#""pubstatus":[{"code":"stat:withheld"}]"#), (Status::Withheld, None));
        assert_eq!(packed(r#""draft":true"#), (Status::Withheld, None));
        assert_eq!(packed(r#""pubstatus":"usable""#), (Status::Usable, None));
        assert_eq!(packed(r#""pubstatus":"canceled""#), (Status::Usable, None), "a kill is of one item");
    }

    #[test]
    fn the_generations_are_read_alike() {
        let first = one(
            r#"{"uri":"urn:newsml:wire.example:1","type":"text","version":"2","versioncreated":"2025-02-27T16:44:00+01:00",
            "language":"en","headline":"Tin up","byline":"By A. Writer","body_text":"Tin rose.\n\nZinc fell.",
            "subject":[{"name":"metals"},{"code":"m2"}],"place":[{"name":"La Paz"}],"person":[{"name":"B C"}],
            "organisation":[{"name":"Mine Co"}],"infosource":[{"name":"Wire"}],"located":"La Paz"}"#,
        );
        let second = one(
            r#"{"uri":"urn:newsml:wire.example:1","type":"text","version":2,"versioncreated":"2025-02-27T16:44:00+01:00",
            "language":"en","headlines":[{"role":"sub","value":"no"},{"role":"main","value":"Tin up"}],"by":"A. Writer",
            "bodies":[{"role":"text","contenttype":"text/plain","value":"Tin rose.\n\nZinc fell."}],
            "subjects":[{"name":"metals"},{"literal":"m2"}],"places":[{"name":"La Paz"}],"people":[{"name":"B C"}],
            "organisations":[{"name":"Mine Co"}],"infosources":[{"name":"Wire"}],"located":"La Paz"}"#,
        );
        let third = one(
            r#"{"uri":"urn:newsml:wire.example:1","type":"text","version":"2","versionCreated":"2025-02-27T16:44:00+01:00",
            "language":"en","headlines":[{"value":"Tin up"}],"by":"A. Writer",
            "bodies":[{"contentType":"text/html","value":"<body><h1>Tin up</h1><p>Tin\nrose.</p><p>Zinc fell.</p></body>"}],
            "subjects":[{"name":"metals"},{"uri":"http://cv.example/m2"}],"places":[{"name":"La Paz"}],
            "people":[{"name":"B C"}],"organisations":[{"name":"Mine Co"}],"infoSources":[{"name":"Wire"}],"located":"La Paz"}"#,
        );
        assert_eq!((&first, &second), (&second, &third));
        assert_eq!((first.headline.as_str(), first.body.len(), first.tags.len()), ("Tin up", 2, 2));
        assert_eq!((first.namespace.as_str(), first.provider_version), ("wire.example", Some(2)));
        assert_eq!(
            (first.authors.as_slice(), first.dateline.as_deref()),
            (&["A. Writer".to_owned()][..], Some("La Paz"))
        );
        assert_eq!(first.published.at.unwrap().to_string(), "2025-02-27T15:44:00Z");
        assert_eq!(first.source.name.as_deref(), Some("Wire"));
    }

    #[test]
    fn what_is_no_text_is_refused_by_its_type() {
        let picture = r#"{"uri":"a:1","type":"picture","headline":"A ship","body_text":"A ship lies in the sun."}"#;
        let event = r#"{"uri":"a:2","title":"A meeting","eventDetails":{"dates":{}}}"#;
        let package =
            r#"{"uri":"a:3","type":"composite","headline":"Both","associations":{"one":{"uri":"a:4","type":"text"}}}"#;
        for (text, word) in [(picture, "picture"), (event, "event"), (package, "package")] {
            let [refused] = items(text).try_into().unwrap();
            let reason = refused.unwrap_err();
            assert_eq!(reason.code, "not_text");
            assert!(reason.detail.contains(word), "{}", reason.detail);
        }
    }

    #[test]
    fn an_association_is_an_article_only_with_a_text_of_its_own() {
        let text = r#"{"uri":"a:1","type":"composite","headline":"A","body_text":"One.","associations":{
            "photo":{"uri":"a:2","type":"picture","headline":"B","description_text":"A ship."},
            "link":{"uri":"a:3","type":"text","headline":"C"},
            "side":{"uri":"a:4","type":"text","headline":"D","body_text":"Two."}}}"#;
        let found: Vec<String> = items(text).into_iter().map(|article| article.unwrap().headline).collect();
        assert_eq!(found, ["A", "D"]);
        let package = text.replacen("\"body_text\":\"One.\",", "", 1);
        let found: Vec<String> = items(&package).into_iter().map(|article| article.unwrap().headline).collect();
        assert_eq!(found, ["D"]);
    }

    #[test]
    fn a_kill_needs_nothing_but_its_name() {
        let article = one(r#"{"uri":"urn:newsml:wire.example:1","version":"3","pubStatus":"canceled"}"#);
        assert_eq!((article.status, article.provider_version), (Status::Killed, Some(3)));
        let [refused] =
            items(r#"{"uri":"urn:newsml:wire.example:1","type":"text","pubstatus":"usable"}"#).try_into().unwrap();
        assert_eq!(refused.unwrap_err().code, "no_text");
    }

    #[test]
    fn embargoes_hide_and_unreadable_ones_are_reported() {
        let item = |embargo: &str| {
            format!(r#"{{"uri":"a:1","type":"text","headline":"A","body_text":"B","embargoed":{embargo}}}"#)
        };
        let article = one(&item("\"2030-01-01T00:00:00Z\""));
        assert_eq!((article.embargo.is_some(), article.status), (true, Status::Usable));
        let found = items(&item("\"next week\""));
        assert_eq!(found[0].as_ref().unwrap().status, Status::Withheld);
        assert_eq!(found[1].as_ref().unwrap_err().code, "bad_embargo");
        for nothing in ["null", "\"\"", "false"] {
            assert_eq!(one(&item(nothing)).status, Status::Usable, "{nothing}");
        }
    }

    #[test]
    fn an_item_that_evolved_from_another_is_its_own() {
        let article = one(
            r#"{"uri":"http://wire.example/2","type":"text","headline":"A","body_text":"B","evolvedfrom":"http://wire.example/1"}"#,
        );
        assert_eq!(article.external_id.as_deref(), Some("http://wire.example/2"));
        assert_eq!(article.related, ["http://wire.example/1"]);
    }

    #[test]
    fn an_item_is_known_by_its_keys() {
        assert!(is_item(["uri", "versionCreated"].into_iter()) && is_item(["bodies", "uri"].into_iter()));
        assert!(!is_item(["uri", "title", "body"].into_iter()) && !is_item(["pubstatus", "id"].into_iter()));
    }
}
