//! Archives: tar and zip. Their members are inputs again; what their headers say is bounded.

use std::fs;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use zip::result::ZipError;

use super::{Name, Reading};
use crate::ingest::Reason;
use crate::ingest::detect::WAY_OUT;

/// The name of a member of an archive: no system has longer ones.
const LONGEST_NAME: usize = 4 << 10;

/// A zip archive that does not lie on the disk, so that it has to be held whole.
pub(super) const LARGEST_ZIP: u64 = 256 << 20;

impl Reading<'_, '_> {
    /// Headers are read here, one by one: a library that joins them holds the names they say, however long.
    pub(super) fn tar(&mut self, stream: Box<dyn Read + '_>, name: &Name, depth: usize) -> ControlFlow<()> {
        let mut archive = tar::Archive::new(stream);
        let entries = match archive.entries() {
            Ok(entries) => entries.raw(true),
            Err(error) => return self.reject(&name.told, Reason::breaks_off(error.kind())),
        };
        let mut said = Said::default();
        for entry in entries {
            let mut entry = match entry {
                Ok(entry) => entry,
                Err(error) => return self.reject(&name.told, Reason::breaks_off(error.kind())),
            };
            if said.add(&mut entry) {
                continue;
            }
            let Said { name: said_name, size } = std::mem::take(&mut said);
            if size.is_some_and(|size| size != entry.size()) {
                let detail = "a member of more than 8 GiB; unpack the archive first";
                return self.reject(&name.told, Reason::new("too_large", detail));
            }
            let member = said_name.unwrap_or_else(|| entry.path_bytes().into_owned());
            let member = String::from_utf8_lossy(&member).into_owned();
            let kind = entry.header().entry_type();
            if kind.is_dir() || hidden(&member) {
                continue;
            }
            if member.len() > LONGEST_NAME {
                self.reject(&name.told, Reason::new("damaged", "a member whose name is longer than 4 KiB"))?;
                continue;
            }
            if !kind.is_file() {
                self.reject(&name.member(&member).told, no_file(kind))?;
                continue;
            }
            let left = entry.size();
            self.boxed(Box::new(Promised { inner: entry, left }), &name.member(&member), depth)?;
        }
        ControlFlow::Continue(())
    }

    /// A zip archive that comes from elsewhere, or from within another archive.
    pub(super) fn held_zip(&mut self, stream: impl Read, name: &Name, depth: usize) -> ControlFlow<()> {
        let mut bytes = Vec::new();
        if let Err(error) = stream.take(LARGEST_ZIP + 1).read_to_end(&mut bytes) {
            return self.reject(&name.told, Reason::breaks_off(error.kind()));
        }
        if bytes.len() as u64 > LARGEST_ZIP {
            let detail = "a zip archive of more than 256 MiB that is no file on the disk; unpack it first";
            return self.reject(&name.told, Reason::new("too_large", detail));
        }
        self.zip(io::Cursor::new(bytes), name, depth, &AtomicU64::default())
    }

