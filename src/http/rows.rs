//! Hits and other lists as the rows of a table: CSV as in RFC 4180, UTF-8 with a byte order mark, as spreadsheets want it.

use std::borrow::Cow;

use crate::article::{Source, Stamp};
use crate::search::answer::{CitedLine, Copies, Hit, HitStatus};
use crate::search::request::HitFields;

pub(super) const CSV: &str = "text/csv; charset=utf-8; header=present";

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Between the values of one cell.
const BETWEEN: &str = "; ";

/// The columns of each field, in the order of a hit.
const COLUMNS: &[(&str, &[&str])] = &[
    ("id", &["id"]),
    ("external_id", &["external_id"]),
    ("url", &["url"]),
    ("headline", &["headline"]),
    ("lead", &["lead"]),
    ("body", &["body"]),
    ("excerpt", &["excerpt"]),
    ("published", &["published", "published_precision", "published_from"]),
    ("modified", &["modified"]),
    ("seen", &["seen"]),
    ("source", &["source", "site"]),
    ("authors", &["authors"]),
    ("tags", &["tags"]),
    ("section", &["section"]),
    ("places", &["places"]),
    ("people", &["people"]),
    ("orgs", &["orgs"]),
    ("lang", &["lang"]),
    ("dateline", &["dateline"]),
    ("words", &["words"]),
    ("image", &["image"]),
    ("version", &["version"]),
    ("status", &["status"]),
    ("story", &["story"]),
    ("copies", &["copies"]),
    ("cursor", &["cursor"]),
];

/// Writes hits as rows of the columns asked for.
pub(super) struct Rows(HitFields);

impl Rows {
    pub(super) fn of(fields: &HitFields) -> Rows {
        Rows(fields.clone())
    }

    /// The byte order mark and the names of the columns.
    pub(super) fn head(&self) -> Vec<u8> {
        let names = self.wanted().flat_map(|(_, columns)| columns.iter().map(|name| Cow::Borrowed(*name)));
        [BYTE_ORDER_MARK, &record(names)].concat()
    }

    pub(super) fn row(&self, hit: &Hit) -> Vec<u8> {
        record(self.wanted().flat_map(|(field, columns)| cells(hit, field, columns.len())))
    }

    fn wanted(&self) -> impl Iterator<Item = &'static (&'static str, &'static [&'static str])> {
        COLUMNS.iter().filter(|(field, _)| self.0.wants(field))
    }
}

/// A whole table: the names of its columns, and its rows.
pub(super) fn table<'a>(names: &[&'a str], rows: impl Iterator<Item = Vec<Cow<'a, str>>>) -> Vec<u8> {
    let head = [BYTE_ORDER_MARK, &record(names.iter().copied().map(Cow::Borrowed))].concat();
    rows.fold(head, |mut table, row| {
        table.extend(record(row.into_iter()));
        table
    })
}

/// The names of the columns of a citation's list.
pub(super) fn cited_head() -> Vec<u8> {
    let names = ["place", "id", "version", "now", "headline", "published", "published_precision", "published_from"];
    let names = names.into_iter().chain(["source", "site", "url", "address"]);
    [BYTE_ORDER_MARK, &record(names.map(Cow::Borrowed))].concat()
}

/// An article of a citation, and where the version stands that was cited.
pub(super) fn cited(line: &CitedLine, root: &str) -> Vec<u8> {
    let own = [line.place.to_string(), line.id.to_string(), line.version.to_string(), name(&line.now)];
    let mut row: Vec<Cow<'_, str>> = own.map(Cow::Owned).into();
    match &line.article {
        Some(article) => {
            row.push(Cow::Borrowed(&article.headline));
            row.extend(published(article.published));
            row.extend(source(&article.source));
            row.push(Cow::Borrowed(article.url.as_deref().unwrap_or_default()));
            row.push(Cow::Owned(format!("{root}/article/{}?version={}", line.id, line.version)));
        }
        None => row.resize(CITED_COLUMNS, Cow::Borrowed("")),
    }
    record(row.into_iter())
}

const CITED_COLUMNS: usize = 12;

/// One line, its end included.
fn record<'a>(cells: impl Iterator<Item = Cow<'a, str>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Into memory, and every record has as many cells as it has: nothing in it can fail.
    let _ = writer.write_record(cells.map(|cell| defused(cell).into_owned()));
    writer.into_inner().unwrap_or_default()
}

/// A spreadsheet runs a cell that begins like a formula (OWASP, "CSV Injection"); a quote before it makes it text.
fn defused(cell: Cow<'_, str>) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        cell
    }
}

