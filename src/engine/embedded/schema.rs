//! The fields of the index, read from `index/schema.toml`.

use serde::Deserialize;
use tantivy::schema::{
    BytesOptions, FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};

use super::packed;
use crate::engine::FacetField;

const DEFINITION: &str = include_str!("../../../index/schema.toml");

/// Counts up when documents are made differently from the same definition: analysis, positions, encodings.
const FORMAT: u32 = 3;

#[derive(Deserialize)]
struct Definition {
    field: Vec<FieldDefinition>,
}

#[derive(Deserialize)]
struct FieldDefinition {
    name: String,
    kind: Kind,
    #[serde(default)]
    weight: f32,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Words,
    Counts,
    Marks,
    Value,
    Facet,
    Date,
    Number,
    Key,
    Blob,
}

/// Handles of every field that code names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub(super) text: Field,
    pub(super) stem: Field,
    pub(super) joined: Field,
    pub(super) pairs: Field,
    pub(super) marks: Field,
    pub(super) headline: Field,
    pub(super) lead: Field,
    pub(super) opening: Field,
    pub(super) lead_at: Field,
    pub(super) body_at: Field,
    pub(super) sentences: Field,
    pub(super) author: Field,
    pub(super) author_joined: Field,
    pub(super) dateline: Field,
    pub(super) dateline_joined: Field,
    pub(super) tag: Field,
    pub(super) source: Field,
    pub(super) section: Field,
    pub(super) place: Field,
    pub(super) person: Field,
    pub(super) org: Field,
    pub(super) site: Field,
    pub(super) lang: Field,
    pub(super) has: Field,
    pub(super) is: Field,
    pub(super) id: Field,
    pub(super) url: Field,
    pub(super) facets: [Field; FacetField::ALL.len()],
    pub(super) published: Field,
    pub(super) published_end: Field,
    pub(super) modified: Field,
    pub(super) modified_end: Field,
    pub(super) seen: Field,
    pub(super) order: Field,
    pub(super) provenance: Field,
    pub(super) words: Field,
    pub(super) num: Field,
    pub(super) story: Field,
    pub(super) row: Field,
    pub(super) headline_weight: f32,
    pub(super) opening_weight: f32,
}

/// The definition made into tantivy's schema, the handles, and a hash that changes when an index must be rebuilt.
pub(super) struct Layout {
    pub(super) schema: Schema,
    pub(super) fields: Fields,
    pub(super) hash: String,
}

/// Reads the embedded definition. It is part of the program, so a mistake in it is a mistake in the program.
pub(super) fn read() -> Result<Layout, String> {
    let definition: Definition = toml::from_str(DEFINITION).map_err(|error| error.to_string())?;
    let mut builder = Schema::builder();
    for field in &definition.field {
        add(&mut builder, &field.name, field.kind);
    }
    let schema = builder.build();
    let fields = Fields::find(&schema, &definition)?;
    let hash = blake3::hash(format!("{FORMAT}\n{DEFINITION}").as_bytes()).to_hex()[..16].to_owned();
    Ok(Layout { schema, fields, hash })
}

fn add(builder: &mut tantivy::schema::SchemaBuilder, name: &str, kind: Kind) {
    match kind {
        Kind::Words => builder.add_text_field(name, packed_text(true, IndexRecordOption::WithFreqsAndPositions)),
        Kind::Counts => builder.add_text_field(name, packed_text(false, IndexRecordOption::WithFreqs)),
        Kind::Marks => builder.add_text_field(name, packed_text(false, IndexRecordOption::WithFreqsAndPositions)),
        Kind::Value => builder.add_text_field(name, raw_text()),
        Kind::Facet => builder.add_text_field(name, TextOptions::default().set_fast("raw")),
        Kind::Date => builder.add_i64_field(name, FAST),
        Kind::Number => builder.add_u64_field(name, FAST),
        Kind::Key => builder.add_u64_field(name, NumericOptions::default() | FAST | INDEXED),
        Kind::Blob => builder.add_bytes_field(name, BytesOptions::default().set_stored()),
    };
}

fn packed_text(lengths: bool, option: IndexRecordOption) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default().set_tokenizer(packed::TOKENIZER).set_fieldnorms(lengths).set_index_option(option),
    )
}

fn raw_text() -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic),
    )
}

impl Fields {
    fn find(schema: &Schema, definition: &Definition) -> Result<Fields, String> {
        let get = |name: &str| schema.get_field(name).map_err(|_| format!("index/schema.toml lacks the field {name}"));
        let weight =
            |name: &str| definition.field.iter().find(|field| field.name == name).map_or(0.0, |field| field.weight);
        let mut facets = [Field::from_field_id(0); FacetField::ALL.len()];
        for (slot, field) in facets.iter_mut().zip(FacetField::ALL) {
            *slot = get(&format!("{}_facet", field.name()))?;
        }
        Ok(Fields {
            text: get("text")?,
            stem: get("stem")?,
            joined: get("joined")?,
            pairs: get("pairs")?,
            marks: get("marks")?,
            headline: get("headline")?,
            lead: get("lead")?,
            opening: get("opening")?,
            lead_at: get("lead_at")?,
            body_at: get("body_at")?,
            sentences: get("sentences")?,
            author: get("author")?,
            author_joined: get("author_joined")?,
            dateline: get("dateline")?,
            dateline_joined: get("dateline_joined")?,
            tag: get("tag")?,
            source: get("source")?,
            section: get("section")?,
            place: get("place")?,
            person: get("person")?,
            org: get("org")?,
            site: get("site")?,
            lang: get("lang")?,
            has: get("has")?,
            is: get("is")?,
            id: get("id")?,
            url: get("url")?,
            facets,
            published: get("published")?,
            published_end: get("published_end")?,
            modified: get("modified")?,
            modified_end: get("modified_end")?,
            seen: get("seen")?,
            order: get("order")?,
            provenance: get("provenance")?,
            words: get("words")?,
            num: get("num")?,
            story: get("story")?,
            row: get("row")?,
            headline_weight: weight("headline"),
            opening_weight: weight("opening"),
        })
    }

    pub(super) fn facet(&self, field: FacetField) -> Field {
        self.facets[field as usize]
    }
}
