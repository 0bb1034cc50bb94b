//! NewsML-G2, and NewsML 1 before it: a message of items, of which those that carry a text are articles.

use std::collections::HashMap;
use std::ops::ControlFlow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::held::Told;
use super::xml::{self, Around, Element};
use super::{Emit, newsml1, nitf, wire};
use crate::article::{Article, Provenance, Source, Stamp};
use crate::identity;
use crate::ingest::{Reason, clean, dates, encoding};

/// Items, and what they are when they are no news.
const ITEMS: &[(&str, &str)] = &[
    ("newsitem", ""),
    ("packageitem", "a package: it puts other items in order, which come by themselves"),
    ("conceptitem", "a concept item: it explains a code"),
    ("knowledgeitem", "a knowledge item: it explains codes"),
    ("planningitem", "a planning item: it says what is going to be covered"),
    ("catalogitem", "a catalogue item: it lists vocabularies"),
    ("contentset", ""),
    ("contentmeta", "a fragment, the metadata of an item without the item"),
    ("groupset", "a fragment, the groups of a package without the package"),
];

pub(in crate::ingest) fn read(text: &str, emit: &mut Emit<'_>) -> ControlFlow<()> {
    let is_record = |name: &str| ITEMS.iter().any(|(item, _)| item.eq_ignore_ascii_case(name));
    let envelope = newsml1::envelope(text);
    xml::records(text, is_record, &mut |at, record| {
        let (item, around) = match record {
            Ok(record) => record,
            Err(reason) => return emit(at, Err(reason)),
        };
        let refused = ITEMS.iter().find(|(name, what)| !what.is_empty() && name.eq_ignore_ascii_case(item.local()));
        if let Some((_, what)) = refused {
            return emit(at, Err(Reason::new("not_text", *what)));
        }
        let read = if newsml1::is_item(&item) { newsml1::article(&item, &envelope) } else { article(&item, &around) };
        let (article, note) = match read {
            Ok(read) => read,
            Err(reason) => return emit(at, Err(reason)),
        };
        emit(at.clone(), wire::finish(article))?;
        note.map_or(ControlFlow::Continue(()), |note| emit(at, Err(note)))
    })
}

/// The article, and what of it could not be read.
fn article(item: &Element<'_>, around: &Around) -> Result<(Article, Option<Reason>), Reason> {
    let (item_meta, meta) = (item.child("itemMeta"), item.child("contentMeta"));
    if let Some(kind) = item_meta.and_then(|meta| concept_code(meta.child("itemClass")?))
        && !matches!(wire::code(&kind).as_str(), "text" | "composite")
    {
        return Err(wire::not_text(&wire::code(&kind)));
    }
    let tag = meta.and_then(|meta| meta.child("language")?.attribute("tag"));
    let lang = tag.or_else(|| item.attribute("xml:lang")).map(str::to_owned).or_else(|| around.lang.clone());
    let names = Names::of_item(item, lang.as_deref());
    let content = if item.is("contentSet") { Some(item) } else { item.child("contentSet") };
    let inline = content.map(|set| inline(set, lang.as_deref())).unwrap_or_default();
    let version = item_meta.and_then(|meta| stamp(meta, "versionCreated"));
    let first = item_meta.and_then(|meta| stamp(meta, "firstCreated"));
    let created = || meta.and_then(|meta| stamp(meta, "contentCreated"));
    let located = meta.and_then(|meta| names.of(meta.child("located")?)).map(|place| last_part(&place));
    let mut article = Article {
        headline: meta.and_then(|meta| names.text(meta, "headline")).unwrap_or_default(),
        lead: meta.and_then(|meta| names.text(meta, "description")),
        body: inline.body,
        published: first.or(version).or_else(created).unwrap_or_default(),
        modified: version,
        source: Source { name: source(item, item_meta, meta, &names), site: None },
        authors: authors(meta),
        places: located.iter().cloned().collect(),
        dateline: meta.and_then(|meta| names.text(meta, "dateline")).or(located).or(inline.dateline),
        related: item_meta.into_iter().flat_map(related).collect(),
        provider_version: item.attribute("version").and_then(|version| version.parse().ok()),
        corrected: item_meta.is_some_and(|meta| meta.children("signal").filter_map(concept_code).any(is_correction)),
        lang: lang.clone(),
        ..Article::default()
    };
    meta.into_iter().for_each(|meta| subjects(meta, &names, &mut article));
    let titles = [inline.headline, item_meta.and_then(|meta| names.text(meta, "title"))];
    if article.headline.is_empty() {
        article.headline = titles.into_iter().flatten().find(|title| !title.is_empty()).unwrap_or_default();
    }
    if article.authors.is_empty() {
        let creators = || meta.map(|meta| creators(meta, &names)).unwrap_or_default();
        article.authors = if inline.authors.is_empty() { creators() } else { inline.authors };
    }
    article.lead = article.lead.or(inline.lead);
    article.body = wire::without_repeats(article.body, &article.headline, &article.authors);
    let provider = article.source.name.clone();
    wire::name(&mut article, item.attribute("guid").unwrap_or_default(), provider.as_deref());
    article.source.site = article.url.as_deref().and_then(identity::site_of);
    let unread = state(item, &mut article);
    let told = Told { status: article.status, embargo: article.embargo, unread }.within(&inline.told);
    Ok((Article { status: told.status, embargo: told.embargo, ..article }, told.unread))
}

