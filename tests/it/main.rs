//! The integration tests: one binary, the real program, real data.

mod archive;
mod server;

mod ingest;
mod scenarios;
mod search;
