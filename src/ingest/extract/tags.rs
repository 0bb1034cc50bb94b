//! What an article is about, in the publisher's words.

use std::collections::HashSet;
use std::sync::LazyLock;

use dom_query::NodeId;
use serde::Deserialize;

use super::marks::{Marks, TagLink};
use super::seen::TagRank;
use super::thing::Thing;
use super::trust::{Found, found};
use super::{Reader, address, titles};
use crate::ingest::clean;

/// Tags of one article; a longer list is made for search engines.
const MOST: usize = 100;
const LONGEST: usize = 120;

/// A tag that is seen has no more words and letters, and a list of more is one of the whole site.
const MOST_WORDS: usize = 5;
const LONGEST_SHOWN: usize = 50;
const MOST_SHOWN: usize = 20;

/// Words of what the article is called and is no tag of it.
const HEADLINE: usize = 4;

/// Elements between tags above the headline and it, and words of what stands over a list.
const CLOSE: usize = 30;
const LONGEST_LABEL: usize = 6;

/// The words of `index/tags.toml`.
#[derive(Default, Deserialize)]
struct Words {
    lists: Vec<String>,
    words: Vec<String>,
    labels: Vec<String>,
    label_words: Vec<String>,
    label_beginnings: Vec<String>,
    of_all: Vec<String>,
    steps: Vec<String>,
    of_site: Vec<String>,
}

/// A table that cannot be read would find no tags that are only seen; a test reads it.
static WORDS: LazyLock<Words> =
    LazyLock::new(|| toml::from_str(include_str!("../../../index/tags.toml")).unwrap_or_default());

/// What stands before the colon of a tag, where tags have a scheme; and what stands there of other things.
const TAG_KINDS: &[&str] = &["tag", "tags", "topic", "topics", "keyword", "keywords", "subject", "thema", "tema"];
const OTHER_KINDS: &[&str] =
    &["section", "type", "author", "format", "channel", "template", "site", "lang", "contenttype", "content-type"];

const OPENGRAPH: &[&str] = &["article:tag", "og:article:tag", "og:tags", "article:tags"];

const META: &[&str] = &[
    "news_keywords",
    "parsely-tags",
    "sailthru.tags",
    "cxenseparse:keywords",
    "topics",
    "tags",
    "dc.subject",
    "dcterms.subject",
    "article.tag",
    "mediator_theme",
    "mrf:tags",
    "cxenseparse:tags",
    "articlekeywords",
    "article_keywords",
    "bt:keywords",
];

impl Reader<'_> {
    pub(super) fn tags(&self, sites: &[String]) -> Vec<Found<Vec<String>>> {
        let mut lists = Vec::new();
        for (from, thing) in self.told() {
            lists.push(found(from, tags(&thing.texts("keywords"), thing.is_list("keywords"))));
            lists.push(found(from, named(thing, &["about", "mentions"])));
        }
        let metas = |names: &[&str]| -> Vec<String> { self.marks.metas(names).map(str::to_owned).collect() };
        lists.push(found("opengraph", tags(&metas(OPENGRAPH), true)));
        let shown = tags(&shown(self.marks), true);
        let is_of_article = |tag: &String| shown.iter().any(|shown| titles::letters(shown) == titles::letters(tag));
        lists.extend(META.iter().map(|name| found("meta", tags(&metas(&[name]), false))));
        // Keywords are often those of the whole site: not one of them is among the tags that are seen.
        let keywords = tags(&metas(&["keywords"]), false);
        if shown.is_empty() || keywords.iter().any(is_of_article) {
            lists.push(found("meta", keywords));
        }
        if !lists.iter().any(|list| list.from == "meta" && !list.value.is_empty()) {
            let others = self.marks.metas_ending(&["tags", "keywords"], &["article:", "og:"]);
            lists.push(found("meta", tags(&others.map(str::to_owned).collect::<Vec<_>>(), false)));
        }
        let titles: Vec<String> = self.headlines().iter().map(|title| titles::letters(&title.value)).collect();
        let is_headline =
            |tag: &str| tag.split_whitespace().count() >= HEADLINE && titles.contains(&titles::letters(tag));
        for list in &mut lists {
            list.value = without_house(std::mem::take(&mut list.value), sites);
            list.value.retain(|tag| !is_headline(tag));
            list.value.iter_mut().for_each(|tag| *tag = as_seen(tag, &shown));
        }
        lists.push(found("visible", shown));
        lists.retain(|list| !list.value.is_empty());
        lists
    }

    pub(super) fn places(&self) -> Vec<Found<Vec<String>>> {
        let places =
            self.told().map(|(from, thing)| found(from, named(thing, &["contentLocation", "locationCreated"])));
        places.filter(|places| !places.value.is_empty()).collect()
    }
}

