//! Pages of publishers: what they say of themselves is read as they say it. The truth is read here in another way than
//! the program reads it: from the JSON-LD as it stands, and from the metadata that lies beside each page.

use std::collections::BTreeSet;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use broadsheet::article::Article;
use broadsheet::ingest::input::{self, Input, Progress};
use broadsheet::ingest::{Item, ReadOptions};
use jiff::Timestamp;
use serde_json::Value;

use crate::archive::shared;

/// How often a field was right, and where it was not.
#[derive(Default)]
struct Score {
    right: usize,
    misses: Vec<String>,
}

impl Score {
    fn count(&mut self, page: &str, is_right: bool, wanted: &str, got: &str) {
        if is_right {
            self.right += 1;
        } else {
            self.misses.push(format!("{page}: wanted {wanted}, got {got}"));
        }
    }

    #[track_caller]
    fn at_least(&self, field: &str, floor: f64) {
        let all = self.right + self.misses.len();
        let share = self.right as f64 / all as f64;
        println!("{field}: {} of {all}", self.right);
        assert!(share >= floor, "{field}: {share:.3} of {all}\n{}", self.misses.join("\n"));
    }
}

#[test]
fn a_page_with_json_ld_is_read_as_its_publisher_says() {
    let Some(folder) = shared("aeb-html/html") else { return };
    let [mut headline, mut published, mut authors, mut section, mut tags] = std::array::from_fn(|_| Score::default());
    let mut pages: Vec<_> = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    pages.sort();
    for path in pages {
        let mut html = String::new();
        let bytes = std::fs::read(&path).unwrap();
        flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut html).unwrap();
        let Some(truth) = news_article(&html) else { continue };
        let page = path.file_name().unwrap().to_string_lossy()[..12].to_owned();
        let Some(article) = article(&path) else { continue };
        if let Some(wanted) = truth["headline"].as_str() {
            // What it is called, perhaps less the name of the site.
            let is_right = letters(wanted).starts_with(&letters(&article.headline))
                && article.headline.len() * 3 > wanted.len() * 2;
            headline.count(
                &page,
                is_right || letters(&article.headline).starts_with(&letters(wanted)),
                wanted,
                &article.headline,
            );
        }
        if let Some((wanted, at)) =
            truth["datePublished"].as_str().and_then(|text| Some((text, text.parse::<Timestamp>().ok()?)))
        {
            let got = article.published.at.map(|at| at.as_second());
            published.count(&page, got == Some(at.as_second()), wanted, &format!("{:?}", article.published));
        }
        let wanted = named(&truth["author"]);
        if !wanted.is_empty() {
            let within = |name: &String| wanted.iter().any(|wanted| letters(wanted).contains(&letters(name)));
            let is_right = article.authors.len() >= wanted.len() && article.authors.iter().all(within);
            authors.count(&page, is_right, &wanted.join("; "), &article.authors.join("; "));
        }
        if let Some(wanted) = named(&truth["articleSection"]).first() {
            let got = article.section.unwrap_or_default();
            let is_right =
                letters(wanted).starts_with(&letters(&got)) && got.is_empty() == NO_SECTIONS.contains(&wanted.as_str());
            section.count(&page, is_right, wanted, &got);
        }
        let wanted = keywords(&truth["keywords"]);
        if !wanted.is_empty() {
            let got: BTreeSet<String> = article.tags.iter().map(|tag| letters(tag)).collect();
            let house = letters(article.source.name.as_deref().unwrap_or_default());
            let is_none =
                |tag: &String| *tag == house || NO_TAGS.iter().any(|none| tag == none) || is_for_programs(tag);
            let is_right = got.is_subset(&wanted) && wanted.difference(&got).all(is_none);
            tags.count(&page, is_right, &format!("{wanted:?}"), &format!("{:?}", article.tags));
        }
    }
    assert!(headline.right > 60, "the pages are there");
    headline.at_least("headline", 0.95);
    published.at_least("published", 0.95);
    authors.at_least("authors", 0.95);
    section.at_least("section", 0.95);
    tags.at_least("tags", 0.95);
}

