//! ANSWER: one request in, one answer out.
//!
//! A search waits for its turn, and ends early where whoever asked has gone; reads the query; chooses the snapshot; lets the
//! engine find, count and sort; fetches the text of the hits from the store; marks what matched; and says what it did: how
//! the query was read and what each part of it comes to, and where nothing was found, what would be.

pub mod answer;
pub mod request;

pub mod ledger;
pub mod status;
mod taking_back;

mod archive;
mod article;
mod pool;
mod readiness;
mod turns;

mod measured;
mod plan;
mod snapshots;

mod export;

mod citations;

mod about;
mod compare;
mod mentions;
mod reach;
mod related;
mod terms;
mod typing;

mod significance;
mod vocabulary;

mod explain;
mod rewrite;
mod suggest;

mod difference;
mod excerpt;
mod held;
mod highlight;
mod hits;
mod hydrate;
mod silence;
mod timeline;

mod cursor;

pub use archive::Archive;
pub use citations::{CitationRequest, CiteBounds, Kept};
pub use compare::MOST_COMPARED;
pub use excerpt::first_words;
pub use export::Export;
pub use highlight::escape;
pub use measured::Surroundings;
pub use pool::on_behalf_of;
pub use readiness::{IndexState, Readiness};
pub use taking_back::{Purged, UndoneRun};

pub use crate::engine::Caller;
