//! What an article is about, in the publisher's words.

use std::collections::HashSet;

use crate::ingest::clean;

/// Tags of one article; a longer list is made for search engines.
const MOST: usize = 100;
const LONGEST: usize = 120;

/// The tags in the values of one place, each once. A value that is no element of a list may be one itself.
pub(super) fn tags(values: &[String], is_list: bool) -> Vec<String> {
    let mut known = HashSet::new();
    let parts = values.iter().flat_map(|value| cut(value, is_list && values.len() > 1));
    let tags = parts.filter_map(|part| tidy(&part)).filter(|tag| known.insert(tag.to_lowercase()));
    tags.take(MOST).collect()
}

fn cut(value: &str, is_whole: bool) -> Vec<String> {
    let value = clean::unescape(value);
    let value = value.trim();
    if value.starts_with('[')
        && let Ok(list) = serde_json::from_str::<Vec<String>>(value)
    {
        return list;
    }
    let separator = [';', ',', '،', '、', '，', '|'].into_iter().find(|separator| value.contains(*separator));
    match separator.filter(|separator| !is_whole || *separator != ',' || value.matches(',').count() > 3) {
        Some(separator) => value.split(separator).map(str::to_owned).collect(),
        None => vec![value.to_owned()],
    }
}

fn tidy(part: &str) -> Option<String> {
    let tag = clean::line(part);
    let tag = tag.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '[' | ']' | '#' | ',' | ';'));
    let sound = tag.chars().any(char::is_alphanumeric) && tag.chars().count() <= LONGEST && !tag.starts_with("http");
    sound.then(|| tag.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[&str], is_list: bool, expected: &[&str]) {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        assert_eq!(tags(&values, is_list), expected, "{values:?}");
    }

    #[test]
    fn tags_are_cut_and_each_is_there_once() {
        check(&["tin, zinc,Tin , "], false, &["tin", "zinc"]);
        check(&["tin; zinc, lead"], false, &["tin", "zinc, lead"]);
        check(&["[\"tin\", \"zinc, lead\"]"], false, &["tin", "zinc, lead"]);
        check(&["Paris, France", "Rome"], true, &["Paris, France", "Rome"]);
        check(&["tin,zinc"], true, &["tin", "zinc"]);
        check(&["AT&amp;T", "#tin", "https://a.example/tin"], true, &["AT&T", "tin"]);
    }
}
