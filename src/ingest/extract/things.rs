//! What a page says of itself in objects (JSON-LD, and microdata made like it), and which of them is the article.

use std::collections::HashMap;

use serde_json::Value;

use super::object::{Object, addresses, get, number, text, types};
use super::thing::Thing;
use crate::identity;
use crate::ingest::clean;
use crate::ingest::readers::repair;

/// Objects in objects, and objects of a page.
const DEEPEST: usize = 24;
const MOST: usize = 5_000;

/// All the objects of a page, and whether each stands in a list of others.
pub(super) struct Things<'a> {
    objects: Vec<(&'a Object, bool)>,
}

/// What is known of the page that its article must be the one of.
pub(super) struct Page<'a> {
    pub(super) urls: Vec<&'a str>,
    pub(super) titles: Vec<&'a str>,
}

/// What is written in scripts of data.
pub(super) fn of_scripts(scripts: &[&str]) -> Vec<Value> {
    scripts.iter().flat_map(|script| repair::mended(&bare(script))).collect()
}

impl<'a> Things<'a> {
    pub(super) fn of(values: &'a [Value]) -> Things<'a> {
        let mut objects = Vec::new();
        for value in values {
            collect(value, false, 0, &mut objects);
        }
        Things { objects }
    }

    pub(super) fn article(&self, page: &Page<'_>) -> Option<Thing<'a>> {
        let mut by_id: HashMap<&str, &Object> = HashMap::new();
        for (object, _) in &self.objects {
            if let Some(id) = object.get("@id").and_then(Value::as_str).filter(|_| object.len() > 1) {
                by_id.entry(id).or_insert(object);
            }
        }
        let mut candidates: Vec<(i32, &Object)> =
            self.objects.iter().filter_map(|(object, listed)| Some((score(object, *listed, page)?, *object))).collect();
        // The first of equals stays first.
        candidates.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        let (best, first) = *candidates.first()?;
        let strangers = candidates.iter().skip(1).any(|(score, object)| *score == best && !is_same(first, object));
        if best < SURE && (strangers || best < LIKELY) {
            return None;
        }
        let same = |(score, object): &(i32, &Object)| *score >= SURE || is_same(first, object);
        let others = candidates.iter().skip(1).filter(|candidate| same(candidate)).map(|(_, object)| *object);
        let objects: Vec<&Object> = std::iter::once(first).chain(others.take(8)).collect();
        let is_article = objects.iter().any(|object| kind(object) == Some(Kind::Article));
        Some(Thing { objects, by_id, is_article })
    }

    /// Is the page said to be a list of articles or the front of a site, and nothing else?
    pub(super) fn is_list(&self) -> bool {
        let is = |object: &Object, names: &[&str]| types(object).any(|name| names.contains(&name));
        self.objects.iter().any(|(object, listed)| !listed && is(object, &["CollectionPage", "SearchResultsPage"]))
    }

    /// Names on the way from the front page to this one, without both ends.
    pub(super) fn breadcrumbs(&self) -> Vec<String> {
        let list = self.of_type("BreadcrumbList").and_then(|list| get(list, "itemListElement"));
        let Some(Value::Array(steps)) = list else {
            return Vec::new();
        };
        let mut steps: Vec<&Object> = steps.iter().filter_map(Value::as_object).collect();
        steps.sort_by_key(|step| get(step, "position").and_then(number).unwrap_or(0));
        let name =
            |step: &&Object| get(step, "name").or_else(|| get(get(step, "item")?.as_object()?, "name")).and_then(text);
        steps.iter().filter_map(name).collect()
    }

    /// The name of the whole site.
    pub(super) fn site_name(&self) -> Option<String> {
        self.of_type("WebSite").and_then(|site| get(site, "name")).and_then(text)
    }

    fn of_type(&self, name: &str) -> Option<&'a Object> {
        self.objects.iter().map(|(object, _)| *object).find(|object| types(object).any(|known| known == name))
    }
}

/// Without what scripts are wrapped in: comments, CDATA, character references.
fn bare(script: &str) -> String {
    let mut text = script.trim();
    for mark in ["<!--", "//<![CDATA[", "/*<![CDATA[*/", "<![CDATA[", "//"] {
        text = text.strip_prefix(mark).unwrap_or(text).trim_start();
    }
    for mark in ["-->", "]]>", "/*", "//]]>", "/*]]>*/", "//"] {
        text = text.strip_suffix(mark).unwrap_or(text).trim_end();
    }
    let is_escaped = text.starts_with("{&quot;") || !text.contains('"') && text.contains("&quot;");
    if is_escaped { clean::unescape(text) } else { text.to_owned() }
}

fn collect<'a>(value: &'a Value, listed: bool, depth: usize, found: &mut Vec<(&'a Object, bool)>) {
    if depth > DEEPEST || found.len() >= MOST {
        return;
    }
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, listed, depth + 1, found)),
        Value::Object(object) => {
            found.push((object, listed));
            for (key, value) in object.iter().filter(|(_, value)| value.is_object() || value.is_array()) {
                let is_of_page =
                    matches!(key.as_str(), "@graph" | "mainEntity" | "mainEntityOfPage" | "@reverse" | "item");
                collect(value, listed || !is_of_page, depth + 1, found);
            }
        }
        _ => {}
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Article,
    /// Something else a page may be about; it may be an article all the same.
    Other,
}

