//! The inputs: the news that is not part of the project, laid out as a newsroom has it.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use broadsheet::ingest::input::{self, Progress};
use broadsheet::ingest::{Item, ReadOptions};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

/// The same pages are archived this often, each time with another address and another first paragraph.
const CAPTURES: usize = 8;

pub(crate) struct Input {
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
    /// As it lies on the disk.
    pub(crate) bytes: u64,
    /// The pages in it, as a browser gets them.
    pub(crate) pages: Vec<String>,
}

pub(crate) fn inputs(folder: &Path, quick: bool) -> anyhow::Result<Vec<Input>> {
    let root = std::env::var_os("BROADSHEET_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let pages = if quick { own_pages() } else { pages(&root.join("aeb-html/html"))? };
    let source = if quick { Path::new(env!("CARGO_MANIFEST_DIR")).join("samples") } else { root.join("reuters21578") };
    Ok(vec![jsonl(folder, &source)?, html(folder, &pages)?, warc(folder, &pages, if quick { 1 } else { CAPTURES })?])
}

fn own_pages() -> Vec<String> {
    let text = "The harbour council met on Monday and agreed on new rules for the ferries, which sail from March. ";
    let page = |n: usize| {
        let body = format!("<p>{}</p>", text.repeat(3)).repeat(4);
        format!("<!doctype html><title>Ferries, part {n}</title><article><h1>Ferries, part {n}</h1>{body}</article>")
    };
    (0..5).map(page).collect()
}

fn pages(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut pages = Vec::new();
    for path in paths {
        let mut bytes = Vec::new();
        flate2::read::MultiGzDecoder::new(File::open(path)?).read_to_end(&mut bytes)?;
        pages.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    Ok(pages)
}

fn jsonl(folder: &Path, source: &Path) -> anyhow::Result<Input> {
    let path = folder.join("articles.jsonl");
    let mut file = BufWriter::new(File::create(&path)?);
    let mut written = Ok(());
    let source = input::Input::Path(source.to_owned());
    let _ = input::read(&source, &ReadOptions::default(), &Progress::default(), &mut |item| {
        if let Item::Article { article, .. } = item {
            let line = json!({
                "id": article.external_id, "headline": article.headline, "body": article.body, "tags": article.tags,
                "published": article.published.at, "url": article.url, "source": "bench",
            });
            written = writeln!(file, "{line}");
        }
        if written.is_ok() { std::ops::ControlFlow::Continue(()) } else { std::ops::ControlFlow::Break(()) }
    });
    written?;
    file.flush()?;
    drop(file);
    let bytes = path.metadata()?.len();
    Ok(Input { name: "JSON Lines", path, bytes, pages: Vec::new() })
}

fn html(folder: &Path, pages: &[String]) -> anyhow::Result<Input> {
    let path = folder.join("pages");
    std::fs::create_dir_all(&path)?;
    let mut bytes = 0;
    for (n, page) in pages.iter().enumerate() {
        std::fs::write(path.join(format!("{n:05}.html")), page)?;
        bytes += page.len() as u64;
    }
    Ok(Input { name: "HTML", path, bytes, pages: pages.to_vec() })
}

fn warc(folder: &Path, pages: &[String], captures: usize) -> anyhow::Result<Input> {
    let path = folder.join("crawl.warc.gz");
    let mut file = BufWriter::new(File::create(&path)?);
    let mut archived = Vec::new();
    for capture in 0..captures {
        for (n, page) in pages.iter().enumerate() {
            // Without the address that a page gives itself, each capture is an article of its own.
            let page = page.replace("canonical", "former").replacen("<p", &format!("<p>Edition {capture}.</p><p"), 1);
            let block = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}");
            let head = format!(
                "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://bench.example/{capture}/{n}\r\n\
                 WARC-Date: 2020-01-02T03:04:05Z\r\nContent-Type: application/http\r\nContent-Length: {}\r\n\r\n",
                block.len()
            );
            let mut member = GzEncoder::new(Vec::new(), Compression::default());
            write!(member, "{head}{block}\r\n\r\n")?;
            file.write_all(&member.finish()?)?;
            archived.push(page);
        }
    }
    file.flush()?;
    drop(file);
    let bytes = path.metadata()?.len();
    Ok(Input { name: "WARC", path, bytes, pages: archived })
}
