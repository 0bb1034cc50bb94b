//! Opening inputs: folders, archives, compressed files, standard input, nested in each other. Nothing is trusted: how
//! deep inputs nest and how large they unpack is bounded, and names inside archives are only names.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use self::archives::{begins_as_zip, foreign_packing, is_zip};
use super::chunks::{Patient, fill_meanwhile};
use super::file::{self, File};
use super::proportion::{Proportion, Proportionate};
use super::{Item, Place, ReadOptions, Reason, Sink, warc};

mod archives;

/// Archives in archives.
const DEEPEST: usize = 4;

#[derive(Clone, Debug)]
pub enum Input {
    Path(PathBuf),
    /// Read one after the other, each as if it came alone; those that are gone meanwhile are no matter.
    Files(Arc<[PathBuf]>),
    Stdin,
    Stream(Arc<Stream>),
}

impl Input {
    /// What the ledger calls it.
    pub fn name(&self) -> String {
        match self {
            Input::Path(path) => path.display().to_string(),
            Input::Files(paths) => together(paths),
            Input::Stdin => "-".to_owned(),
            Input::Stream(stream) => stream.name.clone(),
        }
    }

    /// Bytes it will bring, where that can be told.
    pub fn size(&self) -> Option<u64> {
        match self {
            Input::Path(path) => Some(size(path)),
            Input::Files(paths) => Some(paths.iter().map(|path| size(path)).sum()),
            Input::Stdin => None,
            Input::Stream(stream) => stream.size,
        }
    }
}

/// `3 files in /srv/wire: a.jsonl … c.jsonl`
fn together(paths: &[PathBuf]) -> String {
    let (Some(first), Some(last)) = (paths.first(), paths.last()) else { return String::new() };
    if paths.len() == 1 {
        return first.display().to_string();
    }
    let holds_all = |folder: &&Path| paths.iter().all(|path| path.starts_with(folder));
    let folder = first.ancestors().skip(1).find(holds_all).unwrap_or(Path::new(""));
    let within = |path: &PathBuf| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    format!("{} files in {}: {} … {}", paths.len(), folder.display(), within(first), within(last))
}

/// Bytes that come from elsewhere, as the body of a request. They are read once.
pub struct Stream {
    name: String,
    size: Option<u64>,
    bytes: Mutex<Box<dyn Read + Send>>,
    cut: AtomicBool,
}

impl Stream {
    pub fn new(name: impl Into<String>, size: Option<u64>, bytes: impl Read + Send + 'static) -> Stream {
        Stream { name: name.into(), size, bytes: Mutex::new(Box::new(bytes)), cut: AtomicBool::new(false) }
    }

    /// It broke off before its end.
    pub fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Relaxed)
    }
}

impl Read for &Stream {
    /// Once it has broken off it stays so, whoever goes on reading.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_cut() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let read = self.bytes.lock().unwrap_or_else(PoisonError::into_inner).read(buffer);
        if read.as_ref().is_err_and(|error| !matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock)) {
            self.cut.store(true, Ordering::Relaxed);
        }
        read
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("name", &self.name).finish_non_exhaustive()
    }
}

/// How far reading has come, in bytes as they lie on the disk.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    pub read: Arc<AtomicU64>,
    /// Files set aside because they only tell about the others; they are listed, but nothing is missing.
    pub set_aside: Arc<AtomicU64>,
}

/// Reads one input and hands on every article and every reject, in order.
pub fn read(input: &Input, options: &ReadOptions, progress: &Progress, sink: &mut Sink<'_>) -> ControlFlow<()> {
    match input {
        Input::Stdin => {
            let mut reading = Reading::of("-", options, progress, sink);
            reading.stream(io::stdin().lock(), &Name::of("-"), 0)
        }
        Input::Stream(stream) => {
            let mut reading = Reading::of("-", options, progress, sink);
            reading.stream(Counted { inner: &**stream, read: Arc::clone(&progress.read) }, &Name::of("-"), 0)
        }
        Input::Files(paths) => {
            let mut there = paths.iter().filter(|path| path.exists());
            there.try_for_each(|path| read(&Input::Path(path.clone()), options, progress, sink))
        }
        Input::Path(path) => {
            // However a path is typed, what lies there is the same.
            let root = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
            let (named, root) = (path.display().to_string(), root.display().to_string());
            let named = named.trim_end_matches('/').to_owned();
            Reading { named, root, ..Reading::of("", options, progress, sink) }.path(path, true)
        }
    }
}

/// Reads what is held already, under a name.
pub(super) fn read_bytes(
    bytes: &[u8],
    name: &str,
    options: &ReadOptions,
    progress: &Progress,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    Reading::of(name, options, progress, sink).stream(bytes, &Name::of(name), 0)
}

