//! broadsheet: full-text search over a news corpus.
//!
//! Read the modules in this order and you follow an article in and a query out:

pub mod article;
pub mod identity;
pub mod ingest;

pub mod store;

pub mod analysis;
pub mod nearest;
pub mod query;

pub mod engine;
pub mod sync;

pub mod search;

pub mod http;

pub mod cli;
