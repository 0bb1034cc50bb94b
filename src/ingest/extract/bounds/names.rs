//! Elements by what a parser does with them, or what they hold; and which of them ends which.

pub(super) fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

pub(super) const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];

pub(super) const FORMATTING: &[&str] =
    &["b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"];

/// What is in these is not for readers, or not text.
pub(super) const SILENT: &[(&str, &str)] = &[
    ("script", "</script"),
    ("style", "</style"),
    ("noscript", "</noscript"),
    ("iframe", "</iframe"),
    ("noembed", "</noembed"),
    ("noframes", "</noframes"),
    ("xmp", "</xmp"),
    ("textarea", "</textarea"),
    ("svg", "</svg"),
];

/// Elements no parser should see: what follows them it would read in another way.
pub(super) const UNWANTED: &[&str] =
    &["plaintext", "frameset", "frame", "math", "template", "select", "option", "optgroup", "button"];

/// A new element of the first kind ends an open one of the second (HTML, 13.2.6.4.7).
pub(super) const ENDS: &[(&[&str], &[&str])] = &[
    (&["li"], &["li"]),
    (&["dt", "dd"], &["dt", "dd"]),
    (&["td", "th"], &["td", "th"]),
    (&["tr"], &["tr", "td", "th"]),
    (&["tbody", "thead", "tfoot"], &["tbody", "thead", "tfoot", "tr", "td", "th"]),
];

/// Beyond one of these no element ends another; `address`, `div` and `p` are none of them.
pub(super) const WALLS: &[&str] = &[
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "details",
    "dir",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "html",
    "main",
    "marquee",
    "menu",
    "nav",
    "object",
    "ol",
    "pre",
    "section",
    "summary",
    "table",
    "ul",
    "applet",
    "listing",
];

/// These end an open paragraph.
pub(super) const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "dialog",
    "dd",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "ul",
];
