//! What WordPress adds to RSS when it exports a site (WXR): who an account is, which categories are sections, and what of
//! the site was never published.

use std::collections::BTreeMap;

use super::super::wire;
use super::super::xml::Element;
use crate::ingest::extract::sections;
use crate::ingest::{Reason, clean};

/// Types of entries that are no articles; those of the system itself begin with `wp_`.
const FURNITURE: &[&str] = &[
    "attachment",
    "revision",
    "nav_menu_item",
    "custom_css",
    "customize_changeset",
    "oembed_cache",
    "user_request",
    "acf-field",
    "acf-field-group",
    "feedback",
    "wpcf7_contact_form",
    "amp_validated_url",
    "elementor_library",
];

/// Categories that sort by other things than subjects.
const NO_SUBJECTS: &[&str] = &["nav_menu", "post_format", "author", "link_category", "wp_theme", "language"];

/// More kinds than these are a strange export.
const MOST_KINDS: usize = 32;

/// Entries that never were public, by what they are.
#[derive(Default)]
pub(super) struct Unpublished {
    kinds: BTreeMap<String, u64>,
}

impl Unpublished {
    /// Is it one? Then it is counted.
    pub(super) fn counts(&mut self, item: &Element<'_>) -> bool {
        let Some(kind) = kind(item) else { return false };
        let kind = if self.kinds.len() < MOST_KINDS && kind.len() < 60 { kind } else { "of other kinds".to_owned() };
        *self.kinds.entry(kind).or_default() += 1;
        true
    }

    pub(super) fn reason(&self) -> Option<Reason> {
        let count: u64 = self.kinds.values().sum();
        let entries = if count == 1 { "entry of the export is no" } else { "entries of the export are no" };
        let kinds: Vec<String> = self.kinds.iter().map(|(what, count)| format!("{count} {what}")).collect();
        let detail = || format!("{count} {entries} published article: {}", kinds.join(", "));
        (count > 0).then(|| Reason::new("passed_over", detail()))
    }
}

fn kind(item: &Element<'_>) -> Option<String> {
    let word = |name: &str| item.child(name).and_then(Element::line).map(|word| word.to_lowercase());
    let is_furniture = |kind: &String| kind.starts_with("wp_") || FURNITURE.contains(&kind.as_str());
    let furniture = word("wp:post_type").filter(is_furniture);
    let locked = || word("wp:post_password").map(|_| "behind a password".to_owned());
    furniture.or_else(locked).or_else(|| word("wp:status").filter(|status| status != "publish"))
}

/// Accounts of the site, and whose they are.
pub(super) fn accounts(channel: &Element<'_>) -> Vec<(String, String)> {
    let part = |author: &Element<'_>, name: &str| author.child(name).and_then(Element::line);
    let account = |author: &Element<'_>| {
        let full = || {
            let names =
                ["wp:author_first_name", "wp:author_last_name"].map(|name| part(author, name).unwrap_or_default());
            clean::some_line(&names.join(" "))
        };
        Some((part(author, "wp:author_login")?, part(author, "wp:author_display_name").or_else(full)?))
    };
    channel.children("wp:author").filter_map(account).collect()
}

/// The section and the tags of an entry; `None` where it is of no export.
pub(super) fn subjects(item: &Element<'_>) -> Option<(Option<String>, Vec<String>)> {
    item.child("wp:post_type")?;
    let (mut section, mut tags) = (None, Vec::new());
    for category in item.children("category") {
        let domain = category.attribute("domain").unwrap_or_default();
        let name = category.line().map(|name| clean::line(&clean::unescape(&name)));
        match domain {
            domain if NO_SUBJECTS.contains(&domain) => {}
            "category" => {
                let name = name.filter(|name| !sections::is_none(name));
                if section.is_none() { section = name } else { wire::add(&mut tags, name) }
            }
            _ => wire::add(&mut tags, name),
        }
    }
    Some((section, tags))
}

/// The paragraphs of an entry's text; `None` where it is of no export.
pub(super) fn paragraphs(item: &Element<'_>, content: &Element<'_>) -> Option<Vec<String>> {
    item.child("wp:post_type")?;
    Some(clean::loose_paragraphs(&without_shortcodes(&content.markup())))
}

/// Bytes of a shortcode, and of what stands within one.
const LONGEST_CODE: usize = 2_000;
const LONGEST_WITHIN: usize = 10_000;

/// Without `[gallery ids="1,2"]` and its kin; what a caption or an embed holds goes with it.
fn without_shortcodes(text: &str) -> String {
    let within = |text: &str, most: usize| text.floor_char_boundary(most);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        out.push_str(&rest[..open]);
        rest = &rest[open + 1..];
        let end = rest[..within(rest, LONGEST_CODE)].find(']');
        let Some((end, name)) = end.and_then(|end| Some((end, shortcode(&rest[..end])?))) else {
            out.push('[');
            continue;
        };
        let behind = &rest[end + 1..];
        let closes = || behind[..within(behind, LONGEST_WITHIN)].find(&format!("[/{name}]"));
        let held = if matches!(name, "caption" | "embed") { closes() } else { None };
        rest = &behind[held.unwrap_or(0)..];
    }
    out.push_str(rest);
    out
}

/// The name of a shortcode: one that closes, has attributes, or is WordPress's own. `[sic]` is text.
fn shortcode(inside: &str) -> Option<&str> {
    const OWN: &[&str] = &["gallery", "caption", "embed", "audio", "video", "playlist"];
    let bare = inside.trim_start_matches('/').trim_end_matches(['/', ' ']);
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    let name = &bare[..bare.find(|c| !is_letter(c)).unwrap_or(bare.len())];
    let has_attributes = bare[name.len()..].starts_with(' ') && bare.contains(['"', '\'']) && bare.contains('=');
    let closes = inside.starts_with('/') && name == bare;
    (!name.is_empty() && (closes || has_attributes || OWN.contains(&bare))).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(without_shortcodes(text), expected, "{text}");
    }

    #[test]
    fn a_blank_line_ends_a_paragraph_beside_comments_and_blocks_too() {
        let content = "Tin rose.\n\n<!--more-->\n\nSilver\nfell.\n\n<!-- wp:paragraph --><p>Lead stayed.</p><!-- /wp:paragraph -->\n\nZinc.";
        let item = format!(
            "<item><title>A</title><content:encoded><![CDATA[{content}]]></content:encoded><wp:post_type>post</wp:post_type></item>"
        );
        let found = super::super::tests::articles(&super::super::tests::rss(&item)).remove(0).unwrap();
        assert_eq!(found.body, ["Tin rose.", "Silver fell.", "Lead stayed.", "Zinc."]);
    }

    #[test]
    fn shortcodes_go_and_brackets_stay() {
        check("a[gallery ids=\"1,2\"]b[gallery]c", "abc");
        check("a [caption id=\"x\"]<img> A mine[/caption]b", "a b");
        check("[button link='x']Read[/button]", "Read");
        check("He said [sic] that [it] rose [1]", "He said [sic] that [it] rose [1]");
        check("[caption x=\"1\"] never closed", " never closed");
        assert_eq!(without_shortcodes(&"[".repeat(100_000)).len(), 100_000);
    }
}