fn is_correction(code: String) -> bool {
    wire::code(&code) == "correction"
}

/// Whether and from when it may be shown, wherever the item says so.
fn state(item: &Element<'_>, article: &mut Article) -> Option<Reason> {
    let parts = || item.children("itemMeta").chain(item.children("contentMeta")).chain(std::iter::once(item));
    let states = parts().flat_map(|part| part.children("pubStatus")).flat_map(|state| {
        let codes = ["qcode", "literal", "uri"].map(|name| state.attribute(name).map(str::to_owned));
        codes.into_iter().flatten().chain(state.line())
    });
    article.status = states.map(|code| wire::status(&code)).max().unwrap_or_default();
    let ends = || parts().flat_map(|part| part.children("embargoed")).map(Element::line);
    let unread = wire::embargoes(article, ends().flatten());
    // Until further notice (NewsML-G2 Specification, embargoed).
    if ends().any(|end| end.is_none()) {
        wire::withhold(article);
        article.embargo = None;
    }
    unread
}

#[derive(Default)]
struct Inline {
    headline: Option<String>,
    lead: Option<String>,
    body: Vec<String>,
    authors: Vec<String>,
    dateline: Option<String>,
    /// What a document within the item says of showing it.
    told: Told,
}

/// Of several renditions of the content the first in the language of the item that holds a text.
fn inline(set: &Element<'_>, lang: Option<&str>) -> Inline {
    let mut renditions: Vec<&Element<'_>> =
        set.elements().filter(|element| element.is("inlineXML") || element.is("inlineData")).collect();
    let foreign = |element: &&Element<'_>| {
        element.attribute("xml:lang").zip(lang).is_some_and(|(tag, lang)| !same_language(tag, lang))
    };
    renditions.sort_by_key(|element| (foreign(element), element.is("inlineData")));
    let read = renditions.into_iter().map(rendition);
    read.reduce(|best, other| if best.body.is_empty() { other } else { best }).unwrap_or_default()
}

fn rendition(content: &Element<'_>) -> Inline {
    let media = content.attribute("contenttype").unwrap_or_default().to_lowercase();
    let is_bare = content.elements().next().is_none();
    if is_bare || content.is("inlineData") {
        let encoding = content.attribute("encoding");
        let text = encoding.map_or_else(|| content.text(), |encoding| decoded(encoding, &content.text()));
        let body = match () {
            () if text.contains("<nitf") => nitf::body(&text),
            () if media.contains("html") || clean::looks_like_html(&text) => clean::markup_paragraphs(&text),
            () => clean::paragraphs(&text),
        };
        return Inline { body, ..Inline::default() };
    }
    if let Some(found) = content.elements().find(|element| element.local().eq_ignore_ascii_case("nitf")) {
        let Article { headline, lead, body, authors, dateline, status, embargo, .. } = nitf::within(found);
        let told = Told { status, embargo, unread: None };
        return Inline { headline: Some(headline), lead, body, authors, dateline, told };
    }
    // XHTML, whole or its paragraphs only. Other markup holds data: results, prices, events.
    let known = ["html", "body", "p", "div", "section", "article", "h1", "h2", "ul", "span"];
    let is_html = content.elements().any(|element| known.iter().any(|name| element.local().eq_ignore_ascii_case(name)));
    let body = if is_html { nitf::paragraphs(content) } else { Vec::new() };
    Inline { body, ..Inline::default() }
}

/// What is carried as bytes (cv.iptc.org/newscodes/encoding); nothing of what is packed besides.
fn decoded(encoding: &str, text: &str) -> String {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes =
        Some(bare).filter(|_| wire::code(encoding) == "base64").and_then(|bare| BASE64_STANDARD.decode(bare).ok());
    bytes.map(|bytes| encoding::text(&bytes, None).into_owned()).unwrap_or_default()
}

