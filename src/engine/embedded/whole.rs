//! The files of an index: are they whole, and how long are they?
//!
//! tantivy verifies nothing on opening, and what it then reads it trusts: a file that is too short for its footer makes
//! it panic, and one it does not know of is never checked.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use tantivy::index::SegmentComponent;
use tantivy::{HasLen, IndexMeta, Searcher};

/// The end of every file: the length of its footer and a magic number.
const FOOTER_END: u64 = 8;

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

/// Proves that every file of every segment is there and as it was written. Lengths come first, before anything is
/// mapped.
pub(super) fn check_files(dir: &Path, index: &tantivy::Index) -> Result<(), String> {
    let metas = index.load_metas().map_err(|error| error.to_string())?;
    check_meta(dir, &metas)?;
    for segment in &metas.segments {
        let deleted = segment.has_deletes().then_some(SegmentComponent::Delete);
        for part in PARTS.into_iter().chain(deleted) {
            let name = segment.relative_path(part);
            let length = dir.join(&name).metadata().map_or(0, |found| found.len());
            if length < FOOTER_END {
                return Err(format!("{} is cut short or missing", name.display()));
            }
            let whole = index.directory().validate_checksum(&name).map_err(|error| error.to_string())?;
            if !whole {
                return Err(format!("{} has changed since it was written", name.display()));
            }
        }
    }
    Ok(())
}

/// `meta.json` carries no checksum: at least nothing in it may be what tantivy would not have written.
fn check_meta(dir: &Path, metas: &IndexMeta) -> Result<(), String> {
    let text = std::fs::read(dir.join("meta.json")).map_err(|error| error.to_string())?;
    let written: serde_json::Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    let understood = serde_json::to_value(metas).map_err(|error| error.to_string())?;
    if written == understood { Ok(()) } else { Err("meta.json is not as it was written".to_owned()) }
}

/// The numbers of articles that `meta.json` claims are those that the files hold.
pub(super) fn check_counts(searcher: &Searcher, metas: &IndexMeta) -> Result<(), String> {
    for reader in searcher.segment_readers() {
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
