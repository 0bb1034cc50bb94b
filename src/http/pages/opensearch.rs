//! `/opensearch.xml`: how a browser adds the archive to its search engines (OpenSearch 1.1).

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::assets;
use crate::http::question::Question;

#[derive(Template)]
#[template(path = "opensearch.xml", whitespace = "preserve")]
struct OpenSearch {
    root: String,
    icon: String,
}

pub(in crate::http) async fn opensearch(question: Question) -> Response {
    // Into memory: nothing in it can fail.
    let page = OpenSearch { root: question.root(), icon: assets::url("icon.svg") }.render().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/opensearchdescription+xml; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, page).into_response()
}
