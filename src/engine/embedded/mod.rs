//! The engine in this process: tantivy. Nothing outside this folder names it.
//!
//! In reading order: what is in the index ([`schema`], [`layout`], [`packed`], [`mod@write`]), how a query is run over it
//! ([`segments`], [`lower`], [`compile`], [`expand`], [`leaf`], [`group`], [`word`], [`near`], [`loose`], [`spans`], [`span_query`],
//! [`columns`], [`deadline`]), what is counted on the way ([`collect`], [`facets`], [`series`], [`stories`], [`told`]), what made a
//! document match ([`marks`]), what each part of a query comes to ([`mod@explain`]), which words mark it off ([`usage`]), and what a beginning may become ([`complete`]).

mod disk;
mod schema;
mod verify;

mod layout;
mod packed;
mod traits;
mod whole;
mod write;

mod columns;
mod compile;
mod deadline;
mod expand;
mod group;
mod leaf;
mod loose;
mod lower;
mod near;
mod nearness;
mod segments;
mod span_query;
mod spans;
mod word;

mod collect;
mod facets;
mod function_words;
mod series;
mod stories;
mod told;

mod complete;
mod explain;
mod marks;
mod usage;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tantivy::schema::Field;
use tantivy::store::Compressor;
use tantivy::{IndexReader, IndexSettings, ReloadPolicy, Searcher, Term};

use crate::engine::{Address, Checkpoint, EngineError, FacetField};
pub use complete::Completions;
use facets::{FacetIndex, Unpacked};
use schema::{Fields, Layout};
use segments::Segments;
use stories::Stories;
pub use verify::{Held, Look, Unverified, look};
use write::Payload;
pub use write::Writer;

impl From<tantivy::TantivyError> for EngineError {
    fn from(error: tantivy::TantivyError) -> EngineError {
        EngineError::new(error)
    }
}

/// What is not worth a line in the log.
pub const QUIET: &str = "tantivy=warn";

/// An index on disk, open for reading.
pub struct Index {
    inner: tantivy::Index,
    reader: IndexReader,
    fields: Fields,
    schema: String,
    unpacked: Arc<Unpacked>,
    unverified: Option<Arc<Unverified>>,
}

/// Why an index that is there cannot be used. It is derived from the store, so it is made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    Missing,
    /// Made from another store.
    Foreign,
    /// Made by another layout or analysis.
    Outdated,
    /// Further than the store: the store is a restored backup, or has lost power.
    Ahead,
    /// As far as the store, but by other changes: the store is a restored backup that has gone on since.
    Diverged,
    Damaged(String),
}

impl std::fmt::Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unusable::Missing => f.write_str("there is none"),
            Unusable::Foreign => f.write_str("it was made from another store"),
            Unusable::Outdated => f.write_str("it was made by another version of the index definition"),
            Unusable::Ahead => f.write_str("it is ahead of the store"),
            Unusable::Diverged => f.write_str("the store was restored and has gone another way"),
            Unusable::Damaged(how) => write!(f, "it is damaged: {how}"),
        }
    }
}

impl Index {
    /// Makes an empty index in an empty folder.
    pub fn create(dir: &Path) -> Result<Index, EngineError> {
        let layout = schema::read().map_err(EngineError::new)?;
        // Sentence tables are short and read by the hit; unpacking a block for each would cost more than it saves.
        let settings = IndexSettings { docstore_compression: Compressor::None, ..IndexSettings::default() };
        let inner = tantivy::Index::create(disk::directory(dir)?, layout.schema.clone(), settings)?;
        Index::with(inner, layout, None)
    }

    /// Opens an index that was made from `store` and goes no further than `last_change`. Proves that all its files go to
    /// their ends, and of as many as there is time for that they are as they were written: of the others
    /// [`Index::unverified`] can be asked.
    pub fn open(dir: &Path, store: &str, last_change: u64) -> Result<Index, Unusable> {
        if !dir.join("meta.json").is_file() {
            return Err(Unusable::Missing);
        }
        let layout = schema::read().map_err(Unusable::Damaged)?;
        let (inner, payload, unverified) = whole::guarded(|| Index::read(dir)).map_err(Unusable::Damaged)?;
        let payload = payload.ok_or(Unusable::Missing)?;
        if payload.schema != layout.hash {
            return Err(Unusable::Outdated);
        }
        if payload.store != store {
            return Err(Unusable::Foreign);
        }
        if payload.position > last_change {
            return Err(Unusable::Ahead);
        }
        whole::guarded(|| Index::counted(inner, layout, unverified)).map_err(Unusable::Damaged)
    }

