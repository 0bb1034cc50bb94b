//! The articles the oracle and the engine are asked about: real news in five languages, cut short so that words meet
//! often, the samples, and what was made up to be odd. Written to an index in several commits, so that there are several
//! segments, newer versions and deleted articles.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use broadsheet::article::Article;
use broadsheet::engine::embedded::Index;
use broadsheet::engine::{Change, Checkpoint, Document, Engine, View};
use broadsheet::ingest::input::{self, Input, Progress};
use broadsheet::ingest::{FieldMap, Item, ReadOptions};
use tempfile::TempDir;

use super::odd;
use super::plain::Plain;
use crate::archive::shared;

/// Words of a body that are kept.
const LONGEST: usize = 150;

/// The moment the first article was seen; each was seen an hour after the one before.
const FIRST_SEEN_MS: i64 = 1_740_000_000_000;
const HOUR_MS: i64 = 3_600_000;

struct Source {
    path: &'static str,
    /// Columns that do not name themselves.
    map: &'static str,
    /// Delimiter and quote of a table without a header.
    signs: Option<(u8, u8)>,
    /// Where the articles do not say it.
    lang: Option<&'static str>,
    /// One in so many is taken,
    every: usize,
    /// until there are so many.
    articles: usize,
}

const SOURCES: &[Source] = &[
    Source { path: "reuters21578/reut2-000.sgm.zst", lang: Some("en"), every: 3, articles: 110, ..PLAIN },
    Source { path: "kurdistan-multilingual/Dataset.csv.zst", every: 12, articles: 100, ..PLAIN },
    Source {
        path: "huffpost-10k/News_Category_Dataset_v3.json.zst",
        lang: Some("en"),
        every: 5,
        articles: 40,
        ..PLAIN
    },
    Source { path: "fi-news/shards-000-119.tar.zst", map: FINNISH, lang: Some("fi"), every: 4, articles: 60, ..PLAIN },
    Source { path: "gnad10-test/test.csv.zst", map: GERMAN, signs: Some((b';', b'\'')), lang: Some("de-AT"), ..PLAIN },
];

const PLAIN: Source = Source { path: "", map: "", signs: None, lang: None, every: 10, articles: 40 };
const FINNISH: &str = "headline=otsikko,lead=tiivistelma,published=paivamaara,image=kuva";
const GERMAN: &str = "section=1,body=2";

/// What the index holds, read both ways.
pub(super) struct Corpus {
    pub(super) plain: Plain,
    pub(super) view: View,
    _folder: TempDir,
}

impl Corpus {
    pub(super) fn made() -> Corpus {
        let mut articles = odd::articles();
        articles.extend(samples());
        articles.extend(SOURCES.iter().flat_map(real));
        let folder = tempfile::tempdir().unwrap();
        let (index, live) = written(folder.path(), articles);
        let view = Engine::Embedded(index).view().unwrap();
        assert_eq!(view.articles() as usize, live.len());
        Corpus { plain: Plain::of(live.into_values()), view, _folder: folder }
    }
}

fn samples() -> Vec<Article> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples");
    read(&folder, &ReadOptions::default(), 1, usize::MAX)
}

fn real(source: &Source) -> Vec<Article> {
    let Some(path) = shared(source.path) else { return Vec::new() };
    let options = ReadOptions {
        map: FieldMap::parse(source.map).unwrap(),
        delimiter: source.signs.map(|(delimiter, _)| delimiter),
        quote: source.signs.map(|(_, quote)| quote),
        no_header: source.signs.is_some(),
        ..ReadOptions::default()
    };
    let mut articles = read(Path::new(&path), &options, source.every, source.articles);
    assert_eq!(articles.len(), source.articles, "{path}");
    for article in &mut articles {
        article.lang = article.lang.take().or(source.lang.map(str::to_owned));
    }
    articles
}

fn read(path: &Path, options: &ReadOptions, every: usize, enough: usize) -> Vec<Article> {
    let mut articles = Vec::new();
    let mut met = 0;
    let _ = input::read(&Input::Path(path.to_owned()), options, &Progress::default(), &mut |item| {
        if let Item::Article { mut article, .. } = item {
            met += 1;
            if met % every == 0 {
                shorten(&mut article.body);
                article.lang = article.lang.map(|tag| tag.replace('_', "-"));
                articles.push(*article);
            }
        }
        if articles.len() < enough { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    articles
}

/// Keeps the first words.
fn shorten(body: &mut Vec<String>) {
    let mut left = LONGEST;
    for paragraph in body.iter_mut() {
        let mut spaces = paragraph.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
        let (words, end) = (paragraph.split_whitespace().count(), spaces.nth(left.saturating_sub(1)));
        paragraph.truncate(end.filter(|_| words > left).unwrap_or(paragraph.len()));
        if left == 0 {
            paragraph.clear();
        }
        left = left.saturating_sub(words);
    }
    body.retain(|paragraph| !paragraph.is_empty());
}

/// Writes two thirds and lets them be merged, then the last third with newer versions and deletions.
fn written(folder: &Path, articles: Vec<Article>) -> (Index, BTreeMap<u64, Document>) {
    let index = Index::create(folder).unwrap();
    let mut changes: Vec<Change> = (1..).zip(articles).map(|(num, article)| added(num, article)).collect();
    let third = changes.len() / 3;
    let later = changes.split_off(2 * third);
    let revised = changes.iter().step_by(15).map(revised);
    let deleted = changes.iter().skip(5).step_by(15).map(|change| Change { num: change.num, document: None });
    let last: Vec<Change> = later.iter().cloned().chain(revised).chain(deleted).collect();
    let mut live = BTreeMap::new();
    let batches = [&[&changes[..third], &changes[third..]][..], &[&last[..]]];
    let mut position = 0;
    for batches in batches {
        let mut writer = index.writer().unwrap();
        for batch in batches {
            position += batch.len() as u64;
            writer.apply(batch).unwrap();
            writer.commit(&Checkpoint { store: "oracle".into(), position, tail: position.to_string() }).unwrap();
            batch.iter().for_each(|change| apply(&mut live, change));
        }
        writer.finish().unwrap();
    }
    (index, live)
}

fn added(num: u64, article: Article) -> Change {
    let seen_ms = FIRST_SEEN_MS + num as i64 * HOUR_MS;
    let (story, id) = (story(num), format!("a{num}"));
    Change { num, document: Some(Document { num, row: num, story, id, seen_ms, revised: false, article }) }
}

/// Every seventh is a copy of an earlier article, be that a copy itself or deleted: the engine takes what it is told.
fn story(num: u64) -> u64 {
    if num.is_multiple_of(7) { num / 3 } else { num }
}

/// Another version: its paragraphs in the opposite order.
fn revised(change: &Change) -> Change {
    let mut change = change.clone();
    if let Some(document) = &mut change.document {
        document.row += 10_000;
        document.revised = true;
        document.article.body.reverse();
    }
    change
}

fn apply(live: &mut BTreeMap<u64, Document>, change: &Change) {
    live.remove(&change.num);
    live.extend(change.document.clone().map(|document| (change.num, document)));
}
