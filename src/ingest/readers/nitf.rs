//! NITF, the older markup of the wires: as a document of its own, or within NewsML-G2 and ninjs.

use std::ops::ControlFlow;

use super::xml::{self, Element};
use super::{Emit, wire};
use crate::article::{Article, Provenance, Source, Stamp, Status};
use crate::ingest::{Reason, clean, dates};

pub(in crate::ingest) fn read(text: &str, emit: &mut Emit<'_>) -> ControlFlow<()> {
    let is_record = |name: &str| name.eq_ignore_ascii_case("nitf");
    xml::records(text, is_record, &mut |at, record| match record {
        Ok((nitf, _)) => {
            let (article, note) = article(&nitf);
            emit(at.clone(), wire::finish(article))?;
            note.map_or(ControlFlow::Continue(()), |note| emit(at, Err(note)))
        }
        Err(reason) => emit(at, Err(reason)),
    })
}

/// The article of a `<nitf>` within another format, as far as it goes.
pub(super) fn within(nitf: &Element<'_>) -> Article {
    article(nitf).0
}

/// The paragraphs of a document that is text within another format.
pub(super) fn body(text: &str) -> Vec<String> {
    let nitf = xml::outline(text, |_| false);
    nitf.within("body.content").map(paragraphs).unwrap_or_default()
}

/// The article, and what of it could not be read.
fn article(nitf: &Element<'_>) -> (Article, Option<Reason>) {
    let (head, body) = (nitf.child("head"), nitf.child("body"));
    let docdata = head.and_then(|head| head.child("docdata"));
    let top = body.and_then(|body| body.child("body.head"));
    let content = body.and_then(|body| body.child("body.content").or_else(|| body.child("content")));
    let hedline = top.and_then(|top| top.child("hedline"));
    let title = || head.and_then(|head| head.child("title")).and_then(Element::line);
    let headline = hedline.and_then(headline).or_else(title).unwrap_or_default();
    let authors = bylines(top);
    let lang = nitf.attribute("xml:lang").map(str::to_owned);
    let issued = docdata.and_then(|data| stamp(data.child("date.issue")?));
    let mut article = Article {
        lead: lead(top, hedline),
        body: content.map(paragraphs).unwrap_or_default(),
        published: issued.or_else(|| story_date(top)).unwrap_or_default(),
        source: Source { name: source(docdata, top), site: None },
        tags: tags(head),
        section: head.and_then(section),
        places: docdata.map(places).unwrap_or_default(),
        people: content.map(|content| named(content, "person")).unwrap_or_default(),
        orgs: content.map(|content| named(content, "org")).unwrap_or_default(),
        dateline: top.and_then(|top| top.child("dateline")).and_then(Element::line),
        status: head.map(status).unwrap_or_default(),
        corrected: docdata.is_some_and(|data| data.elements().any(|element| element.is("correction"))),
        provider_version: docdata.and_then(version),
        image: content.and_then(image),
        headline,
        authors,
        lang,
        ..Article::default()
    };
    article.body = wire::without_repeats(std::mem::take(&mut article.body), &article.headline, &article.authors);
    if let Some(id) = docdata.and_then(id) {
        let provider = docdata.and_then(|data| data.child("doc-id")).and_then(|id| id.attribute("regsrc"));
        let source = article.source.name.clone();
        wire::name(&mut article, &id, provider.or(source.as_deref()));
    }
    let note = docdata.and_then(|data| embargo(data, &mut article));
    (article, note)
}

fn headline(hedline: &Element<'_>) -> Option<String> {
    hedline.child("hl1").and_then(Element::line).or_else(|| hedline.line())
}

/// The abstract, else the second headline.
fn lead(top: Option<&Element<'_>>, hedline: Option<&Element<'_>>) -> Option<String> {
    let summary = top.and_then(|top| top.child("abstract")).map(|summary| paragraphs(summary).join(" "));
    let second = || hedline.and_then(|hedline| hedline.child("hl2")).and_then(Element::line);
    summary.filter(|text| !text.is_empty()).or_else(second)
}

/// Those who wrote it, without what they are; where only that is said, that.
fn bylines(top: Option<&Element<'_>>) -> Vec<String> {
    let mut authors = Vec::new();
    for byline in top.into_iter().flat_map(|top| top.children("byline")) {
        let people: Vec<String> = byline.all("person").into_iter().filter_map(Element::line).collect();
        if people.is_empty() {
            let title = byline.child("byttl").and_then(Element::line);
            let line = byline.line().map(|line| without_title(&line, title.as_deref()));
            wire::authors(line).into_iter().for_each(|name| wire::add(&mut authors, Some(name)));
        }
        people.into_iter().for_each(|person| wire::add(&mut authors, Some(person)));
    }
    authors
}

fn without_title(line: &str, title: Option<&str>) -> String {
    let bare = title.and_then(|title| line.strip_suffix(title)).unwrap_or(line);
    let bare = bare.trim_end_matches([' ', ',', ';', '-', '–', '|']);
    if bare.is_empty() { line.to_owned() } else { bare.to_owned() }
}

