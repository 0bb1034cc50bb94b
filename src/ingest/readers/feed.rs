//! RSS 0.9 to 2.0, with and without RDF, and Atom: one item after the other, and what the channel says of all of them.

mod wordpress;

use std::ops::{ControlFlow, Range};
use std::time::Duration;

use url::Url;

use super::columns::{Record, Values};
use super::held::Told;
use super::xml::{self, Around, Element};
use super::{Emit, columns, json_feed, wire};
use crate::article::{Article, Provenance, Source, Stamp, Status};
use crate::identity;
use crate::ingest::{Reason, clean, dates};

/// `base` is where it was fetched from, if anybody knows.
pub(in crate::ingest) fn read(text: &str, base: Option<&str>, emit: &mut Emit<'_>) -> ControlFlow<()> {
    if text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').starts_with('{') {
        return json_feed::read(text, base, emit);
    }
    let base = base.map(str::to_owned);
    let channel = Channel { base, ..channel(&xml::outline(text, is_record)) };
    let mut unpublished = wordpress::Unpublished::default();
    xml::records(text, is_record, &mut |at, record| match record {
        Ok((item, _)) if item.is("at:deleted-entry") => {
            withdrawn(&item, &channel).into_iter().try_for_each(|kill| emit(at.clone(), kill))
        }
        Ok((item, _)) if unpublished.counts(&item) => ControlFlow::Continue(()),
        Ok((item, around)) => entry(&item, &around, &channel).emit(&channel, at, emit),
        Err(reason) => emit(at, Err(reason)),
    })?;
    unpublished.reason().map_or(ControlFlow::Continue(()), |reason| emit(0..0, Err(reason)))
}

/// How long a feed wants to be left alone between two times it is asked: `ttl` in minutes (RSS 2.0), or a period and how
/// often in it something may come (the syndication module of RSS 1.0).
pub(in crate::ingest) fn pace(text: &str) -> Option<Duration> {
    let root = xml::outline(text, is_record);
    let channel = root.child("channel").unwrap_or(&root);
    let line = |name: &str| channel.child(name).and_then(Element::line);
    let number = |name: &str| line(name)?.parse::<u64>().ok().filter(|number| *number > 0);
    let ttl = number("ttl").map(|minutes| minutes.saturating_mul(60));
    let period = line("sy:updatePeriod").and_then(|period| match period.to_lowercase().as_str() {
        "hourly" => Some(3600),
        "daily" => Some(86_400),
        "weekly" => Some(7 * 86_400),
        "monthly" => Some(30 * 86_400),
        "yearly" => Some(365 * 86_400),
        _ => None,
    });
    let period = period.map(|seconds| seconds / number("sy:updateFrequency").unwrap_or(1));
    ttl.max(period).map(Duration::from_secs)
}

fn is_record(name: &str) -> bool {
    ["item", "entry", "deleted-entry"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// What a feed says of all its items.
#[derive(Debug, Default)]
pub(super) struct Channel {
    pub(super) title: Option<String>,
    /// The site it belongs to.
    pub(super) link: Option<String>,
    /// Its own address, as it says.
    pub(super) address: Option<String>,
    /// Where it was fetched from.
    pub(super) base: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) authors: Vec<String>,
    /// Accounts, and whose they are.
    pub(super) accounts: Vec<(String, String)>,
    pub(super) told: Told,
}

impl Channel {
    /// Who it is that is named: by name, or by an account of the feed's.
    fn person(&self, author: &Element<'_>) -> Vec<String> {
        let name = author.child("atom:name").or_else(|| author.child("name"));
        let name = name.map_or_else(|| author.markup(), |name| name.text());
        let Some(name) = columns::text(&name) else { return Vec::new() };
        let known = self.accounts.iter().find(|(account, _)| *account == name);
        names_of(known.map_or(&name, |(_, person)| person))
    }

    /// By which relative addresses are resolved, the innermost last.
    pub(super) fn bases(&self) -> Vec<String> {
        self.base.iter().chain(&self.address).chain(&self.link).cloned().collect()
    }
}

/// What it says of one.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) id: Option<String>,
    /// Whether the id is an address that leads to the article, where that is said.
    pub(super) is_permalink: Option<bool>,
    pub(super) link: Option<String>,
    pub(super) title: Option<String>,
    pub(super) lead: Option<String>,
    pub(super) body: Vec<String>,
    pub(super) published: Option<Stamp>,
    pub(super) modified: Option<Stamp>,
    pub(super) authors: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) section: Option<String>,
    pub(super) source: Option<String>,
    /// The front page of the source that it was taken from.
    pub(super) home: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) image: Option<String>,
    pub(super) told: Told,
}

