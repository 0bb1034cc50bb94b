//! What a page says of itself in objects (JSON-LD, and microdata made like it): which of them is the article, and its
//! properties.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::identity;
use crate::ingest::clean;
use crate::ingest::readers::repair;

/// Objects in objects, and objects of a page.
const DEEPEST: usize = 24;
const MOST: usize = 5_000;

type Object = Map<String, Value>;

/// All the objects of a page.
pub(super) struct Things {
    values: Vec<Value>,
}

/// What is known of the page that its article must be the one of.
pub(super) struct Page<'a> {
    pub(super) urls: Vec<&'a str>,
    pub(super) titles: Vec<&'a str>,
}

/// The article among the objects, with what other objects say about it.
pub(super) struct Thing<'a> {
    /// The surest first.
    objects: Vec<&'a Object>,
    by_id: HashMap<&'a str, &'a Object>,
    /// It says that it is an article, not only something with a date.
    pub(super) is_article: bool,
}

/// Somebody or something with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) is_organisation: bool,
}

impl Things {
    pub(super) fn of_scripts(scripts: &[&str]) -> Things {
        Things { values: scripts.iter().flat_map(|script| repair::mended(&bare(script))).collect() }
    }

    pub(super) fn of_items(items: Vec<Value>) -> Things {
        Things { values: items }
    }

    /// Every object, and whether it stands in a list of others.
    fn objects(&self) -> Vec<(&Object, bool)> {
        let mut found = Vec::new();
        for value in &self.values {
            collect(value, false, 0, &mut found);
        }
        found
    }

    pub(super) fn article(&self, page: &Page<'_>) -> Option<Thing<'_>> {
        let objects = self.objects();
        let mut by_id: HashMap<&str, &Object> = HashMap::new();
        for (object, _) in &objects {
            if let Some(id) = object.get("@id").and_then(Value::as_str).filter(|_| object.len() > 1) {
                by_id.entry(id).or_insert(object);
            }
        }
        let mut candidates: Vec<(i32, &Object)> =
            objects.iter().filter_map(|(object, listed)| Some((score(object, *listed, page)?, *object))).collect();
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
        let objects = self.objects();
        objects.iter().any(|(object, listed)| !listed && is(object, &["CollectionPage", "SearchResultsPage"]))
    }

    /// Names on the way from the front page to this one, without both ends.
    pub(super) fn breadcrumbs(&self) -> Vec<String> {
        let objects = self.objects();
        let list = objects.iter().find(|(object, _)| types(object).any(|name| name == "BreadcrumbList"));
        let Some(Value::Array(steps)) = list.and_then(|(object, _)| get(object, "itemListElement")) else {
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
        let objects = self.objects();
        let site = objects.iter().find(|(object, _)| types(object).any(|name| name == "WebSite"));
        site.and_then(|(object, _)| get(object, "name")).and_then(text)
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

fn types(object: &Object) -> impl Iterator<Item = &str> {
    let value = object.get("@type").or_else(|| object.get("type"));
    let one = value.and_then(Value::as_str);
    let list = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    one.into_iter().chain(list).map(|name| name.rsplit(['/', '#', ':']).next().unwrap_or(name))
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

fn addresses(object: &Object) -> Vec<String> {
    let names = ["url", "mainEntityOfPage", "@id"];
    let value = |value: &Value| match value {
        Value::Object(inner) => get(inner, "@id").or_else(|| get(inner, "url")).and_then(text),
        value => text(value),
    };
    names.iter().filter_map(|name| get(object, name)).filter_map(value).collect()
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

/// A property that says something, in any case.
fn get<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    let says = |value: &&Value| match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(inner) => !inner.is_empty(),
        _ => true,
    };
    let any = || object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).filter(says);
    object.get(name).filter(says).or_else(any)
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A text, or the first of several, or what an object is called.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(values) => values.iter().find_map(text),
        Value::Object(object) => {
            ["@value", "name", "headline", "#text"].iter().find_map(|name| get(object, name)).and_then(text)
        }
        _ => None,
    }
}

/// A text without elements and references.
pub(super) fn plain(text: &str) -> Option<String> {
    let once = clean::unescape(text);
    if clean::looks_like_html(&once) {
        return clean::some_line(&clean::html_paragraphs(&once).join(" "));
    }
    clean::some_line(&clean::unescape(&once))
}

impl Thing<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.objects.iter().find_map(|object| get(object, name))
    }

