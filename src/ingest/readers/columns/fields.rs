//! Which name means which field.

use std::borrow::Cow;

/// Field names of an article and the names they are found under, the likeliest first. Case, spaces, hyphens and
/// underscores are not looked at. All of them stand in docs/formats.md.
#[rustfmt::skip]
pub(in crate::ingest) const NAMES: &[(&str, &[&str])] = &[
    ("id", &["id", "external_id", "uid", "guid", "article_id", "uri"]),
    ("url", &[
        "url", "link", "canonical_url", "canonical", "permalink", "weburl", "article_url", "page_url",
        "news_url",
    ]),
    ("headline", &["headline", "title", "webtitle", "article_title", "news_title", "news_headline", "headline_text"]),
    ("lead", &[
        "lead", "short_description", "description", "summary", "abstract", "standfirst", "deck", "subtitle",
        "excerpt", "trailtext", "lead_paragraph", "lede", "dek", "subhead", "subheadline", "subheading",
    ]),
    ("body", &[
        "body", "text", "content", "maintext", "articlebody", "article", "full_text", "bodytext", "body_html",
        "body_xhtml", "content_html", "article_text", "story", "article_content", "plain_text",
        "full_content", "raw_text", "text_content", "page_content", "news_text", "transcript",
    ]),
    ("published", &[
        "published", "date_gmt", "date", "publish_date", "date_publish", "date_published", "pub_date",
        "published_at", "published_date", "publication_date", "published_time", "publish_time", "datetime",
        "webpublicationdate", "firstcreated", "versioncreated", "created_at", "seendate", "timestamp",
        "published_on", "publication_datetime", "article_date", "news_date", "issue_date", "date_posted",
        "created", "created_on", "date_created",
    ]),
    ("modified", &[
        "modified_gmt", "modified", "date_modified", "date_modify", "modified_at", "updated", "updated_at",
        "lastmod", "last_modified", "last_updated", "date_updated", "updated_on",
    ]),
    ("authors", &[
        "authors", "author", "byline", "by", "creator", "author_name", "author_names", "author(s)",
        "reporter", "reporters", "journalist", "journalists", "writer", "writers", "written_by",
    ]),
    ("tags", &["tags", "keywords", "topics", "tag", "topic", "taxonomies.tags", "keyword", "article_tags"]),
    ("section", &[
        "section", "category", "categories", "desk", "section_name", "taxonomies.categories", "category_name",
        "news_category",
    ]),
    ("source", &[
        "source", "publisher", "agency", "source_name", "outlet", "media_name", "publication", "newspaper",
        "sitename", "media_outlet", "publication_name", "publication_title", "publisher_name", "news_source",
        "media_source",
    ]),
    ("site", &["source_domain", "site", "domain", "hostname"]),
    ("lang", &["lang", "language", "inlanguage", "language_code", "lang_code"]),
    ("places", &["places", "place", "location", "locations"]),
    ("people", &["people", "persons", "person"]),
    ("orgs", &["orgs", "organisations", "organizations", "org"]),
    ("dateline", &["dateline"]),
    ("image", &["image", "image_url", "urltoimage", "img", "top_image", "thumbnail", "main_image"]),
    ("version", &["version"]),
    ("corrected", &["corrected", "correction"]),
    ("status", &["status", "pubstatus", "post_status", "article_status", "publication_status", "workflow_state"]),
    ("embargo", &[
        "embargo", "embargoed", "embargo_until", "embargoed_until", "embargo_date", "embargo_time",
        "embargo_end", "embargo_till", "is_embargoed", "params.embargo", "extra.embargo", "meta.embargo",
    ]),
];

/// Is this the name of a column that means something?
pub(in crate::ingest) fn known(name: &str) -> bool {
    NAMES.iter().any(|(_, names)| names.iter().any(|known| same(known, name)))
}

/// Are these one name? `publish_date` is `Publish Date` and `publishDate`.
pub(in crate::ingest) fn same(left: &str, right: &str) -> bool {
    letters(left).eq(letters(right))
}

/// What is compared of a name.
pub(in crate::ingest) fn plain(name: &str) -> Cow<'_, str> {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'0'..=b'9'));
    if is_plain { name.into() } else { letters(name).collect() }
}

fn letters(name: &str) -> impl Iterator<Item = char> + '_ {
    name.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).flat_map(char::to_lowercase)
}

/// Is one of the names under which headline, lead or body are found among those that `has` knows?
pub(in crate::ingest) fn has_text(has: impl Fn(&str) -> bool) -> bool {
    let fields = NAMES.iter().filter(|(field, _)| matches!(*field, "headline" | "lead" | "body"));
    fields.flat_map(|(_, names)| names.iter()).any(|name| has(name))
}

pub(in crate::ingest) fn names(field: &str) -> &'static [&'static str] {
    NAMES.iter().find(|(name, _)| *name == field).map_or(&[], |(_, names)| names)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_name_looked_for_is_documented_and_means_one_field() {
        let page = include_str!("../../../../docs/formats.md");
        let mut met = HashSet::new();
        for name in NAMES.iter().flat_map(|(_, names)| *names) {
            assert!(page.contains(&format!("`{name}`")), "docs/formats.md lacks `{name}`");
            assert!(met.insert(plain(name)), "{name} stands there twice");
        }
        assert!(NAMES.iter().all(|(field, _)| page.contains(&format!("`{field}`"))));
    }

    #[test]
    fn a_name_is_the_same_in_any_dress() {
        assert!(same("publish_date", "Publish Date") && same("datePublished", "date_published"));
        assert!(!same("date", "dates"));
    }
}
