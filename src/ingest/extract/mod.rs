//! An article out of a page of HTML: bounded first, then what the page says of itself, then its text.
//!
//! A page says everything several times, to several readers: to search engines, to networks, to people. Each field is
//! taken from whoever is trusted most to know it (`trust`), and where it was found is kept with it. All of this is
//! pure: a page and its address in, an article out.

mod bounds;

mod marks;
mod microdata;
mod things;
mod trust;

mod address;
mod authors;
mod headline;
mod stamps;
mod tags;
mod zones;

mod body;
mod verdict;

#[cfg(test)]
mod tests;

use dom_query::Document;
use jiff::tz::TimeZone;
use url::Url;

use self::marks::Marks;
use self::things::{Page, Thing, Things};
use self::trust::{Found, found};
use crate::article::Article;
use crate::identity;
use crate::ingest::dates::Local;
use crate::ingest::{Reason, clean};

/// Elements between what belongs together.
const NEAR: usize = 60;

/// A page of more text than this is no article.
const LARGEST: usize = 16 << 20;

/// Reads a page that lies at this address, where that is known.
///
/// # Errors
/// Why there is no article on it.
pub(in crate::ingest) fn article(page: &str, url: Option<&str>) -> Result<Article, Reason> {
    if page.len() > LARGEST {
        return Err(Reason::new("too_large", "more than 16 MiB in one page"));
    }
    let bounded = bounds::bounded(page);
    let document = Document::from(bounded.html);
    let mut marks = Marks::of(&document);
    let scripts = Things::of_scripts(&bounded.data);
    let items = Things::of_items(std::mem::take(&mut marks.items));
    let fetched = url.and_then(|url| Url::parse(url.trim()).ok());
    let known = page_of(&marks, fetched.as_ref());
    let (ld, data) = (scripts.article(&known), items.article(&known));
    let reader = Reader { marks: &marks, scripts: &scripts, items: &items, ld, data, fetched: fetched.as_ref() };
    let article = reader.article(&document)?;
    verdict::check(&article, &reader)?;
    Ok(article)
}

fn page_of<'a>(marks: &'a Marks, fetched: Option<&'a Url>) -> Page<'a> {
    let urls = marks.canonical.as_deref().into_iter().chain(marks.meta(&["og:url"])).chain(fetched.map(Url::as_str));
    let titles = marks.headings.iter().map(String::as_str).chain(marks.metas(&["og:title", "twitter:title"]));
    Page { urls: urls.collect(), titles: titles.chain(marks.title.as_deref()).collect() }
}

/// A page, and what of it is about the article.
struct Reader<'a> {
    marks: &'a Marks,
    scripts: &'a Things,
    items: &'a Things,
    ld: Option<Thing<'a>>,
    data: Option<Thing<'a>>,
    fetched: Option<&'a Url>,
}

