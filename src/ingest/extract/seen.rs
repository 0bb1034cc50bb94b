//! How elements that readers see give themselves away: by what their classes are called, where they lead, and what they
//! stand in.

use dom_query::NodeRef;

use super::address;
use crate::ingest::clean;

/// A line that is seen: a byline, a heading, a date.
const LONGEST_LINE: usize = 300;

/// A byline without a class, and the name of a tag.
const SHORT_LINE: usize = 100;

/// What a paragraph opens with, and digits of a day with its year.
const LONGEST_DATELINE: usize = 90;
const DAY_DIGITS: usize = 5;

/// Elements and pieces of text in a line: more is none, and is not looked through for each element around it.
const MOST_PARTS: usize = 500;

/// Elements between a link and the list it stands in.
const NEAR: usize = 4;

/// How sure it is that a line says who wrote: its class says so, it leads to somebody, or it begins so.
const NAMED: u8 = 1;
const BYLINE: u8 = 2;
const AUTHOR: u8 = 3;
pub(super) const LINKED: u8 = 4;
pub(super) const WORDED: u8 = 5;
/// A line that is nothing but names.
pub(super) const BARE: u8 = 6;
pub(super) const SUREST_FIRST: [u8; 5] = [NAMED, BYLINE, AUTHOR, LINKED, WORDED];

/// How sure it is that a link is a tag, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TagRank {
    /// It says so.
    Told,
    /// Its list is called so, or is headed so.
    Listed,
    /// It leads to all there is on a subject.
    Linked,
    /// A word in what its list is called, or in what stands over it, says so.
    Worded,
    /// Its list is one, and stands before the headline.
    Before,
}

pub(super) fn byline_rank(class: &str, is_author: bool) -> Option<u8> {
    if class.is_empty() && !is_author {
        return None;
    }
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
            "contributor-name",
            "writer-name",
            "reporter-name",
            "journalist-name",
        ])
    {
        return Some(NAMED);
    }
    let writer = is(&[
        "author",
        "autor",
        "auteur",
        "writer",
        "journalist",
        "signature",
        "redacteur",
        "forfatter",
        "kirjoittaja",
        "skribent",
        "yazar",
        "muhabir",
        "penulis",
        "reporter",
        "columnist",
    ]);
    match (is(&["byline"]), writer) {
        (true, _) => Some(BYLINE),
        (false, true) if !is_about => Some(AUTHOR),
        _ => None,
    }
}

/// Elements that are a line, or a part of one.
pub(super) fn may_be_byline(name: &str) -> bool {
    matches!(name, "p" | "div" | "span" | "a" | "address" | "li" | "strong" | "em" | "h2" | "h3" | "h4" | "h5" | "h6")
}

pub(super) fn is_date_class(class: &str) -> bool {
    let words = class.split(|c: char| c.is_whitespace());
    words.into_iter().any(|word| {
        ["date", "datum", "fecha", "posted", "pubtime", "timestamp", "publish", "byline"]
            .iter()
            .any(|name| word.contains(name))
            && !["update", "validate", "candidate", "mandate"].contains(&word)
    })
}

/// The elements besides that may hold a line with a date.
pub(super) fn may_hold_date(name: &str) -> bool {
    may_be_byline(name)
        || matches!(name, "b" | "i" | "small" | "font" | "td" | "dd" | "dt" | "cite" | "label" | "header")
}

/// What stands between two things that are said in one line.
const BARS: [&str; 6] = [" • ", " · ", " | ", " – ", " — ", " - "];

/// The parts of a line that tell of several days, each by itself: `Published March 4, 2025 | Updated March 5, 2025`.
pub(super) fn days_in(text: &str) -> Vec<&str> {
    let has_day = |part: &&str| part.chars().filter(|c| c.is_numeric()).count() >= DAY_DIGITS;
    let parts = BARS.map(|bar| text.split(bar).filter(has_day).collect::<Vec<_>>());
    parts.into_iter().find(|parts| parts.len() > 1).unwrap_or_default()
}

