//! Web archives: WARC and ARC, plain, with a gzip member a record, or zstd. Of their records only pages that were found
//! are articles; when a crawler took a page is never when it was published.

mod members;
mod record;
mod response;
mod source;

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::ControlFlow;

use self::record::Header;
use self::response::NoPage;
use self::source::{Line, Source};
use super::page::Page;
use super::{Item, Place, Reason, Sink, copy_of};

pub(in crate::ingest) use members::{DICTIONARY, Packing, peek};

/// A page, unpacked.
const LARGEST_PAGE: usize = 16 << 20;

/// A record that may hold a page, with the HTTP headers and as the server packed it.
const LARGEST_RECORD: usize = LARGEST_PAGE + (1 << 20);

/// Header lines of a record.
const FIELDS: usize = 256;

/// Does a text begin as a web archive does?
pub(in crate::ingest) fn looks_like(head: &[u8]) -> bool {
    head.starts_with(b"WARC/") || head.starts_with(b"filedesc:")
}

/// Reads an archive as far as it goes. Returns how many records were passed over: they are counted in one reject at the
/// end.
pub(in crate::ingest) fn read(
    stream: impl Read,
    packing: Packing,
    name: &str,
    sink: &mut Sink<'_>,
) -> ControlFlow<(), u64> {
    let mut reading =
        Reading { source: Source::new(stream, packing), name, sink, passed_over: BTreeMap::new(), arc: None };
    reading.records()?;
    reading.tell_passed_over()
}

struct Reading<'a, 's, R: Read> {
    source: Source<R>,
    name: &'a str,
    sink: &'a mut Sink<'s>,
    /// What is no page, and how often it came.
    passed_over: BTreeMap<String, u64>,
    /// The version of ARC, if this is one.
    arc: Option<u8>,
}

/// What comes next.
enum Next {
    Record(Header),
    /// A line where a record should begin.
    Lost,
    End,
}

impl<R: Read> Reading<'_, '_, R> {
    fn records(&mut self) -> ControlFlow<()> {
        let mut is_lost = false;
        loop {
            let offset = self.source.offset();
            let next = self.next();
            match next {
                Ok(Next::End) => return ControlFlow::Continue(()),
                Ok(Next::Record(header)) if header.length.is_none() => {
                    is_lost = true;
                    self.reject(offset, Reason::new("bad_record", "the header does not say how long the record is"))?;
                }
                Ok(Next::Record(header)) => {
                    is_lost = false;
                    if let Err(error) = self.record(header, offset)? {
                        self.damaged(offset, &error)?;
                        is_lost = true;
                    }
                }
                Ok(Next::Lost) if is_lost => {}
                Ok(Next::Lost) => {
                    is_lost = true;
                    self.reject(
                        offset,
                        Reason::new("bad_record", "no record begins here; the next one is looked for"),
                    )?;
                }
                Err(error) => {
                    let is_too_large = error.kind() == io::ErrorKind::FileTooLarge;
                    if !std::mem::replace(&mut is_lost, true) || is_too_large {
                        self.reject(offset, damage(&error))?;
                    }
                    if is_too_large || !self.source.skip_damage() {
                        return ControlFlow::Continue(());
                    }
                }
            }
        }
    }

    fn damaged(&mut self, offset: u64, error: &io::Error) -> ControlFlow<()> {
        self.reject(offset, damage(error))?;
        let goes_on = error.kind() != io::ErrorKind::FileTooLarge && self.source.skip_damage();
        // A plain archive that has ended says so when it is read on.
        if goes_on { ControlFlow::Continue(()) } else { self.end() }
    }

    /// Nothing more can be read: what follows finds the end.
    fn end(&mut self) -> ControlFlow<()> {
        self.source.close();
        ControlFlow::Continue(())
    }

    fn next(&mut self) -> io::Result<Next> {
        self.source.line_ends()?;
        let line = match self.source.line()? {
            Line::Text(line) => String::from_utf8_lossy(&line).into_owned(),
            Line::TooLong => return Ok(Next::Lost),
            Line::End => return Ok(Next::End),
        };
        if line.starts_with("filedesc:") || self.arc.is_some() {
            return Ok(self.arc_header(&line).map_or(Next::Lost, Next::Record));
        }
        if !line.starts_with("WARC/") {
            return Ok(Next::Lost);
        }
        self.warc_header().map(Next::Record)
    }

