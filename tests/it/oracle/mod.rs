//! Whether the engine finds what the language says: against an oracle that tries everything, and against the laws of logic.
//!
//! [`corpus`] makes the articles and the index, [`plain`] the lists of words the oracle reads. [`evaluator`] is the oracle,
//! with [`span`], [`word`] and [`values`]; [`examples`] of it were worked out by hand. [`generator`] draws queries and
//! [`agreement`] compares the answers; [`shrink`] makes the telling queries small. [`laws`] asks the engine alone.

mod corpus;
mod odd;
mod plain;

mod evaluator;
mod examples;
mod regex;
mod span;
mod values;
mod word;

mod generator;
mod typed;

mod agreement;
mod shrink;

mod laws;
