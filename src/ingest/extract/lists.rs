//! Lists of tags that readers see, and how they are told from other lists of links.

use dom_query::NodeRef;

use super::seen::{self, TagRank};
use super::tags;

/// Elements between a link and the list it stands in.
const NEAR: usize = 4;

/// Pieces of a list, links in it, and letters in it beside them: what has more is no list of tags.
const MOST_PARTS: usize = 300;
const MOST_LINKS: usize = 30;
const LONGEST_LABEL: usize = 60;

/// Bytes of what an element is called: more are data.
const LONGEST_NAME: usize = 200;

/// A list of tags, and how sure it is that it is one.
pub(super) struct TagList<'a> {
    pub(super) node: NodeRef<'a>,
    pub(super) rank: TagRank,
}

/// The list of tags that a link stands in, by the name of its class, or by what is said before it.
pub(super) fn tag_list<'a>(link: &NodeRef<'a>) -> Option<TagList<'a>> {
    let around = || link.ancestors_it(Some(NEAR)).filter(|outer| !is_frame(outer));
    if let Some(node) = around().find(|outer| tags::is_list_class(&seen::names(outer))) {
        return Some(TagList { node: whole(node), rank: TagRank::Listed });
    }
    if let Some(node) = list_of(link).filter(|list| is_labelled(list, &tags::is_label)) {
        return Some(TagList { node, rank: TagRank::Listed });
    }
    let named = around().find(says_so).map(whole).filter(is_list);
    let labelled = || list_of(link).filter(|list| is_labelled(list, &tags::is_label_of_words) && is_list(list));
    let node = named.or_else(labelled)?;
    Some(TagList { node, rank: TagRank::Worded })
}

fn is_frame(node: &NodeRef<'_>) -> bool {
    node.node_name().is_some_and(|name| matches!(&*name, "body" | "html" | "article" | "main" | "p"))
}

/// The list that an entry called like one stands in: `<span class="tags"><a>` is one of several.
fn whole(list: NodeRef<'_>) -> NodeRef<'_> {
    let is_entry = links(&list).is_some_and(|(links, _)| links == 1);
    match list.parent().filter(|parent| is_entry && !is_frame(parent) && is_list(parent)) {
        Some(parent) => parent,
        None => list,
    }
}

/// Does an element say in a word, in what it calls itself for programs or for those who do not see it, that it holds tags?
fn says_so(node: &NodeRef<'_>) -> bool {
    let may_say = |name: &str| matches!(name, "class" | "id") || name.starts_with("data-");
    node.attrs().iter().any(|attribute| {
        let (name, value) = (attribute.name.local.as_ref(), attribute.value.as_ref());
        value.len() <= LONGEST_NAME
            && (may_say(name) && tags::holds_list_word(value)
                || name == "aria-label" && (tags::is_label(value) || tags::is_label_of_words(value)))
    })
}

/// Links and hardly anything else. One alone is no list.
fn is_list(node: &NodeRef<'_>) -> bool {
    links(node).is_some_and(|(links, rest)| (2..=MOST_LINKS).contains(&links) && rest <= LONGEST_LABEL)
}

/// How many links there are in an element, and how many letters beside them.
fn links(node: &NodeRef<'_>) -> Option<(usize, usize)> {
    let (mut links, mut rest) = (0, 0);
    for (count, part) in node.descendants_it().enumerate() {
        if count > MOST_PARTS {
            return None;
        }
        let is_link = |node: &NodeRef<'_>| node.node_name().is_some_and(|name| &*name == "a");
        if is_link(&part) {
            links += 1;
        } else if part.is_text() && !part.ancestors_it(Some(NEAR)).any(|outer| is_link(&outer)) {
            rest += part.text().chars().filter(|c| c.is_alphanumeric()).count();
        }
    }
    Some((links, rest))
}

/// Does a label stand before a list, or first in it?
fn is_labelled(list: &NodeRef<'_>, is_label: &dyn Fn(&str) -> bool) -> bool {
    let says = |node: &NodeRef<'_>| seen::short_line(node).is_some_and(|text| is_label(&text));
    let is_blank = |child: &NodeRef<'_>| child.is_text() && child.text().trim().is_empty();
    let first = list.children_it(false).find(|child| child.is_element() || child.is_text() && !is_blank(child));
    let before = list.prev_element_sibling();
    before.is_some_and(|before| says(&before))
        || first.is_some_and(|first| {
            if first.is_text() { is_label(&first.text()) } else { first.first_child().is_some() && says(&first) }
        })
}

/// What a link shares with others of its list: the list itself, or the line they stand in.
pub(super) fn list_of<'a>(link: &NodeRef<'a>) -> Option<NodeRef<'a>> {
    let parent = link.parent()?;
    let is_entry =
        parent.node_name().is_some_and(|name| matches!(&*name, "li" | "span" | "dd" | "b" | "strong" | "h3"));
    if is_entry { parent.parent() } else { Some(parent) }
}

/// What a `<nav>` or a `<footer>` of the article stands in, where a list is one or stands in one.
pub(super) fn around_own<'a>(list: &NodeRef<'a>) -> Option<NodeRef<'a>> {
    let is = |node: &NodeRef<'_>, names: &[&str]| node.node_name().is_some_and(|name| names.contains(&&*name));
    let own = [*list].into_iter().chain(list.ancestors_it(Some(NEAR))).find(|outer| is(outer, &["nav", "footer"]))?;
    own.ancestors_it(None).any(|outer| is(&outer, &["article", "main"])).then(|| own.parent()).flatten()
}

/// Does an element stand in what the page calls its article, or its main part?
pub(super) fn is_in_article(node: &NodeRef<'_>) -> bool {
    node.ancestors_it(None).any(|outer| outer.node_name().is_some_and(|name| matches!(&*name, "article" | "main")))
}

/// An entry of a list of tags that leads nowhere.
pub(super) fn plain_entry<'a>(node: &NodeRef<'a>) -> Option<NodeRef<'a>> {
    let list = node.parent().filter(|list| tags::is_list_class(&seen::names(list)))?;
    let has_links = links(&list).is_none_or(|(links, rest)| links > 0 || rest > LONGEST_LABEL * 4);
    (!has_links).then_some(list)
}
