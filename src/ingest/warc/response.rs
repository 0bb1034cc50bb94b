//! The page in an HTTP response: status, type, and what it was sent packed in.

use std::io::Read;

use super::LARGEST_PAGE;

/// A page, unpacked, and the encoding its server names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) bytes: Vec<u8>,
    pub(super) charset: Option<String>,
}

/// Why a response is no page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NoPage {
    Status(u16),
    /// Of another type.
    Type(String),
    /// No HTTP response at all.
    Garbled,
    TooLarge,
}

/// What headers say.
#[derive(Default)]
struct Head {
    kind: Option<String>,
    chunked: bool,
    encodings: Vec<String>,
}

/// Headers of a response, at most.
const HEADERS: usize = 256;

/// The page of a whole HTTP response.
pub(super) fn page(block: &[u8]) -> Result<Page, NoPage> {
    let (status, head, body) = split(block).ok_or(NoPage::Garbled)?;
    if status != 200 {
        return Err(NoPage::Status(status));
    }
    let body = if head.chunked { unchunked(&block[body..]) } else { block[body..].to_vec() };
    of_type(head.kind.as_deref(), &head.encodings, body)
}

/// A page without an HTTP response around it.
pub(super) fn resource(kind: Option<&str>, bytes: &[u8]) -> Result<Page, NoPage> {
    of_type(kind, &[], bytes.to_vec())
}

fn of_type(kind: Option<&str>, encodings: &[String], body: Vec<u8>) -> Result<Page, NoPage> {
    let named = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !matches!(named.as_str(), "text/html" | "application/xhtml+xml" | "") {
        return Err(NoPage::Type(named));
    }
    let bytes = encodings.iter().rev().try_fold(body, |body, encoding| unpacked(body, encoding))?;
    if named.is_empty() && !looks_like_html(&bytes) {
        return Err(NoPage::Type("none".to_owned()));
    }
    Ok(Page { bytes, charset: kind.and_then(charset) })
}

fn looks_like_html(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(512)]).trim_start().to_ascii_lowercase();
    ["<!doctype html", "<html", "<head"].iter().any(|mark| start.starts_with(mark))
}

/// The status, what the headers say, and where the body begins. Crawlers keep what servers sent, and servers send worse
/// headers than any parser takes: a wrong one is passed over.
fn split(block: &[u8]) -> Option<(u16, Head, usize)> {
    let version = block.iter().take(16).position(|byte| *byte == b' ')?;
    if matches!(&block[..version], b"HTTP/2" | b"HTTP/2.0" | b"HTTP/3" | b"HTTP/3.0") {
        // Crawlers write what came over these as if it had been text.
        let (status, head, body) = split(&[b"HTTP/1.1", &block[version..]].concat())?;
        return Some((status, head, body + version - b"HTTP/1.1".len()));
    }
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let mut config = httparse::ParserConfig::default();
    config
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .ignore_invalid_headers_in_responses(true);
    match config.parse_response(&mut response, block) {
        Ok(httparse::Status::Complete(body)) => Some((response.code?, Head::of(response.headers), body)),
        _ => None,
    }
}

impl Head {
    fn of(headers: &[httparse::Header<'_>]) -> Head {
        let mut head = Head::default();
        for header in headers {
            let value = String::from_utf8_lossy(header.value).trim().to_owned();
            match header.name.to_ascii_lowercase().as_str() {
                "content-type" => head.kind = Some(value),
                // What is packed for the way is packed, in the order named, and cut into chunks last.
                "transfer-encoding" | "content-encoding" => {
                    let mut encodings: Vec<_> = value.split(',').map(|one| one.trim().to_ascii_lowercase()).collect();
                    head.chunked |= encodings.pop_if(|last| last == "chunked").is_some();
                    head.encodings.extend(encodings);
                }
                _ => {}
            }
        }
        head
    }
}

/// `utf-8` of `text/html; charset="utf-8"`.
fn charset(kind: &str) -> Option<String> {
    let label = kind.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    });
    label.filter(|label| !label.is_empty())
}

/// A body without its chunks. Many crawlers take the chunks away and leave the header; what is not in chunks stays as it is.
fn unchunked(body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Ok(httparse::Status::Complete((start, length))) = httparse::parse_chunk_size(rest) {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let chunk = &rest[start..rest.len().min(start.saturating_add(length))];
        whole.extend_from_slice(chunk);
        rest = &rest[start + chunk.len()..];
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
        if length == 0 {
            return whole;
        }
    }
    // What comes behind the last sound chunk came without chunks.
    whole.extend_from_slice(rest);
    whole
}

