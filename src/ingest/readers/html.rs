//! One page of a publisher: its metadata, and the article in it.

use jiff::Timestamp;

use crate::article::Article;
use crate::ingest::Reason;

/// What is known of a page from outside it.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::ingest) struct Around<'a> {
    /// The address it was fetched from.
    pub(in crate::ingest) url: Option<&'a str>,
    /// When a crawler took it.
    pub(in crate::ingest) captured: Option<Timestamp>,
}

pub(in crate::ingest) fn read(_page: &str, _around: &Around<'_>) -> Result<Article, Reason> {
    Err(Reason::new("unknown_format", "this is HTML, which is not read"))
}
