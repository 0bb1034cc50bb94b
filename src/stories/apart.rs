//! Whether two articles that come under one number are two: files of one name in two folders may number theirs alike.

use std::collections::HashSet;

use crate::analysis::{Event, segment};
use crate::article::Article;

/// Of the words of the shorter headline, and of the runs of words of the shorter text: so many percent in common, and it
/// may be the same article, written anew.
const OF_HEADLINE: usize = 50;
const OF_TEXT: usize = 10;

/// Words of a run.
const RUN: usize = 3;

/// Have they nothing of what a version has in common with the one before it: neither address nor headline nor text?
pub fn strangers(one: &Article, other: &Article) -> bool {
    let is_one_address = one.url.is_some() && one.url == other.url;
    let headlines = [one, other].map(|article| words([&article.headline]));
    let texts = [one, other].map(|article| words(article.lead.iter().chain(&article.body)));
    !is_one_address && shares_less(&headlines, 1, OF_HEADLINE) && shares_less(&texts, RUN, OF_TEXT)
}

/// An article of nothing but its headline shares no text with any other.
fn shares_less(texts: &[Vec<String>; 2], run: usize, percent: usize) -> bool {
    let [one, other] = texts.each_ref().map(|words| words.windows(run).collect::<HashSet<_>>());
    one.intersection(&other).count() * 100 <= one.len().min(other.len()) * percent
}

fn words<'a>(paragraphs: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    let mut words = Vec::new();
    for paragraph in paragraphs {
        segment(paragraph, None, |event| {
            if let Event::Word(word) = event {
                words.push(word.folded.to_owned());
            }
        });
    }
    words
}
