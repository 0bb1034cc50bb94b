//! What a news page says, out of its markup.

// Used by the reader of pages.
#[allow(dead_code)]
pub(in crate::ingest) mod body;