fn same_language(left: &str, right: &str) -> bool {
    let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    primary(left) == primary(right)
}

/// A code, an address or a word: `qcode`, `uri`, `literal`.
fn concept_code(concept: &Element<'_>) -> Option<String> {
    ["qcode", "literal", "uri"].iter().find_map(|name| concept.attribute(name)).map(str::to_owned)
}

/// What things are called in the language of the item.
struct Names<'i, 'a> {
    /// What the item says of codes.
    asserted: HashMap<String, &'i Element<'a>>,
    lang: Option<&'i str>,
}

impl<'i, 'a> Names<'i, 'a> {
    fn of_item(item: &'i Element<'a>, lang: Option<&'i str>) -> Names<'i, 'a> {
        let mut asserted = HashMap::new();
        for assert in item.children("assert") {
            if let Some(code) = concept_code(assert) {
                asserted.entry(code).or_insert(assert);
            }
        }
        Names { asserted, lang }
    }

    /// The text of the child of that name, of several the one in the language of the item and with the main role.
    fn text(&self, parent: &Element<'_>, name: &str) -> Option<String> {
        let rank = |element: &&Element<'_>| {
            let foreign =
                element.attribute("xml:lang").zip(self.lang).is_some_and(|(tag, lang)| !same_language(tag, lang));
            let role = element.attribute("role").map(wire::code).unwrap_or_default();
            (
                foreign,
                matches!(role.as_str(), "caption" | "creditline"),
                !matches!(role.as_str(), "" | "main" | "summary"),
            )
        };
        let found = parent.children(name).filter(|element| element.line().is_some() && !rank(element).1);
        found.min_by_key(rank)?.line()
    }

    /// Its name; else that which the item says elsewhere of the same code; else the code.
    fn of(&self, concept: &Element<'_>) -> Option<String> {
        let main = concept.child("mainConcept").unwrap_or(concept);
        let code = concept_code(main);
        let asserted = || self.text(self.asserted.get(code.as_deref()?)?, "name");
        self.text(main, "name").or_else(asserted).or(code.clone()).or_else(|| main.line())
    }
}

fn subjects(meta: &Element<'_>, names: &Names<'_, '_>, article: &mut Article) {
    for subject in meta.children("subject") {
        let name = names.of(subject);
        match subject.attribute("type").map(wire::code).unwrap_or_default().as_str() {
            "person" => wire::add(&mut article.people, name.clone()),
            "organisation" | "organization" => wire::add(&mut article.orgs, name.clone()),
            "geoarea" | "poi" => wire::add(&mut article.places, name.clone()),
            _ => {}
        }
        wire::add(&mut article.tags, name);
    }
    meta.children("keyword").for_each(|keyword| wire::add(&mut article.tags, keyword.line()));
}

fn authors(meta: Option<&Element<'_>>) -> Vec<String> {
    wire::authors(meta.into_iter().flat_map(|meta| meta.children("by")).filter_map(Element::line))
}

/// Those who made it and have a name; agencies are its source.
fn creators(meta: &Element<'_>, names: &Names<'_, '_>) -> Vec<String> {
    let mut authors = Vec::new();
    for creator in meta.children("creator") {
        let is_agency = creator.attribute("type").is_some_and(|kind| wire::code(kind).starts_with("organi"));
        wire::add(&mut authors, names.text(creator, "name").filter(|_| !is_agency));
    }
    authors
}

/// Where it comes from, by name; else by code or host.
fn source(
    item: &Element<'_>,
    item_meta: Option<&Element<'_>>,
    meta: Option<&Element<'_>>,
    names: &Names<'_, '_>,
) -> Option<String> {
    let parties = [
        meta.and_then(|meta| meta.child("infoSource")),
        item_meta.and_then(|meta| meta.child("provider")),
        item.find("rightsInfo/copyrightHolder"),
    ];
    let parties = || parties.iter().flatten();
    let code = |party: &&Element<'_>| {
        let code = party.attribute("literal").map(str::to_owned).or_else(|| party.attribute("qcode").map(last_part));
        code.or_else(|| party.attribute("uri").and_then(identity::site_of))
    };
    parties().find_map(|party| names.text(party, "name")).or_else(|| parties().find_map(code))
}

/// `REUTERS` of `nprov:REUTERS`; a name with a colon in it is no code.
fn last_part(code: &str) -> String {
    let is_code = !code.contains(char::is_whitespace);
    code.rsplit(':').next().filter(|_| is_code).unwrap_or(code).to_owned()
}

