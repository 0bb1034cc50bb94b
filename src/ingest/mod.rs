//! IN: from files, folders and archives to articles in the store.
//!
//! An input is opened and unpacked ([`input`]); of each file (`file`) the format is found (`detect`) and read (`readers`; of a page the article is taken out, `extract`); what was read is
//! dated (`dates`), cleaned (`clean`) and given its identity ([`crate::identity`]); and all of it is written in batches
//! ([`run`]). What cannot be read becomes a reject with a reason and a place; the rest goes on.

pub mod input;
pub mod options;

mod chunks;
mod detect;
mod encoding;
mod file;
pub mod formats;
mod page;
mod root;
mod warc;

mod extract;
mod readers;

mod clean;
mod dates;
mod language;
mod pipeline;

pub mod run;

pub mod dry;

pub mod fetched;
pub mod intake;

pub use detect::Format;
pub use page::Page;
pub use readers::columns::FieldMap;

use std::sync::Arc;

use crate::article::Article;

/// How inputs are read, where that is not found by looking.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    pub format: Option<Format>,
    /// Columns or keys of the input that hold an article's fields.
    pub map: FieldMap,
    pub delimiter: Option<u8>,
    pub quote: Option<u8>,
    /// The first row holds data.
    pub no_header: bool,
    /// The folder of a plain text file names its section.
    pub section_from_folder: bool,
    /// Pages are not kept as they came.
    pub no_originals: bool,
    /// What it was said to be where it came from: one of these, whichever is found by looking; else the first. Of no
    /// consequence inside of archives.
    pub declared: &'static [Format],
    /// JSON was said to come one a line.
    pub is_lines: bool,
    /// The address of a page that is handed over without one.
    pub url: Option<String>,
    /// Bytes of one article, at most, where that is to be less than usual.
    pub largest: Option<usize>,
}

/// Why something was refused: a stable code and what is the matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub code: &'static str,
    pub detail: String,
}

impl Reason {
    pub(crate) fn new(code: &'static str, detail: impl Into<String>) -> Reason {
        Reason { code, detail: detail.into() }
    }
}

/// Where something stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The path; inside an archive also the member: `news.tar.zst!a/b.csv`.
    pub source: String,
    /// Bytes from the start of the unpacked file.
    pub offset: u64,
    pub line: Option<u64>,
}

/// What reading yields.
#[derive(Clone, Debug)]
pub enum Item {
    Article {
        article: Box<Article>,
        format: Format,
        place: Place,
        /// The language of what it was read with, should its own not be told.
        around: Option<Arc<str>>,
        /// The page it was taken from, as it came.
        original: Option<Vec<u8>>,
    },
    /// A page to be read yet.
    Page(Box<Page>),
    Reject {
        place: Place,
        reason: Reason,
        copy: Vec<u8>,
    },
}

impl Item {
    /// An article or a reject: a page is read now.
    pub fn read(self) -> Item {
        match self {
            Item::Page(page) => page.read().bounded(),
            read => read.bounded(),
        }
    }

    /// What is longer than any headline is none: a text under the wrong name, or an attack on whoever shows it.
    fn bounded(self) -> Item {
        match self {
            Item::Article { article, place, .. } if article.headline.len() > LONGEST_HEADLINE => {
                let detail = format!("a headline of {} bytes; it may have 16 KiB", article.headline.len());
                let copy = article.headline.as_bytes()[..LONGEST_HEADLINE].to_vec();
                Item::Reject { place, reason: Reason::new("too_large", detail), copy }
            }
            read => read,
        }
    }
}

/// Bytes of a headline.
const LONGEST_HEADLINE: usize = 16 << 10;

/// Takes what is read; says whether to go on.
pub type Sink<'a> = dyn FnMut(Item) -> std::ops::ControlFlow<()> + 'a;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_without_end_is_refused_and_a_long_one_is_not() {
        let read = |length: usize| {
            let article = Box::new(Article { headline: "a".repeat(length), ..Article::default() });
            let place = Place::default();
            Item::Article { article, format: Format::Json, place, around: None, original: None }.read()
        };
        assert!(matches!(read(LONGEST_HEADLINE), Item::Article { .. }));
        assert!(matches!(read(LONGEST_HEADLINE + 1), Item::Reject { reason, .. } if reason.code == "too_large"));
    }
}