    /// A text as it is written.
    pub(super) fn raw(&self, name: &str) -> Option<String> {
        self.value(name).and_then(text)
    }

    /// A text of the article's own object, whatever others say.
    pub(super) fn own_text(&self, name: &str) -> Option<String> {
        get(self.objects.first()?, name).and_then(text).and_then(|text| plain(&text))
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.raw(name).and_then(|text| plain(&text))
    }

    /// Texts of a list; one that is a list written out is cut by the caller.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some(Value::Array(values)) => values.iter().filter_map(text).filter_map(|text| plain(&text)).collect(),
            Some(value) => text(value).and_then(|text| plain(&text)).into_iter().collect(),
            None => Vec::new(),
        }
    }

    pub(super) fn is_list(&self, name: &str) -> bool {
        self.value(name).is_some_and(Value::is_array)
    }

    pub(super) fn addresses(&self) -> Vec<String> {
        self.objects.first().map(|object| addresses(object)).unwrap_or_default()
    }

    /// Those a property names; where it only points to somebody, who that is.
    pub(super) fn named(&self, name: &str) -> Vec<Named> {
        let mut found = Vec::new();
        for object in &self.objects {
            if let Some(value) = get(object, name) {
                self.add_named(value, 0, &mut found);
            }
            if !found.is_empty() {
                break;
            }
        }
        found
    }

    fn add_named(&self, value: &Value, depth: usize, found: &mut Vec<Named>) {
        if depth > 8 || found.len() >= 100 {
            return;
        }
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.add_named(value, depth + 1, found)),
            Value::Object(object) => {
                let is_organisation =
                    types(object).any(|name| name.to_lowercase().ends_with("organization") || name == "Corporation");
                if let Some(Value::Array(names)) = get(object, "name") {
                    let names = names.iter().filter_map(text).filter_map(|name| plain(&name));
                    found.extend(names.map(|name| Named { name, is_organisation }));
                } else if let Some(name) = full_name(object) {
                    found.push(Named { name, is_organisation });
                } else if let Some(other) = get(object, "@id").and_then(Value::as_str).and_then(|id| self.by_id.get(id))
                    && get(other, "name").is_some()
                {
                    self.add_named(&Value::Object((*other).clone()), depth + 1, found);
                }
            }
            value => {
                let pointed = value.as_str().and_then(|id| self.by_id.get(id));
                match pointed {
                    Some(other) => self.add_named(&Value::Object((*other).clone()), depth + 1, found),
                    None => found.extend(
                        text(value).and_then(|text| plain(&text)).map(|name| Named { name, is_organisation: false }),
                    ),
                }
            }
        }
    }

    /// The address of a picture: a text, an object with an address, or the first of several.
    pub(super) fn image(&self) -> Option<String> {
        fn address(value: &Value, depth: usize) -> Option<String> {
            match value {
                Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
                Value::Array(values) if depth < 4 => values.iter().find_map(|value| address(value, depth + 1)),
                Value::Object(object) if depth < 4 => {
                    ["url", "contentUrl", "@id"].iter().find_map(|name| address(get(object, name)?, depth + 1))
                }
                _ => None,
            }
        }
        let value = self.value("image").or_else(|| self.value("thumbnailUrl"))?;
        let id = value.as_object().filter(|object| object.len() == 1).and_then(|object| object.get("@id")?.as_str());
        match id.and_then(|id| self.by_id.get(id)) {
            Some(other) => ["url", "contentUrl"].iter().find_map(|name| address(get(other, name)?, 0)),
            None => address(value, 0),
        }
    }
}

fn full_name(object: &Object) -> Option<String> {
    let part = |name: &str| get(object, name).and_then(text).and_then(|text| plain(&text));
    part("name").or_else(|| match (part("givenName"), part("familyName")) {
        (Some(given), Some(family)) => Some(format!("{given} {family}")),
        (given, family) => given.or(family).or_else(|| part("#text")),
    })
}
