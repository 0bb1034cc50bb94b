//! Whether what comes as a version is plainly another article: two collections may number theirs alike.

use std::collections::HashSet;

use crate::analysis::{Event, segment};
use crate::article::Article;

/// Of the runs of words of the shorter text, and of the words of the shorter headline: with so many percent in common it
/// may be the same article, written anew. What stands under all articles of a house is less.
const OF_TEXT: usize = 25;
const OF_HEADLINE: usize = 50;

/// Words of a run, and words looked at.
const RUN: usize = 3;
const WORDS: usize = 2_000;

/// With so many runs each, the texts decide, unless so many words of the headlines are the same: `Letters` stand above many.
const RUNS: usize = 4;
const STANDING: usize = 4;

/// Have they nothing of what a version has in common with the one before it: neither address nor text nor headline?
pub fn strangers(one: &Article, other: &Article) -> bool {
    if one.url.is_some() && one.url == other.url {
        return false;
    }
    let headline = Common::of(&[one, other].map(|article| words([&article.headline])), 1);
    let is_one_headline = headline.is_more_than(OF_HEADLINE);
    // Nearly every version is told by what costs nothing.
    if is_one_headline && headline.common >= STANDING {
        return false;
    }
    let text = Common::of(&[one, other].map(|article| words(article.lead.iter().chain(&article.body))), RUN);
    !(text.is_more_than(OF_TEXT) || is_one_headline && text.least < RUNS)
}

/// What two texts share of the shorter one.
struct Common {
    common: usize,
    least: usize,
}

impl Common {
    fn of(texts: &[Vec<String>; 2], run: usize) -> Common {
        let [one, other] = texts.each_ref().map(|words| words.windows(run).collect::<HashSet<_>>());
        Common { common: one.intersection(&other).count(), least: one.len().min(other.len()) }
    }

    fn is_more_than(&self, percent: usize) -> bool {
        self.common * 100 > self.least * percent
    }
}

fn words<'a>(paragraphs: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    let mut words = Vec::new();
    for paragraph in paragraphs {
        if words.len() >= WORDS {
            break;
        }
        segment(paragraph, None, |event| {
            if let Event::Word(word) = event {
                words.push(word.folded.to_owned());
            }
        });
    }
    words.truncate(WORDS);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_strangers(one: (&str, &str), other: (&str, &str)) -> bool {
        let [one, other] = [one, other].map(|(headline, text)| Article {
            headline: headline.to_owned(),
            body: Some(text.to_owned()).into_iter().filter(|text| !text.is_empty()).collect(),
            ..Article::default()
        });
        assert_eq!(strangers(&one, &other), strangers(&other, &one));
        strangers(&one, &other)
    }

    #[test]
    fn texts_without_anything_in_common_are_strangers_whatever_stands_above_all_of_them() {
        let (badgers, buses) = ("The badgers of the north wood are back.", "A bus an hour is not enough for us.");
        let foot = " Write to the desk.";
        assert!(are_strangers(("Letters", badgers), ("Letters", buses)));
        assert!(are_strangers(
            ("Badgers back", &format!("{badgers}{foot}")),
            ("More buses", &format!("{buses}{foot}"))
        ));
        assert!(are_strangers(("Tin", ""), ("Elephants", "")));
    }

    #[test]
    fn a_version_has_its_headline_or_its_text() {
        let (stub, story) = ("More to follow.", "Two people died when a gas main broke near the harbour at dawn.");
        assert!(!are_strangers(("Gas blast in Lyon", stub), ("Gas blast in Lyon kills two", story)));
        assert!(!are_strangers(("Gas blast", story), ("Two dead", &story.replace("Two", "Three"))));
        let anew = "Firefighters spent the night in the ruins, and the mayor has asked for help.";
        assert!(!are_strangers(("Gas blast in Lyon kills two", story), ("Gas blast in Lyon kills three", anew)));
    }
}
