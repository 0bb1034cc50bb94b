//! What the extraction crate takes of a page: the pieces of text by their ids, so that it can be laid over our own reading.

use std::collections::HashSet;

use dom_query::{Document, NodeId};
use dom_smoothie::{Config, Readability};

/// Nodes, each counted once for every element around it, beyond which the crate is not asked: it looks at the text of an
/// element for each of those around it. Pages have a twentieth of this; these take half a second.
const MOST: usize = 2_000_000;

/// The document is changed by it, and gone.
pub(super) fn picked(document: Document) -> HashSet<NodeId> {
    if is_too_much(&document) {
        return HashSet::new();
    }
    let config = Config { disable_json_ld: true, ..Config::default() };
    let Ok(mut readability) = Readability::with_document(document, None, Some(config)) else {
        return HashSet::new();
    };
    if readability.parse().is_err() {
        return HashSet::new();
    }
    let page = readability.doc.select_single("#readability-page-1");
    let nodes = page.nodes().iter().flat_map(|node| node.descendants_it());
    nodes.filter(|node| node.is_text()).map(|node| node.id).collect()
}

fn is_too_much(document: &Document) -> bool {
    let links = |id: NodeId| {
        document.tree.query_node(&id, |node| (node.first_child, node.next_sibling, node.parent)).unwrap_or_default()
    };
    let (mut depth, mut sum) = (1, 0);
    let mut at = Some(document.root().id);
    while let Some(id) = at {
        sum += depth;
        if sum > MOST {
            return true;
        }
        let (first, mut next, mut parent) = links(id);
        if first.is_some() {
            depth += 1;
            at = first;
            continue;
        }
        while let (None, Some(above)) = (next, parent) {
            depth -= 1;
            (_, next, parent) = links(above);
        }
        at = next;
    }
    false
}
