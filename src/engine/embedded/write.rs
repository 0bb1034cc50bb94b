//! Documents into tantivy, and commits that say how far they go.

use serde::{Deserialize, Serialize};
use tantivy::indexer::{LogMergePolicy, NoMergePolicy};
use tantivy::schema::Field;
use tantivy::{IndexWriter, TantivyDocument, Term};

use super::layout::{Laid, Layouter};
use super::schema::Fields;
use crate::analysis::fold;
use crate::article::{Article, Stamp};
use crate::engine::{Change, Checkpoint, Document, EngineError, FacetField};
use crate::identity::{normalise_url, registrable_domain};

/// Between the folded value and its spelling in a facet column.
pub(super) const LABEL: char = '\u{1f}';

/// What `is:` finds an article by that is the earliest of its story, and one that is a copy of another.
pub(super) const ORIGINAL: &str = "original";
pub(super) const COPY: &str = "duplicate";

/// Values longer than this are cut; no tag or name is.
const LONGEST_VALUE: usize = 512;

const INDEXING_THREADS: usize = 2;
const INDEXING_MEMORY: usize = 256 << 20;

/// So many segments of about one size become one. tantivy's own choice is 8.
const SEGMENTS_TO_MERGE: usize = 4;

/// Below this many changes one thread lays them out; a second costs more than it saves.
const WORTH_A_THREAD: usize = 32;

/// What a commit says of itself: which store it was made from, by which layout, and up to which change.
#[derive(Serialize, Deserialize)]
pub(super) struct Payload {
    pub(super) store: String,
    pub(super) schema: String,
    pub(super) position: u64,
    pub(super) tail: String,
}

/// The only writer of an index.
pub struct Writer {
    inner: IndexWriter,
    fields: Fields,
    schema: String,
    layouters: Vec<Layouter>,
}

impl Writer {
    pub(super) fn open(
        index: &tantivy::Index,
        fields: Fields,
        schema: &str,
        may_merge: bool,
    ) -> Result<Writer, EngineError> {
        let inner = index.writer_with_num_threads(INDEXING_THREADS, INDEXING_MEMORY)?;
        let mut policy = LogMergePolicy::default();
        // Deleted documents skew scores and make counting slow until they are merged away.
        policy.set_del_docs_ratio_before_merge(0.2);
        // Every segment is looked into by every query; few are worth some more merging.
        policy.set_min_num_segments(SEGMENTS_TO_MERGE);
        match may_merge {
            true => inner.set_merge_policy(Box::new(policy)),
            false => inner.set_merge_policy(Box::new(NoMergePolicy)),
        }
        // A writer that ended in the middle of a merge has left its files.
        if let Err(error) = inner.garbage_collect_files().wait() {
            tracing::warn!(%error, "files that no segment needs could not be removed");
        }
        let layouters = (0..INDEXING_THREADS).map(|_| Layouter::new()).collect();
        Ok(Writer { inner, fields, schema: schema.to_owned(), layouters })
    }

    /// Applies changes: the newest version of an article takes the place of whatever the index held.
    pub fn apply(&mut self, changes: &[Change]) -> Result<(), EngineError> {
        for change in changes {
            self.inner.delete_term(Term::from_field_u64(self.fields.num, change.num));
        }
        let documents: Vec<&Document> = changes.iter().filter_map(|change| change.document.as_ref()).collect();
        if documents.len() < WORTH_A_THREAD {
            return add_all(&self.inner, &self.fields, &mut self.layouters[0], &documents);
        }
        let share = documents.len().div_ceil(self.layouters.len());
        let (inner, fields) = (&self.inner, &self.fields);
        std::thread::scope(|scope| {
            let workers: Vec<_> = documents
                .chunks(share)
                .zip(&mut self.layouters)
                .map(|(share, layouter)| scope.spawn(move || add_all(inner, fields, layouter, share)))
                .collect();
            for worker in workers {
                worker.join().map_err(|_| EngineError::new("a thread that lays out articles panicked"))??;
            }
            Ok(())
        })
    }

