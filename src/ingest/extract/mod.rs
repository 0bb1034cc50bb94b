//! An article out of a page of HTML: bounded first, then what the page says of itself, then its text.
//!
//! A page says everything several times, to several readers: to search engines, to networks, to people. Each field is
//! taken from whoever is trusted most to know it (`trust`), and where it was found is kept with it. All of this is
//! pure: a page and its address in, an article out.

mod bounds;

mod lists;
mod marks;
mod microdata;
mod object;
mod seen;
mod state;
mod thing;
mod things;
mod trust;

mod address;
pub(super) mod sections;
mod source;

mod headline;
mod titles;

mod authors;
pub(super) mod names;

mod stamps;
mod zones;

mod tags;

mod body;
mod verdict;

#[cfg(test)]
mod tests;

use dom_query::Document;
use jiff::tz::TimeZone;
use url::Url;

use self::marks::Marks;
use self::thing::Thing;
use self::things::{Page, Things};
use self::trust::{Found, found};
use crate::article::Article;
use crate::identity;
use crate::ingest::Reason;
use crate::ingest::dates::Local;

/// A page of more text than this is no article.
const LARGEST: usize = 16 << 20;

/// Reads a page that lies at this address, where that is known; one that `was_fetched` may be anything.
///
/// # Errors
/// Why there is no article on it.
pub(in crate::ingest) fn article(page: &str, url: Option<&str>, was_fetched: bool) -> Result<Article, Reason> {
    if page.len() > LARGEST {
        return Err(Reason::new("too_large", "more than 16 MiB in one page"));
    }
    let bounded = bounds::bounded(page);
    let document = Document::from(bounded.html);
    let mut marks = Marks::of(&document);
    let (mut scripts, items) = (things::of_scripts(&bounded.data), std::mem::take(&mut marks.items));
    let fetched = url.and_then(|url| Url::parse(url.trim()).ok());
    let saved = if fetched.is_none() { address::saved(page) } else { None };
    let known = page_of(&marks, fetched.as_ref());
    if !bounded.states.is_empty() && Things::of(&scripts).article(&known).is_none() {
        scripts.extend(state::article(&bounded.states, &known));
    }
    let (scripts, items) = (Things::of(&scripts), Things::of(&items));
    let (ld, data) = (scripts.article(&known), items.article(&known));
    let (fetched, saved) = (fetched.as_ref(), saved.as_ref());
    let reader = Reader { marks: &marks, scripts: &scripts, items: &items, ld, data, fetched, saved, was_fetched };
    let article = reader.article(document)?;
    verdict::check(&article, &reader)?;
    Ok(article)
}

fn page_of<'a>(marks: &'a Marks, fetched: Option<&'a Url>) -> Page<'a> {
    let urls = marks.canonical.as_deref().into_iter().chain(marks.meta(&["og:url"])).chain(fetched.map(Url::as_str));
    let titles =
        marks.headings.iter().map(|heading| heading.text.as_str()).chain(marks.metas(&["og:title", "twitter:title"]));
    Page { urls: urls.collect(), titles: titles.chain(marks.title.as_deref()).collect() }
}

/// A page, and what of it is about the article.
struct Reader<'a> {
    marks: &'a Marks,
    scripts: &'a Things<'a>,
    items: &'a Things<'a>,
    ld: Option<Thing<'a>>,
    data: Option<Thing<'a>>,
    fetched: Option<&'a Url>,
    /// The address that a browser noted when it saved the page.
    saved: Option<&'a Url>,
    was_fetched: bool,
}

