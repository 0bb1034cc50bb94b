//! One file, unpacked: which format it is in, and its articles. Files of many articles are read a piece at a time.

use std::cell::OnceCell;
use std::io::Read;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::chunks::Chunks;
use super::detect::{self, Format};
use super::input::Progress;
use super::readers::{csv, feed, held, json, markdown, newsml, nitf, page_dump, reuters, sitemap, text};
use super::{Item, Page, Place, ReadOptions, Reason, Sink, copy_of, fit, language};
use crate::article::Article;
use crate::store::REJECT_COPY;

/// What a look at the format takes.
const HEAD: usize = 64 * 1024;

/// Text held at a time, where a file holds many articles.
const CHUNK: usize = 4 << 20;

/// Said of a list that is sound and empty.
pub(super) const NOTHING: &str = "there is no article in it";

/// One article, in a file that holds many; and a file that is one article.
const LARGEST_RECORD: usize = 256 << 20;
const LARGEST_FILE: usize = 16 << 20;

/// A document of any number of articles, which has to be held whole.
const LARGEST_DOCUMENT: usize = 64 << 20;

pub(super) struct File<'a> {
    /// The path as it was named; inside an archive also the member. Without the endings that say how it is packed.
    pub(super) name: &'a str,
    /// The same with them.
    pub(super) told: &'a str,
    /// What of the name lies inside the input.
    pub(super) inside: &'a str,
    /// The same, however the input is named.
    pub(super) origin: String,
}

impl File<'_> {
    /// The folder, and the name in it.
    fn parts(&self) -> (&str, &str) {
        let at = self.origin.rfind(['/', '!']).map_or(0, |at| at + 1);
        (self.origin[..at].trim_end_matches(['/', '!']), &self.origin[at..])
    }

    /// Bare numbers of two collections must not meet, and those of the parts of one collection must: a collection is
    /// known by the name of its files, without their numbers.
    fn collection(&self) -> String {
        let stem = self.parts().1.split('.').next().unwrap_or_default();
        let name: String = stem.chars().filter(|c| !c.is_ascii_digit()).collect();
        name.trim_matches(['-', '_', ' ']).to_lowercase()
    }

    /// What comes without a name lies nowhere, nor does what is packed in it.
    fn is_nowhere(&self) -> bool {
        self.name == "-" || self.name.starts_with("-!")
    }

    /// A text is known by where it lies: nothing in it says better which one it is. A page dump has its address.
    fn name_by_place(&self, article: &mut Article, format: Format) {
        if format != Format::PageDump && !self.is_nowhere() {
            let (namespace, name) = self.known_as(format);
            article.namespace = namespace;
            article.external_id = Some(name);
        }
    }

    fn known_as(&self, format: Format) -> (String, String) {
        let (folder, name) = self.parts();
        (format!("{}:{folder}", format.name()), name.to_owned())
    }

    fn name_by_collection(&self, article: &mut Article, format: Format) {
        let number = |id: &String| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        let anonymous = article.source.name.is_none() && article.source.site.is_none();
        if article.namespace.is_empty() && anonymous && article.external_id.as_ref().is_some_and(number) {
            article.namespace = format!("{}:{}", format.name(), self.collection());
        }
    }
}

