//! NewsML 1: items made of components within components, each with its role.

use super::xml::{self, Element};
use super::{nitf, wire};
use crate::article::{Article, Provenance, Source, Stamp, Status};
use crate::ingest::{Reason, clean, dates};

/// Roles of components that do not hold the text.
const OTHER: &[&str] =
    &["stylesheet", "headline", "logo", "contact", "caption", "photo", "picture", "thumbnail", "graphic"];

/// Is it one of these, and none of NewsML-G2?
pub(super) fn is_item(item: &Element<'_>) -> bool {
    ["Identification", "NewsManagement", "NewsComponent"].iter().any(|name| item.child(name).is_some())
}

/// Who sent it.
pub(super) fn envelope(text: &str) -> Option<String> {
    let root = xml::outline(text, |name| name.eq_ignore_ascii_case("newsitem"));
    formal(root.find("NewsEnvelope/SentFrom/Party"))
}

/// The article, and what of it could not be read.
pub(super) fn article(item: &Element<'_>, sender: &Option<String>) -> Result<(Article, Option<Reason>), Reason> {
    let (manage, component) = (item.child("NewsManagement"), item.child("NewsComponent"));
    let line = |name: &str| component.and_then(|component| component.within(name)).and_then(Element::line);
    let content = component.and_then(text_content);
    let status =
        manage.and_then(|manage| formal(manage.child("Status"))).map(|word| wire::status(&word)).unwrap_or_default();
    if content.is_none() && line("HeadLine").is_none() && status != Status::Killed {
        return Err(Reason::new("not_text", "an item of NewsML 1 whose components hold no text"));
    }
    let lang = component.and_then(|component| formal(component.within("Language")));
    let revised = manage.and_then(|manage| stamp(manage, "ThisRevisionCreated"));
    let provider =
        component.and_then(|component| formal(component.within("Provider").and_then(|of| of.child("Party"))));
    let mut article = Article {
        headline: line("HeadLine").unwrap_or_default(),
        body: content.map(paragraphs).unwrap_or_default(),
        published: manage.and_then(|manage| stamp(manage, "FirstCreated")).or(revised).unwrap_or_default(),
        modified: revised,
        source: Source { name: provider.or_else(|| sender.clone()), site: None },
        authors: wire::authors(line("ByLine")),
        tags: component.map(tags).unwrap_or_default(),
        dateline: line("DateLine"),
        status,
        lang,
        ..Article::default()
    };
    identify(item, &mut article);
    article.body = wire::without_repeats(article.body, &article.headline, &article.authors);
    let note = manage.and_then(|manage| embargo(manage, &mut article));
    Ok((article, note))
}

/// The identifier without its revision names the item, the revision its version.
fn identify(item: &Element<'_>, article: &mut Article) {
    let Some(id) = item.find("Identification/NewsIdentifier") else { return };
    let part = |name: &str| id.child(name).and_then(Element::line);
    if let (Some(provider), Some(date), Some(name)) = (part("ProviderId"), part("DateId"), part("NewsItemId")) {
        wire::name(article, &format!("urn:newsml:{provider}:{date}:{name}"), None);
        article.source.name = article.source.name.take().or(Some(provider));
    }
    article.provider_version = part("RevisionId").and_then(|revision| revision.parse().ok());
}

/// Embargoed until its status will change; where that is not said, until another version comes.
fn embargo(manage: &Element<'_>, article: &mut Article) -> Option<Reason> {
    let change = manage.child("StatusWillChange")?;
    let to = formal(change.child("FutureStatus")).map(|word| wire::status(&word)).unwrap_or_default();
    if article.status != Status::Withheld || to != Status::Usable {
        return None;
    }
    let moment = change.child("DateAndTime").and_then(Element::line)?;
    article.status = Status::Usable;
    wire::embargo(article, &moment)
}

/// The content that holds the text: that of the role `Body` or `Main` before others.
fn text_content<'e, 'a>(component: &'e Element<'a>) -> Option<&'e Element<'a>> {
    let mut found = Vec::new();
    contents(component, "", &mut found);
    let readable = found.into_iter().filter(|(_, data)| !paragraphs(data).is_empty());
    let rank = |role: &str| usize::from(!matches!(role, "body" | "main" | "maintext"));
    readable.min_by_key(|(role, _)| rank(role)).map(|(_, data)| data)
}

fn contents<'e, 'a>(component: &'e Element<'a>, role: &str, found: &mut Vec<(String, &'e Element<'a>)>) {
    let own = formal(component.child("Role")).map(|role| role.to_lowercase());
    let role = own.as_deref().unwrap_or(role);
    if OTHER.contains(&role) {
        return;
    }
    for content in component.children("ContentItem") {
        let kind = ["MimeType", "MediaType"].iter().find_map(|name| formal(content.child(name))).unwrap_or_default();
        let kind = kind.to_lowercase();
        let is_text = kind.is_empty() || kind.starts_with("text") && !kind.contains("css") || kind.contains("xml");
        found.extend(content.child("DataContent").filter(|_| is_text).map(|data| (role.to_owned(), data)));
    }
    component.children("NewsComponent").for_each(|inner| contents(inner, role, found));
}