/// Elements that are paragraphs, or hold them.
const BLOCKS: &[&str] = &[
    "p",
    "block",
    "hl2",
    "hl3",
    "hl4",
    "ol",
    "ul",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "tbody",
    "thead",
    "tfoot",
    "tr",
    "bq",
    "blockquote",
    "pre",
    "fn",
    "note",
    "hr",
    "body.content",
    "nitf-table",
    "nitf-table-summary",
    "custom-table",
    "div",
    "section",
    "h1",
    "h2",
    "h3",
    "h4",
    "abstract",
    "credit",
    "content",
    "datasource",
];

/// What is no text of the article: pictures with their captions, and notes to editors.
const ASIDE: &[&str] = &[
    "media",
    "media-caption",
    "media-metadata",
    "note",
    "nitf-table-metadata",
    "col",
    "colgroup",
    "head",
    "title",
    "script",
    "style",
    "figcaption",
];

/// Paragraphs of an element that holds blocks.
pub(super) fn paragraphs(content: &Element<'_>) -> Vec<String> {
    let mut flow = Flow::default();
    flow.add(content);
    flow.end();
    flow.paragraphs
}

#[derive(Default)]
struct Flow {
    paragraphs: Vec<String>,
    open: String,
}

impl Flow {
    fn add(&mut self, element: &Element<'_>) {
        for part in &element.content {
            match part {
                xml::Node::Text(text) => self.open.push_str(text),
                xml::Node::Element(inner) => self.element(inner),
            }
        }
    }

    fn element(&mut self, inner: &Element<'_>) {
        let name = inner.local().to_ascii_lowercase();
        match name.as_str() {
            name if ASIDE.contains(&name) => {}
            "br" => self.open.push(' '),
            "td" | "th" => {
                self.open.push(' ');
                self.add(inner);
            }
            name if BLOCKS.contains(&name) => {
                self.end();
                self.add(inner);
                self.end();
            }
            _ => self.add(inner),
        }
    }

    fn end(&mut self) {
        self.paragraphs.extend(clean::some_line(&self.open));
        self.open.clear();
    }
}

/// Names of subjects, and keywords.
fn tags(head: Option<&Element<'_>>) -> Vec<String> {
    let mut tags = Vec::new();
    let Some(head) = head else { return tags };
    for subject in head.all("tobject.subject") {
        // From the finest to the coarsest name it has.
        let names =
            ["tobject.subject.detail", "tobject.subject.matter", "tobject.subject.type", "tobject.subject.refnum"];
        wire::add(&mut tags, names.iter().find_map(|name| subject.attribute(name)).and_then(clean::some_line));
    }
    for keyword in head.all("keyword") {
        wire::add(&mut tags, keyword.attribute("key").and_then(clean::some_line).or_else(|| keyword.line()));
    }
    tags
}

/// Where it was printed, else the series it belongs to.
fn section(head: &Element<'_>) -> Option<String> {
    let printed = head.child("pubdata").and_then(|data| data.attribute("position.section"));
    let series = || head.find("docdata/series").and_then(|series| series.attribute("series.name"));
    printed.or_else(series).and_then(clean::some_line)
}

fn places(docdata: &Element<'_>) -> Vec<String> {
    let mut places = Vec::new();
    for place in docdata.children("evloc") {
        let names = ["city", "county-dist", "state-prov", "iso-cc"];
        let name = names.iter().find_map(|name| place.attribute(name)).and_then(clean::some_line);
        wire::add(&mut places, name.or_else(|| place.line()));
    }
    places
}

fn named(content: &Element<'_>, what: &str) -> Vec<String> {
    let mut names = Vec::new();
    content.all(what).into_iter().for_each(|found| wire::add(&mut names, found.line()));
    names
}

/// Who distributes it, else whose copyright it is.
fn source(docdata: Option<&Element<'_>>, top: Option<&Element<'_>>) -> Option<String> {
    let holder = docdata.and_then(|data| data.child("doc.copyright")).and_then(|right| right.attribute("holder"));
    let distributor = || top.and_then(|top| top.child("distributor")).and_then(Element::line);
    holder.and_then(clean::some_line).or_else(distributor)
}

fn id(docdata: &Element<'_>) -> Option<String> {
    let id = docdata.child("doc-id").and_then(|id| id.attribute("id-string"));
    // The key of a series of versions names the article where nothing else does.
    let key = || docdata.child("du-key").and_then(|key| key.attribute("key"));
    id.or_else(key).map(str::to_owned)
}

fn version(docdata: &Element<'_>) -> Option<u64> {
    docdata.child("du-key").and_then(|key| key.attribute("version")).and_then(|version| version.parse().ok())
}

/// `<docdata management-status="canceled">`, `<docdata management-doc-idref=…>`.
fn status(head: &Element<'_>) -> Status {
    let docdata = head.child("docdata");
    docdata.and_then(|data| data.attribute("management-status")).map(wire::status).unwrap_or_default()
}