    /// Makes everything applied so far durable and visible to the next snapshot, together with how far it goes.
    pub fn commit(&mut self, checkpoint: &Checkpoint) -> Result<(), EngineError> {
        let Checkpoint { store, position, tail } = checkpoint.clone();
        let payload = Payload { store, schema: self.schema.clone(), position, tail };
        let payload = serde_json::to_string(&payload).map_err(EngineError::new)?;
        let mut commit = self.inner.prepare_commit()?;
        commit.set_payload(&payload);
        commit.commit()?;
        fail::fail_point!("engine::while_merging", |_| self.die_in_a_merge());
        Ok(())
    }

    /// For a test: if this commit has set off a merge, ends the process while that writes its first files.
    #[cfg(feature = "failpoints")]
    fn die_in_a_merge(&self) -> Result<(), EngineError> {
        let index = self.inner.index();
        let committed = index.load_metas()?.list_segment_files();
        let soon = std::time::Instant::now() + std::time::Duration::from_secs(1);
        while std::time::Instant::now() < soon {
            if index
                .directory()
                .list_managed_files()
                .iter()
                .any(|file| file.extension().is_some_and(|ending| ending != "json") && !committed.contains(file))
            {
                std::process::abort();
            }
            std::thread::yield_now();
        }
        Ok(())
    }

    /// Writes every segment anew that holds what has been deleted, so that no word of it is left in a file. Only what is
    /// committed counts; the writer has been opened for this, so that no merge of its own is under way.
    pub fn erase(&mut self) -> Result<(), EngineError> {
        // Two more times for what a merge under way had taken hold of.
        for _ in 0..3 {
            let metas = self.inner.index().load_metas()?;
            let with_deletes = metas.segments.iter().filter(|segment| segment.num_deleted_docs() > 0);
            let with_deletes: Vec<_> = with_deletes.map(tantivy::SegmentMeta::id).collect();
            if with_deletes.is_empty() {
                return self.sweep();
            }
            for segment in with_deletes {
                // One that is being merged already comes out without it, too.
                if let Err(error) = self.inner.merge(&[segment]).wait() {
                    tracing::debug!(%error, "a segment could not be written anew");
                }
            }
        }
        Err(EngineError::new("segments with deleted articles could not be written anew"))
    }

    /// Removes files that no segment needs any more.
    pub fn sweep(&mut self) -> Result<(), EngineError> {
        self.inner.garbage_collect_files().wait()?;
        Ok(())
    }

    /// Waits until merges under way are done; a writer that is dropped leaves them to the next one.
    pub fn finish(self) -> Result<(), EngineError> {
        Ok(self.inner.wait_merging_threads()?)
    }
}

fn add_all(
    writer: &IndexWriter,
    fields: &Fields,
    layouter: &mut Layouter,
    documents: &[&Document],
) -> Result<(), EngineError> {
    for document in documents {
        let laid = layouter.lay_out(&document.article);
        writer.add_document(tantivy_document(fields, laid, document))?;
    }
    Ok(())
}

fn tantivy_document(fields: &Fields, laid: Laid, document: &Document) -> TantivyDocument {
    let article = &document.article;
    let mut out = TantivyDocument::new();
    out.add_u64(fields.num, document.num);
    out.add_u64(fields.row, document.row);
    out.add_u64(fields.story, document.story);
    out.add_u64(fields.words, u64::from(laid.words));
    out.add_u64(fields.lead_at, u64::from(laid.lead_at));
    out.add_u64(fields.body_at, u64::from(laid.body_at));
    out.add_i64(fields.seen, document.seen_ms);
    add_dates(&mut out, fields, article);
    add_values(&mut out, fields, document);
    out.add_text(fields.text, laid.text.into_text());
    out.add_text(fields.stem, laid.stem.into_text());
    out.add_text(fields.joined, laid.joined.into_text());
    out.add_text(fields.pairs, laid.pairs.into_text());
    out.add_text(fields.marks, laid.marks.into_text());
    out.add_text(fields.headline, laid.headline.into_text());
    out.add_text(fields.lead, laid.lead.into_text());
    out.add_text(fields.opening, laid.opening.into_text());
    out.add_text(fields.author, laid.author.into_text());
    out.add_text(fields.author_joined, laid.author_joined.into_text());
    out.add_text(fields.dateline, laid.dateline.into_text());
    out.add_text(fields.dateline_joined, laid.dateline_joined.into_text());
    out.add_bytes(fields.sentences, &laid.sentences.into_bytes());
    out
}