fn kind(object: &Object) -> Option<Kind> {
    let is = |name: &str| {
        // `NewsArticle`, `OpinionNewsArticle`, `LiveBlogPosting`: schema.org names kinds of articles so.
        name.ends_with("Article")
            || name.ends_with("Posting") && name != "JobPosting"
            || matches!(name, "Report" | "BlogPost" | "Liveblog")
    };
    if types(object).any(is) {
        return Some(Kind::Article);
    }
    let others = [
        "WebPage",
        "CreativeWork",
        "MedicalWebPage",
        "ItemPage",
        "VideoObject",
        "Review",
        "ClaimReview",
        "Recipe",
        "PodcastEpisode",
        "AboutPage",
    ];
    types(object).any(|name| others.contains(&name)).then_some(Kind::Other)
}

/// An object of the page's own address or headline is its article; one that stands alone is likely to be.
const SURE: i32 = 40;
const LIKELY: i32 = 20;

fn score(object: &Object, listed: bool, page: &Page<'_>) -> Option<i32> {
    let kind = kind(object)?;
    let headline = get(object, "headline").or_else(|| get(object, "name")).and_then(text);
    let has = |name: &str| get(object, name).is_some();
    if headline.is_none() && !has("datePublished") && !has("articleBody") {
        return None;
    }
    if kind == Kind::Other && !has("datePublished") {
        return None;
    }
    let is_page = addresses(object).iter().any(|address| page.urls.iter().any(|url| is_one(address, url)));
    let is_title = headline.as_deref().is_some_and(|headline| page.titles.iter().any(|title| is_like(headline, title)));
    let sure = 40 * i32::from(is_page) + 40 * i32::from(is_title);
    let kind = if kind == Kind::Article { 30 } else { 0 };
    let told = ["author", "datePublished", "articleBody", "publisher"].iter().filter(|name| has(name)).count() as i32;
    Some(sure + kind - 20 * i32::from(listed) + told)
}

/// Two ways to write one address, perhaps without its host.
fn is_one(left: &str, right: &str) -> bool {
    let left = left.split('#').next().unwrap_or(left);
    match (identity::normalise_url(left), identity::normalise_url(right)) {
        (Some(left), Some(right)) => left == right,
        (None, Some(right)) => left.starts_with('/') && left.len() > 1 && right.ends_with(left.trim_end_matches('/')),
        _ => false,
    }
}

/// Letters and digits are the same, or one begins or ends with the other and is long enough to tell.
fn is_like(left: &str, right: &str) -> bool {
    let letters =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (left, right) = (letters(left), letters(right));
    let (short, long) = if left.len() < right.len() { (&left, &right) } else { (&right, &left) };
    !short.is_empty() && (short == long || short.len() >= 12 && (long.starts_with(short) || long.ends_with(short)))
}

fn is_same(one: &Object, other: &Object) -> bool {
    let headline = |object: &Object| get(object, "headline").and_then(text);
    let (left, right) = (addresses(one), addresses(other));
    left.iter().any(|left| right.iter().any(|right| is_one(left, right)))
        || headline(one).is_some() && headline(one) == headline(other)
}
