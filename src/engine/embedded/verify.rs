//! Is an index what was written? At its opening as far as there is time, the rest beside searches; and all of it, with what
//! it holds, for whoever compares it with the store.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tantivy::SegmentReader;

use super::write::Payload;
use super::{Unusable, disk, payload, schema, whole};
use crate::engine::{Checkpoint, EngineError};

/// Reading all files takes no longer than this before an index is opened: of some four hundred thousand articles of a
/// news agency, where the files are in memory.
const AT_OPENING: Duration = Duration::from_millis(500);

/// The files of an index of which nobody knows yet whether they are as they were written.
pub struct Unverified {
    dir: PathBuf,
    index: tantivy::Index,
    files: Vec<PathBuf>,
    is_over: AtomicBool,
}

impl Unverified {
    /// Looks at the ends of all files, and reads as many as there is time for; what is left, if anything is.
    pub(super) fn begin(dir: &Path, index: &tantivy::Index) -> Result<Option<Unverified>, String> {
        let metas = index.load_metas().map_err(|error| error.to_string())?;
        whole::check_meta(dir, &metas)?;
        let mut files = whole::files(&metas);
        for name in &files {
            whole::check_end(dir, name)?;
        }
        let until = Instant::now() + at_opening();
        while let Some(name) = files.pop() {
            if Instant::now() >= until {
                files.push(name);
                break;
            }
            whole::check_sum(index, &name)?;
        }
        let left = Unverified { dir: dir.to_owned(), index: index.clone(), files, is_over: AtomicBool::new(false) };
        Ok(Some(left).filter(|left| !left.files.is_empty()))
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// Reads them all, and says what is wrong with the first that is not as it was written. What has gone meanwhile is of no
    /// state any more.
    ///
    /// # Errors
    /// What is wrong.
    pub fn verify(&self, stop: &AtomicBool) -> Result<(), String> {
        for name in &self.files {
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            if self.dir.join(name).is_file() {
                whole::check_end(&self.dir, name)?;
                whole::guarded(|| whole::check_sum(&self.index, name))?;
            }
        }
        self.is_over.store(true, Ordering::Release);
        Ok(())
    }
}

fn at_opening() -> Duration {
    fail::fail_point!("engine::verify_later", |_| Duration::ZERO);
    AT_OPENING
}

/// What an index says that it holds of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    pub num: u64,
    pub row: u64,
    pub story: u64,
}

/// One state of an index, looked at from all sides.
pub struct Look {
    pub checkpoint: Checkpoint,
    /// What is wrong with its files.
    pub flaws: Vec<String>,
    /// By number; nothing where its files are damaged.
    pub held: Vec<Held>,
}

/// Looks at an index that another process may be writing. `None`: it was written just now, and has to be looked at again.
///
/// # Errors
/// There is nothing to be looked at.
pub fn look(dir: &Path) -> Result<Option<Look>, Unusable> {
    if !dir.join("meta.json").is_file() {
        return Err(Unusable::Missing);
    }
    let layout = schema::read().map_err(Unusable::Damaged)?;
    whole::guarded(|| look_at(dir, layout).map_err(|error| error.to_string())).map_err(Unusable::Damaged)?
}

type Looked = Result<Option<Look>, Unusable>;

fn look_at(dir: &Path, layout: schema::Layout) -> Result<Looked, EngineError> {
    let inner = tantivy::Index::open(disk::directory(dir)?)?;
    let before = inner.load_metas()?;
    let flaws = whole::flaws(dir, &inner, &before);
    let Some(Payload { store, schema, position, tail }) = payload(&inner)? else { return Ok(Err(Unusable::Missing)) };
    if schema != layout.hash {
        return Ok(Err(Unusable::Outdated));
    }
    let mut look = Look { checkpoint: Checkpoint { store, position, tail }, flaws, held: Vec::new() };
    let fields = (inner.schema() == layout.schema).then_some(());
    if fields.is_none() {
        look.flaws.push("its fields are not those of its definition".to_owned());
    }
    let segments = if look.flaws.is_empty() { segments(&inner) } else { Ok(Vec::new()) };
    // Compared as they are written: whoever commits or merges meanwhile makes another of it, and may take files away.
    let after = inner.load_metas()?;
    if serde_json::to_string(&before).ok() != serde_json::to_string(&after).ok() {
        return Ok(Ok(None));
    }
    let segments = segments?;
    look.flaws.extend(whole::check_counts(&segments, &before).err());
    look.held = held(&segments)?;
    Ok(Ok(Some(look)))
}

/// Without the lock that a reader of tantivy takes, which is a file: the folder may be one in which nothing can be written.
fn segments(index: &tantivy::Index) -> Result<Vec<SegmentReader>, EngineError> {
    Ok(index.searchable_segments()?.iter().map(SegmentReader::open).collect::<Result<_, _>>()?)
}

fn held(segments: &[SegmentReader]) -> Result<Vec<Held>, EngineError> {
    let mut held = Vec::new();
    for reader in segments {
        let fast = reader.fast_fields();
        let (num, row, story) = (fast.u64("num")?, fast.u64("row")?, fast.u64("story")?);
        let of = |column: &tantivy::columnar::Column<u64>, doc| column.first(doc).unwrap_or_default();
        let docs = reader.doc_ids_alive();
        held.extend(docs.map(|doc| Held { num: of(&num, doc), row: of(&row, doc), story: of(&story, doc) }));
    }
    held.sort_unstable();
    Ok(held)
}
