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

/// The tag that an answer has unpacked.
pub(super) fn unpacked(tag: &str) -> String {
    let Some(inside) = tag.strip_suffix('"') else { return tag.to_owned() };
    let plain = PACKED.iter().find_map(|packed| inside.strip_suffix(packed));
    plain.map_or_else(|| tag.to_owned(), |plain| format!("{plain}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_a_packed_answer_is_known_again() {
        for (tag, plain) in [("\"a-gzip\"", "\"a\""), ("\"a-zstd\"", "\"a\""), ("\"a\"", "\"a\""), ("*", "*")] {
            assert_eq!(unpacked(tag), plain);
        }
    }
}