    /// What is in the folder, its files checked, its content not yet understood.
    fn read(dir: &Path) -> Result<(tantivy::Index, Option<Payload>, Option<Unverified>), String> {
        let directory = disk::directory(dir).map_err(|error| error.to_string())?;
        let inner = tantivy::Index::open(directory).map_err(|error| error.to_string())?;
        let unverified = Unverified::begin(dir, &inner)?;
        let payload = payload(&inner).map_err(|error| error.to_string())?;
        Ok((inner, payload, unverified))
    }

    fn counted(inner: tantivy::Index, layout: Layout, unverified: Option<Unverified>) -> Result<Index, String> {
        if inner.schema() != layout.schema {
            return Err("its fields are not those of its definition".to_owned());
        }
        let metas = inner.load_metas().map_err(|error| error.to_string())?;
        let index = Index::with(inner, layout, unverified).map_err(|error| error.to_string())?;
        whole::check_counts(index.reader.searcher().segment_readers(), &metas)?;
        Ok(index)
    }

    fn with(inner: tantivy::Index, layout: Layout, unverified: Option<Unverified>) -> Result<Index, EngineError> {
        inner.tokenizers().register(packed::TOKENIZER, packed::Unpack);
        let reader = inner.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let unverified = unverified.map(Arc::new);
        Ok(Index { inner, reader, fields: layout.fields, schema: layout.hash, unpacked: Arc::default(), unverified })
    }

    /// The only writer; the caller holds the lock of the index folder.
    pub fn writer(&self) -> Result<Writer, EngineError> {
        let may_merge = self.unverified().is_none();
        Writer::open(&self.inner, self.fields, &self.schema, may_merge)
    }

    /// Files that have still to be verified. Until then nothing is merged, which would make damage look sound.
    pub fn unverified(&self) -> Option<Arc<Unverified>> {
        self.unverified.clone().filter(|unverified| !unverified.is_over())
    }

    /// How far the last commit goes; `None` before the first.
    pub fn checkpoint(&self) -> Result<Option<Checkpoint>, EngineError> {
        let payload = payload(&self.inner)?;
        Ok(payload.map(|Payload { store, position, tail, .. }| Checkpoint { store, position, tail }))
    }

    /// The newest committed state.
    pub fn view(&self) -> Result<Arc<View>, EngineError> {
        // The position may be older than the segments by one commit, never newer: a cautious answer to "how far".
        let position = self.checkpoint()?.map_or(0, |checkpoint| checkpoint.position);
        self.reader.reload()?;
        View::new(self.reader.searcher(), self.fields, position, &self.unpacked)
    }
}

fn payload(index: &tantivy::Index) -> Result<Option<Payload>, EngineError> {
    let metas = index.load_metas()?;
    metas.payload.map(|text| serde_json::from_str(&text).map_err(EngineError::new)).transpose()
}

/// One committed state of the index.
pub struct View {
    searcher: Searcher,
    segments: Arc<Segments>,
    fields: Fields,
    name: String,
    position: u64,
    opened: Instant,
    articles: u64,
    files: Vec<(String, u64)>,
    /// Primary language subtags that occur, and the commonest.
    langs: Vec<String>,
    main_lang: Option<String>,
    facets: [OnceLock<Arc<FacetIndex>>; FacetField::ALL.len()],
    stories: OnceLock<Arc<Stories>>,
    unpacked: Arc<Unpacked>,
}

