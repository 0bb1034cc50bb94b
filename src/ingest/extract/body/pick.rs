//! What the extraction crate takes of a page: the pieces of text by their ids, so that it can be laid over our own reading.

use std::collections::HashSet;

use dom_query::{Document, NodeId};
use dom_smoothie::{Config, Readability};

/// Elements above which the crate is not asked.
const MOST: usize = 100_000;

pub(super) fn picked(document: &Document) -> HashSet<NodeId> {
    let config = Config { disable_json_ld: true, max_elements_to_parse: MOST, ..Config::default() };
    let Ok(mut readability) = Readability::with_document(document.clone(), None, Some(config)) else {
        return HashSet::new();
    };
    if readability.parse().is_err() {
        return HashSet::new();
    }
    let page = readability.doc.select_single("#readability-page-1");
    page.nodes()
        .iter()
        .flat_map(|node| node.descendants_it())
        .filter(|node| node.is_text())
        .map(|node| node.id)
        .collect()
}