/// Of a line what may be a day: all of it, or what stands between bars (`By Anna Krause • March 4, 2025 • 5 min read`).
pub(super) fn day_in(text: &str) -> Option<&str> {
    let has_day = |part: &str| part.chars().filter(|c| c.is_numeric()).count() >= DAY_DIGITS && may_be_day(part);
    let whole = || Some(text).filter(|text| has_day(text));
    let cut =
        BARS.iter().filter(|bar| text.contains(**bar)).find_map(|bar| text.split(*bar).find(|part| has_day(part)));
    whole().or(cut)
}

/// Is a line short enough to be a day with a word before it, and no sentence?
fn may_be_day(text: &str) -> bool {
    text.split_whitespace().count() <= 8 && text.chars().count() <= 50 && !text.ends_with(['?', '!', ':', '"'])
}

/// Does a line that holds a date say that it is one of publication?
pub(super) fn says_published(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "publi",
        "pubbli",
        "veröffentl",
        "erschien",
        "posted",
        "gepost",
        "julkais",
        "udgiv",
        "zveřejn",
        "objav",
        "megjelen",
        "yayın",
        "опублик",
        "опубл",
        "дата",
        "diterbit",
        "đăng",
        "입력",
        "등록",
        "게시",
        "発行",
        "公開",
        "掲載",
        "发布",
        "發布",
        "نشر",
        "प्रकाशित",
        "δημοσι",
    ];
    let before = text.split(char::is_numeric).next().unwrap_or_default().to_lowercase();
    WORDS.iter().any(|word| before.contains(word))
}

/// What a paragraph opens with, up to a dash, where that is a place, a day or both: `LONDON, March 4, 2025 -- Tin is up`.
pub(super) fn dateline(node: &NodeRef<'_>) -> Option<String> {
    const NONE: &[&str] = &[
        "in", "on", "at", "by", "since", "from", "until", "after", "before", "am", "im", "seit", "bis", "vom", "ab",
        "le", "en", "depuis", "el", "desde", "em", "il", "op", "den",
    ];
    let opening: String = text(node)?.trim_start().chars().take(LONGEST_DATELINE).collect();
    let end = ["--", " — ", " – ", " - ", "—", "/PR"].iter().filter_map(|dash| opening.find(dash)).min()?;
    let line = clean::some_line(&opening[..end])?;
    let is_small = |word: &str| word.starts_with(char::is_lowercase) && word.chars().count() > 2;
    let first = line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
    let begins = line.starts_with(char::is_numeric) || line.starts_with(char::is_uppercase);
    let has_day = line.chars().filter(|c| c.is_numeric()).count() >= DAY_DIGITS;
    let is_sound = begins
        && has_day
        && !NONE.contains(&first.as_str())
        && line.split(' ').filter(|word| is_small(word)).count() <= 1;
    is_sound.then_some(line)
}

/// Is there a number in the text that is no other element's? Cheaper to ask than to read it all.
pub(super) fn has_own_digits(node: &NodeRef<'_>) -> bool {
    node.children_it(false).any(|child| child.is_text() && child.text().contains(char::is_numeric))
}

/// The text that stands by itself right before an element.
pub(super) fn loose_text(node: &NodeRef<'_>) -> Option<String> {
    let before = node.prev_sibling().filter(NodeRef::is_text)?;
    clean::some_line(&before.text()).filter(|text| text.chars().count() <= SHORT_LINE)
}

/// Does a heading say by its class, or in microdata, that it is the headline?
pub(super) fn is_called_headline(node: &NodeRef<'_>) -> bool {
    let names = names(node);
    let of_article =
        ["headline", "entry-title", "post-title", "article-title", "article__title", "story-title", "news-title"];
    of_article.iter().any(|name| names.contains(name)) && !names.contains("site")
}

