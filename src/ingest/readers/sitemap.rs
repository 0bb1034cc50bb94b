//! News sitemaps: headlines and addresses of articles, whose pages are yet to be fetched.

use std::ops::ControlFlow;

use jiff::{Span, Timestamp};

use super::xml::{self, Element};
use super::{Emit, columns, wire};
use crate::article::{Article, Precision, Provenance, Source, Stamp};
use crate::identity;
use crate::ingest::root::Root;
use crate::ingest::{Reason, dates};

pub(in crate::ingest) fn read(text: &str, emit: &mut Emit<'_>) -> ControlFlow<()> {
    let is_record = |name: &str| name.eq_ignore_ascii_case("url") || name.eq_ignore_ascii_case("sitemap");
    let (mut bare, mut sitemaps) = (0_u64, 0_u64);
    xml::records(text, is_record, &mut |at, record| match record {
        Ok((record, _)) if record.is("sitemap") => {
            sitemaps += 1;
            ControlFlow::Continue(())
        }
        Ok((record, _)) => match record.child("news:news") {
            Some(news) => emit(at, article(&record, news)),
            None => {
                bare += 1;
                ControlFlow::Continue(())
            }
        },
        Err(reason) => emit(at, Err(reason)),
    })?;
    let mut said = |detail: String| emit(0..text.len(), Err(Reason::new("no_article", detail)));
    if sitemaps > 0 {
        let named = if sitemaps == 1 {
            "another sitemap, which has".to_owned()
        } else {
            format!("{sitemaps} sitemaps, which have")
        };
        said(format!("a sitemap index: it holds no article but names {named} to be fetched"))?;
    }
    if bare > 0 {
        let (addresses, they) = if bare == 1 { ("address", "it is") } else { ("addresses", "they are") };
        said(format!("{bare} {addresses} without news:news, of which nothing can be said before {they} fetched"))?;
    }
    ControlFlow::Continue(())
}

/// A sitemap that an index names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub url: String,
    /// Until when it may have changed, where that is said: of a bare day, until it is over.
    pub changed: Option<Timestamp>,
}

/// The sitemaps that an index names; none where this is no index.
pub(in crate::ingest) fn named(text: &str) -> Vec<Named> {
    if Root::of(text).is_none_or(|root| root.local() != "sitemapindex") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let _ = xml::records(text, |name| name.eq_ignore_ascii_case("sitemap"), &mut |_, record| {
        let record = record.ok().map(|(record, _)| record);
        if let Some(url) = record.as_ref().and_then(|record| record.child("loc")?.line()) {
            let changed = record.as_ref().and_then(|record| stamp(record.child("lastmod")?));
            found.push(Named { url, changed: changed.and_then(end) });
        }
        if found.len() < MOST { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    found
}

/// An index has so many by its protocol.
const MOST: usize = 50_000;

fn end(stamp: Stamp) -> Option<Timestamp> {
    let day = Span::new().hours(if stamp.precision > Precision::Hour { 24 } else { 0 });
    stamp.at?.checked_add(day).ok()
}

fn article(record: &Element<'_>, news: &Element<'_>) -> Result<Article, Reason> {
    let text = |path: &str| news.find(path).and_then(|found| columns::text(&found.text()));
    let mut tags = Vec::new();
    let keywords = text("news:keywords").unwrap_or_default();
    keywords.split(',').for_each(|word| wire::add(&mut tags, columns::text(word)));
    let url = record.child("loc").and_then(Element::line);
    wire::finish(Article {
        headline: text("news:title").unwrap_or_default(),
        published: news.child("news:publication_date").and_then(stamp).unwrap_or_default(),
        modified: record.child("lastmod").and_then(stamp),
        source: Source { name: text("news:publication/news:name"), site: url.as_deref().and_then(identity::site_of) },
        lang: text("news:publication/news:language"),
        image: record.find("image:image/image:loc").and_then(Element::line),
        tags,
        url,
        ..Article::default()
    })
}

fn stamp(date: &Element<'_>) -> Option<Stamp> {
    dates::parse_stamp(&date.line()?, Provenance::Feed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::readers::handed_on;

    fn articles(text: &str) -> Vec<Result<Article, Reason>> {
        handed_on(|emit| read(text, emit))
    }

    #[test]
    fn news_are_read_and_other_addresses_counted() {
        let text = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>\
            <url><loc>https://wire.example/a</loc><n:news><n:publication><n:name>The Wire</n:name><n:language>en</n:language></n:publication>\
            <n:publication_date>2025-02-27T16:44:00+01:00</n:publication_date><n:title>Tin &amp; zinc</n:title><n:keywords>tin, zinc</n:keywords>\
            </n:news></url><url><loc>https://wire.example/about</loc></url></urlset>";
        let found = articles(text);
        let article = found[0].as_ref().unwrap();
        assert_eq!(
            (article.headline.as_str(), article.tags.len(), article.lang.as_deref()),
            ("Tin & zinc", 2, Some("en"))
        );
        assert_eq!((article.url.as_deref(), article.body.len()), (Some("https://wire.example/a"), 0));
        assert_eq!(
            (article.published.at.unwrap().to_string().as_str(), article.published.from),
            ("2025-02-27T15:44:00Z", Provenance::Feed)
        );
        assert_eq!(article.source.name.as_deref(), Some("The Wire"));
        assert!(found[1].as_ref().unwrap_err().detail.starts_with("1 address without"));
    }

    #[test]
    fn an_index_of_sitemaps_is_refused_as_what_it_is() {
        let text = "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap><loc>x</loc></sitemap></sitemapindex>";
        let [refused] = articles(text).try_into().unwrap();
        assert!(refused.unwrap_err().detail.starts_with("a sitemap index"));
        assert_eq!(named(text), [Named { url: "x".into(), changed: None }]);
        let text = text.replace("</loc>", "</loc><lastmod>2026-11-25</lastmod>");
        assert_eq!(named(&text)[0].changed, Some("2026-11-26T00:00:00Z".parse().unwrap()), "any time that day");
        assert_eq!(named("<urlset><url><loc>x</loc></url></urlset>"), []);
    }
}
