//! broadsheet: full-text search over a news corpus.
//!
//! Read the modules in this order and you follow an article in and a query out. ARCHITECTURE.md draws the same way.

// HOW IT GOES: what is counted and measured, for those who watch over the program.
pub mod metering;
// WHAT: an article and its dates, source and status, as every room knows them.
pub mod article;
// WHO: the same article read again, from wherever, is the same article.
pub mod identity;
// IN: files, folders and archives become articles; what cannot be read becomes a reject.
pub mod ingest;

// SAME: copies, exact and near, of one story.
pub mod stories;
// KEEP: SQLite, the truth. Articles with all their versions, the change log, the ledger of runs and rejects.
pub mod store;

// IN, BY ITSELF: files laid into watched folders.
pub mod watch;

// IN, BY ITSELF: what feeds bring, and the pages that their items link to.
pub mod fetch;

// What a word is: segmentation, folding, stems, compounds, sentence ends, in any script.
pub mod analysis;
// "Did you mean".
pub mod nearest;
// ASK: the query language. Text in, tree and advice out.
pub mod query;

// FIND: the seam to the index, and the engine behind it.
pub mod engine;
// Changes of the store into the index, and which index is the live one.
pub mod sync;

// ANSWER: one request in, one answer out.
pub mod search;

// WHO MAY: keys to the doors.
pub mod access;
// DOOR: HTTP, the API and the pages.
pub mod http;

// Work that gives way to answers.
pub mod background;

// What the configuration file says.
pub mod config;

// STAFF: the commands.
pub mod cli;
