//! What surrounds every page: its title, its search box and its assets; and the answer it is sent as.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::address::Address;
use super::assets;

#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) title: String,
    /// What stands in the search box.
    pub(super) q: String,
    /// Filters and settings that a new query keeps.
    pub(super) kept: Vec<(String, String)>,
    pub(super) style: String,
    /// What the front page and the results need not load.
    pub(super) more_style: Option<String>,
    pub(super) script: String,
    pub(super) icon: String,
}

impl Frame {
    /// A frame whose search box begins from nothing.
    pub(super) fn new(title: impl Into<String>) -> Frame {
        Frame {
            title: title.into(),
            q: String::new(),
            kept: Vec::new(),
            style: assets::url("broadsheet.css"),
            more_style: Some(assets::url("pages.css")),
            script: assets::url("app.js"),
            icon: assets::url("icon.svg"),
        }
    }

    /// A frame whose search box goes on from this address.
    pub(super) fn continuing(title: impl Into<String>, here: &Address) -> Frame {
        Frame { q: here.query().to_owned(), kept: here.hidden_fields(&["q"]), ..Frame::new(title) }
    }
}

/// Draws a page. Answers change with the corpus, so a page is kept only to be asked for again.
pub(super) fn send(status: StatusCode, page: &impl Template) -> Response {
    let text = match page.render() {
        Ok(text) => text,
        Err(error) => {
            tracing::error!(%error, "a page could not be drawn");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = (status, Html(text)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
