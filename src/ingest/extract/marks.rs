//! What a page carries about itself, gathered in one walk: meta elements, links, titles, microdata, dates and bylines
//! that are seen. Nothing is judged here.

use dom_query::{Document, NodeRef};

use super::microdata::{self, Item};
use crate::ingest::clean;

/// More of anything is not looked at: a page of an article has a few of each.
const MOST: usize = 400;

/// A line that is seen: a byline, a heading, a date.
const LONGEST_LINE: usize = 300;

#[derive(Default)]
pub(super) struct Marks {
    /// Names in small letters, and contents, in order.
    pub(super) metas: Vec<(String, String)>,
    pub(super) title: Option<String>,
    pub(super) headings: Vec<String>,
    /// Where the first of them stands, in elements from the start.
    pub(super) heading_at: Option<usize>,
    pub(super) lang: Option<String>,
    pub(super) canonical: Option<String>,
    pub(super) base: Option<String>,
    pub(super) times: Vec<Time>,
    pub(super) bylines: Vec<Byline>,
    /// Texts of links with `rel=tag`.
    pub(super) tags: Vec<String>,
    pub(super) items: Vec<Item>,
    looks: usize,
    elements: usize,
}

/// A date that is seen.
pub(super) struct Time {
    /// What programs read, and people.
    pub(super) datetime: Option<String>,
    pub(super) text: String,
    pub(super) is_modified: bool,
    /// It is said to be of publication; it stands after the heading; it is a `<time>`.
    pub(super) rank: u8,
}

pub(super) struct Byline {
    pub(super) text: String,
    /// The smaller the surer.
    pub(super) rank: u8,
    pub(super) at: usize,
}

impl Marks {
    pub(super) fn of(document: &Document) -> Marks {
        let mut marks = Marks::default();
        let mut scopes = microdata::Scopes::default();
        for node in document.root().descendants_it().filter(NodeRef::is_element) {
            marks.element(&node);
            scopes.element(&node);
        }
        marks.items = scopes.items();
        marks
    }

    /// Contents of the metas of these names, in the order of the names.
    pub(super) fn metas<'a>(&'a self, names: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
        names
            .iter()
            .flat_map(|name| self.metas.iter().filter(move |(known, _)| known == name))
            .map(|(_, content)| content.as_str())
    }

    pub(super) fn meta<'a>(&'a self, names: &'a [&'a str]) -> Option<&'a str> {
        self.metas(names).find(|content| !content.trim().is_empty())
    }

    fn element(&mut self, node: &NodeRef<'_>) {
        let Some(name) = node.node_name() else { return };
        self.elements += 1;
        match &*name {
            "html" => self.lang = attribute(node, "lang").or_else(|| attribute(node, "xml:lang")),
            "base" => self.base = self.base.take().or_else(|| attribute(node, "href")),
            "title" if self.title.is_none() => self.title = clean::some_line(&node.text()),
            "meta" => self.meta_element(node),
            "link" => self.link(node),
            "h1" if self.headings.len() < 20 && self.is_of_article(node) => {
                self.headings.extend(line(node));
                self.heading_at.get_or_insert(self.elements);
            }
            "time" => self.time(node, true),
            _ => self.by_class(node, &name),
        }
    }

    /// Looks so often, and no more: to look takes a way up through the page.
    fn is_of_article(&mut self, node: &NodeRef<'_>) -> bool {
        self.looks += 1;
        self.looks <= MOST * 5 && !is_aside(node)
    }

    fn meta_element(&mut self, node: &NodeRef<'_>) {
        let content = attribute(node, "content").or_else(|| attribute(node, "value"));
        let Some(content) = content.filter(|_| self.metas.len() < MOST * 2) else { return };
        for key in ["property", "name", "http-equiv", "itemprop"] {
            let names = attribute(node, key).unwrap_or_default().to_lowercase();
            // Microdata has a place of its own, unless nothing is around it.
            if key == "itemprop" && node.ancestors_it(None).any(|node| node.has_attr("itemscope")) {
                continue;
            }
            for name in names.split_whitespace() {
                let pair = (name.to_owned(), content.clone());
                if !self.metas.contains(&pair) {
                    self.metas.push(pair);
                }
            }
        }
    }

    fn link(&mut self, node: &NodeRef<'_>) {
        let is_canonical =
            node.attr("rel").is_some_and(|rel| rel.split_whitespace().any(|rel| rel.eq_ignore_ascii_case("canonical")));
        if is_canonical && self.canonical.is_none() {
            self.canonical = attribute(node, "href");
        }
    }

    /// What the names of its classes say about an element.
    fn by_class(&mut self, node: &NodeRef<'_>, name: &str) {
        let rel = node.attr("rel").map(|rel| rel.to_lowercase()).unwrap_or_default();
        if name == "a"
            && rel.split_whitespace().any(|rel| rel == "tag")
            && self.tags.len() < MOST
            && self.is_of_article(node)
        {
            self.tags.extend(line(node));
        }
        let class = ["class", "id", "itemprop", "data-testid"]
            .iter()
            .filter_map(|key| node.attr(key))
            .map(|value| value.to_lowercase())
            .collect::<Vec<_>>()
            .join(" ");
        let is_author = rel.split_whitespace().any(|rel| rel == "author");
        if class.is_empty() && !is_author
            || matches!(name, "body" | "html" | "article" | "main" | "img" | "input" | "form")
        {
            return;
        }
        if let Some(rank) = byline_rank(&class, is_author) {
            self.byline(node, rank);
        }
        if is_date_class(&class) {
            self.time(node, false);
        }
    }

    fn byline(&mut self, node: &NodeRef<'_>, rank: u8) {
        if self.bylines.len() < 60 && self.is_of_article(node) {
            self.bylines.extend(parts(node).map(|text| Byline { text, rank, at: self.elements }));
        }
    }

    fn time(&mut self, node: &NodeRef<'_>, is_time: bool) {
        if self.times.len() >= 60 || !self.is_of_article(node) {
            return;
        }
        let text = line(node).unwrap_or_default();
        let datetime = ["datetime", "data-datetime", "data-time", "data-timestamp", "title", "content"];
        let datetime = datetime.iter().filter(|key| is_time || **key != "title").find_map(|key| attribute(node, key));
        if datetime.is_none() && (text.is_empty() || !text.chars().any(char::is_numeric)) {
            return;
        }
        let around: String = node.ancestors_it(Some(2)).chain([*node]).map(|node| names(&node)).collect();
        let has = |words: &[&str]| words.iter().any(|word| around.contains(word));
        let is_modified = has(&["modif", "updat", "aktuali", "actuali"]);
        let rank = 4 - 2 * u8::from(is_time) - u8::from(has(&["publi", "posted", "entry-date"]))
            + u8::from(self.headings.is_empty());
        self.times.push(Time { datetime, text, is_modified, rank });
    }
}

