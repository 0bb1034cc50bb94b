//! One page of a publisher: its metadata, and the article in it.

use jiff::Timestamp;

use crate::article::Article;
use crate::ingest::{Reason, extract};

/// What is known of a page from outside it.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::ingest) struct Around<'a> {
    /// The address it was fetched from.
    pub(in crate::ingest) url: Option<&'a str>,
    /// When a crawler took it.
    pub(in crate::ingest) captured: Option<Timestamp>,
}

/// Reads a page. When it was taken is no date of the article.
///
/// # Errors
/// Why there is no article on it.
pub(in crate::ingest) fn read(page: &str, around: &Around<'_>) -> Result<Article, Reason> {
    let article = extract::article(page, around.url, around.captured.is_some())?;
    Ok(Article { captured: around.captured, ..article })
}
