//! Tantivy as its examples use it: text stemmed as English, stored fields, fast fields for three facets, its own query
//! parser and its own `SnippetGenerator`.
//!
//! Headline and body are indexed as one field and searched as one, which is the least work that finds the same articles.

use std::collections::HashSet;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use broadsheet::article::Article;
use broadsheet::identity::article_id;
use serde_json::json;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::{AggContextParams, AggregationCollector};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{Query as TantivyQuery, QueryParser};
use tantivy::schema::{
    Field, IndexRecordOption, STORED, STRING, Schema, SchemaBuilder, TextFieldIndexing, TextOptions, Value,
};
use tantivy::snippet::SnippetGenerator;
use tantivy::{DateTime, DocAddress, Index, IndexWriter, Searcher, TantivyDocument, Term};

use crate::corpus::Corpus;
use crate::queries::Query;
use crate::stemming::en_stem;
use crate::{Answer, Depth};

/// What ours has, too.
const INDEXING_THREADS: usize = 2;
const INDEXING_MEMORY: usize = 256 << 20;

/// The facets that both sides count, by their field.
pub(crate) const FACETS: [&str; 3] = ["tag", "place", "section"];

const SHOWN: usize = 10;

pub(crate) struct Plain {
    searcher: Searcher,
    parser: QueryParser,
    fields: Fields,
    aggregations: Aggregations,
    /// Bytes of headlines, leads and bodies.
    pub(crate) text_bytes: u64,
}

#[derive(Clone, Copy)]
struct Fields {
    id: Field,
    text: Field,
    headline: Field,
    body: Field,
    url: Field,
    date: Field,
    facets: [Field; 3],
}

impl Fields {
    fn add(builder: &mut SchemaBuilder) -> Fields {
        let indexing =
            TextFieldIndexing::default().set_tokenizer("en").set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let facet = |builder: &mut SchemaBuilder, name, stored: bool| {
            let options = TextOptions::default().set_fast("raw");
            builder.add_text_field(name, if stored { options.set_stored() } else { options })
        };
        Fields {
            id: builder.add_text_field("id", STRING | STORED),
            text: builder.add_text_field("text", TextOptions::default().set_indexing_options(indexing)),
            headline: builder.add_text_field("headline", STORED),
            body: builder.add_text_field("body", STORED),
            url: builder.add_text_field("url", STORED),
            date: builder.add_date_field("date", STORED),
            facets: FACETS.map(|name| facet(builder, name, name == "tag")),
        }
    }

    fn document(&self, id: &str, article: &Article) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        let body: Vec<&str> = article.lead.iter().chain(&article.body).map(String::as_str).collect();
        let body = body.join("\n\n");
        document.add_text(self.id, id);
        document.add_text(self.text, &article.headline);
        document.add_text(self.text, &body);
        document.add_text(self.headline, &article.headline);
        document.add_text(self.body, body);
        document.add_text(self.url, article.url.as_deref().unwrap_or_default());
        if let Some(at) = article.published.at {
            document.add_date(self.date, DateTime::from_timestamp_millis(at.as_millisecond()));
        }
        let values = [article.tags.as_slice(), article.places.as_slice(), article.section.as_slice()];
        for (field, values) in self.facets.iter().zip(values) {
            values.iter().for_each(|value| document.add_text(*field, value));
        }
        document
    }
}

impl Plain {
    /// Reads the corpus and indexes it; the newest of what has one identity stays, as in ours.
    pub(crate) fn build(corpus: &Corpus, folder: &Path) -> anyhow::Result<Plain> {
        let mut builder = Schema::builder();
        let fields = Fields::add(&mut builder);
        std::fs::create_dir_all(folder)?;
        let index = Index::create_in_dir(folder, builder.build())?;
        index.tokenizers().register("en", en_stem());
        let mut writer: IndexWriter = index.writer_with_num_threads(INDEXING_THREADS, INDEXING_MEMORY)?;
        let text_bytes = add_all(corpus, &fields, &writer)?;
        writer.commit()?;
        writer.wait_merging_threads()?;
        Ok(Plain {
            searcher: index.reader()?.searcher(),
            parser: QueryParser::for_index(&index, vec![fields.text]),
            fields,
            aggregations: aggregations()?,
            text_bytes,
        })
    }

    pub(crate) fn articles(&self) -> u64 {
        self.searcher.num_docs()
    }

    pub(crate) fn segments(&self) -> usize {
        self.searcher.segment_readers().len()
    }

    /// A whole answer, from the query as text to the strings that would be shown.
    pub(crate) fn ask(&self, query: &Query, depth: Depth) -> anyhow::Result<Answer> {
        let started = Instant::now();
        let parsed = self.parser.parse_query(&query.text)?;
        let top = TopDocs::with_limit(SHOWN).order_by_score();
        let (best, total) = if depth == Depth::Hits {
            self.searcher.search(&parsed, &(top, Count))?
        } else {
            let facets = AggregationCollector::from_aggs(self.aggregations.clone(), AggContextParams::default());
            let (best, total, facets) = self.searcher.search(&parsed, &(top, Count, facets))?;
            std::hint::black_box(facets);
            (best, total)
        };
        let hits = self.hits(&*parsed, &best, depth)?;
        Ok(Answer { total: total as u64, hits, took: started.elapsed() })
    }

    fn hits(&self, query: &dyn TantivyQuery, best: &[(f32, DocAddress)], depth: Depth) -> anyhow::Result<usize> {
        let mut snippets = None;
        if depth == Depth::Whole {
            snippets = Some(SnippetGenerator::create(&self.searcher, query, self.fields.text)?);
        }
        for (score, address) in best {
            let document: TantivyDocument = self.searcher.doc(*address)?;
            let text = |field: Field| document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default();
            let tags: Vec<&str> = document.get_all(self.fields.facets[0]).filter_map(|tag| tag.as_str()).collect();
            let date = document.get_first(self.fields.date).and_then(|value| value.as_datetime());
            let (headline, url) = (text(self.fields.headline), text(self.fields.url));
            std::hint::black_box((score, text(self.fields.id), headline, url, tags, date));
            if let Some(snippets) = &snippets {
                let marked = [snippets.snippet(headline).to_html(), snippets.snippet(text(self.fields.body)).to_html()];
                std::hint::black_box(marked);
            }
        }
        Ok(best.len())
    }
}

fn add_all(corpus: &Corpus, fields: &Fields, writer: &IndexWriter) -> anyhow::Result<u64> {
    let mut known = HashSet::new();
    let mut text_bytes = 0;
    let mut failed = None;
    corpus.read(|article, identity| {
        let id = article_id(&identity).0;
        text_bytes += text_bytes_of(&article);
        if known.contains(&id) {
            writer.delete_term(Term::from_field_text(fields.id, &id));
        }
        failed = failed.take().or(writer.add_document(fields.document(&id, &article)).err());
        known.insert(id);
    });
    failed.map_or(Ok(text_bytes), |error| Err(error).context("an article could not be added"))
}

fn text_bytes_of(article: &Article) -> u64 {
    let texts = article.lead.iter().chain(&article.body).chain(std::iter::once(&article.headline));
    texts.map(|text| text.len() as u64).sum()
}

fn aggregations() -> anyhow::Result<Aggregations> {
    let facets = FACETS.map(|name| (name.to_owned(), json!({ "terms": { "field": name, "size": SHOWN } })));
    Ok(serde_json::from_value(serde_json::Value::Object(facets.into_iter().collect()))?)
}
