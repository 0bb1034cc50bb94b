//! Opening inputs: folders, archives, compressed files, standard input, nested in each other. Nothing is trusted: how
//! deep inputs nest and how large they unpack is bounded, and names inside archives are only names.

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::detect::{Format, detect};
use super::readers::{csv, json, markdown, page_dump, reuters, text};
use super::{Item, Place, ReadOptions, Reason, Sink, encoding};

/// Archives in archives.
const DEEPEST: usize = 4;

/// One file, unpacked.
const LARGEST: u64 = 1 << 30;

/// Of what was refused, this much is kept.
const COPY: usize = 64 * 1024;

/// What a look at the format takes.
const HEAD: usize = 64 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Path(PathBuf),
    Stdin,
}

/// How far reading has come, in bytes as they lie on the disk.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    pub read: Arc<AtomicU64>,
}

/// Reads one input and hands on every article and every reject, in order.
pub fn read(input: &Input, options: &ReadOptions, progress: &Progress, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let mut reading = Reading { options, progress, sink };
    match input {
        Input::Stdin => reading.stream(io::stdin().lock(), "-", 0),
        Input::Path(path) => reading.path(path, true),
    }
}

/// Bytes an input has on the disk, where that can be told.
pub fn size(path: &Path) -> u64 {
    let Ok(metadata) = path.metadata() else { return 0 };
    if metadata.is_file() {
        return metadata.len();
    }
    entries(path).iter().map(|path| size(path)).sum()
}

struct Reading<'a, 's> {
    options: &'a ReadOptions,
    progress: &'a Progress,
    sink: &'a mut Sink<'s>,
}

/// Counts the bytes that pass.
struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Files and folders in a folder by name, hidden ones left out; links to folders are not followed, so that no circle
/// is walked.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let visible = |entry: &std::fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        !name.starts_with('.') && name != "__MACOSX" && !(link && entry.path().is_dir())
    };
    let found = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = found.filter(visible).map(|entry| entry.path()).collect();
    found.sort();
    found
}

impl Reading<'_, '_> {
    fn path(&mut self, path: &Path, named: bool) -> ControlFlow<()> {
        let name = path.display().to_string();
        if path.is_dir() {
            return entries(path).iter().try_for_each(|path| self.path(path, false));
        }
        if !named && !path.is_file() {
            return ControlFlow::Continue(());
        }
        match File::open(path) {
            Ok(file) => self.stream(Counted { inner: file, read: Arc::clone(&self.progress.read) }, &name, 0),
            Err(error) => self.reject(&name, 0, None, Reason::new("cannot_open", error.kind().to_string()), b""),
        }
    }

    fn stream(&mut self, mut stream: impl Read, name: &str, depth: usize) -> ControlFlow<()> {
        let mut head = [0; 512];
        let length = match fill(&mut stream, &mut head) {
            Ok(length) => length,
            Err(error) => return self.reject(name, 0, None, Reason::new("truncated", error.kind().to_string()), b""),
        };
        let magic = head[..length].to_vec();
        let whole = io::Cursor::new(magic.clone()).chain(stream);
        if depth > DEEPEST {
            return self.reject(name, 0, None, Reason::new("too_deep", "archives are nested too deep"), b"");
        }
        let stem = |ending: &str| name.strip_suffix(ending).unwrap_or(name).to_owned();
        match magic.as_slice() {
            [0x1f, 0x8b, ..] => self.boxed(Box::new(flate2::read::MultiGzDecoder::new(whole)), &stem(".gz"), depth),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => match zstd::Decoder::new(whole) {
                Ok(decoder) => self.boxed(Box::new(decoder), &stem(".zst"), depth),
                Err(error) => self.reject(name, 0, None, Reason::new("truncated", error.kind().to_string()), b""),
            },
            [b'B', b'Z', b'h', ..] => {
                self.boxed(Box::new(bzip2::read::MultiBzDecoder::new(whole)), &stem(".bz2"), depth)
            }
            [b'P', b'K', 3 | 5, 4 | 6, ..] => self.zip(whole, name, depth),
            magic if magic.get(257..262) == Some(b"ustar") => self.tar(Box::new(whole), name, depth),
            _ => self.file(whole, name),
        }
    }

    fn boxed(&mut self, stream: Box<dyn Read + '_>, name: &str, depth: usize) -> ControlFlow<()> {
        self.stream(stream, name, depth + 1)
    }

