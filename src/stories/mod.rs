//! SAME: which articles tell one story in the same words. Copies, exact and near, by the rule of docs/stories.md.
//!
//! Two articles are alike or not by their sketches alone, whatever else the archive holds; so the stories are the same
//! in whatever order articles came. Pure: where sketches are kept and how alike ones are found is the store's business.

mod alike;
mod apart;
mod meeting;
mod sample;
mod sketch;
mod topic;

pub use alike::alike;
pub use apart::strangers;
pub use meeting::{Class, EACH, Parts, WHOLE, classes, meets, parts, parts_needed};
pub use sketch::Sketch;

/// Changes whenever a sketch or the rule does: what is kept under another one is made anew.
pub const RULE: u32 = 4;
