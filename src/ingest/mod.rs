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
mod proportion;
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
pub use encoding::named as encoding_named;
pub use encoding_rs::Encoding;
pub use page::Page;
pub use readers::columns::FieldMap;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use crate::article::Article;
use crate::store::REJECT_COPY;

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
    /// The encoding that whoever sent it names. Of no consequence inside of archives.
    pub charset: Option<&'static Encoding>,
    /// The address of a page that is handed over without one.
    pub url: Option<String>,
    /// Bytes of one article, at most, where that is to be less than usual.
    pub largest: Option<usize>,
    /// What is named was found in a folder: a file that only tells about the others is set aside.
    pub in_folder: bool,
    /// Where somebody asks: columns of tables that hold nothing that is read.
    pub unread: Option<Arc<Mutex<BTreeSet<String>>>>,
}

/// What is kept of what was refused.
fn copy_of(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len().min(REJECT_COPY)].to_vec()
}

/// Said of an article that is hidden for an embargo that nobody can read.
const BAD_EMBARGO: &str = "bad_embargo";

/// Why something was refused: a stable code and what is the matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub code: &'static str,
    pub detail: String,
    /// What was refused is, or may be, not to be shown.
    pub is_held: bool,
}

impl Reason {
    pub(crate) fn new(code: &'static str, detail: impl Into<String>) -> Reason {
        Reason { code, detail: detail.into(), is_held: false }
    }

    fn held(self, is_held: bool) -> Reason {
        Reason { is_held: self.is_held || is_held, ..self }
    }

    /// A file that cannot be read to its end.
    fn breaks_off(kind: std::io::ErrorKind) -> Reason {
        match kind {
            std::io::ErrorKind::FileTooLarge => {
                Reason::new("too_large", "it unpacks out of all proportion; it is read no further")
            }
            std::io::ErrorKind::TimedOut => Reason::new("truncated", "it breaks off: nothing more came"),
            std::io::ErrorKind::ConnectionReset => Reason::new("truncated", "it breaks off: the connection was closed"),
            std::io::ErrorKind::UnexpectedEof => Reason::new("truncated", "it breaks off before its end"),
            _ => Reason::new("truncated", "it cannot be read on: from here it is damaged"),
        }
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
            Item::Page(page) => page.read(),
            read => read,
        }
    }
}

/// The article, if it has no more and no longer parts than an article can have: a headline without end is none, and a
/// thousand tags tag nothing.
fn fit(article: Article) -> Result<Article, Reason> {
    match endless(&article) {
        Some(detail) => Err(Reason::new("too_large", detail).held(article.is_held())),
        None => Ok(article),
    }
}

/// Bytes of what is one line: a headline, an address, a tag.
const LONGEST_LINE: usize = 16 << 10;

/// Tags of an article, authors, places, people and organisations.
const MOST_VALUES: usize = 1_000;

/// What of an article is longer than that.
fn endless(article: &Article) -> Option<String> {
    if let Some((name, _)) = article.lists().into_iter().find(|(_, list)| list.len() > MOST_VALUES) {
        return Some(format!("more than {MOST_VALUES} {name}; there may be no more"));
    }
    let values =
        article.lists().into_iter().flat_map(|(name, list)| list.iter().map(move |value| (name, value.as_str())));
    let (name, value) = article.lines().into_iter().chain(values).find(|(_, value)| value.len() > LONGEST_LINE)?;
    Some(format!("{name}: {} bytes; a line may have 16 KiB", value.len()))
}

/// What the parser of pages says of a page is for whoever made the page.
pub const QUIET: &str = "html5ever=error";

/// Takes what is read; says whether to go on.
pub type Sink<'a> = dyn FnMut(Item) -> std::ops::ControlFlow<()> + 'a;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_refused_and_a_long_one_is_not() {
        let headline = |length: usize| fit(Article { headline: "a".repeat(length), ..Article::default() });
        assert!(headline(LONGEST_LINE).is_ok());
        assert_eq!(headline(LONGEST_LINE + 1).unwrap_err().code, "too_large");
        let tag = fit(Article { tags: vec!["a".repeat(LONGEST_LINE + 1)], ..Article::default() });
        assert!(tag.unwrap_err().detail.starts_with("tags: "));
    }

    #[test]
    fn what_is_refused_of_a_document_that_holds_back_is_held() {
        let refused = |state: &str| {
            let text = format!(
                "<newsItem guid='urn:newsml:wire.example:1'><itemMeta><pubStatus qcode='stat:{state}'/></itemMeta><contentSet>\
                 <inlineData><![CDATA[Tin rose.</inlineData></contentSet></newsItem>"
            );
            let (mut held, options) = (Vec::new(), ReadOptions::default());
            let _ = input::read_bytes(text.as_bytes(), "a.xml", &options, &Default::default(), &mut |item| {
                if let Item::Reject { reason, .. } = item {
                    held.push((reason.code, reason.is_held));
                }
                std::ops::ControlFlow::Continue(())
            });
            held
        };
        assert!(refused("withheld").contains(&("bad_xml", true)), "the piece begins behind what says so");
        assert!(refused("usable").contains(&("bad_xml", false)));
    }

    #[test]
    fn what_may_go_on_where_a_table_breaks_off_is_held_by_its_columns() {
        let is_held = |column: &str| {
            let rows: String = (0..20_000).map(|n| format!("Tin {},{n},2999-01-01\n", n * 7919 % 10_007)).collect();
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut packed, format!("title,n,{column}\n{rows}").as_bytes()).unwrap();
            let packed = packed.finish().unwrap();
            let (mut held, options) = (None, ReadOptions::default());
            let half = &packed[..packed.len() / 2];
            let _ = input::read_bytes(half, "a.csv.gz", &options, &Default::default(), &mut |item| {
                if let Item::Reject { reason, .. } = item {
                    held = Some((reason.code, reason.is_held));
                }
                std::ops::ControlFlow::Continue(())
            });
            held
        };
        assert_eq!(is_held("embargo"), Some(("truncated", true)));
        assert_eq!(is_held("date"), Some(("truncated", false)));
    }

    #[test]
    fn an_article_of_more_tags_than_anybody_gives_is_refused() {
        let read = |count: usize| {
            let text = format!(
                r#"{{"title":"Tin","tags":"{}"}}"#,
                (0..count).map(|n| format!("tag {n};")).collect::<String>()
            );
            let mut read = Vec::new();
            let options = ReadOptions { format: Some(Format::Json), ..ReadOptions::default() };
            let _ = input::read_bytes(text.as_bytes(), "a.json", &options, &Default::default(), &mut |item| {
                read.push(item.read());
                std::ops::ControlFlow::Continue(())
            });
            read
        };
        assert!(matches!(&read(MOST_VALUES)[..], [Item::Article { .. }]));
        let many = read(MOST_VALUES * 300);
        assert!(matches!(&many[..], [Item::Reject { reason, .. }] if reason.detail.contains("1000 tags")), "{many:?}");
    }
}
