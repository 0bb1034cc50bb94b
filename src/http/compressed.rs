//! Answers that are sent packed have ETags of their own: the same tag must mean the same bytes (RFC 9110, 8.8.3).

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

/// What a packed answer's tag ends with, within its quotes.
const PACKED: [&str; 3] = ["-gzip", "-br", "-zstd"];

/// Below this it fits into a packet as it is.
const WORTH_IT: u64 = 1024;

/// Quickly rather than tightly: most answers take less time than packing them well would.
pub(super) fn layer() -> CompressionLayer<impl Predicate> {
    let worth_it = SizeAbove::new(WORTH_IT).and(NotForContentType::new("application/gzip"));
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth_it)
}

/// Names the packing in the tag.
pub(super) async fn tag(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers();
    let tagged = headers.get(header::CONTENT_ENCODING).zip(headers.get(header::ETAG)).and_then(|(packing, tag)| {
        let tag = tag.to_str().ok()?.strip_suffix('"')?;
        HeaderValue::from_str(&format!("{tag}-{}\"", packing.to_str().ok()?)).ok()
    });
    if let Some(tagged) = tagged {
        response.headers_mut().insert(header::ETAG, tagged);
    }
    response
}

/// Of the tags that a client gave (RFC 9110, 13.1.2), the one by which it has the answer of this tag, packed or not. A
/// proxy that packs answers weakens their tags; `*` is any.
pub(super) fn known(given: &str, tag: &str) -> Option<String> {
    let mut given = given.split(',').map(|one| one.trim().trim_start_matches("W/"));
    let known = given.find(|one| *one == "*" || unpacked(one) == tag)?;
    Some(if known == "*" { tag } else { known }.to_owned())
}

/// The tag that an answer has unpacked.
fn unpacked(tag: &str) -> String {
    let Some(inside) = tag.strip_suffix('"') else { return tag.to_owned() };
    let plain = PACKED.iter().find_map(|packed| inside.strip_suffix(packed));
    plain.map_or_else(|| tag.to_owned(), |plain| format!("{plain}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_a_packed_answer_is_known_again() {
        let known = |given| known(given, "\"a\"");
        for given in ["\"a\"", "\"a-gzip\"", "\"a-zstd\""] {
            assert_eq!(known(given).as_deref(), Some(given));
        }
        assert_eq!(known("W/\"b\", W/\"a-br\"").as_deref(), Some("\"a-br\""));
        assert_eq!(known("*").as_deref(), Some("\"a\""));
        assert_eq!((known("\"b\""), known("\"a-lzma\""), known("")), (None, None, None));
    }
}
