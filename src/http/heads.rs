//! How much a request may say before its body. What the library that reads HTTP refuses has no envelope, so its bounds are
//! further out than these.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::seen::REQUEST_ID;

/// Header lines of a request, and bytes of all of them.
pub(super) const LINES: usize = 100;
const BYTES: usize = 32 << 10;

pub(super) async fn bounded(request: Request, next: Next) -> Response {
    if are_too_large(request.headers()) {
        let detail = format!("the request has more than {LINES} headers, or more than {} KiB of them", BYTES >> 10);
        let hint = "Send fewer: cookies and headers of other services are not needed here.";
        let problem = Problem::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large", detail);
        return problem.hint(hint).into_response();
    }
    next.run(request).await
}

/// The id of the request was put there by this program.
fn are_too_large(headers: &HeaderMap) -> bool {
    let sent = || headers.iter().filter(|(name, _)| **name != REQUEST_ID);
    // Between name and value stands a colon with a space, and the end of the line behind.
    let bytes: usize = sent().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    sent().count() > LINES || bytes > BYTES
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(count: usize, length: usize) -> HeaderMap {
        let value = HeaderValue::from_bytes(&vec![b'x'; length]).unwrap();
        let mut headers = HeaderMap::new();
        for _ in 0..count {
            headers.append("x-a", value.clone());
        }
        headers.insert(REQUEST_ID, value);
        headers
    }

    #[test]
    fn headers_are_bounded_in_number_and_size_and_the_id_of_the_request_is_none_of_them() {
        assert!(!are_too_large(&headers(LINES, 9)) && are_too_large(&headers(LINES + 1, 9)));
        assert!(!are_too_large(&headers(1, BYTES - 7)) && are_too_large(&headers(1, BYTES - 6)));
    }
}
