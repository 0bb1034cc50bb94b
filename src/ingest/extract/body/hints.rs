//! What an element says of what stands in it: by its name, its role, its class and id.

use std::collections::HashMap;
use std::ops::{BitOr, BitOrAssign};
use std::sync::LazyLock;

use dom_query::{Element, local_name};

use super::parts::PARTS;

/// What is said, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hints(u16);

impl Hints {
    /// A caption or a credit.
    pub(super) const CAPTION: Hints = Hints(1);
    /// Beside the article.
    pub(super) const BESIDE: Hints = Hints(2);
    /// Beside the article, unless it reads like one.
    pub(super) const PERHAPS: Hints = Hints(4);
    /// The body by its own word.
    pub(super) const BODY: Hints = Hints(8);
    pub(super) const ARTICLE: Hints = Hints(16);
    pub(super) const QUOTE: Hints = Hints(32);
    pub(super) const FIGURE: Hints = Hints(64);
    pub(super) const HEADER: Hints = Hints(128);
    /// A byline or a date by its markup.
    pub(super) const LINE: Hints = Hints(256);
    /// The frame around every page of a site, and what readers say below: not the article, however long.
    pub(super) const FRAME: Hints = Hints(512);
    /// An entry of a list, and a list.
    pub(super) const ITEM: Hints = Hints(1024);
    pub(super) const LIST: Hints = Hints(2048);

    /// Something to be filled in stands in it; a button, or a way to what the newspaper sells.
    pub(super) const FORM: Hints = Hints(4096);
    pub(super) const BUTTON: Hints = Hints(8192);

    /// All that speaks against what stands in an element.
    pub(super) const AGAINST: Hints = Hints(1 | 2 | 4 | 64 | 256);

    pub(super) fn has(self, other: Hints) -> bool {
        self.0 & other.0 != 0
    }

    fn without(self, other: Hints) -> Hints {
        Hints(self.0 & !other.0)
    }

    /// Whether a line is broken for it even where the element breaks none: a `<span class="credit">`.
    pub(super) fn sets_apart(self) -> bool {
        self.has(Hints::CAPTION | Hints::BESIDE)
    }
}

impl BitOr for Hints {
    type Output = Hints;

    fn bitor(self, other: Hints) -> Hints {
        Hints(self.0 | other.0)
    }
}

impl BitOrAssign for Hints {
    fn bitor_assign(&mut self, other: Hints) {
        self.0 |= other.0;
    }
}

/// The words by which elements are called.
static WORDS: LazyLock<HashMap<&str, Hints>> = LazyLock::new(|| {
    let parts = &*PARTS;
    let lists = [
        (&parts.caption, Hints::CAPTION),
        (&parts.beside, Hints::BESIDE),
        (&parts.comments, Hints::BESIDE | Hints::FRAME),
        (&parts.perhaps, Hints::PERHAPS),
        (&parts.body, Hints::BODY),
    ];
    lists.into_iter().flat_map(|(words, hint)| words.iter().map(move |word| (word.as_str(), hint))).collect()
});

/// Elements whose text is not read on the page.
const NEVER_SHOWN: &[&str] = &[
    "audio", "button", "canvas", "datalist", "embed", "head", "iframe", "input", "map", "math", "noscript", "object",
    "script", "select", "style", "svg", "template", "textarea", "video",
];

/// Names of more letters are numbers and dressing.
const LONGEST: usize = 400;

pub(super) fn is_never_shown(name: &str) -> bool {
    NEVER_SHOWN.contains(&name)
}

/// What an element says of the one around it by what it asks of readers.
pub(super) fn asked(name: &str, element: &Element) -> Hints {
    match name {
        "form" | "textarea" => Hints::FORM,
        "input" if element.attr_ref(local_name!("type")).is_none_or(|kind| kind != "hidden") => Hints::FORM,
        "button" => Hints::BUTTON,
        "a" if element.attr_ref(local_name!("href")).is_some_and(sells) => Hints::BUTTON,
        _ => Hints::default(),
    }
}