/// Bytes an input has on the disk, where that can be told.
pub fn size(path: &Path) -> u64 {
    let Ok(metadata) = path.metadata() else { return 0 };
    if metadata.is_file() {
        return metadata.len();
    }
    entries(path).unwrap_or_default().iter().map(|path| size(path)).sum()
}

struct Reading<'a, 's> {
    options: &'a ReadOptions,
    progress: &'a Progress,
    sink: &'a mut Sink<'s>,
    /// The input as it was named, and where it lies.
    named: String,
    root: String,
    /// Of the file at hand, with all that is packed in it.
    proportion: Proportion,
}

/// What something to be read is called: as it lies there, by which it is told of; and without the endings that say how it is
/// packed, by which it is known.
struct Name {
    told: String,
    bare: String,
}

impl Name {
    fn of(name: &str) -> Name {
        Name { told: name.to_owned(), bare: name.to_owned() }
    }

    fn unpacked(&self, ending: &str) -> Name {
        let bare = self.bare.strip_suffix(ending).unwrap_or(&self.bare);
        Name { told: self.told.clone(), bare: bare.to_owned() }
    }

    fn member(&self, member: &str) -> Name {
        Name { told: format!("{}!{member}", self.told), bare: format!("{}!{member}", self.bare) }
    }
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
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let visible = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        !name.starts_with('.') && name != "__MACOSX" && !(link && entry.path().is_dir())
    };
    let mut found: Vec<PathBuf> = fs::read_dir(folder)?.flatten().filter(visible).map(|entry| entry.path()).collect();
    found.sort();
    Ok(found)
}

impl<'a, 's> Reading<'a, 's> {
    /// What lies where it is named.
    fn of(name: &str, options: &'a ReadOptions, progress: &'a Progress, sink: &'a mut Sink<'s>) -> Reading<'a, 's> {
        let (named, root) = (name.to_owned(), name.to_owned());
        Reading { options, progress, sink, named, root, proportion: Proportion::default() }
    }

