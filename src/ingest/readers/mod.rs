//! One format, one file. A reader takes a text and hands on its articles.

pub(super) mod page_dump;

pub(super) mod columns;
pub(super) mod csv;
pub(super) mod json;
mod repair;

pub(super) mod reuters;

pub(super) mod markdown;
pub(super) mod text;
