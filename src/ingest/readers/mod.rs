//! One format, one file. A reader takes a text and hands on its articles.

use std::ops::{ControlFlow, Range};

use crate::article::Article;
use crate::ingest::Reason;

pub(super) mod page_dump;

pub(super) mod columns;
pub(super) mod csv;
pub(super) mod held;
pub(super) mod json;
pub(super) mod repair;

pub(super) mod reuters;

pub(super) mod html;

pub(super) mod feed;
mod json_feed;
pub(super) mod sitemap;

mod element;
pub(super) mod newsml;
mod newsml1;
pub(super) mod ninjs;
pub(super) mod nitf;
mod wire;
mod xml;

pub(super) mod markdown;
pub(super) mod text;

/// Takes an article, or why there is none, and where in the text it stands.
type Emit<'a> = dyn FnMut(Range<usize>, Result<Article, Reason>) -> ControlFlow<()> + 'a;

/// All that a reader hands on.
#[cfg(test)]
fn handed_on(read: impl FnOnce(&mut Emit<'_>) -> ControlFlow<()>) -> Vec<Result<Article, Reason>> {
    let mut found = Vec::new();
    let _ = read(&mut |_, article| {
        found.push(article);
        ControlFlow::Continue(())
    });
    found
}