impl Reader<'_> {
    fn article(&self, document: Document) -> Result<Article, Reason> {
        let mut article = Article::default();
        let url = address::canonical(self.marks, self.ld.as_ref(), self.data.as_ref(), self.fetched, self.saved);
        let parsed = url.as_ref().map(|url| url.value.clone());
        article.url = self.keep(&mut article, "url", url).map(|url| url.to_string());
        article.source.site = article.url.as_deref().and_then(identity::site_of);
        article.source.name = self.kept(&mut article, "source", self.source_of(parsed.as_ref()));
        article.lang = self.kept(&mut article, "lang", self.lang());
        let sites = self.sites(article.source.site.as_deref());
        let headline = self.headline(&sites);
        article.headline = self.keep(&mut article, "headline", headline).unwrap_or_default();
        article.section = self.kept(&mut article, "section", self.section(&sites));
        article.lead = self.kept(&mut article, "lead", self.leads());
        let host = article.source.site.clone();
        let language = article.lang.clone();
        let local = Local {
            zone: zones::zone(host.as_deref(), language.as_deref()).unwrap_or(TimeZone::UTC),
            language: language.as_deref(),
            is_day_first: zones::is_day_first(host.as_deref(), language.as_deref()),
        };
        let at = self.fetched.or(parsed.as_ref());
        let stamps = stamps::stamps(self.ld.as_ref(), self.data.as_ref(), self.marks, at, &local);
        article.published = self.keep(&mut article, "published", stamps.published).unwrap_or_default();
        article.modified = self.keep(&mut article, "modified", stamps.modified);
        article.authors = self.kept(&mut article, "authors", self.authors(&sites)).unwrap_or_default();
        article.tags = self.kept(&mut article, "tags", self.tags(&sites)).unwrap_or_default();
        let base = at.cloned().or_else(|| self.marks.base.as_deref().and_then(|base| Url::parse(base).ok()));
        article.image = self.kept(&mut article, "image", self.images(base.as_ref()));
        article.places = self.kept(&mut article, "places", self.places()).unwrap_or_default();
        article.dateline = self.kept(&mut article, "dateline", self.texts("dateline"));
        self.body(&mut article, document, at);
        if article.headline.is_empty() && article.body.is_empty() {
            return Err(Reason::new("no_article", "there is neither a headline nor a text on the page"));
        }
        Ok(article)
    }

    fn body(&self, article: &mut Article, document: Document, url: Option<&Url>) {
        let article_body = self.told().find_map(|(_, thing)| thing.raw("articleBody"));
        let known = body::Known {
            article_body: article_body.as_deref(),
            headline: &article.headline,
            lead: article.lead.as_deref(),
            url,
            lang: article.lang.as_deref(),
        };
        let body = body::body(document, &known);
        article.body = body.paragraphs;
        if !article.body.is_empty() {
            article.provenance.insert("body".to_owned(), body.from.to_owned());
        }
        if article.lead.as_deref() == Some(article.headline.as_str()) {
            article.lead = None;
            article.provenance.remove("lead");
        }
    }

    /// Notes where a field was found.
    fn keep<T>(&self, article: &mut Article, field: &str, value: Option<Found<T>>) -> Option<T> {
        let value = value?;
        article.provenance.insert(field.to_owned(), value.from.to_owned());
        Some(value.value)
    }

    /// The most trusted of the values.
    fn kept<T>(&self, article: &mut Article, field: &str, values: Vec<Found<T>>) -> Option<T> {
        self.keep(article, field, trust::first(field, values))
    }

    /// The article's object, as JSON-LD and as microdata.
    fn told(&self) -> impl Iterator<Item = (&'static str, &Thing<'_>)> {
        let told = [("json-ld", self.ld.as_ref()), ("microdata", self.data.as_ref())];
        told.into_iter().filter_map(|(from, thing)| Some((from, thing?)))
    }

    /// A property of it.
    fn texts(&self, name: &str) -> Vec<Found<String>> {
        self.told().filter_map(|(from, thing)| Some(found(from, thing.text(name)?))).collect()
    }

    fn metas(&self, from: &'static str, names: &[&str]) -> Vec<Found<String>> {
        self.marks.metas(names).filter_map(object::plain).map(|text| found(from, text)).collect()
    }

    fn leads(&self) -> Vec<Found<String>> {
        let mut leads = self.texts("description");
        leads.extend(self.metas("opengraph", &["og:description"]));
        leads.extend(self.metas(
            "meta",
            &["description", "dc.description", "dcterms.description", "sailthru.description", "twitter:description"],
        ));
        leads
    }

    fn images(&self, base: Option<&Url>) -> Vec<Found<String>> {
        let mut images: Vec<Found<String>> =
            self.told().filter_map(|(from, thing)| Some(found(from, thing.image()?))).collect();
        let metas = |from, names| self.marks.meta(names).map(|image| found(from, image.to_owned()));
        images.extend(metas("opengraph", &["og:image", "og:image:url", "og:image:secure_url"]));
        images
            .extend(metas("meta", &["twitter:image", "twitter:image:src", "parsely-image-url", "sailthru.image.full"]));
        images
            .into_iter()
            .filter_map(|image| Some(found(image.from, address::resolved(&image.value, base)?.to_string())))
            .collect()
    }
}
