//! Where an article is from: its publisher, its language, its part of the site.

use url::Url;

use super::thing::Thing;
use super::titles::{is_site, letters};
use super::trust::{Found, found};
use super::{Reader, address, names, object, sections};
use crate::identity;

/// A step of the way to the page that is no longer is a part of the site, and not the headline.
const LONGEST_PART: usize = 30;

impl Reader<'_> {
    pub(super) fn source(&self) -> Vec<Found<String>> {
        let publisher = |thing: &Thing<'_>| thing.named("publisher").into_iter().next();
        let mut sources: Vec<Found<String>> =
            self.told().filter_map(|(from, thing)| Some(found(from, publisher(thing)?.name))).collect();
        sources.extend(self.metas("opengraph", &["og:site_name"]));
        sources.extend(self.scripts.site_name().map(|name| found("json-ld", name)));
        sources.extend(self.metas(
            "meta",
            &["dc.publisher", "dcterms.publisher", "publisher", "article_publication_name", "citation_journal_title"],
        ));
        sources.retain(|name| !names::is_address(&name.value));
        sources
    }

    /// Who publishes what lies at this address. A page that says to networks that it lies elsewhere, on another site, tells
    /// them the name of that one.
    pub(super) fn source_of(&self, url: Option<&Url>) -> Vec<Found<String>> {
        let mut sources = self.source();
        let shown = self.marks.meta(&["og:url"]).and_then(|url| Url::parse(url.trim()).ok());
        if let (Some(url), Some(shown)) = (url, shown)
            && !address::is_same_site(url, &shown)
        {
            sources.retain(|source| source.from != "opengraph");
        }
        sources
    }

    pub(super) fn lang(&self) -> Vec<Found<String>> {
        let mut tags = self.texts("inLanguage");
        tags.extend(self.marks.lang.clone().map(|tag| found("html", tag)));
        tags.extend(
            self.metas("meta", &["content-language", "dc.language", "dcterms.language", "language", "inlanguage"]),
        );
        tags.extend(self.metas("opengraph", &["og:locale"]));
        tags
    }

    /// The first that each place names. The site's own name, and what the article is called, are none.
    pub(super) fn section(&self, sites: &[String]) -> Vec<Found<String>> {
        let titles: Vec<String> = self.headlines().iter().map(|title| letters(&title.value)).collect();
        let is_section = |name: &String| !is_site(name, sites) && !titles.contains(&letters(name));
        let first = |value: Found<String>| {
            let name = sections::named(&value.value).find(is_section)?;
            Some(found(value.from, name))
        };
        self.sections_said().into_iter().filter_map(first).collect()
    }

    /// What stands where a section is asked for.
    fn sections_said(&self) -> Vec<Found<String>> {
        let told = |(from, thing): (&'static str, &Thing<'_>)| {
            thing.texts("articleSection").into_iter().map(move |name| found(from, name)).collect::<Vec<_>>()
        };
        let mut sections: Vec<Found<String>> = self.told().flat_map(told).collect();
        sections.extend(self.metas("opengraph", &["article:section", "og:section", "og:article:section"]));
        sections.extend(self.metas(
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
                "article_section",
                "mrf:sections",
            ],
        ));
        match self.breadcrumb() {
            Some(name) => sections.push(found("breadcrumb", name)),
            None => {
                let others = self.marks.metas_ending(&["section", "category"], &["article:", "og:"]);
                sections.extend(others.filter_map(object::plain).map(|name| found("meta", name)));
            }
        }
        sections
    }

    /// The last step before the page, unless that is its front.
    fn breadcrumb(&self) -> Option<String> {
        let mut steps = self.scripts.breadcrumbs();
        if steps.is_empty() {
            steps = self.items.breadcrumbs();
        }
        let titles: Vec<String> = self.headlines().iter().map(|title| letters(&title.value)).collect();
        let is_page = |step: &String| titles.iter().any(|title| title.starts_with(&letters(step)));
        if steps.last().is_some_and(is_page) {
            steps.pop();
        }
        steps.into_iter().skip(1).last().and_then(|step| object::plain(&step))
    }

    /// All the names the site goes by.
    pub(super) fn sites(&self, host: Option<&str>) -> Vec<String> {
        let mut sites: Vec<String> = self.source().into_iter().map(|name| name.value).collect();
        sites.extend(
            self.marks
                .metas(&["twitter:site", "al:ios:app_name", "al:android:app_name", "apple-mobile-web-app-title"])
                .map(|name| name.trim_start_matches('@').to_owned()),
        );
        sites.extend(self.told_as_author());
        if let Some(host) = host {
            let domain = identity::registrable_domain(host).unwrap_or_else(|| host.to_owned());
            sites.extend(domain.split('.').next().map(str::to_owned));
            sites.extend([domain, host.to_owned()]);
        }
        sites.retain(|site| !letters(site).is_empty());
        sites
    }

    /// The paper that a page names as its author, and behind the headline in the title of its window.
    fn told_as_author(&self) -> Option<String> {
        let title = self.marks.title.as_deref()?;
        let is_tail = |name: &&str| {
            let before = title.strip_suffix(*name).map(str::trim_end);
            before.is_some_and(|before| before.ends_with(['-', '|', '–', '—'])) && names::is_paper(name)
        };
        self.marks.metas(&["author"]).map(str::trim).find(is_tail).map(str::to_owned)
    }

    /// What the site calls its parts.
    pub(super) fn sections(&self) -> Vec<String> {
        let mut sections: Vec<String> = self.sections_said().into_iter().map(|name| name.value).collect();
        sections.extend(self.scripts.breadcrumbs());
        sections.extend(self.items.breadcrumbs());
        sections.retain(|section| section.chars().count() <= LONGEST_PART && section.split_whitespace().count() <= 4);
        sections
    }
}