    fn warc_header(&mut self) -> io::Result<Header> {
        let mut header = Header::default();
        for _ in 0..FIELDS {
            match self.source.line()? {
                Line::Text(line) if line.is_empty() => return Ok(header),
                Line::Text(line) => header.field(&String::from_utf8_lossy(&line)),
                Line::TooLong => {}
                Line::End => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
        Err(io::ErrorKind::InvalidData.into())
    }

    fn arc_header(&mut self, line: &str) -> Option<Header> {
        if self.arc.is_none() {
            // The first block says the version: the first of its digits; both versions write its own header alike but for
            // the number of fields.
            self.arc = Some(if line.split(' ').count() > 5 { 2 } else { 1 });
        }
        Header::arc(line, self.arc.unwrap_or(1))
    }

    /// Reads the block of a record, and hands on the page in it. An inner error: the block cannot be read.
    fn record(&mut self, header: Header, offset: u64) -> ControlFlow<(), io::Result<()>> {
        let length = header.length.unwrap_or_default();
        let may_be_page = matches!(header.kind.as_str(), "response" | "resource") && is_of_the_web(&header.url);
        let most = if may_be_page { LARGEST_RECORD } else { 0 };
        let block = match self.source.content(length, most).and_then(|block| self.source.end_record().map(|()| block)) {
            Ok(block) => block,
            Err(error) => return ControlFlow::Continue(Err(error)),
        };
        if !may_be_page {
            self.pass_over(kind_of(&header));
            return ControlFlow::Continue(Ok(()));
        }
        let Some(block) = block else {
            let reason = Reason::new("too_large", format!("a record of {length} bytes; a page may have 16 MiB"));
            return self.reject(offset, reason).map_continue(Ok);
        };
        self.page(header, &block, offset).map_continue(Ok)
    }

    fn page(&mut self, header: Header, block: &[u8], offset: u64) -> ControlFlow<()> {
        let is_http = |kind: &str| kind.to_ascii_lowercase().starts_with("application/http");
        let bare =
            header.kind == "resource" || self.arc.is_none() && !header.content_type.as_deref().is_none_or(is_http);
        let found = if bare && !block.starts_with(b"HTTP/") {
            response::resource(header.content_type.as_deref(), block)
        } else {
            response::page(block)
        };
        match found {
            Ok(page) => {
                let place = Place { source: self.name.to_owned(), offset, line: None };
                let page = Page::captured(page.bytes, page.charset, header.url, header.captured, place);
                (self.sink)(Item::Page(Box::new(page)))
            }
            Err(NoPage::TooLarge) => {
                self.reject_block(offset, Reason::new("too_large", "the page unpacks to more than 16 MiB"), block)
            }
            Err(NoPage::Garbled) => {
                let reason = Reason::new("bad_record", format!("{}: this is no HTTP response", header.url));
                self.reject_block(offset, reason, block)
            }
            Err(NoPage::Status(status)) => {
                self.pass_over(format!("of status {status}"));
                ControlFlow::Continue(())
            }
            Err(NoPage::Type(kind)) => {
                self.pass_over(format!("of type {kind}"));
                ControlFlow::Continue(())
            }
        }
    }

    /// Kinds are the archive's own words: there are few of them, or it is a strange archive.
    fn pass_over(&mut self, what: String) {
        let what = if self.passed_over.len() < 32 { what } else { "of other kinds".to_owned() };
        *self.passed_over.entry(what).or_default() += 1;
    }

    fn tell_passed_over(&mut self) -> ControlFlow<(), u64> {
        let count: u64 = self.passed_over.values().sum();
        if count > 0 {
            let kinds: Vec<String> = self.passed_over.iter().map(|(what, count)| format!("{count} {what}")).collect();
            let records = if count == 1 { "record is no page" } else { "records are no pages" };
            let detail = format!("{count} {records}: {}", kinds.join(", "));
            self.reject(0, Reason::new("passed_over", detail))?;
        }
        ControlFlow::Continue(u64::from(count > 0))
    }

    fn reject(&mut self, offset: u64, reason: Reason) -> ControlFlow<()> {
        self.reject_block(offset, reason, &[])
    }

    fn reject_block(&mut self, offset: u64, reason: Reason, block: &[u8]) -> ControlFlow<()> {
        let place = Place { source: self.name.to_owned(), offset, line: None };
        (self.sink)(Item::Reject { place, reason, copy: copy_of(block) })
    }
}

fn is_of_the_web(url: &str) -> bool {
    url.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"))
}

fn kind_of(header: &Header) -> String {
    match header.kind.as_str() {
        "response" | "resource" => "of addresses that are not http".to_owned(),
        "" => "of no type".to_owned(),
        kind => format!("of kind {}", kind.chars().take(40).collect::<String>()),
    }
}

fn damage(error: &io::Error) -> Reason {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Reason::new("truncated", "the archive breaks off within this record"),
        io::ErrorKind::FileTooLarge => {
            Reason::new("too_large", "the archive unpacks out of all proportion; it is read no further")
        }
        _ => Reason::new("damaged", "this record is damaged; reading goes on at the next one"),
    }
}

#[cfg(test)]
mod tests;
