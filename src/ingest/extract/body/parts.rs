//! The words of `index/page-parts.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Default, Deserialize)]
pub(super) struct Parts {
    pub(super) caption: Vec<String>,
    pub(super) beside: Vec<String>,
    pub(super) comments: Vec<String>,
    pub(super) perhaps: Vec<String>,
    pub(super) body: Vec<String>,
    pub(super) leads_away: Vec<String>,
    pub(super) said_alone: Vec<String>,
    pub(super) networks: Vec<String>,
    pub(super) newsletters: Vec<String>,
    pub(super) shop: Vec<String>,
    pub(super) invites: Vec<String>,
    pub(super) adverts: Vec<String>,
    pub(super) goes_on: Vec<String>,
    pub(super) minutes: Vec<String>,
    pub(super) reading: Vec<String>,
}

/// A table that cannot be read would give no hints; a test reads it.
pub(super) static PARTS: LazyLock<Parts> =
    LazyLock::new(|| toml::from_str(include_str!("../../../../index/page-parts.toml")).unwrap_or_default());