/// Without what the house is called, words for what all of it is, and what is said to programs, where anything else is
/// left.
fn without_house(tags: Vec<String>, sites: &[String]) -> Vec<String> {
    let is_code = |tag: &str| is_for_programs(tag);
    let is_house =
        |tag: &str| titles::is_site(tag, sites) || WORDS.of_site.contains(&tag.to_lowercase()) || is_code(tag);
    let has_codes = tags.iter().any(|tag| is_code(tag) && tag.contains(':'));
    // Where some are codes, what is written as codes are is one as well.
    let is_short = |tag: &str| has_codes && tag.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let kept: Vec<String> = tags.iter().filter(|tag| !is_house(tag) && !is_short(tag)).cloned().collect();
    if kept.is_empty() && !has_codes { tags } else { kept }
}

/// `source:tagname:X`, `DEST:NAMER`, `type: article`, `isPremium`
fn is_for_programs(tag: &str) -> bool {
    if let Some((kind, name)) = tag.split_once(':') {
        let is_word = kind.len() > 2 && kind.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        let is_title =
            |word: &str| !word[1..].contains(|c: char| c.is_ascii_uppercase()) && word != kind.to_lowercase();
        let is_kind = OTHER_KINDS.contains(&kind.to_lowercase().as_str());
        let is_apart = name.starts_with(char::is_whitespace);
        return is_word
            && !is_tag_kind(kind)
            && (is_kind && !(is_apart && is_title(kind)) || !is_apart && !is_title(kind));
    }
    let behind = tag.strip_prefix("is").or_else(|| tag.strip_prefix("has"));
    behind.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase())) && !tag.contains(' ')
}

fn is_tag_kind(kind: &str) -> bool {
    TAG_KINDS.contains(&kind.to_lowercase().as_str())
}

/// A tag that is written for addresses (`school-meals`) as readers see it.
fn as_seen(tag: &str, shown: &[String]) -> String {
    let is_shouted = |text: &str| !text.contains(char::is_lowercase);
    let is_plain = !tag.contains(char::is_uppercase);
    let is_better = |other: &&String| {
        is_plain && !is_shouted(other) && other.as_str() != tag && titles::letters(other) == titles::letters(tag)
    };
    shown.iter().find(is_better).cloned().unwrap_or_else(|| tag.to_owned())
}

/// The tags that readers see, of the surest kind there is: all that say so, else the longest list.
fn shown(marks: &Marks) -> Vec<String> {
    let heading = marks.headings.first().map_or(0, |heading| heading.at);
    let is_close = |link: &&TagLink| link.rank != TagRank::Before || link.at < heading && heading - link.at < CLOSE;
    let links: Vec<&TagLink> = marks.tags.iter().filter(is_close).collect();
    let Some(rank) = links.iter().map(|link| link.rank).min() else { return Vec::new() };
    let links: Vec<&TagLink> = links.into_iter().filter(|link| link.rank == rank && !is_more(&link.text)).collect();
    let texts = |list: NodeId| links.iter().filter(|link| link.list == list).map(|link| link.text.clone()).collect();
    if rank == TagRank::Told {
        return links.iter().map(|link| link.text.clone()).collect();
    }
    let lists: Vec<Vec<String>> = links
        .iter()
        .map(|link| link.list)
        .fold(Vec::new(), |mut lists: Vec<NodeId>, list| {
            if !lists.contains(&list) {
                lists.push(list);
            }
            lists
        })
        .into_iter()
        .map(texts)
        .filter(|texts: &Vec<String>| texts.len() <= MOST_SHOWN)
        .collect();
    lists.into_iter().max_by_key(Vec::len).unwrap_or_default()
}

/// A headline, and not a tag.
fn is_more(text: &str) -> bool {
    text.split_whitespace().count() > MOST_WORDS || text.chars().count() > LONGEST_SHOWN
}

/// `/tag/tin`, `/temas/estano`, `/thema/zinn`.
pub(super) fn leads_to_tag(href: &str) -> bool {
    address::leads_through(href, &WORDS.steps)
}

/// Are elements of this class a list of tags?
pub(super) fn is_list_class(names: &str) -> bool {
    WORDS.lists.iter().any(|word| names.contains(word.as_str()))
}

/// `Tags:`, `Archivado en`: what is said before a list of them.
pub(super) fn is_label(text: &str) -> bool {
    let text =
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '|' | '#' | '•')).to_lowercase();
    WORDS.labels.contains(&text)
}