impl Reader<'_> {
    fn article(&self, document: &Document) -> Result<Article, Reason> {
        let mut article = Article::default();
        let url = address::canonical(self.marks, self.ld.as_ref(), self.data.as_ref(), self.fetched);
        let parsed = url.as_ref().map(|url| url.value.clone());
        article.url = self.keep(&mut article, "url", url).map(|url| url.to_string());
        article.source.site = article.url.as_deref().and_then(identity::site_of);
        article.source.name = self.kept(&mut article, "source", self.source());
        article.lang = self.kept(&mut article, "lang", self.lang());
        article.section = self.kept(&mut article, "section", self.section());
        let sites = self.sites(article.source.site.as_deref());
        let sections = self.sections();
        let headline = headline::choose(trust::ranked("headline", self.headlines()), &sites, &sections);
        article.headline = self.keep(&mut article, "headline", headline).unwrap_or_default();
        article.lead = self.kept(&mut article, "lead", self.leads());
        let host = article.source.site.clone();
        let language = article.lang.clone();
        let local = Local {
            zone: host.as_deref().and_then(zones::zone).unwrap_or(TimeZone::UTC),
            language: language.as_deref(),
            is_day_first: zones::is_day_first(host.as_deref(), language.as_deref()),
        };
        let at = self.fetched.or(parsed.as_ref());
        let stamps = stamps::stamps(self.ld.as_ref(), self.data.as_ref(), self.marks, at, &local);
        article.published = self.keep(&mut article, "published", stamps.published).unwrap_or_default();
        article.modified = self.keep(&mut article, "modified", stamps.modified);
        let authors = self.authors(article.source.name.as_deref());
        article.authors = self.kept(&mut article, "authors", authors).unwrap_or_default();
        article.tags = self.kept(&mut article, "tags", self.tags()).unwrap_or_default();
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

    fn body(&self, article: &mut Article, document: &Document, url: Option<&Url>) {
        let told = [self.ld.as_ref(), self.data.as_ref()];
        let article_body = told.iter().find_map(|thing| (*thing)?.raw("articleBody"));
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

    /// The property of the article's object, as JSON-LD and as microdata.
    fn texts(&self, name: &str) -> Vec<Found<String>> {
        let told = [("json-ld", self.ld.as_ref()), ("microdata", self.data.as_ref())];
        told.into_iter().filter_map(|(from, thing)| Some(found(from, thing?.text(name)?))).collect()
    }

    fn metas(&self, from: &'static str, names: &[&str]) -> Vec<Found<String>> {
        self.marks.metas(names).filter_map(things::plain).map(|text| found(from, text)).collect()
    }

    fn headlines(&self) -> Vec<Found<String>> {
        let mut titles = self.told_headlines();
        titles.extend(self.metas("dublin-core", &["dc.title", "dcterms.title", "dc:title", "dcterm:title"]));
        titles.extend(self.metas("opengraph", &["og:title"]));
        titles.extend(self.main_heading().map(|title| found("visible", title)));
        titles.extend(self.metas(
            "meta",
            &[
                "parsely-title",
                "sailthru.title",
                "citation_title",
                "weibo:article:title",
                "twitter:title",
                "twitter:text:title",
                "title",
            ],
        ));
        titles.extend(self.marks.title.clone().map(|title| found("title", title)));
        titles
    }

    /// What the article's object calls itself: by its headline; by its name, where only that stands on the page.
    fn told_headlines(&self) -> Vec<Found<String>> {
        let told = [("json-ld", self.ld.as_ref()), ("microdata", self.data.as_ref())];
        let names = told.into_iter().filter_map(|(from, thing)| Some(found(from, thing?.own_text("name")?)));
        let mut headlines = self.texts("headline");
        let shown: Vec<String> =
            self.marks.headings.iter().chain(&self.marks.title).map(|title| headline::letters(title)).collect();
        let is_shown = |title: &str| shown.iter().any(|shown| shown.contains(&headline::letters(title)));
        for name in names {
            match headlines.iter_mut().find(|headline| headline.from == name.from) {
                Some(headline) if !is_shown(&headline.value) && is_shown(&name.value) => *headline = name,
                Some(_) => {}
                None => headlines.push(name),
            }
        }
        headlines
    }

    /// The first heading; of several, and where the page has a title, one that this repeats.
    fn main_heading(&self) -> Option<String> {
        let headings = &self.marks.headings;
        let Some(title) = self.marks.title.as_deref().map(headline::letters) else { return headings.first().cloned() };
        let is_title = |heading: &&String| heading.chars().count() > 8 && title.contains(&headline::letters(heading));
        headings.iter().find(is_title).cloned()
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

    fn source(&self) -> Vec<Found<String>> {
        let told = [("json-ld", self.ld.as_ref()), ("microdata", self.data.as_ref())];
        let publisher =
            |thing: Option<&Thing<'_>>| thing?.named("publisher").into_iter().next().map(|named| named.name);
        let mut names: Vec<Found<String>> =
            told.into_iter().filter_map(|(from, thing)| Some(found(from, publisher(thing)?))).collect();
        names.extend(self.metas("opengraph", &["og:site_name"]));
        names.extend(self.scripts.site_name().map(|name| found("json-ld", name)));
        names.extend(self.metas(
            "meta",
            &["dc.publisher", "dcterms.publisher", "publisher", "article_publication_name", "citation_journal_title"],
        ));
        names.retain(|name| !authors::is_address(&name.value));
        names
    }

    fn lang(&self) -> Vec<Found<String>> {
        let mut tags = self.texts("inLanguage");
        tags.extend(self.marks.lang.clone().map(|tag| found("html", tag)));
        tags.extend(
            self.metas("meta", &["content-language", "dc.language", "dcterms.language", "language", "inlanguage"]),
        );
        tags.extend(self.metas("opengraph", &["og:locale"]));
        tags
    }

    fn section(&self) -> Vec<Found<String>> {
        let mut names = self.texts("articleSection");
        names.extend(self.metas("opengraph", &["article:section", "og:section"]));
        names.extend(self.metas(
            "meta",
            &[
                "parsely-section",
                "section",
                "article.section",
                "articlesection",
                "cxenseparse:section",
                "prism.section",
                "sailthru_section",
                "category",
                "page.section",
            ],
        ));
        names.extend(self.breadcrumb().map(|name| found("breadcrumb", name)));
        names.retain(|name| !authors::is_address(&name.value) && name.value.chars().count() <= 100);
        names
    }

    /// The last step before the page, unless that is its front.
    fn breadcrumb(&self) -> Option<String> {
        let mut steps = self.scripts.breadcrumbs();
        if steps.is_empty() {
            steps = self.items.breadcrumbs();
        }
        let titles: Vec<String> = self.headlines().iter().map(|title| headline::letters(&title.value)).collect();
        let is_page = |step: &String| titles.iter().any(|title| title.starts_with(&headline::letters(step)));
        if steps.last().is_some_and(is_page) {
            steps.pop();
        }
        steps.into_iter().skip(1).last().and_then(|step| things::plain(&step))
    }

    fn sites(&self, host: Option<&str>) -> Vec<String> {
        let mut sites: Vec<String> = self.source().into_iter().map(|name| name.value).collect();
        sites.extend(
            self.marks
                .metas(&["twitter:site", "al:ios:app_name", "al:android:app_name", "apple-mobile-web-app-title"])
                .map(|name| name.trim_start_matches('@').to_owned()),
        );
        if let Some(host) = host {
            let domain = identity::registrable_domain(host).unwrap_or_else(|| host.to_owned());
            sites.extend(domain.split('.').next().map(str::to_owned));
            sites.extend([domain, host.to_owned()]);
        }
        sites.retain(|site| !headline::letters(site).is_empty());
        sites
    }

    fn sections(&self) -> Vec<String> {
        let mut sections: Vec<String> = self.section().into_iter().map(|name| name.value).collect();
        sections.extend(self.scripts.breadcrumbs());
        sections.extend(self.items.breadcrumbs());
        // A step that is the headline itself is no part of the site.
        sections.retain(|section| section.chars().count() <= 30 && section.split_whitespace().count() <= 4);
        sections
    }

    /// The publisher's own name says nothing of who wrote: it counts only where nobody else is named.
    fn authors(&self, publisher: Option<&str>) -> Vec<Found<Vec<String>>> {
        let told = [("json-ld", self.ld.as_ref()), ("microdata", self.data.as_ref())];
        let mut found_names: Vec<Found<Vec<String>>> = Vec::new();
        for (from, thing) in told {
            let named = ["author", "creator", "byline"]
                .iter()
                .map(|name| thing.map(|thing| thing.named(name)).unwrap_or_default());
            let names: Option<Vec<String>> = named.map(|named| named_authors(&named)).find(|names| !names.is_empty());
            found_names.extend(names.map(|names| found(from, names)));
        }
        let metas = |names: &[&str]| -> Vec<String> { self.marks.metas(names).map(clean::unescape).collect() };
        let dublin_core =
            ["dc.creator", "dcterms.creator", "dc:creator", "dcterm:creator", "dc.author", "dc.contributor"];
        found_names.push(found("dublin-core", authors::names(&metas(&dublin_core))));
        for group in [
            &["author", "authors"][..],
            &["parsely-author"],
            &["sailthru.author"],
            &[
                "byl",
                "article_author",
                "article.author",
                "cxenseparse:author",
                "citation_author",
                "sn-author",
                "rbauthors",
                "mediator_author",
            ],
        ] {
            found_names.push(found("meta", authors::names(&metas(group))));
        }
        found_names
            .push(found("opengraph", authors::names(&metas(&["article:author", "og:author", "og:article:author"]))));
        found_names.push(found("visible", self.bylines()));
        found_names.retain(|names| !names.value.is_empty());
        let publisher = headline::letters(publisher.unwrap_or_default());
        let site = |names: &Found<Vec<String>>| names.value.iter().all(|name| headline::letters(name) == publisher);
        let (own, others): (Vec<_>, Vec<_>) = trust::ranked("authors", found_names).into_iter().partition(site);
        let own = own.into_iter().filter(|names| matches!(names.from, "json-ld" | "microdata" | "opengraph"));
        if others.is_empty() { own.collect() } else { others }
    }

    /// Names in the lines that say who wrote: of the surest kind of line the first, and what stands close behind it.
    fn bylines(&self) -> Vec<String> {
        let start = self.marks.heading_at.unwrap_or(0).saturating_sub(NEAR);
        for (rank, from) in [(1, start), (2, start), (3, start), (1, 0), (2, 0)] {
            let lines = self.marks.bylines.iter().filter(|line| line.rank == rank && line.at >= from);
            let (mut lines_taken, mut last) = (Vec::new(), None);
            for line in lines {
                let is_far = last.is_some_and(|last| line.at - last > NEAR);
                let names = authors::split(&line.text);
                let is_sound = !names.is_empty() && names.iter().all(|name| authors::looks_like_name(name));
                if is_far {
                    break;
                }
                if is_sound {
                    last = Some(line.at);
                    lines_taken.push(line.text.clone());
                }
            }
            if !lines_taken.is_empty() {
                return authors::names(&lines_taken);
            }
        }
        Vec::new()
    }

    fn tags(&self) -> Vec<Found<Vec<String>>> {
        let mut lists = Vec::new();
        for (from, thing) in [("json-ld", self.ld.as_ref()), ("microdata", self.data.as_ref())] {
            let Some(thing) = thing else { continue };
            lists.push(found(from, tags::tags(&thing.texts("keywords"), thing.is_list("keywords"))));
            let named = ["about", "mentions"].iter().flat_map(|name| thing.named(name)).map(|named| named.name);
            lists.push(found(from, tags::tags(&named.collect::<Vec<_>>(), true)));
        }
        let metas = |names: &[&str]| -> Vec<String> { self.marks.metas(names).map(str::to_owned).collect() };
        lists.push(found(
            "opengraph",
            tags::tags(&metas(&["article:tag", "og:article:tag", "og:tags", "article:tags"]), true),
        ));
        for name in [
            "news_keywords",
            "keywords",
            "parsely-tags",
            "sailthru.tags",
            "cxenseparse:keywords",
            "topics",
            "tags",
            "dc.subject",
            "dcterms.subject",
            "article.tag",
            "mediator_theme",
        ] {
            lists.push(found("meta", tags::tags(&metas(&[name]), false)));
        }
        lists.push(found("visible", tags::tags(&self.marks.tags, true)));
        lists.retain(|list| !list.value.is_empty());
        lists
    }

    fn images(&self, base: Option<&Url>) -> Vec<Found<String>> {
        let told = [("json-ld", self.ld.as_ref()), ("microdata", self.data.as_ref())];
        let mut images: Vec<Found<String>> =
            told.into_iter().filter_map(|(from, thing)| Some(found(from, thing?.image()?))).collect();
        let metas = |from, names| self.marks.meta(names).map(|image| found(from, image.to_owned()));
        images.extend(metas("opengraph", &["og:image", "og:image:url", "og:image:secure_url"]));
        images
            .extend(metas("meta", &["twitter:image", "twitter:image:src", "parsely-image-url", "sailthru.image.full"]));
        images
            .into_iter()
            .filter_map(|image| Some(found(image.from, address::resolved(&image.value, base)?.to_string())))
            .collect()
    }

    fn places(&self) -> Vec<Found<Vec<String>>> {
        let told = [("json-ld", self.ld.as_ref()), ("microdata", self.data.as_ref())];
        let names = |thing: &Thing<'_>| {
            let named = ["contentLocation", "locationCreated"]
                .iter()
                .flat_map(|name| thing.named(name))
                .map(|named| named.name);
            tags::tags(&named.collect::<Vec<_>>(), true)
        };
        let places = told.into_iter().filter_map(|(from, thing)| Some(found(from, names(thing?))));
        places.filter(|places| !places.value.is_empty()).collect()
    }
}

/// The name of an organisation stays whole.
fn named_authors(named: &[things::Named]) -> Vec<String> {
    let names: Vec<String> = named
        .iter()
        .flat_map(|named| {
            if named.is_organisation && !authors::is_address(&named.name) {
                vec![named.name.clone()]
            } else {
                authors::split(&named.name)
            }
        })
        .collect();
    let mut once: Vec<String> = Vec::new();
    for name in names {
        if !once.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
            once.push(name);
        }
    }
    once
}
