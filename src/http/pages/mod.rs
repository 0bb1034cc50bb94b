//! The pages: what a reader sees. A page is a struct plus a template; the struct is made by a pure function from an
//! answer and the address it answers, so that every page can be drawn from a made-up answer. Answers come from
//! `search`; nothing here asks the engine or the store.

mod about;
mod address;
mod advice;
mod article;
mod asked;
mod assets;
mod beside;
mod chart;
mod citation;
mod clauses;
mod codes;
mod compare;
mod copies;
mod dates;
mod docs;
mod error;
mod facets;
mod filters;
mod frame;
mod help;
mod hits;
mod home;
mod lines;
mod mentions;
mod narrowing;
mod nearby;
mod opensearch;
mod search;
mod series;
mod status;
mod terms;
mod values;
mod wording;

#[cfg(test)]
pub(super) mod made_up;

pub(super) use about::about;
pub(super) use article::article;
pub(super) use assets::assets;
pub(super) use beside::beside;
pub(super) use citation::{citation, cite, to_cite};
pub(super) use codes::{codes, of_rejects};
pub(super) use compare::compare;
pub(super) use docs::docs;
pub(super) use error::error_page;
pub(super) use help::help;
pub(super) use home::home;
pub(super) use mentions::mentions;
pub(super) use opensearch::opensearch;
pub(super) use search::search;
pub(super) use status::status;
pub(super) use terms::terms;
pub(super) use values::facet_values;