/// Is a word among what elements are called one for a list of tags: `news-tag`, `c-topicList`?
pub(super) fn holds_list_word(names: &str) -> bool {
    let mut words: Vec<String> = vec![String::new()];
    let mut is_small = false;
    for c in names.chars() {
        if !c.is_alphabetic() || is_small && c.is_uppercase() {
            words.push(String::new());
        }
        is_small = c.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    let pairs = words.windows(2).map(|pair| pair.join(" "));
    words.iter().cloned().chain(pairs).any(|word| WORDS.words.contains(&word))
}

/// `Explore more on these topics`, `Ämnen i artikeln`, `More about`: a few words that say what a list is of. Subjects of the
/// whole site are none of the article.
pub(super) fn is_label_of_words(text: &str) -> bool {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty()).collect();
    let has = |table: &[String]| words.iter().any(|word| table.iter().any(|known| known == word));
    words.len() <= LONGEST_LABEL
        && !has(&WORDS.of_all)
        && (has(&WORDS.label_words) || WORDS.label_beginnings.contains(&text))
}

fn named(thing: &Thing<'_>, properties: &[&str]) -> Vec<String> {
    let named = properties.iter().flat_map(|name| thing.named(name)).map(|named| named.name);
    tags(&named.collect::<Vec<_>>(), true)
}

/// The tags in the values of one place, each once. A value that is no element of a list may be one itself.
fn tags(values: &[String], is_list: bool) -> Vec<String> {
    let mut known = HashSet::new();
    let parts: Vec<String> = values.iter().flat_map(|value| cut(value, is_list && values.len() > 1)).collect();
    // One with a colon may be called so; most of a list with one are a scheme.
    let is_most = |is: &dyn Fn(&str) -> bool| parts.iter().filter(|part| is(part)).count() * 2 > parts.len();
    let is_scheme = is_most(&|part| schemed(part).is_some());
    // Where most have some word before a colon, and that of some is one for tags, others are no tags.
    let is_keyed = is_most(&is_keyed) && parts.iter().any(|part| is_keyed(part) && is_tag_kind(kind_of(part)));
    let is_other = |part: &str| is_keyed && self::is_keyed(part) && !is_tag_kind(kind_of(part));
    let parts = parts.iter().filter(|part| !is_other(part));
    let named = parts.filter_map(|part| if is_scheme || is_keyed { of_scheme(part) } else { Some(part) });
    let tags = named.filter_map(tidy).filter(|tag| known.insert(tag.to_lowercase()));
    tags.take(MOST).collect()
}

fn cut(value: &str, is_whole: bool) -> Vec<String> {
    // Escaped once more than the page needs, its `;` would cut.
    let value = clean::unescape(&clean::unescape(value));
    let value = value.trim();
    if value.starts_with('[')
        && let Ok(list) = serde_json::from_str::<Vec<String>>(value)
    {
        return list;
    }
    let separator = [';', ',', '،', '、', '，', '|'].into_iter().find(|separator| value.contains(*separator));
    // Words of scripts without spaces are parted by them.
    let is_far = |part: &str| part.chars().all(|c| ('\u{3040}'..='\u{9fff}').contains(&c));
    if separator.is_none() && value.contains(' ') && value.split_whitespace().all(is_far) {
        return value.split_whitespace().map(str::to_owned).collect();
    }
    match separator.filter(|separator| !is_whole || *separator != ',' || value.matches(',').count() > 3) {
        Some(separator) => value.split(separator).map(str::to_owned).collect(),
        None => vec![value.to_owned()],
    }
}

fn tidy(part: &str) -> Option<String> {
    let tag = clean::line(part);
    let tag = tag.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '[' | ']' | '#' | ',' | ';'));
    // `&quot` is what a `;` has left of a sign.
    let is_sign =
        tag.strip_prefix('&').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#'));
    let sound = !is_sign
        && tag.chars().any(char::is_alphanumeric)
        && tag.chars().count() <= LONGEST
        && !tag.starts_with("http");
    sound.then(|| tag.to_owned())
}

/// `Lite:true`, `Tag:Nodejs`: a word, a colon, and no space.
fn is_keyed(part: &str) -> bool {
    let is_word = |kind: &str| !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    part.trim().split_once(':').is_some_and(|(kind, name)| is_word(kind) && name.starts_with(char::is_alphanumeric))
}

fn kind_of(part: &str) -> &str {
    part.trim().split(':').next().unwrap_or_default()
}