/// Unpacks a body, as far as it goes where it breaks off; what is not packed as it says stays as it is.
fn unpacked(body: Vec<u8>, encoding: &str) -> Result<Vec<u8>, NoPage> {
    let bytes = body.as_slice();
    let unpacked = match encoding {
        "gzip" | "x-gzip" => bounded(flate2::read::MultiGzDecoder::new(bytes)),
        "deflate" => match bounded(flate2::read::ZlibDecoder::new(bytes)) {
            nothing if nothing.is_empty() => bounded(flate2::read::DeflateDecoder::new(bytes)),
            page => page,
        },
        "br" => bounded(brotli::Decompressor::new(bytes, 4096)),
        "zstd" => zstd::Decoder::new(bytes).map(bounded).unwrap_or_default(),
        _ => return Ok(body),
    };
    match unpacked.len() {
        0 => Ok(body),
        length if length > LARGEST_PAGE => Err(NoPage::TooLarge),
        _ => Ok(unpacked),
    }
}

/// What comes out before anything is wrong.
fn bounded(decoder: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = decoder.take(LARGEST_PAGE as u64 + 1).read_to_end(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[track_caller]
    fn check(response: &[u8], expected: Result<&str, NoPage>) {
        let page = page(response).map(|page| String::from_utf8(page.bytes).unwrap());
        assert_eq!(page.as_deref(), expected.as_ref().map(|page| *page));
    }

    #[test]
    fn only_found_pages_of_html_are_pages() {
        check(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>a", Ok("<p>a"));
        check(b"HTTP/1.0 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>a", Err(NoPage::Status(404)));
        check(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nx", Err(NoPage::Type("image/png".into())));
        check(b"HTTP/1.1 200\r\n\r\n<!doctype html><p>a", Ok("<!doctype html><p>a"));
        check(b"HTTP/1.1 200\r\n\r\n{}", Err(NoPage::Type("none".into())));
        check(b"HTTP/2 200\r\nContent-Type: text/html\r\n\r\n<p>a", Ok("<p>a"));
        check(b"HTTP/3.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>a", Ok("<p>a"));
        check(b"<html>", Err(NoPage::Garbled));
        check(b"HTTP/1.1 200 OK\r\nBad\x01Name: x\r\nContent-Type : text/html\r\n\r\n<p>a", Ok("<p>a"));
    }

    #[test]
    fn the_encoding_is_the_one_the_server_names() {
        let response = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; Charset=\"ISO-8859-1\"\r\n\r\n";
        assert_eq!(page(response).unwrap().charset.as_deref(), Some("ISO-8859-1"));
    }

    #[test]
    fn chunks_are_joined_and_what_is_not_in_chunks_stays() {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n";
        let with = |body: &str| format!("{head}{body}").into_bytes();
        check(&with("3\r\n<p>\r\n2\r\nab\r\n0\r\n\r\n"), Ok("<p>ab"));
        check(&with("<p>never chunked"), Ok("<p>never chunked"));
        check(&with("3\r\n<p>\r\nthe rest is not"), Ok("<p>the rest is not"));
        check(&with("ff\r\n<p>cut"), Ok("<p>cut"));
    }

    #[test]
    fn packed_bodies_are_unpacked_and_wrongly_labelled_ones_kept() {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n";
        let mut packed = flate2::write::GzEncoder::new(head.as_bytes().to_vec(), flate2::Compression::fast());
        packed.write_all(b"<p>a").unwrap();
        check(&packed.finish().unwrap(), Ok("<p>a"));
        check(format!("{head}<p>plain").as_bytes(), Ok("<p>plain"));
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: gzip, chunked\r\n\r\n";
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"<p>b").unwrap();
        let body = packed.finish().unwrap();
        let length = format!("{:x}\r\n", body.len()).into_bytes();
        check(&[head.as_bytes(), &length, &body, b"\r\n0\r\n\r\n"].concat(), Ok("<p>b"));
    }

    #[test]
    fn a_packed_body_that_breaks_off_is_read_as_far_as_it_goes() {
        let text: String = (0..5000).map(|n| format!("<p>{n} ferries")).collect();
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        let mut bytes = packed.finish().unwrap();
        bytes.truncate(bytes.len() - 60);
        let page = unpacked(bytes, "gzip").unwrap();
        assert!(page.len() > text.len() / 2 && text.as_bytes().starts_with(&page), "{} bytes", page.len());
    }

    #[test]
    fn a_page_that_unpacks_without_end_is_refused() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&vec![b'a'; LARGEST_PAGE + 10]).unwrap();
        let bytes = packed.finish().unwrap();
        assert_eq!(unpacked(bytes, "gzip"), Err(NoPage::TooLarge));
    }
}
