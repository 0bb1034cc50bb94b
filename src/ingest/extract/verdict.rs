//! Is this page an article? What is refused here is lost, and what is let in wrongly is found by everybody; so a page must
//! say that it is none, or say nothing and hold next to no text.

use super::{Reader, address};
use crate::article::Article;
use crate::ingest::Reason;

/// Letters of a text that speaks for itself, of a sentence, and of what stands on a page of errors.
const ENOUGH: usize = 80;
const SOME: usize = 20;
const SHORT: usize = 700;

/// Headlines on a page that leads to articles, and letters under each of them.
const FEW: usize = 3;
const TEASER: usize = 200;

/// Titles of pages that servers write instead of the one that was asked for.
const ERRORS: &[&str] = &[
    "404",
    "403",
    "500",
    "502",
    "503",
    "page not found",
    "not found",
    "access denied",
    "forbidden",
    "error",
    "just a moment",
    "attention required",
    "are you a robot",
    "verify you are human",
    "checking your browser",
    "service unavailable",
    "bad gateway",
    "seite nicht gefunden",
    "page introuvable",
    "página no encontrada",
    "pagina non trovata",
    "sivua ei löytynyt",
    "sidan hittades inte",
    "страница не найдена",
    "enable javascript",
    "before you continue",
    "subscribe to read",
    "pardon our interruption",
    "robot check",
    "security check",
    "age verification",
];

pub(super) fn check(article: &Article, reader: &Reader<'_>) -> Result<(), Reason> {
    let text = article.body.iter().filter(|paragraph| **paragraph != article.headline);
    let letters: usize = text.map(|paragraph| paragraph.chars().count()).sum();
    let says = says_article(reader);
    let refuse = |why: &str| Err(Reason::new("no_article", why));
    if !is_told(reader) && is_error(&article.headline) && letters < SHORT && article.published.at.is_none() {
        return refuse("it is an error page, or one that asks something before the article");
    }
    if !says && (is_front(reader) || is_overview(article, reader)) {
        return refuse("it is the front page of a site");
    }
    if !says && (reader.scripts.is_list() || reader.items.is_list()) && letters < SHORT * 2 {
        return refuse("it is a list of articles");
    }
    // A file that somebody hands over is meant to be read; a page that was fetched may be anything.
    let dated = article.published.at.is_some() && article.lead.is_some();
    let meant = dated && letters > 0 || !reader.was_fetched && letters >= SOME;
    if letters < ENOUGH && (article.headline.is_empty() || !says && !meant) {
        return refuse("it does not say that it is an article, and there is next to no text on it");
    }
    Ok(())
}

/// `og:type` of `website` proves nothing; many articles say so.
fn says_article(reader: &Reader<'_>) -> bool {
    let og = reader.marks.meta(&["og:type"]).is_some_and(|kind| {
        matches!(kind.trim().to_lowercase().as_str(), "article" | "news" | "newsarticle" | "blog.post")
    });
    is_told(reader) || og || reader.marks.meta(&["article:published_time"]).is_some()
}

/// An object of its own says that it is one.
fn is_told(reader: &Reader<'_>) -> bool {
    let told = [reader.ld.as_ref(), reader.data.as_ref()];
    told.iter().any(|thing| thing.is_some_and(|thing| thing.is_article))
}

/// Headlines that lead elsewhere, and next to nothing else; or under each no more than a sentence or two, where none of them
/// is the page's own.
fn is_overview(article: &Article, reader: &Reader<'_>) -> bool {
    let linked = &reader.marks.linked;
    if linked.len() < FEW || article.published.at.is_some() {
        return false;
    }
    let rest = article.body.iter().filter(|paragraph| !linked.contains(paragraph) && **paragraph != article.headline);
    let letters: usize = rest.map(|paragraph| paragraph.chars().count()).sum();
    letters < ENOUGH || reader.main_heading().is_none() && letters < linked.len() * TEASER
}

fn is_front(reader: &Reader<'_>) -> bool {
    let canonical = reader.marks.canonical.as_deref().and_then(|url| address::resolved(url, reader.fetched));
    match reader.fetched.or(reader.saved) {
        Some(fetched) => address::is_front(fetched),
        None => canonical.is_some_and(|url| address::is_front(&url)),
    }
}

fn is_error(title: &str) -> bool {
    let title = title.to_lowercase();
    ERRORS.iter().any(|error| {
        let is_number = error.bytes().all(|byte| byte.is_ascii_digit());
        title == *error
            || !is_number && title.contains(error) && title.chars().count() < error.chars().count() + 25
            || is_number && title.starts_with(&format!("{error} ")) && title.len() < 40
    })
}