    fn path(&mut self, path: &Path, named: bool) -> ControlFlow<()> {
        let name = path.display().to_string();
        let cannot = |error: io::Error| Reason::new("cannot_open", error.kind().to_string());
        if path.is_dir() {
            return match entries(path) {
                Ok(entries) => entries.iter().try_for_each(|path| self.path(path, false)),
                Err(error) => self.reject(&name, cannot(error)),
            };
        }
        if !named && path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return self.reject(&name, Reason::new("cannot_open", "neither a file nor a folder"));
        }
        let file = match fs::File::open(path) {
            Ok(file) => file,
            Err(error) => return self.reject(&name, cannot(error)),
        };
        // What breaks the code that reads one file is that file's matter alone.
        catch_unwind(AssertUnwindSafe(|| self.opened(file, &name))).unwrap_or_else(|_| {
            tracing::error!(source = name, "reading a file has failed");
            self.reject(&name, Reason::new("cannot_read", "reading this has failed; the log says more"))
        })
    }

    /// A zip archive is read where it lies: its table of contents is at its end.
    fn opened(&mut self, file: fs::File, name: &str) -> ControlFlow<()> {
        let read = Arc::clone(&self.progress.read);
        let length = file.metadata().ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len());
        match length.filter(|_| begins_as_zip(&file)) {
            Some(length) => {
                self.proportion = Proportion::of(length);
                self.zip(io::BufReader::new(file), &Name::of(name), 0, &read)
            }
            None => self.stream(Counted { inner: file, read }, &Name::of(name), 0),
        }
    }

    fn stream(&mut self, mut stream: impl Read, name: &Name, depth: usize) -> ControlFlow<()> {
        if depth == 0 {
            self.proportion = Proportion::default();
        }
        let mut head = [0; HEAD];
        let (length, why) = look(&mut stream, &mut head);
        let is_paused = why.as_ref().is_some_and(|error| error.kind() == ErrorKind::WouldBlock);
        if let Some(error) = why.filter(|_| length == 0) {
            return self.reject(&name.told, Reason::breaks_off(error.kind()));
        }
        let magic = head[..length].to_vec();
        let whole = io::Cursor::new(magic.clone()).chain(Resumed { stream, is_paused });
        if let Some(packing) = web_archive(&magic) {
            let passed_over = warc::read(Patient(whole), packing, &name.told, self.sink)?;
            self.progress.set_aside.fetch_add(passed_over, Ordering::Relaxed);
            return ControlFlow::Continue(());
        }
        if let Some(kind) = foreign_packing(&magic) {
            let detail = format!("this is packed with {kind}, which is not unpacked here; unpack it first");
            return self.reject(&name.told, Reason::new("unknown_format", detail));
        }
        if depth > DEEPEST {
            return self.reject(&name.told, Reason::new("too_deep", "archives are nested too deep"));
        }
        // What is unpacked inside of what is unpacked is in proportion to the whole.
        let counted = if depth == 0 { Arc::clone(&self.proportion.packed) } else { Arc::default() };
        let whole = Counted { inner: whole, read: counted };
        match magic.as_slice() {
            [0x1f, 0x8b, ..] => {
                self.unpacked(flate2::read::MultiGzDecoder::new(Patient(whole)), &name.unpacked(".gz"), depth)
            }
            [0x28, 0xb5, 0x2f, 0xfd, ..] => match zstd::Decoder::new(Patient(whole)) {
                Ok(decoder) => self.unpacked(decoder, &name.unpacked(".zst"), depth),
                Err(error) => self.reject(&name.told, Reason::breaks_off(error.kind())),
            },
            [b'B', b'Z', b'h', ..] => {
                self.unpacked(bzip2::read::MultiBzDecoder::new(Patient(whole)), &name.unpacked(".bz2"), depth)
            }
            magic if is_zip(magic) => self.held_zip(Patient(whole), name, depth),
            magic if magic.get(257..262) == Some(b"ustar") => self.tar(Box::new(Patient(whole)), name, depth),
            _ => self.file(whole, name),
        }
    }

    fn unpacked(&mut self, inner: impl Read, name: &Name, depth: usize) -> ControlFlow<()> {
        let proportion = self.proportion.clone();
        self.boxed(Box::new(Proportionate { inner, proportion }), name, depth)
    }

    fn boxed(&mut self, stream: Box<dyn Read + '_>, name: &Name, depth: usize) -> ControlFlow<()> {
        self.stream(stream, name, depth + 1)
    }

    fn file(&mut self, stream: impl Read, name: &Name) -> ControlFlow<()> {
        // The name of what was compressed is that of the input less `.gz` and its kin.
        let Name { told, bare } = name;
        let shared = bare.chars().zip(self.named.chars()).take_while(|(one, other)| one == other);
        let inside = &bare[shared.map(|(c, _)| c.len_utf8()).sum::<usize>()..];
        let origin = format!("{}{inside}", self.root);
        let file = File { name: bare, told, inside, origin };
        file::read(stream, &file, self.options, self.progress, self.sink)
    }

    fn reject(&mut self, name: &str, reason: Reason) -> ControlFlow<()> {
        if reason.code == "passed_over" {
            self.progress.set_aside.fetch_add(1, Ordering::Relaxed);
        }
        let place = Place { source: name.to_owned(), offset: 0, line: None };
        (self.sink)(Item::Reject { place, reason, copy: Vec::new() })
    }
}

/// What tells one kind of file from another: a tar archive by its first block, a packed web archive by its first lines.
const HEAD: usize = 512;

/// Reads so much; of a text that comes slowly, what there is for now: then the reason is `WouldBlock`.
fn look(stream: &mut impl Read, head: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut length = 0;
    loop {
        let (more, why) = fill_meanwhile(stream, &mut head[length..]);
        length += more;
        let waits = |error: &io::Error| error.kind() == ErrorKind::WouldBlock && !is_text(&head[..length]);
        if !why.as_ref().is_some_and(waits) {
            return (length, why);
        }
    }
}

/// Text for sure, and nothing packed: it begins as markup or JSON does, or a line of it has ended.
fn is_text(head: &[u8]) -> bool {
    let is_packed = matches!(head, [0x1f, ..] | [0x28, 0xb5, ..] | [b'B', b'Z', ..] | [b'P', b'K', ..]);
    let begins = head.trim_ascii_start().first().is_some_and(|byte| matches!(byte, b'{' | b'[' | b'<'));
    !is_packed && !head.contains(&0) && (begins || head.contains(&b'\n'))
}

/// What follows a look that ended in a pause: whoever reads on hears of the pause as well.
struct Resumed<R> {
    stream: R,
    is_paused: bool,
}

impl<R: Read> Read for Resumed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if std::mem::take(&mut self.is_paused) {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.stream.read(buffer)
    }
}

/// Is this a web archive, and how is it packed? One that is packed by records is unpacked by them, so that damage costs
/// no more than a record.
fn web_archive(head: &[u8]) -> Option<warc::Packing> {
    if warc::looks_like(head) {
        return Some(warc::Packing::Plain);
    }
    let (packing, first) = warc::peek(head)?;
    (warc::looks_like(&first) || head.starts_with(warc::DICTIONARY)).then_some(packing)
}

#[cfg(test)]
mod tests;
