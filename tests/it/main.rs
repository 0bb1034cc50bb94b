//! The integration tests: one binary, the real program, real data.

// A test ends where something is not as it should be.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archive;
mod exposition;
mod made_up;
mod sending;
mod server;
mod wire;

mod backup;
mod bodies;
mod check;
mod citations;
mod collapse;
mod copies;
mod crash;
mod crowds;
mod description;
mod doors;
mod draining;
mod explain;
mod exploring;
mod export;
mod extraction;
mod facets;
mod faults;
mod feeds;
mod forms;
mod hostile;
mod index;
mod ingest;
mod ledger;
mod live;
mod logs;
mod manual;
mod metrics;
mod opening;
mod operation;
mod oracle;
mod pages;
mod pages_read;
mod paging;
mod reading;
mod refusals;
mod relevance;
mod rooms;
mod rounds;
mod scenarios;
mod search;
mod soak;
mod spans;
#[cfg(feature = "otel")]
mod spans_sent;
mod status;
mod storage;
mod stored;
mod stories;
mod streams;
mod suggestions;
mod tables;
mod taking_back;
mod timelines;
mod versions;
mod watch;
mod wires;