/// Reads one file.
pub(super) fn read(
    stream: impl Read,
    file: &File<'_>,
    options: &ReadOptions,
    progress: &Progress,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let is_alone = file.inside.is_empty();
    let declared = if is_alone { options.declared } else { &[] };
    let mut chunks = Chunks::new(stream, options.charset.filter(|_| is_alone));
    let is_told = options.is_lines || options.format.is_some() || declared.len() == 1;
    look(&mut chunks, file.name, is_told);
    let head = &chunks.text[..chunks.text.floor_char_boundary(HEAD.min(chunks.text.len()))];
    if head.trim().is_empty() && chunks.ended {
        let reason = chunks.broken.map_or_else(|| Reason::new("empty", "there is nothing in it"), Reason::breaks_off);
        return refuse(file, &chunks, reason, sink);
    }
    let is_found = (!is_alone || options.in_folder) && options.format.is_none();
    let set_aside = |why: &'static str| {
        progress.set_aside.fetch_add(1, Ordering::Relaxed);
        Reason::new("set_aside", why)
    };
    if is_found && detect::is_about(file.name) {
        let reason = set_aside("it tells about the other files; named by itself it is read");
        return refuse(file, &chunks, reason, sink);
    }
    let format = match options.format.map_or_else(|| detect::among(declared, head, file.name), Ok) {
        Ok(format) => format,
        Err(_) if is_found && detect::is_dress(file.name) => {
            let reason = set_aside("it holds no articles and belongs to the look of a page");
            return refuse(file, &chunks, reason, sink);
        }
        Err(reason) => return refuse(file, &chunks, reason, sink),
    };
    // A page says its own, or has text enough to tell.
    let around = if format == Format::Html { None } else { language::around(file.inside, head) };
    match format {
        Format::Json | Format::Ninjs | Format::Csv | Format::Reuters => {
            many(chunks, file, format, options, around, sink)
        }
        Format::PageDump | Format::Html | Format::Markdown | Format::Text => {
            one(chunks, file, format, options, around, sink)
        }
        Format::Feed | Format::Sitemap | Format::NewsMl | Format::Nitf => {
            document(chunks, file, format, options, progress, around, sink)
        }
    }
}

/// Reads as much as tells the format, or all that has come for now, where that tells or nothing needs to be told.
fn look(chunks: &mut Chunks<impl Read>, name: &str, is_told: bool) {
    loop {
        chunks.fill_meanwhile(HEAD);
        if !chunks.paused || is_told || tells(&chunks.text, name) {
            return;
        }
        chunks.paused = false;
    }
}

/// Is this enough of a file of many articles to know its format? Nothing is known of a list before its first element is
/// whole, nor of a table before its first line is.
fn tells(head: &str, name: &str) -> bool {
    match detect::detect(head, name) {
        Ok(Format::Json | Format::Ninjs) => json::begins(head),
        Ok(Format::Csv | Format::Reuters) => head.contains('\n'),
        _ => false,
    }
}

fn too_large(most: usize) -> Reason {
    Reason::new("too_large", format!("more than {} MiB in one article", most >> 20))
}

/// The article, if neither it nor the text it was read from is too large.
fn fit_in(article: Article, length: usize, most: usize) -> Result<Article, Reason> {
    if length > most { Err(too_large(most).held(article.is_held())) } else { fit(article) }
}

/// The file as a whole is refused.
fn refuse<R>(file: &File<'_>, chunks: &Chunks<R>, reason: Reason, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let place = Place { source: file.told.to_owned(), offset: 0, line: None };
    sink(Item::Reject { place, reason, copy: copy_of(chunks.text.as_bytes()) })
}

/// A file that is one article.
fn one(
    mut chunks: Chunks<impl Read>,
    file: &File<'_>,
    format: Format,
    options: &ReadOptions,
    around: Option<Arc<str>>,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let most = options.largest.unwrap_or(LARGEST_FILE);
    chunks.fill(most.saturating_add(1));
    if !chunks.ended || chunks.text.len() > most {
        return refuse(file, &chunks, too_large(most), sink);
    }
    if let Some(kind) = chunks.broken {
        return refuse(file, &chunks, Reason::breaks_off(kind), sink);
    }
    if format == Format::Html {
        let place = Place { source: file.told.to_owned(), offset: 0, line: None };
        let known_as = (!file.is_nowhere()).then(|| file.known_as(format));
        let url = options.url.clone().filter(|_| file.inside.is_empty());
        return sink(Item::Page(Box::new(Page::filed(chunks.text, url, place, known_as))));
    }
    let read = match format {
        Format::PageDump => page_dump::read(&chunks.text).map(|article| (article, None)),
        Format::Markdown => markdown::read(&chunks.text, file.name, &options.map),
        _ => text::read(&chunks.text, file.name, options.section_from_folder).map(|article| (article, None)),
    };
    match read.and_then(|(article, note)| Ok((fit(article)?, note))) {
        Ok((mut article, note)) => {
            file.name_by_place(&mut article, format);
            let place = Place { source: file.told.to_owned(), offset: 0, line: Some(1) };
            sink(Item::Article { article: Box::new(article), format, place, around, original: None })?;
            note.map_or(ControlFlow::Continue(()), |reason| refuse(file, &chunks, reason, sink))
        }
        Err(reason) => refuse(file, &chunks, reason, sink),
    }
}

