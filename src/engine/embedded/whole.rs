//! The files of an index: are they whole, and how long are they?
//!
//! tantivy verifies nothing on opening, and what it then reads it trusts: a file that is too short for its footer makes
//! it panic, and one it does not know of is never checked.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use tantivy::index::{SegmentComponent, SegmentMeta};
use tantivy::{HasLen, IndexMeta, Searcher, SegmentReader};

/// The end of every file: the length of its footer and a magic number.
const FOOTER_END: u64 = 8;
const FOOTER_MAGIC: u32 = 1337;
const LONGEST_FOOTER: u64 = 50_000;

/// What a segment consists of, besides the articles deleted from it.
const PARTS: [SegmentComponent; 6] = [
    SegmentComponent::Postings,
    SegmentComponent::Positions,
    SegmentComponent::Terms,
    SegmentComponent::Store,
    SegmentComponent::FastFields,
    SegmentComponent::FieldNorms,
];

/// Runs what reads files that may be damaged. Not every kind of damage is an error to tantivy: some is a panic.
pub(super) fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("it cannot be read".to_owned()))
}

/// Every file of every segment.
pub(super) fn files(metas: &IndexMeta) -> Vec<PathBuf> {
    let of_segment = |segment: &SegmentMeta| {
        let deleted = segment.has_deletes().then_some(SegmentComponent::Delete);
        let parts = PARTS.into_iter().chain(deleted);
        parts.map(|part| segment.relative_path(part)).collect::<Vec<_>>()
    };
    metas.segments.iter().flat_map(of_segment).collect()
}

/// Proves of a file that it is there and goes to its end, without mapping it: what is cut short has lost its footer. That
/// takes no longer for a large one.
pub(super) fn check_end(dir: &Path, name: &Path) -> Result<(), String> {
    let short = |_| format!("{} is cut short or missing", name.display());
    let mut file = File::open(dir.join(name)).map_err(short)?;
    let length = file.metadata().map_err(short)?.len();
    let mut end = [0; FOOTER_END as usize];
    let from_end = |back: u64| length.checked_sub(back).ok_or(std::io::ErrorKind::UnexpectedEof.into()).map_err(short);
    file.seek(SeekFrom::Start(from_end(FOOTER_END)?)).and_then(|_| file.read_exact(&mut end)).map_err(short)?;
    let [a, b, c, d, magic @ ..] = end;
    let footer = u64::from(u32::from_le_bytes([a, b, c, d]));
    if u32::from_le_bytes(magic) != FOOTER_MAGIC || footer > LONGEST_FOOTER {
        return Err(format!("{} does not end as it was written", name.display()));
    }
    let mut text = vec![0; footer as usize];
    let at = from_end(FOOTER_END + footer)?;
    file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut text)).map_err(short)?;
    let footer: Result<serde_json::Value, _> = serde_json::from_slice(&text);
    match footer.is_ok_and(|footer| footer["crc"].is_u64()) {
        true => Ok(()),
        false => Err(format!("{} does not end as it was written", name.display())),
    }
}

/// Proves of a file that ends well that it is as it was written: all of it is read.
pub(super) fn check_sum(index: &tantivy::Index, name: &Path) -> Result<(), String> {
    let whole = index.directory().validate_checksum(name).map_err(|error| error.to_string())?;
    if whole { Ok(()) } else { Err(format!("{} has changed since it was written", name.display())) }
}

/// All that is wrong with the files of an index that somebody may be writing meanwhile.
pub(super) fn flaws(dir: &Path, index: &tantivy::Index, metas: &IndexMeta) -> Vec<String> {
    let look = |name: &PathBuf| check_end(dir, name).and_then(|()| guarded(|| check_sum(index, name))).err();
    check_meta(dir, metas).err().into_iter().chain(files(metas).iter().filter_map(look)).collect()
}

/// `meta.json` carries no checksum: at least nothing in it may be what tantivy would not have written.
pub(super) fn check_meta(dir: &Path, metas: &IndexMeta) -> Result<(), String> {
    let text = std::fs::read(dir.join("meta.json")).map_err(|error| error.to_string())?;
    let written: serde_json::Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    let understood = serde_json::to_value(metas).map_err(|error| error.to_string())?;
    if written == understood { Ok(()) } else { Err("meta.json is not as it was written".to_owned()) }
}

/// The numbers of articles that `meta.json` claims are those that the files hold.
pub(super) fn check_counts(segments: &[SegmentReader], metas: &IndexMeta) -> Result<(), String> {
    for reader in segments {
        let meta = metas.segments.iter().find(|meta| meta.id() == reader.segment_id());
        let held = reader.fast_fields().u64("num").map_err(|error| error.to_string())?.values.num_vals();
        if held != reader.max_doc() || meta.is_some_and(|meta| meta.num_docs() != reader.num_docs()) {
            return Err("meta.json counts other articles than the files hold".to_owned());
        }
    }
    Ok(())
}

/// The files that a state holds open, and their lengths. They may be gone from the folder already.
pub(super) fn sizes(searcher: &Searcher) -> Vec<(String, u64)> {
    let mut files = Vec::new();
    for reader in searcher.segment_readers() {
        let segment = reader.segment_id().uuid_string();
        let part = |part| reader.open_read(part).map_or(0, |file| file.len() as u64);
        files.push((segment.clone(), PARTS.into_iter().map(part).sum()));
        if let Some(alive) = reader.alive_bitset() {
            let stamp = reader.delete_opstamp().unwrap_or_default();
            files.push((format!("{segment}.{stamp}"), alive.space_usage().get_bytes()));
        }
    }
    files
}