/// What a tag of a scheme names: `tag:tin` is `tin`; `section:metals` and `type:article` are for other programs.
fn of_scheme(tag: &str) -> Option<&str> {
    let Some((kind, name)) = schemed(tag) else { return Some(tag) };
    TAG_KINDS.contains(&kind.trim().to_lowercase().as_str()).then_some(name)
}

/// The kind and the name of a tag that says what kind it is.
fn schemed(tag: &str) -> Option<(&str, &str)> {
    let (kind, name) = tag.split_once(':').filter(|(_, name)| !name.trim().is_empty())?;
    let lower = kind.trim().to_lowercase();
    (TAG_KINDS.contains(&lower.as_str()) || OTHER_KINDS.contains(&lower.as_str())).then_some((kind, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_words_is_read() {
        assert!(!WORDS.lists.is_empty() && !WORDS.labels.is_empty());
        let words = WORDS.lists.iter().chain(&WORDS.labels).chain(&WORDS.steps).chain(&WORDS.words);
        let words =
            words.chain(&WORDS.label_words).chain(&WORDS.label_beginnings).chain(&WORDS.of_all).chain(&WORDS.of_site);
        words.for_each(|word| assert_eq!(*word, word.to_lowercase()));
        assert!(is_label("Archivado en:") && is_list_class(" article__tags ") && leads_to_tag("/tag/tin"));
    }

    #[track_caller]
    fn check(values: &[&str], is_list: bool, expected: &[&str]) {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        assert_eq!(tags(&values, is_list), expected, "{values:?}");
    }

    #[test]
    fn what_the_house_says_of_itself_is_no_tag() {
        let kept = |tags: &[&str]| {
            without_house(tags.iter().map(|tag| (*tag).to_owned()).collect(), &["The Tin Times".to_owned()])
        };
        let house = [
            "The Tin Times",
            "News",
            "source:tagname:TT",
            "DEST:NAMER",
            "isPremium",
            "type: article",
            "AdNode:tin",
            "ニュース",
        ];
        assert_eq!(
            kept(&[&house[..], &["tin", "re:publica", "Tin: a history"]].concat()),
            ["tin", "re:publica", "Tin: a history"]
        );
        assert_eq!(kept(&["News"]), ["News"], "nothing else is said");
        assert_eq!(kept(&["NATO", "tin"]), ["NATO", "tin"]);
        assert_eq!(kept(&["DEST:NAMER", "CIV"]), [""; 0]);
    }

    #[test]
    fn a_tag_is_written_as_readers_see_it() {
        let shown = ["School Meals".to_owned(), "TIN".to_owned()];
        let seen = |tag| as_seen(tag, &shown);
        assert_eq!((seen("school-meals"), seen("tin")), ("School Meals".to_owned(), "tin".to_owned()));
    }

    #[test]
    fn a_list_is_known_by_a_word_in_its_name_or_over_it() {
        assert!(
            ["news-tag", "c-tag", "ArticleTags_root__x", "kata-kunci", "topicList"].into_iter().all(holds_list_word)
        );
        assert!(!["stage", "vintage", "headline"].into_iter().any(holds_list_word));
        assert!(["Explore more on these topics", "Ämnen i artikeln:", "More about"].into_iter().all(is_label_of_words));
        assert!(!["Trending topics", "Read also", "More"].into_iter().any(is_label_of_words));
    }

    #[test]
    fn tags_are_cut_and_each_is_there_once() {
        check(&["tin, zinc,Tin , "], false, &["tin", "zinc"]);
        check(&["tin; zinc, lead"], false, &["tin", "zinc, lead"]);
        check(&["[\"tin\", \"zinc, lead\"]"], false, &["tin", "zinc, lead"]);
        check(&["港口 市议会"], false, &["港口", "市议会"]);
        check(&["Paris, France", "Rome"], true, &["Paris, France", "Rome"]);
        check(&["tin,zinc"], true, &["tin", "zinc"]);
        check(
            &["Tag:tin", "topic: zinc", "section:metals", "type:article", "Lead: a history"],
            true,
            &["tin", "zinc", "Lead: a history"],
        );
        check(&["Topic: a history", "zinc"], true, &["Topic: a history", "zinc"]);
        check(&["Lite:true", "Tag:Tin", "Tag:Zinc", "Publication:x-y", "lead"], true, &["Tin", "Zinc", "lead"]);
        check(&["tin", "&quot", "zinc"], true, &["tin", "zinc"]);
        check(&["tin, AT&amp;amp;T, zinc"], false, &["tin", "AT&T", "zinc"]);
        check(&["AT&amp;T", "#tin", "https://a.example/tin"], true, &["AT&T", "tin"]);
    }
}