impl Entry {
    /// Hands on the article, and what is the matter with its embargo.
    pub(super) fn emit(mut self, channel: &Channel, at: Range<usize>, emit: &mut Emit<'_>) -> ControlFlow<()> {
        let Told { status, embargo, unread } = std::mem::take(&mut self.told).within(&channel.told);
        let is_held = status != Status::Usable || embargo.is_some();
        let read = self.article(status, channel).map_err(|reason| reason.held(is_held));
        let unread = unread.filter(|_| read.is_ok());
        emit(at.clone(), read.map(|article| Article { embargo, ..article }))?;
        unread.map_or(ControlFlow::Continue(()), |reason| emit(at, Err(reason)))
    }

    fn article(self, status: Status, channel: &Channel) -> Result<Article, Reason> {
        let title = self.title.unwrap_or_default();
        let bare = self.source.as_deref().and_then(|source| columns::without_source(&title, source));
        let headline = bare.unwrap_or(title);
        // Services that gather news of others say so once more below.
        let credited = self.source.as_deref().map(|source| letters(&headline) + &letters(source));
        let says_more = |lead: &String| self.body.join(" ") != *lead && credited.as_ref() != Some(&letters(lead));
        let mut article = Article {
            headline,
            lead: self.lead.filter(says_more),
            published: self.published.or(self.modified).unwrap_or_default(),
            modified: self.modified,
            source: Source { name: self.source.or_else(|| channel.title.clone()), site: None },
            authors: if self.authors.is_empty() { channel.authors.clone() } else { self.authors },
            tags: self.tags,
            section: self.section,
            lang: self.lang.or_else(|| channel.lang.clone()),
            image: self.image,
            url: self.link,
            body: self.body,
            status,
            ..Article::default()
        };
        if let Some(id) = self.id {
            identify(&mut article, &id, self.is_permalink, channel);
        }
        article.body = wire::without_repeats(article.body, &article.headline, &[]);
        let site = |url: Option<&String>| url.and_then(|url| identity::site_of(url));
        let (own, home) = (site(article.url.as_ref()), site(self.home.as_ref()));
        let is_other =
            |home: &String| identity::registrable_domain(home) != own.as_deref().and_then(identity::registrable_domain);
        article.source.site = home.filter(is_other).or(own);
        wire::finish(article)
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// What a feed has taken back (RFC 6721), by the id that its entry bore: once as an entry is known that had an address
/// besides, and, where the id may have been its address, once as that.
fn withdrawn(item: &Element<'_>, channel: &Channel) -> Vec<Result<Article, Reason>> {
    let Some(id) = item.attribute("ref").and_then(clean::some_line) else {
        return vec![Err(Reason::new("no_article", "a deleted entry that does not say which"))];
    };
    let modified = item.attribute("when").and_then(|when| dates::parse_stamp(when, Provenance::Feed));
    let kill = |is_permalink| {
        let source = Source { name: channel.title.clone(), site: None };
        let mut article = Article { status: Status::Killed, modified, source, ..Article::default() };
        identify(&mut article, &id, is_permalink, channel);
        article.source.site = article.url.as_deref().and_then(identity::site_of);
        wire::finish(article)
    };
    let as_address = identity::normalise_url(&id).map(|_| kill(None));
    std::iter::once(kill(Some(false))).chain(as_address).collect()
}

/// An id that is the address of the article names it as its page does; others name it within the site, and short ones,
/// of which every feed has its own, within the feed.
fn identify(article: &mut Article, id: &str, is_permalink: Option<bool>, channel: &Channel) {
    let Some(id) = clean::some_line(id) else { return };
    let normal = identity::normalise_url(&id);
    if normal.is_some() && normal == article.url.as_deref().and_then(identity::normalise_url) {
        return;
    }
    if normal.is_some() && (is_permalink == Some(true) || article.url.is_none() && is_permalink.is_none()) {
        article.url = Some(id);
        return;
    }
    let home = channel.link.as_deref().or(channel.address.as_deref());
    let is_short = id.len() < 8 || id.bytes().all(|byte| byte.is_ascii_digit());
    let within = home.and_then(|home| if is_short { identity::normalise_url(home) } else { identity::site_of(home) });
    article.namespace = wire::authority(&id).or(within).unwrap_or_default();
    article.external_id = Some(id);
}

/// `href` as an address, by the bases around it, the innermost last.
pub(super) fn resolve(bases: &[String], href: &str) -> Option<String> {
    let href = href.trim();
    if Url::parse(href).is_ok() {
        return Some(href.to_owned());
    }
    let mut base: Option<Url> = None;
    for next in bases {
        base = base.and_then(|base| base.join(next.trim()).ok()).or_else(|| Url::parse(next.trim()).ok());
    }
    base?.join(href).ok().map(String::from)
}

fn channel(root: &Element<'_>) -> Channel {
    let channel = root.child("channel").unwrap_or(root);
    let address =
        links(channel).find(|link| link.attribute("rel") == Some("self")).and_then(|link| link.attribute("href"));
    let base = [root, channel].into_iter().filter_map(|element| element.attribute("xml:base")).map(str::to_owned);
    let bases: Vec<String> = address.map(str::to_owned).into_iter().chain(base).collect();
    let lang = first(channel, &["language", "dc:language"]).and_then(Element::line);
    let declared = || [channel, root].iter().find_map(|element| element.attribute("xml:lang")).map(str::to_owned);
    let said = Channel {
        title: first(channel, &["title", "atom:title", "dc:title"]).and_then(|title| columns::text(&title.markup())),
        link: link(channel).and_then(|link| resolve(&bases, &link)),
        authors: Vec::new(),
        accounts: wordpress::accounts(channel),
        address: address.map(str::to_owned),
        base: None,
        told: Told::of(&Said(channel)),
        lang: lang.or_else(declared),
    };
    Channel { authors: channel.children("atom:author").flat_map(|author| said.person(author)).collect(), ..said }
}

fn entry(item: &Element<'_>, around: &Around, channel: &Channel) -> Entry {
    let home = channel.bases();
    let own = item.attribute("xml:base").map(str::to_owned);
    let bases: Vec<String> = home.into_iter().chain(around.base.iter().cloned()).chain(own).collect();
    let guid = first(item, &["guid", "atom:id", "id", "dc:identifier"]);
    let stamp = |names: &[&str]| {
        let mut found = names.iter().filter_map(|name| item.child(name)?.line());
        found.find_map(|text| dates::parse_stamp(&text, Provenance::Feed))
    };
    let group = item.child("media:group");
    let content = content(item);
    let lang = first(item, &["dc:language", "language"]).and_then(Element::line);
    let (section, tags) = wordpress::subjects(item).unwrap_or_else(|| (None, tags(item)));
    let title = ["title", "atom:title", "dc:title", "media:title"].iter().filter_map(|name| item.child(name));
    Entry {
        id: guid.and_then(Element::line).or_else(|| item.attribute("rdf:about").map(str::to_owned)),
        is_permalink: guid
            .and_then(|guid| guid.attribute("isPermaLink"))
            .map(|value| value.eq_ignore_ascii_case("true")),
        link: link(item).and_then(|link| resolve(&bases, &link)),
        title: title.map(|title| title.markup()).find_map(|title| columns::text(&title)),
        lead: lead(item).or_else(|| group.and_then(lead)),
        body: content
            .map(|content| wordpress::paragraphs(item, content).unwrap_or_else(|| paragraphs(content)))
            .unwrap_or_default(),
        published: stamp(&[
            "wp:post_date_gmt",
            "pubDate",
            "atom:published",
            "published",
            "atom:issued",
            "dc:date",
            "dcterms:issued",
            "dcterms:created",
            "atom:created",
        ]),
        modified: stamp(&[
            "wp:post_modified_gmt",
            "atom:updated",
            "updated",
            "atom:modified",
            "dcterms:modified",
            "modified",
        ]),
        authors: authors(item, channel),
        tags,
        section,
        source: origin(item),
        home: front_page(item),
        lang: lang.or_else(|| item.attribute("xml:lang").map(str::to_owned)).or_else(|| around.lang.clone()),
        image: image(item, content).and_then(|image| resolve(&bases, &image)),
        told: Told::of(&Said(item)),
    }
}

/// What an element says of showing it, by the names of its children; a draft is one within `app:control` (RFC 5023).
struct Said<'e, 'a>(&'e Element<'a>);

impl Record for Said<'_, '_> {
    fn get(&self, _: &str) -> Option<Values> {
        None
    }

    fn written(&self, name: &str) -> Vec<String> {
        let within = self.0.elements().filter(|element| element.local().eq_ignore_ascii_case("control"));
        let said = self.0.elements().chain(within.flat_map(Element::elements));
        said.filter(|element| columns::same(element.local(), name)).filter_map(Element::line).collect()
    }
}

fn first<'e, 'a>(item: &'e Element<'a>, names: &[&str]) -> Option<&'e Element<'a>> {
    names.iter().find_map(|name| item.elements().find(|element| element.is(name) && element.line().is_some()))
}

fn links<'e, 'a>(item: &'e Element<'a>) -> impl Iterator<Item = &'e Element<'a>> + Clone {
    item.children("link").chain(item.children("atom:link"))
}

/// Where the article is: what a service that counts clicks has put another address in the place of; else what is said
/// plainly; else the alternate.
fn link(item: &Element<'_>) -> Option<String> {
    let alternate = |link: &&Element<'_>| matches!(link.attribute("rel"), None | Some("alternate"));
    let html = |link: &&Element<'_>| link.attribute("type").is_none_or(|media| media.contains("html"));
    let hrefs = links(item).filter(alternate).filter(|link| link.attribute("href").is_some());
    let href = hrefs.clone().find(html).or_else(|| hrefs.clone().next());
    let original = item.child("feedburner:origLink").and_then(Element::line);
    let plain = || links(item).find_map(|link| link.line().filter(|_| link.attribute("rel").is_none()));
    original.or_else(plain).or_else(|| href.and_then(|link| link.attribute("href")).map(str::to_owned))
}

/// The whole text, where the feed carries it.
fn content<'e, 'a>(item: &'e Element<'a>) -> Option<&'e Element<'a>> {
    first(
        item,
        &[
            "content:encoded",
            "atom:content",
            "content",
            "xhtml:body",
            "xhtml:div",
            "body",
            "fulltext",
            "yandex:full-text",
        ],
    )
}

fn paragraphs(content: &Element<'_>) -> Vec<String> {
    let text = content.markup();
    let media = content.attribute("type").unwrap_or_default().to_lowercase();
    let is_atom = content.is("atom:content");
    let is_plain = media.starts_with("text/plain") || is_atom && matches!(media.as_str(), "" | "text");
    match () {
        // A picture, a sound: bytes written as text.
        () if media.contains('/') && !media.starts_with("text/") && !media.contains("xml") => Vec::new(),
        () if is_plain && !clean::looks_like_html(&text) => clean::paragraphs(&clean::unescape(&text)),
        () => clean::markup_paragraphs(&text),
    }
}

fn lead(item: &Element<'_>) -> Option<String> {
    let names = [
        "excerpt:encoded",
        "description",
        "atom:summary",
        "summary",
        "dc:description",
        "itunes:summary",
        "media:description",
        "itunes:subtitle",
    ];
    let mut found = names.iter().filter_map(|name| item.child(name));
    found.find_map(|lead| clean::some_line(&clean::markup_paragraphs(&lead.markup()).join(" ")))
}

fn authors(item: &Element<'_>, channel: &Channel) -> Vec<String> {
    let mut authors = Vec::new();
    let mut add = |author: &Element<'_>| {
        channel.person(author).into_iter().for_each(|name| wire::add(&mut authors, Some(name)));
        !authors.is_empty()
    };
    for name in ["dc:creator", "atom:author", "author", "dcterms:creator", "itunes:author"] {
        if item.children(name).fold(false, |_, author| add(author)) {
            return authors;
        }
    }
    item.child("atom:source").into_iter().for_each(|source| {
        source.children("atom:author").for_each(|author| {
            add(author);
        });
    });
    authors
}

/// The names in `a@b.example (A. Writer)`, `A. Writer <a@b.example>` and what stands in their places; an address alone is
/// none.
pub(super) fn names_of(text: &str) -> Vec<String> {
    wire::authors(without_mail(text))
}

fn without_mail(text: &str) -> Option<String> {
    let is_mail = |text: &str| text.contains('@') && !text.trim().contains(' ') || text.trim().starts_with("mailto:");
    let bare = |name: &str| clean::some_line(name.trim_matches([' ', '"', ',']));
    for (open, close) in [('(', ')'), ('<', '>')] {
        if let Some((before, inside)) = text.trim().strip_suffix(close).and_then(|text| text.split_once(open)) {
            if is_mail(before) {
                return bare(inside).filter(|name| !is_mail(name));
            }
            if is_mail(inside) {
                return bare(before);
            }
        }
    }
    bare(text).filter(|name| !is_mail(name))
}

fn tags(item: &Element<'_>) -> Vec<String> {
    let mut tags = Vec::new();
    for category in item.elements() {
        match () {
            () if category.is("category") || category.is("atom:category") => {
                let said = ["label", "term"].iter().find_map(|name| category.attribute(name)).map(str::to_owned);
                wire::add(&mut tags, columns::text(&category.text()).or_else(|| columns::text(&said?)));
            }
            () if category.is("dc:subject") => wire::add(&mut tags, columns::text(&category.text())),
            () if category.is("itunes:keywords") || category.is("media:keywords") => {
                category.text().split(',').for_each(|word| wire::add(&mut tags, columns::text(word)));
            }
            () => {}
        }
    }
    tags
}

/// The feed it was taken over from.
fn origin(item: &Element<'_>) -> Option<String> {
    let taken = || item.find("atom:source/atom:title").or_else(|| item.child("dc:source")).and_then(Element::line);
    let origin = item.child("source").and_then(|source| columns::text(&source.text())).or_else(taken);
    origin.filter(|origin| wire::address(origin).is_none())
}

/// Where that is: a front page names it; the address of another feed may be anywhere.
fn front_page(item: &Element<'_>) -> Option<String> {
    let url = item.child("source")?.attribute("url")?.trim();
    let is_front = Url::parse(url).is_ok_and(|url| matches!(url.path(), "" | "/") && url.query().is_none());
    is_front.then(|| url.to_owned())
}

fn image(item: &Element<'_>, content: Option<&Element<'_>>) -> Option<String> {
    let is_image = |media: &&Element<'_>| {
        let kind = media.attribute("medium").or_else(|| media.attribute("type")).unwrap_or_default();
        kind.starts_with("image")
    };
    let address =
        |element: &Element<'_>| element.attribute("url").or_else(|| element.attribute("href")).map(str::to_owned);
    let thumbnail = item.within("media:thumbnail").and_then(address);
    let media = || item.all("media:content").into_iter().find(is_image).and_then(address);
    let enclosure = || {
        let enclosed = links(item).filter(|link| link.attribute("rel") == Some("enclosure"));
        item.children("enclosure").chain(enclosed).find(is_image).and_then(address)
    };
    let named =
        || item.child("itunes:image").and_then(address).or_else(|| item.find("image/url").and_then(Element::line));
    let shown = || content.or_else(|| item.child("description")).and_then(|content| source(&content.markup()));
    thumbnail.or_else(media).or_else(enclosure).or_else(named).or_else(shown)
}

/// The source of the first picture of a markup.
fn source(html: &str) -> Option<String> {
    let tag = &html[html.find("<img")?..];
    let tag = &tag[..tag.find('>')?];
    let value = tag[tag.find("src=")? + 4..].trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    clean::some_line(&clean::unescape(value[1..].split(quote).next()?)).filter(|source| !source.starts_with("data:"))
}

#[cfg(test)]
mod tests;