/// A heading that is nothing but a link to another page.
pub(super) fn linked_heading(node: &NodeRef<'_>) -> Option<String> {
    let link = whole_link(node)?;
    let href = link.attr("href").unwrap_or_default();
    let leads = !href.trim().is_empty() && !href.starts_with('#') && !address::is_home(href.trim());
    if leads { line(node) } else { None }
}

/// The link that all of a heading is, or that it stands in.
fn whole_link<'a>(node: &NodeRef<'a>) -> Option<NodeRef<'a>> {
    let is_link = |node: &NodeRef<'_>| node.node_name().is_some_and(|name| &*name == "a");
    let within = node.descendants_it().take(MOST_PARTS).find(is_link);
    let letters = |node: &NodeRef<'_>| node.text().chars().filter(|c| c.is_alphanumeric()).count();
    let link = within.or_else(|| node.ancestors_it(Some(2)).find(is_link))?;
    (letters(&link) >= letters(node)).then_some(link)
}

/// Is a heading nothing but a link to the front page?
pub(super) fn leads_home(node: &NodeRef<'_>) -> bool {
    whole_link(node).and_then(|link| link.attr("href")).is_some_and(|href| address::is_home(href.trim()))
}

/// Does a line that holds a date say that it is one of a change?
pub(super) fn says_modified(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "updat",
        "modifi",
        "aktual",
        "actuali",
        "atualiz",
        "aggiorn",
        "edited",
        "uppdat",
        "opdat",
        "oppdat",
        "päivit",
        "muokat",
        "güncel",
        "обнов",
        "оновл",
        "ενημ",
        "frissít",
        "更新",
        "수정",
        "تحديث",
        "به‌روز",
        "עודכן",
    ];
    let before = text.split(char::is_numeric).next().unwrap_or_default().to_lowercase();
    WORDS.iter().any(|word| before.contains(word))
}

/// `#tin`
pub(super) fn is_hashtag(link: &NodeRef<'_>) -> bool {
    short_line(link).is_some_and(|text| text.starts_with('#') && text.len() > 2)
}

/// Does a link stand in a paragraph that says something else?
pub(super) fn is_in_prose(link: &NodeRef<'_>) -> bool {
    let paragraph = link.ancestors_it(Some(NEAR)).find(|outer| outer.node_name().is_some_and(|name| &*name == "p"));
    paragraph.is_some_and(|paragraph| text(&paragraph).is_none_or(|text| text.chars().count() > SHORT_LINE * 2))
}

/// Class and id of an element.
pub(super) fn names(node: &NodeRef<'_>) -> String {
    let name = |key: &str| node.attr(key).map(|name| name.to_lowercase()).unwrap_or_default();
    format!(" {} {} {} ", name("class"), name("id"), name("itemprop"))
}

/// Does it stand among what is about other articles, or the site?
pub(super) fn is_aside(node: &NodeRef<'_>) -> bool {
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
        "breadcrumb",
    ];
    node.ancestors_it(None).chain([*node]).any(|outer| {
        let Some(name) = outer.node_name() else { return false };
        match &*name {
            "footer" => !is_own_footer(&names(&outer)),
            "nav" | "aside" => true,
            "body" | "html" | "article" | "main" => false,
            _ => {
                let names = names(&outer);
                let of_article = is_own_footer(&names);
                let is_other = |word: &&&str| !(of_article && **word == "footer");
                let words = || WORDS.iter().filter(is_other);
                names.split_whitespace().any(|name| words().any(|word| is_named(name, word)))
            }
        }
    })
}

/// `entry-footer`, `post-footer`: what is said below an article of the article.
fn is_own_footer(names: &str) -> bool {
    let is_own = |name: &str| {
        name.contains("footer") && ["entry", "post", "article", "story"].iter().any(|own| name.starts_with(own))
    };
    names.split_whitespace().any(is_own)
}

/// `sidebar`, `sidebar-left`, `page__sidebar`; `has-sidebar`, `content-with-sidebar` and `content-sidebar-wrap` hold more
/// than that.
fn is_named(name: &str, word: &str) -> bool {
    let before = name.strip_suffix(word).unwrap_or_default().trim_end_matches(['-', '_']);
    let holds = ["has-", "with-", "no-", "is-"].iter().any(|start| name.starts_with(start)) || before.ends_with("with");
    !holds && (name.starts_with(word) || name.ends_with(word))
}