/// Does an address lead to what the newspaper sells: `/subscribe`, `/abo/digital`?
fn sells(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    path.split('/').rev().take(3).any(|step| PARTS.shop.iter().any(|word| step.eq_ignore_ascii_case(word)))
}

pub(super) fn of(name: &str, element: &Element) -> Hints {
    let mut hints = by_name(name);
    // A page is called by what is on it, and a row of a table by what it tells of.
    if matches!(name, "html" | "body" | "main" | "tbody" | "tr" | "td" | "th") {
        return hints;
    }
    for attribute in &element.attrs {
        let value: &str = attribute.value.as_ref();
        hints |= match attribute.name.local.as_ref() {
            "class" | "id" | "data-component" | "data-testid" | "data-module" | "data-area" => by_words(value),
            "itemprop" => by_property(value),
            "role" => by_role(value),
            "rel" if value == "author" => Hints::LINE,
            _ => Hints::default(),
        };
    }
    // A heading is called by how it looks.
    if name.starts_with('h') && name.len() == 2 { hints.without(Hints::PERHAPS) } else { hints }
}

fn by_name(name: &str) -> Hints {
    match name {
        "figcaption" => Hints::CAPTION,
        "nav" | "footer" => Hints::BESIDE | Hints::FRAME,
        "aside" | "form" | "dialog" | "menu" => Hints::BESIDE,
        "article" => Hints::ARTICLE,
        "blockquote" => Hints::QUOTE,
        "figure" => Hints::FIGURE,
        "header" => Hints::HEADER,
        "time" => Hints::LINE,
        "li" | "dd" => Hints::ITEM,
        "ul" | "ol" | "dl" => Hints::LIST,
        _ => Hints::default(),
    }
}

fn by_property(value: &str) -> Hints {
    let mut hints = Hints::default();
    for property in value.split_ascii_whitespace() {
        hints |= match property {
            "articleBody" => Hints::BODY,
            "author" | "datePublished" | "dateModified" | "publisher" => Hints::LINE,
            "caption" => Hints::CAPTION,
            _ => Hints::default(),
        };
    }
    hints
}

fn by_role(value: &str) -> Hints {
    match value {
        "navigation" | "contentinfo" => Hints::BESIDE | Hints::FRAME,
        "complementary" | "search" | "dialog" | "alert" | "menu" => Hints::BESIDE,
        "article" => Hints::ARTICLE,
        _ => Hints::default(),
    }
}

fn by_words(names: &str) -> Hints {
    let words = &*WORDS;
    let mut hints = Hints::default();
    if names.len() > LONGEST {
        return hints;
    }
    for name in names.split_ascii_whitespace() {
        let (mut said, mut count) = (Hints::default(), 0);
        let mut before = String::new();
        for_each_word(name, |word| {
            count += 1;
            said |= words.get(word).copied().unwrap_or_default();
            if !before.is_empty() {
                before.push(' ');
                before.push_str(word);
                said |= words.get(before.as_str()).copied().unwrap_or_default();
            }
            before.clear();
            before.push_str(word);
        });
        // `comments` are the comments, and `has-comments` is something that has some.
        hints |= if count > 1 { said.without(Hints::FRAME) } else { said };
    }
    hints
}

/// The words of `relatedPosts-list_2`: related, posts, list.
fn for_each_word(name: &str, mut with: impl FnMut(&str)) {
    let mut word = String::new();
    let mut small = false;
    for c in name.chars() {
        if !c.is_alphabetic() || small && c.is_uppercase() {
            if !word.is_empty() {
                with(&word);
            }
            word.clear();
        }
        small = c.is_lowercase();
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        with(&word);
    }
}

/// The same number for elements of one name and class, whatever the numbers in it; nothing for one without a class.
pub(super) fn look(name: &str, class: &str) -> u64 {
    if class.is_empty() {
        return 0;
    }
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let telling = class.bytes().filter(|byte| !byte.is_ascii_digit());
    for byte in name.bytes().chain([b' ']).chain(telling) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}