/// A file that is one document and holds any number of articles.
fn document(
    mut chunks: Chunks<impl Read>,
    file: &File<'_>,
    format: Format,
    options: &ReadOptions,
    progress: &Progress,
    around: Option<Arc<str>>,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let most = options.largest.unwrap_or(LARGEST_FILE);
    let base = options.url.as_deref().filter(|_| file.inside.is_empty());
    chunks.fill(LARGEST_DOCUMENT);
    let text = chunks.text.as_str();
    let is_held = OnceCell::new();
    let mut is_silent = true;
    let mut counted = (0, 1);
    let mut emit = |at: Range<usize>, article: Result<Article, Reason>| {
        is_silent = false;
        counted = if at.start < counted.0 { (0, 1) } else { counted };
        counted.1 += text[counted.0..at.start].bytes().filter(|byte| *byte == b'\n').count() as u64;
        counted.0 = at.start;
        let place = Place { source: file.told.to_owned(), offset: at.start as u64, line: Some(counted.1) };
        match article.and_then(|article| fit_in(article, at.len(), most)) {
            Ok(article) => {
                let (article, around) = (Box::new(article), around.clone());
                sink(Item::Article { article, format, place, around, original: None })
            }
            // Where only a part has been read, that it breaks off is no news.
            Err(reason) if !chunks.ended && matches!(reason.code, "truncated" | "bad_json" | "bad_xml") => {
                ControlFlow::Continue(())
            }
            Err(reason) => {
                // A piece may begin behind what says so: in a document that holds anything back, each may.
                let is_held = *is_held.get_or_init(|| held::may_be_held(text.as_bytes()));
                let reason = reason.held(is_held);
                if reason.code == "passed_over" {
                    progress.set_aside.fetch_add(1, Ordering::Relaxed);
                }
                sink(Item::Reject { place, reason, copy: copy_of(&text.as_bytes()[at]) })
            }
        }
    };
    match format {
        Format::Feed => feed::read(text, base, &mut emit),
        Format::Sitemap => sitemap::read(text, &mut emit),
        Format::NewsMl => newsml::read(text, &mut emit),
        _ => nitf::read(text, &mut emit),
    }?;
    match chunks.broken {
        Some(kind) => refuse(file, &chunks, Reason::breaks_off(kind), sink),
        None if !chunks.ended => {
            let detail =
                "more than 64 MiB in one document, or it never ends; what is whole in the beginning has been read";
            refuse(file, &chunks, Reason::new("too_large", detail), sink)
        }
        None if is_silent => refuse(file, &chunks, Reason::new("no_article", NOTHING), sink),
        None => ControlFlow::Continue(()),
    }
}

enum Records {
    Json(json::Reader),
    Csv(csv::Reader),
    Reuters,
}

impl Records {
    /// May a piece that was not read be one that is not to be shown, by itself or by what stands before it?
    fn may_be_held(&self, piece: &str, options: &ReadOptions) -> bool {
        let by_others = match self {
            Records::Json(reader) => reader.is_held(),
            Records::Csv(reader) => reader.may_be_held(piece, options),
            Records::Reuters => false,
        };
        by_others || held::may_be_held(piece.as_bytes())
    }
}