fn related(item_meta: &Element<'_>) -> Vec<String> {
    item_meta.children("link").filter_map(|link| link.attribute("href")).filter_map(wire::address).collect()
}

fn stamp(parent: &Element<'_>, name: &str) -> Option<Stamp> {
    dates::parse_stamp(&parent.child(name)?.line()?, Provenance::File)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Status;
    use crate::ingest::readers::handed_on;

    fn articles(text: &str) -> Vec<Result<Article, Reason>> {
        handed_on(|emit| read(text, emit))
    }

    fn item(item_meta: &str, meta: &str, content: &str) -> String {
        format!(
            "<newsItem xmlns='http://iptc.org/std/nar/2006-10-01/' guid='urn:newsml:wire.example:20250227:tin' version='4' xml:lang='en-GB'>\
             <itemMeta><itemClass qcode='ninat:text'/>{item_meta}</itemMeta><contentMeta>{meta}</contentMeta>\
             <assert qcode='m:7'><name>Seven</name></assert><contentSet>{content}</contentSet></newsItem>"
        )
    }

    const HTML: &str = "<inlineXML contenttype='application/xhtml+xml'><html xmlns='http://www.w3.org/1999/xhtml'><head>\
        <title>x</title></head><body><p>Tin rose.</p><p>It fell.</p></body></html></inlineXML>";

    #[test]
    fn an_item_is_read_with_its_fields() {
        let text = item(
            "<provider qcode='nprov:WIRE'/><versionCreated>2025-02-27T16:44:00+01:00</versionCreated>\
             <firstCreated>2025-02-26T10:00:00Z</firstCreated><pubStatus qcode='stat:usable'/><signal qcode='sig:correction'/>",
            "<located qcode='g:1'><name>La Paz</name></located><by>By A. Writer</by><language tag='en'/>\
             <infoSource><name>The Wire</name></infoSource>\
             <subject qcode='m:1' type='cpnat:abstract'><name xml:lang='de'>Zinn</name><name xml:lang='en'>tin</name></subject>\
             <subject qcode='m:7'/><subject qcode='m:8'/><subject type='cpnat:person' literal='B C'/>\
             <headline xml:lang='de'>Zinn</headline><headline>Tin up</headline><description role='x:summary'>All of it</description>",
            HTML,
        );
        let article = articles(&text).remove(0).unwrap();
        assert_eq!((article.headline.as_str(), article.lead.as_deref()), ("Tin up", Some("All of it")));
        assert_eq!(article.body, ["Tin rose.", "It fell."]);
        assert_eq!(article.tags, ["tin", "Seven", "m:8", "B C"]);
        assert_eq!(
            (article.people.as_slice(), article.places.as_slice()),
            (&["B C".into()][..], &["La Paz".into()][..])
        );
        assert_eq!((article.namespace.as_str(), article.provider_version), ("wire.example", Some(4)));
        assert_eq!((article.source.name.as_deref(), article.lang.as_deref()), (Some("The Wire"), Some("en")));
        assert_eq!(article.published.at.unwrap().to_string(), "2025-02-26T10:00:00Z");
        assert_eq!(article.modified.unwrap().at.unwrap().to_string(), "2025-02-27T15:44:00Z");
        assert_eq!((article.authors.as_slice(), article.corrected), (&["A. Writer".into()][..], true));
    }

    #[test]
    fn a_place_without_a_name_is_called_by_its_code() {
        let article =
            articles(&item("", "<headline>A</headline><located qcode='city:Lima'/>", HTML)).remove(0).unwrap();
        assert_eq!((article.places.as_slice(), article.dateline.as_deref()), (&["Lima".to_owned()][..], Some("Lima")));
    }

    #[test]
    fn the_text_is_found_among_the_contents() {
        let nitf = "<inlineXML contenttype='application/nitf+xml'><nitf xmlns='http://iptc.org/std/NITF/2006-10-18/'><body><body.head>\
            <hedline><hl1>From within</hl1></hedline><byline>By D. E</byline></body.head><body.content><p>One.</p></body.content></body>\
            </nitf></inlineXML>";
        let article = articles(&item("", "", nitf)).remove(0).unwrap();
        assert_eq!(
            (article.headline.as_str(), article.authors[0].as_str(), article.body.len()),
            ("From within", "D. E", 1)
        );
        let plain = "<inlineXML contenttype='x/results'><results>3:1</results></inlineXML><inlineData contenttype='text/plain'>One.\n\nTwo.</inlineData>";
        assert_eq!(articles(&item("", "", plain))[0].as_ref().unwrap().body, ["One.", "Two."]);
        let escaped =
            "<inlineXML contenttype='application/xhtml+xml'><![CDATA[<p>One\nline.</p><p>Two.</p>]]></inlineXML>";
        assert_eq!(articles(&item("", "", escaped))[0].as_ref().unwrap().body, ["One line.", "Two."]);
        let two = format!("<inlineXML xml:lang='fr'><p>Un.</p></inlineXML>{HTML}");
        assert_eq!(articles(&item("", "", &two))[0].as_ref().unwrap().body.len(), 2);
    }

    #[test]
    fn a_text_that_is_carried_as_bytes_is_read() {
        let carried =
            "<inlineData encoding='http://cv.iptc.org/newscodes/encoding/base64'>T25lLgoK\nVHdvLg==</inlineData>";
        assert_eq!(articles(&item("", "<headline>A</headline>", carried))[0].as_ref().unwrap().body, ["One.", "Two."]);
    }

    #[test]
    fn every_item_of_a_message_is_read_or_refused() {
        let text = format!(
            "<newsMessage xmlns='http://iptc.org/std/nar/2006-10-01/'><header/><itemSet>{}<packageItem guid='a'/><conceptItem guid='b'/>\
             <planningItem guid='c'/><newsItem guid='d'><itemMeta><itemClass qcode='ninat:picture'/></itemMeta></newsItem>\
             <newsItem guid='e'><itemMeta><itemClass qcode='ninat:text'/><versionCreated>2025-01-01T00:00:00Z</versionCreated></itemMeta></newsItem>\
             </itemSet></newsMessage>",
            item("", "<headline>A</headline>", HTML)
        );
        let found: Vec<_> =
            articles(&text).into_iter().map(|found| found.map(|_| ()).map_err(|reason| reason.code)).collect();
        let no_text = Err("not_text");
        assert_eq!(found, [Ok(()), no_text, no_text, no_text, no_text, Err("no_text")]);
    }

    #[test]
    fn status_and_embargo() {
        let read = |meta: &str| articles(&item(meta, "<headline>A</headline>", HTML));
        assert_eq!(read("<pubStatus qcode='stat:canceled'/>")[0].as_ref().unwrap().status, Status::Killed);
        assert_eq!(read("<pubStatus qcode='stat:withheld'/>")[0].as_ref().unwrap().status, Status::Withheld);
        let article = read("<embargoed>2030-03-01T06:00:00+01:00</embargoed>").remove(0).unwrap();
        assert_eq!(
            (article.embargo.unwrap().to_string().as_str(), article.status),
            ("2030-03-01T05:00:00Z", Status::Usable)
        );
        let two = "<embargoed>2020-01-01T00:00:00Z</embargoed><embargoed>2999-01-01T00:00:00Z</embargoed>";
        assert_eq!(read(two)[0].as_ref().unwrap().embargo.unwrap().to_string(), "2999-01-01T00:00:00Z");
        for withheld in ["<pubStatus>withheld</pubStatus>", "<pubStatus qcode='x:1' literal='withheld'/>"] {
            assert_eq!(read(withheld)[0].as_ref().unwrap().status, Status::Withheld, "{withheld}");
        }
        let told = "<headline>A</headline><embargoed>2999-01-01T00:00:00Z</embargoed>";
        assert!(articles(&item("", told, HTML))[0].as_ref().unwrap().embargo.is_some(), "in the other metadata");
        let nitf = "<inlineXML><nitf><head><docdata><date.release norm='29990101T000000Z'/></docdata></head><body>\
            <body.content><p>One.</p></body.content></body></nitf></inlineXML>";
        let found = articles(&item("<pubStatus qcode='stat:usable'/>", "<headline>A</headline>", nitf));
        assert!(found[0].as_ref().unwrap().embargo.is_some(), "in the document within");
        let found = read("<embargoed/>");
        assert_eq!((found.len(), found[0].as_ref().unwrap().status), (1, Status::Withheld));
        let found = read("<embargoed>noon</embargoed>");
        assert_eq!(
            (found[0].as_ref().unwrap().status, found[1].as_ref().unwrap_err().code),
            (Status::Withheld, "bad_embargo")
        );
    }

    #[test]
    fn a_kill_needs_nothing_but_its_name() {
        let text = "<newsItem guid='urn:newsml:wire.example:20250227:tin' version='5'><itemMeta><itemClass qcode='ninat:text'/>\
            <pubStatus qcode='stat:canceled'/></itemMeta></newsItem>";
        assert_eq!(articles(text)[0].as_ref().unwrap().provider_version, Some(5));
    }
}