pub(super) fn attribute(node: &NodeRef<'_>, name: &str) -> Option<String> {
    node.attr(name).map(|value| value.to_string()).filter(|value| !value.trim().is_empty())
}

pub(super) fn line(node: &NodeRef<'_>) -> Option<String> {
    clean::some_line(&text(node)?).filter(|text| text.chars().count() <= LONGEST_LINE)
}

pub(super) fn short_line(node: &NodeRef<'_>) -> Option<String> {
    line(node).filter(|text| text.chars().count() <= SHORT_LINE)
}

/// Is it a paragraph, and more than a line?
pub(super) fn is_long(node: &NodeRef<'_>) -> bool {
    text(node).is_none_or(|text| text.trim().chars().count() > SHORT_LINE)
}

/// A heading without the words that stand over it: `<h1><span class="kicker">Town</span> Crane falls</h1>`.
pub(super) fn heading(node: &NodeRef<'_>) -> Option<String> {
    const OVER: &[&str] = &[
        "kicker",
        "eyebrow",
        "overline",
        "topline",
        "dachzeile",
        "spitzmarke",
        "supertitle",
        "surtitle",
        "overtitle",
        "pretitle",
        "antetitulo",
        "occhiello",
        "label",
        "badge",
        "category",
        "rubrik",
        "sr-only",
        "visually-hidden",
        "visuallyhidden",
    ];
    let is_over = |part: &NodeRef<'_>| {
        part.is_element() && {
            let names = names(part);
            OVER.iter().any(|word| names.contains(word))
        }
    };
    let own = text_of(node, &is_over).and_then(|text| clean::some_line(&text));
    own.or_else(|| line(node)).filter(|text| text.chars().count() <= LONGEST_LINE)
}

/// The lines of an element, with bars between them.
pub(super) fn parts(node: &NodeRef<'_>) -> Option<String> {
    let lines: Vec<String> = text(node)?.split("\n\n").filter_map(clean::some_line).collect();
    Some(lines.join(" | ")).filter(|text| !text.is_empty() && text.chars().count() <= LONGEST_LINE)
}

pub(super) fn short_parts(node: &NodeRef<'_>) -> Option<String> {
    parts(node).filter(|text| text.chars().count() <= SHORT_LINE)
}

/// The text of an element, its parts apart from each other.
fn text(node: &NodeRef<'_>) -> Option<String> {
    text_of(node, &|_| false)
}

/// Small letters, and then a capital of another element: parts that only a style keeps apart (`Anna KrauseReporter`).
fn is_seam(before: &str, behind: &str) -> bool {
    let mut last = before.chars().rev();
    last.next().is_some_and(char::is_lowercase)
        && last.next().is_some_and(char::is_lowercase)
        && behind.starts_with(|c: char| c.is_uppercase() || c == '(')
}

/// The same, without some of its parts.
fn text_of(node: &NodeRef<'_>, is_left_out: &dyn Fn(&NodeRef<'_>) -> bool) -> Option<String> {
    let mut text = String::new();
    let mut left_out = None;
    for (count, part) in node.descendants_it().enumerate() {
        if count > MOST_PARTS {
            return None;
        }
        if left_out.is_some_and(|out| part.ancestors_it(None).any(|outer| outer.id == out)) {
            continue;
        }
        if is_left_out(&part) {
            left_out = Some(part.id);
            continue;
        }
        if part.is_text() {
            let more = part.text();
            if is_seam(&text, &more) {
                text.push_str("\n\n");
            }
            text.push_str(&more);
        } else if part.node_name().is_some_and(|name| {
            !matches!(
                &*name,
                "a" | "span" | "b" | "i" | "em" | "strong" | "font" | "u" | "mark" | "sup" | "sub" | "wbr"
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
