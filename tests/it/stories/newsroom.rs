//! A second making of pairs, after what newsrooms and sites do to a text on its way; unlike the first it changes an exact
//! number of words, in one place or all over, and adds what others add. And pairs that must stay apart: the nearest by
//! vocabulary, forms filled in for others, parts of a series, strangers in the same frame.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use broadsheet::article::Article;

use super::pairs::Random;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Work {
    /// `LONDON, Nov 26 (Reuters) -`, `(CNN) —`, a correspondent's line.
    Agency,
    /// A hundredth to three fifths cut at the end.
    Trimmed,
    /// One word in ten replaced, dropped or inserted: all over, or in some places.
    Spread,
    Clustered,
    /// Spelling of the other side of the ocean, typographic quotes, paragraphs joined.
    Respelled,
    /// Lines that lead to other articles, between the paragraphs.
    Linked,
    /// `Reporting by …; Editing by …`
    Signed,
    /// Sixty words about the site, at either end.
    Framed,
    /// A paragraph more.
    Updated,
    /// One sentence in five another, and one word in ten.
    Heavy,
    /// Headed, cut, one word in ten changed, linked and signed.
    Everything,
}

impl Work {
    pub(super) const EACH: [Work; 11] = [
        Work::Agency,
        Work::Trimmed,
        Work::Spread,
        Work::Clustered,
        Work::Respelled,
        Work::Linked,
        Work::Signed,
        Work::Framed,
        Work::Updated,
        Work::Heavy,
        Work::Everything,
    ];
}

/// About no article; the beginning of every one on a site, or the end.
pub(super) const FRAME: [&str; 2] = [
    "You are reading the free edition. Sign up for our morning letter and have the most important news of the day in your \
     mailbox before breakfast, picked and explained by our editors; you can leave at any time with one click. By going on \
     you agree to our terms of use and to the storing of small files on your device, as described in our statement on data \
     protection, which was last changed in spring.",
    "All rights reserved. No part of this article may be copied, stored, sent on or sold without leave in writing from the \
     publisher. Opinions are those of their authors. If you have found a mistake, write to our desk for corrections, and name \
     the article and the line. Support independent reporting with a small sum every month, and read without advertisements \
     on every device that you own.",
];

const HEADS: [&str; 5] = [
    "LONDON, Nov 26 (Reuters) - ",
    "(CNN) — ",
    "WASHINGTON (AP) — ",
    "By our correspondent in Brussels. ",
    "BERLIN, 26. November (dpa) – ",
];

/// From Britain to America; those of the other way are found by the same pairs.
const SPELLINGS: [(&str, &str); 12] = [
    ("colour", "color"),
    ("centre", "center"),
    ("labour", "labor"),
    ("defence", "defense"),
    ("organis", "organiz"),
    ("realis", "realiz"),
    ("programme", "program"),
    ("favour", "favor"),
    ("per cent", "percent"),
    ("travell", "travel"),
    ("cancell", "cancel"),
    ("cheque", "check"),
];

/// The text of an article: what is read first where there is no body.
fn text(article: &Article) -> Vec<String> {
    if article.body.is_empty() { article.lead.iter().cloned().collect() } else { article.body.clone() }
}

fn with(article: &Article, text: Vec<String>) -> Article {
    match article.body.is_empty() {
        true => Article { lead: Some(text.join(" ")), ..article.clone() },
        false => Article { body: text, ..article.clone() },
    }
}

/// By paragraph. A stop within a word, or after a short start, ends none.
pub(super) fn sentences(paragraph: &str) -> Vec<String> {
    let (mut all, mut last) = (Vec::new(), String::new());
    for word in paragraph.split_whitespace() {
        if !last.is_empty() {
            last.push(' ');
        }
        last.push_str(word);
        let stop = word.trim_end_matches(['"', '\'', '”', '»', ')']).ends_with(['.', '!', '?', '።', '؟', '۔']);
        if stop && last.chars().count() > 30 {
            all.push(std::mem::take(&mut last));
        }
    }
    all.extend(Some(last).filter(|last| !last.is_empty()));
    all
}

pub(super) fn words(article: &Article) -> Vec<String> {
    text(article).iter().flat_map(|paragraph| split(paragraph)).collect()
}

fn split(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

pub(super) struct Newsroom<'a> {
    pub(super) articles: &'a [Article],
    pub(super) random: Random,
}