/// A file that holds many articles.
fn many(
    mut chunks: Chunks<impl Read>,
    file: &File<'_>,
    format: Format,
    options: &ReadOptions,
    around: Option<Arc<str>>,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let mut records = match format {
        Format::Json | Format::Ninjs => Records::Json(json::Reader::new(options.is_lines)),
        Format::Csv => Records::Csv(csv::Reader::default()),
        _ => Records::Reuters,
    };
    let most = options.largest.unwrap_or(LARGEST_RECORD);
    let mut wanted = CHUNK;
    let mut is_silent = true;
    // What stands before the first row; it goes with the first row that is refused, which says nothing without it.
    let mut head: Option<String> = None;
    let mut unread = options.unread.as_ref().filter(|_| matches!(records, Records::Json(_)));
    loop {
        chunks.fill_meanwhile(wanted);
        if let Some(unread) = unread.take() {
            let keys = json::unread(&chunks.text, &options.map);
            unread.lock().unwrap_or_else(PoisonError::into_inner).extend(keys);
        }
        chunks.paused = false;
        // What stands before the place where a text breaks off is whole; what stands at it may have gone on.
        let (text, ended) = (chunks.text.as_str(), chunks.ended && chunks.broken.is_none());
        let mut counted = (0, chunks.line);
        let mut emit = |at: Range<usize>, article: Result<Article, Reason>| {
            is_silent = false;
            let before = text.get(counted.0..at.start).unwrap_or_default();
            counted = (at.start, counted.1 + before.bytes().filter(|byte| *byte == b'\n').count() as u64);
            if head.is_none() {
                head = Some(text[..at.start].to_owned()).filter(|head| format == Format::Csv && head.len() <= HEAD);
                head.get_or_insert_default();
            }
            let offset = chunks.offset + at.start as u64;
            let place = Place { source: file.told.to_owned(), offset, line: Some(counted.1) };
            match article.and_then(|article| fit_in(article, at.len(), most)) {
                Ok(mut article) => {
                    file.name_by_collection(&mut article, format);
                    let (article, around) = (Box::new(article), around.clone());
                    sink(Item::Article { article, format, place, around, original: None })
                }
                Err(reason) => {
                    let mut copy = head.as_mut().map(std::mem::take).unwrap_or_default().into_bytes();
                    copy.extend_from_slice(&text.as_bytes()[at.start..at.end.min(at.start + REJECT_COPY)]);
                    copy.truncate(REJECT_COPY);
                    sink(Item::Reject { place, reason, copy })
                }
            }
        };
        let taken = match &mut records {
            Records::Json(reader) => reader.read(text, ended, &options.map, &mut emit),
            Records::Csv(reader) => reader.read(text, ended, options, &mut emit),
            Records::Reuters => reuters::read(text, ended, &mut emit),
        };
        let taken = match taken {
            ControlFlow::Continue(taken) => taken,
            ControlFlow::Break(()) => return ControlFlow::Break(()),
        };
        if chunks.ended {
            chunks.advance(taken);
            break;
        }
        // What is not finished is looked at again together with what follows.
        if taken == 0 && text.len() > most {
            emit(0..text.len(), Err(too_large(most).held(records.may_be_held(text, options))))?;
            pass_over(&mut chunks);
            wanted = CHUNK;
            continue;
        }
        wanted = match taken {
            0 if text.len() < wanted => wanted,
            0 => (wanted.max(text.len()) * 2).min(most.saturating_add(CHUNK)),
            _ => CHUNK,
        };
        chunks.advance(taken);
        wanted = wanted.max(chunks.text.len() + CHUNK / 2);
    }
    match chunks.broken {
        Some(kind) => {
            // What may have gone on where the file breaks off.
            let copy = copy_of(chunks.text.as_bytes());
            let place = Place { source: file.told.to_owned(), offset: chunks.offset, line: Some(chunks.line) };
            let reason = Reason::breaks_off(kind).held(records.may_be_held(&chunks.text, options));
            sink(Item::Reject { place, reason, copy })
        }
        None if is_silent => refuse(file, &chunks, Reason::new("no_article", NOTHING), sink),
        None => ControlFlow::Continue(()),
    }
}

/// Lets go of what is too large, to the end of its line, however far that is.
fn pass_over(chunks: &mut Chunks<impl Read>) {
    chunks.advance(chunks.text.len());
    while !chunks.ended {
        chunks.fill(1);
        match chunks.text.find('\n') {
            Some(end) => return chunks.advance(end + 1),
            None => chunks.advance(chunks.text.len()),
        }
    }
}
