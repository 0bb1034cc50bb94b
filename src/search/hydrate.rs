//! Hits with their text, as far as it was asked for.

use super::answer::{Copies, CopyLine, Facet, FacetValue, Facets, Highlights, Hit, HitStatus};
use super::excerpt;
use super::request::{FacetField, HitFields};
use crate::analysis;
use crate::article::{Article, ArticleId};
use crate::engine::{Count, Counts};
use crate::store::{Standing, StoredArticle};

/// Removed, killed or withheld since: it is still counted where it was counted, and its content is gone.
pub(super) fn is_withdrawn(stored: &StoredArticle) -> bool {
    stored.standing != Standing::Shown
}

/// Every field, the body too; whoever has that needs no excerpt.
pub(super) fn whole() -> HitFields {
    let names = HitFields::KNOWN.iter().filter(|name| !matches!(**name, "excerpt" | "cursor"));
    HitFields { names: Some(names.map(|name| (*name).to_owned()).collect()) }
}

/// Which story an article tells, and who else does.
pub(super) struct Told {
    pub(super) story: ArticleId,
    pub(super) copies: Copies,
}

pub(super) fn hit(
    stored: StoredArticle,
    words: u64,
    told: Told,
    fields: &HitFields,
    score: Option<f32>,
    highlights: Option<Highlights>,
) -> Hit {
    if is_withdrawn(&stored) {
        return Hit { id: Some(stored.id), status: Some(HitStatus::Deleted), ..Hit::default() };
    }
    let article = stored.article;
    let mut hit = Hit { score, highlights, stored: Some(stored.stored), ..Hit::default() };
    let set = |name: &str| fields.wants(name);
    hit.excerpt = set("excerpt").then(|| excerpt::of(&article));
    hit.id = set("id").then_some(stored.id);
    hit.external_id = set("external_id").then_some(article.external_id);
    hit.url = set("url").then_some(article.url);
    hit.headline = set("headline").then_some(article.headline);
    hit.lead = set("lead").then_some(article.lead);
    hit.body = set("body").then_some(article.body);
    hit.published = set("published").then_some(article.published);
    hit.modified = set("modified").then_some(article.modified);
    hit.seen = set("seen").then_some(stored.seen);
    hit.source = set("source").then_some(article.source);
    hit.authors = set("authors").then_some(article.authors);
    hit.tags = set("tags").then_some(article.tags);
    hit.section = set("section").then_some(article.section);
    hit.places = set("places").then_some(article.places);
    hit.people = set("people").then_some(article.people);
    hit.orgs = set("orgs").then_some(article.orgs);
    hit.lang = set("lang").then_some(article.lang);
    hit.dateline = set("dateline").then_some(article.dateline);
    hit.words = set("words").then_some(words);
    hit.image = set("image").then_some(article.image);
    hit.version = set("version").then_some(stored.version);
    hit.story = set("story").then_some(told.story);
    hit.copies = set("copies").then_some(told.copies);
    // It came as withheld where its embargo has ended since.
    hit.status = set("status").then_some(HitStatus::Usable);
    hit
}

pub(super) fn copy(stored: StoredArticle) -> CopyLine {
    let article = stored.article;
    let begins = || article.lead.clone().or_else(|| excerpt::of(&article));
    CopyLine {
        excerpt: if article.headline.trim().is_empty() { begins() } else { None },
        original: stored.id == stored.story.id,
        id: stored.id,
        headline: article.headline,
        url: article.url,
        published: article.published,
        source: article.source,
    }
}

/// Words in headline, lead and body, as `words:` counts them.
pub(super) fn count_words(article: &Article) -> u64 {
    let texts = std::iter::once(&article.headline).chain(&article.lead).chain(&article.body);
    let mut words = 0;
    for text in texts {
        analysis::segment(text, article.lang.as_deref(), |event| {
            words += u64::from(matches!(event, analysis::Event::Word(word) if word.span == 1));
        });
    }
    words
}

pub(super) fn facets(counted: Vec<(FacetField, Counts)>) -> Facets {
    Facets(counted.into_iter().map(|(field, counts)| (field, facet(field, counts))).collect())
}

fn facet(field: FacetField, counts: Counts) -> Facet {
    let values = counts.values.into_iter().map(|count| value(field, count)).collect();
    Facet { values, distinct: counts.distinct, others: counts.others, missing: counts.missing }
}

/// A tag is named by its folded form; names of people, places and papers as they are mostly written.
pub(super) fn value(field: FacetField, count: Count) -> FacetValue {
    FacetValue {
        value: if field == FacetField::Tag { count.key } else { count.label.clone() },
        label: count.label,
        count: count.count,
        stories: count.stories,
        selected: count.selected,
    }
}
