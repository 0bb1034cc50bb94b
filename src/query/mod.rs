//! ASK: the query language. Text in, tree and advice out. Pure: no engine, no HTTP, no SQL, no clock but the one
//! passed in. Parsing never panics, and `parse(print(q))` is `q`.

pub mod ast;
pub mod fields;

mod dialects;

mod text;

mod lexer;

mod parser;

mod regex;
mod terms;

mod asked;
mod values;

pub mod dates;

mod print;

pub mod advice;

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod documentation;
#[cfg(test)]
mod promise;
#[cfg(test)]
mod round_trip;

pub use parser::parse;
pub use print::print;

/// What a query is read against.
#[derive(Clone, Debug)]
pub struct Context {
    pub mode: Mode,
    /// Dates are read in this zone.
    pub tz: TimeZone,
    /// What `when:7d` counts back from.
    pub now: Timestamp,
    pub bounds: Bounds,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Words are ANDed.
    #[default]
    All,
    /// Plain words are ORed.
    Any,
}

/// How large a query may be.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub bytes: usize,
    pub leaves: usize,
    pub depth: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { bytes: 16 * 1024, leaves: 1024, depth: 32 }
    }
}

/// A query, read: the tree and everything there is to say about the reading.
#[derive(Clone, Debug)]
pub struct Reading {
    pub query: ast::Node,
    /// Fully parenthesised, with explicit operators; reading it again gives the same tree.
    pub canonical: String,
    /// Inform and never refuse.
    pub notes: Vec<Advice>,
    /// Something was not read as written: an error in strict mode.
    pub warnings: Vec<Advice>,
    /// Relative dates, and what they became.
    pub resolved: BTreeMap<String, String>,
}

/// A note, a warning or an error: what, where, and a way out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Advice {
    pub code: &'static str,
    pub message: String,
    /// Characters of the input, from (inclusive) to (exclusive).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<[usize; 2]>,
    /// The request parameter it is about, where that is not `q`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