fn add_dates(out: &mut TantivyDocument, fields: &Fields, article: &Article) {
    out.add_u64(fields.provenance, article.published.from as u64);
    if let Some((first, last)) = interval(&article.published) {
        out.add_i64(fields.published, first);
        out.add_i64(fields.published_end, last);
        if !article.published.implausible {
            out.add_i64(fields.order, first);
        }
    }
    if let Some((first, last)) = article.modified.as_ref().and_then(interval) {
        out.add_i64(fields.modified, first);
        out.add_i64(fields.modified_end, last);
    }
}

/// First and last millisecond of a date.
fn interval(stamp: &Stamp) -> Option<(i64, i64)> {
    use crate::article::Precision::{Day, Hour, Minute, Month, Second, Unknown, Year};
    let at = stamp.at?;
    let first = at.as_millisecond();
    let start = at.to_zoned_datetime(jiff::tz::TimeZone::UTC).datetime();
    let after = match stamp.precision {
        Second | Minute | Hour => return Some((first, first)),
        Day => start.checked_add(jiff::Span::new().days(1)),
        Month => start.checked_add(jiff::Span::new().months(1)),
        Year => start.checked_add(jiff::Span::new().years(1)),
        Unknown => return None,
    };
    let last = after.ok()?.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond() - 1;
    Some((first, last))
}

fn add_values(out: &mut TantivyDocument, fields: &Fields, document: &Document) {
    let article = &document.article;
    add_labelled(out, fields.tag, fields.facet(FacetField::Tag), &article.tags);
    add_labelled(out, fields.source, fields.facet(FacetField::Source), article.source.name.as_slice());
    add_labelled(out, fields.section, fields.facet(FacetField::Section), article.section.as_slice());
    add_labelled(out, fields.place, fields.facet(FacetField::Place), &article.places);
    add_labelled(out, fields.person, fields.facet(FacetField::Person), &article.people);
    add_labelled(out, fields.org, fields.facet(FacetField::Org), &article.orgs);
    for author in distinct(&article.authors) {
        out.add_text(fields.facet(FacetField::Author), author);
    }
    add_site(out, fields, article);
    add_lang(out, fields, article);
    for has in super::traits::of(article) {
        out.add_text(fields.has, has);
    }
    out.add_text(fields.is, if document.story == document.num { ORIGINAL } else { COPY });
    if article.corrected || document.revised {
        out.add_text(fields.is, "corrected");
    }
    out.add_text(fields.id, &document.id);
    if let Some(external) = &article.external_id {
        out.add_text(fields.id, cut(external));
    }
    if let Some(url) = article.url.as_deref().and_then(normalise_url) {
        out.add_text(fields.url, cut(&url));
    }
}

/// Looked up by its folded form; counted under it, with the spelling beside it.
fn add_labelled(out: &mut TantivyDocument, lookup: Field, facet: Field, values: &[String]) {
    for labelled in distinct(values) {
        let folded = labelled.split(LABEL).next().unwrap_or_default();
        out.add_text(lookup, folded);
        out.add_text(facet, &labelled);
    }
}

/// Each folded value once, with the first spelling met.
fn distinct(values: &[String]) -> Vec<String> {
    let mut seen = Vec::with_capacity(values.len());
    let mut out = Vec::with_capacity(values.len());
    for value in values {
        let folded = fold(cut(value));
        if !folded.is_empty() && !seen.contains(&folded) {
            out.push(format!("{folded}{LABEL}{}", cut(value.trim())));
            seen.push(folded);
        }
    }
    out
}

/// A host is found under its own name and under every domain it lies in; it is counted under the registrable one.
fn add_site(out: &mut TantivyDocument, fields: &Fields, article: &Article) {
    let Some(site) = article.source.site.as_deref() else { return };
    let site = site.to_lowercase();
    out.add_text(fields.site, &site);
    for (dot, _) in site.match_indices('.') {
        out.add_text(fields.site, &site[dot + 1..]);
    }
    let domain = registrable_domain(&site).unwrap_or_else(|| site.clone());
    out.add_text(fields.facet(FacetField::Site), format!("{domain}{LABEL}{domain}"));
}

