//! What is answered about the versions of an article.

use serde::Serialize;
use utoipa::ToSchema;

use crate::article::ArticleId;

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct VersionLine {
    pub version: u32,
    /// When it came in.
    pub stored: jiff::Timestamp,
    /// The provider's own number.
    pub provider_version: Option<u64>,
    /// When it was changed, as it says itself.
    pub modified: Option<jiff::Timestamp>,
    /// The run of the ledger that brought it.
    pub run: u64,
    /// Answers show this one.
    pub current: bool,
    pub status: VersionStatus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum VersionStatus {
    Shown,
    /// Not to be shown yet, or by itself not at all.
    Withheld,
    /// A kill, or something that a kill has cancelled.
    Killed,
}

/// What is different between two versions of an article.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DifferenceAnswer {
    pub id: ArticleId,
    pub from: VersionLine,
    pub to: VersionLine,
    pub headline: Vec<Piece>,
    pub lead: Vec<Piece>,
    /// In the order of the newer text; what was deleted stands where it stood.
    pub body: Vec<Passage>,
    /// The other fields that are not the same.
    pub fields: Vec<FieldChange>,
    /// Of the newer text. For the page, not the API.
    #[serde(skip)]
    pub lang: Option<String>,
    /// All there are. For the page, not the API.
    #[serde(skip)]
    pub versions: Vec<VersionLine>,
}

/// A paragraph, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Passage {
    pub kind: Change,
    pub pieces: Vec<Piece>,
}

/// Some words of a text; without those inserted they are the older text, without those deleted the newer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Piece {
    pub kind: Change,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    Same,
    Deleted,
    Inserted,
    /// A paragraph of which only some words are not the same.
    Edited,
}

/// The values of one field, in both versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldChange {
    pub name: &'static str,
    pub from: Vec<String>,
    pub to: Vec<String>,
}

/// A page as it came, whatever it holds. Nobody here vouches for it.
#[derive(Clone, Debug)]
pub struct OriginalPage {
    pub id: ArticleId,
    pub version: u32,
    pub page: Vec<u8>,
}