fn paragraphs(data: &Element<'_>) -> Vec<String> {
    let text = data.text();
    match data.within("body.content") {
        Some(content) => nitf::paragraphs(content),
        None if data.elements().next().is_some() => nitf::paragraphs(data),
        None if clean::looks_like_html(&text) => clean::markup_paragraphs(&text),
        None => clean::paragraphs(&text),
    }
}

/// Codes of subjects, and properties that are called keywords.
fn tags(component: &Element<'_>) -> Vec<String> {
    let mut tags = Vec::new();
    for property in component.all("Property") {
        let is_keyword = property.attribute("FormalName").is_some_and(|name| name.to_lowercase().contains("keyword"));
        wire::add(&mut tags, property.attribute("Value").filter(|_| is_keyword).and_then(clean::some_line));
    }
    for subject in component.all("SubjectCode").into_iter().flat_map(|code| code.elements()) {
        wire::add(&mut tags, formal(Some(subject)));
    }
    component.all("KeywordLine").into_iter().for_each(|line| wire::add(&mut tags, line.line()));
    tags
}

fn formal(element: Option<&Element<'_>>) -> Option<String> {
    element?.attribute("FormalName").and_then(clean::some_line)
}

fn stamp(parent: &Element<'_>, name: &str) -> Option<Stamp> {
    dates::parse_stamp(&parent.child(name)?.line()?, Provenance::File)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn one(status: &str, body: &str) -> Result<(Article, Option<Reason>), Reason> {
        let text = format!(
            "<NewsML><NewsEnvelope><SentFrom><Party FormalName='Wire'/></SentFrom></NewsEnvelope><NewsItem><Identification><NewsIdentifier>\
             <ProviderId>wire.example</ProviderId><DateId>20250227</DateId><NewsItemId>tin</NewsItemId><RevisionId>2</RevisionId>\
             </NewsIdentifier></Identification><NewsManagement><FirstCreated>20250227T164400+0100</FirstCreated>{status}</NewsManagement>\
             <NewsComponent><DescriptiveMetadata><Language FormalName='en'/></DescriptiveMetadata><NewsComponent><NewsLines>\
             <HeadLine>Tin up</HeadLine><DateLine>La Paz</DateLine></NewsLines>{body}</NewsComponent></NewsComponent></NewsItem></NewsML>"
        );
        let mut found = None;
        let _ = xml::records(&text, |name| name == "NewsItem", &mut |_, item| {
            found = Some(article(&item.unwrap().0, &envelope(&text)));
            std::ops::ControlFlow::Continue(())
        });
        found.unwrap()
    }

    const BODY: &str = "<NewsComponent><Role FormalName='Contact'/><ContentItem><DataContent><p>Call us.</p></DataContent></ContentItem>\
        </NewsComponent><NewsComponent><Role FormalName='Body'/><ContentItem><MimeType FormalName='text/xhtml'/><DataContent><html><body>\
        <p>Tin rose.</p><p>It fell.</p></body></html></DataContent></ContentItem></NewsComponent>";

    #[test]
    fn an_item_is_read_from_its_components() {
        let (article, note) = one("<Status FormalName='Usable'/>", BODY).unwrap();
        assert_eq!((article.headline.as_str(), article.body.len(), note), ("Tin up", 2, None));
        assert_eq!(article.external_id.as_deref(), Some("urn:newsml:wire.example:20250227:tin"));
        assert_eq!((article.provider_version, article.source.name.as_deref()), (Some(2), Some("Wire")));
        assert_eq!(article.published.at.unwrap().to_string(), "2025-02-27T15:44:00Z");
    }

    #[test]
    fn it_is_shown_from_the_moment_its_status_changes() {
        let embargoed = "<Status FormalName='Embargoed'/>";
        assert_eq!(one(embargoed, BODY).unwrap().0.status, Status::Withheld);
        let change = "<StatusWillChange><FutureStatus FormalName='Usable'/><DateAndTime>20300301T060000Z</DateAndTime></StatusWillChange>";
        let (article, _) = one(&format!("{embargoed}{change}"), BODY).unwrap();
        assert_eq!(
            (article.status, article.embargo.unwrap().to_string().as_str()),
            (Status::Usable, "2030-03-01T06:00:00Z")
        );
        assert_eq!(one("<Status FormalName='Canceled'/>", "").unwrap().0.status, Status::Killed);
    }
}