impl Newsroom<'_> {
    fn other(&mut self) -> Article {
        self.articles[self.random.below(self.articles.len())].clone()
    }

    fn foreign_sentence(&mut self) -> String {
        let all: Vec<String> =
            (0..20).flat_map(|_| text(&self.other())).flat_map(|one| sentences(&one)).take(9).collect();
        all.get(self.random.below(all.len())).cloned().unwrap_or_else(|| "Nobody could be reached at night.".into())
    }

    fn foreign_word(&mut self) -> String {
        let all: Vec<String> = self.foreign_sentence().split(' ').map(str::to_owned).collect();
        all[self.random.below(all.len())].clone()
    }

    pub(super) fn work(&mut self, article: &Article, work: Work) -> Article {
        let mut text: Vec<Vec<String>> = text(article).iter().map(|paragraph| sentences(paragraph)).collect();
        let everything = work == Work::Everything;
        if work == Work::Trimmed || everything {
            let most = if everything { 40 } else { 60 };
            cut(&mut text, 1 + self.random.below(most));
        }
        if work == Work::Heavy {
            self.replace_sentences(&mut text);
        }
        if matches!(work, Work::Spread | Work::Heavy) || everything {
            self.change_words(&mut text, 1);
        }
        if work == Work::Clustered {
            self.change_words(&mut text, 5);
        }
        let mut text: Vec<String> = text.iter().map(|sentences| sentences.join(" ")).collect();
        if work == Work::Respelled {
            text = respelled(&text);
        }
        if work == Work::Agency || everything {
            let head = HEADS[self.random.below(HEADS.len())];
            text[0].insert_str(0, head);
        }
        if work == Work::Linked {
            self.link(&mut text, 4);
        }
        if work == Work::Signed || everything {
            text.push("Reporting by Mary Oduya and Jan Petersen; Editing by Ann Lowell".into());
        }
        if work == Work::Framed {
            let at = [0, text.len()][self.random.below(2)];
            text.insert(at, FRAME[self.random.below(2)].into());
        }
        if work == Work::Updated {
            let more: Vec<String> = (0..3).map(|_| self.foreign_sentence()).collect();
            text.insert(self.random.below(text.len() + 1), more.join(" "));
        }
        let headline = if self.random.below(3) == 0 { article.headline.clone() } else { self.other().headline };
        Article { headline, ..with(article, text) }
    }

    /// One in five.
    fn replace_sentences(&mut self, text: &mut [Vec<String>]) {
        let all = text.iter().map(Vec::len).sum::<usize>();
        for _ in 0..all / 5 {
            let at = self.random.below(all);
            let foreign = self.foreign_sentence();
            if let Some(sentence) = text.iter_mut().flatten().nth(at) {
                *sentence = foreign;
            }
        }
    }

    /// One in ten of all, `together` side by side.
    fn change_words(&mut self, text: &mut [Vec<String>], together: usize) {
        let all = text.iter().flatten().map(|sentence| sentence.split(' ').count()).sum::<usize>();
        let starts: BTreeSet<usize> = (0..all / 10 / together).map(|_| self.random.below(all)).collect();
        let mut at = 0;
        for sentence in text.iter_mut().flatten() {
            let mut changed = Vec::new();
            for word in sentence.split(' ') {
                let is_due = (0..together).any(|back| at >= back && starts.contains(&(at - back)));
                match self.random.below(4) {
                    _ if !is_due => changed.push(word.to_owned()),
                    0 => {}
                    1 => changed.extend([self.foreign_word(), word.to_owned()]),
                    _ => changed.push(self.foreign_word()),
                }
                at += 1;
            }
            *sentence = changed.join(" ");
        }
    }

    /// After one paragraph in so many.
    fn link(&mut self, text: &mut Vec<String>, every: usize) {
        for at in (1..=text.len()).rev().step_by(every) {
            let line = format!("Read also: {}", self.other().headline);
            text.insert(at, line);
        }
    }
}

/// So many sentences in a hundred, at the end; of one sentence, words.
fn cut(text: &mut Vec<Vec<String>>, percent: usize) {
    let all = text.iter().map(Vec::len).sum::<usize>();
    if all < 3 {
        let Some(only) = text.first_mut() else { return };
        let joined = only.join(" ");
        let words: Vec<&str> = joined.split(' ').collect();
        *only = vec![words[..(words.len() * (100 - percent)).div_ceil(100)].join(" ")];
        return;
    }
    let mut kept = (all * (100 - percent)).div_ceil(100);
    for paragraph in text.iter_mut() {
        paragraph.truncate(kept);
        kept -= paragraph.len();
    }
    text.retain(|paragraph| !paragraph.is_empty());
}