#[test]
fn a_page_is_read_as_the_metadata_beside_it_says() {
    let Some(archive) = shared("readability-pages/test-pages.tar.zst") else { return };
    let folder = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(archive).unwrap();
    tar::Archive::new(zstd::Decoder::new(&bytes[..]).unwrap()).unpack(folder.path()).unwrap();
    let [mut title, mut byline, mut lang, mut published] = std::array::from_fn(|_| Score::default());
    let mut pages: Vec<_> =
        std::fs::read_dir(folder.path().join("test/test-pages")).unwrap().flatten().map(|entry| entry.path()).collect();
    pages.sort();
    for path in pages {
        let truth = std::fs::read_to_string(path.join("expected-metadata.json")).unwrap();
        let truth: Value = serde_json::from_str(&truth).unwrap();
        let page = path.file_name().unwrap().to_string_lossy().into_owned();
        let said = |name: &str| truth[name].as_str().filter(|text| !text.trim().is_empty());
        let article = article(&path.join("source.html")).unwrap_or_default();
        if let Some(wanted) = said("title") {
            let (whole, got) = (letters(wanted), letters(&article.headline));
            // The truth keeps the name of the site.
            let is_right = whole == got || whole.starts_with(&got) && got.len() * 5 >= whole.len() * 2;
            title.count(&page, is_right, wanted, &article.headline);
        }
        if let Some(wanted) = said("byline") {
            let is_in_it = |name: &String| letters(wanted).contains(&letters(name));
            // Of several that a page states, the truth has the last.
            let is_right = !article.authors.is_empty() && article.authors.iter().all(is_in_it)
                || article.authors.len() > 1
                    && article.authors.last().is_some_and(|name| letters(name) == letters(wanted));
            byline.count(&page, is_right, wanted, &article.authors.join("; "));
        }
        if let Some(wanted) = said("lang") {
            let got = article.lang.unwrap_or_default();
            let primary = |tag: &str| tag.to_lowercase().split(['-', '_']).next().unwrap_or_default().to_owned();
            lang.count(&page, primary(wanted) == primary(&got), wanted, &got);
        }
        // Without a zone it is no moment.
        if let Some((wanted, at)) = said("publishedTime").and_then(|text| Some((text, text.parse::<Timestamp>().ok()?)))
        {
            let got = article.published.at.map(|at| at.as_second());
            published.count(&page, got == Some(at.as_second()), wanted, &format!("{:?}", article.published));
        }
    }
    title.at_least("title", TITLES);
    byline.at_least("byline", BYLINES);
    lang.at_least("lang", 0.9);
    published.at_least("published", 0.9);
}

/// Kinds and places of pages, which publishers give where a section is asked for.
const NO_SECTIONS: [&str; 3] = ["post", "articles", "Front Page"];

/// What is reached on these pages; the bylines among them are often dates, or the lines of the program that read them.
const TITLES: f64 = 0.9;
const BYLINES: f64 = 0.9;

/// What is said of all that a newspaper brings, and how what is said to programs begins.
const NO_TAGS: [&str; 2] = ["articles", "news"];
const FOR_PROGRAMS: [&str; 3] = ["sourcetagname", "adnode", "section"];

fn is_for_programs(tag: &str) -> bool {
    FOR_PROGRAMS.iter().any(|start| tag.starts_with(start))
}

/// The article on a page, if there is one.
pub(crate) fn article(path: &Path) -> Option<Article> {
    let mut found = None;
    let _ = input::read(&Input::Path(path.to_owned()), &ReadOptions::default(), &Progress::default(), &mut |item| {
        let item = if let Item::Page(page) = item { page.read() } else { item };
        if let Item::Article { article, .. } = item {
            found = Some(*article);
        }
        ControlFlow::Continue(())
    });
    found
}

/// The first object of the kind that is sound JSON.
fn news_article(html: &str) -> Option<Value> {
    html.split("<script").skip(1).find_map(|part| {
        let (tag, rest) = part.split_once('>')?;
        let text = rest.split("</script").next()?;
        let value: Value = tag.contains("ld+json").then(|| serde_json::from_str(text).ok())??;
        let objects = if let Value::Array(objects) = &value { objects.clone() } else { vec![value] };
        objects.into_iter().find(|object| object["@type"] == "NewsArticle" && object["headline"].is_string())
    })
}

/// Names in a text, an object or a list of them.
fn named(value: &Value) -> Vec<String> {
    match value {
        Value::String(name) => Some(name.trim().to_owned()).filter(|name| !name.is_empty()).into_iter().collect(),
        Value::Array(values) => values.iter().flat_map(named).collect(),
        Value::Object(object) => object.get("name").map(named).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn keywords(value: &Value) -> BTreeSet<String> {
    let parts: Vec<String> = match value {
        Value::String(text) => text.split(',').map(str::to_owned).collect(),
        value => named(value),
    };
    parts.iter().map(|part| letters(part)).filter(|part| !part.is_empty()).collect()
}

/// Letters and digits: how it is written does not matter.
fn letters(text: &str) -> String {
    let text = text
        .replace("&amp;", "&")
        .replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&#039;", "'");
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