fn byline_rank(class: &str, is_author: bool) -> Option<u8> {
    let words: Vec<&str> = class.split(|c: char| c.is_whitespace()).collect();
    let is = |names: &[&str]| words.iter().any(|word| names.iter().any(|name| word.contains(name)));
    let is_about = is(&[
        "bio",
        "avatar",
        "image",
        "photo",
        "share",
        "social",
        "comment",
        "related",
        "box",
        "follow",
        "description",
        "job",
        "role",
        "title",
    ]);
    if is_author
        || words.contains(&"author") && !is_about
        || is(&[
            "author-name",
            "author__name",
            "byline-name",
            "byline__name",
            "byline_name",
            "authorname",
            "author_name",
            "byline__author",
            "byline-author",
        ])
    {
        return Some(1);
    }
    match (is(&["byline"]), is(&["author", "autor", "writer", "redacteur", "forfatter", "kirjoittaja"])) {
        (true, _) => Some(2),
        (false, true) if !is_about => Some(3),
        _ => None,
    }
}

fn is_date_class(class: &str) -> bool {
    let words = class.split(|c: char| c.is_whitespace());
    words.into_iter().any(|word| {
        ["date", "datum", "fecha", "posted", "pubtime", "timestamp", "publish", "byline"]
            .iter()
            .any(|name| word.contains(name))
            && !["update", "validate", "candidate", "mandate"].contains(&word)
    })
}

/// Class and id of an element.
fn names(node: &NodeRef<'_>) -> String {
    let name = |key: &str| node.attr(key).map(|name| name.to_lowercase()).unwrap_or_default();
    format!(" {} {} {} ", name("class"), name("id"), name("itemprop"))
}

/// Does it stand among what is about other articles, or the site?
fn is_aside(node: &NodeRef<'_>) -> bool {
    const WORDS: &[&str] = &[
        "comment",
        "related",
        "sidebar",
        "recommend",
        "footer",
        "popular",
        "trending",
        "newsletter",
        "most-read",
        "read-more",
        "teaser",
        "promo",
        "widget",
        "carousel",
        "disqus",
    ];
    node.ancestors_it(None).chain([*node]).any(|outer| {
        let Some(name) = outer.node_name() else { return false };
        match &*name {
            "nav" | "footer" | "aside" => true,
            "body" | "html" | "article" | "main" => false,
            _ => {
                let names = names(&outer);
                names.split_whitespace().any(|name| WORDS.iter().any(|word| is_named(name, word)))
            }
        }
    })
}

/// `sidebar`, `sidebar-left`, `page__sidebar`; `has-sidebar` and `content-sidebar-wrap` hold more than that.
fn is_named(name: &str, word: &str) -> bool {
    let holds = ["has-", "with-", "no-", "is-"].iter().any(|start| name.starts_with(start));
    !holds && (name.starts_with(word) || name.ends_with(word))
}

fn attribute(node: &NodeRef<'_>, name: &str) -> Option<String> {
    node.attr(name).map(|value| value.to_string()).filter(|value| !value.trim().is_empty())
}

fn line(node: &NodeRef<'_>) -> Option<String> {
    clean::some_line(&text(node)?).filter(|text| text.chars().count() <= LONGEST_LINE)
}

/// The lines of an element, with bars between them.
fn parts(node: &NodeRef<'_>) -> Option<String> {
    let lines: Vec<String> = text(node)?.split("\n\n").filter_map(clean::some_line).collect();
    Some(lines.join(" | ")).filter(|text| !text.is_empty() && text.chars().count() <= LONGEST_LINE)
}

/// The text of an element, its parts apart from each other.
fn text(node: &NodeRef<'_>) -> Option<String> {
    let mut text = String::new();
    for part in node.descendants_it() {
        if part.is_text() {
            text.push_str(&part.text());
        } else if part.node_name().is_some_and(|name| {
            !matches!(
                &*name,
                "a" | "span" | "b" | "i" | "em" | "strong" | "font" | "u" | "mark" | "abbr" | "sup" | "sub" | "wbr"
            )
        }) {
            text.push_str("\n\n");
        }
        if text.len() > LONGEST_LINE * 8 {
            return None;
        }
    }
    Some(text)
}