fn respelled(text: &[String]) -> Vec<String> {
    let respelled = |paragraph: &String| {
        let spelled = SPELLINGS.iter().fold(paragraph.clone(), |text, (here, there)| match text.contains(here) {
            true => text.replace(here, there),
            false => text.replace(there, here),
        });
        spelled.replace(" \"", " “").replace('"', "”").replace('\'', "’").replace(" - ", " — ")
    };
    text.chunks(2).map(|two| two.iter().map(respelled).collect::<Vec<_>>().join(" ")).collect()
}

/// How many percent of the sentences of the shorter text stand in the longer, but for a quarter of their words.
pub(super) fn standing(one: &Article, other: &Article) -> usize {
    let bags = |article: &Article| -> Vec<BTreeSet<String>> {
        text(article).iter().flat_map(|one| sentences(one)).map(|one| split(&one).into_iter().collect()).collect()
    };
    let (one, other) = (bags(one), bags(other));
    let size = |bags: &[BTreeSet<String>]| bags.iter().map(BTreeSet::len).sum::<usize>();
    let (shorter, longer) = if size(&one) <= size(&other) { (one, other) } else { (other, one) };
    let stands =
        |bag: &BTreeSet<String>| longer.iter().any(|there| bag.intersection(there).count() * 4 >= bag.len() * 3);
    shorter.iter().filter(|bag| stands(bag)).count() * 100 / shorter.len().max(1)
}

fn figures(article: &Article) -> BTreeSet<String> {
    words(article).into_iter().filter(|word| word.contains(|c: char| c.is_ascii_digit())).collect()
}

/// Forms filled in with other figures.
pub(super) fn is_another_form(one: &Article, other: &Article) -> bool {
    let (one, other) = (figures(one), figures(other));
    let fewer = one.len().min(other.len());
    fewer >= 5 && one.intersection(&other).count() * 3 < fewer
}

/// The nearest of some articles by the words that both have: rare ones, or in forms all but the figures.
pub(super) fn nearest(articles: &[Article], step: usize, most: usize, forms: bool) -> Vec<(usize, usize)> {
    let is_kept = |word: &String| !forms || !word.contains(|c: char| c.is_ascii_digit());
    let bags: Vec<BTreeSet<String>> =
        articles.iter().map(|article| words(article).into_iter().filter(is_kept).collect()).collect();
    let mut holders: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, bag) in bags.iter().enumerate() {
        bag.iter().for_each(|word| holders.entry(word).or_default().push(number));
    }
    let common = if forms { articles.len() } else { articles.len() / 20 + 5 };
    let is_asked = |number: &usize| !forms || figures(&articles[*number]).len() * 8 >= bags[*number].len();
    let mut pairs = BTreeSet::new();
    for number in (0..articles.len()).step_by(step).filter(is_asked) {
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        for list in bags[number].iter().map(|word| &holders[word.as_str()]).filter(|list| list.len() <= common) {
            let weight = if forms { 1.0 } else { (articles.len() as f64 / list.len() as f64).ln() };
            list.iter()
                .filter(|other| **other != number)
                .for_each(|other| *scores.entry(*other).or_default() += weight);
        }
        let mut ranked: Vec<(f64, usize)> =
            scores.into_iter().map(|(other, score)| (score / (bags[other].len() as f64).sqrt(), other)).collect();
        ranked.sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
        pairs.extend(ranked.iter().take(most).map(|(_, other)| (number.min(*other), number.max(*other))));
    }
    pairs.into_iter().collect()
}

/// Two parts of one series: the same introduction and the same last paragraph, a third of each.
pub(super) fn series(article: &Article) -> Option<(Article, Article)> {
    let all: Vec<String> = text(article).iter().flat_map(|paragraph| sentences(paragraph)).collect();
    let part = all.len() / 8;
    if part == 0 {
        return None;
    }
    let (intro, close) = (&all[..part], &all[7 * part..8 * part]);
    let make = |middle: &[String]| with(article, vec![intro.join(" "), middle.join(" "), close.join(" ")]);
    Some((make(&all[part..4 * part]), make(&all[4 * part..7 * part])))
}

/// Two strangers in the frame of one site.
pub(super) fn framed(one: &Article, other: &Article) -> (Article, Article) {
    let frame = |article: &Article| {
        let frame = [vec![FRAME[0].to_owned()], text(article), vec![FRAME[1].to_owned()]];
        with(article, frame.concat())
    };
    (frame(one), frame(other))
}