/// A release that lies ahead is an embargo.
fn embargo(docdata: &Element<'_>, article: &mut Article) -> Option<Reason> {
    let text = |release: &Element<'_>| release.attribute("norm").map(str::to_owned).or_else(|| release.line());
    wire::embargoes(article, docdata.children("date.release").filter_map(text))
}

fn stamp(date: &Element<'_>) -> Option<Stamp> {
    let text = date.attribute("norm").map(str::to_owned).or_else(|| date.line())?;
    dates::parse_stamp(&text, Provenance::File)
}

fn story_date(top: Option<&Element<'_>>) -> Option<Stamp> {
    stamp(top?.within("story.date")?)
}

fn image(content: &Element<'_>) -> Option<String> {
    let media = content.all("media-reference");
    media.into_iter().find_map(|media| media.attribute("source")).and_then(wire::address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::readers::handed_on;

    fn articles(text: &str) -> Vec<Result<Article, Reason>> {
        handed_on(|emit| read(text, emit))
    }

    fn document(docdata: &str, head: &str, content: &str) -> String {
        format!(
            "<?xml version='1.0'?><!DOCTYPE nitf SYSTEM 'nitf-3-4.dtd'><nitf><head><title>Slug</title><tobject>\
             <tobject.subject tobject.subject.refnum='04010000' tobject.subject.type='Economy' tobject.subject.matter='Metals'/>\
             </tobject><docdata>{docdata}<key-list><keyword key='tin'/></key-list></docdata></head>\
             <body><body.head>{head}</body.head><body.content>{content}</body.content></body></nitf>"
        )
    }

    #[test]
    fn an_article_is_read_with_its_fields() {
        let text = document(
            "<doc-id id-string='wire-7' regsrc='Wire'/><du-key version='3' key='TIN'/><date.issue norm='20250227T164400+0100'/>\
             <evloc city='La Paz' iso-cc='BO'/><doc.copyright year='2025' holder='Wire Co'/>",
            "<hedline><hl1>Tin <em>up</em></hl1><hl2>Again</hl2></hedline><byline>By A. Writer, <byttl>Reporter</byttl></byline>\
             <dateline><location>LA PAZ</location>, Feb. 27</dateline>",
            "<block><p>Tin rose, says <person>B C</person>.</p><media media-type='image'><media-reference source='https://wire.example/i.jpg'/>\
             <media-caption><p>A mine</p></media-caption></media><hl2>Later</hl2><p>It fell.</p></block>\
             <ul><li>one</li><li>two</li></ul><table><tr><td>a</td><td>b</td></tr></table>",
        );
        let article = articles(&text).remove(0).unwrap();
        assert_eq!((article.headline.as_str(), article.lead.as_deref()), ("Tin up", Some("Again")));
        assert_eq!(article.body, ["Tin rose, says B C.", "Later", "It fell.", "one", "two", "a b"]);
        assert_eq!((article.external_id.as_deref(), article.namespace.as_str()), (Some("wire-7"), "wire"));
        assert_eq!((article.provider_version, article.authors.as_slice()), (Some(3), &["A. Writer".to_owned()][..]));
        assert_eq!(article.published.at.unwrap().to_string(), "2025-02-27T15:44:00Z");
        assert_eq!(
            (article.tags.as_slice(), article.places.as_slice()),
            (&["Metals".into(), "tin".into()][..], &["La Paz".into()][..])
        );
        assert_eq!(
            (article.dateline.as_deref(), article.source.name.as_deref()),
            (Some("LA PAZ, Feb. 27"), Some("Wire Co"))
        );
        assert_eq!(
            (article.people.as_slice(), article.image.as_deref()),
            (&["B C".into()][..], Some("https://wire.example/i.jpg"))
        );
    }

    #[test]
    fn the_title_stands_in_for_a_headline_that_is_missing() {
        assert_eq!(articles(&document("", "", "<p>Tin.</p>"))[0].as_ref().unwrap().headline, "Slug");
    }

    #[test]
    fn a_release_that_lies_ahead_is_an_embargo() {
        let article = |date: &str| articles(&document(&format!("<date.release norm='{date}'/>"), "", "<p>x</p>"));
        let found = article("20300301T060000Z");
        assert_eq!(found[0].as_ref().unwrap().embargo.unwrap().to_string(), "2030-03-01T06:00:00Z");
        let found = article("tomorrow");
        assert_eq!(
            (found[0].as_ref().unwrap().status, found[1].as_ref().unwrap_err().code),
            (Status::Withheld, "bad_embargo")
        );
    }

    #[test]
    fn a_kill_is_one_without_a_text() {
        let text = "<nitf><head><docdata management-status='canceled'><doc-id id-string='7'/></docdata></head></nitf>";
        assert_eq!(articles(text)[0].as_ref().unwrap().status, Status::Killed);
        assert_eq!(articles("<nitf><head/></nitf>")[0].as_ref().unwrap_err().code, "no_text");
    }
}
