//! The files of `static/`, held in the program. Each is served under an address that names the content, to be kept
//! for ever, and under its plain name, to be asked for again. What is in them for who writes them is not sent.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::http::compressed;
use crate::http::problem::Problem;

struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

const ASSETS: [Asset; 4] = [
    Asset {
        name: "broadsheet.css",
        content_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../../../static/broadsheet.css"),
    },
    Asset {
        name: "pages.css",
        content_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../../../static/pages.css"),
    },
    Asset {
        name: "app.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../../static/app.js"),
    },
    Asset { name: "icon.svg", content_type: "image/svg+xml", bytes: include_bytes!("../../../static/icon.svg") },
];

/// Names this build's assets: it changes when any of them does.
static EDITION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = blake3::Hasher::new();
    for asset in &ASSETS {
        hasher.update(asset.bytes);
    }
    hasher.finalize().to_hex()[..12].to_owned()
});

impl Asset {
    fn sent(&self) -> String {
        lean(&String::from_utf8_lossy(self.bytes))
    }
}

/// Without indentation, empty lines and comments that have a line of their own. No text of ours goes over several lines.
fn lean(text: &str) -> String {
    let is_comment = |line: &str| line.starts_with("//") || line.starts_with("/*") && line.ends_with("*/");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The routes under `/static`.
pub(in crate::http) fn assets<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/static/{edition}/{name}", get(lasting)).route(
        "/static/{name}",
        get(async |Path(name): Path<String>, headers: HeaderMap| serve(&name, &headers, false)),
    )
}

/// The address of an asset that may be kept for ever.
pub(super) fn url(name: &str) -> String {
    format!("/static/{}/{name}", *EDITION)
}

/// An address from an older or newer build still answers, but is not kept.
async fn lasting(Path((edition, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    serve(&name, &headers, edition == *EDITION)
}

fn serve(name: &str, headers: &HeaderMap, lasting: bool) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return Problem::new(StatusCode::NOT_FOUND, "not_found", "there is no file of this name here").into_response();
    };
    let etag = format!("\"{}\"", *EDITION);
    let given = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let known = compressed::known(given, &etag);
    let cache = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
    let about = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, cache),
        (header::ETAG, known.as_deref().unwrap_or(&etag)),
    ];
    if known.is_some() {
        (StatusCode::NOT_MODIFIED, about).into_response()
    } else {
        (about, asset.sent()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    async fn get(path: &str, etag: &str) -> Response {
        let request = Request::get(path).header(header::IF_NONE_MATCH, etag).body(Body::empty()).unwrap();
        assets::<()>().oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn an_address_that_names_the_content_is_kept_for_ever() {
        let response = get(&url("broadsheet.css"), "").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
        assert!(response.headers()[header::CACHE_CONTROL].to_str().unwrap().ends_with("immutable"));
    }

    #[test]
    fn what_is_sent_is_what_is_read_by_machines() {
        assert_eq!(
            lean("/* About */\na { b: c; } /* why */\n\n  // also\n    d('//e');\n"),
            "a { b: c; } /* why */\nd('//e');\n"
        );
        for asset in &ASSETS {
            let text = std::str::from_utf8(asset.bytes).unwrap();
            let open = text
                .lines()
                .find(|line| line.matches('`').count() % 2 == 1 || line.contains("/*") != line.contains("*/"));
            assert_eq!(open, None, "{}: a text or a comment goes over several lines", asset.name);
        }
    }

    #[tokio::test]
    async fn other_addresses_are_asked_again() {
        for path in ["/static/app.js", "/static/000000000000/app.js"] {
            let response = get(path, "").await;
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache", "{path}");
        }
    }

    #[tokio::test]
    async fn what_the_client_holds_is_not_sent_again() {
        let etag = get("/static/app.js", "").await.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(get("/static/app.js", &format!("\"x\", W/{etag}")).await.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(get("/static/app.js", "\"x\"").await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn an_unknown_name_is_not_found() {
        assert_eq!(get("/static/secret", "").await.status(), StatusCode::NOT_FOUND);
    }
}
