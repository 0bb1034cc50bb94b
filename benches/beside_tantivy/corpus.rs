//! The articles both sides take in.

use std::path::{Path, PathBuf};

use anyhow::bail;
use broadsheet::article::Article;
use broadsheet::identity::{self, Identity};
use broadsheet::ingest::input::{self, Input, Progress};
use broadsheet::ingest::{Item, ReadOptions};

/// Whole articles in several languages, most of them English; read without any option.
const SHARED: &[&str] = &[
    "reuters21578",
    "masakhanews-a/data.tar.zst",
    "gsa-digitalgov-news/content-news.tar.zst",
    "huffpost-10k/News_Category_Dataset_v3.json.zst",
    "kurdistan-multilingual/Dataset.csv.zst",
];

pub(crate) struct Corpus {
    pub(crate) paths: Vec<PathBuf>,
}

/// Where the news is that is not part of the project.
pub(crate) fn shared_root() -> PathBuf {
    std::env::var_os("BROADSHEET_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from)
}

impl Corpus {
    pub(crate) fn samples() -> Corpus {
        Corpus { paths: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")] }
    }

    /// The news that is not part of the project.
    pub(crate) fn shared() -> anyhow::Result<Corpus> {
        let root = shared_root();
        let mut paths = Vec::new();
        for name in SHARED {
            let path = root.join(name);
            match path.is_dir() {
                true => paths.extend(files(&path)?),
                false if path.exists() => paths.push(path),
                false => println!("ABSENT: {} — the figures are without it", path.display()),
            }
        }
        if paths.is_empty() {
            bail!("no news in {}: set BROADSHEET_DATA, or take the samples with --quick", root.display());
        }
        Ok(Corpus { paths })
    }

    /// Reads everything as `broadsheet ingest` does, and hands on each article with its identity.
    pub(crate) fn read(&self, mut each: impl FnMut(Article, Identity)) {
        for path in &self.paths {
            let input = Input::Path(path.clone());
            let _ = input::read(&input, &ReadOptions::default(), &Progress::default(), &mut |item| {
                if let Item::Article { article, format, .. } = item {
                    let identity = identity::settle(&article, None, format.name());
                    each(*article, identity);
                }
                std::ops::ControlFlow::Continue(())
            });
        }
    }
}

/// The data of a collection, without the papers that come with it.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "zst") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
