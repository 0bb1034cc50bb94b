//! What an article has: the values behind `has:`.

use crate::article::Article;
use crate::query::ast::Has;

pub(super) fn name(has: Has) -> &'static str {
    match has {
        Has::Image => "image",
        Has::Author => "author",
        Has::Tags => "tags",
        Has::Date => "date",
        Has::Lead => "lead",
        Has::Body => "body",
        Has::Url => "url",
        Has::Site => "site",
        Has::Section => "section",
        Has::Place => "place",
        Has::Person => "person",
        Has::Org => "org",
        Has::Lang => "lang",
        Has::Source => "source",
        Has::Dateline => "dateline",
        Has::Modified => "modified",
    }
}

pub(super) fn of(article: &Article) -> Vec<&'static str> {
    let has = [
        (Has::Image, article.image.is_some()),
        (Has::Author, !article.authors.is_empty()),
        (Has::Tags, !article.tags.is_empty()),
        (Has::Date, article.published.at.is_some()),
        (Has::Lead, article.lead.is_some()),
        (Has::Body, !article.body.is_empty()),
        (Has::Url, article.url.is_some()),
        (Has::Site, article.source.site.is_some()),
        (Has::Section, article.section.is_some()),
        (Has::Place, !article.places.is_empty()),
        (Has::Person, !article.people.is_empty()),
        (Has::Org, !article.orgs.is_empty()),
        (Has::Lang, article.lang.is_some()),
        (Has::Source, article.source.name.is_some()),
        (Has::Dateline, article.dateline.is_some()),
        (Has::Modified, article.modified.is_some()),
    ];
    has.into_iter().filter(|(_, holds)| *holds).map(|(has, _)| name(has)).collect()
}