    fn tar(&mut self, stream: Box<dyn Read + '_>, name: &str, depth: usize) -> ControlFlow<()> {
        let mut archive = tar::Archive::new(stream);
        let broken =
            |error: io::Error| Reason::new("truncated", format!("the archive cannot be read on: {}", error.kind()));
        let entries = match archive.entries() {
            Ok(entries) => entries,
            Err(error) => return self.reject(name, 0, None, broken(error), b""),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return self.reject(name, 0, None, broken(error), b""),
            };
            let member = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            if entry.header().entry_type().is_file() && !hidden(&member) {
                self.boxed(Box::new(entry), &format!("{name}!{member}"), depth)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// A zip's table of contents is at its end, so it is read whole.
    fn zip(&mut self, stream: impl Read, name: &str, depth: usize) -> ControlFlow<()> {
        let mut bytes = Vec::new();
        if let Err(error) = stream.take(LARGEST).read_to_end(&mut bytes) {
            return self.reject(name, 0, None, Reason::new("truncated", error.kind().to_string()), b"");
        }
        let mut archive = match zip::ZipArchive::new(io::Cursor::new(bytes)) {
            Ok(archive) => archive,
            Err(_) => return self.reject(name, 0, None, Reason::new("truncated", "the zip archive is damaged"), b""),
        };
        for index in 0..archive.len() {
            match archive.by_index(index) {
                Ok(file) if file.is_file() => {
                    let member = String::from_utf8_lossy(file.name_raw()).replace('\\', "/");
                    if !hidden(&member) {
                        self.boxed(Box::new(file), &format!("{name}!{member}"), depth)?;
                    }
                }
                Ok(_) => {}
                Err(_) => {
                    let member = format!("{name}!{index}");
                    self.reject(&member, 0, None, Reason::new("truncated", "this member is damaged"), b"")?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn file(&mut self, stream: impl Read, name: &str) -> ControlFlow<()> {
        let mut bytes = Vec::new();
        let broken = stream.take(LARGEST + 1).read_to_end(&mut bytes).err();
        if bytes.len() as u64 > LARGEST {
            return self.reject(name, 0, None, Reason::new("too_large", "more than 1 GiB in one file"), &bytes);
        }
        if !bytes.is_empty() {
            let text = encoding::decode(&bytes);
            self.text(&text, name)?;
        } else if broken.is_none() {
            self.reject(name, 0, None, Reason::new("empty", "there is nothing in it"), b"")?;
        }
        match broken {
            Some(error) => {
                let detail = format!("it breaks off: {}", error.kind());
                self.reject(name, bytes.len() as u64, None, Reason::new("truncated", detail), b"")
            }
            None => ControlFlow::Continue(()),
        }
    }

    fn text(&mut self, text: &str, name: &str) -> ControlFlow<()> {
        let head = &text[..text.floor_char_boundary(HEAD.min(text.len()))];
        let Some(format) = self.options.format.or_else(|| detect(head, name)) else {
            return self.reject(name, 0, None, Reason::new("unknown_format", "this is no text"), text.as_bytes());
        };
        let options = self.options;
        let mut emit = |at: usize, line: Option<u64>, article: Result<_, Reason>| match article {
            Ok(article) => (self.sink)(Item::Article { article: Box::new(article), format }),
            Err(reason) => {
                let place = Place { source: name.to_owned(), offset: at as u64, line };
                let copy = &text.as_bytes()[at.min(text.len())..];
                (self.sink)(Item::Reject { place, reason, copy: copy[..copy.len().min(COPY)].to_vec() })
            }
        };
        match format {
            Format::PageDump => emit(0, None, page_dump::read(text)),
            Format::Markdown => emit(0, None, markdown::read(text, name, &options.map)),
            Format::Text => emit(0, None, text::read(text, name, options.section_from_folder)),
            Format::Reuters => reuters::read(text, &mut |at, article| emit(at, None, article)),
            Format::Json => json::read(text, &options.map, &mut |at, article| {
                let line = article.is_err().then(|| text[..at].matches('\n').count() as u64 + 1);
                emit(at, line, article)
            }),
            Format::Csv => csv::read(text, options, &mut |line, at, article| emit(at, Some(line), article)),
        }
    }

    fn reject(&mut self, name: &str, offset: u64, line: Option<u64>, reason: Reason, copy: &[u8]) -> ControlFlow<()> {
        let place = Place { source: name.to_owned(), offset, line };
        (self.sink)(Item::Reject { place, reason, copy: copy[..copy.len().min(COPY)].to_vec() })
    }
}

fn hidden(member: &str) -> bool {
    member.split('/').any(|part| part.starts_with('.') && part != "." && part != ".." || part == "__MACOSX")
}

fn fill(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match stream.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}