impl View {
    fn new(
        searcher: Searcher,
        fields: Fields,
        position: u64,
        unpacked: &Arc<Unpacked>,
    ) -> Result<Arc<View>, EngineError> {
        let name = name(&searcher);
        let counted = langs(&searcher, fields.lang)?;
        let main_lang = counted.iter().max_by_key(|(_, articles)| **articles).map(|(lang, _)| lang.clone());
        let articles = searcher.num_docs();
        let segments = Arc::new(Segments::open(&searcher)?);
        let files = whole::sizes(&searcher);
        Ok(Arc::new(View {
            searcher,
            segments,
            fields,
            name,
            position,
            opened: Instant::now(),
            articles,
            files,
            langs: counted.into_keys().collect(),
            main_lang,
            facets: Default::default(),
            stories: OnceLock::new(),
            unpacked: Arc::clone(unpacked),
        }))
    }

    /// Segments, documents of them that are there, and those that are deleted.
    pub(super) fn segments(&self) -> (usize, u64, u64) {
        let readers = self.searcher.segment_readers();
        let deleted = readers.iter().map(|reader| u64::from(reader.num_deleted_docs())).sum();
        (readers.len(), self.articles, deleted)
    }

    pub(super) fn files(&self) -> &[(String, u64)] {
        &self.files
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn opened(&self) -> Instant {
        self.opened
    }

    pub fn articles(&self) -> u64 {
        self.articles
    }

    pub(super) fn address(&self, num: u64) -> Result<Option<(Address, u64)>, EngineError> {
        let term = Term::from_field_u64(self.fields.num, num);
        for (segment, reader) in self.searcher.segment_readers().iter().enumerate() {
            let inverted = reader.inverted_index(self.fields.num)?;
            let postings = inverted.read_postings(&term, tantivy::schema::IndexRecordOption::Basic);
            let Some(mut postings) = postings.map_err(EngineError::new)? else { continue };
            let mut doc = tantivy::DocSet::doc(&postings);
            while doc != tantivy::TERMINATED {
                if !reader.is_deleted(doc) {
                    let row = reader.fast_fields().u64("row")?.first(doc).unwrap_or_default();
                    return Ok(Some((Address { segment: segment as u32, doc }, row)));
                }
                doc = tantivy::DocSet::advance(&mut postings);
            }
        }
        Ok(None)
    }

    /// Which articles tell the same story, found out when first asked for.
    fn stories(&self) -> Result<Arc<Stories>, EngineError> {
        if let Some(stories) = self.stories.get() {
            return Ok(Arc::clone(stories));
        }
        let stories = Arc::new(Stories::build(&self.searcher, &self.segments, &self.fields)?);
        Ok(Arc::clone(self.stories.get_or_init(|| stories)))
    }

    /// The values of a facet over all segments, made when first asked for.
    fn facet_index(&self, field: FacetField) -> Result<Arc<FacetIndex>, EngineError> {
        let slot = &self.facets[field as usize];
        if let Some(index) = slot.get() {
            return Ok(Arc::clone(index));
        }
        let name = self.searcher.schema().get_field_name(self.fields.facet(field)).to_owned();
        let index = Arc::new(FacetIndex::build(&self.searcher, field, &name, &self.unpacked)?);
        Ok(Arc::clone(slot.get_or_init(|| index)))
    }
}

/// The same name for the same segments with the same deletions, and for no others.
fn name(searcher: &Searcher) -> String {
    let mut hash = blake3::Hasher::new();
    let mut segments: Vec<String> = searcher
        .segment_readers()
        .iter()
        .map(|reader| format!("{}:{}", reader.segment_id().uuid_string(), reader.num_docs()))
        .collect();
    segments.sort_unstable();
    segments.iter().for_each(|segment| {
        hash.update(segment.as_bytes());
    });
    hash.finalize().to_hex()[..12].to_owned()
}

/// Primary language subtags, and how many articles have each.
fn langs(searcher: &Searcher, field: Field) -> Result<BTreeMap<String, u64>, EngineError> {
    let mut langs = BTreeMap::new();
    for reader in searcher.segment_readers() {
        let inverted = reader.inverted_index(field)?;
        let mut terms = inverted.terms().stream().map_err(EngineError::new)?;
        while let Some((lang, place)) = terms.next() {
            let lang = String::from_utf8_lossy(lang);
            if !lang.contains('-') {
                *langs.entry(lang.into_owned()).or_default() += u64::from(place.doc_freq);
            }
        }
    }
    Ok(langs)
}