/// The cells of one field; so many empty ones, where it has nothing or the hit has been withdrawn.
fn cells<'a>(hit: &'a Hit, field: &str, columns: usize) -> Vec<Cow<'a, str>> {
    let known = match field {
        "id" => hit.id.as_ref().map(|id| vec![Cow::Borrowed(id.0.as_str())]),
        "external_id" => text(hit.external_id.as_ref()),
        "url" => text(hit.url.as_ref()),
        "headline" => hit.headline.as_deref().map(|headline| vec![Cow::Borrowed(headline)]),
        "lead" => text(hit.lead.as_ref()),
        "body" => hit.body.as_ref().map(|body| vec![Cow::Owned(body.join("\n\n"))]),
        "excerpt" => text(hit.excerpt.as_ref()),
        "published" => hit.published.map(published),
        "modified" => hit.modified.map(|modified| vec![Cow::Owned(modified.map(moment).unwrap_or_default())]),
        "seen" => hit.seen.map(|seen| vec![Cow::Owned(seen.to_string())]),
        "source" => hit.source.as_ref().map(source),
        "authors" => list(hit.authors.as_ref()),
        "tags" => list(hit.tags.as_ref()),
        "section" => text(hit.section.as_ref()),
        "places" => list(hit.places.as_ref()),
        "people" => list(hit.people.as_ref()),
        "orgs" => list(hit.orgs.as_ref()),
        "lang" => text(hit.lang.as_ref()),
        "dateline" => text(hit.dateline.as_ref()),
        "words" => hit.words.map(|words| vec![Cow::Owned(words.to_string())]),
        "image" => text(hit.image.as_ref()),
        "version" => hit.version.map(|version| vec![Cow::Owned(version.to_string())]),
        "status" => hit.status.map(|status| vec![Cow::Borrowed(status_name(status))]),
        "story" => hit.story.as_ref().map(|story| vec![Cow::Borrowed(story.0.as_str())]),
        "copies" => hit.copies.as_ref().map(|copies| vec![Cow::Owned(number(copies).to_string())]),
        "cursor" => hit.cursor.as_deref().map(|cursor| vec![Cow::Borrowed(cursor)]),
        _ => None,
    };
    known.unwrap_or_else(|| vec![Cow::Borrowed(""); columns])
}

fn text(line: Option<&Option<String>>) -> Option<Vec<Cow<'_, str>>> {
    line.map(|line| vec![Cow::Borrowed(line.as_deref().unwrap_or_default())])
}

fn list(values: Option<&Vec<String>>) -> Option<Vec<Cow<'_, str>>> {
    values.map(|values| vec![Cow::Owned(values.join(BETWEEN))])
}

/// A moment, how much of it is known, and how.
pub(super) fn published(stamp: Stamp) -> Vec<Cow<'static, str>> {
    vec![Cow::Owned(moment(stamp)), Cow::Owned(name(&stamp.precision)), Cow::Owned(name(&stamp.from))]
}

fn moment(stamp: Stamp) -> String {
    stamp.at.map(|at| at.to_string()).unwrap_or_default()
}

/// As the JSON has it.
fn name(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

pub(super) fn source(source: &Source) -> Vec<Cow<'_, str>> {
    [&source.name, &source.site].map(|part| Cow::Borrowed(part.as_deref().unwrap_or_default())).to_vec()
}

fn status_name(status: HitStatus) -> &'static str {
    match status {
        HitStatus::Usable => "usable",
        HitStatus::Deleted => "deleted",
    }
}

fn number(copies: &Copies) -> u64 {
    match copies {
        Copies::Number(number) => *number,
        Copies::List(copies) => copies.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::ArticleId;

    fn fields(names: &[&str]) -> HitFields {
        HitFields { names: Some(names.iter().map(|name| (*name).to_owned()).collect()) }
    }

    #[test]
    fn every_field_has_columns_in_the_order_of_a_hit() {
        let known: Vec<&str> = COLUMNS.iter().map(|(field, _)| *field).collect();
        assert_eq!(known, HitFields::KNOWN);
    }

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_text() {
        for bomb in ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            let hit = Hit { headline: Some(bomb.to_owned()), ..Hit::default() };
            let row = Rows::of(&fields(&["headline"])).row(&hit);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(row.as_slice());
            assert_eq!(&reader.records().next().unwrap().unwrap()[0], format!("'{bomb}"));
        }
    }

    #[test]
    fn quotes_commas_and_line_ends_come_back_and_lines_end_as_the_standard_says() {
        let odd = "He said \"no, never\"\nand left; went";
        let hit = Hit { id: Some(ArticleId("a".to_owned())), lead: Some(Some(odd.to_owned())), ..Hit::default() };
        let rows = Rows::of(&fields(&["id", "lead", "published"]));
        let table = [rows.head(), rows.row(&hit)].concat();
        assert!(table.starts_with(b"\xef\xbb\xbfid,lead,published,published_precision,published_from\r\n"));
        let mut reader = csv::Reader::from_reader(&table[3..]);
        let record = reader.records().next().unwrap().unwrap();
        assert_eq!(record.iter().collect::<Vec<_>>(), ["a", odd, "", "", ""]);
    }
}