fn add_lang(out: &mut TantivyDocument, fields: &Fields, article: &Article) {
    let Some(lang) = article.lang.as_deref() else { return };
    let lang = lang.to_lowercase();
    out.add_text(fields.lang, &lang);
    for (hyphen, _) in lang.match_indices('-') {
        out.add_text(fields.lang, &lang[..hyphen]);
    }
    let primary = lang.split('-').next().unwrap_or_default();
    out.add_text(fields.facet(FacetField::Lang), format!("{primary}{LABEL}{primary}"));
}

/// The value, at most [`LONGEST_VALUE`] bytes of it.
pub(super) fn cut(value: &str) -> &str {
    if value.len() <= LONGEST_VALUE { value } else { &value[..value.floor_char_boundary(LONGEST_VALUE)] }
}

#[cfg(test)]
mod tests {
    use super::super::Index;
    use super::*;

    fn document(num: u64, word: &str) -> Change {
        let article = Article {
            headline: format!("Tin {word}"),
            body: vec![format!("The price of {word} rose.")],
            tags: vec![format!("about {word}")],
            authors: vec![format!("Ann {word}")],
            ..Article::default()
        };
        let (id, seen_ms) = (format!("id-{word}"), 0);
        Change { num, document: Some(Document { num, row: num, story: num, id, seen_ms, revised: false, article }) }
    }

    /// Of every field the words in its dictionary that hold this.
    fn words_with(index: &Index, part: &str) -> Vec<String> {
        let mut words = Vec::new();
        for reader in index.view().unwrap().searcher.segment_readers() {
            for (field, entry) in reader.schema().fields().filter(|(_, entry)| entry.is_indexed()) {
                let inverted = reader.inverted_index(field).unwrap();
                let mut terms = inverted.terms().stream().unwrap();
                while let Some((word, _)) = terms.next() {
                    if String::from_utf8_lossy(word).contains(part) {
                        words.push(format!("{}: {}", entry.name(), String::from_utf8_lossy(word)));
                    }
                }
            }
        }
        words
    }

    #[test]
    fn a_word_that_only_a_deleted_article_had_is_in_no_dictionary_after_erasing() {
        let dir = tempfile::tempdir().unwrap();
        let index = Index::create(dir.path()).unwrap();
        // Nothing is merged away by itself, and a thread of its own would make of the first article a segment of its own, which
        // goes with it.
        let inner = index.inner.writer_with_num_threads(1, INDEXING_MEMORY).unwrap();
        inner.set_merge_policy(Box::new(NoMergePolicy));
        let layouters = vec![Layouter::new()];
        let mut writer = Writer { inner, fields: index.fields, schema: index.schema.clone(), layouters };
        let commit = |writer: &mut Writer, position| {
            writer.commit(&Checkpoint { store: "s".into(), position, tail: String::new() }).unwrap();
        };
        let others: Vec<Change> = (10..50).map(|num| document(num, "zinc")).collect();
        writer.apply(&[document(1, "qwyjibo")]).unwrap();
        writer.apply(&others).unwrap();
        commit(&mut writer, 1);
        writer.apply(&[document(3, "vrblnsk")]).unwrap();
        commit(&mut writer, 2);
        let gone = |num| Change { num, document: None };
        writer.apply(&[gone(1), gone(3)]).unwrap();
        commit(&mut writer, 3);
        assert!(words_with(&index, "qwyjibo").len() > 4, "deleting alone leaves them");
        assert_eq!(index.view().unwrap().articles(), 40);
        writer.erase().unwrap();
        writer.finish().unwrap();
        for word in ["qwyjibo", "vrblnsk"] {
            assert_eq!(words_with(&index, word), [""; 0]);
            for entry in std::fs::read_dir(dir.path()).unwrap().flatten() {
                let bytes = std::fs::read(entry.path()).unwrap();
                let is_there = memchr::memmem::find(&bytes, word.as_bytes()).is_some();
                assert!(!is_there, "{word} in {}", entry.path().display());
            }
        }
        assert!(!words_with(&index, "zinc").is_empty());
        assert_eq!(index.view().unwrap().articles(), 40);
        assert_eq!(index.checkpoint().unwrap().map(|reached| reached.position), Some(3), "how far it goes is kept");
    }
}
