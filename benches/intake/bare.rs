//! What taking in cannot be done without.

use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use broadsheet::identity::{Identity, Kind};
use broadsheet::ingest::input::{self, Progress};
use broadsheet::ingest::{Item, ReadOptions};
use broadsheet::store::{Incoming, Spent, Store};
use tantivy::schema::{STORED, Schema, TEXT};
use tantivy::{Index, IndexWriter, TantivyDocument};

use crate::corpus::Input;

/// What the program has, too.
const INDEXING_THREADS: usize = 2;
const INDEXING_MEMORY: usize = 256 << 20;

/// As many as the program writes at once.
const BATCH: usize = 1000;

/// The bare costs of an input, by name.
pub(crate) fn costs(input: &Input, folder: &Path) -> anyhow::Result<Vec<(&'static str, Duration)>> {
    let mut costs = vec![("unpacking", timed(|| unpack(&input.path))?)];
    if !input.pages.is_empty() {
        costs.push(("extraction", timed(|| extract(&input.pages))?));
    }
    let texts = texts(input);
    costs.push(("tantivy", timed(|| index(&texts, &folder.join(format!("bare {}", input.name))))?));
    Ok(costs)
}

fn timed(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let started = Instant::now();
    work()?;
    Ok(started.elapsed())
}

/// Reads every byte, unpacked.
fn unpack(path: &Path) -> anyhow::Result<()> {
    if path.is_dir() {
        return std::fs::read_dir(path)?.flatten().try_for_each(|entry| unpack(&entry.path()));
    }
    let file = std::fs::File::open(path)?;
    let mut stream: Box<dyn Read> = match path.extension().is_some_and(|ending| ending == "gz") {
        true => Box::new(flate2::read::MultiGzDecoder::new(file)),
        false => Box::new(file),
    };
    std::io::copy(&mut stream, &mut std::io::sink())?;
    Ok(())
}

/// The extraction crate over every page.
fn extract(pages: &[String]) -> anyhow::Result<()> {
    for page in pages {
        if let Ok(mut readability) = dom_smoothie::Readability::new(page.as_str(), None, None) {
            // What it cannot extract costs as much.
            let _ = std::hint::black_box(readability.parse());
        }
    }
    Ok(())
}

/// Headlines and bodies, as the program reads them.
fn texts(input: &Input) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    let source = input::Input::Path(input.path.clone());
    let _ = input::read(&source, &ReadOptions::default(), &Progress::default(), &mut |item| {
        if let Item::Article { article, .. } = item.read() {
            texts.push((article.headline, article.body.join("\n")));
        }
        std::ops::ControlFlow::Continue(())
    });
    texts
}

fn index(texts: &[(String, String)], folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut schema = Schema::builder();
    let (headline, body) =
        (schema.add_text_field("headline", TEXT | STORED), schema.add_text_field("body", TEXT | STORED));
    let index = Index::create_in_dir(folder, schema.build())?;
    let mut writer: IndexWriter = index.writer_with_num_threads(INDEXING_THREADS, INDEXING_MEMORY)?;
    for text in texts {
        let mut document = TantivyDocument::new();
        document.add_text(headline, &text.0);
        document.add_text(body, &text.1);
        writer.add_document(document)?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(())
}

/// What writing the articles to the store takes, and stories of it.
pub(crate) fn writing(input: &Input, folder: &Path) -> anyhow::Result<Spent> {
    let store = Store::open(&folder.join(format!("store {}", input.name)))?;
    let run = store.begin_run(input.name)?;
    let mut articles = Vec::new();
    let source = input::Input::Path(input.path.clone());
    let _ = input::read(&source, &ReadOptions::default(), &Progress::default(), &mut |item| {
        if let Item::Article { article, .. } = item.read() {
            let key = articles.len().to_string();
            let identity = Identity { namespace: "bench".to_owned(), key, kind: Kind::Provider, page: None };
            articles.push(Incoming { identity, article: *article, original: None });
        }
        std::ops::ControlFlow::Continue(())
    });
    for batch in articles.chunks(BATCH) {
        store.put(run, batch)?;
    }
    Ok(store.spent())
}