    /// Members may be the same bytes many times over, and what the archive says of their sizes may be no more true than that.
    /// `read` is told how many bytes have been read, of all there are at most.
    pub(super) fn zip(
        &mut self,
        mut whole: impl Read + Seek,
        name: &Name,
        depth: usize,
        read: &AtomicU64,
    ) -> ControlFlow<()> {
        let mut left = whole.seek(SeekFrom::End(0)).unwrap_or_default();
        let mut archive = match zip::ZipArchive::new(whole) {
            Ok(archive) => archive,
            Err(_) => {
                return self.reject(&name.told, Reason::new("truncated", "the zip archive is damaged or cut off"));
            }
        };
        if let Some(kind) = document(&archive) {
            let detail = format!("this is {kind}, which is not read{WAY_OUT}");
            return self.reject(&name.told, Reason::new("unknown_format", detail));
        }
        for index in 0..archive.len() {
            if !self.proportion.is_kept() {
                return self.reject(&name.told, Reason::breaks_off(ErrorKind::FileTooLarge));
            }
            match archive.by_index(index) {
                Ok(file) if file.is_file() => {
                    let member = String::from_utf8_lossy(file.name_raw()).replace('\\', "/");
                    let packed = file.compressed_size().min(left);
                    left -= packed;
                    read.fetch_add(packed, Ordering::Relaxed);
                    if member.len() > LONGEST_NAME {
                        self.reject(&name.told, Reason::new("damaged", "a member whose name is longer than 4 KiB"))?;
                    } else if !hidden(&member) {
                        self.unpacked(file, &name.member(&member), depth)?;
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let is_locked = matches!(error, ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED));
                    let reason = if is_locked {
                        Reason::new("cannot_open", "this member is encrypted; unpack it first")
                    } else {
                        Reason::new("truncated", "this member is damaged or packed in an unknown way")
                    };
                    self.reject(&name.member(&index.to_string()).told, reason)?;
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// Why a member of a tar archive is not read that is no plain file.
fn no_file(kind: tar::EntryType) -> Reason {
    match () {
        () if kind.is_hard_link() => {
            Reason::new("passed_over", "another name of a member, which is read under its first")
        }
        () if kind.is_symlink() => Reason::new("passed_over", "a link; what it leads to is read where it lies"),
        () if kind.is_gnu_sparse() => {
            Reason::new("cannot_open", "a file that is kept in pieces (sparse); unpack the archive first")
        }
        () => Reason::new("passed_over", "no file: a device or a pipe"),
    }
}

/// What headers say of the member that follows them.
#[derive(Default)]
struct Said {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Said {
    /// Is this such a header?
    fn add(&mut self, entry: &mut tar::Entry<'_, impl Read>) -> bool {
        let kind = entry.header().entry_type();
        let is_name = kind.is_gnu_longname();
        if is_name || kind.is_pax_local_extensions() {
            let mut said = Vec::new();
            // What it breaks off at, the next member tells.
            let _ = entry.take(4 * LONGEST_NAME as u64).read_to_end(&mut said);
            if is_name {
                said.truncate(said.iter().position(|byte| *byte == 0).unwrap_or(said.len()));
                self.name = Some(said);
            } else {
                self.add_extensions(&said);
            }
        }
        is_name || kind.is_pax_local_extensions() || kind.is_pax_global_extensions() || kind.is_gnu_longlink()
    }

    fn add_extensions(&mut self, said: &[u8]) {
        for extension in tar::PaxExtensions::new(said).flatten() {
            match extension.key_bytes() {
                b"path" => self.name = Some(extension.value_bytes().to_vec()),
                b"size" => self.size = extension.value().ok().and_then(|size| size.parse().ok()),
                _ => {}
            }
        }
    }
}

/// The member of a tar archive that is being read: less than its header promises means that the archive breaks off.
struct Promised<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Promised<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if count == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}

/// Is this one document, that is packed as an archive?
fn document<R: Read + Seek>(archive: &zip::ZipArchive<R>) -> Option<&'static str> {
    let has = |name: &str| archive.index_for_name(name).is_some();
    let kinds = [("word/document.xml", "a Word document"), ("xl/workbook.xml", "an Excel workbook")];
    let office = kinds.into_iter().find(|(name, _)| has(name)).map(|(_, kind)| kind);
    office.or_else(|| has("mimetype").then_some("an OpenDocument or EPUB file"))
}

/// What is packed in a way that is not unpacked.
pub(super) fn foreign_packing(magic: &[u8]) -> Option<&'static str> {
    const KINDS: &[(&[u8], &str)] = &[
        (b"\xfd7zXZ\0", "xz"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"\x04\x22\x4d\x18", "LZ4"),
    ];
    KINDS.iter().find(|(mark, _)| magic.starts_with(mark)).map(|(_, kind)| *kind)
}

pub(super) fn is_zip(magic: &[u8]) -> bool {
    matches!(magic, [b'P', b'K', 3 | 5, 4 | 6, ..])
}

/// Looks at a file on the disk, and leaves it as it was.
pub(super) fn begins_as_zip(mut file: &fs::File) -> bool {
    let mut magic = [0; 4];
    let is_read = file.read_exact(&mut magic).is_ok();
    file.rewind().is_ok() && is_read && is_zip(&magic)
}

fn hidden(member: &str) -> bool {
    member.split('/').any(|part| part.starts_with('.') && part != "." && part != ".." || part == "__MACOSX")
}
